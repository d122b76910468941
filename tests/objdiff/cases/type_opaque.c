// SPDX-License-Identifier: GPL-2.0
// The old object did not know the layout: whether that of now is the old one is not to be told.
// cflags: -g -gdwarf-4
// refuse: type_changed:casts type_changed:reads
#include "kernel.h"
struct dev;
struct port;
extern int dev_is_up(struct dev *d);
extern int port_is_up(struct port *p);
#ifdef POST
struct dev { int a, b, added; };
struct port { int x, y; };
#define ADDED(d) (d)->added
#define PORT(at) ((struct port *)at)->y
#else
#define ADDED(d) 0
#define PORT(at) 0
#endif
int reads(struct dev *d) { return dev_is_up(d) + ADDED(d); }
int casts(struct port *p, u64 at) { return port_is_up(p) + PORT(at); }
