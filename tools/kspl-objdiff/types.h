/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Types, as the debug information of an object describes them.
 *
 * typeread.c reads them, typecmp.c compares those of two objects, types.c tells
 * what a function reaches, enums.c what values mean, reuse.c what it takes data
 * for, calls.c how functions are called, overold.c what is
 * the same compiled over the old types.
 */
#ifndef KSPL_TYPES_H
#define KSPL_TYPES_H

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "insn.h"
#include "verdict.h"

#define MAX_NESTING	12

/**
 * struct member - of a struct, those of structs without a name within as well;
 * or a value of an enum
 * @name:	"in.a" for one of a struct without a name
 * @space:	whose bits are counted: "", or the pointer that leads there
 * @bit:	where it is; the number of a value
 * @type:	in words
 * @base:	the struct it leads to, NULL if none
 * @values:	",A,B," if it leads to an enum without a name, or NULL
 * @key:	of a value: its name, with its function if it has one
 * @far:	by a pointer
 * @group:	a struct without a name: what is in it is listed, too
 */
struct member {
	const char *name, *space;
	s64 bit;
	const char *type, *base, *values, *key;
	bool far, group;
};

/**
 * struct type - a struct, union or enum
 * @name:	"struct foo"
 * @size:	in bytes
 * @align:	what it asks for
 * @file:	where its source is, the last parts of the path
 * @line:	of an enum: and where in it
 * @is_enum:	it is one
 * @other:	of the same name, in another scope
 * @members:	in their order
 * @change:	of a new type: what changed, in words, or NULL
 * @level:	1 + distance from the function
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
	u32 level;
};

/* A value that counts the others, and its number before and now. */
struct moved_count {
	const char *name;
	const struct type *type;
	s64 from, to;
};

/* A value of an enum and what it belongs to. */
struct value {
	s64 number;
	struct type *type;
	const struct member *member;
};

/* The struct that a type leads to; @key: its name, or what it is made of. */
struct end {
	const char *key;
	const struct type *t;	/* NULL: it is only declared */
	bool far;
};

/**
 * struct use - what a function takes its data for
 * @where:	"VARIABLE in FUNCTION"
 * @key:	the struct, see struct end
 * @t:		what it is made of; NULL: it is only declared
 * @own:	a pointer that is no parameter: the code says what it leads to
 * @plain:	of no struct: @key is the type in words
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
 * struct types - those of an object
 * @obj:	the object
 * @up:		the update
 * @dwarf:	its debug information
 * @map:	name -> struct type
 * @list:	structs and unions, each name once
 * @enums:	all enums
 * @values:	struct member.key -> struct value
 * @vars:	variable -> its type in words, of the top level
 * @var_dies:	variable -> where its DIE is
 * @declared:	function of another file -> how it is called, in words
 * @unnamed:	structs without a name, by what they are made of
 * @opaque:	structs that are only declared
 * @uses:	of all functions
 * @casts:	structs that nothing but a cast leads to
 * @fresh:	structs in use that those it was compared to have not
 * @gone:	the other way round
 * @counts:	values that only count the others and moved
 * @changes:	how many types have changed, against those it was compared to
 */
struct types {
	struct obj *obj;
	const struct update *up;
	Dwarf *dwarf;
	struct map map;
	VEC(struct type *) list, enums;
	struct map values, vars, var_dies, declared, unnamed, opaque;
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
const char *base_struct(Dwarf_Die type);
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

/* enums.c */
void check_enums(struct verdicts *vs, const struct types *pre,
		 const struct types *ts, struct obj *obj);

/* calls.c */
void check_calls(struct verdicts *vs, struct unit *u);
void check_callees(struct verdicts *vs, struct types *pre, struct types *post,
		   struct unit *u);

/**
 * struct over_old - what is the same in an object over the old types
 * @obj:	that object
 * @of:		by unit.id: what the unit is in @obj, if it is the same
 * @known:	which of these are filled in
 */
struct over_old {
	const struct obj *obj;
	const struct unit **of;
	VEC(u32) known;
};

/* overold.c */
struct unit *unit_over_old(struct over_old *oo, const struct unit *u);

#endif /* KSPL_TYPES_H */
