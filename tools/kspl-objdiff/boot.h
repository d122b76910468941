/* SPDX-License-Identifier: GPL-2.0 */
/* What runs at boot only, and what it has to do with the rest. */
#ifndef KSPL_BOOT_H
#define KSPL_BOOT_H

#include "update.h"

enum boot_kind {
	BOOT_NO,		/* runs, or is used, after boot */
	BOOT_ONLY,
	BOOT_NEVER,		/* exit code of the kernel itself */
};

/**
 * struct edge - one unit's reference to another
 * @to:		NULL: what no file of the update has
 * @name:	of the symbol then
 * @address:	it takes the address, for what is no direct call or access
 */
struct edge {
	struct unit *to;
	const char *name;
	bool address, branch;
};

typedef VEC(struct edge) edge_vec;

/**
 * struct boot - who refers to whom, and what of it is boot code
 * @edges:	by unit.id
 * @kind:	by unit.id: enum boot_kind
 */
struct boot {
	edge_vec *edges;
	u8 *kind;
};

/* bootgraph.c */
struct boot *boot_read(const struct update *up);
void boot_free(const struct update *up, struct boot *boot);
bool section_is_initcall(const struct sec *sec);
bool parameter_is_new(const struct boot *boot, const struct unit *u);

#endif /* KSPL_BOOT_H */
