// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - the window: which threads have run since they were checked?
 *
 * A thread's stack stays as it is until the thread runs.  A thread that has run is
 * switched out before the stop, since the stoppers take every CPU.  So a probe on the
 * sched_switch tracepoint that records threads that are switched out finds all
 * threads that must be checked again.  The others need no second check, however many
 * there are.
 *
 * The window opens without waiting for a grace period.  The code that checks a thread
 * holds it with task_call_func(): under the lock of its runqueue, or blocked and off
 * its CPU.  A switch holds that lock from before the tracepoint until the thread is
 * off its CPU.  So a switch that began before the probe was registered has ended when
 * the thread is checked, and one that begins after the check calls the probe.
 *
 * Each CPU has room to record a number of threads.  If more run, the record is
 * incomplete and proves nothing: all threads have to be checked again, and that CPU
 * gets twice the room.
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
#include <linux/sched.h>
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
 * struct table - a set of threads
 * @bits:	log2 of the number of slots; @task has half as many entries
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
 * @overflow:	there were more threads since the last drain than @table has room for
 * @too_small:	there were more at any time since @table was allocated
 * @closed:	nothing is recorded any more
 * @table:	the threads
 */
struct recorder {
	raw_spinlock_t lock;
	unsigned int n;
	bool overflow;
	bool too_small;
	bool closed;
	struct table *table;
};

/**
 * struct window - a window that is open, or is being closed
 * @recorders:	by CPU: the threads that were switched out
 * @rcu:	frees the window when no probe runs any more
 */
struct window {
	struct recorder __percpu *recorders;
	struct rcu_head rcu;
};

/* The open window; there is one at a time (ksplice_mutex). */
static struct window *window;

static unsigned int window_room(const struct table *table)
{
	return BIT(table->bits) / 2;
}

static struct table *window_alloc_table(unsigned int tasks, int node)
{
	struct table *table;
	size_t size;

	/* The slots are behind the threads, and there are twice as many of them. */
	size = struct_size(table, task, tasks);
	table = kvzalloc_node(size + 2 * tasks * sizeof(*table->slot),
			      GFP_KERNEL, node);
	if (!table)
		return NULL;
	table->bits = ilog2(tasks) + 1;
	table->slot = (void *)table + size;
	return table;
}

/* Finds the slot of @task, or a free one for it: there always is one. */
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
	if (!rec->closed)
		window_record(rec, prev);
	raw_spin_unlock(&rec->lock);
}

/* There may be tens of thousands, and the last reference frees the thread. */
static void window_put_tasks(struct task_struct **task, unsigned int n)
{
	while (n) {
		put_task_struct(task[--n]);
		cond_resched();
	}
}

/* Holds no threads any more: this may be called by RCU. */
static void window_free(struct window *win)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu_ptr(win->recorders, cpu)->table);
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
 * @room:	number of threads
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
 * ksplice_put_tasks() - drop the references to some threads
 * @tasks:	empty afterwards
 *
 * Context: process, may sleep.
 */
void ksplice_put_tasks(struct ksplice_tasks *tasks)
{
	window_put_tasks(tasks->task, tasks->n);
	tasks->n = 0;
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
 * ksplice_window_open() - begin to record threads that are switched out
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
 * ksplice_window_drain() - take the threads that were recorded since the last drain
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
	window_put_tasks(old->task, n);
	kvfree(old);
}

/**
 * ksplice_window_grow() - make room for more threads on CPUs that ran too many
 * @to:		empty; gets room for all threads that can be recorded
 *
 * This may lose what was recorded: all threads have to be checked afterwards.
 * If there is no memory, everything stays as it is.
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
	/* A recorder that has become too small just now has to wait for the next call. */
	for_each_possible_cpu(cpu) {
		rec = per_cpu_ptr(window->recorders, cpu);
		more_room = window_room(rec->table);
		if (window_may_grow(rec) && window_all_room() + more_room <= to->room)
			window_grow_one(rec, 2 * more_room, cpu_to_node(cpu));
	}
}

/**
 * ksplice_window_peek() - go through the threads recorded since the last drain
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

/* Drops the threads here, not in the callback of RCU, where others would have to wait. */
static void window_close_one(struct recorder *rec)
{
	unsigned long flags;
	unsigned int n;

	raw_spin_lock_irqsave(&rec->lock, flags);
	rec->closed = true;
	n = rec->n;
	rec->n = 0;
	raw_spin_unlock_irqrestore(&rec->lock, flags);
	window_put_tasks(rec->table->task, n);
}

/**
 * ksplice_window_close() - stop recording
 *
 * Context: process, may sleep.
 */
void ksplice_window_close(void)
{
	int cpu;

	unregister_trace_sched_switch(window_probe_switch, window);
	for_each_possible_cpu(cpu)
		window_close_one(per_cpu_ptr(window->recorders, cpu));
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
