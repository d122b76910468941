// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - go through all threads, a few at a time
 *
 * There may be a hundred thousand threads.  So they are gathered by pid, one batch at a
 * time under RCU, with a reference to each.  After each thread, other threads may
 * have the CPU.
 *
 * Which threads could be missed?  A pid exists as long as its thread is on the task
 * list.  So only a thread that joins or leaves the list meanwhile, or gets another pid:
 *
 * - A thread that joins has nothing on its stack but the way out of fork, and has to
 *   run before it can be anywhere else.
 * - A thread that leaves is on the kernel's list of exiting threads by then, which is
 *   gone through last.  A kernel without such a list waits for all exiting threads, but
 *   not for long: one that gets no CPU must not keep module notifiers waiting.
 *   After that a thread has come to its end, where it cannot be preempted, and runs
 *   nothing any more when it is off its CPU.
 * - A thread that calls exec, and is not the first of its process, takes over the pid
 *   of the first.  It does so itself, so it runs meanwhile.
 *
 * For a check in a window that is enough, since threads that run are recorded
 * (window.c).  Idle tasks have no pid; they are found by CPU.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_wait.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "ksplice.h"
#include "threads.h"
#include "window.h"

/* Number of pids that are looked up under RCU at a time */
#define BATCH	64

/**
 * struct batch - threads that were gathered
 * @task:	the threads, with a reference each
 * @n:		number of them
 * @pid:	the pid to continue with; 0 at the end
 */
struct batch {
	struct task_struct *task[BATCH];
	unsigned int n;
	pid_t pid;
};

/* Not inlined, so that make bench can measure how long this takes. */
static noinline void threads_gather_batch(struct batch *batch)
{
	struct task_struct *task;
	struct pid *pid;
	unsigned int i;

	batch->n = 0;
	rcu_read_lock();
	for (i = 0; i < BATCH; i++) {
		pid = find_ge_pid(batch->pid, &init_pid_ns);
		if (!pid) {
			batch->pid = 0;
			break;
		}
		batch->pid = pid_nr(pid) + 1;
		/* NULL if only a process group or session still uses the pid. */
		task = pid_task(pid, PIDTYPE_PID);
		if (task)
			batch->task[batch->n++] = get_task_struct(task);
	}
	rcu_read_unlock();
}

static void threads_each_listed(void (*fn)(void *data, struct task_struct *task),
				void *data)
{
	struct batch batch = { .pid = 1 };
	unsigned int i;

	do {
		threads_gather_batch(&batch);
		for (i = 0; i < batch.n; i++) {
			fn(data, batch.task[i]);
			put_task_struct(batch.task[i]);
			cond_resched();
		}
	} while (batch.pid);
}

static void threads_each_idle(void (*fn)(void *data, struct task_struct *task),
			      void *data)
{
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		fn(data, idle_task(cpu));
		cond_resched();
	}
	cpus_read_unlock();
}

/* Exiting threads as they are gathered, and whether there were too many. */
struct gathered {
	struct ksplice_tasks *tasks;
	bool missed;
};

static void threads_gather_exiting(struct task_struct *task, void *data)
{
	struct gathered *gathered = data;
	struct ksplice_tasks *tasks = gathered->tasks;

	if (tasks->n == tasks->room)
		gathered->missed = true;
	else
		tasks->task[tasks->n++] = get_task_struct(task);
}

/**
 * ksplice_each_thread() - go through all threads, the exiting and idle ones included
 * @fn:		called for each, some perhaps twice.  The thread may run.
 * @data:	for @fn
 * @exiting:	empty, with room for threads that exit: @fn cannot be called for them
 *		with the lock of their list held
 *
 * Context: process, may sleep; not with cpus_read_lock() held.
 * Return: false if there was not enough room for threads that exit, or if these did not
 * come to their end.
 */
bool ksplice_each_thread(void (*fn)(void *data, struct task_struct *task),
			 void *data, struct ksplice_tasks *exiting)
{
	struct gathered gathered = { .tasks = exiting };
	unsigned int i;
	bool all;

	threads_each_listed(fn, data);
	threads_each_idle(fn, data);

	all = ksplice_each_exiting(threads_gather_exiting, &gathered);
	for (i = 0; i < exiting->n; i++) {
		fn(data, exiting->task[i]);
		cond_resched();
	}
	ksplice_put_tasks(exiting);
	return all && !gathered.missed;
}
