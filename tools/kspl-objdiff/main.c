// SPDX-License-Identifier: GPL-2.0
/* kspl-objdiff: finds the command. */
#include <string.h>

#include "objdiff.h"

static const char usage[] =
"usage: kspl-objdiff diff PRE.o POST.o [--old-types OBJ.o] [--json]\n"
"                    [--state-of OLD=NEW]... [--boot-done NAME]...\n"
"                    [--symvers Module.symvers] [--defined NAMES] [--changed FILES]\n"
"       kspl-objdiff create --name NAME --release RELEASE [--description TEXT]\n"
"                    [--fixes ID]... --symvers Module.symvers [--json FILE]\n"
"                    [--supersedes UPDATE]... [--state NAME:VERSION]...\n"
"                    [--state-of OLD=NEW | =NEW | OLD=]...\n"
"                    [--boot-done NAME]... (what it did at boot is right as it is)\n"
"                    [--all (replace unchanged functions, too: for tests)]\n"
"                    [--allow-busy (functions that are always in use, too)]\n"
"                    [--defined NAMES (a file: what the kernel defines, one a line)]\n"
"                    [--changed FILES (a file: the source files that differ, one a line)]\n"
"                    -o OUT.o {[--target MODULE|vmlinux] {--source LABEL PRE.o POST.o |\n"
"                     --new LABEL POST.o}...}...\n"
"                    [--old-types LABEL OBJ.o]...\n"
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

int main(int argc, char **argv)
{
	int ret = EXIT_USAGE;
	size_t i;

	if (argc == 2 && (!strcmp(argv[1], "-h") ||
			  !strcmp(argv[1], "--help"))) {
		fputs(usage, stdout);
		return EXIT_OK;
	}
	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			ret = commands[i].run(argc - 1, argv + 1);
	if (ret == EXIT_USAGE)
		fputs(usage, stderr);
	return ret;
}
