#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A kernel that Debian built, unmodified and under load, goes to the code of the next
# release in one stop, as far as that can be done; and back. No kernel is built. All
# that is printed is what happened; if something does not happen as it should, the
# demo ends with an exit code other than 0.
#
# KSPL_VERSION, KSPL_NEWER	the two Debian versions (scripts/debian-versions);
#				default: the oldest that apt has and the one after it

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../scripts/lib.sh"
cd "$REPO"
OUT=$REPO/build/demo-release
# shellcheck source=demo/host.sh
. demo/host.sh

NAME=release
mkdir -p "$OUT"
find "$OUT" -mindepth 1 -maxdepth 1 ! -name selftests -exec rm -rf {} +

# Of net those that need nothing but the kernel, nor minutes on an emulated CPU
NET='socket reuseport_addr_any reuseport_dualstack reuseport_bpf reuseaddr_conflict epoll_busy_poll
	netlink-dumps sk_bind_sendto_listen sk_connect_zero_addr sk_so_peek_off bind_wildcard
	bind_timewait psock_fanout psock_tpacket tcp_fastopen_backup_key'

# The kernel's own tests, of the older release
build_selftests() {
	local dir=$OUT/selftests net programs=() name

	[ ! -f "$dir/done-$older" ] || return 0
	net=$dir/kselftest/net
	for name in $NET; do
		programs+=("$net/$name")
	done
	rm -rf "$dir"
	mkdir -p "$net/af_unix"
	if ! {
		make -s -C "$OLD" O="$dir" headers
		make -s -k -C "$OLD/tools/testing/selftests" O="$dir" KBUILD_OUTPUT="$dir" SKIP_TARGETS='' \
			TARGETS='futex timers proc seccomp' all &&
		make -s -k -C "$OLD/tools/testing/selftests/net" OUTPUT="$net" \
			KHDR_INCLUDES="-isystem $dir/usr/include" \
			TEST_GEN_FILES='' TEST_GEN_PROGS="${programs[*]}" "${programs[@]}" &&
		make -s -k -C "$OLD/tools/testing/selftests/net/af_unix" OUTPUT="$net/af_unix" \
			KHDR_INCLUDES="-isystem $dir/usr/include" all
	} >"$OUT/selftests.log" 2>&1; then
		die "the kernel's selftests could not be built, see ${OUT#"$REPO"/}/selftests.log"
	fi
	: >"$dir/done-$older"
}

older=$(scripts/debian-versions --older)
newer=${KSPL_NEWER:+$(full_version "$KSPL_NEWER")}
[ "$newer" ] || newer=$(scripts/debian-versions | grep -FxA 1 -- "$older" | sed -n 2p)
[ "$newer" ] || die "apt has no linux-source-$KSPL_SERIES newer than $older;" \
	"KSPL_VERSION and KSPL_NEWER name versions"

section 'Two releases'
paragraph "$older, Debian's kernel image for cloud machines as it is in the archive, is
what runs. $newer is where it shall go. Of both there is the source, no more."
typed "IMAGE=\$(scripts/get-image $older)"
# shellcheck disable=SC2016 # as typed
typed 'cat $IMAGE/release'
KSPL_DEMO_RELEASE=$(cat "$IMAGE/release")
# shellcheck disable=SC2034 # as typed
OLD='' NEW=''
typed "OLD=\$(scripts/get-source $older)"
typed "NEW=\$(scripts/get-source $newer)"
# shellcheck disable=SC2016
typed '(diff -rq $OLD $NEW || :) | wc -l'
cp demo/release-*.sh demo/guest-release.sh demo/claims.sh demo/peek demo/story.sh "$OUT/"

section 'The modules that the machine has loaded'
typed "vm/run --kernel stock --version $older --share build/demo-release -- build/demo-release/release-modules.sh build/demo-release/modules"
so "$(wc -l <"$OUT/modules") modules"

section 'One update of all that differs'
paragraph "Everything that goes into the kernel itself or into one of these modules is
compiled twice, as it is and as it will be, over the type definitions of the running
kernel. The first time that takes long; a compiler cache (ccache) remembers it."
start=$EPOCHREALTIME
typed "tools/kspl-build/kspl-build -k $KSPL_DEMO_RELEASE --to \$NEW --partial --modules build/demo-release/modules \\
	-n $NAME -o build/demo-release --json build/demo-release/build.json 2>&1 |
	tee build/demo-release/build.log | sed -u '/^left out:/,/^taken/{/^taken/!d}'"
took "$start"
typed 'ls -l build/demo-release/*.ko'
typed 'demo/release-report.py build/demo-release/build.json'
deb=$(scripts/get-deb "linux-image-$(debian_release "$newer")-unsigned" "$newer")
dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards './usr/share/doc/*/changelog.Debian.gz' | zcat >"$OUT/changelog"
typed "demo/release-cves.py build/demo-release/build.json build/demo-release/changelog $older $newer \$OLD \$NEW"

section 'The core, and the programs that run before and after'
typed "KDIR=\$(scripts/get-headers $older)"
# shellcheck disable=SC2016
typed 'make -s -C dkms KDIR=$KDIR OUT=$PWD/build/demo-release/dkms'
cp "$OUT/dkms/ksplice.ko" "$OUT/"
note "And the kernel's own selftests (futex, net, proc, seccomp, timers), of the older release."
build_selftests

section 'Boot the older release'
if grep -qwE 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]; then
	note 'With KVM.'
else
	KSPL_DEMO_EMULATED=1
	note 'This machine has no KVM: QEMU emulates the CPU. Times are not those of real'
	note 'hardware.'
fi
export KSPL_DEMO_SECTION=$section_nr KSPL_DEMO_NAME=$NAME KSPL_DEMO_RELEASE KSPL_DEMO_NEWER=$newer
typed "vm/run --kernel stock --version $older --mem 2G --timeout 5400 --share build/demo-release --dmesg build/demo-release/dmesg -- build/demo-release/guest-release.sh"

keep_result release "$older" cloud-amd64 "$IMAGE/config" ok "to $newer"
printf '\n%s\n' "${BOLD}All of this happened as shown; what is claimed (=>) has been checked.${PLAIN}"
