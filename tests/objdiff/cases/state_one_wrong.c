// SPDX-License-Identifier: GPL-2.0
// One function used the wrong variable, or a wrong lock: that is mended.
// replace: drop lock_it look unlock_it
// cflags: -g
#include "kernel.h"
struct lock { int v; };
typedef struct spinlock { struct lock rlock; } spinlock_t;
extern void _raw_spin_lock(spinlock_t *l);
extern void _raw_spin_unlock(spinlock_t *l);
static int readers, writers, limit_a = 3, limit_b = 4;
static spinlock_t lock_a, lock_b;
void take(int w) { if (w) writers++; else readers++; }
void drop(int w) { if (w) PREPOST(readers, writers)--; else readers--; }
int look(int n) { return n > PREPOST(limit_a, limit_b); }
int set(int a, int b) { limit_a = a; limit_b = b; return 0; }
int both(int n) { return limit_a * n + limit_b; }
void lock_it(int n)
{
	_raw_spin_lock(&PREPOST(lock_a, lock_b));
	ext(n);
	_raw_spin_unlock(&PREPOST(lock_a, lock_b));
}
void unlock_it(int n)
{
	_raw_spin_lock(&PREPOST(lock_a, lock_b));
	ext2(n);
	_raw_spin_unlock(&PREPOST(lock_a, lock_b));
}
void all(int n)
{
	_raw_spin_lock(&lock_a);
	_raw_spin_lock(&lock_b);
	ext(n + 1);
	_raw_spin_unlock(&lock_b);
	_raw_spin_unlock(&lock_a);
}
