// SPDX-License-Identifier: GPL-2.0
/*
 * Compares functions that differ only in the order of blocks, or of instructions in
 * them.
 *
 * If the compiler takes a branch for less likely than before, it only moves blocks.
 * Both functions are followed from their start in step, from block to block. Each
 * instruction must have a counterpart with the same fields and table entries. It may be
 * before another instruction only if the two do not depend on each other. Registers may
 * be swapped if they hold the same. The targets of jumps must be pairs in turn. A
 * condition may be inverted. Code that can't be followed (jump tables, the address of a
 * label) counts as different.
 *
 * If the old code has run and will not run again, new code may also test whether a
 * pointer is NULL or an error, if the old code went on to access memory through it:
 * with such a pointer, the kernel would have stopped there. New code may also take
 * locks, as no thread holds them any more.
 */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "flow.h"

#ifdef HAVE_CAPSTONE

#define NOWHERE		(~0u)
#define IN_COLD		(1u << 31)

/* A function and its cold part. A place is an offset, with IN_COLD if in the cold part. */
struct body {
	const struct unit *part[2];
};

/*
 * @in: for each register, the register of the other function that holds the same, or
 * LOST. @no_flags: the flags may differ. @junk: registers of the other function that no
 * code reads any more: they hold what a call left that only that function has.
 */
struct regs {
	u8 in[16];
	u16 no_flags, junk;	/* no padding: they are compared byte by byte */
};

#define LOST	0xff

struct pair {
	u32 x, y;
	struct regs regs;
	u32 next;		/* next pair of the same @x: 1 + its index in flow.pairs */
};

#define MAX_PAIRS	16	/* per place @x */

struct flow {
	const struct update *up;
	bool has_run;
	struct body a, b;
	u32 *first[2];		/* first pair, by offset in @a and its cold part */
	VEC(struct pair) pairs;
	u32 done;		/* how many of @pairs are compared */
	bool too_many;
};

/* An instruction: its place, and its first field, if any. */
struct at {
	const struct unit *u;
	u32 place, off;
	const u8 *p;
	struct insn insn;
	const struct ref *ref;
	u32 nrefs;
	bool no_flags;		/* no code reads the flags that it sets */
};

static const struct ref *field_in(const struct unit *u, u32 at, u32 len, u32 *n)
{
	const struct ref *r, *first = NULL;

	*n = 0;
	vec_for_each(r, &u->refs)
		if (r->off >= at && r->off < at + len && !(*n)++)
			first = r;
	return first;
}

static bool read_at(const struct body *body, u32 place, struct at *at)
{
	*at = (struct at){ .u = body->part[place & IN_COLD ? 1 : 0] };
	at->place = place;
	at->off = place & ~IN_COLD;
	if (!at->u || at->off >= at->u->size)
		return false;
	at->p = unit_data(at->u) + at->off;
	if (!insn_decode(&at->insn, at->p, at->u->size - at->off))
		return false;
	at->ref = field_in(at->u, at->off, at->insn.len, &at->nrefs);
	return true;
}

static u32 behind(const struct at *at)
{
	return at->place + at->insn.len;
}

/* Return: the place in the function that a field refers to, or NOWHERE. */
static u32 place_of(const struct body *body, const struct ref *r)
{
	u32 i;

	for (i = 0; i < 2; i++)
		if (body->part[i] && r->unit == body->part[i] && r->target >= 0 &&
		    r->target < r->unit->size)
			return (u32)r->target | (i ? IN_COLD : 0);
	return NOWHERE;
}

/* Return: the place in the function that a jump leads to, or NOWHERE. */
static u32 jump_target(const struct body *body, const struct at *at)
{
	u64 sign;
	s64 to;

	if (at->ref)
		return place_of(body, at->ref);
	if (!at->insn.imm_len)
		return NOWHERE;
	sign = 1ull << (at->insn.imm_len * 8 - 1);
	to = at->off + at->insn.len +
	     (s64)((get_le(at->p + at->insn.imm_off, at->insn.imm_len) ^ sign) - sign);
	if (to < 0 || to >= at->u->size)
		return NOWHERE;
	return (u32)to | (at->place & IN_COLD);
}

static bool has_entry_in(const struct unit *u, u32 at, u32 len)
{
	const struct entry *e;

	vec_for_each(e, &u->entries)
		if (entry_counts(e) && e->loc >= (s64)at && e->loc < (s64)at + len)
			return true;
	return false;
}

static bool has_entry(const struct at *at)
{
	return has_entry_in(at->u, at->off, at->insn.len);
}

/* Skip NOPs, and jumps within the function. */
static bool skip(const struct body *body, struct at *at)
{
	int limit;
	u32 to;

	for (limit = 0; limit < 64; limit++) {
		if (has_entry(at))
			return true;
		if (at->insn.kind == INSN_NOP)
			to = behind(at);
		else if (at->insn.kind == INSN_JMP)
			to = jump_target(body, at);
		else
			return true;
		if (to == NOWHERE)
			return true;
		if (!read_at(body, to, at))
			return false;
	}
	return false;
}

static void pair_up(struct flow *f, u32 x, u32 y, const struct regs *regs)
{
	u32 *first = &f->first[x & IN_COLD ? 1 : 0][x & ~IN_COLD], i, n = 0;
	struct pair *p;

	for (i = *first; i; i = p->next, n++) {
		p = &f->pairs.v[i - 1];
		if (p->y == y && !memcmp(&p->regs, regs, sizeof(*regs)))
			return;
	}
	f->too_many |= n >= MAX_PAIRS;
	p = vec_add(&f->pairs);
	*p = (struct pair){ x, y, *regs, *first };
	*first = f->pairs.n;
}

static bool pair_places(struct flow *f, u32 x, u32 y, const struct regs *regs)
{
	if (x == NOWHERE || y == NOWHERE)
		return false;
	pair_up(f, x, y, regs);
	return true;
}

/* 0f 8c, 7c: the condition code; -1 if it is no such jump */
static int condition(const struct at *at)
{
	const u8 *p = at->p;

	if (at->insn.kind != INSN_JCC)
		return -1;
	while (*p == 0x2e || *p == 0x3e)
		p++;
	if (*p == 0x0f)
		return p[1] & 0xf;
	return (*p & 0xf0) == 0x70 ? *p & 0xf : -1;
}

/* Conditional jumps to another function are not followed. */
static bool same_condition(struct flow *f, const struct at *x, const struct at *y,
			   const struct regs *regs)
{
	int c = condition(x), d = condition(y);
	u32 to_x = jump_target(&f->a, x), to_y = jump_target(&f->b, y);

	if (c < 0 || d < 0 || to_x == NOWHERE || to_y == NOWHERE)
		return false;
	if (c == d) {
		pair_up(f, to_x, to_y, regs);
		pair_up(f, behind(x), behind(y), regs);
	} else if (c == (d ^ 1)) {
		pair_up(f, to_x, behind(y), regs);
		pair_up(f, behind(x), to_y, regs);
	} else {
		return false;
	}
	return true;
}

/* Do the fields of both instructions refer to the same? */
static bool same_fields(struct flow *f, const struct at *x, const struct at *y)
{
	u32 i;

	if (x->nrefs != y->nrefs)
		return false;
	for (i = 0; i < x->nrefs; i++)
		if (place_of(&f->a, &x->ref[i]) != NOWHERE ||
		    place_of(&f->b, &y->ref[i]) != NOWHERE ||
		    !refs_mean_same(f->up, x->u, &x->ref[i], y->u, &y->ref[i]))
			return false;
	return true;
}

static bool is_field(const struct at *at, u32 byte)
{
	u32 i, size;

	for (i = 0; i < at->nrefs; i++) {
		size = at->ref[i].type == R_X86_64_64 || at->ref[i].type == R_X86_64_PC64 ? 8 : 4;
		if (at->off + byte >= at->ref[i].off && at->off + byte < at->ref[i].off + size)
			return true;
	}
	return false;
}

static bool same_bytes(const struct at *x, const struct at *y)
{
	u32 i;

	if (x->insn.len != y->insn.len)
		return false;
	for (i = 0; i < x->insn.len; i++)
		if (is_field(x, i) != is_field(y, i) || (x->p[i] != y->p[i] && !is_field(x, i)))
			return false;
	return true;
}

/* Do both entries refer to the same? Places in the function become a pair. */
static bool same_entry_refs(struct flow *f, const struct at *x, const struct entry *a,
			    const struct at *y, const struct entry *b, const struct regs *regs)
{
	u32 i, to_x, to_y;

	for (i = 1; i < a->refs.n; i++) {
		const struct ref *r = &a->refs.v[i], *s = &b->refs.v[i];

		if (alt_is_empty(a, r) && alt_is_empty(b, s))
			continue;
		to_x = place_of(&f->a, r);
		to_y = place_of(&f->b, s);
		if (r->off != s->off)
			return false;
		if (to_x != NOWHERE || to_y != NOWHERE) {
			if (!pair_places(f, to_x, to_y, regs))
				return false;
		} else if (!refs_mean_same(f->up, x->u, r, y->u, s)) {
			return false;
		}
	}
	return true;
}

static const struct entry *next_entry(const struct at *at, u32 *i)
{
	while (*i < at->u->entries.n) {
		const struct entry *e = &at->u->entries.v[(*i)++];

		if (entry_counts(e) && e->loc >= (s64)at->off &&
		    e->loc < (s64)at->off + at->insn.len)
			return e;
	}
	return NULL;
}

static bool same_entries(struct flow *f, const struct at *x, const struct at *y,
			 const struct regs *regs)
{
	const struct entry *a, *b;
	u32 i = 0, k = 0;

	for (;;) {
		a = next_entry(x, &i);
		b = next_entry(y, &k);
		if (!a && !b)
			return true;
		if (!a || !b || strcmp(a->sec->name, b->sec->name) ||
		    a->loc - (s64)x->off != b->loc - (s64)y->off ||
		    a->sec->entsize != b->sec->entsize || a->refs.n != b->refs.n ||
		    !same_entry_bytes(a, b))
			return false;
		if (a->sec->desc->table != TABLE_BUG && !same_entry_refs(f, x, a, y, b, regs))
			return false;
	}
}

/* Is it the ud2 of a WARN(), after which execution continues? */
static bool warns(const struct at *at)
{
	const struct entry *e;

	vec_for_each(e, &at->u->entries)
		if (e->loc == (s64)at->off && e->sec->desc->table == TABLE_BUG)
			return e->sec->data[e->off + bug_flags_offset(e->sec)] & 1;
	return false;
}

/* Is it a ud2 that only has an entry in the bug table? */
static bool is_bug(const struct at *at)
{
	const struct entry *e;

	if (at->p[0] != 0x0f || at->p[1] != 0x0b)
		return false;
	vec_for_each(e, &at->u->entries)
		if (entry_counts(e) && e->loc >= (s64)at->off && e->loc < (s64)at->off + 2 &&
		    e->sec->desc->table != TABLE_BUG)
			return false;
	return true;
}

static bool ends_here(const struct at *at)
{
	const u8 *p = at->p;

	if (at->insn.kind == INSN_JMP || *p == 0xc3 || *p == 0xc2 || *p == 0xcc)
		return true;
	if (*p == 0x0f && p[1] == 0x0b)
		return !warns(at);
	if ((*p & 0xf0) == 0x40 || *p == 0x3e)
		p++;
	return *p == 0xff && (p[1] & 0x38) == 0x20;
}

static bool never_returns(const struct at *at)
{
	static const char *const names[] = {
		"panic", "__stack_chk_fail", "__fortify_panic", "do_exit", "make_task_dead",
	};
	size_t i;

	for (i = 0; at->insn.kind == INSN_CALL && at->ref && at->ref->sym &&
	     i < ARRAY_SIZE(names); i++)
		if (!strcmp(at->ref->sym->name, names[i]))
			return true;
	return false;
}

/* jmp *table(,%rax,8) may lead into the function. */
static bool jumps_by_table(const struct at *at)
{
	const u8 *p = at->p;

	if ((*p & 0xf0) == 0x40 || *p == 0x3e)
		p++;
	return *p == 0xff && (p[1] & 0x38) == 0x20 && at->nrefs;
}

#define MAX_BLOCK	1000	/* instructions in a block */
#define MAX_AHEAD	24	/* instructions from a check to the use of the pointer */
#define PAGE		4096

/* Instructions in sequence, up to the first that jumps or returns. */
struct block {
	VEC(struct at) insns;
	struct at end;
	bool stops;		/* it ends with a call that does not return */
};

static bool read_block(const struct body *body, u32 place, struct block *block)
{
	struct at at;

	while (block->insns.n < MAX_BLOCK) {
		if (!read_at(body, place, &at) || !skip(body, &at))
			return false;
		if (at.insn.kind == INSN_JCC || ends_here(&at)) {
			block->end = at;
			return true;
		}
		*vec_add(&block->insns) = at;
		if (never_returns(&at)) {
			block->stops = true;
			return true;
		}
		place = behind(&at);
	}
	return false;
}

static cs_insn *take_apart(const struct at *at)
{
	cs_insn *insn;

	return cs_disasm(open_capstone(), at->p, at->insn.len, at->off, 1, &insn) == 1 ?
	       insn : NULL;
}

/* What an instruction reads and writes. */
struct effect {
	u32 reads, writes;	/* registers, and FLAGS */
	bool loads, stores;
	bool on_stack, at_symbol;	/* the memory is on the stack; it is at a symbol */
	bool fixed;		/* it must not move */
};

#define ALL_REGS	0xffffu
#define FLAGS		0x10000u	/* the bit after the registers */

static bool may_move(const cs_insn *insn)
{
	switch (insn->id) {
	case X86_INS_MOV: case X86_INS_MOVABS: case X86_INS_MOVZX: case X86_INS_MOVSX:
	case X86_INS_MOVSXD: case X86_INS_LEA: case X86_INS_ADD: case X86_INS_SUB:
	case X86_INS_AND: case X86_INS_OR: case X86_INS_XOR: case X86_INS_INC:
	case X86_INS_DEC: case X86_INS_NEG: case X86_INS_NOT: case X86_INS_SHL:
	case X86_INS_SHR: case X86_INS_SAR: case X86_INS_IMUL: case X86_INS_CMP:
	case X86_INS_TEST: case X86_INS_PUSH: case X86_INS_POP:
		return !insn->detail->x86.prefix[0];
	}
	return is_conditional_move(insn->id);
}

static bool leaves_flags(const cs_insn *insn)
{
	switch (insn->id) {
	case X86_INS_MOV: case X86_INS_MOVABS: case X86_INS_MOVZX: case X86_INS_MOVSX:
	case X86_INS_MOVSXD: case X86_INS_LEA: case X86_INS_NOT: case X86_INS_PUSH:
	case X86_INS_POP:
		return true;
	}
	return is_conditional_move(insn->id);
}

/* Does the instruction overwrite all of its first operand? */
static bool overwrites(const cs_insn *insn)
{
	switch (insn->id) {
	case X86_INS_MOV: case X86_INS_MOVABS: case X86_INS_MOVZX: case X86_INS_MOVSX:
	case X86_INS_MOVSXD: case X86_INS_LEA: case X86_INS_POP:
		return true;
	}
	return insn->id == X86_INS_IMUL && insn->detail->x86.op_count == 3;
}

static u32 bits_of(const uint16_t *regs, u8 n, bool *fixed)
{
	u32 bits = 0, width;
	u8 i;

	for (i = 0; i < n; i++) {
		int number = reg_number(regs[i], &width);

		if (number >= 0)
			bits |= 1u << number;
		else if (regs[i] == X86_REG_EFLAGS)
			bits |= FLAGS;
		else if (regs[i] != X86_REG_RIP)
			*fixed = true;
	}
	return bits;
}

static void add_memory(struct effect *e, const struct at *at, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;
	u8 i;

	if (insn->id == X86_INS_PUSH || insn->id == X86_INS_POP) {
		e->loads |= insn->id == X86_INS_POP;
		e->stores |= insn->id == X86_INS_PUSH;
		e->on_stack = x->operands[0].type == X86_OP_REG;
	}
	for (i = 0; i < x->op_count; i++) {
		const cs_x86_op *op = &x->operands[i];

		if (op->type != X86_OP_MEM || insn->id == X86_INS_LEA)
			continue;
		e->loads |= op->access & CS_AC_READ || !op->access;
		e->stores |= op->access & CS_AC_WRITE;
		e->at_symbol = op->mem.base == X86_REG_RIP && at->nrefs;
		e->fixed |= op->mem.segment != X86_REG_INVALID;
	}
}

static struct effect effect_of(const struct at *at)
{
	struct effect e = { .fixed = has_entry(at) };
	cs_insn *insn = take_apart(at);
	cs_regs in, out;
	u8 nin, nout;

	if (!insn)
		return (struct effect){ .fixed = true };
	e.fixed |= !may_move(insn) || cs_regs_access(open_capstone(), insn, in, &nin, out, &nout);
	if (!e.fixed) {
		e.reads = bits_of(in, nin, &e.fixed);
		e.writes = bits_of(out, nout, &e.fixed);
		e.reads |= is_conditional_move(insn->id) ? FLAGS : 0;
		e.reads |= overwrites(insn) ? 0 : e.writes & ALL_REGS;
		e.writes |= leaves_flags(insn) ? 0 : FLAGS;
		add_memory(&e, at, insn);
	}
	cs_free(insn, 1);
	return e;
}

/* From the end: does the code set the flags again before it reads them? */
static void find_lost_flags(struct block *block)
{
	bool lost = false;
	u32 i;

	for (i = block->insns.n; i; i--) {
		struct at *at = &block->insns.v[i - 1];
		struct effect e = effect_of(at);

		at->no_flags = lost;
		if (e.fixed)
			lost = at->insn.kind == INSN_CALL;
		else if (e.reads & FLAGS)
			lost = false;
		else if (e.writes & FLAGS)
			lost = true;
	}
}

/* May the two instructions be swapped? */
static bool are_apart(const struct at *a, const struct at *b)
{
	struct effect x = effect_of(a), y = effect_of(b);

	if (x.fixed || y.fixed || x.writes & y.reads || y.writes & x.reads ||
	    x.writes & y.writes & ~(a->no_flags && b->no_flags ? FLAGS : 0))
		return false;
	if (!(x.stores && (y.loads || y.stores)) && !(y.stores && x.loads))
		return true;
	return (x.on_stack && y.at_symbol) || (y.on_stack && x.at_symbol);
}

/* Registers */

#define BITS(r)		(1u << (r))
#define ARGUMENTS	(BITS(R_DI) | BITS(R_SI) | BITS(R_DX) | BITS(R_CX) | BITS(R_8) | BITS(R_9) | \
			 BITS(R_AX))
#define KEPT		(BITS(R_BX) | BITS(R_BP) | BITS(R_SP) | BITS(R_12) | BITS(R_13) | \
			 BITS(R_14) | BITS(R_15))
static bool are_same(const struct regs *regs, u32 mask)
{
	u32 i;

	for (i = 0; i < 16; i++)
		if (mask & BITS(i) && regs->in[i] != i && !(regs->junk & BITS(i)))
			return false;
	return true;
}

static void write_reg(struct regs *regs, u32 x, u32 y)
{
	u32 i;

	for (i = 0; i < 16; i++)
		if (regs->in[i] == y)
			regs->in[i] = LOST;
	regs->in[x] = y;
	regs->junk &= ~BITS(y);
}

static bool same_reg(const struct regs *regs, unsigned int a, unsigned int b, bool reads)
{
	u32 width = 0, other = 0;
	int x = reg_number(a, &width), y = reg_number(b, &other);

	if (x < 0 || y < 0)
		return a == b && (a == X86_REG_INVALID || a == X86_REG_RIP);
	if (width != other || (x == R_SP) != (y == R_SP))
		return false;
	/* a partial write keeps the rest of the register */
	return (!reads && width >= 4) || regs->in[x] == y;
}

static bool same_memory(const struct regs *regs, const cs_x86_op *a, const cs_x86_op *b)
{
	return a->mem.scale == b->mem.scale && a->mem.segment == b->mem.segment &&
	       same_reg(regs, a->mem.base, b->mem.base, true) &&
	       same_reg(regs, a->mem.index, b->mem.index, true);
}

static bool same_operand(const struct regs *regs, const cs_x86_op *a, const cs_x86_op *b,
			 bool reads)
{
	if (a->type != b->type || a->size != b->size)
		return false;
	if (a->type == X86_OP_REG)
		return same_reg(regs, a->reg, b->reg, reads);
	return a->type != X86_OP_MEM || same_memory(regs, a, b);
}

static s64 number_at(const struct at *at, u32 off, u32 len)
{
	u64 sign = len ? 1ull << (len * 8 - 1) : 0;

	return len && !is_field(at, off) ? (s64)((get_le(at->p + off, len) ^ sign) - sign) : 0;
}

static bool has_field(const struct at *at, u32 off, u32 len)
{
	return len && is_field(at, off);
}

/* Are the numbers the same, in any encoding, and the fields in the same places? */
static bool same_numbers(const struct at *x, const struct at *y)
{
	const struct insn *a = &x->insn, *b = &y->insn;

	return !a->imm_len == !b->imm_len && a->rip == b->rip &&
	       has_field(x, a->disp_off, a->disp_len) == has_field(y, b->disp_off, b->disp_len) &&
	       has_field(x, a->imm_off, a->imm_len) == has_field(y, b->imm_off, b->imm_len) &&
	       number_at(x, a->disp_off, a->disp_len) == number_at(y, b->disp_off, b->disp_len) &&
	       number_at(x, a->imm_off, a->imm_len) == number_at(y, b->imm_off, b->imm_len);
}

static bool clears(const cs_insn *insn)
{
	const cs_x86_op *op = insn->detail->x86.operands;

	return insn->id == X86_INS_XOR && op[0].type == X86_OP_REG && op[1].type == X86_OP_REG &&
	       op[0].reg == op[1].reg && op[0].size >= 4;
}

/* Is it the same instruction, but with other registers, which hold the same? */
static bool is_renamed(const struct regs *regs, const struct at *x, const cs_insn *a,
		       const struct at *y, const cs_insn *b)
{
	const cs_x86 *p = &a->detail->x86, *q = &b->detail->x86;
	u8 i;

	if (a->id != b->id || p->op_count != q->op_count || !may_move(a) || !may_move(b) ||
	    has_entry(x) || has_entry(y) || !same_numbers(x, y))
		return false;
	if (clears(a) || clears(b))
		return clears(a) && clears(b) && p->operands[0].size == q->operands[0].size &&
		       same_reg(regs, p->operands[0].reg, q->operands[0].reg, false);
	for (i = 0; i < p->op_count; i++)
		if (!same_operand(regs, &p->operands[i], &q->operands[i], i || !overwrites(a)))
			return false;
	return true;
}

/* Registers that must be the same for two instructions with the same bytes. */
static u32 regs_of_fixed(const struct at *at)
{
	u32 mask = ALL_REGS;
	bool other = false;
	cs_insn *insn;
	cs_regs in, out;
	u8 nin, nout;

	if (is_bug(at))
		return 0;	/* the handler reads no registers */
	if (has_entry(at))
		return ALL_REGS;
	if (at->insn.kind == INSN_CALL && at->ref && at->ref->sym &&
	    !starts_with(at->ref->sym->name, "__x86_indirect_"))
		return ARGUMENTS | BITS(R_SP) | BITS(R_10);
	insn = take_apart(at);
	if (insn && !cs_regs_access(open_capstone(), insn, in, &nin, out, &nout)) {
		mask = bits_of(in, nin, &other) | bits_of(out, nout, &other);
		if (other || cs_insn_group(open_capstone(), insn, CS_GRP_CALL))
			mask = ALL_REGS;
	}
	if (insn)
		cs_free(insn, 1);
	return mask & ALL_REGS;
}

static void write_all(struct regs *regs, const cs_insn *a, const cs_insn *b)
{
	cs_regs in, out, in2, out2;
	u8 nin, nout, nin2, nout2, i;
	u32 width;

	if (cs_regs_access(open_capstone(), a, in, &nin, out, &nout) ||
	    cs_regs_access(open_capstone(), b, in2, &nin2, out2, &nout2) || nout != nout2) {
		memset(regs->in, LOST, sizeof(regs->in));
		return;
	}
	for (i = 0; i < nout; i++) {
		int x = reg_number(out[i], &width), y = reg_number(out2[i], &width);

		if (x >= 0 && y >= 0)
			write_reg(regs, x, y);
	}
}

/* Both functions find the same in the registers after a call. */
static void lose_in_call(struct regs *regs)
{
	static const u8 lost[] = { R_AX, R_CX, R_DX, R_SI, R_DI, R_8, R_9, R_10, R_11 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lost); i++)
		write_reg(regs, lost[i], lost[i]);
}

/* An unknown instruction may read the flags. */
static bool may_ask_flags(const struct at *at)
{
	struct effect e = effect_of(at);

	return e.fixed ? at->insn.kind != INSN_CALL : e.reads & FLAGS;
}

static bool is_like(struct flow *f, const struct at *x, const struct at *y,
		    const struct regs *regs, bool exact)
{
	cs_insn *a, *b;
	bool like;

	if (x->insn.kind != y->insn.kind || !same_fields(f, x, y))
		return false;
	a = take_apart(x);
	b = take_apart(y);
	like = a && b && !(regs->no_flags && may_ask_flags(x)) &&
	       (!exact || same_bytes(x, y)) &&
	       (is_renamed(regs, x, a, y, b) ||
		(exact && are_same(regs, regs_of_fixed(x))));
	if (a)
		cs_free(a, 1);
	if (b)
		cs_free(b, 1);
	return like;
}

static void advance_regs(struct regs *regs, const struct at *x, const struct at *y)
{
	cs_insn *a = take_apart(x), *b = take_apart(y);

	if (effect_of(x).writes & FLAGS)
		regs->no_flags = false;

	if (a && b)
		write_all(regs, a, b);
	if (x->insn.kind == INSN_CALL || !a || cs_insn_group(open_capstone(), a, CS_GRP_CALL))
		lose_in_call(regs);
	if (a)
		cs_free(a, 1);
	if (b)
		cs_free(b, 1);
}

/* May instruction @i be next, before the earlier ones that are left? */
static bool is_ready(const struct at *v, const u8 *taken, u32 i)
{
	u32 k;

	for (k = 0; k < i; k++)
		if (!taken[k] && !are_apart(&v[k], &v[i]))
			return false;
	return true;
}

/*
 * Find the counterpart of @x in @y, of those that are left; -1 if there is none, or if
 * it can't be next.
 */
static s64 find_like(struct flow *f, const struct at *x, const struct at *y, const u8 *taken,
		     u32 n, const struct regs *regs, bool exact)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (!taken[i] && is_like(f, x, &y[i], regs, exact))
			return is_ready(y, taken, i) ? (s64)i : -1;
	return -1;
}

struct row {
	const struct at *v;
	u8 *taken;
	u32 n;
};

/* Take the first of @x that may be next, and whose counterpart in @y may be next, too. */
static bool take_one(struct flow *f, struct row *x, struct row *y, struct regs *regs, bool exact)
{
	u32 i;
	s64 k;

	for (i = 0; i < x->n; i++) {
		if (x->taken[i] || !is_ready(x->v, x->taken, i))
			continue;
		k = find_like(f, &x->v[i], y->v, y->taken, y->n, regs, exact);
		if (k < 0 || !same_entries(f, &x->v[i], &y->v[k], regs))
			continue;
		x->taken[i] = 1;
		y->taken[k] = 1;
		advance_regs(regs, &x->v[i], &y->v[k]);
		return true;
	}
	return false;
}

/* Does it take or release a lock, and have no other lasting effect? */
static bool calls_lock(const struct at *y)
{
	static const char *const names[] = {
		"mutex_lock", "mutex_unlock", "down_read", "up_read", "down_write", "up_write",
		"_raw_spin_lock", "_raw_spin_unlock", "_raw_spin_lock_irq", "_raw_spin_unlock_irq",
		"_raw_spin_lock_bh", "_raw_spin_unlock_bh", "__rcu_read_lock", "__rcu_read_unlock",
		"cpus_read_lock", "cpus_read_unlock", "rtnl_lock", "rtnl_unlock",
		"pci_lock_rescan_remove", "pci_unlock_rescan_remove",
	};
	size_t i;

	if (y->insn.kind != INSN_CALL || y->nrefs != 1 || !y->ref->sym || y->ref->unit ||
	    has_entry(y))
		return false;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(y->ref->sym->name, names[i]))
			return true;
	return false;
}

/* Is it "mov $lock, %rdi", the argument of such a call? */
static bool sets_argument(const struct at *y)
{
	cs_insn *insn = take_apart(y);
	const cs_x86_op *op = insn ? insn->detail->x86.operands : NULL;
	bool only = insn && insn->id == X86_INS_MOV && op[0].type == X86_OP_REG &&
		    op[0].reg == X86_REG_RDI && op[1].type == X86_OP_IMM && !has_entry(y);

	if (insn)
		cs_free(insn, 1);
	return only;
}

static void lose(struct regs *regs, u32 mask)
{
	u32 i;

	for (i = 0; i < 16; i++)
		if (regs->in[i] != LOST && mask & BITS(regs->in[i]))
			regs->in[i] = LOST;
}

/*
 * Skip one instruction of @y which the old code does not have, and which can't change
 * what it did.
 */
static bool pass_one(struct row *y, struct regs *regs)
{
	u32 i;

	for (i = 0; i < y->n; i++) {
		if (y->taken[i] || !is_ready(y->v, y->taken, i))
			continue;
		if (calls_lock(&y->v[i])) {
			lose(regs, ALL_REGS & ~KEPT);
			regs->junk |= ALL_REGS & ~KEPT;
			regs->no_flags = true;
		} else if (sets_argument(&y->v[i])) {
			lose(regs, BITS(R_DI));
			regs->junk &= ~BITS(R_DI);
		} else {
			continue;
		}
		y->taken[i] = 1;
		return true;
	}
	return false;
}

/*
 * Do both rows have the same instructions, in orders with the same result? @m: length
 * of @y.
 */
static bool same_row(struct flow *f, const struct at *x, u32 n, const struct at *y, u32 m,
		     struct regs *regs)
{
	u8 *taken = xzalloc(n + m + 1);
	struct row old = { x, taken, n }, new = { y, taken + n, m };
	u32 left = n, more = m;

	for (; left || more; more--) {
		if (left && take_one(f, &old, &new, regs, true))
			left--;
		else if (more > left && pass_one(&new, regs))
			continue;
		else if (left && take_one(f, &old, &new, regs, false))
			left--;
		else
			break;
	}
	free(taken);
	return !left && !more;
}

static u32 regs_at_end(const struct at *at)
{
	if (*at->p == 0xc3 || (at->insn.kind == INSN_JMP && at->ref && at->ref->sym &&
			       !strcmp(at->ref->sym->name, "__x86_return_thunk")))
		return KEPT | BITS(R_AX) | BITS(R_DX);
	if (at->insn.kind == INSN_JMP && at->ref && at->ref->sym &&
	    !starts_with(at->ref->sym->name, "__x86_indirect_"))
		return KEPT | ARGUMENTS | BITS(R_10);
	return *at->p == 0x0f || *at->p == 0xcc ? 0 : ALL_REGS;
}

static bool same_end(struct flow *f, const struct block *x, const struct block *y,
		     const struct regs *regs)
{
	if (x->stops || y->stops)
		return x->stops && y->stops;
	if (x->end.insn.kind == INSN_JCC)
		return !has_entry(&x->end) && !has_entry(&y->end) && !regs->no_flags &&
		       same_condition(f, &x->end, &y->end, regs);
	return x->end.insn.kind == y->end.insn.kind && same_bytes(&x->end, &y->end) &&
	       same_fields(f, &x->end, &y->end) && are_same(regs, regs_at_end(&x->end)) &&
	       same_entries(f, &x->end, &y->end, regs) && !jumps_by_table(&x->end) &&
	       (x->end.insn.kind != INSN_JMP || x->end.nrefs);
}

/* Checks that could not have found anything */

#define FLAGS_TESTED	(X86_EFLAGS_TEST_OF | X86_EFLAGS_TEST_SF | X86_EFLAGS_TEST_ZF | \
			 X86_EFLAGS_TEST_PF | X86_EFLAGS_TEST_CF | X86_EFLAGS_TEST_NT | \
			 X86_EFLAGS_TEST_AF)
#define CARRY_SET	(X86_EFLAGS_MODIFY_CF | X86_EFLAGS_RESET_CF | X86_EFLAGS_SET_CF)

/* How the old code uses a pointer after the place of a check. */
struct ahead {
	int reg;
	bool used;		/* it reads or writes memory through the pointer */
	bool flags_set;		/* it set the flags that the check changes */
	bool ends;
};

static int number_of(unsigned int reg)
{
	u32 width = 0;
	int n = reg_number(reg, &width);

	return width == 8 ? n : -1;
}

static bool leads_there(const struct ahead *a, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;
	u8 i;

	if (insn->id == X86_INS_LEA || insn->id == X86_INS_NOP)
		return false;
	for (i = 0; i < x->op_count; i++) {
		const cs_x86_op *op = &x->operands[i];

		if (op->type == X86_OP_MEM && op->access && number_of(op->mem.base) == a->reg &&
		    op->mem.index == X86_REG_INVALID && op->mem.segment == X86_REG_INVALID &&
		    op->mem.disp >= 0 && op->mem.disp < PAGE)
			return true;
	}
	return false;
}

static bool is_lost(csh cs, const struct ahead *a, const cs_insn *insn)
{
	bool call = cs_insn_group(cs, insn, CS_GRP_CALL);
	cs_regs in, out;
	u8 nin, nout, i;
	u32 width;

	if (call)
		return a->reg != R_BX && a->reg != R_BP && a->reg < R_12;
	if (cs_regs_access(cs, insn, in, &nin, out, &nout))
		return true;
	for (i = 0; i < nout; i++)
		if (reg_number(out[i], &width) == a->reg)
			return true;
	return false;
}

static void look_ahead(csh cs, struct ahead *a, const cs_insn *insn)
{
	u64 flags = insn->detail->x86.eflags;
	bool known = insn->id != X86_INS_PREFETCHT0 && insn->id != X86_INS_PREFETCHNTA &&
		     insn->id != X86_INS_PREFETCHW;

	if (!a->flags_set && (flags & FLAGS_TESTED || insn->id == X86_INS_PUSHFQ)) {
		a->ends = true;
		return;
	}
	a->used |= known && leads_there(a, insn);
	a->flags_set |= (flags & CARRY_SET && flags & X86_EFLAGS_MODIFY_ZF) ||
			cs_insn_group(cs, insn, CS_GRP_CALL) ||
			cs_insn_group(cs, insn, CS_GRP_RET);
	a->ends = cs_insn_group(cs, insn, CS_GRP_JUMP) || cs_insn_group(cs, insn, CS_GRP_RET) ||
		  insn->id == X86_INS_JMP || insn->id == X86_INS_UD2 ||
		  (!a->used && is_lost(cs, a, insn));
}

/* Does the old code access memory through @reg, whatever comes in between? */
static bool is_used(struct flow *f, const struct at *x, int reg)
{
	struct ahead a = { .reg = reg };
	csh cs = open_capstone();
	u32 n, k, at = x->off;
	const struct ref *r;
	cs_insn *insn;

	for (n = 0; n < MAX_AHEAD && !a.ends && !(a.used && a.flags_set) && at < x->u->size; n++) {
		if (cs_disasm(cs, unit_data(x->u) + at, x->u->size - at, at, 1, &insn) != 1)
			return false;
		if (has_entry_in(x->u, at, insn->size))
			a.ends = true;	/* the kernel may handle a fault there */
		else
			look_ahead(cs, &a, insn);
		r = field_in(x->u, at, insn->size, &k);
		/* after a tail call, no code reads the flags */
		a.flags_set |= insn->id == X86_INS_JMP && r && r->branch &&
			       place_of(&f->a, r) == NOWHERE;
		at += insn->size;
		cs_free(insn, 1);
	}
	return a.used && a.flags_set;
}

/* A check of a pointer: its register, and the condition codes of a hit and a pass. */
struct check {
	int reg;
	u8 finds, passes;
};

/* test %reg, %reg; je -- cmp $-4096, %reg; ja -- cmp $-4095, %reg; jae */
static bool is_check(const struct at *y, struct check *c)
{
	cs_insn *insn = y->nrefs || has_entry(y) ? NULL : take_apart(y);
	const cs_x86_op *op = insn ? insn->detail->x86.operands : NULL;

	c->reg = -1;
	if (!insn)
		return false;
	if (insn->id == X86_INS_TEST && op[0].type == X86_OP_REG && op[1].type == X86_OP_REG &&
	    op[0].reg == op[1].reg) {
		*c = (struct check){ number_of(op[0].reg), 0x4, 0x5 };
	} else if (insn->id == X86_INS_CMP && op[0].type == X86_OP_REG &&
		   op[1].type == X86_OP_IMM) {
		if (op[1].imm == -PAGE)
			*c = (struct check){ number_of(op[0].reg), 0x7, 0x6 };
		else if (op[1].imm == 1 - PAGE)
			*c = (struct check){ number_of(op[0].reg), 0x3, 0x2 };
	}
	cs_free(insn, 1);
	return c->reg >= 0;
}

/* Return: where execution continues if the check does not hit, or NOWHERE. */
static u32 passed(struct flow *f, const struct block *y, const struct check *c)
{
	int cond = condition(&y->end);

	if (has_entry(&y->end))
		return NOWHERE;
	return cond == c->finds ? behind(&y->end) :
	       cond == c->passes ? jump_target(&f->b, &y->end) : NOWHERE;
}

/* Return: the register of the old code that holds what the new code has in @y, or -1. */
static int old_register(const struct regs *regs, int y)
{
	int i;

	for (i = 0; i < 16; i++)
		if (regs->in[i] == y)
			return i;
	return -1;
}

/*
 * Is the new block the first part of the old one, plus a check at its end that the old
 * code does not have, and that can't have hit?
 */
static bool has_idle_check(struct flow *f, const struct block *x, const struct block *y,
			   struct regs regs)
{
	u32 n = y->insns.n ? y->insns.n - 1 : 0, on;
	const struct at *rest;
	struct check c;

	if (!f->has_run || y->stops || y->end.insn.kind != INSN_JCC || !y->insns.n ||
	    n > x->insns.n || !is_check(&y->insns.v[n], &c))
		return false;
	rest = n < x->insns.n ? &x->insns.v[n] : &x->end;
	on = passed(f, y, &c);
	if (on == NOWHERE || !same_row(f, x->insns.v, n, y->insns.v, n, &regs))
		return false;
	c.reg = old_register(&regs, c.reg);
	if (c.reg < 0 || !is_used(f, rest, c.reg))
		return false;
	pair_up(f, rest->place, on, &regs);
	return true;
}

static bool same_blocks(struct flow *f, const struct block *x, const struct block *y,
			struct regs regs)
{
	if (f->has_run ? x->insns.n > y->insns.n : x->insns.n != y->insns.n)
		return false;
	return same_row(f, x->insns.v, x->insns.n, y->insns.v, y->insns.n, &regs) &&
	       same_end(f, x, y, &regs);
}

static bool same_step(struct flow *f, const struct pair *from)
{
	struct block x = {}, y = {};
	bool same = false;

	if (read_block(&f->a, from->x, &x) && read_block(&f->b, from->y, &y)) {
		find_lost_flags(&x);
		find_lost_flags(&y);
		same = same_blocks(f, &x, &y, from->regs) ||
		       has_idle_check(f, &x, &y, from->regs);
	}
	free(x.insns.v);
	free(y.insns.v);
	return same;
}

/* Does other code or data refer into the function, as a jump table does? */
static bool is_entered_elsewhere(const struct body *body)
{
	const struct obj *obj = body->part[0]->obj;
	const struct ref *r;
	struct unit **u;

	vec_for_each(u, &obj->units) {
		if (*u == body->part[0] || *u == body->part[1] ||
		    (*u)->sec->cls == SC_NONE || (*u)->sec->cls == SC_DROP)
			continue;
		vec_for_each(r, &(*u)->refs)
			if (r->target && place_of(body, r) != NOWHERE)
				return true;
	}
	return false;
}

static u32 *no_pairs(const struct unit *u)
{
	return xzalloc((u->size + 16) * sizeof(u32));
}

/**
 * unit_same_flow() - is it the same code, with its blocks in another order?
 * @up:	the update
 * @a:	a function of the pre object, or its cold part
 * @b:	one of the post object
 * @has_run: it has run, and will not run again: ignore what can't have happened
 */
bool unit_same_flow(const struct update *up, const struct unit *a,
		    const struct unit *b, bool has_run)
{
	struct flow f = { .up = up, .has_run = has_run };
	struct regs regs = {};
	struct pair next;
	bool same = true;
	u32 i;

	a = a->parent ? a->parent : a;
	b = b->parent ? b->parent : b;
	if (!a->is_func || !b->is_func || !unit_data(a) || !unit_data(b))
		return false;
	f.a = (struct body){ { a, a->cold } };
	f.b = (struct body){ { b, b->cold } };
	if (is_entered_elsewhere(&f.a) || is_entered_elsewhere(&f.b))
		return false;
	f.first[0] = no_pairs(a);
	f.first[1] = no_pairs(a->cold ? a->cold : a);
	for (i = 0; i < 16; i++)
		regs.in[i] = i;
	pair_up(&f, 0, 0, &regs);
	while (same && !f.too_many && f.done < f.pairs.n) {
		next = f.pairs.v[f.done++];
		same = same_step(&f, &next);
	}
	free(f.first[0]);
	free(f.first[1]);
	free(f.pairs.v);
	return same && !f.too_many;
}

#else /* HAVE_CAPSTONE */

bool unit_same_flow(const struct update *up, const struct unit *a,
		    const struct unit *b, bool has_run)
{
	(void)up, (void)a, (void)b, (void)has_run;
	return false;
}

#endif /* HAVE_CAPSTONE */
