// SPDX-License-Identifier: GPL-2.0
/*
 * Unnamed strings and constants that the running kernel already has.
 *
 * New code that uses one keeps using the kernel's. So its address stays the same, for
 * code that compares it and for objects that hold it, and no pointer to memory of the
 * update gets out. Run-pre matching finds the address, from the field of the pre code
 * that refers to it.
 */
#include <stdlib.h>
#include <string.h>

#include "update.h"

static bool is_content(const struct unit *u)
{
	return u->ident == ID_CONTENT && !u->twin && u->size &&
	       (u->sec->cls == SC_STRING || u->sec->cls == SC_CONST ||
		u->sec->cls == SC_RODATA);
}

/* Units of one kind with the same bytes have the same key: they may be equal. */
static const char *content_key(const struct unit *u)
{
	u32 h = 2166136261u, i, at = 0;

	for (i = 0; i < u->size; i++) {
		while (at < u->refs.n && u->refs.v[at].off + 8 <= i)
			at++;
		if (at < u->refs.n && u->refs.v[at].off <= i)
			continue;
		h = (h ^ unit_data(u)[i]) * 16777619u;
	}
	return xasprintf("%s %s %u %x %u %s", strip_numbers(u->name),
			 u->scope ? u->scope : "", u->size, h, u->align,
			 strip_numbers(u->sec->name));
}

/*
 * Does run-pre matching find what this field refers to? Not in code that the kernel
 * replaces, nor in a weak function, which another file may override.
 */
static bool is_seen(const struct unit *u, const struct ref *r)
{
	return class_is_text(u->sec->cls) && !u->is_weak &&
	       !ref_in_alternative(u, r);
}

static void collect_seen(const struct obj *pre, struct map *m)
{
	struct unit **u;
	struct ref *r;

	vec_for_each(u, &pre->units)
		vec_for_each(r, &(*u)->refs)
			if (r->unit && is_content(r->unit) && is_seen(*u, r))
				map_set(m, content_key(r->unit), r->unit);
}

static void pair_tu(const struct update *up, struct tu *tu)
{
	struct unit **u, *pre;
	struct map m = {};

	collect_seen(tu->pre, &m);
	vec_for_each(u, &tu->post->units) {
		if (!is_content(*u))
			continue;
		pre = map_get(&m, content_key(*u));
		if (pre && unit_same_content(up, pre, *u))
			(*u)->twin = pre;
	}
	free(m.slots);
}

/**
 * pair_contents() - pair unnamed strings and constants
 * @up:	the update, its named units paired
 *
 * Several post units may have the same pre unit as a twin; that unit's twin is not set.
 */
void pair_contents(struct update *up)
{
	struct tu *tu;

	vec_for_each(tu, &up->tus)
		if (tu->pre)
			pair_tu(up, tu);
}
