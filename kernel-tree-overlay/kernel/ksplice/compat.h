/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice - what is different in kernels other than the one this is written for
 *
 * The core is written for 6.12.  What an older kernel lacks, or calls by another
 * name, is defined here.  No other file of the core asks for the kernel's version.
 */
#ifndef _KERNEL_KSPLICE_COMPAT_H
#define _KERNEL_KSPLICE_COMPAT_H

#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/rcupdate_wait.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/version.h>

/* A module's memory */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
enum mod_mem_type {
	MOD_TEXT,
	MOD_DATA,
	MOD_RODATA,
	MOD_RO_AFTER_INIT,
	MOD_INIT_RODATA,
};

/* Each part of a layout begins where the previous one ends. */
static inline void *ksplice_module_memory(const struct module *mod,
					  enum mod_mem_type type,
					  unsigned int *size)
{
	const struct module_layout *l = type == MOD_INIT_RODATA ?
					&mod->init_layout : &mod->core_layout;
	unsigned int from = 0, to = 0;

	switch (type) {
	case MOD_TEXT:
		to = l->text_size;
		break;
	case MOD_RODATA:
	case MOD_INIT_RODATA:
		from = l->text_size;
		to = l->ro_size;
		break;
	case MOD_RO_AFTER_INIT:
		from = l->ro_size;
		to = l->ro_after_init_size;
		break;
	case MOD_DATA:
		from = l->ro_after_init_size;
		to = l->size;
		break;
	}
	*size = to - from;
	return l->base + from;
}

static inline bool within_module_mem_type(unsigned long addr,
					  const struct module *mod,
					  enum mod_mem_type type)
{
	unsigned int size;
	void *base = ksplice_module_memory(mod, type, &size);

	return addr - (unsigned long)base < size;
}
#else
static inline void *ksplice_module_memory(const struct module *mod,
					  enum mod_mem_type type,
					  unsigned int *size)
{
	*size = mod->mem[type].size;
	return mod->mem[type].base;
}
#endif

/* Threads in the last part of do_exit() */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
/*
 * There is no list of them, but the core can wait until none is left: for some time, or
 * until a signal comes.  Return: false if some are left.
 */
static inline bool ksplice_each_exiting(void (*fn)(struct task_struct *t, void *data),
					void *data)
{
	return rcu_tasks_wait_exiting(HZ);
}

/* In the stop the core cannot wait for threads. */
static inline bool ksplice_check_exiting(void (*fn)(struct task_struct *t, void *data),
					 void *data)
{
	return !rcu_tasks_any_exiting();
}
#else
/*
 * Context: process, may sleep; calls @fn in atomic context.  Return: false if @fn was
 * not called for all of them.
 */
static inline bool ksplice_each_exiting(void (*fn)(struct task_struct *t, void *data),
					void *data)
{
	rcu_tasks_for_each_exiting(fn, data);
	return true;
}

/* The same in the stop.  Return: false if @fn was not called for all of them. */
static inline bool ksplice_check_exiting(void (*fn)(struct task_struct *t, void *data),
					 void *data)
{
	rcu_tasks_for_each_exiting(fn, data);
	return true;
}
#endif

/* Names and arguments */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#include <linux/mm.h>
#include <linux/string.h>

static inline void *kvmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kvmalloc(len, gfp);

	return p ? memcpy(p, src, len) : NULL;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define ksplice_assign_str(name)	__assign_str(name, name)
#else
#define ksplice_assign_str(name)	__assign_str(name)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define DEFINE_SHOW_STORE_ATTRIBUTE(__name)				\
static int __name ## _open(struct inode *inode, struct file *file)	\
{									\
	return single_open(file, __name ## _show, inode->i_private);	\
}									\
									\
static const struct file_operations __name ## _fops = {			\
	.owner = THIS_MODULE, .open = __name ## _open,			\
	.read = seq_read, .write = __name ## _write,			\
	.llseek = seq_lseek, .release = single_release,			\
}
#endif

/* The only user threads that such a kernel creates by itself are those of io_uring. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define PF_USER_WORKER			PF_IO_WORKER
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
/*
 * All kernels this is for have CONFIG_KALLSYMS_ABSOLUTE_PERCPU, with which offsets
 * that are not negative are absolute addresses.
 */
static inline unsigned long ksplice_kallsyms_address(const int *offsets,
						     unsigned long base,
						     unsigned int i)
{
	return offsets[i] >= 0 ? offsets[i] : base - 1 - offsets[i];
}

#define kallsyms_sym_address(i)		\
	ksplice_kallsyms_address(kallsyms_offsets, kallsyms_relative_base, i)
#endif

#ifdef CONFIG_X86
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define ksplice_hardirq_stack()		__this_cpu_read(hardirq_stack_ptr)
#else
#define ksplice_hardirq_stack()		__this_cpu_read(pcpu_hot.hardirq_stack_ptr)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#include <linux/mm.h>
#include <asm/sections.h>
#include <asm/text-patching.h>

/*
 * text_poke_kgdb() does not check that the caller holds text_mutex, and writes to at
 * most two pages.
 */
static inline void *text_poke_copy_locked(void *addr, const void *opcode,
					  size_t len, bool core_ok)
{
	size_t done, part;

	if (WARN_ON_ONCE(!core_ok && core_kernel_text((unsigned long)addr)))
		return NULL;
	for (done = 0; done < len; done += part) {
		part = min_t(size_t, len - done,
			     PAGE_SIZE * 2 - offset_in_page(addr + done));
		text_poke_kgdb(addr + done, opcode + done, part);
	}
	return addr;
}
#endif
#endif /* CONFIG_X86 */

#endif /* _KERNEL_KSPLICE_COMPAT_H */
