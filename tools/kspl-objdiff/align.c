// SPDX-License-Identifier: GPL-2.0
/*
 * Is a variable used in new code as another one was in old code?
 *
 * The references of two versions of a function are aligned in sequence. Two variables
 * are used alike if each use of one has a counterpart between the same neighbours. Code
 * may be added or removed there, but not replaced by other code: then it may use
 * another variable.
 */
#include <stdlib.h>
#include <string.h>

#include "state.h"

#define MAX_ITEMS	1500

/* A reference of a function, or of a table entry about a place in it. */
struct item {
	s64 at;
	const struct unit *in;
	const struct ref *ref;
	struct unit *to;
	u32 gap;		/* of a use: items with a known meaning before it */
};

typedef VEC(struct item) item_vec;

struct side {
	item_vec known, uses, open;
	s32 *match;		/* of known: index in the other side, or -1 */
};

static void add_item(const struct update *up, item_vec *items,
		     const struct unit *u, const struct ref *r, s64 at)
{
	struct unit *to = resolve_ref(up, u->obj, r);
	struct item *item;

	if (to == u || (to && (to == u->cold || to == u->parent)))
		return;
	item = vec_add(items);
	item->at = at;
	item->in = u;
	item->ref = r;
	item->to = to;
}

static void add_items(const struct update *up, item_vec *items,
		      const struct unit *u, s64 base)
{
	const struct ref *r, *inner;
	const struct entry *e;

	vec_for_each(r, &u->refs)
		add_item(up, items, u, r, base + r->off);
	vec_for_each(e, &u->entries) {
		if (e->sec->desc->table != TABLE_JUMP &&
		    e->sec->desc->table != TABLE_STATIC_CALL &&
		    e->sec->desc->table != TABLE_ALT)
			continue;
		vec_for_each(r, &e->refs) {
			if (!r->off || alt_is_empty(e, r))
				continue;
			if (!r->unit || r->unit->sec->cls != SC_ALT_REPL) {
				add_item(up, items, u, r, base + e->loc);
				continue;
			}
			vec_for_each(inner, &r->unit->refs)
				add_item(up, items, r->unit, inner, base + e->loc);
		}
	}
}

static int cmp_item(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->ref->off < y->ref->off ? -1 : x->ref->off > y->ref->off;
}

/* Read the uses of @var, and all references with a known meaning. */
static void read_side(const struct update *up, struct side *s,
		      const struct unit *func, const struct unit *var)
{
	item_vec items = {};
	struct item *item;

	add_items(up, &items, func, 0);
	if (func->cold)
		add_items(up, &items, func->cold, func->size);
	if (items.n)
		qsort(items.v, items.n, sizeof(*items.v), cmp_item);
	vec_for_each(item, &items) {
		item->gap = s->known.n;
		if (item->to && (item->to == var || state_is_open(item->to)))
			*vec_add(&s->open) = *item;
		if (item->to == var)
			*vec_add(&s->uses) = *item;
		else if (!item->to || !state_is_open(item->to))
			*vec_add(&s->known) = *item;
	}
	free(items.v);
	s->match = xzalloc(s->known.n * sizeof(*s->match));
}

static bool same_item(const struct update *up, const struct item *a,
		      const struct item *b)
{
	if (!a->to || !b->to)
		return !a->to && !b->to &&
		       !strcmp(a->ref->sym->name, b->ref->sym->name);
	if (a->to->ident != b->to->ident)
		return false;
	if (a->to->ident == ID_CONTENT)
		return unit_same_content(up, a->to, b->to);
	if (a->to->ident == ID_NAMED)
		return a->to->twin == b->to;
	return same_base(a->to->name, b->to->name);
}

/* Find the longest common subsequence. */
static void match_sides(const struct update *up, struct side *a, struct side *b)
{
	u32 n = a->known.n, m = b->known.n, i, k;
	u16 *len = xzalloc((n + 1) * (m + 1) * sizeof(*len));
	u8 *same = xzalloc(n * m);

#define LEN(i, k)	len[(i) * (m + 1) + (k)]
	for (i = n; i-- > 0;) {
		for (k = m; k-- > 0;) {
			u16 skip = LEN(i + 1, k) > LEN(i, k + 1) ?
				   LEN(i + 1, k) : LEN(i, k + 1);

			same[i * m + k] = same_item(up, &a->known.v[i],
						    &b->known.v[k]);
			LEN(i, k) = same[i * m + k] ? LEN(i + 1, k + 1) + 1 : skip;
		}
	}
	memset(a->match, 0xff, n * sizeof(*a->match));
	memset(b->match, 0xff, m * sizeof(*b->match));
	for (i = 0, k = 0; i < n && k < m;) {
		if (same[i * m + k]) {
			a->match[i] = k;
			b->match[k] = i;
			i++, k++;
		} else if (LEN(i + 1, k) >= LEN(i, k + 1)) {
			i++;
		} else {
			k++;
		}
	}
#undef LEN
	free(len);
	free(same);
}

/* Find the matched items around a gap. */
static void find_anchors(const struct side *s, u32 gap, s64 *lo, s64 *hi)
{
	*lo = (s64)gap - 1;
	while (*lo >= 0 && s->match[*lo] < 0)
		(*lo)--;
	*hi = gap;
	while (*hi < s->known.n && s->match[*hi] < 0)
		(*hi)++;
}

/* Count uses of variables without a twin between two anchors, and those before @use. */
static void count_open(const struct side *s, const struct item *use, s64 lo,
		       s64 hi, u32 *n, u32 *before)
{
	const struct item *item;

	*n = 0;
	*before = 0;
	vec_for_each(item, &s->open) {
		if ((s64)item->gap <= lo || (s64)item->gap > hi)
			continue;
		(*n)++;
		*before += cmp_item(item, use) < 0;
	}
}

static bool same_place(const struct side *a, const struct item *x,
		       const struct side *b, const struct item *y)
{
	u32 na, nb, before_a, before_b;
	s64 alo, ahi, blo, bhi;

	find_anchors(a, x->gap, &alo, &ahi);
	find_anchors(b, y->gap, &blo, &bhi);
	count_open(a, x, alo, ahi, &na, &before_a);
	count_open(b, y, blo, bhi, &nb, &before_b);
	if (na != nb || before_a != before_b)
		return false;
	if (alo < 0 ? blo >= 0 : a->match[alo] != blo)
		return false;
	if (ahi == a->known.n ? bhi != b->known.n : a->match[ahi] != bhi)
		return false;
	return ahi - alo == 1 || bhi - blo == 1;
}

/* Compare the bytes, but not the references. */
static bool same_bytes(const struct unit *a, const struct unit *b)
{
	if (!a || !b)
		return a == b;
	return a->size == b->size && !memcmp(unit_data(a), unit_data(b), a->size);
}

/* Does nothing differ, except for the variable and others without a twin? */
static bool same_but_open(const struct side *a, const struct side *b)
{
	u32 i;

	if (a->known.n != b->known.n || a->open.n != b->open.n)
		return false;
	for (i = 0; i < a->known.n; i++)
		if (a->match[i] != (s32)i ||
		    a->known.v[i].at != b->known.v[i].at ||
		    a->known.v[i].ref->target != b->known.v[i].ref->target)
			return false;
	for (i = 0; i < a->open.n; i++)
		if (a->open.v[i].at != b->open.v[i].at ||
		    a->open.v[i].ref->target != b->open.v[i].ref->target)
			return false;
	for (i = 0; i < a->uses.n; i++)
		if (a->uses.v[i].at != b->uses.v[i].at)
			return false;
	return true;
}

static bool same_uses(const struct side *a, const struct side *b)
{
	u32 i;

	if (a->uses.n != b->uses.n || !a->uses.n)
		return false;
	for (i = 0; i < a->uses.n; i++) {
		if (!same_place(a, &a->uses.v[i], b, &b->uses.v[i]))
			return false;
	}
	return true;
}

/**
 * used_alike() - is @b used in @post as @a is in @pre?
 * @up:		the update
 * @pre:	function of a pre object
 * @a:		variable of it
 * @post:	function of a post object
 * @b:		variable of it
 * @strict:	all other code must be the same. Otherwise, the author may mean
 *		something else by the new name, such as the contrary.
 */
bool used_alike(const struct update *up, const struct unit *pre,
		const struct unit *a, const struct unit *post,
		const struct unit *b, bool strict)
{
	struct side x = {}, y = {};
	bool alike = false;

	read_side(up, &x, pre, a);
	read_side(up, &y, post, b);
	if (x.known.n <= MAX_ITEMS && y.known.n <= MAX_ITEMS) {
		match_sides(up, &x, &y);
		alike = same_uses(&x, &y) &&
			(!strict || (same_bytes(pre, post) &&
				     same_bytes(pre->cold, post->cold) &&
				     same_but_open(&x, &y)));
	}
	free(x.known.v);
	free(x.uses.v);
	free(x.open.v);
	free(x.match);
	free(y.known.v);
	free(y.uses.v);
	free(y.open.v);
	free(y.match);
	return alike;
}
