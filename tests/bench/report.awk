# SPDX-License-Identifier: GPL-2.0
#
# From the figures of guest.sh and run.sh: a table, build/bench.json (json=FILE),
# and whether they are what the design promises.

{ v[$1] = $2 }

function need(name)
{
	if (!(name in v)) {
		print "bench: no figure " name > "/dev/stderr"
		bad = 1
	}
	return v[name]
}

function row(what, figure)
{
	printf "%-56s %12s\n", what, figure
}

function promise(ok, what)
{
	printf "%s %s\n", ok ? "holds " : "BROKEN", what
	if (!ok)
		bad = 1
}

# Each figure is of 100,000 calls.
function extra(name)
{
	return (need(name) - need("call_plain")) / 100000
}

# Of stacks that are unwound, and read word by word
function both(kind)
{
	return need("stretch_" kind "_unwound") " / " need("stretch_" kind "_scanned")
}

function worst(kind,	a, b)
{
	a = need("stretch_" kind "_unwound")
	b = need("stretch_" kind "_scanned")
	return a > b ? a : b
}

END {
	few = need("stop_100")
	many = need("stop_10000")
	plain = need("plain_10000")
	ksplice = extra("call_ksplice")
	livepatch = extra("call_livepatch")

	print "The stop, in instructions"
	row("  100 sleeping threads", few)
	row("  1,000 sleeping threads", need("stop_1000"))
	row("  10,000 sleeping threads", many)
	row("  1,000 threads that wake up ten times a second", need("switching_1000"))
	row("  10,000 sleeping threads, all checked in the stop", plain)
	print "Outside of the stop, with 10,000 threads and 500 functions: the longest stretch,"
	print "in instructions, stacks unwound / read word by word"
	row("  without a place to reschedule", both("resched"))
	row("  under RCU", both("rcu"))
	row("  with interrupts off", both("irqs_off"))
	print "A call, in instructions more than the call of the unpatched function"
	row("  hot update", sprintf("%.2f", ksplice))
	row("  livepatch", sprintf("%.2f", livepatch))
	print "From enabled=1 to done, in ms (hot update / livepatch)"
	row("  idle", need("done_ksplice_idle") " / " need("done_livepatch_idle"))
	row("  under load", need("done_ksplice_load") " / " need("done_livepatch_load"))
	row("  a thread sleeps in the function for 30 s",
	    need("done_ksplice_sleeper") " / " need("done_livepatch_sleeper"))
	print "An update of one function in one file"
	row("  to make it, s", sprintf("%.1f", need("build_ms") / 1000))
	row("  to compare its objects, ms", need("diff_ms"))
	row("  to load it, 1,000 instructions", need("load_us"))
	row("  memory, KiB", sprintf("%.1f", need("update_bytes") / 1024))
	print "The same of a stock kernel, fs/read_write.c"
	row("  to match the whole file, 1,000 instructions", need("match_insns") / 1000)
	row("  to load it, 1,000 instructions", need("load_insns") / 1000)
	row("  memory, KiB", sprintf("%.1f", need("load_core_bytes") / 1024))
	row("  memory that is freed after the load, KiB",
	    sprintf("%.1f", need("load_pre_bytes") / 1024))
	print ""
	promise(many <= 1.2 * few, "the stop at 10,000 threads is at most 1.2 times that at 100")
	promise(50 * many <= plain, "it is at most a 50th of that with all checked in the stop")
	promise(worst("resched") <= 1000000,
		"outside of the stop there is a place to reschedule each million instructions")
	promise(worst("rcu") <= 1000000, "no longer does RCU wait")
	promise(worst("irqs_off") <= 200000,
		"interrupts are off for at most 200,000, also with a full stack")
	promise(ksplice <= 2, "a call costs at most 2 instructions more")
	promise(10 * ksplice <= livepatch, "livepatch costs at least 10 times as much")
	promise(v["match_insns"] > 0 && v["match_insns"] < 20000000,
		"a file is matched in less than 20 ms, at an instruction each ns")
	promise(need("load_init_bytes") == 0, "the old code is freed after the load")
	if (bad)
		exit 1

	printf "{\"stop_insns\": {\"100\": %d, \"1000\": %d, \"10000\": %d, " \
	       "\"switching_1000\": %d, \"plain_10000\": %d},\n",
	       few, v["stop_1000"], many, v["switching_1000"], plain > json
	printf " \"stretch_insns\": {\"resched\": %d, \"rcu\": %d, \"irqs_off\": %d},\n",
	       worst("resched"), worst("rcu"), worst("irqs_off") > json
	printf " \"call_extra_insns\": {\"ksplice\": %.2f, \"livepatch\": %.2f},\n",
	       ksplice, livepatch > json
	printf " \"build_s\": %.1f, \"diff_ms\": %d, \"load_insns\": %d, \"update_kb\": %.1f,\n",
	       v["build_ms"] / 1000, v["diff_ms"], v["load_us"] * 1000,
	       v["update_bytes"] / 1024 > json
	printf " \"stock\": {\"match_insns\": %d, \"load_insns\": %d, \"update_kb\": %.1f, \"freed_kb\": %.1f},\n",
	       v["match_insns"], v["load_insns"], v["load_core_bytes"] / 1024,
	       v["load_pre_bytes"] / 1024 > json
	printf " \"done_ms\": {\"ksplice\": {\"idle\": %s, \"load\": %s, \"sleeper_30s\": %s},\n",
	       v["done_ksplice_idle"], v["done_ksplice_load"], v["done_ksplice_sleeper"] > json
	printf "             \"livepatch\": {\"idle\": %s, \"load\": %s, \"sleeper_30s\": %s}}}\n",
	       v["done_livepatch_idle"], v["done_livepatch_load"], v["done_livepatch_sleeper"] > json
}
