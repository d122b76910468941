// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that always have a thread inside, in every running kernel.
 *
 * The core also detects such a function (always_busy, code_busy), but only when the
 * update is on the machine. These are known before: an idle kernel thread waits in
 * them, or the thread that writes to "enabled" is inside.
 *
 * The list is from the stacks of the threads of an idle 6.12 (test configuration), and
 * from kernel/sched/core.c, kernel/sched/idle.c, kernel/stop_machine.c, and the path of
 * a write from arch/x86/entry/common.c through fs/read_write.c, fs/kernfs/file.c and
 * fs/sysfs/file.c to lib/kobject.c.
 */
#include <string.h>

#include "verdict.h"

struct busy {
	const char *name;
	const char *who;
};

#define WORKER(name, what)	{ name, what " waits for work in it" }
#define WRITER(name)	{ name, "the thread that writes to \"enabled\" is inside it" }
#define IDLE(name)	{ name, "an idle CPU is inside it" }
#define STOPPER(name)	{ name, "each CPU is inside it when the update is applied" }

static const struct busy busy[] = {
	WORKER("kthread", "each kernel thread"),
	WORKER("kthreadd", "kthreadd"),
	WORKER("kthread_worker_fn", "a kthread_worker"),
	WORKER("smpboot_thread_fn", "each thread of a CPU"),
	WORKER("worker_thread", "each kworker"),
	WORKER("rescuer_thread", "the rescuer of each workqueue"),
	WORKER("irq_thread", "the thread of an interrupt"),
	WORKER("rcu_gp_kthread", "the thread of RCU's grace periods"),
	WORKER("rcu_tasks_kthread", "the thread of RCU Tasks"),
	WORKER("rcu_tasks_one_gp", "the thread of RCU Tasks"),
	WORKER("kswapd", "kswapd"),
	WORKER("kcompactd", "kcompactd"),
	WORKER("khugepaged", "khugepaged"),
	WORKER("oom_reaper", "oom_reaper"),
	WORKER("devtmpfsd", "kdevtmpfs"),
	WORKER("devtmpfs_work_loop", "kdevtmpfs"),
	WORKER("watchdog", "watchdogd"),
	{ "schedule", "each thread that sleeps is inside it" },
	{ "__schedule", "each thread that sleeps is inside it" },
	IDLE("do_idle"), IDLE("cpu_startup_entry"),
	STOPPER("cpu_stopper_thread"), STOPPER("multi_cpu_stop"),
	WRITER("stop_machine_cpuslocked"), WRITER("stop_cpus"),
	WRITER("wait_for_completion"), WRITER("vfs_write"),
	WRITER("kernfs_fop_write_iter"), WRITER("sysfs_kf_write"),
	WRITER("kobj_attr_store"), WRITER("do_syscall_64"),
	WRITER("x64_sys_call"),
};

/**
 * always_busy() - is there always a thread inside a function of vmlinux?
 * @name:	the function
 *
 * Return: which thread, in words, or NULL.
 */
const char *always_busy(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(busy); i++)
		if (!strcmp(busy[i].name, name))
			return busy[i].who;
	return NULL;
}
