// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - data attached to objects that have no room for it
 *
 * Looking data up takes no lock.  What an update has attached is dropped when the update
 * is taken back, unless another update has taken it over: the destructor is the update's
 * code, only that code understands the data, and only that code detaches it before
 * an object is freed.  So the data is dropped in the stop, before old code can free an
 * object and another object can be allocated at its address.
 *
 * A thread may be late: new code may have left its frame by a tail call into one of these
 * functions, where the thread was preempted.  Such a thread attaches nothing any more.
 * It may still run the destructor, and the update's memory is not freed before.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/ksplice.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>

#include "ksplice.h"

/**
 * struct shadow - one object's data of one kind
 * @node:	in shadows
 * @rcu:	to free it
 * @obj:	the object
 * @type:	the kind, in the memory of the update that is responsible for it
 * @id:		@id of @type, which may be gone while this is still looked up
 * @nth:	a number: how many were attached before it, ever
 * @by:		the thread that has attached it; only compared
 * @data:	the data
 */
struct shadow {
	struct hlist_node node;
	struct rcu_head rcu;
	void *obj;
	const struct ksplice_shadow_type *type;
	unsigned long id;
	u64 nth;
	const struct task_struct *by;
	u64 data[] __aligned(8);
};

static DEFINE_HASHTABLE(shadows, 10);
static DEFINE_SPINLOCK(shadow_lock);

/* How many were ever attached, and how many are now; changed under shadow_lock */
static u64 nr_attached;
static unsigned long nr_shadows;

/* Protects threads that call an update's constructor or destructor, or are about to. */
DEFINE_STATIC_SRCU(shadow_srcu);

static unsigned long shadow_key(const void *obj, unsigned long id)
{
	return (unsigned long)obj ^ hash_long(id, BITS_PER_LONG);
}

static struct shadow *shadow_find(const void *obj, unsigned long id)
{
	struct shadow *s;

	hash_for_each_possible_rcu(shadows, s, node, shadow_key(obj, id),
				   lockdep_is_held(&shadow_lock)) {
		if (s->obj == obj && s->id == id)
			return s;
	}
	return NULL;
}

/**
 * ksplice_shadow_get() - the data attached to an object
 * @obj:	the object
 * @id:		the kind of data
 *
 * It takes no lock.  The data stays as long as nobody detaches it: the caller must know
 * that the object is not going away.
 *
 * Context: any but NMI.
 * Return: the data, or NULL if there is none.
 */
void *ksplice_shadow_get(const void *obj, unsigned long id)
{
	struct shadow *s;

	guard(rcu)();
	s = shadow_find(obj, id);
	return s ? s->data : NULL;
}
EXPORT_SYMBOL_GPL(ksplice_shadow_get);

static struct shadow *shadow_make(void *obj, const struct ksplice_shadow_type *type,
				  gfp_t gfp, void *arg)
{
	struct shadow *s;

	s = kzalloc(struct_size(s, data, DIV_ROUND_UP(type->size, sizeof(u64))),
		    gfp);
	if (!s)
		return NULL;
	s->obj = obj;
	s->type = type;
	s->id = type->id;
	if (type->ctor && type->ctor(obj, s->data, arg)) {
		kfree(s);
		return NULL;
	}
	return s;
}

/* Is the update that @type is in applied, or about to be?  No other may attach data. */
static bool shadow_may_attach(const struct ksplice_shadow_type *type)
{
	struct ksplice_update *update;

	guard(rcu)();
	list_for_each_entry_rcu(update, &ksplice_updates, list) {
		if (within_module((unsigned long)type, update->module))
			return READ_ONCE(update->may_attach);
	}
	return false;
}

static void shadow_destroy(struct shadow *s)
{
	if (s->type->dtor)
		s->type->dtor(s->obj, s->data);
	kfree_rcu(s, rcu);
}

static struct shadow *__shadow_add(struct shadow *s)
{
	struct shadow *other;

	other = shadow_find(s->obj, s->id);
	if (other)
		return other;
	/* It may have been taken back since shadow_attach() has checked. */
	if (!shadow_may_attach(s->type))
		return NULL;
	s->nth = nr_attached++;
	s->by = current;
	nr_shadows++;
	hash_add_rcu(shadows, &s->node, shadow_key(s->obj, s->id));
	return s;
}

/* Return: the data of the object, @s or another's; or NULL. */
static struct shadow *shadow_add(struct shadow *s)
{
	struct shadow *there;
	unsigned long flags;

	spin_lock_irqsave(&shadow_lock, flags);
	there = __shadow_add(s);
	spin_unlock_irqrestore(&shadow_lock, flags);
	return there;
}

static void *shadow_attach(void *obj, const struct ksplice_shadow_type *type,
			   gfp_t gfp, void *arg)
{
	struct shadow *s, *there;

	if (!shadow_may_attach(type))
		return NULL;
	s = shadow_make(obj, type, gfp, arg);
	if (!s)
		return NULL;
	there = shadow_add(s);
	if (there != s)
		shadow_destroy(s);
	return there ? there->data : NULL;
}

/**
 * ksplice_shadow_attach() - attach data to an object, if it has none of the kind
 * @obj:	the object
 * @type:	the kind of data; in the update's memory (static)
 * @gfp:	how to allocate it
 * @arg:	for the constructor
 *
 * If two threads attach at once, the data of one is made and destroyed again.
 *
 * To attach to objects that exist when the update comes, use a check_apply hook and
 * GFP_ATOMIC: then no old code runs that could free them before new code can detach.
 * While a pre_apply hook runs old code still runs, so attach there only to objects that
 * stay until the change is over.
 *
 * Context: as @gfp and the constructor need; any lock may be held that they
 * allow.
 * Return: the data of the object, new or not; NULL if there is no memory, if the
 * constructor failed, or if the update that @type is in is neither applied nor about to
 * be.
 */
void *ksplice_shadow_attach(void *obj, const struct ksplice_shadow_type *type,
			    unsigned int gfp, void *arg)
{
	void *data = ksplice_shadow_get(obj, type->id);
	int idx;

	if (data)
		return data;
	idx = srcu_read_lock(&shadow_srcu);
	data = shadow_attach(obj, type, (__force gfp_t)gfp, arg);
	srcu_read_unlock(&shadow_srcu, idx);
	return data;
}
EXPORT_SYMBOL_GPL(ksplice_shadow_attach);

/* Context: shadow_lock held. */
static void shadow_take_off(struct shadow *s)
{
	hash_del_rcu(&s->node);
	nr_shadows--;
}

/**
 * ksplice_shadow_detach() - detach data from an object that goes away or has no use for it
 * @obj:	the object
 * @id:		the kind of data
 *
 * Threads that have looked the data up may use the memory until a grace period is over,
 * but the destructor has run.
 *
 * Context: as the destructor needs.
 */
void ksplice_shadow_detach(const void *obj, unsigned long id)
{
	unsigned long flags;
	struct shadow *s;
	int idx;

	idx = srcu_read_lock(&shadow_srcu);
	spin_lock_irqsave(&shadow_lock, flags);
	s = shadow_find(obj, id);
	if (s)
		shadow_take_off(s);
	spin_unlock_irqrestore(&shadow_lock, flags);
	if (s)
		shadow_destroy(s);
	srcu_read_unlock(&shadow_srcu, idx);
}
EXPORT_SYMBOL_GPL(ksplice_shadow_detach);

/**
 * ksplice_shadow_take_over() - become responsible for data that other updates attached
 * @type:	the kind; from now on its destructor is used, and the data is dropped
 *		with the update that @type is in
 *
 * For an update that takes another one's place and goes on using its data; to be
 * called in a post_apply hook, for example.
 */
void ksplice_shadow_take_over(const struct ksplice_shadow_type *type)
{
	unsigned long flags;
	struct shadow *s;
	unsigned int i;

	spin_lock_irqsave(&shadow_lock, flags);
	hash_for_each(shadows, i, s, node) {
		if (s->id == type->id)
			s->type = type;
	}
	spin_unlock_irqrestore(&shadow_lock, flags);
}
EXPORT_SYMBOL_GPL(ksplice_shadow_take_over);

/*
 * Describes data that has to be dropped.
 *
 * @mod:	the module of the update that is responsible for it
 * @from:	lowest @nth of the data
 * @by:		the thread that has attached it, or NULL for all
 * @bucket:	bucket of the table to go on with
 */
struct drop {
	const struct module *mod;
	u64 from;
	const struct task_struct *by;
	unsigned int bucket;
};

static bool shadow_is_dropped(const struct drop *drop, const struct shadow *s)
{
	return within_module((unsigned long)s->type, drop->mod) &&
	       s->nth >= drop->from && (!drop->by || s->by == drop->by);
}

static struct shadow *shadow_take_from(const struct drop *drop)
{
	struct shadow *s;

	hlist_for_each_entry(s, &shadows[drop->bucket], node) {
		if (!shadow_is_dropped(drop, s))
			continue;
		shadow_take_off(s);
		return s;
	}
	return NULL;
}

/* Takes one that has to be dropped off the table; NULL if there is none. */
static struct shadow *shadow_take_one(struct drop *drop)
{
	struct shadow *s = NULL;
	unsigned long flags;

	spin_lock_irqsave(&shadow_lock, flags);
	for (; nr_shadows && drop->bucket < HASH_SIZE(shadows); drop->bucket++) {
		s = shadow_take_from(drop);
		if (s)
			break;
	}
	spin_unlock_irqrestore(&shadow_lock, flags);
	return s;
}

/**
 * ksplice_shadow_mark() - remember what is attached now
 *
 * Return: a mark for ksplice_shadow_undo().
 */
u64 ksplice_shadow_mark(void)
{
	unsigned long flags;
	u64 mark;

	spin_lock_irqsave(&shadow_lock, flags);
	mark = nr_attached;
	spin_unlock_irqrestore(&shadow_lock, flags);
	return mark;
}

/**
 * ksplice_shadow_undo() - drop what hooks have attached, after one of them failed
 * @update:	the update
 * @mark:	from ksplice_shadow_mark(), before they ran
 *
 * Context: the thread that ran the hooks; also in the stop.
 */
void ksplice_shadow_undo(const struct ksplice_update *update, u64 mark)
{
	struct drop drop = { .mod = update->module, .from = mark,
			     .by = current };
	struct shadow *s;

	while ((s = shadow_take_one(&drop)))
		shadow_destroy(s);
}

/**
 * ksplice_shadow_drop() - drop all data that an update is responsible for
 * @update:	the update, not applied any more
 *
 * In the stop no thread holds a spinlock.  So the locks taken here are free, as are
 * those that a destructor takes.
 *
 * Context: any; in the stop when the update is taken back.
 */
void ksplice_shadow_drop(struct ksplice_update *update)
{
	struct drop drop = { .mod = update->module };
	struct shadow *s;

	WRITE_ONCE(update->may_attach, false);
	while ((s = shadow_take_one(&drop)))
		shadow_destroy(s);
}

/**
 * ksplice_shadow_release() - make sure that nobody runs code of an update that goes
 * @update:	the update, not applied
 *
 * Context: process.
 */
void ksplice_shadow_release(struct ksplice_update *update)
{
	ksplice_shadow_drop(update);
	synchronize_srcu(&shadow_srcu);
}

/**
 * ksplice_shadow_exit() - wait until all data is freed
 */
void ksplice_shadow_exit(void)
{
	rcu_barrier();
}
