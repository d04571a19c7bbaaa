#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# resources.sh - -R holds in a real LPAR: a hard cap, shares, memory, processes; changed while it runs
#
# What is measured is the guest's own time: how fast this machine is, and what else runs on it, does not count.
# lpar: current
# timeout: 600
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

# busy NAME - as many loops as there are processors keep the WPAR's share used, until its end
busy()
{
	in_lpar clogin "$1" -- /bin/sh -c 'for i in $(seq "$(nproc)"); do
		setsid sh -c "while :; do :; done" >/dev/null 2>&1 </dev/null & done' </dev/null
}

# used SECONDS NAME... - hundredths of a per cent of the LPAR's processors that each used meanwhile
#
# The clock and the groups are read by the shell itself: a program started between the two would wait for a processor
# that the WPARs keep busy, and its wait would count as time used.  What was read too slowly all the same is read again.
used()
{
	in_lpar sh -c '
		look() {
			for try in 1 2 3 4 5 6 7 8 9 10; do
				seen=
				read -r now idle </proc/uptime
				for name; do
					while read -r key value; do
						[ "$key" != usage_usec ] || seen="$seen $value"
					done </sys/fs/cgroup/wpars/$name/cpu.stat
				done
				read -r then idle </proc/uptime
				now=${now%.*}${now#*.} then=${then%.*}${then#*.}
				[ $((then - now)) -gt 2 ] || break
			done
			echo $now $seen
		}
		seconds=$1 processors=$(nproc)
		shift
		before=$(look "$@")
		sleep "$seconds"
		after=$(look "$@")
		set -- $after
		for b in $before; do
			if [ -z "${time:-}" ]; then
				time=$(($1 - b))
			else
				echo $((($1 - b) / time / processors))
			fi
			shift
		done' sh "$@" </dev/null
}

# within LOW VALUE HIGH
within()
{
	if [ "$1" -le "$2" ] && [ "$2" -le "$3" ]; then
		return 0
	fi
	echo "$2 is not from $1 to $3" >&2
	return 1
}

ok "mkwpar with a hard cap" in_lpar mkwpar -n cap --minimal -s -R CPU=0%-25%,25%
busy cap
ok "25% holds within 2 points over 20 seconds" within 2300 "$(used 20 cap)" 2700
ok "chwpar while it runs" in_lpar chwpar -R CPU=0%-50%,50% cap
ok "50% from then on" within 4800 "$(used 10 cap)" 5200
ok "no cap" in_lpar chwpar -K -R CPU cap
ok "it has the whole, being alone" within 7500 "$(used 5 cap)" 10100
ok "stopwpar" in_lpar stopwpar -F cap

ok "shares of 3" in_lpar mkwpar -n three --minimal -s -R shares_CPU=3
ok "and of 1" in_lpar mkwpar -n one --minimal -s -R shares_CPU=1
busy one
ok "shares are no cap: alone it has the whole" within 7500 "$(used 5 one)" 10100
busy three
# shellcheck disable=SC2046 # two numbers
set -- $(used 20 three one)
ok "both want all: 3 to 1, within a tenth" within 270 "$((${1:-0} * 100 / ${2:-1}))" 330
ok "and nothing is lost" within 9000 "$((${1:-0} + ${2:-0}))" 10100
ok "chwpar while they run" in_lpar chwpar -R shares_CPU=3 one
# shellcheck disable=SC2046 # two numbers
set -- $(used 20 three one)
ok "half each" within 90 "$((${1:-0} * 100 / ${2:-1}))" 110
# accounted NAME KEY - what wparctl says
accounted()
{
	in_lpar wparctl usage --json | jq --arg name "$1" --arg key "$2" '.wpars[] | select(.name == $name)[$key] | floor'
}
is "processes are those that the kernel counts" "$(accounted one processes)" "$(in_lpar cat /sys/fs/cgroup/wpars/one/pids.current)"
kernel=$(in_lpar cat /sys/fs/cgroup/wpars/one/memory.current)
ok "and memory" within $((kernel * 9 / 10)) "$(accounted one memory_used)" $((kernel * 11 / 10))
ok "stopwpar of both" in_lpar sh -c 'stopwpar -F three && stopwpar -F one'

# Processes: a bomb ends at the limit, and the LPAR has some left
ok "a limit of processes" in_lpar mkwpar -n bomb --minimal -s -R totalProcesses=40
in_lpar clogin bomb -- /bin/sh -c 'bomb() { for i in $(seq 100); do sleep 60 & done; }; bomb 2>/dev/null' >/dev/null 2>&1 </dev/null
is "no more than that are there" "$(in_lpar cat /sys/fs/cgroup/wpars/bomb/pids.peak)" 40
ok "the LPAR goes on" in_lpar sh -c 'for i in $(seq 50); do sleep 1 & done; wait'
ok "more are allowed while it runs" in_lpar chwpar -R totalProcesses=60 bomb
in_lpar clogin bomb -- /bin/sh -c 'for i in $(seq 100); do sleep 60 & done' >/dev/null 2>&1 </dev/null
is "and made" "$(in_lpar cat /sys/fs/cgroup/wpars/bomb/pids.peak)" 60
ok "it can be stopped" in_lpar stopwpar -F bomb

# Memory: the one that wants too much is killed, its neighbour and the LPAR's own are not
ok "a limit of memory" in_lpar mkwpar -n hog --minimal -s -R totalVirtMem=48M
ok "a neighbour" in_lpar startwpar one
in_lpar clogin one -- /bin/sh -c 'setsid sleep 1234 >/dev/null 2>&1 </dev/null &' </dev/null
in_lpar sh -c 'setsid sleep 4321 >/dev/null 2>&1 </dev/null &'
in_lpar clogin hog -- /bin/sh -c 'head -c 300M /dev/zero | tail >/dev/null' >/dev/null 2>&1 </dev/null
is "the hog is killed" "$?" 137
ok "not its neighbour" in_lpar clogin one -- /bin/sh -c 'grep -q 1234 /proc/[0-9]*/cmdline' </dev/null
ok "nor a process of the LPAR" in_lpar sh -c 'grep -q 4321 /proc/[0-9]*/cmdline'
ok "chwpar while it runs" in_lpar chwpar -R totalVirtMem=400M hog
ok "then there is enough" in_lpar clogin hog -- /bin/sh -c 'head -c 100M /dev/zero | tail >/dev/null' </dev/null
is "the kernel has the new limit" "$(in_lpar cat /sys/fs/cgroup/wpars/hog/memory.max)" $((400 << 20))
ok "a soft limit while it runs" in_lpar chwpar -R memory=0%-10%,50% hog
like "is told to the kernel" "$(in_lpar cat /sys/fs/cgroup/wpars/hog/memory.max)" '^[1-9]'
ok "-K -R" in_lpar chwpar -K -R hog
# A minimum of memory stays its own, whatever others take.  The holes of a file that is read are pages of memory.
in_lpar sh -c 'rm -rf /srv/holes && mkdir -p -m 700 /srv/holes && truncate -s 3G /srv/holes/big'
ok "a minimum" in_lpar mkwpar -n keeps --minimal -s -R memory=30%-100%,100% \
	-M directory=/data vfs=namefs dev=/srv/holes mountopts=ro
in_lpar sh -c 'truncate -s 150M /srv/holes/mine'
in_lpar clogin keeps -- sh -c 'cat /data/mine >/dev/null' </dev/null
had=$(in_lpar cat /sys/fs/cgroup/wpars/keeps/memory.current)
ok "it has read so much" within $((140 << 20)) "$had" $((200 << 20))
in_lpar wparexec -n greedy -- /bin/cat /srv/holes/big >/dev/null 2>&1 </dev/null
ok "it still has what it had when another has read all memory full" within $((had * 95 / 100)) \
	"$(in_lpar cat /sys/fs/cgroup/wpars/keeps/memory.current)" $((had * 105 / 100))
ok "less while it runs" in_lpar chwpar -R memory=5%-100%,100% keeps
total=$(in_lpar sed -n 's/^MemTotal: *\([0-9]*\) .*/\1/p' /proc/meminfo)
ok "the kernel has it" within 4 "$(($(in_lpar cat /sys/fs/cgroup/wpars/keeps/memory.min) / 1024 * 100 / total))" 5
ok "of a minimum that is all, the LPAR keeps a quarter" in_lpar chwpar -R memory=100%-100%,100% keeps
ok "as the group above says" within 74 "$(($(in_lpar cat /sys/fs/cgroup/wpars/memory.min) / 1024 * 100 / total))" 75
ok "rmwpar" in_lpar rmwpar -F keeps
is "and nothing is protected any more" "$(in_lpar cat /sys/fs/cgroup/wpars/memory.min)" 0
is "takes all limits of memory away" "$(in_lpar cat /sys/fs/cgroup/wpars/hog/memory.max)" max
is "and there is that of processes which all have" "$(in_lpar cat /sys/fs/cgroup/wpars/hog/pids.max)" \
	"$(in_lpar cat /sys/fs/cgroup/wpars/one/pids.max)"
ok "rmwpar of all" in_lpar sh -c 'for n in cap three one bomb hog; do rmwpar -F $n || exit; done'
done_testing
