#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# session.sh - clogin and wparexec as a caller sees them: shells, statuses, signals, what is inherited
# timeout: 120
# shellcheck disable=SC2016 # in single quotes the WPAR's shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

install -d -m 700 "$TMPDIR/closed" "$TMPDIR/closed/source"
trap 'clear_away ses' EXIT
terminal=$PAR_TEST_SOURCE/integration/wparctl/session_tty.py

# status COMMAND... - its exit status, its output in $TMPDIR/out
status()
{
	"$@" >"$TMPDIR/out" 2>&1 </dev/null
	echo $?
}

# started COMMAND - a process of this frame has this command line
started()
{
	ps -e -o args= | grep -qx -- "$1"
}

# stopped WORD - one that is stopped has it in its command line
stopped()
{
	ps -e -o stat=,args= | grep -q "^T.*$1"
}

ended()
{
	! started "$1"
}

ok "mkwpar" mkwpar -n ses -s
cat >>"$WPARS_ROOT/wpars/ses/etc/passwd" <<-'END'
	joe:x:1000:1000:Joe:/home/joe:/bin/sh
	shut:x:1001:1001::/:/usr/sbin/nologin
	gone:x:1002:1002::/:/bin/nosuchshell
	text:x:1003:1003::/:/etc/passwd
	far:x:70000:100::/:/bin/sh
	group:x:1004:70001::/:/bin/sh
END
mkdir "$WPARS_ROOT/wpars/ses/home/joe"
echo 'PROFILE_WAS=read; export PROFILE_WAS' >"$WPARS_ROOT/wpars/ses/home/joe/.profile"
chown -R 1000:1000 "$WPARS_ROOT/wpars/ses/home/joe"

# The login shell runs the command
is "a line with a pipe" "$(clogin ses "echo one | tr a-z A-Z")" ONE
is "a command of the shell" "$(status clogin ses cd /tmp)" 0
is "one word is a line" "$(clogin ses 'cd /tmp && pwd')" /tmp
is "words stay words" "$(clogin ses -- printf '<%s>' 'a  b' "c'd" '$HOME' '*' '')" "<a  b><c'd><\$HOME><*><>"
is "a shell's own words" "$(clogin ses sh -c 'exit 7'; echo $?)" 7
is "the user's profile is read" "$(clogin ses -l joe -- 'echo $PROFILE_WAS')" read
is "it is a login shell" "$(clogin ses -l joe 'echo $0')" -sh
is "the user's environment" "$(TERM=vt100 clogin ses -l joe 'echo $HOME $LOGNAME $USER $SHELL $TERM; pwd')" \
	"/home/joe joe joe /bin/sh vt100
/home/joe"
is "root's" "$(clogin ses 'echo $HOME $LOGNAME; echo $PATH | grep -c /usr/sbin')" "/root root
1"
is "without a command it reads its input" "$(echo 'echo in $((1 + 1))' | clogin ses -l joe)" "in 2"

# Behind -- stands a program, which needs no shell
is "without --, the shell's profile" "$(clogin ses -l joe printenv PROFILE_WAS)" read
is "a program without the profile" "$(status clogin ses -l joe -- printenv PROFILE_WAS)" 1
is "with the user's environment" "$(clogin ses -l joe -- printenv HOME)" /home/joe
is "a command of the shell" "$(status clogin ses -- cd /tmp)" 0
is "one in front of a command" "$(clogin ses -- A=1 printenv A)" 1
is "a line stays a line" "$(clogin ses -- 'echo one | tr a-z A-Z')" ONE
echo /bin/ksh >"$WPARS_ROOT/wpars/ses/etc/shells"
is "a shell that is not listed runs it" "$(clogin ses -l joe -- printenv PROFILE_WAS)" read
rm "$WPARS_ROOT/wpars/ses/etc/shells"
is "without a list sh is one" "$(status clogin ses -l joe -- printenv PROFILE_WAS)" 1
is "and nologin is none" "$(status clogin ses -l shut -- id)" 1

# Statuses are a shell's
is "an unknown command: 127" "$(status clogin ses -- nosuchcommand)" 127
is "a file that is no program: 126" "$(status clogin ses -- /etc/passwd)" 126
is "nologin says no" "$(status clogin ses -l shut -- id)" 1
like "in its own words" "$(cat "$TMPDIR/out")" '^This account is currently not available\.$'
is "a shell that is not there: 127" "$(status clogin ses -l gone -- id)" 127
is "and is named" "$(cat "$TMPDIR/out")" \
	"clogin: the login shell '/bin/nosuchshell' cannot be run in the WPAR: not found"
is "a shell that is no program: 126" "$(status clogin ses -l text -- id)" 126
is "a user id beyond the range" "$(status clogin ses -l far -- id; cat "$TMPDIR/out")" "1
clogin: user 'far' has the user id 70000, and the workload partition has the ids 0 to 65535 only; give the user one of these"
is "a group id beyond it" "$(status clogin ses -l group -- id; cat "$TMPDIR/out")" "1
clogin: user 'group' has the group id 70001, and the workload partition has the ids 0 to 65535 only; give the user one of these"
is "wparexec: an unknown command" "$(status wparexec -n sesapp /usr/bin/nosuchcommand)" 127
is "wparexec: no program" "$(status wparexec -n sesapp /etc/passwd)" 126

# The command's status is wparexec's, and nothing is left in the way
is "wparexec -M gives the command's status" \
	"$(status wparexec -n sesapp -M directory=/mnt vfs=namefs dev="$TMPDIR/closed/source" -- /bin/sh -c 'exit 5')" 5
unlike "and says of nothing that it cannot be removed" "$(cat "$TMPDIR/out")" 'cannot'
is "its folder is gone" "$(find "$WPARS_ROOT/run/wpars" -name sesapp)" ""
is "wparexec -v says what was looked at and mounted" \
	"$(wparexec -v -n sesapp -M directory=/mnt vfs=namefs dev="$TMPDIR/closed/source" -- /bin/true 2>&1)" \
	"wparexec: Verifying file systems...
Workload partition sesapp created successfully.
Starting workload partition sesapp.
Mounting all workload partition file systems.
Mounting /mnt
Loading workload partition.
Shutting down all workload partition processes."
is "wparexec -e WPAR gives it too" "$(status wparexec -n sesapp -e ses -- /bin/sh -c 'exit 6')" 6
unlike "without a complaint" "$(cat "$TMPDIR/out")" 'cannot'

# What a caller may leave to its children
all="--ignore-signal=CHLD --ignore-signal=PIPE --block-signal"
for program in "clogin ses" "wparexec -n sesapp --"; do
	name=${program%% *}
	# shellcheck disable=SC2086
	is "$name with signals ignored and blocked" "$(status env $all $program /bin/sh -c 'exit 3')" 3
	# shellcheck disable=SC2086
	is "$name without 0, 1 and 2" "$($program /bin/sh -c 'exit 4' <&- >&- 2>&-; echo $?)" 4
done
# shellcheck disable=SC2086
is "mkwpar and rmwpar with signals ignored" "$(status env $all mkwpar -n sestwo; status env $all rmwpar sestwo)" "0
0"
mkwpar -n sestwo >/dev/null
is "lswpar without 0, 1 and 2 does not say that it worked" "$(lswpar <&- >&- 2>&-; echo $?)" 1
is "a reader that has gone ends lswpar, also where SIGPIPE was ignored" \
	"$( (sleep 0.5; env --ignore-signal=PIPE lswpar -L; echo $? >"$TMPDIR/pipe") | true; cat "$TMPDIR/pipe")" 141

# Few descriptors: an error each time, which names what it is about
few=$(for n in $(seq 3 24); do
	for command in "wparexec -n sesapp /bin/true" "clogin ses true" "startwpar sestwo" "stopwpar -F sestwo"; do
		(
			ulimit -n "$n"
			$command </dev/null
			[ $? -le 125 ] || echo "$n: $command: ended by a signal"
		) 2>&1 | grep -e "''" -e 'by a signal'
	done
done)
is "few descriptors" "$few" ""

rmwpar -F sestwo >/dev/null

# Not deaf
for signal in TERM:143 INT:130 QUIT:131 HUP:129; do
	clogin ses sh -c 'kill -STOP $$; sleep 4301' >/dev/null 2>&1 </dev/null &
	pid=$!
	wait_for 5 stopped 4301
	kill -"${signal%:*}" $pid
	wait $pid 2>/dev/null
	is "a stopped command and SIG${signal%:*}" $? "${signal#*:}"
done
# All three are its session, of which the shell waits.
deaf='trap "" TERM HUP; sleep 4302 | sleep 4302; :'
clogin ses "$deaf" </dev/null &
pid=$!
wait_for 5 started 'sleep 4302'
kill -KILL $pid
wait $pid 2>/dev/null
ok "kill -9 of clogin ends what it ran" wait_for 3 ended 'sleep 4302'
ok "its guard ends too" wait_for 3 sh -c '! ps -e -o comm= | grep -q clogin_guard'
clogin ses "$deaf" </dev/null &
pid=$!
wait_for 5 started 'sleep 4302'
kill -TERM $pid
sleep 0.2
kill -TERM $pid
SECONDS=0
wait $pid 2>/dev/null
is "a deaf command at the second SIGTERM" "$? $((SECONDS < 4))" "137 1"
ok "with all of its session" wait_for 3 ended 'sleep 4302'
clogin ses "$deaf" </dev/null &
pid=$!
wait_for 5 started 'sleep 4302'
kill -HUP $pid
SECONDS=0
wait $pid 2>/dev/null
is "a deaf command and SIGHUP" "$? $((SECONDS < 6))" "137 1"
is "nohup keeps SIGHUP away" "$(nohup clogin ses 'sleep 1; echo still' 2>/dev/null &
	sleep 0.5
	kill -HUP $!
	wait $!)" still
clogin ses 'nohup setsid sleep 4303 >/dev/null 2>&1 </dev/null & sleep 0.3' </dev/null
ok "a daemon outlives the clogin that started it" started 'sleep 4303'
wparexec -n sesapp /bin/sh -c 'kill -STOP $$' >/dev/null 2>&1 &
pid=$!
wait_for 5 sh -c 'lswpar -c -q -a state sesapp | grep -q A'
sleep 0.3
kill -TERM $pid
wait $pid 2>/dev/null
is "a stopped wparexec and SIGTERM" $? 143

# On a terminal
out=$(timeout 40 python3 "$terminal" clogin ses "tty; who /run/utmp; ls -l /dev/pts/0; uptime")
like "the terminal has a name inside" "$out" '^/dev/pts/0$'
like "who shows the user" "$out" '^root +pts/0 .*\(Global\)$'
like "the terminal is the user's" "$out" '^crw--w---- 1 root tty'
like "uptime counts the user" "$out" ' 1 user,'
like "and the time since the WPAR's start" "$out" ' up 0 min,'
ok "the global side's is another" test "$(cut -d. -f1 /proc/uptime)" -gt "$(clogin ses cut -d. -f1 /proc/uptime)"
# The kernel's count from the boot is a huge number when it is negative.
is "no process is from before the start" \
	"$(clogin ses 'cat /proc/[0-9]*/stat 2>/dev/null | sed "s/.*) //" | cut -d" " -f20 | grep -E "^[0-9]{12,}$"')" ""
is "afterwards nobody is logged in" "$(clogin ses who /run/utmp)" ""
is "another user's terminal" "$(timeout 40 python3 "$terminal" clogin ses -l joe 'tty; stat -c %U /dev/pts/0; who /run/utmp | cut -d" " -f1')" "/dev/pts/0
joe
joe"
out=$(timeout 40 python3 "$terminal" wparexec -n sesapp -- /bin/sh -c 'tty; stty size; ls -l /dev/pts/0; exit 3'; echo "status $?")
like "wparexec has one too" "$out" '^/dev/pts/0$'
like "of the caller's size" "$out" '^24 200$'
like "which is its root's" "$out" '^crw--w---- 1 root tty'
like "and the status comes out" "$out" '^status 3$'
like "its errors come to the terminal" "$(timeout 40 python3 "$terminal" wparexec -n sesapp -- /bin/sh -c 'echo to-stderr >&2')" '^to-stderr$'
is "an unknown terminal is dumb" "$(env -u TERM timeout 40 python3 "$terminal" clogin ses 'echo $TERM')" dumb
python3 "$terminal" clogin ses 'trap "" HUP TERM; sleep 4304; :' >/dev/null 2>&1 &
pid=$!
wait_for 5 started 'sleep 4304'
pkill -KILL -P $pid
ok "kill -9 of a clogin on a terminal" wait_for 3 ended 'sleep 4304'
wait $pid 2>/dev/null
# Job control: the foreground group is not the shell's
python3 "$terminal" clogin ses 'set -m; sleep 4306; :' >/dev/null 2>&1 &
pid=$!
wait_for 5 started 'sleep 4306'
pkill -TERM -P $pid
ok "SIGTERM reaches what has the terminal" wait_for 3 ended 'sleep 4306'
wait $pid 2>/dev/null
is "who is not fooled by its record" "$(clogin ses who /run/utmp)" ""

# Attack: whoever comes in is stopped, while it is not yet the user's process
cat >"$WPARS_ROOT/wpars/ses/home/stop.py" <<'END'
import os, signal
mine = {1, os.getpid(), os.getppid()}
while True:
    for pid in os.listdir("/proc"):
        if pid.isdigit() and int(pid) not in mine:
            try:
                os.kill(int(pid), signal.SIGSTOP)
            except OSError:
                pass
END
clogin ses 'exec -a stopper python3 /home/stop.py' </dev/null >/dev/null 2>&1 &
pid=$!
wait_for 10 started 'stopper /home/stop.py'
for _ in $(seq 40); do
	timeout 1 clogin ses -- /bin/true </dev/null >/dev/null 2>&1
	held=$?
	[ "$held" != 124 ] || break
done
is "one that is stopped on its way in is ended by timeout" "$held" 124
ok "its guard ends the process that is stuck, and itself" \
	wait_for 5 sh -c '[ "$(ps -e -o comm= | grep -c clogin)" -le 2 ]'
kill -HUP $pid
wait $pid 2>/dev/null
ok "they are all gone" wait_for 5 sh -c '! ps -e -o comm= | grep -q clogin'

# Attacks (docs/SECURITY.md): what the WPAR may put in the place of its files
clogin ses 'rm -f /run/utmp; mkfifo /run/utmp'
like "a fifo for utmp holds nobody up" "$(timeout 10 python3 "$terminal" clogin ses tty)" '^/dev/pts/0$'
echo untouched >"$TMPDIR/victim"
clogin ses "rm -f /run/utmp; ln -s '$TMPDIR/victim' /run/utmp; : >/etc/victim; ln -sf /etc/victim /run/utmp"
like "nor does a link" "$(timeout 10 python3 "$terminal" clogin ses tty)" '^/dev/pts/0$'
is "through which nothing is written" "$(clogin ses 'cat /etc/victim'; cat "$TMPDIR/victim")" untouched
clogin ses 'rm -f /run/utmp; head -c 4096 /dev/urandom >/run/utmp'
like "nor does garbage" "$(timeout 10 python3 "$terminal" clogin ses tty)" '^/dev/pts/0$'
clogin ses 'rm -f /run/utmp; truncate -s 100G /run/utmp'
like "nor does a file without end" "$(timeout 10 python3 "$terminal" clogin ses tty)" '^/dev/pts/0$'
clogin ses 'rm -f /run/utmp; : >/run/utmp; exec 9</run/utmp; flock -s 9; setsid sleep 4305 </dev/null >/dev/null 2>&1 &'
like "nor does somebody's lock" "$(timeout 10 python3 "$terminal" clogin ses tty)" '^/dev/pts/0$'

ok "stopwpar" stopwpar -F ses
ok "rmwpar" rmwpar ses
done_testing
