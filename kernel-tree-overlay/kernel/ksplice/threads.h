/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_KSPLICE_THREADS_H
#define _KERNEL_KSPLICE_THREADS_H

#include <linux/types.h>

struct ksplice_tasks;
struct task_struct;

bool ksplice_each_thread(void (*fn)(void *data, struct task_struct *task),
			 void *data, struct ksplice_tasks *exiting);

#endif /* _KERNEL_KSPLICE_THREADS_H */
