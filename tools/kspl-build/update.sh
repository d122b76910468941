# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2016,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: from the objects that differ to the module.

find_objdiff()
{
	local f

	for f in "${KSPL_OBJDIFF-}" "$LIB/../kspl-objdiff/kspl-objdiff" \
		"$LIB/../../build/kspl-objdiff" "$LIB/kspl-objdiff" \
		"$(command -v kspl-objdiff)"; do
		if [[ -n $f && -x $f ]]; then
			OBJDIFF=$f
			return
		fi
	done
	die $EXIT_FAILED "kspl-objdiff was not found" \
		"'make' in tools/kspl-objdiff builds it; KSPL_OBJDIFF may name it."
}

# subjects: what all patches say they do, in one line
subjects()
{
	local text

	((${#SUBJECTS[@]})) || return 0
	printf -v text '; %s' "${SUBJECTS[@]}"
	printf '%s' "${text:2}"
}

# list_changed: the files that differ, in $WORK/changed.files
list_changed() { printf '%s\n' "${FILES[@]%%|*}" >"$WORK/changed.files"; }

# run_objdiff: the update's object of all that changed; its exit code. OBJDIFF_OUT: the
# directory to put all of it in, if not WORK
run_objdiff()
{
	local object args=() description out=${OBJDIFF_OUT:-$WORK}

	description=$(subjects)
	args=(create --name "$NAME" --release "$RELEASE" --symvers "${SYMVERS:-$BUILD/Module.symvers}" -o "$out/update.o"
		--json "$out/objdiff.json")
	list_changed
	args+=(--changed "$WORK/changed.files")
	[[ -z $description ]] || args+=(--description "$description")
	for object in "${FIXES[@]}"; do
		args+=(--fixes "$object")
	done
	[[ -z $ALLOW_BUSY ]] || args+=(--allow-busy)
	[[ -z $PARTIAL ]] || args+=(--partial --unknown "$WORK/unknown")
	for object in "${SUPERSEDES[@]}"; do
		args+=(--supersedes "$object")
	done
	for object in "${STATES[@]}"; do
		args+=(--state "$object")
	done
	args+=("${SAID[@]}")
	for object in "${CHANGED[@]}"; do
		args+=(--target "${MODULE_OF[$object]:-vmlinux}" --source "$object" "$WORK/pre/$object" "$WORK/post/$object")
	done
	args+=("${DEFINED[@]}")
	ARGS=()
	judged_args "${CHANGED[@]}"
	"$OBJDIFF" "${args[@]}" "${ARGS[@]}" "${DEBUG_ARGS[@]}" >"$out/log/objdiff.out" 2>"$out/log/objdiff.err"
}

DEFINED=()	# --defined FILE, once it is asked for
DEFINED_FROM=	# ... made of System.map ("map") or of the source

# weak_names: what the kernel's source defines weakly, and besides each word near
# the word weak: too many, but none less
weak_names()
{
	local dirs=(arch/x86 block certs crypto drivers fs include init io_uring ipc kernel lib mm net security sound virt)

	# what another file of the same module has
	[[ -z $MODULE ]] || dirs=(.)
	(cd "$SOURCE" && grep -rhsiE -A1 --include='*.[chS]' -e weak -e cond_syscall -- "${dirs[@]}") |
		awk '{
			syscall = tolower($0) ~ /cond_syscall/
			gsub(/[^A-Za-z0-9_]+/, " ")
			for (i = 1; i <= NF; i++) {
				if (seen[$i]++)
					continue
				print $i
				if (syscall)
					print "sys_" $i "\n__x64_sys_" $i "\n__ia32_sys_" $i \
						"\n__x64_compat_sys_" $i "\n__ia32_compat_sys_" $i
			}
		}'
}

# ask_defined JSON: functions that are new and global, or gone, are refused, or taken, by
# whether another file has a weak one; true if there is more to be known now. Of new
# ones System.map tells at once, but for a module's own; it has what is gone itself.
ask_defined()
{
	local from

	if grep -q '"code": "function_gone"' "$1" ||
		[[ ${#MODULE_OF[@]} != 0 || ! -s $BUILD/System.map ]]; then
		from=source
	else
		from=map
	fi
	[[ $DEFINED_FROM != source && $DEFINED_FROM != "$from" ]] &&
		grep -qE '"code": "(new_unused|function_gone)"|"global": true' "$1" || return 1
	verbose "functions that are new or gone: looking for others of their names"
	if [[ $from = map ]]; then
		awk '$2 ~ /[A-Z]/ { print $3 }' "$BUILD/System.map"
	else
		weak_names
	fi >"$WORK/defined" || killed $?
	[[ -s $WORK/defined ]] || return 1
	DEFINED_FROM=$from
	DEFINED=(--defined "$WORK/defined")
}

# types_unknown JSON: objects without debug information, of whose types nothing is known
types_unknown()
{
	sed -n 's/^ *{"source": "\([^"]*\)", "types": "unknown".*/\1/p' "$1"
}

# need_types: stops if there are any; they were compiled with -g, so that is an error
need_types()
{
	local object

	object=$(types_unknown "$WORK/objdiff.json" | paste -sd ' ')
	[[ -z $object ]] || die $EXIT_FAILED "no debug information in $object" \
		"Types can't be compared without. Does the compiler, or a setting of the kernel's, strip it?"
}

# overridden: a weak function that gives way to another file's is not in the kernel,
# and the update would replace nothing
overridden()
{
	local object name by

	while IFS=$'\t' read -r object name; do
		nm -- "$WORK/pre/$object" | awk -v name="$name" '$NF == name && $(NF - 1) == "W" { found = 1 } END { exit !found }' || continue
		by=$(strong_one "$name") || { killed $?; continue; }
		reason "$object: ${name}() is weak, and this kernel has ${by:-another one} in its place: the patched one does not run"
	done < <("$OBJDIFF" inspect "$WORK/update.o" --json 2>/dev/null |
		jq -r '.replaces[]? | select(.target == "vmlinux") | "\(.source)\t\(.name)"' 2>/dev/null)
	ended $!
}

# strong_one NAME: does the kernel have it from where it is not weak? Prints the
# object, where that can be told.
strong_one()
{
	local map=$BUILD/System.map object

	if [[ -f $map ]]; then
		awk -v name="$1" '$3 == name && $2 == "T" { found = 1 } END { exit !found }' "$map" || return 1
		[[ ! -f $BUILD/vmlinux.a ]] || (cd "$BUILD" && nm -A --defined-only vmlinux.a 2>/dev/null) |
			awk -v name="$1" '$NF == name && $(NF - 1) == "T" { split($1, part, ":"); print part[2]; exit }'
		return 0
	fi
	# else whoever else would be compiled and defines it, in words
	object=$(strong_source "$1")
	[[ -n $object ]] && printf '%s' "$object"
}

# strong_source NAME: of the files that kbuild lists, one that has such a function
# and does not call it weak
strong_source()
{
	local list=$BUILD/.ksplice-commands

	[[ -f $list ]] || return 0
	cut -f 2 "$list" | sort -u | (cd "$SOURCE" && xargs -r -d '\n' grep -lsw -- "$1") |
		(cd "$SOURCE" && xargs -r -d '\n' awk -v name="$1" '
		/^SYM_[A-Z_]*START/ && $0 ~ "\\(" name "\\)" { print FILENAME; exit }
		/^[A-Za-z]/ && /\(/ && !/__weak/ && !/;[ \t]*$/ && before !~ /__weak[^()]*$/ &&
				match($0, "[^A-Za-z0-9_]" name "[ \t]*\\(") {
			print FILENAME
			exit
		}
		{ before = $0 }')
}

# tell_notes: what kspl-objdiff says besides
tell_notes()
{
	local line

	while IFS= read -r line; do
		case $line in
		warning:*)	warn "${line#warning: }" ;;
		note:*)		note "${line#note: }" ;;
		esac
	done < <(cat "$WORK/log/objdiff.out" "$WORK/log/objdiff.err")
	ended $!
}

make_update()
{
	local object change status line

	run_objdiff
	status=$?
	if ((status == 0 || status == 4)) && ask_defined "$WORK/objdiff.json"; then
		run_objdiff
		status=$?
	fi
	((status != 0 && status != 4)) || need_types
	((status != 0 && status != 4)) || [[ $TO ]] || find_types
	# an object may not have known a type that changed, and use it now
	if ((status == 0 || status == 4)) && [[ -z $TO ]] &&
		{ ((${#TYPES_IN[@]})) ||
			grep -qE '"types": "changed"|"code": "(type|enum)_changed"' "$WORK/objdiff.json"; }; then
		verbose "types changed: checking which functions they affect"
		judge_types "${CHANGED[@]}"
		if ((${#JUDGED[@]})); then
			run_objdiff
			status=$?
		fi
	fi
	if ((status == 0)); then
		overridden
		while IFS=$'\t' read -r object change; do
			reason "$object: $UNJUDGED ($change); way out: leave their layout as it is"
		done < <(unjudged "$WORK/objdiff.json")
		ended $!
		stop_if_reasons
	fi
	if ((VERBOSE && status == 0)); then
		msg_file "$WORK/log/objdiff.out" "$WORK/log/objdiff.err"
	fi
	case $status in
	0)	[[ -s $WORK/update.o ]] || die $EXIT_FAILED "kspl-objdiff made no object" ;;
	3)	tell_notes
		no_change "the patch changes no code" ;;
	4)
		while IFS= read -r line; do
			reason "${line#refused: }"
		done < <(grep '^refused: ' "$WORK/log/objdiff.err" || grep . "$WORK/log/objdiff.err")
		((${#REASONS[@]})) || reason "kspl-objdiff refused without a reason"
		stop_if_reasons
		;;
	*)
		msg_file "$WORK/log/objdiff.out" "$WORK/log/objdiff.err"
		die $EXIT_FAILED "kspl-objdiff failed (exit $status)"
		;;
	esac
	tell_notes
}

link_module()
{
	local dir=$WORK/module ko=$WORK/module/ksplice-$NAME.ko ENTER=() BOX_DIRS=(module)

	mkdir -p "$dir"
	cat >"$dir/Kbuild" <<END
obj-m := ksplice-$NAME.o
OBJECT_FILES_NON_STANDARD := y
END
	if readelf -p .modinfo "$WORK/update.o" 2>/dev/null | grep license= >/dev/null; then
		cp "$WORK/update.o" "$dir/ksplice-$NAME.o_shipped"
	else
		add_modinfo "$dir"
	fi
	# modpost wants to know how the object came about
	printf 'savedcmd_%s := cat\n' "$dir/ksplice-$NAME.o" >"$dir/.ksplice-$NAME.o.cmd"
	core_symvers "$dir/core.symvers"
	[[ ! -s $WORK/debug-out/debug.o ]] || cp -- "$WORK/debug-out/debug.o" "$dir/debug.o"
	box_owns "$dir"
	if ! in_box make -C "$BUILD" --no-print-directory -j "$JOBS" M="$dir" KCFLAGS=-g0 KBUILD_EXTRA_SYMBOLS="$dir/core.symvers" \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$WORK/log/kbuild" 2>&1 || [[ ! -s $ko ]]; then
		msg_file "$WORK/log/kbuild"
		die $EXIT_FAILED "the module could not be linked"
	fi
	verbose "$(sed 's/^/    /' "$WORK/log/kbuild")"
	box_clean
	link_debug
	check_module "$ko"
	nothing_lost
	need_room
	# From here on nothing that has seen the patched text runs: what is signed,
	# written and packed is this file.
	mkdir -p "$WORK/out"
	FINISHED=$WORK/out/ksplice-$NAME.ko
	cp -- "$ko" "$FINISHED" || die $EXIT_FAILED "can't copy $ko"
	seal_module "$FINISHED"
	[[ -z $VERIFY ]] || verify_update "$FINISHED"
	sign_module "$FINISHED"
	put_file "$FINISHED" "$OUTPUT"
	put_debug
}
FINISHED=

# put_file FROM TO: under its name it is whole, or not there; what had that name,
# a link for one, is not written to. Nor is what another user puts in the way meanwhile,
# where others may write: the writer creates the file (noclobber: O_EXCL).
put_file() { place_file "$1" "$2" || die $EXIT_FAILED "can't write $2"; }

# is_device FILE: it is, or stands where devices are: nothing is put in its place
is_device() { [[ -b $1 || -c $1 || $(realpath -- "$(dirname -- "$1")" 2>/dev/null) == /dev ]]; }

# place_file FROM TO: the same, and false if it can't be
place_file()
{
	! is_device "$2" || return
	OUTPUT_TMP=$(mktemp -u -- "$(dirname -- "$2")/.ksplice-$NAME.XXXXXXXXXX") || return
	(umask 022 && set -C && cat -- "$1" >"$OUTPUT_TMP") || return
	if ! mv -fT -- "$OUTPUT_TMP" "$2"; then
		rm -f -- "$OUTPUT_TMP"
		OUTPUT_TMP=
		return 1
	fi
	OUTPUT_TMP=
}

FORMAT=8	# KSPLICE_FORMAT in include/linux/ksplice_format.h

# core_symvers FILE: what modpost has to know of the core where that is not
# part of the kernel, but a module. The versions are those of the declarations,
# the same for every build of it.
core_symvers()
{
	local symbol format

	: >"$1"
	format=$(sed -n 's/.*\tksplice_abi_\([0-9]*\)\t.*/\1/p' "$BUILD/Module.symvers")
	[[ -z $format || $format == "$FORMAT" ]] || die $EXIT_FAILED \
		"the kernel in $BUILD takes updates of format $format, but this kspl-build makes updates of format $FORMAT" \
		"Use the kspl-build of the series that this kernel was built with, or build the kernel with the series of this kspl-build."
	! grep -q $'\t'"ksplice_abi_$FORMAT"$'\t' "$BUILD/Module.symvers" || return 0
	core_crcs >"$WORK/core.crcs"
	for symbol in "ksplice_abi_$FORMAT" ksplice_shadow_{get,attach,detach,take_over}; do
		printf '%s\t%s\tksplice\tEXPORT_SYMBOL_GPL\t\n' \
			"$(sed -n "s/^$symbol //p" "$WORK/core.crcs")" "$symbol"
	done >"$1"
	! grep -q '^[^0]' "$1" || die $EXIT_FAILED \
		"$BUILD/scripts/genksyms/genksyms does not work" \
		"'make modules_prepare' in $BUILD builds it."
}

# "SYMBOL CRC" of each, as the declarations in <linux/ksplice.h> give them
core_crcs()
{
	conf MODVERSIONS || {
		printf '%s 0x00000000\n' ksplice_abi_$FORMAT ksplice_shadow_{get,attach,detach,take_over}
		return
	}
	"$BUILD/scripts/genksyms/genksyms" -r /dev/null <<END |
typedef unsigned int __u32;
typedef __u32 u32;
struct ksplice_shadow_type {
	unsigned long id;
	unsigned long size;
	int (*ctor)(void *obj, void *data, void *arg);
	void (*dtor)(void *obj, void *data);
};
extern const u32 ksplice_abi_$FORMAT;
void *ksplice_shadow_get(const void *obj, unsigned long id);
void *ksplice_shadow_attach(void *obj, const struct ksplice_shadow_type *type,
			    unsigned int gfp, void *arg);
void ksplice_shadow_detach(const void *obj, unsigned long id);
void ksplice_shadow_take_over(const struct ksplice_shadow_type *type);
__GENKSYMS_EXPORT_SYMBOL(ksplice_abi_$FORMAT);
__GENKSYMS_EXPORT_SYMBOL(ksplice_shadow_get);
__GENKSYMS_EXPORT_SYMBOL(ksplice_shadow_attach);
__GENKSYMS_EXPORT_SYMBOL(ksplice_shadow_detach);
__GENKSYMS_EXPORT_SYMBOL(ksplice_shadow_take_over);
END
		sed -n 's/.*\(ksplice_[a-z0-9_]*\).*\(0x[0-9a-f]*\).*/\1 \2/p'
}

add_modinfo()
{
	local dir=$1

	{
		printf '\t.section .modinfo,"a"\n'
		printf '\t.asciz "license=GPL"\n'
		printf '\t.asciz "ksplice=%s"\n' "$NAME"
		printf '\t.section .note.GNU-stack,"",@progbits\n'
	} >"$WORK/modinfo.s"
	if ! "$CC" -c -o "$WORK/modinfo.o" "$WORK/modinfo.s" ||
		! ld -r -o "$dir/ksplice-$NAME.o_shipped" "$WORK/update.o" "$WORK/modinfo.o"; then
		die $EXIT_FAILED "can't link the update's object"
	fi
}

SIGN_KEY=
SIGN_CERT=

check_sign_options()
{
	[[ -n $SIGN_KEY$SIGN_CERT ]] || return 0
	[[ -n $SIGN_KEY && -n $SIGN_CERT ]] ||
		usage_error "--sign-key and --sign-cert belong together"
	[[ $SIGN_KEY == pkcs11:* || -r $SIGN_KEY ]] ||
		usage_error "--sign-key: $(key_name) can't be read"
	[[ -r $SIGN_CERT ]] || usage_error "--sign-cert: $SIGN_CERT can't be read"
}

# Messages must not show what a PKCS#11 URI says of the PIN.
without_pin() { sed 's/\(pin-\(value\|source\)=\)[^;&?]*/\1.../g'; }
key_name() { printf '%s' "$SIGN_KEY" | without_pin; }

# sign_as_told FILE HASH: with the keys of the command line
sign_as_told()
{
	local status

	[[ -x $BUILD/scripts/sign-file ]] || die $EXIT_FAILED \
		"$BUILD/scripts/sign-file is not there" \
		"A kernel without CONFIG_MODULE_SIG checks no signatures: leave out --sign-key. With it, 'make modules_prepare' builds sign-file."
	"$BUILD/scripts/sign-file" "${2:-sha256}" "$SIGN_KEY" "$SIGN_CERT" "$1" >"$WORK/log/sign" 2>&1
	status=$?
	msg_file <(without_pin <"$WORK/log/sign")
	without_pin <"$WORK/log/sign" >"$WORK/log/sign.told" && mv -f -- "$WORK/log/sign.told" "$WORK/log/sign"
	((!status)) || die $EXIT_FAILED "the update could not be signed with $(key_name)" \
		"Is $SIGN_CERT the certificate of that key? KBUILD_SIGN_PIN holds the key's passphrase."
	verbose "signed with $(key_name)"
}

# seal_module FILE: the checksum of all of it behind its end, where the module loader
# does not look; 'ksplice' does. The update's own is over .init.ksplice alone: when it
# is made, the new code has not been linked. Its signature is over this, too.
seal_module()
{
	local sum

	# gzip ends with the CRC-32 of what it was given
	sum=$(gzip -1c <"$1" | tail -c 8 | od -An -tx4 -N4 --endian=little | tr -d ' ')
	if ! [[ $sum =~ ^[0-9a-f]{8}$ ]] || ! printf '~ksplice checksum %s~\n' "$sum" >>"$1"; then
		die $EXIT_FAILED "can't write the checksum of $1"
	fi
}

sign_module()
{
	local ko=$1 hash=${CONF[CONFIG_MODULE_SIG_HASH]-} key=${CONF[CONFIG_MODULE_SIG_KEY]-}

	hash=${hash//\"/}
	if [[ -n $SIGN_KEY ]]; then
		sign_as_told "$ko" "$hash"
		return
	fi
	conf MODULE_SIG || return 0
	key=${key//\"/}
	[[ $key == /* ]] || key=$BUILD/$key
	if [[ -r $key && -r $BUILD/certs/signing_key.x509 && -x $BUILD/scripts/sign-file ]]; then
		"$BUILD/scripts/sign-file" "$hash" "$key" "$BUILD/certs/signing_key.x509" "$ko" ||
			die $EXIT_FAILED "the module could not be signed with $key"
		verbose "signed with $key"
	elif conf MODULE_SIG_FORCE; then
		warn "this kernel loads only signed modules, and its key is not in $BUILD: sign ksplice-$NAME.ko with a key that it trusts (--sign-key, --sign-cert)"
	else
		verbose "not signed: the kernel's key is not in $BUILD"
	fi
}

check_module()
{
	local ko=$1 magic symbol

	magic=$(modinfo -F vermagic "$ko")
	[[ ${magic%% *} == "$RELEASE" ]] || die $EXIT_FAILED \
		"the module was built for '${magic%% *}' instead of $RELEASE" \
		"include/generated/utsrelease.h in $BUILD does not match include/config/kernel.release."
	if conf MODVERSIONS; then
		readelf -SW "$ko" | grep ' __versions ' >/dev/null || die $EXIT_FAILED \
			"the module has no symbol versions, this kernel would not load it"
	fi
	nm -u -- "$ko" | awk '{ print $NF }' | awk -F'\t' 'FILENAME == ARGV[1] { have[$2] = 1; next } !($1 in have) { print $1 }' \
		"$BUILD/Module.symvers" - >"$WORK/undefined"
	while read -r symbol; do
		# the core's own, exported by whichever delivery is loaded
		[[ $symbol != ksplice_* ]] || continue
		reason "the module refers to $symbol, which the kernel does not export"
	done <"$WORK/undefined"
	stop_if_reasons $EXIT_FAILED
}
