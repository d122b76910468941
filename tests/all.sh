#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All that is tested without being asked for a time or a version: hours. Each part
# runs, whatever became of the others; the last lines tell.

set -u
cd "$(dirname "$0")/.." || exit 1

failed=()
# part NAME MINUTES COMMAND...
part() {
	local name=$1 start=$SECONDS

	printf '\n## %s, about %d min\n' "$name" "$2"
	"${@:3}" || failed+=("$name")
	printf '## %s: %d min\n' "$name" $(((SECONDS - start + 30) / 60))
}

cat <<'END'
All of this takes about seven hours on 2 cores without KVM. A part of it: make test,
make lint, make check-series, make test-system, make bench; see CONTRIBUTING.md.
END
part 'make test, series and fp kernels, 1,000 cycles' 120 \
	env KSPL_FLAVOURS='series fp' KSPL_DBG=1 KSPL_CYCLES=1000 FUZZ_SECONDS=60 TORTURE_SECONDS=60 tests/run.sh
part 'kselftests on the debug kernel and on the stock one' 180 \
	env KSPL_FLAVOURS='debug stock' KSPL_CYCLES=100 tests/run.sh vm/50-kselftest
part 'lint, with the kernel build' 15 scripts/lint
part 'check-series, with the kernel build' 10 scripts/check-series
part 'stock Debian systems' 90 tests/system/run.sh
part 'bench' 15 tests/bench/run.sh

printf '\n'
if [ ${#failed[@]} -ne 0 ]; then
	printf 'FAILED: %s\n' "${failed[@]}"
	exit 1
fi
echo 'all parts passed'
