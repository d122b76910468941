// SPDX-License-Identifier: GPL-2.0
/* What the kernel logs about hot updates while this program runs. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ksplice.h"

static int kmsg = -1;

/* From now on. Where it can't be read the reasons are missing, no more. */
void kmsg_start(void)
{
	if (kmsg < 0)
		kmsg = open(rooted("/dev/kmsg"),
			    O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg >= 0)
		lseek(kmsg, 0, SEEK_END);
}

/* Others log, too: only what is about us or from the module loader. */
static bool concerns_us(const char *text)
{
	return strstr(text, "ksplice") || starts_with(text, "Lockdown: ") ||
	       starts_with(text, "Loading of ");
}

/* "6,1234,5678,-;text" */
static void take_record(char *record, str_vec *lines)
{
	char *text = strchr(record, ';');

	if (!text || record[0] == ' ' || !concerns_us(text + 1))
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

	while (kmsg >= 0) {
		n = read(kmsg, buf, sizeof(buf) - 1);
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			return;
		buf[n] = '\0';
		take_records(buf, lines);
	}
}
