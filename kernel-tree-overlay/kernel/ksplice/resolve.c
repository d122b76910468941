// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - give the new code the addresses it needs
 *
 * Most values come from the running code (match.c).  A symbol that only the
 * new code refers to is taken from kallsyms, if the name is unique there: it
 * is never guessed.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "ksplice.h"
#include "match.h"

struct lookup {
	unsigned long addr;
	unsigned int n;
};

static int lookup_one(void *data, unsigned long addr)
{
	struct lookup *lookup = data;

	lookup->addr = addr;
	lookup->n++;
	return 0;
}

static int refuse(const struct ksplice_view *view, const char *sym,
		  const char *why)
{
	pr_err("%s: symbol %s %s; load refused, nothing was changed\n",
	       ksplice_str(view, view->hdr->name), sym, why);
	return -ENOEXEC;
}

static int lookup_name(const struct ksplice_view *view, const char *name,
		       unsigned long *addr)
{
	struct lookup lookup = {};

	kallsyms_on_each_match_symbol(lookup_one, name, &lookup);
	if (!lookup.n)
		return refuse(view, name, "is not in the running kernel");
	if (lookup.n > 1)
		return refuse(view, name,
			      "exists more than once in the running kernel and no matched code tells which is meant");
	*addr = lookup.addr;
	return 0;
}

/*
 * A runtime constant that the old code of this unit did not use: the boot
 * code took it from the variable of that name, so do we.
 */
static int read_constant(const struct ksplice_view *view,
			 const struct ksplice_f_sym *sym, u64 *value)
{
	const char *name = ksplice_str(view, sym->name);
	unsigned long addr, word = 0;
	size_t len = sym->flags & KSPLICE_SYM_RT_PTR ? sizeof(word) :
						       sizeof(u32);
	int ret;

	ret = lookup_name(view, name, &addr);
	if (ret)
		return ret;
	if (copy_from_kernel_nofault(&word, (void *)addr, len))
		return refuse(view, name, "cannot be read");
	*value = word;
	return 0;
}

static int resolve_name(const struct ksplice_view *view,
			const struct ksplice_f_sym *sym, u64 *value)
{
	const char *name = ksplice_str(view, sym->name);
	unsigned long addr;
	int ret;

	if (sym->flags & KSPLICE_SYM_ANON)
		return refuse(view, "(a constant)",
			      "was not found in the running kernel");
	if (sym->unit != KSPLICE_NONE && (sym->flags & KSPLICE_SYM_LOCAL))
		return refuse(view, name,
			      "is static and no matched code refers to it");

	ret = lookup_name(view, name, &addr);
	if (!ret)
		*value = addr;
	return ret;
}

static int resolve_sym(struct ksplice_match *match, u32 i, u64 *value)
{
	const struct ksplice_f_sym *sym = &match->view->syms[i];

	if (match->sym_state[i] != KSPLICE_SYM_UNKNOWN) {
		*value = match->sym_value[i];
		return 0;
	}
	if (sym->flags & (KSPLICE_SYM_RT_PTR | KSPLICE_SYM_RT_SHIFT))
		return read_constant(match->view, sym, value);
	return resolve_name(match->view, sym, value);
}

/* All of the field must be the module's own, in memory that stays. */
static bool place_ok(struct module *mod, unsigned long place, u32 size)
{
	return size && within_module_core(place, mod) &&
	       within_module_core(place + size - 1, mod);
}

/*
 * A pointer to a function that must not be called by pointer.  Whether the new
 * code does that can't be told, and where the CPU does not enforce it this one
 * would work: so it is refused everywhere.
 */
static int check_pointer(const struct ksplice_view *view,
			 const struct ksplice_f_fixup *fixup, u64 value)
{
	const struct ksplice_f_sym *sym = &view->syms[fixup->sym];

	if (!ksplice_arch_takes_address(fixup->type) ||
	    !arch_ksplice_sealed(value, sym->flags & KSPLICE_SYM_FUNC))
		return 0;
	return refuse(view, ksplice_str(view, sym->name),
		      "is a function whose address the new code takes, which the running kernel never does: it has no ENDBR there, or has sealed it, and a call by pointer would fault on a CPU with IBT; have the patch take the address of a new function that calls it");
}

static int apply_fixup(struct module *mod, struct ksplice_match *match,
		       const struct ksplice_f_fixup *fixup)
{
	const struct ksplice_view *view = match->view;
	const char *name = ksplice_str(view, view->syms[fixup->sym].name);
	u32 size = ksplice_arch_field_size(fixup->type);
	u8 field[sizeof(u64)] = {};
	u64 value;
	int ret;

	if (size > sizeof(field) || !place_ok(mod, fixup->place, size)) {
		pr_err("%s: a fixup for %s is outside the update's memory; the file is damaged, build it again\n",
		       mod->name, name);
		return -ENOEXEC;
	}

	ret = resolve_sym(match, fixup->sym, &value);
	if (!ret)
		ret = check_pointer(view, fixup, value);
	if (ret)
		return ret;

	ret = ksplice_arch_write_field(fixup->type, field, fixup->place,
				       fixup->addend, value);
	if (ret)
		return refuse(view, name, "is out of reach of the new code");
	arch_ksplice_write((void *)(unsigned long)fixup->place, field, size);
	return 0;
}

/**
 * ksplice_resolve - relocate the new code
 * @mod:	the update's module, in state COMING
 * @view:	the update
 * @match:	what matching has learned
 *
 * Return: 0, -ENOEXEC with the reason in the log.  On failure the module may
 * be half relocated: it must not be loaded.
 */
int ksplice_resolve(struct module *mod, const struct ksplice_view *view,
		    struct ksplice_match *match)
{
	u32 i;
	int ret;

	for (i = 0; i < view->hdr->fixups.n; i++) {
		ret = apply_fixup(mod, match, &view->fixups[i]);
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}
