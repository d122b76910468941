// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - is a thread inside the code that is replaced?
 *
 * The reliable unwinder reads a stack, if the kernel has one and it understands the
 * stack.  Otherwise every word in use is taken for a return address.  This conservative
 * scan finds all return addresses, and may take a stale word for one.  So it can delay
 * an update, but never let a thread pass that is inside.
 *
 * A thread that does not run may be held under the lock of its runqueue.  Meanwhile its
 * stack is only unwound, or its words are copied.  Copied words are evaluated after
 * the lock was released.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/bsearch.h>
#include <linux/compiler.h>
#include <linux/debugfs.h>
#include <linux/ftrace.h>
#include <linux/llist.h>
#include <linux/rethook.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "ksplice.h"

/* For tests: act as if the reliable unwinder always gave up. */
static bool force_conservative;

/* Room for all words of a stack, and for return addresses that are kept elsewhere */
#define STACK_WORDS	(THREAD_SIZE / sizeof(unsigned long))
#define MAX_WORDS	(STACK_WORDS + 512)

static int stack_cmp_addr(const void *key, const void *elem)
{
	const struct ksplice_range *range = elem;
	unsigned long addr = *(const unsigned long *)key;

	if (addr < range->start)
		return -1;
	return addr > range->end;
}

/* Inlined, since this is done for each word of a stack in the stop. */
static const struct ksplice_range *
stack_find_range(const struct ksplice_check *check, unsigned long addr)
{
	return __inline_bsearch(&addr, check->ranges, check->nr_ranges,
				sizeof(*check->ranges), stack_cmp_addr);
}

/*
 * Is @addr in the code, or in generated code that returns to it?  Return: the address in
 * the code; ULONG_MAX if it may be in the code; 0 if it is not.
 */
static unsigned long stack_in_code(const struct ksplice_check *check,
				   unsigned long addr)
{
	const struct ksplice_range *all = &check->ranges[check->nr_ranges];
	unsigned long home;

	if (addr >= all->start && addr <= all->end && stack_find_range(check, addr))
		return addr;
	home = arch_ksplice_way_back(addr);
	if (home == ULONG_MAX || (home && stack_find_range(check, home)))
		return home;
	return 0;
}

static bool stack_walk_one(void *cookie, unsigned long addr)
{
	struct ksplice_check *check = cookie;

	if (!check->found)
		check->found = stack_in_code(check, addr);
	return true;
}

/* Return: false if the stack could not be read reliably. */
static bool stack_unwind(struct ksplice_check *check, struct task_struct *task)
{
	if (!IS_ENABLED(CONFIG_HAVE_RELIABLE_STACKTRACE) ||
	    READ_ONCE(force_conservative))
		return false;
	return !arch_stack_walk_reliable(stack_walk_one, check, task);
}

static void stack_add_word(struct ksplice_check *check, unsigned long word)
{
	if (check->nr_words == MAX_WORDS)
		check->found = ULONG_MAX;
	else
		check->words[check->nr_words++] = word;
}

/*
 * kretprobes and the function graph tracer replace a return address by one of their own,
 * and keep the original elsewhere.  The unwinder knows that.  The scan has to read what
 * is kept there as well.
 */
static void stack_add_hidden(struct ksplice_check *check, struct task_struct *task)
{
#ifdef CONFIG_RETHOOK
	struct rethook_node *node;

	llist_for_each_entry(node, READ_ONCE(task->rethooks.first), llist)
		stack_add_word(check, node->ret_addr);
#endif
#ifdef CONFIG_FUNCTION_GRAPH_TRACER
	struct ftrace_ret_stack *ret;
	int i = 0;

	while ((ret = ftrace_graph_get_ret_stack(task, i++)))
		stack_add_word(check, ret->ret);
#endif
}

static void stack_add_words(struct ksplice_check *check, unsigned long low,
			    unsigned long high)
{
	const unsigned long *word;

	low = ALIGN_DOWN(low, sizeof(*word));
	for (word = (unsigned long *)low; word < (unsigned long *)high; word++)
		stack_add_word(check, READ_ONCE_NOCHECK(*word));
}

/* A thread whose stack pointer is not in its stack counts as in the way. */
static void stack_copy(struct ksplice_check *check, struct task_struct *task)
{
	unsigned long low, high;

	check->found = 0;
	if (task == current) {
		low = (unsigned long)__builtin_frame_address(0);
		high = (unsigned long)task_pt_regs(task);
	} else if (!arch_ksplice_stack(task, &low, &high)) {
		check->found = ULONG_MAX;
		return;
	}
	stack_add_words(check, low, high);
	stack_add_hidden(check, task);
}

/**
 * ksplice_in_ranges() - is an address that was found on a stack in the code?
 * @check:	the code
 * @addr:	a return address, or where a thread was interrupted
 *
 * Return: true if it is, or if it is in generated code that returns there.
 */
bool ksplice_in_ranges(const struct ksplice_check *check, unsigned long addr)
{
	return stack_in_code(check, addr);
}

/**
 * ksplice_add_conflict() - note a thread that is in the way
 * @check:	where it is noted
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
 * A system call that has to be restarted goes on through this pointer.  A pointer to an
 * old function does not matter, since its entry stays valid.
 */
static void stack_walk_restart(struct ksplice_check *check, struct task_struct *task)
{
	unsigned long fn = (unsigned long)READ_ONCE(task->restart_block.fn);
	const struct ksplice_range *range = stack_find_range(check, fn);

	if (range && range->pointers)
		stack_walk_one(check, fn);
}

/* Return: false if there is no stack: the thread is a zombie, and runs nothing. */
static bool stack_begin(struct ksplice_check *check, struct task_struct *task)
{
	check->found = 0;
	check->nr_words = 0;
	check->by_words = false;
	return try_get_task_stack(task);
}

static void stack_read_words(struct ksplice_check *check, struct task_struct *task)
{
	check->by_words = true;
	check->scanned++;
	stack_copy(check, task);
}

/**
 * ksplice_read_words() - read every word of one thread's stack
 * @check:	where the words go, for ksplice_judge_task()
 * @task:	the thread.  It must not run meanwhile.
 *
 * Context: any; bounded by the size of a stack.
 */
void ksplice_read_words(struct ksplice_check *check, struct task_struct *task)
{
	if (!stack_begin(check, task))
		return;
	check->checked++;
	stack_read_words(check, task);
	stack_walk_restart(check, task);
	put_task_stack(task);
}

/**
 * ksplice_read_interrupted() - read every word of the running thread's stack
 * @check:	where the words go, for ksplice_judge_task()
 *
 * What has interrupted the thread, or what it has called with its registers, may be on
 * a stack of the CPU; that is read as well.
 *
 * Context: the handler of a call from another CPU, with interrupts off.
 */
void ksplice_read_interrupted(struct ksplice_check *check)
{
	unsigned long low = arch_ksplice_interrupted_stack();
	unsigned long irq_low, irq_high;

	stack_begin(check, current);
	check->checked++;
	check->by_words = true;
	check->scanned++;
	if (low) {
		stack_add_words(check, low, (unsigned long)task_pt_regs(current));
		stack_add_hidden(check, current);
	}
	if (arch_ksplice_irq_stack(&irq_low, &irq_high))
		stack_add_words(check, irq_low, irq_high);
	stack_walk_restart(check, current);
	put_task_stack(current);
}

/**
 * ksplice_read_task() - unwind one thread's stack, or read every word of it
 * @check:	where the result goes, for ksplice_judge_task()
 * @task:	the thread.  It must not run meanwhile, or be current.
 *
 * Context: any; bounded by the size of a stack.
 */
void ksplice_read_task(struct ksplice_check *check, struct task_struct *task)
{
	if (!stack_begin(check, task))
		return;
	check->checked++;
	if (stack_unwind(check, task))
		check->unwound++;
	else
		stack_read_words(check, task);
	stack_walk_restart(check, task);
	put_task_stack(task);
}

/**
 * ksplice_judge_task() - decide whether a thread is in the way
 * @check:	what ksplice_read_task() has found; gets the conflict
 * @task:	the thread, which may run again
 *
 * A stack that could not even be scanned counts as a conflict.
 */
void ksplice_judge_task(struct ksplice_check *check, struct task_struct *task)
{
	unsigned int i;

	for (i = 0; i < check->nr_words && !check->found; i++)
		check->found = stack_in_code(check, check->words[i]);
	if (check->found)
		ksplice_add_conflict(check, task, check->found,
				     check->by_words);
	check->nr_words = 0;
	check->found = 0;
}

/**
 * ksplice_check_task() - check one thread
 * @check:	has the ranges, and gets the result
 * @task:	the thread.  It must not run meanwhile, or be current.
 */
void ksplice_check_task(struct ksplice_check *check, struct task_struct *task)
{
	ksplice_read_task(check, task);
	ksplice_judge_task(check, task);
}

/**
 * ksplice_check_alloc() - allocate what is needed to check threads
 * @check:	zeroed
 * @nr_ranges:	number of ranges to make room for
 *
 * Return: 0 or -ENOMEM; either way ksplice_check_free() frees it.
 */
int ksplice_check_alloc(struct ksplice_check *check, unsigned int nr_ranges)
{
	check->ranges = kvcalloc(nr_ranges + 1, sizeof(*check->ranges),
				 GFP_KERNEL);
	check->conflicts = kvcalloc(KSPLICE_MAX_CONFLICTS,
				    sizeof(*check->conflicts), GFP_KERNEL);
	check->words = kvcalloc(MAX_WORDS, sizeof(*check->words), GFP_KERNEL);
	if (!check->ranges || !check->conflicts || !check->words)
		return -ENOMEM;
	return 0;
}

/**
 * ksplice_check_free() - free what ksplice_check_alloc() has allocated
 * @check:	the check
 */
void ksplice_check_free(struct ksplice_check *check)
{
	kvfree(check->ranges);
	kvfree(check->conflicts);
	kvfree(check->words);
}

static int stack_cmp_ranges(const void *a, const void *b)
{
	const struct ksplice_range *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return 0;
}

/**
 * ksplice_check_sort() - sort the ranges, when all of them are noted
 * @check:	the check
 */
void ksplice_check_sort(struct ksplice_check *check)
{
	struct ksplice_range *all = &check->ranges[check->nr_ranges];
	unsigned int i;

	sort(check->ranges, check->nr_ranges, sizeof(*check->ranges),
	     stack_cmp_ranges, NULL);
	all->start = ULONG_MAX;
	all->end = 0;
	for (i = 0; i < check->nr_ranges; i++) {
		all->start = min(all->start, check->ranges[i].start);
		all->end = max(all->end, check->ranges[i].end);
	}
}

/**
 * ksplice_stack_init() - create the knob for tests
 * @dir:	the debugfs directory
 */
void ksplice_stack_init(struct dentry *dir)
{
	debugfs_create_bool("force_conservative", 0600, dir,
			    &force_conservative);
}
