# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# One line of progress for a step that takes long. To be sourced after lib.sh.
#
# progress LABEL SECONDS COMMAND...
#	Runs COMMAND. Its stdout is the caller's; what it says on stderr is shown
#	only if it fails. On a terminal one line says how long it has run and how
#	long it will about take; else there is one line at its start and one at its end.
#	SECONDS is a guess for a machine of two cores; the time that the step took
#	the last time replaces it.
# PROGRESS_PART
#	names a file whose last line is the share that is done, in per mille. With
#	it the time left is worked out from the share, not from the guess.

progress() {
	local label=$1 guess=$2 log pid code=0 start=$SECONDS memory last

	shift 2
	memory=$CACHE/times/$(tr -c 'A-Za-z0-9\n' '_' <<<"$label")
	read -r last 2>/dev/null <"$memory" || last=''
	[[ ! $last =~ ^[0-9]+$ ]] || guess=$last
	log=$(mktemp "${TMPDIR:-/tmp}/ksplice-progress.XXXXXX")
	[ -t 2 ] || say "$label (about $(duration "$guess"))"
	"$@" 2>"$log" </dev/null &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		[ ! -t 2 ] || progress_line "$label" $((SECONDS - start)) "$guess"
		sleep 0.5
	done
	wait $pid || code=$?
	[ ! -t 2 ] || printf '\r\e[K' >&2
	if [ $code -eq 0 ]; then
		say "$label: $(duration $((SECONDS - start)))"
		{ mkdir -p "$CACHE/times" && echo $((SECONDS - start)) >"$memory"; } 2>/dev/null || :
	else
		cat "$log" >&2
	fi
	rm -f "$log"
	return $code
}

# progress_line LABEL ELAPSED GUESS: writes over the line before
progress_line() {
	local label=$1 elapsed=$2 left=$(($3 - $2)) part=''

	[ ! "${PROGRESS_PART:-}" ] || part=$(tail -n 1 "$PROGRESS_PART" 2>/dev/null || :)
	if [[ $part =~ ^[0-9]+$ ]] && [ "$part" -ge 20 ] && [ "$part" -le 1000 ]; then
		left=$((elapsed * (1000 - part) / part))
		label+=", $((part / 10)) %"
	fi
	if [ $left -gt 0 ]; then
		label+=": $(duration "$elapsed"), about $(duration $left) left"
	else
		label+=": $(duration "$elapsed"), longer than expected"
	fi
	printf '\r%.*s\e[K' $((${COLUMNS:-80} - 1)) "${0##*/}: $label" >&2
}

# duration SECONDS: in words
duration() {
	if [ "$1" -lt 100 ]; then
		printf '%d s' "$1"
	else
		printf '%d min' $((($1 + 30) / 60))
	fi
}
