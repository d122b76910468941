# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: --each, an update of its own for each object that differs.
#
# Objects that need one another are in one update: one refers to what another
# has new, or calls a function that takes other arguments now. If it is refused
# for some of its objects, the others are tried without these and without what
# needs them. DIR gets for each update NAME.json, what became of it, and
# ksplice-NAME.ko if it could be made.

declare -A EACH_REFUSED=()	# object -> code|reason, found before objdiff
declare -A GROUP_OF=()		# object -> name of its update
declare -A MEMBERS=()		# name -> objects
GROUPS_LEFT=()			# names of those that were not tried yet
GROUPS_MADE=0

# Global names that an object defines and that it refers to
object_names()
{
	nm -- "$1" | awk -v defines="$2" -v refers="$3" '
		$(NF - 1) == "U" { print $NF > refers }
		$(NF - 1) ~ /^[TDBRVWC]$/ { print $NF > defines }'
	touch "$2" "$3"
	sort -u -o "$2" "$2"
	sort -u -o "$3" "$3"
}

# What objdiff sees changed in how functions are called: "object name" lines
changed_calls()
{
	local object

	for object in "${CHANGED[@]}"; do
		"$OBJDIFF" diff "$WORK/pre/$object" "$WORK/post/$object" --json "${SAID[@]}" --symvers "$BUILD/Module.symvers" \
			>"$WORK/post/$object.diff" 2>/dev/null
		awk -F'"' -v object="$object" '
			/"calls_changed": \[/ {
				for (i = 4; i < NF; i += 2)
					print object, $i
			}' "$WORK/post/$object.diff"
	done
}

# Which objects belong together: "object object" lines, the first needs the second
links()
{
	local object dir=$WORK/names

	rm -rf "$dir"
	for object in "${CHANGED[@]}"; do
		mkdir -p "$dir/${object%/*}"
		object_names "$WORK/pre/$object" "$dir/$object.def.pre" "$dir/$object.ref.pre"
		object_names "$WORK/post/$object" "$dir/$object.def.post" "$dir/$object.ref.post"
		comm -13 "$dir/$object.def.pre" "$dir/$object.def.post" | sed "s|^|$object |" >>"$dir/new"
		comm -23 "$dir/$object.def.pre" "$dir/$object.def.post" | sed "s|^|$object |" >>"$dir/gone"
		sort -u "$dir/$object.ref.pre" "$dir/$object.ref.post" | sed "s|^|$object |" >>"$dir/refs"
		comm -13 "$dir/$object.ref.pre" "$dir/$object.ref.post" | sed "s|^|$object |" >>"$dir/newrefs"
	done
	changed_calls >"$dir/calls"
	touch "$dir/new" "$dir/gone" "$dir/refs" "$dir/newrefs"
	# new references to what is new; what moved, and callers of what is called
	# in another way: these either way
	awk 'FILENAME == ARGV[1] { has[$2] = $1; next } $2 in has { print $1, has[$2] }' "$dir/new" "$dir/newrefs"
	{
		awk 'FILENAME == ARGV[1] { has[$2] = $1; next } $2 in has { print has[$2], $1 }' "$dir/new" "$dir/gone"
		awk 'FILENAME == ARGV[1] { has[$2] = $1; next } $2 in has { print has[$2], $1 }' "$dir/calls" "$dir/refs"
	} | awk '{ print; print $2, $1 }'
}

# make_groups OBJECT...: puts them into groups; names are a number and the first
# object's
make_groups()
{
	local object name first
	local -A names=()

	while read -r object first; do
		if [[ -z ${names[$first]-} ]]; then
			name=${first##*/}
			name=${name%.o}
			printf -v name '%s-%03d-%s' "${NAME:0:12}" $((++GROUPS_MADE)) "${name,,}"
			name=${name//[^a-z0-9_-]/-}
			names[$first]=${name:0:NAME_MAX}
			GROUPS_LEFT+=("${names[$first]}")
		fi
		GROUP_OF[$object]=${names[$first]}
		MEMBERS[${names[$first]}]+="$object "
	done < <(
		printf '%s\n' "$@" | sort | awk '
		function root(x) { while (up[x] != x) x = up[x]; return x }
		FILENAME == "-" { up[$1] = $1; all[++n] = $1; next }
		($1 in up) && ($2 in up) { a = root($1); b = root($2); if (a < b) up[b] = a; else up[a] = b }
		END { for (i = 1; i <= n; i++) print all[i], root(all[i]) }' - "$WORK/links" | sort -k2,2 -s
	)
	ended $!
}

# refused_of NAME: the objects of a group that are refused themselves
refused_of()
{
	jq -r '(.objects | map(.object)) as $all | .objdiff.refusals[]?.source | select(IN($all[]))' "$EACH/$1.json" | sort -u
}

# with_dependents OBJECT...: these, and all that needs them
with_dependents()
{
	printf '%s\n' "$@" | awk '
		FILENAME == "-" { out[$1] = 1; next }
		{ user[++n] = $1; needs[n] = $2 }
		END {
			do {
				more = 0
				for (i = 1; i <= n; i++)
					if ((needs[i] in out) && !(user[i] in out))
						more = out[user[i]] = 1
			} while (more)
			for (o in out)
				print o
		}' - "$WORK/links"
}

# try_others NAME: a refused group stays with the objects that are refused and
# those that need them; the others are put into new groups
try_others()
{
	local name=$1 refused=() members=() others=() out=$WORK/each/out

	mapfile -t refused < <(refused_of "$name")
	ended $!
	((${#refused[@]})) || return 0
	read -r -a members <<<"${MEMBERS[$name]}"
	with_dependents "${refused[@]}" >"$out"
	mapfile -t others < <(printf '%s\n' "${members[@]}" | grep -vxFf "$out")
	ended $!
	((${#others[@]})) || return 0
	mapfile -t members < <(printf '%s\n' "${members[@]}" | grep -xFf "$out")
	ended $!
	MEMBERS[$name]="${members[*]} "
	each_json "$name" refused '' '' "${members[@]}"
	verbose "$name: without ${members[*]}, the others are tried alone"
	make_groups "${others[@]}"
}

# each_json NAME RESULT CODE REASON OBJECT...: what became of one
each_json()
{
	local name=$1 result=$2 code=$3 why=$4 sep='' object ko=

	shift 4
	{
		printf '{"name": %s, "result": %s, "code": %s, "reason": %s,\n' "$(json_string "$name")" \
			"$(json_string "$result")" "$(json_string "$code")" "$(json_string "$why")"
		printf ' "objects": ['
		for object in "$@"; do
			printf '%s{"object": %s, "target": %s, "types": %s}' "$sep" "$(json_string "$object")" \
				"$(json_string "${MODULE_OF[$object]:-vmlinux}")" "$(json_string "${VIEW_OF[$object]-}")"
			sep=', '
		done
		printf '],\n "objdiff": '
		if [[ -s $WORK/each/$name.json ]]; then cat "$WORK/each/$name.json"; else printf 'null\n'; fi
		printf '}\n'
	} >"$EACH/$name.json" || die $EXIT_FAILED "can't write $EACH/$name.json"
	each_own "$name.json"
}

EACH_OWN=.kspl-build-each	# names of what it made in DIR
each_own() { grep -qxFs -- "$1" "$EACH/$EACH_OWN" || printf '%s\n' "$1" >>"$EACH/$EACH_OWN"; }

# each_forget: what an earlier run left in DIR, and nothing else
each_forget()
{
	local name

	[[ -f $EACH/$EACH_OWN ]] || return 0
	while IFS= read -r name; do
		[[ $name == */* || $name != @(*.json|ksplice-*.ko) ]] || rm -f -- "$EACH/$name"
	done <"$EACH/$EACH_OWN"
	rm -f -- "$EACH/$EACH_OWN"
}

# unknown_names OBJECT...: what they refer to that neither the running kernel
# nor they themselves have
unknown_names()
{
	local object dir=$WORK/names

	[[ -s $WORK/known ]] || return 0
	for object in "$@"; do
		cat "$dir/$object.def.post"
	done | sort -u >"$dir/have"
	for object in "$@"; do
		cat "$dir/$object.ref.post"
	done | really_unknown | comm -23 - "$dir/have"
}

# each_create NAME: the update's object, or why not; true if there is one
each_create()
{
	local name=$1 object args status members unknown

	read -r -a members <<<"${MEMBERS[$name]}"
	unknown=$(unknown_names "${members[@]}" | head -n 5 | tr '\n' ' ')
	if [[ -n $unknown ]]; then
		each_json "$name" refused unknown_symbol \
			"the new code needs ${unknown% }, which the running kernel does not have" "${members[@]}"
		return 1
	fi
	args=(create --name "$name" --release "$RELEASE" --symvers "$BUILD/Module.symvers"
		-o "$WORK/each/ksplice-$name.o_shipped" --json "$WORK/each/$name.json"
		--changed "$WORK/changed.files")
	list_changed
	for object in "${members[@]}"; do
		args+=(--target "${MODULE_OF[$object]:-vmlinux}" --source "$object" "$WORK/pre/$object" "$WORK/post/$object")
	done
	ARGS=()
	judged_args "${members[@]}"
	args+=("${ARGS[@]}" "${SAID[@]}")
	"$OBJDIFF" "${args[@]}" "${DEFINED[@]}" >"$WORK/each/$name.log" 2>&1
	status=$?
	if ((status == 0 || status == 4)) && ask_defined "$WORK/each/$name.json"; then
		"$OBJDIFF" "${args[@]}" "${DEFINED[@]}" >"$WORK/each/$name.log" 2>&1
		status=$?
	fi
	case $status in
	0)	object=$(types_unknown "$WORK/each/$name.json" | paste -sd ' ')
		if [[ -n $object ]]; then
			each_json "$name" refused types_unknown \
				"$object: no debug information, without which types can't be compared" "${members[@]}"
		else
			object=$(unjudged "$WORK/each/$name.json" | sed 's/\t\(.*\)/ (\1)/' | paste -sd ';')
			[[ -n $object ]] || return 0
			each_json "$name" refused types_unjudged "$object: $UNJUDGED" "${members[@]}"
		fi ;;
	3)	each_json "$name" no_change '' '' "${members[@]}" ;;
	4)	each_json "$name" refused '' '' "${members[@]}"
		try_others "$name" ;;
	*)	each_json "$name" failed objdiff "$(tail -n 1 "$WORK/each/$name.log")" "${members[@]}" ;;
	esac
	rm -f "$WORK/each/ksplice-$name.o_shipped"
	return 1
}

# Links all of them in one go
each_link()
{
	local name dir=$WORK/each good=() ENTER=()

	for name in "$@"; do
		printf 'obj-m += ksplice-%s.o\n' "$name"
		printf 'savedcmd_%s := cat\n' "$dir/ksplice-$name.o" >"$dir/.ksplice-$name.o.cmd"
	done >"$dir/Kbuild"
	echo 'OBJECT_FILES_NON_STANDARD := y' >>"$dir/Kbuild"
	core_symvers "$dir/core.symvers"
	box_owns "$dir"
	in_box make -k -C "$BUILD" --no-print-directory -j "$JOBS" M="$dir" KCFLAGS=-g0 KBUILD_EXTRA_SYMBOLS="$dir/core.symvers" \
		KBUILD_MODPOST_WARN=1 CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$WORK/log/kbuild" 2>&1
	box_clean
	nothing_lost
	need_room
	mkdir -p "$WORK/out"
	for name in "$@"; do
		read -r -a good <<<"${MEMBERS[$name]}"
		if [[ ! -s $dir/ksplice-$name.ko ]]; then
			each_json "$name" failed link "$(grep -F "ksplice-$name" "$WORK/log/kbuild" | tail -n 1)" "${good[@]}"
			continue
		fi
		if grep -q "ksplice-$name.ko\\] undefined" "$WORK/log/kbuild"; then
			each_json "$name" failed undefined \
				"$(grep -F "ksplice-$name.ko] undefined" "$WORK/log/kbuild" | head -n 1)" "${good[@]}"
			continue
		fi
		FINISHED=$WORK/out/ksplice-$name.ko
		mv -f -- "$dir/ksplice-$name.ko" "$FINISHED"
		seal_module "$FINISHED"
		sign_module "$FINISHED"
		each_json "$name" made '' '' "${good[@]}"
		each_own "ksplice-$name.ko"
		mv -f -- "$FINISHED" "$EACH/"
	done
}

# find_groups: all that changed
find_groups()
{
	phase group "finding what belongs together in ${#CHANGED[@]} object(s)"
	links >"$WORK/links"
	((!${#CHANGED[@]})) || make_groups "${CHANGED[@]}"
}

EACH_MADE=()	# names of updates

# try_groups: creates each group's update, if it can be made
try_groups()
{
	local name status n=0 shown=$SECONDS

	while ((${#GROUPS_LEFT[@]})); do
		name=${GROUPS_LEFT[0]}
		GROUPS_LEFT=("${GROUPS_LEFT[@]:1}")
		each_create "$name"
		status=$?
		((status)) || EACH_MADE+=("$name")
		((++n))
		((SECONDS - shown < 5)) || { msg "  tried: $n of $((n + ${#GROUPS_LEFT[@]}))"; shown=$SECONDS; }
	done
}

# make_each: an update for each group of objects
make_each()
{
	local name object

	mkdir -p "$EACH" "$WORK/each" || die $EXIT_FAILED "can't make $EACH"
	EACH=$(realpath -- "$EACH")
	each_forget
	for object in "${!EACH_REFUSED[@]}"; do
		name=object-${object//[^a-zA-Z0-9_-]/-}
		each_json "$name" refused "${EACH_REFUSED[$object]%%|*}" "${EACH_REFUSED[$object]#*|}" "$object"
	done
	find_groups
	phase objdiff "making ${#MEMBERS[@]} update(s)"
	try_groups
	phase link
	((!${#EACH_MADE[@]})) || each_link "${EACH_MADE[@]}"
	msg "done: ${#EACH_MADE[@]} update(s) of ${#MEMBERS[@]} in $EACH"
}
