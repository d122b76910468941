/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice - how the core reaches the rest of the kernel
 *
 * A core that is built into the kernel just calls functions.  A core that is built
 * as a module, for a kernel without ksplice, brings another bind.h.  That is
 * included first, and the include guard then skips this one.
 */
#ifndef _KSPLICE_BIND_H
#define _KSPLICE_BIND_H

#include <asm/extable.h>
#include <linux/bug.h>
#include <linux/mutex.h>
#include <linux/static_call.h>

#include "../kallsyms_internal.h"

/* Of the linker script; each file of the kernel that uses them declares them itself */
extern struct exception_table_entry __start___ex_table[], __stop___ex_table[];
#ifdef CONFIG_GENERIC_BUG
extern struct bug_entry __start___bug_table[], __stop___bug_table[];
#endif
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
extern struct static_call_tramp_key __start_static_call_tramp_key[],
				    __stop_static_call_tramp_key[];
#endif

/* kernel/module/internal.h */
extern struct mutex module_mutex;

static inline int ksplice_bind(void)
{
	return 0;
}

/*
 * Keeps out threads that are half-way through placing a kprobe.  There is nothing to
 * do here: kprobes ask ksplice_text_reserved() again when they write, with
 * text_mutex held.
 */
static inline void ksplice_probes_lock(void)
{
}

static inline void ksplice_probes_unlock(void)
{
}

#endif /* _KSPLICE_BIND_H */
