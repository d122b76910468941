// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - may a thread still come to the text of an update?
 *
 * Return addresses tell which threads are inside.  A thread that has loaded the address
 * of a function of the update and has not called it yet is not inside.  The pointer
 * is in a register, which was saved on the thread's stack when it lost its CPU, or in
 * a word of some frame.  No such word may exist when the text goes away.  A word that
 * only looks like such a pointer delays that.
 *
 * The caller has made sure that no thread can get such a pointer any more: the update
 * was taken back, and nothing in the kernel's data leads to it.  So a thread that was
 * seen without such a pointer stays without one.
 */
#include <linux/cpumask.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "ksplice.h"
#include "stop.h"
#include "threads.h"
#include "window.h"

/* How often to try to read a thread that moves from CPU to CPU */
#define MAX_TRIES	100

/**
 * struct search - a search through all threads
 * @check:	the text
 * @exiting:	for ksplice_each_thread()
 * @unknown:	a thread could not be read: it was never on the CPU that was asked
 */
struct search {
	struct ksplice_check check;
	struct ksplice_tasks exiting;
	bool unknown;
};

/**
 * struct question - what a CPU is asked
 * @check:	where the words go
 * @task:	the thread to read
 * @found:	it runs on this CPU, and was read
 */
struct question {
	struct ksplice_check *check;
	struct task_struct *task;
	bool found;
};

/* Called on the CPU where the thread should run, with interrupts off. */
static void held_read_running(void *data)
{
	struct question *question = data;

	if (current != question->task)
		return;
	question->found = true;
	ksplice_read_interrupted(question->check);
}

static int held_read_unless_running(struct task_struct *task, void *data)
{
	if (task_curr(task))
		return -EAGAIN;
	ksplice_read_words(data, task);
	return 0;
}

static bool held_read_thread(struct search *search, struct task_struct *task)
{
	struct question question = { .check = &search->check, .task = task };

	if (task == current) {
		ksplice_read_task(&search->check, task);
		return true;
	}
	if (!task_call_func(task, held_read_unless_running, &search->check))
		return true;
	smp_call_function_single(task_cpu(task), held_read_running, &question, 1);
	return question.found;
}

static void held_check_task(void *data, struct task_struct *task)
{
	struct search *search = data;
	unsigned int i;

	for (i = 0; i < MAX_TRIES; i++) {
		if (held_read_thread(search, task)) {
			ksplice_judge_task(&search->check, task);
			return;
		}
		cond_resched();
	}
	search->unknown = true;
}

static int held_check_all(struct search *search, struct ksplice_conflict *who)
{
	struct ksplice_check *check = &search->check;

	if (!ksplice_each_thread(held_check_task, search, &search->exiting))
		search->unknown = true;
	if (check->nr_conflicts) {
		*who = check->conflicts[0];
		return -EBUSY;
	}
	return search->unknown ? -EAGAIN : 0;
}

/**
 * ksplice_text_held() - does a word on any stack lead to the text of an update?
 * @update:	the update, which was taken back
 * @who:	gets a thread that has such a word
 *
 * This may take long; it reschedules in between.  All stacks are read word by word, but
 * for the caller's own: that holds addresses of the text anyway, and is unwound.
 *
 * Context: process, may sleep; not with cpus_read_lock() held.
 * Return: 0 if there is no such word; -EBUSY with @who; -EAGAIN if a thread could not
 * be read now; -ENOMEM.
 */
int ksplice_text_held(const struct ksplice_update *update,
		      struct ksplice_conflict *who)
{
	unsigned int room = KSPLICE_WINDOW_TASKS * num_possible_cpus();
	struct search search = {};
	int ret;

	ret = ksplice_check_alloc(&search.check, ksplice_nr_text_ranges(update));
	if (!ret)
		ret = ksplice_tasks_alloc(&search.exiting, room);
	if (!ret) {
		ksplice_add_text_ranges(&search.check, update);
		ksplice_check_sort(&search.check);
		ret = held_check_all(&search, who);
	}
	ksplice_tasks_free(&search.exiting);
	ksplice_check_free(&search.check);
	return ret;
}
