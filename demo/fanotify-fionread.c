// SPDX-License-Identifier: GPL-2.0
/*
 * How many bytes of events does fanotify promise, and how many are there?
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char buf[4096];
	int promised;
	ssize_t n;
	int fd;

	if (argc != 2)
		errx(2, "usage: fanotify-fionread FILE");

	fd = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID | FAN_NONBLOCK,
			   O_RDONLY);
	if (fd < 0)
		err(2, "fanotify_init");
	if (fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, argv[1]))
		err(2, "fanotify_mark %s", argv[1]);
	if (access(argv[1], R_OK) || close(open(argv[1], O_RDONLY)))
		err(2, "%s", argv[1]);

	if (ioctl(fd, FIONREAD, &promised))
		err(2, "FIONREAD");
	n = read(fd, buf, sizeof(buf));
	if (n < 0)
		err(2, "read");
	printf("FIONREAD: %d bytes, read: %zd bytes\n", promised, n);
	return 0;
}
