#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint.sh - chkptwpar, restartwpar, resumewpar and killwpar: what a WPAR is stays over them
#
# A counter in the WPAR writes one number after the other, with the clock that it sees: none may be
# missing or come twice, and the clock may not go back.
# lpar: current
# timeout: 600
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
name=cp1
address=10.9.1.25
state=/var/tmp/cp1.state
trap 'in_lpar rmwpar -F $name >/dev/null 2>&1; in_lpar rm -rf $state $state.2' EXIT

# state_is LETTER
state_is()
{
	[ "$(in_lpar lswpar -c -q -a state $name)" = "$1" ]
}

# numbers - how many the counter has written
numbers()
{
	in_lpar sh -c "wc -l <'/wpars/$name/tmp/numbers'"
}

# counts - it writes, from now on
counts()
{
	local before
	before=$(numbers)
	wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- sh -c "wc -l <$2")" -gt "$3" ]' sh "$LPAR" \
		"/wpars/$name/tmp/numbers" "$before"
}

# services - how many subsystems are active, with their pids
services()
{
	in_lpar lssrc -@ $name -a | awk '$NF == "active" { print $1, $3 }' | sort
}

# inside - what must be the same before and after
inside()
{
	in_lpar clogin $name -- sh -c 'hostname; id -u; cat /proc/1/comm; ps -eo pid,args | grep "[n]umbers"; cat /proc/self/cgroup'
	in_lpar sh -c "cd /sys/fs/cgroup/wpars/$name && cat pids.max memory.max cpu.weight"
	services
}

ok "an interface of the LPAR" in_lpar sh -c 'ip link add net2 type veth peer name net3 && ip address add 10.9.1.1/24 dev net2 &&
	ip link set net2 up && ip link set net3 up'
ok "this LPAR can take checkpoints" in_lpar wparctl checkpoint --check
ok "mkwpar" in_lpar mkwpar -c -n $name -N interface=net2 address=$address netmask=255.255.255.0 \
	-R totalProcesses=300 totalVirtMem=512M shares_CPU=7
like "one that is Defined has no checkpoint" "$(in_lpar chkptwpar -d $state $name 2>&1)" 'Defined state; a checkpoint is taken of an Active one'
ok "startwpar" in_lpar startwpar $name
ok "its services run" wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- lssrc -@ "$2" -a | grep -c " active$")" = 4 ]' sh "$LPAR" "$name"
ok "a counter" in_lpar clogin $name -- sh -c 'setsid sh -c "i=0; while :; do i=\$((i+1)); read -r up rest </proc/uptime; echo \$i \$up >>/tmp/numbers; sleep 0.1; done" \
	</dev/null >/dev/null 2>&1 &'
ok "it counts" wait_for 60 in_lpar test -s /wpars/$name/tmp/numbers
before=$(inside)

# One that runs on
ok "chkptwpar" in_lpar chkptwpar -d $state $name
ok "it is Active" state_is A
ok "it counts on" counts
ok "and may ping" in_lpar clogin $name -- ping -c 1 -W 10 10.9.1.1
is "as it was" "$(inside)" "$before"
is "the checkpoint is whole" "$(in_lpar wparctl checkpoint --check -d $state $name | awk '$2 == "failed"')" ""
is "and closed to others" "$(in_lpar stat -c %a $state)" 700

# Paused, and going on
ok "chkptwpar -p" in_lpar chkptwpar -p -d $state -o $state/dump.log $name
ok "it is Paused" state_is P
paused=$(numbers)
ok "criu's log is where it was wanted" in_lpar test -s $state/dump.log
like "stopwpar says what to do" "$(in_lpar stopwpar $name 2>&1)" 'Paused state; resumewpar lets it go on, killwpar ends it'
like "nobody logs in" "$(in_lpar clogin $name -- id 2>&1)" 'Paused state'
like "no second checkpoint" "$(in_lpar chkptwpar -d $state.2 $name 2>&1)" 'Paused state'
is "nothing of it has run" "$(numbers)" "$paused"
ok "resumewpar" in_lpar resumewpar $name
ok "it is Active again" state_is A
ok "and counts on" counts
ok "its address answers" in_lpar ping -c 1 -W 10 $address
like "resumewpar of one that runs" "$(in_lpar resumewpar $name 2>&1)" 'Active state'
like "killwpar of one that runs" "$(in_lpar killwpar $name 2>&1)" 'Active state'

# Ended, and restarted: twice of one checkpoint that was paused first
ok "chkptwpar -p once more" in_lpar chkptwpar -p -d $state $name
ok "killwpar" in_lpar killwpar $name
ok "it is Defined" state_is D
ok "without a monitor" sh -c "! wparcmd -m '$SYS' -p '$LPAR' -- pgrep -x cor_$name"
ok "restartwpar" in_lpar restartwpar -d $state $name
ok "it is Active" state_is A
ok "it counts on" counts
is "it is as it was" "$(inside)" "$before"
ok "its address answers" in_lpar ping -c 1 -W 10 $address
ok "it pings" in_lpar clogin $name -- ping -c 1 -W 10 10.9.1.1
ok "it has a monitor" wait_for 60 in_lpar pgrep -x cor_$name
like "which has its socket" "$(in_lpar ls /run/wpars/$name/cor)" .
like "no second one of it" "$(in_lpar restartwpar -d $state $name 2>&1)" 'Active state; it goes on from a checkpoint only when nothing of it runs'
ok "chkptwpar -k" in_lpar chkptwpar -k -d $state $name
ok "it is Defined" state_is D
ok "restartwpar of that" in_lpar restartwpar -d $state $name
ok "it counts on" counts
is "it is as it was" "$(inside)" "$before"
in_lpar cat /wpars/$name/tmp/numbers >"$TMPDIR/numbers"
is "no number is lost or doubled" "$(awk '$1 != NR { print "not " NR ": " $0; exit }' "$TMPDIR/numbers")" ""
is "its clock never went back" "$(awk '$2 < last { print; exit } { last = $2 }' "$TMPDIR/numbers")" ""

# What would not come along
in_lpar clogin $name -- sleep 600 >/dev/null 2>&1 &
session=$!
wait_for 60 in_lpar pgrep -f 'sleep 600'
like "a session is named" "$(in_lpar chkptwpar -k -d $state.2 $name 2>&1)" \
	'process [0-9]* \(sleep\) came in by clogin.*end that session'
ok "and it runs on" state_is A
in_lpar pkill -f 'sleep 600'
wait "$session"

# A checkpoint that was changed, or is of another definition
ok "stopwpar" in_lpar stopwpar -F $name
in_lpar sh -c "cp -a $state $state.2; touch $state.2/images.*/extra.img"
like "a file that was put there" "$(in_lpar restartwpar -d $state.2 $name 2>&1)" "extra.img' is no file of the checkpoint"
in_lpar sh -c "rm $state.2/images.*/extra.img; printf x | dd of=\$(ls $state.2/images.*/pages-1.img) bs=1 seek=100 conv=notrunc 2>/dev/null"
like "a byte that was changed" "$(in_lpar restartwpar -d $state.2 $name 2>&1)" "pages-1.img' is not as it was when the checkpoint was taken"
in_lpar sh -c "rm $state.2/manifest.json"
like "without its manifest" "$(in_lpar restartwpar -d $state.2 $name 2>&1)" 'holds no checkpoint'
in_lpar chmod 777 $state
like "a folder that is not root's alone" "$(in_lpar restartwpar -d $state $name 2>&1)" "is not root's alone"
in_lpar chmod 700 $state
ok "chwpar -h" in_lpar chwpar -h other $name
like "another definition" "$(in_lpar restartwpar -d $state $name 2>&1)" 'specification +failed'
ok "chwpar -h back" in_lpar chwpar -h $name $name
ok "nothing is left of those" state_is D
ok "and the checkpoint goes on" in_lpar restartwpar -d $state $name
ok "with its counter" counts
ok "stopwpar" in_lpar stopwpar -F $name
ok "rmwpar" in_lpar rmwpar $name
[ "$tap_failures" = 0 ] || tap_note "$(in_lpar sh -c "tail -n 5 $state/*.log; tail -n 20 /var/adm/wpars/event.log" 2>&1)"
done_testing
