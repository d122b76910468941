// SPDX-License-Identifier: GPL-2.0
/* Reads an update back. */
#include "objdiff.h"

int inspect_file(const char *path, bool json)
{
	(void)path;
	(void)json;
	die("inspect: not built yet");
}
