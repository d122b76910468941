# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: --partial, one update of all that can be taken.
#
# kspl-objdiff gets all objects that changed, leaves out each function that it
# would refuse and what belongs to it, and says so. What is found out before, is
# told to it.

LEFT_OUT=()		# object|functions|code|reason: whole objects
LEAVE_OUT=()		# arguments for kspl-objdiff
declare -A FUNCTIONS=()	# object -> how many changed, where that was counted

# source_of OBJECT: the file it is compiled from, in the source tree
source_of()
{
	local words

	read -r -a words <<<"${COMMAND[$1]%% ; *}"
	printf '%s' "${words[-1]#"$SOURCE/"}"
}

# keep_names OBJECT: the functions and variables that had to stay as they were for
# it to compile, and the functions that did not
keep_names()
{
	local object=$1 path name count=${#LEAVE_OUT[@]}

	path=$(source_of "$object")
	while read -r name; do
		LEAVE_OUT+=(--leave-out "$object" "${name%#*}" 'what is new in it does not compile over the old types')
	done < <(sed -n -e "s|^$path function ||p" \
		-e "s|^$path other \([^=[]*[^=[ ]\) *[=[].*|\1|p" "$WORK/undo-kept" | sed 's/.*[ *]//')
	((${#LEAVE_OUT[@]} > count)) || return 0

	sed -n "s|^$path ||p" "$WORK/undo-kept" >"$WORK/undo"
	: >"$WORK/bodies"
	awk -v undo="$WORK/undo" -v bodies="$WORK/bodies" -f "$LIB/oldtypes.awk" \
		"$SOURCE/$path" "$WORK/plain/$path" >/dev/null
	while read -r name; do
		LEAVE_OUT+=(--new-body "$object" "${name%#*}")
	done <"$WORK/bodies"
}

# changed_functions OBJECT: how many there are, over the new types; nothing if it
# did not compile over these either
changed_functions()
{
	[[ -f $WORK/pre/$1 && -f $WORK/post/$1 ]] || return 0
	"$OBJDIFF" diff "$WORK/pre/$1" "$WORK/post/$1" --json "${SAID[@]}" --symvers "$BUILD/Module.symvers" 2>/dev/null |
		jq .functions_replaced
}

not_kept() { EACH_REFUSED[$1]="needs_new_types|it does not compile over the old types"; }

# keep_old: over the old types, after all
keep_old()
{
	local object again=() jobs=() kept=()

	for object in "${CHANGED[@]}"; do
		[[ ${VIEW_OF[$object]} != new ]] || again+=("$object")
	done
	((${#again[@]})) || return 0
	phase keep "compiling ${#again[@]} object(s) over the old types, without the functions that need new ones"
	kept_view
	screen_in kept "${again[@]}"
	for object in "${again[@]}"; do
		VIEW_OF[$object]=new
		FUNCTIONS[$object]=$(changed_functions "$object")
		if job_failed "$object" screen; then
			not_kept "$object"
			continue
		fi
		make_job "$object" post
		printf 'kept\n' >"$WORK/post/$object.view"
		jobs+=("$WORK/post/$object.job")
		kept+=("$object")
	done
	((${#kept[@]})) || return 0
	run_jobs compiled "${jobs[@]}"
	for object in "${kept[@]}"; do
		# perhaps no longer, after something was put back for another
		if job_failed "$object" post; then
			not_kept "$object"
			continue
		fi
		VIEW_OF[$object]=kept
		keep_names "$object"
	done
}

# take_possible: what kspl-objdiff has to know of what can't be taken
take_possible()
{
	local object

	keep_old
	for object in "${!EACH_REFUSED[@]}"; do
		LEFT_OUT+=("$object|${FUNCTIONS[$object]-}|${EACH_REFUSED[$object]}")
		OBJECT_RESULT[$object]="left-out"
	done
	mapfile -t CHANGED < <(printf '%s\n' "${CHANGED[@]}" | grep . | grep -vxFf <(printf '%s\n' "${!EACH_REFUSED[@]}" none))
	((${#CHANGED[@]})) || { reason "nothing of it can be taken"; stop_if_reasons; }
	[[ -s $WORK/known ]] || known_names >"$WORK/known"
	for object in "${CHANGED[@]}"; do
		nm -u -- "$WORK/post/$object"
	done | awk '{ print $NF }' | really_unknown >"$WORK/unknown"
}

# leave_unjudged: objects in which types changed all the same are left out; true if
# there are any
leave_unjudged()
{
	local object left=()

	mapfile -t left < <(unjudged "$WORK/objdiff.json" | cut -f 1)
	((${#left[@]})) || return 1
	for object in "${left[@]}"; do
		LEFT_OUT+=("$object|$(changed_functions "$object")|type_changed|types changed in it that can't be had as they were")
		OBJECT_RESULT[$object]="left-out"
	done
	mapfile -t CHANGED < <(printf '%s\n' "${CHANGED[@]}" | grep -vxFf <(printf '%s\n' "${left[@]}"))
	((${#CHANGED[@]})) || { reason "nothing of it can be taken"; stop_if_reasons; }
}

# tell_left_out: in words
tell_left_out()
{
	local part object why taken left carried count uncounted=0

	carried=$(jq .functions_carried "$WORK/objdiff.json")
	taken=$(jq ".functions_replaced - $carried" "$WORK/objdiff.json")
	left=$(jq .functions_left_out "$WORK/objdiff.json")
	if ((left + ${#LEFT_OUT[@]})); then
		msg "left out:"
		jq -r '.left_out[] | "  \(.source): \(.what): \(.reason)"' "$WORK/objdiff.json" >&2
		for part in "${LEFT_OUT[@]}"; do
			IFS='|' read -r object count _ why <<<"$part"
			msg "  $object, all of it${count:+ ($count functions)}: $why"
			((left += ${count:-0}, uncounted += ${#count} == 0)) || :
		done
		((!carried)) || msg "of them replaced all the same, compiled from the old source, for those that they call: $carried"
	fi
	msg "taken: $taken of $((taken + left)) changed functions$(
		((!uncounted)) || printf ', not counting those of %d object(s) that do not compile' $uncounted)"
}

json_left_out()
{
	local part object count code why sep=''

	printf '  "left_out": ['
	for part in "${LEFT_OUT[@]}"; do
		IFS='|' read -r object count code why <<<"$part"
		printf '%s\n    {"object": %s, "functions": %s, "code": %s, "reason": %s}' "$sep" \
			"$(json_string "$object")" "${count:-null}" "$(json_string "$code")" "$(json_string "$why")"
		sep=,
	done
	printf '\n  ],\n'
}
