// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - the objects of an update, and how their targets come and go
 *
 * A target that is loaded when the update is loaded is matched then.  A module that
 * comes later is matched when that is needed: when the update is applied or, if it is
 * applied already, before the module's init runs.  The core holds no reference to a
 * target module.  When the module goes, the update forgets it in the notifier, before
 * the module's memory is freed.  All code that uses a target holds ksplice_mutex, which
 * the notifier takes, too.  So a module that was found under the mutex stays as long
 * as that is held.
 *
 * Modules that are no targets do not wait for ksplice_mutex.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/jump_label.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/ksplice.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/string.h>

#include "bind.h"
#include "ksplice.h"
#include "livepatch.h"
#include "match.h"
#include "stop.h"

/*
 * Functions
 */

static int object_refuse_func(const struct ksplice_update *update, const char *func,
			      const char *why)
{
	pr_err("%s: cannot replace %s: %s; refused, nothing was changed\n",
	       update->name, func, why);
	return -EOPNOTSUPP;
}

/* @entry: where the function itself begins; the old code may be that of an update. */
static int object_init_jump(struct ksplice_update *update, struct ksplice_func *func,
			    unsigned long entry)
{
	const char *why;

	if (arch_ksplice_untouchable(func->old_addr))
		return object_refuse_func(update, func->name,
					  "it is entry or noinstr code");
	/* A jump that is half written is an int3: its handler must not run into one. */
	if (within_kprobe_blacklist(func->old_addr))
		return object_refuse_func(update, func->name,
					  "it is among what handles breakpoints (NOKPROBE)");
	if (arch_ksplice_jump_init(&func->jump, func->old_addr, func->new_addr,
				   &why))
		return object_refuse_func(update, func->name, why);
	mutex_lock(&text_mutex);
	ksplice_target_hide_jumps(func->jump.site, func->jump.saved,
				  sizeof(func->jump.saved));
	mutex_unlock(&text_mutex);

	func->sympos = ksplice_target_sympos(func->object, func->name, entry);
	if (!func->sympos)
		return object_refuse_func(update, func->name,
					  "kallsyms does not know it at its address");
	return 0;
}

/* Fills in what is known only when the target has been matched. */
static int object_place_func(struct ksplice_update *update, struct ksplice_func *func,
			     const struct ksplice_match *match,
			     const struct ksplice_f_replace *replace)
{
	if (match->unit_state[replace->unit] != KSPLICE_UNIT_MATCHED)
		return object_refuse_func(update, func->name,
					  "its old code was not matched");
	func->old_addr = match->unit_run[replace->unit] + replace->offset;
	/* Running code may have more padding than the pre code. */
	func->old_size = replace->size + match->unit_growth[replace->unit];
	if (!func->new_addr)
		return 0;
	if (ksplice_target_newest(update, func->old_addr) != func->old_addr)
		return object_refuse_func(update, func->name,
					  "an applied update replaces it already; take that one back first, or make this one on top of it");
	return object_init_jump(update, func,
				match->unit_addr[replace->unit] + replace->offset);
}

/* Fills in what is known from the start. */
static int object_init_func(struct ksplice_update *update, struct ksplice_func *func,
			    const struct ksplice_view *view,
			    const struct ksplice_f_replace *replace)
{
	func->name = update->strings + replace->name;
	func->source = update->strings + view->units[replace->unit].source;
	func->object = &update->objects[view->units[replace->unit].target];
	func->old_size = replace->size;
	if (replace->kind != KSPLICE_REPLACE_FUNC)
		return 0;

	func->new_addr = replace->addr;
	func->new_size = replace->new_size;
	if (!within_module_mem_type(func->new_addr, update->module, MOD_TEXT))
		return object_refuse_func(update, func->name,
					  "its new code is not in the update's text");
	return 0;
}

/**
 * ksplice_objects_init() - fill in what is known before anything is matched
 * @update:	the update, not yet on the list
 * @view:	its tables
 *
 * Return: 0, or -EOPNOTSUPP with the reason in the log.
 */
int ksplice_objects_init(struct ksplice_update *update,
			 const struct ksplice_view *view)
{
	struct ksplice_object *object;
	struct ksplice_func *func;
	u32 i = 0;
	int ret;

	ksplice_for_each_object(update, object) {
		object->name = update->strings + view->targets[i++].name;
		object->update = update;
	}
	i = 0;
	ksplice_for_each_func(update, func) {
		ret = object_init_func(update, func, view, &view->replaces[i++]);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * Finding and matching targets
 */

/*
 * Looks for the target of @object.  A module that is being loaded or removed does not
 * count as found, and is returned.
 */
static struct module *object_find_target(struct ksplice_object *object)
{
	struct module *mod;

	if (object->presence != KSPLICE_ABSENT)
		return NULL;
	if (ksplice_target_is_vmlinux(object)) {
		object->presence = KSPLICE_FOUND;
		return NULL;
	}

	/* Pairs with smp_mb() in ksplice_is_target(): either sees the other. */
	smp_mb();
	rcu_read_lock_sched();
	mod = find_module(object->name);
	if (mod && READ_ONCE(mod->state) == MODULE_STATE_LIVE) {
		object->mod = mod;
		object->presence = KSPLICE_FOUND;
		mod = NULL;
	}
	rcu_read_unlock_sched();
	return mod;
}

static void object_unplace_funcs(struct ksplice_object *object)
{
	struct ksplice_func *func;

	/* Callers of ksplice_text_reserved() hold text_mutex. */
	mutex_lock(&text_mutex);
	ksplice_for_each_func(object->update, func) {
		if (func->object != object)
			continue;
		func->old_addr = 0;
		func->jump.site = 0;
	}
	mutex_unlock(&text_mutex);

	ksplice_for_each_func(object->update, func) {
		if (func->object == object)
			arch_ksplice_jump_exit(&func->jump);
	}
	ksplice_words_unplace(object);
}

static void object_detach(struct ksplice_object *object)
{
	if (object->presence == KSPLICE_ABSENT)
		return;
	ksplice_sysfs_remove_funcs(object);
	object_unplace_funcs(object);
	ksplice_keys_unlink(object);
	ksplice_unpin(object);
	object->presence = KSPLICE_ABSENT;
	object->mod = NULL;
}

/**
 * ksplice_objects_detach() - forget all targets
 * @update:	the update; it is not applied
 *
 * Context: ksplice_mutex held.
 */
void ksplice_objects_detach(struct ksplice_update *update)
{
	struct ksplice_object *object;

	ksplice_for_each_object(update, object)
		object_detach(object);
}

static int object_place_funcs(struct ksplice_update *update,
			      const struct ksplice_match *match)
{
	struct ksplice_func *func;
	u32 i = 0;
	int ret;

	ksplice_for_each_func(update, func) {
		const struct ksplice_f_replace *replace;

		replace = &match->view->replaces[i++];
		if (func->object->presence != KSPLICE_FOUND)
			continue;
		ret = object_place_func(update, func, match, replace);
		if (ret)
			return ret;
	}
	return 0;
}

static int object_keys_resolved(struct ksplice_update *update)
{
	struct ksplice_object *object;
	int ret;

	ksplice_for_each_object(update, object) {
		if (object->presence != KSPLICE_FOUND)
			continue;
		ret = ksplice_keys_resolved(object);
		if (ret)
			return ret;
	}
	return 0;
}

static void object_report_mismatch(const struct ksplice_update *update,
				   const struct ksplice_match *match, int ret)
{
	if (ret == -ENOMEM)
		pr_err("%s: not enough memory to match it with the running kernel; nothing was changed, try again\n",
		       update->name);
	else
		pr_err("%s: the running kernel is not what this update was made for: %s; refused, nothing was changed\n",
		       update->name, match->err.text);
}

static int object_match_found(struct ksplice_update *update,
			      const struct ksplice_view *view)
{
	struct ksplice_match match = {};
	unsigned int below = update->nr_below;
	int ret;

	ret = ksplice_target_match(&match, view, update);
	if (ret)
		object_report_mismatch(update, &match, ret);
	if (ret && ret != -ENOMEM)
		ksplice_words_explain(update, view);
	if (!ret)
		ret = ksplice_resolve(update, view, &match);
	if (!ret)
		ret = object_keys_resolved(update);
	if (!ret)
		ret = ksplice_order_note(update, &match);
	if (!ret)
		ret = object_place_funcs(update, &match);
	if (!ret)
		ret = ksplice_words_place(update, &match);
	if (ret)
		ksplice_order_forget(update, below);
	ksplice_match_free(&match);
	return ret;
}

/* Matches all targets that were found; on failure they are forgotten again. */
static int object_attach_found(struct ksplice_update *update,
			       const struct ksplice_view *view)
{
	struct ksplice_object *object;
	bool any = false;
	int ret;

	ksplice_for_each_object(update, object)
		any |= object->presence == KSPLICE_FOUND;
	if (!any)
		return 0;

	ret = object_match_found(update, view);
	ksplice_for_each_object(update, object) {
		if (object->presence != KSPLICE_FOUND)
			continue;
		if (ret)
			object_detach(object);
		else
			object->presence = KSPLICE_PRESENT;
	}
	return ret;
}

/**
 * ksplice_objects_load() - match the targets that are loaded
 * @update:	the update, on the list, being loaded
 * @view:	its tables
 *
 * Context: ksplice_mutex held.
 * Return: 0, or an errno with the reason in the log.
 */
int ksplice_objects_load(struct ksplice_update *update,
			 const struct ksplice_view *view)
{
	struct ksplice_object *object;
	int ret;

	ret = ksplice_keys_init(update, view);
	if (ret)
		return ret;
	/* A module that is still being loaded is found when the update is applied. */
	ksplice_for_each_object(update, object)
		object_find_target(object);
	ret = object_attach_found(update, view);
	return ret ? ret : ksplice_keys_check(update, view);
}

/**
 * ksplice_objects_moving() - is one of the targets being loaded or removed?
 * @update:	the update
 *
 * Such a module cannot be matched, since it may be gone the next moment.  It must not
 * be left out either, since it may be used later.
 *
 * Context: ksplice_mutex held; NULL stays true as long as it is.
 * Return: the target's name, or NULL.
 */
const char *ksplice_objects_moving(const struct ksplice_update *update)
{
	const struct ksplice_object *object;
	const struct module *mod;

	ksplice_for_each_object(update, object) {
		if (object->presence != KSPLICE_ABSENT)
			continue;
		/* As in object_find_target(). */
		smp_mb();
		rcu_read_lock_sched();
		mod = find_module(object->name);
		if (mod && READ_ONCE(mod->state) == MODULE_STATE_LIVE)
			mod = NULL;
		rcu_read_unlock_sched();
		if (mod)
			return object->name;
	}
	return NULL;
}

/**
 * ksplice_objects_refresh() - match targets that were loaded since the last time
 * @update:	the update, loaded and not applied
 *
 * Context: ksplice_mutex held.
 * Return: 0, or an errno with the reason in the log.
 */
int ksplice_objects_refresh(struct ksplice_update *update)
{
	struct ksplice_object *object;
	int ret;

	ksplice_for_each_object(update, object)
		object_find_target(object);
	ret = object_attach_found(update, &update->view);
	if (ret)
		return ret;
	ksplice_for_each_object(update, object) {
		if (object->presence != KSPLICE_PRESENT)
			continue;
		ret = ksplice_keys_link(object);
		if (!ret)
			ret = ksplice_sysfs_add_funcs(object);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * The old code may be that of another update.  Then a livepatch of the function itself
 * bypasses both.
 */
static bool object_is_livepatched(const struct ksplice_func *func, char *name)
{
	unsigned long entry = ksplice_target_entry(func->object->update,
						   func->old_addr);

	return ksplice_livepatch_of(entry, name) ||
	       ksplice_livepatch_of(func->old_addr, name);
}

/**
 * ksplice_check_livepatch() - would a livepatch bypass a jump?
 * @update:	the update
 * @object:	only functions of this object, or NULL for all
 *
 * A livepatch redirects a function before it gets to our jump.
 *
 * Return: 0, or -EBUSY with the reason in the log.
 */
int ksplice_check_livepatch(struct ksplice_update *update,
			    const struct ksplice_object *object)
{
	char patch[MODULE_NAME_LEN];
	struct ksplice_func *func;

	ksplice_for_each_present_func(update, func) {
		if (object && func->object != object)
			continue;
		if (!object_is_livepatched(func, patch))
			continue;
		pr_err("%s: cannot replace %s: livepatch %s redirects it; disable that livepatch first\n",
		       update->name, func->name, patch);
		return -EBUSY;
	}
	return 0;
}

/*
 * Modules that come and go
 */

static struct ksplice_object *object_find(const struct ksplice_update *update,
					  const char *name)
{
	struct ksplice_object *object;

	ksplice_for_each_object(update, object) {
		if (!strcmp(object->name, name) &&
		    !ksplice_target_is_vmlinux(object))
			return object;
	}
	return NULL;
}

/**
 * ksplice_is_target() - is a module a target of a loaded update?
 * @mod:	the module, whose state has already been changed
 *
 * An update goes on the list before it reads that state.  So at least one of the two
 * sees the other.
 *
 * Return: true if an update has an object for a target of that name.
 */
bool ksplice_is_target(const struct module *mod)
{
	struct ksplice_update *update;

	/* Pairs with smp_mb() in object_find_target(). */
	smp_mb();
	guard(rcu)();
	list_for_each_entry_rcu(update, &ksplice_updates, list) {
		if (object_find(update, mod->name))
			return true;
	}
	return false;
}

static int object_patch_locked(struct ksplice_func *func, const char **why)
{
	struct arch_ksplice_poke poke = ksplice_poke(&func->jump, true);
	int ret;

	ret = arch_ksplice_poke_check(&poke, why);
	if (!ret)
		arch_ksplice_write_locked((void *)func->jump.site,
					  func->jump.jump,
					  ARCH_KSPLICE_JUMP_SIZE);
	return ret;
}

/* The locks keep others from taking the bytes between the check and the write. */
static int object_patch_func(struct ksplice_func *func, const char **why)
{
	int ret;

	ksplice_probes_lock();
	ksplice_text_lock();
	ret = object_patch_locked(func, why);
	ksplice_text_unlock();
	ksplice_probes_unlock();
	return ret;
}

/* Writes the jumps of a module that runs no code yet. */
static int object_patch_coming(struct ksplice_object *object)
{
	struct ksplice_func *func;
	const char *why;

	ksplice_for_each_present_func(object->update, func) {
		if (func->object != object || !func->new_addr)
			continue;
		if (object_patch_func(func, &why))
			return object_refuse_func(object->update, func->name, why);
	}
	return 0;
}

static int object_attach_coming(struct ksplice_object *object, struct module *mod)
{
	struct ksplice_update *update = object->update;
	int ret;

	object->mod = mod;
	object->presence = KSPLICE_FOUND;
	ret = object_attach_found(update, &update->view);
	if (!ret)
		ret = ksplice_check_livepatch(update, object);
	if (!ret)
		ret = ksplice_sysfs_add_funcs(object);
	if (!ret)
		ret = object_patch_coming(object);
	if (!ret)
		ret = ksplice_words_coming(object);
	if (!ret)
		ret = ksplice_hooks_coming(object);
	if (ret)
		pr_err("%s: update %s is applied and does not fit this module, which is not loaded; take the update back first, or load the module that it was made for\n",
		       mod->name, update->name);
	else
		pr_info("%s: applied to module %s, which is being loaded\n",
			update->name, mod->name);
	return ret;
}

/*
 * If a module is not loaded because an update does not fit it, not all jumps may stand.
 * Where one does not, the bytes may be somebody else's.
 */
static void object_unpatch_locked(struct ksplice_func *func)
{
	u8 now[ARCH_KSPLICE_JUMP_SIZE];

	memcpy(now, (void *)func->jump.site, sizeof(now));
	arch_ksplice_hide_probes(func->jump.site, now, sizeof(now));
	if (memcmp(now, func->jump.jump, sizeof(now)))
		return;
	if (arch_ksplice_kill_probe(&func->jump))
		pr_info("%s: a kprobe on its jump in %s is gone with module %s; place it again\n",
			func->object->update->name, func->name, func->object->name);
	arch_ksplice_write_locked((void *)func->jump.site, func->jump.saved,
				  ARCH_KSPLICE_JUMP_SIZE);
}

static void object_unpatch_func(struct ksplice_func *func)
{
	ksplice_probes_lock();
	ksplice_text_lock();
	object_unpatch_locked(func);
	ksplice_text_unlock();
	ksplice_probes_unlock();
}

/*
 * Takes back jumps that stand in the code of another update, which had replaced the
 * function before.  That code stays, and must be as it was if the module comes again.
 * Nobody runs it now.
 */
static void object_unpatch_going(struct ksplice_object *object)
{
	struct ksplice_func *func;

	ksplice_for_each_present_func(object->update, func) {
		if (func->object == object && func->new_addr &&
		    !within_module(func->jump.site, object->mod))
			object_unpatch_func(func);
	}
	ksplice_words_going(object);
}

static struct ksplice_object *object_of_module(const struct ksplice_update *update,
					       const struct module *mod)
{
	struct ksplice_object *object = object_find(update, mod->name);

	return object && object->mod == mod ? object : NULL;
}

/* @failed: the update that could not be applied to @mod; its fail hooks have run. */
static void object_forget_module(struct module *mod, const struct ksplice_update *failed)
{
	struct ksplice_update *update = NULL;
	struct ksplice_object *object;

	while ((update = ksplice_order_prev(update))) {
		object = object_of_module(update, mod);
		if (!object)
			continue;
		object_unpatch_going(object);
		if (update != failed)
			ksplice_hooks_going(object);
		object_detach(object);
	}
	list_for_each_entry(update, &ksplice_updates, list) {
		object = object_of_module(update, mod);
		if (object)
			object_detach(object);
	}
}

/**
 * ksplice_target_coming() - a module is being loaded
 * @mod:	the module, in state COMING; none of its code has run
 *
 * Updates of the module that are applied are applied to it.  Whether other updates fit
 * is not checked before these are applied.
 *
 * Return: 0, or an errno with the reason in the log: then it must not be loaded.
 */
int ksplice_target_coming(struct module *mod)
{
	struct ksplice_update *update = NULL;
	struct ksplice_object *object;
	int ret = 0;

	if (!ksplice_is_target(mod))
		return 0;
	ksplice_lock_in_notifier();
	while ((update = ksplice_order_next(update))) {
		object = object_find(update, mod->name);
		if (!object)
			continue;
		ret = object_attach_coming(object, mod);
		if (ret)
			break;
	}
	if (ret)
		object_forget_module(mod, update);
	mutex_unlock(&ksplice_mutex);
	return ret;
}

/**
 * ksplice_target_going() - a module is being removed
 * @mod:	the module, in state GOING; none of its code will run any more
 */
void ksplice_target_going(struct module *mod)
{
	if (!ksplice_is_target(mod))
		return;
	ksplice_lock_in_notifier();
	object_forget_module(mod, NULL);
	mutex_unlock(&ksplice_mutex);
}
