/* SPDX-License-Identifier: GPL-2.0 */
/* Where an address gets to, as far as the code shows (escape.c). */
#ifndef KSPL_ESCAPE_H
#define KSPL_ESCAPE_H

#include "update.h"

/**
 * struct escape - how a function lets an address get out
 * @how:	text to follow "FUNCTION ", e.g. "stores the address of X"
 * @compared:	it compares the address with another value
 * @lent:	it passes the address to a function that uses it for a while
 */
struct escape {
	const char *how;
	bool compared, lent;
};

bool ref_takes_address(const struct unit *u, const struct ref *r);
bool unit_lets_out(const struct update *up, const struct unit *func,
		   const struct unit *what, bool deep, struct escape *esc);
bool unit_hands_out(const struct update *up, const struct unit *func,
		    const struct unit *what, bool deep, struct escape *esc);
bool ref_writes(const struct unit *u, const struct ref *r);
bool unit_keeps_result(const struct update *up, const struct unit *caller,
		       const struct unit *func, struct escape *esc);
const char *unit_acts_unseen(const struct unit *func);
bool callee_copies(const char *name);
bool callee_compares(const char *name);
bool callee_only_runs(const char *name);
bool callee_is_in_it(const char *name);
bool callee_prints(const char *name);
bool callee_only_says(const char *name);
bool callee_keeps_nothing(const char *name, bool *returns, bool *lent);

#endif /* KSPL_ESCAPE_H */
