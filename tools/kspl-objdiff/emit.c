// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the update: an object with the included units, in sections like those of other
 * modules, their table entries, and the blob.
 */
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "debug.h"
#include "objdiff.h"

static u32 out_section(struct out *out, const char *name, u32 type, u64 flags,
		       u32 align)
{
	struct out_sec *s;
	u32 i;

	for (i = 1; i < out->secs.n; i++) {
		s = &out->secs.v[i];
		if (!strcmp(s->name, name)) {
			if (align > s->align)
				s->align = align;
			return i;
		}
	}
	s = vec_add(&out->secs);
	s->name = name;
	s->type = type;
	s->flags = flags;
	s->align = align;
	return out->secs.n - 1;
}

/* Units */

static struct place *place_of(struct out *out, const struct unit *u)
{
	return &out->places[u->id];
}

static const char *text_section(const struct unit *u)
{
	const char *name = u->sec->name;

	if (u->parent || starts_with(name, ".text.unlikely"))
		return ".text.unlikely";
	/* kprobes rejects probes in this section in modules, too */
	if (!strcmp(name, ".kprobes.text"))
		return name;
	return ".text";
}

static u32 section_for(struct out *out, const struct unit *u)
{
	u32 align = u->align;

	switch (u->sec->cls) {
	case SC_TEXT:
	case SC_NOINSTR:
		return out_section(out, text_section(u), SHT_PROGBITS,
				   SHF_ALLOC | SHF_EXECINSTR, align);
	case SC_STATIC_CALL:
	case SC_ALT_REPL:
	case SC_ALT_AUX:
		return out_section(out, u->sec->name, SHT_PROGBITS,
				   SHF_ALLOC | SHF_EXECINSTR, align);
	case SC_STRING:
		return out_section(out, ".rodata.str", SHT_PROGBITS, SHF_ALLOC, 1);
	case SC_RODATA:
	case SC_CONST:
		return out_section(out, ".rodata", SHT_PROGBITS, SHF_ALLOC, align);
	case SC_PERCPU:
		return out_section(out, ".data..percpu", SHT_PROGBITS,
				   SHF_ALLOC | SHF_WRITE, align);
	case SC_DYNDBG:
		return out_section(out, "__dyndbg", SHT_PROGBITS,
				   SHF_ALLOC | SHF_WRITE, align);
	case SC_FRESH:
		return out_section(out, ".data..once", SHT_PROGBITS,
				   SHF_ALLOC | SHF_WRITE, align);
	}
	if (!u->sec->data)
		return out_section(out, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
				   align);
	return out_section(out, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
			   align);
}

static void clear_field(struct out_sec *s, u32 at, u32 type)
{
	u32 n = type == R_X86_64_64 || type == R_X86_64_PC64 ? 8 : 4;

	if (s->type != SHT_NOBITS)
		memset(s->data.v + at, 0, n);
}

static void place_unit(struct out *out, struct unit *u)
{
	u32 idx = section_for(out, u);
	struct out_sec *s = &out->secs.v[idx];
	u8 fill = s->flags & SHF_EXECINSTR ? 0xcc : 0;
	struct ref *r;

	/* call depth tracking writes code into the padding */
	while ((s->data.n + u->pad) % u->align)
		buf_add(&s->data, &fill, 1);
	if (u->pad)
		buf_add(&s->data, unit_data(u) - u->pad, u->pad);
	place_of(out, u)->sec = idx;
	place_of(out, u)->off = buf_add(&s->data, unit_data(u), u->size);
	if (!u->size && !(s->flags & SHF_EXECINSTR))
		buf_add(&s->data, NULL, 1);
	vec_for_each(r, &u->refs)
		clear_field(s, place_of(out, u)->off + r->off, r->type);
}

static void add_symbol(struct out *out, u32 sec, u32 off, u32 size,
		       const char *name, u8 type)
{
	struct out_sym *sym = vec_add(&out->syms);

	sym->name = name;
	sym->sec = sec;
	sym->off = off;
	sym->size = size;
	sym->type = type;
}

static void name_placed(struct out *out, struct unit *u)
{
	const struct place *at = place_of(out, u);
	struct sym **sym;

	if (u->sec->cls == SC_STRING || u->sec->cls == SC_CONST ||
	    u->sec->cls == SC_ALT_REPL)
		return;
	vec_for_each(sym, &u->syms)
		add_symbol(out, at->sec, at->off + (*sym)->value - u->off,
			   (*sym)->size, (*sym)->name, (*sym)->type);
	if (u->pad && u->name[0])
		add_symbol(out, at->sec, at->off - u->pad, u->pad,
			   xasprintf("__pfx_%s", u->name), STT_FUNC);
}

/* References */

static void add_reloc(struct out *out, u32 sec, u32 off, u32 type, u32 to,
		      const char *name, s64 addend)
{
	struct out_reloc *r = vec_add(&out->secs.v[sec].relocs);

	r->off = off;
	r->type = type;
	r->sec = to;
	r->name = name;
	r->addend = addend;
}

/* In a fixup, the type marks a branch; the assembler may use R_X86_64_PC32 for one. */
static void add_fixup(struct out *out, u32 sec, u32 off, const struct ref *r,
		      u32 target, struct unit *to, const char *name)
{
	struct out_fixup *f = vec_add(&out->fixups);
	bool branch = r->branch && r->type == R_X86_64_PC32;

	f->sec = sec;
	f->off = off;
	f->type = branch ? R_X86_64_PLT32 : r->type;
	f->target = target;
	f->addend = r->addend;
	f->unit = to;
	f->name = name;
}

/* At the entry of a function, only the return address is on the stack. */
static void add_stub_orc(struct out *out, u32 sec, u32 at)
{
	static const u8 orc_call[ORC_SIZE] = { 8, 0, 0, 0, 5, 2 };
	u32 ip = out_section(out, ".orc_unwind_ip", SHT_PROGBITS, SHF_ALLOC, 4);
	u32 orc = out_section(out, ".orc_unwind", SHT_PROGBITS, SHF_ALLOC, 2);
	u32 ip_at;

	ip_at = buf_add(&out->secs.v[ip].data, NULL, 4);
	buf_add(&out->secs.v[orc].data, orc_call, ORC_SIZE);
	add_reloc(out, ip, ip_at, R_X86_64_PC32, sec, NULL, at);
}

/*
 * The kernel copies an alternative before the core relocates anything. A call or jump
 * in it goes to a stub, which jumps to the target; the stub gets the fixup.
 */
static void add_stub(struct out *out, u32 sec, u32 off, const struct ref *r,
		     u32 target, struct unit *to, const char *name)
{
	static const u8 jmp[5] = { 0xe9 };
	struct ref field = { .type = R_X86_64_PLT32, .addend = -4 };
	u32 idx = out_section(out, ".text", SHT_PROGBITS,
			      SHF_ALLOC | SHF_EXECINSTR, 16);
	struct out_sec *s = &out->secs.v[idx];
	u8 nop = 0x90, fill = 0xcc;
	u32 i, at;

	buf_align(&s->data, 16, fill);
	for (i = 0; i < 16; i++)
		buf_add(&s->data, &nop, 1);
	at = buf_add(&s->data, jmp, sizeof(jmp));
	field.addend = r->target - 4;
	add_fixup(out, idx, at + 1, &field, target, to, name);
	add_symbol(out, idx, at, sizeof(jmp), "ksplice_stub", STT_FUNC);
	add_stub_orc(out, idx, at);
	add_reloc(out, sec, off, r->type, idx, NULL,
		  (s64)at - (r->target - r->addend));
}

/**
 * fixup_unit() - the kernel's own unit that a reference means
 * @from:	the post unit that holds the reference
 * @to:		what it refers to, NULL if no file of the update has it
 *
 * Return: the pre unit, or NULL if no file has it.
 */
struct unit *fixup_unit(const struct unit *from, struct unit *to)
{
	struct unit *old = to && to->obj->post ? to->twin : to;

	if (to && !old)
		die("%s: %s refers to %s, which is neither old nor new", from->obj->path,
		    from->name, to->name);
	return old;
}

static void emit_ref(struct out *out, const struct unit *u,
		     const struct entry *e, const struct ref *r, u32 sec,
		     u32 base)
{
	const char *name = r->sym ? r->sym->name : "";
	struct unit *to, *old;

	switch (ref_fate(out->vs, u, e, r, &to)) {
	case FATE_NEW:
		add_reloc(out, sec, base + r->off, r->type, place_of(out, to)->sec, NULL,
			  place_of(out, to)->off + r->addend);
		return;
	case FATE_EXTERN:
		add_reloc(out, sec, base + r->off, r->type, 0, name, r->addend);
		return;
	case FATE_FIXUP:
		break;
	}
	old = fixup_unit(u, to);
	if (!e && r->branch && ref_in_alternative(u, r))
		add_stub(out, sec, base + r->off, r, u->obj->target, old, name);
	else
		add_fixup(out, sec, base + r->off, r, u->obj->target, old, name);
}

/* Tables */

static void emit_rt(struct out *out, const struct unit *u,
		    const struct entry *e)
{
	bool ptr = e->sec->desc->table == TABLE_RT_PTR;
	struct out_fixup *f = vec_add(&out->fixups);

	f->sec = place_of(out, u)->sec;
	f->off = place_of(out, u)->off + e->loc;
	f->target = u->obj->target;
	f->type = ptr ? KSPLICE_R_RT_PTR : KSPLICE_R_RT_SHIFT;
	f->name = e->sec->name + strlen(e->sec->desc->name);
	f->flags = ptr ? KSPLICE_SYM_RT_PTR : KSPLICE_SYM_RT_SHIFT;
}

static void emit_orc(struct out *out, const struct obj *obj,
		     const struct entry *e)
{
	const struct sec *s;
	u32 idx = out_section(out, ".orc_unwind", SHT_PROGBITS, SHF_ALLOC, 2);
	u32 at = e->off / 4 * ORC_SIZE;

	vec_for_each(s, &obj->secs) {
		if (strcmp(s->name, ".orc_unwind"))
			continue;
		if (!s->data || at + ORC_SIZE > s->sh.sh_size)
			die("%s: .orc_unwind is shorter than .orc_unwind_ip",
			    obj->path);
		buf_add(&out->secs.v[idx].data, s->data + at, ORC_SIZE);
		return;
	}
	die("%s: .orc_unwind_ip without .orc_unwind", obj->path);
}

static u32 table_section(struct out *out, const struct sec *sec)
{
	u32 align = sec->sh.sh_addralign ? sec->sh.sh_addralign : 1;

	if (align < 8 && sec->entsize % 4 == 0)
		align = sec->entsize % 8 ? 4 : 8;
	return out_section(out, sec->name, SHT_PROGBITS,
			   SHF_ALLOC | (sec->sh.sh_flags & SHF_WRITE), align);
}

static void emit_entry(struct out *out, const struct unit *u,
		       const struct entry *e)
{
	u32 idx = table_section(out, e->sec), at, i;
	struct out_sec *s = &out->secs.v[idx];

	at = buf_add(&s->data, e->sec->data + e->off, e->sec->entsize);
	for (i = 0; i < e->refs.n; i++) {
		clear_field(s, at + e->refs.v[i].off, e->refs.v[i].type);
		if (alt_is_empty(e, &e->refs.v[i]))
			continue;
		emit_ref(out, u, e, &e->refs.v[i], idx, at);
		s = &out->secs.v[idx];
	}
	if (e->sec->desc->table == TABLE_ORC_IP)
		emit_orc(out, u->obj, e);
}

/* End the ORC data after each function: nothing is known from there on. */
static void emit_orc_end(struct out *out, const struct unit *u)
{
	u32 ip = out_section(out, ".orc_unwind_ip", SHT_PROGBITS, SHF_ALLOC, 4);
	u32 orc = out_section(out, ".orc_unwind", SHT_PROGBITS, SHF_ALLOC, 2);
	u32 at = buf_add(&out->secs.v[ip].data, NULL, 4);

	buf_add(&out->secs.v[orc].data, NULL, ORC_SIZE);
	add_reloc(out, ip, at, R_X86_64_PC32, place_of(out, u)->sec, NULL,
		  place_of(out, u)->off + u->size);
}

static void emit_entries(struct out *out, struct unit *u)
{
	struct entry *e;
	bool orc = false;

	vec_for_each(e, &u->entries) {
		u8 table = e->sec->desc->table;

		if (table == TABLE_RT_PTR || table == TABLE_RT_SHIFT)
			emit_rt(out, u, e);
		else if (entry_wanted(out->vs, u, e))
			emit_entry(out, u, e);
		orc |= table == TABLE_ORC_IP;
	}
	if (orc)
		emit_orc_end(out, u);
}

static void for_each_included(struct out *out,
			      void (*fn)(struct out *, struct unit *))
{
	struct unit **u;
	struct tu *tu;

	vec_for_each(tu, &out->vs->up->tus)
		vec_for_each(u, &tu->post->units)
			if (unit_included(out->vs, *u))
				fn(out, *u);
}

static void do_place(struct out *out, struct unit *u)
{
	place_unit(out, u);
	name_placed(out, u);
}

static void do_refs(struct out *out, struct unit *u)
{
	struct ref *r;

	vec_for_each(r, &u->refs)
		emit_ref(out, u, NULL, r, place_of(out, u)->sec, place_of(out, u)->off);
	emit_entries(out, u);
}

/* One "fixes=" per id, as with aliases. */
static void emit_fixes(struct out *out, struct buf *b)
{
	const char *at, *end;

	for (at = out->vs->up->fixes; *at; at = end + 1) {
		end = strchr(at, '\n');
		buf_add(b, "fixes=", 6);
		buf_add(b, at, end - at);
		buf_add(b, "", 1);
	}
}

/*
 * End each text section with a symbol. A return address may point behind the last
 * function, and has to count as part of that function. The kernel takes the last
 * function of a module to extend to the end of the text's memory, which may be in the
 * middle of an apparent instruction.
 */
static void emit_text_ends(struct out *out)
{
	u8 int3 = 0xcc;
	u32 i;

	for (i = 1; i < out->secs.n; i++) {
		struct out_sec *s = &out->secs.v[i];

		if (!s->data.n || (!starts_with(s->name, ".text") &&
				   strcmp(s->name, ".kprobes.text")))
			continue;
		add_symbol(out, i, buf_add(&s->data, &int3, 1), 1, "ksplice_end",
			   STT_FUNC);
	}
}

static void emit_modinfo(struct out *out)
{
	u32 idx = out_section(out, ".modinfo", SHT_PROGBITS, SHF_ALLOC, 1);
	struct buf *b = &out->secs.v[idx].data;
	const char *s[3] = { "license=GPL" };
	u32 i;

	s[1] = xasprintf("description=%s", out->vs->up->description);
	s[2] = xasprintf("ksplice=%s", out->vs->up->name);
	for (i = 0; i < 3; i++)
		buf_add(b, s[i], strlen(s[i]) + 1);
	emit_fixes(out, b);
}

/* Without a core of this format, the symbol is missing and the update can't be loaded. */
static void emit_abi(struct out *out)
{
	u32 idx = out_section(out, KSPLICE_ABI_SECTION, SHT_PROGBITS, SHF_ALLOC, 8);

	buf_add(&out->secs.v[idx].data, NULL, 8);
	add_reloc(out, idx, 0, R_X86_64_64, 0, KSPLICE_ABI_SYMBOL, 0);
}

/* The file */

struct writer {
	Elf *elf;
	struct buf strtab, shstrtab, symtab;
	u32 nlocal, nsyms;
	struct map undef;
};

static u32 add_name(struct buf *b, const char *name)
{
	return buf_add(b, name, strlen(name) + 1);
}

static u32 write_sym(struct writer *w, const char *name, u8 info, u16 shndx,
		     u64 value, u64 size)
{
	Elf64_Sym sym = { .st_info = info, .st_shndx = shndx,
			  .st_value = value, .st_size = size };

	sym.st_name = name[0] ? add_name(&w->strtab, name) : 0;
	buf_add(&w->symtab, &sym, sizeof(sym));
	return w->nsyms++;
}

static Elf64_Shdr *write_section(struct writer *w, const char *name, u32 type,
				 u64 flags, u32 align, void *data, u32 size)
{
	Elf_Scn *scn = elf_newscn(w->elf);
	Elf_Data *d = scn ? elf_newdata(scn) : NULL;
	Elf64_Shdr *sh = scn ? elf64_getshdr(scn) : NULL;

	if (!d || !sh)
		die("writing: %s", elf_errmsg(-1));
	d->d_buf = type == SHT_NOBITS ? NULL : data;
	d->d_size = size;
	d->d_align = align;
	d->d_type = ELF_T_BYTE;
	if (name[0])
		sh->sh_name = add_name(&w->shstrtab, name);
	sh->sh_type = type;
	sh->sh_flags = flags;
	sh->sh_addralign = align;
	return sh;
}

static u32 undef_symbol(struct writer *w, const char *name)
{
	void *known = map_get(&w->undef, name);
	u32 idx;

	if (known)
		return (uintptr_t)known;
	idx = write_sym(w, name, ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE),
			SHN_UNDEF, 0, 0);
	map_set(&w->undef, name, (void *)(uintptr_t)idx);
	return idx;
}

static void write_symbols(struct out *out, struct writer *w)
{
	struct out_sym *sym;
	u32 i, k;

	write_sym(w, "", 0, SHN_UNDEF, 0, 0);
	for (i = 1; i < out->secs.n; i++)
		out->secs.v[i].sym =
			write_sym(w, "",
				  ELF64_ST_INFO(STB_LOCAL, STT_SECTION), i, 0,
				  0);
	vec_for_each(sym, &out->syms)
		write_sym(w, sym->name, ELF64_ST_INFO(STB_LOCAL, sym->type),
			  sym->sec, sym->off, sym->size);
	w->nlocal = w->nsyms;
	for (i = 1; i < out->secs.n; i++)
		for (k = 0; k < out->secs.v[i].relocs.n; k++)
			if (!out->secs.v[i].relocs.v[k].sec)
				undef_symbol(w,
					     out->secs.v[i].relocs.v[k].name);
}

static void write_relocs(struct out *out, struct writer *w, u32 idx, u32 symtab)
{
	struct out_sec *s = &out->secs.v[idx];
	struct out_reloc *r;
	struct buf b = {};
	Elf64_Shdr *sh;

	vec_for_each(r, &s->relocs) {
		Elf64_Rela rela = { .r_offset = r->off,
				    .r_addend = r->addend };
		u64 sym = r->sec ? out->secs.v[r->sec].sym :
				   undef_symbol(w, r->name);

		rela.r_info = ELF64_R_INFO(sym, r->type);
		buf_add(&b, &rela, sizeof(rela));
	}
	sh = write_section(w, xasprintf(".rela%s", s->name), SHT_RELA,
			   SHF_INFO_LINK, 8, b.v, b.n);
	sh->sh_entsize = sizeof(Elf64_Rela);
	sh->sh_link = symtab;
	sh->sh_info = idx;
}

static void write_tables(struct out *out, struct writer *w)
{
	u32 i, symtab = out->secs.n, nrela = 0, name;
	Elf64_Shdr *sh;
	Elf64_Ehdr *eh;

	sh = write_section(w, ".symtab", SHT_SYMTAB, 0, 8, w->symtab.v,
			   w->symtab.n);
	sh->sh_entsize = sizeof(Elf64_Sym);
	sh->sh_info = w->nlocal;
	for (i = 1; i < out->secs.n; i++) {
		if (out->secs.v[i].relocs.n) {
			write_relocs(out, w, i, symtab);
			nrela++;
		}
	}
	sh->sh_link = symtab + nrela + 1;
	write_section(w, ".strtab", SHT_STRTAB, 0, 1, w->strtab.v,
		      w->strtab.n);
	/* add the last name before the table is written */
	name = add_name(&w->shstrtab, ".shstrtab");
	write_section(w, "", SHT_STRTAB, 0, 1, w->shstrtab.v,
		      w->shstrtab.n)->sh_name = name;
	eh = elf64_getehdr(w->elf);
	eh->e_shstrndx = symtab + nrela + 2;
}

static void write_elf(struct out *out, const char *path)
{
	struct writer w = {};
	Elf64_Ehdr *eh;
	int fd;
	u32 i;

	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		die("%s: %m", path);
	elf_version(EV_CURRENT);
	w.elf = elf_begin(fd, ELF_C_WRITE, NULL);
	eh = w.elf ? elf64_newehdr(w.elf) : NULL;
	if (!eh)
		die("%s: %s", path, elf_errmsg(-1));
	eh->e_ident[EI_DATA] = ELFDATA2LSB;
	eh->e_type = ET_REL;
	eh->e_machine = EM_X86_64;
	eh->e_version = EV_CURRENT;
	add_name(&w.strtab, "");
	add_name(&w.shstrtab, "");
	for (i = 1; i < out->secs.n; i++) {
		struct out_sec *s = &out->secs.v[i];

		write_section(&w, s->name, s->type, s->flags, s->align,
			      s->data.v, s->data.n);
	}
	write_symbols(out, &w);
	write_tables(out, &w);
	if (elf_update(w.elf, ELF_C_WRITE) < 0)
		die("%s: %s", path, elf_errmsg(-1));
	elf_end(w.elf);
	close(fd);
}

/**
 * update_emit() - write the update
 * @vs:		what is decided about it
 * @path:	the object to write
 * @debug:	NULL, or where to write the same with debug information
 */
int update_emit(const struct verdicts *vs, const char *path, const char *debug)
{
	struct out out = { .vs = vs };

	out.places = xzalloc(vs->up->nunits * sizeof(*out.places));
	vec_add(&out.secs)->name = "";
	out_section(&out, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 16);
	for_each_included(&out, do_place);
	for_each_included(&out, do_refs);
	emit_text_ends(&out);
	order_late(&out, "__jump_table", 16, 8);
	order_late(&out, ".static_call_sites", 8, 4);
	emit_modinfo(&out);
	emit_abi(&out);
	blob_build(&out);
	out_section(&out, ".note.GNU-stack", SHT_PROGBITS, 0, 1);
	write_elf(&out, path);
	if (debug) {
		debug_add(&out);
		write_elf(&out, debug);
	}
	return EXIT_OK;
}
