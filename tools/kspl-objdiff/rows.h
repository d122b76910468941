/* SPDX-License-Identifier: GPL-2.0 */
/* Rows of a constant array that moved (rows.c). */
#ifndef KSPL_ROWS_H
#define KSPL_ROWS_H

#include "verdict.h"

void check_rows(struct verdicts *vs, const struct unit *was, struct unit *is);
void check_new_rows(struct verdicts *vs, struct unit *is);

#endif /* KSPL_ROWS_H */
