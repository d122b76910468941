# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: all that differs between two source trees, instead of a patch.
#
# The data of a running kernel has the layout of the old types. New code is
# therefore compiled over the old type definitions wherever that is possible:
# first with all of them (view "old"), then with enums that may have got more
# values ("mixed"), at last with everything new ("new"; what then reaches a
# type that changed is refused by kspl-objdiff). To see which functions a changed
# type concerns, such an object is compiled once more, with those of its own
# functions as they were that do not compile over old types ("kept").
# $WORK/view-NAME holds what
# stands over the new files then, $WORK/view-NAME.plain the same as it is for
# messages of the compiler, without kept line numbers.

TO=''			# the other source tree
VIEWS=(old mixed new)
declare -A VIEW_OF=()	# object -> the view it was compiled in
TYPES_IN=()		# files in which types differ

is_built() { ((!PRIVATE)) && [[ -f $BUILD/vmlinux.a || -f $BUILD/vmlinux.o || -f $BUILD/vmlinux ]]; }

# What code a tree has, by names
code_names()
{
	(cd "$1" && find . \( -path ./Documentation -o -path ./tools -o -path ./samples -o -path ./scripts -o \
		-path ./LICENSES -o -path ./usr -o -path ./rust -o -path './arch/[!x]*' -o -path ./.git -o -path ./debian \) -prune -o \
		-type f \( -name '*.[chS]' -o -name '*.inc' -o -name '*.def' -o -name '*.lds' -o -name '*.h_shipped' -o \
		-name '*.c_shipped' \) -printf '%P\n') | sort
}

# The source files that something was really compiled from
used_names()
{
	find "$BUILD" \( -path "$BUILD/.git" -o -path "$BUILD/Documentation" \) -prune -o -type f -name '.*.cmd' -print0 |
		xargs -0r cat | awk -v source="$SOURCE/" '
		/^(saved)?cmd_/ || /wildcard/ { next }
		/^source_/ { sub(/^[^=]*:= */, "") }
		{
			gsub(/^[ \t]+|[ \t\\]+$/, "")
			if ($0 in seen)
				next
			seen[$0] = 1
			path = $0
			while (sub(/\/[^\/]+\/\.\.\//, "/", path))
				;
			if (index(path, source) == 1)
				print substr(path, length(source) + 1)
		}' | sort -u
}

# Where nothing was built, what would not be compiled is left out where that is
# known.
listed_names()
{
	local commands=$BUILD/.ksplice-commands includes=$BUILD/.ksplice-includes

	if [[ -f $commands && -f $includes ]]; then
		awk -F'\t' 'FILENAME == ARGV[1] { used[$2] = 1; next }
			FILENAME == ARGV[2] { used[$1] = 1; next }
			!/\.[cS]$/ || ($0 in used)' "$commands" "$includes" "$WORK/names.old"
	else
		cat "$WORK/names.old"
	fi
}

# content_of DIR: "SUM  NAME" of the files that stdin names
content_of() { (cd "$1" && xargs -r -d '\n' sha1sum --) | sort; }

# What of a tree is not looked at: the build tree's own makefiles, scripts and
# configuration are used
not_compared()
{
	case $1 in
	Documentation/* | LICENSES/* | rust/* | scripts/* | tools/* | usr/* | arch/@([!x]*|x[!8]*)/*)
		return 0 ;;
	esac
	return 1
}

# Names of what differs: new files, and those that were used and are not equal
differing()
{
	local path

	code_names "$SOURCE" >"$WORK/names.old"
	code_names "$TO" >"$WORK/names.new"
	comm -13 "$WORK/names.old" "$WORK/names.new"
	if is_built; then
		used_names >"$WORK/names.used"
	else
		listed_names >"$WORK/names.used"
	fi
	comm -23 "$WORK/names.used" "$WORK/names.new" | while IFS= read -r path; do
		[[ -f $TO/$path ]] || printf '%s\n' "$path"
	done >"$WORK/names.gone"
	comm -23 "$WORK/names.used" "$WORK/names.gone" >"$WORK/names.both"
	within_other_tree
	content_of "$SOURCE" <"$WORK/names.both" >"$WORK/content.old"
	content_of "$TO" <"$WORK/names.both" >"$WORK/content.new"
	comm -13 "$WORK/content.old" "$WORK/content.new" | cut -c43- | sort
}

# within_other_tree: what the other tree has in the place of a file, which is copied, is no
# link to somewhere else
within_other_tree()
{
	local path

	path=$(comm -23 "$WORK/names.both" "$WORK/names.new" | (cd "$TO" && xargs -r -d '\n' realpath --) |
		awk -v to="$TO/" 'index($0, to) != 1 { print; exit }')
	[[ -z $path ]] || die $EXIT_FAILED "a link in $TO leads out of it, to $path" "Links are not followed: put the file there itself."
}

# The lines in which a file defines types, at a quick look
type_lines()
{
	awk '/^(typedef[ \t]+)?(struct|union|enum)[^=();]*(\{.*)?$/ { on = 1 }
		on || /^(struct|union|enum) [^=()]*\{.*\};/ { print }
		/^}/ { on = 0 }' "$1"
}

# find_to: --to is a version: of the packages, or as the kernel calls it
find_to()
{
	local version from=$SOURCE

	[[ $RELEASE =~ ^[0-9]+\.[0-9]+ ]]
	version=$({ apt-cache madison "linux-source-${BASH_REMATCH[0]}" 2>/dev/null | awk -F'|' '{ gsub(/ /, "", $2); print $2 }'
		ls "$CACHE/src" 2>/dev/null; } | grep -m 1 -E "^${TO//./\\.}(-|\$)")
	[[ -n $version ]] || usage_error "--to: $TO is not a directory, and apt has no linux-source of that version"
	debian_source "$version"
	TO=$SOURCE
	SOURCE=$from
}

# find_other_tree: TO is a kernel's source, and another one
find_other_tree()
{
	[[ -d $TO ]] || find_to
	TO=$(realpath -- "$TO")
	[[ -f $TO/Kconfig && -f $TO/kernel/fork.c ]] || usage_error "--to: $TO is not a kernel's source"
	[[ $TO != "$SOURCE" ]] || usage_error "--to: $TO is the source itself"
}

# take_differences: the new files in $WORK/plain and, with line numbers kept,
# in $WORK/patched
take_differences()
{
	local path

	find_other_tree
	mkdir -p "$WORK/patched" "$WORK/plain" "$WORK/log"
	differing >"$WORK/names.differ"
	while IFS= read -r path; do
		if not_compared "$path"; then
			continue
		elif [[ ! -f $SOURCE/$path ]]; then
			FILES+=("$path|new|")
			mkdir -p "$WORK/plain/$(parent "$path")" "$WORK/patched/$(parent "$path")"
			cp -- "$TO/$path" "$WORK/plain/$path"
			cp -- "$TO/$path" "$WORK/patched/$path"
			continue
		fi
		FILES+=("$path|changed|")
		CODE_FILES+=("$path")
		mkdir -p "$WORK/plain/$(parent "$path")"
		cp -- "$TO/$path" "$WORK/plain/$path"
		[[ $path != *.[ch] ]] || same_part type_lines "$SOURCE/$path" "$TO/$path" ||
			TYPES_IN+=("$path")
	done <"$WORK/names.differ"
	reline "$WORK/plain" "$WORK/patched" "${CODE_FILES[@]}"
	while IFS= read -r path; do
		FILES+=("$path|deleted|")
	done <"$WORK/names.gone"
	((${#CODE_FILES[@]})) || no_change "the two trees have the same code"
	verbose "files that differ: ${#CODE_FILES[@]}, with types that differ: ${#TYPES_IN[@]}"
	note "configuration and makefiles are those of $SOURCE: what only $TO builds is left out"
	old_types old
	mkdir -p "$WORK"/view-{mixed,new}{,.plain}
}

# old_types VIEW [HEADER...]: (again) what stands over the new headers
old_types()
{
	local view=$1 plain=$WORK/view-$1.plain to=$WORK/view-$1

	shift
	(($#)) || set -- "${TYPES_IN[@]}"
	mkdir -p "$plain" "$to"
	touch "$WORK/undo-$view"
	(($#)) || return 0
	ask_source old_types "$(member source "$SOURCE")" "$(member new "$WORK/plain")" "$(member out "$plain")" \
		"$(member items "$plain.items")" "$(member undo "$WORK/undo-$view")" \
		"\"new_enums\": $([[ $view == mixed ]] && echo true || echo false)" "\"paths\": $(json_strings "$@")"
	reline "$plain" "$to" "$@"
}

need_overlay()
{
	[[ $VIEW == overlay ]] || die $EXIT_FAILED "--to needs overlays in mount namespaces: $(tail -n 1 "$WORK/log/overlay" 2>/dev/null)" \
		"Run it as root, or allow user namespaces (kernel.unprivileged_userns_clone, user.max_user_namespaces)."
}

# How a job gets to see each view
choose_types_view()
{
	local view kind

	need_overlay
	for view in "${VIEWS[@]}"; do
		for kind in '' .plain; do
			ENTER[-2]="ro,lowerdir=$(overlay_escape "$WORK/view-$view$kind"):$(overlay_escape "$WORK/$([[ $kind ]] && echo plain || echo patched)"):$(overlay_escape "$SOURCE")"
			printf '%s\0' "${ENTER[@]}" >"$WORK/enter.$view$kind"
		done
	done
}

# How a screened object was compiled by the kernel's build (or is compiled from
# the same source, where nothing was built): equal means same.
screen_differs()
{
	local object=$1

	if ! is_built; then
		! cmp -s "$WORK/screenold/$object" "$WORK/screen/$object"
		return
	fi
	[[ -f $BUILD/$object ]] || return 0

	cmp -s "$BUILD/$object" "$WORK/screen/$object" && return 1
	conf DEBUG_INFO || return 0
	objcopy --strip-debug "$WORK/screen/$object" "$WORK/screen/$object.code"
	objcopy --strip-debug "$BUILD/$object" "$WORK/screen/$object.old"
	! cmp -s "$WORK/screen/$object.old" "$WORK/screen/$object.code"
}

# mend VIEW OBJECT...: takes out of the view what can't be compiled over old
# types, as some of these objects show; true if anything changed
mend()
{
	local view=$1 object jobs=() n paths=()

	shift
	for object in "$@"; do
		((${#jobs[@]} < 24)) || break
		printf '%s.plain\n' "$view" >"$WORK/screen/$object.err.view"
		jobs+=("$WORK/screen/$object.err.job")
	done
	run_jobs 'examined' "${jobs[@]}"
	# changed headers without changed types can't be compiled either, perhaps
	mapfile -t paths < <(cat "${jobs[@]/%.job/.log}" | sed -n "s|^\($SOURCE/\)\{0,1\}\([^ :]*\.[ch]\):[0-9].*|\2|p" | sort -u)
	ended $!
	for object in "${paths[@]}"; do
		[[ $object == *.h || $view == kept ]] || continue
		[[ ! -f $WORK/plain/$object || ! -f $SOURCE/$object || -f $WORK/view-$view.plain.items/$object ]] ||
			old_types "$view" "$object"
	done
	ask_source blamed "$(member source "$SOURCE")" "$(member view "$view")" "$(member items "$WORK/view-$view.plain.items")" \
		"$(member out "$WORK/blamed")" "\"logs\": $(json_strings "${jobs[@]/%.job/.log}")"
	sort -u "$WORK/blamed" "$WORK/undo-$view" >"$WORK/undo-$view.new"
	sort -u "$WORK/undo-$view" | comm -13 - "$WORK/undo-$view.new" >"$WORK/undo.more"
	n=$(wc -l <"$WORK/undo.more")
	((n)) || return 1
	mapfile -t paths < <(cut -d' ' -f1 "$WORK/undo.more" | sort -u)
	ended $!
	msg "  $# object(s) do not compile over $view types: trying again without $n definition(s)"
	verbose "not over old types: $(tr '\n' ';' <"$WORK/undo.more")"
	mv "$WORK/undo-$view.new" "$WORK/undo-$view"
	old_types "$view" "${paths[@]}"
}

SCREEN_LEFT=()
# screen_run VIEW OBJECT...: compiles; SCREEN_LEFT gets what failed
screen_run()
{
	local view=$1 object jobs=()

	shift
	SCREEN_LEFT=()
	for object in "$@"; do
		printf '%s\n' "$view" >"$WORK/screen/$object.view"
		jobs+=("$WORK/screen/$object.job")
	done
	((${#jobs[@]})) || return 0
	run_jobs "compiled over ${view/new/no old} types" "${jobs[@]}"
	for object in "$@"; do
		[[ -f $WORK/screen/$object.rc ]] || not_compiled "$object"
		VIEW_OF[$object]=$view
		! job_failed "$object" screen || SCREEN_LEFT+=("$object")
	done
}

# screen_in VIEW OBJECT...: the same, mending the view until it helps no more
screen_in()
{
	local view=$1 round end

	shift
	screen_run "$view" "$@"
	for ((round = 0; round < 16 && ${#SCREEN_LEFT[@]}; round++)); do
		[[ $view != new ]] || break
		mend "$view" "${SCREEN_LEFT[@]}"
		end=$?
		((!end)) || break
		screen_run "$view" "${SCREEN_LEFT[@]}"
	done
}

# Every n-th object shows most of what is wrong with a view.
probe_view()
{
	local i step probe=()

	((${#OBJECTS[@]} > 60)) || return 0
	step=$((${#OBJECTS[@]} / 16))
	for ((i = 0; i < ${#OBJECTS[@]}; i += step)); do
		probe+=("${OBJECTS[i]}")
	done
	screen_in old "${probe[@]}"
}

# kept_view: the view in which functions stay as they were that need new types
kept_view()
{
	[[ ${VIEWS[-1]} != kept ]] || return 0
	VIEWS+=(kept)
	cp -- "$WORK/undo-old" "$WORK/undo-kept"
	old_types kept
	choose_types_view
}

declare -A JUDGED=()	# object -> the same over the old types, for kspl-objdiff

# judge_over VIEW OBJECT...: those of them that compile in that view are compiled
# so, for kspl-objdiff to see which functions a changed type concerns
judge_over()
{
	local view=$1 object jobs=()

	shift
	for object in "$@"; do
		! job_failed "$object" screen || continue
		make_job "$object" oldtypes
		printf '%s\n' "$view" >"$WORK/oldtypes/$object.view"
		jobs+=("$WORK/oldtypes/$object.job")
		JUDGED[$object]=$WORK/oldtypes/$object
	done
	((${#jobs[@]})) || return 0
	run_jobs 'compiled over old types' "${jobs[@]}"
	for object in "$@"; do
		[[ -z ${JUDGED[$object]-} ]] || ! job_failed "$object" oldtypes || unset "JUDGED[$object]"
	done
}

# judged_args OBJECT...: in ARGS
judged_args()
{
	local object

	for object in "$@"; do
		[[ -z ${JUDGED[$object]-} ]] || ARGS+=(--old-types "$object" "${JUDGED[$object]}")
	done
}

UNJUDGED="types changed, and it could not be compiled without these changes: it is not known which code they affect"

# unjudged JSON: objects in which types changed, and what that concerns can't be told;
# each with a tab and one of these types, in words
unjudged()
{
	sed -n 's/^ *{"source": "\([^"]*\)", "types": "changed"\(, "type_change": "\([^"]*\)\)\?.*/\1\t\3/p' "$1"
}

# judge_new: objects that were compiled over the new types
judge_new()
{
	local object new=()

	for object in "${OBJECTS[@]}"; do
		[[ ${VIEW_OF[$object]} != new ]] || new+=("$object")
	done
	((${#new[@]})) || return 0
	kept_view
	screen_in kept "${new[@]}"
	judge_over kept "${new[@]}"
	for object in "${new[@]}"; do
		VIEW_OF[$object]=new
	done
}

# find_types: the files of a patch in which types differ
find_types()
{
	local path

	for path in "${CODE_FILES[@]}"; do
		[[ $path != *.[ch] ]] || same_part type_lines "$SOURCE/$path" "$WORK/plain/$path" ||
			TYPES_IN+=("$path")
	done
}

# judge_types OBJECT...: the same with a patch
judge_types()
{
	local object left=()

	((${#TYPES_IN[@]})) || return 0
	[[ $VIEW == overlay ]] || return 0
	old_types old
	mkdir -p "$WORK"/view-{mixed,new}{,.plain}
	choose_types_view
	for object in "$@"; do
		make_job "$object" screen
	done
	screen_in old "$@"
	left=("${SCREEN_LEFT[@]}")
	judge_over old "$@"
	((${#left[@]})) || return 0
	kept_view
	screen_in kept "${left[@]}"
	judge_over kept "${left[@]}"
}

# Names that the running kernel has; where nothing was built, those that were
# compiled
known_names()
{
	if ! is_built; then
		find "$WORK/screenold" -name '*.o' -print0 | xargs -0r nm --defined-only -g -A 2>/dev/null | awk '{ print $NF }'
		awk '{ print $2 }' "$BUILD/Module.symvers"
		printf '%s\n' _GLOBAL_OFFSET_TABLE_ __this_module
	elif [[ -f $BUILD/System.map ]]; then
		awk '{ print $3 }' "$BUILD/System.map"
		awk '{ print $2 }' "$BUILD/Module.symvers"
		# what the linker script and the module loader define
		printf '%s\n' _GLOBAL_OFFSET_TABLE_ __this_module
	fi | sort -u
}

# set_at_boot: names of new variables that boot code gives a value to, in the
# screened objects: in an update they would never get one
set_at_boot()
{
	local object

	for object in "${OBJECTS[@]}"; do
		if job_failed "$object" screen || cmp -s "$BUILD/$object" "$WORK/screen/$object"; then
			continue
		fi
		nm "$WORK/screen/$object" | awk '$2 ~ /^[BDG]$/ { print $3 }' | sort -u |
			comm -23 - "$WORK/known" >"$WORK/newdata"
		[[ -s $WORK/newdata ]] || continue
		readelf -rW "$WORK/screen/$object" | awk '
			/^Relocation section/ { init = /\.rela\.init\.text/ }
			init && NF >= 5 { print $5 }' | sort -u | comm -12 - "$WORK/newdata"
	done | sort -u
}

# without_boot_set: inline functions that use such variables are taken from the
# old headers; what was compiled with them is compiled again
without_boot_set()
{
	local object first last header key again=() left view

	known_names >"$WORK/known"
	[[ -s $WORK/known ]] || return 0
	set_at_boot >"$WORK/bootset"
	[[ -s $WORK/bootset ]] || return 0
	(cd "$WORK/plain" && grep -rlwFf "$WORK/bootset" . | sed 's|^\./||') >"$WORK/bootset.files"
	verbose "new variables that boot code sets: $(tr '\n' ' ' <"$WORK/bootset")"
	for view in old mixed; do
		[[ -f $WORK/undo-$view ]] || continue
		while IFS= read -r header; do
			[[ $header == *.h && -f $SOURCE/$header ]] || continue
			[[ -f $WORK/view-$view.plain.items/$header ]] || old_types "$view" "$header"
			while read -r first last key; do
				[[ $key == function\ * ]] || continue
				! sed -n "$first,${last}p" "$WORK/view-$view.plain/$header" |
					grep -wFf "$WORK/bootset" >/dev/null ||
					printf '%s %s\n' "$header" "$key"
			done <"$WORK/view-$view.plain.items/$header" >>"$WORK/undo-$view"
			sort -u -o "$WORK/undo-$view" "$WORK/undo-$view"
			old_types "$view" "$header"
		done <"$WORK/bootset.files"
	done
	for object in "${OBJECTS[@]}"; do
		if [[ ${VIEW_OF[$object]} != new ]] && ! job_failed "$object" screen &&
			nm -u "$WORK/screen/$object" | awk '{ print $NF }' |
				grep -xFf "$WORK/bootset" >/dev/null; then
			again+=("$object")
		fi
	done
	for view in old mixed; do
		left=()
		for object in "${again[@]}"; do
			[[ ${VIEW_OF[$object]} != "$view" ]] || left+=("$object")
		done
		screen_run "$view" "${left[@]}"
		for object in "${SCREEN_LEFT[@]}"; do
			screen_run new "$object"
		done
	done
}

# of_modules: leaves the objects of vmlinux and of the modules that --modules names
of_modules()
{
	local object name kept=()
	local -A wanted=()

	[[ -n $MODULES ]] || return 0
	while read -r name _; do
		wanted[${name//-/_}]=1
	done <"$MODULES"
	for object in "${OBJECTS[@]}"; do
		# a part of several modules is called by all their names
		for name in $(tr : ' ' <<<"${MODULE_OF[$object]-vmlinux}"); do
			[[ $name != vmlinux && -z ${wanted[$name]-} ]] || kept+=("$object")
			[[ $name != vmlinux && -z ${wanted[$name]-} ]] || break
		done
	done
	OBJECTS=("${kept[@]}")
	((${#OBJECTS[@]})) || no_change "nothing that differs is in the kernel itself or in a module of $MODULES"
	verbose "objects of the kernel and of ${#wanted[@]} module(s): ${#OBJECTS[@]}"
}

# really_unknown: of the names on stdin, those that no header of the running kernel
# declares: not every name is in the lists of what was built
really_unknown()
{
	sort -u | comm -23 - "$WORK/known" >"$WORK/doubtful"
	[[ -s $WORK/doubtful ]] || return 0
	grep -rhowF --include='*.[hS]' -f "$WORK/doubtful" "$SOURCE" | sort -u |
		comm -23 "$WORK/doubtful" -
}

# only: leaves the objects that --only wants
only()
{
	local object pattern kept=() own

	((${#ONLY[@]})) || return 0
	for object in "${OBJECTS[@]}"; do
		own=${COMMAND[$object]%% ; *}
		own=${own%%+( )}
		own=${own##* }
		own=${own#"$SOURCE/"}
		for pattern in "${ONLY[@]}"; do
			# shellcheck disable=SC2053 # a pattern is wanted
			if [[ $object == $pattern ]] || [[ $pattern == own && -f $WORK/plain/$own ]]; then
				kept+=("$object")
				break
			fi
		done
	done
	OBJECTS=("${kept[@]}")
	((${#OBJECTS[@]})) || no_change "no object that differs is one of --only"
}

# screen_old: where nothing was built, the kernel's own code is compiled first
screen_old()
{
	local object jobs=() good=()

	! is_built || return 0
	for object in "${OBJECTS[@]}"; do
		make_job "$object" screenold
		jobs+=("$WORK/screenold/$object.job")
	done
	run_jobs 'compiled as it is' "${jobs[@]}"
	build_missing screenold
	for object in "${OBJECTS[@]}"; do
		[[ -f $WORK/screenold/$object.rc ]] || not_compiled "$object"
		if ! job_failed "$object" screenold; then
			good+=("$object")
		elif [[ -n $EACH$PARTIAL ]]; then
			EACH_REFUSED[$object]="does_not_compile|the source of the running kernel does not compile here: $(tail -n 1 "$WORK/screenold/$object.log")"
		else
			compile_failed "$object" screenold
		fi
	done
	OBJECTS=("${good[@]}")
}

UNBUILDABLE=()
# screen: which objects differ, and in which view to compile each
screen()
{
	local object view left=() changed=() try

	screen_old
	for object in "${OBJECTS[@]}"; do
		make_job "$object" screen
	done
	probe_view
	left=("${OBJECTS[@]}")
	for view in "${VIEWS[@]}"; do
		((${#left[@]})) || break
		if [[ $view == mixed ]]; then
			# what did not do over all the old types does not here
			cp -- "$WORK/undo-old" "$WORK/undo-mixed"
			old_types mixed
		fi
		screen_in "$view" "${left[@]}"
		left=("${SCREEN_LEFT[@]}")
		verbose "objects that don't compile over ${view/new/no old} types: ${#left[@]} ${left[*]:0:8}"
	done
	UNBUILDABLE=("${left[@]}")
	without_boot_set
	for object in "${OBJECTS[@]}"; do
		if job_failed "$object" screen; then
			OBJECT_RESULT[$object]=failed
		elif ! screen_differs "$object"; then
			OBJECT_RESULT[$object]=same
		else
			changed+=("$object")
		fi
	done
	for object in "${UNBUILDABLE[@]}"; do
		if [[ -n $EACH ]]; then
			EACH_REFUSED[$object]="does_not_compile|$(grep -m 1 -E 'error:|ndefined' "$WORK/screen/$object.log")"
			continue
		fi
		reason "$object does not compile from $TO with this configuration: $(grep -m 1 -E 'error:|ndefined' "$WORK/screen/$object.log")"
	done
	OBJECTS=("${changed[@]}")
	verbose "objects that may differ: ${#OBJECTS[@]}"
}

# compile_to: pre and post objects of what differs
compile_to()
{
	local object jobs=()

	screen
	[[ -n $EACH ]] || stop_if_reasons
	((${#OBJECTS[@]})) || no_change "the two trees make the same code"
	for object in "${OBJECTS[@]}"; do
		make_job "$object" pre
		make_job "$object" post
		printf '%s\n' "${VIEW_OF[$object]}" >"$WORK/post/$object.view"
		jobs+=("$WORK/pre/$object.job" "$WORK/post/$object.job")
	done
	for object in "${OTHERS[@]}"; do
		make_job "$object" pre
		make_job "$object" post
		printf 'old\n' >"$WORK/post/$object.view"
		jobs+=("$WORK/pre/$object.job" "$WORK/post/$object.job")
	done
	run_jobs compiled "${jobs[@]}"
	for object in "${OBJECTS[@]}" "${OTHERS[@]}"; do
		! job_failed "$object" pre || compile_failed "$object" pre
		! job_failed "$object" post || compile_failed "$object" post
	done
	judge_new
}
