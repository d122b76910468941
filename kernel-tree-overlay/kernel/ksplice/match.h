/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run-pre matching: prove that the running kernel holds the code an update
 * was made against, and learn from it what every symbol's value is.
 *
 * Nothing here looks at the kernel by itself; all that is known about the
 * running machine comes through struct ksplice_match_ops.  That is what lets
 * tests/match feed the same files with memory images on any host.
 */
#ifndef _KSPLICE_MATCH_H
#define _KSPLICE_MATCH_H

#include <linux/types.h>
#include "arch.h"
#include "format.h"

/* Stands for the kernel itself, for an update that has only modules as targets */
#define KSPLICE_VMLINUX		0xfffffffeU

/**
 * struct ksplice_run_entry - an entry of the running kernel's tables about code
 * @kind:	enum ksplice_f_entry_kind
 * @data:	as struct ksplice_f_entry has it
 * @place:	the address it is about
 * @refs:	what it refers to, in the order of the relocations there
 */
struct ksplice_run_entry {
	u32 kind;
	u32 data;
	unsigned long place;
	unsigned long refs[2];
};

/**
 * struct ksplice_match_ops - the running kernel, as the matcher sees it
 * @read:	copy @len bytes at @addr; 0 or -EFAULT, never faults.  What others wrote
 *		over the code that compiler and boot code made is undone in the copy:
 *		kprobes' int3, optprobes' jmp, the trampolines of hot updates.  The
 *		caller of ksplice_match_run() holds text_mutex, so that no
 *		half-patched site is ever seen.
 * @candidates:	call @fn for every address that kallsyms has for @name in a target.
 *		@target is an index in the blob's targets; KSPLICE_VMLINUX for the
 *		kernel itself if that is no target; or KSPLICE_NONE for the kernel
 *		and the modules that export symbols of the update (slow, used last).
 *		Stop when @fn returns nonzero and return what it returned, else 0.
 *		@fn does not sleep.  A per-CPU symbol's address is its offset.
 * @in_target:	is [@addr, @addr + @len) inside @target's text (no init text),
 *		its rodata (STRING, RODATA), its data, bss or rodata (DATA), or,
 *		for PERCPU, is this an offset in the per-CPU area (of @target)?
 * @is_text:	optional: is @addr in code of any kind (core, module, trampoline of
 *		ftrace or BPF)?
 * @is_ftrace:	optional: does ftrace know a call site at @addr?
 * @entries:	call @fn for every entry of the kernel's tables about code in [@start,
 *		@end), in any order; stop when @fn returns nonzero and return what
 *		it returned, else 0.  An instruction that is displaced counts as
 *		being where it belongs.
 * @feature:	optional: did the boot CPU have a feature (by the architecture's number)
 *		when the kernel chose among alternatives?  1, 0, or -1 if that is
 *		not known
 * @resched:	optional: called between units
 * @entry:	optional: if @addr is the entry of an update's code for a function, return
 *		the entry of the function itself, which is its symbol's value; else
 *		@addr
 * @newest:	optional: return the entry of the code that runs when the function at @addr
 *		is called: that of an update, or @addr
 * @is_update:	optional: is @addr in the memory of an applied update?
 * @wanted:	optional: is this one of the targets to be matched in this run?
 */
struct ksplice_match_ops {
	int (*read)(void *ctx, unsigned long addr, void *buf, size_t len);
	int (*candidates)(void *ctx, u32 target, const char *name,
			  int (*fn)(void *data, unsigned long addr),
			  void *data);
	bool (*in_target)(void *ctx, u32 target, unsigned long addr, size_t len,
			  enum ksplice_f_unit_kind kind);
	bool (*is_text)(void *ctx, unsigned long addr);
	bool (*is_ftrace)(void *ctx, unsigned long addr);
	int (*entries)(void *ctx, unsigned long start, unsigned long end,
		       int (*fn)(void *data,
				 const struct ksplice_run_entry *e),
		       void *data);
	int (*feature)(void *ctx, u32 feature);
	void (*resched)(void *ctx);
	unsigned long (*entry)(void *ctx, unsigned long addr);
	unsigned long (*newest)(void *ctx, unsigned long addr);
	bool (*is_update)(void *ctx, unsigned long addr);
	bool (*wanted)(void *ctx, u32 target);
};

/* What is known about a unit */
enum ksplice_unit_state {
	KSPLICE_UNIT_UNKNOWN = 0,	/* nothing */
	KSPLICE_UNIT_INFERRED,		/* where it must be, not compared */
	KSPLICE_UNIT_MATCHED,		/* where it is; data: located */
	KSPLICE_UNIT_OVERRIDDEN,	/* weak, there, but another one is used */
};

/* What is known about a symbol */
enum ksplice_sym_state {
	KSPLICE_SYM_UNKNOWN = 0,	/* no matched code refers to it */
	KSPLICE_SYM_INFERRED,		/* value read from running code */
	KSPLICE_SYM_DEFINED,		/* value from the unit that defines it */
};

/**
 * struct ksplice_site_env - which kinds of boot-time patching are in use
 *
 * @fentry:	__fentry__
 * @ftrace_caller: what ftrace makes traced functions call
 * @ftrace_regs_caller: same, with registers
 * @return_thunk: the return thunk in use
 * @return_thunks: all return thunks
 * @static_call_return: what conditional static tail calls lead to if they call nothing
 * @static_call_return0: what static calls that return 0 lead to
 * @nop_func:	paravirt calls of this function become nops
 * @bug_func:	paravirt calls lead there if they call nothing
 * @nop_max:	longest nop that the kernel pads with
 * @call_thunks: array of thunks for indirect calls that count, by register
 * @jump_thunks: same for indirect jumps
 * @depth_template: code that is copied before functions to count calls
 * @depth_size:	its size in bytes; 0 if calls are not counted
 * @depth_bytes: its contents
 *
 * Filled by arch_ksplice_env_init() through the ops, read by the architecture
 * only.  0 means "not there" in every field.
 */
struct ksplice_site_env {
	unsigned long fentry;
	unsigned long ftrace_caller;
	unsigned long ftrace_regs_caller;
	unsigned long return_thunk;
	unsigned long return_thunks[6];
	unsigned long static_call_return;
	unsigned long static_call_return0;
	unsigned long nop_func;
	unsigned long bug_func;
	u32 nop_max;
	unsigned long call_thunks;
	unsigned long jump_thunks;
	unsigned long depth_template;
	u32 depth_size;
	u8 depth_bytes[64];
};

/**
 * struct ksplice_match - result (and state) of a matching run
 * @view:	what is matched
 * @ops:	the running kernel
 * @ctx:	for @ops
 * @env:	what the boot-time patching did
 * @unit_addr:	by unit: its address, where @unit_state is not UNKNOWN
 * @unit_run:	by unit: where its bytes were found, if it was matched: at @unit_addr, or
 *		in the code of an update that replaces it
 * @unit_growth: by unit: bytes of padding it has in addition to those of the pre code
 * @unit_shift:	by unit: bytes it is shorter than the pre code, in all
 * @unit_state:	by unit: enum ksplice_unit_state
 * @sym_value:	by symbol: its value, where @sym_state is not UNKNOWN
 * @sym_state:	by symbol: enum ksplice_sym_state
 * @err:	why it failed
 * @err_unit:	the unit that failed, or KSPLICE_NONE
 * @units_matched: text, constants and strings compared and found equal
 * @units_located: data found
 * @units_overridden: weak functions the kernel has another definition of
 * @syms_inferred: symbols whose value was read from running memory
 * @bytes_compared: bytes of matched units
 * @ambiguous:	names with several addresses that were disambiguated
 * @by_data:	... of these by pointers in data
 * @by_order:	... of these by the order of the functions in their file
 * @sites:	by kind: sites passed
 * @sites_patched: by kind: ... of these, sites that differ from the object file
 * @w:		the matcher's working state
 */
struct ksplice_match {
	const struct ksplice_view *view;
	const struct ksplice_match_ops *ops;
	void *ctx;
	struct ksplice_site_env env;
	unsigned long *unit_addr;
	unsigned long *unit_run;
	u32 *unit_growth;
	s32 *unit_shift;
	u8 *unit_state;
	u64 *sym_value;
	u8 *sym_state;
	struct ksplice_error err;
	u32 err_unit;
	u32 units_matched;
	u32 units_located;
	u32 units_overridden;
	u32 syms_inferred;
	u64 bytes_compared;
	u32 ambiguous;
	u32 by_data;
	u32 by_order;
	u32 sites[KSPLICE_SITE_KINDS];
	u32 sites_patched[KSPLICE_SITE_KINDS];
	struct ksplice_match_work *w;
};

int ksplice_match_run(struct ksplice_match *m, const struct ksplice_view *v,
		      const struct ksplice_match_ops *ops, void *ctx);
void ksplice_match_free(struct ksplice_match *m);

/*
 * Between match.c and the architecture.  Generic code knows no instruction
 * and no relocation number; the architecture knows no table of the matcher.
 */

/**
 * struct ksplice_span - bytes to be compared with running memory
 * @m:		the run
 * @pre:	expected bytes, relocated fields hold 0
 * @run:	a copy of the running memory; where running code is shorter than the pre
 *		code (see arch_ksplice_resize()), it is stretched
 * @addr:	address of that memory: the byte at @run + N is that at @addr + N
 * @len:	number of bytes
 * @base:	subtracted from the offsets in @relocs and @sites, this gives offsets in
 *		the span
 * @relocs:	relocated fields, ascending
 * @nrelocs:	number of them
 * @sites:	sites, ascending
 * @nsites:	number of them
 * @unit:	the text unit, or KSPLICE_NONE for constants
 * @relaxed:	inside an alternative, which the kernel copies and optimises
 *		at boot: nops may be merged, jumps shortened
 * @bad_off:	on mismatch: offset in the span,
 * @bad_len:	... how many bytes are worth printing,
 * @bad_what:	... what was expected there
 */
struct ksplice_span {
	struct ksplice_match *m;
	const u8 *pre;
	u8 *run;
	unsigned long addr;
	u32 len;
	u32 base;
	const struct ksplice_f_reloc *relocs;
	u32 nrelocs;
	const struct ksplice_f_site *sites;
	u32 nsites;
	u32 unit;
	bool relaxed;
	u32 bad_off;
	u32 bad_len;
	const char *bad_what;
};

/* match.c, for the architecture */
int ksplice_match_span(struct ksplice_span *s);
int ksplice_match_learn(struct ksplice_match *m, u32 sym, u64 value);
int ksplice_match_refer(struct ksplice_span *s, u32 pos,
			const struct ksplice_f_reloc *r, u64 value, s64 to);
bool ksplice_match_shrink(struct ksplice_span *s, u32 pos, u32 by, bool sure);
bool ksplice_match_pad(struct ksplice_span *s, u32 pos, u32 len, u32 run_len);
void ksplice_match_insn(struct ksplice_span *s, u32 pos);
bool ksplice_match_branch(struct ksplice_span *s, u32 pos, u32 len, u32 to,
			  unsigned long dest);
bool ksplice_match_flow(struct ksplice_span *s, u32 pos, u32 from, u32 to);
bool ksplice_match_lookup(struct ksplice_match *m, u32 sym, u64 *value);
void ksplice_match_count(struct ksplice_match *m, u32 kind, bool patched);
u32 ksplice_match_mark(struct ksplice_match *m);
void ksplice_match_rollback(struct ksplice_match *m, u32 mark);
unsigned long ksplice_match_name(struct ksplice_match *m, const char *name);

/* arch/ARCH/kernel/ksplice_sites.c */
void arch_ksplice_env_init(struct ksplice_match *m);
u32 arch_ksplice_same(const struct ksplice_span *s, u32 from, u32 to);
bool arch_ksplice_resize(struct ksplice_span *s, u32 pos);
bool arch_ksplice_check_flow(struct ksplice_span *s);
s64 arch_ksplice_refers_to(const struct ksplice_f_reloc *r);
int arch_ksplice_match_site(struct ksplice_span *s, u32 i, u32 *used);
u32 arch_ksplice_match_field(struct ksplice_span *s,
			     const struct ksplice_f_reloc *r, u64 *value);

#endif /* _KSPLICE_MATCH_H */
