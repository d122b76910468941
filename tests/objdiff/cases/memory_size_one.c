// SPDX-License-Identifier: GPL-2.0
// Nothing else changed that may use it: what exists is as large as the code takes it for.
// replace: opens
#include "kernel.h"
struct file { char *buf; };
extern void *__kmalloc_noprof(u64 size, u32 flags);
int opens(struct file *f) { f->buf = __kmalloc_noprof(PREPOST(64, 65), 0xcc0); return f->buf ? 0 : -12; }
int reads(struct file *f, int i) { return i < 64 ? ext(f->buf[i]) : 0; }
