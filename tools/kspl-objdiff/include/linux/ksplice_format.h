/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The format of an update, from the tree that the kernel's own files are in. The
 * Makefile names it: a path to all of that tree's headers would put them before
 * those of the host.
 */
#include KSPLICE_FORMAT_H
