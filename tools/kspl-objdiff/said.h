/* SPDX-License-Identifier: GPL-2.0 */
/* Texts that are only printed (said.c). */
#ifndef KSPL_SAID_H
#define KSPL_SAID_H

#include "update.h"

bool ref_is_message(const struct unit *in, const struct ref *r);

#endif /* KSPL_SAID_H */
