// SPDX-License-Identifier: GPL-2.0
/*
 * Who is in the way, as far as can be seen without asking for the change: the
 * stacks in /proc, livepatches, kprobes.  A picture of one moment, and by
 * names: the kernel itself looks again, and better, when it comes to it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ksplice.h"

static const char *find_name(const str_vec *names, const char *name, size_t len)
{
	char **n;

	vec_for_each(n, names) {
		if (strlen(*n) == len && !memcmp(*n, name, len))
			return *n;
	}
	return NULL;
}

/*
 * "[<0>] vfs_read+0x12/0x340 [module]": old code is the kernel's or a module's
 * of the kernel, new code is that of @module.
 */
static const char *func_of_frame(const str_vec *funcs, const char *module,
				 const char *line)
{
	const char *name = strstr(line, "] ");
	const char *plus = name ? strchr(name + 2, '+') : NULL;
	const char *mod = plus ? strstr(plus, " [") : NULL;
	bool ours;

	if (!plus)
		return NULL;
	if (module)
		ours = mod && starts_with(mod + 2, module) &&
		       mod[2 + strlen(module)] == ']';
	else
		ours = !mod || !starts_with(mod + 2, "ksplice_");
	return ours ? find_name(funcs, name + 2, plus - name - 2) : NULL;
}

static const char *func_of_stack(const str_vec *funcs, const char *module,
				 const str_vec *stack)
{
	const char *func = NULL;
	char **line;

	vec_for_each(line, stack) {
		func = func_of_frame(funcs, module, *line);
		if (func)
			break;
	}
	return func;
}

/* Third field of /proc/PID/stat, behind a name that may hold anything */
static char thread_state(const char *pid)
{
	char *text = read_line(pathf("/proc/%s/stat", pid));
	char *end = text ? strrchr(text, ')') : NULL;

	return end && end[1] == ' ' ? end[2] : '?';
}

/*
 * The core's always_busy is about threads that never leave such code: idle tasks, who
 * writes to "enabled", and kthreadd while it waits for work.  Only that one is seen here.
 */
static bool never_leaves(const char *pid)
{
	return !strcmp(pid, "2") && thread_state(pid) == 'S';
}

static void look_at(const str_vec *funcs, const char *module, struct busy *busy,
		    const char *pid, const char *tid)
{
	str_vec stack = {};
	const char *func;
	char *comm;

	read_lines(pathf("/proc/%s/task/%s/stack", pid, tid), &stack);
	if (!stack.n) {
		busy->unseen++;
		return;
	}
	busy->seen++;
	func = func_of_stack(funcs, module, &stack);
	if (!func)
		return;
	comm = read_line(pathf("/proc/%s/task/%s/comm", pid, tid));
	busy->always = busy->always || never_leaves(pid);
	*vec_add(&busy->threads) = xasprintf("%s %s %s", tid,
					     comm ? comm : "?", func);
}

/**
 * threads_inside - who sleeps inside some functions?
 * @funcs:	their names
 * @module:	whose functions; NULL for those of the kernel itself
 * @busy:	who does
 */
void threads_inside(const str_vec *funcs, const char *module, struct busy *busy)
{
	str_vec pids = {};
	char **pid, **tid;

	list_dir("/proc", &pids);
	vec_for_each(pid, &pids) {
		str_vec tids = {};

		if (!isdigit(**pid))
			continue;
		list_dir(pathf("/proc/%s/task", *pid), &tids);
		vec_for_each(tid, &tids)
			look_at(funcs, module, busy, *pid, *tid);
	}
}

/* Of the unified hierarchy: "0::/PATH"; NULL if it is not frozen. */
static char *frozen_group(const char *pid)
{
	str_vec lines = {}, events = {};
	char **line, **event;

	read_lines(pathf("/proc/%s/cgroup", pid), &lines);
	vec_for_each(line, &lines) {
		if (!starts_with(*line, "0::/") || strstr(*line, "/../"))
			continue;
		read_lines(pathf("/sys/fs/cgroup%s/cgroup.events", *line + 3),
			   &events);
		vec_for_each(event, &events) {
			if (!strcmp(*event, "frozen 1"))
				return *line + 3;
		}
	}
	return NULL;
}

/*
 * A group's name may be any user's choice, and advice is pasted into root's shell:
 * one that ends the quotes is no part of it.
 */
static char *way_to_thaw(const char *pid, const char *group)
{
	if (strchr(group, '\''))
		return xasprintf("%s is frozen: thaw its group, which /proc/%s/cgroup names",
				 pid, pid);
	return xasprintf("%s is frozen: thaw it (systemctl thaw UNIT, or echo 0 > '/sys/fs/cgroup%s/cgroup.freeze')",
			 pid, group);
}

/* What has to be done to have @pid run at all; NULL: nothing */
static char *way_to_run(const char *pid)
{
	char *group = frozen_group(pid);

	if (group)
		return way_to_thaw(pid, group);
	switch (thread_state(pid)) {
	case 'T':
		return xasprintf("%s is stopped: kill -CONT %s", pid, pid);
	case 't':
		return xasprintf("%s is stopped by a debugger: let it continue there",
				 pid);
	case 'D':
		/* Killable waits look the same from outside. */
		return xasprintf("%s is in a wait that no signal ends, or only KILL: for a disk, a server, a vfork()ed child (cat /proc/%s/stack)",
				 pid, pid);
	}
	return NULL;
}

/**
 * threads_still - those in the way that won't run by themselves
 * @conflicts:	"pid comm function"
 *
 * Return: what to do about them, or NULL.
 */
char *threads_still(const str_vec *conflicts)
{
	char *all = NULL, **s, *way, *pid;

	vec_for_each(s, conflicts) {
		pid = xasprintf("%.*s", (int)strspn(*s, "0123456789"), *s);
		way = *pid ? way_to_run(pid) : NULL;
		if (way)
			all = all ? xasprintf("%s; %s", all, way) : way;
	}
	return all;
}

static bool has_jump(const struct file *f, const char *name, size_t len)
{
	struct file_func func;
	uint32_t i;

	for (i = 0; i < f->nfuncs; i++) {
		file_func(f, i, &func);
		if (!func.range && strlen(func.name) == len &&
		    !memcmp(func.name, name, len))
			return true;
	}
	return false;
}

static void livepatch_object(const struct file *f, const char *patch,
			     const char *object, str_vec *found)
{
	str_vec funcs = {};
	char **s;

	list_dir(pathf("/sys/kernel/livepatch/%s/%s", patch, object), &funcs);
	vec_for_each(s, &funcs) {
		if (strchr(*s, ',') && has_jump(f, *s, strcspn(*s, ",")))
			*vec_add(found) = xasprintf("livepatch %s redirects %.*s",
				patch, (int)strcspn(*s, ","), *s);
	}
}

/* A livepatch's redirection comes before our jump and hides it. */
void livepatched(const struct file *f, str_vec *found)
{
	str_vec patches = {}, objects;
	char **patch, **object, *enabled;

	list_dir("/sys/kernel/livepatch", &patches);
	vec_for_each(patch, &patches) {
		enabled = read_line(pathf("/sys/kernel/livepatch/%s/enabled",
					  *patch));
		if (!enabled || *enabled != '1')
			continue;
		objects = (str_vec){};
		list_dir(pathf("/sys/kernel/livepatch/%s", *patch), &objects);
		vec_for_each(object, &objects)
			livepatch_object(f, *patch, *object, found);
	}
}

/* The jump stands in the first bytes, behind ENDBR and the call to ftrace. */
#define JUMP_ENDS	14

/* "ffffffff81234567  k  vfs_read+0x9    [DISABLED]" */
static void probe_line(const struct file *f, char *line, str_vec *found)
{
	char *where, *plus;

	if (strstr(line, "[FTRACE]"))
		return;
	strtok(line, " \t");
	strtok(NULL, " \t");
	where = strtok(NULL, " \t\n");
	plus = where ? strchr(where, '+') : NULL;
	if (!plus || !has_jump(f, where, plus - where))
		return;
	if (strtoul(plus + 1, NULL, 16) - 1 < JUMP_ENDS - 1)
		*vec_add(found) = xasprintf("a kprobe at %s", where);
}

/* Those on the entry itself are ftrace's ("[FTRACE]") and do no harm. */
void probed(const struct file *f, str_vec *found)
{
	str_vec lines = {};
	char **line;

	read_lines("/sys/kernel/debug/kprobes/list", &lines);
	vec_for_each(line, &lines)
		probe_line(f, *line, found);
}
