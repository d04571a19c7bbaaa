#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# isolation.sh - in an LPAR: what a WPAR takes, receives and loads
#
# The same attacks as tests/integration/wparctl/isolation*.sh, and those that a machine without
# modules, or whose root has not all rights, cannot show.
# lpar: current
# timeout: 300
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
trap 'in_lpar sh -c "rmwpar -F iso1; rmwpar -F iso2" >/dev/null 2>&1' EXIT

# inside WPAR COMMAND...
inside()
{
	local name=$1
	shift
	in_lpar clogin "$name" -- "$@" </dev/null 2>&1
}

in_lpar sh -c 'mkwpar -n iso1 && mkwpar -n iso2 -s' >/dev/null
ok "startwpar with hard limits, a priority and a score that are no WPAR's" in_lpar bash -c \
	'ulimit -c 0 -s 512 -n 40 -l 16 -u 500 -i 7 -q 4096; echo -900 >/proc/self/oom_score_adj
	trap "" TERM USR1 RTMIN+3; exec nice -n 7 startwpar iso1'
lpar_push "$PAR_GUEST_HELPERS/attack" /usr/local/bin/attack
in_lpar sh -c 'for i in 1 2; do cp /usr/local/bin/attack /wpars/iso$i/root/; done'
for what in limits oom_score_adj; do
	is "the same as in a WPAR that was started without: $what" "$(inside iso1 cat /proc/1/$what)" \
		"$(inside iso2 cat /proc/1/$what)"
done
is "no nice value and no ignored signal" \
	"$(inside iso1 sh -c 'cut -d" " -f19 /proc/1/stat; sed -n "s/^SigIgn:.//p" /proc/1/status')" \
	"0
0000000000000000"
is "its root may use the limits" "$(inside iso1 sh -c 'ulimit -n; ulimit -n 500000; ulimit -n')" "65536
500000"

for what in inotify queues timers signals; do
	before=$(in_lpar attack $what 0)
	in_lpar sh -c "rm -f /tmp/taken; clogin iso1 -- /root/attack $what 100 >/tmp/taken 2>&1 </dev/null & until [ -s /tmp/taken ]; do sleep 0.1; done"
	taken=$(in_lpar cat /tmp/taken)
	ok "a WPAR takes $taken: $what" test "$taken" -gt 0
	is "the LPAR's root can take as much as before" "$(in_lpar attack $what 0)" "$before"
	is "another WPAR as much as that one" "$(inside iso2 /root/attack $what 0)" "$taken"
	in_lpar pkill -x attack
done

in_lpar sh -c 'clogin iso1 -- /root/attack events 15 >/tmp/inside 2>&1 </dev/null &
	attack events 15 >/tmp/outside 2>&1 </dev/null &
	until grep -q listening /tmp/inside && grep -q listening /tmp/outside; do sleep 0.1; done
	echo change >/sys/devices/virtual/mem/null/uevent
	until grep -q change@ /tmp/outside; do sleep 0.1; done; pkill -x attack'
is "the LPAR's device events stay out" "$(in_lpar cat /tmp/inside)" listening
fails "its kernel settings cannot be written" inside iso1 sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
ok "more than 16 MiB fit into /dev/shm" inside iso1 dd if=/dev/zero of=/dev/shm/big bs=1M count=40 status=none
unlike "mount shows no device of the LPAR" "$(inside iso1 mount)" '/dev/v|errors=|uid='
done_testing
