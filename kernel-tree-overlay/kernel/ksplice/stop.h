/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_KSPLICE_STOP_H
#define _KERNEL_KSPLICE_STOP_H

#include "ksplice.h"

/**
 * struct ksplice_block - 8 aligned bytes of read-only memory that are changed
 * @addr:	where they are
 * @mask:	those that are changed
 * @from:	what these have to be
 * @to:		what they become
 * @alias:	the same memory, writable
 * @constant:	one that is in it
 * @nth:	the change comes after others with smaller numbers
 * @torn:	of several changes of it, one does not follow from the one before
 */
struct ksplice_block {
	unsigned long addr;
	u64 mask;
	u64 from;
	u64 to;
	u64 *alias;
	const struct ksplice_constant *constant;
	unsigned int nth;
	bool torn;
};

/**
 * struct ksplice_blocks - the words of constants that a change writes
 * @block:	ascending, each once
 * @n:		number of them
 * @map:	the mapping of their memory
 */
struct ksplice_blocks {
	struct ksplice_block *block;
	unsigned int n;
	void *map;
};

/**
 * struct ksplice_stop - the stop of one change
 * @update:	the update
 * @apply:	apply it, else take it back
 * @check:	the check of threads
 * @full:	check all threads in the stop, for comparison; there is no window
 * @overflow:	more threads ran before the stop than could be recorded, or some that
 *		exit could not be checked
 * @last_check:	called with all locks of the stop held; returns whether to stop now
 * @pokes:	the text to write
 * @nr_pokes:	number of them
 * @blocks:	the words of constants to write
 * @stoppers:	by CPU: the thread that occupies it during the stop
 * @arrived:	how often a CPU has reached a rendezvous
 * @ncpus:	CPUs in the stop
 * @master:	the CPU that does the work
 * @ret:	0 or an errno
 * @cause:	the reason for @ret, for abort_cause
 * @rechecked:	threads checked in the last stop
 * @stops:	how often the machine was stopped
 * @pause_ns:	time from the master's arrival in the stop to the end of its work
 */
struct ksplice_stop {
	struct ksplice_update *update;
	bool apply;
	struct ksplice_check check;
	bool full;
	bool overflow;
	bool (*last_check)(struct ksplice_stop *stop);
	struct arch_ksplice_poke *pokes;
	unsigned int nr_pokes;
	struct ksplice_blocks blocks;
	struct task_struct **stoppers;
	atomic_t arrived;
	unsigned int ncpus;
	int master;
	int ret;
	enum ksplice_cause cause;
	unsigned int rechecked;
	unsigned int stops;
	u64 pause_ns;
};

struct arch_ksplice_poke ksplice_poke(struct arch_ksplice_jump *jump,
				      bool apply);
void ksplice_add_text_ranges(struct ksplice_check *check,
			     const struct ksplice_update *update);
unsigned int ksplice_nr_text_ranges(const struct ksplice_update *update);
void ksplice_text_lock(void);
void ksplice_text_unlock(void);
int ksplice_stop_alloc(struct ksplice_stop *stop, struct ksplice_update *update,
		       bool apply);
void ksplice_stop_free(struct ksplice_stop *stop);
int ksplice_stop(struct ksplice_stop *stop);

/* words.c */
int ksplice_words_prepare(struct ksplice_blocks *blocks, struct ksplice_update *update,
			  bool apply);
void ksplice_words_release(struct ksplice_blocks *blocks);
const struct ksplice_constant *ksplice_words_check(const struct ksplice_blocks *blocks);
void ksplice_words_write(const struct ksplice_blocks *blocks);

#endif /* _KERNEL_KSPLICE_STOP_H */
