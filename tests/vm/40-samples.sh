#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# Does what the recipes in samples/ say, word by word, and sees what they show: "$"
# stands before what is done where the kernel was built, "#" before what is done
# where it runs. In what comes out "..." may be anything.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
OUT=$REPO/build/test-samples

# steps FILE: one a line, "$", "#" or "=" (what comes out) before it
steps() {
	sed -nE 's/^ \*   (.*)/\1/p; s/^  ([^ ].*|      .*)/\1/p' "$1" | awk '
		/\\$/ { sub(/\\$/, ""); line = line $0; next }
		{ line = line $0 }
		line ~ /^[$#] [a-zS\/]/ { print substr(line, 1, 1) substr(line, 3); line = ""; next }
		{ print "=" line; line = "" }'
}

# shows EXPECTED COMMAND: that, and nothing else
shows() {
	local got

	got=$(bash -c "$2" 2>&1) || {
		echo "failed: $got"
		return 1
	}
	# shellcheck disable=SC2053 # a pattern
	[[ $got == ${1//.../*} ]] || {
		echo "got: $got"
		echo "expected: $1"
		return 1
	}
}

in_guest() {
	local file=$1 i j want
	local -a lines

	mapfile -t lines < <(steps "$file" | grep '^[#=]')
	for ((i = 0; i < ${#lines[@]}; i = j)); do
		want=''
		for ((j = i + 1; j < ${#lines[@]}; j++)); do
			[[ ${lines[j]} == =* ]] || break
			want+=${want:+$'\n'}${lines[j]#=}
		done
		check "${file##*/}: ${lines[i]#\#}" shows "$want" "${lines[i]#\#}"
	done
}

if [ "${1:-}" = --guest ]; then
	cd "$OUT"
	for file in "$REPO"/samples/*; do
		in_guest "$file"
	done
	check "nothing is left" exits 1 grep ^ksplice_ /proc/modules
	done_testing
	exit
fi

version=$("$REPO/scripts/debian-versions" --older)
B=$("$REPO/vm/build-kernel" series "$version")
tree=$CACHE/tree/$version
make -s -C "$REPO/tools/kspl-objdiff"
rm -rf "$OUT"
mkdir -p "$OUT"
cd "$OUT"
for file in "$REPO"/samples/*; do
	while IFS= read -r line; do
		line=${line#$}
		line=${line//BUILD/$B}
		line=${line//SRC\/tools\/ksplice/$REPO\/tools}
		check "${file##*/}: ${line/* -n /-n }" bash -c "${line//SRC/$tree}"
	done < <(steps "$file" | grep '^\$')
done
[ $TESTS -ge 6 ] || check "there are recipes" false
done_testing
"$REPO/vm/run" --kernel "$B/arch/x86/boot/bzImage" --dmesg "$OUT/dmesg" -- "$REPO/tests/vm/40-samples.sh" --guest
