// SPDX-License-Identifier: GPL-2.0
/*
 * Existing memory has the size that old code asked for.
 *
 * No type tells the size of a buffer, an array or a per-CPU area. If new code asks for
 * another size and keeps the memory, other code may rely on that size. And memory must
 * be freed by the allocator that it came from.
 *
 * A size is known by the numbers that the code computes it from: these are the same,
 * whatever registers the compiler uses.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "code.h"

/* Where memory comes from */
enum {
	FROM_SLABS	= 1,	/* kmalloc() */
	FROM_VMALLOC	= 2,
	FROM_PAGES	= 4,
	FROM_PERCPU	= 8,
	FROM_DMA	= 16,
	FROM_CACHE	= 32,	/* kmem_cache_alloc() */
	MAKES_CACHE	= 64,
	FROM_OTHERS	= 128,	/* others allocate the object, with room for us */
	FROM_DEVICE	= 256,	/* freed when the device loses its driver */
	FROM_TEXT	= 512,	/* may be a constant of the kernel */
	FROM_PINS	= 1024,	/* pages of a user, pinned */
};

#define NO_SIZE		0xff	/* no argument is the size */

/**
 * struct allocator - a function that allocates or frees memory
 * @name:	its name; with a * at the end, a prefix
 * @from:	which allocator; for a function that frees: all that it may free
 * @arg:	which argument is the size; 0 is the first
 */
struct allocator {
	const char *name;
	u16 from;
	u8 arg;
};

static const struct allocator allocators[] = {
	{ "__kmalloc_cache_*", FROM_SLABS, 2 },
	{ "kmalloc_trace*", FROM_SLABS, 2 },
	{ "kmalloc_node_trace*", FROM_SLABS, 3 },
	{ "__kmalloc_large*", FROM_SLABS, 0 },
	{ "__kmalloc*", FROM_SLABS, 0 },
	{ "kmalloc_large*", FROM_SLABS, 0 },
	{ "kmemdup*", FROM_SLABS, 1 },
	{ "krealloc*", FROM_SLABS, 1 },
	{ "kstrdup", FROM_SLABS, NO_SIZE },
	{ "kstrndup", FROM_SLABS, NO_SIZE },
	{ "kasprintf", FROM_SLABS, NO_SIZE },
	{ "kvasprintf", FROM_SLABS, NO_SIZE },
	{ "kstrdup_const", FROM_SLABS | FROM_TEXT, NO_SIZE },
	{ "kvasprintf_const", FROM_SLABS | FROM_TEXT, NO_SIZE },
	{ "devm_kmalloc*", FROM_DEVICE, 1 },
	{ "devm_kmemdup*", FROM_DEVICE, 1 },
	{ "devm_krealloc*", FROM_DEVICE, 2 },
	{ "devm_kstrdup", FROM_DEVICE, NO_SIZE },
	{ "devm_kstrdup_const", FROM_DEVICE | FROM_TEXT, NO_SIZE },
	{ "devm_kasprintf*", FROM_DEVICE, NO_SIZE },
	{ "devm_kvasprintf", FROM_DEVICE, NO_SIZE },
	{ "devm_get_free_pages", FROM_DEVICE, 2 },
	{ "__kvmalloc*", FROM_SLABS | FROM_VMALLOC, 0 },
	{ "kvmalloc*", FROM_SLABS | FROM_VMALLOC, 0 },
	{ "kvrealloc*", FROM_SLABS | FROM_VMALLOC, 1 },
	{ "kvmemdup*", FROM_SLABS | FROM_VMALLOC, 1 },
	{ "vmalloc*", FROM_VMALLOC, 0 },
	{ "__vmalloc*", FROM_VMALLOC, 0 },
	{ "vzalloc*", FROM_VMALLOC, 0 },
	{ "__vcalloc*", FROM_VMALLOC, 0 },
	{ "__alloc_percpu*", FROM_PERCPU, 0 },
	{ "pcpu_alloc*", FROM_PERCPU, 0 },
	{ "__devm_alloc_percpu", FROM_DEVICE, 1 },
	{ "alloc_pages_exact*", FROM_PAGES, 0 },
	{ "alloc_pages*", FROM_PAGES, 1 },
	{ "__alloc_pages*", FROM_PAGES, 1 },
	{ "folio_alloc*", FROM_PAGES, 1 },
	{ "__folio_alloc*", FROM_PAGES, 1 },
	{ "get_free_pages*", FROM_PAGES, 1 },
	{ "__get_free_pages*", FROM_PAGES, 1 },
	{ "dma_alloc_*", FROM_DMA, 1 },
	{ "dmam_alloc_*", FROM_DEVICE, 1 },
	{ "dma_pool_create*", FROM_DMA, 2 },
	{ "kmem_cache_create*", MAKES_CACHE, 1 },
	{ "__kmem_cache_create*", MAKES_CACHE, 1 },
	{ "bioset_init", MAKES_CACHE, 2 },
	{ "mempool_create_kmalloc_pool", MAKES_CACHE, 1 },
	{ "alloc_netdev_mqs", FROM_OTHERS, 0 },
	{ "alloc_etherdev_mqs", FROM_OTHERS, 0 },
	{ "devm_alloc_etherdev_mqs", FROM_OTHERS, 1 },
	{ "ieee80211_alloc_hw_nm", FROM_OTHERS, 0 },
	{ "scsi_host_alloc", FROM_OTHERS, 1 },
	{ "crypto_alloc_*", FROM_OTHERS, 2 },
	{ "iio_device_alloc", FROM_OTHERS, 1 },
	{ "devm_iio_device_alloc", FROM_OTHERS, 1 },
	{ "__spi_alloc_controller", FROM_OTHERS, 1 },
	{ "__devm_drm_dev_alloc", FROM_OTHERS, 2 },
	{ "alloc_candev_mqs", FROM_OTHERS, 0 },
	{ "alloc_fcdev", FROM_OTHERS, 0 },
	{ "alloc_fddidev", FROM_OTHERS, 0 },
	{ "alloc_hippi_dev", FROM_OTHERS, 0 },
	{ "alloc_netdev_dummy", FROM_OTHERS, 0 },
	{ "bpf_map_area_alloc", FROM_OTHERS, 0 },
	{ "bpf_map_area_mmapable_alloc", FROM_OTHERS, 0 },
	{ "counter_alloc", FROM_OTHERS, 0 },
	{ "devm_counter_alloc", FROM_OTHERS, 1 },
	{ "devm_mdiobus_alloc_size", FROM_OTHERS, 1 },
	{ "devm_mmc_alloc_host", FROM_OTHERS, 1 },
	{ "devm_pwmchip_alloc", FROM_OTHERS, 2 },
	{ "hci_alloc_dev_priv", FROM_OTHERS, 0 },
	{ "i2c_mux_alloc", FROM_OTHERS, 3 },
	{ "mdiobus_alloc_size", FROM_OTHERS, 0 },
	{ "memstick_alloc_host", FROM_OTHERS, 0 },
	{ "mmc_alloc_host", FROM_OTHERS, 0 },
	{ "pwmchip_alloc", FROM_OTHERS, 2 },
	{ "rproc_alloc", FROM_OTHERS, 4 },
	{ "snd_card_new", FROM_OTHERS, 4 },
	{ "snd_devm_card_new", FROM_OTHERS, 4 },
	{ "sock_kmalloc", FROM_OTHERS, 1 },
	{ "wiphy_new_nm", FROM_OTHERS, 1 },
};

/* Functions that free. One that frees several kinds has the flags of all of them. */
static const struct allocator givers[] = {
	{ "kfree", FROM_SLABS | FROM_CACHE, 0 },
	{ "kfree_sensitive", FROM_SLABS | FROM_CACHE, 0 },
	{ "kvfree", FROM_SLABS | FROM_CACHE | FROM_VMALLOC, 0 },
	{ "kvfree_sensitive", FROM_SLABS | FROM_CACHE | FROM_VMALLOC, 0 },
	{ "kvfree_call_rcu", FROM_SLABS | FROM_CACHE | FROM_VMALLOC, 0 },
	{ "kfree_const", FROM_SLABS | FROM_CACHE | FROM_TEXT, 0 },
	{ "kmem_cache_free", FROM_CACHE, 1 },
	{ "vfree", FROM_VMALLOC, 0 },
	{ "vfree_atomic", FROM_VMALLOC, 0 },
	{ "free_percpu", FROM_PERCPU, 0 },
	{ "free_pages", FROM_PAGES, 0 },
	{ "__free_pages", FROM_PAGES, 0 },
	{ "free_pages_exact", FROM_PAGES, 0 },
	{ "__folio_put", FROM_PAGES, 0 },
	{ "release_pages", FROM_PAGES, 0 },
	{ "unpin_user_*", FROM_PINS, 0 },
	{ "dma_free_*", FROM_DMA, 2 },
	{ "dmam_free_*", FROM_DEVICE, 2 },
	{ "devm_kfree", FROM_DEVICE, 1 },
};

/* Caches and pools: which argument is the one that memory comes from, or goes back to */
static const struct allocator pools[] = {
	{ "kmem_cache_alloc*", 0, 0 },
	{ "mempool_alloc*", 0, 0 },
	{ "dma_pool_alloc*", 0, 0 },
	{ "gen_pool_alloc*", 0, 0 },
};

static const struct allocator pool_givers[] = {
	{ "kmem_cache_free*", 0, 0 },
	{ "mempool_free", 0, 1 },
	{ "dma_pool_free", 0, 0 },
	{ "gen_pool_free*", 0, 0 },
};

static bool fits(const char *pattern, const char *name)
{
	const char *star = strchr(pattern, '*');

	return star ? !strncmp(name, pattern, star - pattern) : !strcmp(name, pattern);
}

static const struct allocator *find(const struct allocator *v, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (fits(v[i].name, name))
			return &v[i];
	return NULL;
}

static const struct allocator *find_allocator(const char *name)
{
	return find(allocators, ARRAY_SIZE(allocators), name);
}

static const struct allocator *find_giver(const char *name)
{
	return find(givers, ARRAY_SIZE(givers), name);
}

/* Functions that allocate */

#define MAX_WRAPPERS	4

static bool is_maker(const char *name)
{
	static const char *const others[] = {
		"skb_put*", "skb_push*", "genlmsg_put*", "__nlmsg_put*", "nla_reserve*",
		"kmem_cache_*", "__kmem_cache_*", "mempool_*", "page_frag_*",
	};
	size_t i;

	if (find_allocator(name))
		return true;
	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (fits(others[i], name))
			return true;
	return strstr(name, "alloc") && !strstr(name, "dealloc");
}

static bool makes(const struct unit *u, int depth);

static bool is_called_to_make(const struct unit *u, const struct ref *r, int depth)
{
	if (!r->unit)
		return is_maker(r->sym->name);
	return r->unit != u && r->unit->is_func && !r->unit->parent && depth < MAX_WRAPPERS &&
	       unit_return_size(r->unit) && makes(r->unit, depth + 1);
}

static bool makes(const struct unit *u, int depth)
{
	const struct unit *part;
	const struct ref *r;

	for (part = u; part; part = part == u ? u->cold : NULL)
		vec_for_each(r, &part->refs) {
			if (r->sym && r->branch && is_called_to_make(u, r, depth))
				return true;
		}
	return false;
}

/**
 * unit_makes_memory() - does a function allocate, or call one that returns new memory?
 * @u:	the function
 */
bool unit_makes_memory(const struct unit *u)
{
	return makes(u, 0);
}

/**
 * makes_memory() - does a function of this name allocate memory?
 * @obj:	the object that calls it
 * @name:	its name
 */
bool makes_memory(const struct obj *obj, const char *name)
{
	struct unit **u;

	if (is_maker(name))
		return true;
	vec_for_each(u, &obj->units)
		if ((*u)->is_func && !(*u)->parent && same_base((*u)->name, name) &&
		    unit_return_size(*u) && makes(*u, 1))
			return true;
	return false;
}

#ifdef HAVE_CAPSTONE

/* The numbers that a value is computed from, in ascending order */
#define MAX_NUMBERS	6

struct numbers {
	s64 v[MAX_NUMBERS];
	u8 n;
};

static void add_number(struct numbers *to, s64 number)
{
	u8 i, at = 0;

	while (at < to->n && to->v[at] < number)
		at++;
	if ((at < to->n && to->v[at] == number) || to->n == MAX_NUMBERS)
		return;
	for (i = to->n++; i > at; i--)
		to->v[i] = to->v[i - 1];
	to->v[at] = number;
}

static void add_numbers(struct numbers *to, const struct numbers *from)
{
	u8 i;

	for (i = 0; i < from->n; i++)
		add_number(to, from->v[i]);
}

static bool same_numbers(const struct numbers *a, const struct numbers *b)
{
	return a->n == b->n && !memcmp(a->v, b->v, a->n * sizeof(*a->v));
}

/**
 * struct got - a call that allocates memory
 * @name:	the called function
 * @from:	where the memory comes from
 * @size:	the numbers of the size
 * @kept:	it is stored, or returned
 * @passed:	it is passed to another function
 * @freed:	this function frees it
 */
struct got {
	const char *name;
	u16 from;
	struct numbers size;
	bool kept, passed, freed;
};

/*
 * What a register holds: the numbers in it, the calls whose result it may be, and the
 * variable that it was loaded from, with the place in it.
 */
struct held {
	struct numbers numbers;
	u64 calls;
	const struct ref *var;
};

/* Bytes of the stack, by their distance from RSP at function entry. */
struct slot {
	s64 at;
	u32 size;
	struct numbers numbers;
};

struct asks {
	const struct unit *u;
	struct held regs[16];
	struct held stack;	/* any place: results of calls are not tracked by slot */
	VEC(struct slot) slots;
	s64 sp, body;		/* RSP now, and RSP in the function's body */
	VEC(struct got) gets;
	VEC(const struct allocator *) gives;
	VEC(const struct ref *) from_pools, to_pools;
};

static const u8 argument_regs[] = { R_DI, R_SI, R_DX, R_CX, R_8, R_9 };

static const struct ref *branch_at(const struct unit *u, u32 at, u32 len)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->branch && r->off >= at && r->off < at + len)
			return r;
	return NULL;
}

static bool has_field(const struct unit *u, u32 at, u32 len)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (r->off >= at && r->off < at + len)
			return true;
	return false;
}

static struct held *reg_of(struct asks *a, unsigned int reg)
{
	u32 width;
	int n = reg_number(reg, &width);

	return n < 0 || n == R_SP ? NULL : &a->regs[n];
}

/* The field of an instruction that holds the address of a variable */
static const struct ref *variable_at(const struct unit *u, const cs_insn *insn)
{
	const struct ref *r;

	vec_for_each(r, &u->refs)
		if (!r->branch && r->insn_off == insn->address && r->insn_len)
			return r;
	return NULL;
}

static void mark_calls(struct asks *a, u64 calls, size_t field)
{
	u32 i;

	for (i = 0; i < a->gets.n && i < 64; i++)
		if (calls & 1ull << i)
			*(bool *)((char *)&a->gets.v[i] + field) = true;
}

#define MARK(a, calls, field)	mark_calls(a, calls, offsetof(struct got, field))

static void end_call(struct asks *a)
{
	static const u8 lost[] = { R_AX, R_CX, R_DX, R_SI, R_DI, R_8, R_9, R_10, R_11 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lost); i++)
		a->regs[lost[i]] = (struct held){};
}

static void get(struct asks *a, const char *name, u16 from, const struct numbers *size)
{
	struct got *got = vec_add(&a->gets);

	*got = (struct got){ .name = name, .from = from, .size = *size };
	end_call(a);
	if (a->gets.n <= 64)
		a->regs[R_AX].calls = 1ull << (a->gets.n - 1);
}

/* Without debug information, it may. */
static bool may_return_pointer(const struct unit *u)
{
	s64 size = unit_return_size(u);

	return size == 8 || size < 0;
}

/*
 * Is it a function of the file that returns new memory? The size depends on its first 3
 * arguments.
 */
static bool call_wrapper(struct asks *a, const struct unit *to)
{
	struct numbers size = {};
	u32 i;

	if (!to || !to->is_func || to == a->u || !may_return_pointer(to) || !makes(to, 1))
		return false;
	for (i = 0; i < 3; i++)
		add_numbers(&size, &a->regs[argument_regs[i]].numbers);
	get(a, to->name, FROM_OTHERS, &size);
	return true;
}

static void use_pool(struct asks *a, const char *name)
{
	const struct allocator *from = find(pools, ARRAY_SIZE(pools), name);
	const struct allocator *to = find(pool_givers, ARRAY_SIZE(pool_givers), name);

	if (from)
		*vec_add(&a->from_pools) = a->regs[argument_regs[from->arg]].var;
	if (to)
		*vec_add(&a->to_pools) = a->regs[argument_regs[to->arg]].var;
}

static void call(struct asks *a, const struct ref *r)
{
	const struct allocator *known = r && r->sym && !r->unit ? find_allocator(r->sym->name) : NULL;
	const struct allocator *giver = r && r->sym && !r->unit ? find_giver(r->sym->name) : NULL;
	u32 i;

	if (r && r->sym && !r->unit)
		use_pool(a, r->sym->name);
	if (giver) {
		*vec_add(&a->gives) = giver;
		MARK(a, a->regs[argument_regs[giver->arg]].calls, freed);
		end_call(a);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(argument_regs); i++)
		MARK(a, a->regs[argument_regs[i]].calls, passed);
	if (known)
		get(a, r->sym->name, known->from, known->arg == NO_SIZE ? &(struct numbers){} :
		    &a->regs[argument_regs[known->arg]].numbers);
	else if (!r || !call_wrapper(a, r->unit))
		end_call(a);
}

static void add_held(struct held *to, const struct held *from)
{
	add_numbers(&to->numbers, &from->numbers);
	to->calls |= from->calls;
}

static struct numbers read_slots(const struct asks *a, s64 at, u32 size)
{
	struct numbers numbers = {};
	const struct slot *s;

	vec_for_each(s, &a->slots)
		if (s->at < at + size && at < s->at + s->size)
			add_numbers(&numbers, &s->numbers);
	return numbers;
}

static void write_slot(struct asks *a, s64 at, u32 size, const struct numbers *numbers)
{
	struct slot *s, *same = NULL;

	vec_for_each(s, &a->slots) {
		if (s->at >= at && s->at + s->size <= at + size)
			s->numbers = (struct numbers){};
		if (s->at == at && s->size == size)
			same = s;
	}
	if (!same)
		same = vec_add(&a->slots);
	*same = (struct slot){ at, size, *numbers };
}

static struct held read_stack(struct asks *a, const cs_x86_op *op)
{
	struct held v = a->stack;
	struct numbers numbers;
	struct slot *s;

	if (op->mem.index == X86_REG_INVALID) {
		numbers = read_slots(a, a->sp + op->mem.disp, op->size);
		add_numbers(&v.numbers, &numbers);
		return v;
	}
	vec_for_each(s, &a->slots)
		add_numbers(&v.numbers, &s->numbers);
	return v;
}

static void write_stack(struct asks *a, const cs_x86_op *op, const struct held *v)
{
	a->stack.calls |= v->calls;
	if (op->mem.index == X86_REG_INVALID)
		write_slot(a, a->sp + op->mem.disp, op->size, &v->numbers);
	else
		add_numbers(&a->stack.numbers, &v->numbers);
}

/* What an operand holds that is read */
static struct held value_of(struct asks *a, const cs_insn *insn, const cs_x86_op *op)
{
	struct held v = {}, *reg;

	if (op->type == X86_OP_REG) {
		reg = reg_of(a, op->reg);
		return reg ? *reg : v;
	}
	if (op->type == X86_OP_IMM) {
		if (!has_field(a->u, insn->address, insn->size))
			add_number(&v.numbers, op->imm);
		return v;
	}
	if (insn->id != X86_INS_LEA) {
		if (op->mem.base == X86_REG_RSP)
			return read_stack(a, op);
		v.var = variable_at(a->u, insn);
		return v;
	}
	reg = reg_of(a, op->mem.base);
	if (reg)
		v = *reg;
	reg = reg_of(a, op->mem.index);
	if (reg)
		add_numbers(&v.numbers, &reg->numbers);
	if (op->mem.disp && !has_field(a->u, insn->address, insn->size))
		add_number(&v.numbers, op->mem.disp);
	if (op->mem.scale > 1)
		add_number(&v.numbers, op->mem.scale);
	return v;
}

static bool replaces(const cs_insn *insn)
{
	switch (insn->id) {
	case X86_INS_MOV: case X86_INS_MOVABS: case X86_INS_MOVZX: case X86_INS_MOVSX:
	case X86_INS_MOVSXD: case X86_INS_LEA: case X86_INS_POP:
		return true;
	}
	return false;
}

static void compute(struct asks *a, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;
	const cs_x86_op *to = &x->operands[0];
	struct held all = {}, v = {}, *reg;
	u8 i, from = replaces(insn) || x->op_count == 3;

	for (i = from; i < x->op_count; i++) {
		v = value_of(a, insn, &x->operands[i]);
		/* a shift multiplies, as the scale of an address does */
		if (insn->id == X86_INS_SHL && x->operands[i].type == X86_OP_IMM && v.numbers.n)
			v.numbers.v[0] = 1ll << (v.numbers.v[0] & 63);
		add_held(&all, &v);
	}
	if (insn->id == X86_INS_XOR && x->op_count == 2 && to->type == X86_OP_REG &&
	    x->operands[1].type == X86_OP_REG && to->reg == x->operands[1].reg) {
		all = (struct held){};
		add_number(&all.numbers, 0);
	}
	if (insn->id == X86_INS_MUL) {
		add_held(&a->regs[R_AX], &all);
		a->regs[R_AX].calls = 0;
		a->regs[R_DX] = (struct held){};
		return;
	}
	if (insn->id == X86_INS_XCHG)
		MARK(a, all.calls, kept);
	if (!x->op_count || (to->type != X86_OP_REG && to->type != X86_OP_MEM))
		return;
	if (to->type == X86_OP_REG) {
		reg = reg_of(a, to->reg);
		if (reg)
			*reg = all;
		if (reg && insn->id == X86_INS_MOV)
			reg->var = v.var;
		return;
	}
	if (to->mem.base == X86_REG_RSP)
		write_stack(a, to, &all);
	else
		MARK(a, all.calls, kept);
}

/* A jump into the same function is no call. */
static bool stays_in(const struct unit *u, const struct unit *to)
{
	return to && (to == u || to == u->cold || to == u->parent);
}

/* push, pop, add or sub of RSP: track it. Returns true if that is all it does. */
static bool moves_stack(struct asks *a, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;
	struct held v, *reg;

	switch (insn->id) {
	case X86_INS_PUSH:
		v = value_of(a, insn, &x->operands[0]);
		a->sp -= 8;
		write_slot(a, a->sp, 8, &v.numbers);
		a->stack.calls |= v.calls;
		return true;
	case X86_INS_POP:
		reg = x->operands[0].type == X86_OP_REG ? reg_of(a, x->operands[0].reg) : NULL;
		if (reg)
			*reg = (struct held){ .numbers = read_slots(a, a->sp, 8) };
		a->sp += 8;
		return true;
	case X86_INS_ADD: case X86_INS_SUB:
		if (x->operands[0].type != X86_OP_REG || x->operands[0].reg != X86_REG_RSP ||
		    x->operands[1].type != X86_OP_IMM)
			return false;
		a->sp += insn->id == X86_INS_ADD ? x->operands[1].imm : -x->operands[1].imm;
		return true;
	}
	return false;
}

static void step(struct asks *a, csh cs, const cs_insn *insn)
{
	const struct ref *r = branch_at(a->u, insn->address, insn->size);

	if (insn->id == X86_INS_CALL || (insn->id == X86_INS_JMP && r && !stays_in(a->u, r->unit))) {
		call(a, r);
		if (insn->id == X86_INS_CALL) {
			a->body = a->sp;
			return;
		}
		a->sp = a->body;
		if (a->regs[R_AX].calls)
			MARK(a, a->regs[R_AX].calls, kept);
		return;
	}
	switch (insn->id) {
	case X86_INS_RET:
		MARK(a, a->regs[R_AX].calls, kept);
		a->sp = a->body;
		return;
	case X86_INS_CMP: case X86_INS_TEST: case X86_INS_BT: case X86_INS_NOP:
		return;
	}
	if (cs_insn_group(cs, insn, CS_GRP_JUMP))
		a->body = a->sp;
	else if (!moves_stack(a, insn))
		compute(a, insn);
}

static void read_part(struct asks *a, const struct unit *part)
{
	csh cs = open_capstone();
	cs_insn *insn;
	u32 at = 0;

	a->u = part;
	while (at < part->size &&
	       cs_disasm(cs, unit_data(part) + at, part->size - at, at, 1, &insn) == 1) {
		step(a, cs, insn);
		at += insn->size;
		cs_free(insn, 1);
	}
}

/* Read what a function allocates and frees, in the order of its code. */
static void read_asks(struct asks *a, const struct unit *u)
{
	struct got *got;

	read_part(a, u);
	a->sp = a->body;
	if (u->cold)
		read_part(a, u->cold);
	vec_for_each(got, &a->gets)
		got->kept |= got->passed && !got->freed;
}

static bool has_get(const struct asks *a, const struct got *got)
{
	const struct got *g;

	vec_for_each(g, &a->gets)
		if (g->from == got->from && same_numbers(&g->size, &got->size))
			return true;
	return false;
}

/* Find the old allocation that a new one replaces, if no new one is the same. */
static const struct got *was_other(const struct asks *was, const struct asks *is,
				   const struct got *got)
{
	const struct got *old;

	vec_for_each(old, &was->gets) {
		if (has_get(is, old))
			continue;
		/* memory that may come from either is freed by a function for both */
		if (same_numbers(&old->size, &got->size) && !(old->from & ~got->from))
			continue;
		return old;
	}
	return NULL;
}

static const char *get_changed(const struct asks *was, const struct asks *is)
{
	const struct got *got, *old;

	vec_for_each(got, &is->gets) {
		if (!got->kept || has_get(was, got))
			continue;
		old = was_other(was, is, got);
		if (!old)
			continue;
		if (old->from != got->from)
			return xasprintf("allocates memory with %s() instead of %s()", got->name, old->name);
		return xasprintf("allocates another size with %s()", got->name);
	}
	return NULL;
}

static bool gives_by(const struct asks *a, const char *name)
{
	const struct allocator **v;

	vec_for_each(v, &a->gives)
		if (!strcmp((*v)->name, name))
			return true;
	return false;
}

static u16 given_back(const struct asks *a)
{
	const struct allocator **v;
	u16 from = 0;

	vec_for_each(v, &a->gives)
		from |= (*v)->from;
	return from;
}

/* Does it free by a function for another kind of memory than before? */
static const char *give_changed(const struct asks *was, const struct asks *is)
{
	const struct allocator **new, **old;
	const struct got *got;
	u16 made = 0;

	vec_for_each(got, &is->gets)
		made |= got->from;
	vec_for_each(new, &is->gives) {
		if (gives_by(was, (*new)->name) || (*new)->from & made)
			continue;
		vec_for_each(old, &was->gives)
			if (!gives_by(is, (*old)->name) && (*old)->from & ~given_back(is))
				return xasprintf("it frees memory with %s() instead of %s(), which does not fit memory that was allocated before the update",
						 (*new)->name, (*old)->name);
	}
	return NULL;
}

/* Find another changed function, which may use the memory. */
static const struct unit *other_changed(const struct verdicts *vs, const struct tu *tu,
					const struct unit *but)
{
	struct unit **u;

	vec_for_each(u, &tu->post->units)
		if (*u != but && (*u)->is_func && !(*u)->parent && unit_replaced(vs, *u) &&
		    unit_differs(vs, *u) && !unit_same_but_messages(vs->up, (*u)->twin, *u))
			return *u;
	return NULL;
}

/* Caches and pools */

/* Is it the same place of the same variable? What is no variable counts as the same. */
static bool same_pool(const struct update *up, const struct unit *u, const struct ref *a,
		      const struct unit *v, const struct ref *b)
{
	const struct unit *x, *y;

	if (!a || !b)
		return true;
	x = resolve_ref(up, u->obj, a);
	y = resolve_ref(up, v->obj, b);
	if (!x || !y)
		return !x && !y && !strcmp(a->sym->name, b->sym->name);
	return (x->twin == y || (!x->twin && !y->twin)) && a->target == b->target;
}

/* Find a pool of @v that no one of @u is. */
static const struct ref *other_pool(const struct update *up, const struct unit *u,
				    const struct ref **was, u32 nwas, const struct unit *v,
				    const struct ref **is, u32 nis)
{
	u32 i, k;

	for (i = 0; i < nis; i++) {
		for (k = 0; k < nwas; k++)
			if (same_pool(up, u, was[k], v, is[i]))
				break;
		if (nwas && k == nwas)
			return is[i];
	}
	return NULL;
}

static const char *pool_name(const struct update *up, const struct unit *u, const struct ref *r)
{
	const struct unit *to = resolve_ref(up, u->obj, r);

	return to ? unit_label(to) : r->sym->name;
}

/*
 * Does a function take memory from another cache than before, and another one give it
 * back to another one? One of both alone is a mistake that is mended.
 */
struct pool_changes {
	const struct unit *taker, *giver;
	const struct ref *from, *to;
};

static void find_pools(const struct update *up, const struct unit *u, const struct asks *was,
		       const struct asks *is, struct pool_changes *c)
{
	const struct ref *r;

	r = other_pool(up, u->twin, was->from_pools.v, was->from_pools.n, u, is->from_pools.v,
		       is->from_pools.n);
	if (r && !c->taker) {
		c->taker = u;
		c->from = r;
	}
	r = other_pool(up, u->twin, was->to_pools.v, was->to_pools.n, u, is->to_pools.v,
		       is->to_pools.n);
	if (r && !c->giver) {
		c->giver = u;
		c->to = r;
	}
}

static void check_pools(struct verdicts *vs, const struct tu *tu, const struct pool_changes *c)
{
	if (c->taker && c->giver)
		refuse(vs, "memory_changed", tu->post, c->giver, unit_label(c->giver),
		       "keep the cache, or let the code tell old memory from new",
		       "it gives memory back to %s, but memory that was allocated before the update is from another one; %s now takes it from %s",
		       pool_name(vs->up, c->giver, c->to), unit_label(c->taker),
		       pool_name(vs->up, c->taker, c->from));
}

static void free_asks(struct asks *a)
{
	free(a->gets.v);
	free(a->gives.v);
	free(a->from_pools.v);
	free(a->to_pools.v);
	free(a->slots.v);
}

static void check_function(struct verdicts *vs, const struct tu *tu, struct unit *u,
			   struct pool_changes *pools)
{
	struct asks was = {}, is = {};
	const struct unit *other;
	const char *how;

	read_asks(&was, u->twin);
	read_asks(&is, u);
	how = get_changed(&was, &is);
	other = how ? other_changed(vs, tu, u) : NULL;
	if (other)
		refuse(vs, "memory_changed", tu->post, u, unit_label(u),
		       "keep the size and the allocator of the memory, or keep the code that uses it",
		       "it %s, and stores the address; %s, which may use memory that was allocated before the update, changed, too",
		       how, unit_label(other));
	how = give_changed(&was, &is);
	if (how)
		refuse(vs, "memory_changed", tu->post, u, unit_label(u),
		       "free the memory with the function that fits its allocator", "%s", how);
	find_pools(vs->up, u, &was, &is, pools);
	free_asks(&was);
	free_asks(&is);
}

#else /* HAVE_CAPSTONE */

struct pool_changes {
	bool checked;
};

static void check_pools(struct verdicts *vs, const struct tu *tu, const struct pool_changes *c)
{
	(void)vs;
	(void)tu;
	(void)c;
}

static void check_function(struct verdicts *vs, const struct tu *tu, struct unit *u,
			   struct pool_changes *pools)
{
	pools->checked = false;
	if (unit_makes_memory(u))
		note(vs, tu->post, true,
		     "%s allocates memory; kspl-objdiff was built without capstone, and can't check whether the size changed",
		     unit_label(u));
}

#endif /* HAVE_CAPSTONE */

/* Does it allocate or free memory? */
static bool deals_with_memory(const struct unit *u)
{
	const struct unit *part;
	const struct ref *r;

	for (part = u; part; part = part == u ? u->cold : NULL)
		vec_for_each(r, &part->refs)
			if (r->branch && r->sym && !r->unit &&
			    (find_allocator(r->sym->name) || find_giver(r->sym->name) ||
			     find(pools, ARRAY_SIZE(pools), r->sym->name) ||
			     find(pool_givers, ARRAY_SIZE(pool_givers), r->sym->name)))
				return true;
	return makes(u, 0);
}

/**
 * check_memory() - refuse code that expects existing memory to be larger or of another kind
 * @vs:	the verdicts, with all that is replaced
 * @tu:	the file
 */
void check_memory(struct verdicts *vs, const struct tu *tu)
{
	struct pool_changes changes = {};
	struct unit **u;

	if (!tu->pre)
		return;
	vec_for_each(u, &tu->post->units)
		if ((*u)->is_func && !(*u)->parent && (*u)->twin && unit_replaced(vs, *u) &&
		    unit_differs(vs, *u) && deals_with_memory(*u))
			check_function(vs, tu, *u, &changes);
	check_pools(vs, tu, &changes);
}
