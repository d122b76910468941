# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For cases that look into a report: names FILTER REPORT, is EXPECTED GOT.

names() { jq -r "$1" "$2" | sort | tr '\n' ' '; }
is() {
	[ "$2" = "$1 " ] || { echo "expected $1, got $2"; exit 1; }
}
