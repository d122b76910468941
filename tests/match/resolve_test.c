// SPDX-License-Identifier: GPL-2.0
/*
 * Which value a symbol of the new code gets: what the running code says, or the
 * one symbol that can be meant; never somebody else's.
 */
#include <setjmp.h>
#include <linux/types.h>
#include <elf.h>
#include <cmocka.h>
#include "blob.h"
#include "../../kernel-tree-overlay/kernel/ksplice/match.h"
#include "../../kernel-tree-overlay/kernel/ksplice/resolve.h"

#define KERNEL	0xffffffff81000000UL
#define MODULE	0xffffffffc0000000UL
#define LOCAL	KSPLICE_BINDING_LOCAL
#define GLOBAL	KSPLICE_BINDING_GLOBAL
#define UNKNOWN	KSPLICE_BINDING_UNKNOWN

/* The running kernel */
static struct {
	const char *owner;	/* "" for the kernel */
	const char *name;
	unsigned long addr;
	enum ksplice_binding binding;
} table[16];
static u32 ntable;
static bool absent, sealed;
static u64 memory;
static char kept[32];

static struct blob b;
static struct ksplice_view view;
static struct ksplice_match m;
static struct ksplice_resolver r;
static void *blob;
static u64 value;

static void has(const char *owner, const char *name, unsigned long addr,
		enum ksplice_binding binding)
{
	table[ntable].owner = owner;
	table[ntable].name = name;
	table[ntable].addr = addr;
	table[ntable++].binding = binding;
}

static void walk(const char *owner, const char *name, ksplice_symbol_fn fn,
		 void *data)
{
	u32 i;

	for (i = 0; i < ntable; i++)
		if (!strcmp(table[i].owner, owner) &&
		    !strcmp(table[i].name, name) &&
		    fn(data, table[i].addr, table[i].binding))
			return;
}

static int symbols(void *ctx, u32 target, const char *name,
		   ksplice_symbol_fn fn, void *data)
{
	const char *owner = "";

	(void)ctx;
	if (target != KSPLICE_NONE)
		owner = ksplice_str(&view, view.targets[target].name);
	walk(strcmp(owner, "vmlinux") ? owner : "", name, fn, data);
	return 0;
}

static int exports(void *ctx, u32 user, const char *module, const char *name,
		   ksplice_symbol_fn fn, void *data)
{
	(void)ctx;
	if (absent)
		return -ENOENT;
	snprintf(kept, sizeof(kept), "%u %s", user, module);
	walk(module, name, fn, data);
	return 0;
}

static bool is_there(void *ctx, u32 target)
{
	(void)ctx;
	(void)target;
	return !absent;
}

static int read_run(void *ctx, unsigned long addr, void *buf, size_t len)
{
	(void)ctx;
	if (addr != KERNEL)
		return -EFAULT;
	memcpy(buf, &memory, len);
	return 0;
}

static bool is_sealed(void *ctx, unsigned long addr, bool func)
{
	(void)ctx;
	(void)addr;
	return sealed && func;
}

static const struct ksplice_resolve_ops ops = {
	.symbols = symbols, .exports = exports, .is_there = is_there,
	.read = read_run, .sealed = is_sealed,
};

static int begin(void **state)
{
	(void)state;
	ntable = 0;
	absent = false;
	sealed = false;
	kept[0] = 0;
	blob_init(&b);
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(blob);
	free(m.sym_state);
	free(m.sym_value);
	blob_free(&b);
	blob = NULL;
	memset(&m, 0, sizeof(m));
	return 0;
}

static void finish(void)
{
	struct ksplice_error err;
	size_t size;

	free(blob);
	free(m.sym_state);
	free(m.sym_value);
	blob = blob_finish(&b, &size);
	if (ksplice_view_init(&view, blob, size, &err))
		fail_msg("%s", err.text);
	m.sym_state = calloc(view.hdr->syms.n + 1, 1);
	m.sym_value = calloc(view.hdr->syms.n + 1, sizeof(u64));
	r.view = &view;
	r.match = &m;
	r.ops = &ops;
}

/* One symbol without a definition, and what becomes of it */
static int resolve(const char *name, u32 flags)
{
	u32 sym = blob_sym(&b, name, flags, KSPLICE_NONE, 0);

	finish();
	value = 0;
	return ksplice_resolve_sym(&r, 0, sym, &value);
}

static void refused(const char *name, u32 flags, const char *why)
{
	assert_int_equal(resolve(name, flags), -ENOEXEC);
	if (!strstr(r.err.text, why))
		fail_msg("%s", r.err.text);
}

static void test_global(void **state)
{
	(void)state;
	has("", "foo", KERNEL, GLOBAL);
	assert_int_equal(resolve("foo", 0), 0);
	assert_int_equal(value, KERNEL);
	/* statics of that name are of no interest */
	has("", "foo", KERNEL + 16, LOCAL);
	has("", "foo", KERNEL + 32, LOCAL);
	assert_int_equal(resolve("foo", 0), 0);
	assert_int_equal(value, KERNEL);
	refused("bar", 0, "bar is not in the running kernel");
}

/* The only one of that name is a static: of whom? */
static void test_stranger(void **state)
{
	(void)state;
	has("", "foo", KERNEL, LOCAL);
	refused("foo", 0, "static of another file");
	refused("foo", KSPLICE_SYM_EXPORTED, "static of another file");
}

static void test_unknown(void **state)
{
	(void)state;
	has("", "cpu_thing", 0x1000, UNKNOWN);
	refused("cpu_thing", 0, "does not tell whether it is global");
	assert_int_equal(resolve("cpu_thing", KSPLICE_SYM_EXPORTED), 0);
	assert_int_equal(value, 0x1000);
	has("", "cpu_thing", 0x2000, UNKNOWN);
	refused("cpu_thing", KSPLICE_SYM_EXPORTED, "exists more than once");
}

/* A static of the changed file that only tables of the new code refer to */
static void test_local(void **state)
{
	(void)state;
	has("", "key", KERNEL, LOCAL);
	assert_int_equal(resolve("key", KSPLICE_SYM_LOCAL), 0);
	has("", "key", KERNEL + 8, GLOBAL);
	assert_int_equal(resolve("key", KSPLICE_SYM_LOCAL), 0);
	assert_int_equal(value, KERNEL);
	has("", "key", KERNEL + 16, LOCAL);
	refused("key", KSPLICE_SYM_LOCAL, "exists more than once");
	has("", "other", KERNEL, GLOBAL);
	refused("other", KSPLICE_SYM_LOCAL, "has but a global one");
}

static void test_matched(void **state)
{
	u32 sym;

	(void)state;
	sym = blob_sym(&b, "foo", KSPLICE_SYM_LOCAL, KSPLICE_NONE, 0);
	finish();
	m.sym_state[sym] = KSPLICE_SYM_INFERRED;
	m.sym_value[sym] = KERNEL + 64;
	assert_int_equal(ksplice_resolve_sym(&r, 0, sym, &value), 0);
	assert_int_equal(value, KERNEL + 64);
}

static void test_static_unit(void **state)
{
	u32 unit, sym;

	(void)state;
	unit = blob_unit(&b, "v", KSPLICE_UNIT_DATA, NULL, 8);
	sym = blob_sym(&b, "v", KSPLICE_SYM_LOCAL, unit, 0);
	has("", "v", KERNEL, LOCAL);
	finish();
	assert_int_equal(ksplice_resolve_sym(&r, 0, sym, &value), -ENOEXEC);
	assert_non_null(strstr(r.err.text, "is static and no matched code"));
}

static void test_export_of_module(void **state)
{
	struct ksplice_f_sym *s;
	u32 sym;

	(void)state;
	sym = blob_sym(&b, "foo", KSPLICE_SYM_EXPORTED, KSPLICE_NONE, 0);
	s = blob_get(&b, BLOB_SYMS, sym);
	s->module = blob_str(&b, "mod");
	has("mod", "foo", MODULE, GLOBAL);
	has("", "foo", KERNEL, LOCAL);
	finish();
	assert_int_equal(ksplice_resolve_sym(&r, 0, sym, &value), 0);
	assert_int_equal(value, MODULE);
	assert_string_equal(kept, "0 mod");
	absent = true;
	assert_int_equal(ksplice_resolve_sym(&r, 0, sym, &value), -ENOENT);
	assert_non_null(strstr(r.err.text, "foo of module mod, which is not loaded; load that first"));
}

static void test_constant(void **state)
{
	(void)state;
	has("", "hashtable", KERNEL, LOCAL);
	memory = 0x1122334455667788;
	assert_int_equal(resolve("hashtable", KSPLICE_SYM_RT_PTR), 0);
	assert_true(value == memory);
	assert_int_equal(resolve("hashtable", KSPLICE_SYM_RT_SHIFT), 0);
	assert_int_equal(value, 0x55667788);
	has("", "gone", KERNEL + 8, LOCAL);
	refused("gone", KSPLICE_SYM_RT_PTR, "cannot be read");
}

static void test_field(void **state)
{
	struct ksplice_f_fixup f = { .type = R_X86_64_64, .addend = 4 };
	u8 field[8];

	(void)state;
	has("", "func", KERNEL, GLOBAL);
	f.sym = blob_sym(&b, "func", KSPLICE_SYM_FUNC, KSPLICE_NONE, 0);
	finish();
	assert_int_equal(ksplice_resolve_field(&r, &f, field), 0);
	value = KERNEL + 4;
	assert_memory_equal(field, &value, 8);
	sealed = true;
	assert_int_equal(ksplice_resolve_field(&r, &f, field), -ENOEXEC);
	assert_non_null(strstr(r.err.text, "no ENDBR"));
	assert_non_null(strstr(r.err.text, "refused, nothing was changed"));
	f.type = R_X86_64_PLT32;	/* a call makes no pointer */
	f.place = KERNEL + 0x1000;
	assert_int_equal(ksplice_resolve_field(&r, &f, field), 0);
	f.place = KERNEL + (1UL << 33);
	assert_int_equal(ksplice_resolve_field(&r, &f, field), -ENOEXEC);
	assert_non_null(strstr(r.err.text, "out of reach"));
}

/* A word of a constant becomes the address of something else. */
static void test_word(void **state)
{
	struct ksplice_f_word word = { .size = 8, .value = 16 };
	struct ksplice_f_unit *u;

	(void)state;
	has("", "func", KERNEL, GLOBAL);
	word.sym = blob_sym(&b, "func", KSPLICE_SYM_FUNC, KSPLICE_NONE, 0);
	word.unit = blob_unit(&b, "table", KSPLICE_UNIT_RODATA, "12345678", 8);
	u = blob_get(&b, BLOB_UNITS, word.unit);
	u->align = 8;
	blob_add(&b, BLOB_WORDS, &word);
	finish();
	assert_int_equal(ksplice_resolve_word(&r, 0, &value), 0);
	assert_int_equal(value, KERNEL + 16);
	((struct ksplice_f_word *)view.words)->value = -8;
	assert_int_equal(ksplice_resolve_word(&r, 0, &value), 0);
	assert_int_equal(value, KERNEL - 8);
	/* what the constant refers to and the running code does not call by pointer */
	sealed = true;
	assert_int_equal(ksplice_resolve_word(&r, 0, &value), -ENOEXEC);
	assert_non_null(strstr(r.err.text, "no ENDBR"));
	sealed = false;
	ntable = 0;
	assert_int_equal(ksplice_resolve_word(&r, 0, &value), -ENOEXEC);
	assert_non_null(strstr(r.err.text, "func is not in the running kernel"));
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_global), CASE(test_stranger), CASE(test_unknown),
		CASE(test_local), CASE(test_matched), CASE(test_static_unit),
		CASE(test_export_of_module), CASE(test_constant),
		CASE(test_field), CASE(test_word),
	};

	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
