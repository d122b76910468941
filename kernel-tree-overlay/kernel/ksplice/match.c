// SPDX-License-Identifier: GPL-2.0
/*
 * Run-pre matching.
 *
 * A text unit is compared with running memory byte for byte.  Two kinds of bytes are
 * excepted: relocated fields, from which the value of the symbol that they refer to is
 * computed; and sites, for which the architecture knows what may stand there.  Every
 * value must agree with all that is known already, and with kallsyms where that knows
 * the name.  Constants and strings that a value leads to must have the right contents.
 *
 * A unit is expected where matched code says that it is.  If none does, every address
 * that kallsyms has for its name is tried.  A comparison is a trial: what it learns is
 * kept in a journal, and taken back if the trial fails.  If there is one address and the
 * trial succeeds, the journal is committed.  If there are several, the unit waits until
 * code that refers to it has been matched.  When that makes no more progress, pointers
 * in data and the order of the functions in their file decide.
 *
 * Names and values:
 * - A function must stand where kallsyms has its name.  The same goes for data,
 *   if kallsyms has the name at all: without CONFIG_KALLSYMS_ALL it has no data
 *   and no local labels of assembly, and then their value is accepted.
 * - A weak definition may be overridden: kallsyms then has its name elsewhere,
 *   but its code is still there, without a name, among its file's functions.
 *   If the update replaces it, that is an error, since it would have no effect.
 * - If kallsyms has a name more than once, it is not enough that one of the addresses
 *   has the right code.  That one may belong to another file, and the right place may
 *   hold other code.  Other code, data or the order must confirm the address.
 * - A string of a module need not have the same value everywhere (only the
 *   kernel's own link merges strings), its contents have to be the same.
 * - A jump to another function of the file is 5 bytes in the pre code, where each
 *   function has a section of its own, but the kernel's own build made it 2 bytes
 *   if it is near.  What follows in that function stands closer then, and jumps
 *   across are shorter.  All of these have to fit together.
 * - What the kernel's tables say about places in a function (jump labels, static
 *   calls, exceptions, bugs) has to be what the pre object says: the same entries
 *   at the same places, which refer to the same.  Code is the same whatever key
 *   a jump label has.
 * - If only sites refer to a symbol, and all of these were patched to something else,
 *   the symbol stays unknown.  Code that needs its value has to ask kallsyms.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include "match.h"

/* Number of addresses of one name that are tried */
#define MAX_CANDIDATES	1024

/* A journal entry is an index; a flag says of what, if not of a symbol. */
#define JOURNAL_UNIT	0x80000000U
#define JOURNAL_LATE	0x40000000U

/* Limits: places where running code is shorter, in all; branches across, per function */
#define MAX_SHRINKS	1024
#define MAX_BRANCHES	64

/**
 * struct ksplice_match_shrink - running code is shorter than the pre code, or longer
 * @unit:	the unit
 * @pos:	bytes behind this offset in the unit
 * @by:		... are this much closer to its start
 * @pad:	offset of padding that has another length; KSPLICE_NONE if this is about an
 *		instruction, or once an instruction was seen to begin at that offset
 */
struct ksplice_match_shrink {
	u32 unit;
	u32 pos;
	s32 by;
	u32 pad;
};

/**
 * struct ksplice_match_branch - a branch within a function that differs
 * @pos:	offset of its displacement in the unit
 * @to:		offset in the unit that it leads to in the pre code
 * @dest:	address that it leads to in running code
 */
struct ksplice_match_branch {
	u32 pos;
	u32 to;
	unsigned long dest;
};

/**
 * struct ksplice_match_late - a reference into the middle of a function
 * @unit:	the unit that refers
 * @pos:	offset of the reference in @unit
 * @to_unit:	the function
 * @to:		offset in @to_unit
 * @addr:	the address that is referred to
 */
struct ksplice_match_late {
	u32 unit;
	u32 pos;
	u32 to_unit;
	u32 to;
	unsigned long addr;
};

/**
 * struct ksplice_match_fail - the trial that came closest
 * @seen:	there was one
 * @unit:	the unit that differs (may be a constant that the code refers to)
 * @user:	the text unit that was tried
 * @off:	offset of the difference in @unit
 * @len:	how many bytes of @pre and @run are of interest
 * @what:	what was expected there
 * @why:	more about it, or ""
 * @pre:	expected bytes
 * @run:	found bytes
 */
struct ksplice_match_fail {
	bool seen;
	u32 unit;
	u32 user;
	u32 off;
	u32 len;
	const char *what;
	char why[96];
	u8 pre[12];
	u8 run[12];
};

/**
 * struct ksplice_match_work - what the matcher needs while it runs
 * @primary:	by unit: the symbol to find it by, or KSPLICE_NONE
 * @written:	by unit: does the update write words of it?
 * @wait:	text units that are not matched yet
 * @nwait:	number of them
 * @journal:	symbols and units learnt in this trial, in order
 * @njournal:	number of them
 * @late:	references to be checked when all is matched
 * @nlate:	number of them
 * @shrinks:	where running code is shorter, by unit, ascending
 * @nshrinks:	number of them
 * @own:	first of them in this unit
 * @branches:	of this unit: branches across such places
 * @nbranches:	number of them
 * @nchecked:	number of them that the flow check has come across
 * @sure:	does a relocation prove one of these places in this unit?
 * @doubt:	the first difference that was taken for such a place or its consequence, and
 *		the running bytes there, in case it was something else
 * @met:	by entry of this unit: does the running kernel have it?
 * @run:	copy of the running memory of one unit
 * @cand:	addresses to be tried
 * @ncand:	number of them
 * @too_many:	there are more than MAX_CANDIDATES, so none is tried
 * @cur:	the text unit being tried
 * @vmlinux:	index of vmlinux in the targets, or KSPLICE_VMLINUX
 * @sites:	by kind: sites passed in this trial
 * @sites_patched: by kind: ... of these, sites that differ from the object file
 * @why:	reason of the last refusal by ksplice_match_learn()
 * @fail:	the closest trial
 */
struct ksplice_match_work {
	u32 *primary;
	bool *written;
	u32 *wait;
	u32 nwait;
	u32 *journal;
	u32 njournal;
	struct ksplice_match_late *late;
	u32 nlate;
	struct ksplice_match_shrink *shrinks;
	u32 nshrinks;
	u32 own;
	struct ksplice_match_branch branches[MAX_BRANCHES];
	u32 nbranches;
	u32 nchecked;
	bool sure;
	struct {
		bool any;
		u32 pos;
		u32 len;
		u8 run[8];
	} doubt;
	bool *met;
	u8 *run;
	unsigned long *cand;
	u32 ncand;
	bool too_many;
	u32 cur;
	u32 vmlinux;
	u32 sites[KSPLICE_SITE_KINDS];
	u32 sites_patched[KSPLICE_SITE_KINDS];
	char why[96];
	struct ksplice_match_fail fail;
};

static const char *match_sym_name(const struct ksplice_match *m, u32 i)
{
	return ksplice_str(m->view, m->view->syms[i].name);
}

static const char *match_unit_name(const struct ksplice_match *m, u32 i)
{
	const char *name = ksplice_str(m->view, m->view->units[i].name);

	return *name ? name : "(unnamed)";
}

static const char *match_unit_source(const struct ksplice_match *m, u32 i)
{
	return ksplice_str(m->view, m->view->units[i].source);
}

static bool match_is_text(const struct ksplice_f_unit *u)
{
	return u->kind == KSPLICE_UNIT_TEXT;
}

static bool match_has_contents(const struct ksplice_f_unit *u)
{
	return u->kind == KSPLICE_UNIT_RODATA || u->kind == KSPLICE_UNIT_STRING;
}

/* Targets that are not loaded, or were matched before, are left out. */
static bool match_is_wanted(const struct ksplice_match *m, u32 unit)
{
	return !m->ops->wanted ||
	       m->ops->wanted(m->ctx, m->view->units[unit].target);
}

/*
 * May the contents of unit @i be in memory more than once?  Linking a module merges no
 * strings, and an update brings copies of the constants that its code uses.  A constant
 * that changes where it stands has to be the only one.
 */
static bool match_is_copied(const struct ksplice_match *m, u32 i, unsigned long addr)
{
	const struct ksplice_f_unit *u = &m->view->units[i];

	if (m->w->written[i])
		return false;
	if (match_has_contents(u) && !u->nrelocs && m->ops->is_update &&
	    (m->ops->is_update(m->ctx, addr) ||
	     m->ops->is_update(m->ctx, m->unit_addr[i])))
		return true;
	return u->kind == KSPLICE_UNIT_STRING && !u->nrelocs &&
	       u->target != m->w->vmlinux;
}

/* Does the symbol have a name that kallsyms may know, with the symbol's value? */
static bool match_is_named(const struct ksplice_match *m, u32 i)
{
	return !(m->view->syms[i].flags & (KSPLICE_SYM_ANON |
					   KSPLICE_SYM_RT_PTR |
					   KSPLICE_SYM_RT_SHIFT));
}

/*
 * Looking up names
 */

struct lookup {
	unsigned long want;
	unsigned long found;
	u32 n;
	bool any;
};

static int match_found_addr(void *data, unsigned long addr)
{
	struct lookup *l = data;

	l->any = true;
	return addr == l->want;
}

static int match_note_only(void *data, unsigned long addr)
{
	struct lookup *l = data;

	if (l->n && addr == l->found)
		return 0;
	l->found = addr;
	return ++l->n > 1;
}

/* Finds the targets that may have a symbol, the likeliest first.  Returns how many. */
static u32 match_sym_scopes(const struct ksplice_match *m, u32 i, u32 scopes[2])
{
	const struct ksplice_f_sym *s = &m->view->syms[i];
	u32 target = s->target, n = 0;

	if (s->unit != KSPLICE_NONE)
		target = m->view->units[s->unit].target;
	else if (target == KSPLICE_NONE && m->w->cur != KSPLICE_NONE &&
		 m->view->units[m->w->cur].target == m->w->vmlinux)
		target = m->w->vmlinux; /* it was linked without modules */
	if (target == KSPLICE_NONE)
		scopes[n++] = m->w->vmlinux;
	scopes[n++] = target;
	return n;
}

/**
 * ksplice_match_name() - the one address of a symbol of the kernel itself
 * @m:		the run
 * @name:	the symbol
 *
 * Return: the address, 0 if there is none or more than one.
 */
unsigned long ksplice_match_name(struct ksplice_match *m, const char *name)
{
	struct lookup l = { 0 };

	m->ops->candidates(m->ctx, m->w->vmlinux, name, match_note_only, &l);
	return l.n == 1 ? l.found : 0;
}

/**
 * ksplice_match_lookup() - value of a symbol without learning it
 * @m:		the run
 * @sym:	index of the symbol
 * @value:	gets the value
 *
 * Return: true if it is known from matched code or unique in kallsyms.
 */
bool ksplice_match_lookup(struct ksplice_match *m, u32 sym, u64 *value)
{
	u32 scopes[2], n, i;

	if (m->sym_state[sym] != KSPLICE_SYM_UNKNOWN) {
		*value = m->sym_value[sym];
		return true;
	}
	if (m->view->syms[sym].flags & KSPLICE_SYM_ANON)
		return false;
	n = match_sym_scopes(m, sym, scopes);
	for (i = 0; i < n; i++) {
		struct lookup l = { 0 };

		m->ops->candidates(m->ctx, scopes[i], match_sym_name(m, sym),
				   match_note_only, &l);
		if (l.n > 1)
			return false;
		*value = l.found;
		if (l.n)
			return true;
	}
	return false;
}

/* Does kallsyms, if it knows the name, know it at this address? */
static bool match_name_agrees(struct ksplice_match *m, u32 sym, unsigned long addr)
{
	struct lookup l = { .want = addr };
	u32 scopes[2], n, i;

	if (!match_is_named(m, sym))
		return true;
	n = match_sym_scopes(m, sym, scopes);
	for (i = 0; i < n; i++) {
		if (m->ops->candidates(m->ctx, scopes[i], match_sym_name(m, sym),
				       match_found_addr, &l))
			return true;
	}
	return !l.any;
}

/*
 * Learning, and taking back
 */

/**
 * ksplice_match_mark() - note how much has been learnt
 * @m:		the run
 *
 * Return: a mark for ksplice_match_rollback().
 */
u32 ksplice_match_mark(struct ksplice_match *m)
{
	return m->w->njournal;
}

/**
 * ksplice_match_rollback() - forget what has been learnt since
 * @m:		the run
 * @mark:	since when
 */
void ksplice_match_rollback(struct ksplice_match *m, u32 mark)
{
	struct ksplice_match_work *w = m->w;

	while (w->njournal > mark) {
		u32 e = w->journal[--w->njournal];

		if (e & JOURNAL_UNIT)
			m->unit_state[e & ~JOURNAL_UNIT] = KSPLICE_UNIT_UNKNOWN;
		else if (e & JOURNAL_LATE)
			w->nlate--;
		else
			m->sym_state[e] = KSPLICE_SYM_UNKNOWN;
	}
}

static __printf(2, 3) int match_refuse(struct ksplice_match *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->w->why, sizeof(m->w->why), fmt, ap);
	va_end(ap);
	return -EILSEQ;
}

/* Compares contents that have no relocated fields with memory. */
static bool match_contents_equal(struct ksplice_match *m, u32 unit,
				 unsigned long addr)
{
	const struct ksplice_f_unit *u = &m->view->units[unit];
	const u8 *pre = m->view->bytes + u->bytes;
	u8 buf[64];
	u32 pos, n;

	for (pos = 0; pos < u->size; pos += n) {
		n = min_t(u32, u->size - pos, sizeof(buf));
		if (m->ops->read(m->ctx, addr + pos, buf, n) ||
		    memcmp(pre + pos, buf, n))
			return false;
	}
	return true;
}

/* If kallsyms has the unit's name, it must be at that address, unless it is weak. */
static int match_check_primary(struct ksplice_match *m, u32 unit, unsigned long addr)
{
	u32 sym = m->w->primary[unit];

	if (sym == KSPLICE_NONE ||
	    m->view->syms[sym].flags & KSPLICE_SYM_WEAK ||
	    match_name_agrees(m, sym, addr + m->view->syms[sym].offset))
		return 0;
	return match_refuse(m, "kallsyms has %s elsewhere", match_sym_name(m, sym));
}

/* Notes that a unit must be at @addr. */
static int match_learn_unit(struct ksplice_match *m, u32 unit, unsigned long addr)
{
	const struct ksplice_f_unit *u = &m->view->units[unit];

	if (m->unit_state[unit] != KSPLICE_UNIT_UNKNOWN) {
		if (m->unit_addr[unit] == addr)
			return 0;
		if (match_is_copied(m, unit, addr) &&
		    m->ops->in_target(m->ctx, u->target, addr, u->size,
				      u->kind) &&
		    match_contents_equal(m, unit, addr))
			return 0;
		return match_refuse(m, "%s is %#lx bytes away from where other code has it",
				    match_unit_name(m, unit),
				    addr > m->unit_addr[unit] ?
				    addr - m->unit_addr[unit] :
				    m->unit_addr[unit] - addr);
	}
	if (!m->ops->in_target(m->ctx, u->target, addr, u->size, u->kind))
		return match_refuse(m, "%s would be outside %s", match_unit_name(m, unit),
				    ksplice_str(m->view,
						m->view->targets[u->target].name));
	if (match_check_primary(m, unit, addr))
		return -EILSEQ;
	m->unit_addr[unit] = addr;
	m->unit_state[unit] = KSPLICE_UNIT_INFERRED;
	m->w->journal[m->w->njournal++] = unit | JOURNAL_UNIT;
	return 0;
}

static bool match_defines(const struct ksplice_f_sym *s)
{
	return s->unit != KSPLICE_NONE && !(s->flags & KSPLICE_SYM_WEAK);
}

/**
 * ksplice_match_learn() - running code says that a symbol has a value
 * @m:		the run
 * @sym:	index of the symbol
 * @value:	the value
 *
 * Return: 0 if that agrees with all that is known, else -EILSEQ.
 */
int ksplice_match_learn(struct ksplice_match *m, u32 sym, u64 value)
{
	const struct ksplice_f_sym *s = &m->view->syms[sym];

	/* A call of an update's new code means the function that it replaces. */
	if (m->ops->entry)
		value = m->ops->entry(m->ctx, value);
	/* Freed after boot: no running code leads there. */
	if (s->flags & KSPLICE_SYM_ANON && s->unit == KSPLICE_NONE)
		return match_refuse(m, "it refers to code that is gone after boot");
	if (m->sym_state[sym] != KSPLICE_SYM_UNKNOWN) {
		if (m->sym_value[sym] == value)
			return 0;
		if (match_defines(s)) /* it may be a string, elsewhere */
			return match_learn_unit(m, s->unit, value - s->offset);
		return match_refuse(m, "%s has another value than in code matched before",
				    match_sym_name(m, sym));
	}
	if (!(match_defines(s) && m->w->primary[s->unit] == sym) &&
	    !match_name_agrees(m, sym, value))
		return match_refuse(m, "kallsyms has %s elsewhere", match_sym_name(m, sym));
	if (match_defines(s) && match_learn_unit(m, s->unit, value - s->offset))
		return -EILSEQ;
	m->sym_value[sym] = value;
	m->sym_state[sym] = KSPLICE_SYM_INFERRED;
	m->w->journal[m->w->njournal++] = sym;
	return 0;
}

/*
 * Notes a reference to the middle of a function.  It is checked when the function has
 * been matched, since running code may be shorter before that place.
 */
static void match_refer_late(struct ksplice_match *m, u32 pos, u32 to_unit, u32 to,
			     unsigned long addr)
{
	struct ksplice_match_work *w = m->w;

	w->late[w->nlate].unit = w->cur;
	w->late[w->nlate].pos = pos;
	w->late[w->nlate].to_unit = to_unit;
	w->late[w->nlate].to = to;
	w->late[w->nlate].addr = addr;
	w->journal[w->njournal++] = w->nlate++ | JOURNAL_LATE;
}

/**
 * ksplice_match_refer() - note the value of a relocated field in running code
 * @s:		the span
 * @pos:	offset of the field in the span
 * @r:		the field's relocation
 * @value:	value of the relocation's symbol that follows from the field
 * @to:		distance of the field's target from its symbol
 *
 * Return: 0 if that agrees with all that is known, else -EILSEQ.
 */
int ksplice_match_refer(struct ksplice_span *s, u32 pos,
			const struct ksplice_f_reloc *r, u64 value, s64 to)
{
	const struct ksplice_match *m = s->m;
	const struct ksplice_f_sym *sym = &m->view->syms[r->sym];

	if (!to || s->unit == KSPLICE_NONE || !match_defines(sym) ||
	    !match_is_text(&m->view->units[sym->unit]) ||
	    m->w->nlate == m->view->hdr->relocs.n)
		return ksplice_match_learn(s->m, r->sym, value);
	if (to < 0 ? -to > sym->offset :
		     to > m->view->units[sym->unit].size - sym->offset)
		return match_refuse(s->m, "it leads out of %s",
				    match_unit_name(m, sym->unit));
	match_refer_late(s->m, pos, sym->unit, sym->offset + to, value + to);
	return 0;
}

/* Returns how much closer to the unit's start the byte at @pos is in running code. */
static long match_shift_at(const struct ksplice_match *m, u32 unit, u32 pos)
{
	long by = 0;
	u32 i;

	for (i = 0; i < m->w->nshrinks; i++)
		if (m->w->shrinks[i].unit == unit &&
		    pos > m->w->shrinks[i].pos)
			by += m->w->shrinks[i].by;
	return by;
}

/* Remembers the first running bytes that are not compared as they are. */
static void match_doubt(struct ksplice_span *s, u32 pos, u32 len)
{
	struct ksplice_match_work *w = s->m->w;

	if (w->doubt.any)
		return;
	w->doubt.any = true;
	w->doubt.pos = pos;
	w->doubt.len = min_t(u32, len, sizeof(w->doubt.run));
	memcpy(w->doubt.run, s->run + pos, w->doubt.len);
}

/**
 * ksplice_match_shrink() - an instruction is shorter in running code
 * @s:		the span; its copy of running memory is stretched
 * @pos:	where the instruction begins
 * @by:		bytes that are missing behind its first one
 * @sure:	a relocation will prove that it leads to the same place
 *
 * Return: false if there is no room for it.
 */
bool ksplice_match_shrink(struct ksplice_span *s, u32 pos, u32 by, bool sure)
{
	struct ksplice_match_work *w = s->m->w;

	if (w->nshrinks == MAX_SHRINKS || pos + 1 + by > s->len)
		return false;
	match_doubt(s, pos, by + 2);
	memmove(s->run + pos + 1 + by, s->run + pos + 1, s->len - pos - 1 - by);
	s->addr -= by;
	w->shrinks[w->nshrinks].unit = s->unit;
	w->shrinks[w->nshrinks].pos = pos;
	w->shrinks[w->nshrinks].pad = KSPLICE_NONE;
	w->shrinks[w->nshrinks++].by = by;
	w->sure |= sure;
	return true;
}

/**
 * ksplice_match_pad() - padding between instructions has another length
 * @s:		the span; its copy of running memory gets what the pre code has there,
 *		and behind it what follows the padding
 * @pos:	where it begins, which is not the start of the unit
 * @len:	bytes of it in the pre code
 * @run_len:	bytes of it in running code
 *
 * Whether an instruction ends before the padding is checked along with the branches.
 *
 * Return: false if there is no room for it or memory can't be read.
 */
bool ksplice_match_pad(struct ksplice_span *s, u32 pos, u32 len, u32 run_len)
{
	struct ksplice_match_work *w = s->m->w;
	unsigned long addr = s->addr + run_len - len;
	u32 end = pos + len;

	if (w->nshrinks == MAX_SHRINKS || !pos || end > s->len)
		return false;
	match_doubt(s, pos, s->len - pos);
	if (s->m->ops->read(s->m->ctx, addr + end, s->run + end, s->len - end))
		return false;
	memcpy(s->run + pos, s->pre + pos, len);
	s->addr = addr;
	w->shrinks[w->nshrinks].unit = s->unit;
	w->shrinks[w->nshrinks].pos = end - 1;
	w->shrinks[w->nshrinks].pad = pos;
	w->shrinks[w->nshrinks++].by = (s32)(len - run_len);
	w->sure = true;
	return true;
}

/**
 * ksplice_match_insn() - note that an instruction of the pre code begins somewhere
 * @s:		the span
 * @pos:	its offset
 */
void ksplice_match_insn(struct ksplice_span *s, u32 pos)
{
	struct ksplice_match_work *w = s->m->w;
	u32 i;

	for (i = w->own; i < w->nshrinks; i++)
		if (w->shrinks[i].unit == s->unit && w->shrinks[i].pad == pos)
			w->shrinks[i].pad = KSPLICE_NONE;
}

/**
 * ksplice_match_branch() - a branch within a function has another displacement
 * @s:		the span; its copy of running memory gets what the pre code has
 * @pos:	where the displacement begins
 * @len:	its bytes
 * @to:		where it leads in the pre code
 * @dest:	the address it leads to in running code
 *
 * Return: false if there is no room for it, or if it leads out of the function.
 */
bool ksplice_match_branch(struct ksplice_span *s, u32 pos, u32 len, u32 to,
			  unsigned long dest)
{
	struct ksplice_match_work *w = s->m->w;

	if (w->nbranches == MAX_BRANCHES || to > s->len)
		return false;
	match_doubt(s, pos, len);
	w->branches[w->nbranches].pos = pos;
	w->branches[w->nbranches].to = to;
	w->branches[w->nbranches++].dest = dest;
	memcpy(s->run + pos, s->pre + pos, len);
	return true;
}

/**
 * ksplice_match_count() - a site has been passed
 * @m:		the run
 * @kind:	enum ksplice_f_site_kind
 * @patched:	does something else stand there than in the object file?
 */
void ksplice_match_count(struct ksplice_match *m, u32 kind, bool patched)
{
	m->w->sites[kind]++;
	m->w->sites_patched[kind] += patched;
}

/*
 * Comparing
 */

static int match_span_bad(struct ksplice_span *s, u32 off, u32 len, const char *what)
{
	s->bad_off = off;
	s->bad_len = min(len, s->len - off);
	s->bad_what = what;
	return -EILSEQ;
}

/* Learns from the field of relocation @r, at @pos, what its symbol's value is. */
static int match_field(struct ksplice_span *s, const struct ksplice_f_reloc *r,
		       u32 pos, u32 *used)
{
	u64 value;

	*used = arch_ksplice_match_field(s, r, &value);
	if (!*used)
		return match_span_bad(s, pos, 8, "address");
	if (ksplice_match_refer(s, pos, r, value, arch_ksplice_refers_to(r)))
		return match_span_bad(s, pos, *used, "address");
	return 0;
}

/* Returns where the next relocated field is; the end of the span if there is none. */
static u32 match_next_reloc(const struct ksplice_span *s, u32 *i, u32 pos)
{
	while (*i < s->nrelocs && s->relocs[*i].offset - s->base < pos)
		(*i)++;
	return *i < s->nrelocs ? s->relocs[*i].offset - s->base : s->len;
}

static u32 match_next_site(const struct ksplice_span *s, u32 *i, u32 pos)
{
	while (*i < s->nsites && s->sites[*i].offset - s->base < pos)
		(*i)++;
	return *i < s->nsites ? s->sites[*i].offset - s->base : s->len;
}

/**
 * ksplice_match_span() - compare a stretch of code or constants
 * @s:		the stretch
 *
 * What is learnt goes to the journal; on failure the caller takes it back.
 *
 * Return: 0 or -EILSEQ, with s->bad_* set.
 */
int ksplice_match_span(struct ksplice_span *s)
{
	u32 pos = 0, ri = 0, si = 0;

	while (pos < s->len) {
		u32 reloc = match_next_reloc(s, &ri, pos);
		u32 site = match_next_site(s, &si, pos);
		u32 next = min3(reloc, site, s->len), same, used = 0;
		int ret = 0;

		if (next > pos) {
			same = arch_ksplice_same(s, pos, next);
			if (same < next && !arch_ksplice_resize(s, same))
				return match_span_bad(s, same, 8, "code");
			pos = same;
		} else if (pos == site) {
			ret = arch_ksplice_match_site(s, si++, &used);
		} else {
			ret = match_field(s, &s->relocs[ri], pos, &used);
		}
		if (ret)
			return ret;
		pos += used;
	}
	return 0;
}

/**
 * ksplice_match_flow() - does a branch lead to the same place as in the pre code?
 * @s:		the span
 * @pos:	where its displacement is; ascending from call to call
 * @from:	where it ends
 * @to:		where it leads in the pre code
 *
 * Return: true if it crosses no place where running code is shorter, or if it is one of
 * the branches that were found to differ.
 */
bool ksplice_match_flow(struct ksplice_span *s, u32 pos, u32 from, u32 to)
{
	struct ksplice_match_work *w = s->m->w;

	if (w->nchecked < w->nbranches && w->branches[w->nchecked].pos == pos) {
		w->nchecked++;
		return true;
	}
	return match_shift_at(s->m, s->unit, from) == match_shift_at(s->m, s->unit, to);
}

/* Checks that all differences fit the places where running code is shorter. */
static int match_check_branches(struct ksplice_span *s, unsigned long start)
{
	struct ksplice_match_work *w = s->m->w;
	u32 i;

	if (!w->doubt.any)
		return 0;
	for (i = 0; i < w->nbranches; i++)
		if (w->branches[i].dest != start + w->branches[i].to -
		    match_shift_at(s->m, s->unit, w->branches[i].to))
			return -EILSEQ;
	w->nchecked = 0;
	if (!w->sure || !arch_ksplice_check_flow(s) ||
	    w->nchecked != w->nbranches)
		return -EILSEQ;
	for (i = w->own; i < w->nshrinks; i++)
		if (w->shrinks[i].pad != KSPLICE_NONE)
			return -EILSEQ;
	return 0;
}

/* Compares code that may be shorter than the pre code. */
static int match_code(struct ksplice_span *s)
{
	struct ksplice_match_work *w = s->m->w;
	unsigned long start = s->addr;
	int ret;

	w->own = w->nshrinks;
	w->nbranches = 0;
	w->sure = false;
	w->doubt.any = false;
	ret = ksplice_match_span(s);
	if (!ret)
		ret = match_check_branches(s, start);
	if (!ret)
		return 0;
	w->nshrinks = w->own;
	if (w->doubt.any && (!s->bad_what || !w->sure)) {
		/* The first doubt was a real difference: report that */
		memcpy(s->run + w->doubt.pos, w->doubt.run, w->doubt.len);
		return match_span_bad(s, w->doubt.pos, w->doubt.len, "code");
	}
	return ret;
}

/* Keeps the failure of the trial that came furthest, for the message. */
static void match_note_failure(struct ksplice_match *m, u32 unit,
			       const struct ksplice_span *s)
{
	struct ksplice_match_fail *f = &m->w->fail;
	bool text = match_is_text(&m->view->units[unit]);

	/* A trial that fails at a constant came further than one that fails at code. */
	if (f->seen && text &&
	    (f->unit != f->user || f->off > s->bad_off))
		return;
	f->seen = true;
	f->unit = unit;
	f->user = m->w->cur;
	f->off = s->bad_off;
	f->len = min_t(u32, s->bad_len, sizeof(f->pre));
	f->what = text ? s->bad_what : "constant";
	if (f->len && s->run) {
		memcpy(f->pre, s->pre + s->bad_off, f->len);
		memcpy(f->run, s->run + s->bad_off, f->len);
	}
	strscpy(f->why, m->w->why, sizeof(f->why));
}

/* Compares one unit with memory at @addr. */
static int match_compare_at(struct ksplice_match *m, u32 unit, unsigned long addr)
{
	const struct ksplice_f_unit *u = &m->view->units[unit];
	struct ksplice_span s = {
		.m = m,
		.pre = m->view->bytes + u->bytes,
		.run = m->w->run,
		.addr = addr,
		.len = u->size,
		.relocs = m->view->relocs + u->relocs,
		.nrelocs = u->nrelocs,
		.sites = m->view->sites + u->sites,
		.nsites = u->nsites,
		.unit = match_is_text(u) ? unit : KSPLICE_NONE,
	};
	int ret;

	m->w->why[0] = 0;
	if (m->ops->read(m->ctx, s.addr, m->w->run, u->size)) {
		s.run = NULL;
		s.bad_what = "code";
		ret = match_refuse(m, "its memory can't be read");
	} else {
		ret = match_is_text(u) ? match_code(&s) : ksplice_match_span(&s);
	}
	if (ret)
		match_note_failure(m, unit, &s);
	else
		m->unit_run[unit] = addr;
	return ret;
}

/*
 * Entries of the kernel's tables
 */

/* A walk through the entries about one unit */
struct entry_walk {
	struct ksplice_match *m;
	u32 unit;
	unsigned long run;	/* address of its code */
};

static const char *match_entry_name(u32 kind)
{
	static const char * const names[KSPLICE_ENTRY_KINDS] = {
		[KSPLICE_ENTRY_JUMP_LABEL] = "jump label",
		[KSPLICE_ENTRY_STATIC_CALL] = "static call",
		[KSPLICE_ENTRY_EXCEPTION] = "exception table entry",
		[KSPLICE_ENTRY_BUG] = "bug table entry",
	};

	return kind < ARRAY_SIZE(names) && names[kind] ? names[kind] : "entry";
}

/* Returns where the unit's byte at @offset is in running memory. */
static unsigned long match_entry_place(const struct entry_walk *w, u32 offset)
{
	return w->run + offset - match_shift_at(w->m, w->unit, offset);
}

/* Does an entry refer to @dest where relocation @r says? */
static int match_entry_refers(const struct entry_walk *w, u32 pos,
			      const struct ksplice_f_reloc *r, unsigned long dest)
{
	struct ksplice_match *m = w->m;
	const struct ksplice_f_sym *s = &m->view->syms[r->sym];
	struct ksplice_span span = { .m = m, .unit = w->unit };
	s64 at = s->offset + r->addend;

	if (s->unit != w->unit || !match_defines(s))
		return ksplice_match_refer(&span, pos, r, dest - r->addend,
					   r->addend);
	if (at >= 0 && at <= m->view->units[w->unit].size &&
	    dest == match_entry_place(w, at))
		return 0;
	return match_refuse(m, "it leads to another place of the function");
}

static int match_entry_agrees(const struct entry_walk *w,
			      const struct ksplice_f_entry *e,
			      const struct ksplice_run_entry *run)
{
	struct ksplice_match *m = w->m;
	u32 i;

	if (e->data != run->data)
		return match_refuse(m, "its flags are %#x, expected %#x", run->data,
				    e->data);
	for (i = 0; i < e->nreloc; i++)
		if (match_entry_refers(w, e->offset, &m->view->relocs[e->reloc + i],
				       run->refs[i]))
			return -EILSEQ;
	return 0;
}

/* Puts the entry that the reason is about in front of the reason. */
static int match_entry_bad(const struct entry_walk *w, u32 kind, unsigned long place,
			   const char *why)
{
	char reason[sizeof(w->m->w->why)];

	strscpy(reason, why, sizeof(reason));
	return match_refuse(w->m, "%s at +%#lx: %s", match_entry_name(kind),
			    place - w->run, reason);
}

/* Called for an entry of the running kernel, which must be one of the unit's, too. */
static int match_meet_entry(void *data, const struct ksplice_run_entry *run)
{
	const struct entry_walk *w = data;
	struct ksplice_match *m = w->m;
	const struct ksplice_f_unit *u = &m->view->units[w->unit];
	const struct ksplice_f_entry *e = m->view->entries + u->entries;
	u32 i, mark = ksplice_match_mark(m);

	match_refuse(m, "the pre code has none there");
	for (i = 0; i < u->nentries; i++) {
		if (e[i].kind != run->kind || m->w->met[i] ||
		    match_entry_place(w, e[i].offset) != run->place)
			continue;
		if (!match_entry_agrees(w, &e[i], run)) {
			m->w->met[i] = true;
			return 0;
		}
		ksplice_match_rollback(m, mark);
	}
	return match_entry_bad(w, run->kind, run->place, m->w->why);
}

/* Checks that the running kernel has exactly the unit's entries. */
static int match_check_entries(struct ksplice_match *m, u32 unit, unsigned long run)
{
	const struct ksplice_f_unit *u = &m->view->units[unit];
	const struct ksplice_f_entry *e = m->view->entries + u->entries;
	struct entry_walk w = { .m = m, .unit = unit, .run = run };
	u32 i;

	if (!m->ops->entries)
		return 0;
	memset(m->w->met, 0, u->nentries * sizeof(*m->w->met));
	if (m->ops->entries(m->ctx, run, match_entry_place(&w, u->size), match_meet_entry, &w))
		return -EILSEQ;
	for (i = 0; i < u->nentries; i++)
		if (!m->w->met[i])
			return match_entry_bad(&w, e[i].kind,
					       match_entry_place(&w, e[i].offset),
					       "the running kernel has none there");
	m->w->why[0] = 0;
	return 0;
}

static int match_entries(struct ksplice_match *m, u32 unit, unsigned long run)
{
	/* All of the code is right, so no other trial came further. */
	struct ksplice_span s = { .bad_off = m->view->units[unit].size };

	if (!match_check_entries(m, unit, run))
		return 0;
	match_note_failure(m, unit, &s);
	return -EILSEQ;
}

static void match_forget_trial(struct ksplice_match *m)
{
	ksplice_match_rollback(m, 0);
	m->w->nshrinks = m->w->own;
}

/*
 * Compares all constants that the journal has.  They may lead to more constants: the
 * journal grows meanwhile.
 */
static int match_constants(struct ksplice_match *m)
{
	struct ksplice_match_work *w = m->w;
	u32 i, e;
	int ret = 0;

	for (i = 0; !ret && i < w->njournal; i++) {
		e = w->journal[i] & ~JOURNAL_UNIT;
		if (w->journal[i] & JOURNAL_UNIT &&
		    match_has_contents(&m->view->units[e]))
			ret = match_compare_at(m, e, m->unit_addr[e]);
	}
	return ret;
}

/* Begins a trial of a unit at @addr. */
static int match_begin_trial(struct ksplice_match *m, u32 unit, unsigned long addr,
			     const char *what)
{
	struct ksplice_match_work *w = m->w;
	struct ksplice_span s = { .bad_what = what };
	int ret;

	memset(w->sites, 0, sizeof(w->sites));
	memset(w->sites_patched, 0, sizeof(w->sites_patched));
	w->why[0] = 0;
	w->own = w->nshrinks;
	ret = match_learn_unit(m, unit, addr);
	if (ret)
		match_note_failure(m, unit, &s);
	return ret;
}

/*
 * Tries a text unit at @addr, with its bytes at @run, and all constants that it leads
 * to.
 */
static int match_try_at(struct ksplice_match *m, u32 unit, unsigned long addr,
			unsigned long run)
{
	int ret = match_begin_trial(m, unit, addr, "function");

	if (!ret)
		ret = match_compare_at(m, unit, run);
	if (!ret)
		ret = match_entries(m, unit, run);
	if (!ret)
		ret = match_constants(m);
	if (ret)
		match_forget_trial(m);
	return ret;
}

/*
 * Tries a text unit at @addr.  If an update replaces the function, the pre code may be
 * that of the update, or that of the function itself, which nobody runs now.  On
 * success the journal holds what was learnt, on failure nothing.
 */
static int match_try(struct ksplice_match *m, u32 unit, unsigned long addr)
{
	unsigned long newest = addr;

	if (m->ops->newest)
		newest = m->ops->newest(m->ctx, addr);
	if (newest != addr && !match_try_at(m, unit, addr, newest))
		return 0;
	return match_try_at(m, unit, addr, addr);
}

/* Returns how many bytes longer the padding in a unit is than in the pre code. */
static u32 match_growth_of(const struct ksplice_match *m, u32 unit)
{
	u32 i, n = 0;

	for (i = 0; i < m->w->nshrinks; i++)
		if (m->w->shrinks[i].unit == unit && m->w->shrinks[i].by < 0)
			n -= m->w->shrinks[i].by;
	return n;
}

/* Makes what the journal of a successful trial has permanent. */
static void match_commit_journal(struct ksplice_match *m)
{
	struct ksplice_match_work *w = m->w;
	u32 i;

	for (i = 0; i < w->njournal; i++) {
		u32 e = w->journal[i] & ~JOURNAL_UNIT;

		if (w->journal[i] & JOURNAL_LATE) {
			continue;
		} else if (!(w->journal[i] & JOURNAL_UNIT)) {
			m->syms_inferred++;
		} else if (match_has_contents(&m->view->units[e])) {
			m->unit_state[e] = KSPLICE_UNIT_MATCHED;
			m->units_matched++;
			m->bytes_compared += m->view->units[e].size;
		} else if (!match_is_text(&m->view->units[e])) {
			m->unit_state[e] = KSPLICE_UNIT_MATCHED;
			m->units_located++;
		}
	}
	w->njournal = 0;
	for (i = 0; i < KSPLICE_SITE_KINDS; i++) {
		m->sites[i] += w->sites[i];
		m->sites_patched[i] += w->sites_patched[i];
	}
}

/* The same for the trial of a text unit. */
static void match_commit(struct ksplice_match *m, u32 unit)
{
	m->unit_state[unit] = KSPLICE_UNIT_MATCHED;
	m->unit_growth[unit] = match_growth_of(m, unit);
	m->unit_shift[unit] = match_shift_at(m, unit, m->view->units[unit].size);
	m->units_matched++;
	m->bytes_compared += m->view->units[unit].size;
	match_commit_journal(m);
}

/*
 * Candidates
 */

static int match_add_candidate(void *data, unsigned long addr)
{
	struct ksplice_match *m = data;
	struct ksplice_match_work *w = m->w;
	u32 i;

	addr -= m->view->syms[w->primary[w->cur]].offset;
	for (i = 0; i < w->ncand; i++)
		if (w->cand[i] == addr)
			return 0;
	w->too_many = w->ncand == MAX_CANDIDATES;
	if (w->too_many)
		return 1;
	w->cand[w->ncand++] = addr;
	return 0;
}

/* Does another unit stand there already? */
static bool match_is_taken(const struct ksplice_match *m, u32 unit,
			   unsigned long addr)
{
	const struct ksplice_f_unit *u = m->view->units;
	u32 i;

	for (i = 0; i < m->view->hdr->units.n; i++)
		if (i != unit && match_is_text(&u[i]) && m->unit_addr[i] == addr &&
		    m->unit_state[i] != KSPLICE_UNIT_UNKNOWN)
			return true;
	return false;
}

static void match_drop_impossible(struct ksplice_match *m, u32 unit)
{
	const struct ksplice_f_unit *u = &m->view->units[unit];
	struct ksplice_match_work *w = m->w;
	u32 i, n = 0;

	for (i = 0; i < w->ncand; i++) {
		unsigned long addr = w->cand[i];

		if (!m->ops->in_target(m->ctx, u->target, addr, u->size,
				       u->kind))
			continue;
		if (w->ncand > 1 && match_is_taken(m, unit, addr))
			continue;
		w->cand[n++] = addr;
	}
	w->ncand = n;
}

/* Fills w->cand with the addresses that a unit may be at. */
static void match_gather(struct ksplice_match *m, u32 unit)
{
	struct ksplice_match_work *w = m->w;
	u32 sym = w->primary[unit];

	w->cur = unit;
	w->ncand = 0;
	w->too_many = false;
	if (m->unit_state[unit] == KSPLICE_UNIT_INFERRED) {
		w->cand[w->ncand++] = m->unit_addr[unit];
		return;
	}
	if (sym == KSPLICE_NONE)
		return;
	m->ops->candidates(m->ctx, m->view->units[unit].target,
			   match_sym_name(m, sym), match_add_candidate, m);
	match_drop_impossible(m, unit);
}

/* Keeps the candidates whose trial succeeds. */
static void match_try_candidates(struct ksplice_match *m, u32 unit)
{
	struct ksplice_match_work *w = m->w;
	u32 i, n = 0;

	w->fail.seen = false;
	for (i = 0; i < w->ncand; i++) {
		if (match_try(m, unit, w->cand[i]))
			continue;
		match_forget_trial(m);
		w->cand[n++] = w->cand[i];
	}
	w->ncand = n;
}

static bool match_is_weak(const struct ksplice_match *m, u32 unit)
{
	u32 sym = m->w->primary[unit];

	return sym != KSPLICE_NONE &&
	       m->view->syms[sym].flags & KSPLICE_SYM_WEAK;
}

/*
 * Messages
 */

static void match_print_hex(char *out, size_t size, const u8 *bytes, u32 n)
{
	u32 i, len = 0;

	out[0] = 0;
	for (i = 0; i < n; i++)
		len += scnprintf(out + len, size - len, i ? " %02x" : "%02x",
				 bytes[i]);
}

/* Says how the closest trial failed. */
static int match_fail_mismatch(struct ksplice_match *m, u32 unit)
{
	const struct ksplice_match_fail *f = &m->w->fail;
	char pre[40], run[40], user[64] = "";

	m->err_unit = unit;
	match_print_hex(pre, sizeof(pre), f->pre, f->len);
	match_print_hex(run, sizeof(run), f->run, f->len);
	if (f->unit != f->user)
		snprintf(user, sizeof(user), " (used by %s)",
			 match_unit_name(m, f->user));
	if (f->len)
		snprintf(m->err.text, sizeof(m->err.text),
			 "%s: %s+%#x%s: the running kernel differs: expected %s %s, found %s%s%s",
			 match_unit_source(m, f->unit), match_unit_name(m, f->unit), f->off,
			 user, f->what, pre, run, *f->why ? "; " : "", f->why);
	else
		snprintf(m->err.text, sizeof(m->err.text),
			 "%s: %s%s: the running kernel differs: %s",
			 match_unit_source(m, f->unit), match_unit_name(m, f->unit), user,
			 f->why);
	return -EILSEQ;
}

static int match_fail_none(struct ksplice_match *m, u32 unit)
{
	const struct ksplice_f_unit *u = &m->view->units[unit];

	m->err_unit = unit;
	snprintf(m->err.text, sizeof(m->err.text),
		 "%s: function %s is not in %s's kallsyms and no matched code refers to it; was the update made for another configuration?",
		 match_unit_source(m, unit), match_unit_name(m, unit),
		 ksplice_str(m->view, m->view->targets[u->target].name));
	return -ENOENT;
}

static int match_fail_ambiguous(struct ksplice_match *m, u32 unit, u32 n)
{
	m->err_unit = unit;
	snprintf(m->err.text, sizeof(m->err.text),
		 "%s: kallsyms has %s at %u addresses, and neither code nor data nor the order of functions tells which is this one",
		 match_unit_source(m, unit), match_unit_name(m, unit), n);
	return -ENOTUNIQ;
}

/*
 * Last resort: pointers in data
 */

/* Returns the address a pointer in located data gives for its unit; 0 if unreadable. */
static unsigned long match_data_points_to(struct ksplice_match *m, u32 data,
					  const struct ksplice_f_reloc *r)
{
	unsigned long place = m->unit_addr[data] + r->offset;
	u8 field[8];
	u64 value;

	if (m->ops->read(m->ctx, place, field,
			 arch_ksplice_field_size(r->type)) ||
	    arch_ksplice_read_field(r->type, field, place, r->addend, &value))
		return 0;
	return value - m->view->syms[r->sym].offset;
}

/* Notes in *@one the candidate that a data unit points to; @torn: there are several. */
static void match_vote(struct ksplice_match *m, u32 unit, u32 data,
		       unsigned long *one, bool *torn)
{
	const struct ksplice_f_unit *u = &m->view->units[data];
	u32 i, k;

	for (i = u->relocs; i < u->relocs + u->nrelocs; i++) {
		const struct ksplice_f_reloc *r = &m->view->relocs[i];
		unsigned long addr;

		if (m->view->syms[r->sym].unit != unit)
			continue;
		addr = match_data_points_to(m, data, r);
		for (k = 0; k < m->w->ncand; k++) {
			if (m->w->cand[k] != addr)
				continue;
			*torn = *torn || (*one && *one != addr);
			*one = addr;
		}
	}
}

/*
 * Data may have changed since boot, so its pointers prove nothing by themselves.  All
 * candidates have the right name and the right code, and among them a pointer decides.
 */
static unsigned long match_disambiguate_by_data(struct ksplice_match *m, u32 unit)
{
	unsigned long one = 0;
	bool torn = false;
	u32 i;

	for (i = 0; i < m->view->hdr->units.n; i++) {
		if (m->view->units[i].kind == KSPLICE_UNIT_DATA &&
		    m->view->units[i].tu == m->view->units[unit].tu &&
		    m->unit_state[i] == KSPLICE_UNIT_MATCHED)
			match_vote(m, unit, i, &one, &torn);
	}
	return torn ? 0 : one;
}

/*
 * Last resort: the order of the functions in their file, which compilers and linkers keep
 * within a section.  A candidate is the right one if it is between two functions of
 * its file, or so close to one that there is only room for those functions that are
 * between them in the file.
 */

/* Returns the room that the functions from @a to before @b need, with padding. */
static unsigned long match_room(const struct ksplice_match *m, u32 a, u32 b)
{
	unsigned long bytes = 0;

	for (; a < b; a++)
		if (match_is_text(&m->view->units[a]))
			bytes += m->view->units[a].size + 2 * 64;
	return bytes;
}

/* Is @i matched code of the translation unit that @unit comes from? */
static bool match_same_tu(const struct ksplice_match *m, u32 unit, u32 i)
{
	const struct ksplice_f_unit *u = m->view->units;

	return i != unit && match_is_text(&u[i]) && u[i].tu == u[unit].tu &&
	       (m->unit_state[i] == KSPLICE_UNIT_MATCHED ||
		m->unit_state[i] == KSPLICE_UNIT_OVERRIDDEN);
}

/* Is @addr as close to the function @near as @unit is in the file? */
static bool match_is_beside(const struct ksplice_match *m, u32 unit, u32 near,
			    unsigned long addr)
{
	unsigned long at = m->unit_addr[near];

	if (near < unit)
		return at < addr && addr - at <= match_room(m, near, unit);
	return at > addr && at - addr <= match_room(m, unit, near);
}

/* Finds the part of the table with the units of the same translation unit. */
static void match_tu_range(const struct ksplice_match *m, u32 unit, u32 *from, u32 *to)
{
	const struct ksplice_f_unit *u = m->view->units;

	for (*from = unit; *from && u[*from - 1].tu == u[unit].tu; )
		(*from)--;
	for (*to = unit; *to < m->view->hdr->units.n && u[*to].tu == u[unit].tu; )
		(*to)++;
}

/*
 * Is @addr between two functions of the file which @unit is between in the file, too?
 * The linker may put unlikely code elsewhere, and then all of another file may be
 * between two functions; so they must not be too far apart.
 */
static bool match_is_between(const struct ksplice_match *m, u32 unit,
			     unsigned long addr)
{
	unsigned long below = 0, above = ULONG_MAX, at;
	u32 from, to, i, low = 0, high = 0;

	match_tu_range(m, unit, &from, &to);
	for (i = from; i < to; i++) {
		if (!match_same_tu(m, unit, i))
			continue;
		at = m->unit_addr[i];
		if (at < addr && at > below) {
			below = at;
			low = i;
		}
		if (at > addr && at < above) {
			above = at;
			high = i;
		}
	}
	return below && above != ULONG_MAX && low < unit && unit < high &&
	       above - below <= match_room(m, from, to);
}

/* Is @addr beside the next matched function before or behind @unit in the file? */
static bool match_is_at_edge(const struct ksplice_match *m, u32 unit,
			     unsigned long addr)
{
	u32 from, to, i;

	match_tu_range(m, unit, &from, &to);
	for (i = unit; i-- > from; )
		if (match_same_tu(m, unit, i))
			break;
	if (i + 1 > from && match_is_beside(m, unit, i, addr))
		return true;
	for (i = unit + 1; i < to; i++)
		if (match_same_tu(m, unit, i))
			break;
	return i < to && match_is_beside(m, unit, i, addr);
}

static bool match_is_neighbour(const struct ksplice_match *m, u32 unit,
			       unsigned long addr)
{
	return match_is_between(m, unit, addr) || match_is_at_edge(m, unit, addr);
}

/* Returns the only candidate for which @is_near holds; 0 if there are none or more. */
static unsigned long match_only_near(struct ksplice_match *m, u32 unit,
				     bool (*is_near)(const struct ksplice_match *m,
						     u32 unit, unsigned long addr))
{
	unsigned long one = 0;
	u32 i;

	for (i = 0; i < m->w->ncand; i++) {
		if (!is_near(m, unit, m->w->cand[i]))
			continue;
		if (one)
			return 0;
		one = m->w->cand[i];
	}
	return one;
}

static unsigned long match_disambiguate_by_order(struct ksplice_match *m, u32 unit)
{
	unsigned long addr = match_only_near(m, unit, match_is_between);

	return addr ? addr : match_only_near(m, unit, match_is_at_edge);
}

/*
 * Trying the units that wait
 */

/*
 * A weak function is where kallsyms has its name only if no other definition overrides
 * it.  That other definition may have the same code.  So the address is in doubt until
 * functions beside it in its file are known.
 */
static bool match_is_doubtful(const struct ksplice_match *m, u32 unit,
			      unsigned long addr)
{
	return match_is_weak(m, unit) && !match_is_neighbour(m, unit, addr);
}

/* Returns 1 if the unit was matched, 0 if it has to wait, or an errno. */
static int match_try_unit(struct ksplice_match *m, u32 unit)
{
	struct ksplice_match_work *w = m->w;
	u32 n;

	match_gather(m, unit);
	n = w->ncand;
	if (!n || w->too_many)
		return 0;
	if (n > 1)
		match_try_candidates(m, unit);
	if (n > 1 && w->ncand)
		return 0; /* right code, but is it ours? */
	w->fail.seen = w->fail.seen && n > 1;
	if (w->ncand && match_is_doubtful(m, unit, w->cand[0]))
		return 0;
	if (w->ncand && !match_try(m, unit, w->cand[0])) {
		match_commit(m, unit);
		return 1;
	}
	/* A weak function may be overridden: that shows when its file is matched. */
	return match_is_weak(m, unit) ? 0 : match_fail_mismatch(m, unit);
}

/* Tries all units that wait, as long as that matches some. */
static int match_propagate(struct ksplice_match *m)
{
	struct ksplice_match_work *w = m->w;
	u32 i, n, before;
	int ret;

	do {
		before = w->nwait;
		for (i = 0, n = 0; i < before; i++) {
			if (m->ops->resched)
				m->ops->resched(m->ctx);
			ret = match_try_unit(m, w->wait[i]);
			if (ret < 0)
				return ret;
			if (!ret)
				w->wait[n++] = w->wait[i];
		}
		w->nwait = n;
	} while (n && n < before);
	return 0;
}

/* Settles one of the units that wait by data or order; returns 0 if there is none. */
static int match_settle_one(struct ksplice_match *m)
{
	struct ksplice_match_work *w = m->w;
	unsigned long addr;
	u32 i, unit, *figure;

	for (i = 0; i < w->nwait; i++) {
		unit = w->wait[i];
		match_gather(m, unit);
		if (w->too_many)
			continue;
		match_try_candidates(m, unit);
		figure = &m->by_data;
		addr = match_disambiguate_by_data(m, unit);
		if (!addr) {
			figure = &m->by_order;
			addr = match_disambiguate_by_order(m, unit);
		}
		if (!addr || match_try(m, unit, addr))
			continue;
		match_commit(m, unit);
		m->ambiguous++;
		(*figure)++;
		w->wait[i] = w->wait[--w->nwait];
		return 1;
	}
	return 0;
}

static bool match_is_free(struct ksplice_match *m, u32 unit, unsigned long addr)
{
	return !match_is_taken(m, unit, addr) && !match_try(m, unit, addr);
}

/*
 * Looks for the code of an overridden weak function, which is behind or before one of the
 * functions of its file, with padding in between.
 */
static bool match_find_nameless(struct ksplice_match *m, u32 unit)
{
	u32 size = m->view->units[unit].size, from, to, i, k;
	unsigned long start, end;

	match_tu_range(m, unit, &from, &to);
	for (i = from; i < to; i++) {
		if (!match_same_tu(m, unit, i))
			continue;
		start = m->unit_addr[i];
		end = start + m->view->units[i].size;
		for (k = 0; k < 5; k++) {
			if (match_is_free(m, unit, ALIGN(end, 16) + 16 * k))
				return true;
			if (match_is_free(m, unit, ((start - size) & ~15UL) - 16 * k))
				return true;
		}
	}
	return false;
}

/*
 * Fails because of a weak definition: its code was found neither at its name's address nor
 * without a name, or it has to be replaced although it is not in use.
 */
static int match_fail_weak(struct ksplice_match *m, u32 unit)
{
	u32 sym = m->w->primary[unit];
	u64 value;

	m->w->cur = unit;
	if (!ksplice_match_lookup(m, sym, &value))
		return match_fail_none(m, unit);
	if (!match_find_nameless(m, unit)) {
		m->w->fail.seen = false;
		if (match_try(m, unit, value - m->view->syms[sym].offset))
			return match_fail_mismatch(m, unit);
		match_forget_trial(m);
		return match_fail_ambiguous(m, unit, m->w->ncand);
	}
	m->err_unit = unit;
	snprintf(m->err.text, sizeof(m->err.text),
		 "%s: %s is a weak function and the running kernel uses another one of this name: replacing it would have no effect",
		 match_unit_source(m, unit), match_unit_name(m, unit));
	return -EILSEQ;
}

/* Fails because none of several addresses could be confirmed. */
static int match_settle_ambiguous(struct ksplice_match *m, u32 unit)
{
	u32 n = m->w->ncand, i;

	m->w->fail.seen = false;
	for (i = 0; i < n; i++)
		if (match_is_neighbour(m, unit, m->w->cand[i]) &&
		    match_try(m, unit, m->w->cand[i]))
			return match_fail_mismatch(m, unit);
	match_forget_trial(m);
	return match_fail_ambiguous(m, unit, n);
}

/* Returns the only address of a unit's name that has its code; else 0. */
static unsigned long match_only_fit(struct ksplice_match *m, u32 unit)
{
	match_gather(m, unit);
	if (m->w->too_many || match_is_weak(m, unit))
		return 0;
	match_try_candidates(m, unit);
	return m->w->ncand == 1 ? m->w->cand[0] : 0;
}

/*
 * Does another function behind @unit in the file have its code at one address only, and
 * is that where it has to be if @unit is at @addr?
 */
static bool match_has_witness(struct ksplice_match *m, u32 unit, unsigned long addr,
			      u32 to)
{
	unsigned long other;
	u32 i;

	for (i = unit + 1; i < to; i++) {
		if (!match_is_text(&m->view->units[i]))
			continue;
		other = match_only_fit(m, i);
		if (other)
			return other > addr && other - addr <= match_room(m, unit, i);
	}
	return false;
}

/*
 * Settles a function of a file whose names are all ambiguous (two files that were made
 * from one source).  Two functions that have their code at one address each, in the
 * order of the file, tell where the file is.  Returns 0 if there are none.
 */
static int match_settle_anchor(struct ksplice_match *m)
{
	struct ksplice_match_work *w = m->w;
	unsigned long addr;
	u32 i, k, unit, from, to;

	for (i = 0; i < w->nwait; i++) {
		unit = w->wait[i];
		match_tu_range(m, unit, &from, &to);
		for (k = from; k < to && !match_same_tu(m, unit, k); )
			k++;
		addr = k == to ? match_only_fit(m, unit) : 0;
		if (!addr || !match_has_witness(m, unit, addr, to))
			continue;
		w->cur = unit;
		if (match_try(m, unit, addr))
			continue;
		match_commit(m, unit);
		m->ambiguous++;
		m->by_order++;
		w->wait[i] = w->wait[--w->nwait];
		return 1;
	}
	return 0;
}

/*
 * Is there room for a unit between the matched functions before and behind it in its
 * file, with nothing else in between?
 */
static bool match_has_gap(const struct ksplice_match *m, u32 unit)
{
	unsigned long end, next;
	u32 from, to, a, b;

	match_tu_range(m, unit, &from, &to);
	for (a = unit; a > from && !match_same_tu(m, unit, a - 1); )
		a--;
	for (b = unit + 1; b < to && !match_same_tu(m, unit, b); )
		b++;
	if (a-- == from || b == to)
		return false;
	end = m->unit_addr[a] + m->view->units[a].size;
	next = m->unit_addr[b];
	/* If an update replaced it, the size of the old code is unknown. */
	if (m->unit_run[a] != m->unit_addr[a])
		return next > m->unit_addr[a];
	return next >= end + m->view->units[unit].size &&
	       next - m->unit_addr[a] <= match_room(m, a, b);
}

/* Settles a weak function at its name's address; returns 0 if there is none. */
static int match_settle_weak(struct ksplice_match *m)
{
	struct ksplice_match_work *w = m->w;
	u32 i, unit;

	for (i = 0; i < w->nwait; i++) {
		unit = w->wait[i];
		if (!match_is_weak(m, unit))
			continue;
		match_gather(m, unit);
		if (w->ncand != 1 || w->too_many ||
		    (match_is_doubtful(m, unit, w->cand[0]) && match_has_gap(m, unit)) ||
		    match_try(m, unit, w->cand[0]))
			continue;
		match_commit(m, unit);
		w->wait[i] = w->wait[--w->nwait];
		return 1;
	}
	return 0;
}

/* Is it a weak function whose code is there without its name? */
static bool match_is_overridden(struct ksplice_match *m, u32 unit)
{
	u64 value;

	m->w->cur = unit;
	return match_is_weak(m, unit) &&
	       !(m->view->units[unit].flags & KSPLICE_UNIT_REPLACED) &&
	       ksplice_match_lookup(m, m->w->primary[unit], &value) &&
	       match_find_nameless(m, unit);
}

/* Settles overridden weak functions; returns how many. */
static u32 match_settle_nameless(struct ksplice_match *m)
{
	struct ksplice_match_work *w = m->w;
	u32 i, n = 0, unit;

	for (i = 0; i < w->nwait; ) {
		unit = w->wait[i];
		if (!match_is_overridden(m, unit)) {
			i++;
			continue;
		}
		match_commit(m, unit);
		m->unit_state[unit] = KSPLICE_UNIT_OVERRIDDEN;
		m->units_overridden++;
		w->wait[i] = w->wait[--w->nwait];
		n++;
	}
	return n;
}

/* Says why the first of the units that wait can't be matched. */
static int match_report_waiting(struct ksplice_match *m)
{
	struct ksplice_match_work *w = m->w;
	u32 i;
	int ret = 0;

	for (i = 0; i < w->nwait && !ret; i++) {
		match_gather(m, w->wait[i]);
		if (match_is_weak(m, w->wait[i]))
			ret = match_fail_weak(m, w->wait[i]);
		else if (w->ncand)
			ret = match_settle_ambiguous(m, w->wait[i]);
		else
			ret = match_fail_none(m, w->wait[i]);
	}
	return ret;
}

/*
 * Constants that change where they stand
 */

static int match_refuse_constant(struct ksplice_match *m, u32 unit, int ret,
				 const char *why)
{
	m->err_unit = unit;
	snprintf(m->err.text, sizeof(m->err.text),
		 "%s: constant %s changes where it stands, and %s",
		 match_unit_source(m, unit), match_unit_name(m, unit), why);
	return ret;
}

/* Is one of the candidates, or @unit itself, in the memory of an applied update? */
static bool match_is_of_update(const struct ksplice_match *m, u32 unit)
{
	u32 i;

	if (!m->ops->is_update)
		return false;
	for (i = 0; i < m->w->ncand; i++)
		if (m->ops->is_update(m->ctx, m->w->cand[i]))
			return true;
	return m->ops->is_update(m->ctx, m->unit_addr[unit]);
}

/* No matched code leads to the constant.  Its name has to, and to nothing else. */
static int match_find_constant(struct ksplice_match *m, u32 unit)
{
	struct ksplice_match_work *w = m->w;

	if (!w->ncand)
		return match_refuse_constant(m, unit, -ENOENT,
					     "neither its name nor matched code leads to it");
	if (w->ncand > 1)
		return match_refuse_constant(m, unit, -ENOTUNIQ,
					     "there are several of its name, none of which matched code leads to");
	w->fail.seen = false;
	if (match_begin_trial(m, unit, w->cand[0], "constant") || match_constants(m)) {
		match_forget_trial(m);
		return match_fail_mismatch(m, unit);
	}
	match_commit_journal(m);
	return 0;
}

/*
 * An update has copies of constants that its code uses.  If there is one, others may use
 * that, and others the constant itself.
 */
static int match_check_written(struct ksplice_match *m, u32 unit)
{
	int ret = 0;

	if (match_is_weak(m, unit))
		return match_refuse_constant(m, unit, -EILSEQ,
					     "it is weak: the running kernel may use another one");
	match_gather(m, unit);
	if (m->unit_state[unit] != KSPLICE_UNIT_MATCHED)
		ret = match_find_constant(m, unit);
	if (!ret && (m->w->too_many || match_is_of_update(m, unit)) &&
	    (m->w->ncand != 1 || m->w->cand[0] != m->unit_addr[unit]))
		ret = match_refuse_constant(m, unit, -ENOTUNIQ,
					    "an applied update has one of that name, too");
	return ret;
}

/* Is the old content of each constant that the update writes into there, at one place? */
static int match_written(struct ksplice_match *m)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < m->view->hdr->units.n && !ret; i++)
		if (m->w->written[i] && match_is_wanted(m, i))
			ret = match_check_written(m, i);
	return ret;
}

/*
 * The end: symbols that units define, and conditions on all units
 */

static int match_define_sym(struct ksplice_match *m, u32 i)
{
	const struct ksplice_f_sym *s = &m->view->syms[i];
	u64 value;

	if (s->unit == KSPLICE_NONE ||
	    m->unit_state[s->unit] != KSPLICE_UNIT_MATCHED)
		return 0;
	/* The code may be in an update; the entry is still that of the function itself. */
	value = (s->offset ? m->unit_run : m->unit_addr)[s->unit] + s->offset -
		match_shift_at(m, s->unit, s->offset);
	if (m->sym_state[i] != KSPLICE_SYM_UNKNOWN) {
		if (m->sym_value[i] == value || !(s->flags & KSPLICE_SYM_WEAK) ||
		    !(m->view->units[s->unit].flags & KSPLICE_UNIT_REPLACED))
			return 0;
	} else if (match_name_agrees(m, i, value)) {
		m->sym_value[i] = value;
		m->sym_state[i] = KSPLICE_SYM_DEFINED;
		return 0;
	} else if (s->flags & KSPLICE_SYM_WEAK &&
		   !(m->view->units[s->unit].flags & KSPLICE_UNIT_REPLACED)) {
		return 0;
	}
	m->err_unit = s->unit;
	snprintf(m->err.text, sizeof(m->err.text),
		 "%s: %s: its code was found, but kallsyms has %s elsewhere: the running kernel uses another definition",
		 match_unit_source(m, s->unit), match_unit_name(m, s->unit),
		 match_sym_name(m, i));
	return -EILSEQ;
}

static int match_define_syms(struct ksplice_match *m)
{
	u32 i;
	int ret;

	m->w->cur = KSPLICE_NONE;
	for (i = 0; i < m->view->hdr->syms.n; i++) {
		ret = match_define_sym(m, i);
		if (ret)
			return ret;
	}
	return 0;
}

/* Checks references to the middle of functions, now that all functions are known. */
static int match_check_late(struct ksplice_match *m)
{
	const struct ksplice_match_late *l = m->w->late;
	const struct ksplice_match_late *end = l + m->w->nlate;

	for (; l < end; l++) {
		if (m->unit_run[l->to_unit] + l->to -
		    match_shift_at(m, l->to_unit, l->to) == l->addr)
			continue;
		m->err_unit = l->unit;
		snprintf(m->err.text, sizeof(m->err.text),
			 "%s: %s+%#x: the running kernel differs: it leads to another place than %s+%#x",
			 match_unit_source(m, l->unit), match_unit_name(m, l->unit), l->pos,
			 match_unit_name(m, l->to_unit), l->to);
		return -EILSEQ;
	}
	return 0;
}

/* Running bytes that one function occupies */
struct occupied {
	unsigned long start;
	unsigned long end;
	u32 unit;
};

static int match_cmp_occupied(const void *a, const void *b)
{
	const struct occupied *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/*
 * A function occupies the bytes where its code was found, which may be in an update.
 * Then callers see another entry, in older code of which only the entry is known.
 * Returns how many elements of @at were filled, up to 2.
 */
static u32 match_occupy(const struct ksplice_match *m, u32 unit, struct occupied *at)
{
	unsigned long entry = m->unit_addr[unit], run = m->unit_run[unit];
	u32 size = m->view->units[unit].size, n = 0;

	at[n].start = run;
	at[n].end = run + size - match_shift_at(m, unit, size);
	at[n++].unit = unit;
	if (run == entry)
		return n;
	at[n].start = entry;
	at[n].end = entry + 1;
	at[n++].unit = unit;
	return n;
}

/* No two functions can be at one place.  @at has room for two elements per unit. */
static int match_check_overlaps(struct ksplice_match *m, struct occupied *at)
{
	u32 i, n = 0;

	for (i = 0; i < m->view->hdr->units.n; i++)
		if (match_is_text(&m->view->units[i]) && match_is_wanted(m, i))
			n += match_occupy(m, i, at + n);
	sort(at, n, sizeof(*at), match_cmp_occupied, NULL);
	for (i = 1; i < n; i++)
		if (at[i].start < at[i - 1].end)
			break;
	if (i >= n)
		return 0;
	m->err_unit = at[i].unit;
	snprintf(m->err.text, sizeof(m->err.text),
		 "%s: two functions of the update, %s and %s, match at one place in the running kernel",
		 match_unit_source(m, m->err_unit), match_unit_name(m, at[i - 1].unit),
		 match_unit_name(m, m->err_unit));
	return -ENOTUNIQ;
}

static int match_check_end(struct ksplice_match *m)
{
	struct occupied *at;
	int ret;

	at = kvcalloc(2 * (size_t)m->view->hdr->units.n + 1, sizeof(*at),
		      GFP_KERNEL);
	if (!at)
		return -ENOMEM;
	ret = match_check_overlaps(m, at);
	kvfree(at);
	return ret;
}

/*
 * Setting up
 */

/* Ranks how well a symbol serves to find its unit. */
static int match_rank(const struct ksplice_f_sym *s)
{
	if (s->flags & KSPLICE_SYM_ANON)
		return 0;
	return 1 + !(s->flags & KSPLICE_SYM_LOCAL) +
	       2 * !!(s->flags & KSPLICE_SYM_FUNC) +
	       4 * !(s->flags & KSPLICE_SYM_WEAK);
}

static void match_find_primaries(struct ksplice_match *m)
{
	const struct ksplice_f_sym *s = m->view->syms;
	u32 i, *p;

	for (i = 0; i < m->view->hdr->units.n; i++)
		m->w->primary[i] = KSPLICE_NONE;
	for (i = 0; i < m->view->hdr->syms.n; i++) {
		if (s[i].unit == KSPLICE_NONE || !match_rank(&s[i]))
			continue;
		p = &m->w->primary[s[i].unit];
		if (*p == KSPLICE_NONE || match_rank(&s[i]) > match_rank(&s[*p]))
			*p = i;
	}
}

static void match_find_work(struct ksplice_match *m)
{
	const struct ksplice_view *v = m->view;
	u32 i;

	m->w->vmlinux = KSPLICE_VMLINUX;
	if (!strcmp(ksplice_str(v, v->targets[0].name), "vmlinux"))
		m->w->vmlinux = 0;
	for (i = 0; i < v->hdr->units.n; i++)
		if (match_is_text(&v->units[i]) && match_is_wanted(m, i))
			m->w->wait[m->w->nwait++] = i;
	for (i = 0; i < v->hdr->words.n; i++)
		m->w->written[v->words[i].unit] = true;
	match_find_primaries(m);
}

static u32 match_largest_unit(const struct ksplice_view *v)
{
	u32 i, size = 1;

	for (i = 0; i < v->hdr->units.n; i++)
		if (v->units[i].bytes != KSPLICE_NONE)
			size = max(size, v->units[i].size);
	return size;
}

static u32 match_most_entries(const struct ksplice_view *v)
{
	u32 i, n = 1;

	for (i = 0; i < v->hdr->units.n; i++)
		n = max(n, v->units[i].nentries);
	return n;
}

static void match_free_work(struct ksplice_match *m)
{
	struct ksplice_match_work *w = m->w;

	if (!w)
		return;
	kvfree(w->primary);
	kvfree(w->written);
	kvfree(w->wait);
	kvfree(w->journal);
	kvfree(w->late);
	kvfree(w->shrinks);
	kvfree(w->met);
	kvfree(w->run);
	kvfree(w->cand);
	kvfree(w);
	m->w = NULL;
}

static int match_alloc(struct ksplice_match *m)
{
	u32 units = m->view->hdr->units.n + 1, syms = m->view->hdr->syms.n + 1;
	u32 relocs = m->view->hdr->relocs.n + 1;
	struct ksplice_match_work *w;

	m->unit_addr = kvcalloc(units, sizeof(*m->unit_addr), GFP_KERNEL);
	m->unit_run = kvcalloc(units, sizeof(*m->unit_run), GFP_KERNEL);
	m->unit_growth = kvcalloc(units, sizeof(*m->unit_growth), GFP_KERNEL);
	m->unit_shift = kvcalloc(units, sizeof(*m->unit_shift), GFP_KERNEL);
	m->unit_state = kvcalloc(units, sizeof(*m->unit_state), GFP_KERNEL);
	m->sym_value = kvcalloc(syms, sizeof(*m->sym_value), GFP_KERNEL);
	m->sym_state = kvcalloc(syms, sizeof(*m->sym_state), GFP_KERNEL);
	w = kvcalloc(1, sizeof(*w), GFP_KERNEL);
	m->w = w;
	if (!w)
		return -ENOMEM;
	w->primary = kvcalloc(units, sizeof(*w->primary), GFP_KERNEL);
	w->written = kvcalloc(units, sizeof(*w->written), GFP_KERNEL);
	w->wait = kvcalloc(units, sizeof(*w->wait), GFP_KERNEL);
	w->journal = kvcalloc(units + syms + relocs, sizeof(*w->journal),
			      GFP_KERNEL);
	w->late = kvcalloc(relocs, sizeof(*w->late), GFP_KERNEL);
	w->shrinks = kvcalloc(MAX_SHRINKS, sizeof(*w->shrinks), GFP_KERNEL);
	w->met = kvcalloc(match_most_entries(m->view), sizeof(*w->met), GFP_KERNEL);
	w->run = kvcalloc(match_largest_unit(m->view), 1, GFP_KERNEL);
	w->cand = kvcalloc(MAX_CANDIDATES, sizeof(*w->cand), GFP_KERNEL);
	if (!m->unit_addr || !m->unit_run || !m->unit_growth || !m->unit_shift ||
	    !m->unit_state ||
	    !m->sym_value || !m->sym_state ||
	    !w->primary || !w->written || !w->wait || !w->journal || !w->late ||
	    !w->shrinks || !w->met || !w->run || !w->cand)
		return -ENOMEM;
	return 0;
}

static int match_all(struct ksplice_match *m)
{
	int ret;

	match_find_work(m);
	arch_ksplice_env_init(m);
	do {
		ret = match_propagate(m);
		if (ret)
			return ret;
	} while (m->w->nwait && (match_settle_weak(m) || match_settle_one(m) ||
				 match_settle_nameless(m) || match_settle_anchor(m)));
	ret = match_report_waiting(m);
	if (!ret)
		ret = match_written(m);
	if (!ret)
		ret = match_check_late(m);
	if (!ret)
		ret = match_define_syms(m);
	return ret ? ret : match_check_end(m);
}

/**
 * ksplice_match_run() - match a whole update with the running kernel
 * @m:		gets the result; free with ksplice_match_free(), also on error
 * @v:		the update
 * @ops:	the running kernel
 * @ctx:	for @ops
 *
 * Return: 0 if every text unit of the targets that are wanted (except overridden weak
 * ones) matches at exactly one address and all values agree; -ENOENT if a function is not
 * there; -EILSEQ if running code differs; -ENOTUNIQ if a function can't be told from
 * another; -ENOMEM.  m->err has a message for people.
 */
int ksplice_match_run(struct ksplice_match *m, const struct ksplice_view *v,
		      const struct ksplice_match_ops *ops, void *ctx)
{
	int ret;

	memset(m, 0, sizeof(*m));
	m->view = v;
	m->ops = ops;
	m->ctx = ctx;
	m->err_unit = KSPLICE_NONE;
	ret = match_alloc(m);
	if (!ret)
		ret = match_all(m);
	if (ret == -ENOMEM)
		snprintf(m->err.text, sizeof(m->err.text),
			 "not enough memory to match the update");
	match_free_work(m);
	return ret;
}

/**
 * ksplice_match_free() - free what a run allocated
 * @m:		the run
 */
void ksplice_match_free(struct ksplice_match *m)
{
	match_free_work(m);
	kvfree(m->unit_addr);
	kvfree(m->unit_run);
	kvfree(m->unit_growth);
	kvfree(m->unit_shift);
	kvfree(m->unit_state);
	kvfree(m->sym_value);
	kvfree(m->sym_state);
	m->unit_addr = NULL;
	m->unit_run = NULL;
	m->unit_growth = NULL;
	m->unit_shift = NULL;
	m->unit_state = NULL;
	m->sym_value = NULL;
	m->sym_state = NULL;
}
