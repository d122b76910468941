// SPDX-License-Identifier: GPL-2.0
/* /var/lib/ksplice/RELEASE/NAME.ko: what is to be applied after a boot. */
#include <string.h>
#include <sys/stat.h>

#include "ksplice.h"

static void list_release(const char *release, stored_vec *found)
{
	str_vec names = {};
	struct stored *s;
	char **n;

	list_dir(rooted(STORE "/%s", release), &names);
	vec_for_each(n, &names) {
		if (!ends_with(*n, ".ko"))
			continue;
		s = vec_add(found);
		s->name = xasprintf("%.*s", (int)strlen(*n) - 3, *n);
		s->release = xstrdup(release);
		s->path = rooted(STORE "/%s/%s", release, *n);
	}
}

/* By name; for all kernels if @release is NULL */
void store_list(const char *release, stored_vec *found)
{
	str_vec releases = {};
	char **r;

	if (release) {
		list_release(release, found);
		return;
	}
	list_dir(rooted(STORE), &releases);
	vec_for_each(r, &releases)
		list_release(*r, found);
}

struct stored *store_find(const stored_vec *v, const char *name)
{
	struct stored *s;

	vec_for_each(s, v) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

/* The link need not lead anywhere: in an image it is another root's. */
bool store_unit_enabled(void)
{
	struct stat st;

	return !lstat(rooted("/etc/systemd/system/sysinit.target.wants/ksplice.service"),
		      &st);
}
