// SPDX-License-Identifier: GPL-2.0
/* Disassembles instructions, if capstone is available. */
#include "unit.h"

static const char *field_name(const struct unit *u, u32 at, u32 len)
{
	const struct ref *r;

	vec_for_each(r, &u->refs) {
		if (r->off < at || r->off >= at + len)
			continue;
		if (r->unit && r->unit->sec->cls == SC_STRING)
			return xasprintf(" <%s>", unit_text(r->unit));
		if (r->target)
			return xasprintf(" <%s%+lld>", r->unit && r->unit->name[0] ?
					 r->unit->name : r->sym ? r->sym->name : "?",
					 (long long)r->target);
		return xasprintf(" <%s>", r->unit && r->unit->name[0] ?
				 r->unit->name : r->sym ? r->sym->name : "?");
	}
	return "";
}

#ifdef HAVE_CAPSTONE
#include <capstone/capstone.h>

static const char *words(const u8 *p, size_t size, u64 at)
{
	static csh cs;
	const char *text = NULL;
	cs_insn *insn;

	if (!cs) {
		if (cs_open(CS_ARCH_X86, CS_MODE_64, &cs))
			return NULL;
		cs_option(cs, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
	}
	if (cs_disasm(cs, p, size, at, 1, &insn) == 1) {
		text = xasprintf("%s%s%s", insn->mnemonic, insn->op_str[0] ? " " : "", insn->op_str);
		cs_free(insn, 1);
	}
	return text;
}
#else
static const char *words(const u8 *p, size_t size, u64 at)
{
	(void)p, (void)size, (void)at;
	return NULL;
}
#endif

/**
 * disasm_bytes() - disassemble an instruction
 * @p:		its bytes
 * @size:	bytes that may be read
 * @at:		its address, or its offset in the function
 * @len:	its length
 *
 * Without capstone, this prints the bytes.
 */
const char *disasm_bytes(const u8 *p, size_t size, u64 at, u32 len)
{
	const char *text = words(p, size, at);
	char *hex, *o;
	u32 i;

	if (text)
		return text;
	hex = xzalloc(3 * len + 1);
	o = hex;
	for (i = 0; i < len; i++)
		o += sprintf(o, i ? " %02x" : "%02x", p[i]);
	return hex;
}

/**
 * disasm() - disassemble an instruction of a unit
 * @u:	unit of code
 * @at:	offset in @u
 *
 * The symbols of relocated fields follow the instruction. Without capstone, this
 * prints the bytes.
 */
const char *disasm(const struct unit *u, u32 at)
{
	struct insn insn;

	if (!unit_data(u) || at >= u->size)
		return "(end)";
	if (!insn_decode(&insn, unit_data(u) + at, u->size - at))
		return "(no instruction)";
	return xasprintf("%s%s", disasm_bytes(unit_data(u) + at, insn.len, at, insn.len),
			 field_name(u, at, insn.len));
}
