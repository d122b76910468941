// SPDX-License-Identifier: GPL-2.0
/*
 * ksplice check: load the update, which makes the kernel match it, without
 * applying it; look for threads that would be in the way; unload it.  This
 * changes no code of the kernel.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ksplice.h"

static int refuse(const struct file *f, const char *cause, const char *what_now,
		  const char *error)
{
	problem(f->name, EXIT_REFUSED, cause, what_now, "%s: %s", f->name, error);
	return EXIT_REFUSED;
}

/* Checks that need only the file */
static int check_file(const struct file *f)
{
	const char *who = signature_missing(f);
	const char *magic = f->vermagic ? f->vermagic : "";
	size_t n = strcspn(magic, " ");

	if (strcmp(f->release, running_release()))
		return refuse(f, "other_kernel",
			"get or build the update for the running kernel: kspl-build -k $(uname -r)",
			xasprintf("it is for kernel %s, and this is %s",
				  f->release, running_release()));
	if (n != strlen(f->release) || memcmp(magic, f->release, n))
		return refuse(f, "bad_file",
			"build it again (kspl-build)",
			"the update and its module were made for different kernels");
	if (who)
		return refuse(f, "not_signed",
			SIGN_IT,
			xasprintf("it is not signed, and %s", who));
	return EXIT_OK;
}

/* Check that there is a core: loading would not tell that it is missing. */
static int need_core(void)
{
	if (core_present())
		return EXIT_OK;
	problem(NULL, EXIT_FAILED, "no_core",
		"'modprobe ksplice' (package ksplice-dkms), then check again",
		"no core of ksplice is loaded, so the update can't be compared with the kernel");
	return EXIT_FAILED;
}

/* Load it: the core matches it then, and refuses to load it if it does not match. */
static int prove(const struct file *f, bool *loaded)
{
	struct update up;
	int err;

	if (update_read(&up, f->name)) {
		if (other_loaded(f))
			return refuse(f, "name_in_use",
				      xasprintf("'ksplice undo %s' first, then check again",
						f->name),
				      "not checked: another update of this name is loaded");
		note("%s is loaded already, so it matches the running kernel",
		     f->name);
		return EXIT_OK;
	}
	kmsg_start(f->name);
	err = module_load(f);
	*loaded = !err;
	return err ? explain_load(f, err)->exit : EXIT_OK;
}

/* Unload what was loaded here, and nothing else, whatever name the file has. */
static void unload(const struct file *f)
{
	char *module = module_name(f->name);
	int err = module_present(module) ? module_remove(module) : ENOENT;

	if (err)
		note("%s stays loaded (%s), but is not applied; 'ksplice undo %s' removes it",
		     f->name, strerror(err), f->name);
}

static int report_blocked(const struct file *f, const str_vec *in_way)
{
	char **s;

	vec_for_each(s, in_way)
		problem(f->name, EXIT_REFUSED, "in_the_way",
			starts_with(*s, "livepatch") ?
			"disable that livepatch first" :
			"remove the probe (perf, bpftrace, systemtap), apply, and set it again",
			"%s: %s", f->name, *s);
	return in_way->n ? EXIT_REFUSED : EXIT_OK;
}

static int report_busy(const struct file *f, const struct busy *busy)
{
	char **s;

	vec_for_each(s, &busy->threads)
		say("  would be in the way now: %s", *s);
	if (!busy->always)
		return EXIT_OK;
	return refuse(f, "always_busy",
		      "waiting does not help: the update's author has to change another function, such as a caller",
		      "kthreadd sleeps inside the code that is to be replaced, and never leaves it");
}

static void busy_json(const struct busy *busy)
{
	json_strs("busy", &busy->threads);
	json_num("threads_seen", busy->seen);
	json_num("threads_not_seen", busy->unseen);
}

/* Not a reason to refuse it: it can be applied, and works when these are gone. */
static void look_for_peers(const struct file *f)
{
	str_vec found = {};
	struct update up;
	char **s;

	if (!update_read(&up, f->name) || !bypassing(&up, &found)) {
		if (opt.json)
			json_str("may_not_run", NULL);
		return;
	}
	vec_for_each(s, &found)
		say("  may not run when it is applied: %s", *s);
	if (opt.json)
		json_strs("may_not_run", &found);
}

/* As long as the update is loaded, or would be. */
static int look_around(const struct file *f)
{
	struct busy busy = {};
	str_vec in_way = {}, names = {};
	struct file_func func;
	uint32_t i;
	int ret;

	for (i = 0; i < f->nfuncs; i++) {
		file_func(f, i, &func);
		*vec_add(&names) = (char *)func.name;
	}
	livepatched(f, &in_way);
	probed(f, &in_way);
	threads_inside(&names, NULL, &busy);
	look_for_peers(f);
	if (opt.json)
		busy_json(&busy);
	ret = report_blocked(f, &in_way);
	if (!ret)
		ret = report_busy(f, &busy);
	if (ret)
		return ret;
	if (busy.threads.n)
		say("%s: matches the running kernel; applying it would wait for %u thread(s)",
		    f->name, busy.threads.n);
	else
		say("%s: matches the running kernel, and none of %u sleeping threads is in the way",
		    f->name, busy.seen);
	return EXIT_OK;
}

static int matches_json(const struct file *f, int ret)
{
	if (opt.json && (!ret || ret == EXIT_REFUSED)) {
		json_str("name", f->name);
		json_bool("matches", !ret);
	}
	return ret;
}

/* Load it, check it, and unload it, unless it was loaded before. */
static int load_and_look(const struct file *f)
{
	bool loaded = false;
	int ret = matches_json(f, prove(f, &loaded));

	if (!ret)
		ret = look_around(f);
	if (loaded)
		unload(f);
	return ret;
}

static bool is_applied(const struct file *f)
{
	struct update up;

	return update_read(&up, f->name) && up.applied;
}

int cmd_check(int argc, char **argv)
{
	struct file f;
	int ret;

	(void)argc;
	ret = file_read(&f, argv[0]);
	if (!ret)
		ret = need_own_kernel();
	if (!ret)
		ret = check_file(&f);
	if (!ret)
		ret = need_core();
	if (!ret && is_applied(&f)) {
		say("%s: an update of this name is applied already", f.name);
		ret = EXIT_NOTHING;
	}
	/* No other command may apply or remove it while it is loaded for the check. */
	if (!ret)
		ret = store_lock(false);
	if (ret)
		return matches_json(&f, ret);
	/* Else nobody would unload it. */
	hold_signals(SIG_BLOCK);
	ret = load_and_look(&f);
	hold_signals(SIG_UNBLOCK);
	return ret;
}
