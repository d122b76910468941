/* SPDX-License-Identifier: GPL-2.0 */
/* Functions whose address old code passed on (handed.c). */
#ifndef KSPL_HANDED_H
#define KSPL_HANDED_H

#include "boot.h"
#include "verdict.h"

const char *handed_out_by(const struct verdicts *vs, const struct unit *by,
			  const struct edge *e);
const char *handed_out_by_itself(const struct verdicts *vs, const struct unit *u);

#endif /* KSPL_HANDED_H */
