#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# The debug information beside an update, on Debian's unmodified cloud image: source lines
# of new code, what probes on old and new code see, and a machine that is stopped inside
# new code, in gdb. With KSPL_DBG=1 also with the debug symbols of Debian's kernel
# (300 MB): the whole backtrace in gdb, and a real oops in drgn (of trixie).

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
OUT=$REPO/build/debug
NAME=ksplice-stop.ko
k=$REPO/tools/ksplice/ksplice
events=/sys/kernel/tracing/kprobe_events
cd "$REPO"

# --- in the guest ----------------------------------------------------------------------

event() {
	echo "$1" >>$events && echo 1 >"/sys/kernel/tracing/events/kprobes/$2/enable"
}
hits() { awk -v name="$1" -v want="$2" '$1 == name { found = $2 == want; print } END { exit !found }' /sys/kernel/tracing/kprobe_profile; }
fails() { ! "$@"; }
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
none_listed() { json 'd["update"]["old_probes"] == []' "$k" show --json stop; }

# probes OLD-OFFSET NEW-OFFSET: of instructions in the function's bodies
probes() {
	local old=version_proc_show+$1 new=ksplice_stop:version_proc_show+$2

	"$k" apply -q $NAME
	check "show: no probe on old code" none_listed
	"$k" undo -q stop
	event "p:old $old" old
	event "p:entry version_proc_show" entry
	event "r:back version_proc_show" back
	check "an update comes to a function with probes" "$k" apply -q $NAME
	check "... a new probe on the old name: it is not unique" fails event "p:again version_proc_show" again
	check "... one on the new code" event "p:new $new" new
	cat /proc/version >/dev/null
	check "... that one is hit" hits new 1
	check "... one in the old code is not" hits old 0
	check "... one at the entry is" hits entry 1
	check "... one at the return is" hits back 1
	check "show lists the one in the old code" \
		says "probe on old code: vmlinux:version_proc_show,1: kprobe at version_proc_show\+$1 \(event kprobes/old\): is not hit" "$k" show stop
	check "... at the entry" says 'kprobe at .* \(event kprobes/entry\): sees calls, then the new code runs' "$k" show stop
	check "... at the return" says 'kretprobe at .* \(event kprobes/back\): sees returns, of the new code' "$k" show stop
	check "... and no other" json 'len(d["update"]["old_probes"]) == 3' "$k" show --json stop
	check "... and how to aim at the new code" says 'perf probe -m ksplice_stop' "$k" show stop
	check "... nobody is told that there is none" says 'probes on old code: not known' nobody "$k" show stop
	echo 0 >/sys/kernel/tracing/events/kprobes/enable
	echo >$events
	check "... none is left" none_listed
}

# stop_in PROGRAM: one of that name, which stays in the new code, or crashes there
stop_in() {
	cp /bin/cat "/tmp/$1"
	awk '$3 == "_text" || $3 == "seq_read_iter" { print $3, $1 }' /proc/kallsyms >symbols
	cat /sys/module/ksplice_stop/sections/.text >section
	"/tmp/$1" /proc/version
	echo "it did not stop"
}

guest() {
	cd "$OUT"
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	modprobe qemu_fw_cfg || :
	insmod ksplice.ko
	k=$OUT/ksplice
	[ "$1" = crash ] || {
		probes "$2" "$3"
		done_testing
	}
	"$k" apply -q $NAME || [ $? -eq 3 ]
	stop_in "$1"
}

if [ "${1:-}" = --guest ]; then
	shift
	guest "$@"
	exit
fi

# --- on the host -----------------------------------------------------------------------

version=$(scripts/debian-versions --older)
release=$(cat "$(scripts/get-image "$version")/release")
source=$(scripts/get-source "$version")
rm -rf "$OUT"
mkdir -p "$OUT"
make -s tools >/dev/null
for c in gdb addr2line; do
	command -v $c >/dev/null || { echo "1..0 # SKIP $c is not there"; exit 4; }
done

line_of() { grep -nF -- "$1" "$OUT/patched/fs/proc/version.c" | cut -d: -f1; }

# after FILE N: where an instruction of the function begins, N bytes or more behind its start
after() {
	objdump -d --no-show-raw-insn "$1" | awk -v n="$2" '
		/<version_proc_show>:$/ { start = strtonum("0x" $1); on = 1; next }
		/>:$/ { on = 0 }
		on && $1 ~ /:$/ { at = strtonum("0x" substr($1, 1, length($1) - 1)) - start
			if (at >= n) { printf "0x%x\n", at; exit } }'
}

# machine PROGRAM [ARGUMENT...]: it stops in the new code; its memory is in $OUT/core
machine() {
	local code=0 when=() log=$OUT/$1.log

	[ "$1" = crash ] || when=("$OUT/section")
	rm -f "$OUT/qmp" "$OUT/core" "$OUT/section"
	tests/debug/dump.py "$OUT/qmp" "$OUT/core" "${when[@]}" &
	# the guest is ended from outside: what it has said counts
	vm/run --kernel stock --version "$version" --mem 512M --timeout 600 --share "$OUT" \
		--qemu -qmp --qemu "unix:$OUT/qmp,server=on,wait=off" --qemu -device --qemu vmcoreinfo \
		--qemu -action --qemu reboot=shutdown,shutdown=pause \
		-- "$REPO/tests/vm/49-debug.sh" --guest "$@" >"$log" 2>&1 || code=$?
	wait $! && [ -s "$OUT/core" ] && ! grep -q 'did not stop' "$log" && [ $code -eq 125 ]
}

# in_gdb [COMMAND...]: what gdb says of all CPUs
in_gdb() {
	local args=()

	for c; do
		args+=(-ex "$c")
	done
	gdb -q -batch -nx -ex 'set pagination off' -ex "core-file $OUT/core" "${args[@]}" \
		-ex "add-symbol-file $OUT/$NAME.debug -s .text $(cat "$OUT/section")" -ex 'thread apply all bt' 2>&1 | tee "$OUT/gdb.log"
}

# The frame behind the new code's is its caller's: in seq_read_iter()
caller_is() {
	local caller want

	caller=$(in_gdb | sed -n '/ version_proc_show (/{n;s/^#[0-9]* *0x\([0-9a-f]*\) in .*/\1/p}')
	want=$(sed -n 's/^seq_read_iter //p' "$OUT/symbols")
	((16#$caller > 16#$want && 16#$caller < 16#$want + 0x800))
}

build() {
	tools/kspl-build/kspl-build -k "$release" -n stop -o "$OUT/" "$@" tests/debug/stop.patch
}
check "an update with its debug information" build --keep "$OUT/keep"
mkdir -p "$OUT/patched/fs/proc"
cp "$source/fs/proc/version.c" "$OUT/patched/fs/proc/"
patch -s -d "$OUT/patched" -p1 <tests/debug/stop.patch
[ -s "$OUT/$NAME.debug" ] || { done_testing; exit 1; }

same_id() { [ "$(readelf -n "$1" | grep 'Build ID')" = "$(readelf -n "$2" | grep 'Build ID')" ]; }
check "... has the update's build id" same_id "$OUT/$NAME" "$OUT/$NAME.debug"
no_paths() { ! strings -a "$OUT/$NAME.debug" | grep -F -e "$CACHE" -e "$REPO" -e /kspl-build.; }
check "... and no path of this machine" no_paths
entry=$(line_of 'static int version_proc_show')
faddr2line() { bash "$source/scripts/faddr2line" "$OUT/$NAME.debug" "$@"; }
check "faddr2line: the line of the patched source" says "version_proc_show at .*fs/proc/version.c:$((entry + 1))\$" faddr2line version_proc_show+0x0
nowhere() {
	objdump -dl --no-show-raw-insn "$OUT/$NAME" | sed -n '/<version_proc_show>:/,$s/^ *\([0-9a-f]*\):.*movl *\$0x1,0x0$/\1/p'
}
check "addr2line: inlined code, and where" says "version.c:$(line_of 'WRITE_ONCE').*version.c:$(line_of 'stop_here(current')" \
	bash -c "addr2line -ie '$OUT/$NAME.debug' -j .text 0x$(nowhere) | paste -sd ' '"

# where 47-stock.sh has built it, perhaps
core=$REPO/build/stock/dkms
mkdir -p "${core%/*}"
make -s -C dkms KDIR="$(scripts/get-headers "$version")" OUT="$core" >"$OUT/dkms.log" 2>&1 || {
	tail -n 20 "$OUT/dkms.log"
	exit 1
}
cp "$core/ksplice.ko" "$k" "$OUT/"
old=$(after "$OUT/keep/pre/fs/proc/version.o" 32)
new=$(after "$OUT/$NAME" 32)
check "a machine stops in new code" machine spin "$old" "$new"
[ $BAD -eq 0 ] || { cat "$OUT/spin.log"; done_testing; exit 1; }
sed -n '/^ok\|^not ok\|^1\.\.\|^# /p' "$OUT/spin.log" >"$OUT/guest.tap"
check "gdb shows where" says " stop_here \(comm=.*\) at (\./)?fs/proc/version.c:($(line_of 'for (;;)')|$(line_of 'cpu_relax'))" in_gdb
check "... inlined in the function" says " version_proc_show \(m=0x[0-9a-f]+, v=.*\) at (\./)?fs/proc/version.c:$(line_of 'stop_here(current')" in_gdb
check "... and its caller" caller_is

if [ "${KSPL_DBG-}" ]; then
	deb=$(scripts/get-deb "linux-image-$release-dbg" "$version")
	vmlinux=$OUT/usr/lib/debug/boot/vmlinux-$release
	dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$OUT" "./usr/lib/debug/boot/vmlinux-$release"
	# what KASLR has added
	offset=$((16#$(sed -n 's/^_text //p' "$OUT/symbols") - 0xffffffff81000000))
	frames() { in_gdb "symbol-file $vmlinux -o $offset" | sed -n 's/^#[0-9]* *\(0x[0-9a-f]* in \)*\([a-z_0-9]*\) (.* at .*:[0-9]*$/\2/p' | paste -sd ' '; }
	check "gdb, with the kernel's symbols: the whole backtrace" \
		says 'stop_here version_proc_show seq_read_iter .*vfs_read ksys_read do_syscall_x64 do_syscall_64' frames
	check "a machine has an oops in new code" machine crash
	scripts/in-userland trixie apt-get -q install -y --no-install-recommends python3-drgn >"$OUT/apt.log" 2>&1
	# of this machine's files, the userland sees /tmp
	seen=$(mktemp -d /tmp/ksplice-debug.XXXXXX)
	trap 'rm -rf "$seen"' EXIT
	mv "$OUT/core" "$vmlinux" "$seen/"
	cp "$OUT/$NAME.debug" tests/debug/trace.py "$seen/"
	drgn_says() {
		scripts/in-userland trixie drgn -q -c "$seen/core" -s "$seen/${vmlinux##*/}" -s "$seen/$NAME.debug" "$seen/trace.py" |
			tee "$OUT/drgn.log" | paste -sd ' '
	}
	check "drgn: the whole backtrace of the oops, with lines" says \
		"asm_exc_page_fault.* stop_here \(fs/proc/version.c:$(line_of WRITE_ONCE)[:)].* version_proc_show \(fs/proc/version.c:$(line_of 'stop_here(current')[:)].* seq_read_iter \(fs/seq_file.c.* ksys_read " drgn_says
	rm -rf "${OUT:?}/usr"
fi
done_testing
rm -f "$OUT/core"
cat "$OUT/guest.tap"
grep -q '^ok' "$OUT/guest.tap" && ! grep -q '^not ok' "$OUT/guest.tap" && [ $BAD -eq 0 ]
