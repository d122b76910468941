/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _X86_KERNEL_KSPLICE_DISPLACED_H
#define _X86_KERNEL_KSPLICE_DISPLACED_H

#include <asm/ksplice.h>

#define SPARE_SIZE	8
#define NR_SPARES	512

/* The spare places, which are defined in assembly */
extern u8 ksplice_spares[NR_SPARES][SPARE_SIZE];

int ksplice_displaced_init(struct arch_ksplice_displaced *displaced, unsigned long home,
			   const char **why);
void ksplice_displaced_exit(struct arch_ksplice_displaced *displaced);
void ksplice_displaced_read(const struct arch_ksplice_displaced *displaced, u8 *bytes);
void ksplice_displaced_prepare(struct arch_ksplice_displaced *displaced,
			       struct arch_ksplice_poke *poke);
void ksplice_displaced_switch(struct arch_ksplice_displaced *displaced, bool back);

#endif /* _X86_KERNEL_KSPLICE_DISPLACED_H */
