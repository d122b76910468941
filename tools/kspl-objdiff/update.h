/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files of an update, its options, and how pre and post units pair and compare
 * (update.c, pair.c, compare.c).
 */
#ifndef KSPL_UPDATE_H
#define KSPL_UPDATE_H

#include "unit.h"

/**
 * struct target - what is linked together: the kernel, or one module
 * @name:	"vmlinux", or the module's name
 * @pre_globals: name -> unit, across all its files in the update
 * @post_globals: same
 */
struct target {
	const char *name;
	struct map pre_globals, post_globals;
};

struct export {
	const char *name, *module, *ns;
};

/**
 * struct tu - a translation unit in pre and post
 * @label:	its name
 * @pre:	NULL for a new file
 * @post:	the object of the patched source
 * @old:	@post compiled with the old types, or NULL
 * @debug:	@post compiled with the line numbers of the patched source, for its debug
 *		information, or NULL
 * @types:	"same", "changed", "judged": found by types.c
 * @type_change: description of one change, or NULL
 */
struct tu {
	const char *label;
	struct obj *pre, *post;
	struct obj *old, *debug;
	const char *types;
	const char *type_change;
};

struct state {
	const char *name;
	u32 version;
};

/**
 * struct state_of - what the author says about a variable
 * @old:	its name in the old code; "": @new is really new
 * @new:	its name in the new code; "": @old is really gone
 */
struct state_of {
	const char *old, *new;
};

/**
 * struct update - the input of an update, as read and compared
 * @name:	its name
 * @release:	the kernel it is for
 * @description: one line of text
 * @fixes:	ids of what it fixes, each followed by '\n'
 * @supersedes:	names of other updates
 * @states:	states of the author's hooks
 * @state_of:	variables that have a new name
 * @boot_done:	boot code whose change does not matter, according to the author
 * @in_place:	constants that may change where they are, according to the author
 * @targets:	vmlinux first, if it is one
 * @tus:	sorted by target
 * @nunits:	number of units in all objects, see unit.id
 * @exports:	name -> struct export
 * @all:	replace unchanged functions, too
 * @allow_busy:	... and those that are always busy
 * @partial:	leave out what is refused
 * @unknown:	names that the kernel does not have
 * @changed:	base names of the source files that differ, if @changed_known
 * @defined:	names that the kernel has, or may have, if @defined_known
 */
struct update {
	const char *name, *release, *description, *fixes;
	VEC(const char *) supersedes;
	VEC(struct state) states;
	VEC(struct state_of) state_of;
	VEC(const char *) boot_done;
	VEC(const char *) in_place;
	VEC(struct target) targets;
	VEC(struct tu) tus;
	u32 nunits;
	struct map exports;
	bool all, allow_busy, partial;
	struct map unknown, changed, defined;
	bool changed_known, defined_known;
};

void update_add_tu(struct update *up, const char *target, const char *label,
		   const char *pre, const char *post);
bool update_add_old(struct update *up, const char *label, const char *path);
void update_add_debug(struct update *up, const char *label, const char *path);
void update_add_state_of(struct update *up, const char *text);
void read_names(const char *path, struct map *names);
void update_read_defined(struct update *up, const char *path);
void update_read_changed(struct update *up, const char *path);
bool file_may_differ(const struct update *up, const char *path);
void update_read_symvers(struct update *up, const char *path);
bool symbol_is_exported(const struct update *up, const char *name);
const char *symbol_module(const struct update *up, const char *name);
struct unit *resolve_ref(const struct update *up, const struct obj *obj,
			 const struct ref *r);
bool unit_refers(const struct update *up, const struct unit *u,
		 const struct unit *to);

/* pair.c */
void pair_units(struct update *up);
bool unit_is_numbered(const struct unit *u);

/* content.c */
void pair_contents(struct update *up);

/* compare.c */
void compare_units(struct update *up);
bool unit_same_code(const struct update *up, const struct unit *a,
		    const struct unit *b);
bool unit_same_content(const struct update *up, const struct unit *a,
		       const struct unit *b);
bool entry_counts(const struct entry *e);
bool same_entry_bytes(const struct entry *a, const struct entry *b);
bool refs_mean_same(const struct update *up, const struct unit *a, const struct ref *x,
		    const struct unit *b, const struct ref *y);
bool unit_same_but_messages(const struct update *up, const struct unit *a,
			    const struct unit *b);

#endif /* KSPL_UPDATE_H */
