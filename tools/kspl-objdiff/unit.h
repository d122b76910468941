/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An object as units, and the references between them (elf.c, special.c, scope.c,
 * disasm.c).
 */
#ifndef KSPL_UNIT_H
#define KSPL_UNIT_H

#include <elf.h>

#include "insn.h"
#include "util.h"

/* special.c: the kinds of sections in a kernel object */

enum sec_class {
	SC_NONE,		/* not loaded: symbol tables, debug info */
	SC_DROP,		/* may be loaded, but does not matter to us */
	SC_TEXT,
	SC_NOINSTR,		/* text that can't be replaced */
	SC_INIT,		/* freed after boot */
	SC_RODATA,
	SC_STRING,		/* NUL-terminated, mergeable */
	SC_CONST,		/* fixed-size constants, mergeable */
	SC_DATA,
	SC_PERCPU,
	SC_FRESH,		/* state of one place in the code (once flags) */
	SC_DYNDBG,		/* as SC_FRESH, in its own section */
	SC_TABLE,		/* entries that belong to places in the code */
	SC_ALT_REPL,		/* replacements of alternatives */
	SC_ALT_AUX,		/* code that only alternatives jump to */
	SC_STATIC_CALL,		/* trampolines of static calls */
	SC_SPECIAL,		/* collected by the linker, used at boot */
	SC_EXPORT,
	SC_HOOK,		/* pointers to hooks of the author */
	SC_UNKNOWN,
};

enum table_id {
	TABLE_NONE,
	TABLE_PARAVIRT,
	TABLE_ALT,
	TABLE_BUG,
	TABLE_EX,
	TABLE_JUMP,
	TABLE_STATIC_CALL,
	TABLE_RETPOLINE,
	TABLE_RETURN,
	TABLE_CALL,
	TABLE_SMP_LOCK,
	TABLE_ENDBR,
	TABLE_MCOUNT,
	TABLE_ORC_IP,
	TABLE_RT_PTR,
	TABLE_RT_SHIFT,
	TABLE_KPROBE_BL,
	TABLE_CFI,
	TABLE_CFI_TRAP,
};

/**
 * struct sec_desc - how sections of one name are treated
 * @name:	name, or the start of it if @prefix
 * @prefix:	@name is a prefix
 * @cls:	enum sec_class
 * @table:	for SC_TABLE
 * @entsize:	bytes of an entry; 0: one of @sizes
 * @sizes:	what an entry has in the kernels that are supported; the relocations tell
 *		which
 * @emit:	the update includes the entries of its code
 * @what:	for SC_SPECIAL: its name in messages
 */
struct sec_desc {
	const char *name;
	bool prefix;
	u8 cls;
	u8 table;
	u8 entsize;
	u8 sizes[2];
	bool emit;
	const char *what;
};

const struct sec_desc *sec_describe(const char *name);

struct sec;

#define RO_AFTER_INIT	".data..ro_after_init"

bool sec_is_plain(const struct sec *sec);
bool sec_is_known_place(const struct sec *sec);
bool stand_alike(const struct sec *a, const struct sec *b);

/*
 * struct alt_instr is packed: offsets of the code and of its replacement, the feature
 * with flags, and both lengths. Before 6.3, the feature has 2 bytes, with 1 flag in the
 * highest bit; since then, it has 4.
 */
#define ALT_REPL	4
#define ALT_FT_FLAGS	8
/* flags: use it if the feature is missing; make the call a direct one */
#define ALT_UNLESS	0x10000
#define ALT_DIRECT	0x20000
#define X86_FEATURE_ALWAYS	(3 * 32 + 21)
#define ALT_SIZE	14
#define ALT_SIZE_OLD	12		/* before 6.3 */

/* struct bug_entry: address, file and line with CONFIG_DEBUG_BUGVERBOSE, flags */
#define BUG_SIZE	12
#define BUG_SIZE_SHORT	8

/* struct paravirt_patch_site, before 6.8: address, type, length */
#define PARAVIRT_LEN	9
#define PARAVIRT_SIZE	16

#define ORC_SIZE	6

/* elf.c: an object as units and references */

struct obj;
struct unit;

struct sec {
	const char *name;
	u32 idx;
	Elf64_Shdr sh;
	const u8 *data;			/* NULL for .bss */
	const struct sec_desc *desc;
	u8 cls;				/* enum sec_class */
	u32 entsize;
	const Elf64_Rela *rela;
	u32 nrela;
	VEC(struct unit *) units;	/* by ascending offset */
	VEC(struct sym *) syms;
};

struct sym {
	const char *name;
	u64 value, size;
	u8 type, bind;
	u32 shndx;
	struct sec *sec;
	struct unit *unit;
};

/**
 * struct ref - a relocated field
 * @off:	offset in the unit or table entry that holds it
 * @type:	R_X86_64_*
 * @sym:	symbol of the relocation
 * @unit:	what it refers to; NULL if another object defines it
 * @addend:	value added, counted from the start of @unit (or of @sym if
 *		there is none)
 * @target:	offset in @unit that it refers to: @addend without the distance
 *		from the field to the end of its instruction
 * @branch:	the field belongs to a direct call or jump
 * @synth:	the assembler resolved it: there is no relocation
 * @insn_off:	start of the instruction that holds the field
 * @insn_len:	its length; 0 if the field is in no instruction
 */
struct ref {
	u32 off;
	u32 type;
	struct sym *sym;
	struct unit *unit;
	s64 addend;
	s64 target;
	bool branch;
	bool synth;
	u32 insn_off;
	u8 insn_len;
};

typedef VEC(struct ref) ref_vec;

/**
 * struct entry - an entry of a table, attached to its code
 * @sec:	the table
 * @off:	offset in it
 * @loc:	place in the unit; negative: in the padding before it
 * @refs:	with offsets from the start of the entry
 */
struct entry {
	struct sec *sec;
	u32 off;
	s32 loc;
	ref_vec refs;
};

/* How a unit of the post object finds its twin in the pre object. */
enum unit_ident {
	ID_NAMED,	/* by name: it is a certain thing in the kernel */
	ID_SOFT,	/* as ID_NAMED if it can be found, else as ID_FRESH */
	ID_CONTENT,	/* by contents: strings, constants */
	ID_FRESH,	/* none: each copy of the code has its own */
};

enum unit_status {
	ST_SAME,
	ST_NEW,
	ST_CHANGED,
};

/**
 * struct unit - a function, a variable, a string or a constant of an object
 *
 * What it is (elf.c, scope.c), its twin in the other object (pair.c), and how it
 * differs from that (compare.c, types.c). These are facts, which do not change
 * once these files have found them. Decisions are in struct verdict.
 */
struct unit {
	struct obj *obj;
	u32 id;			/* number in the update, across all objects */
	struct sec *sec;
	u32 off;		/* in the section */
	u32 size;
	u32 pad;		/* bytes of call padding before it */
	u32 align;
	const char *name;	/* "" if it has none */
	const char *scope;	/* function of a static local, if known */
	u64 die;		/* offset of its DIE; 0: not known */
	u8 ident;		/* enum unit_ident */
	u8 status;		/* enum unit_status */
	bool is_func, is_global, is_weak;
	bool deleted;		/* in pre: has no twin */
	bool ambiguous;		/* has a twin, but it is not known which */
	const char *rivals;	/* names of old variables that this new one could be */
	bool rival_stays;	/* one of them exists in pre and post */
	const char *source_name; /* name of a variable in debug info, if any */
	bool is_lock;		/* its type is a lock */
	ref_vec refs;
	VEC(struct entry) entries;
	VEC(struct sym *) syms;	/* all symbols in it */
	struct unit *twin;
	struct unit *parent;	/* function of a .cold part */
	struct unit *cold;
	const char *cause;	/* why it is not ST_SAME */
	s64 cause_off;		/* offset of the first difference, -1 if not in its bytes */
	const char *calls_changed;	/* how the call of it changed */
};

struct obj {
	const char *path;
	const char *label;
	u32 target;		/* index in update.targets */
	bool module;		/* the target is a module: exit code stays */
	u32 tu;
	bool post;
	void *elf;
	int fd;
	VEC(struct sec) secs;
	VEC(struct sym) syms;
	VEC(struct unit *) units;
	struct map globals;	/* name -> struct unit, of this object */
	struct obj *peer;
	bool dwarf_tried, has_dies;
	void *dwfl, *dwmod, *dwarf;	/* debug information, if any */
};

struct obj *obj_read(const char *path, const char *label, bool module);
void obj_close(struct obj *obj);
const u8 *unit_data(const struct unit *u);
const char *unit_text(const struct unit *u);
bool unit_has_endbr(const struct unit *u);
bool unit_is_static_local(const struct unit *u);
struct unit *sec_unit_at(const struct sec *sec, s64 off);
bool class_is_text(u8 cls);
u64 get_le(const u8 *p, u32 n);
bool ref_in_alternative(const struct unit *from, const struct ref *r);
u32 alt_len(const struct entry *e);
u32 alt_repl_len(const struct entry *e);
u32 bug_flags_offset(const struct sec *table);
bool alt_is_empty(const struct entry *e, const struct ref *r);

/* scope.c */
void find_scopes(struct obj *obj);
const char *variable_type(const struct unit *u);
bool obj_open_dwarf(struct obj *obj);
bool obj_find_dies(struct obj *obj);
s64 unit_return_size(const struct unit *u);
bool unit_is_void(const struct unit *u);
u32 die_alignment(void *die);
u32 unit_alignment(const struct unit *u);
u32 unit_wants_alignment(const struct unit *u);

/* disasm.c */
const char *disasm(const struct unit *u, u32 at);
const char *disasm_bytes(const u8 *p, size_t size, u64 at, u32 len);

#endif /* KSPL_UNIT_H */
