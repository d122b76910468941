// refuse: export_changed:f
#include "kernel.h"
int f(int x) { return ext(x); }
#ifdef POST
EXPORT_SYMBOL(f);
#endif
