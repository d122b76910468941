// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the parts of an update's file that the commands show.  The kernel checks
 * all of it when it is loaded; here only those checks are made that keep this
 * program from reading outside of the file.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "ksplice.h"

/*
 * The file is in memory once, and everything that is told of it points into it:
 * a small file can't ask for a lot of memory by saying the same thing often.
 */
#define MAX_FILE	(64U << 20)

static const char build_again[] =
	"get the file again from where it came; if it is the same there, it has to be built again (kspl-build)";

static int bad(const struct file *f, const char *what)
{
	problem(f->name, EXIT_REFUSED, "bad_file", build_again, "%s: %s",
		f->path, what);
	return EXIT_REFUSED;
}

static bool table_ok(const struct file_blob *b, const struct ksplice_f_table *t,
		     size_t entry)
{
	return t->off <= b->size && t->n <= (b->size - t->off) / entry;
}

static bool header_ok(const struct file_blob *b)
{
	const struct ksplice_f_header *h = &b->hdr;

	return h->size >= sizeof(*h) && h->size <= b->size &&
	       table_ok(b, &h->strings, 1) && h->strings.n &&
	       !b->data[h->strings.off + h->strings.n - 1] &&
	       table_ok(b, &h->targets, sizeof(struct ksplice_f_target)) &&
	       table_ok(b, &h->units, sizeof(struct ksplice_f_unit)) &&
	       table_ok(b, &h->syms, sizeof(struct ksplice_f_sym)) &&
	       table_ok(b, &h->replaces, sizeof(struct ksplice_f_replace));
}

/* In a file the addresses are still 0, so only the checksum itself is left out. */
static bool intact(const struct file_blob *b)
{
	static const unsigned char zero[sizeof(b->hdr.checksum)];
	const unsigned char *p = (const unsigned char *)b->data;
	size_t at = offsetof(struct ksplice_f_header, checksum);
	uLong crc = crc32(0, p, at);

	crc = crc32(crc, zero, sizeof(zero));
	at += sizeof(zero);
	return crc32(crc, p + at, b->hdr.size - at) == b->hdr.checksum;
}

/* "" for an offset that leads nowhere */
static const char *str(const struct file_blob *b, uint32_t off)
{
	return off < b->hdr.strings.n ? b->data + b->hdr.strings.off + off : "";
}

/* Entry @i of a table, copied: the file may be aligned in any way. */
static bool entry(const struct file_blob *b, const struct ksplice_f_table *t,
		  uint32_t i, void *to, size_t size)
{
	if (i >= t->n)
		return false;
	memcpy(to, b->data + t->off + i * size, size);
	return true;
}

static const char *target_name(const struct file_blob *b, uint32_t i)
{
	struct ksplice_f_target target;

	if (!entry(b, &b->hdr.targets, i, &target, sizeof(target)))
		return "";
	return str(b, target.name);
}

/* The @i-th function that is replaced, or piece that no thread may be in */
void file_func(const struct file *f, uint32_t i, struct file_func *func)
{
	struct ksplice_f_replace r = { .unit = KSPLICE_NONE };
	struct ksplice_f_unit unit = { .target = KSPLICE_NONE };
	const struct file_blob *b = &f->blob;

	entry(b, &b->hdr.replaces, i, &r, sizeof(r));
	entry(b, &b->hdr.units, r.unit, &unit, sizeof(unit));
	func->name = str(b, r.name);
	func->source = str(b, unit.source);
	func->target = target_name(b, unit.target);
	func->size = r.size;
	func->new_size = r.new_size;
	func->range = r.kind == KSPLICE_REPLACE_RANGE;
}

/* What it fixes: each id has a '\n' behind it. */
void file_fixes(const struct file *f, str_vec *ids)
{
	const char *at;

	for (at = f->fixes; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		if (*at != '\n')
			*vec_add(ids) = xasprintf("%.*s", (int)strcspn(at, "\n"), at);
	}
}

/* The modules whose exported symbols its code, old or new, uses */
void file_modules(const struct file *f, str_vec *modules)
{
	const struct ksplice_f_table *syms = &f->blob.hdr.syms;
	struct ksplice_f_sym sym;
	const char *name;
	char **known;
	uint32_t i;

	for (i = 0; entry(&f->blob, syms, i, &sym, sizeof(sym)); i++) {
		name = str(&f->blob, sym.module);
		vec_for_each(known, modules)
			if (!strcmp(*known, name))
				break;
		if (*name && (!known || known == modules->v + modules->n))
			*vec_add(modules) = xstrdup(name);
	}
}

const char *file_target(const struct file *f, uint32_t i)
{
	return target_name(&f->blob, i);
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

static int read_blob(struct file *f)
{
	struct file_blob *b = &f->blob;

	if (b->size < sizeof(b->hdr))
		return bad(f, "the update in it is damaged: it is truncated");
	memcpy(&b->hdr, b->data, sizeof(b->hdr));
	if (b->hdr.magic != KSPLICE_MAGIC)
		return bad(f, "the update in it is damaged: it has no valid header");
	/* Only then the rest of the header means what is meant here. */
	if (b->hdr.format != KSPLICE_FORMAT) {
		problem(NULL, EXIT_REFUSED, "format",
			"build the update with the tools that belong to this core, or install the ksplice-tools that belong to the update",
			"%s: it has format %u, but this ksplice is for format %u",
			f->path, b->hdr.format, KSPLICE_FORMAT);
		return EXIT_REFUSED;
	}
	if (!header_ok(b))
		return bad(f, "the update in it is damaged: its tables are out of bounds");
	if (!intact(b))
		return bad(f, "the update in it is damaged: its checksum is wrong");
	/* The core takes no more, either. */
	if (strlen(str(b, b->hdr.fixes)) > KSPLICE_FIXES_MAX)
		return bad(f, "the update in it is damaged: its list of fixes is not valid");
	if (!name_ok(str(b, b->hdr.name)) || !release_ok(str(b, b->hdr.release)))
		return bad(f, "its name or its kernel's release is damaged");
	f->name = str(b, b->hdr.name);
	f->release = str(b, b->hdr.release);
	f->description = str(b, b->hdr.description);
	f->fixes = str(b, b->hdr.fixes);
	f->nfuncs = b->hdr.replaces.n;
	f->ntargets = b->hdr.targets.n;
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
			f->module = at + 5;
		else if (starts_with(at, "vermagic=") && !f->vermagic)
			f->vermagic = at + 9;
	}
}

static int read_sections(struct file *f, Elf *elf)
{
	Elf_Scn *scn = NULL;
	size_t shstr;

	if (elf_getshdrstrndx(elf, &shstr))
		return bad(f, "damaged section headers");
	while ((scn = elf_nextscn(elf, scn))) {
		Elf_Data *d = elf_rawdata(scn, NULL);
		const char *name;
		GElf_Shdr sh;

		/* A copy: in a damaged file the headers are at any address. */
		if (!gelf_getshdr(scn, &sh))
			continue;
		name = elf_strptr(elf, shstr, sh.sh_name);
		if (!name || sh.sh_type == SHT_NOBITS || !d || !d->d_buf)
			continue;
		if (!strcmp(name, ".modinfo"))
			read_modinfo(f, d);
		if (!strcmp(name, BUILD_ID_SECTION)) {
			f->build_id = d->d_buf;
			f->build_id_size = d->d_size;
		}
		if (strcmp(name, KSPLICE_SECTION))
			continue;
		/* The kernel would take the first, others the last. */
		if (f->blob.data)
			return bad(f, "it has two sections " KSPLICE_SECTION);
		f->blob.data = d->d_buf;
		f->blob.size = d->d_size;
	}
	if (!f->blob.data)
		return bad(f, "a module, but not a hot update: it has no section "
			   KSPLICE_SECTION);
	return read_blob(f);
}

/*
 * No module has so many sections that their number does not fit into the
 * header; libelf would take memory for as many as are claimed.
 */
static bool is_module(const struct file *f)
{
	Elf64_Ehdr eh;

	if (f->size < sizeof(eh))
		return false;
	memcpy(&eh, f->data, sizeof(eh));
	return !memcmp(eh.e_ident, ELFMAG, SELFMAG) &&
	       eh.e_ident[EI_CLASS] == ELFCLASS64 &&
	       eh.e_ident[EI_DATA] == ELFDATA2LSB &&
	       eh.e_machine == EM_X86_64 && eh.e_type == ET_REL && eh.e_shnum;
}

static int read_elf(struct file *f)
{
	Elf *elf;
	int ret;

	if (!is_module(f))
		return bad(f, "not a kernel module for x86-64");
	elf_version(EV_CURRENT);
	elf = elf_memory(f->data, f->size);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		ret = read_sections(f, elf);
	else
		ret = bad(f, "not a kernel module for x86-64");
	elf_end(elf);
	return ret;
}

/* What scripts/sign-file puts between the signature and the mark */
struct signature_end {
	uint8_t algo, hash, id_type, signer_len, key_id_len, pad[3];
	uint32_t sig_len;	/* big endian */
};

#define SIGNATURE_PKCS7	2

/*
 * Is there something that has the form of a signature?  Only the kernel can
 * tell whether it is a good one, and of whom.
 *
 * Return: the size of the file without it.
 */
static size_t signed_size(const struct file *f)
{
	static const char mark[] = "~Module signature appended~\n";
	size_t n = sizeof(mark) - 1, sig_len;
	struct signature_end end;

	if (f->size < n + sizeof(end) ||
	    memcmp(f->data + f->size - n, mark, n))
		return f->size;
	n += sizeof(end);
	memcpy(&end, f->data + f->size - n, sizeof(end));
	sig_len = ntohl(end.sig_len);
	if (end.id_type != SIGNATURE_PKCS7 || !sig_len || sig_len >= f->size - n)
		return f->size;
	return f->size - n - sig_len;
}

/*
 * kspl-build puts the checksum of all that it has made behind that, before it is
 * signed.  A tool that rewrites the module, such as strip, drops it.
 */
#define SEAL		"~ksplice checksum %8x~\n"
#define SEAL_SIZE	28

/* Return: is it right?  @there: is there one? */
static bool seal_fits(const struct file *f, bool *there)
{
	size_t size = signed_size(f);
	char text[SEAL_SIZE + 1] = "";
	unsigned int sum;
	int end = 0;

	*there = false;
	if (size < SEAL_SIZE)
		return true;
	size -= SEAL_SIZE;
	memcpy(text, f->data + size, SEAL_SIZE);
	if (sscanf(text, SEAL "%n", &sum, &end) != 1 || end != SEAL_SIZE)
		return true;
	*there = true;
	return crc32(0, (unsigned char *)f->data, size) == sum;
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

static bool names_fit(const struct file *f)
{
	char *module = module_name(f->name);
	bool fit = f->module && !strcmp(f->module, module);

	free(module);
	return fit;
}

static int no_file(const char *path)
{
	problem(NULL, EXIT_FAILED, "no_file", "give the path of a ksplice-NAME.ko",
		"%s: %s", path, strerror(errno));
	return EXIT_FAILED;
}

static int too_large(const struct file *f)
{
	char *what = xasprintf("larger than any hot update: more than %u MB",
			       MAX_FILE >> 20);

	return bad(f, what);
}

static int read_whole(struct file *f)
{
	struct stat st;
	ssize_t n = 1;

	if (fstat(f->fd, &st))
		return no_file(f->path);
	if (!S_ISREG(st.st_mode))
		return bad(f, "not a kernel module for x86-64");
	if (st.st_size > MAX_FILE)
		return too_large(f);
	f->data = xzalloc(st.st_size);
	while (n && f->size < (size_t)st.st_size) {
		n = pread(f->fd, f->data + f->size, st.st_size - f->size, f->size);
		if (n < 0)
			return no_file(f->path);
		f->size += n;
	}
	return EXIT_OK;
}

/* Read only what identifies the file; print nothing. Return: 0 or -1. */
int file_peek(struct file *f, int fd)
{
	struct stat st;

	memset(f, 0, sizeof(*f));
	f->fd = fd;
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    st.st_size <= MAX_FILE && !read_whole(f)) {
		f->crc = crc32(0, (unsigned char *)f->data, f->size);
		return 0;
	}
	file_close(f);
	return -1;
}

/**
 * file_read_fd - read what a file says of itself
 * @f:		that; file_close() frees it
 * @fd:		the file, which is now @f's; -1 with errno: it can't be opened
 * @path:	for messages
 *
 * Return: an exit code; what is wrong has been told then.
 */
int file_read_fd(struct file *f, int fd, const char *path)
{
	int ret;

	memset(f, 0, sizeof(*f));
	f->path = path;
	f->fd = fd;
	if (fd < 0)
		return no_file(path);
	ret = read_whole(f);
	if (!ret && !seal_fits(f, &f->sealed))
		ret = bad(f, "damaged: the checksum at its end is wrong");
	if (!ret)
		ret = read_elf(f);
	if (ret)
		return ret;
	f->crc = crc32(0, (unsigned char *)f->data, f->size);
	f->has_signature = signed_size(f) < f->size;
	if (!names_fit(f))
		return bad(f, "its module has another name than the update");
	return EXIT_OK;
}

/* A file, not a name: it has a / in it, or ends in .ko. */
bool is_file_name(const char *arg)
{
	return strchr(arg, '/') || ends_with(arg, ".ko");
}

/* As given on the command line */
int file_read(struct file *f, const char *path)
{
	if (!is_file_name(path)) {
		problem(NULL, EXIT_FAILED, "no_file",
			"give it with its path: ./FILE.ko",
			"%s: this command needs a file, which has a / in its path or ends in .ko",
			path);
		memset(f, 0, sizeof(*f));
		f->fd = -1;
		return EXIT_FAILED;
	}
	return file_read_fd(f, open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), path);
}

void file_close(struct file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
	free(f->data);
	f->data = NULL;
}
