#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# shellcheck disable=SC2016 # scripts and makefiles have variables of their own
#
# kspl-build --module: updates of modules outside the kernel's tree, made against
# Debian's headers, and what is refused. (In a kernel: tests/vm/49-module.sh)

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
headers=$("$REPO/scripts/get-headers" "$(cd "$REPO" && scripts/debian-versions --older)") || {
	echo '1..0 # SKIP the headers of a kernel are not to be had'
	exit 4
}
release=${headers##*/linux-headers-}
make -s -C "$REPO" tools >/dev/null
cd "$TMP"

build() { "$REPO/tools/kspl-build/kspl-build" -b "$headers" "$@"; }
# for what ends before anything is compiled
first=$REPO/tests/module/first
mkdir -p "src/kspl-first-1.0"
cp -r "$first/." src/kspl-first-1.0/
dir=src/kspl-first-1.0
"$REPO/tests/module/change" "$TMP/patched" >fix.patch

# ends CODE REGEX COMMAND...: is that the exit code, and does it print that?
ends() {
	local code=$1 want=$2 is=0 out

	shift 2
	out=$("$@" 2>&1) || is=$?
	if [ $is -ne "$code" ] || ! grep -qE -- "$want" <<<"$out"; then
		printf '%s\n' "$out" "exit code $is, expected $code and: $want"
		return 1
	fi
}

# edit DIR FILE SED: edit.patch is that change
edit() {
	rm -rf a b
	mkdir -p "a/$(dirname "$2")" "b/$(dirname "$2")"
	cp "$1/$2" "a/$2"
	sed "$3" "$1/$2" >"b/$2"
	diff -u "a/$2" "b/$2" >edit.patch || :
}

# copy NAME: of the first module's source
copy() {
	rm -rf "$1"
	cp -r "$first" "$1"
}

# --- the command line, and patches that are refused ----------------------------

check "no such directory" says "there is no directory nowhere" build --module nowhere fix.patch
mkdir empty
check "not a module" says "it is not the source of a module" build --module empty fix.patch
for options in '--to 6.12.1' '--to 6.12.1 --partial' "-s $dir" --no-sandbox '--to 6.12.1 --each x'; do
	read -r -a words <<<"$options"
	patch=(fix.patch)
	[[ $options != --to* ]] || patch=()
	check "--module and $options: wrong usage" ends 2 '--module goes without|--module is for patches' build --module $dir "${words[@]}" "${patch[@]}"
done
check "--module-at alone" says 'module-at needs --module' build --module-at /x fix.patch
check "--module-symvers alone" says 'module-symvers needs --module' build --module-symvers fix.patch fix.patch
check "--module-at is a path" ends 2 "'x' is not an absolute path" build --module $dir --module-at x fix.patch
check "--module-at with what the build needs in it" ends 1 "can't be built at ${headers%/*}: .*which its build needs" \
	build --module $dir --module-at "${headers%/*}" fix.patch
check "a symvers that is none" says 'fix.patch is not a Module.symvers' build --module $dir --module-symvers fix.patch fix.patch
check "without --module: refused, with the way out" ends 1 "outside the kernel's tree they are: --module names" build fix.patch

check "--inspect" says 'first.c \(changed, .*compiled' build --module $dir --inspect fix.patch
edit $dir Kbuild 's/first.o/first.o #/'
check "its makefile: refused" ends 4 'Kbuild: changes to how the module is built' build --module $dir edit.patch
check "... also by --inspect" ends 4 'Kbuild .*refused: changes to how the module is built' build --module $dir --inspect edit.patch
copy text
echo text >text/README
edit text README 's/text/words/'
check "a README: nothing to update" ends 3 'no code of the module' build --module text edit.patch
edit $dir first.c 's/first 9/first 2/'
printf '%s\n' '--- a/first.c' '+++ b/first.c' '@@ -1 +1 @@' '-none of it' '+x' >wrong.patch
check "a patch that does not fit" says "wrong.patch does not apply to .*kspl-first-1.0" build --module $dir wrong.patch
ln -s first.c $dir/link.c
printf '%s\n' '--- a/link.c' '+++ b/link.c' '@@ -1 +1 @@' '-// SPDX-License-Identifier: GPL-2.0' '+//' >wrong.patch
check "a link in it" says 'link.c is a symbolic link' build --module $dir wrong.patch
rm $dir/link.c

# --- an update -------------------------------------------------------------------

makes() {
	build --module $dir -n fix -o fix.ko --json fix.json --html fix.html --deb fix.patch &&
		[ "$(modinfo -F ksplice fix.ko)" = fix ] && ls ksplice-update-fix_*.deb
}
check "an update of two modules of one source, one with - in its name" makes
check "... in the report" jq -e '.result == "done" and .release == "'"$release"'" and (.source | endswith("/'$dir'")) and
	([.objects[] | .object + " " + .result] | sort) == ["first.o changed", "kspl_second.o changed", "sub/part.o same"] and
	([.objdiff.objects[].replaced[].name] | sort) == ["first_says", "second_show"]' fix.json
check "... what the build generates is new, too" jq -e '[.objdiff.objects[].replaced[].cause] | any(contains("at most 4"))' fix.json
check "... on the page" grep -q 'first 1, %s' fix.html
targets() { "$REPO/tools/kspl-objdiff/kspl-objdiff" inspect fix.ko --json | jq -e '[.replaces[].target] | sort == ["kspl_first", "kspl_second"]'; }
check "... its targets" targets
depends() { [ -z "$(modinfo -F depends fix.ko | sed 's/^ksplice$//')" ]; }
check "... needs none of them to be loaded" depends

same_elsewhere() {
	mkdir -p elsewhere/x
	cp -r $dir/. elsewhere/x/
	(umask 077 && LANG=C.UTF-8 TMPDIR=$TMP/elsewhere build -j 1 --module elsewhere/x -n fix -o other.ko fix.patch) &&
		cmp fix.ko other.ko
}
check "the same from another directory, bit for bit" same_elsewhere
sed 's/first 2/first 7/' fix.ko >changed.ko
check "--verify finds a changed byte" exits 4 build --module $dir --verify changed.ko fix.patch

# on top: what the first has made is what runs
cp -r patched/b second
edit second first.c 's/first 2, /first 3, /'
on_top() {
	build --module $dir --on fix.patch -n next -o next.ko --json next.json edit.patch &&
		jq -e '[.objdiff.objects[].replaced[] | .name + " " + .cause] == ["first_says refers to \"first 3, %s\" instead of \"first 2, %s\""]' next.json
}
check "on top of it" on_top

# --- is it what was built? ---------------------------------------------------------

# In one directory, as a user builds it: what the build leaves is there.
built_here() {
	copy here
	rm here/dkms.conf
	make -s -C "$headers" M="$TMP/here" modules
}
check "the module, built by hand" built_here
says_code() { build -v --module here -n here -o here.ko fix.patch 2>&1 | tee out | grep 'here/kspl-first.ko: this source gives its code'; }
check "its source: compared with the module there" says_code
sed -i 's/first->sum += value/first->sum += 2 * value/' here/sub/part.c
sed -i 's/^MODULE_VERSION/\/\/ &/' here/first.c
check "another source than the module there: refused" ends 4 'not what .*/here/kspl-first.ko was built from: .*(section \.text|srcversion)' \
	build --module here -n here -o no.ko fix.patch
check "... and nothing is made" test ! -e no.ko

# --- is it what runs, or is installed? -----------------------------------------------

# A kernel of that release, in which the module runs and is installed, is shown: /sys/module
# and /lib/modules are others in a mount namespace. What runs there, the tests say.
copy this
rm this/dkms.conf
cp -r this built
make -s -C "$headers" M="$TMP/built" modules >built.log 2>&1 || cat built.log
mkdir -p fake lower/modules/"$release"/updates/dkms sys/kspl_first/notes
printf '#!/bin/sh\n[ "$1" = -r ] && echo %s || exec /usr/bin/uname "$@"\n' "$release" >fake/uname
chmod +x fake/uname
cat >in-kernel <<'END'
mount -t overlay -o ro,lowerdir="$TMP/lower:/usr/lib" overlay /usr/lib && mount --bind "$TMP/sys" /sys/module || exit
depmod -b "$TMP/lower.root" "$release" 2>/dev/null
PATH=$TMP/fake:$PATH exec "$@"
END
mkdir lower.root
ln -s ../lower lower.root/lib
export TMP release
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(--map-root-user)
in_kernel() { unshare "${as_root[@]}" --mount --propagation private bash "$TMP/in-kernel" "$REPO/tools/kspl-build/kspl-build" -b "$headers" "$@"; }
# runs KO: what /sys says of that one
runs() {
	modinfo -F srcversion "$1" >sys/kspl_first/srcversion
	objcopy -O binary -j .note.gnu.build-id --set-section-flags .note.gnu.build-id=alloc "$1" sys/kspl_first/notes/.note.gnu.build-id
}
edit this first.c 's/first 1, /first 2, /'
this() { in_kernel -v --module this --module-at "$TMP/built" -n this -o this.ko edit.patch; }

runs built/kspl-first.ko
check "the module that runs is this source's" says 'kspl-first: what runs has this build.s id' this
rm -f this.ko
echo 0123456789ABCDEF0123456 >sys/kspl_first/srcversion
check "another one runs: refused" ends 4 'this is not what the module kspl-first that runs was built from: its srcversion is 0123' this
check "... nothing is made" test ! -e this.ko
# as one without a version
rm sys/kspl_first/srcversion
printf 'x%.0s' {1..36} >sys/kspl_first/notes/.note.gnu.build-id
check "what runs was built elsewhere: a warning" says 'warning: the module kspl-first that runs is neither' this
rm -r sys/kspl_first
xz -c built/kspl-first.ko >lower/modules/"$release"/updates/dkms/kspl-first.ko.xz
check "an installed one is this source's" says 'updates/dkms/kspl-first.ko.xz: this source gives its code' this
sed -i 's/value < 0/value < 1/' this/first.c
rm -f this.ko
check "... is not any more" ends 4 'not what /.*updates/dkms/kspl-first.ko.xz was built from: the srcversion' this
check "... nothing is made" test ! -e this.ko

# --- other modules, and builds that can't be served ----------------------------------

third=$REPO/tests/module/third
edit "$third" kspl-third.c 's/sum(0)/sum(0) + 1/'
mv edit.patch third.patch
check "a module that needs another's symbols" ends 1 'module-symvers names the Module.symvers' build --module "$third" third.patch
check "... with them" build --module "$third" --module-symvers here/Module.symvers -o third.ko third.patch
overlays() { KSPL_BUILD_NO_OVERLAY=1 build --module "$third" --module-symvers here/Module.symvers third.patch; }
check "without overlays" ends 1 '--module needs overlays in mount namespaces' overlays
no_crc() { ! readelf -p __versions third.ko | grep kspl_first_sum; }
check "... its update does not need that module to be loaded" no_crc

# refuses NAME TEXT FILE SED...: with that changed in the source
refuses() {
	local name=$1 text=$2

	copy changed
	shift 2
	while [ $# -gt 0 ]; do
		sed -i "$2" "changed/$1"
		shift 2
	done
	check "$name" says "$text" build --module changed -n no -o no.ko fix.patch
	check "... nothing is made" test ! -e no.ko
}
refuses "dkms.conf that patches" 'dkms.conf: it applies x.patch' dkms.conf '$a PATCH[0]=x.patch'
refuses "dkms.conf without a name" 'names no PACKAGE_NAME' dkms.conf '/^PACKAGE_NAME/d'
refuses "a build that changes its source" 'changes its own source first.c' Kbuild '$a $(shell sed -i s/first.1/first_1/ $(src)/first.c)'
refuses "a build that makes links" 'makes linked, which is not a file' Kbuild '$a $(shell ln -s first.c $(src)/linked)'
refuses "an object of two modules that changes" 'first.o is a part of several modules' \
	Kbuild 's/^obj-m := /&kspl-more.o /; $a kspl-more-y := first.o sub/part.o'
refuses "a source that does not compile" "/changed can't be built for 6" first.c 's/first_says(m)/nothing(&/'

# What is secret is out of its makefiles' sight.
echo secret >"$TMP/secret"
copy spy
echo 'key' >spy/signing.key
ln -s signing.key spy/plain
ln -s "$TMP/secret" spy/outside
ln -s first.h spy/fine.h
cat >>spy/Kbuild <<END
\$(info saw:\$(shell cat $TMP/secret $HOME/.bashrc $HOME/.profile \$(src)/signing.key \$(src)/plain \$(src)/outside 2>/dev/null; id -u; ls /proc | grep -c '^[0-9]'):)
ccflags-y += \$(if \$(shell cat $TMP/secret \$(src)/signing.key 2>/dev/null),-DBROKEN=,)
END
blind() {
	build --module spy -n spy -o spy.ko --keep kept fix.patch >out 2>&1 || { cat out; return 1; }
	! grep -E 'saw:.*(secret|key)' kept/log/module.built && grep -q 'saw:' kept/log/module.built &&
		{ [ "$(id -u)" -ne 0 ] || ! grep -q 'saw:0 ' kept/log/module.built; } && grep 'private key: signing.key' out && grep 'is used: .*plain' out && ! grep 'is used: .*fine' out
}
check "its makefiles see no keys, no home and no root" blind
done_testing
