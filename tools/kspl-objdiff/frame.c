// SPDX-License-Identifier: GPL-2.0
/*
 * Which registers always hold an address of the function's own stack, before each of
 * its instructions.
 *
 * A register does if RSP is copied to it, or an address derived from RSP, on all paths
 * that lead to the instruction. Where a path is not known (a jump table, a jump label,
 * a fault's fixup, the other part of the function), only RSP does.
 */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "escape.h"
#include "frame.h"

#ifdef HAVE_CAPSTONE

#define BIT(r)		(1u << (r))
#define UNSEEN		0xffff		/* no path leads there yet */
#define LOST_IN_CALLS	(BIT(R_AX) | BIT(R_CX) | BIT(R_DX) | BIT(R_SI) | BIT(R_DI) | \
			 BIT(R_8) | BIT(R_9) | BIT(R_10) | BIT(R_11))

struct frame {
	const struct unit *u;
	csh cs;
	u16 *regs;
	u16 always;		/* RSP, and the frame pointer if there is one */
	VEC(u32) todo;
};

static void go_to(struct frame *f, s64 at, u16 regs)
{
	if (at < 0 || at >= f->u->size || (f->regs[at] & regs) == f->regs[at])
		return;
	f->regs[at] &= regs;
	*vec_add(&f->todo) = at;
}

static int number_of(unsigned int reg)
{
	u32 width = 0;
	int n = reg_number(reg, &width);

	return width == 8 ? n : -1;
}

static bool holds(u16 regs, unsigned int reg)
{
	int n = number_of(reg);

	return n >= 0 && regs & BIT(n);
}

/* Does it write an address of the stack to its first operand? */
static bool makes_one(const cs_insn *insn, u16 regs)
{
	const cs_x86 *x = &insn->detail->x86;
	const cs_x86_op *from = &x->operands[x->op_count - 1];

	switch (insn->id) {
	case X86_INS_MOV:
		return from->type == X86_OP_REG && holds(regs, from->reg);
	case X86_INS_LEA:
		return from->mem.segment == X86_REG_INVALID && holds(regs, from->mem.base);
	case X86_INS_ADD:
		return holds(regs, x->operands[0].reg);
	case X86_INS_SUB:
		return holds(regs, x->operands[0].reg) &&
		       !(from->type == X86_OP_REG && holds(regs, from->reg));
	case X86_INS_INC: case X86_INS_DEC:
		return holds(regs, x->operands[0].reg);
	}
	return is_conditional_move(insn->id) && holds(regs, x->operands[0].reg) &&
	       from->type == X86_OP_REG && holds(regs, from->reg);
}

/* Find the written registers. A partial write counts, too: it leaves no valid address. */
static u16 written(const struct frame *f, const cs_insn *insn)
{
	cs_regs in, out;
	u8 nin, nout, i;
	u32 width;
	u16 regs = 0;
	int n;

	if (cs_regs_access(f->cs, insn, in, &nin, out, &nout))
		return UNSEEN;
	for (i = 0; i < nout; i++) {
		n = reg_number(out[i], &width);
		if (n >= 0)
			regs |= BIT(n);
	}
	return regs;
}

static u16 regs_behind(const struct frame *f, const cs_insn *insn, u16 regs)
{
	const cs_x86 *x = &insn->detail->x86;
	bool makes = x->op_count && x->operands[0].type == X86_OP_REG && makes_one(insn, regs);
	u16 behind = regs;

	if (cs_insn_group(f->cs, insn, CS_GRP_CALL))
		behind &= ~LOST_IN_CALLS;
	behind &= ~written(f, insn);
	if (makes)
		behind |= BIT(number_of(x->operands[0].reg));
	return behind | f->always;
}

static bool ends_here(const struct frame *f, const cs_insn *insn)
{
	return insn->id == X86_INS_JMP || insn->id == X86_INS_UD2 ||
	       cs_insn_group(f->cs, insn, CS_GRP_RET);
}

static const struct ref *branch_in(const struct unit *u, const cs_insn *insn)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->branch && r->off >= insn->address && r->off < insn->address + insn->size)
			return r;
	return NULL;
}

static void follow_jump(struct frame *f, const cs_insn *insn, u16 regs)
{
	const cs_x86_op *op = &insn->detail->x86.operands[0];
	const struct ref *r = branch_in(f->u, insn);

	if (r && r->unit == f->u)
		go_to(f, r->target, regs);
	else if (!r && op->type == X86_OP_IMM)
		go_to(f, op->imm, regs);
}

static void step(struct frame *f, u32 at)
{
	cs_insn *insn;
	u16 behind;

	if (cs_disasm(f->cs, unit_data(f->u) + at, f->u->size - at, at, 1, &insn) != 1)
		return;
	behind = regs_behind(f, insn, f->regs[at]);
	if (cs_insn_group(f->cs, insn, CS_GRP_JUMP))
		follow_jump(f, insn, behind);
	if (!ends_here(f, insn))
		go_to(f, at + insn->size, behind);
	cs_free(insn, 1);
}

/* push %rbp; mov %rsp, %rbp: is RBP used for nothing else? */
static bool has_frame_pointer(const struct frame *f, const struct unit *u)
{
	bool sets = false, other = false;
	const cs_x86 *x;
	cs_insn *insn;
	u32 at = 0;

	while (at < u->size &&
	       cs_disasm(f->cs, unit_data(u) + at, u->size - at, at, 1, &insn) == 1) {
		x = &insn->detail->x86;
		if (insn->id == X86_INS_MOV && x->operands[0].type == X86_OP_REG &&
		    x->operands[0].reg == X86_REG_RBP && x->operands[1].type == X86_OP_REG &&
		    x->operands[1].reg == X86_REG_RSP)
			sets = true;
		else if (insn->id != X86_INS_POP && insn->id != X86_INS_LEAVE &&
			 !cs_insn_group(f->cs, insn, CS_GRP_CALL))
			other |= (written(f, insn) & BIT(R_BP)) != 0;
		at += insn->size;
		cs_free(insn, 1);
	}
	return at >= u->size && sets && !other;
}

/* Continue where paths lead that are not followed. */
static void go_where_others_lead(struct frame *f, const struct unit *from)
{
	const struct entry *e;
	const struct ref *r;

	vec_for_each(r, &from->refs)
		if (r->unit == f->u && (from != f->u || !r->branch))
			go_to(f, r->target, f->always);
	vec_for_each(e, &from->entries)
		vec_for_each(r, &e->refs)
			if (r->unit == f->u)
				go_to(f, r->target, f->always);
}

static bool jumps_anywhere(const cs_insn *insn)
{
	return insn->id == X86_INS_JMP && insn->detail->x86.operands[0].type != X86_OP_IMM;
}

/* Continue at every instruction, if the function has a jump table. */
static void go_anywhere(struct frame *f)
{
	VEC(u32) starts = {};
	bool any = false;
	cs_insn *insn;
	u32 at = 0, *v;

	while (at < f->u->size &&
	       cs_disasm(f->cs, unit_data(f->u) + at, f->u->size - at, at, 1, &insn) == 1) {
		*vec_add(&starts) = at;
		any |= jumps_anywhere(insn);
		at += insn->size;
		cs_free(insn, 1);
	}
	vec_for_each(v, &starts)
		if (any)
			go_to(f, *v, f->always);
	free(starts.v);
}

/**
 * frames_of() - which registers always hold an address of the stack?
 * @u:	a function, or its cold part
 *
 * Return: an array by offset; at the start of each instruction, a mask of register numbers.
 * The caller frees it.
 */
u16 *frames_of(const struct unit *u)
{
	struct frame f = { .u = u, .cs = open_capstone(), .always = BIT(R_SP) };
	const struct unit *whole = u->parent ? u->parent : u;
	struct unit **v;
	u32 i;

	f.regs = xzalloc((u->size + 1) * sizeof(*f.regs));
	memset(f.regs, 0xff, (u->size + 1) * sizeof(*f.regs));
	if (has_frame_pointer(&f, whole))
		f.always |= BIT(R_BP);
	go_to(&f, 0, f.always);
	vec_for_each(v, &u->obj->units)
		go_where_others_lead(&f, *v);
	go_anywhere(&f);
	while (f.todo.n)
		step(&f, f.todo.v[--f.todo.n]);
	for (i = 0; i <= u->size; i++)
		if (f.regs[i] == UNSEEN)
			f.regs[i] = f.always;
	free(f.todo.v);
	return f.regs;
}

#endif /* HAVE_CAPSTONE */
