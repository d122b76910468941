// SPDX-License-Identifier: GPL-2.0
/*
 * Boot code that changed.
 *
 * The running kernel ran the old boot code, and will not run it again: variables have
 * the values that it set, caches have its sizes, lists have the entries that it
 * registered. The same goes for the init code of a module.
 *
 * So the change must not concern the replaced code. Boot code is harmless if it only
 * uses its own data, messages and memory. All other boot code left something behind
 * that the new code may use. It is refused if the update replaces anything related to
 * it. What boot code registered is what the kernel calls, so a changed registration is
 * always refused.
 */
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "escape.h"
#include "flow.h"
#include "handed.h"
#include "state.h"
#include "verdict.h"

#define WAY_BOOT	"leave this part out of the patch; or, if the running kernel does not need it or a hook does it, use --boot-done %s"

#define WAY_LOST	"keep its name; or keep it; or remove it together with all code that uses it; or, if a hook replaces its address wherever it is stored, use --state-of %s="

/* Functions without state, or only that of memory allocation. A * stands for any text. */
static const char *const stateless[] = {
	"__SCT__cond_resched", "__SCT__might_resched", "__SCT__preempt_schedule*",
	"__asan_*", "__const_udelay", "__fentry__", "__fortify_*",
	"__kmalloc_*noprof", "__kasan_*", "__kvmalloc_node_noprof", "__might_*",
	"__msan_*", "__sanitizer_*", "__stack_chk_fail", "__sw_hweight32",
	"__sw_hweight64", "__tsan_*", "__ubsan_*", "__udelay", "__warn_printk",
	"__x86_indirect_thunk_*", "__x86_return_thunk", "_dev_*", "_find_*",
	"_printk", "_printk_deferred", "bcmp", "dump_stack", "hex_dump_to_buffer",
	"kasprintf", "kfree", "kmalloc_caches", "kstrdup", "kstrndup", "kstrtobool",
	"kstrtoint", "kstrtol", "kstrtoll", "kstrtouint", "kstrtoul", "kstrtoull", "kvfree",
	"match_string", "memchr", "memcmp", "memcpy", "memmove", "memparse",
	"memset", "msleep", "panic", "scnprintf", "simple_strtol",
	"simple_strtoul", "simple_strtoull", "sized_strscpy", "snprintf",
	"sprintf", "strcasecmp", "strchr", "strcmp", "strcpy", "strcspn", "strim",
	"strlcat", "strlen", "strncasecmp", "strncmp", "strncpy", "strnlen",
	"strnstr", "strpbrk", "strrchr", "strscpy", "strsep", "strspn", "strstr",
	"vfree", "vmalloc_noprof", "vscnprintf", "vsnprintf", "vzalloc_noprof",
};

static bool is_stateless(const char *name)
{
	const char *star;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stateless); i++) {
		star = strchr(stateless[i], '*');
		if (!strcmp(name, stateless[i]) ||
		    (star && !strncmp(name, stateless[i], star - stateless[i]) &&
		     ends_with(name, star + 1)))
			return true;
	}
	return false;
}

/* A thing whose address boot code of a file takes. */
struct given {
	const struct unit *to;		/* NULL: defined in another file */
	const char *name;
	const struct unit *by;
};

/**
 * struct touched - something that changed boot code uses
 * @to:		a variable, or a function or constant whose address it passed on;
 *		NULL: defined in another file
 * @name:	its name
 * @by:		the boot code that changed
 * @only_here:	pre or post boot code uses it, not both
 */
struct touched {
	const struct unit *to;
	const char *name;
	const struct unit *by;
	bool only_here;
};

/**
 * struct boot_check - what the changed boot code of a file uses
 * @cause:	by unit.id: the boot code that changed, for a unit it may change
 * @words:	by unit.id: how it changed
 * @seen:	by unit.id: visited
 * @constants:	a constant changed
 * @touched:	what it uses
 * @given:	what it takes the address of, in pre and in post
 */
struct boot_check {
	struct verdicts *vs;
	const struct unit **cause;
	const char **words;
	u8 *seen;
	bool constants;
	VEC(struct touched) touched;
	VEC(struct given) given[2];
};

static u8 kind(const struct verdicts *vs, const struct unit *u)
{
	return vs->boot->kind[u->id];
}

static bool is_boot(const struct verdicts *vs, const struct unit *u)
{
	return kind(vs, u) == BOOT_ONLY;
}

static const edge_vec *edges_of(const struct verdicts *vs, const struct unit *u)
{
	return &vs->boot->edges[u->id];
}

static size_t without_suffix(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && !strchr(dot, '/') ? (size_t)(dot - path) : strlen(path);
}

/* "net/core/sock.c", "sock.o": the end of a path, without the file's suffix */
static bool is_file(const char *label, const char *file, size_t len)
{
	char *s = xasprintf("%.*s", (int)len, file);
	size_t n = without_suffix(label), k = without_suffix(s);
	bool is = k && n >= k && !memcmp(label + n - k, s, k) &&
		  (n == k || label[n - k - 1] == '/');

	free(s);
	return is;
}

static bool has_name(const struct unit *u, const char *name)
{
	return !strcmp(name, u->name) || !strcmp(name, strip_numbers(u->name));
}

static bool has_boot_named(const struct verdicts *vs, const struct obj *obj,
			   const char *name)
{
	struct unit **u;

	if (!obj)
		return false;
	vec_for_each(u, &obj->units)
		if (is_boot(vs, *u) && has_name(*u, name))
			return true;
	return false;
}

/* Do several files have boot code of this name? */
static bool is_in_many(const struct verdicts *vs, const char *name)
{
	const struct tu *tu;
	u32 n = 0;

	vec_for_each(tu, &vs->up->tus)
		n += has_boot_named(vs, tu->pre, name) || has_boot_named(vs, tu->post, name);
	return n > 1;
}

/**
 * boot_is_done() - does the author say that a change of boot code does not matter?
 * @vs:	the verdicts
 * @u:	boot code or data
 *
 * NAME only counts if one file has boot code of this name; else it is FILE:NAME.
 */
bool boot_is_done(const struct verdicts *vs, const struct unit *u)
{
	const char **said, *colon;

	vec_for_each(said, &vs->up->boot_done) {
		colon = strrchr(*said, ':');
		if (!has_name(u, colon ? colon + 1 : *said))
			continue;
		if (colon ? is_file(u->obj->label, *said, colon - *said) :
			    !is_in_many(vs, *said))
			return true;
	}
	return false;
}

/* The way out for @u, with an option that means no other boot code. */
static const char *way_boot(const struct verdicts *vs, const struct unit *u)
{
	const char *name = strip_numbers(unit_label(u));

	return xasprintf(WAY_BOOT, is_in_many(vs, name) ?
			 xasprintf("%s:%s", u->obj->label, name) : name);
}

/* Variables that boot code uses */

/**
 * used_at_boot() - find boot code that uses a variable
 * @vs:	the verdicts
 * @u:	the variable, of a post object
 *
 * Return: NULL if there is none. A new boot parameter does not count: without the
 * parameter on the command line, the initial value is right.
 */
const struct unit *used_at_boot(const struct verdicts *vs, const struct unit *u)
{
	const struct edge *e;
	const struct tu *tu;
	struct unit **v;

	vec_for_each(tu, &vs->up->tus)
		vec_for_each(v, &tu->post->units) {
			if (*v == u || !is_boot(vs, *v) || boot_is_done(vs, *v) ||
			    parameter_is_new(vs->boot, *v))
				continue;
			vec_for_each(e, edges_of(vs, *v))
				if (e->to == u)
					return *v;
		}
	return NULL;
}

/* Which boot code changed */

/* Such a pointer only makes the compiler keep a function. */
static bool only_keeps(const struct unit *u)
{
	return starts_with(u->name, "__UNIQUE_ID___addressable_");
}

static bool has_same(const struct verdicts *vs, const struct unit *u)
{
	struct unit **v;

	if (!u->obj->peer)
		return false;
	vec_for_each(v, &u->obj->peer->units)
		if (!(*v)->name[0] && !strcmp((*v)->sec->name, u->sec->name) &&
		    unit_same_content(vs->up, *v, u))
			return true;
	return false;
}

static const char *how_changed(const struct verdicts *vs, const struct unit *u)
{
	if (!u->name[0])
		return !u->size || has_same(vs, u) ? NULL : "is new or changed";
	if (u->ident == ID_CONTENT || u->ident == ID_FRESH || only_keeps(u))
		return NULL;
	if (!u->twin)
		return parameter_is_new(vs->boot, u) ? NULL : "is new";
	if (!unit_differs(vs, u) || unit_same_but_messages(vs->up, u->twin, u) ||
	    (u->is_func && unit_same_flow(vs->up, u->twin, u, true)))
		return NULL;
	return "changed";
}

/* Is the constant refused already, as code may hold its address? */
static bool has_escaped(const struct verdicts *vs, const struct unit *constant)
{
	const struct refusal *r;

	vec_for_each(r, &vs->refusals)
		if (r->unit == constant && !strcmp(r->code, "const_escapes"))
			return true;
	return false;
}

/*
 * Boot code may pass on the address of a constant that changes in place: who has the
 * address reads what it needs each time.
 */
static bool is_read(const struct verdicts *vs, const struct edge *e)
{
	const struct unit *c = e->to;

	return c->sec->cls == SC_RODATA && c->twin && unit_differs(vs, c) && !has_escaped(vs, c) &&
	       !(e->address && unit_in_place(vs, c));
}

/* Find a changed constant that @u reads, itself or in a function it calls. */
static const struct unit *reads_changed(const struct verdicts *vs,
					const struct unit *u, u8 *seen)
{
	const struct unit *found;
	const struct edge *e;

	if (seen[u->id])
		return NULL;
	seen[u->id] = 1;
	vec_for_each(e, edges_of(vs, u)) {
		if (!e->to)
			continue;
		if (is_read(vs, e))
			return e->to;
		if ((class_is_text(e->to->sec->cls) && !e->address) ||
		    e->to->sec->cls == SC_RODATA || is_boot(vs, e->to)) {
			found = reads_changed(vs, e->to, seen);
			if (found)
				return found;
		}
	}
	return NULL;
}

/*
 * Find a replaced function whose result @u kept. The kernel has the old result; the new
 * function may return something else for the same input.
 */
static const struct unit *keeps_old_result(const struct verdicts *vs,
					   const struct unit *u)
{
	const struct edge *e;
	struct escape esc;

	vec_for_each(e, edges_of(vs, u))
		if (e->to && e->branch && !e->to->parent && e->to->is_func &&
		    unit_replaced(vs, e->to) && !is_boot(vs, e->to) && !unit_is_void(e->to) &&
		    !unit_same_but_messages(vs->up, e->to->twin, e->to) &&
		    unit_keeps_result(vs->up, u, e->to, &esc))
			return e->to;
	return NULL;
}

static void set_cause(struct boot_check *bc, const struct unit *u,
		      const struct unit *cause, const char *words)
{
	if (bc->cause[u->id])
		return;
	bc->cause[u->id] = cause;
	bc->words[u->id] = words;
}

static void find_changed(struct boot_check *bc, const struct unit *u)
{
	const struct verdicts *vs = bc->vs;
	const struct unit *constant;
	const char *how;
	u8 *seen;

	if (!is_boot(vs, u) || u->sec->cls == SC_SPECIAL || boot_is_done(vs, u))
		return;
	how = how_changed(vs, u);
	if (how) {
		set_cause(bc, u, u, how);
		return;
	}
	if (!u->is_func)
		return;
	constant = u->parent ? NULL : keeps_old_result(vs, u);
	if (constant)
		set_cause(bc, u, u, xasprintf("stored the result of %s, which changed",
					      unit_label(constant)));
	if (constant || !bc->constants)
		return;
	seen = xzalloc(vs->up->nunits);
	constant = reads_changed(vs, u, seen);
	free(seen);
	if (constant)
		set_cause(bc, u, u, xasprintf("used %s, which changed",
					      unit_label(constant)));
}

/* Is the same function still there, but not as boot code? */
static bool is_elsewhere(const struct verdicts *vs, const struct unit *u)
{
	struct unit **v;

	vec_for_each(v, &u->obj->peer->units)
		if (u->is_func && (*v)->is_func && !strcmp((*v)->name, u->name) &&
		    unit_same_but_messages(vs->up, u, *v))
			return true;
	return false;
}

/* @u is boot code that is gone, or that is called no more. */
static void find_lost(struct boot_check *bc, const struct unit *u)
{
	const struct verdicts *vs = bc->vs;
	const struct edge *e;

	if (!is_boot(vs, u) || boot_is_done(vs, u))
		return;
	if (u->sec->cls != SC_SPECIAL) {
		if (u->deleted && !only_keeps(u) && !is_elsewhere(vs, u))
			set_cause(bc, u, u, "is gone");
		return;
	}
	if (!u->size || unit_has_like(vs->up, u->obj->peer, u, true))
		return;
	vec_for_each(e, edges_of(vs, u))
		if (e->to && is_boot(vs, e->to) && !boot_is_done(vs, e->to))
			set_cause(bc, e->to, e->to, "is no longer an initcall");
}

/* What else a change affects: the twin, data, and callers that use the result */

static bool is_boot_variable(const struct verdicts *vs, const struct unit *u)
{
	return is_boot(vs, u) && !u->is_func && u->sec->sh.sh_flags & SHF_WRITE;
}

static bool spread_from(struct boot_check *bc, const struct unit *u)
{
	const struct unit *cause = bc->cause[u->id];
	const struct edge *e;
	bool any = false;

	if (u->twin && is_boot(bc->vs, u->twin) && !bc->cause[u->twin->id]) {
		set_cause(bc, u->twin, cause, bc->words[u->id]);
		any = true;
	}
	vec_for_each(e, edges_of(bc->vs, u)) {
		if (!e->to || bc->cause[e->to->id] || !is_boot_variable(bc->vs, e->to))
			continue;
		set_cause(bc, e->to, cause, bc->words[u->id]);
		any = true;
	}
	return any;
}

static bool spread_to(struct boot_check *bc, const struct unit *u)
{
	const struct unit *to;
	const struct edge *e;

	if (!is_boot(bc->vs, u) || u->sec->cls == SC_SPECIAL)
		return false;
	vec_for_each(e, edges_of(bc->vs, u)) {
		to = e->to;
		if (!to || !bc->cause[to->id] || unit_is_void(to))
			continue;
		set_cause(bc, u, bc->cause[to->id], bc->words[to->id]);
		return true;
	}
	return false;
}

static bool spread_in(struct boot_check *bc, const struct obj *obj)
{
	struct unit **u;
	bool any = false;

	if (!obj)
		return false;
	vec_for_each(u, &obj->units)
		any |= bc->cause[(*u)->id] ? spread_from(bc, *u) :
					     spread_to(bc, *u);
	return any;
}

static void find_affected(struct boot_check *bc)
{
	const struct tu *tu;
	struct unit **u;
	bool more = true;

	vec_for_each(tu, &bc->vs->up->tus)
		vec_for_each(u, &tu->post->units)
			bc->constants |= (*u)->sec->cls == SC_RODATA &&
					 (*u)->twin && unit_differs(bc->vs, *u);
	vec_for_each(tu, &bc->vs->up->tus) {
		vec_for_each(u, &tu->post->units)
			find_changed(bc, *u);
		if (tu->pre)
			vec_for_each(u, &tu->pre->units)
				find_lost(bc, *u);
	}
	while (more) {
		more = false;
		vec_for_each(tu, &bc->vs->up->tus) {
			more |= spread_in(bc, tu->pre);
			more |= spread_in(bc, tu->post);
		}
	}
}

/* What changed boot code uses */

/* Does the twin of @u refer to it, too? */
static bool other_side_has(const struct boot_check *bc, const struct unit *u,
			   const struct unit *to, const char *name)
{
	const struct edge *e;

	if (!u->twin)
		return false;
	vec_for_each(e, edges_of(bc->vs, u->twin))
		if (to ? e->to && (e->to == to->twin || (!to->twin && e->to == to)) :
			 !e->to && !strcmp(e->name, name))
			return true;
	return false;
}

/* @u: the boot code that refers to @to */
static void touch_thing(struct boot_check *bc, const struct unit *by,
			const struct unit *u, const struct unit *to,
			const char *name)
{
	struct touched *t = vec_add(&bc->touched);

	t->to = to;
	t->name = name;
	t->by = by;
	t->only_here = !other_side_has(bc, u, to, name);
}

static void touch_state(struct boot_check *bc, const struct unit *by,
			const struct unit *u, const struct unit *to)
{
	touch_thing(bc, by, u, to, unit_label(to));
}

static void touch_foreign(struct boot_check *bc, const struct unit *by,
			  const struct unit *u, const char *name)
{
	if (!is_stateless(name))
		touch_thing(bc, by, u, NULL, name);
}

static void give(struct boot_check *bc, const struct unit *by,
		 const struct edge *e)
{
	struct given *g;

	if (!e->address || !is_boot(bc->vs, by))
		return;
	g = vec_add(&bc->given[by->obj->post]);
	g->to = e->to;
	g->name = e->name;
	g->by = by;
}

static void touch(struct boot_check *bc, const struct unit *cause,
		  const struct unit *u);

static void touch_unit(struct boot_check *bc, const struct unit *cause,
		       const struct unit *u, const struct edge *e)
{
	const struct unit *to = e->to;

	switch (to->sec->cls) {
	case SC_NONE:
	case SC_DROP:
	case SC_STRING:
	case SC_CONST:
	case SC_FRESH:
	case SC_DYNDBG:
		return;
	case SC_ALT_REPL:
	case SC_ALT_AUX:
	case SC_INIT:
		touch(bc, cause, to);
		return;
	case SC_TEXT:
	case SC_NOINSTR:
		give(bc, u, e);
		if (!e->address)
			touch(bc, cause, to);
		else if (!is_boot(bc->vs, to))
			touch_state(bc, cause, u, to);
		return;
	case SC_RODATA:
		give(bc, u, e);
		touch(bc, cause, to);
		return;
	case SC_DATA:
	case SC_PERCPU:
		if (to->ident == ID_SOFT || (to->is_lock && to->twin))
			return;
		if (is_boot(bc->vs, to)) {
			touch(bc, cause, to);
			return;
		}
		give(bc, u, e);
	}
	touch_state(bc, cause, u, to);
}

static void touch(struct boot_check *bc, const struct unit *cause,
		  const struct unit *u)
{
	const char *how = NULL;
	const struct edge *e;

	if (bc->seen[u->id] || kind(bc->vs, u) == BOOT_NEVER)
		return;
	bc->seen[u->id] = 1;
	if (u->is_func && u->is_global && is_boot(bc->vs, u) && !unit_is_void(u) &&
	    strcmp(u->name, "init_module"))
		touch_foreign(bc, cause, u, xasprintf("the callers of %s()", u->name));
	if (u->is_func && !u->parent && (class_is_text(u->sec->cls) || u->sec->cls == SC_INIT))
		how = unit_acts_unseen(u);
	if (how)
		touch_foreign(bc, cause, u, is_boot(bc->vs, u) ? how :
			      xasprintf("%s in %s()", how, unit_label(u)));
	vec_for_each(e, edges_of(bc->vs, u)) {
		if (e->to) {
			touch_unit(bc, cause, u, e);
			continue;
		}
		give(bc, u, e);
		touch_foreign(bc, cause, u, e->name);
	}
}

static void touch_all(struct boot_check *bc, const struct obj *obj)
{
	struct unit **u;

	if (!obj)
		return;
	vec_for_each(u, &obj->units)
		if (bc->cause[(*u)->id])
			touch(bc, bc->cause[(*u)->id], *u);
}

/* Changed registrations */

static bool is_identity(const struct unit *u)
{
	if (class_is_text(u->sec->cls))
		return true;
	if (u->sec->cls == SC_RODATA)
		return u->size && !starts_with(u->name, "__func__") &&
		       !starts_with(u->name, "__FUNCTION__") &&
		       !starts_with(u->name, "__PRETTY_FUNCTION__");
	/* variables with a twin are state, see touch_unit() */
	return !u->twin && !u->is_lock;
}

static bool is_same_given(const struct verdicts *vs, const struct given *pre,
			  const struct given *post)
{
	if (!pre->to || !post->to)
		return !pre->to && !post->to && !strcmp(pre->name, post->name);
	if (post->to->twin)
		return post->to->twin == pre->to;
	return post->to->ident == ID_CONTENT && pre->to->ident == ID_CONTENT &&
	       unit_same_content(vs->up, pre->to, post->to);
}

/* Find the first thing that is passed on in another order, so maybe to another receiver. */
static const struct given *given_in_other_order(const struct boot_check *bc)
{
	const struct given *a = bc->given[0].v, *b = bc->given[1].v;
	u32 i;

	if (bc->given[0].n != bc->given[1].n)
		return NULL;
	for (i = 0; i < bc->given[1].n; i++) {
		bool matters = b[i].to ? is_identity(b[i].to) : !is_stateless(b[i].name);

		if (matters && !is_same_given(bc->vs, &a[i], &b[i]))
			return &b[i];
	}
	return NULL;
}

static const struct given *given_otherwise(const struct boot_check *bc, int side)
{
	const struct given *a, *b;

	vec_for_each(a, &bc->given[side]) {
		bool found = a->to ? !is_identity(a->to) : is_stateless(a->name);

		vec_for_each(b, &bc->given[!side])
			found = found || is_same_given(bc->vs, side ? b : a, side ? a : b);
		if (!found)
			return a;
	}
	return NULL;
}

static const char *given_name(const struct given *g)
{
	return g->to ? unit_label(g->to) : g->name;
}

static bool refuse_given(struct boot_check *bc, const struct tu *tu)
{
	const struct given *new = given_otherwise(bc, 1);
	const struct given *old = given_otherwise(bc, 0);
	const struct given *g = new ? new : old;
	const struct unit *by;
	const char *name;

	if (!g) {
		new = given_in_other_order(bc);
		g = new;
	}

	if (!g)
		return false;
	by = bc->cause[g->by->id] ? bc->cause[g->by->id] : g->by;
	name = unit_label(by);
	refuse(bc->vs, "boot_changed", tu->post, NULL, name,
	       xasprintf(WAY_BOOT, name), new ?
	       "it passes on the address of %s at boot; the running kernel did not get this address, and keeps using what it got" :
	       "it no longer passes on the address of %s at boot; the running kernel has this address, and keeps using it",
	       given_name(g));
	return true;
}

/* What is replaced beside changed boot code */

/* Find a replaced function that runs after boot. */
static const struct unit *replaced_in(const struct verdicts *vs,
				      const struct obj *obj)
{
	struct unit **u;

	vec_for_each(u, &obj->units)
		if (unit_replaced(vs, *u) && !is_boot(vs, *u))
			return *u;
	return NULL;
}

static bool refers_into(const struct verdicts *vs, const struct obj *obj, u32 tu)
{
	const struct edge *e;
	struct unit **u;

	if (!obj)
		return false;
	vec_for_each(u, &obj->units)
		vec_for_each(e, edges_of(vs, *u))
			if (e->to && e->to->obj->tu == tu)
				return true;
	return false;
}

static bool uses_foreign(const struct verdicts *vs, const struct obj *obj,
			 const char *name)
{
	const struct edge *e;
	struct unit **u;

	vec_for_each(u, &obj->units)
		vec_for_each(e, edges_of(vs, *u))
			if (!e->to && !is_boot(vs, *u) && !strcmp(e->name, name))
				return true;
	return false;
}

/* Does boot code of one file set a variable of a third file that the other file reads? */
static bool share_foreign(const struct verdicts *vs, const struct obj *boot,
			  const struct obj *obj)
{
	const struct edge *e;
	struct unit **u;

	if (!boot || !obj)
		return false;
	vec_for_each(u, &boot->units) {
		if (!is_boot(vs, *u) || !(*u)->is_func)
			continue;
		vec_for_each(e, edges_of(vs, *u))
			if (!e->to && !e->branch && !is_stateless(e->name) &&
			    uses_foreign(vs, obj, e->name))
				return true;
	}
	return false;
}

/* Files that use each other depend on each other's boot code. */
static bool are_connected(const struct verdicts *vs, const struct tu *a,
			  const struct tu *b)
{
	return share_foreign(vs, a->pre, b->post) || share_foreign(vs, a->post, b->post) ||
	       share_foreign(vs, a->pre, b->pre) || share_foreign(vs, a->post, b->pre) ||
	       refers_into(vs, a->pre, b->post->tu) ||
	       refers_into(vs, a->post, b->post->tu) ||
	       refers_into(vs, b->pre, a->post->tu) ||
	       refers_into(vs, b->post, a->post->tu);
}

/* Does replaced code of @tu use the same data? */
static bool replaced_uses(const struct verdicts *vs, const struct tu *tu,
			  const struct touched *t)
{
	const struct edge *e;
	struct unit **u;

	vec_for_each(u, &tu->post->units) {
		if (!unit_replaced(vs, *u) || is_boot(vs, *u))
			continue;
		vec_for_each(e, edges_of(vs, *u))
			if (t->to ? e->to && (e->to == t->to || e->to == t->to->twin) :
				    !e->to && !e->branch && !strcmp(e->name, t->name))
				return true;
	}
	return false;
}

/* Choose what to name in the message: what replaced code uses, else what changed. */
static const struct touched *what_matters(const struct boot_check *bc,
					  const struct tu *tu)
{
	const struct touched *t, *best = bc->touched.v;
	int weight, most = -1;

	vec_for_each(t, &bc->touched) {
		weight = (tu && replaced_uses(bc->vs, tu, t) ? 4 : 0) + (t->only_here ? 2 : 0) +
			 (t->to && !t->to->is_func);
		if (weight > most) {
			most = weight;
			best = t;
		}
	}
	return best;
}

static void refuse_beside(struct boot_check *bc, const struct tu *tu,
			  const struct unit *func)
{
	const struct touched *t = what_matters(bc, tu);

	refuse(bc->vs, "boot_changed", tu->post, NULL, unit_label(t->by),
	       way_boot(bc->vs, t->by),
	       "it %s, but the running kernel booted with the old code; this affects %s, and %s, which is replaced, may rely on the new result",
	       bc->words[t->by->id], t->name, unit_label(func));
}

/* The update replaces nothing. Refuse it, as the boot code did have an effect. */
static void refuse_alone(struct boot_check *bc, const struct tu *tu)
{
	const struct touched *t = what_matters(bc, NULL);

	refuse(bc->vs, "boot_changed", tu->post, NULL, unit_label(t->by),
	       way_boot(bc->vs, t->by),
	       "it %s, but the running kernel booted with the old code; this affects %s, and the patch has no effect before the next boot",
	       bc->words[t->by->id], t->name);
}

static bool check_beside(struct boot_check *bc, const struct tu *boot)
{
	const struct verdicts *vs = bc->vs;
	bool left = vs->plan->tus[boot - vs->up->tus.v].left;
	const struct unit *func;
	const struct tu *tu;
	bool any = false;

	if (!bc->touched.n)
		return false;
	vec_for_each(tu, &vs->up->tus) {
		func = replaced_in(vs, tu->post);
		if (!func || (tu != boot && (left || !are_connected(vs, boot, tu))))
			continue;
		refuse_beside(bc, tu, func);
		any = true;
	}
	if (any || left || vs->nreplaced || vs->hooks.n)
		return any;
	refuse_alone(bc, boot);
	return true;
}

/* Is it refused already, for a related reason? */
static bool is_refused(const struct boot_check *bc, const struct tu *tu)
{
	const struct touched *t;
	const struct refusal *r;

	vec_for_each(r, &bc->vs->refusals) {
		bool set = !strcmp(r->code, "set_at_boot");

		vec_for_each(t, &bc->touched)
			if (set && t->to && !strcmp(r->what, unit_label(t->to)))
				return true;
		if (r->obj == tu->post && (set || !strcmp(r->code, "function_gone") ||
					   !strcmp(r->code, "special_changed")))
			return true;
	}
	return false;
}

static void check_file(struct boot_check *bc, const struct tu *tu)
{
	struct verdicts *vs = bc->vs;
	u32 n = tu - vs->up->tus.v;

	memset(bc->seen, 0, vs->up->nunits);
	bc->touched.n = 0;
	bc->given[0].n = 0;
	bc->given[1].n = 0;
	touch_all(bc, tu->pre);
	touch_all(bc, tu->post);
	if (is_refused(bc, tu) ||
	    (!vs->plan->tus[n].left && refuse_given(bc, tu)) ||
	    check_beside(bc, tu))
		vs->ninit[n] = 0;
}

/**
 * check_boot() - refuse changed boot code that left something behind
 * @vs:	the verdicts, with all that is replaced
 */
void check_boot(struct verdicts *vs)
{
	struct boot_check bc = { .vs = vs };
	const struct tu *tu;

	bc.cause = xzalloc(vs->up->nunits * sizeof(*bc.cause));
	bc.words = xzalloc(vs->up->nunits * sizeof(*bc.words));
	bc.seen = xzalloc(vs->up->nunits);
	find_affected(&bc);
	vec_for_each(tu, &vs->up->tus)
		check_file(&bc, tu);
	free(bc.touched.v);
	free(bc.given[0].v);
	free(bc.given[1].v);
	free(bc.seen);
	free(bc.words);
	free(bc.cause);
}

/* Functions that are gone */

static const char *reached(const struct verdicts *vs, const struct unit *u,
			   u8 *seen);

/* A constant that changes in place no longer leads to what is gone. */
static bool changes_in_place(const struct verdicts *vs, const struct unit *pre)
{
	return pre->twin && unit_in_place(vs, pre->twin);
}

/* How @by, which refers to it, makes it reachable. */
static const char *reached_by(const struct verdicts *vs, const struct unit *by,
			      const struct edge *e, u8 *seen)
{
	switch (kind(vs, by)) {
	case BOOT_NEVER:
		return NULL;
	case BOOT_ONLY:
		if ((!e->address && e->to->sec->cls != SC_RODATA) ||
		    boot_is_done(vs, by))
			return NULL;
		return xasprintf("%s passed on its address at boot",
				 unit_label(by));
	}
	switch (by->sec->cls) {
	case SC_NONE:
	case SC_DROP:
	case SC_EXPORT:
	case SC_ALT_REPL:
	case SC_ALT_AUX:
		return NULL;
	case SC_TEXT:
	case SC_NOINSTR:
		return handed_out_by(vs, by, e);
	case SC_RODATA:
		return reached(vs, by, seen);
	}
	return xasprintf("%s points to it", unit_label(by));
}

/* May code outside of the update know a name that is gone? */
static bool is_wanted(const struct verdicts *vs, const char *name)
{
	const struct edge *e;
	struct unit **v;
	const struct tu *tu;

	if ((!vs->nreplaced && !vs->hooks.n) || !vs->up->defined_known ||
	    map_get(&vs->up->defined, name))
		return true;
	vec_for_each(tu, &vs->up->tus)
		vec_for_each(v, &tu->post->units)
			vec_for_each(e, edges_of(vs, *v))
				if (!e->to && !strcmp(e->name, name))
					return true;
	return false;
}

/*
 * May other files use it: a file that is not compiled again, or one with a weak
 * definition?
 */
static bool others_call(const struct verdicts *vs, const struct unit *u)
{
	if (!u->is_global || map_get(&u->obj->peer->globals, u->name))
		return false;
	return !u->is_func || is_wanted(vs, u->name);
}

static const char *reached(const struct verdicts *vs, const struct unit *u,
			   u8 *seen)
{
	const char *how = NULL;
	const struct edge *e;
	const struct tu *tu;
	struct unit **v;

	if (seen[u->id])
		return NULL;
	seen[u->id] = 1;
	if (others_call(vs, u))
		return u->is_func ? "other files may call it" :
				    xasprintf("other files may use %s, which points to it", u->name);
	how = handed_out_by_itself(vs, u);
	if (how)
		return how;
	vec_for_each(tu, &vs->up->tus) {
		if (!tu->pre || tu->pre->target != u->obj->target)
			continue;
		vec_for_each(v, &tu->pre->units)
			vec_for_each(e, edges_of(vs, *v)) {
				if (e->to == u && *v != u && !changes_in_place(vs, *v))
					how = reached_by(vs, *v, e, seen);
				if (how)
					return how;
			}
	}
	return NULL;
}

static void refuse_lost_name(struct verdicts *vs, const struct tu *tu,
			     const struct unit *pre, const char *name)
{
	refuse(vs, "function_gone", tu->post, pre->twin, name, "keep this name, too",
	       "the source no longer has this name of %s, but other files may call it; the running kernel would keep the name",
	       unit_label(pre));
}

/*
 * An alias of something that is still there, or the name of something that is static
 * now. The running kernel still knows the name; in a kernel of the new source, another
 * definition has it, or no code uses it.
 */
static void check_lost_names(struct verdicts *vs, const struct tu *tu)
{
	struct unit **v, *pre;
	struct sym **s;

	vec_for_each(v, &tu->pre->units) {
		pre = *v;
		if (!pre->twin || pre->twin->obj != tu->post || !pre->is_func ||
		    !class_is_text(pre->sec->cls))
			continue;
		/* not objtool's __pfx_NAME, which is not called */
		vec_for_each(s, &pre->syms)
			if ((*s)->bind != STB_LOCAL && !map_get(&tu->post->globals, (*s)->name) &&
			    is_wanted(vs, (*s)->name))
				refuse_lost_name(vs, tu, pre, (*s)->name);
	}
}

/**
 * check_lost() - refuse what is gone, but reachable in the running kernel
 * @vs:	the verdicts
 * @tu:	one file
 *
 * If code outside of the update can reach it, that code goes on with the old one: the
 * patch has no effect there, or its source is not complete.
 */
void check_lost(struct verdicts *vs, const struct tu *tu)
{
	struct unit **u;
	const char *how;
	u8 *seen;

	if (!tu->pre || vs->plan->tus[tu - vs->up->tus.v].left)
		return;
	check_lost_names(vs, tu);
	vec_for_each(u, &tu->pre->units) {
		if (!(*u)->deleted || !(*u)->is_func || (*u)->parent ||
		    !class_is_text((*u)->sec->cls) || state_is_dropped(vs->up, *u))
			continue;
		seen = xzalloc(vs->up->nunits);
		how = reached(vs, *u, seen);
		free(seen);
		if (how)
			refuse(vs, "function_gone", tu->post, NULL, (*u)->name,
			       xasprintf(WAY_LOST, (*u)->name),
			       "it is gone from the source, but %s; the running kernel would keep calling the old code",
			       how);
	}
}
