// SPDX-License-Identifier: GPL-2.0
// struct_group(): a second name for members that stay where they are.
// cflags: -g -gdwarf-4
// replace: arrays deeper part tagged whole
#include "kernel.h"
extern void copy(void *to, const void *from, unsigned long n);
#ifdef POST
#define group(name, members...) union { struct { members }; struct { members } name; }
#define group_tagged(tag, name, members...) union { struct { members }; struct tag { members } name; }
#else
#define group(name, members...) struct { members }
#define group_tagged(tag, name, members...) struct { members }
#endif
struct hdr { int len; group(addr, int a; int b;); int rest; };
struct packet { char kind; group(body, char from[6]; char to[6];); struct { group(in, short x; short y;); } at; };
struct flow { long n; group_tagged(flow_key, key, int a; struct hdr *h; unsigned bits : 3; unsigned more : 5;); };
struct first { group(all, int a; long b;); };

int part(struct hdr *h, void *p) { copy(PREPOST(&h->a, &h->addr), p, 8); return ext(PREPOST(1, 2)); }
int arrays(struct packet *k, void *p) { copy(PREPOST(k->from, &k->body), p, 12); return ext(PREPOST(1, 2)); }
int deeper(struct packet *k) { return ext(k->at.x) + ext(PREPOST(1, 2)); }
int tagged(struct flow *f, void *p) { copy(PREPOST(&f->a, &f->key), p, 16); return ext(PREPOST(1, 2)); }
int whole(struct first *f, void *p) { copy(f, p, 16); return ext(PREPOST(1, 2)); }
