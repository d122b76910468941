// SPDX-License-Identifier: GPL-2.0
/* ksplice apply, ksplice undo */
#include <errno.h>
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
	if (opt.json)
		update_json("update", &up);
}

/* What is loaded already: just the switch */
static int apply_loaded(const char *name)
{
	struct update up;
	int err;

	if (update_read(&up, name) && up.applied) {
		say("%s: is applied already", name);
		if (opt.json)
			update_json("update", &up);
		return EXIT_NOTHING;
	}
	kmsg_start();
	err = change_enabled(name, true);
	if (err)
		return explain_change(name, true, err)->exit;
	show_done(name);
	return EXIT_OK;
}

/* Loaded from another file? Names are what people know updates by. */
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
		"sign it with a key that this kernel trusts (kspl-build --sign-key KEY --sign-cert CERT; mokutil --import enrols one)",
		"%s: not applied: it is not signed, and %s. Nothing has been changed",
		f->name, who);
	return EXIT_REFUSED;
}

static int load(const struct file *f)
{
	int err;

	kmsg_start();
	err = module_load(f);
	return err ? explain_load(f, err)->exit : EXIT_OK;
}

/**
 * load_and_apply - from a file to code that runs
 * @f:		the file, as read by file_read()
 *
 * If it can't be applied, it does not stay loaded, unless --keep was given.
 * Return: an exit code; what went wrong has been told.
 */
int load_and_apply(const struct file *f)
{
	struct update up;
	int ret;

	if (update_read(&up, f->name))
		return apply_loaded(f->name);
	ret = check_release(f);
	if (!ret)
		ret = check_signature(f);
	if (!ret)
		ret = core_load();
	if (!ret)
		ret = load(f);
	if (ret)
		return ret;
	ret = apply_loaded(f->name);
	if (ret && !opt.keep && module_remove(f->module))
		note("%s stays loaded; 'ksplice undo %s' removes it", f->name,
		     f->name);
	return ret;
}

/* A name may be that of an update which is installed, but not loaded. */
static const char *installed_path(const char *name)
{
	stored_vec stored = {};
	struct stored *s;

	if (strchr(name, '/') || ends_with(name, ".ko"))
		return NULL;
	store_list(running_release(), &stored);
	s = store_find(&stored, name);
	return s ? s->path : NULL;
}

int cmd_apply(int argc, char **argv)
{
	const char *path = installed_path(argv[0]);
	struct update up;
	struct file f;
	int ret;

	(void)argc;
	if (update_read(&up, argv[0]))
		return apply_loaded(argv[0]);
	ret = file_read(&f, path ? path : argv[0]);
	return ret ? ret : load_and_apply(&f);
}

static int not_loaded(const char *name)
{
	say("%s: is not loaded, so there is nothing to undo", name);
	if (strchr(name, '/') || ends_with(name, ".ko"))
		note("  (this wants a name, as 'ksplice list' shows it, not a file)");
	return EXIT_NOTHING;
}

static int remove_failed(const char *name, const char *module, int err)
{
	const char *way = err == EPERM ?
		"run this as root with CAP_SYS_MODULE (not in a container)" :
		"somebody still uses it ('lsmod'); try again in a moment: ksplice undo";

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
	return err ? remove_failed(name, module, err) : EXIT_OK;
}

static void warn_installed(const char *name)
{
	stored_vec stored = {};

	store_list(running_release(), &stored);
	if (store_find(&stored, name))
		note("%s is installed: it comes back with the next boot, unless you 'ksplice uninstall %s'",
		     name, name);
}

/**
 * undo_and_remove - back to the old code
 * @name:	the update
 *
 * Return: an exit code; what went wrong has been told.
 */
int undo_and_remove(const char *name)
{
	struct update up;
	bool applied;
	int err, ret;

	if (!update_read(&up, name))
		return not_loaded(name);
	applied = up.applied;
	if (!applied && opt.keep) {
		say("%s: is not applied", name);
		return EXIT_NOTHING;
	}
	kmsg_start();
	err = applied ? change_enabled(name, false) : 0;
	if (err)
		return explain_change(name, false, err)->exit;
	if (applied)
		show_done(name);
	ret = opt.keep ? EXIT_OK : remove_update(name);
	if (!ret && !applied)
		say("%s: was not applied; removed", name);
	return ret;
}

int cmd_undo(int argc, char **argv)
{
	int ret = undo_and_remove(argv[0]);

	(void)argc;
	if (!ret)
		warn_installed(argv[0]);
	return ret;
}
