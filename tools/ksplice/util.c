// SPDX-License-Identifier: GPL-2.0
/* Strings, files, messages. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* A path below --root */
char *rooted(const char *fmt, ...)
{
	char *path, *full;
	va_list ap;

	va_start(ap, fmt);
	path = vformat(fmt, ap);
	va_end(ap);
	full = xasprintf("%s%s", opt.root, path);
	free(path);
	return full;
}

/* The whole file as a string; NULL, with errno, if it can't be read. */
char *read_file(const char *path)
{
	size_t n = 0, size = 4096;
	char *text = xzalloc(size + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;

	while (fd >= 0 && (got = read(fd, text + n, size - n)) > 0) {
		n += got;
		if (n < size)
			continue;
		size *= 2;
		text = realloc(text, size + 1);
		if (!text)
			out_of_memory();
	}
	if (got < 0) {
		int err = errno;

		free(text);
		text = NULL;
		if (fd >= 0)
			close(fd);
		errno = err;
		return NULL;
	}
	close(fd);
	text[n] = '\0';
	return text;
}

/* Its first line; NULL if it can't be read. */
char *read_line(const char *path)
{
	char *text = read_file(path);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text;
}

void read_lines(const char *path, str_vec *lines)
{
	char *text = read_file(path), *at = text, *line;

	while (at && (line = strsep(&at, "\n"))) {
		if (*line)
			*vec_add(lines) = xstrdup(line);
	}
	free(text);
}

/* In one write, as sysfs wants it. Return: 0 or an errno. */
int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

bool exists(const char *path)
{
	return !access(path, F_OK);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, without those that begin with a dot */
void list_dir(const char *path, str_vec *names)
{
	DIR *dir = opendir(path);
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		if (d->d_name[0] != '.')
			*vec_add(names) = xstrdup(d->d_name);
	}
	if (dir)
		closedir(dir);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_name);
}

long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* uname -r; "" where there is no /proc (an image below --root) */
const char *running_release(void)
{
	static char *release;

	if (!release)
		release = read_line(rooted("/proc/sys/kernel/osrelease"));
	return release ? release : "";
}

/* The result, for a person */
void say(const char *fmt, ...)
{
	va_list ap;

	if (opt.json)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
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
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}
