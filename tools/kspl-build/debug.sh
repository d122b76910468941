# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: debug information of the new code, in a file beside the update.
#
# The objects that the update is made of have the line numbers of the unpatched source
# (source/relines.py). So what changed is compiled once more, as the patch has it, and
# kspl-objdiff gives that debug information the addresses of the update's code. Paths
# in it are relative to the kernel's source, wherever that was.

NO_DEBUG=''
DEBUG_SKIPPED=''	# why there is none
DEBUG_ARGS=()		# of kspl-objdiff
DEBUG_FILE=''		# what was made
DEBUG_OUTPUT=''

want_debug() { [[ -z $NO_DEBUG$VERIFY$EACH$DEBUG_SKIPPED ]]; }

# no_debug REASON: an update is an update without
no_debug()
{
	DEBUG_SKIPPED=$1
	warn "no debug information beside the update: $1"
}

# debug_flags: in ARGS, how the compiler writes it
debug_flags()
{
	local path

	ARGS=(-g -gdwarf-4 -gno-split-dwarf -gz=none)
	for path in "$SOURCE" "$(realpath -s --relative-to="$BUILD" -- "$SOURCE")" "${FARM-}"; do
		[[ -z $path || $path == . ]] || ARGS+=("-fdebug-prefix-map=$path/=")
	done
	# of several that fit, the compiler takes the last
	ARGS+=("-fdebug-prefix-map=$BUILD=." "-fdebug-prefix-map=$AUTHOR=include")
}

# debug_view: how a job gets to see the patched source as it is, with all its lines
debug_view()
{
	local opts dir ENTER=("${ENTER[@]}")

	[[ -z $TO ]] || return 0
	if [[ $VIEW == farm ]]; then
		# its links lead there; nothing else is compiled after this
		cp -r -- "$WORK/plain/." "$WORK/patched/"
		return
	fi
	opts=
	for dir in plain base.plain patched; do
		[[ ! -d $WORK/$dir ]] || opts+=$(overlay_escape "$WORK/$dir"):
	done
	ENTER[-2]="ro,lowerdir=$opts$(overlay_escape "$SOURCE")"
	printf '%s\0' "${ENTER[@]}" >"$WORK/enter.asis"
}

# view_for_debug OBJECT: its name
view_for_debug()
{
	if [[ -n $PARTIAL ]]; then
		echo tree.plain
	elif [[ -n $TO ]]; then
		echo "${VIEW_OF[$1]}.plain"
	elif [[ $VIEW == overlay ]]; then
		echo asis
	fi
}

# compile_debug: what changed, for its debug information
compile_debug()
{
	local object jobs=() view

	want_debug || return 0
	debug_view
	for object in "${CHANGED[@]}"; do
		make_job "$object" debug
		view=$(view_for_debug "$object")
		[[ -z $view ]] || printf '%s\n' "$view" >"$WORK/debug/$object.view"
		jobs+=("$WORK/debug/$object.job")
		DEBUG_ARGS+=(--debug-of "$object" "$WORK/debug/$object")
	done
	run_jobs 'compiled for debug information' "${jobs[@]}"
	for object in "${CHANGED[@]}"; do
		if [[ ! -s $WORK/debug/$object ]] || job_failed "$object" debug; then
			no_debug "$object could not be compiled for it"
			DEBUG_ARGS=()
			return
		fi
	done
	make_debug_object
}

# make_debug_object: the update's object again, with it
make_debug_object()
{
	local OBJDIFF_OUT=$WORK/debug-out line

	mkdir -p "$OBJDIFF_OUT/log"
	DEBUG_ARGS+=(--debug "$OBJDIFF_OUT/debug.o")
	run_objdiff
	DEBUG_ARGS=()
	if ! cmp -s -- "$OBJDIFF_OUT/update.o" "$WORK/update.o" || [[ ! -s $OBJDIFF_OUT/debug.o ]]; then
		no_debug "kspl-objdiff made no object with it"
		return
	fi
	while IFS= read -r line; do
		warn "${line#kspl-objdiff: }"
	done < <(grep ': no debug information of it: ' "$OBJDIFF_OUT/log/objdiff.err")
}

# link_debug: links the update once more, with debug information, as it was linked
# without. Where the module is linked: in the sandbox.
link_debug()
{
	local dir=$WORK/module name=ksplice-$NAME id

	want_debug || return 0
	[[ -s $dir/debug.o ]] || return 0
	id=$(build_id "$dir/$name.ko")
	cat >"$WORK/link-debug" <<'END'
set -f
cd "$1" || exit
read -r _ _ command <"$2/.$3.ko.cmd" && command=${command%%;*} || exit
command=${command/ "$2/$3.o" / "$2/debug.o" }
command=${command/ "-o $2/$3.ko" / "-o $2/debug.ko" }
eval "${command/--build-id=sha1/--build-id=0x$4}" &&
	objcopy --strip-debug "$2/debug.ko" "$2/debug.stripped" &&
	objcopy --strip-debug "$2/$3.ko" "$2/update.stripped" &&
	cmp "$2/debug.stripped" "$2/update.stripped" &&
	objcopy --only-keep-debug "$2/debug.ko" "$2/$3.ko.debug"
END
	if [[ -z $id ]]; then
		no_debug "the linker gave the module no build id"
	elif ! in_box bash "$WORK/link-debug" "$BUILD" "$dir" "$name" "$id" >"$WORK/log/debug" 2>&1 || [[ ! -s $dir/$name.ko.debug ]]; then
		msg_file "$WORK/log/debug"
		no_debug "the module could not be linked with it"
	fi
	box_clean
}

# build_id FILE: in hex
build_id() { readelf -n -- "$1" 2>/dev/null | sed -n 's/^ *Build ID: \([0-9a-f]\{40\}\)$/\1/p'; }

# put_debug: beside the update, with the same id
put_debug()
{
	local file=$WORK/module/ksplice-$NAME.ko.debug

	if want_debug && [[ -s $file && ! -L $file ]]; then
		[[ $(build_id "$file") == "$(build_id "$FINISHED")" ]] || die $EXIT_FAILED "$file is not of this update"
		DEBUG_FILE=$WORK/out/ksplice-$NAME.ko.debug
		cp -- "$file" "$DEBUG_FILE" || die $EXIT_FAILED "can't copy $file"
		DEBUG_OUTPUT=$OUTPUT.debug
		put_file "$DEBUG_FILE" "$DEBUG_OUTPUT"
	elif [[ -e $OUTPUT.debug && -z $VERIFY ]]; then
		warn "$OUTPUT.debug is of another update: remove it"
	fi
}
