// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - where are the other CPUs at this moment?
 *
 * Soon after a stop is requested, each CPU's thread is switched out for the stopper.
 * A thread that runs inside the code that is replaced would be found there, and the
 * stop would be in vain.  So the CPUs are asked first: an interrupt checks what it
 * has interrupted.  The answer is only a hint.  The stop itself decides.
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
 * @outside:	a CPU is in the kernel; each CPU for which that is true sets this
 * @inside:	a CPU is inside the code, or can't tell; set in the same way
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

/* Idle CPUs are not asked, so that they are not woken up. */
static bool cpus_is_asked(int cpu, void *data)
{
	return cpu != smp_processor_id() && !task_curr(idle_task(cpu));
}

/**
 * ksplice_ask_cpus() - where are the other CPUs?
 * @check:	the code that matters
 *
 * Context: process, interrupts on.
 * Return: the worst of the answers.  It may be outdated at once.
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
