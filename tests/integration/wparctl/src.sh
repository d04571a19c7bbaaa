#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# src.sh - the System Resource Controller of a WPAR, from inside and from outside
# timeout: 150
# shellcheck disable=SC2016,SC2317 # in single quotes another shell expands; lib.sh calls functions
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away src two' EXIT
root=$WPARS_ROOT/wpars/src
console=$WPARS_ROOT/var/adm/wpars/src.console
header='Subsystem         Group            PID          Status '

# inside COMMAND... - one of the SRC's commands in the WPAR, by the name that its /usr/bin would have
inside()
{
	clogin src -- bash -c 'name=$1; shift; exec -a "$name" /etc/init "$@"' bash "$@" </dev/null
}

# pid NAME - of a subsystem that runs
pid()
{
	lssrc -@ src -s "$1" | awk 'NR == 2 && $NF == "active" { print $(NF - 1) }'
}

# is_status NAME WORD
is_status()
{
	[ "$(lssrc -@ src -s "$1" | awk 'NR == 2 { print $NF }')" = "$2" ]
}

# has_other_pid NAME PID
has_other_pid()
{
	local now
	now=$(pid "$1")
	[ -n "$now" ] && [ "$now" != "$2" ]
}

has_line()
{
	grep -qxF -- "$2" "$1"
}

mkwpar -n src >/dev/null
sed -i '/startsrc/d' "$root/etc/inittab"
rm -f "$root/etc/objrepos/SRCsubsys"
ok "startwpar" startwpar src

# Nothing is defined: no srcmstr, and lssrc answers all the same
is "without subsystems there is a header" "$(lssrc -@ src -a)" "$header"
unlike "and no srcmstr" "$(clogin src -- ps -e -o args </dev/null)" srcmstr
is "of an unknown one AIX's message" "$(lssrc -@ src -s none 2>&1)" "0513-085 The none Subsystem is not on file."
is "of an unknown group too" "$(lssrc -@ src -g none 2>&1)" "0513-086 The none Group is not on file."

# mkssys
is "mkssys" "$(mkssys -@ src -s nap -p /bin/sleep -a '1000' -u root -G test -R)" \
	"0513-071 The nap Subsystem has been added."
ok "srcmstr runs now" wait_for 5 sh -c 'clogin src -- ps -e -o args </dev/null | grep -qx /usr/sbin/srcmstr'
fails "mkssys of the same" mkssys -@ src -s nap -p /bin/sleep -u 0
fails "mkssys without a path" mkssys -@ src -s x -u 0
fails "mkssys for an unknown user" mkssys -@ src -s x -p /bin/sleep -u nobody-here
fails "mkssys with a path that is none" mkssys -@ src -s x -p sleep -u 0
fails "mkssys -S without signals" mkssys -@ src -s x -p /bin/sleep -u 0 -S
like "the file is a stanza" "$(cat "$root/etc/objrepos/SRCsubsys")" '^	cmdargs = "1000"$'
is "lssrc" "$(lssrc -@ src -s nap)" "$header
 nap              test                          inoperative"

# startsrc
said=$(startsrc -@ src -s nap)
nap=$(pid nap)
is "startsrc" "$said" "0513-059 The nap Subsystem has been started. Subsystem PID is $nap."
is "lssrc of a group" "$(lssrc -@ src -g test)" "$header
$(printf ' %-16s %-16s %-12s %s' nap test "$nap" active)"
is "lssrc of a process" "$(lssrc -@ src -p "$nap" | tail -n1)" "$(printf ' %-16s %-16s %-12s %s' nap test "$nap" active)"
is "it runs below srcmstr" "$(clogin src -- 'ps -o args= --ppid "$(pgrep -x srcmstr)"' </dev/null)" "/bin/sleep 1000"
is "a second start" "$(startsrc -@ src -s nap 2>&1)" "0513-029 The nap Subsystem is already active.
Multiple instances are not supported."
is "lssrc -l" "$(lssrc -@ src -l -s nap 2>&1)" "0513-005 The Subsystem, nap, only supports signal communication."
fails "lssrc -l: its status" lssrc -@ src -l -s nap
is "lssrc -l of an unknown one" "$(lssrc -@ src -l -s none 2>&1)" "0513-085 The none Subsystem is not on file."
is "lssrc -a and -l" "$(lssrc -@ src -a -l 2>&1)" "lssrc: -a and -l cannot be used together"
is "start of an unknown one" "$(startsrc -@ src -s none 2>&1)" "0513-085 The none Subsystem is not on file."
is "JSON" "$(lssrc -@ src -a --json | jq -c '.[0] | [.subsystem, .group, .pid, .status]')" "[\"nap\",\"test\",$nap,\"active\"]"

# From inside
is "the same from inside" "$(inside lssrc -s nap)" "$(lssrc -@ src -s nap)"
fails "-@ is for outside" inside lssrc -@ src -a
like "an ordinary user sees it" "$(clogin src -- setpriv --reuid=65534 --clear-groups bash -c 'exec -a lssrc /etc/init -a' </dev/null)" '^ nap '
is "and may not stop it" "$(clogin src -- setpriv --reuid=65534 --clear-groups bash -c 'exec -a stopsrc /etc/init -s nap' </dev/null 2>&1)" \
	"Only the root user of the workload partition can do this."
fails "nor define one" clogin src -- setpriv --reuid=65534 --clear-groups bash -c 'exec -a mkssys /etc/init -s x -p /bin/x -u 0'
is "stopsrc from inside" "$(inside stopsrc -s nap)" "0513-044 The nap Subsystem was requested to stop."
ok "it stops, and -R does not start it" wait_for 5 is_status nap inoperative
is "a second stop" "$(stopsrc -@ src -s nap 2>&1)" "0513-004 The Subsystem or Group, nap, is currently inoperative."

# Restart of what dies, with its limit
startsrc -@ src -s nap >/dev/null
nap=$(pid nap)
clogin src -- kill -9 "$nap" </dev/null
ok "what dies is started again" wait_for 5 has_other_pid nap "$nap"
ok "and the console says so" wait_for 5 has_line "$console" "srcmstr: The nap Subsystem has ended and was started again."
stopsrc -@ src -f -s nap >/dev/null
mkssys -@ src -s dies -p /bin/sh -a "-c 'echo died >>/tmp/died; exit 1'" -u 0 -R >/dev/null
startsrc -@ src -s dies >/dev/null
ok "what dies at once is held back" wait_for 10 has_line "$console" \
	"srcmstr: The dies Subsystem ends again and again and is held back for 300 seconds."
is "after five times" "$(wc -l <"$root/tmp/died")" 5
ok "stopsrc ends the waiting" sh -c '! stopsrc -@ src -s dies'
rmssys -@ src -s dies >/dev/null

# Arguments, environment, streams, user, priority
mkssys -@ src -s shows -p /bin/sh -a '-c '\''echo "$0 $1 $2 $X $(id -u):$(id -g) $(nice)"'\'' zero' -u 65534 -o /tmp/shown -e /tmp/shown -E 25 >/dev/null
touch "$root/tmp/shown"
chmod 666 "$root/tmp/shown"
startsrc -@ src -s shows -a '"a b" c' -e 'X="y z"' >/dev/null
ok "arguments and environment are cut as a shell does, user and priority are its own" \
	wait_for 5 has_line "$root/tmp/shown" "zero a b c y z 65534:65534 5"
is "a program that is not there" "$(mkssys -@ src -s gone -p /bin/gone -u 0 >/dev/null; startsrc -@ src -s gone 2>&1)" \
	"The gone Subsystem could not be started: '/bin/gone' cannot be run: No such file or directory."

# refresh, signals, cancel, several
mkssys -@ src -s hup -p /bin/sh -a "-c 'trap \"echo again >>/tmp/hup\" HUP; while :; do sleep 0.1; done'" -u 0 -G test >/dev/null
is "refresh of one that does not run" "$(refresh -@ src -s hup 2>&1)" "0513-036 The request could not be passed to the hup subsystem.
Start the subsystem and try your command again."
startsrc -@ src -g test >/dev/null
sleep 0.3
is "refresh" "$(refresh -@ src -s hup)" "0513-095 The request for subsystem refresh was completed successfully."
ok "is a SIGHUP" wait_for 5 has_line "$root/tmp/hup" again
is "chssys" "$(chssys -@ src -s hup -S -n 10 -f 9 -q -w 1 -t trapper)" "0513-077 Subsystem has been changed."
is "one that knows signals only" "$(refresh -@ src -s trapper 2>&1)" "0513-005 The Subsystem, hup, only supports signal communication."
startsrc -@ src -s hup >/dev/null
is "several of it run" "$(lssrc -@ src -s hup | grep -c ' active$')" 2
stopsrc -@ src -f -s hup >/dev/null
ok "stopsrc -f" wait_for 5 is_status hup inoperative
mkssys -@ src -s deaf -p /bin/sh -a "-c 'trap \"\" TERM; while :; do sleep 0.1; done'" -u 0 -w 1 -D >/dev/null
startsrc -@ src -s deaf >/dev/null
sleep 0.3
stopsrc -@ src -c -s deaf >/dev/null
is "a cancel" "$(lssrc -@ src -s deaf | awk 'NR == 2 { print $NF }')" stopping
ok "ends with SIGKILL" wait_for 5 is_status deaf inoperative
unlike "-D: not shown while it is inoperative" "$(lssrc -@ src -a)" '^ deaf '
is "chssys to a new name" "$(chssys -@ src -s deaf -s mute -d; lssrc -@ src -s mute | tail -n1)" "0513-077 Subsystem has been changed.
$(printf ' %-16s %-16s %-12s %s' mute '' '' inoperative)"
is "rmssys" "$(rmssys -@ src -s mute)" "0513-083 Subsystem has been Deleted."
is "of an unknown one" "$(rmssys -@ src -s mute 2>&1)" "0513-085 The mute Subsystem is not on file."

# A killed srcmstr
nap=$(pid nap)
clogin src -- pkill -9 -x srcmstr </dev/null
ok "srcmstr is started again" wait_for 5 is_status nap active
is "and knows what ran" "$(pid nap)" "$nap"
clogin src -- kill -9 "$nap" </dev/null
ok "and what dies afterwards is started again" wait_for 10 has_other_pid nap "$nap"

# What the WPAR's root does to it
cp "$root/etc/objrepos/SRCsubsys" "$TMPDIR/good"
echo 'rubbish' >"$root/etc/objrepos/SRCsubsys"
ok "a broken file: what was read before holds" is_status nap active
fails "and nothing can be added to it" mkssys -@ src -s x -p /bin/x -u 0
rm "$root/etc/objrepos/SRCsubsys"
clogin src -- mkfifo /etc/objrepos/SRCsubsys </dev/null
ok "a fifo in its place holds up nobody" timeout 20 sh -c '! mkssys -@ src -s x -p /bin/x -u 0'
rm "$root/etc/objrepos/SRCsubsys"
cp "$TMPDIR/good" "$root/etc/objrepos/SRCsubsys"
clogin src -- bash -c 'rm /dev/SRC; ln -s /etc/passwd /dev/SRC' </dev/null
fails "a link in the socket's place" startsrc -@ src -s nap
clogin src -- rm /dev/SRC </dev/null
clogin src -- pkill -9 -x srcmstr </dev/null
ok "a new srcmstr makes its socket anew" wait_for 5 is_status nap active

# Boot: inittab starts what is to run; halt ends it at once
cat >>"$root/etc/inittab" <<-'END'
	nap:2:once:/usr/bin/startsrc -s nap
	grp:2:once:/usr/bin/startsrc -g nothing
	END
ok "stopwpar" stopwpar -t 5 src
ok "startwpar again" startwpar src
ok "inittab starts a subsystem" wait_for 5 is_status nap active
ok "what cannot be is told on the console" wait_for 5 has_line "$console" "0513-086 The nothing Group is not on file."

# The global environment's own view
mkwpar -n two >/dev/null
cor=$(cut -d' ' -f1 "$WPARS_ROOT/run/wpars/src/monitor")
is "lssrc -s cor_NAME" "$(lssrc -s cor_src)" "$header
$(printf ' %-16s %-16s %-12s %s' cor_src wpars "$cor" active)"
is "lssrc -a has all monitors" "$(lssrc -a)" "$header
$(printf ' %-16s %-16s %-12s %s' cor_src wpars "$cor" active)
$(printf ' %-16s %-16s %-12s %s' cor_two wpars '' inoperative)"
is "lssrc -l of one that runs" "$(lssrc -l -s cor_src 2>&1)" "0513-005 The Subsystem, cor_src, only supports signal communication."
is "and of one that does not" "$(lssrc -l -s cor_two 2>&1)" "0513-036 The request could not be passed to the cor_two subsystem.
Start the subsystem and try your command again."
is "an unknown one" "$(lssrc -s cor_none 2>&1)" "0513-085 The cor_none Subsystem is not on file."
fails "other services are not ours" startsrc -s sshd
fails "of a WPAR that does not run" lssrc -@ two -a
fails "of one that is not there" lssrc -@ none -a
fails "everything needs a subsystem" stopsrc -@ src
ok "rmwpar" rmwpar -F src
done_testing
