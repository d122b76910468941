// SPDX-License-Identifier: GPL-2.0
/* Reads the types that the debug information of an object describes. */
#include <stdlib.h>
#include <string.h>

#include "types.h"

/* Types in words */

const char *die_name(Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);

	return name ? name : "";
}

/* The last two parts of a path: builds may be in different trees. */
static const char *short_path(const char *path)
{
	const char *p = strrchr(path, '/');

	while (p && p > path && p[-1] != '/')
		p--;
	return p && p > path ? p : path;
}

const char *file_of(Dwarf_Die *die)
{
	const char *path = dwarf_decl_file(die);

	return path ? short_path(path) : "";
}

bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attr;

	return dwarf_attr_integrate(die, DW_AT_type, &attr) &&
	       dwarf_formref_die(&attr, type);
}

/* Skip const, volatile and typedefs; @alias gets the name of the last typedef. */
static bool strip_die(Dwarf_Die *die, const char **alias)
{
	int limit;

	for (limit = 0; limit < 64; limit++) {
		switch (dwarf_tag(die)) {
		case DW_TAG_typedef:
			*alias = die_name(die);
			break;
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			break;
		default:
			return true;
		}
		if (!type_of(die, die))
			return false;
	}
	return false;
}

static const char *struct_label(Dwarf_Die *die, const char *alias)
{
	const char *name = die_name(die);
	const char *kind = dwarf_tag(die) == DW_TAG_union_type ? "union" :
								 "struct";

	if (*name)
		return xasprintf("%s %s", kind, name);
	return *alias ? xstrdup(alias) : NULL;
}

/* For messages: an enum without a name is shown by its first value. */
static const char *enum_label(Dwarf_Die *die)
{
	Dwarf_Die child;

	if (*die_name(die))
		return xasprintf("enum %s", die_name(die));
	if (dwarf_child(die, &child))
		return "enum { }";
	return xasprintf("enum { %s }", die_name(&child));
}

static const char *describe(Dwarf_Die die, int depth);

static const char *describe_type_of(Dwarf_Die *die, int depth)
{
	Dwarf_Die type;

	return type_of(die, &type) ? describe(type, depth + 1) : "void";
}

static const char *describe_array(Dwarf_Die *die, int depth)
{
	const char *s = describe_type_of(die, depth);
	Dwarf_Die child;

	if (dwarf_child(die, &child))
		return s;
	do {
		Dwarf_Attribute attr;
		Dwarf_Word n = 0;

		if (dwarf_attr(&child, DW_AT_count, &attr))
			dwarf_formudata(&attr, &n);
		else if (dwarf_attr(&child, DW_AT_upper_bound, &attr) &&
			 !dwarf_formudata(&attr, &n))
			n++;
		s = xasprintf("%s[%llu]", s, (unsigned long long)n);
	} while (!dwarf_siblingof(&child, &child));
	return s;
}

static const char *describe_function(Dwarf_Die *die, int depth)
{
	const char *s = xasprintf("%s (", describe_type_of(die, depth));
	Dwarf_Die child;

	if (dwarf_child(die, &child))
		return xasprintf("%s)", s);
	do {
		if (dwarf_tag(&child) == DW_TAG_formal_parameter)
			s = xasprintf("%s%s,", s,
				      describe_type_of(&child, depth));
		else if (dwarf_tag(&child) == DW_TAG_unspecified_parameters)
			s = xasprintf("%s...,", s);
	} while (!dwarf_siblingof(&child, &child));
	return xasprintf("%s)", s);
}

static s64 udata(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attr;
	Dwarf_Word v;

	if (!dwarf_attr(die, name, &attr) || dwarf_formudata(&attr, &v))
		return 0;
	return v;
}

/* long and long long are the same on x86-64; u64 may be either. */
static const char *describe_base(Dwarf_Die *die)
{
	if (dwarf_bytesize(die) == 8)
		switch (udata(die, DW_AT_encoding)) {
		case DW_ATE_signed:
			return "long int";
		case DW_ATE_unsigned:
			return "long unsigned int";
		}
	return die_name(die);
}

/* __be32 and similar: a number with a fixed byte order. */
static const char *byte_order(Dwarf_Die die)
{
	int limit;

	for (limit = 0; limit < 64 && dwarf_tag(&die) != DW_TAG_base_type; limit++) {
		const char *name = die_name(&die);

		if (dwarf_tag(&die) == DW_TAG_typedef &&
		    (starts_with(name, "__be") || starts_with(name, "__le")))
			return name;
		if (!type_of(&die, &die))
			break;
	}
	return NULL;
}

static const char *describe(Dwarf_Die die, int depth)
{
	const char *alias = "", *label, *order = byte_order(die);

	if (order)
		return order;
	if (depth > MAX_NESTING || !strip_die(&die, &alias))
		return "void";
	switch (dwarf_tag(&die)) {
	case DW_TAG_pointer_type:
		return xasprintf("%s *", describe_type_of(&die, depth));
	case DW_TAG_array_type:
		return describe_array(&die, depth);
	case DW_TAG_subroutine_type:
		return describe_function(&die, depth);
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		label = struct_label(&die, alias);
		return label ? label : xasprintf("{%d bytes}",
						 dwarf_bytesize(&die));
	case DW_TAG_enumeration_type:
		return xasprintf("enum %s (%d bytes)", die_name(&die),
				 dwarf_bytesize(&die));
	case DW_TAG_base_type:
		return describe_base(&die);
	}
	return die_name(&die);
}

/* Describe the type of a variable or parameter. */
const char *describe_type(Dwarf_Die *die)
{
	return describe_type_of(die, 0);
}

/* Describe the parameters and the return type of a function. */
const char *describe_call(Dwarf_Die *die)
{
	return describe_function(die, 0);
}

/* How a type refers to a struct or enum */
struct way {
	const char *alias;	/* the last typedef of it */
	bool far, array;	/* through a pointer, through an array */
};

/* Find the struct, union or enum that a type refers to, in @die. */
static bool find_end(Dwarf_Die *die, struct way *way)
{
	int limit;

	*way = (struct way){ .alias = "" };
	for (limit = 0; limit < 16; limit++) {
		if (!strip_die(die, &way->alias))
			return false;
		switch (dwarf_tag(die)) {
		case DW_TAG_pointer_type:
		case DW_TAG_array_type:
			if (dwarf_tag(die) == DW_TAG_pointer_type)
				way->far = true;
			else
				way->array = true;
			if (!type_of(die, die))
				return false;
			way->alias = "";
			break;
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
		case DW_TAG_enumeration_type:
			return true;
		default:
			return false;
		}
	}
	return false;
}

/* Return: the name of the struct that a type refers to, or NULL. */
const char *base_struct(Dwarf_Die die)
{
	struct way way;

	return find_end(&die, &way) &&
	       dwarf_tag(&die) != DW_TAG_enumeration_type ?
		struct_label(&die, way.alias) : NULL;
}

/*
 * Return: the struct that a function returns, or leads to by what it returns, if a
 * type is a pointer to a function; else NULL.
 */
static const char *result_struct(Dwarf_Die die)
{
	const char *alias = "";
	int limit;

	for (limit = 0; limit < 16 && strip_die(&die, &alias); limit++) {
		switch (dwarf_tag(&die)) {
		case DW_TAG_pointer_type:
		case DW_TAG_array_type:
		case DW_TAG_subroutine_type:
			break;
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
			return struct_label(&die, alias);
		default:
			return NULL;
		}
		alias = "";
		if (!type_of(&die, &die))
			return NULL;
	}
	return NULL;
}

/* Return: the struct that a type refers to, or that what it calls returns, or NULL. */
const char *leads_to_struct(Dwarf_Die die)
{
	const char *name = base_struct(die);

	return name ? name : result_struct(die);
}

/* Find the abstract function or variable that a DIE is an instance of. */
bool origin_of(Dwarf_Die *die, Dwarf_Die *origin)
{
	Dwarf_Attribute attr;

	return (dwarf_attr(die, DW_AT_abstract_origin, &attr) ||
		dwarf_attr(die, DW_AT_specification, &attr)) &&
	       dwarf_formref_die(&attr, origin);
}

/* Members */

/* Size of the integer that holds a bit field, before DWARF 5. */
static s64 storage_size(Dwarf_Die *member, Dwarf_Die type)
{
	const char *alias = "";

	if (dwarf_hasattr(member, DW_AT_byte_size))
		return udata(member, DW_AT_byte_size);
	return strip_die(&type, &alias) ? dwarf_bytesize(&type) : 0;
}

static s64 member_bit(Dwarf_Die *die, Dwarf_Die type)
{
	s64 bit = udata(die, DW_AT_data_member_location) * 8;

	if (!dwarf_hasattr(die, DW_AT_bit_offset))
		return bit + udata(die, DW_AT_data_bit_offset);
	/* counted from the most significant bit */
	return bit + storage_size(die, type) * 8 -
	       udata(die, DW_AT_bit_offset) - udata(die, DW_AT_bit_size);
}

static const char *member_type(Dwarf_Die *die, Dwarf_Die type)
{
	s64 bits = udata(die, DW_AT_bit_size);

	return bits ? xasprintf("%s:%lld", describe(type, 0), (long long)bits) :
		      describe(type, 0);
}

/*
 * ",A,B,": the typedefs of a number or an array of numbers, the outermost first. NULL: it
 * is no number.
 */
static const char *number_names(Dwarf_Die die)
{
	const char *s = ",";
	int limit;

	for (limit = 0; limit < 64 && dwarf_tag(&die) != DW_TAG_base_type; limit++) {
		switch (dwarf_tag(&die)) {
		case DW_TAG_typedef:
			s = xasprintf("%s%s,", s, die_name(&die));
			break;
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_array_type:
			break;
		default:
			return NULL;
		}
		if (!type_of(&die, &die))
			return NULL;
	}
	return s;
}

/* ",A,B," */
static const char *value_names(Dwarf_Die *die)
{
	const char *s = ",";
	Dwarf_Die child;

	if (dwarf_child(die, &child))
		return s;
	do {
		if (dwarf_tag(&child) == DW_TAG_enumerator)
			s = xasprintf("%s%s,", s, die_name(&child));
	} while (!dwarf_siblingof(&child, &child));
	return s;
}

/* Where the members that are being read are */
struct place {
	const char *within;	/* "in", or "" */
	const char *space;
	s64 bit;
	int depth;
};

static void read_members(struct type *t, Dwarf_Die *die, struct place at);

/* Read what @m refers to. The members of an unnamed struct are read in place. */
static void read_end(struct type *t, u32 index, Dwarf_Die type, struct place at)
{
	struct member *m = &t->members.v[index];
	struct way way;

	m->result = result_struct(type);
	if (!find_end(&type, &way))
		return;
	if (dwarf_tag(&type) == DW_TAG_enumeration_type) {
		if (!*die_name(&type))
			m->values = value_names(&type);
		return;
	}
	m->far = way.far;
	m->base = struct_label(&type, way.alias);
	if (m->base)
		return;
	m->group = !way.far && !way.array;
	at.within = m->name;
	at.bit = m->far ? 0 : m->bit;
	if (m->far)
		at.space = m->name;
	at.depth++;
	read_members(t, &type, at);
}

static void add_member(struct type *t, Dwarf_Die *die, const char *name,
		       Dwarf_Die type, struct place at)
{
	struct member *m;

	if (*at.within)
		name = xasprintf("%s.%s", at.within, name);
	m = vec_add(&t->members);
	*m = (struct member){ .name = name, .space = at.space, .bit = at.bit,
			      .type = member_type(die, type), .number = number_names(type) };
	read_end(t, t->members.n - 1, type, at);
}

static void read_member(struct type *t, Dwarf_Die *die, struct place at)
{
	const char *alias = "";
	Dwarf_Die type;

	if (dwarf_tag(die) != DW_TAG_member || !type_of(die, &type))
		return;
	at.bit += member_bit(die, type);
	if (*die_name(die)) {
		add_member(t, die, die_name(die), type, at);
	} else if (strip_die(&type, &alias)) {
		at.depth++;
		read_members(t, &type, at);
	}
}

/* Read the members; those of unnamed inner structs as if they were in this one. */
static void read_members(struct type *t, Dwarf_Die *die, struct place at)
{
	Dwarf_Die child;

	if (at.depth > MAX_NESTING || dwarf_child(die, &child))
		return;
	do {
		read_member(t, &child, at);
	} while (!dwarf_siblingof(&child, &child));
}

static const struct place beginning = { .within = "", .space = "" };

/**
 * read_variable() - read a variable as the only member of a struct
 * @obj:	the object that defines it
 * @die:	offset of its DIE
 * @name:	its name
 *
 * Return: NULL if it can't be read.
 */
struct type *read_variable(struct obj *obj, u64 die, const char *name)
{
	struct type *t = xzalloc(sizeof(*t));
	Dwarf_Die var, type;

	if (!die || !dwarf_offdie(obj->dwarf, die, &var) ||
	    !type_of(&var, &type))
		return NULL;
	t->name = name;
	add_member(t, &var, name, type, beginning);
	return t;
}

/* Enums */

/*
 * The values of an enum in a function differ from those of other functions, and of the
 * file.
 */
static const char *value_key(const char *func, const char *name)
{
	return func ? xasprintf("%s in %s", name, func) : name;
}

/* Blocks of one function may have values of the same name, too. */
static void add_value(struct types *ts, struct type *t, struct member *m)
{
	struct value *known, *v;

	for (;;) {
		known = map_get(&ts->values, m->key);
		if (!known)
			break;
		if (known->number == m->bit)
			return;
		m->key = xasprintf("%s again", m->key);
	}
	v = xzalloc(sizeof(*v));
	v->number = m->bit;
	v->type = t;
	v->member = m;
	map_set(&ts->values, m->key, v);
}

/* Read each name and its number. */
static void read_values(struct type *t, Dwarf_Die *die, const char *func)
{
	Dwarf_Die child;

	if (dwarf_child(die, &child))
		return;
	do {
		Dwarf_Attribute attr;
		Dwarf_Sword v = 0;
		struct member *m;

		if (dwarf_tag(&child) != DW_TAG_enumerator)
			continue;
		if (dwarf_attr(&child, DW_AT_const_value, &attr))
			dwarf_formsdata(&attr, &v);
		m = vec_add(&t->members);
		m->name = die_name(&child);
		m->key = value_key(func, m->name);
		m->bit = v;
	} while (!dwarf_siblingof(&child, &child));
}

static void add_enum(struct types *ts, Dwarf_Die *die, const char *func)
{
	struct type *t = xzalloc(sizeof(*t));
	struct member *m;
	int line = 0;

	t->name = enum_label(die);
	t->file = file_of(die);
	dwarf_decl_line(die, &line);
	t->line = line;
	t->size = dwarf_bytesize(die);
	t->is_enum = true;
	read_values(t, die, func);
	vec_for_each(m, &t->members)
		add_value(ts, t, m);
	*vec_add(&ts->enums) = t;
}

/* Structs */

static bool same_members(const struct type *a, const struct type *b)
{
	u32 i;

	if (a->size != b->size || a->align != b->align ||
	    a->members.n != b->members.n)
		return false;
	for (i = 0; i < a->members.n; i++) {
		const struct member *m = &a->members.v[i];
		const struct member *n = &b->members.v[i];

		if (strcmp(m->name, n->name) || m->bit != n->bit ||
		    strcmp(m->type, n->type) || strcmp(m->space, n->space))
			return false;
	}
	return true;
}

static void add_struct(struct types *ts, Dwarf_Die *die, const char *label)
{
	struct type *t = xzalloc(sizeof(*t)), *known = map_get(&ts->map, label);

	t->name = label;
	t->size = dwarf_bytesize(die);
	t->align = die_alignment(die);
	read_members(t, die, beginning);
	if (!known) {
		map_set(&ts->map, label, t);
		*vec_add(&ts->list) = t;
		return;
	}
	while (!same_members(known, t)) {
		if (!known->other) {
			known->other = t;
			return;
		}
		known = known->other;
	}
	free(t);
}

/* A struct without a name is known by its contents. */
static const char *contents(const struct type *t)
{
	const char *s = xasprintf("{%lld bytes:", (long long)t->size);
	const struct member *m;

	vec_for_each(m, &t->members)
		s = xasprintf("%s %s %s%s@%lld;", s, m->type, m->space, m->name,
			      (long long)m->bit);
	return xasprintf("%s }", s);
}

static void read_end_anew(Dwarf_Die *die, const char *alias, struct end *end)
{
	const char *label = struct_label(die, alias);
	struct type *t;

	end->key = label;
	end->t = NULL;
	if (dwarf_hasattr(die, DW_AT_declaration))
		return;
	t = xzalloc(sizeof(*t));
	t->size = dwarf_bytesize(die);
	t->align = die_alignment(die);
	t->file = file_of(die);
	read_members(t, die, beginning);
	if (!label)
		end->key = contents(t);
	t->name = end->key;
	end->t = t;
}

/* Cached: functions of a large file refer to the same few hundred structs. */
static bool read_end_of(Dwarf_Die *die, const char *alias, struct end *end)
{
	static struct map known;	/* DIE and alias -> struct end */
	char key[300];
	struct end *e;

	snprintf(key, sizeof(key), "%p %s", die->addr, alias);
	e = map_get(&known, key);
	if (!e) {
		e = xzalloc(sizeof(*e));
		read_end_anew(die, alias, e);
		map_set(&known, xstrdup(key), e);
	}
	end->key = e->key;
	end->t = e->t;
	return e->key;
}

/**
 * read_end_struct() - read a struct by its DIE
 * @die:	the struct
 * @end:	gets it
 */
bool read_end_struct(Dwarf_Die *die, struct end *end)
{
	end->far = false;
	return read_end_of(die, "", end);
}

/**
 * find_struct() - find the struct that a variable is, or points to
 * @die:	the variable
 * @end:	gets it
 *
 * Return: false if there is none.
 */
bool find_struct(Dwarf_Die *die, struct end *end)
{
	Dwarf_Die type;
	struct way way;

	if (!type_of(die, &type) || !find_end(&type, &way) ||
	    dwarf_tag(&type) == DW_TAG_enumeration_type)
		return false;
	end->far = way.far;
	return read_end_of(&type, way.alias, end);
}

/* Take the struct that a typedef names, if the struct has no name of its own. */
static bool take_typedef(Dwarf_Die *die, Dwarf_Die *type)
{
	const char *alias = "";

	*type = *die;
	return strip_die(type, &alias) && !*die_name(type) &&
	       (dwarf_tag(type) == DW_TAG_structure_type ||
		dwarf_tag(type) == DW_TAG_union_type);
}

static void read_types_in(struct types *ts, Dwarf_Die *die, const char *func,
			  int depth);

static void read_type_die(struct types *ts, Dwarf_Die *die, const char *func,
			  int depth)
{
	const char *alias = "", *label;
	Dwarf_Die type = *die;
	struct end end;

	if (dwarf_hasattr(die, DW_AT_declaration)) {
		if (*die_name(die) &&
		    (dwarf_tag(die) == DW_TAG_structure_type ||
		     dwarf_tag(die) == DW_TAG_union_type))
			map_set(&ts->opaque, struct_label(die, ""), ts);
		return;
	}
	switch (dwarf_tag(die)) {
	case DW_TAG_enumeration_type:
		add_enum(ts, die, func);
		return;
	case DW_TAG_typedef:
		if (!take_typedef(die, &type) ||
		    dwarf_hasattr(&type, DW_AT_declaration))
			return;
		alias = die_name(die);
		break;
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		read_types_in(ts, die, func, depth + 1);
		break;
	default:
		return;
	}
	label = struct_label(&type, alias);
	if (label)
		add_struct(ts, &type, label);
	else if (read_end_struct(&type, &end))
		map_set(&ts->unnamed, end.key, (void *)end.t);
}

/* Read the types in a function, in its blocks, or in a struct. */
static void read_types_in(struct types *ts, Dwarf_Die *die, const char *func,
			  int depth)
{
	Dwarf_Die child;

	if (depth > MAX_NESTING || dwarf_child(die, &child))
		return;
	do {
		if (dwarf_tag(&child) == DW_TAG_lexical_block)
			read_types_in(ts, &child, func, depth + 1);
		else
			read_type_die(ts, &child, func, depth);
	} while (!dwarf_siblingof(&child, &child));
}

/* All of an object */

void for_each_top(Dwarf *dwarf, void (*fn)(Dwarf_Die *, void *), void *data)
{
	Dwarf_Off off = 0, next;
	size_t head;

	while (!dwarf_nextcu(dwarf, off, &next, &head, NULL, NULL, NULL)) {
		Dwarf_Die cu, die;

		if (dwarf_offdie(dwarf, off + head, &cu) &&
		    !dwarf_child(&cu, &die)) {
			do {
				fn(&die, data);
			} while (!dwarf_siblingof(&die, &die));
		}
		off = next;
	}
}

static void read_top(Dwarf_Die *die, void *data)
{
	struct types *ts = data;

	switch (dwarf_tag(die)) {
	case DW_TAG_variable:
		if (!*die_name(die))
			break;
		map_set(&ts->vars, die_name(die), (void *)describe_type(die));
		map_set(&ts->var_dies, die_name(die),
			(void *)(uintptr_t)dwarf_dieoffset(die));
		break;
	case DW_TAG_subprogram:
		if (*die_name(die))
			map_set(&ts->func_dies, die_name(die),
				(void *)(uintptr_t)dwarf_dieoffset(die));
		if (*die_name(die) && dwarf_hasattr(die, DW_AT_prototyped) &&
		    dwarf_hasattr(die, DW_AT_declaration))
			map_set(&ts->declared, die_name(die),
				(void *)describe_call(die));
		read_types_in(ts, die, die_name(die), 0);
		break;
	default:
		read_type_die(ts, die, NULL, 0);
	}
}

/**
 * types_read() - read the types of an object
 * @ts:		gets them
 * @up:		the update
 * @obj:	the object
 *
 * Return: false if it has no debug information.
 */
bool types_read(struct types *ts, const struct update *up, struct obj *obj)
{
	*ts = (struct types){ .obj = obj, .up = up };
	if (!obj_find_dies(obj))
		return false;
	ts->dwarf = obj->dwarf;
	for_each_top(ts->dwarf, read_top, ts);
	return true;
}
