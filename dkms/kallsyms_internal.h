/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In the place of the kernel's kernel/kallsyms_internal.h, which comes with no
 * headers package: bind.h has declared what is in it.
 */
