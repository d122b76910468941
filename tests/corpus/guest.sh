#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: loads, applies, takes back and unloads each update that DIR/todo
# names (one a line), each on its own. DIR/results/NAME gets "started" and then
# a line for each step that was done, or what went wrong:
#
#   started / loaded SECONDS / applied / undone / unloaded / stays / splat TEXT /
#   failed STEP: MESSAGE / done
#
# A result that says neither failed nor done is that of the update during which
# the guest died.

dir=$1
sys=/sys/kernel/ksplice
log=$(mktemp)

say() {
	printf '%s\n' "$*" >>"$dir/results/$name"
	sync "$dir/results/$name"
}

# The kernel's own words, of this update alone
splats() {
	dmesg -c >"$log"
	grep -m 3 -E 'BUG:|WARNING:|Oops|INFO: (rcu|task)|general protection|soft lockup' "$log" |
		while IFS= read -r line; do
			say "splat $line"
		done
}

why() {
	local cause

	cause=$(cat "$sys/$sysname/abort_cause" 2>/dev/null)
	dmesg | grep -i ksplice | tail -n 1 | sed 's/^\[[^]]*\] *//' | tr '\n' ' '
	[ -z "$cause" ] || printf '[%s] ' "$cause"
	head -n 3 "$sys/$sysname/conflicts" 2>/dev/null | tr '\n' ';'
}

one() {
	local start=${EPOCHREALTIME/./}

	if ! message=$(insmod "$dir/updates/ksplice-$name.ko" 2>&1); then
		say "failed load: $message; $(why)"
		return
	fi
	say "loaded $(((${EPOCHREALTIME/./} - start) / 1000)) ms"
	if ! message=$( { echo 1 >"$sys/$sysname/enabled"; } 2>&1); then
		say "failed apply: ${message##*: }; $(why)"
		rmmod "ksplice_${name//-/_}" 2>/dev/null
		return
	fi
	[ "$(cat "$sys/$sysname/state")" = applied ] || {
		say "failed apply: state is $(cat "$sys/$sysname/state")"
		return
	}
	say "applied"
	# something that uses the new code
	ls -lR /etc /sys/kernel/mm >/dev/null 2>&1
	if ! message=$( { echo 0 >"$sys/$sysname/enabled"; } 2>&1); then
		say "failed undo: ${message##*: }; $(why)"
		return
	fi
	say "undone"
	if [ "$(cat "$sys/$sysname/stays")" = 1 ]; then
		# the kernel may hold an address of its memory
		if rmmod "ksplice_${name//-/_}" 2>/dev/null; then
			say "failed unload: it went, though it says that it stays"
		else
			say "stays"
		fi
		return
	fi
	if ! message=$(rmmod "ksplice_${name//-/_}" 2>&1); then
		say "failed unload: $message"
		return
	fi
	say "unloaded"
}

[ -d "$sys" ] || modprobe ksplice 2>/dev/null
# Updates of modules are tried on modules that are there.
sed -n 's/.*"target": "\([^"]*\)".*/\1/p' "$dir"/updates/*.json | grep -vx vmlinux | sort -u |
	while IFS= read -r module; do
		modprobe "$module"
	done
dmesg -c >/dev/null
while IFS= read -r name; do
	sysname=$name
	say "started"
	one
	splats
	if grep -qE '^(failed|splat)' "$dir/results/$name" && [ -e "$sys/$sysname" ]; then
		# in the way of those that follow: a new guest goes on
		exit 77
	fi
	grep -q '^failed' "$dir/results/$name" || say "done"
	! grep -q '^splat' "$dir/results/$name" || exit 77
done <"$dir/todo"
