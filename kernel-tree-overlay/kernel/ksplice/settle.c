// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - when may the memory of an update go?
 *
 * When an update has been taken back no thread is inside: the stop has checked that.  A
 * thread may still have loaded an address of its text, and not have called it yet.  So
 * an update that was taken back keeps the reference to its module until each thread was
 * seen without such a word on its stack (held.c).  Mostly that is so at once, and
 * the writer of "enabled" waits for it.  Otherwise a worker checks again and again, and
 * until then rmmod says that the module is in use.
 *
 * A thread that was preempted in generated code may have no such word, although that
 * code leads back into the text by itself.  Tasks RCU waits for such threads: a grace
 * period begins when the update is taken back, and the reference is kept until it is
 * over, too.  So nobody has to wait for it when the module is removed: that would be in
 * a notifier, which keeps others from loading modules, for as long as a thread in the
 * kernel gets no CPU.
 *
 * The core cannot see what in the kernel's data leads to the text (a timer, say).  For
 * that there is KSPLICE_UPDATE_STAYS.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "ksplice.h"

/* How long a writer waits before it leaves it to the worker; how often that checks */
#define SETTLE_WAIT_MS	2000
#define SETTLE_AGAIN_MS	1000

/*
 * Updates that were taken back while a thread may still hold an address of their text.
 * The lock protects the list, and @grace of all updates.
 */
static LIST_HEAD(unsettled);
static DEFINE_SPINLOCK(settle_lock);

/* Held to go through the list; only the holder takes updates off it. */
static DEFINE_MUTEX(settle_mutex);

static void settle_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(settle_work, settle_work_fn);

static void settle_grace_over(struct rcu_head *head)
{
	struct ksplice_update *update = container_of(head, struct ksplice_update,
						     grace_head);
	unsigned long flags;
	bool again;

	spin_lock_irqsave(&settle_lock, flags);
	again = --update->grace;
	spin_unlock_irqrestore(&settle_lock, flags);
	/* Else the update may be freed as soon as the lock is released. */
	if (again)
		call_rcu_tasks(head, settle_grace_over);
}

/* @grace is 1: a grace period is under way; 2: another one has to follow. */
static bool settle_begin_grace(struct ksplice_update *update)
{
	bool idle = !update->grace;

	update->grace = idle ? 1 : 2;
	return idle;
}

/**
 * ksplice_settle() - note that an update was taken back
 * @update:	the update; the reference to its module is put when no thread holds an
 *		address of its text any more, and a grace period of tasks RCU is over
 *
 * Context: ksplice_mutex held.
 */
void ksplice_settle(struct ksplice_update *update)
{
	bool begins, had;

	ksplice_live_turn(update);
	spin_lock_irq(&settle_lock);
	begins = settle_begin_grace(update);
	had = !list_empty(&update->settle);
	if (!had)
		list_add_tail(&update->settle, &unsettled);
	update->settle_since = jiffies;
	update->settle_late = KSPLICE_NOT_LATE;
	spin_unlock_irq(&settle_lock);

	if (begins)
		call_rcu_tasks(&update->grace_head, settle_grace_over);
	/* It has another reference, from the time before it was applied again. */
	if (had)
		module_put(update->module);
}

static void settle_report_late(const struct ksplice_update *update,
			       const struct ksplice_conflict *who)
{
	if (update->settle_late == KSPLICE_LATE_GRACE)
		pr_info("%s: its module can't be removed yet: a thread may be preempted on its way back into its code (RCU Tasks waits for all threads to run)\n",
			update->name);
	else if (who->pid || who->comm[0])
		pr_info("%s: its module can't be removed yet: thread %d (%s) may be about to call its code\n",
			update->name, who->pid, who->comm);
	else
		pr_info("%s: its module can't be removed yet: whether a thread is about to call its code can't be told at the moment\n",
			update->name);
}

/* @who: NULL while the grace period is not over.  Return: true if the writer has to wait */
static bool settle_is_young(struct ksplice_update *update,
			    const struct ksplice_conflict *who)
{
	enum ksplice_late_reason why = who ? KSPLICE_LATE_HELD : KSPLICE_LATE_GRACE;

	if (time_before(jiffies, update->settle_since +
			msecs_to_jiffies(SETTLE_WAIT_MS)))
		return true;
	if (update->settle_late != why) {
		update->settle_late = why;
		settle_report_late(update, who);
	}
	return false;
}

/*
 * Takes it off the list, unless it was applied again since @turn.  ksplice_settle() counts
 * a turn before it looks at the list: so if it has relied on the list, that is seen here,
 * and with it that a grace period has to follow.
 */
static bool settle_take_off(struct ksplice_update *update, unsigned long turn)
{
	bool rests;

	spin_lock_irq(&settle_lock);
	rests = !update->grace && ksplice_live_rests(update, turn);
	if (rests)
		list_del_init(&update->settle);
	spin_unlock_irq(&settle_lock);
	return rests;
}

static void settle_release(struct ksplice_update *update)
{
	if (update->settle_late != KSPLICE_NOT_LATE)
		pr_info("%s: its module can be removed now\n", update->name);
	module_put(update->module);
}

/* Return: true if the writer has to wait for it */
static bool settle_try_one(struct ksplice_update *update, bool *left)
{
	unsigned long turn = READ_ONCE(update->turn);
	struct ksplice_conflict who = {};

	/* It is applied again, and keeps the reference until it is taken back. */
	if (READ_ONCE(update->state) == KSPLICE_APPLIED)
		return false;
	if (READ_ONCE(update->grace)) {
		*left = true;
		return settle_is_young(update, NULL);
	}
	if (!ksplice_text_held(update, &who) && settle_take_off(update, turn)) {
		settle_release(update);
		return false;
	}
	*left = true;
	return settle_is_young(update, &who);
}

static struct ksplice_update *settle_next(unsigned int round)
{
	struct ksplice_update *update, *found = NULL;

	spin_lock_irq(&settle_lock);
	list_for_each_entry(update, &unsettled, settle) {
		if (update->settle_round == round)
			continue;
		update->settle_round = round;
		found = update;
		break;
	}
	spin_unlock_irq(&settle_lock);
	return found;
}

/* Return: true if there is an update that the writer has to wait for */
static bool settle_try_all(bool *left)
{
	static unsigned int round;
	struct ksplice_update *update;
	bool wait = false;

	guard(mutex)(&settle_mutex);
	round++;
	while ((update = settle_next(round)))
		wait |= settle_try_one(update, left);
	return wait;
}

static void settle_try_later(void)
{
	queue_delayed_work(system_unbound_wq, &settle_work,
			   msecs_to_jiffies(SETTLE_AGAIN_MS));
}

static void settle_work_fn(struct work_struct *work)
{
	bool left = false;

	settle_try_all(&left);
	if (left)
		settle_try_later();
}

/**
 * ksplice_settle_wait() - wait until updates that were taken back can be removed
 *
 * Waits for up to SETTLE_WAIT_MS, and ends if a signal comes.
 *
 * Context: process, no locks held.
 */
void ksplice_settle_wait(void)
{
	bool left = false;

	if (list_empty_careful(&unsettled))
		return;
	while (settle_try_all(&left)) {
		if (msleep_interruptible(10))
			break;
		left = false;
	}
	if (left)
		settle_try_later();
}

/**
 * ksplice_settle_exit() - wait until no worker or RCU callback runs any more
 *
 * Context: no update is loaded any more.
 */
void ksplice_settle_exit(void)
{
	cancel_delayed_work_sync(&settle_work);
	rcu_barrier_tasks();
}
