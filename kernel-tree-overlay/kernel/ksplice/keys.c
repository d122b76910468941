// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - jump labels and static calls whose keys come and go with a module
 *
 * The kernel links entries of a module with their keys when that module is loaded,
 * and takes them out when it goes.  An update's new code for a module may be loaded
 * before that module and its keys are, and stay after they are gone.  So its entries
 * are *late*: they stand at the end of the update's tables, sorted by target and key,
 * and the tables look that much shorter while the kernel goes through them because
 * the update comes or goes.  Late entries are linked here, as jump_label_add_module()
 * and __static_call_init() would do it, when the target is loaded and has linked its
 * own entries.  They are taken out before the target's keys go.
 *
 * As long as a target is not loaded, nobody runs the new code for it.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/bitops.h>
#include <linux/cpu.h>
#include <linux/error-injection.h>
#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "bind.h"
#include "ksplice.h"

/**
 * struct table - a table of an update's module
 * @start:	first entry
 * @n:		number of entries, as the kernel sees it
 * @size:	bytes of an entry
 * @key:	offset in an entry of the reference to the key
 */
struct table {
	unsigned long start;
	unsigned int *n;
	size_t size;
	size_t key;
};

static bool keys_find_table(struct module *mod, enum ksplice_late_kind kind,
			    struct table *table)
{
	switch (kind) {
#ifdef CONFIG_JUMP_LABEL
	case KSPLICE_LATE_LABELS:
		*table = (struct table){
			.start = (unsigned long)mod->jump_entries,
			.n = &mod->num_jump_entries,
			.size = sizeof(*mod->jump_entries),
			.key = offsetof(struct jump_entry, key),
		};
		return true;
#endif
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	case KSPLICE_LATE_CALLS:
		*table = (struct table){
			.start = (unsigned long)mod->static_call_sites,
			.n = (unsigned int *)&mod->num_static_call_sites,
			.size = sizeof(*mod->static_call_sites),
			.key = offsetof(struct static_call_site, key),
		};
		return true;
#endif
	default:
		return false;
	}
}

/*
 * Which entries are late
 */

/* @seen: by entry: was it noted?  Two references to one key would count as two entries. */
static int keys_note_late(struct ksplice_late *late, const struct table *table,
			  unsigned long *seen, unsigned long place)
{
	unsigned long at = place - table->start;
	unsigned long i = at / table->size;

	if (place < table->start || i >= *table->n)
		return 0;
	if (at % table->size != table->key || __test_and_set_bit(i, seen))
		return -ENOEXEC;
	if (!late->n || i < late->first)
		late->first = i;
	late->n++;
	return 0;
}

/*
 * Late entries of each object must be in one piece, object after object, up to the end
 * of the table.
 */
static int keys_check_order(const struct ksplice_update *update,
			    enum ksplice_late_kind kind, unsigned int total,
			    unsigned int n)
{
	const struct ksplice_object *object;
	unsigned int at = total - n;

	if (n > total)
		return -ENOEXEC;
	ksplice_for_each_object(update, object) {
		const struct ksplice_late *late = &object->late[kind];

		if (late->n && late->first != at)
			return -ENOEXEC;
		at += late->n;
	}
	return 0;
}

/* Notes the entries of all objects; returns their number, or an errno. */
static int keys_note_all(struct ksplice_update *update, const struct ksplice_view *view,
			 enum ksplice_late_kind kind, const struct table *table,
			 unsigned long *seen)
{
	unsigned int n = 0;
	u32 i;
	int ret;

	for (i = 0; i < view->hdr->fixups.n; i++) {
		const struct ksplice_f_fixup *fixup = &view->fixups[i];
		struct ksplice_object *object;

		object = &update->objects[fixup->target];
		if (ksplice_target_is_vmlinux(object))
			continue;
		n -= object->late[kind].n;
		ret = keys_note_late(&object->late[kind], table, seen, fixup->place);
		if (ret)
			return ret;
		n += object->late[kind].n;
	}
	return n;
}

static int keys_find_late(struct ksplice_update *update,
			  const struct ksplice_view *view,
			  enum ksplice_late_kind kind)
{
	struct table table;
	unsigned long *seen;
	int n, ret;

	if (!keys_find_table(update->module, kind, &table))
		return 0;
	seen = kvcalloc(BITS_TO_LONGS(*table.n) + 1, sizeof(*seen), GFP_KERNEL);
	if (!seen)
		return -ENOMEM;
	n = keys_note_all(update, view, kind, &table, seen);
	kvfree(seen);
	if (n < 0)
		return n;
	ret = keys_check_order(update, kind, *table.n, n);
	if (!ret)
		update->nr_late[kind] = n;
	return ret;
}

static void keys_hide_late(struct ksplice_update *update, bool hidden)
{
	enum ksplice_late_kind kind;
	struct table table;

	if (update->late_hidden == hidden)
		return;
	for (kind = 0; kind < KSPLICE_LATE_KINDS; kind++) {
		if (!keys_find_table(update->module, kind, &table))
			continue;
		if (hidden)
			*table.n -= update->nr_late[kind];
		else
			*table.n += update->nr_late[kind];
	}
	update->late_hidden = hidden;
}

/**
 * ksplice_keys_init() - find late entries, and hide them from the kernel
 * @update:	the update, whose module is coming
 * @view:	its tables
 *
 * Return: 0, or an errno with the reason in the log.
 */
int ksplice_keys_init(struct ksplice_update *update,
		      const struct ksplice_view *view)
{
	enum ksplice_late_kind kind;
	int ret = 0;

	for (kind = 0; kind < KSPLICE_LATE_KINDS && !ret; kind++)
		ret = keys_find_late(update, view, kind);
	if (ret)
		memset(update->nr_late, 0, sizeof(update->nr_late));
	if (ret == -ENOEXEC)
		pr_err("%s: not a valid hot update: its jump labels or static calls are not in the order that is needed; it is damaged, or an older kspl-objdiff made it, build it again\n",
		       update->name);
	else if (ret)
		pr_err("%s: no memory to look for its jump labels and static calls\n",
		       update->name);
	else
		keys_hide_late(update, true);
	return ret;
}
ALLOW_ERROR_INJECTION(ksplice_keys_init, ERRNO);

static int keys_misfit(const struct ksplice_update *update, const char *what,
		       unsigned long at)
{
	pr_err("%s: not a valid hot update: the %s at %pS does not fit its key; it is damaged, build it again\n",
	       update->name, what, (void *)at);
	return -ENOEXEC;
}

/*
 * Jump labels
 */

#ifdef CONFIG_JUMP_LABEL

/* That of kernel/jump_label.c */
struct static_key_mod {
	struct static_key_mod *next;
	struct jump_entry *entries;
	struct module *mod;
};

static bool keys_is_linked(const struct static_key *key)
{
	return key->type & JUMP_TYPE_LINKED;
}

/* As static_key_sealed(): the key is never changed again and has no list. */
static bool keys_is_sealed(const struct static_key *key)
{
	return keys_is_linked(key) && !(key->type & ~JUMP_TYPE_MASK);
}

static struct static_key_mod *keys_label_mods(const struct static_key *key)
{
	return (struct static_key_mod *)(key->type & ~JUMP_TYPE_MASK);
}

static void keys_set_label_mods(struct static_key *key, struct static_key_mod *mods)
{
	key->type = (unsigned long)mods | JUMP_TYPE_LINKED |
		    (key->type & JUMP_TYPE_TRUE);
}

/* Makes a list for a key that points directly to the entries of its own module. */
static int keys_make_label_list(struct static_key *key)
{
	struct static_key_mod *first;

	first = kzalloc(sizeof(*first), GFP_KERNEL);
	if (!first)
		return -ENOMEM;
	preempt_disable();
	first->mod = __module_address((unsigned long)key);
	preempt_enable();
	first->entries = (struct jump_entry *)(key->type & ~JUMP_TYPE_MASK);
	keys_set_label_mods(key, first);
	return 0;
}

static int keys_link_label(struct static_key *key, struct jump_entry *entries,
			   struct module *mod)
{
	struct static_key_mod *own;

	if (keys_is_sealed(key))
		return 0;
	own = kzalloc(sizeof(*own), GFP_KERNEL);
	if (!own || (!keys_is_linked(key) && keys_make_label_list(key))) {
		kfree(own);
		return -ENOMEM;
	}
	own->mod = mod;
	own->entries = entries;
	own->next = keys_label_mods(key);
	keys_set_label_mods(key, own);
	return 0;
}

static void keys_unlink_label(struct static_key *key,
			      const struct jump_entry *entries)
{
	struct static_key_mod *own, *last;

	if (!keys_is_linked(key) || keys_is_sealed(key))
		return;
	own = keys_label_mods(key);
	if (own->entries == entries) {
		keys_set_label_mods(key, own->next);
	} else {
		while (own->next && own->next->entries != entries)
			own = own->next;
		last = own;
		own = own->next;
		if (!own)
			return;
		last->next = own->next;
	}
	kfree(own);
	last = keys_label_mods(key);
	if (last->next)
		return;
	/* If only one element is left, the key needs no list. */
	key->type = (unsigned long)last->entries |
		    (key->type & JUMP_TYPE_TRUE);
	kfree(last);
}

static void keys_set_label(struct jump_entry *entry, bool enabled)
{
	bool jumps = enabled ^ jump_entry_is_branch(entry);

	if (arch_ksplice_label_jumps(entry) != jumps)
		arch_jump_label_transform(entry, jumps ? JUMP_LABEL_JMP :
							 JUMP_LABEL_NOP);
}

/*
 * The kernel calls BUG() if a label's instruction is not the one that follows from the
 * key's initial value and the label's own direction.
 */
static bool keys_label_fits(const struct module *mod, const struct jump_entry *entry)
{
	unsigned long type;

	return within_module(jump_entry_code(entry), mod) &&
	       within_module(jump_entry_target(entry), mod) &&
	       !get_kernel_nofault(type, &jump_entry_key(entry)->type) &&
	       arch_ksplice_label_jumps(entry) ==
	       (!!(type & JUMP_TYPE_TRUE) ^ jump_entry_is_branch(entry));
}

static int keys_labels_fit(const struct ksplice_update *update, unsigned int first,
			   unsigned int n)
{
	const struct jump_entry *entry = update->module->jump_entries + first;
	const struct jump_entry *end = entry + n;

	for (; entry < end; entry++) {
		if (!keys_label_fits(update->module, entry))
			return keys_misfit(update, "jump label",
					   jump_entry_code(entry));
	}
	return 0;
}

static int keys_link_labels(struct ksplice_object *object)
{
	const struct ksplice_late *late = &object->late[KSPLICE_LATE_LABELS];
	struct module *mod = object->update->module;
	struct jump_entry *entry = mod->jump_entries + late->first;
	struct jump_entry *end = entry + late->n;
	struct static_key *key = NULL;
	int ret = 0;

	jump_label_lock();
	for (; entry < end && !ret; entry++) {
		if (jump_entry_key(entry) != key) {
			key = jump_entry_key(entry);
			ret = keys_link_label(key, entry, mod);
		}
		if (!ret)
			keys_set_label(entry, static_key_enabled(key));
	}
	jump_label_unlock();
	return ret;
}

/*
 * Sets the labels to the initial value of their key: if the target is loaded again its
 * keys have that value, and hooks may run before the labels are linked.
 */
static void keys_unlink_labels(struct ksplice_object *object)
{
	const struct ksplice_late *late = &object->late[KSPLICE_LATE_LABELS];
	struct jump_entry *entry, *end;
	struct static_key *key = NULL;

	entry = object->update->module->jump_entries + late->first;
	end = entry + late->n;
	jump_label_lock();
	for (; entry < end; entry++) {
		if (jump_entry_key(entry) != key) {
			key = jump_entry_key(entry);
			keys_unlink_label(key, entry);
		}
		keys_set_label(entry, key->type & JUMP_TYPE_TRUE);
	}
	jump_label_unlock();
}

/* In entries just written, objtool's mark stands in the bit that marks init code. */
static void keys_clear_marks(struct ksplice_object *object)
{
	const struct ksplice_late *late = &object->late[KSPLICE_LATE_LABELS];
	struct jump_entry *entry, *end;

	entry = object->update->module->jump_entries + late->first;
	end = entry + late->n;
	for (; entry < end; entry++) {
		struct jump_entry clean = *entry;

		jump_entry_set_init(&clean, false);
		arch_ksplice_write(&entry->key, &clean.key, sizeof(clean.key));
	}
}

static bool keys_is_writable(const struct ksplice_object *object,
			     const struct static_key *key)
{
	return keys_is_sealed(key) || !object->mod ||
	       !within_module_mem_type((unsigned long)key, object->mod,
				       MOD_RO_AFTER_INIT);
}

static int keys_check_labels(const struct ksplice_object *object)
{
	const struct ksplice_late *late = &object->late[KSPLICE_LATE_LABELS];
	const struct jump_entry *entry, *end;

	entry = object->update->module->jump_entries + late->first;
	end = entry + late->n;
	for (; entry < end; entry++) {
		if (keys_is_writable(object, jump_entry_key(entry)))
			continue;
		pr_err("%s: the new code for module %s has a jump label (at %pS) whose key is read-only once the module is loaded, which needs a patch that does without it; refused, nothing was changed\n",
		       object->update->name, object->name,
		       (void *)jump_entry_code(entry));
		return -EOPNOTSUPP;
	}
	return 0;
}

#else

static int keys_labels_fit(const struct ksplice_update *update, unsigned int first,
			   unsigned int n)
{
	return 0;
}

static int keys_link_labels(struct ksplice_object *object)
{
	return 0;
}

static void keys_unlink_labels(struct ksplice_object *object) {}
static void keys_clear_marks(struct ksplice_object *object) {}

static int keys_check_labels(const struct ksplice_object *object)
{
	return 0;
}

#endif /* CONFIG_JUMP_LABEL */

/*
 * Static calls
 */

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE

static void *keys_call_addr(const struct static_call_site *site)
{
	return (void *)((long)site->addr + (long)&site->addr);
}

static unsigned long keys_call_key_word(const struct static_call_site *site)
{
	return (long)site->key + (long)&site->key;
}

static struct static_call_key *keys_call_key(const struct static_call_site *site)
{
	return (void *)(keys_call_key_word(site) & ~STATIC_CALL_SITE_FLAGS);
}

static bool keys_is_tail_call(const struct static_call_site *site)
{
	return keys_call_key_word(site) & STATIC_CALL_SITE_TAIL;
}

static bool keys_has_call_list(const struct static_call_key *key)
{
	return !(key->type & 1);
}

/* Makes a list for a key of the kernel itself that points directly to its own sites. */
static int keys_make_call_list(struct static_call_key *key)
{
	struct static_call_site *sites = (void *)(key->type & ~1UL);
	struct static_call_mod *first = NULL;

	if (sites) {
		first = kzalloc(sizeof(*first), GFP_KERNEL);
		if (!first)
			return -ENOMEM;
		first->sites = sites;
	}
	key->mods = first;
	return 0;
}

static int keys_link_call(struct static_call_key *key, struct static_call_site *sites,
			  struct module *mod)
{
	struct static_call_mod *own;

	own = kzalloc(sizeof(*own), GFP_KERNEL);
	if (!own || (!keys_has_call_list(key) && keys_make_call_list(key))) {
		kfree(own);
		return -ENOMEM;
	}
	own->mod = mod;
	own->sites = sites;
	own->next = key->mods;
	key->mods = own;
	return 0;
}

static void keys_unlink_call(struct static_call_key *key,
			     const struct static_call_site *sites)
{
	struct static_call_mod *own, **prev;

	if (!keys_has_call_list(key))
		return;
	for (prev = &key->mods; (own = *prev); prev = &own->next) {
		if (own->sites != sites)
			continue;
		*prev = own->next;
		kfree(own);
		return;
	}
}

/* The kernel calls BUG() if there is no call, and writes to the key without a check. */
static bool keys_call_fits(const struct module *mod,
			   const struct static_call_site *site)
{
	unsigned long type;

	return within_module((unsigned long)keys_call_addr(site), mod) &&
	       IS_ALIGNED((unsigned long)keys_call_key(site), sizeof(long)) &&
	       !get_kernel_nofault(type, &keys_call_key(site)->type) &&
	       arch_ksplice_call_fits(keys_call_addr(site), keys_is_tail_call(site));
}

static int keys_calls_fit(const struct ksplice_update *update, unsigned int first,
			  unsigned int n)
{
	const struct module *mod = update->module;
	const struct static_call_site *site = mod->static_call_sites + first;
	const struct static_call_site *end = site + n;

	for (; site < end; site++) {
		if (!keys_call_fits(mod, site))
			return keys_misfit(update, "static call",
					   (unsigned long)keys_call_addr(site));
	}
	return 0;
}

/* A reference to a key may add nothing to the key's address but flags of the call. */
static int keys_check_call_keys(const struct ksplice_update *update,
				const struct ksplice_view *view)
{
	struct table table;
	size_t size;
	u32 i;

	if (!keys_find_table(update->module, KSPLICE_LATE_CALLS, &table))
		return 0;
	size = (*table.n + update->nr_late[KSPLICE_LATE_CALLS]) * table.size;
	for (i = 0; i < view->hdr->fixups.n; i++) {
		const struct ksplice_f_fixup *fixup = &view->fixups[i];

		if (fixup->place - table.start >= size ||
		    !(fixup->addend & ~(s64)STATIC_CALL_SITE_FLAGS))
			continue;
		return keys_misfit(update, "static call's entry", fixup->place);
	}
	return 0;
}

static noinline int keys_link_calls(struct ksplice_object *object)
{
	const struct ksplice_late *late = &object->late[KSPLICE_LATE_CALLS];
	struct module *mod = object->update->module;
	struct static_call_site *site = mod->static_call_sites + late->first;
	struct static_call_site *end = site + late->n;
	struct static_call_key *key = NULL;
	int ret = 0;

	static_call_lock();
	for (; site < end && !ret; site++) {
		if (keys_call_key(site) != key) {
			key = keys_call_key(site);
			ret = keys_link_call(key, site, mod);
		}
		if (!ret)
			arch_static_call_transform(keys_call_addr(site), NULL,
						   key->func, keys_is_tail_call(site));
	}
	static_call_unlock();
	return ret;
}
ALLOW_ERROR_INJECTION(keys_link_calls, ERRNO);

/* Makes each site a call or jump again, so that a destination can be written into it. */
static void keys_unlink_calls(struct ksplice_object *object)
{
	const struct ksplice_late *late = &object->late[KSPLICE_LATE_CALLS];
	struct static_call_site *site, *end;
	struct static_call_key *key = NULL;

	site = object->update->module->static_call_sites + late->first;
	end = site + late->n;
	static_call_lock();
	for (; site < end; site++) {
		if (keys_call_key(site) != key) {
			key = keys_call_key(site);
			keys_unlink_call(key, site);
		}
		arch_ksplice_reset_call(keys_call_addr(site), keys_is_tail_call(site));
	}
	static_call_unlock();
}

#else

static int keys_calls_fit(const struct ksplice_update *update, unsigned int first,
			  unsigned int n)
{
	return 0;
}

static int keys_check_call_keys(const struct ksplice_update *update,
				const struct ksplice_view *view)
{
	return 0;
}

static int keys_link_calls(struct ksplice_object *object)
{
	return 0;
}

static void keys_unlink_calls(struct ksplice_object *object) {}

#endif /* CONFIG_HAVE_STATIC_CALL_INLINE */

/*
 * Targets that come and go
 */

static bool keys_has_late(const struct ksplice_object *object)
{
	enum ksplice_late_kind kind;

	for (kind = 0; kind < KSPLICE_LATE_KINDS; kind++) {
		if (object->late[kind].n)
			return true;
	}
	return false;
}

/* Clears references to keys: once the target is gone, its memory may be reused. */
static void keys_forget(struct ksplice_object *object)
{
	static const u8 nothing[sizeof(long)];
	enum ksplice_late_kind kind;
	struct table table;
	unsigned int i;

	for (kind = 0; kind < KSPLICE_LATE_KINDS; kind++) {
		const struct ksplice_late *late = &object->late[kind];

		if (!late->n ||
		    !keys_find_table(object->update->module, kind, &table))
			continue;
		for (i = late->first; i < late->first + late->n; i++)
			arch_ksplice_write((void *)(table.start + table.key +
						    i * table.size),
					   nothing, table.size - table.key);
	}
}

/**
 * ksplice_keys_check() - do the entries that the kernel is about to link fit their keys?
 * @update:	the update, whose module is coming; its late entries are hidden
 * @view:	its tables
 *
 * The references to keys of all targets that are loaded have been written.
 *
 * Return: 0, or an errno with the reason in the log.
 */
int ksplice_keys_check(const struct ksplice_update *update,
		       const struct ksplice_view *view)
{
	struct module *mod = update->module;
	struct table table;
	int ret;

	ret = keys_check_call_keys(update, view);
	if (!ret && keys_find_table(mod, KSPLICE_LATE_LABELS, &table))
		ret = keys_labels_fit(update, 0, *table.n);
	if (!ret && keys_find_table(mod, KSPLICE_LATE_CALLS, &table))
		ret = keys_calls_fit(update, 0, *table.n);
	return ret;
}

/**
 * ksplice_keys_resolved() - check late entries after references to keys were written
 * @object:	the object
 *
 * Context: ksplice_mutex held.
 * Return: 0, or an errno with the reason in the log.
 */
int ksplice_keys_resolved(struct ksplice_object *object)
{
	const struct ksplice_late *labels = &object->late[KSPLICE_LATE_LABELS];
	const struct ksplice_late *calls = &object->late[KSPLICE_LATE_CALLS];
	int ret;

	if (!keys_has_late(object))
		return 0;
	keys_clear_marks(object);
	ret = keys_check_labels(object);
	if (!ret)
		ret = keys_labels_fit(object->update, labels->first, labels->n);
	return ret ? ret : keys_calls_fit(object->update, calls->first, calls->n);
}

/* The references to the keys stay, so that the entries can be linked again. */
static void keys_unlink_object(struct ksplice_object *object)
{
	if (!object->linked)
		return;
	cpus_read_lock();
	keys_unlink_labels(object);
	keys_unlink_calls(object);
	cpus_read_unlock();
	object->linked = false;
}

static int keys_link_object(struct ksplice_object *object)
{
	int ret;

	if (object->linked || !keys_has_late(object))
		return 0;
	object->linked = true;
	cpus_read_lock();
	ret = keys_link_labels(object);
	if (!ret)
		ret = keys_link_calls(object);
	cpus_read_unlock();
	if (ret) {
		pr_err("%s: no memory to link jump labels and static calls with the keys of module %s\n",
		       object->update->name, object->name);
		keys_unlink_object(object);
	}
	return ret;
}

/**
 * ksplice_keys_link() - link the late entries of an object with their keys
 * @object:	the object, KSPLICE_PRESENT
 *
 * A target that is still being loaded may not have linked its own entries, which have to
 * be the first ones.  ksplice_keys_coming() links those of the object then.
 *
 * Context: ksplice_mutex held.
 * Return: 0 or -ENOMEM, with the reason in the log.
 */
int ksplice_keys_link(struct ksplice_object *object)
{
	if (object->mod && READ_ONCE(object->mod->state) == MODULE_STATE_COMING)
		return 0;
	return keys_link_object(object);
}
ALLOW_ERROR_INJECTION(ksplice_keys_link, ERRNO);

/**
 * ksplice_keys_unlink() - take the late entries of an object out again
 * @object:	the object; its target goes, and nobody runs the new code for that
 *
 * Context: ksplice_mutex held.
 */
void ksplice_keys_unlink(struct ksplice_object *object)
{
	if (!keys_has_late(object))
		return;
	keys_unlink_object(object);
	keys_forget(object);
}

/* The kernel has linked what it sees of the tables of the update itself. */
static int keys_update_linked(struct ksplice_update *update)
{
	struct ksplice_object *object;
	int ret;

	keys_hide_late(update, false);
	ksplice_for_each_object(update, object) {
		if (object->presence != KSPLICE_PRESENT)
			continue;
		ret = ksplice_keys_link(object);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * ksplice_keys_coming() - link late entries after a coming module has linked its own
 * @mod:	the module: an update, or perhaps a target of updates
 *
 * Context: ksplice_mutex held.
 * Return: 0, or an errno: then the module must not be loaded.
 */
int ksplice_keys_coming(const struct module *mod)
{
	struct ksplice_update *update;
	struct ksplice_object *object;
	int ret = 0;

	list_for_each_entry(update, &ksplice_updates, list) {
		if (update->module == mod)
			return keys_update_linked(update);
		ksplice_for_each_object(update, object) {
			if (object->presence == KSPLICE_PRESENT &&
			    object->mod == mod)
				ret = keys_link_object(object);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/**
 * ksplice_keys_gone() - hide late entries before the kernel takes an update's entries out
 * @update:	the update; all its targets were forgotten
 *
 * Context: ksplice_mutex held.
 */
void ksplice_keys_gone(struct ksplice_update *update)
{
	keys_hide_late(update, true);
}
