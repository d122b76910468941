// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - updates upon updates
 *
 * If an update is built from source that already contains another update's patch, its
 * pre code matches the other's new code, in the other's module.  From then on it
 * depends on the other update, which is pinned, must be applied first and taken back
 * last.
 *
 * An update that supersedes others was built from source without their patches, and
 * contains all of their changes.  It is matched as if they were not applied, and takes
 * their place in one stop.  As long as it is applied, none of them can be applied.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/cleanup.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ksplice.h"
#include "match.h"

/* Counts how often an update was applied, for ksplice_update.order */
static unsigned long applied;

/**
 * ksplice_order_init() - take over what an update says about others
 * @update:	the update, being allocated
 * @view:	its tables
 *
 * Return: 0 or -ENOMEM; ksplice_order_free() in both cases.
 */
int ksplice_order_init(struct ksplice_update *update,
		       const struct ksplice_view *view)
{
	const struct ksplice_f_header *hdr = view->hdr;

	update->supersedes = kvmemdup(view->supersedes, hdr->supersedes.n *
				      sizeof(*view->supersedes), GFP_KERNEL);
	update->states = kvmemdup(view->states, hdr->states.n *
				  sizeof(*view->states), GFP_KERNEL);
	if (!update->supersedes || !update->states)
		return -ENOMEM;
	update->nr_supersedes = hdr->supersedes.n;
	update->nr_states = hdr->states.n;
	return 0;
}

/**
 * ksplice_order_free() - free what ksplice_order_init() has allocated
 * @update:	the update
 */
void ksplice_order_free(struct ksplice_update *update)
{
	kvfree(update->supersedes);
	kvfree(update->states);
}

/**
 * ksplice_order_applied() - note that an update was applied, after all others
 * @update:	the update
 *
 * Context: ksplice_mutex held.
 */
void ksplice_order_applied(struct ksplice_update *update)
{
	update->order = ++applied;
}

/**
 * ksplice_order_next() - go through applied updates, in the order of that
 * @after:	the one before, or NULL
 *
 * Context: ksplice_mutex held.
 * Return: the next one, or NULL.
 */
struct ksplice_update *ksplice_order_next(const struct ksplice_update *after)
{
	struct ksplice_update *update, *best = NULL;

	list_for_each_entry(update, &ksplice_updates, list) {
		if (update->state != KSPLICE_APPLIED ||
		    (after && update->order <= after->order))
			continue;
		if (!best || update->order < best->order)
			best = update;
	}
	return best;
}

/**
 * ksplice_order_prev() - go through applied updates, the last one first
 * @before:	the one after, or NULL
 *
 * Context: ksplice_mutex held.
 * Return: the one before, or NULL.
 */
struct ksplice_update *ksplice_order_prev(const struct ksplice_update *before)
{
	struct ksplice_update *update, *best = NULL;

	list_for_each_entry(update, &ksplice_updates, list) {
		if (update->state != KSPLICE_APPLIED ||
		    (before && update->order >= before->order))
			continue;
		if (!best || update->order > best->order)
			best = update;
	}
	return best;
}

/*
 * Updates below
 */

/* Was @update made on top of @other? */
static bool order_is_on(const struct ksplice_update *update,
			const struct ksplice_update *other)
{
	unsigned int i;

	for (i = 0; i < update->nr_below; i++) {
		if (update->below[i] == other)
			return true;
	}
	return false;
}

static bool order_is_wanted(const struct ksplice_update *update, u32 target)
{
	return update->objects[target].presence == KSPLICE_FOUND;
}

/* Did matching of the targets just found find anything in the memory of @mod? */
static bool order_found_in(const struct ksplice_update *update,
			   const struct ksplice_match *match,
			   const struct module *mod)
{
	const struct ksplice_view *view = match->view;
	u32 i;

	for (i = 0; i < view->hdr->units.n; i++) {
		if (!order_is_wanted(update, view->units[i].target) ||
		    match->unit_state[i] == KSPLICE_UNIT_UNKNOWN)
			continue;
		if (within_module(match->unit_addr[i], mod) ||
		    within_module(match->unit_run[i], mod))
			return true;
	}
	for (i = 0; i < view->hdr->syms.n; i++) {
		if (match->sym_state[i] != KSPLICE_SYM_UNKNOWN &&
		    within_module(match->sym_value[i], mod))
			return true;
	}
	return false;
}

/* Notes that @update is on top of @other, and pins that, so that it stays on the list. */
static int order_add_below(struct ksplice_update *update,
			   struct ksplice_update *other)
{
	struct ksplice_update **below;

	guard(mutex)(&ksplice_show_mutex);
	below = krealloc_array(update->below, update->nr_below + 1,
			       sizeof(*below), GFP_KERNEL);
	if (!below)
		return -ENOMEM;
	update->below = below;
	if (!try_module_get(other->module))
		return -ENODEV;
	below[update->nr_below++] = other;
	return 0;
}

/**
 * ksplice_order_note() - note which updates an update was matched on top of
 * @update:	the update, some of whose objects are KSPLICE_FOUND
 * @match:	what matching has learned about these
 *
 * The note is kept when the target goes, since the update fits no other code.
 *
 * Context: ksplice_mutex held.
 * Return: 0, -ENOMEM or -ENODEV.
 */
int ksplice_order_note(struct ksplice_update *update,
		       const struct ksplice_match *match)
{
	struct ksplice_update *other;
	int ret;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (other == update || other->state != KSPLICE_APPLIED ||
		    order_is_on(update, other) ||
		    (!order_found_in(update, match, other->module) &&
		     !ksplice_words_found(update, match, other)))
			continue;
		ret = order_add_below(update, other);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * ksplice_order_forget() - forget the updates below
 * @update:	the update
 * @keep:	number of them to keep, from the first on
 *
 * Context: ksplice_mutex held.
 */
void ksplice_order_forget(struct ksplice_update *update, unsigned int keep)
{
	guard(mutex)(&ksplice_show_mutex);
	while (update->nr_below > keep)
		module_put(update->below[--update->nr_below]->module);
	if (keep)
		return;
	kfree(update->below);
	update->below = NULL;
}

/**
 * ksplice_order_above() - is an update on top of this one applied?
 * @update:	the update, to be taken back
 *
 * Return: the name of the newest such update, or NULL.
 */
const char *ksplice_order_above(const struct ksplice_update *update)
{
	struct ksplice_update *other = NULL;

	while ((other = ksplice_order_prev(other))) {
		if (order_is_on(other, update))
			return other->name;
	}
	return NULL;
}

static int order_check_below(struct ksplice_update *update)
{
	unsigned int i;

	for (i = 0; i < update->nr_below; i++) {
		if (update->below[i]->state == KSPLICE_APPLIED)
			continue;
		pr_err("%s: it was made on top of update %s, which is not applied; apply that first\n",
		       update->name, update->below[i]->name);
		update->cause = KSPLICE_STACKED;
		return -EBUSY;
	}
	return 0;
}

/*
 * Updates that are superseded
 */

static bool order_names(const struct ksplice_update *update,
			const struct ksplice_update *other)
{
	unsigned int i;

	for (i = 0; i < update->nr_supersedes; i++) {
		if (!strcmp(update->strings + update->supersedes[i].name,
			    other->name))
			return true;
	}
	return false;
}

/**
 * ksplice_superseded() - does an applied update go when another one is applied?
 * @update:	the update that is applied now
 * @other:	the update that may go
 *
 * Context: ksplice_mutex held.
 * Return: true if @other goes.
 */
bool ksplice_superseded(const struct ksplice_update *update,
			const struct ksplice_update *other)
{
	return other->state == KSPLICE_APPLIED && order_names(update, other);
}

/**
 * ksplice_order_check() - is an update outdated by an applied one?
 * @update:	the update, on the list
 *
 * Context: ksplice_mutex held.
 * Return: 0, or -EBUSY with the reason in the log.
 */
int ksplice_order_check(struct ksplice_update *update)
{
	struct ksplice_update *other;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (other->state != KSPLICE_APPLIED || !order_names(other, update))
			continue;
		pr_err("%s: update %s, which is applied, supersedes it and has all that it has; it is not needed\n",
		       update->name, other->name);
		update->cause = KSPLICE_OUTDATED;
		return -EBUSY;
	}
	return 0;
}

/* An update on top of a superseded one must be gone already, or be superseded, too. */
static int order_check_left_over(struct ksplice_update *update,
				 const struct ksplice_update *superseded)
{
	struct ksplice_update *other = NULL;

	while ((other = ksplice_order_prev(other))) {
		if (ksplice_superseded(update, other) ||
		    !order_is_on(other, superseded))
			continue;
		pr_err("%s: update %s is on top of %s, which this one supersedes; take %s back first, or make this one supersede it, too\n",
		       update->name, other->name, superseded->name,
		       other->name);
		update->cause = KSPLICE_STACKED;
		return -EBUSY;
	}
	return 0;
}

static int order_check_superseded(struct ksplice_update *update)
{
	struct ksplice_update *other;
	int ret;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (!ksplice_superseded(update, other))
			continue;
		ret = order_check_left_over(update, other);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * States
 */

/* Return: the version of a state that an update knows; 0 if it does not know the state */
static u32 order_state_version(const struct ksplice_update *update, const char *state)
{
	unsigned int i;

	for (i = 0; i < update->nr_states; i++) {
		if (!strcmp(update->strings + update->states[i].name, state))
			return update->states[i].version;
	}
	return 0;
}

/*
 * @update must not know an older version of a state than @other; and if it takes the
 * place of @other, it must know all of its states.
 */
static int order_check_states_with(struct ksplice_update *update,
				   const struct ksplice_update *other)
{
	bool takes_place = ksplice_superseded(update, other);
	unsigned int i;

	for (i = 0; i < other->nr_states; i++) {
		const char *state = other->strings + other->states[i].name;
		u32 version = order_state_version(update, state);

		if (version >= other->states[i].version ||
		    (!version && !takes_place))
			continue;
		pr_err("%s: update %s, which is applied, has version %u of state %s, this one has %u; get a newer update\n",
		       update->name, other->name, other->states[i].version,
		       state, version);
		update->cause = KSPLICE_OUTDATED;
		return -EBUSY;
	}
	return 0;
}

static int order_check_states(struct ksplice_update *update)
{
	struct ksplice_update *other;
	int ret;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (other->state != KSPLICE_APPLIED)
			continue;
		ret = order_check_states_with(update, other);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * Targets that are not loaded
 */

static bool order_same_func(const struct ksplice_func *a,
			    const struct ksplice_func *b)
{
	return a->new_addr && b->new_addr && !strcmp(a->name, b->name) &&
	       !strcmp(a->source, b->source) &&
	       !strcmp(a->object->name, b->object->name);
}

static int order_check_absent_with(struct ksplice_update *update,
				   const struct ksplice_update *other)
{
	struct ksplice_func *func, *theirs;

	ksplice_for_each_func(update, func) {
		if (func->object->presence != KSPLICE_ABSENT)
			continue;
		ksplice_for_each_func(other, theirs) {
			if (!order_same_func(func, theirs))
				continue;
			pr_err("%s: cannot replace %s of module %s, which is not loaded: update %s, which is applied, replaces it, and whether this one was made on top of it can't be seen; take that one back, or load the module first\n",
			       update->name, func->name, func->object->name,
			       other->name);
			update->cause = KSPLICE_STACKED;
			return -EBUSY;
		}
	}
	return 0;
}

/* Two updates that know nothing of each other cannot change one constant. */
static int order_check_constants_with(struct ksplice_update *update,
				      const struct ksplice_update *other)
{
	const struct ksplice_constant *constant = ksplice_words_both(update, other);
	bool absent = constant && constant->object->presence == KSPLICE_ABSENT;

	if (!constant)
		return 0;
	pr_err("%s: cannot change constant %s of %s: update %s, which is applied, changes it already%s; take that one back first, or %s\n",
	       update->name, constant->name, constant->object->name, other->name,
	       absent ? ", and whether this one was made on top of it can't be seen" : "",
	       absent ? "load the module first" : "make this one on top of it");
	update->cause = KSPLICE_STACKED;
	return -EBUSY;
}

/*
 * Two updates of one function that know nothing of each other fit the same code.  When
 * the module comes only one could be applied, and the module could not be loaded.
 */
static int order_check_absent(struct ksplice_update *update)
{
	struct ksplice_update *other;
	int ret;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (other->state != KSPLICE_APPLIED ||
		    ksplice_superseded(update, other) ||
		    order_is_on(update, other))
			continue;
		ret = order_check_absent_with(update, other);
		if (!ret)
			ret = order_check_constants_with(update, other);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * ksplice_order_may_apply() - do other updates allow an update to be applied?
 * @update:	the update, its targets matched
 *
 * Context: ksplice_mutex held.
 * Return: 0, or -EBUSY with the reason in the log and in @update->cause.
 */
int ksplice_order_may_apply(struct ksplice_update *update)
{
	int ret = order_check_below(update);

	if (!ret)
		ret = ksplice_order_check(update);
	if (!ret)
		ret = order_check_superseded(update);
	if (!ret)
		ret = order_check_states(update);
	return ret ? ret : order_check_absent(update);
}
