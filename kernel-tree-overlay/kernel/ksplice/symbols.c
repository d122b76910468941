// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - is a symbol of the running kernel global, or static in some file?
 *
 * A name that exists only once may still be a static symbol of an unrelated file.
 * kallsyms can tell: in front of the compressed name it keeps nm's letter of each symbol,
 * which is upper case if the symbol is global.  No function returns that letter but
 * the one for /proc/kallsyms.
 */
#include <linux/ctype.h>
#include <linux/elf.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "bind.h"
#include "ksplice.h"
#include "symbols.h"

/* Finds the compressed name of symbol @i, and its length. */
static const u8 *symbols_packed_name(unsigned int i, unsigned int *len)
{
	const u8 *p = &kallsyms_names[kallsyms_markers[i >> 8]];
	unsigned int k;

	for (k = i & 0xff; ; k--) {
		*len = *p++;
		if (*len & 0x80)
			*len = (*len & 0x7f) | *p++ << 7;
		if (!k)
			return p;
		p += *len;
	}
}

/* Return: the letter of symbol @i if that is called @name, else 0 */
static char symbols_letter(unsigned int i, const char *name)
{
	unsigned int len;
	const u8 *p = symbols_packed_name(i, &len);
	char letter = 0;

	for (; len; len--) {
		const char *token = &kallsyms_token_table[kallsyms_token_index[*p++]];

		for (; *token; token++) {
			if (!letter)
				letter = *token;
			else if (*name++ != *token)
				return 0;
		}
	}
	return *name ? 0 : letter;
}

/* Finds the first symbol at @addr or behind it: symbols are sorted by address. */
static unsigned int symbols_first_at(unsigned long addr)
{
	unsigned int lo = 0, hi = kallsyms_num_syms;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (kallsyms_sym_address(mid) < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * If the addresses of per-CPU symbols are offsets, all of these have the letter A (see
 * scripts/kallsyms.c).
 */
static enum ksplice_binding symbols_letter_binding(char letter)
{
	if (letter == 'A' || !isalpha(letter))
		return KSPLICE_BINDING_UNKNOWN;
	return isupper(letter) ? KSPLICE_BINDING_GLOBAL : KSPLICE_BINDING_LOCAL;
}

static enum ksplice_binding symbols_kernel_binding(const char *name, unsigned long addr)
{
	enum ksplice_binding all = KSPLICE_BINDING_UNKNOWN, one;
	bool any = false;
	unsigned int i;
	char letter;

	for (i = symbols_first_at(addr); i < kallsyms_num_syms &&
	     kallsyms_sym_address(i) == addr; i++) {
		letter = symbols_letter(i, name);
		if (!letter)
			continue;
		one = symbols_letter_binding(letter);
		if (any && one != all)
			return KSPLICE_BINDING_UNKNOWN;
		all = one;
		any = true;
	}
	return all;
}

struct walk {
	const char *name;
	ksplice_symbol_fn fn;
	void *data;
};

static int symbols_kernel_one(void *data, unsigned long addr)
{
	const struct walk *walk = data;

	return walk->fn(walk->data, addr, symbols_kernel_binding(walk->name, addr));
}

static void symbols_walk_module(struct module *mod, const struct walk *walk)
{
	struct mod_kallsyms *kallsyms;
	unsigned int i;
	int ret = 0;

	rcu_read_lock_sched();
	kallsyms = rcu_dereference_sched(mod->kallsyms);
	for (i = 1; kallsyms && i < kallsyms->num_symtab && !ret; i++) {
		const Elf_Sym *sym = &kallsyms->symtab[i];

		if (sym->st_shndx != SHN_UNDEF &&
		    !strcmp(kallsyms->strtab + sym->st_name, walk->name))
			ret = walk->fn(walk->data, sym->st_value,
				       ELF_ST_BIND(sym->st_info) == STB_LOCAL ?
				       KSPLICE_BINDING_LOCAL :
				       KSPLICE_BINDING_GLOBAL);
	}
	rcu_read_unlock_sched();
}

/**
 * ksplice_symbols() - call a function for all symbols of one name
 * @mod:	the module to look into, which does not go away meanwhile; NULL for
 *		the kernel
 * @name:	the name
 * @fn:		called for each; must not sleep
 * @data:	for @fn
 */
void ksplice_symbols(struct module *mod, const char *name,
		     ksplice_symbol_fn fn, void *data)
{
	struct walk walk = { .name = name, .fn = fn, .data = data };

	if (mod)
		symbols_walk_module(mod, &walk);
	else
		kallsyms_on_each_match_symbol(symbols_kernel_one, name, &walk);
}
