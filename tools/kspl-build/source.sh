# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Part of kspl-build: asking the package source/, which reads sources and patches.

# member NAME TEXT: of a request in JSON
member() { printf '"%s": %s' "$1" "$(json_string "$2")"; }

# ask_source OP [MEMBER...]: the answer is in $WORK/source.answer; false if there is
# none, and why is in $WORK/log/source. A MEMBER is of the form "name": VALUE. Nothing
# beside the script, in the current directory or of the user's own is imported.
ask_source()
{
	local request

	command -v python3 >/dev/null || die "$EXIT_FAILED" "python3 was not found: patches and sources are read by it" "'apt-get install python3'."
	request="{\"op\": \"$1\""
	shift
	while (($#)); do
		request+=", $1"
		shift
	done
	python3 -I -S -B "$LIB/read-source" <<<"$request}" >"$WORK/source.answer" 2>"$WORK/log/source"
}
