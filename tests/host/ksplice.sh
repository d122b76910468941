#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# The administrator's command, against a kernel that is made up: what it says
# and returns for everything a kernel can answer, and what it keeps on disk.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

# shellcheck source=tests/ksplice/lib.sh
. "$REPO/tests/ksplice/lib.sh"

# --- the command line ---------------------------------------------------------

boot
check "no command: usage" exits 2 k
check "--help" says '^usage: ksplice' k --help
check "--version" says '^ksplice [0-9]' k --version
check "unknown command: usage" exits 2 k frobnicate
check "unknown option: usage" exits 2 k list --frobnicate
check "an option of another command: usage" exits 2 k list --keep
to_full() { "$TOOL" "$@" >/dev/full; }
full() { exits 1 to_full "$@" 2>/dev/null; }
for c in --help --version status 'status --json' 'status --vex' metrics; do
	# shellcheck disable=SC2086 # words
	check "output that can't be written: $c fails" full $c
done
check "--root where modules are loaded: usage" exits 2 k apply --root / fix-foo.ko
check "no argument: usage" exits 2 k apply
check "two arguments: usage" exits 2 k apply a b
check "an argument too many: usage" exits 2 k list a
for t in x -1 3601 1s ''; do
	check "--timeout '$t': usage" exits 2 k apply --timeout "$t" fix-foo.ko
done

# --- files ----------------------------------------------------------------------

check "show FILE" says 'fix-foo: for kernel 6.12.1-test, which is running' k show ./fix-foo.ko
check "... --json" json 'd["file"]["functions"][0]["name"] == "test_func" and d["exit"] == 0' \
	k show --json ./fix-foo.ko
check "... not signed" json 'd["file"]["signature"] == "none"' k show --json ./fix-foo.ko
check "... a signature is there, and nobody says that it is good" \
	json 'd["file"]["signature"] == "not_verified"' k show --json ./signed.ko
BARE=1 "$make_update" bare.ko fix-foo 6.12.1-test test_func
check "... the mark alone is no signature" json 'd["file"]["signature"] == "none"' k show --json ./bare.ko
check "no such file: failed" exits 1 k show ./none.ko
check "... and what now" says 'what now: ' k show ./none.ko
check "text: refused" exits 4 k show "$REPO/tests/host/ksplice.sh"
: >empty.ko
check "an empty file: refused" exits 4 k show ./empty.ko
cp /bin/true program.ko
check "a program: refused" exits 4 k show ./program.ko
FORMAT=99 "$make_update" format.ko fix-foo 6.12.1-test test_func
check "another format: refused, and said" says 'format 99' k show ./format.ko
"$make_update" path.ko ../../etc/x 6.12.1-test test_func
check "a name with a path in it: refused" exits 4 k install ./path.ko
"$make_update" path.ko fix-foo ../../etc test_func
check "a release with a path in it: refused" exits 4 k install ./path.ko

# Whatever a damaged file says, it is read within its bounds.
damaged() {
	local size i out code

	size=$(stat -c %s fix-foo.ko)
	for ((i = 0; i < size; i += 3)); do
		cp fix-foo.ko bad.ko
		printf '\xff' | dd of=bad.ko bs=1 seek="$i" conv=notrunc status=none
		code=0
		out=$("$TOOL" show ./bad.ko 2>&1) || code=$?
		case $code in
		0 | 4) ;;
		*) echo "byte $i: exit code $code: $out"; return 1 ;;
		esac
		head -c "$i" fix-foo.ko >bad.ko
		code=0
		"$TOOL" show ./bad.ko >/dev/null 2>&1 || code=$?
		[ $code -eq 4 ] || { echo "cut at $i: exit code $code"; return 1; }
	done
}
check "each third byte changed, each third length" damaged

# With the checksum that kspl-build puts behind a file's end none is overlooked.
SEALED=1 "$make_update" sealed.ko fix-foo 6.12.1-test test_func
SEALED=1 SIGNED=1 "$make_update" sealed-signed.ko fix-foo 6.12.1-test test_func
for f in sealed sealed-signed; do
	check "$f: its checksum is over all of it" json 'd["file"]["code_checksum"]' k show --json ./$f.ko
done
check "a signature behind it is seen" says 'signature present, not verified$' k show ./sealed-signed.ko
check "a file without one is told from that" says 'not signed, without a checksum of its code$' k show ./fix-foo.ko
overlooked() {
	local end i

	end=$(($(stat -c %s sealed.ko) - 28))
	for ((i = 0; i < end; i += 3)); do
		cp "$1.ko" bad.ko
		printf '\xfe' | dd of=bad.ko bs=1 seek="$i" conv=notrunc status=none
		cmp -s bad.ko "$1.ko" || exits 4 "$TOOL" show ./bad.ko >/dev/null 2>&1 ||
			{ echo "byte $i is overlooked"; return 1; }
	done
}
check "each third byte of it changed: refused" overlooked sealed
check "... of a signed one, too" overlooked sealed-signed

# --- check ------------------------------------------------------------------------

check "check: fits" exits 0 k check fix-foo.ko
check "... as JSON" json 'd["matches"] and d["busy"] == [] and d["result"] == "done"' k check --json fix-foo.ko
check "... and nothing stays loaded" test ! -e "$U/fix-foo"
# ended while the kernel loads it, which takes until the log can be read
mkfifo "$R/faults/log"
ended() {
	local pid code=0

	exec 9<>"$R/faults/log"
	LD_PRELOAD=$TMP/fake.so "$TOOL" check fix-foo.ko 9>&- &
	pid=$!
	sleep 1
	kill -TERM $pid
	sleep 0.2
	echo >&9
	sleep 0.2
	exec 9>&-
	wait $pid || code=$?
	[ $code -eq 143 ] || { echo "exit $code"; return 1; }
}
check "check: a signal ends it" ended
sleep 0.5
check "... and nothing stays loaded" test ! -e "$U/fix-foo"
rm -f "$R/faults/log"
check "check: another kernel's: refused" exits 4 k check other.ko
VERMAGIC="6.12.2-other SMP" "$make_update" magic.ko fix-foo 6.12.1-test test_func
check "check: another vermagic: refused" exits 4 k check magic.ko
thread 100 sleeper do_wait vfs_read
check "check: a thread elsewhere is not in the way" says 'none of 1 sleeping' k check fix-foo.ko
thread 101 reader schedule test_func ksys_read
check "check: names a thread in the way" says 'in the way now: 101 reader test_func' k check fix-foo.ko
thread 101 reader "test_func+0x1/0x2 [ksplice_other]"
thread 102 third do_wait
thread 103 fourth test_function
check "... by whole names, and only in old code" json 'd["busy"] == []' k check --json fix-foo.ko
for i in 104 105 106 107 108; do
	thread $i worker test_func kthread
done
check "check: most threads are in it: they may leave" says 'would wait for 5 thread' k check fix-foo.ko
thread 2 kthreadd schedule kthreadd
check "... kthreadd is elsewhere" exits 0 k check fix-foo.ko
thread 2 kthreadd test_func
echo '2 (kthreadd) D 0' >"$R/proc/2/stat"
check "... makes a thread in it" says 'would wait for 6 thread' k check fix-foo.ko
echo '2 (kthreadd) S 0' >"$R/proc/2/stat"
check "... kthreadd sleeps in it: refused" says 'kthreadd sleeps inside the code' k check fix-foo.ko
check "... as the core would" json 'd["errors"][0]["cause"] == "always_busy" and d["exit"] == 4' k check --json fix-foo.ko
rm -rf "$R"/proc/1?? "$R/proc/2"
thread 100 $'a\xffb"\\c' test_func
check "check: a name that is no UTF-8 gives JSON all the same" json 'len(d["busy"]) == 1' k check --json fix-foo.ko
rm -rf "$R"/proc/1??
mkdir -p "$R/sys/kernel/livepatch/lp/vmlinux/test_func,1"
echo 1 >"$R/sys/kernel/livepatch/lp/enabled"
check "check: livepatched: refused" exits 4 k check fix-foo.ko
check "... and by which" says 'livepatch lp redirects test_func' k check fix-foo.ko
echo 0 >"$R/sys/kernel/livepatch/lp/enabled"
check "... a disabled one is not in the way" exits 0 k check fix-foo.ko
printf 'ffffffff81000009  k  test_func+0x9    [OPTIMIZED]\n' >"$R/sys/kernel/debug/kprobes/list"
check "check: a kprobe in the jump: refused" exits 4 k check fix-foo.ko
printf 'ffffffff81000004  k  test_func+0x4    [FTRACE]\nffffffff81000020  k  test_func+0x20\n' \
	>"$R/sys/kernel/debug/kprobes/list"
check "... others are not in the way" exits 0 k check fix-foo.ko
echo Y >"$R/sys/module/module/parameters/sig_enforce"
check "check: signatures enforced: refused" exits 4 k check fix-foo.ko
check "... and what now" says '--sign-key' k check fix-foo.ko
check "... apply: refused" exits 4 k apply fix-foo.ko
check "... a signed one is left to the kernel" exits 0 k check signed.ko
check "... one with the mark alone is not" exits 4 k check bare.ko
echo N >"$R/sys/module/module/parameters/sig_enforce"
echo 'none [integrity] confidentiality' >"$R/sys/kernel/security/lockdown"
check "check: locked down: refused" says 'locked down' k check fix-foo.ko
boot
rmdir "$U"
check "check without a core: failed" exits 1 k check fix-foo.ko
check "... and what now" says 'modprobe ksplice' k check fix-foo.ko
check "apply without a core: failed" exits 1 k apply fix-foo.ko
# One that is there, and that the kernel does not take
printf '#!/bin/sh\n[ "$*" = "-nq ksplice" ]\n' >modprobe
chmod 755 modprobe
echo "$TMP/modprobe" >"$R/proc/sys/kernel/modprobe"
if [ "$(id -u)" -eq 0 ]; then
	check "apply with a core that can't be loaded" says "'modprobe ksplice' and the end of the kernel's log" \
		k apply fix-foo.ko
	echo 'none [integrity] confidentiality' >"$R/sys/kernel/security/lockdown"
	check "... for want of a key that the kernel trusts" says 'mokutil --import /var/lib/dkms/mok.pub' \
		k apply signed.ko
	check "... for programs" json 'd["errors"][0]["cause"] == "core_not_trusted"' k apply --json signed.ko
	echo 1 >"$R/proc/sys/kernel/modules_disabled"
	check "... since nothing can be loaded any more" says 'kernel.modules_disabled is 1' k apply signed.ko
	echo 0 >"$R/proc/sys/kernel/modules_disabled"
	echo '[none] integrity confidentiality' >"$R/sys/kernel/security/lockdown"
fi
printf '#!/bin/sh\n[ "$*" = "-q ksplice" ] && mkdir %s\n' "$U" >modprobe
chmod 755 modprobe
echo "$TMP/modprobe" >"$R/proc/sys/kernel/modprobe"
[ "$(id -u)" -ne 0 ] || check "apply loads the core" exits 0 k apply fix-foo.ko

# --- apply, undo --------------------------------------------------------------------

boot
check "apply" says 'fix-foo: applied; the machine stood still for 0.054 ms' k apply fix-foo.ko
check "... again: nothing to do" exits 3 k apply fix-foo.ko
check "undo" exits 0 k undo fix-foo
check "... again: nothing to do" exits 3 k undo fix-foo
check "... a file: nothing to do, and said" says 'needs a name' k undo ./fix-foo.ko
check "apply another kernel's: refused" exits 4 k apply other.ko

# Each word that the kernel has for a failure
words=$(sed -n '/cause_words\[\] = {/,/^};/s/.*= "\([a-z_]*\)".*/\1/p' \
	"$REPO/kernel-tree-overlay/kernel/ksplice/sysfs.c")
explained() {
	local word=$1 errno=16 want=4

	case $word in
	interrupted) errno=4 want=1 ;;
	cancelled) errno=125 want=1 ;;
	out_of_memory) errno=12 want=1 ;;
	code_busy | target_moving) want=1 ;;
	esac
	boot
	echo "$errno $word ksplice: fix-foo: because" >"$R/faults/enable"
	echo "12 cat test_func" >"$R/faults/conflicts"
	exits $want k apply fix-foo.ko &&
		json "d['errors'][0]['cause'] == '$word' and d['errors'][0]['log'] == ['ksplice: fix-foo: because']" \
			k apply --json fix-foo.ko &&
		says 'what now: ' k apply fix-foo.ko || return 1
	[[ $(k apply fix-foo.ko 2>&1) != *"the kernel says '$word'"* ]] ||
		{ echo "only as an unknown word"; return 1; }
	[ ! -e "$U/fix-foo" ] || { echo "it stays loaded"; return 1; }
}
n=0
for w in $words; do
	[ "$w" != ok ] || continue
	n=$((n + 1))
	check "the kernel says $w: explained" explained "$w"
done
check "the kernel has such words" test $n -ge 7
boot
echo "16 moon_phase" >"$R/faults/enable"
check "a word of tomorrow: failed, and told" says "the kernel says 'moon_phase'" k apply fix-foo.ko
echo "16 code_busy" >"$R/faults/enable"
echo "12 cat test_func" >"$R/faults/conflicts"
check "conflicts are told" says 'in the way: 12 cat test_func' k apply fix-foo.ko
echo 2 >"$R/faults/slow"
check "... progress" says 'waiting, 1 s' k apply fix-foo.ko
check "... not with -q" says '^ksplice: fix-foo: not applied' k apply -q fix-foo.ko
quiet_json() { [ ! "$(k apply -q --json fix-foo.ko 2>&1 >/dev/null)" ]; }
check "... and nothing but JSON with --json -q" quiet_json
rm "$R/faults/slow"
check "apply --keep: failed" exits 1 k apply --keep fix-foo.ko
check "... and stays loaded" grep -qx ready "$U/fix-foo/state"
rm "$R"/faults/*
# A change that ends before the core begins it leaves the cause of an earlier one.
for errno in '4 interrupted' '12 out_of_memory'; do
	echo "${errno% *} -" >"$R/faults/enable"
	echo hook_failed >"$U/fix-foo/abort_cause"
	check "not begun for errno $errno: not the cause of an earlier change" \
		json "d['errors'][0]['cause'] == '${errno#* }' and d['exit'] == 1" k apply --json fix-foo
	echo "${errno% *} - ksplice: fix-foo: not applied (-${errno% *}); see abort_cause and conflicts in /sys/kernel/ksplice/fix-foo" \
		>"$R/faults/enable"
	check "... begun: the cause counts" json "d['errors'][0]['cause'] == 'hook_failed'" k apply --json fix-foo
done
check "the core logs it in those words" grep -q '"%s: not %s (%d)' "$REPO/kernel-tree-overlay/kernel/ksplice/core.c"
rm "$R/faults/enable"
check "undo of what is only loaded removes it" says 'was not applied; removed' k undo fix-foo
k apply fix-foo.ko >/dev/null
echo "1 ok" >"$R/faults/enable"
check "not permitted: failed" exits 1 k undo fix-foo
check "... and what now" says 'CAP_SYS_MODULE' k undo fix-foo

# load ERRNO EXIT CAUSE LOG: why it can't be loaded
load_fails() {
	boot
	echo "$1 $4" >"$R/faults/load"
	exits "$2" k apply fix-foo.ko &&
		json "d['errors'][0]['cause'] == '$3' and d['errors'][0]['what_now']" k apply --json fix-foo.ko &&
		exits "$2" k check fix-foo.ko
}
while IFS='|' read -r errno code cause log; do
	check "loading fails with $errno, $cause: explained" load_fails "$errno" "$code" "$cause" "$log"
done <<'END'
84|4|no_match|ksplice: fix-foo: the running kernel is not what this update was made for: a.o: f+0x1: the running kernel differs
2|4|no_match|ksplice: fix-foo: the running kernel is not what this update was made for: function f is not in vmlinux's kallsyms
76|4|ambiguous|ksplice: fix-foo: the running kernel is not what this update was made for: kallsyms has f at 2 addresses, and neither code nor data tells
2|1|no_core|ksplice_fix_foo: Unknown symbol ksplice_abi_9 (err -2)
8|4|other_kernel|ksplice_fix_foo: version magic 'a' should be 'b'
17|4|name_in_use|ksplice: fix-foo: an update of that name is loaded; remove that one first, or rename this one
22|4|bad_file|ksplice: ksplice_fix_foo: not a valid hot update: it is damaged
8|4|symbol|ksplice: fix-foo: symbol s is not in the running kernel; refused, nothing was changed
2|1|needs_module|ksplice: fix-foo: the new code for vmlinux needs f of module m, which is not loaded; load that first
8|4|bad_file|ksplice: fix-foo: not a valid hot update: its jump labels or static calls are not in the order that is needed; it is damaged, or an older kspl-objdiff made it, build it again
95|4|symbol|ksplice: fix-foo: the new code for module m has a jump label (at f+0x10/0x40 [ksplice_fix_foo]) whose key is read-only once the module is loaded, which needs a patch that does without it; refused, nothing was changed
16|1|busy|ksplice: fix-foo: module m is being loaded or removed for too long; try again when that is over
95|4|cannot_replace|ksplice: fix-foo: cannot replace f: it is entry or noinstr code; refused, nothing was changed
95|4|replaced|ksplice: fix-foo: cannot replace f: an applied update replaces it already; take that one back first; refused, nothing was changed
16|4|outdated|ksplice: fix-foo: update fix-foo-2, which is applied, supersedes it and has all that it has; it is not needed
129|4|key_rejected|
126|4|key_rejected|Loading of module with unavailable key is rejected
129|4|not_signed|Loading of unsigned module is rejected
74|4|key_rejected|
1|4|not_signed|Lockdown: ksplice: unsigned module loading is restricted; see man kernel_lockdown.7
1|1|not_permitted|
12|1|out_of_memory|
16|1|busy|
71|4|format|
5|4|load_failed|
END

# --- list, status, show, metrics -----------------------------------------------------

boot
check "list: nothing" json 'd["updates"] == []' k list --json
k apply -q fix-foo.ko >/dev/null
check "list" says '^fix-foo +applied' k list
check "show NAME" says 'replaces vmlinux:test_func,1' k show fix-foo
check "show NAME --json" json 'd["update"]["state"] == "applied" and d["update"]["functions"] == ["vmlinux:test_func,1"]' \
	k show --json fix-foo
mkdir "$KSPLICE_ROOT/sys/kernel/ksplice/fix-foo/vmlinux/test_ops,1"
echo '8 8' >"$KSPLICE_ROOT/sys/kernel/ksplice/fix-foo/vmlinux/test_ops,1/words"
check "show: a constant that changes in place" says 'changes in place vmlinux:test_ops,1' k show fix-foo
check "... is no function" json 'd["update"]["functions"] == ["vmlinux:test_func,1"] and d["update"]["constants"] == ["vmlinux:test_ops,1"]' \
	k show --json fix-foo
rm -r "$KSPLICE_ROOT/sys/kernel/ksplice/fix-foo/vmlinux/test_ops,1"
check "status" says '^applied +fix-foo$' k status
check "status --json" json 'd["applied"] == ["fix-foo"] and d["release"] == "6.12.1-test" and d["core"] == "built_in"' \
	k status --json
metrics_are() {
	local bad

	k metrics --output m.prom
	bad=$(grep -vE '^(# (HELP|TYPE) ksplice_[a-z_]+ .+|ksplice_[a-z_]+(\{([a-z]+="[^"\\]*",?)+\})? [0-9]+)$' m.prom) || :
	[ ! "$bad" ] || { echo "$bad"; return 1; }
	grep -qx 'ksplice_update_applied{name="fix-foo"} 1' m.prom
}
check "metrics are as node_exporter wants them" metrics_are
check "... nothing but them is left" test "$(echo m.prom*)" = m.prom
check "... not as JSON, which others have" says "what now: 'ksplice show --json NAME' has the figures" k metrics --json
check "... they have it" json 'all(f in d["update"] for f in ("pause_ns", "checked_tasks", "attempts", "abort_cause"))' \
	k show --json fix-foo
check "... and" json '"applied" in d and "held_back" in d' k status --json
check "... to nowhere: failed" exits 1 k metrics --output none/m.prom

# --- who may keep the new code from running ---------------------------------------------

boot
k apply -q fix-foo.ko >/dev/null
check "show: nobody keeps it from running" json 'd["update"]["may_not_run"] == []' k show --json fix-foo
mkdir -p "$R/sys/kernel/debug/fail_function"
printf 'test_func2\ntest_func [other]\n' >"$R/sys/kernel/debug/fail_function/inject"
check "... others of its name are others" json 'd["update"]["may_not_run"] == []' k show --json fix-foo
echo test_func >>"$R/sys/kernel/debug/fail_function/inject"
check "... errors are injected" says '^  may not run: vmlinux:test_func,1: errors are injected' k show fix-foo
check "... as JSON" json 'len(d["update"]["may_not_run"]) == 1' k show --json fix-foo
check "... as a metric" says '^ksplice_update_bypassed\{name="fix-foo"\} 1$' k metrics
rm -r "$R/sys/kernel/debug/fail_function"
mkdir -p "$R/sys/kernel/livepatch/lp/vmlinux/test_func,1"
check "... a livepatch that came later" says '^  may not run: vmlinux:test_func,1: livepatch lp redirects it$' \
	k show fix-foo
rm -r "$R/sys/kernel/livepatch/lp"

# --- probes on old code --------------------------------------------------------------------

boot
k apply -q fix-foo.ko >/dev/null
list=$R/sys/kernel/debug/kprobes/list
none_listed() { json 'd["update"]["old_probes"] == []' k show --json fix-foo; }
not_known() {
	says "^  probes on old code: not known: .*$1" k show fix-foo &&
		json 'd["update"]["old_probes"] is None' k show --json fix-foo
}
check "show: without the list, probes are not known" not_known 'is not there'
rm -f "$list"
mkdir "$list"
check "... nor where it can't be read" not_known "can't be read"
rmdir "$list"
: >"$list"
check "... no probe" none_listed
printf '%s\n' 'ffffffff81000100  k  test_func2+0x20   ' 'ffffffff81000200  k  xtest_func+0x20   [DISABLED]' \
	'ffffffffc0000010  k  test_func+0x30  ksplice_fix_foo ' 'ffffffffc0000020  k  test_func+0x40  other [FTRACE]' \
	'ffffffff81000021  k  test_func+0x21   [GONE]' >"$list"
check "... probes on other functions, and on the new code" none_listed
echo 'ffffffff81000021  k  test_func+0x21   [OPTIMIZED]' >>"$list"
check "... one in the old code" says '^  probe on old code: vmlinux:test_func,1: kprobe at test_func\+0x21: is not hit$' k show fix-foo
check "... and how to aim at the new code" says '^  to probe the new code: ksplice_fix_foo:FUNCTION in tracefs; perf probe -m ksplice_fix_foo' \
	k show fix-foo
check "... as JSON" json 'd["update"]["old_probes"] == ["vmlinux:test_func,1: kprobe at test_func+0x21: is not hit"]' \
	k show --json fix-foo
mkdir -p "$R/sys/kernel/tracing"
printf '%s\n' 'p:mine/other test_func2+33' 'p:mine/inside test_func+33 x=%di' 'r:mine/back test_func' >"$R/sys/kernel/tracing/kprobe_events"
check "... with its name in tracefs" says 'kprobe at test_func\+0x21 \(event mine/inside\): is not hit$' k show fix-foo
printf '%s\n' 'ffffffff81000000  k  test_func+0x0   [DISABLED][FTRACE]' 'ffffffff81000004  r  test_func+0x4   [FTRACE]' \
	'ffffffff81000300  k  test_func.cold+0x3/0x20 ' >"$list"
check "... at the entry" says 'kprobe at test_func\+0x0, disabled: sees calls, then the new code runs$' k show fix-foo
check "... at the return" says 'kretprobe at test_func\+0x4 \(event mine/back\): sees returns, of the new code$' k show fix-foo
check "... in the cold part" says 'kprobe at test_func.cold\+0x3: is not hit$' k show fix-foo
printf '%s\n' 'ffffffff81000000 t other' 'ffffffff81000500 t test_func' 'ffffffff81000700 t test_func' >"$R/proc/kallsyms"
echo 'ffffffff81000721  k  test_func+0x21  ' >"$list"
check "... in another function of that name" none_listed
echo 'ffffffff81000521  k  test_func+0x21  ' >"$list"
check "... in the one that is replaced" says 'kprobe at test_func\+0x21 .*: is not hit$' k show fix-foo
echo 'nonsense' >>"$list"
check "... a list that is not understood is none" not_known 'not understood: nonsense'
: >"$list"
k undo -q --keep fix-foo >/dev/null
echo 'ffffffff81000521  k  test_func+0x21  ' >"$list"
check "... when it is not applied, there is no old code" none_listed

# --- what goes with it --------------------------------------------------------------------

complete_line() {
	# shellcheck source=/dev/null
	. "$REPO/tools/ksplice/completion.bash"
	compopt() { :; }
	ksplice() { k "$@"; }
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_ksplice
	printf '%s\n' "${COMPREPLY[@]}"
}
boot
k apply -q fix-foo.ko >/dev/null
check "completion: commands" says '^load-installed$' complete_line ksplice l
check "completion: names" says '^fix-foo$' complete_line ksplice undo f
check "completion: options" says '^--keep$' complete_line ksplice undo --k
for o in output root json quiet help; do
	check "completion: metrics --$o" says "^--$o\$" complete_line ksplice metrics --
done
check "completion: files" says '^other.ko$' complete_line ksplice check o

documented() {
	local page=$REPO/Documentation/man/ksplice.8 word bad=0

	for word in $(k --help | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
		grep -q "^\.It Cm $word" "$page" || { echo "$word is not in the manual page"; bad=1; }
	done
	for word in $(k --help | grep -oE -- '--[a-z]+' | sort -u | grep -vE 'help|version'); do
		grep -qE "^\.It Fl (q , )?-${word#--}( |$)" "$page" || { echo "$word is not in the manual page"; bad=1; }
	done
	return $bad
}
check "the manual page has all commands and options" documented
check "the edited update is one" "$edit" fix-foo.ko edited.ko test_func best_func
done_testing
