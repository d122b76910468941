/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_KSPLICE_NUDGE_H
#define _KERNEL_KSPLICE_NUDGE_H

#include <linux/list.h>

struct task_struct;

bool ksplice_nudge(struct list_head *nudges, struct task_struct *task);
void ksplice_nudge_end(struct list_head *nudges);

#endif /* _KERNEL_KSPLICE_NUDGE_H */
