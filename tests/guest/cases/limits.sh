#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limits.sh - the least limits that mkwpar takes serve; what the kernel kills for want of memory is in
# the log of events, and so is the operator who called a command; help names no page that is not there
# lpar: current
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

log()
{
	in_lpar cat /var/adm/wpars/event.log
}

ok "mkwpar with the least limits" in_lpar mkwpar -n least -R totalProcesses=8 totalVirtMem=16M CPU=0%-50%,50%
ok "it starts" in_lpar startwpar least
is "and a login works" "$(in_lpar clogin least 'ls -d / /usr | wc -l' </dev/null)" 2
is "nothing was killed" "$(in_lpar grep -c ' least oom-kill ' /var/adm/wpars/event.log)" 0
ok "rmwpar" in_lpar rmwpar -F least
for limit in totalProcesses=7 totalThreads=1 totalVirtMem=15M memory=0%-1%,1% CPU=0%-0.01%,0.01%; do
	fails "less is refused: $limit" in_lpar mkwpar -n least -R "$limit"
done
ok "a part of the processors below a millisecond" in_lpar mkwpar -n least -R CPU=0%-0.5%,0.5%
# So little that the start is not waited for.
in_lpar startwpar least >/dev/null 2>&1 </dev/null &
wait_for 30 in_lpar grep -q ' 1000000$' /sys/fs/cgroup/wpars/least/cpu.max
is "is one of a longer period" "$(in_lpar cut -d' ' -f2 /sys/fs/cgroup/wpars/least/cpu.max)" 1000000
ok "rmwpar" in_lpar rmwpar -F least

# Processors by their numbers (the LPAR has one)
ok "mkwpar with a set of processors" in_lpar mkwpar -n set -s -R rset=0
is "the kernel has it" "$(in_lpar cat /sys/fs/cgroup/wpars/set/cpuset.cpus)" 0
ok "it is taken away while the WPAR runs" in_lpar chwpar -K -R rset set
is "it may then use all that the LPAR can have" "$(in_lpar cat /sys/fs/cgroup/wpars/set/cpuset.cpus)" \
	"$(in_lpar cat /sys/devices/system/cpu/possible)"
ok "and given again" in_lpar chwpar -R rset=0-0 set
is "the kernel has it again" "$(in_lpar cat /sys/fs/cgroup/wpars/set/cpuset.cpus)" 0
is "one that is not there is refused" "$(in_lpar chwpar -R rset=0-63 set 2>&1)" \
	'chwpar: -R rset=: "0-63" is no list of processors of this system, which has only processor 0'
fails "with status 1" in_lpar chwpar -R rset=0-63 set
ok "rmwpar" in_lpar rmwpar -F set

# Of each process and of System V IPC
of_init() # FILE_LINE - soft and hard limit of PID 1
{
	in_lpar clogin inner "sed -n 's/^$1 *\([^ ]*\)  *\([^ ]*\) .*/\1 \2/p' /proc/1/limits" </dev/null
}
ok "the least virtual memory of a process is enough to start" in_lpar mkwpar -n inner --minimal -s \
	-R procVirtMem=32M pct_pinMem=5% pct_msgIDs=10% pct_semIDs=10% pct_shmIDs=10%
is "and to run a pipeline" "$(in_lpar clogin inner 'echo fine | cat' </dev/null)" fine
is "PID 1 has it" "$(of_init 'Max address space')" "$((32 << 20)) $((32 << 20))"
locked=$(of_init 'Max locked memory')
ok "more can be locked than by default" test "${locked% *}" -gt $((8 << 20))
is "message queues" "$(in_lpar clogin inner cat /proc/sys/kernel/msgmni </dev/null)" 3200
is "segments" "$(in_lpar clogin inner cat /proc/sys/kernel/shmmni </dev/null)" 409
is "semaphores" "$(in_lpar clogin inner cut -f4 /proc/sys/kernel/sem </dev/null)" 3200
fails "its root cannot have more" in_lpar clogin inner 'echo 32000 >/proc/sys/kernel/msgmni' </dev/null
ok "more while it runs" in_lpar chwpar -R procVirtMem=1G pct_pinMem=10% pct_msgIDs=50% inner
is "is given to PID 1" "$(of_init 'Max address space')" "$((1 << 30)) $((1 << 30))"
is "and to the WPAR" "$(in_lpar clogin inner cat /proc/sys/kernel/msgmni </dev/null)" 16000
ok "no limits" in_lpar chwpar -K -R inner
is "of virtual memory" "$(of_init 'Max address space')" "unlimited unlimited"
is "the default of what may be locked" "$(of_init 'Max locked memory')" "$((8 << 20)) $((8 << 20))"
is "as many message queues as the LPAR" "$(in_lpar clogin inner cat /proc/sys/kernel/msgmni </dev/null)" 32000
ok "rmwpar" in_lpar rmwpar -F inner

# Out of memory: tail keeps a line that does not end
eat='head -c 200M /dev/zero | tail >/dev/null'
ok "mkwpar" in_lpar mkwpar -n hog -s -R totalVirtMem=32M
in_lpar clogin hog "$eat" >/dev/null 2>&1 </dev/null
is "a process that wants more is killed" "$?" 137
wait_for 10 in_lpar grep -q ' hog oom-kill ' /var/adm/wpars/event.log
like "the log says it" "$(log)" ' hog oom-kill root/cor_hog failed: out of memory: the kernel has killed [1-9][0-9]* of its processes$'
kills=$(log | grep -c ' hog oom-kill ')
# shellcheck disable=SC2016
in_lpar sh -c 'kill -9 $(cut -d" " -f1 /run/wpars/hog/monitor); sleep 1; clogin hog -- true' </dev/null
wait_for 10 in_lpar grep -q ' hog monitor-started-again ' /var/adm/wpars/event.log
is "a new monitor does not say it again" "$(log | grep -c ' hog oom-kill ')" "$kills"
in_lpar clogin hog "$eat" >/dev/null 2>&1 </dev/null
wait_for 10 sh -c '[ "$(wparcmd -m "$1" -p "$2" -- grep -c " hog oom-kill " /var/adm/wpars/event.log)" -gt "$3" ]' \
	sh "$SYS" "$LPAR" "$kills"
ok "but the next time" test "$(log | grep -c ' hog oom-kill ')" -gt "$kills"
ok "rmwpar" in_lpar rmwpar -F hog
said=$(in_lpar wparexec -n hoga -R totalVirtMem=32M -- /bin/sh -c "$eat" 2>&1 >/dev/null </dev/null)
is "wparexec ends with the status" "$?" 137
like "says why" "$said" '^wparexec: out of memory: the kernel has killed [1-9][0-9]* of its processes$'
like "and the log has its end" "$(log)" ' hoga exec-end root/wparexec failed: the command ended with status 137$'

# Who
# shellcheck disable=SC2016
is "lpard names its caller" "$(in_lpar sh -c 'echo "$LPARD_USER"')" "$(id -un)"
# shellcheck disable=SC2016
is "no caller can name another" \
	"$(wparcmd -m "$SYS" -p "$LPAR" -e LPARD_USER=mallory -- sh -c 'echo "$LPARD_USER"' </dev/null)" "$(id -un)"
unlike "help names no manual page where there is none" "$(in_lpar mkwpar --help)" 'manual page'
done_testing
