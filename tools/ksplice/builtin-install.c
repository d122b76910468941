// SPDX-License-Identifier: GPL-2.0
/*
 * ksplice install, uninstall, load-installed: apply an update after each boot
 * of the kernel that it is for, and only of that one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ksplice.h"

static void tell_not_now(const struct file *f)
{
	const char *why = held_back(f->name, f->release, f);
	struct update up;

	if (why)
		note("  held back: %s. 'ksplice unhold %s' allows it again",
		     why, f->name);
	else if (strcmp(f->release, running_release()))
		note("  the running kernel is %s: it does not change",
		     *running_release() ? running_release() : "unknown");
	else if (!opt.now && !(update_read(&up, f->name) && up.applied))
		note("  not applied yet: ksplice apply %s", f->name);
	else if (!opt.now && other_loaded(f))
		note("  not applied yet: another update of this name is; 'ksplice undo %s', then 'ksplice apply %s'",
		     f->name, f->name);
}

static void tell_installed(const struct file *f)
{
	say("%s: installed for kernel %s", f->name, f->release);
	if (opt.json) {
		json_str("name", f->name);
		json_str("release", f->release);
		json_str("path", shown(pathf(STORE "/%s/%s.ko", f->release, f->name)));
	}
	if (!store_unit_enabled())
		note("  but nothing applies it at boot: systemctl enable ksplice.service");
	tell_not_now(f);
}

static int nothing_is_ok(int ret)
{
	return ret == EXIT_NOTHING ? EXIT_OK : ret;
}

/* Store the bytes that were read, even if the file changes meanwhile. */
int cmd_install(int argc, char **argv)
{
	struct stored *s;
	struct file f;
	int ret = file_read(&f, argv[0]);

	(void)argc;
	if (!ret)
		ret = store_lock(true);
	if (!ret)
		ret = store_put(f.release, f.name, f.data, f.size);
	if (ret)
		return ret;
	tell_installed(&f);
	if (!opt.now || strcmp(f.release, running_release()))
		return EXIT_OK;		/* said so already */
	s = &(struct stored){
		.name = xstrdup(f.name), .release = xstrdup(f.release),
		.path = pathf(STORE "/%s/%s.ko", f.release, f.name),
	};
	file_close(&f);
	return nothing_is_ok(load_stored(s));
}

/* Remove it for all kernels, with directories that become empty. */
static int remove_stored(const char *name, unsigned int *removed)
{
	stored_vec stored = {};
	struct stored *s;
	int ret = store_list(NULL, &stored);

	vec_for_each(s, &stored) {
		if (ret || strcmp(s->name, name))
			continue;
		ret = store_remove(s);
		if (ret)
			continue;
		say("%s: no longer installed for kernel %s", name, s->release);
		if (held_back(name, s->release, NULL))
			note("  if it is installed again it is still held back, unless you 'ksplice unhold %s'",
			     name);
		(*removed)++;
	}
	return ret;
}

static bool is_installed(const char *name)
{
	stored_vec stored = {};

	return store_list(NULL, &stored) || store_find(&stored, name);
}

int cmd_uninstall(int argc, char **argv)
{
	unsigned int removed = 0;
	int ret = EXIT_OK;
	struct update up;

	(void)argc;
	if (is_installed(argv[0]))
		ret = store_lock(true);
	if (!ret)
		ret = remove_stored(argv[0], &removed);
	/* A store that can't be written to keeps nobody from taking it back. */
	if (ret && opt.now)
		undo_and_remove(argv[0]);
	if (ret)
		return ret;
	if (!removed)
		say("%s: is not installed", argv[0]);
	if (opt.now) {
		ret = undo_and_remove(argv[0]);
		return removed ? nothing_is_ok(ret) : ret;
	}
	if (update_read(&up, argv[0]) && up.applied)
		note("  it stays applied until the next boot; now: ksplice undo %s",
		     argv[0]);
	return removed ? EXIT_OK : EXIT_NOTHING;
}

/* ksplice.enable=0 on the kernel's command line: boot without any update */
bool switched_off(void)
{
	char *line = read_line("/proc/cmdline"), *word, *at = line;
	bool off = false;

	while ((word = strsep(&at, " \t"))) {
		if (starts_with(word, "ksplice.enable="))
			off = !strcmp(word, "ksplice.enable=0");
	}
	free(line);
	return off;
}

static int check_stored(const struct stored *s, const struct file *f)
{
	if (!strcmp(f->name, s->name) && !strcmp(f->release, s->release))
		return EXIT_OK;
	problem(s->name, EXIT_REFUSED, "bad_file",
		"remove it, and 'ksplice install' the right one",
		"%s: contains update %s for kernel %s, which does not belong there",
		shown(s->path), f->name, f->release);
	return EXIT_REFUSED;
}

/**
 * load_stored - apply an update of the store
 * @s:		which
 *
 * The same checks are made at boot and by hand.
 * Return: an exit code; what went wrong has been told.
 */
int load_stored(const struct stored *s)
{
	int fd = stored_open(s), ret;
	struct file f;

	if (fd >= 0 && !trusted(s, fd)) {
		close(fd);
		return EXIT_REFUSED;
	}
	if (fd < 0 && errno == ELOOP && !trusted(s, fd))
		return EXIT_REFUSED;
	ret = file_read_fd(&f, fd, shown(s->path));
	if (!ret)
		ret = check_stored(s, &f);
	if (!ret)
		ret = load_and_apply(&f);
	file_close(&f);
	return ret;
}

static void tell_others(void)
{
	stored_vec all = {};
	struct stored *s;

	if (store_list(NULL, &all))
		return;			/* said so already */
	vec_for_each(s, &all) {
		if (strcmp(s->release, running_release()))
			note("%s: skipped: it is for kernel %s, and this is %s",
			     s->name, s->release, running_release());
	}
}

struct attempt {
	const struct stored *s;
	int exit;
	bool later;
	problem_vec why;
};

typedef VEC(struct attempt) attempt_vec;

static bool caused(const problem_vec *why, const char *cause)
{
	struct problem **p;

	vec_for_each(p, why)
		if (!strcmp((*p)->cause, cause))
			return true;
	return false;
}

/*
 * Can it be for want of another update, which comes later?  Or is it held back, and
 * one comes that makes it needless?
 */
static bool may_fit_later(const problem_vec *why)
{
	return caused(why, "no_match") || caused(why, "stacked") ||
		caused(why, "held_back");
}

/* A newer one that is applied has all that it has: nothing is missing. */
static bool not_needed(const struct attempt *a)
{
	if (a->why.n != 1)
		return false;
	return caused(&a->why, "outdated") ||
		(caused(&a->why, "held_back") && superseded(a->s->name));
}

/*
 * ksplice.service has TimeoutStartSec=300: many updates that each wait for threads must not
 * use that up, or the last ones would not be tried.
 */
#define WAIT_TOGETHER_MS	200000
#define WAIT_EACH_MS		15000

/* Unless --timeout says how long each one waits */
static void limit_wait(long long start)
{
	static bool limited;
	long long left = WAIT_TOGETHER_MS;

#ifdef KSPLICE_TEST
	if (getenv("KSPLICE_WAIT_TOGETHER"))
		left = atoll(getenv("KSPLICE_WAIT_TOGETHER"));
#endif
	left -= now_ms() - start;
	if ((opt.timeout_ms >= 0 && !limited) || left >= WAIT_EACH_MS)
		return;
	limited = true;
	opt.timeout_ms = left > 0 ? left : 0;
}

static void attempt(struct attempt *a, long long start)
{
	unsigned int known = problems_known();

	limit_wait(start);
	problems_hold();
	a->exit = nothing_is_ok(load_stored(a->s));
	a->why = problems_taken(known);
	a->later = may_fit_later(&a->why);
	if (not_needed(a)) {
		a->later = false;
		note("%s: not needed: a newer update is applied, which supersedes it",
		     a->s->name);
		a->exit = EXIT_OK;
	} else if (!a->later) {
		problems_tell(&a->why);
	}
}

static bool any_done(const attempt_vec *all)
{
	struct attempt *a;

	vec_for_each(a, all)
		if (!a->exit)
			return true;
	return false;
}

/* No file says what it is on top of, so what is held back may be what it needs. */
static void tell_attempt(const struct attempt *a, const attempt_vec *all)
{
	struct attempt *other;

	problems_tell(&a->why);
	if (!caused(&a->why, "no_match"))
		return;
	vec_for_each(other, all)
		if (other->exit && caused(&other->why, "held_back"))
			note("  it may be on top of %s, which is held back",
			     other->s->name);
}

/* Try the ones that wait for others, until a round applies none of them. */
static void attempt_again(attempt_vec *all, long long start)
{
	bool more = any_done(all) && !change_signalled();
	struct attempt *a;

	while (more) {
		more = false;
		vec_for_each(a, all) {
			if (!a->later || change_signalled())
				continue;
			attempt(a, start);
			more = more || !a->exit;
		}
	}
	vec_for_each(a, all)
		if (a->later)
			tell_attempt(a, all);
}

static void attempts_json(const attempt_vec *all)
{
	struct update up;
	struct attempt *a;

	json_open("updates", '[');
	vec_for_each(a, all) {
		json_open(NULL, '{');
		json_str("name", a->s->name);
		if (!a->exit && update_read(&up, a->s->name))
			update_json("update", &up);
		json_num("exit", a->exit);
		json_close('}');
	}
	json_close(']');
}

/*
 * Try each one, even if one before failed.  An update that was made on top of another
 * one does not fit before that one is applied.  The file does not say so, nor does the
 * order of names: so what does not fit is tried again after the others.
 */
static int load_all(const stored_vec *stored)
{
	long long start = now_ms();
	attempt_vec all = {};
	struct attempt *a;
	struct stored *s;
	int ret = EXIT_OK;

	opt.at_boot = true;
	vec_for_each(s, stored) {
		/* The service is being ended: what has not begun is left for later. */
		if (change_signalled()) {
			note("%s: not tried: a signal came; 'ksplice load-installed' tries it",
			     s->name);
			continue;
		}
		a = vec_add(&all);
		a->s = s;
		attempt(a, start);
	}
	attempt_again(&all, start);
	if (opt.json)
		attempts_json(&all);
	vec_for_each(a, &all)
		if (a->exit)
			ret = problems_exit();
	return ret;
}

int cmd_load_installed(int argc, char **argv)
{
	stored_vec stored = {};
	int ret;

	(void)argc;
	(void)argv;
	if (switched_off()) {
		note("ksplice.enable=0 is on the kernel's command line: nothing is applied");
		return EXIT_NOTHING;
	}
	ret = need_own_kernel();
	if (ret)
		return ret;
	tell_others();
	ret = store_list(running_release(), &stored);
	if (!ret && !stored.n) {
		note("nothing is installed for kernel %s", running_release());
		return EXIT_NOTHING;
	}
	return ret ? ret : load_all(&stored);
}
