#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# services.sh - what cron, syslogd, inetd and sshd of a default WPAR add to its start, against a minimal one, and
# what each takes of the processor until it waits for work; read from bash's stdin in an LPAR, after lib.sh
#
# The processor's time is that of each process, as the kernel counts it (/proc/PID/schedstat); of an emulated
# processor a busy machine's other work is in it.
# shellcheck disable=SC2317,SC2154 # lib.sh calls functions, and sets what it reports
set -euo pipefail
services=(cron syslogd inetd sshd)
declare -A taken
trap 'rmwpar -F bench4 >/dev/null 2>&1; rmwpar -F bench0 >/dev/null 2>&1' EXIT
mkwpar -n bench4 >/dev/null
mkwpar -n bench0 --minimal >/dev/null

# note_services - what each has taken, when all are there and at rest
note_services()
{
	local service file ns
	until [ "$(lssrc -@ bench4 -a | grep -c ' active$')" = "${#services[@]}" ]; do
		sleep 1
	done
	sleep 4
	while read -r file; do
		read -r service <"/proc/$file/comm"
		read -r ns _ <"/proc/$file/schedstat"
		taken[$service]+=" $((ns / 1000))"
	done </sys/fs/cgroup/wpars/bench4/cgroup.procs
}

start_default()
{
	time_of startwpar bench4
	note_services
	stopwpar -h bench4 >/dev/null
}

start_minimal()
{
	time_of startwpar bench0
	stopwpar -h bench0 >/dev/null
}

# The first start, which does not count, makes the host keys.
in_turns start_default start_minimal
each=$(((median_a - median_b) / ${#services[@]}))
report "a service in startwpar" "$((each > 0 ? each : 0))" 40000 "the goal" 1
for service in "${services[@]}"; do
	read -ra us <<<"${taken[$service]}"
	echo "# $service has taken of the processor, ms: $(in_ms "${us[@]:1}"), median $(in_ms "$(median "${us[@]:1}")")"
done
exit "$bench_bad"
