// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice on a stock kernel - threads in the last part of do_exit()
 *
 * RCU Tasks keeps a list of them per CPU, in a structure that no header shows.
 * The kernel's own debug information (BTF) tells where in it list and lock
 * are.  An older kernel has no list: they are readers of an SRCU domain.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>

#ifdef KSPLICE_HAS_EXIT_LIST
static unsigned int list_offset;
static unsigned int lock_offset;

/* Return: the offset of a member in bytes, or -ENOENT. */
static int member_offset(const struct btf *btf, const struct btf_type *type,
			 const char *name, const char *type_name, size_t size)
{
	const struct btf_member *member;
	const struct btf_type *t;
	u32 i, bits;

	for_each_member(i, type, member) {
		if (strcmp(btf_name_by_offset(btf, member->name_off), name))
			continue;
		t = btf_type_skip_modifiers(btf, member->type, NULL);
		bits = btf_member_bit_offset(type, i);
		if (!t || bits % BITS_PER_BYTE || t->size != size ||
		    strcmp(btf_name_by_offset(btf, t->name_off), type_name))
			return -ENOENT;
		return bits / BITS_PER_BYTE;
	}
	return -ENOENT;
}

static int find_members(void)
{
	const struct btf *btf = bpf_get_btf_vmlinux();
	const struct btf_type *type;
	int id, list, lock;

	if (IS_ERR_OR_NULL(btf))
		return -ENOENT;
	id = btf_find_by_name_kind(btf, "rcu_tasks_percpu", BTF_KIND_STRUCT);
	if (id < 0)
		return -ENOENT;
	type = btf_type_by_id(btf, id);
	list = member_offset(btf, type, "rtp_exit_list", "list_head",
			     sizeof(struct list_head));
	lock = member_offset(btf, type, "lock", "raw_spinlock",
			     sizeof(raw_spinlock_t));
	if (list < 0 || lock < 0)
		return -ENOENT;
	list_offset = list;
	lock_offset = lock;
	return 0;
}

/**
 * ksplice_bind_exiting - find out where the kernel lists exiting threads
 *
 * Return: 0, or -ENOENT with the reason in the log.
 */
int ksplice_bind_exiting(void)
{
	int ret = find_members();

	if (ret)
		pr_err("the kernel's BTF does not tell where RCU Tasks lists exiting threads (struct rcu_tasks_percpu, rtp_exit_list); ksplice does not support this kernel\n");
	return ret;
}

/*
 * Stands for the function that the series adds to the kernel.  A scan of a
 * grace period may leave a bare list_head in the list, its place while it
 * pauses.  That is on its stack, which is mapped, while a task is in linear
 * memory.
 */
void rcu_tasks_for_each_exiting(void (*func)(struct task_struct *t, void *data),
				void *data)
{
	struct list_head *head, *pos;
	raw_spinlock_t *lock;
	unsigned long flags;
	int cpu;

	for_each_possible_cpu(cpu) {
		head = (void *)per_cpu_ptr(bind_rcu_tasks__percpu, cpu) +
		       list_offset;
		lock = (void *)per_cpu_ptr(bind_rcu_tasks__percpu, cpu) +
		       lock_offset;
		raw_spin_lock_irqsave(lock, flags);
		list_for_each(pos, head) {
			if (virt_addr_valid(pos))
				func(list_entry(pos, struct task_struct,
						rcu_tasks_exit_list), data);
		}
		raw_spin_unlock_irqrestore(lock, flags);
	}
}
#else /* KSPLICE_HAS_EXIT_LIST */
int ksplice_bind_exiting(void)
{
	return 0;
}

/*
 * Stands for the function that the series adds: wait until those there now are gone, for
 * @timeout jiffies or until a signal comes.  Return: true if they are.
 */
bool rcu_tasks_wait_exiting(unsigned long timeout)
{
	unsigned long cookie = start_poll_synchronize_srcu(bind_tasks_rcu_exit_srcu);
	unsigned long end = jiffies + timeout;

	while (!poll_state_synchronize_srcu(bind_tasks_rcu_exit_srcu, cookie)) {
		if (time_after_eq(jiffies, end) || signal_pending(current))
			return false;
		schedule_timeout_uninterruptible(1);
	}
	return true;
}

/*
 * Stands for the function that the series adds: is anybody there?  Context: the
 * stop, where no counter changes.
 */
bool rcu_tasks_any_exiting(void)
{
	unsigned long readers = 0;
	const struct srcu_data *data;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		data = per_cpu_ptr(bind_tasks_rcu_exit_srcu->sda, cpu);
		for (i = 0; i < ARRAY_SIZE(data->srcu_lock_count); i++)
			readers += READ_ONCE(data->srcu_lock_count[i]) -
				   READ_ONCE(data->srcu_unlock_count[i]);
	}
	return readers;
}
#endif /* KSPLICE_HAS_EXIT_LIST */
