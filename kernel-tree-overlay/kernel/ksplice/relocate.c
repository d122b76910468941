// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - write the addresses that the new code needs into it
 *
 * resolve.c decides which addresses they are, through the callbacks that are here.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
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

static void relocate_walk_symbols(struct module *mod, const char *name,
				  ksplice_symbol_fn fn, void *data)
{
	/* Each module has one, which modpost made. */
	if (mod && !strcmp(name, "__this_module"))
		fn(data, (unsigned long)mod, KSPLICE_BINDING_GLOBAL);
	else
		ksplice_symbols(mod, name, fn, data);
}

static int relocate_symbols(void *ctx, u32 target, const char *name,
			    ksplice_symbol_fn fn, void *data)
{
	const struct relocation *rel = ctx;
	struct module *mod = NULL;

	if (target != KSPLICE_NONE)
		mod = rel->update->objects[target].mod;
	relocate_walk_symbols(mod, name, fn, data);
	return 0;
}

/* Return: the module of that name, with a reference to it; or NULL */
static struct module *relocate_get_module(const char *name)
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

static bool relocate_is_pinned(const struct ksplice_object *object,
			       const struct module *mod)
{
	unsigned int i;

	for (i = 0; i < object->nr_pins; i++) {
		if (object->pins[i] == mod)
			return true;
	}
	return false;
}

/* Takes over the reference to @mod, also on failure. */
static int relocate_pin(struct ksplice_object *object, struct module *mod)
{
	struct module **pins;

	if (relocate_is_pinned(object, mod)) {
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
 * ksplice_unpin() - release the modules that the new code for a target needs
 * @object:	its object
 */
void ksplice_unpin(struct ksplice_object *object)
{
	while (object->nr_pins)
		module_put(object->pins[--object->nr_pins]);
	kfree(object->pins);
	object->pins = NULL;
}

static int relocate_exports(void *ctx, u32 user, const char *module, const char *name,
			    ksplice_symbol_fn fn, void *data)
{
	const struct relocation *rel = ctx;
	struct module *mod = relocate_get_module(module);
	int ret;

	if (!mod)
		return -ENOENT;
	ret = relocate_pin(&rel->update->objects[user], mod);
	if (!ret)
		relocate_walk_symbols(mod, name, fn, data);
	return ret;
}

static bool relocate_is_there(void *ctx, u32 target)
{
	const struct relocation *rel = ctx;

	return rel->update->objects[target].presence != KSPLICE_ABSENT;
}

static int relocate_read(void *ctx, unsigned long addr, void *buf, size_t len)
{
	return copy_from_kernel_nofault(buf, (void *)addr, len) ? -EFAULT : 0;
}

static bool relocate_is_sealed(void *ctx, unsigned long addr, bool is_func)
{
	return arch_ksplice_sealed(addr, is_func);
}

static const struct ksplice_resolve_ops relocate_ops = {
	.symbols	= relocate_symbols,
	.exports	= relocate_exports,
	.is_there	= relocate_is_there,
	.read		= relocate_read,
	.sealed		= relocate_is_sealed,
};

/* The whole field must be in the module's own memory, and not in its init memory. */
static bool relocate_place_ok(struct module *mod, unsigned long place, u32 size)
{
	return size && within_module_core(place, mod) &&
	       within_module_core(place + size - 1, mod);
}

static int relocate_apply_fixup(struct ksplice_resolver *r,
				const struct ksplice_f_fixup *fixup)
{
	const struct relocation *rel = r->ctx;
	u32 size = arch_ksplice_field_size(fixup->type);
	u8 field[sizeof(u64)] = {};
	int ret;

	if (size > sizeof(field) ||
	    !relocate_place_ok(rel->update->module, fixup->place, size)) {
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

/* Finds out what a word becomes that is the address of something else. */
static int relocate_word(struct ksplice_resolver *r, u32 i)
{
	const struct ksplice_f_word *word = &r->view->words[i];
	const struct relocation *rel = r->ctx;
	u32 target = r->view->units[word->unit].target;
	int ret;

	if (word->sym == KSPLICE_NONE ||
	    rel->update->objects[target].presence != KSPLICE_FOUND)
		return 0;
	ret = ksplice_resolve_word(r, i, &rel->update->words[i].new);
	if (ret && *r->err.text)
		pr_err("%s: %s\n", rel->update->name, r->err.text);
	return ret;
}

/**
 * ksplice_resolve() - relocate the new code for targets that were just matched
 * @update:	the update; this is for its objects that are KSPLICE_FOUND
 * @view:	its tables
 * @match:	what matching has learned
 *
 * Nobody runs that code, or reads tables about it, before this is done.
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
			ret = relocate_apply_fixup(r, fixup);
		cond_resched();
	}
	for (i = 0; i < view->hdr->words.n && !ret; i++)
		ret = relocate_word(r, i);
	kfree(r);
	return ret;
}
