# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2153 # $ is for the guest's shell; RELEASE is run.sh's
#
# The units, as systemd has them.

MARK='/var/lib/ksplice/.marks/debian-fixes@$(uname -r)'

part_units() {
	local unit

	for unit in ksplice ksplice-settle ksplice-shutdown; do
		types root 0 'Overall exposure level' \
			"systemd-analyze security --no-pager --threshold=39 $unit.service" \
			"$unit.service: systemd-analyze security is under 4"
		types root 0 '^$' "systemd-analyze verify --man=no $unit.service" \
			"$unit.service: systemd has nothing to say against it"
	done
	types root 0 '^$' 'systemd-analyze verify --man=no ksplice-settle.timer'
	types root 0 'systemd-sysctl.service' 'systemctl show -P Before ksplice.service'
	types root 0 '^active$' 'systemctl is-active ksplice-settle.timer'
	types root 0 '^active$' 'systemctl is-active ksplice-shutdown.service'
}

# The timer goes on by itself, also after it has found nothing to do; ten minutes
# after an update was applied it is good.
part_settled() {
	types root 0 "^1 [0-9a-f-]{36} " "cat $MARK" 'the update is marked'
	for_minutes 25 types root 0 '' \
		"for i in {1..140}; do test -e $MARK || exit 0; sleep 10; done; exit 1" \
		'ten minutes later it is not marked any more'
	types root 0 'debian-fixes: the machine runs well with it' 'journalctl -b -u ksplice-settle'
	types root 0 '[1-9]' 'systemctl show -P NextElapseUSecMonotonic ksplice-settle.timer'
	types root 0 '^applied$' "$STATE"
}
