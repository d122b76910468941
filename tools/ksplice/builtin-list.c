// SPDX-License-Identifier: GPL-2.0
/* ksplice list, show, status: they change nothing, and anybody may. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ksplice.h"

/* The loaded ones, then those that are only installed */
static void list_loaded(const stored_vec *stored)
{
	str_vec names = {};
	struct update up;
	char **n;

	update_names(&names);
	vec_for_each(n, &names) {
		if (!update_read(&up, *n))
			continue;
		say("%-24s %s%*s", *n, up.state,
		    store_find(stored, *n) ? 20 - (int)strlen(up.state) : 0,
		    store_find(stored, *n) ? "installed" : "");
		if (!opt.json)
			continue;
		json_open(NULL, '{');
		json_str("name", *n);
		json_str("state", up.state);
		json_bool("applied", up.applied);
		json_bool("installed", store_find(stored, *n));
		json_str("release", running_release());
		json_close('}');
	}
}

static void list_stored(const stored_vec *stored)
{
	const char *release = running_release();
	struct update up;
	struct stored *s;

	vec_for_each(s, stored) {
		bool here = !strcmp(s->release, release);

		if (here && update_read(&up, s->name))
			continue;
		say("%-24s %-10s installed%s%s", s->name, "-",
		    here ? "" : ", for kernel ", here ? "" : s->release);
		if (!opt.json)
			continue;
		json_open(NULL, '{');
		json_str("name", s->name);
		json_str("state", NULL);
		json_bool("applied", false);
		json_bool("installed", true);
		json_str("release", s->release);
		json_close('}');
	}
}

int cmd_list(int argc, char **argv)
{
	stored_vec here = {}, all = {};

	(void)argc;
	(void)argv;
	store_list(running_release(), &here);
	store_list(NULL, &all);
	if (opt.json)
		json_open("updates", '[');
	list_loaded(&here);
	list_stored(&all);
	if (opt.json)
		json_close(']');
	return EXIT_OK;
}

static void file_json(const struct file *f)
{
	const struct file_func *func;

	json_open("file", '{');
	json_str("path", f->path);
	json_str("name", f->name);
	json_str("release", f->release);
	json_str("description", f->description);
	json_str("module", f->module);
	json_bool("signed", f->has_signature);
	json_strs("targets", &f->targets);
	json_open("functions", '[');
	vec_for_each(func, &f->funcs) {
		json_open(NULL, '{');
		json_str("name", func->name);
		json_str("target", func->target);
		json_str("source", func->source);
		json_num("size", func->size);
		json_num("new_size", func->new_size);
		json_bool("range", func->range);
		json_close('}');
	}
	json_close(']');
	json_close('}');
}

static void file_print(const struct file *f)
{
	const struct file_func *func;

	say("%s: for kernel %s%s", f->name, f->release,
	    strcmp(f->release, running_release()) ? "" : ", which is running");
	if (*f->description)
		say("  %s", f->description);
	say("  file %s, module %s, %s", f->path, f->module,
	    f->has_signature ? "signed" : "not signed");
	vec_for_each(func, &f->funcs) {
		if (func->range)
			say("  nobody may be in %s:%s (%s)", func->target,
			    func->name, func->source);
		else
			say("  replaces %s:%s (%s), %u bytes by %u",
			    func->target, func->name, func->source,
			    func->size, func->new_size);
	}
}

static int show_file(const char *path)
{
	struct file f;
	int ret = file_read(&f, path);

	if (ret)
		return ret;
	file_print(&f);
	if (opt.json)
		file_json(&f);
	return EXIT_OK;
}

/* A name is that of a loaded update first, then that of an installed one. */
int cmd_show(int argc, char **argv)
{
	stored_vec stored = {};
	struct update up;
	struct stored *s;

	(void)argc;
	store_list(running_release(), &stored);
	s = store_find(&stored, argv[0]);
	if (update_read(&up, argv[0])) {
		update_print(&up);
		if (s)
			say("  installed: %s", s->path);
		if (!opt.json)
			return EXIT_OK;
		update_json("update", &up);
		json_bool("installed", s);
		return EXIT_OK;
	}
	return show_file(s ? s->path : argv[0]);
}

struct counts {
	str_vec applied, waiting, pending, elsewhere;
};

static void count(struct counts *c)
{
	str_vec names = {};
	stored_vec stored = {};
	struct update up;
	struct stored *s;
	char **n;

	update_names(&names);
	vec_for_each(n, &names) {
		if (update_read(&up, *n))
			*vec_add(up.applied ? &c->applied : &c->waiting) = *n;
	}
	store_list(NULL, &stored);
	vec_for_each(s, &stored) {
		if (strcmp(s->release, running_release()))
			*vec_add(&c->elsewhere) = xasprintf("%s (%s)", s->name,
							    s->release);
		else if (!update_read(&up, s->name) || !up.applied)
			*vec_add(&c->pending) = s->name;
	}
}

static void print_names(const char *what, const str_vec *names)
{
	char **n;

	if (!names->n)
		return;
	printf("%-14s", what);
	vec_for_each(n, names)
		printf("%s%s", n == names->v ? "" : ", ", *n);
	putchar('\n');
}

static const char *core_word(void)
{
	if (!core_present())
		return "none";
	return core_is_module() ? "module" : "built_in";
}

static void status_print(const struct counts *c)
{
	const char *core = "none: 'modprobe ksplice' loads it (package ksplice-dkms)";

	if (core_present())
		core = core_is_module() ? "module ksplice" : "built in";
	printf("%-14s%s\n", "kernel", running_release());
	printf("%-14s%s\n", "core", core);
	if (!c->applied.n)
		printf("%-14s%s\n", "applied", "nothing");
	print_names("applied", &c->applied);
	print_names("loaded only", &c->waiting);
	print_names("pending", &c->pending);
	print_names("for others", &c->elsewhere);
	if (c->pending.n)
		puts("  pending: installed for this kernel, and not applied: 'ksplice apply NAME' does it now");
	if (c->elsewhere.n)
		puts("  for others: installed, for another kernel than the running one");
	printf("%-14s%s\n", "after a boot", store_unit_enabled() ?
	       "what is installed for the kernel comes back (ksplice.service)" :
	       "nothing comes back: 'systemctl enable ksplice.service'");
}

static void status_json(const struct counts *c)
{
	json_str("release", running_release());
	json_str("core", core_word());
	json_strs("applied", &c->applied);
	json_strs("loaded", &c->waiting);
	json_strs("pending", &c->pending);
	json_strs("other_kernels", &c->elsewhere);
	json_bool("service_enabled", store_unit_enabled());
}

int cmd_status(int argc, char **argv)
{
	struct counts c = {};

	(void)argc;
	(void)argv;
	count(&c);
	if (opt.json)
		status_json(&c);
	else
		status_print(&c);
	return EXIT_OK;
}
