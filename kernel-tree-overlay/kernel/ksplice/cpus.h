/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_KSPLICE_CPUS_H
#define _KERNEL_KSPLICE_CPUS_H

struct ksplice_check;

/**
 * enum ksplice_whereabouts - where the other CPUs are, the worst of them
 * @KSPLICE_CPUS_AWAY: none runs kernel code of any thread
 * @KSPLICE_CPUS_OUTSIDE: none runs code that is replaced, or that it called
 * @KSPLICE_CPUS_INSIDE: one does
 */
enum ksplice_whereabouts {
	KSPLICE_CPUS_AWAY,
	KSPLICE_CPUS_OUTSIDE,
	KSPLICE_CPUS_INSIDE,
};

enum ksplice_whereabouts ksplice_ask_cpus(const struct ksplice_check *check);

#endif /* _KERNEL_KSPLICE_CPUS_H */
