/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice on a stock kernel - what that kernel must and must not be
 *
 * The same as kernel/ksplice/Kconfig says for a kernel that has the core built
 * in, and why is there; dkms.conf keeps dkms from trying.
 */
#ifndef _KSPLICE_SUPPORTED_H
#define _KSPLICE_SUPPORTED_H

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
