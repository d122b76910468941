// SPDX-License-Identifier: GPL-2.0
/* Modules in and out, and what decides whether they may. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ksplice.h"

extern char **environ;

/* Return: 0 or the loader's errno. */
int module_load(const struct file *f)
{
	return syscall(SYS_finit_module, f->fd, "", 0) ? errno : 0;
}

/* Return: 0 or an errno. */
int module_remove(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK) ? errno : 0;
}

/* kernel.modules_disabled=1: until the next boot nothing comes or goes. */
bool modules_disabled(void)
{
	char *s = read_line("/proc/sys/kernel/modules_disabled");

	return s && *s == '1';
}

bool module_present(const char *module)
{
	return exists(pathf("/sys/module/%s", module));
}

/* As the kernel itself would call it. */
static char *modprobe_path(void)
{
	char *path = read_line("/proc/sys/kernel/modprobe");

	return path && *path ? path : xstrdup("/sbin/modprobe");
}

static int no_core(void)
{
	problem(NULL, EXIT_FAILED, "no_core",
		"install ksplice-dkms (or boot a kernel with CONFIG_KSPLICE), then 'modprobe ksplice' says what is missing",
		"this kernel (%s) has no core of ksplice, and there is no module for it",
		running_release());
	return EXIT_FAILED;
}

/* Make sure that a core is there: built in, or as the module of that name. */
int core_load(void)
{
	char *argv[] = { modprobe_path(), "-q", "ksplice", NULL };
	int status = 0;
	pid_t pid;

	if (core_present())
		return EXIT_OK;
	if (geteuid()) {
		problem(NULL, EXIT_FAILED, "no_core", "run this as root, or 'modprobe ksplice' as root first",
			"the core of ksplice is not loaded");
		return EXIT_FAILED;
	}
	if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ))
		return no_core();
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!core_present())
		return no_core();
	note("loaded the core, module ksplice");
	return EXIT_OK;
}

static bool locked_down(void)
{
	char *s = read_line("/sys/kernel/security/lockdown");

	return s && (strstr(s, "[integrity]") || strstr(s, "[confidentiality]"));
}

static bool enforced(void)
{
	char *s = read_line("/sys/module/module/parameters/sig_enforce");

	return s && *s == 'Y';
}

/* Who insists on a signature that the file does not have? NULL: nobody. */
const char *signature_missing(const struct file *f)
{
	if (f->has_signature)
		return NULL;
	if (locked_down())
		return "the kernel is locked down (Secure Boot)";
	return enforced() ? "module.sig_enforce is set" : NULL;
}
