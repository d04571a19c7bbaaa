#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wpar-many.sh - many active minimal system WPARs at once, on this machine: what a start costs when the first and
# the last are made, what each keeps of memory for itself, and what all of them take of a processor when idle
#
# BENCH_WPARS sets how many (1000).  Their files lie on a tmpfs: about 3.5 GiB for 1,000.
set -euo pipefail
# shellcheck source=tests/bench/lib.sh
. "$PAR_TEST_SOURCE/bench/lib.sh"
many=${BENCH_WPARS:-1000}
part=20
idle_s=60
quiet_s=45 # a monitor that has seen mounts looks once more, after 20 s at most
export WPARS_ROOT=/var/lib/many
mkdir -p "$WPARS_ROOT"
mount -t tmpfs -o mode=755,size=8g,nr_inodes=0 tmpfs "$WPARS_ROOT"
trap 'umount -l "$WPARS_ROOT"' EXIT

# start FIRST LAST - makes and starts them; sets $median_make and $median_start (microseconds)
start()
{
	local i make=() start=()
	for ((i = $1; i <= $2; i++)); do
		time_of mkwpar --minimal -n "w$i"
		make+=("$took")
		time_of startwpar "w$i"
		start+=("$took")
	done
	median_make=$(median "${make[@]}")
	median_start=$(median "${start[@]}")
}

# ours - the process ids of all monitors and all first processes
ours()
{
	pgrep '^cor_w'
	pgrep -x init
}

# private PID... - KiB that no other process has
private()
{
	local files=("${@/#//proc/}")
	awk '/^Private/ { sum += $2 } END { print sum }' "${files[@]/%//smaps_rollup}"
}

ticks()
{
	local files=("${@/#//proc/}")
	awk '{ sum += $14 + $15 } END { print sum }' "${files[@]/%//stat}"
}

# verdict WHAT NUMBER UNIT LIMIT
verdict()
{
	local good=ok
	if awk -v n="$2" -v limit="$4" 'BEGIN { exit !(n > limit) }'; then
		good="TOO MUCH"
		bench_bad=1
	fi
	printf '%-50s %10s %-8s at most %s  %s\n' "$1" "$2" "$3" "$4" "$good"
}

start 1 $part
first_make=$median_make first_start=$median_start
start $((part + 1)) $((many - part))
start $((many - part + 1)) "$many"
report "mkwpar, number $many" "$median_make" "$first_make" "number $part"
report "startwpar, number $many" "$median_start" "$first_start" "number $part"
active=$(lswpar -q -c -a state | grep -c '^A$')
verdict "WPARs that are not active" $((many - active)) "" 0
sleep "$quiet_s"
mapfile -t pids < <(ours)
mapfile -t watchers < <(pgrep '^cor_w')
monitors=$(private "${watchers[@]}")
verdict "private memory for each WPAR" $(($(private "${pids[@]}") / many)) KiB 150
echo "# of that the monitor $((monitors / many)) KiB, the rest PID 1; the kernel: $(grep -E '^(Slab|KernelStack|PageTables|Percpu):' /proc/meminfo | tr -s ' ' | tr '\n' ' ')"
before=$(ticks "${pids[@]}")
sleep "$idle_s"
used=$(($(ticks "${pids[@]}") - before))
verdict "all of them idle, of one processor" \
	"$(awk -v t="$used" -v hz="$(getconf CLK_TCK)" -v s="$idle_s" 'BEGIN { printf "%.2f", 100 * t / hz / s }')" % 1
# shellcheck disable=SC2317 # in_turns calls them
list_wpars()
{
	time_of lswpar
}

# shellcheck disable=SC2317
list_files()
{
	# shellcheck disable=SC2016 # another shell expands
	time_of sh -c 'ls "$1"/etc/wpars/*.cf | wc -l' sh "$WPARS_ROOT"
}

in_turns list_wpars list_files
report "lswpar of $many active ones" "$median_a" "$median_b" "ls etc/wpars/*.cf | wc -l"
for ((i = 1; i <= many; i++)); do
	rmwpar -F "w$i" >/dev/null
done
verdict "processes that are left" "$(ours | wc -l)" "" 0
exit "$bench_bad"
