// SPDX-License-Identifier: GPL-2.0
/*
 * For measuring ksplice: many functions that one update replaces, and threads whose
 * stacks are full.
 *
 * Files in /sys/kernel/debug/test_ksplice_many/: "sum" calls all functions once;
 * whoever reads "deep" or "steep" sleeps with a full stack, in few large frames or in
 * many small ones, until a signal comes.
 */
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/seq_file.h>
#include <linux/wait.h>

#define TEST_MANY_STEP	1

/* X(1000) X(1001) ... X(1499) */
#define TEN(X, n)							\
	X(n##0) X(n##1) X(n##2) X(n##3) X(n##4)				\
	X(n##5) X(n##6) X(n##7) X(n##8) X(n##9)
#define HUNDRED(X, n)							\
	TEN(X, n##0) TEN(X, n##1) TEN(X, n##2) TEN(X, n##3) TEN(X, n##4) \
	TEN(X, n##5) TEN(X, n##6) TEN(X, n##7) TEN(X, n##8) TEN(X, n##9)
#define FIRST(X)	HUNDRED(X, 10) HUNDRED(X, 11) HUNDRED(X, 12)
#define SECOND(X)	HUNDRED(X, 13) HUNDRED(X, 14)

/* No two of them are the same code. */
#define DEFINE(n)							\
static noinline unsigned int test_many_##n(unsigned int x)		\
{									\
	unsigned int step = TEST_MANY_STEP;				\
									\
	OPTIMIZER_HIDE_VAR(step);					\
	return x + step * (n);						\
}

#define NAME(n)	test_many_##n,

FIRST(DEFINE)

/* This one stays as it is, between others that do not. */
static noinline unsigned int test_many_kept(unsigned int x)
{
	OPTIMIZER_HIDE_VAR(x);
	return x;
}

SECOND(DEFINE)

static unsigned int (*const test_many[])(unsigned int x) = {
	FIRST(NAME) SECOND(NAME)
};

static int test_sum_show(struct seq_file *m, void *unused)
{
	unsigned int i, sum = 0;

	for (i = 0; i < ARRAY_SIZE(test_many); i++)
		sum = test_many[i](sum);
	seq_printf(m, "%u\n", test_many_kept(sum));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_sum);

static DECLARE_WAIT_QUEUE_HEAD(test_nothing);

/* So much is left for what sleeping takes. */
#define TEST_STACK_LEFT	3072

static bool test_stack_full(void)
{
	return current_stack_pointer - (unsigned long)task_stack_page(current) <
	       TEST_STACK_LEFT;
}

/* With words that have to be looked up: in between, but in nothing that is replaced. */
static noinline int test_deep(void)
{
	unsigned long words[100];
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = (unsigned long)test_many_kept + 1;
	barrier_data(words);
	ret = test_stack_full() ?
		wait_event_interruptible(test_nothing, false) : test_deep();
	barrier_data(words);
	return ret;
}

static int test_deep_show(struct seq_file *m, void *unused)
{
	return test_deep();
}
DEFINE_SHOW_ATTRIBUTE(test_deep);

static noinline int test_steep(void)
{
	int ret = test_stack_full() ?
		wait_event_interruptible(test_nothing, false) : test_steep();

	OPTIMIZER_HIDE_VAR(ret);
	return ret;
}

static int test_steep_show(struct seq_file *m, void *unused)
{
	return test_steep();
}
DEFINE_SHOW_ATTRIBUTE(test_steep);

static struct dentry *test_dir;

static int __init test_ksplice_many_init(void)
{
	test_dir = debugfs_create_dir("test_ksplice_many", NULL);
	debugfs_create_file("sum", 0400, test_dir, NULL, &test_sum_fops);
	debugfs_create_file("deep", 0400, test_dir, NULL, &test_deep_fops);
	debugfs_create_file("steep", 0400, test_dir, NULL, &test_steep_fops);
	return 0;
}
module_init(test_ksplice_many_init);

static void __exit test_ksplice_many_exit(void)
{
	debugfs_remove(test_dir);
}
module_exit(test_ksplice_many_exit);

MODULE_DESCRIPTION("Many functions for ksplice's benchmark to update");
MODULE_LICENSE("GPL");
