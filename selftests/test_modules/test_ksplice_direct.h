/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TEST_KSPLICE_DIRECT_H
#define _TEST_KSPLICE_DIRECT_H

/* For the assembly in test_ksplice_direct.c, and what it defines. */
extern unsigned long test_direct_behind;
void test_direct_tramp(void *unused);

#endif /* _TEST_KSPLICE_DIRECT_H */
