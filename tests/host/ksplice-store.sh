#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# What ksplice keeps on the disk, against a kernel that is made up: installing,
# what a boot does with it, and what is held back after a crash.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
# shellcheck source=tests/ksplice/lib.sh
. "$REPO/tests/ksplice/lib.sh"

boot
check "install" exits 0 k install fix-foo.ko
check "... is there" cmp fix-foo.ko "$S/6.12.1-test/fix-foo.ko"
check "... with nothing beside it" test "$(ls -A "$S/6.12.1-test")" = fix-foo.ko
check "... warns if nothing loads it at boot" says 'systemctl enable' k install fix-foo.ko
check "... is pending" json 'd["pending"] == ["fix-foo"]' k status --json
check "... in metrics, too" says '^ksplice_update_pending\{name="fix-foo"\} 1$' k metrics
check "... again" exits 0 k install "$S/6.12.1-test/fix-foo.ko"
check "... and not empty then" cmp fix-foo.ko "$S/6.12.1-test/fix-foo.ko"
check "apply NAME of an installed one" exits 0 k apply fix-foo
check "undo warns that it comes back" says 'comes back with the next boot' k undo fix-foo
check "install for another kernel" exits 0 k install other.ko
check "... does not apply it" exits 0 k install --now other.ko
check "... says for which" says 'the running kernel is 6.12.1-test' k install other.ko
check "load-installed" exits 0 k load-installed
check "... applies what is for this kernel" grep -qx applied "$U/fix-foo/state"
check "... skips what is for others, and says so" says 'skipped: it is for kernel 6.12.2-other' k load-installed
check "... as JSON" json 'len(d["updates"]) == 1 and d["updates"][0]["exit"] == 0' k load-installed --json
k undo -q fix-foo >/dev/null
echo root=/dev/sda ksplice.enable=0 >"$R/proc/cmdline"
check "ksplice.enable=0: nothing to do" exits 3 k load-installed
check "... and nothing loaded" test ! -e "$U/fix-foo"
printf 'root=/dev/sda\tksplice.enable=0\n' >"$R/proc/cmdline"
check "... behind a tab" exits 3 k load-installed
echo ksplice.enable=0 ksplice.enable=1 >"$R/proc/cmdline"
check "... the last one counts" exits 0 k load-installed
k undo -q fix-foo >/dev/null
for what in "$S" "$S/6.12.1-test" "$S/6.12.1-test/fix-foo.ko"; do
	chmod g+w "$what"
	check "${what##*/} that others may write to: refused" exits 4 k load-installed
	chmod g-w "$what"
done
mv "$S/6.12.1-test/fix-foo.ko" "$S/elsewhere"
ln -s ../elsewhere "$S/6.12.1-test/fix-foo.ko"
check "a symbolic link: refused" exits 4 k load-installed
mv "$S/elsewhere" "$S/6.12.1-test/fix-foo.ko"
mv "$S/6.12.1-test" "$S/../elsewhere"
ln -s ../elsewhere "$S/6.12.1-test"
for c in load-installed status list metrics 'status --vex' 'uninstall fix-foo'; do
	# shellcheck disable=SC2086 # words
	check "a link in the place of the directory: $c fails" exits 1 k $c
done
rm "$S/6.12.1-test"
touch "$S/6.12.1-test"
check "... a file" exits 1 k load-installed
rm "$S/6.12.1-test"
mv "$S/../elsewhere" "$S/6.12.1-test"
touch "$S/README"
cp "$S/6.12.1-test/fix-foo.ko" "$S/6.12.1-test/renamed.ko"
check "a file under another name: refused" exits 4 k load-installed
check "... the others are applied all the same" grep -qx applied "$U/fix-foo/state"
rm "$S/6.12.1-test/renamed.ko" "$S/README"
check "uninstall --now" exits 0 k uninstall --now fix-foo
check "... of all kernels, with their directories" test "$(ls "$S")" = ""
check "... takes it back" test ! -e "$U/fix-foo"
check "... again: nothing to do" exits 3 k uninstall fix-foo
check "nothing installed: nothing to do" exits 3 k load-installed
mkdir image
check "install into an image" exits 0 k install --root image fix-foo.ko
check "... is there" cmp fix-foo.ko image/var/lib/ksplice/6.12.1-test/fix-foo.ko
check "... listed" json 'd["updates"][0]["name"] == "fix-foo"' k list --json --root image
check "--root with nothing: usage, and not this machine" exits 2 k list --root ''
check "... either way" exits 2 k status --root=
for c in 'list' 'status' 'status --vex' 'metrics' 'uninstall x'; do
	# shellcheck disable=SC2086 # words
	check "an image that is not there: $c" exits 2 k $c --root "$TMP/nowhere"
done
boot
(umask 077 && k install -q --now fix-foo.ko >/dev/null)
check "a narrow umask: all may see what is installed" test "$(stat -c %a "$S" "$S/6.12.1-test" "$S/.marks" | paste -sd,)" = 755,755,755
check "... but not hold the lock" test "$(stat -c %a "$S/.lock")" = 600
boot
(umask 0 && k install -q --now fix-foo.ko >/dev/null)
check "a wide one: nobody may write there" test -z "$(find "$S" -perm /022)"

# --- the lock -----------------------------------------------------------------------------

boot
mkdir -p "$S"
mkfifo "$S/.lock"
in_time() { timeout 20 env LD_PRELOAD="$TMP/fake.so" "$TOOL" "$@"; }
check "a FIFO in the place of the lock: is waited for by nobody" exits 0 in_time install fix-foo.ko
rm "$S/.lock"
ln -s "$TMP/laid" "$S/.lock"
check "a link in its place: refused" exits 1 in_time install fix-foo.ko
check "... and not followed" absent "$TMP/laid"
rm "$S/.lock"
mkdir "$S/.lock"
check "a directory in its place: refused" exits 1 in_time apply fix-foo.ko

# --- held back after a crash ------------------------------------------------------------

mark() { printf '%s/.marks/%s@6.12.1-test' "$S" "$1"; }
held() { json "[h['name'] for h in d['held_back']] == [$1]" k status --json; }

"$make_update" fix-bar.ko fix-bar 6.12.1-test test_func
"$make_update" fix-baz.ko fix-baz 6.12.1-test test_func
# Each is loaded under its own name.
echo file >"$R/name"
"$make_update" fix-two.ko fix-bar 6.12.1-test test_func test_func2

boot
echo file >"$R/name"
k install -q fix-foo.ko >/dev/null
k install -q --now fix-bar.ko >/dev/null
check "what is applied by hand is marked" test -s "$(mark fix-bar)"
check "... with the boot's id" grep -q " $(cat "$R/proc/sys/kernel/random/boot_id") " "$(mark fix-bar)"
check "... what is not is not" absent "$(mark fix-foo)"
reboot
echo file >"$R/name"
check "a shutdown in order: all come back" exits 0 k load-installed
check "... nothing is held back" held ''
check "... each has its mark" test -s "$(mark fix-bar)" -a -s "$(mark fix-foo)"
k undo -q fix-foo >/dev/null
check "undo: no mark stays" absent "$(mark fix-foo)"
k apply -q fix-foo >/dev/null
crash
check "a crash: none of those that were applied comes back" exits 4 k load-installed
check "... neither the first" absent "$U/fix-foo"
check "... nor the second" absent "$U/fix-bar"
check "... status says so" says '^held back +fix-bar: the machine went down without a shutdown while it was applied' k status
check "... as JSON" held "'fix-bar', 'fix-foo'"
check "... they are pending, too" json 'd["pending"] == ["fix-bar", "fix-foo"]' k status --json
check "... metrics count them" says '^ksplice_update_held_back\{name="fix-bar"\} 1$' k metrics
check "... by hand: refused" exits 4 k apply fix-foo
check "... as a file: refused" exits 4 k apply fix-foo.ko
check "... what now: unhold" says "what now: .*'ksplice unhold fix-foo'" k apply fix-foo
check "... installed again, as by dpkg --configure: said" says 'held back: .*ksplice unhold' k install fix-foo.ko
check "... and refused still" exits 4 k load-installed
reboot
check "... after more boots, too" exits 4 k load-installed
crash
check "... and crashes" exits 4 k load-installed
"$make_update" fix-baz.ko fix-baz 6.12.1-test test_func
echo file >"$R/name"
k install -q fix-baz.ko >/dev/null
check "another one is applied all the same" exits 4 k load-installed
check "... it is" state_is fix-baz applied
check "another file of the name is another update" exits 0 k install fix-two.ko
check "... and applied" exits 0 k apply fix-bar
check "unhold" exits 0 k unhold fix-foo
check "... again: nothing to do" exits 3 k unhold fix-foo
check "... applied" exits 0 k apply fix-foo
check "... nothing is held back" held ''

# Some that bring the machine down as soon as they are applied: once each, then
# the machine is up, with the others.
until_up() {
	local boots=0

	crashes=0
	while [ $boots -lt 10 ]; do
		boots=$((boots + 1))
		crash
		rm -f "$R/down"
		k load-installed >/dev/null 2>&1 || :
		[ -e "$R/down" ] || return 0
		crashes=$((crashes + 1))
	done
}
bad_updates() {
	local n

	boot
	echo file >"$R/name"
	for n in fix-foo fix-bar fix-baz; do
		k install -q $n.ko >/dev/null
	done
	printf '%s\n' "$@" >"$R/crashing"
	until_up
	[ $crashes -eq $# ] || { echo "$crashes crashes of $# updates"; return 1; }
	for n in "$@"; do
		absent "$U/$n" && says "^held back +$n:" k status || return 1
	done
	k load-installed >/dev/null 2>&1 || :
	until_up
	[ $crashes -eq 0 ] || { echo "$crashes more crashes"; return 1; }
}
check "an update that crashes does so once" bad_updates fix-bar
check "two of them: once each" bad_updates fix-bar fix-foo
check "all of them: once each" bad_updates fix-bar fix-baz fix-foo
by_hand_too() {
	boot
	echo file >"$R/name"
	k install -q fix-foo.ko >/dev/null
	echo fix-foo >"$R/crashing"
	k apply fix-foo >/dev/null 2>&1 || :
	[ -e "$R/down" ] && until_up && [ "$crashes" -eq 0 ]
}
check "applied by hand: once, and not at boot" by_hand_too
boot
echo file >"$R/name"
k apply -q fix-foo.ko >/dev/null
check "one that is not installed, applied: not held back" held ''
crash
check "... the machine went down: status says so" says '^held back +fix-foo: the machine went down without a shutdown' k status
check "... as JSON" held "'fix-foo'"
check "... metrics, too" says '^ksplice_update_held_back\{name="fix-foo"\} 1$' k metrics
check "... and not what is for another kernel" exits 0 mv "$S/.marks/fix-foo@6.12.1-test" "$S/.marks/fix-foo@6.12.2-other"
check "... that is not held back here" held ''
boot
echo file >"$R/name"
k install -q --now fix-foo.ko >/dev/null

# Whatever is wrong with a mark, it is one.
wrong_mark() {
	reboot
	echo file >"$R/name"
	rm -rf "$(mark fix-foo)"
	"$@"
	exits 4 k apply fix-foo.ko && held "'fix-foo'" && absent "$U/fix-foo" &&
		exits 0 k unhold fix-foo && exits 0 k apply fix-foo.ko
}
# shellcheck disable=SC2016 # sh expands it
for text in 'empty|: >"$0"' 'cut off|printf "1 " >"$0"' 'of another format|echo "2 a 1 0 0 now" >"$0"' \
	'with more in it|echo "1 boot-1 1 0 0 now then" >"$0"' 'binary|head -c 4096 /dev/urandom >"$0"'; do
	check "a mark that is ${text%%|*} counts" wrong_mark sh -c "${text#*|}" "$(mark fix-foo)"
done
# shellcheck disable=SC2016 # sh expands it
check "a mark of any size counts" wrong_mark sh -c 'truncate -s 8G "$0"' "$(mark fix-foo)"
check "a mark that is a directory counts" wrong_mark mkdir "$(mark fix-foo)"
check "a mark that is a link counts" wrong_mark ln -s /nowhere "$(mark fix-foo)"

boot
k install -q fix-foo.ko >/dev/null
mkdir -p "$S/.marks"
cannot_mark() {
	exits 1 k "$@" && absent "$U/fix-foo" && says 'a crash now could not be recorded' k "$@"
}
rmdir "$S/.marks"
echo x >"$S/.marks"
check "what can't be remembered is not applied: by hand" cannot_mark apply fix-foo
check "... nor at boot" cannot_mark load-installed
rm "$S/.marks" "$R/proc/sys/kernel/random/boot_id"
check "... nor without a boot's id" cannot_mark apply fix-foo

"$make_update" odd.ko fix-foo '6.12#deadbeef' test_func
odd_release() {
	boot
	echo '6.12#deadbeef' >"$R/proc/sys/kernel/osrelease"
	k install -q --now odd.ko >/dev/null
	crash
	echo '6.12#deadbeef' >"$R/proc/sys/kernel/osrelease"
	exits 4 k load-installed && held "'fix-foo'"
}
check "a release that ends as a mark may: held back" odd_release

boot
k install -q --now fix-foo.ko >/dev/null
check "settle: not at once" exits 3 k settle
check "... the mark stays" test -s "$(mark fix-foo)"
echo 128 >"$R/proc/sys/kernel/tainted"
KSPLICE_GOOD_SECONDS=0 check "settle after an oops: nothing is good" exits 3 k settle
echo 12288 >"$R/proc/sys/kernel/tainted"
export KSPLICE_GOOD_SECONDS=0
check "settle after a while" exits 0 k settle
unset KSPLICE_GOOD_SECONDS
check "... no mark stays" absent "$(mark fix-foo)"
crash
check "... a crash after that is not its fault" exits 0 k load-installed
crash
check "settle does not touch another boot's marks" exits 3 k settle --now
check "... it is held back" exits 4 k load-installed
echo '16 code_busy' >"$R/faults/enable"
check "unhold is not apply" exits 0 k unhold fix-foo
if strace -qq -o /dev/null true 2>/dev/null; then
	k apply -q fix-foo >/dev/null 2>&1 || :
	# names of the marks that can't be read
	no_list() { strace -qq -o /dev/null -e inject=getdents64:error=EIO "$TOOL" "$@"; }
	for c in 'unhold fix-foo' 'settle --now' metrics; do
		# shellcheck disable=SC2086 # words
		check "marks that can't be listed: $c fails" exits 1 no_list $c
	done
fi
check "what can't be applied is not marked" exits 1 k load-installed
check "... really" absent "$(mark fix-foo)"

boot
k install -q --now fix-foo.ko >/dev/null
if strace -qq -o /dev/null true 2>/dev/null; then
	read_only() { strace -qq -o /dev/null -E LD_PRELOAD="$TMP/fake.so" -e inject=unlinkat:error=EROFS "$TOOL" "$@"; }
	check "it is applied" state_is fix-foo applied
	check "uninstall --now, where the store can't be written to: failed" exits 1 read_only uninstall --now fix-foo
	check "... but taken back" absent "$U/fix-foo"
fi

# --- updates upon updates ---------------------------------------------------------------

# Of three, the first by name is on top of the second, and that on top of the third.
several() {
	boot
	echo file >"$R/name"
	for n in fix-bar fix-baz fix-foo; do
		k install -q $n.ko >/dev/null
	done
}
several
printf 'fix-bar fix-baz\nfix-baz fix-foo\n' >"$R/on"
check "those on top of others are applied after them, whatever their names" exits 0 k load-installed
check "... all of them" json 'd["applied"] == ["fix-bar", "fix-baz", "fix-foo"] and d["pending"] == []' k status --json
several
printf 'fix-bar fix-baz\nfix-baz fix-foo\n' >"$R/on"
nothing_said() { [ -z "$(k load-installed 2>&1 >/dev/null)" ]; }
check "... without a word about the attempts before" nothing_said
several
printf 'fix-bar fix-baz\nfix-baz fix-foo\n' >"$R/on"
check "... as JSON: each once, and no error" \
	json '[(u["name"], u["exit"], u["update"]["state"]) for u in d["updates"]] == [(n, 0, "applied") for n in ("fix-bar", "fix-baz", "fix-foo")] and d["errors"] == []' \
	k load-installed --json
several
printf 'fix-bar fix-none\n' >"$R/on"
check "one on top of what is not there: refused, once" \
	json '[e["update"] for e in d["errors"]] == ["fix-bar"] and d["exit"] == 4' k load-installed --json
check "... the others are applied" state_is fix-foo applied
several
printf 'fix-bar fix-baz\n' >"$R/supersedes"
check "one that a newer one supersedes is not needed" says '^fix-baz: not needed: a newer update is applied' k load-installed
check "... no fault" exits 0 k load-installed
check "... and not pending" json 'd["pending"] == [] and d["superseded"] == ["fix-baz"]' k status --json
check "... said" says '^superseded +fix-baz$' k status
check "... nor in metrics" says '^ksplice_update_pending\{name="fix-baz"\} 0$' k metrics
several
printf 'fix-foo fix-bar\n' >"$R/supersedes"
k load-installed -q >/dev/null
check "one that came first, and was superseded: not to blame for what comes then" absent "$(mark fix-bar)"
crash
printf 'file\n' >"$R/name"
check "... a crash: the newer one is held back" exits 4 k load-installed
check "... and it is applied in its place" json 'd["applied"] == ["fix-bar"] and [h["name"] for h in d["held_back"]] == ["fix-baz", "fix-foo"]' \
	k status --json
crash
printf 'file\n' >"$R/name"
k unhold -q fix-foo >/dev/null
k unhold -q fix-baz >/dev/null
check "one that is held back, and superseded: nothing is missing" exits 0 k load-installed
check "... said" says '^fix-bar: not needed: a newer update is applied' k load-installed
check "... in metrics, too" says '^ksplice_update_held_back\{name="fix-bar"\} 0$' k metrics
k uninstall -q fix-bar
check "... not installed, either" held ''
several
printf 'fix-foo fix-baz\n' >"$R/on"
k apply -q fix-baz >/dev/null
crash
printf 'file\n' >"$R/name"
check "one on top of what is held back: said" says '^  it may be on top of fix-baz, which is held back' k load-installed

# --- what tells a shutdown from a crash ----------------------------------------------------

boot
mkdir -p "$R/run/systemd/system" "$R/run/systemd/units" "$R/etc/systemd/system/sysinit.target.wants"
check "where no unit notes a shutdown: said" says "can't distinguish a shutdown from a crash, .*'systemctl enable --now ksplice-shutdown.service" \
	k apply fix-foo.ko
k undo -q fix-foo >/dev/null
ln -s 0123 "$R/run/systemd/units/invocation:ksplice-shutdown.service"
not_said() { ! k apply fix-foo.ko 2>&1 | grep crash; }
check "... where one does: not" not_said
check "what comes with the unit that applies at boot" grep -qx 'Wants=ksplice-shutdown.service ksplice-settle.timer' "$REPO/tools/ksplice/ksplice.service"
ln -s /nowhere "$R/etc/systemd/system/sysinit.target.wants/ksplice.service"
check "the unit is enabled: it comes back" json 'd["service_enabled"]' k status --json
ln -s /dev/null "$R/etc/systemd/system/ksplice.service"
check "... masked: it does not" json 'not d["service_enabled"]' k status --json
echo ksplice.enable=0 >"$R/proc/cmdline"
check "a boot that applies nothing: said" says '^this boot +has applied nothing: ksplice.enable=0' k status

# --- whose kernel it is --------------------------------------------------------------------

boot
k install -q fix-foo.ko >/dev/null
elsewhere() {
	exits 4 k own-kernel && exits 4 k apply fix-foo && exits 4 k load-installed && exits 4 k check fix-foo.ko &&
		absent "$U/fix-foo" && exits 0 k install fix-foo.ko
}
stays_applied() {
	exits 4 k undo fix-foo && exits 4 k uninstall --now fix-foo && state_is fix-foo applied
}
check "the machine itself" exits 0 k own-kernel
DPKG_ROOT=/x check "dpkg --root: nothing is applied" elsewhere
mkdir "$R/elsewhere"
ln -sfn /elsewhere "$R/proc/1/root"
check "a chroot: nothing is applied" elsewhere
check "... and said" says 'this is a chroot' k apply fix-foo
ln -sfn / "$R/proc/1/root"
ln -sfn 'pid:[4026532000]' "$R/proc/self/ns/pid"
check "a container: nothing is applied" elsewhere
ln -sfn 'pid:[4026531836]' "$R/proc/self/ns/pid"
ln -sfn 'user:[4026532000]' "$R/proc/self/ns/user"
check "a user namespace: nothing is applied" elsewhere
rm "$R/proc/self/ns/user"
check "no /proc: nothing is applied" elsewhere
ln -sfn 'user:[4026531837]' "$R/proc/self/ns/user"
ln -sfn /nowhere "$R/proc/1/root"
printf 'Name:\tksplice\nCapEff:\t000001ffffffffff\n' >"$R/proc/self/status"
check "a machine whose root can't be seen: nothing is applied" elsewhere
printf 'Name:\tksplice\nCapEff:\t0000000000000000\n' >"$R/proc/self/status"
check "... by one who may not load modules: left to the kernel" exits 0 k own-kernel
rm "$R/proc/self/status"
ln -sfn / "$R/proc/1/root"
ln -sfn 'user:[4026531837]' "$R/proc/self/ns/user"
k apply -q fix-foo >/dev/null
ln -sfn /elsewhere "$R/proc/1/root"
check "a chroot: nothing is taken back" stays_applied
# Another root with this machine's /proc in it, as those who build images have it
real_chroot() {
	mkdir -p jail/usr jail/proc
	cp -P /bin /lib* jail/
	cp "$SHIPPED" jail/ksplice
	unshare --mount sh -c 'mount --bind /usr jail/usr && mount --bind /proc jail/proc && exec chroot jail /ksplice own-kernel'
}
if [ "$(id -u)" -eq 0 ] && [ -L /lib ] && unshare --mount true 2>/dev/null; then
	check "a chroot with the machine's /proc" exits 4 real_chroot
	check "... and said" says 'this is a ' real_chroot
fi

# --- names and files ---------------------------------------------------------------------------

boot
cp fix-foo.ko fix-foo
check "a name is not a file in the current directory" exits 1 k apply fix-foo
check "... it is not even looked at" absent "$U/fix-foo"
check "... show" exits 1 k show fix-foo
check "... install" exits 1 k install fix-foo
check "... check" exits 1 k check fix-foo
k install -q fix-foo.ko >/dev/null
F=$S/6.12.1-test/fix-foo.ko
by_hand() { exits 4 k apply fix-foo && says 'users other than root may write' k apply fix-foo && absent "$U/fix-foo"; }
for what in "$S" "$S/6.12.1-test" "$F"; do
	chmod g+w "$what"
	check "${what##*/} that others may write to: refused by hand, too" by_hand
	chmod g-w "$what"
done
mv "$F" "$S/elsewhere.ko"
ln -s ../elsewhere.ko "$F"
check "a link: refused by hand, too" exits 4 k apply fix-foo
check "install puts a file in its place" exits 0 k install --now fix-foo.ko
check "... and not where it led" cmp fix-foo.ko "$F"
if [ "$(id -u)" -eq 0 ]; then
	k undo -q fix-foo >/dev/null
	chown 65534 "$F"
	check "a file of somebody else: refused by hand, too" by_hand
	chown 65534 "$S/6.12.1-test"
	check "install --now into a directory of somebody else: not applied" exits 4 k install --now fix-foo.ko
fi

# --- images -------------------------------------------------------------------------------------

mkdir -p outside trap/var/lib trap2/var/lib/ksplice
ln -s "$TMP/outside" trap/var/lib/ksplice
check "an image whose store is a link: refused" exits 1 k install --root trap fix-foo.ko
ln -s ../../../../../../../../../../../../../../"$TMP/outside" trap2/var/lib/ksplice/6.12.1-test
check "an image whose directory leads out: refused" exits 1 k install --root trap2 fix-foo.ko
rm -r trap/var
mkdir -p "outside/lib"
ln -s "$TMP/outside" trap/var
k install -q --root trap fix-foo.ko || :
check "nothing was written outside of them" test "$(find outside -type f)" = ""
check "--root with --now: usage" exits 2 k install --root image --now fix-foo.ko

# What an image says of a kernel is no kernel's word, nor is what is mounted there.
mkdir -p image/proc/sys/kernel/random image/sys/kernel/ksplice/evil
printf '%s\n' 1 >image/sys/kernel/ksplice/evil/enabled
printf 'CVE-2024-1\n' >image/sys/kernel/ksplice/evil/fixes
echo 6.12.1-test >image/proc/sys/kernel/osrelease
image() { timeout 10 env -u KSPLICE_ROOT "$SHIPPED" "$@" --root image; }
check "an image: nothing is applied there" json 'd["applied"] == [] and d["fixed"] == [] and d["core"] == "none" and d["release"] == ""' \
	image status --json
check "... what is installed is for others" json 'd["other_kernels"] == ["fix-foo (6.12.1-test)"] and d["pending"] == []' image status --json
check "... list" json '[u["name"] for u in d["updates"]] == ["fix-foo"]' image list --json
check "... metrics" says '^ksplice_core\{release=""\} 0$' image metrics
check "... shown by its name" says '^fix-foo: for kernel 6.12.1-test' image show fix-foo
check "... what the running kernel has fixed is not asked there" exits 2 image status --vex
this_one() { diff <("$SHIPPED" status) <("$SHIPPED" status --root /); }
check "... but / is this machine" this_one
rm image/proc/sys/kernel/osrelease
mkfifo image/proc/sys/kernel/osrelease image/proc/sys/kernel/random/boot_id
for c in status list metrics 'unhold fix-foo'; do
	# shellcheck disable=SC2086 # words
	check "... FIFOs in its /proc: $c does not wait" says 'fix-foo|ksplice_core' image $c
done

# --- metrics ----------------------------------------------------------------------------------------

boot
mkdir spool
echo root >precious
ln -s "$TMP/precious" spool/ksplice.prom
for i in $(seq $$ $(($$ + 200))); do
	ln -s "$TMP/precious" "spool/ksplice.prom.$i"
done
check "metrics into a directory full of links" exits 0 k metrics --output spool/ksplice.prom
check "... follow none" grep -qx root precious
check "... and put a file there" test -f spool/ksplice.prom -a ! -L spool/ksplice.prom
if [ "$(id -u)" -eq 0 ] && mknod spool/null c 1 3 2>/dev/null; then
	check "metrics in the place of a device: refused" exits 1 k metrics --output spool/null
	ln -s null spool/link
	check "... or of a link to one" exits 1 k metrics --output spool/link
	check "... which stay" test -c spool/null -a -L spool/link
fi
# A name that nobody misses, if it is made after all
check "... or beside devices" exits 1 k metrics --output "/dev/ksplice-test.$$"
rm -f "/dev/ksplice-test.$$"

# node_exporter drops all of a file that has a sample twice.
mkdir again
DESCRIPTION=again "$make_update" again/fix-bar.ko fix-bar 6.12.1-test test_func
"$make_update" fix-bar.ko fix-bar 6.12.1-test test_func
boot
for f in fix-bar.ko again/fix-bar.ko; do
	echo file >"$R/name"
	k apply -q $f >/dev/null
	crash
done
once() { [ -z "$(k metrics | grep -v '^#' | sed 's/ [0-9]*$//' | sort | uniq -d)" ]; }
check "metrics of one that crashed the machine twice, with two files: each once" once
check "... status, too" held "'fix-bar'"

# --- another file of the same name --------------------------------------------------------

boot
"$make_update" first.ko fix-foo 6.12.1-test test_func
"$make_update" second.ko fix-foo 6.12.1-test test_func test_func2
k install -q --now first.ko
crash
check "a crash: held back" exits 4 k load-installed
check "another file of that name is not" exits 0 k apply second.ko
check "... what is installed is held back all the same" held "'fix-foo'"
check "... in metrics, too" says '^ksplice_update_held_back\{name="fix-foo"\} 1$' k metrics
k undo -q --keep fix-foo >/dev/null
check "... also when it is loaded already" exits 0 k apply second.ko
reboot
k uninstall -q fix-foo
k install -q first.ko
check "... it ran well, and the first is held back still" exits 4 k load-installed
check "... until somebody says so" exits 0 k unhold fix-foo
check "... then it is applied" exits 0 k load-installed

# Nobody is to hear that a file is applied while the code of another one runs.
boot
k install -q --now first.ko
check "install --now of another file while the first is applied: refused" exits 4 k install --now second.ko
check "... and said" says 'fix-foo: not applied: another update of this name is applied' k install --now second.ko
check "apply: refused" exits 4 k apply second.ko
check "the same file: applied already" exits 3 k apply first.ko
check "install of another file while the first is applied: not applied yet" says 'not applied yet: another update of this name is' \
	k install second.ko
check "... it is pending" json 'd["pending"] == ["fix-foo"] and d["applied"] == ["fix-foo"]' k status --json
check "... in metrics, too" says '^ksplice_update_pending\{name="fix-foo"\} 1$' k metrics
check "... by its name: it is not said to be applied" exits 4 k apply fix-foo
k install -q first.ko >/dev/null
check "... the same file: it is" exits 3 k apply fix-foo
check "... and not pending" json 'd["pending"] == []' k status --json
k undo -q --keep fix-foo >/dev/null
check "... while the first is only loaded: refused" exits 4 k apply second.ko
check "... and not the first one applied" state_is fix-foo reversed
check "... check: refused" exits 4 k check second.ko
check "... check of the same: it matches" exits 0 k check first.ko
check "... apply" exits 0 k apply first.ko
k undo -q fix-foo >/dev/null
check "... when that is out: applied" exits 0 k apply second.ko
rm -r "$R/sys/module/ksplice_fix_foo/notes"
check "where the kernel does not tell: applied already" exits 3 k apply first.ko

# --- what it needs ------------------------------------------------------------------------

# At boot the module that its code uses was not loaded.
boot
NEEDS='drm-kms snd' "$make_update" needs.ko fix-foo 6.12.1-test test_func
k install -q needs.ko >/dev/null
mkdir -p "$R/sys/module/snd"
check "pending: the module that it may need is named" says '^may need +fix-foo: module drm-kms, which is not loaded$' k status
check "... with the way to have it at each boot" says '/etc/modules-load.d' k status
check "... as JSON, without what is loaded" json 'd["may_need"] == [{"name": "fix-foo", "module": "drm-kms"}]' k status --json
mkdir -p "$R/sys/module/drm_kms"
check "... not when it is loaded" json 'd["may_need"] == [] and d["pending"] == ["fix-foo"]' k status --json
rmdir "$R/sys/module/drm_kms"
k apply -q fix-foo >/dev/null
check "... not when the update is applied" json 'd["may_need"] == []' k status --json
mv "$S" "$S.elsewhere"
ln -s ksplice.elsewhere "$S"
for c in status 'install fix-foo.ko' 'unhold fix-foo'; do
	# shellcheck disable=SC2086 # words
	check "the store is a link: $c fails" exits 1 k $c
	# shellcheck disable=SC2086
	check "... and says what to do" says 'no link is followed there; .*mount --bind' k $c
done
rm "$S"
mv "$S.elsewhere" "$S"

# --- how long it has been applied ---------------------------------------------------------

boot
mkdir -p "$R/faults"
echo 3 >"$R/faults/slow"
KSPLICE_GOOD_SECONDS=2 check "an update that took its time to be applied" exits 0 k apply --timeout 60 fix-foo.ko
KSPLICE_GOOD_SECONDS=2 check "... has not run well for that time" exits 3 k settle
rm -f "$R/faults/slow"
FAKE_SLEPT=100000 check "... nor one while the machine slept" exits 3 k settle
# --- load-installed: how long it takes -----------------------------------------------

boot
echo file >"$R/name"
for n in a b c; do
	"$make_update" fix-$n.ko fix-$n 6.12.1-test test_func
	k install -q fix-$n.ko >/dev/null 2>&1
done
# waits TIMES TOGETHER OPTION...: how long each may wait, as the kernel is told
waits() {
	: >"$R/told"
	KSPLICE_WAIT_TOGETHER=$2 k load-installed "${@:3}" >/dev/null 2>&1 || :
	[ "$(sort -u "$R/told" | paste -sd ' ')" = "$1" ] || { cat "$R/told"; return 1; }
	for n in a b c; do k undo -q fix-$n >/dev/null 2>&1 || :; done
}
check "load-installed: each waits as the kernel says" waits '' 60000
check "... if together they waited for too long: no more" waits '0 15000' 0
check "... but as --timeout says" waits '15000 20000' 0 --timeout 20
echo 3 >"$R/faults/slow"
ended_load() {
	local pid code=0

	LD_PRELOAD=$TMP/fake.so "$TOOL" load-installed >out 2>&1 &
	pid=$!
	sleep 1
	kill -TERM $pid
	wait $pid || code=$?
	[ "$code $(grep -c 'not tried: a signal came' out)" = '1 2' ] || { cat out; echo "exit $code"; return 1; }
	[ "$(ls "$S/6.12.1-test")" = $'fix-a.ko\nfix-b.ko\nfix-c.ko' ] || { ls "$S/6.12.1-test"; return 1; }
	[ -z "$(ls "$S/.marks")" ] || { ls "$S/.marks"; return 1; }
}
check "... a signal: it ends, none is lost, none is marked" ended_load
rm "$R/faults/slow"
sleep 3
check "... the next time all are applied" exits 0 k load-installed

done_testing
