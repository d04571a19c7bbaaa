#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lpar-start.sh - an LPAR's cold start, chsysstate to agent, against qemu by hand to the same point
#
# The hand-started qemu gets what libvirt gave the LPAR's: the same kernel, initrd, kernel command
# line, machine options, processor model, memory and disk.  Runs in a frame, where lpard serves $SYS.
set -euo pipefail
# shellcheck source=tests/bench/lib.sh
. "$PAR_TEST_SOURCE/bench/lib.sh"
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LPAR=bench
agent_wait=$PAR_TEST_BUILD/tests/bench/agent_wait

# by_hand_arguments PID - the LPAR's qemu arguments less libvirt's own monitor and bookkeeping
by_hand_arguments()
{
	local words i
	mapfile -d '' -t words <"/proc/$1/cmdline"
	by_hand=("${words[0]}" -nodefaults -no-user-config -display none
		-chardev "socket,id=agent,path=$work/agent,server=on,wait=off"
		-chardev "file,id=console,path=$work/console")
	for ((i = 1; i < ${#words[@]}; i++)); do
		case ${words[i]} in
		-machine | -accel | -cpu | -m | -smp | -numa | -kernel | -initrd | -append | \
			-blockdev | -uuid | -global | -rtc | -overcommit)
			by_hand+=("${words[i]}" "${words[i + 1]}")
			;;
		-object)
			case ${words[i + 1]} in
			*'"secret"'* | secret,*) ;;
			*) by_hand+=(-object "${words[i + 1]}") ;;
			esac
			;;
		-device)
			by_hand+=(-device "$(printf %s "${words[i + 1]}" |
				sed -e 's/charchannel0/agent/' -e 's/charserial0/console/')")
			;;
		esac
	done
}

# cpu_of PID - processor time of a qemu so far, in ms, which a busy machine hardly changes
cpu_of()
{
	local words
	read -r -a words <"/proc/$1/stat"
	echo $(((words[13] + words[14]) * 10))
}

qemu_of_ours()
{
	pgrep -f -- "-name guest=$LPAR," | head -n 1
}

ours()
{
	time_of on_and_wait
	cpu_ours+=("$(cpu_of "$(qemu_of_ours)")")
	chsysstate -r lpar -m "$SYS" -o shutdown --immed -n "$LPAR" >/dev/null
	wait_for 20 off
}

on_and_wait()
{
	chsysstate -r lpar -m "$SYS" -o on -n "$LPAR" -f default &&
		"$agent_wait" "$SYS/$LPAR" 60
}

off()
{
	[ "$(lpar_state)" = "Not Activated" ]
}

theirs()
{
	local pid
	time_of hand_start
	pid=$(cat "$work/pid")
	cpu_theirs+=("$(cpu_of "$pid")")
	kill -9 "$pid"
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.05
	done
}

# Started as a daemon, so that the frame's process 1 reaps this qemu as it does libvirt's.
hand_start()
{
	rm -f "$work/agent"
	"${by_hand[@]}" -daemonize -pidfile "$work/pid" && "$agent_wait" "$work/agent" 60
}

lpar_up "$LPAR" current
by_hand_arguments "$(qemu_of_ours)"
printf '# by hand:'
printf ' %q' "${by_hand[@]}"
printf '\n'
chsysstate -r lpar -m "$SYS" -o shutdown --immed -n "$LPAR"
wait_for 20 off
bench_runs=${BENCH_RUNS:-7}
cpu_ours=() cpu_theirs=()
in_turns ours theirs
report "LPAR cold start to agent" "$median_a" "$median_b" "qemu by hand" 1.15
report "  processor time of its qemu" "$(median "${cpu_ours[@]:1}")000" \
	"$(median "${cpu_theirs[@]:1}")000" "qemu by hand"
lpar_down
exit "$bench_bad"
