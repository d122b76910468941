# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: the cache. Programs in it are run, and commands in it are carried
# out, so it is as much ours as kspl-build itself, or not used.

# check_cache: no other user can have written to it
check_cache()
{
	local dir

	(umask 077 && mkdir -p -- "$CACHE") || die $EXIT_FAILED "can't make $CACHE"
	for dir in "${CACHE%/*}" "$CACHE" "$CACHE"/*/; do
		dir=${dir%/}
		# what the sandbox may write to
		[[ $dir != "$CACHE/ccache.sandbox" && -e $dir ]] || continue
		own_dir "$dir"
	done
	dir=$(realpath -- "${CACHE%/*}") || die $EXIT_FAILED "can't look at $CACHE"
	while dir=${dir%/*} && [[ -n $dir ]]; do
		leads_to_own "$dir"
	done
}

# name_of: a name in the cache for what is on stdin, in NAME_OF: one of another length
# would be that of a directory above
name_of()
{
	NAME_OF=$(sha256sum)
	[[ $NAME_OF =~ ^[0-9a-f]{64} ]] || die $EXIT_FAILED "sha256sum failed" "Is there enough memory? Do it again."
	NAME_OF=${NAME_OF:0:32}
}

# leads_to_own DIR: no directory above the cache is another user's, who could replace
# the one below it. (65534: the owner is not known in this user namespace)
leads_to_own()
{
	local uid mode

	if ! uid=$(stat -c %u -- "$1") || ! mode=$(stat -Lc %a -- "$1"); then
		uid=
	fi
	[[ $uid == @(0|65534|"$EUID") ]] && ((!(8#$mode & 2) || 8#$mode & 8#1000)) && return
	die $EXIT_FAILED \
		"$CACHE is in $1, where others can put another directory in its place" \
		"$PROG runs programs from it: set XDG_CACHE_HOME to a directory of your own."
}

# closed_to_others FILE BITS: it can be looked at, and its mode has none of these bits
closed_to_others()
{
	local mode

	mode=$(stat -Lc %a -- "$1") && ((!(8#$mode & 8#$2)))
}

own_dir()
{
	[[ $1 == /* ]] || die $EXIT_FAILED "the cache $1 has no absolute path" "Set XDG_CACHE_HOME to one that begins with /."
	[[ -O $1 ]] || die $EXIT_FAILED "the cache $1 belongs to $(stat -Lc %U -- "$1"), not to you" \
		"$PROG runs programs from it: set XDG_CACHE_HOME to a directory of your own."
	closed_to_others "$1" 022 || die $EXIT_FAILED "the cache $1 can be written to by others" \
		"$PROG runs programs from it: 'chmod go-w' it if you trust its content, or remove it."
}

# check_cached: the same for all that is in those of the trees that are the cache's,
# if others can get there at all
check_cached()
{
	local tree found cache

	! closed_to_others "$CACHE" 011 || return 0
	cache=$(realpath -- "$CACHE")
	for tree in "$KERNEL_SOURCE" "$BUILD"; do
		tree=$(realpath -- "$tree")
		[[ $tree == "$cache"/* ]] || continue
		found=$(find "$tree" ! -type l \( -perm /022 -o ! -uid "$EUID" \) -print -quit)
		[[ -z $found ]] || die $EXIT_FAILED "in the cache, $found can be written to by others" \
			"$PROG runs programs from it: remove $tree, which is then made again; or 'chmod 700 $CACHE' if you trust its content."
	done
	nothing_lost
}

# What of a prepared tree is run or decides what is compiled
prepared_files()
{
	printf '%s\n' .config .ksplice-commands .ksplice-includes .kernelvariables Makefile Module.symvers \
		include/config/{auto.conf,kernel.release} include/generated/{autoconf,utsrelease,asm-offsets,bounds}.h \
		scripts/basic/fixdep scripts/mod/modpost scripts/genksyms/genksyms scripts/sign-file tools/objtool/objtool
}

prepared_sums() { (cd "$BUILD" && prepared_files | xargs sha256sum -- 2>/dev/null); }

# prepared_good VERSION: the tree in BUILD is what was prepared for that
prepared_good()
{
	[[ -f $BUILD/.ksplice-key && $(<"$BUILD/.ksplice-key") == "$(debian_key "$1")" ]] || return 1
	# of before there were sums
	[[ -f $BUILD/.ksplice-sums ]] || prepared_sums >"$BUILD/.ksplice-sums"
	[[ $(<"$BUILD/.ksplice-sums") == "$(prepared_sums)" ]] || {
		msg "$BUILD was changed after it was prepared: preparing it again"
		return 1
	}
}
