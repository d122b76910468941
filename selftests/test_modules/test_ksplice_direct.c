// SPDX-License-Identifier: GPL-2.0
/*
 * What a BPF fexit program does to a function, without BPF: the call in its
 * fentry slot leads to a trampoline, which calls the function behind the slot,
 * that is, where the jump of a hot update stands, and adds 1000000 to what it
 * returned.
 */

#include <linux/ftrace.h>
#include <linux/linkage.h>
#include <linux/module.h>
#include <linux/objtool.h>

#include <asm/ibt.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

#include "test_ksplice_direct.h"

static unsigned long slot;
module_param(slot, ulong, 0444);
MODULE_PARM_DESC(slot, "address of the function's fentry slot");

/* What is behind the slot. */
unsigned long test_direct_behind;

/*
 * Two return addresses are on the stack: to what is behind the slot, and to the
 * caller.  As the function has been called already, drop the first.
 */
asm("	.pushsection	.text, \"ax\", @progbits\n"
"	.type		test_direct_tramp, @function\n"
"	.globl		test_direct_tramp\n"
"	test_direct_tramp:\n"
	ASM_ENDBR
"	pushq	%rbp\n"
"	movq	%rsp, %rbp\n"
	ANNOTATE_RETPOLINE_SAFE
"	call	*test_direct_behind(%rip)\n"
"	addl	$1000000, %eax\n"
"	popq	%rbp\n"
"	addq	$8, %rsp\n"
	UNWIND_HINT_FUNC
	ASM_RET
"	.size		test_direct_tramp, .-test_direct_tramp\n"
"	.popsection\n"
);

static struct ftrace_ops direct;

static int __init test_ksplice_direct_init(void)
{
	int ret;

	test_direct_behind = slot + MCOUNT_INSN_SIZE;
	ret = ftrace_set_filter_ip(&direct, slot, 0, 0);
	return ret ? ret : register_ftrace_direct(&direct,
						  (unsigned long)test_direct_tramp);
}

static void __exit test_ksplice_direct_exit(void)
{
	unregister_ftrace_direct(&direct, (unsigned long)test_direct_tramp,
				 true);
}

module_init(test_ksplice_direct_init);
module_exit(test_ksplice_direct_exit);
MODULE_DESCRIPTION("A direct trampoline for the ksplice selftests");
MODULE_LICENSE("GPL");
