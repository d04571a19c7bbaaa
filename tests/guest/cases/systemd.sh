#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd.sh - an LPAR whose init is systemd: our packages, units, profile and WPARs under systemd
# lpar: none
# timeout: 900
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

# unit NAME - is it active?
unit()
{
	in_lpar systemctl is-active "$1"
}

agent_pid()
{
	in_lpar systemctl show -P MainPID wparctl-agent.service
}

# again COMMAND - a command that ends the agent, through which it runs: its status says nothing
again()
{
	in_lpar systemd-run --quiet --on-active=1 "$@" >/dev/null 2>&1
}

agent_changed()
{
	local now
	now=$(agent_pid) && [ -n "$now" ] && [ "$now" != "$1" ] && [ "$now" != 0 ]
}

# cor - the pid of the WPAR's monitor; first - of its first process
cor()
{
	in_lpar sh -c 'cut -d" " -f1 /run/wpars/auto01/monitor'
}

first()
{
	in_lpar sh -c 'head -n 1 /sys/fs/cgroup/wpars/auto01/cgroup.procs'
}

ok "mksyscfg" mksyscfg -r lpar -m "$SYS" -i "$(lpar_attributes sd01 systemd)"
LPAR=sd01
ok "activation" chsysstate -r lpar -m "$SYS" -o on -n sd01 -f default
ok "the agent that systemd starts comes" wparcmd -m "$SYS" -p sd01 --wait "$(patience 300)" -- true
is "init is systemd" "$(in_lpar cat /proc/1/comm)" systemd
is "the RMC state" "$(lssyscfg -r lpar -m "$SYS" --filter lpar_names=sd01 -F rmc_state)" active
is "the system comes up whole" "$(in_lpar timeout "$(patience 120)" systemctl is-system-running --wait)" running
is "no unit failed" "$(in_lpar systemctl --failed --plain --no-legend)" ""
is "and the first boot made no index anew" \
	"$(in_lpar systemctl show -P ConditionResult systemd-hwdb-update.service)" no

# The packages
in_lpar sh -c 'mkdir -p /var/log/journal && journalctl --flush'
for deb in "$PAR_DEBS"/systemd/*_ppc64el.deb; do
	lpar_push "$deb" "/root/${deb##*/}"
done
like "dpkg installs our packages" "$(in_lpar sh -c 'dpkg -i /root/*.deb 2>&1; echo "status $?"')" \
	'^status 0$'
is "the agent was not restarted by that" "$(unit wparctl-agent.service)" active
is "units are active" "$(in_lpar systemctl is-active lpard.socket lpard.service rc.wpars.service |
	tr '\n' ' ')" "active active active "
is "and enabled" "$(in_lpar systemctl is-enabled lpard.socket lpard.service rc.wpars.service \
	wparctl-agent.service | tr '\n' ' ')" "enabled enabled enabled static "
is "lpard's socket is its group's" "$(in_lpar stat -c '%U:%G %a' /run/lpard/lpard.sock)" \
	"root:lpard 660"
like "lpard told systemd that it serves" "$(in_lpar systemctl show -P StatusText -P Type lpard)" notify
is "lpard is confined" "$(in_lpar sh -c \
	'cat /proc/$(systemctl show -P MainPID lpard)/attr/current')" "lpard (enforce)"

# libvirt, from inside the sandbox and the profile: a libvirtd with its test driver, by its socket
in_lpar systemctl start libvirtd.service
in_lpar sh -c 'printf "[system SYS]\nuri = test+unix:///default\n" >>/etc/lpard/lpard.conf'
ok "reload" in_lpar systemctl reload lpard.service
ok "lpard reaches libvirt's socket" wait_for 40 wparcmd -m "$SYS" -p sd01 -- \
	sh -c 'lssyscfg -r sys -m SYS -F state | grep -qx Operating'
is "nothing was denied" "$(in_lpar sh -c \
	'journalctl -k -q --no-pager | grep -c "apparmor=.DENIED.*lpard"')" 0

# Life of the daemon
ok "stop" in_lpar systemctl stop lpard.service
is "it ended well" "$(in_lpar systemctl show -P Result lpard.service)" success
is "a client brings it back" "$(in_lpar timeout 60 lssyscfg -r sys -F name)" SYS
in_lpar systemctl kill -s KILL lpard.service
ok "killed, it is started again" wait_for 40 wparcmd -m "$SYS" -p sd01 -- \
	systemctl is-active lpard.service
is "nobody noticed" "$(in_lpar timeout 60 lssyscfg -r sys -F name)" SYS

# A WPAR, the agent's restart, and its death
ok "mkwpar -A" in_lpar mkwpar -n auto01 -A
ok "startwpar, by the agent" in_lpar startwpar auto01
monitor=$(cor)
init=$(first)
is "the WPAR's monitor is in a group of its own" "$(in_lpar cat "/proc/$monitor/cgroup")" \
	"0::/wpars/.keepers"
old=$(agent_pid)
again systemctl restart wparctl-agent.service
ok "the agent is restarted" wait_for 40 agent_changed "$old"
is "the WPAR lives on" "$(in_lpar lswpar -q -c -a name,state):$(first)" "auto01:A:$init"
is "its monitor too" "$(cor) $(in_lpar cat "/proc/$monitor/comm")" "$monitor cor_auto01"
is "clogin" "$(in_lpar clogin auto01 /bin/hostname)" auto01
old=$(agent_pid)
again kill -9 "$old"
ok "the agent is killed, another comes" wait_for 40 agent_changed "$old"
is "the WPAR lives on then, too" "$(in_lpar lswpar -q -c -a name,state):$(first)" "auto01:A:$init"
ok "systemd reads its configuration again" in_lpar systemctl daemon-reload
is "the WPAR's group keeps its controllers" "$(in_lpar cat /sys/fs/cgroup/wpars/cgroup.subtree_control)" \
	"cpuset cpu io memory pids"

# Down and up
boot=$(in_lpar cat /proc/sys/kernel/random/boot_id)
rebooted()
{
	local now
	now=$(timeout "$(patience 20)" wparcmd -m "$SYS" -p sd01 -- cat /proc/sys/kernel/random/boot_id) &&
		[ "$now" != "$boot" ]
}
ok "restart through the operating system" chsysstate -r lpar -m "$SYS" -o osshutdown --restart -n sd01
ok "it comes back" wait_for 200 rebooted
is "whole again" "$(in_lpar timeout "$(patience 120)" systemctl is-system-running --wait)" running
is "the agent was started by its device" "$(unit wparctl-agent.service)" active
is "rc.wpars started the WPAR at boot" "$(in_lpar lswpar -q -c -a name,state)" auto01:A
like "it had shut the WPAR down before the system went" \
	"$(in_lpar journalctl -q --no-pager -b -1 -u rc.wpars.service)" \
	"Stopping workload partition 'auto01'"
like "and that was done when the agent ended" "$(in_lpar journalctl -q --no-pager -b -1 -o cat \
	-u rc.wpars.service -u wparctl-agent.service | grep -E '^Stopped|^Stopping' | tail -n 1)" "channel"
is "lpard is up again, too" "$(in_lpar timeout 60 lssyscfg -r sys -F name)" SYS

# And away
ok "the WPAR stops and goes" in_lpar rmwpar -s auto01
like "purge" "$(in_lpar sh -c 'dpkg --purge lpard 2>&1; echo "status $?"')" '^status 0$'
fails "the socket is gone" in_lpar test -e /run/lpard
is "the profile is unloaded or idle" "$(in_lpar sh -c 'ls /etc/apparmor.d | grep -c lpard')" 0
ok "shutdown" chsysstate -r lpar -m "$SYS" -o shutdown --immed -n sd01
ok "rmsyscfg" rmsyscfg -r lpar -m "$SYS" -n sd01
done_testing
