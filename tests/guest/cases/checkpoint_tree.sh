#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint_tree.sh - what criu would dump and not restore is named, before anything stands still or when all does:
# trees of processes that it cannot make again, watches and events that it would lose; then it runs on, and what is
# restorable is restored: a stopped process, sessions without their leaders
# lpar: current
# timeout: 900
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
wpar=cp9
state=/var/tmp/cp9.state
trap 'in_lpar rmwpar -F $wpar >/dev/null 2>&1; in_lpar rm -rf $state' EXIT

# state_is LETTER
state_is()
{
	[ "$(in_lpar lswpar -c -q -a state $wpar)" = "$1" ]
}

# inside WORD... - "loose WORD..." runs there, as a daemon, with the LPAR's /dev/null
inside()
{
	in_lpar sh -c 'w=$1; shift; clogin $w -- sh -c "exec setsid /tmp/loose \"\$@\" &" sh "$@" </dev/null >/dev/null 2>&1' \
		sh $wpar "$@"
	wait_for 60 in_lpar pgrep -x loose
}

# named TEXT REGEX - chkptwpar -k says so, takes none, and it runs on
named()
{
	local said
	said=$(in_lpar chkptwpar -k -d $state $wpar 2>&1)
	like "$1" "$said" "$2"
	like "... and nothing is done" "$said" "chkptwpar: workload partition '$wpar' cannot be checkpointed as it is"
	ok "... and it runs on" state_is A
}

# gone - those processes end
gone()
{
	in_lpar pkill -KILL -x loose
	wait_for 60 sh -c '! wparcmd -m "$SYS" -p "$1" -- pgrep -x loose >/dev/null' sh "$LPAR"
}

# tree - number, parent, group, session and state of each process, as inside
tree()
{
	in_lpar clogin $wpar -- sh -c 'for p in /proc/[0-9]*; do
		read -r line 2>/dev/null <$p/stat && set -- ${line##*)} && echo "${p#/proc/} $2 $3 $4 $1"; done' |
		awk '$2 != 0 || $1 == 1' | sed 's/ R$/ S/' | sort -n
}

ok "mkwpar" in_lpar mkwpar -n $wpar --minimal
ok "startwpar" in_lpar startwpar $wpar
lpar_push "$PAR_GUEST_HELPERS/loose" /wpars/$wpar/tmp/loose

inside session
named "a session that no parent could give again" \
	'process [0-9]+ \(loose\) is in a session \([0-9]+, as inside\) that its parent has not, so criu could not give it that again; end it'
gone
inside group
named "a group that its maker has left" 'process [0-9]+ \(loose\) is in a process group \([0-9]+, as inside\) that the process with this number has left'
gone
inside head
named "who has ended its first thread" 'process [0-9]+ \(loose\) has ended its first thread and not all others'
gone
inside watch /tmp/watched
named "a watch on a removed file" 'process [0-9]+ \(loose\) has a watch on a file that was removed, and that it has open'
gone
inside events /tmp/events
named "events that were not read" 'process [0-9]+ \(loose\) has events of inotify that it has not read; they would be lost; try again'
in_lpar pkill -USR1 -x loose
ok "once they are read it is taken" in_lpar chkptwpar -k -d $state $wpar
ok "restartwpar" in_lpar restartwpar -d $state $wpar
gone

# What can be restored, with streams that a script has given: the LPAR's /dev/null
in_lpar sh -c "clogin $wpar -- sh -c '(setsid sh -c \"/tmp/loose wait & /tmp/loose wait & kill -STOP \\\$!\" &) ; setsid sh -c \"/tmp/loose wait & exec /tmp/loose wait\" &' </dev/null >/dev/null 2>&1"
ok "one is stopped" wait_for 60 in_lpar sh -c 'ps -eo stat,args | grep -q "^T.*loose wait"'
tree >"$TMPDIR/before"
ok "chkptwpar -k" in_lpar chkptwpar -k -d $state $wpar
ok "restartwpar" in_lpar restartwpar -d $state $wpar
is "sessions, groups and the stopped one are as before" "$(tree)" "$(cat "$TMPDIR/before")"
like "one is stopped" "$(tree)" ' T$'

# What comes and goes: whatever chkptwpar sees, it is never lost
inside sessions
lost=0 taken=0
for _ in 1 2 3 4 5 6; do
	in_lpar chkptwpar -k -d $state $wpar >/dev/null 2>&1
	state_is A && continue
	taken=$((taken + 1))
	in_lpar restartwpar -d $state $wpar || lost=$((lost + 1))
done
is "a checkpoint that has ended it could always go on" "$lost" 0
ok "there were some" test "$taken" -gt 0
ok "it is Active" state_is A
[ "$tap_failures" = 0 ] || tap_note "$(in_lpar sh -c "tail -n 5 $state/*.log; tail -n 20 /var/adm/wpars/event.log" 2>&1)"
ok "stopwpar" in_lpar stopwpar -F $wpar
ok "rmwpar" in_lpar rmwpar $wpar
done_testing
