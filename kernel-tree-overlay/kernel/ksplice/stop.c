// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - the stop: confirm that nobody is inside, then write
 *
 * All CPUs rendezvous in the stop.  One of them, the master, checks the threads that
 * have run since the last check outside of the stop.  If nobody is inside the code it
 * writes the jumps, step by step.  After each step all CPUs synchronise, so that not
 * even an NMI can run half a jump.
 *
 * Lock order: ksplice_mutex, ksplice_probes_lock(), cpus_read_lock(),
 * static_call_lock(), jump_label_lock(), text_mutex, the stop.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/error-injection.h>
#include <linux/jump_label.h>
#include <linux/memory.h>
#include <linux/perf_event.h>
#include <linux/rcupdate_wait.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/stop_machine.h>
#include <linux/timekeeping.h>

#include "bind.h"
#include "stop.h"
#include "window.h"

#include <trace/events/ksplice.h>

/*
 * Wait until all CPUs have come here for the @nth time.  The full barriers of
 * atomic_inc_return() order what a CPU did before the rendezvous against what the
 * other CPUs do after it.
 */
static void stop_rendezvous(struct ksplice_stop *stop, unsigned int nth)
{
	unsigned int all = nth * stop->ncpus;

	if (atomic_inc_return(&stop->arrived) == all)
		return;
	while ((unsigned int)atomic_read_acquire(&stop->arrived) < all)
		cpu_relax();
}

/*
 * A thread that is on a CPU must be that CPU's stopper.  All stoppers are where the
 * master is, whose own stack is checked.
 */
static void stop_check_one(void *data, struct task_struct *task)
{
	struct ksplice_stop *stop = data;

	if (stop->stoppers[task_cpu(task)] == task)
		return;
	stop->rechecked++;
	if (READ_ONCE(task->on_cpu))
		ksplice_add_conflict(&stop->check, task, ULONG_MAX, false);
	else
		ksplice_check_task(&stop->check, task);
}

/* Threads that still have a pid are on the task list, and were checked there. */
static void stop_check_exiting(struct task_struct *task, void *data)
{
	if (!pid_alive(task))
		stop_check_one(data, task);
}

/*
 * Threads in the last part of do_exit() may not be on the task list any more.  Idle
 * tasks are on no list.  The idle task of an online CPU was preempted by the stopper, and
 * sleeps like any other task.  The idle task of an offline CPU waits in the code that
 * plays dead, and comes back through the CPU's startup, on a fresh stack.
 */
static void stop_check_all(struct ksplice_stop *stop)
{
	struct task_struct *process, *task;
	int cpu;

	for_each_process_thread(process, task)
		stop_check_one(stop, task);
	if (!ksplice_check_exiting(stop_check_exiting, stop))
		stop->overflow = true;
	for_each_online_cpu(cpu)
		stop_check_one(stop, idle_task(cpu));
}

static void stop_decide(struct ksplice_stop *stop)
{
	ksplice_check_task(&stop->check, current);
	if (stop->check.nr_conflicts) {
		stop->cause = KSPLICE_ALWAYS_BUSY;
		stop->ret = -EBUSY;
		return;
	}
	/* An incomplete record proves nothing: then the change has to be tried again. */
	if (stop->full)
		stop_check_all(stop);
	else if (!ksplice_window_peek(stop_check_one, stop))
		stop->overflow = true;
	if (stop->check.nr_conflicts || stop->overflow) {
		stop->cause = KSPLICE_CODE_BUSY;
		stop->ret = -EBUSY;
		return;
	}
	stop->ret = ksplice_hooks_check(stop->update, stop->apply, NULL);
	if (stop->ret) {
		stop->cause = KSPLICE_HOOK_FAILED;
		return;
	}
	stop->cause = KSPLICE_OK;
	arch_ksplice_poke_start(stop->pokes, stop->nr_pokes);
}

static void stop_poke_all(struct ksplice_stop *stop, int step)
{
	unsigned int i;

	for (i = 0; i < stop->nr_pokes; i++)
		arch_ksplice_poke_step(&stop->pokes[i], step);
}

static int stop_fn(void *data)
{
	struct ksplice_stop *stop = data;
	int cpu = smp_processor_id();
	bool master = cpu == stop->master;
	u64 start = ktime_get_mono_fast_ns();
	unsigned int nth = 0;
	int step;

	stop->stoppers[cpu] = current;
	stop_rendezvous(stop, ++nth);
	if (master)
		stop_decide(stop);
	stop_rendezvous(stop, ++nth);

	for (step = 0; !stop->ret && step < ARCH_KSPLICE_POKE_STEPS; step++) {
		if (master && !step)
			ksplice_words_write(&stop->blocks);
		if (master)
			stop_poke_all(stop, step);
		stop_rendezvous(stop, ++nth);
		arch_ksplice_sync();
		stop_rendezvous(stop, ++nth);
	}
	if (master) {
		if (!stop->ret) {
			arch_ksplice_poke_end();
			ksplice_hooks_switched(stop->update, stop->apply, NULL);
		}
		stop->pause_ns = ktime_get_mono_fast_ns() - start;
	}
	return 0;
}

static struct ksplice_range *stop_note_range(struct ksplice_check *check,
					     unsigned long start, unsigned long size)
{
	struct ksplice_range *range = &check->ranges[check->nr_ranges++];

	range->start = start;
	range->end = start + size;
	return range;
}

/**
 * ksplice_add_text_ranges() - check for threads anywhere in the text of an update
 * @check:	gets ksplice_nr_text_ranges() ranges
 * @update:	the update, whose text is about to go away
 */
void ksplice_add_text_ranges(struct ksplice_check *check,
			     const struct ksplice_update *update)
{
	struct ksplice_range *range;
	unsigned int i, size;
	void *text;

	text = ksplice_module_memory(update->module, MOD_TEXT, &size);
	range = stop_note_range(check, (unsigned long)text, size);
	range->pointers = true;
	for (i = 0; i < arch_ksplice_nr_thunk_pages(update->module); i++)
		stop_note_range(check, arch_ksplice_thunk_page(update->module, i),
				PAGE_SIZE);
}

/**
 * ksplice_nr_text_ranges() - how many ranges does the text of an update have?
 * @update:	the update
 *
 * Return: their number.
 */
unsigned int ksplice_nr_text_ranges(const struct ksplice_update *update)
{
	return 1 + arch_ksplice_nr_thunk_pages(update->module);
}

/*
 * No thread may be in the old functions when they are replaced, nor in an update
 * that is superseded, nor in one that is taken back.
 */
static void stop_collect_ranges(struct ksplice_stop *stop)
{
	struct ksplice_check *check = &stop->check;
	struct ksplice_update *other;
	struct ksplice_func *func;

	if (!stop->apply) {
		ksplice_add_text_ranges(check, stop->update);
		ksplice_check_sort(check);
		return;
	}
	ksplice_for_each_present_func(stop->update, func)
		stop_note_range(check, func->old_addr, func->old_size);
	list_for_each_entry(other, &ksplice_updates, list) {
		if (ksplice_superseded(stop->update, other))
			ksplice_add_text_ranges(check, other);
	}
	ksplice_check_sort(check);
}

/**
 * ksplice_poke() - describe how to write a jump, or to take it back
 * @jump:	the jump
 * @apply:	write it, else take it back
 *
 * Return: which bytes have to be written, and where.
 */
struct arch_ksplice_poke ksplice_poke(struct arch_ksplice_jump *jump, bool apply)
{
	struct arch_ksplice_poke poke = {
		.site = jump->site,
		.dest = jump->dest,
		.over = !apply,
		.back = !apply,
		.displaced = arch_ksplice_displaced(jump),
	};

	memcpy(poke.from, apply ? jump->saved : jump->jump, sizeof(poke.from));
	memcpy(poke.to, apply ? jump->jump : jump->saved, sizeof(poke.to));
	return poke;
}

static void stop_collect_pokes(struct ksplice_stop *stop)
{
	struct ksplice_func *func;

	ksplice_for_each_present_func(stop->update, func) {
		if (func->new_addr)
			stop->pokes[stop->nr_pokes++] =
				ksplice_poke(&func->jump, stop->apply);
	}
}

static struct arch_ksplice_poke *stop_find_poke(struct ksplice_stop *stop,
						unsigned long site)
{
	unsigned int i;

	for (i = 0; i < stop->nr_pokes; i++) {
		if (stop->pokes[i].site == site)
			return &stop->pokes[i];
	}
	return NULL;
}

/* Takes back the jumps of @other; where we have a jump too, ours replaces it. */
static void stop_supersede_jumps(struct ksplice_stop *stop,
				 const struct ksplice_update *other)
{
	struct arch_ksplice_poke *ours;
	struct ksplice_func *func;

	ksplice_for_each_present_func(other, func) {
		if (!func->new_addr)
			continue;
		ours = stop_find_poke(stop, func->jump.site);
		if (!ours) {
			stop->pokes[stop->nr_pokes++] =
				ksplice_poke(&func->jump, false);
			continue;
		}
		memcpy(ours->from, func->jump.jump, sizeof(ours->from));
		ours->over = true;
	}
}

static void stop_collect(struct ksplice_stop *stop)
{
	struct ksplice_update *other;

	stop_collect_ranges(stop);
	stop_collect_pokes(stop);
	if (!stop->apply)
		return;
	list_for_each_entry(other, &ksplice_updates, list) {
		if (ksplice_superseded(stop->update, other))
			stop_supersede_jumps(stop, other);
	}
}

/* Counts the functions of all updates that take part, and the ranges of their text. */
static unsigned int stop_count_room(const struct ksplice_stop *stop)
{
	/* An update that has only hooks needs room for its text, too. */
	unsigned int n = stop->update->nr_funcs + ksplice_nr_text_ranges(stop->update);
	struct ksplice_update *other;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (stop->apply && ksplice_superseded(stop->update, other))
			n += other->nr_funcs + ksplice_nr_text_ranges(other);
	}
	return n;
}

/**
 * ksplice_stop_free() - free what ksplice_stop_alloc() has allocated
 * @stop:	the stop
 */
void ksplice_stop_free(struct ksplice_stop *stop)
{
	ksplice_check_free(&stop->check);
	ksplice_words_release(&stop->blocks);
	kvfree(stop->pokes);
	kfree(stop->stoppers);
}

/**
 * ksplice_stop_alloc() - prepare the stop of a change
 * @stop:	zeroed
 * @update:	the update
 * @apply:	apply it, else take it back
 *
 * Return: 0, or -ENOMEM with nothing left to be freed.
 */
int ksplice_stop_alloc(struct ksplice_stop *stop, struct ksplice_update *update,
		       bool apply)
{
	unsigned int n;

	stop->update = update;
	stop->apply = apply;
	n = stop_count_room(stop);
	stop->pokes = kvcalloc(n, sizeof(*stop->pokes), GFP_KERNEL);
	stop->stoppers = kcalloc(nr_cpu_ids, sizeof(*stop->stoppers),
				 GFP_KERNEL);
	if (ksplice_check_alloc(&stop->check, n) || !stop->pokes ||
	    !stop->stoppers ||
	    ksplice_words_prepare(&stop->blocks, update, apply)) {
		ksplice_stop_free(stop);
		return -ENOMEM;
	}

	stop_collect(stop);
	return 0;
}
ALLOW_ERROR_INJECTION(ksplice_stop_alloc, ERRNO);

/* Does another subsystem own bytes of a jump?  Context: all locks of the stop held. */
static int stop_check_text(struct ksplice_stop *stop)
{
	struct arch_ksplice_poke *poke = stop->pokes;
	const char *why;
	int ret;

	for (; poke < stop->pokes + stop->nr_pokes; poke++) {
		cond_resched();
		ret = arch_ksplice_poke_check(poke, &why);
		if (!ret)
			continue;
		pr_err("%s: cannot %s the code at %pS: %s; remove that and try again\n",
		       stop->update->name, stop->apply ? "replace" : "restore",
		       (void *)poke->site, why);
		stop->cause = ret == -ESTALE ? KSPLICE_TEXT_CHANGED :
					       KSPLICE_TEXT_RESERVED;
		return -EBUSY;
	}
	return 0;
}

/* Have constants changed?  Context: as stop_check_text() */
static int stop_check_words(struct ksplice_stop *stop)
{
	const struct ksplice_constant *constant = ksplice_words_check(&stop->blocks);

	if (!constant)
		return 0;
	pr_err("%s: cannot %s constant %s of %s: its contents are not what they were; find out who writes to it\n",
	       stop->update->name, stop->apply ? "change" : "restore",
	       constant->name, constant->source);
	stop->cause = KSPLICE_TEXT_CHANGED;
	return -EBUSY;
}

/* Tells perf about the new text, for decoders of execution traces (Intel PT). */
static void stop_notify_perf(struct ksplice_stop *stop)
{
	const struct arch_ksplice_poke *poke = stop->pokes;

	for (; poke < stop->pokes + stop->nr_pokes; poke++)
		perf_event_text_poke((void *)poke->site,
				     poke->from, ARCH_KSPLICE_JUMP_SIZE,
				     poke->to, ARCH_KSPLICE_JUMP_SIZE);
}

/* Notes whose jumps stand now.  Readers that need the exact state hold text_mutex. */
static void stop_notify_owners(struct ksplice_stop *stop)
{
	struct ksplice_update *other;

	WRITE_ONCE(stop->update->holds_text, stop->apply);
	list_for_each_entry(other, &ksplice_updates, list) {
		if (stop->apply && ksplice_superseded(stop->update, other))
			WRITE_ONCE(other->holds_text, false);
	}
}

static int stop_locked(struct ksplice_stop *stop)
{
	int ret;

	atomic_set(&stop->arrived, 0);
	stop->ncpus = num_online_cpus();
	stop->master = cpumask_first(cpu_online_mask);
	stop->ret = -EINVAL;
	stop->check.nr_conflicts = 0;
	stop->overflow = false;
	stop->rechecked = 0;

	ret = stop_check_text(stop);
	if (!ret)
		ret = stop_check_words(stop);
	if (ret)
		return ret;
	if (!stop->full && !stop->last_check(stop)) {
		stop->cause = KSPLICE_CODE_BUSY;
		return -EBUSY;
	}
	stop->stops++;
	ret = stop_machine_cpuslocked(stop_fn, stop, cpu_online_mask);
	return ret ? ret : stop->ret;
}

/**
 * ksplice_text_lock() - keep all other writers of text out
 *
 * Context: process; ksplice_mutex held.
 */
void ksplice_text_lock(void)
{
	static_call_lock();
	jump_label_lock();
	mutex_lock(&text_mutex);
}

/**
 * ksplice_text_unlock() - undo ksplice_text_lock()
 */
void ksplice_text_unlock(void)
{
	mutex_unlock(&text_mutex);
	jump_label_unlock();
	static_call_unlock();
}

/**
 * ksplice_stop() - stop the machine once and try to make the change
 * @stop:	prepared; gets the outcome
 *
 * From the check of the text to the end of the stop, the locks keep the set of online
 * CPUs as it is, and keep other writers of text out.
 *
 * Context: process; ksplice_mutex held; a window open unless @stop->full.
 * Return: 0; -EBUSY with @stop->cause CODE_BUSY (try again; if no conflict is noted,
 * @stop->last_check() returned false and there was no stop), TEXT_RESERVED,
 * TEXT_CHANGED or ALWAYS_BUSY; the error of a hook with HOOK_FAILED (on -EAGAIN try
 * again).
 */
int ksplice_stop(struct ksplice_stop *stop)
{
	unsigned int before = stop->stops;
	int ret;

	ksplice_probes_lock();
	cpus_read_lock();
	ksplice_text_lock();

	ret = stop_locked(stop);
	if (!ret) {
		stop_notify_perf(stop);
		stop_notify_owners(stop);
	}

	ksplice_text_unlock();
	cpus_read_unlock();
	ksplice_probes_unlock();
	if (stop->stops != before)
		trace_ksplice_stop(stop->update->name, stop->rechecked,
				   stop->check.nr_conflicts, stop->pause_ns,
				   ret);
	return ret;
}
