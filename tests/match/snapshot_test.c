// SPDX-License-Identifier: GPL-2.0
/*
 * snapshot_test SNAPSHOT BLOB...: matches blobs with the memory of a kernel that
 * has booted (see snapshot.py); a TAP line each.  With -m N, does N mutations of
 * each as well, and none of them may match.
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

int main(int argc, char **argv)
{
	struct total t = { 0 };
	char path[4096];
	int i, bad = 0;

	if (argc < 3)
		return 2;
	snprintf(path, sizeof(path), "%s/memory", argv[1]);
	load_memory(path);
	snprintf(path, sizeof(path), "%s/kallsyms", argv[1]);
	load_kallsyms(path);
	printf("1..%d\n", argc - 2 + 1);
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
	image_free(&im);
	return bad || t.wrong;
}
