// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded into bash: of the processes that it and its subshells make, the one of
 * number $KILL_FORK is killed before it does anything.  How many were made stands in the
 * file $KILL_COUNT.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

/* Return: the number of the process that is made now; 0: it is not counted */
static int next_number(void)
{
	const char *path = getenv("KILL_COUNT");
	char text[32] = "";
	int fd, n;

	if (!path || strcmp(program_invocation_short_name, "bash"))
		return 0;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) || pread(fd, text, sizeof(text) - 1, 0) < 0)
		abort();
	n = atoi(text) + 1;
	snprintf(text, sizeof(text), "%d\n", n);
	if (pwrite(fd, text, strlen(text), 0) < 0)
		abort();
	close(fd);
	return n;
}

pid_t fork(void)
{
	static pid_t (*next)(void);
	const char *victim = getenv("KILL_FORK");
	int n = next_number();
	pid_t pid;

	if (!next)
		next = (pid_t (*)(void))dlsym(RTLD_NEXT, "fork");
	pid = next();
	if (!pid && n && victim && n == atoi(victim))
		kill(getpid(), SIGKILL);
	return pid;
}
