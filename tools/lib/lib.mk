# SPDX-License-Identifier: GPL-2.0
#
# What kspl-objdiff and ksplice share, to be built into each of them. It stands beside
# them here and in a kernel's tree (tools/ksplice/lib).
TOOLS_LIB := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
TOOLS_LIB_SRCS := $(wildcard $(TOOLS_LIB)/*.c)
TOOLS_LIB_HEADERS := $(wildcard $(TOOLS_LIB)/*.h)
TOOLS_LIB_OBJS := $(notdir $(TOOLS_LIB_SRCS:.c=.o))
