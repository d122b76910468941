# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: --module, a module outside the kernel's tree as the target.
#
# Its makefiles, its dkms.conf and what these run are another person's programs, so all
# of it runs in the sandbox, on copies. The module is built twice there, as it is and as
# the patches make it: so what its build generates is generated anew, whatever it is
# generated from. From the first one come the commands by which the objects are then
# compiled, as those of the kernel are.
#
# Both copies are seen at the path where the module that runs was built: that path is in
# its strings (__FILE__), and the update does not depend on where this source is.

MODULE=			# the directory of the source
MODULE_AT=		# where it was built, and where it is in the sandbox
MODULE_SYMVERS=()	# of other modules that it needs
MODULE_CWD=		# where its objects are compiled
MODULE_KO=()		# the modules that were made, paths in the tree
KERNEL_SOURCE=		# of the kernel or of its headers; the source is the module's
BOX_MORE=()		# options of the sandbox that show the copy

check_module_options()
{
	local file

	if [[ -z $MODULE ]]; then
		[[ -z $MODULE_AT ]] || usage_error "--module-at needs --module"
		((!${#MODULE_SYMVERS[@]})) || usage_error "--module-symvers needs --module"
		return
	fi
	[[ -z $TO$EACH$PARTIAL$MODULES ]] ||
		usage_error "--module is for patches: it goes without --to, --each, --partial and --modules"
	[[ -z $PRE ]] || usage_error "--module goes without --pre, which compiles objects of the kernel"
	[[ -z $SOURCE ]] || usage_error "--module goes without -s: the source is the module's, and of the kernel only the headers are needed (-b)"
	[[ -z $NO_SANDBOX ]] ||
		usage_error "--module goes without --no-sandbox: the module's makefiles are programs, and its path in the sandbox is that of its build"
	# as dkms names what it knows
	[[ -d $MODULE || $MODULE != +([A-Za-z0-9._+-])?(/+([A-Za-z0-9._+-])) || ! -d /usr/src/${MODULE/\//-} ]] ||
		MODULE=/usr/src/${MODULE/\//-}
	[[ -d $MODULE ]] || usage_error "--module: there is no directory $MODULE"
	MODULE=$(realpath -- "$MODULE")
	[[ -f $MODULE/dkms.conf || -f $MODULE/Kbuild || -f $MODULE/Makefile ]] ||
		usage_error "--module: $MODULE has no dkms.conf, Kbuild or Makefile: it is not the source of a module"
	[[ ! -f $MODULE/Kconfig || ! -f $MODULE/kernel/fork.c ]] ||
		usage_error "--module: $MODULE is the source of a kernel; its modules need no --module, but -s"
	[[ -z $MODULE_AT || $MODULE_AT == /*[!/]* && $MODULE_AT != *$'\n'* ]] ||
		usage_error "--module-at: '$MODULE_AT' is not an absolute path"
	for file in "${MODULE_SYMVERS[@]}"; do
		[[ -f $file && -r $file ]] || usage_error "--module-symvers: $file can't be read"
		awk -F'\t' 'NF < 4 { exit 1 }' "$file" || usage_error "--module-symvers: $file is not a Module.symvers"
	done
}

# module_kernel: the headers of the kernel that is to run it, where they were not named
module_kernel()
{
	: "${RELEASE:=$(uname -r)}"
	BUILD=/lib/modules/$RELEASE/build
	[[ ! -f $BUILD/Module.symvers ]] || return 0
	BUILD=
	verbose "the headers of $RELEASE are not installed"
	phase prepare
	prepare_debian
	SOURCE=
}

# module_trees: after check_trees() has found the kernel's
module_trees()
{
	KERNEL_SOURCE=$SOURCE
	SOURCE=$MODULE
	# nothing is made in the kernel's tree for it
	PRIVATE=0
}

# kernel_dirs: what of the kernel the build of a module reads; Debian's headers are links
# to several places
kernel_dirs()
{
	local dir

	printf '%s\n' "$KERNEL_SOURCE" "$BUILD"
	[[ -n $MODULE ]] || return 0
	for dir in "$BUILD"/{scripts,tools} "$KERNEL_SOURCE"/{scripts,tools}; do
		dir=$(realpath -e -- "$dir" 2>/dev/null) || continue
		[[ $dir == "$BUILD"/* || $dir == "$KERNEL_SOURCE"/* ]] || printf '%s\n' "$dir"
	done
}

# --- copies of the source ------------------------------------------------------

# take_module: what is in DIR, in $WORK/module.source: files, and links to files of DIR as
# files. Not what an earlier build left there, nor keys, nor what version control keeps.
take_module()
{
	local to=$WORK/module.source path target left=() skip=(-name .git -o -name .svn -o -name .hg -o -name CVS)

	mkdir "$to"
	(cd "$MODULE" && keys_in .) | sed 's|^\./||' >"$WORK/module.keys"
	[[ ! -s $WORK/module.keys ]] || note "left out of the build of $MODULE, as it may be a private key: $(paste -sd ' ' "$WORK/module.keys")"
	(cd "$MODULE" && find . -mindepth 1 \( "${skip[@]}" \) -prune -o \( -type f -o -type d \) -printf '%P\0') |
		grep -zvxF -f <(cat "$WORK/module.keys"; echo /) |
		tar -C "$MODULE" --null --verbatim-files-from --no-recursion -T - -c 2>"$WORK/log/module.copy" | tar -C "$to" -x 2>>"$WORK/log/module.copy" || {
		msg_file <(tail -n 3 "$WORK/log/module.copy")
		die $EXIT_FAILED "$MODULE can't be copied" "Can all of it be read, and is there room in ${WORK%/*}?"
	}
	while IFS= read -r -d '' path; do
		# to what was copied, which is no key
		target=$(realpath -- "$MODULE/$path")
		if [[ $target == "$MODULE"/* && -f $to/${target#"$MODULE"/} ]]; then
			cp --preserve=timestamps -- "$to/${target#"$MODULE"/}" "$to/$path" || cut_off
		else
			left+=("$path")
		fi
	done < <(cd "$MODULE" && find . \( "${skip[@]}" \) -prune -o -type l -printf '%P\0')
	ended $!
	((!${#left[@]})) || note "left out of the build of $MODULE, as they lead to no file of it that is used: ${left[*]}"
	# what make would take for done
	find "$to" -type f -name '.*.cmd' -printf '%h/%f\0' | sed -z 's|/\.\([^/]*\)\.cmd$|/\1|' | xargs -0r rm -f --
	find "$to" -type f \( -name '.*.cmd' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.[co]' -o -name modules.order -o -name Module.symvers \) -delete
	chmod -R u+rwX,go+rX,go-w,ug-s -- "$to" || cut_off
}

# show_module DIR [WRITABLE]: from now on, it is at MODULE_AT in the sandbox
show_module()
{
	local bind=--ro-bind

	[[ -z ${2-} ]] || bind=--bind
	mapfile -d '' -t BOX_MORE < <(box_parents "$MODULE_AT")
	ended $!
	BOX_MORE+=("$bind" "$1" "$MODULE_AT")
}

# run_module WHAT LOG: in the sandbox
run_module()
{
	in_box bash "$WORK/run-module" "$1" "$MODULE_AT" "$BUILD" "$RELEASE" "$JOBS" >"$2" 2>&1
}

# place_module: where it was built
place_module()
{
	local name=() dir

	if [[ -n $MODULE_AT ]]; then
		MODULE_AT=$(realpath -sm -- "$MODULE_AT")
	elif [[ -f $MODULE/dkms.conf ]]; then
		MODULE_AT=/tmp/module
		show_module "$WORK/module.source"
		run_module name "$WORK/log/dkms.conf" || :
		mapfile -t name < <(tail -n 2 "$WORK/log/dkms.conf")
		[[ ${name[0]-} =~ ^[A-Za-z0-9][A-Za-z0-9._+~-]*$ && ${name[1]-} =~ ^[A-Za-z0-9][A-Za-z0-9._+~:-]*$ ]] || {
			msg_file <(tail -n 5 "$WORK/log/dkms.conf")
			die $EXIT_FAILED "$MODULE/dkms.conf names no PACKAGE_NAME and PACKAGE_VERSION"
		}
		MODULE_AT=/var/lib/dkms/${name[0]}/${name[1]}/build
	else
		MODULE_AT=$MODULE
	fi
	while IFS= read -r dir; do
		[[ $dir/ != "$MODULE_AT"/* ]] || die $EXIT_FAILED \
			"the module can't be built at $MODULE_AT: $dir, which its build needs, is in there" \
			"Put the module's source into a directory of its own, or name the path where it was built with --module-at."
	done < <(kernel_dirs; printf '%s\n' "$WORK" "$CACHE" /usr /etc /dev /proc /bin /lib /lib64)
	ended $!
	case $MODULE_AT/ in
	/proc/* | /dev/* | /sys/* | /etc/* | /bin/* | /sbin/* | /lib@(|32|64|x32)/*)
		die $EXIT_FAILED "the module can't be built at $MODULE_AT: that is not seen in the sandbox" \
			"Name the path where it was built with --module-at." ;;
	/usr/*)	[[ -d $MODULE_AT ]] || die $EXIT_FAILED "the module can't be built at $MODULE_AT: there is no such directory on this machine" \
			"Make it: it may be empty." ;;
	esac
	verbose "the module is built at $MODULE_AT"
}

# --- building ------------------------------------------------------------------

# build_copy TREE ENVIRONMENT...: it is built in the sandbox
build_copy()
{
	local tree=$1 other env=("${BOX_ENV[@]}") BOX_DIRS=() status

	shift
	[[ -z $BOX_UID ]] || chown -R "$BOX_UID:$BOX_UID" -- "$tree" || die $EXIT_FAILED "can't give $tree to the sandbox"
	show_module "$tree" writable
	BOX_ENV+=("$@")
	[[ ! -s $WORK/module.extra ]] || BOX_ENV+=("KBUILD_EXTRA_SYMBOLS=$WORK/module.extra")
	run_module build "$WORK/log/${tree##*/}"
	status=$?
	BOX_ENV=("${env[@]}")
	show_module "$tree"
	other=$(find "$tree" ! -type f ! -type d -printf '%P' -quit)
	[[ -z $other ]] || die $EXIT_FAILED "the module's build makes $other, which is not a file" \
		"Links that a build makes are not followed: this module can't be a target."
	return $status
}

# module_failed TREE WHAT WHAT-NOW
module_failed()
{
	msg_file <(grep -vE '^(make|  (CC|LD|MODPOST|AR))' "$WORK/log/$1" | grep -E -A3 'rror|\*\*\*|No such|dkms.conf:|undefined' | head -n 30)
	[[ -s $WORK/log/$1 ]] || msg "  it said nothing"
	if grep -q 'undefined!$' "$WORK/log/$1"; then
		die $EXIT_FAILED "$2: it needs symbols that neither the kernel nor this module has" \
			"Are they another module's? --module-symvers names the Module.symvers that its build left."
	fi
	die $EXIT_FAILED "$2" "$3"
}

# Where another version of a file may be made, it is compared. What kbuild itself makes of
# each build is not read by a compiler.
products=(-name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '*.a' -o -name '.*.cmd' -o -name '.*.d' \
	-o -name modules.order -o -name Module.symvers)
made_files() { (cd "$1" && find . \( "${products[@]}" \) -prune -o -type f -printf '%P\n') | sort; }

# build_patched PATCHED PLAIN: a copy with these files is built, too; what the build then
# generates in another way is added to PATCHED
build_patched()
{
	local patched=$1 plain=$2 tree=$WORK/module.${1##*/} path flags gone made=()

	cp -R --preserve=timestamps -- "$WORK/module.source" "$tree" || cut_off
	for path in "$patched" "$plain"; do
		[[ ! -d $path ]] || cp -R -- "$path/." "$tree/" || cut_off
	done
	for path in "${HIDDEN[@]}"; do
		rm -f -- "$tree/$path"
		mkdir -p -- "$tree/$path" || cut_off
	done
	cp -R -- "$tree" "$tree.before" || cut_off
	# as the objects are compiled afterwards; symbols of the core may be missing
	flags="-DKSPLICE_UPDATE -idirafter $AUTHOR"
	build_copy "$tree" KCFLAGS="$flags" KBUILD_MODPOST_WARN=1 ||
		module_failed "${tree##*/}" "$MODULE can't be built with the patch" "Does the patched source compile?"
	unchanged_source "$tree.before" "$tree"
	same_build "$tree" "$flags"
	made_files "$WORK/module.built" >"$WORK/module.files"
	made_files "$tree" >"$WORK/module.files.new"
	gone=$(comm -23 "$WORK/module.files" "$WORK/module.files.new" | grep -vxF -f <(printf '%s\n' "${HIDDEN[@]}" /) | head -n 1)
	[[ -z $gone ]] || die $EXIT_UNSAFE "with the patch, the module's build does not make $gone any more" \
		"Which objects that concerns is not known: leave what generates it as it is."
	while IFS= read -r path; do
		if [[ ! -e $patched/$path ]] && ! cmp -s -- "$WORK/module.built/$path" "$tree/$path"; then
			mkdir -p -- "$patched/$(parent "$path")"
			cp -- "$tree/$path" "$patched/$path" || cut_off
			made+=("$path")
		fi
	done <"$WORK/module.files.new"
	((!${#made[@]})) || verbose "the build makes these in another way with the patch: ${made[*]}"
	rm -rf -- "$tree.before"
}

# unchanged_source BEFORE AFTER: else what is patched is not what is compiled
unchanged_source()
{
	local path

	for path in "${CODE_FILES[@]}" "${NEW_FILES[@]}" "${ON_FILES[@]}"; do
		[[ ! -f $1/$path ]] || cmp -s -- "$1/$path" "$2/$path" || die $EXIT_UNSAFE \
			"the module's build changes its own source $path, which the patch changes, too" \
			"The patch would have to be for what the build makes of it: this is not supported."
	done
}

# module_list TREE FLAGS: "OBJECT<tab>CWD<tab>COMMAND" of all that its modules consist of,
# without these flags; paths in the tree. A module's .mod lists its objects.
module_list()
{
	local tree=$1

	(cd "$tree" && find . -type f -name '*.ko' -printf '%P\n') | sort | while IFS= read -r ko; do
		[[ -f $tree/${ko%.ko}.mod ]] || { printf '%s\n' "$ko"; continue; }
		tr ' ' '\n' <"$tree/${ko%.ko}.mod" | grep '\.o$' | while IFS= read -r object; do
			[[ $object == /* ]] || object=$MODULE_AT/$object
			printf '%s\n' "$(realpath -sm -- "$object")"
		done
	done | sort -u >"$WORK/module.members"
	(cd "$tree" && find . -type f -name '.*.o.cmd' -print0 | sort -z | xargs -0r cat --) |
		awk -v at="$MODULE_AT/" -v flags="$2" '
		FILENAME == ARGV[1] { member[$0] = 1; next }
		/^(saved)?cmd_[^ ]* := / {
			object = $1
			sub(/^(saved)?cmd_/, "", object)
			sub(/^[^ ]* := /, "")
			gsub(/\$\(pound\)/, "#")
			gsub(/\\#/, "#")
			gsub(/\$\$/, "$")
			cwd = object ~ /^\// ? "kernel" : "module"
			if (cwd == "module")
				object = at object
			if (!(object in member))
				next
			if (flags != "" && (i = index($0, " " flags)))
				$0 = substr($0, 1, i - 1) substr($0, i + 1 + length(flags))
			print substr(object, length(at) + 1) "\t" cwd "\t" $0
			delete member[object]
		}
		END {
			for (object in member)
				print "?" object
		}' "$WORK/module.members" - | sort
}

# same_build TREE FLAGS: the patch changes what is compiled, not how
same_build()
{
	module_list "$1" "$2" >"$WORK/module.list.new"
	# kbuild names what it compiles without KCFLAGS, if there are none, with a blank less
	cmp -s <(tr -s ' ' <"$WORK/module.list") <(tr -s ' ' <"$WORK/module.list.new") || die $EXIT_UNSAFE \
		"with the patch, the module is made of other objects, or they are compiled in another way: $(
			diff <(tr -s ' ' <"$WORK/module.list") <(tr -s ' ' <"$WORK/module.list.new") | sed -n 's/^[<>] \([^\t]*\).*/\1/p' | sort -u | paste -sd ' ')" \
		"How a module is built can't change in an update: leave that out of the patch."
}

# build_module: SOURCE is the module as it was built, in the work directory, from now on
build_module()
{
	local file

	author_header
	# what it compiles is not the kernel's, whose compiler's cache it must not fill
	CCACHE=()
	for file in "${MODULE_SYMVERS[@]}"; do
		cat <"$file" || die $EXIT_FAILED "$file can't be read"
	done >"$WORK/module.extra"
	cp -R --preserve=timestamps -- "$WORK/module.source" "$WORK/module.built" || cut_off
	build_copy "$WORK/module.built" || module_failed module.built "$MODULE can't be built for $RELEASE" \
		"In the sandbox there are the source, the kernel's headers and the system's programs, and no network: does its build need more?"
	unchanged_source "$WORK/module.source" "$WORK/module.built"
	mapfile -t MODULE_KO < <(cd "$WORK/module.built" && find . -type f -name '*.ko' -printf '%P\n' | sort)
	ended $!
	((${#MODULE_KO[@]})) || die $EXIT_FAILED "the build of $MODULE makes no module" \
		"Does 'make -C $BUILD M=$MODULE modules' make one?"
	module_list "$WORK/module.built" '' >"$WORK/module.list"
	file=$(grep -m 1 '^?' "$WORK/module.list")
	[[ -z $file ]] || die $EXIT_FAILED "the build of $MODULE does not say how ${file#\?} was compiled" \
		"It has to be kbuild's own (obj-m): other ways to make a module are not supported."
	[[ $(cut -f 2 "$WORK/module.list" | sort -u) != *$'\n'* ]] || die $EXIT_FAILED \
		"the build of $MODULE compiles from several directories" "This is not supported."
	MODULE_CWD=$BUILD
	[[ $(head -n 1 "$WORK/module.list" | cut -f 2) == kernel ]] || MODULE_CWD=$MODULE_AT
	all_symvers
	[[ ! -d $WORK/base ]] || build_patched "$WORK/base" "$WORK/base.plain"
	build_patched "$WORK/patched" "$WORK/plain"
	SOURCE=$WORK/module.built
	show_module "$SOURCE"
	verbose "modules: ${MODULE_KO[*]}"
}

# all_symvers: what the kernel, this module and those that it needs export
all_symvers()
{
	SYMVERS=$WORK/module.symvers
	{
		cat -- "$BUILD/Module.symvers" "$WORK/module.extra"
		(cd "$WORK/module.built" && find . -type f -name Module.symvers -print0 | sort -z | xargs -0r cat --)
	} >"$SYMVERS" || die $EXIT_FAILED "can't write to $WORK"
}

# module_objects: all of which they consist; what is compiled the same is left out later
module_objects()
{
	local object command kind module

	while IFS=$'\t' read -r object _ command; do
		COMMAND[$object]=$command
	done <"$WORK/module.list"
	while IFS=$'\t' read -r object kind module; do
		# what it was shipped with is not compiled
		[[ $kind == module ]] || { verbose "$object: not compiled"; continue; }
		MODULE_OF[$object]=$module
		OBJECTS+=("$object")
	done < <(for object in "${!COMMAND[@]}"; do
			printf '%s\t%s\n' "$object" "${COMMAND[$object]}"
		done | command_kinds | sort)
	ended $!
	((${#OBJECTS[@]})) || die $EXIT_FAILED "nothing of $MODULE is compiled: it is made of objects that it came with"
	unused_files
	verbose "objects: ${#OBJECTS[@]} to compile twice"
}

# unused_files: what no object of the module is made of
unused_files()
{
	local file

	(cd "$WORK" && find module.built module.patched -type f -name '.*.cmd' -print0 | xargs -0r cat --) |
		tr -s ' \t\134' '\n' | grep -F / | while IFS= read -r file; do
			[[ $file != "$MODULE_AT"/* ]] || printf '%s\n' "$(realpath -sm -- "$file")"
		done | sort -u >"$WORK/module.used"
	[[ $MODULE_CWD != "$MODULE_AT" ]] || return 0
	for file in "${CODE_FILES[@]}" "${NEW_FILES[@]}"; do
		grep -qxF -- "$MODULE_AT/$file" "$WORK/module.used" && continue
		note "$file is compiled into no object of the module as it is built for $RELEASE"
		TREATED[$file]='not built'
	done
}

# main_module: from the patched files to the objects
main_module()
{
	phase module "building ${MODULE##*/}, without and with the patch"
	take_module
	place_module
	build_module
	module_objects
}

# --- is it what runs? ------------------------------------------------------------

# sections_of KO: "NAME HASH" of what is loaded, and what its relocations say, but for
# what only tells of the build
sections_of()
{
	local name off size but='^(\.note\..*|\.BTF.*|\.modinfo|\.gnu\.linkonce\.this_module|__versions)$'

	readelf -SW -- "$1" | sed -n 's/^ *\[ *[0-9]*\] *//p' | awk '$2 != "NOBITS" && $7 ~ /^[A-Za-z]*A/ { print $1, $4, $5 }' |
		sort | while read -r name off size; do
			[[ ! $name =~ $but ]] || continue
			printf '%s %s\n' "$name" "$(tail -c "+$((16#$off + 1))" <"$1" | head -c "$((16#$size))" | sha256sum)"
		done
	readelf -rW -- "$1" | awk '
		/^Relocation section/ { name = $3; gsub(/\047/, "", name); next }
		name != "" && name !~ /debug|BTF|this_module|__versions/ && NF >= 5 && $1 ~ /^[0-9a-f]+$/ {
			print name, $1, $3, $5, $6, $7
		}' | sort
}

build_id() { readelf -nW -- "$1" 2>/dev/null | sed -n 's/.*Build ID: //p' | head -n 1; }

# unpack_module FILE TO: as modules are installed
unpack_module()
{
	case $1 in
	*.xz)	xz -dc <"$1" ;;
	*.zst)	zstd -qdc <"$1" ;;
	*.gz)	gzip -dc <"$1" ;;
	*)	cat <"$1" ;;
	esac >"$2.signed" || return
	without_signature "$2.signed" >"$2"
}

# not_its_source FILE WHY
not_its_source()
{
	die $EXIT_UNSAFE "$MODULE is not what $1 was built from: $2" \
		"Give the source of the version that runs ('dkms status' and 'modinfo' show which), with the configuration and the compiler it was built with."
}

# same_module KO FILE: is that what we built? Else it is told what differs.
same_module()
{
	local section a b

	unpack_module "$2" "$WORK/module.other.ko" || die $EXIT_FAILED "$2 can't be unpacked"
	a=$(modinfo -F srcversion -- "$1")
	b=$(modinfo -F srcversion -- "$WORK/module.other.ko")
	[[ -z $a || -z $b || $a == "$b" ]] || not_its_source "$2" "the srcversion of that is $b, and the source gives $a"
	section=$(diff <(sections_of "$1") <(sections_of "$WORK/module.other.ko") | sed -n 's/^[<>] \([^ ]*\) .*/\1/p' | head -n 1)
	[[ -z $section ]] || not_its_source "$2" "section $section is different"
}

# check_module_changed: can what changes be served?
check_module_changed()
{
	local object

	for object in "${CHANGED[@]}"; do
		[[ ${MODULE_OF[$object]} != *:* ]] ||
			reason "$object is a part of several modules (${MODULE_OF[$object]}): that is not supported"
	done
	stop_if_reasons
	check_running
}

# check_running: of each module that changes: does it run here, or is it installed, and is
# it this source's? What can't be told here, the kernel sees when the update is loaded.
check_running()
{
	local object
	local -A changed=()

	for object in "${CHANGED[@]}"; do
		changed[${MODULE_OF[$object]}]=1
	done
	for object in "${MODULE_KO[@]}"; do
		is_changed "$object" && check_one_running "$object"
	done
	return 0
}

is_changed()
{
	local module=${1##*/}

	module=${module%.ko}
	[[ -n ${changed[${module//-/_}]-} ]]
}

check_one_running()
{
	local ko=$WORK/module.built/$1 name file files=() id='' own sys known=

	name=${1##*/}
	name=${name%.ko}
	sys=/sys/module/${name//-/_}
	if [[ $RELEASE == "$(uname -r)" && -d $sys ]]; then
		if [[ -r $sys/srcversion ]]; then
			own=$(modinfo -F srcversion -- "$ko")
			[[ -z $own || $own == "$(<"$sys/srcversion")" ]] || not_its_source "the module $name that runs" \
				"its srcversion is $(<"$sys/srcversion"), and the source gives $own"
		fi
		[[ ! -r $sys/notes/.note.gnu.build-id ]] || id=$(od -An -tx1 -v -j16 "$sys/notes/.note.gnu.build-id" | tr -d ' \n')
		[[ -z $id || $id != "$(build_id "$ko")" ]] || { verbose "$name: what runs has this build's id"; return 0; }
	fi
	file=$(modinfo -k "$RELEASE" -n "$name" 2>/dev/null)
	[[ ! -f $file ]] || files+=("$file")
	[[ ! -f $MODULE/$1 || $(modinfo -F vermagic -- "$MODULE/$1") != "$RELEASE "* ]] || files+=("$MODULE/$1")
	for file in "${files[@]}"; do
		if [[ -n $id ]]; then
			unpack_module "$file" "$WORK/module.other.ko" || die $EXIT_FAILED "$file can't be unpacked"
			[[ $(build_id "$WORK/module.other.ko") == "$id" ]] || continue
		fi
		same_module "$ko" "$file"
		verbose "$file: this source gives its code"
		known=1
	done
	[[ -z $id || -n $known ]] || warn \
		"the module $name that runs is neither the installed one nor one in $MODULE: whether it is this source's is only seen when the update is loaded"
	[[ -n $id || -n $known ]] || note \
		"$name is not installed for $RELEASE here: whether it is this source's is only seen when the update is loaded"
}

# --- what the patch's files are ----------------------------------------------------

# treat_module FILE: the module's own build decides what is compiled; how it builds can't
# change
treat_module()
{
	local name=${1##*/}

	TREATMENT=compiled
	WHY=
	case $name in
	README | README.* | *.md | *.rst | COPYING | LICENSE | LICENSE.* | AUTHORS | NEWS | TODO | ChangeLog | CHANGELOG | MAINTAINERS | .gitignore)
		harmless "no code" ;;
	Makefile* | Kbuild* | Kconfig* | dkms.conf | *.mk | *.in | configure | *.sh | *.cmd | *.o | *.ko | *.a | *_shipped)
		refused "changes to how the module is built are not supported" ;;
	*.S | *.s | *.lds)
		refused "changes to assembly and linker scripts are not supported yet" ;;
	*.c | *.h | *.inc | *.def)
		case /$1/ in
		*.gch/* | *.pch/*)
			refused "the compiler would use it as a precompiled header instead of the header of that name" ;;
		esac ;;
	*)	refused "$PROG does not know this kind of file, and a part of the module may be made from it" ;;
	esac
}
