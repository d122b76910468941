/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_KSPLICE_SYMBOLS_H
#define _KERNEL_KSPLICE_SYMBOLS_H

#include "resolve.h"

struct module;

void ksplice_symbols(struct module *mod, const char *name,
		     ksplice_symbol_fn fn, void *data);

#endif /* _KERNEL_KSPLICE_SYMBOLS_H */
