# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own files that read an update and match it, for a build on the
# host with the stand-ins for its headers in include/. CORE_ROOT is the kernel
# tree that they stand in: the one this is a part of (tools/ksplice/kspl-objdiff),
# or the project's kernel-tree-overlay.
OBJDIFF_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
CORE_ROOT := $(patsubst %/kernel/ksplice/format.c,%,$(firstword $(wildcard \
	$(OBJDIFF_DIR)/../../kernel-tree-overlay/kernel/ksplice/format.c \
	$(OBJDIFF_DIR)/../../../kernel/ksplice/format.c)))
ifeq ($(CORE_ROOT),)
$(error kspl-objdiff: no kernel/ksplice/format.c, neither in ../../kernel-tree-overlay nor in ../../..)
endif
CORE := $(CORE_ROOT)/kernel/ksplice/format.c $(CORE_ROOT)/kernel/ksplice/match.c \
	$(CORE_ROOT)/kernel/ksplice/resolve.c \
	$(CORE_ROOT)/arch/x86/kernel/ksplice_fields.c \
	$(CORE_ROOT)/arch/x86/kernel/ksplice_sites.c
FORMAT_H := $(CORE_ROOT)/include/linux/ksplice_format.h
CORE_INCLUDES := -I$(OBJDIFF_DIR)/include -iquote $(CORE_ROOT)/kernel/ksplice \
	-DKSPLICE_FORMAT_H='"$(abspath $(FORMAT_H))"'
# For a program of the host: nothing else of that directory, which has a string.h
FORMAT_INCLUDES := -iquote $(dir $(FORMAT_H))
CORE_HEADERS := $(wildcard $(OBJDIFF_DIR)/include/*/*.h \
	$(CORE_ROOT)/kernel/ksplice/*.h $(CORE_ROOT)/arch/x86/kernel/ksplice_*.h) \
	$(FORMAT_H)
# What kspl-objdiff asks them, see blob_check()
BLOBCHECK := $(CORE_ROOT)/kernel/ksplice/format.c \
	$(CORE_ROOT)/arch/x86/kernel/ksplice_fields.c $(OBJDIFF_DIR)/blobcheck.c
vpath %.c $(sort $(dir $(BLOBCHECK)))
include $(OBJDIFF_DIR)/../lib/lib.mk
