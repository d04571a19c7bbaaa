#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# session.sh - a log-in to a WPAR in an LPAR, from the outside: terminal, files both ways, memory, its end
# lpar: current
# shellcheck disable=SC2016 # in single quotes the WPAR's shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
name=gs1

# on_terminal COMMAND... - wparcmd -t, with a terminal here too
on_terminal()
{
	timeout 60 script -qec "wparcmd -m '$SYS' -p '$LPAR' -t -- $*" /dev/null </dev/null | tr -d '\r'
}

# in_lpar_runs COMMAND - a process of the LPAR has this command line
in_lpar_runs()
{
	in_lpar ps -e -o args= | grep -qx -- "$1"
}

gone()
{
	! in_lpar_runs "$1"
}

sleep 2 # the LPAR is older than the WPAR by more than it takes to look
ok "a WPAR" in_lpar mkwpar -n $name -s
up=$(in_lpar clogin $name cut -d. -f1 /proc/uptime)
lpar_up=$(in_lpar cut -d. -f1 /proc/uptime)
ok "its uptime is its own ($up s, the LPAR's $lpar_up s)" test "$up" -lt "$lpar_up" -a "$up" -lt 60
out=$(on_terminal "clogin $name 'tty; w; :'")
like "it has a terminal with a name" "$out" '/dev/pts/[0-9]+$'
like "w shows the user" "$out" '^root +pts/[0-9]+ +Global '
like "and how many there are" "$out" ' 1 user,'
is "a line for its shell" "$(in_lpar clogin $name 'echo a b | wc -w')" 2
in_lpar clogin $name -- nosuchcommand 2>/dev/null
is "an unknown command" $? 127
in_lpar clogin $name -l daemon -- id >/dev/null 2>&1
is "nologin" $? 1

# As clogin(8) shows it
head -c 300000 /dev/urandom >"$TMPDIR/file"
in_lpar clogin $name 'cat >/home/file' <"$TMPDIR/file"
is "a file goes in and comes out again" "$(in_lpar clogin $name cat /home/file | sha256sum)" \
	"$(sha256sum <"$TMPDIR/file")"
like "its memory" "$(in_lpar cat /sys/fs/cgroup/wpars/$name/memory.current)" '^[1-9][0-9]*$'

# The client goes away
wparcmd -m "$SYS" -p "$LPAR" -- clogin $name 'trap "" HUP TERM; sleep 4401 | cat; :' </dev/null >/dev/null 2>&1 &
pid=$!
ok "a deaf command runs" wait_for 10 in_lpar_runs 'sleep 4401'
kill -9 $pid
wait $pid 2>/dev/null
ok "kill -9 of its wparcmd ends it" wait_for 15 gone 'sleep 4401'
wparcmd -m "$SYS" -p "$LPAR" -- clogin $name sh -c 'kill -STOP $$; sleep 4402' </dev/null >/dev/null 2>&1 &
pid=$!
ok "a stopped one" wait_for 10 sh -c "$(declare -f in_lpar); SYS='$SYS' LPAR='$LPAR'; in_lpar ps -e -o stat=,args= | grep -q '^T.*4402'"
kill -TERM $pid
wait $pid 2>/dev/null
is "ends by SIGTERM to its wparcmd" $? 143
like "no clogin and no guard is left" "none $(in_lpar ps -e -o comm= | grep clogin)" '^none $'

like "the WPAR commands are refused inside" "$(in_lpar wparexec -n gx1 /bin/sh -c 'lswpar; stopwpar -F gs1' 2>&1)" \
	'^stopwpar: This command cannot be run inside a workload partition'
is "and the WPAR goes on" "$(in_lpar lswpar -c -q -a state $name)" A
is "nothing of it is read there" "$(in_lpar wparexec -n gx1 /bin/sh -c 'cat /etc/wpars/gs1.cf' 2>/dev/null)" ""
like "a directory is bound" "$(in_lpar wparexec -n gx2 -M directory=/mnt vfs=namefs dev=/etc mountopts=ro -- /usr/bin/ls /mnt 2>/dev/null)" '^wpars$'
in_lpar wparexec -n gx2 -M directory=/mnt vfs=namefs dev=/etc mountopts=ro -- /bin/sh -c 'exit 5' >/dev/null 2>&1
is "and the status is the command's" $? 5
ok "rmwpar" in_lpar rmwpar -F $name
done_testing
