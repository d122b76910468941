// SPDX-License-Identifier: GPL-2.0
/*
 * Debug information of the new code. It is that of other objects, which were compiled
 * from the patched source as it is: the post objects have the line numbers of the
 * unpatched source, for __LINE__. Taken is what describes included code, and it refers
 * to the update's sections; everything else has no address.
 *
 * What is read is DWARF 4, as the compiler and the assembler write it for one file of C.
 */
#include <stdlib.h>
#include <string.h>

#include "debug.h"

static const char * const known_sections[] = {
	".debug_info", ".debug_abbrev", ".debug_str", ".debug_line", ".debug_loc",
	".debug_ranges", ".debug_aranges", ".debug_frame",
};

/* The section of @obj that is in the place of @sec in another object. */
static const struct sec *same_section(const struct obj *obj, const struct sec *sec,
				      const struct obj *of)
{
	const struct sec *s;
	u32 rank = 0;

	vec_for_each(s, &of->secs) {
		if (s == sec)
			break;
		rank += !strcmp(s->name, sec->name);
	}
	vec_for_each(s, &obj->secs)
		if (!strcmp(s->name, sec->name) && !rank--)
			return s->sh.sh_size == sec->sh.sh_size ? s : NULL;
	return NULL;
}

static bool same_insn(const u8 *a, const u8 *b, u32 left, u32 *len)
{
	struct insn x, y;

	if (!insn_decode(&x, a, left) || !insn_decode(&y, b, left) || x.len != y.len ||
	    x.kind != y.kind || x.imm_off != y.imm_off || x.imm_len != y.imm_len)
		return false;
	*len = x.len;
	/* the line is a number in an instruction, no branch and no address */
	if (x.kind != INSN_OTHER || !x.imm_len)
		return !memcmp(a, b, x.len);
	return !memcmp(a, b, x.imm_off) &&
	       !memcmp(a + x.imm_off + x.imm_len, b + x.imm_off + x.imm_len,
		       x.len - x.imm_off - x.imm_len);
}

/* The same instructions, but for numbers that are a line? */
static bool same_but_lines(const struct unit *a, const struct unit *b)
{
	const u8 *x = unit_data(a), *y = unit_data(b);
	u32 at, len, i;

	if (a->size != b->size || a->pad != b->pad || a->refs.n != b->refs.n)
		return false;
	for (i = 0; i < a->refs.n; i++) {
		const struct ref *r = &a->refs.v[i], *s = &b->refs.v[i];

		if (r->off != s->off || r->type != s->type || r->addend != s->addend ||
		    !r->sym != !s->sym || (r->sym && strcmp(r->sym->name, s->sym->name)))
			return false;
	}
	if (!memcmp(x, y, a->size))
		return true;
	for (at = 0; at < a->size; at += len)
		if (!same_insn(x + at, y + at, a->size - at, &len))
			return false;
	return true;
}

static bool is_new_code(const struct out *out, const struct unit *u)
{
	return class_is_text(u->sec->cls) && unit_included(out->vs, u);
}

/* Has @tu->debug the code of @tu->post? Then *@any says whether any of it is included. */
static const char *compare_code(const struct out *out, const struct tu *tu, bool *any)
{
	const struct sec *s;
	struct unit **u, *d;

	*any = false;
	vec_for_each(u, &tu->post->units) {
		if (!is_new_code(out, *u))
			continue;
		s = same_section(tu->debug, (*u)->sec, tu->post);
		d = s ? sec_unit_at(s, (*u)->off) : NULL;
		if (!d || d->off != (*u)->off || !same_but_lines(*u, d))
			return (*u)->name;
		*any = true;
	}
	return NULL;
}

/* The sections of the post object, by those of the debug object */
static void find_twins(struct debug *d)
{
	const struct obj *obj = d->tu->debug;
	u32 i;

	d->twins = xzalloc(obj->secs.n * sizeof(*d->twins));
	for (i = 1; i < obj->secs.n; i++)
		if (obj->secs.v[i].cls != SC_NONE)
			d->twins[i] = same_section(d->tu->post, &obj->secs.v[i], obj);
}

/* The post unit that holds a place of @d->tu->debug, if it is included. */
static struct unit *included_at(const struct debug *d, const struct sec *sec, s64 off)
{
	const struct sec *s = d->twins[sec->idx];
	struct unit *u = s ? sec_unit_at(s, off) : NULL;

	return u && unit_included(d->out->vs, u) ? u : NULL;
}

/* Returns false for a place that is not in the update. */
static bool find_place(const struct debug *d, const struct sym *sym, s64 addend, u32 *sec,
		       s64 *off)
{
	s64 at = (s64)sym->value + addend;
	struct unit *u;

	if (!sym->sec || sym->sec->cls == SC_NONE)
		return false;
	u = included_at(d, sym->sec, at);
	/* the end of a function, such as the return address of its last call */
	if (!u && at > 0)
		u = included_at(d, sym->sec, at - 1);
	if (!u)
		return false;
	*sec = d->out->places[u->id].sec;
	*off = d->out->places[u->id].off + at - u->off;
	return *sec;
}

static u32 debug_section(struct out *out, const char *name)
{
	struct out_sec *s;
	u32 i;

	for (i = 1; i < out->secs.n; i++)
		if (!strcmp(out->secs.v[i].name, name))
			return i;
	s = vec_add(&out->secs);
	s->name = name;
	s->type = SHT_PROGBITS;
	s->align = 1;
	return out->secs.n - 1;
}

static void refer(struct out *out, u32 sec, u32 off, u32 type, u32 to, s64 addend)
{
	struct out_reloc *r = vec_add(&out->secs.v[sec].relocs);

	r->off = off;
	r->type = type;
	r->sec = to;
	r->addend = addend;
}

/* An address of 8 bytes; -1 where the update does not have the place, as linkers do. */
static bool refer_place(struct debug *d, u32 sec, u32 off, const struct sym *sym, s64 addend)
{
	s64 at;
	u32 to;

	if (find_place(d, sym, addend, &to, &at)) {
		memset(d->out->secs.v[sec].data.v + off, 0, 8);
		refer(d->out, sec, off, R_X86_64_64, to, at);
		return true;
	}
	memset(d->out->secs.v[sec].data.v + off, 0xff, 8);
	return false;
}

/* Each string is there once. */
static u32 intern(struct debug *d, const struct sec *str, u64 off)
{
	struct buf *b = &d->out->secs.v[debug_section(d->out, ".debug_str")].data;
	const char *s = (const char *)str->data + off;
	void *known;
	u32 at;

	if (off >= str->sh.sh_size || !memchr(s, 0, str->sh.sh_size - off))
		return 0;
	known = map_get(d->strings, s);
	if (known)
		return (uintptr_t)known - 1;
	at = buf_add(b, s, strlen(s) + 1);
	map_set(d->strings, s, (void *)(uintptr_t)(at + 1));
	return at;
}

/* An offset in another section of debug information */
static bool refer_debug(struct debug *d, u32 sec, u32 off, const struct sym *sym, s64 addend)
{
	u64 to = sym->value + addend;
	const char *name;

	if (!sym->sec || sym->sec->cls != SC_NONE || to > sym->sec->sh.sh_size)
		return false;
	name = sym->sec->name;
	if (!strcmp(name, ".debug_str"))
		to = intern(d, sym->sec, to);
	else if (!strcmp(name, ".debug_line"))
		to = lines_moved(d, to);
	else if (!strcmp(name, ".debug_info"))
		to += d->info;
	else if (!strcmp(name, ".debug_abbrev"))
		to += d->abbrev;
	else if (!strcmp(name, ".debug_loc"))
		to += d->loc;
	else if (!strcmp(name, ".debug_ranges"))
		to += d->ranges;
	else
		return false;
	memset(d->out->secs.v[sec].data.v + off, 0, 4);
	refer(d->out, sec, off, R_X86_64_32, debug_section(d->out, name), to);
	return true;
}

static const struct sec *find_debug(const struct obj *obj, const char *name)
{
	const struct sec *s;

	vec_for_each(s, &obj->secs)
		if (!strcmp(s->name, name) && s->data)
			return s;
	return NULL;
}

/* The relocation of a field; NULL: there is none. They are in ascending order. */
static const Elf64_Rela *rela_at(const struct sec *sec, u64 off)
{
	u32 lo = 0, hi = sec->nrela;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (sec->rela[mid].r_offset < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < sec->nrela && sec->rela[lo].r_offset == off ? &sec->rela[lo] : NULL;
}

/**
 * debug_sym() - the symbol of the relocation of a field
 * @obj:	the object
 * @sec:	its section
 * @off:	the field
 * @type:	R_X86_64_64 or R_X86_64_32
 * @addend:	what it adds
 *
 * Return: NULL if there is no such relocation.
 */
const struct sym *debug_sym(const struct obj *obj, const struct sec *sec, u64 off, u32 type,
			    s64 *addend)
{
	const Elf64_Rela *r = rela_at(sec, off);

	if (!r || ELF64_R_TYPE(r->r_info) != type || ELF64_R_SYM(r->r_info) >= obj->syms.n)
		return NULL;
	*addend = r->r_addend;
	return &obj->syms.v[ELF64_R_SYM(r->r_info)];
}

/*
 * The symbol of an address in code. Of what stands in these sections, only the two
 * addresses of a range are next to each other: in an expression, the address of a
 * variable may be the last, but not that of code, which is a value.
 */
static const struct sym *code_sym(const struct debug *d, const struct sec *from, u64 off,
				  s64 *addend)
{
	const struct sym *sym = debug_sym(d->tu->debug, from, off, R_X86_64_64, addend);

	return sym && sym->sec && sym->sec->sh.sh_flags & SHF_EXECINSTR ? sym : NULL;
}

/* A list ends with two times 0, and -1 is a base: what is not there is -2. */
static void copy_range(struct debug *d, u32 sec, u32 off, const struct sym *a, s64 begin,
		       const struct sym *b, s64 end)
{
	struct out_sec *s = &d->out->secs.v[sec];

	if (refer_place(d, sec, off, a, begin) && refer_place(d, sec, off + 8, b, end))
		return;
	while (s->relocs.n && s->relocs.v[s->relocs.n - 1].off >= off)
		s->relocs.n--;
	memset(s->data.v + off, 0xff, 16);
	s->data.v[off] = 0xfe;
	s->data.v[off + 8] = 0xfe;
}

/* Behind -1, an address is the base of the ranges that follow. */
static bool is_base(const struct sec *from, u64 off)
{
	return off >= 8 && get_le(from->data + off - 8, 8) == UINT64_MAX &&
	       !rela_at(from, off - 8);
}

/* The relocation of a field: an address, or an offset in debug information */
static bool copy_field(struct debug *d, const struct sec *from, u32 sec, u32 base,
		       const Elf64_Rela *r)
{
	u32 type = ELF64_R_TYPE(r->r_info);
	const struct sym *sym;
	s64 addend;

	sym = debug_sym(d->tu->debug, from, r->r_offset, type, &addend);
	if (!sym || r->r_offset + (type == R_X86_64_64 ? 8 : 4) > from->sh.sh_size)
		return false;
	if (type == R_X86_64_32)
		return refer_debug(d, sec, base + r->r_offset, sym, addend);
	if (type != R_X86_64_64)
		return false;
	refer_place(d, sec, base + r->r_offset, sym, addend);
	return true;
}

/* .debug_loc, .debug_ranges: lists of ranges, of which the first also have expressions */
static bool copy_lists(struct debug *d, const char *name)
{
	static const u8 nowhere[8] = { [7] = 0x80 };
	const struct sec *from = find_debug(d->tu->debug, name);
	u32 sec, base, i;

	if (!from)
		return true;
	sec = debug_section(d->out, name);
	base = buf_add(&d->out->secs.v[sec].data, from->data, from->sh.sh_size);
	for (i = 0; i < from->nrela; i++) {
		u64 off = from->rela[i].r_offset;
		s64 begin = 0, end = 0;
		const struct sym *a = code_sym(d, from, off, &begin);
		const struct sym *b = code_sym(d, from, off + 8, &end);

		if (a && is_base(from, off) && off + 8 <= from->sh.sh_size) {
			/* what is not there is where no code is, and has a length */
			if (!refer_place(d, sec, base + off, a, begin))
				memcpy(d->out->secs.v[sec].data.v + base + off, nowhere, 8);
		} else if (a && b && off + 16 <= from->sh.sh_size) {
			copy_range(d, sec, base + off, a, begin, b, end);
			i++;
		} else if (!copy_field(d, from, sec, base, &from->rela[i])) {
			return false;
		}
	}
	return true;
}

static bool copy_info(struct debug *d)
{
	const struct sec *from = find_debug(d->tu->debug, ".debug_info");
	u32 i, sec = debug_section(d->out, ".debug_info");

	buf_add(&d->out->secs.v[sec].data, from->data, from->sh.sh_size);
	for (i = 0; i < from->nrela; i++)
		if (!copy_field(d, from, sec, d->info, &from->rela[i]))
			return false;
	return true;
}

/* One set of .debug_aranges: a header of 16 bytes, (address, length)..., (0, 0) */
static bool copy_arange(struct debug *d, const struct sec *from, u32 at, u32 end)
{
	u32 sec = debug_section(d->out, ".debug_aranges"), start, off, to, size;
	struct buf *b = &d->out->secs.v[sec].data;
	const struct sym *sym;
	s64 addend, place;

	if (end - at < 32 || get_le(from->data + at + 4, 2) != 2 || from->data[at + 10] != 8)
		return false;
	sym = debug_sym(d->tu->debug, from, at + 6, R_X86_64_32, &addend);
	start = buf_add(b, from->data + at, 16);
	if (!sym || !refer_debug(d, sec, start + 6, sym, addend))
		return false;
	for (off = at + 16; off + 16 <= end; off += 16) {
		sym = debug_sym(d->tu->debug, from, off, R_X86_64_64, &addend);
		if (!sym || !find_place(d, sym, addend, &to, &place))
			continue;
		refer(d->out, sec, buf_add(b, NULL, 8), R_X86_64_64, to, place);
		buf_add(b, from->data + off + 8, 8);
	}
	buf_add(b, NULL, 16);
	size = b->n - start - 4;
	memcpy(b->v + start, &size, 4);
	return true;
}

/* An entry of .debug_frame. The first of a function is a CIE, which they share. */
static bool copy_frame_entry(struct debug *d, const struct sec *from, u32 at, u32 end,
			     u32 *cie)
{
	u32 sec = debug_section(d->out, ".debug_frame"), start, to;
	struct buf *b = &d->out->secs.v[sec].data;
	const struct sym *sym;
	s64 addend, place;

	if (get_le(from->data + at + 4, 4) == UINT32_MAX) {
		*cie = buf_add(b, from->data + at, end - at);
		return true;
	}
	sym = debug_sym(d->tu->debug, from, at + 4, R_X86_64_32, &addend);
	/* gcc makes one for a file */
	if (!sym || end - at < 24 || addend || sym->value)
		return false;
	sym = debug_sym(d->tu->debug, from, at + 8, R_X86_64_64, &addend);
	if (!sym)
		return false;
	if (!find_place(d, sym, addend, &to, &place))
		return true;
	start = buf_add(b, from->data + at, end - at);
	memset(b->v + start + 4, 0, 12);
	refer(d->out, sec, start + 4, R_X86_64_32, sec, *cie);
	refer(d->out, sec, start + 8, R_X86_64_64, to, place);
	return true;
}

static bool copy_records(struct debug *d, const char *name, bool frames)
{
	const struct sec *from = find_debug(d->tu->debug, name);
	u32 at, end, size, cie = 0;

	if (!from)
		return true;
	size = from->sh.sh_size;
	for (at = 0; at < size; at = end) {
		if (size - at < 12 || get_le(from->data + at, 4) > size - at - 4)
			return false;
		end = at + 4 + get_le(from->data + at, 4);
		if (frames ? !copy_frame_entry(d, from, at, end, &cie) :
			     !copy_arange(d, from, at, end))
			return false;
	}
	return true;
}

static bool is_known(const struct sec *s)
{
	u32 i;

	if (!starts_with(s->name, ".debug_") || !s->sh.sh_size)
		return true;
	for (i = 0; i < ARRAY_SIZE(known_sections); i++)
		if (!strcmp(s->name, known_sections[i]))
			return !(s->sh.sh_flags & SHF_COMPRESSED);
	return false;
}

static bool is_understood(const struct obj *obj)
{
	const struct sec *info = find_debug(obj, ".debug_info"), *s;
	u32 i;

	if (!info || info->sh.sh_size < 12 || get_le(info->data + 4, 2) != 4 ||
	    !find_debug(obj, ".debug_abbrev") || !find_debug(obj, ".debug_line"))
		return false;
	vec_for_each(s, &obj->secs) {
		if (!is_known(s))
			return false;
		for (i = 1; starts_with(s->name, ".debug_") && i < s->nrela; i++)
			if (s->rela[i].r_offset <= s->rela[i - 1].r_offset)
				return false;
	}
	return true;
}

/* All of one file, or nothing: what was added is taken back. */
static bool add_file(struct debug *d)
{
	const struct obj *obj = d->tu->debug;
	const struct sec *abbrev;

	if (!is_understood(obj))
		return false;
	abbrev = find_debug(obj, ".debug_abbrev");
	d->info = d->out->secs.v[debug_section(d->out, ".debug_info")].data.n;
	d->loc = d->out->secs.v[debug_section(d->out, ".debug_loc")].data.n;
	d->ranges = d->out->secs.v[debug_section(d->out, ".debug_ranges")].data.n;
	d->abbrev = buf_add(&d->out->secs.v[debug_section(d->out, ".debug_abbrev")].data,
			    abbrev->data, abbrev->sh.sh_size);
	return lines_copy(d, find_debug(obj, ".debug_line"),
			  debug_section(d->out, ".debug_line")) &&
	       copy_info(d) && copy_lists(d, ".debug_loc") && copy_lists(d, ".debug_ranges") &&
	       copy_records(d, ".debug_aranges", false) &&
	       copy_records(d, ".debug_frame", true);
}

struct mark {
	u32 data, relocs;
};

static void take_marks(struct out *out, struct mark *marks, bool back)
{
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(known_sections); i++) {
		k = debug_section(out, known_sections[i]);
		if (back) {
			out->secs.v[k].data.n = marks[i].data;
			out->secs.v[k].relocs.n = marks[i].relocs;
		} else {
			marks[i].data = out->secs.v[k].data.n;
			marks[i].relocs = out->secs.v[k].relocs.n;
		}
	}
}

/**
 * debug_add() - add the debug information of the included code
 * @out:	the update, with everything in its place
 *
 * A file whose information can't be used is left out, with a warning.
 */
void debug_add(struct out *out)
{
	struct mark marks[ARRAY_SIZE(known_sections)];
	struct map strings = {};
	const char *other;
	struct tu *tu;
	bool any;

	vec_for_each(tu, &out->vs->up->tus) {
		struct debug d = { .out = out, .tu = tu, .strings = &strings };

		if (!tu->debug)
			continue;
		other = compare_code(out, tu, &any);
		if (other) {
			warn("%s: no debug information of it: with the line numbers of the patched source, %s is other code",
			     tu->label, other[0] ? other : "something");
			continue;
		}
		take_marks(out, marks, false);
		if (!any)
			continue;
		find_twins(&d);
		if (!add_file(&d)) {
			/* strings that are there stay, others may refer to them */
			u32 k = debug_section(out, ".debug_str"), n = out->secs.v[k].data.n;

			take_marks(out, marks, true);
			out->secs.v[k].data.n = n;
			warn("%s: no debug information of it: the compiler's is not understood",
			     tu->label);
		}
		free(d.moves.v);
		free(d.twins);
	}
}
