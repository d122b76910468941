// SPDX-License-Identifier: GPL-2.0
/*
 * What debug information shows about units: which function a static local belongs to,
 * which variables are locks, and more.
 *
 * "buf.3" may be the buf of any function: the number is the compiler's, and inlining
 * spreads its uses. If it were taken for another one, the new code would use the wrong
 * variable.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <string.h>

#include "unit.h"

/* Never look for debug information anywhere else. */
static int no_debuginfo(Dwfl_Module *mod, void **data, const char *name,
			Dwarf_Addr base, const char *file, const char *link,
			GElf_Word crc, char **out)
{
	(void)mod, (void)data, (void)name, (void)base;
	(void)file, (void)link, (void)crc, (void)out;
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = no_debuginfo,
	.section_address = dwfl_offline_section_address,
};

static bool has_debug_info(const struct obj *obj)
{
	const struct sec *sec;

	vec_for_each(sec, &obj->secs)
		if (!strcmp(sec->name, ".debug_info"))
			return true;
	return false;
}

/**
 * obj_open_dwarf() - open the debug information of an object
 * @obj:	the object
 *
 * Return: false if there is none, or it can't be read.
 */
bool obj_open_dwarf(struct obj *obj)
{
	Dwarf_Addr bias;

	if (obj->dwarf_tried)
		return obj->dwarf;
	obj->dwarf_tried = true;
	if (!has_debug_info(obj))
		return false;
	obj->dwfl = dwfl_begin(&callbacks);
	if (!obj->dwfl)
		return false;
	obj->dwmod = dwfl_report_offline(obj->dwfl, "", obj->path, -1);
	dwfl_report_end(obj->dwfl, NULL, NULL);
	if (obj->dwmod)
		obj->dwarf = dwfl_module_getdwarf(obj->dwmod, &bias);
	return obj->dwarf;
}

/* Find the unit at an address of the debug information. */
static struct unit *unit_at(struct obj *obj, Dwarf_Addr addr)
{
	int idx = dwfl_module_relocate_address(obj->dwmod, &addr);
	Elf32_Word shndx;

	if (idx < 0 || !dwfl_module_relocation_info(obj->dwmod, idx, &shndx) ||
	    shndx >= obj->secs.n)
		return NULL;
	return sec_unit_at(&obj->secs.v[shndx], addr);
}

static bool is_lock(Dwarf_Die *die)
{
	static const char * const locks[] = {
		"mutex", "rw_semaphore", "spinlock", "raw_spinlock",
	};
	Dwarf_Attribute attr;
	const char *name;
	Dwarf_Die type;
	u32 i;

	if (!dwarf_attr_integrate(die, DW_AT_type, &attr) ||
	    !dwarf_formref_die(&attr, &type) || dwarf_peel_type(&type, &type) ||
	    dwarf_tag(&type) != DW_TAG_structure_type)
		return false;
	name = dwarf_diename(&type);
	for (i = 0; name && i < ARRAY_SIZE(locks); i++)
		if (!strcmp(name, locks[i]))
			return true;
	return false;
}

static bool op_address(Dwarf_Attribute *attr, const Dwarf_Op *op, Dwarf_Addr *addr)
{
	Dwarf_Attribute indirect;

	*addr = op->number;
	if (op->atom == DW_OP_addr)
		return true;
	return op->atom == DW_OP_addrx &&
	       !dwarf_getlocation_attr(attr, op, &indirect) &&
	       !dwarf_formaddr(&indirect, addr);
}

/* Find the address of a variable, if all of it is in one place. */
static bool variable_address(Dwarf_Die *die, Dwarf_Addr *addr)
{
	Dwarf_Attribute attr;
	Dwarf_Op *op;
	size_t n;

	return dwarf_attr_integrate(die, DW_AT_location, &attr) &&
	       !dwarf_getlocation(&attr, &op, &n) && n == 1 && op_address(&attr, op, addr);
}

/* clang may make several variables of the members that are used. */
static void take_pieces(struct obj *obj, Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Addr addr;
	struct unit *u;
	Dwarf_Op *op;
	size_t n, i;

	if (!dwarf_attr_integrate(die, DW_AT_location, &attr) ||
	    dwarf_getlocation(&attr, &op, &n))
		return;
	for (i = 0; i + 1 < n; i++) {
		if (op[i + 1].atom != DW_OP_piece || !op_address(&attr, &op[i], &addr))
			continue;
		u = unit_at(obj, addr);
		if (u)
			u->die = dwarf_dieoffset(die);
	}
}

static void take_variable(struct obj *obj, Dwarf_Die *die, const char *func)
{
	struct unit *u;
	Dwarf_Addr addr;

	if (!variable_address(die, &addr)) {
		take_pieces(obj, die);
		return;
	}
	u = unit_at(obj, addr);
	if (!u)
		return;
	if (func && unit_is_static_local(u))
		u->scope = func;
	u->source_name = dwarf_diename(die);
	u->die = dwarf_dieoffset(die);
	u->is_lock = is_lock(die);
}

/* A function may consist of several ranges; a clone has its own DIE. */
static void take_function(struct obj *obj, Dwarf_Die *die)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t off = 0;
	struct unit *u;

	if (dwarf_tag(die) != DW_TAG_subprogram)
		return;
	while ((off = dwarf_ranges(die, off, &base, &start, &end)) > 0) {
		u = start < end ? unit_at(obj, start) : NULL;
		if (u)
			u->die = dwarf_dieoffset(die);
	}
}

/* @func: the function whose source this is, inlined or not */
static void walk(struct obj *obj, Dwarf_Die *die, const char *func, int depth)
{
	Dwarf_Die child;

	if (depth > 64 || dwarf_child(die, &child))
		return;
	do {
		const char *name = NULL;

		switch (dwarf_tag(&child)) {
		case DW_TAG_variable:
			take_variable(obj, &child, func);
			break;
		case DW_TAG_subprogram:
		case DW_TAG_inlined_subroutine:
			take_function(obj, &child);
			name = dwarf_diename(&child);
			walk(obj, &child, name ? name : func, depth + 1);
			break;
		case DW_TAG_lexical_block:
			walk(obj, &child, func, depth + 1);
			break;
		}
	} while (!dwarf_siblingof(&child, &child));
}

static bool has_static_locals(const struct obj *obj)
{
	struct unit **u;

	vec_for_each(u, &obj->units)
		if (unit_is_static_local(*u) && !starts_with((*u)->name, "__func__") &&
		    !starts_with((*u)->name, "CSWTCH"))
			return true;
	return false;
}

/**
 * obj_find_dies() - fill in unit.die, .scope and .is_lock from debug
 * information
 * @obj:	the object
 *
 * Return: false if it has no debug information.
 */
bool obj_find_dies(struct obj *obj)
{
	Dwarf_Off off = 0, next;
	Dwarf_Die cu;
	size_t head;

	if (!obj_open_dwarf(obj))
		return false;
	if (obj->has_dies)
		return true;
	obj->has_dies = true;
	while (!dwarf_nextcu(obj->dwarf, off, &next, &head, NULL, NULL,
			     NULL)) {
		if (dwarf_offdie(obj->dwarf, off + head, &cu))
			walk(obj, &cu, NULL, 0);
		off = next;
	}
	return true;
}

/**
 * find_scopes() - obj_find_dies(), if pairing needs it
 * @obj:	the object
 */
void find_scopes(struct obj *obj)
{
	if (obj->post || has_static_locals(obj))
		obj_find_dies(obj);
}

/* Types in words */

#define MAX_TYPE	12

static const char *type_words(Dwarf_Die *die, int depth);

static const char *words_of(Dwarf_Die *die, int depth)
{
	Dwarf_Attribute attr;
	Dwarf_Die type;

	if (!dwarf_attr_integrate(die, DW_AT_type, &attr))
		return "void";
	return dwarf_formref_die(&attr, &type) ? type_words(&type, depth + 1) : NULL;
}

/* Add the length of an array, or the members of a struct. */
static const char *add_children(Dwarf_Die *die, const char *s, int depth)
{
	Dwarf_Attribute attr;
	Dwarf_Die child;

	if (!s || dwarf_child(die, &child))
		return s;
	do {
		Dwarf_Word n = 0;
		const char *name = dwarf_diename(&child), *words;

		if (dwarf_tag(&child) == DW_TAG_subrange_type) {
			if (dwarf_attr(&child, DW_AT_upper_bound, &attr) &&
			    !dwarf_formudata(&attr, &n))
				n++;
			else if (dwarf_attr(&child, DW_AT_count, &attr))
				dwarf_formudata(&attr, &n);
			s = xasprintf("%s[%llu]", s, (unsigned long long)n);
		} else if (dwarf_tag(&child) == DW_TAG_member) {
			words = words_of(&child, depth);
			if (!words)
				return NULL;
			s = xasprintf("%s %s %s;", s, words, name ? name : "");
		}
	} while (!dwarf_siblingof(&child, &child));
	return s;
}

static const char *type_words(Dwarf_Die *die, int depth)
{
	const char *name = dwarf_diename(die), *s;

	if (depth > MAX_TYPE)
		return NULL;
	switch (dwarf_tag(die)) {
	case DW_TAG_typedef:
	case DW_TAG_const_type:
	case DW_TAG_volatile_type:
	case DW_TAG_restrict_type:
	case DW_TAG_atomic_type:
		return words_of(die, depth);
	case DW_TAG_base_type:
		return name;
	case DW_TAG_pointer_type:
		s = words_of(die, depth);
		return s ? xasprintf("%s *", s) : NULL;
	case DW_TAG_array_type:
		return add_children(die, words_of(die, depth), depth);
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
		s = dwarf_tag(die) == DW_TAG_union_type ? "union" :
		    dwarf_tag(die) == DW_TAG_structure_type ? "struct" : "enum";
		return name ? xasprintf("%s %s", s, name) :
			      add_children(die, s, depth);
	case DW_TAG_subroutine_type:
		return "function";
	}
	return NULL;
}

/**
 * variable_type() - describe the type of a variable
 * @u:	the variable
 *
 * Return: NULL if it is not known.
 */
const char *variable_type(const struct unit *u)
{
	Dwarf_Die die;

	if (!u->die || !dwarf_offdie(u->obj->dwarf, u->die, &die))
		return NULL;
	return words_of(&die, 0);
}

/**
 * unit_return_size() - size of what a function returns
 * @u:	the function
 *
 * Return: 0 for void, -1 if it is not known.
 */
s64 unit_return_size(const struct unit *u)
{
	Dwarf_Attribute attr;
	Dwarf_Die die, type;

	if (!obj_find_dies(u->obj) || !u->die ||
	    !dwarf_offdie(u->obj->dwarf, u->die, &die) ||
	    dwarf_tag(&die) != DW_TAG_subprogram)
		return -1;
	if (!dwarf_attr_integrate(&die, DW_AT_type, &attr))
		return 0;
	if (!dwarf_formref_die(&attr, &type) || dwarf_peel_type(&type, &type))
		return -1;
	return dwarf_bytesize(&type);
}

/**
 * unit_is_void() - does a function return nothing to its caller, by value or pointer?
 * @u:	the function
 */
bool unit_is_void(const struct unit *u)
{
	Dwarf_Die die, child;

	if (unit_return_size(u) || !dwarf_offdie(u->obj->dwarf, u->die, &die))
		return false;
	if (dwarf_child(&die, &child))
		return true;
	do {
		if (dwarf_tag(&child) == DW_TAG_formal_parameter)
			return false;
	} while (!dwarf_siblingof(&child, &child));
	return true;
}

/* Alignment */

static u32 alignment_of(Dwarf_Die die, int depth);

static u32 max_u32(u32 a, u32 b)
{
	return a > b ? a : b;
}

static u32 said_alignment(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Word n;

	if (!dwarf_attr_integrate(die, DW_AT_alignment, &attr) ||
	    dwarf_formudata(&attr, &n))
		return 1;
	return n;
}

static u32 type_alignment(Dwarf_Die *die, int depth)
{
	Dwarf_Attribute attr;
	Dwarf_Die type;

	if (!dwarf_attr_integrate(die, DW_AT_type, &attr) ||
	    !dwarf_formref_die(&attr, &type))
		return 1;
	return alignment_of(type, depth + 1);
}

static u32 read_members_alignment(Dwarf_Die *die, int depth)
{
	Dwarf_Die child;
	u32 n = 1;

	if (dwarf_child(die, &child))
		return 1;
	do {
		if (dwarf_tag(&child) == DW_TAG_member)
			n = max_u32(n, max_u32(said_alignment(&child),
					       type_alignment(&child, depth)));
	} while (!dwarf_siblingof(&child, &child));
	return n;
}

/* Structs contain each other: read each once. */
static u32 members_alignment(Dwarf_Die *die, int depth)
{
	static struct map known;	/* DIE -> alignment */
	char key[20];
	u32 *n;

	snprintf(key, sizeof(key), "%p", die->addr);
	n = map_get(&known, key);
	if (!n) {
		n = xzalloc(sizeof(*n));
		*n = read_members_alignment(die, depth);
		map_set(&known, xstrdup(key), n);
	}
	return *n;
}

static u32 alignment_of(Dwarf_Die die, int depth)
{
	u32 said = said_alignment(&die);
	int size = dwarf_bytesize(&die);

	if (depth > 64)
		return said;
	switch (dwarf_tag(&die)) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return max_u32(said, members_alignment(&die, depth));
	case DW_TAG_base_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_pointer_type:
		return max_u32(said, size > 0 && !(size & (size - 1)) ? size : 1);
	}
	return max_u32(said, type_alignment(&die, depth));
}

/**
 * die_alignment() - alignment that a type or a variable needs
 * @die:	its Dwarf_Die
 *
 * The result is too large for a packed struct, which debug information does not mark.
 */
u32 die_alignment(void *die)
{
	return alignment_of(*(Dwarf_Die *)die, 0);
}

/* In a shared section, a unit may be aligned better than it needs. */
static bool is_alone(const struct unit *u)
{
	return u->sec->units.n == 1;
}

/**
 * unit_alignment() - alignment of the place of a unit
 * @u:	the unit; its .align is limited to what a module can have
 */
u32 unit_alignment(const struct unit *u)
{
	u32 n = u->sec->sh.sh_addralign ? u->sec->sh.sh_addralign : 1;

	while (u->off % n)
		n /= 2;
	return n;
}

/**
 * unit_wants_alignment() - alignment that the source asks for
 * @u:	a variable
 *
 * Return: 0 if it is not known.
 */
u32 unit_wants_alignment(const struct unit *u)
{
	Dwarf_Die die;
	u32 n;

	if (!obj_find_dies(u->obj) || !u->die ||
	    !dwarf_offdie(u->obj->dwarf, u->die, &die))
		return is_alone(u) ? unit_alignment(u) : 0;
	n = die_alignment(&die);
	return n < unit_alignment(u) ? n : unit_alignment(u);
}
