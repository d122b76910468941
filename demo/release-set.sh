#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a VM: what is run before, with and after the update of a release. One line for
# each program: what became of it, and its name. Those that are about how fast the
# machine is, or that set its clock, are left out: an emulated CPU fails them as it
# likes.
#
# usage: release-set.sh SELFTESTS
#  SELFTESTS: the kernel's own, built (kselftest/ of their make)

dir=$1
export LC_ALL=C

# one NAME DIR COMMAND...
one() {
	local name=$1 dir=$2 code=0

	shift 2
	(cd "$dir" && exec timeout 180 "$@") >/run/set.out 2>&1 </dev/null || code=$?
	case $code in
	0)	printf 'passed %s\n' "$name" ;;
	4)	printf 'skipped %s\n' "$name" ;;
	124)	printf 'too-slow %s\n' "$name" ;;
	*)	printf 'failed(%d) %s\n' $code "$name" ;;
	esac
}

for stressor in fork:40 pipe:2000 sock:40 udp:40 epoll:100 futex:2000 timer:200 mmap:2 mq:500 \
	sem-sysv:500 shm-sysv:5 splice:200 sendfile:100 getdent:20 dentry:50 fallocate:20 \
	inotify:5 eventfd:500 signal:1000 userfaultfd:50 seccomp:5 vm-rw:5 aio:50; do
	one "stress-ng ${stressor%:*}" /tmp stress-ng --verify --no-rand-seed --timeout 150 \
		--"${stressor%:*}" 1 --"${stressor%:*}"-ops "${stressor#*:}"
done
for t in "$dir"/proc/* "$dir"/futex/functional/* "$dir"/timers/{nanosleep,mqueue-lat,inconsistency-check} \
	"$dir"/seccomp/seccomp_bpf "$dir"/net/* "$dir"/net/af_unix/*; do
	case ${t##*/} in
	# needs a mount that the guest does not have; about memory that runs out
	*.sh | *.h | *.o | proc-empty-vm) continue ;;
	esac
	[ -d "$t" ] || [ ! -x "$t" ] || one "${t#"$dir"/}" "${t%/*}" "$t"
done
