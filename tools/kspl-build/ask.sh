# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Part of kspl-build: JSON, and asking the package source/, which reads sources and patches.

# json_string TEXT: quoted and escaped
json_string()
{
	local s=$1 out i c

	# JSON is UTF-8; what is not can't be quoted, and marks in it may get to a terminal
	if [[ $s == *[$'\200'-$'\377']* ]]; then
		iconv -f UTF-8 -t UTF-8 <<<"$s" >/dev/null 2>&1 || s=${s//[$'\200'-$'\377']/?}
		s=$(printf '%s' "$s" | marks_out)
	fi
	s=${s//\\/\\\\}
	s=${s//\"/\\\"}
	s=${s//$'\n'/\\n}
	s=${s//$'\t'/\\t}
	s=${s//$'\r'/\\r}
	if [[ $s == *[$'\001'-$'\037'$'\177']* ]]; then
		out=
		for ((i = 0; i < ${#s}; i++)); do
			c=${s:i:1}
			[[ $c != [$'\001'-$'\037'$'\177'] ]] ||
				printf -v c '\\u%04x' "'$c"
			out+=$c
		done
		s=$out
	fi
	printf '"%s"' "$s"
}

json_strings()
{
	local sep='' s

	printf '['
	for s in "$@"; do
		printf '%s' "$sep"
		json_string "$s"
		sep=', '
	done
	printf ']'
}

# member NAME TEXT: of a request in JSON
member() { printf '"%s": %s' "$1" "$(json_string "$2")"; }

# need_python: what reads patches and sources
need_python() { command -v python3 >/dev/null || die "$EXIT_FAILED" "python3 was not found: patches and sources are read by it" "'apt-get install python3'."; }

# try_source OP [MEMBER...]: the answer is in $WORK/source.answer; false if there is none,
# and why is in $WORK/log/source. A MEMBER is of the form "name": VALUE. Nothing beside the
# script, in the current directory or of the user's own is imported.
try_source()
{
	local request

	request="{\"op\": $(json_string "$1")"
	shift
	while (($#)); do
		request+=", $1"
		shift
	done
	python3 -I -S -B "$LIB/read-source" <<<"$request}" >"$WORK/source.answer" 2>"$WORK/log/source"
}

# ask_source OP [MEMBER...]: the same, and there is an answer
ask_source()
{
	need_python
	try_source "$@" || source_failed "$1"
}

# source_failed OP: there is no answer
source_failed()
{
	die "$EXIT_FAILED" "what was read can't be analysed ($1): $(tail -n 1 "$WORK/log/source")" \
		"Is there room in ${WORK%/*}, and enough memory? If so, please report this bug of $PROG."
}
