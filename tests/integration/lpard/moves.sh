#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# moves.sh - moves of workload partitions between imaginary LPARs, cut off at each step: one owner each time
#
# The real lpard and agents; move_lpar.sh stands for the commands in the LPARs.  The commands themselves, in real LPARs:
# tests/guest/cases/moves.sh.
# timeout: 900
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"
lab=/run/movelab
export LPARD_SOCKET=$TMPDIR/lpard.sock
a=fake0001
b=fake0002
steps_source="facts begin stopwpar savewpar given rmwpar drop"
steps_target="facts expect restwpar ready taken startwpar drop"

mount -t tmpfs -o mode=755 none /usr/local/sbin
for name in wparctl savewpar restwpar startwpar stopwpar rmwpar; do
	install -m 755 "$PAR_TEST_SOURCE/integration/lpard/move_lpar.sh" /usr/local/sbin/$name
done
mkdir -p $lab/agents $lab/$a $lab/$b
mkdir -p "$TMPDIR/images/tiny"
entry()
{
	echo "this is $2" >"$TMPDIR/images/tiny/$2"
	printf '"%s": {"file": "%s", "size": %s, "sha256": "%s"}' "$1" "$2" "$(wc -c <"$TMPDIR/images/tiny/$2")" \
		"$(sha256sum "$TMPDIR/images/tiny/$2" | cut -d' ' -f1)"
}
cat >"$TMPDIR/images/tiny/image.json" <<-END
	{"format": 1, "name": "tiny", "suite": "tiny", "architecture": "ppc64el", "page_size": 65536,
	 "os": "Debian 12", "agent_version": "1", "boot": {"method": "vof", "cmdline": "root=/dev/vda"},
	 "files": {$(entry kernel vmlinux), $(entry initrd initrd.img), $(entry root root.img)}}
END
cat >"$TMPDIR/lpard.conf" <<-END
	socket = $LPARD_SOCKET
	images = $TMPDIR/images
	default_image = tiny
	log_level = error
	[system SYS]
	uri = fake:///?lpars=2&agent=$PAR_TEST_BUILD/wparctl/wparctl
END

# known LPAR - its agent, which may be a new one, is asked who it is
known()
{
	# shellcheck disable=SC2016
	wparcmd -m SYS -p "$1" -w 20 -n -- sh -c 'echo "$0" >/run/movelab/agents/$PPID' "$1"
}

# One that was killed has its lock until the last of its threads has ended.
begin()
{
	local pid
	lpard --config "$TMPDIR/lpard.conf" >>"$TMPDIR/log" 2>&1 &
	pid=$!
	echo $pid >$lab/lpard
	wait_for 20 answers_or_ended $pid
	kill -0 $pid
}

answers_or_ended()
{
	lssyscfg -r sys -m SYS -F name || ! kill -0 "$1"
}

start()
{
	wait_for 20 begin || return 1
	chsysstate -r lpar -m SYS -o on -n $a,$b
	known $a && known $b
}

move()
{
	timeout 120 migrwpar -o m -m SYS -p "$1" -w w --tp "$2" --kind static
}

repair()
{
	timeout 120 migrwpar -o r -m SYS -p "$1" -w w
}

# fresh [stopped] - it is in the first LPAR, and runs
fresh()
{
	rm -f $lab/$a/* $lab/$b/* $lab/two $lab/fault $lab/log
	touch $lab/$a/defined
	[ "${1:-}" = stopped ] || touch $lab/$a/running
}

# where - which LPARs have it, R when it runs there; and what they remember
where()
{
	local lpar
	for lpar in $a $b; do
		[ ! -e $lab/$lpar/defined ] || printf '%s ' "$lpar"
		[ ! -e $lab/$lpar/running ] || printf 'R '
		[ ! -e $lab/$lpar/record ] || printf '%s ' "$(cut -d' ' -f2 $lab/$lpar/record)"
	done
	[ ! -e $lab/two ] || printf 'TWO'
}

ok "lpard and two LPARs" start
[ "$tap_failures" = 0 ] || done_testing
fresh
ok "a move" move $a $b
is "it runs in the target" "$(where)" "$b R "
is "each step once" "$(sort $lab/log | uniq -d)" ""
fresh stopped
ok "one that is Defined" move $a $b
is "is so in the target" "$(where)" "$b "
like "lswparmigr" "$(lswparmigr -r wpar -m SYS -F name,lpar_name,dest_lpar_name,migration_state,phase,reason | tail -n 1)" \
	"^w,$a,$b,Migrated,,$"
is "with names" "$(lswparmigr -r wpar -m SYS --filter wpar_names=none)" "No results were found."

like "a plain one asks for no more" "$(cat $lab/log)" '^-C -U -n w -f -$'
fresh
touch $lab/$a/auto
ok "one that starts with its LPAR, and is trusted" migrwpar -o m -m SYS -p $a -w w --tp $b --kind static --trust
like "is so in the target" "$(cat $lab/log)" '^-C -U -n w -f - -A --trust$'
fresh
touch $lab/$a/served
ok "one with a directory of a server" migrwpar -o v -m SYS -p $a -w w --tp $b --kind static
is "leaves no token there" "$(grep -c "$a tidy" $lab/log)" 1

# A step that fails, before or after what it does: all is as before, or it is the target's.
fails()
{
	local lpar=$1 step=$2 when=$3 got
	fresh
	echo "$lpar $step $when fail" >$lab/fault
	move $a $b >/dev/null 2>&1
	got=$(where)
	[ ! -e $lab/fault ] || got="$got, and $step was not called"
	case $got in
	"$a R " | "$b R ") tap_result 0 "$lpar $step fails $when: $got" ;;
	*) tap_result 1 "$lpar $step fails $when: $got" ;;
	esac
}
for when in before after; do
	for step in $steps_source; do
		fails $a "$step" $when
	done
	for step in $steps_target; do
		fails $b "$step" $when
	done
done

# lpard is killed, or an LPAR with what runs in it: never two, and migrwpar -o r ends it.
again()
{
	case $1 in
	lpard) start ;;
	agent)
		chsysstate -r lpar -m SYS -o shutdown --immed -n "$2"
		chsysstate -r lpar -m SYS -o on -n "$2"
		known $a && known $b
		;;
	esac
}

cut_off()
{
	local lpar=$1 step=$2 when=$3 how=$4 got finally name="$4 killed $3 $2 in $1"
	fresh
	echo "$lpar $step $when $how" >$lab/fault
	move $a $b >/dev/null 2>&1
	again "$how" "$lpar" || name="$name, and does not come back"
	got=$(where)
	repair $a >"$TMPDIR/said" 2>&1 || repair $b >>"$TMPDIR/said" 2>&1
	[ ! -e $lab/fault ] || got="$got, and it was not called"
	finally=$(where)
	if [[ $got != *called && ($finally = "$a R " || $finally = "$b R ") ]]; then
		tap_result 0 "$name: $got, then $finally"
	else
		tap_result 1 "$name: $got, then $finally: $(cat "$TMPDIR/said")"
	fi
}
for how in lpard agent; do
	for when in before after; do
		for step in $steps_source; do
			cut_off $a "$step" $when $how
		done
		for step in $steps_target; do
			cut_off $b "$step" $when $how
		done
	done
done

# An operator stops it where it hangs, as long as that is possible.
stopped()
{
	local lpar=$1 step=$2 wanted=$3 mover
	fresh
	echo "$lpar $step before deaf" >$lab/fault
	move $a $b >"$TMPDIR/said" 2>&1 &
	mover=$!
	wait_for 20 grep -q "$lpar $step before deaf" $lab/log
	migrwpar -o s -m SYS -p $a -w w >"$TMPDIR/stop" 2>&1
	is "migrwpar -o s at $step" "$?" "$wanted"
	[ "$wanted" = 0 ] || pkill -f "^sleep 1000"
	wait $mover
	is "one owner after that" "$(where | grep -xc "$a R \|$b R ")" 1
}
for step in facts stopwpar savewpar; do
	stopped $a $step 0
done
stopped $b restwpar 0
stopped $a given 1
stopped $b startwpar 1

# They wait for each other
state_of()
{
	lswparmigr -r wpar -m SYS --filter "wpar_names=$1" -F migration_state | tail -n 1
}
is_state()
{
	[ "$(state_of "$1")" = "$2" ]
}
fresh
echo "$a savewpar before deaf" >$lab/fault
move $a $b >/dev/null 2>&1 &
mover=$!
ok "one is under way" wait_for 20 is_state w "Migration In Progress"
migrwpar -o m -m SYS -p $a -w x --tp $b --kind static >"$TMPDIR/said" 2>&1 &
second=$!
ok "a second one waits" wait_for 20 is_state x Queued
ok "and is stopped" migrwpar -o s -m SYS -p $a -w x
wait $second
like "its caller is told" "$(cat "$TMPDIR/said")" "^an operator has stopped the move$"
is "it has failed" "$(state_of x)" "Migration Failed"
is "the first is as it was" "$(state_of w)" "Migration In Progress"
migrwpar -o m -m SYS -p $a -w x --tp $b --kind static >"$TMPDIR/said" 2>&1 &
second=$!
ok "another one waits" wait_for 20 is_state x Queued
ok "the first is stopped" migrwpar -o s -m SYS -p $a -w w
wait $mover
wait $second
is "and the next has had its turn" "$(grep -c "$a facts" $lab/log): $(cat "$TMPDIR/said")" \
	"2: in the LPAR '$a': 0960-419 there is no x"
is "the first is where it was" "$(where)" "$a R "

# What an LPAR says is a stranger's word
says()
{
	fresh
	printf '%s' "$2" >"$lab/$1/says"
	like "$3" "$(move $a $b 2>&1)" "$4"
	is "and nothing has moved" "$(where)" "$a R "
}
says $a '{"format":1' "a source that says half of it" "the facts of the LPAR '$a' cannot be used: The message is not valid JSON"
says $a '{"format":1}' "one that says nothing of it" "says nothing of its workload partition"
says $a '{"format":9,"product":"\u001b[31m"}' "one of another version" "another version, \?\[31m, and says it in the format 9"
says $b '[]' "a target that says no object" "the facts of the LPAR '$b' cannot be used: it must be an object"
says $b '{"format":1,"memory":"much"}' "and no numbers" '"memory" must be a whole number'
says $b "$(head -c 5000000 /dev/zero | tr '\0' ' ')" "and too much" "says more than 4194304 bytes"

# Refused at once
fresh
like "live moves" "$(migrwpar -o m -m SYS -p $a -w w --tp $b 2>&1)" 'live moves are not built yet'
like "to itself" "$(move $a $a 2>&1)" 'is the source and cannot be the target'
like "to nowhere" "$(move $a nobody 2>&1)" HSCL8012
like "nothing to repair" "$(repair $a 2>&1)" "no move of the workload partition 'w' was cut off"
like "nothing to stop" "$(migrwpar -o s -m SYS -p $a -w w 2>&1)" "no move of the workload partition 'w' is under way"
touch $lab/$b/defined
like "where one of the name is" "$(move $a $b 2>&1)" "cannot move to '$b': 1 test fails, name"
kill "$(cat $lab/lpard)"
wait
done_testing
