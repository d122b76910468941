// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - where are the other CPUs at this moment?
 *
 * A stop takes a CPU where its thread may be switched out, soon after it is
 * asked for.  Threads that run inside the code that is replaced would be found
 * there, and the stop would have been for nothing.  So the CPUs are asked
 * first: an interrupt looks at what it has interrupted.  That is a hint and
 * decides nothing, the stop does.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>

#include "cpus.h"
#include "ksplice.h"

/**
 * struct question - what CPUs are asked
 * @check:	the code
 * @outside:	one is in the kernel (set by those it is true for)
 * @inside:	one is inside the code, or can't tell
 */
struct question {
	const struct ksplice_check *check;
	bool outside;
	bool inside;
};

static bool cpus_check_addr(void *data, unsigned long addr)
{
	struct question *question = data;

	if (!arch_ksplice_unwinder_lost(addr) &&
	    !ksplice_in_ranges(question->check, addr))
		return true;
	WRITE_ONCE(question->inside, true);
	return false;
}

/* Called on each CPU, with interrupts off. */
static void cpus_answer(void *data)
{
	struct question *question = data;

	if (is_idle_task(current) || arch_ksplice_interrupts_user())
		return;
	WRITE_ONCE(question->outside, true);
	arch_stack_walk(cpus_check_addr, question, current, NULL);
}

/* An idle CPU is left in peace. */
static bool cpus_is_asked(int cpu, void *data)
{
	return cpu != smp_processor_id() && !task_curr(idle_task(cpu));
}

/**
 * ksplice_ask_cpus() - where are the other CPUs?
 * @check:	the code that matters
 *
 * Context: process, interrupts on.
 * Return: the worst of the answers, which holds no longer than the moment.
 */
enum ksplice_whereabouts ksplice_ask_cpus(const struct ksplice_check *check)
{
	struct question question = { .check = check };

	on_each_cpu_cond_mask(cpus_is_asked, cpus_answer, &question, true,
			      cpu_online_mask);
	if (question.inside)
		return KSPLICE_CPUS_INSIDE;
	return question.outside ? KSPLICE_CPUS_OUTSIDE : KSPLICE_CPUS_AWAY;
}
