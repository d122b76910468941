# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: what becomes of each file that a patch touches.
#
# "Nothing to update" is a claim: it is made only of files that are compiled and
# come out the same, and of those that are known to have no way into a kernel.
# The latter are listed here; what is neither code nor listed is refused.

TREATMENT=	# compiled, harmless, refused
WHY=

harmless() { TREATMENT=harmless WHY=$1; }
refused() { TREATMENT=refused WHY=$1; }

# What replaces code would run while it is replaced.
ITSELF="ksplice does not update itself: its core changes with a new kernel, or a new module ksplice"
is_itself()
{
	case $1 in
	kernel/ksplice/* | arch/x86/kernel/ksplice* | arch/x86/include/asm/ksplice* | include/linux/ksplice*)
		return 0 ;;
	esac
	return 1
}

# not_itself FILE: told whether or not this kernel has the file
not_itself() { [[ -n $MODULE ]] || ! is_itself "$1" || reason "$1: $ITSELF"; }

# treat FILE [OLD NEW]: how it is treated; what the texts tell is known only if
# they are given
treat()
{
	local path=$1 old=${2-} new=${3-} part

	if [[ -n $MODULE ]]; then
		treat_module "$path"
		return
	fi
	TREATMENT=compiled
	WHY=
	for part in place tools arch build code; do
		"treat_$part" "$path" "$old" "$new" && return
	done
	refused "$PROG does not know this kind of file, and a part of the kernel may be generated from it"
}

# By place and name alone
treat_place()
{
	if is_itself "$1"; then
		refused "$ITSELF"
		return
	fi
	case /$1/ in
	*.gch/* | *.pch/*)
		refused "the compiler would use it as a precompiled header instead of the header of that name"
		return ;;
	esac
	case $1 in
	include/generated/* | include/config/* | */include/generated/* | .config | *.cmd | *.o | *.ko | *.a)
		refused "the kernel's build makes this file" ;;
	Documentation/*Kconfig* | Documentation/*Makefile) return 1 ;;
	Documentation/*)	harmless "documentation" ;;
	LICENSES/* | MAINTAINERS | CREDITS | COPYING)	harmless "no code" ;;
	.mailmap | .clang-format | .clippy.toml | .cocciconfig | .editorconfig | .get_maintainer.ignore | .gitattributes | .rustfmt.toml)
		harmless "no code" ;;
	.gitignore | */.gitignore | */.gitattributes | */.kunitconfig | *.rst | README | */README | */README.* | */TODO | */MAINTAINERS | */OWNERS)
		harmless "no code" ;;
	arch/*/configs/* | kernel/configs/*.config)	harmless "a default configuration" ;;
	scripts/coccinelle/* | scripts/gdb/* | scripts/checkpatch.pl | scripts/spelling.txt | scripts/const_structs.checkpatch | \
	scripts/get_maintainer.pl | scripts/kernel-doc | scripts/faddr2line | scripts/bloat-o-meter | scripts/decode_stacktrace.sh | \
	scripts/decodecode | scripts/tags.sh | scripts/ver_linux | scripts/get_abi.pl | scripts/checkstack.pl | scripts/checkkconfigsymbols.py)
		harmless "a developer's tool" ;;
	rust/* | *.rs)	treat_unless RUST "Rust code" ;;
	samples/*)	treat_unless SAMPLES "a sample" ;;
	*)	return 1 ;;
	esac
}

# treat_unless OPTION WHAT: what the configuration leaves out
treat_unless()
{
	if [[ ! -v CONF[CONFIG_X86_64] ]] || conf "$1"; then
		[[ $1 != RUST ]] || { refused "changes to $2 are not supported"; return 0; }
		return 1
	fi
	harmless "$2, and CONFIG_$1 is off"
}

# Of tools/, the kernel's own build makes and runs objtool and resolve_btfids, which
# change what it compiles; the rest is made only on request.
treat_tools()
{
	case $1 in
	tools/objtool/* | tools/bpf/resolve_btfids/* | tools/lib/* | tools/build/* | tools/scripts/* | tools/Makefile | \
	tools/arch/x86/lib/* | tools/arch/x86/tools/*)
		refused "a part of the tools that the kernel's build makes and runs" ;;
	tools/include/* | tools/arch/*)
		if ! tools_read "$1"; then
			harmless "a header of tools that are not part of the kernel"
		else
			refused "a header of the tools that the kernel's build makes and runs"
		fi ;;
	tools/@(accounting|bootconfig|bpf|cgroup|certs|counter|crypto|debugging|dma|edid|firewire|firmware|gpio|hv|iio|ksplice|kvm)/* | \
	tools/@(laptop|leds|memory-model|mm|net|nfsd|pci|pcmcia|perf|power|rcu|sched_ext|sound|spi|testing|thermal|time|tracing)/* | \
	tools/@(usb|verification|virtio|wmi|workqueue|writeback)/*)
		harmless "a tool that is not part of the kernel" ;;
	tools/*)	refused "it may be a tool that the kernel's build runs" ;;
	*)	return 1 ;;
	esac
}

# tools_read FILE: do the tools that were built here read it? They say what they
# read (some by a path that leads there from beside it); where they don't, they may.
tools_read()
{
	[[ -n ${BUILD-} && -n $(find "$BUILD/tools" -name '.*.cmd' -type f -print -quit 2>/dev/null) ]] || return 0
	find "$BUILD/tools" -name '.*.cmd' -type f -print0 |
		xargs -0r grep -lF -e "/$1" -e "/../${1#tools/}" -- >/dev/null && return
	killed $?
	find "$BUILD/scripts" "$BUILD/arch" -name '.*.cmd' -type f -print0 2>/dev/null |
		xargs -0r grep -lF -e "/$1" -- >/dev/null && return
	killed $?
	return 1
}

treat_arch()
{
	case $1 in
	arch/x86/boot/* | arch/x86/realmode/* | arch/x86/purgatory/* | drivers/firmware/efi/libstub/*)
		refused "this code runs before the kernel or after it; a running kernel does not have it" ;;
	arch/x86/entry/vdso/@(vma|extable|vdso32-setup).c)	return 1 ;;
	arch/x86/entry/vdso/*)	refused "the vDSO is mapped into processes and can't be replaced" ;;
	arch/x86/*)	return 1 ;;
	# If something of this kernel includes it all the same, that is known.
	arch/*/*.[ch])	return 1 ;;
	arch/*/*)	harmless "not for x86" ;;
	*)	return 1 ;;
	esac
}

# How the kernel is configured and built
treat_build()
{
	case $1 in
	Kconfig* | */Kconfig*)
		if [[ -f $2 && -f $3 ]] && same_part kconfig_symbols "$2" "$3"; then
			harmless "help texts and comments"
		else
			refused "a changed configuration needs a new kernel"
			[[ -n $2 ]] || WHY+=" (unless only help texts change)"
		fi ;;
	Makefile)
		if [[ -f $2 && -f $3 ]] && same_part without_version "$2" "$3"; then
			harmless "the kernel's version, which does not change in the running kernel"
		else
			refused "changes to how the kernel is built are not supported"
			[[ -n $2 ]] || WHY+=" (unless only SUBLEVEL, EXTRAVERSION or NAME changes)"
		fi ;;
	Makefile* | */Makefile* | Kbuild* | */Kbuild*)
		refused "changes to how the kernel is built are not supported" ;;
	scripts/* | usr/* | certs/*.[!ch]* | arch/x86/tools/* | *.c_shipped | *.h_shipped)
		refused "a part of how the kernel is built" ;;
	*)	return 1 ;;
	esac
}

# same_part FUNCTION OLD NEW: does it print the same of both files?
same_part()
{
	"$1" "$2" >"$WORK/part.old" && "$1" "$3" >"$WORK/part.new" && cmp -s "$WORK/part.old" "$WORK/part.new"
}

# A Kconfig file without its help texts and comments. A help text ends, as for the
# kernel's reader of it, at the first line that is indented less than its first.
kconfig_symbols()
{
	awk '
	function indent(s,	i, c, n) {
		for (i = 1; (c = substr(s, i, 1)) == " " || c == "\t"; i++)
			n = c == " " ? n + 1 : n - n % 8 + 8
		return n
	}
	help && /^[ \t]*$/ { next }
	help {
		if (!depth)
			depth = indent($0)
		if (depth && indent($0) >= depth)
			next
		help = 0
	}
	/^[ \t]*(#|$)/ && !continued { next }
	{ print; continued = /\\$/ }
	/^[ \t]*(help|---help---)[ \t]*(#.*)?$/ { help = 1; depth = 0 }' "$1"
}

without_version() { sed '1,10{/^\(SUBLEVEL\|EXTRAVERSION\|NAME\) *=/d}' "$1"; }

# What is compiled; a header may be read by other programs, too.
treat_code()
{
	local by

	case $1 in
	*.S | *.s | *.lds | *.lds.h)
		refused "changes to assembly and linker scripts are not supported yet" ;;
	*.tbl | *.map | *.pl | *.awk | *.sh | *.txt | *.asn1 | *.uni | *.bc | *.py)
		refused "a part of the kernel is generated from it, which is not supported" ;;
	*.c | *.h | *.inc | *.def)
		by=$(generates "$1") || killed $?
		[[ -z $by ]] || refused "$by is generated from it, which is not supported" ;;
	*)	return 1 ;;
	esac
}

# generates FILE: what the kernel's makefiles make of a header by a script, which
# no saved command of a compiler tells
generates()
{
	case $1 in
	arch/x86/include/asm/@(cpufeatures|vmxfeatures).h)	printf 'arch/x86/kernel/cpu/capflags.c' ;;
	include/uapi/linux/capability.h | include/linux/socket.h | include/uapi/asm-generic/resource.h)
		! conf SECURITY_APPARMOR || printf 'a table of security/apparmor' ;;
	include/linux/oid_registry.h)	printf 'lib/oid_registry_data.c' ;;
	include/scsi/scsi_devinfo.h)	printf 'drivers/scsi/scsi_devinfo_tbl.c' ;;
	esac
}
