// SPDX-License-Identifier: GPL-2.0
/*
 * The x86-64 side of the on-disk format: how relocated fields are encoded, and
 * which sites are possible.
 */
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "../../../kernel/ksplice/arch.h"
#include "ksplice_sites.h"

/*
 * Relocated fields
 */

/**
 * arch_ksplice_field_size() - width of a relocated field
 * @type:	type of the relocation
 *
 * Return: bytes, 0 for a type that does not occur in updates.
 */
u32 arch_ksplice_field_size(u32 type)
{
	switch (type) {
	case R_X86_64_64:
	case R_X86_64_PC64:
	case KSPLICE_R_RT_PTR:
		return 8;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_32:
	case R_X86_64_32S:
		return 4;
	case KSPLICE_R_RT_SHIFT:
		return 1;
	default:
		return 0;
	}
}

/**
 * arch_ksplice_takes_address() - does a field make a pointer?
 * @type:	type of the relocation
 *
 * Calls and jumps make no pointer, and have a type of their own.
 *
 * Return: true unless it is a branch or a runtime constant.
 */
bool arch_ksplice_takes_address(u32 type)
{
	return type != R_X86_64_PLT32 && type != KSPLICE_R_RT_PTR &&
	       type != KSPLICE_R_RT_SHIFT;
}

/**
 * arch_ksplice_is_address() - is a field a whole address?
 * @type:	type of the relocation
 *
 * Return: whether it is symbol plus addend, of any value.
 */
bool arch_ksplice_is_address(u32 type)
{
	return type == R_X86_64_64;
}

/**
 * arch_ksplice_read_field() - value of the symbol a field refers to
 * @type:	type of the relocation
 * @field:	the field's bytes
 * @place:	the field's address
 * @addend:	the relocation's
 * @value:	gets the value
 *
 * Return: 0, -EINVAL for an unknown type.
 */
int arch_ksplice_read_field(u32 type, const void *field, unsigned long place,
			    s64 addend, u64 *value)
{
	u32 size = arch_ksplice_field_size(type);
	u64 v = 0;

	if (!size)
		return -EINVAL;
	memcpy(&v, field, size);
	if (size == 4 && type != R_X86_64_32)
		v = (s64)(s32)v;
	if (is_relative(type))
		v += place;
	*value = v - addend;
	return 0;
}

/**
 * arch_ksplice_write_field() - relocate a field
 * @type:	type of the relocation
 * @field:	gets the bytes
 * @place:	the address the field has when it is used
 * @addend:	the relocation's
 * @value:	of the symbol
 *
 * Return: 0; -ERANGE if the value does not fit into the field; -EINVAL for an unknown
 * type.
 */
int arch_ksplice_write_field(u32 type, void *field, unsigned long place,
			     s64 addend, u64 value)
{
	u32 size = arch_ksplice_field_size(type);
	u64 v = value + addend;

	if (!size)
		return -EINVAL;
	if (is_relative(type))
		v -= place;
	if (size == 4 && type == R_X86_64_32 && v != (u32)v)
		return -ERANGE;
	if (size == 4 && type != R_X86_64_32 && (s64)v != (s32)v)
		return -ERANGE;
	if (size == 1 && v != (u8)v)
		return -ERANGE;
	memcpy(field, &v, size);
	return 0;
}

/*
 * Sites
 */

/**
 * arch_ksplice_site_name() - what a kind of site is called in messages
 * @kind:	enum ksplice_f_site_kind
 *
 * Return: a word or two.
 */
const char *arch_ksplice_site_name(u32 kind)
{
	static const char * const names[KSPLICE_SITE_KINDS] = {
		[KSPLICE_SITE_FENTRY] = "fentry call",
		[KSPLICE_SITE_ENDBR] = "endbr",
		[KSPLICE_SITE_ALT] = "alternative",
		[KSPLICE_SITE_RETPOLINE] = "retpoline",
		[KSPLICE_SITE_RETURN] = "return",
		[KSPLICE_SITE_CALL] = "call",
		[KSPLICE_SITE_STATIC_CALL] = "static call",
		[KSPLICE_SITE_JUMP_LABEL] = "jump label",
		[KSPLICE_SITE_SMP_LOCK] = "lock prefix",
		[KSPLICE_SITE_RT_PTR] = "runtime constant",
		[KSPLICE_SITE_RT_SHIFT] = "runtime shift",
	};

	return kind < ARRAY_SIZE(names) && names[kind] ? names[kind] : "site";
}

static const char *fields_check_alt(const struct ksplice_view *v,
				    const struct ksplice_f_site *site)
{
	if (site->len > ALT_MAX || site->arglen > site->len)
		return "its lengths are impossible";
	if (site->arg > v->hdr->bytes.n ||
	    site->arglen > v->hdr->bytes.n - site->arg)
		return "its replacement is not in the table of bytes";
	/* An older kernel has no replacement for a paravirt call, only its place. */
	if (site->feature & ALT_DIRECT &&
	    ((site->arglen && site->arglen != BRANCH_SIZE) || site->len <= BRANCH_SIZE))
		return "a direct call of another length";
	return NULL;
}

static const char *fields_check_label(const struct ksplice_view *v,
				      const struct ksplice_f_unit *u,
				      const struct ksplice_f_site *site)
{
	const struct ksplice_f_reloc *r = &v->relocs[site->reloc];

	if (site->len != 2 && site->len != 5)
		return "its length is neither 2 nor 5";
	if (!site->nreloc)
		return site->arg < u->size ? NULL : "its target is not in the unit";
	if (site->nreloc != 1 || !is_relative(r->type) ||
	    r->sym >= v->hdr->syms.n)
		return "its target is no address";
	return NULL;
}

static const char *fields_check_constant(const struct ksplice_view *v,
					 const struct ksplice_f_site *site, u32 flag)
{
	if (site->arg >= v->hdr->syms.n ||
	    !(v->syms[site->arg].flags & flag))
		return "its symbol is no runtime constant";
	if (site->len != (flag == KSPLICE_SYM_RT_PTR ? 8 : 1))
		return "its length is wrong";
	return NULL;
}

/**
 * arch_ksplice_check_site() - is a site of an update possible?
 * @v:		the update; symbols and relocations have been checked
 * @u:		the unit
 * @site:	the site, known to lie in @u
 *
 * Return: NULL or what is wrong.
 */
const char *arch_ksplice_check_site(const struct ksplice_view *v,
				    const struct ksplice_f_unit *u,
				    const struct ksplice_f_site *site)
{
	static const u8 min_len[KSPLICE_SITE_KINDS] = {
		[KSPLICE_SITE_FENTRY] = 5, [KSPLICE_SITE_ENDBR] = 4,
		[KSPLICE_SITE_RETPOLINE] = 5, [KSPLICE_SITE_RETURN] = 5,
		[KSPLICE_SITE_CALL] = 5, [KSPLICE_SITE_STATIC_CALL] = 5,
		[KSPLICE_SITE_SMP_LOCK] = 1,
	};
	u32 longer;

	switch (site->kind) {
	case KSPLICE_SITE_ALT:
		return fields_check_alt(v, site);
	case KSPLICE_SITE_JUMP_LABEL:
		return fields_check_label(v, u, site);
	case KSPLICE_SITE_RT_PTR:
		return fields_check_constant(v, site, KSPLICE_SYM_RT_PTR);
	case KSPLICE_SITE_RT_SHIFT:
		return fields_check_constant(v, site, KSPLICE_SYM_RT_SHIFT);
	case KSPLICE_SITE_RETPOLINE:
	case KSPLICE_SITE_STATIC_CALL:
		longer = 1;
		break;
	default:
		longer = 0;
	}
	if (site->kind >= KSPLICE_SITE_KINDS || !min_len[site->kind])
		return "unknown kind";
	if (site->len < min_len[site->kind] ||
	    site->len > min_len[site->kind] + longer)
		return "its length is wrong";
	return NULL;
}
