// SPDX-License-Identifier: GPL-2.0
/*
 * Types of constants whose users read a member each time they need it.
 *
 * A constant of another type may have been copied, or something may have been computed
 * from it: when it was registered, when a file was opened, when a device was found. A
 * change of the constant would not change that. So only what is listed here changes in
 * place; the author of an update can vouch for others (--in-place).
 *
 * Not listed, for example: snd_kcontrol_new and ib_device_ops (copied), v4l2_ioctl_ops
 * (a bitmap is computed from it), rhashtable_params (copied into each table), ctl_table
 * (copied for each namespace), proto_ops (copied by TLS), ethtool_ops (by DSA),
 * vm_operations_struct (by coda), tables of device ids (devices were bound by them).
 */
#include <stdlib.h>
#include <string.h>

#include "inplace.h"

/**
 * struct live_type - what is known about a type
 * @name:	its name, without "struct"
 * @members:	by enum change: members that are read anew at each use. "*" stands for
 *		all, "-" before a name for an exception
 * @copied:	constants that something copies: their names; and "dir/" for all of a
 *		directory
 *
 * A function may only appear where there was none (CHANGE_FILL) if nobody remembers that
 * there was none.
 *
 * To add a type, look in the source of each supported kernel for what could keep a copy:
 * variables and members of the type that are not const, sizeof and kmemdup() of it,
 * assignments from a pointer to it or from one of its members, flags that are set where
 * it is registered.
 * For those below, copies of the whole struct were searched in 6.12 (arch/x86 only of the
 * architectures) and in most of 6.1, without some of its drivers; copies of single members
 * were not.
 */
struct live_type {
	const char *name;
	const char *members[CHANGE_KINDS];
	const char *copied;
};

static const struct live_type live_types[] = {
	/*
	 * A file keeps a pointer to its operations; f_mode tells which there are.
	 * dvb_register_device(), tty_default_fops() and cuse_init() make copies.
	 */
	{ "file_operations", { "*" },
	  "tty_fops fuse_dev_operations cxlflash_cxl_fops drivers/media/ drivers/staging/media/" },
	{ "proc_ops", { "*" }, NULL },
	{ "seq_operations", { "*" }, NULL },
	{ "inode_operations", { "*" }, NULL },
	{ "address_space_operations", { "*" }, NULL },
	{ "super_operations", { "*" }, NULL },
	{ "dentry_operations", { "*" }, NULL },
	{ "export_operations", { "*" }, NULL },
	{ "block_device_operations", { "*" }, NULL },
	{ "blk_mq_ops", { "*" }, NULL },
	{ "xattr_handler", { "*" }, NULL },
	/* A device keeps a pointer to its operations; net/atm/mpc.c copies those of LANE. */
	{ "net_device_ops", { "*" }, "net/atm/" },
	{ "header_ops", { "*" }, NULL },
	/* read while a message is parsed */
	{ "nla_policy", { [CHANGE_DATA] = "*" }, NULL },
	{ "kernel_param_ops", { "*" }, NULL },
	{ "sysfs_ops", { "*" }, NULL },
	{ "tty_operations", { "*" }, NULL },
	/*
	 * Programs that are loaded call some functions of a map, and all helpers,
	 * without looking at these tables again.
	 */
	{ "bpf_map_ops", { "map_alloc_check map_alloc map_release map_free map_get_next_key map_release_uref map_seq_show_elem map_check_btf map_mmap map_poll map_mem_usage map_fd_get_ptr map_fd_put_ptr map_fd_sys_lookup_elem map_lookup_and_delete_elem map_lookup_batch map_lookup_and_delete_batch map_update_batch map_delete_batch",
			   "map_alloc_check map_check_btf" }, NULL },
	{ "bpf_func_proto", { [CHANGE_DATA] = "* -func -btf_id" }, NULL },
	{ "bpf_verifier_ops", { "*" }, NULL },
};

/* Is @member one of the words of @list? */
static bool has_word(const char *list, const char *member, const char *prefix)
{
	size_t n = strlen(member), skip = strlen(prefix);
	const char *p = list;

	while (*p) {
		size_t len = strcspn(p, " ");

		if (len == skip + n && !strncmp(p, prefix, skip) &&
		    !strncmp(p + skip, member, n))
			return true;
		p += len + strspn(p + len, " ");
	}
	return false;
}

static bool is_copied(const char *list, const struct unit *c)
{
	char *dir = xstrdup(c->obj->label), *slash;
	bool found = has_word(list, c->name, "");

	while (!found && (slash = strrchr(dir, '/'))) {
		slash[1] = 0;
		found = has_word(list, dir, "");
		*slash = 0;
	}
	free(dir);
	return found;
}

/**
 * member_is_live() - does a change of a member reach everybody at once?
 * @c:		the constant that changes
 * @type:	name of the struct
 * @member:	name of the member
 * @how:	how it changes
 */
bool member_is_live(const struct unit *c, const char *type, const char *member, enum change how)
{
	const struct live_type *t;
	const char *list;

	for (t = live_types; t < live_types + ARRAY_SIZE(live_types); t++) {
		if (strcmp(t->name, type))
			continue;
		list = t->members[how];
		return list && !(t->copied && is_copied(t->copied, c)) &&
		       (has_word(list, member, "") ||
			(*list == '*' && !has_word(list, member, "-")));
	}
	return false;
}
