#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# isolation_shares.sh - what one WPAR takes is not taken from the LPAR or from another WPAR, and
# nothing of who starts a WPAR stays with it
# timeout: 200
# shellcheck disable=SC2016 # in single quotes the WPAR's shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away hog calm' EXIT
attack=$PAR_TEST_BUILD/tests/helpers/attack

# inside WPAR COMMAND...
inside()
{
	local name=$1
	shift
	clogin "$name" -- "$@" </dev/null 2>&1
}

# status_of WPAR FIELD - a line of /proc/1/status inside
status_of()
{
	inside "$1" sed -n "s/^$2:[[:space:]]*//p" /proc/1/status
}

ok "a WPAR is made under a strange umask" sh -c "umask 077; mkwpar -n hog"
ok "another" mkwpar -n calm -s

# What whoever runs startwpar has, the WPAR would have for life.  Soft limits here: where tests run
# root may have no right to raise hard ones; tests/guest/cases/isolation.sh has those.
odd='ulimit -S -c 0 -s 512 -n 40 -l 16 -u 500 -i 7 -q 4096
	umask 077; echo 900 >/proc/self/oom_score_adj'
ok "startwpar with strange limits, priority, signals and processors" \
	bash -c "$odd"'; trap "" TERM USR1 RTMIN+3; exec nice -n 7 ionice -c 3 taskset -c 0 \
	env --block-signal=HUP setarch -R startwpar hog'
# What any start gives, given by a plain one.
for what in "cat /proc/1/limits" "cat /proc/1/oom_score_adj" "cat /proc/1/personality" \
	"awk {print\$18,\$19,\$41} /proc/1/stat" "stat -c %a%n /dev/pts /dev/shm /etc /var /home /run/wpars" \
	"sed -n /^Sig[BI]/p;/^Cpus_allowed_list/p /proc/1/status"; do
	# shellcheck disable=SC2086 # words
	is "the same as in a WPAR that was started without: $what" "$(inside hog $what)" \
		"$(inside calm $what)"
done
is "nobody's nice value" "$(inside hog awk '{ print $19 }' /proc/1/stat)" 0
is "nor its score" "$(inside hog cat /proc/1/oom_score_adj)" 0
is "no signal is ignored" "$(status_of hog SigIgn)" 0000000000000000
files=$(ulimit -Hn)
[ "$files" != unlimited ] && [ "$files" -lt 65536 ] || files=65536
is "65,536 files in PID 1" "$(inside hog awk '/open files/ { print $4 }' /proc/1/limits)" "$files"
is "and in a login, whatever its caller has" \
	"$(bash -c "$odd; clogin hog -- sh -c 'ulimit -n; ulimit -s; umask; cat /proc/self/oom_score_adj'" </dev/null)" \
	"$files
8192
0022
0"
is "they may be used" "$(cp "$attack" "$WPARS_ROOT/wpars/hog/root/" && inside hog sh -c '/root/attack files 0')" "$((files - 3))"
is "a login keeps the nice value of who calls it" "$(nice -n 5 clogin hog -- nice </dev/null)" "$(nice -n 5 nice)"
is "so does a command" "$(nice -n 5 wparexec -n nicely /usr/bin/nice 2>/dev/null </dev/null)" "$(nice -n 5 nice)"
is "but not the limits" \
	"$(bash -c "$odd; exec wparexec -n limited /bin/sh -c 'ulimit -n; umask; cat /proc/self/oom_score_adj'" \
		2>/dev/null </dev/null)" "$files
0022
0"

# The creator of a user namespace is charged for what is taken in it.
cp "$attack" "$WPARS_ROOT/wpars/calm/root/"
for what in inotify queues timers signals; do
	before=$("$attack" $what 0)
	rm -f "$TMPDIR/taken"
	clogin hog -- /root/attack $what 300 </dev/null >"$TMPDIR/taken" 2>&1 &
	wait_for 10 test -s "$TMPDIR/taken"
	ok "a WPAR takes all it can: $what, $(cat "$TMPDIR/taken")" test "$(cat "$TMPDIR/taken")" -gt 0
	# Nearly: other programs of the machine take and give back meanwhile.
	ok "the LPAR's root can take as much as before" test "$("$attack" $what 0)" -gt $((before * 9 / 10))
	# A signal may be pending anywhere in a WPAR at the moment.
	least=$(($(cat "$TMPDIR/taken") * 9 / 10))
	ok "another WPAR can take as much as that one" test "$(inside calm /root/attack $what 0)" -ge "$least"
	ok "and a command in one of its own" test "$(wparexec -n one \
		-M directory=/mnt vfs=namefs dev="$PAR_TEST_BUILD/tests/helpers" mountopts=ro \
		/mnt/attack $what 0 2>/dev/null </dev/null)" -ge "$least"
	inside hog pkill attack >/dev/null
done

# The kernel's events of devices.
inside hog sh -c '/root/attack events 20 >/tmp/events 2>&1 &'
"$attack" events 20 >"$TMPDIR/events" 2>&1 &
listener=$!
wait_for 10 grep -q listening "$WPARS_ROOT/wpars/hog/tmp/events"
wait_for 10 grep -q listening "$TMPDIR/events"
echo change >/sys/devices/virtual/mem/null/uevent
ok "the LPAR sees an event of its devices" wait_for 10 grep -q '^event: change@' "$TMPDIR/events"
is "a WPAR does not" "$(cat "$WPARS_ROOT/wpars/hog/tmp/events")" "listening"
kill "$listener"

# The network belongs to the WPAR's own user namespace (its connections can be checkpointed then).
is "whose network it is" "$(inside hog sh -c 'stat -c %u /proc/sys/net/ipv4/ip_forward')" 0
for path in /proc/sys/net/ipv4/ip_forward /proc/sys/net/core/somaxconn /proc/sys/kernel/shmmax \
	/proc/sys/fs/mqueue/queues_max; do
	like "not to be written: $path" "$(inside hog /root/attack open $path)" '^refused: '
done
like "lo is up" "$(inside hog cat /proc/net/if_inet6)" ' lo$'
ok "a user can bind a low port" clogin hog -- setpriv --reuid 1 --regid 1 --clear-groups \
	perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); exit !bind(S, sockaddr_in(80, INADDR_LOOPBACK))' </dev/null
ok "and ping" clogin hog -- setpriv --reuid 1 --regid 1 --clear-groups \
	perl -MSocket -e 'exit !socket(S, AF_INET, SOCK_DGRAM, 1)' </dev/null

# /dev/shm is a file system of its own.
ok "more than 16 MiB fit into /dev/shm" inside hog dd if=/dev/zero of=/dev/shm/big bs=1M count=40 status=none
ok "and /dev is not full by that" inside hog touch /dev/still
is "its mode" "$(inside hog stat -c %a /dev/shm)" 1777
is "its size is Linux's" "$(inside hog stat -f -c %b /dev/shm)" \
	"$(mkdir "$TMPDIR/shm" && mount -t tmpfs none "$TMPDIR/shm" && stat -f -c %b "$TMPDIR/shm"; umount "$TMPDIR/shm")"
mkwpar -n small --minimal -R active=no totalVirtMem=64M >/dev/null
# As of another machine: here there may be no controller of memory, and then mkwpar refuses the limit.
sed -i '/active/d' "$WPARS_ROOT/etc/wpars/small.cf"
startwpar small >/dev/null
is "in a WPAR with a limit of its memory half of that" "$(inside small stat -f -c '%b*%S' /dev/shm)" "8192*4096"
rmwpar -F small >/dev/null

# What is mounted is shown without the LPAR's devices and options.
is "mount shows the WPAR's file systems" "$(inside hog mount | sed -E 's/ type .*//')" \
	"Global on /
Global on /home
Global on /opt
Global on /tmp
Global on /usr
Global on /var
Global on /proc
Global on /dev
Global on /dev/pts
Global on /dev/shm
Global on /run"
unlike "no device, no option and no id of the LPAR" "$(inside hog mount)" \
	"/dev/[^ps]|errors=|resuid|uid=|idmapped|$WPARS_ROOT"
like "by type" "$(inside hog mount -t proc)" '^Global on /proc type proc \(.*\)$'
like "other things it does as before" "$(inside hog mount --version)" 'util-linux'
like "df of /proc" "$(inside hog df /proc)" '/proc$'

ok "rmwpar" rmwpar -F hog
ok "rmwpar" rmwpar -F calm
done_testing
