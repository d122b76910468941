// SPDX-License-Identifier: GPL-2.0
/*
 * Turns words, errnos and log lines into sentences that say what to do now.
 * Each problem is shown when it comes up, and kept for --json and the exit
 * code.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ksplice.h"

static problem_vec problems;
static bool holding;

struct reason {
	const char *key;
	int exit;
	const char *cause;	/* for programs; NULL: the key */
	const char *error;	/* NULL: what the log says is clear enough */
	const char *what_now;
};

/* The words of abort_cause */
static const struct reason causes[] = {
	{ "code_busy", EXIT_FAILED, NULL,
	  "threads stayed inside the code until the time was over",
	  "try again when there is less load, or longer (--timeout SECONDS, --wait); or stop, or send a signal to, the programs named above; a kernel thread that always waits there stays in the way until the next boot" },
	{ "always_busy", EXIT_REFUSED, NULL,
	  "the code is in use by what makes the change itself, by an idle task or by kthreadd",
	  "waiting does not help: the update's author has to change another function, such as a caller" },
	{ "text_reserved", EXIT_REFUSED, NULL,
	  "another user has the bytes where a jump must be",
	  "see the kernel's message above: remove the kprobe (perf, bpftrace, systemtap), apply, and set it again; a jump label, static call or lock prefix stays there: then the update's author has to replace the callers instead" },
	{ "text_changed", EXIT_REFUSED, NULL,
	  "the bytes where a jump must be have changed",
	  "see the kernel's message above: another update of the same function or a debugger has written there; take that back first ('ksplice list')" },
	{ "livepatched", EXIT_REFUSED, NULL,
	  "a livepatch redirects one of the functions",
	  "disable the livepatch that the kernel's message names: echo 0 > /sys/kernel/livepatch/PATCH/enabled" },
	{ "stacked", EXIT_REFUSED, NULL,
	  "another update is on top of it, or one that it is on top of is not applied",
	  "the kernel's message names the other one: take that back first, or apply it first ('ksplice list')" },
	{ "outdated", EXIT_REFUSED, NULL,
	  "a newer update is applied",
	  "the kernel's message names it: this one is not needed; to go back all the same, 'ksplice undo' the newer one first" },
	{ "target_moving", EXIT_FAILED, NULL,
	  "a module that it changes is being loaded or removed",
	  "do it again when that is over" },
	{ "hook_failed", EXIT_REFUSED, NULL,
	  "a hook of the update refused the change",
	  "the kernel's message and the update's description say what it requires; ask its author" },
	{ "no_match", EXIT_REFUSED, NULL,
	  "the running code is not what the update was made for",
	  "build the update from exactly the source, configuration and compiler of the running kernel" },
	{ "interrupted", EXIT_FAILED, NULL,
	  "a signal came while it waited", "do it again" },
	{ "cancelled", EXIT_FAILED, NULL,
	  "the opposite was requested while it waited",
	  "find out by whom ('ksplice list', the kernel's log), and do it again" },
	{ "out_of_memory", EXIT_FAILED, NULL,
	  "there was not enough memory", "free some memory and do it again" },
};

/* What a write to "enabled" fails with where abort_cause says nothing */
static const struct {
	int err;
	struct reason r;
} change_errors[] = {
	{ EPERM, { "not_permitted", EXIT_FAILED, NULL,
	  "it is not permitted", "run this as root, with CAP_SYS_MODULE (not in a container)" } },
	{ EACCES, { "not_permitted", EXIT_FAILED, NULL,
	  "it is not permitted", "run this as root" } },
	{ EROFS, { "not_permitted", EXIT_FAILED, NULL,
	  "sysfs is mounted read-only here", "run this outside the container" } },
	{ EAGAIN, { "loading", EXIT_FAILED, NULL,
	  "its module is still being loaded", "try again in a moment" } },
	{ ENODEV, { "going", EXIT_FAILED, NULL,
	  "its module is being removed", "load it again: ksplice apply FILE" } },
	{ ENOENT, { "gone", EXIT_FAILED, NULL,
	  "it is not loaded any more", "load it again: ksplice apply FILE" } },
	{ EINTR, { "interrupted", EXIT_FAILED, NULL,
	  "a signal came while it waited", "do it again" } },
	{ ENOMEM, { "out_of_memory", EXIT_FAILED, NULL,
	  "there was not enough memory", "free some memory and do it again" } },
};

/*
 * Why loading failed: what the log says, in the order of precedence.  The
 * texts are the core's and the module loader's.
 */
static const struct reason load_logs[] = {
	{ "made for kernel", EXIT_REFUSED, "other_kernel",
	  "it was made for another kernel",
	  "get or build the update for the running kernel: kspl-build -k $(uname -r)" },
	{ "version magic", EXIT_REFUSED, "other_kernel",
	  "it was made for another kernel",
	  "get or build the update for the running kernel: kspl-build -k $(uname -r)" },
	{ "Unknown symbol ksplice_abi", EXIT_FAILED, "no_core",
	  "no core is loaded, or it has another format",
	  "install ksplice-dkms and ksplice-tools of one version, 'modprobe ksplice', and build the update with these tools" },
	{ "disagrees about version of symbol", EXIT_REFUSED, "other_kernel",
	  "it was made against other symbol versions",
	  "build the update again for exactly this kernel" },
	{ "an update of that name is loaded", EXIT_REFUSED, "name_in_use",
	  "an update of this name is loaded already",
	  "'ksplice undo' that one first, or build this one under another name (kspl-build -n)" },
	{ "not a valid hot update", EXIT_REFUSED, "bad_file",
	  "the file is damaged",
	  "copy it again; if that does not help, build it again with the tools that belong to this core" },
	{ "supersedes it and has all that it has", EXIT_REFUSED, "outdated",
	  "a newer update is applied",
	  "this one is not needed; to go back all the same, 'ksplice undo' the newer one first" },
	{ "an applied update replaces it already", EXIT_REFUSED, "replaced",
	  "another applied update replaces the same function",
	  "'ksplice undo' that one first ('ksplice list'), or make one update of both patches" },
	{ "cannot replace", EXIT_REFUSED, "cannot_replace",
	  "one of its functions can't be replaced",
	  "see the kernel's message: the update's author has to change another function, such as a caller" },
	{ "is a weak function and the running kernel uses another", EXIT_REFUSED, "no_match",
	  "it changes a weak function that this kernel does not use",
	  "replacing it would have no effect: the update's author has to change the one that is used" },
	{ "tells which is meant", EXIT_REFUSED, "ambiguous",
	  "a name exists more than once, and it is not known which is meant",
	  "the update's author has to do without it, or to change its callers, too" },
	{ "kallsyms has", EXIT_REFUSED, "ambiguous",
	  "a name exists more than once, and it is not known which is meant",
	  "the update's author has to change the callers instead" },
	{ "not what this update was made for", EXIT_REFUSED, "no_match",
	  "the running code is not what the update was made for",
	  "build it again from exactly the source, configuration and compiler of the running kernel; if it was: another program has changed the code that the message names, so find out which" },
	{ "which is not loaded; load that first", EXIT_FAILED, "needs_module",
	  "its new code needs a module that is not loaded",
	  "modprobe the module that the kernel's message names, and 'ksplice apply' it again; a file in /etc/modules-load.d that names the module has it there before a boot applies updates" },
	{ "is being loaded or removed for too long", EXIT_FAILED, "busy",
	  "a module that it changes is being loaded or removed",
	  "do it again when that is over" },
	{ "refused, nothing was changed", EXIT_REFUSED, "symbol",
	  "this kernel does not have something that the new code needs",
	  "see the kernel's message: the update's author has to write the change without it" },
	{ "unsigned module loading is restricted", EXIT_REFUSED, "not_signed",
	  "the kernel is locked down (Secure Boot) and loads only signed modules",
	  SIGN_IT },
	{ "Loading of unsigned module", EXIT_REFUSED, "not_signed",
	  "only signed modules may be loaded",
	  SIGN_IT },
	{ "Loading of module with", EXIT_REFUSED, "key_rejected",
	  "this kernel does not trust its signature",
	  SIGN_IT },
};

static const struct {
	int err;
	struct reason r;
} load_errors[] = {
	{ EPERM, { "not_permitted", EXIT_FAILED, NULL,
	  "it is not permitted to load modules",
	  "run this as root with CAP_SYS_MODULE (not in a container)" } },
	{ EACCES, { "not_permitted", EXIT_FAILED, NULL,
	  "it is not permitted to load this file",
	  "see what the security module logs (audit, IMA, SELinux)" } },
	{ EEXIST, { "name_in_use", EXIT_REFUSED, NULL,
	  "its module is loaded already",
	  "'ksplice list' shows it; names that differ only in - and _ make one module" } },
	{ EBUSY, { "busy", EXIT_FAILED, NULL,
	  "another process loads or removes its module",
	  "try again in a moment" } },
	{ ENOMEM, { "out_of_memory", EXIT_FAILED, NULL,
	  "there was not enough memory", "free some memory and do it again" } },
	{ EINTR, { "interrupted", EXIT_FAILED, NULL,
	  "a signal came while it waited", "do it again" } },
	{ EKEYREJECTED, { "key_rejected", EXIT_REFUSED, NULL,
	  "it has no signature that this kernel trusts",
	  SIGN_IT } },
	{ ENOKEY, { "key_rejected", EXIT_REFUSED, NULL,
	  "this kernel does not have the key that it is signed with",
	  SIGN_IT } },
	{ EBADMSG, { "key_rejected", EXIT_REFUSED, NULL,
	  "its signature is damaged", "copy the file again, or sign it again" } },
	{ ENOEXEC, { "bad_file", EXIT_REFUSED, NULL,
	  "the kernel does not accept the file",
	  "the kernel log says why: dmesg | tail" } },
	{ EPROTO, { "format", EXIT_REFUSED, NULL,
	  "the core here is for another format",
	  "build the update with the tools that belong to this core" } },
	{ EILSEQ, { "no_match", EXIT_REFUSED, NULL,
	  "the running code is not what the update was made for",
	  "build it again from exactly the source, configuration and compiler of the running kernel" } },
};

/* Return: it, to be filled further and shown by problem_show(). */
static struct problem *new_problem(const char *update, int exit,
				   const char *cause, const char *what_now)
{
	struct problem *p = xzalloc(sizeof(*p));

	p->update = update ? xstrdup(update) : NULL;
	p->exit = exit;
	p->cause = xstrdup(cause);
	p->what_now = xstrdup(what_now);
	*vec_add(&problems) = p;
	return p;
}

/* For people; with --json the same stands in "errors". */
void problem_show(const struct problem *p)
{
	char **s;

	if (holding || (opt.json && opt.quiet))
		return;
	complain("ksplice: %s", p->error);
	vec_for_each(s, &p->conflicts)
		complain("  in the way: %s", *s);
	vec_for_each(s, &p->log)
		complain("  kernel: %s", *s);
	complain("  what now: %s", p->what_now);
}

/* One that needs neither conflicts nor the log. */
struct problem *problem(const char *update, int exit, const char *cause,
			const char *what_now, const char *fmt, ...)
{
	struct problem *p = new_problem(update, exit, cause, what_now);
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&p->error, fmt, ap) < 0)
		p->error = xstrdup(fmt);
	va_end(ap);
	problem_show(p);
	return p;
}

/* Until problems_taken() those that come up are not told. */
void problems_hold(void)
{
	holding = true;
}

/* Return: those that have come up since then, removed from the list. */
problem_vec problems_taken(unsigned int known)
{
	problem_vec taken = {};

	holding = false;
	for (; known < problems.n; problems.n--)
		*vec_add(&taken) = problems.v[problems.n - 1];
	return taken;
}

unsigned int problems_known(void)
{
	return problems.n;
}

void problems_tell(const problem_vec *taken)
{
	unsigned int i;

	for (i = taken->n; i; i--) {
		*vec_add(&problems) = taken->v[i - 1];
		problem_show(taken->v[i - 1]);
	}
}

/* What this program returns because of them: failed wins over refused. */
int problems_exit(void)
{
	struct problem **p;
	int ret = EXIT_OK;

	vec_for_each(p, &problems) {
		if (ret == EXIT_OK || (*p)->exit == EXIT_FAILED)
			ret = (*p)->exit;
	}
	return ret;
}

void problems_json(void)
{
	struct problem **p;

	json_open("errors", '[');
	vec_for_each(p, &problems) {
		json_open(NULL, '{');
		json_str("update", (*p)->update);
		json_str("cause", (*p)->cause);
		json_str("error", (*p)->error);
		json_str("what_now", (*p)->what_now);
		json_strs("conflicts", &(*p)->conflicts);
		json_strs("log", &(*p)->log);
		json_close('}');
	}
	json_close(']');
}

static const struct reason *find_cause(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(causes); i++) {
		if (!strcmp(causes[i].key, word))
			return &causes[i];
	}
	return NULL;
}

static const struct reason *find_change_error(int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(change_errors); i++) {
		if (change_errors[i].err == err)
			return &change_errors[i].r;
	}
	return NULL;
}

/* A word of a core that is newer than this program */
static const struct reason *unknown_cause(const char *word, int err)
{
	static struct reason r;

	r.key = word;
	r.exit = EXIT_FAILED;
	r.error = xasprintf("the kernel says '%s' (%s)", word, strerror(err));
	r.what_now = "Documentation/admin-guide.rst of the core that is loaded explains the word; install the ksplice-tools that belong to it";
	return &r;
}

/*
 * The core logs each change that it began and that failed with such an error. One that was
 * interrupted, or got no memory, before that leaves abort_cause as an earlier one set it.
 */
static bool has_begun(bool enable, int err, const str_vec *log)
{
	char *end = xasprintf(": not %s (-%d)",
			      enable ? "applied" : "reversed", err);
	bool found = false;
	char **s;

	vec_for_each(s, log)
		found = found || strstr(*s, end);
	free(end);
	return found;
}

/* abort_cause is about the last change; an errno of another kind is not. */
static bool cause_counts(const struct update *up, bool enable, int err,
			 const str_vec *log)
{
	if (!strcmp(up->cause, "ok"))
		return false;
	if (err == EINTR || err == ENOMEM)
		return has_begun(enable, err, log);
	return err == EBUSY || !find_change_error(err);
}

static const struct reason *change_reason(const struct update *up, bool enable,
					  int err, const str_vec *log)
{
	const struct reason *r = NULL;

	if (cause_counts(up, enable, err, log))
		r = find_cause(up->cause);
	if (!r)
		r = find_change_error(err);
	return r ? r : unknown_cause(up->cause, err);
}

/* Threads that leave neither by themselves nor by a signal come first. */
static const char *change_advice(const struct reason *r, const struct update *up)
{
	char *still = !strcmp(r->key, "code_busy") ? threads_still(&up->conflicts) :
		NULL;

	return still ? xasprintf("%s; for the other threads: %s", still, r->what_now) :
		r->what_now;
}

/**
 * explain_change - say why an update was not applied or not taken back
 * @name:	the update
 * @enable:	what was wanted
 * @err:	what the write failed with
 */
struct problem *explain_change(const char *name, bool enable, int err)
{
	const struct reason *r;
	struct update up;
	struct problem *p;
	str_vec log = {};

	if (!update_read(&up, name)) {
		up.cause = "ok";
		err = ENOENT;
	}
	kmsg_collect(&log);
	r = change_reason(&up, enable, err, &log);
	p = new_problem(name, r->exit, r->key, change_advice(r, &up));
	p->error = xasprintf("%s: not %s: %s. Nothing has been changed", name,
			     enable ? "applied" : "taken back", r->error);
	if (!strcmp(r->key, "code_busy") || !strcmp(r->key, "always_busy"))
		p->conflicts = up.conflicts;
	p->log = log;
	problem_show(p);
	return p;
}

static const struct reason *find_log(const str_vec *log)
{
	size_t i;
	char **s;

	for (i = 0; i < ARRAY_SIZE(load_logs); i++) {
		vec_for_each(s, log) {
			if (strstr(*s, load_logs[i].key))
				return &load_logs[i];
		}
	}
	return NULL;
}

static const struct reason *find_load_error(int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(load_errors); i++) {
		if (load_errors[i].err == err)
			return &load_errors[i].r;
	}
	return NULL;
}

static const struct reason *unknown_error(int err)
{
	static struct reason r = { "load_failed", EXIT_REFUSED, NULL, NULL,
		"the kernel log says why: dmesg | tail" };

	r.error = strerror(err);
	return &r;
}

static const struct reason disabled = {
	"modules_disabled", EXIT_REFUSED, NULL,
	"no module can be loaded until the next boot: kernel.modules_disabled is 1",
	"'ksplice install' it and reboot: it is applied before that is set; if that is to stay possible without a reboot, find who sets it (grep -r modules_disabled /etc/sysctl.d /etc/sysctl.conf)",
};

/* Without root the loader does not get as far as to have other reasons. */
static const struct reason *load_reason(const str_vec *log, int err)
{
	const struct reason *r = NULL;

	if (err == EPERM && modules_disabled())
		return &disabled;
	if (err != EPERM || !geteuid())
		r = find_log(log);
	if (!r)
		r = find_load_error(err);
	return r ? r : unknown_error(err);
}

/**
 * explain_load - say why the kernel does not take an update
 * @f:		its file
 * @err:	what loading it failed with
 */
struct problem *explain_load(const struct file *f, int err)
{
	const struct reason *r;
	struct problem *p;
	str_vec log = {};

	kmsg_collect(&log);
	r = load_reason(&log, err);
	p = new_problem(f->name, r->exit, r->cause ? r->cause : r->key,
			r->what_now);
	p->log = log;
	p->error = xasprintf("%s: not loaded: %s. Nothing has been changed",
			     f->name, r->error);
	problem_show(p);
	return p;
}
