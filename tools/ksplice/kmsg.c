// SPDX-License-Identifier: GPL-2.0
/* What the kernel logs about hot updates while this program runs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ksplice.h"

static int kmsg = -1;
static const char *about;

/*
 * Collect from now on what is about update @name. If the log can't be read, only the
 * reasons are missing.
 */
void kmsg_start(const char *name)
{
	about = name;
	if (kmsg < 0)
		kmsg = root_open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kmsg >= 0)
		lseek(kmsg, 0, SEEK_END);
}

/* "PREFIXNAME: " */
static bool begins(const char *text, const char *prefix, const char *name)
{
	size_t n = strlen(prefix), k = strlen(name);

	return !strncmp(text, prefix, n) && !strncmp(text + n, name, k) &&
	       !strncmp(text + n + k, ": ", 2);
}

/*
 * What the core says about the update or its module, what the module loader
 * says about the module, and what it says without naming one.
 */
static bool concerns_us(const char *text)
{
	char *module = module_name(about);
	bool ours = begins(text, "ksplice: ", about) ||
		begins(text, "ksplice: ", module) || begins(text, "", module) ||
		starts_with(text, "Lockdown: ksplice: ") ||
		starts_with(text, "Loading of unsigned module ") ||
		starts_with(text, "Loading of module with ");

	free(module);
	return ours;
}

/*
 * "6,1234,5678,-;text": the first number is facility * 8 + level. What a program
 * writes to /dev/kmsg never has the kernel's facility, 0.
 */
static void take_record(char *record, str_vec *lines)
{
	char *text = strchr(record, ';'), *end;
	unsigned long prefix = strtoul(record, &end, 10);

	if (!text || end == record || *end != ',' || prefix >> 3 ||
	    !concerns_us(text + 1))
		return;
	*vec_add(lines) = xstrdup(text + 1);
}

static void take_records(char *records, str_vec *lines)
{
	char *line;

	while ((line = strsep(&records, "\n")))
		take_record(line, lines);
}

/* A read returns one record, EPIPE if some were lost, EAGAIN at the end. */
void kmsg_collect(str_vec *lines)
{
	char buf[8193];
	ssize_t n;

	while (kmsg >= 0 && about) {
		n = read(kmsg, buf, sizeof(buf) - 1);
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return;
		buf[n] = '\0';
		take_records(buf, lines);
	}
}
