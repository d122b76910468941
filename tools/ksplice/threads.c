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

static void look_at(const str_vec *funcs, const char *module, struct busy *busy,
		    const char *pid, const char *tid)
{
	str_vec stack = {};
	const char *func;
	char *comm;

	read_lines(rooted("/proc/%s/task/%s/stack", pid, tid), &stack);
	if (!stack.n) {
		busy->unseen++;
		return;
	}
	busy->seen++;
	func = func_of_stack(funcs, module, &stack);
	if (!func)
		return;
	comm = read_line(rooted("/proc/%s/task/%s/comm", pid, tid));
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

	list_dir(rooted("/proc"), &pids);
	vec_for_each(pid, &pids) {
		str_vec tids = {};

		if (!isdigit(**pid))
			continue;
		list_dir(rooted("/proc/%s/task", *pid), &tids);
		vec_for_each(tid, &tids)
			look_at(funcs, module, busy, *pid, *tid);
	}
	/* What the core calls always_busy */
	busy->always = busy->threads.n > 1 &&
		busy->threads.n > (busy->seen + busy->unseen) / 2;
}

static bool has_jump(const struct file *f, const char *name, size_t len)
{
	const struct file_func *func;

	vec_for_each(func, &f->funcs) {
		if (!func->range && strlen(func->name) == len &&
		    !memcmp(func->name, name, len))
			return true;
	}
	return false;
}

static void livepatch_object(const struct file *f, const char *patch,
			     const char *object, str_vec *found)
{
	str_vec funcs = {};
	char **s;

	list_dir(rooted("/sys/kernel/livepatch/%s/%s", patch, object), &funcs);
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

	list_dir(rooted("/sys/kernel/livepatch"), &patches);
	vec_for_each(patch, &patches) {
		enabled = read_line(rooted("/sys/kernel/livepatch/%s/enabled",
					   *patch));
		if (!enabled || *enabled != '1')
			continue;
		objects = (str_vec){};
		list_dir(rooted("/sys/kernel/livepatch/%s", *patch), &objects);
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

	read_lines(rooted("/sys/kernel/debug/kprobes/list"), &lines);
	vec_for_each(line, &lines)
		probe_line(f, *line, found);
}
