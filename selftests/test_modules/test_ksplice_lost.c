// SPDX-License-Identifier: GPL-2.0
/*
 * A thread that does little else than the last instructions of return_to_handler(),
 * the way back from what the graph tracer traces:
 *
 *	call 1f
 *	int3
 *   1:	mov %rdi, (%rsp)
 *	ret
 *
 * Interrupted at the call or at 1, its stack is one that ORC gets lost on.
 */
#include <linux/cpufeature.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <asm/text-patching.h>

static unsigned long addr;
module_param(addr, ulong, 0444);
MODULE_PARM_DESC(addr, "address of return_to_handler()");

/* return_to_handler() is much shorter than that. */
#define LOOK_AT		256

/* The call is entered like a function, with where to return to. */
static void (*way_back)(void (*to)(void));

static struct task_struct *thread;

static noinline notrace void nothing(void)
{
}

static int __nocfi lost_thread(void *unused)
{
	int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < 1000; i++)
			way_back(nothing);
		cond_resched();
	}
	return 0;
}

static int __init test_ksplice_lost_init(void)
{
	static const u8 call[] = { CALL_INSN_OPCODE, 1, 0, 0, 0, INT3_INSN_OPCODE };
	unsigned long at;

	if (!addr || cpu_feature_enabled(X86_FEATURE_IBT))
		return -EINVAL;
	for (at = addr; !way_back && at + sizeof(call) <= addr + LOOK_AT; at++)
		if (!memcmp((void *)at, call, sizeof(call)))
			way_back = (void *)at;
	if (!way_back)
		return -ENOENT;
	thread = kthread_run(lost_thread, NULL, "ksplice_lost");
	return PTR_ERR_OR_ZERO(thread);
}

static void __exit test_ksplice_lost_exit(void)
{
	kthread_stop(thread);
}

module_init(test_ksplice_lost_init);
module_exit(test_ksplice_lost_exit);
MODULE_DESCRIPTION("A thread where the unwinder gets lost, for the ksplice selftests");
MODULE_LICENSE("GPL");
