# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash

# release VERSION: of Debian's cloud kernel, as uname says it:
# 6.12.107-1~deb12u1 -> 6.12.107+deb12-cloud-amd64
release() {
	printf '%s+%s-cloud-amd64\n' "${1%%-*}" "$(sed -n 's/.*~\(deb[0-9]*\)u.*/\1/p' <<<"$1")"
}
