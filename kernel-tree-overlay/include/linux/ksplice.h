/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice - hot updates of a running kernel
 *
 * What the rest of the kernel may ask the core.
 */
#ifndef _LINUX_KSPLICE_H
#define _LINUX_KSPLICE_H

#include <linux/types.h>

#if IS_ENABLED(CONFIG_KSPLICE)

/* Hot updates refer to it, so that none loads without a core of its format. */
extern const u32 ksplice_abi_3;

bool ksplice_text_reserved(const void *start, const void *end);

#else

static inline bool ksplice_text_reserved(const void *start, const void *end)
{
	return false;
}

#endif

#endif /* _LINUX_KSPLICE_H */
