// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - does a livepatch redirect a function?
 */
#include <linux/string.h>

#include "livepatch.h"

/*
 * Does not ask for patch->enabled: that is false as soon as a livepatch is told to go.
 * Its redirections stay, for all or some threads, until its transition is over, and
 * the transition may even be reversed.
 */
static bool livepatch_redirects(const struct klp_patch *patch, unsigned long addr)
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
 * ksplice_livepatch_of() - does a livepatch redirect a function?
 * @addr:	the function's entry
 * @name:	gets the livepatch's name, MODULE_NAME_LEN bytes
 *
 * Context: process; takes klp_mutex.
 * Return: true if one does.
 */
bool ksplice_livepatch_of(unsigned long addr, char *name)
{
	struct klp_patch *patch;
	bool found = false;

	mutex_lock(&klp_mutex);
	list_for_each_entry(patch, &klp_patches, list) {
		found = livepatch_redirects(patch, addr);
		if (found) {
			strscpy(name, patch->mod->name, MODULE_NAME_LEN);
			break;
		}
	}
	mutex_unlock(&klp_mutex);
	return found;
}
