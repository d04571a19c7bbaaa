#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# full.sh - a full disk and used up processes: what the commands say, and that nothing is left
# timeout: 120
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away f1; umount -l "$WPARS_ROOT" 2>/dev/null' EXIT

# mkwpar on file systems that are full sooner or later
for options in size=40k size=300k size=1m size=2m size=3m nr_inodes=12 nr_inodes=60 nr_inodes=400; do
	mount -t tmpfs -o "$options" none "$WPARS_ROOT"
	out=$(mkwpar -n f1 2>&1)
	status=$?
	if [ "$status" = 0 ]; then
		ok "mkwpar with $options has room" true
		rmwpar -F f1 >/dev/null
	else
		is "mkwpar with $options fails" "$status" 1
		like "and says why" "$out" '^mkwpar: .*: No space left on device$'
	fi
	is "nothing is left" "$(find "$WPARS_ROOT/wpars" "$WPARS_ROOT/etc/wpars" -mindepth 1 2>/dev/null)" ""
	umount "$WPARS_ROOT"
done

# The template is there and fits; the WPAR's own copy does not.
mount -t tmpfs -o size=40m none "$WPARS_ROOT"
ok "mkwpar" mkwpar -n f1
ok "rmwpar" rmwpar f1
head -c 100m /dev/zero >"$WPARS_ROOT/fill" 2>/dev/null
out=$(mkwpar -n f1 2>&1)
is "mkwpar on a full disk fails" "$?" 1
like "and says why" "$out" '^mkwpar: .*: No space left on device$'
is "nothing is left" "$(find "$WPARS_ROOT/wpars" "$WPARS_ROOT/etc/wpars" -mindepth 1 2>/dev/null)" ""
rm "$WPARS_ROOT/fill"
ok "with room it is made" mkwpar -n f1
head -c 100m /dev/zero >"$WPARS_ROOT/fill" 2>/dev/null
ok "without room it goes all the same" rmwpar f1
is "whole" "$(find "$WPARS_ROOT/wpars" "$WPARS_ROOT/etc/wpars" -mindepth 1)" ""
rm "$WPARS_ROOT/fill"
ok "and is made again" mkwpar -n f1
head -c 100m /dev/zero >"$WPARS_ROOT/fill" 2>/dev/null
out=$(startwpar f1 2>&1)
status=$?
if [ "$status" != 0 ]; then
	like "a start that finds no room says so" "$out" 'No space left on device'
fi
rm "$WPARS_ROOT/fill"
ok "with room it goes" rmwpar -F f1

# No process is left for the command's own child.  The pids controller is not in every tree.
if grep -qw pids /sys/fs/cgroup/cgroup.controllers /sys/fs/cgroup/unified/cgroup.controllers 2>/dev/null; then
	mkwpar -n many -s -R totalProcesses=8 >/dev/null
	clogin many -- sh -c 'for i in 1 2 3 4 5 6 7 8 9; do setsid sleep 1000 & done' >/dev/null 2>&1 </dev/null
	# The shell gave up its place when it could make no more.
	clogin many -- sleep 1000 >/dev/null 2>&1 </dev/null &
	is_refused()
	{
		local out
		out=$(clogin many -- true 2>&1)
		[ "$?" = 1 ] && grep -q 'no process can be made in the WPAR: ' <<<"$out"
	}
	ok "a command for which no process can be made fails, and it is said" wait_for 20 is_refused
	rmwpar -F many >/dev/null
else
	# No skip: the same is tested in an LPAR, whose kernel has the controller, in the same run.
	echo "# no pids controller here: tests/guest/cases/isolation.sh has the command for which no process can be made"
fi
done_testing
