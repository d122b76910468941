// SPDX-License-Identifier: GPL-2.0
/*
 * The format reader: what is wrong is refused, with the right errno and a word
 * about where; what is accepted never leads out of the blob.
 */
#include <linux/types.h>
#include <setjmp.h>
#include <elf.h>
#include <cmocka.h>
#include <zlib.h>
#include "blob.h"
#include "image.h"

static struct blob b;
static struct ksplice_view view;
static struct ksplice_error err;

/* Two functions, a string, data, one of each table. */
static int begin(void **state)
{
	struct ksplice_f_replace rep = { .size = 3, .kind = KSPLICE_REPLACE_FUNC };
	struct ksplice_f_fixup fix = { .type = R_X86_64_64, .sym = 1 };
	struct ksplice_f_site *s;
	u32 unit;

	(void)state;
	blob_init(&b);
	blob_free_reloc(&b, 1, R_X86_64_PLT32, 1, -4);
	unit = blob_unit(&b, "fn", KSPLICE_UNIT_TEXT,
			 "\xf3\x0f\x1e\xfa\xe8\0\0\0\0\x90\x90\x90\x90\x90\xc3", 15);
	((struct ksplice_f_unit *)blob_get(&b, BLOB_UNITS, unit))->flags =
		KSPLICE_UNIT_REPLACED;
	blob_sym(&b, "fn", KSPLICE_SYM_FUNC, unit, 0);
	blob_sym(&b, "other", KSPLICE_SYM_FUNC, KSPLICE_NONE, 0);
	blob_sym(&b, "const", KSPLICE_SYM_RT_PTR, KSPLICE_NONE, 0);
	blob_reloc(&b, 5, R_X86_64_PLT32, 1, -4);
	blob_site(&b, 0, KSPLICE_SITE_ENDBR, 4);
	blob_site(&b, 4, KSPLICE_SITE_CALL, 5);
	s = blob_site(&b, 9, KSPLICE_SITE_ALT, 5);
	s->arg = blob_bytes(&b, "\xe8\0\0\0\0", 5);
	s->arglen = 5;
	s->nreloc = 1;
	blob_unit(&b, "", KSPLICE_UNIT_STRING, "text", 5);
	blob_unit(&b, "data", KSPLICE_UNIT_DATA, NULL, 100);
	rep.name = blob_str(&b, "fn");
	blob_add(&b, BLOB_REPLACES, &rep);
	blob_add(&b, BLOB_FIXUPS, &fix);
	return 0;
}

/* The unit that begin_words() adds */
#define CONSTANT	3

/* The same and a constant, of which two words change. */
static int begin_words(void **state)
{
	struct ksplice_f_word word = {
		.unit = CONSTANT, .offset = 2, .size = 2, .sym = KSPLICE_NONE,
		.value = 0xffff,
	};
	u32 unit;

	begin(state);
	unit = blob_unit(&b, "table", KSPLICE_UNIT_RODATA,
			 "12345678\0\0\0\0\0\0\0\0" "12345678\0\0\0\0" "5678", 32);
	((struct ksplice_f_unit *)blob_get(&b, BLOB_UNITS, unit))->align = 32;
	blob_reloc(&b, 8, R_X86_64_64, 0, 0);
	blob_reloc(&b, 24, R_X86_64_32S, 0, 0);
	blob_add(&b, BLOB_WORDS, &word);
	word = (struct ksplice_f_word){
		.unit = CONSTANT, .offset = 8, .size = 8, .sym = KSPLICE_NONE,
		.flags = KSPLICE_WORD_OWN,
	};
	blob_add(&b, BLOB_WORDS, &word);
	return 0;
}

static int end(void **state)
{
	(void)state;
	blob_free(&b);
	return 0;
}

/* An exact copy, so that the sanitizer sees any step outside. */
static int read_copy(const void *from, size_t size)
{
	void *p = malloc(size ? size : 1);
	int ret;

	memcpy(p, from, size);
	memset(&err, 0, sizeof(err));
	ret = ksplice_view_init(&view, p, size, &err);
	if (!!ret != !!err.text[0])
		fail_msg("%d with the message '%s'", ret, err.text);
	free(p);
	return ret;
}

static void expect(int want, const char *word)
{
	size_t size;
	void *p = blob_finish(&b, &size);
	int ret = read_copy(p, size);

	free(p);
	if (ret != want)
		fail_msg("%d instead of %d: %s", ret, want, err.text);
	if (word && !strstr(err.text, word))
		fail_msg("no '%s' in '%s'", word, err.text);
}

static void test_good(void **state)
{
	(void)state;
	expect(0, NULL);
}

static void test_identity(void **state)
{
	(void)state;
	b.hdr.magic++;
	expect(-ENOEXEC, "not a hot update");
	b.hdr.magic--;
	b.hdr.format++;
	expect(-EPROTO, "format 8");
	b.hdr.format--;
	b.hdr.header_size++;
	expect(-EPROTO, "header");
	b.hdr.header_size--;
	b.hdr.flags = KSPLICE_UPDATE_STAYS;
	expect(0, NULL);
	b.hdr.flags = KSPLICE_UPDATE_STAYS << 1;
	expect(-EPROTO, "flags");
}

static void test_fixes(void **state)
{
	static const char * const bad[] = {
		"CVE-2024-1", "\n", "CVE-2024-1\n\n", "CVE 2024\n", "CVE-2024-\033[1m\n",
	};
	char many[KSPLICE_FIXES_MAX + 3];
	size_t i;

	(void)state;
	b.hdr.fixes = blob_str(&b, "CVE-2024-1\nGHSA-abcd\n");
	expect(0, NULL);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		b.hdr.fixes = blob_str(&b, bad[i]);
		expect(-EINVAL, "fixes");
	}
	memset(many, 'x', sizeof(many));
	strcpy(many + KSPLICE_FIXES_MAX - 1, "\n");
	b.hdr.fixes = blob_str(&b, many);
	expect(0, NULL);
	strcpy(many + KSPLICE_FIXES_MAX - 1, "x\n");
	b.hdr.fixes = blob_str(&b, many);
	expect(-EINVAL, "fixes");
	b.hdr.fixes = 1 << 20;
	expect(-EINVAL, "fixes");
}

static void test_every_truncation(void **state)
{
	size_t size, n;
	u8 *p;

	(void)state;
	p = blob_finish(&b, &size);
	for (n = 0; n < size; n++) {
		assert_int_equal(read_copy(p, n), -ENOEXEC);
		assert_true(n < 8 || strstr(err.text, "truncated") ||
			    strstr(err.text, "not a hot update"));
	}
	assert_int_equal(read_copy(p, size), 0);
	free(p);
}

static void test_names(void **state)
{
	u32 good = b.hdr.name;

	(void)state;
	b.hdr.name = 0;
	expect(-EINVAL, "name");
	b.hdr.name = blob_str(&b, "a/b");
	expect(-EINVAL, "name");
	b.hdr.name = blob_str(&b, "..");
	expect(-EINVAL, "name");
	b.hdr.name = blob_str(&b, "a23456789012345678901234567890123456789012345678901234567");
	expect(-EINVAL, "name");
	b.hdr.name = 1 << 30;
	expect(-EINVAL, "name");
	b.hdr.name = good;
	b.hdr.release = 0;
	expect(-EINVAL, "release");
}

static void test_unit(void **state)
{
	struct ksplice_f_unit *u = blob_get(&b, BLOB_UNITS, 0);
	struct ksplice_f_unit good = *u;

	(void)state;
#define BAD(field, value, word) do {					\
		u->field = (value);					\
		expect(-EINVAL, word);					\
		*u = good;						\
	} while (0)
	BAD(kind, 0, "unit 0");
	BAD(kind, 6, "kind 6");
	BAD(kind, KSPLICE_UNIT_DATA, "unit 0");
	BAD(flags, 2, "flags");
	BAD(target, 1, "target");
	BAD(align, 3, "alignment");
	BAD(align, 0, "alignment");
	BAD(size, 1000, "bytes");
	BAD(size, 0xffffffff, "bytes");
	BAD(bytes, 0xfffffff0, "bytes");
	BAD(bytes, KSPLICE_NONE, "bytes");
	BAD(relocs, 3, "relocations");
	BAD(nrelocs, 0xffffffff, "relocations");
	BAD(sites, 4, "sites");
	BAD(nsites, 0xffffffff, "sites");
	BAD(parent, 77, "unit 77");
	BAD(name, 0xffff, "string");
	BAD(size, 8, "relocation");
	expect(0, NULL);
}

static void test_string_unit(void **state)
{
	struct ksplice_f_unit *u = blob_get(&b, BLOB_UNITS, 1);

	(void)state;
	u->size = 4;
	expect(-EINVAL, "not one string");
	u->size = 5;
	b.t[BLOB_BYTES].data[u->bytes + 2] = 0;
	expect(-EINVAL, "not one string");
}

static void test_site(void **state)
{
	struct ksplice_f_site *s = blob_get(&b, BLOB_SITES, 0), good;
	struct ksplice_f_unit *u = blob_get(&b, BLOB_UNITS, 0);

	(void)state;
	s[0].kind = 99;
	expect(-EINVAL, "site 0");
	s[0].kind = KSPLICE_SITE_ENDBR;
	s[0].offset = 1;		/* into the call */
	expect(-EINVAL, "overlaps");
	s[0].offset = 14;
	expect(-EINVAL, "site 0");
	s[0].offset = 0;
	s[1].len = 4;
	expect(-EINVAL, "length");
	s[1].len = 5;
	good = s[2];
	s[2].arglen = 6;
	expect(-EINVAL, "alternative");
	s[2] = good;
	s[2].arg = 0xfffffff0;
	expect(-EINVAL, "alternative");
	s[2] = good;
	s[2].nreloc = 5;
	expect(-EINVAL, "relocations");
	s[2] = good;
	s[2].offset = 7;		/* cuts the call's field */
	s[2].len = 7;
	expect(-EINVAL, "overlaps");
	u->nsites = 3;
	s[2] = good;
	s[2].offset = 6;
	s[1].offset = 0;
	s[0].kind = KSPLICE_SITE_SMP_LOCK;
	s[0].len = 1;
	s[0].offset = 5;
	s[1] = s[0];
	s[1].offset = 5;
	expect(-EINVAL, "overlaps");
}

static void test_entries(void **state)
{
	struct ksplice_f_unit *u;
	struct ksplice_f_entry *e;
	struct ksplice_f_reloc *r;
	u32 first, i;

	(void)state;
	first = blob_free_reloc(&b, 0, R_X86_64_64, 0, 14);
	blob_free_reloc(&b, 0, R_X86_64_64, 1, 0);
	blob_unit(&b, "labelled", KSPLICE_UNIT_TEXT, "\x90\x90\x90\xc3", 4);
	blob_entry(&b, 1, KSPLICE_ENTRY_JUMP_LABEL, 0, first, 2);
	blob_entry(&b, 3, KSPLICE_ENTRY_BUG, 1, 0, 0);
	e = blob_get(&b, BLOB_ENTRIES, 0);
	r = blob_get(&b, BLOB_RELOCS, first);
	u = blob_get(&b, BLOB_UNITS, b.t[BLOB_UNITS].n - 1);
	expect(0, NULL);
	for (i = 0; i < 10; i++) {
		e->kind = i;	/* a jump label alone refers to two things */
		expect(i == KSPLICE_ENTRY_JUMP_LABEL ? 0 : -EINVAL,
		       i == KSPLICE_ENTRY_JUMP_LABEL ? NULL : "entry 0");
	}
	e->kind = KSPLICE_ENTRY_JUMP_LABEL;
	e->offset = 4;
	expect(-EINVAL, "not in its unit");
	e->offset = 3;
	e[1].offset = 2;
	expect(-EINVAL, "comes after");
	e[1].offset = 3;
	e->reloc = first + 1;
	expect(-EINVAL, "there are no relocations");
	e->reloc = 0xffffffff;
	expect(-EINVAL, "there are no relocations");
	e->reloc = first;
	r->type = R_X86_64_PC32;
	expect(-EINVAL, "is no address");
	r->type = R_X86_64_64;
	r->offset = 8;
	expect(-EINVAL, "is no address");
	r->offset = 0;
	u->nentries = 3;
	expect(-EINVAL, "there are no entries");
	u->nentries = 2;
	u[-3].entries = 0;	/* another function's as well */
	u[-3].nentries = 1;
	expect(-EINVAL, "share");
	u[-3].nentries = 0;
	u->kind = KSPLICE_UNIT_RODATA;
	expect(-EINVAL, "not code and has entries");
}

static void test_nested_sites(void **state)
{
	struct ksplice_f_unit *u = blob_get(&b, BLOB_UNITS, 0);
	struct ksplice_f_site *s = blob_get(&b, BLOB_SITES, 0);

	(void)state;
	/* call inside of an alternative, before and behind it in the table */
	s[2].offset = 4;
	s[2].len = 10;
	expect(0, NULL);
	s[0] = s[1];
	s[1] = s[2];
	s[2] = s[0];
	u->sites = 1;
	u->nsites = 2;
	expect(0, NULL);
	s[2].offset = 3;
	expect(-EINVAL, "overlaps");
}

static void test_syms(void **state)
{
	struct ksplice_f_sym *s = blob_get(&b, BLOB_SYMS, 0), good = *s;

	(void)state;
	s->unit = 3;
	expect(-EINVAL, "unit 3");
	*s = good;
	s->offset = 16;
	expect(-EINVAL, "outside its unit");
	*s = good;
	s->name = 0;
	expect(-EINVAL, "no name");
	s->flags |= KSPLICE_SYM_ANON;
	expect(0, NULL);
	s->flags = 0x100;
	expect(-EINVAL, "flags");
	*s = good;
	s->target = 1;
	expect(-EINVAL, "target 1");
}

static void test_relocs(void **state)
{
	struct ksplice_f_reloc *r = blob_get(&b, BLOB_RELOCS, 1), good = *r;

	(void)state;
	r->sym = 3;
	expect(-EINVAL, "symbol 3");
	*r = good;
	r->type = 200;
	expect(-EINVAL, "type 200");
	r->type = KSPLICE_R_RT_PTR;
	expect(-EINVAL, "type");
	*r = good;
	r->addend = 0x7ffffffffffffffc;
	expect(-EINVAL, "addend");
	*r = good;
	r->offset = 12;
	expect(-EINVAL, "relocation");
	r->offset = 0xfffffffe;
	expect(-EINVAL, "relocation");
}

static void test_foreign_static(void **state)
{
	u32 unit = blob_unit(&b, "fn", KSPLICE_UNIT_TEXT, "\xc3", 1);
	u32 sym = blob_sym(&b, "fn", KSPLICE_SYM_FUNC | KSPLICE_SYM_LOCAL, unit,
			   0);

	(void)state;
	((struct ksplice_f_reloc *)blob_get(&b, BLOB_RELOCS, 1))->sym = sym;
	expect(0, NULL);
	((struct ksplice_f_unit *)blob_get(&b, BLOB_UNITS, unit))->tu = 1;
	expect(-EINVAL, "static of another file");
}

static void test_replaces(void **state)
{
	struct ksplice_f_replace *r = blob_get(&b, BLOB_REPLACES, 0), good = *r;

	(void)state;
	r->unit = 2;
	expect(-EINVAL, "replacement 0");
	*r = good;
	r->size = 16;
	expect(-EINVAL, "replacement 0");
	*r = good;
	r->kind = 3;
	expect(-EINVAL, "kind 3");
	*r = good;
	r->kind = KSPLICE_REPLACE_RANGE;
	expect(0, NULL);
	r->addr = 8;
	expect(-EINVAL, "replacement 0");
}

static struct ksplice_f_word *word(u32 i)
{
	return blob_get(&b, BLOB_WORDS, i);
}

static void test_word_place(void **state)
{
	struct ksplice_f_word good = *word(0);
	struct ksplice_f_unit *u = blob_get(&b, BLOB_UNITS, CONSTANT);

	(void)state;
	word(0)->unit = 100;
	expect(-EINVAL, "word 0: there is no unit 100");
	word(0)->unit = 0;
	expect(-EINVAL, "unit 0 is no constant");
	word(0)->unit = 1;
	expect(-EINVAL, "unit 1 is no constant");
	word(0)->unit = 2;
	expect(-EINVAL, "unit 2 is no constant");
	*word(0) = good;
	word(0)->size = 3;
	expect(-EINVAL, "it has 3 bytes");
	word(0)->size = 0;
	expect(-EINVAL, "it has 0 bytes");
	word(0)->size = 16;
	expect(-EINVAL, "it has 16 bytes");
	*word(0) = good;
	word(0)->offset = 3;
	expect(-EINVAL, "are not aligned");
	word(0)->offset = 0x80000000;
	expect(-EINVAL, "not in its unit");
	*word(0) = good;
	word(1)->offset = 32;
	expect(-EINVAL, "not in its unit");
	word(1)->offset = 8;
	u->align = 4;
	expect(-EINVAL, "word 1: 8 bytes at 0x8 of a unit aligned to 4");
	u->align = 8;
	expect(0, NULL);
}

static void test_word_order(void **state)
{
	struct ksplice_f_word good = *word(0);

	(void)state;
	word(0)->offset = 10;
	expect(-EINVAL, "word 0: it cuts");
	word(0)->offset = 16;
	expect(-EINVAL, "word 1: 0x8 of unit 3 comes before");
	*word(0) = good;
	*word(1) = good;
	expect(-EINVAL, "word 1: 0x2 of unit 3 comes before");
	word(1)->offset = 4;
	expect(0, NULL);
	word(0)->size = 4;
	word(0)->offset = 0;
	word(1)->offset = 2;
	expect(-EINVAL, "word 1");
	/* another constant */
	blob_unit(&b, "other", KSPLICE_UNIT_RODATA, "12", 2);
	word(1)->unit = CONSTANT + 1;
	word(1)->offset = 0;
	word(1)->size = 1;
	word(1)->value = 255;
	expect(0, NULL);
	*word(0) = *word(1);
	*word(1) = good;
	expect(-EINVAL, "word 1");
}

static void test_word_value(void **state)
{
	(void)state;
	word(0)->value = 0x10000;
	expect(-EINVAL, "word 0: 0x10000 does not fit into 2 bytes");
	word(0)->value = 0x8000000000000000;
	expect(-EINVAL, "does not fit");
	word(0)->value = 0;
	word(0)->flags = KSPLICE_WORD_OWN;
	expect(-EINVAL, "word 0: an address of 2 bytes");
	word(0)->flags = KSPLICE_WORD_OWN << 1;
	expect(-EINVAL, "flags");
	word(0)->flags = 0;
	word(0)->pad = 1;
	expect(-EINVAL, "flags");
	word(0)->pad = 0;
	word(0)->sym = 1;
	expect(-EINVAL, "word 0: an address of 2 bytes");
	word(0)->sym = 100;
	expect(-EINVAL, "there is no symbol 100");
	word(0)->sym = KSPLICE_NONE;
	word(1)->value = ~0UL;
	expect(0, NULL);
	word(1)->sym = 1;
	expect(-EINVAL, "do not fit symbol 1");
	word(1)->flags = 0;
	expect(0, NULL);	/* the byte before the symbol */
	word(1)->value = 1UL << 40;
	expect(-EINVAL, "out of reach");
	word(1)->value = 0;
	word(1)->sym = 2;	/* a runtime constant */
	expect(-EINVAL, "do not fit symbol 2");
	word(1)->sym = KSPLICE_NONE;
	word(1)->value = ~0UL;
	expect(0, NULL);
}

/* It has all of a relocated field, or nothing. */
static void test_word_fields(void **state)
{
	struct ksplice_f_word *w = word(0), *w1 = word(1);

	(void)state;
	w->offset = 8;
	w1->offset = 24;
	expect(-EINVAL, "word 0: it cuts the relocated field at 0x8");
	w->offset = 12;
	w->size = 4;
	expect(-EINVAL, "word 0: it cuts the relocated field at 0x8");
	w->offset = 16;
	expect(0, NULL);
	w1->flags = 0;
	w1->size = 4;
	expect(0, NULL);	/* just the field */
	w1->size = 2;
	expect(-EINVAL, "word 1: it cuts the relocated field at 0x18");
	w1->offset = 26;
	expect(-EINVAL, "word 1: it cuts the relocated field at 0x18");
	w1->offset = 28;
	expect(0, NULL);
}

static void test_fixups(void **state)
{
	struct ksplice_f_fixup *f = blob_get(&b, BLOB_FIXUPS, 0), good = *f;

	(void)state;
	f->sym = 9;
	expect(-EINVAL, "symbol 9");
	*f = good;
	f->type = KSPLICE_R_RT_PTR;
	expect(-EINVAL, "does not fit");
	f->sym = 2;
	expect(0, NULL);
	f->type = R_X86_64_64;
	expect(-EINVAL, "does not fit");
	*f = good;
	f->target = 1;
	expect(-EINVAL, "target 1");
	f->target = 0;
	f->pad = 1;
	expect(-EINVAL, "flags 0x1");
}

static void test_hooks(void **state)
{
	struct ksplice_f_hook h = { .kind = KSPLICE_HOOK_FAIL_REVERSE }, *p;

	(void)state;
	p = blob_get(&b, BLOB_HOOKS, blob_add(&b, BLOB_HOOKS, &h));
	expect(0, NULL);
	p->kind = KSPLICE_HOOK_KINDS;
	expect(-EINVAL, "kind 10");
	p->kind = 0;
	p->target = 1;
	expect(-EINVAL, "target 1");
}

static void test_supersedes(void **state)
{
	struct ksplice_f_supersede s = { .name = blob_str(&b, "older") }, *p;
	u32 i;

	(void)state;
	p = blob_get(&b, BLOB_SUPERSEDES, blob_add(&b, BLOB_SUPERSEDES, &s));
	expect(0, NULL);
	p->flags = 4;
	expect(-EINVAL, "flags 0x4");
	p->flags = 0;
	p->name = 1 << 30;
	expect(-EINVAL, "superseded update 0");
	p->name = 0;
	expect(-EINVAL, "superseded update 0");
	p->name = blob_str(&b, "../x");
	expect(-EINVAL, "superseded update 0");
	p->name = b.hdr.name;
	expect(-EINVAL, "this update itself");
	p->name = s.name;
	for (i = 0; i < KSPLICE_SUPERSEDES_MAX; i++)
		blob_add(&b, BLOB_SUPERSEDES, &s);
	expect(-EFBIG, "1025 superseded updates");
}

static void test_states(void **state)
{
	struct ksplice_f_state s = { blob_str(&b, "layout"), 1 }, *p;
	char name[16];
	u32 i;

	(void)state;
	blob_add(&b, BLOB_STATES, &s);
	s.name = blob_str(&b, "sizes");
	p = blob_get(&b, BLOB_STATES, blob_add(&b, BLOB_STATES, &s));
	expect(0, NULL);
	p->version = 0;
	expect(-EINVAL, "no version");
	p->version = 0xffffffff;
	expect(0, NULL);
	p->name = blob_str(&b, "layout");
	expect(-EINVAL, "layout is there twice");
	p->name = 0;
	expect(-EINVAL, "state 1");
	p->name = 1 << 30;
	expect(-EINVAL, "state 1");
	p->name = s.name;
	for (i = 2; i <= KSPLICE_STATES_MAX; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		s.name = blob_str(&b, name);
		blob_add(&b, BLOB_STATES, &s);
		expect(i == KSPLICE_STATES_MAX ? -EFBIG : 0,
		       i == KSPLICE_STATES_MAX ? "257 states" : NULL);
	}
}

static void test_targets(void **state)
{
	struct ksplice_f_target t = { .name = blob_str(&b, "a_module") };
	struct ksplice_f_sym *s = blob_get(&b, BLOB_SYMS, 1);

	(void)state;
	blob_add(&b, BLOB_TARGETS, &t);
	expect(0, NULL);
	s->module = blob_str(&b, "another");
	expect(0, NULL);
	s->module = 1 << 30;
	expect(-EINVAL, "symbol 1");
	s->module = 0;
	blob_add(&b, BLOB_TARGETS, &t);
	expect(-EINVAL, "twice");
	t.name = blob_str(&b, "../x");
	*(struct ksplice_f_target *)blob_get(&b, BLOB_TARGETS, 2) = t;
	expect(-EINVAL, "target 2");
	t.name = blob_str(&b, "in_the_way");
	*(struct ksplice_f_target *)blob_get(&b, BLOB_TARGETS, 2) = t;
	expect(-EINVAL, "in_the_way is the name of a file");
	t.name = blob_str(&b, "in_the");
	*(struct ksplice_f_target *)blob_get(&b, BLOB_TARGETS, 2) = t;
	expect(0, NULL);
}

static void test_many_targets(void **state)
{
	struct ksplice_f_target t = {};
	char name[16];
	u32 i;

	(void)state;
	for (i = 1; i <= KSPLICE_TARGETS_MAX; i++) {
		snprintf(name, sizeof(name), "m%u", i);
		t.name = blob_str(&b, name);
		blob_add(&b, BLOB_TARGETS, &t);
		if (i == KSPLICE_TARGETS_MAX - 1)
			expect(0, NULL);
	}
	expect(-EFBIG, "the update has 1025 targets, at most 1024 are possible");
}

static void test_many_sites(void **state)
{
	u8 *bytes = calloc(KSPLICE_SITES_MAX, 1);
	u32 i, n = 3;

	(void)state;
	blob_unit(&b, "big", KSPLICE_UNIT_TEXT, bytes, KSPLICE_SITES_MAX);
	free(bytes);
	for (i = 0; n <= KSPLICE_SITES_MAX; i++, n++) {
		blob_site(&b, i, KSPLICE_SITE_SMP_LOCK, 1);
		if (n == KSPLICE_SITES_MAX - 1)
			expect(0, NULL);
	}
	expect(-EFBIG, "the update has 1048577 sites, at most 1048576 are possible");
}

static void test_many_alternatives(void **state)
{
	u32 i;

	(void)state;
	blob_unit(&b, "alts", KSPLICE_UNIT_TEXT, "\x90\x90\x90\x90", 4);
	for (i = 1; i <= KSPLICE_ALTS_MAX; i++)
		blob_site(&b, 0, KSPLICE_SITE_ALT, 2);
	for (i = 1; i <= KSPLICE_ALTS_MAX; i++)
		blob_site(&b, 2, KSPLICE_SITE_ALT, 2);
	expect(0, NULL);
	blob_site(&b, 2, KSPLICE_SITE_ALT, 2);
	expect(-EINVAL, "more than 32 alternatives begin at 0x2");
}

/* Every 32-bit word of the blob, with values that break things. */
static void test_every_word(void **state)
{
	static const u32 values[] = {
		0, 1, 2, 7, 16, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
	};
	static struct image im;
	struct ksplice_match m;
	size_t size, at;
	u32 i, was;
	u8 *p;

	(void)state;
	p = blob_finish(&b, &size);
	for (at = 0; at + 4 <= size; at += 4) {
		memcpy(&was, p + at, 4);
		for (i = 0; i < 2 * ARRAY_SIZE(values); i++) {
			u32 v = values[i / 2] + (i % 2 ? was : 0);

			memcpy(p + at, &v, 4);
			if (ksplice_view_init(&view, p, size, &err))
				continue;
			assert_int_not_equal(ksplice_match_run(&m, &view,
						&image_ops, &im), 0);
			ksplice_match_free(&m);
		}
		memcpy(p + at, &was, 4);
	}
	free(p);
}

/* Also when the loader has filled in the addresses. */
static void test_checksum(void **state)
{
	struct ksplice_f_header *h;
	size_t size, at;
	u8 *p;

	(void)state;
	p = blob_finish(&b, &size);
	h = (void *)p;
	h->checksum = crc32(0, p, size);
	assert_int_equal(ksplice_view_init(&view, p, size, &err), 0);
	((struct ksplice_f_fixup *)view.fixups)->place = 0x1234567890abcdef;
	((struct ksplice_f_replace *)view.replaces)->addr = ~0UL;
	((struct ksplice_f_word *)view.words)[1].value = ~0UL;
	assert_int_equal(ksplice_view_intact(&view, &err), 0);
	for (at = 0; at < size; at++) {
		size_t fixup = at - h->fixups.off, rep = at - h->replaces.off;
		size_t own = at - h->words.off - sizeof(struct ksplice_f_word);

		p[at] ^= 1 << at % 8;
		if (fixup < sizeof(u64) || rep < sizeof(u64) || own < sizeof(u64))
			assert_int_equal(ksplice_view_intact(&view, &err), 0);
		else if (!ksplice_view_init(&view, p, size, &err))
			assert_int_equal(ksplice_view_intact(&view, &err),
					 -EINVAL);
		p[at] ^= 1 << at % 8;
		assert_int_equal(ksplice_view_init(&view, p, size, &err), 0);
	}
	free(p);
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, begin, end)
#define WORDS(f)	cmocka_unit_test_setup_teardown(f, begin_words, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_good), CASE(test_identity), CASE(test_fixes),
		CASE(test_every_truncation), CASE(test_names), CASE(test_unit), CASE(test_entries),
		CASE(test_string_unit), CASE(test_site),
		CASE(test_nested_sites), CASE(test_syms), CASE(test_relocs), CASE(test_foreign_static),
		CASE(test_replaces), WORDS(test_word_place), WORDS(test_word_order),
		WORDS(test_word_value), WORDS(test_word_fields), CASE(test_fixups), CASE(test_targets),
		CASE(test_hooks),
		CASE(test_supersedes),
		CASE(test_states), CASE(test_many_targets),
		CASE(test_many_sites), CASE(test_many_alternatives),
		WORDS(test_every_word), WORDS(test_checksum),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
