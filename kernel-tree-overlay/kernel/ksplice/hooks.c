// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - run the hooks of an update's author
 *
 * <linux/ksplice.h> says what each is for.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/error-injection.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "ksplice.h"

typedef int (*hook_fn)(void);
typedef void (*void_hook_fn)(void);

static bool hooks_runs(const struct ksplice_hook *hook, u32 kind,
		       const struct ksplice_object *object)
{
	return hook->kind == kind && (!object || hook->object == object) &&
	       hook->object->presence == KSPLICE_PRESENT;
}

/* Calls hooks that may fail.  @object: only those of this object, or NULL for all. */
static int hooks_ask(struct ksplice_update *update, u32 kind,
		     const struct ksplice_object *object,
		     const struct ksplice_hook **who)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < update->nr_hooks && !ret; i++) {
		const struct ksplice_hook *hook = &update->hooks[i];

		if (!hooks_runs(hook, kind, object))
			continue;
		*who = hook;
		ret = ((hook_fn)hook->addr)();
		/* No errno: the author's mistake. */
		if (ret > 0 || ret < -MAX_ERRNO)
			ret = -EINVAL;
	}
	return ret;
}

static void hooks_notify(struct ksplice_update *update, u32 kind,
			 const struct ksplice_object *object)
{
	unsigned int i;

	for (i = 0; i < update->nr_hooks; i++) {
		if (hooks_runs(&update->hooks[i], kind, object))
			((void_hook_fn)update->hooks[i].addr)();
	}
}

/**
 * ksplice_hooks_pre() - run hooks before anything is changed
 * @update:	the update
 * @apply:	it is to be applied, else taken back
 * @object:	only hooks of this object, or NULL for all
 *
 * Context: process; ksplice_mutex held.
 * Return: 0, or the error of a hook, whose name is in the log.  Then the change must
 * not be made, and ksplice_hooks_fail() has to be called.
 */
int ksplice_hooks_pre(struct ksplice_update *update, bool apply,
		      const struct ksplice_object *object)
{
	const struct ksplice_hook *who;
	int ret;

	ret = hooks_ask(update, apply ? KSPLICE_HOOK_PRE_APPLY :
					KSPLICE_HOOK_PRE_REVERSE, object, &who);
	if (ret)
		pr_err("%s: hook %ps failed: %d\n", update->name,
		       (void *)who->addr, ret);
	return ret;
}

/**
 * ksplice_hooks_check() - ask hooks, while nobody is inside, whether to make the change
 * @update:	the update
 * @apply:	it is to be applied, else taken back
 * @object:	only hooks of this object, or NULL for all
 *
 * If one fails, old code goes on running.  It could free kernel objects to which hooks
 * have attached data, so that data is dropped at once.
 *
 * Context: in the stop, on one CPU.
 * Return: 0, or the error of a hook.
 */
int ksplice_hooks_check(struct ksplice_update *update, bool apply,
			const struct ksplice_object *object)
{
	const struct ksplice_hook *who;
	u64 mark = ksplice_shadow_mark();
	int ret;

	ret = hooks_ask(update, apply ? KSPLICE_HOOK_CHECK_APPLY :
					KSPLICE_HOOK_CHECK_REVERSE, object, &who);
	if (ret && apply)
		ksplice_shadow_undo(update, mark);
	return ret;
}

/**
 * ksplice_hooks_switched() - run hooks when all jumps were written, or taken back
 * @update:	the update
 * @apply:	it is applied, else taken back
 * @object:	only hooks of this object, or NULL for all
 *
 * When an update has been taken back, no new code runs any more and no old code has
 * run yet.  So this is when the data is dropped that it has attached to kernel objects.
 *
 * Context: in the stop, on one CPU.
 */
void ksplice_hooks_switched(struct ksplice_update *update, bool apply,
			    const struct ksplice_object *object)
{
	hooks_notify(update, apply ? KSPLICE_HOOK_APPLY : KSPLICE_HOOK_REVERSE, object);
	if (!apply && !object)
		ksplice_shadow_drop(update);
}

/**
 * ksplice_hooks_post() - run hooks after the change
 * @update:	the update
 * @apply:	it was applied, else taken back
 * @object:	only hooks of this object, or NULL for all
 *
 * Context: process; ksplice_mutex held.
 */
void ksplice_hooks_post(struct ksplice_update *update, bool apply,
			const struct ksplice_object *object)
{
	hooks_notify(update, apply ? KSPLICE_HOOK_POST_APPLY :
				     KSPLICE_HOOK_POST_REVERSE, object);
}

/**
 * ksplice_hooks_fail() - run hooks after a change that failed
 * @update:	the update
 * @apply:	it was to be applied, else taken back
 * @object:	only hooks of this object, or NULL for all
 *
 * Context: process; ksplice_mutex held.
 */
void ksplice_hooks_fail(struct ksplice_update *update, bool apply,
			const struct ksplice_object *object)
{
	u32 kind = apply ? KSPLICE_HOOK_FAIL_APPLY : KSPLICE_HOOK_FAIL_REVERSE;
	unsigned int i;

	for (i = update->nr_hooks; i-- > 0; ) {
		if (hooks_runs(&update->hooks[i], kind, object))
			((void_hook_fn)update->hooks[i].addr)();
	}
}

/**
 * ksplice_hooks_coming() - run hooks for a target that is coming
 * @object:	its object, matched; none of the target's code has run
 *
 * The module has no data yet that a stop would have to protect.  Hooks that usually run
 * in the stop still run with interrupts off, since they may rely on that.
 *
 * Return: 0, or the error of a hook; then the fail hooks have run.
 */
int ksplice_hooks_coming(struct ksplice_object *object)
{
	struct ksplice_update *update = object->update;
	u64 mark = ksplice_shadow_mark();
	unsigned long flags;
	int ret;

	ret = ksplice_hooks_pre(update, true, object);
	if (!ret) {
		local_irq_save(flags);
		ret = ksplice_hooks_check(update, true, object);
		if (!ret)
			ksplice_hooks_switched(update, true, object);
		local_irq_restore(flags);
	}
	if (ret) {
		ksplice_hooks_fail(update, true, object);
		/* The module's own kernel objects, if it has any, go with it. */
		ksplice_shadow_undo(update, mark);
	} else {
		ksplice_hooks_post(update, true, object);
	}
	return ret;
}

/**
 * ksplice_hooks_going() - run hooks for a target that goes
 * @object:	its object; none of the target's code will run any more
 */
void ksplice_hooks_going(struct ksplice_object *object)
{
	struct ksplice_update *update = object->update;
	unsigned long flags;

	ksplice_hooks_pre(update, false, object);
	local_irq_save(flags);
	ksplice_hooks_switched(update, false, object);
	local_irq_restore(flags);
	ksplice_hooks_post(update, false, object);
}

/**
 * ksplice_hooks_init() - take over the table of hooks
 * @update:	the update, its objects known
 * @view:	its tables
 *
 * Return: 0; -ENOMEM; -ENOEXEC with the reason in the log.
 */
int ksplice_hooks_init(struct ksplice_update *update,
		       const struct ksplice_view *view)
{
	u32 i;

	update->hooks = kvcalloc(view->hdr->hooks.n, sizeof(*update->hooks),
				 GFP_KERNEL);
	if (!update->hooks)
		return -ENOMEM;
	for (i = 0; i < view->hdr->hooks.n; i++) {
		update->hooks[i].addr = view->hooks[i].addr;
		update->hooks[i].kind = view->hooks[i].kind;
		update->hooks[i].object =
			&update->objects[view->hooks[i].target];
		if (within_module_mem_type(view->hooks[i].addr, update->module,
					   MOD_TEXT))
			continue;
		pr_err("%s: a hook is not in the update's text; the file is damaged, build it again\n",
		       update->name);
		return -ENOEXEC;
	}
	update->nr_hooks = view->hdr->hooks.n;
	return 0;
}
ALLOW_ERROR_INJECTION(ksplice_hooks_init, ERRNO);
