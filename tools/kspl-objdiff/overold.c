// SPDX-License-Identifier: GPL-2.0
/*
 * Is code the same when compiled with the old types?
 *
 * Compares two objects of the same source, which are not paired: units are found by
 * name, and must have the same contents. This includes everything that the code refers
 * to: a table of offsets, the parameters of a hash table, the place of a key in an
 * entry of __jump_table, the replacement of an alternative. Only functions are judged
 * separately.
 */
#include <stdlib.h>
#include <string.h>

#include "types.h"

static bool same_unit(struct over_old *oo, const struct unit *a,
		      const struct unit *b);

static u32 type_of_field(u32 type)
{
	return type == R_X86_64_PLT32 ? R_X86_64_PC32 : type;
}

/* Functions are judged separately, boot code not at all. */
static bool is_known_by_name(const struct unit *u)
{
	return class_is_text(u->sec->cls) || u->sec->cls == SC_INIT ||
	       u->sec->cls == SC_STATIC_CALL;
}

static bool same_ref(struct over_old *oo, const struct ref *a,
		     const struct ref *b)
{
	if (a->off != b->off || a->addend != b->addend ||
	    a->target != b->target || !a->unit != !b->unit ||
	    type_of_field(a->type) != type_of_field(b->type))
		return false;
	if (!a->unit)
		return a->sym && b->sym && !strcmp(a->sym->name, b->sym->name);
	if (a->unit->ident != b->unit->ident ||
	    strcmp(a->unit->sec->name, b->unit->sec->name))
		return false;
	if (a->unit->ident != ID_CONTENT &&
	    !same_base(a->unit->name, b->unit->name))
		return false;
	return is_known_by_name(a->unit) || same_unit(oo, a->unit, b->unit);
}

static u32 field_size(const struct ref *r)
{
	return r->type == R_X86_64_64 || r->type == R_X86_64_PC64 ? 8 : 4;
}

/* Bytes that the linker or the kernel fills in, and line numbers */
static bool is_open_byte(const struct unit *u, u32 at)
{
	const struct ref *r;

	if (u->sec->cls == SC_DYNDBG)
		return true;
	vec_for_each(r, &u->refs)
		if (at >= r->off && at < r->off + field_size(r))
			return true;
	return false;
}

static bool is_zero(const u8 *p, u32 size)
{
	while (size--)
		if (p[size])
			return false;
	return true;
}

static bool same_bytes(const struct unit *a, const struct unit *b)
{
	const u8 *x = unit_data(a), *y = unit_data(b);
	u32 i;

	if (!x || !y)
		return (!x || is_zero(x, a->size)) && (!y || is_zero(y, a->size));
	for (i = 0; i < a->size; i++)
		if (x[i] != y[i] && !is_open_byte(a, i))
			return false;
	return true;
}

static bool same_refs(struct over_old *oo, const ref_vec *a, const ref_vec *b)
{
	u32 i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (!same_ref(oo, &a->v[i], &b->v[i]))
			return false;
	return true;
}

/* Entries */

/* Entries that only list places in the code do not affect it. */
static bool entry_means_something(const struct entry *e)
{
	switch (e->sec->desc->table) {
	case TABLE_MCOUNT:
	case TABLE_ORC_IP:
	case TABLE_ENDBR:
	case TABLE_RETPOLINE:
	case TABLE_RETURN:
	case TABLE_CALL:
	case TABLE_SMP_LOCK:
	case TABLE_KPROBE_BL:
	case TABLE_CFI:
	case TABLE_CFI_TRAP:
		return false;
	}
	return true;
}

/* Compare only the flags, not file and line: see byte_counts() in compare.c. */
static bool same_bug(const struct entry *a, const struct entry *b)
{
	u32 flags = bug_flags_offset(a->sec);

	return !memcmp(a->sec->data + a->off + flags,
		       b->sec->data + b->off + flags, 2);
}

static bool same_entry(struct over_old *oo, const struct entry *a,
		       const struct entry *b)
{
	u32 i;

	if (a->loc != b->loc || a->sec->entsize != b->sec->entsize ||
	    a->refs.n != b->refs.n)
		return false;
	if (a->sec->desc->table == TABLE_BUG)
		return same_bug(a, b);
	if (memcmp(a->sec->data + a->off, b->sec->data + b->off,
		   a->sec->entsize))
		return false;
	for (i = 1; i < a->refs.n; i++)
		if (!alt_is_empty(a, &a->refs.v[i]) &&
		    !same_ref(oo, &a->refs.v[i], &b->refs.v[i]))
			return false;
	return true;
}

/* Find the next entry of the same table, from @i on; NULL if there is none. */
static const struct entry *next_of(const struct unit *u, const char *table,
				   u32 *i)
{
	while (*i < u->entries.n) {
		const struct entry *e = &u->entries.v[(*i)++];

		if (!strcmp(e->sec->name, table))
			return e;
	}
	return NULL;
}

/* Compare table by table: the order of tables in an object has no meaning. */
static bool same_table(struct over_old *oo, const struct unit *a,
		       const struct unit *b, const char *table)
{
	const struct entry *x, *y;
	u32 i = 0, k = 0;

	do {
		x = next_of(a, table, &i);
		y = next_of(b, table, &k);
		if (!x != !y || (x && !same_entry(oo, x, y)))
			return false;
	} while (x);
	return true;
}

/* Check each table of @a once, at its first entry. */
static bool is_first_of_table(const struct unit *u, const struct entry *e)
{
	u32 i = 0;

	return next_of(u, e->sec->name, &i) == e;
}

static u32 count_meaningful(const struct unit *u)
{
	const struct entry *e;
	u32 n = 0;

	vec_for_each(e, &u->entries)
		n += entry_means_something(e);
	return n;
}

static bool same_tables(struct over_old *oo, const struct unit *a,
			const struct unit *b)
{
	const struct entry *e;

	vec_for_each(e, &a->entries)
		if (entry_means_something(e) && is_first_of_table(a, e) &&
		    !same_table(oo, a, b, e->sec->name))
			return false;
	/* @b has no entry in a table that @a does not have */
	return count_meaningful(a) == count_meaningful(b);
}

static bool same_unit(struct over_old *oo, const struct unit *a,
		      const struct unit *b)
{
	const struct unit **known = &oo->of[b->id];

	/* it is known to be the same, or being compared */
	if (*known)
		return *known == a;
	if (b->refs.n || b->entries.n) {
		*known = a;
		*vec_add(&oo->known) = b->id;
	}
	return a->size == b->size && same_bytes(a, b) &&
	       same_refs(oo, &a->refs, &b->refs) &&
	       same_tables(oo, a, b);
}

/* Is @old the same as @u? If not, results found on the way are dropped. */
static bool is_same(struct over_old *oo, const struct unit *old,
		    const struct unit *u)
{
	u32 before = oo->known.n;

	if (same_unit(oo, old, u))
		return true;
	while (oo->known.n > before)
		oo->of[oo->known.v[--oo->known.n]] = NULL;
	return false;
}

/**
 * unit_over_old() - find the same function or data, compiled with the old types
 * @oo:		the object compiled with the old types, and known results
 * @u:		the unit, compiled with the new types
 *
 * Return: NULL if it is not the same, or not known.
 */
struct unit *unit_over_old(struct over_old *oo, const struct unit *u)
{
	struct unit **v, *found = NULL;

	vec_for_each(v, &oo->obj->units) {
		if ((*v)->is_func != u->is_func || strcmp((*v)->name, u->name))
			continue;
		if (found)
			return NULL;
		found = *v;
	}
	if (!found || !found->cold != !u->cold || !is_same(oo, found, u) ||
	    (u->cold && !is_same(oo, found->cold, u->cold)))
		return NULL;
	return found;
}
