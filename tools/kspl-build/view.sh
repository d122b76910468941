# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: seeing the patched source in the place of the original.

# Where a mount namespace of our own is to be had, the patched files are laid
# over the source tree in it: every path is the one the kernel's build used.
# Elsewhere a tree of symbolic links stands in for the source.
VIEW=
ENTER=()

overlay_escape()
{
	local s=$1

	s=${s//\\/\\\\}
	s=${s//:/\\:}
	s=${s//,/\\,}
	printf '%s' "$s"
}

# enter_overlay OPTIONS DIR PROBE...: sets ENTER to a command that runs others in
# a mount namespace with an overlay over DIR. As root no user namespace is made:
# one isn't to be had everywhere root is, in a chroot for one.
enter_overlay()
{
	# shellcheck disable=SC2016 # for the inner shell
	local opts=$1 dir=$2 try mount='mount -t overlay ksplice -o "$1" "$2" && shift 2 && exec "$@"'

	shift 2
	for try in --mount --map-root-user; do
		ENTER=(unshare "$try" --mount --propagation private -- /bin/sh -c "$mount" sh "$opts" "$dir")
		! "${ENTER[@]}" "$@" 2>"$WORK/log/overlay" || return 0
	done
	ENTER=()
	return 1
}

choose_view()
{
	local opts mounts file=${CODE_FILES[0]-${NEW_FILES[0]-}} probe=(true) what=

	if [[ -z ${KSPL_BUILD_NO_OVERLAY-} ]]; then
		opts="ro,lowerdir=$(overlay_escape "$WORK/patched"):$(overlay_escape "$SOURCE")"
		mounts=$(awk -v s="$SOURCE/" 'index($5, s) == 1' /proc/self/mountinfo)
		[[ -z $file ]] || probe=(cmp -s -- "$SOURCE/$file" "$WORK/patched/$file")
		if [[ -z $mounts ]] && enter_overlay "$opts" "$SOURCE" "${probe[@]}"; then
			VIEW=overlay
			verbose "patched source: an overlay in a mount namespace"
			return
		fi
		verbose "no overlay here: $(tail -n 1 "$WORK/log/overlay" 2>/dev/null)"
	fi
	[[ -z $MODULE ]] || what=--module
	((!${#ON[@]})) || what=${what:---on}
	[[ -z $what ]] || die $EXIT_FAILED "$what needs overlays in mount namespaces: $(tail -n 1 "$WORK/log/overlay" 2>/dev/null)" \
		"Run it as root, or allow user namespaces (kernel.unprivileged_userns_clone, user.max_user_namespaces)."
	VIEW=farm
	ENTER=()
	farm_prepare
}

# The farm is kept, as making and removing 90,000 links takes its time. It is
# never trusted: what it holds is compared with what it should hold each time.
farm_prepare()
{
	local path target

	printf '%s' "$SOURCE" >"$WORK/farm.key"
	name_of <"$WORK/farm.key"
	FARM=$CACHE/farm/${NAME_OF:0:16}
	mkdir -p "$FARM" || die $EXIT_FAILED "can't make $FARM"
	exec {FARM_LOCK}>"$FARM.lock"
	if ! flock -n "$FARM_LOCK"; then
		msg "waiting for another $PROG that uses the same source"
		flock "$FARM_LOCK" || die $EXIT_FAILED "can't lock $FARM.lock"
	fi
	verbose "patched source: links in $FARM"

	if [[ -z $(find "$FARM" -mindepth 1 -print -quit) ]]; then
		msg "preparing a tree of links to $SOURCE (once)"
		find "$SOURCE" -mindepth 1 -maxdepth 1 ! -name .git ! -name Documentation -print0 |
			xargs -0r cp -as -t "$FARM" -- || die $EXIT_FAILED "can't make the tree of links in $FARM"
	fi

	# "type path target" of what should be there and of what is
	find "$SOURCE" -mindepth 1 \( -name .git -o -path "$SOURCE/Documentation" \) -prune -o \
		\( -type d -printf 'd|%P|\n' \) -o \( -type l -printf 'l|%P|%l\n' \) -o \
		-printf "l|%P|$SOURCE/%P\n" | sort >"$WORK/farm.want"
	find "$FARM" -mindepth 1 \( -type d -printf 'd|%P|\n' \) -o \( -type l -printf 'l|%P|%l\n' \) -o \
		-printf 'f|%P|\n' | sort >"$WORK/farm.have"
	if ! cmp -s "$WORK/farm.want" "$WORK/farm.have"; then
		comm -13 "$WORK/farm.want" "$WORK/farm.have" | cut -d'|' -f2 | sort -r |
			(cd "$FARM" && tr '\n' '\0' | xargs -0r rm -rf --)
		comm -23 "$WORK/farm.want" "$WORK/farm.have" >"$WORK/farm.todo"
		(cd "$FARM" && sed -n 's/^d|\(.*\)|$/\1/p' "$WORK/farm.todo" | tr '\n' '\0' | xargs -0r mkdir -p --)
		sed -n 's/^l|//p' "$WORK/farm.todo" | while IFS='|' read -r path target; do
			ln -s -- "$target" "$FARM/$path" || exit 1
		done || die $EXIT_FAILED "can't make the tree of links in $FARM"
	fi

	((!${#BOX[@]})) || make_box

	# Put the patched files in; farm_restore takes them out.
	FARM_DIRTY=1
	while IFS= read -r -d '' path; do
		rm -f -- "$FARM/$path"
		mkdir -p -- "$(dirname -- "$FARM/$path")"
		ln -s -- "$WORK/patched/$path" "$FARM/$path"
	done < <(find "$WORK/patched" -type f -printf '%P\0')
	ended $!
}

# shellcheck disable=SC2317 # called by the EXIT trap
farm_restore()
{
	local path

	while IFS= read -r -d '' path && [[ -n $path ]]; do
		rm -f -- "$FARM/$path"
		[[ ! -e $SOURCE/$path ]] || ln -s -- "$SOURCE/$path" "$FARM/$path"
	done < <(find "$WORK/patched" -type f -printf '%P\0'; printf '%s\0' "${HIDDEN[@]}")
	FARM_DIRTY=
}

# a word of a command, as it is in the farm
in_farm()
{
	local w=$1

	w=${w//"$SOURCE/"/"$FARM/"}
	w=${w//"$SOURCE="/"$FARM="}
	[[ $w != *"$SOURCE" ]] || w=${w%"$SOURCE"}$FARM
	printf '%s' "$w"
}
