/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decisions about an update: what it includes, replaces and refuses (verdict.c,
 * decide.c, types.c), and what it leaves as it is (partial.c).
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
	const char *about;	/* same string for all refusals with this reason, or NULL */
	const char *who;	/* of these: its name, if not @what */
	const struct obj *obj;
	struct unit *unit;	/* the unit that is refused; NULL: the object */
};

struct note {
	const char *where;
	const char *text;
	bool warning;		/* the author should check this */
};

struct hook {
	u32 kind;			/* enum ksplice_f_hook_kind */
	u32 order;			/* in its file */
	struct unit *func;
};

/**
 * struct left - a changed function or variable that the update leaves as it is
 * @where:	translation unit
 * @what:	its name
 * @code:	code of the refusal, or "needs_refused"
 * @func:	a function, which would have been replaced
 */
struct left {
	const char *where, *what, *code, *reason, *wayout;
	bool func;
};

/**
 * struct unit_plan - what is fixed about a unit before the decisions
 * @left:	it stays as it is
 * @old_body:	it was compiled from the old source
 * @must_stay:	... and may not be replaced by that
 */
struct unit_plan {
	bool left, old_body, must_stay;
};

/**
 * struct tu_plan - the same for a translation unit
 * @left:	all of it stays as it is
 * @dirty:	its types must be checked (again)
 * @new_bodies:	functions of the new source, if given
 */
struct tu_plan {
	bool left, dirty;
	VEC(const char *) new_bodies;
};

/**
 * struct plan - what the update must leave as it is
 * @up:		the update
 * @units:	by unit.id
 * @tus:	by index in @up->tus
 * @left:	what is left out, and why
 *
 * With --partial, it grows from round to round: see partial.c.
 */
struct plan {
	const struct update *up;
	struct unit_plan *units;
	struct tu_plan *tus;
	VEC(struct left) left;
};

/**
 * struct verdict - decisions about a unit of a post object
 * @include:	it goes into the update
 * @replaced:	its twin gets a trampoline to it
 * @follows:	it did not change, but something it uses gets a new copy
 * @in_place:	a constant that changes where it is, and gets no copy
 * @cause:	why it differs from its twin
 * @why:	why it is included
 * @from:	the unit that uses it, if that is the reason
 */
struct verdict {
	bool include, replaced, follows, in_place;
	const char *cause, *why;
	struct unit *from;
};

typedef VEC(struct unit *) unit_vec;

struct boot;

/**
 * struct verdicts - decisions about an update, in one round
 * @up:		the update
 * @plan:	what stays as it is
 * @units:	by unit.id
 * @todo:	included units, in order of inclusion
 * @refusals:	reasons against the update
 * @notes:	notes for the author
 * @hooks:	hooks of the author
 * @nreplaced:	number of replaced functions
 * @nnew:	number of new functions
 * @nin_place:	number of constants that change in place
 * @ninitcall:	number of changed functions that only run at boot
 * @stays:	the kernel may keep addresses of the update's memory
 * @ninit:	number of changes that only take effect at boot, by TU
 * @boot:	what only runs at boot
 */
struct verdicts {
	const struct update *up;
	const struct plan *plan;
	struct verdict *units;
	unit_vec todo;
	VEC(struct refusal) refusals;
	VEC(struct note) notes;
	VEC(struct hook) hooks;
	u32 nreplaced, nnew, nin_place, ninitcall;
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
bool unit_in_place(const struct verdicts *vs, const struct unit *u);
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

/* How to resolve a reference of included code */
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

/* cookie.c */
void check_cookies(struct verdicts *vs);

/* marks.c */
void check_marks(struct verdicts *vs, const struct tu *tu);

/* handed.c */
void check_handed(struct verdicts *vs, const struct tu *tu);

/* lost.c */
void check_lost_state(struct verdicts *vs, const struct tu *tu);

/* once.c */
void check_once(struct verdicts *vs, const struct tu *tu);

/* names.c */
void check_names(struct verdicts *vs, const struct tu *tu);

/* sections.c */
void check_places(struct verdicts *vs, const struct tu *tu);
void check_injection(struct verdicts *vs, const struct tu *tu);
void check_unwinding(struct verdicts *vs, const struct tu *tu);

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
