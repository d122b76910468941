# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: --partial, one update of all that can be taken.
#
# Objects that need one another go in together or not at all: the groups are
# those of --each, each is judged alone, and the update is made of those that
# kspl-objdiff takes.

LEFT_OUT=()		# object|code|reason|way out

# why_not NAME OBJECT: "code|reason|way out", its own or that of what it needs
why_not()
{
	jq -r --arg object "$2" '
		[.objdiff.refusals[]?] as $all | [$all[] | select(.source == $object)] as $own |
		if .code != "" then "\(.code)|\(.reason)|"
		elif $own != [] then $own[0] | "\(.code)|\(.what): \(.reason)|\(.way_out // "")"
		else "needs_refused|it needs \([$all[].source] | unique | join(" ")), refused itself|" end' "$EACH/$1.json"
}

# leave_out NAME: why an update of this group could not be made
leave_out()
{
	local name=$1 object

	for object in ${MEMBERS[$name]}; do
		LEFT_OUT+=("$object|$(why_not "$name" "$object")")
		OBJECT_RESULT[$object]=left-out
	done
}

TAKEN=()
# shellcheck disable=SC2317 # called by try_groups
take_or_leave()
{
	local name=$1 result members

	if [[ $2 == yes ]]; then
		read -r -a members <<<"${MEMBERS[$name]}"
		TAKEN+=("${members[@]}")
		return
	fi
	result=$(jq -r .result "$EACH/$name.json")
	[[ $result == no_change ]] || leave_out "$name"
	[[ $result != failed ]] || warn "$name: $(jq -r .reason "$EACH/$name.json")"
}

# take_possible: leaves in CHANGED what can go into one update
take_possible()
{
	local object

	for object in "${!EACH_REFUSED[@]}"; do
		LEFT_OUT+=("$object|${EACH_REFUSED[$object]}|")
		OBJECT_RESULT[$object]=left-out
	done
	EACH=$WORK/parts
	mkdir -p "$EACH" "$WORK/each"
	find_groups
	phase judge "seeing which of ${#MEMBERS[@]} part(s) can be taken"
	try_groups take_or_leave
	EACH=
	mapfile -t CHANGED < <(printf '%s\n' "${TAKEN[@]}" | grep . | sort)
	tell_left_out
	((${#CHANGED[@]})) || { reason "nothing of it can be taken"; stop_if_reasons; }
}

tell_left_out()
{
	local part object why

	((${#LEFT_OUT[@]})) || return 0
	msg "left out, ${#LEFT_OUT[@]} object(s) of $((${#LEFT_OUT[@]} + ${#CHANGED[@]})):"
	for part in "${LEFT_OUT[@]}"; do
		IFS='|' read -r object _ why _ <<<"$part"
		msg "  $object: $why"
	done
}

json_left_out()
{
	local part object code why wayout sep=''

	printf '  "left_out": ['
	for part in "${LEFT_OUT[@]}"; do
		IFS='|' read -r object code why wayout <<<"$part"
		printf '%s\n    {"object": %s, "code": %s, "reason": %s, "way_out": %s}' "$sep" "$(json_string "$object")" \
			"$(json_string "$code")" "$(json_string "$why")" "$(json_string "$wayout")"
		sep=,
	done
	printf '\n  ],\n'
}
