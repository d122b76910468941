// SPDX-License-Identifier: GPL-2.0
/* kspl-objdiff: runs the command that is named. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "objdiff.h"

static const char usage[] =
"usage: kspl-objdiff diff PRE.o POST.o [--old-types OBJ.o] [--json]\n"
"                    [--state-of OLD=NEW]... [--boot-done NAME]... [--in-place NAME]...\n"
"                    [--symvers Module.symvers] [--defined NAMES] [--changed FILES]\n"
"       kspl-objdiff create --name NAME --release RELEASE [--description TEXT]\n"
"                    [--fixes ID]... --symvers Module.symvers [--json FILE]\n"
"                    [--supersedes UPDATE]... [--state NAME:VERSION]...\n"
"                    [--state-of OLD=NEW | =NEW | OLD=]...\n"
"                    [--boot-done NAME]... (what it did at boot is right as it is)\n"
"                    [--in-place NAME]... (a constant: each user reads it anew)\n"
"                    [--all (replace unchanged functions, too: for tests)]\n"
"                    [--allow-busy (functions that are always in use, too)]\n"
"                    [--defined NAMES (a file: what the kernel defines, one a line)]\n"
"                    [--changed FILES (a file: the source files that differ, one a line)]\n"
"                    [--partial (leave out what is refused: for kspl-build --partial, as are)]\n"
"                    [--leave-out LABEL NAME REASON]... [--new-body LABEL NAME]...\n"
"                    [--unknown NAMES (a file: what the kernel does not have, one a line)]\n"
"                    -o OUT.o {[--target MODULE|vmlinux] {--source LABEL PRE.o POST.o |\n"
"                     --new LABEL POST.o}...}...\n"
"                    [--old-types LABEL OBJ.o]...\n"
"                    [--debug OUT.o (the same, with debug information) {--debug-of LABEL OBJ.o}...]\n"
"       kspl-objdiff inspect FILE.ko [--json | --at FUNCTION+OFFSET]\n"
"exit: 0 done, 1 failed, 2 usage, 3 no change of code, 4 can't be made safely\n";

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "diff", cmd_diff },
	{ "create", cmd_create },
	{ "inspect", cmd_inspect },
};

static int put_all(int fd, const char *buf, size_t n)
{
	ssize_t put;

	for (; n; buf += put, n -= put) {
		put = write(fd, buf, n);
		if (put < 0 && errno == EINTR)
			put = 0;
		if (put < 0)
			return -1;
	}
	return 0;
}

/*
 * Names and texts in objects and updates are not trusted: keep control characters away
 * from the terminal. (In JSON, all but ASCII is escaped already.)
 */
static ssize_t put_plain(void *fd, const char *buf, size_t n)
{
	char text[512];
	size_t i, k;

	for (i = 0; i < n; i += k) {
		for (k = 0; k < sizeof(text) && i + k < n; k++) {
			char c = buf[i + k];

			text[k] = (c >= ' ' && c <= '~') || c == '\n' || c == '\t' ? c : '?';
		}
		if (put_all((intptr_t)fd, text, k))
			return 0;
	}
	return n;
}

/* A stream in place of stdout or stderr */
static FILE *plain(int fd)
{
	cookie_io_functions_t io = { .write = put_plain };
	FILE *f = fopencookie((void *)(intptr_t)fd, "w", io);

	if (f && (fd == STDERR_FILENO || isatty(fd)))
		setvbuf(f, NULL, _IOLBF, 0);
	return f;
}

static int end_output(int ret)
{
	if (!fflush(stdout) && !ferror(stdout))
		return ret;
	fputs("kspl-objdiff: can't write the output\n", stderr);
	return ret == EXIT_OK ? EXIT_FAILED : ret;
}

int main(int argc, char **argv)
{
	FILE *out = plain(STDOUT_FILENO), *err = plain(STDERR_FILENO);
	int ret = EXIT_USAGE;
	size_t i;

	if (!out || !err)
		return EXIT_FAILED;
	stdout = out;
	stderr = err;
	if (argc == 2 && (!strcmp(argv[1], "-h") ||
			  !strcmp(argv[1], "--help"))) {
		fputs(usage, stdout);
		return end_output(EXIT_OK);
	}
	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			ret = commands[i].run(argc - 1, argv + 1);
	if (ret == EXIT_USAGE)
		fputs(usage, stderr);
	return end_output(ret);
}
