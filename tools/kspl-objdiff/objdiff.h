/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kspl-objdiff: what differs between two builds of a translation unit, and
 * the hot update that brings a running kernel from the first to the second.
 *
 * An object is read into units: a function, a variable, a string, a constant.
 * Everything after that speaks of units and of references between them, no
 * longer of sections and relocations.
 */
#ifndef KSPL_OBJDIFF_H
#define KSPL_OBJDIFF_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ksplice_format.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(x, a)	(((x) + (a) - 1) / (a) * (a))

/* Exit codes, those of all of ksplice's commands. */
enum {
	EXIT_OK		= 0,
	EXIT_FAILED	= 1,
	EXIT_USAGE	= 2,
	EXIT_NO_CHANGE	= 3,
	EXIT_REFUSED	= 4,
};

/* util.c */

/* A growing array: VEC(struct foo) foos; *vec_add(&foos) = ...; */
#define VEC(type) struct { type *v; u32 n, cap; }
#define vec_add(vec)							\
	((vec)->v = vec_grow((vec)->v, (vec)->n, &(vec)->cap,		\
			     sizeof(*(vec)->v)),			\
	 (vec)->n++, &(vec)->v[(vec)->n - 1])
#define vec_for_each(p, vec)						\
	for ((p) = (vec)->v; (p) && (p) < (vec)->v + (vec)->n; (p)++)

void *vec_grow(void *v, u32 n, u32 *cap, size_t size);
void *xzalloc(size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

struct buf {
	u8 *v;
	u32 n, cap;
};

u32 buf_add(struct buf *b, const void *data, u32 n);
void buf_align(struct buf *b, u32 align, u8 fill);

/* String -> pointer. Keys are not copied. */
struct map_slot {
	const char *key;
	void *value;
};

struct map {
	struct map_slot *slots;
	u32 n, size;
};

void *map_get(const struct map *m, const char *key);
void map_set(struct map *m, const char *key, void *value);

bool starts_with(const char *s, const char *prefix);
bool ends_with(const char *s, const char *suffix);
char *strip_numbers(const char *name);

void json_string(FILE *f, const char *s);

/* insn.c */

enum insn_kind {
	INSN_OTHER,
	INSN_CALL,		/* call rel32 */
	INSN_JMP,		/* jmp rel32, rel8 */
	INSN_JCC,		/* jcc rel32, rel8 and the other rel8 jumps */
	INSN_ENDBR,
	INSN_NOP,
};

struct insn {
	u8 len;
	u8 kind;		/* enum insn_kind */
	u8 disp_off, disp_len;	/* displacement of a memory operand */
	u8 imm_off, imm_len;	/* immediate or branch offset */
	bool rip;		/* the displacement is relative to the end */
};

bool insn_decode(struct insn *insn, const u8 *p, size_t avail);

/* disasm.c */
struct unit;
const char *disasm(const struct unit *u, u32 at);
const char *disasm_bytes(const u8 *p, size_t size, u64 at, u32 len);

/* special.c: what each section of a kernel object is */

enum sec_class {
	SC_NONE,		/* not loaded: symbol tables, debug info */
	SC_DROP,		/* loaded or not, means nothing to us */
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
 * @prefix:	all sections whose names begin so
 * @cls:	enum sec_class
 * @table:	for SC_TABLE
 * @entsize:	bytes of an entry; 0: found out from the relocations
 * @emit:	entries of code that goes into the update come along
 * @what:	for SC_SPECIAL: what a person calls it
 */
struct sec_desc {
	const char *name;
	bool prefix;
	u8 cls;
	u8 table;
	u8 entsize;
	bool emit;
	const char *what;
};

const struct sec_desc *sec_describe(const char *name);

/* Offsets in struct alt_instr of 6.12 (packed, 14 bytes) */
#define ALT_REPL	4
#define ALT_FT_FLAGS	8
#define ALT_LEN		12
#define ALT_REPLLEN	13
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
 * @off:	where, in the unit or table entry that holds it
 * @type:	R_X86_64_*
 * @sym:	symbol it is made with
 * @unit:	what it refers to; NULL for what other objects define
 * @addend:	value added, counted from the start of @unit (or of @sym if
 *		there is none)
 * @target:	byte of @unit that is meant: @addend without what makes a
 *		field relative to the end of its instruction
 * @branch:	the field belongs to a direct call or jump
 * @synth:	no relocation in the object, the assembler resolved it
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
 * struct entry - an entry of a table, attached to the code it is about
 * @sec:	the table
 * @off:	where in it
 * @loc:	place in the unit; negative: in the padding before it
 * @refs:	offsets counted from the start of the entry
 */
struct entry {
	struct sec *sec;
	u32 off;
	s32 loc;
	ref_vec refs;
};

/* How a unit of the post object finds the one it was in the pre object. */
enum unit_ident {
	ID_NAMED,	/* has a name: is a certain thing in the kernel */
	ID_SOFT,	/* as ID_NAMED if it can be found, else as ID_FRESH */
	ID_CONTENT,	/* is what it contains: strings, constants */
	ID_FRESH,	/* each copy of the code has its own */
};

enum unit_status {
	ST_SAME,
	ST_NEW,
	ST_CHANGED,
	ST_FOLLOWS,	/* unchanged, but refers to what gets a new copy */
};

struct unit {
	struct obj *obj;
	struct sec *sec;
	u32 off;		/* in the section */
	u32 size;
	u32 pad;		/* bytes of call padding before it */
	u32 align;
	const char *name;	/* "" if it has none */
	const char *scope;	/* of a static local: its function, if known */
	u8 ident;		/* enum unit_ident */
	u8 status;		/* enum unit_status */
	bool is_func, is_global, is_weak;
	bool include;		/* goes into the update */
	bool replaced;		/* has a twin whose entry will jump here */
	bool deleted;
	bool left;		/* stays as it is, see partial.c */
	bool old_body;		/* its source is the old one, see partial.c */
	bool must_stay;		/* ... which may not replace it */
	bool mark;
	bool in_blob;
	bool ambiguous;		/* has a twin, but which is not known */
	bool is_lock;		/* a lock, by its type */
	ref_vec refs;
	VEC(struct entry) entries;
	VEC(struct sym *) syms;	/* all that stand in it */
	struct unit *twin;
	struct unit *parent;	/* of .cold */
	struct unit *cold;
	const char *cause;	/* why it is not ST_SAME */
	s64 cause_off;		/* first difference, -1 if none in its bytes */
	const char *why;	/* why it is included */
	struct unit *from;	/* what uses it, if it does not stand for itself */
	const char *calls_changed;	/* how its arguments did */
	u32 out_sec, out_off;	/* where emit.c put it */
	u32 blob_idx;
};

/**
 * struct target - what is linked together: the kernel, or one module
 * @name:	"vmlinux", or the module's name
 * @pre_globals: name -> unit, of all its files in the update
 * @post_globals: same
 */
struct target {
	const char *name;
	struct map pre_globals, post_globals;
};

struct obj {
	const char *path;
	const char *label;
	u32 target;		/* index in update.targets */
	bool module;		/* that is a module: exit code stays */
	u32 tu;
	bool post;
	void *elf;
	int fd;
	VEC(struct sec) secs;
	VEC(struct sym) syms;
	VEC(struct unit *) units;
	struct map globals;	/* name -> struct unit, this object's */
	struct obj *peer;
	bool dwarf_tried;
	void *dwfl, *dwmod, *dwarf;	/* debug information, if it has any */
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

/* update.c, pair.c, compare.c, decide.c */

struct refusal {
	const char *code;	/* a word, for programs */
	const char *where;	/* translation unit */
	const char *what;	/* function, variable or section */
	const char *reason;
	const char *wayout;
	const struct obj *obj;
	struct unit *unit;	/* what can't be done; NULL: the object */
};

/**
 * struct left - a changed function, or variable, that an update leaves as it is
 * @where:	translation unit
 * @what:	its name
 * @code:	of the refusal it would have been, or "needs_refused"
 * @func:	it is a function that would have been replaced
 */
struct left {
	const char *where, *what, *code, *reason, *wayout;
	bool func;
};

struct note {
	const char *where;
	const char *text;
	bool warning;		/* something the author should think about */
};

struct export {
	const char *name, *module, *ns;
};

struct tu {
	const char *label;
	struct obj *pre, *post;	/* pre is NULL for a new file */
	struct obj *old;	/* post over the old types, or NULL */
	u32 ninit;		/* changes that only count at boot */
	const char *types;	/* "same", "changed", "judged" */
	const char *type_change; /* one of those that did, in words, or NULL */
	bool left;		/* all of it stays as it is */
	VEC(const char *) new_bodies;	/* functions of new source, if said */
	bool dirty;		/* to be judged (again) */
};

struct hook {
	u32 kind;			/* enum ksplice_f_hook_kind */
	u32 order;			/* in its file */
	struct unit *func;
};

struct state {
	const char *name;
	u32 version;
};

struct update {
	const char *name, *release, *description;
	VEC(const char *) supersedes;	/* names of updates */
	VEC(struct state) states;
	VEC(struct target) targets;	/* vmlinux first, if it is one */
	VEC(struct tu) tus;		/* by target */
	VEC(struct refusal) refusals;
	VEC(struct note) notes;
	VEC(struct hook) hooks;
	struct map exports;		/* name -> struct export */
	u32 nreplaced, nnew, ninit, ninitcall;
	bool all;			/* replace what did not change, too */
	bool allow_busy;		/* and what is always in use */
	bool partial;			/* leave out what can't be taken */
	VEC(struct left) left;
	struct map unknown;		/* names that the kernel does not have */
};

void update_add_tu(struct update *up, const char *target, const char *label,
		   const char *pre, const char *post);
bool update_add_old(struct update *up, const char *label, const char *path);
void update_read_symvers(struct update *up, const char *path);
void refuse(struct update *up, const char *code, const struct obj *obj,
	    const struct unit *unit, const char *what, const char *wayout,
	    const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));
void note(struct update *up, const struct obj *obj, bool warning,
	  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int update_status(const struct update *up);

void find_scopes(struct obj *obj);
const char *always_busy(const char *name);
void pair_units(struct update *up);
const char *base_name(const char *name);
bool same_base(const char *a, const char *b);

void compare_units(struct update *up);
bool unit_same_code(struct update *up, const struct unit *a,
		    const struct unit *b);
bool unit_same_content(struct update *up, const struct unit *a,
		       const struct unit *b);
bool unit_same_names(const struct unit *a, const struct unit *b);

void decide(struct update *up);
bool unit_refers(struct update *up, const struct unit *u,
		 const struct unit *to);
bool unit_is_replaceable(const struct unit *u);
void judge(struct update *up);
void leave_out(struct update *up, const char *label, const char *name,
	       const char *reason);
void new_body(struct update *up, const char *label, const char *name);
void check_types(struct update *up);
bool obj_open_dwarf(struct obj *obj);
bool unit_inlines(const struct unit *u, const char *name);
struct unit *resolve_ref(struct update *up, const struct obj *obj,
			 const struct ref *r);

/* What a reference of included code becomes. */
enum ref_fate {
	FATE_NEW,	/* ELF relocation to something in the update */
	FATE_EXTERN,	/* ELF relocation to an exported symbol */
	FATE_FIXUP,	/* the core relocates it when the update is loaded */
};

enum ref_fate ref_fate(struct update *up, const struct unit *from,
		       const struct entry *e, const struct ref *r,
		       struct unit **target);
bool ref_in_alternative(const struct unit *from, const struct ref *r);
bool alt_is_empty(const struct entry *e, const struct ref *r);
bool entry_wanted(struct update *up, const struct unit *u,
		  const struct entry *e);
bool symbol_is_exported(const struct update *up, const char *name);
const char *symbol_module(const struct update *up, const char *name);

/* emit.c, blob.c */
int update_emit(struct update *up, const char *path);

struct out_reloc {
	u32 off, type;
	u32 sec;		/* symbol of that section, or 0: */
	const char *name;	/* undefined symbol */
	s64 addend;
};

extern const char *const hook_names[KSPLICE_HOOK_KINDS];

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

/* Of @unit (in a pre object) or, if that is NULL, @name. */
struct out_fixup {
	u32 sec, off, type, flags;
	u32 target;
	s64 addend;
	struct unit *unit;
	const char *name;
};

struct out {
	VEC(struct out_sec) secs;	/* [0] is unused */
	VEC(struct out_sym) syms;
	VEC(struct out_fixup) fixups;
};

void blob_build(struct update *up, struct out *out);

/* blobcheck.c */
int blob_check(const void *blob, size_t size, char *why, size_t len);
const char *blob_site_name(u32 kind);

/* inspect.c */
int inspect_file(const char *path, bool json);
int inspect_at(const char *path, const char *place);

/* report.c */
void report_text(struct update *up, FILE *f);
void report_problems(struct update *up, FILE *f);
void report_json(struct update *up, FILE *f);

int cmd_diff(int argc, char **argv);
int cmd_create(int argc, char **argv);
int cmd_inspect(int argc, char **argv);

#endif /* KSPL_OBJDIFF_H */
