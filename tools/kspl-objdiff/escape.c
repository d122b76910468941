// SPDX-License-Identifier: GPL-2.0
/*
 * Follows an address through the code of a function: instruction by instruction, it
 * records which registers may hold the address, until it finds nothing new.
 *
 * An address that the code only reads through, or adds to, stays in the function. It
 * gets out if it is stored, returned, or passed to a function that may keep it. It is
 * compared if a comparison has it and another value. Calls of functions in the update's
 * files are followed. An instruction that is not known to be harmless counts as both.
 *
 * The next instruction is not always known (jump tables, alternatives): then any
 * instruction of the function may be next, and all of them are visited.
 *
 * Capstone decodes the instructions. Without capstone, and for instructions it does not
 * know, every address that is taken gets out.
 */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "escape.h"
#include "frame.h"

#ifdef HAVE_CAPSTONE
/* Holders beside the numbered registers: what is on the stack. */
enum {
	R_STACK = R_15 + 1,		/* a slot of the function's stack holds it */
	/* these do not hold the address itself: */
	R_PUSHED,		/* the slot is not where a register is spilled */
	R_FRAME,		/* a slot holds an address of the stack */
	R_LENT,			/* ... other code got an address of the stack */
};

#define BIT(r)		(1ull << (r))
#define ARGUMENTS	(BIT(R_DI) | BIT(R_SI) | BIT(R_DX) | BIT(R_CX) | \
			 BIT(R_8) | BIT(R_9))
/* The same registers, as holders of an address of the stack. */
#define FRAMES(regs)	(((regs) & 0xffff) << 32)
#define ADDRESS(regs)	((regs) & (BIT(R_STACK + 1) - 1))
#define RETURNED	(BIT(R_AX) | BIT(R_DX))
#define CLOBBERED	(ARGUMENTS | BIT(R_AX) | BIT(R_10) | BIT(R_11))
#define FROM_RBP	(1ll << 40)	/* marks slots from RBP; none from RSP is so far */
#define MAX_DEPTH	12	/* nesting of followed calls */

/* A function that returns the address, and the registers it returns it in. */
struct source {
	const struct unit *func;
	u64 regs;
};

/* The result of an earlier walk of @func, with the address in @regs. */
struct walked {
	const struct unit *func;
	struct source source;
	u64 regs, returns;
	bool failed;
};

typedef VEC(struct walked) walked_vec;

/* The function that is walked now. */
struct walk {
	const struct update *up;
	const struct unit *what;	/* whose address is followed */
	bool deep;			/* what is loaded from it counts as its address */
	bool code;			/* it is a function, so waiting for callers counts */
	struct escape *esc;
	walked_vec *walked;
	int depth;
	const struct unit *part[2];	/* the function, and its cold part */
	u64 *regs[2];			/* holders before each byte; ~0: not visited */
	VEC(u32) todo;			/* part << 31 | offset */
	VEC(u32) starts;		/* the same, for all instructions */
	VEC(s64) loaded;		/* slots of the stack that are loaded, from RSP or RBP */
	VEC(s64) held;			/* slots from RBP that hold the address */
	bool held_elsewhere;		/* another place on the stack holds it */
	bool rbp_moves;			/* RBP is not only a frame pointer */
	u64 all;			/* all holders seen anywhere */
	const struct source *source;
	u64 returns;			/* registers that hold it on return */
	bool failed;
};

static bool walk_function(const struct walk *from, const struct unit *func,
			  u64 regs, u64 *returns);

static void lets_out(struct walk *w, const char *how)
{
	w->failed = true;
	if (!w->esc->how)
		w->esc->how = how;
}

static const char *what_name(const struct walk *w)
{
	return w->what->name[0] ? w->what->name :
	       w->what->sec->cls == SC_STRING ? unit_text(w->what) :
						"a constant";
}

/**
 * reg_number() - number of a register in the instruction encoding
 * @reg:	capstone's number
 * @width:	gets the bytes accessed: 8, 4, 2 or 1
 *
 * Return: -1 if it is not one of the 16 general registers.
 */
int reg_number(unsigned int reg, u32 *width)
{
	static const unsigned int names[][4] = {
		{ X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL },
		{ X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL },
		{ X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL },
		{ X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL },
		{ X86_REG_RSP, X86_REG_ESP, X86_REG_SP, X86_REG_SPL },
		{ X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL },
		{ X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL },
		{ X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL },
		{ X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B },
		{ X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B },
		{ X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B },
		{ X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B },
		{ X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B },
		{ X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B },
		{ X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B },
		{ X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B },
	};
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		for (k = 0; k < 4; k++)
			if (names[i][k] == reg) {
				*width = 8 >> k;
				return i;
			}
	return -1;
}

/** reg_bit() - the bit of a general register in a set of them, or 0 */
u64 reg_bit(unsigned int reg)
{
	u32 width;
	int n = reg_number(reg, &width);

	return n < 0 ? 0 : BIT(n);
}

/** reg_is_wide() - does a write of it leave no other byte of the register as it was? */
bool reg_is_wide(unsigned int reg)
{
	u32 width = 0;

	reg_number(reg, &width);
	return width >= 4;
}

/* How an instruction may use the address. */
enum insn_use {
	USE_UNKNOWN,
	USE_PLAIN,		/* moves, adds, or reads memory */
	USE_COMPARE,
	USE_STRING,		/* uses RSI and RDI */
	USE_NONE,		/* only a hint about memory */
};

/* What an instruction reads and writes */
struct effect {
	enum insn_use use;
	u64 reads, writes;	/* registers, except those of a memory operand */
	u64 kills;		/* written registers that lose their old value */
	u64 base;		/* registers that a memory operand consists of */
	bool loads, stores;	/* memory */
	bool on_stack;		/* ... on the function's stack, from RSP */
	bool on_frame;		/* ... from RBP, which may point to the stack */
	bool lea, mixes;	/* mixes: combines two values, e.g. their difference */
	bool number;		/* the second value is an immediate */
	bool pushes;
	s64 slot;		/* offset from RSP, or from RBP plus FROM_RBP */
	u8 size;		/* bytes that are loaded */
};

/** is_conditional_move() - is it a CMOVcc? */
bool is_conditional_move(unsigned int id)
{
	switch (id) {
	case X86_INS_CMOVA: case X86_INS_CMOVAE: case X86_INS_CMOVB:
	case X86_INS_CMOVBE: case X86_INS_CMOVE: case X86_INS_CMOVG:
	case X86_INS_CMOVGE: case X86_INS_CMOVL: case X86_INS_CMOVLE:
	case X86_INS_CMOVNE: case X86_INS_CMOVNO: case X86_INS_CMOVNP:
	case X86_INS_CMOVNS: case X86_INS_CMOVO: case X86_INS_CMOVP:
	case X86_INS_CMOVS:
		return true;
	}
	return false;
}

/* SETcc writes a yes or no: code does not use the rest of the register. */
static bool is_conditional_set(unsigned int id)
{
	switch (id) {
	case X86_INS_SETA: case X86_INS_SETAE: case X86_INS_SETB:
	case X86_INS_SETBE: case X86_INS_SETE: case X86_INS_SETG:
	case X86_INS_SETGE: case X86_INS_SETL: case X86_INS_SETLE:
	case X86_INS_SETNE: case X86_INS_SETNO: case X86_INS_SETNP:
	case X86_INS_SETNS: case X86_INS_SETO: case X86_INS_SETP:
	case X86_INS_SETS:
		return true;
	}
	return false;
}

static enum insn_use use_of(unsigned int id)
{
	switch (id) {
	case X86_INS_MOV: case X86_INS_MOVABS: case X86_INS_MOVZX:
	case X86_INS_MOVSX: case X86_INS_MOVSXD: case X86_INS_LEA:
	case X86_INS_ADD: case X86_INS_INC: case X86_INS_DEC:
	case X86_INS_PUSH: case X86_INS_POP: case X86_INS_XCHG:
	case X86_INS_AND: case X86_INS_OR: case X86_INS_XOR: case X86_INS_SUB:
		return USE_PLAIN;
	case X86_INS_CMP: case X86_INS_TEST: case X86_INS_BT:
		return USE_COMPARE;
	case X86_INS_MOVSB: case X86_INS_MOVSW: case X86_INS_MOVSD:
	case X86_INS_MOVSQ: case X86_INS_STOSB: case X86_INS_STOSW:
	case X86_INS_STOSD: case X86_INS_STOSQ:
		return USE_STRING;
	case X86_INS_NOP: case X86_INS_PREFETCH: case X86_INS_PREFETCHNTA:
	case X86_INS_PREFETCHT0: case X86_INS_PREFETCHT1:
	case X86_INS_PREFETCHT2: case X86_INS_PREFETCHW:
		return USE_NONE;
	}
	return is_conditional_move(id) ? USE_PLAIN : USE_UNKNOWN;
}

/* Computes with numbers; it reads or changes memory as a number. */
static bool is_arithmetic(unsigned int id)
{
	switch (id) {
	case X86_INS_ADC: case X86_INS_SBB: case X86_INS_IMUL: case X86_INS_MUL:
	case X86_INS_DIV: case X86_INS_IDIV: case X86_INS_NEG: case X86_INS_NOT:
	case X86_INS_SHL: case X86_INS_SHR: case X86_INS_SAR: case X86_INS_ROL:
	case X86_INS_ROR: case X86_INS_BTS: case X86_INS_BTR: case X86_INS_BTC:
	case X86_INS_BSF: case X86_INS_BSR: case X86_INS_TZCNT:
	case X86_INS_LZCNT: case X86_INS_POPCNT: case X86_INS_XADD:
	case X86_INS_CMPXCHG: case X86_INS_MOVBE:
		return true;
	}
	return false;
}

static void add_memory(struct effect *e, const cs_x86_op *op)
{
	u64 bits = reg_bit(op->mem.base) | reg_bit(op->mem.index);

	if (e->lea) {
		e->reads |= bits;
		return;
	}
	e->base |= bits;
	e->on_stack = op->mem.base == X86_REG_RSP &&
		      op->mem.segment == X86_REG_INVALID;
	e->on_frame = op->mem.base == X86_REG_RBP && op->mem.index == X86_REG_INVALID &&
		      op->mem.segment == X86_REG_INVALID;
	e->slot = op->mem.disp + (e->on_frame ? FROM_RBP : 0);
	e->size = op->size;
	e->loads |= op->access & CS_AC_READ || !op->access;
	e->stores |= op->access & CS_AC_WRITE;
}

static struct effect effect_of(csh cs, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;
	struct effect e = { .use = use_of(insn->id), .lea = insn->id == X86_INS_LEA };
	cs_regs in, out;
	u8 nin = 0, nout = 0, i;

	for (i = 0; i < x->op_count; i++)
		if (x->operands[i].type == X86_OP_MEM)
			add_memory(&e, &x->operands[i]);
	if (cs_regs_access(cs, insn, in, &nin, out, &nout))
		return (struct effect){ .reads = BIT(16) - 1, .stores = true };
	for (i = 0; i < nin; i++)
		e.reads |= reg_bit(in[i]);
	for (i = 0; i < nout; i++) {
		e.writes |= reg_bit(out[i]);
		if ((reg_is_wide(out[i]) && !is_conditional_move(insn->id)) ||
		    is_conditional_set(insn->id))
			e.kills |= reg_bit(out[i]);
	}
	if (!e.lea)
		e.reads &= ~e.base;
	for (i = 0; i < x->op_count; i++)	/* mov %rax, (%rax) */
		if (x->operands[i].type == X86_OP_REG &&
		    x->operands[i].access & CS_AC_READ)
			e.reads |= reg_bit(x->operands[i].reg);
	for (i = 0; i < x->op_count; i++)	/* mov %rax, %cr3 */
		if (x->operands[i].type == X86_OP_REG &&
		    !reg_bit(x->operands[i].reg))
			e.use = USE_UNKNOWN;
	e.mixes = (insn->id == X86_INS_AND || insn->id == X86_INS_OR ||
		   insn->id == X86_INS_XOR || insn->id == X86_INS_SUB) &&
		  x->op_count == 2;
	e.number = x->op_count == 2 && x->operands[1].type == X86_OP_IMM;
	if (insn->id == X86_INS_CMPXCHG)
		e.stores = true;
	if (insn->id == X86_INS_PUSH || insn->id == X86_INS_POP) {
		e.on_stack = true;
		e.pushes = insn->id == X86_INS_PUSH;
		if (!e.size)
			e.size = 8;
		e.stores = insn->id == X86_INS_PUSH;
		e.loads |= insn->id == X86_INS_POP;
		e.reads &= ~BIT(R_SP);
		e.writes &= ~BIT(R_SP);
		e.kills &= ~BIT(R_SP);
	}
	return e;
}

/* Find the field of the instruction at @at that refers to @w->what. */
static const struct ref *field_in(const struct walk *w, const struct unit *u,
				  u32 at, u32 len)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->off >= at && r->off < at + len &&
		    resolve_ref(w->up, u->obj, r) == w->what)
			return r;
	return NULL;
}

static bool refers_at(const struct unit *u, u32 at, u32 len)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->off >= at && r->off < at + len)
			return true;
	return false;
}

static const struct ref *branch_in(const struct unit *u, u32 at, u32 len)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->branch && r->off >= at && r->off < at + len)
			return r;
	return NULL;
}

/* Where execution continues */

static void go_to(struct walk *w, u32 part, s64 off, u64 regs)
{
	u64 *known, n;

	if (off < 0 || off >= w->part[part]->size) {
		/* after a call that does not return */
		return;
	}
	known = &w->regs[part][off];
	n = *known == ~0ull ? regs : *known | regs;
	if (n == *known)
		return;
	*known = n;
	w->all |= regs;
	*vec_add(&w->todo) = part << 31 | (u32)off;
}

/* Continue at any instruction of the function; with @unseen, at those not visited yet. */
static void go_anywhere(struct walk *w, u64 regs, bool unseen)
{
	u32 *v;

	vec_for_each(v, &w->starts)
		if (!unseen || w->regs[*v >> 31][*v & ~(1u << 31)] == ~0ull)
			go_to(w, *v >> 31, *v & ~(1u << 31), regs);
}

static u64 call_unit(struct walk *w, const struct unit *to, u64 regs)
{
	u64 returns = 0;

	regs &= ARGUMENTS | FRAMES(ARGUMENTS) | BIT(R_STACK) | BIT(R_PUSHED);
	if (!walk_function(w, to, regs, &returns))
		w->failed = true;
	return returns;
}

static const char *callee_name(const struct ref *r)
{
	if (!r || !r->sym || starts_with(r->sym->name, "__x86_indirect_"))
		return "a function pointer";
	return r->sym->name;
}

/*
 * Does the name of a called function mean the one that callees.c knows? A function of
 * the file, or of the module, may have the same name.
 */
static bool is_kernels(const struct ref *r, const struct unit *to)
{
	return r && (!to || (to->is_global && !to->obj->module));
}

/** open_capstone() - open the disassembler, once */
csh open_capstone(void)
{
	static csh cs;

	if (!cs && (cs_open(CS_ARCH_X86, CS_MODE_64, &cs) ||
		    cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON)))
		die("can't initialize capstone");
	return cs;
}

/* Did the code write RAX before the call, and not read it since? */
static bool is_made_for(const struct unit *u, const struct ref *call)
{
	csh cs = open_capstone();
	bool unread = false;
	struct effect e;
	cs_insn *insn;
	u32 at = 0;

	while (at < call->insn_off &&
	       cs_disasm(cs, unit_data(u) + at, u->size - at, at, 1, &insn) == 1) {
		e = effect_of(cs, insn);
		if (cs_insn_group(cs, insn, CS_GRP_CALL))
			unread = false;
		else if (e.writes & BIT(R_AX) && !(e.reads & BIT(R_AX)))
			unread = true;
		else if ((e.reads | e.base) & BIT(R_AX))
			unread = false;
		at += insn->size;
		cs_free(insn, 1);
	}
	return unread;
}

/*
 * C functions take no argument in RAX. If the code puts the address there for a call,
 * inline assembly calls a function which takes it there, like __put_user_8().
 */
static bool gives_accumulator(const struct unit *u, const struct ref *r,
			      const struct unit *to, u64 regs)
{
	return r && !to && r->sym && regs & BIT(R_AX) &&
	       !starts_with(r->sym->name, "__x86_") && is_made_for(u, r);
}

/* Can the callee read slots of our stack? */
static bool gives_stack(u64 regs)
{
	return regs & BIT(R_STACK) &&
	       (regs & BIT(R_PUSHED) || regs & FRAMES(ARGUMENTS));
}

/* Find the function whose address the code takes last before a call. */
static struct unit *given_function(const struct walk *w, const struct unit *u,
				   const struct ref *call)
{
	const struct ref *r;
	struct unit *to = NULL, *found;

	vec_for_each(r, &u->refs) {
		if (r->off >= call->off || r->off + 64 < call->off || r->branch)
			continue;
		found = resolve_ref(w->up, u->obj, r);
		if (found && class_is_text(found->sec->cls) && !r->target)
			to = found;
	}
	return to;
}

/* bsearch(key, base, n, size, compare) returns a pointer into base. */
static bool call_search(struct walk *w, const struct unit *u, const struct ref *r,
			u64 regs)
{
	const struct unit *to;

	if (!r || !r->sym || strcmp(r->sym->name, "bsearch") || gives_stack(regs))
		return false;
	to = given_function(w, u, r);
	if (!to || to->is_weak)
		return false;
	call_unit(w, to, (regs & BIT(R_DI)) | (regs & BIT(R_SI)));
	return true;
}

/* Holders after a call; @regs are those before it. */
static u64 call(struct walk *w, const struct unit *u, const struct ref *r,
		u64 regs)
{
	const char *name = callee_name(r);
	const struct unit *to = r ? resolve_ref(w->up, u->obj, r) : NULL;
	u64 kept = regs & ~(CLOBBERED | FRAMES(CLOBBERED));
	bool known = is_kernels(r, to), returns = false, lent;

	if (to && w->source && to == w->source->func)
		kept |= w->source->regs;
	if (gives_accumulator(u, r, to, regs))
		lets_out(w, xasprintf("passes the address of %s to %s in a register that C functions do not use for arguments",
				      what_name(w), name));
	if (!(regs & ARGUMENTS) && !gives_stack(regs)) {
		if (regs & FRAMES(ARGUMENTS) &&
		    !(known && callee_keeps_nothing(name, &returns, &lent)))
			kept |= BIT(R_LENT);
		return kept;
	}
	if (call_search(w, u, r, regs))
		return kept | BIT(R_AX);
	if (w->code && r && !to && (callee_only_runs(name) || callee_is_in_it(name)))
		return kept;
	if (known && callee_compares(name) && (w->deep || gives_stack(regs)))
		w->esc->compared = true;
	if (known && !((w->deep || gives_stack(regs)) && callee_copies(name)) &&
	    callee_keeps_nothing(name, &returns, &w->esc->lent))
		return kept | (returns ? BIT(R_AX) : 0);
	if (to && class_is_text(to->sec->cls) && !r->target && !to->is_weak)
		return kept | call_unit(w, to, regs);
	lets_out(w, xasprintf("passes the address of %s to %s", what_name(w),
			      name));
	return kept;
}

static bool is_fentry(const struct ref *r)
{
	return r && r->sym && !strcmp(r->sym->name, "__fentry__");
}

/* A jump out of the function: the callee returns to our caller. */
static void tail_call(struct walk *w, const struct unit *u,
		      const struct ref *r, u64 regs)
{
	const char *name = callee_name(r);
	bool known = is_kernels(r, r ? resolve_ref(w->up, u->obj, r) : NULL);
	bool returns, lent;

	if (r && r->sym && !strcmp(r->sym->name, "__x86_return_thunk")) {
		w->returns |= regs & RETURNED;
		return;
	}
	/* after a tail call, the stack does not show that the callee has the address */
	if (w->code && !w->depth && r && regs & ARGUMENTS &&
	    !(known && (callee_is_in_it(name) ||
			callee_keeps_nothing(name, &returns, &lent))))
		lets_out(w, xasprintf("passes the address of %s to %s in a tail call, and does not wait for it",
				      what_name(w), name));
	w->returns |= call(w, u, r, regs) & RETURNED;
}

static void jump(struct walk *w, u32 part, const struct unit *u,
		 const cs_insn *insn, u32 at, u64 regs)
{
	const struct ref *r = branch_in(u, at, insn->size);
	const cs_x86 *x = &insn->detail->x86;

	if (r && (r->unit == w->part[0] || r->unit == w->part[1])) {
		go_to(w, r->unit == w->part[1], r->target, regs);
		return;
	}
	if (!r && x->op_count == 1 && x->operands[0].type == X86_OP_IMM) {
		go_to(w, part, x->operands[0].imm, regs);
		return;
	}
	/* a jump table, or code which tests a CPU feature and comes back */
	if (!r || starts_with(r->sym->name, "__x86_indirect_") ||
	    (r->unit && !class_is_text(r->unit->sec->cls)))
		go_anywhere(w, regs, false);
	if (!r || !r->unit || r->unit->sec->cls != SC_ALT_AUX)
		tail_call(w, u, r, regs);
}

/* Follow table entries that lead to other code: jump labels, exceptions. */
static void follow_entries(struct walk *w, const struct unit *u, u32 at, u32 len,
			   u64 regs)
{
	const struct entry *e;
	const struct ref *r;

	vec_for_each(e, &u->entries) {
		u8 table = e->sec->desc->table;

		if (e->loc < (s64)at || e->loc >= (s64)at + len ||
		    (table != TABLE_JUMP && table != TABLE_EX))
			continue;
		vec_for_each(r, &e->refs)
			if (r->off == 4 && (r->unit == w->part[0] ||
					    r->unit == w->part[1]))
				go_to(w, r->unit == w->part[1], r->target, regs);
	}
}

/* What an instruction does with the address */

static const char *not_understood(const struct walk *w, const cs_insn *insn)
{
	return xasprintf("uses the address of %s where it can't be followed (%s)",
			 what_name(w), insn->mnemonic);
}

/*
 * struct use - how an instruction uses the address
 * @has:	a register that it reads holds it, or it is an operand
 * @through:	it accesses memory at the address
 * @stack:	it loads the address from the stack, maybe
 * @taken:	the address is an operand
 * @inner:	it loads from the address a value which counts as an address, too
 */
struct use {
	bool has, through, stack, taken, inner;
};

static bool has_slot(const s64 *slots, u32 n, s64 slot)
{
	while (n--)
		if (slots[n] == slot)
			return true;
	return false;
}

static bool is_frame_slot(const struct walk *w, const struct effect *e, u64 regs)
{
	return e->on_frame && !w->rbp_moves && regs & FRAMES(BIT(R_BP));
}

/*
 * Is it a slot from RBP that holds something else? It is if all places that hold the
 * address are known, and it is none of them.
 */
static bool is_other_slot(const struct walk *w, const struct effect *e, u64 regs)
{
	return is_frame_slot(w, e, regs) && !(regs & BIT(R_PUSHED)) && !w->held_elsewhere &&
	       !has_slot(w->held.v, w->held.n, e->slot);
}

static struct use find_use(const struct walk *w, const cs_insn *insn,
			   const struct effect *e, u64 regs, bool field,
			   bool taken)
{
	struct use use = {
		.taken = taken,
		.has = taken || ADDRESS(regs) & e->reads,
		.through = field || ADDRESS(regs) & e->base,
	};

	if (e->loads && regs & BIT(R_STACK) &&
	    (e->on_stack || regs & FRAMES(e->base)) && !is_other_slot(w, e, regs))
		use.stack = e->size >= 8 || (e->use == USE_UNKNOWN &&
					     !is_arithmetic(insn->id));
	use.inner = use.through && e->loads && w->deep && e->size == 8;
	return use;
}

/* Does it compare the address with another value? */
static void compare(struct walk *w, const struct effect *e, u64 regs,
		    const struct use *use)
{
	bool other = e->reads & ~regs;

	if ((use->has && (other || e->loads)) || (use->inner && other) ||
	    (use->stack && e->size == 8 && other))
		w->esc->compared = true;
}

/* A test for NULL or an error code is made on any pointer. */
static bool is_null_or_error(const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;

	return x->operands[1].type == X86_OP_IMM && insn->id == X86_INS_CMP &&
	       x->operands[1].imm <= 0 && x->operands[1].imm >= -4096;
}

static u64 work_on_strings(struct walk *w, const cs_insn *insn, u64 regs)
{
	bool moves = insn->id == X86_INS_MOVSB || insn->id == X86_INS_MOVSW ||
		     insn->id == X86_INS_MOVSD || insn->id == X86_INS_MOVSQ;

	if (moves && ((w->deep && regs & BIT(R_SI)) ||
		      (regs & BIT(R_STACK) && regs & FRAMES(BIT(R_SI)))))
		lets_out(w, xasprintf("copies the content of %s", what_name(w)));
	if (!moves && regs & BIT(R_AX))
		lets_out(w, xasprintf("stores the address of %s", what_name(w)));
	if (regs & BIT(R_CX))
		lets_out(w, not_understood(w, insn));
	return regs;
}

/* Does the code spill a register there? Then it loads it from there again. */
static bool is_spill(const struct walk *w, const struct effect *e, u64 regs)
{
	if (e->pushes || !(e->on_stack || is_frame_slot(w, e, regs)))
		return false;
	return has_slot(w->loaded.v, w->loaded.n, e->slot);
}

/* Visit all instructions again, since a slot may hold the address now. */
static void revisit_all(struct walk *w)
{
	u32 *v;

	vec_for_each(v, &w->starts)
		if (w->regs[*v >> 31][*v & ~(1u << 31)] != ~0ull)
			*vec_add(&w->todo) = *v;
}

static void note_slot(struct walk *w, const struct effect *e, bool spill)
{
	if (spill && e->on_frame) {
		if (has_slot(w->held.v, w->held.n, e->slot))
			return;
		*vec_add(&w->held) = e->slot;
	} else {
		if (w->held_elsewhere)
			return;
		w->held_elsewhere = true;
	}
	revisit_all(w);
}

static u64 store(struct walk *w, const struct effect *e, u64 regs)
{
	bool spill = is_spill(w, e, regs);

	if ((!e->on_stack && !(regs & FRAMES(e->base))) ||
	    (regs & BIT(R_LENT) && !spill && !e->pushes))
		lets_out(w, xasprintf("stores the address of %s", what_name(w)));
	if (!e->on_stack && !(regs & FRAMES(e->base)))
		return regs;
	note_slot(w, e, spill);
	return regs | BIT(R_STACK) | (spill ? 0 : BIT(R_PUSHED));
}

static u64 move(struct walk *w, const struct effect *e, u64 regs, struct use use)
{
	if (e->mixes && (!e->number || use.taken))
		compare(w, e, regs, &use);
	use.has |= use.stack || use.inner;
	if (e->stores && use.has)
		regs = store(w, e, regs);
	return use.has ? regs | e->writes : regs & ~e->kills;
}

/* Update which registers and slots hold an address of the stack. */
static u64 follow_frame(struct walk *w, const struct effect *e, u64 regs)
{
	bool has = regs & FRAMES(e->reads) || e->reads & BIT(R_SP) ||
		   (e->loads && e->on_stack && e->size == 8 &&
		    regs & BIT(R_FRAME));

	regs &= ~FRAMES(e->kills);
	if (!has || (e->use != USE_PLAIN && e->use != USE_STRING))
		return regs;
	regs |= FRAMES(e->writes & ~BIT(R_SP));
	if (!e->stores)
		return regs;
	if (e->on_stack || regs & FRAMES(e->base))
		return regs | BIT(R_FRAME);
	if (regs & BIT(R_STACK) && regs & BIT(R_PUSHED))
		lets_out(w, xasprintf("stores the address of memory that holds the address of %s",
				      what_name(w)));
	return regs | BIT(R_LENT);
}

/*
 * Does it read nothing but its operands? An instruction that asks a hypervisor, a
 * device or firmware for something reads registers that it does not name.
 */
static bool tells_what_it_reads(const cs_insn *insn)
{
	switch (insn->id) {
	case X86_INS_BSWAP: case X86_INS_CBW: case X86_INS_CDQ: case X86_INS_CDQE:
	case X86_INS_CLAC: case X86_INS_CLC: case X86_INS_CLD: case X86_INS_CLFLUSH:
	case X86_INS_CLFLUSHOPT: case X86_INS_CLI: case X86_INS_CMC: case X86_INS_CQO:
	case X86_INS_CWD: case X86_INS_CWDE: case X86_INS_ENDBR64: case X86_INS_HLT:
	case X86_INS_INT3: case X86_INS_INVLPG: case X86_INS_LEAVE:
	case X86_INS_LFENCE: case X86_INS_MFENCE: case X86_INS_PAUSE:
	case X86_INS_POPFQ: case X86_INS_PUSHFQ: case X86_INS_RDTSC:
	case X86_INS_RDTSCP: case X86_INS_RDRAND: case X86_INS_RDSEED:
	case X86_INS_SFENCE: case X86_INS_STAC: case X86_INS_STC: case X86_INS_STD:
	case X86_INS_STI: case X86_INS_SWAPGS: case X86_INS_UD2:
	case X86_INS_SHLD: case X86_INS_SHRD: case X86_INS_CRC32:
		return true;
	}
	return is_conditional_set(insn->id) || is_arithmetic(insn->id);
}

/*
 * @field:	a memory operand lies in @w->what
 * @taken:	the address itself is an operand
 */
static u64 apply(struct walk *w, const cs_insn *insn, const struct effect *e,
		 u64 regs, bool field, bool taken)
{
	struct use use = find_use(w, insn, e, regs, field, taken);

	if (e->use == USE_UNKNOWN && ADDRESS(regs) && !tells_what_it_reads(insn))
		use.has = true;

	if (e->use == USE_STRING)
		return work_on_strings(w, insn, regs);
	regs = follow_frame(w, e, regs);
	if ((!use.has && !use.through && !use.stack) || e->use == USE_NONE)
		return regs & ~e->kills;
	switch (e->use) {
	case USE_COMPARE:
		compare(w, e, regs, &use);
		if (use.has && e->number && !use.taken && !is_null_or_error(insn))
			w->esc->compared = true;
		return regs;
	case USE_PLAIN:
		return move(w, e, regs, use);
	default:
		break;
	}
	if (is_arithmetic(insn->id) && !use.has && !use.stack && !use.inner)
		return regs & ~e->kills;
	w->esc->compared = true;
	lets_out(w, not_understood(w, insn));
	return regs | e->writes;
}

static bool is_same_twice(const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;

	return x->op_count == 2 && x->operands[0].type == X86_OP_REG &&
	       x->operands[1].type == X86_OP_REG &&
	       x->operands[0].reg == x->operands[1].reg;
}

/* Is the field an immediate operand, or the operand of an LEA? */
static bool is_address(const struct unit *u, const struct ref *r,
		       const struct effect *e)
{
	struct insn insn;

	if (e->lea)
		return true;
	return !insn_decode(&insn, unit_data(u) + r->insn_off,
			    u->size - r->insn_off) ||
	       !insn.disp_len || r->off != r->insn_off + insn.disp_off;
}

static u64 execute(struct walk *w, csh cs, const struct unit *u, u32 at,
		   const cs_insn *insn, u64 regs)
{
	const struct ref *r = field_in(w, u, at, insn->size);
	struct effect e = effect_of(cs, insn);
	bool taken = r && is_address(u, r, &e);

	if (is_same_twice(insn)) {
		if (insn->id == X86_INS_XOR || insn->id == X86_INS_SUB)
			return regs & ~e.writes;
		if (insn->id == X86_INS_TEST)
			return regs;
	}
	if (!r && e.use == USE_COMPARE && ADDRESS(regs) & e.reads &&
	    refers_at(u, at, insn->size))
		w->esc->compared = true;
	return apply(w, insn, &e, regs, r && !taken, taken);
}

/* Returns false if execution does not continue after the instruction. */
static bool run(struct walk *w, csh cs, u32 part, const struct unit *u, u32 at,
		const cs_insn *insn, u64 *regs)
{
	if (cs_insn_group(cs, insn, CS_GRP_RET) || cs_insn_group(cs, insn, CS_GRP_IRET)) {
		w->returns |= *regs & RETURNED;
		return false;
	}
	if (cs_insn_group(cs, insn, CS_GRP_CALL)) {
		const struct ref *r = branch_in(u, at, insn->size);

		if (!is_fentry(r))
			*regs = call(w, u, r, *regs);
	} else if (cs_insn_group(cs, insn, CS_GRP_JUMP) || insn->id == X86_INS_JMP) {
		jump(w, part, u, insn, at, *regs);
		return insn->id != X86_INS_JMP;
	} else {
		*regs = execute(w, cs, u, at, insn, *regs);
	}
	return true;
}

/* Run the code that an alternative may put there. */
static void run_replacement(struct walk *w, csh cs, u32 part,
			    const struct entry *e, const struct ref *r, u64 regs)
{
	u32 at = r->target, end = at + alt_repl_len(e);
	const struct unit *u = r->unit;
	bool goes_on = true;
	cs_insn *insn;

	while (goes_on && at < end && end <= u->size) {
		if (cs_disasm(cs, unit_data(u) + at, end - at, at, 1, &insn) != 1) {
			lets_out(w, "has an alternative that can't be followed");
			return;
		}
		goes_on = run(w, cs, part, u, at, insn, &regs);
		at += insn->size;
		cs_free(insn, 1);
	}
	if (goes_on)
		go_to(w, part, (s64)e->loc + alt_len(e), regs);
}

static void run_alternatives(struct walk *w, csh cs, u32 part,
			     const struct unit *u, u32 at, u64 regs)
{
	const struct entry *e;
	const struct ref *r;

	vec_for_each(e, &u->entries) {
		if (e->loc != (s64)at || e->sec->desc->table != TABLE_ALT)
			continue;
		vec_for_each(r, &e->refs)
			if (r->off == ALT_REPL && r->unit)
				run_replacement(w, cs, part, e, r, regs);
	}
}

/* "add $table, %rax; je" compares %rax with -table. */
static void check_sum(struct walk *w, csh cs, const struct unit *u, u32 at,
		      const cs_insn *sum, u64 regs)
{
	u32 next = at + sum->size;
	struct effect e;
	cs_insn *insn;

	if (sum->id != X86_INS_ADD || next >= u->size)
		return;
	e = effect_of(cs, sum);
	if (!(ADDRESS(regs) & e.reads) && !field_in(w, u, at, sum->size))
		return;
	if (cs_disasm(cs, unit_data(u) + next, u->size - next, next, 1, &insn) != 1)
		return;
	if (is_conditional_move(insn->id) || is_conditional_set(insn->id) ||
	    (cs_insn_group(cs, insn, CS_GRP_JUMP) && insn->id != X86_INS_JMP))
		w->esc->compared = true;
	cs_free(insn, 1);
}

/*
 * "test %rax, %rax; je": at the jump's target, the register does not hold an address.
 * Return: true if this is such a pair, and both ways are followed.
 */
static bool run_null_test(struct walk *w, csh cs, u32 part, u32 at,
			  const cs_insn *test, u64 regs)
{
	const struct unit *u = w->part[part];
	u32 jump = at + test->size;
	u64 null;
	bool done = false;
	cs_insn *insn;

	if (test->id != X86_INS_TEST || !is_same_twice(test) ||
	    !reg_is_wide(test->detail->x86.operands[0].reg) || jump >= u->size ||
	    cs_disasm(cs, unit_data(u) + jump, u->size - jump, jump, 1, &insn) != 1)
		return false;
	null = regs & ~reg_bit(test->detail->x86.operands[0].reg);
	if ((insn->id == X86_INS_JE || insn->id == X86_INS_JNE) &&
	    !branch_in(u, jump, insn->size)) {
		bool zero = insn->id == X86_INS_JE;
		u64 *seen = &w->regs[part][jump];

		*seen = *seen == ~0ull ? regs : *seen | regs;
		go_to(w, part, insn->detail->x86.operands[0].imm, zero ? null : regs);
		go_to(w, part, jump + insn->size, zero ? regs : null);
		done = true;
	}
	cs_free(insn, 1);
	return done;
}

static void step(struct walk *w, csh cs, u32 part, u32 at, u64 regs)
{
	const struct unit *u = w->part[part];
	cs_insn *insn;

	if (cs_disasm(cs, unit_data(u) + at, u->size - at, at, 1, &insn) != 1) {
		lets_out(w, xasprintf("has an instruction at %#x that can't be followed",
				      at));
		return;
	}
	check_sum(w, cs, u, at, insn, regs);
	follow_entries(w, u, at, insn->size, regs);
	run_alternatives(w, cs, part, u, at, regs);
	if (!run_null_test(w, cs, part, at, insn, regs) &&
	    run(w, cs, part, u, at, insn, &regs))
		go_to(w, part, at + insn->size, regs);
	cs_free(insn, 1);
}

/* Registers that a caller may take the result from: none, one, or two. */
static u64 returned_in(const struct unit *func)
{
	s64 size = unit_return_size(func);

	return !size ? 0 : size > 0 && size <= 8 ? BIT(R_AX) : RETURNED;
}

static u64 *unseen(u32 n)
{
	u64 *v = xzalloc((n + 1) * sizeof(*v));

	memset(v, 0xff, (n + 1) * sizeof(*v));
	return v;
}

/* mov %rsp, %rbp at the start, pop %rbp or leave at the end */
static bool sets_frame_pointer(const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;

	return insn->id == X86_INS_POP || insn->id == X86_INS_LEAVE ||
	       (insn->id == X86_INS_MOV && x->operands[1].type == X86_OP_REG &&
		x->operands[1].reg == X86_REG_RSP);
}

static void add_loaded(struct walk *w, csh cs, const cs_insn *insn)
{
	struct effect e = effect_of(cs, insn);

	if (e.writes & BIT(R_BP) && !sets_frame_pointer(insn))
		w->rbp_moves = true;
	if (e.loads && (e.on_stack || e.on_frame) && insn->id != X86_INS_POP)
		*vec_add(&w->loaded) = e.slot;
}

/* Find where instructions start, in sequence; padding does not count. */
static void find_starts(struct walk *w, csh cs, u32 part)
{
	const struct unit *u = w->part[part];
	cs_insn *insn;
	u32 at = 0;

	while (at < u->size) {
		if (cs_disasm(cs, unit_data(u) + at, u->size - at, at, 1, &insn) != 1) {
			lets_out(w, xasprintf("has code at %#x that can't be followed",
					      at));
			return;
		}
		if (insn->id != X86_INS_NOP && insn->id != X86_INS_INT3)
			*vec_add(&w->starts) = part << 31 | at;
		add_loaded(w, cs, insn);
		at += insn->size;
		cs_free(insn, 1);
	}
}

static void walk_code(struct walk *w, const struct unit *func, u64 regs)
{
	csh cs = open_capstone();

	w->part[0] = func;
	w->part[1] = func->cold ? func->cold : func;
	w->regs[0] = unseen(func->size);
	w->regs[1] = func->cold ? unseen(func->cold->size) : w->regs[0];
	find_starts(w, cs, 0);
	if (func->cold)
		find_starts(w, cs, 1);
	go_to(w, 0, 0, regs);
	do {
		while (w->todo.n) {
			u32 at = w->todo.v[--w->todo.n], part = at >> 31;

			at &= ~(1u << 31);
			step(w, cs, part, at, w->regs[part][at]);
		}
		go_anywhere(w, w->all, true);
	} while (w->todo.n);
	if (w->regs[1] != w->regs[0])
		free(w->regs[1]);
	free(w->regs[0]);
	free(w->todo.v);
	free(w->starts.v);
	free(w->loaded.v);
	free(w->held.v);
}

static struct walked *find_walked(const struct walk *w, const struct unit *func,
				  u64 regs)
{
	struct walked *k;

	vec_for_each(k, w->walked)
		if (k->func == func && k->regs == regs &&
		    k->source.func == (w->source ? w->source->func : NULL) &&
		    k->source.regs == (w->source ? w->source->regs : 0))
			return k;
	return NULL;
}

/*
 * Returns false if the address gets out. A function that is walked already is taken to
 * return the address in all registers it can.
 */
static bool walk_function(const struct walk *from, const struct unit *func,
			  u64 regs, u64 *returns)
{
	struct walk w = { .up = from->up, .what = from->what, .esc = from->esc,
			  .depth = from->depth + 1, .deep = from->deep,
			  .code = from->code,
			  .source = from->source, .walked = from->walked };
	struct walked *known = find_walked(&w, func, regs);
	u32 n = w.walked->n;

	if (known) {
		*returns = known->returns;
		return !known->failed;
	}
	known = vec_add(w.walked);
	known->func = func;
	known->regs = regs;
	if (w.source)
		known->source = *w.source;
	known->returns = returned_in(func);
	if (w.depth > MAX_DEPTH) {
		w.esc->compared = true;
		lets_out(&w, xasprintf("passes on the address of %s where it can't be followed",
				       what_name(&w)));
	} else {
		walk_code(&w, func, regs);
	}
	*returns = w.returns & returned_in(func);
	w.walked->v[n].returns = *returns;
	w.walked->v[n].failed = w.failed;
	return !w.failed;
}

/* Does @u use @func only by calls, or not at all? */
static bool only_calls(const struct update *up, const struct unit *u,
		       const struct unit *func, bool *calls)
{
	const struct ref *r;
	const struct entry *e;

	vec_for_each(r, &u->refs) {
		if (resolve_ref(up, u->obj, r) != func)
			continue;
		if (!r->branch || r->target || !class_is_text(u->sec->cls))
			return false;
		*calls = true;
	}
	vec_for_each(e, &u->entries)	/* static calls, alternatives */
		vec_for_each(r, &e->refs)
			if (r->unit == func && u != func && u->cold != func)
				return false;
	return true;
}

/* Are all callers of @func known, and does none let the result get out? */
static bool callers_keep(struct walk *w, const struct unit *func, u64 regs)
{
	const struct source *before = w->source, source = { func, regs };
	bool keep = w->depth < MAX_DEPTH;
	const struct unit *caller;
	struct unit **v;
	struct sym **s;
	u64 returns;

	w->esc->compared |= !keep;
	vec_for_each(s, &func->syms)
		keep &= (*s)->bind == STB_LOCAL;

	w->source = &source;
	w->depth++;
	vec_for_each(v, &func->obj->units) {
		bool calls = false;

		if (*v == func || w->depth >= MAX_DEPTH)
			continue;
		keep &= only_calls(w->up, *v, func, &calls);
		if (!calls)
			continue;
		caller = (*v)->parent ? (*v)->parent : *v;
		returns = 0;
		keep &= walk_function(w, caller, 0, &returns);
		if (returns && caller != func)
			keep &= callers_keep(w, caller, returns);
	}
	w->depth--;
	w->source = before;
	return keep;
}

/**
 * unit_lets_out() - does a function let an address get out?
 * @up:		the update, paired
 * @func:	the function (not its cold part)
 * @what:	the unit whose address it is
 * @deep:	what is loaded from it must not get out, either
 * @esc:	gets how, and whether it is compared
 */
bool unit_lets_out(const struct update *up, const struct unit *func,
		   const struct unit *what, bool deep, struct escape *esc)
{
	walked_vec walked = {};
	struct walk w = { .up = up, .what = what, .deep = deep, .depth = -1,
			  .esc = esc, .walked = &walked };
	u64 returns = 0;
	bool out;

	*esc = (struct escape){};
	out = !walk_function(&w, func, 0, &returns);
	if (returns)
		out |= !callers_keep(&w, func, returns);
	free(walked.v);
	if (!out)
		return false;
	if (!esc->how)
		esc->how = xasprintf("may return the address of %s",
				     what->name[0] ? what->name : unit_text(what));
	return true;
}

/**
 * unit_hands_out() - does a function pass on the address of another one?
 * @up:		the update, paired
 * @func:	the function (not its cold part)
 * @what:	the other function, or a constant that leads to it
 * @deep:	@what is a constant: what is loaded from it must not get out, either
 * @esc:	gets how
 *
 * As unit_lets_out(), but only if the receiver may call it after @func has returned. A
 * receiver that calls it while @func is on the stack has finished when no thread is in
 * @func.
 */
bool unit_hands_out(const struct update *up, const struct unit *func,
		    const struct unit *what, bool deep, struct escape *esc)
{
	walked_vec walked = {};
	struct walk w = { .up = up, .what = what, .deep = deep, .code = true,
			  .depth = -1, .esc = esc, .walked = &walked };
	u64 returns = 0;
	bool out;

	*esc = (struct escape){};
	out = !walk_function(&w, func, 0, &returns) || returns;
	free(walked.v);
	if (out && !esc->how)
		esc->how = xasprintf("may return the address of %s", what->name);
	return out;
}

/* Only the kernel calls init_module(), and it only checks for an error. */
static bool is_called_here(const struct unit *caller)
{
	struct sym **s;

	vec_for_each(s, &caller->syms)
		if (!strcmp((*s)->name, "init_module"))
			return false;
	return true;
}

static bool keeps_result(const struct update *up, const struct unit *caller,
			 const struct unit *func, struct escape *esc, int depth);

static bool unit_calls(const struct update *up, const struct unit *u,
		       const struct unit *func)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->branch && resolve_ref(up, u->obj, r) == func)
			return true;
	return false;
}

static bool callers_keep_result(const struct update *up, const struct unit *func,
				struct escape *esc, int depth)
{
	const struct unit *caller;
	struct unit **v;
	struct sym **s;
	bool kept = false;

	if (!is_called_here(func))
		return false;
	vec_for_each(s, &func->syms)
		kept |= (*s)->bind != STB_LOCAL;
	vec_for_each(v, &func->obj->units) {
		caller = (*v)->parent ? (*v)->parent : *v;
		if (caller != func && caller->is_func && unit_calls(up, *v, func))
			kept |= depth > MAX_DEPTH ||
				keeps_result(up, caller, func, esc, depth + 1);
	}
	return kept;
}

static bool keeps_result(const struct update *up, const struct unit *caller,
			 const struct unit *func, struct escape *esc, int depth)
{
	struct source source = { func, unit_return_size(func) > 8 ? RETURNED : BIT(R_AX) };
	walked_vec walked = {};
	struct walk w = { .up = up, .what = func, .depth = -1, .esc = esc,
			  .walked = &walked, .source = &source };
	u64 returns = 0;
	bool kept;

	kept = !walk_function(&w, caller, 0, &returns);
	free(walked.v);
	return kept || (returns && callers_keep_result(up, caller, esc, depth));
}

/**
 * unit_keeps_result() - does a function keep the result of another one?
 * @up:		the update, paired
 * @caller:	the calling function (not its cold part)
 * @func:	the called function
 * @esc:	gets how
 *
 * Return: true if it stores the result, passes it on, or computes with it.
 */
bool unit_keeps_result(const struct update *up, const struct unit *caller,
		       const struct unit *func, struct escape *esc)
{
	*esc = (struct escape){};
	return keeps_result(up, caller, func, esc, 0);
}

/* Other instructions that only compute or transfer control. */
static bool is_harmless(csh cs, const cs_insn *insn)
{
	switch (insn->id) {
	case X86_INS_CDQ: case X86_INS_CDQE: case X86_INS_CQO: case X86_INS_CWD:
	case X86_INS_CWDE: case X86_INS_ENDBR64: case X86_INS_LEAVE:
	case X86_INS_PAUSE: case X86_INS_LFENCE: case X86_INS_MFENCE:
	case X86_INS_SFENCE: case X86_INS_UD2: case X86_INS_INT3:
		return true;
	}
	return is_conditional_set(insn->id) || is_arithmetic(insn->id) ||
	       cs_insn_group(cs, insn, CS_GRP_RET) ||
	       cs_insn_group(cs, insn, CS_GRP_CALL) ||
	       cs_insn_group(cs, insn, CS_GRP_JUMP) || insn->id == X86_INS_JMP;
}

/* Is the address of its memory operand a symbol? An immediate may be one, too. */
static bool is_at_symbol(const struct unit *u, u32 at)
{
	struct insn insn;

	return insn_decode(&insn, unit_data(u) + at, u->size - at) && insn.disp_len &&
	       refers_at(u, at + insn.disp_off, insn.disp_len);
}

/* Does it write to memory that is neither at a symbol nor on the stack? */
static bool writes_unseen(const struct unit *u, u32 at, const struct effect *e, u64 frames)
{
	if (e->use == USE_STRING)
		return !(frames & BIT(R_DI));
	return e->stores && !e->on_stack && !(frames & e->base) && !is_at_symbol(u, at);
}

static const char *acts_unseen(csh cs, const struct unit *u)
{
	u16 *frames = frames_of(u);
	const char *how = NULL;
	struct effect e;
	cs_insn *insn;
	u32 at = 0;

	while (at < u->size && !how) {
		if (cs_disasm(cs, unit_data(u) + at, u->size - at, at, 1, &insn) != 1) {
			how = "an instruction that is not known";
			break;
		}
		e = effect_of(cs, insn);
		if (e.use == USE_UNKNOWN && !is_harmless(cs, insn))
			how = xasprintf("%s", insn->mnemonic);
		else if (writes_unseen(u, at, &e, frames[at]))
			how = "a write through a pointer";
		at += insn->size;
		cs_free(insn, 1);
	}
	free(frames);
	return how;
}

/**
 * unit_acts_unseen() - does a function change something that no symbol shows?
 * @func:	the function
 *
 * Return: what does so, or NULL: it only changes its stack and symbols it refers to.
 */
const char *unit_acts_unseen(const struct unit *func)
{
	const char *how = acts_unseen(open_capstone(), func);

	return how || !func->cold ? how : acts_unseen(open_capstone(), func->cold);
}

/**
 * ref_writes() - does the instruction that holds a field write to memory?
 * @u:	the unit that holds it
 * @r:	the field
 */
bool ref_writes(const struct unit *u, const struct ref *r)
{
	csh cs = open_capstone();
	bool writes = true;
	cs_insn *insn;

	if (!r->insn_len)
		return false;
	if (cs_disasm(cs, unit_data(u) + r->insn_off, u->size - r->insn_off,
		      r->insn_off, 1, &insn) == 1) {
		writes = effect_of(cs, insn).stores;
		cs_free(insn, 1);
	}
	return writes;
}

#else /* HAVE_CAPSTONE */

const char *unit_acts_unseen(const struct unit *func)
{
	(void)func;
	return "not checked: kspl-objdiff was built without capstone";
}

bool unit_keeps_result(const struct update *up, const struct unit *caller,
		       const struct unit *func, struct escape *esc)
{
	(void)up;
	(void)caller;
	(void)func;
	*esc = (struct escape){};
	return true;
}

bool unit_lets_out(const struct update *up, const struct unit *func,
		   const struct unit *what, bool deep, struct escape *esc)
{
	const struct unit *part;
	const struct ref *r;

	*esc = (struct escape){};
	for (part = func; part; part = part == func ? func->cold : NULL)
		vec_for_each(r, &part->refs)
			if (resolve_ref(up, part->obj, r) == what &&
			    (deep || ref_takes_address(part, r)))
				esc->how = xasprintf("takes the address of %s (kspl-objdiff was built without capstone, and can't check how it is used)",
						     what->name);
	esc->compared = esc->how;
	return esc->how;
}

bool unit_hands_out(const struct update *up, const struct unit *func,
		    const struct unit *what, bool deep, struct escape *esc)
{
	return unit_lets_out(up, func, what, deep, esc);
}

bool ref_writes(const struct unit *u, const struct ref *r)
{
	(void)u;
	return r->insn_len;
}

#endif /* HAVE_CAPSTONE */

/**
 * ref_takes_address() - is the field more than the operand of a load or store?
 * @u:		the unit that holds it
 * @r:		the field
 */
bool ref_takes_address(const struct unit *u, const struct ref *r)
{
	struct insn insn;
	const u8 *p;

	if (!(u->sec->sh.sh_flags & SHF_EXECINSTR) || !r->insn_len)
		return true;
	if (r->branch)
		return false;
	p = unit_data(u) + r->insn_off;
	if (!insn_decode(&insn, p, u->size - r->insn_off) || !insn.disp_len ||
	    r->off != r->insn_off + insn.disp_off)
		return true;
	while (*p == 0x66 || *p == 0x65 || *p == 0x64 || *p == 0xf0 ||
	       *p == 0xf2 || *p == 0xf3 || *p == 0x2e || *p == 0x3e)
		p++;
	if ((*p & 0xf0) == 0x40)
		p++;
	return *p == 0x8d;		/* LEA */
}
