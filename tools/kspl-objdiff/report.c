// SPDX-License-Identifier: GPL-2.0
/* Prints the results, as text and as JSON. */
#include <stdlib.h>
#include <string.h>

#include "inplace.h"
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

/* Only report units that have a name in the source. */
static bool worth_telling(const struct verdicts *vs, const struct unit *u)
{
	return unit_included(vs, u) && !unit_replaced(vs, u) &&
	       !u->parent && u->name[0] &&
	       u->ident != ID_FRESH && u->ident != ID_CONTENT;
}

/* Is there an instruction to print? */
static bool has_insns(const struct unit *u)
{
	return u->twin && u->cause_off >= 0 && class_is_text(u->sec->cls);
}

static void print_cause(const struct verdicts *vs, const struct unit *u,
			FILE *f)
{
	const char *cause = unit_cause(vs, u);

	if (u->cause_off >= 0 && class_is_text(u->sec->cls))
		fprintf(f, "+%#llx: ", (unsigned long long)u->cause_off);
	fprintf(f, "%s\n", cause ? cause : verdict_of(vs, u)->why);
	if (has_insns(u))
		fprintf(f, "    was: %s\n    is:  %s\n",
			disasm(u->twin, u->cause_off),
			disasm(u, u->cause_off));
}

/* Is it a function or a variable of pre that is gone? */
static bool is_gone(const struct unit *u)
{
	if (!u->deleted || class_is_text(u->sec->cls))
		return u->deleted;
	return u->size && !u->is_func &&
	       (u->sec->cls == SC_DATA || u->sec->cls == SC_PERCPU);
}

static u32 count_words(const struct verdicts *vs, const struct unit *c)
{
	word_vec words = {};

	changed_words(vs->up, c, &words);
	free(words.v);
	return words.n;
}

static void text_units(const struct verdicts *vs, const struct tu *tu, FILE *f)
{
	struct unit **v, *u;

	vec_for_each(v, &tu->post->units) {
		u = *v;
		if (unit_replaced(vs, u) && !u->parent) {
			fprintf(f, "  replace %s (%u -> %u bytes): ", u->name,
				u->twin->size, u->size);
			print_cause(vs, u, f);
		} else if (unit_in_place(vs, u)) {
			fprintf(f, "  change constant %s in place (%u words): ", u->name,
				count_words(vs, u));
			print_cause(vs, u, f);
		} else if (worth_telling(vs, u)) {
			fprintf(f, "  %s %s %s (%u bytes): %s\n",
				u->twin ? "copy" : "new", kind_of(u), u->name,
				u->size, verdict_of(vs, u)->why);
		}
	}
	if (!tu->pre)
		return;
	vec_for_each(v, &tu->pre->units)
		if (is_gone(*v))
			fprintf(f, "  gone %s (its old code or data stays in memory)\n",
				(*v)->name);
}

static bool tu_differs(const struct verdicts *vs, const struct tu *tu)
{
	struct unit **v;

	vec_for_each(v, &tu->post->units)
		if (unit_included(vs, *v) || unit_in_place(vs, *v))
			return true;
	return false;
}

/* Print what the update replaces and includes. */
void report_text(const struct verdicts *vs, FILE *f)
{
	struct left *l;
	struct note *n;
	struct tu *tu;

	vec_for_each(tu, &vs->up->tus) {
		if (!tu_differs(vs, tu))
			continue;
		fprintf(f, "%s:\n", tu->label);
		text_units(vs, tu, f);
	}
	vec_for_each(n, &vs->notes)
		if (!n->warning)
			fprintf(f, "note: %s: %s\n", n->where, n->text);
	vec_for_each(l, &vs->plan->left)
		fprintf(f, "left out: %s: %s: %s\n", l->where, l->what,
			l->reason);
	if (!vs->refusals.n && !vs->nreplaced && !vs->nin_place)
		fprintf(f, "no change of code\n");
}

/* Do both have the same reason? */
static bool same_about(const struct refusal *a, const struct refusal *b)
{
	return a->about && b->about && !strcmp(a->code, b->code) &&
	       !strcmp(a->about, b->about);
}

/* The same reason in one file: JSON lists every affected file. */
static bool same_in_file(const struct refusal *a, const struct refusal *b)
{
	return a->where == b->where && same_about(a, b);
}

/* Was it printed with an earlier one? */
static bool is_told(const struct verdicts *vs, const struct refusal *r,
		    bool (*same)(const struct refusal *, const struct refusal *))
{
	const struct refusal *before;

	for (before = vs->refusals.v; before < r; before++)
		if (same(before, r))
			return true;
	return false;
}

static const char *name_of(const struct refusal *r)
{
	return r->who ? r->who : r->what;
}

/* Others than these are only counted. */
#define NAMED	4

static void print_others(const struct verdicts *vs, const struct refusal *first,
			 FILE *f)
{
	const struct refusal *r;
	u32 n = 0;

	for (r = first + 1; r < vs->refusals.v + vs->refusals.n; r++)
		if (same_about(first, r) && ++n <= NAMED)
			fprintf(f, "%s %s", n == 1 ? "; the same for" : ",",
				name_of(r));
	if (n > NAMED)
		fprintf(f, " and %u more", n - NAMED);
}

/* Print why there is no update, or what its author has to consider. */
void report_problems(const struct verdicts *vs, FILE *f)
{
	struct refusal *r;
	struct note *n;

	vec_for_each(r, &vs->refusals) {
		if (is_told(vs, r, same_about))
			continue;
		fprintf(f, "refused: %s: %s: %s", r->where, r->what, r->reason);
		print_others(vs, r, f);
		fprintf(f, "; way out: %s\n", r->wayout);
	}
	if (vs->refusals.n)
		return;
	vec_for_each(n, &vs->notes)
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

static void json_unit(const struct verdicts *vs, const struct unit *u, FILE *f)
{
	const char *cause = unit_cause(vs, u), *why = verdict_of(vs, u)->why;

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
	if (!u->twin && u->is_global && u->obj->post)
		fputs("\"global\": true, ", f);
	field(f, "section", u->sec->name, false);
	field(f, "cause", cause && u->twin ? cause : why ? why : "", true);
	fputs("}", f);
}

typedef bool (*unit_filter)(const struct verdicts *vs, const struct unit *u);

static bool is_replaced(const struct verdicts *vs, const struct unit *u)
{
	return unit_replaced(vs, u) && !u->parent;
}

static bool is_copied(const struct verdicts *vs, const struct unit *u)
{
	return worth_telling(vs, u) && u->twin;
}

static bool is_new(const struct verdicts *vs, const struct unit *u)
{
	return worth_telling(vs, u) && !u->twin;
}

static bool is_deleted(const struct verdicts *vs, const struct unit *u)
{
	(void)vs;
	return is_gone(u);
}

static bool is_changed_data(const struct verdicts *vs, const struct unit *u)
{
	return u->twin && u->status == ST_CHANGED && u->ident == ID_NAMED &&
	       !class_is_text(u->sec->cls) && u->sec->cls != SC_INIT && !unit_in_place(vs, u);
}

static void json_list(const struct verdicts *vs, const struct obj *obj,
		      const char *name, unit_filter filter, FILE *f)
{
	const char *sep = "";
	struct unit **v;

	fprintf(f, ",\n   \"%s\": [", name);
	if (obj) {
		vec_for_each(v, &obj->units) {
			if (!filter(vs, *v))
				continue;
			fprintf(f, "%s\n    ", sep);
			json_unit(vs, *v, f);
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

static void json_tu(const struct verdicts *vs, const struct tu *tu, FILE *f)
{
	fputs("{", f);
	field(f, "source", tu->label, false);
	field(f, "types", tu->types, true);
	if (tu->type_change) {
		fputs(", ", f);
		field(f, "type_change", tu->type_change, true);
	}
	json_list(vs, tu->post, "replaced", is_replaced, f);
	json_list(vs, tu->post, "new", is_new, f);
	json_list(vs, tu->post, "copied", is_copied, f);
	json_list(vs, tu->post, "in_place", unit_in_place, f);
	json_calls(tu->post, f);
	json_list(vs, tu->pre, "gone", is_deleted, f);
	json_list(vs, tu->post, "data_changed", is_changed_data, f);
	fputs("}", f);
}

static const char *status_word(const struct verdicts *vs)
{
	switch (verdicts_status(vs)) {
	case EXIT_REFUSED:
		return "refused";
	case EXIT_NOTHING:
		return "no_change";
	}
	return "ok";
}

/* Print the names of the others in a file that have the same reason. */
static void json_others(const struct verdicts *vs, const struct refusal *first,
			FILE *f)
{
	const struct refusal *r;
	u32 n = 0;

	for (r = first + 1; r < vs->refusals.v + vs->refusals.n; r++) {
		if (!same_in_file(first, r))
			continue;
		fputs(n++ ? ", " : ", \"also\": [", f);
		json_string(f, name_of(r));
	}
	if (n)
		fputs("]", f);
}

static void json_refusals(const struct verdicts *vs, FILE *f)
{
	const char *sep = "";
	struct refusal *r;

	fputs(" \"refusals\": [", f);
	vec_for_each(r, &vs->refusals) {
		if (is_told(vs, r, same_in_file))
			continue;
		fprintf(f, "%s\n  {", sep);
		field(f, "code", r->code, false);
		field(f, "source", r->where, false);
		field(f, "what", r->what, false);
		field(f, "reason", r->reason, false);
		field(f, "way_out", r->wayout, true);
		json_others(vs, r, f);
		fputs("}", f);
		sep = ",";
	}
	fputs("],\n", f);
}

/* Count functions that are replaced by their old source: they are left out, too. */
static u32 count_carried(const struct verdicts *vs)
{
	struct unit **u;
	struct tu *tu;
	u32 n = 0;

	vec_for_each(tu, &vs->up->tus)
		vec_for_each(u, &tu->post->units)
			n += plan_of(vs->plan, *u)->old_body &&
			     unit_replaced(vs, *u) && !(*u)->parent;
	return n;
}

static void json_left(const struct verdicts *vs, FILE *f)
{
	const char *sep = "";
	struct left *l;
	u32 n = 0;

	vec_for_each(l, &vs->plan->left)
		n += l->func;
	fprintf(f, " \"functions_carried\": %u,\n", count_carried(vs));
	fprintf(f, " \"functions_left_out\": %u,\n \"left_out\": [", n);
	vec_for_each(l, &vs->plan->left) {
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

void report_json(const struct verdicts *vs, FILE *f)
{
	const char *sep = "";
	struct note *n;
	struct tu *tu;

	fputs("{", f);
	field(f, "status", status_word(vs), true);
	fprintf(f, ", \"functions_replaced\": %u, \"functions_new\": %u, \"constants_in_place\": %u, \"stays\": %s,\n",
		vs->nreplaced, vs->nnew, vs->nin_place, vs->stays ? "true" : "false");
	fputs(" \"objects\": [", f);
	vec_for_each(tu, &vs->up->tus) {
		fprintf(f, "%s\n  ", sep);
		json_tu(vs, tu, f);
		sep = ",";
	}
	fputs("],\n", f);
	json_refusals(vs, f);
	if (vs->up->partial)
		json_left(vs, f);
	fputs(" \"notes\": [", f);
	sep = "";
	vec_for_each(n, &vs->notes) {
		fprintf(f, "%s\n  {", sep);
		field(f, "source", n->where, false);
		field(f, "kind", n->warning ? "warning" : "note", false);
		field(f, "text", n->text, true);
		fputs("}", f);
		sep = ",";
	}
	fputs("]}\n", f);
}
