#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Hooks of an update's author, and data attached to objects.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

U=$SYSFS/hooks
PANIC=$(cat /proc/sys/kernel/panic)
NO_DATA="No data available"
NOT_PERMITTED="Operation not permitted"

# ran HOOK...: these ran, in this order, since the last time.  The core's messages
# about hooks do not count.
ran() {
	local got want

	want=$(printf '%s\n' "$@")
	got=$(dmesg_since | sed -nE -e '/(^|[^_])ksplice: /d' -e 's/.*: hook (.*)$/\1/p')
	[ "$got" = "$want" ] ||
		fail "hooks ran: $(paste -sd' ' <<<"$got"), expected: $*"
	forget_splat
}

knob() {
	put "$1" "$TARGET/knob"
}

in_order() {
	load hooks || return
	ran ''
	apply hooks || return
	ran pre_apply1 pre_apply2 check_apply1 apply1 apply2 post_apply1
	expect 222 "$TARGET/chain"
	undo hooks || return
	ran pre_reverse1 check_reverse1 reverse1 post_reverse1
	expect 111 "$TARGET/chain"
}

pre_hook_says_no() {
	load hooks && knob 1 || return
	refused 1 "$U/enabled" "$NOT_PERMITTED"
	says "hooks: hook test_hook_pre_apply2( .*)? failed: -1$"
	ran pre_apply1 pre_apply2 fail_apply2 fail_apply1
	expect_state hooks ready 0 hook_failed
	expect 111 "$TARGET/chain"
	knob 0
	apply hooks || return
	expect_state hooks applied 1
	ran pre_apply1 pre_apply2 check_apply1 apply1 apply2 post_apply1
	knob 8
	refused 0 "$U/enabled" "$NOT_PERMITTED"
	ran pre_reverse1 fail_reverse1
	expect_state hooks applied 1 hook_failed
	expect 222 "$TARGET/chain"
	knob 0
}

check_hook_says_no() {
	load hooks && knob 2 || return
	refused 1 "$U/enabled" "$NO_DATA"
	ran pre_apply1 pre_apply2 check_apply1 fail_apply2 fail_apply1
	expect_state hooks ready 0 hook_failed
	expect 111 "$TARGET/chain"
}

check_hook_says_later() {
	load hooks && knob 4 || return
	apply hooks || return
	ran pre_apply1 pre_apply2 check_apply1 'check_apply2 again' \
		check_apply1 apply1 apply2 post_apply1
	[ "$(cat "$U/stops")" -eq 2 ] || fail "$(cat "$U/stops") stops"
	# Until the timeout.
	knob 16
	put 2000 "$U/timeout_ms"
	refused 0 "$U/enabled" "Resource temporarily unavailable"
	expect_state hooks applied 1 hook_failed
	expect 222 "$TARGET/chain"
	[ "$(cat "$U/stops")" -gt 2 ] || fail "it was not tried again"
	knob 0
	undo hooks
}

# A thread is in the way: the fail hooks undo what the pre hooks did.
busy() {
	load hooks && apply hooks || return
	put 300 "$U/timeout_ms"
	forget_splat
	cat "$TARGET/sleep_killable" >"$WORK/sleep" &
	loop_until sleepers 1 || fail "nobody sleeps"
	refused 0 "$U/enabled" "$BUSY"
	ran pre_reverse1 fail_reverse1
	expect_state hooks applied 1 code_busy
	open_gate
	wait
	undo hooks
}

without_functions() {
	load hooks_only || return
	knob 0
	apply hooks_only || return
	expect 4711 "$TARGET/knob"
	expect applied "$SYSFS/hooks_only/state"
	undo hooks_only || return
	expect 0 "$TARGET/knob"
}

of_a_module() {
	modprobe test_ksplice_mod || { fail "modprobe test_ksplice_mod"; return; }
	load module_hooks && apply module_hooks || return
	ran 'pre_apply of test_ksplice_mod 0' \
		'check_apply of test_ksplice_mod 1 irqs off' \
		'apply of test_ksplice_mod 2 irqs off' \
		'post_apply of test_ksplice_mod 3'
	# It goes, and the hooks that take back run.
	rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
	ran 'pre_reverse of test_ksplice_mod 4' \
		'reverse of test_ksplice_mod 5 irqs off' \
		'post_reverse of test_ksplice_mod 6'
	# It comes again.
	modprobe test_ksplice_mod || fail "modprobe test_ksplice_mod"
	ran 'pre_apply of test_ksplice_mod 7' \
		'check_apply of test_ksplice_mod 8 irqs off' \
		'apply of test_ksplice_mod 9 irqs off' \
		'post_apply of test_ksplice_mod 10'
	expect 22 "$MOD/chain"
	undo module_hooks || return
	ran 'pre_reverse of test_ksplice_mod 11' \
		'reverse of test_ksplice_mod 12 irqs off' \
		'post_reverse of test_ksplice_mod 13'
}

# Each update has its own, and those of one do not run for the other.
of_two_updates() {
	modprobe test_ksplice_mod || { fail "modprobe test_ksplice_mod"; return; }
	load hooks && load module_hooks && apply hooks || return
	ran pre_apply1 pre_apply2 check_apply1 apply1 apply2 post_apply1
	apply module_hooks || return
	ran 'pre_apply of test_ksplice_mod 0' \
		'check_apply of test_ksplice_mod 1 irqs off' \
		'apply of test_ksplice_mod 2 irqs off' \
		'post_apply of test_ksplice_mod 3'
	undo hooks || return
	ran pre_reverse1 check_reverse1 reverse1 post_reverse1
	expect 22 "$MOD/chain"
	rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
	ran 'pre_reverse of test_ksplice_mod 4' \
		'reverse of test_ksplice_mod 5 irqs off' \
		'post_reverse of test_ksplice_mod 6'
}

of_a_module_that_is_absent() {
	load module_hooks && apply module_hooks || return
	ran ''
	undo module_hooks || return
	ran ''
}

# Parameters are not read yet when the hook runs, so it uses one of the kernel.
module_is_refused_by_a_hook() {
	load module_hooks && apply module_hooks || return
	forget_splat
	put 4711 /proc/sys/kernel/panic
	! modprobe test_ksplice_mod 2>/dev/null || fail "it is loaded"
	put "$PANIC" /proc/sys/kernel/panic
	ran 'pre_apply of test_ksplice_mod 0' 'fail_apply of test_ksplice_mod 1'
	[ ! -d /sys/module/test_ksplice_mod ] || fail "something is left"
	expect 0 "$SYSFS/module_hooks/test_ksplice_mod/patched"
	modprobe test_ksplice_mod || fail "modprobe test_ksplice_mod"
	expect 22 "$MOD/at_init"
}

shadows_ended() {
	dmesg_since | sed -n 's/.*: shadow of \(.*\) ends with \(.*\)/\1:\2/p' |
		sort | paste -sd' '
}

shadow_data() {
	put 2 "$TARGET/nr_objects"
	load shadow || return
	expect "0 1 " "$TARGET/objects"
	apply shadow || return
	expect "0:1 1:101 " "$TARGET/objects"
	put 3 "$TARGET/nr_objects"
	expect "0:2 1:102 2:201 " "$TARGET/objects"
	forget_splat
	put 2 "$TARGET/nr_objects"
	[ "$(shadows_ended)" = 2:201 ] || fail "ended: $(shadows_ended)"
	# Old code frees objects without detaching: the data goes before it runs.
	forget_splat
	undo shadow || return
	[ "$(shadows_ended)" = "0:2 1:102" ] || fail "ended: $(shadows_ended)"
	expect "0 1 " "$TARGET/objects"
	put 0 "$TARGET/nr_objects"
	put 2 "$TARGET/nr_objects"
	apply shadow || return
	expect "0:1 1:101 " "$TARGET/objects"
	undo shadow || return
	forget_splat
	unload shadow || return
	[ "$(shadows_ended)" = "" ] || fail "ended: $(shadows_ended)"
}

# If a change fails, the data that its hooks have attached is destroyed.
# shadow_data_of_a_failure KNOB: 64, and 128 if it is attached in the stop
shadow_data_of_a_failure() {
	put 2 "$TARGET/nr_objects"
	load shadow && knob "$1" || return
	forget_splat
	refused 1 "$SYSFS/shadow/enabled" "$NOT_PERMITTED"
	expect_state shadow ready 0 hook_failed
	[ "$(shadows_ended)" = "0:0 1:100" ] || fail "ended: $(shadows_ended)"
	put 0 "$TARGET/nr_objects"
	put 2 "$TARGET/nr_objects"
	knob $(($1 & ~64))
	apply shadow || return
	expect "0:1 1:101 " "$TARGET/objects"
}

shadow_data_attached_before_a_failure() {
	shadow_data_of_a_failure 64
}

shadow_data_attached_in_a_stop_in_vain() {
	shadow_data_of_a_failure $((64 | 128))
}

# A constructor that fails leaves nothing attached.
no_shadow_data() {
	put 2 "$TARGET/nr_objects"
	load shadow && knob 32 || return
	refused 1 "$SYSFS/shadow/enabled" "Cannot allocate memory"
	expect hook_failed "$SYSFS/shadow/abort_cause"
	expect "0 1 " "$TARGET/objects"
	forget_splat
	knob 0
	apply shadow || return
	expect "0:1 1:101 " "$TARGET/objects"
	undo shadow && unload shadow || return
	[ "$(shadows_ended)" = "0:1 1:101" ] || fail "ended: $(shadows_ended)"
}

# An update that supersedes another one takes over the attached data.
shadow_data_handed_on() {
	put 2 "$TARGET/nr_objects"
	load shadow && apply shadow && load shadow_again || return
	expect "0:1 1:101 " "$TARGET/objects"
	forget_splat
	apply shadow_again || return
	expect "0=2 1=102 " "$TARGET/objects"
	unload shadow || return
	[ "$(shadows_ended)" = "" ] || fail "ended: $(shadows_ended)"
	expect "0=3 1=103 " "$TARGET/objects"
	undo shadow_again && unload shadow_again || return
	! dmesg_since | grep "shadow of" || fail "the old destructor ran"
	[ "$(dmesg_since | grep -cE "shadow again of . ends with (10)?3")" -eq 2 ] ||
		fail "not both ended: $(dmesg_since)"
}

# Hooks of a superseded update do not run: the new update handles what they did.
superseded_without_its_hooks() {
	load hooks && apply hooks && load hooks_superseded || return
	forget_splat
	apply hooks_superseded || return
	expect 333 "$TARGET/chain"
	ran ''
	expect reversed "$SYSFS/hooks/state"
	undo hooks_superseded || return
	expect 111 "$TARGET/chain"
	ran ''
}

clean_up() {
	rmmod test_ksplice_mod test_ksplice_dep
	echo 0 >"$TARGET/knob"
	echo 0 >"$TARGET/nr_objects"
	echo "$PANIC" >/proc/sys/kernel/panic
} 2>/dev/null

need_updates hooks shadow
CLEANUP=clean_up
tests=(in_order pre_hook_says_no check_hook_says_no check_hook_says_later busy
	without_functions)
! modprobe -n test_ksplice_mod 2>/dev/null ||
	tests+=(of_a_module of_two_updates of_a_module_that_is_absent module_is_refused_by_a_hook)
run_tests "${tests[@]}" superseded_without_its_hooks shadow_data \
	no_shadow_data \
	shadow_data_attached_before_a_failure \
	shadow_data_attached_in_a_stop_in_vain \
	shadow_data_handed_on
