// SPDX-License-Identifier: GPL-2.0
/*
 * Reads an object: sections and symbols through libelf. Splits sections into units, and
 * turns relocations into references between units.
 */
#include <ctype.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

u64 get_le(const u8 *p, u32 n)
{
	u64 v = 0;

	while (n--)
		v = v << 8 | p[n];
	return v;
}

bool class_is_text(u8 cls)
{
	return cls == SC_TEXT || cls == SC_NOINSTR;
}

/* Does it hold instructions, wherever the kernel puts them? */
static bool sec_is_code(const struct sec *sec)
{
	return sec->sh.sh_flags & SHF_EXECINSTR;
}

const u8 *unit_data(const struct unit *u)
{
	return u->sec->data ? u->sec->data + u->off : NULL;
}

/* The first line of a string, in quotes. The string may lack a NUL. */
const char *unit_text(const struct unit *u)
{
	const char *s = (const char *)unit_data(u);
	u32 n = 0;

	while (s && n < u->size && s[n] && s[n] != '\n')
		n++;
	return xasprintf("\"%.*s\"", (int)n, s ? s : "");
}

/* May it be called indirectly, on a CPU that checks that? */
bool unit_has_endbr(const struct unit *u)
{
	return unit_data(u) && u->size >= 4 &&
	       !memcmp(unit_data(u), "\xf3\x0f\x1e\xfa", 4);
}

/* "buf.12": the number has no meaning. But the numbers of clones are a first guess. */
bool unit_is_static_local(const struct unit *u)
{
	size_t n = strlen(u->name);

	return !u->is_global && !u->is_func && n && strchr(u->name, '.') &&
	       isdigit((u8)u->name[n - 1]);
}

/* Sections */

static u8 classify(const struct sec *sec, bool module)
{
	u64 flags = sec->sh.sh_flags;
	u8 cls = sec->desc->cls;

	if (sec->idx == 0)
		return SC_NONE;
	if (cls == SC_UNKNOWN && !(flags & SHF_ALLOC))
		return SC_NONE;
	if (module && starts_with(sec->name, ".exit"))
		return flags & SHF_EXECINSTR ? SC_TEXT : SC_DATA;
	if (cls != SC_RODATA)
		return cls;
	if (flags & SHF_WRITE)
		return SC_DATA;
	if (!(flags & SHF_MERGE) || !sec->sh.sh_entsize)
		return SC_RODATA;
	if (flags & SHF_STRINGS)
		return sec->sh.sh_entsize == 1 ? SC_STRING : SC_RODATA;
	return SC_CONST;
}

/* Everything but zero-initialized data needs contents. */
static bool needs_contents(const struct sec *sec)
{
	switch (sec->cls) {
	case SC_NONE:
	case SC_DROP:
	case SC_INIT:
	case SC_DATA:
	case SC_PERCPU:
	case SC_FRESH:
	case SC_UNKNOWN:
		return sec->sh.sh_flags & SHF_EXECINSTR;
	}
	return true;
}

/* Largest alignment accepted: a huge page. Kernel sections need a few pages at most. */
#define MAX_ALIGN (2 << 20)

static void read_section(struct obj *obj, Elf_Scn *scn, size_t shstr)
{
	Elf64_Shdr *sh = elf64_getshdr(scn);
	struct sec *sec = vec_add(&obj->secs);
	Elf_Data *data;

	if (!sh)
		die("%s: unreadable section header", obj->path);
	sec->idx = obj->secs.n - 1;
	sec->sh = *sh;
	sec->name = elf_strptr(obj->elf, shstr, sh->sh_name);
	if (!sec->name)
		die("%s: section %u has no name", obj->path, sec->idx);
	sec->desc = sec_describe(sec->name);
	sec->cls = classify(sec, obj->module);
	sec->entsize = sec->desc->entsize;
	if (sh->sh_size > INT32_MAX)
		die("%s: section %s is too large", obj->path, sec->name);
	if (sh->sh_addralign & (sh->sh_addralign - 1) ||
	    sh->sh_addralign > MAX_ALIGN)
		die("%s: section %s has an alignment of %#llx", obj->path,
		    sec->name, (unsigned long long)sh->sh_addralign);
	if (sh->sh_type == SHT_NOBITS || sh->sh_type == SHT_NULL) {
		if (sh->sh_size && needs_contents(sec))
			die("%s: section %s has no contents", obj->path,
			    sec->name);
		return;
	}
	data = elf_rawdata(scn, NULL);
	if (!data || data->d_size != sh->sh_size ||
	    (sh->sh_size && !data->d_buf))
		die("%s: section %s is truncated", obj->path, sec->name);
	sec->data = data->d_buf;
	if (!sec->data)
		sec->data = xzalloc(1);
}

static void attach_relas(struct obj *obj)
{
	struct sec *sec, *to;

	vec_for_each(sec, &obj->secs) {
		if (sec->sh.sh_type == SHT_REL)
			die("%s: %s: x86-64 objects have RELA relocations",
			    obj->path, sec->name);
		if (sec->sh.sh_type != SHT_RELA)
			continue;
		sec->cls = SC_NONE;
		if (sec->sh.sh_info >= obj->secs.n ||
		    sec->sh.sh_entsize != sizeof(Elf64_Rela) ||
		    sec->sh.sh_size % sizeof(Elf64_Rela))
			die("%s: malformed section %s", obj->path, sec->name);
		to = &obj->secs.v[sec->sh.sh_info];
		to->rela = (const void *)sec->data;
		to->nrela = sec->sh.sh_size / sizeof(Elf64_Rela);
	}
}

static void read_symbol(struct obj *obj, const Elf64_Sym *es, size_t strsec)
{
	struct sym *sym = vec_add(&obj->syms);

	sym->name = elf_strptr(obj->elf, strsec, es->st_name);
	if (!sym->name)
		die("%s: symbol %u has no name", obj->path, obj->syms.n - 1);
	sym->value = es->st_value;
	sym->size = es->st_size;
	sym->type = ELF64_ST_TYPE(es->st_info);
	sym->bind = ELF64_ST_BIND(es->st_info);
	sym->shndx = es->st_shndx;
	if (sym->type == STT_GNU_IFUNC)
		die("%s: %s is an indirect function, which a kernel does not have", obj->path,
		    sym->name);
	if (es->st_shndx == SHN_XINDEX)
		die("%s: too many sections", obj->path);
	if (es->st_shndx == SHN_UNDEF || es->st_shndx >= SHN_LORESERVE)
		return;
	if (es->st_shndx >= obj->secs.n)
		die("%s: symbol %s is in no section", obj->path, sym->name);
	sym->sec = &obj->secs.v[es->st_shndx];
	if (sym->value > sym->sec->sh.sh_size)
		die("%s: symbol %s is outside of %s", obj->path, sym->name,
		    sym->sec->name);
	if (sym->size > sym->sec->sh.sh_size - sym->value)
		sym->size = sym->sec->sh.sh_size - sym->value;
	if (sym->type == STT_SECTION)
		sym->name = sym->sec->name;
}

static void read_symbols(struct obj *obj)
{
	struct sec *sec;
	u32 i, n;

	vec_for_each(sec, &obj->secs) {
		if (sec->sh.sh_type != SHT_SYMTAB)
			continue;
		if (obj->syms.n || sec->sh.sh_size % sizeof(Elf64_Sym))
			die("%s: malformed symbol table", obj->path);
		n = sec->sh.sh_size / sizeof(Elf64_Sym);
		for (i = 0; i < n; i++)
			read_symbol(obj, (const Elf64_Sym *)sec->data + i,
				    sec->sh.sh_link);
	}
	if (!obj->syms.n)
		die("%s: has no symbol table", obj->path);
	for (i = 0; i < obj->syms.n; i++)
		if (obj->syms.v[i].sec)
			*vec_add(&obj->syms.v[i].sec->syms) = &obj->syms.v[i];
}

/* Units */

static struct unit *add_unit(struct obj *obj, struct sec *sec, u32 off,
			     u32 size)
{
	struct unit *u = xzalloc(sizeof(*u));
	u64 align = sec->sh.sh_addralign ? sec->sh.sh_addralign : 1;

	u->obj = obj;
	u->sec = sec;
	u->off = off;
	u->size = size;
	u->name = "";
	u->cause_off = -1;
	if (align > 4096)
		align = 4096;
	while (off % align)
		align /= 2;
	u->align = align ? align : 1;
	*vec_add(&sec->units) = u;
	*vec_add(&obj->units) = u;
	return u;
}

/**
 * sec_unit_at() - find the unit that holds a byte of a section
 * @sec:	section
 * @off:	offset in it
 *
 * The padding before a function belongs to it. At the end of a unit, and for
 * empty units, this is the unit that starts there.
 *
 * Return: NULL if there is none.
 */
struct unit *sec_unit_at(const struct sec *sec, s64 off)
{
	u32 lo = 0, hi = sec->units.n;
	struct unit *u;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		u = sec->units.v[mid];
		if ((s64)u->off - u->pad <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return NULL;
	u = sec->units.v[lo - 1];
	if (off >= (s64)u->off + u->size && !(off == u->off && !u->size))
		return NULL;
	return u;
}

static bool is_label(const struct sym *sym)
{
	return starts_with(sym->name, ".L") || !sym->name[0];
}

static int cmp_sym(const void *a, const void *b)
{
	const struct sym *x = *(struct sym *const *)a;
	const struct sym *y = *(struct sym *const *)b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return x < y ? -1 : x > y;
}

typedef VEC(struct sym *) sym_vec;

/* The symbols of functions or data in @sec, by ascending value. */
static sym_vec section_symbols(const struct sec *sec, bool functions)
{
	struct sym **s, *sym;
	sym_vec syms = {};

	vec_for_each(s, &sec->syms) {
		sym = *s;
		if (sym->type == STT_SECTION || sym->type == STT_FILE || is_label(sym))
			continue;
		if (functions && (sym->type != STT_FUNC || !sym->size ||
				  starts_with(sym->name, "__pfx_")))
			continue;
		*vec_add(&syms) = sym;
	}
	if (syms.n)
		qsort(syms.v, syms.n, sizeof(*syms.v), cmp_sym);
	return syms;
}

static void split_strings(struct obj *obj, struct sec *sec)
{
	u32 size = sec->sh.sh_size, off = 0;

	while (off < size) {
		const u8 *end = memchr(sec->data + off, 0, size - off);
		u32 len = end ? end - (sec->data + off) + 1 : size - off;

		add_unit(obj, sec, off, len)->ident = ID_CONTENT;
		off += len;
	}
}

static void split_constants(struct obj *obj, struct sec *sec)
{
	u64 size = sec->sh.sh_size, step = sec->sh.sh_entsize, off;

	for (off = 0; off < size; off += step)
		add_unit(obj, sec, off, size - off < step ? size - off : step)
			->ident = ID_CONTENT;
}

/* Data: each symbol starts a unit, and so does the section. */
static void split_data(struct obj *obj, struct sec *sec)
{
	sym_vec syms = section_symbols(sec, false);
	u32 size = sec->sh.sh_size, i, end;
	struct sym *sym;

	if (!syms.n || syms.v[0]->value)
		if (size || !syms.n)
			add_unit(obj, sec, 0, syms.n ? syms.v[0]->value : size)
				->ident = ID_CONTENT;
	for (i = 0; i < syms.n; i++) {
		sym = syms.v[i];
		if (i && syms.v[i - 1]->value == sym->value)
			continue;
		for (end = i + 1; end < syms.n; end++)
			if (syms.v[end]->value >= sym->value + sym->size &&
			    syms.v[end]->value > sym->value)
				break;
		/* symbols within another one (unions, arrays) are aliases */
		add_unit(obj, sec, sym->value, sym->size ? sym->size :
			 (end < syms.n ? syms.v[end]->value : size) -
			 sym->value);
		while (i + 1 < end)
			i++;
	}
	free(syms.v);
}

/* Bytes that the assembler or the compiler puts between functions */
static bool is_padding(const struct sec *sec, u32 from, u32 to)
{
	struct insn insn;

	while (from < to) {
		if (sec->data[from] == 0xcc || sec->data[from] == 0) {
			from++;
			continue;
		}
		if (!insn_decode(&insn, sec->data + from, to - from) ||
		    insn.kind != INSN_NOP)
			return false;
		from += insn.len;
	}
	return true;
}

static bool pad_in_unit(const struct sec *sec, const struct unit *prev,
			u32 from, u32 to)
{
	return from < to && (!prev || prev->off + prev->size <= from) &&
	       to - from <= 64 && is_padding(sec, from, to);
}

/* Find the call padding before functions, by __pfx_NAME symbols. */
static void find_padding(struct sec *sec)
{
	struct unit *u, *prev;
	struct sym **s, *sym;
	u32 i;

	vec_for_each(s, &sec->syms) {
		sym = *s;
		if (!starts_with(sym->name, "__pfx_"))
			continue;
		for (i = 0; i < sec->units.n; i++) {
			u = sec->units.v[i];
			prev = i ? sec->units.v[i - 1] : NULL;
			if (u->off == sym->value + sym->size &&
			    pad_in_unit(sec, prev, sym->value, u->off))
				u->pad = sym->size;
		}
	}
	u = sec->units.n == 1 ? sec->units.v[0] : NULL;
	if (u && !u->pad && pad_in_unit(sec, NULL, 0, u->off))
		u->pad = u->off;
}

static void drop_units(struct obj *obj, struct sec *sec)
{
	obj->units.n -= sec->units.n;
	sec->units.n = 0;
}

/*
 * Functions that share a section become separate units if the section can be split:
 * there is only padding between them, and no short jump from one to another. Else the
 * whole section is one unit.
 */
static bool split_functions(struct obj *obj, struct sec *sec)
{
	sym_vec syms = section_symbols(sec, true);
	u32 end = 0, i, size;
	bool ok = syms.n;

	for (i = 0; ok && i < syms.n; i++) {
		struct unit *u;

		if (i && syms.v[i]->value < end) {
			/* an alias or a second entry: extend the unit, don't split it */
			u = sec->units.v[sec->units.n - 1];
			size = syms.v[i]->value + syms.v[i]->size - u->off;
			if (size > u->size)
				u->size = size;
		} else {
			ok = is_padding(sec, end, syms.v[i]->value);
			u = add_unit(obj, sec, syms.v[i]->value,
				     syms.v[i]->size);
		}
		end = u->off + u->size;
	}
	free(syms.v);
	return ok && is_padding(sec, end, sec->sh.sh_size);
}

static bool leaves_unit(const struct unit *u, u32 at, const struct insn *insn)
{
	s64 to;

	to = (s64)at + insn->len;
	if (insn->imm_len == 1)
		to += (int8_t)unit_data(u)[at + insn->imm_off];
	else
		to += (s32)get_le(unit_data(u) + at + insn->imm_off, 4);
	return to < 0 || to >= u->size;
}

static bool is_branch(const struct insn *insn)
{
	return insn->kind == INSN_CALL || insn->kind == INSN_JMP ||
	       insn->kind == INSN_JCC;
}

static bool has_short_exit(const struct unit *u)
{
	struct insn insn;
	u32 at;

	for (at = 0; at < u->size; at += insn.len) {
		if (!insn_decode(&insn, unit_data(u) + at, u->size - at))
			return false;
		if (is_branch(&insn) && insn.imm_len == 1 &&
		    leaves_unit(u, at, &insn))
			return true;
	}
	return false;
}

static void split_text(struct obj *obj, struct sec *sec)
{
	bool ok = split_functions(obj, sec);
	u32 i;

	/* boot code is never copied, so it may stay split */
	for (i = 0; ok && sec->cls != SC_INIT && sec->units.n > 1 &&
	     i < sec->units.n; i++)
		ok = !has_short_exit(sec->units.v[i]);
	if (!ok) {
		drop_units(obj, sec);
		if (sec->sh.sh_size)
			add_unit(obj, sec, 0, sec->sh.sh_size);
	}
	find_padding(sec);
}

static int cmp_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

typedef VEC(u64) u64_vec;

/* Split @sec at the given offsets; sorts them. */
static void split_at(struct obj *obj, struct sec *sec, u64_vec *cuts)
{
	u64 size = sec->sh.sh_size;
	u32 i;

	*vec_add(cuts) = 0;
	qsort(cuts->v, cuts->n, sizeof(*cuts->v), cmp_u64);
	for (i = 0; i < cuts->n; i++) {
		u64 end = i + 1 < cuts->n ? cuts->v[i + 1] : size;

		if (end > size)
			end = size;
		if (cuts->v[i] < end)
			add_unit(obj, sec, cuts->v[i], end - cuts->v[i])
				->ident = ID_CONTENT;
	}
	free(cuts->v);
}

static const struct sym *rela_sym(struct obj *obj, const struct sec *sec,
				  const Elf64_Rela *rela)
{
	u32 idx = ELF64_R_SYM(rela->r_info);

	if (idx >= obj->syms.n)
		die("%s: relocation in %s refers to no symbol", obj->path,
		    sec->name);
	return &obj->syms.v[idx];
}

/* Each replacement and each piece of .altinstr_aux starts where a reference points. */
static void split_by_reference(struct obj *obj, struct sec *sec)
{
	s64 bias = sec->cls == SC_ALT_AUX ? 4 : 0;
	u64_vec cuts = {};
	struct sec *from;
	u32 i;

	vec_for_each(from, &obj->secs) {
		if (sec->cls == SC_ALT_REPL ? from->desc->table != TABLE_ALT :
		    !sec_is_code(from) || from == sec)
			continue;
		for (i = 0; i < from->nrela; i++) {
			const Elf64_Rela *r = &from->rela[i];
			const struct sym *sym = rela_sym(obj, from, r);

			if (sym->sec == sec)
				*vec_add(&cuts) =
					sym->value + r->r_addend + bias;
		}
	}
	split_at(obj, sec, &cuts);
}

static void split_section(struct obj *obj, struct sec *sec)
{
	switch (sec->cls) {
	case SC_NONE:
	case SC_TABLE:
		break;
	case SC_STRING:
		split_strings(obj, sec);
		break;
	case SC_CONST:
		split_constants(obj, sec);
		break;
	case SC_TEXT:
	case SC_NOINSTR:
		split_text(obj, sec);
		break;
	case SC_ALT_REPL:
	case SC_ALT_AUX:
		split_by_reference(obj, sec);
		break;
	case SC_INIT:
	case SC_UNKNOWN:
		if (sec_is_code(sec) && sec->data)
			split_text(obj, sec);
		else
			split_data(obj, sec);
		break;
	default:
		split_data(obj, sec);
	}
}

/* Names */

static u8 name_ident(const struct unit *u, const char *name)
{
	char *stripped = strip_numbers(name), *dot = strchr(stripped, '.');
	/* clang: "function.name" */
	const char *base = dot && !sec_is_code(u->sec) ? dot + 1 : stripped;
	u8 ident = ID_NAMED;

	if (u->sec->cls == SC_FRESH || u->sec->cls == SC_DYNDBG)
		ident = ID_FRESH;
	else if (!strcmp(base, "__func__") || !strcmp(base, "CSWTCH") ||
		 !strcmp(base, "__FUNCTION__") ||
		 !strcmp(base, "__PRETTY_FUNCTION__"))
		ident = ID_CONTENT;
	else if (!strcmp(base, "__key") || !strcmp(base, "_rs") ||
		 !strcmp(base, "__print_once") ||
		 !strcmp(base, "___tp_str") || !strcmp(base, "__tpstrtab") ||
		 starts_with(base, "__UNIQUE_ID_"))
		ident = ID_SOFT;
	else if (u->sec->cls == SC_RODATA && unit_is_static_local(u))
		ident = ID_CONTENT;
	free(stripped);
	return ident;
}

static u32 sym_rank(const struct sym *sym, const struct unit *u)
{
	u32 rank = sym->bind == STB_GLOBAL ? 2 : sym->bind == STB_WEAK;

	/* a mark for resolve_btfids; the name of the list may be at the same place */
	if (starts_with(sym->name, "__BTF_ID__"))
		return 0;
	if (sym->type == STT_FUNC || sym->type == STT_OBJECT)
		rank += 4;
	if (sym->value == u->off)
		rank += 8;
	return rank;
}

static void name_unit(struct unit *u, struct sym *sym)
{
	struct sym *best = u->syms.n ? u->syms.v[0] : NULL;

	*vec_add(&u->syms) = sym;
	if (best && sym_rank(sym, u) <= sym_rank(best, u))
		return;
	/* the main symbol is the first */
	u->syms.v[u->syms.n - 1] = u->syms.v[0];
	u->syms.v[0] = sym;
	u->name = sym->name;
	u->is_func = sym->type == STT_FUNC;
	u->is_global = sym->bind != STB_LOCAL;
	u->is_weak = sym->bind == STB_WEAK;
	if (u->sec->cls != SC_STRING && u->sec->cls != SC_CONST &&
	    u->sec->cls != SC_ALT_REPL && u->sec->cls != SC_ALT_AUX)
		u->ident = name_ident(u, u->name);
}

static void name_units(struct obj *obj)
{
	struct sym *sym;

	vec_for_each(sym, &obj->syms) {
		if (!sym->sec || sym->type == STT_FILE)
			continue;
		sym->unit = sec_unit_at(sym->sec, sym->value);
		if (!sym->unit && sym->value && sym->sec->units.n)
			sym->unit = sym->sec->units.v[sym->sec->units.n - 1];
		if (!sym->unit || sym->type == STT_SECTION || is_label(sym) ||
		    starts_with(sym->name, "__pfx_"))
			continue;
		name_unit(sym->unit, sym);
		if (sym->bind != STB_LOCAL)
			map_set(&obj->globals, sym->name, sym->unit);
	}
}

/* References */

/* Distance from the field to the end of its instruction. */
static s64 field_bias(const struct ref *r)
{
	if (r->type != R_X86_64_PC32 && r->type != R_X86_64_PLT32)
		return 0;
	return r->insn_len ? (s64)r->insn_off + r->insn_len - r->off : 0;
}

/*
 * Find the nearest unit for an offset outside of all units: after the last element (the
 * end of a loop) or before the first (an index that does not start at 0).
 */
static struct unit *unit_near(const struct sec *sec, s64 off)
{
	u32 i;

	for (i = sec->units.n; i > 0; i--)
		if ((s64)sec->units.v[i - 1]->off <= off)
			return sec->units.v[i - 1];
	return sec->units.n ? sec->units.v[0] : NULL;
}

static void resolve(struct obj *obj, struct ref *r, s64 addend)
{
	struct sym *sym = r->sym;
	s64 to, bias = field_bias(r);
	struct unit *u;

	r->addend = addend;
	r->target = addend + bias;
	if (!sym->sec)
		return;
	to = sym->value + addend;
	u = sym->unit;
	/*
	 * The linker moves strings and constants of mergeable sections. A label moves
	 * with the unit it is in, whatever the addend; for a section symbol, the addend
	 * selects the unit.
	 */
	if (sym->type == STT_SECTION ||
	    (is_label(sym) && !(sym->sec->sh.sh_flags & SHF_MERGE))) {
		u = sec_unit_at(sym->sec, to + bias);
		if (!u)
			u = unit_near(sym->sec, to + bias);
		if (!u && !sym->sec->units.n)
			u = add_unit(obj, sym->sec, 0, sym->sec->sh.sh_size);
	}
	if (!u)
		die("%s: reference to %s%+lld, where there is no code or data", obj->path,
		    sym->name, (long long)addend);
	r->unit = u;
	r->addend = to - u->off;
	r->target = r->addend + bias;
}

static u32 field_size(u32 type)
{
	switch (type) {
	case R_X86_64_64:
	case R_X86_64_PC64:
		return 8;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_32:
	case R_X86_64_32S:
		return 4;
	}
	return 0;
}

/* No object is as large as this, so sums with sizes can't overflow. */
#define MAX_ADDEND	(1LL << 40)

static void add_ref(struct obj *obj, ref_vec *refs, const struct sec *sec,
		    const Elf64_Rela *rela, u32 base, u32 size)
{
	u32 type = ELF64_R_TYPE(rela->r_info), width = field_size(type);
	struct ref *r;

	if (type == R_X86_64_NONE)
		return;
	if (!width)
		die("%s: relocation type %u in %s is not known", obj->path,
		    type, sec->name);
	if (rela->r_addend > MAX_ADDEND || rela->r_addend < -MAX_ADDEND)
		die("%s: relocation in %s is out of range", obj->path, sec->name);
	if (rela->r_offset - base + width > size)
		die("%s: relocation outside of its unit in %s", obj->path,
		    sec->name);
	r = vec_add(refs);
	r->off = rela->r_offset - base;
	r->type = type;
	r->sym = (struct sym *)rela_sym(obj, sec, rela);
	r->addend = rela->r_addend;
}

static int cmp_ref(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

static void sort_refs(ref_vec *refs)
{
	if (refs->n)
		qsort(refs->v, refs->n, sizeof(*refs->v), cmp_ref);
}

/* A branch to another unit of the same section has no relocation. */
static void add_synth(struct obj *obj, struct unit *u, u32 at,
		      const struct insn *insn)
{
	u32 off = at + insn->imm_off;
	s64 to = (s64)u->off + at + insn->len +
		 (s32)get_le(unit_data(u) + off, 4);
	struct unit *target = sec_unit_at(u->sec, to);
	struct ref *r;

	if (!target)
		die("%s: %s+%#x jumps out of its section", obj->path, u->name,
		    at);
	r = vec_add(&u->refs);
	r->off = off;
	r->type = R_X86_64_PLT32;
	r->unit = target;
	r->sym = target->syms.n ? target->syms.v[0] : NULL;
	r->target = to - target->off;
	r->addend = r->target - 4;
	r->branch = true;
	r->synth = true;
	r->insn_off = at;
	r->insn_len = insn->len;
}

static void find_synths(struct obj *obj, struct unit *u)
{
	u32 at, n = u->refs.n, i = 0;
	struct insn insn;

	if (u->sec->units.n < 2)
		return;
	for (at = 0; at < u->size; at += insn.len) {
		if (!insn_decode(&insn, unit_data(u) + at, u->size - at))
			break;
		while (i < n && u->refs.v[i].off < at + insn.imm_off)
			i++;
		if (i < n && u->refs.v[i].off == at + insn.imm_off)
			continue;
		if (is_branch(&insn) && insn.imm_len == 4 &&
		    leaves_unit(u, at, &insn))
			add_synth(obj, u, at, &insn);
	}
	if (u->refs.n != n)
		sort_refs(&u->refs);
}

/* Find the instruction around each relocated field. */
static void decode_unit(struct unit *u)
{
	struct insn insn;
	u32 at, i = 0;

	for (at = 0; at < u->size && i < u->refs.n; at += insn.len) {
		if (!insn_decode(&insn, unit_data(u) + at, u->size - at))
			break;
		for (; i < u->refs.n && u->refs.v[i].off < at + insn.len; i++) {
			struct ref *r = &u->refs.v[i];

			if (r->off < at)
				continue;
			r->insn_off = at;
			r->insn_len = insn.len;
			r->branch = is_branch(&insn) &&
				    r->off == at + insn.imm_off;
		}
	}
	/* if decoding fails, take the field for a plain branch or operand */
	for (; i < u->refs.n; i++) {
		u->refs.v[i].insn_off = u->refs.v[i].off;
		u->refs.v[i].insn_len = 4;
	}
}

static void read_unit_refs(struct obj *obj, struct sec *sec)
{
	struct unit *u, **up;
	u32 i;

	for (i = 0; i < sec->nrela; i++) {
		const Elf64_Rela *rela = &sec->rela[i];

		u = rela->r_offset < sec->sh.sh_size ?
			sec_unit_at(sec, rela->r_offset) : NULL;
		if (!u || rela->r_offset < u->off)
			die("%s: relocation at %s+%#llx, where there is no code or data", obj->path,
			    sec->name, (unsigned long long)rela->r_offset);
		add_ref(obj, &u->refs, sec, rela, u->off, u->size);
	}
	vec_for_each(up, &sec->units) {
		u = *up;
		sort_refs(&u->refs);
		if (sec_is_code(sec) && sec->data)
			decode_unit(u);
		for (i = 0; i < u->refs.n; i++)
			resolve(obj, &u->refs.v[i], u->refs.v[i].addend);
		if (sec_is_code(sec) && sec->data)
			find_synths(obj, u);
	}
}

/* Tables */

/*
 * How many entries the relocations show: each of .altinstructions refers to the code and
 * to its replacement, others to the code only once.
 */
static u32 count_entries(struct obj *obj, const struct sec *sec)
{
	u32 i, n = 0;

	if (sec->desc->table == TABLE_ALT)
		return sec->nrela % 2 ? 0 : sec->nrela / 2;
	for (i = 0; i < sec->nrela; i++) {
		const struct sym *sym = rela_sym(obj, sec, &sec->rela[i]);

		if (sym->sec && sec_is_code(sym->sec))
			n++;
	}
	return n;
}

static u32 find_entsize(struct obj *obj, const struct sec *sec)
{
	u32 n = count_entries(obj, sec);
	u64 size = n && sec->sh.sh_size % n == 0 ? sec->sh.sh_size / n : 0;

	if (!size || (size != sec->desc->sizes[0] && size != sec->desc->sizes[1]))
		die("%s: %u entries of %s have %llu bytes, but no known kernel uses that size",
		    obj->path, n, sec->name, (unsigned long long)sec->sh.sh_size);
	return size;
}

static void attach_entry(struct obj *obj, struct entry *e)
{
	struct ref *loc = e->refs.n ? &e->refs.v[0] : NULL;
	struct unit *u;

	if (!loc || loc->off || !loc->sym->sec)
		die("%s: entry at %s+%#x does not refer to code or data", obj->path,
		    e->sec->name, e->off);
	u = sec_unit_at(loc->sym->sec, loc->sym->value + loc->addend);
	/* ORC marks the end of a section; emit.c marks the end of each unit */
	if (!u && e->sec->desc->table == TABLE_ORC_IP)
		return;
	if (!u)
		die("%s: entry at %s+%#x points between functions", obj->path,
		    e->sec->name, e->off);
	resolve(obj, loc, loc->addend);
	loc->unit = u;
	e->loc = loc->target;
	*vec_add(&u->entries) = *e;
}

static int cmp_rela(const void *a, const void *b)
{
	const Elf64_Rela *x = *(const Elf64_Rela *const *)a;
	const Elf64_Rela *y = *(const Elf64_Rela *const *)b;

	return x->r_offset < y->r_offset ? -1 : x->r_offset > y->r_offset;
}

static const Elf64_Rela **sorted_relas(const struct sec *sec)
{
	const Elf64_Rela **v = xzalloc(sec->nrela * sizeof(*v));
	u32 i;

	for (i = 0; i < sec->nrela; i++)
		v[i] = &sec->rela[i];
	qsort(v, sec->nrela, sizeof(*v), cmp_rela);
	return v;
}

static void read_table(struct obj *obj, struct sec *sec)
{
	const Elf64_Rela **rela;
	u32 off, i = 0, k;

	if (!sec->sh.sh_size)
		return;
	if (!sec->entsize)
		sec->entsize = find_entsize(obj, sec);
	if (sec->sh.sh_size % sec->entsize || !sec->data)
		die("%s: %s is no table of entries of %u bytes", obj->path,
		    sec->name, sec->entsize);
	rela = sorted_relas(sec);
	for (off = 0; off < sec->sh.sh_size; off += sec->entsize) {
		struct entry e = { .sec = sec, .off = off };

		for (; i < sec->nrela && rela[i]->r_offset < off + sec->entsize;
		     i++)
			add_ref(obj, &e.refs, sec, rela[i], off, sec->entsize);
		for (k = 1; k < e.refs.n; k++)
			if (!alt_is_empty(&e, &e.refs.v[k]))
				resolve(obj, &e.refs.v[k], e.refs.v[k].addend);
		attach_entry(obj, &e);
	}
	free(rela);
}

static int cmp_entry(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->sec->desc != y->sec->desc)
		return x->sec->desc < y->sec->desc ? -1 : 1;
	if (x->sec != y->sec && strcmp(x->sec->name, y->sec->name))
		return strcmp(x->sec->name, y->sec->name);
	if (x->loc != y->loc)
		return x->loc < y->loc ? -1 : 1;
	if (x->sec != y->sec)
		return x->sec < y->sec ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

/*
 * Sort by table and place: the tables of an object have the order in which its code
 * first needed them.
 */
static void sort_entries(struct obj *obj)
{
	struct unit **u;

	vec_for_each(u, &obj->units)
		if ((*u)->entries.n)
			qsort((*u)->entries.v, (*u)->entries.n,
			      sizeof(*(*u)->entries.v), cmp_entry);
}

/* Bytes of code that an alternative, or a paravirt call, may replace. */
u32 alt_len(const struct entry *e)
{
	if (e->sec->desc->table == TABLE_PARAVIRT)
		return e->sec->data[e->off + PARAVIRT_LEN];
	return e->sec->data[e->off + e->sec->entsize - 2];
}

/* Bytes of the replacement */
u32 alt_repl_len(const struct entry *e)
{
	return e->sec->data[e->off + e->sec->entsize - 1];
}

/* The flags of a bug table's entry: where they are in it */
u32 bug_flags_offset(const struct sec *table)
{
	return table->entsize == BUG_SIZE_SHORT ? 4 : BUG_SIZE - 2;
}

/* Does the alternative refer to an empty replacement? */
bool alt_is_empty(const struct entry *e, const struct ref *r)
{
	return e->sec->desc->table == TABLE_ALT && r->off == ALT_REPL &&
	       !alt_repl_len(e);
}

/* Does the kernel replace this code when it loads a module? */
static bool is_replaced(const struct entry *e)
{
	return e->sec->desc->table == TABLE_ALT ||
	       e->sec->desc->table == TABLE_PARAVIRT;
}

/* Is the field in code that an alternative may replace, or in a replacement? */
bool ref_in_alternative(const struct unit *from, const struct ref *r)
{
	const struct entry *e;

	if (from->sec->cls == SC_ALT_REPL)
		return true;
	vec_for_each(e, &from->entries) {
		if (is_replaced(e) && (s64)r->off >= e->loc &&
		    (s64)r->off < (s64)e->loc + alt_len(e))
			return true;
	}
	return false;
}

static void link_cold(struct obj *obj)
{
	struct unit **up, *parent;

	vec_for_each(up, &obj->units) {
		struct unit *u = *up;
		const char *cold = strstr(u->name, ".cold");
		struct unit **p;
		size_t n;

		if (!cold || !class_is_text(u->sec->cls))
			continue;
		n = cold - u->name;
		vec_for_each(p, &obj->units) {
			parent = *p;
			if (parent != u && parent->is_func &&
			    strlen(parent->name) == n &&
			    !memcmp(parent->name, u->name, n)) {
				u->parent = parent;
				parent->cold = u;
			}
		}
	}
}

static void open_elf(struct obj *obj)
{
	Elf64_Ehdr *eh;

	obj->fd = open(obj->path, O_RDONLY | O_CLOEXEC);
	if (obj->fd < 0)
		die("%s: %m", obj->path);
	if (elf_version(EV_CURRENT) == EV_NONE)
		die("libelf is too old");
	obj->elf = elf_begin(obj->fd, ELF_C_READ, NULL);
	if (!obj->elf || elf_kind(obj->elf) != ELF_K_ELF)
		die("%s: not an object file", obj->path);
	eh = elf64_getehdr(obj->elf);
	if (!eh || eh->e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh->e_ident[EI_DATA] != ELFDATA2LSB || eh->e_type != ET_REL ||
	    eh->e_machine != EM_X86_64)
		die("%s: not an x86-64 object file (.o)", obj->path);
}

/**
 * obj_read() - read an object file into units
 * @path:	the file
 * @label:	what messages and the update call it
 * @module:	it is part of a module
 *
 * A malformed file ends the program.
 */
struct obj *obj_read(const char *path, const char *label, bool module)
{
	struct obj *obj = xzalloc(sizeof(*obj));
	Elf_Scn *scn = NULL;
	struct sec *sec;
	size_t shstr;

	obj->path = path;
	obj->label = label;
	obj->module = module;
	open_elf(obj);
	if (elf_getshdrstrndx(obj->elf, &shstr))
		die("%s: has no section names", path);
	vec_add(&obj->secs)->name = "";
	obj->secs.v[0].desc = sec_describe("");
	while ((scn = elf_nextscn(obj->elf, scn)))
		read_section(obj, scn, shstr);
	attach_relas(obj);
	read_symbols(obj);
	vec_for_each(sec, &obj->secs)
		split_section(obj, sec);
	name_units(obj);
	vec_for_each(sec, &obj->secs)
		if (sec->cls != SC_NONE && sec->cls != SC_TABLE &&
		    sec->cls != SC_DROP)
			read_unit_refs(obj, sec);
	vec_for_each(sec, &obj->secs)
		if (sec->cls == SC_TABLE)
			read_table(obj, sec);
	sort_entries(obj);
	link_cold(obj);
	return obj;
}

void obj_close(struct obj *obj)
{
	elf_end(obj->elf);
	close(obj->fd);
}
