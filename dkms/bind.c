// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice on a stock kernel - reach what the kernel does not export
 *
 * kallsyms_lookup_name() is found by placing a kprobe on it for a moment: the
 * only lookup by name that is exported.  Everything else is asked of it.
 */
#define pr_fmt(fmt) "ksplice: " fmt

/* bind.h, with the names as the kernel's headers have them. */
#define KSPLICE_BIND_C
#include "bind.h"

DEFINE_STATIC_CALL_NULL(bind_kallsyms_lookup_name, kallsyms_lookup_name);

#define DEFINE_FUNC(name)	DEFINE_STATIC_CALL_NULL(bind_##name, name);
#define DEFINE_VAR(name)	typeof(name) *bind_##name;
#define DEFINE_MARK(name)	char *bind_##name;

KSPLICE_BIND_FUNCS(DEFINE_FUNC)
KSPLICE_BIND_VARS(DEFINE_VAR)
KSPLICE_BIND_MARKS(DEFINE_MARK)

/* A kprobe may be put behind the ENDBR: take the offset off again. */
static unsigned long find_lookup(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_lookup_name" };
	char name[KSYM_SYMBOL_LEN];
	unsigned long off = 0;
	char *plus;
	int ret;

	ret = register_kprobe(&kp);
	if (ret) {
		pr_err("cannot place a kprobe on kallsyms_lookup_name (%d); kprobes are needed to find the kernel's symbols (is lockdown or kprobes off?)\n",
		       ret);
		return 0;
	}
	unregister_kprobe(&kp);

	sprint_symbol(name, (unsigned long)kp.addr);
	plus = strchr(name, '+');
	if (plus && sscanf(plus, "+0x%lx/", &off) != 1)
		return 0;
	return (unsigned long)kp.addr - off;
}

/*
 * An older kernel leaves its own tables of symbols out of them, but tells those who
 * analyse a dump of its memory where they are.
 */
static unsigned long lookup_vmcoreinfo(const char *name)
{
	const char *const *data;
	const size_t *size;
	const char *line, *end;
	unsigned long addr;
	char start[64];
	int len;

	data = (void *)static_call(bind_kallsyms_lookup_name)("vmcoreinfo_data");
	size = (void *)static_call(bind_kallsyms_lookup_name)("vmcoreinfo_size");
	if (!data || !*data || !size)
		return 0;
	len = scnprintf(start, sizeof(start), "SYMBOL(%s)=", name);
	for (line = *data, end = line + *size; line < end; line++) {
		if (end - line > len && !memcmp(line, start, len) &&
		    sscanf(line + len, "%lx", &addr) == 1)
			return addr;
		line = memchr(line, '\n', end - line);
		if (!line)
			break;
	}
	return 0;
}

static unsigned long lookup(const char *name)
{
	unsigned long addr = static_call(bind_kallsyms_lookup_name)(name);

	if (!addr)
		addr = lookup_vmcoreinfo(name);
	if (!addr)
		pr_err("this kernel has no symbol %s, which hot updates need; ksplice does not support it\n",
		       name);
	return addr;
}

/* __per_cpu_start is 0 where per-CPU symbols are offsets: that is an answer. */
static int lookup_mark(const char *name, char **mark)
{
	if (!strcmp(name, "__per_cpu_start")) {
		*mark = (char *)static_call(bind_kallsyms_lookup_name)(name);
		return 0;
	}
	*mark = (char *)lookup(name);
	return *mark ? 0 : -ENOENT;
}

#define BIND_FUNC(name)							\
	do {								\
		unsigned long addr = lookup(#name);			\
									\
		if (!addr)						\
			return -ENOENT;					\
		static_call_update(bind_##name, (typeof(&name))addr);	\
	} while (0);

#define BIND_VAR(name)							\
	do {								\
		bind_##name = (typeof(bind_##name))lookup(#name);	\
		if (!bind_##name)					\
			return -ENOENT;					\
	} while (0);

#define BIND_MARK(name)							\
	do {								\
		if (lookup_mark(#name, &bind_##name))			\
			return -ENOENT;					\
	} while (0);

#ifdef KSPLICE_MAKES_MARKERS
/* One for 256 symbols */
#define MAX_MARKERS	4096

unsigned int ksplice_markers[MAX_MARKERS];

/* See kallsyms_expand_symbol(): a length of one byte or two, and so many bytes. */
static int make_markers(void)
{
	const u8 *names = *bind_kallsyms_names, *p = names;
	unsigned int i, len;

	if (*bind_kallsyms_num_syms > MAX_MARKERS * 256) {
		pr_err("this kernel has %u symbols, which is more than ksplice expects; it does not support it\n",
		       *bind_kallsyms_num_syms);
		return -E2BIG;
	}
	for (i = 0; i < *bind_kallsyms_num_syms; i++) {
		if (!(i % 256))
			ksplice_markers[i / 256] = p - names;
		len = *p++;
		if (len & 0x80)
			len = (len & 0x7f) | *p++ << 7;
		p += len;
	}
	return 0;
}
#else
static int make_markers(void)
{
	return 0;
}
#endif

/**
 * ksplice_bind - find everything the core uses that is not exported
 *
 * Context: module init, before anything else of the core runs.
 * Return: 0, or -ENOENT with the reason in the log.
 */
int ksplice_bind(void)
{
	unsigned long addr = find_lookup();
	int ret;

	if (!addr)
		return -ENOENT;
	static_call_update(bind_kallsyms_lookup_name,
			   (typeof(&kallsyms_lookup_name))addr);
	KSPLICE_BIND_FUNCS(BIND_FUNC)
	KSPLICE_BIND_VARS(BIND_VAR)
	KSPLICE_BIND_MARKS(BIND_MARK)
	ret = make_markers();
	return ret ? ret : ksplice_bind_exiting();
}
