// SPDX-License-Identifier: GPL-2.0
/*
 * State that moves to another member of existing objects.
 *
 * lost.c looks at variables. But two functions may also agree on another member of an
 * object, of the same type, while others go on to use the old one: a counter, a pointer,
 * a lock that is held, or the node that an object is linked by. What the running kernel's
 * objects hold in the old member is lost. One function alone is a mistake that is mended.
 *
 * Code shows offsets only. So an offset that a function uses no more, and one that it
 * uses now, count if a struct that it reaches has members of one type at both.
 */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "state.h"
#include "types.h"

#ifdef HAVE_CAPSTONE

/**
 * struct use_at - a use of memory at an offset from a pointer
 * @off:	the offset
 * @size:	in bytes; 0: the address is computed
 * @n:		how often
 * @writes:	it is written
 */
struct use_at {
	s64 off;
	u32 size, n;
	bool writes;
};

typedef VEC(struct use_at) use_vec;

/* A function uses @to where it used @from */
struct switched {
	const struct unit *func;
	struct use_at from, to;
};

typedef VEC(struct switched) switched_vec;

static void add_use(use_vec *uses, s64 off, u32 size, bool writes)
{
	struct use_at *use;

	vec_for_each(use, uses)
		if (use->off == off && use->size == size) {
			use->writes |= writes;
			use->n++;
			return;
		}
	*vec_add(uses) = (struct use_at){ off, size, 1, writes };
}

static u32 count_uses(const use_vec *uses, const struct use_at *like)
{
	const struct use_at *use;

	vec_for_each(use, uses)
		if (use->off == like->off && use->size == like->size)
			return use->n;
	return 0;
}

static bool is_pointer(unsigned int reg)
{
	u32 width;
	int n = reg_number(reg, &width);

	return n >= 0 && n != R_SP && width == 8;
}

static bool has_field(const struct unit *u, const cs_insn *insn)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->insn_len && r->insn_off == insn->address)
			return true;
	return false;
}

static void add_operands(use_vec *uses, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;
	const cs_x86_op *op;
	u8 i;

	if ((insn->id == X86_INS_ADD || insn->id == X86_INS_SUB) &&
	    x->operands[0].type == X86_OP_REG && x->operands[1].type == X86_OP_IMM &&
	    is_pointer(x->operands[0].reg))
		add_use(uses, insn->id == X86_INS_ADD ? x->operands[1].imm : -x->operands[1].imm,
			0, false);
	for (i = 0; i < x->op_count; i++) {
		op = &x->operands[i];
		if (op->type != X86_OP_MEM || op->mem.segment != X86_REG_INVALID ||
		    !is_pointer(op->mem.base) || insn->id == X86_INS_NOP)
			continue;
		add_use(uses, op->mem.disp, insn->id == X86_INS_LEA ? 0 : op->size,
			insn->id != X86_INS_LEA && op->access & CS_AC_WRITE);
	}
}

static void find_uses_at(const struct unit *func, use_vec *uses)
{
	const struct unit *u;
	cs_insn *insn;
	u32 at;

	for (u = func; u; u = u == func ? func->cold : NULL)
		for (at = 0; at < u->size; at += insn->size, cs_free(insn, 1)) {
			if (cs_disasm(open_capstone(), unit_data(u) + at, u->size - at, at, 1,
				      &insn) != 1)
				break;
			if (!has_field(u, insn))
				add_operands(uses, insn);
		}
}

/* Does a pointer to a part of the object take the place of one to the object itself? */
static bool is_rebased(const use_vec *was, const use_vec *is, s64 by)
{
	struct use_at there = { .off = by }, back = { .off = -by };

	return count_uses(was, &there) != count_uses(is, &there) ||
	       count_uses(was, &back) != count_uses(is, &back);
}

/* Does it compute an address that the other one does not? */
static bool has_more_addresses(const use_vec *uses, const use_vec *other)
{
	const struct use_at *use;

	vec_for_each(use, uses)
		if (!use->size && !count_uses(other, use))
			return true;
	return false;
}

/*
 * The address of the first member is that of the object: nothing shows it. So if only
 * one side computes an address, the other one may use that of the first member.
 */
static void add_first(use_vec *was, use_vec *is)
{
	bool more = has_more_addresses(was, is), less = has_more_addresses(is, was);

	if (more && !less)
		add_use(is, 0, 0, false);
	else if (less && !more)
		add_use(was, 0, 0, false);
}

/* At least this many bytes from an address are one member's: a node, a lock. */
#define NODE_SIZE	16

/* Does it read or write what is at an address? */
static bool touches(const use_vec *uses, s64 off)
{
	const struct use_at *use;

	vec_for_each(use, uses)
		if (use->size && use->off >= off && use->off < off + NODE_SIZE)
			return true;
	return false;
}

/*
 * The address of one member, and that of another one. Code that touches the same member on
 * both sides may only compute its address now.
 */
static bool is_other_address(const use_vec *was, const struct use_at *a, const use_vec *is,
			     const struct use_at *b)
{
	if (a->off < 0 && b->off < 0)
		return true;	/* from a member to its object */
	return !touches(was, b->off) && (!a->off || !touches(is, a->off));
}

static void find_switched(const struct unit *func, switched_vec *list)
{
	use_vec was = {}, is = {};
	const struct use_at *a, *b;

	find_uses_at(func, &was);
	find_uses_at(func->twin, &is);
	add_first(&was, &is);
	vec_for_each(a, &was) {
		if (count_uses(&is, a) >= a->n)
			continue;
		vec_for_each(b, &is)
			if (a->size == b->size && !count_uses(&was, b) &&
			    (a->size ? !is_rebased(&was, &is, a->off - b->off) :
			     is_other_address(&was, a, &is, b)))
				*vec_add(list) = (struct switched){ func, *a, *b };
	}
	free(was.v);
	free(is.v);
}

#define MAX_INNER	6

/* Find the member at an offset, and its name with those of the members it is in. */
static const struct member *member_at(const struct types *ts, const struct type *t, s64 off,
				      u32 size, int depth)
{
	const struct member *m, *inner;
	const struct type *of;

	vec_for_each(m, &t->members) {
		of = m->base && !m->far ? map_get(&ts->map, m->base) : NULL;
		if (*m->space || m->group)
			continue;
		if (m->bit == off * 8 && !(of && size))
			return m;
		if (!of || depth == MAX_INNER || off * 8 < m->bit || off - m->bit / 8 >= of->size)
			continue;
		inner = member_at(ts, of, off - m->bit / 8, size, depth + 1);
		if (inner)
			return inner;
	}
	return NULL;
}

struct moved {
	const struct type *t;
	const struct member *from, *to;
};

/* A lock that is released where it was taken holds nothing: no thread is inside. */
static bool is_free_lock(const struct member *m, const struct switched *x, const struct switched *y)
{
	static const char *const locks[] = {
		"struct mutex", "struct rw_semaphore", "struct spinlock", "struct raw_spinlock",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(locks); i++)
		if (!strcmp(m->type, locks[i]))
			return unit_calls_lock(x->func, false) && unit_calls_lock(x->func, true) &&
			       unit_calls_lock(y->func, false) && unit_calls_lock(y->func, true);
	return false;
}

static bool fits_type(const struct types *ts, const struct type *t, const struct switched *x,
		      struct moved *moved)
{
	moved->t = t;
	moved->from = member_at(ts, t, x->from.off, x->from.size, 0);
	moved->to = member_at(ts, t, x->to.off, x->to.size, 0);
	return moved->from && moved->to && moved->from != moved->to &&
	       !strcmp(moved->from->type, moved->to->type);
}

/* The structs that a function handles, see reach_near() */
struct near {
	const struct unit *func;
	VEC(struct type *) types;
};

/**
 * struct search - what is looked through
 * @ts:		types of the pre object
 * @list:	sorted by size and offsets
 * @near:	known so far
 */
struct search {
	struct types *ts;
	switched_vec list;
	VEC(struct near) near;
};

static u32 near_of(struct search *s, const struct unit *func)
{
	struct type **t;
	struct near *n;
	u32 i;

	for (i = 0; i < s->near.n; i++)
		if (s->near.v[i].func == func)
			return i;
	n = vec_add(&s->near);
	*n = (struct near){ .func = func };
	reach_near(s->ts, func);
	vec_for_each(t, &s->ts->reached)
		*vec_add(&n->types) = *t;
	return i;
}

/* Find a struct that both functions reach, which has such members. */
static bool find_struct_of(struct search *s, const struct switched *x, const struct switched *y,
			   struct moved *moved)
{
	u32 of_x = near_of(s, x->func), of_y = near_of(s, y->func);
	struct type **t, **r;

	vec_for_each(t, &s->near.v[of_x].types)
		vec_for_each(r, &s->near.v[of_y].types)
			if (*t == *r && fits_type(s->ts, *t, x, moved) &&
			    !is_free_lock(moved->from, x, y))
				return true;
	return false;
}

static int cmp_s64(s64 a, s64 b)
{
	return a < b ? -1 : a > b;
}

static int cmp_switched(const void *a, const void *b)
{
	const struct switched *x = a, *y = b;

	if (x->from.size != y->from.size)
		return cmp_s64(x->from.size, y->from.size);
	if (x->from.off != y->from.off)
		return cmp_s64(x->from.off, y->from.off);
	return cmp_s64(x->to.off, y->to.off);
}

/* Both switch between the same members, and one of them writes, or has the address. */
static bool is_kept_elsewhere(const struct switched *x, const struct switched *y)
{
	return x->func != y->func &&
	       (!x->from.size || (x->from.writes && x->to.writes) ||
		(y->from.writes && y->to.writes));
}

/* One computes the address of another member, and one gets from there to the object. */
static bool is_linked_elsewhere(const struct switched *x, const struct switched *y)
{
	return x->func != y->func && y->to.off - y->from.off == x->from.off - x->to.off;
}

/* Find what fits to @x in the list, from @x on. */
static const struct switched *find_same(struct search *s, const struct switched *x,
					struct moved *moved)
{
	const struct switched *y;

	for (y = x + 1; y < s->list.v + s->list.n && !cmp_switched(x, y); y++)
		if (is_kept_elsewhere(x, y) && find_struct_of(s, x, y, moved))
			return y;
	return NULL;
}

static const struct switched *find_link(struct search *s, const struct switched *x,
					struct moved *moved)
{
	const struct switched *y;

	vec_for_each(y, &s->list)
		if (is_linked_elsewhere(x, y) && find_struct_of(s, x, y, moved))
			return y;
	return NULL;
}

static bool is_changed(const struct verdicts *vs, const struct unit *pre)
{
	return pre->is_func && !pre->parent && pre->twin && class_is_text(pre->sec->cls) &&
	       unit_replaced(vs, pre->twin) && unit_differs(vs, pre->twin);
}

static void refuse_moved(struct verdicts *vs, const struct switched *x, const struct switched *y,
			 const struct moved *moved)
{
	const struct unit *u = x->func->twin;

	refuse(vs, "state_renamed", u->obj, u, moved->from->name,
	       xasprintf("keep using member %s, or let the code see to objects that hold something there",
			 moved->from->name),
	       "%s and %s use member %s of %s (+%#llx) instead of %s (+%#llx): what existing objects hold there would be lost",
	       unit_label(u), unit_label(y->func->twin), moved->to->name, moved->t->name,
	       (long long)x->to.off, moved->from->name, (long long)x->from.off);
}

/**
 * check_moved_members() - refuse state that moves to another member of existing objects
 * @vs:		the verdicts, with all that is replaced
 * @pre:	types of the pre object
 */
void check_moved_members(struct verdicts *vs, struct types *pre)
{
	const struct switched *x, *y = NULL;
	struct search s = { .ts = pre };
	struct moved moved;
	struct unit **u;
	struct near *n;

	vec_for_each(u, &pre->obj->units)
		if (is_changed(vs, *u))
			find_switched(*u, &s.list);
	if (s.list.n)
		qsort(s.list.v, s.list.n, sizeof(*s.list.v), cmp_switched);
	vec_for_each(x, &s.list) {
		y = find_same(&s, x, &moved);
		if (!y && !x->from.size)
			y = find_link(&s, x, &moved);
		if (!y)
			continue;
		refuse_moved(vs, x, y, &moved);
		break;
	}
	vec_for_each(n, &s.near)
		free(n->types.v);
	free(s.near.v);
	free(s.list.v);
}

#else /* HAVE_CAPSTONE */

void check_moved_members(struct verdicts *vs, struct types *pre)
{
	(void)vs;
	(void)pre;
}

#endif /* HAVE_CAPSTONE */
