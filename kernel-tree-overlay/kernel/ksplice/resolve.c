// SPDX-License-Identifier: GPL-2.0
/*
 * Which value a symbol of the new code has, and what a relocated field holds.
 *
 * Most values come from the running code (match.c).  A symbol that only the new code
 * refers to is looked up in the kernel's symbol tables.  It is accepted if exactly one
 * symbol there can be meant, and never guessed.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "match.h"
#include "resolve.h"

/* Symbols of one name, by binding: how many, and the address of the last one */
struct named {
	struct {
		unsigned long addr;
		u32 n;
	} by[KSPLICE_BINDINGS];
};

static int resolve_note_symbol(void *data, unsigned long addr,
			       enum ksplice_binding binding)
{
	struct named *named = data;

	named->by[binding].addr = addr;
	named->by[binding].n++;
	return 0;
}

static __printf(2, 3) int resolve_refuse(struct ksplice_resolver *r,
					 const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->err.text, sizeof(r->err.text), fmt, ap);
	va_end(ap);
	return -ENOEXEC;
}

static int resolve_refuse_sym(struct ksplice_resolver *r, const char *name,
			      const char *why)
{
	return resolve_refuse(r, "symbol %s %s; refused, nothing was changed", name,
			      why);
}

static int resolve_choose_only(struct ksplice_resolver *r, const char *name,
			       const struct named *named, u32 bindings, u64 *value)
{
	u32 n = 0, i;

	for (i = 0; i < KSPLICE_BINDINGS; i++) {
		if (!(bindings & 1U << i) || !named->by[i].n)
			continue;
		n += named->by[i].n;
		*value = named->by[i].addr;
	}
	if (n == 1)
		return 0;
	if (n)
		return resolve_refuse_sym(r, name,
					  "exists more than once in the target and no matched code tells which is meant");
	return resolve_refuse_sym(r, name,
				  "is static in the file that is changed, and the running kernel has but a global one of that name");
}

/*
 * What is linked together has at most one global symbol of a name.  A static of the same
 * name belongs to another file.
 */
static int resolve_choose_global(struct ksplice_resolver *r,
				 const struct ksplice_f_sym *sym,
				 const struct named *named, u64 *value)
{
	const char *name = ksplice_str(r->view, sym->name);

	if (named->by[KSPLICE_BINDING_GLOBAL].n)
		return resolve_choose_only(r, name, named,
					   1U << KSPLICE_BINDING_GLOBAL, value);
	if (!named->by[KSPLICE_BINDING_UNKNOWN].n)
		return resolve_refuse_sym(r, name,
					  "is but a static of another file in the running kernel, which is not what the new code means; have the update bring it, or leave out what uses it");
	/* An exported symbol is global, so it must be one of these. */
	if (sym->flags & KSPLICE_SYM_EXPORTED)
		return resolve_choose_only(r, name, named,
					   1U << KSPLICE_BINDING_UNKNOWN, value);
	return resolve_refuse_sym(r, name,
				  "is not used by the code that is changed, and kallsyms does not tell whether it is global or a static of another file (as it is with per-CPU variables)");
}

static int resolve_choose(struct ksplice_resolver *r, const struct ksplice_f_sym *sym,
			  const struct named *named, bool of_kernel, u64 *value)
{
	const char *name = ksplice_str(r->view, sym->name);
	u32 n = 0, i;

	for (i = 0; i < KSPLICE_BINDINGS; i++)
		n += named->by[i].n;
	if (!n)
		return resolve_refuse_sym(r, name, of_kernel ?
					  "is not in the running kernel" :
					  "is not in the target module");
	/* The variable of a runtime constant is often a static. */
	if (sym->flags & (KSPLICE_SYM_RT_PTR | KSPLICE_SYM_RT_SHIFT))
		return resolve_choose_only(r, name, named, ~0U, value);
	if (sym->flags & KSPLICE_SYM_LOCAL)
		return resolve_choose_only(r, name, named,
					   ~(1U << KSPLICE_BINDING_GLOBAL), value);
	return resolve_choose_global(r, sym, named, value);
}

/* Finds a symbol of a target, or of the kernel itself (KSPLICE_NONE). */
static int resolve_find_symbol(struct ksplice_resolver *r, u32 target,
			       const struct ksplice_f_sym *sym, u64 *value)
{
	const struct ksplice_view *v = r->view;
	const char *name = ksplice_str(v, sym->name);
	struct named named = {};
	bool of_kernel = target == KSPLICE_NONE ||
			 !strcmp(ksplice_str(v, v->targets[target].name),
				 "vmlinux");
	int ret;

	ret = r->ops->symbols(r->ctx, target, name, resolve_note_symbol, &named);
	return ret ? ret : resolve_choose(r, sym, &named, of_kernel, value);
}

/*
 * Reads a runtime constant that the old code did not use.  The boot code took the value
 * from the variable of that name, and so do we.
 */
static int resolve_read_constant(struct ksplice_resolver *r,
				 const struct ksplice_f_sym *sym, u64 *value)
{
	const char *name = ksplice_str(r->view, sym->name);
	size_t len = sym->flags & KSPLICE_SYM_RT_PTR ? sizeof(u64) :
						       sizeof(u32);
	u64 addr, word = 0;
	int ret;

	ret = resolve_find_symbol(r, KSPLICE_NONE, sym, &addr);
	if (ret)
		return ret;
	if (r->ops->read(r->ctx, addr, &word, len))
		return resolve_refuse_sym(r, name, "cannot be read");
	*value = word;
	return 0;
}

/*
 * Finds a symbol of a module that is no target.  If the target's old code had referred to
 * it, matching would know its value, and the target would pin that module.  As it did
 * not, the update pins it.
 */
static int resolve_find_export(struct ksplice_resolver *r, u32 user,
			       const struct ksplice_f_sym *sym, u64 *value)
{
	const struct ksplice_view *v = r->view;
	const char *name = ksplice_str(v, sym->name);
	const char *module = ksplice_str(v, sym->module);
	struct named named = {};
	int ret;

	ret = r->ops->exports(r->ctx, user, module, name, resolve_note_symbol, &named);
	if (ret == -ENOENT)
		resolve_refuse(r,
			       "the new code for %s needs %s of module %s, which is not loaded; load that first",
			       ksplice_str(v, v->targets[user].name), name, module);
	return ret ? ret : resolve_choose(r, sym, &named, false, value);
}

/* The only target that can have the symbol; KSPLICE_NONE: the kernel itself */
static u32 resolve_home(const struct ksplice_resolver *r,
			const struct ksplice_f_sym *sym)
{
	return sym->unit == KSPLICE_NONE ? sym->target :
					   r->view->units[sym->unit].target;
}

static int resolve_find_value(struct ksplice_resolver *r, u32 user,
			      const struct ksplice_f_sym *sym, u64 *value)
{
	const char *name = ksplice_str(r->view, sym->name);
	u32 target = resolve_home(r, sym);

	if (sym->flags & KSPLICE_SYM_ANON)
		return resolve_refuse_sym(r, "(a constant)",
					  "was not found in the running kernel");
	if (sym->unit != KSPLICE_NONE && (sym->flags & KSPLICE_SYM_LOCAL))
		return resolve_refuse_sym(r, name,
					  "is static and no matched code refers to it");
	if (target != KSPLICE_NONE && !r->ops->is_there(r->ctx, target))
		return resolve_refuse_sym(r, name, "is in a target that is not there");
	if (*ksplice_str(r->view, sym->module))
		return resolve_find_export(r, user, sym, value);
	return resolve_find_symbol(r, target, sym, value);
}

/**
 * ksplice_resolve_sym() - the value of a symbol that new code refers to
 * @r:		what is being resolved
 * @user:	index of the target whose new code refers to it
 * @i:		index of the symbol
 * @value:	gets the value
 *
 * Return: 0; -ENOEXEC or -ENOENT (a module is not loaded) with the reason in @r->err;
 * -ENOMEM.
 */
int ksplice_resolve_sym(struct ksplice_resolver *r, u32 user, u32 i,
			u64 *value)
{
	const struct ksplice_f_sym *sym = &r->view->syms[i];

	r->err.text[0] = 0;
	if (r->match->sym_state[i] != KSPLICE_SYM_UNKNOWN) {
		*value = r->match->sym_value[i];
		return 0;
	}
	if (sym->flags & (KSPLICE_SYM_RT_PTR | KSPLICE_SYM_RT_SHIFT))
		return resolve_read_constant(r, sym, value);
	return resolve_find_value(r, user, sym, value);
}

/*
 * Refuses a pointer to a function that must not be called by pointer.  Nobody can tell
 * whether the new code calls it.  It is refused on all CPUs, although those without
 * IBT would allow the call.
 */
static int resolve_check_pointer(struct ksplice_resolver *r, u32 i, u64 value)
{
	const struct ksplice_f_sym *sym = &r->view->syms[i];

	if (!r->ops->sealed(r->ctx, value, sym->flags & KSPLICE_SYM_FUNC))
		return 0;
	return resolve_refuse_sym(r, ksplice_str(r->view, sym->name),
				  "is a function whose address the new code takes, which the running kernel never does: it has no ENDBR there, or has sealed it, and a call by pointer would fault on a CPU with IBT; have the patch take the address of a new function that calls it");
}

/**
 * ksplice_resolve_field() - what a field of new code has to hold
 * @r:		what is being resolved
 * @fixup:	the field
 * @field:	gets its bytes, up to 8
 *
 * Return: as ksplice_resolve_sym().
 */
int ksplice_resolve_field(struct ksplice_resolver *r,
			  const struct ksplice_f_fixup *fixup, void *field)
{
	const char *name = ksplice_str(r->view,
				       r->view->syms[fixup->sym].name);
	u64 value;
	int ret;

	ret = ksplice_resolve_sym(r, fixup->target, fixup->sym, &value);
	if (!ret && arch_ksplice_takes_address(fixup->type))
		ret = resolve_check_pointer(r, fixup->sym, value);
	if (ret)
		return ret;
	if (arch_ksplice_write_field(fixup->type, field, fixup->place,
				     fixup->addend, value))
		return resolve_refuse_sym(r, name, "is out of reach of the new code");
	return 0;
}

/**
 * ksplice_resolve_word() - what a word of a constant becomes
 * @r:		what is being resolved
 * @i:		index of the word, which has a symbol
 * @value:	gets the address
 *
 * Return: as ksplice_resolve_sym().
 */
int ksplice_resolve_word(struct ksplice_resolver *r, u32 i, u64 *value)
{
	const struct ksplice_f_word *word = &r->view->words[i];
	u64 sym;
	int ret;

	ret = ksplice_resolve_sym(r, r->view->units[word->unit].target, word->sym,
				  &sym);
	if (!ret)
		ret = resolve_check_pointer(r, word->sym, sym);
	if (ret)
		return ret;
	*value = sym + word->value;
	return 0;
}
