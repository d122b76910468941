// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces a file so that a reader, or the next boot after a power cut, gets the
 * old file or the new one: writes it under a name that can't be guessed, syncs it,
 * renames it, and syncs the directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ksplice.h"

#define TMP_PREFIX	".ksplice-tmp-"

static char *tmp_name(void)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return NULL;
	return xasprintf(TMP_PREFIX "%016llx", (unsigned long long)random);
}

static int write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	while (size) {
		n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		size -= n;
	}
	return 0;
}

static int write_synced(int fd, const char *data, size_t size)
{
	int ret = -1;

	if (!fchmod(fd, 0644) && !write_all(fd, data, size))
		ret = fsync(fd);
	if (close(fd))
		ret = -1;
	return ret;
}

/**
 * put_file - write a file as a whole, or leave it as it was
 * @dir:	descriptor of its directory
 * @name:	its name there
 * @data:	what is to be in it
 * @size:	of that
 *
 * Return: 0, or -1 with errno: then it may be the old one or the new one.
 */
int put_file(int dir, const char *name, const char *data, size_t size)
{
	char *tmp = tmp_name();
	int fd, err;

	if (!tmp)
		return -1;
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -1;
	if (!write_synced(fd, data, size) && !renameat(dir, tmp, dir, name))
		return fsync(dir);
	err = errno;
	unlinkat(dir, tmp, 0);
	errno = err;
	return -1;
}

/* Return: 0, also if there is none, or -1 with errno. */
int remove_file(int dir, const char *name)
{
	if (unlinkat(dir, name, 0) && errno != ENOENT)
		return -1;
	return fsync(dir);
}

/* A directory @name of @parent, which is on the disk when this returns. */
int make_dir(int parent, const char *name)
{
	/* One that is there may be of somebody who was killed before this. */
	if (mkdirat(parent, name, 0755) && errno != EEXIST)
		return -1;
	return fsync(parent);
}

/* Remove what a killed writer left. The caller has locked out other writers. */
void sweep(int dir)
{
	str_vec names = {};
	char **n;

	list_all_at(dir, ".", &names);
	vec_for_each(n, &names) {
		if (starts_with(*n, TMP_PREFIX))
			unlinkat(dir, *n, 0);
	}
}
