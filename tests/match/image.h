/* SPDX-License-Identifier: GPL-2.0 */
/* A running kernel for tests: pieces of memory and a kallsyms. */
#ifndef TEST_IMAGE_H
#define TEST_IMAGE_H

#include <linux/types.h>
#include "../../kernel-tree-overlay/kernel/ksplice/match.h"

#define IMAGE_NAME	64	/* longest name of a module, with the 0 */

struct image_part {
	char owner[IMAGE_NAME];		/* a module, or "" for vmlinux */
	unsigned long addr;
	size_t size;
	u8 *bytes;
	enum ksplice_f_unit_kind kind;	/* TEXT, RODATA or DATA */
};

struct image_sym {
	char *name;
	char owner[IMAGE_NAME];
	unsigned long addr;
};

struct image_entry {
	struct ksplice_run_entry e;
};

struct image {
	struct image_part parts[256];
	u32 nparts;
	struct image_sym *syms;
	u32 nsyms, room;
	bool sorted;
	struct image_entry *entries;
	u32 nentries, entry_room;
	bool entries_sorted;
	u32 features[64];	/* boot_cpu_data.x86_capability */
	u32 nfeatures;		/* words; of what is behind nothing is known */
	struct {
		unsigned long old, new;	/* entries */
	} replaced[8];		/* by updates that are applied */
	u32 nreplaced;
	unsigned long update, update_end;	/* memory of an applied update */
	bool all_ftrace;	/* ftrace knows every place */
	bool data_in_text;	/* code may be taken for data */
	const struct ksplice_view *view;	/* for its targets; NULL: vmlinux */
	u64 reads, lookups;
};

extern const struct ksplice_match_ops image_ops;

u8 *image_add(struct image *im, unsigned long addr, size_t size,
	      enum ksplice_f_unit_kind kind);
void image_owner(struct image *im, const char *owner);
u8 *image_at(struct image *im, unsigned long addr, size_t len);
void image_sym(struct image *im, const char *name, unsigned long addr);
void image_module_sym(struct image *im, const char *name, const char *owner,
		      unsigned long addr);
struct ksplice_run_entry *image_entry(struct image *im, u32 kind,
				      unsigned long place, u32 data,
				      unsigned long ref0, unsigned long ref1);
u32 image_table(struct image *im, u32 kind, unsigned long start,
		unsigned long end);
void image_replace(struct image *im, unsigned long old, unsigned long new);
unsigned long image_addr(struct image *im, const char *name);
void image_free(struct image *im);

#endif
