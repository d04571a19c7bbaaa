#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint.sh - chkptwpar, restartwpar, resumewpar and killwpar: what a WPAR is stays over them
#
# A counter in the WPAR writes one number after the other, with the clock that it sees: none may be
# missing or come twice, and the clock may not go back.
# lpar: current
# timeout: 900
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
wpar=cp1
address=10.9.1.25
state=/var/tmp/cp1.state
trap 'in_lpar pkill -x whole; in_lpar rmwpar -F $wpar >/dev/null 2>&1; in_lpar rm -rf $state $state.2 /run/asked' EXIT

# state_is LETTER
state_is()
{
	[ "$(in_lpar lswpar -c -q -a state $wpar)" = "$1" ]
}

# numbers - how many the counter has written
numbers()
{
	in_lpar sh -c "wc -l <'/wpars/$wpar/tmp/numbers'"
}

# counts - it writes, from now on
counts()
{
	local before
	before=$(numbers)
	wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- sh -c "wc -l <$2")" -gt "$3" ]' sh "$LPAR" \
		"/wpars/$wpar/tmp/numbers" "$before"
}

# services - how many subsystems are active, with their pids
services()
{
	in_lpar lssrc -@ $wpar -a | awk '$NF == "active" { print $1, $3 }' | sort
}

# inside - what must be the same before and after
inside()
{
	in_lpar clogin $wpar -- sh -c 'hostname; id -u; cat /proc/1/comm; ps -eo pid,args | grep "[n]umbers"; cat /proc/self/cgroup'
	in_lpar sh -c "cd /sys/fs/cgroup/wpars/$wpar && cat pids.max memory.max cpu.weight"
	services
}

# goes_on - the next rounds of the others have nothing to complain of
goes_on()
{
	local file rounds now status=0
	for file in /wpars/$wpar/tmp/w/round /run/asked/round; do
		rounds=$(in_lpar cat "$file")
		now=$rounds
		wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- cat "$2")" != "$3" ]' sh "$LPAR" "$file" "$now" ||
			status=1
		now=$(in_lpar cat "$file")
		echo "$file: $rounds, $now"
		case $now in
		*" ok") ;;
		*) status=1 ;;
		esac
	done
	return "$status"
}

ok "an interface of the LPAR" in_lpar sh -c '{ [ -e /sys/class/net/net2 ] ||
	{ ip link add net2 type veth peer name net3 && ip address add 10.9.1.1/24 dev net2; }; } &&
	ip link set net2 up && ip link set net3 up'
ok "this LPAR can take checkpoints" in_lpar wparctl checkpoint --check
ok "mkwpar" in_lpar mkwpar -c -n $wpar -N interface=net2 address=$address netmask=255.255.255.0 \
	-R totalProcesses=300 totalVirtMem=512M shares_CPU=7
like "one that is Defined has no checkpoint" "$(in_lpar chkptwpar -d $state $wpar 2>&1)" 'Defined state; a checkpoint is taken of an Active one'
ok "startwpar" in_lpar startwpar $wpar
ok "its services run" wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- lssrc -@ "$2" -a | grep -c " active$")" = 4 ]' sh "$LPAR" "$wpar"
ok "a counter" in_lpar clogin $wpar -- sh -c 'setsid sh -c "i=0; while :; do i=\$((i+1)); read -r up rest </proc/uptime; echo \$i \$up >>/tmp/numbers; sleep 0.1; done" \
	</dev/null >/dev/null 2>&1 &'
ok "it counts" wait_for 60 in_lpar test -s /wpars/$wpar/tmp/numbers
# Another that has one of everything, one that gives back what it gets, and outside of it, in the
# LPAR, who asks that: all say after each round what is not as it was.
lpar_push "$PAR_GUEST_HELPERS/whole" /wpars/$wpar/tmp/whole
ok "one of everything" in_lpar clogin $wpar -- sh -c 'mkdir /tmp/w && exec setsid /tmp/whole /tmp/w </dev/null >/tmp/w/said 2>&1 &'
ok "a server" in_lpar clogin $wpar -- sh -c 'exec setsid /tmp/whole serve 700 </dev/null >/dev/null 2>&1 &'
ok "all of it is there" wait_for 60 in_lpar test -s /wpars/$wpar/tmp/w/round
in_lpar sh -c "mkdir /run/asked && setsid /wpars/$wpar/tmp/whole ask $address 700 /run/asked </dev/null >/dev/null 2>&1 &"
ok "and answers" wait_for 60 in_lpar test -s /run/asked/round
before=$(inside)

# One that runs on
ok "chkptwpar" in_lpar chkptwpar -d $state $wpar
ok "it is Active" state_is A
ok "it counts on" counts
ok "and may ping" in_lpar clogin $wpar -- ping -c 1 -W 10 10.9.1.1
is "as it was" "$(inside)" "$before"
ok "with all that it has" goes_on
is "the checkpoint is whole" "$(in_lpar wparctl checkpoint --check -d $state $wpar | awk '$2 == "failed"')" ""
is "and closed to others" "$(in_lpar stat -c %a $state)" 700

# What a criu that was killed leaves: all packets are held back.
printf '%s\n' 'add table inet CRIU-test' 'add chain inet CRIU-test input { type filter hook input priority 0; policy drop; }' \
	>"$TMPDIR/lock.nft"
lpar_push "$TMPDIR/lock.nft" /run/lock.nft
in_wpars_network()
{
	in_lpar sh -c "exec nsenter --net=/proc/\$(head -n 1 /sys/fs/cgroup/wpars/$wpar/cgroup.procs)/ns/net nft $*"
}
ok "a lock of criu's is left" in_wpars_network -f /run/lock.nft
ok "chkptwpar after that" in_lpar chkptwpar -d $state $wpar
is "and nothing holds packets back" "$(in_wpars_network list tables)" ""
ok "connections go on" goes_on

# Paused, and going on
ok "chkptwpar -p" in_lpar chkptwpar -p -d $state -o $state/dump.log $wpar
ok "it is Paused" state_is P
paused=$(numbers)
ok "criu's log is where it was wanted" in_lpar test -s $state/dump.log
like "stopwpar says what to do" "$(in_lpar stopwpar $wpar 2>&1)" 'Paused state; resumewpar lets it go on, killwpar ends it'
like "rebootwpar is refused" "$(in_lpar rebootwpar $wpar 2>&1)" 'Paused state'
like "so is rmwpar -s" "$(in_lpar rmwpar -s $wpar 2>&1)" 'Paused state'
like "nobody logs in" "$(in_lpar clogin $wpar -- id 2>&1)" 'Paused state'
like "no second checkpoint" "$(in_lpar chkptwpar -d $state.2 $wpar 2>&1)" 'Paused state'
is "nothing of it has run" "$(numbers)" "$paused"
ok "resumewpar" in_lpar resumewpar $wpar
ok "it is Active again" state_is A
ok "and counts on" counts
ok "with all that it has" goes_on
ok "its address answers" in_lpar ping -c 1 -W 10 $address
like "resumewpar of one that runs" "$(in_lpar resumewpar $wpar 2>&1)" 'Active state'
like "killwpar of one that runs" "$(in_lpar killwpar $wpar 2>&1)" 'Active state'

# Ended, and restarted: twice of one checkpoint that was paused first
ok "chkptwpar -p once more" in_lpar chkptwpar -p -d $state $wpar
ok "killwpar" in_lpar killwpar $wpar
ok "it is Defined" state_is D
ok "without a monitor" sh -c "! wparcmd -m '$SYS' -p '$LPAR' -- pgrep -x cor_$wpar"
ok "restartwpar" in_lpar restartwpar -d $state $wpar
ok "it is Active" state_is A
ok "it counts on" counts
is "it is as it was" "$(inside)" "$before"
ok "its address answers" in_lpar ping -c 1 -W 10 $address
ok "it pings" in_lpar clogin $wpar -- ping -c 1 -W 10 10.9.1.1
ok "with all that it has, and its connections" goes_on
ok "it has a monitor" wait_for 60 in_lpar pgrep -x cor_$wpar
like "which has its socket" "$(in_lpar ls /run/wpars/$wpar/cor)" .
like "no second one of it" "$(in_lpar restartwpar -d $state $wpar 2>&1)" 'Active state; it goes on from a checkpoint only when nothing of it runs'
ok "chkptwpar -k" in_lpar chkptwpar -k -d $state $wpar
ok "it is Defined" state_is D
ok "restartwpar of that" in_lpar restartwpar -d $state $wpar
ok "it counts on" counts
is "it is as it was" "$(inside)" "$before"
ok "with all that it has, and its connections" goes_on
in_lpar cat /wpars/$wpar/tmp/numbers >"$TMPDIR/numbers"
is "no number is lost or doubled" "$(awk '$1 != NR { print "not " NR ": " $0; exit }' "$TMPDIR/numbers")" ""
is "its clock never went back" "$(awk '$2 < last { print; exit } { last = $2 }' "$TMPDIR/numbers")" ""

ok "stopwpar" in_lpar stopwpar -F $wpar
ok "rmwpar" in_lpar rmwpar $wpar
[ "$tap_failures" = 0 ] || tap_note "$(in_lpar sh -c "tail -n 5 $state/*.log; tail -n 20 /var/adm/wpars/event.log" 2>&1)"
done_testing
