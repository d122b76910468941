// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - what the kernel's tables say about places in its code
 *
 * The tables are those of jump labels, static calls, exceptions and bugs, of the kernel
 * itself or of the module that the code belongs to.  Entries about init code are left
 * out: that code is gone, and its memory may be used for something else by now.
 *
 * A module that is coming may be read before the notifiers of jump labels and static
 * calls have seen it.  Then its entries are as in its file.  Nothing is marked as init
 * code yet, and the memory of that is still the module's.  A jump label may have
 * objtool's mark in that place.  A static call whose key is not exported has the
 * trampoline in the place of the key.
 */
#include <linux/bug.h>
#include <linux/cpufeature.h>
#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/static_call.h>

#include <asm/extable.h>
#include <asm/ksplice.h>
#include <asm/sections.h>

#include "bind.h"
#include "ksplice.h"
#include "tables.h"

/*
 * A walk through entries, which passes on those about a range of code.
 *
 * @raw:	the entries are those of a module that is coming
 * @seen:	number of entries read
 */
struct walk {
	bool raw;
	unsigned int seen;
	unsigned long start;
	unsigned long end;
	ksplice_entry_fn fn;
	void *data;
};

/*
 * The kernel's tables have tens of thousands of entries in all, and most tables are not
 * in the order of the code.  Each function needs a walk through all of them, so let
 * other threads run.
 */
static int tables_pass(struct walk *walk, const struct ksplice_run_entry *e)
{
	if (!(++walk->seen % 1024))
		cond_resched();
	if (e->place < walk->start || e->place >= walk->end)
		return 0;
	return walk->fn(walk->data, e);
}

#ifdef CONFIG_JUMP_LABEL
static int tables_jump_labels(struct walk *walk, struct jump_entry *entry,
			      const struct jump_entry *end)
{
	int ret = 0;

	for (; entry < end && !ret; entry++) {
		struct ksplice_run_entry e = {
			.kind = KSPLICE_ENTRY_JUMP_LABEL,
			.data = jump_entry_is_branch(entry),
			.place = arch_ksplice_home(jump_entry_code(entry)),
			.refs = {
				jump_entry_target(entry),
				(unsigned long)jump_entry_key(entry),
			},
		};

		if (walk->raw || !jump_entry_is_init(entry))
			ret = tables_pass(walk, &e);
	}
	return ret;
}
#endif

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
/* As the kernel's tramp_key_lookup() */
static unsigned long tables_key_of_tramp(unsigned long addr)
{
	const struct static_call_tramp_key *t, *end;

	t = (void *)__start_static_call_tramp_key;
	end = (void *)__stop_static_call_tramp_key;
	for (; t < end; t++) {
		if ((unsigned long)&t->tramp + t->tramp == addr)
			return (unsigned long)&t->key + t->key;
	}
	return addr;
}

static int tables_static_calls(struct walk *walk,
			       const struct static_call_site *site,
			       const struct static_call_site *end)
{
	int ret = 0;

	for (; site < end && !ret; site++) {
		unsigned long key = (unsigned long)&site->key + site->key;
		struct ksplice_run_entry e = {
			.kind = KSPLICE_ENTRY_STATIC_CALL,
			.data = key & STATIC_CALL_SITE_TAIL,
			.place = arch_ksplice_home((unsigned long)&site->addr +
						   site->addr),
			.refs = { key & ~STATIC_CALL_SITE_FLAGS },
		};

		if (walk->raw)
			e.refs[0] = tables_key_of_tramp(e.refs[0]);
		else if (key & STATIC_CALL_SITE_INIT)
			continue;
		ret = tables_pass(walk, &e);
	}
	return ret;
}
#endif

static int tables_exceptions(struct walk *walk,
			     const struct exception_table_entry *x,
			     const struct exception_table_entry *end)
{
	int ret = 0;

	for (; x < end && !ret; x++) {
		struct ksplice_run_entry e = {
			.kind = KSPLICE_ENTRY_EXCEPTION,
			.data = x->data,
			.place = (unsigned long)&x->insn + x->insn,
			.refs = { (unsigned long)&x->fixup + x->fixup },
		};

		ret = tables_pass(walk, &e);
	}
	return ret;
}

#ifdef CONFIG_GENERIC_BUG
static int tables_bugs(struct walk *walk, const struct bug_entry *bug,
		       const struct bug_entry *end)
{
	int ret = 0;

	for (; bug < end && !ret; bug++) {
		struct ksplice_run_entry e = {
			.kind = KSPLICE_ENTRY_BUG,
			.data = bug->flags & ~BUGFLAG_DONE,
			.place = (unsigned long)&bug->bug_addr_disp +
				 bug->bug_addr_disp,
		};

		ret = tables_pass(walk, &e);
	}
	return ret;
}
#endif

static int tables_kernel_entries(struct walk *walk)
{
	int ret;

	ret = tables_exceptions(walk, (void *)__start___ex_table,
				(void *)__stop___ex_table);
#ifdef CONFIG_JUMP_LABEL
	if (!ret)
		ret = tables_jump_labels(walk, (void *)__start___jump_table,
					 (void *)__stop___jump_table);
#endif
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	if (!ret)
		ret = tables_static_calls(walk, (void *)__start_static_call_sites,
					  (void *)__stop_static_call_sites);
#endif
#ifdef CONFIG_GENERIC_BUG
	if (!ret)
		ret = tables_bugs(walk, (void *)__start___bug_table,
				  (void *)__stop___bug_table);
#endif
	return ret;
}

/*
 * Soon after a module is live, trim_init_extable() leaves out the entries about its init
 * code at both ends, one by one.  The entries themselves stay in memory.
 */
static int tables_module_exceptions(struct walk *walk, const struct module *mod)
{
	const struct exception_table_entry *x;
	unsigned int n;

	mutex_lock(&module_mutex);
	x = mod->extable;
	n = mod->num_exentries;
	mutex_unlock(&module_mutex);
	return tables_exceptions(walk, x, x + n);
}

static int tables_module_entries(struct walk *walk, const struct module *mod)
{
	int ret;

	ret = tables_module_exceptions(walk, mod);
#ifdef CONFIG_JUMP_LABEL
	if (!ret)
		ret = tables_jump_labels(walk, mod->jump_entries,
					 mod->jump_entries + mod->num_jump_entries);
#endif
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	if (!ret)
		ret = tables_static_calls(walk, mod->static_call_sites,
					  mod->static_call_sites +
					  mod->num_static_call_sites);
#endif
#ifdef CONFIG_GENERIC_BUG
	if (!ret)
		ret = tables_bugs(walk, mod->bug_table,
				  mod->bug_table + mod->num_bugs);
#endif
	return ret;
}

/**
 * ksplice_table_entries() - call a function for all entries about a range of code
 * @mod:	the module that the code is of, which stays; NULL for the kernel
 * @start:	start of the range
 * @end:	its end
 * @fn:		called for each; ends the walk by returning something other than 0
 * @data:	for @fn
 *
 * Context: process; ksplice_mutex held, so that nothing is displaced meanwhile.
 * Return: what @fn returned last, 0 if it was not called.
 */
int ksplice_table_entries(const struct module *mod, unsigned long start,
			  unsigned long end, ksplice_entry_fn fn, void *data)
{
	struct walk walk = {
		.raw = mod && READ_ONCE(mod->state) == MODULE_STATE_COMING,
		.start = start, .end = end, .fn = fn, .data = data,
	};

	return mod ? tables_module_entries(&walk, mod) : tables_kernel_entries(&walk);
}

/**
 * ksplice_cpu_feature() - does the boot CPU have a feature?
 * @feature:	its number, as in struct alt_instr
 *
 * Return: 1 or 0; -1 if there is no such feature.
 */
int ksplice_cpu_feature(u32 feature)
{
	if (feature >= (NCAPINTS + NBUGINTS) * 32)
		return -1;
	return !!boot_cpu_has(feature);
}
