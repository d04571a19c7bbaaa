#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# rbac_users.sh - ordinary users have root carry out what their roles authorize for: the agent's socket
# timeout: 300
set -u
# shellcheck source=tests/integration/wparctl/rbac_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/rbac_lib.sh"

rbac_user ann 42001
rbac_user bob 42002
rbac_user cat 42003
agent=
# shellcheck disable=SC2317 # called by the trap
tear_down()
{
	[ -z "$agent" ] || kill "$agent"
	for w in web01 db01 free own01 new01 mov01 mov02; do
		rmwpar -F $w >/dev/null 2>&1
	done
}
trap tear_down EXIT
LOG=$WPARS_ROOT/var/adm/wpars/event.log

mkwpar -n web01 >/dev/null
mkwpar -n db01 >/dev/null
mkwpar -n free >/dev/null
mkwpar --owner cat -n own01 >/dev/null
is "the owner" "$(lswpar -cqG -a owner own01)" cat
mkrole authorizations=aix.wpar.system.start,aix.wpar.system.stop,aix.wpar.system.login ops
mkrole authorizations=aix.wpar.system.create,aix.wpar.system.remove,aix.wpar.system.change maker
mkrole authorizations=aix.wpar.owner own
mkdom web
mkdom db
setsecattr -o domains=web objtype=wpar web01
setsecattr -o domains=db objtype=wpar db01
chuser roles=ops domains=web ann
chuser roles=ops bob
chuser roles=own domains=db cat

is "without an agent only root may" "$(status as 42001 startwpar web01)" \
	'startwpar: Only the root user can run this command.
1'
wparctl agent --users-only 2>"$TMPDIR/agent.log" &
agent=$!
wait_for 10 test -S "$WPARS_ROOT/run/wparctl/agent"
like "one agent is enough" "$(wparctl agent --users-only 2>&1)" 'is served already'

# What is allowed
ok "a user starts" as 42001 startwpar web01
is "it runs" "$(lswpar -cqa state web01)" A
is "the user sees it" "$(as 42001 lswpar -cqa name,state web01 2>&1)" web01:A
like "who did it stands in the log" "$(cat "$LOG")" ' web01 startwpar ann/wparctl ok: authorized: aix.wpar.system.start by role ops, domain web'
like "and what came of it" "$(cat "$LOG")" ' web01 start ann/startwpar ok'
is "a command inside" "$(as 42001 clogin web01 -- sh -c 'id -u; exit 7' </dev/null; echo $?)" "0
7"
is "standard input goes in" "$(echo hello | as 42001 clogin web01 -- cat)" hello
is "outputs stay apart" "$(as 42001 clogin web01 -- sh -c 'echo out; echo err >&2' 2>/dev/null </dev/null)" out
is "without a standard input" "$(timeout 20 setpriv --reuid 42001 --regid 42001 --clear-groups clogin web01 -- echo hello <&-)" hello
is "a million bytes" "$(head -c 1000000 /dev/zero | as 42001 clogin web01 -- cat | wc -c)" 1000000
like "its root is not the machine's" "$(as 42001 clogin web01 -- cat /proc/self/uid_map </dev/null)" '^ +0 +[1-9]'
is "nothing of the caller's environment" "$(LD_PRELOAD=/x WPAR_STOP_AT=x EVIL=1 as 42001 clogin web01 -- sh -c 'echo $EVIL' </dev/null 2>/dev/null)" ""
like "a terminal" "$(as 42001 script -qec 'clogin web01 -- tty' /dev/null </dev/null)" '/dev/pts/[0-9]'
is "a user stops" "$(status as 42001 stopwpar -h web01)" "Stopping workload partition 'web01'.
Shutting down all workload partition processes.
0"
is "it is stopped" "$(lswpar -cqa state web01)" D
ok "the owner starts" as 42003 startwpar own01
ok "the owner reboots" as 42003 rebootwpar -h own01
ok "the owner stops and removes" as 42003 rmwpar -s own01
is "it is gone" "$(lswpar -cqa name 2>/dev/null | grep -c own01)" 0
ok "who has no domains, where there is none" as 42002 startwpar free
ok "and stops" as 42002 stopwpar -F free

# What is not
# refused NAME UID REASON COMMAND... - refused with this reason, and in the log
refused()
{
	local name=$1 uid=$2 reason=$3
	shift 3
	: >"$LOG"
	like "$name" "$(as "$uid" "$@" 2>&1 </dev/null && echo it worked)" "^$1: $reason"
	like "$name: in the log" "$(cat "$LOG")" " $1 [a-z]+/wparctl failed: $reason"
}
is_not_authorized='You are not authorized for workload partition'
refused "another domain" 42001 "$is_not_authorized db01: it is in a domain that is not yours" startwpar db01
refused "no domain" 42001 "$is_not_authorized free: it is in no domain" startwpar free
refused "no such authorization" 42001 "$is_not_authorized web01: none of your roles has aix.wpar.system.remove" rmwpar web01
refused "the owner's right is for one's own" 42003 "$is_not_authorized db01: none of your roles" startwpar db01
refused "no such WPAR" 42001 "0960-419" startwpar nosuch
refused "an option that is root's" 42001 "Only the root user can give chwpar the option -M" chwpar -M directory=/x vfs=namefs dev=/root web01
refused "a device" 42001 "Only the root user can give chwpar the option -D" chwpar -D devname=/dev/mem web01
refused "privileges" 42001 "Only the root user can give chwpar the option -S" chwpar -S privs+=PV_NET_RAWSOCK web01
refused "a script" 42001 "Only the root user can give mkwpar the option -u" mkwpar -n new01 -u /tmp/x
refused "a file that root would read" 42001 "Only the root user can give mkwpar the option -f" mkwpar -f /etc/shadow -n new01
refused "a file that root would write" 42001 "Only the root user can give mkwpar the option -o" mkwpar -n new01 -o /etc/passwd
refused "another owner" 42001 "Only the root user can give mkwpar the option --owner" mkwpar -n new01 --owner root
fails "two at once are wrong use" as 42001 startwpar web01 db01

# Making and removing
setsecattr -o domains=web objtype=wpar new01
chuser roles=+maker ann
refused "a name in no domain cannot be made" 42001 "$is_not_authorized new02: its name has not been put into a domain" mkwpar -n new02
ok "one's own can" as 42001 mkwpar -n new01 -s
is "it is the user's" "$(lswpar -cqG -a owner,state new01)" "ann:A"
ok "is changed" as 42001 chwpar -A new01
is "it is" "$(lswpar -cqG -a auto new01)" yes
ok "and removed" as 42001 rmwpar -F new01

# What starts with the system is started
mkrole authorizations=aix.wpar.system.create,aix.wpar.system.change builder
chuser roles=builder ann
refused "a start by the system" 42001 "$is_not_authorized web01: none of your roles has aix.wpar.system.start" chwpar -A web01
refused "of a new one" 42001 "$is_not_authorized new01: none of your roles has aix.wpar.system.start" mkwpar -A -n new01
ok "no start by the system" as 42001 chwpar -K -A web01

# A WPAR takes its domains along to another name
objects() { lssecattr -o -a domains ALL | grep '^mov'; }
mkwpar -n mov01 >/dev/null
setsecattr -o domains=db objtype=wpar mov01
for step in moved renamed; do
	WPAR_STOP_AT=$step chwpar -n mov02 mov01 2>/dev/null
	refused "renamed ($step): by the old name" 42002 "$is_not_authorized mov01: it is in a domain" startwpar mov01
	like "by the new one" "$(as 42002 startwpar mov02 2>&1)" "0960-419|it is in a domain that is not yours"
	ok "run again" chwpar -n mov02 mov01
	is "it is in the same domain" "$(objects)" "mov02 domains=db"
	ok "back" chwpar -n mov01 mov02
	is "so is the name" "$(objects)" "mov01 domains=db"
done
setsecattr -o domains=web objtype=wpar mov02
like "another is in the way" "$(status chwpar -n mov02 mov01)" 'chwpar: The domains of mov01 cannot go along: mov02 has others .*rmsecattr -o mov02'
is "nothing has changed" "$(objects; lswpar -cqa name mov01)" "mov01 domains=db
mov02 domains=web
mov01"
rmsecattr -o mov02
rmwpar mov01 >/dev/null
rmsecattr -o mov01

# Rights go as they came
chuser roles= ann
refused "a role that is gone" 42001 "$is_not_authorized web01: none of your roles" startwpar web01
chuser roles=ops ann
printf 'x' >>"$WPARS_ROOT/etc/security/roles"
refused "a corrupt database" 42001 "/etc/security/roles: line" startwpar web01
sed -i '$d' "$WPARS_ROOT/etc/security/roles"
ok "without the line" as 42001 startwpar web01

# A caller that goes away takes the command along
as 42001 clogin web01 -- sleep 4711 </dev/null &
caller=$!
wait_for 10 pgrep -f 'sleep 4711'
kill -9 "$(pgrep -f 'clogin web01 -- sleep 4711' | head -1)" "$caller" 2>/dev/null
wait_gone() { ! pgrep -f 'sleep 4711'; }
ok "a killed caller ends the command" wait_for 20 wait_gone
# Between the decision and the lock much may change: it is decided once more, by what the agent tells the command
mkwpar -n web01 >/dev/null 2>&1
stopwpar -F web01 >/dev/null 2>&1
: >"$LOG"
chuser roles=ops domains=web ann
late() { LPARD_USER=ann WPAR_USER_RIGHTS=$1 "${@:2}"; }
ok "a user's command that is allowed still" late 16 startwpar web01
chuser roles= ann
for c in "32 stopwpar -F web01" "4 clogin web01 -- true" "32 stopwpar web01"; do
	# shellcheck disable=SC2086 # words
	like "one that is not any more: ${c#* }" "$(late $c 2>&1)" '^[a-z]*: You are not authorized for workload partition web01: none of your roles has aix.wpar.system'
done
like "nor what is made" "$(late 2 mkwpar -n new02 2>&1)" '^mkwpar: You are not authorized for workload partition new02'
like "nor a job" "$(late 64 wparexec -n job -l ann --owner ann -- /bin/true 2>&1)" '^wparexec: You are not authorized for workload partition job'
like "nor what nobody has asked for" "$(WPAR_USER_RIGHTS=32 LPARD_USER='' stopwpar web01 2>&1)" '^stopwpar: You are not authorized'
like "the log has it" "$(cat "$LOG")" ' web01 stopwpar ann/stopwpar failed: You are not authorized'
is "nothing was done" "$(state web01)" A
is "and nothing made" "$(lswpar -cqa name | grep -cE '^(new02|job)$')" 0
done_testing
