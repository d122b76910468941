// SPDX-License-Identifier: GPL-2.0
/* kspl-objdiff create: makes an update from pairs of objects. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "objdiff.h"

/* A translation unit on the command line; @pre is NULL for a new file. */
struct source {
	const char *target, *label, *pre, *post, *old, *debug;
};

struct options {
	struct update up;
	VEC(struct source) sources;
	const char *target;		/* the target of the sources that follow */
	const char *symvers, *output, *json, *unknown, *defined, *changed, *debug;
	VEC(struct left) left, new_bodies;
};

/* The module's name contains it, so only characters of module names are allowed. */
static bool name_is_good(const char *name)
{
	const char *p;

	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) &&
		    (p == name || !strchr("_-.+", *p)))
			return false;
	return *name && strlen(name) <= KSPLICE_NAME_MAX;
}

static void add_source(struct options *o, const char *label, const char *pre,
		       const char *post)
{
	struct source *s = vec_add(&o->sources);

	s->target = o->target;
	s->label = label;
	s->pre = pre;
	s->post = post;
}

static struct source *find_source(struct options *o, const char *option, const char *label)
{
	struct source *s;

	vec_for_each(s, &o->sources)
		if (!strcmp(s->label, label))
			return s;
	die("%s: there is no --source %s before it", option, label);
}

static void add_left(struct options *o, const char *label, const char *name,
		     const char *reason)
{
	struct left *l = vec_add(&o->left);

	l->where = label;
	l->what = name;
	l->reason = reason;
}

static void add_new_body(struct options *o, const char *label, const char *name)
{
	struct left *l = vec_add(&o->new_bodies);

	l->where = label;
	l->what = name;
}

static bool take_file(struct options *o, int argc, char **argv, int *i)
{
	if (!strcmp(argv[*i], "--source") && *i + 3 < argc) {
		add_source(o, argv[*i + 1], argv[*i + 2], argv[*i + 3]);
		*i += 3;
		return true;
	}
	if (!strcmp(argv[*i], "--old-types") && *i + 2 < argc) {
		find_source(o, argv[*i], argv[*i + 1])->old = argv[*i + 2];
		*i += 2;
		return true;
	}
	if (!strcmp(argv[*i], "--debug-of") && *i + 2 < argc) {
		find_source(o, argv[*i], argv[*i + 1])->debug = argv[*i + 2];
		*i += 2;
		return true;
	}
	if (!strcmp(argv[*i], "--leave-out") && *i + 3 < argc) {
		add_left(o, argv[*i + 1], argv[*i + 2], argv[*i + 3]);
		*i += 3;
		return true;
	}
	if (!strcmp(argv[*i], "--new-body") && *i + 2 < argc) {
		add_new_body(o, argv[*i + 1], argv[*i + 2]);
		*i += 2;
		return true;
	}
	if (!strcmp(argv[*i], "--new") && *i + 2 < argc) {
		add_source(o, argv[*i + 1], NULL, argv[*i + 2]);
		*i += 2;
		return true;
	}
	return false;
}

static bool has_name(struct update *up, const char *name)
{
	const char **s;

	vec_for_each(s, &up->supersedes) {
		if (!strcmp(*s, name))
			return true;
	}
	return false;
}

static struct state *find_state(struct update *up, const char *name)
{
	struct state *s;

	vec_for_each(s, &up->states) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

/* NAME:VERSION */
static void add_state(struct update *up, const char *text)
{
	char *name = xstrdup(text), *colon = strrchr(name, ':'), *end = NULL;
	unsigned long version = 0;
	struct state *s;

	if (colon && colon[1] >= '0' && colon[1] <= '9') {
		*colon = 0;
		version = strtoul(colon + 1, &end, 10);
	}
	if (!version || *end || version > UINT32_MAX || !name_is_good(name))
		die("--state: '%s' is not NAME:VERSION, the version from 1",
		    text);
	if (find_state(up, name))
		die("--state: %s is given twice", name);
	s = vec_add(&up->states);
	s->name = name;
	s->version = version;
}

/* An id from CVE, or from another source of ids. */
static void add_fix(struct update *up, const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
	char *line = xasprintf("%s\n", id), *at = strstr(up->fixes, line);

	if (!n || id[n])
		die("--fixes: '%s' is not an identifier such as CVE-2024-12345", id);
	if (at && (at == up->fixes || at[-1] == '\n'))
		return;
	up->fixes = xasprintf("%s%s", up->fixes, line);
	if (strlen(up->fixes) > KSPLICE_FIXES_MAX)
		die("--fixes: the identifiers need more than %d bytes", KSPLICE_FIXES_MAX);
}

static bool take_more(struct options *o, int argc, char **argv, int *i)
{
	if (*i + 1 >= argc)
		return false;
	if (!strcmp(argv[*i], "--state")) {
		add_state(&o->up, argv[++*i]);
		return true;
	}
	if (!strcmp(argv[*i], "--state-of")) {
		update_add_state_of(&o->up, argv[++*i]);
		return true;
	}
	if (!strcmp(argv[*i], "--fixes")) {
		add_fix(&o->up, argv[++*i]);
		return true;
	}
	if (!strcmp(argv[*i], "--in-place")) {
		*vec_add(&o->up.in_place) = argv[++*i];
		return true;
	}
	if (!strcmp(argv[*i], "--boot-done")) {
		*vec_add(&o->up.boot_done) = argv[++*i];
		return true;
	}
	if (strcmp(argv[*i], "--supersedes"))
		return false;
	if (!name_is_good(argv[++*i]))
		die("--supersedes: '%s' is not the name of an update", argv[*i]);
	if (!has_name(&o->up, argv[*i]))
		*vec_add(&o->up.supersedes) = argv[*i];
	return true;
}

static bool take_value(struct options *o, int argc, char **argv, int *i)
{
	struct {
		const char *name;
		const char **to;
	} known[] = {
		{ "--name", &o->up.name },
		{ "--release", &o->up.release },
		{ "--description", &o->up.description },
		{ "--target", &o->target },
		{ "--symvers", &o->symvers },
		{ "--json", &o->json },
		{ "--unknown", &o->unknown },
		{ "--defined", &o->defined },
		{ "--changed", &o->changed },
		{ "--debug", &o->debug },
		{ "-o", &o->output },
	};
	size_t k;

	for (k = 0; k < ARRAY_SIZE(known); k++) {
		if (strcmp(argv[*i], known[k].name) || *i + 1 >= argc)
			continue;
		*known[k].to = argv[++*i];
		return true;
	}
	return false;
}

static bool parse(struct options *o, int argc, char **argv)
{
	struct source *s;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--all")) {
			o->up.all = true;
			continue;
		}
		if (!strcmp(argv[i], "--partial")) {
			o->up.partial = true;
			continue;
		}
		if (!strcmp(argv[i], "--allow-busy")) {
			o->up.allow_busy = true;
			continue;
		}
		if (take_file(o, argc, argv, &i) ||
		    take_more(o, argc, argv, &i) ||
		    take_value(o, argc, argv, &i))
			continue;
		warn("create: unknown argument '%s'", argv[i]);
		return false;
	}
	if (!o->up.name || !o->up.release || !o->symvers || !o->output ||
	    !o->sources.n) {
		warn("create: --name, --release, --symvers, -o and at least one --source are needed");
		return false;
	}
	vec_for_each(s, &o->sources) {
		if (name_is_good(s->target) && !strchr(s->target, '-'))
			continue;
		warn("create: '%s' is not the name of a module (a module's name has _ instead of -)",
		     s->target);
		return false;
	}
	if (has_name(&o->up, o->up.name)) {
		warn("create: the update can't supersede itself");
		return false;
	}
	if (!name_is_good(o->up.name)) {
		warn("create: a name has 1 to %d letters, digits, '_', '-', '.' or '+'",
		     KSPLICE_NAME_MAX);
		return false;
	}
	return true;
}

/* Read vmlinux first, then each module. */
static void read_target(struct options *o, const char *target)
{
	struct source *s;

	vec_for_each(s, &o->sources) {
		if (!s->label || strcmp(s->target, target))
			continue;
		update_add_tu(&o->up, target, s->label, s->pre, s->post);
		if (s->old)
			update_add_old(&o->up, s->label, s->old);
		if (s->debug && o->debug)
			update_add_debug(&o->up, s->label, s->debug);
		s->label = NULL;
	}
}

static void read_sources(struct options *o)
{
	struct source *s;

	read_target(o, "vmlinux");
	vec_for_each(s, &o->sources)
		read_target(o, s->target);
}

static void write_json(const struct options *o, const struct verdicts *vs)
{
	FILE *f = o->json ? fopen(o->json, "w") : NULL;

	if (!o->json)
		return;
	if (!f)
		die("%s: %m", o->json);
	report_json(vs, f);
	if (fclose(f))
		die("%s: %m", o->json);
}

int cmd_create(int argc, char **argv)
{
	struct options o = { .target = "vmlinux", .up = { .description = "", .fixes = "" } };
	struct verdicts *vs;
	struct plan plan;
	struct left *l;
	int status;

	if (!parse(&o, argc, argv))
		return EXIT_USAGE;
	update_read_symvers(&o.up, o.symvers);
	if (o.unknown)
		read_names(o.unknown, &o.up.unknown);
	if (o.changed)
		update_read_changed(&o.up, o.changed);
	if (o.defined)
		update_read_defined(&o.up, o.defined);
	read_sources(&o);
	pair_units(&o.up);
	pair_contents(&o.up);
	compare_units(&o.up);
	plan_init(&plan, &o.up);
	vec_for_each(l, &o.left)
		leave_out(&plan, l->where, l->what, l->reason);
	vec_for_each(l, &o.new_bodies)
		new_body(&plan, l->where, l->what);
	vs = judge(&plan);
	status = verdicts_status(vs);
	report_text(vs, stdout);
	report_problems(vs, stderr);
	write_json(&o, vs);
	if (status == EXIT_OK)
		status = update_emit(vs, o.output, o.debug);
	return status;
}
