// SPDX-License-Identifier: GPL-2.0
/*
 * How functions are called. If the calling convention of a function changes, it must be
 * replaced together with all its callers.
 */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "types.h"

/* Describe how a function is called, from its own debug information; NULL: not known. */
static const char *call_of(struct obj *obj, const struct unit *u)
{
	Dwarf_Die die, origin;

	if (!obj_find_dies(obj) || !u->die ||
	    !dwarf_offdie(obj->dwarf, u->die, &die))
		return NULL;
	if (origin_of(&die, &origin))
		die = origin;
	return describe_call(&die);
}

/* Return: where the parameters start in a description, after the return type. */
static const char *parameters(const char *call)
{
	const char *p, *last = call;
	int depth = 0;

	for (p = call; *p; p++) {
		if (*p == '(' && !depth++)
			last = p;
		depth -= *p == ')';
	}
	return last;
}

static bool returns_nothing(const char *call)
{
	return starts_with(call, "void (");
}

/* Length of one parameter, up to the comma after it. */
static size_t parameter_length(const char *s)
{
	size_t n;
	int depth = 0;

	for (n = 0; s[n] && (depth || (s[n] != ',' && s[n] != ')')); n++)
		depth += (s[n] == '(') - (s[n] == ')');
	return n;
}

static bool is_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && !memcmp(s, word, n);
}

/*
 * Bytes of a number that the caller passes in a register, or 0. Its sign does not
 * matter to the caller. Smaller numbers do not count: the caller extends them to 4
 * bytes.
 */
static u32 number_size(const char *s, size_t n)
{
	static const struct {
		const char *name;
		u32 size;
	} numbers[] = {
		{ "int", 4 }, { "unsigned int", 4 },
		{ "long int", 8 }, { "long unsigned int", 8 },
	};
	static const char bytes[] = " (4 bytes)";
	u32 i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (is_word(s, n, numbers[i].name))
			return numbers[i].size;
	if (n > sizeof(bytes) && starts_with(s, "enum ") &&
	    !memcmp(s + n - strlen(bytes), bytes, strlen(bytes)))
		return 4;
	return 0;
}

/* Does the caller pass the same bits for either type? Different enums never match. */
static bool same_bits(const char *a, size_t n, const char *b, size_t m)
{
	if (n == m && !memcmp(a, b, n))
		return true;
	if (starts_with(a, "enum ") && starts_with(b, "enum "))
		return false;
	return number_size(a, n) && number_size(a, n) == number_size(b, m);
}

/* Are they the same, or pointers of which one is void *? */
static bool same_passed(const char *a, size_t n, const char *b, size_t m)
{
	return same_bits(a, n, b, m) ||
	       (n && m && a[n - 1] == '*' && b[m - 1] == '*' &&
		(is_word(a, n, "void *") || is_word(b, m, "void *")));
}

/* Is the number of arguments the same, and is each passed in the same way? */
static bool same_parameters(const char *was, const char *is)
{
	const char *a = parameters(was) + 1, *b = parameters(is) + 1;
	size_t n, m;

	for (; *a && *a != ')'; a += n + 1, b += m + 1) {
		n = parameter_length(a);
		m = parameter_length(b);
		if (!*b || *b == ')' || a[n] != b[m] || !same_bits(a, n, b, m))
			return false;
	}
	return *a == *b;
}

static bool same_return(const char *was, const char *is)
{
	size_t n = parameters(was) - was;

	return n == (size_t)(parameters(is) - is) && !memcmp(was, is, n);
}

/* Can a caller that knows the function as @was call it as it @is? */
static bool serves_old_callers(const char *was, const char *is)
{
	return (returns_nothing(was) || same_return(was, is)) && same_parameters(was, is);
}

/* Is the call the same, whichever declaration the caller knows? */
static bool same_call(const char *was, const char *is)
{
	return same_return(was, is) && same_parameters(was, is);
}

/*
 * Does a call by a pointer, as it @was, pass what the function needs as it @is? Surplus
 * arguments do no harm.
 */
static bool serves_old_pointers(const char *was, const char *is)
{
	const char *a = parameters(was), *b = parameters(is);
	size_t n, m;

	if (!returns_nothing(was) &&
	    !same_passed(was, a - was - 1, is, b - is - 1))
		return false;
	for (a++, b++; *b && *b != ')'; a += n + 1, b += m + 1) {
		n = parameter_length(a);
		m = parameter_length(b);
		if (*a == ')' || !*a || !same_passed(a, n, b, m))
			return false;
		if (a[n] != ',' || b[m] != ',')
			return false;
	}
	return true;
}

static bool is_export_of(const struct unit *u, const char *name)
{
	static const char * const prefixes[] = {
		"__export_symbol_", "__ksymtab_",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (starts_with(u->name, prefixes[i]) &&
		    !strcmp(u->name + strlen(prefixes[i]), name))
			return true;
	return false;
}

/* Can a module outside of the update call it? */
static bool is_exported(struct verdicts *vs, const struct unit *u)
{
	struct unit **v;

	if (!u->is_global)
		return false;
	if (map_get(&vs->up->exports, u->name))
		return true;
	vec_for_each(v, &u->obj->units)
		if ((*v)->sec->cls == SC_EXPORT && is_export_of(*v, u->name))
			return true;
	return false;
}

/* Does any code of the update know how it is called now? */
static bool has_caller(struct verdicts *vs, struct unit *u)
{
	struct unit **v;
	struct tu *tu;

	vec_for_each(tu, &vs->up->tus)
		vec_for_each(v, &tu->post->units)
			if (*v != u && (*v)->parent != u &&
			    (*v)->sec->cls != SC_EXPORT &&
			    unit_refers(vs->up, *v, u))
				return true;
	return false;
}

static void refuse_call(struct verdicts *vs, struct unit *u, const char *who)
{
	refuse(vs, "call_changed", u->obj, u, u->name,
	       "keep its parameters and its result, and add a new function",
	       "its type is %s, and %s", u->calls_changed, who);
}

/*
 * Holders of the address
 *
 * A pending timer, a work item, or a table of another file calls the address that it
 * holds, as old code did.
 */

static bool takes_address_of(struct verdicts *vs, const struct unit *from,
			     const struct unit *u)
{
	const struct ref *r;

	vec_for_each(r, &from->refs)
		if (!r->branch && resolve_ref(vs->up, from->obj, r) == u)
			return true;
	return false;
}

/* Nothing in these sections makes the kernel call a function. */
static bool holds_nothing(const struct unit *u)
{
	return u->sec->cls == SC_EXPORT || u->sec->cls == SC_DROP ||
	       u->sec->cls == SC_NONE || u->sec->cls == SC_HOOK ||
	       starts_with(u->sec->name, ".initcall") ||
	       starts_with(u->sec->name, ".con_initcall");
}

static const char *label_of(const struct unit *u)
{
	return u->name[0] ? u->name : u->sec->name;
}

/* Describe how old code or data passes on its address; NULL if it does not. */
static const char *hands_out(struct verdicts *vs, const struct unit *from,
			     const struct unit *u)
{
	const struct unit *func = from->parent ? from->parent : from;
	struct escape esc;

	if (func == u || holds_nothing(from) || !takes_address_of(vs, from, u))
		return NULL;
	if (!func->is_func || from->sec->cls == SC_INIT)
		return xasprintf("%s holds its address", label_of(func));
	/* a callee that only has the address during the call is no holder */
	if (!unit_lets_out(vs->up, func, u, false, &esc))
		return NULL;
	return xasprintf("%s %s", label_of(func), esc.how);
}

static const char *is_handed_out(struct verdicts *vs, const struct unit *u)
{
	const char *how;
	struct unit **v;
	struct tu *tu;

	vec_for_each(tu, &vs->up->tus) {
		if (!tu->pre)
			continue;
		vec_for_each(v, &tu->pre->units) {
			how = hands_out(vs, *v, u);
			if (how)
				return how;
		}
	}
	return NULL;
}

static void check_holders(struct verdicts *vs, struct unit *u, const char *was,
			  const char *is)
{
	const char *how = serves_old_pointers(was, is) ?
			  NULL : is_handed_out(vs, u->twin);

	if (how)
		refuse_call(vs, u, xasprintf("%s; a caller that has the address uses the old type", how));
}

/**
 * check_calls() - is a replaced function called in another way than before?
 * @vs:	the verdicts
 * @u:	the function; gets .calls_changed
 */
void check_calls(struct verdicts *vs, struct unit *u)
{
	const char *was, *is;

	if (!u->twin)
		return;
	was = call_of(u->twin->obj, u->twin);
	is = call_of(u->obj, u);
	if (!was || !is || same_call(was, is))
		return;
	u->calls_changed = xasprintf("%s instead of %s", is, was);
	check_holders(vs, u, was, is);
	if (!u->is_global || serves_old_callers(was, is))
		return;
	if (is_exported(vs, u->twin))
		refuse_call(vs, u, "modules that are not in the update call it with the old type");
	else if (!has_caller(vs, u))
		refuse_call(vs, u, "none of its callers is in the update");
}

/* Callers of other files */

/* Describe how the function that will run is called; NULL: not known. */
static const char *runs_as(struct verdicts *vs, const struct unit *u)
{
	if (!unit_included(vs, u) && u->twin &&
	    (plan_of(vs->plan, u)->left || vs->plan->tus[u->obj->tu].left))
		u = u->twin;
	return call_of(u->obj, u);
}

/*
 * Can code that knows the function as it @is call it as it @was? Surplus arguments are
 * ignored. Declarations do not show more.
 */
static bool fits_old_function(const char *was, const char *is)
{
	const char *a = parameters(was), *b = parameters(is);
	size_t n, m;

	if (!returns_nothing(is) &&
	    !same_passed(was, a - was - 1, is, b - is - 1))
		return false;
	for (a++, b++; *a && *a != ')'; a += n + 1, b += m + 1) {
		n = parameter_length(a);
		m = parameter_length(b);
		if (*b == ')' || !*b || !same_passed(a, n, b, m))
			return false;
		if (a[n] != ',' || b[m] != ',')
			return false;
	}
	return true;
}

static void refuse_callee(struct verdicts *vs, struct unit *u, const char *callee,
			  const char *was, const char *is)
{
	refuse(vs, "call_changed", u->obj, u, u->name,
	       "change that function, too",
	       "it calls %s with the type %s, but the function in the kernel keeps the type %s", callee, is, was);
}

/* Check the call of a function that no file of the update defines. */
static void check_declared(struct verdicts *vs, struct unit *u,
			   const char *callee, const char *was, const char *is)
{
	if (!was)
		return;
	if (vs->up->partial ? !same_call(was, is) : !fits_old_function(was, is))
		refuse_callee(vs, u, callee, was, is);
	else
		note(vs, u->obj, true,
		     "%s calls %s with the type %s, which was declared with the type %s: if that function changed, too, add its file to the update",
		     u->name, callee, is, was);
}

/**
 * check_callees() - are functions of other files called in a new way?
 * @vs:		the verdicts
 * @pre:	types of the pre object
 * @post:	types of the post object
 * @u:		the function that calls them
 *
 * @u was compiled with the new declarations, but a function that stays in the kernel
 * must be called in the old way.
 */
void check_callees(struct verdicts *vs, struct types *pre, struct types *post,
		   struct unit *u)
{
	const char *was, *is;
	struct unit *to;
	struct ref *r;

	vec_for_each(r, &u->refs) {
		if (!r->sym || r->sym->sec)
			continue;
		is = map_get(&post->declared, r->sym->name);
		was = map_get(&pre->declared, r->sym->name);
		if (!is || (was && !strcmp(was, is)))
			continue;
		to = resolve_ref(vs->up, u->obj, r);
		if (!to) {
			check_declared(vs, u, r->sym->name, was, is);
			continue;
		}
		was = runs_as(vs, to);
		if (was && !same_call(was, is))
			refuse_callee(vs, u, r->sym->name, was, is);
	}
}
