#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The page about an update (kspl-build --html): what it is made of, hostile text in it,
# its size; and what kspl-build gives it. Prints TAP: one line per test.

# shellcheck disable=SC2016 # $ in regular expressions
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

# --- the package page/ --------------------------------------------------------

(cd "$REPO/tests/page" && python3 -B -m unittest -v test_page) >"$TMP/unit" 2>&1 || :
awk -v list="$TMP/counts" '
	/ \.\.\. ok$/ { printf "ok %d %s\n", ++n, $1; next }
	/ \.\.\. (FAIL|ERROR)$/ { printf "not ok %d %s\n", ++n, $1; bad++; next }
	{ print "# " $0 }
	END { print n + 0, bad + 0 >list }' "$TMP/unit"
read -r TESTS BAD <"$TMP/counts"
check 'all unit tests are run' grep -q '^OK$' "$TMP/unit"

# --- kspl-build ----------------------------------------------------------------

cd "$TMP"
build=$REPO/tools/kspl-build/kspl-build
# shellcheck source=tests/mini-kernel.sh
. "$REPO/tests/mini-kernel.sh"
objdiff=$REPO/tools/kspl-objdiff/kspl-objdiff
if [ ! -x "$objdiff" ]; then
	make -s -C "$REPO/tools/kspl-objdiff" O="$TMP/tools" >objdiff.log 2>&1 ||
		{ cat objdiff.log; die "kspl-objdiff can't be built"; }
	objdiff=$TMP/tools/kspl-objdiff
fi
export XDG_CACHE_HOME=$TMP/cache

# shows PAGE REGEX...: each of them, in this order, in the words of a page
shows() {
	python3 -B "$REPO/tests/page/shows.py" "$@"
}
# real FILE...: with kspl-objdiff itself. The mini tree can't link a module, so this
# ends with a failure, of which there is a page, too.
real() {
	rm -rf kept page.html
	KSPL_OBJDIFF=$objdiff "$build" -b bld --html page.html --json report.json --keep kept "$@" >out 2>&1 && return 1
	[ -s page.html ] || { cat out; return 1; }
}
# mail SUBJECT CVE PATCH: as a mail
mail() {
	printf 'From: A <a@example.org>\nSubject: [PATCH 1/2] %s\n\nText.\n\nCVE: %s\n---\n' "$1" "$2"
	cat "$3"
}

mini
edit fs/fn.c 's/return FN/return 2 + other()/;1a int other(void);'
mail 'fs: repair <fn>' CVE-2026-1111 fix.patch >one.patch
edit kernel/other.c 's/3/4/'
mail 'kernel: repair other' CVE-2026-2222 fix.patch >two.patch

check 'a page' real --fixes CVE-2026-3333 one.patch two.patch
check '... what it fixes, by title' shows page.html 'CVE-2026-1111fs: repair <fn>' 'CVE-2026-2222kernel: repair other' CVE-2026-3333
check '... by patch, file and function' shows page.html '^Patch 1: fs: repair <fn>' 'fs/fn\.c' 'fn replaced' \
	'^-.return FN;' '^\+.return 2 \+ other\(\);' '^\+ .*call  <other>' \
	'Patch 2: kernel: repair other' 'kernel/other\.c' 'other replaced' '^-.return 3;' 'mov    \$0x3,%eax'
check '... what is compared, and stopped for' shows page.html 'the core compares [0-9,]* bytes' 'inside of 2 pieces' \
	'Compared: 6 bytes' 'Nobody may be inside: fn \(6 bytes\)'
check '... and the update could not be linked' shows page.html 'There is no update: making it failed' 'the module could not be linked'
check 'the report has it, too' jq -e '.messages == [
	{"patch": 1, "subject": "fs: repair <fn>", "fixes": ["CVE-2026-1111"]},
	{"patch": 2, "subject": "kernel: repair other", "fixes": ["CVE-2026-2222"]}]' report.json
cp page.html first.html
elsewhere() {
	mkdir -p else
	cp -a src bld else/
	find else \( -name '.*.cmd' -o -name Makefile \) -exec sed -i "s,$TMP/,$TMP/else/,g" {} +
	cd else
	TMPDIR=$TMP/else KSPL_OBJDIFF=$objdiff "$build" -b bld -n one --html page.html \
		--fixes CVE-2026-3333 ../one.patch ../two.patch >out 2>&1 || :
	cmp ../first.html page.html
}
check 'the same elsewhere: the same bytes' elsewhere

mkdir -p records/2026
echo '{"containers": {"cna": {"title": "kernel: a hole <b>"}}}' >records/2026/CVE-2026-3333.json
echo '{"containers": {"cna": {"title": 1}}}' >records/CVE-2026-2222.json
echo 'no record' >records/CVE-2026-1111.json
check 'titles of CVE records' real --fixes CVE-2026-3333 --cves records one.patch two.patch
check '... which it has then' shows page.html 'CVE-2026-1111fs: repair <fn>' 'CVE-2026-2222kernel: repair other' 'CVE-2026-3333kernel: a hole <b>'
check '... and the report' jq -e '.titles == {"CVE-2026-3333": "kernel: a hole <b>"}' report.json
check '... no directory of records' exits 2 run --json report.json --cves nowhere one.patch

check 'on top of another: what that changes is not of it' real --on one.patch two.patch
check '... but is there' shows page.html 'Patch 1: kernel: repair other' 'other replaced'
check '... and not told' exits 1 shows page.html 'fs: repair'

# What objdump is given is made of the patch: it runs where the compiler does, which
# sees no program of this directory.
mkdir -p bin
printf '#!/bin/sh\ntouch %s/outside\nexec /usr/bin/objdump "$@"\n' "$TMP" >bin/objdump
chmod +x bin/objdump
in_sandbox() {
	PATH=$TMP/bin:$PATH real one.patch && shows page.html 'call  <other>' && [ ! -e outside ]
}
check 'objdump runs in the sandbox' in_sandbox
PATH=$TMP/bin:$PATH objdump --version >/dev/null
check '... which is seen' test -e outside

refused() { OBJDIFF_EXIT=4 run "$@"; }
check 'a refused update: its exit code stays' exits 4 refused --html page.html one.patch
check '... its page says why' shows page.html "can't be made safely" 'the reason of the stand-in' 'not taken' '^\+.return 2'
edit Documentation/x.rst '1s/$/ more/'
check 'no code changes: a page says so' exits 3 run --html page.html fix.patch
check '... and why' shows page.html 'no code changes' 'Documentation/x.rst: harmless \(documentation\)'
edit fs/Kconfig '1s/$/ more/'
check 'a file is refused: a page says so' exits 4 run --html page.html fix.patch
check '... and why' shows page.html 'fs/Kconfig: refused \(.*configuration'

echo victim >victim
ln -sf victim link.html
check 'a link in its place' exits 4 refused --html link.html one.patch
check '... is replaced' test ! -L link.html -a -s link.html
check '... what it led to is not written to' test "$(cat victim)" = victim
check 'a page that can not be written: the exit code of a failure stays' exits 4 refused --html /dev/full one.patch
check '... and it is said' says "can't write /dev/full" refused --html /dev/full one.patch
check 'with --each: usage' exits 2 run --html page.html --each d --to src
check 'with --verify: usage' exits 2 run --html page.html --verify victim -n x one.patch
check 'with --inspect: usage' exits 2 run --html page.html --inspect one.patch
check 'with --pre: usage' exits 2 run --html page.html --pre victim --keep d
check 'in no directory: usage' exits 2 run --html none/page.html one.patch
check 'a directory: usage' exits 2 run --html src one.patch
mkdir nopython
for f in /usr/bin/*; do
	[[ ${f##*/} == python3* ]] || ln -sf "$f" nopython/
done
check 'no python3: said before anything is compiled' says 'python3 is not there' \
	env PATH="$TMP/nopython" "$build" -b bld --html page.html one.patch

# --- as an ordinary user ----------------------------------------------------------

if [ "$(id -u)" -eq 0 ] && setpriv --reuid 64999 --regid 64999 --clear-groups unshare --map-root-user --mount true 2>/dev/null; then
	chmod 755 "$TMP"
	# What an ordinary user can reach, wherever the repository is
	mkdir reached
	cp -r "$REPO/tools/kspl-build" "$objdiff" reached/
	chmod -R a+rX reached
	mkdir user
	chown 64999 user
	as_user() {
		rm -f user/page.html
		setpriv --reuid 64999 --regid 64999 --clear-groups env HOME="$TMP/user" XDG_CACHE_HOME="$TMP/user/cache" \
			KSPL_OBJDIFF="$TMP/reached/$(basename "$objdiff")" KSPL_BUILD_NO_OVERLAY="$1" \
			"$TMP/reached/kspl-build/kspl-build" -b bld -n one -o user/x.ko --html user/page.html one.patch >out 2>&1 || :
		shows user/page.html 'fn replaced' 'call  <other>' || { cat out; return 1; }
	}
	check 'an ordinary user, with an overlay' as_user ''
	check 'an ordinary user, with links' as_user 1
fi

# --- a release -------------------------------------------------------------------

printf 'struct s { int a, b; };\n' >>src/fs/fn.h
printf 'int get(struct s *s)\n{\n\treturn s->b;\n}\n' >>src/fs/fn.c
cp -r src src2
sed -i 's/int a, b/int a, new, b/' src2/fs/fn.h
sed -i 's/return s->b/return s->new/;s/return FN/return 2/' src2/fs/fn.c
check 'a release' real --to src2 -n rel --partial --fixes CVE-2026-4444
check '... what is taken' shows page.html '1 taken, 1 left out' 'CVE-2026-4444' 'Fix [12]: fs/fn.c taken' \
	'fn replaced' '^-.return FN;' 'mov    \$0x2,%eax'
check '... what is left out, and why' shows page.html 'fix [12]: .*struct s' 'Fix [12]: .*? left out' 'Why: .*?struct s' 'get left out' '^-.return s->b;'
cp src/fs/fn.h src2/fs/
sed -i 's/return s->new/return s->a/' src2/fs/fn.c
check 'two trees' real --to src2 -n two
check '... where they are is not told' exits 1 grep -F "$TMP" page.html
check '... what changes' shows page.html 'What changes' 'fn replaced' '^-.return FN;' 'get replaced' '^\+.return s->a;'

done_testing
