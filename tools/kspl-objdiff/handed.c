// SPDX-License-Identifier: GPL-2.0
/*
 * Functions whose address old code passed on while it ran.
 *
 * Armed timers, queued work, requested interrupts and copies of operations tables still
 * call the function that they got. If it is replaced, they enter the new one. But if it
 * is gone, or new code passes it on no more, the new source would have them call
 * something else.
 */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "handed.h"
#include "state.h"

static const edge_vec *edges_of(const struct verdicts *vs, const struct unit *u)
{
	return &vs->boot->edges[u->id];
}

static const struct unit *whole(const struct unit *u)
{
	return u->parent ? u->parent : u;
}

/* Is it the first of several references of @by to the same thing? */
static bool is_first(const struct verdicts *vs, const struct unit *by,
		     const struct edge *e)
{
	const struct edge *f;

	for (f = edges_of(vs, by)->v; f < e; f++)
		if (f->to == e->to && f->address == e->address)
			return false;
	return true;
}

static bool is_refused(const struct verdicts *vs, const char *code,
		       const struct unit *u)
{
	const struct refusal *r;

	vec_for_each(r, &vs->refusals)
		if (u && r->unit == u && !strcmp(r->code, code))
			return true;
	return false;
}

/**
 * handed_out_by() - does old code pass on the address it refers to?
 * @vs:	the verdicts
 * @by:	the code, of a pre object
 * @e:	its reference to a function, or to a constant that leads to one
 *
 * Return: how, in words, or NULL
 */
const char *handed_out_by(const struct verdicts *vs, const struct unit *by,
			  const struct edge *e)
{
	bool text = class_is_text(e->to->sec->cls);
	const struct unit *func = whole(by);
	struct escape esc;

	if (!func->is_func || (text && !e->address) || !is_first(vs, by, e) ||
	    is_refused(vs, "const_escapes", e->to->twin) ||
	    !unit_hands_out(vs->up, func, e->to, !text, &esc))
		return NULL;
	return xasprintf("%s %s, and code that has the address keeps calling it", unit_label(func),
			 esc.how);
}

/**
 * handed_out_by_itself() - does an old function pass on its own address?
 * @vs:	the verdicts
 * @u:	the function, of a pre object
 *
 * For example, a timer that arms itself again.
 */
const char *handed_out_by_itself(const struct verdicts *vs, const struct unit *u)
{
	const struct unit *part;
	bool takes_own = false;
	const struct ref *r;
	struct escape esc;

	if (!u->is_func)
		return NULL;
	for (part = u; part; part = part == u ? u->cold : NULL)
		vec_for_each(r, &part->refs)
			takes_own |= !r->branch && !r->target &&
				     resolve_ref(vs->up, part->obj, r) == u;
	if (!takes_own || !unit_hands_out(vs->up, u, u, false, &esc))
		return NULL;
	return xasprintf("it %s, and code that has the address keeps calling it", esc.how);
}

/* Does the function, or its cold part, take the address? */
static bool takes(const struct verdicts *vs, const struct unit *u,
		  const struct unit *to)
{
	const struct unit *part;
	const struct edge *e;

	for (part = whole(u); part; part = part->parent ? NULL : part->cold)
		vec_for_each(e, edges_of(vs, part))
			if (e->to == to && e->address)
				return true;
	return false;
}

static bool counts(const struct unit *u)
{
	return u->sec->cls != SC_EXPORT && u->sec->cls != SC_DROP &&
	       u->sec->cls != SC_NONE;
}

/* Does it pass on another function than before? */
static bool gives_other(const struct verdicts *vs, const struct unit *by)
{
	const struct unit *part;
	const struct edge *e;

	for (part = by->twin; part; part = part->parent ? NULL : part->cold)
		vec_for_each(e, edges_of(vs, part))
			if (e->to && e->address && e->to->is_func &&
			    class_is_text(e->to->sec->cls) &&
			    (!e->to->twin || !takes(vs, by, e->to->twin)))
				return true;
	return false;
}

/*
 * Does new code still pass on the address where @by did? @by itself counts, and so does
 * code that is new. All other code counts, too, if @by passes on no other function
 * instead, or if the function is the same and that code passed it on before.
 */
static bool still_given(const struct verdicts *vs, const struct unit *by,
			const struct unit *func)
{
	const struct unit *given = func->twin;
	const struct tu *tu;
	struct unit **v;
	bool other;

	if (by->twin && takes(vs, by->twin, given))
		return true;
	other = by->twin && gives_other(vs, by);
	vec_for_each(tu, &vs->up->tus)
		vec_for_each(v, &tu->post->units)
			if (*v != given && counts(*v) && takes(vs, *v, given) &&
			    (!other || !(*v)->twin ||
			     (!unit_differs(vs, given) && takes(vs, (*v)->twin, func))))
				return true;
	return false;
}

static void check_given(struct verdicts *vs, const struct tu *tu,
			const struct unit *by, const struct edge *e)
{
	const struct unit *func = e->to;
	const char *how;

	if (!e->address || !func->twin || !func->is_func || func->parent ||
	    !class_is_text(func->sec->cls) || func == whole(by) ||
	    still_given(vs, whole(by), func) || state_is_dropped(vs->up, func))
		return;
	how = handed_out_by(vs, by, e);
	if (how)
		refuse(vs, "function_gone", tu->post, whole(by)->twin, func->name,
		       xasprintf("keep %s as the function whose address is passed on there, and give another name to the function for other callers; or, if a hook replaces its address wherever it is stored, use --state-of %s=",
				 func->name, func->name),
		       "%s; the new code no longer passes on its address there", how);
}

/* Does the function jump to an address that it computes or loads? */
static bool jumps_anywhere(const struct unit *u)
{
	const u8 *code = unit_data(u), *p;
	const struct ref *r;
	struct insn insn;
	u32 at;

	vec_for_each(r, &u->refs)
		if (r->branch && r->sym && starts_with(r->sym->name, "__x86_indirect_thunk_") &&
		    code[r->insn_off] == 0xe9)
			return true;
	for (at = 0; at < u->size && insn_decode(&insn, code + at, u->size - at); at += insn.len) {
		p = code + at + (code[at] == 0x3e);
		p += (*p & 0xf0) == 0x40;
		if (*p == 0xff && (p[1] & 0xf8) == 0xe0)
			return true;
	}
	return false;
}

/* Does it take the address of a place in itself? */
static bool takes_place(const struct verdicts *vs, const struct unit *u)
{
	const struct unit *part, *to;
	const struct ref *r;

	for (part = u; part; part = part == u ? u->cold : NULL)
		vec_for_each(r, &part->refs) {
			to = resolve_ref(vs->up, part->obj, r);
			if (!r->branch && (to == u || (to && to == u->cold)) && r->target > 0 &&
			    r->insn_len)
				return true;
		}
	return false;
}

/*
 * A coroutine: an object holds the address of a label, and the function goes on there.
 * New code would go on in the old code.
 */
static void check_labels(struct verdicts *vs, const struct unit *u)
{
	const struct unit *part;
	bool jumps = false;

	for (part = u; part; part = part == u ? u->cold : NULL)
		jumps |= jumps_anywhere(part);
	if (jumps && takes_place(vs, u))
		refuse(vs, "function_gone", u->twin->obj, u->twin, u->name,
		       "leave the function as it is",
		       "the old one takes the address of a place in itself, and jumps to an address: objects may hold where the old code goes on");
}

/**
 * check_handed() - refuse if old code passed on a function, and new code does not
 * @vs:	the verdicts
 * @tu:	one file
 *
 * For example, foo() becomes a wrapper that takes a lock, and timers now get its inner
 * half: a timer that is armed still calls foo().
 */
void check_handed(struct verdicts *vs, const struct tu *tu)
{
	const struct edge *e;
	struct unit **v;

	if (!tu->pre || vs->plan->tus[tu - vs->up->tus.v].left)
		return;
	vec_for_each(v, &tu->pre->units) {
		const struct unit *by = whole(*v);

		if (!by->is_func || !class_is_text(by->sec->cls) ||
		    vs->boot->kind[by->id] != BOOT_NO ||
		    (by->twin && plan_of(vs->plan, by->twin)->left))
			continue;
		if (by->twin && by == *v && unit_replaced(vs, by->twin))
			check_labels(vs, by);
		vec_for_each(e, edges_of(vs, *v))
			if (e->to)
				check_given(vs, tu, *v, e);
	}
}
