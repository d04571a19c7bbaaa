#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wpar.sh - WPARs against bwrap and crun on the same root file system; on this machine or in an LPAR
#
#	wpar.sh here|lpar
#
# It is fed to the bash of the LPAR together with lib.sh, so it needs no file beside it.
set -euo pipefail
if [ -n "${PAR_TEST_SOURCE:-}" ]; then
	# shellcheck source=tests/bench/lib.sh
	. "$PAR_TEST_SOURCE/bench/lib.sh"
fi
where=${1:-here}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

exec_ours()
{
	time_of wparexec -- /usr/bin/true
}

exec_bwrap()
{
	time_of bwrap --unshare-all --ro-bind / / --proc /proc --dev /dev /usr/bin/true
}

crun_bundle()
{
	mkdir -p "$work/bundle"
	(cd "$work/bundle" && crun spec)
	# The same root: the machine's own, read-only, and no terminal.
	sed -i -e 's|"path": "rootfs"|"path": "/"|' -e 's|"terminal": true|"terminal": false|' \
		-e 's|"sh"|"/usr/bin/true"|' "$work/bundle/config.json"
}

exec_crun()
{
	time_of crun run --bundle "$work/bundle" "bench-$RANDOM"
}

make_ours()
{
	time_of sh -c 'mkwpar -n bench1 && startwpar bench1'
	stopwpar -F bench1 >/dev/null && rmwpar bench1 >/dev/null
}

make_crun()
{
	time_of sh -c 'crun create --bundle "$1" bench1 && crun start bench1' sh "$work/bundle"
	crun delete -f bench1
}

in_turns exec_ours exec_bwrap
report "wparexec -- true ($where)" "$median_a" "$median_b" "bwrap --unshare-all" 1.3
if [ "$where" = lpar ]; then
	crun_bundle
	in_turns exec_ours exec_crun
	report "wparexec -- true ($where)" "$median_a" "$median_b" "crun run" 1.0
	in_turns make_ours make_crun
	report "mkwpar + startwpar ($where)" "$median_a" "$median_b" "crun create + start"
fi
exit "$bench_bad"
