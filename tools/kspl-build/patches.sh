# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: reading patches, and the patched files.
#
# One reader, 'git apply', says which files a patch touches and applies it. What
# it lists is compared with a second, stricter reading (source/audit.py) before, and
# with what has changed on disk afterwards: a patch that could be read in two
# ways is refused.

SUBJECTS=()		# what each message says it does
MESSAGES=()		# "PATCH|IDS|SUBJECT" of each message, PATCH counted from 1
PATCH_NUMBER=0
declare -A ADDED=() DELETED=() HUNKS=()	# path -> how many, in all patches
declare -A WHAT=()	# path -> new, changed, deleted, as the patch says it
PATCH_TEXT=		# the patch that is being read, as it was when it was read first
declare -A TREATED=()	# path -> compiled, harmless, refused, the same

# plain_git ARGUMENT...: runs git without any user's configuration, outside of any
# repository. Otherwise git could find a repository where a patch has made the files of
# one (HEAD, config, objects, refs), and read the next patch with its configuration, such
# as a filter, which is a command.
plain_git()
{
	env -u GIT_WORK_TREE -u GIT_INDEX_FILE -u GIT_PREFIX -u GIT_CONFIG_PARAMETERS -u GIT_CONFIG_COUNT \
		GIT_DIR=/dev/null HOME="$WORK" XDG_CONFIG_HOME="$WORK" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 \
		GIT_CEILING_DIRECTORIES="$WORK" GIT_PAGER=cat git "$@"
}

# cut_off: ends the build if a list could not be written whole: it would be read as a shorter
# list
cut_off() { die $EXIT_FAILED "can't write to $WORK" "Is there room in ${WORK%/*}? TMPDIR names another directory."; }

# parent PATH: prints the directory that it is in
parent()
{
	case $1 in
	*/*)	printf '%s' "${1%/*}" ;;
	*)	printf '.' ;;
	esac
}

# read_patch PATCH: reads what it touches into $WORK/listed ("path", sorted), SUBJECTS
# and the counts; refuses what could be read in two ways
read_patch()
{
	local patch=$1 what a b c d e bad=()

	((++PATCH_NUMBER))
	# The file is read once: what is listed is what is applied, even if the file changes.
	PATCH_TEXT=$WORK/patch.text
	cat <"$patch" >"$PATCH_TEXT" || die $EXIT_FAILED "$patch can't be read"
	: >"$WORK/audit.files"
	ask_source audit "$(member patch "$PATCH_TEXT")" "$(member out "$WORK/audit")"
	while IFS='|' read -r what a b c d e; do
		case $what in
		nul)	die $EXIT_FAILED "$patch: line $a: there is a NUL, a control character that text does not contain" \
				"Make the patch again, with 'git format-patch' or 'git diff'." ;;
		refuse)	bad+=("$patch: line $a: $b") ;;
		note)	note "${patch##*/}: line $a: $b" ;;
		fixes)	FIXES+=("$a")
			add_id "$a" ;;
		subject) add_subject "$a${b:+|$b}${c:+|$c}${d:+|$d}${e:+|$e}" ;;
		file)
			printf '%s\t%s\t%s\n' "$b" "$c" "$a" >>"$WORK/audit.files" || cut_off
			WHAT[$a]=$e
			((ADDED[$a] += b, DELETED[$a] += c, HUNKS[$a] += d)) || : ;;
		esac
	done <"$WORK/audit"
	if ((${#bad[@]})); then
		REASONS+=("${bad[@]}")
		stop_if_reasons $EXIT_FAILED
	fi
	[[ -s $WORK/audit.files ]] || die $EXIT_FAILED "$patch is not a patch" \
		"A unified diff is expected, as 'git format-patch' or 'diff -u' write it."
	list_by_git "$patch"
	cut -f 3 "$WORK/audit.files" | sort >"$WORK/listed" || cut_off
}

# list_by_git PATCH: git has to list the same files as the audit
list_by_git()
{
	if ! plain_git -C "$WORK" apply -p1 --numstat -z - <"$PATCH_TEXT" >"$WORK/numstat" 2>"$WORK/log/git"; then
		msg_file "$WORK/log/git"
		die $EXIT_FAILED "$1 can't be read: $(sed -n 's/^error: //p' "$WORK/log/git" | head -n 1)"
	fi
	tr '\0' '\n' <"$WORK/numstat" | awk -F'\t' -v OFS='\t' '
		{ a[$3] += $1; d[$3] += $2 }
		END { for (p in a) print a[p], d[p], p }' | sort >"$WORK/git.files"
	sort "$WORK/audit.files" | cmp -s - "$WORK/git.files" || die $EXIT_FAILED \
		"$1 can be read in two ways: for git it changes $(cut -f 3 "$WORK/git.files" | tr '\n' ' ')($(
			awk -F'\t' '{ a += $1; d += $2 } END { print a "+, " d "-" }' "$WORK/git.files")), the text says $(
			cut -f 3 "$WORK/audit.files" | tr '\n' ' ')($(
			awk -F'\t' '{ a += $1; d += $2 } END { print a "+, " d "-" }' "$WORK/audit.files"))" \
		"Make the patch again, with 'git format-patch' or 'git diff'."
}

# add_subject TEXT: adds a subject, without [PATCH 1/2] and control characters
add_subject()
{
	local text

	text=$(printf '%s' "$1" | sed 's/^\(\[[^]]*\] *\)*//' | printable)
	[[ -z ${text// /} ]] || SUBJECTS+=("$text")
	MESSAGES+=("$PATCH_NUMBER||$text")
}

# add_id ID: adds it to the last message of this patch, or to one without a subject
add_id()
{
	local last=

	((!${#MESSAGES[@]})) || last=${MESSAGES[-1]}
	[[ $last == "$PATCH_NUMBER|"* ]] || { MESSAGES+=("$PATCH_NUMBER||"); last=${MESSAGES[-1]}; }
	last=${last#*|}
	MESSAGES[-1]="$PATCH_NUMBER|${last%%|*} $1|${last#*|}"
}

# apply_on: applies the patches of --on, of which earlier updates were made. $WORK/base gets
# the files as the compiler saw them then: the code that runs now was compiled from these.
apply_on()
{
	local patches=("${PATCHES[@]}") APPLYING_ON=1

	((${#ON[@]})) || return 0
	PATCHES=("${ON[@]}")
	apply_patches
	PATCHES=("${patches[@]}")
	mkdir -p "$WORK/plain"
	mv -- "$WORK/patched" "$WORK/base"
	mv -- "$WORK/plain" "$WORK/base.plain"
	ON_FILES=("${CODE_FILES[@]}")
	CODE_FILES=()
	NEW_FILES=()
	FILES=()
	HARMLESS=()
	forget_on
}
ON_FILES=()

# forget_on: drops what was read of the patches of earlier updates
forget_on()
{
	SUBJECTS=()
	MESSAGES=()
	PATCH_NUMBER=0
	FIXES=("${FIXES_SAID[@]}")
	ADDED=() DELETED=() HUNKS=() WHAT=() TREATED=()
}

# origin FILE: prints the file to which a patch is applied
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

# keep_base: files that the new patches do not touch stay as the earlier ones made them.
keep_base()
{
	local path

	[[ -d $WORK/base ]] || return 0
	while IFS= read -r -d '' path; do
		if [[ ! -e $WORK/patched/$path ]] && ! grep -qxF -- "$path" "$WORK/touched"; then
			mkdir -p "$WORK/patched/$(parent "$path")"
			cp -- "$WORK/base/$path" "$WORK/patched/$path"
		fi
	done < <(find "$WORK/base" -type f -printf '%P\0')
	ended $!
}

# take_original PATCH FILE: copies an ordinary file of the source; follows no link
take_original()
{
	local patch=$1 path=$2 from dir

	# An earlier patch has changed or deleted it.
	[[ ! -e $WORK/patched/$path ]] && ! grep -qxF -- "$path" "$WORK/touched" || return 0
	from=$(origin "$path")
	if [[ $from == "$SOURCE"/* ]]; then
		dir=$path
		while [[ -n $dir ]]; do
			[[ ! -L $SOURCE/$dir ]] || die $EXIT_FAILED \
				"$patch: $path: $dir is a symbolic link in $SOURCE" "Links are not followed: name the file itself."
			[[ $dir == "$path" || ! -f $SOURCE/$dir ]] || die $EXIT_FAILED \
				"$patch: $path: $dir is a file in $SOURCE, not a directory" "Git would not apply it there, either."
			[[ $dir == */* ]] || break
			dir=${dir%/*}
		done
	fi
	[[ ! -e $from || -f $from ]] || die $EXIT_FAILED "$patch: $path is not a regular file in $SOURCE"
	[[ -e $from ]] || return 0
	mkdir -p "$WORK/patched/$(parent "$path")"
	cp -- "$from" "$WORK/patched/$path" || die $EXIT_FAILED "can't copy $from"
	chmod u+w,go+r "$WORK/patched/$path"
}

# state_of_files: prints "path sum" of each file in $WORK/patched, "path type" of others
state_of_files()
{
	(cd "$WORK/patched" && find . ! -type d ! -type f -printf '%P %y\n' &&
		find . -type f -printf '%P\0' | xargs -0r sha256sum -- | sed 's/^\([^ ]*\)  \(.*\)/\2 \1/') | sort
}

# apply_one PATCH: applies it, and ends the build if a file changes that was not listed
apply_one()
{
	local patch=$1 path

	state_of_files >"$WORK/state.before" || cut_off
	if ! plain_git -C "$WORK/patched" apply -p1 -v --whitespace=nowarn - <"$PATCH_TEXT" >"$WORK/log/patch" 2>&1; then
		does_not_apply "$patch"
	fi
	state_of_files >"$WORK/state.after" || cut_off
	comm -3 "$WORK/state.before" "$WORK/state.after" | sed 's/^\t//; s/ [^ ]*$//' | sort -u >"$WORK/state.differs" || cut_off
	while IFS= read -r path; do
		grep -qxF -- "$path" "$WORK/listed" || die $EXIT_FAILED \
			"$patch changed $path, which is not what git lists as its files" "This is a bug of git or of $PROG: please report it."
	done <"$WORK/state.differs"
	path=$(cd "$WORK/patched" && find . ! -type d ! -type f -printf '%P\n' -quit)
	[[ -z $path ]] || die $EXIT_FAILED "$patch makes $path, which is not a regular file"
	while IFS= read -r path; do
		note "${patch##*/}: $path"
	done < <(awk '/^Checking patch / { file = $3; sub(/\.\.\.$/, "", file) }
		/offset/ { print file ": " $0 }' "$WORK/log/patch")
	ended $!
}

does_not_apply()
{
	local patch=$1 path missing=() top=()

	while IFS= read -r path; do
		[[ -e $(origin "$path") ]] || missing+=("$path")
		[[ $path == */* || $path != *.[ch] ]] || top+=("$path")
	done <"$WORK/listed"
	if [[ -z $MODULE ]] && ((${#top[@]} && ${#missing[@]})); then
		die $EXIT_UNSAFE "$patch changes ${top[0]}, where the kernel has no files: is that a module outside the kernel's tree?" \
			"Then --module names the directory of its source. If it is the kernel's: the patch must apply with -p1 (names as a/fs/file.c)."
	fi
	for path in "${missing[@]}"; do
		[[ $(sed -n "s|^error: \(.*\): No such file or directory$|\1|p" "$WORK/log/patch" | head -n 1) != "$path" ]] ||
			die $EXIT_FAILED "$patch changes $path, which is not in $SOURCE" \
				"The patch must be for $([[ -n $MODULE ]] && echo "the module's" || echo "this kernel's") source and apply with -p1."
	done
	msg_file "$WORK/log/patch"
	if plain_git -C "$WORK/patched" apply -p1 -R --check - <"$PATCH_TEXT" >/dev/null 2>&1; then
		die $EXIT_FAILED "$patch is already in the source" \
			"Give the source as the running $([[ -n $MODULE ]] && echo module || echo kernel) was built from."
	fi
	if grep -q $'\r$' "$PATCH_TEXT" && plain_git -C "$WORK/patched" apply -p1 --check - < <(tr -d '\r' <"$PATCH_TEXT") >/dev/null 2>&1; then
		die $EXIT_FAILED "$patch has lines that end in CR, and so does not apply" \
			"Something changed its line ends on the way (a mail program?): get it again, or 'dos2unix' it."
	fi
	die $EXIT_FAILED "$patch does not apply to $SOURCE" \
		"It must fit without fuzz: adapt it to $([[ -n $MODULE ]] && echo "this source" || echo "$RELEASE") first."
}

# apply_patches: makes the patched files in $WORK/patched, checks and classifies them
apply_patches()
{
	local patch path left any=0

	mkdir -p "$WORK/patched" "$WORK/log"
	: >"$WORK/touched"
	CHANGED_FILES=()
	for patch in "${PATCHES[@]}"; do
		read_patch "$patch"
		while IFS= read -r path; do
			not_itself "$path"
			take_original "$patch" "$path"
		done <"$WORK/listed"
		[[ -n $INSPECT ]] || stop_if_reasons
		apply_one "$patch"
		keep_step
		cat "$WORK/listed" >>"$WORK/touched" || cut_off
	done

	sort -u "$WORK/touched" >"$WORK/touched.once" || cut_off
	while IFS= read -r path; do
		classify "$path"
		left=$?
		((left)) || any=1
	done <"$WORK/touched.once"
	keep_lines "${CHANGED_FILES[@]}"
	[[ -z $INSPECT ]] || return 0
	say_harmless
	stop_if_reasons
	keep_base
	((any)) || [[ -n ${APPLYING_ON-} ]] || no_change "the patch touches no code of the $([[ -n $MODULE ]] && echo module || echo kernel)"
}

no_change()
{
	nothing_lost
	need_room
	msg "$PROG: $1: there is nothing to update"
	ERROR=$1
	finish $EXIT_NOCHANGE
}

CODE_FILES=()		# what has to be looked for in the dependencies
NEW_FILES=()		# what may now be found in the place of another file
CHANGED_FILES=()	# of these, those of the patches at hand
HARMLESS=()		# what is left out, with the reason
HIDDEN=()		# the same, with those of earlier updates: no compiler may read them

# One message for all of them: a commit may touch many.
say_harmless()
{
	local text

	((${#HARMLESS[@]})) || return 0
	printf -v text '; %s' "${HARMLESS[@]}"
	note "left out, as no part of a $([[ -n $MODULE ]] && echo module || echo kernel) is made from it: ${text#; }"
}

# classify FILE: true if it is code that is to be compiled
classify()
{
	local path=$1 what=changed old new=$WORK/patched/$1

	old=$(origin "$path")
	if [[ ! -e $old && ! -e $new ]]; then
		return 1
	elif [[ ! -e $old ]]; then
		what=new
	elif [[ ! -e $new ]]; then
		what=deleted
	elif cmp -s -- "$old" "$new"; then
		FILES+=("$path|same|")
		TREATED[$path]=same
		rm -f -- "$new"
		# what an earlier update made of it stays
		[[ ! -f $WORK/base/$path ]] || cp -- "$WORK/base/$path" "$new"
		return 1
	fi
	treat "$path" "$old" "$new"
	TREATED[$path]=$TREATMENT
	case $TREATMENT in
	harmless)
		HIDDEN+=("$path")
		FILES+=("$path|no code|$WHY")
		HARMLESS+=("$path ($WHY)")
		return 1 ;;
	refused)
		FILES+=("$path|$what|$WHY")
		reason "$path: $WHY"
		return 1 ;;
	esac
	FILES+=("$path|$what|")
	case $what in
	deleted)
		if [[ -e $SOURCE/$path ]]; then
			reason "$path: deleting files is not supported yet"
			return 1
		fi
		# An earlier update added it; files that included it do so no longer.
		;;
	new)	NEW_FILES+=("$path") ;;
	changed)
		CODE_FILES+=("$path")
		mkdir -p "$WORK/plain/$(parent "$path")"
		cp -- "$new" "$WORK/plain/$path"
		CHANGED_FILES+=("$path") ;;
	esac
	return 0
}

# hide_harmless: puts a directory in the place of each file that is left out, so that no
# compiler reads it, even if some code includes it
hide_harmless()
{
	local path

	for path in "${HIDDEN[@]}"; do
		rm -f -- "$WORK/patched/$path"
		mkdir -p -- "$WORK/patched/$path" || cut_off
	done
}

# reads_hidden LOG: prints the file that is left out and that a compiler looked for
reads_hidden()
{
	local path

	for path in "${HIDDEN[@]}"; do
		! grep -qF -- "${path##*/}" "$1" || { printf '%s' "$path"; return; }
	done
	return 1
}

# keep_lines FILE...: copies $WORK/plain/FILE into $WORK/patched, with the line numbers of
# the source
keep_lines()
{
	local path changed=()

	for path; do
		if [[ -f $SOURCE/$path ]]; then
			changed+=("$path")
		else
			cp -- "$WORK/plain/$path" "$WORK/patched/$path"
		fi
	done
	reline "$WORK/plain" "$WORK/patched" "${changed[@]}"
}

# reline FROM TO FILE...: copies FROM/FILE into TO, unchanged lines with the numbers that
# they have in the source
reline()
{
	local from=$1 to=$2 path n=0

	shift 2
	(($#)) || return 0
	mkdir -p "$WORK/lines.diff"
	for path; do
		diff -- "$SOURCE/$path" "$from/$path" >"$WORK/lines.diff/$n"
		(($? <= 1)) || die $EXIT_FAILED "can't compare $path with the source"
		((++n))
	done
	ask_source relines "$(member source "$SOURCE")" "$(member from "$from")" "$(member to "$to")" \
		"$(member diffs "$WORK/lines.diff")" "\"paths\": $(json_strings "$@")"
}
