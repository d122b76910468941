// SPDX-License-Identifier: GPL-2.0
/*
 * ksplice install, uninstall, load-installed: an update comes back after a
 * boot into the kernel that it is for, and only into that.
 *
 * If applying one ever brings the machine down, the boot after that leaves it
 * out: its name stands in STORE/.applying while it is being applied at boot.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ksplice.h"

#define MARK	STORE "/.applying"

static int store_error(const char *path, const char *what)
{
	problem(NULL, EXIT_FAILED, "store",
		errno == EACCES || errno == EPERM ? "run this as root" :
		"see whether " STORE " can be written to and has room (df, mount)",
		"%s: %s: %s", path, what, strerror(errno));
	return EXIT_FAILED;
}

static int copy_bytes(int from, int to)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0) {
		if (write(to, buf, n) != n)
			return -1;
	}
	return n;
}

/* The name is on the disk, too, when this returns 0. */
static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return ret;
}

static int copy_synced(const char *path, const char *tmp)
{
	int from = open(path, O_RDONLY | O_CLOEXEC);
	int to = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		      0644);
	int ret = from < 0 || to < 0 ? -1 : copy_bytes(from, to);

	if (!ret)
		ret = fsync(to);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return ret;
}

/* The old file or the new one, whenever the power fails. */
static int store_copy(const struct file *f, const char *dir, const char *path)
{
	char *tmp = xasprintf("%s/.%s.new", dir, f->name);

	if (copy_synced(f->path, tmp) || rename(tmp, path) || sync_dir(dir)) {
		int ret = store_error(path, "can't write");

		unlink(tmp);
		return ret;
	}
	return EXIT_OK;
}

static int make_dirs(const char *release)
{
	const char * const dirs[] = { "/var", "/var/lib", STORE,
			       xasprintf(STORE "/%s", release) };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		if (mkdir(rooted("%s", dirs[i]), 0755) && errno != EEXIST)
			return store_error(rooted("%s", dirs[i]), "can't create");
	}
	return EXIT_OK;
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static void tell_installed(const struct file *f, const char *path)
{
	struct update up;

	say("%s: installed for kernel %s", f->name, f->release);
	if (opt.json) {
		json_str("name", f->name);
		json_str("release", f->release);
		json_str("path", path);
	}
	if (!store_unit_enabled())
		note("  but nothing applies it at boot: systemctl enable ksplice.service");
	if (strcmp(f->release, running_release()))
		note("  the running kernel is %s: it stays as it is",
		     *running_release() ? running_release() : "unknown");
	else if (!opt.now && !(update_read(&up, f->name) && up.applied))
		note("  not applied yet: ksplice apply %s", f->name);
}

/* Whoever may write to the file decides what runs in the kernel. */
static int install_file(struct file *f)
{
	char *dir = rooted(STORE "/%s", f->release);
	char *path = xasprintf("%s/%s.ko", dir, f->name);
	int ret = EXIT_OK;

	umask(022);
	if (!same_file(f->path, path)) {
		ret = make_dirs(f->release);
		if (!ret)
			ret = store_copy(f, dir, path);
	}
	if (ret)
		return ret;
	tell_installed(f, path);
	f->path = path;
	return EXIT_OK;
}

static int nothing_is_ok(int ret)
{
	return ret == EXIT_NOTHING ? EXIT_OK : ret;
}

int cmd_install(int argc, char **argv)
{
	struct file f;
	int ret = file_read(&f, argv[0]);

	(void)argc;
	if (!ret)
		ret = install_file(&f);
	if (ret || !opt.now)
		return ret;
	if (strcmp(f.release, running_release()))
		return EXIT_OK;		/* said so already */
	return nothing_is_ok(load_and_apply(&f));
}

/* Of all kernels; the directories of those without any go, too. */
static int remove_stored(const char *name, unsigned int *removed)
{
	stored_vec stored = {};
	struct stored *s;

	store_list(NULL, &stored);
	vec_for_each(s, &stored) {
		if (strcmp(s->name, name))
			continue;
		if (unlink(s->path))
			return store_error(s->path, "can't remove");
		say("%s: no longer installed for kernel %s", name, s->release);
		rmdir(rooted(STORE "/%s", s->release));
		(*removed)++;
	}
	return EXIT_OK;
}

int cmd_uninstall(int argc, char **argv)
{
	unsigned int removed = 0;
	int ret = remove_stored(argv[0], &removed);
	struct update up;

	(void)argc;
	if (ret)
		return ret;
	if (!removed)
		say("%s: is not installed", argv[0]);
	if (opt.now) {
		ret = undo_and_remove(argv[0]);
		return removed ? nothing_is_ok(ret) : ret;
	}
	if (update_read(&up, argv[0]) && up.applied)
		note("  it stays applied until the next boot; now: ksplice undo %s",
		     argv[0]);
	return removed ? EXIT_OK : EXIT_NOTHING;
}

/* ksplice.enable=0 on the kernel's command line: the way out of a bad one */
static bool switched_off(void)
{
	char *line = read_line(rooted("/proc/cmdline")), *word, *at = line;
	bool off = false;

	while ((word = strsep(&at, " "))) {
		if (starts_with(word, "ksplice.enable="))
			off = !strcmp(word, "ksplice.enable=0");
	}
	free(line);
	return off;
}

/* Only root may have decided about it. */
static bool trusted_path(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && st.st_uid == geteuid() &&
	       !(st.st_mode & 022) && !S_ISLNK(st.st_mode);
}

static bool trusted(const struct stored *s)
{
	if (trusted_path(rooted(STORE)) &&
	    trusted_path(rooted(STORE "/%s", s->release)) &&
	    trusted_path(s->path))
		return true;
	problem(s->name, EXIT_REFUSED, "not_trusted",
		"see how it came there; then chown root:root and chmod go-w it and its directories",
		"%s: not applied: others than root may write to %s", s->name,
		s->path);
	return false;
}

static char *boot_id(void)
{
	char *id = read_line(rooted("/proc/sys/kernel/random/boot_id"));

	return id ? id : xstrdup("-");
}

/* "NAME BOOT": on the disk before, gone after */
static void set_mark(const char *name)
{
	char *path = rooted(MARK);
	char *text = xasprintf("%s %s\n", name, boot_id());
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || fsync(fd))
		note("%s: %s: a crash now would not be remembered", path,
		     strerror(errno));
	if (fd >= 0)
		close(fd);
	sync_dir(rooted(STORE));
}

static void clear_mark(void)
{
	unlink(rooted(MARK));
	sync_dir(rooted(STORE));
}

/* The update at which an earlier boot ended, or NULL */
static char *marked(void)
{
	char *line = read_line(rooted(MARK)), *boot;

	if (!line)
		return NULL;
	boot = strchr(line, ' ');
	if (boot)
		*boot++ = '\0';
	return boot && !strcmp(boot, boot_id()) ? NULL : line;
}

static int left_out(const struct stored *s)
{
	problem(s->name, EXIT_FAILED, "crashed",
		xasprintf("look for the cause (the end of 'journalctl -b -1 -k'); 'ksplice apply %s' tries it again, and so does the next boot; 'ksplice uninstall %s' ends it",
			  s->name, s->name),
		"%s: left out: the last boot ended while it was being applied",
		s->name);
	return EXIT_FAILED;
}

static int load_stored(const struct stored *s)
{
	struct file f;
	int ret;

	if (!trusted(s))
		return EXIT_REFUSED;
	ret = file_read(&f, s->path);
	if (ret)
		return ret;
	if (strcmp(f.name, s->name) || strcmp(f.release, s->release)) {
		problem(s->name, EXIT_REFUSED, "bad_file",
			"remove it, and 'ksplice install' the right one",
			"%s: is update %s for kernel %s, which belongs elsewhere",
			s->path, f.name, f.release);
		return EXIT_REFUSED;
	}
	set_mark(s->name);
	ret = nothing_is_ok(load_and_apply(&f));
	clear_mark();
	return ret;
}

static void tell_others(void)
{
	stored_vec all = {};
	struct stored *s;

	store_list(NULL, &all);
	vec_for_each(s, &all) {
		if (strcmp(s->release, running_release()))
			note("%s: skipped: it is for kernel %s, and this is %s",
			     s->name, s->release, running_release());
	}
}

/* Each one, whatever became of those before */
static int load_all(const stored_vec *stored)
{
	char *bad = marked();
	struct stored *s;
	int ret = EXIT_OK, one;

	clear_mark();
	if (opt.json)
		json_open("updates", '[');
	vec_for_each(s, stored) {
		if (opt.json) {
			json_open(NULL, '{');
			json_str("name", s->name);
		}
		one = bad && !strcmp(bad, s->name) ? left_out(s) : load_stored(s);
		if (opt.json) {
			json_num("exit", one);
			json_close('}');
		}
		if (one)
			ret = problems_exit();
	}
	if (opt.json)
		json_close(']');
	return ret;
}

int cmd_load_installed(int argc, char **argv)
{
	stored_vec stored = {};

	(void)argc;
	(void)argv;
	if (switched_off()) {
		note("ksplice.enable=0 is on the kernel's command line: nothing is applied");
		return EXIT_NOTHING;
	}
	tell_others();
	store_list(running_release(), &stored);
	if (!stored.n) {
		note("nothing is installed for kernel %s", running_release());
		return EXIT_NOTHING;
	}
	return load_all(&stored);
}
