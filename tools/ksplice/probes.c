// SPDX-License-Identifier: GPL-2.0
/*
 * kprobes on code that an update has replaced
 *
 * The jump to the new code is behind the entry of the old function. A probe on the entry
 * still sees each call; one that is further on is not hit, as the old code does not run.
 * All kprobes are in debugfs, whoever set them: perf, BPF programs, systemtap, or tracefs,
 * which has names for its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ksplice.h"

#define LIST "/sys/kernel/debug/kprobes/list"

/**
 * struct kprobe - a line of the list
 * @type:	"k", or "r": it is called at the return
 * @addr:	where it is; 0 if that is not shown
 * @name:	of the function, of its module, or ""
 * @offset:	in that function
 * @flags:	"[DISABLED][FTRACE]"
 */
struct kprobe {
	const char *type, *name, *module, *flags;
	unsigned long addr, offset;
};

/*
 * "ffffffff81234567  k  vfs_read+0x9  ext4 [DISABLED][FTRACE]"; older kernels, and those
 * without a name, have "vfs_read+0x9/0x1a0 [ext4]". Cuts @line. False: not understood.
 */
static bool parse(char *line, struct kprobe *p)
{
	char *addr = strtok(line, " \t"), *where, *at, *end = "";

	p->type = strtok(NULL, " \t");
	where = strtok(NULL, " \t");
	at = where ? strchr(where, '+') : NULL;
	if (!at)
		return false;
	p->addr = strtoul(addr, &end, 16);
	if (*end)
		return false;
	*at = '\0';
	p->name = where;
	p->offset = strtoul(at + 1, &end, 16);
	if (end == at + 1 || (*end && *end != '/'))
		return false;
	p->module = "";
	p->flags = strtok(NULL, "");
	if (!p->flags)
		p->flags = "";
	p->flags += strspn(p->flags, " \t");
	/* flags are capitals */
	if (*p->flags && (*p->flags != '[' || !strchr("GDOF", p->flags[1]))) {
		p->module = p->flags + (*p->flags == '[');
		at = (char *)p->module + strcspn(p->module, "] \t");
		p->flags = *at ? at + 1 : at;
		*at = '\0';
	}
	return true;
}

/* "\t[module]", or nothing for the kernel's own */
static bool is_module(const char *text, const char *module)
{
	size_t n = strlen(module);

	if (!n)
		return !*text;
	return !strncmp(text, "\t[", 2) && !strncmp(text + 2, module, n) && text[2 + n] == ']';
}

/* The address of the @nth function of that name: 0 if the kernel does not tell. */
static unsigned long address_of(const char *module, const char *name, unsigned long nth)
{
	static str_vec symbols;
	char **s;

	if (!symbols.n)
		read_lines("/proc/kallsyms", &symbols);
	vec_for_each(s, &symbols) {
		char *end = "";
		unsigned long addr = strtoul(*s, &end, 16);
		size_t n = strlen(name);

		/* " t name\t[module]" */
		if (strlen(end) < 3 + n || strncmp(end + 3, name, n))
			continue;
		end += 3 + n;
		if (!is_module(end, module))
			continue;
		if (!--nth)
			return addr;
	}
	return 0;
}

/* Is it in the old function "vmlinux:name,sympos", or in the part of it that is cold? */
static bool is_in(const struct kprobe *p, const char *func)
{
	const char *colon = strchr(func, ':'), *comma = strrchr(func, ',');
	const char *module;
	unsigned long addr;
	char *name;

	if (!colon || !comma || comma < colon)
		return false;
	name = xasprintf("%.*s", (int)(comma - colon - 1), colon + 1);
	module = xasprintf("%.*s", (int)(colon - func), func);
	if (!strcmp(module, "vmlinux"))
		module = "";
	if (strcmp(p->module, module))
		return false;
	if (!strncmp(p->name, name, strlen(name)) && !strcmp(p->name + strlen(name), ".cold"))
		return true;
	if (strcmp(p->name, name))
		return false;
	addr = address_of(module, name, strtoul(comma + 1, NULL, 10));
	/* without addresses, those of one name can't be told apart */
	return !addr || !p->addr || p->addr - p->offset == addr;
}

/* At the entry, where ftrace's call is, though it was set at the name itself */
static bool at_entry(const struct kprobe *p)
{
	return !p->offset || strstr(p->flags, "[FTRACE]");
}

/* Does an event of tracefs stand there? "p:group/event module:name+9 ..." */
static bool event_is_at(const char *line, const struct kprobe *p)
{
	const char *at = strchr(line, ' ');
	size_t m = strlen(p->module), n = strlen(p->name);
	unsigned long offset = 0;

	if ((*line != 'p' && *line != 'r') || !at || (*line == 'r') != (*p->type == 'r'))
		return false;
	at++;
	if (m && !strncmp(at, p->module, m) && at[m] == ':')
		at += m + 1;
	if (strncmp(at, p->name, n))
		return false;
	at += n;
	if (*at == '+')
		offset = strtoul(at + 1, (char **)&at, 0);
	if (*at && *at != ' ')
		return false;
	return offset == p->offset || (!offset && at_entry(p));
}

/* "group/event", as in "p:group/event", "r16:group/event" */
static char *event_name(const char *line)
{
	const char *colon = line + strcspn(line, ": ");

	if (*colon != ':')
		return xstrdup("without a name");
	return xasprintf("%.*s", (int)strcspn(colon + 1, " "), colon + 1);
}

static void add(const struct kprobe *p, const char *func, const str_vec *events, str_vec *found)
{
	bool at_return = *p->type == 'r';
	const char *sees = "is not hit";
	char **s, *who = xstrdup("");

	vec_for_each(s, events)
		if (event_is_at(*s, p))
			who = xasprintf("%s%s%s", who, *who ? ", " : " (event ",
					event_name(*s));
	if (at_entry(p))
		sees = at_return ? "sees returns, of the new code" :
				   "sees calls, then the new code runs";
	*vec_add(found) = xasprintf("%s: %s at %s+0x%lx%s%s%s: %s", func,
				    at_return ? "kretprobe" : "kprobe", p->name, p->offset, who,
				    *who ? ")" : "",
				    strstr(p->flags, "[DISABLED]") ? ", disabled" : "", sees);
}

/**
 * old_probes() - find kprobes on code that an update has replaced
 * @up:		an update that is applied
 * @found:	gets "vmlinux:function,sympos: kprobe at function+0x9: what it sees"
 *
 * Return: NULL, or why that is not known; then @found is empty.
 */
const char *old_probes(const struct update *up, str_vec *found)
{
	str_vec lines = {}, events = {};
	char *text, **line, **func;

	text = read_file(LIST);
	if (!text && errno == ENOENT)
		return LIST " is not there: is debugfs mounted, and has the kernel kprobes?";
	if (!text)
		return xasprintf(LIST " can't be read: %s", strerror(errno));
	free(text);
	read_lines(LIST, &lines);
	read_lines("/sys/kernel/tracing/dynamic_events", &events);
	if (!events.n)
		read_lines("/sys/kernel/tracing/kprobe_events", &events);
	vec_for_each(line, &lines) {
		char *copy = xstrdup(*line);
		struct kprobe p;

		if (!parse(copy, &p)) {
			found->n = 0;
			return xasprintf(LIST " has a line that is not understood: %s", *line);
		}
		if (strstr(p.flags, "[GONE]"))
			continue;
		vec_for_each(func, &up->funcs)
			if (is_in(&p, *func))
				add(&p, *func, &events, found);
	}
	return NULL;
}
