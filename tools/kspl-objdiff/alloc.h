/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that code allocates and frees (alloc.c). */
#ifndef KSPL_ALLOC_H
#define KSPL_ALLOC_H

#include "verdict.h"

bool makes_memory(const struct obj *obj, const char *name);
bool unit_makes_memory(const struct unit *u);
void check_memory(struct verdicts *vs, const struct tu *tu);

#endif /* KSPL_ALLOC_H */
