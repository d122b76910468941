#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2317 # a script of its own; functions are called by name
#
# ksplice.ko is not built for kernels that it does not support: the compiler says
# which option it is, and dkms does not even try.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
n=0
failed=0

# check TEXT COMMAND...
check() {
	local text=$1

	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $text"
	else
		echo "not ok $n - $text"
		failed=1
	fi
}

good=(PREEMPTION VMAP_STACK)
bad=(PREEMPT_RT CFI_CLANG KCSAN RANDSTRUCT GCC_PLUGIN_LATENT_ENTROPY)

# errors OPTION...: what the compiler says of a kernel with these
errors() {
	cpp -o /dev/null "${@/#/-DCONFIG_}" dkms/supported.h 2>&1
}

# refused OPTION OPTION...: because of the first, with the others set
refused() {
	local option=$1

	shift
	[[ $(errors "$@") == *"#error"*"CONFIG_$option"* ]]
}

accepted() {
	[ -z "$(errors "$@")" ]
}

dkms_wants() {
	(
		set +u # dkms sets what it uses
		# shellcheck source=dkms/dkms.conf disable=SC2154
		. dkms/dkms.conf
		[[ " $BUILD_EXCLUSIVE_CONFIG " == *" $1 "* ]]
	)
}

check "a kernel that is supported" accepted "${good[@]}"
for option in "${bad[@]}"; do
	check "$option: refused" refused "$option" "${good[@]}" "$option"
	check "$option: dkms does not try" dkms_wants "!CONFIG_$option"
	check "$option: refused by Kconfig" \
		grep -qE "depends on .*!$option( |$)" kernel-tree-overlay/kernel/ksplice/Kconfig
done
check "no PREEMPTION: refused" refused PREEMPTION VMAP_STACK
check "no VMAP_STACK: refused" refused VMAP_STACK PREEMPTION
check "dkms wants PREEMPTION" dkms_wants CONFIG_PREEMPTION
check "dkms wants VMAP_STACK" dkms_wants CONFIG_VMAP_STACK
check "what is included first asks" grep -qx '#include "supported.h"' dkms/bind.h
check "unused exports are not trimmed" \
	grep -q 'depends on !TRIM_UNUSED_KSYMS' kernel-tree-overlay/kernel/ksplice/Kconfig

# postinst ARGUMENT...: what the package's script asks of dkms
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
made=$(umask 077 && dkms/build-deb | sed -n "s/.* in '\\(.*\\)'\\.$/\\1/p")
dpkg-deb -e "$made" "$tmp/control"
printf '#!/bin/sh\necho "dkms: $1"\n' >"$tmp/common"
chmod 755 "$tmp/common"
sed -i "s,/usr/lib/dkms/common.postinst,$tmp/common," "$tmp/control/postinst"
postinst() { [ "$("$tmp/control/postinst" "$@")" = "dkms: ksplice" ]; }
for what in configure abort-upgrade abort-remove abort-deconfigure; do
	check "the package's postinst, $what: the module is built" postinst $what 0.1
done
directories_for_all() { ! dpkg-deb -c "$made" | grep '^d' | grep -v '^drwxr-xr-x'; }
check "the package's directories are for all, with a narrow umask, too" directories_for_all
echo "1..$n"
exit $failed
