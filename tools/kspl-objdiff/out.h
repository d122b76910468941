/* SPDX-License-Identifier: GPL-2.0 */
/* The output file of an update (emit.c, blob.c), and the reports about it */
#ifndef KSPL_OUT_H
#define KSPL_OUT_H

#include "verdict.h"

struct out_reloc {
	u32 off, type;
	u32 sec;		/* index of a section, for its symbol; or 0: */
	const char *name;	/* an undefined symbol */
	s64 addend;
};

struct out_sec {
	const char *name;
	u32 type, align, entsize;
	u64 flags;
	struct buf data;	/* .bss: only the length counts */
	VEC(struct out_reloc) relocs;
	u32 shndx, sym;
};

struct out_sym {
	const char *name;
	u32 sec, off, size;
	u8 type;
};

/* The symbol is that of @unit (in a pre object), or @name if @unit is NULL. */
struct out_fixup {
	u32 sec, off, type, flags;
	u32 target;
	s64 addend;
	struct unit *unit;
	const char *name;
};

/* Place of a post unit in the output */
struct place {
	u32 sec, off;
};

/**
 * struct out - the output while it is built
 * @vs:		the decisions
 * @places:	by unit.id
 * @secs:	[0] is unused
 * @syms:	local symbols
 * @fixups:	relocations for the core
 */
struct out {
	const struct verdicts *vs;
	struct place *places;
	VEC(struct out_sec) secs;
	VEC(struct out_sym) syms;
	VEC(struct out_fixup) fixups;
};

/* emit.c */
struct unit *fixup_unit(const struct unit *from, struct unit *to);
int update_emit(const struct verdicts *vs, const char *path, const char *debug);

/* late.c */
void order_late(struct out *out, const char *name, u32 size, u32 key);

/* blob.c */
void blob_build(struct out *out);

/* blobcheck.c */
int blob_check(const void *blob, size_t size, char *why, size_t len);
const char *blob_site_name(u32 kind);

/* inspect.c */
int inspect_file(const char *path, bool json);
int inspect_at(const char *path, const char *place);

/* report.c */
void report_text(const struct verdicts *vs, FILE *f);
void report_problems(const struct verdicts *vs, FILE *f);
void report_json(const struct verdicts *vs, FILE *f);

#endif /* KSPL_OUT_H */
