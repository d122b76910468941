// SPDX-License-Identifier: GPL-2.0
/* Collects the files of an update, and the exported symbols. */
#include <stdlib.h>
#include <string.h>

#include "update.h"

static void add_globals(struct map *to, const struct obj *obj)
{
	u32 i;

	for (i = 0; i < obj->globals.size; i++) {
		struct map_slot *slot = &obj->globals.slots[i];
		struct unit *u = slot->value;

		/* a weak definition gives way to any other */
		if (u && (!u->is_weak || !map_get(to, slot->key)))
			map_set(to, slot->key, u);
	}
}

static u32 find_target(struct update *up, const char *name)
{
	u32 i;

	for (i = 0; i < up->targets.n; i++)
		if (!strcmp(up->targets.v[i].name, name))
			return i;
	vec_add(&up->targets)->name = name;
	return i;
}

static struct obj *read_side(struct update *up, const char *path,
			     const char *label, u32 target)
{
	bool module = strcmp(up->targets.v[target].name, "vmlinux");
	struct obj *obj = obj_read(path, label, module);
	struct unit **u;

	obj->target = target;
	obj->tu = up->tus.n;
	vec_for_each(u, &obj->units)
		(*u)->id = up->nunits++;
	return obj;
}

/**
 * update_add_tu() - add a translation unit
 * @up:		the update
 * @target:	what it is linked into: "vmlinux" or a module's name; all of
 *		vmlinux first
 * @label:	its name, e.g. "fs/proc/cmdline.o"
 * @pre:	the object of the unpatched source; NULL for a new file
 * @post:	the object of the patched source
 */
void update_add_tu(struct update *up, const char *target, const char *label,
		   const char *pre, const char *post)
{
	u32 t = find_target(up, target);
	struct tu tu = { .label = label, .types = "same" };

	tu.post = read_side(up, post, label, t);
	tu.post->post = true;
	add_globals(&up->targets.v[t].post_globals, tu.post);
	if (pre) {
		tu.pre = read_side(up, pre, label, t);
		tu.pre->peer = tu.post;
		tu.post->peer = tu.pre;
		add_globals(&up->targets.v[t].pre_globals, tu.pre);
	}
	*vec_add(&up->tus) = tu;
}

/**
 * update_add_old() - add an object which shows whether a changed type matters
 * @up:		the update
 * @label:	the translation unit
 * @path:	object of the patched source, compiled with the old types
 *
 * Return: false if there is no such translation unit.
 */
bool update_add_old(struct update *up, const char *label, const char *path)
{
	struct tu *tu;

	vec_for_each(tu, &up->tus) {
		if (strcmp(tu->label, label))
			continue;
		tu->old = obj_read(path, label, tu->post->module);
		return true;
	}
	return false;
}

/**
 * update_add_debug() - add an object with the debug information for the update
 * @up:		the update
 * @label:	the translation unit
 * @path:	object of the patched source, with its own line numbers
 */
void update_add_debug(struct update *up, const char *label, const char *path)
{
	struct tu *tu;

	vec_for_each(tu, &up->tus)
		if (!strcmp(tu->label, label))
			tu->debug = obj_read(path, label, tu->post->module);
}

/**
 * update_add_state_of() - add what the author says about a variable
 * @up:		the update
 * @text:	"OLD=NEW", "OLD=" or "=NEW"
 */
void update_add_state_of(struct update *up, const char *text)
{
	char *old = xstrdup(text), *equals = strchr(old, '=');
	struct state_of *s;

	if (!equals || !text[1] || strchr(equals + 1, '='))
		die("--state-of: '%s' is not OLD=NEW, OLD= or =NEW", text);
	*equals = 0;
	s = vec_add(&up->state_of);
	s->old = old;
	s->new = equals + 1;
}

static FILE *open_text(const char *path)
{
	FILE *f = fopen(path, "r");

	if (!f)
		die("%s: %m", path);
	return f;
}

/* Module.symvers: CRC, symbol, module, kind of export, namespace; separated by tabs. */
void update_read_symvers(struct update *up, const char *path)
{
	FILE *f = open_text(path);
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, f) > 0) {
		struct export *e = xzalloc(sizeof(*e));
		char *at = xstrdup(line), *field[5] = {};
		int n;

		at[strcspn(at, "\n")] = 0;
		for (n = 0; n < 5; n++)
			field[n] = strsep(&at, "\t");
		if (!field[3])
			die("%s: not a Module.symvers file", path);
		e->name = field[1];
		e->module = field[2];
		e->ns = field[4] ? field[4] : "";
		map_set(&up->exports, e->name, e);
	}
	free(line);
	fclose(f);
}

/*
 * Does the kernel itself export it, to all modules? Without a Module.symvers (diff),
 * every symbol counts as exported.
 */
bool symbol_is_exported(const struct update *up, const char *name)
{
	const struct export *e = map_get(&up->exports, name);

	/* a symbol of the core, which may be a module that is built later */
	if (!up->exports.n || starts_with(name, "ksplice_shadow_"))
		return true;
	return e && !strcmp(e->module, "vmlinux") && !e->ns[0];
}

/**
 * symbol_module() - the module that exports a symbol
 * @up:		the update
 * @name:	the symbol
 *
 * Return: the module's name as the kernel has it; "" if the kernel itself exports the
 * symbol; NULL if it is not exported.
 */
const char *symbol_module(const struct update *up, const char *name)
{
	const struct export *e = map_get(&up->exports, name);
	const char *slash;
	char *module, *p;

	if (!e)
		return NULL;
	if (!strcmp(e->module, "vmlinux"))
		return "";
	slash = strrchr(e->module, '/');
	module = xstrdup(slash ? slash + 1 : e->module);
	for (p = module; *p; p++)
		if (*p == '-')
			*p = '_';
	return module;
}

/*
 * A symbol that another target newly exports is not in Module.symvers. It can be used
 * here because the same update includes both.
 */
static struct unit *newly_exported(const struct update *up, const char *name)
{
	struct unit *u = NULL;
	u32 i;

	if (!up->exports.n || map_get(&up->exports, name))
		return NULL;
	for (i = 0; i < up->targets.n && !u; i++)
		u = map_get(&up->targets.v[i].post_globals, name);
	return u;
}

/**
 * resolve_ref() - find the unit that a reference means, in any file
 * @up:		the update
 * @obj:	the object that holds the reference
 * @r:		the reference
 *
 * Return: NULL if no file of the update defines it.
 */
struct unit *resolve_ref(const struct update *up, const struct obj *obj,
			 const struct ref *r)
{
	const struct target *t = &up->targets.v[obj->target];
	struct unit *u;

	if (r->unit || !r->sym || r->sym->bind == STB_LOCAL)
		return r->unit;
	if (!obj->post)
		return map_get(&t->pre_globals, r->sym->name);
	u = map_get(&t->post_globals, r->sym->name);
	return u ? u : newly_exported(up, r->sym->name);
}

/* Code outside of the function that belongs to it: its alternatives. */
static bool part_refers(const struct unit *part, const struct unit *to)
{
	const struct ref *r;

	if (!part || (part->sec->cls != SC_ALT_REPL && part->sec->cls != SC_ALT_AUX))
		return false;
	vec_for_each(r, &part->refs)
		if (r->unit == to)
			return true;
	return false;
}

/**
 * unit_refers() - does a unit, or an entry of its tables, refer to another unit?
 * @up:		the update
 * @u:		the unit
 * @to:		the other unit
 */
bool unit_refers(const struct update *up, const struct unit *u,
		 const struct unit *to)
{
	struct entry *e;
	struct ref *r;

	vec_for_each(r, &u->refs)
		if (resolve_ref(up, u->obj, r) == to || part_refers(r->unit, to))
			return true;
	vec_for_each(e, &u->entries)
		vec_for_each(r, &e->refs)
			if (to != u && (r->unit == to || part_refers(r->unit, to)))
				return true;
	return false;
}

/**
 * read_names() - add the names from a file, one per line
 * @path:	the file
 * @names:	name -> something
 */
void read_names(const char *path, struct map *names)
{
	FILE *f = open_text(path);
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		map_set(names, xstrdup(line), f);
	}
	free(line);
	fclose(f);
}

/**
 * update_read_defined() - read what the kernel defines, or may define
 * @up:		the update
 * @path:	a file with one name per line
 */
void update_read_defined(struct update *up, const char *path)
{
	read_names(path, &up->defined);
	up->defined_known = true;
}

static const char *base_name(const char *path)
{
	const char *p = strrchr(path, '/');

	return p ? p + 1 : path;
}

/**
 * update_read_changed() - read which source files differ
 * @up:		the update
 * @path:	a file with one path per line; all other files are the same
 */
void update_read_changed(struct update *up, const char *path)
{
	struct map paths = {};
	u32 i;

	read_names(path, &paths);
	for (i = 0; i < paths.size; i++)
		if (paths.slots[i].value)
			map_set(&up->changed, base_name(paths.slots[i].key), up);
	free(paths.slots);
	up->changed_known = true;
}

/**
 * file_may_differ() - may a source file differ between pre and post?
 * @up:		the update
 * @path:	its path; a file with the same base name counts, too
 */
bool file_may_differ(const struct update *up, const char *path)
{
	return !up->changed_known || map_get(&up->changed, base_name(path));
}
