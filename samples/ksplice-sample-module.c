// SPDX-License-Identifier: GPL-2.0
/*
 * A hot update of a module
 *
 * The file /proc/ksplice_sample_module of this module gives a wrong answer;
 * ksplice-sample-module-fix.diff fixes it.  CONFIG_SAMPLE_KSPLICE_MODULE=m
 * builds the module.
 *
 *   # modprobe ksplice-sample-module
 *   # cat /proc/ksplice_sample_module
 *   The answer is 41
 *
 *   $ SRC/tools/ksplice/kspl-build/kspl-build -s SRC -b BUILD -n module-fix \
 *         SRC/samples/ksplice/ksplice-sample-module-fix.diff
 *   # insmod ksplice-module-fix.ko
 *   # echo 1 > /sys/kernel/ksplice/module-fix/enabled
 *   # cat /proc/ksplice_sample_module
 *   The answer is 42
 *
 * The module can be unloaded and loaded again: it is updated before its init
 * function runs.  Another module of that name is not loaded.
 *
 *   # rmmod ksplice_sample_module
 *   # cat /sys/kernel/ksplice/module-fix/ksplice_sample_module/patched
 *   0
 *   # modprobe ksplice-sample-module
 *   # cat /proc/ksplice_sample_module
 *   The answer is 42
 *
 * To take it back:
 *
 *   # echo 0 > /sys/kernel/ksplice/module-fix/enabled
 *   # rmmod ksplice_module_fix ksplice_sample_module
 */

#include <linux/init.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

static unsigned int answer(void)
{
	return 6 * 7 - 1;
}

static int sample_module_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "The answer is %u\n", answer());
	return 0;
}

static int __init ksplice_sample_module_init(void)
{
	if (!proc_create_single("ksplice_sample_module", 0444, NULL,
				sample_module_show))
		return -ENOMEM;
	return 0;
}
module_init(ksplice_sample_module_init);

static void __exit ksplice_sample_module_exit(void)
{
	remove_proc_entry("ksplice_sample_module", NULL);
}
module_exit(ksplice_sample_module_exit);

MODULE_DESCRIPTION("Sample of a module to be updated");
MODULE_LICENSE("GPL");
