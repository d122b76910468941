// SPDX-License-Identifier: GPL-2.0
/* kspl-objdiff inspect FILE: what an update contains. */
#include <string.h>

#include "objdiff.h"

int cmd_inspect(int argc, char **argv)
{
	const char *path = NULL, *place = NULL;
	bool json = false;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (!strcmp(argv[i], "--at") && i + 1 < argc && !place)
			place = argv[++i];
		else if (argv[i][0] == '-' || path)
			return EXIT_USAGE;
		else
			path = argv[i];
	}
	if (!path || (place && json))
		return EXIT_USAGE;
	return place ? inspect_at(path, place) : inspect_file(path, json);
}
