// SPDX-License-Identifier: GPL-2.0
/*
 * The same code with its blocks in another order.
 *
 * Where the compiler thinks that one way is less likely than before, it moves blocks,
 * and nothing else. Both functions are followed from their start, in step: each
 * instruction has to be the same, with the same fields and entries of tables, and each
 * jump has to lead to what is paired in turn. A condition may be asked for the other
 * way round. What can't be followed (jump tables, a label's address) is not the same.
 */
#include <stdlib.h>
#include <string.h>

#include "flow.h"

#define NOWHERE		(~0u)
#define IN_COLD		(1u << 31)

/* A function and its cold part; a place in it is an offset, with IN_COLD in the latter. */
struct body {
	const struct unit *part[2];
};

struct pair {
	u32 x, y;
};

struct flow {
	const struct update *up;
	struct body a, b;
	u32 *first[2];		/* by offset in @a, and in its cold part: its pair */
	VEC(struct pair) more;	/* if it has several */
	VEC(struct pair) todo;
};

/* An instruction: where it is, and its field, if it has one. */
struct at {
	const struct unit *u;
	u32 place, off;
	const u8 *p;
	struct insn insn;
	const struct ref *ref;
	u32 nrefs;
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
	at->u = body->part[place & IN_COLD ? 1 : 0];
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

/* A place in the function that a field leads to, or NOWHERE. */
static u32 place_of(const struct body *body, const struct ref *r)
{
	u32 i;

	for (i = 0; i < 2; i++)
		if (body->part[i] && r->unit == body->part[i] && r->target >= 0 &&
		    r->target < r->unit->size)
			return (u32)r->target | (i ? IN_COLD : 0);
	return NOWHERE;
}

/* Where a jump leads to in the function, or NOWHERE. */
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

static bool has_entry(const struct at *at)
{
	const struct entry *e;

	vec_for_each(e, &at->u->entries)
		if (entry_counts(e) && e->loc >= (s64)at->off &&
		    e->loc < (s64)at->off + at->insn.len)
			return true;
	return false;
}

/* Jumps to nowhere else and does nothing on the way. */
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

static void pair_up(struct flow *f, u32 x, u32 y)
{
	u32 *known = &f->first[x & IN_COLD ? 1 : 0][x & ~IN_COLD];
	struct pair *p;

	if (*known == y)
		return;
	if (*known == NOWHERE) {
		*known = y;
	} else {
		vec_for_each(p, &f->more)
			if (p->x == x && p->y == y)
				return;
		*vec_add(&f->more) = (struct pair){ x, y };
	}
	*vec_add(&f->todo) = (struct pair){ x, y };
}

static bool pair_places(struct flow *f, u32 x, u32 y)
{
	if (x == NOWHERE || y == NOWHERE)
		return false;
	pair_up(f, x, y);
	return true;
}

/* 0f 8c, 7c: the condition; -1 for what is no such jump */
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

/* A conditional jump to another function is none that is followed. */
static bool same_condition(struct flow *f, const struct at *x, const struct at *y)
{
	int c = condition(x), d = condition(y);
	u32 to_x = jump_target(&f->a, x), to_y = jump_target(&f->b, y);

	if (c < 0 || d < 0 || to_x == NOWHERE || to_y == NOWHERE)
		return false;
	if (c == d) {
		pair_up(f, to_x, to_y);
		pair_up(f, behind(x), behind(y));
	} else if (c == (d ^ 1)) {
		pair_up(f, to_x, behind(y));
		pair_up(f, behind(x), to_y);
	} else {
		return false;
	}
	return true;
}

/* Fields at the same bytes of the instruction. */
static bool same_fields(struct flow *f, const struct at *x, const struct at *y)
{
	u32 i;

	if (x->nrefs != y->nrefs)
		return false;
	for (i = 0; i < x->nrefs; i++)
		if (x->ref[i].off - x->off != y->ref[i].off - y->off ||
		    place_of(&f->a, &x->ref[i]) != NOWHERE ||
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
		if (x->p[i] != y->p[i] && !is_field(x, i))
			return false;
	return true;
}

/* What an entry refers to: in the function, then it is paired; or the same elsewhere. */
static bool same_entry_refs(struct flow *f, const struct at *x, const struct entry *a,
			    const struct at *y, const struct entry *b)
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
			if (!pair_places(f, to_x, to_y))
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

static bool same_entries(struct flow *f, const struct at *x, const struct at *y)
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
		if (a->sec->desc->table != TABLE_BUG && !same_entry_refs(f, x, a, y, b))
			return false;
	}
}

/* Of WARN(), which goes on behind it. */
static bool warns(const struct at *at)
{
	const struct entry *e;

	vec_for_each(e, &at->u->entries)
		if (e->loc == (s64)at->off && e->sec->desc->table == TABLE_BUG)
			return e->sec->data[e->off + (e->sec->entsize == 8 ? 4 :
						      e->sec->entsize - 2)] & 1;
	return false;
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

/* jmp *table(,%rax,8): it may lead into the function. */
static bool jumps_by_table(const struct at *at)
{
	const u8 *p = at->p;

	if ((*p & 0xf0) == 0x40 || *p == 0x3e)
		p++;
	return *p == 0xff && (p[1] & 0x38) == 0x20 && at->nrefs;
}

static bool same_step(struct flow *f, u32 from_x, u32 from_y)
{
	struct at x, y;

	if (!read_at(&f->a, from_x, &x) || !read_at(&f->b, from_y, &y) ||
	    !skip(&f->a, &x) || !skip(&f->b, &y))
		return false;
	if (x.insn.kind != y.insn.kind)
		return false;
	if (x.insn.kind == INSN_JCC)
		return !has_entry(&x) && !has_entry(&y) && same_condition(f, &x, &y);
	if (!same_bytes(&x, &y) || !same_fields(f, &x, &y) || !same_entries(f, &x, &y) ||
	    jumps_by_table(&x))
		return false;
	if (x.insn.kind == INSN_JMP && !x.nrefs)
		return false;
	if (!ends_here(&x) && !never_returns(&x))
		pair_up(f, behind(&x), behind(&y));
	return true;
}

/* Does anything but its own code lead to somewhere in it, as a jump table does? */
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

static u32 *unpaired(const struct unit *u)
{
	u32 *v = xzalloc((u->size + 16) * sizeof(*v));

	memset(v, 0xff, (u->size + 16) * sizeof(*v));
	return v;
}

/**
 * unit_same_flow - is it the same code, with its blocks in another order?
 * @up:	the update
 * @a:	a function of the old object, or its cold part
 * @b:	one of the new one
 */
bool unit_same_flow(const struct update *up, const struct unit *a,
		    const struct unit *b)
{
	struct flow f = { .up = up };
	struct pair next;
	bool same = true;

	a = a->parent ? a->parent : a;
	b = b->parent ? b->parent : b;
	if (!a->is_func || !b->is_func || !unit_data(a) || !unit_data(b))
		return false;
	f.a = (struct body){ { a, a->cold } };
	f.b = (struct body){ { b, b->cold } };
	if (is_entered_elsewhere(&f.a) || is_entered_elsewhere(&f.b))
		return false;
	f.first[0] = unpaired(a);
	f.first[1] = unpaired(a->cold ? a->cold : a);
	pair_up(&f, 0, 0);
	while (same && f.todo.n) {
		next = f.todo.v[--f.todo.n];
		same = same_step(&f, next.x, next.y);
	}
	free(f.first[0]);
	free(f.first[1]);
	free(f.more.v);
	free(f.todo.v);
	return same;
}
