// SPDX-License-Identifier: GPL-2.0
/*
 * Reader of the on-disk format.
 *
 * The data read here came with a module.  The tool that made it may have bugs, and the
 * disk may have corrupted it.  Every offset and index is checked once, so that the rest
 * of the core can use them without further checks.  The cost is linear in the size
 * of the blob.
 */
#include <linux/crc32.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>
#include "arch.h"
#include "format.h"

/* Far above the size of any sane update, and small enough that sums don't overflow */
#define KSPLICE_BLOB_MAX	(256U << 20)

#define KSPLICE_SYM_FLAGS						\
	(KSPLICE_SYM_LOCAL | KSPLICE_SYM_FUNC | KSPLICE_SYM_WEAK |	\
	 KSPLICE_SYM_PERCPU | KSPLICE_SYM_RT_PTR | KSPLICE_SYM_RT_SHIFT | \
	 KSPLICE_SYM_EXPORTED | KSPLICE_SYM_ANON)

/* State of one check */
struct ksplice_checker {
	struct ksplice_view *v;
	struct ksplice_error *err;
	size_t size;
};

/* Says what is wrong with entry @i of @table. */
static __printf(4, 5) int format_bad(struct ksplice_checker *c, const char *table,
				     u32 i, const char *fmt, ...)
{
	char what[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(c->err->text, sizeof(c->err->text),
		 "the update is damaged: %s %u: %s; build it again",
		 table, i, what);
	return -EINVAL;
}

static bool format_range_ok(u32 first, u32 n, u32 limit)
{
	return first <= limit && n <= limit - first;
}

static int format_check_table(struct ksplice_checker *c, const char *name,
			      const struct ksplice_f_table *t, size_t entry)
{
	u64 end = t->off + (u64)t->n * entry;

	if (t->off % 8 || t->off < sizeof(struct ksplice_f_header) ||
	    end > c->size) {
		snprintf(c->err->text, sizeof(c->err->text),
			 "the update is damaged: table of %s: %u entries at offset %u do not lie in its %zu bytes; build it again",
			 name, t->n, t->off, c->size);
		return -EINVAL;
	}
	return 0;
}

static int format_check_tables(struct ksplice_checker *c)
{
	const struct ksplice_f_header *h = c->v->hdr;
	const struct {
		const char *name;
		const struct ksplice_f_table *table;
		size_t entry;
	} all[] = {
		{ "targets", &h->targets, sizeof(struct ksplice_f_target) },
		{ "units", &h->units, sizeof(struct ksplice_f_unit) },
		{ "syms", &h->syms, sizeof(struct ksplice_f_sym) },
		{ "relocs", &h->relocs, sizeof(struct ksplice_f_reloc) },
		{ "sites", &h->sites, sizeof(struct ksplice_f_site) },
		{ "entries", &h->entries, sizeof(struct ksplice_f_entry) },
		{ "replaces", &h->replaces, sizeof(struct ksplice_f_replace) },
		{ "words", &h->words, sizeof(struct ksplice_f_word) },
		{ "fixups", &h->fixups, sizeof(struct ksplice_f_fixup) },
		{ "hooks", &h->hooks, sizeof(struct ksplice_f_hook) },
		{ "supersedes", &h->supersedes,
		  sizeof(struct ksplice_f_supersede) },
		{ "states", &h->states, sizeof(struct ksplice_f_state) },
		{ "strings", &h->strings, 1 },
		{ "bytes", &h->bytes, 1 },
	};
	int ret;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		ret = format_check_table(c, all[i].name, all[i].table, all[i].entry);
		if (ret)
			return ret;
	}
	return 0;
}

static void format_set_pointers(struct ksplice_view *v)
{
	const void *blob = v->hdr;

	v->targets = blob + v->hdr->targets.off;
	v->units = blob + v->hdr->units.off;
	v->syms = blob + v->hdr->syms.off;
	v->relocs = blob + v->hdr->relocs.off;
	v->sites = blob + v->hdr->sites.off;
	v->entries = blob + v->hdr->entries.off;
	v->replaces = blob + v->hdr->replaces.off;
	v->words = blob + v->hdr->words.off;
	v->fixups = blob + v->hdr->fixups.off;
	v->hooks = blob + v->hdr->hooks.off;
	v->supersedes = blob + v->hdr->supersedes.off;
	v->states = blob + v->hdr->states.off;
	v->strings = blob + v->hdr->strings.off;
	v->bytes = blob + v->hdr->bytes.off;
}

/* Is this an update at all, and one of our format? */
static int format_check_identity(struct ksplice_checker *c)
{
	const struct ksplice_f_header *h = c->v->hdr;

	if (c->size < offsetof(struct ksplice_f_header, name) ||
	    h->magic != KSPLICE_MAGIC) {
		snprintf(c->err->text, sizeof(c->err->text),
			 "this is not a hot update: its section %s does not begin with the mark of one",
			 KSPLICE_SECTION);
		return -ENOEXEC;
	}
	if (h->format != KSPLICE_FORMAT) {
		snprintf(c->err->text, sizeof(c->err->text),
			 "the update has format %u, this ksplice reads format %u; build it again with the tools of this ksplice",
			 h->format, KSPLICE_FORMAT);
		return -EPROTO;
	}
	if (c->size < sizeof(*h) || h->size > c->size) {
		snprintf(c->err->text, sizeof(c->err->text),
			 "the update is truncated: %zu bytes are left of %u; copy or build it again",
			 c->size, c->size < sizeof(*h) ? (u32)sizeof(*h) :
							 h->size);
		return -ENOEXEC;
	}
	if (h->header_size != sizeof(*h) || h->flags & ~KSPLICE_UPDATE_FLAGS) {
		snprintf(c->err->text, sizeof(c->err->text),
			 "the update has a header of %u bytes with flags %#x, this ksplice knows %zu bytes and flags %#x; build it again with the tools of this ksplice",
			 h->header_size, h->flags, sizeof(*h),
			 KSPLICE_UPDATE_FLAGS);
		return -EPROTO;
	}
	return 0;
}

static int format_check_strings(struct ksplice_checker *c)
{
	u32 n = c->v->hdr->strings.n;

	if (!n || c->v->strings[0] || c->v->strings[n - 1])
		return format_bad(c, "table", 12,
				  "the strings do not begin and end with a 0 byte");
	return 0;
}

static bool format_str_ok(const struct ksplice_view *v, u32 off)
{
	return off < v->hdr->strings.n;
}

static bool format_str_given(const struct ksplice_view *v, u32 off)
{
	return format_str_ok(v, off) && *ksplice_str(v, off);
}

/* The name becomes that of a directory in sysfs. */
static bool format_name_ok(const char *name)
{
	const char *p;

	for (p = name; *p; p++) {
		bool alnum = (*p >= 'a' && *p <= 'z') ||
			     (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9');

		if (!alnum && (p == name || !strchr("_-.+", *p)))
			return false;
	}
	return p != name && p - name <= KSPLICE_NAME_MAX;
}

/* Must be lines of letters, digits and '-', since sysfs shows them as they are. */
static bool format_fixes_ok(const char *fixes)
{
	const char *p, *line = fixes;

	for (p = fixes; *p; p++) {
		bool alnum = (*p >= 'a' && *p <= 'z') ||
			     (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9');

		if (*p == '\n' && p != line)
			line = p + 1;
		else if (!alnum && *p != '-')
			return false;
	}
	return p == line && p - fixes <= KSPLICE_FIXES_MAX;
}

static int format_check_header_strings(struct ksplice_checker *c)
{
	const struct ksplice_f_header *h = c->v->hdr;

	if (!format_str_ok(c->v, h->name) || !format_name_ok(ksplice_str(c->v, h->name)))
		return format_bad(c, "header", 0,
				  "its name is not 1 to %d letters, digits, or _-.+",
				  KSPLICE_NAME_MAX);
	if (!format_str_given(c->v, h->release))
		return format_bad(c, "header", 0, "it names no kernel release");
	if (!format_str_ok(c->v, h->description))
		return format_bad(c, "header", 0, "its description is no string");
	if (!format_str_ok(c->v, h->fixes) || !format_fixes_ok(ksplice_str(c->v, h->fixes)))
		return format_bad(c, "header", 0,
				  "what it fixes is not lines of letters, digits or -, at most %d bytes",
				  KSPLICE_FIXES_MAX);
	return 0;
}

/*
 * Limits the tables whose entries are compared pairwise, and sites: matching one takes
 * up to some thousand instructions.
 */
static int format_check_limits(struct ksplice_checker *c)
{
	const struct ksplice_f_header *h = c->v->hdr;
	const struct {
		const char *what;
		u32 n;
		u32 max;
	} all[] = {
		{ "targets", h->targets.n, KSPLICE_TARGETS_MAX },
		{ "sites", h->sites.n, KSPLICE_SITES_MAX },
		{ "superseded updates", h->supersedes.n, KSPLICE_SUPERSEDES_MAX },
		{ "states", h->states.n, KSPLICE_STATES_MAX },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		if (all[i].n <= all[i].max)
			continue;
		snprintf(c->err->text, sizeof(c->err->text),
			 "the update has %u %s, at most %u are possible; make several smaller updates",
			 all[i].n, all[i].what, all[i].max);
		return -EFBIG;
	}
	return 0;
}

static bool format_target_before(const struct ksplice_view *v, u32 i)
{
	const char *name = ksplice_str(v, v->targets[i].name);
	u32 k;

	for (k = 0; k < i; k++)
		if (!strcmp(ksplice_str(v, v->targets[k].name), name))
			return true;
	return false;
}

static bool format_is_attribute(const char *name)
{
#define ATTRIBUTE_NAME(attr)	#attr,
	static const char * const names[] = { KSPLICE_ATTRIBUTES(ATTRIBUTE_NAME) };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static int format_check_targets(struct ksplice_checker *c)
{
	const struct ksplice_view *v = c->v;
	u32 i;

	for (i = 0; i < v->hdr->targets.n; i++) {
		if (!format_str_ok(v, v->targets[i].name) ||
		    !format_name_ok(ksplice_str(v, v->targets[i].name)))
			return format_bad(c, "target", i,
					  "its name is not 1 to %d letters, digits, or _-.+",
					  KSPLICE_NAME_MAX);
		if (format_is_attribute(ksplice_str(v, v->targets[i].name)))
			return format_bad(c, "target", i,
					  "%s is the name of a file of each update in sysfs",
					  ksplice_str(v, v->targets[i].name));
		if (format_target_before(v, i))
			return format_bad(c, "target", i, "%s is there twice",
					  ksplice_str(v, v->targets[i].name));
		if (v->targets[i].flags)
			return format_bad(c, "target", i, "unknown flags %#x",
					  v->targets[i].flags);
		if (i && !strcmp(ksplice_str(v, v->targets[i].name), "vmlinux"))
			return format_bad(c, "target", i,
					  "vmlinux does not stand first");
	}
	if (!v->hdr->targets.n)
		return format_bad(c, "table", 0, "it changes no object");
	return 0;
}

static int format_check_sym(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_view *v = c->v;
	const struct ksplice_f_sym *s = &v->syms[i];

	if (!format_str_ok(v, s->name))
		return format_bad(c, "symbol", i, "its name is no string");
	if (!format_str_ok(v, s->module))
		return format_bad(c, "symbol", i, "the name of its module is no string");
	if (s->flags & ~KSPLICE_SYM_FLAGS)
		return format_bad(c, "symbol", i, "unknown flags %#x", s->flags);
	if (!(s->flags & KSPLICE_SYM_ANON) && !*ksplice_str(v, s->name))
		return format_bad(c, "symbol", i, "it has no name");
	if (s->target != KSPLICE_NONE && s->target >= v->hdr->targets.n)
		return format_bad(c, "symbol", i, "there is no target %u", s->target);
	if (s->unit == KSPLICE_NONE)
		return 0;
	if (s->unit >= v->hdr->units.n)
		return format_bad(c, "symbol", i, "there is no unit %u", s->unit);
	if (s->offset > v->units[s->unit].size)
		return format_bad(c, "symbol", i,
				  "offset %#x is outside its unit of %#x bytes",
				  s->offset, v->units[s->unit].size);
	return 0;
}

/* __pa_symbol(x) is x + 2 GB; no compiler goes further. */
static bool format_in_reach(s64 addend)
{
	return addend >= -(1LL << 32) && addend <= 1LL << 32;
}

static int format_check_reloc(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_f_reloc *r = &c->v->relocs[i];

	if (!arch_ksplice_field_size(r->type) ||
	    r->type == KSPLICE_R_RT_PTR || r->type == KSPLICE_R_RT_SHIFT)
		return format_bad(c, "relocation", i, "unknown type %u", r->type);
	if (r->sym >= c->v->hdr->syms.n)
		return format_bad(c, "relocation", i, "there is no symbol %u", r->sym);
	if (r->pad)
		return format_bad(c, "relocation", i, "unknown flags %#x", r->pad);
	if (!format_in_reach(r->addend))
		return format_bad(c, "relocation", i, "addend %lld is out of reach",
				  (long long)r->addend);
	return 0;
}

/* Is it a static symbol of another file than that of @u?  No compiler refers to one. */
static bool format_is_foreign(const struct ksplice_view *v,
			      const struct ksplice_f_unit *u, u32 sym)
{
	const struct ksplice_f_sym *s = &v->syms[sym];

	return (s->flags & (KSPLICE_SYM_LOCAL | KSPLICE_SYM_ANON)) ==
	       KSPLICE_SYM_LOCAL && s->unit != KSPLICE_NONE &&
	       v->units[s->unit].tu != u->tu;
}

/* The fields of @u, or of a site in it, have to be in @size bytes, in ascending order. */
static int format_check_fields(struct ksplice_checker *c, const char *what, u32 i,
			       const struct ksplice_f_unit *u, u32 first, u32 n,
			       u32 size)
{
	u32 end = 0, k, width;

	if (!format_range_ok(first, n, c->v->hdr->relocs.n))
		return format_bad(c, what, i, "there are no relocations %u+%u",
				  first, n);
	for (k = first; k < first + n; k++) {
		const struct ksplice_f_reloc *r = &c->v->relocs[k];

		width = arch_ksplice_field_size(r->type);
		if (r->offset < end || !format_range_ok(r->offset, width, size))
			return format_bad(c, what, i,
					  "relocation %u at %#x overlaps another or the end of %#x bytes",
					  k, r->offset, size);
		if (format_is_foreign(c->v, u, r->sym))
			return format_bad(c, what, i,
					  "relocation %u refers to a static of another file",
					  k);
		end = r->offset + width;
	}
	return 0;
}

static int format_check_contents(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_view *v = c->v;
	const struct ksplice_f_unit *u = &v->units[i];
	const u8 *p, *end;

	if (u->kind == KSPLICE_UNIT_DATA || u->kind == KSPLICE_UNIT_PERCPU) {
		if (u->bytes != KSPLICE_NONE)
			return format_bad(c, "unit", i, "data comes with contents");
		return 0;
	}
	if (!u->size || !format_range_ok(u->bytes, u->size, v->hdr->bytes.n))
		return format_bad(c, "unit", i,
				  "its %u bytes at %u are not in the table of bytes",
				  u->size, u->bytes);
	if (u->kind != KSPLICE_UNIT_STRING)
		return 0;
	p = v->bytes + u->bytes;
	end = memchr(p, 0, u->size);
	if (end != p + u->size - 1)
		return format_bad(c, "unit", i, "it is not one string");
	return 0;
}

/*
 * Sites must be in ascending order, and must not overlap.  Only alternatives may begin
 * at the same byte, and may have other sites inside.
 */
static int format_check_site_order(struct ksplice_checker *c, u32 i,
				   const struct ksplice_f_unit *u)
{
	u32 alt = 0, alt_end = 0, last = 0, last_end = 0, alts = 0, k;

	for (k = u->sites; k < u->sites + u->nsites; k++) {
		const struct ksplice_f_site *s = &c->v->sites[k];
		u32 end = s->offset + s->len;
		bool ok;

		if (s->kind == KSPLICE_SITE_ALT) {
			ok = s->offset >= alt_end ||
			     (alt_end && s->offset == alt);
			ok = ok && (s->offset >= last_end ||
				    (s->offset == last && end >= last_end));
			alts = s->offset == alt && alt_end ? alts + 1 : 1;
			if (alts > KSPLICE_ALTS_MAX)
				return format_bad(c, "unit", i,
						  "more than %u alternatives begin at %#x",
						  KSPLICE_ALTS_MAX, s->offset);
			if (s->offset != alt || end > alt_end)
				alt_end = end;
			alt = s->offset;
		} else {
			ok = s->offset >= last_end &&
			     (s->offset >= alt_end || end <= alt_end);
			last = s->offset;
			last_end = end;
		}
		if (!ok || s->offset < alt)
			return format_bad(c, "unit", i,
					  "site %u at %#x overlaps another", k,
					  s->offset);
	}
	return 0;
}

/* No field may be half inside a site. */
static int format_check_site_fields(struct ksplice_checker *c, u32 i,
				    const struct ksplice_f_unit *u)
{
	const struct ksplice_f_reloc *r = &c->v->relocs[u->relocs];
	u32 k, n = 0;

	for (k = u->sites; k < u->sites + u->nsites; k++) {
		const struct ksplice_f_site *s = &c->v->sites[k];
		u32 edge[2] = { s->offset, s->offset + s->len }, e, m;

		while (n < u->nrelocs && r[n].offset + 8 < s->offset)
			n++;
		for (m = n; m < u->nrelocs && r[m].offset < edge[1]; m++) {
			e = r[m].offset + arch_ksplice_field_size(r[m].type);
			if ((r[m].offset < edge[0] && e > edge[0]) ||
			    e > edge[1])
				return format_bad(c, "unit", i,
						  "a relocated field at %#x is cut by site %u",
						  r[m].offset, k);
		}
	}
	return 0;
}

static int format_check_site(struct ksplice_checker *c,
			     const struct ksplice_f_unit *u, u32 k)
{
	const struct ksplice_f_site *s = &c->v->sites[k];
	const char *why;

	if (!s->len || !format_range_ok(s->offset, s->len, u->size))
		return format_bad(c, "site", k, "%u bytes at %#x are not in its unit",
				  s->len, s->offset);
	if (s->pad)
		return format_bad(c, "site", k, "unknown flags %#x", s->pad);
	if (!format_range_ok(s->reloc, s->nreloc, c->v->hdr->relocs.n))
		return format_bad(c, "site", k, "there are no relocations %u+%u",
				  s->reloc, s->nreloc);
	why = arch_ksplice_check_site(c->v, u, s);
	if (why)
		return format_bad(c, "site", k, "%s: %s",
				  arch_ksplice_site_name(s->kind), why);
	if (s->kind == KSPLICE_SITE_ALT)
		return format_check_fields(c, "site", k, u, s->reloc, s->nreloc,
					   s->arglen);
	return 0;
}

static int format_check_sites(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_f_unit *u = &c->v->units[i];
	int ret;
	u32 k;

	if (!format_range_ok(u->sites, u->nsites, c->v->hdr->sites.n))
		return format_bad(c, "unit", i, "there are no sites %u+%u",
				  u->sites, u->nsites);
	if (u->nsites && u->kind != KSPLICE_UNIT_TEXT)
		return format_bad(c, "unit", i, "it is not code and has sites");
	for (k = u->sites; k < u->sites + u->nsites; k++) {
		ret = format_check_site(c, u, k);
		if (ret)
			return ret;
	}
	ret = format_check_site_order(c, i, u);
	return ret ? ret : format_check_site_fields(c, i, u);
}

/* How many things an entry of a kind refers to; -1: there is no such kind */
static int format_entry_refs(u32 kind)
{
	switch (kind) {
	case KSPLICE_ENTRY_JUMP_LABEL:
		return 2;
	case KSPLICE_ENTRY_STATIC_CALL:
	case KSPLICE_ENTRY_EXCEPTION:
		return 1;
	case KSPLICE_ENTRY_BUG:
		return 0;
	}
	return -1;
}

static int format_check_entry(struct ksplice_checker *c,
			      const struct ksplice_f_unit *u, u32 k)
{
	const struct ksplice_f_entry *e = &c->v->entries[k];
	int refs = format_entry_refs(e->kind);
	u32 i;

	if (refs < 0)
		return format_bad(c, "entry", k, "unknown kind %u", e->kind);
	if (e->offset >= u->size)
		return format_bad(c, "entry", k, "its place %#x is not in its unit",
				  e->offset);
	if (k > u->entries && e->offset < e[-1].offset)
		return format_bad(c, "entry", k, "%#x comes after %#x", e->offset,
				  e[-1].offset);
	if (e->nreloc != refs || !format_range_ok(e->reloc, e->nreloc,
						  c->v->hdr->relocs.n))
		return format_bad(c, "entry", k, "there are no relocations %u+%u for it",
				  e->reloc, e->nreloc);
	for (i = e->reloc; i < e->reloc + e->nreloc; i++) {
		const struct ksplice_f_reloc *r = &c->v->relocs[i];

		if (r->offset || !arch_ksplice_is_address(r->type))
			return format_bad(c, "entry", k, "relocation %u is no address",
					  i);
		if (format_is_foreign(c->v, u, r->sym))
			return format_bad(c, "entry", k,
					  "relocation %u refers to a static of another file",
					  i);
	}
	return 0;
}

static int format_check_entries(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_f_unit *u = &c->v->units[i];
	int ret = 0;
	u32 k;

	if (!format_range_ok(u->entries, u->nentries, c->v->hdr->entries.n))
		return format_bad(c, "unit", i, "there are no entries %u+%u",
				  u->entries, u->nentries);
	if (u->nentries && u->kind != KSPLICE_UNIT_TEXT)
		return format_bad(c, "unit", i, "it is not code and has entries");
	for (k = u->entries; k < u->entries + u->nentries && !ret; k++)
		ret = format_check_entry(c, u, k);
	return ret;
}

static int format_check_unit(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_view *v = c->v;
	const struct ksplice_f_unit *u = &v->units[i];
	int ret;

	if (!format_str_ok(v, u->name) || !format_str_ok(v, u->source))
		return format_bad(c, "unit", i, "its name or source is no string");
	if (u->target >= v->hdr->targets.n)
		return format_bad(c, "unit", i, "there is no target %u", u->target);
	if (u->kind < KSPLICE_UNIT_TEXT || u->kind > KSPLICE_UNIT_PERCPU)
		return format_bad(c, "unit", i, "unknown kind %u", u->kind);
	if (u->flags & ~KSPLICE_UNIT_REPLACED ||
	    (u->flags && u->kind != KSPLICE_UNIT_TEXT))
		return format_bad(c, "unit", i, "flags %#x with kind %u", u->flags,
				  u->kind);
	if (!u->align || u->align & (u->align - 1))
		return format_bad(c, "unit", i, "alignment %u", u->align);
	if (u->parent != KSPLICE_NONE && u->parent >= v->hdr->units.n)
		return format_bad(c, "unit", i, "there is no unit %u", u->parent);
	ret = format_check_contents(c, i);
	if (!ret)
		ret = format_check_fields(c, "unit", i, u, u->relocs, u->nrelocs,
					  u->size);
	if (!ret)
		ret = format_check_sites(c, i);
	return ret ? ret : format_check_entries(c, i);
}

/* Limits the sums: units that share table entries could make the matcher slow. */
static int format_check_sums(struct ksplice_checker *c, u32 i, u64 *sums)
{
	const struct ksplice_f_header *h = c->v->hdr;
	const struct ksplice_f_unit *u = &c->v->units[i];
	u32 k;

	if (u->bytes != KSPLICE_NONE)
		sums[0] += u->size;
	sums[1] += u->nrelocs;
	sums[2] += u->nsites;
	for (k = u->sites; k < u->sites + u->nsites; k++)
		sums[1] += c->v->sites[k].nreloc;
	sums[3] += u->nentries;
	for (k = u->entries; k < u->entries + u->nentries; k++)
		sums[1] += c->v->entries[k].nreloc;
	if (sums[0] > KSPLICE_BLOB_MAX || sums[1] > h->relocs.n ||
	    sums[2] > h->sites.n || sums[3] > h->entries.n)
		return format_bad(c, "unit", i,
				  "units share contents, relocations, sites or entries");
	return 0;
}

static int format_check_units(struct ksplice_checker *c)
{
	u64 sums[4] = { 0 };
	int ret;
	u32 i;

	for (i = 0; i < c->v->hdr->units.n; i++) {
		ret = format_check_unit(c, i);
		if (!ret)
			ret = format_check_sums(c, i, sums);
		if (ret)
			return ret;
	}
	return 0;
}

static int format_check_replace(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_view *v = c->v;
	const struct ksplice_f_replace *r = &v->replaces[i];
	const struct ksplice_f_unit *u;

	if (!format_str_given(v, r->name))
		return format_bad(c, "replacement", i, "it has no name");
	if (r->unit >= v->hdr->units.n)
		return format_bad(c, "replacement", i, "there is no unit %u", r->unit);
	u = &v->units[r->unit];
	if (u->kind != KSPLICE_UNIT_TEXT ||
	    (r->kind == KSPLICE_REPLACE_FUNC &&
	     !(u->flags & KSPLICE_UNIT_REPLACED)))
		return format_bad(c, "replacement", i,
				  "unit %u is not code that is replaced", r->unit);
	if (!r->size || !format_range_ok(r->offset, r->size, u->size))
		return format_bad(c, "replacement", i,
				  "%u bytes at %#x are not in its unit", r->size,
				  r->offset);
	if (r->kind == KSPLICE_REPLACE_FUNC)
		return 0;
	if (r->kind != KSPLICE_REPLACE_RANGE || r->addr)
		return format_bad(c, "replacement", i, "kind %u with a new address",
				  r->kind);
	return 0;
}

/* Does it stand in the contents of a constant, so that one store writes it? */
static int format_check_word_place(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_view *v = c->v;
	const struct ksplice_f_word *w = &v->words[i];
	const struct ksplice_f_unit *u;

	if (w->unit >= v->hdr->units.n)
		return format_bad(c, "word", i, "there is no unit %u", w->unit);
	u = &v->units[w->unit];
	if (u->kind != KSPLICE_UNIT_RODATA)
		return format_bad(c, "word", i, "unit %u is no constant", w->unit);
	if (w->size != 1 && w->size != 2 && w->size != 4 && w->size != 8)
		return format_bad(c, "word", i, "it has %u bytes", w->size);
	if (w->offset % w->size || w->size > u->align)
		return format_bad(c, "word", i,
				  "%u bytes at %#x of a unit aligned to %u are not aligned",
				  w->size, w->offset, u->align);
	if (!format_range_ok(w->offset, w->size, u->size))
		return format_bad(c, "word", i, "%u bytes at %#x are not in its unit",
				  w->size, w->offset);
	if (i && (w->unit < w[-1].unit ||
		  (w->unit == w[-1].unit &&
		   w->offset < w[-1].offset + w[-1].size)))
		return format_bad(c, "word", i,
				  "%#x of unit %u comes before the end of the one before",
				  w->offset, w->unit);
	return 0;
}

static int format_check_word_value(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_view *v = c->v;
	const struct ksplice_f_word *w = &v->words[i];
	bool is_sym = w->sym != KSPLICE_NONE;

	if (w->flags & ~KSPLICE_WORD_OWN || w->pad)
		return format_bad(c, "word", i, "unknown flags %#x %#x", w->flags,
				  w->pad);
	if (is_sym && w->sym >= v->hdr->syms.n)
		return format_bad(c, "word", i, "there is no symbol %u", w->sym);
	if (is_sym && (w->flags || v->syms[w->sym].flags &
				   (KSPLICE_SYM_RT_PTR | KSPLICE_SYM_RT_SHIFT)))
		return format_bad(c, "word", i,
				  "flags %#x do not fit symbol %u with flags %#x",
				  w->flags, w->sym, v->syms[w->sym].flags);
	if ((is_sym || w->flags) && w->size != 8)
		return format_bad(c, "word", i, "an address of %u bytes", w->size);
	if (is_sym && !format_in_reach(w->value))
		return format_bad(c, "word", i, "addend %lld is out of reach",
				  (long long)w->value);
	if (w->size < 8 && w->value >> 8 * w->size)
		return format_bad(c, "word", i, "%#llx does not fit into %u bytes",
				  (unsigned long long)w->value, w->size);
	return 0;
}

/*
 * A word has the whole of a relocated field, or nothing of it.  Words and fields are in
 * ascending order; *@field is the first one that may reach into the word.
 */
static int format_check_word_fields(struct ksplice_checker *c, u32 i, u32 *field)
{
	const struct ksplice_f_word *w = &c->v->words[i];
	const struct ksplice_f_unit *u = &c->v->units[w->unit];
	const struct ksplice_f_reloc *r = &c->v->relocs[u->relocs];
	u32 end = w->offset + w->size, to;

	if (!i || w->unit != w[-1].unit)
		*field = 0;
	for (; *field < u->nrelocs && r[*field].offset < end; (*field)++) {
		to = r[*field].offset + arch_ksplice_field_size(r[*field].type);
		if (to <= w->offset)
			continue;
		if (r[*field].offset < w->offset || to > end)
			return format_bad(c, "word", i,
					  "it cuts the relocated field at %#x",
					  r[*field].offset);
	}
	return 0;
}

static int format_check_words(struct ksplice_checker *c)
{
	u32 i, field = 0;
	int ret;

	for (i = 0; i < c->v->hdr->words.n; i++) {
		ret = format_check_word_place(c, i);
		if (!ret)
			ret = format_check_word_value(c, i);
		if (!ret)
			ret = format_check_word_fields(c, i, &field);
		if (ret)
			return ret;
	}
	return 0;
}

static int format_check_fixup(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_f_fixup *f = &c->v->fixups[i];
	const struct ksplice_f_sym *s;
	u32 want = 0;

	if (f->sym >= c->v->hdr->syms.n)
		return format_bad(c, "fixup", i, "there is no symbol %u", f->sym);
	if (!format_in_reach(f->addend))
		return format_bad(c, "fixup", i, "addend %lld is out of reach",
				  (long long)f->addend);
	if (f->target >= c->v->hdr->targets.n)
		return format_bad(c, "fixup", i, "there is no target %u", f->target);
	if (f->pad)
		return format_bad(c, "fixup", i, "unknown flags %#x", f->pad);
	s = &c->v->syms[f->sym];
	if (f->type == KSPLICE_R_RT_PTR)
		want = KSPLICE_SYM_RT_PTR;
	else if (f->type == KSPLICE_R_RT_SHIFT)
		want = KSPLICE_SYM_RT_SHIFT;
	else if (!arch_ksplice_field_size(f->type))
		return format_bad(c, "fixup", i, "unknown type %u", f->type);
	if ((s->flags & (KSPLICE_SYM_RT_PTR | KSPLICE_SYM_RT_SHIFT)) != want)
		return format_bad(c, "fixup", i,
				  "type %u does not fit symbol %u with flags %#x",
				  f->type, f->sym, s->flags);
	return 0;
}

static int format_check_hook(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_f_hook *h = &c->v->hooks[i];

	if (h->kind >= KSPLICE_HOOK_KINDS)
		return format_bad(c, "hook", i, "unknown kind %u", h->kind);
	if (h->target >= c->v->hdr->targets.n)
		return format_bad(c, "hook", i, "there is no target %u", h->target);
	return 0;
}

static int format_check_supersede(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_view *v = c->v;
	const struct ksplice_f_supersede *s = &v->supersedes[i];

	if (!format_str_ok(v, s->name) || !format_name_ok(ksplice_str(v, s->name)))
		return format_bad(c, "superseded update", i,
				  "its name is not 1 to %d letters, digits, or _-.+",
				  KSPLICE_NAME_MAX);
	if (!strcmp(ksplice_str(v, s->name), ksplice_str(v, v->hdr->name)))
		return format_bad(c, "superseded update", i,
				  "%s is this update itself", ksplice_str(v, s->name));
	if (s->flags)
		return format_bad(c, "superseded update", i, "unknown flags %#x",
				  s->flags);
	return 0;
}

static int format_check_state(struct ksplice_checker *c, u32 i)
{
	const struct ksplice_view *v = c->v;
	const struct ksplice_f_state *s = &v->states[i];
	u32 k;

	if (!format_str_ok(v, s->name) || !format_name_ok(ksplice_str(v, s->name)))
		return format_bad(c, "state", i,
				  "its name is not 1 to %d letters, digits, or _-.+",
				  KSPLICE_NAME_MAX);
	if (!s->version)
		return format_bad(c, "state", i, "it has no version");
	for (k = 0; k < i; k++)
		if (!strcmp(ksplice_str(v, v->states[k].name),
			    ksplice_str(v, s->name)))
			return format_bad(c, "state", i, "%s is there twice",
					  ksplice_str(v, s->name));
	return 0;
}

/* Calls @check for each entry of a table. */
static int format_check_each(struct ksplice_checker *c, u32 n,
			     int (*check)(struct ksplice_checker *c, u32 i))
{
	int ret = 0;
	u32 i;

	for (i = 0; i < n && !ret; i++)
		ret = check(c, i);
	return ret;
}

static int format_check_all(struct ksplice_checker *c)
{
	const struct ksplice_f_header *h = c->v->hdr;
	int ret = format_check_strings(c);

	if (!ret)
		ret = format_check_header_strings(c);
	if (!ret)
		ret = format_check_limits(c);
	if (!ret)
		ret = format_check_targets(c);
	if (!ret)
		ret = format_check_each(c, h->syms.n, format_check_sym);
	if (!ret)
		ret = format_check_each(c, h->relocs.n, format_check_reloc);
	if (!ret)
		ret = format_check_units(c);
	if (!ret)
		ret = format_check_each(c, h->replaces.n, format_check_replace);
	if (!ret)
		ret = format_check_words(c);
	if (!ret)
		ret = format_check_each(c, h->fixups.n, format_check_fixup);
	if (!ret)
		ret = format_check_each(c, h->hooks.n, format_check_hook);
	if (!ret)
		ret = format_check_each(c, h->supersedes.n, format_check_supersede);
	if (!ret)
		ret = format_check_each(c, h->states.n, format_check_state);
	return ret;
}

/**
 * ksplice_view_init() - check a blob and make a view of it
 * @v:		the view
 * @blob:	start of the section KSPLICE_SECTION, aligned to 8 bytes
 * @size:	bytes there are
 * @err:	gets the reason, for people
 *
 * Addresses (fixup.place, replace.addr, hook.addr, word.value with KSPLICE_WORD_OWN) are not
 * checked: only the core knows the memory they have to be in.
 *
 * Return: 0; -ENOEXEC if this is no update or only the beginning of one;
 * -EPROTO if it was made for another version of the format; -EFBIG if it has too many
 * of something; -EINVAL if it contradicts itself, @err says in which table and entry.
 */
int ksplice_view_init(struct ksplice_view *v, const void *blob, size_t size,
		      struct ksplice_error *err)
{
	struct ksplice_checker c = { .v = v, .err = err, .size = size };
	int ret;

	memset(v, 0, sizeof(*v));
	err->text[0] = 0;
	v->hdr = blob;
	if ((unsigned long)blob % 8 || size > KSPLICE_BLOB_MAX) {
		snprintf(err->text, sizeof(err->text),
			 "section %s is not aligned to 8 bytes or larger than %u; build the update again",
			 KSPLICE_SECTION, KSPLICE_BLOB_MAX);
		return -EINVAL;
	}
	ret = format_check_identity(&c);
	if (ret)
		return ret;
	c.size = v->hdr->size;
	ret = format_check_tables(&c);
	if (ret)
		return ret;
	format_set_pointers(v);
	return format_check_all(&c);
}

/* Continues the checksum from @at to @to, and skips @skip bytes there as zeroes. */
static u32 format_sum_to(const void *blob, u32 crc, size_t *at, size_t to,
			 size_t skip)
{
	static const u8 zero[sizeof(u64)];

	crc = crc32_le(crc, blob + *at, to - *at);
	*at = to + skip;
	return crc32_le(crc, zero, skip);
}

/* Continues it over a table whose entries have an address at @field, to be skipped. */
static u32 format_sum_table(const struct ksplice_view *v, u32 crc, size_t *at,
			    const struct ksplice_f_table *t, size_t entry,
			    size_t field)
{
	u32 i;

	for (i = 0; i < t->n; i++)
		crc = format_sum_to(v->hdr, crc, at, t->off + i * entry + field,
				    sizeof(u64));
	return crc;
}

/* The same for words, some of which hold an address. */
static u32 format_sum_words(const struct ksplice_view *v, u32 crc, size_t *at)
{
	const struct ksplice_f_table *t = &v->hdr->words;
	u32 i;

	for (i = 0; i < t->n; i++)
		if (v->words[i].flags & KSPLICE_WORD_OWN)
			crc = format_sum_to(v->hdr, crc, at, t->off +
					    i * sizeof(*v->words) +
					    offsetof(struct ksplice_f_word, value),
					    sizeof(u64));
	return crc;
}

/**
 * ksplice_view_intact() - is a blob still what the tool wrote?
 * @v:		the view
 * @err:	gets the reason, for people
 *
 * Tables that make sense may still have changed: a flipped bit may result in other valid
 * tables.  The checksum finds accidents.  Module signatures are there for attacks.
 *
 * Return: 0, or -EINVAL.
 */
int ksplice_view_intact(const struct ksplice_view *v,
			struct ksplice_error *err)
{
	const struct ksplice_f_header *h = v->hdr;
	size_t at = 0;
	u32 crc;

	if (h->replaces.off + h->replaces.n * sizeof(*v->replaces) >
	    h->words.off ||
	    h->words.off + h->words.n * sizeof(*v->words) > h->fixups.off ||
	    h->fixups.off + h->fixups.n * sizeof(*v->fixups) > h->hooks.off) {
		snprintf(err->text, sizeof(err->text),
			 "the update is damaged: its tables stand in another order; build it again");
		return -EINVAL;
	}
	crc = format_sum_to(h, ~0U, &at, offsetof(struct ksplice_f_header, checksum),
			    sizeof(h->checksum));
	crc = format_sum_table(v, crc, &at, &h->replaces, sizeof(*v->replaces),
			       offsetof(struct ksplice_f_replace, addr));
	crc = format_sum_words(v, crc, &at);
	crc = format_sum_table(v, crc, &at, &h->fixups, sizeof(*v->fixups),
			       offsetof(struct ksplice_f_fixup, place));
	crc = format_sum_table(v, crc, &at, &h->hooks, sizeof(*v->hooks),
			       offsetof(struct ksplice_f_hook, addr));
	crc = ~format_sum_to(h, crc, &at, h->size, 0);
	if (crc == h->checksum)
		return 0;
	snprintf(err->text, sizeof(err->text),
		 "the update is damaged: its checksum is %#x and should be %#x; copy or build it again",
		 crc, h->checksum);
	return -EINVAL;
}
