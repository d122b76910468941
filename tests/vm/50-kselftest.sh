#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kselftests, each in a guest of its own, on the kernels of KSPL_FLAVOURS
# (default: series fp; also debug, and stock: Debian's unmodified cloud image, with
# ksplice.ko and the test code as modules). A splat in the kernel log fails the
# test it came with.
# KSPL_TESTS: a glob, to run only some of them; FLAVOUR:GLOB is one for a kernel.
# KSPL_PARALLEL: how many guests run at a time (default 1); each keeps one CPU busy.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

version=$("$REPO/scripts/debian-versions" --older)
n=0
bad=0
skips=0

# Prints a test's TAP with numbers and names that are unique over all of them.
renumber() {
	local prefix=$1 line

	while IFS= read -r line; do
		case $line in
		'ok '* | 'not ok '*)
			n=$((n + 1))
			[[ $line != not* ]] || bad=$((bad + 1))
			[[ ${line^^} != *'# SKIP'* ]] || skips=$((skips + 1))
			printf '%s %d %s: %s\n' "${line%% [0-9]*}" $n "$prefix" \
				"$(sed -E 's/^(not )?ok [0-9]+ *-? *//' <<<"$line")" ;;
		1..[0-9]* | 'TAP version'*) ;;
		*) printf '# %s\n' "$line" ;;
		esac
	done
}

# What no test may leave in the kernel log. Warnings of the test code itself
# are part of the tests; the debug kernel's own: see without_known in
# selftests/functions.sh.
splats() {
	local known='WARNING: .* at (\S+/)?(test|ksplice_test)_'

	[ "$flavour" != debug ] || known+='|WARNING: stack going in the wrong direction\? at return_to_handler\+'
	grep -E 'BUG:|WARNING:|KASAN:|Oops|possible (recursive|circular) locking|suspicious RCU|INFO: (rcu|task)|unwind.*(bad|corrupt)|general protection' "$1" |
		grep -vE "$known" || :
}

result() {
	n=$((n + 1))
	[ "$1" = ok ] || bad=$((bad + 1))
	printf '%s %d %s\n' "$1" $n "$2"
}

# Starts the guest of each selected test, KSPL_PARALLEL at a time. What a guest leaves is
# $out/TEST.tap, .err, .dmesg; and at its end .code, its exit code.
run_guests() {
	local name running=0

	for name in "${selected[@]}"; do
		[ $running -lt "${KSPL_PARALLEL:-1}" ] || wait -n || :
		[ $running -ge "${KSPL_PARALLEL:-1}" ] || running=$((running + 1))
		run_guest "$name" &
	done
	wait
}

# The updates that the selected tests name: all of them are much to make for one test.
named_updates() {
	local f name

	for f in "$REPO"/selftests/updates/*.diff; do
		name=$(basename "$f" .diff)
		# shellcheck disable=SC2086 # a glob is wanted
		! (cd "$REPO/selftests" && grep -qw -- "$name" $only.sh functions.sh) || printf '%s ' "$name"
	done
}

run_guest() {
	local log=$out/$1 code=0

	(cd "$out/install/ksplice" &&
		"$REPO/vm/run" "${guest[@]}" --timeout $limit --dmesg "$log.dmesg" \
		-- "./$1.sh") >"$log.tap" 2>"$log.err" </dev/null || code=$?
	printf '%d\n' $code >"$log.code.new"
	mv "$log.code.new" "$log.code"
}

# report TEST: what its guest printed, and whether that was all
report() {
	local name=$1 log=$out/$1 code plan got

	code=$(cat "$log.code")
	renumber "$flavour $name" <"$log.tap"
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$log.tap" | tail -n 1)
	got=$(grep -cE '^(not )?ok ' "$log.tap" || :)
	if [ "$code" -eq 124 ] || [ "$code" -eq 125 ] || [ "$code" -eq 126 ]; then
		sed 's/^/# /' "$log.err"
		result "not ok" "$flavour $name: the guest ended with $code"
	elif [ "$got" -eq 0 ] && [ "$code" -eq 4 ]; then
		result ok "$flavour $name # SKIP"
		skips=$((skips + 1))
	elif [ "$got" -lt "${plan:-1}" ]; then
		result "not ok" "$flavour $name: $got of ${plan:-?} tests ran, exit code $code"
	elif [ "$code" -ne 0 ] && [ "$code" -ne 4 ] && ! grep -q '^not ok' "$log.tap"; then
		result "not ok" "$flavour $name: exit code $code"
	fi
	if [ "$(splats "$log.dmesg")" ]; then
		splats "$log.dmesg" | sed 's/^/# /'
		result "not ok" "$flavour $name: the kernel log has splats ($log.dmesg)"
	else
		result ok "$flavour $name: the kernel log is clean"
	fi
}

# The result of this flavour, if all of its tests ran
keep() {
	local word=ok config=$flavour kconfig=$B/.config

	[ "$only" = '*' ] || return 0
	[ $bad -eq "${begin[1]}" ] || word=failed
	[ "$flavour" != stock ] || { config=cloud-amd64; kconfig=$image/config; }
	keep_result kselftests "$version" "$config" "$kconfig" $word \
		"$((n - begin[0])) results, $((bad - begin[1])) failed, $((skips - begin[2])) skipped, ${KSPL_CYCLES:-20} cycles"
}

set -f # globs are for the tests' names
for flavour in ${KSPL_FLAVOURS:-series fp}; do
	set +f
	only=${flavour#*:}
	[ "$only" != "$flavour" ] || only=${KSPL_TESTS:-*}
	flavour=${flavour%%:*}
	begin=("$n" "$bad" "$skips")
	limit=1800
	case $flavour in
	stock)
		B=$("$REPO/vm/build-stock" "$version")
		image=$("$REPO/scripts/get-image" "$version")
		guest=(--kernel "$image/vmlinuz"
			--modules "$B/.ksplice-modules/lib/modules/$(cat "$image/release")") ;;
	*)
		B=$("$REPO/vm/build-kernel" "$flavour" "$version")
		guest=(--kernel "$B/arch/x86/boot/bzImage")
		# Its checkers make it slow, on a busy host by far.
		[ "$flavour" != debug ] || { guest+=(--mem 2G); limit=7200; } ;;
	esac
	tree=$CACHE/tree/$version
	out=$REPO/build/kselftest-$flavour
	mkdir -p "$out"
	exec 8>"$out/.lock"
	flock 8
	echo "# building the selftests for $flavour"
	make_tests=(make -C "$tree/tools/testing/selftests" TARGETS=ksplice FORCE_TARGETS=1
		KSRC="$tree" KDIR="$B" KSPL_BUILD="$REPO/tools/kspl-build/kspl-build" O="$out")
	made=$out/kselftest/ksplice
	# Updates made by other tools than today's are made again, and all of it for
	# another kernel.
	[ "$(cat "$out/version" 2>/dev/null)" = "$version" ] || rm -rf "$out/kselftest"
	printf '%s\n' "$version" >"$out/version"
	tools=$(find "$REPO/tools" -type f -exec sha256sum {} + | sort | sha256sum)
	[ "$(cat "$out/tools" 2>/dev/null)" = "$tools" ] || rm -f "$made"/*.ko
	printf '%s\n' "$tools" >"$out/tools"
	# The modules of the tests are made in the tree that all kernels share, and make does
	# not see that another one's configuration is meant.
	mods=$tree/tools/testing/selftests/ksplice/test_modules
	if [ "$(cat "$mods/.made-for" 2>/dev/null)" != "$B" ]; then
		find "$mods" -maxdepth 1 -name '*.o' -delete
		printf '%s\n' "$B" >"$mods/.made-for"
	fi
	# What can't be made fails here, and is left out below.
	if "${make_tests[@]}" ONLY="$([ "$only" = '*' ] || named_updates)" -k -j"${KSPL_JOBS:-$(nproc)}" >"$out/make.log" 2>&1; then
		result ok "$flavour: the selftests build"
	else
		grep -iE 'error|refuse|can.t' "$out/make.log" | tail -n 30 | sed 's/^/# /'
		result "not ok" "$flavour: the selftests build (log: $out/make.log)"
	fi
	rm -rf "$out/install"
	if ! "${make_tests[@]}" INSTALL_PATH="$out/install" \
	     UPDATES="$(find "$made" -name 'ksplice-*.ko' -printf '%f ' |
			sed 's/ksplice-\([^ ]*\)\.ko/\1/g')" install >>"$out/make.log" 2>&1; then
		tail -n 30 "$out/make.log" | sed 's/^/# /'
		result "not ok" "$flavour: the selftests install (log: $out/make.log)"
		keep
		continue
	fi
	selected=()
	for t in "$out/install/ksplice"/*.sh; do
		name=$(basename "$t" .sh)
		# shellcheck disable=SC2254 # a glob is wanted
		case $name in
		functions | ktap) ;;
		$only)
			selected+=("$name")
			rm -f "$out/$name".{tap,err,dmesg,code} ;;
		esac
	done
	run_guests &
	for name in "${selected[@]}"; do
		until [ -e "$out/$name.code" ]; do
			sleep 1
		done
		report "$name"
	done
	wait $!
	keep
done
printf '1..%d\n' $n
[ $bad -eq 0 ]
