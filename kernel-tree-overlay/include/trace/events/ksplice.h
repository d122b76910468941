/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ksplice

#if !defined(_TRACE_KSPLICE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_KSPLICE_H

#include <linux/sched.h>
#include <linux/tracepoint.h>

/* From here to ksplice_done, who is switched out is recorded. */
TRACE_EVENT(ksplice_window,
	    TP_PROTO(const char *update, bool apply),

	    TP_ARGS(update, apply),

	    TP_STRUCT__entry(__string(update, update)
			     __field(bool, apply)),

	    TP_fast_assign(ksplice_assign_str(update);
			   __entry->apply = apply;),

	    TP_printk("update=%s %s", __get_str(update),
		      __entry->apply ? "apply" : "reverse")
);

/* A check of threads, the machine running. */
TRACE_EVENT(ksplice_check,
	    TP_PROTO(const char *update, bool full, unsigned int checked,
		     unsigned int ran, unsigned int conflicts),

	    TP_ARGS(update, full, checked, ran, conflicts),

	    TP_STRUCT__entry(__string(update, update)
			     __field(bool, full)
			     __field(unsigned int, checked)
			     __field(unsigned int, ran)
			     __field(unsigned int, conflicts)),

	    TP_fast_assign(ksplice_assign_str(update);
			   __entry->full = full;
			   __entry->checked = checked;
			   __entry->ran = ran;
			   __entry->conflicts = conflicts;),

	    TP_printk("update=%s %s checked=%u ran=%u conflicts=%u",
		      __get_str(update), __entry->full ? "all" : "some",
		      __entry->checked, __entry->ran, __entry->conflicts)
);

/* A thread in the way, at a check or in the stop. */
TRACE_EVENT(ksplice_conflict,
	    TP_PROTO(const char *update, pid_t pid, const char *comm,
		     unsigned long addr, bool scanned),

	    TP_ARGS(update, pid, comm, addr, scanned),

	    TP_STRUCT__entry(__string(update, update)
			     __field(pid_t, pid)
			     __array(char, comm, TASK_COMM_LEN)
			     __field(unsigned long, addr)
			     __field(bool, scanned)),

	    TP_fast_assign(ksplice_assign_str(update);
			   __entry->pid = pid;
			   memcpy(__entry->comm, comm, TASK_COMM_LEN);
			   __entry->addr = addr;
			   __entry->scanned = scanned;),

	    TP_printk("update=%s pid=%d comm=%s at=%pS%s", __get_str(update),
		      __entry->pid, __entry->comm, (void *)__entry->addr,
		      __entry->scanned ? " scanned" : "")
);

/* A thread in the way was asked to come out. */
TRACE_EVENT(ksplice_nudge,
	    TP_PROTO(const char *update, pid_t pid),

	    TP_ARGS(update, pid),

	    TP_STRUCT__entry(__string(update, update)
			     __field(pid_t, pid)),

	    TP_fast_assign(ksplice_assign_str(update);
			   __entry->pid = pid;),

	    TP_printk("update=%s pid=%d", __get_str(update), __entry->pid)
);

/* The machine was stopped. */
TRACE_EVENT(ksplice_stop,
	    TP_PROTO(const char *update, unsigned int rechecked,
		     unsigned int conflicts, u64 pause_ns, int ret),

	    TP_ARGS(update, rechecked, conflicts, pause_ns, ret),

	    TP_STRUCT__entry(__string(update, update)
			     __field(unsigned int, rechecked)
			     __field(unsigned int, conflicts)
			     __field(u64, pause_ns)
			     __field(int, ret)),

	    TP_fast_assign(ksplice_assign_str(update);
			   __entry->rechecked = rechecked;
			   __entry->conflicts = conflicts;
			   __entry->pause_ns = pause_ns;
			   __entry->ret = ret;),

	    TP_printk("update=%s rechecked=%u conflicts=%u pause_ns=%llu ret=%d",
		      __get_str(update), __entry->rechecked, __entry->conflicts,
		      __entry->pause_ns, __entry->ret)
);

/* The change was made, or given up. */
TRACE_EVENT(ksplice_done,
	    TP_PROTO(const char *update, bool apply, unsigned int attempts,
		     unsigned int stops, int ret),

	    TP_ARGS(update, apply, attempts, stops, ret),

	    TP_STRUCT__entry(__string(update, update)
			     __field(bool, apply)
			     __field(unsigned int, attempts)
			     __field(unsigned int, stops)
			     __field(int, ret)),

	    TP_fast_assign(ksplice_assign_str(update);
			   __entry->apply = apply;
			   __entry->attempts = attempts;
			   __entry->stops = stops;
			   __entry->ret = ret;),

	    TP_printk("update=%s %s attempts=%u stops=%u ret=%d", __get_str(update),
		      __entry->apply ? "apply" : "reverse", __entry->attempts,
		      __entry->stops, __entry->ret)
);

#endif /* _TRACE_KSPLICE_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
