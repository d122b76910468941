// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - hot updates of a running kernel
 *
 * A hot update is a module that runs no code of its own when it is loaded.  The core
 * sees it in a module notifier, before all other notifiers.  There the core proves that
 * the update fits the running kernel (match.c), relocates it (resolve.c) and shows
 * it in sysfs.  Any doubt fails the load.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/ksplice.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include "bind.h"
#include "ksplice.h"
#include "match.h"
#include "window.h"

/*
 * Serialises everything that loads, applies, takes back or removes an update.  It is
 * taken before cpus_read_lock(), jump_label_lock() and text_mutex.  It is not held
 * while sysfs files are removed, since their writers take it.
 */
DEFINE_MUTEX(ksplice_mutex);

/* All loaded updates, oldest first. */
LIST_HEAD(ksplice_updates);

/* Updates that nobody finds any more, whose directories in sysfs may still be there. */
static LIST_HEAD(dropped_updates);
static DEFINE_SPINLOCK(dropped_lock);

const u32 ksplice_abi_8 = KSPLICE_FORMAT;
EXPORT_SYMBOL_GPL(ksplice_abi_8);

/**
 * ksplice_text_reserved() - does a jump of an applied update stand in some text?
 * @start:	first byte
 * @end:	last byte
 *
 * Context: any.  The answer stays true while text_mutex is held.
 * Return: true if one does.
 */
bool ksplice_text_reserved(const void *start, const void *end)
{
	struct ksplice_update *update;
	struct ksplice_func *func;

	guard(rcu)();
	list_for_each_entry_rcu(update, &ksplice_updates, list) {
		if (!READ_ONCE(update->holds_text))
			continue;
		ksplice_for_each_func(update, func) {
			unsigned long site = func->jump.site;

			if (site && (unsigned long)end >= site &&
			    (unsigned long)start < site + ARCH_KSPLICE_JUMP_SIZE)
				return true;
		}
	}
	return false;
}

static struct ksplice_update *ksplice_find_update(const struct module *mod)
{
	struct ksplice_update *update;

	list_for_each_entry_rcu(update, &ksplice_updates, list,
				lockdep_is_held(&ksplice_mutex)) {
		if (update->module == mod)
			return update;
	}
	return NULL;
}

static struct ksplice_update *ksplice_find_name(const char *name)
{
	struct ksplice_update *update;

	list_for_each_entry(update, &ksplice_updates, list) {
		if (!strcmp(update->name, name))
			return update;
	}
	return NULL;
}

static bool ksplice_is_dropped(const char *name)
{
	struct ksplice_update *update;

	guard(spinlock)(&dropped_lock);
	list_for_each_entry(update, &dropped_updates, dropped) {
		if (!strcmp(update->name, name))
			return true;
	}
	return false;
}

/* Keeps the name of an update until its directory is gone. */
static void ksplice_keep_name(struct ksplice_update *update)
{
	guard(spinlock)(&dropped_lock);
	list_add(&update->dropped, &dropped_updates);
}

static void ksplice_give_name(struct ksplice_update *update)
{
	guard(spinlock)(&dropped_lock);
	list_del(&update->dropped);
}

/* The blob of a module that is being loaded; NULL if it is no update. */
static void *ksplice_find_blob(struct module *mod)
{
	struct mod_kallsyms *kallsyms;
	unsigned int i;
	void *blob = NULL;

	rcu_read_lock_sched();
	kallsyms = rcu_dereference_sched(mod->kallsyms);
	for (i = 1; kallsyms && i < kallsyms->num_symtab && !blob; i++) {
		const Elf_Sym *sym = &kallsyms->symtab[i];

		if (sym->st_shndx != SHN_UNDEF &&
		    !strcmp(kallsyms->strtab + sym->st_name, KSPLICE_SYMBOL))
			blob = (void *)sym->st_value;
	}
	rcu_read_unlock_sched();
	return blob;
}

/* Return: the number of bytes of init memory from @blob on */
static size_t ksplice_blob_room(const struct module *mod, const void *blob)
{
	unsigned int size;
	const void *base = ksplice_module_memory(mod, MOD_INIT_RODATA, &size);

	if (blob < base || blob >= base + size)
		return 0;
	return base + size - blob;
}

static int ksplice_check_identity(const struct ksplice_view *view)
{
	const char *name = ksplice_str(view, view->hdr->name);
	const char *release = ksplice_str(view, view->hdr->release);

	if (strcmp(release, init_utsname()->release)) {
		pr_err("%s: made for kernel %s, this is %s; build it for this kernel\n",
		       name, release, init_utsname()->release);
		return -ENOEXEC;
	}
	if (ksplice_find_name(name)) {
		pr_err("%s: an update of that name is loaded; remove that one first, or rename this one\n",
		       name);
		return -EEXIST;
	}
	if (ksplice_is_dropped(name)) {
		pr_err("%s: an update of that name is being removed; try again\n",
		       name);
		return -EBUSY;
	}
	return 0;
}

static int ksplice_check_contents(const struct ksplice_view *view)
{
	if (view->hdr->replaces.n || view->hdr->words.n || view->hdr->hooks.n)
		return 0;
	pr_err("%s: it replaces no function, changes no constant and has no hooks; build it again\n",
	       ksplice_str(view, view->hdr->name));
	return -ENOEXEC;
}

static void ksplice_free_update(struct ksplice_update *update)
{
	ksplice_order_free(update);
	ksplice_words_free(update);
	kvfree(update->blockers);
	kvfree(update->funcs);
	kvfree(update->hooks);
	kfree(update->objects);
	kvfree(update->strings);
	kvfree(update->blob);
	kfree(update);
}

static struct ksplice_update *ksplice_alloc_update(const struct ksplice_view *view)
{
	const struct ksplice_f_header *hdr = view->hdr;
	struct ksplice_update *update;

	update = kzalloc(sizeof(*update), GFP_KERNEL);
	if (!update)
		return NULL;
	update->strings = kvmemdup(view->strings, hdr->strings.n, GFP_KERNEL);
	update->objects = kcalloc(hdr->targets.n, sizeof(*update->objects),
				  GFP_KERNEL);
	update->funcs = kvcalloc(hdr->replaces.n, sizeof(*update->funcs),
				 GFP_KERNEL);
	if (!update->strings || !update->objects || !update->funcs) {
		ksplice_free_update(update);
		return NULL;
	}

	INIT_LIST_HEAD(&update->list);
	INIT_LIST_HEAD(&update->settle);
	init_completion(&update->released);
	update->name = update->strings + hdr->name;
	update->fixes = update->strings + hdr->fixes;
	update->nr_objects = hdr->targets.n;
	update->nr_funcs = hdr->replaces.n;
	update->timeout_ms = KSPLICE_DEFAULT_TIMEOUT_MS;
	update->stays = hdr->flags & KSPLICE_UPDATE_STAYS;
	update->state = KSPLICE_LOADING;
	return update;
}

/* If a target is a module it can come at any time, so the tables must stay. */
static int ksplice_keep_blob(struct ksplice_update *update,
			     const struct ksplice_view *view)
{
	struct ksplice_error err;

	if (view->hdr->targets.n == 1 &&
	    !strcmp(ksplice_str(view, view->targets[0].name), "vmlinux"))
		return 0;
	update->blob = kvmemdup(view->hdr, view->hdr->size, GFP_KERNEL);
	if (!update->blob)
		return -ENOMEM;
	return ksplice_view_init(&update->view, update->blob, view->hdr->size,
				 &err);
}

/* From here on nobody finds the update, but its files may still be in use. */
static void ksplice_unlist_update(struct ksplice_update *update)
{
	ksplice_lock_in_notifier();
	list_del_rcu(&update->list);
	ksplice_keep_name(update);
	WRITE_ONCE(update->going, true);
	ksplice_live_gone();
	ksplice_objects_detach(update);
	ksplice_keys_gone(update);
	ksplice_order_forget(update, 0);
	mutex_unlock(&ksplice_mutex);
	synchronize_rcu();	/* ksplice_text_reserved() */
}

static void ksplice_drop_update(struct ksplice_update *update)
{
	ksplice_unlist_update(update);
	ksplice_sysfs_remove(update);
	ksplice_give_name(update);
	ksplice_shadow_release(update);
	ksplice_free_update(update);
}

static struct ksplice_update *ksplice_new_update(struct module *mod,
						 const struct ksplice_view *view)
{
	struct ksplice_update *update;
	int ret;

	update = ksplice_alloc_update(view);
	if (!update)
		return ERR_PTR(-ENOMEM);
	update->module = mod;
	ret = ksplice_keep_blob(update, view);
	if (!ret)
		ret = ksplice_objects_init(update, view);
	if (!ret)
		ret = ksplice_words_init(update, view);
	if (!ret)
		ret = ksplice_hooks_init(update, view);
	if (!ret)
		ret = ksplice_order_init(update, view);
	if (ret) {
		ksplice_free_update(update);
		return ERR_PTR(ret);
	}
	return update;
}

/*
 * The update goes on the list before its targets are looked for: a module that comes
 * or goes meanwhile finds the update there, and waits.
 */
static int ksplice_register_update(struct ksplice_update *update,
				   const struct ksplice_view *view)
{
	int ret;

	list_add_tail_rcu(&update->list, &ksplice_updates);
	ret = ksplice_order_check(update);
	if (!ret)
		ret = ksplice_objects_load(update, view);
	if (ret)
		return ret;
	ret = ksplice_sysfs_add(update);
	if (ret)
		pr_err("%s: cannot create its files in sysfs: %d\n",
		       update->name, ret);
	return ret;
}

/* On failure, the caller has to drop *@made if that is not NULL. */
static int ksplice_load_locked(struct module *mod, const void *blob,
			       struct ksplice_update **made)
{
	struct ksplice_update *update;
	struct ksplice_error err = {};
	struct ksplice_view view;
	int ret;

	ret = ksplice_view_init(&view, blob, ksplice_blob_room(mod, blob), &err);
	if (!ret)
		ret = ksplice_view_intact(&view, &err);
	if (ret) {
		pr_err("%s: not a valid hot update: %s\n", mod->name, err.text);
		return ret;
	}
	ret = ksplice_check_identity(&view);
	if (ret)
		return ret;
	ret = ksplice_check_contents(&view);
	if (ret)
		return ret;

	update = ksplice_new_update(mod, &view);
	if (IS_ERR(update))
		return PTR_ERR(update);
	*made = update;
	return ksplice_register_update(update, &view);
}

static int ksplice_update_coming(struct module *mod, const void *blob)
{
	struct ksplice_update *update = NULL;
	int ret;

	ksplice_lock_in_notifier();
	ret = ksplice_load_locked(mod, blob, &update);
	mutex_unlock(&ksplice_mutex);
	if (ret && update)
		ksplice_drop_update(update);
	return ret;
}

static int ksplice_module_coming(struct module *mod)
{
	void *blob = ksplice_find_blob(mod);

	return blob ? ksplice_update_coming(mod, blob) : ksplice_target_coming(mod);
}

/*
 * Does not take ksplice_mutex, so that modules that are no updates need not wait.
 * An update stays on the list while its own module's notifiers run.
 */
static struct ksplice_update *ksplice_find_update_rcu(const struct module *mod)
{
	guard(rcu)();
	return ksplice_find_update(mod);
}

static unsigned int ksplice_nr_present(const struct ksplice_update *update)
{
	struct ksplice_func *func;
	unsigned int n = 0;

	ksplice_for_each_present_func(update, func)
		n++;
	return n;
}

static void ksplice_report_constants(const struct ksplice_update *update)
{
	struct ksplice_constant *constant;
	unsigned int n = 0;

	ksplice_for_each_present_constant(update, constant)
		n++;
	if (update->nr_constants)
		pr_info("%s: %u of %u constant(s) that change where they stand were found as expected\n",
			update->name, n, update->nr_constants);
}

static void ksplice_module_live(struct module *mod)
{
	struct ksplice_update *update = ksplice_find_update_rcu(mod);

	if (!update)
		return;
	ksplice_lock_in_notifier();
	WRITE_ONCE(update->state, KSPLICE_READY);
	mutex_unlock(&ksplice_mutex);
	pr_info("%s: ready, the code of %u of %u function(s) was found as expected%s\n",
		update->name, ksplice_nr_present(update), update->nr_funcs,
		ksplice_nr_present(update) == update->nr_funcs ? "" :
		", the others are in modules that are not loaded");
	ksplice_report_constants(update);
}

/* An applied update never gets here: it holds a reference to its module. */
static void ksplice_module_going(struct module *mod)
{
	struct ksplice_update *update = ksplice_find_update_rcu(mod);

	if (update)
		ksplice_drop_update(update);
	else
		ksplice_target_going(mod);
}

static int ksplice_module_notify(struct notifier_block *nb, unsigned long state,
				 void *data)
{
	int ret = 0;

	switch (state) {
	case MODULE_STATE_COMING:
		ret = ksplice_module_coming(data);
		break;
	case MODULE_STATE_LIVE:
		ksplice_module_live(data);
		break;
	case MODULE_STATE_GOING:
		ksplice_module_going(data);
		break;
	}
	return notifier_from_errno(ret);
}

/* Runs before all other notifiers: they read tables that are relocated here. */
static struct notifier_block module_nb = {
	.notifier_call	= ksplice_module_notify,
	.priority	= INT_MAX,
};

/* When this runs, a coming module's jump labels and static calls are linked. */
static int ksplice_linked_notify(struct notifier_block *nb, unsigned long state,
				 void *data)
{
	int ret;

	if (state != MODULE_STATE_COMING ||
	    (!ksplice_find_update_rcu(data) && !ksplice_is_target(data)))
		return NOTIFY_DONE;
	ksplice_lock_in_notifier();
	ret = ksplice_keys_coming(data);
	mutex_unlock(&ksplice_mutex);
	return notifier_from_errno(ret);
}

/* Runs after all other notifiers: some of them do that linking. */
static struct notifier_block linked_nb = {
	.notifier_call	= ksplice_linked_notify,
	.priority	= INT_MIN,
};

/* Before a change: match the targets that are loaded by now, and check for obstacles. */
static int ksplice_prepare(struct ksplice_update *update)
{
	int ret;

	ret = ksplice_objects_refresh(update);
	if (ret) {
		update->cause = ret == -ENOMEM ? KSPLICE_OUT_OF_MEMORY :
						 KSPLICE_NO_MATCH;
		return ret;
	}
	ret = ksplice_order_may_apply(update);
	if (ret)
		return ret;
	ret = ksplice_check_livepatch(update, NULL);
	if (ret)
		update->cause = KSPLICE_LIVEPATCHED;
	return ret;
}

/* The change, and the author's hooks around it. */
static int core_change(struct ksplice_update *update, bool apply)
{
	int ret;

	ret = ksplice_hooks_pre(update, apply, NULL);
	if (ret)
		update->cause = KSPLICE_HOOK_FAILED;
	else
		ret = ksplice_change(update, apply);
	if (ret)
		ksplice_hooks_fail(update, apply, NULL);
	return ret;
}

static int ksplice_try_apply(struct ksplice_update *update)
{
	int ret;

	ret = ksplice_prepare(update);
	return ret ? ret : core_change(update, true);
}

/* Drops the updates whose place @update took; they can be unloaded now. */
static void ksplice_drop_superseded(struct ksplice_update *update)
{
	struct ksplice_update *other;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (!ksplice_superseded(update, other))
			continue;
		/* Drop the data that the newer update has not taken over by now. */
		ksplice_shadow_drop(other);
		WRITE_ONCE(other->state, KSPLICE_REVERSED);
		pr_info("%s: superseded by %s in the same stop\n", other->name,
			update->name);
		ksplice_settle(other);
	}
}

/* Nobody can tell when the kernel's data holds no address of its memory any more. */
static void ksplice_pin_module(struct ksplice_update *update)
{
	if (!update->stays || update->pinned)
		return;
	__module_get(update->module);
	update->pinned = true;
	pr_info("%s: the kernel's data gets addresses of its memory that nobody gives back, so its module stays loaded until the next boot; it can be taken back\n",
		update->name);
}

/*
 * The text is claimed before the check for livepatches.  So a livepatch that came
 * before is found, and one that comes later is refused.
 */
static int core_apply(struct ksplice_update *update)
{
	int ret;

	WRITE_ONCE(update->holds_text, true);
	WRITE_ONCE(update->may_attach, true);
	ret = ksplice_try_apply(update);
	if (ret) {
		WRITE_ONCE(update->holds_text, false);
		ksplice_shadow_drop(update);
		return ret;
	}
	ksplice_pin_module(update);
	ksplice_order_applied(update);
	WRITE_ONCE(update->state, KSPLICE_APPLIED);
	ksplice_hooks_post(update, true, NULL);
	ksplice_drop_superseded(update);
	add_taint(TAINT_LIVEPATCH, LOCKDEP_STILL_OK);
	pr_info("%s: applied, machine stopped for %llu ns\n", update->name,
		update->stats.pause_ns);
	return 0;
}

static int core_reverse(struct ksplice_update *update)
{
	const char *other = ksplice_order_above(update);
	int ret;

	if (other) {
		pr_err("%s: update %s is on top of it; take that one back first\n",
		       update->name, other);
		update->cause = KSPLICE_STACKED;
		return -EBUSY;
	}
	ret = core_change(update, false);
	if (ret)
		return ret;

	WRITE_ONCE(update->state, KSPLICE_REVERSED);
	ksplice_hooks_post(update, false, NULL);
	pr_info("%s: reversed, machine stopped for %llu ns\n", update->name,
		update->stats.pause_ns);
	ksplice_settle(update);
	return 0;
}

/* From here on, sysfs shows the figures of this change. */
static void ksplice_forget_last_change(struct ksplice_update *update)
{
	update->cause = KSPLICE_OK;
	if (update->resumed)
		return;
	memset(&update->stats, 0, sizeof(update->stats));
	mutex_lock(&ksplice_show_mutex);
	update->nr_blockers = 0;
	mutex_unlock(&ksplice_show_mutex);
}

static bool ksplice_gives_way(const struct ksplice_update *update, int ret)
{
	return ret && update->cause == KSPLICE_GIVES_WAY;
}

static void ksplice_report_failure(const struct ksplice_update *update, bool enable,
				   int ret)
{
	const char *what = enable ? "applied" : "reversed";

	if (ksplice_gives_way(update, ret))
		pr_info("%s: not %s yet: it gives way to a module that is being loaded or removed, and goes on afterwards\n",
			update->name, what);
	else if (update->cause == KSPLICE_CANCELLED)
		pr_info("%s: not %s, as somebody wanted the opposite meanwhile\n",
			update->name, what);
	else if (ret != -ERESTARTSYS)
		pr_err("%s: not %s (%d); see abort_cause and conflicts in /sys/kernel/ksplice/%s\n",
		       update->name, what, ret, update->name);
}

/* Return: as ksplice_enable(), but 1 if @enable is the state already. */
static int ksplice_enable_locked(struct ksplice_update *update, bool enable)
{
	bool applied = update->state == KSPLICE_APPLIED;
	int ret;

	if (update->going)
		return -ENODEV;
	if (update->state == KSPLICE_LOADING)
		return -EAGAIN;
	if (enable == applied)
		return 1;

	ksplice_forget_last_change(update);
	ret = enable ? core_apply(update) : core_reverse(update);
	if (ret)
		ksplice_report_failure(update, enable, ret);
	return ret;
}

/*
 * Takes ksplice_mutex at a moment when no target is being loaded or removed: such a
 * module can neither be matched nor left out, and may itself wait for the mutex.
 */
static int ksplice_lock_settled(struct ksplice_update *update, bool enable)
{
	const char *target;
	int ret;

	for (;;) {
		ret = ksplice_live_lock(update);
		if (ret)
			return ret;
		target = enable && !update->going ?
			 ksplice_objects_moving(update) : NULL;
		if (!target)
			return 0;
		if (time_after(jiffies, update->deadline))
			break;
		mutex_unlock(&ksplice_mutex);
		ret = ksplice_live_sleep(update, 10);
		if (ret)
			return ret;
	}
	update->cause = KSPLICE_TARGET_MOVING;
	mutex_unlock(&ksplice_mutex);
	pr_err("%s: module %s is being loaded or removed for too long; try again when that is over\n",
	       update->name, target);
	return -EBUSY;
}

/* Starts the change anew each time that it has to give way. */
static int ksplice_enable_in_turn(struct ksplice_update *update, bool enable)
{
	bool again;
	int ret;

	do {
		ret = ksplice_lock_settled(update, enable);
		if (ret)
			return ret;
		ret = ksplice_enable_locked(update, enable);
		again = ksplice_gives_way(update, ret);
		if (again) {
			update->resumed = true;
			update->cause = KSPLICE_OK;
		}
		mutex_unlock(&ksplice_mutex);
	} while (again);
	return ret;
}

/* An applied update holds a reference to its module; this change takes it. */
static int ksplice_enable_pinned(struct ksplice_update *update, bool enable)
{
	int ret;

	if (!enable)
		return ksplice_enable_in_turn(update, false);
	if (!try_module_get(update->module))
		return -ENODEV;
	ret = ksplice_enable_in_turn(update, true);
	if (ret)
		module_put(update->module);
	return ret;
}

/**
 * ksplice_enable() - apply an update or take it back
 * @update:	the update
 * @enable:	what is wanted
 *
 * If the opposite change is under way, that one is ended.
 *
 * Context: process; may wait for update->timeout_ms, and for other changes.
 * Return: 0; -EINVAL if @enable is the state already; -EAGAIN while the update's module
 * is being loaded; -ENODEV while it is being removed; -ECANCELED if somebody wanted
 * the opposite meanwhile; the error of ksplice_change() or of a hook; an error that
 * says what is wrong with a target module.
 */
int ksplice_enable(struct ksplice_update *update, bool enable)
{
	bool cancels = ksplice_live_cancel(update, enable);
	int ret;

	ret = ksplice_live_begin(update, enable);
	if (ret)
		return ret;
	ret = ksplice_enable_pinned(update, enable);
	ksplice_live_end(update);
	if (!ret)
		ksplice_settle_wait();
	if (ret <= 0)
		return ret;
	/* Nothing was to be done, maybe because the opposite change was ended. */
	return cancels ? 0 : -EINVAL;
}

static struct dentry *debugfs_dir;

static int __init ksplice_init(void)
{
	int ret;

	ret = ksplice_bind();
	if (ret)
		return ret;
	ret = arch_ksplice_init();
	if (ret)
		return ret;
	ret = ksplice_sysfs_init();
	if (ret)
		goto err_arch;
	ret = register_module_notifier(&linked_nb);
	if (ret)
		goto err_sysfs;
	ret = register_module_notifier(&module_nb);
	if (ret)
		goto err_linked;

	debugfs_dir = debugfs_create_dir("ksplice", NULL);
	ksplice_stack_init(debugfs_dir);
	ksplice_quiesce_init(debugfs_dir);
	return 0;

err_linked:
	unregister_module_notifier(&linked_nb);
err_sysfs:
	ksplice_sysfs_exit();
err_arch:
	arch_ksplice_exit();
	return ret;
}

/* No update is loaded any more, since each update uses ksplice_abi_8. */
static void __exit ksplice_exit(void)
{
	debugfs_remove(debugfs_dir);
	unregister_module_notifier(&module_nb);
	unregister_module_notifier(&linked_nb);
	ksplice_window_exit();
	/* A thread that was parked may be preempted on its way out of this module. */
	synchronize_rcu_tasks();
	ksplice_settle_exit();
	ksplice_shadow_exit();
	ksplice_sysfs_exit();
	arch_ksplice_exit();
}

late_initcall(ksplice_init);
module_exit(ksplice_exit);
MODULE_DESCRIPTION("Hot updates of a running kernel");
MODULE_LICENSE("GPL");
