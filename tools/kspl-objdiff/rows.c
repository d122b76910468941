// SPDX-License-Identifier: GPL-2.0
/*
 * Rows of a constant array that moved.
 *
 * Data of the running kernel may hold an index, or a bit number, that was found in the
 * old array, and no type shows which array it belongs to. The index stays correct if
 * rows are added at the end, or if a row changes in place. If rows move, code may only
 * loop over them by a counter of its own, and must not store the counter.
 */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "rows.h"
#include "types.h"

static bool peeled_type(Dwarf_Die *die, Dwarf_Die *type)
{
	return type_of(die, type) && !dwarf_peel_type(type, type);
}

/* clang does not say the size of a pointer. */
static s64 size_of(Dwarf_Die *type)
{
	Dwarf_Word size;

	return dwarf_aggregate_size(type, &size) ? 0 : size;
}

/*
 * Bytes of a row of an array, also of one that is the first in a struct with arrays, or
 * of its members; 0: it has none. The rows of all arrays within count as one table.
 */
static s64 rows_of(Dwarf_Die *type, int depth)
{
	Dwarf_Die inner, member;
	s64 size = 0, found;

	if (dwarf_tag(type) == DW_TAG_array_type)
		return peeled_type(type, &inner) ? size_of(&inner) : 0;
	if (dwarf_tag(type) != DW_TAG_structure_type || depth > 4 || dwarf_child(type, &member))
		return 0;
	do {
		if (dwarf_tag(&member) != DW_TAG_member || !peeled_type(&member, &inner))
			continue;
		found = rows_of(&inner, depth + 1);
		if (found > 0 && (!size || found < size))
			size = found;
	} while (!dwarf_siblingof(&member, &member));
	return size;
}

/* Bytes of a row; 0 if there is no array in it, or it is not known. */
static u32 row_size(const struct unit *u)
{
	Dwarf_Die die, type;
	s64 size;

	if (!obj_find_dies(u->obj) || !u->die || !dwarf_offdie(u->obj->dwarf, u->die, &die) ||
	    !peeled_type(&die, &type))
		return 0;
	size = rows_of(&type, 0);
	return size > 0 && size <= u->size ? size : 0;
}

static const struct ref *next_in(const struct unit *u, const struct ref *r, u32 at, u32 len)
{
	for (r = r ? r + 1 : u->refs.v; r && r < u->refs.v + u->refs.n; r++)
		if (r->off >= at && r->off < at + len)
			return r;
	return NULL;
}

static bool same_target(const struct update *up, const struct unit *a, const struct ref *ra,
			const struct unit *b, const struct ref *rb)
{
	struct unit *ta = resolve_ref(up, a->obj, ra), *tb = resolve_ref(up, b->obj, rb);

	if (!ta || !tb)
		return !ta && !tb && ra->sym && rb->sym && !strcmp(ra->sym->name, rb->sym->name);
	if (ta->sec->cls == SC_STRING && tb->sec->cls == SC_STRING &&
	    ra->target >= 0 && rb->target >= 0 && ra->target < ta->size && rb->target < tb->size)
		return !strcmp((const char *)unit_data(ta) + ra->target,
			       (const char *)unit_data(tb) + rb->target);
	if (ra->target != rb->target)
		return false;
	return ta == tb || ta->twin == tb || tb->twin == ta ||
	       (ta->ident == ID_CONTENT && tb->ident == ID_CONTENT && ta->obj != tb->obj &&
		unit_same_content(up, ta->obj->post ? tb : ta, ta->obj->post ? ta : tb));
}

/* A row of a table. */
struct row {
	const struct unit *u;
	u32 at, size;
};

static bool same_row(const struct update *up, struct row a, struct row b)
{
	const struct ref *ra = NULL, *rb = NULL;

	if (memcmp(unit_data(a.u) + a.at, unit_data(b.u) + b.at, a.size))
		return false;
	for (;;) {
		ra = next_in(a.u, ra, a.at, a.size);
		rb = next_in(b.u, rb, b.at, b.size);
		if (!ra || !rb)
			return !ra && !rb;
		if (ra->off - a.at != rb->off - b.at || !same_target(up, a.u, ra, b.u, rb))
			return false;
	}
}

/* Count equal rows in a table, up to 2. */
static u32 count_rows(const struct update *up, struct row row, const struct unit *in)
{
	struct row other = { in, 0, row.size };
	u32 n = 0;

	for (; other.at + other.size <= in->size && n < 2; other.at += other.size)
		n += same_row(up, row, other);
	return n;
}

/* Are the rows only characters? */
static bool is_text(const struct unit *u)
{
	const char *type = variable_type(u);

	return type && starts_with(type, "char[");
}

/* Find the first old row that moved, or that is beyond the new end; -1 if there is none. */
static s64 moved_row(const struct update *up, const struct unit *was, const struct unit *is)
{
	u32 size = row_size(was);
	struct row row = { was, 0, size };

	if (!size || size != row_size(is) || is_text(is) || !unit_data(was) || !unit_data(is))
		return -1;
	for (; row.at + size <= was->size; row.at += size) {
		struct row there = { is, row.at, size };

		if (row.at + size > is->size)
			return row.at / size;
		if (!same_row(up, row, there) && count_rows(up, row, is) == 1 &&
		    count_rows(up, row, was) == 1)
			return row.at / size;
	}
	return -1;
}

#ifdef HAVE_CAPSTONE

/* Code that uses a table. */
struct user {
	const struct update *up;
	const struct unit *u, *table;
	csh cs;
	VEC(u32) starts;
	u32 counters;		/* registers that are only used as counters */
	bool returns;		/* what the function returns is a number */
	const char *how;
};

static cs_insn *insn_at(const struct user *s, u32 at)
{
	cs_insn *insn;

	return cs_disasm(s->cs, unit_data(s->u) + at, s->u->size - at, at, 1, &insn) == 1 ? insn : NULL;
}

static int number_of(unsigned int reg)
{
	u32 width;

	return reg_number(reg, &width);
}

static const struct ref *table_field(const struct user *s, const cs_insn *insn)
{
	const struct ref *r;

	vec_for_each(r, &s->u->refs)
		if (r->off >= insn->address && r->off < insn->address + insn->size &&
		    resolve_ref(s->up, s->u->obj, r) == s->table)
			return r;
	return NULL;
}

static bool adds_one(const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;

	if (x->op_count < 1 || x->operands[0].type != X86_OP_REG)
		return false;
	return insn->id == X86_INS_INC ||
	       (insn->id == X86_INS_ADD && x->operands[1].type == X86_OP_IMM &&
		x->operands[1].imm == 1);
}

static bool is_clobbered(const struct user *s, const cs_insn *insn, int reg)
{
	return cs_insn_group(s->cs, insn, CS_GRP_CALL) &&
	       (reg == R_AX || reg == R_CX || reg == R_DX || reg == R_SI || reg == R_DI ||
		(reg >= R_8 && reg <= R_11));
}

/*
 * Follow what @reg is computed from. Returns true if that is known now; then @counts is
 * set if it starts at a constant.
 */
static bool is_made(const cs_insn *insn, int *reg, bool *counts)
{
	const cs_x86 *x = &insn->detail->x86;
	const cs_x86_op *op = &x->operands[x->op_count - 1];

	*counts = false;
	switch (insn->id) {
	case X86_INS_XOR:
		*counts = op->type == X86_OP_REG && number_of(op->reg) == *reg;
		return true;
	case X86_INS_MOV: case X86_INS_MOVABS: case X86_INS_MOVSXD: case X86_INS_MOVZX:
		*counts = op->type == X86_OP_IMM;
		if (op->type != X86_OP_REG)
			return true;
		*reg = number_of(op->reg);
		return *reg < 0;
	case X86_INS_LEA:
		*reg = number_of(op->mem.index != X86_REG_INVALID ? op->mem.index : op->mem.base);
		return *reg < 0;
	case X86_INS_ADD: case X86_INS_SUB: case X86_INS_SHL: case X86_INS_IMUL:
		return op->type != X86_OP_IMM;
	case X86_INS_INC: case X86_INS_DEC: case X86_INS_CDQE:
		return false;
	}
	return true;
}

static bool is_return(const struct user *s, const cs_insn *insn)
{
	const struct ref *r;

	vec_for_each(r, &s->u->refs)
		if (r->branch && r->insn_off == insn->address && r->sym &&
		    !strcmp(r->sym->name, "__x86_return_thunk"))
			return true;
	return insn->id == X86_INS_RET;
}

/* A register before an instruction */
struct spot {
	u32 n;			/* index of the instruction */
	int reg;
};

typedef VEC(struct spot) spots;

static bool ends_flow(const struct user *s, const cs_insn *insn)
{
	return insn->id == X86_INS_JMP || insn->id == X86_INS_UD2 || is_return(s, insn);
}

static bool jumps_to(const struct user *s, const cs_insn *insn, u32 at)
{
	const cs_x86_op *op = &insn->detail->x86.operands[0];

	return cs_insn_group(s->cs, insn, CS_GRP_JUMP) && op->type == X86_OP_IMM &&
	       (u64)op->imm == at;
}

/* May a table, or unlikely code of the function, which is elsewhere, lead here? */
static bool others_jump_to(const struct user *s, u32 at)
{
	const struct unit *other = s->u->parent ? s->u->parent : s->u->cold;
	const struct entry *e;
	const struct ref *r;
	u32 i;

	vec_for_each(e, &s->u->entries)
		for (i = 1; i < e->refs.n; i++)
			if (e->refs.v[i].unit == s->u && e->refs.v[i].target == at)
				return true;
	if (!other)
		return false;
	vec_for_each(r, &other->refs)
		if (r->unit == s->u && r->target == at)
			return true;
	return false;
}

/* A jump by a table of addresses; one to an address in a register leaves the function. */
static bool jumps_anywhere(const cs_insn *insn)
{
	return insn->id == X86_INS_JMP && insn->detail->x86.operands[0].type == X86_OP_MEM;
}

static bool is_padding(const struct user *s, u32 n)
{
	cs_insn *insn = insn_at(s, s->starts.v[n]);
	bool is = insn->id == X86_INS_NOP || insn->id == X86_INS_INT3;

	cs_free(insn, 1);
	return is;
}

/*
 * Find all instructions that may run just before @spot. Returns false if not all of them
 * are known: it is the first, or a jump that is not understood leads there.
 */
static bool find_before(const struct user *s, struct spot spot, spots *before)
{
	u32 at = s->starts.v[spot.n], i;
	bool known = spot.n && !others_jump_to(s, at);
	cs_insn *insn;

	for (i = 0; known && i < s->starts.n; i++) {
		insn = insn_at(s, s->starts.v[i]);
		if ((i + 1 == spot.n && !ends_flow(s, insn)) || jumps_to(s, insn, at))
			*vec_add(before) = (struct spot){ i, spot.reg };
		known = !jumps_anywhere(insn);
		cs_free(insn, 1);
	}
	return known && (before->n || is_padding(s, spot.n));
}

static bool sets_reg(const struct user *s, const cs_insn *insn, int reg)
{
	cs_regs in, out;
	u8 nin, nout, i;

	if (cs_regs_access(s->cs, insn, in, &nin, out, &nout))
		return true;
	for (i = 0; i < nout; i++)
		if (number_of(out[i]) == reg)
			return true;
	return false;
}

/* What an instruction makes of a register */
enum made { MADE_ELSEWHERE, MADE_HERE, MADE_UNKNOWN };

/* If it is made elsewhere, @spot gets the register that it is made of. */
static enum made made_by(const struct user *s, struct spot *spot)
{
	cs_insn *insn = insn_at(s, s->starts.v[spot->n]);
	const cs_x86 *x = &insn->detail->x86;
	enum made made = MADE_ELSEWHERE;
	bool counts;

	if (is_clobbered(s, insn, spot->reg)) {
		made = MADE_UNKNOWN;
	} else if (sets_reg(s, insn, spot->reg) && insn->id != X86_INS_CDQE) {
		if (!x->op_count || x->operands[0].type != X86_OP_REG ||
		    number_of(x->operands[0].reg) != spot->reg || insn->id == X86_INS_POP)
			made = MADE_UNKNOWN;
		else if (is_made(insn, &spot->reg, &counts))
			made = counts ? MADE_HERE : MADE_UNKNOWN;
	}
	cs_free(insn, 1);
	return made;
}

static bool add_spot(spots *todo, struct spot spot, u16 *seen)
{
	if (spot.reg < 0 || seen[spot.n] & 1u << spot.reg)
		return spot.reg >= 0;
	seen[spot.n] |= 1u << spot.reg;
	*vec_add(todo) = spot;
	return true;
}

/* Does a register count from a constant, whatever way leads here? */
static bool is_counter(const struct user *s, u32 at, int reg)
{
	u16 *seen = xzalloc(s->starts.n * sizeof(*seen));
	spots todo = {}, before = {};
	bool counts = true;
	struct spot spot;
	u32 n = 0, i;

	while (n < s->starts.n && s->starts.v[n] != at)
		n++;
	counts = n < s->starts.n && add_spot(&todo, (struct spot){ n, reg }, seen);
	while (counts && todo.n) {
		spot = todo.v[--todo.n];
		before.n = 0;
		counts = find_before(s, spot, &before);
		for (i = 0; counts && i < before.n; i++) {
			enum made made = made_by(s, &before.v[i]);

			counts = made != MADE_UNKNOWN &&
				 (made == MADE_HERE || add_spot(&todo, before.v[i], seen));
		}
	}
	free(todo.v);
	free(before.v);
	free(seen);
	return counts;
}

static void look_at_index(struct user *s, const cs_insn *insn, unsigned int reg)
{
	int n = reg == X86_REG_INVALID || reg == X86_REG_RIP ? -1 : number_of(reg);

	if (n < 0 || n == R_SP || s->how)
		return;
	if (!is_counter(s, insn->address, n))
		s->how = "uses an index into it that may have been stored before the update";
}

static bool searches(const char *name)
{
	return strstr(name, "match_string");
}

/* @base holds the address of the table: check the indexes that are added to it. */
static void look_at_base(struct user *s, int base)
{
	const cs_x86_op *op;
	cs_insn *insn;
	u32 *at, i;

	vec_for_each(at, &s->starts) {
		insn = insn_at(s, *at);
		for (i = 0; i < insn->detail->x86.op_count; i++) {
			op = &insn->detail->x86.operands[i];
			if (op->type != X86_OP_MEM || op->mem.index == X86_REG_INVALID)
				continue;
			if (number_of(op->mem.base) == base)
				look_at_index(s, insn, op->mem.index);
			else if (number_of(op->mem.index) == base)
				look_at_index(s, insn, op->mem.base);
		}
		cs_free(insn, 1);
	}
}

static void look_at_field(struct user *s, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;
	u32 i;

	for (i = 0; i < x->op_count; i++)
		if (x->operands[i].type == X86_OP_MEM) {
			look_at_index(s, insn, x->operands[i].mem.base);
			look_at_index(s, insn, x->operands[i].mem.index);
		}
	if (!x->op_count || x->operands[0].type != X86_OP_REG)
		return;
	if (insn->id == X86_INS_ADD)
		look_at_index(s, insn, x->operands[0].reg);
	else if (insn->id == X86_INS_MOV || insn->id == X86_INS_LEA)
		look_at_base(s, number_of(x->operands[0].reg));
}

/* Check whether a counter is stored, or used as a bit number. */
static void look_at_counter(struct user *s, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;
	const cs_x86_op *to = &x->operands[0], *from = &x->operands[1];
	int reg;

	if (x->op_count != 2 || from->type != X86_OP_REG)
		return;
	reg = number_of(from->reg);
	if (reg < 0 || !(s->counters & 1u << reg))
		return;
	switch (insn->id) {
	case X86_INS_BT: case X86_INS_BTS: case X86_INS_BTR: case X86_INS_BTC:
	case X86_INS_SHL: case X86_INS_SHR: case X86_INS_SAR:
		s->how = "has a bit for each row";
		return;
	case X86_INS_MOV:
		if (to->type == X86_OP_MEM && to->mem.base != X86_REG_RSP)
			s->how = "stores the number of a row";
		else if (to->type == X86_OP_REG && number_of(to->reg) == R_CX)
			s->counters |= 1u << R_CX;
		else if (to->type == X86_OP_REG && number_of(to->reg) == R_AX && s->returns)
			s->how = "returns the number of a row";
	}
}

static void look_at(struct user *s, const cs_insn *insn)
{
	const struct ref *r;

	if (table_field(s, insn))
		look_at_field(s, insn);
	vec_for_each(r, &s->u->refs)
		if (r->branch && r->sym && r->insn_off == insn->address && !s->how &&
		    searches(r->sym->name))
			s->how = "gets the number of a row";
	if (!s->how)
		look_at_counter(s, insn);
}

static void find_starts(struct user *s)
{
	cs_insn *insn;
	u32 at = 0;

	while (at < s->u->size) {
		insn = insn_at(s, at);
		if (!insn)
			return;
		*vec_add(&s->starts) = at;
		if (adds_one(insn) && number_of(insn->detail->x86.operands[0].reg) >= 0)
			s->counters |= 1u << number_of(insn->detail->x86.operands[0].reg);
		at += insn->size;
		cs_free(insn, 1);
	}
}

/* Does the function return something? Unless debug info denies it. */
static bool returns_value(const struct unit *u)
{
	const struct unit *func = u->parent ? u->parent : u;
	Dwarf_Attribute attr;
	Dwarf_Die die;

	return !func->die || !dwarf_offdie(func->obj->dwarf, func->die, &die) ||
	       dwarf_attr_integrate(&die, DW_AT_type, &attr);
}

static bool writes_ax(const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;

	return x->op_count && x->operands[0].type == X86_OP_REG &&
	       x->operands[0].access & CS_AC_WRITE && number_of(x->operands[0].reg) == R_AX;
}

/* Does a branch lead to a place after @from, up to @to? */
static bool comes_from_elsewhere(const struct user *s, u64 from, u64 to)
{
	bool found = false;
	cs_insn *insn;
	u32 *at;

	vec_for_each(at, &s->starts) {
		insn = insn_at(s, *at);
		found |= cs_insn_group(s->cs, insn, CS_GRP_JUMP) &&
			 insn->detail->x86.operands[0].type == X86_OP_IMM &&
			 (u64)insn->detail->x86.operands[0].imm > from &&
			 (u64)insn->detail->x86.operands[0].imm <= to;
		cs_free(insn, 1);
	}
	return found;
}

/* Is RAX still the counter that it is elsewhere, where the function returns? */
static bool counts_until(const struct user *s, u32 ret)
{
	bool counts = true, known = false;
	u32 i = ret;
	cs_insn *insn;

	while (i-- && !known) {
		insn = insn_at(s, s->starts.v[i]);
		known = insn->id == X86_INS_JMP || insn->id == X86_INS_RET || writes_ax(insn) ||
			cs_insn_group(s->cs, insn, CS_GRP_CALL);
		if (writes_ax(insn))
			counts = adds_one(insn);
		else if (cs_insn_group(s->cs, insn, CS_GRP_CALL))
			counts = false;
		if (known && !counts)
			counts = comes_from_elsewhere(s, s->starts.v[i], s->starts.v[ret]);
		cs_free(insn, 1);
	}
	return counts;
}

/* Does the function return a counter? */
static void look_at_return(struct user *s)
{
	cs_insn *insn;
	u32 i;

	for (i = 0; i < s->starts.n && s->counters & 1u << R_AX; i++) {
		insn = insn_at(s, s->starts.v[i]);
		if (is_return(s, insn) && counts_until(s, i))
			s->how = "returns the number of a row";
		cs_free(insn, 1);
	}
}

static const char *how_used(const struct update *up, const struct unit *u,
			    const struct unit *table)
{
	struct user s = { .up = up, .u = u, .table = table, .cs = open_capstone() };
	cs_insn *insn;
	u32 *at;

	s.returns = returns_value(u);
	find_starts(&s);
	vec_for_each(at, &s.starts) {
		insn = insn_at(&s, *at);
		if (!s.how)
			look_at(&s, insn);
		cs_free(insn, 1);
	}
	if (!s.how && s.returns)
		look_at_return(&s);
	free(s.starts.v);
	return s.how;
}

#else /* HAVE_CAPSTONE */

static const char *how_used(const struct update *up, const struct unit *u,
			    const struct unit *table)
{
	(void)up, (void)u, (void)table;
	return "uses it (kspl-objdiff was built without capstone, and can't check how)";
}

#endif /* HAVE_CAPSTONE */

static void refuse_rows(struct verdicts *vs, struct unit *is, const char *change)
{
	struct unit **u;
	const char *how;

	vec_for_each(u, &is->obj->units) {
		if (!class_is_text((*u)->sec->cls) || !unit_refers(vs->up, *u, is))
			continue;
		how = how_used(vs->up, *u, is);
		if (!how)
			continue;
		refuse(vs, "rows_moved", is->obj, is, strip_numbers(unit_label(is)),
		       "add rows at the end, and leave the others where they are",
		       "%s, and %s %s; row numbers that the running kernel has stored are those of the old table",
		       change, unit_label((*u)->parent ? (*u)->parent : *u), how);
		return;
	}
}

struct by_name {
	const char *name;
	bool found;
};

static void look_for(Dwarf_Die *die, void *data)
{
	struct by_name *by = data;

	by->found |= dwarf_tag(die) == DW_TAG_variable && !strcmp(die_name(die), by->name) &&
		     !dwarf_hasattr(die, DW_AT_declaration);
}

/**
 * check_new_rows() - refuse a table that was compiled into code before
 * @vs:	the verdicts
 * @is:	the table, only in the post object
 *
 * The old code does not show the order of its rows.
 */
void check_new_rows(struct verdicts *vs, struct unit *is)
{
	struct by_name by = { .name = is->name };

	if (is->twin || !is->name[0] || !is->obj->peer || !row_size(is) ||
	    row_size(is) == is->size || is_text(is) || !obj_open_dwarf(is->obj->peer))
		return;
	for_each_top(is->obj->peer->dwarf, look_for, &by);
	if (by.found)
		refuse_rows(vs, is, "the compiler had turned it into code, which does not show whether rows moved");
}

/**
 * check_rows() - refuse a table whose rows moved, if its index may be stored
 * @vs:		the verdicts
 * @was:	the table in the pre object
 * @is:		the table in the post object
 */
void check_rows(struct verdicts *vs, const struct unit *was, struct unit *is)
{
	s64 row = moved_row(vs->up, was, is);

	if (row >= 0)
		refuse_rows(vs, is, xasprintf("row %lld moved or is gone", (long long)row));
}
