// SPDX-License-Identifier: GPL-2.0
/*
 * Loads an update into the machine, has the core match it, relocates it with
 * what the core has learned, and writes the jumps.
 */
#include <stdarg.h>
#include <string.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "machine.h"

#define UPDATE_AT	0x31000000UL
#define JUMP_SIZE	5
#define MAX_FUNCS	512

struct func {
	unsigned long old, site, dest, size, new_size;
	u8 saved[JUMP_SIZE];
};

static struct image module;
static struct image *running;
static struct ksplice_view view;
static struct ksplice_match match;
static struct func funcs[MAX_FUNCS];
static u32 nfuncs;
static bool stays;
static char error[400];

static bool in_module(unsigned long addr)
{
	u32 k;

	for (k = 0; k < R_KINDS; k++)
		if (image_has(&module, addr, 1, k))
			return true;
	return false;
}

static int refuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, sizeof(error), fmt, ap);
	va_end(ap);
	return -ENOEXEC;
}

const char *update_error(void)
{
	return error;
}

/* The running kernel, for the matcher */

static bool is_mapped(unsigned long addr, size_t len)
{
	u32 k;

	for (k = 0; k < R_KINDS; k++)
		if (k != R_INIT && image_has(running, addr, len, k))
			return true;
	return false;
}

static int read_run(void *ctx, unsigned long addr, void *buf, size_t len)
{
	(void)ctx;
	if (!is_mapped(addr, len))
		return -EFAULT;
	memcpy(buf, (void *)addr, len);
	return 0;
}

static int candidates(void *ctx, u32 target, const char *name,
		      int (*fn)(void *data, unsigned long addr), void *data)
{
	unsigned long own = machine_symbol(name);
	int ret = own ? fn(data, own) : 0;
	u32 i;

	(void)ctx;
	(void)target;
	for (i = 0; i < running->nsyms && !ret; i++)
		if (running->syms[i].kind != R_INIT && !strcmp(running->syms[i].name, name))
			ret = fn(data, running->syms[i].addr);
	return ret;
}

static bool in_target(void *ctx, u32 target, unsigned long addr, size_t len,
		      enum ksplice_f_unit_kind kind)
{
	(void)ctx;
	(void)target;
	switch (kind) {
	case KSPLICE_UNIT_TEXT:
		return image_has(running, addr, len, R_TEXT);
	case KSPLICE_UNIT_RODATA:
	case KSPLICE_UNIT_STRING:
		return image_has(running, addr, len, R_RODATA);
	case KSPLICE_UNIT_DATA:
		return image_has(running, addr, len, R_DATA) ||
		       image_has(running, addr, len, R_RODATA);
	case KSPLICE_UNIT_PERCPU:
		break;
	}
	return false;
}

/* No program has tables about its code. */
static int entries(void *ctx, unsigned long start, unsigned long end,
		   int (*fn)(void *data, const struct ksplice_run_entry *e), void *data)
{
	(void)ctx, (void)start, (void)end, (void)fn, (void)data;
	return 0;
}

static const struct ksplice_match_ops ops = {
	.read		= read_run,
	.candidates	= candidates,
	.in_target	= in_target,
	.entries	= entries,
};

/* ... and for the resolver */

static int symbols(void *ctx, u32 target, const char *name, ksplice_symbol_fn fn,
		   void *data)
{
	unsigned long own = machine_symbol(name);
	u32 i;

	(void)ctx;
	(void)target;
	if (own)
		fn(data, own, KSPLICE_BINDING_GLOBAL);
	for (i = 0; i < running->nsyms; i++) {
		const struct sym *s = &running->syms[i];

		if (s->kind != R_INIT && !strcmp(s->name, name))
			fn(data, s->addr, s->global ? KSPLICE_BINDING_GLOBAL :
						      KSPLICE_BINDING_LOCAL);
	}
	return 0;
}

static int exports(void *ctx, u32 user, const char *name_of_module, const char *name,
		   ksplice_symbol_fn fn, void *data)
{
	(void)ctx, (void)user, (void)name_of_module, (void)name, (void)fn, (void)data;
	return -ENOENT;
}

static bool is_there(void *ctx, u32 target)
{
	(void)ctx;
	(void)target;
	return true;
}

static bool has_endbr(unsigned long addr)
{
	return !memcmp((void *)addr, "\xf3\x0f\x1e\xfa", 4);
}

/* As arch_ksplice_sealed(); no boot code has sealed anything here. */
static bool sealed(void *ctx, unsigned long addr, bool is_func)
{
	(void)ctx;
	return is_func && !has_endbr(addr);
}

static const struct ksplice_resolve_ops resolve_ops = {
	.symbols	= symbols,
	.exports	= exports,
	.is_there	= is_there,
	.read		= read_run,
	.sealed		= sealed,
};

static struct ksplice_resolver resolver = {
	.view = &view, .match = &match, .ops = &resolve_ops,
};

static int fix(const struct ksplice_f_fixup *f)
{
	u32 size = arch_ksplice_field_size(f->type);
	u8 field[8] = {};
	int ret;

	if (!size || size > sizeof(field) || !in_module(f->place))
		return refuse("a fixup is outside of the update");
	ret = ksplice_resolve_field(&resolver, f, field);
	if (ret)
		return refuse("%s", resolver.err.text);
	memcpy((void *)f->place, field, size);
	return 0;
}

static int add_func(const struct ksplice_f_replace *r)
{
	struct func *f = &funcs[nfuncs++];

	if (nfuncs == MAX_FUNCS)
		fatal("too many functions");
	if (match.unit_state[r->unit] != KSPLICE_UNIT_MATCHED)
		return refuse("%s was not matched", ksplice_str(&view, r->name));
	f->old = match.unit_run[r->unit] + r->offset;
	f->size = r->size;
	f->dest = r->addr;
	f->new_size = r->new_size;
	if (r->kind != KSPLICE_REPLACE_FUNC)
		return 0;
	f->site = f->old + (has_endbr(f->old) ? 4 : 0);
	if (!memcmp((void *)f->site, "\x0f\x1f\x44\x00\x00", 5))
		f->site += 5;
	memcpy(f->saved, (void *)f->site, JUMP_SIZE);
	return 0;
}

static int match_and_resolve(void)
{
	u32 i;
	int ret = ksplice_match_run(&match, &view, &ops, NULL);

	if (ret)
		return refuse("no match: %s", match.err.text);
	for (i = 0; i < view.hdr->fixups.n && !ret; i++)
		ret = fix(&view.fixups[i]);
	for (i = 0; i < view.hdr->replaces.n && !ret; i++)
		ret = add_func(&view.replaces[i]);
	return ret;
}

int update_load(const char *path, struct image *pre)
{
	struct ksplice_error err = {};
	struct sym *blob;
	int ret;

	running = pre;
	image_init(&module, "update", UPDATE_AT);
	image_load(&module, "update", path);
	image_link(&module);
	blob = image_find(&module, "update", KSPLICE_SYMBOL);
	if (!blob)
		return refuse("it has no tables");
	if (ksplice_view_init(&view, (void *)blob->addr, ((struct ksplice_f_header *)blob->addr)->size, &err))
		return refuse("%s", err.text);
	ret = match_and_resolve();
	stays = view.hdr->flags & KSPLICE_UPDATE_STAYS;
	image_seal(&module);
	return ret;
}

/* Is somebody inside? A return address may be the end of a function. */

static bool inside(unsigned long addr, bool undo)
{
	u32 i;

	if (undo && image_has(&module, addr, 1, R_TEXT))
		return true;
	for (i = 0; i < nfuncs && !undo; i++)
		if (addr >= funcs[i].old && addr <= funcs[i].old + funcs[i].size)
			return true;
	return false;
}

bool update_busy(bool undo, unsigned long *where)
{
	u32 n, i;

	for (n = 0; n < NR_SLEEPERS; n++)
		for (i = 0; sleeper_word(n, i, where); i++)
			if (inside(*where, undo))
				return true;
	return false;
}

void update_apply(void)
{
	u32 i;

	for (i = 0; i < nfuncs; i++)
		if (funcs[i].site)
			write_jump(funcs[i].site, funcs[i].dest);
}

/* Also takes the memory away, as rmmod does, if the update does not keep it. */
void update_undo(void)
{
	u32 i;

	for (i = 0; i < nfuncs; i++)
		if (funcs[i].site)
			memcpy((void *)funcs[i].site, funcs[i].saved, JUMP_SIZE);
	for (i = 0; i < R_KINDS && !update_stays(); i++)
		mprotect((void *)module.r[i].base, module.r[i].size, PROT_NONE);
}

/* Where the old code of the function at @addr begins that nobody runs. */
unsigned long update_jump_end(unsigned long addr)
{
	u32 i;

	for (i = 0; i < nfuncs; i++)
		if (funcs[i].old == addr && funcs[i].site)
			return funcs[i].site + JUMP_SIZE;
	return addr;
}

bool update_stays(void)
{
	return stays;
}

static bool range_dangles(unsigned long at, size_t len, unsigned long *where)
{
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		*where = *(unsigned long *)(at + i);
		if (in_module(*where))
			return true;
	}
	return false;
}

/* Does anything of the program point into the update's memory? */
bool update_dangles(unsigned long *where)
{
	struct heap_slot *heap = machine_heap();
	u32 i, n;

	if (range_dangles(running->r[R_DATA].base, running->r[R_DATA].used, where))
		return true;
	for (i = 0; i < HEAP_SLOTS; i++)
		if (heap[i].size && range_dangles((unsigned long)heap[i].data,
						  sizeof(heap[i].data), where))
			return true;
	for (n = 0; n < NR_SLEEPERS; n++)
		for (i = 0; sleeper_word(n, i, where); i++)
			if (in_module(*where))
				return true;
	return false;
}
