#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# The administrator's command among files, threads and log lines that were made
# to mislead it: what reaches the terminal, what it believes, what it costs. And
# what goes with it: units, completion, the scripts of packages.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
# shellcheck source=tests/ksplice/lib.sh
. "$REPO/tests/ksplice/lib.sh"

# --- what reaches the terminal ------------------------------------------------------

# Nothing that a terminal obeys, in whatever is printed; but something is.
plain() {
	local out

	out=$("$@" 2>&1) || :
	python3 - "$out" <<'END'
import sys
import unicodedata
text = sys.argv[1].encode("utf-8", "surrogateescape").decode("utf-8", "strict")
bad = [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
if bad or not text:
    sys.exit("%r: %r" % (bad, text))
END
}
evil=$'e\033]0;x\007\033[2J\r\b\xc2\x9b31m\xe2\x80\xae\xff\x7f\t'

boot
DESCRIPTION=$evil "$make_update" evil.ko fix-foo 6.12.1-test test_func
"$make_update" evil-func.ko fix-foo 6.12.1-test "f$evil"
"$make_update" evil-release.ko fix-foo "6.12$evil" test_func
thread 101 "$evil" test_func
check "a description" plain k show ./evil.ko
check "... is shown, escaped" says 'e\\x1b\]0;x\\x07\\x1b\[2J\\x0d\\x08\\xc2\\x9b31m\\xe2\\x80\\xae\\xff\\x7f\\x09' k show ./evil.ko
check "the name of a function" plain k show ./evil-func.ko
check "a release" plain k show ./evil-release.ko
check "a thread's name: check" plain k check fix-foo.ko
echo 16 code_busy "ksplice: fix-foo: $evil" >"$R/faults/enable"
echo "101 $evil test_func" >"$R/faults/conflicts"
check "a thread's name and the kernel's log: apply" plain k apply fix-foo.ko
check "... as JSON" json 'len(d["errors"][0]["log"]) == 1' k apply --json fix-foo.ko
check "... which has none, either" plain k apply --json -q fix-foo.ko
echo 2 >"$R/faults/slow"
check "... while it waits" plain k apply fix-foo.ko
on_terminal() { TERM=xterm script -qec "env LD_PRELOAD=$TMP/fake.so $TOOL apply fix-foo.ko" /dev/null | sed 's/\r\x1b\[K//g; s/\r$//'; }
if command -v script >/dev/null; then
	check "... on a terminal" plain on_terminal
fi
rm "$R"/faults/*
check "a file's name" plain k show "./no$evil.ko"
# Each character that can't be seen, or turns text around
python3 - >marks <<'END'
for first, last in ((0xad, 0xad), (0x34f, 0x34f), (0x61c, 0x61c), (0x115f, 0x1160), (0x17b4, 0x17b5), (0x180b, 0x180f),
                    (0x200b, 0x200f), (0x2028, 0x202e), (0x2060, 0x206f), (0x3164, 0x3164), (0xfe00, 0xfe0f),
                    (0xfeff, 0xfeff), (0xffa0, 0xffa0), (0xfff0, 0xfffb), (0x1bca0, 0x1bca3), (0x1d173, 0x1d17a),
                    (0xe0001, 0xe0001), (0xe0020, 0xe007f), (0xe0100, 0xe01ef)):
    for c in range(first, last + 1):
        print(chr(c).encode().decode("latin-1"), end="")
END
iconv -f UTF-8 -t ISO-8859-1 marks >marks.utf8
DESCRIPTION=$(cat marks.utf8) "$make_update" marks.ko fix-foo 6.12.1-test test_func
none_shown() { ! k show ./marks.ko | sed -n 2p | grep -a '[^ -~]' >/dev/null; }
check "marks that can't be seen: escaped, each of them" none_shown
none_told() {
	(
		eval "$(sed -n '/^marks_out()/,/^}/p; /^printable()/p' "$REPO/tools/kspl-build/kspl-build")"
		! printable <marks.utf8 | grep -a '[^ -~]' >/dev/null
	)
}
check "... by kspl-build, too" none_told
none_added() {
	local n

	python3 -c '
import sys
text = open("marks.utf8", encoding="utf-8").read()
for c in text:
    sys.stdout.buffer.write(("--- a/f/a.c\n+++ b/f/a.c\n@@ -1 +1,2 @@\n x\n+" + c + "\n").encode())' >marks.patch
	echo '{"op": "audit", "patch": "marks.patch", "out": "marks.audit"}' | python3 -I -S -B "$REPO/tools/kspl-build/read-source"
	n=$(grep -c '^refuse.*it adds a character' marks.audit)
	[ "$n" = "$(grep -c '^---' marks.patch)" ]
}
check "... and no patch adds one" none_added
check "a name" plain k apply "no$evil"
# kspl-objdiff tells of objects and updates of others, too.
objdiff=$REPO/tools/kspl-objdiff/kspl-objdiff
[ -x "$objdiff" ] || { make -s -C "$REPO/tools/kspl-objdiff" O="$TMP/objdiff"; objdiff=$TMP/objdiff/kspl-objdiff; }
for code in ret 'nop; ret'; do
	printf '\t.text\n\t.globl name_of_a_function\nname_of_a_function:\n\t%s\n\t.section .note.GNU-stack,""\n' "$code" |
		gcc -c -x assembler -o "objdiff-${#code}.o" -
	python3 -c '
import sys
data = open(sys.argv[1], "rb").read()
open(sys.argv[1], "wb").write(data.replace(b"name_of_a_function", b"n\x1b]0;x\x07\xc2\x9b\xe2\x80\xae\xff\x7f\rion"))' "objdiff-${#code}.o"
done
check "kspl-objdiff: the name of a function" plain "$objdiff" diff objdiff-3.o objdiff-8.o
check "... is shown" says "ion \(1 -> 2 bytes\)" "$objdiff" diff objdiff-3.o objdiff-8.o
check "... as JSON: whole" json 'd["refusals"][0]["what"].startswith("n\x1b]0;x")' "$objdiff" diff objdiff-3.o objdiff-8.o --json
objdiff_full() { "$objdiff" --help >/dev/full; }
check "... output that can't be written" exits 1 objdiff_full
check "an option's argument" plain k apply --timeout "$evil" x
mkdir -p "$S/6.12.1-test" "$S/6.12$evil"
cp fix-foo.ko "$S/6.12.1-test/x$evil.ko"
cp fix-foo.ko "$S/6.12$evil/y.ko"
for c in status list load-installed metrics; do
	check "files in the store: $c" plain k $c
done
cp fix-foo.ko "$S/6.12.1-test/q\"\\.ko"
check "metrics: labels are quoted" says '^ksplice_update_pending\{name="q\\"\\\\"\} 1$' k metrics
lines_ok() { ! k metrics | grep -avE '^(# (HELP|TYPE) .*|ksplice_[a-z_]+(\{([a-z]+="([^"\\]|\\["\\n])*",?)+\})? [0-9]+)$'; }
check "... each line is a sample" lines_ok

# --- what can't be read -------------------------------------------------------------------

boot
k apply -q fix-foo.ko >/dev/null
# A name that can't be opened: its directory is a link to itself.
ln -s fix-bar "$U/fix-bar"
for c in status list metrics 'undo fix-bar' 'show fix-bar'; do
	# shellcheck disable=SC2086 # words
	check "an update that can't be read: $c fails" exits 1 k $c
	# shellcheck disable=SC2086
	check "... and says so" says "fix-bar: can't read: " k $c
done
check "... undo does not say that it is not loaded" says_not 'not loaded' k undo fix-bar
check "... in JSON" json '[e["cause"] for e in d["errors"]] == ["sysfs"]' k status --json
echo old >m.prom
check "... metrics: what is there stays" exits 1 k metrics --output m.prom
check "... whole" grep -qx old m.prom
rm "$U/fix-bar"
mv "$U/fix-foo/enabled" enabled
ln -s enabled "$U/fix-foo/enabled"
check "whether it is applied can't be read: failed" exits 1 k status
check "... no word that it is not" says_not 'loaded only' k status
rm "$U/fix-foo/enabled"
mv enabled "$U/fix-foo/enabled"
mv "$U" sysfs
ln -s ksplice "$U"
check "none of them can be read: failed" exits 1 k list
rm "$U"
mv sysfs "$U"
check "all can be read" exits 0 k list
# --- what is believed ------------------------------------------------------------------

boot
spoofed() {
	printf '%s\n' "$1" >"$R/faults/log"
	echo '22' >"$R/faults/load"
	json 'd["errors"][0]["log"] == []' k apply --json fix-foo.ko
}
refusal='ksplice: fix-foo: not a valid hot update: it is damaged'
check "a line in the log that a program wrote is not the kernel's" spoofed "12,1,1,-;$refusal"
check "... nor one about another update" spoofed "3,1,1,-;ksplice: fix-bar: not a valid hot update"
check "... nor one of a program with such a name" spoofed "6,1,1,-;ksplice: fix-f[12]: segfault at 0"
check "... nor one that only mentions it" spoofed "6,1,1,-;audit: exe=ksplice: fix-foo: not a valid hot update"
check "... nor what continues a line" spoofed " ;$refusal"
before_us() {
	printf '3,1,1,-;%s\n' "$refusal" >>"$R/dev/kmsg"
	rm -f "$R/faults/log"
	json 'd["errors"][0]["log"] == []' k apply --json fix-foo.ko
}
check "... nor what the kernel said before" before_us
rm -f "$R"/faults/*

boot
mkdir "$R/sys/module/dm_crypt"
MODULE=dm_crypt "$make_update" names.ko fix-foo 6.12.1-test test_func
check "a file that names another module: refused" exits 4 k check names.ko
check "... that one stays" test -d "$R/sys/module/dm_crypt"
shipped() {
	local out

	out=$(KSPLICE_ROOT=$R KSPLICE_GOOD_SECONDS=0 "$SHIPPED" status)
	! grep -q 6.12.1-test <<<"$out" && ! grep -aq 'KSPLICE_ROOT\|KSPLICE_GOOD' "$SHIPPED"
}
check "the program that is shipped does not know KSPLICE_ROOT" shipped
boot
rm -rf "$U"
printf '#!/bin/sh\nenv >%s/asked\nmkdir %s\n' "$TMP" "$U" >modprobe
chmod 755 modprobe
echo "$TMP/modprobe" >"$R/proc/sys/kernel/modprobe"
if [ "$(id -u)" -eq 0 ]; then
	MODPROBE_OPTIONS="-C $TMP/evil" check "the core is loaded as modprobe's configuration has it" exits 0 k apply fix-foo.ko
	check "... and not as the environment has it" sh -c 'grep -q ^PATH= asked && ! grep MODPROBE_OPTIONS asked'
fi

# --- what it costs ----------------------------------------------------------------------

# Each entry the same long text, as many as there is room for
long_names() {
	python3 - "$1" <<'END'
import os
import subprocess
import sys
name = "n" * 60000
make = os.environ["MAKE_UPDATE"]
subprocess.run([make, sys.argv[1], "fix-foo", "6.12.1-test", name], check=True)
END
}
export MAKE_UPDATE=$make_update
in_256_mb() { (ulimit -v 262144 && "$TOOL" "$@" >/dev/null 2>&1); }
REPEAT=5000 long_names many.ko
check "a file that says a long text 5,000 times is small" test "$(stat -c %s many.ko)" -lt 500000
check "... is shown in 256 MB" exits 0 in_256_mb show ./many.ko
check "... as JSON" exits 0 in_256_mb show --json ./many.ko
FIXES=$(seq 1000) "$make_update" ids.ko fix-foo 6.12.1-test test_func
check "as many ids of what it fixes as have room: shown" exits 0 in_256_mb show ./ids.ko
FIXES=$(seq 2000) "$make_update" ids.ko fix-foo 6.12.1-test test_func
check "more than the core takes: refused, and none is read" exits 4 in_256_mb show ./ids.ko
truncate -s 65M big.ko
check "a file larger than any update: refused" exits 4 in_256_mb show ./big.ko
cp fix-foo.ko sections.ko
truncate -s 60M sections.ko
printf '\0\0' | dd of=sections.ko bs=1 seek=60 conv=notrunc status=none
check "one that claims as many sections as fit: refused" exits 4 in_256_mb show ./sections.ko
TWICE=1 "$make_update" twice.ko fix-foo 6.12.1-test test_func
check "one with two sections of an update: refused" exits 4 k show ./twice.ko
check "a directory: refused" exits 4 k show ./
mkfifo fifo.ko
check "a FIFO: refused at once" exits 4 timeout 10 "$TOOL" show ./fifo.ko

# --- advice that fits -----------------------------------------------------------------------

boot
echo 16 code_busy >"$R/faults/enable"
printf '101 sleeper test_func\n102 other test_func\n' >"$R/faults/conflicts"
thread 101 sleeper do_wait
is() { printf '101 (sl) ) %s 1 1\n' "$1" >"$R/proc/101/stat"; }
is S
check "a thread in the way: a signal, or patience" says 'what now: try again when' k apply fix-foo.ko
is T
check "... a stopped one: SIGCONT" says 'what now: 101 is stopped: kill -CONT 101; for the other threads: try' k apply fix-foo.ko
is t
check "... one that is being traced" says 'what now: 101 is stopped by a debugger' k apply fix-foo.ko
is D
check "... one that waits for a disk" says 'what now: 101 is in a wait that no signal ends, or only KILL' k apply fix-foo.ko
is S
echo 0::/user.slice/a >"$R/proc/101/cgroup"
mkdir -p "$R/sys/fs/cgroup/user.slice/a"
printf 'populated 1\nfrozen 1\n' >"$R/sys/fs/cgroup/user.slice/a/cgroup.events"
check "... a frozen one: thaw" says "what now: 101 is frozen: thaw it .*/sys/fs/cgroup/user.slice/a/cgroup.freeze" k apply fix-foo.ko
printf 'populated 1\nfrozen 0\n' >"$R/sys/fs/cgroup/user.slice/a/cgroup.events"
check "... not any more" says 'what now: try again when' k apply fix-foo.ko
# A user's group may have any name, and root pastes what is advised.
evil_group="a'; touch ran; '"
echo "0::/user.slice/$evil_group" >"$R/proc/101/cgroup"
mkdir -p "$R/sys/fs/cgroup/user.slice/$evil_group"
printf 'populated 1\nfrozen 1\n' >"$R/sys/fs/cgroup/user.slice/$evil_group/cgroup.events"
check "... one in a group whose name ends quotes: no command is given" \
	says 'what now: 101 is frozen: thaw its group, which /proc/101/cgroup names;' k apply fix-foo.ko
boot
k apply -q fix-foo.ko >/dev/null
echo 1 >"$R/proc/sys/kernel/modules_disabled"
echo 1 >"$R/faults/unload"
check "undo with modules_disabled: the old code runs" exits 0 k undo fix-foo
check "... its module stays" state_is fix-foo reversed
check "... which is said" says 'stays loaded, and does nothing, until the next boot: kernel.modules_disabled is 1' k undo fix-foo
boot
echo 1 >"$R/proc/sys/kernel/modules_disabled"
echo 1 >"$R/faults/load"
check "apply with modules_disabled: refused" exits 4 k apply fix-foo.ko
check "... and says what helps" says "'ksplice install' it and reboot" k apply fix-foo.ko

# --- what goes with it --------------------------------------------------------------------

hardened() {
	local unit bad=0

	for unit in "$REPO"/tools/ksplice/*.service; do
		systemd-analyze security --offline=yes --threshold=40 --no-pager "$unit" >exposure 2>&1 ||
			{ tail -n 1 exposure; bad=1; }
	done
	return $bad
}
if command -v systemd-analyze >/dev/null; then
	check "units: exposure below 4" hardened
fi
check "the unit comes before modules may be forbidden" \
	grep -qE '^Before=.*systemd-sysctl.service' "$REPO/tools/ksplice/ksplice.service"

check "... and not in the kernel that saves a dump" \
	grep -qx 'ConditionPathExists=!/proc/vmcore' "$REPO/tools/ksplice/ksplice.service"

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
mkdir names
cd names
# shellcheck disable=SC2016 # names of files
touch '$(touch ran).ko' '`touch ran`.ko' 'a b.ko' "q'\".ko" '*.ko'
mkdir -p "$S/6.12.1-test"
# shellcheck disable=SC2016 # names of files
touch "$S/6.12.1-test/\$(touch ran).ko" "$S/6.12.1-test/fix-foo.ko"
for c in check install apply show uninstall undo unhold; do
	complete_line ksplice $c '' >../offered."$c"
done
check "completion: names of files are not run" absent ran
# shellcheck disable=SC2016 # names of files
check "... but offered" grep -qFx '$(touch ran).ko' ../offered.check
check "... whole" grep -qFx 'a b.ko' ../offered.check
check "... names of updates, too" grep -qFx fix-foo ../offered.apply
cd ..

# The scripts of a package, for a release that a shell would run
scripts() {
	(
		# shellcheck disable=SC2034 # of deb.sh
		NAME=fix-foo RELEASE=$1 VERSION=1.0 WORK=$TMP DEB_VERSION=1 FIXES=()
		# shellcheck disable=SC2034
		DEBFULLNAME=$'Evil\nDepends: evil' DEBEMAIL=$'a\tb'
		# shellcheck source=tools/kspl-build/deb.sh
		. "$REPO/tools/kspl-build/deb.sh"
		# shellcheck source=tools/kspl-build/update.sh
		. "$REPO/tools/kspl-build/update.sh"
		SUBJECTS=("$evil"$'\nDepends: evil' "second")
		NAME=fix-foo RELEASE=$1 VERSION=1.0 WORK=$TMP DEB_VERSION=1
		deb_postinst "/usr/lib/$1.ko" >postinst
		deb_prerm "/usr/lib/$1.ko" >prerm
		deb_postrm "/usr/lib/$1.ko" >postrm
		deb_control 1 "$(deb_format fix-foo.ko)" | sed '/^$/d' >control
	)
}
# run_script RELEASE SCRIPT ARGUMENT: with a ksplice that says what it is asked
run_script() {
	mkdir -p bin
	# shellcheck disable=SC2016 # theirs
	printf '#!/bin/sh\necho "ksplice $*"\n[ "$1" != own-kernel ] || exit %s\n' "${OWN:-0}" >bin/ksplice
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nprintf "%%s\\n" "$RELEASE"\n' >bin/uname
	chmod 755 bin/*
	RELEASE=$1 PATH=$TMP/bin:$PATH sh "$2" "$3" 2>&1
}
# shellcheck disable=SC2016 # a shell would
weird='6.12$(touch ran)`touch ran`"'"'; touch ran; '"
quoted() {
	scripts "$weird"
	run_script "$weird" postinst configure && run_script "$weird" prerm remove && run_script "$weird" postrm purge &&
		absent ran
}
check "a release is nothing that a script runs" quoted
check "... and is asked for as it is" says "is applied" run_script "$weird" postinst configure
check "the control file has printable text" bash -c '! LC_ALL=C grep -n "[^[:print:]]" control'
check "... and no fields of somebody else's" exits 1 grep -n '^Depends: evil' control
check "... what the patches say, in one line of it" grep -qE '^ e.*0;x.*Depends: evil; second$' control
scripts 6.12.1-test
format=$(sed -n 's/^#define KSPLICE_FORMAT[[:space:]]*//p' "$REPO/kernel-tree-overlay/include/linux/ksplice_format.h")
check "a package depends on what reads its format" grep -qx "Depends: ksplice-tools (>= 1.0), ksplice-format-$format" control
# shellcheck disable=SC2016 # of that script
check "... which ksplice-tools provides" grep -qF 'Provides: ksplice-format-$format' "$REPO/scripts/build-tools-deb"
asks() {
	local out

	out=$(OWN=${OWN:-0} run_script "$@") || { echo "$out"; return 1; }
	grep '^ksplice ' <<<"$out" | grep -v own-kernel | tr '\n' ';'
}
check "postinst: installs and applies" says '^ksplice install /usr/lib/6.12.1-test.ko --quiet;ksplice apply' asks 6.12.1-test postinst configure
for why in abort-upgrade abort-remove abort-deconfigure; do
	check "postinst $why: the same" says '^ksplice install /usr/lib/6.12.1-test.ko --quiet;ksplice apply' \
		asks 6.12.1-test postinst $why
done
run_tools_prerm() { DPKG_ROOT=/x PATH=$TMP/bin:$PATH sh prerm remove; }
nothing_in_chroot() { ! OWN=4 asks 6.12.1-test "$@" | grep -E 'apply|undo|--now'; }
check "postinst in a chroot: nothing is applied" nothing_in_chroot postinst configure
installed_in_chroot() { OWN=4 asks 6.12.1-test postinst configure | grep 'ksplice install'; }
check "... but installed" installed_in_chroot
check "prerm in a chroot: nothing is taken back" nothing_in_chroot prerm remove
check "postinst of another kernel's: nothing is applied" says '^ksplice install [^;]*;$' asks 6.12.2-other postinst configure

# An upgrade to a version for another kernel must not take the fix from the one that runs.
mkdir -p dpkg/tmp.ci
printf 'Package: x\nKsplice-Release: 6.12.1-test\n' >dpkg/tmp.ci/control
export DPKG_ADMINDIR=$TMP/dpkg
check "prerm upgrade: takes it back" says '^ksplice undo' asks 6.12.1-test prerm upgrade
printf 'Package: x\nKsplice-Release: 6.12.2-other\n' >dpkg/tmp.ci/control
nothing_undone() { ! run_script "$@" | grep '^ksplice undo'; }
nothing_asked() { ! run_script "$@" | grep '^ksplice '; }
printf 'Package: x\nKsplice-Release: 6.12.2-other\nKsplice-Name: fix_foo\n' >dpkg/tmp.ci/control
check "prerm upgrade to another update, of the same package: out, and back" \
	says '^ksplice undo' asks 6.12.1-test prerm upgrade
printf 'Package: x\nKsplice-Release: 6.12.2-other\nKsplice-Name: fix-foo\n' >dpkg/tmp.ci/control
check "prerm upgrade to a version for another kernel: nothing is taken back, or out" nothing_asked 6.12.1-test prerm upgrade
check "... and said" says 'fix-foo for 6.12.1-test stays: the other version is for 6.12.2-other' run_script 6.12.1-test prerm upgrade
# The one for the kernel that runs was left by the version before that.
printf 'Package: x\nKsplice-Release: 6.12.1-test\n' >dpkg/tmp.ci/control
mkdir -p loaded/fix-foo
sed "s,/sys/kernel/ksplice,$TMP/loaded," prerm >prerm.other
for why in upgrade failed-upgrade; do
	check "prerm $why to the next one for another kernel: what runs stays, and what a boot applies" \
		nothing_asked 6.12.2-other prerm.other $why
done
check "... removal: that, too" says '^ksplice undo' asks 6.12.2-other prerm.other remove
rm -r loaded
check "... removal: all of it" says '^ksplice undo' asks 6.12.1-test prerm remove
rm -r dpkg
check "... where dpkg does not tell: takes it back" says '^ksplice undo' asks 6.12.1-test prerm upgrade
unset DPKG_ADMINDIR
mkdir -p loaded/fix-foo stored/6.12.1-test
sed -i "s,/sys/kernel/ksplice,$TMP/loaded,; s,/var/lib/ksplice,$TMP/stored,; s,^name=\(.*\) file=.*,name=\1 file=$TMP/fix-foo.ko," postinst prerm
check "postinst: an older one that is still applied is taken back first" \
	says '^ksplice install [^;]*;ksplice undo [^;]*;ksplice apply' asks 6.12.1-test postinst configure
check "... not when this version stays after all" says '^ksplice install [^;]*;ksplice apply' asks 6.12.1-test postinst abort-upgrade
cp fix-foo.ko stored/6.12.1-test/
check "... the same one is not" says '^ksplice install [^;]*;ksplice apply' asks 6.12.1-test postinst configure
check "prerm remove on another kernel, of one that is applied there" says '^ksplice undo' asks 6.12.2-other prerm remove
rm -r loaded/fix-foo
check "... of one that is not" nothing_undone 6.12.2-other prerm remove

# The scripts of ksplice-tools: of another system's kernel nothing is told
awk '/DEBIAN\/prerm"/ { on = 1; next } /^END$/ { on = 0 } on' "$REPO/scripts/build-tools-deb" >prerm
cat >bin/ksplice <<'KSPLICE'
#!/bin/sh
case "$1" in
list) echo "fix-foo applied installed" ;;
own-kernel) exit "$OWN" ;;
esac
KSPLICE
chmod 755 bin/ksplice
OWN=0 check "prerm of the tools: says what stays applied" says 'stay applied until the next boot.*: fix-foo' run_tools_prerm
quiet() { [ -z "$("$@" 2>&1)" ]; }
OWN=4 check "... in a chroot it says nothing of the machine's" quiet run_tools_prerm
done_testing
