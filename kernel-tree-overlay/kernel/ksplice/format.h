/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reader of the on-disk format: turns bytes that came with a module into a
 * view that the rest of the core may follow without checking again.
 */
#ifndef _KSPLICE_FORMAT_READER_H
#define _KSPLICE_FORMAT_READER_H

#include <linux/types.h>
#include <linux/ksplice_format.h>

/**
 * struct ksplice_error - why something was refused
 * @text:	one message for people, without a newline; "" if there is none
 */
struct ksplice_error {
	char text[448];
};

/**
 * struct ksplice_view - a blob that has been checked
 * @hdr:	its start
 * @targets:	the table of that name in the header
 * @units:	same
 * @syms:	same
 * @relocs:	same
 * @sites:	same
 * @entries:	same
 * @replaces:	same
 * @words:	same
 * @fixups:	same
 * @hooks:	same
 * @supersedes:	same
 * @states:	same
 * @strings:	same
 * @bytes:	same
 *
 * All pointers lie in the blob, all indices, offsets and ranges in its tables
 * are in bounds, all strings are terminated.  Only addresses the module loader
 * filled in (fixup.place, replace.addr, hook.addr, word.value with KSPLICE_WORD_OWN) are
 * NOT checked: the core has to.
 */
struct ksplice_view {
	const struct ksplice_f_header *hdr;
	const struct ksplice_f_target *targets;
	const struct ksplice_f_unit *units;
	const struct ksplice_f_sym *syms;
	const struct ksplice_f_reloc *relocs;
	const struct ksplice_f_site *sites;
	const struct ksplice_f_entry *entries;
	const struct ksplice_f_replace *replaces;
	const struct ksplice_f_word *words;
	const struct ksplice_f_fixup *fixups;
	const struct ksplice_f_hook *hooks;
	const struct ksplice_f_supersede *supersedes;
	const struct ksplice_f_state *states;
	const char *strings;
	const u8 *bytes;
};

int ksplice_view_init(struct ksplice_view *v, const void *blob, size_t size,
		      struct ksplice_error *err);
int ksplice_view_intact(const struct ksplice_view *v,
			struct ksplice_error *err);

/**
 * ksplice_str() - string of a validated blob
 * @v:		the view
 * @off:	offset in the string table, from any field of @v
 *
 * Return: the string.
 */
static inline const char *ksplice_str(const struct ksplice_view *v, u32 off)
{
	return v->strings + off;
}

#endif /* _KSPLICE_FORMAT_READER_H */
