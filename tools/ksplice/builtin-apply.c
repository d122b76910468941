// SPDX-License-Identifier: GPL-2.0
/* ksplice apply, ksplice undo */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ksplice.h"

static void show_done(const char *name)
{
	struct update up;

	if (!update_read(&up, name))
		return;
	say("%s: %s; the machine stood still for %lld.%03lld ms", name,
	    up.state, up.pause_ns / 1000000, up.pause_ns / 1000 % 1000);
	if (opt.json && !opt.at_boot)
		update_json("update", &up);
}

static int applied_already(const char *name, const struct update *up)
{
	say("%s: is applied already", name);
	if (opt.json && !opt.at_boot)
		update_json("update", up);
	return EXIT_NOTHING;
}

/* Apply an update that is loaded already. */
static int switch_to(const char *name)
{
	int err;

	kmsg_start(name);
	err = change_enabled(name, true);
	if (err)
		return explain_change(name, true, err)->exit;
	show_done(name);
	return EXIT_OK;
}

static bool is_applied(const char *name)
{
	struct update up;

	return update_read(&up, name) && up.applied;
}

/*
 * Those whose place it has taken don't run any more: if the machine goes down now
 * it is not their doing, and they may be what is left to be applied then.
 */
static void settle_superseded(const char *name)
{
	struct update up;
	char **other;

	if (!update_read(&up, name) || !up.applied)
		return;
	vec_for_each(other, &up.supersedes)
		if (!is_applied(*other) && !sysfs_unread())
			mark_clear(*other, running_release());
}

/* Renew the mark of an update that is applied, and remove that of another one. */
static int settle_mark(const char *name, const struct file *f, int ret)
{
	if (!ret)
		mark_renew(name, running_release(), f);
	else if (!is_applied(name) && !sysfs_unread())
		mark_clear(name, running_release());
	settle_superseded(name);
	if (!ret && !opt.at_boot && !shutdown_noted())
		note("%s: the next boot can't distinguish a shutdown from a crash, and will hold it back: 'systemctl enable --now ksplice-shutdown.service ksplice-settle.timer'",
		     name);
	return ret;
}

/*
 * Check that this is the machine's own kernel, take the lock, check that the update
 * is not held back, and put a mark on the disk.
 */
static int prepare(const char *name, const struct file *f)
{
	int ret = need_own_kernel();
	const char *why;

	if (!ret)
		ret = store_lock(true);
	if (ret)
		return ret;
	why = held_back(name, running_release(), f);
	return why ? refuse_held(name, why) : EXIT_OK;
}

static int apply_stored(const char *name);

/* @f is the file that it was loaded from; NULL: not known */
static int apply_loaded(const char *name, const struct file *f)
{
	struct update up;
	int ret;

	if (update_read(&up, name) && up.applied)
		return applied_already(name, &up);
	ret = prepare(name, f);
	if (ret)
		return ret;
	/* It was undone and unloaded, or applied, before this process had the lock. */
	if (!update_read(&up, name))
		return apply_stored(name);
	if (up.applied)
		return applied_already(name, &up);
	ret = mark_set(name, running_release(), f);
	return ret ? ret : settle_mark(name, f, switch_to(name));
}

/* Was it loaded from another file? The name alone does not tell. */
static int check_release(const struct file *f)
{
	if (!strcmp(f->release, running_release()))
		return EXIT_OK;
	problem(f->name, EXIT_REFUSED, "other_kernel",
		"get or build the update for the running kernel: kspl-build -k $(uname -r)",
		"%s: not applied: it is for kernel %s, and this is %s. Nothing has been changed",
		f->name, f->release, running_release());
	return EXIT_REFUSED;
}

static int check_signature(const struct file *f)
{
	const char *who = signature_missing(f);

	if (!who)
		return EXIT_OK;
	problem(f->name, EXIT_REFUSED, "not_signed",
		SIGN_IT,
		"%s: not applied: it is not signed, and %s. Nothing has been changed",
		f->name, who);
	return EXIT_REFUSED;
}

/*
 * Is the loaded update of that name the one in the file?  If not, do not report that
 * the file is applied.
 */
static int check_same(const struct file *f, const struct update *up)
{
	if (!other_loaded(f))
		return EXIT_OK;
	problem(f->name, EXIT_REFUSED, "name_in_use",
		xasprintf("'ksplice undo %s' undoes and unloads that one, then do this again; if its module can't be removed, reboot first",
			  f->name),
		"%s: not applied: another update of this name is %s. Nothing has been changed",
		f->name, up->applied ? "applied" : "loaded");
	return EXIT_REFUSED;
}

static int load(const struct file *f)
{
	int err;

	kmsg_start(f->name);
	err = module_load(f);
	return err ? explain_load(f, err)->exit : EXIT_OK;
}

/* A signal ends the switch; what has been loaded for that does not stay. */
static int load_and_switch(const struct file *f)
{
	int ret;

	hold_signals(SIG_BLOCK);
	ret = load(f);
	if (!ret) {
		ret = switch_to(f->name);
		if (ret && !opt.keep && module_remove(f->module))
			note("%s stays loaded; 'ksplice undo %s' removes it",
			     f->name, f->name);
	}
	return ret;
}

/**
 * load_and_apply - load an update and apply it
 * @f:		the file, as read by file_read()
 *
 * If it can't be applied, it does not stay loaded, unless --keep was given.
 * Return: an exit code; what went wrong has been told.
 */
int load_and_apply(const struct file *f)
{
	bool loaded;
	struct update up;
	int ret;

	loaded = update_read(&up, f->name);
	ret = loaded ? check_same(f, &up) : EXIT_OK;
	if (ret)
		return ret;
	if (loaded && up.applied)
		return applied_already(f->name, &up);
	ret = check_release(f);
	if (!ret)
		ret = check_signature(f);
	if (!ret)
		ret = prepare(f->name, f);
	if (ret)
		return ret;
	/* Another process may have been faster. */
	if (update_read(&up, f->name)) {
		ret = check_same(f, &up);
		return ret ? ret : apply_loaded(f->name, f);
	}
	ret = core_load();
	if (!ret)
		ret = mark_set(f->name, f->release, f);
	if (ret)
		return ret;
	ret = settle_mark(f->name, f, load_and_switch(f));
	hold_signals(SIG_UNBLOCK);
	return ret;
}

/*
 * A name is that of an update which is loaded, or else of an installed one.  If what is
 * installed is another file than what is loaded, the first is not taken for the other.
 */
static int apply_name(const char *name)
{
	stored_vec stored = {};
	struct stored *s;
	struct update up;

	if (!update_read(&up, name))
		return apply_stored(name);
	s = store_list(running_release(), &stored) ? NULL : store_find(&stored, name);
	return s && other_stored(s) ? load_stored(s) : apply_loaded(name, NULL);
}

static int apply_stored(const char *name)
{
	stored_vec stored = {};
	struct stored *s;
	int ret;

	ret = store_list(running_release(), &stored);
	if (ret)
		return ret;
	s = store_find(&stored, name);
	return s ? load_stored(s) : no_update(name);
}

int cmd_apply(int argc, char **argv)
{
	struct file f;
	int ret;

	(void)argc;
	if (!is_file_name(argv[0]))
		return apply_name(argv[0]);
	ret = file_read(&f, argv[0]);
	if (!ret)
		ret = load_and_apply(&f);
	file_close(&f);
	return ret;
}

static int not_loaded(const char *name)
{
	if (sysfs_unread())
		return EXIT_FAILED;	/* told */
	say("%s: is not loaded, so there is nothing to undo", name);
	if (is_file_name(name))
		note("  (this command needs a name, as 'ksplice list' shows it, not a file)");
	return EXIT_NOTHING;
}

static int remove_failed(const char *name, const char *module, int err)
{
	const char *way = err == EPERM ?
		"run this as root with CAP_SYS_MODULE (not in a container)" :
		"it is still in use ('lsmod'); try again in a moment: ksplice undo";

	problem(name, EXIT_FAILED, "not_removed", way,
		"%s: the old code runs, but module %s can't be removed: %s",
		name, module, strerror(err));
	return EXIT_FAILED;
}

static int remove_update(const char *name)
{
	char *module = module_name(name);
	int err;

	if (!module_present(module)) {
		problem(name, EXIT_FAILED, "not_removed",
			"find its module in 'lsmod', and rmmod that",
			"%s: the old code runs, but its module is not called %s",
			name, module);
		return EXIT_FAILED;
	}
	err = module_remove(module);
	if (err == EPERM && modules_disabled()) {
		note("%s: the old code runs; its module stays loaded, and does nothing, until the next boot: kernel.modules_disabled is 1",
		     name);
		return EXIT_OK;
	}
	return err ? remove_failed(name, module, err) : EXIT_OK;
}

static void warn_installed(const char *name)
{
	stored_vec stored = {};

	if (!store_list(running_release(), &stored) && store_find(&stored, name))
		note("%s is installed: it comes back with the next boot, unless you 'ksplice uninstall %s'",
		     name, name);
}

static int take_back(const char *name)
{
	int err;

	kmsg_start(name);
	err = change_enabled(name, false);
	if (err)
		return explain_change(name, false, err)->exit;
	mark_clear(name, running_release());
	show_done(name);
	return EXIT_OK;
}

static int undo_loaded(const char *name, bool applied)
{
	int ret = applied ? take_back(name) : EXIT_OK;

	if (!ret && !opt.keep)
		ret = remove_update(name);
	if (!ret && !applied)
		say("%s: was not applied; removed", name);
	return ret;
}

/**
 * undo_and_remove - reverse an update and unload it
 * @name:	the update
 *
 * This works even if the store can't be written to.
 * Return: an exit code; what went wrong has been told.
 */
int undo_and_remove(const char *name)
{
	struct update up;
	int ret;

	if (!update_read(&up, name))
		return not_loaded(name);
	if (!up.applied && opt.keep) {
		say("%s: is not applied", name);
		return EXIT_NOTHING;
	}
	ret = need_own_kernel();
	if (!ret)
		ret = store_lock(false);
	if (ret)
		return ret;
	if (!update_read(&up, name))
		return not_loaded(name);
	return undo_loaded(name, up.applied);
}

int cmd_undo(int argc, char **argv)
{
	int ret = undo_and_remove(argv[0]);

	(void)argc;
	if (!ret)
		warn_installed(argv[0]);
	return ret;
}
