// SPDX-License-Identifier: GPL-2.0
/*
 * What the selftests can't do in a shell.
 *
 *	fault FILE		write to FILE from memory that isn't there;
 *				success is EFAULT
 *	named FILE		read FILE under a name with a newline and a blank
 *	hammer N		call getppid() in N processes until SIGTERM; then
 *				each says how often the old and the new one (that
 *				of updates/syscall.diff) and something else came,
 *				and how often that changed
 *	visit FILE N		read FILE in N processes until SIGTERM, and do
 *				something else for as long in between
 *	quiet FILE		show FILE; no read may fail, no signal may arrive
 *	starve FILE N [VALUE]	load FILE, or write VALUE to it, with the Nth
 *				allocation failing; says how that went, and
 *				if there were less than N
 *	words FILE.ko		how many 32-bit words the header of an update has
 *	word FILE.ko N VALUE	set word N of the header
 *	size FILE.ko		bytes of all that the header describes
 *	byte FILE.ko N		flip a bit of byte N of that
 *	release FILE.ko		change the release that the update was made for
 *	name FILE.ko NAME	change the update's name to one not longer
 *	code FILE.ko		flip a bit of the old code it is compared with
 *	twice FILE.ko		let two fixups of jump labels' entries mean the same place
 *	mutations FILE.ko SEED N MODULE [READ]...
 *				N copies in memory, from SEED on, of which up to
 *				four words or bytes anywhere in what the header
 *				describes are changed: load each and unload MODULE
 *				again if that went; no file READ may say anything
 *				else after it; says how many could be loaded
 *	change FILE.ko [FROM TO]...
 *				everywhere in it: a word of 32 bits (0x...), or a
 *				string to one as long
 *
 * FILE.ko is changed in place. Its checksum is made right again, so that what
 * was changed is found for its own sake; but not by "byte", nor if it was the
 * checksum that was changed.
 */

#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../../include/linux/ksplice_format.h"

static void die(const char *what)
{
	fprintf(stderr, "ksplice-helper: %s: %s\n", what,
		errno ? strerror(errno) : "not as expected");
	exit(1);
}

static int fault(const char *name)
{
	char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	int fd = open(name, O_WRONLY);

	if (page == MAP_FAILED || fd < 0)
		die(name);
	if (write(fd, page, 1) != -1 || errno != EFAULT)
		die("write");
	return 0;
}

static int named(const char *name)
{
	char buf[64];
	int fd;

	prctl(PR_SET_NAME, "a\nb c");
	fd = open(name, O_RDONLY);
	if (fd < 0 || read(fd, buf, sizeof(buf)) < 0)
		die(name);
	return 0;
}

static int signalled;

static void on_signal(int sig)
{
	__atomic_store_n(&signalled, sig, __ATOMIC_RELAXED);
}

#define SYSCALL_NEW	1000000		/* as in updates/syscall.diff */

static void call_getppid(const void *arg)
{
	pid_t parent = *(const pid_t *)arg;
	unsigned long count[3] = { 0 }, changes = 0;
	int what, last = 0;
	long got;

	while (!__atomic_load_n(&signalled, __ATOMIC_RELAXED)) {
		got = syscall(SYS_getppid);
		what = got == parent ? 0 : got == parent + SYSCALL_NEW ? 1 : 2;
		count[what]++;
		changes += what != last;
		last = what;
	}
	printf("old %lu new %lu other %lu changes %lu\n", count[0], count[1],
	       count[2], changes);
}

/* Runs @fn in @n processes; until SIGTERM, which they get, too. */
static int crew(int n, void (*fn)(const void *arg), const void *arg)
{
	struct sigaction sa = { .sa_handler = on_signal };

	/* so that a signal reaches them together, and no other process */
	if (setpgid(0, 0) || sigaction(SIGTERM, &sa, NULL))
		die("setpgid");
	while (n--) {
		if (fork())
			continue;
		fn(arg);
		exit(0);
	}
	while (!__atomic_load_n(&signalled, __ATOMIC_RELAXED))
		pause();
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		;
	return 0;
}

static int hammer(const char *arg)
{
	pid_t parent = getpid();

	return crew(atoi(arg), call_getppid, &parent);
}

/* An emulated CPU takes interrupts of others in a pause, as in cpu_relax(). */
static void spin(unsigned long turns)
{
	while (turns--)
		asm volatile("pause");
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void read_again(int fd)
{
	char buf[64];

	if (pread(fd, buf, sizeof(buf), 0) <= 0)
		die("pread");
}

/* Returns how many turns take as long as a read. */
static unsigned long measure(int fd)
{
	const unsigned long many = 100000;
	double start = seconds(), middle;
	int i;

	spin(many);
	middle = seconds();
	for (i = 0; i < 100; i++)
		read_again(fd);
	return (seconds() - middle) / 100 / (middle - start) * many;
}

static void read_and_spin(const void *name)
{
	int fd = open(name, O_RDONLY);
	unsigned long turns;

	if (fd < 0)
		die(name);
	turns = measure(fd);
	while (!__atomic_load_n(&signalled, __ATOMIC_RELAXED)) {
		read_again(fd);
		spin(turns);
	}
}

static int visit(const char *name, const char *n)
{
	return crew(atoi(n), read_and_spin, name);
}

/* Handlers that do not restart: a signal would end the read with EINTR. */
static int quiet(const char *name)
{
	struct sigaction sa = { .sa_handler = on_signal };
	char buf[64];
	ssize_t n;
	int fd, i;

	for (i = 1; i < NSIG; i++)
		sigaction(i, &sa, NULL);
	fd = open(name, O_RDONLY);
	if (fd < 0)
		die(name);
	n = read(fd, buf, sizeof(buf));
	if (n < 0)
		die("read");
	errno = 0;
	if (__atomic_load_n(&signalled, __ATOMIC_RELAXED))
		die("a signal");
	return write(STDOUT_FILENO, buf, n) != n;
}

/* Waits for an event that never comes, until a signal. */
static int ring(void)
{
	struct io_uring_params params = { 0 };
	struct sigaction sa = { .sa_handler = on_signal };
	int fd = syscall(SYS_io_uring_setup, 4, &params);

	if (fd < 0)
		die("io_uring_setup");
	sigaction(SIGTERM, &sa, NULL);
	if (syscall(SYS_io_uring_enter, fd, 0, 1, IORING_ENTER_GETEVENTS,
		    NULL, 0) != -1 || errno != EINTR)
		die("io_uring_enter");
	errno = 0;
	if (!__atomic_load_n(&signalled, __ATOMIC_RELAXED))
		die("no signal");
	return 0;
}

#define HERD_STACK	4096

static int herd_bell;

/* The threads share errno: system calls without it. */
static long futex(int op, int val)
{
	register long r10 asm("r10") = 0;
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "a" (SYS_futex), "D" (&herd_bell), "S" (op), "d" (val),
		       "r" (r10)
		     : "rcx", "r11", "memory");
	return ret;
}

static int herd_member(void *unused)
{
	(void)unused;
	for (;;)
		futex(FUTEX_WAIT_PRIVATE, __atomic_load_n(&herd_bell, __ATOMIC_RELAXED));
	return 0;
}

/* @n threads that all run for a moment, every @ms milliseconds. */
static int herd(int n, int ms)
{
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
		    CLONE_THREAD | CLONE_SYSVSEM;
	char *stack = mmap(NULL, (size_t)n * HERD_STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (stack == MAP_FAILED)
		die("mmap");
	while (n--) {
		stack += HERD_STACK;
		if (clone(herd_member, stack, flags, NULL) < 0)
			die("clone");
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		usleep(ms * 1000);
		__atomic_fetch_add(&herd_bell, 1, __ATOMIC_RELAXED);
		futex(FUTEX_WAKE_PRIVATE, INT_MAX);
	}
	return 0;
}

/* One system call; no allocation of another process fails. */
static int starve(const char *name, const char *nth, const char *value)
{
	int fd = open(name, value ? O_WRONLY : O_RDONLY);
	int nth_fd = open("/proc/thread-self/fail-nth", O_RDWR);
	char left[16] = "";
	ssize_t ret;
	int err;

	if (fd < 0 || nth_fd < 0 || write(nth_fd, nth, strlen(nth)) < 0)
		die(name);
	if (value)
		ret = write(fd, value, strlen(value));
	else
		ret = syscall(SYS_finit_module, fd, "", 0);
	err = errno;
	if (pread(nth_fd, left, sizeof(left) - 1, 0) < 0 ||
	    pwrite(nth_fd, "0", 1, 0) < 0)
		die("fail-nth");
	printf("%s, %s\n", ret < 0 ? strerror(err) : "done",
	       atoi(left) ? "enough" : "starved");
	return 0;
}

/* Maps a file: shared only to change it, which not all file systems can. */
static char *map_file(const char *name, bool change, size_t *size)
{
	struct stat st;
	char *file;
	int fd;

	fd = open(name, change ? O_RDWR : O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		die(name);
	file = mmap(NULL, st.st_size, change ? PROT_READ | PROT_WRITE : PROT_READ,
		    change ? MAP_SHARED : MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		die(name);
	close(fd);
	*size = st.st_size;
	return file;
}

/* The update in a module's file */
static char *find_update(char *file, size_t *size)
{
	const Elf64_Ehdr *eh = (const void *)file;
	const Elf64_Shdr *sh = (const void *)(file + eh->e_shoff);
	const char *names = file + sh[eh->e_shstrndx].sh_offset;
	int i;

	for (i = 0; i < eh->e_shnum; i++) {
		if (strcmp(names + sh[i].sh_name, KSPLICE_SECTION))
			continue;
		*size = sh[i].sh_size;
		return file + sh[i].sh_offset;
	}
	errno = 0;
	die("no section " KSPLICE_SECTION);
	return NULL;
}

/* CRC-32 as zlib has it */
static __u32 crc32(const void *data, size_t n)
{
	const unsigned char *p = data;
	__u32 crc = ~0U;
	int bit;

	while (n--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void set_checksum(char *blob, size_t size)
{
	struct ksplice_f_header *h = (void *)blob;

	h->checksum = 0;
	h->checksum = crc32(blob, size);
}

#define CHECKSUM_WORD							\
	(offsetof(struct ksplice_f_header, checksum) / sizeof(__u32))

/* A byte of code that is compared as it is: no relocation, no site. */
static bool is_plain(const char *blob, const struct ksplice_f_unit *u,
		     unsigned int at)
{
	const struct ksplice_f_header *h = (const void *)blob;
	const struct ksplice_f_reloc *r = (const void *)(blob + h->relocs.off);
	const struct ksplice_f_site *s = (const void *)(blob + h->sites.off);
	unsigned int i;

	for (i = u->relocs; i < u->relocs + u->nrelocs; i++)
		if (at >= r[i].offset && at < r[i].offset + 8)
			return false;
	for (i = u->sites; i < u->sites + u->nsites; i++)
		if (at >= s[i].offset && at < s[i].offset + s[i].len)
			return false;
	return true;
}

static void flip_code(char *blob)
{
	const struct ksplice_f_header *h = (const void *)blob;
	const struct ksplice_f_unit *u = (const void *)(blob + h->units.off);
	unsigned int i, at;

	for (i = 0; i < h->units.n; i++, u++) {
		if (u->kind != KSPLICE_UNIT_TEXT ||
		    !(u->flags & KSPLICE_UNIT_REPLACED))
			continue;
		for (at = u->size; at--;) {
			if (!is_plain(blob, u, at))
				continue;
			blob[h->bytes.off + u->bytes + at] ^= 0x10;
			puts(blob + h->strings.off + u->name);
			return;
		}
	}
	errno = 0;
	die("no code");
}

static const char *section_name(const char *file, unsigned int i)
{
	const Elf64_Ehdr *eh = (const void *)file;
	const Elf64_Shdr *sh = (const void *)(file + eh->e_shoff);

	return i < eh->e_shnum ? file + sh[eh->e_shstrndx].sh_offset + sh[i].sh_name : "";
}

/* The section that a relocation leads to */
static const char *relocated_to(const char *file, const Elf64_Shdr *rela, const Elf64_Rela *r)
{
	const Elf64_Ehdr *eh = (const void *)file;
	const Elf64_Shdr *sh = (const void *)(file + eh->e_shoff);
	const Elf64_Sym *sym = (const void *)(file + sh[rela->sh_link].sh_offset);

	return section_name(file, sym[ELF64_R_SYM(r->r_info)].st_shndx);
}

static bool is_fixup_of_label(const char *file, const Elf64_Shdr *rela,
			      const Elf64_Rela *r, const struct ksplice_f_header *h)
{
	const struct ksplice_f_table *t = &h->fixups;
	size_t entry = sizeof(struct ksplice_f_fixup);

	return r->r_offset >= t->off && r->r_offset < t->off + t->n * entry &&
	       !strcmp(relocated_to(file, rela, r), "__jump_table");
}

/* The module loader fills in the places by the relocations of the section. */
static void name_one_twice(char *file, const struct ksplice_f_header *h)
{
	const Elf64_Ehdr *eh = (const void *)file;
	const Elf64_Shdr *sh = (const void *)(file + eh->e_shoff), *rela;
	Elf64_Rela *r, *end, *first = NULL;
	unsigned int i;

	for (i = 0; i < eh->e_shnum; i++)
		if (!strcmp(section_name(file, i), ".rela" KSPLICE_SECTION))
			break;
	rela = &sh[i];
	r = i < eh->e_shnum ? (void *)(file + rela->sh_offset) : NULL;
	for (end = r ? r + rela->sh_size / sizeof(*r) : r; r < end; r++) {
		if (!is_fixup_of_label(file, rela, r, h))
			continue;
		if (first) {
			r->r_info = first->r_info;
			r->r_addend = first->r_addend;
			return;
		}
		first = r;
	}
	errno = 0;
	die("there are no two fixups of jump labels");
}

/*
 * Small numbers and the numbers of entries are what tables are made of, so that
 * they are often taken for one another.
 */
static void mutate(char *blob, size_t size, unsigned int seed)
{
	const __u32 *other;
	unsigned int n, i;
	__u32 *word;

	srandom(seed);
	for (n = 1 + random() % 4, i = 0; i < n; i++) {
		word = (__u32 *)blob + random() % (size / sizeof(*word));
		other = (const __u32 *)blob + random() % (size / sizeof(*other));
		switch (random() % 6) {
		case 0:
			*word = random() % 64;
			break;
		case 1:
			*word = *other;
			break;
		case 2:
			*word += random() % 17 - 8;
			break;
		case 3:
			*word = ~0U >> random() % 32;
			break;
		default:
			blob[random() % size] ^= 1 << random() % 8;
		}
	}
}

static size_t change_all(char *file, size_t size, const char *from,
			 const char *to, size_t n)
{
	size_t at, found = 0;

	for (at = 0; at + n <= size; at++) {
		if (memcmp(file + at, from, n))
			continue;
		memcpy(file + at, to, n);
		found++;
	}
	return found;
}

static int change(char **argv)
{
	size_t size;
	char *file;

	file = map_file(argv[0], true, &size);
	for (argv++; argv[0] && argv[1]; argv += 2) {
		__u32 from = strtoul(argv[0], NULL, 0);
		__u32 to = strtoul(argv[1], NULL, 0);
		bool word = !strncmp(argv[0], "0x", 2);

		errno = 0;
		if (!word && strlen(argv[0]) != strlen(argv[1]))
			die("not as long");
		if (!change_all(file, size,
				word ? (char *)&from : argv[0],
				word ? (char *)&to : argv[1],
				word ? sizeof(from) : strlen(argv[0])))
			die(argv[0]);
	}
	munmap(file, size);
	return 0;
}

#define READ_MAX	4096
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof(*(a)))

static void read_file(const char *name, char *buf)
{
	int fd = open(name, O_RDONLY);
	ssize_t n = read(fd, buf, READ_MAX - 1);

	if (n < 0)
		die(name);
	buf[n] = 0;
	close(fd);
}

/* The log of a guest that crashed shows which mutation it was. */
static void announce(unsigned int seed)
{
	int fd = open("/dev/kmsg", O_WRONLY);
	char line[64];
	int n;

	n = snprintf(line, sizeof(line), "ksplice selftest: mutation %u\n",
		     seed);
	if (fd < 0 || write(fd, line, n) != n)
		die("/dev/kmsg");
	close(fd);
}

/* Return: could it be loaded? */
static bool load_mutation(char *file, size_t size, unsigned int seed,
			  const char *module)
{
	size_t n;
	char *blob = find_update(file, &n);

	announce(seed);
	mutate(blob, n, seed);
	set_checksum(blob, n);
	if (syscall(SYS_init_module, file, size, ""))
		return false;
	if (syscall(SYS_delete_module, module, O_NONBLOCK))
		die(module);
	return true;
}

static void stays_as_it_was(const char *name, const char *before)
{
	char now[READ_MAX];

	read_file(name, now);
	errno = 0;
	if (strcmp(now, before))
		die(name);
}

static int mutations(const char *name, char **argv)
{
	unsigned int seed = strtoul(argv[0], NULL, 0), n = atoi(argv[1]);
	const char *module = argv[2];
	unsigned int i, k, loaded = 0;
	char before[8][READ_MAX];
	char **reads = argv + 3;
	size_t size;
	char *good = map_file(name, false, &size), *copy = malloc(size);

	if (!copy)
		die("malloc");
	for (k = 0; reads[k]; k++) {
		if (k == ARRAY_SIZE(before))
			die("too many files");
		read_file(reads[k], before[k]);
	}
	for (i = 0; i < n; i++) {
		memcpy(copy, good, size);
		loaded += load_mutation(copy, size, seed + i, module);
		for (k = 0; reads[k]; k++)
			stays_as_it_was(reads[k], before[k]);
	}
	printf("%u\n", loaded);
	free(copy);
	return 0;
}

int main(int argc, char **argv)
{
	const char *cmd = argc > 2 ? argv[1] : "";
	const char *arg = argc > 3 ? argv[3] : "0";
	struct ksplice_f_header *h;
	unsigned long n;
	char *file, *blob;
	size_t size;

	if (!strcmp(cmd, "fault"))
		return fault(argv[2]);
	if (!strcmp(cmd, "named"))
		return named(argv[2]);
	if (!strcmp(cmd, "hammer"))
		return hammer(argv[2]);
	if (!strcmp(cmd, "visit") && argc > 3)
		return visit(argv[2], argv[3]);
	if (!strcmp(cmd, "quiet"))
		return quiet(argv[2]);
	if (!strcmp(cmd, "ring"))
		return ring();
	if (!strcmp(cmd, "herd") && argc > 3)
		return herd(atoi(argv[2]), atoi(argv[3]));
	if (!strcmp(cmd, "starve") && argc > 3)
		return starve(argv[2], argv[3], argv[4]);
	if (!strcmp(cmd, "mutations") && argc > 5)
		return mutations(argv[2], argv + 3);
	if (!strcmp(cmd, "change") && change(argv + 2))
		return 1;
	if (argc < 3) {
		fputs("usage: ksplice-helper COMMAND FILE [...]\n", stderr);
		return 2;
	}

	if (!strcmp(cmd, "words")) {
		printf("%zu\n", sizeof(*h) / sizeof(__u32));
		return 0;
	}
	file = map_file(argv[2], strcmp(cmd, "size"), &size);
	blob = find_update(file, &size);
	h = (void *)blob;
	n = strtoul(arg, NULL, 0);
	if (!strcmp(cmd, "word") && argc == 5 &&
	    n < sizeof(*h) / sizeof(__u32)) {
		((__u32 *)blob)[n] = strtoul(argv[4], NULL, 0);
		if (n != CHECKSUM_WORD)
			set_checksum(blob, size);
	} else if (!strcmp(cmd, "size")) {
		printf("%zu\n", size);
	} else if (!strcmp(cmd, "byte") && n < size) {
		blob[n] ^= 1 << n % 8;
	} else if (!strcmp(cmd, "release")) {
		blob[h->strings.off + h->release] ^= 1;
		set_checksum(blob, size);
	} else if (!strcmp(cmd, "name")) {
		char *name = blob + h->strings.off + h->name;

		if (strlen(arg) > strlen(name))
			die("the name is too long");
		memcpy(name, arg, strlen(arg) + 1);
		set_checksum(blob, size);
	} else if (!strcmp(cmd, "change")) {
		set_checksum(blob, size);
	} else if (!strcmp(cmd, "twice")) {
		name_one_twice(file, h);
	} else if (!strcmp(cmd, "code")) {
		flip_code(blob);
		set_checksum(blob, size);
	} else {
		fprintf(stderr, "ksplice-helper: unknown command '%s'\n", cmd);
		return 2;
	}
	return 0;
}
