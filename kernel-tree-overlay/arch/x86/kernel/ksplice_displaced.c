// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - displaced instructions: those the kernel rewrites, where a jump must stand
 *
 * Many functions start with a static call (that of might_sleep()) or jump label in
 * exactly the bytes the trampoline needs.  While the jump stands there, that
 * instruction is displaced: the kernel's table of such sites points to a spare place
 * instead, which is text, but nobody runs it.  The kernel goes on rewriting the
 * instruction there and knows nothing of the jump.  When the jump is taken back, what
 * the instruction has become by then is put back.
 *
 * Whoever rewrites sites holds static_call_lock() or jump_label_lock() from before
 * it looks into the table until it is done.  So does whoever changes the table here.
 * Only sites of the kernel itself are displaced: those of a module come and go.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/jump_label.h>
#include <linux/lockdep.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/objtool.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <linux/vmalloc.h>

#include <asm/ksplice.h>
#include <asm/nops.h>
#include <asm/sections.h>
#include <asm/text-patching.h>

#include "../../../kernel/ksplice/compat.h"
#include "ksplice_displaced.h"

/* This is text, so that the kernel may rewrite instructions here. */
asm(".pushsection .text, \"ax\", @progbits\n"
	".balign " __stringify(SPARE_SIZE) "\n"
	"ksplice_spares:\n"
	ANNOTATE_NOENDBR
	".skip " __stringify(NR_SPARES) " * " __stringify(SPARE_SIZE) ", 0xcc\n"
	".popsection\n");

/* By spare place: where its instruction belongs; 0 if it is free (ksplice_mutex). */
static unsigned long homes[NR_SPARES];

/* objtool accepts no reference into text but to its start, so hide the index from it. */
static u8 (*displaced_spares(void))[SPARE_SIZE]
{
	u8 (*first)[SPARE_SIZE] = ksplice_spares;

	OPTIMIZER_HIDE_VAR(first);
	return first;
}

/* Returns where the kernel keeps the instruction now. */
static unsigned long displaced_kept_at(const s32 *ref)
{
	return (unsigned long)ref + READ_ONCE(*ref);
}

/**
 * arch_ksplice_home() - find where an instruction belongs that may be displaced
 * @addr:	address the kernel keeps it at
 *
 * Context: ksplice_mutex held.
 * Return: its home; @addr if it is not displaced.
 */
unsigned long arch_ksplice_home(unsigned long addr)
{
	unsigned long off = addr - (unsigned long)displaced_spares();

	return off < sizeof(ksplice_spares) ? homes[off / SPARE_SIZE] : addr;
}

/* Returns where the instruction belongs. */
static unsigned long displaced_home_of(const s32 *ref)
{
	return arch_ksplice_home(displaced_kept_at(ref));
}

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
/*
 * A tail call cannot be displaced: it may become a bare return, and whether that is
 * right depends on its address (cpu_wants_rethunk_at()).
 */
static bool displaced_is_tail_call(const struct static_call_site *site)
{
	return (site->key + (unsigned long)&site->key) & STATIC_CALL_SITE_TAIL;
}

static const s32 *displaced_find_static_call(unsigned long home)
{
	const struct static_call_site *site = (void *)__start_static_call_sites;

	for (; site < (struct static_call_site *)__stop_static_call_sites; site++) {
		if (displaced_home_of(&site->addr) == home && !displaced_is_tail_call(site))
			return &site->addr;
	}
	return NULL;
}
#else
static const s32 *displaced_find_static_call(unsigned long home)
{
	return NULL;
}
#endif

static const s32 *displaced_find_jump_label(unsigned long home)
{
	const struct jump_entry *entry = (void *)__start___jump_table;

	for (; entry < (struct jump_entry *)__stop___jump_table; entry++) {
		if (displaced_home_of(&entry->code) == home)
			return &entry->code;
	}
	return NULL;
}

/* Not a short jump: that would not reach its target from the spare place. */
static bool displaced_is_movable(unsigned long addr)
{
	static const u8 nop[] = { BYTES_NOP5 };
	/* A static call that returns 0 becomes this: static_call.c */
	static const u8 xor[] = { 0x2e, 0x2e, 0x2e, 0x31, 0xc0 };
	const u8 *insn = (const u8 *)addr;

	return *insn == CALL_INSN_OPCODE || *insn == JMP32_INSN_OPCODE ||
	       !memcmp(insn, nop, sizeof(nop)) ||
	       !memcmp(insn, xor, sizeof(xor));
}

/* Copies the instruction at @from for use at @to: it leads to the same address. */
static void displaced_move(u8 *bytes, unsigned long to, unsigned long from)
{
	s32 disp;

	memcpy(bytes, (void *)from, ARCH_KSPLICE_JUMP_SIZE);
	if (bytes[0] != CALL_INSN_OPCODE && bytes[0] != JMP32_INSN_OPCODE)
		return;
	memcpy(&disp, bytes + 1, sizeof(disp));
	disp += from - to;
	memcpy(bytes + 1, &disp, sizeof(disp));
}

static u8 *displaced_get_spare(unsigned long home)
{
	unsigned int i;

	for (i = 0; i < NR_SPARES; i++) {
		if (homes[i])
			continue;
		homes[i] = home;
		return displaced_spares()[i];
	}
	return NULL;
}

static void displaced_put_spare(const u8 *spare)
{
	homes[(spare - displaced_spares()[0]) / SPARE_SIZE] = 0;
}

/*
 * The table is read-only after boot.  It is written like text, through a mapping that only
 * this CPU has, and only for that moment.  For an address outside of the kernel's text,
 * text_poke_copy_locked() finds the page as for an address of a module.  So the table's
 * page gets such an address, which is as read-only as the table.
 */
static s32 *displaced_map_again(const s32 *ref)
{
	struct page *page = virt_to_page(ref);
	void *map = vmap(&page, 1, VM_MAP, PAGE_KERNEL_RO);

	return map ? map + offset_in_page(ref) : NULL;
}

/**
 * ksplice_displaced_init() - prepare to displace the instruction at @home
 * @displaced:	filled; all 0 if the kernel does not rewrite that instruction, or if it
 *		cannot be displaced, which arch_ksplice_poke_check() finds out
 * @home:	address where a jump will stand
 * @why:	gets the reason of a failure
 *
 * Context: process; ksplice_mutex held.
 * Return: 0; -ENOSPC or -ENOMEM with @why set.
 */
int ksplice_displaced_init(struct arch_ksplice_displaced *displaced, unsigned long home,
			   const char **why)
{
	bool movable = false;
	const s32 *ref;

	memset(displaced, 0, sizeof(*displaced));
	static_call_lock();
	jump_label_lock();
	ref = displaced_find_static_call(home) ?: displaced_find_jump_label(home);
	if (ref)
		movable = displaced_is_movable(displaced_kept_at(ref));
	jump_label_unlock();
	static_call_unlock();
	if (!movable)
		return 0;

	displaced->spare = displaced_get_spare(home);
	if (!displaced->spare) {
		*why = "the spare places for static calls and jump labels are used up";
		return -ENOSPC;
	}
	displaced->alias = displaced_map_again(ref);
	if (!displaced->alias) {
		displaced_put_spare(displaced->spare);
		*why = "out of memory";
		return -ENOMEM;
	}
	displaced->ref = ref;
	displaced->home = home;
	return 0;
}

/**
 * ksplice_displaced_exit() - undo ksplice_displaced_init()
 * @displaced:	the instruction, which is at home
 *
 * Context: process; ksplice_mutex held.
 */
void ksplice_displaced_exit(struct arch_ksplice_displaced *displaced)
{
	if (!displaced->ref)
		return;
	vunmap((void *)((unsigned long)displaced->alias & PAGE_MASK));
	displaced_put_spare(displaced->spare);
	memset(displaced, 0, sizeof(*displaced));
}

/**
 * ksplice_displaced_read() - get what an instruction is by now, as it would be at home
 * @displaced:	the instruction
 * @bytes:	filled, ARCH_KSPLICE_JUMP_SIZE of them
 *
 * Context: text_mutex held.
 */
void ksplice_displaced_read(const struct arch_ksplice_displaced *displaced, u8 *bytes)
{
	lockdep_assert_held(&text_mutex);
	displaced_move(bytes, displaced->home, displaced_kept_at(displaced->ref));
}

/**
 * ksplice_displaced_prepare() - prepare for a jump being written or taken back
 * @displaced:	the instruction
 * @poke:	the jump; gets what the kernel has made of the instruction by now, as the
 *		bytes it is written over, or as those that are put back
 *
 * Context: static_call_lock(), jump_label_lock() and text_mutex held until the
 * stop is over.
 */
void ksplice_displaced_prepare(struct arch_ksplice_displaced *displaced,
			       struct arch_ksplice_poke *poke)
{
	u8 insn[ARCH_KSPLICE_JUMP_SIZE];

	if (poke->back) {
		ksplice_displaced_read(displaced, poke->to);
		return;
	}
	if (!poke->over)
		ksplice_displaced_read(displaced, poke->from);
	displaced_move(insn, (unsigned long)displaced->spare, displaced_kept_at(displaced->ref));
	text_poke_copy_locked(displaced->spare, insn, sizeof(insn), true);
}

/**
 * ksplice_displaced_switch() - tell the kernel where it finds an instruction now
 * @displaced:	the instruction
 * @back:	it is at home, else in the spare place
 *
 * Context: in the stop, while the jump is written or taken back; the thread that stopped
 * the machine holds text_mutex.
 */
void ksplice_displaced_switch(struct arch_ksplice_displaced *displaced, bool back)
{
	unsigned long at = back ? displaced->home : (unsigned long)displaced->spare;
	s32 offset = at - (unsigned long)displaced->ref;

	text_poke_copy_locked(displaced->alias, &offset, sizeof(offset), false);
}
