// SPDX-License-Identifier: GPL-2.0
/*
 * machine PLAN: runs pre for some steps, then its rest three times: as it is,
 * as post, and with the update applied. Prints what came of it as JSON.
 *
 * Exit codes: 0, a line was printed; 1, the program or the plan is no good.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "machine.h"

#define PRE_AT		0x11000000UL
#define TRIES		40	/* steps that a change waits for who is inside */

enum side { SIDE_PRE, SIDE_POST, SIDE_UPDATE, SIDES };

/* What a run leaves behind, in memory that it shares */
struct result {
	u32 hash[MAX_STEPS];
	u32 undone;		/* step, 0: it was not */
	bool ended, undefined, dangles;
	unsigned long where;
	int signal;
};

int (*thread_body)(int);
static void (*step)(int);
static struct image pre, post;
static struct plan plan = { .pre = &pre, .post = &post, .steps = 60, .apply = 20 };
static struct result *results;

void *shim_alloc(size_t n, size_t size)
{
	return calloc(n ? n : 1, size ? size : 1);
}

void fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "machine: ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	va_end(ap);
	exit(1);
}

static void run_step(u32 n)
{
	step(n);
	if (thread_body)
		machine_wake(n % NR_SLEEPERS);
}

static void time_limit(void)
{
	struct itimerval t = { .it_value = { .tv_sec = 2 } };

	setitimer(ITIMER_VIRTUAL, &t, NULL);
}

static void undo_update(struct result *r, u32 n)
{
	poison_old(&plan, false);
	update_undo();
	r->undone = n;
	r->dangles = update_dangles(&r->where);
}

static bool undo_now(struct result *r, enum side side, u32 n)
{
	unsigned long where;

	if (!plan.undo || r->undone || r->undefined)
		return false;
	if (side == SIDE_POST)
		return results[SIDE_UPDATE].undone == n;
	return side == SIDE_UPDATE && n >= plan.undo && !update_busy(true, &where);
}

static void undo(struct result *r, enum side side, u32 n)
{
	if (side == SIDE_UPDATE)
		undo_update(r, n);
	else if (state_to_pre(&plan))
		r->undone = n;
	else
		r->undefined = true;
}

static void rest(enum side side, u32 from)
{
	struct result *r = &results[side];
	u32 n;

	time_limit();
	if (side == SIDE_POST)
		state_to_post(&plan);
	if (side == SIDE_UPDATE) {
		update_apply();
		poison_old(&plan, true);
	}
	for (n = from; n < plan.steps; n++) {
		if (undo_now(r, side, n))
			undo(r, side, n);
		run_step(n);
		r->hash[n] = trace_hash;
	}
	r->ended = true;
}

static void run_side(enum side side, u32 from)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fatal("fork: %m");
	if (!pid) {
		rest(side, from);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		fatal("wait: %m");
	if (WIFSIGNALED(status))
		results[side].signal = WTERMSIG(status);
	else if (WEXITSTATUS(status))
		exit(1);
}

/* The first step at which two runs differ, or -1 */
static int differ(enum side a, enum side b, u32 from)
{
	u32 n;

	for (n = from; n < plan.steps; n++) {
		if (results[a].undefined && n >= results[b].undone)
			break;
		if (results[a].hash[n] != results[b].hash[n])
			return n;
	}
	return -1;
}

static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

static void say_string(const char *s)
{
	for (; *s; s++)
		say(*s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
}

static void report(u32 from, int ret)
{
	const struct result *u = &results[SIDE_UPDATE];

	say("{\"step\": %u, \"effect\": %d, \"pre_signal\": %d, \"post_signal\": %d",
	    from, differ(SIDE_POST, SIDE_PRE, from), results[SIDE_PRE].signal,
	    results[SIDE_POST].signal);
	if (ret) {
		say(", \"load\": \"");
		say_string(update_error());
		say("\"");
	} else if (plan.update) {
		say(", \"differs\": %d, \"signal\": %d, \"undone\": %u, \"undefined\": %s, \"dangles\": %s, \"stays\": %s",
		    differ(SIDE_POST, SIDE_UPDATE, from), u->signal, u->undone,
		    results[SIDE_POST].undefined ? "true" : "false",
		    u->dangles ? "true" : "false", update_stays() ? "true" : "false");
	}
	say("}\n");
}

/* Waits until nobody is inside; returns the step at which that is so. */
static u32 quiescent(u32 n)
{
	unsigned long where;
	u32 end = n + TRIES;

	while (update_busy(false, &where)) {
		if (n == end || n + 10 >= plan.steps)
			return 0;
		run_step(n++);
	}
	return n;
}

static void boot(void)
{
	struct sym *s;

	image_link(&pre);
	image_boot(&pre);
	image_seal(&pre);
	s = image_find(&pre, NULL, "step");
	if (!s)
		fatal("the program has no step()");
	step = (void (*)(int))s->addr;
	s = image_find(&pre, NULL, "thread");
	thread_body = s ? (int (*)(int))s->addr : NULL;
}

static void run_all(u32 from, int ret)
{
	run_side(SIDE_PRE, from);
	if (plan.update && !ret)
		run_side(SIDE_UPDATE, from);
	run_side(SIDE_POST, from);
	report(from, ret);
}

/* The heap of the C library may be anywhere else. */
static void fixed_addresses(char **argv)
{
	int was = personality(0xffffffff);

	if (was & ADDR_NO_RANDOMIZE)
		return;
	personality(was | ADDR_NO_RANDOMIZE);
	execv("/proc/self/exe", argv);
	fatal("can't run itself again: %m");
}

int main(int argc, char **argv)
{
	int ret = 0;
	u32 n;

	if (argc != 2)
		fatal("usage: machine PLAN");
	fixed_addresses(argv);
	results = mmap(NULL, SIDES * sizeof(*results), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	machine_init();
	image_init(&pre, "pre", PRE_AT);
	plan_read(&plan, argv[1]);
	if (plan.steps > MAX_STEPS || plan.apply >= plan.steps)
		fatal("plan: steps");
	boot();
	time_limit();
	for (n = 0; n < plan.apply; n++)
		run_step(n);
	if (plan.update)
		ret = update_load(plan.update, &pre);
	if (plan.update && !ret)
		n = quiescent(n);
	if (!n) {
		say("{\"busy\": true}\n");
		return 0;
	}
	run_all(n, ret);
	return 0;
}
