// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - the change under way: which update has its turn, and what ends the change
 *
 * One change at a time is under way.  It may wait for threads for long, and holds
 * ksplice_mutex meanwhile.  A module notifier must not wait for that, since all loading
 * of modules could wait behind it.  So the change gives way: it ends as if it had
 * failed, lets all notifiers have the mutex, and begins anew with the rest of its time.
 * A thread that waits inside the code for a target module to be loaded then gets that
 * module, and leaves.
 *
 * A signal to the writer, or the opposite value in "enabled", ends a change just as
 * cleanly.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "ksplice.h"

/* Protects what sysfs shows while a change is under way: blockers and "depends". */
DEFINE_MUTEX(ksplice_show_mutex);

/* The update whose change is under way; this, its @way and @cancelled: live_lock */
static struct ksplice_update *running;
static DEFINE_SPINLOCK(live_lock);

/* Number of module notifiers that wait for ksplice_mutex */
static atomic_t in_notifier = ATOMIC_INIT(0);

/* Woken when any of the above changes. */
static DECLARE_WAIT_QUEUE_HEAD(live_wait);

/**
 * ksplice_lock_in_notifier() - take ksplice_mutex in a module notifier
 *
 * A change that holds it gives way.
 */
void ksplice_lock_in_notifier(void)
{
	atomic_inc(&in_notifier);
	wake_up_all(&live_wait);
	mutex_lock(&ksplice_mutex);
	atomic_dec(&in_notifier);
	wake_up_all(&live_wait);
}

static bool __live_take_turn(struct ksplice_update *update, bool enable, int *ret)
{
	*ret = READ_ONCE(update->going) ? -ENODEV : 0;
	if (*ret)
		return true;
	if (running)
		return false;
	running = update;
	update->turn++;
	update->cancelled = false;
	WRITE_ONCE(update->way, enable ? KSPLICE_APPLYING : KSPLICE_REVERSING);
	return true;
}

/* Return: true if it is the turn of @update, or with *@ret set if that never comes */
static bool live_take_turn(struct ksplice_update *update, bool enable, int *ret)
{
	bool taken;

	spin_lock(&live_lock);
	taken = __live_take_turn(update, enable, ret);
	spin_unlock(&live_lock);
	return taken;
}

static int live_alloc_blockers(struct ksplice_update *update)
{
	if (!update->blockers)
		update->blockers = kvcalloc(KSPLICE_MAX_CONFLICTS,
					    sizeof(*update->blockers),
					    GFP_KERNEL);
	update->before = kvcalloc(KSPLICE_MAX_CONFLICTS,
				  sizeof(*update->before), GFP_KERNEL);
	return update->blockers && update->before ? 0 : -ENOMEM;
}

/**
 * ksplice_live_begin() - wait until no other change is under way
 * @update:	the update
 * @enable:	what is wanted
 *
 * Context: process; ksplice_mutex not held.
 * Return: 0, then ksplice_live_end() has to be called; -ERESTARTSYS; -ENODEV if
 * its module is being removed; -ENOMEM.
 */
int ksplice_live_begin(struct ksplice_update *update, bool enable)
{
	int ret = 0;

	if (wait_event_interruptible(live_wait,
				     live_take_turn(update, enable, &ret)))
		return -ERESTARTSYS;
	if (ret)
		return ret;
	update->resumed = false;
	update->deadline = jiffies +
			   msecs_to_jiffies(READ_ONCE(update->timeout_ms));
	mutex_lock(&ksplice_show_mutex);
	ret = live_alloc_blockers(update);
	mutex_unlock(&ksplice_show_mutex);
	if (ret)
		ksplice_live_end(update);
	return ret;
}

/**
 * ksplice_live_end() - the change is over
 * @update:	the update
 */
void ksplice_live_end(struct ksplice_update *update)
{
	mutex_lock(&ksplice_show_mutex);
	kvfree(update->before);
	update->before = NULL;
	if (!update->nr_blockers) {
		kvfree(update->blockers);
		update->blockers = NULL;
	}
	mutex_unlock(&ksplice_show_mutex);

	spin_lock(&live_lock);
	running = NULL;
	WRITE_ONCE(update->way, KSPLICE_AT_REST);
	spin_unlock(&live_lock);
	wake_up_all(&live_wait);
}

/**
 * ksplice_live_gone() - wake up threads that wait for the turn of an update that goes
 *
 * Context: its @going is set.
 */
void ksplice_live_gone(void)
{
	wake_up_all(&live_wait);
}

/**
 * ksplice_live_turn() - note that an update has changed
 * @update:	the update
 */
void ksplice_live_turn(struct ksplice_update *update)
{
	spin_lock(&live_lock);
	update->turn++;
	spin_unlock(&live_lock);
}

/**
 * ksplice_live_rests() - has an update stayed reversed since a certain time?
 * @update:	the update
 * @turn:	its @turn at that time
 *
 * Return: true if it has not changed, is not about to, and is not applied.
 */
bool ksplice_live_rests(const struct ksplice_update *update,
			unsigned long turn)
{
	bool rests;

	spin_lock(&live_lock);
	rests = running != update && update->turn == turn &&
		READ_ONCE(update->state) != KSPLICE_APPLIED;
	spin_unlock(&live_lock);
	return rests;
}

/**
 * ksplice_live_cancel() - end the opposite change, if that is under way
 * @update:	the update
 * @enable:	what is wanted
 *
 * Return: true if it was under way.  It is over, with success or without, when
 * ksplice_live_begin() returns.
 */
bool ksplice_live_cancel(struct ksplice_update *update, bool enable)
{
	bool opposite;

	spin_lock(&live_lock);
	opposite = running == update &&
		   update->way == (enable ? KSPLICE_REVERSING :
					    KSPLICE_APPLYING);
	if (opposite)
		WRITE_ONCE(update->cancelled, true);
	spin_unlock(&live_lock);
	if (opposite)
		wake_up_all(&live_wait);
	return opposite;
}

/* Does the change have to end?  @ret: the result of a wait.  Return: an errno, or 0 */
static int live_ended(struct ksplice_update *update, long ret)
{
	if (ret < 0) {
		update->cause = KSPLICE_INTERRUPTED;
		return -ERESTARTSYS;
	}
	if (READ_ONCE(update->cancelled)) {
		update->cause = KSPLICE_CANCELLED;
		return -ECANCELED;
	}
	return 0;
}

/**
 * ksplice_live_sleep() - wait for some time
 * @update:	the update whose change waits
 * @ms:		how long
 *
 * Return: 0, or with @update->cause set -ERESTARTSYS or -ECANCELED.
 */
int ksplice_live_sleep(struct ksplice_update *update, unsigned int ms)
{
	long ret;

	ret = wait_event_interruptible_timeout(live_wait,
					       READ_ONCE(update->cancelled),
					       msecs_to_jiffies(ms) + 1);
	return live_ended(update, ret);
}

/**
 * ksplice_live_pause() - wait for threads that are in the way
 * @update:	the update whose change waits
 * @ms:		how long
 *
 * Context: process; ksplice_mutex held.
 * Return: 0 to go on, or with @update->cause set -ERESTARTSYS, -ECANCELED, or
 * -EBUSY with KSPLICE_GIVES_WAY: a module notifier wants the mutex.
 */
int ksplice_live_pause(struct ksplice_update *update, unsigned int ms)
{
	long ret;

	ret = wait_event_interruptible_timeout(live_wait,
					       READ_ONCE(update->cancelled) ||
					       atomic_read(&in_notifier),
					       msecs_to_jiffies(ms) + 1);
	ret = live_ended(update, ret);
	if (!ret && atomic_read(&in_notifier)) {
		update->cause = KSPLICE_GIVES_WAY;
		ret = -EBUSY;
	}
	return ret;
}

/**
 * ksplice_live_lock() - take ksplice_mutex after all module notifiers that wait for it
 * @update:	the update whose change begins or goes on
 *
 * Return: 0, or with @update->cause set -ERESTARTSYS or -ECANCELED.
 */
int ksplice_live_lock(struct ksplice_update *update)
{
	int ret;

	ret = wait_event_interruptible(live_wait,
				       READ_ONCE(update->cancelled) ||
				       !atomic_read(&in_notifier));
	ret = live_ended(update, ret);
	if (ret)
		return ret;
	/* The next pause notices if the change is cancelled from here on. */
	ret = mutex_lock_interruptible(&ksplice_mutex);
	if (ret)
		update->cause = KSPLICE_INTERRUPTED;
	return ret ? -ERESTARTSYS : 0;
}

/*
 * Threads in the way
 */

static bool live_within(unsigned long addr, unsigned long start, unsigned long size)
{
	return addr >= start && addr <= start + size;
}

/*
 * Finds the name of the function that a thread was found in.  A return address may be
 * the function's end.  The name is looked up now and not when somebody reads it, since
 * the module may be gone by then.
 */
static void live_name_of(const struct ksplice_update *update, unsigned long addr,
			 char *name)
{
	char symbol[KSYM_SYMBOL_LEN];
	struct ksplice_func *func;

	ksplice_for_each_func(update, func) {
		if (live_within(addr, func->old_addr, func->old_size) ||
		    (func->new_addr &&
		     live_within(addr, func->new_addr, func->new_size))) {
			strscpy(name, func->name, KSPLICE_WHERE_LEN);
			return;
		}
	}
	sprint_symbol_no_offset(symbol, addr - 1);
	/* Without a name it would be a number, which would reveal addresses. */
	if (addr == ULONG_MAX || strstarts(symbol, "0x"))
		strscpy(symbol, "?", sizeof(symbol));
	strscpy(name, symbol, KSPLICE_WHERE_LEN);
}

/* Since when is a thread in the way?  It may have been at the last check already. */
static unsigned long live_since(const struct ksplice_update *update,
				unsigned int nr, pid_t pid, const char *comm)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const struct ksplice_blocker *b = &update->before[i];

		if (b->pid == pid && !strcmp(b->comm, comm))
			return b->since;
	}
	return jiffies;
}

/**
 * ksplice_live_note() - note which threads are in the way now
 * @update:	the update whose change is under way
 * @check:	what the last check has found
 *
 * Context: process; ksplice_mutex held.
 */
void ksplice_live_note(struct ksplice_update *update,
		       const struct ksplice_check *check)
{
	unsigned int n = min(check->nr_conflicts, KSPLICE_MAX_CONFLICTS);
	unsigned int before, i;

	mutex_lock(&ksplice_show_mutex);
	before = min(update->nr_blockers, KSPLICE_MAX_CONFLICTS);
	swap(update->blockers, update->before);
	for (i = 0; i < n; i++) {
		const struct ksplice_conflict *c = &check->conflicts[i];
		struct ksplice_blocker *b = &update->blockers[i];

		b->pid = c->pid;
		strscpy(b->comm, c->comm, sizeof(b->comm));
		b->scanned = c->scanned;
		live_name_of(update, c->addr, b->where);
		b->since = live_since(update, before, c->pid, c->comm);
	}
	update->nr_blockers = check->nr_conflicts;
	mutex_unlock(&ksplice_show_mutex);
}
