// SPDX-License-Identifier: GPL-2.0
/* ksplice: options, and which command. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ksplice.h"

#define MAX_SECONDS	3600

const char tool_version[] = VERSION;
struct options opt = { .timeout_ms = -1, .root = "" };

static const char usage[] =
"usage: ksplice COMMAND [OPTION]... [ARGUMENT]\n"
"\n"
"  check FILE            would it apply, and which threads are in the way?\n"
"  apply FILE|NAME       load an update and switch to its code\n"
"  undo NAME             switch back to the old code, and unload the update\n"
"  list                  the updates that are loaded or installed\n"
"  show NAME|FILE        all about one of them\n"
"  status                kernel, core, what is applied, what is not\n"
"  install FILE          apply it after each boot of the kernel it is for\n"
"  uninstall NAME        no longer apply it after a boot\n"
"  unhold NAME           allow it again, though the machine crashed with it\n"
"  load-installed        apply what is installed for the running kernel (at boot)\n"
"  settle                confirm what has been applied for a while (by a timer)\n"
"  own-kernel            is this the machine itself, not a chroot or a container?\n"
"  metrics               for node_exporter's textfile collector\n"
"\n"
"      --json            one JSON object on stdout\n"
"      --timeout SECONDS apply, undo, load-installed; with --now: install, uninstall:\n"
"                        how long to wait for threads (default 15)\n"
"      --wait            apply, undo; with --now: install, uninstall: wait as long as\n"
"                        it takes; a signal ends it\n"
"      --keep            undo: leave it loaded; apply: even if it fails\n"
"      --now             install: apply it, too; uninstall: undo it, too;\n"
"                        settle: all of it, the machine is being shut down\n"
"      --vex             status: what is fixed, as a CycloneDX document\n"
"      --output FILE     metrics: into FILE, at once, instead of stdout\n"
"      --root DIR        the files below DIR, such as an image's\n"
"  -q, --quiet           no progress on stderr\n"
"  -V, --version\n"
"  -h, --help\n"
"\n"
"exit: 0 done, 1 failed (trying again may help), 2 wrong usage,\n"
"      3 nothing to do, 4 refused (this update and this kernel don't go together)\n";

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	int args;
} commands[] = {
	{ "check", cmd_check, 1 },
	{ "apply", cmd_apply, 1 },
	{ "undo", cmd_undo, 1 },
	{ "list", cmd_list, 0 },
	{ "show", cmd_show, 1 },
	{ "status", cmd_status, 0 },
	{ "install", cmd_install, 1 },
	{ "uninstall", cmd_uninstall, 1 },
	{ "unhold", cmd_unhold, 1 },
	{ "load-installed", cmd_load_installed, 0 },
	{ "settle", cmd_settle, 0 },
	{ "own-kernel", cmd_own_kernel, 0 },
	{ "metrics", cmd_metrics, 0 },
};

enum {
	OPT_JSON = 256, OPT_TIMEOUT, OPT_WAIT, OPT_KEEP, OPT_NOW, OPT_OUTPUT,
	OPT_ROOT, OPT_VEX,
};

static const struct option long_options[] = {
	{ "json",	no_argument,		NULL, OPT_JSON },
	{ "timeout",	required_argument,	NULL, OPT_TIMEOUT },
	{ "wait",	no_argument,		NULL, OPT_WAIT },
	{ "keep",	no_argument,		NULL, OPT_KEEP },
	{ "now",	no_argument,		NULL, OPT_NOW },
	{ "vex",	no_argument,		NULL, OPT_VEX },
	{ "output",	required_argument,	NULL, OPT_OUTPUT },
	{ "root",	required_argument,	NULL, OPT_ROOT },
	{ "quiet",	no_argument,		NULL, 'q' },
	{ "version",	no_argument,		NULL, 'V' },
	{ "help",	no_argument,		NULL, 'h' },
	{ }
};

/* Which commands an option is for; an option that does nothing is an error. */
static const struct {
	int option;
	const char *commands;
} option_commands[] = {
	{ OPT_TIMEOUT, " apply undo install uninstall load-installed " },
	{ OPT_WAIT, " apply undo install uninstall " },
	{ OPT_KEEP, " apply undo " },
	{ OPT_NOW, " install uninstall settle " },
	{ OPT_VEX, " status " },
	{ OPT_OUTPUT, " metrics " },
	/* Modules go into the kernel that runs, whatever is below DIR. */
	{ OPT_ROOT, " list show status install uninstall unhold metrics " },
};

static void __attribute__((noreturn))
usage_error(const char *what, const char *arg)
{
	complain("ksplice: '%s': %s", arg, what);
	complain("  what now: 'ksplice --help' shows the usage");
	exit(EXIT_USAGE);
}

/* Seconds, with a fraction if need be */
static long parse_timeout(const char *arg)
{
	char *end;
	double s = strtod(arg, &end);

	if (end == arg || *end || !(s >= 0 && s <= MAX_SECONDS))
		usage_error("--timeout needs a number of seconds from 0 to 3600",
			    arg);
	return s * 1000;
}

static int end_output(int ret)
{
	if (!fflush(stdout) && !ferror(stdout))
		return ret;
	fprintf(stderr, "ksplice: can't write the output: %s\n", strerror(errno));
	return ret ? ret : EXIT_FAILED;
}

static void take_option(int c)
{
	switch (c) {
	case OPT_JSON:
		opt.json = true;
		break;
	case OPT_TIMEOUT:
		opt.timeout_ms = parse_timeout(optarg);
		break;
	case OPT_WAIT:
		opt.wait = true;
		break;
	case OPT_KEEP:
		opt.keep = true;
		break;
	case OPT_NOW:
		opt.now = true;
		break;
	case OPT_VEX:
		opt.vex = true;
		break;
	case OPT_OUTPUT:
		opt.output = optarg;
		break;
	case OPT_ROOT:
		/* Most likely an unset variable; this machine is not meant */
		if (!*optarg)
			usage_error("needs a directory (/ is this machine's)",
				    "--root");
		if (!optarg[strspn(optarg, "/")])
			break;
		opt.root = optarg;
		opt.image = true;
		break;
	case 'q':
		opt.quiet = true;
		break;
	case 'V':
		puts("ksplice " VERSION);
		exit(end_output(EXIT_OK));
	case 'h':
		fputs(usage, stdout);
		exit(end_output(EXIT_OK));
	default:
		fputs("  what now: 'ksplice --help' shows the usage\n", stderr);
		exit(EXIT_USAGE);
	}
}

static const char *option_name(int c)
{
	const struct option *o;

	for (o = long_options; o->name; o++) {
		if (o->val == c)
			return o->name;
	}
	return "?";
}

static void check_option(int c, const char *command)
{
	char *word = xasprintf(" %s ", command);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(option_commands); i++) {
		if (option_commands[i].option == c &&
		    !strstr(option_commands[i].commands, word))
			usage_error("this command does not have that option",
				    xasprintf("%s --%s", command, option_name(c)));
	}
	free(word);
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	usage_error("there is no such command", name);
}

static const char *result_word(int ret)
{
	static const char * const words[] = {
		"done", "failed", "usage", "nothing_to_do", "refused",
	};

	return words[ret];
}

static int run(const struct command *cmd, char **argv)
{
	int ret;

	if (opt.json) {
		/* One write, or nearly: messages go to stderr meanwhile. */
		setvbuf(stdout, NULL, _IOFBF, 1 << 20);
		json_open(NULL, '{');
		json_str("command", cmd->name);
	}
	ret = cmd->run(cmd->args, argv);
	if (sysfs_unread() && (ret == EXIT_OK || ret == EXIT_NOTHING))
		ret = EXIT_FAILED;
	if (opt.json) {
		json_str("result", result_word(ret));
		json_num("exit", ret);
		problems_json();
		json_close('}');
		putchar('\n');
	}
	return ret;
}

int main(int argc, char **argv)
{
	const struct command *cmd;
	int seen[64], n = 0, c, ret;

#ifdef KSPLICE_TEST
	/* For the tests of this program: a kernel that is made up */
	if (getenv("KSPLICE_ROOT"))
		opt.root = getenv("KSPLICE_ROOT");
#endif
	while ((c = getopt_long(argc, argv, "qVh", long_options, NULL)) != -1) {
		take_option(c);
		if (n < (int)ARRAY_SIZE(seen))
			seen[n++] = c;
	}
	if (optind == argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	cmd = find_command(argv[optind++]);
	while (n)
		check_option(seen[--n], cmd->name);
	if (opt.vex && opt.json)
		usage_error("is a separate document: not with --json", "--vex");
	if (opt.vex && opt.image)
		usage_error("is about the running kernel: not with --root", "--vex");
	/* Without this, a missing directory would count as one without updates. */
	if (opt.image && !is_dir("/"))
		usage_error(xasprintf("--root: %s", strerror(errno)), opt.root);
	if (opt.now && opt.image)
		usage_error("is for files below DIR, --now is for the running kernel",
			    "--root");
	if (argc - optind != cmd->args)
		usage_error(cmd->args ? "needs one argument, a file or a name" :
			    "takes no argument", cmd->name);
	signal(SIGPIPE, SIG_IGN);
	/* All users may see what is installed, whatever the caller's umask is. */
	umask(022);
	ret = run(cmd, argv + optind);
	return end_output(ret);
}
