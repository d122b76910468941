// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - get sleepers out of the code that is to be replaced
 *
 * A user thread that sleeps interruptibly is woken as for a signal, but without one: its
 * system call ends or will be restarted, and on its way to user mode the thread runs
 * task work.  There it is parked for a moment.  Otherwise it would be back inside
 * before its stack was checked.
 *
 * A kernel thread that sleeps interruptibly is woken, which it has to expect at any
 * time.  A thread that sleeps uninterruptibly is left alone.  So is one that is stopped
 * or frozen: only those who stopped it may let it go on.
 *
 * A thread that waits for io_uring does its task work where it waits, and goes on
 * waiting.  Only a signal would end that, and the program would see it.  So such a
 * thread stays inside.
 */
#include <linux/cgroup.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/wait.h>

#include <asm/ksplice.h>

#include "compat.h"
#include "nudge.h"

/* A thread is parked no longer than this, since others may wait for it. */
#define PARK_MS		200

/**
 * struct nudge - a thread that was asked to come out
 * @list:	in the list of the change
 * @work:	parks the thread
 * @kref:	held by the change, and by @work while that is pending
 * @task:	the thread
 * @pending:	@work was added and has not ended
 * @over:	the change is over, so the thread may go on
 */
struct nudge {
	struct list_head list;
	struct callback_head work;
	struct kref kref;
	struct task_struct *task;
	bool pending;
	bool over;
};

static DECLARE_WAIT_QUEUE_HEAD(parking);

static void nudge_free(struct kref *kref)
{
	struct nudge *nudge = container_of(kref, struct nudge, kref);

	put_task_struct(nudge->task);
	kfree(nudge);
}

/*
 * Runs in the thread itself.  The thread is parked only if it has left its system call:
 * inside of that it would still be in the way.  The change may be over long ago, if
 * other task work has delayed this.
 */
static void nudge_park(struct callback_head *work)
{
	struct nudge *nudge = container_of(work, struct nudge, work);

	if (!(current->flags & PF_EXITING) && !arch_ksplice_in_syscall())
		wait_event_interruptible_timeout(parking,
						 READ_ONCE(nudge->over),
						 msecs_to_jiffies(PARK_MS));
	WRITE_ONCE(nudge->pending, false);
	kref_put(&nudge->kref, nudge_free);
	module_put(THIS_MODULE);
}

static struct nudge *nudge_find(struct list_head *nudges,
				struct task_struct *task)
{
	struct nudge *nudge;

	list_for_each_entry(nudge, nudges, list) {
		if (nudge->task == task)
			return nudge;
	}
	nudge = kzalloc(sizeof(*nudge), GFP_KERNEL);
	if (!nudge)
		return NULL;
	kref_init(&nudge->kref);
	nudge->task = get_task_struct(task);
	list_add(&nudge->list, nudges);
	return nudge;
}

/* Without memory, or if the thread exits, it is just not called out. */
static void nudge_call_out(struct list_head *nudges, struct task_struct *task)
{
	struct nudge *nudge = nudge_find(nudges, task);

	if (!nudge || READ_ONCE(nudge->pending))
		return;
	init_task_work(&nudge->work, nudge_park);
	nudge->pending = true;
	kref_get(&nudge->kref);
	__module_get(THIS_MODULE);
	if (!task_work_add(task, &nudge->work, TWA_SIGNAL))
		return;
	nudge->pending = false;
	kref_put(&nudge->kref, nudge_free);
	module_put(THIS_MODULE);
}

/**
 * ksplice_nudge() - ask a thread to leave the code it sleeps in
 * @nudges:	the list of this change
 * @task:	the thread
 *
 * Context: process, may sleep.
 * Return: true if it was asked.
 */
bool ksplice_nudge(struct list_head *nudges, struct task_struct *task)
{
	if (!(READ_ONCE(task->__state) & TASK_INTERRUPTIBLE) ||
	    cgroup_task_frozen(task))
		return false;
	if (task->flags & (PF_KTHREAD | PF_USER_WORKER))
		return wake_up_state(task, TASK_INTERRUPTIBLE);
	nudge_call_out(nudges, task);
	return true;
}

/**
 * ksplice_nudge_end() - let all threads that were called out go on
 * @nudges:	the list of this change; empty afterwards
 *
 * Does not wait.  A thread that has not run its task work yet, for example because it
 * sleeps uninterruptibly by now, will not be parked when it does.
 */
void ksplice_nudge_end(struct list_head *nudges)
{
	struct nudge *nudge, *next;

	list_for_each_entry_safe(nudge, next, nudges, list) {
		WRITE_ONCE(nudge->over, true);
		if (READ_ONCE(nudge->pending) &&
		    task_work_cancel(nudge->task, &nudge->work)) {
			kref_put(&nudge->kref, nudge_free);
			module_put(THIS_MODULE);
		}
		list_del(&nudge->list);
		kref_put(&nudge->kref, nudge_free);
	}
	wake_up_all(&parking);
}
