#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ksplice.ko on Debian's unmodified cloud image: what it says when something is
# missing, updates of vmlinux made from the difference to a newer version, an
# update for a neighbouring version.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
cd "$REPO"

OUT=$REPO/build/stock
BUILD=$REPO/tools/kspl-build/kspl-build
version=$(scripts/debian-versions --older)
newer=$(scripts/debian-versions --newer)
release=$(cat "$(scripts/get-image "$version")/release")
mkdir -p "$OUT"
make -s tools >/dev/null

# core VERSION DIR: ksplice.ko for the cloud image of that version
core() {
	make -s -C dkms KDIR="$(scripts/get-headers "$1")" OUT="$2" >"$2.log" 2>&1 || {
		tail -n 20 "$2.log"
		return 1
	}
}

# guest LOG COMMAND: in the stock kernel, everything it says in LOG
guest() {
	vm/run --kernel stock --version "${GUEST:-$version}" --timeout 900 --share "$OUT" --dmesg "$1.dmesg" -- \
		"cd $OUT && $2" >"$1" 2>&1
}

# skip NAME REASON
skip() {
	TESTS=$((TESTS + 1))
	printf 'ok %d %s # SKIP %s\n' $TESTS "$1" "$2"
}

# Each file that demo/changes knows, as differs between the two versions, alone
make_updates() {
	local c name file old new

	UPDATES=()
	old=$(scripts/get-source "$version")
	new=$(scripts/get-source "$newer")
	for c in demo/changes/*; do
		name=$(sed -n 's/^name=//p' "$c")
		file=$(sed -n 's/^file=//p' "$c")
		diff -up --label "a/$file" --label "b/$file" "$old/$file" "$new/$file" >"$OUT/$name.patch" && continue
		if check "an update of $file, from $newer" "$BUILD" -k "$release" -n "$name" \
			-o "$OUT/ksplice-$name.ko" "$OUT/$name.patch"; then
			[ ! -f "$OUT/ksplice-$name.ko" ] || UPDATES+=("$name")
		fi
	done
}

# In the guest: loads, applies, takes back and removes each, ten times.
cat >"$OUT/cycle" <<'END'
set -e
insmod dkms/ksplice.ko
for name; do
	insmod ksplice-$name.ko
	d=/sys/kernel/ksplice/$name
	for i in 1 2 3 4 5 6 7 8 9 10; do
		echo 1 >$d/enabled
		[ "$(cat $d/state)" = applied ]
		echo 0 >$d/enabled
		[ "$(cat $d/state)" = reversed ]
	done
	rmmod ksplice_${name//-/_}
done
rmmod ksplice
! dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace'
echo cycled "$@"
END

cycles() {
	if ! guest "$OUT/cycle.log" "bash cycle ${UPDATES[*]}" ||
	   ! grep -qx "cycled ${UPDATES[*]}" "$OUT/cycle.log"; then
		tail -n 20 "$OUT/cycle.log"
		return 1
	fi
}

# A copy of the module that asks for a symbol that no kernel has.
names_what_is_missing() {
	local from=kallsyms_lookup_size_offset to=kallsyms_lookup_size_offsex

	sed "s/$from/$to/g" "$OUT/dkms/ksplice.ko" >"$OUT/missing.ko"
	! cmp -s "$OUT/missing.ko" "$OUT/dkms/ksplice.ko" || return 1
	guest "$OUT/missing.log" 'insmod missing.ko; echo "insmod: $?"; ls -d /sys/kernel/ksplice; grep ksplice /proc/modules
		dmesg | grep ksplice:; insmod dkms/ksplice.ko && rmmod ksplice && echo fine' || return 1
	if ! grep -q "insmod: [1-9]" "$OUT/missing.log" || ! grep -q "no symbol $to" "$OUT/missing.log" ||
	   grep -qE '^ksplice ' "$OUT/missing.log" || ! grep -qx fine "$OUT/missing.log"; then
		cat "$OUT/missing.log"
		return 1
	fi
}

# make_differing NEXT: an update whose old code is not that of the next version:
# made from the smallest difference that is one of code; in $DIFFERING
make_differing() {
	local old new file code tried=0

	old=$(scripts/get-source "$version")
	new=$(scripts/get-source "$1")
	while read -r _ file; do
		[ $tried -lt 8 ] || break
		tried=$((tried + 1))
		diff -up --label "a/$file" --label "b/$file" "$old/$file" "$new/$file" >"$OUT/differing.patch" || :
		code=0
		"$BUILD" -k "$release" -n differing -o "$OUT/differing.ko" "$OUT/differing.patch" >"$OUT/differing.log" 2>&1 || code=$?
		[ $code -ne 0 ] || { echo "$file"; return 0; }
	done < <(
		awk -F'\t' '$2 ~ /^(fs|kernel|mm|net\/core)\/.*\.c$/ && $3 !~ / -DMODULE / { print $2 }' \
			"$CACHE/prepared/$release/.ksplice-commands" | while IFS= read -r file; do
			[ -f "$old/$file" ] || continue
			! cmp -s "$old/$file" "$new/$file" || continue
			printf '%d %s\n' "$(diff -U0 "$old/$file" "$new/$file" | grep -c '^[-+]')" "$file"
		done | sort -n)
	echo "none of $tried differences makes an update"
	return 1
}

# The next version's kernel refuses updates for this one: by the release; and
# when that is forged, because the code differs. Where it does not differ there
# is nothing wrong with the forged one.
neighbour_refuses() {
	local next release2 log=$OUT/neighbour.log

	next=$(scripts/debian-versions | grep -A1 -xF "$version" | sed -n 2p)
	release2=$(cat "$(scripts/get-image "$next")/release")
	[ ${#release} -eq ${#release2} ] || { echo "$release and $release2 differ in length"; return 1; }
	core "$next" "$OUT/dkms-next" || return 1
	gcc -O2 -iquote kernel-tree-overlay/arch/x86/include/asm -o "$OUT/helper" selftests/ksplice-helper.c || return 1
	make_differing "$next" || return 1
	sed "s/$release/$release2/g" "$OUT/differing.ko" >"$OUT/forged.ko"
	# The same magic as before; this makes the checksum right.
	"$OUT/helper" word "$OUT/forged.ko" 0 0x4c50534b || return 1
	GUEST=$next guest "$log" 'insmod dkms-next/ksplice.ko; insmod -f differing.ko; insmod -f forged.ko
		ls -d /sys/kernel/ksplice/*/; grep "^ksplice_" /proc/modules; dmesg | grep ksplice:' || :
	if ! grep -q "made for kernel $release, this is $release2" "$log" ||
	   ! grep -qE "was made for: [^ ]*\.o: [a-z_0-9.]+\+0x[0-9a-f]+.*: the running kernel differs" "$log" ||
	   grep -qE '^(ksplice_|/sys/kernel/ksplice/.)' "$log"; then
		cat "$log"
		return 1
	fi
}

# The place that the kernel named, shown by inspect: with the bytes it expected
inspect_shows_it() {
	local place expected

	read -r place expected < <(sed -nE \
		's/.*made for: [^ ]*: ([^ +]+\+0x[0-9a-f]+).* expected [a-z ]* ([0-9a-f]{2})\b.*, found .*/\1 \2/p' "$OUT/neighbour.log")
	[ "$place" ] || { cat "$OUT/neighbour.log"; return 1; }
	tools/kspl-objdiff/kspl-objdiff inspect "$OUT/differing.ko" --at "$place" | tee "$OUT/inspect.log"
	grep -qE "^> .*\b$expected\b" "$OUT/inspect.log"
}

core "$version" "$OUT/dkms" || { echo 'not ok 1 ksplice.ko builds'; exit 1; }
check 'ksplice.ko says which symbol is missing' names_what_is_missing
make_updates
check "${#UPDATES[@]} updates of vmlinux: ten times each, there and back" cycles
word=ok
[ $BAD -eq 0 ] || word=failed
keep_result update "$version" cloud-amd64 "$(scripts/get-image "$version")/config" $word "${#UPDATES[@]} updates, 10 times each"
check "the next version's kernel refuses an update for this one" neighbour_refuses
check 'kspl-objdiff inspect shows the code that was expected there' inspect_shows_it
done_testing
