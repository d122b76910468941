/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine that torture's programs run on: one process whose memory holds
 * the program as it was booted (pre), the program as the patched source would
 * be (post), and the update, each as a loaded image in the low 2 GB.
 */
#ifndef TORTURE_MACHINE_H
#define TORTURE_MACHINE_H

#include <elf.h>
#include <linux/types.h>
#include "../../../kernel-tree-overlay/kernel/ksplice/match.h"
#include "../../../kernel-tree-overlay/kernel/ksplice/resolve.h"

#define MAX_STEPS	256
#define NR_SLEEPERS	3

/* Where a section goes */
enum region_kind { R_TEXT, R_RODATA, R_DATA, R_INIT, R_KINDS };

struct region {
	unsigned long base, used, size;
};

struct sym {
	const char *name;
	unsigned long addr;
	size_t size;
	u32 object;
	u32 kind;		/* enum region_kind */
	bool func, global;
	const u8 *bytes;	/* as in the file, fields not relocated */
};

struct object {
	const char *label;
	const u8 *file;
	size_t size;
	const Elf64_Ehdr *eh;
	const Elf64_Shdr *sh;
	const char *shstr;
	unsigned long *addr;	/* by section, 0: not loaded */
};

struct image {
	const char *name;
	struct region r[R_KINDS];
	struct object *objects;
	u32 nobjects;
	struct sym *syms;
	u32 nsyms, room;
	struct image *rest;	/* what has the symbols that this one lacks */
	/* where a piece of data goes that has a place already, or 0 */
	unsigned long (*pin)(const struct object *o, const char *sym, size_t size);
};

/* elf.c */
void image_init(struct image *im, const char *name, unsigned long base);
void image_load(struct image *im, const char *label, const char *path);
void image_link(struct image *im);
void image_boot(struct image *im);
void image_seal(struct image *im);
struct sym *image_find(struct image *im, const char *label, const char *name);
bool file_has_code(const char *path, const char *base, const struct sym *like);
bool image_has(const struct image *im, unsigned long addr, size_t len,
	       enum region_kind kind);
const char *base_name(const char *name);

/* calls.c: what a program calls */
unsigned long machine_symbol(const char *name);
void machine_init(void);
void machine_boot_heap(bool on);
void machine_wake(u32 n);
bool sleeper_word(u32 n, u32 i, unsigned long *word);
extern u32 trace_hash;

struct heap_slot {
	u32 type, size;
	u8 data[240];
	u64 spare;
};

#define HEAP_SLOTS	128
struct heap_slot *machine_heap(void);

/* state.c: the map that the mutator wrote down */
struct plan {
	struct image *pre, *post;
	const char *update;
	u32 steps, apply, undo;
};

void plan_read(struct plan *p, const char *path);
void state_to_post(struct plan *p);
bool state_to_pre(struct plan *p);
void poison_old(const struct plan *p, bool on);
void write_jump(unsigned long site, unsigned long dest);

/* update.c */
int update_load(const char *path, struct image *pre);
bool update_busy(bool undo, unsigned long *where);
void update_apply(void);
void update_undo(void);
bool update_dangles(unsigned long *where);
unsigned long update_jump_end(unsigned long addr);
bool update_stays(void);
const char *update_error(void);

void fatal(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
