#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# savewpar.sh - the backup of a WPAR with 20,500 files and 1.1 GiB, against `tar --xattrs --acls --zstd` of the same
# files, and its restoration against their extraction; all is on the disk when it counts as done.  Run by
# ./bench savewpar in a frame.
# shellcheck disable=SC2317,SC2154 # lib.sh calls functions, and sets what it reports
set -euo pipefail
# shellcheck source=tests/bench/lib.sh
. "$PAR_TEST_SOURCE/bench/lib.sh"
bench_runs=${BENCH_RUNS:-3}
export WPARS_ROOT=/var/lib/savewpar-bench
top=$WPARS_ROOT
mkdir -p "$top/tmp" "$top/etc"
trap 'rmwpar -F big >/dev/null 2>&1; rm -rf "$top"' EXIT

mkwpar --minimal -n big -M directory=/big vfs=directory >/dev/null
python3 "$PAR_TEST_SOURCE/bench/big_tree.py" "$top/wpars/big/big" 20500 1150000000
sync -f "$top"
echo "# $(find "$top/wpars/big" | wc -l) files, $(du -sm "$top/wpars/big" | cut -f1) MiB; load $(cut -d' ' -f1 /proc/loadavg)"

by_savewpar()
{
	time_of savewpar -f "$top/ours" big
}

by_tar()
{
	# shellcheck disable=SC2016
	time_of sh -c 'tar --xattrs --acls --zstd -cf "$1/theirs" -C "$1/wpars/big" . && sync "$1/theirs"' sh "$top"
}

in_turns by_savewpar by_tar
echo "# sizes, MiB: $(du -m "$top/ours" | cut -f1) against $(du -m "$top/theirs" | cut -f1)"
report "savewpar" "$median_a" "$median_b" "tar --xattrs --acls --zstd" 1.0
report "  its processor time" "$cpu_a" "$cpu_b" "of tar and zstd"

# Each into a place of its own, and none is removed before the end: ext4 looks for an inode that was not removed a
# moment ago, so that who comes after a removal waits.
turn=0
by_restwpar()
{
	turn=$((turn + 1))
	time_of restwpar -n "r$turn" -f "$top/ours"
}

by_extraction()
{
	mkdir "$top/t$turn"
	# shellcheck disable=SC2016
	time_of sh -c 'tar --xattrs --acls --zstd -xf "$1/theirs" -C "$1/t$2" && sync -f "$1/t$2"' sh "$top" "$turn"
}

in_turns by_restwpar by_extraction
report "restwpar" "$median_a" "$median_b" "its extraction" 1.0
report "  its processor time" "$cpu_a" "$cpu_b" "of tar and zstd"
echo "# load $(cut -d' ' -f1 /proc/loadavg)"
while [ "$turn" -gt 0 ]; do
	rmwpar -F "r$turn" >/dev/null
	turn=$((turn - 1))
done
exit $bench_bad
