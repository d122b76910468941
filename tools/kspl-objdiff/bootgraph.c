// SPDX-License-Identifier: GPL-2.0
/*
 * Finds what runs only at boot, or in a module when it is loaded: code and data in
 * sections that are freed, and what only these use.
 */
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "escape.h"

/* Each unit of each object, in pre and post. */
#define for_each_unit(up, tu, post, obj, u)				\
	vec_for_each(tu, &(up)->tus)					\
		for (post = 0; post < 2; post++)			\
			for (obj = post ? tu->post : tu->pre; obj; obj = NULL) \
				vec_for_each(u, &obj->units)

bool section_is_initcall(const struct sec *sec)
{
	return starts_with(sec->name, ".initcall") ||
	       starts_with(sec->name, ".con_initcall");
}

static bool means_nothing(const struct unit *u)
{
	return u->sec->cls == SC_NONE || u->sec->cls == SC_DROP;
}

static void add_edge(const struct update *up, edge_vec *edges,
		     const struct unit *u, const struct ref *r)
{
	struct unit *to = resolve_ref(up, u->obj, r);
	struct edge *e;

	if (to == u)
		return;
	e = vec_add(edges);
	e->to = to;
	e->name = r->sym ? r->sym->name : "";
	e->branch = r->branch;
	e->address = to && class_is_text(to->sec->cls) ? !r->branch :
							 ref_takes_address(u, r);
}

static void read_edges(const struct update *up, struct boot *boot,
		       const struct unit *u)
{
	edge_vec *edges = &boot->edges[u->id];
	const struct entry *entry;
	const struct ref *r;
	struct edge *e;

	if (means_nothing(u))
		return;
	vec_for_each(r, &u->refs)
		add_edge(up, edges, u, r);
	vec_for_each(entry, &u->entries) {
		vec_for_each(r, &entry->refs) {
			if (entry->sec->desc->table == TABLE_BUG || r->unit == u)
				continue;
			e = vec_add(edges);
			e->to = resolve_ref(up, u->obj, r);
			e->name = r->sym ? r->sym->name : "";
			e->address = false;
		}
	}
}

/* module_init() may name a function in any section. */
static bool is_module_start(const struct unit *u)
{
	struct sym **s;

	vec_for_each(s, &u->syms)
		if (!strcmp((*s)->name, "init_module"))
			return true;
	return false;
}

static u8 kind_by_place(const struct unit *u)
{
	if (!u->obj->module && starts_with(u->sec->name, ".exit"))
		return BOOT_NEVER;
	if (u->sec->cls == SC_INIT || section_is_initcall(u->sec) ||
	    (u->obj->module && is_module_start(u)))
		return BOOT_ONLY;
	return BOOT_NO;
}

/* May it be boot code, if only boot code uses it? */
static bool may_be_boot(const struct unit *u)
{
	switch (u->sec->cls) {
	case SC_TEXT:
	case SC_NOINSTR:
		return !u->is_weak && !(u->is_global && u->twin);
	case SC_ALT_REPL:
	case SC_ALT_AUX:
		return true;
	case SC_DATA:
	case SC_PERCPU:
		return !u->is_global;
	}
	return false;
}

/* Can the target of @e still be boot code, with this use? */
static bool uses_at_boot(const struct unit *u, bool boot, const struct edge *e)
{
	if (!boot)
		return false;
	/*
	 * a holder of the address may use it later; so may the copy of a table of boot
	 * data
	 */
	return !e->address || section_is_initcall(u->sec);
}

static bool strike_out(const struct boot *boot, u8 *may, const struct unit *u)
{
	bool is = boot->kind[u->id] || may[u->id], any = false;
	const struct edge *e;

	vec_for_each(e, &boot->edges[u->id]) {
		if (!e->to || !may[e->to->id] || uses_at_boot(u, is, e))
			continue;
		may[e->to->id] = 0;
		any = true;
	}
	return any;
}

static bool mark_used(struct boot *boot, const u8 *may, const struct unit *u)
{
	const struct edge *e;
	bool any = false;

	if (boot->kind[u->id] != BOOT_ONLY)
		return false;
	vec_for_each(e, &boot->edges[u->id]) {
		if (!e->to || !may[e->to->id] || boot->kind[e->to->id])
			continue;
		boot->kind[e->to->id] = BOOT_ONLY;
		any = true;
	}
	return any;
}

/**
 * boot_read() - find out what runs at boot only
 * @up:	the update, paired
 */
struct boot *boot_read(const struct update *up)
{
	struct boot *boot = xzalloc(sizeof(*boot));
	u8 *may = xzalloc(up->nunits + 1);
	const struct tu *tu;
	const struct obj *obj;
	struct unit **u;
	bool more = true;
	int post;

	boot->edges = xzalloc((up->nunits + 1) * sizeof(*boot->edges));
	boot->kind = xzalloc(up->nunits + 1);
	for_each_unit(up, tu, post, obj, u) {
		read_edges(up, boot, *u);
		boot->kind[(*u)->id] = kind_by_place(*u);
		may[(*u)->id] = may_be_boot(*u) && !boot->kind[(*u)->id];
	}
	while (more) {
		more = false;
		for_each_unit(up, tu, post, obj, u)
			more |= strike_out(boot, may, *u);
	}
	more = true;
	while (more) {
		more = false;
		for_each_unit(up, tu, post, obj, u)
			more |= mark_used(boot, may, *u);
	}
	free(may);
	return boot;
}

void boot_free(const struct update *up, struct boot *boot)
{
	u32 i;

	for (i = 0; i < up->nunits; i++)
		free(boot->edges[i].v);
	free(boot->edges);
	free(boot->kind);
	free(boot);
}

static bool is_parameter(const struct unit *u)
{
	return !strcmp(u->sec->name, ".init.setup");
}

/* Return: the parameter of an entry, as "name=", or NULL. */
static const char *parameter_name(const struct unit *entry)
{
	const struct ref *r = entry->refs.v;
	const struct unit *str = entry->refs.n ? r->unit : NULL;
	const char *text = str ? (const char *)unit_data(str) : NULL;

	if (!text || r->off || r->target < 0 || r->target >= str->size ||
	    !memchr(text + r->target, 0, str->size - r->target))
		return NULL;
	return text + r->target;
}

/* Compare as the kernel does: '-' equals '_', and a prefix matches. */
static bool same_parameter(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	return true;
}

static bool had_parameter(const struct obj *pre, const char *name)
{
	const char *other;
	struct unit **u;

	vec_for_each(u, &pre->units) {
		if (!is_parameter(*u) || !(*u)->size)
			continue;
		other = parameter_name(*u);
		if (!other || same_parameter(other, name))
			return true;
	}
	return false;
}

static bool entry_is_new(const struct unit *entry)
{
	const char *name;

	if (!is_parameter(entry))
		return false;
	name = parameter_name(entry);
	return name && (!entry->obj->peer || !had_parameter(entry->obj->peer, name));
}

/**
 * parameter_is_new() - is it a new boot parameter, or only used by one?
 * @boot:	the update's boot code
 * @u:		a unit of post, of boot code or data
 *
 * The command line of the running kernel does not have a new parameter, and without it
 * the initial values are right.
 */
bool parameter_is_new(const struct boot *boot, const struct unit *u)
{
	const struct edge *e;
	bool any = false;
	struct unit **v;

	if (u->twin)
		return false;
	if (is_parameter(u))
		return entry_is_new(u);
	vec_for_each(v, &u->obj->units)
		vec_for_each(e, &boot->edges[(*v)->id]) {
			if (e->to != u)
				continue;
			if (!entry_is_new(*v))
				return false;
			any = true;
		}
	return any;
}
