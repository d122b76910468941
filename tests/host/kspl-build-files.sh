#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2317 # parts of kspl-build run in subshells
#
# kspl-build: "nothing to update" is said only of files that are compiled and come
# out the same, or are known to have no way into a kernel.

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

# --- saved commands -----------------------------------------------------------

# in_objects COMMAND...: with the functions of objects.sh, and a build tree of three
in_objects() {
	(
		set +eu
		shopt -s extglob
		BUILD=$TMP/saved EXIT_FAILED=1
		declare -A COMMAND=()
		die() { echo "$2"; exit "$1"; }
		# shellcheck source=tools/kspl-build/objects.sh
		. "$REPO/tools/kspl-build/objects.sh"
		"$@"
	)
}
objects_of() {
	local cmd

	for cmd; do
		object_of "$cmd"
		echo "$OBJECT"
	done
}
# loaded OBJECT...: of how many the command is known
loaded() {
	load_commands "$@"
	echo ${#COMMAND[@]}
	all_commands "$@"
}
mkdir -p saved/lib
for f in .vmlinux.export bar lib/bar; do
	dir=
	[[ $f != */* ]] || dir=${f%/*}/
	echo "savedcmd_$f.o := gcc -c -o $f.o" >"saved/$dir.${f##*/}.o.cmd"
	: >"saved/$f.o"
done
check "an object's name is told from its command's, at the top as well" [ "$(in_objects objects_of \
	..vmlinux.export.o.cmd .bar.o.cmd lib/.bar.o.cmd a/b/..c.o.cmd | xargs)" = \
	".vmlinux.export.o bar.o lib/bar.o a/b/.c.o" ]
check "a command that is missing takes no other with it" [ "$(in_objects loaded none.o .vmlinux.export.o \
	gone/none.o bar.o lib/bar.o)" = 3 ]
: >saved/lib/lost.o
check "an object that was built is not left out in silence" [ "$(in_objects loaded bar.o lib/lost.o | tail -n 1)" = \
	"$TMP/saved/lib/.lost.o.cmd does not say how lib/lost.o is compiled" ]

# --- by name ------------------------------------------------------------------

# treated FILE [OLD NEW]: how, with the options that ON names on
treated() {
	(
		set +eu
		shopt -s extglob
		PROG=kspl-build BUILD=$TMP/tree SOURCE=$TMP/src
		declare -A CONF=([CONFIG_X86_64]=y)
		for o in ${ON-}; do CONF[CONFIG_$o]=y; done
		conf() { [[ ${CONF[CONFIG_$1]-} == [ym] ]]; }
		# shellcheck source=tools/kspl-build/files.sh
		. "$REPO/tools/kspl-build/files.sh"
		treat "$@"
		echo "$TREATMENT"
	)
}
all_treated() {
	local want=$1 file bad=0

	while read -r file; do
		[ "$(treated "$file")" = "$want" ] || { echo "$file: $(treated "$file")"; bad=1; }
	done
	return $bad
}

mkdir -p tree/tools/objtool
printf 'deps_x := \\\n  /src/tools/include/linux/kernel.h \\\n  /src/tools/include/asm/../../arch/x86/include/asm/barrier.h \\\n' \
	>tree/tools/objtool/.x.o.cmd

check "what is code, is" all_treated compiled <<'END'
kernel/fork.c
include/linux/sched.h
fs/ext4/ext4.h
lib/raid6/int.uc.c
arch/x86/kernel/cpu/common.c
arch/x86/entry/vdso/vma.c
arch/arm/kernel/setup.c
certs/system_keyring.c
sound/core/x.inc
END
check "what has no way into a kernel" all_treated harmless <<'END'
MAINTAINERS
CREDITS
COPYING
README
.mailmap
.gitignore
fs/.gitignore
.clang-format
Documentation/filesystems/proc.rst
Documentation/a/x.c
LICENSES/preferred/GPL-2.0
drivers/staging/x/TODO
arch/x86/configs/x86_64_defconfig
arch/arm/boot/dts/x.dts
arch/arm/Kconfig
arch/powerpc/kernel/head_64.S
kernel/configs/debug.config
samples/kobject/kobject-example.c
rust/kernel/lib.rs
drivers/net/phy/ax88796b_rust.rs
tools/perf/pmu-events/arch/x86/mapfile.csv
tools/bpf/bpftool/main.c
tools/testing/selftests/Makefile
tools/arch/x86/include/asm/cpufeatures.h
tools/include/uapi/linux/bpf.h
scripts/checkpatch.pl
END
check "what something of the kernel is made of, or what makes it" all_treated refused <<'END'
Makefile
Kbuild
fs/Makefile
Kconfig
fs/Kconfig
init/Kconfig.debug
Documentation/Kconfig
kernel/ksplice/core.c
arch/x86/kernel/ksplice.c
include/linux/ksplice.h
include/generated/autoconf.h
.config
arch/x86/lib/x86-opcode-map.txt
arch/x86/tools/gen-insn-attr-x86.awk
arch/x86/crypto/poly1305-x86_64-cryptogams.pl
arch/x86/entry/syscalls/syscall_64.tbl
scripts/syscall.tbl
arch/x86/entry/entry_64.S
arch/x86/kernel/vmlinux.lds.S
include/asm-generic/vmlinux.lds.h
arch/x86/boot/main.c
arch/x86/realmode/rm/wakemain.c
arch/x86/purgatory/purgatory.c
drivers/firmware/efi/libstub/efi-stub.c
arch/x86/entry/vdso/vclock_gettime.c
arch/x86/include/asm/cpufeatures.h
include/linux/oid_registry.h
kernel/time/timeconst.bc
drivers/tty/vt/cp437.uni
drivers/tty/vt/defkeymap.map
drivers/tty/vt/defkeymap.c_shipped
crypto/rsapubkey.asn1
kernel/gen_kheaders.sh
usr/gen_init_cpio.c
scripts/mod/modpost.c
scripts/sorttable.c
tools/objtool/check.c
tools/objtool/Makefile
tools/bpf/resolve_btfids/main.c
tools/lib/subcmd/parse-options.c
tools/lib/bpf/libbpf.c
tools/arch/x86/lib/x86-opcode-map.txt
tools/arch/x86/lib/insn.c
tools/include/linux/kernel.h
tools/arch/x86/include/asm/barrier.h
tools/build/Makefile.build
tools/new/thing.c
drivers/gpu/drm/radeon/reg_srcs/r600
fs/x.unknown
END
ON=SAMPLES
check "a sample, where samples are built" all_treated compiled <<<samples/kobject/kobject-example.c
ON=RUST
check "Rust, where that is" all_treated refused <<<rust/kernel/lib.rs
ON=SECURITY_APPARMOR
check "a header of which AppArmor's tables are made" all_treated refused <<<include/uapi/linux/capability.h
ON=
rm -r tree/tools/objtool
check "a header of tools, of which nobody says who reads it" all_treated refused <<<tools/include/uapi/linux/bpf.h

# --- Kconfig, Makefile --------------------------------------------------------

cat >old.k <<'END'
config A
	bool "a"
	default y
	help
	  First
	    more

	  last
	# a comment
config B
	bool
	help
	  text
if A
config C
	bool
endif
END
# texts WANT SED: what becomes of the Kconfig file
texts() {
	sed "$2" old.k >new.k
	[ "$(treated fs/Kconfig old.k new.k)" = "$1" ]
}
check "Kconfig: a help text" texts harmless 's/First/Second/'
check "Kconfig: more of it" texts harmless 's/last/last\n\n\t  really/'
check "Kconfig: text that looks like a symbol" texts harmless 's/^\t  text/\t  text\n\t  default y/'
check "Kconfig: a comment" texts harmless 's/a comment/another/'
check "Kconfig: a default" texts refused 's/default y/default n/'
check "Kconfig: what is indented less than the text" texts refused 's/^\t  text/\t  text\n\tdefault y/'
check "Kconfig: at the first column" texts refused 's/^\t  text/\t  text\nconfig D/'
check "Kconfig: a prompt" texts refused 's/"a"/"b"/'
check "Kconfig: a symbol less" texts refused '/^config C/,/bool/d'
printf '# x\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 107\nEXTRAVERSION =\nNAME = N\nall:\n' >old.k
versions() {
	sed "$2" old.k >new.k
	[ "$(treated Makefile old.k new.k)" = "$1" ]
}
check "Makefile: SUBLEVEL" versions harmless 's/107/108/'
check "Makefile: PATCHLEVEL" versions refused 's/12/13/'
check "Makefile: a rule" versions refused 's/all:/all: x/'

# --- whole patches ------------------------------------------------------------

# both FILE SED FILE SED...: fix.patch is all these changes
both() {
	local all=

	while [ $# -gt 0 ]; do
		edit "$1" "$2"
		all+=$(cat fix.patch)$'\n'
		shift 2
	done
	printf '%s' "$all" >fix.patch
}

mini
mkdir -p src/arch/x86/configs src/Documentation
echo CONFIG_X=y >src/arch/x86/configs/x86_64_defconfig
echo 'List of maintainers' >src/MAINTAINERS
printf 'config Q\n\tbool\n\thelp\n\t  text\n' >>src/fs/Kconfig
both MAINTAINERS 's/List/The list/' arch/x86/configs/x86_64_defconfig 's/y/n/' fs/Kconfig 's/text/words/' \
	Makefile 's/SUBLEVEL = 1/SUBLEVEL = 2/' fs/fn.c 's/return FN/return 2/'
check "what a commit touches besides code" compiles fs/fn.o run fix.patch
check "... is said" says 'left out, as no part of a kernel is made from it: MAINTAINERS .*Makefile .*x86_64_defconfig .*fs/Kconfig' \
	run --json report.json fix.patch
check "... and is in the report" jq -e '[.files[] | .path + " " + .treatment] | sort == ["MAINTAINERS harmless",
	"Makefile harmless", "arch/x86/configs/x86_64_defconfig harmless", "fs/Kconfig harmless", "fs/fn.c compiled"]' report.json
both MAINTAINERS 's/List/The list/'
check "nothing but such a file: nothing to update" exits 3 run fix.patch
mkdir -p src/kernel/ksplice
both kernel/other.c 's/3/4/'
sed -i 's,kernel/other.c,kernel/ksplice/core.c,' fix.patch
check "ksplice's own code: refused" exits 4 run fix.patch
check "... with the reason" says 'kernel/ksplice/core.c: ksplice does not update itself' run fix.patch
printf '%s\n' '--- a/oot.c' '+++ b/oot.c' '@@ -1 +1 @@' '-a' '+b' >oot.patch
check "a module outside the tree, by its patch" exits 4 run oot.patch
check "... is named as such" says "oot.c.* a module outside the kernel's tree" run oot.patch
mkdir -p oot
echo 'obj-m := oot.o' >oot/Makefile
check "a module outside the tree, by its source" exits 4 run -s oot oot.patch
check "... is named, too" says 'oot is the source of a module outside' run -s oot oot.patch
check "... and what names it as one" says 'as such: --module oot ' run -s oot oot.patch
check "... also of a patch" says 'Then --module names the directory' run oot.patch
check "... as build tree" says 'oot is the source of a module outside' "$build" -b oot oot.patch

# A header that is new is found in the place of another one.
mini
sed -i 's,fs/fn.h,include/linux/fn.h,' bld/fs/.fn.o.cmd
mv src/fs/fn.h src/include/linux/
sed -i 's,D__KERNEL__,& -I'"$TMP"'/src/include/linux,' bld/fs/.fn.o.cmd bld/kernel/.other.o.cmd
sed -i 's,"../fs/fn.h","fn.h",' src/kernel/other.c
sed -i 's,kernel/../fs/fn.h,include/linux/fn.h,' bld/kernel/.other.o.cmd
printf '%s\n' '--- /dev/null' '+++ b/fs/fn.h' '@@ -0,0 +1 @@' '+#define FN 9' >fix.patch
check "a new header that hides another" compiles fs/fn.o run fix.patch

# A program that the build runs, and a constant that it takes from a header
mini
mini_object kernel/gen.c fs/fn.h
sed -i 's/-D__KERNEL__//' bld/kernel/.gen.o.cmd
both fs/fn.h 's/1/1 /'
check "a header that a program of the build reads" exits 4 run fix.patch
check "... is named" says 'fs/fn.h: it is part of kernel/gen.*, a program that' run fix.patch

# The vDSO is not replaced, whatever changes it.
mini
mkdir -p src/arch/x86/entry/vdso bld/arch/x86/entry/vdso
printf '#include "../../../../fs/fn.h"\nint v(void)\n{\n\treturn FN;\n}\n' >src/arch/x86/entry/vdso/v.c
mini_object arch/x86/entry/vdso/v.c fs/fn.h -DBUILD_VDSO
both fs/fn.h 's/1/2/'
check "a header that changes the vDSO" exits 4 run fix.patch
check "... which is named" says 'arch/x86/entry/vdso/v.o changes: the vDSO is mapped' run fix.patch
both fs/fn.h 's/1/1 \/* one *\//'
check "... and one that does not" exits 3 run fix.patch

# --- what was not found -------------------------------------------------------

mini
both fs/unused.c 's/0/1/'
check "not built, with modules built: nothing to update" exits 3 run fix.patch
rm bld/modules.order
check "not built, and neither were modules: nobody knows" exits 1 run fix.patch
check "... and that is said" says "modules were never built there" run fix.patch
mini
both fs/fn.c 's/return FN/return 2/'
mkdir moved
mv src bld moved/
check "moved trees, by -b" exits 1 env KSPL_OBJDIFF="$TMP/objdiff" "$build" -b moved/bld fix.patch
sed -i "s,$TMP/src,$TMP/moved/src," moved/bld/Makefile
check "moved trees, the makefile mended" exits 1 env KSPL_OBJDIFF="$TMP/objdiff" "$build" -b moved/bld fix.patch
check "... are told" says 'the trees are not where they were built: .* was made from .*/src/.*\.c, and not from .*/moved/src' \
	env KSPL_OBJDIFF="$TMP/objdiff" "$build" -s moved/src -b moved/bld fix.patch
check "... with a file that is nowhere built, too" exits 1 \
	env KSPL_OBJDIFF="$TMP/objdiff" "$build" -b moved/bld fix.patch
rm -r moved
mini
find bld -name '.*.cmd' -delete
check "a build tree without its records" exits 1 run fix.patch
mini
(cd bld && gcc -c -o fs/fn.o ../src/fs/fn.c && gcc -c -o fs/mod.o ../src/fs/mod.c && ar rcT vmlinux.a fs/fn.o)
check "all records there" compiles fs/fn.o run fix.patch
rm bld/fs/.mod.o.cmd
check "one of them gone" says 'no longer says how 1 of its objects were compiled .fs/mod.o' run fix.patch

# --- an earlier update taken back ----------------------------------------------

mini
both fs/fn.c 's/return FN/return 2/'
mv fix.patch on.patch
cp src/fs/fn.c keep
cp b/fs/fn.c src/fs/fn.c
cp src/fs/fn.c n
cp keep src/fs/fn.c
diff -u --label a/fs/fn.c --label b/fs/fn.c n keep >fix.patch || :
rm -rf kept
cp fix.patch back.patch
# What is said to be left out is: also where a file includes it all the same.
left_out() {
	exits 4 "$@" >out 2>&1 && says 'fs/fn.o does not compile with the patch: it reads Documentation/x.rst' cat out
}
edit Documentation/x.rst 's/nothing/int more;/'
cp fix.patch doc.patch
for text in '#include "../Documentation/x.rst"' 'asm(".incbin \"'"$TMP"'/src/Documentation/x.rst\"");'; do
	edit fs/fn.c "1i ${text//\\/\\\\}"
	cat doc.patch fix.patch >reads.patch
	check "a document that code reads: ${text%%[ (]*}" left_out run reads.patch
	# an absolute path leads to the source as it is there
	[[ $text == asm* ]] ||
		check "... with links in the place of an overlay" left_out env KSPL_BUILD_NO_OVERLAY=1 KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld reads.patch
	check "... without a sandbox" left_out run --no-sandbox reads.patch
	check "... of an earlier update" left_out run --on doc.patch fix.patch
done
# ... and patched again
edit Documentation/x.rst 's/nothing/more/'
cp fix.patch on.doc
cat on.patch on.doc >on-both.patch
printf '%s\n' '--- a/Documentation/x.rst' '+++ b/Documentation/x.rst' '@@ -1 +1 @@' -more '+int most;' >again.doc
edit kernel/other.c 's/3/4/'
cat again.doc fix.patch >again.patch
check "--on: a document that both change" compiles kernel/other.o run --on on-both.patch again.patch
cp back.patch fix.patch
rm -rf kept
check "a fix that takes an earlier one back" compiles fs/fn.o run --keep kept --on on.patch fix.patch
check "... is compiled as the source is" cmp kept/patched/fs/fn.c src/fs/fn.c
check "... and defines what that does" sh -c 'nm kept/post/fs/fn.o | grep " T fn$"'
# --- weak functions ---------------------------------------------------------------

printf 'int __attribute__((weak)) arch_x(void) { return 1; }\nint __attribute__((weak)) arch_y(void) { return 1; }\n' >w.c
cat >inspect <<'END'
#!/bin/sh
echo '{"replaces": [{"name": "arch_x", "source": "w.o", "target": "vmlinux"}, {"name": "arch_y", "source": "w.o", "target": "vmlinux"}]}'
END
chmod +x inspect
# weak: the reasons that are found
weak() {
	(
		set +eu
		BUILD=$TMP/weak WORK=$TMP/ww SOURCE=$TMP/weak/src OBJDIFF=$TMP/inspect
		mkdir -p weak ww/pre
		gcc -c -o ww/pre/w.o w.c
		reason() { echo "$*"; }
		# shellcheck source=tools/kspl-build/update.sh
		. "$REPO/tools/kspl-build/update.sh"
		overridden
	)
}
mkdir -p weak/src/arch/x86/kernel
printf 'ffffffff81000000 T arch_x\nffffffff81000010 W arch_y\n' >weak/System.map
check "a weak function that another one overrides" says '^w.o: arch_x\(\) is weak' weak
check "... not one that is in the kernel" sh -c '! echo "$1" | grep arch_y' sh "$(weak)"
rm weak/System.map
# one of them is generated, and not there
printf 'arch/x86/kernel/%s.o\tarch/x86/kernel/%s.c\tgcc\n' a a z z >weak/.ksplice-commands
printf 'int arch_y(void);\nint __weak arch_z(void)\nint arch_x(void)\n{\n}\n' >weak/src/arch/x86/kernel/z.c
check "... where nothing was built" says 'has arch/x86/kernel/z.c in its place' weak
check "... not one that is only declared" sh -c '! echo "$1" | grep arch_y' sh "$(weak)"
done_testing
