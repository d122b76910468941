#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kspl-objdiff: its parts, and what it makes of small pairs of sources.
cd "$(dirname "$0")/../objdiff" || exit 1
ret=0
make -s unit || ret=1
make -s cases || ret=1
exit $ret
