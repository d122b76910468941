// SPDX-License-Identifier: GPL-2.0
/*
 * Line number programs: reads that of a file, and writes one of its rows that describe
 * included code. A program says of an address no more than how far it is from the one
 * before, so functions that are left out can't be cut out of it otherwise.
 */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "debug.h"

/* What is kept of a row besides its numbers: flags that last for one row */
#define ROW_BLOCK	1
#define ROW_PROLOGUE	2
#define ROW_EPILOGUE	4
#define ROW_END		8

struct row {
	u64 addr;
	u64 file, line, column, discriminator;
	bool is_stmt;
	u8 flags;
};

typedef VEC(struct row) row_vec;

/* A program's header, and the text that is read */
struct program {
	const u8 *at, *end;
	bool bad;
	u8 min_len, default_stmt, line_range, opcode_base;
	int8_t line_base;
};

static u64 take(struct program *p, u32 n)
{
	u64 v;

	if ((size_t)(p->end - p->at) < n) {
		p->bad = true;
		return 0;
	}
	v = get_le(p->at, n);
	p->at += n;
	return v;
}

/* The number's last byte and its bits tell whether a signed one is negative. */
static u64 take_leb(struct program *p, u8 *last, u32 *bits)
{
	u64 v = 0;

	*bits = 0;
	do {
		*last = take(p, 1);
		if (*bits < 64)
			v |= (u64)(*last & 0x7f) << *bits;
		*bits += 7;
	} while (*last & 0x80 && !p->bad);
	return v;
}

static u64 take_uleb(struct program *p)
{
	u32 bits;
	u8 last;

	return take_leb(p, &last, &bits);
}

static s64 take_sleb(struct program *p)
{
	u32 bits;
	u8 last;
	u64 v = take_leb(p, &last, &bits);

	if (last & 0x40 && bits < 64)
		v |= -(1ULL << bits);
	return v;
}

static void put_uleb(struct buf *b, u64 v)
{
	u8 byte;

	do {
		byte = v & 0x7f;
		v >>= 7;
		if (v)
			byte |= 0x80;
		buf_add(b, &byte, 1);
	} while (v);
}

static void put_sleb(struct buf *b, s64 v)
{
	bool more = true;
	u8 byte;

	while (more) {
		byte = v & 0x7f;
		v >>= 7;
		more = !((!v && !(byte & 0x40)) || (v == -1 && byte & 0x40));
		if (more)
			byte |= 0x80;
		buf_add(b, &byte, 1);
	}
}

static void put_op(struct buf *b, u8 op)
{
	buf_add(b, &op, 1);
}

/* Writing */

struct writing {
	struct debug *d;
	const struct program *p;
	u32 sec;
	struct row now;		/* the state of who reads it */
};

static struct buf *text(struct writing *w)
{
	return &w->d->out->secs.v[w->sec].data;
}

static void write_start(struct writing *w, const struct unit *u, u64 addr)
{
	const struct place *place = &w->d->out->places[u->id];
	struct out_reloc *r;
	u32 off;

	put_op(text(w), 0);
	put_uleb(text(w), 9);
	put_op(text(w), DW_LNE_set_address);
	off = buf_add(text(w), NULL, 8);
	r = vec_add(&w->d->out->secs.v[w->sec].relocs);
	r->off = off;
	r->type = R_X86_64_64;
	r->sec = place->sec;
	r->addend = place->off + (s64)(addr - u->off);
	w->now = (struct row){ .addr = addr, .file = 1, .line = 1,
			       .is_stmt = w->p->default_stmt };
}

static void write_advance(struct writing *w, u64 addr)
{
	if (addr == w->now.addr)
		return;
	put_op(text(w), DW_LNS_advance_pc);
	put_uleb(text(w), (addr - w->now.addr) / w->p->min_len);
	w->now.addr = addr;
}

static void write_end(struct writing *w, u64 addr)
{
	write_advance(w, addr);
	put_op(text(w), 0);
	put_uleb(text(w), 1);
	put_op(text(w), DW_LNE_end_sequence);
}

static void write_flags(struct writing *w, const struct row *row)
{
	if (row->flags & ROW_BLOCK)
		put_op(text(w), DW_LNS_set_basic_block);
	if (row->flags & ROW_PROLOGUE)
		put_op(text(w), DW_LNS_set_prologue_end);
	if (row->flags & ROW_EPILOGUE)
		put_op(text(w), DW_LNS_set_epilogue_begin);
	if (!row->discriminator)
		return;
	put_op(text(w), 0);
	{
		struct buf n = {};

		put_uleb(&n, row->discriminator);
		put_uleb(text(w), n.n + 1);
		put_op(text(w), DW_LNE_set_discriminator);
		buf_add(text(w), n.v, n.n);
		free(n.v);
	}
}

static void write_row(struct writing *w, const struct row *row)
{
	const struct program *p = w->p;
	s64 lines = row->line - w->now.line, op;
	u64 step = (row->addr - w->now.addr) / p->min_len;

	if (row->file != w->now.file) {
		put_op(text(w), DW_LNS_set_file);
		put_uleb(text(w), row->file);
	}
	if (row->column != w->now.column) {
		put_op(text(w), DW_LNS_set_column);
		put_uleb(text(w), row->column);
	}
	if (row->is_stmt != w->now.is_stmt)
		put_op(text(w), DW_LNS_negate_stmt);
	write_flags(w, row);
	op = lines - p->line_base + p->line_range * (s64)step + p->opcode_base;
	if (lines >= p->line_base && lines < p->line_base + p->line_range && step < 64 &&
	    op <= 255) {
		put_op(text(w), op);
	} else {
		write_advance(w, row->addr);
		if (lines) {
			put_op(text(w), DW_LNS_advance_line);
			put_sleb(text(w), lines);
		}
		put_op(text(w), DW_LNS_copy);
	}
	w->now = *row;
}

/* The rows of one sequence, which is about @sec, as far as they are of included code */
static void write_rows(struct writing *w, const struct sec *sec, const row_vec *rows)
{
	struct unit *u = NULL, *next;
	const struct row *row;

	vec_for_each(row, rows) {
		next = row->flags & ROW_END ? NULL : sec_unit_at(sec, row->addr);
		if (next && !unit_included(w->d->out->vs, next))
			next = NULL;
		if (next != u && u)
			write_end(w, u->off + u->size);
		if (next && next != u)
			write_start(w, next, row->addr);
		u = next;
		if (u)
			write_row(w, row);
	}
}

/* Reading */

static void add_row(row_vec *rows, struct row *now)
{
	*vec_add(rows) = *now;
	now->flags = 0;
	now->discriminator = 0;
}

static void reset(const struct program *p, struct row *now)
{
	*now = (struct row){ .file = 1, .line = 1, .is_stmt = p->default_stmt };
}

/* An extended opcode: 0, length, opcode, operand */
static bool read_extended(struct writing *w, struct program *p, const struct sec *from,
			  const struct sec **sec, row_vec *rows, struct row *now)
{
	u64 len = take_uleb(p);
	const u8 *start = p->at;
	s64 addend = 0;

	switch (take(p, 1)) {
	case DW_LNE_end_sequence:
		now->flags = ROW_END;
		add_row(rows, now);
		if (*sec)
			write_rows(w, *sec, rows);
		rows->n = 0;
		*sec = NULL;
		reset(p, now);
		break;
	case DW_LNE_set_address: {
		const struct sym *sym = debug_sym(w->d->tu->debug, from, p->at - from->data,
						  R_X86_64_64, &addend);

		/* code goes on in one section */
		if (!sym || rows->n)
			return false;
		*sec = sym->sec ? w->d->twins[sym->sec->idx] : NULL;
		now->addr = sym->value + addend;
		take(p, 8);
		break;
	}
	case DW_LNE_set_discriminator:
		now->discriminator = take_uleb(p);
		break;
	default:
		return false;
	}
	return !p->bad && (u64)(p->at - start) == len;
}

static bool read_standard(struct program *p, u8 op, row_vec *rows, struct row *now)
{
	switch (op) {
	case DW_LNS_copy:
		add_row(rows, now);
		break;
	case DW_LNS_advance_pc:
		now->addr += take_uleb(p) * p->min_len;
		break;
	case DW_LNS_advance_line:
		now->line += take_sleb(p);
		break;
	case DW_LNS_set_file:
		now->file = take_uleb(p);
		break;
	case DW_LNS_set_column:
		now->column = take_uleb(p);
		break;
	case DW_LNS_negate_stmt:
		now->is_stmt = !now->is_stmt;
		break;
	case DW_LNS_set_basic_block:
		now->flags |= ROW_BLOCK;
		break;
	case DW_LNS_const_add_pc:
		now->addr += (255 - p->opcode_base) / p->line_range * p->min_len;
		break;
	case DW_LNS_fixed_advance_pc:
		now->addr += take(p, 2);
		break;
	case DW_LNS_set_prologue_end:
		now->flags |= ROW_PROLOGUE;
		break;
	case DW_LNS_set_epilogue_begin:
		now->flags |= ROW_EPILOGUE;
		break;
	default:
		return false;
	}
	return !p->bad;
}

static bool read_rows(struct writing *w, struct program *p, const struct sec *from)
{
	const struct sec *sec = NULL;
	row_vec rows = {};
	struct row now;
	bool ok = true;

	reset(p, &now);
	while (ok && p->at < p->end) {
		u8 op = take(p, 1);

		if (op >= p->opcode_base) {
			op -= p->opcode_base;
			now.addr += op / p->line_range * p->min_len;
			now.line += p->line_base + op % p->line_range;
			add_row(&rows, &now);
		} else if (op) {
			ok = read_standard(p, op, &rows, &now);
		} else {
			ok = read_extended(w, p, from, &sec, &rows, &now);
		}
	}
	free(rows.v);
	return ok && !rows.n;
}

/* Behind the length: version, and of the rest what the rows depend on */
static bool read_header(struct program *p, const u8 **rows)
{
	u16 version = take(p, 2);
	u32 len = take(p, 4);

	if (p->bad || len > (size_t)(p->end - p->at))
		return false;
	*rows = p->at + len;
	p->min_len = take(p, 1);
	if (version >= 4 && take(p, 1) != 1)
		return false;
	p->default_stmt = take(p, 1);
	p->line_base = take(p, 1);
	p->line_range = take(p, 1);
	p->opcode_base = take(p, 1);
	return !p->bad && version >= 2 && version <= 4 && p->min_len && p->line_range &&
	       p->opcode_base == DW_LNS_set_isa + 1;
}

static bool copy_program(struct debug *d, const struct sec *from, u32 sec, u32 at, u32 end)
{
	struct program p = { .at = from->data + at + 4, .end = from->data + end };
	struct writing w = { .d = d, .p = &p, .sec = sec };
	struct move *m = vec_add(&d->moves);
	const u8 *rows;
	u32 size;

	if (!read_header(&p, &rows))
		return false;
	m->from = at;
	m->to = buf_add(text(&w), from->data + at, rows - (from->data + at));
	at = m->to;
	p.at = rows;
	if (!read_rows(&w, &p, from))
		return false;
	size = text(&w)->n - at - 4;
	memcpy(text(&w)->v + at, &size, 4);
	return true;
}

/**
 * lines_copy() - copy line number programs, as far as they are about included code
 * @d:		where to
 * @from:	the .debug_line of the debug object
 * @sec:	the .debug_line of the output
 *
 * Return: false if they are not understood.
 */
bool lines_copy(struct debug *d, const struct sec *from, u32 sec)
{
	u32 size = from->sh.sh_size, at, end;

	for (at = 0; at < size; at = end) {
		if (size - at < 16 || get_le(from->data + at, 4) > size - at - 4)
			return false;
		end = at + 4 + get_le(from->data + at, 4);
		if (!copy_program(d, from, sec, at, end))
			return false;
	}
	return true;
}

/* Where a line number program is now */
u32 lines_moved(const struct debug *d, u64 off)
{
	const struct move *m;

	vec_for_each(m, &d->moves)
		if (m->from == off)
			return m->to;
	return 0;
}
