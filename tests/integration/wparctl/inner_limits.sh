#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# inner_limits.sh - the limits (-R) that no control group has: of each process and of System V IPC, from the start and
# while the WPAR runs
# timeout: 120
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

mkdir -m 700 "$WPARS_ROOT/run"
chmod 755 "$TMPDIR"

inside()
{
	clogin lim "$*" </dev/null
}

# of_process PID FILE_LINE - a limit (soft and hard) of a process inside
of_process()
{
	inside "sed -n 's/^$2 *\([^ ]*\)  *\([^ ]*\) .*/\1 \2/p' /proc/$1/limits"
}

part()
{
	echo $(($1 * $2 / 100))
}

messages=$(cat /proc/sys/kernel/msgmni)
segments=$(cat /proc/sys/kernel/shmmni)
semaphores=$(cut -f4 /proc/sys/kernel/sem)

ok "mkwpar" mkwpar -n lim --minimal -s -R procVirtMem=512M pct_msgIDs=10% pct_semIDs=20% pct_shmIDs=50%
is "PID 1 may have so much virtual memory" "$(of_process 1 'Max address space')" "$((512 << 20)) $((512 << 20))"
is "and so does a command of clogin" "$(inside ulimit -v)" $((512 << 10))
ok "what is less is given" inside 'head -c 60M /dev/zero | tail >/dev/null'
fails "what is more is not" inside 'head -c 900M /dev/zero | tail >/dev/null'
fails "its root cannot raise it" inside 'ulimit -v unlimited'
like "lswpar -R" "$(lswpar -qcR lim)" '536870912|512M'
is "message queues" "$(inside cat /proc/sys/kernel/msgmni)" "$(part "$messages" 10)"
is "segments" "$(inside cat /proc/sys/kernel/shmmni)" "$(part "$segments" 50)"
is "semaphores" "$(inside cut -f4 /proc/sys/kernel/sem)" "$(part "$semaphores" 20)"
for file in msgmni shmmni sem; do
	fails "its root cannot raise $file" inside "cat /proc/sys/kernel/$file >/proc/sys/kernel/$file"
done
is "the global environment has its own" "$(cat /proc/sys/kernel/msgmni)" "$messages"

inside 'setsid sleep 600 >/dev/null 2>&1 </dev/null &'
sleeper=$(inside 'pgrep -fx "sleep 600"')
inside 'setsid sh -c "ulimit -v 65536; exec sleep 601" >/dev/null 2>&1 </dev/null &'
ok "a process lowers its own" wait_for 10 inside 'pgrep -fx "sleep 601" >/dev/null'
modest=$(inside 'pgrep -fx "sleep 601"')
ok "chwpar while it runs" chwpar -R procVirtMem=256M pct_msgIDs=20% lim
is "a process that runs has the new limit" "$(of_process "$sleeper" 'Max address space')" "$((256 << 20)) $((256 << 20))"
is "a new one too" "$(inside ulimit -v)" $((256 << 10))
is "one that has less keeps it" "$(of_process "$modest" 'Max address space')" "$((64 << 20)) $((64 << 20))"
is "there are more message queues" "$(inside cat /proc/sys/kernel/msgmni)" "$(part "$messages" 20)"
is "segments are what they were" "$(inside cat /proc/sys/kernel/shmmni)" "$(part "$segments" 50)"
ok "no limits of System V IPC" chwpar -K -R pct_msgIDs pct_semIDs pct_shmIDs lim
is "of message queues" "$(inside cat /proc/sys/kernel/msgmni)" "$messages"
is "of semaphores" "$(inside cut -f4 /proc/sys/kernel/sem)" "$semaphores"
is "what is too little is refused at once" "$(chwpar -R procVirtMem=1M lim 2>&1)" \
	"chwpar: -R procVirtMem=: no program works with less than 32 MiB of virtual memory, and this would be 1024 KiB"

# To raise a limit needs CAP_SYS_RESOURCE (24), which root of a container may not have.
if [ $((0x$(sed -n 's/^CapEff:\t//p' /proc/self/status) >> 24 & 1)) = 1 ]; then
	ok "more is given" chwpar -R procVirtMem=1G pct_pinMem=1% lim
	is "to a process that runs" "$(of_process "$sleeper" 'Max address space')" "$((1 << 30)) $((1 << 30))"
	ok "no limit" chwpar -K -R procVirtMem pct_pinMem lim
	is "nor for a process that runs" "$(of_process "$sleeper" 'Max address space')" "unlimited unlimited"
	is "the default of what may be locked" "$(of_process "$sleeper" 'Max locked memory')" "$((8 << 20)) $((8 << 20))"
else
	like "more is refused where root may not give it" "$(chwpar -R procVirtMem=1G lim 2>&1)" \
		'limits of processes.*cannot be set: Operation not permitted'
	is "and nothing is changed" "$(of_process "$sleeper" 'Max address space')" "$((256 << 20)) $((256 << 20))"
	like "the definition too" "$(lswpar -qcR lim)" '268435456|256M'
	fails "nor can more be locked" chwpar -R pct_pinMem=1% lim
fi
ok "the least" chwpar -R procVirtMem=32M lim
is "is enough to run a shell" "$(inside 'echo fine | cat')" fine
ok "and to start" sh -c 'stopwpar -F lim && startwpar lim'
ok "active=no keeps it" sh -c 'stopwpar -F lim && chwpar -R active=no lim && startwpar lim'
is "and sets nothing" "$(inside ulimit -v)" unlimited
ok "rmwpar" rmwpar -F lim
done_testing
