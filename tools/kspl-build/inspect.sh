# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: --inspect, what patches touch, and what would become of each
# file. Nothing is compiled or prepared. Without trees (those named, or such as are in
# the cache) names alone have to tell.

INSPECT=

# trees_at_hand: those that are named, or were prepared before; false if there are none
trees_at_hand()
{
	if [[ -n $MODULE ]]; then
		SOURCE=$MODULE
		return
	fi
	if [[ -z $SOURCE && -z $BUILD ]]; then
		: "${RELEASE:=$(uname -r)}"
		BUILD=$CACHE/prepared/$RELEASE
		PRIVATE=1
		[[ -f $BUILD/.ksplice-key ]] || { BUILD=; return 1; }
	fi
	check_trees
}

# by_names: what can be told of patches that can't be applied here
by_names()
{
	local patch path

	note "there are no trees of $RELEASE here (-s, -b): it is not known whether the patch applies, nor what only the files show"
	for patch in "${ON[@]}"; do
		read_patch "$patch"
	done
	forget_on
	for patch in "${PATCHES[@]}"; do
		read_patch "$patch"
		while IFS= read -r path; do
			[[ -z ${TREATED[$path]-} ]] || continue
			treat "$path"
			[[ ${WHAT[$path]} != deleted || $TREATMENT != compiled ]] || refused "deleting files is not supported yet"
			TREATED[$path]=$TREATMENT
			FILES+=("$path|${WHAT[$path]}|$WHY")
		done <"$WORK/listed"
	done
}

inspect()
{
	local file path what why how any=0 no=0 words missing

	trees_at_hand
	missing=$?
	if ((!missing)); then
		apply_on
		apply_patches
	else
		by_names
	fi
	((!${#SUBJECTS[@]})) || printf '%s\n' "${SUBJECTS[@]}" || cant_print
	((!${#FIXES[@]})) || printf '  fixes %s\n' "${FIXES[@]}" || cant_print
	for file in "${FILES[@]}"; do
		IFS='|' read -r path what why <<<"$file"
		how=${TREATED[$path]}
		# deleting is refused where it is compiled
		if [[ $how == refused || $what == deleted && $how == compiled ]]; then
			words="refused: ${why:-deleting files is not supported yet}"
			no=1
		elif [[ $how == compiled ]]; then
			words=compiled
			any=1
		elif [[ $how == harmless ]]; then
			words="left out: $why"
		else
			words="stays the same"
		fi
		printf '  %s (%s, +%d -%d, hunks: %d): %s\n' "$path" "$what" "${ADDED[$path]-0}" "${DELETED[$path]-0}" \
			"${HUNKS[$path]-0}" "$words"
	done | printable || cant_print
	for file in "${FILES[@]}"; do
		IFS='|' read -r path what why <<<"$file"
		[[ ${TREATED[$path]} != compiled ]] || any=1
		[[ ${TREATED[$path]} != refused ]] || no=1
	done
	((!no && !${#REASONS[@]})) || finish $EXIT_UNSAFE
	((any)) || finish $EXIT_NOCHANGE
	[[ -z $BUILD || -n $MODULE ]] || built_here
	finish 0
}

# built_here: what of it is built in this configuration, and what can't be patched there.
# Where kbuild would have to be asked, that is left to the author of the update.
built_here()
{
	if is_listed && [[ ! -f $BUILD/.ksplice-commands ]]; then
		note "nothing was built in $BUILD: it is not known whether these files are built"
		return
	fi
	find_objects
}
