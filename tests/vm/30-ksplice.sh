#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# The administrator's command, on the series kernel: each command, what it says
# and returns when something is in the way, what comes back after a boot, who
# may do what, and the Debian packages. KSPL_GUESTS selects some of the guests.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
T=/sys/kernel/debug/test_ksplice
SYSFS=/sys/kernel/ksplice
OUT=$REPO/build/test-ksplice
EDIT=$REPO/tests/ksplice/edit.py
k=$REPO/tools/ksplice/ksplice
self=$REPO/tests/vm/30-ksplice.sh

loaded() { [ -d "$SYSFS/$1" ]; }
not_loaded() { [ ! -d "$SYSFS/$1" ] && ! grep -q "^ksplice_${1//-/_} " /proc/modules; }
gives() { [ "$(cat "$T/$1")" = "$2" ] || { cat "$T/$1"; return 1; }; }
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
powerless() { setpriv --bounding-set -all --inh-caps -all "$@"; }

# A reader that sleeps in test_sleep_killable_show() until the gate opens.
sleeper() {
	cat "$T/sleep_killable" >/dev/null &
	SLEEPER=$!
	until [ "$(cat "$T/sleepers")" -gt 0 ]; do
		sleep 0.1
	done
}

release_sleeper() {
	echo 1 >"$T/gate"
	wait "$SLEEPER"
}

# --- one boot: everything that needs no other one ----------------------------

commands() {
	check "status: nothing there" json \
		'd["core"] == "built_in" and d["applied"] == [] and d["exit"] == 0' "$k" status --json
	check "check: it would apply" says 'string: matches the running kernel, and none of' "$k" check string.ko
	check "... as JSON" json 'd["matches"] and d["busy"] == [] and d["result"] == "done"' \
		"$k" check --json string.ko
	check "... and nothing stays loaded" not_loaded string
	check "apply: exit 0" exits 0 "$k" apply string.ko
	check "... the new code runs" gives string "generation 2"
	check "... again: nothing to do" exits 3 "$k" apply string.ko
	check "... by name: nothing to do" exits 3 "$k" apply string
	check "... check: nothing to do" exits 3 "$k" check string.ko
	check "list" says '^string +applied' "$k" list
	check "list --json" json \
		'[u["name"] for u in d["updates"]] == ["string"] and d["updates"][0]["applied"]' "$k" list --json
	check "show NAME" says 'replaces vmlinux:test_string_show,1' "$k" show string
	check "show NAME --json" json \
		'd["update"]["state"] == "applied" and d["update"]["stops"] == 1 and d["update"]["pause_ns"] > 0 and d["update"]["conflicts"] == []' \
		"$k" show --json string
	check "show FILE --json" json \
		'd["file"]["functions"][0]["name"] == "test_string_show" and d["file"]["signature"] == "none"' \
		"$k" show --json ./string.ko
	check "metrics" says '^ksplice_update_applied\{name="string"\} 1$' "$k" metrics
	check "undo --keep: the old code runs" exits 0 "$k" undo --keep string
	check "... and it stays loaded" loaded string
	check "... the old code runs" gives string "generation 1"
	check "... undo --keep again: nothing to do" exits 3 "$k" undo --keep string
	check "apply NAME of a loaded one" exits 0 "$k" apply string
	check "undo: exit 0" exits 0 "$k" undo string
	check "... the old code runs" gives string "generation 1"
	check "... and it is gone" not_loaded string
	check "... again: nothing to do" exits 3 "$k" undo string
	check "apply, undo as JSON" json 'd["update"]["state"] == "applied"' "$k" apply --json string.ko
	check "... undo" json 'd["update"]["state"] == "reversed" and d["exit"] == 0' "$k" undo --json string
}

busy() {
	sleeper
	check "check names who would be in the way" \
		says "would be in the way now: $SLEEPER cat test_sleep_killable_show" "$k" check sleep.ko
	check "... as JSON" json "d['busy'] == ['$SLEEPER cat test_sleep_killable_show']" \
		"$k" check --json sleep.ko
	check "apply with a thread inside: failed" exits 1 "$k" apply --timeout 2 sleep.ko
	check "... and names it" says "in the way: $SLEEPER cat test_sleep_killable_show" \
		"$k" apply --timeout 1 sleep.ko
	check "... and says what now" says 'what now: .*try again' "$k" apply --timeout 1 sleep.ko
	check "... and what it waits for meanwhile" \
		says "waiting, [0-9]+ s; in the way: $SLEEPER cat test_sleep_killable_show" \
		"$k" apply --timeout 3 sleep.ko
	check "... as JSON" json \
		"d['result'] == 'failed' and d['errors'][0]['cause'] == 'code_busy' and d['errors'][0]['conflicts'] == ['$SLEEPER cat test_sleep_killable_show'] and d['errors'][0]['what_now']" \
		"$k" apply --json --timeout 1 sleep.ko
	check "... and it does not stay loaded" not_loaded sleep
	check "apply --keep: failed" exits 1 "$k" apply --keep --timeout 1 sleep.ko
	check "... and it stays loaded" loaded sleep
	check "... --timeout has not changed what sysfs has" grep -qx 15000 "$SYSFS/sleep/timeout_ms"
	check "a signal ends the waiting" interrupted
	(sleep 3; echo 1 >"$T/gate") &
	check "apply --wait outlasts the timeout" exits 0 "$k" apply --wait --timeout 1 sleep
	wait
	sleeper
	check "undo with a thread inside: failed" exits 1 "$k" undo --timeout 1 sleep
	check "... and says in what" says "in the way: $SLEEPER cat test_sleep_killable_show" \
		"$k" undo --timeout 1 sleep
	check "... it stays applied" grep -qx applied "$SYSFS/sleep/state"
	release_sleeper
	check "undo when it has left" exits 0 "$k" undo sleep
}

interrupted() {
	local pid code=0 start=$SECONDS

	"$k" apply --timeout 60 sleep &
	pid=$!
	sleep 2
	kill -INT "$pid"
	kill -TERM "$pid"
	wait "$pid" || code=$?
	[ "$code" -eq 1 ] && [ $((SECONDS - start)) -lt 20 ] && grep -qx ready "$SYSFS/sleep/state"
}

# for_other_kernel FILE OUT
for_other_kernel() {
	"$EDIT" "$1" "$2" "$(uname -r)" "$(uname -r | sed 's/ksplice/KSPLICE/')"
}

# Copies of an update with something changed in them
bad_files() {
	for_other_kernel string.ko "$TMP/other.ko"
	check "another kernel's update: refused" exits 4 "$k" apply "$TMP/other.ko"
	check "... check: refused" exits 4 "$k" check "$TMP/other.ko"
	check "... and says for which" says 'it is for kernel 6.12.*-KSPLICE, and this is' "$k" check "$TMP/other.ko"
	head -c 20000 string.ko >"$TMP/short.ko"
	check "a file that was cut off: refused" exits 4 "$k" apply "$TMP/short.ko"
	check "no module: refused" says 'not a kernel module' "$k" apply /etc/passwd
	check "no file: failed" exits 1 "$k" apply "$TMP/none.ko"
	sed 's/generation 1/generation 9/' string.ko >"$TMP/damaged.ko"
	check "a damaged update: refused" exits 4 "$k" check "$TMP/damaged.ko"
	check "... and told from another one" says 'damaged' "$k" check "$TMP/damaged.ko"
	# The string that the old code prints, as the update has it, is another.
	"$EDIT" string.ko "$TMP/flipped.ko" 'generation 1' 'generation 9'
	check "an update of other code: refused" exits 4 "$k" check "$TMP/flipped.ko"
	check "... by the kernel, which is quoted" \
		says 'kernel: ksplice: string: the running kernel is not what this update was made for' \
		"$k" check "$TMP/flipped.ko"
	check "... as JSON" json 'd["errors"][0]["cause"] == "no_match" and not d["matches"] and d["errors"][0]["log"]' \
		"$k" check --json "$TMP/flipped.ko"
	check "... and nothing stays loaded" not_loaded string
}

probe() {
	local events=/sys/kernel/tracing/kprobe_events addr

	addr=$(awk '$3 == "test_string_show" { print $1 }' /proc/kallsyms)
	echo "p:ksplice_test test_string_show+0x$(jump_offset "$addr")" >"$events"
	echo 1 >/sys/kernel/tracing/events/kprobes/ksplice_test/enable
	check "check tells of a kprobe in the way" says 'a kprobe at test_string_show' "$k" check string.ko
	check "... refused" exits 4 "$k" check string.ko
	check "apply: refused" exits 4 "$k" apply string.ko
	check "... and says what to do" says 'what now: .*remove the kprobe' "$k" apply string.ko
	echo 0 >/sys/kernel/tracing/events/kprobes/ksplice_test/enable
	echo >"$events"
	check "it goes when the probe is gone" exits 0 "$k" apply string.ko
	"$k" undo string >/dev/null
}

# Behind ENDBR, if there is one, and the call of fentry
jump_offset() {
	if grep -q '^CONFIG_X86_KERNEL_IBT=y' "$KSPL_CONFIG"; then echo 9; else echo 5; fi
}

# --- who may do what ----------------------------------------------------------

security() {
	check "nobody may not load" exits 1 nobody "$k" apply string.ko
	check "... nor check" exits 1 nobody "$k" check string.ko
	check "... which says what now" says 'run this as root' nobody "$k" check string.ko
	check "... but look at files" exits 0 nobody "$k" show ./string.ko
	"$k" apply -q string.ko >/dev/null
	check "nobody may look" json 'd["applied"] == ["string"]' nobody "$k" status --json
	check "... but not at conflicts" json 'd["update"]["conflicts"] is None' nobody "$k" show --json string
	check "... whose mode is 0400" test "$(stat -c %a "$SYSFS/string/conflicts")" = 400
	check "... nor undo" exits 1 nobody "$k" undo string
	check "... nor write to enabled" exits 1 nobody bash -c "echo 0 >$SYSFS/string/enabled"
	check "... nor to timeout_ms" exits 1 nobody bash -c "echo 0 >$SYSFS/string/timeout_ms"
	check "... nor install" exits 1 nobody "$k" install string.ko
	check "root without CAP_SYS_MODULE may not undo" exits 1 powerless "$k" undo string
	check "... nor write to enabled" exits 1 powerless bash -c "echo 0 >$SYSFS/string/enabled"
	check "... nor to timeout_ms" exits 1 powerless bash -c "echo 0 >$SYSFS/string/timeout_ms"
	check "... and it stays applied" grep -qx applied "$SYSFS/string/state"
	check "nothing but enabled and timeout_ms can be written" only_two_writable
	check "nothing in sysfs that all may read has an address" no_addresses
	check "debugfs is root's" test "$(stat -c %a /sys/kernel/debug)" = 700
	check "... and so are ksplice's files in it" \
		test -z "$(find /sys/kernel/debug/ksplice -type f -perm /077)"
	"$k" undo string >/dev/null
	check "the kernel log has no address" no_addresses_logged
}

only_two_writable() {
	local got

	got=$(find "$SYSFS" -type f -perm /222 -printf '%f %m\n' | sort | paste -sd,)
	[ "$got" = "enabled 644,timeout_ms 644" ] || { echo "$got"; return 1; }
}

ADDRESS='(^|[^0-9a-f])(0x)?ffff[89a-f][0-9a-f]{11}([^0-9a-f]|$)'

# As nobody: kallsyms and the like are restricted for that one, as they should.
no_addresses() {
	local found

	found=$(nobody grep -raE "$ADDRESS" "$SYSFS" /sys/module/ksplice_string 2>/dev/null)
	[ ! "$found" ] || { echo "$found"; return 1; }
}

no_addresses_logged() {
	! dmesg | grep ksplice: | grep -E "$ADDRESS"
}

# --- Debian packages -------------------------------------------------------------

packages() {
	# A database of its own: the host's is large, and slow to read from here.
	local dpkg=(dpkg "--admindir=$TMP/dpkg" --force-unsafe-io --force-depends)
	mkdir -p "$TMP"/dpkg/{info,updates,triggers}
	: >"$TMP/dpkg/status"
	export KSPLICE_TIMEOUT=2
	local deb=ksplice-update-string_1.2_amd64.deb other=ksplice-update-string_1.3_amd64.deb

	check "ksplice-tools installs" "${dpkg[@]}" -i "$REPO"/build/ksplice-tools_*_amd64.deb
	check "... with its commands" says '^usage: ksplice' ksplice --help
	check "... kspl-build" says '^usage: kspl-build' kspl-build --help
	check "... kspl-objdiff, which knows the update" says 'update string for' kspl-objdiff inspect string.ko
	check "... manual pages" test -s /usr/share/man/man8/ksplice.8.gz
	check "... the unit, enabled" json 'd["service_enabled"]' ksplice status --json
	check "an update's package installs" "${dpkg[@]}" -i "$deb"
	check "... which applies it" gives string "generation 2"
	check "... and installs it" json 'd["updates"][0]["installed"] and d["updates"][0]["applied"]' ksplice list --json
	check "an upgrade of it" "${dpkg[@]}" -i "$other"
	check "... leaves it applied" gives string "generation 2"
	sleeper
	check "removal" "${dpkg[@]}" -r ksplice-update-string
	check "... takes it back" gives string "generation 1"
	check "... and out" not_loaded string
	check "... and leaves nothing installed" json 'd["updates"] == []' ksplice list --json
	check "one that is busy installs all the same" says 'sleep is installed, but NOT APPLIED' \
		"${dpkg[@]}" -i ksplice-update-sleep_1.2_amd64.deb
	check "... and is pending" json 'd["pending"] == ["sleep"] and d["applied"] == []' ksplice status --json
	release_sleeper
	check "... until there is a better moment" exits 0 ksplice apply sleep
	sleeper
	check "removal of one that is busy fails" exits 1 "${dpkg[@]}" -r ksplice-update-sleep
	check "... and it stays" says 'install ok|deinstall ok' "${dpkg[@]}" -s ksplice-update-sleep
	check "... applied" grep -qx applied "$SYSFS/sleep/state"
	release_sleeper
	check "... until there is a better moment" "${dpkg[@]}" -r ksplice-update-sleep
	check "... which takes it out" not_loaded sleep
	check "another kernel's package installs" says 'string is for kernel .*-KSPLICE, and this is' \
		"${dpkg[@]}" -i "$TMP/other.deb"
	check "... and does nothing" gives string "generation 1"
	check "... is told by status" json 'len(d["other_kernels"]) == 1 and d["pending"] == []' ksplice status --json
	check "... and can be removed" "${dpkg[@]}" -r ksplice-update-string
	check "ksplice-tools can be purged" "${dpkg[@]}" -P ksplice-tools
	check "... with all it had" test ! -e /var/lib/ksplice
}

# A package for another kernel, made from the one for this
other_package() {
	rm -rf "$TMP/deb"
	dpkg-deb -R ksplice-update-string_1.2_amd64.deb "$TMP/deb"
	sed -i 's/6\.12\.\([0-9]*\)-ksplice/6.12.\1-KSPLICE/g' "$TMP"/deb/DEBIAN/p*
	mv "$TMP/deb/usr/lib/ksplice/updates/$(uname -r)" \
		"$TMP/deb/usr/lib/ksplice/updates/$(uname -r | sed 's/ksplice/KSPLICE/')"
	for_other_kernel string.ko "$(find "$TMP/deb" -name '*.ko')"
	dpkg-deb -b "$TMP/deb" "$TMP/other.deb" >/dev/null
}

# --- after a boot -------------------------------------------------------------------

store() {
	mkdir -p /var/lib/ksplice
	mount --bind "$OUT/store" /var/lib/ksplice
}

first_boot() {
	store
	for_other_kernel chain.ko "$TMP/other.ko"
	check "install" exits 0 "$k" install string.ko
	check "... does not apply" not_loaded string
	check "... and is listed" says '^string +- +installed$' "$k" list
	check "... shown" says 'string: for kernel .*, which is running' "$k" show string
	check "... pending" json 'd["pending"] == ["string"]' "$k" status --json
	check "install --now applies" exits 0 "$k" install --now sleep.ko
	check "... it" grep -qx applied "$SYSFS/sleep/state"
	check "install for another kernel" exits 0 "$k" install "$TMP/other.ko"
	check "... is listed with it" says '^chain +- +installed, for kernel .*-KSPLICE' "$k" list
	check "install again" exits 0 "$k" install string.ko
	check "undo warns that it comes back" says 'is installed: it comes back' "$k" undo sleep
	check "... uninstall" exits 0 "$k" uninstall sleep
	check "... again: nothing to do" exits 3 "$k" uninstall sleep
}

second_boot() {
	store
	check "what was installed is there" json 'd["pending"] == ["string"]' "$k" status --json
	check "load-installed" exits 0 "$k" load-installed
	check "... applies it" gives string "generation 2"
	check "... skips another kernel's" says 'chain: skipped: it is for kernel .*-KSPLICE' "$k" load-installed
	check "... and no more" json 'd["applied"] == ["string"]' "$k" status --json
	chmod go+w "/var/lib/ksplice/$(uname -r)/string.ko"
	"$k" undo -q string >/dev/null
	check "a file that others may write to: refused" exits 4 "$k" load-installed
	check "... and not loaded" not_loaded string
	chmod go-w "/var/lib/ksplice/$(uname -r)/string.ko"
	mkdir -p /var/lib/ksplice/.marks
	: >"/var/lib/ksplice/.marks/string@$(uname -r)"
	check "one that was applied when the machine went down: held back" exits 4 "$k" load-installed
	check "... and not loaded" not_loaded string
	check "... status says so" says '^held back +string: ' "$k" status
	check "... until somebody says so" exits 0 "$k" unhold string
	check "... then it is applied" exits 0 "$k" load-installed
	check "uninstall --now" exits 0 "$k" uninstall --now string
	check "... takes it back" gives string "generation 1"
	check "nothing to load: nothing to do" exits 3 "$k" load-installed
	"$k" install string.ko >/dev/null 2>&1
}

switched_off_boot() {
	store
	check "ksplice.enable=0: nothing is applied" exits 3 "$k" load-installed
	check "... at all" not_loaded string
	check "... but by hand" exits 0 "$k" apply string
	check "a shutdown in order" exits 0 "$k" settle --now
}

# With systemd, from the packages on: the unit is what does it.
before_systemd() {
	store
	mkdir -p "$TMP"/dpkg/{info,updates,triggers}
	: >"$TMP/dpkg/status"
	dpkg "--admindir=$TMP/dpkg" --force-unsafe-io --force-depends -i "$REPO"/build/ksplice-tools_*_amd64.deb
}

systemd_boot() {
	check "the unit ran" says '^active$' systemctl is-active ksplice.service
	check "... early" before_sysinit
	check "... what was installed is applied" gives string "generation 2"
	check "... and no more" json 'd["applied"] == ["string"] and len(d["other_kernels"]) == 1' ksplice status --json
	check "... status: it comes back" says 'comes back \(ksplice.service\)' ksplice status
	check "... with what systemd lets it have" exits 0 systemctl restart ksplice.service
	ksplice undo -q string >/dev/null
	check "... again" exits 0 systemctl restart ksplice.service
	check "... it is applied" gives string "generation 2"
	check "... and marked" test -s "/var/lib/ksplice/.marks/string@$(uname -r)"
	check "the unit of a shutdown can't be stopped by hand" exits 4 systemctl stop ksplice-shutdown.service
	check "... and the mark stays" test -s "/var/lib/ksplice/.marks/string@$(uname -r)"
}

before_sysinit() {
	systemctl show -P Before ksplice.service | grep -w sysinit.target >/dev/null &&
		systemctl show -P Before ksplice.service | grep -w systemd-sysctl.service >/dev/null
}

systemd_off_boot() {
	check "ksplice.enable=0: the unit does not run" says '^inactive$' systemctl is-active ksplice.service
	check "... because of its condition" says '^no$' systemctl show -P ConditionResult ksplice.service
	check "... nothing is applied" not_loaded string
}

guest() {
	TMP=$(mktemp -d)
	cd "$OUT"
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	"$@"
	done_testing
}

case ${1:-} in
--setup)
	TMP=$(mktemp -d)
	before_systemd >/dev/null 2>&1
	exit ;;
--guest)
	shift
	case $1 in
	first) everything() { commands; busy; bad_files; probe; } ;;
	packages) everything() { other_package; packages; } ;;
	*) everything() { "$1"; } ;;
	esac
	guest everything "$1"
	exit ;;
esac

# --- on the host ------------------------------------------------------------------------

version=$("$REPO/scripts/debian-versions" --older)
B=$("$REPO/vm/build-kernel" series "$version")
make -s -C "$REPO/tools/ksplice"
make -s -C "$REPO/tools/kspl-objdiff"
"$REPO/scripts/build-tools-deb" >/dev/null
rm -rf "$OUT"
mkdir -p "$OUT/store"
export KSPL_CONFIG=$B/.config
update() {
	"$REPO/tools/kspl-build/kspl-build" -s "$CACHE/tree/$version" -b "$B" -n "$1" \
		-o "$OUT/$1.ko" "${@:2}" "$REPO/selftests/updates/$1.diff"
}
check "an update is made" update chain
check "... with its package" update string --deb --deb-version 1.2
check "... and its next version" update string --deb --deb-version 1.3
check "... and another" update sleep --deb --deb-version 1.2
done_testing

code=0
declare -A off=([systemd_off_boot]=ksplice.enable=0)
run() {
	"$REPO/vm/run" --kernel "$B/arch/x86/boot/bzImage" --share "$OUT" --timeout 900 "${@:2}" \
		-- "$self" --guest "$1" || code=1
}
for g in ${KSPL_GUESTS:-first security packages first_boot second_boot switched_off_boot \
	systemd_boot systemd_off_boot}; do
	case $g in
	systemd_*)
		[ -x /lib/systemd/systemd ] || continue
		run $g --systemd --setup "$self --setup" --append "${off[$g]:-}" ;;
	switched_off_boot) run $g --append ksplice.enable=0 ;;
	*) run "$g" ;;
	esac
done
[ $BAD -eq 0 ] && exit $code
