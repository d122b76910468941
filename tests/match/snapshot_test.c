// SPDX-License-Identifier: GPL-2.0
/*
 * snapshot_test [-m N] SNAPSHOT BLOB...: matches blobs with the memory of a kernel
 * that has booted (see snapshot.py), or has been linked; a TAP line each.
 *
 * -m N: N times, changes one thing in the running or in the pre code of those
 * that match, outside of sites; none of these may match.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "image.h"

static const char * const kinds[] = {
	"?", "fentry", "endbr", "alt", "retpoline", "return", "call", "sc",
	"label", "lock", "rtptr", "rtshift",
};

struct total {
	u64 funcs, bytes, syms, checked, wrong, overridden, ambiguous;
	u64 sites[KSPLICE_SITE_KINDS], patched[KSPLICE_SITE_KINDS];
	u64 by_data, by_order;
	double slowest;
};

static struct image im;

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
	char kind[16];

	if (!f) {
		perror(path);
		exit(1);
	}
	while (fscanf(f, "%15s %lx %lx", kind, &addr, &size) == 3) {
		u8 *p = image_add(&im, addr, size,
				  !strcmp(kind, "text") ? KSPLICE_UNIT_TEXT :
				  !strcmp(kind, "rodata") ? KSPLICE_UNIT_RODATA :
				  KSPLICE_UNIT_DATA);

		fgetc(f);
		if (fread(p, 1, size, f) != size)
			exit(1);
	}
	fclose(f);
}

static void load_kallsyms(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[1024], name[600], type;
	unsigned long addr;

	while (f && fgets(line, sizeof(line), f))
		if (!strchr(line, '[') &&
		    sscanf(line, "%lx %c %599s", &addr, &type, name) == 3)
			image_sym(&im, name, addr);
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
		if (image_ops.candidates(&im, 0, name, cmp_wanted, &value))
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

static bool one(const char *path, u32 n, struct total *t)
{
	const char *label = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct ksplice_error err;
	struct ksplice_match m;
	struct ksplice_view v;
	size_t size;
	void *blob = read_file(path, &size);
	double start = now(), ms;
	int ret = ksplice_view_init(&v, blob, size, &err);

	if (ret) {
		printf("not ok %u - %s: %d: %s\n", n, label, ret, err.text);
		free(blob);
		return false;
	}
	ret = ksplice_match_run(&m, &v, &image_ops, &im);
	ms = now() - start;
	if (ms > t->slowest)
		t->slowest = ms;
	if (ret)
		printf("not ok %u - %s: %d: %s\n", n, label, ret, m.err.text);
	else
		printf("ok %u - %s: %u units, %lu bytes, %.1f ms\n", n, label,
		       m.units_matched, (unsigned long)m.bytes_compared, ms);
	check_values(&m, t);
	add_figures(&m, t);
	ksplice_match_free(&m);
	free(blob);
	return !ret;
}

/*
 * Mutations
 */

struct mutation {
	char what[200];
	u8 *byte;	/* in memory or in the blob */
	u8 was;
	struct ksplice_f_reloc *reloc;
	struct ksplice_f_reloc reloc_was;
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
		    ksplice_arch_field_size(v->relocs[i].type))
			return true;
	return false;
}

/* Bytes the unit is shorter in memory: its near jumps, 3 bytes each. */
static u32 missing(const struct ksplice_match *m, u32 unit)
{
	const struct ksplice_view *v = m->view;
	const struct ksplice_f_unit *u = &v->units[unit];
	u32 i, at, n = 0;

	for (i = u->relocs; i < u->relocs + u->nrelocs; i++) {
		at = v->relocs[i].offset - 1;
		if (v->relocs[i].offset && v->bytes[u->bytes + at] == 0xe9 &&
		    *image_at(&im, m->unit_addr[unit] + at - n, 1) == 0xeb)
			n += 3;
	}
	return n;
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

static bool mutate(struct mutation *mu, const struct ksplice_match *m)
{
	const struct ksplice_view *v = m->view;
	u32 unit = rnd(v->hdr->units.n), off;
	const struct ksplice_f_unit *u = &v->units[unit];

	memset(mu, 0, sizeof(*mu));
	if (u->kind != KSPLICE_UNIT_TEXT ||
	    m->unit_state[unit] != KSPLICE_UNIT_MATCHED)
		return false;
	off = rnd(u->size);
	if (in_site(v, u, off))
		return false;
	snprintf(mu->what, sizeof(mu->what), "%s+%#x",
		 ksplice_str(v, u->name), off);
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
	u32 i, accepted = 0;

	if (ksplice_view_init(&v, blob, size, &err) ||
	    ksplice_match_run(&good, &v, &image_ops, &im)) {
		free(blob);
		return 0;
	}
	for (i = 0; i < n; ) {
		if (!mutate(&mu, &good))
			continue;
		i++;
		if (!ksplice_match_run(&m, &v, &image_ops, &im)) {
			printf("# accepted: %s: %s (%02x was %02x)\n", path,
			       mu.what, mu.byte ? *mu.byte : 0, mu.was);
			accepted++;
		}
		ksplice_match_free(&m);
		undo(&mu);
	}
	ksplice_match_free(&good);
	free(blob);
	return accepted;
}

static bool mutate_all(u32 n, char **blobs, u32 nblobs, u32 line)
{
	u32 i, accepted = 0, done = 0, part;

	for (i = 0; i < nblobs; i++) {
		part = n / nblobs + (i < n % nblobs);
		accepted += mutations(blobs[i], part);
		done += part;
	}
	printf("%sok %u - %u mutations refused, %u accepted\n",
	       accepted ? "not " : "", line, done - accepted, accepted);
	return !accepted;
}

int main(int argc, char **argv)
{
	struct total t = { 0 };
	char path[4096];
	int i, bad = 0, muts = 0;

	if (argc > 3 && !strcmp(argv[1], "-m")) {
		muts = atoi(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc < 3)
		return 2;
	snprintf(path, sizeof(path), "%s/memory", argv[1]);
	load_memory(path);
	snprintf(path, sizeof(path), "%s/kallsyms", argv[1]);
	load_kallsyms(path);
	im.all_ftrace = true;
	image_addr(&im, "");	/* sort now, not while the clock runs */
	printf("1..%d\n", argc - 2 + 1 + !!muts);
	for (i = 2; i < argc; i++)
		bad += !one(argv[i], i - 1, &t);
	printf("%sok %d - values as in kallsyms: %lu of %lu wrong\n",
	       t.wrong ? "not " : "", argc - 1, t.wrong, t.checked);
	printf("# %d of %d objects, %lu functions, %lu bytes, %lu symbols, %lu overridden, %lu of ambiguous names, %lu by data, %lu by order, slowest %.1f ms\n",
	       argc - 2 - bad, argc - 2, t.funcs, t.bytes, t.syms, t.overridden,
	       t.ambiguous, t.by_data, t.by_order, t.slowest);
	for (i = 1; i < KSPLICE_SITE_KINDS; i++)
		printf("# %-9s %8lu sites, %8lu patched\n", kinds[i],
		       t.sites[i], t.patched[i]);
	if (muts && !mutate_all(muts, argv + 2, argc - 2, argc))
		bad++;
	image_free(&im);
	return bad || t.wrong;
}
