// replace: w
#include "kernel.h"
int __weak w(int x) { return ext(x) + PREPOST(1, 2); }
