// SPDX-License-Identifier: GPL-2.0
/*
 * What may stand at a site and what may not, one site a case, from bytes
 * written down by hand.
 */
#include <setjmp.h>
#include <linux/types.h>
#include <elf.h>
#include <time.h>
#include <cmocka.h>
#include "blob.h"
#include "image.h"

#define TEXT	0xffffffff81000000UL
#define FN	(TEXT + 0x1000)		/* the function under test */
#define OTHER	(TEXT + 0x2000)		/* what it calls */
#define FENTRY	(TEXT + 0x3000)
#define TRACER	(TEXT + 0x3100)
#define THUNKS	(TEXT + 0x4000)
#define TRAMP	(TEXT + 0x5000)
#define RETURN	(TEXT + 0x6000)
#define RETURN2	(TEXT + 0x6100)
#define ZERO	(TEXT + 0x7000)
#define NOPF	(TEXT + 0x7100)
#define UPDATE	(TEXT + 0xa000)		/* an update's code */
#define DATA	0xffffffff82000000UL
#define RODATA	0xffffffff81800000UL

static struct image im;
static struct blob b;
static struct ksplice_match m;
static struct ksplice_view view;
static void *blob;
static u32 fn_unit, fn_sym;

static int begin(void **state)
{
	(void)state;
	image_add(&im, TEXT, 0x10000, KSPLICE_UNIT_TEXT);
	image_add(&im, RODATA, 0x10000, KSPLICE_UNIT_RODATA);
	image_add(&im, DATA, 0x10000, KSPLICE_UNIT_DATA);
	image_sym(&im, "fn", FN);
	image_sym(&im, "other", OTHER);
	image_sym(&im, "__fentry__", FENTRY);
	image_sym(&im, "ftrace_caller", TRACER);
	image_sym(&im, "__x86_indirect_thunk_rax", THUNKS);
	image_sym(&im, "__x86_indirect_thunk_r11", THUNKS + 11 * 32);
	image_sym(&im, "__x86_indirect_call_thunk_array", THUNKS + 0x400);
	image_sym(&im, "__x86_indirect_jump_thunk_array", THUNKS + 0x800);
	image_sym(&im, "__SCT__sc", TRAMP);
	image_sym(&im, "__x86_return_thunk", RETURN);
	image_sym(&im, "srso_return_thunk", RETURN2);
	image_sym(&im, "__static_call_return0", ZERO);
	image_sym(&im, "nop_func", NOPF);
	image_sym(&im, "pv_ops", DATA + 0x100);
	image_sym(&im, "var", DATA + 0x200);
	blob_init(&b);
	return 0;
}

static int end(void **state)
{
	(void)state;
	ksplice_match_free(&m);
	free(blob);
	blob = NULL;
	blob_free(&b);
	image_free(&im);
	return 0;
}

static void put(unsigned long addr, const void *bytes, size_t n)
{
	memcpy(image_at(&im, addr, n), bytes, n);
}

static void put32(unsigned long addr, unsigned long dest)
{
	s32 rel = dest - addr - 4;

	put(addr, &rel, 4);
}

/* The function, as compiled and as it is in memory */
static void function(const char *pre, const char *run, u32 n)
{
	fn_unit = blob_unit(&b, "fn", KSPLICE_UNIT_TEXT, pre, n);
	fn_sym = blob_sym(&b, "fn", KSPLICE_SYM_FUNC, fn_unit, 0);
	put(FN, run, n);
}

static int match(void)
{
	struct ksplice_error err;
	size_t size;
	int ret;

	free(blob);
	ksplice_match_free(&m);
	blob = blob_finish(&b, &size);
	ret = ksplice_view_init(&view, blob, size, &err);
	if (ret)
		fail_msg("%s", err.text);
	ret = ksplice_match_run(&m, &view, &image_ops, &im);
	if (ret)
		assert_true(m.err.text[0]);
	return ret;
}

static void expect(int ret)
{
	int got = match();

	if (got != ret)
		fail_msg("%d instead of %d: %s", got, ret, m.err.text);
}

static u32 undefined(const char *name)
{
	return blob_sym(&b, name, KSPLICE_SYM_FUNC, KSPLICE_NONE, 0);
}

static void test_plain(void **state)
{
	(void)state;
	function("\x31\xc0\xc3", "\x31\xc0\xc3", 3);
	expect(0);
	assert_int_equal(m.unit_addr[fn_unit], FN);
	assert_int_equal(m.sym_value[fn_sym], FN);
	put(FN + 1, "\xc9", 1);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "fn+0x1"));
	assert_non_null(strstr(m.err.text, "expected code c0 c3, found c9 c3"));
}

static void test_call_infers(void **state)
{
	u32 sym;

	(void)state;
	function("\xe8\0\0\0\0\xc3", "\xe8\0\0\0\0\xc3", 6);
	sym = undefined("other");
	blob_reloc(&b, 1, R_X86_64_PLT32, sym, -4);
	put32(FN + 1, OTHER);
	expect(0);
	assert_int_equal(m.sym_value[sym], OTHER);
	put32(FN + 1, OTHER + 1);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "kallsyms has other elsewhere"));
}

static void test_two_values(void **state)
{
	u32 sym;

	(void)state;
	function("\xe8\0\0\0\0\xe8\0\0\0\0", "\xe8\0\0\0\0\xe8\0\0\0\0", 10);
	sym = undefined("local_label"); /* kallsyms knows no such name */
	blob_reloc(&b, 1, R_X86_64_PLT32, sym, -4);
	blob_reloc(&b, 6, R_X86_64_PLT32, sym, -4);
	put32(FN + 1, OTHER);
	put32(FN + 6, OTHER);
	expect(0);
	put32(FN + 6, OTHER + 16);
	expect(-EILSEQ);
}

static void test_fentry(void **state)
{
	(void)state;
	function("\xe8\0\0\0\0\xc3", "\xe8\0\0\0\0\xc3", 6);
	blob_reloc(&b, 1, R_X86_64_PLT32, undefined("__fentry__"), -4);
	blob_site(&b, 0, KSPLICE_SITE_FENTRY, 5);
	put32(FN + 1, FENTRY);
	expect(0);
	assert_int_equal(m.sites[KSPLICE_SITE_FENTRY], 1);
	assert_int_equal(m.sites_patched[KSPLICE_SITE_FENTRY], 0);
	put(FN, "\x0f\x1f\x44\x00\x00", 5);
	expect(0);
	assert_int_equal(m.sites_patched[KSPLICE_SITE_FENTRY], 1);
	put(FN, "\xe8", 1);
	put32(FN + 1, TRACER);
	expect(0);
	put32(FN + 1, OTHER);		/* BPF: only if ftrace knows the place */
	expect(-EILSEQ);
	im.all_ftrace = true;
	expect(0);
	put32(FN + 1, DATA);
	expect(-EILSEQ);
	put(FN, "\xe9", 1);
	expect(-EILSEQ);
	put(FN, "\x90\x90\x90\x90\x90", 5);
	expect(-EILSEQ);
}

static void test_endbr(void **state)
{
	(void)state;
	function("\xf3\x0f\x1e\xfa\xc3", "\xf3\x0f\x1e\xfa\xc3", 5);
	blob_site(&b, 0, KSPLICE_SITE_ENDBR, 4);
	expect(0);
	put(FN, "\x66\x0f\x1f\x00", 4);
	expect(0);
	put(FN, "\x0f\x1f\x40\x00", 4);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "endbr"));
}

static void test_return(void **state)
{
	unsigned long thunk = RETURN2;

	(void)state;
	function("\xe9\0\0\0\0", "\xe9\0\0\0\0", 5);
	blob_reloc(&b, 1, R_X86_64_PLT32, undefined("__x86_return_thunk"), -4);
	blob_site(&b, 0, KSPLICE_SITE_RETURN, 5);
	put32(FN + 1, RETURN);
	expect(0);
	put32(FN + 1, RETURN2);
	expect(0);
	put32(FN + 1, OTHER);
	expect(-EILSEQ);
	put(FN, "\xc3\xcc\xcc\xcc\xcc", 5);
	expect(0);
	put(FN, "\xc3\xcc\xcc\xcc\x90", 5);
	expect(-EILSEQ);
	/* the kernel says which one it uses */
	image_sym(&im, "x86_return_thunk", DATA);
	put(DATA, &thunk, 8);
	put(FN, "\xe9", 1);
	put32(FN + 1, RETURN2);
	expect(0);
	put32(FN + 1, OTHER);
	expect(-EILSEQ);
}

static void depth_template(unsigned long target)
{
	/* sarq $5, %gs:disp(%rip) as the kernel copies it before a function */
	u8 code[9] = { 0x65, 0x48, 0xc1, 0x3d, 0x00, 0x10, 0, 0, 0x05 };
	s32 disp = 0x1000 + (s32)(DATA + 0x300 - (target - 9));

	put(DATA + 0x300, code, 9);
	image_sym(&im, "skl_call_thunk_template", DATA + 0x300);
	image_sym(&im, "skl_call_thunk_tail", DATA + 0x309);
	memcpy(code + 4, &disp, 4);
	put(target - 9, code, 9);
}

static void test_call_depth(void **state)
{
	u32 sym;

	(void)state;
	function("\xe8\0\0\0\0\xc3", "\xe8\0\0\0\0\xc3", 6);
	sym = undefined("other");
	blob_reloc(&b, 1, R_X86_64_PLT32, sym, -4);
	blob_site(&b, 0, KSPLICE_SITE_CALL, 5);
	put32(FN + 1, OTHER);
	expect(0);
	put32(FN + 1, OTHER - 9);
	expect(-EILSEQ);
	depth_template(OTHER);
	expect(0);
	assert_int_equal(m.sym_value[sym], OTHER);
	assert_int_equal(m.sites_patched[KSPLICE_SITE_CALL], 1);
	put(OTHER - 5, "\xff", 1);
	expect(-EILSEQ);
}

static void test_used_padding(void **state)
{
	u8 pre[16 + 2], run[16 + 2];
	u32 unit;

	(void)state;
	memset(pre, 0x90, 16);
	memcpy(pre + 16, "\x31\xc0", 2);
	memcpy(run, pre, 18);
	unit = blob_unit(&b, "fn", KSPLICE_UNIT_TEXT, pre, 18);
	blob_sym(&b, "fn", KSPLICE_SYM_FUNC, unit, 16);
	put(FN - 16, run, 18);
	expect(0);
	depth_template(FN);
	expect(0);
	put(FN - 9, "\x64", 1);
	expect(-EILSEQ);
}

static void retpoline(const char *pre, u32 n, u32 field, const char *thunk)
{
	function(pre, pre, n);
	blob_reloc(&b, field, R_X86_64_PLT32, undefined(thunk), -4);
	blob_site(&b, 0, KSPLICE_SITE_RETPOLINE, n);
	put32(FN + field, image_addr(&im, thunk));
	expect(0);
}

static void test_retpoline_call(void **state)
{
	(void)state;
	retpoline("\xe8\0\0\0\0", 5, 1, "__x86_indirect_thunk_rax");
	put(FN, "\xff\xd0\x0f\x1f\x00", 5);
	expect(0);
	put(FN, "\xff\xd0\x90\x90\x90", 5);
	expect(0);
	put(FN, "\x0f\xae\xe8\xff\xd0", 5);
	expect(0);
	put(FN, "\xff\xd1\x0f\x1f\x00", 5);	/* another register */
	expect(-EILSEQ);
	put(FN, "\xff\xe0\x0f\x1f\x00", 5);	/* a jump */
	expect(-EILSEQ);
	put(FN, "\xe8", 1);
	put32(FN + 1, THUNKS + 0x400);		/* counts calls */
	expect(0);
	put32(FN + 1, THUNKS + 0x420);
	expect(-EILSEQ);
	put32(FN + 1, OTHER);			/* ITS: jmp *%rax; int3 */
	expect(-EILSEQ);
	put(OTHER, "\xff\xe0\xcc", 3);
	expect(0);
	put(OTHER, "\xff\xe1\xcc", 3);
	expect(-EILSEQ);
}

static void test_retpoline_jump(void **state)
{
	(void)state;
	retpoline("\x2e\xe9\0\0\0\0", 6, 2, "__x86_indirect_thunk_r11");
	put(FN, "\x41\xff\xe3\xcc\x66\x90", 6);
	expect(0);
	put(FN, "\x0f\xae\xe8\x41\xff\xe3", 6);
	expect(0);
	put(FN, "\x2e\xe9", 2);
	put32(FN + 2, THUNKS + 0x800 + 11 * 32);
	expect(0);
	put(FN, "\x41\xff\xe2\xcc\x66\x90", 6);
	expect(-EILSEQ);
}

static void test_retpoline_jcc(void **state)
{
	(void)state;
	retpoline("\x0f\x84\0\0\0\0", 6, 2, "__x86_indirect_thunk_rax");
	put(FN, "\x75\x04\xff\xe0\xcc\x90", 6);
	expect(0);
	put(FN, "\x74\x04\xff\xe0\xcc\x90", 6);
	expect(-EILSEQ);
}

static void static_call(const char *pre, u32 n, u32 field)
{
	put(TRAMP, "\xe9\0\0\0\0\x0f\xb9\xcc", 8);
	put32(TRAMP + 1, OTHER);
	function(pre, pre, n);
	blob_reloc(&b, field, R_X86_64_PLT32, undefined("__SCT__sc"), -4);
	blob_site(&b, 0, KSPLICE_SITE_STATIC_CALL, n);
	put32(FN + field, TRAMP);
	expect(0);
	put32(FN + field, OTHER);
	expect(0);
	put32(FN + field, OTHER + 16);
	expect(-EILSEQ);
}

static void test_static_call(void **state)
{
	(void)state;
	static_call("\xe8\0\0\0\0", 5, 1);
	depth_template(OTHER);
	put32(FN + 1, OTHER - 9);
	expect(0);
	put(FN, "\x0f\x1f\x44\x00\x00", 5);
	expect(-EILSEQ);		/* it does call something */
	put(FN, "\x2e\x2e\x2e\x31\xc0", 5);
	expect(-EILSEQ);
	put32(TRAMP + 1, ZERO);
	expect(0);
	put(TRAMP, "\xc3\xcc\xcc\xcc\xcc", 5);
	expect(-EILSEQ);
	put(FN, "\x0f\x1f\x44\x00\x00", 5);
	expect(0);
}

static void test_static_tail_call(void **state)
{
	(void)state;
	static_call("\xe9\0\0\0\0", 5, 1);
	put(FN, "\xc3\xcc\xcc\xcc\xcc", 5);
	expect(-EILSEQ);
	put(TRAMP, "\xc3\xcc\xcc\xcc\xcc", 5);
	expect(0);
	put(FN, "\xe9", 1);
	put32(FN + 1, RETURN2);
	expect(0);
	put32(FN + 1, OTHER);
	expect(-EILSEQ);
}

static void test_static_jcc(void **state)
{
	(void)state;
	static_call("\x0f\x85\0\0\0\0", 6, 2);
	put(FN, "\x0f\x84", 2);
	expect(-EILSEQ);
}

static void test_jump_label(void **state)
{
	(void)state;
	function("\x0f\x1f\x44\x00\x00\xc3\x90\xc3",
		 "\x0f\x1f\x44\x00\x00\xc3\x90\xc3", 8);
	blob_site(&b, 0, KSPLICE_SITE_JUMP_LABEL, 5)->arg = 7;
	expect(0);
	put(FN, "\xe9\x02\0\0\0", 5);
	expect(0);
	put(FN, "\xe9\x01\0\0\0", 5);
	expect(-EILSEQ);
	put(FN, "\xe8\x02\0\0\0", 5);
	expect(-EILSEQ);
}

static void test_jump_label_short(void **state)
{
	(void)state;
	function("\xeb\x01\xc3\xc3", "\x66\x90\xc3\xc3", 4);
	blob_site(&b, 0, KSPLICE_SITE_JUMP_LABEL, 2)->arg = 3;
	expect(0);
	put(FN, "\xeb\x01", 2);
	expect(0);
	put(FN, "\xeb\x00", 2);
	expect(-EILSEQ);
}

static void test_jump_label_away(void **state)
{
	struct ksplice_f_site *s;
	u32 cold, sym, r;

	(void)state;
	put(OTHER, "\x31\xc0\xc3", 3);
	sym = 1;
	r = blob_free_reloc(&b, 1, R_X86_64_PLT32, sym, -4 + 2);
	function("\x0f\x1f\x44\x00\x00\xc3", "\x0f\x1f\x44\x00\x00\xc3", 6);
	s = blob_site(&b, 0, KSPLICE_SITE_JUMP_LABEL, 5);
	s->reloc = r;
	s->nreloc = 1;
	cold = blob_unit(&b, "other", KSPLICE_UNIT_TEXT, "\x31\xc0\xc3", 3);
	assert_int_equal(blob_sym(&b, "other", KSPLICE_SYM_FUNC, cold, 0), sym);
	expect(0);
	put(FN, "\xe9", 1);
	put32(FN + 1, OTHER + 2);
	expect(0);
	put32(FN + 1, OTHER);
	expect(-EILSEQ);
}

static void test_lock(void **state)
{
	(void)state;
	function("\xf0\xff\x07", "\xf0\xff\x07", 3);
	blob_site(&b, 0, KSPLICE_SITE_SMP_LOCK, 1);
	expect(0);
	put(FN, "\x3e", 1);
	expect(0);
	put(FN, "\x90", 1);
	expect(-EILSEQ);
}

static void test_runtime_constant(void **state)
{
	u32 sym;

	(void)state;
	function("\x48\xb8\xef\xcd\xab\x89\x67\x45\x23\x01",
		 "\x48\xb8\x00\x10\x20\x30\x40\x50\x60\x00", 10);
	sym = blob_sym(&b, "var", KSPLICE_SYM_RT_PTR, KSPLICE_NONE, 0);
	blob_site(&b, 2, KSPLICE_SITE_RT_PTR, 8)->arg = sym;
	expect(-EILSEQ);		/* the variable holds 0 */
	put(DATA + 0x200, "\x00\x10\x20\x30\x40\x50\x60\x00", 8);
	expect(0);
	assert_true(m.sym_value[sym] == 0x60504030201000UL);
}

static void test_runtime_shift(void **state)
{
	u32 sym;

	(void)state;
	function("\xc1\xe8\x0c", "\xc1\xe8\x0d", 3);
	sym = blob_sym(&b, "var", KSPLICE_SYM_RT_SHIFT, KSPLICE_NONE, 0);
	blob_site(&b, 2, KSPLICE_SITE_RT_SHIFT, 1)->arg = sym;
	put(DATA + 0x200, "\x0d\0\0\0", 4);
	expect(0);
	assert_int_equal(m.sym_value[sym], 13);
	put(FN + 2, "\x0e", 1);
	expect(-EILSEQ);
}

/* Alternatives */

static struct ksplice_f_site *alternative(u32 len, const char *repl, u32 n)
{
	struct ksplice_f_site *s = blob_site(&b, 0, KSPLICE_SITE_ALT, len);

	s->arg = blob_bytes(&b, repl, n);
	s->arglen = n;
	return s;
}

static void test_alt_nops(void **state)
{
	(void)state;
	function("\x31\xc0\x90\x90\x90\x90\xc3", "\x31\xc0\x90\x90\x90\x90\xc3", 7);
	alternative(6, "\x0f\x01\xcb", 3);
	expect(0);
	put(FN, "\x31\xc0\x0f\x1f\x40\x00", 6);
	expect(0);
	put(FN, "\x0f\x01\xcb\x90\x90\x90", 6);
	expect(0);
	put(FN, "\x0f\x01\xcb\x0f\x1f\x00", 6);
	expect(0);
	assert_int_equal(m.sites_patched[KSPLICE_SITE_ALT], 1);
	put(FN, "\x0f\x01\xca\x0f\x1f\x00", 6);
	expect(-EILSEQ);
	put(FN, "\x0f\x01\xcb\x66\x90\x90", 6);
	expect(-EILSEQ);
	put(FN, "\x0f\x01\xcb\x0f\x1f\x00\xcc", 7);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "fn+0x6"));
}

static void test_alt_long_nops(void **state)
{
	char pre[200], run[200];

	(void)state;
	memset(pre, 0x90, sizeof(pre));
	memset(run, 0xcc, sizeof(run));
	memcpy(run, "\xeb\x12", 2);
	function(pre, run, 20);
	alternative(20, "\x90", 1);
	expect(0);
	put(FN, "\xeb\x11", 2);
	expect(-EILSEQ);
}

static void test_alt_very_long_nops(void **state)
{
	char pre[200], run[200];

	(void)state;
	memset(pre, 0x90, sizeof(pre));
	memset(run, 0xcc, sizeof(run));
	memcpy(run, "\xe9\xc3\0\0\0", 5);
	function(pre, run, 200);
	alternative(200, "\x90", 1);
	expect(0);
}

static void test_alt_relocs(void **state)
{
	struct ksplice_f_site *s;
	u32 other;

	(void)state;
	other = undefined("other");
	blob_free_reloc(&b, 1, R_X86_64_PLT32, other, -4);
	function("\x31\xc0\x90\x90\x90\x90", "\x31\xc0\x90\x90\x90\x90", 6);
	s = alternative(6, "\xe9\0\0\0\0", 5);
	s->nreloc = 1;
	expect(0);
	put(FN, "\xe9\0\0\0\0\x90", 6);
	put32(FN + 1, OTHER);
	expect(0);
	assert_int_equal(m.sym_value[other], OTHER);
	put32(FN + 1, OTHER + 4);
	expect(-EILSEQ);
	put(FN, "\xe8", 1);
	put32(FN + 1, OTHER);
	expect(-EILSEQ);
}

static void test_alt_short_jump(void **state)
{
	struct ksplice_f_site *s;

	(void)state;
	image_sym(&im, "near", FN + 0x40);
	blob_free_reloc(&b, 1, R_X86_64_PLT32, undefined("near"), -4);
	function("\x31\xc0\x90\x90\x90", "\xeb\x3e\xcc\xcc\xcc", 5);
	s = alternative(5, "\xe9\0\0\0\0", 5);
	s->nreloc = 1;
	expect(0);
	put(FN, "\xeb\x3d\xcc\xcc\xcc", 5);
	expect(-EILSEQ);
	put(FN, "\xeb\x3e\xcc\xcc\x90", 5);
	expect(-EILSEQ);
}

static void test_alt_nested(void **state)
{
	(void)state;
	function("\x31\xc0\x90\x90\x90\x90", "\x31\xc0\x90\x90\x90\x90", 6);
	alternative(4, "\x31\xc9", 2);
	alternative(6, "\x31\xd2\x31\xd2\x31\xd2", 6);
	expect(0);
	put(FN, "\x31\xc9\x0f\x1f\x40\x00", 6);
	expect(0);
	put(FN, "\x31\xd2\x31\xd2\x31\xd2", 6);
	expect(0);
	put(FN, "\x31\xd2\x31\xd2\x31\xc9", 6);
	expect(-EILSEQ);
}

static void test_alt_with_call(void **state)
{
	(void)state;
	/* a call that is counted, and a site inside an alternative */
	function("\xe8\0\0\0\0\x90\x90", "\xe8\0\0\0\0\x66\x90", 7);
	blob_reloc(&b, 1, R_X86_64_PLT32, undefined("other"), -4);
	blob_site(&b, 0, KSPLICE_SITE_CALL, 5);
	alternative(7, "\xf3\xaa", 2);
	put32(FN + 1, OTHER);
	expect(0);
	depth_template(OTHER);
	put32(FN + 1, OTHER - 9);
	expect(0);
	put(FN, "\xf3\xaa\x0f\x1f\x44\x00\x00", 7);
	expect(0);
}

static void test_paravirt(void **state)
{
	unsigned long func = OTHER;
	u32 pv;

	(void)state;
	pv = blob_sym(&b, "pv_ops", 0, KSPLICE_NONE, 0);
	function("\xff\x15\0\0\0\0", "\xff\x15\0\0\0\0", 6);
	blob_reloc(&b, 2, R_X86_64_PC32, pv, 0x10 - 4);
	alternative(6, "\xe8\0\0\0\0", 5)->feature = 2 << 16;
	put32(FN + 2, DATA + 0x110);
	expect(0);
	assert_int_equal(m.sym_value[pv], DATA + 0x100);
	put(DATA + 0x110, &func, 8);
	put(FN, "\xe8\0\0\0\0\x90", 6);
	put32(FN + 1, OTHER);
	expect(0);
	put32(FN + 1, OTHER + 16);
	expect(-EILSEQ);
	func = NOPF;
	put(DATA + 0x110, &func, 8);
	put(FN, "\x66\x0f\x1f\x44\x00\x00", 6);
	expect(0);
}

/* How an older kernel has its paravirt calls and its padding */

static void older_nops(unsigned long at)
{
	unsigned long nop = RODATA + 0x100;
	int i;

	image_sym(&im, "x86_nops", at);
	for (i = 1; i <= 8; nop += i++)
		put(at + i * sizeof(nop), &nop, sizeof(nop));
}

static void test_old_paravirt(void **state)
{
	unsigned long func = OTHER;
	u32 pv;

	(void)state;
	older_nops(RODATA);
	pv = blob_sym(&b, "pv_ops", 0, KSPLICE_NONE, 0);
	function("\xff\x14\x25\0\0\0\0", "\xe8\0\0\0\0\x66\x90", 7);
	blob_reloc(&b, 3, R_X86_64_32S, pv, 0x10);
	alternative(7, "", 0)->feature = 2 << 16;
	/* pv_ops is known from elsewhere */
	blob_unit(&b, "user", KSPLICE_UNIT_TEXT, "\xb8\0\0\0\0\xc3", 6);
	blob_sym(&b, "user", KSPLICE_SYM_FUNC, 1, 0);
	blob_reloc(&b, 1, R_X86_64_PC32, pv, -4);
	image_sym(&im, "user", TRAMP);
	put(TRAMP, "\xb8\0\0\0\0\xc3", 6);
	put32(TRAMP + 1, DATA + 0x100);
	put(DATA + 0x110, &func, 8);
	put32(FN + 1, OTHER);
	expect(0);
	put32(FN + 1, OTHER + 16);
	expect(-EILSEQ);
	put32(FN + 1, OTHER);
	put(FN + 5, "\x66\x91", 2);
	expect(-EILSEQ);
	func = NOPF;
	put(DATA + 0x110, &func, 8);
	put(FN, "\x0f\x1f\x80\0\0\0\0", 7);
	expect(0);
	func = OTHER;
	put(DATA + 0x110, &func, 8);
	expect(-EILSEQ);
}

static void test_old_padding(void **state)
{
	static const char run[] =
		"\x31\xc0\x0f\x1f\x84\0\0\0\0\0\x0f\x1f\x40\0";
	static const char newer[] =
		"\x31\xc0\xeb\x0a\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc";
	static const char pre[] =
		"\x31\xc0\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90";

	(void)state;
	function(pre, run, 14);
	alternative(14, "\x31\xc9", 2);
	expect(-EILSEQ);
	older_nops(RODATA);
	expect(0);
	put(FN, newer, 14);
	expect(-EILSEQ);
	put(FN, run, 14);
	put(FN + 1, "\xc9", 1);
	expect(0);
	put(FN + 12, "\x41", 1);
	expect(-EILSEQ);
}

static void test_old_short_jump(void **state)
{
	(void)state;
	older_nops(RODATA);
	image_sym(&im, "near", FN + 0x40);
	blob_free_reloc(&b, 1, R_X86_64_PLT32, undefined("near"), -4);
	function("\x31\xc0\x90\x90\x90", "\xeb\x3e\x0f\x1f\x00", 5);
	alternative(5, "\xe9\0\0\0\0", 5)->nreloc = 1;
	expect(0);
	put(FN, "\xeb\x3d", 2);
	expect(-EILSEQ);
	put(FN, "\xeb\x3e\xcc\xcc\xcc", 5);
	expect(-EILSEQ);
}

/* Loops whose alignment depends on where the function is */

/* What the assembler fills with, its longest nops first. */
static u32 fill(u8 *p, u32 len)
{
	static const char * const nops[12] = {
		"", "\x90", "\x66\x90", "\x0f\x1f\0", "\x0f\x1f\x40\0",
		"\x0f\x1f\x44\0\0", "\x66\x0f\x1f\x44\0\0",
		"\x0f\x1f\x80\0\0\0\0", "\x0f\x1f\x84\0\0\0\0\0",
		"\x66\x0f\x1f\x84\0\0\0\0\0", "\x66\x2e\x0f\x1f\x84\0\0\0\0\0",
		"\x66\x66\x2e\x0f\x1f\x84\0\0\0\0\0",
	};
	u32 n, left = len;

	for (; left; left -= n, p += n) {
		n = left > 11 ? 11 : left;
		memcpy(p, nops[n], n);
	}
	return len;
}

/* "xor" of so many bytes, "jmp 1f", padding, "1: dec; jne 1b; je start; ret" */
static u32 loop_code(u8 *p, u32 before, u32 pad)
{
	u32 n = 0;

	for (; n < before; n += 2)
		memcpy(p + n, "\x31\xc0", 2);
	p[n++] = 0xeb;
	p[n++] = pad;
	n += fill(p + n, pad);
	memcpy(p + n, "\xff\xc8\x75\xfc\x74", 5);
	p[n + 5] = -(n + 6);
	p[n + 6] = 0xc3;
	return n + 7;
}

static u32 loop_align = 64;

static u32 pad_at(unsigned long addr)
{
	return -addr & (loop_align - 1);
}

/* Compiled for a place 16 bytes behind an aligned one, running at @addr. */
static void loop(unsigned long addr, u32 before)
{
	u8 code[256];
	u32 unit, n;

	n = loop_code(code, before, pad_at(16 + before + 2));
	unit = blob_unit(&b, "loop", KSPLICE_UNIT_TEXT, code, n);
	blob_sym(&b, "loop", KSPLICE_SYM_FUNC, unit, 0);
	image_sym(&im, "loop", addr);
	memset(code, 0xcc, sizeof(code));
	loop_code(code, before, pad_at(addr + before + 2));
	put(addr, code, sizeof(code));
	fn_unit = unit;
}

static void test_loop(void **state)
{
	u32 before, shift;

	for (shift = 0; shift < 128; shift += 16)
		for (before = 2; before < 64; before += 2) {
			loop_align = shift < 64 ? 64 : 32;
			end(state);
			begin(state);
			loop(OTHER + shift, before);
			expect(0);
			assert_int_equal(m.unit_growth[fn_unit],
					 max_t(int, 0, pad_at(OTHER + shift + before + 2) -
						       (int)pad_at(16 + before + 2)));
		}
	loop_align = 64;
}

static void wrong(unsigned long addr, const char *bytes, size_t n)
{
	u8 right[16];

	memcpy(right, image_at(&im, addr, n), n);
	put(addr, bytes, n);
	expect(-EILSEQ);
	put(addr, right, n);
	expect(0);
}

static void test_loop_wrong(void **state)
{
	/* 26 bytes of padding instead of 42 */
	unsigned long at = OTHER + 32, pad = at + 6, head = pad + pad_at(pad);

	(void)state;
	loop(at, 4);
	expect(0);
	wrong(at + 5, "\x19", 1);		/* into the padding */
	wrong(pad, "\xcc", 1);
	wrong(pad + 8, "\x01", 1);		/* another nop */
	wrong(pad + 11, "\x90", 1);
	wrong(head, "\xff\xc9", 2);
	wrong(head + 3, "\xfb", 1);		/* the loop's own branch */
	wrong(head + 5, "\xc0", 1);		/* the one across the padding */
	wrong(head + 6, "\xc2", 1);
	wrong(at, "\x31\xc9", 2);
}

/* Padding that no alignment wants */
static void test_loop_unaligned(void **state)
{
	unsigned long at = OTHER + 32;
	u8 code[256];

	(void)state;
	loop(at, 4);
	expect(0);
	put(at, code, loop_code(code, 4, pad_at(at + 6) + 8));
	expect(-EILSEQ);
	put(at, code, loop_code(code, 4, pad_at(at + 6) + 1));
	expect(-EILSEQ);
	put(at, code, loop_code(code, 4, pad_at(at + 6)));
	expect(0);
}

/* What looks like padding is part of an instruction: movabs $imm64, %rax; ret */
static void test_loop_inside(void **state)
{
	u8 pre[64 + 8], pad[64];
	u32 i;

	(void)state;
	for (i = 0; i < 60; i += 2)
		memcpy(pre + i, "\x31\xc0", 2);
	memcpy(pre + 60, "\x48\xb8\x66\x90\x11\x22\x33\x44\x55\x66\xc3\xc3", 12);
	fn_unit = blob_unit(&b, "loop", KSPLICE_UNIT_TEXT, pre, 72);
	blob_sym(&b, "loop", KSPLICE_SYM_FUNC, fn_unit, 0);
	image_sym(&im, "loop", OTHER + 16);
	put(OTHER + 16, pre, 62);
	put(OTHER + 16 + 62, pad, fill(pad, 50));
	put(OTHER + 16 + 112, pre + 64, 8);
	expect(-EILSEQ);
}

/* Short jumps */

static void near(const char *pre, u32 n, u32 field, const char *run)
{
	function(pre, run, n);
	blob_reloc(&b, field, R_X86_64_PLT32, undefined("near"), -4);
	image_sym(&im, "near", FN + 0x40);
}

static void test_short_jump_last(void **state)
{
	(void)state;
	near("\x31\xc0\xe9\0\0\0\0", 7, 3, "\x31\xc0\xeb\x3c\x66\x90\x90");
	expect(0);
	put(FN + 4, "\xff\xff\xff", 3);	/* what follows is not ours */
	expect(0);
	put(FN + 3, "\x3d", 1);
	expect(-EILSEQ);
	put(FN + 2, "\xea\x3c", 2);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "fn+0x2"));
}

static void test_short_jump_across(void **state)
{
	(void)state;
	/* je over it; jmp near; xor; je back over it; ret */
	near("\x74\x05\xe9\0\0\0\0\x31\xc0\x74\xf5\xc3", 12, 3,
	     "\x74\x02\xeb\x3c\x31\xc0\x74\xf8\xc3\0\0\0");
	expect(0);
	put(FN + 1, "\x03", 1);
	expect(-EILSEQ);
	put(FN + 1, "\x05", 1);
	expect(-EILSEQ);
	put(FN + 1, "\x02", 1);
	put(FN + 7, "\xf7", 1);
	expect(-EILSEQ);
	put(FN + 7, "\xf8\xc2", 2);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "fn+0xb: the running kernel differs: expected code c3, found c2"));
}

static void test_short_branch_becomes_short(void **state)
{
	u8 pre[140], run[140];

	(void)state;
	memset(pre, 0x90, sizeof(pre));
	memset(run, 0x90, sizeof(run));
	/* jne rel32 over 0x80 bytes, one of which is the jump */
	memcpy(pre, "\x0f\x85\x80\0\0\0\xe9\0\0\0\0", 11);
	memcpy(run, "\x75\x7d\xeb\x3c", 4);
	pre[0x86] = 0xc3;
	run[0x7f] = 0xc3;
	near((char *)pre, 0x87, 7, (char *)run);
	put(FN, run, 140);
	expect(0);
	put(FN, "\x74", 1);
	expect(-EILSEQ);
	put(FN, "\x75\x7c", 2);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "fn+0"));
}

#define BIG		0xffffffff90000000UL
#define BIG_LABELS	200000
#define BIG_BRANCHES	30
/* Seconds of CPU time, some hundred times what it takes */
#define BIG_LIMIT	10

/* Branches across a short jump, and after it very many labels */
static void test_many_sites(void **state)
{
	u32 head = 2 * BIG_BRANCHES, size = head + 5 + 5 * BIG_LABELS, i;
	u8 *pre = malloc(size), *run = malloc(size);
	clock_t start;

	(void)state;
	for (i = 0; i < BIG_BRANCHES; i++) {
		pre[2 * i] = 0x74;
		run[2 * i] = 0x74;
		pre[2 * i + 1] = head - 2 * i - 2 + 5;
		run[2 * i + 1] = head - 2 * i - 2 + 2;
	}
	memcpy(pre + head, "\xe9\0\0\0\0", 5);
	memcpy(run + head, "\xeb\x10", 2);
	for (i = 0; i < BIG_LABELS; i++) {
		memcpy(pre + head + 5 + 5 * i, "\xe9\0\0\0\0", 5);
		memcpy(run + head + 2 + 5 * i, "\x0f\x1f\x44\0\0", 5);
	}
	image_add(&im, BIG, size + 64, KSPLICE_UNIT_TEXT);
	fn_unit = blob_unit(&b, "big", KSPLICE_UNIT_TEXT, pre, size);
	blob_sym(&b, "big", KSPLICE_SYM_FUNC, fn_unit, 0);
	image_sym(&im, "big", BIG);
	put(BIG, run, size - 3);
	blob_reloc(&b, head + 1, R_X86_64_PLT32, undefined("near"), -4);
	image_sym(&im, "near", BIG + head + 2 + 0x10);
	for (i = 0; i < BIG_LABELS; i++)
		blob_site(&b, head + 5 + 5 * i, KSPLICE_SITE_JUMP_LABEL, 5)->arg =
			head;
	start = clock();
	expect(0);
	if ((clock() - start) / CLOCKS_PER_SEC >= BIG_LIMIT)
		fail_msg("it took %ld s", (long)(clock() - start) / CLOCKS_PER_SEC);
	free(pre);
	free(run);
}

static void test_changed_branch(void **state)
{
	(void)state;
	/* without a short jump, no branch may differ */
	function("\x74\x05\x31\xc0\x31\xc0\xc3\xc3",
		 "\x74\x04\x31\xc0\x31\xc0\xc3\xc3", 8);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "fn+0x1: the running kernel differs: expected code 05, found 04"));
}

static void test_middle(void **state)
{
	u32 cold;

	(void)state;
	/* a cold piece that jumps back behind a short jump */
	near("\x74\x05\xe9\0\0\0\0\x31\xc0\xc3", 10, 3,
	     "\x74\x02\xeb\x3c\x31\xc0\xc3\0\0\0");
	cold = blob_unit(&b, "fn.cold", KSPLICE_UNIT_TEXT, "\xe9\0\0\0\0", 5);
	blob_sym(&b, "fn.cold", KSPLICE_SYM_FUNC | KSPLICE_SYM_LOCAL, cold, 0);
	blob_reloc(&b, 1, R_X86_64_PC32, fn_sym, 7 - 4);
	image_sym(&im, "fn.cold", OTHER);
	put(OTHER, "\xe9", 1);
	put32(OTHER + 1, FN + 4);
	expect(0);
	put32(OTHER + 1, FN + 7);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "fn.cold+0x1"));
}

/* Names, weak ones, look-alikes, constants */

static void test_no_name(void **state)
{
	(void)state;
	blob_unit(&b, "gone", KSPLICE_UNIT_TEXT, "\xc3", 1);
	blob_sym(&b, "gone", KSPLICE_SYM_FUNC, 0, 0);
	expect(-ENOENT);
	assert_non_null(strstr(m.err.text, "gone"));
}

static void test_lookalikes(void **state)
{
	u32 twin, sym;

	(void)state;
	image_sym(&im, "twin", TEXT + 0x8000);
	image_sym(&im, "twin", TEXT + 0x9000);
	put(TEXT + 0x8000, "\x31\xc0\xc3", 3);
	put(TEXT + 0x9000, "\x31\xc0\xc3", 3);
	twin = blob_unit(&b, "twin", KSPLICE_UNIT_TEXT, "\x31\xc0\xc3", 3);
	sym = blob_sym(&b, "twin", KSPLICE_SYM_FUNC | KSPLICE_SYM_LOCAL, twin, 0);
	expect(-ENOTUNIQ);
	put(TEXT + 0x8001, "\xc9", 1);	/* the right code, but is it ours? */
	expect(-ENOTUNIQ);
	put(TEXT + 0x8001, "\xc0", 1);
	function("\xe8\0\0\0\0", "\xe8\0\0\0\0", 5); /* a caller decides */
	blob_reloc(&b, 1, R_X86_64_PLT32, sym, -4);
	put32(FN + 1, TEXT + 0x8000);
	expect(0);
	assert_int_equal(m.unit_addr[twin], TEXT + 0x8000);
	put32(FN + 1, OTHER);
	expect(-EILSEQ);
}

static void test_lookalikes_by_data(void **state)
{
	unsigned long ptr = TEXT + 0x9000;
	u32 twin, sym, data, dsym;

	(void)state;
	image_sym(&im, "twin", TEXT + 0x8000);
	image_sym(&im, "twin", TEXT + 0x9000);
	put(TEXT + 0x8000, "\x31\xc0\xc3", 3);
	put(TEXT + 0x9000, "\x31\xc0\xc3", 3);
	twin = blob_unit(&b, "twin", KSPLICE_UNIT_TEXT, "\x31\xc0\xc3", 3);
	sym = blob_sym(&b, "twin", KSPLICE_SYM_FUNC | KSPLICE_SYM_LOCAL, twin, 0);
	data = blob_unit(&b, "ops", KSPLICE_UNIT_DATA, NULL, 16);
	blob_reloc(&b, 8, R_X86_64_64, sym, 0);
	dsym = blob_sym(&b, "ops", KSPLICE_SYM_LOCAL, data, 0);
	function("\x48\xc7\xc7\0\0\0\0", "\x48\xc7\xc7\0\0\0\0", 7);
	blob_reloc(&b, 3, R_X86_64_32S, dsym, 0);
	put(FN + 3, "\x00\x05\x00\x82", 4);
	put(DATA + 0x508, &ptr, 8);
	expect(0);
	assert_int_equal(m.unit_addr[twin], TEXT + 0x9000);
	assert_int_equal(m.by_data, 1);
}

static void test_lookalikes_by_order(void **state)
{
	u32 twin;

	(void)state;
	image_sym(&im, "twin", FN + 0x10);
	image_sym(&im, "twin", TEXT + 0x9000);
	put(FN + 0x10, "\x31\xc0\xc3", 3);
	put(TEXT + 0x9000, "\x31\xc0\xc3", 3);
	function("\x31\xc0\xc3", "\x31\xc0\xc3", 3);
	twin = blob_unit(&b, "twin", KSPLICE_UNIT_TEXT, "\x31\xc0\xc3", 3);
	blob_sym(&b, "twin", KSPLICE_SYM_FUNC | KSPLICE_SYM_LOCAL, twin, 0);
	expect(0);
	assert_int_equal(m.unit_addr[twin], FN + 0x10);
	assert_int_equal(m.by_order, 1);
	/* ours is another: the other one must not take its place */
	put(FN + 0x11, "\xc9", 1);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "twin+0x1"));
}

static void test_weak(void **state)
{
	u32 weak, sym;

	(void)state;
	image_sym(&im, "soft", TEXT + 0x9000);
	put(TEXT + 0x9000, "\x31\xc9\xc3", 3);
	weak = blob_unit(&b, "soft", KSPLICE_UNIT_TEXT, "\x31\xc0\xc3", 3);
	sym = blob_sym(&b, "soft", KSPLICE_SYM_FUNC | KSPLICE_SYM_WEAK, weak, 0);
	function("\xe8\0\0\0\0", "\xe8\0\0\0\0", 5);
	blob_reloc(&b, 1, R_X86_64_PLT32, sym, -4);
	put32(FN + 1, TEXT + 0x9000);
	expect(-EILSEQ);	/* not the code it was, or another's? */
	put(FN + 0x20, "\x31\xc0\xc3", 3);
	expect(0);
	assert_int_equal(m.unit_state[weak], KSPLICE_UNIT_OVERRIDDEN);
	assert_int_equal(m.sym_value[sym], TEXT + 0x9000);
	((struct ksplice_f_unit *)blob_get(&b, BLOB_UNITS, weak))->flags =
		KSPLICE_UNIT_REPLACED;
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "weak"));
	/* the first of its file: nothing of the file is before it */
	((struct ksplice_f_unit *)blob_get(&b, BLOB_UNITS, weak))->flags = 0;
	put(FN + 0x20, "\0\0\0", 3);
	put(FN - 0x20, "\x31\xc0\xc3", 3);
	expect(0);
	assert_int_equal(m.unit_state[weak], KSPLICE_UNIT_OVERRIDDEN);
}

/* A weak one next to the rest of its file is ours, and different. */
static void test_weak_mutated(void **state)
{
	u32 weak;

	(void)state;
	image_sym(&im, "soft", FN + 0x10);
	put(FN + 0x10, "\x31\xc9\xc3", 3);
	function("\xc3", "\xc3", 1);
	weak = blob_unit(&b, "soft", KSPLICE_UNIT_TEXT, "\x31\xc0\xc3", 3);
	blob_sym(&b, "soft", KSPLICE_SYM_FUNC | KSPLICE_SYM_WEAK, weak, 0);
	expect(-EILSEQ);
	put(FN + 0x10, "\x31\xc0\xc3", 3);
	expect(0);
}

/* Another file's definition has the same code: that proves nothing of ours. */
static void test_weak_same_code(void **state)
{
	u32 weak, near;

	(void)state;
	image_sym(&im, "soft", TEXT + 0x9000);
	image_sym(&im, "near", FN + 0x40);
	put(TEXT + 0x9000, "\x31\xc0\xc3", 3);
	put(FN + 0x20, "\x31\xc0\xc3", 3);
	put(FN + 0x40, "\x31\xc9\xc3", 3);
	function("\xc3", "\xc3", 1);
	weak = blob_unit(&b, "soft", KSPLICE_UNIT_TEXT, "\x31\xc0\xc3", 3);
	blob_sym(&b, "soft", KSPLICE_SYM_FUNC | KSPLICE_SYM_WEAK, weak, 0);
	near = blob_unit(&b, "near", KSPLICE_UNIT_TEXT, "\x31\xc9\xc3", 3);
	blob_sym(&b, "near", KSPLICE_SYM_FUNC, near, 0);
	expect(0);
	assert_int_equal(m.unit_state[weak], KSPLICE_UNIT_OVERRIDDEN);
	put(FN + 0x21, "\xd2", 1);
	expect(-ENOTUNIQ);
	/* elsewhere because it has a section of its own: no room beside it */
	put(FN + 0x20, "\0\0\0", 3);
	put(FN + 0x40, "\0\0\0", 3);
	image_sym(&im, "far", TEXT + 0x9100);
	put(TEXT + 0x9100, "\x31\xc9\xc3", 3);
	((struct ksplice_f_unit *)blob_get(&b, BLOB_UNITS, near))->name =
		blob_str(&b, "far");
	((struct ksplice_f_sym *)blob_get(&b, BLOB_SYMS, near))->name =
		blob_str(&b, "far");
	expect(0);
	assert_int_equal(m.unit_state[weak], KSPLICE_UNIT_MATCHED);
}

static void test_strings(void **state)
{
	u32 str, sym;

	(void)state;
	str = blob_unit(&b, "", KSPLICE_UNIT_STRING, "hello", 6);
	sym = blob_sym(&b, "", KSPLICE_SYM_ANON, str, 0);
	function("\x48\xc7\xc7\0\0\0\0\x48\xc7\xc7\0\0\0\0",
		 "\x48\xc7\xc7\0\x01\x80\x81\x48\xc7\xc7\0\x01\x80\x81", 14);
	blob_reloc(&b, 3, R_X86_64_32S, sym, 0);
	blob_reloc(&b, 10, R_X86_64_32S, sym, 0);
	expect(-EILSEQ);
	assert_non_null(strstr(m.err.text, "used by fn"));
	put(RODATA + 0x100, "hello", 6);
	expect(0);
	put(FN + 10, "\x00\x02\x80\x81", 4);	/* another copy */
	expect(-EILSEQ);
	put(RODATA + 0x200, "hello", 6);
	expect(-EILSEQ);
	/* but in a module */
	((struct ksplice_f_target *)blob_get(&b, BLOB_TARGETS, 0))->name =
		blob_str(&b, "module");
	expect(0);
	put(RODATA + 0x200, "hellO", 6);
	expect(-EILSEQ);
}

static void test_rodata_leads_on(void **state)
{
	unsigned long ptr = RODATA + 0x300;
	u32 table, str, tsym, ssym;

	(void)state;
	table = blob_unit(&b, "table", KSPLICE_UNIT_RODATA, "\0\0\0\0\0\0\0\0\x07", 9);
	blob_reloc(&b, 0, R_X86_64_64, 1, 0);
	str = blob_unit(&b, "", KSPLICE_UNIT_STRING, "x", 2);
	tsym = blob_sym(&b, "table", KSPLICE_SYM_LOCAL, table, 0);
	ssym = blob_sym(&b, "", KSPLICE_SYM_ANON, str, 0);
	assert_int_equal(ssym, 1);
	function("\x48\xc7\xc7\0\0\0\0", "\x48\xc7\xc7\0\x01\x80\x81", 7);
	blob_reloc(&b, 3, R_X86_64_32S, tsym, 0);
	put(RODATA + 0x100, &ptr, 8);
	put(RODATA + 0x108, "\x07", 1);
	put(RODATA + 0x300, "x", 2);
	expect(0);
	assert_int_equal(m.unit_state[str], KSPLICE_UNIT_MATCHED);
	put(RODATA + 0x300, "y", 2);
	expect(-EILSEQ);
	put(RODATA + 0x300, "x", 2);
	put(RODATA + 0x108, "\x08", 1);
	expect(-EILSEQ);
}

/* A constant of 16 bytes, of which the update writes a word; it has a pointer to fn. */
static u32 written(const char *name)
{
	struct ksplice_f_word word = { .offset = 8, .size = 8, .sym = KSPLICE_NONE };
	u32 unit;

	function("\x31\xc0\xc3", "\x31\xc0\xc3", 3);
	unit = blob_unit(&b, name, KSPLICE_UNIT_RODATA, "\0\0\0\0\0\0\0\0" "12345678", 16);
	blob_reloc(&b, 0, R_X86_64_64, fn_sym, 0);
	((struct ksplice_f_unit *)blob_get(&b, BLOB_UNITS, unit))->align = 16;
	word.unit = unit;
	blob_add(&b, BLOB_WORDS, &word);
	return unit;
}

static void put_constant(unsigned long addr)
{
	unsigned long ptr = FN;

	put(addr, &ptr, 8);
	put(addr + 8, "12345678", 8);
}

static void says(const char *what);

/* No code refers to it: it is found by its name, if that is one. */
static void test_written(void **state)
{
	u32 unit = written("table");
	u32 sym;

	(void)state;
	sym = blob_sym(&b, "table", KSPLICE_SYM_LOCAL, unit, 0);
	put_constant(RODATA + 0x100);
	expect(-ENOENT);
	says("table changes where it stands, and neither");
	image_sym(&im, "table", RODATA + 0x100);
	expect(0);
	assert_int_equal(m.unit_state[unit], KSPLICE_UNIT_MATCHED);
	assert_int_equal(m.unit_addr[unit], RODATA + 0x100);
	assert_int_equal(m.sym_value[sym], RODATA + 0x100);
	/* any byte, and what it points to */
	put(RODATA + 0x10f, "9", 1);
	expect(-EILSEQ);
	says("table+0xf: the running kernel differs");
	put(RODATA + 0x10f, "8", 1);
	put(RODATA + 0x108, "0", 1);
	expect(-EILSEQ);
	put(RODATA + 0x108, "1", 1);
	put(RODATA + 0x100, "\0", 1);
	put(RODATA + 0x101, "\0", 1);
	expect(-EILSEQ);
	put_constant(RODATA + 0x100);
	expect(0);
	/* another of that name, also if its contents differ */
	image_sym(&im, "table", RODATA + 0x200);
	expect(-ENOTUNIQ);
	says("there are several of its name");
	((struct ksplice_f_sym *)blob_get(&b, BLOB_SYMS, sym))->flags |= KSPLICE_SYM_WEAK;
	expect(-EILSEQ);
	says("it is weak");
}

/* Code leads to it; then there may be others of that name, but not in an update. */
static void test_written_copy(void **state)
{
	u32 unit, sym, user;

	(void)state;
	unit = written("table");
	sym = blob_sym(&b, "table", KSPLICE_SYM_LOCAL, unit, 0);
	user = blob_unit(&b, "other", KSPLICE_UNIT_TEXT, "\x48\xc7\xc7\0\0\0\0", 7);
	blob_reloc(&b, 3, R_X86_64_32S, sym, 0);
	blob_sym(&b, "other", KSPLICE_SYM_FUNC, user, 0);
	put(OTHER, "\x48\xc7\xc7\0\x01\x80\x81", 7);
	put_constant(RODATA + 0x100);
	image_sym(&im, "table", RODATA + 0x100);
	image_sym(&im, "table", RODATA + 0x200);
	expect(0);
	assert_int_equal(m.unit_addr[unit], RODATA + 0x100);
	im.update = RODATA + 0x200;
	im.update_end = RODATA + 0x300;
	expect(-ENOTUNIQ);
	says("an applied update has one of that name");
	/* the code of an update leads to its copy */
	im.update = RODATA + 0x100;
	im.update_end = RODATA + 0x200;
	expect(-ENOTUNIQ);
	says("an applied update has one of that name");
	im.update = 0;
	im.update_end = 0;
	put(RODATA + 0x10c, "x", 1);
	expect(-EILSEQ);
	says("(used by other)");
}

/* Contents without pointers may be there twice, but not if one of them changes. */
static void test_written_twice(void **state)
{
	struct ksplice_f_word word = { .size = 1, .sym = KSPLICE_NONE };
	u32 unit, sym;

	(void)state;
	unit = blob_unit(&b, "table", KSPLICE_UNIT_RODATA, "1234", 4);
	sym = blob_sym(&b, "table", KSPLICE_SYM_LOCAL, unit, 0);
	function("\x48\xc7\xc7\0\0\0\0\x48\xc7\xc7\0\0\0\0",
		 "\x48\xc7\xc7\0\x01\x80\x81\x48\xc7\xc7\0\x02\x80\x81", 14);
	blob_reloc(&b, 3, R_X86_64_32S, sym, 0);
	blob_reloc(&b, 10, R_X86_64_32S, sym, 0);
	put(RODATA + 0x100, "1234", 4);
	put(RODATA + 0x200, "1234", 4);
	im.update = RODATA + 0x200;
	im.update_end = RODATA + 0x300;
	expect(0);
	word.unit = unit;
	blob_add(&b, BLOB_WORDS, &word);
	expect(-EILSEQ);
	says("away from where other code has it");
}

static void test_outside(void **state)
{
	u32 data, sym;

	(void)state;
	data = blob_unit(&b, "thing", KSPLICE_UNIT_DATA, NULL, 16);
	sym = blob_sym(&b, "thing", KSPLICE_SYM_LOCAL, data, 0);
	function("\x48\xc7\xc7\0\0\0\0", "\x48\xc7\xc7\0\x01\x00\x82", 7);
	blob_reloc(&b, 3, R_X86_64_32S, sym, 0);
	expect(0);
	assert_int_equal(m.unit_addr[data], DATA + 0x100);
	put(FN + 3, "\x00\x01\x00\x90", 4);
	expect(-EILSEQ);
	put(FN + 3, "\xf8\xff\x00\x82", 4); /* its end would be outside */
	expect(-EILSEQ);
}

static void test_overlap(void **state)
{
	(void)state;
	function("\x31\xc0\xc3", "\x31\xc0\xc3", 3);
	image_sym(&im, "inner", FN + 2);
	blob_unit(&b, "inner", KSPLICE_UNIT_TEXT, "\xc3", 1);
	blob_sym(&b, "inner", KSPLICE_SYM_FUNC, 1, 0);
	expect(-ENOTUNIQ);
}

/* Tables about places in the code */

/* A jump label that is off, of key &key_a in the running kernel */
static u32 jump_label(u32 data)
{
	u32 reloc;

	image_sym(&im, "key_a", DATA + 0x800);
	image_sym(&im, "key_b", DATA + 0x810);
	/* symbols: 0 is the function, 1 the key */
	reloc = blob_free_reloc(&b, 0, R_X86_64_64, 0, 7);
	blob_free_reloc(&b, 0, R_X86_64_64, 1, 0);
	function("\x0f\x1f\x44\x00\x00\xc3\x90\xc3",
		 "\x0f\x1f\x44\x00\x00\xc3\x90\xc3", 8);
	blob_site(&b, 0, KSPLICE_SITE_JUMP_LABEL, 5)->arg = 7;
	blob_entry(&b, 0, KSPLICE_ENTRY_JUMP_LABEL, data, reloc, 2);
	return blob_sym(&b, "key_a", 0, KSPLICE_NONE, 0);
}

static void says(const char *what)
{
	if (!strstr(m.err.text, what))
		fail_msg("%s", m.err.text);
}

static void test_key(void **state)
{
	struct ksplice_run_entry *e;
	u32 key = jump_label(0);

	(void)state;
	expect(-EILSEQ);	/* nobody rewrites it in the running kernel */
	says("fn: the running kernel differs: jump label at +0: the running kernel has none there");
	e = image_entry(&im, KSPLICE_ENTRY_JUMP_LABEL, FN, 0, FN + 7,
			DATA + 0x800);
	expect(0);
	assert_int_equal(m.sym_value[key], DATA + 0x800);
	e->refs[1] = DATA + 0x810;	/* &key_b: the code is the same */
	expect(-EILSEQ);
	says("jump label at +0: kallsyms has key_a elsewhere");
	e->refs[1] = DATA + 0x800;
	e->data = 1;			/* on by default */
	expect(-EILSEQ);
	says("its flags are 0x1, expected 0");
	e->data = 0;
	e->refs[0] = FN + 6;
	expect(-EILSEQ);
	e->refs[0] = FN + 7;
	e->place = FN + 1;
	expect(-EILSEQ);
	e->place = FN;
	expect(0);
	/* one that the pre code has not */
	image_entry(&im, KSPLICE_ENTRY_BUG, FN + 6, 1, 0, 0);
	expect(-EILSEQ);
	says("bug table entry at +0x6: the pre code has none there");
}

/* Entries of other code don't count. */
static void test_entries_beside(void **state)
{
	(void)state;
	jump_label(0);
	image_entry(&im, KSPLICE_ENTRY_JUMP_LABEL, FN, 0, FN + 7, DATA + 0x800);
	image_entry(&im, KSPLICE_ENTRY_BUG, FN - 1, 1, 0, 0);
	image_entry(&im, KSPLICE_ENTRY_BUG, FN + 8, 1, 0, 0);
	expect(0);
}

/* The key of a static: no name tells, but two uses of one must agree. */
static void test_static_key(void **state)
{
	struct ksplice_run_entry *e;
	u32 r1, key;

	(void)state;
	r1 = blob_free_reloc(&b, 0, R_X86_64_64, 0, 10);
	blob_free_reloc(&b, 0, R_X86_64_64, 1, 16);
	blob_free_reloc(&b, 0, R_X86_64_64, 0, 10);
	blob_free_reloc(&b, 0, R_X86_64_64, 1, 16);
	function("\x0f\x1f\x44\x00\x00\x0f\x1f\x44\x00\x00\xc3",
		 "\x0f\x1f\x44\x00\x00\x0f\x1f\x44\x00\x00\xc3", 11);
	blob_site(&b, 0, KSPLICE_SITE_JUMP_LABEL, 5)->arg = 10;
	blob_site(&b, 5, KSPLICE_SITE_JUMP_LABEL, 5)->arg = 10;
	blob_entry(&b, 0, KSPLICE_ENTRY_JUMP_LABEL, 0, r1, 2);
	blob_entry(&b, 5, KSPLICE_ENTRY_JUMP_LABEL, 0, r1 + 2, 2);
	key = blob_unit(&b, "keys", KSPLICE_UNIT_DATA, NULL, 32);
	blob_sym(&b, "keys", KSPLICE_SYM_LOCAL, key, 0);
	image_entry(&im, KSPLICE_ENTRY_JUMP_LABEL, FN, 0, FN + 10, DATA + 0x810);
	e = image_entry(&im, KSPLICE_ENTRY_JUMP_LABEL, FN + 5, 0, FN + 10,
			DATA + 0x810);
	expect(0);
	assert_int_equal(m.unit_addr[key], DATA + 0x800);
	e->refs[1] += 16;
	expect(-EILSEQ);
	says("jump label at +0x5");
}

static void test_static_call_key(void **state)
{
	struct ksplice_run_entry *e;
	u32 reloc;

	(void)state;
	image_sym(&im, "__SCK__sc", DATA + 0x800);
	put(TRAMP, "\xc3\xcc\xcc\xcc\xcc", 5);
	reloc = blob_free_reloc(&b, 0, R_X86_64_64, 2, 0);
	function("\xe8\0\0\0\0\xc3", "\x0f\x1f\x44\x00\x00\xc3", 6);
	blob_reloc(&b, 1, R_X86_64_PLT32, undefined("__SCT__sc"), -4);
	undefined("__SCK__sc");
	blob_site(&b, 0, KSPLICE_SITE_STATIC_CALL, 5);
	blob_entry(&b, 0, KSPLICE_ENTRY_STATIC_CALL, 0, reloc, 1);
	e = image_entry(&im, KSPLICE_ENTRY_STATIC_CALL, FN, 0, DATA + 0x800, 0);
	expect(0);
	e->refs[0] = DATA + 0x810;	/* another call of nothing */
	expect(-EILSEQ);
	says("static call at +0: kallsyms has __SCK__sc elsewhere");
	e->refs[0] = DATA + 0x800;
	e->data = 1;
	expect(-EILSEQ);
}

static void test_exception(void **state)
{
	struct ksplice_run_entry *e;
	u32 reloc;

	(void)state;
	reloc = blob_free_reloc(&b, 0, R_X86_64_64, 0, 2);
	function("\x8b\x07\xc3", "\x8b\x07\xc3", 3);
	blob_entry(&b, 0, KSPLICE_ENTRY_EXCEPTION, 3, reloc, 1);
	expect(-EILSEQ);
	says("exception table entry at +0: the running kernel has none there");
	e = image_entry(&im, KSPLICE_ENTRY_EXCEPTION, FN, 3, FN + 2, 0);
	expect(0);
	e->data = 4;
	expect(-EILSEQ);
	e->data = 3;
	e->refs[0] = FN + 1;
	expect(-EILSEQ);
	says("it leads to another place of the function");
	e->refs[0] = FN + 2;
	image_entry(&im, KSPLICE_ENTRY_EXCEPTION, FN, 3, FN + 2, 0);
	expect(-EILSEQ);	/* twice there, once here */
}

/* Where running code is shorter, so are the distances in it. */
static void test_entry_behind_short_jump(void **state)
{
	struct ksplice_run_entry *e;

	(void)state;
	near("\x74\x05\xe9\0\0\0\0\x0f\x0b\xc3", 10, 3,
	     "\x74\x02\xeb\x3c\x0f\x0b\xc3\0\0\0");
	blob_entry(&b, 7, KSPLICE_ENTRY_BUG, 0x901, 0, 0);
	e = image_entry(&im, KSPLICE_ENTRY_BUG, FN + 4, 0x901, 0, 0);
	expect(0);
	e->data = 0x903;
	expect(-EILSEQ);
	says("its flags are 0x903, expected 0x901");
	e->data = 0x901;
	e->place = FN + 7;	/* behind it in the running kernel */
	expect(-EILSEQ);
}

/* Only what the CPU's features ask for may stand there. */
static void test_alt_feature(void **state)
{
	struct ksplice_f_site *s;

	(void)state;
	function("\x31\xc0\xc3", "\x31\xc0\xc3", 3);
	s = alternative(2, "\x31\xc9", 2);
	s->feature = 33;
	expect(0);
	put(FN, "\x31\xc9", 2);
	expect(0);		/* nothing is known of the CPU */
	im.nfeatures = 2;
	expect(-EILSEQ);
	says("alternative for the features of this CPU");
	im.features[1] = 2;
	expect(0);
	put(FN, "\x31\xc0", 2);
	expect(-EILSEQ);
	im.features[1] = 1;
	expect(0);
	((struct ksplice_f_site *)blob_get(&b, BLOB_SITES, 0))->feature |= 1 << 16;
	expect(-EILSEQ);	/* ... for CPUs without it */
	put(FN, "\x31\xc9", 2);
	expect(0);
}

/*
 * An update made the first of two neighbours longer.  Code made on top of it is
 * found there, and does not reach into the other one.
 */
static void test_grown(void **state)
{
	const u8 grown[10] = "\x90\x90\x90\x90\x90\x90\x90\x31\xc0\xc3";
	u32 other;

	(void)state;
	fn_unit = blob_unit(&b, "fn", KSPLICE_UNIT_TEXT, grown, sizeof(grown));
	fn_sym = blob_sym(&b, "fn", KSPLICE_SYM_FUNC, fn_unit, 0);
	put(FN, "\x31\xc0\xc3", 3);
	put(UPDATE, grown, sizeof(grown));
	image_replace(&im, FN, UPDATE);
	image_sym(&im, "next", FN + 3);
	put(FN + 3, "\x31\xc9\xc3", 3);
	other = blob_unit(&b, "next", KSPLICE_UNIT_TEXT, "\x31\xc9\xc3", 3);
	blob_sym(&b, "next", KSPLICE_SYM_FUNC, other, 0);
	expect(0);
	assert_int_equal(m.unit_addr[fn_unit], FN);
	assert_int_equal(m.unit_run[fn_unit], UPDATE);
	/* an entry in the middle of other code is one place, too */
	put(UPDATE + 0x100, "\x31\xc9\xc3", 3);
	image_replace(&im, UPDATE + 2, UPDATE + 0x100);
	image_sym(&im, "inside", UPDATE + 2);
	((struct ksplice_f_unit *)blob_get(&b, BLOB_UNITS, other))->name =
		blob_str(&b, "inside");
	((struct ksplice_f_sym *)blob_get(&b, BLOB_SYMS, other))->name =
		blob_str(&b, "inside");
	expect(-ENOTUNIQ);
}

/* Two functions whose code is said to be at one place of an update */
static void test_overlap_in_update(void **state)
{
	u32 other;

	(void)state;
	function("\x31\xc0\xc3", "\x31\xc9\xc3", 3);
	put(UPDATE, "\x31\xc0\xc3", 3);
	image_replace(&im, FN, UPDATE);
	image_replace(&im, OTHER, UPDATE + 2);
	put(OTHER, "\x90", 1);
	other = blob_unit(&b, "other", KSPLICE_UNIT_TEXT, "\xc3", 1);
	blob_sym(&b, "other", KSPLICE_SYM_FUNC, other, 0);
	expect(-ENOTUNIQ);
	assert_non_null(strstr(m.err.text, "fn and other"));
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_plain), CASE(test_call_infers), CASE(test_two_values),
		CASE(test_fentry), CASE(test_endbr), CASE(test_return),
		CASE(test_call_depth), CASE(test_used_padding),
		CASE(test_retpoline_call), CASE(test_retpoline_jump),
		CASE(test_retpoline_jcc), CASE(test_static_call),
		CASE(test_static_tail_call), CASE(test_static_jcc),
		CASE(test_jump_label), CASE(test_jump_label_short),
		CASE(test_jump_label_away), CASE(test_lock),
		CASE(test_runtime_constant), CASE(test_runtime_shift),
		CASE(test_alt_nops), CASE(test_alt_long_nops),
		CASE(test_alt_very_long_nops), CASE(test_alt_relocs),
		CASE(test_alt_short_jump), CASE(test_alt_nested),
		CASE(test_alt_with_call), CASE(test_paravirt),
		CASE(test_old_paravirt), CASE(test_old_padding),
		CASE(test_old_short_jump), CASE(test_loop),
		CASE(test_loop_wrong), CASE(test_loop_unaligned),
		CASE(test_loop_inside),
		CASE(test_short_jump_last), CASE(test_short_jump_across),
		CASE(test_short_branch_becomes_short), CASE(test_many_sites),
		CASE(test_changed_branch), CASE(test_middle),
		CASE(test_no_name), CASE(test_lookalikes),
		CASE(test_lookalikes_by_data), CASE(test_lookalikes_by_order),
		CASE(test_weak), CASE(test_weak_mutated),
		CASE(test_weak_same_code), CASE(test_strings),
		CASE(test_rodata_leads_on), CASE(test_written),
		CASE(test_written_copy), CASE(test_written_twice), CASE(test_outside),
		CASE(test_overlap), CASE(test_grown), CASE(test_key),
		CASE(test_entries_beside), CASE(test_static_key),
		CASE(test_static_call_key), CASE(test_exception),
		CASE(test_entry_behind_short_jump), CASE(test_alt_feature),
		CASE(test_overlap_in_update),
	};

	return cmocka_run_group_tests_name("sites", tests, NULL, NULL);
}
