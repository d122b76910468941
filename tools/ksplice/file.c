// SPDX-License-Identifier: GPL-2.0
/*
 * Reads an update's file, as far as an administrator wants to know.  The
 * kernel checks all of it when it is loaded; here nothing is trusted beyond
 * what keeps this program within the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ksplice.h"
#include "ksplice_format.h"

static const char signature_mark[] = "~Module signature appended~\n";

static const char build_again[] =
	"get the file again from where it came; if it is the same there, it has to be built again (kspl-build)";

/* The section with the update in it */
struct blob {
	const char *data;
	size_t size;
	struct ksplice_f_header hdr;
};

static int bad(const struct file *f, const char *what)
{
	problem(f->name, EXIT_REFUSED, "bad_file", build_again, "%s: %s",
		f->path, what);
	return EXIT_REFUSED;
}

static bool table_ok(const struct blob *b, const struct ksplice_f_table *t,
		     size_t entry)
{
	return t->off <= b->size && t->n <= (b->size - t->off) / entry;
}

static bool header_ok(struct blob *b)
{
	struct ksplice_f_header *h = &b->hdr;

	return h->size >= sizeof(*h) && h->size <= b->size &&
	       table_ok(b, &h->strings, 1) && h->strings.n &&
	       !b->data[h->strings.off + h->strings.n - 1] &&
	       table_ok(b, &h->targets, sizeof(struct ksplice_f_target)) &&
	       table_ok(b, &h->units, sizeof(struct ksplice_f_unit)) &&
	       table_ok(b, &h->replaces, sizeof(struct ksplice_f_replace));
}

/* CRC-32 as zlib has it, a bit at a time: updates are small. */
static uint32_t crc32(const void *data, size_t n)
{
	const unsigned char *p = data;
	uint32_t crc = ~0U;
	int i;

	while (n--) {
		crc ^= *p++;
		for (i = 0; i < 8; i++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return ~crc;
}

/* In a file the addresses are still 0, so only the checksum itself is left out. */
static bool intact(const struct blob *b)
{
	char *copy = xzalloc(b->hdr.size);
	uint32_t crc;

	memcpy(copy, b->data, b->hdr.size);
	memset(copy + offsetof(struct ksplice_f_header, checksum), 0,
	       sizeof(b->hdr.checksum));
	crc = crc32(copy, b->hdr.size);
	free(copy);
	return crc == b->hdr.checksum;
}

/* "" for an offset that leads nowhere */
static const char *str(const struct blob *b, uint32_t off)
{
	return off < b->hdr.strings.n ? b->data + b->hdr.strings.off + off : "";
}

/* Entry @i of a table, copied: the file may be aligned in any way. */
static bool entry(const struct blob *b, const struct ksplice_f_table *t,
		  uint32_t i, void *to, size_t size)
{
	if (i >= t->n)
		return false;
	memcpy(to, b->data + t->off + i * size, size);
	return true;
}

static const char *target_name(const struct blob *b, uint32_t i)
{
	struct ksplice_f_target target;

	if (!entry(b, &b->hdr.targets, i, &target, sizeof(target)))
		return "";
	return str(b, target.name);
}

static void read_func(struct file *f, const struct blob *b, uint32_t i)
{
	struct file_func *func = vec_add(&f->funcs);
	struct ksplice_f_replace r;
	struct ksplice_f_unit unit = { .target = KSPLICE_NONE };

	entry(b, &b->hdr.replaces, i, &r, sizeof(r));
	entry(b, &b->hdr.units, r.unit, &unit, sizeof(unit));
	func->name = xstrdup(str(b, r.name));
	func->source = xstrdup(str(b, unit.source));
	func->target = xstrdup(target_name(b, unit.target));
	func->size = r.size;
	func->new_size = r.new_size;
	func->range = r.kind == KSPLICE_REPLACE_RANGE;
}

/* Names become paths, here and in sysfs. */
static bool name_ok(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return n && !name[n] && n <= KSPLICE_NAME_MAX && name[0] != '-';
}

static bool release_ok(const char *release)
{
	return *release && *release != '.' && !strchr(release, '/') &&
	       strlen(release) < 65;
}

static int read_blob(struct file *f, struct blob *b)
{
	uint32_t i;

	if (b->size < sizeof(b->hdr))
		return bad(f, "the update in it is damaged: it is cut off");
	memcpy(&b->hdr, b->data, sizeof(b->hdr));
	if (b->hdr.magic != KSPLICE_MAGIC)
		return bad(f, "the update in it is damaged: it does not begin as one");
	/* Only then the rest of the header means what is meant here. */
	if (b->hdr.format != KSPLICE_FORMAT) {
		problem(NULL, EXIT_REFUSED, "format",
			"build the update with the tools that belong to this core, or install the ksplice-tools that belong to the update",
			"%s: it has format %u, and this is a ksplice for format %u",
			f->path, b->hdr.format, KSPLICE_FORMAT);
		return EXIT_REFUSED;
	}
	if (!header_ok(b))
		return bad(f, "the update in it is damaged: its tables are out of bounds");
	if (!intact(b))
		return bad(f, "the update in it is damaged: its checksum does not fit");
	if (!name_ok(str(b, b->hdr.name)) || !release_ok(str(b, b->hdr.release)))
		return bad(f, "its name or its kernel's release is damaged");
	f->name = xstrdup(str(b, b->hdr.name));
	f->release = xstrdup(str(b, b->hdr.release));
	f->description = xstrdup(str(b, b->hdr.description));
	for (i = 0; i < b->hdr.targets.n; i++)
		*vec_add(&f->targets) = xstrdup(target_name(b, i));
	for (i = 0; i < b->hdr.replaces.n; i++)
		read_func(f, b, i);
	return EXIT_OK;
}

/* .modinfo is KEY=VALUE strings, one after the other. */
static void read_modinfo(struct file *f, const Elf_Data *d)
{
	const char *at = d->d_buf, *end = at ? at + d->d_size : at;
	size_t n;

	for (; at < end; at += n + 1) {
		n = strnlen(at, end - at);
		if (at + n == end)
			return;
		if (starts_with(at, "name=") && !f->module)
			f->module = xstrdup(at + 5);
		else if (starts_with(at, "vermagic=") && !f->vermagic)
			f->vermagic = xstrdup(at + 9);
	}
}

static int read_sections(struct file *f, Elf *elf)
{
	struct blob blob = {};
	Elf_Scn *scn = NULL;
	size_t shstr;

	if (elf_getshdrstrndx(elf, &shstr))
		return bad(f, "damaged section headers");
	while ((scn = elf_nextscn(elf, scn))) {
		Elf64_Shdr *sh = elf64_getshdr(scn);
		Elf_Data *d = elf_rawdata(scn, NULL);
		const char *name = sh ? elf_strptr(elf, shstr, sh->sh_name) : NULL;

		if (!name || sh->sh_type == SHT_NOBITS || !d || !d->d_buf)
			continue;
		if (!strcmp(name, ".modinfo"))
			read_modinfo(f, d);
		if (strcmp(name, KSPLICE_SECTION))
			continue;
		blob.data = d->d_buf;
		blob.size = d->d_size;
	}
	if (!blob.data)
		return bad(f, "a module, but not a hot update: it has no section "
			   KSPLICE_SECTION);
	return read_blob(f, &blob);
}

static bool is_module(Elf *elf)
{
	Elf64_Ehdr *eh = elf && elf_kind(elf) == ELF_K_ELF ?
		elf64_getehdr(elf) : NULL;

	return eh && eh->e_machine == EM_X86_64 && eh->e_type == ET_REL;
}

static bool has_signature(int fd)
{
	char end[sizeof(signature_mark) - 1];
	off_t size = lseek(fd, 0, SEEK_END);

	return size > (off_t)sizeof(end) &&
	       pread(fd, end, sizeof(end), size - sizeof(end)) == sizeof(end) &&
	       !memcmp(end, signature_mark, sizeof(end));
}

/* The module of an update that is only known by its name in sysfs. */
char *module_name(const char *update)
{
	char *module = xasprintf("ksplice_%s", update), *p;

	for (p = module; *p; p++) {
		if (*p == '-')
			*p = '_';
	}
	return module;
}

static int no_file(const char *path)
{
	const char *way = strchr(path, '/') || ends_with(path, ".ko") ?
		"give the path of a ksplice-NAME.ko" :
		"'ksplice list' shows what is loaded and installed; a file is given with its path";

	problem(NULL, EXIT_FAILED, "no_file", way, "%s: %s", path,
		strerror(errno));
	return EXIT_FAILED;
}

/* Return: an exit code; what is wrong has been told then. */
int file_read(struct file *f, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf;
	int ret;

	memset(f, 0, sizeof(*f));
	f->path = path;
	if (fd < 0)
		return no_file(path);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (is_module(elf))
		ret = read_sections(f, elf);
	else
		ret = bad(f, "not a kernel module for x86-64");
	f->has_signature = has_signature(fd);
	if (!ret && !f->module)
		f->module = module_name(f->name);
	elf_end(elf);
	close(fd);
	return ret;
}
