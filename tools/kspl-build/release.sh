# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: --partial, one update of the fixes of a release that can be
# taken whole.
#
# What belongs together, and which fix is to blame for what can't be had, is found
# by the package release/; here the tree of the fixes that are left is compiled and
# given to kspl-objdiff, round after round, until all of it can be taken.

ROUND_CHANGED=()		# files of the tree that changed in this round
declare -A DIFFERS=()		# object -> compiled from the tree it is another one
declare -A NOT_HERE=()		# object -> not even its old source compiles here
declare -A POST_STALE=()	# object -> to be compiled for kspl-objdiff (again)

# ask_release OP [MEMBER...]: the answer is in $WORK/release/answer. A MEMBER is of
# the form "name": VALUE.
ask_release()
{
	local op=$1 request

	shift
	request="{\"op\": $(json_string "$op"), \"state\": $(json_string "$WORK/release/state")"
	while (($#)); do
		request+=", $1"
		shift
	done
	printf '%s}\n' "$request" >"$WORK/release/request.$op"
	python3 -E -s -B "$LIB/compare-releases" <"$WORK/release/request.$op" >"$WORK/release/answer" 2>"$WORK/log/release" ||
		{ msg_file <(tail -n 5 "$WORK/log/release"); die $EXIT_FAILED "the release can't be analysed ($op)" \
			"This needs python3, git and universal-ctags; if they are installed, please report this bug of $PROG."; }
}

# answered FILTER: of the answer, line by line
answered() { jq -r "$1" "$WORK/release/answer"; }

# find_differences: FILES and CODE_FILES, and lists of them for release/
find_differences()
{
	local path dir=$WORK/release

	find_other_tree
	mkdir -p "$dir" "$WORK/patched" "$WORK/plain"
	: >"$dir/new"
	: >"$dir/files"
	: >"$dir/gone"
	differing >"$WORK/names.differ"
	while IFS= read -r path; do
		not_compared "$path" && continue
		if [[ ! -f $SOURCE/$path ]]; then
			FILES+=("$path|new|")
			printf '%s\n' "$path" >>"$dir/new"
		else
			FILES+=("$path|changed|")
			CODE_FILES+=("$path")
			printf '%s\n' "$path" >>"$dir/files"
		fi
	done <"$WORK/names.differ"
	while IFS= read -r path; do
		not_compared "$path" && continue
		FILES+=("$path|deleted|")
		CODE_FILES+=("$path")
		printf '%s\n' "$path" >>"$dir/gone"
	done <"$WORK/names.gone"
	((${#CODE_FILES[@]})) || no_change "the two trees have the same code"
	verbose "files that differ: ${#CODE_FILES[@]}"
	note "configuration and makefiles are those of $SOURCE: what only $TO builds is left out"
}

# source_of OBJECT: the file it is compiled from, in the source tree
source_of()
{
	local words

	read -r -a words <<<"${COMMAND[$1]%% ; *}"
	words[-1]=${words[-1]#"$BUILD/"}
	printf '%s' "${words[-1]#"$SOURCE/"}"
}

# list_objects OBJECT...: with what they are a part of and compiled from
list_objects()
{
	local object

	for object; do
		printf '%s\t%s\t%s\n' "$object" "${MODULE_OF[$object]:-vmlinux}" "$(source_of "$object")"
	done
}

# find_fixes: what belongs together, and which objects that concerns
find_fixes()
{
	local dir=$WORK/release

	list_objects "${OBJECTS[@]}" >"$dir/objects"
	ask_release find "$(member source "$SOURCE")" "$(member to "$TO")" "$(member files "$dir/files")" \
		"$(member new "$dir/new")" "$(member gone "$dir/gone")" "$(member objects "$dir/objects")" \
		"$(member dependents "$WORK/dependents")" "$(member modules "$MODULES")"
	mapfile -t OBJECTS < <(answered '.objects[]')
	ended $!
	verbose "groups of changes: $(answered .fixes); objects to look at: ${#OBJECTS[@]}"
	list_objects "${OBJECTS[@]}" "${OTHERS[@]}" >"$dir/objects"
}

# write_tree: the tree of the fixes that are not left out, with line numbers kept
# where the compiler sees it
write_tree()
{
	local path changed=()

	ask_release tree "$(member out "$WORK/plain")"
	mapfile -t ROUND_CHANGED < <(answered '.changed[]')
	ended $!
	for path in "${ROUND_CHANGED[@]}"; do
		if [[ ! -f $WORK/plain/$path ]]; then
			rm -f -- "$WORK/patched/$path"
		elif [[ -f $SOURCE/$path ]]; then
			changed+=("$path")
		else
			mkdir -p "$WORK/patched/$(parent "$path")"
			cp -- "$WORK/plain/$path" "$WORK/patched/$path"
		fi
	done
	reline "$WORK/plain" "$WORK/patched" "${changed[@]}"
}

# choose_tree_view: how a job gets to see the tree
choose_tree_view()
{
	local kind CODE_FILES=("${CODE_FILES[@]}")

	mapfile -t CODE_FILES < <(cd "$WORK/patched" && find . -type f -printf '%P\n' -quit)
	choose_view
	need_overlay
	for kind in '' .plain; do
		ENTER[-2]="ro,lowerdir=$(overlay_escape "$WORK/$([[ $kind ]] && echo plain || echo patched)"):$(overlay_escape "$SOURCE")"
		printf '%s\0' "${ENTER[@]}" >"$WORK/enter.tree$kind"
	done
}

# affected: in TODO, the objects that are compiled of what changed
TODO=()
affected()
{
	ask_release affected "$(member objects "$WORK/release/objects")" "$(member deps "$WORK/screen")" \
		"$(member build "$BUILD")" "\"changed\": $(json_strings "${ROUND_CHANGED[@]}")"
	mapfile -t TODO < <(answered '.objects[]')
	ended $!
}

# screen_tree OBJECT...: which of them differ; FAILED gets those that don't compile
FAILED=()
screen_tree()
{
	local object jobs=()

	FAILED=()
	for object; do
		[[ $object == *.o && -z ${NOT_HERE[$object]-} ]] || continue
		[[ -f $WORK/screen/$object.job ]] || make_job "$object" screen
		printf 'tree\n' >"$WORK/screen/$object.view"
		printf 'tree.plain\n' >"$WORK/screen/$object.err.view"
		jobs+=("$WORK/screen/$object.job")
	done
	((!${#jobs[@]})) || run_jobs compiled "${jobs[@]}"
	for object in "${jobs[@]}"; do
		object=${object#"$WORK/screen/"}
		object=${object%.job}
		[[ -f $WORK/screen/$object.rc ]] || not_compiled "$object"
		unset "DIFFERS[$object]" "POST_STALE[$object]"
		if job_failed "$object" screen; then
			FAILED+=("$object")
		elif screen_differs "$object"; then
			DIFFERS[$object]=1
			POST_STALE[$object]=1
		else
			OBJECT_RESULT[$object]=same
		fi
	done
}

# examine_failed: what the compiler has to say, of the tree as it is
examine_failed()
{
	local object jobs=()

	for object in "${FAILED[@]}"; do
		jobs+=("$WORK/screen/$object.err.job")
	done
	run_jobs examined "${jobs[@]}"
	for object in "${FAILED[@]}"; do
		printf '%s\t%s\n' "$object" "$WORK/screen/$object.err.log"
	done >"$WORK/release/failed"
	verbose "objects that do not compile: ${#FAILED[@]} ${FAILED[*]:0:8}"
}

# compile_tree: pre and post objects of what differs
compile_tree()
{
	local object jobs=()

	for object in "${!POST_STALE[@]}" "${OTHERS[@]}"; do
		if [[ ! -f $WORK/pre/$object.rc ]]; then
			make_job "$object" pre
			make_job "$object" post
			printf 'tree\n' >"$WORK/post/$object.view"
			jobs+=("$WORK/pre/$object.job")
		fi
		jobs+=("$WORK/post/$object.job")
	done
	((!${#jobs[@]})) || run_jobs compiled "${jobs[@]}"
	for object in "${!POST_STALE[@]}" "${OTHERS[@]}"; do
		[[ -f $WORK/pre/$object.rc && -f $WORK/post/$object.rc ]] || not_compiled "$object"
		! job_failed "$object" pre || compile_failed "$object" pre
		! job_failed "$object" post || compile_failed "$object" post
	done
	POST_STALE=()
}

# compare_tree: CHANGED, and what is refused before kspl-objdiff sees it
compare_tree()
{
	local object

	CHANGED=()
	for object in "${!DIFFERS[@]}"; do
		if same_code "$object"; then
			OBJECT_RESULT[$object]=same
			continue
		fi
		OBJECT_RESULT[$object]=changed
		each_sorted_out "$object" || CHANGED+=("$object")
	done
	mapfile -t CHANGED < <(printf '%s\n' "${CHANGED[@]}" | grep . | sort)
	ended $!
	for object in "${OTHERS[@]}"; do
		! constants_same "$object" || continue
		printf '%s\tconstants\tassembly code was built with constants or a layout that would no longer be right\n' "$object"
	done >>"$WORK/release/refused"
}

# objdiff_round: asks kspl-objdiff what can't be taken; REPORT is its report, if any
REPORT=
objdiff_round()
{
	local object status

	REPORT=
	((${#CHANGED[@]})) || return 0
	[[ -s $WORK/known ]] || known_names >"$WORK/known"
	for object in "${CHANGED[@]}"; do
		nm -u -- "$WORK/post/$object"
	done | awk '{ print $NF }' | really_unknown >"$WORK/unknown"
	rm -f "$WORK/objdiff.json"
	run_objdiff
	status=$?
	if ((status == 0 || status == 4)) && ask_defined "$WORK/objdiff.json"; then
		run_objdiff
		status=$?
	fi
	case $status in
	0 | 3 | 4) ;;
	*)	msg_file "$WORK/log/objdiff.out" "$WORK/log/objdiff.err"
		die $EXIT_FAILED "kspl-objdiff failed (exit $status)" ;;
	esac
	[[ -s $WORK/objdiff.json ]] || die $EXIT_FAILED "kspl-objdiff made no report"
	need_types
	REPORT=$WORK/objdiff.json
	while IFS=$'\t' read -r object _; do
		printf '%s\ttype_changed\t%s\n' "$object" "$UNJUDGED"
	done < <(unjudged "$REPORT") >>"$WORK/release/refused"
	ended $!
}

# judge_round: leaves out the fixes that are to blame; true if there are any
judge_round()
{
	local object line out dir=$WORK/release

	for object in "${!EACH_REFUSED[@]}"; do
		printf '%s\t%s\t%s\n' "$object" "${EACH_REFUSED[$object]%%|*}" "${EACH_REFUSED[$object]#*|}"
	done >>"$dir/refused"
	for object in "${CHANGED[@]}"; do
		printf '%s\t%s\n' "$object" "$WORK/pre/$object"
	done >"$dir/boot"
	ask_release judge "$(member objdiff "$REPORT")" "$(member refused "$dir/refused")" "$(member failed "$dir/failed")" \
		"$(member boot "$dir/boot")" "$(member objects "$dir/objects")" "$(member deps "$WORK/screen")" "$(member build "$BUILD")"
	while IFS= read -r line; do
		reason "$line (no change of the release was found to cause it)"
	done < <(answered '.nobody[]')
	ended $!
	stop_if_reasons
	EACH_REFUSED=()
	out=$(answered '.out | length')
	nothing_lost
	((out))
}

# one_round: of the objects of TODO; true if some fix was left out
one_round()
{
	: >"$WORK/release/failed"
	: >"$WORK/release/refused"
	REPORT=
	screen_tree "${TODO[@]}"
	if ((${#FAILED[@]})); then
		examine_failed
	else
		compile_tree
		compare_tree
		objdiff_round
	fi
	judge_round
}

# take_fixes: until what is left can be taken, all of it
take_fixes()
{
	local round object end

	screen_old
	for object in "${!EACH_REFUSED[@]}"; do
		NOT_HERE[$object]=1
	done
	TODO=("${OBJECTS[@]}")
	for ((round = 1; ; round++)); do
		one_round
		end=$?
		((!end)) || break
		msg "  round $round: $(answered '.out | length') fix(es) can't be taken: trying again without"
		write_tree
		affected
	done
	end_release
}

# end_release: the report, and whether there is something to be made
end_release()
{
	local line dir=$WORK/release taken left

	ask_release report "$(member json "$dir/fixes.json")" "$(member objdiff "$REPORT")" "$(member objects "$dir/objects")"
	taken=$(answered .taken)
	left=$(answered .left)
	while IFS= read -r line; do
		msg "$line"
	done < <(answered '.text[]')
	ended $!
	msg "taken: $taken of $((taken + left)) changed functions"
	((!left || !${#FIXES[@]})) || warn "--fixes ${FIXES[*]}: not all changes were taken: check that these fixes were not left out"
	if ((!taken)); then
		((!left)) || { reason "nothing of it can be taken"; stop_if_reasons; }
		no_change "the changes that can be taken change no code"
	fi
	overridden
	stop_if_reasons
	[[ -s $WORK/update.o ]] || die $EXIT_FAILED "kspl-objdiff made no object"
	tell_notes
}

json_fixes()
{
	printf '  "left_out": [],\n'
	[[ ! -s $WORK/release/fixes.json ]] || printf '  "fixes": %s,\n' "$(<"$WORK/release/fixes.json")"
}

# main_partial: the fixes of a release that can be taken
main_partial()
{
	phase differences "comparing $SOURCE with $TO"
	find_differences
	phase objects
	find_objects
	phase fixes "finding which changes belong together"
	find_fixes
	write_tree
	((${#ROUND_CHANGED[@]})) || end_release
	WITH_DEBUG=1
	choose_tree_view
	objtool_args
	phase compile "looking at ${#OBJECTS[@]} object(s) that may differ"
	take_fixes
	list_code
	phase debug
	compile_debug
	phase link
	link_module
	tell_done
	make_deb
}
