# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: compiling objects that no patch changes, for tests that match
# them with a running kernel. They come out as the pre objects of updates do.

# compile_pre: what $PRE lists, into the pre directory that --keep leaves
compile_pre()
{
	local object command jobs=() list=$BUILD/.ksplice-commands

	mapfile -t OBJECTS < <(sort -u -- "$PRE")
	ended $!
	if [[ -f $list ]]; then
		while IFS=$'\t' read -r object command; do
			COMMAND[$object]=$command
		done < <(awk -F'\t' 'FILENAME == ARGV[1] { want[$0] = 1; next }
			$1 in want { print $1 "\t" $3 }' "$PRE" "$list")
		ended $!
	fi
	load_commands "${OBJECTS[@]}"
	: >"$WORK/enter"
	for object in "${OBJECTS[@]}"; do
		[[ -n ${COMMAND[$object]-} ]] || die $EXIT_FAILED "$object is not built in this configuration"
		make_job "$object" pre
		jobs+=("$WORK/pre/$object.job")
	done
	run_jobs compiled "${jobs[@]}"
	for object in "${OBJECTS[@]}"; do
		[[ -f $WORK/pre/$object.rc ]] || not_compiled "$object"
	done
	build_missing pre
	for object in "${OBJECTS[@]}"; do
		! job_failed "$object" pre || compile_failed "$object" pre
	done
	msg "done: ${#OBJECTS[@]} objects in $KEEP/pre"
}
