/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's instruction decoder, played by kspl-objdiff's (insn.c). */
#ifndef SHIM_ASM_INSN_H
#define SHIM_ASM_INSN_H

#include <linux/types.h>

#define MAX_INSN_SIZE	15

enum insn_mode { INSN_MODE_32, INSN_MODE_64 };

struct insn {
	struct {
		u8 bytes[4];
	} opcode;
	u8 length;
};

/* As struct insn of tools/kspl-objdiff/objdiff.h */
struct shim_insn {
	u8 len, kind, disp_off, disp_len, imm_off, imm_len;
	bool rip;
};

bool shim_decode(struct shim_insn *insn, const u8 *p, size_t avail)
	__asm__("insn_decode");

#define insn_decode	shim_insn_decode
static inline int shim_insn_decode(struct insn *insn, const void *addr, int len,
				   enum insn_mode mode)
{
	const u8 *p = addr;
	struct shim_insn s;

	(void)mode;
	memset(insn, 0, sizeof(*insn));
	if (!shim_decode(&s, p, len))
		return -EINVAL;
	insn->length = s.len;
	/* Of branches, the opcode stands before the displacement. */
	if (s.kind < 1 || s.kind > 3) {
		insn->opcode.bytes[0] = 0x90;
	} else if (s.imm_off >= 2 && p[s.imm_off - 2] == 0x0f && s.imm_len == 4) {
		insn->opcode.bytes[0] = 0x0f;
		insn->opcode.bytes[1] = p[s.imm_off - 1];
	} else {
		insn->opcode.bytes[0] = p[s.imm_off - 1];
	}
	return 0;
}

#endif
