// SPDX-License-Identifier: GPL-2.0
/*
 * locals OBJECT: a line "FUNCTION VARIABLE SYMBOL" for each static local, from
 * the debug info. (The number in the symbol's name says nothing: the compiler
 * counts as it comes to need a name.)
 */
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <string.h>

static const char *func_of;

/* Where it is, if that is a fixed address; else 0 */
static Dwarf_Addr address(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Op *op;
	size_t n;

	if (!dwarf_attr(die, DW_AT_location, &attr) ||
	    dwarf_getlocation(&attr, &op, &n) || n != 1 || op->atom != DW_OP_addr)
		return 0;
	return op->number;
}

static void show(Dwfl_Module *mod, Dwarf_Die *die)
{
	Dwarf_Addr at = address(die);
	const char *sym, *name = dwarf_diename(die);
	GElf_Off off;
	GElf_Sym s;

	if (!at || !name)
		return;
	sym = dwfl_module_addrinfo(mod, at, &off, &s, NULL, NULL, NULL);
	if (sym && !off && !strncmp(sym, name, strlen(name)))
		printf("%s %s %s\n", func_of, name, sym);
}

static void walk(Dwfl_Module *mod, Dwarf_Die *die)
{
	const char *outer = func_of;
	Dwarf_Die child;

	if (dwarf_tag(die) == DW_TAG_subprogram && dwarf_diename(die))
		func_of = dwarf_diename(die);
	if (dwarf_tag(die) == DW_TAG_variable && func_of)
		show(mod, die);
	if (!dwarf_child(die, &child)) {
		do {
			walk(mod, &child);
		} while (!dwarf_siblingof(&child, &child));
	}
	func_of = outer;
}

int main(int argc, char **argv)
{
	static const Dwfl_Callbacks callbacks = {
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.section_address = dwfl_offline_section_address,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);
	Dwarf_Die *cu = NULL;
	Dwfl_Module *mod;
	Dwarf_Addr bias;

	mod = argc == 2 ? dwfl_report_offline(dwfl, "o", argv[1], -1) : NULL;
	dwfl_report_end(dwfl, NULL, NULL);
	if (!mod) {
		fprintf(stderr, "usage: locals OBJECT\n");
		return 1;
	}
	while ((cu = dwfl_module_nextcu(mod, cu, &bias)))
		walk(mod, cu);
	dwfl_end(dwfl);
	return 0;
}
