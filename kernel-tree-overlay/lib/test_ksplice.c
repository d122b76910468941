// SPDX-License-Identifier: GPL-2.0
/*
 * Code in vmlinux for ksplice's selftests to update.
 *
 * Every file in /sys/kernel/debug/test_ksplice/ runs one of the functions
 * below and shows its result.  The source patches that are turned into hot
 * updates of these functions, and the scripts that apply them, are in
 * tools/testing/selftests/ksplice/.  The functions say "generation 1"; after
 * an update they say something else, so that a reader can tell which code ran.
 *
 * What matters is what the compiler makes of a function (a .cold part, a jump
 * label, a call through a table, ...), hence the many noinline.  Constants
 * that callers must not know at compile time go through OPTIMIZER_HIDE_VAR().
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/error-injection.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/jump_label.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/pipe_fs_i.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/user.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "../kernel/ksplice/compat.h"

static struct dentry *test_dir;

/* Serializes starting and stopping of threads, and writes to switches. */
static DEFINE_MUTEX(test_mutex);

/*
 * A chain of three functions: while an update of all three is applied, a caller
 * must get either 111 or 222, never a mixture.
 */
#define TEST_CHAIN_GENERATION	1
#define TEST_CHAIN_OLD		111
#define TEST_CHAIN_THREADS_MAX	64

static struct task_struct *test_chain_threads[TEST_CHAIN_THREADS_MAX];
static unsigned int test_chain_nr_threads;

static atomic_long_t test_chain_old;
static atomic_long_t test_chain_new;
static atomic_long_t test_chain_mixed;

static noinline unsigned int test_chain_c(unsigned int n)
{
	unsigned int generation = TEST_CHAIN_GENERATION;

	OPTIMIZER_HIDE_VAR(generation);
	/* In every eighth call, give up the CPU in the middle of the chain. */
	if (!(n % 8))
		cond_resched();
	return generation;
}

static noinline unsigned int test_chain_b(unsigned int n)
{
	unsigned int generation = TEST_CHAIN_GENERATION;

	OPTIMIZER_HIDE_VAR(generation);
	return test_chain_c(n) * 10 + generation;
}

static noinline unsigned int test_chain_a(unsigned int n)
{
	unsigned int generation = TEST_CHAIN_GENERATION;

	OPTIMIZER_HIDE_VAR(generation);
	return test_chain_b(n) * 10 + generation;
}

static int test_chain_thread(void *unused)
{
	unsigned int n, got;

	for (n = 1; !kthread_should_stop(); n++) {
		got = test_chain_a(n);
		if (got == TEST_CHAIN_OLD)
			atomic_long_inc(&test_chain_old);
		else if (got == got % 10 * 111)
			atomic_long_inc(&test_chain_new);
		else
			atomic_long_inc(&test_chain_mixed);
		/* As a thread should that never sleeps. */
		cond_resched_tasks_rcu_qs();
	}
	return 0;
}

static void test_chain_stop(void)
{
	while (test_chain_nr_threads)
		kthread_stop(test_chain_threads[--test_chain_nr_threads]);
}

/* Stop what runs, forget the counts, start @val threads. */
static int test_chain_threads_set(void *unused, u64 val)
{
	struct task_struct *task;
	int ret = 0;

	if (val > TEST_CHAIN_THREADS_MAX)
		return -EINVAL;

	mutex_lock(&test_mutex);
	test_chain_stop();
	if (val) {
		atomic_long_set(&test_chain_old, 0);
		atomic_long_set(&test_chain_new, 0);
		atomic_long_set(&test_chain_mixed, 0);
	}
	while (test_chain_nr_threads < val) {
		task = kthread_run(test_chain_thread, NULL, "ksplice_chain/%u",
				   test_chain_nr_threads);
		if (IS_ERR(task)) {
			test_chain_stop();
			ret = PTR_ERR(task);
			break;
		}
		test_chain_threads[test_chain_nr_threads++] = task;
	}
	mutex_unlock(&test_mutex);
	return ret;
}

static int test_chain_threads_get(void *unused, u64 *val)
{
	*val = READ_ONCE(test_chain_nr_threads);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_chain_threads_fops, test_chain_threads_get,
			 test_chain_threads_set, "%llu\n");

static int test_chain_counts_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "old %ld new %ld mixed %ld\n",
		   atomic_long_read(&test_chain_old),
		   atomic_long_read(&test_chain_new),
		   atomic_long_read(&test_chain_mixed));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_chain_counts);

static int test_chain_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%u\n", test_chain_a(1));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_chain);

/*
 * An almost empty function, to measure the cost of a call: a reader of the file
 * calls it TEST_CALLS times, and sees how long that took.
 */
#define TEST_CALLS	100000

static noinline unsigned int test_called(unsigned int n)
{
	unsigned int generation = 1;

	OPTIMIZER_HIDE_VAR(generation);
	return n + generation;
}

static int test_calls_show(struct seq_file *m, void *unused)
{
	unsigned int i, sum = 0;
	unsigned long flags;
	u64 ns;

	local_irq_save(flags);
	ns = ktime_get_mono_fast_ns();
	for (i = 0; i < TEST_CALLS; i++)
		sum += test_called(i);
	ns = ktime_get_mono_fast_ns() - ns;
	local_irq_restore(flags);
	seq_printf(m, "calls %u ns %llu sum %u\n", TEST_CALLS, ns, sum);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_calls);

/* A function whose entry can be traced, probed and patched by all that can. */
static noinline int test_peer(int n)
{
	int generation = 1;

	OPTIMIZER_HIDE_VAR(generation);
	return n + generation;
}
ALLOW_ERROR_INJECTION(test_peer, ERRNO);

static int test_peer_show(struct seq_file *m, void *unused)
{
	int n = 10;

	/* No clone of it for this one argument */
	OPTIMIZER_HIDE_VAR(n);
	seq_printf(m, "%d\n", test_peer(n));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_peer);

/*
 * Functions to sleep in.  A write to the file "gate" wakes the sleepers; the
 * file "sleepers" shows how many wait for that.
 */
#define TEST_SLEEP_GENERATION	1

static DECLARE_WAIT_QUEUE_HEAD(test_gate);
static unsigned int test_gate_opened;
static atomic_t test_sleepers;

static bool test_gate_passed(unsigned int ticket)
{
	return READ_ONCE(test_gate_opened) != ticket;
}

static int test_gate_set(void *unused, u64 val)
{
	mutex_lock(&test_mutex);
	WRITE_ONCE(test_gate_opened, test_gate_opened + 1);
	mutex_unlock(&test_mutex);
	wake_up_all(&test_gate);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_gate_fops, NULL, test_gate_set, "%llu\n");

/* The reader of a file sleeps in here; only the gate or SIGKILL ends it. */
static int test_sleep_killable_show(struct seq_file *m, void *unused)
{
	unsigned int ticket = READ_ONCE(test_gate_opened);
	int ret;

	atomic_inc(&test_sleepers);
	ret = wait_event_killable(test_gate, test_gate_passed(ticket));
	atomic_dec(&test_sleepers);
	seq_printf(m, "generation %d\n", TEST_SLEEP_GENERATION);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(test_sleep_killable);

/* The same, but any signal (and whatever restarts a system call) ends it. */
static int test_sleep_interruptible_show(struct seq_file *m, void *unused)
{
	unsigned int ticket = READ_ONCE(test_gate_opened);
	int ret;

	atomic_inc(&test_sleepers);
	ret = wait_event_interruptible(test_gate, test_gate_passed(ticket));
	atomic_dec(&test_sleepers);
	seq_printf(m, "generation %d\n", TEST_SLEEP_GENERATION);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(test_sleep_interruptible);

/* A kernel thread, which gets no signals, sleeps in here. */
static int test_sleep_kthread_left;

static noinline int test_sleep_kthread(void)
{
	unsigned int ticket = READ_ONCE(test_gate_opened);

	atomic_inc(&test_sleepers);
	wait_event_idle(test_gate, test_gate_passed(ticket));
	atomic_dec(&test_sleepers);
	return TEST_SLEEP_GENERATION;
}

static int test_sleep_thread(void *unused)
{
	WRITE_ONCE(test_sleep_kthread_left, test_sleep_kthread());
	module_put_and_kthread_exit(0);
}

/* Start a thread that ends by itself; this module stays as long as it runs. */
static int test_thread_run(int (*fn)(void *unused), const char *name)
{
	struct task_struct *task;

	__module_get(THIS_MODULE);
	task = kthread_run(fn, NULL, "%s", name);
	if (IS_ERR(task))
		module_put(THIS_MODULE);
	return PTR_ERR_OR_ZERO(task);
}

static int test_sleep_kthread_set(void *unused, u64 val)
{
	WRITE_ONCE(test_sleep_kthread_left, 0);
	return test_thread_run(test_sleep_thread, "ksplice_sleeper");
}

/* Which generation the thread returned from, 0 while it is in there. */
static int test_sleep_kthread_get(void *unused, u64 *val)
{
	*val = READ_ONCE(test_sleep_kthread_left);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_sleep_kthread_fops, test_sleep_kthread_get,
			 test_sleep_kthread_set, "%llu\n");

/*
 * A thread that sleeps in here when it has left the task list: the last part of
 * do_exit() frees the pipe that the thread has used for splicing, which calls
 * what an operation of its buffer points to.
 */
static int test_sleep_exit_left;

static void test_sleep_exit(struct pipe_inode_info *pipe,
			    struct pipe_buffer *buf)
{
	unsigned int ticket = READ_ONCE(test_gate_opened);

	atomic_inc(&test_sleepers);
	wait_event_idle(test_gate, test_gate_passed(ticket));
	atomic_dec(&test_sleepers);
	WRITE_ONCE(test_sleep_exit_left, TEST_SLEEP_GENERATION);
	module_put(THIS_MODULE);
}

static const struct pipe_buf_operations test_sleep_exit_ops = {
	.release	= test_sleep_exit,
};

static int test_exit_thread(void *unused)
{
	struct pipe_inode_info *pipe = kzalloc(sizeof(*pipe), GFP_KERNEL);

	if (!pipe)
		goto out;
	pipe->bufs = kzalloc(sizeof(*pipe->bufs), GFP_KERNEL);
	if (!pipe->bufs)
		goto out_free;
	pipe->ring_size = 1;
	pipe->bufs->ops = &test_sleep_exit_ops;
	pipe->user = get_uid(current_user());
	current->splice_pipe = pipe;
	kthread_complete_and_exit(NULL, 0);

out_free:
	kfree(pipe);
out:
	module_put_and_kthread_exit(0);
}

static int test_sleep_exit_set(void *unused, u64 val)
{
	WRITE_ONCE(test_sleep_exit_left, 0);
	return test_thread_run(test_exit_thread, "ksplice_exit");
}

/* Which generation the thread left, 0 while it is in there. */
static int test_sleep_exit_get(void *unused, u64 *val)
{
	*val = READ_ONCE(test_sleep_exit_left);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_sleep_exit_fops, test_sleep_exit_get,
			 test_sleep_exit_set, "%llu\n");

/*
 * A thread that has got the address of a function and has not called it yet.  It
 * sleeps with that on its stack.
 */
static int test_lent_left;

static noinline int test_lent_old(void)
{
	int generation = 1;

	OPTIMIZER_HIDE_VAR(generation);
	return generation;
}

static noinline void *test_lend(void)
{
	return test_lent_old;
}

static int test_lent_thread(void *unused)
{
	unsigned int ticket = READ_ONCE(test_gate_opened);
	int (*fn)(void);

	WRITE_ONCE(fn, test_lend());
	atomic_inc(&test_sleepers);
	wait_event_idle(test_gate, test_gate_passed(ticket));
	atomic_dec(&test_sleepers);
	WRITE_ONCE(test_lent_left, READ_ONCE(fn)());
	WRITE_ONCE(fn, NULL);
	module_put_and_kthread_exit(0);
}

/* What test_lent_left is while the softirq runs */
#define TEST_LENT_SOFTIRQ	100

/* Runs until the gate is opened, or for some seconds. */
static void test_lent_softirq(struct tasklet_struct *unused)
{
	unsigned int ticket = READ_ONCE(test_gate_opened);
	unsigned long end = jiffies + 8 * HZ;

	WRITE_ONCE(test_lent_left, TEST_LENT_SOFTIRQ);
	while (!test_gate_passed(ticket) && time_before(jiffies, end))
		cpu_relax();
}

static DECLARE_TASKLET(test_lent_tasklet, test_lent_softirq);

/*
 * Keeps the address in a register that calls preserve, while a softirq runs on the IRQ
 * stack.  Few functions save r15, so the thread's own stack should not have it.
 */
static int test_lent_register_thread(void *unused)
{
	register void *fn asm("r15") = test_lend();
	unsigned int ticket = READ_ONCE(test_gate_opened);

	asm volatile("" : "+r" (fn));
	atomic_inc(&test_sleepers);
	wait_event_idle(test_gate, test_gate_passed(ticket));
	atomic_dec(&test_sleepers);
	local_bh_disable();
	tasklet_schedule(&test_lent_tasklet);
	asm volatile("" : "+r" (fn));
	local_bh_enable();
	asm volatile("" : "+r" (fn));
	WRITE_ONCE(test_lent_left, ((int (*)(void))fn)());
	module_put_and_kthread_exit(0);
}

/* 1: with the address on the thread's stack; 2: in a register */
static int test_lent_set(void *unused, u64 val)
{
	WRITE_ONCE(test_lent_left, 0);
	return test_thread_run(val == 2 ? test_lent_register_thread : test_lent_thread,
			       "ksplice_lent");
}

/* Which generation the thread has called, 0 before. */
static int test_lent_get(void *unused, u64 *val)
{
	*val = READ_ONCE(test_lent_left);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_lent_fops, test_lent_get, test_lent_set,
			 "%llu\n");

/* A thread that never sleeps voluntarily: with 1 in "spin", until there is 0. */
static struct task_struct *test_spinner;

static int test_spin_thread(void *unused)
{
	while (!kthread_should_stop())
		cond_resched();
	return 0;
}

static int test_spin_set(void *unused, u64 val)
{
	int ret = 0;

	mutex_lock(&test_mutex);
	if (!val && test_spinner) {
		kthread_stop(test_spinner);
		test_spinner = NULL;
	} else if (val && !test_spinner) {
		test_spinner = kthread_run(test_spin_thread, NULL,
					   "ksplice_spin");
		ret = PTR_ERR_OR_ZERO(test_spinner);
		if (ret)
			test_spinner = NULL;
	}
	mutex_unlock(&test_mutex);
	return ret;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_spin_fops, NULL, test_spin_set, "%llu\n");

/*
 * A thread that is in one instruction nearly all of the time and never leaves the
 * function: with 1 in "fill", until there is 0.  The instruction is followed by enough
 * bytes for a jump, so a probe on it can be optimised; "fill_at" shows its address.
 */
#define TEST_FILL_GENERATION	1
#define TEST_FILL_SIZE		SZ_1M

static struct task_struct *test_filler;
static void *test_fill_buffer;
static unsigned int test_fill_left;

static noinline unsigned int test_fill(void)
{
	unsigned int generation = TEST_FILL_GENERATION;

	OPTIMIZER_HIDE_VAR(generation);
	do {
#ifdef CONFIG_X86
		void *to = test_fill_buffer;
		unsigned long n = TEST_FILL_SIZE;

		asm volatile("rep stosb; nop; nop; nop"
			     : "+D" (to), "+c" (n) : "a" (generation) : "memory");
#endif
		/* As a thread should that never sleeps. */
		cond_resched_tasks_rcu_qs();
	} while (!kthread_should_stop());
	return generation;
}

static int test_fill_thread(void *unused)
{
	WRITE_ONCE(test_fill_left, test_fill());
	return 0;
}

static int test_fill_start(void)
{
	struct task_struct *task;

	test_fill_buffer = vmalloc(TEST_FILL_SIZE);
	if (!test_fill_buffer)
		return -ENOMEM;
	task = kthread_run(test_fill_thread, NULL, "ksplice_fill");
	if (IS_ERR(task)) {
		vfree(test_fill_buffer);
		return PTR_ERR(task);
	}
	test_filler = task;
	return 0;
}

static void test_fill_stop(void)
{
	kthread_stop(test_filler);
	vfree(test_fill_buffer);
	test_filler = NULL;
}

static int test_fill_set(void *unused, u64 val)
{
	int ret = 0;

	mutex_lock(&test_mutex);
	if (!val && test_filler)
		test_fill_stop();
	else if (val && !test_filler)
		ret = test_fill_start();
	mutex_unlock(&test_mutex);
	return ret;
}

/* The generation that was left last */
static int test_fill_get(void *unused, u64 *val)
{
	*val = READ_ONCE(test_fill_left);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_fill_fops, test_fill_get, test_fill_set,
			 "%llu\n");

static int test_fill_at_get(void *unused, u64 *val)
{
	const u8 insn[] = { 0xf3, 0xaa, 0x90, 0x90, 0x90 };
	const u8 *func = (const u8 *)test_fill;
	int i;

	OPTIMIZER_HIDE_VAR(func);
	for (i = 0; i < 128; i++) {
		if (memcmp(func + i, insn, sizeof(insn)))
			continue;
		*val = i;
		return 0;
	}
	return -ENOENT;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_fill_at_fops, test_fill_at_get, NULL, "%llu\n");

/*
 * A function whose unlikely part the compiler moves away, because that part
 * calls a cold function.  With "cold_path" set, the reader sleeps in there.
 * __cold would do, but is empty on kernels that align functions; none relies
 * on the alignment of this one.
 */
static bool test_cold_path;

static noinline __attribute((__cold__)) void test_chill(void)
{
	pr_info("on the cold path\n");
}

static int test_cold_show(struct seq_file *m, void *unused)
{
	unsigned int ticket = READ_ONCE(test_gate_opened);
	int ret = 0;

	if (READ_ONCE(test_cold_path)) {
		test_chill();
		atomic_inc(&test_sleepers);
		ret = wait_event_killable(test_gate, test_gate_passed(ticket));
		atomic_dec(&test_sleepers);
		seq_puts(m, "cold ");
	}
	seq_puts(m, "generation 1\n");
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(test_cold);

/*
 * A function that ends in a call that never returns: the return address of
 * that call is the first byte BEHIND the function.
 */
static int test_tail_generation;

static noinline __noreturn void test_tail_end(void)
{
	unsigned int ticket = READ_ONCE(test_gate_opened);

	atomic_inc(&test_sleepers);
	wait_event_idle(test_gate, test_gate_passed(ticket));
	atomic_dec(&test_sleepers);
	module_put_and_kthread_exit(0);
}

static int test_tail_thread(void *unused)
{
	WRITE_ONCE(test_tail_generation, 1);
	test_tail_end();
}

static int test_tail_set(void *unused, u64 val)
{
	return test_thread_run(test_tail_thread, "ksplice_tail");
}

static int test_tail_get(void *unused, u64 *val)
{
	*val = READ_ONCE(test_tail_generation);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_tail_fops, test_tail_get, test_tail_set,
			 "%llu\n");

/* The hooks of updates read these bits, which say what the hooks shall do. */
static u64 test_knob;

static int test_knob_set(void *unused, u64 val)
{
	WRITE_ONCE(test_knob, val);
	return 0;
}

static int test_knob_get(void *unused, u64 *val)
{
	*val = READ_ONCE(test_knob);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_knob_fops, test_knob_get, test_knob_set,
			 "%llu\n");

/*
 * Objects that exist when an update is applied, which attaches data to them.
 * Reading the file shows their numbers, writing it sets how many there are.
 */
struct test_object {
	struct list_head list;
	unsigned int nr;
};

static LIST_HEAD(test_objects);
static unsigned int test_nr_objects;

static noinline struct test_object *test_object_create(unsigned int nr)
{
	struct test_object *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (obj)
		obj->nr = nr;
	return obj;
}

static noinline void test_object_destroy(struct test_object *obj)
{
	list_del(&obj->list);
	kfree(obj);
}

static noinline void test_object_show(struct seq_file *m,
				      struct test_object *obj)
{
	seq_printf(m, "%u ", obj->nr);
}

static int test_objects_show(struct seq_file *m, void *unused)
{
	struct test_object *obj;

	mutex_lock(&test_mutex);
	list_for_each_entry(obj, &test_objects, list)
		test_object_show(m, obj);
	mutex_unlock(&test_mutex);
	seq_puts(m, "\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_objects);

static int test_nr_objects_set(void *unused, u64 val)
{
	struct test_object *obj;
	int ret = 0;

	mutex_lock(&test_mutex);
	for (; test_nr_objects > val; test_nr_objects--)
		test_object_destroy(list_last_entry(&test_objects,
						    struct test_object, list));
	while (test_nr_objects < val) {
		obj = test_object_create(test_nr_objects);
		if (!obj) {
			ret = -ENOMEM;
			break;
		}
		list_add_tail(&obj->list, &test_objects);
		test_nr_objects++;
	}
	mutex_unlock(&test_mutex);
	return ret;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_nr_objects_fops, NULL, test_nr_objects_set,
			 "%llu\n");

/*
 * The names below, but for c_show, are also those of static functions in
 * other files (arch/x86/kernel/cpu/proc.c, fs/proc/consoles.c, crypto/proc.c);
 * some of these are even the same code.
 */
static void *c_start(struct seq_file *m, loff_t *pos)
{
	return *pos < 3 ? pos : NULL;
}

static void *c_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return c_start(m, pos);
}

static void c_stop(struct seq_file *m, void *v)
{
}

static int c_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%lld\n", *(loff_t *)v);
	return 0;
}

static const struct seq_operations test_ambiguous_sops = {
	.start	= c_start,
	.next	= c_next,
	.stop	= c_stop,
	.show	= c_show,
};
DEFINE_SEQ_ATTRIBUTE(test_ambiguous);

/*
 * Static data, at file level and in functions; two of them share a name.  An
 * update of the functions keeps their values.
 */
static int test_static_total = 40;

static noinline int test_count_up(void)
{
	static int count;

	test_static_total += 2;
	return ++count;
}

static noinline int test_count_down(void)
{
	static int count = 1000;

	pr_info_once("first countdown\n");
	return --count;
}

static int test_statics_show(struct seq_file *m, void *unused)
{
	int up, down;

	mutex_lock(&test_mutex);
	up = test_count_up();
	down = test_count_down();
	seq_printf(m, "up %d down %d total %d\n", up, down, test_static_total);
	mutex_unlock(&test_mutex);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_statics);

/* Indirect calls, through constants and through data that does not change. */
static int test_op_add(int x)
{
	return x + 2;
}

static int test_op_mul(int x)
{
	return x * 2;
}

static int (*const test_ops[])(int) = { test_op_add, test_op_mul };
static int (*test_op_kept)(int);

static int test_table_show(struct seq_file *m, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(test_ops); i++)
		seq_printf(m, "%d ", test_ops[i](20));
	seq_printf(m, "%d\n", READ_ONCE(test_op_kept)(20));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_table);

/* A function that is inlined into two callers. */
static __always_inline int test_inlined(int x)
{
	return x + 1;
}

static noinline int test_inline_first(int x)
{
	return test_inlined(x) * 10;
}

static noinline int test_inline_second(int x)
{
	return test_inlined(x) * 100;
}

static int test_inline_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%d %d\n", test_inline_first(2), test_inline_second(2));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_inline);

/* Only a string; updates also add functions, data and calls here. */
static int test_string_show(struct seq_file *m, void *unused)
{
	seq_puts(m, "generation 1\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_string);

/* A function that the function tracer doesn't see. */
static noinline notrace int test_untraced(int x)
{
	int generation = 1;

	OPTIMIZER_HIDE_VAR(generation);
	return generation;
}

static int test_notrace_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "generation %d\n", test_untraced(0));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_notrace);

/* A jump label; writing 0 or 1 to the file switches the branch. */
static DEFINE_STATIC_KEY_FALSE(test_key);

static noinline void test_branch(struct seq_file *m)
{
	/* No jump label in the first bytes: the jump of an update needs them. */
	seq_puts(m, "generation 1: ");
	if (static_branch_unlikely(&test_key))
		seq_puts(m, "on\n");
	else
		seq_puts(m, "off\n");
}

static ssize_t test_jump_label_write(struct file *file, const char __user *buf,
				     size_t len, loff_t *pos)
{
	bool on;
	int ret;

	ret = kstrtobool_from_user(buf, len, &on);
	if (ret)
		return ret;
	if (on)
		static_branch_enable(&test_key);
	else
		static_branch_disable(&test_key);
	return len;
}

static int test_jump_label_show(struct seq_file *m, void *unused)
{
	test_branch(m);
	return 0;
}
DEFINE_SHOW_STORE_ATTRIBUTE(test_jump_label);

/* A static call; writing 0 or 1 to the file chooses the function. */
static int test_call_zero(int x)
{
	return 0;
}

static int test_call_double(int x)
{
	return 2 * x;
}

DEFINE_STATIC_CALL(test_ksplice_call, test_call_zero);

static noinline int test_call(int x)
{
	return 1000 + static_call(test_ksplice_call)(x);
}

/*
 * The same two where a jump must be, as the first instructions of functions.
 * The label's target is out of a short jump's reach.
 */
static int test_noted;

static void test_note_one(void)
{
	test_noted = 1;
}

static void test_note_two(void)
{
	test_noted = 2;
}

DEFINE_STATIC_CALL(test_ksplice_note, test_note_one);

static noinline int test_entry_call(void)
{
	static_call(test_ksplice_note)();
	return 10 + test_noted;
}

static noinline int test_entry_branch(void)
{
	int generation;

	if (static_branch_unlikely(&test_key)) {
		generation = 11;
	} else {
		asm volatile(".skip 160, 0x90");
		generation = 10;
	}
	OPTIMIZER_HIDE_VAR(generation);
	return generation;
}

static int test_entry_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%d %d\n", test_entry_branch(), test_entry_call());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_entry);

static ssize_t test_static_call_write(struct file *file, const char __user *buf,
				      size_t len, loff_t *pos)
{
	bool on;
	int ret;

	ret = kstrtobool_from_user(buf, len, &on);
	if (ret)
		return ret;
	static_call_update(test_ksplice_call,
			   on ? test_call_double : test_call_zero);
	static_call_update(test_ksplice_note,
			   on ? test_note_two : test_note_one);
	return len;
}

static int test_static_call_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%d\n", test_call(21));
	return 0;
}
DEFINE_SHOW_STORE_ATTRIBUTE(test_static_call);

/* Code that the kernel adapts to the CPU at boot. */
static int test_alternative_show(struct seq_file *m, void *unused)
{
#ifdef CONFIG_X86
	seq_printf(m, "generation 1: fpu %d 3dnow %d\n",
		   static_cpu_has(X86_FEATURE_FPU),
		   static_cpu_has(X86_FEATURE_3DNOW));
#else
	seq_puts(m, "generation 1\n");
#endif
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_alternative);

/* Per-CPU data: how often the file was read, by all CPUs. */
static DEFINE_PER_CPU(unsigned int, test_reads);

static int test_percpu_show(struct seq_file *m, void *unused)
{
	unsigned int sum = 0;
	int cpu;

	this_cpu_inc(test_reads);
	for_each_possible_cpu(cpu)
		sum += per_cpu(test_reads, cpu);
	seq_printf(m, "generation 1: %u\n", sum);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_percpu);

/*
 * Access to user memory that may fault: the entry in the exception table belongs
 * to this function.  Shows the last byte written, and how many faulted.
 */
static u8 test_user_byte;
static unsigned int test_user_faults;

static ssize_t test_uaccess_write(struct file *file, const char __user *buf,
				  size_t len, loff_t *pos)
{
	u8 byte;

	if (!len)
		return -EINVAL;
	if (!user_read_access_begin(buf, 1))
		return -EFAULT;
	unsafe_get_user(byte, buf, fault);
	user_read_access_end();
	test_user_byte = byte;
	return len;

fault:
	user_read_access_end();
	test_user_faults++;
	return -EFAULT;
}

static int test_uaccess_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "byte %02x faults %u\n", test_user_byte,
		   test_user_faults);
	return 0;
}
DEFINE_SHOW_STORE_ATTRIBUTE(test_uaccess);

/* Dynamic debug; the kernel's log shows whether it is on. */
static int test_debug_show(struct seq_file *m, void *unused)
{
	seq_puts(m, "generation 1\n");
	pr_debug("debug of generation 1\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_debug);

/* It takes some time, and lets other tasks run all along. */
#define TEST_YIELD_TURNS	500

static int test_yield_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < TEST_YIELD_TURNS; i++) {
		cpu_relax();
		cond_resched();
	}
	seq_puts(m, "generation 1\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_yield);

/*
 * A table whose address was handed out, so that an update can only change it where it
 * stands.  With N in "place_threads", N threads call through it; "place_counts" shows how
 * many of the values they got are those of an update.
 */
#define TEST_PLACE_THREADS_MAX	4

struct test_place {
	int (*first)(void);
	int (*second)(void);
	int (*third)(void);
	unsigned int limit;
	u16 size;
	u8 tag;
};

static noinline int test_place_one(void)
{
	int value = 1;

	OPTIMIZER_HIDE_VAR(value);
	return value;
}

static noinline int test_place_two(void)
{
	int value = 2;

	OPTIMIZER_HIDE_VAR(value);
	return value;
}

static const struct test_place test_place_table = {
	.first = test_place_one,
	.second = test_place_two,
	.third = test_place_one,
	.limit = 100,
	.size = 10,
	.tag = 'a',
};

static const struct test_place *test_placed;
static struct task_struct *test_place_threads[TEST_PLACE_THREADS_MAX];
static unsigned int test_place_nr_threads;
static atomic_long_t test_place_old;
static atomic_long_t test_place_new;
static atomic_long_t test_place_bad;

static int test_place_call(int (*const *member)(void))
{
	int (*fn)(void);

	fn = READ_ONCE(*member);
	return fn();
}

static noinline void test_place_count(int got, int old, int new)
{
	if (got == old)
		atomic_long_inc(&test_place_old);
	else if (got == new)
		atomic_long_inc(&test_place_new);
	else
		atomic_long_inc(&test_place_bad);
}

static int test_place_thread(void *unused)
{
	const struct test_place *place = READ_ONCE(test_placed);

	while (!kthread_should_stop()) {
		test_place_count(test_place_call(&place->first), 1, 10);
		test_place_count(test_place_call(&place->second), 2, 1);
		test_place_count(READ_ONCE(place->limit), 100, 0x12345678);
		cond_resched_tasks_rcu_qs();
	}
	return 0;
}

static void test_place_stop(void)
{
	while (test_place_nr_threads)
		kthread_stop(test_place_threads[--test_place_nr_threads]);
}

static int test_place_threads_set(void *unused, u64 val)
{
	struct task_struct *task;
	int ret = 0;

	mutex_lock(&test_mutex);
	test_place_stop();
	while (test_place_nr_threads < min_t(u64, val, TEST_PLACE_THREADS_MAX) && !ret) {
		task = kthread_run(test_place_thread, NULL, "ksplice_place/%u",
				   test_place_nr_threads);
		ret = PTR_ERR_OR_ZERO(task);
		if (!ret)
			test_place_threads[test_place_nr_threads++] = task;
	}
	mutex_unlock(&test_mutex);
	return ret;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_place_threads_fops, NULL, test_place_threads_set,
			 "%llu\n");

static int test_place_counts_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "old %ld new %ld bad %ld\n", atomic_long_read(&test_place_old),
		   atomic_long_read(&test_place_new), atomic_long_read(&test_place_bad));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_place_counts);

static int test_place_show(struct seq_file *m, void *unused)
{
	const struct test_place *place = READ_ONCE(test_placed);

	seq_printf(m, "%d %d %d %u %u %c\n", test_place_call(&place->first),
		   test_place_call(&place->second), test_place_call(&place->third),
		   READ_ONCE(place->limit), READ_ONCE(place->size),
		   READ_ONCE(place->tag));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_place);

/* A thread reads an address from the table, sleeps, and calls it then. */
static int test_place_left;

static int test_place_lent_thread(void *unused)
{
	unsigned int ticket = READ_ONCE(test_gate_opened);
	int (*fn)(void);

	WRITE_ONCE(fn, READ_ONCE(test_placed)->first);
	atomic_inc(&test_sleepers);
	wait_event_idle(test_gate, test_gate_passed(ticket));
	atomic_dec(&test_sleepers);
	WRITE_ONCE(test_place_left, READ_ONCE(fn)());
	WRITE_ONCE(fn, NULL);
	module_put_and_kthread_exit(0);
}

static int test_place_lent_set(void *unused, u64 val)
{
	WRITE_ONCE(test_place_left, 0);
	return test_thread_run(test_place_lent_thread, "ksplice_lent");
}

static int test_place_lent_get(void *unused, u64 *val)
{
	*val = READ_ONCE(test_place_left);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(test_place_lent_fops, test_place_lent_get,
			 test_place_lent_set, "%llu\n");

/* The first bytes of functions that updates replace. */
static const struct {
	const char *name;
	void *addr;
} test_entries[] = {
	{ "test_chain_a",		test_chain_a },
	{ "test_chain_b",		test_chain_b },
	{ "test_chain_c",		test_chain_c },
	{ "test_sleep_killable_show",	test_sleep_killable_show },
	{ "test_op_mul",		test_op_mul },
	{ "test_string_show",		test_string_show },
};

static int test_entries_show(struct seq_file *m, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(test_entries); i++)
		seq_printf(m, "%s %32ph\n", test_entries[i].name,
			   test_entries[i].addr);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_entries);

/*
 * For hundreds of updates, one on top of the other.  They are made from one, by
 * writing other numbers and another name into it.
 */
#define TEST_STACK_LEVEL	0x5ac00000

static noinline unsigned int test_stack(void)
{
	unsigned int level = TEST_STACK_LEVEL;

	OPTIMIZER_HIDE_VAR(level);
	return level;
}

static int test_stack_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%u\n", test_stack() & 0xffff);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(test_stack);

static const struct {
	const char *name;
	const struct file_operations *fops;
} test_files[] = {
	{ "alternative",		&test_alternative_fops },
	{ "ambiguous",			&test_ambiguous_fops },
	{ "calls",			&test_calls_fops },
	{ "chain",			&test_chain_fops },
	{ "chain_counts",		&test_chain_counts_fops },
	{ "chain_threads",		&test_chain_threads_fops },
	{ "cold",			&test_cold_fops },
	{ "debug",			&test_debug_fops },
	{ "entries",			&test_entries_fops },
	{ "fill",			&test_fill_fops },
	{ "fill_at",			&test_fill_at_fops },
	{ "gate",			&test_gate_fops },
	{ "inline",			&test_inline_fops },
	{ "entry",			&test_entry_fops },
	{ "jump_label",			&test_jump_label_fops },
	{ "knob",			&test_knob_fops },
	{ "lent",			&test_lent_fops },
	{ "notrace",			&test_notrace_fops },
	{ "nr_objects",			&test_nr_objects_fops },
	{ "objects",			&test_objects_fops },
	{ "peer",			&test_peer_fops },
	{ "percpu",			&test_percpu_fops },
	{ "place",			&test_place_fops },
	{ "place_counts",		&test_place_counts_fops },
	{ "place_lent",			&test_place_lent_fops },
	{ "place_threads",		&test_place_threads_fops },
	{ "sleep_exit",			&test_sleep_exit_fops },
	{ "sleep_interruptible",	&test_sleep_interruptible_fops },
	{ "sleep_killable",		&test_sleep_killable_fops },
	{ "sleep_kthread",		&test_sleep_kthread_fops },
	{ "spin",			&test_spin_fops },
	{ "stack",			&test_stack_fops },
	{ "static_call",		&test_static_call_fops },
	{ "statics",			&test_statics_fops },
	{ "string",			&test_string_fops },
	{ "table",			&test_table_fops },
	{ "tail",			&test_tail_fops },
	{ "uaccess",			&test_uaccess_fops },
	{ "yield",			&test_yield_fops },
};

static int __init test_ksplice_init(void)
{
	int i;

	WRITE_ONCE(test_op_kept, test_op_mul);
	WRITE_ONCE(test_placed, &test_place_table);
	/* debugfs accepts an error as a directory, and reports it. */
	test_dir = debugfs_create_dir("test_ksplice", NULL);
	for (i = 0; i < ARRAY_SIZE(test_files); i++)
		debugfs_create_file(test_files[i].name, 0600, test_dir, NULL,
				    test_files[i].fops);
	debugfs_create_bool("cold_path", 0600, test_dir, &test_cold_path);
	debugfs_create_atomic_t("sleepers", 0400, test_dir, &test_sleepers);
	return 0;
}
module_init(test_ksplice_init);

static void __exit test_ksplice_exit(void)
{
	debugfs_remove(test_dir);
	test_spin_set(NULL, 0);
	test_fill_set(NULL, 0);
	test_chain_stop();
	test_place_stop();
	test_nr_objects_set(NULL, 0);
}
module_exit(test_ksplice_exit);

MODULE_DESCRIPTION("Code for ksplice's selftests to update");
MODULE_LICENSE("GPL");
