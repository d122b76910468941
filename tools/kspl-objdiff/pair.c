// SPDX-License-Identifier: GPL-2.0
/*
 * Finds for each unit of the post object its twin: the same unit in the pre object.
 *
 * Names decide, if they mean something. The numbers that the compiler appends to static
 * locals and clones change when something is added before them. So these units are
 * paired by the functions that use them, or by their contents, if those never change.
 * Strings, constants and once flags have no twins here: only their contents matter.
 */
#include <stdlib.h>
#include <string.h>

#include "state.h"

/* The units of one name: the last one on each side, and how many there are. */
struct group {
	struct unit *pre, *post;
	u32 npre, npost;
};

static bool is_init(const struct unit *u)
{
	return u->sec->cls == SC_INIT;
}

static bool wants_twin(const struct unit *u)
{
	return !u->twin && u->name[0] && u->sec->cls != SC_NONE &&
	       u->sec->cls != SC_DROP && u->sec->cls != SC_EXPORT &&
	       (u->ident == ID_NAMED || u->ident == ID_SOFT);
}

static bool may_pair(const struct unit *pre, const struct unit *post)
{
	if (pre->scope && post->scope && strcmp(pre->scope, post->scope))
		return false;
	return is_init(pre) == is_init(post) && pre->is_func == post->is_func &&
	       class_is_text(pre->sec->cls) == class_is_text(post->sec->cls);
}

static void make_twins(struct unit *pre, struct unit *post)
{
	pre->twin = post;
	post->twin = pre;
}

static struct group *group_of(struct map *m, const char *key)
{
	struct group *g = map_get(m, key);

	if (!g) {
		g = xzalloc(sizeof(*g));
		map_set(m, key, g);
	}
	return g;
}

/* The key of the comparison: the name, with or without the compiler's numbers. */
static const char *pair_key(const struct unit *u, bool numbers)
{
	if (numbers)
		return u->name;
	if (u->scope)
		return xasprintf("%s in %s", strip_numbers(u->name), u->scope);
	return strip_numbers(u->name);
}

/**
 * unit_is_numbered() - may its name stand for several units?
 * @u:	unit
 *
 * A number that may change identifies nothing. clang calls the first of two statics
 * "f.x" and the second "f.x.1", so a missing number identifies nothing, either.
 */
bool unit_is_numbered(const struct unit *u)
{
	return is_counted(u->name) || unit_is_static_local(u) ||
	       (!u->is_global && !u->is_func && strchr(u->name, '.'));
}

static void collect(struct map *m, struct obj *obj, bool numbers)
{
	struct unit **up, *u;

	vec_for_each(up, &obj->units) {
		struct group *g;

		u = *up;
		if (!wants_twin(u) || (numbers && unit_is_numbered(u)))
			continue;
		g = group_of(m, pair_key(u, numbers));
		if (obj->post) {
			g->post = u;
			g->npost++;
		} else {
			g->pre = u;
			g->npre++;
		}
	}
}

/* Pair units that are the only ones of their name on both sides. */
static void pair_by_name(struct tu *tu, bool numbers)
{
	struct map m = {};
	u32 i;

	collect(&m, tu->pre, numbers);
	collect(&m, tu->post, numbers);
	for (i = 0; i < m.size; i++) {
		struct group *g = m.slots[i].value;

		if (g && g->npre == 1 && g->npost == 1 &&
		    may_pair(g->pre, g->post))
			make_twins(g->pre, g->post);
	}
	free(m.slots);
}

/* List the units without a twin that @u refers to, in the order of its code. */
static void list_locals(struct unit *u, struct unit **out, u32 *n, u32 max)
{
	struct ref *r;
	u32 i;

	vec_for_each(r, &u->refs) {
		if (!r->unit || !wants_twin(r->unit) || r->unit->is_global)
			continue;
		for (i = 0; i < *n && out[i] != r->unit; i++)
			;
		if (i == *n && *n < max)
			out[(*n)++] = r->unit;
	}
}

#define MAX_LOCALS	256

static u32 count_base(struct unit **v, u32 n, const char *name)
{
	u32 i, count = 0;

	for (i = 0; i < n; i++)
		count += same_base(v[i]->name, name);
	return count;
}

/*
 * Pair the locals that two twins refer to, by base name, in order. The order only means
 * something if the code is the same; otherwise there must be only one of a base name.
 */
static bool pair_locals(const struct update *up, struct unit *pre,
			struct unit *post)
{
	struct unit *a[MAX_LOCALS], *b[MAX_LOCALS];
	u32 na = 0, nb = 0, i, k;
	bool any = false, same_code;

	list_locals(pre, a, &na, MAX_LOCALS);
	list_locals(post, b, &nb, MAX_LOCALS);
	if (!na || !nb)
		return false;
	same_code = unit_same_code(up, pre, post);
	for (i = 0; i < nb; i++) {
		u32 n = count_base(b, nb, b[i]->name);

		if (b[i]->twin || count_base(a, na, b[i]->name) != n ||
		    (n > 1 && !same_code))
			continue;
		for (k = 0; k < na; k++)
			if (!a[k]->twin && same_base(a[k]->name, b[i]->name) &&
			    may_pair(a[k], b[i]))
				break;
		if (k < na) {
			make_twins(a[k], b[i]);
			any = true;
		}
	}
	return any;
}

/*
 * Pointers to tracepoint strings, and units whose name is only a count: units with
 * equal contents are interchangeable.
 */
static bool is_settled(const struct unit *u)
{
	return wants_twin(u) && (!strcmp(u->sec->name, "__tracepoint_str") ||
				 is_counted(u->name));
}

static void pair_by_content(const struct update *up, struct tu *tu)
{
	struct unit **a, **b;

	vec_for_each(b, &tu->post->units) {
		if (!is_settled(*b))
			continue;
		vec_for_each(a, &tu->pre->units)
			if (is_settled(*a) && may_pair(*a, *b) &&
			    same_base((*a)->name, (*b)->name) &&
			    unit_same_content(up, *a, *b)) {
				make_twins(*a, *b);
				break;
			}
	}
}

static bool pair_by_users(const struct update *up, struct tu *tu)
{
	struct unit **u;
	bool any = false;

	vec_for_each(u, &tu->pre->units)
		if ((*u)->twin)
			any |= pair_locals(up, *u, (*u)->twin);
	return any;
}

/* Mark units that have no twin yet, but could have one. */
static void mark_ambiguous(struct tu *tu)
{
	struct map m = {};
	u32 i;

	collect(&m, tu->pre, false);
	collect(&m, tu->post, false);
	for (i = 0; i < tu->post->units.n; i++) {
		struct unit *u = tu->post->units.v[i];
		struct group *g;

		if (!wants_twin(u) || u->ident == ID_SOFT || is_init(u))
			continue;
		g = map_get(&m, pair_key(u, false));
		if (g && g->npre && !is_init(g->pre))
			u->ambiguous = true;
	}
	free(m.slots);
}

/* Pair functions and variables that moved from one file to another. */
static void pair_moved(const struct target *t)
{
	u32 i;

	for (i = 0; i < t->post_globals.size; i++) {
		struct unit *post = t->post_globals.slots[i].value, *pre;

		if (!post || !wants_twin(post) ||
		    strcmp(t->post_globals.slots[i].key, post->name))
			continue;
		pre = map_get(&t->pre_globals, post->name);
		if (pre && wants_twin(pre) && may_pair(pre, post))
			make_twins(pre, post);
	}
}

static void pair_names(struct tu *tu)
{
	find_scopes(tu->pre);
	find_scopes(tu->post);
	pair_by_name(tu, true);
	pair_by_name(tu, false);
}

static void pair_the_rest(const struct update *up, struct tu *tu)
{
	while (pair_by_users(up, tu))
		pair_by_name(tu, false);
	pair_by_content(up, tu);
}

void pair_units(struct update *up)
{
	struct target *t;
	struct tu *tu;

	vec_for_each(tu, &up->tus)
		if (tu->pre)
			pair_names(tu);
	vec_for_each(t, &up->targets)
		pair_moved(t);
	/* the code is the same only if what it calls in other files is */
	vec_for_each(tu, &up->tus)
		if (tu->pre)
			pair_the_rest(up, tu);
	pair_state(up);
	vec_for_each(tu, &up->tus)
		if (tu->pre)
			pair_the_rest(up, tu);
	vec_for_each(tu, &up->tus)
		if (tu->pre)
			mark_ambiguous(tu);
	mark_rivals(up);
}
