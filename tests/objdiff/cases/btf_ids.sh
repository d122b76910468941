#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# A list of BTF ids, which another file uses: at its start stands a local mark that
# is an object by its type, and the list's own name is not.
set -e
cd "$out"
cat >i.c <<'END'
asm(".pushsection .BTF_ids,\"a\"\n"
    ".globl ids\nids:\n"
    ".local __BTF_ID__struct__sock__1\n.type __BTF_ID__struct__sock__1, @object\n"
    ".size __BTF_ID__struct__sock__1, 4\n__BTF_ID__struct__sock__1:\n.zero 4\n.popsection");
extern unsigned int ids[];
extern int ext(int);
int mine(int x) { return ext(ids[0]) + N; }
END
cat >j.c <<'END'
extern unsigned int ids[];
extern int ext(int);
int other(int x) { return ext(ids[0]) + N + 1; }
END
for f in i j; do
	$CC $flags -DN=1 -c -o ${f}0.o $f.c
	$CC $flags -DN=5 -c -o ${f}1.o $f.c
done
"$tool" create --name ids --release test --symvers "$here/symvers" -o i.upd.o \
	--source i.o i0.o i1.o --source j.o j0.o j1.o
"$tool" inspect i.upd.o | grep -q "^  other (.*, j.o) by other+0"

# The numbers of the marks count: they say nothing.
cat >k.c <<'END'
#define STR2(x) #x
#define STR(x) STR2(x)
#define MARK(n) asm(".pushsection .BTF_ids,\"a\"\n.local list\nlist:\n.zero 4\n" \
	".local __BTF_ID__struct__file__" STR(n) "\n.type __BTF_ID__struct__file__" STR(n) ", @object\n" \
	".size __BTF_ID__struct__file__" STR(n) ", 4\n__BTF_ID__struct__file__" STR(n) ":\n.zero 4\n.popsection")
MARK(M);
extern unsigned int list[];
extern int ext(int);
int unchanged(int x) { return ext(list[1]) + x; }
int changed(int x) { return ext(list[1]) + N; }
END
$CC $flags -DN=1 -DM=1234 -c -o k0.o k.c
$CC $flags -DN=5 -DM=5678 -c -o k1.o k.c
"$tool" create --name marks --release test --symvers "$here/symvers" -o k.upd.o --json k.json \
	--source k.o k0.o k1.o
[ "$(jq -c '[.objects[].replaced[].name]' k.json)" = '["changed"]' ]
