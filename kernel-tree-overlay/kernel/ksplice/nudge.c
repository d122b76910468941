// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - get sleepers out of the code that is to be replaced
 *
 * A user thread that sleeps interruptibly is woken as for a signal, but there
 * is none: its system call ends or will be restarted, and on its way to user
 * mode the thread runs task work.  That is where it is parked for a moment.
 * Otherwise it would be back inside before anybody had looked.
 *
 * A kernel thread that sleeps interruptibly is woken, which it has to expect at
 * any time.  Whoever sleeps uninterruptibly is left alone, and so is who is stopped
 * or frozen: that is for those to end who have begun it.
 *
 * A thread that waits for io_uring does its task work where it waits, and waits on.
 * Only a signal ends that, and the program would see it.  So it stays.
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

/* A thread stays parked no longer than this: it may have been waited for. */
#define PARK_MS		200

/**
 * struct nudge - a thread that was asked to come out
 * @list:	in ksplice_nudges.list
 * @work:	parks it
 * @kref:	held by the change, and by @work while that is pending
 * @task:	the thread
 * @pending:	@work was added and has not ended
 * @over:	the change is, so go on
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
 * Runs in the thread itself.  Outside of the system call it was in it is out of
 * the way; inside it would stay in the way.  A change may be over long before, if
 * other work of the thread took its time.
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

/* A thread that gets no work, for want of memory or as it exits, is in luck. */
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
 * ksplice_nudge() - ask a thread to come out of where it sleeps
 * @nudges:	those of this change
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
 * ksplice_nudge_end() - let all who were called out go on
 * @nudges:	those of this change; empty afterwards
 *
 * Waits for nobody: a thread that has not come yet, as it does not sleep
 * interruptibly any more, is not parked when it comes.
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
