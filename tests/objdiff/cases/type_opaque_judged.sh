#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# A layout that the old object did not know: the object over the old types does.
set -e
cd "$out"
cat >o.c <<'END'
struct dev;
extern int ext(int);
extern int dev_is_up(struct dev *d);
#ifdef POST
struct dev { int a;
#ifdef NEW_TYPE
	int added;
#endif
	int flags; };
int late(struct dev *d) { return dev_is_up(d) + d->flags; }
int early(struct dev *d) { return dev_is_up(d) + d->a; }
#else
int late(struct dev *d) { return dev_is_up(d); }
int early(struct dev *d) { return dev_is_up(d); }
#endif
#if defined(POST) && defined(NEW_TYPE)
extern struct { int limit, users; } stats;
#else
extern struct { int users, limit; } stats;
#endif
int counts(int x) { return ext(stats.users + x); }
END
$CC $flags -g -c -o o0.o o.c
$CC $flags -g -DPOST -DNEW_TYPE -c -o o1.o o.c
$CC $flags -g -DPOST -c -o o2.o o.c
compare() {
	"$tool" diff o0.o "$@" --json --symvers "$here/symvers" >o.json || :
	jq -r '.refusals[] | .what, (.also // [] | .[])' o.json | sort -u | tr '\n' ' '
}
# clang describes no variables of other files
counts=$($CC --version | grep -qi clang || echo 'counts ')
[ "$(compare o1.o)" = "${counts}early late " ]
# early is the same code over the old types; that of counts differs, whatever is described
[ "$(compare o1.o --old-types o2.o)" = "counts late " ]
# nothing changed in them
$CC $flags -g -DPOST -c -o o3.o o.c
[ -z "$(compare o3.o --old-types o2.o)" ]
