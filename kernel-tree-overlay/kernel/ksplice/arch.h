/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The architecture's side of the on-disk format; arch/ARCH/kernel/ksplice_fields.c
 */
#ifndef _KSPLICE_ARCH_H
#define _KSPLICE_ARCH_H

#include <linux/types.h>
#include "format.h"

#define KSPLICE_SITE_KINDS	(KSPLICE_SITE_RT_SHIFT + 1)

u32 arch_ksplice_field_size(u32 type);
bool arch_ksplice_takes_address(u32 type);
bool arch_ksplice_is_address(u32 type);
int arch_ksplice_read_field(u32 type, const void *field, unsigned long place,
			    s64 addend, u64 *value);
int arch_ksplice_write_field(u32 type, void *field, unsigned long place,
			     s64 addend, u64 value);
const char *arch_ksplice_check_site(const struct ksplice_view *v,
				    const struct ksplice_f_unit *u,
				    const struct ksplice_f_site *site);
const char *arch_ksplice_site_name(u32 kind);

#endif /* _KSPLICE_ARCH_H */
