// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds anything to kspl-objdiff as an object: compared with itself, and with
 * a good object as what it was before and after, down to the update that is
 * written.  What the tool refuses ends in its exit(), which comes back here.
 *
 * clang: -fsanitize=fuzzer,address,undefined; else, with -DSTANDALONE, a program
 * that takes files. FUZZ_BASE names the good object. The tool's sources are
 * compiled with the fz_ functions in the place of the C library's (Makefile).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <libelf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../tools/kspl-objdiff/objdiff.h"

void fz_exit(int status) __attribute__((noreturn));
void *fz_calloc(size_t n, size_t size);
void *fz_realloc(void *p, size_t size);
void fz_free(void *p);
int fz_vasprintf(char **s, const char *fmt, va_list ap);
void *fz_dwfl_begin(const void *callbacks);
Elf *fz_elf_begin(int fd, Elf_Cmd cmd, Elf *ref);
int fz_elf_end(Elf *elf);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jmp_buf end;

/* The tool frees nothing, the process does: here, after each run. */
struct chunk {
	struct chunk *next, **link;
	size_t pad[2];
};

static struct chunk *chunks;

static void *track(struct chunk *c)
{
	if (!c)
		abort();
	c->next = chunks;
	c->link = &chunks;
	if (chunks)
		chunks->link = &c->next;
	chunks = c;
	return c + 1;
}

static struct chunk *untrack(void *p)
{
	struct chunk *c = (struct chunk *)p - 1;

	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	return c;
}

void *fz_calloc(size_t n, size_t size)
{
	return track(calloc(1, sizeof(struct chunk) + n * size));
}

void *fz_realloc(void *p, size_t size)
{
	return track(realloc(p ? untrack(p) : NULL, sizeof(struct chunk) + size));
}

void fz_free(void *p)
{
	if (p)
		free(untrack(p));
}

int fz_vasprintf(char **s, const char *fmt, va_list ap)
{
	char *text;
	int n = vasprintf(&text, fmt, ap);

	if (n < 0)
		abort();
	*s = fz_calloc(1, n + 1);
	memcpy(*s, text, n + 1);
	free(text);
	return n;
}

void fz_exit(int status)
{
	(void)status;
	longjmp(end, 1);
}

/* libdw is not what is tested here. */
void *fz_dwfl_begin(const void *callbacks)
{
	(void)callbacks;
	return NULL;
}

/* What was open when the tool gave up. */
static Elf *open_elf[8];

Elf *fz_elf_begin(int fd, Elf_Cmd cmd, Elf *ref)
{
	Elf *elf = elf_begin(fd, cmd, ref);
	size_t i;

	for (i = 0; elf && i < ARRAY_SIZE(open_elf); i++) {
		if (open_elf[i])
			continue;
		open_elf[i] = elf;
		return elf;
	}
	return elf;
}

int fz_elf_end(Elf *elf)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(open_elf); i++)
		if (open_elf[i] == elf)
			open_elf[i] = NULL;
	return elf_end(elf);
}

static int in_memory(const void *data, size_t size)
{
	int fd = memfd_create("fuzz", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	return fd;
}

static const char *path_of(char *buf, int fd)
{
	sprintf(buf, "/proc/self/fd/%d", fd);
	return buf;
}

static void decide_and_write(struct update *up, FILE *f)
{
	struct verdicts *vs;
	struct plan plan;

	pair_units(up);
	pair_contents(up);
	compare_units(up);
	plan_init(&plan, up);
	vs = judge(&plan);
	report_text(vs, f);
	report_problems(vs, f);
	report_json(vs, f);
	if (verdicts_status(vs) == EXIT_OK)
		update_emit(vs, "/dev/null", NULL);
}

static void run(int pre, int post, bool partial)
{
	char file[2][32];
	struct update *up = fz_calloc(1, sizeof(*up));
	FILE *null = fopen("/dev/null", "w");
	size_t i;

	if (!null)
		abort();
	up->name = "fuzz";
	up->release = "fuzz";
	up->description = "";
	up->fixes = "";
	up->partial = partial;
	if (!setjmp(end)) {
		update_add_tu(up, "vmlinux", "fuzz.o", path_of(file[0], pre),
			      path_of(file[1], post));
		decide_and_write(up, null);
	}
	for (i = 0; i < ARRAY_SIZE(open_elf); i++)
		if (open_elf[i])
			fz_elf_end(open_elf[i]);
	fclose(null);
	while (chunks)
		fz_free(chunks + 1);
}

/* The files, too: by number, all above ours. */
static void close_above(int fd)
{
	close_range(fd + 1, ~0U, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int base = -1;
	int fd;

	if (base < 0) {
		base = open(getenv("FUZZ_BASE") ?: "/dev/null", O_RDONLY);
		if (base < 0)
			abort();
	}
	fd = in_memory(data, size);
	run(fd, fd, false);
	close_above(fd);
	run(base, fd, true);
	close_above(fd);
	run(fd, base, false);
	close_above(fd);
	close(fd);
	return 0;
}

#ifdef STANDALONE
int main(int argc, char **argv)
{
	static uint8_t data[1 << 24];
	int i;

	for (i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "r");
		size_t n = f ? fread(data, 1, sizeof(data), f) : 0;

		if (!f) {
			perror(argv[i]);
			return 1;
		}
		fclose(f);
		LLVMFuzzerTestOneInput(data, n);
	}
	return 0;
}
#endif
