#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Variables of one name are told apart by code that did not change; what that calls
# may stand in a file that comes later.
set -e
cd "$out"
cat >a.c <<'END'
extern int later(int);
extern int ext(int);
#define COUNT(n) do { static int count = n; count += x; ext(count); } while (0)
int unchanged(int x)
{
	if (later(x))
		COUNT(1);
	else
		COUNT(2);
	return x;
}
int changed(int x) { return ext(x) + N; }
END
cat >z.c <<'END'
extern int ext(int);
int later(int x) { return ext(x) + N; }
END
for f in a z; do
	$CC $flags -DN=1 -c -o ${f}0.o $f.c
	$CC $flags -DN=5 -c -o ${f}1.o $f.c
done
"$tool" create --name order --release test --symvers "$here/symvers" -o a.upd.o --json a.json \
	--source a.o a0.o a1.o --source z.o z0.o z1.o
[ "$(jq -c '[.objects[].replaced[].name]' a.json)" = '["changed","later"]' ]
