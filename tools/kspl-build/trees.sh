# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: source and build tree: do they belong together, can they be used?

declare -A CONF=()

read_config()
{
	local line

	while read -r line; do
		[[ $line == CONFIG_*=* ]] || continue
		CONF[${line%%=*}]=${line#*=}
	done <"$BUILD/.config"
}

conf() { [[ ${CONF[CONFIG_$1]-} == [ym] ]]; }

# made_from: which source tree a build directory belongs to
made_from()
{
	local dir=$1 inc

	if [[ -f $dir/Kconfig && -f $dir/kernel/fork.c ]]; then
		printf '%s\n' "$dir"
		return
	fi
	if [[ -f $dir/Makefile ]]; then
		inc=$(sed -n 's/^include \(.*\)\/Makefile$/\1/p' "$dir/Makefile" | head -n 1)
		if [[ -n $inc ]]; then
			[[ $inc == /* ]] || inc=$dir/$inc
			realpath -- "$inc" 2>/dev/null && return
		fi
	fi
	[[ ! -e $dir/source ]] || realpath -- "$dir/source"
}

# not_a_module DIR: of a module outside the kernel's tree there are a makefile and
# sources, and no kernel
not_a_module()
{
	[[ ! -f $1/Kconfig || ! -f $1/kernel/fork.c ]] || return 0
	! grep -qsE '^[[:space:]]*obj-m[[:space:]]*[:+]?=|^BUILT_MODULE_NAME' "$1"/{Kbuild,Makefile,dkms.conf} || die $EXIT_UNSAFE \
		"$1 is the source of a module outside the kernel's tree" \
		"Name it as such: --module $1 (instead of -s, and with -b or -k for the kernel that runs it)."
}

check_trees()
{
	local from version

	[[ ! -d $SOURCE ]] || not_a_module "$SOURCE"
	[[ ! -d $BUILD || -f $BUILD/.config ]] || not_a_module "$BUILD"
	if [[ -z $BUILD && -n $SOURCE ]]; then
		[[ -f $SOURCE/.config ]] ||
			usage_error "$SOURCE has no .config: name the build tree with -b"
		BUILD=$SOURCE
	fi
	[[ -d $BUILD ]] || die $EXIT_FAILED "the build tree $BUILD does not exist"
	BUILD=$(realpath -- "$BUILD")
	from=$(made_from "$BUILD")
	# headers that are in one place
	[[ -z $MODULE || -n $from ]] || from=$BUILD
	if [[ -z $SOURCE ]]; then
		SOURCE=$from
		[[ -n $SOURCE ]] || die $EXIT_FAILED \
			"it is not known which source $BUILD was built from" \
			"Name the source tree with -s."
	fi
	[[ -d $SOURCE ]] || die $EXIT_FAILED "the source tree $SOURCE does not exist"
	SOURCE=$(realpath -- "$SOURCE")
	[[ -f $SOURCE/Kconfig && -f $SOURCE/kernel/fork.c ]] || [[ -n $MODULE && -f $SOURCE/Makefile ]] || die $EXIT_FAILED \
		"$SOURCE is not a kernel's source" \
		"Headers alone are not enough: the whole source as it was built is needed. For a module outside the kernel's tree they are: --module names the directory of its source."
	[[ -z $from || $from == "$SOURCE" ]] || die $EXIT_FAILED \
		"the build tree $BUILD was built from $from, not from $SOURCE"

	[[ -f $BUILD/.config ]] || die $EXIT_FAILED \
		"$BUILD has no .config" "Configure and build the kernel there first."
	[[ -f $BUILD/include/config/kernel.release && -f $BUILD/include/config/auto.conf ]] ||
		die $EXIT_FAILED "$BUILD is configured, but not prepared" \
		"Run at least 'make modules_prepare' there."
	[[ ! $BUILD/.config -nt $BUILD/include/config/auto.conf ]] || warn \
		"$BUILD/.config is newer than what was built from it: is it still the running kernel's configuration?"
	[[ -f $BUILD/Module.symvers ]] || die $EXIT_FAILED \
		"$BUILD has no Module.symvers" \
		"It comes with a full build of the kernel, or with the distribution's headers package."

	version=$(<"$BUILD/include/config/kernel.release")
	[[ $version =~ ^[A-Za-z0-9._+~-]+$ ]] || die $EXIT_FAILED \
		"'$version' in $BUILD/include/config/kernel.release is not the release of a kernel"
	[[ -z $RELEASE || $RELEASE == "$version" ]] || die $EXIT_FAILED \
		"the build tree is for $version, not for $RELEASE"
	RELEASE=$version
	version=$(awk '/^(VERSION|PATCHLEVEL|SUBLEVEL) *=/ { v = v sep $3; sep = "." } /^SUBLEVEL/ { exit }
		       END { print v }' "$SOURCE/Makefile")
	[[ $RELEASE == "${version%.*}".* ]] || die $EXIT_FAILED \
		"the source is of version $version, the build tree is for $RELEASE"
	# Debian's 6.1.0-57 is no version; prepare_debian() knows what belongs together.
	[[ $PRIVATE == 1 || -n $MODULE || $RELEASE == "$version"?([^0-9]*) ]] || warn \
		"the source says it is $version, the build tree is for $RELEASE"

	read_config
	conf X86_64 || reason "the kernel is not for x86-64"
	conf MODULES || reason "the kernel has no loadable modules (CONFIG_MODULES)"
	! conf LTO_CLANG || reason "the kernel is link-time optimized (CONFIG_LTO_CLANG): its code can't be made file by file"
	stop_if_reasons
	if conf OBJTOOL; then
		OBJTOOL=$BUILD/tools/objtool/objtool
		[[ -x $OBJTOOL ]] || die $EXIT_FAILED "$BUILD has no tools/objtool/objtool" \
			"'make modules_prepare' there builds it."
		"$OBJTOOL" --help >/dev/null 2>&1
		(($? != 126 && $? != 127)) || die $EXIT_FAILED "$OBJTOOL does not run on this machine" \
			"It was probably built on another one; 'make -C $BUILD tools/objtool' builds it."
	fi
	check_compiler
	verbose "kernel $RELEASE, source $SOURCE, build $BUILD"
	KERNEL_SOURCE=$SOURCE
	[[ -z $MODULE ]] || module_trees
}

check_compiler()
{
	local want=${CONF[CONFIG_CC_VERSION_TEXT]-} have

	want=${want#\"}
	want=${want%\"}
	CC=${want%% *}
	if [[ -f $BUILD/scripts/mod/.empty.o.cmd ]]; then
		CC=$(sed -n '1s/^[^ ]* := \([^ ]*\) .*/\1/p' "$BUILD/scripts/mod/.empty.o.cmd")
	fi
	command -v "$CC" >/dev/null || die $EXIT_FAILED \
		"the compiler $CC was not found" "The kernel was built with: $want"
	have=$("$CC" --version | head -n 1)
	[[ $have == "$want" ]] || warn "the kernel was compiled by '$want', but the compiler here is '$have': if its code is different, the update will refuse to load"
}
