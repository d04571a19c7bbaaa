#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint_versioned.sh - checkpoints of a versioned WPAR: its root, its services and what uname
# answers there are as before
# lpar: current
# timeout: 900
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
wpar=cp5
state=/var/tmp/cp5.state
trap 'in_lpar rmwpar -F $wpar >/dev/null 2>&1; in_lpar rm -rf $state' EXIT
image=$(in_lpar sh -c 'ls /images/old-*')
release=$(tar -xOf "$PAR_MKSYSB/${image##*/}" --occurrence=1 ./image.data | sed -n 's/^\tKERNEL_RELEASE = "\{0,1\}\([^"]*\)"\{0,1\}$/\1/p')
ok "the image says its kernel" test -n "$release"

inside()
{
	in_lpar clogin $wpar -- sh -c "$*" </dev/null
}

# round - of the process that has one of everything, once there is another than $1
round()
{
	wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- clogin "$2" -- cat /tmp/w/round)" != "$3" ]' sh \
		"$LPAR" "$wpar" "$1"
	inside cat /tmp/w/round
}

# goes_on - with all that it has
goes_on()
{
	local before after
	before=$(inside cat /tmp/w/round)
	after=$(round "$before")
	echo "$before, $after"
	[ "${after#* }" = ok ]
}

# counts - a process asks for the system's release all the time, and writes what it hears
counts()
{
	local before
	before=$(inside 'wc -l </tmp/releases')
	wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- clogin "$2" -- sh -c "wc -l </tmp/releases")" -gt "$3" ]' sh \
		"$LPAR" "$wpar" "$before"
}

# as_seen - what must be the same before and after
as_seen()
{
	inside 'uname -r; oslevel; cat /proc/sys/kernel/osrelease /proc/version; hostname; cat /proc/1/comm
		ls -l /etc/init /usr/bin/df; stat -c "%u %g %a" / /root /tmp /root/kept /usr/bin/passwd; cat /root/kept
		ps -eo pid,args | grep "[w]hole\|[r]eleases"; sed "s/,uuid=[a-z]*//" /proc/mounts | sort'
	in_lpar lssrc -@ $wpar -a | awk '{ print $1, $NF, $(NF - 1) }' | sort
}

# a_nobody - a program that takes root's ids by its mode
a_nobody()
{
	inside 'setpriv --reuid 65534 --regid 65534 --clear-groups /root/../tmp/id -u'
}

ok "mkwpar -c -C -B" in_lpar mkwpar -c -n $wpar -C -B "$image" -R totalVirtMem=512M
ok "startwpar" in_lpar startwpar $wpar
ok "its cron runs" wait_for 60 sh -c '[ -n "$(wparcmd -m "$SYS" -p "$1" -- lssrc -@ "$2" -s cron | grep " active$")" ]' sh "$LPAR" "$wpar"
in_lpar clogin $wpar -- sh -c 'cat >/tmp/whole && chmod 755 /tmp/whole' <"$PAR_GUEST_HELPERS/whole"
inside 'echo kept >/root/kept; cp /usr/bin/id /tmp/id && chmod 4755 /tmp/id'
is "a program with root's mode has root's ids" "$(a_nobody)" 0
ok "one of everything" inside 'mkdir /tmp/w && exec setsid /tmp/whole /tmp/w </dev/null >/tmp/w/said 2>&1 &'
ok "one that asks uname" inside 'setsid sh -c "while :; do echo \$(uname -r) >>/tmp/releases; sleep 0.2; done" </dev/null >/dev/null 2>&1 &'
ok "both are there" wait_for 60 in_lpar clogin $wpar -- test -s /tmp/w/round -a -s /tmp/releases
before=$(as_seen)
like "that is the old system" "$before" "^$release"

ok "chkptwpar" in_lpar chkptwpar -d $state $wpar
ok "it goes on with all that it has" goes_on
is "as it was" "$(as_seen)" "$before"
for times in first second; do
	ok "chkptwpar -k, the $times time" in_lpar chkptwpar -k -d $state $wpar
	is "the checkpoint fits" "$(in_lpar wparctl checkpoint --check -d $state $wpar | awk '$2 == "failed"')" ""
	is "nobody is left who answers" "$(in_lpar pgrep -x uname_$wpar)" ""
	ok "restartwpar" in_lpar restartwpar -d $state $wpar
	ok "who asks is answered" counts
	ok "it goes on with all that it has" goes_on
	is "as it was" "$(as_seen)" "$before"
	is "programs take the ids that their modes say" "$(a_nobody)" 0
done
in_lpar sh -c "kill -9 \$(pgrep -x uname_$wpar | head -n 1)"
ok "one who answers is killed, and the other does" counts
is "it was never anything else" "$(inside 'sort -u /tmp/releases')" "$release"
like "the image is in use" "$(in_lpar wparctl image ls)" "$wpar"
ok "stopwpar" in_lpar stopwpar -F $wpar
ok "restartwpar once more, of the same" in_lpar restartwpar -d $state $wpar
ok "who asks is answered" counts
ok "stopwpar" in_lpar stopwpar -F $wpar
ok "rmwpar" in_lpar rmwpar $wpar
[ "$tap_failures" = 0 ] || tap_note "$(in_lpar sh -c "tail -n 5 $state/*.log; tail -n 20 /var/adm/wpars/event.log" 2>&1)"
done_testing
