// SPDX-License-Identifier: GPL-2.0
/*
 * /var/lib/ksplice/RELEASE/NAME.ko: what is to be applied after a boot.
 *
 * A command that changes the store, or what is applied after a boot (apply and undo
 * do, see guard.c), holds the lock on STORE/.lock.  Reading needs no lock: each file
 * is there as a whole or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ksplice.h"

#define LOCK		".lock"
#define LOCK_MS		60000
#define LOCK_POLL_MS	100
#define FIRST_WORD_MS	1000

static int store_fd = -1, lock_fd = -1;

int store_error(const char *path, const char *what)
{
	const char *way = errno == EACCES || errno == EPERM ? "run this as root" :
		errno == ENOTDIR || errno == ELOOP ?
		"a link, or a file, stands in a directory's place (ls -ld " STORE " " STORE "/*): no link is followed there; make it a directory, and to have that on another disk, 'mount --bind' it" :
		"see whether " STORE " can be written to and has room (df, mount)";

	problem(NULL, EXIT_FAILED, "store", way, "%s: %s: %s", shown(path), what,
		strerror(errno));
	return EXIT_FAILED;
}

/* Each part of STORE, in an image that has none yet, too */
static int make_store(void)
{
	static const char * const parts[][2] = {
		{ "/", "var" }, { "/var", "lib" }, { "/var/lib", "ksplice" },
	};
	int fd, err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		fd = root_open(parts[i][0], O_RDONLY | O_DIRECTORY);
		if (fd < 0)
			return -1;
		err = make_dir(fd, parts[i][1]) ? errno : 0;
		close(fd);
		if (err) {
			errno = err;
			return -1;
		}
	}
	return 0;
}

/* Return: its descriptor, -1 with errno if there is none. */
int store_dir(void)
{
	if (store_fd < 0)
		store_fd = root_open(STORE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	return store_fd;
}

static int lock_busy(void)
{
	problem(NULL, EXIT_FAILED, "locked",
		"wait until it is done; 'fuser -v " STORE "/" LOCK "' shows the process",
		"another ksplice is still running");
	return EXIT_FAILED;
}

static int take_lock(void)
{
	struct timespec pause = { .tv_nsec = LOCK_POLL_MS * 1000000L };
	long long start = now_ms();
	bool told = false;

	while (flock(lock_fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return store_error(STORE "/" LOCK, "can't lock");
		if (!opt.wait && now_ms() - start > LOCK_MS)
			return lock_busy();
		if (!told && now_ms() - start > FIRST_WORD_MS)
			note("another ksplice is running: waiting for it");
		told = now_ms() - start > FIRST_WORD_MS;
		nanosleep(&pause, NULL);
	}
	return EXIT_OK;
}

static void sweep_all(void)
{
	str_vec names = {};
	char **n;
	int fd;

	sweep(store_fd);
	list_all_at(store_fd, ".", &names);
	vec_for_each(n, &names) {
		fd = openat(store_fd, *n, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			    O_CLOEXEC);
		if (fd < 0)
			continue;
		sweep(fd);
		close(fd);
	}
}

/* Return: 0 or -1 with errno. */
static int open_lock(void)
{
	if (store_dir() < 0 && (errno != ENOENT || make_store() || store_dir() < 0))
		return -1;
	lock_fd = openat(store_fd, LOCK, O_RDONLY | O_CREAT | O_NOFOLLOW |
			 O_NONBLOCK | O_CLOEXEC, 0600);
	return lock_fd < 0 ? -1 : 0;
}

/**
 * store_lock - lock the store against other commands, until this program ends
 * @must:	fail without the lock; otherwise continue if it is not available
 *
 * Makes the store, if there is none yet.
 * Return: an exit code; what went wrong has been told.
 */
int store_lock(bool must)
{
	int ret;

	if (lock_fd >= 0)
		return EXIT_OK;
	if (open_lock()) {
		if (must || errno == EACCES || errno == EPERM)
			return store_error(STORE "/" LOCK, "can't create");
		note("%s: %s: continuing without a lock", shown(STORE),
		     strerror(errno));
		return EXIT_OK;
	}
	ret = take_lock();
	if (!ret)
		sweep_all();
	return ret;
}

static int list_release(const char *release, bool any, stored_vec *found)
{
	str_vec names = {};
	struct stored *s;
	char **n;

	errno = list_dir_at(store_fd, release, &names);
	/* A file or a link among the directories, or one that just went, is none. */
	if (any && (errno == ENOTDIR || errno == ELOOP))
		errno = 0;
	if (errno && errno != ENOENT)
		return store_error(pathf(STORE "/%s", release),
				   "not a directory that can be read");
	vec_for_each(n, &names) {
		if (!ends_with(*n, ".ko"))
			continue;
		s = vec_add(found);
		s->name = xasprintf("%.*s", (int)strlen(*n) - 3, *n);
		s->release = xstrdup(release);
		s->path = pathf(STORE "/%s/%s", release, *n);
	}
	return EXIT_OK;
}

/*
 * By name; for all kernels if @release is NULL.
 * Return: an exit code; what could not be read has been told.
 */
int store_list(const char *release, stored_vec *found)
{
	str_vec releases = {};
	int ret = EXIT_OK, one;
	char **r;

	if (store_dir() < 0)
		return errno == ENOENT ? EXIT_OK : store_error(STORE, "can't read");
	if (release)
		return *release ? list_release(release, false, found) : EXIT_OK;
	errno = list_dir_at(store_fd, ".", &releases);
	if (errno)
		return store_error(STORE, "can't read");
	vec_for_each(r, &releases) {
		one = list_release(*r, strcmp(*r, running_release()), found);
		ret = ret ? ret : one;
	}
	return ret;
}

struct stored *store_find(const stored_vec *v, const char *name)
{
	struct stored *s;

	vec_for_each(s, v) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

static int open_release(const char *release)
{
	return openat(store_fd, release,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Return: the file's descriptor, -1 with errno. */
int stored_open(const struct stored *s)
{
	int dir = open_release(s->release), fd;
	char *name = xasprintf("%s.ko", s->name);

	if (dir < 0)
		return -1;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(dir);
	return fd;
}

/* Does it belong to us (root), and can no other user write to it? */
static bool roots(int fd)
{
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && st.st_uid == geteuid() &&
	       !(st.st_mode & 022);
}

/* Can only root change @fd, a file of the store, and its directories? */
bool trusted(const struct stored *s, int fd)
{
	int dir = open_release(s->release);
	bool ok = roots(store_fd) && roots(dir) && roots(fd);

	if (dir >= 0)
		close(dir);
	if (ok)
		return true;
	problem(s->name, EXIT_REFUSED, "not_trusted",
		"find out how it got there; then chown root:root and chmod go-w it and its directories, which must not be links",
		"%s: not applied: users other than root may write to %s", s->name,
		shown(s->path));
	return false;
}

/* @data is what the next boot of @release finds as update @name. */
int store_put(const char *release, const char *name, const char *data, size_t size)
{
	char *dir = pathf(STORE "/%s", release);
	char *file = xasprintf("%s.ko", name);
	int fd, ret = EXIT_OK;

	if (make_dir(store_fd, release))
		return store_error(dir, "can't create");
	fd = open_release(release);
	if (fd < 0)
		return store_error(dir, "can't open");
	if (put_file(fd, file, data, size))
		ret = store_error(pathf("%s/%s", dir, file), "can't write");
	close(fd);
	return ret;
}

/* Its directory goes, too, if it was the last. */
int store_remove(const struct stored *s)
{
	char *file = xasprintf("%s.ko", s->name);
	int fd = open_release(s->release);

	if (fd < 0 || remove_file(fd, file))
		return store_error(s->path, "can't remove");
	close(fd);
	if (!unlinkat(store_fd, s->release, AT_REMOVEDIR) && fsync(store_fd))
		return store_error(s->path, "can't remove");
	return EXIT_OK;
}

/* The link need not lead anywhere: in an image it is another root's. */
bool store_unit_enabled(void)
{
	char *unit = read_link("/etc/systemd/system/ksplice.service");
	bool masked = unit && !strcmp(unit, "/dev/null");

	free(unit);
	return !masked &&
	       link_exists("/etc/systemd/system/sysinit.target.wants/ksplice.service");
}

/*
 * Will a shutdown in order be told from a crash?  For each unit that is active systemd
 * has a link there.  True where systemd does not run: who knows what does.
 */
bool shutdown_noted(void)
{
	return !is_dir("/run/systemd/system") ||
	       link_exists("/run/systemd/units/invocation:ksplice-shutdown.service");
}

int no_update(const char *name)
{
	problem(name, EXIT_FAILED, "no_update",
		"'ksplice list' shows what is loaded and installed; a file is given with its path: ./FILE.ko",
		"%s: no update of this name is loaded, or installed for the running kernel",
		name);
	return EXIT_FAILED;
}
