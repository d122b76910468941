/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which value a symbol of the new code has, and what a relocated field holds.
 *
 * This only decides.  All knowledge of the running machine comes through struct
 * ksplice_resolve_ops, so that it can run on a host as well.  relocate.c has the
 * kernel's side.
 */
#ifndef _KSPLICE_RESOLVE_H
#define _KSPLICE_RESOLVE_H

#include <linux/types.h>
#include "format.h"

struct ksplice_match;

/* Which code can refer to a symbol, according to the running kernel's tables */
enum ksplice_binding {
	KSPLICE_BINDING_UNKNOWN = 0,	/* they don't tell */
	KSPLICE_BINDING_LOCAL,		/* its own file only */
	KSPLICE_BINDING_GLOBAL,		/* all that is linked with it */
	KSPLICE_BINDINGS
};

/* Called for a symbol; ends the walk by returning something other than 0. */
typedef int (*ksplice_symbol_fn)(void *data, unsigned long addr,
				 enum ksplice_binding binding);

/**
 * struct ksplice_resolve_ops - the running kernel, as the resolver sees it
 * @symbols:	call @fn for every symbol @name of a target: an index in the
 *		update's targets, or KSPLICE_NONE for the kernel itself
 * @exports:	the same for a module that is no target, by its name.  Also makes sure that
 *		the module stays as long as @user (a target) needs it.  -ENOENT if it
 *		is not loaded; -ENOMEM
 * @is_there:	is a target loaded?
 * @read:	copy @len bytes at @addr; 0 or -EFAULT, never faults
 * @sealed:	must the function at @addr not be called by pointer?
 *
 * @symbols and @exports return 0 if nothing failed; the result of @fn is ignored.
 */
struct ksplice_resolve_ops {
	int (*symbols)(void *ctx, u32 target, const char *name,
		       ksplice_symbol_fn fn, void *data);
	int (*exports)(void *ctx, u32 user, const char *module,
		       const char *name, ksplice_symbol_fn fn, void *data);
	bool (*is_there)(void *ctx, u32 target);
	int (*read)(void *ctx, unsigned long addr, void *buf, size_t len);
	bool (*sealed)(void *ctx, unsigned long addr, bool is_func);
};

/**
 * struct ksplice_resolver - what is being resolved
 * @view:	the update's tables
 * @match:	what matching has learned; of it, only @sym_state and @sym_value
 *		are read
 * @ops:	the running kernel
 * @ctx:	for @ops
 * @err:	why the last call failed
 */
struct ksplice_resolver {
	const struct ksplice_view *view;
	const struct ksplice_match *match;
	const struct ksplice_resolve_ops *ops;
	void *ctx;
	struct ksplice_error err;
};

int ksplice_resolve_sym(struct ksplice_resolver *r, u32 user, u32 sym,
			u64 *value);
int ksplice_resolve_field(struct ksplice_resolver *r,
			  const struct ksplice_f_fixup *fixup, void *field);
int ksplice_resolve_word(struct ksplice_resolver *r, u32 word, u64 *value);

#endif /* _KSPLICE_RESOLVE_H */
