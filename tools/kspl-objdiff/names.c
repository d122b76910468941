// SPDX-License-Identifier: GPL-2.0
/*
 * Global names: what other files, which are not compiled again, know of this one.
 */
#include <stdlib.h>
#include <string.h>

#include "verdict.h"

#define WAY_SPLIT	"leave this part out of the patch"

static bool is_left(const struct verdicts *vs, const struct unit *u)
{
	return plan_of(vs->plan, u)->left;
}

/*
 * A global name that now stands for another function or variable: other files stay
 * bound to the old one.
 */
static void check_owners(struct verdicts *vs, const struct tu *tu)
{
	u32 i;

	for (i = 0; i < tu->pre->globals.size; i++) {
		const struct map_slot *slot = &tu->pre->globals.slots[i];
		struct unit *pre = slot->value, *post;

		post = pre ? map_get(&tu->post->globals, slot->key) : NULL;
		if (!post || pre->twin == post || post->twin == pre ||
		    (!pre->twin && !post->twin) || is_left(vs, post))
			continue;
		refuse(vs, "name_moved", post->obj, post, slot->key, WAY_SPLIT,
		       "other files may use this name, which now belongs to %s instead of %s",
		       unit_label(post), unit_label(pre));
	}
}

static u8 binding_of(const struct obj *obj, const char *name)
{
	const struct unit *u = map_get(&obj->globals, name);
	struct sym **s;

	if (!u)
		return STB_LOCAL;
	vec_for_each(s, &u->syms)
		if ((*s)->bind != STB_LOCAL && !strcmp((*s)->name, name))
			return (*s)->bind;
	return STB_LOCAL;
}

/*
 * Weak or not decides which of two definitions the linker takes. The running kernel
 * keeps the one it took.
 */
static void check_bindings(struct verdicts *vs, const struct tu *tu)
{
	const struct sym *sym;
	u8 was;

	vec_for_each(sym, &tu->post->syms) {
		if (sym->bind == STB_LOCAL || !sym->unit || is_left(vs, sym->unit))
			continue;
		was = binding_of(tu->pre, sym->name);
		if (was == STB_LOCAL || was == sym->bind)
			continue;
		refuse(vs, "name_moved", tu->post, sym->unit, sym->name, WAY_SPLIT,
		       sym->bind == STB_WEAK ?
		       "it is weak now, so a definition in another file would override it; the running kernel keeps using this one" :
		       "it is no longer weak; if another file defines this name, the running kernel keeps using that definition");
	}
}

static bool is_absolute(const struct sym *sym)
{
	return sym->type != STT_FILE && (sym->shndx == SHN_ABS || sym->shndx == SHN_COMMON);
}

/* A symbol that is no unit, or a label within one, known to other files */
static bool is_mark(const struct sym *sym)
{
	if (is_absolute(sym))
		return true;
	return sym->bind != STB_LOCAL && sym->unit && sym->unit->sec->cls != SC_INIT &&
	       !starts_with(sym->name, "__pfx_");
}

/* Where a label is in its unit; or its number, or the alignment of a common variable */
static s64 place_of(const struct sym *sym)
{
	return sym->unit ? (s64)sym->value - sym->unit->off : (s64)sym->value;
}

/* Does the symbol lead to another place of what it belongs to, or have another value? */
static bool is_elsewhere(const struct sym *pre, const struct sym *post)
{
	if (is_absolute(pre) || is_absolute(post))
		return pre->shndx != post->shndx || pre->value != post->value ||
		       pre->size != post->size;
	return pre->unit->twin == post->unit && place_of(pre) != place_of(post);
}

static void collect_marks(struct obj *obj, struct map *m)
{
	struct sym *sym;

	vec_for_each(sym, &obj->syms)
		if (is_mark(sym))
			map_set(m, sym->name, sym);
}

static void refuse_mark(struct verdicts *vs, const struct tu *tu, const struct sym *pre,
			const struct sym *post)
{
	const char *how = "it is gone";

	if (post && post->unit)
		how = xasprintf("it is at another place of %s", unit_label(post->unit));
	else if (post)
		how = "it has another value or size";
	refuse(vs, "name_moved", tu->post, post ? post->unit : NULL, pre->name, WAY_SPLIT,
	       "%s; other files were linked with the old one", how);
}

/*
 * What a symbol stands for besides functions and variables: the end of a table, an entry
 * within a function, a number. Other files were linked with the old one.
 */
static void check_marks_within(struct verdicts *vs, const struct tu *tu)
{
	struct map was = {}, is = {};
	const struct sym *a, *b;
	u32 i;

	collect_marks(tu->pre, &was);
	collect_marks(tu->post, &is);
	for (i = 0; i < was.size; i++) {
		a = was.slots[i].value;
		b = a ? map_get(&is, a->name) : NULL;
		if (!a || (b && b->unit && is_left(vs, b->unit)) ||
		    (b ? !is_elsewhere(a, b) : !is_absolute(a)))
			continue;
		refuse_mark(vs, tu, a, b);
	}
	free(was.slots);
	free(is.slots);
}

/**
 * check_names() - refuse global names that mean something else now
 * @vs:	the verdicts
 * @tu:	the file
 */
void check_names(struct verdicts *vs, const struct tu *tu)
{
	if (!tu->pre)
		return;
	check_owners(vs, tu);
	check_bindings(vs, tu);
	check_marks_within(vs, tu);
}
