/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice - hot updates of a running kernel
 *
 * What the rest of the kernel may ask the core, and what the author of an
 * update uses in the patched source.
 */
#ifndef _LINUX_KSPLICE_H
#define _LINUX_KSPLICE_H

#include <linux/compiler.h>
#include <linux/stringify.h>
#include <linux/types.h>

#if IS_ENABLED(CONFIG_KSPLICE)

/* Hot updates refer to it, so that none loads without a core of its format. */
extern const u32 ksplice_abi_8;

bool ksplice_text_reserved(const void *start, const void *end);

#else

static inline bool ksplice_text_reserved(const void *start, const void *end)
{
	return false;
}

#endif

/*
 * Hooks: functions of an update's author that run when the update is applied or
 * taken back.  In the patched source, at file scope, behind the function:
 *
 *	static int fix_the_objects(void) { ... }
 *	ksplice_apply(fix_the_objects);
 *
 * In what order, on applying (taking back is the same with _reverse):
 *
 *	pre_apply	process context, may sleep; nothing has changed.  Returns
 *			an errno to stop it.
 *	check_apply	in the stop: all CPUs are held, interrupts off, nobody is
 *			inside the code; nothing has changed.  Returns an errno to
 *			stop it; -EAGAIN: try again a little later, as if a
 *			thread were in the way.  May run several times.
 *	apply		in the stop, when the jumps have been written and no CPU
 *			has left it
 *	post_apply	process context, may sleep
 *	fail_apply	instead of the last two, if a pre or check hook or
 *			something else has failed after the first pre hook began
 *
 * Several of a kind run in the order of targets, then of files, then of the
 * source; fail hooks in the opposite order.  All fail hooks run, whichever pre
 * hook failed: they ask what there is to undo.
 *
 * Hooks of a module that is not loaded do not run.  If it comes while the update
 * is applied, its apply hooks run before its init, the middle two with
 * interrupts off; if it goes, its pre_reverse (the result does not matter),
 * reverse and post_reverse hooks run after its exit.
 *
 * ksplice_mutex is held throughout: a hook must not load, remove, apply or take
 * back updates, load modules and wait for that, or register a module notifier.
 * In the stop it must not sleep, nor wait for a lock that a sleeper may hold (a
 * mutex, a semaphore; ask mutex_is_locked() and say -EAGAIN).  Spinlocks are
 * free there.  It may allocate with GFP_ATOMIC.
 *
 * A change that has waited for long may have to begin anew, as a target module
 * came or went: then fail hooks run, and pre hooks again.
 */
#ifdef KSPLICE_UPDATE
/* The number keeps them in order, which compilers do not for variables. */
#define __ksplice_hook(kind, type, fn)					\
	static typeof(type(void)) *__ksplice_##kind##_##fn		\
	__used __section(".ksplice.hooks." #kind "."			\
			 __stringify(__COUNTER__)) = fn
#else
/* An ordinary build of a source that has hooks. */
#define __ksplice_hook(kind, type, fn)					\
	static typeof(type(void)) *__ksplice_##kind##_##fn __maybe_unused = fn
#endif

#define ksplice_pre_apply(fn)		__ksplice_hook(pre_apply, int, fn)
#define ksplice_check_apply(fn)		__ksplice_hook(check_apply, int, fn)
#define ksplice_apply(fn)		__ksplice_hook(apply, void, fn)
#define ksplice_post_apply(fn)		__ksplice_hook(post_apply, void, fn)
#define ksplice_fail_apply(fn)		__ksplice_hook(fail_apply, void, fn)
#define ksplice_pre_reverse(fn)		__ksplice_hook(pre_reverse, int, fn)
#define ksplice_check_reverse(fn)	__ksplice_hook(check_reverse, int, fn)
#define ksplice_reverse(fn)		__ksplice_hook(reverse, void, fn)
#define ksplice_post_reverse(fn)	__ksplice_hook(post_reverse, void, fn)
#define ksplice_fail_reverse(fn)	__ksplice_hook(fail_reverse, void, fn)

/**
 * struct ksplice_shadow_type - a kind of data that is attached to objects
 * @id:		number of the kind, the same in all updates that share it
 * @size:	bytes of data
 * @ctor:	fills new, zeroed data of @obj; returns an errno if it can't; may
 *		be NULL.  Runs where the data is attached, and may touch what is
 *		safe there.
 * @dtor:	undoes @ctor; may be NULL.  May touch @obj and @data, and give back
 *		what @ctor has got.
 *
 * The destructor runs where the data is detached.  Data that is still attached
 * goes with the update:
 *
 * - when it is taken back, in the stop: after the reverse hooks, before any old
 *   code can free an object, so @obj is still there.  The rules for hooks in the
 *   stop are those for a destructor: it must not sleep nor wait for a mutex, and
 *   may take spinlocks and call kfree().  It makes the stop longer: some hundred
 *   instructions for each object.
 * - when it could not be applied: after the fail hooks, or for what a check_apply
 *   hook has attached in the stop.
 * - when another update has taken its place: after the post_apply hooks of that one,
 *   if none has called ksplice_shadow_take_over().  By then the new code runs,
 *   and has to detach what it knows.
 *
 * So an update that is applied again begins with no data.
 */
struct ksplice_shadow_type {
	unsigned long id;
	unsigned long size;
	int (*ctor)(void *obj, void *data, void *arg);
	void (*dtor)(void *obj, void *data);
};

void *ksplice_shadow_get(const void *obj, unsigned long id);
void *ksplice_shadow_attach(void *obj, const struct ksplice_shadow_type *type,
			    unsigned int gfp, void *arg);
void ksplice_shadow_detach(const void *obj, unsigned long id);
void ksplice_shadow_take_over(const struct ksplice_shadow_type *type);

#endif /* _LINUX_KSPLICE_H */
