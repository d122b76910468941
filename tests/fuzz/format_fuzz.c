// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds anything to the format reader, and what it accepts to the matcher, over
 * a memory that often looks like the pre code, so that the matcher gets far.
 *
 * clang: -fsanitize=fuzzer,address,undefined; else, with -DSTANDALONE, a program
 * that takes files (as AFL calls it).
 */
#include <linux/types.h>
#include "../../kernel-tree-overlay/kernel/ksplice/match.h"

#define BASE	0xffffffff81000000UL

void *shim_alloc(size_t n, size_t size)
{
	return calloc(n ? n : 1, size ? size : 1);
}

struct run {
	const struct ksplice_view *v;
	u32 n;
};

/* The pre code stands at BASE, in a row, as the table of bytes has it. */
static int fuzz_read(void *ctx, unsigned long addr, void *buf, size_t len)
{
	struct run *r = ctx;
	u32 n = r->v->hdr->bytes.n;

	if (addr < BASE || addr - BASE > n || len > n - (addr - BASE))
		return -EFAULT;
	memcpy(buf, r->v->bytes + (addr - BASE), len);
	return 0;
}

static int fuzz_candidates(void *ctx, u32 target, const char *name,
			   int (*fn)(void *data, unsigned long addr),
			   void *data)
{
	struct run *r = ctx;
	u32 i, n = 0;
	int ret;

	(void)target;
	for (i = 0; i < r->v->hdr->units.n && n < 3; i++) {
		const struct ksplice_f_unit *u = &r->v->units[i];

		if (strcmp(ksplice_str(r->v, u->name), name))
			continue;
		n++;
		ret = fn(data, BASE + u->bytes);
		if (ret)
			return ret;
	}
	return n ? 0 : fn(data, BASE + r->n++ % (r->v->hdr->bytes.n + 1));
}

static bool fuzz_in_target(void *ctx, u32 target, unsigned long addr,
			   size_t len, enum ksplice_f_unit_kind kind)
{
	struct run *r = ctx;

	(void)target;
	(void)len;
	(void)kind;
	return r->n++ % 16;
}

static bool fuzz_yes(void *ctx, unsigned long addr)
{
	(void)ctx;
	return addr & 1;
}

/* Mostly what the update says. */
static int fuzz_entries(void *ctx, unsigned long start, unsigned long end,
			int (*fn)(void *data, const struct ksplice_run_entry *e),
			void *data)
{
	struct run *r = ctx;
	const struct ksplice_f_unit *u = r->v->units;
	struct ksplice_run_entry e;
	int ret = 0;
	u32 i;

	for (; u < r->v->units + r->v->hdr->units.n; u++)
		for (i = u->entries; i < u->entries + u->nentries && !ret; i++) {
			e.kind = r->v->entries[i].kind;
			e.data = r->v->entries[i].data;
			e.place = BASE + u->bytes + r->v->entries[i].offset;
			e.refs[0] = r->n++ % 4 ? e.place : BASE;
			e.refs[1] = r->n++ % 4 ? BASE + 16 : e.place;
			if (e.place >= start && e.place < end)
				ret = fn(data, &e);
		}
	return ret;
}

static int fuzz_feature(void *ctx, u32 feature)
{
	struct run *r = ctx;

	return (int)((feature + r->n++) % 3) - 1;
}

static const struct ksplice_match_ops fuzz_ops = {
	.read = fuzz_read,
	.candidates = fuzz_candidates,
	.in_target = fuzz_in_target,
	.is_text = fuzz_yes,
	.is_ftrace = fuzz_yes,
	.entries = fuzz_entries,
	.feature = fuzz_feature,
};

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ksplice_match m;
	struct ksplice_error err;
	struct ksplice_view v;
	struct run r = { .v = &v };
	u8 *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	if (!ksplice_view_init(&v, copy, size, &err)) {
		ksplice_match_run(&m, &v, &fuzz_ops, &r);
		ksplice_match_free(&m);
	} else if (!err.text[0]) {
		abort();
	}
	free(copy);
	return 0;
}

#ifdef STANDALONE
int main(int argc, char **argv)
{
	static u8 buf[1 << 20];
	int i;

	for (i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");

		if (f)
			LLVMFuzzerTestOneInput(buf, fread(buf, 1, sizeof(buf), f));
		if (f)
			fclose(f);
	}
	return 0;
}
#endif
