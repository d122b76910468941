// SPDX-License-Identifier: GPL-2.0
/* What was found, for people and for programs. */
#include <string.h>

#include "objdiff.h"

static const char *kind_of(const struct unit *u)
{
	switch (u->sec->cls) {
	case SC_TEXT:
	case SC_NOINSTR:
	case SC_STATIC_CALL:
	case SC_ALT_AUX:
		return "function";
	case SC_STRING:
		return "string";
	case SC_RODATA:
	case SC_CONST:
		return "constant";
	case SC_PERCPU:
		return "per-CPU variable";
	}
	return "variable";
}

/* What a person wants to hear of: things that have a name in the source. */
static bool worth_telling(const struct unit *u)
{
	return u->include && !u->replaced && !u->parent && u->name[0] &&
	       u->ident != ID_FRESH && u->ident != ID_CONTENT;
}

/* Is there an instruction to show? */
static bool has_insns(const struct unit *u)
{
	return u->twin && u->cause_off >= 0 && class_is_text(u->sec->cls);
}

static void print_cause(const struct unit *u, FILE *f)
{
	if (u->cause_off >= 0 && class_is_text(u->sec->cls))
		fprintf(f, "+%#llx: ", (unsigned long long)u->cause_off);
	fprintf(f, "%s\n", u->cause ? u->cause : u->why);
	if (has_insns(u))
		fprintf(f, "    was: %s\n    is:  %s\n",
			disasm(u->twin, u->cause_off),
			disasm(u, u->cause_off));
}

static void text_units(struct tu *tu, FILE *f)
{
	struct unit **v, *u;

	vec_for_each(v, &tu->post->units) {
		u = *v;
		if (u->replaced && !u->parent) {
			fprintf(f, "  replace %s (%u -> %u bytes): ", u->name,
				u->twin->size, u->size);
			print_cause(u, f);
		} else if (worth_telling(u)) {
			fprintf(f, "  %s %s %s (%u bytes): %s\n",
				u->twin ? "copy" : "new", kind_of(u), u->name,
				u->size, u->why);
		}
	}
	if (!tu->pre)
		return;
	vec_for_each(v, &tu->pre->units)
		if ((*v)->deleted && class_is_text((*v)->sec->cls))
			fprintf(f, "  gone %s (stays in the running kernel)\n",
				(*v)->name);
}

static bool tu_differs(const struct tu *tu)
{
	struct unit **v;

	vec_for_each(v, &tu->post->units)
		if ((*v)->include)
			return true;
	return false;
}

/* What is replaced and what comes along. */
void report_text(struct update *up, FILE *f)
{
	struct left *l;
	struct note *n;
	struct tu *tu;

	vec_for_each(tu, &up->tus) {
		if (!tu_differs(tu))
			continue;
		fprintf(f, "%s:\n", tu->label);
		text_units(tu, f);
	}
	vec_for_each(n, &up->notes)
		if (!n->warning)
			fprintf(f, "note: %s: %s\n", n->where, n->text);
	vec_for_each(l, &up->left)
		fprintf(f, "left out: %s: %s: %s\n", l->where, l->what,
			l->reason);
	if (!up->refusals.n && !up->nreplaced)
		fprintf(f, "no change of code\n");
}

/* Why there is no update, or what its author has to think about. */
void report_problems(struct update *up, FILE *f)
{
	struct refusal *r;
	struct note *n;

	vec_for_each(r, &up->refusals)
		fprintf(f, "refused: %s: %s: %s; way out: %s\n", r->where,
			r->what, r->reason, r->wayout);
	if (up->refusals.n)
		return;
	vec_for_each(n, &up->notes)
		if (n->warning)
			fprintf(f, "warning: %s: %s\n", n->where, n->text);
}

static void field(FILE *f, const char *name, const char *value, bool last)
{
	json_string(f, name);
	fputs(": ", f);
	json_string(f, value);
	if (!last)
		fputs(", ", f);
}

static void json_unit(struct unit *u, FILE *f)
{
	fputs("{", f);
	field(f, "name", u->name, false);
	field(f, "kind", kind_of(u), false);
	if (u->twin)
		fprintf(f, "\"old_size\": %u, ", u->twin->size);
	fprintf(f, "\"size\": %u, ", u->size);
	if (u->cause_off >= 0)
		fprintf(f, "\"offset\": %lld, ", (long long)u->cause_off);
	if (has_insns(u)) {
		field(f, "old_insn", disasm(u->twin, u->cause_off), false);
		field(f, "new_insn", disasm(u, u->cause_off), false);
	}
	field(f, "section", u->sec->name, false);
	field(f, "cause", u->cause && u->twin ? u->cause :
	      u->why ? u->why : "", true);
	fputs("}", f);
}

typedef bool (*unit_filter)(const struct unit *u);

static bool is_replaced(const struct unit *u)
{
	return u->replaced && !u->parent;
}

static bool is_copied(const struct unit *u)
{
	return worth_telling(u) && u->twin;
}

static bool is_new(const struct unit *u)
{
	return worth_telling(u) && !u->twin;
}

static bool is_deleted(const struct unit *u)
{
	return u->deleted && class_is_text(u->sec->cls);
}

static bool is_changed_data(const struct unit *u)
{
	return u->twin && u->status == ST_CHANGED && u->ident == ID_NAMED &&
	       !class_is_text(u->sec->cls) && u->sec->cls != SC_INIT;
}

static void json_list(struct obj *obj, const char *name, unit_filter filter,
		      FILE *f)
{
	const char *sep = "";
	struct unit **v;

	fprintf(f, ",\n   \"%s\": [", name);
	if (obj) {
		vec_for_each(v, &obj->units) {
			if (!filter(*v))
				continue;
			fprintf(f, "%s\n    ", sep);
			json_unit(*v, f);
			sep = ",";
		}
	}
	fputs("]", f);
}

static void json_calls(struct obj *obj, FILE *f)
{
	const char *sep = "";
	struct unit **v;

	fputs(",\n   \"calls_changed\": [", f);
	vec_for_each(v, &obj->units) {
		if (!(*v)->calls_changed || !(*v)->is_global)
			continue;
		fputs(sep, f);
		json_string(f, (*v)->name);
		sep = ", ";
	}
	fputs("]", f);
}

static void json_tu(struct tu *tu, FILE *f)
{
	fputs("{", f);
	field(f, "source", tu->label, false);
	field(f, "types", tu->types, true);
	if (tu->type_change) {
		fputs(", ", f);
		field(f, "type_change", tu->type_change, true);
	}
	json_list(tu->post, "replaced", is_replaced, f);
	json_list(tu->post, "new", is_new, f);
	json_list(tu->post, "copied", is_copied, f);
	json_calls(tu->post, f);
	json_list(tu->pre, "gone", is_deleted, f);
	json_list(tu->post, "data_changed", is_changed_data, f);
	fputs("}", f);
}

static const char *status_word(struct update *up)
{
	switch (update_status(up)) {
	case EXIT_REFUSED:
		return "refused";
	case EXIT_NO_CHANGE:
		return "no_change";
	}
	return "ok";
}

static void json_refusals(struct update *up, FILE *f)
{
	const char *sep = "";
	struct refusal *r;

	fputs(" \"refusals\": [", f);
	vec_for_each(r, &up->refusals) {
		fprintf(f, "%s\n  {", sep);
		field(f, "code", r->code, false);
		field(f, "source", r->where, false);
		field(f, "what", r->what, false);
		field(f, "reason", r->reason, false);
		field(f, "way_out", r->wayout, true);
		fputs("}", f);
		sep = ",";
	}
	fputs("],\n", f);
}

/* Replaced by their old source: left out all the same. */
static u32 count_carried(struct update *up)
{
	struct unit **u;
	struct tu *tu;
	u32 n = 0;

	vec_for_each(tu, &up->tus)
		vec_for_each(u, &tu->post->units)
			n += (*u)->old_body && (*u)->replaced && !(*u)->parent;
	return n;
}

static void json_left(struct update *up, FILE *f)
{
	const char *sep = "";
	struct left *l;
	u32 n = 0;

	vec_for_each(l, &up->left)
		n += l->func;
	fprintf(f, " \"functions_carried\": %u,\n", count_carried(up));
	fprintf(f, " \"functions_left_out\": %u,\n \"left_out\": [", n);
	vec_for_each(l, &up->left) {
		fprintf(f, "%s\n  {", sep);
		field(f, "code", l->code, false);
		field(f, "source", l->where, false);
		field(f, "what", l->what, false);
		field(f, "kind", l->func ? "function" : "data", false);
		field(f, "reason", l->reason, false);
		field(f, "way_out", l->wayout, true);
		fputs("}", f);
		sep = ",";
	}
	fputs("],\n", f);
}

void report_json(struct update *up, FILE *f)
{
	const char *sep = "";
	struct note *n;
	struct tu *tu;

	fputs("{", f);
	field(f, "status", status_word(up), true);
	fprintf(f, ", \"functions_replaced\": %u, \"functions_new\": %u,\n",
		up->nreplaced, up->nnew);
	fputs(" \"objects\": [", f);
	vec_for_each(tu, &up->tus) {
		fprintf(f, "%s\n  ", sep);
		json_tu(tu, f);
		sep = ",";
	}
	fputs("],\n", f);
	json_refusals(up, f);
	if (up->partial)
		json_left(up, f);
	fputs(" \"notes\": [", f);
	sep = "";
	vec_for_each(n, &up->notes) {
		fprintf(f, "%s\n  {", sep);
		field(f, "source", n->where, false);
		field(f, "kind", n->warning ? "warning" : "note", false);
		field(f, "text", n->text, true);
		fputs("}", f);
		sep = ",";
	}
	fputs("]}\n", f);
}
