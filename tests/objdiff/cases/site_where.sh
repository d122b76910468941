#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Always gcc: clang puts other instructions first.
# What begins with a jump label is replaced in the kernel itself; not in a module,
# and not if that is a short one.
set -e
cd "$out"
cat >s.c <<'END'
#include "kernel.h"
extern struct static_key key;
#define SHORT_BRANCH ({ asm goto("1: .byte 0x66, 0x90\n .pushsection __jump_table,\"aw\"\n" \
	".balign 8\n .long 1b - ., %l[yes] - .\n .quad %c0 - .\n .popsection" : : "i"(&key) : : yes); })
int wide(int x) { return static_branch(&key) ? PREPOST(1, 2) : 5; }
int narrow(int x)
{
	SHORT_BRANCH;
	return PREPOST(1, 2);
yes:
	return 5;
}
/* tails of functions: 5 bytes of a static call, in the place of a return */
#define SITE(at) ".pushsection .static_call_sites,\"aw\"\n .balign 4\n .long " at " - ., __SCK__name - .\n .popsection"
extern void __SCT__name(void);
int calls(int x)
{
	asm volatile("1: call __SCT__name\n" SITE("1b"));
	return PREPOST(1, 2);
}
int ends(int x)
{
	asm volatile("1: jmp __SCT__name\n" SITE("1b"));
	return PREPOST(1, 2);
}
END
gcc $flags -I"$here" -c -o s.pre.o s.c
gcc $flags -I"$here" -DPOST -c -o s.post.o s.c
refused() {
	code=0
	"$tool" create --name short --release test --symvers "$here/symvers" -o s.upd.o --json s.json \
		--target "$1" --source s.o s.pre.o s.post.o || code=$?
	[ $code -eq 4 ]
	[ "$(jq -r '.refusals[] | "\(.code):\(.what)"' s.json | sort | xargs)" = "$2" ]
}
refused vmlinux "site_in_the_way:ends site_in_the_way:narrow"
refused some_module "site_in_the_way:calls site_in_the_way:ends site_in_the_way:narrow site_in_the_way:wide"
