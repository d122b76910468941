// SPDX-License-Identifier: GPL-2.0
/* Paths and messages. */
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include "ksplice.h"

const char tool_name[] = "ksplice";

/* A path of the machine, or of the image below --root */
char *pathf(const char *fmt, ...)
{
	va_list ap;
	char *path;

	va_start(ap, fmt);
	path = xvasprintf(fmt, ap);
	va_end(ap);
	return path;
}

long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* uname -r; "" of an image below --root: none runs there, whatever is in its /proc */
const char *running_release(void)
{
	static char *release;

	if (opt.image)
		return "";
	if (!release)
		release = read_line("/proc/sys/kernel/osrelease");
	return release ? release : "";
}

/* A line; whatever is in it, a terminal obeys nothing of it. */
static void put_line(FILE *f, const char *fmt, va_list ap)
{
	char *text = xvasprintf(fmt, ap), *shown = visible(text);

	fprintf(f, "%s\n", shown);
	free(shown);
	free(text);
}

/* The result, for a person */
void say(const char *fmt, ...)
{
	va_list ap;

	if (opt.json)
		return;
	va_start(ap, fmt);
	put_line(stdout, fmt, ap);
	va_end(ap);
}

/* What went wrong, or a part of it */
void complain(const char *fmt, ...)
{
	va_list ap;

	if (!opt.json)
		fflush(stdout);
	va_start(ap, fmt);
	put_line(stderr, fmt, ap);
	va_end(ap);
}

/* Something on the way */
void note(const char *fmt, ...)
{
	va_list ap;

	if (opt.quiet)
		return;
	if (!opt.json)
		fflush(stdout);
	va_start(ap, fmt);
	put_line(stderr, fmt, ap);
	va_end(ap);
}
