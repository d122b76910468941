// SPDX-License-Identifier: GPL-2.0
/*
 * A module for ksplice's selftests to update, as test_ksplice.c is in vmlinux:
 * every file in /sys/kernel/debug/test_ksplice_mod/ runs one of the functions
 * below and shows its result.
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
#include <linux/static_call.h>
#include <linux/tracepoint.h>
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

/* A key of the module, which is loaded and unloaded with it. */
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

/* More of these: another key, a static call, and a tracepoint, which is both. */
static DEFINE_STATIC_KEY_TRUE(test_mod_plain);

static noinline int test_mod_add(int x)
{
	return x + 1;
}

static noinline int test_mod_double(int x)
{
	return x * 2;
}

DEFINE_STATIC_CALL(test_mod_call, test_mod_add);

DECLARE_TRACE(test_mod_seen, TP_PROTO(int value), TP_ARGS(value));
DEFINE_TRACE(test_mod_seen, TP_PROTO(int value), TP_ARGS(value));

static bool test_mod_switched;
static atomic_t test_mod_last_seen;

static void test_mod_probe(void *unused, int value)
{
	atomic_set(&test_mod_last_seen, value);
}

static int test_mod_keys_show(struct seq_file *m, void *unused)
{
	int value = static_call(test_mod_call)(10);

	atomic_set(&test_mod_last_seen, 0);
	trace_test_mod_seen(value);
	seq_printf(m, "generation 1 %d %d", value,
		   atomic_read(&test_mod_last_seen));
	if (static_branch_likely(&test_mod_plain))
		seq_puts(m, " plain");
	seq_puts(m, "\n");
	return 0;
}

static int test_mod_keys_open(struct inode *inode, struct file *file)
{
	return single_open(file, test_mod_keys_show, NULL);
}

static int test_mod_switch(bool on)
{
	int ret = 0;

	if (on == test_mod_switched)
		return 0;
	if (on)
		ret = register_trace_test_mod_seen(test_mod_probe, NULL);
	else
		unregister_trace_test_mod_seen(test_mod_probe, NULL);
	if (ret)
		return ret;
	test_mod_switched = on;
	if (on)
		static_branch_disable(&test_mod_plain);
	else
		static_branch_enable(&test_mod_plain);
	static_call_update(test_mod_call, on ? test_mod_double : test_mod_add);
	return 0;
}

static ssize_t test_mod_keys_write(struct file *file, const char __user *buf,
				   size_t len, loff_t *pos)
{
	static DEFINE_MUTEX(lock);
	bool on;
	int ret;

	ret = kstrtobool_from_user(buf, len, &on);
	if (ret)
		return ret;
	mutex_lock(&lock);
	ret = test_mod_switch(on);
	mutex_unlock(&lock);
	return ret ? ret : len;
}

static const struct file_operations test_mod_keys_fops = {
	.owner		= THIS_MODULE,
	.open		= test_mod_keys_open,
	.read		= seq_read,
	.write		= test_mod_keys_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/* A table of the module whose address its init hands out. */
struct test_mod_place {
	int (*value)(int x);
	const unsigned int *most;
	unsigned int limit;
};

static const unsigned int test_mod_most = 1000;

static const struct test_mod_place test_mod_table = {
	.value = test_mod_add,
	.most = &test_mod_most,
	.limit = 100,
};

static const struct test_mod_place *test_mod_placed;
static int test_mod_place_at_init;

static int test_mod_place_show(struct seq_file *m, void *unused)
{
	const struct test_mod_place *place = READ_ONCE(test_mod_placed);
	int (*value)(int x) = READ_ONCE(place->value);

	seq_printf(m, "%d %u %u %d\n", value(20), READ_ONCE(place->limit),
		   READ_ONCE(*READ_ONCE(place->most)), test_mod_place_at_init);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_mod_place);

/* The reader sleeps in here until the file "gate" is written to. */
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
	WRITE_ONCE(test_mod_placed, &test_mod_table);
	test_mod_place_at_init = READ_ONCE(test_mod_placed)->value(20);
	test_mod_at_init = test_mod_a();
	if (fail_init)
		return -ENODEV;

	test_dir = debugfs_create_dir("test_ksplice_mod", NULL);
	debugfs_create_file("chain", 0400, test_dir, NULL,
			    &test_mod_chain_fops);
	debugfs_create_file("refs", 0400, test_dir, NULL, &test_mod_refs_fops);
	debugfs_create_file("at_init", 0400, test_dir, NULL,
			    &test_mod_at_init_fops);
	debugfs_create_file("place", 0400, test_dir, NULL,
			    &test_mod_place_fops);
	debugfs_create_file("key", 0600, test_dir, NULL, &test_mod_key_fops);
	debugfs_create_file("keys", 0600, test_dir, NULL,
			    &test_mod_keys_fops);
	debugfs_create_file("sleep", 0400, test_dir, NULL,
			    &test_mod_sleep_fops);
	debugfs_create_file("gate", 0200, test_dir, NULL, &test_mod_gate_fops);
	debugfs_create_atomic_t("sleepers", 0400, test_dir,
				&test_mod_sleepers);
	return 0;
}
module_init(test_ksplice_mod_init);

/* Shows which code ran, when the files are gone. */
static noinline unsigned int test_mod_last_words(void)
{
	unsigned int generation = TEST_MOD_GENERATION;

	OPTIMIZER_HIDE_VAR(generation);
	return generation;
}

static void __exit test_ksplice_mod_exit(void)
{
	debugfs_remove(test_dir);
	test_mod_switch(false);
	tracepoint_synchronize_unregister();
	pr_info("exit, generation %u\n", test_mod_last_words());
}
module_exit(test_ksplice_mod_exit);

MODULE_DESCRIPTION("Module for testing hot updates");
MODULE_LICENSE("GPL");
