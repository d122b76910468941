# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the scripts share: where things are, and what the series consists of.
# To be sourced; the caller has set -euo pipefail.

# shellcheck disable=SC2034 # used by the callers
REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/ksplice
export LC_ALL=C

# What this machine's apt has to be told to use its sources, for another system's apt
apt_options() {
	apt-config dump | grep -E '^Acquire::(Check-Valid-Until|Check-Date|https?::Proxy) ' || :
}

# series_of VERSION: 6.12 of 6.12.107-1~deb12u1
series_of() {
	sed -n 's/^\([0-9]\+\.[0-9]\+\)\([.~-].*\|$\)/\1/p' <<<"$1"
}

KSPL_SERIES=${KSPL_SERIES:-$(series_of "${KSPL_VERSION:-6.12}")}

# KSPL_SUITE=trixie: the packages are another Debian's than this machine's.
if [ "${KSPL_SUITE-}" ]; then
	APT_CONFIG=$("$REPO/scripts/apt-suite" "$KSPL_SUITE") || exit 1
	export APT_CONFIG
fi

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	printf '%s: error: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

usage_error() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 2
}

# ended PID: of a <(...) that was read to its end, whose status is in no other: one that was
# killed has written a part of its list
ended() {
	local code=0

	wait "$1" || code=$?
	[ $code -lt 128 ] || [ $code -eq 141 ] ||
		die "a process was killed (exit code $code), and a list is not whole. Is there enough memory? Do it again"
}

# debian_release VERSION [FLAVOUR]: what a kernel of Debian's calls itself. How the
# name of the ABI comes from the version is Debian's matter; apt knows the packages.
# The ABI's name is that of the headers that all flavours share: the ends of the other
# names do not tell, amd64 is the end of cloud-amd64, too.
debian_release() {
	local version=$1 flavour=${2:-cloud-amd64} series packages common abi=''

	series=$(series_of "$version")
	[ "$series" ] || die "$version is no version of Debian's kernel"
	mapfile -t packages < <(apt-cache pkgnames "linux-headers-$series" | grep -E -- "-(common|$flavour)\$")
	ended $!
	[ ${#packages[@]} -ne 0 ] ||
		die "apt knows no linux-headers-$series*-common. Run 'apt-get update'"
	mapfile -t packages < <(apt_has "$version" "${packages[@]}")
	ended $!
	for common in "${packages[@]}"; do
		[[ $common = *-common ]] || continue
		abi=${common#linux-headers-}
		abi=${abi%-common}
		[[ " ${packages[*]} " = *" linux-headers-$abi-$flavour "* ]] || continue
		printf '%s\n' "$abi-$flavour"
		return
	done
	[ ! "$abi" ] || die "apt has no linux-headers-$abi-$flavour of version $version: is there a flavour $flavour?"
	die "apt has no kernel headers of version $version. $(no_such_version)"
}

# newest_of VERSION...: Debian's order, not sort -V's: a tilde sorts before the end.
newest_of() {
	local newest=$1 v

	for v in "${@:2}"; do
		! dpkg --compare-versions "$v" gt "$newest" || newest=$v
	done
	printf '%s\n' "$newest"
}

# full_version VERSION: what Debian calls it, of 6.12.107 or of 6.12: the newest that apt
# has, or else that is in the cache.
full_version() {
	local version=$1 series found=()

	case $version in
	*-*) printf '%s\n' "$version"; return ;;
	esac
	series=$(series_of "$version")
	[ "$series" ] || die "$version is no version of a kernel"
	mapfile -t found < <({ KSPL_VERSION='' KSPL_SERIES=$series "$REPO/scripts/debian-versions" 2>/dev/null || :; } |
		grep -E "^${version//./\\.}[.~-]")
	ended $!
	[ ${#found[@]} -ne 0 ] ||
		mapfile -t found < <(find "$CACHE/src" -maxdepth 1 -type d -printf '%f\n' 2>/dev/null |
			grep -E "^${version//./\\.}[.~-]")
	[ ${#found[@]} -ne 0 ] || die "apt knows no linux-source of version $version. $(no_such_version)"
	newest_of "${found[@]}"
}

# What to do if apt does not have a version
no_such_version() {
	printf '%s' "Run 'apt-get update'; 'scripts/debian-versions' lists what there is." \
		" For a kernel of another release of Debian, name that: KSPL_SUITE=trixie"
}

# is_cached DIR FLAVOUR: does it hold a kernel of this flavour? An rt-amd64 is no amd64.
is_cached() {
	local release abi

	release=$(cat "$1/release" 2>/dev/null) || return 1
	abi=${release%-"$2"}
	[ "$abi" != "$release" ] && [[ ! $abi =~ -[a-z]+$ ]]
}

# apt_has VERSION PACKAGE...: those that apt has in this version
apt_has() {
	apt-cache madison "${@:2}" 2>/dev/null | awk -F'|' -v v="$1" '
		{ gsub(/ /, "") } $2 == v && $3 ~ /Packages/ && !seen[$1]++ { print $1 }'
}

# libraries_of DEV-PACKAGE...: what a program that was built with these needs to run
libraries_of() {
	apt-cache depends "$@" | sed -n 's/^ *Depends: \([^<> ]*\)$/\1/p' | grep -v -e '-dev$' | sort -u
}

# keep_result TEST VERSION CONFIG KCONFIG ok|failed FIGURES: for the table in
# Documentation/kernels.rst. That it can't be kept does not change the test's result.
keep_result() {
	"$REPO/scripts/results" add "$@" >&2 || say "note: the result of '$1' is not kept: $6"
}

# The files of a directory of this repo, or that file: those that git knows or would take;
# without git, all but what a build leaves behind.
repo_files() {
	local dir=$1

	[ -e "$REPO/$dir" ] || return 0
	if git -C "$REPO" rev-parse --git-dir >/dev/null 2>&1; then
		git -C "$REPO" -c core.quotePath=off ls-files --cached \
			--others --exclude-standard -- "$dir"
	else
		(cd "$REPO" && find "$dir" -type f ! -name '*.o' ! -name '*.ko' \
			! -name '*.cmd' ! -name '*.mod' ! -name '*.mod.c')
	fi | LC_ALL=C sort -u | while IFS= read -r f; do
		[ ! -f "$REPO/$f" ] || printf '%s\n' "$f"
	done
}

# Prints each file that the series adds: path in the repo, tab, path in the
# kernel tree.
overlay_files() {
	local dir f t

	for dir in kernel-tree-overlay selftests samples Documentation tools VERSION; do
		repo_files "$dir" | while IFS= read -r f; do
			t=${f#"$dir"/}
			case $dir in
			kernel-tree-overlay) ;;
			selftests) t=tools/testing/selftests/ksplice/$t ;;
			samples) t=samples/ksplice/$t ;;
			tools | VERSION) t=tools/ksplice/$t ;;
			Documentation)
				case $t in
				ABI/*) t=Documentation/$t ;;
				sysfs-kernel-*) t=Documentation/ABI/testing/$t ;;
				*) t=Documentation/ksplice/$t ;;
				esac ;;
			esac
			case ${t##*/} in
			# a patch of a kernel's tree is text
			.gitkeep | *.png) ;;
			*) printf '%s\t%s\n' "$f" "$t" ;;
			esac
		done
	done
}

# The series that a kernel's source tree is of
tree_series() {
	awk '$1 == "VERSION" { v = $3 } $1 == "PATCHLEVEL" { p = $3; exit }
	     END { print v "." p }' "$1/Makefile"
}

patch_dir() {
	printf '%s\n' "$REPO/patches/$KSPL_SERIES"
}

# The names in the series file, in order.
series_names() {
	sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$(patch_dir)/series"
}

# The header fields NAME of a patch file, one a line.
patch_field() {
	sed -n -e '/^$/q' -e "s/^$2: *//p" "$1"
}

# The files that a patch file's diff changes.
patch_changes() {
	sed -n -e 's/^+++ b\/\([^\t]*\).*/\1/p' "$1"
}

# Which patches of the series apply: prints their names. A patch waits while a
# glob of its Overlay: lines matches none of the tree paths in file $1.
active_patches() {
	local list=$1 p globs g

	series_names | while IFS= read -r p; do
		[ -f "$(patch_dir)/$p" ] ||
			die "$(patch_dir)/series names $p, which does not exist"
		globs=$(patch_field "$(patch_dir)/$p" Overlay)
		while IFS= read -r g; do
			[ -z "$g" ] || match_any "$g" "$list" || {
				say "note: $p is left out: the repo has no $g yet"
				continue 2
			}
		done <<<"$globs"
		printf '%s\n' "$p"
	done
}

# Does the glob match a line of the file?
match_any() {
	local f

	while IFS= read -r f; do
		# shellcheck disable=SC2053 # a glob is wanted
		[[ $f == $1 ]] && return 0
	done <"$2"
	return 1
}

# Tries the active patches (names on stdin) on copies of the files that they
# change: stage_patches TREE STAGE [-R]. Prints offsets; fails when one does
# not apply without fuzz.
stage_patches() {
	local tree=$1 stage=$2 reverse=${3:-} p f out names=()

	mapfile -t names
	mkdir -p "$stage"
	[ ${#names[@]} -ne 0 ] || return 0
	for p in "${names[@]}"; do
		patch_changes "$(patch_dir)/$p"
	done | sort -u | while IFS= read -r f; do
		[ -f "$tree/$f" ] || continue
		mkdir -p "$stage/$(dirname "$f")"
		cp -p "$tree/$f" "$stage/$f"
	done
	if [ "$reverse" ]; then
		mapfile -t names < <(printf '%s\n' "${names[@]}" | tac)
		ended $!
	fi
	for p in "${names[@]}"; do
		[ "$(patch_changes "$(patch_dir)/$p")" ] || continue
		if ! out=$(patch -p1 -d "$stage" --fuzz=0 --force --no-backup-if-mismatch \
			   -r - ${reverse:+-R} <"$(patch_dir)/$p" 2>&1); then
			[ "$reverse" ] || {
				say "$p does not apply:"
				printf '%s\n' "$out" >&2
			}
			return 1
		fi
		[ "$reverse" ] || grep -E 'offset|fuzz' <<<"$out" |
			sed "s|^|${0##*/}: note: $p: |" >&2 || :
	done
}
