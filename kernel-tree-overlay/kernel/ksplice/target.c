// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - the running kernel as the matcher sees it
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/ftrace.h>
#include <linux/kallsyms.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/sections.h>

#include "ksplice.h"
#include "match.h"
#include "tables.h"

/*
 * A run of the matcher.
 *
 * @update:	the update whose targets are matched
 * @view:	its tables
 * @providers:	names of modules whose symbols the targets use, in the strings
 * @n:		number of them
 */
struct ksplice_run {
	const struct ksplice_update *update;
	const struct ksplice_view *view;
	u32 *providers;
	u32 n;
};

/* Puts the bytes that a jump of an applied update stands over into a copy of text. */
static void target_hide_jump(const struct ksplice_func *func, unsigned long addr,
			     u8 *buf, size_t len)
{
	u8 bytes[ARCH_KSPLICE_JUMP_SIZE];
	unsigned int i;

	if (func->jump.site + sizeof(bytes) <= addr ||
	    func->jump.site >= addr + len)
		return;
	arch_ksplice_jump_hidden(&func->jump, bytes);
	for (i = 0; i < ARCH_KSPLICE_JUMP_SIZE; i++) {
		unsigned long at = func->jump.site + i;

		if (at >= addr && at < addr + len)
			buf[at - addr] = bytes[i];
	}
}

/**
 * ksplice_target_hide_jumps() - undo in a copy of text what updates did to it
 * @addr:	where the copy was taken
 * @buf:	the copy
 * @len:	its length
 *
 * Context: ksplice_mutex and text_mutex held.
 */
void ksplice_target_hide_jumps(unsigned long addr, u8 *buf, size_t len)
{
	struct ksplice_update *update;
	struct ksplice_func *func;

	list_for_each_entry(update, &ksplice_updates, list) {
		if (update->state != KSPLICE_APPLIED)
			continue;
		ksplice_for_each_present_func(update, func) {
			if (func->new_addr)
				target_hide_jump(func, addr, buf, len);
		}
	}
}

static int target_read(void *ctx, unsigned long addr, void *buf, size_t len)
{
	const struct ksplice_run *run = ctx;

	if (copy_from_kernel_nofault(buf, (void *)addr, len))
		return -EFAULT;
	/* A probe on a jump came later, and keeps a byte of that jump. */
	arch_ksplice_hide_probes(addr, buf, len);
	ksplice_target_hide_jumps(addr, buf, len);
	ksplice_words_hide(run->update, addr, buf, len);
	return 0;
}

/**
 * ksplice_target_is_vmlinux() - is the target of an object the kernel itself?
 * @object:	the object
 *
 * Return: true if it is, false if it is a module.
 */
bool ksplice_target_is_vmlinux(const struct ksplice_object *object)
{
	return !strcmp(object->name, "vmlinux");
}

/**
 * ksplice_target_symbols() - call a function for all symbols of one name
 * @mod:	the module to look into, which does not go away meanwhile; NULL for
 *		the kernel
 * @name:	the name
 * @fn:		called with the address of each; must not sleep; ends the walk by
 *		returning something other than 0
 * @data:	for @fn
 *
 * Return: what @fn returned last, 0 if it was not called.
 */
int ksplice_target_symbols(struct module *mod, const char *name,
			   int (*fn)(void *data, unsigned long addr),
			   void *data)
{
	struct mod_kallsyms *kallsyms;
	unsigned int i;
	int ret = 0;

	if (!mod)
		return kallsyms_on_each_match_symbol(fn, name, data);

	rcu_read_lock_sched();
	kallsyms = rcu_dereference_sched(mod->kallsyms);
	for (i = 1; kallsyms && i < kallsyms->num_symtab && !ret; i++) {
		const Elf_Sym *sym = &kallsyms->symtab[i];

		if (sym->st_shndx != SHN_UNDEF &&
		    !strcmp(kallsyms->strtab + sym->st_name, name))
			ret = fn(data, sym->st_value);
	}
	rcu_read_unlock_sched();
	return ret;
}

/* Finds symbols of modules that provide some; what they export is in their kallsyms. */
static int target_provided(const struct ksplice_run *run, const char *name,
			   int (*fn)(void *data, unsigned long addr), void *data)
{
	struct module *mod;
	int ret = 0;
	u32 i;

	for (i = 0; i < run->n && !ret; i++) {
		rcu_read_lock_sched();
		mod = find_module(ksplice_str(run->view, run->providers[i]));
		if (mod)
			ret = ksplice_target_symbols(mod, name, fn, data);
		rcu_read_unlock_sched();
	}
	return ret;
}

static bool target_is_of_update(const struct ksplice_update *update, const char *name)
{
	struct ksplice_object *object;

	ksplice_for_each_object(update, object) {
		if (!strcmp(object->name, name))
			return true;
	}
	return false;
}

/* Is @other part of the kernel that @update is matched with? */
static bool target_counts(const struct ksplice_update *update,
			  const struct ksplice_update *other)
{
	return other->state == KSPLICE_APPLIED &&
	       !ksplice_superseded(update, other);
}

/*
 * Finds the function of an applied update whose old code (with @by_new, whose new code)
 * begins at @addr; or NULL.
 */
static struct ksplice_func *target_replaced_at(const struct ksplice_update *update,
					       unsigned long addr, bool by_new)
{
	struct ksplice_update *other;
	struct ksplice_func *func;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (!target_counts(update, other))
			continue;
		ksplice_for_each_present_func(other, func) {
			if (func->new_addr && addr == (by_new ? func->new_addr :
							       func->old_addr))
				return func;
		}
	}
	return NULL;
}

/**
 * ksplice_target_newest() - the entry of the code that runs for a function
 * @update:	the update that is matched: updates it supersedes do not count
 * @addr:	the function's entry, or that of an update's code for it
 *
 * Context: ksplice_mutex held.
 * Return: that entry; @addr if no update replaces it.
 */
unsigned long ksplice_target_newest(const struct ksplice_update *update,
				    unsigned long addr)
{
	struct ksplice_func *func;

	while ((func = target_replaced_at(update, addr, false)))
		addr = func->new_addr;
	return addr;
}

static unsigned long target_newest(void *ctx, unsigned long addr)
{
	const struct ksplice_run *run = ctx;

	return ksplice_target_newest(run->update, addr);
}

/**
 * ksplice_target_entry() - the entry of the function itself
 * @update:	the update that is matched: updates it supersedes do not count
 * @addr:	the function's entry, or that of an update's code for it
 *
 * Context: ksplice_mutex held.
 * Return: that entry; @addr if it is not in an update's code for a function.
 */
unsigned long ksplice_target_entry(const struct ksplice_update *update,
				   unsigned long addr)
{
	struct ksplice_func *func;

	while ((func = target_replaced_at(update, addr, true)))
		addr = func->old_addr;
	return addr;
}

static unsigned long target_entry(void *ctx, unsigned long addr)
{
	const struct ksplice_run *run = ctx;

	return ksplice_target_entry(run->update, addr);
}

static bool target_is_update(void *ctx, unsigned long addr)
{
	const struct ksplice_run *run = ctx;
	struct ksplice_update *other;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (target_counts(run->update, other) &&
		    within_module(addr, other->module))
			return true;
	}
	return false;
}

/* Passes on symbols of updates, except for those of functions that replace others. */
struct added {
	const struct ksplice_update *update;
	int (*fn)(void *data, unsigned long addr);
	void *data;
};

static int target_added_one(void *data, unsigned long addr)
{
	struct added *added = data;

	return target_replaced_at(added->update, addr, true) ? 0 :
	       added->fn(added->data, addr);
}

/* Finds symbols that applied updates have added to a target: they belong to it. */
static int target_added_symbols(const struct ksplice_run *run, const char *target,
				const char *name,
				int (*fn)(void *data, unsigned long addr), void *data)
{
	struct added added = { .update = run->update, .fn = fn, .data = data };
	struct ksplice_update *other;
	int ret = 0;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (!target_counts(run->update, other) || !target_is_of_update(other, target))
			continue;
		ret = ksplice_target_symbols(other->module, name, target_added_one,
					     &added);
		if (ret)
			break;
	}
	return ret;
}

static int target_vmlinux_symbols(const struct ksplice_run *run, const char *name,
				  int (*fn)(void *data, unsigned long addr),
				  void *data)
{
	int ret = ksplice_target_symbols(NULL, name, fn, data);

	return ret ? ret : target_added_symbols(run, "vmlinux", name, fn, data);
}

/* A symbol that belongs to no target is exported by the kernel or by some module. */
static int target_candidates(void *ctx, u32 target, const char *name,
			     int (*fn)(void *data, unsigned long addr), void *data)
{
	const struct ksplice_run *run = ctx;
	const struct ksplice_object *object;
	int ret;

	if (target == KSPLICE_VMLINUX)
		return target_vmlinux_symbols(run, name, fn, data);
	if (target == KSPLICE_NONE) {
		ret = target_vmlinux_symbols(run, name, fn, data);
		return ret ? ret : target_provided(run, name, fn, data);
	}
	object = &run->update->objects[target];
	if (ksplice_target_is_vmlinux(object))
		return target_vmlinux_symbols(run, name, fn, data);
	if (!object->mod)
		return 0;
	ret = ksplice_target_symbols(object->mod, name, fn, data);
	return ret ? ret : target_added_symbols(run, object->name, name, fn, data);
}

static bool target_within(unsigned long addr, size_t len, const void *start,
			  const void *end)
{
	return addr >= (unsigned long)start && addr <= (unsigned long)end &&
	       len <= (unsigned long)end - addr;
}

static bool target_in_vmlinux(unsigned long addr, size_t len,
			      enum ksplice_f_unit_kind kind)
{
	switch (kind) {
	case KSPLICE_UNIT_TEXT:
		return target_within(addr, len, _stext, _etext);
	case KSPLICE_UNIT_RODATA:
	case KSPLICE_UNIT_STRING:
		return target_within(addr, len, __start_rodata, __end_rodata);
	case KSPLICE_UNIT_DATA:
		return target_within(addr, len, __start_rodata, _end);
	case KSPLICE_UNIT_PERCPU:
		return target_within(addr, len, __per_cpu_start, __per_cpu_end);
	}
	return false;
}

static bool target_in_memory(const struct module *mod, enum mod_mem_type type,
			     unsigned long addr, size_t len)
{
	unsigned int size;
	void *base = ksplice_module_memory(mod, type, &size);

	return target_within(addr, len, base, base + size);
}

static bool target_in_module(const struct module *mod, unsigned long addr, size_t len,
			     enum ksplice_f_unit_kind kind)
{
	switch (kind) {
	case KSPLICE_UNIT_TEXT:
		return target_in_memory(mod, MOD_TEXT, addr, len);
	case KSPLICE_UNIT_RODATA:
	case KSPLICE_UNIT_STRING:
		return target_in_memory(mod, MOD_RODATA, addr, len) ||
		       target_in_memory(mod, MOD_RO_AFTER_INIT, addr, len);
	case KSPLICE_UNIT_DATA:
		return target_in_memory(mod, MOD_DATA, addr, len) ||
		       target_in_memory(mod, MOD_RODATA, addr, len) ||
		       target_in_memory(mod, MOD_RO_AFTER_INIT, addr, len);
	case KSPLICE_UNIT_PERCPU:
		return target_within(addr, len, (__force void *)mod->percpu,
				     (__force void *)mod->percpu + mod->percpu_size);
	}
	return false;
}

static bool target_in_updates(const struct ksplice_run *run, const char *target,
			      unsigned long addr, size_t len,
			      enum ksplice_f_unit_kind kind)
{
	struct ksplice_update *other;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (target_counts(run->update, other) && target_is_of_update(other, target) &&
		    target_in_module(other->module, addr, len, kind))
			return true;
	}
	return false;
}

static bool target_contains(void *ctx, u32 target, unsigned long addr, size_t len,
			    enum ksplice_f_unit_kind kind)
{
	const struct ksplice_run *run = ctx;
	const struct ksplice_object *object = NULL;
	const char *name = "vmlinux";

	if (target != KSPLICE_VMLINUX) {
		object = &run->update->objects[target];
		name = object->name;
	}
	if (!object || ksplice_target_is_vmlinux(object)) {
		if (target_in_vmlinux(addr, len, kind))
			return true;
	} else if (!object->mod) {
		return false;
	} else if (target_in_module(object->mod, addr, len, kind)) {
		return true;
	}
	return target_in_updates(run, name, addr, len, kind);
}

static bool target_is_wanted(void *ctx, u32 target)
{
	const struct ksplice_run *run = ctx;

	return run->update->objects[target].presence == KSPLICE_FOUND;
}

static bool target_is_text(void *ctx, unsigned long addr)
{
	return kernel_text_address(addr);
}

static bool target_is_ftrace(void *ctx, unsigned long addr)
{
	return ftrace_location(addr) == addr;
}

/* Finds the module of a target, or of an update, that the code at @addr belongs to. */
static const struct module *target_module_at(const struct ksplice_run *run,
					     unsigned long addr)
{
	struct ksplice_object *object;
	struct ksplice_update *other;

	ksplice_for_each_object(run->update, object) {
		if (object->mod && within_module(addr, object->mod))
			return object->mod;
	}
	list_for_each_entry(other, &ksplice_updates, list) {
		if (target_counts(run->update, other) &&
		    within_module(addr, other->module))
			return other->module;
	}
	return NULL;
}

static int target_entries(void *ctx, unsigned long start, unsigned long end,
			  int (*fn)(void *data, const struct ksplice_run_entry *e),
			  void *data)
{
	return ksplice_table_entries(target_module_at(ctx, start), start, end, fn,
				     data);
}

static int target_feature(void *ctx, u32 number)
{
	return ksplice_cpu_feature(number);
}

static void target_resched(void *ctx)
{
	cond_resched();
}

static const struct ksplice_match_ops run_ops = {
	.read		= target_read,
	.candidates	= target_candidates,
	.in_target	= target_contains,
	.is_text	= target_is_text,
	.is_ftrace	= target_is_ftrace,
	.entries	= target_entries,
	.feature	= target_feature,
	.resched	= target_resched,
	.entry		= target_entry,
	.newest		= target_newest,
	.is_update	= target_is_update,
	.wanted		= target_is_wanted,
};

/* Collects each module that provides a symbol once. */
static int target_find_providers(struct ksplice_run *run)
{
	const struct ksplice_view *view = run->view;
	u32 i, k;

	run->providers = kvcalloc(view->hdr->syms.n + 1,
				  sizeof(*run->providers), GFP_KERNEL);
	if (!run->providers)
		return -ENOMEM;
	for (i = 0; i < view->hdr->syms.n; i++) {
		u32 name = view->syms[i].module;

		for (k = 0; k < run->n && run->providers[k] != name; )
			k++;
		if (*ksplice_str(view, name) && k == run->n)
			run->providers[run->n++] = name;
	}
	return 0;
}

/**
 * ksplice_target_match() - match an update's pre code against its targets
 * @match:	filled, also on failure; to be freed by the caller
 * @view:	the update's tables
 * @update:	the update; the targets of its objects that are KSPLICE_FOUND are matched
 *
 * Context: process; ksplice_mutex held; takes text_mutex, so that no text is half
 * written.
 * Return: 0, or an errno with the reason in @match->err.
 */
int ksplice_target_match(struct ksplice_match *match,
			 const struct ksplice_view *view,
			 struct ksplice_update *update)
{
	struct ksplice_run run = { .update = update, .view = view };
	int ret;

	lockdep_assert_held(&ksplice_mutex);

	ret = target_find_providers(&run);
	if (ret)
		return ret;
	mutex_lock(&text_mutex);
	ret = ksplice_match_run(match, view, &run_ops, &run);
	mutex_unlock(&text_mutex);
	kvfree(run.providers);
	return ret;
}

/* A search for the position of a symbol among those of its name */
struct sympos {
	unsigned long addr;
	unsigned int at;
	unsigned int found;
};

static int target_sympos_one(void *data, unsigned long addr)
{
	struct sympos *pos = data;

	pos->at++;
	if (addr != pos->addr)
		return 0;
	pos->found = pos->at;
	return 1;
}

/**
 * ksplice_target_sympos() - the position of a symbol among those of its name
 * @object:	the object of the target it is in
 * @name:	the name
 * @addr:	the symbol's address
 *
 * Return: 1 for the first in the order of kallsyms, and so on; 0 if there is
 * none at that address.
 */
unsigned int ksplice_target_sympos(const struct ksplice_object *object,
				   const char *name, unsigned long addr)
{
	struct sympos pos = { .addr = addr };

	ksplice_target_symbols(object->mod, name, target_sympos_one, &pos);
	return pos.found;
}
