// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - trampolines, and what x86-64 knows about stacks and text
 *
 * The trampoline is a 5-byte jump that stands after the ENDBR and after the fentry slot
 * of the old function.  So ftrace, BPF trampolines and indirect callers keep finding
 * the bytes that they expect (Documentation/ksplice/design.rst lists which subsystem
 * uses which bytes).
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/compiler.h>
#include <linux/ftrace.h>
#include <linux/jump_label.h>
#include <linux/kallsyms.h>
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/ksplice.h>
#include <linux/memory.h>
#include <linux/mutex.h>
#include <linux/sched/task_stack.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/sync_core.h>
#include <linux/uaccess.h>

#include <asm/alternative.h>
#include <asm/ibt.h>
#include <asm/ksplice.h>
#include <asm/sections.h>
#include <asm/text-patching.h>
#include <asm/traps.h>

#include "../../../kernel/ksplice/compat.h"
#include "ksplice_displaced.h"

static_assert(ARCH_KSPLICE_JUMP_SIZE == JMP32_INSN_SIZE);

/* The first byte of the two-byte nop */
#define NOP2_OPCODE	0x66

/* Bytes of "movabs $..., %rdi" before the constant */
#define MOV_ARG_SIZE	2

/**
 * struct poking - jumps that are being written
 * @pokes:	the jumps
 * @n:		number of them
 */
struct poking {
	const struct arch_ksplice_poke *pokes;
	unsigned int n;
};

/*
 * The int3 handler reads this on any CPU, also in an NMI.  It is written before the first
 * int3, and again after the last CPU has passed arch_ksplice_sync(); both times all
 * CPUs are in the stop.  A handler that has read the pointer before it became NULL
 * may go on using it, since its CPU leaves the stop only after that.
 */
static struct poking pokes_of_stop;
static const struct poking *poking;

/* Code that ORC can't unwind from, see arch_ksplice_unwinder_lost() */
static unsigned long lost_from __ro_after_init;
static unsigned long lost_to __ro_after_init;

/* Returns the size of an ENDBR, sealed or not, at @insn; 0 if there is none. */
static unsigned int ksplice_endbr_size(const u8 *insn)
{
	u32 val;

	memcpy(&val, insn, sizeof(val));
	return is_endbr(val) ? sizeof(val) : 0;
}

/* Returns the offset of the trampoline in @func, or an errno. */
static int ksplice_jump_offset(unsigned long func, const char **why)
{
	unsigned long fentry = ftrace_location(func);
	unsigned int off;
	u8 insn[4];

	if (copy_from_kernel_nofault(insn, (void *)func, sizeof(insn))) {
		*why = "its entry cannot be read";
		return -EFAULT;
	}

	off = ksplice_endbr_size(insn);
	if (!fentry)
		return off;
	if (fentry != func + off) {
		*why = "its fentry call is not at its start";
		return -EOPNOTSUPP;
	}
	return off + MCOUNT_INSN_SIZE;
}

#ifdef CONFIG_KPROBES
/*
 * Returns how many of the bytes at a probe are the probe's, and what stood there: 1 byte,
 * or 5 for an optimised one.  The flags say what a probe is meant to be.  Only the text
 * tells whether it is that already: a disabled probe changes nothing, and one that is
 * gone never will again.
 */
static size_t ksplice_probed_bytes(struct kprobe *p, u8 *bytes)
{
	u8 now;

	if (kprobe_gone(p) || get_kernel_nofault(now, (u8 *)p->addr))
		return 0;
	bytes[0] = p->opcode;
	if (now == INT3_INSN_OPCODE)
		return 1;
#ifdef CONFIG_OPTPROBES
	if ((p->flags & KPROBE_FLAG_OPTIMIZED) && now == JMP32_INSN_OPCODE) {
		struct optimized_kprobe *op;

		op = container_of(p, struct optimized_kprobe, kp);
		memcpy(bytes + 1, op->optinsn.copied_insn, DISP32_SIZE);
		return 1 + DISP32_SIZE;
	}
#endif
	return 0;
}
#endif

/**
 * arch_ksplice_hide_probes() - undo in a copy of text what kprobes did to it
 * @addr:	where the copy was taken
 * @buf:	the copy
 * @len:	its length
 *
 * Context: text_mutex held, so that no probe comes or goes.
 */
void arch_ksplice_hide_probes(unsigned long addr, u8 *buf, size_t len)
{
#ifdef CONFIG_KPROBES
	u8 bytes[1 + DISP32_SIZE];
	unsigned long at;
	struct kprobe *p;
	size_t i, n;

	preempt_disable();
	for (at = addr - DISP32_SIZE; at < addr + len; at++) {
		p = get_kprobe((void *)at);
		if (!p || kprobe_ftrace(p))
			continue;
		n = ksplice_probed_bytes(p, bytes);
		for (i = 0; i < n; i++) {
			if (at + i >= addr && at + i < addr + len)
				buf[at + i - addr] = bytes[i];
		}
	}
	preempt_enable();
#endif
}

/**
 * arch_ksplice_jump_init() - work out the trampoline of a function
 * @jump:	filled
 * @func:	entry of the old function
 * @dest:	entry of the new function
 * @why:	gets the reason of a failure
 *
 * Writes no text.  The size of a function in kallsyms includes the padding before the
 * next symbol: the jump of a short function may reach into that.
 *
 * Context: process; ksplice_mutex held.
 * Return: 0, or -EFAULT, -EOPNOTSUPP, -ENOSPC, -ERANGE, -ENOMEM with @why set.
 */
int arch_ksplice_jump_init(struct arch_ksplice_jump *jump, unsigned long func,
			   unsigned long dest, const char **why)
{
	unsigned long size, symoff;
	long disp;
	int off;

	/* There may be hundreds of functions, and each needs a walk through tables below. */
	cond_resched();
	off = ksplice_jump_offset(func, why);
	if (off < 0)
		return off;

	if (!kallsyms_lookup_size_offset(func, &size, &symoff) || symoff) {
		*why = "kallsyms does not know its size";
		return -EOPNOTSUPP;
	}
	if (off + ARCH_KSPLICE_JUMP_SIZE > size) {
		*why = "it is too short for a jump";
		return -ENOSPC;
	}

	jump->site = func + off;
	/* A direct jump needs no ENDBR, so it skips that of the new function. */
	jump->dest = dest + ksplice_endbr_size((u8 *)dest);
	disp = jump->dest - (jump->site + JMP32_INSN_SIZE);
	if (disp != (s32)disp) {
		*why = "the new code is out of a jump's reach";
		return -ERANGE;
	}
	jump->jump[0] = JMP32_INSN_OPCODE;
	memcpy(&jump->jump[1], &(s32){ disp }, sizeof(s32));

	mutex_lock(&text_mutex);
	memcpy(jump->saved, (void *)jump->site, sizeof(jump->saved));
	arch_ksplice_hide_probes(jump->site, jump->saved, sizeof(jump->saved));
	mutex_unlock(&text_mutex);
	return ksplice_displaced_init(&jump->displaced, jump->site, why);
}

/**
 * arch_ksplice_jump_exit() - undo arch_ksplice_jump_init()
 * @jump:	a jump that does not stand, or zeroed
 *
 * Context: process; ksplice_mutex held.
 */
void arch_ksplice_jump_exit(struct arch_ksplice_jump *jump)
{
	ksplice_displaced_exit(&jump->displaced);
}

/**
 * arch_ksplice_jump_hidden() - get the bytes that would stand in a jump's place without it
 * @jump:	a jump that stands
 * @bytes:	filled, ARCH_KSPLICE_JUMP_SIZE of them
 *
 * Context: text_mutex held.
 */
void arch_ksplice_jump_hidden(const struct arch_ksplice_jump *jump, u8 *bytes)
{
	if (jump->displaced.ref)
		ksplice_displaced_read(&jump->displaced, bytes);
	else
		memcpy(bytes, jump->saved, ARCH_KSPLICE_JUMP_SIZE);
}

#if defined(CONFIG_KPROBES) && defined(MODULE)
/*
 * Does what kill_kprobe() does to a probe in the text of a module that goes.  Such a probe
 * is never written again, and can only be removed.  If it is registered anew the kernel
 * takes @opcode for what stands there.  It is not optimised, which nobody does to a jump.
 */
static void ksplice_kill_probe(struct kprobe *p, u8 opcode)
{
	struct kprobe *child;

	p->flags |= KPROBE_FLAG_GONE;
	/* Empty, unless several probes are at this address. */
	list_for_each_entry(child, &p->list, list)
		child->flags |= KPROBE_FLAG_GONE;
	p->opcode = opcode;
	arch_remove_kprobe(p);
}

/**
 * arch_ksplice_kill_probe() - kill the kprobe on a jump that is about to be taken back
 * @jump:	a jump that stands, in code that nobody runs any more
 *
 * A probe on the jump would write the jump's first byte over what follows it, and lead to
 * where the jump has led.
 *
 * Context: ksplice_probes_lock() and text_mutex held.
 * Return: true if there was one.
 */
bool arch_ksplice_kill_probe(const struct arch_ksplice_jump *jump)
{
	struct kprobe *p;

	preempt_disable();
	p = get_kprobe((void *)jump->site);
	preempt_enable();
	if (!p || kprobe_ftrace(p) || kprobe_gone(p))
		return false;
	ksplice_kill_probe(p, jump->saved[0]);
	return true;
}
#else
/* No kprobe is on a jump: this kernel's kprobes ask where jumps stand. */
bool arch_ksplice_kill_probe(const struct arch_ksplice_jump *jump)
{
	return false;
}
#endif

/*
 * Does a kprobe stand in the bytes, or an optimised one whose jump could reach into
 * them?  A kprobe that uses ftrace writes nothing here, nor does one that is gone.
 */
static bool ksplice_kprobe_reserved(unsigned long site)
{
#ifdef CONFIG_KPROBES
	unsigned long addr;
	struct kprobe *p;
	bool found = false;

	preempt_disable();
	for (addr = site - (ARCH_KSPLICE_JUMP_SIZE - 1);
	     addr < site + ARCH_KSPLICE_JUMP_SIZE && !found; addr++) {
		p = get_kprobe((void *)addr);
		found = p && !kprobe_ftrace(p) && !kprobe_gone(p);
	}
	preempt_enable();
	return found;
#else
	return false;
#endif
}

static int ksplice_text_unchanged(const struct arch_ksplice_poke *poke,
				  const char **why)
{
	if (!memcmp((void *)poke->site, poke->from, ARCH_KSPLICE_JUMP_SIZE))
		return 0;
	*why = poke->over ? "the jump is not the one that was written" :
			    "the bytes are not those seen at load";
	return -ESTALE;
}

/* Returns the end of a label's instruction: a nop or jump of two bytes, or of five. */
static unsigned long ksplice_label_end(unsigned long code)
{
	u8 first = *(u8 *)code;

	return code + (first == JMP8_INSN_OPCODE || first == NOP2_OPCODE ?
		       JMP8_INSN_SIZE : JMP32_INSN_SIZE);
}

static bool ksplice_has_label(const struct jump_entry *entry,
			      const struct jump_entry *stop, unsigned long start,
			      unsigned long end)
{
	unsigned long code;

	for (; entry < stop; entry++) {
		code = jump_entry_code(entry);
		if (code <= end && code > start - JMP32_INSN_SIZE &&
		    ksplice_label_end(code) > start)
			return true;
	}
	return false;
}

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
/* A conditional tail call has a byte more than a call. */
#define CALL_SITE_MAX	(CALL_INSN_SIZE + 1)

static bool ksplice_has_call(const struct static_call_site *site,
			     const struct static_call_site *stop, unsigned long start,
			     unsigned long end)
{
	unsigned long addr;

	for (; site < stop; site++) {
		addr = (unsigned long)&site->addr + site->addr;
		if (addr <= end && addr > start - CALL_SITE_MAX &&
		    addr + CALL_INSN_SIZE + (*(u8 *)addr == 0x0f) > start)
			return true;
	}
	return false;
}

static bool ksplice_kernel_has_call(unsigned long start, unsigned long end)
{
	return ksplice_has_call((void *)__start_static_call_sites,
				(void *)__stop_static_call_sites, start, end);
}

static bool ksplice_module_has_call(const struct module *mod, unsigned long start,
				    unsigned long end)
{
	return ksplice_has_call(mod->static_call_sites,
				mod->static_call_sites + mod->num_static_call_sites,
				start, end);
}
#else
static bool ksplice_kernel_has_call(unsigned long start, unsigned long end)
{
	return false;
}

static bool ksplice_module_has_call(const struct module *mod, unsigned long start,
				    unsigned long end)
{
	return false;
}
#endif

/*
 * As jump_label_text_reserved(), which decodes the instruction of each entry up to @end:
 * that is some million instructions for each jump, of which there may be hundreds.
 */
static bool ksplice_label_reserved(const struct module *mod, unsigned long start,
				   unsigned long end)
{
	return ksplice_has_label((void *)__start___jump_table,
				 (void *)__stop___jump_table, start, end) ||
	       (mod && ksplice_has_label(mod->jump_entries,
					 mod->jump_entries + mod->num_jump_entries,
					 start, end));
}

/*
 * As static_call_text_reserved(), which finds no static call in a module whose exit runs:
 * that module can't be got any more.  But it may still change static calls.
 */
static bool ksplice_call_reserved(const struct module *mod, unsigned long start,
				  unsigned long end)
{
	return ksplice_kernel_has_call(start, end) ||
	       (mod && ksplice_module_has_call(mod, start, end));
}

/*
 * Does the kernel rewrite some of the bytes?  Returns how, or NULL.  If an instruction is
 * displaced it has all of the bytes, so there can be nothing else.
 */
static const char *ksplice_rewritten(const struct arch_ksplice_poke *poke,
				     unsigned long start, unsigned long end)
{
	const struct module *mod;
	const char *why = NULL;

	if (poke->displaced)
		return NULL;
	preempt_disable();
	mod = __module_address(start);
	if (ksplice_label_reserved(mod, start, end))
		why = "a jump label stands in the bytes of the jump";
	else if (ksplice_call_reserved(mod, start, end))
		why = "a static call stands in the bytes of the jump";
	preempt_enable();
	return why;
}

/**
 * arch_ksplice_poke_check() - may the bytes be written now?
 * @poke:	the bytes; gets what a displaced instruction has become by now
 * @why:	gets the reason of a failure
 *
 * Context: static_call_lock(), jump_label_lock() and text_mutex held; they keep
 * the answer true until they are released.
 * Return: 0; with @why set -EBUSY if another subsystem owns some of the bytes, -ESTALE
 * if they have changed.
 */
int arch_ksplice_poke_check(struct arch_ksplice_poke *poke, const char **why)
{
	void *start = (void *)poke->site;
	void *end = start + ARCH_KSPLICE_JUMP_SIZE - 1;

	lockdep_assert_held(&text_mutex);

	*why = ksplice_rewritten(poke, (unsigned long)start, (unsigned long)end);
	if (ksplice_kprobe_reserved(poke->site))
		*why = "a kprobe stands in the bytes of the jump";
	else if (ftrace_text_reserved(start, end))
		*why = "ftrace owns the bytes of the jump";
	else if (alternatives_text_reserved(start, end))
		*why = "an SMP lock prefix stands in the bytes of the jump";
	if (*why)
		return -EBUSY;

	if (poke->displaced)
		ksplice_displaced_prepare(poke->displaced, poke);
	return ksplice_text_unchanged(poke, why);
}

/*
 * Called when an NMI or a machine check runs into a jump that is half written.  Whether
 * the change is being made or taken back, the new function is there and may run: emulate
 * the jump to it.
 */
static __always_inline bool ksplice_take_half_jump(struct pt_regs *regs)
{
	const struct poking *now;
	unsigned int i;

	if (user_mode(regs))
		return false;

	/* Pairs with smp_store_release() in arch_ksplice_poke_start(). */
	now = smp_load_acquire(&poking);
	for (i = 0; now && i < now->n; i++) {
		if (regs->ip != now->pokes[i].site + INT3_INSN_SIZE)
			continue;
		int3_emulate_jmp(regs, now->pokes[i].dest);
		return true;
	}
	return false;
}

#ifndef MODULE
/**
 * ksplice_int3_handler() - is this int3 the first byte of a jump in the making?
 * @regs:	what ran into it
 *
 * Context: exc_int3(), beside poke_int3_handler(), before anything that could
 * run into another int3.
 * Return: true if it was; @regs go on with the new function.
 */
noinstr bool ksplice_int3_handler(struct pt_regs *regs)
{
	return ksplice_take_half_jump(regs);
}

static inline int ksplice_register_int3(void)
{
	return 0;
}

static inline void ksplice_unregister_int3(void)
{
}
#else
/* This kernel's exc_int3() does not know of ksplice, only of its chain. */
static int ksplice_int3_notify(struct notifier_block *nb, unsigned long val, void *data)
{
	struct pt_regs *regs = ((struct die_args *)data)->regs;

	return val == DIE_INT3 && ksplice_take_half_jump(regs) ? NOTIFY_STOP : NOTIFY_DONE;
}

NOKPROBE_SYMBOL(ksplice_int3_notify);

static struct notifier_block ksplice_int3_nb = {
	.notifier_call	= ksplice_int3_notify,
	.priority	= INT_MAX,
};

static int ksplice_register_int3(void)
{
	return register_die_notifier(&ksplice_int3_nb);
}

static void ksplice_unregister_int3(void)
{
	unregister_die_notifier(&ksplice_int3_nb);
}
#endif

/**
 * arch_ksplice_poke_start() - announce the text that will be written
 * @pokes:	the text; in use until arch_ksplice_poke_end()
 * @n:		number of them
 *
 * Context: in the stop, on one CPU.
 */
void arch_ksplice_poke_start(const struct arch_ksplice_poke *pokes,
			     unsigned int n)
{
	pokes_of_stop.pokes = pokes;
	pokes_of_stop.n = n;
	/* Pairs with smp_load_acquire() in ksplice_take_half_jump(). */
	smp_store_release(&poking, &pokes_of_stop);
}

/**
 * arch_ksplice_poke_step() - do one step of writing a jump, or of taking it back
 * @poke:	the text
 * @step:	0 to ARCH_KSPLICE_POKE_STEPS - 1
 *
 * The first step writes an int3, so that no CPU runs half a jump; the second one the
 * tail; the third one the first byte.  This is the order of text_poke_bp_batch(), which
 * cannot be used here: it sends IPIs to other CPUs and waits for them, but in the stop
 * these have interrupts off.
 *
 * Context: in the stop, on one CPU, text_mutex held by the one who stopped
 * the machine (hence not text_poke(), which wants it held by current).
 */
void arch_ksplice_poke_step(const struct arch_ksplice_poke *poke, int step)
{
	const u8 *bytes = poke->to;
	u8 *site = (u8 *)poke->site;
	u8 int3 = INT3_INSN_OPCODE;

	switch (step) {
	case 0:
		text_poke_copy_locked(site, &int3, 1, true);
		break;
	case 1:
		text_poke_copy_locked(site + 1, bytes + 1,
				      ARCH_KSPLICE_JUMP_SIZE - 1, true);
		break;
	case 2:
		text_poke_copy_locked(site, bytes, 1, true);
		if (poke->displaced)
			ksplice_displaced_switch(poke->displaced, poke->back);
		break;
	}
}

/**
 * arch_ksplice_poke_end() - note that no jump is half written any more
 *
 * Context: in the stop, on one CPU, after all CPUs have passed arch_ksplice_sync()
 * following the last step.
 */
void arch_ksplice_poke_end(void)
{
	WRITE_ONCE(poking, NULL);
}

/**
 * arch_ksplice_sync() - make this CPU see text that another CPU has written
 */
void arch_ksplice_sync(void)
{
	sync_core();
}

/**
 * arch_ksplice_stack() - find the part of a sleeping thread's stack that is in use
 * @task:	the thread; it does not run
 * @low:	gets the lowest address in use
 * @high:	gets the end of the kernel's part.  Behind it are the registers of user mode,
 *		which may hold anything
 *
 * Return: false if the saved stack pointer is not in the thread's stack.
 */
bool arch_ksplice_stack(struct task_struct *task, unsigned long *low,
			unsigned long *high)
{
	unsigned long base = (unsigned long)task_stack_page(task);

	*low = READ_ONCE(task->thread.sp);
	*high = (unsigned long)task_pt_regs(task);
	return *low >= base && *low < *high;
}

#ifdef CONFIG_OPTPROBES
/*
 * The code of an optimised kprobe contains the address of the probe, as the argument of
 * the handler.  Return: the address that is probed, or ULONG_MAX if this is no such code.
 */
static unsigned long ksplice_optprobe_home(unsigned long addr)
{
	unsigned long page = addr & PAGE_MASK;
	unsigned long slot = addr - (addr - page) % MAX_OPTINSN_SIZE;
	struct optimized_kprobe *op;
	kprobe_opcode_t *insn, *home;

	if (copy_from_kernel_nofault(&op, (void *)slot +
				     (optprobe_template_val - optprobe_template_entry) +
				     MOV_ARG_SIZE, sizeof(op)) ||
	    copy_from_kernel_nofault(&insn, &op->optinsn.insn, sizeof(insn)) ||
	    copy_from_kernel_nofault(&home, &op->kp.addr, sizeof(home)) ||
	    (unsigned long)insn != slot)
		return ULONG_MAX;
	return (unsigned long)home;
}
#endif

/**
 * __arch_ksplice_way_back() - find where generated code jumps back to
 * @addr:	a return address, or where a thread was interrupted
 *
 * kprobes make copies of the instructions that they stand on, followed by a jump back.
 * A thread that runs such a copy has no return address on its stack.  Called through
 * arch_ksplice_way_back().
 *
 * Context: any.
 * Return: an address in the function that it jumps back to; ULONG_MAX if that is
 * unknown; 0 if @addr is in no such code.
 */
unsigned long __arch_ksplice_way_back(unsigned long addr)
{
#ifdef CONFIG_OPTPROBES
	if (__is_insn_slot_addr(&kprobe_optinsn_slots, addr))
		return ksplice_optprobe_home(addr);
#endif
#ifdef CONFIG_KPROBES
	if (__is_insn_slot_addr(&kprobe_insn_slots, addr))
		return ULONG_MAX;
#endif
	return 0;
}

/**
 * arch_ksplice_in_syscall() - is the running thread inside a system call?
 *
 * Return: false if it is on the way from or to user mode.
 */
bool arch_ksplice_in_syscall(void)
{
	const struct pt_regs *regs = current_pt_regs();

	/* The entry code sets ax to this, and the end of the call changes it. */
	return (long)regs->ax == -ENOSYS && (long)regs->orig_ax >= 0;
}

/**
 * arch_ksplice_interrupts_user() - has this interrupt interrupted user mode?
 *
 * The handler of a system vector stays on the thread's stack if it interrupts user mode,
 * and changes to the IRQ stack if it interrupts the kernel: call_on_irqstack_cond().
 *
 * Context: the handler of a call from another CPU.
 * Return: true if it has.
 */
bool arch_ksplice_interrupts_user(void)
{
	return object_is_on_stack(__builtin_frame_address(0));
}

/**
 * arch_ksplice_interrupted_stack() - find where the running thread's stack begins
 *
 * The first word on the IRQ stack is the stack pointer of the interrupted thread, whose
 * registers are on its stack: call_on_stack().  An idle CPU may take the call without
 * an interrupt.
 *
 * Context: the handler of a call from another CPU.
 * Return: the lowest address in use, or 0 if the thread was in user mode.
 */
unsigned long arch_ksplice_interrupted_stack(void)
{
	if (!arch_ksplice_interrupts_user())
		return *(unsigned long *)ksplice_hardirq_stack();
	return is_idle_task(current) ? (unsigned long)__builtin_frame_address(0) : 0;
}

/**
 * arch_ksplice_irq_stack() - find the part of the IRQ stack that is in use
 * @low:	gets the lowest address in use
 * @high:	gets the end
 *
 * A thread that enables softirqs calls them on the IRQ stack: do_softirq_own_stack().
 * Registers that a call preserves are then saved there, and not on the thread's stack.
 *
 * Context: the handler of a call from another CPU.
 * Return: false if the handler runs on the thread's stack.
 */
bool arch_ksplice_irq_stack(unsigned long *low, unsigned long *high)
{
	if (arch_ksplice_interrupts_user())
		return false;
	*low = (unsigned long)__builtin_frame_address(0);
	*high = (unsigned long)ksplice_hardirq_stack();
	return true;
}

/**
 * arch_ksplice_unwinder_lost() - is @addr where the unwinder would get lost?
 * @addr:	the last address it has found on the stack of an interrupted thread
 *
 * return_to_handler() leaves by calling its own last instructions.  These replace the
 * pushed return address by the address to go to.  At the call its frame is gone
 * already, so ORC gets no further, and warns of that in the log.  Until the address is
 * replaced, ORC takes return_to_handler() for the caller.
 *
 * Return: true if the unwinder must not go on.
 */
bool arch_ksplice_unwinder_lost(unsigned long addr)
{
	return addr >= lost_from && addr < lost_to;
}

/**
 * arch_ksplice_untouchable() - may the function at @addr never be replaced?
 * @addr:	its entry
 *
 * Entry code runs on the user's page table, where a module's text is not
 * mapped, and noinstr code runs where nothing may intervene.
 *
 * Return: true if it may not.
 */
bool arch_ksplice_untouchable(unsigned long addr)
{
	return (addr >= (unsigned long)__entry_text_start &&
		addr < (unsigned long)__entry_text_end) ||
	       (addr >= (unsigned long)__noinstr_text_start &&
		addr < (unsigned long)__noinstr_text_end);
}

/**
 * arch_ksplice_sealed() - would an indirect call of @addr fault on a CPU with IBT?
 * @addr:	an address
 * @func:	is it known to be the entry of a function?
 *
 * On a CPU with IBT an indirect call has to lead to an ENDBR.  The compiler makes none in
 * static functions whose address nothing takes.  Where objtool found that nothing takes
 * the address of a function, the kernel seals its ENDBR: it makes it a nop that is used
 * for nothing else.  All of this is the same on CPUs without IBT.
 *
 * Return: true if it would.
 */
bool arch_ksplice_sealed(unsigned long addr, bool func)
{
#ifdef CONFIG_X86_KERNEL_IBT
	u32 insn;

	if (!kernel_text_address(addr) ||
	    copy_from_kernel_nofault(&insn, (void *)addr, sizeof(insn)))
		return false;
	return insn == gen_endbr_poison() || (func && !is_endbr(insn));
#else
	return false;
#endif
}

/**
 * arch_ksplice_write_locked() - as arch_ksplice_write(), with text_mutex held
 * @place:	address to write to; all of it must be the module's memory
 * @bytes:	what to write
 * @len:	number of bytes
 *
 * Context: process; text_mutex held.
 */
void arch_ksplice_write_locked(void *place, const void *bytes, size_t len)
{
	text_poke_copy_locked(place, bytes, len, false);
}

/**
 * arch_ksplice_write() - write into a module's memory, read-only or not
 * @place:	address to write to; all of it must be the module's memory
 * @bytes:	what to write
 * @len:	number of bytes
 *
 * No CPU may execute it yet.
 *
 * Context: process; takes text_mutex.
 */
void arch_ksplice_write(void *place, const void *bytes, size_t len)
{
	mutex_lock(&text_mutex);
	arch_ksplice_write_locked(place, bytes, len);
	mutex_unlock(&text_mutex);
}

/**
 * arch_ksplice_label_jumps() - does a jump stand at the site of a jump label?
 * @entry:	its entry
 *
 * Context: jump_label_lock() held.
 * Return: true if it does; false for a nop.
 */
bool arch_ksplice_label_jumps(const struct jump_entry *entry)
{
	u8 first = *(u8 *)jump_entry_code(entry);

	return first == JMP8_INSN_OPCODE || first == JMP32_INSN_OPCODE;
}

/**
 * arch_ksplice_call_fits() - is an instruction what a compiler makes of a static call?
 * @site:	its first byte
 * @tail:	the call is a jump
 *
 * Return: true if it is.
 */
bool arch_ksplice_call_fits(const void *site, bool tail)
{
	const u8 *insn = site;

	if (!tail)
		return insn[0] == CALL_INSN_OPCODE;
	return insn[0] == JMP32_INSN_OPCODE ||
	       (insn[0] == 0x0f && (insn[1] & 0xf0) == 0x80);
}

/**
 * arch_ksplice_reset_call() - make a static call's site a call or jump again
 * @site:	the site; no CPU executes it
 * @tail:	it is a jump
 *
 * Afterwards the kernel can write a destination into it.  A conditional jump always stays
 * one, and needs no change.
 *
 * Context: process; takes text_mutex.
 */
void arch_ksplice_reset_call(void *site, bool tail)
{
	const u8 insn[CALL_INSN_SIZE] = {
		tail ? JMP32_INSN_OPCODE : CALL_INSN_OPCODE,
	};
	const u8 *now = site;

	if (tail && now[0] == 0x0f)
		return;
	if (now[0] != insn[0])
		arch_ksplice_write(site, insn, sizeof(insn));
}

#ifndef CONFIG_FUNCTION_GRAPH_TRACER
static inline void ksplice_find_lost(void)
{
}
#elif !defined(MODULE)
static void __init ksplice_find_lost(void)
{
	lost_from = (unsigned long)return_to_handler_leave;
	lost_to = (unsigned long)return_to_handler_end;
}
#else
/* This kernel's return_to_handler() has no labels: know the call by its bytes. */
static void __init ksplice_find_lost(void)
{
	static const u8 call[] = { CALL_INSN_OPCODE, 1, 0, 0, 0, INT3_INSN_OPCODE };
	unsigned long size, end, addr = (unsigned long)return_to_handler;

	if (!kallsyms_lookup_size_offset(addr, &size, NULL))
		return;
	for (end = addr + size; addr + sizeof(call) <= end; addr++) {
		if (memcmp((void *)addr, call, sizeof(call)))
			continue;
		lost_from = addr;
		lost_to = end;
		return;
	}
}
#endif

/**
 * arch_ksplice_init() - prepare what the trampolines need
 * Return: 0 or an errno.
 */
int __init arch_ksplice_init(void)
{
	ksplice_find_lost();
	return ksplice_register_int3();
}

/**
 * arch_ksplice_exit() - undo arch_ksplice_init()
 */
void arch_ksplice_exit(void)
{
	ksplice_unregister_int3();
}
