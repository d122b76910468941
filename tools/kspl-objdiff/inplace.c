// SPDX-License-Identifier: GPL-2.0
/*
 * Which changed constants can change where they stand, and in which words.
 *
 * A constant that others know by its address can't get a new copy: they would keep the
 * old one. If it changes in place, everybody sees the new contents. That is right if
 *
 * - it has the same place, size and type in pre and post;
 * - no word loses its address: code that has just seen that the address is there may
 *   be about to use it;
 * - nobody reads two words that belong together, one before the change and one after it:
 *   functions of a table are independent of each other, as functions that are replaced
 *   are; of other words, only one may change in each struct;
 * - nobody remembers what it was: live.c tells for which types this is known.
 */
#include <stdlib.h>
#include <string.h>

#include "inplace.h"
#include "types.h"

#define MAX_DEPTH	16	/* of structs in structs, and of constants in constants */

/* Words */

static bool is_address(const struct ref *r)
{
	return r->type == R_X86_64_64;
}

static u32 field_size(const struct ref *r)
{
	return is_address(r) || r->type == R_X86_64_PC64 ? 8 : 4;
}

/* The first reference in @len bytes at @at, or NULL. */
static const struct ref *ref_in(const struct unit *u, u32 at, u32 len)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->off < at + len && r->off + field_size(r) > at)
			return r;
	return NULL;
}

static bool same_field(const struct update *up, const struct unit *pre, const struct ref *was,
		       const struct unit *post, const struct ref *is)
{
	if (!was || !is)
		return !was && !is;
	return was->off == is->off && was->type == is->type &&
	       refs_mean_same(up, pre, was, post, is);
}

/* Bytes of the word at @at: as large as its place allows. */
static u32 word_size(const struct unit *u, u32 at)
{
	u32 size = 8;

	while (size > 1 && (u->align % size || at % size || at + size > u->size))
		size /= 2;
	return size;
}

static bool same_word(const struct update *up, const struct unit *pre, const struct unit *post,
		      u32 at, u32 size)
{
	const struct ref *was = ref_in(pre, at, size), *is = ref_in(post, at, size);

	if (!same_field(up, pre, was, post, is))
		return false;
	return was ? true : !memcmp(unit_data(pre) + at, unit_data(post) + at, size);
}

static bool fits_word(const struct ref *r, u32 at, u32 size)
{
	return !r || (is_address(r) && size == 8 && r->off == at);
}

/**
 * changed_words() - find the words in which a constant differs from its twin
 * @up:		the update
 * @c:		a constant of a post object, of the size of its twin
 * @words:	gets them
 *
 * Return: why they can't be written one by one, or NULL.
 */
const char *changed_words(const struct update *up, const struct unit *c, word_vec *words)
{
	const struct unit *pre = c->twin;
	const struct ref *was, *is;
	struct word *w;
	u32 at, size;

	for (at = 0; at < c->size; at += size) {
		size = word_size(pre, at);
		if (same_word(up, pre, c, at, size))
			continue;
		was = ref_in(pre, at, size);
		is = ref_in(c, at, size);
		if (!fits_word(was, at, size) || !fits_word(is, at, size))
			return xasprintf("a reference at +%#x can't be written at once", at);
		if (was && !is)
			return xasprintf("the address of %s at +%#x is gone, which code may be about to use",
					 was->unit ? was->unit->name : was->sym->name, at);
		w = vec_add(words);
		w->off = at;
		w->size = size;
		w->ref = is;
		w->value = is ? 0 : get_le(unit_data(c) + at, size);
	}
	return NULL;
}

/* Members */

struct level {
	const char *type, *member;
};

/**
 * struct spot - where a byte is in the type of a variable
 * @levels:	the member it is in, and the members that this is in, each with the name of
 *		the struct. A member of an unnamed struct counts for the one around it.
 * @around:	name of the innermost struct that has one
 * @inner:	offset of the innermost struct with a name
 * @code:	it is in a pointer to a function
 */
struct spot {
	VEC(struct level) levels;
	const char *around;
	s64 inner;
	bool code;
};

static s64 constant_of(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attr;
	Dwarf_Word value = 0;

	if (dwarf_attr(die, name, &attr))
		dwarf_formudata(&attr, &value);
	return value;
}

/* Does the member overlap the byte at @off? */
static bool is_at(Dwarf_Die *member, Dwarf_Die *type, s64 off)
{
	s64 at = constant_of(member, DW_AT_data_member_location);
	s64 bit = constant_of(member, DW_AT_data_bit_offset);
	s64 bits = constant_of(member, DW_AT_bit_size);
	Dwarf_Word size;

	if (bits)
		return at * 8 + bit < (off + 1) * 8 && at * 8 + bit + bits > off * 8;
	return !dwarf_aggregate_size(type, &size) && off >= at && off < at + (s64)size;
}

static bool walk(Dwarf_Die *type, s64 base, s64 off, struct spot *spot, int depth);

static bool walk_member(Dwarf_Die *parent, Dwarf_Die *member, s64 base, s64 off,
			struct spot *spot, int depth)
{
	s64 at = constant_of(member, DW_AT_data_member_location);
	struct level *level;
	Dwarf_Die type;

	if (!type_of(member, &type) || dwarf_peel_type(&type, &type))
		return false;
	if (*die_name(parent)) {
		spot->around = die_name(parent);
		spot->inner = base;
	}
	if (*die_name(member)) {
		level = vec_add(&spot->levels);
		level->type = spot->around;
		level->member = die_name(member);
	}
	return walk(&type, base + at, off - at, spot, depth + 1);
}

/* A byte may belong to several bit-fields or members of a union: all of them count. */
static bool walk_struct(Dwarf_Die *type, s64 base, s64 off, struct spot *spot, int depth)
{
	Dwarf_Die member, inner;
	bool found = false;

	if (dwarf_child(type, &member))
		return false;
	do {
		if (dwarf_tag(&member) != DW_TAG_member || !type_of(&member, &inner) ||
		    dwarf_peel_type(&inner, &inner) || !is_at(&member, &inner, off))
			continue;
		if (!walk_member(type, &member, base, off, spot, depth))
			return false;
		found = true;
	} while (!dwarf_siblingof(&member, &member));
	return found;
}

static bool walk_array(Dwarf_Die *type, s64 base, s64 off, struct spot *spot, int depth)
{
	Dwarf_Word size;
	Dwarf_Die inner;
	s64 row;

	if (!type_of(type, &inner) || dwarf_peel_type(&inner, &inner) ||
	    dwarf_tag(&inner) == DW_TAG_array_type || dwarf_aggregate_size(&inner, &size) || !size)
		return false;
	row = off - off % (s64)size;
	return walk(&inner, base + row, off - row, spot, depth + 1);
}

static bool points_to_code(Dwarf_Die *type)
{
	Dwarf_Die to;

	return dwarf_tag(type) == DW_TAG_pointer_type && type_of(type, &to) &&
	       !dwarf_peel_type(&to, &to) && dwarf_tag(&to) == DW_TAG_subroutine_type;
}

/* Find what is at @off of @type, which is at @base of the variable. */
static bool walk(Dwarf_Die *type, s64 base, s64 off, struct spot *spot, int depth)
{
	if (depth > MAX_DEPTH)
		return false;
	switch (dwarf_tag(type)) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return walk_struct(type, base, off, spot, depth);
	case DW_TAG_array_type:
		return walk_array(type, base, off, spot, depth);
	}
	spot->code = points_to_code(type);
	return true;
}

static bool find_spot(const struct unit *u, u32 off, struct spot *spot)
{
	Dwarf_Die die, type;

	spot->levels.n = 0;
	spot->around = "";
	spot->inner = 0;
	spot->code = false;
	return obj_find_dies(u->obj) && u->die && dwarf_offdie(u->obj->dwarf, u->die, &die) &&
	       type_of(&die, &type) && !dwarf_peel_type(&type, &type) &&
	       walk(&type, 0, off, spot, 0);
}

static bool same_spot(const struct spot *a, const struct spot *b)
{
	u32 i;

	if (a->levels.n != b->levels.n || a->inner != b->inner || a->code != b->code)
		return false;
	for (i = 0; i < a->levels.n; i++)
		if (strcmp(a->levels.v[i].type, b->levels.v[i].type) ||
		    strcmp(a->levels.v[i].member, b->levels.v[i].member))
			return false;
	return true;
}

/* The verdict */

/* --in-place NAME or FILE:NAME */
static bool vouched_for(const struct update *up, const struct unit *c)
{
	const char **said, *colon;

	vec_for_each(said, &up->in_place) {
		colon = strrchr(*said, ':');
		if (!strcmp(colon ? colon + 1 : *said, c->name) &&
		    (!colon || (starts_with(*said, c->obj->label) &&
				strlen(c->obj->label) == (size_t)(colon - *said))))
			return true;
	}
	return false;
}

static const char *judge_levels(const struct unit *c, const struct spot *spot, enum change how)
{
	const struct level *l;

	vec_for_each(l, &spot->levels)
		if (!member_is_live(c, l->type, l->member, how))
			return xasprintf("it is not known that each user reads %s of %s anew%s",
					 l->member, *l->type ? l->type : "an unnamed struct",
					 how == CHANGE_FILL ? ", where no function was before" : "");
	return spot->levels.n ? NULL : "it is not known that each user reads it anew";
}

static bool byte_differs(const struct unit *c, const struct word *w, u32 off)
{
	return w->ref || unit_data(c)[off] != unit_data(c->twin)[off];
}

static enum change how_of(const struct unit *c, const struct word *w, const struct spot *spot)
{
	if (!spot->code)
		return CHANGE_DATA;
	return ref_in(c->twin, w->off, w->size) ? CHANGE_CODE : CHANGE_FILL;
}

/* Is each byte of the word in a member that is read anew at each use? */
static const char *judge_word(const struct unit *c, const struct word *w, bool vouched,
			      struct spot *is, struct spot *was)
{
	const char *why;
	u32 off;

	for (off = w->off; off < w->off + w->size; off++) {
		if (!byte_differs(c, w, off))
			continue;
		if (!find_spot(c, off, is) || !find_spot(c->twin, off, was))
			return xasprintf("its type does not tell what is at +%#x", off);
		if (!same_spot(is, was))
			return xasprintf("its type changed at +%#x", off);
		if (is->code && !w->ref)
			return xasprintf("a number is where a function should be, at +%#x", off);
		why = judge_levels(c, is, how_of(c, w, is));
		if (why && !vouched)
			return why;
	}
	return NULL;
}

static const char *judge_words(const struct unit *c, const word_vec *words, bool vouched)
{
	struct spot is = {}, was = {};
	const char *why = NULL;
	const struct word *w;
	s64 before = -1;

	vec_for_each(w, words) {
		why = judge_word(c, w, vouched, &is, &was);
		if (why)
			break;
		if (is.code)
			continue;
		if (before == is.inner && !vouched) {
			why = xasprintf("two words of one struct change, at +%#x again, and a reader may see only one of them",
					w->off);
			break;
		}
		before = is.inner;
	}
	free(is.levels.v);
	free(was.levels.v);
	return why;
}

static bool is_plain(const struct unit *u)
{
	return u->sec->cls == SC_RODATA && !u->is_weak && unit_data(u) && sec_is_plain(u->sec) &&
	       (u->ident == ID_NAMED || u->ident == ID_SOFT);
}

/* Does @c lead to a constant that changed? */
static bool leads_to_changed(const struct unit *c, const struct unit *to)
{
	return to && to != c && to->twin && to->sec->cls == SC_RODATA &&
	       to->ident != ID_CONTENT && to->status != ST_SAME;
}

static const char *judge_constant(const struct verdicts *vs, const struct unit *c,
				  bool vouched, int depth);

/* What it leads to is used in place, too: that can't get a new copy, either. */
static const char *judge_others(const struct verdicts *vs, const struct unit *c, bool vouched,
				int depth)
{
	const struct unit *to;
	const struct ref *r;
	const char *why;

	vec_for_each(r, &c->refs) {
		to = resolve_ref(vs->up, c->obj, r);
		if (!leads_to_changed(c, to))
			continue;
		why = judge_constant(vs, to, vouched, depth + 1);
		if (why)
			return xasprintf("it leads to %s: %s", to->name, why);
	}
	return NULL;
}

static const char *judge_constant(const struct verdicts *vs, const struct unit *c,
				  bool vouched, int depth)
{
	word_vec words = {};
	const char *why;

	if (verdict_of(vs, c)->in_place)
		return NULL;
	if (depth > MAX_DEPTH || !c->obj->post || !c->twin || !is_plain(c) || !is_plain(c->twin))
		return "the kernel's one is not known";
	if (c->size != c->twin->size)
		return "its size changed";
	if (c->align > c->twin->align)
		return "its alignment changed";
	why = changed_words(vs->up, c, &words);
	if (!why)
		why = judge_words(c, &words, vouched || vouched_for(vs->up, c));
	free(words.v);
	return why ? why : judge_others(vs, c, vouched, depth);
}

/**
 * not_in_place() - can a changed constant change where it stands?
 * @vs:		the verdicts
 * @c:		the constant, of a post object
 * @vouched:	suppose that the author vouches for it
 *
 * Return: NULL, or why not.
 */
const char *not_in_place(const struct verdicts *vs, const struct unit *c, bool vouched)
{
	return judge_constant(vs, c, vouched, 0);
}

/**
 * put_in_place() - let a constant change where it stands, with those it leads to
 * @vs:	the verdicts
 * @c:	the constant, which not_in_place() allows
 */
void put_in_place(struct verdicts *vs, const struct unit *c)
{
	struct verdict *v = verdict_of(vs, c);
	const struct unit *to;
	const struct ref *r;

	if (v->in_place)
		return;
	v->in_place = true;
	vs->nin_place++;
	vec_for_each(r, &c->refs) {
		to = resolve_ref(vs->up, c->obj, r);
		if (leads_to_changed(c, to))
			put_in_place(vs, to);
	}
}
