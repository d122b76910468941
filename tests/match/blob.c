// SPDX-License-Identifier: GPL-2.0
#include "blob.h"

static const u32 entry_size[BLOB_TABLES] = {
	sizeof(struct ksplice_f_target), sizeof(struct ksplice_f_unit),
	sizeof(struct ksplice_f_sym), sizeof(struct ksplice_f_reloc),
	sizeof(struct ksplice_f_site), sizeof(struct ksplice_f_entry),
	sizeof(struct ksplice_f_replace), sizeof(struct ksplice_f_word),
	sizeof(struct ksplice_f_fixup), sizeof(struct ksplice_f_hook),
	sizeof(struct ksplice_f_supersede), sizeof(struct ksplice_f_state),
	1, 1,
};

static void append(struct blob *b, enum blob_table t, const void *p, u32 n)
{
	u32 need = (b->t[t].n + n) * entry_size[t];

	if (need > b->t[t].room) {
		b->t[t].room = 2 * need;
		b->t[t].data = realloc(b->t[t].data, b->t[t].room);
	}
	memcpy(b->t[t].data + b->t[t].n * entry_size[t], p, n * entry_size[t]);
	b->t[t].n += n;
}

void blob_init(struct blob *b)
{
	struct ksplice_f_target vmlinux = { 0 };

	memset(b, 0, sizeof(*b));
	append(b, BLOB_STRINGS, "", 1);
	b->hdr.magic = KSPLICE_MAGIC;
	b->hdr.format = KSPLICE_FORMAT;
	b->hdr.header_size = sizeof(b->hdr);
	b->hdr.name = blob_str(b, "test");
	b->hdr.release = blob_str(b, "6.12.0-test");
	vmlinux.name = blob_str(b, "vmlinux");
	append(b, BLOB_TARGETS, &vmlinux, 1);
}

u32 blob_str(struct blob *b, const char *s)
{
	u32 at = b->t[BLOB_STRINGS].n;

	if (!*s)
		return 0;
	append(b, BLOB_STRINGS, s, strlen(s) + 1);
	return at;
}

u32 blob_bytes(struct blob *b, const void *bytes, u32 n)
{
	u32 at = b->t[BLOB_BYTES].n;

	append(b, BLOB_BYTES, bytes, n);
	return at;
}

u32 blob_add(struct blob *b, enum blob_table t, const void *entry)
{
	append(b, t, entry, 1);
	return b->t[t].n - 1;
}

void *blob_get(struct blob *b, enum blob_table t, u32 i)
{
	return b->t[t].data + i * entry_size[t];
}

u32 blob_unit(struct blob *b, const char *name, u32 kind, const void *bytes,
	      u32 size)
{
	struct ksplice_f_unit u = {
		.name = blob_str(b, name),
		.source = blob_str(b, "test.o"),
		.kind = kind,
		.size = size,
		.align = 1,
		.bytes = bytes ? blob_bytes(b, bytes, size) : KSPLICE_NONE,
		.relocs = b->t[BLOB_RELOCS].n,
		.sites = b->t[BLOB_SITES].n,
		.entries = b->t[BLOB_ENTRIES].n,
		.parent = KSPLICE_NONE,
	};

	return blob_add(b, BLOB_UNITS, &u);
}

u32 blob_sym(struct blob *b, const char *name, u32 flags, u32 unit, u32 offset)
{
	struct ksplice_f_sym s = {
		.name = blob_str(b, name),
		.flags = flags,
		.unit = unit,
		.offset = offset,
		.target = KSPLICE_NONE,
	};

	return blob_add(b, BLOB_SYMS, &s);
}

u32 blob_free_reloc(struct blob *b, u32 offset, u32 type, u32 sym, s64 addend)
{
	struct ksplice_f_reloc r = {
		.offset = offset, .sym = sym, .addend = addend, .type = type,
	};

	return blob_add(b, BLOB_RELOCS, &r);
}

u32 blob_reloc(struct blob *b, u32 offset, u32 type, u32 sym, s64 addend)
{
	struct ksplice_f_unit *u = blob_get(b, BLOB_UNITS,
					    b->t[BLOB_UNITS].n - 1);

	u->nrelocs++;
	return blob_free_reloc(b, offset, type, sym, addend);
}

struct ksplice_f_site *blob_site(struct blob *b, u32 offset, u32 kind, u32 len)
{
	struct ksplice_f_site s = { .offset = offset, .kind = kind, .len = len };
	struct ksplice_f_unit *u = blob_get(b, BLOB_UNITS,
					    b->t[BLOB_UNITS].n - 1);

	u->nsites++;
	return blob_get(b, BLOB_SITES, blob_add(b, BLOB_SITES, &s));
}

struct ksplice_f_entry *blob_entry(struct blob *b, u32 offset, u32 kind,
				   u32 data, u32 reloc, u32 nreloc)
{
	struct ksplice_f_entry e = {
		.offset = offset, .kind = kind, .data = data, .reloc = reloc,
		.nreloc = nreloc,
	};
	struct ksplice_f_unit *u = blob_get(b, BLOB_UNITS,
					    b->t[BLOB_UNITS].n - 1);

	u->nentries++;
	return blob_get(b, BLOB_ENTRIES, blob_add(b, BLOB_ENTRIES, &e));
}

void *blob_finish(struct blob *b, size_t *size)
{
	struct ksplice_f_table *tables = &b->hdr.targets;
	u32 at = sizeof(b->hdr), i;
	u8 *out;

	for (i = 0; i < BLOB_TABLES; i++) {
		at = (at + 7) & ~7U;
		tables[i].off = at;
		tables[i].n = b->t[i].n;
		at += b->t[i].n * entry_size[i];
	}
	b->hdr.size = at;
	out = calloc(1, at);
	memcpy(out, &b->hdr, sizeof(b->hdr));
	for (i = 0; i < BLOB_TABLES; i++)
		if (b->t[i].n)
			memcpy(out + tables[i].off, b->t[i].data,
			       b->t[i].n * entry_size[i]);
	*size = at;
	return out;
}

void blob_free(struct blob *b)
{
	u32 i;

	for (i = 0; i < BLOB_TABLES; i++)
		free(b->t[i].data);
	memset(b, 0, sizeof(*b));
}
