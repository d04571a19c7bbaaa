#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint_init.sh - checkpoints of WPARs with a first process of their own, busybox's init and
# systemd: who is in which control group, and what is set there, is as before
# lpar: none
# timeout: 900
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
LPAR=cp6
state=/var/tmp/cp6.state
trap 'lpar_down $LPAR' EXIT

# inside WPAR COMMAND
inside()
{
	in_lpar clogin "$1" -- sh -c "$2" </dev/null
}

# is_state WPAR LETTER
is_state()
{
	[ "$(in_lpar lswpar -c -q -a state "$1")" = "$2" ]
}

# groups WPAR - each group with its owner and who is in it, as inside, and what is set there
groups()
{
	in_lpar sh -c 'cd /sys/fs/cgroup/wpars/'"$1"' && find . -mindepth 1 -type d | sort | while read -r group; do
		stat -c "%n %u:%g %a" "$group" "$group/cgroup.procs" "$group/cgroup.events"
		sed "s|.*|/proc/&/status|" "$group/cgroup.procs" | xargs -r sed -n "s|^NSpid:.*[[:space:]]|$group: process |p" 2>/dev/null | sort
		grep . "$group"/memory.max "$group"/pids.max "$group"/cpu.weight "$group"/cgroup.subtree_control 2>/dev/null
	done'
}

# goes_on WPAR - a process that has one of everything
goes_on()
{
	local before now
	before=$(inside "$1" 'cat /tmp/w/round')
	wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- clogin "$2" -- cat /tmp/w/round)" != "$3" ]' sh \
		"$LPAR" "$1" "$before" || return
	now=$(inside "$1" 'cat /tmp/w/round')
	echo "$before, $now"
	[ "${now#* }" = ok ]
}

# quiet WPAR - nobody of it is busy all the time
quiet()
{
	local before after
	before=$(in_lpar sed -n 's/^usage_usec //p' "/sys/fs/cgroup/wpars/$1/cpu.stat")
	in_lpar sleep 4
	after=$(in_lpar sed -n 's/^usage_usec //p' "/sys/fs/cgroup/wpars/$1/cpu.stat")
	echo "$((after - before)) of 4000000 us"
	[ "$((after - before))" -lt 2000000 ]
}

ok "an LPAR" lpar_up $LPAR systemd
ok "which can take checkpoints" in_lpar wparctl checkpoint --check

# busybox's init: one group, beside that of clogin
printf 'general:\n\tname = "cp7"\n\tinit = "/etc/bb/init"\n\tcheckpointable = yes\n' | in_lpar sh -c 'cat >/root/cp7.spec'
ok "mkwpar -f" in_lpar mkwpar -f /root/cp7.spec
in_lpar sh -c 'mkdir /wpars/cp7/etc/bb && ln -s "$(command -v busybox)" /wpars/cp7/etc/bb/init &&
	echo "::respawn:/tmp/whole /tmp/w" >/wpars/cp7/etc/inittab && mkdir /wpars/cp7/tmp/w'
lpar_push "$PAR_GUEST_HELPERS/whole" /wpars/cp7/tmp/whole
ok "startwpar" in_lpar startwpar cp7
ok "one of everything" wait_for 60 in_lpar test -s /wpars/cp7/tmp/w/round
ok "and one that clogin has left" inside cp7 'setsid sleep 10000 </dev/null >/dev/null 2>&1 &'
before=$(groups cp7)
like "that one is in clogin's group" "$before" '^\./clogin: process [0-9]'
ok "chkptwpar" in_lpar chkptwpar -d $state cp7
is "all are where they were" "$(groups cp7)" "$before"
ok "with all that they have" goes_on cp7
ok "chkptwpar -k" in_lpar chkptwpar -k -d $state cp7
ok "it is Defined" is_state cp7 D
ok "restartwpar" in_lpar restartwpar -d $state cp7
is "all are where they were" "$(groups cp7)" "$before"
ok "with all that they have" goes_on cp7
ok "stopwpar" in_lpar stopwpar -F cp7
ok "rmwpar" in_lpar rmwpar cp7
in_lpar rm -rf $state

# systemd
printf 'general:\n\tname = "cp8"\n\tinit = "/sbin/init"\n\tcheckpointable = yes\nresources:\n\ttotalProcesses = 200\n' |
	in_lpar sh -c 'cat >/root/cp8.spec'
ok "mkwpar -f" in_lpar mkwpar -f /root/cp8.spec
ok "startwpar" in_lpar startwpar cp8
wait_for 60 inside cp8 'test -S /run/systemd/private'
is "systemd comes up whole" "$(inside cp8 "timeout $(patience 120) systemctl is-system-running --wait")" running
lpar_push "$PAR_GUEST_HELPERS/whole" /wpars/cp8/tmp/whole
ok "one of everything, as a service with limits" inside cp8 'mkdir /tmp/w &&
	systemd-run -q -u whole -p MemoryMax=96M -p TasksMax=40 -p CPUWeight=30 -p Delegate=yes /tmp/whole /tmp/w'
ok "it is there" wait_for 60 in_lpar test -s /wpars/cp8/tmp/w/round
before=$(groups cp8)
like "its limit is at its group" "$before" 'whole\.service/memory\.max:100663296'
units=$(inside cp8 'systemctl list-units --no-pager --plain --no-legend --state=active --type=service; systemctl show -P InvocationID whole.service')
ok "chkptwpar" in_lpar chkptwpar -d $state cp8
is "all are where they were" "$(groups cp8)" "$before"
ok "with all that they have" goes_on cp8
for times in first second; do
	ok "chkptwpar -k, the $times time" in_lpar chkptwpar -k -d $state cp8
	ok "nothing is left of it" in_lpar test ! -e /sys/fs/cgroup/wpars/cp8
	ok "restartwpar" in_lpar restartwpar -d $state cp8
	is "all are where they were, and their limits" "$(groups cp8)" "$before"
	ok "with all that they have" goes_on cp8
	is "systemd knows its units" "$(inside cp8 'systemctl list-units --no-pager --plain --no-legend --state=active --type=service; systemctl show -P InvocationID whole.service')" "$units"
	ok "nobody is busy because of what was lost" quiet cp8
done
ok "systemd starts and ends services" inside cp8 'systemd-run -q --wait -u once /bin/true'
ok "it hears of the end of one that was restored" inside cp8 'systemctl kill -s KILL whole.service; for i in $(seq 100); do
	[ "$(systemctl is-active whole.service)" != active ] && exit; sleep 0.2; done; exit 1'
is "and its group goes" "$(in_lpar sh -c 'find /sys/fs/cgroup/wpars/cp8 -name whole.service')" ""
like "the journal is written on" "$(inside cp8 'logger -t checkpointed here; journalctl -q --sync; journalctl -q --no-pager -t checkpointed')" here
ok "stopwpar in order" in_lpar stopwpar -t "$(patience 60)" cp8
ok "it is Defined" is_state cp8 D
ok "rmwpar" in_lpar rmwpar cp8
[ "$tap_failures" = 0 ] || tap_note "$(in_lpar sh -c "tail -n 5 $state/*.log; tail -n 20 /var/adm/wpars/event.log" 2>&1)"
done_testing
