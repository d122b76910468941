// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - data attached to objects that have no room for it
 *
 * Looking up takes no lock.  What an update has attached goes with it, unless
 * another one has taken it over: the destructor is the update's code, and the
 * data means something to that code only.
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

#include "ksplice.h"

/**
 * struct shadow - one object's data of one kind
 * @node:	in shadows
 * @rcu:	to free it
 * @obj:	the object
 * @type:	the kind: in the memory of the update that answers for it
 * @id:		that of @type, which may be gone when this is still looked at
 * @data:	the data
 */
struct shadow {
	struct hlist_node node;
	struct rcu_head rcu;
	void *obj;
	const struct ksplice_shadow_type *type;
	unsigned long id;
	u64 data[] __aligned(8);
};

static DEFINE_HASHTABLE(shadows, 10);
static DEFINE_SPINLOCK(shadow_lock);

static unsigned long key_of(const void *obj, unsigned long id)
{
	return (unsigned long)obj ^ hash_long(id, BITS_PER_LONG);
}

static struct shadow *find(const void *obj, unsigned long id)
{
	struct shadow *s;

	hash_for_each_possible_rcu(shadows, s, node, key_of(obj, id),
				   lockdep_is_held(&shadow_lock)) {
		if (s->obj == obj && s->id == id)
			return s;
	}
	return NULL;
}

/**
 * ksplice_shadow_get - the data attached to an object
 * @obj:	the object
 * @id:		the kind of data
 *
 * It takes no lock.  The data stays as long as nobody detaches it: who looks
 * must know that the object is not going away.
 *
 * Context: any but NMI.
 * Return: the data, or NULL if there is none.
 */
void *ksplice_shadow_get(const void *obj, unsigned long id)
{
	struct shadow *s;

	guard(rcu)();
	s = find(obj, id);
	return s ? s->data : NULL;
}
EXPORT_SYMBOL_GPL(ksplice_shadow_get);

static struct shadow *make(void *obj, const struct ksplice_shadow_type *type,
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

static void destroy(struct shadow *s)
{
	if (s->type->dtor)
		s->type->dtor(s->obj, s->data);
	kfree_rcu(s, rcu);
}

/**
 * ksplice_shadow_attach - attach data to an object, if it has none of the kind
 * @obj:	the object
 * @type:	the kind of data; in the update's memory (static)
 * @gfp:	how to allocate it
 * @arg:	for the constructor
 *
 * If two attach at once, one's data is made and destroyed again.
 *
 * Context: as @gfp and the constructor need; any lock may be held that they
 * allow.
 * Return: the data of the object, new or not; NULL if there is no memory or the
 * constructor failed.
 */
void *ksplice_shadow_attach(void *obj, const struct ksplice_shadow_type *type,
			    unsigned int gfp, void *arg)
{
	struct shadow *s, *other;
	unsigned long flags;
	void *data;

	data = ksplice_shadow_get(obj, type->id);
	if (data)
		return data;
	s = make(obj, type, (__force gfp_t)gfp, arg);
	if (!s)
		return NULL;

	spin_lock_irqsave(&shadow_lock, flags);
	other = find(obj, type->id);
	if (!other)
		hash_add_rcu(shadows, &s->node, key_of(obj, type->id));
	spin_unlock_irqrestore(&shadow_lock, flags);
	if (!other)
		return s->data;
	destroy(s);
	return other->data;
}
EXPORT_SYMBOL_GPL(ksplice_shadow_attach);

/**
 * ksplice_shadow_detach - the object goes away, or needs the data no more
 * @obj:	the object
 * @id:		the kind of data
 *
 * Context: as the destructor needs.  Those who look it up meanwhile may still
 * use the memory until RCU says so, but the destructor has run.
 */
void ksplice_shadow_detach(const void *obj, unsigned long id)
{
	unsigned long flags;
	struct shadow *s;

	spin_lock_irqsave(&shadow_lock, flags);
	s = find(obj, id);
	if (s)
		hash_del_rcu(&s->node);
	spin_unlock_irqrestore(&shadow_lock, flags);
	if (s)
		destroy(s);
}
EXPORT_SYMBOL_GPL(ksplice_shadow_detach);

/**
 * ksplice_shadow_take_over - answer for data that other updates have attached
 * @type:	the kind; from now on its destructor counts, and the data goes
 *		with the update it is in
 *
 * For an update that takes another one's place and goes on with its data; in
 * a post_apply hook, say.
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

/* Any data that @mod answers for, taken off the table; NULL if there is none. */
static struct shadow *take_one(struct module *mod, unsigned int *bucket)
{
	struct shadow *s, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&shadow_lock, flags);
	for (; *bucket < HASH_SIZE(shadows); (*bucket)++) {
		hlist_for_each_entry(s, &shadows[*bucket], node) {
			if (!within_module((unsigned long)s->type, mod))
				continue;
			hash_del_rcu(&s->node);
			found = s;
			break;
		}
		if (found)
			break;
	}
	spin_unlock_irqrestore(&shadow_lock, flags);
	return found;
}

/**
 * ksplice_shadow_release - an update goes: so does what it has attached
 * @mod:	its module, whose code is still there
 *
 * Context: process.
 */
void ksplice_shadow_release(struct module *mod)
{
	unsigned int bucket = 0;
	struct shadow *s;

	while ((s = take_one(mod, &bucket))) {
		destroy(s);
		cond_resched();
	}
}

/**
 * ksplice_shadow_exit - wait until all of it is freed
 */
void ksplice_shadow_exit(void)
{
	rcu_barrier();
}
