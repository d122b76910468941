// SPDX-License-Identifier: GPL-2.0
/*
 * An update that was applied when the machine went down without a shutdown is not
 * applied again until the administrator releases it (ksplice unhold).
 *
 * Before an update is loaded, at boot or by hand, a mark is put on the disk:
 * STORE/.marks/NAME@RELEASE, with this boot's id.  The mark is removed when the
 * update was taken back, when the machine has run with it for a while, or when the
 * machine is shut down (cmd_settle()).  So a mark of another boot means that that
 * boot ended in another way; nothing has to run at the next boot to find that out.
 * A mark that can't be read counts as one of another boot; an update whose mark
 * can't be written is not applied.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ksplice.h"

#define MARKS		".marks"
#define GOOD_SECONDS	600
#define TAINT_DIE	(1UL << 7)

/* A mark; a @version of 0: its contents can't be understood. */
struct mark {
	char *name, *release, *file;
	const char *whole;	/* release, with what may be a file's checksum */
	int version;
	char boot[40], date[32];
	long long since;	/* CLOCK_MONOTONIC, seconds */
	uint32_t crc;
	unsigned long long size;	/* of the file; 0: not known */
	int error;		/* why it could not be read */
};

typedef VEC(struct mark) mark_vec;

static const char *boot_id(void)
{
	static char *id;

	if (!id && !opt.image)
		id = read_line("/proc/sys/kernel/random/boot_id");
	return id ? id : "";
}

/* How long the machine has run since its boot, without the time that it slept */
static long long boot_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static char *mark_name(const char *name, const char *release)
{
	return xasprintf("%s@%s", name, release);
}

static void parse(struct mark *m, const char *text)
{
	int end = 0;

	if (text && sscanf(text, "%d %39s %lld %x %llu %31s%n", &m->version,
			   m->boot, &m->since, &m->crc, &m->size, m->date,
			   &end) == 6 &&
	    m->version == 1 && !strcmp(text + end, "\n"))
		return;
	m->version = 0;
}

static bool from_this_boot(const struct mark *m)
{
	return m->version && *boot_id() && !strcmp(m->boot, boot_id());
}

/* Return: is there one?  @m says what it says. */
static bool mark_read(int dir, const char *file, struct mark *m)
{
	char *text;

	memset(m, 0, sizeof(*m));
	text = read_file_at(dir, file);
	if (!text && errno == ENOENT)
		return false;
	m->error = text ? 0 : errno;
	parse(m, text);
	free(text);
	return true;
}

static int marks_dir(void)
{
	return openat(store_dir(), MARKS,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/*
 * That of a file which crashed the machine, while another one of its name is, or
 * was, applied.
 */
static char *old_mark_name(const char *name, const char *release, uint32_t crc)
{
	return xasprintf("%s@%s#%08x", name, release, crc);
}

static bool about_other_file(const struct mark *m, const struct file *f)
{
	return f && m->version && m->size &&
	       (m->size != f->size || m->crc != f->crc);
}

static const char unreadable[] = "whether it is held back can't be read";

static const char *reason(const struct mark *m)
{
	if (!m->version)
		return "the mark that was put before it was applied can't be read";
	return xasprintf("the machine went down without a shutdown while it was applied (since %s)",
			 m->date);
}

static int list_marks(int dir, mark_vec *marks)
{
	str_vec names = {};
	struct mark m, *to;
	char **n, *at, *old;
	int err = list_all_at(dir, ".", &names);

	vec_for_each(n, &names) {
		at = strchr(*n, '@');
		if (!at || **n == '.' || !mark_read(dir, *n, &m))
			continue;
		to = vec_add(marks);
		*to = m;
		to->name = xasprintf("%.*s", (int)(at - *n), *n);
		to->release = xstrdup(at + 1);
		to->whole = at + 1;
		to->file = *n;
		old = strrchr(to->release, '#');
		if (old && strlen(old) == 9)
			*old = '\0';
	}
	return err;
}

/* A release may end as the mark of another file does: then it counts for both. */
static bool is_for(const struct mark *m, const char *release)
{
	return !strcmp(m->release, release) || !strcmp(m->whole, release);
}

/**
 * held_back - must an update not be applied?
 * @name:	of the update
 * @release:	of the kernel it is for
 * @f:		its file, if it is known: a mark of another one does not count
 *
 * Return: why, or NULL.
 */
const char *held_back(const char *name, const char *release, const struct file *f)
{
	const char *why = NULL;
	mark_vec marks = {};
	struct mark *m;
	int dir, err;

	if (store_dir() < 0)
		return errno == ENOENT ? NULL : unreadable;
	dir = marks_dir();
	if (dir < 0)
		return errno == ENOENT ? NULL : unreadable;
	err = list_marks(dir, &marks);
	close(dir);
	if (err)
		return unreadable;
	vec_for_each(m, &marks)
		if (!strcmp(m->name, name) && is_for(m, release) &&
		    !from_this_boot(m) && !about_other_file(m, f))
			why = reason(m);
	return why;
}

/* The same for one of the store, as far as its file can be read */
const char *stored_held_back(const struct stored *s)
{
	const char *why = held_back(s->name, s->release, NULL);
	struct file f;

	if (!why || file_peek(&f, stored_open(s)))
		return why;
	why = held_back(s->name, s->release, &f);
	file_close(&f);
	return why;
}

/* Report it as a problem. */
int refuse_held(const char *name, const char *why)
{
	if (why == unreadable) {
		problem(name, EXIT_FAILED, "not_remembered",
			"see what is wrong with " STORE "/" MARKS ", a directory of root's (ls -ld, dmesg); 'rm -r' it to allow all updates again",
			"%s: not applied: it can't be read whether it is held back, and a crash now could not be recorded",
			name);
		return EXIT_FAILED;
	}
	problem(name, EXIT_REFUSED, "held_back",
		xasprintf("look for the cause (the end of 'journalctl -b -1 -k'); 'ksplice unhold %s' allows it again, by hand and at each boot; 'ksplice uninstall %s' removes it",
			  name, name),
		"%s: held back, not applied: %s", name, why);
	return EXIT_REFUSED;
}

static int not_remembered(const char *name)
{
	problem(name, EXIT_FAILED, "not_remembered",
		"make room on the disk, or make " STORE " writable (df, mount); then do it again",
		"%s: not applied: a crash now could not be recorded, and the update would be applied at each boot: %s: %s",
		name, shown(STORE "/" MARKS), strerror(errno));
	return EXIT_FAILED;
}

static char *mark_text(const struct file *f)
{
	time_t now = time(NULL);
	char date[32];

	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	return xasprintf("1 %s %lld %x %llu %s\n", boot_id(), boot_seconds(),
			 f ? f->crc : 0, f ? (unsigned long long)f->size : 0, date);
}

/* Keep the mark of another file of that name, with which the machine crashed. */
static int keep_old(int dir, const char *name, const char *release,
		    const struct file *f)
{
	struct mark m;

	if (!mark_read(dir, mark_name(name, release), &m) || from_this_boot(&m) ||
	    !about_other_file(&m, f))
		return 0;
	return renameat(dir, mark_name(name, release), dir,
			old_mark_name(name, release, m.crc)) ? -1 : fsync(dir);
}

static int write_mark(const char *name, const char *release, const struct file *f)
{
	char *text = mark_text(f);
	int dir, ret;

	if (!*boot_id()) {
		errno = ENODATA;
		return -1;
	}
	if (make_dir(store_dir(), MARKS))
		return -1;
	dir = marks_dir();
	if (dir < 0)
		return -1;
	ret = keep_old(dir, name, release, f);
	if (!ret)
		ret = put_file(dir, mark_name(name, release), text, strlen(text));
	close(dir);
	return ret;
}

/* Before it is loaded. Return: an exit code; what went wrong has been told. */
int mark_set(const char *name, const char *release, const struct file *f)
{
	return write_mark(name, release, f) ? not_remembered(name) : EXIT_OK;
}

/* It is applied: the time that the machine runs with it starts now. */
void mark_renew(const char *name, const char *release, const struct file *f)
{
	if (write_mark(name, release, f))
		note("%s: %s: 'ksplice settle' may assume that it has been applied longer",
		     name, strerror(errno));
}

/* It is not applied, so it can't be the cause of a crash from now on. */
void mark_clear(const char *name, const char *release)
{
	int dir = store_dir() < 0 ? -1 : marks_dir();
	struct mark m;

	if (dir < 0)
		return;
	if (mark_read(dir, mark_name(name, release), &m) && from_this_boot(&m) &&
	    remove_file(dir, mark_name(name, release)))
		note("%s: %s: if the machine goes down without a shutdown now, it will be held back",
		     name, strerror(errno));
	close(dir);
}

static bool is_among(const held_vec *held, const char *name)
{
	struct held *h;

	vec_for_each(h, held)
		if (!strcmp(h->name, name))
			return true;
	return false;
}

/*
 * Of the running kernel's updates those that are held back and not in the store:
 * applied by hand, when the machine went down. Their files are not known.
 * Return: an exit code; what went wrong has been told.
 */
int held_not_stored(const stored_vec *stored, held_vec *held)
{
	mark_vec marks = {};
	struct update up;
	struct held *h;
	struct mark *m;
	int dir, err;

	if (store_dir() < 0)
		return EXIT_OK;		/* told by who lists it */
	dir = marks_dir();
	err = dir < 0 ? errno : list_marks(dir, &marks);
	if (dir >= 0)
		close(dir);
	errno = err;
	if (err)
		return err == ENOENT ? EXIT_OK :
			store_error(STORE "/" MARKS, "can't read");
	vec_for_each(m, &marks) {
		if (from_this_boot(m) || !is_for(m, running_release()) ||
		    store_find(stored, m->name) || is_among(held, m->name) ||
		    (update_read(&up, m->name) && up.applied) ||
		    superseded(m->name))
			continue;
		h = vec_add(held);
		h->name = m->name;
		h->why = reason(m);
	}
	return EXIT_OK;
}

static bool oopsed(void)
{
	char *taint = read_line("/proc/sys/kernel/tainted");
	bool yes = taint && strtoul(taint, NULL, 10) & TAINT_DIE;

	free(taint);
	return yes;
}

static long long good_seconds(void)
{
#ifdef KSPLICE_TEST
	if (getenv("KSPLICE_GOOD_SECONDS"))
		return atoll(getenv("KSPLICE_GOOD_SECONDS"));
#endif
	return GOOD_SECONDS;
}

/* Is all well with what @m is about? */
static bool settled(const struct mark *m)
{
	if (!from_this_boot(m))
		return false;
	if (opt.now)
		return true;
	return !oopsed() && boot_seconds() - m->since >= good_seconds();
}

static int remove_mark(int dir, const struct mark *m)
{
	if (!remove_file(dir, m->file) ||
	    (errno == EISDIR && !unlinkat(dir, m->file, AT_REMOVEDIR)))
		return EXIT_OK;
	return store_error(STORE "/" MARKS, "can't remove a mark");
}

static int settle(int dir)
{
	int ret = EXIT_NOTHING, one;
	mark_vec marks = {};
	struct mark *m;

	errno = list_marks(dir, &marks);
	if (errno)
		return store_error(STORE "/" MARKS, "can't read");
	vec_for_each(m, &marks) {
		if (m->error) {
			errno = m->error;
			ret = store_error(STORE "/" MARKS,
					  xasprintf("can't read the mark of %s, which stays", m->name));
			continue;
		}
		if (!settled(m))
			continue;
		one = remove_mark(dir, m);
		if (!one)
			say("%s: the machine runs well with it", m->name);
		if (ret != EXIT_FAILED)
			ret = one;
	}
	return ret;
}

/*
 * ksplice settle: what has been applied for a while, and the kernel has not
 * complained, will not be held back. With --now: all that is applied, since the
 * machine is being shut down in order.
 */
int cmd_settle(int argc, char **argv)
{
	int dir, ret;

	(void)argc;
	(void)argv;
	if (store_dir() < 0 && errno == ENOENT)
		return EXIT_NOTHING;
	ret = store_lock(true);
	if (ret)
		return ret;
	dir = marks_dir();
	if (dir < 0)
		return errno == ENOENT ? EXIT_NOTHING :
			store_error(STORE "/" MARKS, "can't read");
	ret = settle(dir);
	close(dir);
	return ret;
}

/* For all kernels, since the command is given only a name. */
static int unhold(int dir, const char *name)
{
	int ret = EXIT_NOTHING, one;
	mark_vec marks = {};
	struct mark *m;

	errno = list_marks(dir, &marks);
	if (errno)
		return store_error(STORE "/" MARKS, "can't read");
	vec_for_each(m, &marks) {
		if (strcmp(m->name, name) || from_this_boot(m))
			continue;
		one = remove_mark(dir, m);
		if (!one)
			say("%s: no longer held back, for kernel %s", name,
			    m->release);
		if (ret != EXIT_FAILED)
			ret = one;
	}
	return ret;
}

int cmd_unhold(int argc, char **argv)
{
	int ret = store_lock(true), dir;

	(void)argc;
	if (ret)
		return ret;
	dir = marks_dir();
	if (dir < 0 && errno != ENOENT)
		return store_error(STORE "/" MARKS, "can't read");
	ret = dir < 0 ? EXIT_NOTHING : unhold(dir, argv[0]);
	if (ret == EXIT_NOTHING)
		say("%s: is not held back", argv[0]);
	if (dir >= 0)
		close(dir);
	return ret;
}
