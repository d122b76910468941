#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# A name that is not ASCII: JSON has its characters, not its bytes.
set -e
cd "$out"
cat >utf8.c <<'END'
extern int ext(int);
int größe(int x)
{
	return ext(x) + N;
}
END
for n in 0 1; do
	$CC $flags -DN=$n -c -o utf8$n.o utf8.c
done
"$tool" diff utf80.o utf81.o --symvers "$here/symvers" --json >utf8.json
[ "$(jq -r ".objects[].replaced[].name" utf8.json)" = größe ] ||
	{ cat utf8.json; exit 1; }
