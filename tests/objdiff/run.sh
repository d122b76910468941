#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Compiles each file in cases/ twice, without and with -DPOST, and compares
# what kspl-objdiff makes of the two with what the file's first lines say:
#
#   // replace: F...        functions that are replaced, all of them
#   // new: N...            new functions and variables that come along
#   // copy: N...           old constants that get a new copy
#   // in_place: N...       constants that change where they stand
#   // gone: F...           functions that are gone from the source
#   // range: F...           old code that nobody may be in, besides
#   // fixup: S...          symbols the core must relocate (among others)
#   // nofixup: S...        symbols that need none
#   // refuse: CODE:WHAT... reasons for a refusal, all of them
#   // status: N            exit code, where the lines above don't tell
#   // cflags: ...
#   // options: ...         of kspl-objdiff diff and create
#   // clang-replace: F...  with clang, instead of what replace: says; so for all
#   // only: gcc WHY        the other compiler makes no such thing of it
#
# usage: run.sh KSPL_OBJDIFF OUTDIR [CASE...]; prints TAP

set -u
export LC_ALL=C
tool=$1 out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
tool=$(realpath "$tool")
CC=${CC:-gcc}
# shellcheck disable=SC2054 # the comma is gcc's
flags=(-std=gnu11 -O2 -ffreestanding -fno-pie -fno-pic -mcmodel=kernel -mno-red-zone
	-fno-asynchronous-unwind-tables -fno-common -fno-strict-aliasing -fno-stack-protector
	-mno-sse -falign-functions=16 -fno-jump-tables -fcf-protection=branch
	-ffunction-sections -fdata-sections -pg -mfentry
	-fpatchable-function-entry=16,16 -w)
if $CC --version | grep -qi clang; then
	kind=clang
else
	kind=gcc
	flags+=(-fno-ipa-icf -mrecord-mcount)
fi
n=0 failed=0

# directive NAME FILE: its words, sorted
directive()
{
	if grep -q "^// $kind-$1:" "$2"; then
		set -- "$kind-$1" "$2"
	fi
	sed -n "s,^// $1: *,,p" "$2" | tr ' ' '\n' | sed '/^$/d' | sort
}

# listed NAME: names in that list of the JSON on stdin, sorted
listed()
{
	awk -v want="\"$1\": [" '
		/^   "/ { inside = index($0, want) > 0 }
		inside && /^    \{"name": "/ {
			split($0, part, "\"")
			print part[4]
		}' | sort
}

refused()
{
	sed -n 's/^  {"code": "\([^"]*\)", "source": "[^"]*", "what": "\([^"]*\)".*/\1:\2/p' | sort
}

# same WHAT EXPECTED GOT; * in EXPECTED is a pattern
same()
{
	local want got i

	mapfile -t want <<<"$2"
	mapfile -t got <<<"$3"
	if ((${#want[@]} == ${#got[@]})); then
		for i in "${!want[@]}"; do
			# shellcheck disable=SC2053 # a pattern
			[[ ${got[i]} == ${want[i]} ]] || break
			((i + 1 < ${#want[@]})) || return 0
		done
	fi
	problem+="$1: expected ${2//$'\n'/ }, got ${3//$'\n'/ }"$'\n'
	return 1
}

check_self()
{
	local o

	for o in pre post; do
		"$tool" diff "$dir/$o.o" "$dir/$o.o" >"$dir/self" 2>&1
		(($? == 3)) || problem+="$o.o differs from itself: $(head -n 3 "$dir/self")"$'\n'
	done
}

expected_status()
{
	local s

	s=$(directive status "$1")
	if [[ -n $s ]]; then
		echo "$s"
	elif [[ -n $(directive refuse "$1") ]]; then
		echo 4
	else
		echo 0
	fi
}

check_diff()
{
	local status

	# shellcheck disable=SC2086
	"$tool" diff "$dir/pre.o" "$dir/post.o" $options --json --symvers "$here/symvers" >"$dir/json" 2>"$dir/err"
	status=$?
	same status "$(expected_status "$1")" "$status"
	same refuse "$(directive refuse "$1")" "$(refused <"$dir/json")"
	[[ $status == 0 ]] || return
	same replace "$(directive replace "$1")" "$(listed replaced <"$dir/json")"
	same new "$(directive new "$1")" "$(listed new <"$dir/json")"
	same copy "$(directive copy "$1")" "$(listed copied <"$dir/json")"
	same in_place "$(directive in_place "$1")" "$(listed in_place <"$dir/json")"
	same gone "$(directive gone "$1")" "$(listed gone <"$dir/json")"
}

check_create()
{
	local got sym

	# shellcheck disable=SC2086
	"$tool" create --name "$name" --release test --symvers "$here/symvers" \
		-o "$dir/update.o" $options --source "$name.o" "$dir/pre.o" "$dir/post.o" >"$dir/log" 2>&1 ||
		{ problem+="create failed: $(tail -n 3 "$dir/log")"$'\n'; return; }
	ld -r -o "$dir/linked.o" "$dir/update.o" >"$dir/log" 2>&1 ||
		problem+="ld does not take the update: $(head -n 3 "$dir/log")"$'\n'
	"$tool" inspect --json "$dir/linked.o" >"$dir/inspect" 2>"$dir/log" ||
		{ problem+="inspect: $(cat "$dir/log")"$'\n'; return; }
	got=$(sed -n 's/^  {"name": "\([^"]*\)", "kind": "function".*/\1/p' "$dir/inspect" | sort)
	same "replaces in the update" "$(directive replace "$1")" "$got"
	if grep -q "^// $kind-range:\|^// range:" "$1"; then
		got=$(sed -n 's/^  {"name": "\([^"]*\)", "kind": "range".*/\1/p' "$dir/inspect" | sort)
		same "ranges in the update" "$(directive range "$1")" "$got"
	fi
	for sym in $(directive fixup "$1"); do
		grep -q "\"symbol\": \"$sym\"" "$dir/inspect" ||
			problem+="no fixup for $sym"$'\n'
	done
	for sym in $(directive nofixup "$1"); do
		! grep -q "\"symbol\": \"$sym\"" "$dir/inspect" ||
			problem+="a fixup for $sym"$'\n'
	done
}

run_case()
{
	local problem='' name dir extra options

	name=$(basename "$1" .c)
	case $(sed -n 's,^// only: *,,p' "$1") in
	'' | "$kind "*) ;;
	*)
		echo "ok $((++n)) - $name # SKIP $(sed -n 's,^// only: *,,p' "$1")"
		return ;;
	esac
	dir=$out/$name
	mkdir -p "$dir"
	extra=$(sed -n 's,^// cflags: *,,p' "$1")
	options=$(sed -n 's,^// options: *,,p' "$1")
	# shellcheck disable=SC2086
	if ! $CC "${flags[@]}" $extra -I"$here" -c -o "$dir/pre.o" "$1" ||
		! $CC "${flags[@]}" $extra -I"$here" -DPOST -c -o "$dir/post.o" "$1"; then
		problem="does not compile"$'\n'
	else
		check_self
		check_diff "$1"
		if [[ $(expected_status "$1") == 0 ]]; then
			check_create "$1"
		fi
	fi
	((++n))
	if [[ -n $problem ]]; then
		((++failed))
		echo "not ok $n - $name"
		sed 's/^/# /; /^# $/d' <<<"$problem"
	else
		echo "ok $n - $name"
	fi
}

run_script()
{
	((++n))
	if tool=$tool out=$out here=$here CC=$CC flags=${flags[*]} bash "$1" >"$out/log" 2>&1; then
		echo "ok $n - $(basename "$1" .sh)"
	else
		((++failed))
		echo "not ok $n - $(basename "$1" .sh)"
		sed 's/^/# /' "$out/log"
	fi
}

if (($#)); then
	cases=("${@/#/$here/cases/}")
else
	cases=("$here"/cases/*.c "$here"/cases/*.sh)
	cases=("${cases[@]%.*}")
fi
for c in "${cases[@]}"; do
	if [[ -e $c.sh ]]; then
		run_script "$c.sh"
	else
		run_case "$c.c"
	fi
done
echo "1..$n"
((!failed))
