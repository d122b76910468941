// SPDX-License-Identifier: GPL-2.0
/* ksplice list, show, status: they change nothing, and every user may run them. */
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
	int ret = store_list(NULL, &all);

	(void)argc;
	(void)argv;
	if (!ret)
		ret = store_list(running_release(), &here);
	if (opt.json)
		json_open("updates", '[');
	list_loaded(&here);
	list_stored(&all);
	if (opt.json)
		json_close(']');
	return ret;
}

static void file_json(const struct file *f)
{
	str_vec fixes = {};
	struct file_func func;
	uint32_t i;

	json_open("file", '{');
	json_str("path", f->path);
	json_str("name", f->name);
	json_str("release", f->release);
	json_str("description", f->description);
	json_str("module", f->module);
	/* Only the kernel can check the signature. */
	json_str("signature", f->has_signature ? "not_verified" : "none");
	json_bool("code_checksum", f->sealed);
	file_fixes(f, &fixes);
	json_strs("fixes", &fixes);
	json_open("targets", '[');
	for (i = 0; i < f->ntargets; i++)
		json_str(NULL, file_target(f, i));
	json_close(']');
	json_open("functions", '[');
	for (i = 0; i < f->nfuncs; i++) {
		file_func(f, i, &func);
		json_open(NULL, '{');
		json_str("name", func.name);
		json_str("target", func.target);
		json_str("source", func.source);
		json_num("size", func.size);
		json_num("new_size", func.new_size);
		json_bool("range", func.range);
		json_close('}');
	}
	json_close(']');
	json_close('}');
}

static void file_print(const struct file *f)
{
	str_vec fixes = {};
	struct file_func func;
	uint32_t i;
	char **id;

	say("%s: for kernel %s%s", f->name, f->release,
	    strcmp(f->release, running_release()) ? "" : ", which is running");
	if (*f->description)
		say("  %s", f->description);
	file_fixes(f, &fixes);
	vec_for_each(id, &fixes)
		say("  fixes %s", *id);
	say("  file %s, module %s, %s%s", f->path, f->module,
	    f->has_signature ? "signature present, not verified" : "not signed",
	    f->sealed ? "" : ", without a checksum of its code");
	for (i = 0; i < f->nfuncs; i++) {
		file_func(f, i, &func);
		if (func.range)
			say("  no thread may be in %s:%s (%s)", func.target,
			    func.name, func.source);
		else
			say("  replaces %s:%s (%s), %u bytes by %u",
			    func.target, func.name, func.source,
			    func.size, func.new_size);
	}
}

static int show_file(struct file *f, int ret)
{
	if (!ret) {
		file_print(f);
		if (opt.json)
			file_json(f);
	}
	file_close(f);
	return ret;
}

static int show_loaded(const struct update *up, const struct stored *s, int ret)
{
	update_print(up);
	if (s)
		say("  installed: %s", shown(s->path));
	if (opt.json) {
		update_json("update", up);
		json_bool("installed", s);
	}
	return ret;
}

static int show_name(const char *name)
{
	stored_vec stored = {};
	struct update up;
	struct stored *s;
	struct file f;
	int ret = store_list(opt.image ? NULL : running_release(), &stored);

	s = store_find(&stored, name);
	if (update_read(&up, name))
		return show_loaded(&up, s, ret);
	if (!s)
		return ret ? ret : no_update(name);
	return show_file(&f, file_read_fd(&f, stored_open(s), shown(s->path)));
}

/* A name is that of a loaded update first, then that of an installed one. */
int cmd_show(int argc, char **argv)
{
	struct file f;

	(void)argc;
	if (!is_file_name(argv[0]))
		return show_name(argv[0]);
	return show_file(&f, file_read(&f, argv[0]));
}

/* An update that is pending, and a module that it uses and that is not loaded */
struct wanting {
	const char *update, *module;
};

typedef VEC(struct wanting) wanting_vec;

struct counts {
	str_vec applied, waiting, pending, superseded, elsewhere, fixed;
	str_vec bypassed;	/* "update: vmlinux:function,sympos: who" */
	held_vec held;
	wanting_vec wanting;
};

/* The module's directory in sysfs has _ for each - of its file's name. */
static bool is_loaded(const char *module)
{
	char *name = xstrdup(module), *p;
	bool there;

	for (p = name; *p; p++) {
		if (*p == '-')
			*p = '_';
	}
	there = strchr(name, '/') || module_present(name);
	free(name);
	return there;
}

/* At boot it may have come too early for a module; nothing is told of its file here. */
static void count_wanting(struct counts *c, const struct stored *s)
{
	unsigned int known = problems_known();
	str_vec modules = {};
	struct wanting *w;
	struct file f;
	char **m;

	problems_hold();
	if (!file_read_fd(&f, stored_open(s), s->path))
		file_modules(&f, &modules);
	problems_taken(known);
	file_close(&f);
	vec_for_each(m, &modules) {
		if (is_loaded(*m))
			continue;
		w = vec_add(&c->wanting);
		w->update = s->name;
		w->module = *m;
	}
}

static void count_stored(struct counts *c, const struct stored *s)
{
	struct update up;
	const char *why;
	struct held *h;

	if (strcmp(s->release, running_release())) {
		*vec_add(&c->elsewhere) = xasprintf("%s (%s)", s->name, s->release);
		return;
	}
	if (update_read(&up, s->name) && up.applied && !other_stored(s))
		return;
	if (superseded(s->name)) {
		*vec_add(&c->superseded) = s->name;
		return;
	}
	*vec_add(&c->pending) = s->name;
	count_wanting(c, s);
	why = stored_held_back(s);
	if (!why)
		return;
	h = vec_add(&c->held);
	h->name = s->name;
	h->why = why;
}

/* List an id once, even if several updates fix it. */
static void count_fixed(str_vec *fixed, const str_vec *fixes)
{
	char **id, **other;

	vec_for_each(id, fixes) {
		vec_for_each(other, fixed) {
			if (!strcmp(*id, *other))
				break;
		}
		if (!other || other == fixed->v + fixed->n)
			*vec_add(fixed) = *id;
	}
}

static void count_loaded(struct counts *c, const struct update *up)
{
	str_vec found = {};
	char **who;

	*vec_add(up->applied ? &c->applied : &c->waiting) = up->name;
	if (!up->applied)
		return;
	bypassing(up, &found);
	vec_for_each(who, &found)
		*vec_add(&c->bypassed) = xasprintf("%s: %s", up->name, *who);
	if (!found.n)
		count_fixed(&c->fixed, &up->fixes);
}

static int count(struct counts *c)
{
	str_vec names = {};
	stored_vec stored = {}, ours = {};
	struct update up;
	struct stored *s;
	char **n;
	int ret;

	update_names(&names);
	vec_for_each(n, &names) {
		if (update_read(&up, *n))
			count_loaded(c, &up);
	}
	ret = store_list(NULL, &stored);
	vec_for_each(s, &stored) {
		count_stored(c, s);
		if (!strcmp(s->release, running_release()))
			*vec_add(&ours) = *s;
	}
	return held_not_stored(&ours, &c->held) ? EXIT_FAILED : ret;
}

static void print_names(const char *what, const str_vec *names)
{
	char **n, *text = xstrdup("");

	if (!names->n)
		return;
	vec_for_each(n, names)
		text = xasprintf("%s%s%s", text, n == names->v ? "" : ", ", *n);
	say("%-14s%s", what, text);
}

static const char *core_word(void)
{
	if (!core_present())
		return "none";
	return core_is_module() ? "module" : "built_in";
}

static void print_held(const struct counts *c)
{
	struct held *h;

	vec_for_each(h, &c->held)
		say("%-14s%s: %s", "held back", h->name, h->why);
	if (c->held.n)
		say("  held back: not applied, neither at boot nor by hand, until 'ksplice unhold NAME'");
}

static void print_wanting(const struct counts *c)
{
	struct wanting *w;

	vec_for_each(w, &c->wanting)
		say("%-14s%s: module %s, which is not loaded", "may need", w->update,
		    w->module);
	if (c->wanting.n)
		say("  may need: 'modprobe' the module, then 'ksplice apply NAME'; a file in /etc/modules-load.d that names the module has it there before a boot applies updates");
}

static void status_print(const struct counts *c)
{
	const char *core = "none: 'modprobe ksplice' loads it (package ksplice-dkms)";
	char **who;

	if (core_present())
		core = core_is_module() ? "module ksplice" : "built in";
	if (opt.image) {
		say("%-14s%s", "kernel", "none: these are files");
	} else {
		say("%-14s%s", "kernel", running_release());
		say("%-14s%s", "core", core);
		if (!c->applied.n)
			say("%-14s%s", "applied", "nothing");
	}
	print_names("applied", &c->applied);
	print_names("fixed", &c->fixed);
	vec_for_each(who, &c->bypassed)
		say("%-14s%s", "may not run", *who);
	print_names("loaded only", &c->waiting);
	print_names("pending", &c->pending);
	print_names("superseded", &c->superseded);
	print_names("for others", &c->elsewhere);
	if (c->pending.n)
		say("  pending: installed for this kernel, and not applied: 'ksplice apply NAME' does it now");
	print_wanting(c);
	print_held(c);
	if (c->superseded.n)
		say("  superseded: installed for this kernel, and not needed: a newer update is applied");
	if (c->elsewhere.n)
		say("  for others: installed, %s",
		    opt.image ? "for the kernel behind each name" :
		    "for another kernel than the running one");
	if (!opt.image && switched_off())
		say("%-14s%s", "this boot", "has applied nothing: ksplice.enable=0 is on the kernel's command line");
	say("%-14s%s", "after a boot", store_unit_enabled() ?
	    "what is installed for the kernel comes back (ksplice.service)" :
	    "nothing comes back: 'systemctl enable ksplice.service'");
}

static void held_json(const struct counts *c)
{
	struct held *h;

	json_open("held_back", '[');
	vec_for_each(h, &c->held) {
		json_open(NULL, '{');
		json_str("name", h->name);
		json_str("why", h->why);
		json_close('}');
	}
	json_close(']');
}

static void wanting_json(const struct counts *c)
{
	struct wanting *w;

	json_open("may_need", '[');
	vec_for_each(w, &c->wanting) {
		json_open(NULL, '{');
		json_str("name", w->update);
		json_str("module", w->module);
		json_close('}');
	}
	json_close(']');
}

static void status_json(const struct counts *c)
{
	json_str("release", running_release());
	json_str("core", core_word());
	json_strs("applied", &c->applied);
	json_strs("fixed", &c->fixed);
	json_strs("may_not_run", &c->bypassed);
	json_strs("loaded", &c->waiting);
	json_strs("pending", &c->pending);
	json_strs("superseded", &c->superseded);
	wanting_json(c);
	held_json(c);
	json_strs("other_kernels", &c->elsewhere);
	json_bool("service_enabled", store_unit_enabled());
}

int cmd_status(int argc, char **argv)
{
	struct counts c = {};
	int ret;

	(void)argc;
	(void)argv;
	if (opt.vex)
		return status_vex();
	ret = count(&c);
	if (opt.json)
		status_json(&c);
	else
		status_print(&c);
	return ret;
}
