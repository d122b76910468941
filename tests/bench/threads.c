// SPDX-License-Identifier: GPL-2.0
/*
 * threads N [MS]: a process of N threads that sleep; with MS, each wakes up
 * every MS milliseconds.  Says "ready" when all are there.
 *
 * Bare clone(), since N is 10,000: no thread needs more than a page of stack.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STACK	4096

static struct timespec period;

/* The threads share errno: system calls without it. */
static long call(long nr, const void *a)
{
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "a" (nr), "D" (a), "S" (NULL)
		     : "rcx", "r11", "memory");
	return ret;
}

static int sleeper(void *unused)
{
	(void)unused;
	while (period.tv_nsec)
		call(SYS_nanosleep, &period);
	for (;;)
		call(SYS_pause, NULL);
	return 0;
}

int main(int argc, char **argv)
{
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
		    CLONE_THREAD | CLONE_SYSVSEM;
	int i, n = argc > 1 ? atoi(argv[1]) : 0;
	char *stacks;

	if (argc > 2)
		period.tv_nsec = atoi(argv[2]) * 1000000L;
	stacks = mmap(NULL, (size_t)n * STACK, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (n <= 0 || stacks == MAP_FAILED) {
		perror("threads: mmap");
		return 1;
	}
	for (i = 0; i < n; i++) {
		if (clone(sleeper, stacks + (size_t)(i + 1) * STACK, flags,
			  NULL) < 0) {
			perror("threads: clone");
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
