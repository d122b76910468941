// SPDX-License-Identifier: GPL-2.0
/*
 * snapshot_test [OPTION] SNAPSHOT BLOB...: matches blobs with the memory of a
 * kernel that has booted (see snapshot.py), or has been linked; a TAP line each.
 *
 * -m N: N times, changes one thing in the running or in the pre code of those
 * that match, outside of sites, or (one in six) in what the tables say about it
 * or in the feature that an alternative is for; none of these may match.
 * -l FILE: functions that are known not to match, a line "OBJECT FUNCTION ..."
 * each.  An object of which others don't fails.
 * -o: the snapshot is of another kernel. Blobs whose code differs there have to
 * be refused with the name of the function; of the others it says so.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "image.h"

static const char * const kinds[] = {
	"?", "fentry", "endbr", "alt", "retpoline", "return", "call", "sc",
	"label", "lock", "rtptr", "rtshift",
};

struct total {
	u64 funcs, bytes, syms, checked, wrong, overridden, ambiguous;
	u64 sites[KSPLICE_SITE_KINDS], patched[KSPLICE_SITE_KINDS];
	u64 by_data, by_order, left;
	double slowest;
};

static struct image im;
static char *known;	/* what -l names */

static void *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	void *p;

	if (!f) {
		perror(path);
		exit(1);
	}
	fseek(f, 0, SEEK_END);
	*size = ftell(f);
	rewind(f);
	p = malloc(*size + 1);
	if (fread(p, 1, *size, f) != *size)
		exit(1);
	fclose(f);
	return p;
}

static void load_memory(const char *path)
{
	FILE *f = fopen(path, "rb");
	unsigned long addr, size;
	char kind[16], owner[IMAGE_NAME], line[200];

	if (!f) {
		perror(path);
		exit(1);
	}
	while (fgets(line, sizeof(line), f)) {
		owner[0] = 0;
		if (sscanf(line, "%15s %lx %lx %63s", kind, &addr, &size,
			   owner) < 3)
			exit(1);
		u8 *p = image_add(&im, addr, size,
				  !strcmp(kind, "text") ? KSPLICE_UNIT_TEXT :
				  !strcmp(kind, "rodata") ? KSPLICE_UNIT_RODATA :
				  KSPLICE_UNIT_DATA);

		image_owner(&im, owner);
		if (fread(p, 1, size, f) != size)
			exit(1);
	}
	fclose(f);
}

static void load_kallsyms(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[1024], name[600], owner[IMAGE_NAME], type;
	unsigned long addr;

	while (f && fgets(line, sizeof(line), f)) {
		owner[0] = 0;
		if (sscanf(line, "%lx %c %599s [%63[^]]", &addr, &type, name,
			   owner) >= 3)
			image_module_sym(&im, name, owner, addr);
	}
	if (f)
		fclose(f);
}

static const struct {
	const char *name;
	u32 kind;
	const char *start, *end;	/* of vmlinux's */
} tables[] = {
	{ "__jump_table", KSPLICE_ENTRY_JUMP_LABEL,
	  "__start___jump_table", "__stop___jump_table" },
	{ ".static_call_sites", KSPLICE_ENTRY_STATIC_CALL,
	  "__start_static_call_sites", "__stop_static_call_sites" },
	{ "__ex_table", KSPLICE_ENTRY_EXCEPTION,
	  "__start___ex_table", "__stop___ex_table" },
	{ "__bug_table", KSPLICE_ENTRY_BUG,
	  "__start___bug_table", "__stop___bug_table" },
};

/* Those of modules are in a file, "SECTION START SIZE" a line. */
static void load_tables(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned long start, end;
	char line[200], name[64];
	u32 i, n = 0;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		start = image_addr(&im, tables[i].start);
		end = image_addr(&im, tables[i].end);
		if (start && end > start)
			n += image_table(&im, tables[i].kind, start, end);
	}
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lx %lx", name, &start, &end) != 3)
			exit(1);
		for (i = 0; i < ARRAY_SIZE(tables); i++)
			if (!strcmp(tables[i].name, name))
				n += image_table(&im, tables[i].kind, start,
						 start + end);
	}
	if (f)
		fclose(f);
	printf("# %u entries of tables\n", n);
}

/* The words of boot_cpu_data.x86_capability, a line each */
static void load_features(const char *path)
{
	FILE *f = fopen(path, "r");

	while (f && im.nfeatures < ARRAY_SIZE(im.features) &&
	       fscanf(f, "%x", &im.features[im.nfeatures]) == 1)
		im.nfeatures++;
	if (f)
		fclose(f);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int cmp_wanted(void *data, unsigned long addr)
{
	return *(unsigned long *)data == addr;
}

/* Whose symbol it is; KSPLICE_NONE if it may be anybody's. */
static u32 scope_of(const struct ksplice_view *v, const struct ksplice_f_sym *s)
{
	return s->unit == KSPLICE_NONE ? s->target : v->units[s->unit].target;
}

/* Every value must be one that kallsyms has for the name, if it has any. */
static void check_values(struct ksplice_match *m, struct total *t)
{
	u32 i;

	for (i = 0; i < m->view->hdr->syms.n; i++) {
		const struct ksplice_f_sym *s = &m->view->syms[i];
		const char *name = ksplice_str(m->view, s->name);
		unsigned long value = m->sym_value[i];

		if (m->sym_state[i] == KSPLICE_SYM_UNKNOWN)
			continue;
		t->syms++;
		if (s->flags & (KSPLICE_SYM_ANON | KSPLICE_SYM_RT_PTR |
				KSPLICE_SYM_RT_SHIFT) || !image_addr(&im, name))
			continue;
		t->checked++;
		if (image_ops.candidates(&im, scope_of(m->view, s), name,
					 cmp_wanted, &value))
			continue;
		t->wrong++;
		printf("# %s is %#lx, which kallsyms does not know\n", name, value);
	}
}

static void add_figures(struct ksplice_match *m, struct total *t)
{
	u32 i;

	for (i = 0; i < m->view->hdr->units.n; i++)
		if (m->view->units[i].kind == KSPLICE_UNIT_TEXT &&
		    m->unit_state[i] == KSPLICE_UNIT_MATCHED)
			t->funcs++;
	for (i = 0; i < KSPLICE_SITE_KINDS; i++) {
		t->sites[i] += m->sites[i];
		t->patched[i] += m->sites_patched[i];
	}
	t->bytes += m->bytes_compared;
	t->overridden += m->units_overridden;
	t->ambiguous += m->ambiguous;
	t->by_data += m->by_data;
	t->by_order += m->by_order;
}

/* Is the function among those that -l names? */
static bool is_known(const char *object, const char *func)
{
	char line[700];

	snprintf(line, sizeof(line), "\n%s %s ", object, func);
	return known && strstr(known, line);
}

static u32 text_units(const struct ksplice_view *v)
{
	u32 i, n = 0;

	for (i = 0; i < v->hdr->units.n; i++)
		n += v->units[i].kind == KSPLICE_UNIT_TEXT;
	return n;
}

/*
 * Takes the function that did not match out of the comparison, for the others
 * to show whether they do: it becomes data, which is found but not compared.
 */
static void leave_out(const struct ksplice_view *v, u32 unit)
{
	struct ksplice_f_unit *u = (void *)&v->units[unit];

	u->kind = KSPLICE_UNIT_DATA;
	u->nrelocs = 0;
	u->nsites = 0;
	u->bytes = KSPLICE_NONE;
	im.data_in_text = true;
}

/* Matches; returns whether all functions but known ones did. */
static bool match_most(struct ksplice_match *m, const struct ksplice_view *v,
		       const char *label, u32 *left)
{
	bool good = true;

	for (*left = 0; ; (*left)++) {
		const char *func;

		im.view = v;
		if (!ksplice_match_run(m, v, &image_ops, &im))
			break;
		if (m->err_unit == KSPLICE_NONE ||
		    v->units[m->err_unit].kind != KSPLICE_UNIT_TEXT) {
			printf("# %s: %s\n", label, m->err.text);
			return false;
		}
		func = ksplice_str(v, v->units[m->err_unit].name);
		good = good && is_known(ksplice_str(v, v->units[m->err_unit].source), func);
		printf("# left over: %s: %s\n", func, m->err.text);
		leave_out(v, m->err_unit);
		ksplice_match_free(m);
	}
	im.data_in_text = false;
	return good;
}

static bool one(const char *path, u32 n, struct total *t)
{
	const char *label = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct ksplice_error err;
	struct ksplice_match m;
	struct ksplice_view v;
	u32 funcs, left;
	size_t size;
	void *blob = read_file(path, &size);
	double start, ms;
	bool good;

	if (ksplice_view_init(&v, blob, size, &err)) {
		printf("not ok %u - %s: %s\n", n, label, err.text);
		free(blob);
		return false;
	}
	funcs = text_units(&v);
	start = now();
	good = match_most(&m, &v, label, &left);
	ms = now() - start;
	if (!left && ms > t->slowest)
		t->slowest = ms;
	printf("%sok %u - %s: %u of %u functions, %lu bytes, %.1f ms\n",
	       good ? "" : "not ", n, label, funcs - left, funcs,
	       (unsigned long)m.bytes_compared, ms);
	check_values(&m, t);
	add_figures(&m, t);
	t->left += left;
	ksplice_match_free(&m);
	free(blob);
	return good;
}

/* Does the message say which function differs, of which file? */
static bool says_where(const struct ksplice_match *m)
{
	const struct ksplice_view *v = m->view;
	const struct ksplice_f_unit *u;

	if (m->err_unit == KSPLICE_NONE)
		return false;
	u = &v->units[m->err_unit];
	return strstr(m->err.text, ksplice_str(v, u->source)) == m->err.text &&
	       strstr(m->err.text, ksplice_str(v, u->name));
}

/* A kernel that the blob was not made for. */
static bool other_kernel(const char *path, u32 n)
{
	const char *label = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct ksplice_error err;
	struct ksplice_match m;
	struct ksplice_view v;
	size_t size;
	void *blob = read_file(path, &size);
	bool good = true;

	if (ksplice_view_init(&v, blob, size, &err)) {
		printf("not ok %u - %s: %s\n", n, label, err.text);
		free(blob);
		return false;
	}
	im.view = &v;
	if (ksplice_match_run(&m, &v, &image_ops, &im)) {
		good = says_where(&m);
		printf("%sok %u - %s: refused: %s\n", good ? "" : "not ", n,
		       label, m.err.text);
	} else {
		printf("ok %u - %s: has the same code there\n", n, label);
	}
	ksplice_match_free(&m);
	free(blob);
	return good;
}

/*
 * Mutations
 */

struct mutation {
	char what[200];
	u32 unit, off;
	bool in_memory;
	u8 *byte;	/* in memory or in the blob */
	u8 was;
	struct ksplice_f_reloc *reloc;
	struct ksplice_f_reloc reloc_was;
	struct ksplice_run_entry *entry;
	struct ksplice_run_entry entry_was;
	struct ksplice_f_unit *shorter;	/* an entry is missing in the pre code */
	u32 *word, word_was;
};

static u64 seed = 1;

static u32 rnd(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 32) % n;
}

static bool in_site(const struct ksplice_view *v, const struct ksplice_f_unit *u,
		    u32 off)
{
	u32 i;

	for (i = u->sites; i < u->sites + u->nsites; i++)
		if (off >= v->sites[i].offset &&
		    off < v->sites[i].offset + v->sites[i].len)
			return true;
	return false;
}

static bool in_field(const struct ksplice_view *v,
		     const struct ksplice_f_unit *u, u32 off)
{
	u32 i;

	for (i = u->relocs; i < u->relocs + u->nrelocs; i++)
		if (off >= v->relocs[i].offset && off < v->relocs[i].offset +
		    arch_ksplice_field_size(v->relocs[i].type))
			return true;
	return false;
}

/* Bytes the unit is shorter in memory: near jumps, the padding of loops. */
static s32 missing(const struct ksplice_match *m, u32 unit)
{
	return m->unit_shift[unit];
}

static void change_byte(struct mutation *mu, u8 *p)
{
	mu->byte = p;
	mu->was = *p;
	if (rnd(2))
		*p ^= 1 << rnd(8);
	else
		*p += 1 + rnd(255);
}

/* Another symbol or another place in it. */
static void change_reloc(struct mutation *mu, const struct ksplice_match *m,
			 struct ksplice_f_reloc *r)
{
	u32 n = m->view->hdr->syms.n, sym = rnd(n);

	mu->reloc = r;
	mu->reloc_was = *r;
	if (rnd(2) || m->sym_state[sym] == KSPLICE_SYM_UNKNOWN ||
	    m->sym_state[r->sym] == KSPLICE_SYM_UNKNOWN ||
	    m->sym_value[sym] == m->sym_value[r->sym])
		r->addend += 1 + rnd(64);
	else
		r->sym = sym;
}

/* One of those about a unit's code, or NULL */
static struct ksplice_run_entry *entry_of(const struct ksplice_match *m,
					  u32 unit)
{
	u32 size = m->view->units[unit].size - missing(m, unit), i, n;

	n = im.nentries ? rnd(m->view->units[unit].nentries + 1) : 0;
	for (i = 0; i < im.nentries; i++)
		if (im.entries[i].e.place - m->unit_addr[unit] < size && !n--)
			return &im.entries[i].e;
	return NULL;
}

static void change_entry(struct mutation *mu, struct ksplice_run_entry *e)
{
	struct ksplice_run_entry *other = &im.entries[rnd(im.nentries)].e;
	u32 nrefs = e->kind == KSPLICE_ENTRY_JUMP_LABEL ? 2 :
		    e->kind != KSPLICE_ENTRY_BUG, k;

	mu->entry = e;
	mu->entry_was = *e;
	switch (rnd(4)) {
	case 0:
		e->data ^= e->kind == KSPLICE_ENTRY_EXCEPTION ? 1 << rnd(16) :
			   e->kind == KSPLICE_ENTRY_BUG ? 8 << rnd(9) : 1;
		strcat(mu->what, ", flags of an entry");
		break;
	case 1:
		/* they stay sorted */
		if (e + 1 < &im.entries[im.nentries].e && e[1].place == e->place)
			e++;
		mu->entry = e;
		mu->entry_was = *e;
		e->place++;
		strcat(mu->what, ", place of an entry");
		break;
	default:
		if (!nrefs) {
			e->data ^= 1;
			strcat(mu->what, ", flags of a bug");
			break;
		}
		k = rnd(nrefs);
		if (other->kind == e->kind && other->refs[k] != e->refs[k])
			e->refs[k] = other->refs[k];
		else
			e->refs[k] += 8 << rnd(4);
		strcat(mu->what, ", what an entry refers to");
	}
}

/* Would its other variant be the same code? */
static bool is_idle(const struct ksplice_view *v, const struct ksplice_f_unit *u,
		    const struct ksplice_f_site *s)
{
	const u8 *pre = v->bytes + u->bytes + s->offset, *repl = v->bytes + s->arg;
	u32 i;

	for (i = 0; i < s->len; i++)
		if (pre[i] != (i < s->arglen ? repl[i] : 0x90))
			return false;
	return true;
}

/* An alternative that is for CPUs without the feature now */
static bool change_feature(struct mutation *mu, const struct ksplice_view *v,
			   const struct ksplice_f_unit *u)
{
	struct ksplice_f_site *s = (void *)&v->sites[u->sites];
	u32 i = rnd(u->nsites + 1);

	if (i == u->nsites || s[i].kind != KSPLICE_SITE_ALT ||
	    (s[i].feature & 0xffff) / 32 >= im.nfeatures || is_idle(v, u, &s[i]) ||
	    (i && s[i - 1].offset == s[i].offset) ||
	    (i + 1 < u->nsites && s[i + 1].offset == s[i].offset &&
	     s[i + 1].kind == KSPLICE_SITE_ALT))
		return false;
	mu->word = &s[i].feature;
	mu->word_was = s[i].feature;
	s[i].feature ^= 0x10000;
	strcat(mu->what, ", feature of an alternative");
	return true;
}

static u32 table_mutations;

/* What only tables say */
static bool mutate_table(struct mutation *mu, const struct ksplice_match *m,
			 u32 unit)
{
	struct ksplice_f_unit *u = (void *)&m->view->units[unit];
	struct ksplice_run_entry *e;

	switch (rnd(8)) {
	case 0:
		if (!u->nentries)
			return false;
		mu->shorter = u;
		u->nentries--;
		strcat(mu->what, ", an entry less in the pre code");
		break;
	case 1:
	case 2:
		if (!change_feature(mu, m->view, u))
			return false;
		break;
	default:
		e = entry_of(m, unit);
		if (!e)
			return false;
		change_entry(mu, e);
	}
	table_mutations++;
	return true;
}

/* One thing; of the tables if @table says so.  false: it did not come to it */
static bool mutate(struct mutation *mu, const struct ksplice_match *m,
		   bool table)
{
	const struct ksplice_view *v = m->view;
	u32 unit = rnd(v->hdr->units.n), off;
	const struct ksplice_f_unit *u = &v->units[unit];

	memset(mu, 0, sizeof(*mu));
	if (u->kind != KSPLICE_UNIT_TEXT ||
	    m->unit_state[unit] != KSPLICE_UNIT_MATCHED)
		return false;
	off = rnd(u->size);
	mu->unit = unit;
	mu->off = off;
	snprintf(mu->what, sizeof(mu->what), "%s+%#x",
		 ksplice_str(v, u->name), off);
	if (table)
		return mutate_table(mu, m, unit);
	if (in_site(v, u, off))
		return false;
	switch (rnd(4)) {
	case 0: {
		u32 i = rnd(u->nrelocs + 1);

		if (i == u->nrelocs ||
		    in_site(v, u, v->relocs[u->relocs + i].offset))
			return false;
		const struct ksplice_f_reloc *r = &v->relocs[u->relocs + i];

		change_reloc(mu, m, (void *)r);
		snprintf(mu->what, sizeof(mu->what),
			 "%s, relocation at %#x: %s%+ld, was %s%+ld",
			 ksplice_str(v, u->name), r->offset,
			 ksplice_str(v, v->syms[r->sym].name), (long)r->addend,
			 ksplice_str(v, v->syms[mu->reloc_was.sym].name),
			 (long)mu->reloc_was.addend);
		return true;
	}
	case 1:
		if (in_field(v, u, off))
			return false;
		change_byte(mu, (u8 *)v->bytes + u->bytes + off);
		strcat(mu->what, " in the pre code");
		return true;
	default:
		if (off >= u->size - missing(m, unit))
			return false;
		mu->in_memory = true;
		change_byte(mu, image_at(&im, m->unit_addr[unit] + off, 1));
		strcat(mu->what, " in memory");
		return true;
	}
}

static void undo(struct mutation *mu)
{
	if (mu->byte)
		*mu->byte = mu->was;
	if (mu->reloc)
		*mu->reloc = mu->reloc_was;
	if (mu->entry)
		*mu->entry = mu->entry_was;
	if (mu->shorter)
		mu->shorter->nentries++;
	if (mu->word)
		*mu->word = mu->word_was;
}

/* The field that was changed, if it is one. */
static const struct ksplice_f_reloc *changed_field(const struct ksplice_view *v,
						   const struct mutation *mu)
{
	const struct ksplice_f_unit *u = &v->units[mu->unit];
	const struct ksplice_f_reloc *r = v->relocs + u->relocs, *end = r + u->nrelocs;

	for (; r < end; r++)
		if (mu->off >= r->offset &&
		    mu->off < r->offset + arch_ksplice_field_size(r->type))
			return r;
	return NULL;
}

/*
 * Does the code still mean the same?  A field may lead to another place now where
 * there is the very same string: "c" is also the end of "fs/ext4/crypto.c".
 */
static bool same_string(const struct ksplice_match *m, const struct mutation *mu)
{
	const struct ksplice_f_reloc *r = changed_field(m->view, mu);
	const struct ksplice_f_sym *sym;
	unsigned long place;
	u8 *a, *b, field[8];
	u64 is, was;
	u32 size;

	if (!mu->in_memory || !r)
		return false;
	sym = &m->view->syms[r->sym];
	if (sym->unit == KSPLICE_NONE ||
	    m->view->units[sym->unit].kind != KSPLICE_UNIT_STRING)
		return false;
	place = m->unit_addr[mu->unit] + r->offset;
	size = arch_ksplice_field_size(r->type);
	memcpy(field, image_at(&im, place, size), size);
	if (arch_ksplice_read_field(r->type, field, place, r->addend, &is))
		return false;
	field[mu->off - r->offset] = mu->was;
	if (arch_ksplice_read_field(r->type, field, place, r->addend, &was))
		return false;
	size = m->view->units[sym->unit].size;
	a = image_at(&im, is - sym->offset, size);
	b = image_at(&im, was - sym->offset, size);
	return a && b && !memcmp(a, b, size);
}

/* Returns the number of those that were accepted. */
static u32 mutations(const char *path, u32 n)
{
	struct ksplice_match good, m;
	struct ksplice_error err;
	struct mutation mu;
	struct ksplice_view v;
	size_t size;
	void *blob = read_file(path, &size);
	u32 i, accepted = 0, tries = 0;

	im.view = &v;
	if (ksplice_view_init(&v, blob, size, &err) ||
	    ksplice_match_run(&good, &v, &image_ops, &im)) {
		free(blob);
		return 0;
	}
	for (i = 0; i < n; ) {
		/* not every object has tables */
		if (!mutate(&mu, &good, i % 6 == 0 && tries < 1000)) {
			tries++;
			continue;
		}
		tries = 0;
		i++;
		memset(&m, 0, sizeof(m));
		if (!ksplice_view_init(&v, blob, size, &err) &&
		    !ksplice_match_run(&m, &v, &image_ops, &im)) {
			bool same = same_string(&good, &mu);

			printf("# %s: %s: %s (%02x was %02x)\n",
			       same ? "the same string elsewhere" : "accepted",
			       path, mu.what, mu.byte ? *mu.byte : 0, mu.was);
			accepted += !same;
			i -= same;
		}
		ksplice_match_free(&m);
		undo(&mu);
	}
	ksplice_match_free(&good);
	free(blob);
	return accepted;
}

/* Does it match at all, and has code? */
static bool is_whole(const char *path)
{
	struct ksplice_match m;
	struct ksplice_error err;
	struct ksplice_view v;
	size_t size;
	void *blob = read_file(path, &size);
	bool whole = false;

	if (!ksplice_view_init(&v, blob, size, &err) && text_units(&v)) {
		im.view = &v;
		whole = !ksplice_match_run(&m, &v, &image_ops, &im);
		ksplice_match_free(&m);
	}
	free(blob);
	return whole;
}

static bool mutate_all(u32 n, char **blobs, u32 nblobs, u32 line)
{
	char **whole = calloc(nblobs + 1, sizeof(*whole));
	u32 i, accepted = 0, done = 0, part, k = 0;

	for (i = 0; i < nblobs; i++)
		if (is_whole(blobs[i]))
			whole[k++] = blobs[i];
	for (i = 0; i < k; i++) {
		part = n / k + (i < n % k);
		accepted += mutations(whole[i], part);
		done += part;
	}
	free(whole);
	printf("%sok %u - %u mutations (%u of tables and features) refused, %u accepted\n",
	       accepted || done < n ? "not " : "", line, done - accepted,
	       table_mutations, accepted);
	return !accepted && done == n;
}

static void print_total(const struct total *t, int objects, int bad)
{
	int i;

	printf("# %d of %d objects, %lu functions, %lu left over, %lu bytes, %lu symbols, %lu overridden, %lu of ambiguous names, %lu by data, %lu by order, slowest %.1f ms\n",
	       objects - bad, objects, t->funcs + t->overridden, t->left, t->bytes,
	       t->syms, t->overridden, t->ambiguous, t->by_data, t->by_order,
	       t->slowest);
	for (i = 1; i < KSPLICE_SITE_KINDS; i++)
		printf("# %-9s %8lu sites, %8lu patched\n", kinds[i],
		       t->sites[i], t->patched[i]);
}

static void load_snapshot(const char *dir)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/memory", dir);
	load_memory(path);
	snprintf(path, sizeof(path), "%s/kallsyms", dir);
	load_kallsyms(path);
	snprintf(path, sizeof(path), "%s/tables", dir);
	load_tables(path);
	snprintf(path, sizeof(path), "%s/features", dir);
	load_features(path);
	im.all_ftrace = true;
	image_addr(&im, "");	/* sort now, not while the clock runs */
}

static int match_other(char **blobs, int n)
{
	int i, bad = 0;

	printf("1..%d\n", n);
	for (i = 0; i < n; i++)
		bad += !other_kernel(blobs[i], i + 1);
	return bad;
}

static int match_own(char **blobs, int n, int muts)
{
	struct total t = { 0 };
	int i, bad = 0;

	printf("1..%d\n", n + 1 + !!muts);
	for (i = 0; i < n; i++)
		bad += !one(blobs[i], i + 1, &t);
	printf("%sok %d - values as in kallsyms: %lu of %lu wrong\n",
	       t.wrong ? "not " : "", n + 1, t.wrong, t.checked);
	print_total(&t, n, bad);
	if (muts && !mutate_all(muts, blobs, n, n + 2))
		bad++;
	return bad + !!t.wrong;
}

static char *read_known(const char *path)
{
	size_t size;
	char *text = read_file(path, &size), *all = calloc(1, size + 2);

	all[0] = '\n';
	memcpy(all + 1, text, size);
	free(text);
	return all;
}

int main(int argc, char **argv)
{
	int opt, bad, muts = 0;
	bool other = false;

	while ((opt = getopt(argc, argv, "m:l:o")) != -1) {
		if (opt == 'm')
			muts = atoi(optarg);
		else if (opt == 'l')
			known = read_known(optarg);
		else if (opt == 'o')
			other = true;
		else
			return 2;
	}
	if (argc - optind < 2)
		return 2;
	load_snapshot(argv[optind++]);
	if (other)
		bad = match_other(argv + optind, argc - optind);
	else
		bad = match_own(argv + optind, argc - optind, muts);
	image_free(&im);
	free(known);
	return !!bad;
}
