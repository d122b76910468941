#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A kernel that Debian built, unmodified, gets a real fix while it runs, and gives
# it back. No kernel is built. All that is printed is what happened; if something
# does not happen as it should, the demo ends with an exit code other than 0.
#
# The fix is the one in demo/fixes/ if it applies to the kernel's source; else, or
# with KSPL_DEMO_FILES=N, N files out of what differs between two of Debian's
# versions are taken.
#
# KSPL_VERSION, KSPL_NEWER	the two Debian versions (scripts/debian-versions)

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../scripts/lib.sh"
# shellcheck source=scripts/progress.sh
. "$(dirname "$0")/../scripts/progress.sh"
cd "$REPO"
OUT=$REPO/build/demo
rm -rf "$OUT"
mkdir -p "$OUT"
# shellcheck source=demo/host.sh
. demo/host.sh

# So many of the smallest differences are tried.
TRIES=20
started=$SECONDS

# --- the fix: the one that is known ------------------------------------------

# use_known: the changes of demo/changes whose fix is in demo/fixes and applies
PATCHES=() TAKEN=''
use_known() {
	local c name

	[ ! "${KSPL_DEMO_FILES:-}" ] || return 0
	for c in demo/changes/*; do
		name=$(change_field "$c" name)
		[ -f "demo/fixes/$name.patch" ] || continue
		patch -p1 -d "$SOURCE" --dry-run --force --fuzz=0 -r - <"demo/fixes/$name.patch" >/dev/null || {
			note "$older does not take demo/fixes/$name.patch"
			continue
		}
		take "$name" "$(change_field "$c" file)" "demo/fixes/$name.patch"
		cp "$c" "$OUT/change-$name"
	done
}

# take NAME FILE PATCH: it belongs to the update from now on
take() {
	PATCHES+=("$3")
	TAKEN+=" $2 "
}

# --- else: what differs between two versions ---------------------------------

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
	rm -f "$OUT/alone.ko"
	return $code
}

# All changes of demo/changes that are in this difference and can be made.
take_known() {
	local c name file

	for c in demo/changes/*; do
		[ ${#PATCHES[@]} -lt "$FILES" ] || break
		name=$(change_field "$c" name)
		file=$(change_field "$c" file)
		if ! make_diff "$file" "build/demo/$name.patch" ||
		   ! grep -qE -- "$(change_field "$c" adds)" "$OUT/$name.patch"; then
			note "$file: the change that demo/changes knows is not in this difference"
			continue
		fi
		try_update "$name" "$file" || continue
		take "$name" "$file" "build/demo/$name.patch"
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

	[ ${#PATCHES[@]} -lt "$FILES" ] || return 0
	note 'Comparing the files of this kernel in the two sources, for more ...'
	differing_files >"$OUT/candidates"
	note "$(wc -l <"$OUT/candidates") files of this kernel differ; trying the smallest differences."
	while read -r _ file; do
		if [ $tried -ge $TRIES ] || [ ${#PATCHES[@]} -ge "$FILES" ]; then
			break
		fi
		[[ $TAKEN != *" $file "* ]] || continue
		tried=$((tried + 1))
		name=$(tr '_A-Z/' '-a-z-' <<<"${file%.c}")
		make_diff "$file" "build/demo/$name.patch" || continue
		try_update "$name" "$file" || continue
		take "$name" "$file" "build/demo/$name.patch"
	done <"$OUT/candidates"
}

use_difference() {
	local newer

	newer=$(scripts/debian-versions --newer)
	dpkg --compare-versions "$older" lt "$newer" ||
		die "apt has no linux-source-$KSPL_SERIES newer than $older to take changes from;" \
		    "KSPL_VERSION and KSPL_NEWER name versions"
	FILES=${KSPL_DEMO_FILES:-1}
	paragraph "They come from Debian's $newer."
	NEW=''
	OLD=$SOURCE
	typed "NEW=\$(scripts/get-source $newer)"
	note 'Which of its differences can be shown?'
	take_known
	take_more
	[ ${#PATCHES[@]} -ge "$FILES" ] ||
		die "only ${#PATCHES[@]} files of what differs between $older and $newer could be made into an update"
}

# --- the story ----------------------------------------------------------------

older=$(scripts/debian-versions --older)

section 'A stock kernel'
paragraph "Debian's kernel image for cloud machines, version $older, as it is in
the archive: checked against apt's metadata, unpacked, not changed."
typed "IMAGE=\$(scripts/get-image $older)"
# shellcheck disable=SC2016 # as typed
typed 'cat $IMAGE/release'
KSPL_DEMO_RELEASE=$(cat "$IMAGE/release")
export KSPL_DEMO_RELEASE
# shellcheck disable=SC2016
typed 'grep -cw CONFIG_KSPLICE $IMAGE/config || true'
so 'this kernel was built without ksplice'

section 'The core, as a module for it'
paragraph "The core's files, compiled against Debian's headers of that kernel. On a
real machine, dkms does this (make deb). Meanwhile the source of that kernel
is downloaded and unpacked; the update will be made from it."
command_line "scripts/get-source $older &"
scripts/get-source "$older" >"$OUT/source" 2>"$OUT/source.log" &
source_job=$!
typed "KDIR=\$(scripts/get-headers $older)"
# shellcheck disable=SC2016
slow 'compiling the core' 40 'make -s -C dkms KDIR=$KDIR OUT=$PWD/build/demo/dkms'
cp "$OUT/dkms/ksplice.ko" "$OUT/"
command_line wait
progress 'unpacking the source' 60 tail --pid=$source_job -f /dev/null
wait $source_job || die "$(cat "$OUT/source.log")"
SOURCE=$(cat "$OUT/source")

section 'A fix'
use_known
[ ${#PATCHES[@]} -ne 0 ] || use_difference
typed "cat ${PATCHES[*]}"

section 'The fix becomes a hot update'
NAME=fixes
[ ${#PATCHES[@]} -ne 1 ] || NAME=$(basename "${PATCHES[0]}" .patch)
paragraph "kspl-build compiles the file without and with the fix, and makes the update of what
differs. The first time it prepares a build tree from Debian's packages, which takes a
minute; the kernel itself is not built."
slow "making the update $NAME" 90 \
	"tools/kspl-build/kspl-build -k $KSPL_DEMO_RELEASE -n $NAME -o build/demo ${PATCHES[*]}"
typed "ls -l build/demo/ksplice-$NAME.ko"

for f in demo/*.c; do
	gcc -O2 -Wall -o "$OUT/$(basename "$f" .c)" "$f"
done
cp demo/guest.sh demo/claims.sh demo/peek demo/story.sh tools/ksplice/ksplice "$OUT/"

section 'Boot the kernel'
if grep -qwE 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]; then
	note 'With KVM.'
	guess=5
else
	KSPL_DEMO_EMULATED=1
	note 'This machine has no KVM: QEMU emulates the CPU. Times are not those of real hardware.'
	guess=40
fi
export KSPL_DEMO_SECTION=$section_nr KSPL_DEMO_NAME=$NAME KSPL_DEMO_FILES=${#PATCHES[@]}
# The guest writes build/demo/up when it is up; until then one line says how long.
progress 'booting' $guess sh -c "until [ -e build/demo/up ]; do sleep 0.2; done" &
booting=$!
typed "vm/run --kernel stock --version $older --timeout 1800 --share build/demo --dmesg build/demo/dmesg -- build/demo/guest.sh" || {
	kill $booting 2>/dev/null || :
	exit 1
}

cat <<END

${BOLD}All of this happened as shown; what is claimed (=>) has been checked. It took $(duration $((SECONDS - started))).${PLAIN}

What next?
  make deb                      the packages for a stock Debian 12 machine; install
                                them there and type: ksplice status
  tools/kspl-build/kspl-build --help
                                make an update of a fix of your own
  make demo-series              the same on a kernel with the series (builds one first)
  make demo-release             a whole release as one update, under load
  Documentation/index.rst       where to read on
END
