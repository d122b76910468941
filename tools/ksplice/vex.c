// SPDX-License-Identifier: GPL-2.0
/*
 * ksplice status --vex: what the machine's updates fix, for scanners, as a
 * CycloneDX 1.5 document of vulnerabilities (https://cyclonedx.org/docs/1.5/json/).
 *
 * Resolved is only what an update fixes that is applied now, as the kernel says.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ksplice.h"

struct fix {
	char *id, *update;
	bool applied;
};

typedef VEC(struct fix) fix_vec;

static void add_fix(fix_vec *fixes, char *id, char *update, bool applied)
{
	struct fix *f;

	vec_for_each(f, fixes) {
		if (strcmp(f->id, id))
			continue;
		if (applied && !f->applied)
			*f = (struct fix){ id, update, applied };
		return;
	}
	f = vec_add(fixes);
	*f = (struct fix){ id, update, applied };
}

static void add_loaded(fix_vec *fixes)
{
	str_vec names = {};
	struct update up;
	char **n, **id;

	update_names(&names);
	vec_for_each(n, &names) {
		if (!update_read(&up, *n))
			continue;
		vec_for_each(id, &up.fixes)
			add_fix(fixes, *id, up.name, up.applied);
	}
}

static int add_stored(fix_vec *fixes)
{
	int ret, one = EXIT_OK;
	stored_vec stored = {};
	struct stored *s;
	struct file f;
	char **id;

	ret = store_list(running_release(), &stored);
	vec_for_each(s, &stored) {
		str_vec ids = {};

		one = file_read_fd(&f, stored_open(s), shown(s->path));
		if (!one)
			file_fixes(&f, &ids);
		else
			ret = one;
		file_close(&f);
		vec_for_each(id, &ids)
			add_fix(fixes, *id, s->name, false);
	}
	return ret;
}

static void put_head(void)
{
	char when[32];
	time_t now = time(NULL);

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	json_str("bomFormat", "CycloneDX");
	json_str("specVersion", "1.5");
	json_num("version", 1);
	json_open("metadata", '{');
	json_str("timestamp", when);
	json_open("tools", '{');
	json_open("components", '[');
	json_open(NULL, '{');
	json_str("type", "application");
	json_str("name", "ksplice");
	json_str("version", tool_version);
	json_close('}');
	json_close(']');
	json_close('}');
	json_open("component", '{');
	json_str("type", "operating-system");
	json_str("bom-ref", "kernel");
	json_str("name", "linux");
	json_str("version", running_release());
	json_close('}');
	json_close('}');
}

static void put_fix(const struct fix *f)
{
	json_open(NULL, '{');
	json_str("id", f->id);
	json_open("analysis", '{');
	json_str("state", f->applied ? "resolved" : "exploitable");
	if (!f->applied) {
		json_open("response", '[');
		json_str(NULL, "update");
		json_close(']');
	}
	json_str("detail", f->applied ?
		 xasprintf("hot update %s is applied to the running kernel", f->update) :
		 xasprintf("hot update %s fixes it, and is not applied: ksplice apply %s",
			   f->update, f->update));
	json_close('}');
	json_open("affects", '[');
	json_open(NULL, '{');
	json_str("ref", "kernel");
	json_close('}');
	json_close(']');
	json_close('}');
}

/**
 * status_vex() - write the document to stdout
 *
 * Return: an exit code; a file in the store that can't be read is left out, and
 * makes it another than 0.
 */
int status_vex(void)
{
	fix_vec fixes = {};
	struct fix *f;
	int ret;

	add_loaded(&fixes);
	ret = add_stored(&fixes);
	json_open(NULL, '{');
	put_head();
	json_open("vulnerabilities", '[');
	vec_for_each(f, &fixes)
		put_fix(f);
	json_close(']');
	json_close('}');
	putchar('\n');
	return ret;
}
