/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LIB_TEST_KSPLICE_MOD_H
#define _LIB_TEST_KSPLICE_MOD_H

/* test_ksplice_mod_other.c, not exported */
unsigned int test_mod_other(void);
extern unsigned int test_mod_others;

/* test_ksplice_dep.c, a module of its own */
unsigned int test_dep_value(void);
unsigned int test_dep_another(void);

#endif /* _LIB_TEST_KSPLICE_MOD_H */
