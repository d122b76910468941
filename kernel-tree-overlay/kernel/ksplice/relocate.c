// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - write the addresses that the new code needs into it
 *
 * Which they are, resolve.c decides; here is what it asks of the kernel.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/error-injection.h>
#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "ksplice.h"
#include "match.h"
#include "resolve.h"
#include "symbols.h"

/*
 * What is being relocated.
 *
 * @update:	the update
 * @view:	its tables
 */
struct relocation {
	struct ksplice_update *update;
	const struct ksplice_view *view;
};

static void walk_symbols(struct module *mod, const char *name,
			 ksplice_symbol_fn fn, void *data)
{
	/* modpost made it, for the module alone */
	if (mod && !strcmp(name, "__this_module"))
		fn(data, (unsigned long)mod, KSPLICE_BINDING_GLOBAL);
	else
		ksplice_symbols(mod, name, fn, data);
}

static int symbols(void *ctx, u32 target, const char *name,
		   ksplice_symbol_fn fn, void *data)
{
	const struct relocation *rel = ctx;
	struct module *mod = NULL;

	if (target != KSPLICE_NONE)
		mod = rel->update->objects[target].mod;
	walk_symbols(mod, name, fn, data);
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

static int exports(void *ctx, u32 user, const char *module, const char *name,
		   ksplice_symbol_fn fn, void *data)
{
	const struct relocation *rel = ctx;
	struct module *mod = get_module(module);
	int ret;

	if (!mod)
		return -ENOENT;
	ret = pin(&rel->update->objects[user], mod);
	if (!ret)
		walk_symbols(mod, name, fn, data);
	return ret;
}

static bool is_there(void *ctx, u32 target)
{
	const struct relocation *rel = ctx;

	return rel->update->objects[target].presence != KSPLICE_ABSENT;
}

static int read_run(void *ctx, unsigned long addr, void *buf, size_t len)
{
	return copy_from_kernel_nofault(buf, (void *)addr, len) ? -EFAULT : 0;
}

static bool is_sealed(void *ctx, unsigned long addr, bool is_func)
{
	return arch_ksplice_sealed(addr, is_func);
}

static const struct ksplice_resolve_ops relocate_ops = {
	.symbols	= symbols,
	.exports	= exports,
	.is_there	= is_there,
	.read		= read_run,
	.sealed		= is_sealed,
};

/* All of the field must be the module's own, in memory that stays. */
static bool place_ok(struct module *mod, unsigned long place, u32 size)
{
	return size && within_module_core(place, mod) &&
	       within_module_core(place + size - 1, mod);
}

static int apply_fixup(struct ksplice_resolver *r,
		       const struct ksplice_f_fixup *fixup)
{
	const struct relocation *rel = r->ctx;
	u32 size = arch_ksplice_field_size(fixup->type);
	u8 field[sizeof(u64)] = {};
	int ret;

	if (size > sizeof(field) ||
	    !place_ok(rel->update->module, fixup->place, size)) {
		pr_err("%s: a fixup for %s is outside the update's memory; the file is damaged, build it again\n",
		       rel->update->name,
		       ksplice_str(r->view, r->view->syms[fixup->sym].name));
		return -ENOEXEC;
	}
	ret = ksplice_resolve_field(r, fixup, field);
	if (ret) {
		if (*r->err.text)
			pr_err("%s: %s\n", rel->update->name, r->err.text);
		return ret;
	}
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
	struct relocation rel = { .update = update, .view = view };
	struct ksplice_resolver *r;
	int ret = 0;
	u32 i;

	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	*r = (struct ksplice_resolver){
		.view = view, .match = match, .ops = &relocate_ops, .ctx = &rel,
	};
	for (i = 0; i < view->hdr->fixups.n && !ret; i++) {
		const struct ksplice_f_fixup *fixup = &view->fixups[i];

		if (update->objects[fixup->target].presence == KSPLICE_FOUND)
			ret = apply_fixup(r, fixup);
		cond_resched();
	}
	kfree(r);
	return ret;
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

static int check_key(const struct relocation *rel, struct ksplice_object *object,
		     const struct ksplice_f_sym *sym)
{
	if (object->presence == KSPLICE_ABSENT) {
		pr_err("%s: the new code for module %s has a jump label or static call with a key of its own (%s); load that module first, the update can't wait for it\n",
		       rel->update->name, object->name,
		       ksplice_str(rel->view, sym->name));
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
	struct relocation rel = { .update = update, .view = view };
	u32 i;
	int ret;

	for (i = 0; i < view->hdr->fixups.n; i++) {
		const struct ksplice_f_fixup *fixup = &view->fixups[i];

		if (!in_table(update->module, fixup->place))
			continue;
		ret = check_key(&rel, &update->objects[fixup->target],
				&view->syms[fixup->sym]);
		if (ret)
			return ret;
	}
	return 0;
}
ALLOW_ERROR_INJECTION(ksplice_resolve_check, ERRNO);
