// SPDX-License-Identifier: GPL-2.0
/*
 * Is the kernel that runs the one of the system whose files these are?  In a
 * chroot, in which an image is built or a system repaired, and in a container, it
 * belongs to another system: an update would be applied to that system's kernel, and
 * the marks for its next boot would be written where that boot does not look.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ksplice.h"

/* The numbers of the first namespaces are fixed (include/linux/proc_ns.h). */
#define FIRST_USER	"user:[4026531837]"
#define FIRST_PID	"pid:[4026531836]"

#define MODULE_CAP	(1ULL << 16)	/* CAP_SYS_MODULE */

/* Without permission the kernel refuses later, with a better reason. */
static bool may_load_modules(void)
{
	str_vec lines = {};
	char **line;

	read_lines("/proc/self/status", &lines);
	vec_for_each(line, &lines) {
		if (starts_with(*line, "CapEff:"))
			return strtoull(*line + 7, NULL, 16) & MODULE_CAP;
	}
	return false;
}

/* Return: NULL, or what this is instead. */
const char *not_own_kernel(void)
{
	char *pid = read_link("/proc/self/ns/pid");
	char *user = read_link("/proc/self/ns/user");
	const char *root = getenv("DPKG_ROOT");

	if (root && *root && strcmp(root, "/"))
		return "another system's files (DPKG_ROOT)";
	if (!pid || !user)
		return "a place without /proc, such as a chroot";
	if (strcmp(user, FIRST_USER) || strcmp(pid, FIRST_PID))
		return "a container";
	if (same_place("/proc/1/root", "/"))
		return NULL;
	if (!errno)
		return "a chroot";
	return may_load_modules() ?
		"a place from which the machine's root can't be seen (/proc/1/root)" :
		NULL;
}

/* Return: an exit code; the reason has been printed. */
int need_own_kernel(void)
{
	const char *where = not_own_kernel();

	if (!where)
		return EXIT_OK;
	problem(NULL, EXIT_REFUSED, "not_own_kernel",
		"do it on the machine itself; what is installed here is applied when this system boots",
		"this is %s: the running kernel belongs to another system, and is left alone",
		where);
	return EXIT_REFUSED;
}

/* ksplice own-kernel: for scripts, such as those of packages */
int cmd_own_kernel(int argc, char **argv)
{
	const char *where = not_own_kernel();

	(void)argc;
	(void)argv;
	if (opt.json)
		json_bool("own_kernel", !where);
	if (!where)
		return EXIT_OK;
	say("this is %s: the running kernel belongs to another system", where);
	return EXIT_REFUSED;
}
