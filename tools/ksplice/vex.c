// SPDX-License-Identifier: GPL-2.0
/*
 * ksplice status --vex: what the machine's updates fix, for scanners, as a
 * CycloneDX 1.5 document of vulnerabilities (https://cyclonedx.org/docs/1.5/json/).
 *
 * Resolved is only what an update fixes that is applied now, as the kernel says, and
 * that nothing is seen to keep from running.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ksplice.h"

struct fix {
	char *id, *update;
	bool applied;
	const char *bypass;	/* who keeps it from running, as far as can be seen */
};

typedef VEC(struct fix) fix_vec;

static int worth(const struct fix *f)
{
	return f->applied ? f->bypass ? 1 : 2 : 0;
}

/* An id once, with the update that does most for it */
static void add_fix(fix_vec *fixes, const struct fix *fix)
{
	struct fix *f;

	vec_for_each(f, fixes) {
		if (strcmp(f->id, fix->id))
			continue;
		if (worth(fix) > worth(f))
			*f = *fix;
		return;
	}
	*vec_add(fixes) = *fix;
}

static void add_loaded(fix_vec *fixes)
{
	str_vec names = {};
	struct update up;
	char **n, **id;

	update_names(&names);
	vec_for_each(n, &names) {
		str_vec found = {};
		struct fix fix = {};

		if (!update_read(&up, *n))
			continue;
		fix.update = up.name;
		fix.applied = up.applied;
		if (up.applied)
			bypassing(&up, &found);
		fix.bypass = found.n ? found.v[0] : NULL;
		vec_for_each(id, &up.fixes) {
			fix.id = *id;
			add_fix(fixes, &fix);
		}
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
			add_fix(fixes, &(struct fix){ .id = *id, .update = s->name });
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

static const char *state(const struct fix *f)
{
	if (!f->applied)
		return "exploitable";
	return f->bypass ? "in_triage" : "resolved";
}

static const char *detail(const struct fix *f)
{
	if (!f->applied)
		return xasprintf("hot update %s fixes it, and is not applied: ksplice apply %s",
				 f->update, f->update);
	if (f->bypass)
		return xasprintf("hot update %s is applied to the running kernel, and may not run: %s",
				 f->update, f->bypass);
	return xasprintf("hot update %s is applied to the running kernel", f->update);
}

static void put_fix(const struct fix *f)
{
	json_open(NULL, '{');
	json_str("id", f->id);
	json_open("analysis", '{');
	json_str("state", state(f));
	if (!f->applied) {
		json_open("response", '[');
		json_str(NULL, "update");
		json_close(']');
	}
	json_str("detail", detail(f));
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
