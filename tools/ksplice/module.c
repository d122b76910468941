// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading modules, and what may forbid it */
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

/* kernel.modules_disabled=1: no module is loaded or unloaded until the next boot. */
bool modules_disabled(void)
{
	char *s = read_line("/proc/sys/kernel/modules_disabled");

	return s && *s == '1';
}

bool module_present(const char *module)
{
	return exists(pathf("/sys/module/%s", module));
}

/**
 * other_loaded - is the module of that name which is loaded another one?
 * @f:		the file
 *
 * Compares the build ids.
 * Return: true if it is, false if not, or if that can't be told.
 */
bool other_loaded(const struct file *f)
{
	int fd = root_open(pathf("/sys/module/%s/notes/" BUILD_ID_SECTION, f->module),
			   O_RDONLY);
	char id[256];
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, id, sizeof(id));
	close(fd);
	return n > 0 && f->build_id_size &&
	       ((size_t)n != f->build_id_size || memcmp(id, f->build_id, n));
}

/* The same of one in the store, as far as its file can be read; nothing is told. */
bool other_stored(const struct stored *s)
{
	unsigned int known = problems_known();
	struct file f;
	bool other;

	problems_hold();
	other = !file_read_fd(&f, stored_open(s), s->path) && other_loaded(&f);
	problems_taken(known);
	file_close(&f);
	return other;
}

/* As the kernel itself would call it. */
static char *modprobe_path(void)
{
	char *path = read_line("/proc/sys/kernel/modprobe");

	return path && *path ? path : xstrdup("/sbin/modprobe");
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

/* Return: its exit code, -1 if there is none. */
static int modprobe(const char *option)
{
	char *argv[] = { modprobe_path(), (char *)option, "ksplice", NULL };
	int status = 0;
	pid_t pid;

	unsetenv("MODPROBE_OPTIONS");	/* may name another configuration */
	if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ))
		return -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int core_not_trusted(void)
{
	problem(NULL, EXIT_FAILED, "core_not_trusted",
		"make the kernel trust the key that dkms signs with: 'mokutil --import /var/lib/dkms/mok.pub', reboot, and confirm it at the console ('Enroll MOK'); 'modinfo -F signer ksplice' shows who signed it; if it shows nothing, install openssl, and 'dpkg-reconfigure ksplice-dkms'",
		"the core, module ksplice, can't be loaded: %s, and it is not signed with a key that this kernel trusts",
		locked_down() ? "the kernel is locked down (Secure Boot)" :
		"module.sig_enforce is set");
	return EXIT_FAILED;
}

/* Report whether there is no core, or whether the kernel refuses it. */
static int no_core(void)
{
	if (modprobe("-nq")) {
		problem(NULL, EXIT_FAILED, "no_core",
			"install ksplice-dkms (or boot a kernel with CONFIG_KSPLICE), then 'modprobe ksplice' says what is missing",
			"this kernel (%s) has no core of ksplice, and there is no module for it",
			running_release());
		return EXIT_FAILED;
	}
	if (modules_disabled()) {
		problem(NULL, EXIT_REFUSED, "modules_disabled",
			"'ksplice install' the update and reboot: it is applied before that is set",
			"the core, module ksplice, can't be loaded until the next boot: kernel.modules_disabled is 1");
		return EXIT_REFUSED;
	}
	if (locked_down() || enforced())
		return core_not_trusted();
	problem(NULL, EXIT_FAILED, "core_failed",
		"'modprobe ksplice' and the end of the kernel's log (dmesg | tail) say why",
		"the core, module ksplice, can't be loaded");
	return EXIT_FAILED;
}

/* Make sure that a core is there: built in, or as the module of that name. */
int core_load(void)
{
	if (core_present())
		return EXIT_OK;
	if (geteuid()) {
		problem(NULL, EXIT_FAILED, "no_core", "run this as root, or 'modprobe ksplice' as root first",
			"the core of ksplice is not loaded");
		return EXIT_FAILED;
	}
	modprobe("-q");
	if (!core_present())
		return no_core();
	note("loaded the core, module ksplice");
	return EXIT_OK;
}

/* Why a signature is needed that the file does not have; NULL if none is needed */
const char *signature_missing(const struct file *f)
{
	if (f->has_signature)
		return NULL;
	if (locked_down())
		return "the kernel is locked down (Secure Boot)";
	return enforced() ? "module.sig_enforce is set" : NULL;
}
