# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own files that read an update and match it, for a build on the
# host with the stand-ins for its headers. TOP is the top of the project.
OVERLAY := $(TOP)/kernel-tree-overlay
CORE := $(OVERLAY)/kernel/ksplice/format.c $(OVERLAY)/kernel/ksplice/match.c \
	$(OVERLAY)/kernel/ksplice/resolve.c \
	$(OVERLAY)/arch/x86/kernel/ksplice_fields.c \
	$(OVERLAY)/arch/x86/kernel/ksplice_sites.c
CORE_INCLUDES := -I$(TOP)/tests/match/include -I$(OVERLAY)/include
CORE_HEADERS := $(wildcard $(TOP)/tests/match/include/*/*.h \
	$(OVERLAY)/kernel/ksplice/*.h $(OVERLAY)/arch/x86/kernel/ksplice_*.h) $(OVERLAY)/include/linux/ksplice_format.h
# What kspl-objdiff asks them, see blob_check()
BLOBCHECK := $(OVERLAY)/kernel/ksplice/format.c \
	$(OVERLAY)/arch/x86/kernel/ksplice_fields.c $(TOP)/tools/kspl-objdiff/blobcheck.c
vpath %.c $(sort $(dir $(BLOBCHECK)))
