// SPDX-License-Identifier: GPL-2.0
/*
 * What may keep a function's new code from running
 *
 * The jump to it is behind the entry, where ftrace, kprobes and BPF are called first.
 * Most of these only observe.  Some may return to the caller themselves, so that neither
 * the old code nor the new code runs: BPF programs of type fmod_ret, or that call
 * bpf_override_return(); and the kernel's error injection.  A livepatch that is enabled
 * later takes the function over, where the kernel allows it.
 *
 * Only root can see all of it, and not every kernel shows all of it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ksplice.h"

/* What <linux/bpf.h> may be too old for */
#define LINK_TRACING		2
#define LINK_PERF_EVENT		7
#define LINK_KPROBE_MULTI	8
#define PERF_KPROBE		3
#define FD_KPROBE		2
#define ATTACH_MODIFY_RETURN	26
#define ATTACH_LSM_MAC		27

struct link_info {
	__u32 type, id, prog_id;
	union {
		struct {
			__u32 attach_type, obj_id, btf_id;
		} tracing;
		struct {
			__aligned_u64 addrs;
			__u32 count, flags;
		} multi;
		struct {
			__u32 type;
			__u32 pad;
			__aligned_u64 func_name;
			__u32 name_len, offset;
			__u64 addr;
		} perf;
		__u64 room[16];
	};
};

/* A probe may stand at the ENDBR, or behind it where ftrace's call is. */
#define ENTRY_SIZE	8

/**
 * struct entry - the entry of a function, old or new
 * @label:	"vmlinux:f,1", as sysfs has it
 * @name:	of the function
 * @module:	it is in; "" for the kernel
 * @nth:	of that name in there
 * @addr:	0 if it is not known
 * @key:	of the BPF trampoline that it leads to, or 0
 */
struct entry {
	const char *label;
	char *name, *module;
	unsigned int nth;
	unsigned long addr;
	unsigned long long key;
};

/**
 * struct look - what may keep an update's code from running
 * @entries:	of its functions, old and new one in turn
 * @symbols:	the addresses in here were looked up
 * @override:	address of bpf_override_return()
 * @call_base:	what calls in BPF programs are relative to
 * @found:	the result
 */
struct look {
	VEC(struct entry) entries;
	bool symbols;
	unsigned long override, call_base;
	str_vec *found;
};

static void add_entry(struct look *look, const char *label, char *name,
		      char *module, unsigned int nth)
{
	struct entry *e = vec_add(&look->entries);

	*e = (struct entry){ .label = label, .name = name, .module = module,
			     .nth = nth };
}

/* "object:name,sympos": the old function, and the new one of that name */
static void add_function(struct look *look, const char *func, const char *update)
{
	const char *colon = strchr(func, ':'), *comma = strrchr(func, ',');
	char *name, *object;

	if (!colon || !comma || comma < colon)
		return;
	object = xasprintf("%.*s", (int)(colon - func), func);
	name = xasprintf("%.*s", (int)(comma - colon - 1), colon + 1);
	add_entry(look, func, name, strcmp(object, "vmlinux") ? object : "",
		  strtoul(comma + 1, NULL, 10));
	add_entry(look, func, name, module_name(update), 1);
}

static void report(struct look *look, const struct entry *e, const char *who)
{
	char **s, *text = xasprintf("%s: %s", e->label, who);

	vec_for_each(s, look->found)
		if (!strcmp(*s, text))
			return;
	*vec_add(look->found) = text;
}

static void report_at(struct look *look, unsigned long addr, const char *who)
{
	struct entry *e;

	vec_for_each(e, &look->entries)
		if (e->addr && addr >= e->addr && addr < e->addr + ENTRY_SIZE)
			report(look, e, who);
}

/* "name [module]", perhaps with more behind it */
static bool is_of(const struct entry *e, const char *text)
{
	size_t n = strlen(e->name), m = strlen(e->module);

	if (strncmp(text, e->name, n) || (text[n] && !strchr(" \t\n", text[n])))
		return false;
	text += n + strspn(text + n, " \t");
	if (!m)
		return *text != '[';
	return *text == '[' && !strncmp(text + 1, e->module, m) && text[1 + m] == ']';
}

/* Symbols */

static void note_symbol(struct look *look, unsigned long addr, const char *text)
{
	struct entry *e;

	if (!strcmp(text, "bpf_override_return"))
		look->override = addr;
	else if (!strcmp(text, "__bpf_call_base"))
		look->call_base = addr;
	vec_for_each(e, &look->entries)
		if (e->nth && is_of(e, text) && !--e->nth)
			e->addr = addr;
}

/* That takes a while, and mostly there is no probe with a BPF program. */
static void read_symbols(struct look *look)
{
	FILE *f = look->symbols ? NULL : fopen("/proc/kallsyms", "r");
	char *line = NULL, *at;
	unsigned long addr;
	size_t size = 0;

	look->symbols = true;
	while (f && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		addr = strtoul(line, &at, 16);
		/* " t name\t[module]" */
		if (strlen(at) > 3)
			note_symbol(look, addr, at + 3);
	}
	free(line);
	if (f)
		fclose(f);
}

/* BPF */

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static int get_info(int fd, void *info, size_t size)
{
	union bpf_attr attr = {
		.info.bpf_fd = fd,
		.info.info_len = size,
		.info.info = (uintptr_t)info,
	};

	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

static bool calls_override(const struct look *look, const struct bpf_insn *insn,
			   unsigned int n)
{
	__s32 imm = look->override - look->call_base;

	for (; n; n--, insn++)
		if (insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg &&
		    insn->imm == imm)
			return true;
	return false;
}

/* Return: "BPF program NAME (id)" if it calls bpf_override_return(), or NULL */
static char *overriding(struct look *look, __u32 id)
{
	union bpf_attr attr = { .prog_id = id };
	struct bpf_prog_info info = {}, code = {};
	int fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	struct bpf_insn *insns;
	char *who = NULL;

	if (fd < 0)
		return NULL;
	read_symbols(look);
	if (!look->override || !look->call_base ||
	    get_info(fd, &info, sizeof(info)) || !info.xlated_prog_len)
		goto out;
	insns = xzalloc(info.xlated_prog_len);
	code.xlated_prog_len = info.xlated_prog_len;
	code.xlated_prog_insns = (uintptr_t)insns;
	if (!get_info(fd, &code, sizeof(code)) &&
	    calls_override(look, insns, code.xlated_prog_len / sizeof(*insns)))
		who = xasprintf("BPF program %u may return in its place (bpf_override_return)", id);
	free(insns);
out:
	close(fd);
	return who;
}

static void look_at_probe(struct look *look, unsigned long addr, __u32 prog)
{
	char *who = overriding(look, prog);

	if (who)
		report_at(look, addr, who);
}

static void look_at_multi(struct look *look, int fd, __u32 prog)
{
	struct link_info info = {}, more = {};
	char *who = overriding(look, prog);
	__u64 *addrs;
	__u32 i;

	if (!who || get_info(fd, &info, sizeof(info)) || !info.multi.count)
		return;
	addrs = xzalloc(info.multi.count * sizeof(*addrs));
	more.multi.addrs = (uintptr_t)addrs;
	more.multi.count = info.multi.count;
	if (!get_info(fd, &more, sizeof(more)))
		for (i = 0; i < info.multi.count; i++)
			report_at(look, addrs[i], who);
	free(addrs);
}

static void look_at_trampoline(struct look *look, const struct link_info *info)
{
	unsigned long long key = (unsigned long long)info->tracing.obj_id << 32 |
				 info->tracing.btf_id;
	struct entry *e;
	char *who;

	if (info->tracing.attach_type != ATTACH_MODIFY_RETURN &&
	    info->tracing.attach_type != ATTACH_LSM_MAC)
		return;
	who = xasprintf("BPF program %u may return in its place (fmod_ret)", info->prog_id);
	vec_for_each(e, &look->entries)
		if (e->key == key)
			report(look, e, who);
	free(who);
}

/* Return: 0 when it has seen all, or an errno */
static int look_at_links(struct look *look)
{
	struct link_info info;
	__u32 id = 0;
	int fd;

	for (;;) {
		union bpf_attr next = { .start_id = id }, open = {};

		if (bpf(BPF_LINK_GET_NEXT_ID, &next))
			return errno == ENOENT ? 0 : errno;
		id = next.next_id;
		open.link_id = id;
		fd = bpf(BPF_LINK_GET_FD_BY_ID, &open);
		memset(&info, 0, sizeof(info));
		if (fd >= 0 && !get_info(fd, &info, sizeof(info))) {
			if (info.type == LINK_TRACING)
				look_at_trampoline(look, &info);
			else if (info.type == LINK_KPROBE_MULTI)
				look_at_multi(look, fd, info.prog_id);
			else if (info.type == LINK_PERF_EVENT &&
				 info.perf.type == PERF_KPROBE)
				look_at_probe(look, info.perf.addr, info.prog_id);
		}
		if (fd >= 0)
			close(fd);
	}
}

/* By name, where the kernel does not say the address */
static unsigned long probe_addr(struct look *look, const char *name,
				const union bpf_attr *attr)
{
	const struct entry *e;

	if (attr->task_fd_query.probe_addr)
		return attr->task_fd_query.probe_addr;
	read_symbols(look);
	vec_for_each(e, &look->entries)
		if (!strcmp(e->name, name) && e->addr)
			return e->addr + attr->task_fd_query.probe_offset;
	return 0;
}

static void look_at_fd(struct look *look, pid_t pid, const char *fd)
{
	char *path = xasprintf("/proc/%d/fd/%s", pid, fd), target[64], name[256];
	union bpf_attr attr = {
		.task_fd_query.pid = pid,
		.task_fd_query.fd = strtoul(fd, NULL, 10),
		.task_fd_query.buf_len = sizeof(name),
		.task_fd_query.buf = (uintptr_t)name,
	};
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	free(path);
	if (n < 0)
		return;
	target[n] = '\0';
	name[0] = '\0';
	if (strcmp(target, "anon_inode:[perf_event]") ||
	    bpf(BPF_TASK_FD_QUERY, &attr) ||
	    attr.task_fd_query.fd_type != FD_KPROBE)
		return;
	look_at_probe(look, probe_addr(look, name, &attr),
		      attr.task_fd_query.prog_id);
}

/* A program that was attached to a perf event without a link */
static void look_at_process(struct look *look, pid_t pid)
{
	char *path = xasprintf("/proc/%d/fd", pid);
	DIR *dir = opendir(path);
	struct dirent *d;

	free(path);
	while (dir && (d = readdir(dir)))
		if (*d->d_name != '.')
			look_at_fd(look, pid, d->d_name);
	if (dir)
		closedir(dir);
}

static void look_at_processes(struct look *look)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	while (proc && (d = readdir(proc)))
		if (strtoul(d->d_name, NULL, 10))
			look_at_process(look, strtoul(d->d_name, NULL, 10));
	if (proc)
		closedir(proc);
}

/* "name [module] (2) ...", and below it "\tdirect-->bpf_trampoline_KEY+0x0/0x100" */
static void find_trampolines(struct look *look)
{
	static const char mark[] = "direct-->bpf_trampoline_";
	const char *func = NULL;
	str_vec lines = {};
	struct entry *e;
	char **s, *at;

	read_lines("/sys/kernel/tracing/enabled_functions", &lines);
	vec_for_each(s, &lines) {
		if (**s != '\t')
			func = *s;
		at = strstr(*s, mark);
		if (!at || !func)
			continue;
		vec_for_each(e, &look->entries)
			if (is_of(e, func))
				e->key = strtoull(at + strlen(mark), NULL, 10);
	}
}

/* Others */

static void find_injected(struct look *look)
{
	str_vec lines = {};
	struct entry *e;
	char **s;

	read_lines("/sys/kernel/debug/fail_function/inject", &lines);
	vec_for_each(s, &lines)
		vec_for_each(e, &look->entries)
			if (is_of(e, *s))
				report(look, e, "errors are injected (fail_function)");
}

static void find_livepatch(struct look *look, const char *patch)
{
	struct entry *e;

	/* The old functions, one in two */
	for (e = look->entries.v; e < look->entries.v + look->entries.n; e += 2)
		if (exists(pathf("/sys/kernel/livepatch/%s/%s/%s", patch,
				 *e->module ? e->module : "vmlinux",
				 strchr(e->label, ':') + 1)))
			report(look, e, xasprintf("livepatch %s redirects it", patch));
}

/**
 * bypassing - find what may keep new code from running
 * @up:		an update that is applied
 * @found:	gets "vmlinux:function,sympos: who"
 *
 * Return: false if that can't be seen.
 */
bool bypassing(const struct update *up, str_vec *found)
{
	struct look look = { .found = found };
	str_vec patches = {};
	char **s;

	vec_for_each(s, &up->funcs)
		add_function(&look, *s, up->name);
	list_dir("/sys/kernel/livepatch", &patches);
	vec_for_each(s, &patches)
		find_livepatch(&look, *s);
	find_injected(&look);
	/* Programs of another machine, or of none */
	if (*opt.root)
		return true;
	find_trampolines(&look);
	if (look_at_links(&look) == EPERM)
		return false;
	look_at_processes(&look);
	return true;
}
