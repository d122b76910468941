// SPDX-License-Identifier: GPL-2.0
// Objects have the address of a function, by which another function knows them. Both now
// take another existing function, and what is there has the old one. A callback that is
// set another way alone is right, and so is a comparison that is mended.
// refuse: const_escapes:done_first
#include "kernel.h"
struct request { int (*done)(int), (*wake)(int), (*note)(int); };
int done_first(int x) { return ext(x); }
int done_second(int x) { return ext(x + 1); }
int note_first(int x) { return ext(x + 2); }
int note_second(int x) { return ext(x + 3); }
void start(struct request *r) { r->done = PREPOST(done_first, done_second); ext(2); }
int is_ours(struct request *r) { return r->done == PREPOST(done_first, done_second) ? ext(3) : 0; }
int other(struct request *r) { return r->done == done_first; }
void start_wake(struct request *r) { r->wake = PREPOST(ext, ext2); ext(4); }
int is_noted(struct request *r) { return r->note == PREPOST(note_first, note_second) ? ext(5) : 0; }
void notes(struct request *r) { r->note = note_second; ext(6); }
