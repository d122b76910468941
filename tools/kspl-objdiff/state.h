/* SPDX-License-Identifier: GPL-2.0 */
/* Variables that may have a new name (state.c, align.c) */
#ifndef KSPL_STATE_H
#define KSPL_STATE_H

#include "update.h"

void pair_state(struct update *up);
void mark_rivals(struct update *up);
bool state_is(const struct unit *u);
bool state_is_dropped(const struct update *up, const struct unit *u);
bool state_is_new(const struct update *up, const struct unit *u);
const char *state_name(const struct unit *u);
bool state_is_open(const struct unit *u);
bool used_alike(const struct update *up, const struct unit *pre,
		const struct unit *a, const struct unit *post,
		const struct unit *b, bool strict);

/* lost.c */
bool unit_calls_lock(const struct unit *func, bool unlock);

#endif /* KSPL_STATE_H */
