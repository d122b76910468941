/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice - what the files of the core share
 *
 * A target is what an update changes in the running kernel: vmlinux or a module.
 * An object (struct ksplice_object) is what one update holds for one target, whether
 * that target is loaded or not.  Two updates that change the same module have an
 * object each.
 */
#ifndef _KERNEL_KSPLICE_KSPLICE_H
#define _KERNEL_KSPLICE_KSPLICE_H

#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/ksplice_format.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include <asm/ksplice.h>

#include "compat.h"
#include "format.h"

#define KSPLICE_DEFAULT_TIMEOUT_MS	15000
#define KSPLICE_MAX_TIMEOUT_MS		(3600 * MSEC_PER_SEC)
#define KSPLICE_MAX_CONFLICTS		64U
#define KSPLICE_WHERE_LEN		128

struct ksplice_match;

/**
 * enum ksplice_state - the life of a hot update
 * @KSPLICE_LOADING:	matched, its module is not live yet
 * @KSPLICE_READY:	can be applied
 * @KSPLICE_APPLIED:	the running kernel uses the new code
 * @KSPLICE_REVERSED:	was applied and taken back; can be applied again
 *
 *	LOADING --module live--> READY --enabled=1--> APPLIED
 *	REVERSED --enabled=1--> APPLIED --enabled=0--> REVERSED
 *
 * The module can be removed in every state but APPLIED, unless it is pinned.
 */
enum ksplice_state {
	KSPLICE_LOADING,
	KSPLICE_READY,
	KSPLICE_APPLIED,
	KSPLICE_REVERSED,
};

/**
 * enum ksplice_cause - why the last change failed
 * @KSPLICE_OK:			it did not fail
 * @KSPLICE_CODE_BUSY:		a thread stayed inside the code (see conflicts)
 * @KSPLICE_TEXT_RESERVED:	another subsystem owns bytes where a jump must stand
 * @KSPLICE_TEXT_CHANGED:	such bytes are not what they were
 * @KSPLICE_LIVEPATCHED:	a livepatch redirects one of the functions
 * @KSPLICE_INTERRUPTED:	the writer got a signal while it waited
 * @KSPLICE_OUT_OF_MEMORY:	no memory
 * @KSPLICE_ALWAYS_BUSY:	a thread is in the code that never leaves it, such as the
 *				one that stops the machine
 * @KSPLICE_NO_MATCH:		a target module holds other code
 * @KSPLICE_TARGET_MOVING:	a target module was being loaded or removed
 * @KSPLICE_STACKED:		an update on top of this one is applied, or one
 *				below is not
 * @KSPLICE_OUTDATED:		a newer update is applied
 * @KSPLICE_HOOK_FAILED:	a hook of the update's author failed
 * @KSPLICE_CANCELLED:		the opposite was written to enabled meanwhile
 * @KSPLICE_GIVES_WAY:		a module notifier wants ksplice_mutex; the change then
 *				begins anew, so nobody outside sees this
 */
enum ksplice_cause {
	KSPLICE_OK,
	KSPLICE_CODE_BUSY,
	KSPLICE_TEXT_RESERVED,
	KSPLICE_TEXT_CHANGED,
	KSPLICE_LIVEPATCHED,
	KSPLICE_INTERRUPTED,
	KSPLICE_OUT_OF_MEMORY,
	KSPLICE_ALWAYS_BUSY,
	KSPLICE_NO_MATCH,
	KSPLICE_TARGET_MOVING,
	KSPLICE_HOOK_FAILED,
	KSPLICE_STACKED,
	KSPLICE_OUTDATED,
	KSPLICE_CANCELLED,
	KSPLICE_GIVES_WAY,
};

/**
 * enum ksplice_way - is a change of an update under way?
 * @KSPLICE_AT_REST:	no
 * @KSPLICE_APPLYING:	it is being applied
 * @KSPLICE_REVERSING:	it is being taken back
 */
enum ksplice_way {
	KSPLICE_AT_REST,
	KSPLICE_APPLYING,
	KSPLICE_REVERSING,
};

/**
 * enum ksplice_late_reason - why can the module of an update not be removed for so long?
 * @KSPLICE_NOT_LATE:	it can, or it is not long
 * @KSPLICE_LATE_GRACE:	the grace period of tasks RCU is not over
 * @KSPLICE_LATE_HELD:	a thread holds an address of its text
 */
enum ksplice_late_reason {
	KSPLICE_NOT_LATE,
	KSPLICE_LATE_GRACE,
	KSPLICE_LATE_HELD,
};

/**
 * struct ksplice_func - a function, or a piece of one, that is replaced
 * @dir:	its directory, NAME,SYMPOS, while its target is loaded
 * @name:	its name
 * @source:	the translation unit it is in
 * @object:	the object of the target it is in
 * @old_addr:	entry of the old code; 0 while the target is not loaded
 * @old_size:	bytes of it
 * @new_addr:	entry of the new code; 0 for a piece that gets no jump
 * @new_size:	bytes of it
 * @sympos:	1 for the first symbol of that name in the target, and so on
 * @jump:	the trampoline
 */
struct ksplice_func {
	struct kobject *dir;
	const char *name;
	const char *source;
	struct ksplice_object *object;
	unsigned long old_addr;
	unsigned long old_size;
	unsigned long new_addr;
	unsigned long new_size;
	unsigned int sympos;
	struct arch_ksplice_jump jump;
};

/**
 * struct ksplice_word - a word of a constant that changes where it stands
 * @offset:	where in the constant
 * @size:	bytes of it
 * @old:	what it is without the update, while its target is loaded
 * @new:	what the update makes of it, while its target is loaded
 */
struct ksplice_word {
	unsigned int offset;
	unsigned int size;
	u64 old;
	u64 new;
};

/**
 * struct ksplice_constant - a constant that changes where it stands
 * @dir:	its directory, NAME,SYMPOS, while its target is loaded
 * @file:	the file in it
 * @name:	its name
 * @source:	the translation unit it is in
 * @object:	the object of the target it is in
 * @addr:	where it is; 0 while the target is not loaded
 * @size:	bytes of it
 * @sympos:	1 for the first symbol of that name in the target, and so on; 0 if another
 *		update has added it
 * @words:	those of its words that change, ascending
 * @nr_words:	number of them
 */
struct ksplice_constant {
	struct kobject *dir;
	struct kobj_attribute file;
	const char *name;
	const char *source;
	struct ksplice_object *object;
	unsigned long addr;
	unsigned long size;
	unsigned int sympos;
	struct ksplice_word *words;
	unsigned int nr_words;
};

/**
 * enum ksplice_presence - is the target of an object loaded?
 * @KSPLICE_ABSENT:	no, or nobody has looked for it yet
 * @KSPLICE_FOUND:	yes, and it is about to be matched
 * @KSPLICE_PRESENT:	yes; it was matched, and the new code for it was relocated
 */
enum ksplice_presence {
	KSPLICE_ABSENT,
	KSPLICE_FOUND,
	KSPLICE_PRESENT,
};

/**
 * enum ksplice_late_kind - tables whose entries may be linked with keys of a target
 * @KSPLICE_LATE_LABELS:	jump labels
 * @KSPLICE_LATE_CALLS:		static calls
 * @KSPLICE_LATE_KINDS:		number of them
 */
enum ksplice_late_kind {
	KSPLICE_LATE_LABELS,
	KSPLICE_LATE_CALLS,
	KSPLICE_LATE_KINDS,
};

/**
 * struct ksplice_late - entries of a table that are linked with keys of a target
 * @first:	index of the first
 * @n:		number of them
 */
struct ksplice_late {
	unsigned int first;
	unsigned int n;
};

/**
 * struct ksplice_object - what an update holds for one target
 * @kobj:	its directory
 * @name:	name of the target: that of the module, or "vmlinux"
 * @update:	the update it belongs to
 * @presence:	is the target loaded?  Changed under ksplice_mutex
 * @mod:	the target while it is loaded; NULL for vmlinux.  This is no reference:
 *		the module notifier clears it before the module's memory is freed
 * @pins:	modules that must not go before the target does: the new code for it
 *		refers to their symbols, and its old code did not
 * @nr_pins:	number of them
 * @late:	entries of the update's tables that are linked with the target's keys
 *		while it is loaded
 * @linked:	they are linked
 */
struct ksplice_object {
	struct kobject kobj;
	const char *name;
	struct ksplice_update *update;
	enum ksplice_presence presence;
	struct module *mod;
	struct module **pins;
	unsigned int nr_pins;
	struct ksplice_late late[KSPLICE_LATE_KINDS];
	bool linked;
};

/**
 * struct ksplice_hook - a function of the update's author
 * @addr:	its address
 * @kind:	enum ksplice_f_hook_kind
 * @object:	it runs if the target of this object is loaded
 */
struct ksplice_hook {
	unsigned long addr;
	u32 kind;
	struct ksplice_object *object;
};

/**
 * struct ksplice_conflict - a thread that was in the way
 * @pid:	its pid; 0 for an idle task
 * @comm:	its name
 * @addr:	the address found on its stack
 * @scanned:	found by the conservative scan, which may be wrong
 */
struct ksplice_conflict {
	pid_t pid;
	char comm[TASK_COMM_LEN];
	unsigned long addr;
	bool scanned;
};

/**
 * struct ksplice_blocker - a thread that is in the way, for people
 * @pid:	its pid; 0 for an idle task
 * @comm:	its name
 * @where:	the function it was found in; "?" if that is not known
 * @scanned:	found by the conservative scan, which may be wrong
 * @since:	when it was seen first in this change, without a check in between
 *		that did not see it; in jiffies
 */
struct ksplice_blocker {
	pid_t pid;
	char comm[TASK_COMM_LEN];
	char where[KSPLICE_WHERE_LEN];
	bool scanned;
	unsigned long since;
};

/**
 * struct ksplice_range - text that no thread may be inside of
 * @start:	first byte
 * @end:	first byte behind it.  It counts as inside: if the last instruction is a
 *		call that does not return, this is its return address.
 * @pointers:	a saved restart function in the range counts as well, since the text
 *		is about to go away
 */
struct ksplice_range {
	unsigned long start;
	unsigned long end;
	bool pointers;
};

/**
 * struct ksplice_check - a check of threads against ranges
 * @ranges:	sorted by @start; one more follows that reaches from the lowest to the
 *		highest byte of all.  They are allocated, so that this struct holds no
 *		address of the code: it may be on a stack that is read word by word.
 * @nr_ranges:	number of them, without the last
 * @conflicts:	room for KSPLICE_MAX_CONFLICTS
 * @nr_conflicts: number of threads in the way, including those without room
 * @words:	of the thread that is being checked: words of its stack, and return
 *		addresses that are kept elsewhere
 * @nr_words:	number of them
 * @by_words:	its stack could not be unwound
 * @found:	an address by which it is in the way; ULONG_MAX if it is in the way and
 *		the address is unknown, 0 if it is not in the way
 * @checked:	threads checked
 * @unwound:	of these, with the reliable unwinder
 * @scanned:	of these, word by word
 */
struct ksplice_check {
	struct ksplice_range *ranges;
	unsigned int nr_ranges;
	struct ksplice_conflict *conflicts;
	unsigned int nr_conflicts;
	unsigned long *words;
	unsigned int nr_words;
	bool by_words;
	unsigned long found;
	unsigned int checked;
	unsigned int unwound;
	unsigned int scanned;
};

/**
 * struct ksplice_stats - figures of the last change, as sysfs shows them
 * @pause_ns:	length of the stop, in ns
 * @checked:	threads checked while the machine ran, in the last full check
 * @rechecked:	threads checked again in the last stop
 * @unwound:	checks by the reliable unwinder
 * @scanned:	checks by reading word by word
 * @attempts:	how often threads were checked to find a moment with nobody inside
 * @stops:	how often the machine was stopped
 */
struct ksplice_stats {
	u64 pause_ns;
	unsigned int checked;
	unsigned int rechecked;
	unsigned int unwound;
	unsigned int scanned;
	unsigned int attempts;
	unsigned int stops;
};

/**
 * struct ksplice_update - a hot update
 * @list:	in ksplice_updates, also read under RCU
 * @dropped:	in the list of updates that are being removed, and have their names still
 * @kobj:	its directory under /sys/kernel/ksplice
 * @released:	completed when the last reference to @kobj is gone
 * @module:	the module that carries it
 * @name:	its name
 * @fixes:	ids of what it fixes, each with a '\n' behind it
 * @state:	where it stands; changed under ksplice_mutex
 * @stays:	addresses of its memory get into the kernel's data: once it was
 *		applied its module stays loaded
 * @pinned:	it was applied, and there is a reference that nobody gives back
 * @going:	its module is being removed
 * @holds_text:	its jumps stand, or may be about to be written; while they stand,
 *		changed under text_mutex
 * @may_attach:	its code may attach data to the kernel's objects
 * @cause:	why the last change failed
 * @timeout_ms:	how long a change keeps trying
 * @stats:	figures of the last change
 * @way:	is a change under way?
 * @cancelled:	the opposite of the change under way is wanted
 * @turn:	counts changes of the update; under live_lock
 * @settle:	in the list of updates that were taken back while a thread may still
 *		hold an address of their text; a reference to @module goes with it
 * @settle_since: when it was put on that list, in jiffies
 * @settle_late: it has been there for long, and the log says why
 * @settle_round: the last round through the list that has seen it
 * @grace_head:	for its grace period of tasks RCU
 * @grace:	number of grace periods under way or to follow; 0 if it is not in that
 *		list
 * @resumed:	the change has given way, and begins anew
 * @deadline:	the change under way keeps trying until then, in jiffies
 * @blockers:	threads in the way of the change under way, or of the last one if that
 *		failed; this and the next two under ksplice_show_mutex
 * @before:	the same, one check earlier; for changes under way
 * @nr_blockers: number of threads in the way, including those without room
 * @objects:	one for each of its targets
 * @nr_objects:	number of them
 * @nr_late:	entries at the end of its tables that are linked with keys of targets
 * @late_hidden: the sizes of its module's tables leave these out
 * @funcs:	what it replaces
 * @nr_funcs:	number of them
 * @constants:	constants that it changes where they stand
 * @nr_constants: number of them
 * @words:	the words of all of them
 * @nr_words:	number of them
 * @hooks:	functions of its author, in the order in which they run
 * @nr_hooks:	number of them
 * @order:	applied updates with a smaller number were applied earlier
 * @below:	updates that it was made on top of, each with a reference to its module
 * @nr_below:	number of them
 * @supersedes:	updates whose place it takes
 * @nr_supersedes: number of them
 * @states:	states it brings the kernel's data to, with their versions
 * @nr_states:	number of them
 * @strings:	copy of the update's strings, which names point into
 * @blob:	copy of all its tables, if it has a module among its targets
 * @view:	of @blob
 */
struct ksplice_update {
	struct list_head list;
	struct list_head dropped;
	struct kobject kobj;
	struct completion released;
	struct module *module;
	const char *name;
	const char *fixes;
	enum ksplice_state state;
	bool stays;
	bool pinned;
	bool going;
	bool holds_text;
	bool may_attach;
	enum ksplice_cause cause;
	unsigned int timeout_ms;
	struct ksplice_stats stats;
	enum ksplice_way way;
	bool cancelled;
	unsigned long turn;
	struct list_head settle;
	unsigned long settle_since;
	enum ksplice_late_reason settle_late;
	unsigned int settle_round;
	struct rcu_head grace_head;
	unsigned int grace;
	bool resumed;
	unsigned long deadline;
	struct ksplice_blocker *blockers;
	struct ksplice_blocker *before;
	unsigned int nr_blockers;
	struct ksplice_object *objects;
	unsigned int nr_objects;
	unsigned int nr_late[KSPLICE_LATE_KINDS];
	bool late_hidden;
	struct ksplice_func *funcs;
	unsigned int nr_funcs;
	struct ksplice_constant *constants;
	unsigned int nr_constants;
	struct ksplice_word *words;
	unsigned int nr_words;
	struct ksplice_hook *hooks;
	unsigned int nr_hooks;
	unsigned long order;
	struct ksplice_update **below;
	unsigned int nr_below;
	struct ksplice_f_supersede *supersedes;
	unsigned int nr_supersedes;
	struct ksplice_f_state *states;
	unsigned int nr_states;
	char *strings;
	void *blob;
	struct ksplice_view view;
};

#define ksplice_for_each_func(update, func)				\
	for (func = (update)->funcs;					\
	     func < (update)->funcs + (update)->nr_funcs; func++)

/* The first function from @func on whose target was matched, or the end */
static inline struct ksplice_func *
ksplice_next_present(const struct ksplice_update *update,
		     struct ksplice_func *func)
{
	while (func < update->funcs + update->nr_funcs &&
	       func->object->presence != KSPLICE_PRESENT)
		func++;
	return func;
}

/* Only functions whose target was matched */
#define ksplice_for_each_present_func(update, func)			\
	for (func = ksplice_next_present(update, (update)->funcs);	\
	     func < (update)->funcs + (update)->nr_funcs;		\
	     func = ksplice_next_present(update, func + 1))

#define ksplice_for_each_constant(update, constant)			\
	for (constant = (update)->constants;				\
	     constant < (update)->constants + (update)->nr_constants; constant++)

/* The first constant from @constant on whose target was matched, or the end */
static inline struct ksplice_constant *
ksplice_next_present_constant(const struct ksplice_update *update,
			      struct ksplice_constant *constant)
{
	while (constant < update->constants + update->nr_constants &&
	       constant->object->presence != KSPLICE_PRESENT)
		constant++;
	return constant;
}

/* Only constants whose target was matched */
#define ksplice_for_each_present_constant(update, constant)		\
	for (constant = ksplice_next_present_constant(update, (update)->constants); \
	     constant < (update)->constants + (update)->nr_constants;	\
	     constant = ksplice_next_present_constant(update, constant + 1))

#define ksplice_for_each_word(constant, word)				\
	for (word = (constant)->words;					\
	     word < (constant)->words + (constant)->nr_words; word++)

#define ksplice_for_each_object(update, object)				\
	for (object = (update)->objects;				\
	     object < (update)->objects + (update)->nr_objects; object++)

extern struct mutex ksplice_mutex;
extern struct mutex ksplice_show_mutex;
extern struct list_head ksplice_updates;

/* core.c */
int ksplice_enable(struct ksplice_update *update, bool enable);

/* live.c */
void ksplice_lock_in_notifier(void);
int ksplice_live_begin(struct ksplice_update *update, bool enable);
void ksplice_live_end(struct ksplice_update *update);
void ksplice_live_gone(void);
void ksplice_live_turn(struct ksplice_update *update);
bool ksplice_live_rests(const struct ksplice_update *update,
			unsigned long turn);
bool ksplice_live_cancel(struct ksplice_update *update, bool enable);
int ksplice_live_sleep(struct ksplice_update *update, unsigned int ms);
int ksplice_live_pause(struct ksplice_update *update, unsigned int ms);
int ksplice_live_lock(struct ksplice_update *update);
void ksplice_live_note(struct ksplice_update *update,
		       const struct ksplice_check *check);

/* settle.c */
void ksplice_settle(struct ksplice_update *update);
void ksplice_settle_wait(void);
void ksplice_settle_exit(void);

/* object.c */
int ksplice_objects_init(struct ksplice_update *update,
			 const struct ksplice_view *view);
int ksplice_objects_load(struct ksplice_update *update,
			 const struct ksplice_view *view);
const char *ksplice_objects_moving(const struct ksplice_update *update);
int ksplice_objects_refresh(struct ksplice_update *update);
void ksplice_objects_detach(struct ksplice_update *update);
bool ksplice_is_target(const struct module *mod);
int ksplice_target_coming(struct module *mod);
void ksplice_target_going(struct module *mod);
int ksplice_check_livepatch(struct ksplice_update *update,
			    const struct ksplice_object *object);

/* order.c */
int ksplice_order_init(struct ksplice_update *update,
		       const struct ksplice_view *view);
void ksplice_order_free(struct ksplice_update *update);
void ksplice_order_applied(struct ksplice_update *update);
struct ksplice_update *ksplice_order_next(const struct ksplice_update *after);
struct ksplice_update *ksplice_order_prev(const struct ksplice_update *before);
int ksplice_order_note(struct ksplice_update *update,
		       const struct ksplice_match *match);
void ksplice_order_forget(struct ksplice_update *update, unsigned int keep);
const char *ksplice_order_above(const struct ksplice_update *update);
bool ksplice_superseded(const struct ksplice_update *update,
			const struct ksplice_update *other);
int ksplice_order_check(struct ksplice_update *update);
int ksplice_order_may_apply(struct ksplice_update *update);

/* hooks.c */
int ksplice_hooks_init(struct ksplice_update *update,
		       const struct ksplice_view *view);
int ksplice_hooks_pre(struct ksplice_update *update, bool apply,
		      const struct ksplice_object *object);
int ksplice_hooks_check(struct ksplice_update *update, bool apply,
			const struct ksplice_object *object);
void ksplice_hooks_switched(struct ksplice_update *update, bool apply,
			    const struct ksplice_object *object);
void ksplice_hooks_post(struct ksplice_update *update, bool apply,
			const struct ksplice_object *object);
void ksplice_hooks_fail(struct ksplice_update *update, bool apply,
			const struct ksplice_object *object);
int ksplice_hooks_coming(struct ksplice_object *object);
void ksplice_hooks_going(struct ksplice_object *object);

/* shadow.c */
u64 ksplice_shadow_mark(void);
void ksplice_shadow_undo(const struct ksplice_update *update, u64 mark);
void ksplice_shadow_drop(struct ksplice_update *update);
void ksplice_shadow_release(struct ksplice_update *update);
void ksplice_shadow_exit(void);

/* sysfs.c */
int ksplice_sysfs_init(void);
void ksplice_sysfs_exit(void);
int ksplice_sysfs_add(struct ksplice_update *update);
void ksplice_sysfs_remove(struct ksplice_update *update);
int ksplice_sysfs_add_funcs(struct ksplice_object *object);
void ksplice_sysfs_remove_funcs(struct ksplice_object *object);

/* target.c */
int ksplice_target_match(struct ksplice_match *match,
			 const struct ksplice_view *view,
			 struct ksplice_update *update);
unsigned int ksplice_target_sympos(const struct ksplice_object *object,
				   const char *name, unsigned long addr);
int ksplice_target_symbols(struct module *mod, const char *name,
			   int (*fn)(void *data, unsigned long addr),
			   void *data);
unsigned long ksplice_target_newest(const struct ksplice_update *update,
				    unsigned long addr);
unsigned long ksplice_target_entry(const struct ksplice_update *update,
				   unsigned long addr);
void ksplice_target_hide_jumps(unsigned long addr, u8 *buf, size_t len);
bool ksplice_target_is_vmlinux(const struct ksplice_object *object);

/* words.c */
int ksplice_words_init(struct ksplice_update *update,
		       const struct ksplice_view *view);
void ksplice_words_free(struct ksplice_update *update);
void ksplice_words_hide(const struct ksplice_update *update, unsigned long addr,
			u8 *buf, size_t len);
int ksplice_words_place(struct ksplice_update *update,
			const struct ksplice_match *match);
void ksplice_words_unplace(struct ksplice_object *object);
bool ksplice_words_found(const struct ksplice_update *update,
			 const struct ksplice_match *match,
			 const struct ksplice_update *other);
const struct ksplice_constant *ksplice_words_both(const struct ksplice_update *update,
						  const struct ksplice_update *other);
void ksplice_words_explain(const struct ksplice_update *update,
			   const struct ksplice_view *view);
int ksplice_words_coming(struct ksplice_object *object);
void ksplice_words_going(struct ksplice_object *object);

/* relocate.c */
int ksplice_resolve(struct ksplice_update *update,
		    const struct ksplice_view *view,
		    struct ksplice_match *match);
void ksplice_unpin(struct ksplice_object *object);

/* keys.c */
int ksplice_keys_init(struct ksplice_update *update,
		      const struct ksplice_view *view);
int ksplice_keys_check(const struct ksplice_update *update,
		       const struct ksplice_view *view);
int ksplice_keys_resolved(struct ksplice_object *object);
int ksplice_keys_link(struct ksplice_object *object);
void ksplice_keys_unlink(struct ksplice_object *object);
int ksplice_keys_coming(const struct module *mod);
void ksplice_keys_gone(struct ksplice_update *update);

/* stack.c */
int ksplice_check_alloc(struct ksplice_check *check, unsigned int nr_ranges);
void ksplice_check_free(struct ksplice_check *check);
void ksplice_check_sort(struct ksplice_check *check);
void ksplice_read_task(struct ksplice_check *check, struct task_struct *task);
void ksplice_read_words(struct ksplice_check *check, struct task_struct *task);
void ksplice_read_interrupted(struct ksplice_check *check);
void ksplice_judge_task(struct ksplice_check *check, struct task_struct *task);
void ksplice_check_task(struct ksplice_check *check, struct task_struct *task);
void ksplice_add_conflict(struct ksplice_check *check, struct task_struct *task,
			  unsigned long addr, bool scanned);
bool ksplice_in_ranges(const struct ksplice_check *check, unsigned long addr);
void ksplice_stack_init(struct dentry *dir);

/* held.c */
int ksplice_text_held(const struct ksplice_update *update,
		      struct ksplice_conflict *who);

/* quiesce.c */
int ksplice_change(struct ksplice_update *update, bool apply);
void ksplice_quiesce_init(struct dentry *dir);

#endif /* _KERNEL_KSPLICE_KSPLICE_H */
