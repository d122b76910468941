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
#include "verdict.h"

/* Paths through a function and its cold part */
struct paths {
	const struct update *up;
	const struct unit *part[2];
	u8 *seen[2];		/* by offset: REACHED_... */
	VEC(u32) todo;		/* part << 31 | offset */
};

#define REACHED_ANYWAY	1
#define REACHED_ONCE	2

static const struct ref *ref_in(const struct unit *u, u32 at, u32 len)
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

static bool writes_flag(const struct paths *p, const struct unit *u, u32 at,
			const struct insn *insn, const struct unit *flag)
{
	const struct ref *r = ref_in(u, at, insn->len);

	return r && resolve_ref(p->up, u->obj, r) == flag &&
	       !only_reads(opcode(unit_data(u) + at, insn));
}

/* Places that the code can reach */

static void reach(struct paths *p, u32 part, s64 off, u8 how)
{
	if (off < 0 || off >= p->part[part]->size || p->seen[part][off] & how)
		return;
	p->seen[part][off] |= how;
	*vec_add(&p->todo) = part << 31 | (u32)off;
}

static bool reach_ref(struct paths *p, const struct ref *r, u8 how)
{
	u32 part;

	for (part = 0; r && part < 2; part++)
		if (p->part[part] && r->unit == p->part[part]) {
			reach(p, part, r->target, how);
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

static void follow_branch(struct paths *p, u32 part, u32 at,
			  const struct insn *insn, u8 how)
{
	const struct unit *u = p->part[part];
	const struct ref *r = ref_in(u, at, insn->len);

	if (r)
		reach_ref(p, r, how);
	else if (insn->imm_len)
		reach(p, part, branch_target(u, at, insn), how);
}

/* Follow jump labels, and the fixups of faults. */
static void follow_entries(struct paths *p, u32 part, u32 at, u32 len, u8 how)
{
	const struct entry *e;
	const struct ref *r;

	vec_for_each(e, &p->part[part]->entries) {
		u8 table = e->sec->desc->table;

		if (e->loc < (s64)at || e->loc >= (s64)at + len ||
		    (table != TABLE_JUMP && table != TABLE_EX))
			continue;
		vec_for_each(r, &e->refs)
			if (r->off == 4)
				reach_ref(p, r, how);
	}
}

static bool ends_here(const u8 *op, const struct insn *insn)
{
	return insn->kind == INSN_JMP || op[0] == 0xc3 || op[0] == 0xc2 ||
	       (op[0] == 0xff && (op[1] & 0x38) == 0x20);
}

/* @flag: stop where it is written */
static void run_paths(struct paths *p, const struct unit *flag, u8 how)
{
	struct insn insn;

	while (p->todo.n) {
		u32 v = p->todo.v[--p->todo.n], part = v >> 31, at = v & ~(1u << 31);
		const struct unit *u = p->part[part];

		if (!insn_decode(&insn, unit_data(u) + at, u->size - at) ||
		    (flag && writes_flag(p, u, at, &insn, flag)))
			continue;
		if (insn.kind == INSN_JMP || insn.kind == INSN_JCC)
			follow_branch(p, part, at, &insn, how);
		follow_entries(p, part, at, insn.len, how);
		if (!ends_here(opcode(unit_data(u) + at, &insn), &insn))
			reach(p, part, at + insn.len, how);
	}
}

/* Start after each place where the flag is written. */
static bool start_at_writes(struct paths *p, const struct unit *flag)
{
	struct insn insn;
	bool any = false;
	u32 part, at;

	for (part = 0; part < 2; part++)
		for (at = 0; p->part[part] && at < p->part[part]->size; at += insn.len) {
			if (!insn_decode(&insn, unit_data(p->part[part]) + at,
					 p->part[part]->size - at))
				return any;
			if (!writes_flag(p, p->part[part], at, &insn, flag))
				continue;
			reach(p, part, at + insn.len, REACHED_ONCE);
			any = true;
		}
	return any;
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
		return callee_only_says(r->sym->name) ? NULL : r->sym->name;
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
	case 0x83: case 0xc1: case 0xd1: case 0xd3: case 0xf7: case 0xff: case 0xfe:
		return !memory;
	case 0x03: case 0x05: case 0x0b: case 0x23: case 0x25: case 0x2b: case 0x2d:
	case 0x33: case 0x68: case 0x6a: case 0x69: case 0x6b: case 0x98: case 0x99:
		return true;
	}
	return false;
}

static const char *done_at(const struct paths *p, const struct unit *u, u32 at,
			   const struct insn *insn, const struct unit *flag)
{
	const u8 *op = opcode(unit_data(u) + at, insn);
	const struct ref *r = ref_in(u, at, insn->len);
	bool branch = insn->kind == INSN_JMP || insn->kind == INSN_JCC;

	if (writes_flag(p, u, at, insn, flag))
		return NULL;
	if (insn->kind == INSN_CALL)
		return r && r->sym && !strcmp(r->sym->name, "__fentry__") ? NULL :
		       calls_more(p->up, u, r, 0);
	if (branch)
		return !r || r->unit == p->part[0] || r->unit == p->part[1] ||
		       (r->sym && !strcmp(r->sym->name, "__x86_return_thunk")) ?
			NULL : calls_more(p->up, u, r, 0);
	return insn->kind != INSN_OTHER || only_prepares(op) ? NULL : "a write to memory";
}

static bool same_code_at(const struct paths *p, const struct unit *u, u32 at,
			 const struct insn *insn, u32 part, u32 other)
{
	const struct ref *r = ref_in(u, at, insn->len), *s;
	const struct unit *v = p->part[part];
	struct insn there;

	if (!insn_decode(&there, unit_data(v) + other, v->size - other))
		return false;
	s = ref_in(v, other, there.len);
	if (r && s)	/* the compiler may have made a jump of a call */
		return r->branch == s->branch && r->target == s->target &&
		       r->sym && s->sym && (r->unit ? r->unit == s->unit : r->sym == s->sym);
	return !r && !s && there.len == insn->len &&
	       !memcmp(unit_data(u) + at, unit_data(v) + other, insn->len);
}

/* Does the same code run in any case? The compiler may have duplicated it. */
static bool is_done_anyway(const struct paths *p, const struct unit *u, u32 at,
			   const struct insn *insn)
{
	u32 part, other;

	for (part = 0; part < 2; part++)
		for (other = 0; p->part[part] && other < p->part[part]->size; other++)
			if (p->seen[part][other] & REACHED_ANYWAY &&
			    same_code_at(p, u, at, insn, part, other))
				return true;
	return false;
}

/* What a function does only if a flag was not set, other than messages; NULL: nothing. */
static const char *guards(const struct update *up, const struct unit *func,
			  const struct unit *flag)
{
	struct paths p = { .up = up, .part = { func, func->cold } };
	const char *more = NULL;
	struct insn insn;
	u32 part, at;

	for (part = 0; part < 2; part++)
		if (p.part[part])
			p.seen[part] = xzalloc(p.part[part]->size + 1);
	reach(&p, 0, 0, REACHED_ANYWAY);
	run_paths(&p, flag, REACHED_ANYWAY);
	if (start_at_writes(&p, flag))
		run_paths(&p, NULL, REACHED_ONCE);
	for (part = 0; part < 2; part++)
		for (at = 0; p.part[part] && at < p.part[part]->size && !more; at++)
			if (p.seen[part][at] == REACHED_ONCE &&
			    insn_decode(&insn, unit_data(p.part[part]) + at,
					p.part[part]->size - at) &&
			    !is_done_anyway(&p, p.part[part], at, &insn))
				more = done_at(&p, p.part[part], at, &insn, flag);
	free(p.seen[0]);
	free(p.seen[1]);
	free(p.todo.v);
	return more;
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
