#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint_named.sh - nothing is lost without a word: what would not come along in a checkpoint is
# named before anything stands still, each with its process and with what to do; sessions are ended
# only when that is wanted, and say so; files that processes have mapped must be the same afterwards
# lpar: current
# timeout: 900
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
wpar=cp5
state=/var/tmp/cp5.state
trap 'in_lpar pkill -x loose; in_lpar rmwpar -F $wpar >/dev/null 2>&1; in_lpar sh -c "rm -rf $state /opt/cp5 /run/cp5.*"' EXIT

# state_is LETTER
state_is()
{
	[ "$(in_lpar lswpar -c -q -a state $wpar)" = "$1" ]
}

# inside COMMAND... - by a session that ends at once
inside()
{
	in_lpar clogin $wpar -- "$@"
}

# named TEXT REGEX - chkptwpar -k says so, takes none, and it runs on; what it says is in $said
named()
{
	said=$(in_lpar chkptwpar -k -d $state $wpar 2>&1)
	like "$1" "$said" "$2"
	like "... and nothing is done" "$said" "chkptwpar: workload partition '$wpar' cannot be checkpointed as it is"
	ok "... and it runs on" state_is A
}

# gone PATTERN - no process with such a command line any more; one that does not match itself
gone()
{
	in_lpar pkill -f "$1"
	wait_for 60 sh -c '! wparcmd -m "$SYS" -p "$1" -- pgrep -f "$2" >/dev/null' sh "$LPAR" "$1"
}

ok "mkwpar" in_lpar mkwpar -n $wpar
ok "startwpar" in_lpar startwpar $wpar
lpar_push "$PAR_GUEST_HELPERS/loose" /wpars/$wpar/tmp/loose
in_lpar sh -c "mkdir -p /opt/cp5 && cp /wpars/$wpar/tmp/loose /opt/cp5/loose"

# What leads out
inside sh -c 'exec setsid /tmp/loose listen /tmp/socket </dev/null >/dev/null 2>&1 &'
ok "a server" wait_for 60 in_lpar test -S /wpars/$wpar/tmp/socket
in_lpar sh -c "setsid /opt/cp5/loose connect /wpars/$wpar/tmp/socket </dev/null >/dev/null 2>&1 &"
wait_for 60 in_lpar sh -c "pgrep -f '[l]oose connect'"
named "a connection from the LPAR" 'process [0-9]+ \(loose\) has a connection that was made from the LPAR'
gone '[l]oose connect'
gone '[l]oose listen'
in_lpar sh -c "setsid /opt/cp5/loose listen /wpars/$wpar/tmp/socket2 </dev/null >/dev/null 2>&1 &"
ok "a server of the LPAR" wait_for 60 in_lpar test -S /wpars/$wpar/tmp/socket2
inside sh -c 'chmod 777 /tmp/socket2; exec setsid /tmp/loose connect /tmp/socket2 </dev/null >/dev/null 2>&1 &'
wait_for 60 in_lpar sh -c "pgrep -f '[l]oose connect'"
named "a connection to the LPAR" 'process [0-9]+ \(loose\) has a connection to a process of the LPAR, [0-9]+ loose; end'
gone '[l]oose connect'
gone '[l]oose listen'
in_lpar sh -c "clogin $wpar -- sh -c 'exec setsid /tmp/loose wait </dev/null 2>/dev/null &' >/run/cp5.out </dev/null"
named "a file of the LPAR's" 'process [0-9]+ \(loose\) has open what is not mounted in the workload partition, /run/cp5.out; end'
gone '[l]oose wait'
in_lpar sh -c "mkfifo /run/cp5.fifo; clogin $wpar -- sh -c 'exec setsid /tmp/loose wait </dev/null 2>/dev/null &' </dev/null 2>/dev/null | setsid sleep 600 >/dev/null 2>&1 &"
wait_for 60 in_lpar sh -c "pgrep -f '[l]oose wait'"
named "a pipe to the LPAR" 'process [0-9]+ \(loose\) has a pipe to a process of the LPAR, [0-9]+ sleep; end'
gone '[l]oose wait'
gone '[s]leep 600'

# What nobody has in its hands, and what others have
ok "a message queue is left" inside /tmp/loose queue /letters
named "a message queue without a process" 'chkptwpar: the POSIX message queue /letters is there; criu cannot take it along'
ok "it is removed" inside /tmp/loose unqueue /letters
in_lpar sh -c "setsid /opt/cp5/loose trace \$(head -n 2 /sys/fs/cgroup/wpars/$wpar/cgroup.procs | tail -n 1) </dev/null >/dev/null 2>&1 &"
wait_for 60 in_lpar sh -c "pgrep -f '[l]oose trace'"
named "who is traced" 'process [0-9]+ \(.*\) is traced by process [0-9]+ \(as by strace or gdb\)'
gone '[l]oose trace'

# Who came in
in_lpar sh -c "nsenter -t \$(head -n 1 /sys/fs/cgroup/wpars/$wpar/cgroup.procs) -m -u -i -n -p /tmp/loose wait </dev/null >/dev/null 2>&1 &"
wait_for 60 in_lpar sh -c "pgrep -f '[l]oose wait'"
named "who came by nsenter" 'process [0-9]+ \(loose\) came in from outside and is no child of the first process.*end it'
unlike "... which is not a matter of -F" "$said" 'chkptwpar -F'
gone '[l]oose wait'
in_lpar sh -c "nsenter -t \$(head -n 1 /sys/fs/cgroup/wpars/$wpar/cgroup.procs) -m /tmp/loose mount /mnt"
named "what is mounted there by hand" '/mnt \(tmpfs\) is mounted there, and is not in the specification'
in_lpar sh -c "nsenter -t \$(head -n 1 /sys/fs/cgroup/wpars/$wpar/cgroup.procs) -m /tmp/loose umount /mnt"
in_lpar sh -c "clogin $wpar -- sh -c 'trap \"\" HUP; /tmp/loose wait; sleep 600' </dev/null >/dev/null 2>/run/cp5.said; echo \$? >>/run/cp5.said" &
session=$!
wait_for 60 in_lpar sh -c "pgrep -f '[l]oose wait'"
named "a session" 'process [0-9]+ \(sh\) came in by clogin.*end that session, or have chkptwpar -F end it'
like "... with all that it has" "$said" 'process [0-9]+ \(loose\) came in by clogin'
inside sh -c 'exec setsid /opt/cp5/loose wait </dev/null >/dev/null 2>&1 &'
ok "chkptwpar -F -k ends the session" in_lpar chkptwpar -F -k -d $state $wpar
wait "$session"
is "whose user is told" "$(in_lpar cat /run/cp5.said | head -n 1)" \
	"clogin: connection closed: a checkpoint of workload partition '$wpar' is taken"
ok "it is Defined" state_is D

# What was mapped must be what it was
in_lpar sh -c 'mv /opt/cp5/loose /opt/cp5/kept && cp /opt/cp5/kept /opt/cp5/loose && echo >>/opt/cp5/loose'
said=$(in_lpar restartwpar -d $state $wpar 2>&1)
like "a mapped file that differs is named" "$said" 'mapped-file +failed +required +/opt/cp5/loose [0-9a-f]+, [0-9]+ bytes +[0-9a-f]+, [0-9]+ bytes'
like "... and what to do" "$said" 'have the same version of it here'
in_lpar rm /opt/cp5/loose
like "one that is gone" "$(in_lpar restartwpar -d $state $wpar 2>&1)" '/opt/cp5/loose .* not there'
ok "nothing of it runs" state_is D
in_lpar mv /opt/cp5/kept /opt/cp5/loose
ok "restartwpar with the right one" in_lpar restartwpar -d $state $wpar
ok "it is Active" state_is A
ok "what was no session has come along" in_lpar pgrep -f '[/]opt/cp5/loose wait'
is "what was one has not" "$(in_lpar pgrep -f '[s]leep 600')" ""
[ "$tap_failures" = 0 ] || tap_note "$(in_lpar sh -c "tail -n 5 $state/*.log; tail -n 20 /var/adm/wpars/event.log" 2>&1)"
ok "stopwpar" in_lpar stopwpar -F $wpar
ok "rmwpar" in_lpar rmwpar $wpar
done_testing
