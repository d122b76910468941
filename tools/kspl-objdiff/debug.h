/* SPDX-License-Identifier: GPL-2.0 */
/* Debug information of an update (debug.c, lines.c) */
#ifndef KSPL_DEBUG_H
#define KSPL_DEBUG_H

#include "out.h"

/* A line number program, before and in the output */
struct move {
	u64 from;
	u32 to;
};

/**
 * struct debug - the debug information of one file, while it is copied
 * @out:	the output
 * @tu:		the file
 * @strings:	what .debug_str has: string -> its offset, and 1
 * @info, @abbrev, @loc, @ranges: where this file's begin in the output's sections
 * @twins:	sections of the post object, by the index of those of the debug object
 * @moves:	its line number programs
 */
struct debug {
	struct out *out;
	const struct tu *tu;
	struct map *strings;
	u32 info, abbrev, loc, ranges;
	const struct sec **twins;
	VEC(struct move) moves;
};

const struct sym *debug_sym(const struct obj *obj, const struct sec *sec, u64 off, u32 type,
			    s64 *addend);
void debug_add(struct out *out);

/* lines.c */
bool lines_copy(struct debug *d, const struct sec *from, u32 sec);
u32 lines_moved(const struct debug *d, u64 off);

#endif /* KSPL_DEBUG_H */
