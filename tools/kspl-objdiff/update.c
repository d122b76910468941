// SPDX-License-Identifier: GPL-2.0
/* An update in the making: its files, what is exported, what was refused. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "objdiff.h"

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

/**
 * update_add_tu - adds a translation unit
 * @up:		the update
 * @label:	its name, e.g. "fs/proc/cmdline.o"
 * @pre:	the object of the unpatched source; NULL for a new file
 * @post:	the object of the patched source
 */
void update_add_tu(struct update *up, const char *label, const char *pre,
		   const char *post)
{
	struct tu tu = { .label = label };

	tu.post = obj_read(post, label);
	tu.post->post = true;
	tu.post->tu = up->tus.n;
	add_globals(&up->post_globals, tu.post);
	if (pre) {
		tu.pre = obj_read(pre, label);
		tu.pre->tu = up->tus.n;
		tu.pre->peer = tu.post;
		tu.post->peer = tu.pre;
		add_globals(&up->pre_globals, tu.pre);
	}
	*vec_add(&up->tus) = tu;
}

/**
 * update_add_old - adds what tells whether a changed type matters
 * @up:		the update
 * @label:	the translation unit
 * @path:	the patched source, compiled over the old types
 *
 * Return: false if there is no such translation unit.
 */
bool update_add_old(struct update *up, const char *label, const char *path)
{
	struct tu *tu;

	vec_for_each(tu, &up->tus) {
		if (strcmp(tu->label, label))
			continue;
		tu->old = obj_read(path, label);
		return true;
	}
	return false;
}

/* Module.symvers: CRC, symbol, module, kind of export, namespace; tabs. */
void update_read_symvers(struct update *up, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;

	if (!f)
		die("%s: %m", path);
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
 * Exported by the kernel itself, to everybody. Without a Module.symvers (diff)
 * nothing is refused for not being exported.
 */
bool symbol_is_exported(const struct update *up, const char *name)
{
	const struct export *e = map_get(&up->exports, name);

	if (!up->exports.n)
		return true;
	return e && !strcmp(e->module, "vmlinux") && !e->ns[0];
}

static char *format(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		die("out of memory");
	return s;
}

/**
 * refuse - says that something can't be done safely, and goes on
 * @up:		the update
 * @code:	the kind of reason, one word
 * @obj:	the translation unit
 * @what:	function, variable or section
 * @wayout:	what the author of the patch can do
 * @fmt:	the reason
 */
void refuse(struct update *up, const char *code, const struct obj *obj,
	    const char *what, const char *wayout, const char *fmt, ...)
{
	struct refusal *r, new = { .code = code, .what = what,
				   .where = obj->label, .wayout = wayout };
	va_list ap;

	va_start(ap, fmt);
	new.reason = format(fmt, ap);
	va_end(ap);
	vec_for_each(r, &up->refusals)
		if (!strcmp(r->code, code) && !strcmp(r->what, what) &&
		    !strcmp(r->reason, new.reason) && r->where == new.where)
			return;
	*vec_add(&up->refusals) = new;
}

void note(struct update *up, const struct obj *obj, bool warning,
	  const char *fmt, ...)
{
	struct note new = { .where = obj->label, .warning = warning }, *n;
	va_list ap;

	va_start(ap, fmt);
	new.text = format(fmt, ap);
	va_end(ap);
	vec_for_each(n, &up->notes)
		if (n->where == new.where && !strcmp(n->text, new.text))
			return;
	*vec_add(&up->notes) = new;
}

/* The exit code. */
int update_status(const struct update *up)
{
	if (up->refusals.n)
		return EXIT_REFUSED;
	return up->nreplaced ? EXIT_OK : EXIT_NO_CHANGE;
}

/**
 * resolve_ref - the unit a reference means, in whichever file it is
 * @up:		the update
 * @obj:	the object that holds the reference
 * @r:		the reference
 *
 * Return: NULL for what none of the update's files defines.
 */
struct unit *resolve_ref(struct update *up, const struct obj *obj,
			 const struct ref *r)
{
	if (r->unit || !r->sym || r->sym->bind == STB_LOCAL)
		return r->unit;
	return map_get(obj->post ? &up->post_globals : &up->pre_globals,
		       r->sym->name);
}
