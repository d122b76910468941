#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a VM: loads what a small server would have loaded, and writes down what is
# loaded then. demo-release.sh makes the update for that, and guest-release.sh
# loads the same.
#
# usage: release-modules.sh [FILE]

for m in ext4 loop overlay nf_tables nft_ct nft_nat nft_masq veth bridge; do
	modprobe -q "$m" || :
done
[ $# -eq 0 ] || sort /proc/modules >"$1"
