// SPDX-License-Identifier: GPL-2.0
/*
 * Every kind of section in an x86-64 object of a supported kernel, and how it is
 * treated.
 *
 * A section that is not listed is SC_UNKNOWN: it may stay as it is. But if it changes,
 * or if new code needs an unnamed part of it, the update is refused. So no section is
 * ignored by oversight.
 */
#include <string.h>

#include "ksplice_format.h"
#include "unit.h"

#define EXACT(n, c)		{ .name = n, .cls = c }
#define PREFIX(n, c)		{ .name = n, .cls = c, .prefix = true }
#define TABLE(n, t, size, e)						\
	{ .name = n, .cls = SC_TABLE, .table = t, .entsize = size, .emit = e }
#define TABLE_SIZES(n, t, size, size_old, e)				\
	{ .name = n, .cls = SC_TABLE, .table = t, .sizes = { size, size_old }, .emit = e }
#define SPECIAL(n, p, w)						\
	{ .name = n, .cls = SC_SPECIAL, .prefix = p, .what = w }

/* The first match counts, so a longer name comes before its prefix. */
static const struct sec_desc descs[] = {
	EXACT("", SC_NONE),
	PREFIX(".debug", SC_NONE),
	PREFIX(".gnu.", SC_DROP),
	EXACT(".comment", SC_DROP),
	PREFIX(".note", SC_DROP),
	PREFIX(".discard", SC_DROP),
	PREFIX(".llvm", SC_DROP),
	EXACT(".eh_frame", SC_DROP),
	EXACT(".sframe", SC_DROP),
	EXACT(".orc_header", SC_DROP),
	/* one word per .orc_unwind_ip entry, and emitted with it */
	EXACT(".orc_unwind", SC_DROP),
	/* only shows where call padding starts */
	EXACT("__patchable_function_entries", SC_DROP),
	/* formats for a userspace index, keyed by file and line */
	EXACT(".printk_index", SC_DROP),
	/* check_injection() compares its contents */
	EXACT("_error_injection_whitelist", SC_DROP),
	EXACT(".static_call_tramp_key", SC_DROP),
	EXACT("__dyndbg_classes", SC_DATA),
	/* strings for modinfo; the update has its own */
	EXACT(".modinfo", SC_DROP),

	/* hooks of the author */
	PREFIX(KSPLICE_HOOK_SECTION, SC_HOOK),

	SPECIAL(".initcall", true, "an initcall, which only runs at boot"),
	SPECIAL(".con_initcall", true, "an initcall, which only runs at boot"),

	/* freed after boot */
	EXACT(".init.setup", SC_INIT),
	PREFIX(".init", SC_INIT),
	PREFIX(".exit", SC_INIT),
	/*
	 * Up to 6.10: these are kept if memory hotplug is enabled, as it is here. If
	 * they are freed, the core finds them missing.
	 */
	PREFIX(".meminit.text", SC_TEXT),
	PREFIX(".memexit.text", SC_TEXT),
	PREFIX(".meminit.rodata", SC_RODATA),
	PREFIX(".memexit.rodata", SC_RODATA),
	PREFIX(".meminit", SC_DATA),
	PREFIX(".memexit", SC_DATA),
	EXACT(".x86_cpu_dev.init", SC_INIT),
	EXACT(".lsm_info.init", SC_INIT),
	EXACT(".early_lsm_info.init", SC_INIT),
	EXACT(".x86_trampoline", SC_INIT),
	EXACT(".altinstr_aux", SC_ALT_AUX),
	EXACT(".altinstr_replacement", SC_ALT_REPL),
	PREFIX(".apicdrivers", SC_INIT),
	PREFIX(".intel_mid_dev.init", SC_INIT),
	EXACT("__earlycon_table", SC_INIT),
	EXACT("__timer_acpi_probe_table", SC_INIT),
	EXACT("__irqchip_acpi_probe_table", SC_INIT),
	PREFIX(".kunit", SC_INIT),

	/* code */
	EXACT(".static_call.text", SC_STATIC_CALL),
	PREFIX(".noinstr.text", SC_NOINSTR),
	PREFIX(".entry.text", SC_NOINSTR),
	PREFIX(".entry_trampoline", SC_NOINSTR),
	EXACT(".cpuidle.text", SC_NOINSTR),
	/* kept, but runs where the kernel is not mapped yet, also for hotplugged CPUs */
	EXACT(".head.text", SC_NOINSTR),
	PREFIX(".text..__x86", SC_NOINSTR),
	PREFIX(".text.__x86", SC_NOINSTR),
	EXACT(".text.startup", SC_INIT),
	EXACT(".text", SC_TEXT),
	PREFIX(".text.", SC_TEXT),
	EXACT(".sched.text", SC_TEXT),
	EXACT(".spinlock.text", SC_TEXT),
	EXACT(".kprobes.text", SC_TEXT),
	EXACT(".irqentry.text", SC_TEXT),
	EXACT(".softirqentry.text", SC_TEXT),
	EXACT(".ref.text", SC_TEXT),

	/* tables about places in the code */
	/* the kernel applies it before .altinstructions */
	TABLE(".parainstructions", TABLE_PARAVIRT, PARAVIRT_SIZE, true),
	TABLE_SIZES(".altinstructions", TABLE_ALT, ALT_SIZE, ALT_SIZE_OLD, true),
	TABLE_SIZES("__bug_table", TABLE_BUG, BUG_SIZE, BUG_SIZE_SHORT, true),
	TABLE("__ex_table", TABLE_EX, 12, true),
	TABLE("__jump_table", TABLE_JUMP, 16, true),
	TABLE(".static_call_sites", TABLE_STATIC_CALL, 8, true),
	TABLE(".retpoline_sites", TABLE_RETPOLINE, 4, true),
	TABLE(".return_sites", TABLE_RETURN, 4, true),
	TABLE(".call_sites", TABLE_CALL, 4, true),
	TABLE(".smp_locks", TABLE_SMP_LOCK, 4, true),
	/*
	 * Sealing needs the whole program: if no code in this file takes the address of
	 * a function, another file may still do so. Without seals, all calls work.
	 */
	TABLE(".ibt_endbr_seal", TABLE_ENDBR, 4, false),
	TABLE("__mcount_loc", TABLE_MCOUNT, 8, true),
	TABLE(".orc_unwind_ip", TABLE_ORC_IP, 4, true),
	TABLE("_kprobe_blacklist", TABLE_KPROBE_BL, 8, true),
	TABLE(".cfi_sites", TABLE_CFI, 4, true),
	TABLE(".kcfi_traps", TABLE_CFI_TRAP, 4, true),
	{ .name = "runtime_ptr_", .prefix = true, .cls = SC_TABLE,
	  .table = TABLE_RT_PTR, .entsize = 4 },
	{ .name = "runtime_shift_", .prefix = true, .cls = SC_TABLE,
	  .table = TABLE_RT_SHIFT, .entsize = 4 },

	/* sections that the linker collects and the kernel reads at boot */
	SPECIAL("__param", false, "a module parameter"),
	SPECIAL("__modver", false, "a module version"),
	SPECIAL("__tracepoints", true, "the definition of a tracepoint"),
	SPECIAL("_ftrace_events", false, "the definition of a trace event"),
	SPECIAL("_ftrace_eval_map", false, "the values of a trace event"),
	SPECIAL("__bpf_raw_tp_map", false, "the definition of a tracepoint"),
	SPECIAL("__trace_printk_fmt", false, "a format of trace_printk()"),
	SPECIAL("__syscalls_metadata", false, "a system call's description"),
	SPECIAL(".BTF_ids", false, "a list of BTF ids"),
	SPECIAL(".pci_fixup", true, "a PCI quirk"),
	SPECIAL("__srcu_struct_ptrs", false, "an SRCU domain"),
	SPECIAL(".data..ro_after_init.BTF", false, "a list of BTF ids"),
	SPECIAL("__clk_of_table", true, "a table of drivers"),
	SPECIAL("__governor_thermal_table", true, "a table of drivers"),
	SPECIAL(".builtin_fw", true, "built-in firmware"),

	PREFIX("___ksymtab", SC_EXPORT),
	PREFIX("__ksymtab", SC_EXPORT),
	PREFIX("___kcrctab", SC_EXPORT),
	PREFIX("__kcrctab", SC_EXPORT),
	EXACT(".export_symbol", SC_EXPORT),

	/* data */
	EXACT("__dyndbg", SC_DYNDBG),
	EXACT(".data..once", SC_FRESH),
	EXACT(".data..do_once", SC_DATA),
	EXACT(".data.once", SC_FRESH),
	EXACT(".data.unlikely", SC_FRESH),
	EXACT(".data..unlikely", SC_FRESH),
	PREFIX(".data..Lubsan", SC_FRESH),
	PREFIX(".data..percpu", SC_PERCPU),
	PREFIX(".data.rel.ro", SC_RODATA),
	EXACT(".data", SC_DATA),
	PREFIX(".data.", SC_DATA),
	EXACT(".ref.data", SC_DATA),
	EXACT(".bss", SC_DATA),
	PREFIX(".bss.", SC_DATA),
	EXACT(".rodata", SC_RODATA),
	PREFIX(".rodata.", SC_RODATA),
	EXACT(".kprobe_blacklist", SC_DROP),
	/* the scheduling classes are ordered by their sections */
	EXACT("__stop_sched_class", SC_RODATA),
	EXACT("__dl_sched_class", SC_RODATA),
	EXACT("__rt_sched_class", SC_RODATA),
	EXACT("__fair_sched_class", SC_RODATA),
	EXACT("__ext_sched_class", SC_RODATA),
	EXACT("__idle_sched_class", SC_RODATA),
};

static const struct sec_desc unknown = { .name = "", .cls = SC_UNKNOWN };

const struct sec_desc *sec_describe(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(descs); i++) {
		const struct sec_desc *d = &descs[i];

		if (d->prefix ? starts_with(name, d->name)
			      : !strcmp(name, d->name))
			return d;
	}
	return &unknown;
}

/* Sections with the same meaning */

/*
 * Sections that only affect the layout of memory, for speed. In other sections, units
 * may be mapped, protected or recognized by their address.
 */
static const char * const plain[] = {
	".text", ".sched.text", ".spinlock.text", ".ref.text",
	".data", ".bss", ".ref.data", ".data..read_mostly",
	".data..cacheline_aligned", ".data..shared_aligned",
	".rodata",
	".data..percpu", ".data..percpu..read_mostly",
	".data..percpu..shared_aligned",
};

/* ".text.f" and ".data.x", names from the compiler; clang: ".rodata..Lx" */
static bool is_named_after_unit(const char *name)
{
	static const char * const starts[] = {
		".text.", ".data.", ".bss.", ".rodata.",
	};
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		n = strlen(starts[i]);
		if (starts_with(name, starts[i]))
			return name[n] != '.' || name[n + 1] == 'L';
	}
	return false;
}

/**
 * sec_is_plain() - is a section only ordinary memory?
 * @sec:	the section
 */
bool sec_is_plain(const struct sec *sec)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plain); i++)
		if (!strcmp(sec->name, plain[i]))
			return true;
	return is_named_after_unit(sec->name);
}

/**
 * sec_is_known_place() - ... or do modules have the same kind of section?
 * @sec:	the section, of variables
 */
bool sec_is_known_place(const struct sec *sec)
{
	static const char *const known[] = {
		".data..read_mostly", ".data..ro_after_init", ".data..cacheline_aligned",
		".data..percpu", ".data..percpu..read_mostly", ".data..shared_aligned",
		".data..percpu..shared_aligned", ".data..once", ".data.rel",
		".data..do_once", ".data..page_aligned", ".bss..page_aligned",
	};
	size_t i;

	if (sec_is_plain(sec))
		return true;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(sec->name, known[i]))
			return true;
	return sec->cls == SC_FRESH || sec->cls == SC_DYNDBG;
}

/**
 * stand_alike() - does the kernel treat units in both sections alike?
 * @a:	section
 * @b:	section
 */
bool stand_alike(const struct sec *a, const struct sec *b)
{
	return a->cls == b->cls && (!strcmp(a->name, b->name) ||
				    (sec_is_plain(a) && sec_is_plain(b)));
}
