/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice on a stock kernel - names that the kernel does not export
 *
 * Included before everything else in each file of the core.  The headers that
 * declare the names come first; from then on a call of such a function is a
 * static call, which bind.c points at the kernel's function.  A static call is
 * a direct call: on a kernel with IBT, an indirect one would hit the sealed
 * ENDBR of a function that nobody calls indirectly, and fault.
 */
#ifndef _KSPLICE_BIND_H
#define _KSPLICE_BIND_H

#include "supported.h"

#include <linux/bpf.h>
#include <linux/bug.h>
#include <linux/btf.h>
#include <linux/ftrace.h>
#include <linux/jump_label.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/livepatch.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/perf_event.h>
#include <linux/rethook.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include <linux/static_call.h>
#include <linux/stop_machine.h>
#include <linux/srcu.h>
#include <linux/task_work.h>
#include <linux/version.h>

#include <asm/alternative.h>
#include <asm/insn.h>
#include <asm/sections.h>
#include <asm/text-patching.h>

#include <trace/events/sched.h>

/* What depends on the version; see kernel/ksplice/compat.h. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define KSPLICE_BIND_POKE(X)			\
	X(core_kernel_text)			\
	X(text_poke_kgdb)
#else
#define KSPLICE_BIND_POKE(X)			\
	X(text_poke_copy_locked)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define KSPLICE_BIND_STACK(X)			\
	X(hardirq_stack_ptr)
#else
#define KSPLICE_BIND_STACK(X)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define KSPLICE_BIND_EXITING(X)			\
	X(tasks_rcu_exit_srcu)
#else
#define KSPLICE_BIND_EXITING(X)			\
	X(rcu_tasks__percpu)
#define KSPLICE_HAS_EXIT_LIST
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define KSPLICE_BIND_KALLSYMS(X)		\
	X(kallsyms_offsets)			\
	X(kallsyms_relative_base)
#define KSPLICE_BIND_ADDRESS(X)
/* Where its own are it does not tell: bind.c makes them. */
#define KSPLICE_MAKES_MARKERS
#else
#define KSPLICE_BIND_ADDRESS(X)			\
	X(kallsyms_sym_address)
#define KSPLICE_BIND_KALLSYMS(X)		\
	X(kallsyms_markers)
#endif

/* Functions, by name; bind.c looks them up. */
#define KSPLICE_BIND_FUNCS(X)			\
	KSPLICE_BIND_ADDRESS(X)			\
	KSPLICE_BIND_POKE(X)			\
	X(__is_insn_slot_addr)			\
	X(__module_address)			\
	X(alternatives_text_reserved)		\
	X(arch_jump_label_transform)		\
	X(arch_remove_kprobe)			\
	X(arch_stack_walk)			\
	X(arch_stack_walk_reliable)		\
	X(bpf_get_btf_vmlinux)			\
	X(btf_find_by_name_kind)		\
	X(btf_name_by_offset)			\
	X(btf_type_skip_modifiers)		\
	X(find_module)				\
	X(ftrace_graph_get_ret_stack)		\
	X(ftrace_location)			\
	X(ftrace_text_reserved)			\
	X(get_kprobe)				\
	X(idle_task)				\
	X(insn_decode)				\
	X(jump_label_lock)			\
	X(jump_label_unlock)			\
	X(kallsyms_lookup_size_offset)		\
	X(kallsyms_on_each_match_symbol)	\
	X(kernel_text_address)			\
	X(perf_event_text_poke)			\
	X(put_task_stack)			\
	X(stop_machine_cpuslocked)		\
	X(task_call_func)			\
	X(task_curr)				\
	X(task_work_cancel)			\
	X(wake_up_state)			\
	X(within_kprobe_blacklist)

/* Variables, and what stands for them: a pointer called bind_NAME. */
#define KSPLICE_BIND_VARS(X)			\
	X(__tracepoint_sched_switch)		\
	KSPLICE_BIND_EXITING(X)			\
	KSPLICE_BIND_KALLSYMS(X)		\
	KSPLICE_BIND_STACK(X)			\
	X(kallsyms_names)			\
	X(kallsyms_num_syms)			\
	X(kallsyms_token_index)			\
	X(kallsyms_token_table)			\
	X(klp_mutex)				\
	X(klp_patches)				\
	X(kprobe_insn_slots)			\
	X(kprobe_optinsn_slots)			\
	X(kprobe_mutex)				\
	X(module_mutex)				\
	X(static_call_mutex)			\
	X(text_mutex)

/* Addresses the linker script defines. */
#define KSPLICE_BIND_MARKS(X)			\
	X(__end_rodata)				\
	X(__entry_text_end)			\
	X(__entry_text_start)			\
	X(__noinstr_text_end)			\
	X(__noinstr_text_start)			\
	X(__per_cpu_end)			\
	X(__per_cpu_start)			\
	X(__start___bug_table)			\
	X(__start___ex_table)			\
	X(__start___jump_table)			\
	X(__start_rodata)			\
	X(__start_static_call_sites)		\
	X(__start_static_call_tramp_key)	\
	X(__stop___bug_table)			\
	X(__stop___ex_table)			\
	X(__stop___jump_table)			\
	X(__stop_static_call_sites)		\
	X(__stop_static_call_tramp_key)		\
	X(_end)					\
	X(_etext)				\
	X(_stext)				\
	X(optprobe_template_end)		\
	X(optprobe_template_entry)		\
	X(optprobe_template_val)		\
	X(return_to_handler)

/* kernel/kallsyms_internal.h */
#ifdef KSPLICE_MAKES_MARKERS
extern const int kallsyms_offsets[];
extern const unsigned long kallsyms_relative_base;
extern unsigned int ksplice_markers[];
#else
extern const unsigned int kallsyms_markers[];
#endif
extern const u8 kallsyms_names[];
extern const unsigned int kallsyms_num_syms;
extern const u16 kallsyms_token_index[];
extern const char kallsyms_token_table[];

extern struct mutex klp_mutex;
extern struct list_head klp_patches;
extern struct mutex kprobe_mutex;
extern struct mutex module_mutex;
extern struct mutex static_call_mutex;
/* Of a type that no header shows; see exiting.c. */
extern char __percpu rcu_tasks__percpu;
extern struct srcu_struct tasks_rcu_exit_srcu;

#define DECLARE_FUNC(name)	DECLARE_STATIC_CALL(bind_##name, name);
#define DECLARE_VAR(name)	extern typeof(name) *bind_##name;
#define DECLARE_MARK(name)	extern char *bind_##name;

KSPLICE_BIND_FUNCS(DECLARE_FUNC)
KSPLICE_BIND_VARS(DECLARE_VAR)
KSPLICE_BIND_MARKS(DECLARE_MARK)

/*
 * register_kprobe() copies an instruction with text_mutex held, and lets go of it
 * before it writes the breakpoint: a change in between would be run over by that.
 * The series makes it ask again; here it is kept out as a whole.
 */
#define ksplice_probes_lock()		mutex_lock(bind_kprobe_mutex)
#define ksplice_probes_unlock()		mutex_unlock(bind_kprobe_mutex)

int ksplice_bind(void);
int ksplice_bind_exiting(void);

/* The series adds these to the kernel; here they are in exiting.c. */
#ifdef KSPLICE_HAS_EXIT_LIST
void rcu_tasks_for_each_exiting(void (*func)(struct task_struct *t, void *data),
				void *data);
#else
bool rcu_tasks_wait_exiting(unsigned long timeout);
bool rcu_tasks_any_exiting(void);
#endif

#ifndef KSPLICE_BIND_C
#define BOUND(name, ...)	static_call(bind_##name)(__VA_ARGS__)

#define __is_insn_slot_addr(...)	BOUND(__is_insn_slot_addr, __VA_ARGS__)
#define __module_address(...)		BOUND(__module_address, __VA_ARGS__)
#define alternatives_text_reserved(...)	BOUND(alternatives_text_reserved, __VA_ARGS__)
#define arch_jump_label_transform(...)	BOUND(arch_jump_label_transform, __VA_ARGS__)
#define arch_remove_kprobe(...)		BOUND(arch_remove_kprobe, __VA_ARGS__)
#define arch_stack_walk(...)		BOUND(arch_stack_walk, __VA_ARGS__)
#define arch_stack_walk_reliable(...)	BOUND(arch_stack_walk_reliable, __VA_ARGS__)
#define bpf_get_btf_vmlinux()		BOUND(bpf_get_btf_vmlinux)
#define btf_find_by_name_kind(...)	BOUND(btf_find_by_name_kind, __VA_ARGS__)
#define btf_name_by_offset(...)		BOUND(btf_name_by_offset, __VA_ARGS__)
#define btf_type_skip_modifiers(...)	BOUND(btf_type_skip_modifiers, __VA_ARGS__)
#define find_module(...)		BOUND(find_module, __VA_ARGS__)
#define ftrace_graph_get_ret_stack(...)	BOUND(ftrace_graph_get_ret_stack, __VA_ARGS__)
#define ftrace_location(...)		BOUND(ftrace_location, __VA_ARGS__)
#define ftrace_text_reserved(...)	BOUND(ftrace_text_reserved, __VA_ARGS__)
#define get_kprobe(...)			BOUND(get_kprobe, __VA_ARGS__)
#define idle_task(...)			BOUND(idle_task, __VA_ARGS__)
#define insn_decode(...)		BOUND(insn_decode, __VA_ARGS__)
#define jump_label_lock()		BOUND(jump_label_lock)
#define jump_label_unlock()		BOUND(jump_label_unlock)
#define kallsyms_lookup_size_offset(...) BOUND(kallsyms_lookup_size_offset, __VA_ARGS__)
#define kallsyms_on_each_match_symbol(...) BOUND(kallsyms_on_each_match_symbol, __VA_ARGS__)
#ifndef KSPLICE_MAKES_MARKERS
#define kallsyms_sym_address(...)	BOUND(kallsyms_sym_address, __VA_ARGS__)
#endif
#define kernel_text_address(...)	BOUND(kernel_text_address, __VA_ARGS__)
#define perf_event_text_poke(...)	BOUND(perf_event_text_poke, __VA_ARGS__)
#define put_task_stack(...)		BOUND(put_task_stack, __VA_ARGS__)
#define stop_machine_cpuslocked(...)	BOUND(stop_machine_cpuslocked, __VA_ARGS__)
#define task_call_func(...)		BOUND(task_call_func, __VA_ARGS__)
#define task_curr(...)			BOUND(task_curr, __VA_ARGS__)
#define task_work_cancel(...)		BOUND(task_work_cancel, __VA_ARGS__)
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define core_kernel_text(...)		BOUND(core_kernel_text, __VA_ARGS__)
#define text_poke_kgdb(...)		BOUND(text_poke_kgdb, __VA_ARGS__)
#else
#define text_poke_copy_locked(...)	BOUND(text_poke_copy_locked, __VA_ARGS__)
#endif
#define wake_up_state(...)		BOUND(wake_up_state, __VA_ARGS__)
#define within_kprobe_blacklist(...)	BOUND(within_kprobe_blacklist, __VA_ARGS__)

#ifdef KSPLICE_MAKES_MARKERS
#define kallsyms_markers		ksplice_markers
#define kallsyms_offsets		(*bind_kallsyms_offsets)
#define kallsyms_relative_base		(*bind_kallsyms_relative_base)
#else
#define kallsyms_markers		(*bind_kallsyms_markers)
#endif
#define kallsyms_names			(*bind_kallsyms_names)
#define kallsyms_num_syms		(*bind_kallsyms_num_syms)
#define kallsyms_token_index		(*bind_kallsyms_token_index)
#define kallsyms_token_table		(*bind_kallsyms_token_table)
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define hardirq_stack_ptr		(*bind_hardirq_stack_ptr)
#endif
#define klp_mutex			(*bind_klp_mutex)
#define klp_patches			(*bind_klp_patches)
#define kprobe_insn_slots		(*bind_kprobe_insn_slots)
#define kprobe_optinsn_slots		(*bind_kprobe_optinsn_slots)
#define module_mutex			(*bind_module_mutex)
#define static_call_lock()		mutex_lock(bind_static_call_mutex)
#define static_call_unlock()		mutex_unlock(bind_static_call_mutex)
#define text_mutex			(*bind_text_mutex)

/* What the header makes of the tracepoint names it directly. */
#define register_trace_sched_switch(probe, data)			\
	tracepoint_probe_register(bind___tracepoint_sched_switch,	\
				  (void *)(probe), data)
#define unregister_trace_sched_switch(probe, data)			\
	tracepoint_probe_unregister(bind___tracepoint_sched_switch,	\
				    (void *)(probe), data)

#define __end_rodata			bind___end_rodata
#define __entry_text_end		bind___entry_text_end
#define __entry_text_start		bind___entry_text_start
#define __noinstr_text_end		bind___noinstr_text_end
#define __noinstr_text_start		bind___noinstr_text_start
#define __per_cpu_end			bind___per_cpu_end
#define __per_cpu_start			bind___per_cpu_start
#define __start___bug_table		bind___start___bug_table
#define __start___ex_table		bind___start___ex_table
#define __start___jump_table		bind___start___jump_table
#define __start_rodata			bind___start_rodata
#define __start_static_call_sites	bind___start_static_call_sites
#define __start_static_call_tramp_key	bind___start_static_call_tramp_key
#define __stop___bug_table		bind___stop___bug_table
#define __stop___ex_table		bind___stop___ex_table
#define __stop___jump_table		bind___stop___jump_table
#define __stop_static_call_sites	bind___stop_static_call_sites
#define __stop_static_call_tramp_key	bind___stop_static_call_tramp_key
#define _end				bind__end
#define _etext				bind__etext
#define _stext				bind__stext
#define optprobe_template_end		bind_optprobe_template_end
#define optprobe_template_entry		bind_optprobe_template_entry
#define optprobe_template_val		bind_optprobe_template_val
#define return_to_handler		bind_return_to_handler
#endif /* KSPLICE_BIND_C */

#endif /* _KSPLICE_BIND_H */
