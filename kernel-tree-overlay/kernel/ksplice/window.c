// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - the window: which threads have run since they were checked?
 *
 * A thread's stack stays as it is until the thread runs, and when it has run
 * it is switched out before the stop, for the stoppers take every CPU.  So a
 * probe on the sched_switch tracepoint that records who is switched out tells
 * all threads that must be checked again; the others need no second check,
 * however many there are.
 *
 * The window opens without waiting for anybody.  Whoever checks a thread holds
 * it with task_call_func(), that is, under the lock of its runqueue, or blocked
 * and off its CPU.  A switch holds that lock from before the tracepoint until
 * the thread is off its CPU.  So a switch that began before the probe was there
 * has ended when the thread is checked, and one that begins after the check
 * sees the probe.
 *
 * There is room for a number of threads per CPU.  If more run, the record is no
 * record any more, and all threads have to be checked again; that CPU gets twice
 * the room for it.
 *
 * The idea is that of pre-copy in the migration of virtual machines: Clark et
 * al., "Live Migration of Virtual Machines", NSDI 2005.
 */
#include <linux/bits.h>
#include <linux/error-injection.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/topology.h>
#include <linux/tracepoint.h>

#include <trace/events/sched.h>

#include "ksplice.h"
#include "window.h"

/* No CPU gets room for more than this. */
#define MAX_TASKS	32768

/**
 * struct table - threads, each once
 * @bits:	there are so many slots, as a power of two, and half as many @task
 * @slot:	hash table of indices into @task, counted from 1; 0 is free
 * @task:	the threads, with a reference
 */
struct table {
	unsigned int bits;
	u16 *slot;
	struct task_struct *task[];
};

static_assert(MAX_TASKS <= U16_MAX);

/**
 * struct recorder - threads that were switched out on one CPU
 * @lock:	taken with interrupts off, also under a runqueue's lock
 * @n:		entries of @table in use
 * @overflow:	there were more
 * @too_small:	there once were more than @table is for
 * @table:	the threads
 */
struct recorder {
	raw_spinlock_t lock;
	unsigned int n;
	bool overflow;
	bool too_small;
	struct table *table;
};

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

static unsigned int window_room(const struct table *table)
{
	return BIT(table->bits) / 2;
}

static struct table *window_alloc_table(unsigned int tasks, int node)
{
	struct table *table;
	size_t size;

	/* The slots are behind the threads, twice as many. */
	size = struct_size(table, task, tasks);
	table = kvzalloc_node(size + 2 * tasks * sizeof(*table->slot),
			      GFP_KERNEL, node);
	if (!table)
		return NULL;
	table->bits = ilog2(tasks) + 1;
	table->slot = (void *)table + size;
	return table;
}

/* Where @task is, or where it would go: there is always a free slot. */
static u16 *window_find_slot(struct table *table, struct task_struct *task)
{
	unsigned int i = hash_ptr(task, table->bits);

	while (table->slot[i] && table->task[table->slot[i] - 1] != task)
		i = (i + 1) % BIT(table->bits);
	return &table->slot[i];
}

static void window_record(struct recorder *rec, struct task_struct *task)
{
	struct table *table = rec->table;
	u16 *slot = window_find_slot(table, task);

	if (*slot)
		return;
	if (rec->n == window_room(table)) {
		rec->overflow = true;
		rec->too_small = true;
		return;
	}
	get_task_struct(task);
	table->task[rec->n++] = task;
	*slot = rec->n;
}

/* Called by the scheduler, interrupts off, on the CPU that switches. */
static void window_probe_switch(void *data, bool preempt, struct task_struct *prev,
				struct task_struct *next, unsigned int prev_state)
{
	struct window *win = data;
	struct recorder *rec = this_cpu_ptr(win->recorders);

	raw_spin_lock(&rec->lock);
	window_record(rec, prev);
	raw_spin_unlock(&rec->lock);
}

static void window_free_table(struct table *table, unsigned int n)
{
	while (n)
		put_task_struct(table->task[--n]);
	kvfree(table);
}

static void window_free(struct window *win)
{
	struct recorder *rec;
	int cpu;

	for_each_possible_cpu(cpu) {
		rec = per_cpu_ptr(win->recorders, cpu);
		window_free_table(rec->table, rec->n);
	}
	free_percpu(win->recorders);
	kfree(win);
}

static void window_free_rcu(struct rcu_head *rcu)
{
	window_free(container_of(rcu, struct window, rcu));
}

static struct window *window_alloc(void)
{
	struct recorder *rec;
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
	for_each_possible_cpu(cpu) {
		rec = per_cpu_ptr(win->recorders, cpu);
		raw_spin_lock_init(&rec->lock);
		rec->table = window_alloc_table(KSPLICE_WINDOW_TASKS, cpu_to_node(cpu));
		if (!rec->table) {
			window_free(win);
			return NULL;
		}
	}
	return win;
}

/**
 * ksplice_tasks_alloc() - make room for threads
 * @tasks:	zeroed
 * @room:	for how many
 *
 * Return: 0 or -ENOMEM.
 */
int ksplice_tasks_alloc(struct ksplice_tasks *tasks, unsigned int room)
{
	tasks->task = kvcalloc(room, sizeof(*tasks->task), GFP_KERNEL);
	if (!tasks->task)
		return -ENOMEM;
	tasks->room = room;
	return 0;
}

/**
 * ksplice_put_tasks() - drop the references
 * @tasks:	empty afterwards
 */
void ksplice_put_tasks(struct ksplice_tasks *tasks)
{
	while (tasks->n)
		put_task_struct(tasks->task[--tasks->n]);
}

/**
 * ksplice_tasks_free() - undo ksplice_tasks_alloc()
 * @tasks:	zeroed afterwards
 */
void ksplice_tasks_free(struct ksplice_tasks *tasks)
{
	ksplice_put_tasks(tasks);
	kvfree(tasks->task);
	*tasks = (struct ksplice_tasks){};
}

/**
 * ksplice_window_open() - begin to record who is switched out
 *
 * Context: process, may sleep; one window at a time (ksplice_mutex).
 * Return: 0 or an errno.
 */
int ksplice_window_open(void)
{
	int ret;

	window = window_alloc();
	if (!window)
		return -ENOMEM;
	ret = register_trace_sched_switch(window_probe_switch, window);
	if (ret)
		window_free(window);
	return ret;
}
ALLOW_ERROR_INJECTION(ksplice_window_open, ERRNO);

static void window_reset(struct recorder *rec)
{
	struct table *table = rec->table;

	rec->n = 0;
	rec->overflow = false;
	memset(table->slot, 0, sizeof(*table->slot) << table->bits);
}

static bool window_drain_one(struct recorder *rec, struct ksplice_tasks *to)
{
	unsigned long flags;
	bool overflow;

	raw_spin_lock_irqsave(&rec->lock, flags);
	memcpy(&to->task[to->n], rec->table->task,
	       rec->n * sizeof(*rec->table->task));
	to->n += rec->n;
	overflow = rec->overflow;
	window_reset(rec);
	raw_spin_unlock_irqrestore(&rec->lock, flags);
	return overflow;
}

/**
 * ksplice_window_drain() - take what was recorded since the last time
 * @to:		empty, from ksplice_window_grow(); gets threads with a reference each,
 *		some perhaps twice
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
		if (window_drain_one(per_cpu_ptr(window->recorders, cpu), to))
			complete = false;
	}
	return complete;
}

static bool window_may_grow(const struct recorder *rec)
{
	return READ_ONCE(rec->too_small) && window_room(rec->table) < MAX_TASKS;
}

static unsigned int window_grown_room(const struct recorder *rec)
{
	return window_room(rec->table) * (window_may_grow(rec) ? 2 : 1);
}

static unsigned int window_all_room(void)
{
	unsigned int n = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		n += window_room(per_cpu_ptr(window->recorders, cpu)->table);
	return n;
}

static void window_grow_one(struct recorder *rec, unsigned int tasks, int node)
{
	struct table *old, *table = window_alloc_table(tasks, node);
	unsigned long flags;
	unsigned int n;

	if (!table)
		return;
	raw_spin_lock_irqsave(&rec->lock, flags);
	old = rec->table;
	n = rec->n;
	rec->table = table;
	rec->n = 0;
	rec->overflow = false;
	rec->too_small = false;
	raw_spin_unlock_irqrestore(&rec->lock, flags);
	window_free_table(old, n);
}

/**
 * ksplice_window_grow() - make room for more threads where there were too many
 * @to:		empty; gets room for all that is recorded
 *
 * What was recorded may be forgotten: all threads have to be checked after it.
 * Without memory all stays as it is.
 *
 * Context: process, may sleep.
 */
void ksplice_window_grow(struct ksplice_tasks *to)
{
	struct ksplice_tasks more = {};
	unsigned int more_room, n = 0;
	struct recorder *rec;
	int cpu;

	for_each_possible_cpu(cpu)
		n += window_grown_room(per_cpu_ptr(window->recorders, cpu));
	if (n > to->room) {
		if (ksplice_tasks_alloc(&more, n))
			return;
		ksplice_tasks_free(to);
		*to = more;
	}
	/* One that has become too small since then waits for the next time. */
	for_each_possible_cpu(cpu) {
		rec = per_cpu_ptr(window->recorders, cpu);
		more_room = window_room(rec->table);
		if (window_may_grow(rec) && window_all_room() + more_room <= to->room)
			window_grow_one(rec, 2 * more_room, cpu_to_node(cpu));
	}
}

/**
 * ksplice_window_peek() - go through what was recorded since the last drain
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
			fn(data, rec->table->task[i]);
	}
	return true;
}

/**
 * ksplice_window_count() - how many threads were recorded since the last drain?
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
 * ksplice_window_close() - record no more
 *
 * Context: process, may sleep.
 */
void ksplice_window_close(void)
{
	unregister_trace_sched_switch(window_probe_switch, window);
	/* Probes run with preemption off: RCU knows when the last has ended. */
	call_rcu(&window->rcu, window_free_rcu);
	window = NULL;
}

/**
 * ksplice_window_exit() - wait until the last window is freed
 */
void ksplice_window_exit(void)
{
	rcu_barrier();
}
