# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: source and build tree of a kernel that Debian built.
#
# What such a kernel was made from is in three packages: linux-source-X.Y has
# the source, linux-headers-RELEASE the configuration, the compiler's name and
# Module.symvers. From these a build tree is prepared in the cache, as far as
# 'make modules_prepare' goes: nothing of the kernel itself is built.

# debian_version: of the packages that RELEASE comes from
debian_version()
{
	local version found

	if [[ $RELEASE == "$(uname -r)" ]]; then
		version=$(sed -n 's/.* Debian \([^ ]*\) (.*/\1/p' /proc/version)
		if [[ -n $version ]]; then
			printf '%s\n' "$version"
			return
		fi
	fi
	for found in headers image; do
		version=$(dpkg-query -W -f '${Status} ${Version}\n' "linux-$found-$RELEASE" 2>/dev/null |
			sed -n 's/^install ok installed //p')
		if [[ -n $version ]]; then
			printf '%s\n' "$version"
			return
		fi
	done
	apt-cache madison "linux-headers-$RELEASE" 2>/dev/null |
		awk -F'|' '{ gsub(/ /, "", $2); print $2; exit }'
}

# debian_get PACKAGE VERSION: downloads into the cache, checked against apt's
# metadata; the file's path is in DEB
debian_get()
{
	local package=$1 version=$2 meta size sum arch dir

	meta=$(apt-cache show --no-all-versions "$package=$version" 2>/dev/null)
	[[ -n $meta ]] || die $EXIT_FAILED "apt does not have $package $version" \
		"Run 'apt-get update'. If it is gone from the archive, get the package by hand and give the trees with -s and -b."
	size=$(sed -n 's/^Size: //p' <<<"$meta" | head -n 1)
	sum=$(sed -n 's/^SHA256: //p' <<<"$meta" | head -n 1)
	arch=$(sed -n 's/^Architecture: //p' <<<"$meta" | head -n 1)
	[[ -n $size && -n $sum ]] || die $EXIT_FAILED \
		"apt knows no size or hash of $package $version" "Run 'apt-get update'."
	DEB=$CACHE/debs/${package}_${version//:/%3a}_$arch.deb
	if ! debian_good "$DEB" "$size" "$sum"; then
		msg "downloading $package $version ($((size / 1048576)) MB)"
		mkdir -p "$CACHE/debs"
		dir=$(mktemp -d "$CACHE/debs/.get.XXXXXX") || die $EXIT_FAILED "can't write to $CACHE/debs"
		TEMPS+=("$dir")
		if ! (cd "$dir" && apt-get -o APT::Sandbox::User=root -q download "$package=$version") \
			>"$WORK/log/download" 2>&1; then
			msg_file <(tail -n 5 "$WORK/log/download")
			die $EXIT_FAILED "the download of $package $version failed" \
				"Is the network there? Is the disk full?"
		fi
		set -- "$dir"/*.deb
		debian_good "$1" "$size" "$sum" || die $EXIT_FAILED \
			"$package $version: the downloaded file does not match apt's metadata"
		mv -f -- "$1" "$DEB"
		rm -rf -- "$dir"
	fi
}

debian_good()
{
	[[ -f $1 && $(stat -c %s -- "$1") == "$2" && $(sha256sum <"$1") == "$3  -" ]]
}

# debian_source VERSION: the unpacked source, in SOURCE
debian_source()
{
	local version=$1 series package dir tar installed

	[[ $RELEASE =~ ^[0-9]+\.[0-9]+ ]]
	series=${BASH_REMATCH[0]}
	package=linux-source-$series
	SOURCE=$CACHE/src/$version
	[[ ! -d $SOURCE ]] || return 0
	mkdir -p "$CACHE/src"
	exec {SOURCE_LOCK}>"$CACHE/src/.lock"
	flock "$SOURCE_LOCK"
	[[ ! -d $SOURCE ]] || return 0
	dir=$(mktemp -d "$CACHE/src/.unpack.XXXXXX") || die $EXIT_FAILED "can't write to $CACHE/src"
	TEMPS+=("$dir")
	tar=/usr/src/linux-source-$series.tar.xz
	installed=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null)
	if [[ $installed != "$version" || ! -f $tar ]]; then
		debian_get "$package" "$version"
		msg "unpacking $package $version (about a minute)"
		dpkg-deb --fsys-tarfile "$DEB" | tar -x -C "$dir" ".$tar" ||
			die $EXIT_FAILED "can't unpack $DEB" "Is the disk full?"
		tar=$dir$tar
	else
		msg "unpacking $tar (about a minute)"
	fi
	tar -xJf "$tar" -C "$dir" || die $EXIT_FAILED "can't unpack $tar" "Is the disk full?"
	[[ -f $dir/linux-source-$series/Kbuild ]] ||
		die $EXIT_FAILED "$package $version does not contain the expected tree"
	mv -- "$dir/linux-source-$series" "$SOURCE"
	rm -rf -- "$dir"
	exec {SOURCE_LOCK}>&-
}

# debian_headers VERSION: where the headers package is, in HEADERS
debian_headers()
{
	local version=$1 installed dir

	installed=$(dpkg-query -W -f '${Version}' "linux-headers-$RELEASE" 2>/dev/null)
	HEADERS=/usr/src/linux-headers-$RELEASE
	if [[ $installed == "$version" && -f $HEADERS/Module.symvers && -f $HEADERS/.config ]]; then
		return
	fi
	debian_get "linux-headers-$RELEASE" "$version"
	dir=$(mktemp -d "$WORK/headers.XXXXXX")
	dpkg-deb -x "$DEB" "$dir" || die $EXIT_FAILED "can't unpack $DEB" "Is the disk full?"
	HEADERS=$dir/usr/src/linux-headers-$RELEASE
	[[ -f $HEADERS/Module.symvers && -f $HEADERS/.config ]] || die $EXIT_FAILED \
		"linux-headers-$RELEASE $version holds no configuration or no Module.symvers"
}

debian_here() { sed -n 's/^VERSION_CODENAME="*\([a-z]*\).*/\1/p' /etc/os-release; }

# debian_suite: whose kernel RELEASE is. Its name tells; that of Debian 12's own kernel
# has no number of a Debian.
debian_suite()
{
	case $RELEASE in
	*+deb12[-.]* | 6.1.0-[0-9]*)	echo bookworm ;;
	*+deb13[-.]*)			echo trixie ;;
	esac
}

# debian_is_foreign: is RELEASE known to be another Debian's kernel?
debian_is_foreign()
{
	local suite

	suite=$(debian_suite)
	[[ -n $suite && $suite != "$(debian_here)" ]]
}

# debian_elsewhere WHICH COMMAND: where that can be done for RELEASE, if it is another
# Debian's
debian_elsewhere()
{
	local there

	there=$(debian_suite)
	there="scripts/in-userland ${there:-SUITE}"
	printf '%s' "It can be done in the userland of $1. In a checkout of ksplice, as root, this makes one, and the tools there: $there make. And this does it: $there $2"
}

# debian_compiler: the one that the headers name, in CC
debian_compiler()
{
	CC=$(debian_variables | sed -n 's/^CC = //p')
	CC=${CC//\$(CROSS_COMPILE)/$(debian_variables | sed -n 's/^override CROSS_COMPILE = //p')}
	CC=${CC:-gcc}
}

# debian_has_compiler: is it here, or will this Debian's apt install it?
debian_has_compiler()
{
	command -v "$CC" >/dev/null && return
	! debian_is_foreign && apt-cache show "${CC##*-gnu-}" >/dev/null 2>&1
}

debian_tools()
{
	local tool missing=() cc=$CC

	debian_has_compiler || die $EXIT_FAILED \
		"$RELEASE was compiled with ${CC##*-gnu-}, which the Debian of this machine does not have" \
		"$(debian_elsewhere "the Debian that has it" "tools/kspl-build/kspl-build -k $RELEASE ...")"
	for tool in make:make bc:bc flex:flex bison:bison pahole:dwarves perl:perl openssl:openssl "$CC:${CC##*-gnu-}"; do
		command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
	done
	# without it, another one tells which headers there are
	command -v "$cc" >/dev/null || cc=gcc
	for tool in gelf.h:libelf-dev openssl/opensslv.h:libssl-dev; do
		printf '#include <%s>\n' "${tool%%:*}" | "$cc" -E - >/dev/null 2>&1 ||
			missing+=("${tool##*:}")
	done
	((!${#missing[@]})) || die $EXIT_FAILED \
		"to prepare the kernel's build tree, some packages are missing: ${missing[*]}" \
		"apt-get install ${missing[*]}"
}

# Debian's own values, in the file that its Makefile reads first: the release,
# the compiler. What was not there when Debian built must not be seen here. An older
# kernel makes its release of its version, and has a prefix for other machines only.
debian_variables()
{
	# shellcheck disable=SC2016 # make's variables
	sed -e '/^CCACHE/d' -e '/^ifneq.*DEB_BUILD_ARCH/,/^endif/d' \
		-e '/^override KERNELRELEASE = /{p;s/KERNELRELEASE/KERNELVERSION/;}' \
		-e 's/^CC = .*\$(CROSS_COMPILE)/CC = $(CROSS_COMPILE)/' "$HEADERS/.kernelvariables"
	grep -q '^CONFIG_RUSTC_VERSION=[^0]' "$HEADERS/.config" ||
		printf 'override RUSTC = false\noverride BINDGEN = false\n'
}

debian_make()
{
	local what=$1

	shift
	if ! make "$@" >"$WORK/log/prepare" 2>&1; then
		msg_file <(grep -E 'rror|\*\*\*|not found' "$WORK/log/prepare" | tail -n 20)
		die $EXIT_FAILED "$what failed"
	fi
}

# prepare_debian: SOURCE and BUILD for RELEASE
prepare_debian()
{
	local version dir differs f

	: "${RELEASE:=$(uname -r)}"
	for f in apt-cache dpkg-query dpkg-deb; do
		command -v $f >/dev/null || die $EXIT_FAILED \
			"without -s and -b the kernel's source comes from Debian, but $f was not found" \
			"Give the source and build tree of $RELEASE with -s and -b."
	done
	version=$(debian_version)
	[[ -n $version ]] || ! debian_is_foreign || die $EXIT_FAILED \
		"$RELEASE is a kernel of another Debian than this machine's, and apt does not know it" \
		"$(debian_elsewhere "that Debian" "tools/kspl-build/kspl-build -k $RELEASE ...")"
	[[ -n $version ]] || die $EXIT_FAILED \
		"apt knows no kernel $RELEASE" \
		"Run 'apt-get update'; or give the kernel's source and build tree with -s and -b."
	verbose "$RELEASE comes from Debian's linux $version"

	mkdir -p "$CACHE/prepared" || die $EXIT_FAILED "can't write to $CACHE"
	BUILD=$CACHE/prepared/$RELEASE
	exec {PREPARE_LOCK}>"$BUILD.lock"
	if ! flock -n "$PREPARE_LOCK"; then
		msg "waiting for another $PROG that prepares $RELEASE"
		flock "$PREPARE_LOCK"
	fi
	PRIVATE=1
	SOURCE=$CACHE/src/$version
	if [[ -d $SOURCE ]] && prepared_good "$version"; then
		exec {PREPARE_LOCK}>&-
		return
	fi

	debian_headers "$version"
	debian_compiler
	# What is missing is told before the source, which is large, is downloaded.
	debian_tools
	debian_source "$version"

	msg "preparing a build tree for $RELEASE (one or two minutes, once)"
	dir=$(mktemp -d "$CACHE/prepared/.new.XXXXXX") || die $EXIT_FAILED "can't write to $CACHE/prepared"
	chmod 755 "$dir"
	TEMPS+=("$dir")
	cp -- "$HEADERS/.config" "$dir/.config"
	debian_variables >"$dir/.kernelvariables"
	debian_make "make olddefconfig" -C "$SOURCE" O="$dir" olddefconfig
	differs=$(diff "$HEADERS/.config" "$dir/.config" | grep '^[<>]' |
		grep -Ev '^[<>] (# Linux/|(# |)CONFIG_(CC_VERSION_TEXT|GCC_VERSION|AS_VERSION|LD_VERSION|LLD_VERSION|CLANG_VERSION|PAHOLE_VERSION|RUSTC_[A-Z_]*|BINDGEN_[A-Z_]*)[= ])')
	if [[ -n $differs ]]; then
		msg "$differs"
		die $EXIT_FAILED "the tools of this machine do not give the configuration of $RELEASE (< Debian's, > here)" \
			"A compiler or pahole (dwarves) of another version can be the cause."
	fi
	msg "  building the tools that building the kernel needs"
	debian_make "make modules_prepare" -C "$dir" -j "$JOBS" modules_prepare
	cp -- "$HEADERS/Module.symvers" "$dir/"
	# what is in these only Debian's own build knows: its version is in strings
	for f in utsversion.h package.h; do
		[[ ! -f $HEADERS/include/generated/$f ]] ||
			cp -- "$HEADERS/include/generated/$f" "$dir/include/generated/"
	done

	[[ $(<"$dir/include/config/kernel.release") == "$RELEASE" ]] || die $EXIT_FAILED \
		"the prepared tree is for $(<"$dir/include/config/kernel.release") instead of $RELEASE"
	for f in asm-offsets.h bounds.h timeconst.h; do
		[[ -f $HEADERS/include/generated/$f ]] || continue
		cmp -s "$HEADERS/include/generated/$f" "$dir/include/generated/$f" || die $EXIT_FAILED \
			"include/generated/$f differs from Debian's" \
			"The source or the compiler is not the one $RELEASE was built with."
	done
	msg "  listing how each object is compiled"
	list_commands "$dir" "$dir/.ksplice-commands"
	list_includes "$dir" "$dir/.ksplice-includes"
	# The tree holds its own path in a few places: see that they lead there.
	sed -i "s|$dir|$BUILD|g" "$dir/.ksplice-commands" || die $EXIT_FAILED "can't write $dir/.ksplice-commands"
	need_room "$dir"
	rm -rf -- "$BUILD"
	mv -- "$dir" "$BUILD"
	debian_key "$version" >"$BUILD/.ksplice-key"
	prepared_sums >"$BUILD/.ksplice-sums"
	exec {PREPARE_LOCK}>&-
}

# What the prepared tree depends on
debian_key()
{
	local compiler

	compiler=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\([^ ]*\) .*/\1/p' "$BUILD/.config")
	# a name, to be found in PATH, and no path to somewhere
	[[ $compiler =~ ^[a-zA-Z0-9_.+-]+$ ]] || compiler=false
	printf 'format 6\nversion %s\ncompiler %s\nconfig %s\nsymvers %s\n' "$1" \
		"$("$compiler" --version 2>&1 | head -n 1)" \
		"$(sha256sum <"$BUILD/.config")" "$(sha256sum <"$BUILD/Module.symvers")"
}
