// SPDX-License-Identifier: GPL-2.0
/*
 * Values of enums, which data of the running kernel may hold. A value that only counts
 * the others may change, if the code shows that nothing stores it.
 */
#include <stdlib.h>
#include <string.h>

#include "types.h"

#define WAY_ENUM							\
	"add new values at the end: existing data holds the old values"

/* Instructions, as far as they use numbers */

/* An instruction, after its prefixes */
struct op {
	const u8 *p;		/* the opcode */
	const struct insn *insn;
	bool rex_b, rex_r, rep;
};

static bool read_op(struct op *op, const u8 *p, const struct insn *insn)
{
	u32 i = 0;

	*op = (struct op){ .insn = insn };
	while (i < insn->len && (p[i] == 0x66 || p[i] == 0x65 || p[i] == 0x64 ||
				 p[i] == 0xf3 || p[i] == 0xf0))
		op->rep |= p[i++] == 0xf3;
	if (i < insn->len && (p[i] & 0xf0) == 0x40) {
		op->rex_b = p[i] & 1;
		op->rex_r = p[i++] & 4;
	}
	op->p = p + i;
	return i < insn->len;
}

static bool is_memory(const struct op *op)
{
	return op->p[1] < 0xc0;
}

/* cmp: the register that is compared with a number; -1: memory, -2: not a cmp */
static int compares(const struct op *op)
{
	switch (op->p[0]) {
	case 0x3c: case 0x3d:
		return 0;
	case 0x80: case 0x81: case 0x83:
		if ((op->p[1] & 0x38) != 0x38)
			return -2;
		return is_memory(op) ? -1 : (op->p[1] & 7) + (op->rex_b ? 8 : 0);
	}
	return -2;
}

/* test: it looks at bits, so the number is no count */
static bool tests_bits(const struct op *op)
{
	switch (op->p[0]) {
	case 0xa8: case 0xa9:
		return true;
	case 0xf6: case 0xf7:
		return !(op->p[1] & 0x30);
	}
	return false;
}

/* inc %REG, add $1, %REG, lea 1(%OTHER), %REG: REG, or -1 */
static int steps_register(const struct op *op)
{
	int high = op->rex_b ? 8 : 0;

	switch (op->p[0]) {
	case 0xff:
		return op->p[1] >= 0xc0 && !(op->p[1] & 0x38) ? high + (op->p[1] & 7) : -1;
	case 0x83: case 0x81:
		return op->p[1] >= 0xc0 && !(op->p[1] & 0x38) ? high + (op->p[1] & 7) : -1;
	case 0x8d:
		return (op->p[1] >> 3 & 7) + (op->rex_r ? 8 : 0);
	}
	return -1;
}

/* incl (%rax), addl $1, (%rax) */
static bool steps_memory(const struct op *op)
{
	return (op->p[0] == 0xff || op->p[0] == 0x83 || op->p[0] == 0x80) && is_memory(op) &&
	       !(op->p[1] & 0x38);
}

/* mov (%rax), %REG and similar: REG, or -1 */
static int loads_from_memory(const struct op *op)
{
	const u8 *p = op->p;

	if (p[0] == 0x0f && (p[1] == 0xb6 || p[1] == 0xb7 || p[1] == 0xbe || p[1] == 0xbf))
		p++;
	else if (p[0] != 0x8b && p[0] != 0x63)
		return -1;
	return p[1] < 0xc0 ? (p[1] >> 3 & 7) + (op->rex_r ? 8 : 0) : -1;
}

/* add $8, %rsp; movl $2, 8(%rsp) */
static bool is_stack(const struct op *op)
{
	u8 modrm = op->p[1], sib = op->p[2];

	if (op->rex_b || (modrm & 7) != 4)
		return false;
	switch (op->p[0]) {
	case 0x81: case 0x83:
		return modrm >= 0xc0;
	case 0xc6: case 0xc7:
		return modrm < 0xc0 && (sib & 7) == 4;
	}
	return false;
}

/* mov $NUMBER, %REG: REG, or -1 */
static int loads_register(const struct op *op)
{
	int high = op->rex_b ? 8 : 0;

	if (op->p[0] >= 0xb8 && op->p[0] <= 0xbf)
		return high + op->p[0] - 0xb8;
	if (op->p[0] == 0xc7 && op->p[1] >= 0xc0)
		return high + (op->p[1] & 7);
	return -1;
}

static bool stores_register(const struct op *op, int reg)
{
	return (op->p[0] == 0x88 || op->p[0] == 0x89) &&
	       (op->p[1] >> 3 & 7) + (op->rex_r ? 8 : 0) == reg;
}

/* These functions take a count or maximum, and store no number. */
static bool takes_count(const struct unit *u, u32 at)
{
	static const char * const names[] = {
		"__nla_parse", "__nla_validate", "__nlmsg_parse", "__memset",
		"memset", "__memcpy", "memcpy", "nla_policy_len",
	};
	const struct ref *r;
	u32 i;

	vec_for_each(r, &u->refs) {
		if (r->off != at + 1 || !r->sym)
			continue;
		for (i = 0; i < ARRAY_SIZE(names); i++)
			if (!strcmp(r->sym->name, names[i]))
				return true;
	}
	return false;
}

/* Is the register, loaded before @at, only used to count? */
static bool only_counts(const struct unit *u, u32 at, int reg)
{
	struct insn insn;
	struct op op;
	u32 limit;

	for (limit = 0; limit < 24 && at < u->size; limit++, at += insn.len) {
		if (!insn_decode(&insn, unit_data(u) + at, u->size - at) ||
		    insn.kind == INSN_JMP || insn.kind == INSN_JCC)
			return false;
		if (insn.kind == INSN_CALL)
			return takes_count(u, at);
		if (insn.kind != INSN_OTHER)
			continue;
		if (!read_op(&op, unit_data(u) + at, &insn) ||
		    stores_register(&op, reg))
			return false;
		/* rep stos, rep movs */
		if (op.rep && reg == 1)
			return op.p[0] == 0xaa || op.p[0] == 0xab ||
			       op.p[0] == 0xa4 || op.p[0] == 0xa5;
	}
	return false;
}

/* Was the last change of the register before @at a step? Looks at code in sequence. */
static bool is_counter(const struct unit *u, u32 at, int reg)
{
	bool counter = false;
	struct insn insn;
	struct op op;
	u32 i;

	for (i = 0; i < at; i += insn.len) {
		if (!insn_decode(&insn, unit_data(u) + i, u->size - i))
			return false;
		if (insn.kind != INSN_OTHER || !read_op(&op, unit_data(u) + i, &insn))
			continue;
		if (steps_register(&op) == reg)
			counter = true;
		else if (loads_from_memory(&op) == reg || loads_register(&op) == reg)
			counter = false;
	}
	return counter;
}

/* Do the next instructions test for more or less, and not for equal? */
static bool asks_for_order(const struct unit *u, u32 at)
{
	struct insn insn;
	const u8 *p;
	u32 limit;

	for (limit = 0; limit < 4 && at < u->size; limit++, at += insn.len) {
		if (!insn_decode(&insn, unit_data(u) + at, u->size - at))
			return false;
		p = unit_data(u) + at;
		if ((*p & 0xf0) == 0x40 && p[1] == 0x0f)
			p++;
		if (*p == 0x0f && ((p[1] & 0xf0) == 0x80 || (p[1] & 0xf0) == 0x90 ||
				   (p[1] & 0xf0) == 0x40))
			return (p[1] & 0xe) != 4;
		if ((*p & 0xf0) == 0x70)
			return (*p & 0xe) != 4;
		/* sbb, adc: they use the carry */
		if ((*p & 0xf7) == 0x13 || *p == 0x19 || *p == 0x1b || *p == 0x83)
			return true;
	}
	return false;
}

/* Does the code add to the value it compared, in memory? */
static bool steps_what_it_compares(const struct unit *u, u32 at, const struct op *cmp)
{
	int reg = compares(cmp), stepped = -1;
	struct insn insn;
	bool held = reg < 0;
	struct op op;
	u32 i;

	for (i = 0; i < u->size; i += insn.len) {
		if (!insn_decode(&insn, unit_data(u) + i, u->size - i))
			return true;
		if (insn.kind != INSN_OTHER || !read_op(&op, unit_data(u) + i, &insn))
			continue;
		if (i < at && reg >= 0 && loads_from_memory(&op) == reg)
			held = true;
		if (held && steps_memory(&op) && !is_stack(&op))
			return true;
		if (held && steps_register(&op) >= 0 && (reg < 0 || op.p[0] == 0x8d ||
							 steps_register(&op) == reg))
			stepped = steps_register(&op);
		else if (stepped >= 0 && stores_register(&op, stepped) && is_memory(&op) &&
			 (op.p[1] & 7) != 4)
			return true;
	}
	return false;
}

/*
 * Numbers that a function uses, other than as a bound. @places: displacements, @others:
 * all others; @same: those that are compared for equality.
 */
struct numbers {
	VEC(s64) places, others, same;
};

static s64 field(const u8 *p, u32 off, u32 len)
{
	u64 sign = len ? 1ull << (len * 8 - 1) : 0;

	return len ? (s64)((get_le(p + off, len) ^ sign) - sign) : 0;
}

/* 8(%rsp), -8(%rbp) */
static bool is_on_stack(const struct op *op, const u8 *p)
{
	const u8 *modrm = op->p + (op->p[0] == 0x0f ? 2 : 1);

	if (op->rex_b)
		return false;
	return ((*modrm & 7) == 4 && (modrm[1] & 7) == 4) ||
	       ((*modrm & 7) == 5 && field(p, op->insn->disp_off, op->insn->disp_len) < 0);
}

/* A comparison, call or return: later tests do not use earlier flags. */
static bool is_comparison(const u8 *p)
{
	if ((*p & 0xf0) == 0x40)
		p++;
	return (*p >= 0x38 && *p <= 0x3d) || *p == 0x84 || *p == 0x85 ||
	       ((*p == 0x80 || *p == 0x81 || *p == 0x83) && (p[1] >> 3 & 7) == 7) ||
	       *p == 0xe8 || *p == 0xc3;
}

/* "jg; je": if the value does not exceed the bound, it is tested for equality. */
static bool asks_for_same(const struct unit *u, u32 at)
{
	struct insn insn;
	u32 limit;

	for (limit = 0; limit < 4 && at < u->size; limit++, at += insn.len) {
		const u8 *p = unit_data(u) + at;

		if (!insn_decode(&insn, p, u->size - at))
			return false;
		if (*p == 0x0f && ((p[1] & 0xf0) == 0x80 || (p[1] & 0xf0) == 0x90 ||
				   (p[1] & 0xf0) == 0x40) && (p[1] & 0xe) == 4)
			return true;
		if ((*p & 0xf0) == 0x70 && (*p & 0xe) == 4)
			return true;
		if (is_comparison(p))
			return false;
	}
	return false;
}

/* Is the number a bound for a value that the code does not keep in memory? */
static bool is_bound(const struct unit *u, u32 at, const struct op *op)
{
	int reg = compares(op);

	if (asks_for_order(u, at + op->insn->len) && !asks_for_same(u, at + op->insn->len))
		return !steps_what_it_compares(u, at, op);
	return reg >= 0 && is_counter(u, at, reg);
}

static void add_numbers_at(struct numbers *n, const struct unit *u, u32 at,
			   const struct insn *insn)
{
	const u8 *p = unit_data(u) + at;
	struct op op;
	int reg;

	if (insn->kind != INSN_OTHER || !read_op(&op, p, insn) || tests_bits(&op))
		return;
	if (insn->disp_len && !insn->rip && !is_on_stack(&op, p))
		*vec_add(&n->places) = field(p, insn->disp_off, insn->disp_len);
	if (!insn->imm_len || is_stack(&op) ||
	    (compares(&op) > -2 && is_bound(u, at, &op)))
		return;
	if (compares(&op) > -2 && asks_for_same(u, at + insn->len))
		*vec_add(&n->same) = field(p, insn->imm_off, insn->imm_len);
	reg = loads_register(&op);
	if (reg < 0 || !only_counts(u, at + insn->len, reg))
		*vec_add(&n->others) = field(p, insn->imm_off, insn->imm_len);
}

static void add_numbers(struct numbers *n, const struct unit *u)
{
	struct insn insn;
	u32 at;

	for (at = 0; u && at < u->size; at += insn.len) {
		if (!insn_decode(&insn, unit_data(u) + at, u->size - at))
			break;
		add_numbers_at(n, u, at, &insn);
	}
}

static u32 count_number(const struct numbers *n, s64 value, bool places)
{
	u32 count = 0;
	const s64 *v;

	vec_for_each(v, &n->others)
		count += *v == value;
	if (places)
		vec_for_each(v, &n->places)
			count += *v == value;
	return count;
}

/* Values that count */

/* A number may be computed from a value: a multiple, maybe plus or minus 1. */
#define MAX_FACTOR	64

/* Is the value one byte of a number, as in a small table in an immediate? */
static bool packed_with_it(const struct numbers *old, const struct numbers *new,
			   const struct moved_count *c)
{
	u32 shift;
	s64 is;
	const s64 *was;

	vec_for_each(was, &old->others)
		for (shift = 8; shift < 64; shift += 8) {
			is = *was + ((u64)(c->to - c->from) << shift);
			if ((*was >> shift & 0xff) == c->from &&
			    count_number(old, *was, false) > count_number(new, *was, false) &&
			    count_number(new, is, false) > count_number(old, is, false))
				return true;
		}
	return false;
}

static bool made_of_it(const struct numbers *old, const struct numbers *new,
		       const struct moved_count *c)
{
	s64 factor, add;

	if (count_number(old, c->from, true) > count_number(new, c->from, true) ||
	    count_number(new, c->to, true) > count_number(old, c->to, true))
		return true;
	for (factor = 1; factor <= 4096; factor = factor < MAX_FACTOR ? factor + 1 : factor * 2)
		for (add = -1; add <= 1; add++) {
			s64 from = c->from * factor + add, to = c->to * factor + add;

			if (count_number(old, from, !add) > count_number(new, from, !add) &&
			    count_number(new, to, !add) > count_number(old, to, !add))
				return true;
		}
	return packed_with_it(old, new, c);
}

/* Is it compared for equality, like other values? */
static bool is_value(const struct numbers *old, const struct numbers *new,
		     const struct moved_count *c)
{
	const s64 *was, *is;

	vec_for_each(was, &old->same)
		vec_for_each(is, &new->same)
			if (*was == c->from && *is == c->to)
				return true;
	return false;
}

/* How many references to this place of a variable? */
static u32 count_place(const struct unit *u, const struct ref *like, s64 target)
{
	const struct ref *r;
	u32 n = 0;

	vec_for_each(r, &u->refs)
		n += r->sym && like->sym && r->target == target && !r->branch &&
		     (r->unit && like->unit ? r->unit == like->unit ||
					      r->unit->twin == like->unit :
		      !r->unit && !like->unit && !strcmp(r->sym->name, like->sym->name));
	return n;
}

/* Does the code use an array element that has the value as its index? */
static bool reaches_element(const struct unit *old, const struct unit *u,
			    const struct moved_count *c)
{
	const struct ref *r;
	s64 size, from;

	vec_for_each(r, &u->refs) {
		if (r->branch || (r->unit && r->unit->is_func))
			continue;
		for (size = 1; size <= MAX_FACTOR; size++) {
			from = r->target - (c->to - c->from) * size;
			if (count_place(u, r, r->target) > count_place(old, r, r->target) &&
			    count_place(old, r, from) > count_place(u, r, from))
				return true;
		}
	}
	return false;
}

/* Does a table hold the value at the same place as before? */
static bool table_holds(const struct unit *old, const struct unit *u,
			const struct moved_count *c)
{
	const u8 *x = unit_data(old), *y = unit_data(u);
	u32 i;

	for (i = 0; x && y && i < u->size && i < old->size; i++)
		if (x[i] != y[i] && x[i] == (u8)c->from && y[i] == (u8)c->to)
			return true;
	return false;
}

static bool holds(const struct unit *u, const struct moved_count *c)
{
	struct numbers old = {}, new = {};
	bool any;

	if (!class_is_text(u->sec->cls))
		return u->sec->cls != SC_INIT && table_holds(u->twin, u, c);
	add_numbers(&old, u->twin);
	add_numbers(&new, u);
	any = is_value(&old, &new, c) || made_of_it(&old, &new, c) || reaches_element(u->twin, u, c);
	free(old.places.v);
	free(old.others.v);
	free(old.same.v);
	free(new.places.v);
	free(new.others.v);
	free(new.same.v);
	return any;
}

/*
 * A value that only counts the others may change, as long as no existing data holds it:
 * functions only use it as a bound. The uses that are known to be harmless are listed
 * above; all others count as storing the value, or one computed from it.
 */
static const struct unit *holds_count(const struct obj *post,
				      const struct moved_count *c)
{
	struct unit **u;

	vec_for_each(u, &post->units)
		if ((*u)->twin && (*u)->status != ST_SAME && holds(*u, c))
			return *u;
	return NULL;
}

static void check_counts(struct verdicts *vs, const struct types *ts,
			 struct obj *obj)
{
	const struct moved_count *c;
	const struct unit *u;

	vec_for_each(c, &ts->counts) {
		u = holds_count(obj, c);
		if (u)
			refuse(vs, "enum_changed", obj, NULL, c->type->name,
			       WAY_ENUM,
			       "its values changed (%s is %lld instead of %lld, and %s may store it)",
			       c->name, (long long)c->to, (long long)c->from,
			       u->name);
	}
}

/* Values that are gone */

/* Declarations that pre and post have in a header, by kind and name: their lines. */
struct landmarks {
	const char *file;
	struct map before;
	VEC(s64) lines;		/* those that are the same in both */
};

static bool landmark(const struct landmarks *l, Dwarf_Die *die, char **key,
		     int *line)
{
	if (!*die_name(die) || dwarf_decl_line(die, line) ||
	    strcmp(file_of(die), l->file))
		return false;
	*key = xasprintf("%d %s", dwarf_tag(die), die_name(die));
	return true;
}

static void add_before(Dwarf_Die *die, void *data)
{
	struct landmarks *l = data;
	char *key;
	int line;

	if (landmark(l, die, &key, &line))
		map_set(&l->before, key, (void *)(uintptr_t)line);
}

static void add_both(Dwarf_Die *die, void *data)
{
	struct landmarks *l = data;
	char *key;
	int line;

	if (landmark(l, die, &key, &line) &&
	    map_get(&l->before, key) == (void *)(uintptr_t)line)
		*vec_add(&l->lines) = line;
}

static bool has_line(const struct landmarks *l, s64 above, s64 below)
{
	const s64 *line;

	vec_for_each(line, &l->lines)
		if (*line > above && *line < below)
			return true;
	return false;
}

static struct landmarks find_landmarks(const struct types *pre,
				       const struct types *post,
				       const char *file)
{
	struct landmarks l = { .file = file };

	for_each_top(pre->dwarf, add_before, &l);
	for_each_top(post->dwarf, add_both, &l);
	return l;
}

/*
 * Is it in a file that did not change, or in a header before something that did not
 * move? Then the other source has it, too, but does not use it.
 */
static bool is_unused_only(const struct update *up, const struct landmarks *l,
			   const struct type *t)
{
	return !file_may_differ(up, t->file) ||
	       (ends_with(t->file, ".h") && has_line(l, t->line, INT64_MAX));
}

/* Are both in the same place of a header, one in pre, one in post? */
static bool is_in_place(const struct update *up, const struct landmarks *l,
			const struct type *a, const struct type *b)
{
	s64 first = a->line < b->line ? a->line : b->line;
	s64 last = a->line < b->line ? b->line : a->line;

	return file_may_differ(up, a->file) && !strcmp(a->file, b->file) &&
	       !has_line(l, first, last);
}

static bool has_any(const struct types *ts, const struct type *t)
{
	const struct member *m;

	vec_for_each(m, &t->members)
		if (map_get(&ts->values, m->key))
			return true;
	return false;
}

/* The same values, in a function that has another name */
static bool same_values(const struct type *a, const struct type *b)
{
	u32 i;

	if (a->members.n != b->members.n)
		return false;
	for (i = 0; i < a->members.n; i++)
		if (strcmp(a->members.v[i].name, b->members.v[i].name) ||
		    a->members.v[i].bit != b->members.v[i].bit)
			return false;
	return true;
}

/*
 * All values of an enum are gone. They may have other names now, or be macros: nothing
 * tells what their numbers mean.
 */
static const char *all_gone(const struct types *pre, const struct types *post,
			    const struct type *old)
{
	struct landmarks l = find_landmarks(pre, post, old->file), of_new;
	bool unused = is_unused_only(pre->up, &l, old);
	struct type **t;

	vec_for_each(t, &post->enums)
		if (same_values(old, *t))
			return NULL;
	if (!unused)
		return xasprintf("%s is gone", old->members.v[0].name);
	vec_for_each(t, &post->enums) {
		if (has_any(pre, *t))
			continue;
		of_new = find_landmarks(pre, post, (*t)->file);
		if (!is_unused_only(pre->up, &of_new, *t) ||
		    is_in_place(pre->up, &l, old, *t))
			return xasprintf("%s is gone, and %s is new",
					 old->members.v[0].name,
					 (*t)->members.n ? (*t)->members.v[0].name :
					 (*t)->name);
	}
	return NULL;
}

/* Find a value that is gone, and whose number no other value has. */
static const char *some_gone(const struct types *post, const struct type *old)
{
	const struct member *m;

	vec_for_each(m, &old->members)
		if (!map_get(&post->values, m->key) &&
		    !number_lives_on(post, old, m->bit))
			return xasprintf("%s, which was %lld, is gone", m->name,
					 (long long)m->bit);
	return NULL;
}

/* Is the rest of the enum reported as changed already? */
static bool is_told(const struct types *post, const struct type *old)
{
	const struct member *m;
	const struct value *v;
	struct type **t;

	vec_for_each(m, &old->members) {
		v = map_get(&post->values, m->key);
		if (v && v->type->change)
			return true;
	}
	vec_for_each(t, &post->enums)
		if ((*t)->change && !strcmp((*t)->name, old->name))
			return true;
	return false;
}

static void check_gone(struct verdicts *vs, const struct types *pre,
		       const struct types *post, struct obj *obj)
{
	const char *change;
	struct type **t;

	vec_for_each(t, &pre->enums) {
		if (!(*t)->members.n || is_told(post, *t))
			continue;
		change = has_any(post, *t) ? some_gone(post, *t) :
					     all_gone(pre, post, *t);
		if (change)
			refuse(vs, "enum_changed", obj, NULL, (*t)->name,
			       "keep the old values: existing data holds them",
			       "its values changed (%s)", change);
	}
}

/**
 * check_enums() - refuse values that mean something else now
 * @vs:		the verdicts
 * @pre:	types of the pre object, as in data of the running kernel
 * @ts:		types that the new code was compiled with, compared to @pre
 * @obj:	the post object
 *
 * Debug info does not tell which functions use a value, so any may.
 */
void check_enums(struct verdicts *vs, const struct types *pre,
		 const struct types *ts, struct obj *obj)
{
	struct type **t;

	vec_for_each(t, &ts->enums)
		if ((*t)->change)
			refuse(vs, "enum_changed", obj, NULL, (*t)->name,
			       WAY_ENUM, "its values changed (%s)",
			       (*t)->change);
	check_counts(vs, ts, obj);
	check_gone(vs, pre, ts, obj);
}
