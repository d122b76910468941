# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# How the demo looks: sections, commands as typed, what they show.
# shellcheck disable=SC2034 # used by those who source this

BOLD='' GOOD='' BAD='' DIM='' PLAIN=''
if [ "${KSPL_DEMO_COLOUR:-}" ]; then
	BOLD=$'\e[1m' GOOD=$'\e[32m' BAD=$'\e[1;31m' DIM=$'\e[2m' PLAIN=$'\e[0m'
fi
section_nr=0

section() {
	section_nr=$((section_nr + 1))
	printf '\n%s\n\n' "${BOLD}== $section_nr. $* ==${PLAIN}"
}

# Text of several lines; empty ones at its ends do not count.
paragraph() {
	printf '%s\n\n' "$(sed '/./,$!d' <<<"$1")"
}

note() {
	printf '%s\n' "${DIM}   $*${PLAIN}"
}

command_line() {
	local prompt='$'

	[ "$(id -u)" -ne 0 ] || prompt='#'
	printf '%s\n' "${BOLD}$prompt $*${PLAIN}"
}

# What has been checked.
so() {
	printf '%s\n' "${GOOD}   => $*${PLAIN}"
}
