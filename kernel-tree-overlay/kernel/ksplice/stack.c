// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - is a thread inside the code that is replaced?
 *
 * A stack is read by the reliable unwinder where there is one and it can make
 * sense of the stack; else every word in use is taken for a return address.
 * The scan finds all that is there and may find what is not (a stale word):
 * it can delay an update, never let a wrong one through.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/compiler.h>
#include <linux/debugfs.h>
#include <linux/ftrace.h>
#include <linux/llist.h>
#include <linux/rethook.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "ksplice.h"

/* For tests: act as if the reliable unwinder always gave up. */
static bool force_conservative;

/* What the walk of one stack has found. */
struct stack_walk {
	const struct ksplice_check *check;
	unsigned long found;
};

static const struct ksplice_range *
find_range(const struct ksplice_check *check, unsigned long addr)
{
	unsigned int lo = 0, hi = check->nr_ranges;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (addr < check->ranges[mid].start)
			hi = mid;
		else if (addr > check->ranges[mid].end)
			lo = mid + 1;
		else
			return &check->ranges[mid];
	}
	return NULL;
}

static bool walk_one(void *cookie, unsigned long addr)
{
	struct stack_walk *walk = cookie;

	if (!walk->found && find_range(walk->check, addr))
		walk->found = addr;
	return true;
}

/* Return: false if the stack could not be read reliably. */
static bool unwind(struct stack_walk *walk, struct task_struct *task)
{
	if (!IS_ENABLED(CONFIG_HAVE_RELIABLE_STACKTRACE) ||
	    READ_ONCE(force_conservative))
		return false;
	return !arch_stack_walk_reliable(walk_one, walk, task);
}

/*
 * kretprobes and the function graph tracer put an address of their own in the
 * place of a return address, and keep that one elsewhere.  The unwinder knows;
 * who reads word by word has to look there as well.
 */
static void walk_hidden(struct stack_walk *walk, struct task_struct *task)
{
#ifdef CONFIG_RETHOOK
	struct rethook_node *node;

	llist_for_each_entry(node, READ_ONCE(task->rethooks.first), llist)
		walk_one(walk, node->ret_addr);
#endif
#ifdef CONFIG_FUNCTION_GRAPH_TRACER
	struct ftrace_ret_stack *ret;
	int i = 0;

	while ((ret = ftrace_graph_get_ret_stack(task, i++)))
		walk_one(walk, ret->ret);
#endif
}

/* Return: false if the stack is nowhere to be found. */
static bool scan(struct stack_walk *walk, struct task_struct *task)
{
	unsigned long low, high, *word;

	if (task == current) {
		low = (unsigned long)__builtin_frame_address(0);
		high = (unsigned long)task_stack_page(task) + THREAD_SIZE;
	} else if (!arch_ksplice_stack(task, &low, &high)) {
		return false;
	}

	low = ALIGN_DOWN(low, sizeof(*word));
	for (word = (unsigned long *)low; word < (unsigned long *)high; word++)
		walk_one(walk, READ_ONCE_NOCHECK(*word));
	walk_hidden(walk, task);
	return true;
}

/**
 * ksplice_in_ranges - is that address on a stack one of the code?
 * @check:	the code
 * @addr:	a return address, or where a thread was interrupted
 *
 * Return: true if it is.
 */
bool ksplice_in_ranges(const struct ksplice_check *check, unsigned long addr)
{
	return find_range(check, addr);
}

/**
 * ksplice_add_conflict - note a thread that is in the way
 * @check:	where
 * @task:	the thread
 * @addr:	what was found on its stack; ULONG_MAX if that is unknown
 * @scanned:	found by the conservative scan
 */
void ksplice_add_conflict(struct ksplice_check *check, struct task_struct *task,
			  unsigned long addr, bool scanned)
{
	struct ksplice_conflict *conflict;

	if (check->nr_conflicts < KSPLICE_MAX_CONFLICTS) {
		conflict = &check->conflicts[check->nr_conflicts];
		conflict->pid = task_pid_nr(task);
		strscpy(conflict->comm, task->comm, sizeof(conflict->comm));
		conflict->addr = addr;
		conflict->scanned = scanned;
	}
	check->nr_conflicts++;
}

/*
 * A system call that is to be restarted goes on through this pointer.  It
 * never matters for an old function, whose entry stays valid.
 */
static void walk_restart(struct stack_walk *walk, struct task_struct *task)
{
	unsigned long fn = (unsigned long)READ_ONCE(task->restart_block.fn);
	const struct ksplice_range *range = find_range(walk->check, fn);

	if (range && range->pointers)
		walk_one(walk, fn);
}

/**
 * ksplice_check_task - check one thread
 * @check:	ranges, and where the answer goes
 * @task:	the thread.  It must not run meanwhile, or be current.
 *
 * A stack that cannot even be scanned counts as a conflict.
 */
void ksplice_check_task(struct ksplice_check *check, struct task_struct *task)
{
	struct stack_walk walk = { .check = check };
	bool scanned = false;

	/* No stack: a zombie, which runs nothing any more. */
	if (!try_get_task_stack(task))
		return;

	check->checked++;
	if (unwind(&walk, task)) {
		check->unwound++;
	} else {
		scanned = true;
		walk.found = 0;
		check->scanned++;
		if (!scan(&walk, task))
			walk.found = ULONG_MAX;
	}
	walk_restart(&walk, task);
	if (walk.found)
		ksplice_add_conflict(check, task, walk.found, scanned);

	put_task_stack(task);
}

/**
 * ksplice_stack_init - offer the knobs for tests
 * @dir:	the debugfs directory
 */
void ksplice_stack_init(struct dentry *dir)
{
	debugfs_create_bool("force_conservative", 0600, dir,
			    &force_conservative);
}
