/* SPDX-License-Identifier: GPL-2.0 */
/* Constants that change where they stand (inplace.c, live.c). */
#ifndef KSPL_INPLACE_H
#define KSPL_INPLACE_H

#include "verdict.h"

/**
 * struct word - a word of a constant that changes
 * @off:	offset in the constant, a multiple of @size
 * @size:	1, 2, 4 or 8 bytes
 * @value:	its new value, if there is no @ref
 * @ref:	the reference in the post unit that fills it, or NULL
 */
struct word {
	u32 off, size;
	u64 value;
	const struct ref *ref;
};

typedef VEC(struct word) word_vec;

/* How a word changes */
enum change {
	CHANGE_CODE,	/* from one function to another */
	CHANGE_FILL,	/* from nothing to a function */
	CHANGE_DATA,	/* a number, or the address of data */
	CHANGE_KINDS
};

/* inplace.c */
const char *changed_words(const struct update *up, const struct unit *c,
			  word_vec *words);
const char *not_in_place(const struct verdicts *vs, const struct unit *c, bool vouched);
void put_in_place(struct verdicts *vs, const struct unit *c);

/* live.c */
bool member_is_live(const struct unit *c, const char *type, const char *member, enum change how);

#endif /* KSPL_INPLACE_H */
