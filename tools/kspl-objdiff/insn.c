// SPDX-License-Identifier: GPL-2.0
/*
 * Lengths and fields of x86-64 instructions.
 *
 * Only what is needed to find the instruction around a relocated field, and
 * the branches that the assembler resolved itself: the length, where the
 * displacement and the immediate are, and whether it is a direct branch.
 */
#include <string.h>

#include "insn.h"

/* What follows an opcode. */
#define M	0x01	/* ModRM byte */
#define B	0x02	/* immediate of 1 byte */
#define W	0x04	/* immediate of 2 bytes */
#define Z	0x08	/* immediate of 4 bytes, 2 with operand size prefix */
#define V	0x10	/* as Z, but 8 bytes with REX.W */
#define J	0x20	/* the immediate is a branch offset (B or 4 bytes) */
#define A	0x40	/* address of 8 bytes */
#define BAD	0x80	/* no such instruction in 64-bit mode */

#define ARITH	M, M, M, M, B, Z, BAD, BAD
#define ROW8(x)	x, x, x, x, x, x, x, x

static const u8 map_one[256] = {
	/* 00 */ ARITH, ARITH,
	/* 10 */ ARITH, ARITH,
	/* 20 */ ARITH, ARITH,
	/* 30 */ ARITH, ARITH,
	/* 40 */ ROW8(BAD), ROW8(BAD),
	/* 50 */ ROW8(0), ROW8(0),
	/* 60 */ BAD, BAD, BAD, M, BAD, BAD, BAD, BAD,
	/* 68 */ Z, M | Z, B, M | B, 0, 0, 0, 0,
	/* 70 */ ROW8(J | B), ROW8(J | B),
	/* 80 */ M | B, M | Z, BAD, M | B, M, M, M, M,
	/* 88 */ ROW8(M),
	/* 90 */ ROW8(0),
	/* 98 */ 0, 0, BAD, 0, 0, 0, 0, 0,
	/* a0 */ A, A, A, A, 0, 0, 0, 0,
	/* a8 */ B, Z, 0, 0, 0, 0, 0, 0,
	/* b0 */ ROW8(B),
	/* b8 */ ROW8(V),
	/* c0 */ M | B, M | B, W, 0, BAD, BAD, M | B, M | Z,
	/* c8 */ W | B, 0, W, 0, 0, B, BAD, 0,
	/* d0 */ M, M, M, M, BAD, BAD, BAD, 0,
	/* d8 */ ROW8(M),
	/* e0 */ J | B, J | B, J | B, J | B, B, B, B, B,
	/* e8 */ J, J, BAD, J | B, 0, 0, 0, 0,
	/* f0 */ BAD, 0, BAD, BAD, 0, 0, M, M,
	/* f8 */ 0, 0, 0, 0, 0, 0, M, M,
};

static u8 map_0f(u8 op)
{
	switch (op) {
	case 0x04: case 0x0a: case 0x0c: case 0x24 ... 0x27: case 0x36:
	case 0x39: case 0x3b ... 0x3f:
		return BAD;
	case 0x05 ... 0x09: case 0x0b: case 0x0e:
	case 0x30 ... 0x35: case 0x37: case 0x77:
	case 0xa0 ... 0xa2: case 0xa8 ... 0xaa: case 0xc8 ... 0xcf:
		return 0;
	case 0x80 ... 0x8f:
		return J;
	case 0x0f: case 0x70 ... 0x73: case 0xa4: case 0xac: case 0xba:
	case 0xc2: case 0xc4 ... 0xc6:
		return M | B;
	default:
		return M;
	}
}

struct cursor {
	const u8 *p;
	size_t avail, at;
};

/* Reads beyond the end return 0; the caller checks @at at the end. */
static u8 next(struct cursor *c)
{
	u8 byte = c->at < c->avail ? c->p[c->at] : 0;

	c->at++;
	return byte;
}

static void decode_modrm(struct insn *insn, struct cursor *c, u8 modrm)
{
	u8 mod = modrm >> 6, rm = modrm & 7, len = 0;

	if (mod == 3)
		return;
	if (mod == 1)
		len = 1;
	else if (mod == 2)
		len = 4;
	if (rm == 4) {
		u8 sib = next(c);

		if (mod == 0 && (sib & 7) == 5)
			len = 4;
	} else if (mod == 0 && rm == 5) {
		len = 4;
		insn->rip = true;
	}
	if (len) {
		insn->disp_off = c->at;
		insn->disp_len = len;
		c->at += len;
	}
}

static void decode_imm(struct insn *insn, struct cursor *c, u8 form,
		       bool opsize, bool rexw)
{
	u8 len = 0;

	if (form & A)
		len = 8;
	else if (form & J)
		len = form & B ? 1 : 4;
	else if (form & V)
		len = rexw ? 8 : opsize ? 2 : 4;
	else if (form & Z)
		len = opsize && !rexw ? 2 : 4;
	else if (form & W)
		len = form & B ? 3 : 2;
	else if (form & B)
		len = 1;
	if (len) {
		insn->imm_off = c->at;
		insn->imm_len = len;
		c->at += len;
	}
}

static u8 vex_form(u8 map, u8 op)
{
	if (map == 3)
		return M | B;
	if (map == 1)
		return op == 0x77 ? 0 : map_0f(op) & (M | B);
	return M;
}

/* VEX and EVEX: @first is c4, c5 or 62. */
static u8 decode_vex(struct cursor *c, u8 first, u8 *op)
{
	u8 map = 1;

	if (first != 0xc5)
		map = next(c) & (first == 0x62 ? 7 : 0x1f);
	next(c);
	if (first == 0x62)
		next(c);
	*op = next(c);
	return vex_form(map, *op);
}

static bool is_prefix(u8 b)
{
	switch (b) {
	case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65:
	case 0x66: case 0x67: case 0xf0: case 0xf2: case 0xf3:
		return true;
	}
	return false;
}

static u8 insn_kind(u32 op, u8 form)
{
	if (op == 0xe8)
		return INSN_CALL;
	if (op == 0xe9 || op == 0xeb)
		return INSN_JMP;
	if (form & J)
		return INSN_JCC;
	if (op == 0x90 || op == 0x0f1f)
		return INSN_NOP;
	return INSN_OTHER;
}

/* The opcode's form; @op gets 0f in the high byte for the second map. */
static u8 decode_opcode(struct cursor *c, u32 *op)
{
	u8 b = next(c), second;

	*op = b;
	if (b == 0xc4 || b == 0xc5 || b == 0x62) {
		*op = 0x10000;
		return decode_vex(c, b, &second);
	}
	if (b != 0x0f)
		return map_one[b];
	b = next(c);
	*op = 0x0f00 | b;
	if (b == 0x38 || b == 0x3a) {
		next(c);
		return b == 0x3a ? M | B : M;
	}
	return map_0f(b);
}

/**
 * insn_decode() - length and fields of one instruction
 * @insn:	result
 * @p:		its first byte
 * @avail:	bytes that may be read
 *
 * Return: false if there is no instruction, or it is not complete.
 */
bool insn_decode(struct insn *insn, const u8 *p, size_t avail)
{
	struct cursor c = { p, avail, 0 };
	bool opsize = false, rexw = false;
	u8 form, modrm;
	u32 op;

	memset(insn, 0, sizeof(*insn));
	if (avail >= 4 && !memcmp(p, "\xf3\x0f\x1e\xfa", 4)) {
		insn->len = 4;
		insn->kind = INSN_ENDBR;
		return true;
	}
	while (c.at < avail && c.at < 14 && is_prefix(p[c.at]))
		opsize |= next(&c) == 0x66;
	if (c.at < avail && (p[c.at] & 0xf0) == 0x40)
		rexw = next(&c) & 8;

	form = decode_opcode(&c, &op);
	if (form == BAD)
		return false;
	if (form & M) {
		modrm = next(&c);
		decode_modrm(insn, &c, modrm);
		/* test has an immediate, the others of its group do not */
		if ((op == 0xf6 || op == 0xf7) && !((modrm >> 3) & 6))
			form |= op == 0xf6 ? B : Z;
	}
	decode_imm(insn, &c, form, opsize, rexw);
	insn->kind = insn_kind(op, form);
	if (c.at > avail || c.at > 15)
		return false;
	insn->len = c.at;
	return true;
}
