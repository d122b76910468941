/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Types, from the debug information of an object.
 *
 * typeread.c reads them, and typecmp.c compares those of two objects. types.c finds
 * what a function reaches, enums.c what values mean, reuse.c which structs a function
 * uses data as, calls.c how functions are called, and overold.c what is the same when
 * compiled with the old types.
 */
#ifndef KSPL_TYPES_H
#define KSPL_TYPES_H

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "insn.h"
#include "verdict.h"

#define MAX_NESTING	12

/**
 * struct member - a member of a struct, or of an unnamed struct in it;
 * or a value of an enum
 * @name:	"in.a" for a member of an unnamed struct
 * @space:	the base of @bit: "", or the pointer that leads there
 * @bit:	its offset in bits; the number of a value
 * @type:	its description
 * @base:	the struct it refers to, or NULL
 * @result:	the struct that it, or what it calls, leads to, or NULL
 * @number:	",A,B,": typedefs of a number, or NULL
 * @values:	",A,B," if it refers to an unnamed enum, or NULL
 * @key:	of a value: its name, with its function if it has one
 * @far:	it refers to @base by a pointer
 * @group:	an unnamed struct, whose members are listed, too
 */
struct member {
	const char *name, *space;
	s64 bit;
	const char *type, *base, *result, *number, *values, *key;
	bool far, group;
};

/**
 * struct type - a struct, union or enum
 * @name:	"struct foo"
 * @size:	in bytes
 * @align:	alignment it needs
 * @file:	last parts of the path of its source file
 * @line:	of an enum: its line in @file
 * @is_enum:	it is an enum
 * @other:	next type of the same name, in another scope
 * @members:	in order
 * @change:	in post: description of what changed, or NULL
 * @reached:	the function reaches it
 */
struct type {
	const char *name;
	s64 size;
	u32 align;
	const char *file;
	s64 line;
	bool is_enum;
	struct type *other;
	VEC(struct member) members;
	const char *change;
	bool reached;
};

/* An enum value that counts the others, with its old and its new number */
struct moved_count {
	const char *name;
	const struct type *type;
	s64 from, to;
};

/* A value of an enum, and its type */
struct value {
	s64 number;
	struct type *type;
	const struct member *member;
};

/* The struct that a type refers to; @key: its name or its contents. */
struct end {
	const char *key;
	const struct type *t;	/* NULL: it is only declared */
	bool far;
};

/**
 * struct use - which struct a function uses data as
 * @where:	"VARIABLE in FUNCTION"
 * @key:	the struct, see struct end
 * @t:		its members; NULL: it is only declared
 * @own:	a pointer, but no parameter: the code chooses its type
 * @plain:	no struct: @key describes the type
 */
struct use {
	const char *where, *key;
	const struct type *t;
	bool own, plain;
};

struct uses {
	struct use *v;
	u32 n, cap;
};

/**
 * struct types - the types of an object
 * @obj:	the object
 * @up:		the update
 * @dwarf:	its debug information
 * @map:	name -> struct type
 * @list:	structs and unions, each name once
 * @reached:	those that a function reaches
 * @enums:	all enums
 * @values:	struct member.key -> struct value
 * @vars:	variable at file scope -> description of its type
 * @var_dies:	variable -> offset of its DIE
 * @func_dies:	function -> offset of its DIE
 * @declared:	function of another file -> description of its call
 * @unnamed:	unnamed structs, by their contents
 * @opaque:	structs that are only declared
 * @uses:	uses in all functions
 * @casts:	structs that are only used in casts
 * @fresh:	structs in use that the other object does not have
 * @gone:	structs in use that only the other object has
 * @counts:	changed values that only count the others
 * @changes:	number of types that differ from the other object's
 */
struct types {
	struct obj *obj;
	const struct update *up;
	Dwarf *dwarf;
	struct map map;
	VEC(struct type *) list, reached, enums;
	struct map values, vars, var_dies, func_dies, declared, unnamed, opaque;
	struct uses uses, casts, fresh, gone;
	VEC(struct moved_count) counts;
	u32 changes;
};

/* typeread.c */
bool types_read(struct types *ts, const struct update *up, struct obj *obj);
struct type *read_variable(struct obj *obj, u64 die, const char *name);
const char *die_name(Dwarf_Die *die);
const char *file_of(Dwarf_Die *die);
bool type_of(Dwarf_Die *die, Dwarf_Die *type);
const char *describe_type(Dwarf_Die *die);
const char *describe_call(Dwarf_Die *die);
const char *leads_to_struct(Dwarf_Die die);
bool origin_of(Dwarf_Die *die, Dwarf_Die *origin);
void for_each_top(Dwarf *dwarf, void (*fn)(Dwarf_Die *die, void *data),
		  void *data);

bool find_struct(Dwarf_Die *die, struct end *end);
bool read_end_struct(Dwarf_Die *die, struct end *end);

/* reuse.c */
void find_uses(struct types *ts);
void find_renamed(const struct types *pre, struct types *ts);
const char *misuse(struct types *pre, struct types *ts, const struct unit *in,
		   const struct unit *twin, bool judged);

/* typecmp.c */
bool same_layout(const struct types *pre, const struct type *was,
		 const struct types *post, const struct type *is);
void find_changes(const struct types *pre, struct types *post);
void find_unseen(const struct types *pre, const struct types *old,
		 struct types *post);
const char *compare_variables(const struct type *pre, const struct type *post);

bool number_lives_on(const struct types *post, const struct type *old,
		     s64 number);

/* types.c */
void reach_near(struct types *ts, const struct unit *u);

/* members.c */
void check_moved_members(struct verdicts *vs, struct types *pre);

/* enums.c */
void check_enums(struct verdicts *vs, const struct types *pre,
		 const struct types *ts, struct obj *obj);

/* calls.c */
void check_calls(struct verdicts *vs, struct unit *u);
void check_callees(struct verdicts *vs, struct types *pre, struct types *post,
		   struct unit *u);

/**
 * struct over_old - what is the same in an object with the old types
 * @obj:	that object
 * @of:		by unit.id: the same unit in @obj, or NULL
 * @known:	indexes of @of that are set
 */
struct over_old {
	const struct obj *obj;
	const struct unit **of;
	VEC(u32) known;
};

/* overold.c */
struct unit *unit_over_old(struct over_old *oo, const struct unit *u);

#endif /* KSPL_TYPES_H */
