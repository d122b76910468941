/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _X86_KERNEL_KSPLICE_ASIDE_H
#define _X86_KERNEL_KSPLICE_ASIDE_H

#include <asm/ksplice.h>

#define SPARE_SIZE	8
#define NR_SPARES	512

/* Spare places, in assembly */
extern u8 ksplice_spares[NR_SPARES][SPARE_SIZE];

int ksplice_aside_init(struct arch_ksplice_aside *aside, unsigned long home,
		       const char **why);
void ksplice_aside_exit(struct arch_ksplice_aside *aside);
void ksplice_aside_read(const struct arch_ksplice_aside *aside, u8 *bytes);
void ksplice_aside_prepare(struct arch_ksplice_aside *aside,
			   struct arch_ksplice_poke *poke);
void ksplice_aside_switch(struct arch_ksplice_aside *aside, bool back);

#endif /* _X86_KERNEL_KSPLICE_ASIDE_H */
