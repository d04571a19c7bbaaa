#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lssyscfg.sh - `lssyscfg -r lpar` over 1,000 defined LPARs against `virsh list --all`, same libvirtd
# Runs in a frame, where lpard serves $SYS.
set -euo pipefail
# shellcheck source=tests/bench/lib.sh
. "$PAR_TEST_SOURCE/bench/lib.sh"
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
count=${BENCH_LPARS:-1000}

make_lpars()
{
	local i
	for ((i = 1; i <= count; i++)); do
		mksyscfg -r lpar -m "$SYS" -i "$(lpar_attributes "bench$i" current)" || exit 1
	done
}

ours()
{
	time_of lssyscfg -r lpar -m "$SYS"
}

theirs()
{
	time_of virsh -c qemu:///system list --all
}

begin=$SECONDS
make_lpars
echo "# $count LPARs made in $((SECONDS - begin)) s"
[ "$(lssyscfg -r lpar -m "$SYS" -F name | grep -c '^bench')" = "$count" ]
[ "$(virsh -q -c qemu:///system list --all --name | grep -c '^bench')" = "$count" ]
in_turns ours theirs
report "lssyscfg of $count LPARs" "$median_a" "$median_b" "virsh list --all" 1.5
exit "$bench_bad"
