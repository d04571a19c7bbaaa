#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# isolation.sh - in an LPAR: what a WPAR takes, receives and loads
#
# The same attacks as tests/integration/wparctl/isolation*.sh, and those that a machine without
# modules, or whose root has not all rights, cannot show.
# lpar: current
# timeout: 500
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
trap 'in_lpar sh -c "rmwpar -F iso1; rmwpar -F iso2; rmwpar -F iso3" >/dev/null 2>&1' EXIT

# inside WPAR COMMAND...
inside()
{
	local name=$1
	shift
	in_lpar clogin "$name" -- "$@" </dev/null 2>&1
}

in_lpar sh -c 'mkwpar -n iso1 && mkwpar -n iso2 -s' >/dev/null
ok "startwpar with hard limits, a priority and a score that are no WPAR's" in_lpar bash -c \
	'ulimit -c 0 -s 512 -n 40 -l 16 -u 500 -i 7 -q 4096; echo -900 >/proc/self/oom_score_adj
	trap "" TERM USR1 RTMIN+3; exec nice -n 7 startwpar iso1'
lpar_push "$PAR_GUEST_HELPERS/attack" /usr/local/bin/attack
in_lpar sh -c 'for i in 1 2; do cp /usr/local/bin/attack /wpars/iso$i/root/; done'
for what in limits oom_score_adj; do
	is "the same as in a WPAR that was started without: $what" "$(inside iso1 cat /proc/1/$what)" \
		"$(inside iso2 cat /proc/1/$what)"
done
is "no nice value and no ignored signal" \
	"$(inside iso1 sh -c 'cut -d" " -f19 /proc/1/stat; sed -n "s/^SigIgn:.//p" /proc/1/status')" \
	"0
0000000000000000"
is "its root may use the limits" "$(inside iso1 sh -c 'ulimit -n; ulimit -n 500000; ulimit -n')" "65536
500000"

for what in inotify queues timers signals; do
	before=$(in_lpar attack $what 0)
	in_lpar sh -c "rm -f /tmp/taken; clogin iso1 -- /root/attack $what 100 >/tmp/taken 2>&1 </dev/null & until [ -s /tmp/taken ]; do sleep 0.1; done"
	taken=$(in_lpar cat /tmp/taken)
	ok "a WPAR takes $taken: $what" test "$taken" -gt 0
	ok "the LPAR's root can take as much as before" test "$(in_lpar attack $what 0)" -ge $((before * 9 / 10))
	ok "another WPAR as much as that one" test "$(inside iso2 /root/attack $what 0)" -ge $((taken * 9 / 10))
	in_lpar pkill -x attack
done

# Huge pages that the LPAR's administrator has set aside.
huge=$(in_lpar sh -c 'echo 10 >/proc/sys/vm/nr_hugepages; attack hugepages 0')
ok "the LPAR has huge pages" test "$huge" -gt 0
is "a WPAR takes none of them" "$(inside iso1 /root/attack hugepages 0)" 0
is "nor does a command in one of its own" "$(in_lpar wparexec -n huge /usr/local/bin/attack hugepages 0 2>/dev/null)" 0
ok "a limit while it runs" in_lpar chwpar -R totalLargePages=3 iso1
is "so many it has, in every process together" "$(inside iso1 /root/attack hugepages 0)" 3
is "and no other WPAR" "$(inside iso2 /root/attack hugepages 0)" 0
is "nor one that is made now" "$(in_lpar wparexec -n huge /usr/local/bin/attack hugepages 0 2>/dev/null)" 0
is "two from the start" "$(in_lpar wparexec -n huge -R totalLargePages=2 /usr/local/bin/attack hugepages 0 2>/dev/null)" 2
ok "it is stopped" in_lpar sh -c 'stopwpar -F iso1 >/dev/null && startwpar iso1 >/dev/null'
is "and has them again" "$(inside iso1 /root/attack hugepages 0)" 3
ok "unlimited" in_lpar chwpar -R totalLargePages=unlimited iso1
is "is all that the LPAR has" "$(inside iso1 /root/attack hugepages 0)" "$huge"
is "the other WPAR has none of them" "$(inside iso2 /root/attack hugepages 0)" 0
ok "-K" in_lpar chwpar -K -R totalLargePages iso1
is "is none again" "$(inside iso1 /root/attack hugepages 0)" 0
in_lpar sh -c 'echo 0 >/proc/sys/vm/nr_hugepages'

in_lpar sh -c 'clogin iso1 -- /root/attack events 15 >/tmp/inside 2>&1 </dev/null &
	attack events 15 >/tmp/outside 2>&1 </dev/null &
	until grep -q listening /tmp/inside && grep -q listening /tmp/outside; do sleep 0.1; done
	echo change >/sys/devices/virtual/mem/null/uevent
	until grep -q change@ /tmp/outside; do sleep 0.1; done; pkill -x attack'
is "the LPAR's device events stay out" "$(in_lpar cat /tmp/inside)" listening
fails "its kernel settings cannot be written" inside iso1 sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
ok "more than 16 MiB fit into /dev/shm" inside iso1 dd if=/dev/zero of=/dev/shm/big bs=1M count=40 status=none
unlike "mount shows no device of the LPAR" "$(inside iso1 mount)" '/dev/v|errors=|uid='

# Protocols and families whose modules the kernel would load for whoever asks.
in_lpar sh -c 'for m in sctp llc2 llc bridge 8021q; do rmmod $m; done; cut -d" " -f1 /proc/modules | sort >/tmp/modules' >/dev/null 2>&1
for what in "socket 2 1 132" "socket 10 5 132" "socket 26 1 0" "socketpair 26" "socketcall 26" "socketcall 2" \
	"sockctl 0x8940" "sockctl 0x8982" "socket 16 3 16" "socket 16 3 4" "discipline 13" "discipline 21" \
	"lease /usr/bin/whoami" "lease-read /usr/bin/whoami" "delegation /usr/bin"; do
	# shellcheck disable=SC2086 # words
	like "refused: $what" "$(inside iso1 /root/attack $what)" '^refused: '
done
is "no module was loaded" "$(in_lpar sh -c 'cut -d" " -f1 /proc/modules | sort | diff /tmp/modules -')" ""
is "TCP and ping are there" "$(inside iso1 sh -c '/root/attack socket 2 1 6; /root/attack socket 2 2 1')" "done
done"
in_lpar attack socket 2 1 132 >/dev/null
tap_note "modules after the LPAR's own root has asked for SCTP: $(in_lpar grep -c sctp /proc/modules)"

# Directories that a WPAR is given.
in_lpar sh -c 'mkdir -p /srv/r1 /srv/closed/r1; chmod 755 /srv /srv/r1; chmod 700 /srv/closed'
like "a writable namefs that users reach is refused" \
	"$(in_lpar mkwpar -n iso3 -M directory=/data vfs=namefs dev=/srv/r1 2>&1)" 'set-user-id programs in /srv/r1'
ok "below a folder that is root's alone it is taken" \
	in_lpar mkwpar -n iso3 -M directory=/data vfs=namefs dev=/srv/closed/r1 -s
in_lpar sh -c 'stopwpar -F iso3; chmod 755 /srv/closed' >/dev/null
like "opened meanwhile it does not start" "$(in_lpar startwpar iso3 2>&1)" 'set-user-id programs in /srv/closed/r1'
in_lpar sh -c 'chmod 700 /srv/closed; rmwpar -F iso3' >/dev/null
inside iso1 mkdir /home/share
ok "a directory of another WPAR is given" \
	in_lpar mkwpar -n iso3 -M directory=/data vfs=namefs dev=/wpars/iso1/home/share
inside iso1 sh -c 'mv /home/share /home/was && ln -s /etc /home/share'
like "a link in its place is not followed" "$(in_lpar startwpar iso3 2>&1)" 'behind a symbolic link'
inside iso1 sh -c 'rm /home/share && mkdir /home/share'
like "nor is another directory taken for it" "$(in_lpar startwpar iso3 2>&1)" 'is not the directory any more'
in_lpar sh -c 'rmwpar -F iso3; chmod 755 /wpars' >/dev/null
like "with /wpars open nothing starts" "$(in_lpar sh -c 'stopwpar -F iso2; startwpar iso2' 2>&1)" 'set-user-id programs in /wpars/iso2'
in_lpar chmod 700 /wpars
ok "closed again it does" in_lpar startwpar iso2

# No process is left.  The places are taken one after another: who was sent for one has it, or was
# refused itself, before it is seen whether there is another.
in_lpar sh -c 'mkwpar --minimal -n full -R totalProcesses=8 && startwpar full' >/dev/null
places()
{
	in_lpar sh -c 'cd /sys/fs/cgroup/wpars/full && echo $(($(cat pids.max) - $(cat pids.current)))'
}
is_settled()
{
	[ "$(places)" -lt "$before" ] || ! kill -0 "$!" 2>/dev/null
}
for _ in $(seq 16); do
	before=$(places)
	[ "$before" -gt 0 ] || break
	in_lpar clogin full -- sleep 1000 >/dev/null 2>&1 </dev/null &
	wait_for 30 is_settled
done
is_refused()
{
	refusal=$(in_lpar clogin full -- true 2>&1)
	[ "$?" = 1 ] && grep -q 'no process can be made in the WPAR: ' <<<"$refusal"
}
ok "a command for which no process can be made fails, and it is said" wait_for 20 is_refused
is_refused || tap_note "places: $(places); what was said: $refusal"
in_lpar rmwpar -F full >/dev/null

# A soft limit of memory counts under contention only.
in_lpar mkwpar -n iso3 -R memory=0%-5%,100% -s >/dev/null
high=/sys/fs/cgroup/wpars/iso3/memory.high
ok "memory beyond the soft limit is taken at once" timeout 60 \
	wparcmd -m "$SYS" -p "$LPAR" -- clogin iso3 -- dd if=/dev/zero of=/dev/shm/big bs=1M count=150 status=none
is "nothing is limited while there is memory" "$(in_lpar cat $high)" max
in_lpar sh -c 'mount -t tmpfs -o size=95% none /mnt
	while [ $(awk "/MemAvailable/ { print \$2 }" /proc/meminfo) -gt $(awk "/MemTotal/ { print int(\$2 * 9 / 100) }" /proc/meminfo) ]; do
		dd if=/dev/zero bs=1M count=8 status=none >>/mnt/big || break; done'
ok "under contention it is" in_lpar sh -c "for i in 1 2 3 4 5 6 7 8 9 10; do grep -q '[0-9]' $high && exit 0; sleep 1; done; exit 1"
in_lpar umount /mnt
ok "and afterwards no more" in_lpar sh -c "for i in 1 2 3 4 5 6 7 8 9 10; do grep -q max $high && exit 0; sleep 1; done; exit 1"
ok "its process ends with the WPAR" in_lpar sh -c 'rmwpar -F iso3 && sleep 1 && ! pgrep -x soft_iso3'
in_lpar mkwpar -n iso3 -R memory=10%-100%,100% -s >/dev/null
is "a minimum of memory is protected: the group above has as much" \
	"$(in_lpar sh -c 'cat /sys/fs/cgroup/wpars/memory.min')" "$(in_lpar cat /sys/fs/cgroup/wpars/iso3/memory.min)"
in_lpar rmwpar -F iso3 >/dev/null
done_testing
