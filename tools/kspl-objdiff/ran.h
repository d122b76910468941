/* SPDX-License-Identifier: GPL-2.0 */
/* New variables whose value comes from code that has run (ran.c). */
#ifndef KSPL_RAN_H
#define KSPL_RAN_H

#include "verdict.h"

void check_ran(struct verdicts *vs, const struct tu *tu);

#endif /* KSPL_RAN_H */
