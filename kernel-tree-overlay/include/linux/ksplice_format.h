/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The on-disk format of a hot update.
 *
 * Shared by the kernel (kernel/ksplice/) and the tools (tools/kspl-objdiff):
 * it may include nothing but <linux/types.h>.
 *
 * A hot update is an ordinary module.  Besides new code and data, which the
 * module loader handles like any other module's, it carries ONE section,
 * KSPLICE_SECTION, which is what this header describes: a header, tables
 * and bytes, all found by offsets from the start of the section ("the blob").
 * Only four kinds of fields hold addresses (struct ksplice_f_fixup.place,
 * struct ksplice_f_replace.addr, struct ksplice_f_hook.addr and, with
 * KSPLICE_WORD_OWN, struct ksplice_f_word.value); the module loader fills them
 * through R_X86_64_64 relocations against symbols of the update itself.
 *
 * The section's name begins with ".init", so that the loader frees it when
 * the update has been loaded.  The core keeps nothing that points into it; of
 * an update that has modules among its targets it keeps a copy, since these
 * can come at any time.
 */
#ifndef _LINUX_KSPLICE_FORMAT_H
#define _LINUX_KSPLICE_FORMAT_H

#include <linux/types.h>

#define KSPLICE_MAGIC		0x4c50534bU	/* "KSPL" */
#define KSPLICE_FORMAT		8

/* The section, and the symbol at its start by which the core finds it. */
#define KSPLICE_SECTION		".init.ksplice"
#define KSPLICE_SYMBOL		"__ksplice_update"

/*
 * An update refers to this exported symbol of the core once (from a section
 * KSPLICE_ABI_SECTION that holds one R_X86_64_64 relocation), so that insmod
 * fails where no core of this format is there.
 */
#define KSPLICE_ABI_SYMBOL	"ksplice_abi_8"
#define KSPLICE_ABI_SECTION	".ksplice.abi"

/*
 * The files in an update's directory in sysfs, each as X(NAME).  A target has a
 * directory beside them, so a module of such a name can be none.
 */
#define KSPLICE_ATTRIBUTES(X)						\
	X(abort_cause) X(attempts) X(checked_tasks) X(conflicts)	\
	X(depends) X(enabled) X(fixes) X(in_the_way) X(pause_ns)	\
	X(rechecked_tasks) X(scanned_tasks) X(state) X(states)		\
	X(stays) X(stops) X(supersedes) X(timeout_ms) X(unwound_tasks)

#define KSPLICE_NAME_MAX	55		/* of an update, without the 0 */
#define KSPLICE_TARGETS_MAX	1024		/* targets of an update */
#define KSPLICE_SITES_MAX	1048576		/* sites: more than all of a kernel has */
#define KSPLICE_ALTS_MAX	32		/* alternatives that begin at one place */
#define KSPLICE_SUPERSEDES_MAX	1024		/* updates that one supersedes */
#define KSPLICE_STATES_MAX	256		/* states of an update */
#define KSPLICE_FIXES_MAX	4000		/* bytes: a file of sysfs holds them */
#define KSPLICE_NONE		0xffffffffU	/* "no unit", "no symbol" */

/**
 * struct ksplice_f_table - where a table stands in the blob
 * @off:	offset of the first entry from the start of the blob, a
 *		multiple of 8
 * @n:		number of entries; for @strings and @bytes: of bytes
 */
struct ksplice_f_table {
	__u32 off;
	__u32 n;
};

/*
 * Header flags
 *
 * STAYS: addresses of this update's memory get into the kernel's data and
 * nobody gives them back (a timer that is armed, work that is queued, a
 * function pointer that is stored): once it was applied its module stays
 * loaded.  It can be taken back; the memory stays.
 */
#define KSPLICE_UPDATE_STAYS	0x1
#define KSPLICE_UPDATE_FLAGS	KSPLICE_UPDATE_STAYS	/* all that are known */

/**
 * struct ksplice_f_header - start of the blob
 * @magic:	KSPLICE_MAGIC
 * @format:	KSPLICE_FORMAT
 * @header_size: sizeof(struct ksplice_f_header)
 * @size:	size of the whole blob in bytes
 * @flags:	KSPLICE_UPDATE_*
 * @name:	name of the update, offset in @strings
 * @release:	the kernel release it was made for (uname -r), in @strings
 * @description: one line for a person, in @strings
 * @fixes:	ids of what it fixes (CVE-2024-12345), each with a '\n' behind it, in
 *		@strings; at most KSPLICE_FIXES_MAX bytes
 * @checksum:	CRC-32 (that of zlib) of the whole blob as the tool wrote it: with
 *		0 here and in the addresses that the module loader fills
 * @targets:	struct ksplice_f_target: vmlinux first, if it is one; at most
 *		KSPLICE_TARGETS_MAX
 * @units:	struct ksplice_f_unit: the pre sections, grouped by target
 * @syms:	struct ksplice_f_sym
 * @relocs:	struct ksplice_f_reloc, by unit, ascending offsets in a unit
 * @sites:	struct ksplice_f_site, by unit, ascending offsets in a unit; at most
 *		KSPLICE_SITES_MAX
 * @entries:	struct ksplice_f_entry, by unit, ascending places in a unit
 * @replaces:	struct ksplice_f_replace
 * @words:	struct ksplice_f_word, by unit, ascending offsets in a unit
 * @fixups:	struct ksplice_f_fixup
 * @hooks:	struct ksplice_f_hook, in the order in which they run
 * @supersedes:	struct ksplice_f_supersede: other updates
 * @states:	struct ksplice_f_state
 * @strings:	NUL-terminated strings; offset 0 holds the empty string, the
 *		last byte is 0
 * @bytes:	contents of units and of alternatives' replacements
 */
struct ksplice_f_header {
	__u32 magic;
	__u32 format;
	__u32 header_size;
	__u32 size;
	__u32 flags;
	__u32 name;
	__u32 release;
	__u32 description;
	__u32 fixes;
	__u32 checksum;
	struct ksplice_f_table targets;
	struct ksplice_f_table units;
	struct ksplice_f_table syms;
	struct ksplice_f_table relocs;
	struct ksplice_f_table sites;
	struct ksplice_f_table entries;
	struct ksplice_f_table replaces;
	struct ksplice_f_table words;
	struct ksplice_f_table fixups;
	struct ksplice_f_table hooks;
	struct ksplice_f_table supersedes;
	struct ksplice_f_table states;
	struct ksplice_f_table strings;
	struct ksplice_f_table bytes;
};

/**
 * struct ksplice_f_target - what an update changes: vmlinux or a module
 * @name:	module name (with _, not -) in @strings, none of KSPLICE_ATTRIBUTES;
 *		"vmlinux" for the kernel
 * @flags:	0
 */
struct ksplice_f_target {
	__u32 name;
	__u32 flags;
};

/* What a unit is; decides what of it is compared with the running kernel. */
enum ksplice_f_unit_kind {
	KSPLICE_UNIT_TEXT	= 1,	/* code: all bytes but fields and sites */
	KSPLICE_UNIT_RODATA	= 2,	/* constants: all bytes but reloc fields */
	KSPLICE_UNIT_STRING	= 3,	/* one NUL-terminated string */
	KSPLICE_UNIT_DATA	= 4,	/* only found, never compared */
	KSPLICE_UNIT_PERCPU	= 5,	/* as data; its address is an offset */
};

/* Unit flags */
#define KSPLICE_UNIT_REPLACED	0x1	/* text that this update replaces */

/**
 * struct ksplice_f_unit - one section (or string) of a pre object
 * @name:	label for people and messages: the main symbol's name, "" for
 *		strings and anonymous constants
 * @target:	index in @targets
 * @tu:		number of the translation unit it comes from: static names are
 *		unique within one (source file in @source)
 * @source:	the translation unit's name (e.g. "fs/proc/cmdline.o")
 * @kind:	enum ksplice_f_unit_kind
 * @flags:	KSPLICE_UNIT_*
 * @size:	bytes of the unit in the running kernel
 * @align:	alignment in bytes, a power of two
 * @bytes:	offset in @bytes of @size bytes of content, all relocated fields
 *		holding 0; KSPLICE_NONE for data, which has no content here
 * @relocs:	first entry in @relocs
 * @nrelocs:	number of them
 * @sites:	first entry in @sites
 * @nsites:	number of them
 * @entries:	first entry in @entries
 * @nentries:	number of them
 * @parent:	for a .cold/.part piece: the unit it was split from; else
 *		KSPLICE_NONE.  A hint for messages only.
 *
 * Text units are whole: every function outside __init of a translation unit
 * that is changed in any way is there, so that names and constants can be
 * inferred from its neighbours.
 */
struct ksplice_f_unit {
	__u32 name;
	__u32 target;
	__u32 tu;
	__u32 source;
	__u32 kind;
	__u32 flags;
	__u32 size;
	__u32 align;
	__u32 bytes;
	__u32 relocs;
	__u32 nrelocs;
	__u32 sites;
	__u32 nsites;
	__u32 entries;
	__u32 nentries;
	__u32 parent;
};

/* Symbol flags */
#define KSPLICE_SYM_LOCAL	0x01	/* static: may occur more than once */
#define KSPLICE_SYM_FUNC	0x02	/* STT_FUNC */
#define KSPLICE_SYM_WEAK	0x04	/* defined weak: run may use another */
#define KSPLICE_SYM_PERCPU	0x08	/* its value is a per-CPU offset */
#define KSPLICE_SYM_RT_PTR	0x10	/* value of a runtime constant (8 bytes) */
#define KSPLICE_SYM_RT_SHIFT	0x20	/* value of a runtime constant (1 byte) */
#define KSPLICE_SYM_EXPORTED	0x40	/* exported by vmlinux or a module */
#define KSPLICE_SYM_ANON	0x80	/* a section or string: no name to look up */

/**
 * struct ksplice_f_sym - something with a value in the running kernel
 * @name:	as kallsyms has it; "" with KSPLICE_SYM_ANON.  For a runtime
 *		constant the name of the variable it is made from.
 * @flags:	KSPLICE_SYM_*
 * @unit:	the unit that defines it, or KSPLICE_NONE if it is defined
 *		outside the pre objects
 * @offset:	where in the unit
 * @target:	index in @targets it must belong to when the unit is none and
 *		it is known; else KSPLICE_NONE
 * @module:	the module that exports it, in @strings; "" if the kernel does,
 *		or a target, or nobody
 *
 * One entry per meaning: two references to one thing use one entry, statics
 * of different translation units never share one.
 */
struct ksplice_f_sym {
	__u32 name;
	__u32 flags;
	__u32 unit;
	__u32 offset;
	__u32 target;
	__u32 module;
};

/**
 * struct ksplice_f_reloc - a relocated field in a pre unit
 * @offset:	of the field in the unit
 * @sym:	index in @syms
 * @addend:	as in Elf64_Rela
 * @type:	R_X86_64_64, _PC32, _PLT32, _32, _32S or _PC64
 * @pad:	0
 */
struct ksplice_f_reloc {
	__u32 offset;
	__u32 sym;
	__s64 addend;
	__u32 type;
	__u32 pad;
};

/*
 * Site kinds: bytes that the running kernel legitimately rewrites.
 * Each tells exactly what may stand there.
 */
enum ksplice_f_site_kind {
	/* call __fentry__, 5 bytes: that, a 5-byte nop, or a call/jmp ftrace put */
	KSPLICE_SITE_FENTRY	= 1,
	/* endbr64, 4 bytes: that, or the sealed form */
	KSPLICE_SITE_ENDBR	= 2,
	/*
	 * an alternative: @len bytes that hold the original (with its relocs),
	 * padded, or the replacement; @arg is an offset in @bytes to @arglen
	 * bytes of replacement code; @feature is cpuid | flags << 16 as in
	 * struct alt_instr.  Several entries of one @offset, at most
	 * KSPLICE_ALTS_MAX, are nested alternatives, in table order.  @reloc/@nreloc: relocs of the
	 * replacement, offsets counted from its start.
	 */
	KSPLICE_SITE_ALT	= 3,
	/* jmp/call/jcc __x86_indirect_thunk_REG and what becomes of it */
	KSPLICE_SITE_RETPOLINE	= 4,
	/* jmp __x86_return_thunk (5 bytes) and what becomes of it */
	KSPLICE_SITE_RETURN	= 5,
	/* direct call that call depth tracking may move before its target */
	KSPLICE_SITE_CALL	= 6,
	/* call/jmp/jcc __SCT__NAME: that, a direct one, nop, ret, xor */
	KSPLICE_SITE_STATIC_CALL = 7,
	/* jump label of @len 2 or 5: nop, or jmp to @arg (offset in the unit) */
	KSPLICE_SITE_JUMP_LABEL	= 8,
	/* lock prefix, 1 byte: f0, or 3e (ds) on one CPU */
	KSPLICE_SITE_SMP_LOCK	= 9,
	/* runtime constant's immediate, 8 or 1 bytes, value goes to symbol @arg */
	KSPLICE_SITE_RT_PTR	= 10,
	KSPLICE_SITE_RT_SHIFT	= 11,
};

/**
 * struct ksplice_f_site - a site in a pre text unit
 * @offset:	of its first byte in the unit
 * @kind:	enum ksplice_f_site_kind
 * @len:	bytes it covers
 * @arg:	see the kind
 * @arglen:	see the kind
 * @feature:	see the kind
 * @reloc:	first entry in @relocs of a replacement's relocs
 * @nreloc:	number of them
 * @pad:	0
 */
struct ksplice_f_site {
	__u32 offset;
	__u16 kind;
	__u16 len;
	__u32 arg;
	__u32 arglen;
	__u32 feature;
	__u32 reloc;
	__u32 nreloc;
	__u32 pad;
};

/* What the kernel keeps about a place in its code, in a table of its own. */
enum ksplice_f_entry_kind {
	/* __jump_table: relocs of the target and the key; @data: on by default */
	KSPLICE_ENTRY_JUMP_LABEL	= 1,
	/* .static_call_sites: reloc of the key; @data: is a tail call */
	KSPLICE_ENTRY_STATIC_CALL	= 2,
	/* __ex_table: reloc of the fixup; @data: its type, register, immediate */
	KSPLICE_ENTRY_EXCEPTION		= 3,
	/* __bug_table: no relocs; @data: BUGFLAG_*, without BUGFLAG_DONE */
	KSPLICE_ENTRY_BUG		= 4,
	KSPLICE_ENTRY_KINDS
};

/**
 * struct ksplice_f_entry - an entry of a table about a pre text unit
 * @offset:	of the place in the unit
 * @kind:	enum ksplice_f_entry_kind
 * @data:	see the kind
 * @reloc:	first entry in @relocs of what it refers to: each is R_X86_64_64 at
 *		offset 0, so that symbol + addend is the address that is meant
 * @nreloc:	number of them
 *
 * The running kernel has these entries about the unit's code, and no others of
 * these kinds.
 */
struct ksplice_f_entry {
	__u32 offset;
	__u32 kind;
	__u32 data;
	__u32 reloc;
	__u32 nreloc;
};

enum ksplice_f_replace_kind {
	/* jump from the function at unit+offset to @addr */
	KSPLICE_REPLACE_FUNC	= 1,
	/* nothing is written, but nobody may be inside (.cold pieces) */
	KSPLICE_REPLACE_RANGE	= 2,
};

/**
 * struct ksplice_f_replace - a function (or piece of one) to be replaced
 * @addr:	address of the new function (filled by the module loader); 0
 *		for KSPLICE_REPLACE_RANGE
 * @name:	the function's name, in @strings
 * @kind:	enum ksplice_f_replace_kind
 * @unit:	the pre unit it stands in
 * @offset:	where its entry is in that unit
 * @size:	bytes of the old function (st_size, from @offset)
 * @new_size:	bytes of the new one
 */
struct ksplice_f_replace {
	__u64 addr;
	__u32 name;
	__u32 kind;
	__u32 unit;
	__u32 offset;
	__u32 size;
	__u32 new_size;
};

/* Word flags */
#define KSPLICE_WORD_OWN	0x1	/* @value is an address in the update */

/**
 * struct ksplice_f_word - a word of a constant that is changed where it stands
 * @value:	what it becomes.  With KSPLICE_WORD_OWN: an address in the update's
 *		memory (filled by the module loader); with a symbol: what is added
 *		to the symbol's value
 * @unit:	the pre unit, a KSPLICE_UNIT_RODATA, that holds it
 * @offset:	where in the unit, a multiple of @size
 * @size:	bytes: 1, 2, 4 or 8, at most the unit's alignment.  One store writes
 *		them, so nobody sees a part of it.  8 for an address.
 * @sym:	index in @syms, or KSPLICE_NONE
 * @flags:	KSPLICE_WORD_*; not together with a symbol
 * @pad:	0
 *
 * The constant keeps its address, so everything that refers to it sees the new
 * contents.  The words are written in the stop in which the jumps are written,
 * and put back when the update is undone.
 */
struct ksplice_f_word {
	__u64 value;
	__u32 unit;
	__u32 offset;
	__u32 size;
	__u32 sym;
	__u32 flags;
	__u32 pad;
};

/**
 * struct ksplice_f_fixup - a field of new code or data the core relocates
 * @place:	address of the field (filled by the module loader)
 * @addend:	as in Elf64_Rela
 * @sym:	index in @syms
 * @type:	R_X86_64_64, _PC32, _PLT32, _32, _32S, _PC64; for runtime
 *		constants KSPLICE_R_RT_PTR, KSPLICE_R_RT_SHIFT.  Branches, and
 *		only these, have _PLT32: all others take an address.
 * @target:	index in @targets of the target whose new code it is in
 * @pad:	0
 *
 * The field holds 0 before.  The core writes it when all symbols of its target
 * have been resolved: if that is there when the update is loaded, before any
 * notifier of the kernel reads the update's tables; else when it comes.
 */
struct ksplice_f_fixup {
	__u64 place;
	__s64 addend;
	__u32 sym;
	__u32 type;
	__u32 target;
	__u32 pad;
};

#define KSPLICE_R_RT_PTR	0x1001	/* 8 bytes, before: the placeholder */
#define KSPLICE_R_RT_SHIFT	0x1002	/* 1 byte, before: the placeholder */

/* When a hook runs; <linux/ksplice.h> says what each is for. */
enum ksplice_f_hook_kind {
	KSPLICE_HOOK_PRE_APPLY		= 0,
	KSPLICE_HOOK_CHECK_APPLY	= 1,
	KSPLICE_HOOK_APPLY		= 2,
	KSPLICE_HOOK_POST_APPLY		= 3,
	KSPLICE_HOOK_FAIL_APPLY		= 4,
	KSPLICE_HOOK_PRE_REVERSE	= 5,
	KSPLICE_HOOK_CHECK_REVERSE	= 6,
	KSPLICE_HOOK_REVERSE		= 7,
	KSPLICE_HOOK_POST_REVERSE	= 8,
	KSPLICE_HOOK_FAIL_REVERSE	= 9,
	KSPLICE_HOOK_KINDS
};

/*
 * An object has the address of each hook in a section of its own, of this name
 * and KIND.NUMBER; those of a kind run in the order of their numbers.
 */
#define KSPLICE_HOOK_SECTION	".ksplice.hooks."

/**
 * struct ksplice_f_hook - a function of the update's author
 * @addr:	its address (filled by the module loader)
 * @kind:	enum ksplice_f_hook_kind
 * @target:	index in @targets: it runs if that is there
 */
struct ksplice_f_hook {
	__u64 addr;
	__u32 kind;
	__u32 target;
};

/**
 * struct ksplice_f_supersede - an update whose place this one takes
 * @name:	its name, in @strings
 * @flags:	0
 *
 * This one was made without it, and has all that it has: when this one is
 * applied, that one is taken back in the same stop.
 */
struct ksplice_f_supersede {
	__u32 name;
	__u32 flags;
};

/**
 * struct ksplice_f_state - what the update makes of some of the kernel's data
 * @name:	what its authors call it, in @strings
 * @version:	from 1; who has a larger one understands what those with a
 *		smaller one have left, not the other way round
 */
struct ksplice_f_state {
	__u32 name;
	__u32 version;
};

#endif /* _LINUX_KSPLICE_FORMAT_H */
