// SPDX-License-Identifier: GPL-2.0
/* ksplice metrics: for the textfile collector of node_exporter */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ksplice.h"

static void family(FILE *f, const char *name, const char *help)
{
	fprintf(f, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* Names need no escapes: file.c and the core see to that. */
static void per_update(FILE *f, const char *name, const char *help,
		       long long (*value)(const struct update *up))
{
	str_vec names = {};
	struct update up;
	char **n;

	family(f, name, help);
	update_names(&names);
	vec_for_each(n, &names) {
		if (update_read(&up, *n))
			fprintf(f, "%s{name=\"%s\"} %lld\n", name, *n, value(&up));
	}
}

static long long is_applied(const struct update *up)
{
	return up->applied;
}

static long long pause_ns(const struct update *up)
{
	return up->pause_ns;
}

static long long threads(const struct update *up)
{
	return up->checked;
}

static long long attempts(const struct update *up)
{
	return up->attempts;
}

static void last_failure(FILE *f)
{
	str_vec names = {};
	struct update up;
	char **n;

	family(f, "ksplice_update_last_change_failed",
	       "1 if the last change of the update failed, with its cause");
	update_names(&names);
	vec_for_each(n, &names) {
		if (update_read(&up, *n))
			fprintf(f, "ksplice_update_last_change_failed{name=\"%s\",cause=\"%s\"} %d\n",
				*n, up.cause, !!strcmp(up.cause, "ok"));
	}
}

static void installed(FILE *f)
{
	stored_vec stored = {};
	struct stored *s;
	struct update up;

	store_list(running_release(), &stored);
	family(f, "ksplice_update_pending",
	       "1 if the update is installed for the running kernel, but not applied");
	vec_for_each(s, &stored)
		fprintf(f, "ksplice_update_pending{name=\"%s\"} %d\n", s->name,
			!(update_read(&up, s->name) && up.applied));
}

static void write_metrics(FILE *f)
{
	family(f, "ksplice_core", "1 if the running kernel can take hot updates");
	fprintf(f, "ksplice_core{release=\"%s\"} %d\n", running_release(),
		core_present());
	per_update(f, "ksplice_update_applied", "1 if the kernel runs the update's code",
		   is_applied);
	per_update(f, "ksplice_update_pause_ns", "how long the last change stopped the machine",
		   pause_ns);
	per_update(f, "ksplice_update_checked_tasks", "threads that the last change looked at",
		   threads);
	per_update(f, "ksplice_update_attempts", "how often the last change looked for a good moment",
		   attempts);
	last_failure(f);
	installed(f);
}

static int cant_write(const char *path)
{
	problem(NULL, EXIT_FAILED, "output", "give --output a file in a directory that can be written to",
		"%s: %s", path, strerror(errno));
	return EXIT_FAILED;
}

/* Complete whenever somebody reads it */
static int write_output(void)
{
	char *tmp = xasprintf("%s.%d", opt.output, getpid());
	FILE *f = fopen(tmp, "we");
	int bad;

	if (!f)
		return cant_write(tmp);
	write_metrics(f);
	bad = ferror(f);
	bad |= fclose(f);
	if (!bad && !rename(tmp, opt.output))
		return EXIT_OK;
	bad = cant_write(opt.output);
	unlink(tmp);
	return bad;
}

int cmd_metrics(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (opt.output)
		return write_output();
	if (opt.json) {
		problem(NULL, EXIT_USAGE, "usage", "'ksplice list --json' has the same as JSON",
			"metrics have a format of their own; with --json they need --output FILE");
		return EXIT_USAGE;
	}
	write_metrics(stdout);
	return EXIT_OK;
}
