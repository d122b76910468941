// SPDX-License-Identifier: GPL-2.0
/*
 * Gives itself an auxiliary vector of one entry and counts what is there then.
 */
#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void)
{
	unsigned long mine[2] = { AT_PAGESZ, 4096 };
	unsigned long buf[128];
	unsigned int entries = 0;
	ssize_t n;
	int fd;

	if (prctl(PR_SET_MM, PR_SET_MM_AUXV, mine, sizeof(mine), 0))
		err(2, "prctl");

	fd = open("/proc/self/auxv", O_RDONLY);
	if (fd < 0)
		err(2, "/proc/self/auxv");
	n = read(fd, buf, sizeof(buf));
	if (n < 0)
		err(2, "read");

	/* The last one, AT_NULL, is no entry. */
	while ((entries + 1) * 2 * sizeof(*buf) <= (size_t)n &&
	       buf[entries * 2] != AT_NULL)
		entries++;
	printf("set: 1 entry, /proc/self/auxv: %u\n", entries);
	return 0;
}
