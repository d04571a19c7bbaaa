#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wpar.sh - WPARs against bwrap, unshare and crun on the same root file system; on this machine or in an LPAR
#
#	wpar.sh here|lpar
#
# The LPAR's bash reads this script and lib.sh from its stdin, so neither needs a file beside it.
set -euo pipefail
if [ -n "${PAR_TEST_SOURCE:-}" ]; then
	# shellcheck source=tests/bench/lib.sh
	. "$PAR_TEST_SOURCE/bench/lib.sh"
fi
where=${1:-here}
work=$(mktemp -d)
root=$work/bundle/rootfs
trap 'umount "$root" 2>/dev/null || :; rm -rf --one-file-system "$work"' EXIT

exec_ours()
{
	time_of wparexec -- /usr/bin/true
}

# What a WPAR's process sees too: the machine's root, and a /proc and a /dev of its own.
exec_bwrap()
{
	time_of bwrap --unshare-all --bind / / --proc /proc --dev /dev /usr/bin/true
}

# The least that bwrap can do.
exec_bwrap_bare()
{
	time_of bwrap --unshare-all --bind / / /usr/bin/true
}

# The floor: the same name spaces and a /proc, by one program that does nothing else.
exec_unshare()
{
	time_of unshare --user --map-root-user --mount --uts --ipc --net --pid --fork --mount-proc true
}

# The same root for crun, which cannot take "/" itself: a bind mount of it.  Its own default
# namespaces, which are pid, network, ipc, uts, mount and cgroup: one less than a WPAR's.
crun_bundle()
{
	mkdir -p "$root"
	mount --bind / "$root"
	(cd "$work/bundle" && crun spec)
	sed -i -e 's|"terminal": true|"terminal": false|' -e 's|"sh"|"/usr/bin/true"|' \
		-e 's|"readonly": true|"readonly": false|' "$work/bundle/config.json"
}

# The same with a user namespace, which a WPAR has.
crun_bundle_user()
{
	mkdir -p "$work/user"
	sed -e 's|"path": "rootfs"|"path": "'"$root"'"|' -e 's|"namespaces": \[|&{ "type": "user" },|' \
		-e 's|"linux": {|&"uidMappings": [{"containerID": 0, "hostID": 0, "size": 65536}], |' \
		-e 's|"linux": {|&"gidMappings": [{"containerID": 0, "hostID": 0, "size": 65536}], |' \
		"$work/bundle/config.json" >"$work/user/config.json"
}

exec_crun()
{
	time_of crun run --bundle "$work/bundle" "bench-$RANDOM"
}

exec_crun_user()
{
	time_of crun run --bundle "$work/user" "bench-$RANDOM"
}

make_ours()
{
	time_of sh -c 'mkwpar --minimal -n bench1 && startwpar bench1'
	stopwpar -F bench1 >/dev/null && rmwpar bench1 >/dev/null
}

make_crun()
{
	time_of sh -c 'crun create --bundle "$1" bench1 && crun start bench1' sh "$work/bundle"
	crun delete -f bench1
}

# A running WPAR and a running container, for what enters them.  In both the command is named alike;
# without -- clogin has a login shell run it, with the profile.
enter_up()
{
	mkwpar --minimal -n bench2 -s >/dev/null
	mkdir -p "$work/enter"
	sed -e 's|"path": "rootfs"|"path": "'"$root"'"|' -e 's|"/usr/bin/true"|"/usr/bin/sleep", "3600"|' \
		"$work/bundle/config.json" >"$work/enter/config.json"
	crun run --detach --bundle "$work/enter" bench2 >/dev/null </dev/null 2>&1
}

enter_down()
{
	crun delete -f bench2
	rmwpar -F bench2 >/dev/null
}

enter_ours()
{
	time_of clogin bench2 -- true
}

enter_ours_shell()
{
	time_of clogin bench2 true
}

enter_crun()
{
	time_of crun exec bench2 true
}

in_turns exec_ours exec_bwrap
report "wparexec -- true ($where)" "$median_a" "$median_b" "bwrap --unshare-all" 1.3
in_turns exec_ours exec_bwrap_bare
report "wparexec -- true ($where)" "$median_a" "$median_b" "bwrap, no /proc, /dev"
# No promise yet: the goal is 0.95 in an LPAR and 1.2 here.
in_turns exec_ours exec_unshare
report "wparexec -- true ($where)" "$median_a" "$median_b" "unshare, the floor"
if [ "$where" = lpar ]; then
	crun_bundle
	in_turns exec_ours exec_crun
	report "wparexec -- true ($where)" "$median_a" "$median_b" "crun run" 1.0
	crun_bundle_user
	in_turns exec_ours exec_crun_user
	report "wparexec -- true ($where)" "$median_a" "$median_b" "crun run, user ns"
	in_turns make_ours make_crun
	report "mkwpar + startwpar ($where)" "$median_a" "$median_b" "crun create + start"
	enter_up
	in_turns enter_ours enter_crun
	report "clogin NAME -- true ($where)" "$median_a" "$median_b" "crun exec" 0.5
	in_turns enter_ours_shell enter_crun
	report "clogin NAME true ($where)" "$median_a" "$median_b" "crun exec"
	enter_down
fi
exit "$bench_bad"
