// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - hot updates of a running kernel
 *
 * A hot update is a module without code of its own to run at load: the core
 * sees it in the module notifier, before any other notifier does, proves it
 * against the running kernel (match.c), relocates it (resolve.c) and shows it
 * in sysfs.  Any doubt fails the load.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/err.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/ksplice.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include "bind.h"
#include "ksplice.h"
#include "livepatch.h"
#include "match.h"
#include "window.h"

/*
 * Serialises everything that loads, applies, takes back or removes an update.
 * Taken before cpus_read_lock(), jump_label_lock() and text_mutex.  Not held
 * while sysfs files are removed, since their writers take it.
 */
DEFINE_MUTEX(ksplice_mutex);

/* For the list of conflicts only, which is read while a change waits. */
DEFINE_MUTEX(ksplice_conflicts_mutex);

/* All loaded updates, oldest first. */
LIST_HEAD(ksplice_updates);

const u32 ksplice_abi_2 = KSPLICE_FORMAT;
EXPORT_SYMBOL_GPL(ksplice_abi_2);

/**
 * ksplice_text_reserved - do jumps of applied updates stand in some text?
 * @start:	first byte
 * @end:	last byte
 *
 * Context: any.  The answer stays true while text_mutex is held.
 * Return: true if they do.
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

static struct ksplice_update *find_update(const struct module *mod)
{
	struct ksplice_update *update;

	list_for_each_entry_rcu(update, &ksplice_updates, list,
				lockdep_is_held(&ksplice_mutex)) {
		if (update->module == mod)
			return update;
	}
	return NULL;
}

static struct ksplice_update *find_name(const char *name)
{
	struct ksplice_update *update;

	list_for_each_entry(update, &ksplice_updates, list) {
		if (!strcmp(update->name, name))
			return update;
	}
	return NULL;
}

/* The blob of a module that is being loaded; NULL if it is no update. */
static void *find_blob(struct module *mod)
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

/* How many bytes of init memory there are from @blob on. */
static size_t blob_room(const struct module *mod, const void *blob)
{
	const struct module_memory *mem = &mod->mem[MOD_INIT_RODATA];

	if (blob < mem->base || blob >= mem->base + mem->size)
		return 0;
	return mem->base + mem->size - blob;
}

static int check_identity(const struct ksplice_view *view)
{
	const char *name = ksplice_str(view, view->hdr->name);
	const char *release = ksplice_str(view, view->hdr->release);

	if (strcmp(release, init_utsname()->release)) {
		pr_err("%s: made for kernel %s, this is %s; build it for this kernel\n",
		       name, release, init_utsname()->release);
		return -ENOEXEC;
	}
	if (find_name(name)) {
		pr_err("%s: an update of that name is loaded; remove that one first, or rename this one\n",
		       name);
		return -EEXIST;
	}
	return 0;
}

static int check_targets(const struct ksplice_view *view)
{
	const char *name = ksplice_str(view, view->hdr->name);
	u32 i;

	for (i = 0; i < view->hdr->targets.n; i++) {
		const char *target = ksplice_str(view, view->targets[i].name);

		if (strcmp(target, "vmlinux")) {
			pr_err("%s: it changes module %s, and this core can only update vmlinux\n",
			       name, target);
			return -EOPNOTSUPP;
		}
	}
	if (!view->hdr->targets.n || !view->hdr->replaces.n) {
		pr_err("%s: it replaces no function; build it again\n", name);
		return -ENOEXEC;
	}
	return 0;
}

static int match_and_resolve(struct module *mod,
			     const struct ksplice_view *view,
			     struct ksplice_match *match)
{
	int ret;

	ret = ksplice_target_match(match, view);
	if (ret) {
		pr_err("%s: the running kernel is not what this update was made for: %s; load refused, nothing was changed\n",
		       ksplice_str(view, view->hdr->name), match->err.text);
		return ret;
	}
	return ksplice_resolve(mod, view, match);
}

static void free_update(struct ksplice_update *update)
{
	kvfree(update->conflicts);
	kvfree(update->funcs);
	kfree(update->objects);
	kvfree(update->strings);
	kfree(update);
}

static struct ksplice_update *alloc_update(const struct ksplice_view *view)
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
		free_update(update);
		return NULL;
	}

	INIT_LIST_HEAD(&update->list);
	init_completion(&update->released);
	update->name = update->strings + hdr->name;
	update->nr_objects = hdr->targets.n;
	update->nr_funcs = hdr->replaces.n;
	update->timeout_ms = KSPLICE_DEFAULT_TIMEOUT_MS;
	update->state = KSPLICE_LOADING;
	return update;
}

static int refuse_func(const struct ksplice_update *update, const char *func,
		       const char *why)
{
	pr_err("%s: cannot replace %s: %s; load refused, nothing was changed\n",
	       update->name, func, why);
	return -EOPNOTSUPP;
}

static int init_jump(struct ksplice_update *update, struct ksplice_func *func)
{
	const char *why;

	if (!within_module_mem_type(func->new_addr, update->module, MOD_TEXT))
		return refuse_func(update, func->name,
				   "its new code is not in the update's text");
	if (arch_ksplice_untouchable(func->old_addr))
		return refuse_func(update, func->name,
				   "it is entry or noinstr code");
	/* Handling a breakpoint must not need one, half-way through a jump. */
	if (within_kprobe_blacklist(func->old_addr))
		return refuse_func(update, func->name,
				   "it is among what handles breakpoints (NOKPROBE)");
	if (arch_ksplice_jump_init(&func->jump, func->old_addr, func->new_addr,
				   &why))
		return refuse_func(update, func->name, why);
	if (ksplice_text_reserved((void *)func->jump.site,
				  (void *)func->jump.site +
				  ARCH_KSPLICE_JUMP_SIZE - 1))
		return refuse_func(update, func->name,
				   "an applied update replaces it already; take that one back first");

	func->sympos = ksplice_target_sympos(func->name, func->old_addr);
	if (!func->sympos)
		return refuse_func(update, func->name,
				   "kallsyms does not know it at its address");
	return 0;
}

static int init_func(struct ksplice_update *update, struct ksplice_func *func,
		     const struct ksplice_match *match,
		     const struct ksplice_f_replace *replace)
{
	const struct ksplice_f_unit *unit = &match->view->units[replace->unit];

	func->name = update->strings + replace->name;
	func->object = &update->objects[unit->target];
	if (match->unit_state[replace->unit] != KSPLICE_UNIT_MATCHED)
		return refuse_func(update, func->name,
				   "its old code was not matched");
	func->old_addr = match->unit_addr[replace->unit] + replace->offset;
	func->old_size = replace->size;
	if (replace->kind != KSPLICE_REPLACE_FUNC)
		return 0;

	func->new_addr = replace->addr;
	func->new_size = replace->new_size;
	return init_jump(update, func);
}

static void init_objects(struct ksplice_update *update,
			 const struct ksplice_view *view)
{
	struct ksplice_object *object;
	u32 i = 0;

	ksplice_for_each_object(update, object) {
		object->name = update->strings + view->targets[i++].name;
		object->update = update;
	}
}

static int init_update(struct ksplice_update *update,
		       const struct ksplice_match *match)
{
	struct ksplice_func *func;
	u32 i = 0;
	int ret;

	init_objects(update, match->view);
	ksplice_for_each_func(update, func) {
		ret = init_func(update, func, match, &match->view->replaces[i++]);
		if (ret)
			return ret;
	}
	return 0;
}

/* Take the matched, relocated update into the registry. */
static struct ksplice_update *list_update(struct module *mod,
					  const struct ksplice_match *match)
{
	struct ksplice_update *update;
	int ret;

	update = alloc_update(match->view);
	if (!update)
		return ERR_PTR(-ENOMEM);
	update->module = mod;

	ret = init_update(update, match);
	if (ret) {
		free_update(update);
		return ERR_PTR(ret);
	}
	list_add_tail_rcu(&update->list, &ksplice_updates);
	return update;
}

/* From here on nobody finds it, but its files may still be in use. */
static void unlist_update(struct ksplice_update *update)
{
	mutex_lock(&ksplice_mutex);
	list_del_rcu(&update->list);
	update->going = true;
	mutex_unlock(&ksplice_mutex);
	synchronize_rcu();	/* ksplice_text_reserved() */
}

/* Show it.  Context: ksplice_mutex not held, for whoever opens its files. */
static int show_update(struct ksplice_update *update)
{
	int ret;

	ret = ksplice_sysfs_add(update);
	if (!ret)
		return 0;
	pr_err("%s: cannot create its files in sysfs: %d\n", update->name, ret);
	unlist_update(update);
	ksplice_sysfs_remove(update);
	free_update(update);
	return ret;
}

static struct ksplice_update *load_locked(struct module *mod, const void *blob)
{
	struct ksplice_update *update;
	struct ksplice_error err = {};
	struct ksplice_match match = {};
	struct ksplice_view view;
	int ret;

	ret = ksplice_view_init(&view, blob, blob_room(mod, blob), &err);
	if (!ret)
		ret = ksplice_view_intact(&view, &err);
	if (ret) {
		pr_err("%s: not a valid hot update: %s\n", mod->name, err.text);
		return ERR_PTR(ret);
	}
	ret = check_identity(&view);
	if (ret)
		return ERR_PTR(ret);
	ret = check_targets(&view);
	if (ret)
		return ERR_PTR(ret);

	ret = match_and_resolve(mod, &view, &match);
	update = ret ? ERR_PTR(ret) : list_update(mod, &match);
	ksplice_match_free(&match);
	return update;
}

static int module_coming(struct module *mod)
{
	void *blob = find_blob(mod);
	struct ksplice_update *update;

	if (!blob)
		return 0;
	mutex_lock(&ksplice_mutex);
	update = load_locked(mod, blob);
	mutex_unlock(&ksplice_mutex);
	if (IS_ERR(update))
		return PTR_ERR(update);
	return show_update(update);
}

/*
 * Other modules must not wait for ksplice_mutex, which a change may hold for
 * long.  An update stays on the list while its own module's notifiers run.
 */
static struct ksplice_update *find_update_rcu(const struct module *mod)
{
	guard(rcu)();
	return find_update(mod);
}

static void module_live(struct module *mod)
{
	struct ksplice_update *update = find_update_rcu(mod);

	if (!update)
		return;
	mutex_lock(&ksplice_mutex);
	WRITE_ONCE(update->state, KSPLICE_READY);
	mutex_unlock(&ksplice_mutex);
	pr_info("%s: ready, the code of %u function(s) was found as expected\n",
		update->name, update->nr_funcs);
}

/* An applied update holds a reference to its module, so it is never here. */
static void module_going(struct module *mod)
{
	struct ksplice_update *update = find_update_rcu(mod);

	if (!update)
		return;
	unlist_update(update);
	ksplice_sysfs_remove(update);
	free_update(update);
}

static int module_notify(struct notifier_block *nb, unsigned long state,
			 void *data)
{
	int ret = 0;

	switch (state) {
	case MODULE_STATE_COMING:
		ret = module_coming(data);
		break;
	case MODULE_STATE_LIVE:
		module_live(data);
		break;
	case MODULE_STATE_GOING:
		module_going(data);
		break;
	}
	return notifier_from_errno(ret);
}

/* First of all: the others read tables that are relocated here. */
static struct notifier_block module_nb = {
	.notifier_call	= module_notify,
	.priority	= INT_MAX,
};

/* A livepatch's redirection comes before our jump and would hide it. */
static int check_livepatch(struct ksplice_update *update)
{
	char patch[MODULE_NAME_LEN];
	struct ksplice_func *func;

	ksplice_for_each_func(update, func) {
		if (!ksplice_livepatch_of(func->old_addr, patch))
			continue;
		pr_err("%s: cannot replace %s: livepatch %s redirects it; disable that livepatch first\n",
		       update->name, func->name, patch);
		update->cause = KSPLICE_LIVEPATCHED;
		return -EBUSY;
	}
	return 0;
}

static int try_apply(struct ksplice_update *update)
{
	int ret;

	ret = check_livepatch(update);
	if (ret)
		return ret;
	if (!try_module_get(update->module))
		return -ENODEV;

	ret = ksplice_change(update, true);
	if (ret)
		module_put(update->module);
	return ret;
}

/*
 * The text is claimed before anybody is asked about livepatches: one that came
 * before is found, one that comes later is refused.
 */
static int apply(struct ksplice_update *update)
{
	int ret;

	WRITE_ONCE(update->holds_text, true);
	ret = try_apply(update);
	if (ret) {
		WRITE_ONCE(update->holds_text, false);
		return ret;
	}
	WRITE_ONCE(update->state, KSPLICE_APPLIED);
	add_taint(TAINT_LIVEPATCH, LOCKDEP_STILL_OK);
	pr_info("%s: applied, machine stopped for %llu ns\n", update->name,
		update->stats.pause_ns);
	return 0;
}

static int reverse(struct ksplice_update *update)
{
	int ret;

	ret = ksplice_change(update, false);
	if (ret)
		return ret;

	WRITE_ONCE(update->state, KSPLICE_REVERSED);
	pr_info("%s: reversed, machine stopped for %llu ns\n", update->name,
		update->stats.pause_ns);
	module_put(update->module);
	return 0;
}

static int enable_locked(struct ksplice_update *update, bool enable)
{
	bool applied = update->state == KSPLICE_APPLIED;
	int ret;

	if (update->going)
		return -ENODEV;
	if (update->state == KSPLICE_LOADING)
		return -EAGAIN;
	if (enable == applied)
		return -EINVAL;

	/* What is shown from here on is about this change. */
	memset(&update->stats, 0, sizeof(update->stats));
	mutex_lock(&ksplice_conflicts_mutex);
	update->nr_conflicts = 0;
	mutex_unlock(&ksplice_conflicts_mutex);
	update->cause = KSPLICE_OK;
	ret = enable ? apply(update) : reverse(update);
	if (ret && ret != -ERESTARTSYS)
		pr_err("%s: not %s (%d); see abort_cause and conflicts in /sys/kernel/ksplice/%s\n",
		       update->name, enable ? "applied" : "reversed", ret,
		       update->name);
	return ret;
}

/**
 * ksplice_enable - apply an update or take it back
 * @update:	the update
 * @enable:	what is wanted
 *
 * Context: process; may wait for update->timeout_ms.
 * Return: 0; -EINVAL if it is so already; -EAGAIN while its module is being
 * loaded; -ENODEV while it is being removed; what ksplice_change() says.
 */
int ksplice_enable(struct ksplice_update *update, bool enable)
{
	int ret;

	if (mutex_lock_interruptible(&ksplice_mutex))
		return -ERESTARTSYS;
	ret = enable_locked(update, enable);
	mutex_unlock(&ksplice_mutex);
	return ret;
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
	ret = register_module_notifier(&module_nb);
	if (ret)
		goto err_sysfs;

	debugfs_dir = debugfs_create_dir("ksplice", NULL);
	ksplice_stack_init(debugfs_dir);
	ksplice_quiesce_init(debugfs_dir);
	return 0;

err_sysfs:
	ksplice_sysfs_exit();
err_arch:
	arch_ksplice_exit();
	return ret;
}

/* No update is loaded any more: each uses ksplice_abi_2. */
static void __exit ksplice_exit(void)
{
	debugfs_remove(debugfs_dir);
	unregister_module_notifier(&module_nb);
	ksplice_window_exit();
	/* A thread that was parked may be preempted on its way out of there. */
	synchronize_rcu_tasks();
	ksplice_sysfs_exit();
	arch_ksplice_exit();
}

late_initcall(ksplice_init);
module_exit(ksplice_exit);
MODULE_DESCRIPTION("Hot updates of a running kernel");
MODULE_LICENSE("GPL");
