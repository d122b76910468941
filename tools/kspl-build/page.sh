# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: --html, a page about the update, for its reviewer.
#
# The package page/ makes it, of files: kspl-build's report, what kspl-objdiff says of
# the update, the sources, and what objdump printed of the objects. The latter are made
# of patched text, so objdump runs in the sandbox.

HTML_FILE=
STEP=0

check_page_options()
{
	[[ -n $HTML_FILE ]] || return 0
	[[ -z $EACH$VERIFY$PRE$INSPECT ]] ||
		usage_error "--html is of one update: it goes without --each, --verify, --pre and --inspect"
	command -v python3 >/dev/null || usage_error "--html: python3 is not there (package python3)"
	[[ -d $(dirname -- "$HTML_FILE") ]] || usage_error "--html: the directory of $HTML_FILE does not exist"
	[[ ! -d $HTML_FILE ]] || usage_error "--html: $HTML_FILE is a directory"
}

# keep_step: the files of the patch at hand as it has left them, so that the page can
# say which patch changes what
keep_step()
{
	local path dir

	[[ -n $HTML_FILE && -z ${APPLYING_ON-} ]] || return 0
	dir=$WORK/steps/$((++STEP))
	mkdir -p "$dir"
	cp -- "$WORK/listed" "$dir.files" || die $EXIT_FAILED "can't write to $WORK"
	while IFS= read -r path; do
		[[ -f $WORK/patched/$path ]] || continue
		if ! mkdir -p "$dir/$(parent "$path")" || ! cp -- "$WORK/patched/$path" "$dir/$path"; then
			die $EXIT_FAILED "can't write to $WORK"
		fi
	done <"$WORK/listed"
}

# code_job OBJECT OUT: the job that has objdump print its code and its strings. That
# an object has none of the latter is no failure.
code_job()
{
	printf 'set -f\nobjdump -dlr --inlines --no-show-raw-insn -w %q >%q || exit\n' "$1" "$2"
	printf "strings=\$(objdump -hw %q | awk '\$2 ~ /\\\\.str1\\\\.[18]\$/ { print \"-j\" \$2 }')\n" "$1"
	printf '[ ! "$strings" ] || objdump -s $strings %q >>%q\n' "$1" "$2"
}

# list_code: what objdump prints of what changed; listings has the names
list_code()
{
	local object side out jobs=()

	[[ -n $HTML_FILE ]] || return 0
	phase disassembly
	for object in "${CHANGED[@]}"; do
		for side in pre post; do
			out=$WORK/listing/$side/$object
			mkdir -p "${out%/*}"
			code_job "$WORK/$side/$object" "$out" >"$out.job"
			jobs+=("$out.job")
		done
	done
	((!${#jobs[@]})) || run_jobs disassembled "${jobs[@]}"
	for object in "${CHANGED[@]}"; do
		if is_listed_code "$object" pre && is_listed_code "$object" post; then
			printf '%s\t%s\t%s\n' "$object" "$WORK/listing/pre/$object" "$WORK/listing/post/$object"
		else
			warn "objdump could not print $object: the page has no disassembly of it"
		fi
	done >"$WORK/listings"
}

# is_listed_code OBJECT SIDE: has objdump printed all of it?
is_listed_code() { [[ -f $WORK/listing/$2/$1.rc && $(<"$WORK/listing/$2/$1.rc") == 0 ]]; }

# write_page: made of the report in $WORK/report. False if it can't be had.
write_page()
{
	local old=("$WORK/base.plain" "$WORK/base" "${SOURCE-}") update=$WORK/update.o inspect='' steps=

	[[ -n $TO ]] || steps=$WORK/steps
	if [[ ${OBJDIFF-} && -s $update ]] &&
		"$OBJDIFF" inspect "$update" --json >"$WORK/inspect.json" 2>"$WORK/log/inspect"; then
		inspect=$WORK/inspect.json
	fi
	printf '{"report": %s, "inspect": %s, "old": %s, "new": %s, "steps": %s, "listings": %s, "out": %s}\n' \
		"$(json_string "$WORK/report")" "$(json_string "$inspect")" "$(json_strings "${old[@]}")" \
		"$(json_strings "$TO")" "$(json_string "$steps")" "$(json_string "$WORK/listings")" \
		"$(json_string "$WORK/page.html")" >"$WORK/page.request"
	if ! python3 -E -s -B "$LIB/make-page" <"$WORK/page.request" >"$WORK/log/page" 2>&1; then
		msg_file <(tail -n 5 "$WORK/log/page")
		msg "$PROG: the page about the update can't be made: that is a fault of $PROG"
		return 1
	fi
	put_report "$WORK/page.html" "$HTML_FILE" || { msg "$PROG: can't write $HTML_FILE"; return 1; }
}
