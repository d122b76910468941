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

# Ten minutes after an update was applied it is good. The mark says when that was; a
# timer that runs each ten seconds, and a mark from ten minutes ago, tell as much as
# waiting for it.
part_settled() {
	local dir=/run/systemd/system/ksplice-settle.timer.d

	types root 0 'debian-fixes: applied' 'ksplice undo -q --keep debian-fixes; ksplice apply debian-fixes'
	types root 0 '' "mkdir -p $dir && printf '[Timer]\nOnBootSec=\nOnBootSec=1s\nOnUnitActiveSec=10s\nAccuracySec=1s\n' >$dir/often.conf" \
		'the timer is to run each ten seconds'
	types root 0 '' 'systemctl daemon-reload && systemctl restart ksplice-settle.timer'
	part_timer_goes_on 'with nothing to note'
	types root 0 "^1 [0-9a-f-]{36} " "cat $MARK" 'what has just been applied is marked'
	types root 0 '' "sed -i -E 's/^(1 [^ ]+) [0-9]+ /\1 -600 /' $MARK" 'ten minutes go by'
	types root 0 '' "for i in {1..60}; do test -e $MARK || exit 0; sleep 1; done; exit 1" \
		'the timer takes the mark away'
	types root 0 'debian-fixes: the machine runs well with it' 'journalctl -b -u ksplice-settle'
	part_timer_goes_on 'without a mark'
	types root 0 '^applied$' "$STATE"
	types root 0 '' "rm -r $dir && systemctl daemon-reload && systemctl restart ksplice-settle.timer"
}

part_timer_goes_on() {
	local last='systemctl show -P LastTriggerUSec ksplice-settle.timer'

	types root 0 '' "sleep 5; last=\$($last); for i in {1..60}; do test \"\$($last)\" = \"\$last\" || exit 0; sleep 1; done; exit 1" \
		"the timer goes on by itself, $1"
}
