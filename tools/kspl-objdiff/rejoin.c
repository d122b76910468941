// SPDX-License-Identifier: GPL-2.0
/*
 * Does a function go on in the same way whether or not a once flag was set?
 *
 * New code has a flag that is not set. So what it does when it comes to that place for
 * the first time must be the same as when the flag was set, but for messages. Both ways
 * are followed from the place where the flag is read, in step: the one way may print
 * messages, then it must come to where the other one is, or do the same. What it has put
 * in registers in between must not be used any more.
 */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "escape.h"
#include "once.h"

#ifdef HAVE_CAPSTONE

#define LOOKS_AHEAD	8	/* instructions from a read of the flag to the branch */
#define MAX_CHAIN	256	/* instructions without an effect */
#define MAX_PAIRS	4096

#define BIT(r)		(1u << (r))
#define ARGUMENTS	(BIT(R_DI) | BIT(R_SI) | BIT(R_DX) | BIT(R_CX) | BIT(R_8) | BIT(R_9))
#define CLOBBERED	(ARGUMENTS | BIT(R_AX) | BIT(R_10) | BIT(R_11))
#define KEPT		(0xffff & ~CLOBBERED)

struct pair {
	u32 set, once;
};

/**
 * struct join - both ways of a function
 * @p:		its paths
 * @pairs:	places of both ways that were compared, or are being compared
 * @live:	by part and offset: registers that are read, before they are written,
 *		where both ways lead
 */
struct join {
	struct paths *p;
	VEC(struct pair) pairs;
	u16 *live[2];
};

static u8 seen_at(const struct paths *p, u32 place)
{
	return p->seen[PLACE_PART(place)][PLACE_AT(place)];
}

/* Only one way leads here, the one on which the flag is written. */
static bool is_once_only(const struct paths *p, u32 place)
{
	return (seen_at(p, place) & (REACHED_ONCE | REACHED_ANYWAY)) == REACHED_ONCE;
}

static cs_insn *insn_at(const struct paths *p, u32 place)
{
	const struct unit *u = p->part[PLACE_PART(place)];
	u32 at = PLACE_AT(place);
	cs_insn *insn;

	return u && at < u->size &&
	       cs_disasm(open_capstone(), unit_data(u) + at, u->size - at, at, 1, &insn) == 1 ?
	       insn : NULL;
}

/* What an instruction reads and writes; @kills: written as a whole */
struct regs {
	u16 reads, writes, kills;
};

static struct regs regs_of(const cs_insn *insn)
{
	struct regs regs = {};
	cs_regs in, out;
	u8 nin = 0, nout = 0, i;

	if (cs_insn_group(open_capstone(), insn, CS_GRP_CALL))
		return (struct regs){ .reads = ARGUMENTS | BIT(R_AX), .kills = CLOBBERED };
	if (cs_regs_access(open_capstone(), insn, in, &nin, out, &nout))
		return (struct regs){ .reads = 0xffff };
	for (i = 0; i < nin; i++)
		regs.reads |= reg_bit(in[i]);
	for (i = 0; i < nout; i++) {
		regs.writes |= reg_bit(out[i]);
		if (reg_is_wide(out[i]) && !is_conditional_move(insn->id))
			regs.kills |= reg_bit(out[i]);
	}
	if (insn->id == X86_INS_XOR && insn->detail->x86.operands[0].reg == insn->detail->x86.operands[1].reg &&
	    insn->detail->x86.operands[1].type == X86_OP_REG)
		regs.reads = 0;
	return regs;
}

/* Registers that matter where a function is left */
static u16 live_at_end(const struct paths *p, u32 place)
{
	u16 result = unit_return_size(p->part[0]) ? BIT(R_AX) | BIT(R_DX) : 0;
	const struct unit *u = p->part[PLACE_PART(place)];
	const struct ref *r = once_ref(u, PLACE_AT(place), 6);

	if (r && r->branch && !(r->sym && !strcmp(r->sym->name, "__x86_return_thunk")))
		return is_once_only(p, place) ? KEPT : KEPT | ARGUMENTS | BIT(R_AX);
	return KEPT | result;
}

static bool find_live_at(struct join *j, u32 place, const cs_insn *insn)
{
	u16 *live = &j->live[PLACE_PART(place)][PLACE_AT(place)], was = *live, out = 0;
	u32 next[MAX_NEXT], n = once_next(j->p, place, next);
	struct regs regs = regs_of(insn);

	/* what is put in registers for the message may be used for the message */
	if (is_once_only(j->p, place))
		regs.reads = 0;
	if (!n)
		out = live_at_end(j->p, place);
	while (n--)
		out |= j->live[PLACE_PART(next[n])][PLACE_AT(next[n])];
	*live |= regs.reads | (out & ~regs.kills);
	return *live != was;
}

/* Find what is live at each place, until nothing is added; from the end, as it is quicker. */
static void find_live(struct join *j)
{
	const struct paths *p = j->p;
	bool more = true;
	cs_insn *insn;
	u32 part, at;

	while (more) {
		more = false;
		for (part = 0; part < 2; part++)
			for (at = p->part[part] ? p->part[part]->size : 0; at--;) {
				if (!seen_at(p, PLACE(part, at)))
					continue;
				insn = insn_at(p, PLACE(part, at));
				if (!insn)
					continue;
				more |= find_live_at(j, PLACE(part, at), insn);
				cs_free(insn, 1);
			}
	}
}

static bool is_load(const cs_insn *insn)
{
	return (insn->id == X86_INS_MOV || insn->id == X86_INS_MOVZX || insn->id == X86_INS_MOVSX ||
		insn->id == X86_INS_MOVSXD) &&
	       insn->detail->x86.operands[0].type == X86_OP_REG &&
	       insn->detail->x86.operands[1].type == X86_OP_MEM;
}

/* Do both load a value from the same place of an object? The message may change it. */
static bool same_load(const struct paths *p, u32 place, const cs_insn *insn)
{
	const cs_x86_op *a, *b;
	cs_insn *other;
	bool same;

	if (!is_load(insn))
		return false;
	other = insn_at(p, place);
	if (!other)
		return false;
	a = &insn->detail->x86.operands[1];
	b = &other->detail->x86.operands[1];
	same = is_load(other) && a->mem.disp == b->mem.disp && a->size == b->size &&
	       a->mem.segment == b->mem.segment;
	cs_free(other, 1);
	return same;
}

static bool same_operand(const cs_x86_op *a, const cs_x86_op *b)
{
	u32 width;

	if (a->type != b->type)
		return false;
	if (a->type == X86_OP_REG)
		return reg_number(a->reg, &width) == reg_number(b->reg, &width);
	return a->type == X86_OP_MEM && a->mem.base == b->mem.base &&
	       a->mem.index == b->mem.index && a->mem.disp == b->mem.disp;
}

/* Does the function put aside what @restore puts back? */
static bool is_put_aside(const struct paths *p, const cs_insn *restore)
{
	const cs_x86 *x = &restore->detail->x86;
	bool found = false;
	cs_insn *insn;
	u32 part, at;

	for (part = 0; part < 2 && !found; part++)
		for (at = 0; p->part[part] && at < p->part[part]->size && !found; at++) {
			if (!seen_at(p, PLACE(part, at)))
				continue;
			insn = insn_at(p, PLACE(part, at));
			if (!insn)
				continue;
			found = insn->id == X86_INS_MOV &&
				same_operand(&insn->detail->x86.operands[0], &x->operands[1]) &&
				same_operand(&insn->detail->x86.operands[1], &x->operands[0]);
			cs_free(insn, 1);
		}
	return found;
}

static bool is_stack(const cs_x86_op *op)
{
	return op->type == X86_OP_MEM && op->mem.index == X86_REG_INVALID &&
	       (op->mem.base == X86_REG_RSP || op->mem.base == X86_REG_RBP);
}

/* Does it put back what was there before? */
static bool restores(const struct paths *p, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;

	u32 width;

	if (insn->id == X86_INS_POP && x->operands[0].type == X86_OP_REG)
		return KEPT & BIT(reg_number(x->operands[0].reg, &width));
	if (is_load(insn) && is_stack(&x->operands[1]))
		return true;
	return insn->id == X86_INS_MOV && x->operands[0].type == X86_OP_REG &&
	       x->operands[1].type == X86_OP_REG && is_put_aside(p, insn);
}

/* In step */

/*
 * Which instruction gave each register its value, on the way to where something is done;
 * NOWHERE: none.
 */
#define NOWHERE		(~0u)

struct givers {
	u32 by[16];
};

static void find_givers(const struct paths *p, u32 from, u32 to, struct givers *g)
{
	u32 next[MAX_NEXT], i, reg;
	cs_insn *insn;
	u16 writes;

	memset(g, 0xff, sizeof(*g));
	for (i = 0; i < MAX_CHAIN && from != to; i++) {
		insn = insn_at(p, from);
		writes = insn ? regs_of(insn).writes : 0;
		if (insn)
			cs_free(insn, 1);
		for (reg = 0; reg < 16; reg++)
			if (writes & BIT(reg))
				g->by[reg] = from;
		if (once_next(p, from, next) != 1)
			return;
		from = next[0];
	}
}

/*
 * Do both ways come there with the same values? Those that only the one way makes are
 * looked at later.
 */
static bool same_values(const struct join *j, const struct pair *from, const struct pair *to)
{
	u16 regs = j->live[PLACE_PART(to->once)][PLACE_AT(to->once)];
	const struct paths *p = j->p;
	struct givers set, once;
	cs_insn *insn;
	bool same = true;
	u32 reg;

	find_givers(p, from->set, to->set, &set);
	find_givers(p, from->once, to->once, &once);
	for (reg = 0; reg < 16 && same; reg++) {
		if (!(regs & BIT(reg)) || once.by[reg] == NOWHERE || once.by[reg] == set.by[reg] ||
		    is_once_only(p, once.by[reg]))
			continue;
		if (set.by[reg] != NOWHERE && once_same(p, set.by[reg], once.by[reg]))
			continue;
		insn = insn_at(p, once.by[reg]);
		same = insn && (restores(p, insn) || (set.by[reg] != NOWHERE &&
						      same_load(p, set.by[reg], insn)));
		if (insn)
			cs_free(insn, 1);
	}
	return same;
}

/* Does the way from @from pass @place before it does anything? */
static bool passes(const struct paths *p, u32 from, u32 place)
{
	u32 next[MAX_NEXT], i;

	for (i = 0; i < MAX_CHAIN; i++) {
		if (from == place)
			return true;
		if (once_step(p, from) != STEP_SILENT || once_next(p, from, next) != 1)
			return false;
		from = next[0];
	}
	return false;
}

/* Go on to the next place that does something; false: there is none. */
static bool skip_silent(const struct paths *p, u32 *place)
{
	u32 next[MAX_NEXT], i;

	for (i = 0; i < MAX_CHAIN; i++) {
		if (once_step(p, *place) != STEP_SILENT)
			return true;
		if (once_next(p, *place, next) != 1)
			return true;
		*place = next[0];
	}
	return false;
}

static bool was_compared(struct join *j, u32 set, u32 once)
{
	struct pair *pair;

	vec_for_each(pair, &j->pairs)
		if (pair->set == set && pair->once == once)
			return true;
	*vec_add(&j->pairs) = (struct pair){ set, once };
	return false;
}

/* The condition of a branch; -1: it is none that depends on flags */
static int condition_at(const struct paths *p, u32 place)
{
	const u8 *code = unit_data(p->part[PLACE_PART(place)]) + PLACE_AT(place);

	if ((*code & 0xf0) == 0x70)
		return *code & 0xf;
	return code[0] == 0x0f && (code[1] & 0xf0) == 0x80 ? code[1] & 0xf : -1;
}

/* Does the code return here, perhaps by the last message? */
static bool returns_at(const struct paths *p, u32 place)
{
	const struct unit *u = p->part[PLACE_PART(place)];
	const struct ref *r = once_ref(u, PLACE_AT(place), 5);
	u8 op = unit_data(u)[PLACE_AT(place)];

	if (op == 0xc3)
		return true;
	return op == 0xe9 && r && r->sym && !r->unit &&
	       (!strcmp(r->sym->name, "__x86_return_thunk") || callee_only_says(r->sym->name));
}

static bool in_step(struct join *j, u32 set, u32 once);

/* The branch is the same, or the opposite one: so must be what follows. */
static bool same_branch(struct join *j, u32 set, u32 once)
{
	int condition = condition_at(j->p, set), other = condition_at(j->p, once);
	u32 a[MAX_NEXT], b[MAX_NEXT], n = once_next(j->p, set, a);

	if (condition < 0 || other < 0 || n != 2 || once_next(j->p, once, b) != 2)
		return false;
	if (condition == other)
		return in_step(j, a[0], b[0]) && in_step(j, a[1], b[1]);
	return condition == (other ^ 1) && in_step(j, a[0], b[1]) && in_step(j, a[1], b[0]);
}

/* The same is done on both ways, and the same follows. */
static bool same_step(struct join *j, u32 set, u32 once)
{
	enum step step = once_step(j->p, set);
	u32 a[MAX_NEXT], b[MAX_NEXT], n = once_next(j->p, set, a), i;

	if (step != once_step(j->p, once))
		return false;
	if (step == STEP_END && returns_at(j->p, set) && returns_at(j->p, once))
		return true;
	if (!once_same(j->p, set, once))
		return step == STEP_BRANCH && same_branch(j, set, once);
	if (n != once_next(j->p, once, b))
		return false;
	for (i = 0; i < n; i++)
		if (!in_step(j, a[i], b[i]))
			return false;
	return true;
}

/*
 * May the one way do it, and the other one not? It may look at something, to say it. And
 * it may write what is written in any case: the compiler knows what is there already.
 */
static bool may_differ(const struct paths *p, u32 once)
{
	if (!is_once_only(p, once))
		return false;
	return once_step(p, once) == STEP_BRANCH ||
	       (once_step(p, once) == STEP_ACT && !once_calls(p, once) && is_done_anyway(p, once));
}

/* Does the one way come to where the other one is, or do the same? */
static bool in_step(struct join *j, u32 set, u32 once)
{
	const struct pair from = { set, once };
	u32 next[MAX_NEXT], n, i;

	for (i = 0; !passes(j->p, set, once); i++) {
		if (once_step(j->p, once) != STEP_SILENT)
			break;
		if (i == MAX_CHAIN || once_next(j->p, once, next) != 1)
			return false;
		once = next[0];
	}
	if (passes(j->p, set, once))
		return same_values(j, &from, &(struct pair){ once, once });
	if (!skip_silent(j->p, &set) || j->pairs.n > MAX_PAIRS)
		return false;
	if (was_compared(j, set, once))
		return true;
	if (same_step(j, set, once) && same_values(j, &from, &(struct pair){ set, once }))
		return true;
	if (!may_differ(j->p, once))
		return false;
	n = once_next(j->p, once, next);
	for (i = 0; i < n; i++)
		if (!in_step(j, from.set, next[i]))
			return false;
	return n;
}

/* What the flag decides */

typedef VEC(u32) place_vec;

/* Those of @next that have not been added before */
static void add_places(place_vec *todo, const u32 *next, u32 n)
{
	u32 k;

	while (n--) {
		for (k = 0; k < todo->n && todo->v[k] != next[n]; k++)
			;
		if (k == todo->n)
			*vec_add(todo) = next[n];
	}
}

/* Does the way lead to a write of the flag, without another read of it? */
static bool leads_to_write(const struct paths *p, u32 from)
{
	place_vec todo = {};
	bool found = false;
	u32 next[MAX_NEXT], n, i;

	*vec_add(&todo) = from;
	for (i = 0; i < todo.n && !found; i++) {
		found = once_writes(p, todo.v[i]);
		if (once_reads(p, todo.v[i]))
			continue;
		n = once_next(p, todo.v[i], next);
		add_places(&todo, next, n);
	}
	free(todo.v);
	return found;
}

/* A branch that follows a read of the flag */
static const char *add_choice(struct paths *p, u32 place)
{
	u32 next[MAX_NEXT];
	bool first, second;

	if (once_next(p, place, next) != 2)
		return "it is asked for in a way that is not known";
	first = leads_to_write(p, next[0]);
	second = leads_to_write(p, next[1]);
	if (first == second)
		return "it is asked for, and not to set it";
	*vec_add(&p->choices) = (struct choice){ place, next[first], next[!first] };
	return NULL;
}

/* A read of the flag: what it decides follows soon. */
static const char *look_at_read(struct paths *p, u32 place)
{
	u32 next[MAX_NEXT], i;

	for (i = 0; i < LOOKS_AHEAD; i++) {
		if (once_step(p, place) == STEP_BRANCH)
			return add_choice(p, place);
		if (once_calls(p, place) || once_writes(p, place) ||
		    once_next(p, place, next) != 1)
			break;
		place = next[0];
	}
	return "its value is used";
}

/**
 * find_choices() - find what a flag decides
 * @p:	the paths
 *
 * Return: why that is not known, in words, or NULL
 */
const char *find_choices(struct paths *p)
{
	const char *why = NULL;
	struct insn insn;
	u32 part, at;

	for (part = 0; part < 2; part++)
		for (at = 0; p->part[part] && at < p->part[part]->size && !why; at += insn.len) {
			if (!insn_decode(&insn, unit_data(p->part[part]) + at,
					 p->part[part]->size - at))
				break;
			if (once_reads(p, PLACE(part, at)))
				why = look_at_read(p, PLACE(part, at));
		}
	return why;
}

/* Mark what leads to a read of the flag. */
static void mark_before(struct paths *p)
{
	u32 part, at, next[MAX_NEXT], n;
	bool more = true, leads;

	while (more) {
		more = false;
		for (part = 0; part < 2; part++)
			for (at = p->part[part] ? p->part[part]->size : 0; at--;) {
				if (!(seen_at(p, PLACE(part, at)) & REACHED_ANYWAY) ||
				    seen_at(p, PLACE(part, at)) & REACHED_BEFORE)
					continue;
				leads = once_reads(p, PLACE(part, at));
				n = once_next(p, PLACE(part, at), next);
				while (n--)
					leads |= seen_at(p, next[n]) & REACHED_BEFORE;
				if (!leads)
					continue;
				p->seen[part][at] |= REACHED_BEFORE;
				more = true;
			}
	}
}

/* Do registers keep what they have got at @place until the flag is read? */
static bool lasts(const struct paths *p, u32 place, u16 regs)
{
	place_vec todo = {};
	u32 next[MAX_NEXT], n, i, k;
	bool found = false;
	cs_insn *insn;

	*vec_add(&todo) = place;
	for (i = 0; i < todo.n && !found; i++) {
		insn = i ? insn_at(p, todo.v[i]) : NULL;
		k = insn && (regs_of(insn).kills | regs_of(insn).writes) & regs;
		if (insn)
			cs_free(insn, 1);
		found = once_reads(p, todo.v[i]);
		if (k || !(seen_at(p, todo.v[i]) & REACHED_BEFORE))
			continue;
		n = once_next(p, todo.v[i], next);
		add_places(&todo, next, n);
	}
	free(todo.v);
	return found;
}

/* Is there the same instruction on the other way, or on the way to the flag? */
static bool is_done_too(const struct paths *p, u32 place, const cs_insn *insn)
{
	u16 regs = regs_of(insn).writes;
	u32 part, at;
	u8 seen;

	for (part = 0; part < 2; part++)
		for (at = 0; p->part[part] && at < p->part[part]->size; at++) {
			seen = p->seen[part][at] & (REACHED_SET | REACHED_BEFORE);
			if (seen && same_load(p, PLACE(part, at), insn))
				return true;
			if (seen && once_same(p, place, PLACE(part, at)) &&
			    (seen & REACHED_SET || lasts(p, PLACE(part, at), regs)))
				return true;
		}
	return false;
}

/* Registers that the instruction gives a value which is used later */
static u16 leaves(const struct join *j, u32 place, const cs_insn *insn)
{
	u32 next[MAX_NEXT], n = once_next(j->p, place, next);
	u16 out = 0;

	while (n--)
		out |= j->live[PLACE_PART(next[n])][PLACE_AT(next[n])];
	return regs_of(insn).writes & out & ~BIT(R_SP);
}

static const cs_x86_op *stack_operand(const cs_insn *insn)
{
	u32 i;

	for (i = 0; i < insn->detail->x86.op_count; i++)
		if (is_stack(&insn->detail->x86.operands[i]))
			return &insn->detail->x86.operands[i];
	return NULL;
}

/* Does an instruction on both ways read the place on the stack, or take its address? */
static bool is_read_after(const struct paths *p, const cs_x86_op *slot)
{
	const cs_x86_op *op;
	bool found = false;
	cs_insn *insn;
	u32 part, at;

	for (part = 0; part < 2 && !found; part++)
		for (at = 0; p->part[part] && at < p->part[part]->size && !found; at++) {
			if (!(p->seen[part][at] & REACHED_ANYWAY))
				continue;
			insn = insn_at(p, PLACE(part, at));
			if (!insn)
				continue;
			op = stack_operand(insn);
			found = op && same_operand(op, slot) &&
				(insn->id == X86_INS_LEA || op->access & CS_AC_READ);
			cs_free(insn, 1);
		}
	return found;
}

/*
 * Does the instruction write something on the stack that is used later? A register is
 * only put aside there.
 */
static bool leaves_on_stack(const struct join *j, const cs_insn *insn)
{
	const cs_x86_op *op = stack_operand(insn);

	if (insn->id == X86_INS_MOV && insn->detail->x86.operands[1].type == X86_OP_REG)
		return false;
	return op && insn->id != X86_INS_LEA && op->access & CS_AC_WRITE && is_read_after(j->p, op);
}

/* Is a value that is used later made only on the way on which the flag is written? */
static bool leaves_value(struct join *j)
{
	const struct paths *p = j->p;
	bool found = false;
	cs_insn *insn;
	u32 part, at;

	for (part = 0; part < 2; part++)
		for (at = 0; p->part[part] && at < p->part[part]->size && !found; at++) {
			if (!is_once_only(p, PLACE(part, at)))
				continue;
			insn = insn_at(p, PLACE(part, at));
			if (!insn)
				continue;
			found = ((leaves(j, PLACE(part, at), insn) && !restores(p, insn)) ||
				 leaves_on_stack(j, insn)) && !is_done_too(p, PLACE(part, at), insn);
			cs_free(insn, 1);
		}
	return found;
}

/**
 * goes_on_otherwise() - does a function go on otherwise because a flag was not set?
 * @p:	its paths, as far as they can be reached
 *
 * Return: how, in words, or NULL
 */
const char *goes_on_otherwise(struct paths *p)
{
	struct join j = { .p = p };
	const struct choice *c;
	const char *how = NULL;
	u32 part;

	for (part = 0; part < 2; part++)
		if (p->part[part])
			j.live[part] = xzalloc((p->part[part]->size + 1) * sizeof(u16));
	find_live(&j);
	vec_for_each(c, &p->choices) {
		once_run(p, c->set, REACHED_SET);
		if (!how && !in_step(&j, c->set, c->todo))
			how = "it goes on in another way";
	}
	if (!how) {
		mark_before(p);
		if (leaves_value(&j))
			how = "it goes on with another value";
	}
	free(j.live[0]);
	free(j.live[1]);
	free(j.pairs.v);
	return how;
}

/* Registers that hold an address of the stack after an instruction; @own: before it */
static u16 own_after(const cs_insn *insn, u16 own)
{
	const cs_x86_op *op = &insn->detail->x86.operands[1];
	u16 writes;

	if (cs_insn_group(open_capstone(), insn, CS_GRP_CALL))
		return own & KEPT;
	writes = regs_of(insn).writes;
	if ((insn->id == X86_INS_LEA && is_stack(op)) ||
	    (insn->id == X86_INS_MOV && op->type == X86_OP_REG && reg_bit(op->reg) & own))
		return own | writes;
	return (own & ~writes) | BIT(R_SP);
}

/* The register in which a function gets the memory that it fills; -1: it fills none */
static int fills_by(const char *name)
{
	static const char *const known[] = {
		"memset", "__get_task_comm", "snprintf", "scnprintf",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(name, known[i]))
			return R_DI;
	return strcmp(name, "hex_dump_to_buffer") ? -1 : R_8;
}

/**
 * fills_own_stack() - if a called function fills memory, is that the caller's stack?
 * @u:		the caller
 * @call:	the call, of a function that prints or prepares messages
 */
bool fills_own_stack(const struct unit *u, const struct ref *call)
{
	struct paths p = { .part = { u } };
	int by = fills_by(call->sym->name);
	u16 own = BIT(R_SP);
	cs_insn *insn;
	u32 at = 0;

	if (by < 0)
		return true;
	while (at < call->insn_off && (insn = insn_at(&p, at))) {
		own = own_after(insn, own);
		at += insn->size;
		cs_free(insn, 1);
	}
	return own & BIT(by);
}

#else /* HAVE_CAPSTONE */

const char *find_choices(struct paths *p)
{
	(void)p;
	return NULL;
}

const char *goes_on_otherwise(struct paths *p)
{
	(void)p;
	return "kspl-objdiff was built without capstone, and can't tell what it decides";
}

bool fills_own_stack(const struct unit *u, const struct ref *call)
{
	(void)u;
	(void)call;
	return false;
}

#endif /* HAVE_CAPSTONE */
