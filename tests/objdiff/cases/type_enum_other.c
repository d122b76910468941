// SPDX-License-Identifier: GPL-2.0
// Another enum stands where one was.
// cflags: -g -gdwarf-4
// refuse: type_changed:reads
#include "kernel.h"
enum mode { MODE_OFF, MODE_ON };
enum power { POWER_ON, POWER_OFF };
struct dev { enum PREPOST(mode, power) mode; int n; };
int reads(struct dev *d) { return d->mode == PREPOST(MODE_ON, POWER_ON) ? ext(d->n) : 0; }
int both(enum mode m, enum power p) { return ext(m == MODE_OFF) + ext2(p == POWER_OFF); }
