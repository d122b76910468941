// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded: what ksplice asks the kernel for goes to a program instead,
 * $FAKE_KERNEL, which plays a kernel below $KSPLICE_ROOT.  Its exit code is the
 * errno.
 *
 *   load NAME FILE, unload MODULE, write FILE TEXT
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ask(const char *what, const char *arg, const char *text)
{
	char *kernel = getenv("FAKE_KERNEL");
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		unsetenv("LD_PRELOAD");
		execl(kernel, kernel, what, arg, text, NULL);
		_exit(ENOSYS);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	return errno ? -1 : 0;
}

static void path_of(int fd, char *path)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX - 1);
	path[n > 0 ? n : 0] = '\0';
}

/* By its descriptor, as the kernel: another file may have its name by now. */
static int load(int fd)
{
	char file[64], path[PATH_MAX], *gone;

	snprintf(file, sizeof(file), "/proc/%d/fd/%d", getpid(), fd);
	path_of(fd, path);
	gone = strstr(path, " (deleted)");
	if (gone)
		*gone = '\0';
	return ask("load", path, file);
}

long syscall(long nr, ...)
{
	static long (*next)(long nr, ...);
	long arg[4];
	va_list ap;
	int i;

	va_start(ap, nr);
	for (i = 0; i < 4; i++)
		arg[i] = va_arg(ap, long);
	va_end(ap);
	if (!next)
		next = dlsym(RTLD_NEXT, "syscall");
	if (nr == SYS_delete_module)
		return ask("unload", (const char *)arg[0], NULL);
	if (nr == SYS_openat2 || nr == SYS_clock_gettime)
		return next(nr, arg[0], arg[1], arg[2], arg[3]);
	if (nr != SYS_finit_module) {
		fprintf(stderr, "fakekernel: syscall %ld?\n", nr);
		abort();
	}
	return load(arg[0]);
}

/* $FAKE_SLEPT: for so many seconds the machine was suspended */
int clock_gettime(clockid_t id, struct timespec *ts)
{
	char *slept = getenv("FAKE_SLEPT");
	int ret = syscall(SYS_clock_gettime, id, ts);

	if (slept && id == CLOCK_BOOTTIME)
		ts->tv_sec += atoll(slept);
	return ret;
}

ssize_t write(int fd, const void *buf, size_t n)
{
	static ssize_t (*next)(int fd, const void *buf, size_t n);
	char path[PATH_MAX], text[64];

	if (!next)
		next = dlsym(RTLD_NEXT, "write");
	path_of(fd, path);
	if (!strstr(path, "/sys/kernel/ksplice/"))
		return next(fd, buf, n);
	snprintf(text, sizeof(text), "%.*s", (int)n, (const char *)buf);
	return ask("write", path, text) ? -1 : (ssize_t)n;
}
