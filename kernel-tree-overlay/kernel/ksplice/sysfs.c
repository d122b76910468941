// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - /sys/kernel/ksplice
 *
 * Documentation/ABI/testing/sysfs-kernel-ksplice says what each file means.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/error-injection.h>
#include <linux/jiffies.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "ksplice.h"

static struct kobject *ksplice_root;

static const char * const state_words[] = {
	[KSPLICE_LOADING]	= "loading",
	[KSPLICE_READY]		= "ready",
	[KSPLICE_APPLIED]	= "applied",
	[KSPLICE_REVERSED]	= "reversed",
};

static const char * const cause_words[] = {
	[KSPLICE_OK]		= "ok",
	[KSPLICE_CODE_BUSY]	= "code_busy",
	[KSPLICE_TEXT_RESERVED]	= "text_reserved",
	[KSPLICE_TEXT_CHANGED]	= "text_changed",
	[KSPLICE_LIVEPATCHED]	= "livepatched",
	[KSPLICE_INTERRUPTED]	= "interrupted",
	[KSPLICE_OUT_OF_MEMORY]	= "out_of_memory",
	[KSPLICE_ALWAYS_BUSY]	= "always_busy",
	[KSPLICE_NO_MATCH]	= "no_match",
	[KSPLICE_TARGET_MOVING]	= "target_moving",
	[KSPLICE_HOOK_FAILED]	= "hook_failed",
	[KSPLICE_STACKED]	= "stacked",
	[KSPLICE_OUTDATED]	= "outdated",
	[KSPLICE_CANCELLED]	= "cancelled",
	[KSPLICE_GIVES_WAY]	= "target_moving",
};

static struct ksplice_update *to_update(struct kobject *kobj)
{
	return container_of(kobj, struct ksplice_update, kobj);
}

static ssize_t enabled_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(to_update(kobj)->state) ==
			  KSPLICE_APPLIED);
}

/*
 * The mode of a file keeps out all but root.  It does not keep out a root user without
 * capabilities: that of a container, or of a service that has dropped them.  Changing
 * the code of the kernel needs the same capability as loading a module.
 */
static ssize_t enabled_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	bool enable;
	int ret;

	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	ret = kstrtobool(buf, &enable);
	if (ret)
		return ret;

	ret = ksplice_enable(to_update(kobj), enable);
	return ret ? ret : count;
}

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	const struct ksplice_update *update = to_update(kobj);

	switch (READ_ONCE(update->way)) {
	case KSPLICE_APPLYING:
		return sysfs_emit(buf, "applying\n");
	case KSPLICE_REVERSING:
		return sysfs_emit(buf, "reversing\n");
	case KSPLICE_AT_REST:
		break;
	}
	return sysfs_emit(buf, "%s\n", state_words[READ_ONCE(update->state)]);
}

static ssize_t abort_cause_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  cause_words[READ_ONCE(to_update(kobj)->cause)]);
}

/*
 * Emits three words, whatever the name of the thread contains.  With @now, also for
 * how long it has been in the way.
 */
static int sysfs_emit_blocker(char *buf, int at, const struct ksplice_blocker *b,
			      bool now)
{
	char comm[TASK_COMM_LEN];
	int len;
	char *p;

	strscpy(comm, b->comm, sizeof(comm));
	for (p = comm; *p; p++) {
		if (!isgraph(*p))
			*p = '_';
	}
	len = sysfs_emit_at(buf, at, "%d %s %s", b->pid, comm, b->where);
	if (now)
		len += sysfs_emit_at(buf, at + len, " %u",
				     jiffies_to_msecs(jiffies - b->since));
	len += sysfs_emit_at(buf, at + len, b->scanned ? " (scanned)\n" : "\n");
	return len;
}

/* Emits only whole lines; the last line counts the threads that there is no room for. */
static int sysfs_emit_blockers(const struct ksplice_update *update, char *buf,
			       bool now)
{
	unsigned int i, n = min(update->nr_blockers, KSPLICE_MAX_CONFLICTS);
	int len = 0;

	for (i = 0; i < n && len < PAGE_SIZE - 2 * KSPLICE_WHERE_LEN; i++)
		len += sysfs_emit_blocker(buf, len, &update->blockers[i], now);
	if (i < update->nr_blockers)
		len += sysfs_emit_at(buf, len, "and %u more\n",
				     update->nr_blockers - i);
	return len;
}

/* @now: show those of the change under way, else those of the last change. */
static ssize_t sysfs_show_blockers(struct ksplice_update *update, char *buf, bool now)
{
	guard(mutex)(&ksplice_show_mutex);
	if ((READ_ONCE(update->way) != KSPLICE_AT_REST) != now)
		return 0;
	return sysfs_emit_blockers(update, buf, now);
}

static ssize_t conflicts_show(struct kobject *kobj,
			      struct kobj_attribute *attr, char *buf)
{
	return sysfs_show_blockers(to_update(kobj), buf, false);
}

static ssize_t in_the_way_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	return sysfs_show_blockers(to_update(kobj), buf, true);
}

/* Emits a whole line, or nothing if there may not be room for one. */
static int sysfs_emit_line(char *buf, int at, const char *name, u32 version)
{
	if (at > PAGE_SIZE - KSPLICE_NAME_MAX - sizeof(" 4294967295\n"))
		return 0;
	if (version)
		return sysfs_emit_at(buf, at, "%s %u\n", name, version);
	return sysfs_emit_at(buf, at, "%s\n", name);
}

/* The updates it was made on top of. */
static ssize_t depends_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	struct ksplice_update *update = to_update(kobj);
	unsigned int i;
	int len = 0;

	guard(mutex)(&ksplice_show_mutex);
	for (i = 0; i < update->nr_below; i++)
		len += sysfs_emit_line(buf, len, update->below[i]->name, 0);
	return len;
}

/* The updates whose place it takes, loaded or not. */
static ssize_t supersedes_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	const struct ksplice_update *update = to_update(kobj);
	unsigned int i;
	int len = 0;

	for (i = 0; i < update->nr_supersedes; i++)
		len += sysfs_emit_line(buf, len, update->strings +
				       update->supersedes[i].name, 0);
	return len;
}

static ssize_t states_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	const struct ksplice_update *update = to_update(kobj);
	unsigned int i;
	int len = 0;

	for (i = 0; i < update->nr_states; i++)
		len += sysfs_emit_line(buf, len, update->strings +
				       update->states[i].name,
				       update->states[i].version);
	return len;
}

static ssize_t fixes_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	/* Each id has its newline. */
	return sysfs_emit_at(buf, 0, "%s", to_update(kobj)->fixes);
}

static ssize_t stays_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%d\n", to_update(kobj)->stays);
}

static ssize_t timeout_ms_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_update(kobj)->timeout_ms));
}

static ssize_t timeout_ms_store(struct kobject *kobj,
				struct kobj_attribute *attr, const char *buf,
				size_t count)
{
	unsigned int ms;
	int ret;

	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	ret = kstrtouint(buf, 0, &ms);
	if (ret)
		return ret;
	if (ms > KSPLICE_MAX_TIMEOUT_MS)
		return -ERANGE;

	WRITE_ONCE(to_update(kobj)->timeout_ms, ms);
	return count;
}

#define KSPLICE_STAT(_file, _member, _fmt)				\
static ssize_t _file##_show(struct kobject *kobj,			\
			    struct kobj_attribute *attr, char *buf)	\
{									\
	return sysfs_emit(buf, _fmt "\n",				\
			  READ_ONCE(to_update(kobj)->stats._member));	\
}									\
static struct kobj_attribute _file##_attr = __ATTR_RO(_file)

KSPLICE_STAT(pause_ns, pause_ns, "%llu");
KSPLICE_STAT(checked_tasks, checked, "%u");
KSPLICE_STAT(rechecked_tasks, rechecked, "%u");
KSPLICE_STAT(unwound_tasks, unwound, "%u");
KSPLICE_STAT(scanned_tasks, scanned, "%u");
KSPLICE_STAT(attempts, attempts, "%u");
KSPLICE_STAT(stops, stops, "%u");

static struct kobj_attribute enabled_attr = __ATTR_RW(enabled);
static struct kobj_attribute state_attr = __ATTR_RO(state);
static struct kobj_attribute abort_cause_attr = __ATTR_RO(abort_cause);
static struct kobj_attribute conflicts_attr = __ATTR_RO_MODE(conflicts, 0400);
static struct kobj_attribute in_the_way_attr = __ATTR_RO_MODE(in_the_way, 0400);
static struct kobj_attribute depends_attr = __ATTR_RO(depends);
static struct kobj_attribute fixes_attr = __ATTR_RO(fixes);
static struct kobj_attribute stays_attr = __ATTR_RO(stays);
static struct kobj_attribute supersedes_attr = __ATTR_RO(supersedes);
static struct kobj_attribute states_attr = __ATTR_RO(states);
static struct kobj_attribute timeout_ms_attr = __ATTR_RW(timeout_ms);

#define UPDATE_ATTR(name)	&name##_attr.attr,
static struct attribute *update_attrs[] = {
	KSPLICE_ATTRIBUTES(UPDATE_ATTR)
	NULL,
};
ATTRIBUTE_GROUPS(update);

static ssize_t patched_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	struct ksplice_object *object =
		container_of(kobj, struct ksplice_object, kobj);

	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(object->update->state) == KSPLICE_APPLIED &&
			  READ_ONCE(object->presence) == KSPLICE_PRESENT);
}

static struct kobj_attribute patched_attr = __ATTR_RO(patched);
static struct attribute *object_attrs[] = {
	&patched_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(object);

/*
 * Objects live in the update's memory.  Each one holds a reference to the update until it
 * is released, also if it never got into sysfs.  Each function's directory holds one to
 * its object.  So the update is released last.
 */
static void sysfs_object_release(struct kobject *kobj)
{
	struct ksplice_object *object =
		container_of(kobj, struct ksplice_object, kobj);

	kobject_put(&object->update->kobj);
}

static void sysfs_update_release(struct kobject *kobj)
{
	complete(&to_update(kobj)->released);
}

static const struct kobj_type update_ktype = {
	.release	= sysfs_update_release,
	.sysfs_ops	= &kobj_sysfs_ops,
	.default_groups	= update_groups,
};

static const struct kobj_type object_ktype = {
	.release	= sysfs_object_release,
	.sysfs_ops	= &kobj_sysfs_ops,
	.default_groups	= object_groups,
};

static struct kobject *sysfs_add_dir(struct ksplice_object *object, const char *what,
				     unsigned int sympos)
{
	struct kobject *dir;
	char *name;

	name = kasprintf(GFP_KERNEL, "%s,%u", what, sympos);
	if (!name)
		return NULL;
	dir = kobject_create_and_add(name, &object->kobj);
	kfree(name);
	return dir;
}

/* Which bytes of the constant change: offset and number, a line for each word. */
static ssize_t words_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct ksplice_constant *constant =
		container_of(attr, struct ksplice_constant, file);
	const struct ksplice_word *word;
	unsigned int n = constant->nr_words;
	int len = 0;

	ksplice_for_each_word(constant, word) {
		if (len > PAGE_SIZE - 2 * sizeof("and 4294967295 more\n"))
			return len + sysfs_emit_at(buf, len, "and %u more\n", n);
		len += sysfs_emit_at(buf, len, "%u %u\n", word->offset, word->size);
		n--;
	}
	return len;
}

static int sysfs_add_constant(struct ksplice_constant *constant)
{
	struct kobject *dir;
	int ret;

	dir = sysfs_add_dir(constant->object, constant->name, constant->sympos);
	if (!dir)
		return -ENOMEM;
	constant->file = (struct kobj_attribute)__ATTR_RO(words);
	sysfs_attr_init(&constant->file.attr);
	ret = sysfs_create_file(dir, &constant->file.attr);
	if (ret)
		kobject_put(dir);
	else
		constant->dir = dir;
	return ret;
}

static int sysfs_add_constants(struct ksplice_object *object)
{
	struct ksplice_constant *constant;
	int ret;

	ksplice_for_each_present_constant(object->update, constant) {
		if (constant->object != object || constant->dir)
			continue;
		ret = sysfs_add_constant(constant);
		if (ret)
			return ret;
	}
	return 0;
}

static void sysfs_remove_constants(struct ksplice_object *object)
{
	struct ksplice_constant *constant;

	ksplice_for_each_constant(object->update, constant) {
		if (constant->object != object)
			continue;
		kobject_put(constant->dir);
		constant->dir = NULL;
	}
}

/**
 * ksplice_sysfs_add_funcs() - show the functions and constants of a target that is loaded
 * @object:	its object
 *
 * Pieces without a jump have no directory: they are replaced along with a function.
 * The directories of functions hold no files, and reading those of constants takes no
 * lock, so they can be removed under any lock.
 *
 * Return: 0 or -ENOMEM.
 */
int ksplice_sysfs_add_funcs(struct ksplice_object *object)
{
	struct ksplice_func *func;

	ksplice_for_each_present_func(object->update, func) {
		if (func->object != object || !func->new_addr || func->dir)
			continue;
		func->dir = sysfs_add_dir(object, func->name, func->sympos);
		if (!func->dir)
			return -ENOMEM;
	}
	return sysfs_add_constants(object);
}
ALLOW_ERROR_INJECTION(ksplice_sysfs_add_funcs, ERRNO);

/**
 * ksplice_sysfs_remove_funcs() - stop showing a target's functions and constants
 * @object:	its object
 */
void ksplice_sysfs_remove_funcs(struct ksplice_object *object)
{
	struct ksplice_func *func;

	ksplice_for_each_func(object->update, func) {
		if (func->object != object)
			continue;
		kobject_put(func->dir);
		func->dir = NULL;
	}
	sysfs_remove_constants(object);
}

static int sysfs_add_objects(struct ksplice_update *update)
{
	struct ksplice_object *object;
	int ret;

	ksplice_for_each_object(update, object) {
		kobject_get(&update->kobj);
		ret = kobject_init_and_add(&object->kobj, &object_ktype,
					   &update->kobj, "%s", object->name);
		if (!ret)
			ret = ksplice_sysfs_add_funcs(object);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * ksplice_sysfs_add() - show an update
 * @update:	the update, all filled in
 *
 * Return: 0, or an errno; call ksplice_sysfs_remove() in both cases.
 */
int ksplice_sysfs_add(struct ksplice_update *update)
{
	int ret;

	ret = kobject_init_and_add(&update->kobj, &update_ktype, ksplice_root,
				   "%s", update->name);
	return ret ? ret : sysfs_add_objects(update);
}

/* ksplice_sysfs_add() may have failed before it came to this one. */
static void sysfs_put_object(struct ksplice_object *object)
{
	if (object->kobj.state_initialized)
		kobject_put(&object->kobj);
}

/**
 * ksplice_sysfs_remove() - stop showing an update
 * @update:	the update
 *
 * Returns when nobody reads or writes its files any more.  Its targets have
 * been detached.
 *
 * Context: process; ksplice_mutex NOT held: a writer may wait for it.
 */
void ksplice_sysfs_remove(struct ksplice_update *update)
{
	struct ksplice_object *object;

	if (!update->kobj.state_initialized)
		return;
	ksplice_for_each_object(update, object)
		sysfs_put_object(object);
	/* ksplice_sysfs_add() may have failed before that. */
	if (update->kobj.state_in_sysfs)
		kobject_del(&update->kobj);
	kobject_put(&update->kobj);
	wait_for_completion(&update->released);
}

/**
 * ksplice_sysfs_init() - create /sys/kernel/ksplice
 * Return: 0 or -ENOMEM.
 */
int ksplice_sysfs_init(void)
{
	ksplice_root = kobject_create_and_add("ksplice", kernel_kobj);
	return ksplice_root ? 0 : -ENOMEM;
}

/**
 * ksplice_sysfs_exit() - remove /sys/kernel/ksplice, which is empty
 */
void ksplice_sysfs_exit(void)
{
	kobject_put(ksplice_root);
}
