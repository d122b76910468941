// SPDX-License-Identifier: GPL-2.0
/* ksplice metrics: for the textfile collector of node_exporter */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ksplice.h"

static void family(FILE *f, const char *name, const char *help)
{
	fprintf(f, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* METRIC{name="NAME"} VALUE */
static void sample(FILE *f, const char *metric, const char *name, long long value)
{
	fprintf(f, "%s{name=\"", metric);
	put_label(f, name);
	fprintf(f, "\"} %lld\n", value);
}

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
			sample(f, name, *n, value(&up));
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

/* No metric if it can't be determined. */
static void bypassed(FILE *f)
{
	str_vec names = {}, found;
	struct update up;
	char **n;

	family(f, "ksplice_update_bypassed",
	       "how many BPF programs, livepatches and the like may keep the update's code from running");
	update_names(&names);
	vec_for_each(n, &names) {
		found = (str_vec){};
		if (update_read(&up, *n) && (!up.applied || bypassing(&up, &found)))
			sample(f, "ksplice_update_bypassed", *n, found.n);
	}
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
		if (!update_read(&up, *n))
			continue;
		fputs("ksplice_update_last_change_failed{name=\"", f);
		put_label(f, *n);
		fputs("\",cause=\"", f);
		put_label(f, up.cause);
		fprintf(f, "\"} %d\n", !!strcmp(up.cause, "ok"));
	}
}

static int installed(FILE *f)
{
	stored_vec stored = {};
	held_vec held = {};
	struct stored *s;
	struct update up;
	struct held *h;
	int ret = store_list(running_release(), &stored);

	family(f, "ksplice_update_pending",
	       "1 if the update is installed for the running kernel, but not applied");
	vec_for_each(s, &stored)
		sample(f, "ksplice_update_pending", s->name,
		       !(update_read(&up, s->name) && up.applied && !other_stored(s)) &&
		       !superseded(s->name));
	family(f, "ksplice_update_held_back",
	       "1 if the update is not applied because the machine crashed with it");
	vec_for_each(s, &stored)
		sample(f, "ksplice_update_held_back", s->name,
		       !(update_read(&up, s->name) && up.applied && !other_stored(s)) &&
		       !superseded(s->name) && stored_held_back(s));
	if (held_not_stored(&stored, &held))
		ret = EXIT_FAILED;
	vec_for_each(h, &held)
		sample(f, "ksplice_update_held_back", h->name, 1);
	return ret;
}

static int write_metrics(FILE *f)
{
	family(f, "ksplice_core", "1 if the running kernel can take hot updates");
	fputs("ksplice_core{release=\"", f);
	put_label(f, running_release());
	fprintf(f, "\"} %d\n", core_present());
	per_update(f, "ksplice_update_applied", "1 if the kernel runs the update's code",
		   is_applied);
	per_update(f, "ksplice_update_pause_ns", "how long the last change stopped the machine",
		   pause_ns);
	per_update(f, "ksplice_update_checked_tasks", "threads that the last change checked",
		   threads);
	per_update(f, "ksplice_update_attempts", "how often the last change tried",
		   attempts);
	bypassed(f);
	last_failure(f);
	return installed(f);
}

static int cant_write(const char *path)
{
	problem(NULL, EXIT_FAILED, "output", "give --output a file in a directory that can be written to (without it they go to stdout)",
		"%s: %s", path, strerror(errno));
	return EXIT_FAILED;
}

/* Is it a device, or in the directory of the devices? Do not replace that. */
static bool is_device(int dir, const char *name)
{
	struct stat st, in, dev;

	if (!fstatat(dir, name, &st, 0) && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
		return true;
	return !fstat(dir, &in) && !stat("/dev", &dev) && in.st_dev == dev.st_dev &&
	       in.st_ino == dev.st_ino;
}

static int put_output(const char *text, size_t size)
{
	char *path = xstrdup(opt.output), *slash = strrchr(path, '/');
	const char *dir = slash ? slash == path ? "/" : path : ".";
	const char *name = slash ? slash + 1 : path;
	int fd, ret = -1;

	if (slash)
		*slash = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (is_device(fd, name))
		errno = EEXIST;
	else
		ret = put_file(fd, name, text, size);
	close(fd);
	return ret;
}

/*
 * A reader gets a complete file.  The directory may belong to another user, who must
 * not be able to choose the file that is written: so no file there is opened.
 */
static int write_output(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int ret;

	if (!f)
		return cant_write(opt.output);
	ret = write_metrics(f);
	/* Those that are there get old, which is seen; of a part nobody sees that it is one. */
	if (sysfs_unread())
		fclose(f);
	else if (fclose(f) || put_output(text, size))
		ret = cant_write(opt.output);
	free(text);
	return ret;
}

int cmd_metrics(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (opt.output)
		return write_output();
	if (opt.json) {
		problem(NULL, EXIT_USAGE, "usage", "'ksplice show --json NAME' has the figures of an update as JSON, 'ksplice status --json' what is applied or held back",
			"metrics are not JSON; with --json they need --output FILE");
		return EXIT_USAGE;
	}
	return write_metrics(stdout);
}
