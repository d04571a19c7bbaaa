#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# job.sh - wparexec for a user of the global environment: by root (-l), and by a user with the
# authorization.  The job has what the user has, and tries in vain to have more.
# timeout: 240
# shellcheck disable=SC2016,SC2317 # in single quotes another shell expands; lib.sh calls functions
set -u
# shellcheck source=tests/integration/wparctl/rbac_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/rbac_lib.sh"

# Not in /run, which a job has of its own.
homes=$(mktemp -d /var/tmp/par-job.XXXXXX)
chmod 755 "$homes"
for user in ann:42001 bob:42002; do
	name=${user%:*} uid=${user#*:}
	echo "$name:x:$uid:42001::$homes/$name:/bin/sh" >>/etc/passwd
	mkdir -m 700 "$homes/$name"
	chown "$uid:42001" "$homes/$name"
done
printf 'users0:x:42001:\nteam:x:42050:ann\nothers:x:42060:bob\n' >>/etc/group
echo 'toor:x:0:0::/root:/bin/sh' >>/etc/passwd
echo 'inrange:x:1073741900:42001::/:/bin/sh' >>/etc/passwd
shared=$homes/shared
mkdir -m 3770 "$shared"
chgrp 42050 "$shared"
echo "bob's" >"$homes/bob/secret"
chown -R 42002:42001 "$homes/bob"
chmod 600 "$homes/bob/secret"
agent=
# shellcheck disable=SC2317 # called by the trap
tear_down()
{
	[ -z "$agent" ] || kill "$agent"
	clear_away job app web01
	cd /
	rm -rf "$homes" /var/tmp/par-job.$$ /tmp/par-job.$$
}
trap tear_down EXIT
LOG=$WPARS_ROOT/var/adm/wpars/event.log

# job WORDS... - as root for ann; what it says about the WPAR is not looked at
job()
{
	wparexec -n job -l ann -- "$@" 2>/dev/null </dev/null
}
nothing_left()
{
	[ -z "$(lswpar -cqa name)" ] && [ ! -e "$WPARS_ROOT/etc/wpars/job.cf" ] &&
		[ ! -e "$WPARS_ROOT/run/wpars/job" ] && ! pgrep -f 'sleep 474[0-9]' >/dev/null
}

# By root
cd "$homes" || exit 1
is "it runs as the user" "$(job /usr/bin/id -u)" 42001
is "with the user's groups" "$(job /usr/bin/id -G)" "42001 42050"
is "outside, too" "$(job /bin/sh -c 'echo x >/var/tmp/par-job.'$$; stat -c %u:%g /var/tmp/par-job.$$)" 42001:42001
is "in the current directory" "$(job /bin/pwd)" "$homes"
is "in another one" "$(wparexec -n job -l ann --directory /usr/lib -- /bin/pwd 2>/dev/null)" /usr/lib
like "one that cannot be entered is told" "$(cd "$homes/bob" && wparexec -n job -l ann -- /bin/pwd 2>&1)" \
	"^wparexec: $homes/bob: Permission denied; the command begins in /\$"
is "the caller's environment stays" "$(OF_CALLER=kept wparexec -n job -l ann -- MORE=1 /bin/sh -c 'echo $OF_CALLER $MORE $HOME $USER $LOGNAME' 2>/dev/null)" \
	"kept 1 $homes/ann ann ann"
is "also of root's job" "$(OF_CALLER=kept wparexec -n app -- /bin/sh -c 'echo $OF_CALLER' 2>/dev/null)" kept
is "whose directory stays, too" "$(cd /usr/lib && wparexec -n app -- /bin/pwd 2>/dev/null)" /usr/lib
ok "it writes in its home" job /bin/sh -c "echo mine >$homes/ann/file"
is "the file is the user's" "$(stat -c %u "$homes/ann/file")" 42001
ok "it writes in /tmp" job /bin/sh -c "echo mine >/tmp/par-job.$$"
is "which is the global environment's" "$(cat /tmp/par-job.$$ 2>/dev/null)" mine
is "with the caller's mask" "$(umask 077; job /bin/sh -c "rm -f $homes/ann/m; : >$homes/ann/m; umask"; stat -c %a "$homes/ann/m")" "0077
600"
ok "and where its group may" job /bin/sh -c "echo team >$shared/file"
is "status and output are the command's" "$(job /bin/sh -c 'echo out; exit 7'; echo $?)" "out
7"
like "the log says who" "$(cat "$LOG")" ' job exec root/wparexec failed: the command ended with status 7$| job exec root/wparexec ok: /bin/sh as ann$'
is "a terminal is the user's" "$(timeout 40 python3 "$PAR_TEST_SOURCE/integration/wparctl/session_tty.py" wparexec -n job -l ann -- /bin/sh -c 'stat -c %u "$(tty)"; test -w "$(tty)" && echo writable' 2>/dev/null |
	tr -d '\r' | grep -E '^42001|^writable' | tr '\n' ' ')" "42001 writable "

# What it may not: files
secret=$homes/bob/secret
fails "it reads nothing of another user" job /bin/cat "$secret"
fails "nothing of root" job /bin/cat /etc/shadow
fails "it changes nothing of root" job /bin/sh -c 'echo x >>/etc/hosts'
fails "nor gives a file away" job /bin/sh -c "chown 42002 $homes/ann/file"
fails "nor to root" job /bin/sh -c "chown 0 $homes/ann/file"
fails "nor to a group that is not its own" job /bin/sh -c "chgrp 42060 $homes/ann/file"
fails "nothing of the WPARs" job /bin/sh -c "ls $WPARS_ROOT/etc/wpars/*"
for folder in etc/wpars run/wpars var/lib/wpars var/adm/wpars; do
	is "of them it sees nothing: $folder" "$(job /bin/sh -c "ls -A $WPARS_ROOT/$folder 2>/dev/null")" ""
done

# Other ids
is "it has no capability" "$(job /bin/sh -c 'grep -E "^Cap(Inh|Prm|Eff|Amb)" /proc/self/status | sort -u -k 2 | wc -l; grep ^CapEff /proc/self/status | cut -f 2')" "1
0000000000000000"
is "and gets none" "$(job /bin/sh -c 'grep ^NoNewPrivs /proc/self/status | cut -f 2')" 1
cp /usr/bin/id "$homes/idp" && chmod 4755 "$homes/idp"
is "a set-user-ID program of root gives nothing" "$(job "$homes/idp" -u)" 42001
cp /usr/bin/id "$homes/idg" && chgrp 42060 "$homes/idg" && chmod 2755 "$homes/idg"
is "nor a set-group-ID one" "$(job "$homes/idg" -g)" 42001
for call in 'os.setuid(0)' 'os.setresuid(42002,42002,42002)' 'os.setgid(0)' 'os.setgid(42060)' 'os.setgroups([])' 'os.setgroups([42060])'; do
	is "not: $call" "$(job /usr/bin/python3 -c "
import os
try:
	$call
	print('done')
except PermissionError:
	print('refused')")" refused
done
fails "no user namespace" job /usr/bin/unshare -U true
fails "no mount" job /bin/mount -t tmpfs none /mnt
fails "no device" job /bin/mknod "$homes/ann/null" c 1 3
mknod "$homes/ann/zero" c 1 5 && chmod 666 "$homes/ann/zero"
fails "nor one that lies there" job /usr/bin/head -c 1 "$homes/ann/zero"
is "nor one of the system" "$(job /bin/sh -c 'ls /dev/mem /dev/kmsg /dev/loop* /dev/[shv]da 2>/dev/null')" ""

# Processes: it sees its own, and no name of a socket of the global environment
setpriv --reuid 42001 --regid 42001 --clear-groups sleep 4740 &
sleeper=$!
is "no process of the user outside is seen" "$(job /usr/bin/pgrep -xc sleep)" 0
fails "nor reached" job /bin/kill -9 "$sleeper"
ok "it lives" kill -0 "$sleeper"
kill "$sleeper"
is "the first process is not the user's" "$(job /usr/bin/stat -c %u /proc/1)" 0
fails "nor to be ended" job /bin/sh -c 'kill -9 1 2>/dev/null'
is "/run is its own" "$(job /bin/sh -c 'ls /run | wc -l')" 0

# Into it nobody is let but the user
wparexec -n job -l ann -- /bin/sleep 4741 >/dev/null 2>&1 </dev/null &
runs() { is_state job A && [ "$(clogin job -- id -u 2>/dev/null </dev/null)" = 42001 ]; }
ok "it runs" wait_for 20 runs
is "clogin is the user" "$(clogin job -- id -u </dev/null)" 42001
is "without rights" "$(clogin job -- grep ^CapEff /proc/self/status </dev/null | cut -f 2)" 0000000000000000
like "not root" "$(clogin job -l root -- id 2>&1 </dev/null)" "is a job of user ann: -l ann logs in"
like "nor another user" "$(clogin job -l bob -- id 2>&1 </dev/null)" "is a job of user ann"
ok "stopwpar" stopwpar -F job
ok "nothing is left" wait_for 20 nothing_left

# Killed
wparexec -n job -l ann -- /bin/sh -c 'setsid sleep 4742 & sleep 4743' >/dev/null 2>&1 </dev/null &
pid=$!
wait_for 20 pgrep -f '^sleep 4742' >/dev/null
kill -9 "$pid"
gone() { ! pgrep -f 'sleep 474[23]' >/dev/null; }
ok "a killed wparexec takes all along" wait_for 20 gone
ok "the name is free" wparexec -n job -l ann -- /bin/true
wparexec -n job -l ann -- /bin/sleep 4744 >/dev/null 2>&1 </dev/null &
wait_for 20 pgrep -f '^/bin/sleep 4744' >/dev/null
# Its user may end what is the user's, and what is left is taken down.
setpriv --reuid 42001 --regid 42001 --clear-groups pkill -9 -f '^/bin/sleep 4744'
ok "the user ends the command from outside" wait_for 20 nothing_left

# Refused
refused "no such user" "^wparexec: -l nosuch: /etc/passwd has no such user" wparexec -n job -l nosuch -- /bin/true
refused "root under another name" "^wparexec: -l toor: the user has root's id" wparexec -n job -l toor -- /bin/true
refused "an id of WPARs" "^wparexec: -l inrange: the id 1073741900 of the user is one of workload partitions" wparexec -n job -l inrange -- /bin/true
refused "a mask that is none" "^wparexec: --umask 8" wparexec -n job -l ann --umask 8 -- /bin/true
printf 'general:\n\tname = "web01"\n\tuser = "ann"\n' >"$TMPDIR/sys.spec"
like "a system WPAR is nobody's job" "$(mkwpar -f "$TMPDIR/sys.spec" 2>&1)" "only an application workload partition is the job of a user"
wparexec -n job -l ann -w -o "$TMPDIR/job.spec" /usr/bin/id >/dev/null
like "the specification has the user" "$(cat "$TMPDIR/job.spec")" '^	user = "ann"$'
like "and is run as that" "$(wparexec -f "$TMPDIR/job.spec" 2>/dev/null)" '^uid=42001'

# By a user
mkrole authorizations=aix.wpar.owner jobs
mkdom web
setsecattr -o domains=web objtype=wpar web01
wparctl agent --users-only 2>"$TMPDIR/agent.log" &
agent=$!
wait_for 10 test -S "$WPARS_ROOT/run/wparctl/agent"
like "without the authorization" "$(as 42001 wparexec -n job -- /usr/bin/id 2>&1)" \
	"^wparexec: You are not authorized for workload partition job: none of your roles has aix.wpar.owner"
like "the refusal is in the log" "$(cat "$LOG")" ' job wparexec ann/[a-z]* failed: You are not authorized'
chuser roles=jobs ann
chuser roles=jobs domains=web bob
cd "$homes/ann" || exit 1
mine() { as 42001 "$@" 2>/dev/null </dev/null; }
is "with it, it is the user's own" "$(mine wparexec -- /usr/bin/id -un)" ann
is "with all groups" "$(mine wparexec -- /usr/bin/id -G)" "42001 42050"
is "where the user is" "$(mine wparexec -- /bin/pwd)" "$homes/ann"
is "with the user's variables" "$(SECRET='a b' mine wparexec -- MORE=1 /bin/sh -c 'echo $SECRET:$MORE')" "a b:1"
is "and mask" "$(umask 027; mine wparexec -n job -- /bin/sh -c umask)" 0027
is "input goes in" "$(echo in | as 42001 wparexec -n job -- /bin/cat 2>/dev/null)" in
is "the status comes back" "$(mine wparexec -n job -- /bin/sh -c 'exit 9'; echo $?)" 9
is "it is the user's by -l, too" "$(mine wparexec -n job -l ann -- /usr/bin/id -u)" 42001
is "nobody reads the variables in a list of processes" "$(SECRET=findme-$$ mine wparexec -n job -- /bin/sh -c "ps -ef | grep -v grep | grep -c findme-$$")" 0
is "what is root's does not come in" "$(mine wparexec -n job -- /bin/sh -c 'echo ${LPARD_USER-}:$SHELL')" ":/bin/sh"
like "not as another" "$(mine wparexec -n job -l bob -- /usr/bin/id; as 42001 wparexec -n job -l bob -- /usr/bin/id 2>&1)" \
	'^wparexec: Only the root user can run a command as another user \(-l bob\)'
like "not as root" "$(as 42001 wparexec -n job -l root -- /usr/bin/id 2>&1)" 'as another user \(-l root\)'
for words in "-M directory=/mnt vfs=namefs dev=/root" "-D devname=/dev/mem" "-N address=10.1.1.1" "-S privs+=PV_NET_RAWSOCK" "-R totalProcesses=9999" "-u /bin/true" "-f $TMPDIR/job.spec" "-e web01" "-o /etc/x" "-h web" "--owner root"; do
	# shellcheck disable=SC2086 # words
	like "not: $words" "$(as 42001 wparexec -n job $words -- /bin/true 2>&1 </dev/null)" '^wparexec: Only the root user can give wparexec the option '
done
like "no name of another domain" "$(as 42001 wparexec -n web01 -- /bin/true 2>&1 </dev/null)" 'web01: it is in a domain that is not yours'
is "its own domain's name" "$(as 42002 wparexec -n web01 -- /usr/bin/id -u 2>/dev/null </dev/null)" 42002
LD_PRELOAD=/nosuch.so mine wparexec -n job -- /bin/true
unlike "the loader's variables are the command's alone" "$(cat "$TMPDIR/agent.log")" nosuch.so
as 42001 wparexec -n job -- /bin/sleep 4745 >/dev/null 2>&1 </dev/null &
pid=$!
ok "a job of the user's" wait_for 20 is_state job A
is "it is the user's" "$(lswpar -cqa owner job)" ann
like "another user cannot stop it" "$(as 42002 stopwpar -F job 2>&1 </dev/null)" 'You are not authorized for workload partition job'
like "nor enter it" "$(as 42002 clogin job -- id 2>&1 </dev/null)" 'You are not authorized for workload partition job'
like "its user enters as himself alone" "$(as 42001 clogin job -l root -- id 2>&1 </dev/null)" 'is a job of user ann'
is "and is that" "$(as 42001 clogin job -- id -u 2>/dev/null </dev/null)" 42001
ok "and may stop it" as 42001 stopwpar -F job </dev/null
ok "nothing is left of it" wait_for 20 nothing_left
wait "$pid"
as 42001 wparexec -n job -- /bin/sh -c 'setsid sleep 4746 & sleep 4747' >/dev/null 2>&1 </dev/null &
pid=$!
wait_for 20 pgrep -f '^sleep 4746' >/dev/null
pkill -9 -P "$pid" -u 42001 -f 'wparexec -n job' || kill -9 "$pid"
ok "a user's wparexec that is killed leaves nothing" wait_for 30 nothing_left
like "the log has the use" "$(cat "$LOG")" ' job wparexec ann/[a-z]* ok: authorized: aix.wpar.owner by role jobs$'
done_testing
