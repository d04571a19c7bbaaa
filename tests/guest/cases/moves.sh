#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# moves.sh - workload partitions move to other LPARs: the report on whether one can, static moves there and
# back, and moves that are stopped, fail, or are cut off at each side of the moment that decides
# lpar: none
# timeout: 2400
# shellcheck disable=SC2086,SC2016 # names of ours have no blanks; in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
a=mova
b=movb
w=mv1
address=10.77.0.25

# on LPAR COMMAND...
on()
{
	local lpar=$1
	shift
	LPAR=$lpar in_lpar "$@"
}

# report OPTION... - on the move of $w from $a
report()
{
	migrwpar -o v -m "$SYS" -p $a -w $w "$@"
}

# test_of KIND TEST - verdict, source and target of a test of the report on the move to $b
test_of()
{
	report --tp $b --kind "$1" --json |
		jq -r --arg test "$2" '.reports[0].tests[] | select(.test == $test) | [.verdict, .source, .target] | join("|")'
}

virsh -q net-define /dev/stdin <<-END
	<network>
		<name>default</name>
		<bridge name='lpard-moves' stp='off'/>
		<ip address='10.77.0.1' netmask='255.255.255.0'/>
	</network>
END
n=1
for lpar in $a $b; do
	n=$((n + 1))
	ok "$lpar is up" lpar_up $lpar current virtual_eth_adapters=4/0/1//0/1
	ok "with a network" on $lpar sh -c "ip link set eth0 up && ip address flush dev eth0 && ip address add 10.77.0.$n/24 dev eth0"
done
ok "mkwpar" on $a mkwpar -c -n $w -N address=$address netmask=255.255.255.0 interface=eth0
like "nobody moves what is not there" "$(migrwpar -o v -m "$SYS" -p $a -w none --tp $b 2>&1)" '0960-419'
is "one that is Defined has no processes to take along" "$(test_of live state)" 'failed|Defined|'
ok "but its files can move" report --tp $b --kind static
ok "startwpar" on $a startwpar $w

# Alike as they are, nothing keeps it.
table=$(report --tp $b)
is "it could move live" "$?" 0
is "no test fails" "$(echo "$table" | awk '$2 == "failed"')" ""
like "its libraries are the same there" "$(test_of live mapped-files)" '^ok\|[1-9][0-9]* files\|[1-9][0-9]* the same$'
like "so is our program" "$(test_of live program)" '^ok\|[0-9a-f]+'
is "its network is there" "$(test_of live network)" "ok|10.77.0.0/24 on eth0|10.77.0.0/24 on eth0"
is "on the same virtual switch" "$(test_of live vlan)" "ok|ETHERNET0, VLAN 1|ETHERNET0, VLAN 1"

# What is different is seen, and said with what to do.
ok "a test of the administrator's" on $a sh -c \
	'mkdir -p /etc/wpars/move.d && printf "#!/bin/sh\necho \$1 \$2\n" >/etc/wpars/move.d/license && chmod 755 /etc/wpars/move.d/license'
is "which the target does not have" "$(test_of static license)" "failed|source $w|not in /etc/wpars/move.d there"
on $a tar -C / -cf - etc/wpars/move.d | on $b tar -C / -xf -
is "and then has" "$(test_of static license)" "ok|source $w|target $w"
ok "its name is taken" on $b mkwpar -n $w --minimal -h other
is "that is said" "$(test_of static name)" "failed|$w|defined"
report --tp $b --kind static >/dev/null
is "and migrwpar ends with 1" "$?" 1
ok "rmwpar" on $b rmwpar $w
ok "its address is taken" on $b ip address add $address/24 dev eth0
is "by the LPAR itself" "$(test_of static address)" "failed|$address|of 'Global'"
on $b ip address del $address/24 dev eth0
on $b ip address del 10.77.0.3/24 dev eth0
is "its network is not there" "$(test_of static network)" "failed|10.77.0.0/24 on eth0|none"
on $b ip address add 10.77.0.3/24 dev eth0
on $a clogin $w -- sleep 1000 </dev/null >/dev/null 2>&1 &
session=$!
ok "somebody is in it" wait_for 60 on $a pgrep -x sleep
like "who would not come along" "$(test_of live process)" '^failed\|process [0-9]+ \(sleep\) came in by clogin'
on $a pkill -x sleep
wait $session

# All LPARs at once, the best first; then it moves.

state_in()
{
	on "$1" lswpar -qa state $w 2>/dev/null | tr -d ' '
}

# move FROM TO [OPTION...]
move()
{
	local from=$1 to=$2
	shift 2
	migrwpar -o m -m "$SYS" -p "$from" -w $w --tp "$to" --kind static "$@"
}

# no_records - neither LPAR remembers a move
no_records()
{
	[ "$(on $a wparctl move ls | tr -d ' \n')$(on $b wparctl move ls | tr -d ' \n')" = "[][]" ]
}

# phase_is PHASE - of the move under way
phase_is()
{
	[ "$(lswparmigr -r wpar -m "$SYS" -F phase | tail -n 1)" = "$1" ]
}

# slow LPAR COMMAND [LINE] - from now on that command waits for /run/go there, or does LINE and no more
slow()
{
	printf '#!/bin/sh\n%s\n' "${3:-while [ ! -e /run/go ]; do sleep 1; done; exec wparctl $2 \"\$@\"}" >"$TMPDIR/slow"
	on "$1" sh -c "rm -f /run/go; mv /usr/sbin/$2 /usr/sbin/$2.real"
	LPAR=$1 lpar_push "$TMPDIR/slow" "/usr/sbin/$2"
}

# quick LPAR COMMAND - it is as before
quick()
{
	on "$1" sh -c "touch /run/go; mv -f /usr/sbin/$2.real /usr/sbin/$2"
}

ok "a file of its own" on $a clogin $w -- sh -c 'echo mine >/root/mark; chown 7:8 /root/mark'
like "it does not move live yet" "$(migrwpar -o m -m "$SYS" -p $a -w $w --tp $b 2>&1)" 'live moves are not built yet'
ok "a static move" move $a $b --progress
is "it runs in the target" "$(state_in $b)" A
is "and is gone from the source" "$(state_in $a)$(on $a ls /wpars)" ""
is "with its files" "$(on $b clogin $w -- sh -c 'cat /root/mark; stat -c %u:%g /root/mark')" $'mine\n7:8'
ok "its address answers" on $a ping -c 1 -W 10 $address
ok "nothing is left of the move" no_records
like "lswparmigr has it" "$(lswparmigr -r wpar -m "$SYS" --filter "wpar_names=$w" \
	-F name,lpar_name,dest_lpar_name,migration_state,migration_type)" "^$w,$a,$b,Migrated,static$"
ok "with what went over" [ "$(lswparmigr -r wpar -m "$SYS" -F bytes_transmitted | tail -n 1)" -gt 100000 ]
ok "and how long it stood" [ "$(lswparmigr -r wpar -m "$SYS" -F downtime_ms | tail -n 1)" -gt 0 ]
ok "stopwpar" on $b stopwpar -h $w
ok "one that is Defined moves back" move $b $a
is "and is Defined" "$(state_in $a)$(state_in $b)" D
ok "startwpar" on $a startwpar $w

# One that cannot start there comes back.
slow $b startwpar 'echo "no power today" >&2; exit 1'
said=$(move $a $b 2>&1)
quick $b startwpar
like "a target that cannot start it" "$said" "has not moved, and is as before: .*no power today"
is "it runs as before" "$(state_in $a)$(state_in $b)" A
ok "nothing is left of the move" no_records

# An operator stops it.
slow $a savewpar
move $a $b >"$TMPDIR/said" 2>&1 &
mover=$!
ok "it is being copied" wait_for 300 phase_is copy
is "it stands in the source" "$(state_in $a)" M
like "which nobody starts meanwhile" "$(on $a startwpar $w 2>&1)" "is moving to '$SYS/$b'; migrwpar -o s stops the move"
like "or removes" "$(on $a rmwpar -F $w 2>&1)" "is moving to"
like "nor is one of that name made there" "$(on $b mkwpar -n $w --minimal 2>&1)" "is coming from '$SYS/$a'"
like "no second move" "$(move $a $b 2>&1)" "a move of the workload partition '$w' is under way"
like "nor is the LPAR shut down" "$(chsysstate -r lpar -m "$SYS" -o osshutdown -n $a 2>&1)" MoveWpar
ok "migrwpar -o s" migrwpar -o s -m "$SYS" -p $a -w $w
wait $mover
like "its caller is told" "$(cat "$TMPDIR/said")" "as before: an operator has stopped the move"
quick $a savewpar
is "it runs as before" "$(state_in $a)$(state_in $b)" A
ok "nothing is left of the move" no_records

# lpard is killed before the target has it.
slow $a savewpar
move $a $b >/dev/null 2>&1 &
mover=$!
ok "it is being copied" wait_for 300 phase_is copy
pkill -9 -x lpard
wait $mover
lpard_start_again
ok "lpard is there again" wait_for 60 lssyscfg -r sys -F name
ok "and its LPARs" wait_for 120 on $a true
ok "both" wait_for 120 on $b true
quick $a savewpar
is "it stands in the source" "$(state_in $a)" M
like "which nobody starts" "$(on $a startwpar $w 2>&1)" 'is moving to'
ok "migrwpar -o r" migrwpar -o r -m "$SYS" -p $a -w $w
is "it runs as before" "$(state_in $a)$(state_in $b)" A
ok "nothing is left of the move" no_records
like "nor is there more to repair" "$(migrwpar -o r -m "$SYS" -p $a -w $w 2>&1)" "no move of the workload partition '$w' was cut off"

# And after the source has given it away: then it is the target's.
slow $b startwpar
move $a $b >/dev/null 2>&1 &
mover=$!
ok "it is the target's" wait_for 600 sh -c "wparcmd -m $SYS -p $b -- wparctl move ls | grep -q taken"
like "it can no longer be stopped" "$(migrwpar -o s -m "$SYS" -p $a -w $w 2>&1)" 'can no longer be stopped'
pkill -9 -x lpard
wait $mover
lpard_start_again
ok "lpard is there again" wait_for 60 lssyscfg -r sys -F name
ok "and its LPARs" wait_for 120 on $a true
ok "both" wait_for 120 on $b true
quick $b startwpar
like "the source does not start it" "$(on $a startwpar $w 2>&1)" 'is moving to'
ok "migrwpar -o r, asked for at the other end" migrwpar -o r -m "$SYS" -p $b -w $w
is "it runs in the target" "$(state_in $a)$(state_in $b)" A
is "with its files" "$(on $b clogin $w -- cat /root/mark)" mine
ok "nothing is left of the move" no_records
ok "and moves back" move $b $a
is "where it runs" "$(state_in $a)$(state_in $b)" A

table=$(report --kind static)
like "one line for each LPAR that runs" "$table" "^ +1 $SYS +$b +fits"
unlike "but the source" "$table" " $a "
ok "the other goes" chsysstate -r lpar -m "$SYS" -o shutdown --immed -n $b
is "no LPAR is left" "$(report --kind static | wc -l)" 1
like "one that is off does not answer" "$(report --tp $b 2>&1)" "no agent answers in the LPAR '$b'"
lpar_down $a
lpar_down $b
virsh -q net-destroy default
virsh -q net-undefine default
done_testing
