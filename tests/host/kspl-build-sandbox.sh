#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2001,SC2016,SC2030,SC2031,SC2034,SC2317 # parts of kspl-build run in subshells
#
# kspl-build: what a patch makes the compiler read, who compiles, whose the cache is,
# and what is told of keys.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
cd "$TMP"
build=$REPO/tools/kspl-build/kspl-build
# shellcheck source=tests/mini-kernel.sh
. "$REPO/tests/mini-kernel.sh"
export XDG_CACHE_HOME=$TMP/cache

if ! command -v bwrap >/dev/null; then
	echo "1..0 # SKIP bubblewrap is not installed"
	exit 4
fi

# --- what the compiler can read -------------------------------------------------

mini
mkdir -p bld/certs home
echo 'a key' | tee bld/certs/signing_key.pem home/key.pem >/dev/null
echo 'int readable;' >home/x.h
echo 'the configured key' >bld/other.pem
printf 'CONFIG_MODULE_SIG_KEY="other.pem"\n' >>bld/.config
cp bld/.config bld/include/config/auto.conf
reads() { edit fs/fn.c "1i $1"; }
# not_read TEXT: it does not compile, since there is no such file
not_read() {
	reads "$1"
	run fix.patch >out 2>&1 || :
	says 'fs/fn.o does not compile with the patch' cat out &&
		says 'No such file|ermission denied|file not found|cannot open|read.*rror' cat out
}
incbin() { printf 'asm(".incbin \\"%s\\"");' "$1"; }
check "a key elsewhere, by .incbin" not_read "$(incbin "$TMP/home/key.pem" | sed 's/\\/\\\\/g')"
check "a header elsewhere" not_read "#include \"$TMP/home/x.h\""
check "/etc/shadow" not_read '#include "/etc/shadow"'
check "/etc/passwd" not_read '#include "/etc/passwd"'
check "the build tree's signing key" not_read "$(incbin "$TMP/bld/certs/signing_key.pem" | sed 's/\\/\\\\/g')"
check "the configuration's" not_read "$(incbin "$TMP/bld/other.pem" | sed 's/\\/\\\\/g')"
mkdir src/.git
echo '[remote "x"]' >src/.git/config
echo 'gitdir: /elsewhere' >bld/.git
check "the source's repository" not_read "$(incbin "$TMP/src/.git/config" | sed 's/\\/\\\\/g')"
check "... the build tree's, where that is a file" not_read "$(incbin "$TMP/bld/.git" | sed 's/\\/\\\\/g')"
rm -rf src/.git bld/.git
check "another process's environment" not_read "$(incbin /proc/self/environ | sed 's/\\/\\\\/g')"
# The signer's key beside a compiler that is not the system's
mkdir -p other/bin
ln -s /usr/bin/gcc other/bin/other-gcc
printf '#!/bin/sh\nexec gcc "$@"\n' >other/bin/real-gcc
chmod +x other/bin/real-gcc
echo 'the signing key' >other/bin/sign.pem
: >other/cert.pem
sed -i "s,:= gcc ,:= $TMP/other/bin/real-gcc ," bld/fs/.fn.o.cmd
mkdir -p bld/scripts/mod
printf 'savedcmd_scripts/mod/empty.o := %s -c x\n' "$TMP/other/bin/real-gcc" >bld/scripts/mod/.empty.o.cmd
edit fs/fn.c 's/return FN/return 2/'
check "a compiler elsewhere" compiles fs/fn.o run --sign-key other/bin/sign.pem --sign-cert other/cert.pem fix.patch
signing_key_not_read() {
	reads "$(incbin "$TMP/other/bin/sign.pem" | sed 's/\\/\\\\/g')"
	run --sign-key other/bin/sign.pem --sign-cert other/cert.pem fix.patch >out 2>&1 || :
	says 'fs/fn.o does not compile with the patch' cat out && says 'ermission denied|cannot open|file not found|read.*rror' cat out
}
check "... the signing key that is beside it" signing_key_not_read
mini
mkdir -p home
reads "#include \"$TMP/home/x.h\""
check "without a sandbox it could be read" compiles fs/fn.o run --no-sandbox fix.patch
check "... and that is warned of" says 'warning: without a sandbox' run --no-sandbox fix.patch

edit fs/fn.c 's/return FN/return 2/'
mkdir bin
printf '#!/bin/sh\necho "no namespaces here" >&2\nexit 1\n' >bin/bwrap
chmod +x bin/bwrap
check "where there are no namespaces: refused" exits 1 env PATH="$TMP/bin:$PATH" KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld fix.patch
check "... and said" says 'the compiler can.t have a sandbox here: no namespaces here' \
	env PATH="$TMP/bin:$PATH" KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld fix.patch
check "... unless it is asked for" compiles fs/fn.o env PATH="$TMP/bin:$PATH" KSPL_OBJDIFF="$TMP/objdiff" "$build" --no-sandbox -b bld fix.patch

# who_compiles: the compiler tells who it is and what it sees
mkdir cc
cat >cc/gcc <<'END'
#!/bin/sh
case "$*" in
*fs/fn.o*) { echo "uid $(id -u) caps $(setpriv -d | sed -n 's/^Capability bounding set: //p')"; echo /*
	echo "key ${SECRET-none} home $(ls /root /home 2>/dev/null | wc -l)"; } >&2
	[ ! -f /tmp/leave ] || : ;;
esac
exec /usr/bin/gcc "$@"
END
chmod +x cc/gcc
mini
edit fs/fn.c 's/return FN/return 2/'
tells() {
	rm -rf kept
	env SECRET=x PATH="$TMP/cc:$PATH" KSPL_BUILD_NO_CCACHE=1 KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld --keep kept fix.patch >out 2>&1 || :
	grep -E "$1" kept/post/fs/fn.o.log || { cat out kept/post/fs/fn.o.log; return 1; }
}
check "the compiler has no environment of ours" tells 'key none home 0'
[ "$(id -u)" -ne 0 ] || check "... and where root builds, is not root" sh -c '! grep "uid 0 " kept/post/fs/fn.o.log'

# What a compiler leaves that is no file, is not followed later.
sed -i 's,^exec .*,case "$*" in *fs/fn.o*) for o; do [ "$p" != -o ] || out=$o; p=$o; done; ln -sf /etc/hostname "$out.code" ;; esac\n&,' cc/gcc
check "a link that is left behind" says 'a compiler left something that is not a file: (pre|post)/fs/fn.o.code' \
	env PATH="$TMP/cc:$PATH" KSPL_BUILD_NO_CCACHE=1 KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld fix.patch

# A compiler that the patch has taken over leaves plain files only: none of what is done
# outside may be written to, and what is read there is no code.
cat >cc/gcc <<'END'
#!/bin/bash
case "$*" in
*/post/fs/fn.o*)
	for o; do
		case $o in */post/fs/fn.o) work=${o%/post/fs/fn.o} ;; esac
	done
	rm -f "$work/pre/fs/fn.o.job" 2>/dev/null
	for f in enter plain done/x log/x objtool.mk run-job patched/fs/fn.c update.o new \
		pre/fs/fn.o.job pre/fs/x screen/x module/x; do
		! true 2>/dev/null >>"$work/$f" || echo "wrote $f" >>"$work/post/fs/wrote"
	done
	python3 - >>"$work/post/fs/wrote" <<'KEY'
import ctypes
import errno
import socket
# KEYCTL_SEARCH in the session keyring
key = ctypes.CDLL(None).syscall(250, 10, -3, b"user", b"ksplice-test", 0)
if key != -1:
    print("the caller's key", key)
# io_uring_setup(), which can make sockets, too
if ctypes.CDLL(None, use_errno=True).syscall(425, 1, None) != -1 or ctypes.get_errno() != errno.EAFNOSUPPORT:
    print("io_uring", ctypes.get_errno())
for family in (socket.AF_VSOCK, socket.AF_ALG, socket.AF_PACKET):
    try:
        socket.socket(family, socket.SOCK_STREAM)
        print(family)
    except OSError as e:
        if e.errno != errno.EAFNOSUPPORT:
            print(family, e)
print(socket.socket(socket.AF_UNIX).family == socket.AF_UNIX)
KEY
	for fd in 7 42; do
		eval "cat <&$fd" 2>/dev/null >>"$work/post/fs/wrote"
	done
	env | grep -E '^(SECRET|CCACHE_REMOTE)' >>"$work/post/fs/wrote"
	{
		python3 -c 'import socket; print([name for _, name in socket.if_nameindex()])'
		setpriv -d | sed -n 's/^\(Effective capabilities\|Inheritable capabilities\|Ambient capabilities\|Capability bounding set\): *//p' |
			tr -d '[]' | sort -u
		setpriv -d | grep no_new_privs
	} >>"$work/post/fs/wrote" 2>&1
	cat >>"$work/post/fs/wrote"
	chmod u+s "$work/post/fs/fn.o" 2>/dev/null
	cp /bin/true "$work/post/fs/suid" && chmod 4755 "$work/post/fs/suid"
esac
exec /usr/bin/gcc "$@"
END
chmod +x cc/gcc
taken_over() {
	rm -rf kept
	env SECRET=x CCACHE_REMOTE_STORAGE=redis://u:p@h PATH="$TMP/cc:$PATH" KSPL_BUILD_NO_CCACHE="$1" KSPL_OBJDIFF="$TMP/objdiff" \
		python3 with_key.py "$build" -b bld --keep kept fix.patch >out 2>&1 7<secret 42<secret <secret || :
	[ -d kept/post ]
}
echo 'what the caller has open' >secret
# with_key.py COMMAND...: in a session that has a key, where keys are to be had
cat >with_key.py <<'END'
import ctypes
import os
import sys
libc = ctypes.CDLL(None)
if libc.syscall(250, 1, None) != -1:
    libc.syscall(248, b"user", b"ksplice-test", b"secret", 6, -3)
os.execvp(sys.argv[1], sys.argv[1:])
END
printf '%s\n' 'wrote done/x' True "['lo']" none 'no_new_privs: 1' >may_write
for ccache in '' 1; do
	check "a compiler that was taken over, ccache ${ccache:+not }used" taken_over "$ccache"
	check "... writes to nothing that is used outside, or in another sandbox; reads nothing that was open" \
		diff may_write kept/post/fs/wrote
done
check "... and leaves no program with somebody's rights" sh -c '[ -e kept/post/fs/suid ] && [ ! -u kept/post/fs/suid ]'

# --- linking -------------------------------------------------------------------------

mini
edit fs/fn.c 's/return FN/return 2/'
cat >>bld/Makefile <<'MAKE'
modules:
	@test ! -e /etc/passwd || echo sees /etc/passwd
	@for d in pre post done out log patched; do ! touch $(M)/../$$d/x 2>/dev/null || echo writes to $$d; done
	@touch $(M)/x && echo writes to module
	@python3 -c 'import socket; print([name for _, name in socket.if_nameindex()])'
	@cat; echo "$$SECRET"; exit 1
MAKE
link() {
	rm -rf kept
	echo 'the input' | SECRET=hidden run --keep kept fix.patch >out 2>&1 || :
	printf '%s\n' 'writes to module' "['lo']" '' | diff - <(grep -v 'make.*:' kept/log/kbuild) || { cat out; return 1; }
}
check "the module is linked in the sandbox, too" link

# --- the compiler's cache ---------------------------------------------------------

mini
mkdir src/include/first
echo '#define X 1' >src/include/x.h
printf '#include <x.h>\nint fn(void)\n{\n\treturn X;\n}\n' >src/fs/fn.c
mini_object fs/fn.c include/x.h "-I$TMP/src/include/first -I$TMP/src/include"
printf '%s\n' '--- /dev/null' '+++ b/include/first/x.h' '@@ -0,0 +1 @@' '+#define X 2' >new.patch
if command -v ccache >/dev/null; then
	# The second time, what the unpatched source made is in the cache, if the headers
	# are older than the second in which it was compiled.
	sleep 2
	check "a new header that is found before another" compiles fs/fn.o run --no-sandbox new.patch
	check "... with a compiler's cache that knows the other" compiles fs/fn.o run --no-sandbox new.patch
	check "... in the sandbox" compiles fs/fn.o run new.patch
fi

# --- what it can use up ---------------------------------------------------------------

mini
reads 'asm(".data; .fill 400000000, 1, 1; .text");'
no_large_file() {
	rm -rf kept
	run --keep kept fix.patch >out 2>&1 || :
	cat out
	grep -q 'fs/fn.o does not compile with the patch' out && [ ! -s kept/post/fs/fn.o ]
}
check "a file without end: ended" no_large_file
cat >cc/gcc <<'END'
#!/bin/sh
case "$*" in
*fs/fn.o*) echo "limits $(ulimit -t) $(ulimit -v) $(ulimit -f)" >&2
	echo "processes $(bash -c 'ulimit -u')" >&2 ;;
esac
exec /usr/bin/gcc "$@"
END
edit fs/fn.c 's/return FN/return 2/'
check "a compiler has its limits" tells 'limits 900 8388608 524288'
[ "$(id -u)" -ne 0 ] || check "... and how many processes there can be" tells '^processes [0-9]+$'

# --- as an ordinary user ----------------------------------------------------------

if [ "$(id -u)" -eq 0 ] && setpriv --reuid 64999 --regid 64999 --clear-groups unshare --map-root-user --mount true 2>/dev/null; then
	mini
	chmod 755 "$TMP"
	# What an ordinary user can reach, wherever the repository is
	mkdir reached
	cp -r "$REPO/tools/kspl-build" reached/
	chmod -R a+rX reached
	mkdir user
	chown 64999 user
	edit fs/fn.c 's/return FN/return 2/'
	touch called
	chown 64999 called
	as_user() {
		setpriv --reuid 64999 --regid 64999 --clear-groups env HOME="$TMP/user" XDG_CACHE_HOME="$TMP/user/cache" \
			KSPL_OBJDIFF="$TMP/objdiff" KSPL_BUILD_NO_OVERLAY="${NO_OVERLAY-}" "$TMP/reached/kspl-build/kspl-build" -b bld -o user/x.ko "$@"
	}
	user_compiles() {
		: >called
		as_user "$@" >out 2>&1 || :
		[ "$(sources)" = fs/fn.o ] || { cat out; return 1; }
	}
	check "an ordinary user, with an overlay" user_compiles fix.patch
	NO_OVERLAY=1
	check "an ordinary user, with links" user_compiles fix.patch
	NO_OVERLAY=
	echo mine >user/key
	chmod 600 user/key
	chown 64999 user/key
	reads "$(incbin "$TMP/user/key" | sed 's/\\/\\\\/g')"
	check "... whose own files can't be read" says 'fs/fn.o does not compile with the patch' as_user fix.patch
	chmod 700 "$TMP"
fi

# --- the cache ----------------------------------------------------------------------

mini
edit fs/fn.c 's/return FN/return 2/'
in_cache() { env XDG_CACHE_HOME="$1" KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld fix.patch; }
check "a cache that is not there" says 'could not be linked' in_cache "$TMP/new"
check "... is made for oneself alone" test "$(stat -c %a new new/ksplice | paste -sd,)" = 700,700
chmod 777 new
check "a cache that others can write to" says 'can be written to by others' in_cache "$TMP/new"
chmod 700 new
chmod 775 new/ksplice/author
mkdir -p above/own
chmod 777 above
check "... or a directory above it" says 'is in .*/above, where others can put another' in_cache "$TMP/above/own"
chmod 1777 above
check "... where others can't replace it: taken" says 'could not be linked' in_cache "$TMP/above/own"
check "... or a part of it" says 'author can be written to by others' in_cache "$TMP/new"
chmod 755 new/ksplice/author
mkdir -p new/ksplice/build
mv bld new/ksplice/build/
sed -i "s,^include .*,include $TMP/src/Makefile," new/ksplice/build/bld/Makefile
in_cached_tree() { env XDG_CACHE_HOME="$TMP/new" KSPL_OBJDIFF="$TMP/objdiff" "$build" -b new/ksplice/build/bld fix.patch; }
chmod 755 new/ksplice
chmod 777 new/ksplice/build/bld/tools/objtool
check "... or a tree in it, deeper" says 'bld/tools/objtool can be written to by others' in_cached_tree
chmod 700 new/ksplice
check "... that nobody can get to" sh -c '! "$@" 2>&1 | grep "written to by others"' sh env XDG_CACHE_HOME="$TMP/new" \
	KSPL_OBJDIFF="$TMP/objdiff" "$build" -b new/ksplice/build/bld fix.patch
mv new/ksplice/build/bld bld
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 above
	chown 64999 above
	check "a cache in another user's directory" says 'is in .*/above, where others can put another' in_cache "$TMP/above/own"
	chown 64999 new/ksplice
	check "a cache of another user" says 'ksplice belongs to' in_cache "$TMP/new"
fi

# --- keys and outputs ----------------------------------------------------------------

mini
: >cert.pem
touch signfile
uri='pkcs11:token=t;object=k?pin-value=SECRETPIN&module-path=/x.so'
told_pin() {
	(
		set +eu
		BUILD=$TMP/signer WORK=$TMP/w EXIT_FAILED=1
		mkdir -p w/log signer/scripts
		printf '#!/bin/sh\necho "sign-file: $2: no such token" >&2\nexit 1\n' >signer/scripts/sign-file
		chmod +x signer/scripts/sign-file
		msg_file() { cat "$@"; }
		verbose() { echo "$@"; }
		die() { echo "$2"; exit 1; }
		# shellcheck source=tools/kspl-build/update.sh
		. "$REPO/tools/kspl-build/update.sh"
		SIGN_KEY=$uri SIGN_CERT=cert.pem
		sign_as_told x.ko sha256
	)
}
told_pin >pin.log 2>&1 || :
check "a PIN in a key's name is not told" sh -c '! grep SECRETPIN pin.log'
check "... the rest is" says 'signed with pkcs11:token=t;object=k.pin-value=\.\.\.&module' told_pin
mkdir shared
echo victim >victim
report() { KSPL_OBJDIFF=$TMP/objdiff timeout 100 "$build" -b bld --json "$1" fix.patch >/dev/null 2>&1 || :; }
edit fs/fn.c 's/return FN/return 2/'
ln -s ../victim shared/r.json
report shared/r.json
check "a report's name that is a link: the link is replaced" test ! -L shared/r.json -a -s shared/r.json
check "... what it led to is not written to" test "$(cat victim)" = victim
check "... nor is anything left beside it" test "$(ls -A shared)" = r.json
report >(cat >piped.json)
wait $! || :
check "a report into a pipe" grep -q '"exit": 1' piped.json
rm shared/r.json
if [ "$(id -u)" -eq 0 ]; then
	mkfifo shared/r.json
	chown 64999 shared/r.json
	report shared/r.json
	check "a FIFO of somebody else in its place: replaced" test -f shared/r.json
	rm shared/r.json
fi
check "a report that can't be written: failed, whatever else was" exits 1 run --inspect --json /dev/full fix.patch
if [ "$(id -u)" -eq 0 ] && mknod null c 1 3 2>/dev/null; then
	check "a device as output: usage" exits 2 run -o null fix.patch
	ln -s null link
	check "... or what leads to one" exits 2 run -o link fix.patch
	check "... that stay" test -c null -a -L link
	rm null link
fi
check "... or what stands beside devices" exits 2 run -o "/dev/ksplice-test.$$" fix.patch
put() {
	(
		set +eu
		EXIT_FAILED=1 NAME=x
		# shellcheck source=tools/kspl-build/update.sh
		. "$REPO/tools/kspl-build/update.sh"
		put_file cert.pem shared/x.ko
	)
}
ln -s ../victim shared/x.ko
check "an output's name that is a link: the link is replaced" put
check "... what it led to is not written to" test "$(cat victim)" = victim -a ! -L shared/x.ko
# Whoever may write there knows its name as soon as it is chosen.
mkdir shim
cat >shim/mktemp <<'END'
#!/bin/sh
name=$(PATH=${PATH#*:} mktemp "$@") && ln -sf ../victim "$name" && printf '%s\n' "$name"
END
chmod 755 shim/mktemp
put_in_the_way() { PATH=$TMP/shim:$PATH put; }
check "a link that comes in the way meanwhile: refused" exits 1 put_in_the_way
check "... what it leads to is not written to" test "$(cat victim)" = victim
in_the_way_of_report() (
	sed -i 's,victim "$name",'"$TMP"'/victim "$name",' shim/mktemp
	PATH=$TMP/shim:$PATH
	# shellcheck source=tools/kspl-build/update.sh
	. "$REPO/tools/kspl-build/update.sh"
	set +eu
	eval "$(sed -n '/^put_report()/,/^}/p' "$build")"
	NAME=x JSON_FILE=$1
	put_report cert.pem "$JSON_FILE"
)
check "... nor with a report" exits 1 in_the_way_of_report shared/r.json
check "... what it leads to is not written to" test "$(cat victim)" = victim
kept_elsewhere() {
	mkdir -p theirs
	cat >shim/mkdir <<'MKDIR'
#!/bin/sh
case "$*" in
*shared/kept) ln -sf ../theirs shared/kept ;;
esac
exec /usr/bin/mkdir "$@"
MKDIR
	rm shim/mktemp
	chmod 755 shim/mkdir
	PATH=$TMP/shim:$PATH exits 2 "$build" -b bld --keep shared/kept fix.patch && [ -z "$(ls theirs)" ]
}
check "--keep: a directory that comes in the way meanwhile: refused" kept_elsewhere

each_keeps() {
	(
		set +eu
		EACH=$TMP/each
		mkdir -p each
		echo mine >each/mine.json
		# shellcheck source=tools/kspl-build/each.sh
		. "$REPO/tools/kspl-build/each.sh"
		echo made >each/n-001.json
		each_own n-001.json
		printf '../victim\n' >>each/.kspl-build-each
		each_forget
		[ -f each/mine.json ] && [ ! -f each/n-001.json ] && [ -f victim ]
	)
}
check "--each removes only what it made" each_keeps

# --- what patches say -------------------------------------------------------------------

mini
edit fs/fn.c 's/return FN/return 2/'
cp fix.patch plain.patch
{ printf 'Subject: [PATCH] fs: \xe2\x80\xaeback \xe3\x85\xa4 "q" \\n\n\n'; cat plain.patch; } >one.patch
edit kernel/other.c 's/3/4/'
{ printf 'Subject: [PATCH 2/2] other: second\n\nCVE-2020-1 is another.\nCVE: CVE-2024-12345, CVE-2024-12346\nCVE: CVE-x $(id)\n'; cat fix.patch; } >two.patch
check "several patches: each one's subject" sh -c \
	'"$@" >/dev/null 2>&1; grep -e "--description fs: .*; other: second" called' sh \
	env KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld --json report.json one.patch two.patch
check "... without what turns text around, or can't be seen" sh -c '! LC_ALL=C grep -q "$(printf "\342\200\256\\|\343\205\244")" called report.json'
check "... in the report" jq -e '.subjects | length == 2 and (.[0] | test("[\u0001-\u001f]") | not)' report.json
check "what they fix is read" grep -e '--fixes CVE-2024-12345 --fixes CVE-2024-12346 ' called
check "... and nothing else taken for that" sh -c '[ "$(grep -o -e --fixes called | wc -l)" = 2 ]'
check "... in the report" jq -e '.fixes == ["CVE-2024-12345", "CVE-2024-12346"] and .ids == .fixes' report.json
check "... with the patch that says so" jq -e '.messages | map([.patch, (.subject | length > 0), .fixes]) ==
	[[1, true, []], [2, true, ["CVE-2024-12345", "CVE-2024-12346"]]]' report.json
check "what is said besides" sh -c '"$@" >/dev/null 2>&1; grep -e "--fixes GHSA-1 --fixes CVE-2024-12345 " called' sh \
	env KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld --fixes GHSA-1 one.patch two.patch
check "an id that is none: usage" exits 2 "$build" -b bld --fixes 'CVE 1' one.patch
deb_says() {
	(
		set +eu
		# shellcheck source=tools/kspl-build/deb.sh
		. "$REPO/tools/kspl-build/deb.sh"
		FIXES=("$@") NAME=x RELEASE=6.12.1-mini VERSION=1 DEB_VERSION=1
		subjects() { echo x; }
		deb_control 1 7
	)
}
check "a package says it" says '^Ksplice-Fixes: CVE-1, CVE-2$' deb_says CVE-1 CVE-2
check "... or nothing" sh -c '! "$@"' sh grep Fixes <(deb_says)
check "--inspect: without compiling" sh -c 'rm -f called; "$@" >out && [ ! -f called ]' sh \
	env KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld --inspect --json report.json one.patch two.patch
check "... it lists files and what becomes of them" grep -qx '  fs/fn.c (changed, +1 -1, hunks: 1): compiled' out
check "... and in the report" jq -e '.files | length == 2 and (.[0] | .path == "fs/fn.c" and .treatment == "compiled" and .hunks == 1)' report.json
edit fs/unused.c 's/0/1/'
cat plain.patch fix.patch >both.patch
check "--inspect: a file that is not built: nothing to do" exits 3 "$build" -b bld --inspect fix.patch
check "... and said" says 'note: fs/unused.c is not built in this configuration' "$build" -b bld --inspect fix.patch
check "... with one that is: in the report" sh -c '"$@" >/dev/null 2>&1 && jq -e ".files | map(.treatment) == [\"compiled\", \"not built\"]" report.json' sh \
	"$build" -b bld --inspect --json report.json both.patch
new_c() { printf '%s\n' '--- /dev/null' "+++ b/fs/$1.c" '@@ -0,0 +1 @@' "+int new_$1;"; }
edit fs/fn.c '1i #include "with.c"'
{ cat fix.patch; new_c with; new_c without; } >both.patch
check "--inspect: a new file that nothing includes is not built, one that something does is" sh -c \
	'"$@" >/dev/null 2>&1 && jq -e ".files | map(.treatment) == [\"compiled\", \"compiled\", \"not built\"]" report.json' sh \
	"$build" -b bld --inspect --json report.json both.patch
edit fs/Makefile 's/make/more/'
check "--inspect: what is refused" exits 4 "$build" -b bld --inspect fix.patch
check "... and why" says 'fs/Makefile .*: refused: changes to how the kernel is built' "$build" -b bld --inspect fix.patch
check "--inspect: without trees" says 'fs/Makefile .*: refused' "$build" -k 0.0-none --inspect fix.patch
printf 'Subject: the first\nCVE: CVE-2024-1111\n\n---\n' | cat - plain.patch >on.patch
printf 'Subject: the second\nCVE: CVE-2024-2222\n\n---\n' | cat - plain.patch >new.patch
check "--inspect --on: what earlier ones say is not this one's" sh -c '"$@" >/dev/null 2>&1 && jq -e ".subjects == [\"the second\"] and
	.fixes == [\"CVE-2024-2222\"] and (.files | map([.path, .hunks]) == [[\"fs/fn.c\", 1]])" report.json' sh \
	"$build" -k 0.0-none --inspect --json report.json --on on.patch new.patch
check "... nor its messages" jq -e '.messages | map([.patch, .fixes]) == [[1, ["CVE-2024-2222"]]]' report.json
done_testing
