// SPDX-License-Identifier: GPL-2.0
/*
 * The sections of code and data, and their meaning: whether code may be probed, how
 * unwinders treat it, whether data may be written. The running kernel's units stay
 * where they are, so such a change is refused, or a note says what does not take
 * effect.
 */
#include <string.h>

#include "verdict.h"

#define WAY_PLACE	"leave it where it is"
#define WAY_PROBE							\
	"leave this part out of the patch: it takes effect with the next boot"

/* Probes */

static bool is_no_kprobe_section(const struct sec *sec)
{
	return !strcmp(sec->name, ".kprobes.text");
}

/* NOKPROBE_SYMBOL() or __kprobes */
static bool forbids_probes(const struct unit *u)
{
	const struct entry *e;

	if (is_no_kprobe_section(u->sec))
		return true;
	vec_for_each(e, &u->entries)
		if (e->sec->desc->table == TABLE_KPROBE_BL)
			return true;
	return false;
}

static void check_probes(struct verdicts *vs, const struct unit *u)
{
	bool was = forbids_probes(u->twin), is = forbids_probes(u);

	if (is && !was)
		refuse(vs, "special_changed", u->obj, u, u->name, WAY_PROBE,
		       "probes on it are forbidden now, but the running kernel allows them");
	else if (was && !is)
		note(vs, u->obj, false,
		     "probes on %s are allowed now, but the running kernel forbids them until the next boot",
		     u->name);
}

/* Tracing */

/* Does the function tracer know it? */
static bool is_traced(const struct unit *u)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->off <= 5 && r->sym && !strcmp(r->sym->name, "__fentry__"))
			return true;
	return false;
}

/*
 * A notrace function is called by tracers, or where they can't run. The old entry stays
 * traced or not traced; the new code would be the opposite.
 */
static void check_traced(struct verdicts *vs, const struct unit *u)
{
	bool was = is_traced(u->twin), is = is_traced(u);

	if (was == is)
		return;
	refuse(vs, "special_changed", u->obj, u, u->name, WAY_PROBE, is ?
	       "it may be traced now (no notrace), but its entry in the running kernel can't be" :
	       "it must not be traced now (notrace), but its entry in the running kernel still can be");
}

/* Code */

static bool is_elsewhere(const struct unit *u)
{
	return !stand_alike(u->twin->sec, u->sec) &&
	       !is_no_kprobe_section(u->sec) &&
	       !is_no_kprobe_section(u->twin->sec);
}

/* The compiler aligns functions to 16, except for cold ones. */
static bool is_aligned_more(const struct unit *u)
{
	u64 is = u->sec->sh.sh_addralign, was = u->twin->sec->sh.sh_addralign;

	return u->status == ST_SAME && is > 16 && is > was &&
	       u->sec->units.n == 1 && u->twin->sec->units.n == 1;
}

static void check_code(struct verdicts *vs, const struct unit *u)
{
	check_probes(vs, u);
	check_traced(vs, u);
	if (u->sec->cls == u->twin->sec->cls && is_elsewhere(u))
		refuse(vs, "special_changed", u->obj, u, u->name, WAY_PLACE,
		       "it is in section %s instead of %s, and the kernel treats code differently by its section",
		       u->sec->name, u->twin->sec->name);
	if (is_aligned_more(u))
		note(vs, u->obj, true,
		     "%s is aligned to %u now; the code of the running kernel stays where it is",
		     u->name, (u32)u->sec->sh.sh_addralign);
}

/* Data */

static void check_hardened(struct verdicts *vs, const struct unit *u)
{
	if (!strcmp(u->sec->name, RO_AFTER_INIT) &&
	    strcmp(u->twin->sec->name, RO_AFTER_INIT) &&
	    u->twin->sec->cls == u->sec->cls)
		note(vs, u->obj, true,
		     "%s is read-only after boot now; in the running kernel it stays writable until the next boot",
		     u->name);
}

/* Exports */

static bool same_export(const struct unit *a, const struct unit *b)
{
	return a->size == b->size && unit_data(a) && unit_data(b) &&
	       !memcmp(unit_data(a), unit_data(b), a->size);
}

static const char *exported_name(const struct unit *u)
{
	static const char prefix[] = "__export_symbol_";

	return u->name + (starts_with(u->name, prefix) ? strlen(prefix) : 0);
}

/* License or namespace changed; decide.c checks new and removed exports. */
static void check_export(struct verdicts *vs, const struct tu *tu,
			 const struct unit *u)
{
	struct unit **v;

	if (!u->size || !u->name[0])
		return;
	vec_for_each(v, &tu->pre->units)
		if ((*v)->sec->cls == SC_EXPORT && !strcmp((*v)->name, u->name) &&
		    !strcmp((*v)->sec->name, u->sec->name) &&
		    !same_export(*v, u))
			note(vs, u->obj, true,
			     "the export of %s has another license or namespace now; it keeps the old one until the next boot",
			     exported_name(u));
}

/* Module information */

/* Does the section hold this string? */
static bool holds_text(const struct sec *sec, const u8 *text)
{
	const u8 *p, *end = sec->data + sec->sh.sh_size;

	for (p = sec->data; p < end; p += strnlen((const char *)p, end - p) + 1)
		if (!strncmp((const char *)p, (const char *)text, end - p))
			return true;
	return false;
}

static const struct sec *info_of(const struct obj *obj)
{
	const struct sec *sec;

	vec_for_each(sec, &obj->secs)
		if (!strcmp(sec->name, ".modinfo") && sec->data && sec->sh.sh_size &&
		    !sec->data[sec->sh.sh_size - 1])
			return sec;
	return NULL;
}

/* What is read when a module is loaded, or by user space from its file */
static void check_info(struct verdicts *vs, const struct tu *tu, bool gone)
{
	const struct sec *from = info_of(gone ? tu->pre : tu->post);
	const struct sec *other = info_of(gone ? tu->post : tu->pre);
	const u8 *p;

	for (p = from ? from->data : NULL; p && p < from->data + from->sh.sh_size;
	     p += strlen((const char *)p) + 1)
		if (*p && (!other || !holds_text(other, p)))
			note(vs, tu->post, true,
			     "the module information \"%s\" is %s; this takes effect when the kernel or the module is built anew",
			     (const char *)p, gone ? "gone" : "new");
}

/**
 * check_places() - check what is in another section now
 * @vs:	the verdicts
 * @tu:	the file
 */
void check_places(struct verdicts *vs, const struct tu *tu)
{
	struct unit **u;

	if (!tu->pre)
		return;
	check_info(vs, tu, true);
	check_info(vs, tu, false);
	vec_for_each(u, &tu->post->units) {
		if ((*u)->sec->cls == SC_EXPORT)
			check_export(vs, tu, *u);
		if (!(*u)->twin || (*u)->parent || plan_of(vs->plan, *u)->left)
			continue;
		if ((*u)->is_func && (*u)->sec->cls == SC_TEXT)
			check_code(vs, *u);
		else if (!(*u)->is_func && (*u)->sec->cls == SC_DATA)
			check_hardened(vs, *u);
	}
}

/* Functions that may be made to fail */

static const struct unit *injected(const struct sec *sec, const struct obj *obj,
				   const Elf64_Rela *rela)
{
	u32 n = ELF64_R_SYM(rela->r_info);
	const struct sym *sym = n < obj->syms.n ? &obj->syms.v[n] : NULL;

	if (!sym || !sym->sec || strcmp(sec->name, "_error_injection_whitelist"))
		return NULL;
	return sec_unit_at(sym->sec, sym->value + rela->r_addend);
}

static bool may_fail(const struct obj *obj, const struct unit *func)
{
	const struct sec *sec;
	u32 i;

	vec_for_each(sec, &obj->secs)
		for (i = 0; i < sec->nrela; i++)
			if (injected(sec, obj, &sec->rela[i]) == func)
				return true;
	return false;
}

static void say_injection(struct verdicts *vs, const struct tu *tu, const struct unit *func,
			  bool post)
{
	const char *how = post ? "allows error injection now (ALLOW_ERROR_INJECTION); the running kernel does not allow it before the next boot" :
		"no longer allows error injection (ALLOW_ERROR_INJECTION); the running kernel still allows it until the next boot";

	if (vs->nreplaced || vs->hooks.n)
		note(vs, tu->post, true, "%s %s", unit_label(func), how);
	else
		refuse(vs, "special_changed", tu->post, NULL, unit_label(func),
		       "leave this part out of the patch", "it %s", how);
}

/**
 * check_injection() - note changes of the error injection list
 * @vs:	the verdicts, with all that is replaced
 * @tu:	the file
 *
 * The kernel read the list at boot.
 */
void check_injection(struct verdicts *vs, const struct tu *tu)
{
	const struct obj *objs[] = { tu->pre, tu->post };
	const struct unit *func, *peer;
	const struct sec *sec;
	u32 i, k;

	for (i = 0; tu->pre && i < 2; i++)
		vec_for_each(sec, &objs[i]->secs)
			for (k = 0; k < sec->nrela; k++) {
				func = injected(sec, objs[i], &sec->rela[k]);
				peer = func ? func->twin : NULL;
				if (peer && !may_fail(objs[!i], peer))
					say_injection(vs, tu, func, i);
			}
}

/* How to unwind */

/* A hint for the unwinder at a place in the code, or that there is none in a function */
struct hint {
	const struct unit *unit;
	const u8 *data;
	u32 size;
	s64 off;
};

static bool is_hint_section(const struct sec *sec)
{
	return !strcmp(sec->name, ".discard.unwind_hints") ||
	       !strcmp(sec->name, ".discard.func_stack_frame_non_standard");
}

static bool hint_at(const struct obj *obj, const struct sec *sec, u32 i, struct hint *h)
{
	const Elf64_Rela *rela = &sec->rela[i];
	u32 n = ELF64_R_SYM(rela->r_info);
	const struct sym *sym = n < obj->syms.n ? &obj->syms.v[n] : NULL;
	u64 size = sec->sh.sh_size / sec->nrela;

	if (!sym || !sym->sec || !sec->data || rela->r_offset + size > sec->sh.sh_size)
		return false;
	h->unit = sec_unit_at(sym->sec, sym->value + rela->r_addend);
	h->off = h->unit ? (s64)(sym->value + rela->r_addend) - h->unit->off : 0;
	h->data = sec->data + rela->r_offset;
	h->size = size;
	return h->unit;
}

/* Count the hints of @obj that are the same as one of a function's twin. */
static u32 count_hints(const struct obj *obj, const struct sec *like, const struct hint *h,
		       const struct unit *unit)
{
	const struct sec *sec;
	struct hint other;
	u32 i, n = 0;

	vec_for_each(sec, &obj->secs)
		for (i = 0; i < sec->nrela && !strcmp(sec->name, like->name); i++)
			n += hint_at(obj, sec, i, &other) && other.unit == unit &&
			     other.off == h->off && other.size == h->size &&
			     !memcmp(other.data, h->data, h->size);
	return n;
}

/**
 * check_unwinding() - refuse other hints for the unwinder for code that stays
 * @vs:	the verdicts, with all that is replaced
 * @tu:	the file
 *
 * The running kernel's tables were made of the old ones.
 */
void check_unwinding(struct verdicts *vs, const struct tu *tu)
{
	const struct obj *objs[] = { tu->pre, tu->post };
	const struct unit *post;
	const struct sec *sec;
	struct hint h;
	u32 i, k;

	for (i = 0; tu->pre && i < 2; i++)
		vec_for_each(sec, &objs[i]->secs)
			for (k = 0; is_hint_section(sec) && k < sec->nrela; k++) {
				if (!hint_at(objs[i], sec, k, &h) || !h.unit->twin)
					continue;
				post = i ? h.unit : h.unit->twin;
				if (unit_included(vs, post) ||
				    count_hints(objs[i], sec, &h, h.unit) ==
				    count_hints(objs[!i], sec, &h, h.unit->twin))
					continue;
				refuse(vs, "special_changed", tu->post, post, unit_label(post),
				       "leave this part out of the patch",
				       "how to unwind its stack is told in another way (%s), and the running kernel's tables stay",
				       sec->name);
				return;
			}
}
