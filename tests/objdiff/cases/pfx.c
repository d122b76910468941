// SPDX-License-Identifier: GPL-2.0
// The names that objtool gives to the padding before functions are nobody's to call.
// replace: f
#include "kernel.h"
#define PFX(func) asm(".globl __pfx_" #func "; .type __pfx_" #func ", @function; .size __pfx_" #func ", 16\n" \
		      ".set __pfx_" #func ", " #func " - 16")
int f(int x) { return ext(x + PREPOST(1, 2)); }
PFX(f);
int g(int x) { return ext2(x); }
PFX(g);
