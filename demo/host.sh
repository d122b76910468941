# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the demos do on the host: commands as typed, differences between the two
# sources. To be sourced with $OUT set, the demo's directory.

export KSPL_DEMO_DIR=$OUT KSPL_DEMO_COLOUR='' KSPL_DEMO_EMULATED=''
if [ -t 1 ] && [ ! "${NO_COLOR:-}" ]; then
	KSPL_DEMO_COLOUR=1
fi
# shellcheck source=demo/story.sh
. demo/story.sh
trap 'code=$?; [ $code -eq 0 ] || printf "\n%s\n" "${BAD}The demo failed.${PLAIN}" >&2' EXIT

# typed COMMAND: print it as typed and run it, in this shell
typed() {
	command_line "$1"
	eval "$1"
}

# slow LABEL SECONDS COMMAND: typed, with one line of progress meanwhile
slow() {
	command_line "$3"
	progress "$1" "$2" eval "$3"
}

# took START: how long that was
took() {
	so "$(awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }') s"
}

# diff_command FILE PATCH: as typed, with $OLD and $NEW
diff_command() {
	# shellcheck disable=SC2016
	printf 'diff -up --label a/%s --label b/%s $OLD/%s $NEW/%s > %s' "$1" "$1" "$1" "$1" "$2"
}

# make_diff FILE PATCH: how the file differs between the two sources; false if it
# does not
make_diff() {
	local code=0

	eval "$(diff_command "$1" "$2")" || code=$?
	[ $code -eq 1 ]
}

# change_field FILE NAME: a variable of a file of demo/changes
change_field() (
	# shellcheck source=demo/changes/10-cp-at-limit
	. "$1"
	printf '%s' "${!2}"
)
