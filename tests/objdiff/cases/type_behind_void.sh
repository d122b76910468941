#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# What a void pointer, a number or a list entry leads to is what the code takes it for.
set -e
cd "$out"
cat >v.c <<'END'
#include "kernel.h"
struct file { void *priv; struct node { struct node *next; } list; };
extern void *alloc(u64 size);
#define container_of(ptr, type, member)	((type *)((char *)(ptr) - __builtin_offsetof(type, member)))
#ifdef POST
struct session_state { int flags, len; };
struct entry_data { int prio, id; struct node node; };
#define session session_state
#define entry entry_data
#else
struct session { int len, flags; };
struct entry { int id, prio; struct node node; };
#endif
void opens(struct file *f)
{
	struct session *s = alloc(sizeof(*s));

	s->len = 5;
	s->flags = 7;
	f->priv = s;
}
int by_other_name(struct file *f)
{
	struct session *PREPOST(s, state) = f->priv;

	return ext(PREPOST(s, state)->len);
}
int by_cast(struct file *f) { return ext2(((struct session *)f->priv)->flags + PREPOST(1, 2)); }
int by_number(u64 cookie) { struct session *s = (void *)cookie; return ext(s->len); }
int by_entry(struct file *f) { struct entry *e = container_of(f->list.next, struct entry, node); return ext2(e->id); }
#ifdef POST
static noinline int helps(void *p) { struct session *s = p; return ext2(s->flags); }
int by_helper(struct file *f) { return helps(f->priv) + PREPOST(1, 2); }
#else
int by_helper(struct file *f) { struct session *s = f->priv; return ext2(s->flags); }
#endif
void fills(struct file *f) { *(struct session *)f->priv = (struct session){ .len = 3, .flags = 4 }; }
END
$CC $flags -g -I"$here" -c -o v0.o v.c
$CC $flags -g -I"$here" -DPOST -c -o v1.o v.c
code=0
"$tool" diff v0.o v1.o --json >v.json || code=$?
[ $code -eq 4 ]
jq -r '.refusals[] | select(.code == "type_changed") | .what, (.also // [] | .[])' v.json | sort >v.got
for f in by_cast by_entry by_helper by_number by_other_name fills opens; do
	grep -qx $f v.got || { echo "$f is not refused"; exit 1; }
done
