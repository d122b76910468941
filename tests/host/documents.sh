#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The documents against the code: messages, files of sysfs, options, words, tests.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
cd "$REPO"

same() {
	tests/documents/compare.py "$1"
}

check 'each message that the administrator'\''s guide quotes is one of the core' same messages
check 'each file of sysfs is described, and no other' same attributes
check 'each cause of a failure is described, and no other' same causes
check 'each option is in --help, the manual page and the completion' same options
check 'each word of a refusal is in the author'\''s guide, and no other' same refusals
check 'each test that a document names is there' same tests
done_testing
