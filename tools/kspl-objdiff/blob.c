// SPDX-License-Identifier: GPL-2.0
/*
 * Builds the blob: the pre code that the core compares with the running kernel, what
 * the update replaces, and what the core relocates (see ksplice_format.h).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "inplace.h"
#include "objdiff.h"

/* The blob while it is built */
struct blob {
	const struct verdicts *vs;
	struct out *out;
	u32 *index;			/* 1 + index of a unit, by unit.id; 0: not in the blob */
	VEC(struct ksplice_f_target) targets;
	VEC(struct unit *) units;
	VEC(struct ksplice_f_unit) funits;
	VEC(struct ksplice_f_sym) syms;
	VEC(struct ksplice_f_reloc) relocs;
	VEC(struct ksplice_f_site) sites;
	VEC(struct ksplice_f_entry) entries;
	VEC(struct ksplice_f_replace) replaces;
	VEC(struct unit *) new_funcs;	/* same index as replaces; NULL for ranges */
	VEC(struct ksplice_f_word) words;
	VEC(struct place) own;		/* same index; .sec 0: not KSPLICE_WORD_OWN */
	VEC(struct ksplice_f_fixup) fixups;
	VEC(struct ksplice_f_hook) hooks;
	VEC(struct ksplice_f_supersede) supersedes;
	VEC(struct ksplice_f_state) states;
	struct buf strings, bytes;
	struct map string_at, sym_at;
};

static u32 add_string(struct blob *b, const char *s)
{
	void *known;
	u32 at;

	if (!s || !*s)
		return 0;
	known = map_get(&b->string_at, s);
	if (known)
		return (uintptr_t)known;
	at = buf_add(&b->strings, s, strlen(s) + 1);
	map_set(&b->string_at, s, (void *)(uintptr_t)at);
	return at;
}

/* Units */

static bool in_blob(const struct blob *b, const struct unit *u)
{
	return b->index[u->id];
}

static u32 index_of(const struct blob *b, const struct unit *u)
{
	return b->index[u->id] - 1;
}

static bool is_string(const struct unit *u)
{
	const u8 *p = unit_data(u);

	return p && u->size && memchr(p, 0, u->size) == p + u->size - 1;
}

static u32 unit_kind(const struct unit *u)
{
	if (!u->size)
		return KSPLICE_UNIT_DATA;
	switch (u->sec->cls) {
	case SC_TEXT:
	case SC_NOINSTR:
		return KSPLICE_UNIT_TEXT;
	case SC_RODATA:
	case SC_CONST:
		return u->ident == ID_FRESH ? KSPLICE_UNIT_DATA :
					      KSPLICE_UNIT_RODATA;
	case SC_STRING:
		return is_string(u) ? KSPLICE_UNIT_STRING :
				      KSPLICE_UNIT_RODATA;
	case SC_PERCPU:
		return KSPLICE_UNIT_PERCPU;
	}
	return KSPLICE_UNIT_DATA;
}

/*
 * Boot code is freed, and the kernel rewrites the other sections: these only have a
 * symbol with a value, and no unit.
 */
static bool has_unit(const struct unit *u)
{
	switch (u->sec->cls) {
	case SC_INIT:
	case SC_STATIC_CALL:
	case SC_ALT_REPL:
	case SC_ALT_AUX:
	case SC_NONE:
	case SC_DROP:
		return false;
	case SC_UNKNOWN:
		return !(u->sec->sh.sh_flags & SHF_EXECINSTR);
	}
	return true;
}

static bool has_content(u32 kind)
{
	return kind == KSPLICE_UNIT_TEXT || kind == KSPLICE_UNIT_RODATA ||
	       kind == KSPLICE_UNIT_STRING;
}

static void add_unit(struct blob *b, struct unit *u)
{
	if (in_blob(b, u) || !has_unit(u))
		return;
	*vec_add(&b->units) = u;
	b->index[u->id] = b->units.n;
}

static bool is_unlikely(const struct unit *u)
{
	return starts_with(u->sec->name, ".text.unlikely.");
}

/* Keep the order of the kernel's build: unlikely code is in a section of its own. */
static void add_text_units(struct blob *b, struct obj *pre, bool unlikely)
{
	struct unit **u;

	vec_for_each(u, &pre->units)
		if (class_is_text((*u)->sec->cls) && (*u)->size &&
		    is_unlikely(*u) == unlikely)
			add_unit(b, *u);
}

/* The kind of a table entry whose references are compared; 0: it is not compared */
static u32 entry_kind(const struct entry *e)
{
	switch (e->sec->desc->table) {
	case TABLE_JUMP:
		return KSPLICE_ENTRY_JUMP_LABEL;
	case TABLE_STATIC_CALL:
		return KSPLICE_ENTRY_STATIC_CALL;
	case TABLE_EX:
		return KSPLICE_ENTRY_EXCEPTION;
	case TABLE_BUG:
		return KSPLICE_ENTRY_BUG;
	}
	return 0;
}

/* Add the keys of jump labels and static calls, and the targets of exceptions. */
static void reach_entry(struct blob *b, const struct unit *u,
			const struct entry *e)
{
	const struct ref *r;
	struct unit *to;

	if (!entry_kind(e) || e->sec->desc->table == TABLE_BUG)
		return;
	vec_for_each(r, &e->refs) {
		to = r->off ? resolve_ref(b->vs->up, u->obj, r) : NULL;
		if (to)
			add_unit(b, to);
	}
}

/* Add the units that @u refers to, as the blob has relocations for them. */
static void reach_units(struct blob *b, struct unit *u)
{
	struct unit *to;
	struct entry *e;
	struct ref *r;

	vec_for_each(r, &u->refs) {
		to = resolve_ref(b->vs->up, u->obj, r);
		if (to)
			add_unit(b, to);
	}
	vec_for_each(e, &u->entries) {
		reach_entry(b, u, e);
		if (e->sec->desc->table != TABLE_ALT)
			continue;
		vec_for_each(r, &e->refs)
			if (r->off == ALT_REPL && r->unit)
				reach_units(b, r->unit);
	}
}

/* Constants that change in place: perhaps no code of their file refers to them. */
static void add_in_place(struct blob *b, const struct tu *tu)
{
	struct unit **u;

	vec_for_each(u, &tu->post->units)
		if (unit_in_place(b->vs, *u))
			add_unit(b, (*u)->twin);
}

/*
 * What only new code refers to gets no unit: run-pre matching can't find it, so the
 * core looks up its name.
 */
static void collect_units(struct blob *b)
{
	struct tu *tu;
	u32 i;

	vec_for_each(tu, &b->vs->up->tus) {
		if (!tu->pre)
			continue;
		add_text_units(b, tu->pre, false);
		add_text_units(b, tu->pre, true);
		add_in_place(b, tu);
	}
	for (i = 0; i < b->units.n; i++)
		if (has_content(unit_kind(b->units.v[i])))
			reach_units(b, b->units.v[i]);
}

/* Symbols */

static u32 sym_kind_flags(struct blob *b, const struct unit *u)
{
	u32 flags = 0;

	if (!u->name[0])
		return KSPLICE_SYM_LOCAL | KSPLICE_SYM_ANON;
	if (!u->is_global)
		flags |= KSPLICE_SYM_LOCAL;
	if (u->is_func)
		flags |= KSPLICE_SYM_FUNC;
	if (u->is_weak)
		flags |= KSPLICE_SYM_WEAK;
	if (u->sec->cls == SC_PERCPU)
		flags |= KSPLICE_SYM_PERCPU;
	if (u->is_global && symbol_is_exported(b->vs->up, u->name))
		flags |= KSPLICE_SYM_EXPORTED;
	return flags;
}

static struct ksplice_f_sym *find_sym(struct blob *b, const char *key, u32 *idx)
{
	uintptr_t known = (uintptr_t)map_get(&b->sym_at, key);

	if (known) {
		*idx = known - 1;
		return NULL;
	}
	*idx = b->syms.n;
	map_set(&b->sym_at, key, (void *)(uintptr_t)(b->syms.n + 1));
	return vec_add(&b->syms);
}

/* Offset of the name's symbol in its unit; in assembly not always 0. */
static u32 sym_offset(const struct unit *u)
{
	return u->syms.n ? u->syms.v[0]->value - u->off : 0;
}

static u32 sym_of_unit(struct blob *b, const struct unit *u)
{
	struct ksplice_f_sym *s;
	u32 idx;

	s = find_sym(b, xasprintf("unit %p", (const void *)u), &idx);
	if (!s)
		return idx;
	s->name = add_string(b, u->name);
	s->flags = sym_kind_flags(b, u);
	s->unit = KSPLICE_NONE;
	s->target = u->obj->target;
	if (in_blob(b, u)) {
		s->unit = index_of(b, u);
		s->offset = sym_offset(u);
	}
	return idx;
}

/*
 * A symbol that is not exported must be in the target itself. A symbol that a module
 * exports is looked up in that module.
 */
static void place_sym(struct blob *b, struct ksplice_f_sym *s, const char *name,
		      u32 target)
{
	const char *module = symbol_module(b->vs->up, name);

	if (module)
		s->flags = KSPLICE_SYM_EXPORTED;
	if (!module || !strcmp(module, b->vs->up->targets.v[target].name))
		s->target = target;
	else
		s->module = add_string(b, module);
}

static u32 sym_of_name(struct blob *b, const char *name, u32 flags, u32 target)
{
	struct ksplice_f_sym *s;
	const char *key;
	u32 idx;

	key = xasprintf("name %x %u %s", flags, flags ? 0 : target, name);
	s = find_sym(b, key, &idx);
	if (!s)
		return idx;
	s->name = add_string(b, name);
	s->flags = flags;
	s->unit = KSPLICE_NONE;
	s->target = KSPLICE_NONE;
	if (!flags)
		place_sym(b, s, name, target);
	return idx;
}

static u32 add_reloc(struct blob *b, const struct unit *u, const struct ref *r,
		     u32 off)
{
	struct unit *to = resolve_ref(b->vs->up, u->obj, r);
	struct ksplice_f_reloc *f = vec_add(&b->relocs);

	f->offset = off;
	f->type = r->type;
	f->addend = r->addend;
	if (to) {
		f->sym = sym_of_unit(b, to);
		f->addend -= sym_offset(to);
	} else {
		f->sym = sym_of_name(b, r->sym->name, 0, u->obj->target);
	}
	return b->relocs.n - 1;
}

/* Copy the contents, with relocated fields set to 0. */
static u32 add_bytes(struct blob *b, const struct unit *u)
{
	u32 at = buf_add(&b->bytes, unit_data(u), u->size);
	const struct ref *r;

	vec_for_each(r, &u->refs)
		memset(b->bytes.v + at + r->off, 0,
		       r->type == R_X86_64_64 || r->type == R_X86_64_PC64 ?
		       8 : 4);
	return at;
}

/* Sites */

static struct ksplice_f_site *add_site(struct blob *b, u32 kind, u32 off,
				       u32 len)
{
	struct ksplice_f_site *s = vec_add(&b->sites);

	s->kind = kind;
	s->offset = off;
	s->len = len;
	return s;
}

static u32 insn_len_at(const struct unit *u, s32 off)
{
	struct insn insn;

	if (off < 0 || (u32)off >= u->size ||
	    !insn_decode(&insn, unit_data(u) + off, u->size - off))
		return 0;
	return insn.len;
}

static const struct ref *entry_ref(const struct entry *e, u32 off)
{
	const struct ref *r;

	vec_for_each(r, &e->refs)
		if (r->off == off)
			return r;
	return NULL;
}

/* The feature word of newer kernels, which has flags. */
static u32 alt_feature(const struct entry *e)
{
	const u8 *feature = e->sec->data + e->off + ALT_FT_FLAGS;
	u32 old;

	if (e->sec->entsize == ALT_SIZE)
		return get_le(feature, 4);
	old = get_le(feature, 2);
	return old & 0x8000 ? (old & 0x7fff) | ALT_UNLESS : old;
}

/*
 * A paravirt call is indirect, and the kernel always makes it a direct call. Newer
 * kernels use an alternative for it.
 */
static void site_paravirt(struct blob *b, const struct unit *u,
			  const struct entry *e)
{
	u32 len = alt_len(e);

	if (e->loc < 0 || e->loc + len > (s64)u->size)
		die("%s: a paravirt call of %s is outside of its code", u->obj->path, u->name);
	add_site(b, KSPLICE_SITE_ALT, e->loc, len)->feature =
		X86_FEATURE_ALWAYS | ALT_DIRECT;
}

static void site_alt(struct blob *b, const struct unit *u,
		     const struct entry *e)
{
	const struct ref *r = entry_ref(e, ALT_REPL), *inner;
	struct ksplice_f_site *s;
	u32 len = alt_repl_len(e), first = b->relocs.n;
	const struct unit *repl = r ? r->unit : NULL;

	if (e->loc < 0 || e->loc + alt_len(e) > (s64)u->size)
		die("%s: an alternative of %s is outside of its code", u->obj->path,
		    u->name);
	s = add_site(b, KSPLICE_SITE_ALT, e->loc, alt_len(e));
	s->feature = alt_feature(e);
	s->arglen = len;
	s->reloc = first;
	if (!len)
		return;
	if (!repl || repl->sec->cls != SC_ALT_REPL || repl->size < len)
		die("%s: an alternative of %s has no replacement",
		    u->obj->path, u->name);
	s->arg = add_bytes(b, repl);
	vec_for_each(inner, &repl->refs) {
		add_reloc(b, repl, inner, inner->off);
		s->nreloc++;
	}
}

static void site_jump(struct blob *b, const struct unit *u,
		      const struct entry *e)
{
	const struct ref *target = entry_ref(e, 4);
	struct ksplice_f_site *s;
	struct ref jmp;

	if (!target)
		die("%s: a jump label of %s has no target", u->obj->path,
		    u->name);
	s = add_site(b, KSPLICE_SITE_JUMP_LABEL, e->loc, insn_len_at(u, e->loc));
	if (target->unit == u) {
		s->arg = target->target;
		return;
	}
	/* the target is in another unit: describe it as the relocation of a jump */
	jmp = *target;
	jmp.type = R_X86_64_PC32;
	jmp.addend = target->target - 4;
	s->reloc = add_reloc(b, u, &jmp, 1);
	s->nreloc = 1;
}

static void site_rt(struct blob *b, const struct entry *e)
{
	const char *name = e->sec->name + strlen(e->sec->desc->name);
	bool ptr = e->sec->desc->table == TABLE_RT_PTR;
	struct ksplice_f_site *s;

	s = add_site(b, ptr ? KSPLICE_SITE_RT_PTR : KSPLICE_SITE_RT_SHIFT,
		     e->loc, ptr ? 8 : 1);
	s->arg = sym_of_name(b, name, ptr ? KSPLICE_SYM_RT_PTR :
					 KSPLICE_SYM_RT_SHIFT, 0);
}

static bool is_fentry_call(const struct unit *u, s32 loc)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if ((s64)r->off == (s64)loc + 1 && r->sym)
			return !strcmp(r->sym->name, "__fentry__");
	return false;
}

static bool is_endbr(const struct unit *u, s32 off)
{
	return off >= 0 && off + 4 <= (s64)u->size &&
	       !memcmp(unit_data(u) + off, "\xf3\x0f\x1e\xfa", 4);
}

static void site_of_entry(struct blob *b, const struct unit *u,
			  const struct entry *e)
{
	u32 len = insn_len_at(u, e->loc);

	switch (e->sec->desc->table) {
	case TABLE_PARAVIRT:
		site_paravirt(b, u, e);
		break;
	case TABLE_ALT:
		site_alt(b, u, e);
		break;
	case TABLE_JUMP:
		site_jump(b, u, e);
		break;
	case TABLE_STATIC_CALL:
		add_site(b, KSPLICE_SITE_STATIC_CALL, e->loc, len);
		break;
	case TABLE_RETPOLINE:
		add_site(b, KSPLICE_SITE_RETPOLINE, e->loc, len);
		break;
	case TABLE_RETURN:
		add_site(b, KSPLICE_SITE_RETURN, e->loc, 5);
		break;
	case TABLE_CALL:
		if (!is_fentry_call(u, e->loc))
			add_site(b, KSPLICE_SITE_CALL, e->loc, len);
		break;
	case TABLE_SMP_LOCK:
		add_site(b, KSPLICE_SITE_SMP_LOCK, e->loc, 1);
		break;
	case TABLE_MCOUNT:
		if (is_fentry_call(u, e->loc))
			add_site(b, KSPLICE_SITE_FENTRY, e->loc, 5);
		break;
	case TABLE_ENDBR:
		if (e->loc && is_endbr(u, e->loc))
			add_site(b, KSPLICE_SITE_ENDBR, e->loc, 4);
		break;
	case TABLE_RT_PTR:
	case TABLE_RT_SHIFT:
		site_rt(b, e);
		break;
	}
}

/* Entries of tables */

/* Add a relocation for an address, in the form of struct ksplice_f_entry. */
static u32 add_address(struct blob *b, const struct unit *u,
		       const struct ref *r, u32 flags)
{
	struct ref addr = *r;

	addr.type = R_X86_64_64;
	addr.addend = r->target & ~(s64)flags;
	return add_reloc(b, u, &addr, 0);
}

/*
 * A module may call this static call, but not change it: its object refers to the
 * trampoline instead of the key, and the module loader puts the key there.
 */
static u32 add_key_of(struct blob *b, const struct unit *u, const char *tramp)
{
	const char *name = xasprintf("__SCK__%s", tramp + strlen("__SCT__"));
	const char *module = symbol_module(b->vs->up, tramp);
	struct ksplice_f_reloc *f = vec_add(&b->relocs);
	struct ksplice_f_sym *s;
	u32 idx;

	s = find_sym(b, xasprintf("key %s", name), &idx);
	if (s) {
		s->name = add_string(b, name);
		s->unit = KSPLICE_NONE;
		s->target = module ? KSPLICE_NONE : u->obj->target;
		s->module = add_string(b, module);
	}
	memset(f, 0, sizeof(*f));
	f->type = R_X86_64_64;
	f->sym = idx;
	return b->relocs.n - 1;
}

static u32 add_key(struct blob *b, const struct unit *u, const struct ref *r)
{
	if (!r->unit && starts_with(r->sym->name, "__SCT__"))
		return add_key_of(b, u, r->sym->name);
	return add_address(b, u, r, 3);
}

static const struct ref *needed_ref(const struct unit *u, const struct entry *e,
				    u32 off)
{
	const struct ref *r = entry_ref(e, off);

	if (!r)
		die("%s: an entry of %s for %s+%#x has no target",
		    u->obj->path, e->sec->name, u->name, e->loc);
	return r;
}

static void fill_entry(struct blob *b, const struct unit *u,
		       const struct entry *e, struct ksplice_f_entry *f)
{
	const u8 *raw = e->sec->data + e->off;
	const struct ref *key;

	f->reloc = b->relocs.n;
	switch (f->kind) {
	case KSPLICE_ENTRY_JUMP_LABEL:
		key = needed_ref(u, e, 8);
		f->data = key->target & 1;
		add_address(b, u, needed_ref(u, e, 4), 0);
		add_address(b, u, key, 3);
		break;
	case KSPLICE_ENTRY_STATIC_CALL:
		key = needed_ref(u, e, 4);
		f->data = key->target & 1;
		add_key(b, u, key);
		break;
	case KSPLICE_ENTRY_EXCEPTION:
		f->data = get_le(raw + 8, 4);
		add_address(b, u, needed_ref(u, e, 4), 0);
		break;
	case KSPLICE_ENTRY_BUG:
		/* the kernel sets BUGFLAG_DONE at run time */
		f->data = get_le(raw + bug_flags_offset(e->sec), 2) & ~4;
		break;
	}
	f->nreloc = b->relocs.n - f->reloc;
}

static int cmp_entry(const void *x, const void *y)
{
	const struct ksplice_f_entry *a = x, *c = y;

	if (a->offset != c->offset)
		return a->offset < c->offset ? -1 : 1;
	return a->reloc < c->reloc ? -1 : a->reloc > c->reloc;
}

static void fill_entries(struct blob *b, const struct unit *u,
			 struct ksplice_f_unit *f)
{
	struct ksplice_f_entry *to;
	const struct entry *e;

	f->entries = b->entries.n;
	vec_for_each(e, &u->entries) {
		if (!entry_kind(e))
			continue;
		if (e->loc < 0 || (u32)e->loc >= u->size)
			die("%s: an entry of %s is outside of the code of %s",
			    u->obj->path, e->sec->name, u->name);
		to = vec_add(&b->entries);
		to->kind = entry_kind(e);
		to->offset = e->loc;
		fill_entry(b, u, e, to);
	}
	f->nentries = b->entries.n - f->entries;
	if (f->nentries)
		qsort(b->entries.v + f->entries, f->nentries,
		      sizeof(*b->entries.v), cmp_entry);
}

static int cmp_site(const void *x, const void *y)
{
	const struct ksplice_f_site *a = x, *c = y;

	if (a->offset != c->offset)
		return a->offset < c->offset ? -1 : 1;
	if ((a->kind == KSPLICE_SITE_ALT) != (c->kind == KSPLICE_SITE_ALT))
		return a->kind == KSPLICE_SITE_ALT ? -1 : 1;
	if (a->pad != c->pad)
		return a->pad < c->pad ? -1 : 1;
	return 0;
}

/* Sort sites by offset, an alternative before the sites inside of it; drop duplicates. */
static void finish_sites(struct blob *b, u32 first)
{
	u32 n = b->sites.n - first, i, keep = 0;
	struct ksplice_f_site *s;

	if (!n)
		return;
	s = b->sites.v + first;
	for (i = 0; i < n; i++)
		s[i].pad = i;
	qsort(s, n, sizeof(*s), cmp_site);
	for (i = 0; i < n; i++) {
		s[i].pad = 0;
		if (keep && s[i].kind != KSPLICE_SITE_ALT &&
		    s[i].offset == s[keep - 1].offset &&
		    s[keep - 1].kind != KSPLICE_SITE_ALT)
			continue;
		s[keep++] = s[i];
	}
	b->sites.n = first + keep;
}

static void fill_text(struct blob *b, struct unit *u, struct ksplice_f_unit *f)
{
	struct entry *e;
	u32 first = b->sites.n;

	if (is_endbr(u, 0))
		add_site(b, KSPLICE_SITE_ENDBR, 0, 4);
	vec_for_each(e, &u->entries)
		site_of_entry(b, u, e);
	finish_sites(b, first);
	f->sites = first;
	f->nsites = b->sites.n - first;
	fill_entries(b, u, f);
	if (u->name[0])
		sym_of_unit(b, u);	/* the core finds the function by it */
	if (u->twin && unit_replaced(b->vs, u->twin))
		f->flags |= KSPLICE_UNIT_REPLACED;
	if (u->parent)
		f->parent = index_of(b, u->parent);
}

/* Function pointers in data help to tell functions of the same name apart. */
static void add_pointers(struct blob *b, const struct unit *u)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->unit && in_blob(b, r->unit) &&
		    class_is_text(r->unit->sec->cls))
			add_reloc(b, u, r, r->off);
}

static void fill_unit(struct blob *b, struct unit *u)
{
	struct ksplice_f_unit *f = vec_add(&b->funits);
	struct ref *r;

	f->name = add_string(b, u->name);
	f->target = u->obj->target;
	f->tu = u->obj->tu;
	f->source = add_string(b, u->obj->label);
	f->kind = unit_kind(u);
	f->size = u->size;
	f->align = u->align;
	f->bytes = KSPLICE_NONE;
	f->parent = KSPLICE_NONE;
	f->relocs = b->relocs.n;
	f->sites = b->sites.n;
	f->entries = b->entries.n;
	if (!has_content(f->kind)) {
		add_pointers(b, u);
		f->nrelocs = b->relocs.n - f->relocs;
		return;
	}
	f->bytes = add_bytes(b, u);
	vec_for_each(r, &u->refs)
		add_reloc(b, u, r, r->off);
	f->nrelocs = b->relocs.n - f->relocs;
	if (f->kind == KSPLICE_UNIT_TEXT)
		fill_text(b, u, f);
}

/* Replacements */

static void add_replace(struct blob *b, struct unit *pre, struct unit *post,
			u32 kind)
{
	struct ksplice_f_replace *r = vec_add(&b->replaces);

	*vec_add(&b->new_funcs) = kind == KSPLICE_REPLACE_FUNC ? post : NULL;
	r->name = add_string(b, pre->name);
	r->kind = kind;
	r->unit = index_of(b, pre);
	r->size = pre->size;
	r->new_size = post ? post->size : 0;
}

/*
 * Code of a function without a twin is old code: the compiler now gives it another name
 * ("foo.isra.0", "foo.part.0") or inlines it, or it is gone from the source. A thread
 * in it was called by replaced code.
 */
static bool is_old_code(const struct unit *u)
{
	return u->deleted && u->is_func && class_is_text(u->sec->cls);
}

static void add_replaces(struct blob *b, struct obj *pre)
{
	struct unit **v, *u;

	vec_for_each(v, &pre->units) {
		u = *v;
		if (!in_blob(b, u))
			continue;
		if (u->twin && unit_replaced(b->vs, u->twin) && !u->parent)
			add_replace(b, u, u->twin, KSPLICE_REPLACE_FUNC);
		else if (u->parent && u->parent->twin &&
			 unit_replaced(b->vs, u->parent->twin))
			add_replace(b, u, u->twin, KSPLICE_REPLACE_RANGE);
		else if (is_old_code(u))
			add_replace(b, u, NULL, KSPLICE_REPLACE_RANGE);
	}
}

/* Constants in place */

/* Give a word the address that a reference of new contents means. */
static void fill_word(struct blob *b, const struct unit *c, const struct ref *r,
		      struct ksplice_f_word *f, struct place *own)
{
	struct unit *to, *old;

	if (ref_fate(b->vs, c, NULL, r, &to) == FATE_NEW) {
		*own = b->out->places[to->id];
		own->off += r->addend;
		f->flags = KSPLICE_WORD_OWN;
		return;
	}
	f->value = r->addend;
	old = fixup_unit(c, to);
	if (old) {
		f->sym = sym_of_unit(b, old);
		f->value -= sym_offset(old);
	} else {
		f->sym = sym_of_name(b, r->sym->name, 0, c->obj->target);
	}
}

static void add_constant(struct blob *b, const struct unit *c)
{
	word_vec words = {};
	const struct word *w;

	sym_of_unit(b, c->twin);	/* the core finds the constant by it */
	changed_words(b->vs->up, c, &words);
	vec_for_each(w, &words) {
		struct ksplice_f_word *f = vec_add(&b->words);
		struct place *own = vec_add(&b->own);

		f->unit = index_of(b, c->twin);
		f->offset = w->off;
		f->size = w->size;
		f->sym = KSPLICE_NONE;
		f->value = w->value;
		if (w->ref)
			fill_word(b, c, w->ref, f, own);
	}
	free(words.v);
}

/* In the order of the pre units. */
static void add_words(struct blob *b)
{
	u32 i;

	for (i = 0; i < b->units.n; i++)
		if (b->units.v[i]->twin && unit_in_place(b->vs, b->units.v[i]->twin))
			add_constant(b, b->units.v[i]->twin);
}

static void add_fixups(struct blob *b)
{
	struct out_fixup *o;

	vec_for_each(o, &b->out->fixups) {
		struct ksplice_f_fixup *f = vec_add(&b->fixups);

		f->type = o->type;
		f->addend = o->addend;
		f->target = o->target;
		if (o->unit) {
			f->sym = sym_of_unit(b, o->unit);
			f->addend -= sym_offset(o->unit);
		} else {
			f->sym = sym_of_name(b, o->name, o->flags, o->target);
		}
	}
}

static void add_hooks(struct blob *b)
{
	const struct hook *h;

	vec_for_each(h, &b->vs->hooks) {
		struct ksplice_f_hook *f = vec_add(&b->hooks);

		f->kind = h->kind;
		f->target = h->func->obj->target;
	}
}

static void add_supersedes(struct blob *b)
{
	const char **name;

	vec_for_each(name, &b->vs->up->supersedes)
		vec_add(&b->supersedes)->name = add_string(b, *name);
}

static void add_states(struct blob *b)
{
	const struct state *s;

	vec_for_each(s, &b->vs->up->states) {
		struct ksplice_f_state *f = vec_add(&b->states);

		f->name = add_string(b, s->name);
		f->version = s->version;
	}
}

/* Layout */

static struct ksplice_f_table put(struct buf *out, const void *data, u32 n,
				  u32 size)
{
	struct ksplice_f_table t;

	buf_align(out, 8, 0);
	t.off = out->n;
	t.n = n;
	buf_add(out, data, n * size);
	return t;
}

#define PUT(out, vec)	put(out, (vec).v, (vec).n, sizeof(*(vec).v))

static void point(struct blob *b, u32 idx, u32 off, u32 sec, u32 to)
{
	struct out_reloc *r = vec_add(&b->out->secs.v[idx].relocs);

	r->off = off;
	r->type = R_X86_64_64;
	r->sec = sec;
	r->addend = to;
}

static void point_all(struct blob *b, u32 idx, const struct ksplice_f_header *h)
{
	u32 i;

	for (i = 0; i < b->replaces.n; i++)
		if (b->new_funcs.v[i])
			point(b, idx, h->replaces.off +
			      i * sizeof(struct ksplice_f_replace) +
			      offsetof(struct ksplice_f_replace, addr),
			      b->out->places[b->new_funcs.v[i]->id].sec,
			      b->out->places[b->new_funcs.v[i]->id].off);
	for (i = 0; i < b->words.n; i++)
		if (b->own.v[i].sec)
			point(b, idx, h->words.off + i * sizeof(struct ksplice_f_word) +
			      offsetof(struct ksplice_f_word, value),
			      b->own.v[i].sec, b->own.v[i].off);
	for (i = 0; i < b->fixups.n; i++)
		point(b, idx, h->fixups.off +
		      i * sizeof(struct ksplice_f_fixup) +
		      offsetof(struct ksplice_f_fixup, place),
		      b->out->fixups.v[i].sec, b->out->fixups.v[i].off);
	for (i = 0; i < b->hooks.n; i++)
		point(b, idx, h->hooks.off + i * sizeof(struct ksplice_f_hook) +
		      offsetof(struct ksplice_f_hook, addr),
		      b->out->places[b->vs->hooks.v[i].func->id].sec,
		      b->out->places[b->vs->hooks.v[i].func->id].off);
}

static void add_targets(struct blob *b)
{
	const struct target *t;

	vec_for_each(t, &b->vs->up->targets)
		vec_add(&b->targets)->name = add_string(b, t->name);
}

/* Don't write a blob that the core would reject.  One that is too large is no bug. */
static void check_blob(const struct buf *o)
{
	char why[400];
	int ret = blob_check(o->v, o->n, why, sizeof(why));

	if (ret == -EFBIG) {
		warn("%s", why);
		exit(EXIT_REFUSED);
	}
	if (ret)
		die("the update that was made is not valid (%s): please report this, with the objects",
		    why);
}

static void lay_out(struct blob *b)
{
	struct ksplice_f_header h = {};
	struct out_sec *s = vec_add(&b->out->secs);
	struct out_sym *sym = vec_add(&b->out->syms);
	struct buf o = {};

	h.name = add_string(b, b->vs->up->name);
	h.release = add_string(b, b->vs->up->release);
	h.description = add_string(b, b->vs->up->description);
	h.fixes = add_string(b, b->vs->up->fixes);
	buf_add(&o, NULL, sizeof(h));
	h.targets = PUT(&o, b->targets);
	h.units = PUT(&o, b->funits);
	h.syms = PUT(&o, b->syms);
	h.relocs = PUT(&o, b->relocs);
	h.sites = PUT(&o, b->sites);
	h.entries = PUT(&o, b->entries);
	h.replaces = PUT(&o, b->replaces);
	h.words = PUT(&o, b->words);
	h.fixups = PUT(&o, b->fixups);
	h.hooks = PUT(&o, b->hooks);
	h.supersedes = PUT(&o, b->supersedes);
	h.states = PUT(&o, b->states);
	h.strings = put(&o, b->strings.v, b->strings.n, 1);
	h.bytes = put(&o, b->bytes.v, b->bytes.n, 1);
	buf_align(&o, 8, 0);
	h.flags = b->vs->stays ? KSPLICE_UPDATE_STAYS : 0;
	h.magic = KSPLICE_MAGIC;
	h.format = KSPLICE_FORMAT;
	h.header_size = sizeof(h);
	h.size = o.n;
	memcpy(o.v, &h, sizeof(h));
	h.checksum = crc32(0, o.v, o.n);
	memcpy(o.v, &h, sizeof(h));

	check_blob(&o);
	s->name = KSPLICE_SECTION;
	s->type = SHT_PROGBITS;
	s->flags = SHF_ALLOC;
	s->align = 8;
	s->data = o;
	sym->name = KSPLICE_SYMBOL;
	sym->sec = b->out->secs.n - 1;
	sym->size = o.n;
	sym->type = STT_OBJECT;
	point_all(b, b->out->secs.n - 1, &h);
}

/**
 * blob_build() - add the blob's section to the update
 * @out:	the output, all units placed and all fixups known
 */
void blob_build(struct out *out)
{
	struct blob b = { .vs = out->vs, .out = out };
	struct tu *tu;
	u32 i;

	b.index = xzalloc(out->vs->up->nunits * sizeof(*b.index));
	buf_add(&b.strings, "", 1);
	collect_units(&b);
	for (i = 0; i < b.units.n; i++)
		fill_unit(&b, b.units.v[i]);
	vec_for_each(tu, &out->vs->up->tus)
		if (tu->pre)
			add_replaces(&b, tu->pre);
	add_words(&b);
	add_fixups(&b);
	add_hooks(&b);
	add_supersedes(&b);
	add_states(&b);
	add_targets(&b);
	lay_out(&b);
	free(b.index);
}
