/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_KSPLICE_TABLES_H
#define _KERNEL_KSPLICE_TABLES_H

#include "match.h"

struct module;

typedef int (*ksplice_entry_fn)(void *data, const struct ksplice_run_entry *e);

int ksplice_table_entries(const struct module *mod, unsigned long start,
			  unsigned long end, ksplice_entry_fn fn, void *data);
int ksplice_cpu_feature(u32 feature);

#endif /* _KERNEL_KSPLICE_TABLES_H */
