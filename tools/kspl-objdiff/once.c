// SPDX-License-Identifier: GPL-2.0
/*
 * Once flags, by which a place in the code remembers that something was done.
 *
 * New code has its own flags, which are not set. This is right for messages: one that
 * is printed once is printed once more. But other things that a flag guards were done,
 * and would be done again: registered, allocated, counted. So find the code that only
 * runs if a flag was not set: it is reached from where the flag is written, and not
 * otherwise. Only messages and warnings, and code that prepares them, are known to be
 * harmless there.
 */
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "escape.h"
#include "once.h"
#include "verdict.h"

/** once_ref() - the field in the bytes of an instruction, or NULL */
const struct ref *once_ref(const struct unit *u, u32 at, u32 len)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->off >= at && r->off < at + len)
			return r;
	return NULL;
}

static const u8 *opcode(const u8 *p, const struct insn *insn)
{
	const u8 *end = p + insn->len;

	while (p < end && (*p == 0x66 || *p == 0x65 || *p == 0x64 || *p == 0xf0 ||
			   *p == 0xf2 || *p == 0xf3))
		p++;
	if (p < end && (*p & 0xf0) == 0x40)
		p++;
	return p;
}

/* mov, movzx, cmp, test: the instruction only reads memory */
static bool only_reads(const u8 *op)
{
	switch (op[0]) {
	case 0x0f:
		return op[1] == 0xb6 || op[1] == 0xb7 || op[1] == 0xbe || op[1] == 0xbf;
	case 0x38: case 0x39: case 0x3a: case 0x3b: case 0x63: case 0x84: case 0x85:
	case 0x8a: case 0x8b: case 0x8d:
		return true;
	case 0x80: case 0x81: case 0x83:
		return (op[1] & 0x38) == 0x38;
	case 0xf6: case 0xf7:
		return !(op[1] & 0x30);
	}
	return false;
}

static bool decode_at(const struct paths *p, u32 place, struct insn *insn)
{
	const struct unit *u = p->part[PLACE_PART(place)];
	u32 at = PLACE_AT(place);

	return u && at < u->size && insn_decode(insn, unit_data(u) + at, u->size - at);
}

static const struct ref *ref_at(const struct paths *p, u32 place, u32 len)
{
	return once_ref(p->part[PLACE_PART(place)], PLACE_AT(place), len);
}

static const u8 *opcode_at(const struct paths *p, u32 place, const struct insn *insn)
{
	return opcode(unit_data(p->part[PLACE_PART(place)]) + PLACE_AT(place), insn);
}

static bool uses_flag(const struct paths *p, u32 place, const struct insn *insn)
{
	const struct ref *r = ref_at(p, place, insn->len);

	return r && resolve_ref(p->up, p->part[PLACE_PART(place)]->obj, r) == p->flag;
}

/** once_writes() - does the instruction write the flag? */
bool once_writes(const struct paths *p, u32 place)
{
	struct insn insn;

	return decode_at(p, place, &insn) && uses_flag(p, place, &insn) &&
	       !only_reads(opcode_at(p, place, &insn));
}

/** once_reads() - does the instruction read the flag, and not write it? */
bool once_reads(const struct paths *p, u32 place)
{
	struct insn insn;

	return decode_at(p, place, &insn) && uses_flag(p, place, &insn) &&
	       only_reads(opcode_at(p, place, &insn));
}

/* Where the code goes on */

static void add_next(const struct paths *p, u32 part, s64 off, u32 next[MAX_NEXT], u32 *n)
{
	if (off >= 0 && off < p->part[part]->size && *n < MAX_NEXT)
		next[(*n)++] = PLACE(part, (u32)off);
}

/* @r leads to a part of the function. */
static bool leads_to_part(const struct paths *p, const struct ref *r, u32 next[MAX_NEXT], u32 *n)
{
	u32 part;

	for (part = 0; r && part < 2; part++)
		if (p->part[part] && r->unit == p->part[part]) {
			add_next(p, part, r->target, next, n);
			return true;
		}
	return false;
}

static s64 branch_target(const struct unit *u, u32 at, const struct insn *insn)
{
	u64 sign = 1ull << (insn->imm_len * 8 - 1);

	return at + insn->len +
	       (s64)((get_le(unit_data(u) + at + insn->imm_off, insn->imm_len) ^ sign) - sign);
}

/* The places that jump labels lead to, and the fixups of faults */
static void add_entries(const struct paths *p, u32 place, u32 len, u32 next[MAX_NEXT], u32 *n)
{
	u32 at = PLACE_AT(place);
	const struct entry *e;
	const struct ref *r;

	vec_for_each(e, &p->part[PLACE_PART(place)]->entries) {
		u8 table = e->sec->desc->table;

		if (e->loc < (s64)at || e->loc >= (s64)at + len ||
		    (table != TABLE_JUMP && table != TABLE_EX))
			continue;
		vec_for_each(r, &e->refs)
			if (r->off == 4)
				leads_to_part(p, r, next, n);
	}
}

static bool ends_here(const u8 *op, const struct insn *insn)
{
	return insn->kind == INSN_JMP || op[0] == 0xc3 || op[0] == 0xc2 ||
	       (op[0] == 0xff && (op[1] & 0x38) == 0x20);
}

/** once_next() - where the code goes on after an instruction; returns how many places */
u32 once_next(const struct paths *p, u32 place, u32 next[MAX_NEXT])
{
	u32 part = PLACE_PART(place), at = PLACE_AT(place), n = 0;
	const struct ref *r;
	struct insn insn;

	if (!decode_at(p, place, &insn))
		return 0;
	if (insn.kind == INSN_JMP || insn.kind == INSN_JCC) {
		r = ref_at(p, place, insn.len);
		if (!leads_to_part(p, r, next, &n) && !r && insn.imm_len)
			add_next(p, part, branch_target(p->part[part], at, &insn), next, &n);
	}
	add_entries(p, place, insn.len, next, &n);
	if (!ends_here(opcode_at(p, place, &insn), &insn))
		add_next(p, part, at + insn.len, next, &n);
	return n;
}

/* Places that the code can reach */

static void reach(struct paths *p, u32 place, u8 how)
{
	u8 *seen = &p->seen[PLACE_PART(place)][PLACE_AT(place)];

	if (*seen & how)
		return;
	*seen |= how;
	*vec_add(&p->todo) = place;
}

/* Does the code only go from @at to @next if the flag was not set? */
static bool is_todo(const struct paths *p, u32 at, u32 next)
{
	const struct choice *c;

	vec_for_each(c, &p->choices)
		if (c->at == at && c->todo == next)
			return true;
	return false;
}

/**
 * once_run() - mark all that can be reached
 * @p:		the paths
 * @place:	where to begin
 * @how:	the mark; unless it is REACHED_ONCE, only where the flag was set
 */
void once_run(struct paths *p, u32 place, u8 how)
{
	u32 next[MAX_NEXT], n;

	reach(p, place, how);
	while (p->todo.n) {
		place = p->todo.v[--p->todo.n];
		if (how != REACHED_ONCE && once_writes(p, place))
			continue;
		for (n = once_next(p, place, next); n; n--)
			if (how == REACHED_ONCE || !is_todo(p, place, next[n - 1]))
				reach(p, next[n - 1], how);
	}
}

/* Start where the code goes if the flag was not set, and after each write of it. */
static void run_once(struct paths *p)
{
	u32 part, at, next[MAX_NEXT], n;
	const struct choice *c;
	struct insn insn;

	vec_for_each(c, &p->choices)
		once_run(p, c->todo, REACHED_ONCE);

	for (part = 0; part < 2; part++)
		for (at = 0; decode_at(p, PLACE(part, at), &insn); at += insn.len) {
			if (!once_writes(p, PLACE(part, at)))
				continue;
			for (n = once_next(p, PLACE(part, at), next); n; n--)
				once_run(p, next[n - 1], REACHED_ONCE);
		}
}

/* What is done at these places */

static const char *does_more(const struct update *up, const struct unit *func, int depth);

static const char *calls_more(const struct update *up, const struct unit *u,
			      const struct ref *r, int depth)
{
	const struct unit *to = r ? resolve_ref(up, u->obj, r) : NULL;

	if (!r || !r->sym)
		return "a call by a pointer";
	if (!to)
		return callee_only_says(r->sym->name) && fills_own_stack(u, r) ? NULL : r->sym->name;
	if (!class_is_text(to->sec->cls))
		return r->sym->name;
	return does_more(up, to, depth + 1) ? to->name : NULL;
}

static bool writes_data(const struct unit *u, const struct ref *r,
			const struct unit *to)
{
	struct insn insn = { .len = r->insn_len };

	if (to && to->sec->cls != SC_DATA && to->sec->cls != SC_PERCPU)
		return false;
	return !only_reads(opcode(unit_data(u) + r->insn_off, &insn));
}

/* Check a function of the update's own files. */
static const char *does_more(const struct update *up, const struct unit *func, int depth)
{
	const struct unit *to;
	const char *more = depth > 4 ? "too much" : unit_acts_unseen(func);
	const struct ref *r;

	vec_for_each(r, &func->refs) {
		to = resolve_ref(up, func->obj, r);
		if (more)
			break;
		if (r->branch && to != func && to != func->cold && to != func->parent &&
		    !(r->sym && !strcmp(r->sym->name, "__fentry__")))
			more = calls_more(up, func, r, depth);
		else if (!r->branch && writes_data(func, r, to))
			more = r->sym ? r->sym->name : "a variable";
	}
	return more;
}

/* 8(%rsp) */
static bool is_on_stack(const u8 *op)
{
	return (op[1] & 0xc7) != 0xc4 && (op[1] & 7) == 4 && (op[2] & 7) == 4;
}

/* Does it only prepare something in registers or on the stack? */
static bool only_prepares(const u8 *op)
{
	bool memory = op[1] < 0xc0;

	if (only_reads(op) || (op[0] >= 0x50 && op[0] <= 0x5f) ||
	    (op[0] >= 0xb0 && op[0] <= 0xbf) || op[0] == 0x90 || op[0] == 0xc3 || op[0] == 0xcc)
		return true;
	switch (op[0]) {
	case 0x0f:	/* ud2, nop, endbr, cmov, setcc to a register */
		return op[1] == 0x0b || op[1] == 0x1e || op[1] == 0x1f ||
		       (op[1] & 0xf0) == 0x40 || ((op[1] & 0xf0) == 0x90 && op[2] >= 0xc0);
	case 0x88: case 0x89: case 0xc6: case 0xc7:
		return !memory || is_on_stack(op);
	case 0x01: case 0x09: case 0x21: case 0x29: case 0x31: case 0x80: case 0x81:
	case 0x83: case 0xc1: case 0xd1: case 0xd3: case 0xf7: case 0xfe:
		return !memory;
	case 0xff:	/* inc, dec, push: not a call */
		return (!memory && !(op[1] & 0x30)) || (op[1] & 0x38) == 0x30;
	case 0x03: case 0x05: case 0x0b: case 0x23: case 0x25: case 0x2b: case 0x2d:
	case 0x33: case 0x68: case 0x6a: case 0x69: case 0x6b: case 0x98: case 0x99:
		return true;
	}
	return false;
}

static bool is_call_of(const struct ref *r, const char *name)
{
	return r && r->sym && !strcmp(r->sym->name, name);
}

static const char *done_at(const struct paths *p, u32 place, const struct insn *insn)
{
	const struct unit *u = p->part[PLACE_PART(place)];
	const struct ref *r = ref_at(p, place, insn->len);
	bool branch = insn->kind == INSN_JMP || insn->kind == INSN_JCC;

	if (once_writes(p, place))
		return NULL;
	if (insn->kind == INSN_CALL)
		return is_call_of(r, "__fentry__") ? NULL : calls_more(p->up, u, r, 0);
	if (branch)
		return !r || (r->unit && (r->unit == p->part[0] || r->unit == p->part[1])) ||
		       is_call_of(r, "__x86_return_thunk") ? NULL : calls_more(p->up, u, r, 0);
	return insn->kind != INSN_OTHER || only_prepares(opcode_at(p, place, insn)) ?
	       NULL : "a write to memory";
}

/** once_step() - what an instruction does, as others see it */
enum step once_step(const struct paths *p, u32 place)
{
	u32 next[MAX_NEXT], n = once_next(p, place, next);
	struct insn insn;

	if (!decode_at(p, place, &insn) || !n)
		return STEP_END;
	if (n > 1)
		return STEP_BRANCH;
	return done_at(p, place, &insn) ? STEP_ACT : STEP_SILENT;
}

/** once_same() - is the same instruction at both places? */
bool once_same(const struct paths *p, u32 place, u32 other)
{
	const struct ref *r, *s;
	struct insn insn, there;

	if (!decode_at(p, place, &insn) || !decode_at(p, other, &there))
		return false;
	r = ref_at(p, place, insn.len);
	s = ref_at(p, other, there.len);
	if (r && s)	/* the compiler may have made a jump of a call */
		return r->branch == s->branch && r->target == s->target &&
		       r->sym && s->sym && (r->unit ? r->unit == s->unit : r->sym == s->sym);
	return !r && !s && there.len == insn.len &&
	       !memcmp(unit_data(p->part[PLACE_PART(place)]) + PLACE_AT(place),
		       unit_data(p->part[PLACE_PART(other)]) + PLACE_AT(other), insn.len);
}

/** once_calls() - is it a call, of whatever? */
bool once_calls(const struct paths *p, u32 place)
{
	struct insn insn;
	const u8 *op;

	if (!decode_at(p, place, &insn))
		return false;
	op = opcode_at(p, place, &insn);
	return insn.kind == INSN_CALL || (op[0] == 0xff && (op[1] & 0x38) == 0x10);
}

/**
 * is_done_anyway() - does the same code run in any case?
 * @p:		the paths
 * @place:	where the code is that only runs if the flag was not set
 *
 * The compiler may have duplicated it.
 */
bool is_done_anyway(const struct paths *p, u32 place)
{
	u32 part, other;

	for (part = 0; part < 2; part++)
		for (other = 0; p->part[part] && other < p->part[part]->size; other++)
			if (p->seen[part][other] & REACHED_ANYWAY &&
			    once_same(p, place, PLACE(part, other)))
				return true;
	return false;
}

/* What is done only if the flag was not set? */
static const char *done_once(struct paths *p)
{
	const char *more = NULL;
	struct insn insn;
	u32 part, at;

	for (part = 0; part < 2; part++)
		for (at = 0; p->part[part] && at < p->part[part]->size && !more; at++)
			if ((p->seen[part][at] & (REACHED_ONCE | REACHED_ANYWAY)) == REACHED_ONCE &&
			    decode_at(p, PLACE(part, at), &insn) &&
			    !is_done_anyway(p, PLACE(part, at)))
				more = done_at(p, PLACE(part, at), &insn);
	return more;
}

/*
 * What a function does only if a flag was not set, other than messages, or otherwise
 * then; NULL: nothing.
 */
static const char *guards(const struct update *up, const struct unit *func,
			  const struct unit *flag)
{
	struct paths p = { .up = up, .flag = flag, .part = { func, func->cold } };
	const char *more;
	u32 part;

	for (part = 0; part < 2; part++)
		if (p.part[part])
			p.seen[part] = xzalloc(p.part[part]->size + 1);
	more = find_choices(&p);
	once_run(&p, PLACE(0, 0), REACHED_ANYWAY);
	run_once(&p);
	if (!more)
		more = done_once(&p);
	if (!more)
		more = goes_on_otherwise(&p);
	free(p.choices.v);
	free(p.seen[0]);
	free(p.seen[1]);
	free(p.todo.v);
	return more;
}

static bool is_checker(const struct unit *u, const struct ref *address)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->branch && r->off > address->off)
			return r->sym && (starts_with(r->sym->name, "__asan_") ||
					  starts_with(r->sym->name, "__kasan_check_"));
	return false;
}

static bool reads_and_writes(const struct update *up, const struct unit *func,
			     const struct unit *flag)
{
	struct paths p = { .up = up, .flag = flag, .part = { func, func->cold } };
	bool reads = false, writes = false;
	struct insn insn;
	u32 part, at;

	for (part = 0; part < 2; part++)
		for (at = 0; decode_at(&p, PLACE(part, at), &insn); at += insn.len) {
			reads |= once_reads(&p, PLACE(part, at));
			writes |= once_writes(&p, PLACE(part, at));
		}
	return reads && writes;
}

/*
 * What another function does because of the flag. An inline function has one flag for
 * all functions that it becomes a part of, and does the same in each.
 */
static const char *other_guards(const struct update *up, const struct unit *user,
				const struct unit *flag)
{
	if (unit_is_static_local(flag) && reads_and_writes(up, user, flag))
		return NULL;
	return guards(up, user, flag);
}

/* Do others use the flag for more than a message? */
static const char *shared_with(const struct update *up, const struct unit *func,
			       const struct unit *flag)
{
	const char *more = NULL;
	struct unit **u, *user;
	const struct ref *r;

	vec_for_each(u, &flag->obj->units) {
		user = (*u)->parent ? (*u)->parent : *u;
		if (*u == flag || (*u)->sec->cls == SC_DROP || (*u)->sec->cls == SC_NONE)
			continue;
		vec_for_each(r, &(*u)->refs) {
			if (more || resolve_ref(up, (*u)->obj, r) != flag)
				continue;
			if (!user->is_func)
				more = "has its address";
			else if (ref_takes_address(*u, r) && !is_checker(*u, r))
				more = "takes its address";
			else if (user != func)
				more = other_guards(up, user, flag);
			if (more)
				return xasprintf("%s: %s", unit_label(user), more);
		}
	}
	return NULL;
}

/* Find the first flag of a function that guards more than a message. */
static const struct unit *guarding_flag(const struct update *up, const struct unit *func,
					const char **more)
{
	const struct unit *part;
	const struct ref *r;

	for (part = func; part; part = part == func ? func->cold : NULL)
		vec_for_each(r, &part->refs) {
			if (!r->unit || r->unit->sec->cls != SC_FRESH ||
			    starts_with(r->unit->sec->name, ".data..Lubsan"))
				continue;
			*more = shared_with(up, func, r->unit);
			if (!*more)
				*more = guards(up, func, r->unit);
			if (*more)
				return r->unit;
		}
	return NULL;
}

/* Is there old code with such a flag that is gone or replaced? */
static bool had_one(const struct verdicts *vs, const struct obj *pre)
{
	struct unit **u;
	const char *more;

	vec_for_each(u, &pre->units)
		if ((*u)->is_func && class_is_text((*u)->sec->cls) && !(*u)->parent &&
		    (!(*u)->twin || unit_included(vs, (*u)->twin)) &&
		    guarding_flag(vs->up, *u, &more))
			return true;
	return false;
}

/**
 * check_once() - refuse new code that would do again what old code did once
 * @vs:	the verdicts, with all that is included
 * @tu:	the file
 */
void check_once(struct verdicts *vs, const struct tu *tu)
{
	const struct unit *flag;
	const char *more;
	struct unit **u;
	int had = -1;

	vec_for_each(u, &tu->post->units) {
		if (!tu->pre || !unit_included(vs, *u) || !(*u)->is_func || (*u)->parent)
			continue;
		flag = guarding_flag(vs->up, *u, &more);
		if (flag && had < 0)
			had = had_one(vs, tu->pre);
		if (flag && had)
			refuse(vs, "state_renamed", tu->post, *u, strip_numbers(flag->name),
			       "leave the function as it is, or use a variable in the default section as the flag",
			       "%s does more than print a message while this flag in %s is not set (%s); the flag of the new code is not set at first, so this would be done again",
			       unit_label(*u), flag->sec->name, more);
	}
}
