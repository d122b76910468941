#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2031,SC2317 # a script of its own; dkms.conf in subshells, too
#
# ksplice.ko is not built for kernels that it does not support: the compiler says
# which option it is, and dkms does not even try. For those that it does support, it is
# built as dkms builds it, with all warnings.

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

HEADERS=$(mktemp -d)
trap 'rm -rf "$HEADERS"' EXIT
mkdir "$HEADERS/linux"

# version A B C: which kernel it is for
version() {
	cat >"$HEADERS/linux/version.h" <<-END
		#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))
		#define LINUX_VERSION_CODE KERNEL_VERSION($1, $2, $3)
	END
}
version 6 12 107

# errors OPTION...: what the compiler says of a kernel with these
errors() {
	cpp -I"$HEADERS" -o /dev/null "${@/#/-DCONFIG_}" dkms/supported.h 2>&1
}

# other_version A B C: the compiler refuses it, and dkms does not try
other_version() {
	version "$@"
	[[ $(errors "${good[@]}") == *"#error"*"6.1 and 6.12 only"* ]] && ! dkms_tries "$1.$2.$3-amd64"
}

this_version() {
	version "$@"
	accepted "${good[@]}" && dkms_tries "$1.$2.$3-amd64"
}

# dkms does not try, as long as not all tests pass there
by_hand() {
	version "$@"
	accepted "${good[@]}" && ! dkms_tries "$1.$2.$3-amd64"
}

dkms_tries() {
	(
		set +u
		# shellcheck source=dkms/dkms.conf disable=SC2154
		. dkms/dkms.conf
		[[ $1 =~ $BUILD_EXCLUSIVE_KERNEL ]]
	)
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
for v in "6 12 0" "6 12 118"; do
	# shellcheck disable=SC2086 # three words
	check "Linux $v: supported" this_version $v
done
check "Linux 6.1: can be built by hand" by_hand 6 1 192
for v in "6 0 19" "6 2 0" "6 11 0" "6 13 0" "7 1 0" "5 12 0"; do
	# shellcheck disable=SC2086
	check "Linux $v: refused" other_version $v
done
version 6 12 107
check "no PREEMPTION: refused" refused PREEMPTION VMAP_STACK
check "no VMAP_STACK: refused" refused VMAP_STACK PREEMPTION
check "dkms wants PREEMPTION" dkms_wants CONFIG_PREEMPTION
check "dkms wants VMAP_STACK" dkms_wants CONFIG_VMAP_STACK
check "what is included first asks" grep -qx '#include "supported.h"' dkms/bind.h
# Code that is for some kernels only is in compat.h and in the tables of bind.h.
version_asked() {
	local found

	found=$(grep -rlE 'LINUX_VERSION_(CODE|MAJOR|PATCHLEVEL|SUBLEVEL)|KERNEL_VERSION|UTS_RELEASE|linux/version\.h' \
		kernel-tree-overlay dkms patches selftests samples tools --include='*.[chS]' --include='*.patch' | sort | paste -sd' ')
	[ "$found" = 'dkms/bind.h dkms/supported.h kernel-tree-overlay/kernel/ksplice/compat.h' ] || {
		echo "# $found"
		return 1
	}
}
check "no other file of the core asks which version the kernel is" version_asked
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

# builds HEADERS: the package's sources, by the command of its dkms.conf
builds() {
	local kernel_source_dir=$1 dkms_tree=$tmp/dkms MAKE=() build

	rm -rf "$dkms_tree" "$tmp/unpacked"
	dpkg-deb -x "$made" "$tmp/unpacked"
	# shellcheck disable=SC1090 # dkms.conf, with its version
	. "$tmp"/unpacked/usr/src/ksplice-*/dkms.conf
	build=$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION/build
	mkdir -p "${build%/*}"
	mv "$tmp"/unpacked/usr/src/ksplice-* "$build"
	# shellcheck disable=SC2086 # a command with its arguments
	if ! ${MAKE[0]} W=1 >"$tmp/log" 2>&1 || grep -E 'warning:|WARNING:' "$tmp/log" ||
	   [[ $(modinfo -F vermagic "$build/ksplice.ko") != "${1##*/linux-headers-} "* ]]; then
		tail -n 20 "$tmp/log" | sed 's/^/# /'
		return 1
	fi
}

# try_newest SERIES FLAVOUR: for the newest kernel that apt has
try_newest() {
	local version HEADERS CC text="the package's module builds for the newest $1 $2, without a warning"

	if ! version=$(KSPL_VERSION='' KSPL_SERIES=$1 scripts/debian-versions --newer 2>/dev/null); then
		n=$((n + 1))
		echo "ok $n - $text # SKIP apt has none"
		return
	fi
	HEADERS=$(scripts/get-headers "$version" "$2")
	# shellcheck source=tools/kspl-build/debian.sh
	. tools/kspl-build/debian.sh
	debian_compiler
	if command -v "$CC" >/dev/null; then
		check "$text" builds "$HEADERS"
	else
		n=$((n + 1))
		echo "ok $n - $text # SKIP its compiler $CC is not here"
	fi
}
try_newest 6.1 amd64
try_newest 6.12 cloud-amd64

directories_for_all() { ! dpkg-deb -c "$made" | grep '^d' | grep -v '^drwxr-xr-x'; }
check "the package's directories are for all, with a narrow umask, too" directories_for_all
echo "1..$n"
exit $failed
