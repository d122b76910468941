// SPDX-License-Identifier: GPL-2.0
/*
 * Decides what goes into the update, and refuses what can't be done safely.
 *
 * The update replaces the changed functions. It also includes everything that their new
 * code needs and that the running kernel does not have.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "boot.h"
#include "escape.h"
#include "inplace.h"
#include "ran.h"
#include "rows.h"
#include "verdict.h"

#define WAY_DATA							\
	"leave the existing variable as it is, and add a new one"
#define WAY_SPLIT	"leave this part out of the patch"

const char *unit_label(const struct unit *u)
{
	if (u->name[0])
		return u->name;
	return xasprintf("%s+%#x", u->sec->name, u->off);
}

static bool is_left(const struct verdicts *vs, const struct unit *u)
{
	return plan_of(vs->plan, u)->left;
}

static bool tu_left(const struct verdicts *vs, const struct tu *tu)
{
	return vs->plan->tus[tu - vs->up->tus.v].left;
}

/* In sysfs, the directory of a target is next to the attribute files of the update. */
static bool is_attribute(const char *target)
{
#define ATTRIBUTE_NAME(attr)	#attr,
	static const char *const names[] = { KSPLICE_ATTRIBUTES(ATTRIBUTE_NAME) };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(target, names[i]))
			return true;
	return false;
}

static void check_targets(struct verdicts *vs)
{
	const struct tu *tu;
	const char *name;

	vec_for_each(tu, &vs->up->tus) {
		name = vs->up->targets.v[tu->post->target].name;
		if (is_attribute(name))
			refuse(vs, "target_name", tu->post, NULL, name,
			       "give the module another name",
			       "module %s can't be updated: %s is the name of a file of each update in sysfs",
			       name, name);
	}
}

/* Sections that the linker collects from all files */

static bool is_collected(const struct sec *sec)
{
	return sec->cls == SC_SPECIAL || sec->cls == SC_UNKNOWN ||
	       sec->cls == SC_EXPORT;
}

/* "__initcall__kmod_pid__453_12_foo6": the numbers depend on line numbers. */
static const char *skip_count(const char *name, const char *p)
{
	if (p > name && p[-1] == '_' && starts_with(name, "__"))
		while (*p >= '0' && *p <= '9')
			p++;
	return p;
}

static bool same_stable_name(const char *a, const char *b)
{
	const char *p = a, *q = b;

	for (;; p++, q++) {
		p = skip_count(a, p);
		q = skip_count(b, q);
		if (*p != *q)
			return false;
		if (!*p)
			return true;
	}
}

static bool same_collected(const struct update *up, const struct unit *a,
			   const struct unit *b)
{
	bool same = same_stable_name(a->name, b->name);

	if (!same || a->sec->cls == SC_EXPORT)
		return same;
	return unit_same_content(up, a, b);
}

static bool is_like_collected(const struct update *up, const struct unit *u,
			      const struct unit *v, bool swap)
{
	if (strcmp(v->sec->name, u->sec->name))
		return false;
	return swap ? same_collected(up, u, v) : same_collected(up, v, u);
}

/**
 * unit_has_like() - does the peer have the same entry of a collected section?
 * @up:		the update
 * @obj:	the other object; the entry may be at any place in it
 * @u:		unit of a section that the linker collects
 * @swap:	@u is of the pre object, else of the post object
 */
bool unit_has_like(const struct update *up, const struct obj *obj,
		   const struct unit *u, bool swap)
{
	struct unit *const *v;
	const struct sec *sec;

	if (u->twin && u->twin->obj == obj && is_like_collected(up, u, u->twin, swap))
		return true;	/* the usual case */
	vec_for_each(sec, &obj->secs) {
		if (strcmp(sec->name, u->sec->name))
			continue;
		vec_for_each(v, &sec->units)
			if (is_like_collected(up, u, *v, swap))
				return true;
	}
	return false;
}

static const char *export_name(const struct unit *u)
{
	if (starts_with(u->name, "__export_symbol_"))
		return u->name + strlen("__export_symbol_");
	return unit_label(u);
}

/*
 * Loaded modules stay bound to the exports they use, and no new export gets published.
 * So a changed export only matters to modules that are loaded later.
 */
static void note_export(struct verdicts *vs, const struct unit *u, bool removed)
{
	if (removed)
		note(vs, u->obj, true,
		     "the export of %s is gone from the source; modules can use it until the next boot",
		     export_name(u));
	else
		note(vs, u->obj, true,
		     "the export of %s is new; modules can't use it before the next boot",
		     export_name(u));
}

static void refuse_collected(struct verdicts *vs, const struct unit *u,
			     bool removed)
{
	const char *how = removed ? "removed" : "new or changed";

	if (!u->size)
		return;
	if (u->sec->cls == SC_EXPORT)
		note_export(vs, u, removed);
	else if (u->sec->cls == SC_UNKNOWN)
		refuse(vs, "unknown_section", u->obj, NULL, unit_label(u), WAY_SPLIT,
		       "it is %s, in section %s, which kspl-objdiff does not know",
		       how, u->sec->name);
	else if (section_is_initcall(u->sec))
		vs->ninitcall += !removed;
	else
		refuse(vs, "special_changed", u->obj, NULL, unit_label(u), WAY_SPLIT,
		       "%s is %s (section %s)", u->sec->desc->what, how,
		       u->sec->name);
}

static const struct sec *section_of(const struct obj *obj, const char *name)
{
	const struct sec *sec;

	vec_for_each(sec, &obj->secs)
		if (!strcmp(sec->name, name) && sec->units.n)
			return sec;
	return NULL;
}

/* Quirks are applied in their order. What reads a section of unknown kind may care, too. */
static bool has_order(const struct sec *sec)
{
	return sec->cls == SC_UNKNOWN || starts_with(sec->name, ".pci_fixup");
}

static void check_order(struct verdicts *vs, const struct tu *tu)
{
	const struct sec *sec, *old;
	u32 i;

	vec_for_each(sec, &tu->post->secs) {
		old = has_order(sec) ? section_of(tu->pre, sec->name) : NULL;
		if (!old || old->units.n != sec->units.n)
			continue;	/* an entry is new or gone */
		for (i = 0; i < sec->units.n; i++)
			if (!same_collected(vs->up, old->units.v[i], sec->units.v[i]))
				break;
		if (i < sec->units.n && unit_has_like(vs->up, tu->pre, sec->units.v[i], false))
			refuse(vs, "unknown_section", tu->post, NULL, unit_label(sec->units.v[i]),
			       "keep the order",
			       "it is at another place of section %s, whose entries may be used in their order",
			       sec->name);
	}
}

static void check_collected(struct verdicts *vs, const struct tu *tu)
{
	struct unit **u;

	vec_for_each(u, &tu->post->units)
		if (is_collected((*u)->sec) &&
		    (!tu->pre || !unit_has_like(vs->up, tu->pre, *u, false)))
			refuse_collected(vs, *u, false);
	if (!tu->pre)
		return;
	check_order(vs, tu);
	vec_for_each(u, &tu->pre->units)
		if (is_collected((*u)->sec) && !unit_has_like(vs->up, tu->post, *u, true) &&
		    !((*u)->twin && (*u)->twin->status == ST_CHANGED))
			refuse_collected(vs, *u, true);
}

/* What changed */

bool unit_is_replaceable(const struct unit *u)
{
	return class_is_text(u->sec->cls) && u->twin;
}

static void follow(struct verdicts *vs, const struct unit *u, const char *cause)
{
	struct verdict *v = verdict_of(vs, u);

	v->follows = true;
	v->cause = cause;
}

/*
 * Users of a constant
 *
 * A changed constant gets a new copy. This is correct only if no code goes on with the
 * old copy and no code can tell the two apart: all code that uses the constant is
 * replaced, only reads it and keeps no pointer to it, and nothing else refers to it, in
 * pre or post.
 */

#define WAY_CONST							\
	"leave the constant as it is; or let the new code read a new constant instead"

static void refuse_holder(struct verdicts *vs, const struct unit *c,
			  const struct unit *holder, const char *how)
{
	refuse(vs, "const_escapes", c->obj, c, unit_label(c), WAY_CONST,
	       "the constant changed, and %s %s", unit_label(holder), how);
}

/* Unnamed constants are paired by equal content, so their twin never differs. */
static bool constant_differs(const struct verdicts *vs, const struct unit *u)
{
	if (unit_in_place(vs, u))
		return false;
	return u->ident == ID_CONTENT ? verdict_of(vs, u)->follows :
					unit_differs(vs, u);
}

/*
 * @anew: ask this for the holders of @c as well. Then an unnamed constant counts as
 * copied if its place in the kernel is not known.
 */
static bool is_copied(const struct verdicts *vs, const struct unit *c, bool anew)
{
	const struct unit *post = c->obj->post ? c : c->twin;

	if (!post || !post->twin)
		return anew || c->ident != ID_CONTENT;
	return constant_differs(vs, post);
}

static bool leads_on_to_copy(const struct verdicts *vs, const struct unit *c,
			     bool anew, u8 *seen)
{
	const struct unit *to;
	const struct ref *r;

	if (seen[c->id])
		return false;
	seen[c->id] = 1;
	vec_for_each(r, &c->refs) {
		to = resolve_ref(vs->up, c->obj, r);
		if (to && to->sec->cls == SC_RODATA && to != c &&
		    (is_copied(vs, to, anew) ||
		     leads_on_to_copy(vs, to, anew, seen)))
			return true;
	}
	return false;
}

/*
 * Does @c hold the address of a constant that gets a new copy, directly or through
 * other constants?
 */
static bool leads_to_copy(const struct verdicts *vs, const struct unit *c,
			  bool anew)
{
	u8 *seen;
	bool leads;

	if (!c->refs.n)
		return false;
	seen = xzalloc(vs->up->nunits);
	leads = leads_on_to_copy(vs, c, anew, seen);
	free(seen);
	return leads;
}

/*
 * A format string says which arguments follow it. Code that keeps the old one passes
 * the old arguments.
 */
static bool is_format(const struct unit *u)
{
	const char *text = (const char *)unit_data(u), *p;

	for (p = strchr(text, '%'); p; p = strchr(p, '%')) {
		p += 1 + strspn(p + 1, "-+#.*0123456789");
		p += strspn(p, "hlzt");
		if (*p && strchr("diouxXcspn", *p))
			return true;
	}
	return false;
}

/*
 * Text without a format: only its content matters, so code may keep the address of the
 * old copy.
 */
static bool is_text_constant(const struct unit *u)
{
	const char *type = obj_find_dies(u->obj) ? variable_type(u) : NULL;
	u32 i;

	if (u->refs.n || !u->size || !unit_data(u) || unit_data(u)[u->size - 1] ||
	    (type && !starts_with(type, "char[")))
		return false;
	for (i = 0; i + 1 < u->size; i++) {
		u8 c = unit_data(u)[i];

		if (!isprint(c) && !isspace(c) && (c < 0x80 || !type))
			return false;
	}
	return !is_format(u);
}

/* Does a new constant hold an address that differs from what the kernel's old one holds? */
static bool holds_other(const struct verdicts *vs, const struct unit *c)
{
	const struct unit *to;
	const struct ref *r;

	vec_for_each(r, &c->refs) {
		to = resolve_ref(vs->up, c->obj, r);
		if (to && to != c && !to->twin)
			return true;
	}
	return leads_to_copy(vs, c, true);
}

/*
 * Code may also compare an address that it loads from a constant, e.g. from a table of
 * names.
 */
static bool compares_inner(const struct verdicts *vs, const struct unit *func,
			   const struct unit *c)
{
	const struct unit *post = c->obj->post ? c : c->twin;
	struct escape esc;

	if (!c->refs.n || (post && !holds_other(vs, post)))
		return false;
	unit_lets_out(vs->up, func, c, true, &esc);
	return esc.compared;
}

/* @u is code that uses a constant: may it get a new copy? */
static void check_reader(struct verdicts *vs, const struct unit *c,
			 const struct unit *side, const struct unit *u)
{
	const struct unit *func = u->parent ? u->parent : u;
	struct escape esc;

	if (!func->is_func)
		refuse_holder(vs, c, func, "is not a function that can be analysed");
	else if (unit_lets_out(vs->up, func, side, leads_to_copy(vs, side, true), &esc) &&
		 !(is_text_constant(c) && is_text_constant(side)))
		refuse_holder(vs, c, func, xasprintf("%s, and code that has the address would keep using the old constant",
						     esc.how));
	else if (esc.compared)
		refuse_holder(vs, c, func, "compares its address, which would be different");
	else if (compares_inner(vs, func, side))
		refuse_holder(vs, c, func, "compares an address in it, which may be different");
}

/* Boot code ran with the old copy. This only matters if it passed on an address. */
static void check_boot_holder(struct verdicts *vs, const struct unit *c,
			      const struct unit *side, const struct unit *u)
{
	const struct ref *r;

	if (!u->obj->module && starts_with(u->sec->name, ".exit"))
		return;		/* the kernel itself never runs it */
	vec_for_each(r, &u->refs) {
		if (resolve_ref(vs->up, u->obj, r) != side ||
		    (!side->refs.n && !ref_takes_address(u, r)))
			continue;
		refuse_holder(vs, c, u, xasprintf("(%s) passed on its address, or an address in it, at boot",
						  u->sec->name));
		return;
	}
}

/* Check one unit that refers to @side, which is @c or its twin. */
static void check_holder(struct verdicts *vs, const struct unit *c,
			 const struct unit *side, const struct unit *u)
{
	switch (u->sec->cls) {
	case SC_TEXT:
		check_reader(vs, c, side, u);
		break;
	case SC_ALT_REPL:
	case SC_ALT_AUX:
		break;		/* belongs to code that is checked itself */
	case SC_RODATA:
		break;		/* gets a new copy itself, see copy_holders() */
	case SC_INIT:
		check_boot_holder(vs, c, side, u);
		break;
	default:
		refuse_holder(vs, c, u, xasprintf("(%s) points to it", u->sec->name));
	}
	if (u->obj->post && !unit_differs(vs, u) &&
	    (class_is_text(u->sec->cls) || u->sec->cls == SC_RODATA))
		follow(vs, u, xasprintf("uses %s, which changed", unit_label(c)));
}

static void check_side(struct verdicts *vs, const struct unit *c,
		       const struct unit *side)
{
	struct unit **u;

	vec_for_each(u, &side->obj->units)
		if (*u != side && unit_refers(vs->up, *u, side))
			check_holder(vs, c, side, *u);
}

/* Is any of its symbols global, also one inside of it? */
static bool others_know(const struct unit *c)
{
	struct sym **s;

	vec_for_each(s, &c->syms)
		if ((*s)->bind != STB_LOCAL)
			return true;
	return false;
}

static void spread_constant(struct verdicts *vs, const struct unit *c)
{
	if (others_know(c) || (c->twin && others_know(c->twin)))
		refuse(vs, "const_shared", c->obj, c, c->name, WAY_CONST,
		       "the constant changed (%s), and other files may use it",
		       unit_cause(vs, c));
	check_side(vs, c, c);
	if (c->twin)
		check_side(vs, c, c->twin);
}

/* Does code of its object compare the address of @c? */
static bool is_compared(const struct verdicts *vs, const struct unit *c)
{
	struct unit **u, *func;
	struct escape esc;

	vec_for_each(u, &c->obj->units) {
		func = (*u)->parent ? (*u)->parent : *u;
		if (!class_is_text((*u)->sec->cls) || !func->is_func ||
		    !unit_refers(vs->up, *u, c))
			continue;
		unit_lets_out(vs->up, func, c, false, &esc);
		if (esc.compared)
			return true;
	}
	return false;
}

/* Has a unit of the pre object no successor in the post object? */
static bool is_gone(const struct update *up, const struct tu *tu,
		    const struct unit *pre)
{
	struct unit **u;

	if (pre->ident != ID_CONTENT)
		return pre->deleted;
	vec_for_each(u, &tu->post->units)
		if ((*u)->twin == pre ||
		    ((*u)->ident == ID_CONTENT && (*u)->size == pre->size &&
		     (*u)->sec->cls == pre->sec->cls &&
		     same_base((*u)->name, pre->name) &&
		     unit_same_content(up, pre, *u)))
			return false;
	return true;
}

/*
 * A constant inside a function can't be paired by its symbol's name. It changed if pre
 * has constants of that name in that function, but none with the same content.
 */
static const struct unit *was_local_constant(const struct verdicts *vs,
					     const struct tu *tu,
					     const struct unit *u)
{
	const struct unit *was = NULL;
	struct unit **v;

	if (!tu->pre || u->twin || u->ident != ID_CONTENT ||
	    u->sec->cls != SC_RODATA || !unit_is_static_local(u) ||
	    starts_with(u->name, "__func__") || starts_with(u->name, "CSWTCH") ||
	    starts_with(u->name, "__FUNCTION__") ||
	    starts_with(u->name, "__PRETTY_FUNCTION__"))
		return NULL;
	vec_for_each(v, &tu->pre->units) {
		if ((*v)->sec->cls != SC_RODATA || !same_base((*v)->name, u->name) ||
		    (u->scope && (*v)->scope && strcmp(u->scope, (*v)->scope)))
			continue;
		if (unit_same_content(vs->up, *v, u))
			return NULL;
		if (!is_gone(vs->up, tu, *v))
			continue;
		if (!is_text_constant(u) || !is_text_constant(*v) ||
		    is_compared(vs, u) || is_compared(vs, *v))
			was = *v;
	}
	return was;
}

/*
 * A constant that holds the address of a copied constant gets a new copy, too. Find all
 * of these before the users are checked.
 */
static void copy_holders(struct verdicts *vs, const struct tu *tu)
{
	bool more = true;
	struct unit **u;

	while (more) {
		more = false;
		vec_for_each(u, &tu->post->units) {
			if ((*u)->sec->cls != SC_RODATA || !(*u)->twin ||
			    is_left(vs, *u) || unit_in_place(vs, *u) ||
			    constant_differs(vs, *u) || !leads_to_copy(vs, *u, false))
				continue;
			follow(vs, *u, "refers to a constant that changed");
			more = true;
		}
	}
}

/*
 * clang puts a small table among the constants that are merged by content, if nothing
 * keeps its address. It still has a name.
 */
static void check_merged_rows(struct verdicts *vs, const struct tu *tu, struct unit *u)
{
	const struct unit *was = NULL;
	struct unit **v;

	if (!tu->pre || !u->name[0] || u->twin)
		return;
	vec_for_each(v, &tu->pre->units)
		if (((*v)->sec->cls == SC_CONST || (*v)->sec->cls == SC_RODATA) &&
		    !strcmp((*v)->name, u->name))
			was = *v;
	if (was)
		check_rows(vs, was, u);
	else
		check_new_rows(vs, u);
}

static void spread_copies(struct verdicts *vs, const struct tu *tu)
{
	const struct unit *was;
	struct unit **u;

	copy_holders(vs, tu);
	vec_for_each(u, &tu->post->units) {
		if ((*u)->sec->cls == SC_CONST && !is_left(vs, *u))
			check_merged_rows(vs, tu, *u);
		if ((*u)->sec->cls != SC_RODATA || is_left(vs, *u))
			continue;
		if ((*u)->twin && constant_differs(vs, *u)) {
			spread_constant(vs, *u);
			check_rows(vs, (*u)->twin, *u);
		}
		was = was_local_constant(vs, tu, *u);
		if (!was) {
			check_new_rows(vs, *u);
			continue;
		}
		check_rows(vs, was, *u);
		check_side(vs, *u, *u);
		check_side(vs, *u, was);
	}
}

/*
 * Constants in place
 *
 * A constant that can't get a new copy, since others know its address, changes where it
 * stands, if that is safe. Then others that lead to it need no copy.
 */

#define WAY_IN_PLACE							\
	"; or use --in-place %s, if each user reads it anew whenever it needs it"

static bool is_about_constant(const struct refusal *r)
{
	return starts_with(r->code, "const_") && r->unit && r->unit->obj->post &&
	       r->unit->twin && r->unit->sec->cls == SC_RODATA;
}

/* Find constants for which a copy was refused from @first on. Returns true if some are new. */
static bool place_refused(struct verdicts *vs, u32 first)
{
	const struct refusal *r;
	bool any = false;
	u32 i;

	for (i = first; i < vs->refusals.n; i++) {
		r = &vs->refusals.v[i];
		if (!is_about_constant(r) || unit_in_place(vs, r->unit) ||
		    not_in_place(vs, r->unit, false))
			continue;
		put_in_place(vs, r->unit);
		any = true;
	}
	return any;
}

static void explain_refused(struct verdicts *vs, u32 first)
{
	struct refusal *r;
	const char *why;
	u32 i;

	for (i = first; i < vs->refusals.n; i++) {
		r = &vs->refusals.v[i];
		why = is_about_constant(r) ? not_in_place(vs, r->unit, false) : NULL;
		if (!why)
			continue;
		r->reason = xasprintf("%s; and it can't change where it stands: %s", r->reason, why);
		if (!not_in_place(vs, r->unit, true))
			r->wayout = xasprintf("%s" WAY_IN_PLACE, r->wayout, r->unit->name);
	}
}

/* Forget what was decided about following a constant, but not where it changes. */
static void unfollow(struct verdicts *vs, const struct tu *tu)
{
	struct unit **u;

	vec_for_each(u, &tu->post->units) {
		verdict_of(vs, *u)->follows = false;
		verdict_of(vs, *u)->cause = NULL;
	}
}

static void spread_constants(struct verdicts *vs, const struct tu *tu)
{
	u32 first = vs->refusals.n;

	spread_copies(vs, tu);
	while (place_refused(vs, first)) {
		vs->refusals.n = first;
		unfollow(vs, tu);
		spread_copies(vs, tu);
	}
	explain_refused(vs, first);
}

/* A function changed if its .cold part did. */
static void join_cold(struct verdicts *vs, const struct unit *u)
{
	struct unit *parent = u->parent;

	if (!parent || !unit_differs(vs, u) || unit_differs(vs, parent))
		return;
	follow(vs, parent, xasprintf("its part %s changed", u->name));
}

/* The compiler makes a static variable a constant if no code writes it. */
static bool check_promoted(struct verdicts *vs, const struct unit *u)
{
	bool constant = u->sec->cls == SC_RODATA;

	if (u->is_global || u->sec->cls == u->twin->sec->cls ||
	    (!constant && u->twin->sec->cls != SC_RODATA))
		return false;
	if (constant)
		refuse(vs, "data_changed", u->obj, u, u->name,
		       "keep code that writes it",
		       "no code writes it any more, so the compiler makes it a constant (in section %s instead of %s); the running kernel has a variable, whose value may be different",
		       u->sec->name, u->twin->sec->name);
	else
		refuse(vs, "data_changed", u->obj, u, u->name,
		       "leave it as it is, and write to a new variable",
		       "no code wrote it before, so the compiler made it a constant (in section %s instead of %s), which can't be written in the running kernel",
		       u->twin->sec->name, u->sec->name);
	return true;
}

static void check_data(struct verdicts *vs, const struct unit *u)
{
	if (!u->twin || u->status != ST_CHANGED || is_left(vs, u) ||
	    (u->ident != ID_NAMED && u->ident != ID_SOFT))
		return;
	if (check_promoted(vs, u))
		return;
	if (u->sec->cls == SC_DATA || u->twin->sec->cls == SC_DATA)
		refuse(vs, "data_changed", u->obj, u, u->name, WAY_DATA,
		       "the initial value, size, section or alignment of this variable changed (%s); the running kernel keeps its variable as it is",
		       u->cause);
	else if (u->sec->cls == SC_PERCPU)
		refuse(vs, "percpu_changed", u->obj, u, u->name, WAY_DATA,
		       "this per-CPU variable changed (%s)", u->cause);
	else if (u->sec->cls == SC_STATIC_CALL)
		refuse(vs, "special_changed", u->obj, u, u->name, WAY_SPLIT,
		       "what this static call calls at first changed (%s); the running kernel keeps what it calls now",
		       u->cause);
}

static void check_changes(struct verdicts *vs, const struct tu *tu)
{
	struct unit **v, *u;

	vec_for_each(v, &tu->post->units) {
		u = *v;
		join_cold(vs, u);
		check_data(vs, u);
		if (u->sec->cls == SC_INIT && u->status != ST_SAME &&
		    vs->boot->kind[u->id] != BOOT_NEVER)
			vs->ninit[tu - vs->up->tus.v]++;
	}
}

/* What is included */

static void include(struct verdicts *vs, struct unit *u, struct unit *from,
		    const char *why)
{
	struct verdict *v = verdict_of(vs, u);

	if (v->include)
		return;
	v->include = true;
	v->why = why;
	v->from = from;
	*vec_add(&vs->todo) = u;
	if (u->sec->cls == SC_NOINSTR)
		refuse(vs, "noinstr", u->obj, u, unit_label(u),
		       "leave functions of this kind out of the patch",
		       "it is in section %s, whose code must not be redirected",
		       u->sec->name);
}

/* No other symbol uses the padding behind a function, so the trampoline may. */
static u32 trampoline_room(const struct unit *u)
{
	return ALIGN_UP(u->size, u->align);
}

static bool calls_fentry(const struct unit *u, u32 at)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->off == at + 1 && r->sym &&
		    !strcmp(r->sym->name, "__fentry__"))
			return true;
	return false;
}

/* The trampoline goes behind ENDBR and the call of __fentry__. */
static u32 trampoline_need(const struct unit *pre)
{
	struct insn insn;
	u32 at = 0;

	if (insn_decode(&insn, unit_data(pre), pre->size) &&
	    insn.kind == INSN_ENDBR)
		at = 4;
	if (calls_fentry(pre, at))
		at += 5;
	return at + 5;
}

static void check_room(struct verdicts *vs, const struct unit *u)
{
	const struct unit *pre = u->twin;
	u32 need = trampoline_need(pre);

	if (need > trampoline_room(pre))
		refuse(vs, "too_short", u->obj, u, u->name,
		       "change its callers instead",
		       "the function has %u bytes, but a jump after its entry needs %u",
		       pre->size, need);
}

/*
 * A static call or a jump label of exactly the bytes of the trampoline: the core
 * displaces it. It can't displace a short jump, whose target the copy can't reach, nor
 * a tail call, which may become a bare return: whether the kernel does that is not the
 * same everywhere.
 */
static bool is_displaced(const struct unit *pre, const struct entry *e, s64 start)
{
	const u8 *code = unit_data(pre) + start;
	struct insn insn;

	if (e->loc != start || start >= pre->size || pre->obj->module)
		return false;
	if (e->sec->desc->table == TABLE_STATIC_CALL && *code != 0xe8)
		return false;
	return insn_decode(&insn, code, pre->size - start) && insn.len == 5;
}

/*
 * The kernel may rewrite these bytes at any time, so the trampoline can't stand there.
 * (It rewrites lock prefixes only on machines with one CPU; the core checks that when
 * it applies the update.)
 */
static const struct entry *site_in_the_way(const struct unit *pre)
{
	s64 end = trampoline_need(pre), start = end - 5;
	const struct entry *e;

	vec_for_each(e, &pre->entries) {
		if (e->sec->desc->table != TABLE_JUMP &&
		    e->sec->desc->table != TABLE_STATIC_CALL)
			continue;
		if (e->loc < end && e->loc + 5 > start && !is_displaced(pre, e, start))
			return e;
	}
	return NULL;
}

static void check_sites(struct verdicts *vs, const struct unit *u)
{
	const struct entry *e = site_in_the_way(u->twin);

	if (e)
		refuse(vs, "site_in_the_way", u->obj, u, u->name,
		       "change its callers instead",
		       "the old function has an entry of %s at %+d, where the jump to the new function must be",
		       e->sec->name, e->loc);
}

static void check_busy(struct verdicts *vs, const struct unit *u)
{
	const char *who = always_busy(u->name);

	if (who && !vs->up->allow_busy)
		refuse(vs, "always_busy", u->obj, u, u->name,
		       "change what it calls instead", "%s", who);
}

/* Is its only symbol at its start, as in functions compiled from C? */
static bool is_single_function(const struct unit *u)
{
	struct sym **sym;

	vec_for_each(sym, &u->syms)
		if ((*sym)->value != u->off)
			return false;
	return u->is_func;
}

static void replace(struct verdicts *vs, struct unit *u)
{
	include(vs, u, NULL, unit_cause(vs, u));
	verdict_of(vs, u)->replaced = true;
	vs->nreplaced++;
	if (is_single_function(u) && is_single_function(u->twin)) {
		check_room(vs, u);
		check_sites(vs, u);
		check_busy(vs, u);
	} else {
		refuse(vs, "assembly", u->obj, u, unit_label(u),
		       "leave assembly code out of the patch",
		       "section %s holds code that can't be divided into functions",
		       u->sec->name);
	}
}

/* With --all, for tests: replace every function that can be replaced. */
static bool is_wanted_anyway(struct verdicts *vs, const struct unit *u)
{
	if (!vs->up->all || u->sec->cls != SC_TEXT || u->is_weak ||
	    !is_single_function(u) || !is_single_function(u->twin) ||
	    trampoline_need(u->twin) > trampoline_room(u->twin) ||
	    site_in_the_way(u->twin) || always_busy(u->name))
		return false;
	verdict_of(vs, u)->cause = "--all";
	return true;
}

static void replace_changed(struct verdicts *vs, const struct tu *tu)
{
	struct unit **v;

	vec_for_each(v, &tu->post->units) {
		struct unit *u = *v;

		if (!unit_is_replaceable(u) || u->parent || is_left(vs, u))
			continue;
		if (!unit_differs(vs, u) && !is_wanted_anyway(vs, u))
			continue;
		replace(vs, u);
	}
}

/*
 * Code marked __ref may refer to boot code, as it knows when not to use it. The new
 * function may refer to what the old one did.
 */
static void reach_init(struct verdicts *vs, const struct unit *from,
		       const struct unit *to)
{
	if (from->twin && to->twin && unit_refers(vs->up, from->twin, to->twin))
		return;
	refuse(vs, "init_ref", from->obj, from, unit_label(from), WAY_SPLIT,
	       "its new code refers to %s in %s, which is freed after boot",
	       unit_label(to), to->sec->name);
}

static void reach_text(struct verdicts *vs, struct unit *from,
		       const struct ref *r, struct unit *to)
{
	if (!to->twin)
		include(vs, to, from, xasprintf("used by %s", unit_label(from)));
	else if (to->parent || (r && r->target != 0))
		include(vs, to, from, xasprintf("a part of %s", unit_label(from)));
}

/*
 * Boot code ran without this new variable, so nothing sets its value. A lock with an
 * initializer is an exception: it is free before and after boot code uses it.
 */
static void check_set_at_boot(struct verdicts *vs, const struct unit *from,
			      const struct unit *to)
{
	const struct unit *init;

	if (to->sec->cls != SC_DATA && to->sec->cls != SC_PERCPU)
		return;
	if (to->is_lock && to->sec->data)
		return;
	init = used_at_boot(vs, to);
	if (init)
		refuse(vs, "set_at_boot", from->obj, from, unit_label(to),
		       "set its value when it is first used",
		       "%s uses this new variable, which %s sets up at boot",
		       unit_label(from), unit_label(init));
}

/* @to looks new, but may be an old variable under another name: see state.c. */
static void refuse_renamed(struct verdicts *vs, struct unit *from,
			   struct unit *to)
{
	const char *name = to->source_name ? to->source_name :
					     strip_numbers(to->name);
	const char *old = strchr(to->rivals, ',') ? "OLD" :
			  xasprintf("%.*s", (int)strcspn(to->rivals, " "), to->rivals);
	u32 n = vs->refusals.n;

	refuse(vs, "state_renamed", from->obj, from, name, to->rival_stays ?
	       xasprintf("keep using the old variable; or, if the new one shall start with its initial value, use --state-of =%s",
			 name) :
	       xasprintf("use --state-of %s=%s if it shall keep the value of the old variable, or --state-of =%s if it shall start with its initial value",
			 old, name, name),
	       "%s uses this new variable, which may be a new name for one of these, which are gone or no longer used there: %s",
	       unit_label(from), to->rivals);
	if (vs->refusals.n == n)
		return;
	vs->refusals.v[n].about = xasprintf("%s of %s", to->name, to->obj->label);
	vs->refusals.v[n].who = unit_label(from);
}

static void reach_data(struct verdicts *vs, struct unit *from,
		       struct unit *to)
{
	if (!to->twin && !to->ambiguous)
		check_set_at_boot(vs, from, to);
	if (to->twin && (!unit_differs(vs, to) || to->sec->cls != SC_RODATA ||
			 unit_in_place(vs, to)))
		return;
	if (to->rivals && !to->ambiguous && !to->twin)
		refuse_renamed(vs, from, to);
	else if (to->ambiguous)
		refuse(vs, "ambiguous", from->obj, from, strip_numbers(to->name),
		       xasprintf("give the variable a unique name, or use --state-of OLD=%s", to->name),
		       "%s uses it, but the kernel has several variables of that name, and it is not known which of them this was",
		       unit_label(from));
	else
		include(vs, to, from, xasprintf("used by %s", unit_label(from)));
	if (!to->twin && (to->sec->cls == SC_DATA || to->sec->cls == SC_PERCPU) &&
	    !sec_is_known_place(to->sec))
		refuse(vs, "place_changed", to->obj, to, unit_label(to),
		       "leave it in the default section",
		       "it is new, and in section %s, which the kernel treats in a way that a module's memory does not allow",
		       to->sec->name);
}

/*
 * With --partial, new things of an object that is left out are not available. Nor may
 * new code use changed data that is left out: it was compiled for the new data.
 */
static bool reach_left(struct verdicts *vs, const struct unit *from,
		       const struct unit *to)
{
	bool new = !to->twin && vs->plan->tus[to->obj->tu].left &&
		   to->ident == ID_NAMED;

	if (!new && (!is_left(vs, to) || class_is_text(to->sec->cls)))
		return false;
	refuse(vs, "needs_refused", from->obj, from, unit_label(from),
	       WAY_SPLIT, "it needs %s of %s, which is left out",
	       unit_label(to), to->obj->label);
	return true;
}

/*
 * Strings and constants that the kernel has are used in place. Not so for table entries
 * and alternatives: the kernel reads them before the core can relocate them.
 */
static bool content_stays(const struct verdicts *vs, const struct unit *from,
			  const struct entry *e, const struct ref *r,
			  const struct unit *to)
{
	return to->ident == ID_CONTENT && to->twin && !unit_differs(vs, to) &&
	       !e && !ref_in_alternative(from, r);
}

static void reach(struct verdicts *vs, struct unit *from,
		  const struct entry *e, const struct ref *r, struct unit *to)
{
	if (unit_included(vs, to) || content_stays(vs, from, e, r, to) ||
	    reach_left(vs, from, to))
		return;
	switch (to->sec->cls) {
	case SC_TEXT:
	case SC_NOINSTR:
		reach_text(vs, from, e ? NULL : r, to);
		break;
	case SC_STATIC_CALL:
		if (!to->twin)
			include(vs, to, from, "a new static call");
		break;
	case SC_INIT:
		reach_init(vs, from, to);
		break;
	case SC_ALT_REPL:
	case SC_ALT_AUX:
	case SC_STRING:
	case SC_CONST:
	case SC_FRESH:
	case SC_DYNDBG:
		include(vs, to, from, "used");
		break;
	case SC_RODATA:
	case SC_DATA:
	case SC_PERCPU:
		if (to->ident == ID_CONTENT || to->ident == ID_FRESH)
			include(vs, to, from, "used");
		else
			reach_data(vs, from, to);
		break;
	default:
		/* it stays where it is, if the kernel has it */
		if (!to->twin)
			refuse(vs, "unknown_section", from->obj, from,
			       unit_label(from), WAY_SPLIT,
			       "it needs %s, in section %s, which can't be part of an update",
			       unit_label(to), to->sec->name);
	}
}

/* The kernel copies such a field into the code before the core can relocate it. */
static void check_alternative(struct verdicts *vs, const struct unit *func,
			      const struct unit *from, const struct ref *r)
{
	struct unit *to;

	if (!ref_in_alternative(from, r) || r->branch ||
	    ref_fate(vs, from, NULL, r, &to) != FATE_FIXUP)
		return;
	refuse(vs, "alternative", func->obj, func, unit_label(func),
	       "access it through a variable or function outside of the alternative",
	       "an alternative in it refers to %s, which is not exported",
	       to ? unit_label(to) : r->sym->name);
}

static void check_alternatives(struct verdicts *vs, const struct unit *u)
{
	const struct entry *e;
	const struct ref *r, *inner;

	vec_for_each(r, &u->refs)
		check_alternative(vs, u, u, r);
	vec_for_each(e, &u->entries) {
		if (e->sec->desc->table != TABLE_ALT)
			continue;
		vec_for_each(r, &e->refs) {
			if (r->off != ALT_REPL || !r->unit)
				continue;
			vec_for_each(inner, &r->unit->refs)
				check_alternative(vs, u, r->unit, inner);
		}
	}
}

/* No file of the update defines the symbol; the kernel may. */
static void reach_other(struct verdicts *vs, const struct unit *from,
			const struct ref *r)
{
	if (r->sym && map_get(&vs->up->unknown, r->sym->name))
		refuse(vs, "unknown_symbol", from->obj, from, unit_label(from),
		       WAY_SPLIT,
		       "it needs %s, which the running kernel does not have",
		       r->sym->name);
}

static void reach_all(struct verdicts *vs, struct unit *u)
{
	struct entry *e;
	struct ref *r;
	struct unit *to;

	if (u->cold && class_is_text(u->sec->cls))
		include(vs, u->cold, u, "a part of its function");
	if (u->parent)
		include(vs, u->parent, u, "the function it is a part of");
	vec_for_each(r, &u->refs) {
		to = resolve_ref(vs->up, u->obj, r);
		if (to && to != u)
			reach(vs, u, NULL, r, to);
		if (!to)
			reach_other(vs, u, r);
	}
	vec_for_each(e, &u->entries) {
		if (!entry_wanted(vs, u, e))
			continue;
		vec_for_each(r, &e->refs) {
			if (alt_is_empty(e, r))
				continue;
			to = resolve_ref(vs->up, u->obj, r);
			if (to && to != u)
				reach(vs, u, e, r, to);
		}
	}
}

/*
 * What the update leaves in the kernel
 *
 * The kernel may keep an address of the update's memory after the update was reversed.
 * Then the module must stay loaded.
 */

/*
 * Does @r point into memory of the update? The address of a replaced function does not:
 * it is its old entry.
 */
static bool is_own_memory(const struct verdicts *vs, const struct unit *from,
			  const struct ref *r, const struct unit *to)
{
	struct unit *target;

	if (to == from || !to->size || to->sec->cls == SC_STATIC_CALL ||
	    to->sec->cls == SC_ALT_REPL || to->sec->cls == SC_ALT_AUX ||
	    to == from->cold || to == from->parent)
		return false;
	return unit_included(vs, to) &&
	       ref_fate(vs, from, NULL, r, &target) == FATE_NEW;
}

/* Does @u itself hold addresses of the update's memory? */
static bool leads_on(const struct verdicts *vs, const struct unit *u)
{
	const struct unit *to;
	const struct ref *r;

	if (class_is_text(u->sec->cls))
		return false;
	vec_for_each(r, &u->refs) {
		to = resolve_ref(vs->up, u->obj, r);
		if (to && is_own_memory(vs, u, r, to))
			return true;
	}
	/* code may store any address in a variable */
	return u->sec->cls == SC_DATA || u->sec->cls == SC_PERCPU;
}

static bool is_constant(const struct unit *u)
{
	return u->sec->cls == SC_RODATA || u->sec->cls == SC_CONST ||
	       u->sec->cls == SC_STRING;
}

/* May kernel objects hold the address of @pre where they would now hold that of @u? */
static bool is_like(const struct unit *u, const struct unit *pre)
{
	if (u->is_func || pre->is_func)
		return u->is_func && pre->is_func &&
		       class_is_text(pre->sec->cls) == class_is_text(u->sec->cls);
	if (is_constant(u))
		return pre->sec->cls == u->sec->cls &&
		       (u->sec->cls != SC_RODATA ||
			is_text_constant(u) == is_text_constant(pre));
	return pre->sec->cls == SC_RODATA && same_base(u->name, pre->name);
}

/* Find a unit of the same kind that is gone, and whose address the kernel may still hold. */
static const struct unit *gone_like(const struct verdicts *vs, const struct unit *u)
{
	const struct tu *tu = &vs->up->tus.v[u->obj->tu];
	struct unit **v;

	if (!tu->pre || u->twin)
		return NULL;
	vec_for_each(v, &tu->pre->units)
		if (!(*v)->parent && is_like(u, *v) && is_gone(vs->up, tu, *v))
			return *v;
	return NULL;
}

/*
 * A constant is gone if it has no successor, or shares one. If code compares its
 * address, the holders of that address are no longer recognized.
 */
static void check_gone_constants(struct verdicts *vs, const struct tu *tu)
{
	struct unit **u;

	if (!tu->pre || tu_left(vs, tu))
		return;
	vec_for_each(u, &tu->pre->units)
		if ((*u)->sec->cls == SC_RODATA && is_gone(vs->up, tu, *u) &&
		    is_compared(vs, *u))
			refuse(vs, "const_escapes", tu->post, NULL, unit_label(*u),
			       "keep the constant",
			       "it is gone, and the old code compares its address: objects that hold the address would no longer be recognized");
}

/*
 * If code compares the address of @to, it does not recognize objects that hold the old
 * one's.
 */
static void check_identity(struct verdicts *vs, const struct unit *func,
			   const struct unit *to, const struct escape *esc)
{
	bool text = to->sec->cls == SC_STRING || is_text_constant(to);
	const struct unit *gone;
	const struct refusal *r;

	if (!esc->compared && (!esc->how || to->is_func || text))
		return;
	vec_for_each(r, &vs->refusals)
		if (r->unit == to && !strcmp(r->code, "const_escapes"))
			return;
	gone = gone_like(vs, to);
	if (gone)
		refuse(vs, "const_escapes", to->obj, to, unit_label(to),
		       to->name[0] ? "keep its name" : WAY_CONST,
		       "%s is gone and this is new: %s %s, and objects that hold the address of the old one would not be recognized",
		       unit_label(gone), unit_label(func),
		       esc->compared ? "compares its address" : esc->how);
}

static void check_escape(struct verdicts *vs, const struct unit *from,
			 const struct unit *to)
{
	const struct unit *func = from->parent ? from->parent : from;
	struct escape esc = { .how = "holds addresses and is not a function" };

	bool out = !func->is_func ||
		   unit_lets_out(vs->up, func, to, leads_on(vs, to), &esc);

	check_identity(vs, func, to, &esc);
	if (!out && !esc.lent)
		return;
	if (!esc.how)
		esc.how = xasprintf("passes the address of %s to a function that uses it for a while", unit_label(to));
	vs->stays = true;
	note(vs, from->obj, false,
	     "%s %s, in the update's own memory: once applied, its module stays loaded, even after the update is reversed",
	     unit_label(func), esc.how);
}

static void check_escapes(struct verdicts *vs, const struct unit *u)
{
	const struct unit *to;
	const struct ref *r;

	vec_for_each(r, &u->refs) {
		to = resolve_ref(vs->up, u->obj, r);
		if (to && !r->branch && is_own_memory(vs, u, r, to))
			check_escape(vs, u, to);
	}
}

const char *const hook_names[KSPLICE_HOOK_KINDS] = {
	"pre_apply", "check_apply", "apply", "post_apply", "fail_apply",
	"pre_reverse", "check_reverse", "reverse", "post_reverse",
	"fail_reverse",
};

/* ".ksplice.hooks.KIND.NUMBER" */
static bool read_hook(const struct unit *u, struct hook *h)
{
	const char *name = u->sec->name + strlen(KSPLICE_HOOK_SECTION);
	const char *dot = strchr(name, '.');
	char *end;

	for (h->kind = 0; dot && h->kind < KSPLICE_HOOK_KINDS; h->kind++)
		if (strlen(hook_names[h->kind]) == (size_t)(dot - name) &&
		    starts_with(name, hook_names[h->kind]))
			break;
	if (!dot || h->kind == KSPLICE_HOOK_KINDS)
		return false;
	h->order = strtoul(dot + 1, &end, 10);
	if (!dot[1] || *end || u->size != 8 || u->refs.n != 1)
		return false;
	h->func = u->refs.v[0].unit;
	return h->func && !u->refs.v[0].target && h->func->sec->cls == SC_TEXT;
}

/* Sort hooks of one file by their order in it. */
static void add_hook(struct verdicts *vs, const struct hook *hook)
{
	struct hook *h = vec_add(&vs->hooks);

	for (; h > vs->hooks.v; h--) {
		if (h[-1].func->obj != hook->func->obj ||
		    h[-1].order < hook->order)
			break;
		*h = h[-1];
	}
	*h = *hook;
	include(vs, hook->func, NULL, xasprintf("a hook, %s", hook_names[hook->kind]));
}

/* Hooks that pre has as well belong to an earlier update. */
static void add_hooks(struct verdicts *vs, const struct tu *tu)
{
	struct hook hook;
	struct unit **u;

	vec_for_each(u, &tu->post->units) {
		if ((*u)->sec->cls != SC_HOOK || (*u)->twin)
			continue;
		if (read_hook(*u, &hook))
			add_hook(vs, &hook);
		else
			refuse(vs, "hook", (*u)->obj, NULL, unit_label(*u),
			       "use the macros of <linux/ksplice.h>, with a function of the same file",
			       "section %s does not hold the address of a function",
			       (*u)->sec->name);
	}
}

/* Include what the new words of a constant refer to; the kernel may keep its address. */
static void reach_words(struct verdicts *vs, struct unit *c)
{
	word_vec words = {};
	struct unit *to;
	struct word *w;

	changed_words(vs->up, c, &words);
	vec_for_each(w, &words) {
		if (!w->ref)
			continue;
		to = resolve_ref(vs->up, c->obj, w->ref);
		if (!to)
			reach_other(vs, c, w->ref);
		else
			reach(vs, c, NULL, w->ref, to);
		if (!to || !is_own_memory(vs, c, w->ref, to))
			continue;
		vs->stays = true;
		note(vs, c->obj, false,
		     "%s, which changes where it stands, gets the address of %s, in the update's own memory: once applied, its module stays loaded, even after the update is reversed",
		     unit_label(c), unit_label(to));
	}
	free(words.v);
}

static void include_all(struct verdicts *vs)
{
	struct unit **u;
	struct tu *tu;
	u32 i;

	vec_for_each(tu, &vs->up->tus)
		vec_for_each(u, &tu->post->units)
			if (unit_in_place(vs, *u))
				reach_words(vs, *u);
	for (i = 0; i < vs->todo.n; i++)
		reach_all(vs, vs->todo.v[i]);
	for (i = 0; i < vs->todo.n; i++) {
		struct unit *u = vs->todo.v[i];

		if (!class_is_text(u->sec->cls))
			continue;
		check_escapes(vs, u);
		vs->nnew += !u->twin && !u->parent;
		check_alternatives(vs, u);
	}
}

/**
 * ref_fate() - how to resolve a reference of included code
 * @vs:		the verdicts
 * @from:	the unit that holds it
 * @e:		the entry of a table of @from that holds it, or NULL
 * @r:		the reference
 * @target:	gets the unit it refers to, NULL if no file of the update has it
 *
 * The address of a replaced function stays that of its old entry, so that no
 * pointer to code of the update stays behind; direct calls go straight to
 * the new code. But an old entry without an ENDBR, whose address nobody took
 * before, must not be called indirectly.
 */
enum ref_fate ref_fate(const struct verdicts *vs, const struct unit *from,
		       const struct entry *e, const struct ref *r,
		       struct unit **target)
{
	const struct obj *obj = from->obj;
	struct unit *to = resolve_ref(vs->up, obj, r);

	*target = to;
	if (!to)
		return symbol_is_exported(vs->up, r->sym->name) ? FATE_EXTERN :
							      FATE_FIXUP;
	if (to->sec->cls == SC_STATIC_CALL && !unit_included(vs, to))
		return symbol_is_exported(vs->up, to->name) ? FATE_EXTERN :
							  FATE_FIXUP;
	if (!unit_included(vs, to) || content_stays(vs, from, e, r, to))
		return FATE_FIXUP;
	if (class_is_text(to->sec->cls) && to->twin && !to->parent && !e &&
	    r->target == 0 && !r->branch &&
	    (unit_has_endbr(to->twin) || !unit_has_endbr(to)))
		return FATE_FIXUP;
	return FATE_NEW;
}

/* Does the update include this table entry of an included unit? */
bool entry_wanted(const struct verdicts *vs, const struct unit *u,
		  const struct entry *e)
{
	struct unit *to;
	struct ref *r;

	if (!e->sec->desc->emit)
		return false;
	if (e->sec->desc->table != TABLE_CALL)
		return true;
	/*
	 * Call depth tracking reads a call before the core relocates it, so it must not
	 * see calls without a target yet.
	 */
	vec_for_each(r, &u->refs)
		if ((s64)r->off == (s64)e->loc + 1)
			return ref_fate(vs, u, NULL, r, &to) != FATE_FIXUP;
	return true;
}

/*
 * A new initcall would have to run now, as the new code may rely on what it sets up. An
 * initcall that changed alone has no effect.
 */
static void check_initcalls(struct verdicts *vs, const struct tu *tu)
{
	struct unit **u;

	if (!vs->ninitcall || tu_left(vs, tu))
		return;
	vec_for_each(u, &tu->post->units)
		if (section_is_initcall((*u)->sec) && (*u)->size &&
		    (!tu->pre || !unit_has_like(vs->up, tu->pre, *u, false))) {
			vs->ninit[tu - vs->up->tus.v]++;
			refuse(vs, "special_changed", (*u)->obj, NULL,
			       unit_label(*u), WAY_SPLIT,
			       "an initcall, which only runs at boot, is new or changed (section %s)",
			       (*u)->sec->name);
		}
}

static void note_init(struct verdicts *vs, const struct tu *tu)
{
	if (vs->ninit[tu - vs->up->tus.v])
		note(vs, tu->post, tu->post->module, tu->post->module ?
		     "init code or data of the module changed: this has no effect, not even on a module that is loaded later" :
		     "code or data that only boot uses changed: this has no effect on a running kernel");
}

/* Find the new code of @gone under the other name that the compiler gave it. */
static const struct unit *compiled_anew(const struct unit *gone)
{
	size_t n = strcspn(gone->name, ".");
	struct unit **v;

	vec_for_each(v, &gone->obj->peer->units)
		if ((*v)->is_func && class_is_text((*v)->sec->cls) &&
		    strcspn((*v)->name, ".") == n &&
		    !strncmp((*v)->name, gone->name, n))
			return *v;
	return NULL;
}

/* blob.c adds a range for each of them. */
static void note_gone(struct verdicts *vs, const struct tu *tu)
{
	const struct unit *anew;
	struct unit **v;

	if (!tu->pre)
		return;
	vec_for_each(v, &tu->pre->units) {
		if (!(*v)->deleted || !(*v)->is_func || (*v)->parent ||
		    !class_is_text((*v)->sec->cls))
			continue;
		anew = compiled_anew(*v);
		if (anew)
			note(vs, tu->post, false,
			     "the compiler makes %s of the source of %s; the update waits until no thread runs the old code",
			     anew->name, (*v)->name);
		else
			note(vs, tu->post, false,
			     "%s is gone from the source, or inlined; the update waits until no thread runs it, and its old code stays in memory",
			     (*v)->name);
	}
}

/* Report the variables that state.c or the author paired under another name. */
static void note_renamed(struct verdicts *vs, const struct tu *tu)
{
	struct unit **v, *u;

	vec_for_each(v, &tu->post->units) {
		u = *v;
		if (!u->twin || u->ident != ID_NAMED ||
		    (u->sec->cls != SC_DATA && u->sec->cls != SC_PERCPU) ||
		    same_base(u->name, u->twin->name))
			continue;
		note(vs, tu->post, false,
		     "%s keeps the value that %s has in the running kernel",
		     u->name, u->twin->name);
	}
}

/* Does pre code use @name, which no file of the update defines in pre? */
static bool was_undefined(const struct verdicts *vs, const struct obj *obj,
			  const char *name)
{
	const struct tu *tu;
	struct unit **u;
	struct edge *e;

	vec_for_each(tu, &vs->up->tus) {
		if (!tu->pre || tu->pre->target != obj->target)
			continue;
		vec_for_each(u, &tu->pre->units)
			vec_for_each(e, &vs->boot->edges[(*u)->id])
				if (!e->to && !strcmp(e->name, name))
					return true;
	}
	return false;
}

/* Was @name a global symbol of the pre object? */
static bool was_global(const struct verdicts *vs, const struct obj *obj,
		       const char *name)
{
	const struct tu *tu = &vs->up->tus.v[obj->tu];

	return tu->pre && map_get(&tu->pre->globals, name);
}

/*
 * Find a global name of @u that another file may define, too. Ordinary patches add
 * functions and use them: report those only if another definition is known.
 */
static const char *other_definition(const struct verdicts *vs,
				    const struct unit *u, bool used)
{
	const struct update *up = vs->up;
	struct sym **s;

	vec_for_each(s, &u->syms) {
		const char *name = (*s)->name;

		if ((*s)->bind != STB_GLOBAL || was_global(vs, u->obj, name))
			continue;
		if (map_get(&up->defined, name) || was_undefined(vs, u->obj, name) ||
		    (!used && !up->defined_known))
			return name;
	}
	return NULL;
}

/* Does @u have a global name that pre did not have, so that no other file meant it? */
static bool is_newly_global(const struct verdicts *vs, const struct unit *u)
{
	bool any = false;
	struct sym **s;

	vec_for_each(s, &u->syms)
		any |= (*s)->bind == STB_GLOBAL && !was_global(vs, u->obj, (*s)->name);
	if (u->is_weak || u->parent || is_left(vs, u) || !any)
		return false;
	return class_is_text(u->sec->cls) || u->sec->cls == SC_RODATA ||
	       u->sec->cls == SC_DATA || u->sec->cls == SC_PERCPU;
}

/*
 * A new global definition overrides a weak one of another file when a kernel is linked.
 * In the running kernel, all other code stays with the weak one.
 */
static void check_new_global(struct verdicts *vs, const struct unit *u)
{
	/* a renamed unit is used under its old names, and not yet under the new one */
	bool used = u->twin ? !u->twin->is_global || strcmp(u->twin->name, u->name) :
			      unit_included(vs, u);
	const char *name = other_definition(vs, u, used);

	if (!name)
		return;
	if (used)
		refuse(vs, "new_strong", u->obj, u, name,
		       "change the one that the kernel has, or give it another name",
		       "it is new and global, but the running kernel has a symbol of this name, perhaps a weak one of another file: other code keeps using that one");
	else
		refuse(vs, "new_unused", u->obj, u, name,
		       "leave it out of the patch, or change the weak one instead",
		       "it is new and global, and nothing in the update uses it; if another file has a weak symbol of this name, the running kernel keeps using that one%s",
		       vs->up->defined_known ? "; it has a symbol of this name" : "");
}

static void check_new_globals(struct verdicts *vs, const struct tu *tu)
{
	struct unit **u;

	vec_for_each(u, &tu->post->units)
		if (is_newly_global(vs, *u))
			check_new_global(vs, *u);
}

/**
 * decide() - fill in what is included and replaced, and what is refused
 * @vs:	the verdicts, new
 */
void decide(struct verdicts *vs)
{
	const struct tu *tu;

	vs->boot = boot_read(vs->up);
	check_targets(vs);
	vec_for_each(tu, &vs->up->tus) {
		if (!tu_left(vs, tu))
			check_collected(vs, tu);
		spread_constants(vs, tu);
		check_changes(vs, tu);
		note_gone(vs, tu);
		note_renamed(vs, tu);
		check_names(vs, tu);
		check_places(vs, tu);
	}
	vec_for_each(tu, &vs->up->tus) {
		replace_changed(vs, tu);
		if (!tu_left(vs, tu))
			add_hooks(vs, tu);
	}
	include_all(vs);
	vec_for_each(tu, &vs->up->tus) {
		check_initcalls(vs, tu);
		check_new_globals(vs, tu);
		check_gone_constants(vs, tu);
		check_marks(vs, tu);
		check_once(vs, tu);
		check_memory(vs, tu);
		check_injection(vs, tu);
		check_unwinding(vs, tu);
		check_lost(vs, tu);
		check_handed(vs, tu);
		check_lost_state(vs, tu);
		check_ran(vs, tu);
	}
	check_boot(vs);
	vec_for_each(tu, &vs->up->tus)
		note_init(vs, tu);
}
