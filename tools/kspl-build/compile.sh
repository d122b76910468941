# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: compiling each object without and with the patch, and comparing.

# objtool_args: asks the kernel's own makefiles for objtool's options
objtool_args()
{
	local out

	cat >"$WORK/objtool.mk" <<'END'
include include/config/auto.conf
include $(srctree)/scripts/Kbuild.include
include $(srctree)/scripts/Makefile.lib
show:
	@echo 'delay=$(delay-objtool) args=$(objtool-args-y)'
END
	out=$(cd "$BUILD" && make -s --no-print-directory -f "$WORK/objtool.mk" srctree="$KERNEL_SOURCE" objtree=. \
		KBUILD_EXTMOD= show 2>"$WORK/log/objtool.mk") || {
		msg_file "$WORK/log/objtool.mk"
		die $EXIT_FAILED "can't find out how this kernel uses objtool"
	}
	DELAY=${out%% args=*}
	DELAY=${DELAY#delay=}
	read -r -a OBJTOOL_ARGS <<<"${out#*args=}"
}

# compiler_cache: the same text need not be compiled twice.
compiler_cache()
{
	[[ -z ${KSPL_BUILD_NO_CCACHE-} ]] && command -v ccache >/dev/null || return 0
	# The source is seen through mounts, so an inode number does not identify a file.
	# The sandbox's uid has a cache of its own.
	export CCACHE_DIR=$CACHE/ccache${BOX_UID:+.sandbox} CCACHE_NOINODECACHE=1 CCACHE_DEPEND=1 CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-3G}
	unset CCACHE_BASEDIR CCACHE_SLOPPINESS CCACHE_PREFIX CCACHE_RECACHE CCACHE_DISABLE
	mkdir -p "$CCACHE_DIR" || return 0
	box_owns "$CCACHE_DIR"
	CCACHE=(ccache)
}
CCACHE=()

# own_compiler_cache: keeps what is compiled from patched text in BOX_CACHE, for the same
# text only: a patch could leave objects there for another one.
own_compiler_cache()
{
	[[ -n ${CCACHE[0]-} && -n ${BOX[0]-} ]] || return 0
	{
		printf '%s\n' "$TO" "${NEW_FILES[@]}"
		(cd "$WORK" && find patched base -type f -print0 2>/dev/null | sort -z | xargs -0r sha256sum)
	} >"$WORK/patched.sums"
	nothing_lost
	name_of <"$WORK/patched.sums"
	BOX_CACHE=$CCACHE_DIR.patched/$NAME_OF
	find "$CCACHE_DIR.patched" -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -rf -- {} + 2>/dev/null
	mkdir -p "$BOX_CACHE" && touch "$BOX_CACHE" || BOX_CACHE=
	[[ -z $BOX_CACHE ]] || box_owns "$BOX_CACHE"
}

# json_errors: prints the option with which gcc writes errors for release/ to read
json_errors() { [[ -z $PARTIAL ]] || ! conf CC_IS_GCC || printf ' -fdiagnostics-format=json'; }

# The parts of make_job(), whose variables they share: object, side, out (what is made),
# run (the command, word by word), cwd.

# job_words COMMAND: in run, without what would write beside out
job_words()
{
	local word words=() skip=''

	set -f
	eval "words=($1)" || die $EXIT_FAILED "can't read the command for $object in $BUILD"
	set +f
	for word in "${words[@]}"; do
		if [[ -n $skip ]]; then
			[[ $skip != out ]] || run+=("$out")
			skip=
			continue
		fi
		case $word in
		-Wp,-MMD,* | -Wp,-MD,* | -MD | -MMD | -gsplit-dwarf) continue ;;
		-MF | -MT | -MQ)	skip=1; continue ;;
		-o)			skip=out ;;
		esac
		run+=("$word")
	done
	[[ -n ${run[0]-} ]] || die $EXIT_FAILED "no command for $object in $BUILD"
}

# job_flags: what an update's objects are compiled with besides
job_flags()
{
	local source=${run[-1]}

	unset 'run[-1]'
	run+=(-ffunction-sections -fdata-sections -DKSPLICE_UPDATE -idirafter "${AUTHOR:=$CACHE/author}")
	((!WITH_DEBUG)) || conf DEBUG_INFO || run+=(-g -gdwarf-4)
	((WITH_DEBUG)) || run+=(-g0)
	[[ $side != debug ]] || { debug_flags; run+=("${ARGS[@]}"); }
	# A new header may be found before another one, which ccache would not notice.
	[[ $side != @(post|debug) || ${#NEW_FILES[@]} == 0 ]] || run+=("-DKSPLICE_NEW_FILES=$(printf '%s\n' "${NEW_FILES[@]}" | cksum | cut -d' ' -f1)")
	run+=("$source")
}

# job_in_farm: where links stand in for the source
job_in_farm()
{
	local i

	cwd=$(in_farm "$BUILD")
	for i in "${!run[@]}"; do
		[[ ${run[i]} == "$out" ]] || run[i]=$(in_farm "${run[i]}")
	done
}

# job_looks: scripts that only preprocess it, or only say what is wrong with it
job_looks()
{
	local word words=()

	for word in "${run[@]}"; do
		case $word in
		-c)	words+=(-E -P) ;;
		"$out")	words+=(-) ;;
		*)	words+=("$word") ;;
		esac
	done
	{
		printf 'set -o pipefail\ncd %q || exit\n' "$cwd"
		printf '%q ' "${words[@]}"
		printf '| sha256sum >%q\n' "$out.sum"
	} >"$out.cpp.job"
	if [[ $side == screen ]]; then
		printf 'cd %q || exit\n%s -fsyntax-only%s\n' "$cwd" "$(printf '%q ' "${run[@]}")" "$(json_errors)" >"$out.err.job"
	fi
}

# job_objtool REST: what kbuild does with the object after it was compiled
job_objtool()
{
	local words=()

	if [[ -n $DELAY ]]; then
		# Then the kernel's build runs it on all objects at once.
		[[ -z ${OBJTOOL-} || $side == screen* ]] ||
			printf '%q ' "$OBJTOOL" "${OBJTOOL_ARGS[@]}" --link --module "$out"
		printf '\n'
	elif [[ $1 == *objtool* ]]; then
		set -f
		eval "words=($1)"
		set +f
		words[-1]=$out
		printf '%q ' "${words[@]}"
		printf '|| exit\n'
	fi
}

# make_job OBJECT pre|post|debug|screen|screenold: writes a script that compiles it. screen:
# exactly as the kernel's build did; without debug information if there is nothing of
# that build to compare with
make_job()
{
	local object=$1 side=$2 command=${COMMAND[$1]} out=$WORK/$2/$1 cwd=${MODULE_CWD:-$BUILD} run=() rest='' kind=object

	if [[ $command == *' ; '* ]]; then
		rest=${command#*' ; '}
		command=${command%%' ; '*}
	fi
	[[ $object == *.o ]] || kind=text
	job_words "$command"
	[[ $side != screen* ]] || is_built || run+=(-g0)
	[[ $kind != object || $side == screen* ]] || job_flags
	[[ $side != @(post|debug) || $VIEW != farm ]] || job_in_farm
	mkdir -p "${out%/*}"
	[[ $kind != object ]] || job_looks
	if [[ $kind == object && $command != *ccache* && -n ${CCACHE[0]-} ]]; then
		# With these, ccache learns from the compiler what the object depends on.
		run=("${CCACHE[@]}" "${run[0]}" -MD -MF "$out.d" "${run[@]:1}")
	elif [[ $side == screen && -n $PARTIAL ]]; then
		run=("${run[0]}" -MD -MF "$out.d" "${run[@]:1}")
	fi
	{
		printf 'cd %q || exit\n' "$cwd"
		printf 'rm -f %q\n' "$out"
		printf '%q ' "${run[@]}"
		printf '|| exit\n'
		[[ $kind != object ]] || job_objtool "$rest"
	} >"$out.job"
}

# view_of_job JOB: sets VIEW_IS to what it sees, see run_view()
view_of_job()
{
	VIEW_IS=plain
	if [[ -f ${1%.job}.view ]]; then
		read -r VIEW_IS <"${1%.job}.view"
		# The sandbox may write to that file.
		[[ $VIEW_IS =~ ^[a-z]+(\.plain)?$ && -f $WORK/enter.$VIEW_IS ]] ||
			die $EXIT_FAILED "a compiler changed a file of $PROG: ${1%.job}.view" \
				"The patch may be an attack: check where it comes from."
		VIEW_IS=enter.$VIEW_IS
	elif [[ $1 == "$WORK"/@(post|debug)/* ]]; then
		VIEW_IS=enter
	fi
}

# run_view VIEW JOBS: runs those in $WORK/jobs.VIEW, JOBS at a time, in one sandbox
run_view()
{
	local view=$1 jobs=$2 job ENTER=() BOX_CACHE='' BOX_STDIN=$WORK/jobs.$1 BOX_DIRS=()
	local -A dirs=(['done']=1)

	[[ $view == plain ]] || mapfile -d '' -t ENTER <"$WORK/$view"
	[[ $view == plain && $VIEW != farm ]] || own_compiler_cache
	# A compiler of patched text must not write what a compiler of the kernel's own reads.
	while IFS= read -r -d '' job; do
		job=${job#"$WORK/"}
		dirs[${job%%/*}]=1
	done <"$WORK/jobs.$view"
	BOX_DIRS=("${!dirs[@]}")
	in_box xargs -0 -P "$jobs" -n 1 bash "$WORK/run-job" "$WORK/done"
}

# sort_jobs JOB...: sorts them by what they see, into $WORK/jobs.VIEW; COUNTS has how many
sort_jobs()
{
	local job

	COUNTS=()
	rm -f "$WORK"/jobs.*
	for job; do
		view_of_job "$job"
		COUNTS[$VIEW_IS]=$((${COUNTS[$VIEW_IS]:-0} + 1))
		printf '%s\0' "$job" >>"$WORK/jobs.$VIEW_IS"
	done
	# the directories that they write to
	printf '%s\0' "${@%/*}" | sort -zu | xargs -0 -r chown "${BOX_UID:-$EUID}" --
}
declare -A COUNTS=()

# run_jobs WHAT JOB...: runs all of them, about $JOBS at once, and shows progress
run_jobs()
{
	local what=$1 n=$(($# - 1)) count last=-1 shown=$SECONDS view

	shift
	rm -rf "$WORK/done"
	mkdir "$WORK/done"
	box_owns "$WORK/done"
	sort_jobs "$@"
	WORKERS=()
	for view in "${!COUNTS[@]}"; do
		run_view "$view" $(((JOBS * COUNTS[$view] + n - 1) / n)) >>"$WORK/log/jobs" 2>&1 &
		WORKERS+=($!)
	done
	while kill -0 "${WORKERS[@]}" 2>/dev/null; do
		sleep 0.02
		((n > 2 && SECONDS - shown >= 5)) || continue
		shown=$SECONDS
		count=$(find "$WORK/done" -type f | wc -l)
		((count == last)) || msg "  $what: $count of $n"
		last=$count
	done
	wait "${WORKERS[@]}"
	WORKERS=()
	box_clean
}

# not_compiled OBJECT: ends the build, since the object's job has not ended
not_compiled()
{
	die $EXIT_FAILED "$1 was not compiled${2-: $(tail -n 1 "$WORK/log/jobs")}" \
		"Was it interrupted, or is there no memory or no room in ${TMPDIR:-/tmp}?"
}

job_failed() { [[ $(<"$WORK/$2/$1.rc") != 0 ]]; }

compile_failed()
{
	local object=$1 side=$2 path

	msg_file <(head -n 60 "$WORK/$side/$object.log")
	if [[ $side == pre ]]; then
		die $EXIT_FAILED "$object does not compile from the unpatched source" \
			"The source or build tree was changed after the kernel was built."
	fi
	if path=$(reads_hidden "$WORK/$side/$object.log"); then
		die $EXIT_UNSAFE "$object does not compile with the patch: it reads $path, and $PROG takes that for a file from which no part of a kernel is made" \
			"Put what is code into a file whose name says so, such as .c or .h outside of Documentation and tools."
	fi
	die $EXIT_FAILED "$object does not compile with the patch"
}

stale_check()
{
	local object=$1 src

	# that is compared with what runs
	[[ -z $MODULE ]] || return 0
	src=${COMMAND[$object]%% ; *}
	src=${src%%+( )}
	src=${src##* }
	[[ $src == /* ]] || src=$BUILD/$src
	if [[ -f $BUILD/$object && -f $src && $src -nt $BUILD/$object ]]; then
		warn "$src was changed after the kernel was built: is it what the running kernel was made from?"
	fi
}

# preprocess: of many objects, leaves out those whose preprocessed text is the same. (Line
# numbers that matter are in that text.)
preprocess()
{
	local object jobs=() left=()

	((${#OBJECTS[@]} > 4)) || return 0
	for object in "${OBJECTS[@]}"; do
		jobs+=("$WORK/pre/$object.cpp.job" "$WORK/post/$object.cpp.job")
	done
	run_jobs preprocessed "${jobs[@]}"
	for object in "${OBJECTS[@]}"; do
		if [[ $(<"$WORK/pre/$object.cpp.rc") == 0 && $(<"$WORK/post/$object.cpp.rc") == 0 ]] &&
			cmp -s "$WORK/pre/$object.sum" "$WORK/post/$object.sum"; then
			OBJECT_RESULT[$object]=same
		else
			left+=("$object")
		fi
	done
	OBJECTS=("${left[@]}")
	((${#OBJECTS[@]} + ${#OUTSIDE[@]} + ${#OTHERS[@]})) || no_change "the patch changes no code"
	verbose "objects whose source differs: ${#OBJECTS[@]}"
}

# generate OBJECT...: in a tree that was only prepared, a source that is generated when
# the kernel is built may be missing: let kbuild make the object once, with what it needs.
# Files with what only Debian's build knows (prepare_debian()) are put back, since kbuild
# writes them again.
generate()
{
	local f

	msg "  generating what $* needs"
	mkdir -p "$WORK/generated"
	(
		flock 9
		for f in utsversion.h package.h; do
			cp -p -- "$BUILD/include/generated/$f" "$WORK/generated/" 2>/dev/null
		done
		make -C "$BUILD" -j "$JOBS" -k "$@" >"$WORK/log/missing" 2>&1
		cp -p -- "$WORK/generated"/*.h "$BUILD/include/generated/" 2>/dev/null
	) 9>"$BUILD.lock"
}

# build_missing SIDE...: does that for objects that miss a file in the first,
# and compiles them again
build_missing()
{
	local object side jobs=() missing=()

	((PRIVATE)) || return 0
	for object in "${OBJECTS[@]}"; do
		if job_failed "$object" "$1" && grep -q 'No such file or directory' "$WORK/$1/$object.log"; then
			missing+=("$object")
			for side; do
				jobs+=("$WORK/$side/$object.job")
			done
		fi
	done
	((${#missing[@]})) || return 0
	generate "${missing[@]}"
	run_jobs compiled "${jobs[@]}"
}

# author_header: puts <linux/ksplice.h>, which patched source may include, into the cache:
# a stock kernel's source has none. The path is the same each time, so that the
# compiler's cache finds objects again.
author_header()
{
	local dir header=

	# As installed, in the project, in a kernel's tree
	for dir in "$LIB/include" "$LIB/../../kernel-tree-overlay/include" "$LIB/../../../include"; do
		[[ -n $header || ! -f $dir/linux/ksplice.h ]] || header=$dir/linux/ksplice.h
	done
	[[ -n $header ]] || return 0
	name_of <"$header"
	AUTHOR=$CACHE/author/${NAME_OF:0:16}
	! cmp -s -- "$header" "$AUTHOR/linux/ksplice.h" || return 0
	if ! mkdir -p "$AUTHOR/linux" || ! cp -- "$header" "$AUTHOR/linux/.ksplice.h.$$" ||
		! mv -f -- "$AUTHOR/linux/.ksplice.h.$$" "$AUTHOR/linux/ksplice.h"; then
		die $EXIT_FAILED "can't write to $AUTHOR"
	fi
}

# base_view: with --on, the code that runs was compiled from the source with earlier patches.
base_view()
{
	local object enter=("${ENTER[@]}")

	((${#ON[@]})) || return 0
	enter[-2]="ro,lowerdir=$(overlay_escape "$WORK/base"):$(overlay_escape "$SOURCE")"
	printf '%s\0' "${enter[@]}" >"$WORK/enter.base"
	for object in "${OBJECTS[@]}" "${OTHERS[@]}" "${OUTSIDE[@]}"; do
		echo base >"$WORK/pre/$object.view"
		echo base >"$WORK/pre/$object.cpp.view"
	done
}

# leave_uncompared: leaves out what is no part of the kernel itself and can't be compiled:
# a tree that was only prepared may lack files that are generated for it
leave_uncompared()
{
	local object kept=()

	for object in "${OUTSIDE[@]}"; do
		if job_failed "$object" pre; then
			note "$object can't be compiled here: it is not known whether the patch changes it"
		else
			kept+=("$object")
		fi
	done
	OUTSIDE=("${kept[@]}")
}

compile()
{
	local object jobs=() side retry=()

	author_header
	hide_harmless
	for object in "${OBJECTS[@]}" "${OTHERS[@]}" "${OUTSIDE[@]}"; do
		stale_check "$object"
		for side in pre post; do
			make_job "$object" $side
		done
	done
	# the command that enters the view, for run_view()
	: >"$WORK/enter"
	((!${#ENTER[@]})) || printf '%s\0' "${ENTER[@]}" >"$WORK/enter"
	base_view
	preprocess
	for object in "${OBJECTS[@]}" "${OTHERS[@]}" "${OUTSIDE[@]}"; do
		jobs+=("$WORK/pre/$object.job" "$WORK/post/$object.job")
	done
	run_jobs compiled "${jobs[@]}"

	build_missing pre post
	leave_uncompared
	for object in "${OBJECTS[@]}" "${OTHERS[@]}" "${OUTSIDE[@]}"; do
		[[ -f $WORK/pre/$object.rc && -f $WORK/post/$object.rc ]] ||
			not_compiled "$object"
		! job_failed "$object" pre || compile_failed "$object" pre
		! job_failed "$object" post || retry+=("$object")
	done
	((${#retry[@]})) || return 0

	# Perhaps a #line is in a place where it may not be, or two lines now have one
	# number: try the files as the patch has them, one object first.
	verbose "compiling ${retry[0]} again, without kept line numbers"
	cp -r "$WORK/plain/." "$WORK/patched/"
	run_jobs compiled "$WORK/post/${retry[0]}.job"
	! job_failed "${retry[0]}" post || compile_failed "${retry[0]}" post
	jobs=()
	for object in "${OBJECTS[@]}" "${OTHERS[@]}" "${OUTSIDE[@]}"; do
		[[ $object == "${retry[0]}" ]] || jobs+=("$WORK/post/$object.job")
	done
	((!${#jobs[@]})) || run_jobs compiled "${jobs[@]}"
	for object in "${OBJECTS[@]}" "${OTHERS[@]}" "${OUTSIDE[@]}"; do
		! job_failed "$object" post || compile_failed "$object" post
	done
	note "line numbers in the patched files could not be kept: code that holds them may count as changed"
}

# With --each and --partial, these don't stop the others.
each_sorted_out()
{
	if [[ ${COMMAND[$1]%% ; *} =~ \.S\ *$ ]]; then
		EACH_REFUSED[$1]="assembly|assembly code changes"
	elif [[ ${MODULE_OF[$1]-} == *:* ]]; then
		EACH_REFUSED[$1]="shared|it is a part of several modules (${MODULE_OF[$1]}): that is not supported"
	else
		return 1
	fi
}

# same_code OBJECT: is all of it the same, except for debug information?
same_code()
{
	local side

	for side in pre post; do
		# Even an empty file gives an object that is not empty.
		if [[ ! -s $WORK/$side/$1 ]] || ! objcopy --strip-debug "$WORK/$side/$1" "$WORK/$side/$1.code"; then
			die $EXIT_FAILED "objcopy failed on $1"
		fi
	done
	cmp -s "$WORK/pre/$1.code" "$WORK/post/$1.code"
}

compare_outside()
{
	local object

	for object in "${OUTSIDE[@]}"; do
		same_code "$object" && continue
		case $object in
		arch/x86/entry/vdso/*)
			reason "$object changes: the vDSO is mapped into processes and can't be replaced" ;;
		*)	reason "$object changes: it is a separate program inside the kernel, and can't be replaced" ;;
		esac
	done
}

# constants_same OBJECT: are the lines from which constants are made the same? Of a linker
# script, all lines but the preprocessor's marks.
constants_same()
{
	local pattern='^[^#]' side

	[[ $1 != *.s ]] || pattern='->'
	for side in pre post; do
		grep -e "$pattern" "$WORK/$side/$1" >"$WORK/constants.$side"
	done
	cmp -s "$WORK/constants.pre" "$WORK/constants.post"
}

# Which objects differ in more than debug information
CHANGED=()
compare()
{
	local object

	for object in "${OTHERS[@]}"; do
		! constants_same "$object" || continue
		reason "$object changes: assembly code was built with constants or a layout that would no longer be right"
	done
	compare_outside
	for object in "${OBJECTS[@]}"; do
		if same_code "$object"; then
			OBJECT_RESULT[$object]=same
			continue
		fi
		OBJECT_RESULT[$object]=changed
		if [[ -s $WORK/post/$object.log ]]; then
			verbose "$object:"
			verbose "$(sed 's/^/    /' "$WORK/post/$object.log")"
		fi
		if (($(grep -c objtool: "$WORK/post/$object.log") > $(grep -c objtool: "$WORK/pre/$object.log"))); then
			warn "$object: with the patch, $(grep objtool: "$WORK/post/$object.log" | tail -n 1)"
		fi
		if [[ -n $EACH ]] && each_sorted_out "$object"; then
			continue
		fi
		if [[ ${COMMAND[$object]%% ; *} =~ \.S\ *$ ]]; then
			reason "$object: a header changes assembly code, which is not supported yet"
		fi
		CHANGED+=("$object")
	done
	[[ -n $EACH ]] && return
	stop_if_reasons
	((${#CHANGED[@]})) || no_change "the patch changes no code"
}
