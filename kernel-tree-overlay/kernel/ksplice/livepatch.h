/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice - does a livepatch redirect a function?
 */
#ifndef _KERNEL_KSPLICE_LIVEPATCH_H
#define _KERNEL_KSPLICE_LIVEPATCH_H

#ifdef CONFIG_LIVEPATCH
#include <linux/list.h>
#include <linux/livepatch.h>
#include <linux/mutex.h>

/* Of kernel/livepatch/core.h, which is private to that directory. */
extern struct mutex klp_mutex;
extern struct list_head klp_patches;

bool ksplice_livepatch_of(unsigned long addr, char *name);
#else
static inline bool ksplice_livepatch_of(unsigned long addr, char *name)
{
	return false;
}
#endif

#endif /* _KERNEL_KSPLICE_LIVEPATCH_H */
