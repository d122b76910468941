// SPDX-License-Identifier: GPL-2.0
/*
 * New variables whose value comes from code that has already run.
 *
 * boot.c knows boot code by its section. But the running kernel has also called what
 * boot code registered, set parameters from the command line, probed devices, and run
 * the code that is only for the first user. So these new variables are refused: a
 * pointer that other code relies on, a list or queue that one function sets up and
 * another one uses, a value that only such code sets, and one that an existing function
 * has computed or got, and another one uses without a look at it.
 */
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "code.h"
#include "escape.h"
#include "ran.h"
#include "state.h"
#include "types.h"

#ifdef HAVE_CAPSTONE

/* How an instruction uses a variable. */
enum var_use { VAR_NOT, VAR_READS, VAR_TESTS, VAR_WRITES, VAR_ADDRESS };

/* How a function uses a variable. */
struct var_user {
	const struct unit *func;
	bool reads;		/* before the function writes it, and without a test */
	bool writes, address, sets_up;
	bool stores;		/* a value that is no constant */
	bool up, down;		/* it counts */
};

struct ran {
	const struct verdicts *vs;
	const struct unit *var;
	s64 at;			/* offset of the member; -1: any */
	bool pointer;		/* only a comparison with 0 is a look at it */
	csh cs;
	VEC(struct var_user) users;
};

static const struct ref *var_field(const struct ran *ran, const struct unit *u, u32 at, u32 len)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->off >= at && r->off < at + len &&
		    (ran->at < 0 || r->target == ran->at) &&
		    resolve_ref(ran->vs->up, u->obj, r) == ran->var)
			return r;
	return NULL;
}

static cs_insn *insn_at(const struct ran *ran, const struct unit *u, u32 at)
{
	cs_insn *insn;

	return at < u->size && cs_disasm(ran->cs, unit_data(u) + at, u->size - at, at, 1, &insn) == 1 ?
	       insn : NULL;
}

static bool takes_null(const char *name)
{
	static const char *const known[] = {
		"kfree", "kvfree", "vfree", "free_percpu", "kfree_sensitive",
		"debugfs_remove", "kmem_cache_destroy",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(name, known[i]))
			return true;
	return false;
}

static const struct ref *branch_at(const struct unit *u, u32 at, u32 len)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->branch && r->off >= at && r->off < at + len)
			return r;
	return NULL;
}

#define LOOKS_AHEAD	8

/* Does it compare a register, if it is a pointer with NULL? */
static bool compares(const struct ran *ran, const cs_insn *insn, int reg)
{
	const cs_x86_op *a = &insn->detail->x86.operands[0], *b = a + 1;
	u32 width;

	if ((insn->id != X86_INS_TEST && insn->id != X86_INS_CMP) || a->type != X86_OP_REG ||
	    reg_number(a->reg, &width) != reg)
		return false;
	if (!ran->pointer)
		return true;
	return insn->id == X86_INS_TEST ? b->type == X86_OP_REG && b->reg == a->reg :
					  b->type == X86_OP_IMM;
}

static bool is_argument(int reg)
{
	return reg == R_DX || reg == R_CX || reg == R_8 || reg == R_9 || reg == R_SI;
}

/* Does a function only show a value to people? */
static bool shows(const char *name)
{
	return callee_only_says(name) || !strcmp(name, "seq_printf") ||
	       !strcmp(name, "sysfs_emit") || !strcmp(name, "sysfs_emit_at");
}

/* Is the value tested before its use, or passed to a function that accepts NULL? */
static bool is_looked_at(const struct ran *ran, const struct unit *u, u32 at, int reg)
{
	const struct ref *r;
	bool found = false;
	cs_insn *insn;
	int i;

	for (i = 0; i < LOOKS_AHEAD && !found; i++) {
		insn = insn_at(ran, u, at);
		if (!insn)
			return false;
		r = branch_at(u, at, insn->size);
		if (compares(ran, insn, reg))
			found = true;
		else if (r && r->sym && takes_null(r->sym->name))
			found = reg == R_DI;
		else if (r && r->sym && !ran->pointer)
			found = is_argument(reg) && shows(r->sym->name);
		at += insn->size;
		if (cs_insn_group(ran->cs, insn, CS_GRP_CALL))
			i = LOOKS_AHEAD;
		cs_free(insn, 1);
	}
	return found;
}

static enum var_use use_in(const struct ran *ran, const struct unit *u, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;
	const struct ref *r = var_field(ran, u, insn->address, insn->size);
	const cs_x86_op *mem = NULL;
	u32 i, width;

	if (!r)
		return VAR_NOT;
	if (ref_takes_address(u, r))
		return VAR_ADDRESS;
	for (i = 0; i < x->op_count; i++)
		if (x->operands[i].type == X86_OP_MEM)
			mem = &x->operands[i];
	if (mem && mem->access & CS_AC_WRITE)
		return VAR_WRITES;
	if (insn->id == X86_INS_CMP || insn->id == X86_INS_TEST)
		return VAR_TESTS;
	if (x->op_count && x->operands[0].type == X86_OP_REG &&
	    is_looked_at(ran, u, insn->address + insn->size,
			 reg_number(x->operands[0].reg, &width)))
		return VAR_TESTS;
	return VAR_READS;
}

static struct var_user *user_of(struct ran *ran, const struct unit *func)
{
	struct var_user *v;

	vec_for_each(v, &ran->users)
		if (v->func == func)
			return v;
	v = vec_add(&ran->users);
	*v = (struct var_user){ .func = func };
	return v;
}

static bool calls_writer(struct ran *ran, const struct ref *r)
{
	struct var_user *v;

	vec_for_each(v, &ran->users)
		if (r && r->unit && v->func == r->unit && v->writes)
			return true;
	return false;
}

/* Find the places where an instruction continues; returns how many. */
static u32 where_to(const struct unit *u, const struct insn *in, u32 at, u32 next[2])
{
	s64 to = (s64)at + in->len;
	u32 n = 0;

	if (in->kind == INSN_JMP || in->kind == INSN_JCC) {
		if (in->imm_len == 1)
			to += (signed char)unit_data(u)[at + in->imm_off];
		else
			to += (s32)get_le(unit_data(u) + at + in->imm_off, 4);
		if (!branch_at(u, at, in->len) && to >= 0 && to < u->size)
			next[n++] = to;
	}
	if (in->kind != INSN_JMP && unit_data(u)[at] != 0xc3 && at + in->len < u->size)
		next[n++] = at + in->len;
	return n;
}

/* May the function read the variable before it writes it, and without a test? */
static bool reads_unset(struct ran *ran, const struct unit *u)
{
	u8 *seen = xzalloc(u->size + 1);
	VEC(u32) todo = {};
	bool found = false;

	*vec_add(&todo) = 0;
	while (todo.n && !found) {
		u32 at = todo.v[--todo.n], next[2], n;
		struct insn in;
		cs_insn *insn;
		enum var_use use;

		if (seen[at] || !insn_decode(&in, unit_data(u) + at, u->size - at))
			continue;
		seen[at] = 1;
		insn = insn_at(ran, u, at);
		use = insn ? use_in(ran, u, insn) : VAR_NOT;
		if (insn)
			cs_free(insn, 1);
		found = use == VAR_READS;
		if (use == VAR_WRITES || calls_writer(ran, branch_at(u, at, in.len)))
			continue;
		for (n = where_to(u, &in, at, next); n; n--)
			*vec_add(&todo) = next[n - 1];
	}
	free(todo.v);
	free(seen);
	return found;
}

/* Return: the name of the next called function, or "". */
static const char *next_call(const struct unit *u, u32 at)
{
	const struct ref *r, *best = NULL;

	vec_for_each(r, &u->refs)
		if (r->branch && r->off >= at && (!best || r->off < best->off))
			best = r;
	return best && best->sym ? best->sym->name : "";
}

/* Does it store what it has in a register? */
static bool stores_value(const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;

	return insn->id == X86_INS_MOV && x->operands[0].type == X86_OP_MEM &&
	       x->operands[1].type == X86_OP_REG;
}

/* Does it count up (1) or down (-1)? */
static int counts(const cs_insn *insn)
{
	const cs_x86_op *by = &insn->detail->x86.operands[1];

	switch (insn->id) {
	case X86_INS_INC:
		return 1;
	case X86_INS_DEC:
		return -1;
	case X86_INS_ADD:
		return by->type == X86_OP_IMM && by->imm < 0 ? -1 : 1;
	case X86_INS_SUB:
		return by->type == X86_OP_IMM && by->imm < 0 ? 1 : -1;
	}
	return 0;
}

static void read_part(struct ran *ran, const struct unit *u)
{
	struct var_user *v = user_of(ran, u->parent ? u->parent : u);
	const struct ref *r, *other;
	cs_insn *insn;
	u32 at = 0;

	while ((insn = insn_at(ran, u, at))) {
		switch (use_in(ran, u, insn)) {
		case VAR_WRITES:
			v->writes = true;
			v->stores |= stores_value(insn);
			v->up |= counts(insn) > 0;
			v->down |= counts(insn) < 0;
			break;
		case VAR_ADDRESS:
			v->address = true;
			v->sets_up |= strstr(next_call(u, at), "init") != NULL;
			break;
		default:
			break;
		}
		/* it stores its own address in itself: a list head */
		r = var_field(ran, u, at, insn->size);
		vec_for_each(other, &u->refs)
			if (r && other != r && other->off >= at && other->off < at + insn->size &&
			    resolve_ref(ran->vs->up, u->obj, other) == ran->var)
				v->sets_up = true;
		at += insn->size;
		cs_free(insn, 1);
	}
}

static void read_users_in(struct ran *ran, const struct obj *obj)
{
	struct unit **u;

	vec_for_each(u, &obj->units)
		if (class_is_text((*u)->sec->cls) && ((*u)->is_func || (*u)->parent) &&
		    ran->vs->boot->kind[(*u)->id] == BOOT_NO &&
		    unit_refers(ran->vs->up, *u, ran->var))
			read_part(ran, *u);
}

static void read_users(struct ran *ran)
{
	const struct tu *tu;
	struct var_user *v;

	ran->users.n = 0;
	vec_for_each(tu, &ran->vs->up->tus)
		if (tu->post == ran->var->obj ||
		    (ran->var->is_global && tu->post->target == ran->var->obj->target))
			read_users_in(ran, tu->post);
	vec_for_each(v, &ran->users)
		v->reads = reads_unset(ran, v->func) ||
			   (v->func->cold && !v->writes && reads_unset(ran, v->func->cold));
}

/* Is it called by existing code, or reached by existing data? */
static bool is_reached_now(const struct unit *func)
{
	const struct ref *r;
	struct unit **u;

	if (func->twin)
		return true;
	vec_for_each(u, &func->obj->units)
		vec_for_each(r, &(*u)->refs)
			if (r->branch && r->unit == func && *u != func && *u != func->cold)
				return true;
	return false;
}

/* Does it test another new variable, which may tell whether this one is set? */
static bool asks_another(const struct ran *ran, const struct unit *u)
{
	struct ran other = { .vs = ran->vs, .cs = ran->cs, .at = -1 };
	const struct ref *r;
	cs_insn *insn;
	bool asks = false;

	vec_for_each(r, &u->refs) {
		other.var = resolve_ref(ran->vs->up, u->obj, r);
		if (asks || !other.var || other.var == ran->var || other.var->twin ||
		    (other.var->sec->cls != SC_DATA && other.var->sec->cls != SC_PERCPU))
			continue;
		insn = insn_at(ran, u, r->insn_off);
		if (!insn)
			continue;
		asks = use_in(&other, u, insn) == VAR_TESTS;
		cs_free(insn, 1);
	}
	return asks;
}

static int tag_of(const struct unit *var)
{
	Dwarf_Attribute attr;
	Dwarf_Die die, type;

	if (!obj_find_dies(var->obj) || !var->die ||
	    !dwarf_offdie(var->obj->dwarf, var->die, &die) ||
	    !dwarf_attr_integrate(&die, DW_AT_type, &attr) ||
	    !dwarf_formref_die(&attr, &type) || dwarf_peel_type(&type, &type))
		return 0;
	return dwarf_tag(&type);
}

static bool begins_as_zero(const struct unit *var)
{
	u32 i;

	if (var->refs.n)
		return false;
	for (i = 0; unit_data(var) && i < var->size; i++)
		if (unit_data(var)[i])
			return false;
	return true;
}

static void refuse_unset(struct verdicts *vs, const struct ran *ran, const struct unit *by,
			 const struct unit *user, const char *why)
{
	refuse(vs, "set_at_boot", ran->var->obj, user, unit_label(ran->var),
	       "set its value when it is first used",
	       "%s uses this new variable, which %s sets: %s", unit_label(user),
	       unit_label(by), why);
}

/* Check a pointer that a function relies on without having set it. */
static bool check_pointer(struct verdicts *vs, const struct ran *ran)
{
	const struct var_user *w, *v;

	if (tag_of(ran->var) != DW_TAG_pointer_type)
		return false;
	vec_for_each(w, &ran->users) {
		if (!w->writes)
			continue;
		vec_for_each(v, &ran->users) {
			if (!v->reads || !is_reached_now(v->func) || asks_another(ran, v->func))
				continue;
			refuse_unset(vs, ran, w->func, v->func,
				     "that function may have run already, and the variable is NULL until it runs again");
			return true;
		}
	}
	return false;
}

/* Check a list, queue or lock that one function sets up and another one uses. */
static bool check_set_up(struct verdicts *vs, const struct ran *ran)
{
	const struct var_user *w, *v;
	int tag = tag_of(ran->var);

	if (tag != DW_TAG_structure_type && tag != DW_TAG_array_type)
		return false;
	vec_for_each(w, &ran->users) {
		if (!w->sets_up)
			continue;
		vec_for_each(v, &ran->users) {
			if (v->sets_up || (!v->address && !v->reads) ||
			    !is_reached_now(v->func) || asks_another(ran, v->func))
				continue;
			refuse_unset(vs, ran, w->func, v->func,
				     "that function may have run already, and the variable is not initialized until it runs again");
			return true;
		}
	}
	return false;
}

/* Functions that run a callback now or soon, but not again for what exists. */
static bool runs_once(const char *name)
{
	static const char *const starts[] = {
		"register_pernet_", "__cpuhp_setup_state", "queue_work_on",
		"queue_delayed_work_on", "mod_delayed_work_on", "queue_rcu_work",
		"schedule_on_each_cpu", "on_each_cpu", "smp_call_function",
		"async_schedule", "call_rcu", "bus_for_each_dev", "driver_for_each_device",
		"class_for_each_device", "iterate_supers", "stop_machine",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(starts); i++)
		if (starts_with(name, starts[i]))
			return true;
	return false;
}

static bool hands_out(const struct boot *boot, const struct unit *from, const struct unit *func,
		      int depth)
{
	const struct edge *e;

	vec_for_each(e, &boot->edges[from->id]) {
		if (!e->to || !e->address)
			continue;
		if (e->to == func)
			return true;
		if (depth && !class_is_text(e->to->sec->cls) && hands_out(boot, e->to, func, depth - 1))
			return true;
	}
	return false;
}

/* Return: the boot code that had @func run, or NULL. */
static const struct unit *had_it_run(const struct ran *ran, const struct unit *func)
{
	const struct boot *boot = ran->vs->boot;
	const struct edge *e;
	struct unit **u;

	vec_for_each(u, &func->obj->units) {
		if (boot->kind[(*u)->id] != BOOT_ONLY || !(*u)->is_func)
			continue;
		vec_for_each(e, &boot->edges[(*u)->id])
			if (!e->to && e->branch && runs_once(e->name) &&
			    hands_out(boot, *u, func, 2))
				return *u;
	}
	return NULL;
}

#define PARAM_OPS	16	/* offset of the operations in an entry of __param */
#define OPS_SET		8	/* offset of the set function in the operations */

/* Return: the parameter that a function sets, or NULL. */
static const struct unit *sets_parameter(const struct unit *func)
{
	const struct ref *p, *r;
	struct unit **u;

	vec_for_each(u, &func->obj->units) {
		if (strcmp((*u)->sec->name, "__param"))
			continue;
		vec_for_each(p, &(*u)->refs) {
			if (!p->unit || p->off % 40 != PARAM_OPS)
				continue;
			vec_for_each(r, &p->unit->refs)
				if (r->off == OPS_SET && r->unit == func)
					return *u;
		}
	}
	return NULL;
}

/* Check a value that only functions set which have already run for what exists. */
static void check_value(struct verdicts *vs, const struct ran *ran)
{
	const struct unit *by = NULL, *how = NULL;
	const struct var_user *v, *reader = NULL;
	bool parameter = false;

	vec_for_each(v, &ran->users) {
		if (!v->writes) {
			reader = v;
			continue;
		}
		how = v->func->twin ? had_it_run(ran, v->func) : NULL;
		if (!how && v->func->twin && sets_parameter(v->func)) {
			how = v->func;
			parameter = true;
		}
		if (!how)
			return;
		by = v->func;
	}
	if (by && reader && is_reached_now(reader->func))
		refuse_unset(vs, ran, by, reader->func, parameter ?
			     "the command line may have set the parameter, and it is not set again" :
			     xasprintf("%s had its old code run", unit_label(how)));
}

/*
 * Check a value that an existing function stores. It may have run before, when it did
 * not, and another function uses the value as it is. Not a sum, which it adds to: that
 * begins with nothing.
 */
static bool check_stored(struct verdicts *vs, const struct ran *ran)
{
	const struct var_user *w, *v;

	vec_for_each(w, &ran->users) {
		if (!w->stores || w->reads || !w->func->twin)
			continue;
		vec_for_each(v, &ran->users) {
			if (v == w || !v->reads || v->stores || !is_reached_now(v->func) ||
			    asks_another(ran, v->func))
				continue;
			refuse_unset(vs, ran, w->func, v->func,
				     "that may have run already, without it, and it is 0 until it runs again");
			return true;
		}
	}
	return false;
}

/* Is it said, or asked already, which old variable it could be? */
static bool is_known_new(const struct verdicts *vs, const struct unit *var)
{
	const struct refusal *r;

	vec_for_each(r, &vs->refusals)
		if (!strcmp(r->code, "state_renamed") && !strcmp(r->what, state_name(var)))
			return true;
	return state_is_new(vs->up, var);
}

/* Check a count of what exists: one existing function counts up, another one down. */
static bool check_count(struct verdicts *vs, const struct ran *ran)
{
	const struct var_user *w, *v;

	if (is_known_new(vs, ran->var))
		return false;
	vec_for_each(w, &ran->users) {
		if (!w->up || w->down || !w->func->twin)
			continue;
		vec_for_each(v, &ran->users) {
			if (!v->down || v->up || !v->func->twin)
				continue;
			refuse_unset(vs, ran, w->func, v->func,
				     "what it has not counted, in the old way, would be counted off");
			return true;
		}
	}
	return false;
}

/* Check each member that code refers to. */
static void check_members(struct verdicts *vs, struct ran *ran)
{
	const struct unit *var = ran->var;
	struct var_user *v;
	const struct ref *r;
	VEC(s64) at = {};
	u32 i, k;

	vec_for_each(v, &ran->users)
		vec_for_each(r, &v->func->refs)
			if (resolve_ref(vs->up, v->func->obj, r) == var)
				*vec_add(&at) = r->target;
	for (i = 0; i < at.n; i++) {
		for (k = 0; k < i && at.v[k] != at.v[i]; k++)
			;
		if (k < i)
			continue;
		ran->at = at.v[i];
		read_users(ran);
		if (check_stored(vs, ran) || check_count(vs, ran))
			break;
	}
	free(at.v);
}

static void check_variable(struct verdicts *vs, const struct unit *var)
{
	struct ran ran = { .vs = vs, .var = var, .at = -1, .cs = open_capstone() };
	int tag = tag_of(var);

	ran.pointer = tag == DW_TAG_pointer_type;
	read_users(&ran);
	if (!check_pointer(vs, &ran) && !check_set_up(vs, &ran)) {
		check_value(vs, &ran);
		if (tag == DW_TAG_structure_type || tag == DW_TAG_union_type)
			check_members(vs, &ran);
		else if (!check_stored(vs, &ran))
			check_count(vs, &ran);
	}
	free(ran.users.v);
}

#else /* HAVE_CAPSTONE */

static bool begins_as_zero(const struct unit *var)
{
	(void)var;
	return true;
}

static void check_variable(struct verdicts *vs, const struct unit *var)
{
	note(vs, var->obj, true,
	     "%s is new; kspl-objdiff was built without capstone, and can't check whether the code that sets it has run already",
	     unit_label(var));
}

#endif /* HAVE_CAPSTONE */

/**
 * check_ran() - refuse new variables whose value comes from code that has run
 * @vs:	the verdicts, with all that is included
 * @tu:	the file
 */
void check_ran(struct verdicts *vs, const struct tu *tu)
{
	struct unit **u;

	if (!tu->pre)
		return;
	vec_for_each(u, &tu->post->units)
		if (unit_included(vs, *u) && !(*u)->twin && !(*u)->ambiguous && !(*u)->rivals &&
		    ((*u)->sec->cls == SC_DATA || (*u)->sec->cls == SC_PERCPU) &&
		    (*u)->name[0] && begins_as_zero(*u))
			check_variable(vs, *u);
}
