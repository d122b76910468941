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
 * (copied for each namespace), tables of device ids (devices were bound by them).
 */
#include <string.h>

#include "inplace.h"

/**
 * struct live_type - what is known about a type
 * @name:	its name, without "struct"
 * @members:	by enum change: members that are read anew at each use. "*" stands for
 *		all, "-" before a name for an exception
 *
 * A function may only appear where there was none (CHANGE_FILL) if nobody remembers that
 * there was none.
 */
struct live_type {
	const char *name;
	const char *members[CHANGE_KINDS];
};

static const struct live_type live_types[] = {
	/* fs: a file keeps a pointer to its operations; f_mode tells which there are */
	{ "file_operations", { "*" } },
	{ "proc_ops", { "*" } },
	{ "seq_operations", { "*" } },
	{ "inode_operations", { "*" } },
	{ "address_space_operations", { "*" } },
	{ "super_operations", { "*" } },
	{ "dentry_operations", { "*" } },
	{ "export_operations", { "*" } },
	{ "vm_operations_struct", { "*" } },
	{ "block_device_operations", { "*" } },
	{ "blk_mq_ops", { "*" } },
	{ "xattr_handler", { "*" } },
	/* net: a socket or a device keeps a pointer to its operations */
	{ "proto_ops", { "*" } },
	{ "net_device_ops", { "*" } },
	{ "ethtool_ops", { "*" } },
	{ "header_ops", { "*" } },
	/* read while a message is parsed */
	{ "nla_policy", { [CHANGE_DATA] = "*" } },
	{ "kernel_param_ops", { "*" } },
	{ "sysfs_ops", { "*" } },
	{ "tty_operations", { "*" } },
	{ "dma_buf_ops", { "*" } },
	/*
	 * Programs that are loaded call some functions of a map, and all helpers,
	 * without looking at these tables again.
	 */
	{ "bpf_map_ops", { "map_alloc_check map_alloc map_release map_free map_get_next_key map_release_uref map_seq_show_elem map_check_btf map_poke_track map_poke_untrack map_poke_run map_direct_value_addr map_direct_value_meta map_mmap map_poll map_get_unmapped_area map_mem_usage map_fd_get_ptr map_fd_put_ptr map_fd_sys_lookup_elem map_local_storage_charge map_local_storage_uncharge map_lookup_and_delete_elem map_lookup_batch map_lookup_and_delete_batch map_update_batch map_delete_batch",
			 "map_alloc_check map_check_btf map_mem_usage" } },
	{ "bpf_func_proto", { [CHANGE_DATA] = "* -func -btf_id" } },
	{ "bpf_verifier_ops", { "*" } },
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

/**
 * member_is_live() - does a change of a member reach everybody at once?
 * @type:	name of the struct
 * @member:	name of the member
 * @how:	how it changes
 */
bool member_is_live(const char *type, const char *member, enum change how)
{
	const struct live_type *t;
	const char *list;

	for (t = live_types; t < live_types + ARRAY_SIZE(live_types); t++) {
		if (strcmp(t->name, type))
			continue;
		list = t->members[how];
		return list && (has_word(list, member, "") ||
				(*list == '*' && !has_word(list, member, "-")));
	}
	return false;
}
