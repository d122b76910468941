/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is decided about an update: what goes into it, what is replaced, what is
 * refused (verdict.c, decide.c, types.c), and what stays as it is (partial.c).
 */
#ifndef KSPL_VERDICT_H
#define KSPL_VERDICT_H

#include "ksplice_format.h"
#include "update.h"

struct refusal {
	const char *code;	/* a word, for programs */
	const char *where;	/* translation unit */
	const char *what;	/* function, variable or section */
	const char *reason;
	const char *wayout;
	const char *about;	/* the same for all that share one reason, or NULL */
	const char *who;	/* of those: which one it is, if not @what */
	const struct obj *obj;
	struct unit *unit;	/* what can't be done; NULL: the object */
};

struct note {
	const char *where;
	const char *text;
	bool warning;		/* something the author should think about */
};

struct hook {
	u32 kind;			/* enum ksplice_f_hook_kind */
	u32 order;			/* in its file */
	struct unit *func;
};

/**
 * struct left - a changed function, or variable, that an update leaves as it is
 * @where:	translation unit
 * @what:	its name
 * @code:	of the refusal it would have been, or "needs_refused"
 * @func:	it is a function that would have been replaced
 */
struct left {
	const char *where, *what, *code, *reason, *wayout;
	bool func;
};

/**
 * struct unit_plan - what a unit is to be, whatever is decided
 * @left:	it stays as it is
 * @old_body:	its source is the old one
 * @must_stay:	... which may not replace it
 */
struct unit_plan {
	bool left, old_body, must_stay;
};

/**
 * struct tu_plan - the same for a translation unit
 * @left:	all of it stays as it is
 * @dirty:	to be judged (again)
 * @new_bodies:	functions of new source, if said
 */
struct tu_plan {
	bool left, dirty;
	VEC(const char *) new_bodies;
};

/**
 * struct plan - what an update must leave as it is
 * @up:		the update
 * @units:	by unit.id
 * @tus:	as those of @up
 * @left:	what it leaves, and why
 *
 * With --partial it grows from round to round: see partial.c.
 */
struct plan {
	const struct update *up;
	struct unit_plan *units;
	struct tu_plan *tus;
	VEC(struct left) left;
};

/**
 * struct verdict - what is decided about a unit of a post object
 * @include:	it goes into the update
 * @replaced:	it has a twin whose entry will jump here
 * @follows:	it did not change, but what it needs gets a new copy
 * @cause:	why it is not as it was
 * @why:	why it is included
 * @from:	what uses it, if it does not stand for itself
 */
struct verdict {
	bool include, replaced, follows;
	const char *cause, *why;
	struct unit *from;
};

typedef VEC(struct unit *) unit_vec;

struct boot;

/**
 * struct verdicts - what is decided about an update in one go
 * @up:		the update
 * @plan:	what stays as it is
 * @units:	by unit.id
 * @todo:	the included units, in the order of their inclusion
 * @refusals:	reasons why there is no such update
 * @notes:	for the author
 * @hooks:	of the author
 * @nreplaced:	functions
 * @nnew:	functions
 * @ninitcall:	changed functions that only run at boot
 * @stays:	addresses of the update's memory get into the kernel's data
 * @ninit:	changes that only count at boot, by translation unit
 * @boot:	what runs at boot only
 */
struct verdicts {
	const struct update *up;
	const struct plan *plan;
	struct verdict *units;
	unit_vec todo;
	VEC(struct refusal) refusals;
	VEC(struct note) notes;
	VEC(struct hook) hooks;
	u32 nreplaced, nnew, ninitcall;
	bool stays;
	u32 *ninit;
	struct boot *boot;
};

/* verdict.c */
struct verdicts *verdicts_new(const struct plan *plan);
void verdicts_free(struct verdicts *vs);
struct verdict *verdict_of(const struct verdicts *vs, const struct unit *u);
const struct unit_plan *plan_of(const struct plan *plan, const struct unit *u);
bool unit_included(const struct verdicts *vs, const struct unit *u);
bool unit_replaced(const struct verdicts *vs, const struct unit *u);
bool unit_differs(const struct verdicts *vs, const struct unit *u);
const char *unit_cause(const struct verdicts *vs, const struct unit *u);
void refuse(struct verdicts *vs, const char *code, const struct obj *obj,
	    const struct unit *unit, const char *what, const char *wayout,
	    const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));
void note(struct verdicts *vs, const struct obj *obj, bool warning,
	  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int verdicts_status(const struct verdicts *vs);

/* busy.c */
const char *always_busy(const char *name);

/* decide.c */
extern const char *const hook_names[KSPLICE_HOOK_KINDS];
void decide(struct verdicts *vs);
bool unit_is_replaceable(const struct unit *u);
const char *unit_label(const struct unit *u);
bool unit_has_like(const struct update *up, const struct obj *obj,
		   const struct unit *u, bool swap);

/* What a reference of included code becomes. */
enum ref_fate {
	FATE_NEW,	/* ELF relocation to something in the update */
	FATE_EXTERN,	/* ELF relocation to an exported symbol */
	FATE_FIXUP,	/* the core relocates it when the update is loaded */
};

enum ref_fate ref_fate(const struct verdicts *vs, const struct unit *from,
		       const struct entry *e, const struct ref *r,
		       struct unit **target);
bool entry_wanted(const struct verdicts *vs, const struct unit *u,
		  const struct entry *e);

/* boot.c */
const struct unit *used_at_boot(const struct verdicts *vs, const struct unit *u);
bool boot_is_done(const struct verdicts *vs, const struct unit *u);
void check_boot(struct verdicts *vs);
void check_lost(struct verdicts *vs, const struct tu *tu);

/* handed.c */
void check_handed(struct verdicts *vs, const struct tu *tu);

/* lost.c */
void check_lost_state(struct verdicts *vs, const struct tu *tu);

/* once.c */
void check_once(struct verdicts *vs, const struct tu *tu);

/* sections.c */
void check_places(struct verdicts *vs, const struct tu *tu);
void check_injection(struct verdicts *vs, const struct tu *tu);

/* types.c */
void check_types(struct verdicts *vs);
bool unit_inlines(const struct unit *u, const char *name);

/* partial.c */
void plan_init(struct plan *plan, const struct update *up);
void leave_out(struct plan *plan, const char *label, const char *name,
	       const char *reason);
void new_body(struct plan *plan, const char *label, const char *name);
struct verdicts *judge(struct plan *plan);

#endif /* KSPL_VERDICT_H */
