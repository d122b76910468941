/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice on a stock kernel - what that kernel must and must not be
 *
 * The same as kernel/ksplice/Kconfig says for a kernel that has the core built
 * in, and why is there; dkms.conf keeps dkms from trying.
 */
#ifndef _KSPLICE_SUPPORTED_H
#define _KSPLICE_SUPPORTED_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0) ||			\
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) &&		\
	 LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)) ||		\
	LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#error "ksplice.ko is known to work on Linux 6.1 and 6.12 only"
#endif
#ifndef CONFIG_PREEMPTION
#error "ksplice.ko needs a kernel with CONFIG_PREEMPTION (PREEMPT_DYNAMIC is enough)"
#endif
#ifdef CONFIG_PREEMPT_RT
#error "ksplice.ko does not support a kernel with CONFIG_PREEMPT_RT"
#endif
#ifdef CONFIG_CFI_CLANG
#error "ksplice.ko does not support a kernel with CONFIG_CFI_CLANG"
#endif
#ifdef CONFIG_KCSAN
#error "ksplice.ko does not support a kernel with CONFIG_KCSAN"
#endif
#ifdef CONFIG_RANDSTRUCT
#error "ksplice.ko does not support a kernel with CONFIG_RANDSTRUCT"
#endif
#ifdef CONFIG_GCC_PLUGIN_LATENT_ENTROPY
#error "ksplice.ko does not support a kernel with CONFIG_GCC_PLUGIN_LATENT_ENTROPY"
#endif
#ifndef CONFIG_VMAP_STACK
#error "ksplice.ko needs a kernel with CONFIG_VMAP_STACK"
#endif

#endif /* _KSPLICE_SUPPORTED_H */
