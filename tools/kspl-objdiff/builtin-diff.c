// SPDX-License-Identifier: GPL-2.0
/* kspl-objdiff diff PRE.o POST.o: shows what changed, and what an update would do. */
#include <string.h>

#include "objdiff.h"

int cmd_diff(int argc, char **argv)
{
	struct update up = {};
	struct verdicts *vs;
	struct plan plan;
	const char *file[2], *old = NULL;
	bool json = false;
	int i, n = 0;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (!strcmp(argv[i], "--symvers") && i + 1 < argc)
			update_read_symvers(&up, argv[++i]);
		else if (!strcmp(argv[i], "--defined") && i + 1 < argc)
			update_read_defined(&up, argv[++i]);
		else if (!strcmp(argv[i], "--changed") && i + 1 < argc)
			update_read_changed(&up, argv[++i]);
		else if (!strcmp(argv[i], "--state-of") && i + 1 < argc)
			update_add_state_of(&up, argv[++i]);
		else if (!strcmp(argv[i], "--boot-done") && i + 1 < argc)
			*vec_add(&up.boot_done) = argv[++i];
		else if (!strcmp(argv[i], "--in-place") && i + 1 < argc)
			*vec_add(&up.in_place) = argv[++i];
		else if (!strcmp(argv[i], "--old-types") && i + 1 < argc)
			old = argv[++i];
		else if (argv[i][0] == '-' || n == 2)
			return EXIT_USAGE;
		else
			file[n++] = argv[i];
	}
	if (n != 2)
		return EXIT_USAGE;
	update_add_tu(&up, "vmlinux", file[1], file[0], file[1]);
	if (old)
		update_add_old(&up, file[1], old);
	pair_units(&up);
	pair_contents(&up);
	compare_units(&up);
	plan_init(&plan, &up);
	vs = judge(&plan);
	if (json) {
		report_json(vs, stdout);
	} else {
		report_text(vs, stdout);
		report_problems(vs, stdout);
	}
	return verdicts_status(vs);
}
