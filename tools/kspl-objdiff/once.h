/* SPDX-License-Identifier: GPL-2.0 */
/* Paths through a function with a once flag (once.c, rejoin.c). */
#ifndef KSPL_ONCE_H
#define KSPL_ONCE_H

#include "update.h"

#define REACHED_ANYWAY	1	/* also if the flag was set */
#define REACHED_ONCE	2	/* if the flag was not set, or after a write of it */
#define REACHED_SET	4	/* because the flag was set */
#define REACHED_BEFORE	8	/* it leads to where the flag is read */

/* A branch that depends on the flag: where it is, and where it leads if that was (not) set */
struct choice {
	u32 at, set, todo;
};

/**
 * struct paths - paths through a function and its cold part
 * @up:		the update
 * @flag:	the flag
 * @part:	the function, and its cold part or NULL
 * @choices:	what the flag decides
 * @seen:	by offset: REACHED_...
 * @todo:	places to go on at: part << 31 | offset
 */
struct paths {
	const struct update *up;
	const struct unit *flag;
	const struct unit *part[2];
	VEC(struct choice) choices;
	u8 *seen[2];
	VEC(u32) todo;
};

/* A place: part << 31 | offset */
#define PLACE(part, at)	((u32)(part) << 31 | (at))
#define PLACE_PART(v)	((v) >> 31)
#define PLACE_AT(v)	((v) & ~(1u << 31))
#define MAX_NEXT	4

/* What an instruction does, as others see it. */
enum step {
	STEP_SILENT,		/* nothing, or it prints a message */
	STEP_BRANCH,		/* it decides how to go on */
	STEP_ACT,		/* it calls, or writes memory */
	STEP_END,		/* it leaves the function */
};

/* once.c */
const struct ref *once_ref(const struct unit *u, u32 at, u32 len);
bool once_writes(const struct paths *p, u32 place);
bool once_reads(const struct paths *p, u32 place);
u32 once_next(const struct paths *p, u32 place, u32 next[MAX_NEXT]);
enum step once_step(const struct paths *p, u32 place);
bool once_same(const struct paths *p, u32 place, u32 other);
bool once_calls(const struct paths *p, u32 place);
bool is_done_anyway(const struct paths *p, u32 place);
void once_run(struct paths *p, u32 place, u8 how);

/* rejoin.c */
const char *find_choices(struct paths *p);
const char *goes_on_otherwise(struct paths *p);
bool fills_own_stack(const struct unit *u, const struct ref *call);

#endif /* KSPL_ONCE_H */
