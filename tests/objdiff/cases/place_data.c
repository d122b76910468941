// SPDX-License-Identifier: GPL-2.0
// Memory that is shared with a hypervisor, kept over suspend, of its own page, or not writable.
// refuse: data_changed:for_host data_changed:kept_off data_changed:own_page data_changed:sealed data_changed:was_for_host
// refuse: percpu_changed:per_host
#include "kernel.h"
static long for_host[4] __section(PREPOST(".data", ".data..decrypted")) = { 1 };
static long was_for_host[4] __section(PREPOST(".bss..decrypted", ".bss"));
static long kept_off __section(PREPOST(".data", ".data..nosave")) = 1;
static long own_page[512] __section(PREPOST(".data", ".data..page_aligned")) __attribute__((aligned(4096))) = { 1 };
/* boot is over: the running kernel's can't be written */
static long sealed __section(PREPOST(".data..ro_after_init", ".data")) = 1;
static long per_host __section(PREPOST(".data..percpu", ".data..percpu..decrypted"));
int uses(int x)
{
	return ext(for_host[x]++) + ext(was_for_host[x]++) + ext(kept_off++) + ext(own_page[x]++) +
	       ext(sealed) + ext(per_host++) + PREPOST(1, 2);
}
void sets(long v) { sealed = v; }
