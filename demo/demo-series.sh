#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two hot updates of a kernel that runs in a VM, as a story: a small change of
# our own, and a real fix, taken from what differs between the sources of two of
# Debian's kernels. All that is printed is what happened; if something does not
# happen as it should, the demo ends with an exit code other than 0.
#
# KSPL_VERSION, KSPL_NEWER	the two Debian versions (scripts/debian-versions)
# KSPL_DEMO_WANT		the fix to show: a name of demo/changes, or
#				'any': the smallest difference, whatever it does

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../scripts/lib.sh"
cd "$REPO"
OUT=$REPO/build/demo-series
# shellcheck source=demo/host.sh
. demo/host.sh

# So many differences are tried when none of demo/changes will do.
TRIES=20
WANT=${KSPL_DEMO_WANT:-}
rm -rf "$OUT"
mkdir -p "$OUT"

# The command that makes hot update NAME of a patch: build_command NAME PATCH
build_command() {
	# shellcheck disable=SC2016 # as typed
	printf 'tools/kspl-build/kspl-build -b $BUILD -n %s -o build/demo-series %s' "$1" "$2"
}

# Is the file compiled into vmlinux, not into a module?
built_in() {
	local cmd

	cmd=$BUILD/$(dirname "$1")/.$(basename "$1" .c).o.cmd
	[ -f "$cmd" ] && ! grep -q -- ' -DMODULE ' "$cmd"
}

# try_update NAME FILE: does the difference alone make a hot update?
try_update() {
	local log=$OUT/$1.log code=0

	eval "$(build_command "$1" "build/demo-series/$1.patch")" >"$log" 2>&1 || code=$?
	case $code in
	0)	note "$2: its difference makes a hot update" ;;
	1)	note "$2: its difference alone does not build, see build/demo-series/$1.log" ;;
	3)	note "$2: the difference changes no code" ;;
	4)	note "$2: refused: $(sed -n 's/^  - //p' "$log" | sed -n 1p)" ;;
	*)	note "$2: kspl-build failed with $code, see build/demo-series/$1.log" ;;
	esac
	return $code
}

# The first change of demo/changes that is in this difference and can be made.
find_known() {
	local c name file

	for c in demo/changes/*; do
		name=$(change_field "$c" name)
		file=$(change_field "$c" file)
		[ ! "$WANT" ] || [ "$WANT" = "$name" ] || continue
		if ! built_in "$file" || ! make_diff "$file" "build/demo-series/$name.patch" ||
		   ! grep -qE -- "$(change_field "$c" adds)" "$OUT/$name.patch"; then
			note "$file: the change that demo/changes knows is not in this difference"
			continue
		fi
		try_update "$name" "$file" || continue
		CHANGE=$name FILE=$file
		cp "$c" "$OUT/change"
		return 0
	done
	return 1
}

# The smallest difference that can be made, whatever it does.
find_any() {
	local cmd file name tried=0

	note 'Comparing the files of this kernel in the two sources ...'
	(cd "$BUILD" && find . -name '.*.o.cmd') | while IFS= read -r cmd; do
		file=$(dirname "${cmd#./}")/$(basename "${cmd%.o.cmd}" | cut -c2-).c
		{ [ -f "$OLD/$file" ] && [ -f "$NEW/$file" ]; } || continue
		! cmp -s "$OLD/$file" "$NEW/$file" || continue
		built_in "$file" || continue
		printf '%d %s\n' "$(diff -U0 "$OLD/$file" "$NEW/$file" | grep -c '^[-+]')" "$file"
	done | sort -n >"$OUT/candidates"
	note "$(wc -l <"$OUT/candidates") files of this kernel differ; trying the smallest differences."
	while read -r _ file; do
		[ $tried -lt $TRIES ] || break
		tried=$((tried + 1))
		name=$(basename "$file" .c | tr '_A-Z' '-a-z')
		make_diff "$file" "build/demo-series/$name.patch" || continue
		try_update "$name" "$file" || continue
		CHANGE=$name FILE=$file
		cat >"$OUT/change" <<-END
			name=$name about='' try='' old_means='' new_means=''
			prepare() { :; }
		END
		return 0
	done <"$OUT/candidates"
	return 1
}

older=$(scripts/debian-versions --older)
newer=$(scripts/debian-versions --newer)

section 'A kernel'
paragraph "Debian's linux-source-$KSPL_SERIES in version $older, the oldest that apt
has, with the series of this repository. The configuration is a distribution's,
less what a VM can do without. Built once, it is kept."
start=$EPOCHREALTIME
typed "BUILD=\$(vm/build-kernel series $older)"
took "$start"
# shellcheck disable=SC2016 # as typed
typed 'cat $BUILD/include/config/kernel.release'
KSPL_DEMO_RELEASE=$(cat "$BUILD/include/config/kernel.release")
export KSPL_DEMO_RELEASE

section 'A change of our own'
paragraph "/proc/ksplice_sample greets its readers. It cannot spell, and it calls the
first of them number 0. This mends both:"
typed 'cat samples/ksplice-sample-fix.diff'
echo
start=$EPOCHREALTIME
typed "$(build_command sample samples/ksplice-sample-fix.diff)"
took "$start"

CHANGE='' FILE=''
if dpkg --compare-versions "$older" lt "$newer"; then
	section "A real fix: from Debian's $newer"
	OLD='' NEW=''
	typed "OLD=\$(scripts/get-source $older)"
	typed "NEW=\$(scripts/get-source $newer)"
	note 'Looking for a change of one file whose effect can be shown ...'
	if [ "$WANT" = any ] || ! find_known; then
		find_any || die "no difference between $older and $newer could be made into a hot update"
	fi
	rm -f "$OUT/ksplice-$CHANGE.ko"
	echo
	command_line "$(diff_command "$FILE" "build/demo-series/$CHANGE.patch")"
	typed "cat build/demo-series/$CHANGE.patch"
	echo
	start=$EPOCHREALTIME
	typed "$(build_command "$CHANGE" "build/demo-series/$CHANGE.patch")"
	took "$start"
else
	section 'A real fix: none found'
	paragraph "apt has no linux-source-$KSPL_SERIES newer than $older to take one from, so the
second half of the demo is left out. KSPL_VERSION and KSPL_NEWER name versions."
fi

for f in demo/*.c; do
	gcc -O2 -Wall -o "$OUT/$(basename "$f" .c)" "$f"
done
cp demo/guest-series.sh demo/claims.sh demo/peek demo/story.sh "$OUT/"

section 'Boot that kernel'
if grep -qwE 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]; then
	note 'With KVM.'
else
	KSPL_DEMO_EMULATED=1
	note 'This machine has no KVM: QEMU emulates the CPU. Booting takes half a minute,'
	note 'and times are not those of real hardware.'
fi
export KSPL_DEMO_SECTION=$section_nr KSPL_DEMO_CHANGE=$CHANGE KSPL_DEMO_NEWER=$newer
typed "vm/run --kernel \$BUILD/arch/x86/boot/bzImage --share build/demo-series --dmesg build/demo-series/dmesg -- build/demo-series/guest-series.sh"

printf '\n%s\n' "${BOLD}All of this happened as shown; what is claimed (=>) has been checked.${PLAIN}"
