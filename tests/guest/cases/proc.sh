#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# proc.sh - /proc/meminfo and /proc/cpuinfo inside a WPAR with limits tell the WPAR's own, also when its monitor was
# killed, and when the limits change while it runs
# lpar: none
# timeout: 300
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

inside()
{
	in_lpar clogin lim "$*" </dev/null
}

# of KEY - a number of /proc/meminfo inside, in kB
of()
{
	inside "sed -n 's/^$1: *\([0-9]*\) kB/\1/p' /proc/meminfo"
}

LPAR=proc
ok "an LPAR of two processors" lpar_up proc current desired_procs=2,desired_proc_units=0.2
ok "a WPAR without limits" in_lpar mkwpar -n free --minimal -s
is "has the LPAR's memory" "$(in_lpar clogin free sed -n 's/^MemTotal: *//p' /proc/meminfo </dev/null)" \
	"$(in_lpar sed -n 's/^MemTotal: *//p' /proc/meminfo)"
fails "by the LPAR's own file" in_lpar clogin free grep -q ' /proc/meminfo ' /proc/self/mountinfo </dev/null
ok "rmwpar" in_lpar rmwpar -F free

ok "a WPAR with limits" in_lpar mkwpar -n lim --minimal -s -R totalVirtMem=192M CPU=0%-50%,50%
is "its memory is the limit" "$(of MemTotal)" $((192 << 10))
is "nothing is swapped" "$(of SwapTotal)" 0
is "what is free is what the group does not use" "$(inside '
	free=$(sed -n "s/^MemFree: *\([0-9]*\) kB/\1/p" /proc/meminfo)
	[ "$free" -gt 0 ] && [ "$free" -lt 196608 ] && echo yes')" yes
is "free(1) says so" "$(inside 'free -m | sed -n "s/^Mem: *\([0-9]*\) .*/\1/p"')" 192
before=$(of MemFree)
inside 'setsid sh -c "head -c 60M /dev/zero | { tail; sleep 1000; }" >/dev/null 2>&1 </dev/null &'
used()
{
	[ "$(of MemFree)" -lt $((before - 40960)) ]
}
inside 'setsid sh -c "x=\$(head -c 50M /dev/zero | tr \"\\\\0\" a); sleep 1000" >/dev/null 2>&1 </dev/null &'
ok "it becomes less when a process takes some" wait_for 30 used
is "each open sees what is now" "$(inside '
	exec 3</proc/meminfo
	cat <&3 | sed -n "s/^MemTotal: *\([0-9]*\) kB/\1/p"')" $((192 << 10))
is "half of two processors is one" "$(inside 'grep -c ^processor /proc/cpuinfo')" 1
is "the platform is there" "$(inside 'grep -c ^platform /proc/cpuinfo')" 1
is "nothing can be written" "$(inside '{ echo x >/proc/meminfo; } 2>/dev/null || echo no')" no
is "df and mount inside do not show it" "$(inside 'mount; df' | grep -c meminfo)" 0

# One that keeps it open and reads it again, as top does
inside 'setsid sh -c "exec 3</proc/meminfo; sleep 1000" >/dev/null 2>&1 </dev/null &'
ok "chwpar while it runs" in_lpar chwpar -R totalVirtMem=256M lim
is "a new open sees it" "$(of MemTotal)" $((256 << 10))
is "one that was open, too" "$(inside '
	pid=$(pgrep -fx "sleep 1000" | tail -1)
	for try in 1 2 3 4 5 6 7 8 9 10; do
		total=$(sed -n "s/^MemTotal: *\([0-9]*\) kB/\1/p" /proc/$pid/fd/3)
		[ "$total" = 262144 ] && break
		sleep 1
	done
	echo $total')" $((256 << 10))
ok "no limits while it runs" in_lpar chwpar -K -R lim
is "then it is the LPAR's" "$(of MemTotal)" "$(in_lpar sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)"
is "processors too" "$(inside 'grep -c ^processor /proc/cpuinfo')" "$(in_lpar grep -c ^processor /proc/cpuinfo)"
ok "one processor of two, and nothing else" in_lpar chwpar -R rset=1 lim
is "is the one that is seen" "$(inside 'sed -n "s/^processor.*: //p" /proc/cpuinfo; nproc' | xargs)" "1 1"
ok "limits again" in_lpar chwpar -R memory=0%-25%,25% rset=1 lim
whole=$(in_lpar sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
quarter=$(of MemTotal)
ok "a quarter ($quarter of $whole kB), in whole pages" test "$quarter" -le $((whole / 4)) -a "$quarter" -gt $((whole / 4 - 128))
is "the processor of the set" "$(inside 'sed -n "s/^processor.*: //p" /proc/cpuinfo')" 1

# The monitor's death breaks nothing, and the next one goes on.
in_lpar sh -c 'kill -9 $(cut -d" " -f1 /run/wpars/lim/monitor)'
ok "without its monitor it can be read" inside 'timeout 5 cat /proc/meminfo >/dev/null'
ok "wpar commands start the next" in_lpar sh -c 'clogin lim true </dev/null; chwpar -R totalVirtMem=192M lim'
is "which tells what is now" "$(of MemTotal)" $((192 << 10))
ok "many at once" inside 'for i in 1 2 3 4 5 6 7 8; do (for j in 1 2 3 4 5 6 7 8 9 10; do cat /proc/meminfo /proc/cpuinfo; done >/dev/null) & done; wait'
ok "rmwpar" in_lpar rmwpar -F lim
ok "lpar_down" lpar_down
done_testing
