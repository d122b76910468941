// SPDX-License-Identifier: GPL-2.0
/*
 * Sits in the kernel, in vfork(), until its child "vforked" ends: after so many
 * seconds, or when it is killed. No other signal makes it leave.
 */
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? atoi(argv[1]) : 600;

	if (!vfork()) {
		prctl(PR_SET_NAME, "vforked");
		sleep(seconds);
		_exit(0);
	}
	return 0;
}
