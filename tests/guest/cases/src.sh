#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# src.sh - a default WPAR runs syslogd, inetd, cron and sshd as its SRC's subsystems; ssh into it; a minimal one has none
# lpar: current
# timeout: 240
# shellcheck disable=SC2016,SC2317 # in single quotes another shell expands; lib.sh calls functions
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
name=sc1
trap 'in_lpar rmwpar -F $name >/dev/null 2>&1; in_lpar rmwpar -F $name-min >/dev/null 2>&1' EXIT

# active NAME N - so many subsystems of the WPAR run
active()
{
	[ "$(in_lpar lssrc -@ "$1" -a | grep -c ' active$')" = "$2" ]
}

ok "mkwpar" in_lpar mkwpar -n $name
fails "no host key is made by mkwpar" in_lpar sh -c "ls /wpars/$name/etc/ssh/ssh_host_*"
ok "startwpar" in_lpar startwpar $name
ok "the four services run" wait_for 120 active $name 4
like "lssrc inside, by its own name" "$(in_lpar clogin $name -- lssrc -s syslogd)" '^ syslogd +ras +[0-9]+ +active$'
ps=$(in_lpar clogin $name -- ps -e -o ppid= -o args=)
master=$(in_lpar clogin $name -- pgrep -x srcmstr)
like "srcmstr is PID 1's" "$ps" '^ *1 /usr/sbin/srcmstr$'
for program in syslogd inetd cron; do
	like "$program is srcmstr's" "$ps" "^ *$master /usr/sbin/$program "
done
like "sshd is srcmstr's" "$ps" "^ *$master (/usr/sbin/sshd|sshd:)"

# sshd: a host key of its own, and a user that is there only
ok "the host key was made at the start" in_lpar test -s /wpars/$name/etc/ssh/ssh_host_ed25519_key
ok "a user of the WPAR" in_lpar clogin $name -- useradd -m -s /bin/bash ann
fails "whom the LPAR does not know" in_lpar id ann
ok "a key of hers" in_lpar clogin $name -l ann -- \
	'mkdir -m 700 .ssh && ssh-keygen -q -t ed25519 -N "" -f .ssh/id_ed25519 && cp .ssh/id_ed25519.pub .ssh/authorized_keys'
is "ssh into the WPAR" "$(in_lpar clogin $name -l ann -- \
	'ssh -o StrictHostKeyChecking=no -o BatchMode=yes 127.0.0.1 "id -un; hostname"' 2>/dev/null)" "ann
$name"

# syslogd and a restart by hand
ok "logger" in_lpar clogin $name -- logger -t src-test 'hello there'
ok "is written by syslogd" wait_for 10 in_lpar grep -q 'src-test: hello there' /wpars/$name/var/log/messages
was=$(in_lpar clogin $name -- pgrep -o -x cron)
ok "cron is killed" in_lpar clogin $name -- pkill -9 -x cron
ok "and comes back" wait_for 20 sh -c 'now=$(wparcmd -m "$SYS" -p "$1" -- clogin "$2" -- pgrep -o -x cron) && [ "$now" != "$3" ]' sh "$LPAR" "$name" "$was"
is "stopsrc and startsrc from outside" "$(in_lpar stopsrc -@ $name -s inetd; in_lpar sleep 1; in_lpar startsrc -@ $name -s inetd | sed 's/PID is [0-9]*/PID is N/')" \
	"0513-044 The inetd Subsystem was requested to stop.
0513-059 The inetd Subsystem has been started. Subsystem PID is N."
like "the monitor outside" "$(in_lpar lssrc -s cor_$name)" "^ cor_$name +wpars +[0-9]+ +active\$"
# telinit, found by PATH, is the WPAR's: the LPAR's own knows its shutdown only
in_lpar clogin $name -- sh -c 'printf "once:2:once:echo two >/tmp/two\nlevel:3:once:echo three >/tmp/three\n" >>/etc/inittab'
ok "telinit q" in_lpar clogin $name -- telinit q
ok "runs a new entry" wait_for 10 in_lpar test -s /wpars/$name/tmp/two
ok "init 3" in_lpar clogin $name -- init 3
ok "enters that run level" wait_for 10 in_lpar test -s /wpars/$name/tmp/three
fails "the LPAR's own telinit knows no run level" in_lpar telinit 3
in_lpar clogin $name -- halt -q >/dev/null 2>&1
ok "halt -q inside: Defined" wait_for 20 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- lswpar -c -q -a state "$2")" = D ]' sh "$LPAR" "$name"

ok "a minimal one" in_lpar mkwpar -n $name-min --minimal -s
is "has PID 1 and nothing else" "$(in_lpar clogin $name-min -- ps -e -o pid= -o args= | grep -v ' ps ' | tr -s ' ')" " 1 /etc/init"
ok "rmwpar" in_lpar rmwpar -F $name
ok "rmwpar of the minimal one" in_lpar rmwpar -F $name-min
done_testing
