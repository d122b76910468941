#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vm/run itself, on the series kernel.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
"$REPO/vm/build-kernel" series >/dev/null
run() {
	"$REPO/vm/run" --timeout 300 "$@"
}
gone() {
	[ ! -e "$1" ]
}
below_tmp() {
	mkdir -p "$TMP/below"
	echo inside >"$TMP/below/file"
	(cd "$TMP/below" && run -- 'cat file; echo more >>file && rm file')
	[ -e "$TMP/below/file" ]
}
both() {
	run -- 'sleep 2; echo first' >"$TMP/1" &
	run -- 'sleep 2; echo second' >"$TMP/2"
	wait $!
	[ "$(cat "$TMP/1" "$TMP/2")" = $'first\nsecond' ]
}

# Run by the guest's root before everything else, where what the host gives is
# mounted: asks for it with the right to write, and for what is not its business.
# Each line that begins with "got" is one too many.
escape() {
	local root=$1 secret

	cat <<-END
		base=/proc/1/root
		lower=\$base/lower
		echo "reached \$(ls \$lower/usr/bin/env)"
		mount -o remount,rw \$lower && echo "remounted \$lower"
		for f in \$lower/usr/bin/.vm-test \$lower/etc/.vm-test \$lower/.vm-test \$lower$root/.vm-test; do
			! touch \$f || echo "got a file written: \$f"
		done
		! chmod u+s \$lower$root/build/.vm-file || echo 'got a setuid bit'
		! rm -f \$lower$root/build/.vm-file || echo 'got a file removed'
		! mknod \$lower$root/.vm-disk b 8 0 || echo 'got a device made'
	END
	# shellcheck disable=SC2016 # the guest expands it
	for secret in "${@:2}"; do
		printf '[ ! -e $lower%q ] || echo "got sight of "%q\n' "$secret" "$secret"
	done
	# shellcheck disable=SC2016 # the guest expands it
	echo 'grep -v "^[^:]*:[*]:" $lower/etc/shadow && echo "got a password"; true'
}
# Whatever the guest was told, nothing of it is on this machine.
nothing_happened() {
	local f

	for f in /usr/bin/.vm-test /etc/.vm-test /.vm-test "$REPO/.vm-test" "$REPO/.vm-disk"; do
		[ ! -e "$f" ] || { echo "$f is there"; return 1; }
	done
	[ -f "$REPO/build/.vm-file" ] && [ ! -u "$REPO/build/.vm-file" ]
}
# What root may read, and nobody else: for this test, and whatever else there is
secrets() {
	find / -xdev \( -path "$REPO" -o -path "$CACHE" -o -path /usr -o -path /tmp -o -path /var/tmp \) -prune -o \
		-type f ! -perm -004 ! -path /etc/shadow -print 2>/dev/null | grep -v '[^[:print:]]' | head -n 500
}
kept_in() {
	local out

	mkdir -p "$REPO/build"
	: >"$REPO/build/.vm-file"
	mapfile -t list < <(secrets)
	out=$(run --kernel "$1" --console --setup "{ $(escape "$REPO" "$TMP/secret" "${list[@]}"); } >/dev/kmsg 2>&1" \
		-- "dmesg | grep -aE 'reached|remounted|got '" 2>/dev/null) || :
	printf '%s\n' "$out"
	grep -q 'reached .*/usr/bin/env' <<<"$out" && ! grep -q 'got ' <<<"$out" && nothing_happened
}
echo secret >"$TMP/secret"

# shellcheck disable=SC2016 # the guest expands it
check "boots, is root, in this directory" says "^0 $PWD\$" run -- 'echo $(id -u) $PWD'
check "... also where that is below /tmp" says '^inside$' below_tmp
check "hands back the exit code" exits 42 run -- 'exit 42'
check "arguments stay as they are" says '^<a b><\*>$' run -- printf '<%s>' 'a b' '*'

check "the guest's kernel is the series'" says '^/sys/kernel/ksplice$' run -- 'ls -d /sys/kernel/ksplice'
check "writes are forgotten" run -- "touch $REPO/.vm-test"
check "... really" gone "$REPO/.vm-test"
check "except in a shared directory" run --share "$TMP" -- "echo x >$TMP/shared"
check "... where they are seen" test -s "$TMP/shared"
check "modules load" run -- 'modprobe dummy && [ -d /sys/module/dummy ]'
check "the kernel log is left" run --dmesg "$TMP/dmesg" -- 'echo marked-by-test >/dev/kmsg'
check "... with what was in it" grep -q marked-by-test "$TMP/dmesg"
check "a panic is told from a failure" exits 125 run -- 'echo c >/proc/sysrq-trigger'
check "so is a timeout" exits 124 "$REPO/vm/run" --timeout 15 -- 'sleep 1000'
check "two at once" both
check "--give: the guest sees it" says '^secret$' run --give "$TMP" -- "cp $TMP/secret /run/ && rm $TMP/secret && cat /run/secret"
check "... and what it does to it is forgotten" test -s "$TMP/secret"
for kernel in series stock; do
	check "$kernel: the guest's root can't write here, nor read what others may not" kept_in $kernel
done
check "counting instructions" says '^ok$' run --icount -- 'echo ok'
check "no command: usage" exits 2 run
check "an unknown kernel: usage" exits 2 run --kernel nonsense -- true
done_testing
