// SPDX-License-Identifier: GPL-2.0
/*
 * What goes along with the address of a function.
 *
 * A timer, work or an interrupt gets a function and something to give it: the place in
 * an object where the address is stored, or another argument. If the function and the
 * code that sets this up change together, the function may expect something else. But
 * what was set up before goes on to give it the old thing.
 *
 * So what goes along is followed back to where it comes from, in the order of the
 * instructions: an argument, a result, or a load, and what is added to it. What is not
 * known counts as the same. A pointer that is stored beside the address goes along, too.
 */
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "code.h"
#include "escape.h"
#include "handed.h"
#include "state.h"

#ifdef HAVE_CAPSTONE

enum origin {
	FROM_UNKNOWN,
	FROM_ARGUMENT,		/* number: the register */
	FROM_RESULT,		/* of a call */
	FROM_LOAD,		/* number: the displacement */
	FROM_VARIABLE,
};

/* Where a value comes from; @add: what is added to it; @wide: a load of 8 bytes */
struct value {
	enum origin from;
	s64 number, add;
	const struct unit *var;	/* the one of the post object, if it has a twin */
	bool wide;
};

/* How far from the address something is stored that goes along with it */
#define BESIDE	16
#define PLACES	(2 * BESIDE / 8 + 1)

/**
 * struct along - what goes along with a function's address
 * @callee:	the function that gets it; NULL: it is stored
 * @at:		where it is stored
 * @args:	the arguments of the call; unknown: the function's address itself
 * @beside:	what is stored beside it, by 8 bytes; unknown: nothing, or no pointer
 */
struct along {
	const char *callee;
	struct value at, args[6], beside[PLACES];
};

typedef VEC(struct along) along_vec;

struct code {
	const struct update *up;
	const struct unit *u;
	VEC(u32) starts;
};

static const int arg_regs[6] = { R_DI, R_SI, R_DX, R_CX, R_8, R_9 };

static cs_insn *insn_at(const struct unit *u, u32 at)
{
	cs_insn *insn;

	return cs_disasm(open_capstone(), unit_data(u) + at, u->size - at, at, 1, &insn) == 1 ? insn : NULL;
}

static int number_of(unsigned int reg)
{
	u32 width;

	return reg_number(reg, &width);
}

static void find_starts(struct code *code)
{
	struct insn insn;
	u32 at;

	for (at = 0; at < code->u->size; at += insn.len) {
		if (!insn_decode(&insn, unit_data(code->u) + at, code->u->size - at))
			return;
		*vec_add(&code->starts) = at;
	}
}

static bool is_call(const cs_insn *insn)
{
	return cs_insn_group(open_capstone(), insn, CS_GRP_CALL);
}

static bool is_kept(int reg)
{
	return reg == R_BX || reg == R_BP || reg >= R_12;
}

static bool writes(const cs_insn *insn, int reg)
{
	cs_regs in, out;
	u8 nin, nout, i;

	if (insn->id == X86_INS_POP || cs_regs_access(open_capstone(), insn, in, &nin, out, &nout))
		return false;
	for (i = 0; i < nout; i++)
		if (number_of(out[i]) == reg)
			return true;
	return false;
}

/* One step back: @reg becomes what it was made of. Returns false where that ends. */
static bool step_back(const cs_insn *insn, int *reg, struct value *v)
{
	const cs_x86 *x = &insn->detail->x86;
	const cs_x86_op *op = &x->operands[1];
	u32 width;

	if (insn->id == X86_INS_ADD && op->type == X86_OP_IMM) {
		v->add += op->imm;
		return true;
	}
	if (insn->id == X86_INS_MOV && op->type == X86_OP_REG && reg_number(op->reg, &width) >= 0 &&
	    width == 8) {
		*reg = number_of(op->reg);
		return true;
	}
	if (op->type != X86_OP_MEM || op->mem.index != X86_REG_INVALID ||
	    op->mem.segment != X86_REG_INVALID || number_of(op->mem.base) < 0 ||
	    number_of(op->mem.base) == R_SP)
		return false;
	if (insn->id == X86_INS_LEA) {
		v->add += op->mem.disp;
		*reg = number_of(op->mem.base);
		return true;
	}
	if (insn->id == X86_INS_MOV || insn->id == X86_INS_MOVSXD || insn->id == X86_INS_MOVZX) {
		v->from = FROM_LOAD;
		v->number = op->mem.disp;
		v->wide = insn->id == X86_INS_MOV && op->size == 8;
	}
	return false;
}

/* Is it the address of a variable? */
static bool is_variable(const struct code *code, u32 at, struct value *v)
{
	const struct unit *to;
	const struct ref *r;

	vec_for_each(r, &code->u->refs) {
		if (r->insn_off != at || r->branch || !ref_takes_address(code->u, r))
			continue;
		to = resolve_ref(code->up, code->u->obj, r);
		if (!to || (to->sec->cls != SC_DATA && to->sec->cls != SC_PERCPU))
			continue;
		v->from = FROM_VARIABLE;
		v->var = to->obj->post || !to->twin ? to : to->twin;
		v->add += r->target;
		return true;
	}
	return false;
}

/* Find where the value of @reg before instruction @n comes from. */
static struct value origin_of(const struct code *code, u32 n, int reg)
{
	struct value v = {};
	bool more = true;
	cs_insn *insn;
	u32 i;

	while (n-- && more) {
		insn = insn_at(code->u, code->starts.v[n]);
		if (!insn)
			continue;
		if (is_call(insn) && n > 1 && !is_kept(reg)) {
			v.from = reg == R_AX ? FROM_RESULT : FROM_UNKNOWN;
			more = false;
		} else if (writes(insn, reg)) {
			more = !is_variable(code, code->starts.v[n], &v) &&
			       step_back(insn, &reg, &v);
		}
		cs_free(insn, 1);
	}
	for (i = 0; i < ARRAY_SIZE(arg_regs) && more; i++)
		if (arg_regs[i] == reg) {
			v.from = FROM_ARGUMENT;
			v.number = reg;
		}
	return v;
}

static const struct ref *call_at(const struct code *code, u32 n)
{
	const struct ref *r;

	vec_for_each(r, &code->u->refs)
		if (r->branch && r->insn_off == code->starts.v[n] && r->sym)
			return r;
	return NULL;
}

/* The address is in a register: which call gets it? */
static void look_at_call(const struct code *code, u32 n, int reg, along_vec *list)
{
	const struct ref *r = NULL;
	struct along a = {};
	u32 i;

	while (++n < code->starts.n && !r)
		r = call_at(code, n);
	if (!r)
		return;
	a.callee = r->sym->name;
	for (i = 0; i < ARRAY_SIZE(arg_regs); i++)
		if (arg_regs[i] != reg)
			a.args[i] = origin_of(code, n - 1, arg_regs[i]);
	*vec_add(list) = a;
}

static bool same_object(const struct value *a, const struct value *b)
{
	return a->from && a->from == b->from && a->number == b->number && a->var == b->var;
}

/* Does instruction @n store a pointer beside the address? */
static void look_beside(const struct code *code, u32 n, struct along *a)
{
	cs_insn *insn = insn_at(code->u, code->starts.v[n]);
	const cs_x86_op *op;
	struct value at;
	int base;

	if (!insn)
		return;
	op = insn->detail->x86.operands;
	base = op->type == X86_OP_MEM && op->mem.index == X86_REG_INVALID ? number_of(op->mem.base) : -1;
	if (insn->id == X86_INS_MOV && base >= 0 && base != R_SP && op->size == 8 &&
	    op[1].type == X86_OP_REG) {
		at = origin_of(code, n, base);
		at.add += op->mem.disp + BESIDE - a->at.add;
		if (same_object(&at, &a->at) && at.add >= 0 && at.add <= 2 * BESIDE &&
		    at.add != BESIDE && at.add % 8 == 0)
			a->beside[at.add / 8] = origin_of(code, n, number_of(op[1].reg));
	}
	cs_free(insn, 1);
}

static void look_at(const struct code *code, u32 n, along_vec *list)
{
	cs_insn *insn = insn_at(code->u, code->starts.v[n]);
	const cs_x86_op *op;
	struct along a = {};
	int base;
	u32 i;

	if (!insn)
		return;
	op = &insn->detail->x86.operands[0];
	base = op->type == X86_OP_MEM ? number_of(op->mem.base) : -1;
	if (op->type == X86_OP_REG) {
		look_at_call(code, n, number_of(op->reg), list);
	} else if (base >= 0 && base != R_SP && op->mem.index == X86_REG_INVALID) {
		a.at = origin_of(code, n, base);
		a.at.add += op->mem.disp;
		for (i = 0; i < code->starts.n; i++)
			look_beside(code, i, &a);
		*vec_add(list) = a;
	}
	cs_free(insn, 1);
}

/* Find all places where @u takes the address of @func. */
static void find_along(const struct verdicts *vs, const struct unit *u,
		       const struct unit *func, along_vec *list)
{
	struct code code = { .up = vs->up, .u = u };
	const struct ref *r;
	u32 n;

	find_starts(&code);
	vec_for_each(r, &u->refs) {
		if (r->branch || r->target || resolve_ref(vs->up, u->obj, r) != func)
			continue;
		for (n = 0; n < code.starts.n; n++)
			if (code.starts.v[n] == r->insn_off)
				look_at(&code, n, list);
	}
	free(code.starts.v);
}

/* A number may differ: an interrupt, say. A pointer is what it is. */
static bool same_value(const struct value *a, const struct value *b)
{
	if (!a->from || !b->from)
		return true;
	if (a->from != b->from)
		return false;
	return a->from == FROM_LOAD || (a->number == b->number && a->add == b->add && a->var == b->var);
}

/* A pointer that is loaded from another place is another one. */
static bool same_beside(const struct value *a, const struct value *b)
{
	return same_value(a, b) &&
	       (a->from != FROM_LOAD || !a->wide || !b->wide || a->number == b->number);
}

static bool same_along(const struct along *a, const struct along *b)
{
	u32 i;

	for (i = 0; i < PLACES; i++)
		if (!same_beside(&a->beside[i], &b->beside[i]))
			return false;

	if (!a->callee != !b->callee || (a->callee && strcmp(a->callee, b->callee)))
		return true;	/* it is another thing, which may want something else */
	if (!a->callee)
		return same_value(&a->at, &b->at);
	for (i = 0; i < ARRAY_SIZE(a->args); i++)
		if (!same_value(&a->args[i], &b->args[i]))
			return false;
	return true;
}

/* Does something else go along with the address now? */
static bool goes_otherwise(const struct verdicts *vs, const struct unit *by,
			   const struct unit *func)
{
	along_vec was = {}, is = {};
	const struct along *a, *b;
	bool same = true;

	find_along(vs, by, func, &was);
	find_along(vs, by->twin, func->twin, &is);
	vec_for_each(a, &was) {
		bool found = !is.n;

		vec_for_each(b, &is)
			found |= same_along(a, b);
		same &= found;
	}
	free(was.v);
	free(is.v);
	return !same;
}

typedef VEC(struct value) value_vec;

/* Find where argument @reg comes from, at all calls of @to in @u. */
static void find_passed(const struct verdicts *vs, const struct unit *u,
			const struct unit *to, int reg, value_vec *list)
{
	struct code code = { .up = vs->up, .u = u };
	const struct ref *r;
	u32 n;

	find_starts(&code);
	vec_for_each(r, &u->refs) {
		if (!r->branch || resolve_ref(vs->up, u->obj, r) != to)
			continue;
		for (n = 0; n < code.starts.n; n++)
			if (code.starts.v[n] == r->insn_off)
				*vec_add(list) = origin_of(&code, n, reg);
	}
	free(code.starts.v);
}

static bool has_all(const value_vec *was, const value_vec *is)
{
	const struct value *a, *b;

	vec_for_each(a, was) {
		bool found = !is->n;

		vec_for_each(b, is)
			found |= same_value(a, b);
		if (!found)
			return false;
	}
	return true;
}

static bool is_replaced(const struct verdicts *vs, const struct unit *pre)
{
	return pre->is_func && pre->twin && class_is_text(pre->sec->cls) &&
	       unit_replaced(vs, pre->twin);
}

#define MAX_HELPERS	4

/*
 * Does a function that calls @by, directly or through others, let something else go along
 * as this argument? Return: its name, or NULL.
 */
static const char *passed_otherwise(const struct verdicts *vs, const struct unit *by, int reg,
				    int depth)
{
	value_vec was = {}, is = {};
	const char *who = NULL;
	const struct value *v;
	struct unit **u;

	vec_for_each(u, &by->obj->units) {
		if (who || !class_is_text((*u)->sec->cls) || !(*u)->twin || *u == by)
			continue;
		was.n = 0;
		is.n = 0;
		find_passed(vs, *u, by, reg, &was);
		if (!was.n)
			continue;
		find_passed(vs, (*u)->twin, by->twin, reg, &is);
		if (is_replaced(vs, *u) && !has_all(&was, &is))
			who = unit_label((*u)->twin);
		vec_for_each(v, &was)
			if (!who && v->from == FROM_ARGUMENT && depth < MAX_HELPERS)
				who = passed_otherwise(vs, *u, v->number, depth + 1);
	}
	free(was.v);
	free(is.v);
	return who;
}

static const char *value_from_caller(const struct verdicts *vs, const struct unit *by,
				     const struct value *v)
{
	return v->from == FROM_ARGUMENT ? passed_otherwise(vs, by, v->number, 0) : NULL;
}

/* Does a caller of @by let something else go along with the address? */
static const char *caller_goes_otherwise(const struct verdicts *vs, const struct unit *by,
					 const struct unit *func)
{
	const char *who = NULL;
	const struct along *a;
	along_vec list = {};
	u32 i;

	if (!by->twin || by->parent)
		return NULL;
	find_along(vs, by, func, &list);
	vec_for_each(a, &list) {
		if (!who && !a->callee)
			who = value_from_caller(vs, by, &a->at);
		for (i = 0; a->callee && !who && i < ARRAY_SIZE(a->args); i++)
			who = value_from_caller(vs, by, &a->args[i]);
	}
	free(list.v);
	return who;
}

/* The types tell already that it expects something else. */
static bool is_told(const struct verdicts *vs, const struct unit *func)
{
	const struct refusal *r;

	vec_for_each(r, &vs->refusals)
		if (r->unit == func && (!strcmp(r->code, "call_changed") || !strcmp(r->code, "type_changed")))
			return true;
	return false;
}

/* Return: who lets something else go along with the address that @by passes on, or NULL. */
static const char *who_goes_otherwise(const struct verdicts *vs, const struct unit *by,
				      const struct unit *func)
{
	if (is_replaced(vs, by) && goes_otherwise(vs, by, func))
		return unit_label(by);
	return caller_goes_otherwise(vs, by, func);
}

static void check_along(struct verdicts *vs, const struct unit *by, const struct edge *e)
{
	const char *how, *who;

	if (!e->to || !e->address || e->to == by || !is_replaced(vs, e->to) ||
	    is_told(vs, e->to->twin) || state_is_dropped(vs->up, e->to))
		return;
	who = who_goes_otherwise(vs, by, e->to);
	how = who ? handed_out_by(vs, by, e) : NULL;
	if (how)
		refuse(vs, "call_changed", by->twin->obj, e->to->twin, e->to->name,
		       xasprintf("let a new function get the new thing, and %s the old one; or, if a hook sees to what was set up before: --state-of %s=",
				 e->to->name, e->to->name),
		       "%s, with what it got in the old way; the new %s lets something else go along with it",
		       how, who);
}

/**
 * check_cookies() - refuse a callback that expects something else than it was set up with
 * @vs:	the verdicts, with all that types show
 */
void check_cookies(struct verdicts *vs)
{
	const struct edge *e;
	const struct tu *tu;
	struct unit **v;

	vec_for_each(tu, &vs->up->tus) {
		if (!tu->pre)
			continue;
		vec_for_each(v, &tu->pre->units)
			if ((*v)->twin && (*v)->is_func && class_is_text((*v)->sec->cls) &&
			    vs->boot->kind[(*v)->id] == BOOT_NO)
				vec_for_each(e, &vs->boot->edges[(*v)->id])
					check_along(vs, *v, e);
	}
}

#else /* HAVE_CAPSTONE */

void check_cookies(struct verdicts *vs)
{
	(void)vs;
}

#endif /* HAVE_CAPSTONE */
