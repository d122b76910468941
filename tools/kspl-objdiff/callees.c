// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel functions that keep no pointer that they get as an argument: after they
 * return, nothing in the kernel holds it.
 *
 * A function that is not listed here is assumed to keep its arguments.
 */
#include <string.h>

#include "escape.h"

static const char *const keep_nothing[] = {
	"___ratelimit",
	"__check_object_size",
	"__copy_overflow",
	"__dynamic_dev_dbg",
	"__dynamic_netdev_dbg",
	"__dynamic_pr_debug",
	"__fortify_panic",
	"__fortify_report",
	"__fs_parse",
	"__might_fault",
	"__might_resched",
	"__might_sleep",
	"__seq_puts",
	"__sw_hweight32",
	"__sw_hweight64",
	"__sysfs_match_string",
	"__ubsan_handle_out_of_bounds",
	"__ubsan_handle_shift_out_of_bounds",
	"__warn_printk",
	"_copy_from_user",
	"_copy_to_user",
	"_dev_alert",
	"_dev_crit",
	"_dev_emerg",
	"_dev_err",
	"_dev_info",
	"_dev_notice",
	"_dev_printk",
	"_dev_warn",
	"_find_first_bit",
	"_find_first_zero_bit",
	"_find_next_bit",
	"_find_next_zero_bit",
	"_printk",
	"_printk_deferred",
	"_raw_read_lock",
	"_raw_read_unlock",
	"_raw_spin_lock",
	"_raw_spin_lock_bh",
	"_raw_spin_lock_irq",
	"_raw_spin_lock_irqsave",
	"_raw_spin_trylock",
	"_raw_spin_unlock",
	"_raw_spin_unlock_bh",
	"_raw_spin_unlock_irq",
	"_raw_spin_unlock_irqrestore",
	"_raw_write_lock",
	"_raw_write_unlock",
	"bcmp",
	"copy_from_kernel_nofault",
	"dev_err_probe",
	"down_read",
	"down_write",
	"dump_stack",
	"hex_dump_to_buffer",
	"kallsyms_lookup_name",
	"kasprintf",
	"kmemdup_noprof",
	"kstrdup",
	"kstrndup",
	/* the core drops what these keep in the stop that reverses the update */
	"ksplice_shadow_attach",
	"ksplice_shadow_detach",
	"ksplice_shadow_get",
	"ksplice_shadow_take_over",
	"match_string",
	"match_token",
	"memcmp",
	"mutex_is_locked",
	"mutex_lock",
	"mutex_lock_interruptible",
	"mutex_lock_killable",
	"mutex_trylock",
	"mutex_unlock",
	"netdev_err",
	"netdev_info",
	"netdev_notice",
	"netdev_printk",
	"netdev_warn",
	"panic",
	"print_hex_dump",
	"refcount_warn_saturate",
	"regmap_multi_reg_write",
	"regmap_multi_reg_write_bypassed",
	"scnprintf",
	"seq_printf",
	"seq_putc",
	"seq_puts",
	"seq_write",
	"simple_read_from_buffer",
	"sized_strscpy",
	"snprintf",
	"sprintf",
	"sscanf",
	"static_key_count",
	"static_key_disable",
	"static_key_enable",
	"static_key_slow_dec",
	"static_key_slow_inc",
	"strcmp",
	"strcspn",
	"strlcat",
	"strlen",
	"strncmp",
	"strnlen",
	"strscpy",
	"strspn",
	"sysfs_emit",
	"sysfs_emit_at",
	"sysfs_streq",
	"up_read",
	"up_write",
	"vprintk",
	"vscnprintf",
	"vsnprintf",
};

/* Like the above, but the return value may be an argument, or point into it. */
static const char *const return_it[] = {
	"memchr",
	"memchr_inv",
	"memcpy",
	"memmove",
	"memset",
	"of_match_node",
	"pci_match_id",
	"strchr",
	"strcpy",
	"strim",
	"strncpy",
	"strnstr",
	"strpbrk",
	"strrchr",
	"strstr",
	"x86_match_cpu",
};

/* These copy the memory that an argument points to, with the addresses in it. */
static const char *const copy_it[] = {
	"_copy_to_user", "copy_from_kernel_nofault", "kmemdup_noprof", "memcpy",
	"memmove", "seq_write", "simple_read_from_buffer",
};

/* These compare that memory with other memory, byte by byte. */
static const char *const compare_it[] = { "bcmp", "memcmp" };

/* These keep an argument, but only until the current request has been answered. */
static const char *const keep_a_while[] = {
	"__nla_parse",			/* a policy, in struct netlink_ext_ack */
	"__nla_validate",
};

/* Calls that the compiler adds to report its checks */
static const char *const checkers[] = {
	"__ubsan_handle_", "__asan_", "__kasan_check_", "__sanitizer_cov_",
};

static bool is_in(const char *const *list, size_t n, const char *name)
{
	while (n--)
		if (!strcmp(list[n], name))
			return true;
	return false;
}

/* Functions that print a message, or stop the machine. */
static const char *const say_it[] = {
	"__dynamic_*", "__warn_printk", "_dev_*", "_printk", "_printk_deferred",
	"__get_task_comm", "__stack_chk_fail", "__ubsan_*", "add_taint", "dev_driver_string", "dump_stack",
	"dump_page", "dump_vma", "hex_dump_to_buffer", "netdev_alert", "netdev_crit",
	"netdev_emerg", "netdev_err", "netdev_info", "netdev_notice", "netdev_printk",
	"netdev_warn", "panic", "print_hex_dump", "show_regs", "show_stack", "skb_dump",
	"vprintk", "xfs_printk_level", "_btrfs_printk", "__ext4_msg", "__ext4_warning",
};

/* Functions that prepare a message, or that any code calls around it */
static const char *const help_say_it[] = {
	"ip_fast_csum", "_raw_spin_*", "__rcu_read_*", "scnprintf", "snprintf", "strlen",
	"memset", "__x86_return_thunk", "preempt_schedule*", "__SCT__preempt_schedule*",
	"__SCT__might_resched", "sched_clock_stable",
};

static bool is_like(const char *const *list, size_t n, const char *name)
{
	const char *star;

	for (; n--; list++) {
		star = strchr(*list, '*');
		if (star ? !strncmp(name, *list, star - *list) : !strcmp(name, *list))
			return true;
	}
	return false;
}

/**
 * callee_prints() - does a function print a message?
 * @name:	the function
 */
bool callee_prints(const char *name)
{
	return is_like(say_it, ARRAY_SIZE(say_it), name);
}

/**
 * callee_only_says() - does a function only print a message, or help to?
 * @name:	the function
 */
bool callee_only_says(const char *name)
{
	return callee_prints(name) || is_like(help_say_it, ARRAY_SIZE(help_say_it), name);
}

/*
 * These call the function that they get, and forget it when they return. Not
 * smp_call_function_single() and similar ones, which may not wait.
 */
static const char *const run_it[] = {
	"bsearch", "bus_find_device", "bus_for_each_dev", "bus_for_each_drv",
	"class_find_device", "class_for_each_device", "device_find_child", "device_for_each_child",
	"device_for_each_child_reverse", "driver_find_device",
	"driver_for_each_device", "idr_for_each", "iterate_fd", "iterate_supers",
	"iterate_supers_type", "list_sort", "smp_call_on_cpu", "sort", "sort_r",
	"stop_machine", "stop_machine_cpuslocked", "stop_one_cpu",
	"walk_page_range", "work_on_cpu_key", "work_on_cpu_safe_key",
};

/**
 * callee_only_runs() - does a function only call its argument before it returns?
 * @name:	the function
 */
bool callee_only_runs(const char *name)
{
	return is_in(run_it, ARRAY_SIZE(run_it), name);
}

/*
 * These start a thread with it, once. Until the thread ends, it is inside the function,
 * where the stack check sees it.
 */
static const char *const thread_it[] = {
	"kernel_thread", "kthread_create", "kthread_create_on_cpu",
	"kthread_create_on_node", "user_mode_thread",
};

/**
 * callee_is_in_it() - does a function start a thread that runs its argument?
 * @name:	the function
 */
bool callee_is_in_it(const char *name)
{
	return is_in(thread_it, ARRAY_SIZE(thread_it), name);
}

/**
 * callee_copies() - does a function copy what its argument points to?
 * @name:	the function
 */
bool callee_copies(const char *name)
{
	return is_in(copy_it, ARRAY_SIZE(copy_it), name);
}

/**
 * callee_compares() - does a function compare what its argument points to?
 * @name:	the function
 */
bool callee_compares(const char *name)
{
	return is_in(compare_it, ARRAY_SIZE(compare_it), name);
}

/**
 * callee_keeps_nothing() - does a function keep no argument?
 * @name:	the function
 * @returns:	set if the return value may point into an argument
 * @lent:	set if it may keep the argument for a while
 *
 * Return: true if it keeps no pointer after it returns, or not for long.
 */
bool callee_keeps_nothing(const char *name, bool *returns, bool *lent)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(checkers); i++)
		if (starts_with(name, checkers[i]))
			return true;
	if (is_in(keep_a_while, ARRAY_SIZE(keep_a_while), name))
		return *lent = true;
	*returns = is_in(return_it, ARRAY_SIZE(return_it), name);
	return *returns || is_in(keep_nothing, ARRAY_SIZE(keep_nothing), name);
}
