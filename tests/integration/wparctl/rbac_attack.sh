#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# rbac_attack.sh - what a user who is let in tries at the agent's socket, and gets nothing by
# timeout: 300
set -u
# shellcheck source=tests/integration/wparctl/rbac_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/rbac_lib.sh"

rbac_user ann 42001
rbac_user bob 42002
cp "$PAR_TEST_SOURCE/integration/wparctl/agent_client.py" "$TMPDIR/client.py"
chmod 755 "$TMPDIR/client.py"
agent=
# shellcheck disable=SC2317 # called by the trap
tear_down()
{
	[ -z "$agent" ] || kill "$agent"
	rmwpar -F web01 >/dev/null 2>&1
}
trap tear_down EXIT
LOG=$WPARS_ROOT/var/adm/wpars/event.log
SOCKET=$WPARS_ROOT/run/wparctl/agent

# client UID MODE [ARGUMENT...]
client()
{
	local uid=$1
	shift
	as "$uid" "$TMPDIR/client.py" "$SOCKET" "$@"
}
sessions() { pgrep -f 'wparctl agent --user-session' | wc -l; }
no_sessions() { [ "$(sessions)" = 0 ]; }
alive() { as 42002 clogin web01 -- echo alive </dev/null; }

mkwpar -n web01 -s >/dev/null
mkrole authorizations=aix.wpar.system all
mkdom web
setsecattr -o domains=web objtype=wpar web01
chuser roles=all domains=web ann
chuser roles=all domains=web bob
wparctl agent --users-only 2>"$TMPDIR/agent.log" &
agent=$!
wait_for 10 test -S "$SOCKET"
is "the hostile client can do what is allowed" "$(client 42001 run clogin web01 -- echo hello </dev/null)" "reply
out hello
exit 0"

# Programs that are none of the commands
for c in 'sh -c id' '/bin/sh' 'wparctl ps' '/usr/sbin/startwpar web01' 'mkuser eve' 'chuser roles=all eve' 'mkrole x' '../startwpar web01'; do
	# shellcheck disable=SC2086 # words
	like "not: $c" "$(client 42001 run $c </dev/null)" '^error Only the root user can run this command'
done
like "nor one of the user's own, without aix.wpar.owner" "$(client 42001 run wparexec -n x /bin/id </dev/null)" '^error You are not authorized for workload partition x: none of your roles has aix.wpar.owner'
like "nor with what only the agent says" "$(client 42001 run wparexec --owner root -n x /bin/id </dev/null)" '^error Only the root user can give wparexec the option --owner'
is "no shutdown" "$(client 42001 call org.lpard.agent.Shutdown </dev/null)" "error one command can be run, no more"
is "no facts" "$(client 42001 call org.lpard.agent.Info </dev/null)" "error one command can be run, no more"
is "one command a session" "$(client 42001 twice clogin web01 -- true </dev/null)" "reply
exit 0
error one command can be run, no more"

# What would hold root's command up, to go on when the user likes
is "no stop" "$(client 42001 signal 19 clogin web01 -- sh -c 'sleep 2; echo goes on' </dev/null)" "reply
out goes on
exit 0"
for signal in 9 11 20; do
	is "no signal $signal" "$(client 42001 signal $signal clogin web01 -- sh -c 'sleep 2; echo goes on' </dev/null)" "reply
out goes on
exit 0"
done
like "an end" "$(client 42001 signal 15 clogin web01 -- sleep 4713 </dev/null)" '^exit [0-9]'
like "no Ctrl-S" "$(client 42001 paused startwpar web01 </dev/null)" '^error |^exit '

# Application WPARs are root's, as long as they belong to nobody else
setsecattr -o domains=web objtype=wpar app
wparexec -n app -- /bin/sleep 4714 >/dev/null 2>&1 &
app_runs() { [ "$(lswpar -cqa state app 2>/dev/null)" = A ]; }
ok "an application WPAR runs" wait_for 20 app_runs
for c in 'stopwpar -F app' 'clogin app -- /bin/true' 'rmwpar -F app'; do
	# shellcheck disable=SC2086 # words
	like "not: $c" "$(client 42001 run $c </dev/null)" '^error You are not authorized for workload partition app: it is an application workload partition'
done
ok "it still runs" app_runs
stopwpar -F app >/dev/null
rmsecattr -o app

# What a call says of the environment and the directory counts for nothing
# shellcheck disable=SC2016 # the WPAR's shell expands
is "no environment" "$(client 42001 run clogin web01 -- sh -c 'echo ${LD_PRELOAD-}${WPARS_ROOT-}${WPAR_STOP_AT-}:$HOME' </dev/null)" "reply
out :/root
exit 0"
client 42001 run stopwpar -F web01 >/dev/null </dev/null
client 42001 run startwpar web01 >/dev/null </dev/null
is "no test switch, no other root" "$(lswpar -cqa state web01)" A
like "who it was is not the caller's word" "$(cat "$LOG")" ' web01 start ann/startwpar ok'
unlike "nor root's" "$(cat "$LOG")" 'root/startwpar'
ok "no other root was made" test ! -e /tmp/evil
is "descriptors that are handed over go nowhere" "$(client 42001 rights clogin web01 -- ls /proc/self/fd </dev/null | tr '\n' ' ')" \
	"reply out 0 1 2 3 exit 0 "

# Names
: >"$LOG"
like "no path" "$(client 42001 run startwpar ../../etc/passwd </dev/null)" '^error '
client 42001 run startwpar "$(printf 'x\n2026-01-01T00:00:00Z web01 stop root/stopwpar ok')" >/dev/null </dev/null
is "no line of its own in the log" "$(grep -c '^2026-01-01' "$LOG")" 0
is "a line for each refusal" "$(grep -c ' - startwpar ann/wparctl failed' "$LOG")" 2

# Who it is
like "not root" "$("$TMPDIR/client.py" "$SOCKET" run clogin web01 </dev/null)" '^error root runs the commands itself'
like "nobody of this system" "$(client 42999 run clogin web01 </dev/null)" '^error no user of this system has the id 42999'
like "not from a user namespace" "$(as 42001 unshare -U "$TMPDIR/client.py" "$SOCKET" run clogin web01 </dev/null)" \
	'^error the caller is no process of the global environment'
fails "a system WPAR has no socket" clogin web01 -- test -S /run/wparctl/agent
fails "nor has an application WPAR" wparexec -n app -- /usr/bin/test -S "$SOCKET"

# Noise
ok "noise" client 42001 garbage 5
client 42001 cut </dev/null >/dev/null
is "another user is served meanwhile" "$(alive)" alive
ok "nothing is left of it" wait_for 20 no_sessions

# Many connections
mkfifo "$TMPDIR/hold"
client 42001 hold 200 <"$TMPDIR/hold" >"$TMPDIR/held" &
exec 9>"$TMPDIR/hold"
wait_for 60 grep -q open "$TMPDIR/held"
is "a user has 16 connections" "$(cat "$TMPDIR/held")" "open 16"
is "another user is served" "$(alive)" alive
like "the same one is told" "$(as 42001 clogin web01 -- true 2>&1 </dev/null)" 'too many commands run for you'
exec 9>&-
ok "they go with their caller" wait_for 20 no_sessions
is "the same one is served again" "$(as 42001 clogin web01 -- echo again </dev/null)" again

# Those who are no users of this system have the places of one: there are as many of them as
# subordinate ids
as 42001 unshare -U "$TMPDIR/client.py" "$SOCKET" hold 20 <"$TMPDIR/hold" >"$TMPDIR/held" &
exec 9>"$TMPDIR/hold"
wait_for 60 grep -q open "$TMPDIR/held"
is "from a user namespace 16" "$(cat "$TMPDIR/held")" "open 16"
is "other such ids have no more" "$(client 42998 hold 20 </dev/null)" "open 0"
is "the user has the user's own" "$(as 42001 clogin web01 -- echo mine </dev/null)" mine
exec 9>&-
ok "they go, too" wait_for 20 no_sessions

# Who says nothing more after a refusal, or after the command, does not stay
mkfifo "$TMPDIR/idle"
client 42001 idle startwpar nosuch <"$TMPDIR/idle" >"$TMPDIR/refused" &
client 42001 idle clogin web01 -- true <"$TMPDIR/idle" >"$TMPDIR/ended" &
exec 9>"$TMPDIR/idle"
wait_for 20 grep -q error "$TMPDIR/refused"
wait_for 20 grep -q exit "$TMPDIR/ended"
is "both are there" "$(sessions)" 2
ok "and are sent away" wait_for 60 no_sessions
exec 9>&-

# A caller that reads nothing
mkfifo "$TMPDIR/stop"
client 42001 stopped clogin web01 -- yes <"$TMPDIR/stop" &
exec 9>"$TMPDIR/stop"
wait_for 10 pgrep -x yes
is "another user is served by a WPAR that talks to nobody" "$(alive)" alive
ok "and root is, too" clogin web01 -- true
exec 9>&-
wait_gone() { ! pgrep -x yes; }
ok "its command ends with it" wait_for 20 wait_gone
ok "and its session" wait_for 20 no_sessions

# The agent's end
as 42001 clogin web01 -- sleep 4712 </dev/null >/dev/null 2>&1 &
wait_for 10 pgrep -f 'sleep 4712'
kill -9 "$agent"
wait_gone() { ! pgrep -f 'sleep 4712'; }
ok "a killed agent ends the commands" wait_for 20 wait_gone
wparctl agent --users-only 2>>"$TMPDIR/agent.log" &
agent=$!
served() { [ "$(alive)" = alive ]; }
ok "a new one takes the socket over" wait_for 20 served
is "the WPAR runs all the while" "$(lswpar -cqa state web01)" A
done_testing
