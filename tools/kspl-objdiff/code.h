/* SPDX-License-Identifier: GPL-2.0 */
/* Decoding of instructions by capstone, if available (escape.c). */
#ifndef KSPL_CODE_H
#define KSPL_CODE_H

#include "util.h"

#ifdef HAVE_CAPSTONE
#include <capstone/capstone.h>

/* Registers, by their number in the instruction encoding */
enum {
	R_AX, R_CX, R_DX, R_BX, R_SP, R_BP, R_SI, R_DI,
	R_8, R_9, R_10, R_11, R_12, R_13, R_14, R_15,
};

csh open_capstone(void);
int reg_number(unsigned int reg, u32 *width);
u64 reg_bit(unsigned int reg);
bool reg_is_wide(unsigned int reg);
bool is_conditional_move(unsigned int id);
#endif

#endif /* KSPL_CODE_H */
