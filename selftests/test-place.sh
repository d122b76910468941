#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Constants that change where they stand: tables whose address was handed out at boot, or
# by the init of a module, before any update was there.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CLEANUP=clean_place
OLD="1 2 1 100 10 a"
NEW="10 1 1 305419896 10 b"
# Word of the header that holds the flags
FLAGS=4

clean_place() {
	echo 0 >"$TARGET/place_threads"
	! grep -q "^test_ksplice_fail " /proc/modules || rmmod test_ksplice_fail
	clean_modules
}

# have_module NAME: it is one of test_modules/
have_module() {
	[ ! -e "$DIR/test_modules/$1.ko" ] || return 0
	skip "no $1.ko"
	return 1
}

# not_loaded NAME
not_loaded() {
	! insmod "$DIR/ksplice-$1.ko" 2>/dev/null || fail "$1 is loaded"
}

# load_place NAME: without the mark that it stays: the tests know who has addresses of it
load_place() {
	cp "$DIR/ksplice-$1.ko" "$WORK/$1.ko"
	"$HELPER" word "$WORK/$1.ko" $FLAGS 0 || fail "the helper failed"
	insert "$WORK/$1.ko" "$1"
}

load_mod() {
	modprobe test_ksplice_mod || { fail "modprobe test_ksplice_mod"; return 1; }
}

there_and_back() {
	local i dir

	expect "$OLD" "$TARGET/place"
	load_place place || return
	expect_state place ready 0
	expect "$OLD" "$TARGET/place"
	dir=$(echo "$SYSFS/place/$OBJECT/"test_place_table,*)
	expect $'0 8\n8 8\n24 8' "$dir/words"
	for i in 1 2 3; do
		apply place || return
		expect "$NEW" "$TARGET/place"
		undo place || return
		expect "$OLD" "$TARGET/place"
	done
	says "place: 1 of 1 constant\(s\) that change where they stand were found as expected"
	unload place
	expect "$OLD" "$TARGET/place"
}

# It replaces no function, so its memory need not stay.
numbers_only() {
	load place_plain || return
	expect 0 "$SYSFS/place_plain/stays"
	apply place_plain || return
	expect "1 2 1 200 11 c" "$TARGET/place"
	undo place_plain && unload place_plain || return
	expect "$OLD" "$TARGET/place"
}

# Others may have the address of the new function for good.
stays_loaded() {
	load place || return
	expect 1 "$SYSFS/place/stays"
	unload place
}

# Each word is wholly old or wholly new.
while_threads_call() {
	local i old new bad

	load_place place || return
	put 4 "$TARGET/place_threads" || return
	for ((i = 0; i < 20; i++)); do
		sleep 0.05
		apply place || break
		sleep 0.05
		undo place || break
	done
	put 0 "$TARGET/place_threads"
	read -r _ old _ new _ bad <"$TARGET/place_counts"
	note "reads: $old old, $new new, $bad of neither"
	[ "$bad" -eq 0 ] || fail "$bad reads saw something else"
	[ "$old" -gt 0 ] || fail "no read saw an old word"
	[ "$new" -gt 0 ] || fail "no read saw a new word"
	expect "$OLD" "$TARGET/place"
	unload place
}

removed() {
	rmmod "ksplice_$1" 2>/dev/null
}

# A thread has read the address of the new function, and calls it after the update was
# taken back.
read_before_and_called_after() {
	load_place place && apply place || return
	put 1 "$TARGET/place_lent"
	loop_until sleepers 1 || fail "the thread does not sleep"
	undo place || return
	expect "$OLD" "$TARGET/place"
	! removed place || { fail "removed, and a thread has an address of it"; return; }
	says "place: its module can't be removed yet: thread [0-9]+ \(ksplice_lent\)"
	open_gate
	loop_until grep -qx 10 "$TARGET/place_lent" ||
		fail "the thread says $(cat "$TARGET/place_lent")"
	loop_until removed place || fail "it can't be removed afterwards"
}

# spoil LIMIT: writes that into the table, as somebody with a bug may
spoil() {
	local addr

	addr=$(awk '$3 == "test_place_table" && $4 == "'"$MARK"'" { print $1 }' /proc/kallsyms)
	[ "$addr" ] || { fail "kallsyms has no test_place_table"; return 1; }
	addr=$(printf %#x $((0x$addr + 24)))
	insmod "$DIR/test_modules/test_ksplice_spoil.ko" addr="$addr" value="$1" ||
		{ fail "the table can't be spoilt"; return 1; }
	rmmod test_ksplice_spoil
}

# What the table holds is not what the update was made for.
changed_contents() {
	have_module test_ksplice_spoil || return
	spoil 101 || return
	not_loaded place_plain
	says "test_place_table\+0x18.*: the running kernel differs: expected constant"
	spoil 100 && load place_plain || return
	spoil 101 || return
	refused 1 "$SYSFS/place_plain/enabled" "$BUSY"
	expect_state place_plain ready 0 text_changed
	says "place_plain: cannot change constant test_place_table"
	expect "1 2 1 101 10 a" "$TARGET/place"
	spoil 100 && apply place_plain || return
	spoil 201 || return
	refused 0 "$SYSFS/place_plain/enabled" "$BUSY"
	expect_state place_plain applied 1 text_changed
	says "place_plain: cannot restore constant test_place_table"
	spoil 200 && undo place_plain || return
	expect "$OLD" "$TARGET/place"
}

# place_again knows of place, and changes one of its words and another one.
one_on_top() {
	not_loaded place_again
	load_place place && apply place && load_place place_again || return
	expect place "$SYSFS/place_again/depends"
	apply place_again || return
	expect "10 1 2 300 10 b" "$TARGET/place"
	refused 0 "$SYSFS/place/enabled" "$BUSY"
	says "place: update place_again is on top of it"
	undo place_again || return
	expect "$NEW" "$TARGET/place"
	apply place_again && undo place_again && undo place || return
	expect "$OLD" "$TARGET/place"
	refused 1 "$SYSFS/place_again/enabled" "$BUSY"
	expect stacked "$SYSFS/place_again/abort_cause"
	unload place_again && unload place
}

# On top of an update that changes but numbers: nothing of that one's memory is found.
on_top_of_numbers() {
	load place_plain && apply place_plain && load place_plain_again || return
	expect place_plain "$SYSFS/place_plain_again/depends"
	apply place_plain_again || return
	expect "1 2 1 300 11 c" "$TARGET/place"
	refused 0 "$SYSFS/place_plain/enabled" "$BUSY"
	undo place_plain_again && undo place_plain || return
	expect "$OLD" "$TARGET/place"
}

# Two that know nothing of each other.
not_made_for_it() {
	load place_plain && load_place place && apply place || return
	refused 1 "$SYSFS/place_plain/enabled" "$BUSY"
	expect stacked "$SYSFS/place_plain/abort_cause"
	says "cannot change constant test_place_table of $OBJECT: update place, .* already;"
	expect "$NEW" "$TARGET/place"
	unload place_plain
	not_loaded place_plain
	says "update place, which is applied, changes constant test_place_table already"
	undo place && load place_plain && apply place_plain || return
	expect "1 2 1 200 11 c" "$TARGET/place"
	undo place_plain
	expect "$OLD" "$TARGET/place"
}

# The words of both go back, or become those of the new one, in one stop.
in_the_place_of_both() {
	load_place place && apply place && load_place place_again || return
	apply place_again && load place_cumulative || return
	expect "" "$SYSFS/place_cumulative/depends"
	apply place_cumulative || return
	expect "2 1 2 400 10 a" "$TARGET/place"
	expect reversed "$SYSFS/place/state"
	expect reversed "$SYSFS/place_again/state"
	refused 0 "$SYSFS/place/enabled" "$INVALID"
	unload place_again && unload place || return
	expect "2 1 2 400 10 a" "$TARGET/place"
	undo place_cumulative || return
	expect "$OLD" "$TARGET/place"
}

# loaded before those it supersedes
in_the_place_of_a_later_one() {
	load place_cumulative && load_place place && apply place || return
	expect "$NEW" "$TARGET/place"
	apply place_cumulative || return
	expect "2 1 2 400 10 a" "$TARGET/place"
	undo place_cumulative || return
	expect "$OLD" "$TARGET/place"
	apply place || return
	expect "$NEW" "$TARGET/place"
	undo place
	expect "$OLD" "$TARGET/place"
}

module_comes_and_goes() {
	local i

	load_place place_module && apply place_module || return
	for i in 1 2 3; do
		load_mod || return
		expect "60 300 1000 60" "$MOD/place"
		expect 1 "$SYSFS/place_module/test_ksplice_mod/patched"
		[ -e "$SYSFS/place_module/test_ksplice_mod/test_mod_table,1/words" ] ||
			fail "sysfs does not show the table"
		rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
	done
	load_mod && undo place_module || return
	expect "21 100 1000 60" "$MOD/place"
	apply place_module || return
	expect "60 300 1000 60" "$MOD/place"
	rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
	undo place_module && load_mod || return
	expect "21 100 1000 21" "$MOD/place"
	unload place_module
}

module_with_two() {
	local i

	load_mod && load_place place_module && apply place_module || return
	load_place place_module_again && apply place_module_again || return
	expect "40 400 1000 21" "$MOD/place"
	for i in 1 2; do
		rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
		load_mod || return
		expect "40 400 1000 40" "$MOD/place"
	done
	undo place_module_again || return
	expect "60 300 1000 40" "$MOD/place"
	undo place_module || return
	expect "21 100 1000 40" "$MOD/place"
}

# fails FUNCTION: its next call returns -ENOMEM
fails() {
	! grep -q "^test_ksplice_fail " /proc/modules || rmmod test_ksplice_fail
	insmod "$DIR/test_modules/test_ksplice_fail.ko" name="$1" ||
		{ fail "$1 can't fail"; return 1; }
}

has_failed() {
	[ "$(cat /sys/module/test_ksplice_fail/parameters/hits)" -ge 1 ] ||
		fail "it was not called"
}

no_memory() {
	have_module test_ksplice_fail || return
	load_place place && fails ksplice_words_map || return
	refused 1 "$SYSFS/place/enabled" "Cannot allocate memory"
	has_failed
	expect_state place ready 0 out_of_memory
	expect "$OLD" "$TARGET/place"
	apply place && fails ksplice_words_map || return
	refused 0 "$SYSFS/place/enabled" "Cannot allocate memory"
	has_failed
	expect_state place applied 1 out_of_memory
	expect "$NEW" "$TARGET/place"
	undo place || return
	expect "$OLD" "$TARGET/place"
}

# The step after all of the module's jumps were written
no_memory_for_a_module() {
	have_module test_ksplice_fail || return
	load_place place_module && apply place_module && fails ksplice_words_coming || return
	! modprobe test_ksplice_mod 2>/dev/null || fail "the module is loaded"
	has_failed
	load_mod || return
	expect "60 300 1000 60" "$MOD/place"
	load_place place_module_again && apply place_module_again || return
	rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
	# It comes again, and the first call is that for the first update.
	fails ksplice_words_coming || return
	! modprobe test_ksplice_mod 2>/dev/null || fail "the module is loaded"
	has_failed
	load_mod || return
	expect "40 400 1000 40" "$MOD/place"
	# Its init fails after all of it was applied.
	rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
	! modprobe test_ksplice_mod fail_init=1 2>/dev/null || fail "the module is loaded"
	load_mod || return
	expect "40 400 1000 40" "$MOD/place"
}

# A thread is in the new function: the table keeps the new words as long as it is.
busy() {
	load_place place_busy && apply place_busy || return
	put 300 "$SYSFS/place_busy/timeout_ms"
	start_reader place "$WORK/out"
	refused 0 "$SYSFS/place_busy/enabled" "$BUSY"
	expect_state place_busy applied 1 code_busy
	open_gate
	undo place_busy || return
	expect "$OLD" "$TARGET/place"
}

# A hook in the stop refuses: nothing was written.
hook_refuses() {
	load_place place_hook && put 1 "$TARGET/knob" || return
	refused 1 "$SYSFS/place_hook/enabled" "$INVALID"
	expect_state place_hook ready 0 hook_failed
	expect "$OLD" "$TARGET/place"
	put 0 "$TARGET/knob" && apply place_hook || return
	expect "1 2 1 500 10 a" "$TARGET/place"
	put 1 "$TARGET/knob"
	refused 0 "$SYSFS/place_hook/enabled" "$INVALID"
	expect "1 2 1 500 10 a" "$TARGET/place"
	put 0 "$TARGET/knob" && undo place_hook || return
	expect "$OLD" "$TARGET/place"
}

need_updates place place_plain place_plain_again place_again place_cumulative \
	place_module place_module_again place_busy place_hook
run_tests \
	there_and_back \
	numbers_only \
	stays_loaded \
	while_threads_call \
	read_before_and_called_after \
	changed_contents \
	one_on_top \
	on_top_of_numbers \
	not_made_for_it \
	in_the_place_of_both \
	in_the_place_of_a_later_one \
	module_comes_and_goes \
	module_with_two \
	busy \
	hook_refuses \
	no_memory \
	no_memory_for_a_module
