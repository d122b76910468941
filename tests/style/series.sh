#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make check-series, but for what a whole kernel build is needed for.

exec "$(dirname "$0")/../../scripts/check-series" --no-build
