// SPDX-License-Identifier: GPL-2.0
/*
 * ksplice-sample.c - a function with two bugs, for a first hot update
 *
 * The file /proc/ksplice_sample greets its readers.  The function counts wrong
 * (the first visitor is number 0) and misspells a word; ksplice-sample-fix.diff
 * fixes both.  With this sample in the running kernel (CONFIG_SAMPLE_KSPLICE),
 * its source in SRC and its build directory in BUILD, type
 *
 *   # cat /proc/ksplice_sample
 *   Hello wrold, visitor 0
 *   # cat /proc/ksplice_sample
 *   Hello wrold, visitor 1
 *
 *   $ SRC/tools/ksplice/kspl-build/kspl-build -s SRC -b BUILD -n sample \
 *         SRC/samples/ksplice/ksplice-sample-fix.diff
 *   # insmod ksplice-sample.ko
 *   # echo 1 > /sys/kernel/ksplice/sample/enabled
 *
 *   # cat /proc/ksplice_sample
 *   Hello world, visitor 3
 *
 * The new code goes on with the old code's static variable.  To take it back:
 *
 *   # echo 0 > /sys/kernel/ksplice/sample/enabled
 *   # rmmod ksplice_sample
 *
 *   # cat /proc/ksplice_sample
 *   Hello wrold, visitor 3
 *
 * The count goes on from where the new code was: taking an update back restores
 * the code, and never undoes what the code did.
 *
 * There is a second fix, ksplice-sample-more.diff, on top of the first.  There
 * are two ways to make an update of it.  A small update is on top of the first
 * one, which has to be applied then:
 *
 *   $ SRC/tools/ksplice/kspl-build/kspl-build -s SRC -b BUILD -n more \
 *         --on SRC/samples/ksplice/ksplice-sample-fix.diff \
 *         SRC/samples/ksplice/ksplice-sample-more.diff
 *   # insmod ksplice-sample.ko
 *   # echo 1 > /sys/kernel/ksplice/sample/enabled
 *   # insmod ksplice-more.ko
 *   # echo 1 > /sys/kernel/ksplice/more/enabled
 *   # cat /sys/kernel/ksplice/more/depends
 *   sample
 *
 * A cumulative update has all patches, and takes the place of all others in one
 * stop.  This is better in the long run:
 *
 *   $ SRC/tools/ksplice/kspl-build/kspl-build -s SRC -b BUILD -n sample-2 \
 *         --supersedes sample --supersedes more \
 *         SRC/samples/ksplice/ksplice-sample-fix.diff \
 *         SRC/samples/ksplice/ksplice-sample-more.diff
 *   # insmod ksplice-sample-2.ko
 *   # echo 1 > /sys/kernel/ksplice/sample-2/enabled
 *   # cat /proc/ksplice_sample
 *   Hello world, welcome, visitor 5
 *   # rmmod ksplice_more ksplice_sample
 *   # echo 0 > /sys/kernel/ksplice/sample-2/enabled
 *   # rmmod ksplice_sample_2
 */

#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

static atomic_t ksplice_sample_visitors;

static int ksplice_sample_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "Hello wrold, visitor %d\n",
		   atomic_inc_return(&ksplice_sample_visitors) - 1);
	return 0;
}

static int __init ksplice_sample_init(void)
{
	if (!proc_create_single("ksplice_sample", 0444, NULL,
				ksplice_sample_show))
		return -ENOMEM;
	return 0;
}
device_initcall(ksplice_sample_init);
