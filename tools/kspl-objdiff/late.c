// SPDX-License-Identifier: GPL-2.0
/*
 * The order of entries in __jump_table and .static_call_sites.
 *
 * If the key of an entry is in a module, the entry becomes active with that module,
 * which may be loaded after the update. Such entries are at the end, sorted by target
 * and by key, so that the core can hide them from the kernel until then.
 */
#include <stdlib.h>
#include <string.h>

#include "objdiff.h"

/**
 * struct late - an entry of a table
 * @was:	its index
 * @rank:	0: active when the update is loaded; else sorted by rank
 */
struct late {
	u32 was;
	u64 rank;
};

static bool same_key(const struct out_fixup *a, const struct out_fixup *b)
{
	/* the lowest bits of the addend are flags */
	return a->target == b->target && a->unit == b->unit &&
	       (a->unit || !strcmp(a->name, b->name)) &&
	       (a->addend & ~3LL) == (b->addend & ~3LL);
}

static bool is_of_module(const struct out *out, const struct out_fixup *f)
{
	return strcmp(out->vs->up->targets.v[f->target].name, "vmlinux");
}

/* Sort by target, then in the order of the first fixup of each key. */
static u64 rank_of(const struct out *out, const struct out_fixup *f)
{
	const struct out_fixup *first = out->fixups.v;

	while (first->sec != f->sec || !same_key(first, f))
		first++;
	return 1 + (u64)f->target * out->fixups.n + (first - out->fixups.v);
}

static struct late *rank_entries(const struct out *out, u32 sec, u32 size,
				 u32 key, u32 n)
{
	struct late *late = xzalloc(n * sizeof(*late));
	const struct out_fixup *f;
	u32 i;

	for (i = 0; i < n; i++)
		late[i].was = i;
	vec_for_each(f, &out->fixups)
		if (f->sec == sec && f->off % size == key && is_of_module(out, f))
			late[f->off / size].rank = rank_of(out, f);
	return late;
}

static int cmp_late(const void *x, const void *y)
{
	const struct late *a = x, *b = y;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->was < b->was ? -1 : a->was > b->was;
}

static void move_entries(struct out *out, u32 sec, u32 size,
			 const struct late *late, u32 n)
{
	struct out_sec *s = &out->secs.v[sec];
	u8 *old = xzalloc(n * size);
	u32 *to = xzalloc(n * sizeof(*to));
	struct out_fixup *f;
	struct out_reloc *r;
	u32 i;

	memcpy(old, s->data.v, n * size);
	for (i = 0; i < n; i++) {
		to[late[i].was] = i;
		memcpy(s->data.v + i * size, old + late[i].was * size, size);
	}
	vec_for_each(r, &s->relocs)
		r->off = to[r->off / size] * size + r->off % size;
	vec_for_each(f, &out->fixups)
		if (f->sec == sec)
			f->off = to[f->off / size] * size + f->off % size;
	free(to);
	free(old);
}

/**
 * order_late() - sort the entries of a table as the core needs it
 * @out:	the output, all references emitted
 * @name:	the table's section
 * @size:	size of an entry
 * @key:	offset of the reference to the key in an entry
 */
void order_late(struct out *out, const char *name, u32 size, u32 key)
{
	struct late *late;
	u32 sec, n;

	for (sec = 1; sec < out->secs.n; sec++)
		if (!strcmp(out->secs.v[sec].name, name))
			break;
	if (sec == out->secs.n)
		return;
	n = out->secs.v[sec].data.n / size;
	late = rank_entries(out, sec, size, key, n);
	qsort(late, n, sizeof(*late), cmp_late);
	move_entries(out, sec, size, late, n);
	free(late);
}
