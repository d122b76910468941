/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_KSPLICE_CPUS_H
#define _KERNEL_KSPLICE_CPUS_H

struct ksplice_check;

/**
 * enum ksplice_whereabouts - where the other CPUs are
 * @KSPLICE_CPUS_AWAY: no other CPU runs kernel code of a thread
 * @KSPLICE_CPUS_OUTSIDE: some do, but none is inside the code that is replaced, nor in
 *			  a function called from there
 * @KSPLICE_CPUS_INSIDE: one is, or cannot tell
 */
enum ksplice_whereabouts {
	KSPLICE_CPUS_AWAY,
	KSPLICE_CPUS_OUTSIDE,
	KSPLICE_CPUS_INSIDE,
};

enum ksplice_whereabouts ksplice_ask_cpus(const struct ksplice_check *check);

#endif /* _KERNEL_KSPLICE_CPUS_H */
