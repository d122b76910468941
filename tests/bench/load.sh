#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# load.sh [KERNEL UPDATE.ko [CORE.ko]]: what loading an update costs, in a guest
# whose time counts instructions (1 ns is one). KERNEL as for vm/run; CORE.ko is
# loaded first. Without arguments: one file of Debian's cloud image, changed as
# in its newer version.
#
# Prints "NAME VALUE" lines, for a person and for make bench:
#   match_insns      instructions of matching, all functions of the file
#   load_insns       of the whole insmod, in the kernel
#   load_core_bytes  memory that the update takes while it is loaded
#   load_pre_bytes   pre code and tables, which are freed when it has been loaded
#   load_init_bytes  what is left of them after that
# Exit code 1 if matching takes 20 ms or more, or if anything is left.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
cd "$REPO"
OUT=$REPO/build/bench-load
mkdir -p "$OUT"

# The defaults
stock_update() {
	local old new file=fs/read_write.c version newer release code=0

	version=$(scripts/debian-versions --older)
	newer=$(scripts/debian-versions --newer)
	release=$(cat "$(scripts/get-image "$version")/release")
	old=$(scripts/get-source "$version")
	new=$(scripts/get-source "$newer")
	diff -up --label "a/$file" --label "b/$file" "$old/$file" "$new/$file" >"$OUT/load.patch" || code=$?
	[ $code -eq 1 ] || die "$file does not differ between $version and $newer"
	tools/kspl-build/kspl-build -k "$release" -n load -o "$OUT/ksplice-load.ko" "$OUT/load.patch" >&2
	make -s -C dkms KDIR="$(scripts/get-headers "$version")" OUT="$OUT/dkms" >&2
	cp "$OUT/dkms/ksplice.ko" "$OUT/ksplice.ko"
}

if [ $# -eq 0 ]; then
	stock_update
	set -- stock "$OUT/ksplice-load.ko" "$OUT/ksplice.ko"
fi
{ [ $# -ge 2 ] && [ $# -le 3 ]; } || usage_error "usage: $0 [KERNEL UPDATE.ko [CORE.ko]]"

cat >"$OUT/guest" <<'END'
update=$1
[ $# -lt 2 ] || insmod "$2" || exit 1
t=/sys/kernel/tracing
echo mono >$t/trace_clock
{
	echo 'p:load/in ksplice_match_run'
	echo 'r:load/out ksplice_match_run'
	echo 'p:load/sysin __x64_sys_finit_module'
	echo 'r:load/sysout __x64_sys_finit_module'
} >$t/kprobe_events || exit 1
echo 1 >$t/events/load/enable
insmod "$update" || { dmesg | tail -n 5; exit 1; }
echo 0 >$t/events/load/enable
name=$(basename "$update" .ko)
name=${name//-/_}
grep -E ': (in|out|sysin|sysout): ' $t/trace | sed -E 's/.* ([0-9]+)\.([0-9]{6}): (in|out|sysin|sysout): .*/at_\3 \1\2/'
echo "load_core_bytes $(cat /sys/module/$name/coresize)"
echo "load_init_bytes $(cat /sys/module/$name/initsize)"
END
vm/run --kernel "$1" --icount --smp 1 --timeout 900 -- bash "$OUT/guest" "${@:2}" >"$OUT/raw" 2>"$OUT/log" || {
	cat "$OUT/log" "$OUT/raw" >&2
	die "measuring failed"
}
pre=$(readelf -SW "$2" | sed -nE 's/.* \.init\.ksplice +PROGBITS +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) .*/\1/p')
awk -v pre=$((16#$pre)) '
/^at_/ { t[$1] = $2; next }
{ print; v[$1] = $2 }
END {
	match_ = (t["at_out"] - t["at_in"]) * 1000
	print "match_insns " match_
	print "load_insns " (t["at_sysout"] - t["at_sysin"]) * 1000
	print "load_pre_bytes " pre
	exit !(match_ > 0 && match_ < 20000000 && v["load_init_bytes"] == 0)
}' "$OUT/raw"
