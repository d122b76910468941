#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make lint, but for what needs the series kernel's build (W=1, sparse, htmldocs).

exec "$(dirname "$0")/../../scripts/lint" --no-build
