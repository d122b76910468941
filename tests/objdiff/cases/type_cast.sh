#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# A type that is only reached through a cast: debug information does not tell, but
# the code is another over the old types.
set -e
cd "$out"
cat >c.c <<'END'
struct thing {
	int a;
#ifdef NEW_TYPE
	int extra;
#endif
	int b;
};
#ifdef POST
#define PREPOST(a, b)	b
#else
#define PREPOST(a, b)	a
#endif
extern int ext(int);
int casts(long p) { return ext(((struct thing *)p)->b) + PREPOST(1, 2); }
int other(int x) { return ext(x) + PREPOST(3, 4); }
END
$CC $flags -g -c -o c0.o c.c
$CC $flags -g -DPOST -DNEW_TYPE -c -o c1.o c.c
$CC $flags -g -DPOST -c -o c2.o c.c
create() {
	"$tool" create --name cast --release test --symvers "$here/symvers" -o c.upd.o \
		--source c.o c0.o c1.o --json c.json "$@"
}

# without the object over the old types it is said that nobody can tell
create
grep -q '{"source": "c.o", "types": "changed", "type_change": "struct' c.json

code=0
create --old-types c.o c2.o || code=$?
[ $code -eq 4 ]
grep -q '{"source": "c.o", "types": "judged"' c.json
[ "$(jq -r '.refusals[] | "\(.code):\(.what)"' c.json)" = type_changed:casts ]

# what is called the old types has to be that
$CC $flags -g -DPOST -DNEW_TYPE -c -o c3.o c.c
create --old-types c.o c3.o
grep -q '{"source": "c.o", "types": "changed", "type_change": "struct thing: member b' c.json

# and must tell what it is
$CC $flags -DPOST -DNEW_TYPE -c -o c4.o c.c
create --old-types c.o c4.o
grep -q '{"source": "c.o", "types": "changed", "type_change": "struct thing: member' c.json
