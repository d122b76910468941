#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh FROM TO: what differs between two of Debian's linux-source versions, as
# hot updates of the test kernel (series) of FROM. Every object whose code
# differs is made into an update (with the objects it needs), loaded, applied
# and taken back in the VM. build/corpus/FROM..TO.json has the figures,
# build/corpus/FROM..TO/ everything else; what was done is not done again.
#
# FROM, TO: as 6.12.107, or in full. KSPL_CORPUS_NO_VM=1: make the updates only.
# KSPL_CORPUS_ONLY: patterns of objects, or "own": those whose own source file
# differs; the figures are those of a part then, in FROM..TO-part.json.

set -euo pipefail
set -f
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

HERE=$REPO/tests/corpus

{ [ $# -eq 2 ] && [ "$1" ] && [ "$2" ]; } || usage_error "usage: make corpus FROM=V1 TO=V2 (as 6.12.107)"
from=$(full_version "$1")
to=$(full_version "$2")
B=$("$REPO/vm/build-kernel" series "$from")
src=$("$REPO/scripts/get-source" "$to")
tree=$CACHE/tree/$to
"$REPO/scripts/sync-tree" "$src" "$tree"

pair=${from%%-*}..${to%%-*}
only=()
for pattern in ${KSPL_CORPUS_ONLY:-}; do
	only+=(--only "$pattern")
done
[ ${#only[@]} -eq 0 ] || pair=$pair-part
out=$REPO/build/corpus/$pair
mkdir -p "$out/updates" "$out/results"
exec 7>"$out/.lock"
flock -n 7 || die "another run of $pair is under way"

# --- the updates ---
tools=$(find "$REPO/tools" -type f ! -name '*.o' -exec sha256sum {} + | sort | sha256sum | cut -c1-32)
key="$from $to $(head -n 1 "$B/.ksplice-stamp") $(sha256sum "$tree.manifest" | cut -c1-16) $tools ${only[*]}"
if [ "$(cat "$out/key" 2>/dev/null)" != "$key" ]; then
	rm -rf "$out/objects"
	"$REPO/tools/kspl-build/kspl-build" -v -b "$B" --to "$tree" --each "$out/updates" -n c "${only[@]}" \
		${KSPL_JOBS:+-j "$KSPL_JOBS"} --json "$out/build.json" --keep "$out/objects" 2>&1 7>&- |
		tee "$out/build.log" | grep --line-buffered -vE '^  \[|left out|not part of' >&2 ||
		die "the updates could not be made, see $out/build.log"
	[ -s "$out/build.json" ] || die "the updates could not be made, see $out/build.log"
	printf '%s\n' "$key" >"$out/key"
fi

# --- no noise: every object against itself ---
if [ -d "$out/objects" ]; then
	say "each object against itself"
	: >"$out/noise"
	find "$out/objects/pre" "$out/objects/post" -name '*.o' | while IFS= read -r o; do
		if ! readelf -h "$o" 2>/dev/null | grep REL >/dev/null; then
			continue
		fi
		code=0
		"$REPO/tools/kspl-objdiff/kspl-objdiff" diff "$o" "$o" >"$out/self" 2>&1 || code=$?
		[ $code -eq 3 ] || printf '%s: exit code %s: %s\n' "$o" $code "$(head -n 2 "$out/self" | tr '\n' ' ')"
		echo "$o" >>"$out/self.list.new"
	done >"$out/noise"
	mv "$out/self.list.new" "$out/self.list"
fi

# --- in the VM ---
# Results are those of these very bytes on this very kernel.
while IFS= read -r name; do
	sum=$(sha256sum "$out/updates/ksplice-$name.ko" "$B/arch/x86/boot/bzImage" "$HERE/guest.sh" | cut -d' ' -f1 | sha256sum)
	if [ "$(cat "$out/results/$name.sum" 2>/dev/null)" != "$sum" ]; then
		rm -f "$out/results/$name"
		printf '%s\n' "$sum" >"$out/results/$name.sum"
	fi
done < <(find "$out/updates" -name 'ksplice-*.ko' -printf '%f\n' | sed 's/^ksplice-\(.*\)\.ko$/\1/' | sort | tee "$out/names")
while [ -z "${KSPL_CORPUS_NO_VM:-}" ]; do
	while IFS= read -r name; do
		grep -qE '^(done|failed|splat|died)' "$out/results/$name" 2>/dev/null || printf '%s\n' "$name"
	done <"$out/names" >"$out/todo"
	[ -s "$out/todo" ] || break
	say "in the VM: $(wc -l <"$out/todo") of $(wc -l <"$out/names") updates left"
	code=0
	"$REPO/vm/run" --kernel "$B/arch/x86/boot/bzImage" --mem 2G --timeout "${KSPL_CORPUS_TIMEOUT:-3600}" \
		--share "$out" --dmesg "$out/dmesg" -- "$HERE/guest.sh" "$out" >"$out/vm.log" 2>&1 7>&- || code=$?
	case $code in
	0 | 77) continue ;;
	esac
	# Whose was it? The one that was begun and has no end.
	blamed=
	while IFS= read -r name; do
		if [ -s "$out/results/$name" ] && ! grep -qE '^(done|failed|splat|died)' "$out/results/$name"; then
			printf 'died the guest ended with %s: %s\n' $code \
				"$(grep -E 'BUG:|RIP:|Oops|panic' "$out/dmesg" 2>/dev/null | head -n 2 | tr '\n' ' ')" >>"$out/results/$name"
			cp "$out/dmesg" "$out/results/$name.dmesg" 2>/dev/null || :
			blamed=$name
		fi
	done <"$out/todo"
	[ "$blamed" ] || die "the guest ended with $code before it did anything, see $out/vm.log"
	say "the guest died with $blamed; going on with the others"
done

word=ok
python3 "$HERE/report.py" "$out" "$pair" "$REPO/build/corpus/$pair.json" || word=failed
if [ ${#only[@]} -eq 0 ] && [ ! "${KSPL_CORPUS_NO_VM:-}" ]; then
	keep_result corpus "$from" series "$B/.config" $word "$(jq -r --arg to "$to" \
		'"to \($to): \(.objects_changed) objects, \(.updatable_percent)% updatable, \(.failed) failed"' \
		"$REPO/build/corpus/$pair.json")"
fi
[ $word = ok ]
