// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - give the new code the addresses it needs
 *
 * Most values come from the running code (match.c).  A symbol that only the
 * new code refers to is taken from kallsyms, if the name is unique there: it
 * is never guessed.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/error-injection.h>
#include <linux/jump_label.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/static_call.h>
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

/*
 * What is being resolved.
 *
 * @update:	the update
 * @view:	its tables
 * @match:	what matching has learned
 * @object:	the target whose new code has the field
 */
struct resolver {
	struct ksplice_update *update;
	const struct ksplice_view *view;
	struct ksplice_match *match;
	struct ksplice_object *object;
};

static int refuse(const struct resolver *r, const char *sym, const char *why)
{
	pr_err("%s: symbol %s %s; refused, nothing was changed\n",
	       r->update->name, sym, why);
	return -ENOEXEC;
}

static int lookup_name(const struct resolver *r, struct module *mod,
		       const char *name, unsigned long *addr)
{
	struct lookup lookup = {};

	/* modpost made it, for the module alone */
	if (mod && !strcmp(name, "__this_module")) {
		*addr = (unsigned long)mod;
		return 0;
	}
	ksplice_target_symbols(mod, name, lookup_one, &lookup);
	if (!lookup.n)
		return refuse(r, name, mod ? "is not in the target module" :
					     "is not in the running kernel");
	if (lookup.n > 1)
		return refuse(r, name,
			      "exists more than once in the target and no matched code tells which is meant");
	*addr = lookup.addr;
	return 0;
}

/*
 * A runtime constant that the old code of this unit did not use: the boot
 * code took it from the variable of that name, so do we.
 */
static int read_constant(const struct resolver *r,
			 const struct ksplice_f_sym *sym, u64 *value)
{
	const char *name = ksplice_str(r->view, sym->name);
	unsigned long addr, word = 0;
	size_t len = sym->flags & KSPLICE_SYM_RT_PTR ? sizeof(word) :
						       sizeof(u32);
	int ret;

	ret = lookup_name(r, NULL, name, &addr);
	if (ret)
		return ret;
	if (copy_from_kernel_nofault(&word, (void *)addr, len))
		return refuse(r, name, "cannot be read");
	*value = word;
	return 0;
}

/* The module of that name, which can't go until it is unpinned; or NULL. */
static struct module *get_module(const char *name)
{
	struct module *mod;

	rcu_read_lock_sched();
	mod = find_module(name);
	if (mod && (READ_ONCE(mod->state) != MODULE_STATE_LIVE ||
		    !try_module_get(mod)))
		mod = NULL;
	rcu_read_unlock_sched();
	return mod;
}

static bool is_pinned(const struct ksplice_object *object,
		      const struct module *mod)
{
	unsigned int i;

	for (i = 0; i < object->nr_pins; i++) {
		if (object->pins[i] == mod)
			return true;
	}
	return false;
}

/* Takes the reference @mod over, also on failure. */
static int pin(struct ksplice_object *object, struct module *mod)
{
	struct module **pins;

	if (is_pinned(object, mod)) {
		module_put(mod);
		return 0;
	}
	pins = krealloc_array(object->pins, object->nr_pins + 1, sizeof(*pins),
			      GFP_KERNEL);
	if (!pins) {
		module_put(mod);
		return -ENOMEM;
	}
	pins[object->nr_pins++] = mod;
	object->pins = pins;
	return 0;
}

/**
 * ksplice_unpin - let go the modules that a target's new code needs
 * @object:	the target
 */
void ksplice_unpin(struct ksplice_object *object)
{
	while (object->nr_pins)
		module_put(object->pins[--object->nr_pins]);
	kfree(object->pins);
	object->pins = NULL;
}

/*
 * A symbol of a module that is no target.  If the target's own code referred
 * to it, matching has its value, and the target keeps that module; else we do.
 */
static int resolve_export(const struct resolver *r,
			  const struct ksplice_f_sym *sym, unsigned long *addr)
{
	const char *name = ksplice_str(r->view, sym->name);
	const char *module = ksplice_str(r->view, sym->module);
	struct module *mod = get_module(module);
	int ret;

	if (!mod) {
		pr_err("%s: the new code for %s needs %s of module %s, which is not loaded; load that first\n",
		       r->update->name, r->object->name, name, module);
		return -ENOENT;
	}
	ret = pin(r->object, mod);
	return ret ? ret : lookup_name(r, mod, name, addr);
}

/* The target that has the symbol if anybody has; NULL for the kernel. */
static struct ksplice_object *home(const struct resolver *r,
				   const struct ksplice_f_sym *sym)
{
	u32 target = sym->target;

	if (sym->unit != KSPLICE_NONE)
		target = r->view->units[sym->unit].target;
	if (target == KSPLICE_NONE)
		return NULL;
	return &r->update->objects[target];
}

static int resolve_name(const struct resolver *r,
			const struct ksplice_f_sym *sym, u64 *value)
{
	const struct ksplice_object *object = home(r, sym);
	const char *name = ksplice_str(r->view, sym->name);
	unsigned long addr;
	int ret;

	if (sym->flags & KSPLICE_SYM_ANON)
		return refuse(r, "(a constant)",
			      "was not found in the running kernel");
	if (sym->unit != KSPLICE_NONE && (sym->flags & KSPLICE_SYM_LOCAL))
		return refuse(r, name,
			      "is static and no matched code refers to it");
	if (object && object->presence == KSPLICE_ABSENT)
		return refuse(r, name, "is in a target that is not there");

	if (*ksplice_str(r->view, sym->module))
		ret = resolve_export(r, sym, &addr);
	else
		ret = lookup_name(r, object ? object->mod : NULL, name, &addr);
	if (!ret)
		*value = addr;
	return ret;
}

static int resolve_sym(const struct resolver *r, u32 i, u64 *value)
{
	const struct ksplice_f_sym *sym = &r->view->syms[i];

	if (r->match->sym_state[i] != KSPLICE_SYM_UNKNOWN) {
		*value = r->match->sym_value[i];
		return 0;
	}
	if (sym->flags & (KSPLICE_SYM_RT_PTR | KSPLICE_SYM_RT_SHIFT))
		return read_constant(r, sym, value);
	return resolve_name(r, sym, value);
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
static int check_pointer(const struct resolver *r,
			 const struct ksplice_f_fixup *fixup, u64 value)
{
	const struct ksplice_f_sym *sym = &r->view->syms[fixup->sym];

	if (!ksplice_arch_takes_address(fixup->type) ||
	    !arch_ksplice_sealed(value, sym->flags & KSPLICE_SYM_FUNC))
		return 0;
	return refuse(r, ksplice_str(r->view, sym->name),
		      "is a function whose address the new code takes, which the running kernel never does: it has no ENDBR there, or has sealed it, and a call by pointer would fault on a CPU with IBT; have the patch take the address of a new function that calls it");
}

static int apply_fixup(const struct resolver *r,
		       const struct ksplice_f_fixup *fixup)
{
	const char *name = ksplice_str(r->view,
				       r->view->syms[fixup->sym].name);
	u32 size = ksplice_arch_field_size(fixup->type);
	u8 field[sizeof(u64)] = {};
	u64 value;
	int ret;

	if (size > sizeof(field) ||
	    !place_ok(r->update->module, fixup->place, size)) {
		pr_err("%s: a fixup for %s is outside the update's memory; the file is damaged, build it again\n",
		       r->update->name, name);
		return -ENOEXEC;
	}

	ret = resolve_sym(r, fixup->sym, &value);
	if (!ret)
		ret = check_pointer(r, fixup, value);
	if (ret)
		return ret;

	ret = ksplice_arch_write_field(fixup->type, field, fixup->place,
				       fixup->addend, value);
	if (ret)
		return refuse(r, name, "is out of reach of the new code");
	arch_ksplice_write((void *)(unsigned long)fixup->place, field, size);
	return 0;
}

/**
 * ksplice_resolve - relocate the new code of targets that were just matched
 * @update:	the update; those of its targets that are KSPLICE_FOUND
 * @view:	its tables
 * @match:	what matching has learned
 *
 * Nobody runs that code, or reads the tables about it, before it is done.
 *
 * Return: 0, or an errno with the reason in the log.  On failure some fields
 * may have been written.
 */
int ksplice_resolve(struct ksplice_update *update,
		    const struct ksplice_view *view,
		    struct ksplice_match *match)
{
	struct resolver r = { .update = update, .view = view, .match = match };
	u32 i;
	int ret;

	for (i = 0; i < view->hdr->fixups.n; i++) {
		r.object = &update->objects[view->fixups[i].target];
		if (r.object->presence != KSPLICE_FOUND)
			continue;
		ret = apply_fixup(&r, &view->fixups[i]);
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}

static bool within_table(u64 place, const void *table, size_t size)
{
	return place >= (unsigned long)table &&
	       place < (unsigned long)table + size;
}

/*
 * The kernel reads jump labels and static calls when the update is loaded, and
 * links them with their keys until it is removed.
 */
static bool in_table(const struct module *mod, u64 place)
{
#ifdef CONFIG_JUMP_LABEL
	if (within_table(place, mod->jump_entries, mod->num_jump_entries *
			 sizeof(*mod->jump_entries)))
		return true;
#endif
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	if (within_table(place, mod->static_call_sites,
			 mod->num_static_call_sites *
			 sizeof(*mod->static_call_sites)))
		return true;
#endif
	return false;
}

static int check_key(const struct resolver *r, const struct ksplice_f_sym *sym)
{
	struct ksplice_object *object = r->object;

	if (object->presence == KSPLICE_ABSENT) {
		pr_err("%s: the new code for module %s has a jump label or static call with a key of its own (%s); load that module first, the update can't wait for it\n",
		       r->update->name, object->name,
		       ksplice_str(r->view, sym->name));
		return -ENOENT;
	}
	if (!object->mod || is_pinned(object, object->mod))
		return 0;
	if (!try_module_get(object->mod))
		return -ENOENT;
	return pin(object, object->mod);
}

/**
 * ksplice_resolve_check - can fields be relocated later, if a target is absent?
 * @update:	the update, being loaded, its targets looked for
 * @view:	its tables
 *
 * Jump labels and static calls whose keys are in a target module can only be
 * served while that is there: it is pinned as long as the update is loaded.
 *
 * Return: 0, or an errno with the reason in the log.
 */
int ksplice_resolve_check(struct ksplice_update *update,
			  const struct ksplice_view *view)
{
	struct resolver r = { .update = update, .view = view };
	u32 i;
	int ret;

	for (i = 0; i < view->hdr->fixups.n; i++) {
		const struct ksplice_f_fixup *fixup = &view->fixups[i];

		r.object = &update->objects[fixup->target];
		if (!in_table(update->module, fixup->place))
			continue;
		ret = check_key(&r, &view->syms[fixup->sym]);
		if (ret)
			return ret;
	}
	return 0;
}
ALLOW_ERROR_INJECTION(ksplice_resolve_check, ERRNO);
