#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kspl-build: kept line numbers, what it refuses, and, where a built kernel is
# in the cache, updates from it.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
cd "$TMP"
build=$REPO/tools/kspl-build/kspl-build
# shellcheck source=tests/mini-kernel.sh
. "$REPO/tests/mini-kernel.sh"

# --- line numbers -----------------------------------------------------------

# kept.c: new.c with the line numbers of old.c
relines() {
	mkdir -p lines/{old,new,diffs}
	cp old.c lines/old/a.c
	cp new.c lines/new/a.c
	diff old.c new.c >lines/diffs/0 || [ $? -eq 1 ]
	echo '{"op": "relines", "source": "lines/old", "from": "lines/new", "to": "lines/kept", "diffs": "lines/diffs", "paths": ["a.c"]}' |
		python3 -I -S -B "$REPO/tools/kspl-build/read-source"
	cp lines/kept/a.c kept.c
}

# What the preprocessor makes of old.c and of the rewritten new.c, but for the
# lines with ADDED, must be the same, numbers included.
keeps_lines() {
	relines
	gcc -E -P old.c | sed '/ADDED/d; s/{ ; /{ /' >old.i
	gcc -E -P kept.c | sed '/ADDED/d; s/{ ; /{ /' >kept.i
	diff old.i kept.i || { cat kept.c; return 1; }
}

# old.c is the input without its + lines, new.c the one without its - lines
lines_case() {
	local name=$1

	cat >case
	sed -n -e 's/^+.*//;t' -e 's/^[- ]//p' case >old.c
	sed -n -e 's/^-.*//;t' -e 's/^[+ ]//p' case >new.c
	check "lines kept: $name" keeps_lines
}

lines_case "added, removed, both" <<'END'
 int a = __LINE__;
+int ADDED1 = __LINE__;
+int ADDED2 = __LINE__;
 int b = __LINE__;
-int ADDED3 = __LINE__;
 int c = __LINE__;
-int ADDED4;
+int ADDED5;
 int d = __LINE__;
+int ADDED6;
END
lines_case "at the first line" <<'END'
+int ADDED;
 int a = __LINE__;
END
# The compiler goes on in the next line also where blanks are behind the backslash.
same_text() {
	relines
	gcc -w -E -P new.c >new.i && gcc -w -E -P kept.c | diff new.i -
}
for blank in ' ' '\t' '\r' ' \t '; do
	printf 'int f(int a)\n{\n\tg(a);\n\tif (a)\n\t\th();\n}\n' >old.c
	sed "3a // a comment \\\\$blank" old.c >new.c
	check "a comment that ends in a backslash and '$blank'" same_text
	sed "3a #define X(a) \\\\$blank" old.c >new.c
	check "... a macro" same_text
done
lines_case "in a comment" <<'END'
 /* a comment
+ * that's (longer
  */
 int a = __LINE__;
+// don't ( /*
 int b = __LINE__;
+int ADDED; /* one (
+  two */
 int c = __LINE__;
END
lines_case "in a continued line" <<'END'
 #define M(x) do { \
+	; \
 	int y = x; \
 } while (0)
 int a = __LINE__;
 M(__LINE__)
+char *ADDED = "a \
+ (b";
 int b = __LINE__;
END
lines_case "in a macro's arguments" <<'END'
 #define M(x, ...) x
 int a = __LINE__;
 M(int b = 1,
+  ADDED,
   c);
 int d = __LINE__;
END
lines_case "in a group that is skipped" <<'END'
 #ifndef GUARD_H
 #define GUARD_H
 #ifdef NO
+int ADDED1;
 int a = __LINE__;
 #else
 int b = __LINE__;
 #endif
 int c = __LINE__;
 #if 0
 int n;
+int ADDED;
 # if 1
+int ADDED;
 # endif
 #elif 1
 int d = __LINE__;
 #endif
 int e = __LINE__;
 #endif
END
lines_case "parentheses that a conditional opens twice" <<'END'
 #ifdef NO
 int a(int x,
 #else
 int a(long x,
 #endif
 	int y);
+int ADDED;
 int b = __LINE__;
 char c = '(', d = '"', *e = "\"(";
+int ADDED;
 int f = __LINE__;
END

# --- what is refused --------------------------------------------------------

check "--help" says 'usage: kspl-build' "$build" --help
check "no patch: usage" exits 2 "$build" -b .
check "unknown option: usage" exits 2 "$build" --no-such x.patch
check "no such patch: usage" exits 2 "$build" -b . none.patch
: >empty.patch
check "empty patch: usage" exits 2 "$build" -b . empty.patch
echo x >x.patch
check "bad name: usage" exits 2 "$build" -b . -n 'A b' x.patch
check "long name: usage" exits 2 "$build" -b . -n "$(printf 'a%.0s' {1..48})" x.patch
check "it can't supersede itself: usage" exits 2 "$build" -b . -n x --supersedes x x.patch
check "--supersedes: a bad name: usage" exits 2 "$build" -b . --supersedes ../y x.patch
check "--state without a version: usage" exits 2 "$build" -b . --state layout x.patch
check "--state, version 0: usage" exits 2 "$build" -b . --state layout:0 x.patch
check "--on and --to: usage" exits 2 "$build" -b . --on x.patch --to y
check "bad -j: usage" exits 2 "$build" -b . -j 0 x.patch
check "no such build tree" says 'does not exist' "$build" -b none x.patch

mini
edit fs/fn.c 's/return FN/return 2/'
for missing in .config include/config/kernel.release Module.symvers; do
	mv "bld/$missing" gone
	check "build tree without $missing: refused" exits 1 run fix.patch
	check "... and named" says "${missing##*/}|prepared" run fix.patch
	mv gone "bld/$missing"
done
mkdir other
cp src/Makefile other
check "build tree of another source: refused" exits 1 run -s other fix.patch
check "build tree of another release: refused" says 'for 6.12.1-mini, not for 6.12.9' run -k 6.12.9 fix.patch
echo 5.10.1-mini >bld/include/config/kernel.release
check "release that is not the source's: refused" exits 1 run fix.patch
echo 6.12.1-mini >bld/include/config/kernel.release
sed -i 's/CONFIG_CC_VERSION_TEXT=.*/CONFIG_CC_VERSION_TEXT="gcc 1.0"/' bld/.config
check "another compiler: warned" says "warning: .*compiled by 'gcc 1.0'" run fix.patch
mini

check "no patch at all: refused" exits 1 run x.patch
sed 's/return FN/return XX/' fix.patch >bad.patch
check "patch that does not fit: refused" exits 1 run bad.patch
sed 's/int fn(void)/int fm(void)/' fix.patch >bad.patch
check "patch that needs fuzz: refused" says 'does not apply' run bad.patch
sed 's,fs/fn.c,fs/none.c,' fix.patch >bad.patch
check "patch for a file that is not there: refused" says 'fs/none.c, which is not in' run bad.patch
sed 's,a/fs/fn.c,a/../../etc/passwd,;s,b/fs/fn.c,b/../../etc/passwd,' fix.patch >bad.patch
check "patch that leaves the tree: refused" says 'suspicious' run bad.patch
cp src/fs/fn.c keep
cp b/fs/fn.c src/fs/fn.c
check "patch that is in already: said" says 'already in the source' run fix.patch
cp keep src/fs/fn.c

refused() {
	local want=$1 file=$2

	edit "$file" '1s/$/ more/'
	exits 4 run fix.patch && says "$want" run fix.patch
}
check "Kconfig: refused" refused 'fs/Kconfig: .*configuration' fs/Kconfig
check "Makefile: refused" refused 'fs/Makefile: ' fs/Makefile
check "boot code: refused" refused 'before the kernel' arch/x86/boot/x.c
check "assembly: refused" refused 'assembly' arch/x86/lib/x.S
edit Documentation/x.rst '1s/$/ more/'
check "documentation: no code" exits 3 run fix.patch
edit fs/unused.c 's/0/1/'
check "file that is not built: no code" exits 3 run fix.patch
check "... and said" says 'fs/unused.c is not built' run fix.patch
edit fs/mod.c 's/0/1/'

# --- what is compiled -------------------------------------------------------

unchanged_trees() {
	(cd src && find . -type f -exec sha256sum {} + | sort -k2) >sums.src
	(cd bld && find . -type f -exec sha256sum {} + | sort -k2) >sums.bld
	"$@" || :
	(cd src && find . -type f -exec sha256sum {} + | sort -k2) | cmp - sums.src &&
		(cd bld && find . -type f -exec sha256sum {} + | sort -k2) | cmp - sums.bld
}

edit fs/mod.c 's/0/1/'
check "a module's file" compiles fs/mod.o run fix.patch
check "... and the module's name" grep -q -- '--target mod --source fs/mod.o ' called
edit fs/fn.c 's/return FN/return 2/'
check "the kernel's file" compiles fs/fn.o run fix.patch
check "... is the kernel's" grep -q -- '--target vmlinux --source fs/fn.o ' called

for view in overlay farm; do
	export XDG_CACHE_HOME=$TMP/cache KSPL_BUILD_NO_OVERLAY=
	[ $view = overlay ] || KSPL_BUILD_NO_OVERLAY=1
	edit fs/fn.c 's/return FN/return 2/'
	check "$view: a changed file" compiles fs/fn.o run fix.patch
	check "$view: source and build tree are not written to" unchanged_trees run fix.patch
	edit fs/fn.h 's/1/2/'
	check "$view: a changed header: the object that changes" compiles fs/fn.o run fix.patch
	edit fs/fn.c '1i /* one more line */'
	check "$view: a comment: no code" exits 3 run fix.patch
	edit fs/fn.c 's/FN/FN +/'
	check "$view: what does not compile: failed" exits 1 run fix.patch
	check "$view: ... and said" says 'fs/fn.o does not compile with the patch' run fix.patch
	edit fs/fn.c 's/fn.h/new.h/'
	printf '#include "../fs/fn.h"\n#undef FN\n#define FN 7\n' >b/fs/new.h
	diff -urN a b >fix.patch || :
	check "$view: a new header: used" compiles fs/fn.o run fix.patch
	edit fs/fn.c 's,"fn.h","../kernel/../fs/fn.h",'
	check "$view: an include that leads to the same: no code" exits 3 run fix.patch
done

# The added line gets the number of the one after it, and both make a name of it.
cp src/fs/fn.c keep
printf '#define N(l) int n##l = 1;\n#define M(l) N(l)\nM(__LINE__)\nM(__LINE__) int z;\n' >>src/fs/fn.c
edit fs/fn.c 's/^M(__LINE__)$/&\n&/'
check "where line numbers can't be kept, they are not" compiles fs/fn.o run fix.patch
check "... and that is said" says 'line numbers .* could not be kept' run fix.patch
# A directive within it would be a part of the string.
printf 'const char *s = R"x(\n}\n)x";\nint l(void) { return 0; }\n' >src/fs/fn.c
edit fs/fn.c '1a more'
raw_string() {
	rm -rf kept
	run --keep kept fix.patch >out 2>&1 || :
	cmp kept/patched/fs/fn.c b/fs/fn.c
}
check "a string that goes on over lines stays as it is" raw_string
rm -rf kept
cp keep src/fs/fn.c

# The other ways of building: in the source tree, and in a directory of it
# (where kbuild writes paths that begin with ..).
in_tree() {
	local dots=$1 c

	mini
	rm -rf in
	cp -r src in
	mkdir -p "in/$dots"
	cp -r bld/. "in/$dots"
	if [ ! "$dots" ]; then
		cp src/Makefile in/Makefile
	else
		printf 'include %s\n' "$TMP/in/Makefile" >"in/$dots/Makefile"
	fi
	find in -name '.*.cmd' -exec sed -i "s,$TMP/src/,${dots:+../},g" {} +
}

for view in overlay farm; do
	export XDG_CACHE_HOME=$TMP/cache KSPL_BUILD_NO_OVERLAY=
	[ $view = overlay ] || KSPL_BUILD_NO_OVERLAY=1
	for dots in '' out; do
		in_tree "$dots"
		edit fs/fn.c 's/return FN/return 2/'
		check "$view: built in source/$dots: a changed file" \
			compiles fs/fn.o env KSPL_OBJDIFF="$TMP/objdiff" "$build" -b "in/$dots" fix.patch
		edit fs/fn.h 's/1/2/'
		check "$view: built in source/$dots: a changed header" \
			compiles fs/fn.o env KSPL_OBJDIFF="$TMP/objdiff" "$build" -s in -b "in/$dots" fix.patch
		edit fs/fn.c '1i /* one more line */'
		check "$view: built in source/$dots: a comment: no code" \
			exits 3 env KSPL_OBJDIFF="$TMP/objdiff" "$build" -b "in/$dots" fix.patch
	done
done
unset KSPL_BUILD_NO_OVERLAY XDG_CACHE_HOME
mini

OBJDIFF_EXIT=4
edit fs/fn.c 's/return FN/return 2/'
check "what kspl-objdiff refuses is refused" exits 4 run fix.patch
check "... with its reason" says 'the reason of the stand-in' run --json report.json fix.patch
check "... in the report too" jq -e '.result == "unsafe" and .exit == 4 and (.reasons | length > 0) and
	.objects[0].object == "fs/fn.o" and .files[0].path == "fs/fn.c"' report.json
OBJDIFF_EXIT=3
check "what kspl-objdiff finds no change in is none" exits 3 run fix.patch
# a kernel built with another version of the series
OBJDIFF_EXIT=0
printf '0x00000000\tksplice_abi_4\tvmlinux\tEXPORT_SYMBOL_GPL\t\n' >bld/Module.symvers
check "a core of another format: said" says 'takes updates of format 4' run fix.patch
: >bld/Module.symvers
OBJDIFF_EXIT=1
check "a failure of kspl-objdiff is one" exits 1 run fix.patch
check "--keep keeps the objects" exits 1 run --keep kept fix.patch
check "... both" test -s kept/pre/fs/fn.o -a -s kept/post/fs/fn.o
check "--keep does not overwrite" exits 2 run --keep kept fix.patch
edit fs/fn.c 's/return FN/return FN + 1/'
OBJDIFF_EXIT=0
check "the caller's options of the shell don't matter" compiles fs/fn.o env SHELLOPTS=noclobber:noglob BASHOPTS=failglob:nocasematch \
	KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld fix.patch
for opts in noexec onecmd physical:keyword; do
	check "... $opts" compiles fs/fn.o env SHELLOPTS=$opts KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld fix.patch
done
check "... nor the caller's functions" compiles fs/fn.o env 'BASH_FUNC_stat%%=() { :; }' 'BASH_FUNC_cmp%%=() { :; }' CDPATH=/usr:. \
	KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld fix.patch
lost_output() { run "$@" >/dev/full; }
for opts in --version --help '--inspect fix.patch'; do
	# shellcheck disable=SC2086 # words
	check "output that can't be written: $opts fails" exits 1 lost_output $opts
done
mkdir wrapped
# shellcheck disable=SC2016 # the script expands it
printf '#!/bin/bash\n: "$NOBODY_SET_IT"\nexec %s "$@"\n' "$(command -v diff)" >wrapped/diff
chmod 755 wrapped/diff
check "... nor do they reach a program that is a script" compiles fs/fn.o env SHELLOPTS=noclobber PATH="$TMP/wrapped:$PATH" \
	KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld fix.patch
OBJDIFF_EXIT=1
mkdir tmp
check "nothing is left in TMPDIR" exits 1 env TMPDIR="$TMP/tmp" KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld fix.patch
check "... after a failure" rmdir tmp

# A list that is cut off reads like a shorter one: nothing to update, or less.
mkdir small
# on_full_disk ARGUMENT...: never done, nor nothing to do, where the disk is full
on_full_disk() {
	local size code bad=0

	for size in size={28..60..4}k nr_inodes={20..26}; do
		code=0
		# shellcheck disable=SC2016 # for the inner shell
		OBJDIFF_EXIT=0 KSPL_OBJDIFF=$TMP/objdiff unshare --mount sh -c 'size=$1 && shift &&
			mount -t tmpfs -o "$size" none small && export TMPDIR="$PWD/small" && exec "$@"' \
			sh "$size" "$build" -b bld "$@" fix.patch >out 2>&1 || code=$?
		[ $code -eq 1 ] || { echo "$size: exit code $code"; tail -n 3 out; bad=1; }
	done
	return $bad
}
if [ "$(id -u)" -eq 0 ] && unshare --mount mount -t tmpfs none small 2>/dev/null; then
	edit fs/fn.c 's/return FN/return FN + 1/'
	check "a full disk: failed" on_full_disk
	check "... --inspect, too" on_full_disk --inspect
fi

# So does one whose writer was killed.
mkdir killed
# tool_killed NAME PATTERN: each time it is called with such arguments
tool_killed() {
	local code=0

	rm -f killed/*
	# shellcheck disable=SC2016 # of that script
	printf '#!/bin/sh\ncase " $* " in *"%s"*) kill -KILL $$ ;; esac\nexec %s "$@"\n' "$2" "$(command -v "$1")" >"killed/$1"
	chmod 755 "killed/$1"
	PATH=$TMP/killed:$PATH run --inspect fix.patch >out 2>&1 || code=$?
	[ $code -eq 1 ] || { echo "exit code $code"; cat out; return 1; }
	! grep 'nothing to update' out && says 'before that, [a-z]+ .exit 1[0-9]*. was killed, or failed' cat out
}
check "a list: its writer is killed: failed" tool_killed sort ' -u '
check "... what is looked for in the records" tool_killed grep ' -HF '
check "... the records" tool_killed find '.cmd'
check "... what they say" tool_killed xargs ' cat --'
check "nobody is killed" exits 0 run --inspect fix.patch
# ... and a subshell, of which bash says nothing: each fifth process that it makes, in turn
gcc -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -shared -fPIC -o killfork.so "$REPO/tests/killfork.c" -ldl
# fork_killed NUMBER: as it was without, or failed
fork_killed() {
	local code=0

	rm -f forks
	LD_PRELOAD=$TMP/killfork.so KILL_COUNT=$TMP/forks KILL_FORK=$1 bash "$build" -b bld --inspect fix.patch >out 2>err || code=$?
	{ [ $code -eq 0 ] && cmp -s out whole; } || [ $code -eq 1 ] || [ $code -eq 2 ] || {
		echo "process $1: exit code $code"
		cat out err
		return 1
	}
}
forks_killed() {
	local n all bad=0

	run --inspect fix.patch >whole 2>/dev/null
	fork_killed 0 || return
	all=$(cat forks)
	[ "$all" -gt 50 ] || return
	for ((n = 3; n <= all; n += 5)); do
		fork_killed $n || bad=1
	done
	return $bad
}
check "... a subshell is: failed, or the same" forks_killed
# A name in the cache is never that of the directory above, which is others', too.
rm -f killed/*
printf '#!/bin/sh\n[ $# -gt 0 ] || kill -KILL $$\nexec %s "$@"\n' "$(command -v sha256sum)" >killed/sha256sum
chmod 755 killed/sha256sum
check "a sum that names a directory can't be had: failed" exits 1 env PATH="$TMP/killed:$PATH" XDG_CACHE_HOME="$TMP/xdg" \
	KSPL_BUILD_NO_OVERLAY=1 KSPL_OBJDIFF="$TMP/objdiff" "$build" -b bld fix.patch
check "... nothing is put into the directory above" test -z "$(ls -A xdg/ksplice/farm 2>/dev/null)"
rm -rf xdg killed

# --- --to: what differs between two trees ------------------------------------

# old.h, new.h and what is wanted, each up to a line of --
types_case() {
	local name=$1 enums=${2-false} undo=${3-/dev/null}

	mkdir -p types/{old,new,want}
	awk '/^--$/ { n++; next } { print > ("types/" (n == 0 ? "old" : n == 1 ? "new" : "want") "/a.h") }'
	same_types() {
		jq -n --arg undo "$undo" --argjson enums "$enums" '{op: "old_types", source: "types/old", new: "types/new",
			out: "types/got", items: "types/items", new_enums: $enums, undo: $undo, paths: ["a.h"]}' |
			python3 -I -S -B "$REPO/tools/kspl-build/read-source" && diff types/want/a.h types/got/a.h
	}
	check "old types: $name" same_types
}

types_case "a struct, not what stands around it" <<'END_CASE'
struct a {
	int x;
};
int f(struct a *a);
--
#define NEW 1
struct a {
	long x; /* wider */
	int y;
} __packed;
struct b { int z; };
int f(struct a *a, int y);
--
#define NEW 1
struct a {
	int x;
};
struct b { int z; };
int f(struct a *a, int y);
END_CASE
types_case "typedef, union, conditionals, a brace of its own" <<'END_CASE'
typedef struct {
	int x;
} a_t;
union u
{
	int x;
#ifdef A
	long y;
#endif
};
--
typedef struct {
	int y;
	struct { int z; } in;
} a_t;
union u
{
	char c;
};
static inline int f(struct a *a)
{
	return a->x;
}
--
typedef struct {
	int x;
} a_t;
union u
{
	int x;
#ifdef A
	long y;
#endif
};
static inline int f(struct a *a)
{
	return a->x;
}
END_CASE
types_case "comments alone are new" <<'END_CASE'
struct a {
	int x;
};
--
struct a {
	int x; /* said */
};
--
struct a {
	int x; /* said */
};
END_CASE
types_case "an enum that got more values" true <<'END_CASE'
enum e { A, B, MAX };
enum f { C, D };
--
enum e { A, B, NEW, MAX };
enum f { NEW2, C, D };
--
enum e { A, B, NEW, MAX };
enum f { C, D };
END_CASE
printf 'a.h %s\n' 'function g' 'function h' 'type a' >undo
types_case "what can't be had" false undo <<'END_CASE'
struct a { int x; };
static inline int g(struct a *a)
{
	return a->x;
}
--
struct a { int x, y; };
static inline int g(struct a *a)
{
	return a->y;
}
static inline int h(struct a *a)
{
	return a->y;
}
int i;
--
struct a { int x, y; };
static inline int g(struct a *a)
{
	return a->x;
}
int i;
END_CASE

# to_tree FILE SED...: src2, as src but for that; the objects that are compiled
to_tree() {
	rm -rf src2 kept each
	cp -r src src2
	while [ $# -gt 0 ]; do
		sed -i "$2" "src2/$1"
		shift 2
	done
}
run_to() { rm -rf kept; run --to src2 -n to --keep kept "$@"; }
# which types the object was compiled over
over() {
	local view=$1

	shift
	"$@" >out 2>&1 || :
	[ "$(cat kept/post/fs/fn.o.view)" = "$view" ] || { cat out; return 1; }
}

mini
export XDG_CACHE_HOME=$TMP/cache KSPL_BUILD_NO_OVERLAY=
printf 'struct s { int a, b; };\nenum e { E1, MANY };\n' >>src/fs/fn.h
printf 'int get(struct s *s)\n{\n\treturn s->b;\n}\n' >>src/fs/fn.c
check "--each --fixes: would be said of each: usage" exits 2 run --to src2 -n to --each each.d --fixes CVE-2024-1111
check "--to and a patch: usage" exits 2 run --to src2 fix.patch
check "--to the same: usage" exits 2 run --to src -n to
to_tree fs/fn.c '1i /* a comment */'
check "--to: a comment: no code" exits 3 run_to
to_tree fs/fn.h 's/int a, b/int a, new, b/'
check "--to: a member that moved, and nothing else: no code" exits 3 run_to
to_tree fs/fn.h 's/int a, b/int a, new, b/' fs/fn.c 's/return FN/return 2/'
check "--to: compiled over old types" over old run_to
check "--to: ... the objects that differ" compiles fs/fn.o run_to
to_tree fs/fn.h 's/int a, b/int a, new, b/' fs/fn.c 's/return s->b/return s->new/'
check "--to: over new types, where a new member is used" over new run_to
to_tree fs/fn.h 's/E1, MANY/E1, E2, MANY/' fs/fn.c 's/return FN/return E2/'
check "--to: over enums with more values" over mixed run_to
to_tree fs/fn.h 's/int a, b/int a, new, b/' fs/fn.c 's/return FN/return 2/'
printf 'static inline int is(struct s *s)\n{\n\treturn s->new;\n}\n' >>src2/fs/fn.h
check "--to: inline functions that need new types are left out" over old run_to
to_tree fs/fn.c 's/return FN/return 2/' kernel/other.c 's/3/4/'
check "--to: --only" compiles kernel/other.o run_to --only 'kernel/*'
check "--to: --only own" compiles 'fs/fn.o kernel/other.o' run_to --only own
to_tree fs/mod.c 's/0/1/'
check "--to: a module" compiles fs/mod.o run_to
to_tree fs/mod.c 's/0/1/' fs/fn.c 's/return FN/return 2/'
echo 'mod 4096 0 - Live 0x0' >modules
check "--modules: a module that is loaded" compiles 'fs/fn.o fs/mod.o' run_to --modules modules
echo 'another 4096 0 - Live 0x0' >modules
check "--modules: one that is not" compiles fs/fn.o run_to --modules modules

# with --partial, what needs new types is left out, and all of its fix
to_tree fs/fn.h 's/int a, b/int a, new, b/' fs/fn.c 's/return s->b/return s->new/;s/return FN/return 2/'
# shellcheck disable=SC2089 # it is JSON
OBJDIFF_REPORT='{"status": "ok", "functions_replaced": 1, "functions_carried": 0, "objects": [], "left_out": []}'
# shellcheck disable=SC2090 # it is JSON
export OBJDIFF_REPORT OBJDIFF_EXIT=0
check "--partial: what else differs is taken" compiles fs/fn.o run_to --partial --json report.json
check "--partial: ... over the old types" grep -q 'return s->b' kept/plain/fs/fn.c
check "--partial: ... a fix that needs a new member is left out" jq -e \
	'.fixes | map([.fate, .code, .functions]) | sort == [["left_out", "type_changed", ["get"]], ["taken", "", ["fn"]]]' report.json
check "--partial: ... and in the list of functions" jq -e '.objdiff.left_out | map(.what) == ["get"]' report.json
check "--partial: ... said" says 'taken: 1 of 2 changed functions' cat out
check "--partial: ... --fixes may name what was left out, which is said" \
	says 'warning: --fixes CVE-2024-1111: .* left out' run_to --partial --fixes CVE-2024-1111 --json report.json
# two of one name, and a reader has one of them
unique_members() {
	python3 -c '
import json, sys
def unique(pairs):
    assert len(dict(pairs)) == len(pairs), [k for k, _ in pairs]
    return dict(pairs)
json.load(open(sys.argv[1]), object_pairs_hook=unique)' report.json
}
check "--partial: ... no member of the report is there twice" unique_members
check "--partial: ... what --fixes says is in ids" jq -e '.ids == ["CVE-2024-1111"] and (.fixes | map(.fate) | sort) == ["left_out", "taken"]' report.json
check "--partial: ... each fix has the lines that it changes" jq -e '[.fixes[].changes[] | [.path] + .old + .new] | sort ==
	[["fs/fn.c", 4, 1, 4, 1], ["fs/fn.c", 12, 1, 12, 1], ["fs/fn.h", 2, 1, 2, 1]]' report.json
# A repository has no say, wherever this runs
mkdir -p repo
git -C repo init -q
git -C repo config diff.x.textconv "$TMP/textconv"
printf '#!/bin/sh\ntouch %s/ran\n' "$TMP" >textconv
chmod +x textconv
echo '* diff=x' | tee repo/.gitattributes >repo/.git/info/attributes
in_repository() { (cd repo && KSPL_OBJDIFF=$TMP/objdiff "$build" -b ../bld --to ../src2 -n to --partial >../out 2>&1) || :; }
check "--partial: in a repository" in_repository
check "--partial: ... the same is taken" says 'taken: 1 of 2 changed functions' cat out
check "--partial: ... none of its commands is run" test ! -e ran
to_tree fs/fn.c 's/return FN/return 2/'
check "--partial: what can be had is had" compiles fs/fn.o run_to --partial --json report.json
check "--partial: ... and all of it" jq -e '.fixes | map(.fate) == ["taken"]' report.json
to_tree fs/fn.h 's/int a, b/int a, new, b/' fs/fn.c 's/return s->b/return s->new/'
mkdir -p elsewhere
mv src2/fs/fn.h elsewhere/
ln -s ../../elsewhere/fn.h src2/fs/fn.h
check "--to: a link that leads out of the other tree: refused" exits 1 run_to
check "--partial: ... too" says 'a link in .*/src2 leads out of it, to .*/elsewhere/fn.h' run_to --partial
rm src2/fs/fn.h
mv elsewhere/fn.h src2/fs/
check "--partial: nothing can be had: unsafe" exits 4 run_to --partial
check "--partial --only: a part of a fix: usage" exits 2 run_to --partial --only own
mkdir -p noctags
printf '#!/bin/sh\nexit 1\n' >noctags/ctags
chmod +x noctags/ctags
check "--partial: no ctags: said" says 'universal-ctags' env PATH="$TMP/noctags:$PATH" KSPL_OBJDIFF="$TMP/objdiff" \
	"$build" -b bld --to src2 -n to --partial

# --- real kernels -----------------------------------------------------------

# skip NAME REASON
skip() {
	TESTS=$((TESTS + 1))
	printf 'ok %d %s # SKIP %s\n' $TESTS "$1" "$2"
}

# A line more, a message less: the least that changes a function.
real_patch() {
	local src=$1

	rm -rf a b
	mkdir -p {a,b}/fs/proc
	cp "$src/fs/proc/cmdline.c" a/fs/proc/
	sed 's/^\tseq_puts(m, saved_command_line);/\tseq_puts(m, "ksplice ");\n&/' \
		a/fs/proc/cmdline.c >b/fs/proc/cmdline.c
	diff -u a/fs/proc/cmdline.c b/fs/proc/cmdline.c >real.patch || :
	awk '/^static int cmdline_proc_show/ { on = 1 } on && /^}/ { print NR; exit }' b/fs/proc/cmdline.c >real.end
	awk '{ print } /^\t[a-z].*;$/ { print "\t/* noise\n\t that\047s (all */" }' \
		a/fs/proc/cmdline.c >b/fs/proc/cmdline.c
	diff -u a/fs/proc/cmdline.c b/fs/proc/cmdline.c >noise.patch || :
}

# A member that moves, and a function that is changed but does not use it.
types_patch() {
	rm -rf a b
	mkdir -p {a,b}/fs
	cp "$1/fs/eventfd.c" a/fs/
	sed -e 's/^\tint id;$/\tint spare;\n&/' -e 's/^\tif (count > 0)$/\tif (count > 1)/' \
		a/fs/eventfd.c >b/fs/eventfd.c
	diff -u a/fs/eventfd.c b/fs/eventfd.c >types.patch || :
}

# A member becomes larger by a constant, which stays so over the old types: those
# are other ones of which nobody can tell what they concern. (A struct without a
# user, so that old types are asked for.)
unjudged_patch() {
	rm -rf a b
	mkdir -p {a,b}/fs
	cp "$1/fs/aio.c" a/fs/
	sed -e 's/^#define AIO_RING_PAGES.*/#define AIO_RING_PAGES\t16/' \
		-e 's/^struct ctx_rq_wait {/struct unused {\n\tint spare;\n};\n\n&/' \
		a/fs/aio.c >b/fs/aio.c
	diff -u a/fs/aio.c b/fs/aio.c >unjudged.patch || :
}

# good_module FILE RELEASE
good_module() {
	[ "$(modinfo -F vermagic "$1" | cut -d' ' -f1)" = "$2" ] &&
		[ "$(modinfo -F license "$1")" = GPL ] &&
		nm "$1" | grep ' [tT] cmdline_proc_show$' >/dev/null &&
		modprobe --dump-modversions "$1" | grep 'ksplice_abi_8$' >/dev/null
}

# A byte of .text, which the update's own checksum does not cover
new_code_damaged() {
	local at

	at=$((16#$(readelf -SW real.ko | sed -n 's/^ *\[ *[0-9]*\] \.text  *PROGBITS *[0-9a-f]* \([0-9a-f]*\) .*/\1/p')))
	cp real.ko damaged.ko
	printf '\xcc' | dd of=damaged.ko bs=1 seek=$((at + 1)) conv=notrunc status=none
	"$REPO/tools/ksplice/ksplice" show ./damaged.ko
}

# The function ends where the patched source has that, a line behind the old end.
debug_lines() {
	[ "$(readelf --debug-dump=decodedline real.ko.debug | awk '$1 == "cmdline.c" && $2 > end { end = $2 } END { print end }')" = "$(cat real.end)" ]
}

no_paths() {
	[ -s real.ko.debug ] && ! strings -a real.ko.debug | grep -F -e "$CACHE" -e "$TMP" -e /kspl-build.
}

# deb_holds DEB FILE: of the debug symbols' package
deb_holds() { dpkg-deb -c "$1" | grep -E "$2"; }

# with_deb OPTION...: ... which the update's own package doesn't
with_deb() {
	"$build" "$@" -n real -o deb/real.ko --deb --deb-version 1 real.patch &&
		deb_holds deb/ksplice-update-real-dbgsym_1_amd64.deb "usr/lib/debug/.build-id/../[0-9a-f]{38}.debug\$" &&
		! deb_holds deb/ksplice-update-real_1_amd64.deb debug
}

# without_debug OPTION...: the same update
without_debug() {
	"$build" "$@" -n real -o alone.ko --no-debug real.patch && [ ! -e alone.ko.debug ] && cmp real.ko alone.ko
}

# real NAME SOURCE RELEASE OPTION...
real() {
	local name=$1 src=$2 release=$3 start=$SECONDS

	shift 3
	make -s -C "$REPO/tools/ksplice"
	real_patch "$src"
	check "$name: a fix" "$build" "$@" -n real -o real.ko --html real.html real.patch
	echo "# $((SECONDS - start)) s"
	check "$name: is a module for it" good_module real.ko "$release"
	check "$name: its debug information has the lines of the patched source" debug_lines
	check "$name: ... and no path of this machine" no_paths
	rm -rf deb
	mkdir deb
	check "$name: ... and a package of its own" with_deb "$@"
	check "$name: ... the update is the same without" without_debug "$@"
	check "$name: there is a page about it" python3 -B "$REPO/tests/page/shows.py" real.html 'The update was made' \
		'Compared: [0-9]+ bytes of old code, of which [1-9][0-9]* fields with addresses, [1-9][0-9]* places' \
		'Nobody may be inside: cmdline_proc_show' '^\+.seq_puts\(m, "ksplice "\);' '^-  .*<saved_command_line>' '^\+ .*<"ksplice ">'
	check "$name: its checksum is over all of it" json 'd["file"]["code_checksum"]' \
		"$REPO/tools/ksplice/ksplice" show --json ./real.ko
	check "$name: ... one byte of its code changed: refused" says 'damaged: the checksum at its end' new_code_damaged
	check "$name: noise is no change" exits 3 "$build" "$@" noise.patch
	types_patch "$src"
	check "$name: a member that moved: who uses it is refused" \
		says 'eventfd_show_fdinfo: it reaches struct eventfd_ctx' "$build" "$@" types.patch
	check "$name: ... and nobody else" \
		sh -c '! "$@" 2>&1 | grep "eventfd_poll:"' sh "$build" "$@" types.patch
	unjudged_patch "$src"
	check "$name: a type that can't be had as it was is named, and who reaches it" \
		says 'aio_ring_mremap: it reaches struct kioctx, whose layout changed [(]member internal_folios' \
		"$build" "$@" unjudged.patch
}

unset KSPL_OBJDIFF
if [ ! -x "$REPO/tools/kspl-objdiff/kspl-objdiff" ] &&
	! make -s -C "$REPO/tools/kspl-objdiff" O="$TMP/tools" >objdiff.log 2>&1; then
	sed 's/^/# /' objdiff.log
	skip "real kernels" "kspl-objdiff can't be built"
else
	[ ! -x "$TMP/tools/kspl-objdiff" ] || export KSPL_OBJDIFF=$TMP/tools/kspl-objdiff
	tree=
	for tree in "$CACHE/build/$KSPL_SERIES".*-series "$CACHE/build/$KSPL_SERIES".*-plain; do
		[ ! -f "$tree/Module.symvers" ] || [ ! -f "$tree/.ksplice-stamp" ] || break
		tree=
	done
	if [ "$tree" ]; then
		real "built tree" "$tree/source" "$(cat "$tree/include/config/kernel.release")" -b "$tree"
	else
		skip "built tree" "none in the cache"
	fi
	tree=
	for tree in "$CACHE/prepared/$KSPL_SERIES".*; do
		[ ! -f "$tree/.ksplice-key" ] || break
		tree=
	done
	if [ "$tree" ]; then
		real "Debian's kernel" "$tree/source" "${tree##*/}" -k "${tree##*/}"
	else
		skip "Debian's kernel" "none is prepared in the cache"
	fi
fi
done_testing
