// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - updates on top of updates
 *
 * An update that was made of a source which another one's patch is in finds that
 * one's code where it runs: in its module.  From then on it depends on it: the
 * other one is pinned, must be applied first and taken back last.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/module.h>

#include "ksplice.h"
#include "match.h"

/**
 * ksplice_depends_on - was an update made on top of another one?
 * @update:	the one
 * @other:	the other one
 *
 * Context: ksplice_mutex held.
 */
bool ksplice_depends_on(const struct ksplice_update *update,
			const struct ksplice_update *other)
{
	const struct ksplice_object *object;
	unsigned int i;

	ksplice_for_each_object(update, object) {
		for (i = 0; i < object->nr_pins; i++) {
			if (object->pins[i] == other->module)
				return true;
		}
	}
	return false;
}

/* Was anything of that target found in the update's memory? */
static bool found_in(const struct ksplice_match *match, u32 target,
		     const struct module *mod)
{
	const struct ksplice_view *view = match->view;
	u32 i;

	for (i = 0; i < view->hdr->units.n; i++) {
		if (view->units[i].target != target ||
		    match->unit_state[i] == KSPLICE_UNIT_UNKNOWN)
			continue;
		if (within_module(match->unit_addr[i], mod) ||
		    within_module(match->unit_run[i], mod))
			return true;
	}
	for (i = 0; i < view->hdr->syms.n; i++) {
		if (view->syms[i].target == target &&
		    match->sym_state[i] != KSPLICE_SYM_UNKNOWN &&
		    within_module(match->sym_value[i], mod))
			return true;
	}
	return false;
}

/**
 * ksplice_order_init - note which updates a target was matched on top of
 * @update:	the update; those of its targets that are KSPLICE_FOUND
 * @match:	what matching has learned
 *
 * Context: ksplice_mutex held.
 * Return: 0, -ENOMEM or -ENODEV.
 */
int ksplice_order_init(struct ksplice_update *update,
		       const struct ksplice_match *match)
{
	struct ksplice_update *other;
	struct ksplice_object *object;
	int ret;

	ksplice_for_each_object(update, object) {
		if (object->presence != KSPLICE_FOUND)
			continue;
		list_for_each_entry(other, &ksplice_updates, list) {
			if (other == update || other->state != KSPLICE_APPLIED ||
			    !found_in(match, object - update->objects,
				      other->module))
				continue;
			if (!try_module_get(other->module))
				return -ENODEV;
			ret = ksplice_pin(object, other->module);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/**
 * ksplice_order_missing - is an update below not applied?
 * @update:	the update, to be applied
 *
 * Return: the name of one that is not, or NULL.
 */
const char *ksplice_order_missing(struct ksplice_update *update)
{
	struct ksplice_update *other;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (ksplice_depends_on(update, other) &&
		    other->state != KSPLICE_APPLIED)
			return other->name;
	}
	return NULL;
}

/**
 * ksplice_order_above - is an update on top of this one applied?
 * @update:	the update, to be taken back
 *
 * Return: the name of the newest one that is, or NULL.
 */
const char *ksplice_order_above(struct ksplice_update *update)
{
	struct ksplice_update *other;

	list_for_each_entry_reverse(other, &ksplice_updates, list) {
		if (other->state == KSPLICE_APPLIED &&
		    ksplice_depends_on(other, update))
			return other->name;
	}
	return NULL;
}
