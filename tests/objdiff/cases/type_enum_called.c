// SPDX-License-Identifier: GPL-2.0
// An enum with another name, whose values are the same.
// cflags: -g -gdwarf-4
// replace: reads
#include "kernel.h"
enum PREPOST(mode, dev_mode) { MODE_OFF, MODE_ON, NR_MODES };
struct dev { enum PREPOST(mode, dev_mode) mode, *saved[2]; int n; };
int reads(struct dev *d) { return d->mode == MODE_ON ? ext(d->n) + PREPOST(1, 2) : *d->saved[1]; }
