# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # build: of who sources this
#
# For tests of kspl-build on the host: trees with as much of a kernel as it looks
# at, built by hand, in the current directory, $TMP.

cat >"$TMP/objdiff" <<'END'
#!/bin/sh
# stands in for kspl-objdiff: what it is called with, an empty object
[ "$1" != inspect ] || exit 1
printf '%s\n' "$*" >"$OBJDIFF_CALL"
while [ $# -gt 1 ]; do
	[ "$1" != -o ] || out=$2
	[ "$1" != --json ] || [ -z "${OBJDIFF_REPORT-}" ] || printf '%s\n' "$OBJDIFF_REPORT" >"$2"
	shift
done
[ "$OBJDIFF_EXIT" = 0 ] || echo "the reason of the stand-in" >&2
printf '\t.section .note.GNU-stack,""\n' | as -o "$out" -
exit "$OBJDIFF_EXIT"
END
chmod +x "$TMP/objdiff"
export OBJDIFF_CALL=$TMP/called OBJDIFF_EXIT=0

mini() {
	rm -rf src bld
	mkdir -p src/{kernel,fs,include/linux,arch/x86/boot,arch/x86/lib,scripts,Documentation} \
		bld/{include/config,fs,kernel,tools/objtool,lib}
	printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\n' >src/Makefile
	printf 'int fork;\n' >src/kernel/fork.c
	printf '#include "fn.h"\nint fn(void)\n{\n\treturn FN;\n}\nint line(void)\n{\n\treturn __LINE__;\n}\n' >src/fs/fn.c
	printf '#define FN 1\n' >src/fs/fn.h
	printf '#include "../fs/fn.h"\nint other(void)\n{\n\treturn 3;\n}\n' >src/kernel/other.c
	printf 'int module(void)\n{\n\treturn 0;\n}\n' >src/fs/mod.c
	printf 'int unused(void)\n{\n\treturn 0;\n}\n' >src/fs/unused.c
	printf 'nothing\n' >src/Documentation/x.rst
	printf 'boot\n' >src/arch/x86/boot/x.c
	printf 'asm\n' >src/arch/x86/lib/x.S
	: >src/Kconfig
	# a comment in its first line would be harmless
	echo 'config FN' >src/fs/Kconfig
	echo '# make' >src/fs/Makefile
	printf 'include %s\n' "$TMP/src/Makefile" >bld/Makefile
	printf 'CONFIG_X86_64=y\nCONFIG_MODULES=y\nCONFIG_CC_VERSION_TEXT="%s"\n' \
		"$(gcc --version | head -n 1)" >bld/.config
	cp bld/.config bld/include/config/auto.conf
	echo 6.12.1-mini >bld/include/config/kernel.release
	: >bld/Module.symvers
	: >bld/vmlinux.o
	echo fs/mod.o >bld/modules.order
	cat >src/scripts/Makefile.lib <<<'objtool-args-y :='
	: >src/scripts/Kbuild.include
	mini_object fs/fn.c fs/fn.h
	mini_object kernel/other.c kernel/../fs/fn.h
	mini_object fs/mod.c fs/mod.c -DMODULE "-DKBUILD_MODNAME='\"mod\"'"
}

# mini_object FILE.c DEPENDENCY FLAG...: as kbuild saves it
mini_object() {
	local c=$1 dep=$2 o=${1%.c}.o

	shift 2
	printf 'savedcmd_%s := gcc -Wp,-MMD,%s.d -D__KERNEL__ -O2 %s -c -o %s %s/src/%s\n\nsource_%s := %s/src/%s\n\ndeps_%s := \\\n  %s/src/%s \\\n\n' \
		"$o" "$o" "$*" "$o" "$TMP" "$c" "$o" "$TMP" "$c" "$o" "$TMP" "$dep" \
		>"bld/${o%/*}/.${o##*/}.cmd"
}

# edit FILE SED: fix.patch is that change
edit() {
	rm -rf a b
	mkdir -p "a/$(dirname "$1")" "b/$(dirname "$1")"
	cp "src/$1" "a/$1"
	sed "$2" "src/$1" >"b/$1"
	diff -u "a/$1" "b/$1" >fix.patch || :
}

run() { KSPL_OBJDIFF=$TMP/objdiff "$build" -b bld "$@"; }

# what kspl-objdiff was called with: objects of --source
sources() { grep -oE -- '--source [^ ]+' "$TMP/called" | cut -d' ' -f2 | sort | paste -sd' ' -; }
compiles() {
	local want=$1

	shift
	rm -f called
	# The mini tree can't link a module, so this ends with a failure.
	"$@" >out 2>&1 || :
	[ -f called ] || { cat out; return 1; }
	[ "$(sources)" = "$want" ] || { echo "got: $(sources)"; cat out; return 1; }
}
