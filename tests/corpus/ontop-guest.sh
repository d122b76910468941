#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: of each NAME in DIR/todo, loads and applies ksplice-NAME-1.ko, -2 and -3
# (those that are there) on top of one another, then takes them back and unloads them,
# the last one first.  DIR/results/NAME.ran gets "started" and a line for each step;
# it ends with "done", or with what went wrong.

dir=$1
sys=/sys/kernel/ksplice

say() {
	printf '%s\n' "$*" >>"$dir/results/$name.ran"
	sync "$dir/results/$name.ran"
}

why() {
	dmesg | grep -i ksplice: | tail -n 1 | sed 's/^\[[^]]*\] *//' | tr '\n' ' '
	cat "$sys/$1/abort_cause" 2>/dev/null
}

# up N: on top of what is there
up() {
	local u=$name-$1 message

	message=$(insmod "$dir/updates/ksplice-$u.ko" 2>&1) ||
		{ say "failed load $1: $message; $(why "$u")"; return 1; }
	message=$( { echo 1 >"$sys/$u/enabled"; } 2>&1) ||
		{ say "failed apply $1: ${message##*: }; $(why "$u")"; return 1; }
	[ "$(cat "$sys/$u/state")" = applied ] || { say "failed apply $1: $(cat "$sys/$u/state")"; return 1; }
	say "applied $1"
	ls -lR /etc /sys/kernel/mm >/dev/null 2>&1
}

down() {
	local u=$name-$1 message

	[ -d "$sys/$u" ] || return 0
	if [ "$(cat "$sys/$u/enabled")" = 1 ]; then
		message=$( { echo 0 >"$sys/$u/enabled"; } 2>&1) ||
			{ say "failed undo $1: ${message##*: }; $(why "$u")"; return 1; }
		say "undone $1"
	fi
	message=$(rmmod "ksplice_${u//-/_}" 2>&1) && return 0
	# Those below one that stays stay with it.
	grep -qsx 1 "$sys/$name"-[123]/stays && { say "stays $1"; return 0; }
	say "failed unload $1: $message"
	return 1
}

one() {
	local i

	for i in 1 2 3; do
		[ -f "$dir/updates/ksplice-$name-$i.ko" ] || continue
		up $i || { down 3; down 2; down 1; return 1; }
	done
	for i in 3 2 1; do
		down $i || return 1
	done
}

dmesg -c >/dev/null
while IFS= read -r name; do
	say started
	# Updates of modules are tried on modules that are there.
	sed -n 's/.*"target": "\([^"]*\)".*/\1/p' "$dir/updates/$name"-[123].json | grep -vx vmlinux | sort -u |
		while IFS= read -r module; do
			modprobe "$module"
		done
	bad=0
	one || bad=1
	dmesg -c | grep -m 3 -E 'BUG:|WARNING:|Oops|INFO: (rcu|task)|general protection|soft lockup' |
		while IFS= read -r line; do
			say "splat $line"
		done
	! grep -q '^splat' "$dir/results/$name.ran" || exit 77
	[ $bad -eq 0 ] || exit 77
	say "done"
done <"$dir/todo"
