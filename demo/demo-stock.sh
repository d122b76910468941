#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A kernel that Debian built, unmodified, is hot-updated while it runs, with real
# changes of several files out of what differs between the sources of two of
# Debian's kernels. No kernel is built. All that is printed is what happened; if
# something does not happen as it should, the demo ends with an exit code other
# than 0.
#
# KSPL_VERSION, KSPL_NEWER	the two Debian versions (scripts/debian-versions)

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../scripts/lib.sh"
cd "$REPO"
OUT=$REPO/build/demo-stock
# shellcheck source=demo/host.sh
. demo/host.sh

# So many files at least; where demo/changes does not have them, the smallest
# differences are taken, of which so many are tried.
FILES=3
TRIES=20
NAME=debian-fixes
rm -rf "$OUT"
mkdir -p "$OUT"

# try_update NAME FILE: does the difference alone make a hot update of vmlinux?
try_update() {
	local log=$OUT/$1.log code=0

	tools/kspl-build/kspl-build -k "$KSPL_DEMO_RELEASE" -n "$1" -o "$OUT/alone.ko" \
		"$OUT/$1.patch" >"$log" 2>&1 || code=$?
	case $code in
	0)	tools/kspl-objdiff/kspl-objdiff inspect "$OUT/alone.ko" >"$log.contents"
		if ! grep -qx 'targets: vmlinux' "$log.contents"; then
			note "$2: is part of a module, left out"
			return 1
		fi
		note "$2: its difference makes a hot update" ;;
	3)	note "$2: the difference changes no code" ;;
	4)	note "$2: refused: $(sed -n 's/^  - //p' "$log" | sed -n 1p)" ;;
	*)	note "$2: its difference alone does not build, see ${log#"$REPO"/}" ;;
	esac
	return $code
}

# take NAME FILE: it belongs to the update from now on
PATCHES=() TAKEN=''
take() {
	PATCHES+=("build/demo-stock/$1.patch")
	TAKEN+=" $2 "
}

# All changes of demo/changes that are in this difference and can be made.
take_known() {
	local c name file

	for c in demo/changes/*; do
		name=$(change_field "$c" name)
		file=$(change_field "$c" file)
		if ! make_diff "$file" "build/demo-stock/$name.patch" ||
		   ! grep -qE -- "$(change_field "$c" adds)" "$OUT/$name.patch"; then
			note "$file: the change that demo/changes knows is not in this difference"
			continue
		fi
		try_update "$name" "$file" || continue
		take "$name" "$file"
		cp "$c" "$OUT/change-$name"
	done
}

# The files of vmlinux that differ: "LINES FILE", the smallest difference first
differing_files() {
	local file

	awk -F'\t' '$2 ~ /\.c$/ && $3 ~ / -D__KERNEL__ / && $3 !~ / -DMODULE / { print $2 }' \
		"$CACHE/prepared/$KSPL_DEMO_RELEASE/.ksplice-commands" | while IFS= read -r file; do
		{ [ -f "$OLD/$file" ] && [ -f "$NEW/$file" ]; } || continue
		! cmp -s "$OLD/$file" "$NEW/$file" || continue
		printf '%d %s\n' "$(diff -U0 "$OLD/$file" "$NEW/$file" | grep -c '^[-+]')" "$file"
	done | sort -n
}

take_more() {
	local file name tried=0

	[ ${#PATCHES[@]} -lt $FILES ] || return 0
	note 'Comparing the files of this kernel in the two sources, for more ...'
	differing_files >"$OUT/candidates"
	note "$(wc -l <"$OUT/candidates") files of this kernel differ; trying the smallest differences."
	while read -r _ file; do
		if [ $tried -ge $TRIES ] || [ ${#PATCHES[@]} -ge $FILES ]; then
			break
		fi
		[[ $TAKEN != *" $file "* ]] || continue
		tried=$((tried + 1))
		name=$(tr '_A-Z/' '-a-z-' <<<"${file%.c}")
		make_diff "$file" "build/demo-stock/$name.patch" || continue
		try_update "$name" "$file" || continue
		take "$name" "$file"
	done <"$OUT/candidates"
}

older=$(scripts/debian-versions --older)
newer=$(scripts/debian-versions --newer)
dpkg --compare-versions "$older" lt "$newer" ||
	die "apt has no linux-source-$KSPL_SERIES newer than $older to take changes from;" \
	    "KSPL_VERSION and KSPL_NEWER name versions"

section 'A kernel that was never prepared'
paragraph "Debian's kernel image for cloud machines, version $older, as it is in
the archive: checked against apt's metadata, unpacked, not changed. Its symbols
are not exported for us, it has no debug information, and where it is in memory
is drawn by chance at each boot (KASLR)."
typed "IMAGE=\$(scripts/get-image $older)"
# shellcheck disable=SC2016 # as typed
typed 'cat $IMAGE/release'
KSPL_DEMO_RELEASE=$(cat "$IMAGE/release")
export KSPL_DEMO_RELEASE
# shellcheck disable=SC2016
typed 'grep -E "CONFIG_(RANDOMIZE_BASE|X86_KERNEL_IBT|KSPLICE)\>" $IMAGE/config'
note 'No CONFIG_KSPLICE: this kernel has never heard of it.'

section 'The core, as a module for it'
paragraph "The files of the series' kernel/ksplice/, compiled against Debian's headers of
that kernel. On a machine of one's own dkms does this (make deb)."
typed "KDIR=\$(scripts/get-headers $older)"
start=$EPOCHREALTIME
# shellcheck disable=SC2016
typed 'make -s -C dkms KDIR=$KDIR OUT=$PWD/build/demo-stock/dkms'
took "$start"
cp "$OUT/dkms/ksplice.ko" "$OUT/"

section "Real changes: from Debian's $newer"
OLD='' NEW=''
typed "OLD=\$(scripts/get-source $older)"
typed "NEW=\$(scripts/get-source $newer)"
note "Which of the changes of which we know an effect are among those? (The first"
note 'time, kspl-build prepares a build tree from the packages: a minute or two.)'
take_known
take_more
rm -f "$OUT/alone.ko"
[ ${#PATCHES[@]} -ge $FILES ] ||
	die "only ${#PATCHES[@]} files of what differs between $older and $newer could be made into an update"
echo
typed "cat ${PATCHES[*]}"
echo
paragraph 'All of them in one hot update: either all are in force, or none.'
start=$EPOCHREALTIME
typed "tools/kspl-build/kspl-build -k $KSPL_DEMO_RELEASE -n $NAME -o build/demo-stock ${PATCHES[*]}"
took "$start"
typed "ls -l build/demo-stock/*.ko"

for f in demo/*.c; do
	gcc -O2 -Wall -o "$OUT/$(basename "$f" .c)" "$f"
done
cp demo/guest-stock.sh demo/claims.sh demo/peek demo/story.sh "$OUT/"

section 'Boot the kernel'
if grep -qwE 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]; then
	note 'With KVM.'
else
	KSPL_DEMO_EMULATED=1
	note 'This machine has no KVM: QEMU emulates the CPU. Booting takes a minute,'
	note 'and times are not those of real hardware.'
fi
export KSPL_DEMO_SECTION=$section_nr KSPL_DEMO_NAME=$NAME KSPL_DEMO_FILES=${#PATCHES[@]}
typed "vm/run --kernel stock --version $older --share build/demo-stock --dmesg build/demo-stock/dmesg -- build/demo-stock/guest-stock.sh"

printf '\n%s\n' "${BOLD}All of this happened as shown; what is claimed (=>) has been checked.${PLAIN}"
