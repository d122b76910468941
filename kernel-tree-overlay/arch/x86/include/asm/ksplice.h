/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_X86_KSPLICE_H
#define _ASM_X86_KSPLICE_H

#include <linux/module.h>
#include <linux/pgtable.h>
#include <linux/types.h>

struct jump_entry;
struct task_struct;

#define ARCH_KSPLICE_JUMP_SIZE	5

/*
 * Writing a jump, or taking it back, takes this many steps.  After each of them all
 * CPUs must rendezvous and call arch_ksplice_sync() before the next may begin.
 */
#define ARCH_KSPLICE_POKE_STEPS	3

/**
 * struct arch_ksplice_displaced - an instruction that the kernel rewrites, where a
 * jump must stand
 * @home:	address it belongs to
 * @ref:	the kernel's reference to it, an offset from the reference itself; NULL if
 *		there is no such instruction
 * @alias:	the reference at another address, where text_poke_copy_locked() can write it;
 *		mapped read-only
 * @spare:	place it is kept in while the jump stands
 */
struct arch_ksplice_displaced {
	unsigned long home;
	const s32 *ref;
	s32 *alias;
	u8 *spare;
};

/**
 * struct arch_ksplice_jump - the trampoline of one function
 * @site:	address of the bytes that become the jump
 * @dest:	address it jumps to
 * @saved:	the bytes that stood at @site when the update was loaded
 * @jump:	the bytes of the jump
 * @displaced:	the instruction that is displaced for it, if any
 */
struct arch_ksplice_jump {
	unsigned long site;
	unsigned long dest;
	u8 saved[ARCH_KSPLICE_JUMP_SIZE];
	u8 jump[ARCH_KSPLICE_JUMP_SIZE];
	struct arch_ksplice_displaced displaced;
};

/**
 * struct arch_ksplice_poke - text to be written in a stop
 * @site:	address of the text
 * @dest:	address a CPU is sent to that gets to @site while that is half written
 * @from:	bytes that stand there now
 * @to:		bytes that shall stand there
 * @over:	@from is a jump
 * @back:	@to is what was there before the jump, else a jump
 * @displaced:	an instruction that is displaced or put back with this, or NULL
 */
struct arch_ksplice_poke {
	unsigned long site;
	unsigned long dest;
	u8 from[ARCH_KSPLICE_JUMP_SIZE];
	u8 to[ARCH_KSPLICE_JUMP_SIZE];
	bool over;
	bool back;
	struct arch_ksplice_displaced *displaced;
};

/* Returns the instruction that a jump displaces, or NULL. */
static inline struct arch_ksplice_displaced *
arch_ksplice_displaced(struct arch_ksplice_jump *jump)
{
	return jump->displaced.ref ? &jump->displaced : NULL;
}

/*
 * The module loader may have made thunks for a module, in pages of their own that are
 * freed with the module.  A jump through a thunk leaves nothing on the stack.
 */
static inline unsigned int arch_ksplice_nr_thunk_pages(const struct module *mod)
{
#ifdef CONFIG_MITIGATION_ITS
	return mod->its_num_pages;
#else
	return 0;
#endif
}

static inline unsigned long arch_ksplice_thunk_page(const struct module *mod,
						    unsigned int i)
{
#ifdef CONFIG_MITIGATION_ITS
	return (unsigned long)mod->its_page_array[i];
#else
	return 0;
#endif
}

/* In return_to_handler(), of a kernel with the series */
extern const u8 return_to_handler_leave[], return_to_handler_end[];

unsigned long __arch_ksplice_way_back(unsigned long addr);

/* A quick test first: most addresses are not where generated code is. */
static inline unsigned long arch_ksplice_way_back(unsigned long addr)
{
	if (addr < MODULES_VADDR || addr >= MODULES_END)
		return 0;
	return __arch_ksplice_way_back(addr);
}

int arch_ksplice_jump_init(struct arch_ksplice_jump *jump, unsigned long func,
			   unsigned long dest, const char **why);
void arch_ksplice_jump_exit(struct arch_ksplice_jump *jump);
void arch_ksplice_jump_hidden(const struct arch_ksplice_jump *jump, u8 *bytes);
int arch_ksplice_poke_check(struct arch_ksplice_poke *poke, const char **why);
void arch_ksplice_hide_probes(unsigned long addr, u8 *buf, size_t len);
bool arch_ksplice_kill_probe(const struct arch_ksplice_jump *jump);
void arch_ksplice_poke_start(const struct arch_ksplice_poke *pokes,
			     unsigned int n);
void arch_ksplice_poke_step(const struct arch_ksplice_poke *poke, int step);
void arch_ksplice_poke_end(void);
void arch_ksplice_sync(void);
bool arch_ksplice_stack(struct task_struct *task, unsigned long *low,
			unsigned long *high);
bool arch_ksplice_in_syscall(void);
bool arch_ksplice_interrupts_user(void);
unsigned long arch_ksplice_interrupted_stack(void);
bool arch_ksplice_irq_stack(unsigned long *low, unsigned long *high);
bool arch_ksplice_unwinder_lost(unsigned long addr);
unsigned long arch_ksplice_home(unsigned long addr);
bool arch_ksplice_label_jumps(const struct jump_entry *entry);
bool arch_ksplice_call_fits(const void *site, bool tail);
void arch_ksplice_reset_call(void *site, bool tail);
bool arch_ksplice_untouchable(unsigned long addr);
bool arch_ksplice_sealed(unsigned long addr, bool func);
void arch_ksplice_write_locked(void *place, const void *bytes, size_t len);
void arch_ksplice_write(void *place, const void *bytes, size_t len);
int arch_ksplice_init(void);
void arch_ksplice_exit(void);

#endif /* _ASM_X86_KSPLICE_H */
