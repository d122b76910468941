/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kspl-objdiff: what differs between two builds of a translation unit, and
 * the hot update that brings a running kernel from the first to the second.
 *
 * An object is read into units: a function, a variable, a string, a constant.
 * Everything after that speaks of units and of references between them, no
 * longer of sections and relocations.  The way of the data, and its headers:
 * read (unit.h), pair and compare (update.h), decide (verdict.h), emit and
 * report (out.h).
 */
#ifndef KSPL_OBJDIFF_H
#define KSPL_OBJDIFF_H

#include "out.h"

int cmd_diff(int argc, char **argv);
int cmd_create(int argc, char **argv);
int cmd_inspect(int argc, char **argv);

#endif /* KSPL_OBJDIFF_H */
