// SPDX-License-Identifier: GPL-2.0
/* Parts of kspl-objdiff by themselves. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../tools/kspl-objdiff/objdiff.h"

static struct insn decode(const char *bytes, size_t n)
{
	struct insn insn;

	assert_true(insn_decode(&insn, (const u8 *)bytes, n));
	return insn;
}

#define DECODE(bytes)	decode(bytes, sizeof(bytes) - 1)

static void insn_branches(void **state)
{
	struct insn i = DECODE("\xe8\x01\x02\x03\x04");

	(void)state;
	assert_int_equal(i.kind, INSN_CALL);
	assert_int_equal(i.imm_off, 1);
	assert_int_equal(i.imm_len, 4);
	i = DECODE("\x2e\xe9\x01\x02\x03\x04");
	assert_int_equal(i.kind, INSN_JMP);
	assert_int_equal(i.len, 6);
	i = DECODE("\x0f\x84\x01\x02\x03\x04");
	assert_int_equal(i.kind, INSN_JCC);
	assert_int_equal(i.imm_off, 2);
	i = DECODE("\x74\x10");
	assert_int_equal(i.kind, INSN_JCC);
	assert_int_equal(i.imm_len, 1);
	i = DECODE("\xf3\x0f\x1e\xfa");
	assert_int_equal(i.kind, INSN_ENDBR);
	i = DECODE("\x0f\x1f\x44\x00\x00");
	assert_int_equal(i.kind, INSN_NOP);
}

/* The end of the instruction is behind its immediate. */
static void insn_rip_relative(void **state)
{
	/* movl $0x1, 0x0(%rip) */
	struct insn i = DECODE("\xc7\x05\0\0\0\0\x01\0\0\0");

	(void)state;
	assert_true(i.rip);
	assert_int_equal(i.disp_off, 2);
	assert_int_equal(i.len, 10);
	/* cmpb $0x0, %gs:0x0(%rip) */
	i = DECODE("\x65\x80\x3d\0\0\0\0\0");
	assert_true(i.rip);
	assert_int_equal(i.disp_off, 3);
	assert_int_equal(i.len, 8);
	/* testb $1, 0(%rip) and notb 0(%rip) */
	i = DECODE("\xf6\x05\0\0\0\0\x01");
	assert_int_equal(i.imm_len, 1);
	i = DECODE("\xf6\x15\0\0\0\0");
	assert_int_equal(i.imm_len, 0);
}

static void insn_cut_off(void **state)
{
	static const u8 mov[] = "\x48\xc7\x05\0\0\0\0\x01\0\0\0";
	struct insn i;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(mov) - 1; n++)
		assert_false(insn_decode(&i, mov, n));
	assert_false(insn_decode(&i, (const u8 *)"\x06", 1));
}

static void check_strip(const char *name, const char *expected)
{
	char *s = strip_numbers(name);

	assert_string_equal(s, expected);
	free(s);
}

static void numbers(void **state)
{
	(void)state;
	check_strip("buf.12", "buf");
	check_strip("foo.isra.0.cold", "foo.isra.cold");
	check_strip("foo.constprop.3", "foo.constprop");
	check_strip("plain", "plain");
	check_strip("v4.2x", "v4.2x");
	assert_true(same_base("a.1", "a.22"));
	assert_false(same_base("a.1", "b.1"));
}

static void sections(void **state)
{
	(void)state;
	assert_int_equal(sec_describe(".text.foo")->cls, SC_TEXT);
	assert_int_equal(sec_describe(".init.text")->cls, SC_INIT);
	assert_int_equal(sec_describe(".initcall6.init")->cls, SC_SPECIAL);
	assert_int_equal(sec_describe(".noinstr.text")->cls, SC_NOINSTR);
	assert_int_equal(sec_describe(".data..percpu..read_mostly")->cls,
			 SC_PERCPU);
	assert_int_equal(sec_describe(".data..once")->cls, SC_FRESH);
	assert_int_equal(sec_describe(".orc_unwind")->cls, SC_DROP);
	assert_int_equal(sec_describe(".orc_unwind_ip")->table, TABLE_ORC_IP);
	assert_int_equal(sec_describe("runtime_ptr_x")->table, TABLE_RT_PTR);
	assert_false(sec_describe(".ibt_endbr_seal")->emit);
	assert_int_equal(sec_describe("__something")->cls, SC_UNKNOWN);
}

static void maps(void **state)
{
	struct map m = {};
	char *key;
	long i;

	(void)state;
	assert_null(map_get(&m, "nothing"));
	for (i = 1; i < 1000; i++)
		map_set(&m, xasprintf("key %ld", i), (void *)i);
	for (i = 1; i < 1000; i++) {
		key = xasprintf("key %ld", i);
		assert_int_equal((long)map_get(&m, key), i);
		free(key);
	}
}

/*
 * With a file of disassembly ("objdump -d -w"): all instructions have the
 * length it says.
 */
static const char *listing;

static void insn_lengths(void **state)
{
	FILE *f = listing ? fopen(listing, "r") : NULL;
	u32 n = 0, bad = 0;
	char line[512];

	(void)state;
	if (!f) {
		skip();
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		char *p = strchr(line, '\t'), *end;
		struct insn insn;
		u8 bytes[16];
		u32 len = 0;

		if (!p || strstr(line, "(bad)"))
			continue;
		for (p++; len < 15; p = end, len++) {
			if (!isxdigit((u8)*p))
				break;
			bytes[len] = strtoul(p, &end, 16);
			if (end != p + 2)
				break;
			end++;
		}
		if (!len)
			continue;
		n++;
		if (insn_decode(&insn, bytes, len) && insn.len == len)
			continue;
		if (!bad++)
			print_error("%s", line);
	}
	fclose(f);
	print_message("%u instructions\n", n);
	assert_true(n > 1000);
	assert_int_equal(bad, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(insn_branches),
		cmocka_unit_test(insn_rip_relative),
		cmocka_unit_test(insn_cut_off),
		cmocka_unit_test(insn_lengths),
		cmocka_unit_test(numbers),
		cmocka_unit_test(sections),
		cmocka_unit_test(maps),
	};

	listing = argc > 1 ? argv[1] : NULL;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("objdiff", tests, NULL, NULL);
}
