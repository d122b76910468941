/* SPDX-License-Identifier: GPL-2.0 */
/* Builds blobs for tests, right ones and wrong ones. */
#ifndef TEST_BLOB_H
#define TEST_BLOB_H

#include <linux/types.h>
#include <linux/ksplice_format.h>

enum blob_table {
	BLOB_TARGETS, BLOB_UNITS, BLOB_SYMS, BLOB_RELOCS, BLOB_SITES,
	BLOB_ENTRIES, BLOB_REPLACES, BLOB_WORDS, BLOB_FIXUPS, BLOB_HOOKS,
	BLOB_SUPERSEDES, BLOB_STATES, BLOB_STRINGS, BLOB_BYTES, BLOB_TABLES
};

struct blob {
	struct {
		u8 *data;
		u32 n;		/* entries */
		u32 room;
	} t[BLOB_TABLES];
	struct ksplice_f_header hdr;
};

void blob_init(struct blob *b);
u32 blob_str(struct blob *b, const char *s);
u32 blob_bytes(struct blob *b, const void *bytes, u32 n);
u32 blob_add(struct blob *b, enum blob_table t, const void *entry);
void *blob_get(struct blob *b, enum blob_table t, u32 i);
void *blob_finish(struct blob *b, size_t *size);
void blob_free(struct blob *b);

/* Short ways.  Relocs and sites go to the last unit. */
u32 blob_unit(struct blob *b, const char *name, u32 kind, const void *bytes,
	      u32 size);
u32 blob_sym(struct blob *b, const char *name, u32 flags, u32 unit, u32 offset);
u32 blob_reloc(struct blob *b, u32 offset, u32 type, u32 sym, s64 addend);
struct ksplice_f_site *blob_site(struct blob *b, u32 offset, u32 kind, u32 len);
/* With relocs that are added before (by blob_free_reloc) */
struct ksplice_f_entry *blob_entry(struct blob *b, u32 offset, u32 kind,
				   u32 data, u32 reloc, u32 nreloc);
/* A reloc that belongs to no unit: for replacements; before any unit's. */
u32 blob_free_reloc(struct blob *b, u32 offset, u32 type, u32 sym, s64 addend);

#endif
