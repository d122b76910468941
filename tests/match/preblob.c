// SPDX-License-Identifier: GPL-2.0
/*
 * preblob SYMVERS RELEASE TARGET OUT LABEL PRE.o [LABEL PRE.o]...
 *
 * Writes a blob that holds the pre code of objects and replaces nothing, by
 * kspl-objdiff's own code: to match whole files that no patch touches.
 */
#include <stdio.h>
#include <string.h>
#include "../../tools/kspl-objdiff/objdiff.h"

int main(int argc, char **argv)
{
	struct update up = { .name = "pre", .description = "", .fixes = "" };
	struct out out = { 0 };
	struct out_sec *s;
	struct plan plan;
	FILE *f;
	int i;

	if (argc < 7) {
		fprintf(stderr, "usage: preblob SYMVERS RELEASE TARGET OUT {LABEL PRE.o}...\n");
		return 2;
	}
	up.release = argv[2];
	update_read_symvers(&up, argv[1]);
	for (i = 5; i + 1 < argc; i += 2)
		update_add_tu(&up, argv[3], argv[i], argv[i + 1], argv[i + 1]);
	vec_add(&out.secs);
	plan_init(&plan, &up);
	out.vs = verdicts_new(&plan);
	blob_build(&out);
	s = &out.secs.v[out.secs.n - 1];
	f = fopen(argv[4], "wb");
	if (!f || fwrite(s->data.v, s->data.n, 1, f) != 1 || fclose(f)) {
		perror(argv[4]);
		return 1;
	}
	return 0;
}
