// SPDX-License-Identifier: GPL-2.0
/* Strings and messages. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ksplice.h"

static void out_of_memory(void)
{
	fputs("ksplice: out of memory\n", stderr);
	exit(EXIT_FAILED);
}

void *xzalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *vec_grow(void *v, unsigned int n, unsigned int *cap, size_t size)
{
	if (n == *cap) {
		*cap = *cap ? *cap * 2 : 16;
		v = reallocarray(v, *cap, size);
		if (!v)
			out_of_memory();
	}
	memset((char *)v + n * size, 0, size);
	return v;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		out_of_memory();
	return p;
}

static char *vformat(const char *fmt, va_list ap)
{
	char *p;

	if (vasprintf(&p, fmt, ap) < 0)
		out_of_memory();
	return p;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = vformat(fmt, ap);
	va_end(ap);
	return p;
}

bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), k = strlen(suffix);

	return n >= k && !strcmp(s + n - k, suffix);
}

/* A path of the machine, or of the image below --root */
char *pathf(const char *fmt, ...)
{
	va_list ap;
	char *path;

	va_start(ap, fmt);
	path = vformat(fmt, ap);
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
	char *text = vformat(fmt, ap), *shown = visible(text);

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
