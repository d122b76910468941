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

static unsigned long lookup(const char *name)
{
	unsigned long addr = static_call(bind_kallsyms_lookup_name)(name);

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

/**
 * ksplice_bind - find everything the core uses that is not exported
 *
 * Context: module init, before anything else of the core runs.
 * Return: 0, or -ENOENT with the reason in the log.
 */
int ksplice_bind(void)
{
	unsigned long addr = find_lookup();

	if (!addr)
		return -ENOENT;
	static_call_update(bind_kallsyms_lookup_name,
			   (typeof(&kallsyms_lookup_name))addr);
	KSPLICE_BIND_FUNCS(BIND_FUNC)
	KSPLICE_BIND_VARS(BIND_VAR)
	KSPLICE_BIND_MARKS(BIND_MARK)
	return ksplice_bind_exiting();
}
