// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - find a moment at which nobody is inside the code
 *
 * 1. Open a window: from now on, each thread that is switched out is recorded
 *    (window.c).
 * 2. Check every thread while the machine runs.  A thread that runs at that moment
 *    needs no check: it will be recorded when it is switched out.
 * 3. Check the recorded threads again, until few are left and none is in the way.
 *    Waiting for a thread to leave costs no stop.
 * 4. Take the locks of the stop.  That may take time, so check once more, and wait for
 *    an instant at which no other CPU is inside (cpus.c).
 * 5. Stop the machine and check only the threads recorded since (stop.c).
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/cpu.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_wait.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "cpus.h"
#include "nudge.h"
#include "stop.h"
#include "threads.h"
#include "window.h"

#define CREATE_TRACE_POINTS
#include <trace/events/ksplice.h>

/*
 * Back off between checks, up to WAIT_MAX_MS.  While every thread in the way is
 * runnable it will leave soon, so wait no longer than WAIT_RUN_MS, unless a stop has
 * already failed.
 */
#define WAIT_MIN_MS	1
#define WAIT_RUN_MS	4
#define WAIT_MAX_MS	100

/* Threads that sleep in the way are nudged after some time, and then again. */
#define NUDGE_FIRST_MS	100
#define NUDGE_AGAIN_MS	1000

/*
 * With the stop's locks held, check LAST_CHECKS times back to back, then sleep for a
 * moment, and repeat that; give up after LAST_MS.
 */
#define LAST_MS		50
#define LAST_CHECKS	32

/*
 * A good instant is one at which no other CPU is in the kernel and no thread has run
 * since the check.  After EASY_MS it is enough that no CPU is inside, and that no more
 * than FEW_PER_CPU threads per CPU have run.
 */
#define EASY_MS		25
#define FEW_PER_CPU	1

/* After the stop was put off this often, any instant after a check is good enough. */
#define MAX_PUT_OFF	2

/* For comparison: check all threads in the stop, as if there were no window. */
static bool plain_check;

/**
 * struct quiesce - a change under way
 * @stop:	the stop it ends with
 * @fresh:	threads recorded since the last check
 * @waiting:	threads that were in the way at the last check
 * @exiting:	threads that have left the task list, while they are checked
 * @spare:	the old @waiting, while these threads are checked again
 * @full:	@waiting or the record overflowed: check all threads
 * @missed:	not all exiting threads could be checked
 * @always:	a thread is in the way that always will be
 * @asleep:	a thread in the way sleeps
 * @put_off:	how often the stop was put off; halved when a stop was in vain
 * @late:	this is the last attempt: any instant after a check is good enough
 * @nudges:	threads that were nudged
 * @nudge_at:	when to nudge, in jiffies
 * @checked:	threads checked in the last full check
 * @attempts:	checks made, not counting those with the stop's locks held
 */
struct quiesce {
	struct ksplice_stop stop;
	struct ksplice_tasks fresh;
	struct ksplice_tasks waiting;
	struct ksplice_tasks exiting;
	struct ksplice_tasks spare;
	bool full;
	bool missed;
	bool always;
	bool asleep;
	unsigned int put_off;
	bool late;
	struct list_head nudges;
	unsigned long nudge_at;
	unsigned int checked;
	unsigned int attempts;
};

/*
 * Called while @task is held where it is: either it does not run and will not be
 * switched in, or it runs and will not be switched out.
 */
static int quiesce_read_held(struct task_struct *task, void *data)
{
	struct ksplice_check *check = data;

	if (task_curr(task))
		return 0;
	ksplice_read_task(check, task);
	return 0;
}

/* Is it kthreadd, waiting for work?  Then it never leaves that function. */
static bool quiesce_is_kthreadd_asleep(struct task_struct *task)
{
	return (task->flags & PF_KTHREAD) && task_pid_nr(task) == 2 &&
	       READ_ONCE(task->__state) == TASK_INTERRUPTIBLE;
}

/* These never leave the functions they are found in. */
static bool quiesce_stays_forever(struct task_struct *task)
{
	return is_idle_task(task) || task == current ||
	       quiesce_is_kthreadd_asleep(task);
}

static void quiesce_keep_waiting(struct quiesce *q, struct task_struct *task)
{
	if (q->waiting.n == q->waiting.room) {
		q->full = true;
		return;
	}
	get_task_struct(task);
	q->waiting.task[q->waiting.n++] = task;
}

static void quiesce_check_task(struct quiesce *q, struct task_struct *task)
{
	struct ksplice_check *check = &q->stop.check;
	unsigned int before = check->nr_conflicts;

	if (task == current)
		ksplice_read_task(check, task);
	else
		task_call_func(task, quiesce_read_held, check);
	ksplice_judge_task(check, task);
	if (check->nr_conflicts == before)
		return;
	if (quiesce_stays_forever(task))
		q->always = true;
	if (!task_is_running(task))
		q->asleep = true;
	quiesce_keep_waiting(q, task);
}

static bool quiesce_is_waiting(const struct quiesce *q, const struct task_struct *task)
{
	unsigned int i;

	for (i = 0; i < q->waiting.n; i++) {
		if (q->waiting.task[i] == task)
			return true;
	}
	return false;
}

/* Does not check a thread again that is known to be in the way. */
static void quiesce_check_new(void *data, struct task_struct *task)
{
	struct quiesce *q = data;

	if (!quiesce_is_waiting(q, task))
		quiesce_check_task(q, task);
}

/*
 * threads.c says which threads this may miss.  Such a thread runs meanwhile, and so is
 * recorded; or it has nothing on its stack yet; or it has come to its end.
 */
static void quiesce_check_all(struct quiesce *q)
{
	q->full = false;
	ksplice_put_tasks(&q->waiting);
	q->missed = !ksplice_each_thread(quiesce_check_new, q, &q->exiting);
	if (q->missed)
		q->full = true;
}

/* Checks again the threads that were in the way, and those that were recorded. */
static void quiesce_check_some(struct quiesce *q)
{
	unsigned int i;

	/* Threads that are still in the way go into @q->waiting again. */
	swap(q->waiting, q->spare);
	for (i = 0; i < q->spare.n; i++) {
		quiesce_check_task(q, q->spare.task[i]);
		cond_resched();
	}
	ksplice_put_tasks(&q->spare);
	for (i = 0; i < q->fresh.n; i++) {
		quiesce_check_new(q, q->fresh.task[i]);
		cond_resched();
	}
}

static void quiesce_check_tasks(struct quiesce *q)
{
	struct ksplice_check *check = &q->stop.check;

	if (!q->full) {
		quiesce_check_some(q);
		return;
	}
	check->checked = 0;
	check->unwound = 0;
	check->scanned = 0;
	quiesce_check_all(q);
	q->checked = check->checked;
}

static void quiesce_trace_conflicts(struct quiesce *q)
{
	const struct ksplice_check *check = &q->stop.check;
	const struct ksplice_conflict *c = check->conflicts;
	unsigned int n = min(check->nr_conflicts, KSPLICE_MAX_CONFLICTS);

	if (!trace_ksplice_conflict_enabled())
		return;
	for (; n; n--, c++)
		trace_ksplice_conflict(q->stop.update->name, c->pid, c->comm,
				       c->addr, c->scanned);
}

/* Return: true if no thread is in the way */
static bool quiesce_check(struct quiesce *q)
{
	struct ksplice_check *check = &q->stop.check;
	unsigned int before = check->checked;
	unsigned int ran = q->fresh.n;
	bool full = q->full;

	check->nr_conflicts = 0;
	q->asleep = false;
	quiesce_check_tasks(q);
	ksplice_put_tasks(&q->fresh);
	ksplice_live_note(q->stop.update, check);

	trace_ksplice_check(q->stop.update->name, full,
			    full ? check->checked : check->checked - before,
			    ran, check->nr_conflicts);
	quiesce_trace_conflicts(q);
	return !check->nr_conflicts && !q->missed;
}

/* Return: false if all threads have to be checked. */
static bool quiesce_drain(struct quiesce *q)
{
	if (!ksplice_window_drain(&q->fresh))
		q->full = true;
	return !q->full;
}

/* Checks the threads that have run since the last check, or all if too many have. */
static bool quiesce_check_fresh(struct quiesce *q)
{
	if (!quiesce_drain(q)) {
		ksplice_put_tasks(&q->fresh);
		ksplice_window_grow(&q->fresh);
	}
	return quiesce_check(q);
}

/* Was the stop put off often enough, or is there no time left? */
static bool quiesce_is_urgent(const struct quiesce *q)
{
	return q->late || q->put_off >= MAX_PUT_OFF;
}

/* Is this instant, right after a check, a good one to stop in? */
static bool quiesce_is_good_instant(struct quiesce *q, bool easy)
{
	enum ksplice_whereabouts at;
	unsigned int ran;

	if (quiesce_is_urgent(q))
		return true;
	at = ksplice_ask_cpus(&q->stop.check);
	ran = ksplice_window_count();
	/* This CPU would run other threads before it gets to the stop. */
	if (need_resched())
		return false;
	if (!easy)
		return at == KSPLICE_CPUS_AWAY && !ran;
	return at != KSPLICE_CPUS_INSIDE &&
	       ran <= FEW_PER_CPU * num_online_cpus();
}

/* With the stop's locks held, a check of all threads would take too long. */
static bool quiesce_check_again(struct quiesce *q)
{
	if (!quiesce_drain(q)) {
		ksplice_put_tasks(&q->fresh);
		return false;
	}
	return quiesce_check(q);
}

/* Return: false if there was none until @end, or if a thread is in the way */
static bool quiesce_find_instant(struct quiesce *q, bool easy, unsigned long end)
{
	unsigned int i = 0;

	do {
		cond_resched();
		if ((q->waiting.n || ksplice_window_count()) &&
		    !quiesce_check_again(q))
			return false;
		if (quiesce_is_good_instant(q, easy))
			return true;
	} while (++i < LAST_CHECKS && time_before(jiffies, end));
	return false;
}

/*
 * A thread that runs between this check and the stop may be in the way there.  So this
 * waits for an instant at which few threads run and none is inside, however long it
 * took to get the locks.
 */
static bool quiesce_last_check(struct ksplice_stop *stop)
{
	struct quiesce *q = container_of(stop, struct quiesce, stop);
	unsigned long easy = jiffies + msecs_to_jiffies(EASY_MS);
	unsigned long end = jiffies + msecs_to_jiffies(LAST_MS);

	while (!q->full && ksplice_window_count() != KSPLICE_WINDOW_OVERFLOW) {
		if (quiesce_find_instant(q, time_after(jiffies, easy), end))
			return true;
		if (time_after_eq(jiffies, end))
			break;
		usleep_range(1000, 2000);
	}
	/* The stop checks only what was recorded since, so the record must be whole. */
	if (quiesce_is_urgent(q) && !stop->check.nr_conflicts && !q->full &&
	    ksplice_window_count() != KSPLICE_WINDOW_OVERFLOW)
		return true;
	q->put_off++;
	return false;
}

static void quiesce_free(struct quiesce *q)
{
	ksplice_tasks_free(&q->waiting);
	ksplice_tasks_free(&q->fresh);
	ksplice_tasks_free(&q->exiting);
	ksplice_tasks_free(&q->spare);
	ksplice_stop_free(&q->stop);
}

static int quiesce_alloc(struct quiesce *q, struct ksplice_update *update,
			 bool apply)
{
	unsigned int room = KSPLICE_WINDOW_TASKS * num_possible_cpus();
	int ret;

	ret = ksplice_stop_alloc(&q->stop, update, apply);
	if (ret)
		return ret;
	q->stop.last_check = quiesce_last_check;
	INIT_LIST_HEAD(&q->nudges);
	if (ksplice_tasks_alloc(&q->fresh, room) ||
	    ksplice_tasks_alloc(&q->waiting, room) ||
	    ksplice_tasks_alloc(&q->exiting, room) ||
	    ksplice_tasks_alloc(&q->spare, room)) {
		quiesce_free(q);
		return -ENOMEM;
	}
	q->full = true;
	return 0;
}

/* Return: true if a thread was nudged */
static bool quiesce_nudge(struct quiesce *q)
{
	bool nudged = false;
	unsigned int i;

	if (time_before(jiffies, q->nudge_at))
		return false;
	for (i = 0; i < q->waiting.n; i++) {
		if (!ksplice_nudge(&q->nudges, q->waiting.task[i]))
			continue;
		nudged = true;
		trace_ksplice_nudge(q->stop.update->name,
				    task_pid_nr(q->waiting.task[i]));
	}
	q->nudge_at = jiffies + msecs_to_jiffies(NUDGE_AGAIN_MS);
	return nudged;
}

/* Return: 0 to go on, or the error of ksplice_live_pause() */
static int quiesce_wait(struct quiesce *q, unsigned int *ms)
{
	int ret = ksplice_live_pause(q->stop.update, *ms);

	if (ret) {
		q->stop.cause = q->stop.update->cause;
		return ret;
	}
	*ms = min(*ms * 2, q->asleep || q->stop.stops ? WAIT_MAX_MS :
						      WAIT_RUN_MS);
	return 0;
}

static int quiesce_stop_once(struct quiesce *q)
{
	unsigned int before = q->stop.stops;
	int ret;

	ret = ksplice_stop(&q->stop);
	if (ret == -EBUSY && q->stop.stops != before) {
		quiesce_trace_conflicts(q);
		q->put_off /= 2;
	}
	return ret;
}

/* One check and, if nobody is in the way, one stop */
static int quiesce_try_once(struct quiesce *q)
{
	if (!q->stop.full && !quiesce_check_fresh(q)) {
		q->stop.cause = q->always ? KSPLICE_ALWAYS_BUSY :
					    KSPLICE_CODE_BUSY;
		return -EBUSY;
	}
	return quiesce_stop_once(q);
}

/* Is @ret an error that may not come back when this is tried again? */
static bool quiesce_may_pass(const struct quiesce *q, int ret)
{
	return (ret == -EBUSY && q->stop.cause == KSPLICE_CODE_BUSY) ||
	       (ret == -EAGAIN && q->stop.cause == KSPLICE_HOOK_FAILED);
}

static int quiesce_try_until(struct quiesce *q)
{
	unsigned long end = q->stop.update->deadline;
	unsigned int ms = WAIT_MIN_MS;
	int ret;

	q->nudge_at = jiffies + msecs_to_jiffies(NUDGE_FIRST_MS);
	for (q->attempts = 1; ; q->attempts++) {
		q->late = time_after_eq(jiffies, end);
		ret = quiesce_try_once(q);
		if (!quiesce_may_pass(q, ret) || q->late)
			return ret;
		/* The nudged threads will be back inside soon. */
		if (quiesce_nudge(q))
			ms = WAIT_MIN_MS;
		ret = quiesce_wait(q, &ms);
		if (ret)
			return ret;
	}
}

/* If "conflicts" names no thread, this message is all that tells the reason. */
static void quiesce_report_restless(const struct quiesce *q)
{
	if (q->stop.cause != KSPLICE_CODE_BUSY || q->stop.check.nr_conflicts)
		return;
	if (q->missed)
		pr_err("%s: threads that exit could not all be checked: they are too many, or get no CPU; try again, or write a larger number to timeout_ms\n",
		       q->stop.update->name);
	else
		pr_err("%s: no thread stays in the way, but so many run that there was no moment to make the change in; try again, or write a larger number to timeout_ms\n",
		       q->stop.update->name);
}

static int quiesce_run(struct quiesce *q)
{
	int ret;

	q->stop.full = READ_ONCE(plain_check);
	if (q->stop.full)
		return quiesce_try_until(q);

	trace_ksplice_window(q->stop.update->name, q->stop.apply);
	ret = ksplice_window_open();
	if (ret) {
		q->stop.cause = KSPLICE_OUT_OF_MEMORY;
		return ret;
	}
	ret = quiesce_try_until(q);
	ksplice_window_close();
	ksplice_nudge_end(&q->nudges);
	return ret;
}

static void quiesce_record(struct quiesce *q)
{
	struct ksplice_update *update = q->stop.update;
	struct ksplice_check *check = &q->stop.check;

	update->stats = (struct ksplice_stats) {
		.pause_ns = q->stop.pause_ns,
		.checked = q->stop.full ? q->stop.rechecked : q->checked,
		.rechecked = q->stop.rechecked,
		.unwound = check->unwound,
		.scanned = check->scanned,
		/* Counted from before the change has given way, if it has. */
		.attempts = update->stats.attempts + q->attempts,
		.stops = update->stats.stops + q->stop.stops,
	};
	update->cause = q->stop.cause;
	ksplice_live_note(update, check);
}

/**
 * ksplice_change() - apply an update or take it back
 * @update:	the update
 * @apply:	apply it, else take it back
 *
 * Keeps trying while threads are in the way, for @update->timeout_ms.  Threads
 * that sleep there interruptibly are nudged.
 *
 * Context: process; ksplice_mutex held.
 * Return: 0; -EBUSY if threads stay in the way, or if another subsystem owns the text;
 * the error of ksplice_live_pause() or of a hook in the stop; -ENOMEM.  On failure
 * nothing has changed.
 */
int ksplice_change(struct ksplice_update *update, bool apply)
{
	struct quiesce q = {};
	int ret;

	lockdep_assert_held(&ksplice_mutex);

	ret = quiesce_alloc(&q, update, apply);
	if (ret) {
		update->cause = KSPLICE_OUT_OF_MEMORY;
		return ret;
	}
	ret = quiesce_run(&q);
	if (ret == -EBUSY)
		quiesce_report_restless(&q);
	quiesce_record(&q);
	trace_ksplice_done(update->name, apply, q.attempts, q.stop.stops, ret);
	quiesce_free(&q);
	return ret;
}

/**
 * ksplice_quiesce_init() - create the knob for measurements
 * @dir:	the debugfs directory
 */
void ksplice_quiesce_init(struct dentry *dir)
{
	debugfs_create_bool("plain_check", 0600, dir, &plain_check);
}
