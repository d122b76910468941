# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own instruction decoder, for what is linked with the matcher; see
# kernel-insn. It is asked each time, and changes nothing if it has nothing to do.
INSN := $(OUT)/insn/insn.o $(OUT)/insn/inat.o
INSN_INCLUDES := -isystem $(OUT)/insn/include

$(OUT)/insn/insn.o: FORCE
	@CC="$(CC)" $(TOP)/tests/kernel-insn $(OUT)/insn

$(OUT)/insn/inat.o: $(OUT)/insn/insn.o

FORCE:

.PHONY: FORCE
