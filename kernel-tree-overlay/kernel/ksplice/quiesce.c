// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - the stop: check every thread, then write
 *
 * All CPUs meet in the stop.  One of them, the master, checks all threads; if
 * nobody is inside the code, it writes the jumps, step by step, all CPUs
 * synchronising in between, so that not even an NMI can run half a jump.
 *
 * Lock order: ksplice_mutex, cpus_read_lock(), jump_label_lock(), text_mutex,
 * the stop.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/livepatch.h>
#include <linux/memory.h>
#include <linux/rcupdate.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/stop_machine.h>

#include "ksplice.h"

/* Wait this long between attempts: short at first, then patient. */
#define RETRY_MIN_MS	10
#define RETRY_MAX_MS	1000

/**
 * struct stop - one attempt
 * @update:	the update
 * @apply:	apply it, else take it back
 * @check:	the check of threads
 * @jumps:	the jumps to write
 * @nr_jumps:	number of them
 * @stoppers:	by CPU: the thread that holds it in the stop
 * @arrived:	how often a CPU has reached a meeting point
 * @ncpus:	CPUs in the stop
 * @master:	the CPU that does the work
 * @ret:	how it went
 * @cause:	the same, for abort_cause
 * @pause_ns:	from the master's arrival to its end
 */
struct stop {
	struct ksplice_update *update;
	bool apply;
	struct ksplice_check check;
	struct arch_ksplice_jump **jumps;
	unsigned int nr_jumps;
	struct task_struct **stoppers;
	atomic_t arrived;
	unsigned int ncpus;
	int master;
	int ret;
	enum ksplice_cause cause;
	u64 pause_ns;
};

/*
 * Wait until all CPUs have come here for the @nth time.  The full barriers of
 * atomic_inc_return() order what a CPU did before against what the others do
 * behind it.
 */
static void meet(struct stop *stop, unsigned int nth)
{
	unsigned int all = nth * stop->ncpus;

	if (atomic_inc_return(&stop->arrived) == all)
		return;
	while ((unsigned int)atomic_read_acquire(&stop->arrived) < all)
		cpu_relax();
}

/*
 * Idle tasks are on no list.  One of an online CPU sleeps as any task does,
 * the stopper having preempted it.  One of an offline CPU waits in the code
 * that plays dead and comes back through the CPU's startup, on a fresh stack.
 */
static void check_idle_tasks(struct ksplice_check *check)
{
	int cpu;

	for_each_online_cpu(cpu)
		ksplice_check_task(check, idle_task(cpu));
}

/*
 * A thread on a CPU must be that CPU's stopper: all of them stand where the
 * master stands, whose own stack is checked.
 */
static bool is_stopper(const struct stop *stop, struct task_struct *task)
{
	return stop->stoppers[task_cpu(task)] == task;
}

static bool runs(struct task_struct *task)
{
	return READ_ONCE(task->on_cpu);
}

static void check_threads(struct stop *stop)
{
	struct ksplice_check *check = &stop->check;
	struct task_struct *process, *task;

	ksplice_check_task(check, current);
	if (check->nr_conflicts) {
		stop->cause = KSPLICE_ALWAYS_BUSY;
		return;
	}

	for_each_process_thread(process, task) {
		if (is_stopper(stop, task))
			continue;
		if (runs(task))
			ksplice_add_conflict(check, task, ULONG_MAX, false);
		else
			ksplice_check_task(check, task);
	}
	check_idle_tasks(check);
	stop->cause = KSPLICE_CODE_BUSY;
}

static void decide(struct stop *stop)
{
	check_threads(stop);
	if (stop->check.nr_conflicts) {
		stop->ret = -EBUSY;
		return;
	}
	stop->cause = KSPLICE_OK;
	stop->ret = 0;
	arch_ksplice_poke_start(stop->jumps, stop->nr_jumps);
}

static void poke_all(struct stop *stop, int step)
{
	unsigned int i;

	for (i = 0; i < stop->nr_jumps; i++)
		arch_ksplice_poke(stop->jumps[i], stop->apply, step);
}

static int stop_fn(void *data)
{
	struct stop *stop = data;
	int cpu = smp_processor_id();
	bool master = cpu == stop->master;
	u64 start = local_clock();
	unsigned int nth = 0;
	int step;

	stop->stoppers[cpu] = current;
	meet(stop, ++nth);
	if (master)
		decide(stop);
	meet(stop, ++nth);
	if (stop->ret)
		return 0;

	for (step = 0; step < ARCH_KSPLICE_POKE_STEPS; step++) {
		if (master)
			poke_all(stop, step);
		meet(stop, ++nth);
		arch_ksplice_sync();
		meet(stop, ++nth);
	}
	if (master) {
		arch_ksplice_poke_end();
		stop->pause_ns = local_clock() - start;
	}
	return 0;
}

static int cmp_ranges(const void *a, const void *b)
{
	const struct ksplice_range *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return 0;
}

/* Nobody may be in the old functions when they are replaced ... */
static void apply_ranges(struct stop *stop)
{
	struct ksplice_check *check = &stop->check;
	struct ksplice_func *func;

	ksplice_for_each_func(stop->update, func) {
		check->ranges[check->nr_ranges].start = func->old_addr;
		check->ranges[check->nr_ranges].end = func->old_addr +
						      func->old_size;
		check->nr_ranges++;
	}
	sort(check->ranges, check->nr_ranges, sizeof(*check->ranges),
	     cmp_ranges, NULL);
}

/* ... and nobody anywhere in the update's text when it is taken back. */
static void reverse_ranges(struct stop *stop)
{
	const struct module_memory *text = &stop->update->module->mem[MOD_TEXT];
	struct ksplice_check *check = &stop->check;

	check->ranges[0].start = (unsigned long)text->base;
	check->ranges[0].end = (unsigned long)text->base + text->size;
	check->nr_ranges = 1;
	check->pointers = true;
}

static void collect_jumps(struct stop *stop)
{
	struct ksplice_func *func;

	ksplice_for_each_func(stop->update, func) {
		if (func->new_addr)
			stop->jumps[stop->nr_jumps++] = &func->jump;
	}
}

static void stop_free(struct stop *stop)
{
	kvfree(stop->check.ranges);
	kvfree(stop->check.conflicts);
	kvfree(stop->jumps);
	kfree(stop->stoppers);
}

static int stop_alloc(struct stop *stop, struct ksplice_update *update,
		      bool apply)
{
	unsigned int n = update->nr_funcs;

	stop->update = update;
	stop->apply = apply;
	stop->check.ranges = kvcalloc(n, sizeof(*stop->check.ranges),
				      GFP_KERNEL);
	stop->check.conflicts = kvcalloc(KSPLICE_MAX_CONFLICTS,
					 sizeof(*stop->check.conflicts),
					 GFP_KERNEL);
	stop->jumps = kvcalloc(n, sizeof(*stop->jumps), GFP_KERNEL);
	stop->stoppers = kcalloc(nr_cpu_ids, sizeof(*stop->stoppers),
				 GFP_KERNEL);
	if (!stop->check.ranges || !stop->check.conflicts || !stop->jumps ||
	    !stop->stoppers) {
		stop_free(stop);
		return -ENOMEM;
	}

	collect_jumps(stop);
	if (apply)
		apply_ranges(stop);
	else
		reverse_ranges(stop);
	return 0;
}

static void stop_reset(struct stop *stop)
{
	stop->check.nr_conflicts = 0;
	stop->check.checked = 0;
	stop->check.unwound = 0;
	stop->check.scanned = 0;
	atomic_set(&stop->arrived, 0);
	stop->ncpus = num_online_cpus();
	stop->master = cpumask_first(cpu_online_mask);
	stop->ret = -EINVAL;
}

/* Somebody else's bytes?  Context: jump_label_lock() and text_mutex held. */
static int check_text(struct stop *stop)
{
	struct ksplice_func *func;
	const char *why;

	ksplice_for_each_func(stop->update, func) {
		if (!func->new_addr)
			continue;
		if (!arch_ksplice_jump_check(&func->jump, stop->apply, &why))
			continue;
		pr_err("%s: cannot %s %s at %pS: %s; remove that and try again\n",
		       stop->update->name, stop->apply ? "replace" : "restore",
		       func->name, (void *)func->jump.site, why);
		stop->cause = KSPLICE_TEXT_RESERVED;
		return -EBUSY;
	}
	return 0;
}

/*
 * One attempt.  The locks keep CPUs, and whoever else writes text, as they
 * are from the check of the text to the end of the stop.
 */
static int try_once(struct stop *stop)
{
	int ret;

	cpus_read_lock();
	jump_label_lock();
	mutex_lock(&text_mutex);

	stop_reset(stop);
	ret = check_text(stop);
	if (!ret) {
		ret = stop_machine_cpuslocked(stop_fn, stop, cpu_online_mask);
		if (!ret)
			ret = stop->ret;
	}
	WRITE_ONCE(stop->update->holds_text, stop->apply == !ret);

	mutex_unlock(&text_mutex);
	jump_label_unlock();
	cpus_read_unlock();
	return ret;
}

/* Worth another attempt? */
static bool transient(const struct stop *stop, int ret)
{
	return ret == -EBUSY && stop->cause == KSPLICE_CODE_BUSY;
}

static int try_until(struct stop *stop, struct ksplice_stats *stats)
{
	unsigned long end = jiffies +
			    msecs_to_jiffies(READ_ONCE(stop->update->timeout_ms));
	unsigned int wait = RETRY_MIN_MS;
	int ret;

	for (;;) {
		ret = try_once(stop);
		stats->attempts++;
		if (!transient(stop, ret) || time_after_eq(jiffies, end))
			return ret;
		if (msleep_interruptible(wait)) {
			stop->cause = KSPLICE_INTERRUPTED;
			return -EINTR;
		}
		wait = min(wait * 2, RETRY_MAX_MS);
		wait = min_t(unsigned long, wait,
			     jiffies_to_msecs(end - jiffies) + 1);
	}
}

static void record(struct stop *stop, struct ksplice_stats *stats)
{
	struct ksplice_update *update = stop->update;

	stats->pause_ns = stop->pause_ns;
	stats->checked = stop->check.checked;
	stats->rechecked = stop->check.checked;
	stats->unwound = stop->check.unwound;
	stats->scanned = stop->check.scanned;
	update->stats = *stats;
	update->cause = stop->cause;

	kvfree(update->conflicts);
	update->conflicts = stop->check.conflicts;
	update->nr_conflicts = stop->check.nr_conflicts;
	stop->check.conflicts = NULL;
}

/**
 * ksplice_change - apply an update or take it back
 * @update:	the update
 * @apply:	apply it, else take it back
 *
 * Keeps trying while threads are in the way, for @update->timeout_ms.
 *
 * Context: process; ksplice_mutex held.
 * Return: 0; -EBUSY if threads or others' claims on the text stay in the way;
 * -EINTR if a signal came while it waited; -ENOMEM.  On failure nothing has
 * changed.
 */
int ksplice_change(struct ksplice_update *update, bool apply)
{
	struct ksplice_stats stats = {};
	struct stop stop = {};
	int ret;

	lockdep_assert_held(&ksplice_mutex);

	ret = stop_alloc(&stop, update, apply);
	if (ret) {
		update->cause = KSPLICE_OUT_OF_MEMORY;
		return ret;
	}
	ret = try_until(&stop, &stats);
	record(&stop, &stats);
	stop_free(&stop);

	/*
	 * A thread that reaps itself runs on after it has left the task list,
	 * where no check finds it.  It may do so in the text that has been
	 * taken back: wait until every such thread is gone.
	 */
	if (!ret && !apply)
		synchronize_rcu_tasks();
	return ret;
}
