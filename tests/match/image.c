// SPDX-License-Identifier: GPL-2.0
#include "image.h"

void *shim_alloc(size_t n, size_t size)
{
	return calloc(n ? n : 1, size ? size : 1);
}

u8 *image_add(struct image *im, unsigned long addr, size_t size,
	      enum ksplice_f_unit_kind kind)
{
	struct image_part *p = &im->parts[im->nparts++];

	if (im->nparts > ARRAY_SIZE(im->parts))
		abort();
	p->addr = addr;
	p->size = size;
	p->kind = kind;
	p->bytes = calloc(1, size ? size : 1);
	return p->bytes;
}

/* The part that was added last belongs to a module. */
void image_owner(struct image *im, const char *owner)
{
	snprintf(im->parts[im->nparts - 1].owner, IMAGE_NAME, "%s", owner);
}

/* The owner that a target means; NULL: any */
static const char *owner_of(const struct image *im, u32 target)
{
	const char *name;

	if (target == KSPLICE_NONE)
		return NULL;
	if (target == KSPLICE_VMLINUX || !im->view)
		return "";
	name = ksplice_str(im->view, im->view->targets[target].name);
	return strcmp(name, "vmlinux") ? name : "";
}

static struct image_part *part_at(struct image *im, unsigned long addr,
				  size_t len)
{
	u32 i;

	for (i = 0; i < im->nparts; i++) {
		struct image_part *p = &im->parts[i];

		if (addr >= p->addr && addr - p->addr <= p->size &&
		    len <= p->size - (addr - p->addr))
			return p;
	}
	return NULL;
}

u8 *image_at(struct image *im, unsigned long addr, size_t len)
{
	struct image_part *p = part_at(im, addr, len);

	return p ? p->bytes + (addr - p->addr) : NULL;
}

void image_sym(struct image *im, const char *name, unsigned long addr)
{
	image_module_sym(im, name, "", addr);
}

void image_module_sym(struct image *im, const char *name, const char *owner,
		      unsigned long addr)
{
	if (im->nsyms == im->room) {
		im->room = im->room ? 2 * im->room : 1024;
		im->syms = realloc(im->syms, im->room * sizeof(*im->syms));
	}
	im->syms[im->nsyms].name = strdup(name);
	snprintf(im->syms[im->nsyms].owner, IMAGE_NAME, "%s", owner);
	im->syms[im->nsyms++].addr = addr;
	im->sorted = false;
}

static int cmp_sym(const void *a, const void *b)
{
	const struct image_sym *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c ? c : x->addr < y->addr ? -1 : x->addr > y->addr;
}

static struct image_sym *first_sym(struct image *im, const char *name)
{
	u32 lo = 0, hi = im->nsyms;

	if (!im->sorted && im->nsyms)
		qsort(im->syms, im->nsyms, sizeof(*im->syms), cmp_sym);
	im->sorted = true;
	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (strcmp(im->syms[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return im->syms + lo;
}

unsigned long image_addr(struct image *im, const char *name)
{
	struct image_sym *s = first_sym(im, name);

	return s < im->syms + im->nsyms && !strcmp(s->name, name) ? s->addr : 0;
}

static int image_read(void *ctx, unsigned long addr, void *buf, size_t len)
{
	struct image *im = ctx;
	u8 *p = image_at(im, addr, len);

	im->reads++;
	if (!p)
		return -EFAULT;
	memcpy(buf, p, len);
	return 0;
}

static int image_candidates(void *ctx, u32 target, const char *name,
			    int (*fn)(void *data, unsigned long addr),
			    void *data)
{
	struct image *im = ctx;
	struct image_sym *s = first_sym(im, name);
	const char *owner = owner_of(im, target);
	int ret;

	im->lookups++;
	for (; s < im->syms + im->nsyms && !strcmp(s->name, name); s++) {
		if (owner && strcmp(s->owner, owner))
			continue;
		ret = fn(data, s->addr);
		if (ret)
			return ret;
	}
	return 0;
}

static bool image_in_target(void *ctx, u32 target, unsigned long addr,
			    size_t len, enum ksplice_f_unit_kind kind)
{
	struct image_part *p = part_at(ctx, addr, len);
	const struct image *im = ctx;
	const char *owner = owner_of(im, target);

	if (kind == KSPLICE_UNIT_PERCPU)
		return addr < 0x1000000;
	if (!p || (owner && strcmp(p->owner, owner)))
		return false;
	if (kind == KSPLICE_UNIT_TEXT)
		return p->kind == KSPLICE_UNIT_TEXT;
	if (kind == KSPLICE_UNIT_DATA)
		return im->data_in_text || p->kind != KSPLICE_UNIT_TEXT;
	return p->kind == KSPLICE_UNIT_RODATA;
}

static bool image_is_text(void *ctx, unsigned long addr)
{
	struct image_part *p = part_at(ctx, addr, 1);

	/* where modules and trampolines are, on a kernel with KASLR */
	if (!p)
		return addr >= 0xffffffffc0000000UL && addr < -4096UL;
	return p->kind == KSPLICE_UNIT_TEXT;
}

static bool image_is_ftrace(void *ctx, unsigned long addr)
{
	struct image *im = ctx;

	(void)addr;
	return im->all_ftrace;
}

/*
 * Entries of tables
 */

/* One that a test makes up; the pointer is good until the next one */
struct ksplice_run_entry *image_entry(struct image *im, u32 kind,
				      unsigned long place, u32 data,
				      unsigned long ref0, unsigned long ref1)
{
	struct ksplice_run_entry *e;

	if (im->nentries == im->entry_room) {
		im->entry_room = im->entry_room ? 2 * im->entry_room : 256;
		im->entries = realloc(im->entries,
				      im->entry_room * sizeof(*im->entries));
	}
	e = &im->entries[im->nentries++].e;
	*e = (struct ksplice_run_entry){
		.kind = kind, .place = place, .data = data,
		.refs = { ref0, ref1 },
	};
	im->entries_sorted = false;
	return e;
}

static unsigned long rel32(const u8 *p, unsigned long addr)
{
	s32 rel;

	memcpy(&rel, p, sizeof(rel));
	return addr + rel;
}

/* One entry as the kernel has it in memory; x86-64, 6.12 */
static void read_entry(struct image *im, u32 kind, const u8 *p,
		       unsigned long at)
{
	unsigned long place = rel32(p, at), ref;
	u16 flags;
	u32 data;
	s64 key;

	switch (kind) {
	case KSPLICE_ENTRY_JUMP_LABEL:
		memcpy(&key, p + 8, sizeof(key));
		ref = at + 8 + key;
		if (!(ref & 2))		/* not of init code */
			image_entry(im, kind, place, ref & 1,
				    rel32(p + 4, at + 4), ref & ~3UL);
		break;
	case KSPLICE_ENTRY_STATIC_CALL:
		ref = rel32(p + 4, at + 4);
		if (!(ref & 2))
			image_entry(im, kind, place, ref & 1, ref & ~3UL, 0);
		break;
	case KSPLICE_ENTRY_EXCEPTION:
		memcpy(&data, p + 8, sizeof(data));
		image_entry(im, kind, place, data, rel32(p + 4, at + 4), 0);
		break;
	case KSPLICE_ENTRY_BUG:
		memcpy(&flags, p + 10, sizeof(flags));
		image_entry(im, kind, place, flags & ~4, 0, 0);
		break;
	}
}

/* Reads a whole table from memory; returns the number of entries. */
u32 image_table(struct image *im, u32 kind, unsigned long start,
		unsigned long end)
{
	static const u8 size[KSPLICE_ENTRY_KINDS] = {
		[KSPLICE_ENTRY_JUMP_LABEL] = 16, [KSPLICE_ENTRY_STATIC_CALL] = 8,
		[KSPLICE_ENTRY_EXCEPTION] = 12, [KSPLICE_ENTRY_BUG] = 12,
	};
	const u8 *p = image_at(im, start, end - start);
	unsigned long at;

	if (!p || (end - start) % size[kind])
		abort();
	for (at = start; at < end; at += size[kind])
		read_entry(im, kind, p + (at - start), at);
	return (end - start) / size[kind];
}

static int cmp_entry(const void *a, const void *b)
{
	const struct image_entry *x = a, *y = b;

	return x->e.place < y->e.place ? -1 : x->e.place > y->e.place;
}

static int image_entries(void *ctx, unsigned long start, unsigned long end,
			 int (*fn)(void *data,
				   const struct ksplice_run_entry *e),
			 void *data)
{
	struct image *im = ctx;
	u32 lo = 0, hi = im->nentries, mid;
	int ret = 0;

	if (!im->entries_sorted && im->nentries)
		qsort(im->entries, im->nentries, sizeof(*im->entries),
		      cmp_entry);
	im->entries_sorted = true;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (im->entries[mid].e.place < start)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; !ret && lo < im->nentries && im->entries[lo].e.place < end; lo++)
		ret = fn(data, &im->entries[lo].e);
	return ret;
}

static int image_feature(void *ctx, u32 feature)
{
	const struct image *im = ctx;

	if (feature / 32 >= im->nfeatures)
		return -1;
	return im->features[feature / 32] >> feature % 32 & 1;
}

/* An update has the code at @new for the function at @old. */
void image_replace(struct image *im, unsigned long old, unsigned long new)
{
	if (im->nreplaced == ARRAY_SIZE(im->replaced))
		abort();
	im->replaced[im->nreplaced].old = old;
	im->replaced[im->nreplaced++].new = new;
}

static unsigned long image_newest(void *ctx, unsigned long addr)
{
	const struct image *im = ctx;
	u32 i;

	for (i = 0; i < im->nreplaced; i++)
		if (im->replaced[i].old == addr)
			return im->replaced[i].new;
	return addr;
}

static unsigned long image_old(void *ctx, unsigned long addr)
{
	const struct image *im = ctx;
	u32 i;

	for (i = 0; i < im->nreplaced; i++)
		if (im->replaced[i].new == addr)
			return im->replaced[i].old;
	return addr;
}

static bool image_is_update(void *ctx, unsigned long addr)
{
	const struct image *im = ctx;

	return addr >= im->update && addr < im->update_end;
}

const struct ksplice_match_ops image_ops = {
	.read = image_read,
	.candidates = image_candidates,
	.in_target = image_in_target,
	.is_text = image_is_text,
	.is_ftrace = image_is_ftrace,
	.entries = image_entries,
	.feature = image_feature,
	.entry = image_old,
	.newest = image_newest,
	.is_update = image_is_update,
};

void image_free(struct image *im)
{
	u32 i;

	for (i = 0; i < im->nparts; i++)
		free(im->parts[i].bytes);
	for (i = 0; i < im->nsyms; i++)
		free(im->syms[i].name);
	free(im->syms);
	free(im->entries);
	memset(im, 0, sizeof(*im));
}
