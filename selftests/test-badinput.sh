#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Broken updates and nonsense written to sysfs: each gives an error, and the kernel
# stays as it is.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

U=$SYSFS/chain
GOOD=$DIR/ksplice-chain.ko
# Each run has other mutations; KSPL_MUTATION: the first one
MUTATION=${KSPL_MUTATION:-$((RANDOM * 32768 + RANDOM))}

unchanged() {
	expect "$ENTRIES" "$TARGET/entries"
	expect 111 "$TARGET/chain"
}

# refuse FILE [PATTERN]: insmod must fail, the log must tell why
refuse() {
	local modules out

	if out=$(insmod "$1" 2>&1); then
		fail "insmod of ${1##*/} succeeded"
		rmmod ksplice_chain
		return 1
	fi
	[ ! -d "$U" ] || fail "a refused update is in sysfs"
	modules=$'\n'$(</proc/modules)
	[[ $modules != *$'\n'ksplice_* ]] || fail "a refused update is loaded"
	[ -z "${2:-}" ] || dmesg_since | grep -qE "$2" ||
		fail "the log doesn't say '$2' but: $(dmesg_since | tail -n 3)"
	unchanged
	mark_dmesg
}

truncated() {
	local size n

	# The kernel does not read what kspl-build appends.
	size=$(head -c -28 "$GOOD" | wc -c)
	tail -c 28 "$GOOD" | grep -q "^~ksplice checksum" || size=$(stat -c %s "$GOOD")
	for n in 0 1 63 64 1000 4096 $((size / 4)) $((size / 2)) \
		 $((size * 3 / 4)) $((size - 4096)) $((size - 64)) $((size - 1)); do
		head -c "$n" "$GOOD" >"$WORK/bad.ko"
		refuse "$WORK/bad.ko" || note "$n of $size bytes"
	done
}

vermagic_of_another_kernel() {
	sed 's/\(vermagic=[^ ]* \)SMP /\1XMP /' "$GOOD" >"$WORK/bad.ko"
	! cmp -s "$GOOD" "$WORK/bad.ko" || fail "no vermagic in $GOOD"
	refuse "$WORK/bad.ko" "version magic"
}

# copy_with COMMAND [ARG...]: a copy of the good update, changed
copy_with() {
	local cmd=$1

	shift
	cp "$GOOD" "$WORK/bad.ko"
	"$HELPER" "$cmd" "$WORK/bad.ko" "$@" >"$WORK/said" ||
		fail "ksplice-helper $cmd $*"
}

made_for_another_release() {
	copy_with release
	refuse "$WORK/bad.ko" "ksplice: .*$(uname -r | tail -c 6)"
}

unknown_format() {
	copy_with word 1 99
	refuse "$WORK/bad.ko" "ksplice: .*format"
	copy_with word 1 1
	refuse "$WORK/bad.ko" "ksplice: .*format"
	copy_with word 0 0x12345678
	refuse "$WORK/bad.ko" "ksplice:"
}

# Each word of the header: sizes, offsets and numbers of entries.
broken_header() {
	local n v

	for ((n = 0; n < $("$HELPER" words "$GOOD"); n++)); do
		for v in 0xffffffff 0x7fffffff; do
			copy_with word "$n" "$v"
			refuse "$WORK/bad.ko" "ksplice:" || note "word $n = $v"
		done
	done
}

# Bits anywhere in what the header describes: the checksum finds each.
flipped_bits() {
	local size n step tries=100

	slow_kernel && tries=40
	size=$("$HELPER" size "$GOOD")
	step=$((size / tries))
	for ((n = 0; n < size; n += step)); do
		copy_with byte "$n"
		refuse "$WORK/bad.ko" || note "a bit of byte $n"
	done
	copy_with word 9 0x12345678
	refuse "$WORK/bad.ko" "ksplice: .*checksum is .* should be 0x12345678"
}

# The checksum is right, as in an update that was damaged on purpose. It is not known
# what it would do when applied, but it must be safe to load and to match it.
mutated() {
	local loaded mutations=${KSPL_MUTATIONS:-200}

	loaded=$("$HELPER" mutations "$GOOD" "$MUTATION" "$mutations" ksplice_chain \
		"$TARGET/entries" "$TARGET/chain" 2>"$WORK/said") || {
		fail "$(cat "$WORK/said"): after $(dmesg | grep -o 'mutation [0-9]*$' | tail -n 1)"
		return
	}
	note "$mutations mutations from $MUTATION on: $loaded were loaded, the others refused"
	[ "$loaded" -lt "$mutations" ] || fail "none was refused"
	expect "$ENTRIES" "$TARGET/entries"
}

other_code() {
	copy_with code
	note "a bit of the code of $(cat "$WORK/said") is flipped"
	refuse "$WORK/bad.ko" "ksplice: .*$(cat "$WORK/said")"
}

same_module_twice() {
	load chain || return
	! insmod "$GOOD" 2>/dev/null || fail "loaded twice"
	expect_state chain ready 0
	apply chain || return
	! insmod "$GOOD" 2>/dev/null || fail "loaded twice"
	expect_state chain applied 1
}

# Another module with the name of an update that is loaded.
two_of_one_name() {
	local out

	load chain || return
	cp "$DIR/ksplice-string.ko" "$WORK/bad.ko"
	"$HELPER" name "$WORK/bad.ko" chain || fail "ksplice-helper name"
	if out=$(insmod "$WORK/bad.ko" 2>&1); then
		fail "a second update of the name 'chain' was loaded"
	fi
	note "$out"
	dmesg_since | grep -q "ksplice: .*chain" || fail "the log doesn't say why"
	expect_state chain ready 0
	apply chain || return
	expect 222 "$TARGET/chain"
	expect "generation 1" "$TARGET/string"
}

# As soon as the first one can't be found any more, its name is free; but not before its
# directory is gone.
one_after_the_other_of_one_name() {
	local i k n=10

	slow_kernel && n=3
	cp "$DIR/ksplice-string.ko" "$WORK/bad.ko"
	"$HELPER" name "$WORK/bad.ko" chain || fail "ksplice-helper name"
	for ((i = 0; i < n; i++)); do
		load chain || return
		rmmod ksplice_chain &
		for ((k = 0; k < 1000; k++)); do
			! insmod "$WORK/bad.ko" 2>/dev/null || break
		done
		wait
		expect ready "$U/state"
		unload string || return
	done
	! dmesg_since | grep "cannot create its files" || fail "the name was taken"
}

# Both of them replace one function, and neither knows the other's code.
two_of_one_function() {
	load string || return
	load addition || return
	apply string || return
	if { echo 1 >"$SYSFS/addition/enabled"; } 2>/dev/null; then
		fail "both updates of test_string_show are applied"
	else
		note "refused: $(cat "$SYSFS/addition/abort_cause")"
	fi
	expect "generation 2" "$TARGET/string"
	undo string || return
	expect "generation 1" "$TARGET/string"
	apply addition || return
	expect "one found empty counted" "$TARGET/string"
	undo addition || return
	unload addition || return
	apply string || return
	if insmod "$DIR/ksplice-addition.ko" 2>/dev/null; then
		fail "an update was loaded whose old code is not what runs"
	fi
	expect "generation 2" "$TARGET/string"
}

junk_in_sysfs() {
	local v long

	long=$(head -c 4095 /dev/zero | tr '\0' x)
	load chain || return
	for v in 2 -1 abc "" " " "$long" 99999999999999999999; do
		refused "$v" "$U/enabled" "$INVALID"
	done
	for v in -1 abc "" "$long" 1.5 "1 2"; do
		refused "$v" "$U/timeout_ms" "$INVALID"
	done
	refused 99999999999999999999 "$U/timeout_ms" "Numerical result out of range"
	expect 15000 "$U/timeout_ms"
	expect_state chain ready 0
	unchanged
	apply chain || return
	for v in 2 -1 abc "" "$long"; do
		refused "$v" "$U/enabled" "$INVALID"
	done
	expect_state chain applied 1
	expect 222 "$TARGET/chain"
}

read_only_files() {
	local f

	load chain || return
	for f in state abort_cause conflicts pause_ns checked_tasks \
		 "$OBJECT/patched"; do
		! { echo 1 >"$U/$f"; } 2>/dev/null || fail "$f was written"
	done
	expect_state chain ready 0
}

no_other_user() {
	load chain || return
	command -v setpriv >/dev/null || { skip "no setpriv"; return; }
	! setpriv --reuid=65534 --clear-groups bash -c "echo 1 >$U/enabled" 2>/dev/null ||
		fail "nobody may apply"
	! setpriv --reuid=65534 --clear-groups cat "$U/conflicts" >/dev/null 2>&1 ||
		fail "nobody may read conflicts"
	expect_state chain ready 0
}

# It calls a function by pointer that nothing else calls by pointer: this would
# fault on a CPU with IBT.
pointer_to_a_sealed_function() {
	grep -qw ibt_save /proc/kallsyms || { skip "the kernel has no IBT"; return; }
	refuse "$DIR/ksplice-sealed.ko" "ksplice: sealed: symbol test_op_add .*IBT"
}

# After all that, the good update works.
good_one() {
	load chain && apply chain || return
	expect 222 "$TARGET/chain"
	undo chain || return
	unchanged
}

need_updates chain string addition
run_tests \
	truncated \
	vermagic_of_another_kernel \
	made_for_another_release \
	unknown_format \
	broken_header \
	flipped_bits \
	mutated \
	other_code \
	same_module_twice \
	two_of_one_name \
	one_after_the_other_of_one_name \
	two_of_one_function \
	junk_in_sysfs \
	read_only_files \
	no_other_user \
	pointer_to_a_sealed_function \
	good_one
