#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# One update for each construct of code: it is applied, the new code works as
# expected, and the old code is back after undo.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

# simple NAME FILE OLD NEW: what a file says without and with the update
simple() {
	expect "$3" "$TARGET/$2"
	load "$1" && apply "$1" || return
	expect "$4" "$TARGET/$2"
	undo "$1" || return
	expect "$3" "$TARGET/$2"
}

changed_string() {
	simple string string "generation 1" "generation 2"
}

new_function_and_data() {
	simple addition string "generation 1" "one found empty counted"
	apply addition || return
	expect "two found empty counted" "$TARGET/string"
	expect "three found empty counted" "$TARGET/string"
}

inlined_function() {
	simple inline inline "30 300" "40 400"
}

function_pointers() {
	simple table table "22 40 40" "22 60 60"
}

untraced_function() {
	simple notrace notrace "generation 1" "generation 2"
}

# The other functions of these names stay as they are: the new c_stop counts,
# and reading the files of the others doesn't.
ambiguous_names() {
	local old

	old=$(seq 0 2)
	expect "$old" "$TARGET/ambiguous"
	load ambiguous && apply ambiguous || return
	cat /proc/cpuinfo /proc/consoles /proc/crypto >/dev/null 2>&1
	expect "$(seq -f '%g of 0' 0 4)" "$TARGET/ambiguous"
	# The reader stopped after the last line, and after the end.
	expect "$(seq -f '%g of 2' 0 4)" "$TARGET/ambiguous"
	undo ambiguous || return
	expect "$old" "$TARGET/ambiguous"
}

static_variables() {
	local up down total

	# up 1 down 999 total 42: each reading continues from the one before
	read -r _ up _ down _ total <"$TARGET/statics"
	load statics && apply statics || return
	expect "up $((up + 10)) down $((down - 10)) total $((total + 5000))" \
		"$TARGET/statics"
	expect "up $((up + 20)) down $((down - 20)) total $((total + 10001))" \
		"$TARGET/statics"
	undo statics || return
	expect "up $((up + 21)) down $((down - 21)) total $((total + 10003))" \
		"$TARGET/statics"
	# The new code has its own flags for what was printed.
	[ "$(dmesg | grep -c "test_ksplice: first countdown")" -le 2 ] ||
		fail "what is printed once is printed again and again"
}

jump_labels() {
	load jump_label || return
	# The branch is turned before, while and after the update is applied.
	put 1 "$TARGET/jump_label"
	expect "generation 1: on" "$TARGET/jump_label"
	apply jump_label || return
	expect "generation 2: on" "$TARGET/jump_label"
	put 0 "$TARGET/jump_label"
	expect "generation 2: off" "$TARGET/jump_label"
	put 1 "$TARGET/jump_label"
	expect "generation 2: on" "$TARGET/jump_label"
	undo jump_label || return
	expect "generation 1: on" "$TARGET/jump_label"
	put 0 "$TARGET/jump_label"
	expect "generation 1: off" "$TARGET/jump_label"
	apply jump_label || return
	expect "generation 2: off" "$TARGET/jump_label"
	undo jump_label && unload jump_label || return
	# The old code is matched when the branch is turned, too.
	put 1 "$TARGET/jump_label"
	load jump_label && apply jump_label || return
	expect "generation 2: on" "$TARGET/jump_label"
}

static_calls() {
	load static_call || return
	expect 1000 "$TARGET/static_call"
	put 1 "$TARGET/static_call"
	expect 1042 "$TARGET/static_call"
	apply static_call || return
	expect 2042 "$TARGET/static_call"
	put 0 "$TARGET/static_call"
	expect 2000 "$TARGET/static_call"
	put 1 "$TARGET/static_call"
	expect 2042 "$TARGET/static_call"
	undo static_call || return
	expect 1042 "$TARGET/static_call"
	unload static_call || return
	put 0 "$TARGET/static_call"
	expect 1000 "$TARGET/static_call"
	load static_call && apply static_call || return
	expect 2000 "$TARGET/static_call"
}

# reserved FUNCTION: the kernel rewrites the place of its jump, so no probe is allowed
# there; an address inside an instruction gets another error
reserved() {
	local out

	if out=$({ echo "p:at_entry $1+$ENTRY_OFFSET" >"$TRACING/kprobe_events"; } 2>&1); then
		echo >"$TRACING/kprobe_events"
		return 1
	fi
	[ "${out##*: }" = "$INVALID" ]
}

# A trampoline follows the ENDBR, if there is one, and the fentry call.
entry_offset() {
	for ENTRY_OFFSET in 5 9; do
		! { reserved test_entry_branch && reserved test_entry_call; } || return 0
	done
	fail "no jump label and no static call is where the jumps must stand"
	return 1
}

turn() {
	put "$1" "$TARGET/jump_label"
	put "$1" "$TARGET/static_call"
}

# Where frames are made the updates aren't, see the Makefile.
no_entry_sites() {
	[ "$OBJECT" = vmlinux ] || { skip "not in a module"; return; }
	[ -f "$DIR/ksplice-entry.ko" ] || { skip "no site where a jump must stand"; return; }
	return 1
}

# Turned before, while and after the jumps stand there.
sites_at_the_entry() {
	! no_entry_sites || return 0
	entry_offset || return
	load entry || return
	expect "10 11" "$TARGET/entry"
	turn 1
	expect "11 12" "$TARGET/entry"
	apply entry || return
	expect "21 22" "$TARGET/entry"
	turn 0
	expect "20 21" "$TARGET/entry"
	undo entry || return
	expect "10 11" "$TARGET/entry"
	turn 1
	expect "11 12" "$TARGET/entry"
	turn 0
	expect "10 11" "$TARGET/entry"
	apply entry || return
	turn 1
	undo entry || return
	expect "11 12" "$TARGET/entry"
	{ reserved test_entry_branch && reserved test_entry_call; } ||
		fail "the kernel does not know them any more"
	unload entry || return
	load entry && apply entry || return
	expect "21 22" "$TARGET/entry"
}

# An update that supersedes another one takes over its displaced instruction.
sites_at_the_entry_superseded() {
	! no_entry_sites || return 0
	load entry && apply entry || return
	turn 1
	load entry_again && apply entry_again || return
	expect "31 32" "$TARGET/entry"
	turn 0
	unload entry || return
	turn 1
	expect "31 32" "$TARGET/entry"
	undo entry_again || return
	expect "11 12" "$TARGET/entry"
	turn 0
	expect "10 11" "$TARGET/entry"
	unload entry_again || return
	load entry && apply entry || return
	load entry_again && apply entry_again || return
	turn 1
	undo entry_again || return
	expect "11 12" "$TARGET/entry"
}

alternatives() {
	local old

	old=$(cat "$TARGET/alternative")
	simple alternative alternative "$old" "${old/generation 1/generation 2}"
}

percpu_data() {
	local n cpu

	n=$(sed 's/.*: //' "$TARGET/percpu")
	load percpu && apply percpu || return
	expect "generation 2: $((n += 100))" "$TARGET/percpu"
	for ((cpu = 0; cpu < $(nproc); cpu++)); do
		[ "$(taskset -c "$cpu" cat "$TARGET/percpu")" = \
			"generation 2: $((n += 100))" ] || fail "not on CPU $cpu"
	done
	undo percpu || return
	expect "generation 1: $((n + 1))" "$TARGET/percpu"
}

exception_table() {
	local faults

	read -r _ _ _ faults <"$TARGET/uaccess"
	echo -n A >"$TARGET/uaccess"
	expect "byte 41 faults $faults" "$TARGET/uaccess"
	"$HELPER" fault "$TARGET/uaccess" || fail "old code: no EFAULT"
	expect "byte 41 faults $((faults += 1))" "$TARGET/uaccess"
	load uaccess && apply uaccess || return
	echo -n A >"$TARGET/uaccess"
	expect "byte 42 faults $faults" "$TARGET/uaccess"
	"$HELPER" fault "$TARGET/uaccess" || fail "new code: no EFAULT"
	expect "byte 42 faults $((faults += 100))" "$TARGET/uaccess"
	undo uaccess || return
	"$HELPER" fault "$TARGET/uaccess" || fail "old code again: no EFAULT"
	expect "byte 42 faults $((faults + 1))" "$TARGET/uaccess"
}

debugged() {
	dmesg_since | grep -c "debug of generation $1"
}

dynamic_debug() {
	local control=/proc/dynamic_debug/control

	[ -w "$control" ] || { skip "no dynamic debug"; return; }
	echo "file lib/test_ksplice.c +p" >"$control"
	simple debug debug "generation 1" "generation 2"
	[ "$(debugged 1)" -eq 2 ] || fail "the old code's pr_debug: $(debugged 1)"
	[ "$(debugged 2)" -eq 0 ] || fail "the new code's pr_debug is on"
	apply debug || return
	echo "module ksplice_debug +p" >"$control"
	expect "generation 2" "$TARGET/debug"
	[ "$(debugged 2)" -eq 1 ] || fail "the new code's pr_debug stays off"
	echo "module ksplice_debug -p" >"$control"
	expect "generation 2" "$TARGET/debug"
	[ "$(debugged 2)" -eq 1 ] || fail "the new code's pr_debug stays on"
	echo "file lib/test_ksplice.c -p" >"$control"
}

warnings() {
	simple warn string "generation 1" "generation 2"
	apply warn || return
	check_dmesg
	echo 1 >"$TARGET/cold_path"
	expect "warned generation 2" "$TARGET/string"
	expect "warned generation 2" "$TARGET/string"
	echo 0 >"$TARGET/cold_path"
	expect "generation 2" "$TARGET/string"
	# Twice the WARN, once the WARN_ON_ONCE, with the place in the source.
	[ "$(dmesg_since |
	     grep -c "WARNING: .*lib/test_ksplice.c:[0-9]* test_string_show")" -eq 3 ] ||
		fail "warnings: $(dmesg_since | grep "WARNING:" | sed 's/^/# /')"
	dmesg_since | grep -q "expected by the selftest: 2" || fail "no message"
	dmesg_since | grep -q "test_string_show.*\[ksplice_warn\]" ||
		fail "the trace doesn't name the update"
	forget_splat
}

cold_part() {
	simple cold cold "generation 1" "generation 2"
	echo 1 >"$TARGET/cold_path"
	start_reader cold "$WORK/out"
	open_gate
	wait "${READERS[-1]}"
	expect "cold generation 1" "$WORK/out"
	apply cold || return
	start_reader cold "$WORK/out"
	open_gate
	wait "${READERS[-1]}"
	expect "cold generation 2" "$WORK/out"
}

noreturn_tail() {
	load tail && apply tail || return
	echo 1 >"$TARGET/tail"
	loop_until sleepers 1 || fail "no thread"
	expect 2 "$TARGET/tail"
	open_gate
	undo tail || return
	echo 1 >"$TARGET/tail"
	loop_until sleepers 1 || fail "no thread"
	expect 1 "$TARGET/tail"
}

need_updates string addition inline table notrace ambiguous statics \
	jump_label static_call alternative percpu uaccess debug warn cold tail
run_tests \
	changed_string \
	new_function_and_data \
	inlined_function \
	function_pointers \
	untraced_function \
	ambiguous_names \
	static_variables \
	jump_labels \
	static_calls \
	sites_at_the_entry \
	sites_at_the_entry_superseded \
	alternatives \
	percpu_data \
	exception_table \
	dynamic_debug \
	warnings \
	cold_part \
	noreturn_tail
