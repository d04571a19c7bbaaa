#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd_init.sh - a WPAR whose first process is systemd: its life, what its root may do with the
# control groups that it is given, what it may not, and commands that are killed in between
# timeout: 300
# shellcheck disable=SC2016,SC2317 # in single quotes another shell expands; lib.sh calls functions
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

[ -x /usr/lib/systemd/systemd ] && [ -x /sbin/init ] || skip_all "needs systemd"
case $(readlink -f /sbin/init) in
*/systemd) ;;
*) skip_all "needs a /sbin/init that is systemd" ;;
esac
trap 'clear_away sysd' EXIT
root=$WPARS_ROOT/wpars/sysd
tree=/sys/fs/cgroup
[ -d "$tree/unified" ] && tree=$tree/unified
group=$tree/wpars$(printf '%s' "$WPARS_ROOT" | tr /. --)/sysd

inside()
{
	clogin sysd -- sh -c "$*" </dev/null
}

# is_up - systemd has started all that it is to start
is_up()
{
	[ "$(inside systemctl is-system-running)" = running ]
}

# start_up - startwpar until that
start_up()
{
	startwpar sysd && wait_for 60 is_up
}

boot_id()
{
	inside systemctl show -P UserspaceTimestampMonotonic; inside cat /proc/1/stat
}

is_another()
{
	[ "$(state sysd)" = A ] && [ "$(boot_id)" != "$1" ] && is_up
}

gone()
{
	[ ! -d "$group" ] && [ ! -d "$WPARS_ROOT/run/wpars/sysd" ]
}

printf 'general:\n\tname = "sysd"\n\tinit = "/sbin/init"\n' >"$TMPDIR/sysd.spec"
ok "mkwpar -f" mkwpar -f "$TMPDIR/sysd.spec"
# As an image may have it: what is mounted, the specification says
printf '/dev/vda1 / ext4 defaults 0 1\n/dev/vdb1 /srv ext4 defaults 0 2\n/srv /mnt none bind 0 0\n' >"$root/etc/fstab"
mkdir -p "$root/etc/systemd/system"
cat >"$root/etc/systemd/system/own.service" <<-'END'
	[Service]
	ExecStart=/bin/sh -c 'echo "own service says so"; exec sleep 1000'
	ExecStop=/bin/sh -c 'echo stopped >>/var/own.stopped'
	User=daemon
	PrivateTmp=yes
	ProtectSystem=strict
	PermissionsStartOnly=yes
	[Install]
	WantedBy=multi-user.target
	END
sed -i 's,^ExecStop=,ExecStop=+,' "$root/etc/systemd/system/own.service"

# Its life
ok "startwpar, and systemd comes up whole" start_up
is "no unit failed" "$(inside systemctl --failed --plain --no-legend)" ""
is "process 1 is systemd" "$(inside cat /proc/1/comm)" systemd
is "lswpar" "$(state sysd)" A
like "wparctl ps lists what it started" "$(wparctl ps -@ sysd)" 'systemd-journald'
ok "a service is enabled and started" inside systemctl -q enable --now own.service
is "and runs" "$(inside systemctl is-active own.service)" active
is "as its user" "$(ps -o user= -p "$(wparctl ps -@ sysd | awk '/sleep 1000/ { print $3 }')" | tr -d ' ')" \
	"$(($(sed -n 's/^\tidbase = "\{0,1\}\([0-9]*\).*/\1/p' "$WPARS_ROOT/etc/wpars/sysd.cf") + 1))"
like "its words are in the journal" "$(inside journalctl -q --no-pager -u own.service)" 'own service says so'
refused "lssrc" 'first process of this workload partition is systemd, whose services systemctl' lssrc -a -@ sysd
like "systemctl is systemd's" "$(inside systemctl status 2>&1)" 'State: running'
is "nothing of this system's systemd is seen" "$(inside 'ls /sys /sys/fs')" "$(printf '/sys:\nfs\n\n/sys/fs:\ncgroup')"
was=$(boot_id)
ok "rebootwpar" rebootwpar sysd
ok "is followed by another life" wait_for 60 is_another "$was"
is "in which the service is there again" "$(inside systemctl is-active own.service)" active
is "after it was stopped in order" "$(cat "$root/var/own.stopped")" stopped
was=$(boot_id)
inside reboot
ok "reboot inside starts it again" wait_for 60 is_another "$was"
was=$(boot_id)
inside shutdown -r now >/dev/null 2>&1
ok "so does shutdown -r now" wait_for 60 is_another "$was"
inside poweroff
ok "poweroff inside ends it" wait_for 60 is_state sysd D
ok "and nothing is left" wait_for 20 gone
ok "startwpar" start_up
inside halt
ok "halt inside ends it" wait_for 60 is_state sysd D
ok "stopwpar right after the start" sh -c 'startwpar sysd && stopwpar -t 30 sysd'
ok "startwpar" start_up
: >"$root/var/own.stopped"
ok "stopwpar" stopwpar -t 60 sysd
is "in order" "$(cat "$root/var/own.stopped")" stopped
ok "leaves nothing" gone
ok "startwpar" start_up
ok "stopwpar -h" stopwpar -h sysd
ok "leaves nothing" gone
ok "startwpar -1" startwpar -1 sysd
is "is Loaded" "$(state sysd)" L
ok "startwpar -2" startwpar -2 sysd
ok "goes on" wait_for 60 is_up

# What is given, and nothing else
is "what belongs to its root: the group inside, and three of its files" \
	"$(find "$group" -maxdepth 2 -newermt 1970-01-01 -uid "$(stat -c %u "$group/inside")" -printf '%P\n' |
		grep -v '/.*scope\|/.*slice' | sort | tr '\n' ' ')" \
	"inside inside/cgroup.procs inside/cgroup.subtree_control inside/cgroup.threads "
is "a log-in is in a group of its own" "$(inside 'sed -n s/^0:://p /proc/self/cgroup')" /../clogin
for file in cgroup.freeze cgroup.kill cgroup.max.depth cgroup.max.descendants cgroup.type memory.max pids.max; do
	[ -e "$group/inside/$file" ] || continue
	fails "its root does not write $file" inside "echo 1 >/sys/fs/cgroup/$file"
	fails "nor gets it" inside "chown root /sys/fs/cgroup/$file || chmod 666 /sys/fs/cgroup/$file"
done
fails "no mount" inside mount -t cgroup2 none /mnt
fails "no other file system over /sys" inside mount -o remount,rw /sys
fails "nor a file there" inside touch /sys/x
fails "a process of clogin is moved by nobody inside" inside \
	'mkdir -p /sys/fs/cgroup/taken && echo $$ >/sys/fs/cgroup/taken/cgroup.procs'
fails "nor is a process out of the namespace's root" inside 'echo 1 >/sys/fs/cgroup/../cgroup.procs'

# As many and as deep ones as there may be
is "groups end at 1,024" "$(inside 'mkdir -p /sys/fs/cgroup/many; cd /sys/fs/cgroup/many
	i=0; while mkdir g$i; do i=$((i + 1)); done 2>/dev/null
	find /sys/fs/cgroup -mindepth 1 -type d | wc -l')" 1024
is "it is active still" "$(state sysd)" A
ok "clogin" clogin sysd -- true </dev/null
inside 'rmdir /sys/fs/cgroup/many/*'
is "and 16 deep" "$(inside 'd=/sys/fs/cgroup/deep; n=0; while mkdir $d; do n=$((n + 1)); d=$d/d; done 2>/dev/null; echo $n')" 16
inside 'mkdir /sys/fs/cgroup/clogin; echo threaded >/sys/fs/cgroup/clogin/cgroup.type' 2>/dev/null
is "a group of clogin's name inside is not clogin's" "$(inside 'sed -n s/^0:://p /proc/self/cgroup')" /../clogin
is "threads apart" "$(inside 'mkdir -p /sys/fs/cgroup/t/a; echo threaded >/sys/fs/cgroup/t/a/cgroup.type
	cat /sys/fs/cgroup/t/a/cgroup.type')" threaded
is "it is active still" "$(state sysd)" A

# moves - as a service, it moves the first process, all others and itself from group to group
cat >"$root/etc/moves" <<-'END'
	#!/bin/sh
	cd /sys/fs/cgroup || exit
	mkdir -p x/1 x/2 y
	echo running >/run/moves
	while :; do
		for to in x/1 x/2 y; do
			for pid in 1 $(cat x/1/cgroup.procs x/2/cgroup.procs y/cgroup.procs) $$; do
				echo "$pid" >$to/cgroup.procs
			done
		done
	done 2>/dev/null
	END
chmod 755 "$root/etc/moves"
inside systemd-run -q --unit=moves -p Delegate=no /etc/moves
ok "processes are moved all the time" wait_for 20 inside test -e /run/moves
first_is_moved()
{
	grep -qE '/sysd/inside/(x|y)' "/proc/$(wparctl ps -@ sysd | awk '/init systemd.getty_auto/ { print $3 }')/cgroup"
}
ok "the first of them too" wait_for 20 first_is_moved
bad=0
for ((i = 0; i < 100; i++)); do
	[ "$(state sysd)" = A ] || bad=$((bad + 1))
done
is "100 times lswpar meanwhile: always Active" "$bad" 0
bad=0
for ((i = 0; i < 20; i++)); do
	[ "$(clogin sysd -- echo in </dev/null)" = in ] || bad=$((bad + 1))
	wparctl ps -@ sysd | grep -q '/etc/moves' || bad=$((bad + 1))
done
is "20 times clogin and wparctl ps meanwhile" "$bad" 0
ok "chwpar reaches each process" chwpar -R procVirtMem=8G sysd
is "which has it" "$(wparctl ps -@ sysd | awk 'NR > 1 { print $3 }' | while read -r pid; do
	sed -n 's/^Max address space *\([^ ]*\) .*/\1/p' "/proc/$pid/limits" 2>/dev/null
done | sort -u)" $((8 << 30))
ok "stopwpar -F ends all of it" stopwpar -F sysd
ok "and leaves nothing" gone
# Of the next start, too
sed -i '/procVirtMem/d' "$WPARS_ROOT/etc/wpars/sysd.cf"

# A root that freezes its own first process
ok "startwpar" start_up
inside 'echo 1 >/sys/fs/cgroup/init.scope/cgroup.freeze'
is "a WPAR whose systemd its root has frozen is Active" "$(state sysd)" A
is "clogin works" "$(clogin sysd -- echo in </dev/null)" in
fails "an orderly stop does not work" stopwpar -t 3 sysd
ok "stopwpar -F does" stopwpar -F sysd
ok "and leaves nothing" gone

# Killed in between
for step in noted mapped mounted namespaces monitor begun; do
	WPAR_STOP_AT=$step startwpar sysd >/dev/null 2>&1
	case $(state sysd) in
	A) ok "startwpar was killed at \"$step\": active" stopwpar -F sysd ;;
	*) ok "startwpar was killed at \"$step\": the next one works" start_up && stopwpar -F sysd >/dev/null ;;
	esac
	ok "and nothing is left" gone
done
ok "startwpar" start_up
was=$(monitor sysd)
kill -9 "$was"
is_replaced()
{
	clogin sysd -- true </dev/null && [ "$(monitor sysd)" != "$1" ]
}
ok "a monitor that is killed is replaced" wait_for 20 is_replaced "$was"
is "and systemd has not noticed" "$(inside systemctl is-system-running)" running
clogin sysd -- sleep 777 </dev/null &
login=$!
ok "a clogin runs" wait_for 10 inside 'pgrep -xf "sleep 777"'
kill -9 "$login"
ok "when it is killed its session ends" wait_for 10 inside '! pgrep -xf "sleep 777"'
kill -9 "$(wparctl ps -@ sysd | awk '/init systemd.getty_auto/ { print $3 }')"
ok "kill -9 of systemd ends the WPAR" wait_for 20 is_state sysd D
ok "and leaves nothing" wait_for 20 gone
rm "$root/etc/moves"
ok "rmwpar" rmwpar sysd
done_testing
