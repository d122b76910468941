// SPDX-License-Identifier: GPL-2.0
/* Compares the types of two objects: what moved, and what has another meaning. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "types.h"

/* Structs */

/* One side of a comparison: a struct, and the types of its object. */
struct side {
	const struct types *ts;		/* NULL: the type of a variable */
	const struct type *t;
	const char *self;		/* its name, if the other side's may differ */
};

static const struct member *find_member(const struct type *t,
					const struct member *like)
{
	const struct member *m;

	vec_for_each(m, &t->members)
		if (!strcmp(m->name, like->name))
			return m;
	return NULL;
}

/* Are both at the same place and of the same type? */
static bool is_twin(const struct member *m, const struct member *n)
{
	return m->bit == n->bit && !strcmp(m->type, n->type) &&
	       !strcmp(m->space, n->space);
}

/*
 * Does another member that pre and post have equal it? Then it is one more name in a
 * union. A renamed member does not count: it may mean something else.
 */
static bool has_twin(const struct type *a, const struct type *b,
		     const struct member *like)
{
	const struct member *m;

	vec_for_each(m, &a->members)
		if (is_twin(m, like) && find_member(b, m))
			return true;
	return false;
}

/* Is it a named struct that only gives second names to existing members? */
static bool covers(const struct side *a, const struct side *b,
		   const struct member *m)
{
	const struct type *t = m->base && b->ts ? map_get(&b->ts->map, m->base) :
						  NULL;
	const struct member *inner;

	/* arrays and pointers are more than second names */
	if (!t || t->other || m->far || strcmp(m->type, m->base))
		return false;
	vec_for_each(inner, &t->members) {
		struct member there = *inner;

		if (*inner->space)
			return false;
		there.bit += m->bit;
		there.space = m->space;
		if (!inner->group && !has_twin(a->t, b->t, &there))
			return false;
	}
	return t->members.n;
}

/*
 * Is it a second name, as in struct_group()? For an unnamed struct, it is enough that
 * its members are not new.
 */
static bool is_second_name(const struct side *a, const struct side *b,
			   const struct member *m)
{
	return m->group || has_twin(a->t, b->t, m) || covers(a, b, m);
}

/* Find the member whose name at this place is gone. */
static const struct member *old_name(const struct type *a, const struct type *b,
				     const struct member *like)
{
	const struct member *m;

	vec_for_each(m, &a->members)
		if (is_twin(m, like) && !find_member(b, m))
			return m;
	return NULL;
}

static const char *place(s64 bit)
{
	if (bit % 8)
		return xasprintf("byte %lld bit %lld", (long long)bit / 8,
				 (long long)bit % 8);
	return xasprintf("byte %lld", (long long)bit / 8);
}

static const char *describe_new(const struct type *a, const struct type *b,
				const struct member *m)
{
	const struct member *old = old_name(a, b, m);

	if (old)
		return xasprintf("member %s is called %s now, and may mean something else",
				 old->name, m->name);
	return xasprintf("member %s is new", m->name);
}

/* Do two unnamed enums share a value? If not, they are different enums. */
static bool share_values(const char *a, const char *b)
{
	const char *p, *end;

	for (p = a + 1; *p; p = end + 1) {
		end = strchr(p, ',');
		if (!end)
			break;
		if (strstr(b, xasprintf(",%.*s,", (int)(end - p), p)))
			return true;
	}
	return false;
}

static const struct type *find_enum(const struct types *ts, const char *name,
				    size_t n)
{
	struct type **t;

	vec_for_each(t, &ts->enums)
		if (strlen((*t)->name) == n && !memcmp((*t)->name, name, n))
			return *t;
	return NULL;
}

/* May the enum have been renamed? The meaning of its values is compared elsewhere. */
static bool is_renamed_enum(const struct types *pre, const char *was, size_t n,
			    const struct types *post, const char *is, size_t k)
{
	const struct type *a = pre ? find_enum(pre, was, n) : NULL;
	const struct type *b = post ? find_enum(post, is, k) : NULL;
	const struct member *m;

	if (!a || !b)
		return false;
	vec_for_each(m, &a->members)
		if (find_member(b, m))
			return true;
	return false;
}

/* Length of "enum NAME", before the " ("; 0 if there is none here */
static size_t enum_length(const char *s)
{
	const char *end = starts_with(s, "enum ") ? strstr(s, " (") : NULL;

	return end ? end - s : 0;
}

/* Does the struct's own name start here? Return: its length, or 0. */
static size_t self_length(const struct side *side, const char *s)
{
	size_t n = side->self ? strlen(side->self) : 0;

	return n && !strncmp(s, side->self, n) && !isalnum((u8)s[n]) &&
	       s[n] != '_' ? n : 0;
}

/* Compare descriptions, in which an enum or the struct itself may be renamed. */
static bool same_words(const struct side *a, const char *was,
		       const struct side *b, const char *is)
{
	size_t n, k;

	while (*was || *is) {
		n = self_length(a, was);
		k = self_length(b, is);
		if (!n || !k) {
			n = enum_length(was);
			k = enum_length(is);
			if (n && k && (n != k || memcmp(was, is, n)) &&
			    !is_renamed_enum(a->ts, was, n, b->ts, is, k))
				return false;
		}
		if (n && k) {
			was += n;
			is += k;
		} else if (*was++ != *is++) {
			return false;
		}
	}
	return true;
}

/* Typedefs that only tell the size of a number, and its sign */
static bool is_plain_number(const char *names)
{
	static const char *const plain[] = {
		"u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64",
		"__u8", "__u16", "__u32", "__u64", "__s8", "__s16", "__s32", "__s64",
		"uint8_t", "uint16_t", "uint32_t", "uint64_t", "int8_t", "int16_t", "int32_t",
		"int64_t", "u_char", "u_short", "u_int", "u_long", "uchar", "unchar", "ushort",
		"uint", "ulong", "size_t", "ssize_t", "uintptr_t", "intptr_t", "__kernel_size_t",
		"__kernel_ssize_t", "__kernel_long_t", "__kernel_ulong_t", "bool",
	};
	size_t n = strcspn(names + 1, ","), i;

	for (i = 0; i < ARRAY_SIZE(plain); i++)
		if (strlen(plain[i]) == n && !strncmp(names + 1, plain[i], n))
			return true;
	return !n;
}

/* Is @b another name for @a, or for what has that name? */
static bool names_it(const char *a, const char *b)
{
	size_t n = strcspn(a + 1, ",");

	return !is_plain_number(a) && strstr(b, xasprintf("%.*s", (int)n + 2, a));
}

/* Do both names of a number stand for the same kind of thing? A time, a place on a disk... */
static bool same_number(const char *was, const char *is)
{
	return !was || !is || (is_plain_number(was) && is_plain_number(is)) ||
	       names_it(was, is) || names_it(is, was);
}

static const char *outermost(const char *names)
{
	size_t n = strcspn(names + 1, ",");

	return n ? xasprintf("%.*s", (int)n, names + 1) : "a plain number";
}

static const char *compare_member(const struct side *a, const struct member *was,
				  const struct side *b, const struct member *is)
{
	if (was->bit != is->bit)
		return xasprintf("member %s is at %s instead of %s", is->name,
				 place(is->bit), place(was->bit));
	if (was->group && is->group)
		return NULL;
	if (!same_words(a, was->type, b, is->type))
		return xasprintf("member %s is %s instead of %s", is->name,
				 is->type, was->type);
	if (!same_number(was->number, is->number))
		return xasprintf("member %s is %s instead of %s", is->name, outermost(is->number),
				 outermost(was->number));
	if (was->values && is->values && !share_values(was->values, is->values))
		return xasprintf("member %s is one of %.*s instead of %.*s",
				 is->name, (int)strlen(is->values) - 2,
				 is->values + 1, (int)strlen(was->values) - 2,
				 was->values + 1);
	return NULL;
}

/* Describes the first difference; NULL if there is none. */
static const char *compare_types(const struct side *a, const struct side *b)
{
	const struct member *m, *n;
	const char *change;

	vec_for_each(m, &b->t->members) {
		n = find_member(a->t, m);
		if (!n && is_second_name(a, b, m))
			continue;
		change = n ? compare_member(a, n, b, m) : describe_new(a->t, b->t, m);
		if (change)
			return change;
	}
	vec_for_each(m, &a->t->members)
		if (!find_member(b->t, m) && !is_second_name(b, a, m))
			return xasprintf("member %s is gone", m->name);
	if (a->t->size != b->t->size)
		return xasprintf("it has %lld bytes instead of %lld",
				 (long long)b->t->size, (long long)a->t->size);
	if (a->t->align != b->t->align)
		return xasprintf("it is aligned to %u instead of %u",
				 b->t->align, a->t->align);
	return NULL;
}

/**
 * same_layout() - are two structs the same, except for their names?
 * @pre:	types of the pre object
 * @was:	a struct of @pre
 * @post:	types of the post object
 * @is:		a struct of @post
 */
bool same_layout(const struct types *pre, const struct type *was,
		 const struct types *post, const struct type *is)
{
	return !compare_types(&(struct side){ pre, was, was->name },
			      &(struct side){ post, is, is->name });
}

/* Compare all structs of one name, in the order of their functions. */
static const char *compare_all(const struct types *pre, const struct type *a,
			       const struct types *post, const struct type *b)
{
	const char *change = NULL;

	for (; a && b && !change; a = a->other, b = b->other)
		change = compare_types(&(struct side){ pre, a, NULL },
				       &(struct side){ post, b, NULL });
	if (!change && (a || b))
		change = "the number of types of this name changed";
	return change;
}

/**
 * compare_variables() - did the type of a variable change?
 * @pre:	its type in pre, from read_variable()
 * @post:	its type in post
 *
 * Return: the difference in words, or NULL.
 */
const char *compare_variables(const struct type *pre, const struct type *post)
{
	const struct member *was = pre->members.v, *is = post->members.v;

	if (!was->group != !is->group ||
	    (!is->group && strcmp(was->type, is->type)))
		return xasprintf("which is %s instead of %s", is->type,
				 was->type);
	return compare_types(&(struct side){ .t = pre },
			     &(struct side){ .t = post });
}

/* Enums */

static bool is_word(const char *s, const char *word)
{
	size_t n = strlen(word);

	return !strncasecmp(s, word, n) && !isalpha((u8)s[n]);
}

/* Does the name suggest a count or a maximum? */
static bool sounds_like_count(const char *name)
{
	static const char * const words[] = {
		"count", "counts", "cnt", "max", "maximum", "num", "nums",
		"number", "nr", "last", "many",
	};
	const char *p;
	u32 i;

	for (p = name; *p; p++) {
		if (p > name && isalpha((u8)p[-1]))
			continue;
		for (i = 0; i < ARRAY_SIZE(words); i++)
			if (is_word(p, words[i]))
				return true;
		if (!strncasecmp(p, "num", 3) || !strncasecmp(p, "max", 3))
			return true;
	}
	return false;
}

/* Is it a count? No other value may be above it, except for counts. */
static bool is_count(const struct type *t, const struct member *m)
{
	const struct member *n;

	if (!sounds_like_count(m->name))
		return false;
	vec_for_each(n, &t->members)
		if (n->bit > m->bit && !sounds_like_count(n->name))
			return false;
	return t->members.n > 1;
}

static const char *compare_number(struct types *post, const struct value *was,
				  const struct type *t, const struct member *m)
{
	struct moved_count *c;

	if (was->number == m->bit)
		return NULL;
	if (!is_count(was->type, was->member) || !is_count(t, m))
		return xasprintf("%s is %lld instead of %lld", m->name,
				 (long long)m->bit, (long long)was->number);
	c = vec_add(&post->counts);
	*c = (struct moved_count){ m->name, t, was->number, m->bit };
	return NULL;
}

/* Find the old enum, which has a value in common. */
static const struct type *enum_before(const struct types *pre,
				      const struct type *t)
{
	const struct member *m;
	struct value *v;
	struct type **e;

	vec_for_each(m, &t->members) {
		v = map_get(&pre->values, m->key);
		if (v)
			return v->type;
	}
	vec_for_each(e, &pre->enums)
		if (!strcmp((*e)->name, t->name))
			return *e;
	return NULL;
}

/**
 * number_lives_on() - does a number of an enum keep one of its old names?
 * @post:	types of the post object
 * @old:	the enum in pre
 * @number:	the number
 */
bool number_lives_on(const struct types *post, const struct type *old,
		     s64 number)
{
	const struct member *m;
	const struct value *v;

	vec_for_each(m, &old->members) {
		v = m->bit == number ? map_get(&post->values, m->key) : NULL;
		if (v && v->number == number)
			return true;
	}
	return false;
}

/* Find a number that has another meaning now: existing data still has the old one. */
static const char *compare_meaning(const struct types *pre,
				   const struct types *post,
				   const struct type *old, const struct type *t)
{
	const struct member *m, *n;

	vec_for_each(m, &t->members) {
		if (map_get(&pre->values, m->key) ||
		    number_lives_on(post, old, m->bit))
			continue;
		vec_for_each(n, &old->members)
			if (n->bit == m->bit && !is_count(old, n) &&
			    !map_get(&post->values, n->key))
				return xasprintf("%lld is %s instead of %s",
						 (long long)m->bit, m->name,
						 n->name);
	}
	return NULL;
}

static bool has_negative(const struct type *t)
{
	const struct member *m;

	vec_for_each(m, &t->members)
		if (m->bit < 0)
			return true;
	return false;
}

static const char *compare_enum(const struct types *pre, struct types *post,
				const struct type *t)
{
	const struct type *old = enum_before(pre, t);
	const struct member *m;
	const struct value *v;
	const char *change;

	if (!old)
		return NULL;
	vec_for_each(m, &t->members) {
		v = map_get(&pre->values, m->key);
		change = v ? compare_number(post, v, t, m) : NULL;
		if (change)
			return change;
	}
	change = compare_meaning(pre, post, old, t);
	if (change)
		return change;
	if (old->size != t->size)
		return xasprintf("it has %lld bytes instead of %lld",
				 (long long)t->size, (long long)old->size);
	if (has_negative(t) && !has_negative(old))
		return "it has negative values now, which it could not hold";
	return NULL;
}

/**
 * find_unseen() - find changes of types that the pre object does not know
 * @pre:	types of the pre object
 * @old:	the old types, from another object
 * @post:	types that the new code was compiled with
 */
void find_unseen(const struct types *pre, const struct types *old,
		 struct types *post)
{
	const struct type *was;
	struct type **t;

	vec_for_each(t, &post->list) {
		was = map_get(&pre->map, (*t)->name) ? NULL :
		      map_get(&old->map, (*t)->name);
		if (!was)
			continue;
		(*t)->change = compare_all(old, was, post, *t);
		post->changes += (*t)->change != NULL;
	}
}

/**
 * find_changes() - find what changed in each type
 * @pre:	types of the pre object, as in data of the running kernel
 * @post:	types that the new code was compiled with; gets .changes
 */
void find_changes(const struct types *pre, struct types *post)
{
	struct type **t;

	post->changes = 0;
	vec_for_each(t, &post->list) {
		const struct type *old = map_get(&pre->map, (*t)->name);

		if (!old)
			continue;
		(*t)->change = compare_all(pre, old, post, *t);
		post->changes += (*t)->change != NULL;
	}
	vec_for_each(t, &post->enums) {
		(*t)->change = compare_enum(pre, post, *t);
		post->changes += (*t)->change != NULL;
	}
}
