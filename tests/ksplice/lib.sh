# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # of the tests
#
# For the tests of the administrator's command: a machine below $R that is made
# up, in $TMP, which is removed at the end. To be sourced after tests/lib.sh.

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
cd "$TMP" || exit 1
make -s -C "$REPO/tools/ksplice" ksplice ksplice-test O=.
gcc -Wall -Wextra -Werror -O2 -shared -fPIC -o fake.so "$REPO/tests/ksplice/fakekernel.c" -ldl
make_update=$REPO/tests/ksplice/make-update.py
edit=$REPO/tests/ksplice/edit.py
# Copies: somebody may build them again meanwhile.
cp "$REPO"/tools/ksplice/ksplice{,-test} .
TOOL=$TMP/ksplice-test SHIPPED=$TMP/ksplice
export KSPLICE_ROOT=$TMP/root FAKE_KERNEL=$REPO/tests/ksplice/fake-kernel
R=$KSPLICE_ROOT
U=$R/sys/kernel/ksplice
S=$R/var/lib/ksplice

k() { LD_PRELOAD=$TMP/fake.so "$TOOL" "$@"; }

# What a boot leaves of the kernel's side
new_kernel() {
	rm -rf "${R:?}"/{sys,proc,dev,faults}
	mkdir -p "$U" "$R"/{dev,faults,etc} "$R/proc/sys/kernel/random" "$R/sys/module/module/parameters" \
		"$R/sys/kernel/security" "$R/sys/kernel/debug/kprobes" "$R"/proc/{1,self/ns}
	ln -s / "$R/proc/1/root"
	ln -s 'pid:[4026531836]' "$R/proc/self/ns/pid"
	ln -s 'user:[4026531837]' "$R/proc/self/ns/user"
	: >"$R/dev/kmsg"
	echo 6.12.1-test >"$R/proc/sys/kernel/osrelease"
	echo /bin/false >"$R/proc/sys/kernel/modprobe"
	echo 0 >"$R/proc/sys/kernel/modules_disabled"
	echo 0 >"$R/proc/sys/kernel/tainted"
	printf 'boot-%s-%s\n' "$RANDOM$RANDOM" "$RANDOM" >"$R/proc/sys/kernel/random/boot_id"
	echo root=/dev/sda quiet >"$R/proc/cmdline"
	echo N >"$R/sys/module/module/parameters/sig_enforce"
	echo '[none] integrity confidentiality' >"$R/sys/kernel/security/lockdown"
}

# A machine that has just been installed and booted
boot() {
	rm -rf "$R"
	new_kernel
	echo fix-foo >"$R/name"
}

# The same machine after it was shut down in order, or went down without a shutdown
reboot() {
	k settle -q --now >/dev/null || [ $? -eq 3 ]
	new_kernel
}
crash() { new_kernel; }

# thread PID COMM FUNCTION...: one that sleeps there
thread() {
	local dir=$R/proc/$1/task/$1

	mkdir -p "$dir"
	printf '%s\n' "$2" >"$dir/comm"
	shift 2
	printf '[<0>] %s+0x12/0x34\n' "$@" >"$dir/stack"
}

says_not() { ! says "$@" >/dev/null; }
state_is() { [ "$(cat "$U/$1/state" 2>/dev/null)" = "$2" ]; }
absent() { [ ! -e "$1" ] && [ ! -L "$1" ]; }

"$make_update" fix-foo.ko fix-foo 6.12.1-test test_func
"$make_update" other.ko fix-foo 6.12.2-other test_func
SIGNED=1 "$make_update" signed.ko fix-foo 6.12.1-test test_func
