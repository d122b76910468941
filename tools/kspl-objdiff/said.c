// SPDX-License-Identifier: GPL-2.0
/*
 * Texts that are only printed.
 *
 * A text is a message if it is a printk() format, or if the next call is one that
 * prints, and the text gets there in a register that nothing else reads on the way.
 */
#include "code.h"
#include "escape.h"
#include "said.h"

#ifdef HAVE_CAPSTONE

static cs_insn *insn_at(const struct unit *u, u32 at)
{
	size_t left = u->size - at;
	cs_insn *insn;

	return cs_disasm(open_capstone(), unit_data(u) + at, left, at, 1, &insn) == 1 ? insn : NULL;
}

static int number_of(unsigned int reg)
{
	u32 width;

	return reg_number(reg, &width);
}

/* Which argument of a call does an instruction set, all of it? -1: none */
static int sets_argument(const cs_insn *insn)
{
	const cs_x86_op *op = &insn->detail->x86.operands[0];
	int reg;

	if ((insn->id != X86_INS_MOV && insn->id != X86_INS_LEA) || op->type != X86_OP_REG)
		return -1;
	reg = number_of(op->reg);
	switch (reg) {
	case R_DI: case R_SI: case R_DX: case R_CX: case R_8: case R_9:
		return reg;
	}
	return -1;
}

/* May it do something with the register, or is the next instruction not known? */
static bool disturbs(const cs_insn *insn, int reg)
{
	cs_regs in, out;
	u8 nin, nout, i;

	if (cs_insn_group(open_capstone(), insn, CS_GRP_JUMP) || insn->id == X86_INS_RET ||
	    cs_regs_access(open_capstone(), insn, in, &nin, out, &nout))
		return true;
	for (i = 0; i < nin; i++)
		if (number_of(in[i]) == reg)
			return true;
	for (i = 0; i < nout; i++)
		if (number_of(out[i]) == reg)
			return true;
	return false;
}

/* Is the address only an argument of the call at @call? */
static bool is_passed(const struct unit *u, const struct ref *text, u32 call)
{
	cs_insn *insn = text->insn_len ? insn_at(u, text->insn_off) : NULL;
	int reg = insn ? sets_argument(insn) : -1;
	u32 at = text->insn_off + text->insn_len;
	bool alone = reg >= 0;

	if (insn)
		cs_free(insn, 1);
	while (alone && at < call) {
		insn = insn_at(u, at);
		alone = insn && !disturbs(insn, reg);
		at += insn ? insn->size : 0;
		if (insn)
			cs_free(insn, 1);
	}
	return alone && at == call;
}

#else /* HAVE_CAPSTONE */

static bool is_passed(const struct unit *u, const struct ref *text, u32 call)
{
	(void)u;
	(void)text;
	(void)call;
	return false;
}

#endif /* HAVE_CAPSTONE */

static bool is_said(const struct unit *in, const struct ref *text)
{
	const struct ref *r;

	vec_for_each(r, &in->refs)
		if (r->branch && r->off > text->off)
			return r->sym && !r->unit && callee_prints(r->sym->name) &&
			       is_passed(in, text, r->insn_off);
	return false;
}

/**
 * ref_is_message() - is it a printk() format, which starts with a level, or a text
 * that is printed?
 * @in:	the code
 * @r:	a field of it
 */
bool ref_is_message(const struct unit *in, const struct ref *r)
{
	const struct unit *u = r->unit;

	return u && u->sec->cls == SC_STRING && unit_data(u) && !r->target && u->size &&
	       (unit_data(u)[0] == 1 || is_said(in, r));
}
