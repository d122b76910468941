// SPDX-License-Identifier: GPL-2.0
/*
 * What a running x86-64 kernel does to its own code, as run-pre matching has to know it.
 * How fields are encoded is in ksplice_fields.c.
 *
 * The order in which the boot code patches (and the module loader, for a
 * module): retpolines, returns, alternatives, call thunks, sealing of ENDBRs,
 * SMP locks; static calls, jump labels and ftrace follow at any time.
 *
 * All decisions depend only on the bytes, the relocations, a few addresses in struct
 * ksplice_site_env, and what the ops say about the CPU.  So they can also be made for the
 * memory image of another machine.
 */
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <asm/insn.h>
#include "../../../kernel/ksplice/match.h"
#include "ksplice_sites.h"

#define OP_CALL		0xe8
#define OP_JMP32	0xe9
#define OP_JMP8		0xeb
#define OP_RET		0xc3
#define OP_INT3		0xcc
#define OP_NOP		0x90
#define OP_CS		0x2e

/* Longest nop that the kernel uses for padding; longer padding begins with a jump. */
#define NOP_MAX		11
/* The same for older kernels, which use several nops for longer padding. */
#define OLD_NOP_MAX	8

/* Size of an entry in the arrays of thunks */
#define THUNK_SIZE	32

static const u8 endbr[4] = { 0xf3, 0x0f, 0x1e, 0xfa };
static const u8 endbr_sealed[4] = { 0x66, 0x0f, 0x1f, 0x00 };
static const u8 nop3[3] = { 0x0f, 0x1f, 0x00 };
static const u8 nop2[2] = { 0x66, 0x90 };
static const u8 nop5[5] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
static const u8 xor5[5] = { 0x2e, 0x2e, 0x2e, 0x31, 0xc0 };
static const u8 ret5[5] = { OP_RET, OP_INT3, OP_INT3, OP_INT3, OP_INT3 };

static s32 sites_get_s32(const u8 *p)
{
	s32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/*
 * Nops
 */

static u32 sites_nop_prefixes(const u8 *p, u32 len)
{
	u32 i = 0;

	while (i < len && (p[i] == 0x66 || p[i] == OP_CS))
		i++;
	return i;
}

/* Returns the length of "nopl" from its ModRM byte on; 0 if it does not fit. */
static u32 sites_modrm_size(const u8 *p, u32 len)
{
	u32 size = 1, mod, rm;

	if (!len)
		return 0;
	mod = p[0] >> 6;
	rm = p[0] & 7;
	if (mod != 3 && rm == 4) {
		if (len < 2)
			return 0;
		size++;
		if (!mod && (p[1] & 7) == 5)
			size += 4;
	}
	if (mod == 1)
		size++;
	else if (mod == 2 || (!mod && rm == 5))
		size += 4;
	return size <= len ? size : 0;
}

/* Returns the length of the nop at @p; 0 if it is none. */
static u32 sites_nop_size(const u8 *p, u32 len)
{
	u32 i = sites_nop_prefixes(p, len), size;

	if (i < len && p[i] == OP_NOP)
		return i + 1;
	if (len - i < 3 || p[i] != 0x0f || p[i + 1] != 0x1f)
		return 0;
	size = sites_modrm_size(p + i + 2, len - i - 2);
	return size ? i + 2 + size : 0;
}

static u32 sites_nops_size(const u8 *p, u32 len)
{
	u32 pos = 0, n;

	do {
		n = sites_nop_size(p + pos, len - pos);
		pos += n;
	} while (n);
	return pos;
}

/* Is @p the kernel's nop of @len bytes? */
static bool sites_is_nop(const u8 *p, u32 len)
{
	static const u8 nop11[NOP_MAX] = {
		0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84
	};
	static const u8 nop7[7] = { 0x0f, 0x1f, 0x80 };
	static const u8 nop6[6] = { 0x66, 0x0f, 0x1f, 0x44 };
	static const u8 nop4[4] = { 0x0f, 0x1f, 0x40 };
	const u8 * const nops[8] = {
		NULL, nop2 + 1, nop2, nop3, nop4, nop5, nop6, nop7
	};

	if (len < 8)
		return !memcmp(p, nops[len], len);
	return !memcmp(p, nop11 + NOP_MAX - len, len);
}

/* Is @p what the kernel pads @len bytes with? */
static bool sites_is_padding(const u8 *p, u32 len)
{
	u32 i, jmp = len < 128 ? 2 : BRANCH_SIZE;

	if (len <= NOP_MAX)
		return sites_is_nop(p, len);
	if (jmp == 2 && (p[0] != OP_JMP8 || p[1] != len - jmp))
		return false;
	if (jmp != 2 && (p[0] != OP_JMP32 || sites_get_s32(p + 1) != (s32)(len - jmp)))
		return false;
	for (i = jmp; i < len; i++)
		if (p[i] != OP_INT3)
			return false;
	return true;
}

/* The same for an older kernel */
static bool sites_is_old_padding(const u8 *p, u32 len)
{
	for (; len > OLD_NOP_MAX; p += OLD_NOP_MAX, len -= OLD_NOP_MAX)
		if (!sites_is_nop(p, OLD_NOP_MAX))
			return false;
	return sites_is_nop(p, len);
}

static bool sites_pads_as_older(const struct ksplice_site_env *env)
{
	return env->nop_max == OLD_NOP_MAX;
}

/* Counts one-byte nops: an older kernel merges no others. */
static u32 sites_short_nops(const u8 *p, u32 len)
{
	u32 n = 0;

	while (n < len && p[n] == OP_NOP)
		n++;
	return n;
}

static u32 sites_merged_nops(const struct ksplice_site_env *env, const u8 *pre,
			     const u8 *run, u32 len)
{
	u32 n;

	if (sites_pads_as_older(env)) {
		n = sites_short_nops(pre, len);
		return n && sites_is_old_padding(run, n) ? n : 0;
	}
	n = sites_nops_size(pre, len);
	return n && sites_is_padding(run, n) ? n : 0;
}

/*
 * Compares code whose nops the kernel may have merged.  A sequence of nops is either as it
 * was, or one padding of the same length.  Returns how many bytes are equal.
 *
 * Bytes that look like a nop may be part of an immediate.  Then they are equal anyway,
 * and are passed byte by byte.
 */
static u32 sites_same_nops(const struct ksplice_site_env *env, const u8 *pre,
			   const u8 *run, u32 len)
{
	u32 pos = 0, n;

	while (pos < len) {
		n = sites_merged_nops(env, pre + pos, run + pos, len - pos);
		if (n)
			pos += n;
		else if (pre[pos] == run[pos])
			pos++;
		else
			break;
	}
	return pos;
}

/*
 * Call depth tracking
 */

/* Does @addr hold the code that counts a call? */
static bool sites_is_depth_code(const struct ksplice_span *s, const u8 *run,
				unsigned long addr)
{
	const struct ksplice_site_env *env = &s->m->env;
	u64 diff = env->depth_template - addr;
	u32 i, k;

	for (i = 0; i < env->depth_size; i++) {
		if (run[i] == env->depth_bytes[i])
			continue;
		/* a displacement, adjusted to the new place? */
		for (k = i > 3 ? i - 3 : 0; k <= i; k++)
			if (k + 4 <= env->depth_size &&
			    (u32)sites_get_s32(run + k) ==
			    (u32)sites_get_s32(env->depth_bytes + k) + (u32)diff)
				break;
		if (k > i)
			return false;
		i = k + 3;
	}
	return true;
}

/* Returns the function that is called if @dest is the counting code in front of it. */
static unsigned long sites_undo_depth(const struct ksplice_span *s,
				      unsigned long dest)
{
	const struct ksplice_site_env *env = &s->m->env;
	u8 code[sizeof(env->depth_bytes)];

	if (!env->depth_size ||
	    s->m->ops->read(s->m->ctx, dest, code, env->depth_size) ||
	    !sites_is_depth_code(s, code, dest))
		return dest;
	return dest + env->depth_size;
}

/* Is this the padding before a function, which now holds counting code? */
static bool sites_is_used_padding(const struct ksplice_span *s, u32 pos, u32 to)
{
	u32 size = s->m->env.depth_size, i;

	if (!size || size > to - pos)
		return false;
	for (i = 0; i < size; i++)
		if (s->pre[pos + i] != OP_NOP)
			return false;
	/* it ends where the function begins */
	if (pos + size < s->len && s->pre[pos + size] == OP_NOP)
		return false;
	return sites_is_depth_code(s, s->run + pos, s->addr + pos);
}

/* Returns the index of the first byte that differs; both are @len bytes long. */
static u32 sites_first_diff(const u8 *a, const u8 *b, u32 len)
{
	u32 i = 0;

	if (!memcmp(a, b, len))
		return len;
	while (a[i] == b[i])
		i++;
	return i;
}

/* Is it a jump of a replacement that the kernel made short?  Its field is read later. */
static bool sites_is_short_jump(const struct ksplice_span *s, u32 pos)
{
	return s->relaxed && s->pre[pos] == OP_JMP32 &&
	       s->run[pos] == OP_JMP8 && pos + BRANCH_SIZE <= s->len;
}

/**
 * arch_ksplice_same() - compare bytes that are no field and no site
 * @s:		the span
 * @from:	offset of the first one
 * @to:		offset behind the last one; a field, a site or the end follows
 *
 * Return: offset of the first byte that must not stand there, else @to.
 */
u32 arch_ksplice_same(const struct ksplice_span *s, u32 from, u32 to)
{
	u32 pos = from;

	if (s->unit == KSPLICE_NONE)
		return pos + sites_first_diff(s->pre + pos, s->run + pos, to - pos);
	if (s->relaxed) {
		pos += sites_same_nops(&s->m->env, s->pre + pos, s->run + pos, to - pos);
		if (pos + 1 == to && to < s->len && sites_is_short_jump(s, pos))
			pos++;
		return pos;
	}
	while (pos < to) {
		pos += sites_first_diff(s->pre + pos, s->run + pos, to - pos);
		if (pos == to || !sites_is_used_padding(s, pos, to))
			break;
		pos += s->m->env.depth_size;
	}
	return pos;
}

/**
 * arch_ksplice_match_field() - read a relocated field in running code
 * @s:		the span
 * @r:		the relocation
 * @value:	gets the value of its symbol
 *
 * Return: number of bytes of the field; 0 if it can't be read.
 */
u32 arch_ksplice_match_field(struct ksplice_span *s,
			     const struct ksplice_f_reloc *r, u64 *value)
{
	u32 pos = r->offset - s->base, size = arch_ksplice_field_size(r->type);
	unsigned long place = s->addr + pos;

	if (!size || pos + size > s->len)
		return 0;
	if (pos && is_relative(r->type) && sites_is_short_jump(s, pos - 1)) {
		static const u8 int3s[3] = { OP_INT3, OP_INT3, OP_INT3 };
		const u8 *pad = sites_pads_as_older(&s->m->env) ? nop3 : int3s;

		if (size != 4 || memcmp(s->run + pos + 1, pad, 3))
			return 0;
		*value = place + 1 + (s8)s->run[pos] - (r->addend + 4);
		return size;
	}
	if (arch_ksplice_read_field(r->type, s->run + pos, place, r->addend,
				    value))
		return 0;
	/* If an alternative begins with a call, the kernel may count that. */
	if (s->relaxed && pos == 1 && s->pre[0] == OP_CALL)
		*value = sites_undo_depth(s, *value + r->addend + 4) - r->addend - 4;
	return size;
}

/*
 * Sites
 */

static int sites_bad(struct ksplice_span *s, u32 pos, u32 len, const char *what)
{
	s->bad_off = pos;
	s->bad_len = min(len, s->len - pos);
	s->bad_what = what;
	return -EILSEQ;
}

/* Returns the index of the first relocation at @pos in the span, or behind it. */
static u32 sites_reloc_from(const struct ksplice_span *s, u32 pos)
{
	u32 lo = 0, hi = s->nrelocs, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->relocs[mid].offset - s->base < pos)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Returns the relocation of the field at @pos in the span, or NULL. */
static const struct ksplice_f_reloc *sites_reloc_at(const struct ksplice_span *s,
						    u32 pos)
{
	u32 i = sites_reloc_from(s, pos);

	if (i < s->nrelocs && s->relocs[i].offset - s->base == pos)
		return &s->relocs[i];
	return NULL;
}

/* Returns the index of the first site at @pos in the span, or behind it. */
static u32 sites_site_from(const struct ksplice_span *s, u32 pos)
{
	u32 lo = 0, hi = s->nsites, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->sites[mid].offset - s->base < pos)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Returns where a branch leads that ends with the displacement at @pos. */
static unsigned long sites_branch_dest(const struct ksplice_span *s, u32 pos)
{
	return s->addr + pos + 4 + sites_get_s32(s->run + pos);
}

/* Learns that the branch with the field at @pos, unpatched, leads to @dest. */
static int sites_learn_dest(struct ksplice_span *s, u32 pos, unsigned long dest)
{
	const struct ksplice_f_reloc *r = sites_reloc_at(s, pos);

	/* Without a relocation it leads to a place in the unit itself. */
	if (!r)
		return dest == s->addr + pos + 4 + sites_get_s32(s->pre + pos) ?
		       0 : -EILSEQ;
	return ksplice_match_refer(s, pos, r, dest - 4 - r->addend,
				   r->addend + 4);
}

static bool sites_is_code(const struct ksplice_span *s, unsigned long addr)
{
	return !s->m->ops->is_text || s->m->ops->is_text(s->m->ctx, addr);
}

static bool sites_is_jcc32(const u8 *p)
{
	return p[0] == 0x0f && (p[1] & 0xf0) == 0x80;
}

/* May ftrace have made the call at @pos lead to @dest? */
static bool sites_is_tracer(const struct ksplice_span *s, u32 pos,
			    unsigned long dest)
{
	const struct ksplice_match *m = s->m;

	if (dest == m->env.ftrace_caller || dest == m->env.ftrace_regs_caller)
		return true;
	if (m->ops->is_ftrace && !m->ops->is_ftrace(m->ctx, s->addr + pos))
		return false;
	return sites_is_code(s, dest);
}

static int sites_match_fentry(struct ksplice_span *s, u32 pos, bool *patched)
{
	const u8 *pre = s->pre + pos, *run = s->run + pos;
	unsigned long dest;

	*patched = true;
	if (!memcmp(run, nop5, sizeof(nop5)))
		return 0;
	if (run[0] != OP_CALL)
		return -EILSEQ;
	dest = sites_branch_dest(s, pos + 1);
	if (pre[0] == OP_CALL && dest == s->m->env.fentry) {
		*patched = false;
		return sites_learn_dest(s, pos + 1, dest);
	}
	return sites_is_tracer(s, pos, dest) ? 0 : -EILSEQ;
}

static int sites_match_endbr(struct ksplice_span *s, u32 pos, bool *patched)
{
	*patched = memcmp(s->run + pos, endbr, sizeof(endbr));
	return !*patched ||
	       !memcmp(s->run + pos, endbr_sealed, sizeof(endbr_sealed)) ?
	       0 : -EILSEQ;
}

static bool sites_is_return_thunk(const struct ksplice_span *s, unsigned long dest)
{
	const struct ksplice_site_env *env = &s->m->env;
	u32 i;

	if (!dest)
		return false;
	if (env->return_thunk)
		return dest == env->return_thunk;
	for (i = 0; i < ARRAY_SIZE(env->return_thunks); i++)
		if (dest == env->return_thunks[i])
			return true;
	return false;
}

static int sites_match_return(struct ksplice_span *s, u32 pos, bool *patched)
{
	const u8 *run = s->run + pos;

	*patched = true;
	if (!memcmp(run, ret5, sizeof(ret5)))
		return 0;
	if (run[0] != OP_JMP32)
		return -EILSEQ;
	if (sites_is_return_thunk(s, sites_branch_dest(s, pos + 1)))
		return 0;
	*patched = false;
	return sites_learn_dest(s, pos + 1, sites_branch_dest(s, pos + 1));
}

static int sites_match_call(struct ksplice_span *s, u32 pos, bool *patched)
{
	unsigned long dest, real;

	if (s->run[pos] != OP_CALL || s->pre[pos] != OP_CALL)
		return -EILSEQ;
	dest = sites_branch_dest(s, pos + 1);
	real = sites_undo_depth(s, dest);
	*patched = real != dest;
	return sites_learn_dest(s, pos + 1, real);
}

/*
 * Short jumps
 *
 * Where a kernel has all functions of a translation unit in one section, the assembler
 * makes jumps between them short if they are near.  Then the code that follows moves, and
 * branches across that place change, and may become short as well.
 */

/* A jump with a relocation that is short in running code */
static bool sites_resize_jump(struct ksplice_span *s, u32 pos)
{
	s32 rel = (s8)s->run[pos + 1];

	if (!ksplice_match_shrink(s, pos, 3, true))
		return false;
	s->run[pos] = OP_JMP32;
	memcpy(s->run + pos + 1, &rel, 4);
	return true;
}

/* A branch within the function that is short in running code */
static bool sites_resize_branch(struct ksplice_span *s, u32 pos, u32 field)
{
	unsigned long dest = s->addr + pos + 2 + (s8)s->run[pos + 1];
	u32 to = field + 4 + sites_get_s32(s->pre + field);

	if (!ksplice_match_shrink(s, pos, field + 2 - pos, false))
		return false;
	memcpy(s->run + pos, s->pre + pos, field - pos);
	return ksplice_match_branch(s, field, 4, to, dest);
}

static bool sites_is_jump(const u8 *p)
{
	return p[0] == OP_JMP8 || p[0] == OP_JMP32;
}

static bool sites_is_rel8(u8 op)
{
	return (op & 0xf0) == 0x70 || op == OP_JMP8;
}

/* Is the displacement of a branch within the function at @field? */
static bool sites_is_rel32(const struct ksplice_span *s, u32 field)
{
	const u8 *pre = s->pre + field;

	if (field + 4 > s->len || sites_reloc_at(s, field))
		return false;
	if (field >= 2 && sites_is_jcc32(pre - 2))
		return !memcmp(pre - 2, s->run + field - 2, 2);
	return field >= 1 && (pre[-1] == OP_JMP32 || pre[-1] == OP_CALL) &&
	       pre[-1] == s->run[field - 1];
}

/* A branch of the same length that leads across something shorter */
static bool sites_redirect_branch(struct ksplice_span *s, u32 pos)
{
	u32 field;

	if (pos && sites_is_rel8(s->pre[pos - 1]))
		return ksplice_match_branch(s, pos, 1,
					    pos + 1 + (s8)s->pre[pos],
					    s->addr + pos + 1 + (s8)s->run[pos]);
	for (field = pos; field && field + 3 >= pos; field--)
		if (sites_is_rel32(s, field))
			return ksplice_match_branch(s, field, 4, field + 4 +
						    sites_get_s32(s->pre + field),
						    sites_branch_dest(s, field));
	return false;
}

/*
 * Padding
 *
 * A compiler may align the head of a loop to more than its function is aligned to: to 32
 * bytes, or 64 (gcc since 14).  How much padding that takes depends on where the
 * function is.
 */
#define LOOP_ALIGN	64
#define FUNC_ALIGN	16

/* Is @p what the assembler fills @len bytes with, between instructions? */
static bool sites_is_fill(const u8 *p, u32 len)
{
	static const u8 nop9[9] = { 0x66, 0x0f, 0x1f, 0x84 };
	static const u8 nop10[10] = { 0x66, 0x2e, 0x0f, 0x1f, 0x84 };

	for (; len > NOP_MAX; p += NOP_MAX, len -= NOP_MAX)
		if (!sites_is_nop(p, NOP_MAX))
			return false;
	if (len == sizeof(nop9))
		return !memcmp(p, nop9, sizeof(nop9));
	if (len == sizeof(nop10))
		return !memcmp(p, nop10, sizeof(nop10));
	return !len || sites_is_nop(p, len);
}

/* Is a byte of a site among the @len bytes at @pos, or the place in the midst of one? */
static bool sites_is_touched(const struct ksplice_span *s, u32 pos, u32 len)
{
	u32 from = pos > ALT_MAX ? pos - ALT_MAX : 0, i;

	/* No site is longer than ALT_MAX. */
	for (i = sites_site_from(s, from); i < s->nsites; i++) {
		if (s->sites[i].offset >= pos + len)
			break;
		if (s->sites[i].offset + s->sites[i].len > pos)
			return true;
	}
	return false;
}

/* Are @len bytes at @pos in the pre code all padding, for one alignment? */
static bool sites_is_pre_fill(const struct ksplice_span *s, u32 pos, u32 len)
{
	u32 reloc = sites_reloc_from(s, pos);

	if (pos + len > s->len || !sites_is_fill(s->pre + pos, len))
		return false;
	if (reloc < s->nrelocs && s->relocs[reloc].offset < pos + len)
		return false;
	return !sites_is_touched(s, pos, len);
}

/*
 * Does padding up to a multiple of @align begin at @pos, and is it of another length in
 * running code?  @at is the unit's address modulo @align in the compiler's view, of which
 * only is known that it is a multiple of FUNC_ALIGN.
 */
static bool sites_is_moved_loop(const struct ksplice_span *s, u32 pos, u32 align,
				u32 at, u32 *len, u32 *run_len)
{
	unsigned long addr = s->addr + pos;
	u8 run[LOOP_ALIGN];

	*len = -(pos + at) & (align - 1);
	*run_len = -addr & (align - 1);
	return *len != *run_len && sites_is_pre_fill(s, pos, *len) &&
	       !s->m->ops->read(s->m->ctx, addr, run, *run_len) &&
	       sites_is_fill(run, *run_len);
}

static bool sites_resize_padding_to(struct ksplice_span *s, u32 pos, u32 align)
{
	u32 from, at, len, run_len;

	/* The first bytes of either may be equal. */
	for (from = pos; from && pos - from < align; from--)
		for (at = 0; at < align; at += FUNC_ALIGN)
			if (sites_is_moved_loop(s, from, align, at, &len, &run_len) &&
			    from + len >= pos)
				return ksplice_match_pad(s, from, len, run_len);
	return false;
}

static bool sites_resize_padding(struct ksplice_span *s, u32 pos)
{
	return sites_resize_padding_to(s, pos, LOOP_ALIGN) ||
	       sites_resize_padding_to(s, pos, LOOP_ALIGN / 2);
}

/**
 * arch_ksplice_resize() - may a difference be due to running code being shorter?
 * @s:		the span; its copy of running memory is made equal to the pre code, and
 *		what has to be proved for that is noted
 * @pos:	offset of the first byte that differs
 *
 * It is if running code is shorter here, or if this follows from shorter code elsewhere.
 *
 * Return: true if the comparison may go on at @pos.
 */
bool arch_ksplice_resize(struct ksplice_span *s, u32 pos)
{
	const u8 *pre = s->pre + pos, *run = s->run + pos;
	const struct ksplice_f_reloc *r;

	if (s->relaxed || s->unit == KSPLICE_NONE)
		return false;
	if (sites_resize_padding(s, pos))
		return true;
	if (pos + BRANCH_SIZE > s->len)
		return sites_redirect_branch(s, pos);
	if (pre[0] == OP_JMP32 && run[0] == OP_JMP8) {
		r = sites_reloc_at(s, pos + 1);
		if (r)
			return is_relative(r->type) && sites_resize_jump(s, pos);
		return sites_resize_branch(s, pos, pos + 1);
	}
	if (sites_is_jcc32(pre) && run[0] == 0x70 + (pre[1] & 0xf) &&
	    pos + BRANCH_SIZE + 1 <= s->len && !sites_reloc_at(s, pos + 2))
		return sites_resize_branch(s, pos, pos + 2);
	return sites_redirect_branch(s, pos);
}

/* Returns the size of a branch's displacement; 0 if it is no branch. */
static u32 sites_displacement_size(const struct insn *insn)
{
	u8 op = insn->opcode.bytes[0];

	if (sites_is_rel8(op) || (op & 0xfc) == 0xe0) /* loop, jrcxz */
		return 1;
	if (op == OP_CALL || op == OP_JMP32 || sites_is_jcc32(insn->opcode.bytes))
		return 4;
	return 0;
}

static bool sites_is_label(const struct ksplice_span *s, u32 pos)
{
	u32 i = sites_site_from(s, pos);

	for (; i < s->nsites && s->sites[i].offset == pos; i++)
		if (s->sites[i].kind == KSPLICE_SITE_JUMP_LABEL)
			return true;
	return false;
}

/* Checks one instruction of the pre code, at @pos. */
static bool sites_check_insn(struct ksplice_span *s, u32 pos, const struct insn *insn)
{
	u32 size = sites_displacement_size(insn), end = pos + insn->length;
	s32 rel;

	if (!size || sites_reloc_at(s, end - size) || sites_is_label(s, pos))
		return true;
	rel = size == 1 ? (s8)s->pre[end - 1] : sites_get_s32(s->pre + end - 4);
	return ksplice_match_flow(s, end - size, end, end + rel);
}

/* Checks the jump labels that are jumps now. */
static bool sites_check_labels(struct ksplice_span *s)
{
	const struct ksplice_f_site *site = s->sites;

	for (; site < s->sites + s->nsites; site++)
		if (site->kind == KSPLICE_SITE_JUMP_LABEL && !site->nreloc &&
		    sites_is_jump(s->run + site->offset) &&
		    !ksplice_match_flow(s, KSPLICE_NONE,
					site->offset + site->len, site->arg))
			return false;
	return true;
}

/**
 * arch_ksplice_check_flow() - check the branches of a function with short jumps
 * @s:		the whole unit
 *
 * Equal bytes may be wrong: a branch across shorter code has to differ.  Walks through
 * all instructions.
 *
 * Return: true if all branches that are equal are right, and all differences are in
 * branches.
 */
bool arch_ksplice_check_flow(struct ksplice_span *s)
{
	struct insn insn;
	u32 pos = 0;

	while (pos < s->len) {
		if (insn_decode(&insn, s->pre + pos,
				min_t(u32, s->len - pos, MAX_INSN_SIZE),
				INSN_MODE_64) ||
		    !sites_check_insn(s, pos, &insn))
			return false;
		ksplice_match_insn(s, pos);
		pos += insn.length;
	}
	return sites_check_labels(s);
}

/**
 * arch_ksplice_refers_to() - how far from its symbol does a field's target lie?
 * @r:		the field's relocation
 *
 * How many bytes follow a field in its instruction is not known.  So this is a guess for
 * anything but branches and absolute addresses.  That is good enough, since only these
 * refer to the middle of a function.
 *
 * Return: offset from the symbol.
 */
s64 arch_ksplice_refers_to(const struct ksplice_f_reloc *r)
{
	if (r->type == R_X86_64_PC32 || r->type == R_X86_64_PLT32)
		return r->addend + 4;
	return r->addend;
}

/*
 * Retpolines
 */

/* A compiler's "call, jmp or jcc thunk" */
struct retpoline {
	u32 len;	/* of the whole instruction */
	u32 field;	/* offset of the displacement */
	u8 op;		/* OP_CALL or OP_JMP32 (also for jcc) */
	u8 cc;		/* condition of jcc, else 0xff */
	int reg;
};

/* Returns the number of the register that a thunk is named after; -1 if it is none. */
static int sites_thunk_reg(const struct ksplice_span *s, u32 sym)
{
	static const char regs[16][4] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	};
	static const char prefix[] = "__x86_indirect_thunk_";
	const struct ksplice_view *v = s->m->view;
	const char *name = ksplice_str(v, v->syms[sym].name);
	int i;

	if (strncmp(name, prefix, sizeof(prefix) - 1))
		return -1;
	for (i = 0; i < 16; i++)
		if (!strcmp(name + sizeof(prefix) - 1, regs[i]))
			return i;
	return -1;
}

static bool sites_decode_retpoline(const struct ksplice_span *s, u32 pos, u32 len,
				   struct retpoline *r)
{
	const u8 *pre = s->pre + pos;
	const struct ksplice_f_reloc *reloc;
	u32 i = pre[0] == OP_CS;

	r->len = len;
	r->cc = 0xff;
	r->op = pre[i];
	if (sites_is_jcc32(pre)) {
		r->cc = pre[1] & 0xf;
		r->op = OP_JMP32;
		i = 1;
	}
	r->field = i + 1;
	if ((r->op != OP_CALL && r->op != OP_JMP32) || i + BRANCH_SIZE != len)
		return false;
	reloc = sites_reloc_at(s, pos + r->field);
	if (!reloc)
		return false;
	r->reg = sites_thunk_reg(s, reloc->sym);
	return r->reg >= 0;
}

/* Builds the indirect branch that takes the thunk's place; 0 if there is no room. */
static u32 sites_emit_indirect(const struct retpoline *r, bool lfence, u8 *out)
{
	u32 i = 0;

	if (r->cc != 0xff) {
		out[i++] = 0x70 + (r->cc ^ 1);
		out[i++] = r->len - 2;
	}
	if (lfence) {
		out[i++] = 0x0f;
		out[i++] = 0xae;
		out[i++] = 0xe8;
	}
	if (r->reg >= 8)
		out[i++] = 0x41;
	out[i++] = 0xff;
	out[i++] = (r->op == OP_CALL ? 0xd0 : 0xe0) + (r->reg & 7);
	if (i > r->len)
		return 0;
	if (r->op == OP_JMP32 && i < r->len)
		out[i++] = OP_INT3;
	while (i < r->len)
		out[i++] = OP_NOP;
	return i;
}

/* Is there "jmp *reg; int3" at @dest?  An ITS thunk consists of just that. */
static bool sites_is_its_thunk(const struct ksplice_span *s, unsigned long dest,
			       int reg)
{
	u8 want[4], have[4];
	u32 n = 0;

	if (reg >= 8)
		want[n++] = 0x41;
	want[n++] = 0xff;
	want[n++] = 0xe0 + (reg & 7);
	want[n++] = OP_INT3;
	return !s->m->ops->read(s->m->ctx, dest, have, n) &&
	       !memcmp(want, have, n) && sites_is_code(s, dest);
}

/* May the branch, which still has its old form, lead where it does? */
static int sites_match_thunk(struct ksplice_span *s, u32 pos,
			     const struct retpoline *r, bool *patched)
{
	unsigned long dest = sites_branch_dest(s, pos + r->field);
	unsigned long array = r->op == OP_CALL ? s->m->env.call_thunks :
						 s->m->env.jump_thunks;

	*patched = true;
	if (array && dest == array + THUNK_SIZE * r->reg)
		return 0;
	if (sites_is_its_thunk(s, dest, r->reg))
		return 0;
	*patched = false;
	return sites_learn_dest(s, pos + r->field, dest);
}

static int sites_match_retpoline(struct ksplice_span *s, u32 pos, u32 len,
				 bool *patched)
{
	const u8 *run = s->run + pos;
	struct retpoline r;
	u8 code[16];
	u32 i, n;

	if (!sites_decode_retpoline(s, pos, len, &r))
		return -EILSEQ;
	if (!memcmp(s->pre + pos, run, r.field))
		return sites_match_thunk(s, pos, &r, patched);
	*patched = true;
	for (i = 0; i < 2; i++) {
		n = sites_emit_indirect(&r, i, code);
		if (n && sites_same_nops(&s->m->env, code, run, n) == n)
			return 0;
	}
	return -EILSEQ;
}

/*
 * Static calls
 */

/* The function that a static call calls now */
struct static_call {
	bool known;
	unsigned long tramp;	/* its trampoline */
	unsigned long func;	/* 0: nothing */
};

/* Reads the trampoline, which kallsyms has: it always leads to where the sites lead. */
static void sites_read_trampoline(struct ksplice_span *s, u32 sym,
				  struct static_call *c)
{
	u8 code[BRANCH_SIZE];
	u64 tramp;

	c->known = false;
	c->tramp = 0;
	c->func = 0;
	if (!ksplice_match_lookup(s->m, sym, &tramp))
		return;
	c->tramp = tramp;
	if (s->m->ops->read(s->m->ctx, tramp, code, sizeof(code)))
		return;
	c->known = code[0] == OP_RET || code[0] == OP_JMP32;
	if (code[0] == OP_JMP32)
		c->func = tramp + BRANCH_SIZE + sites_get_s32(code + 1);
	if (sites_is_return_thunk(s, c->func))
		c->func = 0;
}

static bool sites_calls_nothing(const struct static_call *c)
{
	return !c->known || !c->func;
}

/* May a branch lead to @dest? */
static bool sites_may_call(const struct ksplice_span *s, const struct static_call *c,
			   unsigned long dest)
{
	if (!c->known)
		return sites_is_code(s, dest);
	if (c->func)
		return dest == c->func || sites_undo_depth(s, dest) == c->func;
	return sites_is_return_thunk(s, dest) ||
	       (dest && dest == s->m->env.static_call_return);
}

static bool sites_returns_zero(const struct ksplice_span *s,
			       const struct static_call *c)
{
	return !c->known || !s->m->env.static_call_return0 ||
	       c->func == s->m->env.static_call_return0;
}

static int sites_match_static_call(struct ksplice_span *s, u32 pos, u32 len,
				   bool *patched)
{
	const u8 *pre = s->pre + pos, *run = s->run + pos;
	u32 field = sites_is_jcc32(pre) ? 2 : 1;
	const struct ksplice_f_reloc *r = sites_reloc_at(s, pos + field);
	struct static_call c;
	unsigned long dest;

	if (!r || len != field + 4)
		return -EILSEQ;
	sites_read_trampoline(s, r->sym, &c);
	*patched = true;
	if (pre[0] == OP_CALL && !memcmp(run, nop5, sizeof(nop5)))
		return sites_calls_nothing(&c) ? 0 : -EILSEQ;
	if (pre[0] == OP_CALL && !memcmp(run, xor5, sizeof(xor5)))
		return sites_returns_zero(s, &c) ? 0 : -EILSEQ;
	if (pre[0] == OP_JMP32 && !memcmp(run, ret5, sizeof(ret5)))
		return sites_calls_nothing(&c) ? 0 : -EILSEQ;
	if (memcmp(pre, run, field))
		return -EILSEQ;
	dest = sites_branch_dest(s, pos + field);
	if (!c.tramp || dest != c.tramp)
		return sites_may_call(s, &c, dest) ? 0 : -EILSEQ;
	*patched = false;
	return sites_learn_dest(s, pos + field, dest);
}

/*
 * Jump labels
 */

/* Learns or checks the target of a jump that is taken */
static int sites_match_label(struct ksplice_span *s, const struct ksplice_f_site *site,
			     unsigned long dest)
{
	const struct ksplice_f_reloc *r;

	u32 pos = site->offset - s->base;

	if (!site->nreloc)
		return dest == s->addr + site->arg - s->base ? 0 : -EILSEQ;
	r = &s->m->view->relocs[site->reloc];
	return ksplice_match_refer(s, pos, r, dest - 4 - r->addend,
				   r->addend + 4);
}

static int sites_match_jump_label(struct ksplice_span *s,
				  const struct ksplice_f_site *site, bool *patched)
{
	u32 pos = site->offset - s->base;
	const u8 *run = s->run + pos;
	unsigned long next = s->addr + pos + site->len;

	*patched = memcmp(s->pre + pos, run, site->len);
	if (!memcmp(run, site->len == 2 ? nop2 : nop5, site->len))
		return 0;
	if (site->len == 2 && run[0] == OP_JMP8)
		return sites_match_label(s, site, next + (s8)run[1]);
	if (site->len == 5 && run[0] == OP_JMP32)
		return sites_match_label(s, site, next + sites_get_s32(run + 1));
	return -EILSEQ;
}

/*
 * Runtime constants
 */

/* Does the variable that it was made from have the value?  It never changes after boot. */
static bool sites_variable_agrees(struct ksplice_span *s, u32 sym, u32 size, u64 value)
{
	const struct ksplice_view *v = s->m->view;
	unsigned long addr;
	u64 now = 0;

	addr = ksplice_match_name(s->m, ksplice_str(v, v->syms[sym].name));
	if (!addr || s->m->ops->read(s->m->ctx, addr, &now, size))
		return true;
	return now == value;
}

static int sites_match_constant(struct ksplice_span *s,
				const struct ksplice_f_site *site, bool *patched)
{
	u64 value = 0;

	memcpy(&value, s->run + site->offset - s->base, site->len);
	*patched = true;
	if (!sites_variable_agrees(s, site->arg, site->len, value))
		return -EILSEQ;
	return ksplice_match_learn(s->m, site->arg, value);
}

/*
 * Alternatives
 */

/* All entries for one place, and the place */
struct alt_group {
	u32 pos;
	u32 len;
	u32 first;	/* of the sites that begin here */
	u32 n;
};

/* Finds the sites that begin where site @i does, if an alternative is among them. */
static bool sites_find_group(const struct ksplice_span *s, u32 i, struct alt_group *g)
{
	u32 offset = s->sites[i].offset, k;

	g->first = i;
	g->pos = offset - s->base;
	g->len = 0;
	for (k = i; k < s->nsites && s->sites[k].offset == offset; k++)
		if (s->sites[k].kind == KSPLICE_SITE_ALT)
			g->len = max_t(u32, g->len, s->sites[k].len);
	g->n = k - i;
	return g->len;
}

/* Matches the compiler's code, with its nops merged. */
static int sites_match_original(struct ksplice_span *s, const struct alt_group *g)
{
	u32 skip = sites_reloc_from(s, g->pos);
	struct ksplice_span sub = {
		.m = s->m,
		.pre = s->pre + g->pos,
		.run = s->run + g->pos,
		.addr = s->addr + g->pos,
		.len = g->len,
		.base = s->base + g->pos,
		.relocs = s->relocs + skip,
		.nrelocs = s->nrelocs - skip,
		.sites = s->sites + g->first,
		.nsites = s->nsites - g->first,
		.unit = s->unit,
		.relaxed = true,
	};

	return ksplice_match_span(&sub);
}

/* Matches the alternative's code, padded. */
static int sites_match_replacement(struct ksplice_span *s, const struct alt_group *g,
				   const struct ksplice_f_site *site, u8 *code)
{
	const struct ksplice_view *v = s->m->view;
	struct ksplice_span sub = {
		.m = s->m,
		.pre = code,
		.run = s->run + g->pos,
		.addr = s->addr + g->pos,
		.len = g->len,
		.relocs = v->relocs + site->reloc,
		.nrelocs = site->nreloc,
		.unit = s->unit,
		.relaxed = true,
	};

	memset(code, OP_NOP, g->len);
	memcpy(code, v->bytes + site->arg, site->arglen);
	return ksplice_match_span(&sub);
}

/*
 * Finds where "call *pv_ops+X(%rip)" or "call *pv_ops+X" would lead; false if that can't
 * be told.
 */
static bool sites_paravirt_dest(struct ksplice_span *s, const struct alt_group *g,
				unsigned long *dest)
{
	const struct ksplice_f_reloc *r = sites_reloc_at(s, g->pos + 2);
	u32 type = R_X86_64_PC32;
	u64 value, func, next = 4;

	if (!r && s->pre[g->pos + 2] == 0x25) {
		r = sites_reloc_at(s, g->pos + 3);
		type = R_X86_64_32S;
		next = 0;
	}
	if (!r || r->type != type)
		return false;
	if (!ksplice_match_lookup(s->m, r->sym, &value))
		return false;
	if (s->m->ops->read(s->m->ctx, value + r->addend + next, &func,
			    sizeof(func)))
		return false;
	*dest = func ? func : s->m->env.bug_func;
	return true;
}

/* Matches an indirect call that was made a direct call, or nothing. */
static int sites_match_direct(struct ksplice_span *s, const struct alt_group *g,
			      u8 *code)
{
	const u8 *run = s->run + g->pos;
	unsigned long want = 0, dest;
	bool known = sites_paravirt_dest(s, g, &want);

	memset(code, OP_NOP, g->len);
	if (run[0] != OP_CALL) {
		if (known && want != s->m->env.nop_func)
			return -EILSEQ;
		return sites_same_nops(&s->m->env, code, run, g->len) == g->len ? 0 : -EILSEQ;
	}
	dest = sites_branch_dest(s, g->pos + 1);
	if (known && dest != want && sites_undo_depth(s, dest) != want)
		return -EILSEQ;
	if (!known && !sites_is_code(s, dest))
		return -EILSEQ;
	return sites_same_nops(&s->m->env, code + BRANCH_SIZE, run + BRANCH_SIZE,
			       g->len - BRANCH_SIZE) == g->len - BRANCH_SIZE ?
	       0 : -EILSEQ;
}

static int sites_match_variant(struct ksplice_span *s, const struct alt_group *g,
			       const struct ksplice_f_site *site)
{
	u8 code[ALT_MAX];

	if (site->feature & ALT_DIRECT)
		return sites_match_direct(s, g, code);
	return sites_match_replacement(s, g, site, code);
}

/* Does the boot CPU have what an alternative is for?  -1 if that is not known */
static int sites_is_wanted(const struct ksplice_span *s,
			   const struct ksplice_f_site *site)
{
	int has = -1;

	if (s->m->ops->feature)
		has = s->m->ops->feature(s->m->ctx, site->feature & ALT_CPUID);
	return has < 0 ? has : has != !!(site->feature & ALT_UNLESS);
}

/*
 * Finds what the boot code has chosen: the last alternative for features that the CPU
 * has, or the original (NULL).  Returns false if that can't be told.
 */
static bool sites_find_chosen(const struct ksplice_span *s, const struct alt_group *g,
			      const struct ksplice_f_site **chosen)
{
	u32 i;
	int wanted;

	*chosen = NULL;
	for (i = g->first; i < g->first + g->n; i++) {
		if (s->sites[i].kind != KSPLICE_SITE_ALT)
			continue;
		wanted = sites_is_wanted(s, &s->sites[i]);
		if (wanted < 0)
			return false;
		if (wanted)
			*chosen = &s->sites[i];
	}
	return true;
}

static int sites_match_chosen(struct ksplice_span *s, const struct alt_group *g,
			      const struct ksplice_f_site *site)
{
	if (site ? sites_match_variant(s, g, site) : sites_match_original(s, g))
		return sites_bad(s, g->pos, g->len,
				 "alternative for the features of this CPU");
	ksplice_match_count(s->m, KSPLICE_SITE_ALT, site);
	return 0;
}

static int sites_match_alternative(struct ksplice_span *s, const struct alt_group *g)
{
	u32 mark = ksplice_match_mark(s->m), i;
	const struct ksplice_f_site *chosen;

	if (sites_find_chosen(s, g, &chosen))
		return sites_match_chosen(s, g, chosen);
	if (!sites_match_original(s, g)) {
		ksplice_match_count(s->m, KSPLICE_SITE_ALT, false);
		return 0;
	}
	for (i = g->first; i < g->first + g->n; i++) {
		if (s->sites[i].kind != KSPLICE_SITE_ALT)
			continue;
		ksplice_match_rollback(s->m, mark);
		if (!sites_match_variant(s, g, &s->sites[i])) {
			ksplice_match_count(s->m, KSPLICE_SITE_ALT, true);
			return 0;
		}
	}
	return sites_bad(s, g->pos, g->len, "alternative");
}

static int sites_match_simple(struct ksplice_span *s,
			      const struct ksplice_f_site *site, bool *patched)
{
	u32 pos = site->offset - s->base;

	switch (site->kind) {
	case KSPLICE_SITE_FENTRY:
		return sites_match_fentry(s, pos, patched);
	case KSPLICE_SITE_ENDBR:
		return sites_match_endbr(s, pos, patched);
	case KSPLICE_SITE_RETPOLINE:
		return sites_match_retpoline(s, pos, site->len, patched);
	case KSPLICE_SITE_RETURN:
		return sites_match_return(s, pos, patched);
	case KSPLICE_SITE_CALL:
		return sites_match_call(s, pos, patched);
	case KSPLICE_SITE_STATIC_CALL:
		return sites_match_static_call(s, pos, site->len, patched);
	case KSPLICE_SITE_JUMP_LABEL:
		return sites_match_jump_label(s, site, patched);
	case KSPLICE_SITE_SMP_LOCK:
		*patched = s->run[pos] != 0xf0;
		return !*patched || s->run[pos] == 0x3e ? 0 : -EILSEQ;
	case KSPLICE_SITE_RT_PTR:
	case KSPLICE_SITE_RT_SHIFT:
		return sites_match_constant(s, site, patched);
	default:
		return -EILSEQ;
	}
}

/**
 * arch_ksplice_match_site() - match the running bytes at a site
 * @s:		the span
 * @i:		index of the first site that begins there
 * @used:	gets the number of bytes that were matched
 *
 * Return: 0 or -EILSEQ with s->bad_* set.
 */
int arch_ksplice_match_site(struct ksplice_span *s, u32 i, u32 *used)
{
	const struct ksplice_f_site *site = &s->sites[i];
	struct alt_group g;
	bool patched = false;

	*used = 0;
	if (!s->relaxed && sites_find_group(s, i, &g)) {
		*used = g.len;
		return sites_match_alternative(s, &g);
	}
	if (site->kind == KSPLICE_SITE_ALT)
		return 0; /* this is about the code inside of it */
	if (site->offset - s->base + site->len > s->len)
		return sites_bad(s, site->offset - s->base, 1, "site");
	*used = site->len;
	if (sites_match_simple(s, site, &patched))
		return sites_bad(s, site->offset - s->base, site->len,
				 arch_ksplice_site_name(site->kind));
	ksplice_match_count(s->m, site->kind, patched);
	return 0;
}

/*
 * The environment: what the boot code has patched in
 */

/* Copies from memory; false if that fails. */
static bool sites_read(struct ksplice_match *m, unsigned long addr, void *to, u32 len)
{
	return addr && !m->ops->read(m->ctx, addr, to, len);
}

static void sites_read_depth_template(struct ksplice_match *m)
{
	struct ksplice_site_env *env = &m->env;
	unsigned long start, end;
	u8 inited = 0;

	start = ksplice_match_name(m, "thunks_initialized");
	if (sites_read(m, start, &inited, 1) && !inited)
		return;
	start = ksplice_match_name(m, "skl_call_thunk_template");
	end = ksplice_match_name(m, "skl_call_thunk_tail");
	if (!start || end <= start || end - start > sizeof(env->depth_bytes))
		return;
	if (!sites_read(m, start, env->depth_bytes, end - start))
		return;
	env->depth_template = start;
	env->depth_size = end - start;
}

/* Finds the longest nop that the kernel pads with: its nops are in ascending order. */
static void sites_read_nops(struct ksplice_match *m)
{
	unsigned long array = ksplice_match_name(m, "x86_nops"), nop, next;
	u32 i;

	if (!array || !sites_read(m, array + sizeof(nop), &nop, sizeof(nop)))
		return;
	for (i = 1; i < NOP_MAX; i++, nop = next)
		if (!sites_read(m, array + (i + 1) * sizeof(nop), &next, sizeof(next)) ||
		    next != nop + i)
			break;
	m->env.nop_max = i;
}

static void sites_read_return_thunks(struct ksplice_match *m)
{
	static const char * const names[] = {
		"__x86_return_thunk", "its_return_thunk", "srso_return_thunk",
		"srso_alias_return_thunk", "retbleed_return_thunk",
		"call_depth_return_thunk",
	};
	unsigned long var, value;
	u32 i;

	BUILD_BUG_ON(ARRAY_SIZE(names) != ARRAY_SIZE(m->env.return_thunks));
	for (i = 0; i < ARRAY_SIZE(names); i++)
		m->env.return_thunks[i] = ksplice_match_name(m, names[i]);
	var = ksplice_match_name(m, "x86_return_thunk");
	if (sites_read(m, var, &value, sizeof(value)))
		m->env.return_thunk = value;
}

/**
 * arch_ksplice_env_init() - find out what the boot code has patched in
 * @m:		the run; m->env gets it
 *
 * All of it comes from kallsyms and memory.  What is not found stays 0, and is then not
 * accepted at any site.
 */
void arch_ksplice_env_init(struct ksplice_match *m)
{
	struct ksplice_site_env *env = &m->env;
	const struct {
		unsigned long *addr;
		const char *name;
	} all[] = {
		{ &env->fentry, "__fentry__" },
		{ &env->ftrace_caller, "ftrace_caller" },
		{ &env->ftrace_regs_caller, "ftrace_regs_caller" },
		{ &env->static_call_return, "__static_call_return" },
		{ &env->static_call_return0, "__static_call_return0" },
		{ &env->nop_func, "nop_func" },
		{ &env->nop_func, "_paravirt_nop" },
		{ &env->bug_func, "BUG_func" },
		{ &env->bug_func, "paravirt_BUG" },
		{ &env->call_thunks, "__x86_indirect_call_thunk_array" },
		{ &env->jump_thunks, "__x86_indirect_jump_thunk_array" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (!*all[i].addr)
			*all[i].addr = ksplice_match_name(m, all[i].name);
	sites_read_nops(m);
	sites_read_return_thunks(m);
	sites_read_depth_template(m);
}
