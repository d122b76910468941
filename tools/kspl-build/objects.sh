# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: which objects a patched file goes into, and how they are compiled.

# records_fit: the kernel's build has saved what it did for each object, with the
# paths of the source it had. If they lead elsewhere, or are not all there, then
# that no object is found to depend on a file would mean nothing. (Those of tools/
# are relative to wherever they were compiled.)
records_fit()
{
	local wrong

	wrong=$(find "$BUILD" \( -path "$BUILD/.git" -o -path "$BUILD/Documentation" -o -path "$BUILD/debian" -o -path "$BUILD/tools" \) -prune -o \
		-type f -name '.*.o.cmd' -printf '%P\0' | (cd "$BUILD" && xargs -0r grep -h '^source_' --) |
		awk -v source="$SOURCE/" -v build="$BUILD/" '
		function clean(p) {
			while (sub(/\/\.\//, "/", p) || sub(/\/[^\/]+\/\.\.\//, "/", p))
				;
			return p
		}
		{
			sub(/^[^=]*:= */, "")
			path = clean($0 ~ /^\// ? $0 : build $0)
			if (index(path, source) == 1 || index(path, build) == 1)
				good++
			else if (!wrong)
				wrong = path
		}
		END { print wrong ? wrong : good ? "" : "nothing at all" }')
	[[ -z $wrong ]] || die $EXIT_FAILED \
		"the trees are not where they were built: the build tree $BUILD was made from $wrong, and not from $SOURCE" \
		"Put both trees where they were when the kernel was built (a bind mount is enough), or build the kernel again here."
	all_recorded
}

# all_recorded: each object of the kernel and of its modules has its record
all_recorded()
{
	local object name missing=()

	for object in "${!LINKED[@]}"; do
		# as cmd_file() does, without a process for each of thousands
		name=${object##*/}
		[[ $object != *.o || ! -f $BUILD/$object || -f $BUILD/${object%"$name"}.$name.cmd ]] || missing+=("$object")
	done
	((!${#missing[@]})) || die $EXIT_FAILED \
		"$BUILD no longer says how ${#missing[@]} of its objects were compiled (${missing[0]})" \
		"The files .NAME.o.cmd beside the objects belong to the build tree: copy all of it, or build the kernel again."
}

# check_not_built FILE: without it in the records, is it sure that nothing is made of it?
check_not_built()
{
	[[ $1 != *.c || -f $BUILD/modules.order ]] || ! conf MODULES || is_listed || die $EXIT_FAILED \
		"$1 is in no object of $BUILD, but the kernel's modules were never built there" \
		"Run 'make modules' there: without it, it is not known whether a module contains it."
}

# Are the commands kbuild's own list, and not what was saved when it built?
is_listed() { ((PRIVATE)) || [[ ! -f $BUILD/vmlinux.a && ! -f $BUILD/vmlinux.o && ! -f $BUILD/vmlinux ]]; }

# dependents: in $WORK/dependents, "COMMAND|FILE" for each of our files that a saved
# command says it read. A new file may be found in the place of any other of its name.
dependents()
{
	local path names=()

	need_python
	for path in "${CODE_FILES[@]}" "${ALSO_FILES[@]}" "${NEW_FILES[@]}"; do
		names+=(-e "/${path##*/} \\" -e "/${path##*/}")
		[[ $path == */* ]] || names+=(-e " $path")
	done
	printf '%s\n' "${CODE_FILES[@]}" "${ALSO_FILES[@]}" "${NEW_FILES[@]/#/?}" | grep . >"$WORK/code_files"
	{
		find "$BUILD" \( -path "$BUILD/.git" -o -path "$BUILD/Documentation" -o -path "$BUILD/debian" \) -prune -o \
			-type f -name '.*.cmd' -printf '%P\0' |
			(cd "$BUILD" && xargs -0r grep -HF "${names[@]}" --)
	} | try_source dependents "$(member files "$WORK/code_files")" "$(member lines /dev/fd/3)" "$(member source "$SOURCE")" \
		"$(member build "$BUILD")" "$(member out "$WORK/dependents")" 3<&0
	((!PIPESTATUS[1])) || source_failed dependents
}

ALSO_FILES=()	# what else objects are looked for that depend on it
OBJECTS=()	# vmlinux objects to compile, paths in the build tree
OUTSIDE=()	# vDSO, boot code: compiled with the kernel, but not part of it
OTHERS=()	# .s and .lds: what generated constants and layout come from

declare -A COMMAND=()	# object -> the command that made it
declare -A MODULE_OF=()	# object -> the module it goes into; none: vmlinux

# load_commands OBJECT...: from kbuild's .cmd files, without make's escapes
load_commands()
{
	local object command

	while IFS=$'\t' read -r object command; do
		COMMAND[$object]=$command
	done < <(
		for object in "$@"; do
			command=$(cmd_file "$object")
			printf '%s\0' "$command"
		done | (
			cd "$BUILD" || exit
			# awk stops where a file is missing
			# shellcheck disable=SC2016 # $ and $(pound) are make's
			xargs -0r cat -- 2>/dev/null | awk '
			/^(saved)?cmd_[^ ]* := / {
				object = $1
				sub(/^(saved)?cmd_/, "", object)
				sub(/^[^ ]* := /, "")
				gsub(/\$\(pound\)/, "#")
				gsub(/\\#/, "#")
				gsub(/\$\$/, "$")
				print object "\t" $0
			}'
		)
	)
	ended $!
}

# all_commands OBJECT...: an object that was built and is not known how would be left out
all_commands()
{
	local object

	for object; do
		[[ $object != *.o || -n ${COMMAND[$object]-} || ! -f $BUILD/$object ]] ||
			die $EXIT_FAILED "$BUILD/$(cmd_file "$object") does not say how $object is compiled"
	done
}

# object_of CMD: in OBJECT, what the saved command in that file makes
object_of()
{
	OBJECT=${1##*/}
	OBJECT=${OBJECT#.}
	OBJECT=${OBJECT%.cmd}
	[[ $1 != */* ]] || OBJECT=${1%/*}/$OBJECT
}

# cmd_file OBJECT: kernel/fork.o -> kernel/.fork.o.cmd
cmd_file()
{
	case $1 in
	*/*)	printf '%s' "${1%/*}/.${1##*/}.cmd" ;;
	*)	printf '%s' ".$1.cmd" ;;
	esac
}

# list_commands BUILD OUT: what kbuild would run for each object, of a tree in
# which nothing is built. Several at a time may make the same list.
list_commands()
{
	local build=$1 out=$2 new=$2.$$ lines ENTER=()

	# make -n writes nothing but temporary files, when it asks the compiler
	# what it can; still that is not to happen in a user's tree.
	if ((!PRIVATE)); then
		mkdir -p "$WORK/upper" "$WORK/upper.work"
		if ! enter_overlay "lowerdir=$(overlay_escape "$build"),upperdir=$(overlay_escape "$WORK/upper"),workdir=$(overlay_escape "$WORK/upper.work")" \
				"$build" true; then
			[[ -w $build ]] || die $EXIT_FAILED \
				"nothing was built in $build, and it can't be written to" \
				"Without objects, kbuild has to run there to list the compiler's options."
		fi
	fi
	# One part that can't be made (a signing key, say) does not matter.
	need_python
	"${ENTER[@]}" make -n -k -C "$build" vmlinux modules 2>"$WORK/log/commands" |
		try_source commands "$(member lines /dev/fd/3)" "$(member source "$SOURCE")" "$(member out "$new")" 3<&0
	if ((PIPESTATUS[1])) || ! lines=$(wc -l <"$new") || ((lines < 100)); then
		rm -f -- "$new"
		msg_file <(tail -qn 5 "$WORK/log/commands" "$WORK/log/source")
		die $EXIT_FAILED "can't find out from kbuild how $build is compiled"
	fi
	mv -- "$new" "$out"
}

# list_includes BUILD OUT: which file includes which, in the source and in what is
# generated from it
list_includes()
{
	local pattern='^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]'

	(cd "$SOURCE" && find . \( -path ./Documentation -o -path ./samples -o -path ./tools/testing -o \
		-path './arch/[!x]*' -o -path ./.git \) -prune -o -type f -name '*.[chSid]*' -printf '%P\0') >"$2.files"
	(cd "$1" && find include/generated arch/x86/include/generated -type f -name '*.h' -print0) >"$2.generated"
	{
		(cd "$SOURCE" && xargs -0r grep -HE "$pattern" --) <"$2.files"
		(cd "$1" && xargs -0r grep -HE "$pattern" --) <"$2.generated"
	} >"$2.lines"
	cat "$2.files" "$2.generated" | tr '\0' '\n' >"$2.all"
	ask_source includes "$(member files "$2.all")" "$(member lines "$2.lines")" "$(member out "$2")"
	need_room "${2%/*}"
	rm -f "$2".*
}

# list_includers INCLUDES: which files include the patched ones, directly or
# through others, in $WORK/includers
list_includers()
{
	printf '%s\n' "${CODE_FILES[@]}" "${ALSO_FILES[@]}" | grep . >"$WORK/code_files"
	printf '%s\n' "${NEW_FILES[@]}" >"$WORK/new_files"
	((!${#NEW_FILES[@]})) || awk -F'\t' 'FILENAME == ARGV[1] { sub(/.*\//, ""); new[$0] = 1; next }
		{ path = $1; sub(/^~/, "", path); name = path; sub(/.*\//, "", name) }
		name in new && !(path in seen) { seen[path] = 1; print path }' \
		"$WORK/new_files" "$1" >>"$WORK/code_files"
	# mostly no file includes them: a quick look
	awk '{
		print $0 "\t"
		for (p = $0; p != ""; sub(/^[^\/]*(\/|$)/, "", p)) print "~" p "\t"
	}' "$WORK/code_files" >"$WORK/patterns"
	if grep -q -F -f "$WORK/patterns" "$1"; then
		ask_source includers "$(member files "$WORK/code_files")" "$(member graph "$1")" "$(member out "$WORK/includers")"
	else
		cp -- "$WORK/code_files" "$WORK/includers" || cut_off
	fi
}

# A tree that is only prepared has no .cmd files: then the commands come from
# kbuild, and what depends on a header from the source's text.
declare -A LISTED=()
listed_dependents()
{
	local list=$BUILD/.ksplice-commands includes object command

	if [[ ! -f $list ]]; then
		{
			printf '%s ' "$BUILD"
			cat "$BUILD/.config" "$BUILD/Makefile"
			stat -c %Y "$BUILD/include/config/auto.conf"
		} >"$WORK/commands.key"
		name_of <"$WORK/commands.key"
		list=$CACHE/commands/${NAME_OF:0:16}
		if [[ ! -f $list ]]; then
			[[ ! $BUILD/.config -nt $BUILD/include/config/auto.conf ]] || die $EXIT_FAILED \
				"$BUILD/.config was changed after the tree was prepared" \
				"'make modules_prepare' there."
			mkdir -p "$CACHE/commands"
			msg "nothing was built in $BUILD: asking kbuild how it would be (once)"
			list_commands "$BUILD" "$list"
		fi
	fi
	if [[ -f $BUILD/.ksplice-includes ]]; then
		includes=$BUILD/.ksplice-includes
	else
		includes=$WORK/includes
		list_includes "$BUILD" "$includes"
	fi
	list_includers "$includes"
	awk -F'\t' -v files="$WORK/listed.files" 'FILENAME == ARGV[1] { want[$0] = 1; next }
		$2 in want { print $1 "\t" $3; print $2 > files }' "$WORK/includers" "$list" >"$WORK/listed"
	touch "$WORK/listed.files"
	while IFS=$'\t' read -r object command; do
		LISTED[$object]=$command
	done <"$WORK/listed"
}

# What the kernel really consists of: a build tree may hold objects of another
# configuration that it had before. Empty where nothing was linked.
declare -A LINKED=()
list_linked()
{
	local lib object

	[[ -f $BUILD/vmlinux.a ]] || return 0
	while IFS= read -r object; do
		LINKED[$object]=1
	done < <(
		cd "$BUILD" || exit
		for lib in vmlinux.a lib/lib.a arch/x86/lib/lib.a; do
			[[ ! -f $lib ]] || ar t "$lib"
		done
		[[ ! -f modules.order ]] || while IFS= read -r object; do
			printf '%s\n' "$object"
			[[ ! -f ${object%.o}.mod ]] || cat "${object%.o}.mod"
		done <modules.order
	)
	ended $!
}

# The parts of find_objects(), whose variables they share: by_object (the files that an
# object is made of), used (the files that something is made of).

# known_objects: which objects there are, and their commands
known_objects()
{
	local cmd file object

	if is_listed; then
		listed_dependents
		for object in "${!LISTED[@]}"; do
			by_object[$object]=' '
			COMMAND[$object]=${LISTED[$object]}
		done
	fi
	while IFS='|' read -r cmd file; do
		used[$file]=1
		object_of "$cmd"
		by_object[$OBJECT]+="$file "
	done <"$WORK/dependents"
	load_commands "${!by_object[@]}"
	all_commands "${!by_object[@]}"
	for object in "${!by_object[@]}"; do
		[[ -z ${COMMAND[$object]-} ]] || printf '%s\t%s\n' "$object" "${COMMAND[$object]}"
	done | command_kinds | sort >"$WORK/kinds"
}

# add_object OBJECT KIND MODULE: into OBJECTS or OUTSIDE
add_object()
{
	local object=$1 kind=$2 module=$3 file

	if is_core "$object"; then
		[[ -n $TO ]] || reason "$object: $ITSELF"
		OUTSIDE+=("$object")
	elif [[ $kind == outside ]] || is_outside "$object"; then
		OUTSIDE+=("$object")
	elif ((${#LINKED[@]})) && [[ -z ${LINKED[$object]-} ]]; then
		verbose "$object: in the build tree, but not part of this kernel"
		for file in ${by_object[$object]}; do
			[[ $object != "${file%.c}.o" ]] || unset "used[$file]"
		done
	else
		if [[ $kind == module ]]; then
			MODULE_OF[$object]=$module
			[[ $module != *:* || -n $EACH$PARTIAL ]] ||
				reason "$object is a part of several modules ($module): that is not supported"
		fi
		OBJECTS+=("$object")
	fi
}

# sort_objects: what each of them is
sort_objects()
{
	local object kind module

	while IFS=$'\t' read -r object kind module; do
		if [[ $kind == foreign ]]; then
			foreign "$object" "${by_object[$object]}"
			continue
		fi
		case $object in
		*.o)	add_object "$object" "$kind" "$module" ;;
		*.s | *.lds)
			# of the programs that make the modules: their constants are compared
			if [[ $kind != outside ]] && ! is_outside "$object" || [[ -z $TO && $object == scripts/* ]]; then
				OTHERS+=("$object")
			fi
			;;
		esac
	done <"$WORK/kinds"
}

# tell_not_built: the files that nothing is made of
tell_not_built()
{
	local file

	for file in "${CODE_FILES[@]}"; do
		# of a whole release, the list of what is compiled has told it
		[[ -z $TO ]] || ! is_listed || break
		if [[ -n ${used[$file]-} ]] || ! not_listed "$file"; then
			continue
		fi
		check_not_built "$file"
		note "$file is not built in this configuration"
		TREATED[$file]='not built'
	done
	for file in "${NEW_FILES[@]}"; do
		[[ $file == *.c && -z ${used[$file]-} ]] || continue
		! named_elsewhere "$file" || continue
		note "$file is new, and nothing of it is built: no file of the patch includes it"
		TREATED[$file]='not built'
	done
}

# find_objects: OBJECTS, OUTSIDE and OTHERS, of what the patch touches
find_objects()
{
	local -A by_object=() used=()

	list_linked
	is_listed || records_fit
	# what earlier patches made others include is in no record
	[[ "${CODE_FILES[*]} ${NEW_FILES[*]} " != *.[!c]* ]] || ALSO_FILES=("${ON_FILES[@]}")
	dependents
	known_objects
	sort_objects
	tell_not_built
	running_too
	stop_if_reasons
	((${#OBJECTS[@]} + ${#OUTSIDE[@]} + ${#OTHERS[@]})) || no_change "nothing that the patch touches is built in this configuration"
	verbose "objects: ${#OBJECTS[@]} to compile twice"
	((!${#OUTSIDE[@]})) || verbose "not part of the running kernel: ${OUTSIDE[*]}"
}

# named_elsewhere FILE: in another file of the patch, which may include it
named_elsewhere()
{
	grep -rlF -- "${1##*/}" "$WORK/patched" | grep -vxF -- "$WORK/patched/$1" >/dev/null
}

# running_too: of what is compiled for itself, a running kernel has the vDSO, the
# code that wakes CPUs, and what kexec runs: that they do not change is to be seen
running_too()
{
	local object kept=()

	[[ -z $TO ]] || { OUTSIDE=(); return; }
	for object in "${OUTSIDE[@]}"; do
		[[ $object != arch/x86/@(entry/vdso|realmode|purgatory)/* ]] || kept+=("$object")
	done
	OUTSIDE=("${kept[@]}")
}

# not_listed FILE: nor in kbuild's list, if that is what is used
not_listed()
{
	is_listed || return 0
	((!${#LISTED[@]})) || { [[ $1 == *.c ]] && ! grep -qxF -- "$1" "$WORK/listed.files"; }
}

# foreign OBJECT FILES: a program that the kernel's build makes and runs. What it
# makes of its input would have to be made again.
foreign()
{
	if [[ -z $TO && $1 != tools/* ]]; then
		reason "${2%% *}: it is part of $1, a program that the kernel's build runs: the files that this generates may change, which is not supported"
	else
		verbose "$1: not part of the kernel, left out"
	fi
}

# What replaces code would run while it is replaced.
is_core() { [[ $1 == @(kernel/ksplice/*|arch/x86/kernel/ksplice*).o ]]; }

# Of objects with their commands on stdin: OBJECT, what that is, and of a module
# its name. A shell takes minutes for as much as that is.
command_kinds()
{
	awk -F'\t' '
	function has(flag) { return index(command, " " flag " ") }
	{
		command = " " $2 " "
		kind = "vmlinux"
		name = ""
		if (!has("-D__KERNEL__")) {
			kind = "foreign"
		} else if (has("-D__DISABLE_EXPORTS") || has("-DBUILD_VDSO")) {
			kind = "outside"
		} else if (has("-DMODULE")) {
			kind = "module"
			name = $1
			if (match(command, /-DKBUILD_MODNAME=[^"]?"[^"]+/)) {
				name = substr(command, RSTART, RLENGTH)
				sub(/^[^"]*"/, "", name)
			}
		}
		print $1 "\t" kind "\t" name
	}'
}

# Code that is built with the kernel's flags but does not run as part of it
is_outside()
{
	case $1 in
	arch/x86/boot/* | arch/x86/realmode/* | arch/x86/purgatory/* | drivers/firmware/efi/libstub/* | \
	scripts/* | tools/* | usr/*)
		return 0 ;;
	arch/x86/entry/vdso/*)
		[[ $1 == */@(vma|extable|vdso32-setup).o ]] || return 0 ;;
	esac
	return 1
}
