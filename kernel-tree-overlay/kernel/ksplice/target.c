// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - the running kernel as the matcher sees it
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/ftrace.h>
#include <linux/kallsyms.h>
#include <linux/memory.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/sections.h>

#include "ksplice.h"
#include "match.h"

/* A jump of an applied update shows as the bytes it stands over. */
static void hide_jumps(unsigned long addr, u8 *buf, size_t len)
{
	struct ksplice_update *update;
	struct ksplice_func *func;
	unsigned int i;

	list_for_each_entry(update, &ksplice_updates, list) {
		if (update->state != KSPLICE_APPLIED)
			continue;
		ksplice_for_each_func(update, func) {
			for (i = 0; func->new_addr && i < ARCH_KSPLICE_JUMP_SIZE; i++) {
				unsigned long at = func->jump.site + i;

				if (at >= addr && at < addr + len)
					buf[at - addr] = func->jump.saved[i];
			}
		}
	}
}

static int read_run(void *ctx, unsigned long addr, void *buf, size_t len)
{
	if (copy_from_kernel_nofault(buf, (void *)addr, len))
		return -EFAULT;
	hide_jumps(addr, buf, len);
	arch_ksplice_hide_probes(addr, buf, len);
	return 0;
}

static bool is_vmlinux(const struct ksplice_view *view, u32 target)
{
	return !strcmp(ksplice_str(view, view->targets[target].name), "vmlinux");
}

/* vmlinux refers to no module, so NONE can only be vmlinux as well. */
static int candidates(void *ctx, u32 target, const char *name,
		      int (*fn)(void *data, unsigned long addr), void *data)
{
	if (target != KSPLICE_NONE && target != KSPLICE_VMLINUX &&
	    !is_vmlinux(ctx, target))
		return 0;
	return kallsyms_on_each_match_symbol(fn, name, data);
}

static bool within(unsigned long addr, size_t len, const void *start,
		   const void *end)
{
	return addr >= (unsigned long)start && addr <= (unsigned long)end &&
	       len <= (unsigned long)end - addr;
}

static bool in_vmlinux(unsigned long addr, size_t len,
		       enum ksplice_f_unit_kind kind)
{
	switch (kind) {
	case KSPLICE_UNIT_TEXT:
		return within(addr, len, _stext, _etext);
	case KSPLICE_UNIT_RODATA:
	case KSPLICE_UNIT_STRING:
		return within(addr, len, __start_rodata, __end_rodata);
	case KSPLICE_UNIT_DATA:
		return within(addr, len, __start_rodata, _end);
	case KSPLICE_UNIT_PERCPU:
		return within(addr, len, __per_cpu_start, __per_cpu_end);
	}
	return false;
}

static bool in_target(void *ctx, u32 target, unsigned long addr, size_t len,
		      enum ksplice_f_unit_kind kind)
{
	if (target != KSPLICE_VMLINUX && !is_vmlinux(ctx, target))
		return false;
	return in_vmlinux(addr, len, kind);
}

static bool is_text(void *ctx, unsigned long addr)
{
	return kernel_text_address(addr);
}

static bool is_ftrace(void *ctx, unsigned long addr)
{
	return ftrace_location(addr) == addr;
}

static void resched(void *ctx)
{
	cond_resched();
}

static const struct ksplice_match_ops run_ops = {
	.read		= read_run,
	.candidates	= candidates,
	.in_target	= in_target,
	.is_text	= is_text,
	.is_ftrace	= is_ftrace,
	.resched	= resched,
};

/**
 * ksplice_target_match - match an update's pre code against its targets
 * @match:	filled, also on failure; to be freed by the caller
 * @view:	the update
 *
 * Context: process; ksplice_mutex held; takes text_mutex, so that nobody is
 * half-way through writing text.
 * Return: 0, or an errno with the reason in @match->err.
 */
int ksplice_target_match(struct ksplice_match *match,
			 const struct ksplice_view *view)
{
	int ret;

	lockdep_assert_held(&ksplice_mutex);

	mutex_lock(&text_mutex);
	ret = ksplice_match_run(match, view, &run_ops, (void *)view);
	mutex_unlock(&text_mutex);
	return ret;
}

/* Which of the symbols of one name is it? */
struct sympos {
	unsigned long addr;
	unsigned int at;
	unsigned int found;
};

static int sympos_one(void *data, unsigned long addr)
{
	struct sympos *pos = data;

	pos->at++;
	if (addr != pos->addr)
		return 0;
	pos->found = pos->at;
	return 1;
}

/**
 * ksplice_target_sympos - the position of a symbol among those of its name
 * @name:	the name
 * @addr:	the symbol's address
 *
 * Return: 1 for the first in the order of kallsyms, and so on; 0 if there is
 * none at that address.
 */
unsigned int ksplice_target_sympos(const char *name, unsigned long addr)
{
	struct sympos pos = { .addr = addr };

	kallsyms_on_each_match_symbol(sympos_one, name, &pos);
	return pos.found;
}
