/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kspl-objdiff finds what differs between two builds of a translation unit, and makes
 * the hot update that brings a running kernel from the first to the second.
 *
 * An object is split into units: a function, a variable, a string, a constant. All
 * later steps work on units and the references between them, not on sections and
 * relocations. The steps and their headers: read (unit.h), pair and compare (update.h),
 * decide (verdict.h), emit and report (out.h).
 */
#ifndef KSPL_OBJDIFF_H
#define KSPL_OBJDIFF_H

#include "out.h"

int cmd_diff(int argc, char **argv);
int cmd_create(int argc, char **argv);
int cmd_inspect(int argc, char **argv);

#endif /* KSPL_OBJDIFF_H */
