// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - the window: which threads have run since they were checked?
 *
 * A thread's stack stays as it is until the thread runs, and when it has run
 * it is switched out before the stop, for the stoppers take every CPU.  So a
 * probe on the sched_switch tracepoint that records who is switched out tells
 * all threads that must be checked again; the others need no second look,
 * however many there are.
 *
 * The window opens without waiting for anybody.  Who looks at a thread holds
 * it with task_call_func(), that is, under the lock of its runqueue, or blocked
 * and off its CPU.  A switch holds that lock from before the tracepoint until
 * the thread is off its CPU.  So a switch that began before the probe was there
 * has ended when the thread is looked at, and one that begins after the look
 * sees the probe.
 *
 * The idea is that of pre-copy in the migration of virtual machines: Clark et
 * al., "Live Migration of Virtual Machines", NSDI 2005.
 */
#include <linux/bits.h>
#include <linux/error-injection.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/tracepoint.h>

#include <trace/events/sched.h>

#include "ksplice.h"
#include "window.h"

#define HASH_BITS	10
#define SLOTS		BIT(HASH_BITS)

/**
 * struct recorder - threads that were switched out on one CPU
 * @lock:	taken with interrupts off, also under a runqueue's lock
 * @n:		entries in use
 * @overflow:	there were more
 * @task:	the threads, each once, with a reference
 * @slot:	hash table of indices into @task, counted from 1; 0 is free
 */
struct recorder {
	raw_spinlock_t lock;
	unsigned int n;
	bool overflow;
	struct task_struct *task[KSPLICE_WINDOW_TASKS];
	u16 slot[SLOTS];
};

static_assert(SLOTS >= 2 * KSPLICE_WINDOW_TASKS);

/**
 * struct window - an open window, and one that closes
 * @recorders:	who was switched out
 * @rcu:	frees it when no probe runs any more
 */
struct window {
	struct recorder __percpu *recorders;
	struct rcu_head rcu;
};

/* The open one; there is one at a time (ksplice_mutex). */
static struct window *window;

/* Where @task is, or where it would go: there is always a free slot. */
static u16 *find_slot(struct recorder *rec, struct task_struct *task)
{
	unsigned int i = hash_ptr(task, HASH_BITS);

	while (rec->slot[i] && rec->task[rec->slot[i] - 1] != task)
		i = (i + 1) % SLOTS;
	return &rec->slot[i];
}

static void record(struct recorder *rec, struct task_struct *task)
{
	u16 *slot = find_slot(rec, task);

	if (*slot)
		return;
	if (rec->n == KSPLICE_WINDOW_TASKS) {
		rec->overflow = true;
		return;
	}
	get_task_struct(task);
	rec->task[rec->n++] = task;
	*slot = rec->n;
}

/* Called by the scheduler, interrupts off, on the CPU that switches. */
static void probe_switch(void *data, bool preempt, struct task_struct *prev,
			 struct task_struct *next, unsigned int prev_state)
{
	struct window *win = data;
	struct recorder *rec = this_cpu_ptr(win->recorders);

	raw_spin_lock(&rec->lock);
	record(rec, prev);
	raw_spin_unlock(&rec->lock);
}

static void free_window(struct window *win)
{
	struct recorder *rec;
	int cpu;

	for_each_possible_cpu(cpu) {
		rec = per_cpu_ptr(win->recorders, cpu);
		while (rec->n)
			put_task_struct(rec->task[--rec->n]);
	}
	free_percpu(win->recorders);
	kfree(win);
}

static void free_window_rcu(struct rcu_head *rcu)
{
	free_window(container_of(rcu, struct window, rcu));
}

static struct window *alloc_window(void)
{
	struct window *win;
	int cpu;

	win = kzalloc(sizeof(*win), GFP_KERNEL);
	if (!win)
		return NULL;
	win->recorders = alloc_percpu(struct recorder);
	if (!win->recorders) {
		kfree(win);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		raw_spin_lock_init(&per_cpu_ptr(win->recorders, cpu)->lock);
	return win;
}

/**
 * ksplice_window_open - begin to record who is switched out
 *
 * Context: process, may sleep; one window at a time (ksplice_mutex).
 * Return: 0 or an errno.
 */
int ksplice_window_open(void)
{
	int ret;

	window = alloc_window();
	if (!window)
		return -ENOMEM;
	ret = register_trace_sched_switch(probe_switch, window);
	if (ret)
		free_window(window);
	return ret;
}
ALLOW_ERROR_INJECTION(ksplice_window_open, ERRNO);

static void reset(struct recorder *rec)
{
	rec->n = 0;
	rec->overflow = false;
	memset(rec->slot, 0, sizeof(rec->slot));
}

static bool drain_one(struct recorder *rec, struct ksplice_tasks *to)
{
	unsigned long flags;
	bool overflow;

	raw_spin_lock_irqsave(&rec->lock, flags);
	memcpy(&to->task[to->n], rec->task, rec->n * sizeof(*rec->task));
	to->n += rec->n;
	overflow = rec->overflow;
	reset(rec);
	raw_spin_unlock_irqrestore(&rec->lock, flags);
	return overflow;
}

/**
 * ksplice_window_drain - take what was recorded since the last time
 * @to:		empty, with room for KSPLICE_WINDOW_TASKS per possible CPU; gets
 *		threads with a reference each, some perhaps twice
 *
 * Context: process.
 * Return: false if more threads ran than could be recorded: then all threads
 * have to be checked again.
 */
bool ksplice_window_drain(struct ksplice_tasks *to)
{
	bool complete = true;
	int cpu;

	for_each_possible_cpu(cpu) {
		if (drain_one(per_cpu_ptr(window->recorders, cpu), to))
			complete = false;
	}
	return complete;
}

/**
 * ksplice_window_peek - go through what was recorded since the last drain
 * @fn:		called for each thread
 * @data:	for @fn
 *
 * Context: in the stop, where nothing is recorded.
 * Return: false if the record is incomplete.
 */
bool ksplice_window_peek(void (*fn)(void *data, struct task_struct *task),
			 void *data)
{
	struct recorder *rec;
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		if (per_cpu_ptr(window->recorders, cpu)->overflow)
			return false;
	}
	for_each_possible_cpu(cpu) {
		rec = per_cpu_ptr(window->recorders, cpu);
		for (i = 0; i < rec->n; i++)
			fn(data, rec->task[i]);
	}
	return true;
}

/**
 * ksplice_window_count - how many threads were recorded since the last drain?
 *
 * Context: any; more may be recorded meanwhile.
 * Return: their number, or KSPLICE_WINDOW_OVERFLOW.
 */
unsigned int ksplice_window_count(void)
{
	const struct recorder *rec;
	unsigned int n = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		rec = per_cpu_ptr(window->recorders, cpu);
		if (READ_ONCE(rec->overflow))
			return KSPLICE_WINDOW_OVERFLOW;
		n += READ_ONCE(rec->n);
	}
	return n;
}

/**
 * ksplice_window_close - record no more
 *
 * Context: process, may sleep.
 */
void ksplice_window_close(void)
{
	unregister_trace_sched_switch(probe_switch, window);
	/* Probes run with preemption off: RCU knows when the last has ended. */
	call_rcu(&window->rcu, free_window_rcu);
	window = NULL;
}

/**
 * ksplice_window_exit - wait until the last window is freed
 */
void ksplice_window_exit(void)
{
	rcu_barrier();
}
