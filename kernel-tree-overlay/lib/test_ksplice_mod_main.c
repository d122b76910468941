// SPDX-License-Identifier: GPL-2.0
/*
 * A module for ksplice's selftests to update, as test_ksplice.c is in vmlinux:
 * every file in /sys/kernel/debug/test_ksplice_mod/ runs one of the functions
 * below and shows what came out.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/wait.h>

#include "test_ksplice_mod.h"

#define TEST_MOD_GENERATION	1

static struct dentry *test_dir;

static bool fail_init;
module_param(fail_init, bool, 0444);
MODULE_PARM_DESC(fail_init, "let the init function fail, having run");

/* What the functions say when they are called by init. */
static unsigned int test_mod_at_init;

static unsigned int test_mod_calls;
static DEFINE_PER_CPU(unsigned int, test_mod_percpu) = 40;

static noinline unsigned int test_mod_b(void)
{
	unsigned int generation = TEST_MOD_GENERATION;

	OPTIMIZER_HIDE_VAR(generation);
	test_mod_calls++;
	return generation;
}

static noinline unsigned int test_mod_a(void)
{
	unsigned int generation = TEST_MOD_GENERATION;

	OPTIMIZER_HIDE_VAR(generation);
	return test_mod_b() * 10 + generation;
}

static int test_mod_chain_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%u\n", test_mod_a());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_mod_chain);

/* Everything that a function of a module can refer to. */
static int test_mod_refs_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%s %u %u %u %u\n", THIS_MODULE->name,
		   test_mod_other(), test_dep_value(),
		   raw_cpu_read(test_mod_percpu), test_mod_others);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_mod_refs);

static int test_mod_at_init_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%u\n", test_mod_at_init);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_mod_at_init);

/* A key of the module's own: an update can't wait for this one. */
static DEFINE_STATIC_KEY_FALSE(test_mod_key);

static int test_mod_key_show(struct seq_file *m, void *unused)
{
	seq_puts(m, "generation 1");
	if (static_branch_unlikely(&test_mod_key))
		seq_puts(m, " on");
	seq_puts(m, "\n");
	return 0;
}

static int test_mod_key_open(struct inode *inode, struct file *file)
{
	return single_open(file, test_mod_key_show, NULL);
}

static ssize_t test_mod_key_write(struct file *file, const char __user *buf,
				  size_t len, loff_t *pos)
{
	bool on;
	int ret;

	ret = kstrtobool_from_user(buf, len, &on);
	if (ret)
		return ret;
	if (on)
		static_branch_enable(&test_mod_key);
	else
		static_branch_disable(&test_mod_key);
	return len;
}

static const struct file_operations test_mod_key_fops = {
	.owner		= THIS_MODULE,
	.open		= test_mod_key_open,
	.read		= seq_read,
	.write		= test_mod_key_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/* The reader sleeps in here until somebody writes to the file "gate". */
static DECLARE_WAIT_QUEUE_HEAD(test_mod_gate);
static unsigned int test_mod_opened;
static atomic_t test_mod_sleepers;

static int test_mod_sleep_show(struct seq_file *m, void *unused)
{
	unsigned int ticket = READ_ONCE(test_mod_opened);
	int ret;

	atomic_inc(&test_mod_sleepers);
	ret = wait_event_killable(test_mod_gate,
				  READ_ONCE(test_mod_opened) != ticket);
	atomic_dec(&test_mod_sleepers);
	seq_printf(m, "generation %d\n", TEST_MOD_GENERATION);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(test_mod_sleep);

static int test_mod_gate_set(void *unused, u64 val)
{
	WRITE_ONCE(test_mod_opened, test_mod_opened + 1);
	wake_up_all(&test_mod_gate);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_mod_gate_fops, NULL, test_mod_gate_set, "%llu\n");

static int __init test_ksplice_mod_init(void)
{
	test_mod_at_init = test_mod_a();
	if (fail_init)
		return -ENODEV;

	test_dir = debugfs_create_dir("test_ksplice_mod", NULL);
	debugfs_create_file("chain", 0400, test_dir, NULL,
			    &test_mod_chain_fops);
	debugfs_create_file("refs", 0400, test_dir, NULL, &test_mod_refs_fops);
	debugfs_create_file("at_init", 0400, test_dir, NULL,
			    &test_mod_at_init_fops);
	debugfs_create_file("key", 0600, test_dir, NULL, &test_mod_key_fops);
	debugfs_create_file("sleep", 0400, test_dir, NULL,
			    &test_mod_sleep_fops);
	debugfs_create_file("gate", 0200, test_dir, NULL, &test_mod_gate_fops);
	debugfs_create_atomic_t("sleepers", 0400, test_dir,
				&test_mod_sleepers);
	return 0;
}
module_init(test_ksplice_mod_init);

/* Says which code ran, when there is no file left to ask. */
static noinline unsigned int test_mod_last_words(void)
{
	unsigned int generation = TEST_MOD_GENERATION;

	OPTIMIZER_HIDE_VAR(generation);
	return generation;
}

static void __exit test_ksplice_mod_exit(void)
{
	debugfs_remove(test_dir);
	pr_info("exit, generation %u\n", test_mod_last_words());
}
module_exit(test_ksplice_mod_exit);

MODULE_DESCRIPTION("Module for testing hot updates");
MODULE_LICENSE("GPL");
