/* SPDX-License-Identifier: GPL-2.0 */
/* What only runs at boot, and how it is related to the rest. */
#ifndef KSPL_BOOT_H
#define KSPL_BOOT_H

#include "update.h"

enum boot_kind {
	BOOT_NO,		/* it runs, or is used, after boot */
	BOOT_ONLY,
	BOOT_NEVER,		/* exit code of the kernel itself */
};

/**
 * struct edge - one unit's reference to another
 * @to:		NULL: no file of the update defines it
 * @name:	the symbol's name in that case
 * @address:	it takes the address: no direct call or access
 */
struct edge {
	struct unit *to;
	const char *name;
	bool address, branch;
};

typedef VEC(struct edge) edge_vec;

/**
 * struct boot - references between units, and which units are boot code
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
