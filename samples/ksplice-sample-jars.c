// SPDX-License-Identifier: GPL-2.0
/*
 * Objects that exist before an update is applied
 *
 * The file /proc/ksplice_sample_jars shows jars of biscuits.  Writing "+" to it
 * adds a jar, "-" removes the last one, "e" eats a biscuit of each jar.
 * A jar has room for 12 biscuits, but the old code puts in only 10.
 *
 *   # cat /proc/ksplice_sample_jars
 *   jar 1: 10 of 12
 *   jar 2: 10 of 12
 *
 * Hooks.  ksplice-sample-jars-fix.diff fills new jars.  Existing jars are filled
 * at the moment of the switch, so that nobody ever sees both kinds:
 *
 *   $ SRC/tools/ksplice/kspl-build/kspl-build -s SRC -b BUILD -n jars-fix \
 *         SRC/samples/ksplice/ksplice-sample-jars-fix.diff
 *   # insmod ksplice-jars-fix.ko
 *   # echo 1 > /sys/kernel/ksplice/jars-fix/enabled
 *   # echo + > /proc/ksplice_sample_jars
 *   # cat /proc/ksplice_sample_jars
 *   jar 1: 12 of 12
 *   jar 2: 12 of 12
 *   jar 3: 12 of 12
 *
 * An update's own data.  ksplice-sample-jars-count.diff counts eaten biscuits.  A
 * jar has no room for the count, so the update attaches data to each jar; a hook
 * does this for existing jars.  Both updates can be applied at once, since they
 * replace different functions.
 *
 *   $ SRC/tools/ksplice/kspl-build/kspl-build -s SRC -b BUILD -n jars-count \
 *         SRC/samples/ksplice/ksplice-sample-jars-count.diff
 *   # insmod ksplice-jars-count.ko
 *   # echo 1 > /sys/kernel/ksplice/jars-count/enabled
 *   # echo e > /proc/ksplice_sample_jars
 *   # cat /proc/ksplice_sample_jars
 *   jar 1: 11 of 12, 1 eaten
 *   jar 2: 11 of 12, 1 eaten
 *   jar 3: 11 of 12, 1 eaten
 *
 * To take both back, do the following.  Filled jars stay filled; the counts are
 * destroyed when their update is taken back:
 *
 *   # echo 0 > /sys/kernel/ksplice/jars-count/enabled
 *   # rmmod ksplice_jars_count
 *   # echo 0 > /sys/kernel/ksplice/jars-fix/enabled
 *   # rmmod ksplice_jars_fix
 */

#include <linux/fs.h>
#include <linux/init.h>
#include <linux/ksplice.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define JAR_ROOM	12
#define JAR_FILL	10

struct jar {
	struct list_head list;
	unsigned int nr;
	unsigned int biscuits;
};

/* Guards the list and the jars. */
static DEFINE_MUTEX(jars_mutex);
static LIST_HEAD(jars);
static unsigned int nr_jars;

static noinline struct jar *jar_new(void)
{
	struct jar *jar = kzalloc(sizeof(*jar), GFP_KERNEL);

	if (jar)
		jar->biscuits = JAR_FILL;
	return jar;
}

static noinline void jar_free(struct jar *jar)
{
	kfree(jar);
}

static noinline void jar_eat(struct jar *jar)
{
	if (jar->biscuits)
		jar->biscuits--;
}

static noinline void jar_show(struct seq_file *m, const struct jar *jar)
{
	seq_printf(m, "jar %u: %u of %u\n", jar->nr, jar->biscuits, JAR_ROOM);
}

static int jars_add(void)
{
	struct jar *jar = jar_new();

	if (!jar)
		return -ENOMEM;
	jar->nr = ++nr_jars;
	list_add_tail(&jar->list, &jars);
	return 0;
}

static int jars_remove(void)
{
	struct jar *jar;

	if (list_empty(&jars))
		return -ENOENT;
	jar = list_last_entry(&jars, struct jar, list);
	list_del(&jar->list);
	nr_jars--;
	jar_free(jar);
	return 0;
}

static int jars_eat(void)
{
	struct jar *jar;

	list_for_each_entry(jar, &jars, list)
		jar_eat(jar);
	return 0;
}

static int jars_do(char what)
{
	guard(mutex)(&jars_mutex);
	switch (what) {
	case '+':
		return jars_add();
	case '-':
		return jars_remove();
	case 'e':
		return jars_eat();
	}
	return -EINVAL;
}

static int jars_show(struct seq_file *m, void *unused)
{
	struct jar *jar;

	guard(mutex)(&jars_mutex);
	list_for_each_entry(jar, &jars, list)
		jar_show(m, jar);
	return 0;
}

static int jars_open(struct inode *inode, struct file *file)
{
	return single_open(file, jars_show, NULL);
}

static ssize_t jars_write(struct file *file, const char __user *buf,
			  size_t len, loff_t *pos)
{
	char what;
	int ret;

	if (!len)
		return 0;
	if (get_user(what, buf))
		return -EFAULT;
	ret = jars_do(what);
	return ret ? ret : len;
}

static const struct proc_ops jars_ops = {
	.proc_open	= jars_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
	.proc_write	= jars_write,
};

static int __init ksplice_sample_jars_init(void)
{
	if (!proc_create("ksplice_sample_jars", 0600, NULL, &jars_ops))
		return -ENOMEM;
	jars_do('+');
	jars_do('+');
	return 0;
}
device_initcall(ksplice_sample_jars_init);
