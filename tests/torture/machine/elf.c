// SPDX-License-Identifier: GPL-2.0
/* Loads relocatable objects, as the linker and the module loader would. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "machine.h"

#define REGION_SIZE	0x400000UL
#define SLACK		64	/* for what grows where it stands */

static const int prot[R_KINDS] = {
	[R_TEXT] = PROT_READ | PROT_WRITE | PROT_EXEC,
	[R_RODATA] = PROT_READ | PROT_WRITE,
	[R_DATA] = PROT_READ | PROT_WRITE,
	[R_INIT] = PROT_READ | PROT_WRITE | PROT_EXEC,
};

void image_init(struct image *im, const char *name, unsigned long base)
{
	u32 k;

	im->name = name;
	for (k = 0; k < R_KINDS; k++) {
		struct region *r = &im->r[k];

		r->base = base + k * 2 * REGION_SIZE;
		r->size = REGION_SIZE;
		if (mmap((void *)r->base, r->size, prot[k], MAP_PRIVATE | MAP_ANONYMOUS |
			 MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0) != (void *)r->base)
			fatal("no memory at %#lx", r->base);
		r->used = 64;
	}
}

static void map_file(struct object *o, const char *path)
{
	int fd = open(path, O_RDONLY);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (size < 0)
		fatal("%s: %m", path);
	o->size = size;
	o->file = mmap(NULL, o->size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (o->file == MAP_FAILED || o->size < sizeof(Elf64_Ehdr))
		fatal("%s: can't be read", path);
	o->eh = (void *)o->file;
	o->sh = (void *)(o->file + o->eh->e_shoff);
	o->shstr = (char *)o->file + o->sh[o->eh->e_shstrndx].sh_offset;
}

static const char *sec_name(const struct object *o, u32 i)
{
	return o->shstr + o->sh[i].sh_name;
}

static enum region_kind kind_of(const struct object *o, u32 i)
{
	const char *name = sec_name(o, i);

	if (!strncmp(name, ".init", 5) && strcmp(name, ".init.ksplice"))
		return R_INIT;
	if (o->sh[i].sh_flags & SHF_EXECINSTR)
		return R_TEXT;
	return o->sh[i].sh_flags & SHF_WRITE ? R_DATA : R_RODATA;
}

/* Tables that only ftrace reads, and notes, are of no use here. */
static bool is_loaded(const struct object *o, u32 i)
{
	const char *name = sec_name(o, i);

	return (o->sh[i].sh_flags & SHF_ALLOC) && o->sh[i].sh_size &&
	       o->sh[i].sh_type != SHT_NOTE && strcmp(name, "__mcount_loc") &&
	       strcmp(name, "__patchable_function_entries") &&
	       strcmp(name, ".modinfo");
}

static const Elf64_Sym *sym_table(const struct object *o, u32 *n, const char **str)
{
	u32 i;

	for (i = 0; i < o->eh->e_shnum; i++) {
		if (o->sh[i].sh_type != SHT_SYMTAB)
			continue;
		*n = o->sh[i].sh_size / sizeof(Elf64_Sym);
		*str = (char *)o->file + o->sh[o->sh[i].sh_link].sh_offset;
		return (void *)(o->file + o->sh[i].sh_offset);
	}
	*n = 0;
	return NULL;
}

/* The one variable that a data section holds (-fdata-sections) */
static const Elf64_Sym *only_sym(const struct object *o, u32 sec, const char **name)
{
	const Elf64_Sym *s, *found = NULL;
	const char *str;
	u32 n, i;

	s = sym_table(o, &n, &str);
	for (i = 0; i < n; i++) {
		if (s[i].st_shndx != sec || ELF64_ST_TYPE(s[i].st_info) != STT_OBJECT)
			continue;
		found = &s[i];
		*name = str + s[i].st_name;
	}
	return found;
}

static unsigned long pinned(struct image *im, const struct object *o, u32 i)
{
	const Elf64_Sym *s;
	const char *name;

	if (!im->pin || kind_of(o, i) != R_DATA)
		return 0;
	s = only_sym(o, i, &name);
	return s ? im->pin(o, name, s->st_size) : 0;
}

static void place(struct image *im, struct object *o, u32 i)
{
	struct region *r = &im->r[kind_of(o, i)];
	unsigned long align = o->sh[i].sh_addralign ? o->sh[i].sh_addralign : 1;
	unsigned long at = pinned(im, o, i);

	if (!at) {
		if (align < 16)
			align = 16;
		at = (r->base + r->used + align - 1) & ~(align - 1);
		r->used = at + o->sh[i].sh_size + SLACK - r->base;
		if (r->used > r->size)
			fatal("%s: too large", o->label);
	}
	o->addr[i] = at;
	if (o->sh[i].sh_type == SHT_NOBITS)
		memset((void *)at, 0, o->sh[i].sh_size);
	else
		memcpy((void *)at, o->file + o->sh[i].sh_offset, o->sh[i].sh_size);
}

static void add_sym(struct image *im, u32 object, const Elf64_Sym *s, const char *name)
{
	struct object *o = &im->objects[object];
	const Elf64_Shdr *sh = &o->sh[s->st_shndx];
	struct sym *n;

	if (im->nsyms == im->room) {
		im->room = im->room ? 2 * im->room : 256;
		im->syms = realloc(im->syms, im->room * sizeof(*im->syms));
	}
	n = &im->syms[im->nsyms++];
	n->name = name;
	n->addr = o->addr[s->st_shndx] + s->st_value;
	n->size = s->st_size;
	n->object = object;
	n->kind = kind_of(o, s->st_shndx);
	n->func = ELF64_ST_TYPE(s->st_info) == STT_FUNC;
	n->global = ELF64_ST_BIND(s->st_info) == STB_GLOBAL;
	n->bytes = sh->sh_type == SHT_NOBITS ? NULL :
		   o->file + sh->sh_offset + s->st_value;
}

static void read_syms(struct image *im, u32 object)
{
	struct object *o = &im->objects[object];
	const Elf64_Sym *s;
	const char *str;
	u32 n, i;

	s = sym_table(o, &n, &str);
	for (i = 1; i < n; i++) {
		if (s[i].st_shndx && s[i].st_shndx < o->eh->e_shnum &&
		    o->addr[s[i].st_shndx] && s[i].st_name &&
		    ELF64_ST_TYPE(s[i].st_info) != STT_SECTION)
			add_sym(im, object, &s[i], str + s[i].st_name);
	}
}

void image_load(struct image *im, const char *label, const char *path)
{
	struct object *o;
	u32 i;

	im->objects = realloc(im->objects, (im->nobjects + 1) * sizeof(*o));
	o = &im->objects[im->nobjects++];
	o->label = label;
	map_file(o, path);
	o->addr = calloc(o->eh->e_shnum, sizeof(*o->addr));
	for (i = 1; i < o->eh->e_shnum; i++)
		if (is_loaded(o, i))
			place(im, o, i);
	read_syms(im, im->nobjects - 1);
}

struct sym *image_find(struct image *im, const char *label, const char *name)
{
	u32 i;

	for (i = 0; i < im->nsyms; i++) {
		struct sym *s = &im->syms[i];

		if (!strcmp(s->name, name) &&
		    (label ? !strcmp(im->objects[s->object].label, label) : s->global))
			return s;
	}
	return NULL;
}

/* Has the file the same code in a function whose name was made of @base? */
bool file_has_code(const char *path, const char *base, const struct sym *like)
{
	struct object o = {};
	const Elf64_Sym *s;
	const char *str;
	bool has = false;
	u32 n, i;

	map_file(&o, path);
	s = sym_table(&o, &n, &str);
	for (i = 0; i < n && !has; i++)
		has = ELF64_ST_TYPE(s[i].st_info) == STT_FUNC &&
		      s[i].st_size == like->size && s[i].st_shndx < o.eh->e_shnum &&
		      !strcmp(base_name(str + s[i].st_name), base) &&
		      !memcmp(o.file + o.sh[s[i].st_shndx].sh_offset + s[i].st_value,
			      like->bytes, like->size);
	munmap((void *)o.file, o.size);
	return has;
}

bool image_has(const struct image *im, unsigned long addr, size_t len,
	       enum region_kind kind)
{
	const struct region *r = &im->r[kind];

	return addr >= r->base && addr + len <= r->base + r->used;
}

static unsigned long sym_value(struct image *im, struct object *o,
			       const Elf64_Sym *s, const char *name)
{
	struct sym *g;

	if (s->st_shndx && s->st_shndx < o->eh->e_shnum)
		return o->addr[s->st_shndx] + s->st_value;
	if (s->st_shndx == SHN_ABS)
		return s->st_value;
	g = image_find(im, NULL, name);
	if (!g && im->rest)
		g = image_find(im->rest, NULL, name);
	return g ? g->addr : machine_symbol(name);
}

/* As the kernel does at boot: the call becomes a nop until somebody traces. */
static void nop_fentry(unsigned long field)
{
	memcpy((void *)(field - 1), "\x0f\x1f\x44\x00\x00", 5);
}

static void relocate(struct image *im, struct object *o, const Elf64_Rela *r,
		     unsigned long base, const Elf64_Sym *syms, const char *str)
{
	const Elf64_Sym *s = &syms[ELF64_R_SYM(r->r_info)];
	const char *name = str + s->st_name;
	unsigned long place = base + r->r_offset, value;
	u32 type = ELF64_R_TYPE(r->r_info);

	if (!strcmp(name, "__fentry__") && type != R_X86_64_64) {
		nop_fentry(place);
		return;
	}
	value = sym_value(im, o, s, name);
	if (!value)
		fatal("%s: %s is not defined", o->label, name);
	if (arch_ksplice_write_field(type, (void *)place, place, r->r_addend, value))
		fatal("%s: relocation of type %u for %s", o->label, type, name);
}

static void relocate_section(struct image *im, struct object *o, u32 sec)
{
	const Elf64_Shdr *sh = &o->sh[sec];
	const Elf64_Rela *r = (void *)(o->file + sh->sh_offset);
	const Elf64_Sym *syms;
	const char *str;
	u32 n, i;

	if (sh->sh_type != SHT_RELA || !o->addr[sh->sh_info])
		return;
	syms = sym_table(o, &n, &str);
	for (i = 0; i < sh->sh_size / sizeof(*r); i++)
		relocate(im, o, &r[i], o->addr[sh->sh_info], syms, str);
}

void image_link(struct image *im)
{
	u32 i, k;

	for (i = 0; i < im->nobjects; i++)
		for (k = 1; k < im->objects[i].eh->e_shnum; k++)
			relocate_section(im, &im->objects[i], k);
}

/* Boot code has the prefix boot_; it runs in the order of the files. */
void image_boot(struct image *im)
{
	u32 i;

	for (i = 0; i < im->nsyms; i++)
		if (im->syms[i].kind == R_INIT && im->syms[i].global &&
		    im->syms[i].func)
			((void (*)(void))im->syms[i].addr)();
}

/* Boot is over: nothing of it may run again, and constants are constant. */
void image_seal(struct image *im)
{
	mprotect((void *)im->r[R_INIT].base, im->r[R_INIT].size, PROT_NONE);
	mprotect((void *)im->r[R_RODATA].base, im->r[R_RODATA].size, PROT_READ);
}

const char *base_name(const char *name)
{
	static char buf[256];

	snprintf(buf, sizeof(buf), "%s", name);
	buf[strcspn(buf, ".")] = 0;
	return buf;
}
