// SPDX-License-Identifier: GPL-2.0
/*
 * Files of the machine, or of the image below --root.  Links in an image can't lead
 * out of it: the kernel resolves each path as if the image were the root.  So all
 * files are opened relative to a descriptor, never by a path that was put
 * together.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ksplice.h"

static int root_fd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(opt.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

/* Return: a descriptor, or -1 with errno. */
int root_open(const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	if (!*opt.root)
		return open(path, flags | O_CLOEXEC);
	if (root_fd() < 0)
		return -1;
	return syscall(SYS_openat2, root_fd(), path, &how, sizeof(how));
}

/* For messages: the path as it is typed outside of the image */
char *shown(const char *path)
{
	return xasprintf("%s%s", opt.root, path);
}

/* The whole file, or @most of it, as a string; NULL, with errno, if it can't be read. */
static char *read_fd(int fd, size_t most)
{
	size_t n = 0, size = 4096;
	char *text = xzalloc(size + 1);
	ssize_t got;

	while ((got = read(fd, text + n, size - n)) > 0) {
		n += got;
		if (n >= most)
			break;
		if (n < size)
			continue;
		size *= 2;
		text = xrealloc(text, size + 1);
	}
	if (got < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

char *read_file(const char *path)
{
	int fd = root_open(path, O_RDONLY);
	char *text;
	int err;

	if (fd < 0)
		return NULL;
	text = read_fd(fd, SIZE_MAX);
	err = errno;
	close(fd);
	errno = err;
	return text;
}

/* The begin of the file @name of a directory, which is no link, and may be of any size */
char *read_file_at(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *text;

	if (fd < 0)
		return NULL;
	text = read_fd(fd, 4096);
	close(fd);
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

/* What a link says; NULL if there is none. */
char *read_link(const char *path)
{
	int fd = root_open(path, O_PATH | O_NOFOLLOW);
	char text[256];
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return NULL;
	text[n] = '\0';
	return xstrdup(text);
}

/* In one write, as sysfs wants it. Return: 0 or an errno. */
int write_file(const char *path, const char *text)
{
	int fd = root_open(path, O_WRONLY);
	int err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

static bool opens(const char *path, int flags)
{
	int fd = root_open(path, O_PATH | flags);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool exists(const char *path)
{
	return opens(path, 0);
}

/* The link itself, wherever it leads */
bool link_exists(const char *path)
{
	return opens(path, O_NOFOLLOW);
}

bool is_dir(const char *path)
{
	return opens(path, O_DIRECTORY);
}

/* Are they one and the same? False with errno if that can't be told. */
bool same_place(const char *a, const char *b)
{
	int x = root_open(a, O_PATH), y = root_open(b, O_PATH);
	struct stat s, t;
	bool ok = x >= 0 && y >= 0 && !fstat(x, &s) && !fstat(y, &t);
	int err = errno;

	if (x >= 0)
		close(x);
	if (y >= 0)
		close(y);
	errno = ok ? 0 : err;
	return ok && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes @fd. Return: 0 or an errno. */
static int list_fd(int fd, bool hidden, str_vec *names)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;
	int err;

	if (!dir) {
		err = errno;
		close(fd);
		return err;
	}
	while (errno = 0, (d = readdir(dir))) {
		if (d->d_name[0] != '.' ||
		    (hidden && strcmp(d->d_name, ".") && strcmp(d->d_name, "..")))
			*vec_add(names) = xstrdup(d->d_name);
	}
	err = errno;
	closedir(dir);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_name);
	return err;
}

/* Sorted, without those that begin with a dot. Return: 0 or an errno. */
int list_dir(const char *path, str_vec *names)
{
	int fd = root_open(path, O_RDONLY | O_DIRECTORY);

	return fd < 0 ? errno : list_fd(fd, false, names);
}

static int list_at(int dir, const char *name, bool hidden, str_vec *names)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? errno : list_fd(fd, hidden, names);
}

int list_dir_at(int dir, const char *name, str_vec *names)
{
	return list_at(dir, name, false, names);
}

/* Those that begin with a dot, too */
int list_all_at(int dir, const char *name, str_vec *names)
{
	return list_at(dir, name, true, names);
}
