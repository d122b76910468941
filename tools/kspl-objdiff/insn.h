/* SPDX-License-Identifier: GPL-2.0 */
/* Decoding of x86-64 instructions, as far as needed (insn.c). */
#ifndef KSPL_INSN_H
#define KSPL_INSN_H

#include "util.h"


enum insn_kind {
	INSN_OTHER,
	INSN_CALL,		/* call rel32 */
	INSN_JMP,		/* jmp rel32, rel8 */
	INSN_JCC,		/* jcc rel32, rel8 and the other rel8 jumps */
	INSN_ENDBR,
	INSN_NOP,
};

struct insn {
	u8 len;
	u8 kind;		/* enum insn_kind */
	u8 disp_off, disp_len;	/* displacement of a memory operand */
	u8 imm_off, imm_len;	/* immediate or branch offset */
	bool rip;		/* the displacement is relative to the instruction's end */
};

bool insn_decode(struct insn *insn, const u8 *p, size_t avail);

#endif /* KSPL_INSN_H */
