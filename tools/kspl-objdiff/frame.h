/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of a function's own stack (frame.c). */
#ifndef KSPL_FRAME_H
#define KSPL_FRAME_H

#include "unit.h"

u16 *frames_of(const struct unit *u);

#endif /* KSPL_FRAME_H */
