// SPDX-License-Identifier: GPL-2.0
/* Reads an update: checks it as the kernel does, and prints its contents. */
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "objdiff.h"

/* The file, and the blob in it */
static struct {
	const char *path;
	Elf *elf;
	size_t shstr;
	u8 *blob;
	size_t size;
	u32 shndx;
	const struct ksplice_f_header *h;
	const struct ksplice_f_target *targets;
	const struct ksplice_f_unit *units;
	const struct ksplice_f_sym *syms;
	const struct ksplice_f_reloc *relocs;
	const struct ksplice_f_site *sites;
	const struct ksplice_f_replace *replaces;
	const struct ksplice_f_word *words;
	const struct ksplice_f_fixup *fixups;
	const struct ksplice_f_hook *hooks;
	const struct ksplice_f_supersede *supersedes;
	const struct ksplice_f_state *states;
	const char *strings;
	const Elf64_Rela *rela;
	size_t nrela;
	const Elf64_Sym *symtab;
	size_t nsyms;
	size_t strtab;
} f;

static const char *str(u32 off)
{
	return f.strings + off;
}

static const void *table(const struct ksplice_f_table *t)
{
	return f.blob + t->off;
}

/* Copy the contents, for alignment. */
static void *copy_section(Elf_Scn *scn, size_t *size)
{
	Elf_Data *d = elf_rawdata(scn, NULL);
	void *p;

	*size = d && d->d_buf ? d->d_size : 0;
	p = xzalloc(*size);
	if (*size)
		memcpy(p, d->d_buf, *size);
	return p;
}

static void take_section(Elf_Scn *scn, const Elf64_Shdr *sh, const char *name)
{
	size_t size;

	if (!strcmp(name, KSPLICE_SECTION) && sh->sh_type != SHT_NOBITS) {
		f.blob = copy_section(scn, &f.size);
		f.shndx = elf_ndxscn(scn);
	} else if (!strcmp(name, ".rela" KSPLICE_SECTION)) {
		f.rela = copy_section(scn, &size);
		f.nrela = size / sizeof(Elf64_Rela);
	} else if (sh->sh_type == SHT_SYMTAB) {
		f.symtab = copy_section(scn, &size);
		f.nsyms = size / sizeof(Elf64_Sym);
		f.strtab = sh->sh_link;
	}
}

static void open_update(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf_Scn *scn = NULL;
	Elf64_Ehdr *eh;

	f.path = path;
	if (fd < 0)
		die("%s: %m", path);
	elf_version(EV_CURRENT);
	f.elf = elf_begin(fd, ELF_C_READ, NULL);
	eh = f.elf && elf_kind(f.elf) == ELF_K_ELF ? elf64_getehdr(f.elf) :
						     NULL;
	if (!eh || eh->e_machine != EM_X86_64 || eh->e_type != ET_REL ||
	    elf_getshdrstrndx(f.elf, &f.shstr))
		die("%s: not a kernel module or object for x86-64", path);
	while ((scn = elf_nextscn(f.elf, scn))) {
		Elf64_Shdr *sh = elf64_getshdr(scn);
		const char *name = sh ? elf_strptr(f.elf, f.shstr,
						   sh->sh_name) : NULL;

		if (!name)
			die("%s: damaged section headers", path);
		take_section(scn, sh, name);
	}
	if (!f.blob)
		die("%s: not a hot update: it has no section %s", path,
		    KSPLICE_SECTION);
}

static void check_update(void)
{
	char why[400];

	if (blob_check(f.blob, f.size, why, sizeof(why)))
		die("%s: %s", f.path, why);
	f.h = (const void *)f.blob;
	f.targets = table(&f.h->targets);
	f.units = table(&f.h->units);
	f.syms = table(&f.h->syms);
	f.relocs = table(&f.h->relocs);
	f.sites = table(&f.h->sites);
	f.replaces = table(&f.h->replaces);
	f.words = table(&f.h->words);
	f.fixups = table(&f.h->fixups);
	f.hooks = table(&f.h->hooks);
	f.supersedes = table(&f.h->supersedes);
	f.states = table(&f.h->states);
	f.strings = table(&f.h->strings);
}

/* Places */

static const char *section_name(u32 shndx)
{
	Elf_Scn *scn = elf_getscn(f.elf, shndx);
	Elf64_Shdr *sh = scn ? elf64_getshdr(scn) : NULL;
	const char *name = sh ? elf_strptr(f.elf, f.shstr, sh->sh_name) : NULL;

	return name ? name : "?";
}

/* "cmdline_proc_show+0x12" for a place in a section of the update */
static const char *place_name(u32 shndx, u64 off)
{
	size_t i;

	for (i = 0; i < f.nsyms; i++) {
		const Elf64_Sym *s = &f.symtab[i];
		const char *name;

		if (s->st_shndx != shndx ||
		    ELF64_ST_TYPE(s->st_info) == STT_SECTION ||
		    off < s->st_value || off >= s->st_value + s->st_size)
			continue;
		name = elf_strptr(f.elf, f.strtab, s->st_name);
		return xasprintf("%s+%#llx", name ? name : "?",
				 (unsigned long long)(off - s->st_value));
	}
	return xasprintf("%s+%#llx", section_name(shndx),
			 (unsigned long long)off);
}

/* The address that the module loader will write at @off of the blob. */
static const char *pointed_to(u64 off)
{
	const Elf64_Sym *s;
	size_t i, idx;

	for (i = 0; i < f.nrela; i++)
		if (f.rela[i].r_offset == off)
			break;
	idx = i < f.nrela ? ELF64_R_SYM(f.rela[i].r_info) : 0;
	if (!idx || idx >= f.nsyms)
		return "nothing";
	s = &f.symtab[idx];
	return place_name(s->st_shndx, s->st_value + f.rela[i].r_addend);
}

#define place_of(t, i, member)						\
	pointed_to((const u8 *)&f.t[i].member - f.blob)

static const char *unit_kind_name(u32 kind)
{
	static const char *const names[] = {
		"?", "text", "rodata", "string", "data", "percpu",
	};

	return kind < ARRAY_SIZE(names) ? names[kind] : "?";
}

static const char *unit_name_at(u32 i)
{
	const struct ksplice_f_unit *u = &f.units[i];
	const u8 *bytes = table(&f.h->bytes);

	if (*str(u->name))
		return str(u->name);
	if (u->kind == KSPLICE_UNIT_STRING)
		return xasprintf("\"%.40s\"", (const char *)bytes + u->bytes);
	return "(unnamed)";
}

static const char *sym_label(u32 i)
{
	const struct ksplice_f_sym *s = &f.syms[i];

	if (*str(s->name))
		return str(s->name);
	return s->unit == KSPLICE_NONE ? "(unnamed)" : unit_name_at(s->unit);
}

static const char *type_name(u32 type)
{
	switch (type) {
	case R_X86_64_64:
		return "64";
	case R_X86_64_PC32:
		return "PC32";
	case R_X86_64_PLT32:
		return "PLT32";
	case R_X86_64_32:
		return "32";
	case R_X86_64_32S:
		return "32S";
	case R_X86_64_PC64:
		return "PC64";
	case KSPLICE_R_RT_PTR:
		return "RT_PTR";
	case KSPLICE_R_RT_SHIFT:
		return "RT_SHIFT";
	}
	return "?";
}

/* Text */

static void print_replaces(void)
{
	u32 i;

	for (i = 0; i < f.h->replaces.n; i++) {
		const struct ksplice_f_replace *r = &f.replaces[i];

		if (r->kind == KSPLICE_REPLACE_RANGE)
			printf("  %s: no thread may be inside (%u bytes, %s)\n",
			       str(r->name), r->size,
			       str(f.units[r->unit].source));
		else
			printf("  %s (%u bytes, %s) by %s (%u bytes)\n",
			       str(r->name), r->size,
			       str(f.units[r->unit].source),
			       place_of(replaces, i, addr), r->new_size);
	}
}

/* "vfs_read+0x0", "0x1" */
static const char *word_value(u32 i)
{
	const struct ksplice_f_word *w = &f.words[i];

	if (w->flags & KSPLICE_WORD_OWN)
		return place_of(words, i, value);
	if (w->sym != KSPLICE_NONE)
		return xasprintf("%s%+lld", sym_label(w->sym), (long long)w->value);
	return xasprintf("%#llx", (unsigned long long)w->value);
}

static void print_words(void)
{
	u32 i;

	for (i = 0; i < f.h->words.n; i++) {
		const struct ksplice_f_word *w = &f.words[i];

		printf("  %s+%#x (%s), %u bytes: %s\n", unit_name_at(w->unit), w->offset,
		       str(f.units[w->unit].source), w->size, word_value(i));
	}
}

static void print_fixups(void)
{
	u32 i;

	for (i = 0; i < f.h->fixups.n; i++) {
		const struct ksplice_f_fixup *x = &f.fixups[i];

		printf("  %s: %s %s %s%+lld\n", str(f.targets[x->target].name),
		       place_of(fixups, i, place), type_name(x->type),
		       sym_label(x->sym), (long long)x->addend);
	}
}

static void print_hooks(void)
{
	u32 i;

	for (i = 0; i < f.h->hooks.n; i++)
		printf("  %s: %s %s\n", str(f.targets[f.hooks[i].target].name),
		       hook_names[f.hooks[i].kind], place_of(hooks, i, addr));
}

static void print_units(void)
{
	u32 i, k;

	for (i = 0; i < f.h->units.n; i++) {
		const struct ksplice_f_unit *u = &f.units[i];

		printf("  %s %s %u bytes, align %u, %s%s\n",
		       unit_kind_name(u->kind), unit_name_at(i), u->size,
		       u->align, str(u->source),
		       u->flags & KSPLICE_UNIT_REPLACED ? ", replaced" : "");
		for (k = u->relocs; k < u->relocs + u->nrelocs; k++)
			printf("    +%#x %s %s%+lld\n", f.relocs[k].offset,
			       type_name(f.relocs[k].type),
			       sym_label(f.relocs[k].sym),
			       (long long)f.relocs[k].addend);
		for (k = u->sites; k < u->sites + u->nsites; k++)
			printf("    +%#x site %s, %u bytes\n",
			       f.sites[k].offset,
			       blob_site_name(f.sites[k].kind),
			       f.sites[k].len);
	}
}

/* A '\n' follows each id. */
static void print_fixes(const char *ids)
{
	for (; *ids; ids += strcspn(ids, "\n") + 1)
		printf("fixes %.*s\n", (int)strcspn(ids, "\n"), ids);
}

static void print_text(void)
{
	u32 i;

	printf("update %s for %s, format %u, %u bytes\n", str(f.h->name),
	       str(f.h->release), f.h->format, f.h->size);
	if (*str(f.h->description))
		printf("%s\n", str(f.h->description));
	print_fixes(str(f.h->fixes));
	for (i = 0; i < f.h->supersedes.n; i++)
		printf("supersedes update %s\n", str(f.supersedes[i].name));
	for (i = 0; i < f.h->states.n; i++)
		printf("state %s, version %u\n", str(f.states[i].name),
		       f.states[i].version);
	printf("targets:");
	for (i = 0; i < f.h->targets.n; i++)
		printf(" %s", str(f.targets[i].name));
	printf("\nreplaced:\n");
	print_replaces();
	printf("constants in place: %u words\n", f.h->words.n);
	print_words();
	printf("hooks: %u\n", f.h->hooks.n);
	print_hooks();
	printf("fixups: %u\n", f.h->fixups.n);
	print_fixups();
	printf("units: %u, symbols: %u, relocations: %u, sites: %u\n",
	       f.h->units.n, f.h->syms.n, f.h->relocs.n, f.h->sites.n);
	print_units();
}

/* JSON */

static void json_field(const char *name, const char *value, bool last)
{
	printf("\"%s\": ", name);
	json_string(stdout, value);
	if (!last)
		printf(", ");
}

static void json_replaces(void)
{
	u32 i;

	printf(" \"replaces\": [");
	for (i = 0; i < f.h->replaces.n; i++) {
		const struct ksplice_f_replace *r = &f.replaces[i];
		bool range = r->kind == KSPLICE_REPLACE_RANGE;

		printf("%s\n  {", i ? "," : "");
		json_field("name", str(r->name), false);
		json_field("kind", range ? "range" : "function", false);
		json_field("source", str(f.units[r->unit].source), false);
		json_field("target", str(f.targets[f.units[r->unit].target].name),
			   false);
		if (!range)
			json_field("new", place_of(replaces, i, addr), false);
		printf("\"size\": %u, \"new_size\": %u}", r->size,
		       r->new_size);
	}
	printf("],\n");
}

static void json_words(void)
{
	u32 i;

	printf(" \"words\": [");
	for (i = 0; i < f.h->words.n; i++) {
		const struct ksplice_f_word *w = &f.words[i];

		printf("%s\n  {", i ? "," : "");
		json_field("name", unit_name_at(w->unit), false);
		json_field("source", str(f.units[w->unit].source), false);
		json_field("target", str(f.targets[f.units[w->unit].target].name), false);
		json_field("value", word_value(i), false);
		printf("\"offset\": %u, \"size\": %u}", w->offset, w->size);
	}
	printf("],\n");
}

static void json_hooks(void)
{
	u32 i;

	printf(" \"hooks\": [");
	for (i = 0; i < f.h->hooks.n; i++) {
		printf("%s\n  {", i ? "," : "");
		json_field("kind", hook_names[f.hooks[i].kind], false);
		json_field("target", str(f.targets[f.hooks[i].target].name),
			   false);
		json_field("function", place_of(hooks, i, addr), true);
		printf("}");
	}
	printf("],\n");
}

static void json_order(void)
{
	u32 i;

	printf(" \"supersedes\": [");
	for (i = 0; i < f.h->supersedes.n; i++) {
		fputs(i ? ", " : "", stdout);
		json_string(stdout, str(f.supersedes[i].name));
	}
	printf("],\n \"states\": {");
	for (i = 0; i < f.h->states.n; i++) {
		fputs(i ? ", " : "", stdout);
		json_string(stdout, str(f.states[i].name));
		printf(": %u", f.states[i].version);
	}
	printf("},\n");
}

static void json_fixups(void)
{
	u32 i;

	printf(" \"fixups\": [");
	for (i = 0; i < f.h->fixups.n; i++) {
		const struct ksplice_f_fixup *x = &f.fixups[i];

		printf("%s\n  {", i ? "," : "");
		json_field("place", place_of(fixups, i, place), false);
		json_field("type", type_name(x->type), false);
		json_field("target", str(f.targets[x->target].name), false);
		json_field("symbol", sym_label(x->sym), false);
		printf("\"addend\": %lld}", (long long)x->addend);
	}
	printf("],\n");
}

static void json_units(void)
{
	u32 i;

	printf(" \"units\": [");
	for (i = 0; i < f.h->units.n; i++) {
		const struct ksplice_f_unit *u = &f.units[i];

		printf("%s\n  {", i ? "," : "");
		json_field("name", str(u->name), false);
		json_field("kind", unit_kind_name(u->kind), false);
		json_field("source", str(u->source), false);
		printf("\"size\": %u, \"relocs\": %u, \"sites\": %u, \"replaced\": %s}",
		       u->size, u->nrelocs, u->nsites,
		       u->flags & KSPLICE_UNIT_REPLACED ? "true" : "false");
	}
	printf("],\n");
}

static void json_fixes(const char *ids)
{
	const char *sep = "";

	printf("\"fixes\": [");
	for (; *ids; ids += strcspn(ids, "\n") + 1, sep = ", ")
		printf("%s\"%.*s\"", sep, (int)strcspn(ids, "\n"), ids);
	printf("], ");
}

static void print_json(void)
{
	u32 i;

	printf("{");
	json_field("name", str(f.h->name), false);
	json_field("release", str(f.h->release), false);
	json_field("description", str(f.h->description), false);
	json_fixes(str(f.h->fixes));
	printf("\"format\": %u, \"size\": %u,\n \"targets\": [", f.h->format,
	       f.h->size);
	for (i = 0; i < f.h->targets.n; i++) {
		fputs(i ? ", " : "", stdout);
		json_string(stdout, str(f.targets[i].name));
	}
	printf("],\n");
	json_order();
	json_replaces();
	json_words();
	json_hooks();
	json_fixups();
	json_units();
	printf(" \"symbols\": %u, \"relocs\": %u, \"sites\": %u}\n",
	       f.h->syms.n, f.h->relocs.n, f.h->sites.n);
}

int inspect_file(const char *path, bool json)
{
	open_update(path);
	check_update();
	if (json)
		print_json();
	else
		print_text();
	return EXIT_OK;
}

/* The old code around a place, as run-pre matching expects it */

#define LINES_AROUND	8

static const struct ksplice_f_reloc *reloc_in(const struct ksplice_f_unit *u,
					      u32 at, u32 len)
{
	u32 i;

	for (i = u->relocs; i < u->relocs + u->nrelocs; i++)
		if (f.relocs[i].offset >= at && f.relocs[i].offset < at + len)
			return &f.relocs[i];
	return NULL;
}

/* Relocated fields have no expected bytes. */
static void print_bytes(const struct ksplice_f_unit *u, const u8 *p, u32 at,
			u32 len)
{
	u32 i, k, width;
	bool field;

	for (i = at; i < at + len; i++) {
		field = false;
		for (k = u->relocs; k < u->relocs + u->nrelocs; k++) {
			width = f.relocs[k].type == R_X86_64_64 ||
				f.relocs[k].type == R_X86_64_PC64 ? 8 : 4;
			field |= i >= f.relocs[k].offset &&
				 i < f.relocs[k].offset + width;
		}
		if (field)
			printf(" ..");
		else
			printf(" %02x", p[i]);
	}
	printf("%*s", len < 12 ? 3 * (12 - (int)len) : 1, "");
}

static void print_sites(const struct ksplice_f_unit *u, u32 at, u32 len)
{
	u32 i;

	for (i = u->sites; i < u->sites + u->nsites; i++)
		if (f.sites[i].offset >= at && f.sites[i].offset < at + len)
			printf("  [%s]", blob_site_name(f.sites[i].kind));
}

static u32 insn_size(const struct ksplice_f_unit *u, const u8 *p, u32 at)
{
	struct insn insn;

	return insn_decode(&insn, p + at, u->size - at) ? insn.len : 1;
}

static void print_insn(const struct ksplice_f_unit *u, const u8 *p, u32 at,
		       u32 len, u32 off)
{
	const struct ksplice_f_reloc *r = reloc_in(u, at, len);

	printf("%c %#6x:", off >= at && off < at + len ? '>' : ' ', at);
	print_bytes(u, p, at, len);
	printf(" %s", disasm_bytes(p + at, len, at, len));
	if (r)
		printf(" <%s%+lld>", sym_label(r->sym), (long long)r->addend);
	print_sites(u, at, len);
	printf("\n");
}

static void print_around(const struct ksplice_f_unit *u, u32 off)
{
	const u8 *p = (const u8 *)table(&f.h->bytes) + u->bytes;
	u32 starts[LINES_AROUND + 1], n = 0, at = 0, i, after = 0;

	printf("%s: %s, %u bytes; .. stands for what is relocated, [] for what the kernel rewrites:\n",
	       str(u->source), str(u->name), u->size);
	for (; at < u->size && at + insn_size(u, p, at) <= off; at += insn_size(u, p, at)) {
		if (n == LINES_AROUND)
			memmove(starts, starts + 1, --n * sizeof(*starts));
		starts[n++] = at;
	}
	for (i = 0; i < n; i++)
		print_insn(u, p, starts[i], insn_size(u, p, starts[i]), off);
	for (; at < u->size && after <= LINES_AROUND; after++) {
		print_insn(u, p, at, insn_size(u, p, at), off);
		at += insn_size(u, p, at);
	}
}

/**
 * inspect_at() - show the old code that is expected at a place
 * @path:	the update
 * @place:	FUNCTION+OFFSET, as in the kernel's message on a mismatch
 */
int inspect_at(const char *path, const char *place)
{
	const char *plus = strrchr(place, '+');
	char *func = xstrdup(place), *end;
	unsigned long off = 0;
	u32 i, n = 0;

	if (plus) {
		func[plus - place] = 0;
		off = strtoul(plus + 1, &end, 0);
		if (end == plus + 1 || *end)
			die("%s: not FUNCTION+OFFSET", place);
	}
	open_update(path);
	check_update();
	for (i = 0; i < f.h->units.n; i++) {
		const struct ksplice_f_unit *u = &f.units[i];

		if (u->kind != KSPLICE_UNIT_TEXT || strcmp(str(u->name), func) ||
		    off >= u->size)
			continue;
		n++;
		print_around(u, off);
	}
	if (!n)
		die("%s: contains no old code of %s%s", path, func,
		    off ? " of that length" : "");
	return EXIT_OK;
}
