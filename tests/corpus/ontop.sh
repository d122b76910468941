#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ontop.sh FROM MID TO: of each source file of the test kernel (series) of FROM that
# changed both from FROM to MID and from MID to TO, three updates on top of one
# another: what changed first, what changed then, and a patch that takes the first
# away again (where that can't be taken from under the second: both).  They are loaded
# and applied in this order in the VM, and taken back in the opposite one.
#
# FROM, MID, TO: as 6.12.107, or in full.  What was done is not done again.  It is in
# KSPL_ONTOP_DIR (default: in the cache), the table in "table" there.
# KSPL_ONTOP_MAX: so many files (default: 60); KSPL_ONTOP_NO_VM=1: make the updates only.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

BUILD=$REPO/tools/kspl-build/kspl-build
GUEST=$REPO/tests/corpus/ontop-guest.sh

[ $# -eq 3 ] || usage_error "usage: $0 FROM MID TO (as 6.12.107)"
from=$(full_version "$1") mid=$(full_version "$2") to=$(full_version "$3")
B=$("$REPO/vm/build-kernel" series "$from")
src=$CACHE/tree/$from
old=$("$REPO/scripts/get-source" "$from")
middle=$("$REPO/scripts/get-source" "$mid")
new=$("$REPO/scripts/get-source" "$to")
out=${KSPL_ONTOP_DIR:-$CACHE/ontop/${from%%-*}..${mid%%-*}..${to%%-*}}
mkdir -p "$out/patches" "$out/updates" "$out/results"
exec 7>"$out/.lock"
flock -n 7 || die "another run in $out is under way"

# Source files that the kernel was built from, and that differ twice
list_files() {
	local f

	find "$B" -name '*.o' -printf '%P\n' | sed -n 's/\.o$/.c/p' | sort | while IFS= read -r f; do
		{ [ -f "$old/$f" ] && [ -f "$middle/$f" ] && [ -f "$new/$f" ]; } || continue
		# The series' own changes are not to be mixed with these.
		cmp -s "$old/$f" "$src/$f" || continue
		! cmp -s "$old/$f" "$middle/$f" || continue
		! cmp -s "$middle/$f" "$new/$f" || continue
		printf '%s\n' "$f"
	done
}

# difference A B FILE
difference() {
	local code=0

	diff -up --label "a/$3" --label "b/$3" "$1" "$2" || code=$?
	[ $code -le 1 ]
}

# The third: without what changed first, if what changed then can stay
make_back() {
	local f=$1 p=$2

	cp "$new/$f" "$out/back.c"
	if patch -s -R --no-backup-if-mismatch -r - "$out/back.c" "$p-1.patch" >/dev/null 2>&1 &&
	   ! cmp -s "$out/back.c" "$old/$f"; then
		difference "$new/$f" "$out/back.c" "$f" >"$p-3.patch"
	else
		difference "$new/$f" "$old/$f" "$f" >"$p-3.patch"
	fi
	rm -f "$out/back.c"
}

make_patches() {
	local f=$1 p=$2

	difference "$old/$f" "$middle/$f" "$f" >"$p-1.patch"
	difference "$middle/$f" "$new/$f" "$f" >"$p-2.patch"
	make_back "$f" "$p"
}

# make_updates NAME: results/NAME.made gets "N: made" or why not; one that changes no
# code is passed over, and what it would have changed is below the next one
make_updates() {
	local name=$1 p=$out/patches/$1 i code below=()

	: >"$out/made"
	for i in 1 2 3; do
		code=0
		"$BUILD" -s "$src" -b "$B" -n "$name-$i" -o "$out/updates/ksplice-$name-$i.ko" \
			--json "$out/updates/$name-$i.json" "${below[@]}" "$p-$i.patch" >"$p-$i.log" 2>&1 7>&- || code=$?
		below+=(--on "$p-$i.patch")
		case $code in
		0) echo "$i: made" ;;
		3) echo "$i: changes no code" ;;
		*)
			echo "$i: exit code $code: $(grep -m 1 -iE 'refused|error' "$p-$i.log" | cut -c1-300)"
			break ;;
		esac >>"$out/made"
		[ $code -eq 0 ] || [ $code -eq 3 ] || break
	done
	mv "$out/made" "$out/results/$name.made"
}

# A name that kspl-build takes: 45 characters and -N
name_of() {
	local name=${1%.c}

	name=${name//[^A-Za-z0-9]/-}
	name=${name,,}
	[ ${#name} -le 43 ] || name=${name: -43}
	printf '%s\n' "${name#-}"
}

key=$(
	find "$REPO/tools" -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.awk' -o -name kspl-build \) \
		-exec sha256sum {} + | sort
	sha256sum "$B/arch/x86/boot/bzImage"
)
key=$(sha256sum <<<"$key" | cut -c1-32)
[ "$(cat "$out/key" 2>/dev/null)" = "$key" ] || rm -f "$out/results"/*.made "$out/results"/*.ran
printf '%s\n' "$key" >"$out/key"

list_files >"$out/files"
say "$(wc -l <"$out/files") files changed twice"
head -n "${KSPL_ONTOP_MAX:-60}" "$out/files" >"$out/chosen"
while IFS= read -r f; do
	name=$(name_of "$f")
	[ ! -s "$out/results/$name.made" ] || continue
	rm -f "$out/updates/ksplice-$name"-[123].ko "$out/results/$name.ran"
	make_patches "$f" "$out/patches/$name"
	make_updates "$name"
	say "$f: $(paste -sd ' ' "$out/results/$name.made")"
done <"$out/chosen"

all_made() {
	! grep -q 'exit code' "$out/results/$1.made" &&
		[ "$(grep -c ': made$' "$out/results/$1.made")" -ge 2 ]
}

ended() {
	grep -qE '^(done|failed|splat|died)' "$out/results/$1.ran" 2>/dev/null
}

while [ -z "${KSPL_ONTOP_NO_VM:-}" ]; do
	while IFS= read -r f; do
		name=$(name_of "$f")
		! all_made "$name" || ended "$name" || printf '%s\n' "$name"
	done <"$out/chosen" >"$out/todo"
	[ -s "$out/todo" ] || break
	say "in the VM: $(wc -l <"$out/todo") left"
	code=0
	"$REPO/vm/run" --kernel "$B/arch/x86/boot/bzImage" --mem 2G --timeout 3600 --share "$out" \
		--dmesg "$out/dmesg" -- "$GUEST" "$out" >"$out/vm.log" 2>&1 7>&- || code=$?
	case $code in
	0 | 77) continue ;;
	esac
	blamed=
	while IFS= read -r name; do
		[ ! -s "$out/results/$name.ran" ] || ended "$name" || {
			printf 'died the guest ended with %s\n' $code >>"$out/results/$name.ran"
			cp "$out/dmesg" "$out/results/$name.dmesg" 2>/dev/null || :
			blamed=$name
		}
	done <"$out/todo"
	[ "$blamed" ] || die "the guest ended with $code before it did anything, see $out/vm.log"
done

# FILE, tab, what was made, tab, what came out
table() {
	local f name

	while IFS= read -r f; do
		name=$(name_of "$f")
		printf '%s\t%s\t%s\n' "$f" "$(paste -sd ';' "$out/results/$name.made")" \
			"$(paste -sd ';' "$out/results/$name.ran" 2>/dev/null || :)"
	done <"$out/chosen"
}

table >"$out/table"
awk -F'\t' '
	{ n++ }
	$2 ~ /exit code/ { refused++; print "refused " $1 ": " $2 }
	$2 !~ /exit code/ && $3 == "" { none++ }
	$3 ~ /;done$/ { done++ }
	$3 ~ /failed|splat|died/ { bad++; print "bad " $1 ": " $3 }
	END {
		printf "%d files: %d went on top of one another and back, %d with an update that was refused, %d with less than two updates, %d that went wrong\n",
			n, done, refused, none, bad
		exit bad > 0
	}' "$out/table"
