#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Targets in loadable modules: alone and together with vmlinux; loaded before
# the update, after it, again and again; other code under the same name.

# shellcheck disable=SC2119,SC2120 # load_mod's arguments may be left out
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

OTHER=$DIR/test_modules/test_ksplice_mod.ko
FAIL_INIT="No such device"

load_mod() {
	local out

	out=$(modprobe test_ksplice_mod "$@" 2>&1) && return 0
	fail "modprobe test_ksplice_mod: $out"
	return 1
}

unload_mod() {
	local out

	out=$(rmmod test_ksplice_mod 2>&1) && return 0
	fail "rmmod test_ksplice_mod: $out"
	return 1
}

# patched UPDATE OBJECT 0|1
patched() {
	expect "$3" "$SYSFS/$1/$2/patched"
}

module_alone() {
	load_mod && load module || return
	expect 11 "$MOD/chain"
	patched module test_ksplice_mod 0
	[ -d "$SYSFS/module/test_ksplice_mod/test_mod_a,1" ] ||
		fail "no directory for test_mod_a: $(ls "$SYSFS/module/test_ksplice_mod")"
	[ ! -e "$SYSFS/module/vmlinux" ] || fail "vmlinux is shown as a target"
	apply module || return
	patched module test_ksplice_mod 1
	expect 22 "$MOD/chain"
	expect 11 "$MOD/at_init"
	undo module || return
	patched module test_ksplice_mod 0
	expect 11 "$MOD/chain"
}

everything_it_refers_to() {
	load_mod && load module_refs || return
	expect "test_ksplice_mod 5 7 40 0" "$MOD/refs"
	apply module_refs || return
	expect "new test_ksplice_mod 5 7 8 40 1" "$MOD/refs"
	undo module_refs || return
	expect "test_ksplice_mod 5 7 40 2" "$MOD/refs"
}

# The module that only the new code needs stays as long as the target.
what_new_code_needs_stays() {
	local before

	load_mod || return
	before=$(awk '$1 == "test_ksplice_dep" { print $3 }' /proc/modules)
	load module_refs || return
	[ "$(awk '$1 == "test_ksplice_dep" { print $3 }' /proc/modules)" -gt "$before" ] ||
		fail "test_ksplice_dep is not pinned"
	unload_mod || return
	rmmod test_ksplice_dep || fail "test_ksplice_dep is still pinned"
}

with_vmlinux_in_one_stop() {
	local stops

	load_mod && load module_and_vmlinux || return
	apply module_and_vmlinux || return
	patched module_and_vmlinux "$OBJECT" 1
	patched module_and_vmlinux test_ksplice_mod 1
	expect 222 "$TARGET/chain"
	expect 22 "$MOD/chain"
	expect "test_ksplice_mod 6 7 40 0" "$MOD/refs"
	stops=$(cat "$SYSFS/module_and_vmlinux/stops")
	[ "$stops" -ge 1 ] || fail "no stop"
	undo module_and_vmlinux || return
	expect 111 "$TARGET/chain"
	expect 11 "$MOD/chain"
	expect "test_ksplice_mod 5 7 40 1" "$MOD/refs"
}

# Each of them comes and goes by itself.
two_modules() {
	load two_modules && apply two_modules || return
	modprobe test_ksplice_dep || { fail "modprobe test_ksplice_dep"; return; }
	patched two_modules test_ksplice_dep 1
	patched two_modules test_ksplice_mod 0
	load_mod || return
	patched two_modules test_ksplice_mod 1
	expect 22 "$MOD/at_init"
	expect "test_ksplice_mod 5 9 40 0" "$MOD/refs"
	unload_mod || return
	patched two_modules test_ksplice_dep 1
	patched two_modules test_ksplice_mod 0
	undo two_modules && load_mod || return
	expect "test_ksplice_mod 5 7 40 0" "$MOD/refs"
	# Both at once
	apply two_modules || return
	expect "test_ksplice_mod 5 9 40 1" "$MOD/refs"
	expect 22 "$MOD/chain"
	undo two_modules || return
	expect "test_ksplice_mod 5 7 40 2" "$MOD/refs"
	expect 11 "$MOD/chain"
}

# A thread sleeps in the module's function: nothing is changed anywhere.
busy_in_the_module() {
	load_mod && load module_and_vmlinux || return
	cat "$MOD/sleep" >"$WORK/sleep" &
	loop_until grep -qx 1 "$MOD/sleepers" || fail "nobody sleeps"
	put 300 "$SYSFS/module_and_vmlinux/timeout_ms"
	refused 1 "$SYSFS/module_and_vmlinux/enabled" "$BUSY"
	expect code_busy "$SYSFS/module_and_vmlinux/abort_cause"
	grep -q test_mod_sleep_show "$SYSFS/module_and_vmlinux/conflicts" ||
		fail "conflicts: $(cat "$SYSFS/module_and_vmlinux/conflicts")"
	expect 111 "$TARGET/chain"
	expect 11 "$MOD/chain"
	echo 1 >"$MOD/gate"
	wait
	expect "generation 1" "$WORK/sleep"
	apply module_and_vmlinux || return
	expect 222 "$TARGET/chain"
	expect 22 "$MOD/chain"
}

# Loaded later, it is updated before its init runs.
module_comes_later() {
	load module_and_vmlinux || return
	apply module_and_vmlinux || return
	patched module_and_vmlinux "$OBJECT" 1
	patched module_and_vmlinux test_ksplice_mod 0
	expect 222 "$TARGET/chain"
	load_mod || return
	patched module_and_vmlinux test_ksplice_mod 1
	[ -d "$SYSFS/module_and_vmlinux/test_ksplice_mod/test_mod_a,1" ] ||
		fail "no directory for test_mod_a"
	expect 22 "$MOD/at_init"
	expect 22 "$MOD/chain"
	expect "test_ksplice_mod 6 7 40 0" "$MOD/refs"
	undo module_and_vmlinux || return
	expect 11 "$MOD/chain"
	expect 111 "$TARGET/chain"
}

module_comes_before_apply() {
	load module || return
	load_mod || return
	patched module test_ksplice_mod 0
	expect 11 "$MOD/at_init"
	apply module || return
	patched module test_ksplice_mod 1
	expect 22 "$MOD/chain"
}

# An applied update does not keep it; its exit is the new one's, too.
module_goes_and_comes_again() {
	local i

	load module && apply module || return
	for i in 1 2 3; do
		load_mod || return
		expect 22 "$MOD/at_init"
		unload_mod || return
		patched module test_ksplice_mod 0
		[ ! -e "$SYSFS/module/test_ksplice_mod/test_mod_a,1" ] ||
			fail "the function of a module that is gone is shown"
	done
	says "exit, generation 2"
	undo module || return
	load_mod || return
	expect 11 "$MOD/at_init"
	apply module || return
	expect 22 "$MOD/chain"
	unload_mod || return
	undo module || return
	unload module || return
	load_mod || return
	expect 11 "$MOD/at_init"
}

init_fails() {
	local out

	load module && apply module || return
	out=$(modprobe test_ksplice_mod fail_init=1 2>&1) &&
		fail "the module is loaded"
	[[ $out == *"$FAIL_INIT"* ]] || fail "modprobe says $out"
	patched module test_ksplice_mod 0
	load_mod || return
	expect 22 "$MOD/at_init"
}

# A module of that name with other code.
other_code() {
	local out

	load module || return
	insmod "$OTHER" || { fail "insmod of the other module"; return; }
	refused 1 "$SYSFS/module/enabled" "Invalid or incomplete multibyte or wide character"
	expect no_match "$SYSFS/module/abort_cause"
	expect ready "$SYSFS/module/state"
	says "module: the running kernel is not what this update was made for: .*test_mod"
	rmmod test_ksplice_mod
	apply module || return
	out=$(insmod "$OTHER" 2>&1) && fail "the other module is loaded"
	says "test_ksplice_mod: update module is applied and does not fit"
	[ ! -d /sys/module/test_ksplice_mod ] || fail "something of the module is left"
	load_mod || return
	expect 22 "$MOD/at_init"
}

other_code_is_there() {
	insmod "$OTHER" || { fail "insmod of the other module"; return; }
	! insmod "$DIR/ksplice-module.ko" 2>/dev/null || fail "the update is loaded"
	[ ! -e "$SYSFS/module" ] || fail "something of the update is left"
}

# The only function of that name is a static of another file.
static_of_another_file() {
	load_mod || return
	! insmod "$DIR/ksplice-stranger.ko" 2>/dev/null || fail "the update is loaded"
	says "symbol test_mod_own is but a static of another file"
	[ ! -e "$SYSFS/stranger" ] || fail "something of the update is left"
	expect "test_ksplice_mod 5 7 40 0" "$MOD/refs"
}

# works_by_its_keys GENERATION: new code of that update (1: the old code) follows what
# the module's own code switches, there and back
works_by_its_keys() {
	local word=

	[ "$1" = 1 ] || word=" new"
	[ "$1" != 3 ] || word=" newer"
	expect "generation 1" "$MOD/key" || return
	expect "generation $1 11 0 plain" "$MOD/keys" || return
	put 1 "$MOD/key" && put 1 "$MOD/keys" || return
	expect "generation 1$word on" "$MOD/key" || return
	expect "generation $1 20 20" "$MOD/keys" || return
	put 0 "$MOD/key" && put 0 "$MOD/keys" || return
	expect "generation 1" "$MOD/key" || return
	expect "generation $1 11 0 plain" "$MOD/keys"
}

# Jump labels, a static call and a tracepoint, whose keys are the module's.
keys_of_the_module() {
	load_mod && load module_keys || return
	works_by_its_keys 1
	apply module_keys || return
	works_by_its_keys 2
	undo module_keys || return
	works_by_its_keys 1
}

# The update begins with the present state of the keys.
keys_are_as_they_are() {
	load_mod && put 1 "$MOD/key" && put 1 "$MOD/keys" || return
	load module_keys && apply module_keys || return
	expect "generation 1 new on" "$MOD/key"
	expect "generation 2 20 20" "$MOD/keys"
	undo module_keys && unload module_keys || return
	put 0 "$MOD/key" && put 0 "$MOD/keys" || return
	works_by_its_keys 1
}

# The update holds no key, so it does not hold the module.
keys_before_the_module() {
	local i

	load module_keys && apply module_keys || return
	for i in 1 2 3; do
		load_mod || return
		works_by_its_keys 2 || return
		# They are switched when it goes, and not when it comes again.
		if [ $i != 1 ]; then
			put 1 "$MOD/key" && put 1 "$MOD/keys" || return
		fi
		unload_mod || return
	done
	undo module_keys || return
	load_mod || return
	works_by_its_keys 1
	put 1 "$MOD/keys" && apply module_keys || return
	expect "generation 2 20 20" "$MOD/keys"
	put 0 "$MOD/keys" || return
	works_by_its_keys 2
	unload_mod && undo module_keys && unload module_keys || return
	load_mod || return
	works_by_its_keys 1
}

# The update goes first.
keys_without_the_update() {
	local i

	load_mod || return
	for i in 1 2 3; do
		load module_keys && apply module_keys || return
		works_by_its_keys 2 || return
		put 1 "$MOD/key" && put 1 "$MOD/keys" || return
		undo module_keys && unload module_keys || return
		put 0 "$MOD/key" && put 0 "$MOD/keys" || return
		works_by_its_keys 1 || return
	done
}

# An update on top is compared with entries that are linked late.
keys_on_top() {
	load_mod && load module_keys && apply module_keys || return
	load module_keys_again && apply module_keys_again || return
	works_by_its_keys 3
	unload_mod && load_mod || return
	works_by_its_keys 3
	undo module_keys_again || return
	works_by_its_keys 2
	apply module_keys_again && unload_mod || return
	undo module_keys_again && load_mod || return
	works_by_its_keys 2
}

keys_of_a_module_that_fails() {
	load module_keys && apply module_keys || return
	! modprobe test_ksplice_mod fail_init=1 2>/dev/null || fail "the module is loaded"
	load_mod || return
	works_by_its_keys 2
}

no_memory_for_the_keys() {
	local fault=/sys/kernel/debug/fail_function

	[ -w $fault/inject ] || { skip "no CONFIG_FUNCTION_ERROR_INJECTION"; return; }
	load module_keys && apply module_keys || return
	echo ksplice_keys_link >$fault/inject || { fail "ksplice_keys_link can't fail"; return; }
	echo $((-12)) >$fault/ksplice_keys_link/retval
	echo 100 >$fault/probability
	echo -1 >$fault/times
	! modprobe test_ksplice_mod 2>/dev/null || fail "the module is loaded"
	echo 0 >$fault/probability
	echo '!ksplice_keys_link' >$fault/inject
	[ ! -d /sys/module/test_ksplice_mod ] || fail "something of the module is left"
	load_mod || return
	works_by_its_keys 2
}

# key_worker CODE: in turn, each loads the module, reads it and unloads it.  If several
# load one file at once, the kernel reports success to each.
key_worker() {
	local code=$1

	while [ ! -e "$WORK/stop" ]; do
		mkdir "$WORK/turn" || { cat "$MOD/key" "$MOD/keys"; sleep 0.1; continue; }
		insmod "$MOD_FILE" || touch "$WORK/bad.load"
		[[ $(<"$MOD/keys") =~ ^generation\ $code\ 11\ 0\ plain$ ]] ||
			touch "$WORK/bad.plain"
		echo 1 >"$MOD/key"
		echo 1 >"$MOD/keys"
		[[ $(<"$MOD/key") = *" on" ]] || touch "$WORK/bad.on"
		[[ $(<"$MOD/keys") =~ ^generation\ $code\ 20\ 20$ ]] || touch "$WORK/bad.keys"
		echo 0 >"$MOD/key"
		[[ $(<"$MOD/key") != *" on" ]] || touch "$WORK/bad.off"
		# The others read.
		loop_until rmmod test_ksplice_mod || touch "$WORK/bad.unload"
		echo >>"$WORK/rounds"
		rmdir "$WORK/turn"
	done
} >/dev/null 2>&1

rounds() {
	[ "$(wc -l <"$WORK/rounds")" -ge "$1" ]
}

# key_workers CODE ROUNDS: four of them
key_workers() {
	local i

	rm -f "$WORK/stop" "$WORK"/bad.*
	: >"$WORK/rounds"
	for i in 1 2 3 4; do
		key_worker "$1" &
	done
}

end_workers() {
	touch "$WORK/stop"
	wait
	! ls "$WORK"/bad.* 2>/dev/null || fail "the new code does not follow the keys"
}

# The module comes and goes a hundred times, in a short run thirty, the update applied
# and not.
keys_come_and_go() {
	local n=50 i

	! slow_kernel && ! short_run || n=15
	MOD_FILE=$(modinfo -n test_ksplice_mod) && modprobe test_ksplice_dep || return
	load module_keys && apply module_keys || return
	key_workers 2
	for ((i = 0; i < 3000; i++)); do
		! rounds $n || break
		sleep 0.1
	done
	rounds $n || fail "$(wc -l <"$WORK/rounds") rounds"
	end_workers
	key_workers "[12]"
	for ((i = 0; i < 500; i++)); do
		! rounds $n || break
		undo module_keys || break
		apply module_keys || break
	done
	rounds $n || fail "$(wc -l <"$WORK/rounds") rounds"
	end_workers
	load_mod || return
	works_by_its_keys 2
}

# The second update would keep the module from being loaded.
two_of_a_module_that_is_absent() {
	load module && load module_and_vmlinux || return
	apply module || return
	refused 1 "$SYSFS/module_and_vmlinux/enabled" "$BUSY"
	expect stacked "$SYSFS/module_and_vmlinux/abort_cause"
	says "cannot replace test_mod_.* of module test_ksplice_mod, which is not loaded"
	says "update module, which is applied, replaces it"
	expect 111 "$TARGET/chain"
	load_mod || return
	expect 22 "$MOD/at_init"
	unload_mod && undo module || return
	# The other one alone
	apply module_and_vmlinux && load_mod || return
	expect 22 "$MOD/at_init"
	expect 222 "$TARGET/chain"
}

come_and_go() {
	while [ ! -e "$WORK/stop" ]; do
		modprobe test_ksplice_mod 2>"$WORK/modprobe" || touch "$WORK/bad"
		grep -qE '^(11|22)$' "$MOD/chain" || touch "$WORK/bad"
		rmmod test_ksplice_mod
	done
}

coming_and_going_while_applied() {
	local i n=20

	slow_kernel && n=5
	load module_and_vmlinux || return
	modprobe test_ksplice_dep
	come_and_go 2>/dev/null &
	for ((i = 0; i < n; i++)); do
		apply module_and_vmlinux || break
		undo module_and_vmlinux || break
	done
	touch "$WORK/stop"
	wait
	[ ! -e "$WORK/bad" ] ||
		fail "the module could not be loaded or was wrong: $(cat "$WORK/modprobe")"
	rm -f "$WORK/stop" "$WORK/bad"
}

# Counted as two entries, one of them would be another target's, or none.
one_entry_twice() {
	cp "$DIR/ksplice-module_keys.ko" "$WORK/bad.ko"
	"$HELPER" twice "$WORK/bad.ko" || fail "ksplice-helper twice"
	! insmod "$WORK/bad.ko" 2>/dev/null || fail "it was loaded"
	says "module_keys: .* are not in the order that is needed"
}

modprobe -n test_ksplice_mod 2>/dev/null || skip_all "no CONFIG_TEST_KSPLICE_MODULES"
need_updates module
CLEANUP=clean_modules
run_tests \
	module_alone \
	everything_it_refers_to \
	what_new_code_needs_stays \
	with_vmlinux_in_one_stop \
	two_modules \
	busy_in_the_module \
	module_comes_later \
	module_comes_before_apply \
	module_goes_and_comes_again \
	init_fails \
	other_code \
	other_code_is_there \
	static_of_another_file \
	keys_of_the_module \
	keys_are_as_they_are \
	keys_before_the_module \
	keys_without_the_update \
	keys_on_top \
	keys_of_a_module_that_fails \
	no_memory_for_the_keys \
	keys_come_and_go \
	one_entry_twice \
	two_of_a_module_that_is_absent \
	coming_and_going_while_applied
