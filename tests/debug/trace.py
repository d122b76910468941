#!/usr/bin/env drgn
# SPDX-License-Identifier: GPL-2.0
"""For drgn: where the thread was that brought the kernel down."""

from drgn import Program

prog: Program
print(prog.crashed_thread().stack_trace())
