// SPDX-License-Identifier: GPL-2.0
/* kspl-objdiff create: makes an update of pairs of objects. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "objdiff.h"

struct options {
	struct update up;
	const char *symvers, *output, *json;
};

/* A module's name is made of it, so it holds what a module's name may. */
static bool name_is_good(const char *name)
{
	const char *p;

	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) &&
		    (p == name || !strchr("_-.+", *p)))
			return false;
	return *name && strlen(name) <= KSPLICE_NAME_MAX;
}

static bool take_file(struct options *o, int argc, char **argv, int *i)
{
	if (!strcmp(argv[*i], "--source") && *i + 3 < argc) {
		update_add_tu(&o->up, argv[*i + 1], argv[*i + 2],
			      argv[*i + 3]);
		*i += 3;
		return true;
	}
	if (!strcmp(argv[*i], "--old-types") && *i + 2 < argc) {
		if (!update_add_old(&o->up, argv[*i + 1], argv[*i + 2]))
			die("--old-types: no --source %s before it",
			    argv[*i + 1]);
		*i += 2;
		return true;
	}
	if (!strcmp(argv[*i], "--new") && *i + 2 < argc) {
		update_add_tu(&o->up, argv[*i + 1], NULL, argv[*i + 2]);
		*i += 2;
		return true;
	}
	return false;
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
		{ "--target", &o->up.target },
		{ "--symvers", &o->symvers },
		{ "--json", &o->json },
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
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--all")) {
			o->up.all = true;
			continue;
		}
		if (take_file(o, argc, argv, &i) ||
		    take_value(o, argc, argv, &i))
			continue;
		warn("create: what is '%s'?", argv[i]);
		return false;
	}
	if (!o->up.name || !o->up.release || !o->symvers || !o->output ||
	    !o->up.tus.n) {
		warn("create: --name, --release, --symvers, -o and at least one --source are needed");
		return false;
	}
	if (!name_is_good(o->up.name)) {
		warn("create: a name has 1 to %d letters, digits, '_', '-', '.' or '+'",
		     KSPLICE_NAME_MAX);
		return false;
	}
	return true;
}

static void write_json(struct options *o)
{
	FILE *f = o->json ? fopen(o->json, "w") : NULL;

	if (!o->json)
		return;
	if (!f)
		die("%s: %m", o->json);
	report_json(&o->up, f);
	if (fclose(f))
		die("%s: %m", o->json);
}

int cmd_create(int argc, char **argv)
{
	struct options o = { .up = { .target = "vmlinux",
				     .description = "" } };
	int status;

	if (!parse(&o, argc, argv))
		return EXIT_USAGE;
	update_read_symvers(&o.up, o.symvers);
	pair_units(&o.up);
	compare_units(&o.up);
	decide(&o.up);
	check_types(&o.up);
	status = update_status(&o.up);
	report_text(&o.up, stdout);
	report_problems(&o.up, stderr);
	write_json(&o);
	if (status == EXIT_OK)
		status = update_emit(&o.up, o.output);
	return status;
}
