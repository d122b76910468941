// SPDX-License-Identifier: GPL-2.0
/*
 * A user of a function's entry (kprobe, ftrace), as long as this is loaded; "hits" is
 * how often it was called there, or when the function returned.
 */

#include <linux/atomic.h>
#include <linux/fprobe.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/string.h>

static char *kind = "";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "kprobe, kprobe_post, kretprobe, fprobe, fprobe_exit, ftrace");

static unsigned long addr;
module_param(addr, ulong, 0400);
MODULE_PARM_DESC(addr, "the function's entry");

static unsigned long hits;
module_param(hits, ulong, 0444);
MODULE_PARM_DESC(hits, "how often it was called");

/* kprobes */

static int pre_handler(struct kprobe *p, struct pt_regs *regs)
{
	hits++;
	return 0;
}

/* With one of these, the function is the probe's alone as far as ftrace goes. */
static void post_handler(struct kprobe *p, struct pt_regs *regs,
			 unsigned long flags)
{
}

static struct kprobe kprobe = {
	.pre_handler = pre_handler,
};

static int kprobe_on(void)
{
	kprobe.addr = (kprobe_opcode_t *)addr;
	return register_kprobe(&kprobe);
}

static int kprobe_post_on(void)
{
	kprobe.post_handler = post_handler;
	return kprobe_on();
}

static void kprobe_off(void)
{
	unregister_kprobe(&kprobe);
}

static int ret_handler(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	hits++;
	return 0;
}

static struct kretprobe kretprobe = {
	.handler = ret_handler,
};

static int kretprobe_on(void)
{
	kretprobe.kp.addr = (kprobe_opcode_t *)addr;
	return register_kretprobe(&kretprobe);
}

static void kretprobe_off(void)
{
	unregister_kretprobe(&kretprobe);
}

/* ftrace */

static void called(unsigned long ip, unsigned long parent_ip,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	hits++;
}

static struct ftrace_ops ops = {
	.func = called,
};

static int ftrace_on(void)
{
	int ret;

	ret = ftrace_set_filter_ip(&ops, addr, 0, 0);
	return ret ? ret : register_ftrace_function(&ops);
}

static void ftrace_off(void)
{
	unregister_ftrace_function(&ops);
	ftrace_free_filter(&ops);
}

static int entry_handler(struct fprobe *fp, unsigned long entry_ip,
			 unsigned long ret_ip, struct pt_regs *regs,
			 void *entry_data)
{
	hits++;
	return 0;
}

static void exit_handler(struct fprobe *fp, unsigned long entry_ip,
			 unsigned long ret_ip, struct pt_regs *regs,
			 void *entry_data)
{
	hits++;
}

static struct fprobe fprobe;

static int fprobe_on(void)
{
	fprobe.entry_handler = entry_handler;
	return register_fprobe_ips(&fprobe, &addr, 1);
}

static int fprobe_exit_on(void)
{
	fprobe.exit_handler = exit_handler;
	return register_fprobe_ips(&fprobe, &addr, 1);
}

static void fprobe_off(void)
{
	unregister_fprobe(&fprobe);
}

static const struct peer {
	const char *kind;
	int (*on)(void);
	void (*off)(void);
} peers[] = {
	{ "kprobe", kprobe_on, kprobe_off },
	{ "kprobe_post", kprobe_post_on, kprobe_off },
	{ "kretprobe", kretprobe_on, kretprobe_off },
	{ "ftrace", ftrace_on, ftrace_off },
	{ "fprobe", fprobe_on, fprobe_off },
	{ "fprobe_exit", fprobe_exit_on, fprobe_off },
};

static const struct peer *peer;

static int __init test_ksplice_peer_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(peers); i++)
		if (!strcmp(peers[i].kind, kind))
			peer = &peers[i];
	return peer ? peer->on() : -EINVAL;
}

static void __exit test_ksplice_peer_exit(void)
{
	peer->off();
}

module_init(test_ksplice_peer_init);
module_exit(test_ksplice_peer_exit);
MODULE_DESCRIPTION("A user of a function's entry, for the ksplice selftests");
MODULE_LICENSE("GPL");
