// SPDX-License-Identifier: GPL-2.0
/*
 * Lets one call of a function fail for lack of memory, as long as this is loaded: what
 * fail_function does, on kernels without that, too.
 */

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/module.h>

static char *name = "";
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "the function, which returns an int");

static unsigned int hits;
module_param(hits, uint, 0444);
MODULE_PARM_DESC(hits, "how often it was called");

/* It leaves the returned value as it is. */
static noinline notrace void just_return(void)
{
	barrier();
}

static int fail_once(struct kprobe *p, struct pt_regs *regs)
{
	if (hits++)
		return 0;
	regs->ax = -ENOMEM;
	regs->ip = (unsigned long)just_return;
	return 1;
}

NOKPROBE_SYMBOL(fail_once);

/* A probe that has one is not optimised: then it could not change where to go on. */
static void not_optimised(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe probe = {
	.pre_handler = fail_once,
	.post_handler = not_optimised,
};

static int __init test_ksplice_fail_init(void)
{
	probe.symbol_name = name;
	return register_kprobe(&probe);
}
module_init(test_ksplice_fail_init);

static void __exit test_ksplice_fail_exit(void)
{
	unregister_kprobe(&probe);
}
module_exit(test_ksplice_fail_exit);

MODULE_DESCRIPTION("Lets functions fail for tests of hot updates");
MODULE_LICENSE("GPL");
