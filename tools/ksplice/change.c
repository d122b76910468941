// SPDX-License-Identifier: GPL-2.0
/*
 * Writes to "enabled", which returns when the change is done, from a child,
 * so that the parent can show meanwhile which threads it waits for.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ksplice.h"

#define POLL_MS		50
#define FIRST_WORD_MS	1000
#define TTY_WORDS_MS	500

static volatile pid_t writer;
static volatile sig_atomic_t signalled;

/* Those that people and init end a program with */
static const int sigs[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static void pass_on(int sig)
{
	signalled = sig;
	if (writer > 0)
		kill(writer, sig);
}

static void handle_signals(void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sigs); i++)
		sigaction(sigs[i], &sa, NULL);
}

/* Did a signal end the last change? */
bool change_signalled(void)
{
	return signalled;
}

/* SIG_BLOCK: while nothing is to be left half done, SIG_UNBLOCK: now they count */
void hold_signals(int how)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(sigs); i++)
		sigaddset(&set, sigs[i]);
	sigprocmask(how, &set, NULL);
}

static void child(const char *path, bool enable)
{
	handle_signals(SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	_exit(write_file(path, enable ? "1" : "0"));
}

struct progress {
	const char *name;
	bool enable, tty, shown;
	long long start, next;
};

/* Find the threads in the way: those that the core names; before it does, a scan. */
static void in_the_way(const struct progress *pr, struct update *up,
		       str_vec *threads)
{
	char *module = pr->enable ? NULL : module_name(pr->name), **s;
	struct busy busy = {};
	str_vec names = {};

	if (up->conflicts.n) {
		*threads = up->conflicts;
		return;
	}
	vec_for_each(s, &up->funcs) {
		char *name = strchr(*s, ':') + 1;

		*vec_add(&names) = xasprintf("%.*s", (int)strcspn(name, ","),
					     name);
	}
	threads_inside(&names, module, &busy);
	*threads = busy.threads;
}

/* "waiting, 3 s; in the way: 1234 sleeper vfs_read, and 2 more" */
static char *progress_text(const struct progress *pr)
{
	long long s = (now_ms() - pr->start) / 1000;
	str_vec threads = {};
	struct update up;

	if (!update_read(&up, pr->name))
		return xstrdup("");
	in_the_way(pr, &up, &threads);
	if (!threads.n)
		return xasprintf("%s: waiting, %lld s", pr->name, s);
	if (threads.n == 1)
		return xasprintf("%s: waiting, %lld s; in the way: %s", pr->name,
				 s, threads.v[0]);
	return xasprintf("%s: waiting, %lld s; in the way: %s, and %u more",
			 pr->name, s, threads.v[0], threads.n - 1);
}

/* On a terminal, one line that changes; elsewhere, a new line now and then. */
static void show_progress(struct progress *pr)
{
	long long begin = now_ms(), took;
	char *text;

	if (opt.quiet || begin < pr->next)
		return;
	text = progress_text(pr);
	took = now_ms() - begin;
	if (pr->tty)
		fprintf(stderr, "\r\033[K%s", visible(text));
	else
		note("%s", text);
	pr->shown = true;
	/* With many threads a look takes its time; that must stay the exception. */
	pr->next = now_ms() + 20 * took +
		(pr->tty ? TTY_WORDS_MS : 2 * (now_ms() - pr->start));
	free(text);
}

static void end_progress(const struct progress *pr)
{
	if (pr->shown && pr->tty)
		fputs("\r\033[K", stderr);
}

/* Return: what the child says: 0 or an errno. */
static int watch(const char *name, bool enable)
{
	struct progress pr = { .name = name, .enable = enable,
			       .tty = isatty(2), .start = now_ms() };
	struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	int status, ret;

	pr.next = pr.start + FIRST_WORD_MS;
	while (!(ret = waitpid(writer, &status, WNOHANG)) ||
	       (ret < 0 && errno == EINTR)) {
		show_progress(&pr);
		nanosleep(&pause, NULL);
	}
	end_progress(&pr);
	if (ret < 0)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static int change_once(const char *name, bool enable)
{
	char *path = update_path(name, "enabled");
	int err = EINTR;
	sigset_t before;

	fflush(stderr);
	handle_signals(pass_on);
	/* Who has loaded it has held them, to take it out again. */
	sigprocmask(SIG_BLOCK, NULL, &before);
	hold_signals(SIG_UNBLOCK);
	if (!signalled) {
		writer = fork();
		if (!writer)
			child(path, enable);
		err = writer < 0 ? errno : watch(name, enable);
	}
	writer = 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	handle_signals(SIG_DFL);
	free(path);
	return err;
}

/* Waiting helps only against threads, which may leave by themselves. */
static bool worth_waiting(const char *name, int err)
{
	struct update up;

	return opt.wait && !signalled && err == EBUSY &&
	       update_read(&up, name) && !strcmp(up.cause, "code_busy");
}

static int set_timeout(const char *name, long long ms)
{
	char *path = update_path(name, "timeout_ms");
	char *text = xasprintf("%lld", ms);
	int err = write_file(path, text);

	free(path);
	free(text);
	return err;
}

/* A signal may have come when all was done already: sysfs has the truth. */
static int settle(const char *name, bool enable, int err)
{
	struct update up;

	if (err == EINTR && update_read(&up, name) && up.applied == enable)
		return 0;
	return err;
}

/**
 * change_enabled - apply an update or take it back, as --timeout, --wait say
 * @name:	the update
 * @enable:	what is wanted
 *
 * Return: 0 or an errno.
 */
int change_enabled(const char *name, bool enable)
{
	struct update up;
	int err = 0;

	if (!update_read(&up, name))
		return ENOENT;
	signalled = 0;
	if (opt.timeout_ms >= 0)
		err = set_timeout(name, opt.timeout_ms);
	while (!err) {
		err = change_once(name, enable);
		if (!err || !worth_waiting(name, err))
			break;
		err = 0;
	}
	err = settle(name, enable, err);
	if (opt.timeout_ms >= 0)
		set_timeout(name, up.timeout_ms);
	return err;
}
