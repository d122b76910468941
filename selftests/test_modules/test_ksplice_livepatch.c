// SPDX-License-Identifier: GPL-2.0
/*
 * Livepatches of functions that hot updates replace, too: of one that must not
 * be taken over from a livepatch, with bench=1 of those that are measured, or with
 * peer=1 of the one whose entry test_ksplice_peer uses.
 * With hold=1 also of one in which a thread stays, as long as hold is 1: so a
 * livepatch can be kept on its way out.
 */

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

static bool bench;
module_param(bench, bool, 0444);
MODULE_PARM_DESC(bench, "livepatch what tests/bench measures");

static bool peer;
module_param(peer, bool, 0444);
MODULE_PARM_DESC(peer, "livepatch the function at whose entry others stand");

static bool hold;
module_param(hold, bool, 0644);
MODULE_PARM_DESC(hold, "livepatch a function that does not return as long as this is set");

static unsigned int held;
module_param(held, uint, 0444);
MODULE_PARM_DESC(held, "how many threads are in that function");

static unsigned int livepatch_chain_a(unsigned int n)
{
	return 911;
}

/* The same that updates/calls.diff makes of it. */
static noinline unsigned int livepatch_called(unsigned int n)
{
	unsigned int generation = 2;

	OPTIMIZER_HIDE_VAR(generation);
	return n + generation;
}

static int livepatch_peer(int n)
{
	return n + 900;
}

static int livepatch_sleep_interruptible_show(struct seq_file *m, void *unused)
{
	seq_puts(m, "livepatched\n");
	return 0;
}

static int livepatch_sleep_killable_show(struct seq_file *m, void *unused)
{
	held++;
	while (READ_ONCE(hold) && !fatal_signal_pending(current))
		schedule_timeout_killable(HZ);
	held--;
	seq_puts(m, "livepatched\n");
	return 0;
}

static struct klp_func funcs[] = {
	{
		.old_name = "test_chain_a",
		.new_func = livepatch_chain_a,
	}, { }
};

static struct klp_func bench_funcs[] = {
	{
		.old_name = "test_called",
		.new_func = livepatch_called,
	}, {
		.old_name = "test_sleep_interruptible_show",
		.new_func = livepatch_sleep_interruptible_show,
	}, { }
};

static struct klp_func peer_funcs[] = {
	{
		.old_name = "test_peer",
		.new_func = livepatch_peer,
	}, { }
};

static struct klp_func hold_funcs[] = {
	{
		.old_name = "test_chain_a",
		.new_func = livepatch_chain_a,
	}, {
		.old_name = "test_sleep_killable_show",
		.new_func = livepatch_sleep_killable_show,
	}, { }
};

static struct klp_object objs[] = {
	{
		/* no name: vmlinux */
		.name = IS_MODULE(CONFIG_TEST_KSPLICE) ? "test_ksplice" : NULL,
		.funcs = funcs,
	}, { }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init test_ksplice_livepatch_init(void)
{
	if (bench)
		objs[0].funcs = bench_funcs;
	else if (peer)
		objs[0].funcs = peer_funcs;
	else if (hold)
		objs[0].funcs = hold_funcs;
	return klp_enable_patch(&patch);
}

static void __exit test_ksplice_livepatch_exit(void)
{
}

module_init(test_ksplice_livepatch_init);
module_exit(test_ksplice_livepatch_exit);
MODULE_DESCRIPTION("Livepatch for the ksplice selftests");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
