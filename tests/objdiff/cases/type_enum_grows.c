// SPDX-License-Identifier: GPL-2.0
// Values were added where no number moves but that which counts them or is the highest.
// cflags: -g -gdwarf-4
// replace: attributes bits counts others unnamed
// copy: policy
#include "kernel.h"
#ifdef POST
#define NEW(x) x,
#else
#define NEW(x)
#endif
enum state { IDLE, BUSY, NEW(WAITING) NR_STATES };
enum attr { ATTR_UNSPEC, ATTR_A, ATTR_B, NEW(ATTR_C) NEW(ATTR_D) __ATTR_LAST, ATTR_MAX = __ATTR_LAST - 1 };
enum { FLAG_A = 1, FLAG_B = 2, NEW(FLAG_C = 4) FLAG_HIGH = 8 };
enum { BIT_A, BIT_B, NEW(BIT_C) BIT_COUNT };
enum reason { REASON_A = 2, REASON_B, NEW(REASON_C) MAX_REASON };
/* an alias: the number has its name still */
enum alias { X_A, X_B, PREPOST(X_B_TOO, X_B_AGAIN) = X_B };
/* what has no name has one now, a value went to an enum of its own */
#ifdef POST
enum { KEEP_A, KEEP_B };
enum given { KEEP_C = 2 };
#else
enum { KEEP_A, KEEP_B, KEEP_C };
#endif
struct policy { int type; };
extern int __nla_parse(int max, const struct policy *p);
static const struct policy policy[ATTR_MAX + 1] = { { 1 } };

int counts(int s) { return ext(s < (int)NR_STATES) + ext(s == (int)BUSY); }
int attributes(int s) { return __nla_parse(ATTR_MAX, policy) + ext(s == (int)ATTR_B); }
int unnamed(int s) { return ext(s & FLAG_HIGH) + ext(s & FLAG_B) + PREPOST(1, 7); }
int bits(int s) { return ext(s < BIT_COUNT) + ext(s == KEEP_C) + ext(s == KEEP_A); }
int others(int s)
{
	int last = MAX_REASON;

	return ext(s == (int)X_B) + __nla_parse(last, 0) + ext(s == (int)REASON_B);
}
