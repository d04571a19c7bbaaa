#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd_wpar.sh - WPARs whose first process is systemd, in an LPAR with all controllers: services,
# limits that hold for all of it, and its ends
# lpar: none
# timeout: 900
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

inside()
{
	in_lpar clogin sysd -- sh -c "$*" </dev/null
}

# up - once systemd has started all that it is to start; what it says of itself
up()
{
	wait_for 60 inside test -S /run/systemd/private
	inside "timeout $(patience 120) systemctl is-system-running --wait"
}

state()
{
	in_lpar lswpar -c -q -a state sysd
}

is_state()
{
	[ "$(state)" = "$1" ]
}

started()
{
	in_lpar grep -c ' sysd reboot-inside ' /var/adm/wpars/event.log
}

is_again()
{
	[ "$(started)" = "$1" ] && is_state A && [ "$(up)" = running ]
}

of_group()
{
	in_lpar cat "/sys/fs/cgroup/wpars/sysd/$1"
}

lpar_up sd02 systemd >/dev/null
is "the LPAR's init is systemd" "$(in_lpar cat /proc/1/comm)" systemd
printf 'general:\n\tname = "sysd"\n\tinit = "/sbin/init"\n' | in_lpar sh -c 'cat >/root/sysd.spec'
ok "mkwpar -f" in_lpar mkwpar -f /root/sysd.spec
ok "startwpar" in_lpar startwpar sysd
is "systemd comes up whole" "$(up)" running
is "no unit failed" "$(inside systemctl --failed --plain --no-legend)" ""
echo "# $(inside systemctl --version | head -n 1)"
is "process 1 is systemd" "$(inside cat /proc/1/comm)" systemd
like "wparctl ps lists what it runs" "$(in_lpar wparctl ps -@ sysd)" systemd-journald
like "the journal has its start" "$(inside journalctl -q --no-pager -b)" 'Reached target.*[Mm]ulti-[Uu]ser'
like "clogin has a terminal" "$(in_lpar script -qec 'clogin sysd -- tty' /dev/null </dev/null)" '/dev/pts/[0-9]'

# A service of the LPAR's /usr, enabled as its package would
ok "cron is enabled" inside systemctl -q enable --now cron.service
is "and runs" "$(inside systemctl is-active cron.service)" active
ok "as a process of the WPAR" wait_for 20 in_lpar sh -c 'wparctl ps -@ sysd | grep -q /cron'
ok "sshd is enabled" inside 'mkdir -p /etc/ssh && cp -n /usr/share/openssh/sshd_config /etc/ssh/ &&
	ssh-keygen -A && systemctl -q enable --now ssh.service'
like "and answers" "$(inside "bash -c 'exec 3<>/dev/tcp/127.0.0.1/22; head -n 1 <&3'")" '^SSH-2'

# Limits of all of it; its root makes less of them for its services, never more
like "its root may share out processors, memory and processes" "$(inside cat /sys/fs/cgroup/cgroup.subtree_control)" \
	'memory.*pids|pids.*memory'
ok "chwpar -R" in_lpar chwpar -R totalVirtMem=192M totalProcesses=200 sysd
is "the limit is at the group that nobody inside sees" "$(of_group memory.max)" $((192 << 20))
fails "and not for its root to change" inside 'echo max >/sys/fs/cgroup/memory.max'
fails "a service that takes all memory" inside 'systemd-run -q --wait -u hog tail /dev/zero'
is "was killed" "$(inside systemctl show -P Result hog.service)" oom-kill
is "and the WPAR runs" "$(up)" degraded
ok "what failed can be forgotten" inside systemctl reset-failed
like "the log of events has it" "$(in_lpar tail -n 5 /var/adm/wpars/event.log)" ' sysd oom-kill '
is "the LPAR killed nothing of its own" "$(in_lpar sed -n 's/^oom_kill //p' /sys/fs/cgroup/system.slice/memory.events)" 0
inside "systemd-run -q -u forks bash -c ':(){ :|:& };:'" >/dev/null 2>&1
ok "a fork bomb ends at the limit" wait_for 60 in_lpar sh -c 'grep -q "^max [1-9]" /sys/fs/cgroup/wpars/sysd/pids.events'
ok "and the WPAR is active" is_state A
ok "a stop at once" in_lpar stopwpar -F sysd
fails "leaves no group" in_lpar test -e /sys/fs/cgroup/wpars/sysd
ok "and it starts again" in_lpar startwpar sysd
is "whole" "$(up)" running
is "with cron, which is enabled" "$(inside systemctl is-active cron.service)" active
ok "the limits can be taken away" in_lpar chwpar -K -R totalVirtMem sysd
ok "and one for each process given" in_lpar chwpar -R procVirtMem=4G sysd
is "which systemd has" "$(inside "sed -n 's/^Max address space *\([^ ]*\) .*/\1/p' /proc/1/limits")" $((4 << 30))
ok "and taken away" in_lpar chwpar -K -R procVirtMem sysd
is "from systemd too" "$(inside "sed -n 's/^Max address space *\([^ ]*\) .*/\1/p' /proc/1/limits")" unlimited
ok "memory and time are counted" in_lpar sh -c 'wparctl usage | awk "\$1 == \"sysd\" && \$2 == \"Active\" && \$4 > 5 { found = 1 } END { exit !found }"'

# Its ends
ok "rebootwpar" in_lpar rebootwpar sysd
is "it comes up whole" "$(up)" running
times=$(started)
inside reboot >/dev/null 2>&1
ok "reboot inside starts it again" wait_for 120 is_again $((times + 1))
ok "stopwpar" in_lpar stopwpar -t "$(patience 60)" sysd
ok "startwpar" in_lpar startwpar sysd
is "it comes up whole" "$(up)" running
inside poweroff >/dev/null 2>&1
ok "poweroff inside ends it" wait_for 60 is_state D
ok "rmwpar" in_lpar rmwpar sysd
is "leaves nothing" "$(in_lpar sh -c 'ls -d /sys/fs/cgroup/wpars/sysd /wpars/sysd /run/wpars/sysd /etc/wpars/sysd.cf 2>/dev/null')" ""
lpar_down sd02 >/dev/null
done_testing
