/* SPDX-License-Identifier: GPL-2.0 */
/* The same code with its blocks in another order (flow.c). */
#ifndef KSPL_FLOW_H
#define KSPL_FLOW_H

#include "update.h"

bool unit_same_flow(const struct update *up, const struct unit *a,
		    const struct unit *b, bool has_run);

#endif /* KSPL_FLOW_H */
