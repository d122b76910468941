# SPDX-License-Identifier: GPL-2.0
#
# The trace of guest.sh's stretch_events: the longest stretch of each kind within a
# change, in instructions. me: who changes; name: goes into the names of the figures.
#
# resched	without a place to reschedule
# rcu		in which RCU waits
# irqs_off	with interrupts off, under a runqueue's lock or another

# "comm-PID [CPU] FLAGS SECONDS.MICROSECONDS: EVENT: ..."
{
	if (!match($0, / [0-9]+\.[0-9]{6}: [a-z_]+: /))
		next
	split(substr($0, RSTART + 1, RLENGTH - 1), part, ": ")
	split(part[1], time, ".")
	t = time[1] * 1000000 + time[2]
	event = part[2]
}

function took(kind, since)
{
	if (t - since > longest[kind])
		longest[kind] = t - since
}

event == "change_begin" { change = 1; last = t; next }
event == "change_end" { if (change) took("resched", last); change = 0; changes++; next }
!change { next }

event == "sched_switch" {
	if ($0 ~ "prev_pid=" me " ")
		took("resched", last)
	last = t
	next
}
event == "resched" { took("resched", last); last = t; places++; next }
event ~ /_begin$/ { begun[event] = t; next }
event == "gather_end" { took("rcu", begun["gather_begin"]); next }
event == "held_end" { took("irqs_off", begun["held_begin"]); held++; next }
event == "exit_end" { took("irqs_off", begun["exit_begin"]); next }
event == "drain_end" { took("irqs_off", begun["drain_begin"]); next }

END {
	# Half of a trace says nothing.
	if (changes != 2 || held < 20000 || places < 20000)
		exit 1
	for (kind in longest)
		print "stretch_" kind "_" name " " longest[kind] * 1000
}
