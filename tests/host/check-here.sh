#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# Parts of scripts/check-here on a machine that is made up: what it asks the core, that
# all is unloaded whatever happens, and that the report tells no address.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
# shellcheck source=tests/ksplice/lib.sh
. "$REPO/tests/ksplice/lib.sh"

boot
mkdir bin
cat >tool <<END
#!/bin/sh
exec env LD_PRELOAD=$TMP/fake.so $TOOL "\$@"
END
# They play the module loader; in the file "insmod" or "rmmod" is what it is to say.
cat >bin/insmod <<'END'
#!/bin/sh
echo "insmod $*" >>asked
[ ! -e insmod ] || { cat insmod >&2; exit 1; }
mkdir -p "$KSPLICE_ROOT/sys/kernel/ksplice"
END
cat >bin/rmmod <<'END'
#!/bin/sh
echo "rmmod $*" >>asked
[ ! -e rmmod ] || { cat rmmod >&2; exit 1; }
rmdir "$KSPLICE_ROOT/sys/kernel/ksplice"
END
chmod 755 tool bin/*
export HERE_ROOT=$R
# shellcheck source=scripts/here.sh
. "$REPO/scripts/here.sh"
PATH=$TMP/bin:$PATH

# core: what becomes of it, on a machine without a core
core() {
	here_loaded=
	: >asked
	here_core core.ko ./tool fix-foo.ko core.json
}
# gives CODE LINE...: these lines, and that exit code
gives() {
	local code=0

	core >out || code=$?
	diff -u <(printf '%s\n' "${@:2}") out && [ $code -eq "$1" ]
}
no_core() { rm -rf "$U" "$R"/sys/module/ksplice_* "$R/faults"/*; }
nothing_loaded() { [ ! -e "$U" ] && ! compgen -G "$R/sys/module/ksplice_*"; }

no_core
thread 1 init do_wait
thread 77 'my secret name' do_sys_poll
check 'the core is loaded, and asked, and unloaded' gives 0 'core: loaded' 'core: matches' \
	'stacks: 2 seen, 0 not seen, 0 in the way' 'core: unloaded'
check '... nothing stays' nothing_loaded
check '... it was asked for this' test "$(paste -sd' ' asked)" = 'insmod core.ko rmmod ksplice'
thread 77 'my secret name' test_func
check 'one who is in the way is counted, and not named' gives 0 'core: loaded' 'core: matches' \
	'stacks: 2 seen, 0 not seen, 1 in the way' 'core: unloaded'
mkdir -p "$U"
check 'a core that is there is asked' gives 0 'core: was there' 'core: matches' \
	'stacks: 2 seen, 0 not seen, 1 in the way'
check '... and stays' test -d "$U" -a ! -s asked

no_core
echo '84 ksplice: fix-foo: a.o: f+0x1: the running kernel differs: expected e8 00, found e8 9f' >"$R/faults/load"
check 'code that does not match: failed' gives 1 'core: loaded' 'core: does not match (exit code 4)' 'core: unloaded'
check '... nothing stays' nothing_loaded
no_core
echo 'Key was rejected by service' >insmod
check 'a core that does not load: failed' gives 1 'core: could not be loaded'
rm insmod
check '... nothing stays' nothing_loaded
echo 'Module is in use' >rmmod
check 'a core that does not go: failed' gives 1 'core: loaded' 'core: matches' \
	'stacks: 2 seen, 0 not seen, 1 in the way' 'core: stays loaded'
rm rmmod
no_core

# --- the report --------------------------------------------------------------------
mkdir -p "$R/sys/devices/system/cpu/vulnerabilities"
echo 'Mitigation: Retpolines' >"$R/sys/devices/system/cpu/vulnerabilities/spectre_v2"
echo 'Linux version 6.12.1-test (me@home.example.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld 2.40) #1 SMP Debian 6.12.1-1' >"$R/proc/version"
for cpu in 0 1; do
	printf 'processor\t: %d\nmodel name\t: Some CPU @ 2.00GHz\nmicrocode\t: 0x2b000\nflags\t\t: fpu hypervisor\n\n' $cpu
done >"$R/proc/cpuinfo"
check 'the kernel is in the report' says '^kernel: Linux version 6.12.1-test .gcc-12 .*Debian 6.12.1-1$' here_machine
check '... not who built it' exits 1 grep -F home.example <(here_machine)
check 'the CPUs' says '^cpu: 2 Some CPU @ 2.00GHz$' here_machine
check '... that they are virtual' says '^cpu: in a virtual machine$' here_machine
check '... their microcode' says '^microcode: 0x2b000$' here_machine
check '... their mitigations' says '^mitigation: spectre_v2:Mitigation: Retpolines$' here_machine

cat >known <<'END'
# 1000 entries of tables
ok 1 - fs__read_write.o.blob: 38 of 38 functions, 15880 bytes, 2.4 ms
not ok 2 - mm__a_b-c.o.blob: 3 of 4 functions, 1 bytes, 0.1 ms
not ok 3 - values as in kallsyms: 1 of 900 wrong
# 1 of 2 objects, 42 functions, 1 left over, 15881 bytes, 900 symbols, 1 overridden, 0 of ambiguous names, 0 by data, 2 by order, slowest 2.4 ms
# fentry          20 sites,        0 patched
# label            3 sites,        1 patched
1..3
END
check 'what the matcher counts is in the report' diff -u known <(here_lines known)
cat >told <<'END'
# left over: do_it: mm/a.c: do_it+0x1f: the running kernel differs: expected code 48 c7 c7 00, found 48 c7 c7 10 2c 81 8f
# left over: do_that.part.0: mm/a.c: kallsyms has do_that at 2 addresses, and neither tells
# jiffies is 0xffffffff8f812c10, which kallsyms does not know
# mm__a.o.blob: a.c: f: the running kernel differs: expected code e8, found 90
# accepted: x.blob: f+0x1 (10 was 2c)
snapshot_test: ffffffff8f812c10 is nowhere
# label 0xffffff81 sites, 1 patched
END
cat >sent <<'END'
# left over: do_it: mm/a.c: do_it+0x1f differs
# left over: do_that.part.0: does not match
# 5 lines were left out: they may hold secrets
END
check 'of what does not match: where, and no byte of memory' diff -u sent <(here_lines told)
echo '# left over: f_0xffffffff8f812c10: x' >address
check 'a name like an address: not sent' test "$(here_lines address)" = '# 1 lines were left out: they may hold secrets'

# What the report takes as known is what the test prints.
for form in '# %u entries of tables' '%sok %u - %s: %u of %u functions, %lu bytes, %.1f ms' '%sok %d - values as in kallsyms: %lu of %lu wrong' \
	'# %d of %d objects, %lu functions, %lu left over, %lu bytes, %lu symbols, %lu overridden, %lu of ambiguous names, %lu by data, %lu by order, slowest %.1f ms' \
	'# %-9s %8lu sites, %8lu patched' '# left over: %s: %s'; do
	check "the matcher's test prints '${form:0:30}...'" grep -qF -- "\"$form\\n\"" "$REPO/tests/match/snapshot_test.c"
done
check 'the update that is made changes a function of the kernel that all have' \
	grep -q '^+++ b/fs/proc/version.c$' "$REPO/tests/system/version.patch"
check 'a wrong argument: usage' exits 2 "$REPO/scripts/check-here" --nonsense
check '... a number that is none' exits 2 "$REPO/scripts/check-here" --memory-only 0
done_testing
