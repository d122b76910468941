// SPDX-License-Identifier: GPL-2.0
/*
 * Reads /sys/kernel/ksplice. Nothing here needs to be root but conflicts.  What an
 * image below --root has there is no kernel's word.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ksplice.h"

#define SYSFS	"/sys/kernel/ksplice"

char *update_path(const char *name, const char *file)
{
	return pathf(SYSFS "/%s%s%s", name, file ? "/" : "", file ? file : "");
}

bool core_present(void)
{
	return !opt.image && exists(SYSFS);
}

bool core_is_module(void)
{
	return exists("/sys/module/ksplice/initstate");
}

static bool unread;
static str_vec listed;		/* names that update_names() gave last */

/* Was there something that could not be read?  Then what was told is not all. */
bool sysfs_unread(void)
{
	return unread;
}

/*
 * Of an update that was just unloaded nothing is there any more, and the whole of it is
 * left out.  All else is told, once.
 */
static void cant_read(const char *path)
{
	if (!unread)
		problem(NULL, EXIT_FAILED, "sysfs",
			"do it again; if it fails again, see what keeps it from being read (ls -la " SYSFS ", ulimit -n, dmesg)",
			"%s: can't read: %s: what is told of updates is not all", path,
			strerror(errno));
	unread = true;
}

static void list_sysfs(const char *path, str_vec *names)
{
	errno = list_dir(path, names);
	/* The latter two are what is read of an update that is unloaded now. */
	if (errno && errno != ENOENT && errno != ENODEV)
		cant_read(path);
}

static long long read_num(const char *name, const char *file)
{
	char *text = read_line(update_path(name, file));
	long long n = text ? strtoll(text, NULL, 10) : 0;

	free(text);
	return n;
}

static char *read_word(const char *name, const char *file)
{
	char *text = read_line(update_path(name, file));

	return text ? text : xstrdup("unknown");
}

/* Is it the directory of a constant that changes in place? */
static bool is_constant(const char *name, const char *object, const char *entry)
{
	char *file = xasprintf("%s/%s/words", object, entry);
	char *path = update_path(name, file);
	bool there = exists(path);

	free(path);
	free(file);
	return there;
}

static void read_funcs(struct update *up, const char *object)
{
	str_vec names = {};
	char **n;

	list_sysfs(update_path(up->name, object), &names);
	vec_for_each(n, &names) {
		if (!strchr(*n, ','))
			continue;
		if (is_constant(up->name, object, *n))
			*vec_add(&up->constants) = xasprintf("%s:%s", object, *n);
		else
			*vec_add(&up->funcs) = xasprintf("%s:%s", object, *n);
	}
}

/* Directories are objects, or, in an object, functions and constants. */
static void read_objects(struct update *up)
{
	str_vec names = {};
	char **n;

	list_sysfs(update_path(up->name, NULL), &names);
	vec_for_each(n, &names) {
		if (is_dir(update_path(up->name, *n)))
			read_funcs(up, *n);
	}
}

static void read_conflicts(struct update *up)
{
	char *text = read_file(update_path(up->name, "conflicts"));

	up->conflicts_known = text;
	free(text);
	read_lines(update_path(up->name, "conflicts"), &up->conflicts);
}

/* Is its directory there?  If that can't be told, it is told that it can't. */
static bool is_there(const char *name)
{
	char *path = update_path(name, NULL);
	bool there = is_dir(path);

	if (!there && errno != ENOENT && errno != ENOTDIR)
		cant_read(path);
	free(path);
	return there;
}

/* update_names() has found it, and now it is gone */
static void tell_gone(const char *name)
{
	char **n;

	vec_for_each(n, &listed) {
		if (strcmp(*n, name))
			continue;
		note("%s: was unloaded meanwhile", name);
		**n = '\0';
	}
}

/* Return: is it loaded, and known whether it is applied? */
static bool read_enabled(struct update *up, const char *name)
{
	char *path = update_path(name, "enabled"), *text;
	bool known = is_there(name);
	int err;

	text = known ? read_line(path) : NULL;
	err = errno;
	if (known && !text && is_there(name)) {
		errno = err;
		cant_read(path);
	} else if (!text) {
		tell_gone(name);
	}
	known = text;
	up->applied = text && strtoll(text, NULL, 10);
	free(path);
	free(text);
	return known;
}

/* Return: is it loaded? */
bool update_read(struct update *up, const char *name)
{
	memset(up, 0, sizeof(*up));
	if (opt.image || !*name || strchr(name, '/') || *name == '.' ||
	    !read_enabled(up, name))
		return false;
	up->name = xstrdup(name);
	up->state = read_word(name, "state");
	up->cause = read_word(name, "abort_cause");
	up->pause_ns = read_num(name, "pause_ns");
	up->checked = read_num(name, "checked_tasks");
	up->rechecked = read_num(name, "rechecked_tasks");
	up->unwound = read_num(name, "unwound_tasks");
	up->scanned = read_num(name, "scanned_tasks");
	up->attempts = read_num(name, "attempts");
	up->stops = read_num(name, "stops");
	up->timeout_ms = read_num(name, "timeout_ms");
	read_lines(update_path(name, "fixes"), &up->fixes);
	read_lines(update_path(name, "supersedes"), &up->supersedes);
	read_objects(up);
	read_conflicts(up);
	read_lines(update_path(name, "in_the_way"), &up->in_the_way);
	return true;
}

void update_names(str_vec *names)
{
	char **n;

	if (opt.image)
		return;
	list_sysfs(SYSFS, names);
	listed = (str_vec){};
	vec_for_each(n, names)
		*vec_add(&listed) = xstrdup(*n);
}

/* Is one applied that has all that update @name has? */
bool superseded(const char *name)
{
	str_vec names = {};
	struct update up;
	char **n, **s;

	update_names(&names);
	vec_for_each(n, &names) {
		if (!update_read(&up, *n) || !up.applied)
			continue;
		vec_for_each(s, &up.supersedes)
			if (!strcmp(*s, name))
				return true;
	}
	return false;
}

static void print_change(const struct update *up)
{
	if (!up->attempts)
		return;
	say("  last change: %s; %lld attempt(s), %lld stop(s), the last of %lld.%03lld ms",
	    up->cause, up->attempts, up->stops, up->pause_ns / 1000000,
	    up->pause_ns / 1000 % 1000);
	say("  threads checked: %lld, again in the stop: %lld; %lld by the unwinder, %lld word by word",
	    up->checked, up->rechecked, up->unwound, up->scanned);
}

/* And how to aim at the new code */
static void print_probes(const struct update *up)
{
	str_vec probes = {};
	const char *why = up->applied ? old_probes(up, &probes) : NULL;
	char **s, *module = module_name(up->name);

	if (why)
		say("  probes on old code: not known: %s", why);
	vec_for_each(s, &probes)
		say("  probe on old code: %s", *s);
	if (probes.n)
		say("  to probe the new code: %s:FUNCTION in tracefs; perf probe -m %s FUNCTION; bpftrace kprobe:%s:FUNCTION",
		    module, module, module);
	free(module);
}

void update_print(const struct update *up)
{
	str_vec bypass = {};
	char **s;

	say("%s: %s", up->name, up->state);
	vec_for_each(s, &up->funcs)
		say("  replaces %s", *s);
	vec_for_each(s, &up->constants)
		say("  changes in place %s", *s);
	vec_for_each(s, &up->fixes)
		say("  fixes %s", *s);
	print_change(up);
	vec_for_each(s, &up->conflicts)
		say("  in the way: %s", *s);
	vec_for_each(s, &up->in_the_way)
		say("  in the way now, and for how many ms: %s", *s);
	if (up->applied && bypassing(up, &bypass))
		vec_for_each(s, &bypass)
			say("  may not run: %s", *s);
	print_probes(up);
	say("  a change keeps trying for %lld.%03lld s", up->timeout_ms / 1000,
	    up->timeout_ms % 1000);
}

static void bypass_json(const struct update *up)
{
	str_vec bypass = {};

	if (up->applied && !bypassing(up, &bypass))
		json_str("may_not_run", NULL);
	else
		json_strs("may_not_run", &bypass);
}

static void probes_json(const struct update *up)
{
	str_vec probes = {};

	if (up->applied && old_probes(up, &probes))
		json_str("old_probes", NULL);
	else
		json_strs("old_probes", &probes);
}

/* What sysfs has, by the names that it has there; and what is found elsewhere */
void update_json(const char *key, const struct update *up)
{
	json_open(key, '{');
	json_str("name", up->name);
	json_str("state", up->state);
	json_bool("enabled", up->applied);
	json_str("abort_cause", up->cause);
	json_num("pause_ns", up->pause_ns);
	json_num("stops", up->stops);
	json_num("attempts", up->attempts);
	json_num("checked_tasks", up->checked);
	json_num("rechecked_tasks", up->rechecked);
	json_num("unwound_tasks", up->unwound);
	json_num("scanned_tasks", up->scanned);
	json_num("timeout_ms", up->timeout_ms);
	json_strs("fixes", &up->fixes);
	json_strs("functions", &up->funcs);
	json_strs("constants", &up->constants);
	if (up->conflicts_known)
		json_strs("conflicts", &up->conflicts);
	else
		json_str("conflicts", NULL);
	json_strs("in_the_way", &up->in_the_way);
	bypass_json(up);
	probes_json(up);
	json_close('}');
}
