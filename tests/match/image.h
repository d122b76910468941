/* SPDX-License-Identifier: GPL-2.0 */
/* A running kernel for tests: pieces of memory and a kallsyms. */
#ifndef TEST_IMAGE_H
#define TEST_IMAGE_H

#include <linux/types.h>
#include "../../kernel-tree-overlay/kernel/ksplice/match.h"

struct image_part {
	unsigned long addr;
	size_t size;
	u8 *bytes;
	enum ksplice_f_unit_kind kind;	/* TEXT, RODATA or DATA */
};

struct image_sym {
	char *name;
	unsigned long addr;
};

struct image {
	struct image_part parts[32];
	u32 nparts;
	struct image_sym *syms;
	u32 nsyms, room;
	bool sorted;
	bool all_ftrace;	/* ftrace knows every place */
	u64 reads, lookups;
};

extern const struct ksplice_match_ops image_ops;

u8 *image_add(struct image *im, unsigned long addr, size_t size,
	      enum ksplice_f_unit_kind kind);
u8 *image_at(struct image *im, unsigned long addr, size_t len);
void image_sym(struct image *im, const char *name, unsigned long addr);
unsigned long image_addr(struct image *im, const char *name);
void image_free(struct image *im);

#endif
