// SPDX-License-Identifier: GPL-2.0
/*
 * Compares a unit with its twin: size, bytes, the meaning of references, and the table
 * entries of its code.
 */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "flow.h"
#include "said.h"
#include "update.h"

#define MAX_DEPTH	8	/* of constants that refer to constants */

/*
 * Pairs of constants that are being compared, or were. A pair that is met again counts
 * as the same: constants may refer to each other in cycles, and one difference makes
 * everything differ that leads to it.
 */
struct seen_pair {
	const struct unit *a, *b;
};

struct seen {
	VEC(struct seen_pair) pairs;
	u32 depth;
};

#define MAX_NESTED	2000	/* length of a chain of constants */

static bool same_content(const struct update *up, const struct unit *a,
			 const struct unit *b, struct seen *seen,
			 const char **why, s64 *at);

static bool seen_before(struct seen *seen, const struct unit *a,
			const struct unit *b)
{
	struct seen_pair *p;

	vec_for_each(p, &seen->pairs)
		if (p->a == a && p->b == b)
			return true;
	p = vec_add(&seen->pairs);
	p->a = a;
	p->b = b;
	return false;
}

/* Constants of two functions are different: code may use either address as a mark. */
static bool other_scope(const struct unit *a, const struct unit *b)
{
	return a->scope && b->scope && strcmp(a->scope, b->scope);
}

static bool same_constant(const struct update *up, const struct unit *a,
			  const struct unit *b, struct seen *seen)
{
	bool same;

	if (other_scope(a, b))
		return false;
	if (a->refs.n && seen_before(seen, a, b))
		return true;
	if (seen->depth >= MAX_NESTED)
		return false;
	seen->depth++;
	same = same_content(up, a, b, seen, NULL, NULL);
	seen->depth--;
	return same;
}

static const char *ref_name(const struct ref *r)
{
	if (r->unit && r->unit->sec->cls == SC_STRING)
		return unit_text(r->unit);
	if (r->unit && r->unit->name[0])
		return r->unit->name;
	return r->sym ? r->sym->name : "?";
}

static u32 ref_size(const struct ref *r)
{
	return r->type == R_X86_64_64 || r->type == R_X86_64_PC64 ? 8 : 4;
}

/* Offset of the first byte that differs outside of fields, or -1. */
static s64 diff_bytes(const struct unit *a, const struct unit *b, u32 size)
{
	const u8 *x = unit_data(a), *y = unit_data(b);
	u32 at, i = 0, k = 0;

	if (!x || !y) {
		const u8 *some = x ? x : y;

		for (at = 0; some && at < size; at++)
			if (some[at])
				return at;
		return -1;
	}
	for (at = 0; at < size; at++) {
		while (i < a->refs.n &&
		       a->refs.v[i].off + ref_size(&a->refs.v[i]) <= at)
			i++;
		while (k < b->refs.n &&
		       b->refs.v[k].off + ref_size(&b->refs.v[k]) <= at)
			k++;
		if (i < a->refs.n && k < b->refs.n &&
		    a->refs.v[i].off <= at && b->refs.v[k].off <= at)
			continue;
		if (x[at] != y[at])
			return at;
	}
	return -1;
}

/* struct _ddebug: the line is in 18 bits after four pointers. */
#define DDEBUG_LINE	32
#define DDEBUG_LINE_BITS	0x3ffffu

/* Compare the initial bytes, without the line number of a debug message. */
static bool same_start(const struct unit *a, const struct unit *b)
{
	s64 at = diff_bytes(a, b, a->size);
	u32 x, y;

	if (at < 0)
		return true;
	if (a->sec->cls != SC_DYNDBG || a->size < DDEBUG_LINE + 4 ||
	    at < DDEBUG_LINE || at >= DDEBUG_LINE + 4)
		return false;
	x = get_le(unit_data(a) + DDEBUG_LINE, 4) & ~DDEBUG_LINE_BITS;
	y = get_le(unit_data(b) + DDEBUG_LINE, 4) & ~DDEBUG_LINE_BITS;
	return x == y && !memcmp(unit_data(a) + DDEBUG_LINE + 4,
				 unit_data(b) + DDEBUG_LINE + 4,
				 a->size - DDEBUG_LINE - 4);
}

static bool same_fresh(const struct update *up, const struct unit *a,
		       const struct unit *b, struct seen *seen)
{
	u32 i;

	if (a->sec->cls != b->sec->cls || a->size != b->size ||
	    a->refs.n != b->refs.n || !same_start(a, b))
		return false;
	if (a->sec->cls != SC_DYNDBG)
		return same_base(a->name, b->name);
	for (i = 0; i < a->refs.n; i++) {
		const struct unit *x = a->refs.v[i].unit;
		const struct unit *y = b->refs.v[i].unit;

		if (x && y && x->ident == ID_CONTENT &&
		    !same_constant(up, x, y, seen))
			return false;
	}
	return true;
}

/* If the kernel's one can't be found, the new code gets its own, freshly initialized. */
static bool same_soft(const struct unit *a, const struct unit *b)
{
	return a->twin == b || (same_base(a->name, b->name) &&
				!other_scope(a, b) &&
				a->size == b->size && same_start(a, b));
}

/* Do two references mean the same thing? */
static bool same_target(const struct update *up,
			const struct obj *oa, const struct ref *ra,
			const struct obj *ob, const struct ref *rb, struct seen *seen)
{
	const struct unit *a = resolve_ref(up, oa, ra);
	const struct unit *b = resolve_ref(up, ob, rb);

	if (!a || !b)
		return !a && !b && !strcmp(ra->sym->name, rb->sym->name);
	if (a->ident != b->ident)
		return false;
	switch (a->ident) {
	case ID_CONTENT:
		return same_constant(up, a, b, seen);
	case ID_FRESH:
		return same_fresh(up, a, b, seen);
	case ID_SOFT:
		return same_soft(a, b);
	}
	return b->twin == a;
}

static bool same_type(u32 a, u32 b)
{
	if (a == R_X86_64_PLT32)
		a = R_X86_64_PC32;
	if (b == R_X86_64_PLT32)
		b = R_X86_64_PC32;
	return a == b;
}

/* Do two fields mean the same, wherever they are? */
static bool same_meaning(const struct update *up,
			 const struct obj *oa, const struct ref *ra,
			 const struct obj *ob, const struct ref *rb, struct seen *seen)
{
	return same_type(ra->type, rb->type) && ra->addend == rb->addend &&
	       ra->target == rb->target && same_target(up, oa, ra, ob, rb, seen);
}

static bool same_ref(const struct update *up,
		     const struct obj *oa, const struct ref *ra,
		     const struct obj *ob, const struct ref *rb, struct seen *seen)
{
	return ra->off == rb->off && same_meaning(up, oa, ra, ob, rb, seen);
}

static bool same_ref_alone(const struct update *up,
			   const struct obj *oa, const struct ref *ra,
			   const struct obj *ob, const struct ref *rb)
{
	struct seen seen = {};
	bool same = same_ref(up, oa, ra, ob, rb, &seen);

	free(seen.pairs.v);
	return same;
}

/* Index of the first reference that differs, or -1. */
static s64 diff_refs(const struct update *up, const struct unit *a,
		     const struct unit *b, struct seen *seen)
{
	u32 i;

	for (i = 0; i < a->refs.n && i < b->refs.n; i++)
		if (!same_ref(up, a->obj, &a->refs.v[i], b->obj, &b->refs.v[i],
			      seen))
			return i;
	return a->refs.n == b->refs.n ? -1 : (s64)i;
}

/* Return: the start of the instruction that holds a byte. */
static u32 insn_start(const struct unit *u, u32 off)
{
	struct insn insn;
	u32 at;

	if (!class_is_text(u->sec->cls))
		return off;
	for (at = 0; at < u->size; at += insn.len) {
		if (!insn_decode(&insn, unit_data(u) + at, u->size - at))
			return off;
		if (off < at + insn.len)
			return at;
	}
	return off;
}

static const char *hex(const struct unit *u, u32 at)
{
	static char s[2][3 * 16];
	static int turn;
	char *out = s[turn ^= 1], *o = out;
	struct insn insn;
	u32 i, n = 8;

	if (!unit_data(u) || at >= u->size)
		return "(end)";
	if (class_is_text(u->sec->cls) &&
	    insn_decode(&insn, unit_data(u) + at, u->size - at))
		n = insn.len;
	*o = 0;
	for (i = 0; i < n && at + i < u->size; i++)
		o += sprintf(o, i ? " %02x" : "%02x", unit_data(u)[at + i]);
	return out;
}

static const char *explain_ref(const struct unit *a, const struct unit *b,
			       s64 i)
{
	const struct ref *ra = i < a->refs.n ? &a->refs.v[i] : NULL;
	const struct ref *rb = i < b->refs.n ? &b->refs.v[i] : NULL;

	if (!ra || !rb)
		return xasprintf("%s reference to %s", ra ? "no longer a" :
				 "a new", ref_name(ra ? ra : rb));
	if (strcmp(ref_name(ra), ref_name(rb)))
		return xasprintf("refers to %s instead of %s", ref_name(rb),
				 ref_name(ra));
	if (ra->target == rb->target)
		return xasprintf("refers to %s, which is another symbol or has other content",
				 ref_name(rb));
	return xasprintf("refers to %s%+lld instead of %+lld", ref_name(rb),
			 (long long)rb->target, (long long)ra->target);
}

/* Describe the first difference. */
static void explain(const struct update *up, const struct unit *a,
		    const struct unit *b, const char **why, s64 *at)
{
	u32 size = a->size < b->size ? a->size : b->size;
	s64 byte = diff_bytes(a, b, size), ref, ref_off = -1;
	struct seen seen = {};
	u32 off;

	if (!why)
		return;
	ref = diff_refs(up, a, b, &seen);
	free(seen.pairs.v);
	if (ref >= 0)
		ref_off = ref < b->refs.n ? b->refs.v[ref].off :
					    a->refs.v[ref].off;
	if (byte < 0 && ref < 0) {
		*at = size;
		*why = xasprintf("size %u instead of %u", b->size, a->size);
		return;
	}
	if (byte < 0 || (ref >= 0 && ref_off < byte)) {
		*at = insn_start(b, ref_off);
		*why = explain_ref(a, b, ref);
		return;
	}
	off = insn_start(b, byte);
	*at = off;
	*why = xasprintf("%s instead of %s", hex(b, off), hex(a, off));
}

/**
 * entry_counts() - does the table entry affect what the code does?
 * @e:	the entry
 */
bool entry_counts(const struct entry *e)
{
	switch (e->sec->desc->table) {
	case TABLE_PARAVIRT:
	case TABLE_ALT:
	case TABLE_BUG:
	case TABLE_EX:
	case TABLE_JUMP:
	case TABLE_STATIC_CALL:
	case TABLE_RT_PTR:
	case TABLE_RT_SHIFT:
		return true;
	}
	return false;
}

/* Of a bug table entry, only the flags count, not file and line. */
static bool byte_counts(const struct sec *table, u32 i)
{
	u32 flags;

	if (table->desc->table != TABLE_BUG)
		return true;
	flags = bug_flags_offset(table);
	return i == flags || i == flags + 1;
}

/**
 * same_entry_bytes() - are two entries the same, except for their references?
 * @a:	an entry
 * @b:	an entry of the same table in the other object
 */
bool same_entry_bytes(const struct entry *a, const struct entry *b)
{
	const u8 *x = a->sec->data + a->off, *y = b->sec->data + b->off;
	u32 i;

	for (i = 0; i < a->sec->entsize; i++)
		if (x[i] != y[i] && byte_counts(a->sec, i))
			return false;
	return true;
}

static bool same_entry(const struct update *up,
		       const struct unit *ua, const struct entry *a,
		       const struct unit *ub, const struct entry *b, struct seen *seen)
{
	u32 i;

	if (strcmp(a->sec->name, b->sec->name) || a->loc != b->loc ||
	    a->sec->entsize != b->sec->entsize || a->refs.n != b->refs.n)
		return false;
	if (!same_entry_bytes(a, b))
		return false;
	if (a->sec->desc->table == TABLE_BUG)
		return true;
	for (i = 1; i < a->refs.n; i++) {
		if (alt_is_empty(a, &a->refs.v[i]))
			continue;
		if (!same_ref(up, ua->obj, &a->refs.v[i], ub->obj,
			      &b->refs.v[i], seen))
			return false;
	}
	return true;
}

static const struct entry *next_entry(const struct unit *u, u32 *i)
{
	while (*i < u->entries.n && !entry_counts(&u->entries.v[*i]))
		(*i)++;
	return *i < u->entries.n ? &u->entries.v[(*i)++] : NULL;
}

static bool same_entries(const struct update *up, const struct unit *a,
			 const struct unit *b, struct seen *seen,
			 const char **why, s64 *at)
{
	const struct entry *x, *y;
	u32 i = 0, k = 0;

	for (;;) {
		x = next_entry(a, &i);
		y = next_entry(b, &k);
		if (!x && !y)
			return true;
		if (x && y && same_entry(up, a, x, b, y, seen))
			continue;
		if (why) {
			*why = xasprintf("entry in %s differs",
					 (y ? y : x)->sec->name);
			*at = (y ? y : x)->loc;
		}
		return false;
	}
}

static bool same_content(const struct update *up, const struct unit *a,
			 const struct unit *b, struct seen *seen,
			 const char **why, s64 *at)
{
	if (a->size != b->size || diff_bytes(a, b, a->size) >= 0 ||
	    diff_refs(up, a, b, seen) >= 0) {
		explain(up, a, b, why, at);
		return false;
	}
	return same_entries(up, a, b, seen, why, at);
}

static bool same_content_why(const struct update *up, const struct unit *a,
			     const struct unit *b, const char **why, s64 *at)
{
	struct seen seen = {};
	bool same = same_content(up, a, b, &seen, why, at);

	free(seen.pairs.v);
	return same;
}

static bool is_open_local(const struct ref *r)
{
	return r->unit && !r->unit->twin && r->unit->ident == ID_NAMED &&
	       unit_is_numbered(r->unit);
}

/* The same bytes, with fields at the same places. The references are not compared. */
static bool same_but_refs(const struct unit *a, const struct unit *b)
{
	return a->size == b->size && a->refs.n == b->refs.n &&
	       diff_bytes(a, b, a->size) < 0;
}

/* The same code, with static locals that are not paired yet */
bool unit_same_code(const struct update *up, const struct unit *a,
		    const struct unit *b)
{
	u32 i;

	if (!same_but_refs(a, b))
		return false;
	for (i = 0; i < a->refs.n; i++) {
		const struct ref *x = &a->refs.v[i], *y = &b->refs.v[i];

		if (is_open_local(x) && is_open_local(y) && x->off == y->off &&
		    same_base(x->unit->name, y->unit->name))
			continue;
		if (!same_ref_alone(up, a->obj, x, b->obj, y))
			return false;
	}
	return true;
}

bool unit_same_content(const struct update *up, const struct unit *a,
		       const struct unit *b)
{
	return same_content_why(up, a, b, NULL, NULL);
}

/* Is it a function that is boot code on one side only? */
static bool same_elsewhere(const struct update *up, const struct ref *x,
			   const struct ref *y)
{
	const struct unit *a = x->unit, *b = y->unit;

	return a && b && a->is_func && b->is_func && !a->twin && !b->twin &&
	       (a->sec->cls == SC_INIT) != (b->sec->cls == SC_INIT) &&
	       x->off == y->off && same_type(x->type, y->type) &&
	       x->target == y->target && !strcmp(a->name, b->name) &&
	       unit_same_content(up, a, b);
}

/**
 * refs_mean_same() - do two fields mean the same, or are both messages?
 * @up:	the update
 * @a:	code of the pre object
 * @x:	a field of it
 * @b:	code of the post object
 * @y:	a field of it
 */
bool refs_mean_same(const struct update *up, const struct unit *a, const struct ref *x,
		    const struct unit *b, const struct ref *y)
{
	struct seen seen = {};
	bool same;

	if (ref_is_message(a, x) && ref_is_message(b, y))
		return true;
	same = same_meaning(up, a->obj, x, b->obj, y, &seen);
	free(seen.pairs.v);
	return same;
}

/* Compare code with fields at the same places. */
static bool same_but_messages(const struct update *up, const struct unit *a,
			      const struct unit *b)
{
	struct seen seen = {};
	bool same;
	u32 i;

	if (!same_but_refs(a, b))
		return false;
	for (i = 0; i < a->refs.n; i++) {
		const struct ref *x = &a->refs.v[i], *y = &b->refs.v[i];

		if ((ref_is_message(a, x) && ref_is_message(b, y) && x->off == y->off) ||
		    same_elsewhere(up, x, y))
			continue;
		if (!same_ref_alone(up, a->obj, x, b->obj, y))
			return false;
	}
	same = same_entries(up, a, b, &seen, NULL, NULL);
	free(seen.pairs.v);
	return same;
}

/**
 * unit_same_but_messages() - is the code the same, except for its messages?
 * @up:	the update
 * @a:	code of the pre object
 * @b:	code of the post object
 */
bool unit_same_but_messages(const struct update *up, const struct unit *a,
			    const struct unit *b)
{
	return same_but_messages(up, a, b) || unit_same_flow(up, a, b, false);
}

/*
 * A variable that is read-only after boot in post, and writable in pre. It is still
 * writable in the running kernel; the other way round would be wrong.
 */
static bool is_hardened(const struct unit *a, const struct unit *b)
{
	return !strcmp(b->sec->name, RO_AFTER_INIT) &&
	       a->sec->cls == b->sec->cls && sec_is_plain(a->sec);
}

/* sections.c checks the place of code. */
static bool stands_elsewhere(const struct unit *a, const struct unit *b)
{
	if (a->sec->cls == SC_TEXT || a->sec->cls == SC_INIT)
		return a->sec->cls != b->sec->cls;
	return !stand_alike(a->sec, b->sec) && !is_hardened(a, b);
}

/* Is the running kernel's variable aligned as the new code needs it? */
static bool needs_alignment(const struct unit *a, const struct unit *b)
{
	if (unit_alignment(b) <= unit_alignment(a) ||
	    (b->sec->cls != SC_DATA && b->sec->cls != SC_PERCPU &&
	     b->sec->cls != SC_RODATA))
		return false;
	return unit_wants_alignment(b) > unit_alignment(a);
}

static void compare_unit(const struct update *up, struct unit *u)
{
	if (u->ident != ID_NAMED && u->ident != ID_SOFT)
		return;
	if (!u->twin) {
		u->status = ST_NEW;
		u->cause = "new";
		return;
	}
	if (u->obj->tu != u->twin->obj->tu && class_is_text(u->sec->cls)) {
		u->status = ST_CHANGED;
		u->cause = xasprintf("moved here from %s",
				     u->twin->obj->label);
		return;
	}
	if (!same_content_why(up, u->twin, u, &u->cause,
			      &u->cause_off)) {
		u->status = ST_CHANGED;
	} else if (stands_elsewhere(u->twin, u)) {
		u->status = ST_CHANGED;
		u->cause = xasprintf("in section %s instead of %s",
				     u->sec->name, u->twin->sec->name);
	} else if (needs_alignment(u->twin, u)) {
		u->status = ST_CHANGED;
		u->cause = xasprintf("aligned to %u instead of %u",
				     unit_wants_alignment(u),
				     unit_alignment(u->twin));
	}
}

/*
 * Flags, keys and local constants have no name that tells them apart, so code with another
 * one in its place looks the same. But if two uses are of one thing in pre, they are of
 * one thing in post, and the other way round.
 */
struct partners {
	const struct unit **of;		/* by unit.id: what the other side uses in its place */
};

static bool has_partner(const struct unit *u)
{
	return u->ident == ID_FRESH || u->ident == ID_SOFT ||
	       (u->ident == ID_CONTENT && u->sec->cls == SC_RODATA && unit_is_static_local(u) &&
		!starts_with(u->name, "__func__") && !starts_with(u->name, "CSWTCH") &&
		!starts_with(u->name, "__FUNCTION__") && !starts_with(u->name, "__PRETTY_FUNCTION__"));
}

static bool are_partners(struct partners *p, const struct unit *a, const struct unit *b)
{
	if (!a || !b || !has_partner(a) || !has_partner(b))
		return true;
	if (b->ident == ID_SOFT && (a->twin || b->twin))
		return a->twin == b;
	if (!p->of[a->id] && !p->of[b->id]) {
		p->of[a->id] = b;
		p->of[b->id] = a;
	}
	return p->of[a->id] == b && p->of[b->id] == a;
}

static const struct unit *other_partner(const struct update *up, struct partners *p,
					const struct obj *pre, const ref_vec *was,
					const struct obj *post, const ref_vec *is)
{
	u32 i;

	for (i = 0; i < was->n && i < is->n; i++) {
		const struct unit *b = resolve_ref(up, post, &is->v[i]);

		if (!are_partners(p, resolve_ref(up, pre, &was->v[i]), b))
			return b;
	}
	return NULL;
}

static void compare_partners(const struct update *up, struct partners *p, struct unit *u)
{
	const struct unit *pre = u->twin, *other;
	const struct entry *x, *y;
	u32 i = 0, k = 0;

	other = other_partner(up, p, pre->obj, &pre->refs, u->obj, &u->refs);
	while (!other) {
		x = next_entry(pre, &i);
		y = next_entry(u, &k);
		if (!x || !y)
			return;
		other = other_partner(up, p, pre->obj, &x->refs, u->obj, &y->refs);
	}
	u->status = ST_CHANGED;
	u->cause = xasprintf("uses another %s than before", strip_numbers(other->name));
}

static void compare_all_partners(const struct update *up, const struct tu *tu)
{
	struct partners p = { xzalloc(up->nunits * sizeof(*p.of)) };
	struct unit **u;

	vec_for_each(u, &tu->post->units)
		if (class_is_text((*u)->sec->cls) && (*u)->twin && (*u)->status == ST_SAME)
			compare_partners(up, &p, *u);
	free(p.of);
}

void compare_units(struct update *up)
{
	struct unit **u;
	struct tu *tu;

	vec_for_each(tu, &up->tus) {
		vec_for_each(u, &tu->post->units)
			compare_unit(up, *u);
		if (!tu->pre)
			continue;
		compare_all_partners(up, tu);
		vec_for_each(u, &tu->pre->units)
			if (!(*u)->twin && (*u)->name[0] &&
			    (*u)->ident == ID_NAMED)
				(*u)->deleted = true;
	}
}
