#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# README and the start pages: short, no dead link, and no command that is not typed in
# a test. What README shows of the demo is what the demo printed (demo/transcript).

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
cd "$REPO"

START=(README.md CONTRIBUTING.md CHANGELOG.md)

# The lines of indented blocks of a file, without the indent
blocks() {
	sed -n -e 's/^    //p' -e 's/^\t//p' "$1"
}

# links FILE: the local targets of its links
links() {
	grep -oE '\]\([^)#]+\)' "$1" | tr -d '()]' | grep -v '^[a-z]*://' || :
}

no_dead_links() {
	local f l bad=0

	for f in "${START[@]}"; do
		while IFS= read -r l; do
			[ -e "$l" ] || {
				echo "$f: $l"
				bad=1
			}
		done < <(links "$f")
	done
	return $bad
}

# shellcheck disable=SC2016 # backticks of reStructuredText
# Each document is in the start page's list, and each :doc: leads to one.
no_dead_documents() {
	local f d bad=0

	for f in Documentation/*.rst; do
		f=$(basename "$f" .rst)
		[ "$f" = index ] || grep -qx "   $f" Documentation/index.rst || {
			echo "index.rst does not list $f"
			bad=1
		}
	done
	while IFS= read -r d; do
		[ -f "Documentation/$d.rst" ] || {
			echo "no document: $d"
			bad=1
		}
	done < <(grep -ohE ':doc:`[^`]+`' Documentation/*.rst | sed -E 's/.*[`<]([a-z-]+)>?`/\1/' | sort -u)
	return $bad
}

# shellcheck disable=SC2016
# Each 'make TARGET' that is code is one of the Makefile's.
targets_exist() {
	local t bad=0

	while IFS= read -r t; do
		grep -qE "^([a-z-]+ )*$t( [a-z-]+)*:" Makefile || {
			echo "make $t: no such target"
			bad=1
		}
	done < <({ grep -ohE '(`|^    )make [a-z][a-z-]+' "${START[@]}" Documentation/*.rst
		   make -s help | grep -oE '^make [a-z][a-z-]+'; } | sed 's/.*make //' | sort -u)
	return $bad
}

# typed_somewhere COMMAND: is it typed in the system test, or in a host test of the
# command? Files and names are not compared.
typed_somewhere() {
	grep -qrE -- "$1" tests/system/parts tests/host/ksplice*.sh
}

# What an administrator types, in README and the two guides: each ksplice SUBCOMMAND,
# each option of it, apt, modprobe, and writing to sysfs.
commands_are_tested() {
	local c word bad=0

	while IFS= read -r c; do
		read -r -a word <<<"$c"
		case ${word[0]} in
		ksplice) typed_somewhere "\b(ksplice|\\\$tool|run|K) .*\b${word[1]}\b" ;;
		apt) typed_somewhere "apt(-get)? .*${word[1]}" ;;
		modprobe | insmod | rmmod | reboot | journalctl) typed_somewhere "\b${word[0]}\b" ;;
		*) ;;
		esac || {
			echo "not typed in any test: $c"
			bad=1
		}
	done < <(for f in README.md Documentation/getting-started.rst Documentation/admin-guide.rst; do
			blocks "$f" | sed -n -e 's/^# //p' -e '/^\(ksplice\|apt\|modprobe\|insmod\|rmmod\) /p'
		done | sed 's/  *#.*//' | sort -u)
	return $bad
}

# The first block of README, against the record: each command, with what it printed.
# The record has them where the demo runs them; paths are not compared.
first_block_is_recorded() {
	local line bad=0

	while IFS= read -r line; do
		# In the demo, kspl-build and its patch are named with their paths.
		awk -v line="$line" '
		{ sub(/^# tools\/kspl-build\//, "# "); gsub(/ -o build\/demo/, ""); gsub(/ demo\/fixes\//, " ") }
		$0 == line { found = 1 }
		END { exit !found }' demo/transcript || {
			echo "demo/transcript has no line: $line"
			bad=1
		}
	done < <(awk '/^    # / { on = 1 } on && !/^    / { exit } on { sub(/^    /, ""); print }' README.md)
	return $bad
}

# Each script that a demo runs in its guest is one that it has put there.
demos_run_what_is_there() {
	local f script bad=0

	for f in demo/demo*.sh; do
		script=$(sed -n 's|.*vm/run .* -- build/demo[a-z-]*/\(guest[a-z-]*\.sh\)".*|\1|p' "$f")
		grep -q "^cp .*demo/${script:-none} " "$f" || {
			echo "$f runs '$script' in the guest, and does not put it there"
			bad=1
		}
	done
	return $bad
}

check 'README has less than 1,200 words' test "$(wc -w <README.md)" -lt 1200
check 'no dead link' no_dead_links
check 'no dead document' no_dead_documents
check 'each target that is named is there' targets_exist
check 'what README and the guides type is typed in a test' commands_are_tested
check 'what README shows is what the demo printed' first_block_is_recorded
check 'each demo puts into the guest what it runs there' demos_run_what_is_there
check 'the picture is made of what the demo printed' \
	diff demo/demo.svg <(demo/picture.py demo/transcript)
check '... and is SVG' python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse("demo/demo.svg")'

done_testing
