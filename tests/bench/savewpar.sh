#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# savewpar.sh - the backup of a WPAR with 20,500 files and 1.1 GiB, against `tar --xattrs --acls --zstd` of the same
# files; both are on the disk when they count as done.  Run by ./bench savewpar in a frame.
set -euo pipefail
# shellcheck source=tests/bench/lib.sh
. "$PAR_TEST_SOURCE/bench/lib.sh"
bench_runs=${BENCH_RUNS:-3}
export WPARS_ROOT=/var/lib/savewpar-bench
mkdir -p "$WPARS_ROOT/tmp" "$WPARS_ROOT/etc"
trap 'rmwpar -F big >/dev/null 2>&1; rm -rf "$WPARS_ROOT"' EXIT

mkwpar --minimal -n big -M directory=/big vfs=directory >/dev/null
python3 "$PAR_TEST_SOURCE/bench/big_tree.py" "$WPARS_ROOT/wpars/big/big" 20500 1150000000
echo "# $(find "$WPARS_ROOT/wpars/big" | wc -l) files, $(du -sm "$WPARS_ROOT/wpars/big" | cut -f1) MiB; load $(cut -d' ' -f1 /proc/loadavg)"

by_savewpar()
{
	time_of savewpar -f "$WPARS_ROOT/ours" big
}

by_tar()
{
	# shellcheck disable=SC2016
	time_of sh -c 'tar --xattrs --acls --zstd -cf "$1/theirs" -C "$1/wpars/big" . && sync "$1/theirs"' sh "$WPARS_ROOT"
}

in_turns by_savewpar by_tar
echo "# sizes, MiB: $(du -m "$WPARS_ROOT/ours" | cut -f1) against $(du -m "$WPARS_ROOT/theirs" | cut -f1)"
report "savewpar" "$median_a" "$median_b" "tar --xattrs --acls --zstd" 1.0
exit $bench_bad
