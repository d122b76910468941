/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_KSPLICE_WINDOW_H
#define _KERNEL_KSPLICE_WINDOW_H

#include <linux/limits.h>
#include <linux/types.h>

struct task_struct;

/* Number of threads that one CPU can record between two drains, at first */
#define KSPLICE_WINDOW_TASKS	512

/* No number of threads: more have run than could be recorded */
#define KSPLICE_WINDOW_OVERFLOW	UINT_MAX

/**
 * struct ksplice_tasks - some threads, with a reference each
 * @task:	the threads
 * @n:		number of them
 * @room:	number of threads there is room for
 */
struct ksplice_tasks {
	struct task_struct **task;
	unsigned int n;
	unsigned int room;
};

int ksplice_tasks_alloc(struct ksplice_tasks *tasks, unsigned int room);
void ksplice_tasks_free(struct ksplice_tasks *tasks);
void ksplice_put_tasks(struct ksplice_tasks *tasks);

int ksplice_window_open(void);
void ksplice_window_grow(struct ksplice_tasks *to);
bool ksplice_window_drain(struct ksplice_tasks *to);
bool ksplice_window_peek(void (*fn)(void *data, struct task_struct *task),
			 void *data);
unsigned int ksplice_window_count(void);
void ksplice_window_close(void);
void ksplice_window_exit(void);

#endif /* _KERNEL_KSPLICE_WINDOW_H */
