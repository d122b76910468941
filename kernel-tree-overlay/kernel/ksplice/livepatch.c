// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - does a livepatch redirect a function?
 */
#include "livepatch.h"

static bool redirects(const struct klp_patch *patch, unsigned long addr)
{
	struct klp_object *obj;
	struct klp_func *func;

	klp_for_each_object(patch, obj) {
		if (!obj->patched)
			continue;
		klp_for_each_func(obj, func) {
			if (func->patched &&
			    (unsigned long)func->old_func == addr)
				return true;
		}
	}
	return false;
}

/**
 * ksplice_livepatch_of - the livepatch that redirects a function
 * @addr:	the function's entry
 *
 * Context: process; takes klp_mutex.
 * Return: the name of its module, good for a message; NULL if there is none.
 */
const char *ksplice_livepatch_of(unsigned long addr)
{
	struct klp_patch *patch;
	const char *name = NULL;

	mutex_lock(&klp_mutex);
	list_for_each_entry(patch, &klp_patches, list) {
		if (patch->enabled && redirects(patch, addr)) {
			name = patch->mod->name;
			break;
		}
	}
	mutex_unlock(&klp_mutex);
	return name;
}
