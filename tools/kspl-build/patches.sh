# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: what the patches touch, and the patched files.

# What a patch touches, one "what|path" a line
touched_files()
{
	awk '
	function strip(p) {
		sub(/\t.*/, "", p)
		sub(/\r$/, "", p)
		if (p ~ /^"/) { print "quoted|" p; return "" }
		if (p == "/dev/null") return p
		if (p !~ /\//) { print "level|" p; return "" }
		sub(/^[^\/]*\//, "", p)
		return p
	}
	/^GIT binary patch/ || /^Binary files .* differ/ { print "binary|" name; next }
	/^rename from / || /^copy from / { print "rename|" substr($0, 13); next }
	left > 0 || right > 0 {
		if (/^ / || /^$/) { left--; right-- }
		else if (/^-/) left--
		else if (/^\+/) right--
		next
	}
	/^diff --git / { name = $NF; sub(/^b\//, "", name) }
	/^--- / { from = strip(substr($0, 5)); seen = NR; next }
	/^\+\+\+ / && seen == NR - 1 {
		to = strip(substr($0, 5))
		if (from == "" || to == "") next
		open = 1
		next
	}
	/^@@ -[0-9]/ {
		split($2, l, ","); split($3, r, ",")
		left = (2 in l) ? l[2] : 1
		right = (2 in r) ? r[2] : 1
		delete l; delete r
		if (!open) next
		open = 0
		# diff -N writes the names as if both were there
		if (from == "/dev/null" || $2 == "-0,0") print "new|" to
		else if (to == "/dev/null" || $3 == "+0,0") print "deleted|" from
		else print "changed|" to
	}' "$1"
}

# Which files never get into the running kernel's code
is_no_code()
{
	case $1 in
	tools/testing/* | Documentation/* | LICENSES/* | rust/* | scripts/* | usr/* | \
	MAINTAINERS | CREDITS | COPYING | README | .* | */.gitignore | *.rst | *.txt | *.md | *.py | *.pl | *.yaml)
		return 0 ;;
	esac
	return 1
}

# The files as --on has left them: with the patches of earlier updates in them.
# What the compiler saw then, in $WORK/base, is what runs now.
apply_on()
{
	local patches=("${PATCHES[@]}")

	((${#ON[@]})) || return 0
	PATCHES=("${ON[@]}")
	apply_patches
	PATCHES=("${patches[@]}")
	mkdir -p "$WORK/plain"
	mv -- "$WORK/patched" "$WORK/base"
	mv -- "$WORK/plain" "$WORK/base.plain"
	CODE_FILES=()
	FILES=()
}

# origin FILE: what a patch is applied to
origin()
{
	local dir

	for dir in base.plain base; do
		if [[ -f $WORK/$dir/$1 ]]; then
			printf '%s' "$WORK/$dir/$1"
			return
		fi
	done
	printf '%s' "$SOURCE/$1"
}

# What the new patches leave alone stays as the earlier ones made it.
keep_base()
{
	local path

	[[ -d $WORK/base ]] || return 0
	while IFS= read -r -d '' path; do
		[[ ! -e $WORK/patched/$path ]] || continue
		mkdir -p "$WORK/patched/$(dirname -- "$path")"
		cp -- "$WORK/base/$path" "$WORK/patched/$path"
	done < <(find "$WORK/base" -type f -printf '%P\0')
}

# apply_patches: patched files in $WORK/patched, checked and classified
apply_patches()
{
	local patch list what path from any=0

	mkdir -p "$WORK/patched" "$WORK/log"
	: >"$WORK/touched"
	for patch in "${PATCHES[@]}"; do
		list=$(touched_files "$patch")
		[[ -n $list ]] || die $EXIT_FAILED "$patch is not a patch" \
			"A unified diff is expected, as 'git format-patch' or 'diff -u' write it."
		while IFS='|' read -r what path; do
			case $what in
			binary)	reason "$patch: $path: binary patches are not supported" ;;
			rename)	reason "$patch: $path: renames and copies of files are not supported" ;;
			quoted)	reason "$patch: $path: quoted file names are not supported" ;;
			level)	reason "$patch: $path: no directory to strip, the patch must apply with -p1" ;;
			esac
			[[ $what == @(new|deleted|changed) ]] || continue
			case /$path/ in
			*/../* | *//* | */./*)
				die $EXIT_FAILED "$patch: suspicious file name: $path" ;;
			esac
			printf '%s|%s\n' "$what" "$path" >>"$WORK/touched"
			[[ -e $WORK/patched/$path ]] && continue
			from=$(origin "$path")
			if [[ -f $from ]]; then
				mkdir -p "$WORK/patched/${path%/*}"
				cp -- "$from" "$WORK/patched/$path" ||
					die $EXIT_FAILED "can't copy $from"
				chmod u+w "$WORK/patched/$path"
			elif [[ $what != new ]]; then
				die $EXIT_FAILED "$patch changes $path, which is not in $SOURCE" \
					"The patch must be for this kernel's source and apply with -p1."
			fi
		done <<<"$list"
		stop_if_reasons $EXIT_FAILED
		if ! patch -p1 --fuzz=0 --batch --forward --no-backup-if-mismatch \
			-d "$WORK/patched" <"$patch" >"$WORK/log/patch" 2>&1; then
			sed 's/^/  /' "$WORK/log/patch" >&2
			if patch -p1 -R --fuzz=0 --batch --dry-run -d "$WORK/patched" <"$patch" >/dev/null 2>&1; then
				die $EXIT_FAILED "$patch is already in the source" \
					"Give the source as the running kernel was built from."
			fi
			die $EXIT_FAILED "$patch does not apply to $SOURCE" \
				"It must fit without fuzz: adapt it to $RELEASE first."
		fi
		while IFS= read -r what; do
			[[ $what != *offset* ]] || note "${patch##*/}: $what"
		done <"$WORK/log/patch"
	done

	while IFS='|' read -r path; do
		classify "$path" && any=1
	done < <(cut -d'|' -f2- "$WORK/touched" | sort -u)
	stop_if_reasons
	((any)) || no_change "the patch touches no code of the kernel"
	keep_base
}

no_change()
{
	msg "$PROG: $1: there is nothing to update"
	ERROR=$1
	finish $EXIT_NOCHANGE
}

CODE_FILES=()		# what has to be looked for in the dependencies

# classify FILE: true if it is code that we serve
classify()
{
	local path=$1 what=changed
	local old new=$WORK/patched/$path

	old=$(origin "$path")

	if [[ ! -e $old && ! -e $new ]]; then
		return 1
	elif [[ ! -e $old ]]; then
		what=new
	elif [[ ! -e $new ]]; then
		what=deleted
	elif cmp -s -- "$old" "$new"; then
		FILES+=("$path|same")
		rm -f -- "$new"
		return 1
	fi
	if is_no_code "$path"; then
		FILES+=("$path|no code")
		rm -f -- "$new"
		return 1
	fi
	FILES+=("$path|$what")
	case $path in
	Kconfig* | */Kconfig*)
		reason "$path: a changed configuration needs a new kernel"; return 1 ;;
	Makefile* | */Makefile* | Kbuild | */Kbuild)
		reason "$path: changes to how the kernel is built are not supported"; return 1 ;;
	arch/x86/boot/* | arch/x86/realmode/* | arch/x86/purgatory/* | drivers/firmware/efi/libstub/*)
		reason "$path: this code runs before the kernel (or after it), a running one does not have it"; return 1 ;;
	arch/x86/entry/vdso/*)
		[[ $path == */@(vma|extable|vdso32-setup).c ]] || {
			reason "$path: the vDSO is mapped into processes and can't be replaced"; return 1; } ;;
	arch/x86/* | arch/*.h | arch/*.c)
		if [[ $path != arch/@(x86|um)/* ]]; then
			note "$path: not for x86, left out"
			rm -f -- "$new"
			return 1
		fi ;;
	esac
	case $path in
	*.S | *.s | *.lds | *.tbl)
		reason "$path: changes to assembly are not supported yet"; return 1 ;;
	*.rs)
		reason "$path: changes to Rust code are not supported"; return 1 ;;
	*.c | *.h | *.inc | *.def) ;;
	*)
		if [[ $path == arch/* && $path != arch/x86/* ]]; then
			rm -f -- "$new"
			return 1
		fi
		reason "$path: this kind of file is not known to $PROG"
		return 1 ;;
	esac
	if [[ $what == deleted ]]; then
		reason "$path: deleting files is not supported yet"
		return 1
	fi
	if [[ $what == new && $path == *.c ]]; then
		# Harmless in itself: without a Makefile nobody builds it, but
		# another file may include it.
		verbose "$path: new file"
	fi
	if [[ $what == changed ]]; then
		CODE_FILES+=("$path")
		mkdir -p "$WORK/plain/${path%/*}"
		cp -- "$new" "$WORK/plain/$path"
		[[ ! -f $SOURCE/$path ]] || old=$SOURCE/$path
		diff -- "$old" "$WORK/plain/$path" >"$WORK/lines.diff"
		if (($? > 1)) || ! awk -f "$LIB/relines.awk" "$WORK/lines.diff" "$WORK/plain/$path" >"$new"; then
			die $EXIT_FAILED "can't rewrite $path"
		fi
	fi
	return 0
}
