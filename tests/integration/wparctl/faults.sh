#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# faults.sh - kill -9 of each process of a WPAR at each step: the same command puts it right
# timeout: 200
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away flt' EXIT

groups()
{
	find /sys/fs/cgroup -maxdepth 3 -type d -path "*wpars${WPARS_ROOT//[\/.]/-}/*" 2>/dev/null
}

# mounts - how many there are of our own
mounts()
{
	grep -c "$TMPDIR" /proc/self/mountinfo
}
mounts_before=$(mounts)
ok "mkwpar" mkwpar -n flt
for step in namespaces mapped mounted monitor; do
	WPAR_STOP_AT=$step startwpar flt >/dev/null 2>&1
	sleep 0.2
	like "killed at '$step': the state can be told" "$(state flt)" '^[DA]$'
	[ "$(state flt)" = A ] || ok "killed at '$step': started again" startwpar flt
	is "killed at '$step': it works" "$(clogin flt -- echo hello </dev/null)" hello
	ok "killed at '$step': it stops" stopwpar -F flt
	is "killed at '$step': no control group is left" "$(groups)" ""
done

startwpar flt >/dev/null
was=$(monitor flt)
kill -9 "$was"
sleep 0.1
is "cor_flt killed: the WPAR goes on" "$(state flt)" A
is "cor_flt killed: it can be entered" "$(clogin flt -- echo hello </dev/null)" hello
sleep 0.3
ok "cor_flt killed: there is another" test "$(monitor flt)" != "$was"
like "cor_flt killed: by its name" "$(cat "/proc/$(monitor flt)/comm")" '^cor_flt$'

# PID 1 is killed: the monitor clears away
init=$(head -n1 "$(groups)/cgroup.procs")
kill -9 "$init"
# cleared - what the monitor does when PID 1 has ended; meanwhile it has the lock, and the state is T
cleared()
{
	wait_for 10 sh -c '! [ -e "$0" ]' "$WPARS_ROOT/run/wpars/flt"
	wait_for 10 sh -c '[ "$(lswpar -c -q -a state flt)" = D ]'
}
cleared
is "PID 1 killed: it is defined" "$(state flt)" D
is "PID 1 killed: no control group is left" "$(groups)" ""
ok "PID 1 killed: it starts again" startwpar flt

WPAR_STOP_AT=stopped stopwpar flt >/dev/null 2>&1
cleared
is "stopwpar killed: it is defined" "$(state flt)" D
startwpar flt >/dev/null

# both, and then the stop
kill -9 "$(monitor flt)"
ok "a WPAR without a monitor stops" stopwpar flt
is "and leaves no control group" "$(groups)" ""

# the folder in /run is gone
startwpar flt >/dev/null
rm -rf "$WPARS_ROOT/run/wpars/flt"
is "its folder in /run deleted: it is active" "$(state flt)" A
is "it can be entered" "$(clogin flt -- echo hello </dev/null)" hello
ok "and stopped" stopwpar flt

# Both are killed, and the kernel has not ended them yet: the next start takes nothing for active
late=0
for _ in 1 2 3 4 5 6 7 8; do
	[ "$(state flt)" = A ] || startwpar flt >/dev/null
	kill -9 "$(monitor flt)" "$(head -n1 "$(groups)/cgroup.procs")"
	startwpar flt >/dev/null 2>&1 || late=$((late + 1))
done
is "startwpar right behind a kill -9 of the monitor and PID 1: times that it failed" "$late" 0
stopwpar -F flt >/dev/null

# cor_NAME and PID 1 are killed, so that nobody clears away
kill_both()
{
	local init
	init=$(head -n1 "$(groups)/cgroup.procs")
	kill -STOP "$(monitor flt)"
	kill -9 "$init"
	kill -9 "$(monitor flt)"
	sleep 0.3
}

startwpar flt >/dev/null
kill_both
ok "both killed: something is left" test -e "$WPARS_ROOT/run/wpars/flt"
is "both killed: it is defined" "$(state flt)" D
is "and looking has cleared away" "$(groups; ls -d "$WPARS_ROOT/run/wpars/flt" 2>/dev/null)" ""
startwpar flt >/dev/null
kill_both
ok "both killed: rmwpar" rmwpar flt
is "and nothing is left of it" "$(groups; find "$WPARS_ROOT" -name 'flt*'; ls "$WPARS_ROOT/run/wpars/.ids")" lock
ok "mkwpar again" mkwpar -n flt

# A monitor that comes late does not end what was started in the meantime
startwpar flt >/dev/null
late=$(monitor flt)
kill -STOP "$late"
kill -9 "$(head -n1 "$(groups)/cgroup.procs")"
wait_for 5 sh -c '[ "$(lswpar -c -q -a state flt)" = D ]'
ok "started again while its monitor hangs" startwpar flt
kill -CONT "$late"
ok "the old monitor ends" wait_for 10 sh -c '! kill -0 "$0" 2>/dev/null' "$late"
is "and the WPAR goes on" "$(state flt)" A
stopwpar flt >/dev/null

# PID 1 does not lose a signal that comes while it begins
for _ in 1 2 3 4 5 6 7 8; do
	startwpar flt >/dev/null
	stopwpar -t 10 flt >/dev/null 2>&1 || break
done
is "stopped right after its start" "$(state flt)" D

# an operator waits for a shutdown that hangs
printf '#!/bin/sh\nsleep 1000\n' >"$WPARS_ROOT/wpars/flt/etc/rc.shutdown"
chmod 755 "$WPARS_ROOT/wpars/flt/etc/rc.shutdown"
hang()
{
	startwpar flt >/dev/null
	stopwpar flt >"$TMPDIR/first" 2>&1 &
	first=$!
	wait_for 5 pgrep -f '^/bin/sh /etc/rc.shutdown' || echo "no shutdown hangs"
}
hang
like "another stopwpar is told who is at it" "$(stopwpar flt 2>&1)" "is under way: stopwpar, process $first\$"
ok "stopwpar -F gets through at once" timeout 10 stopwpar -F flt
ok "and the first ends too" wait "$first"
is "it is defined" "$(state flt)" D
hang
ok "rmwpar -F gets through at once" timeout 10 rmwpar -F flt
wait "$first"
is "and nothing is left of it" "$(groups; find "$WPARS_ROOT" -name 'flt*')" ""
ok "mkwpar again" mkwpar -n flt

# restarts killed between the stop and the start
for command in rebootwpar "stopwpar -r"; do
	# begun: the monitor is killed when it has all but told that the WPAR runs
	for step in restarting mounted begun; do
		startwpar flt >/dev/null
		# shellcheck disable=SC2086 # words
		WPAR_STOP_AT=$step $command flt >/dev/null 2>&1
		is "$command killed at '$step': it is defined" "$(state flt)" D
		# shellcheck disable=SC2086
		ok "$command again" $command flt
		is "and it is active" "$(state flt)" A
		stopwpar flt >/dev/null
	done
	# the command, the monitor and PID 1, all before the command has seen that the WPAR runs
	startwpar flt >/dev/null
	# shellcheck disable=SC2086
	WPAR_STOP_AT="begun, not verified" $command flt >/dev/null 2>&1
	kill -9 "$(monitor flt)" "$(head -n1 "$(groups)/cgroup.procs")"
	cleared
	# shellcheck disable=SC2086
	ok "$command again, after monitor and PID 1 were killed, too" $command flt
	is "and it is active" "$(state flt)" A
	is "no mark is left" "$(find "$WPARS_ROOT/run" -name '*.pending')" ""
	# shellcheck disable=SC2086
	WPAR_STOP_AT="begun, not verified" $command flt >/dev/null 2>&1
	ok "the mark of one that runs goes" wait_for 20 eval '[ -z "$(find "$WPARS_ROOT/run" -name "*.pending")" ]'
	stopwpar -F flt >/dev/null
	# shellcheck disable=SC2086
	fails "$command of one that is stopped is refused" $command flt
done

# While the first process is being made it is no process of the WPAR: nobody enters it, and a stop waits for it.
is_begun()
{
	[ -n "$(cat "$(groups)/cgroup.procs" 2>/dev/null)" ]
}
# half_made STEP FILE - a start that waits at STEP while FILE, as its first process sees it, is there
half_made()
{
	WPAR_WAIT_AT=$1 WPAR_WAIT_FILE=$2 startwpar flt >/dev/null 2>&1 &
	starter=$!
	ok "begun" wait_for 10 is_begun
}
startwpar flt >/dev/null
clogin flt -- sh -c 'echo flt >/etc/this-is' </dev/null
stopwpar -F flt >/dev/null
touch "$TMPDIR/wait"
half_made inside "$TMPDIR/wait"
clogin flt -- cat /etc/this-is </dev/null >"$TMPDIR/this-is" 2>&1 &
visitor=$!
sleep 0.3
rm "$TMPDIR/wait"
wait $visitor
is "clogin while it is started is in the WPAR, not in the LPAR" "$(cat "$TMPDIR/this-is")" flt
wait $starter
is "and it starts" $? 0
is "with one monitor" "$(grep -lx cor_flt /proc/[0-9]*/comm 2>/dev/null | wc -l)" 1
stopwpar -F flt >/dev/null
touch "$WPARS_ROOT/wpars/flt/tmp/wait"
half_made rights /tmp/wait
ok "it is at its rights" wait_for 20 test -e "$WPARS_ROOT/wpars/flt/tmp/wait.here"
kill -9 $starter
wait $starter 2>/dev/null
timeout 60 stopwpar flt >/dev/null 2>&1 &
stopper=$!
sleep 0.3
rm "$WPARS_ROOT/wpars/flt/tmp/wait"
wait $stopper
is "stopwpar while a start whose command was killed goes on: it ends" $? 0
cleared
is "and the WPAR is defined" "$(state flt)" D

# mkwpar -s killed when the WPAR is made: the same command goes on, no other does
made()
{
	rmwpar -F flt >/dev/null 2>&1
	WPAR_STOP_AT=$1 mkwpar -n flt -h flthost -s >/dev/null 2>&1
	is "mkwpar -s killed at '$1': it is defined" "$(state flt)" D
}
exists='A workload partition called flt[0-9]* already exists'
for step in made namespaces mounted begun; do
	made $step
	like "killed at '$step': other arguments are another command" "$(mkwpar -n flt -s 2>&1)" "$exists"
	like "killed at '$step': without -s, too" "$(mkwpar -n flt -h flthost 2>&1)" "$exists"
	ok "killed at '$step': mkwpar -s again" mkwpar -n flt -h flthost -s
	is "killed at '$step': it is active" "$(state flt)" A
	is "killed at '$step': it works" "$(clogin flt -- uname -n </dev/null)" flthost
	stopwpar -F flt >/dev/null
	like "killed at '$step': once it has run there is nothing to go on with" \
		"$(mkwpar -n flt -h flthost -s 2>&1)" "$exists"
done
# It has begun: that had only to be said.
rmwpar -F flt >/dev/null 2>&1
WPAR_STOP_AT="begun, not verified" mkwpar -n flt -h flthost -s >/dev/null 2>&1
ok "mkwpar -s again, of one that has begun" mkwpar -n flt -h flthost -s
is "it is active" "$(state flt)" A
stopwpar -F flt >/dev/null
made made
ok "made, and started by hand" startwpar flt
stopwpar -F flt >/dev/null
like "that is the end of it" "$(mkwpar -n flt -h flthost -s 2>&1)" "$exists"
made made
ok "made, and changed by hand" chwpar -h other flt
like "that is, too" "$(mkwpar -n flt -h flthost -s 2>&1)" "$exists"
made made
chwpar -n flt2 flt >/dev/null
is "made, and renamed: no mark is left" "$(find "$WPARS_ROOT/run" -name '*.pending')" ""
ok "the old name is free" mkwpar -n flt -s
rmwpar -F flt2 >/dev/null
made made
rmwpar flt >/dev/null
is "made, and removed: no mark is left" "$(find "$WPARS_ROOT/run" -name '*.pending')" ""
# What is below /run ends with the system.
made made
rm -r "$WPARS_ROOT/run"
like "made before the system was started" "$(mkwpar -n flt -h flthost -s 2>&1)" "$exists"
# A start that fails leaves the same.
rmwpar flt >/dev/null
printf '#!/bin/sh\n[ "$1" != start ] || [ ! -e %s ]\n' "$TMPDIR/bad" >"$TMPDIR/script"
chmod 755 "$TMPDIR/script"
touch "$TMPDIR/bad"
fails "mkwpar -s of one whose start fails" mkwpar -n flt -u "$TMPDIR/script" -s
is "it is made" "$(state flt)" D
rm "$TMPDIR/bad"
ok "and started by the same command" mkwpar -n flt -u "$TMPDIR/script" -s
is "it is active" "$(state flt)" A
stopwpar -F flt >/dev/null

# a removal that can remove nothing
mount --bind "$WPARS_ROOT/wpars" "$WPARS_ROOT/wpars"
mount -o remount,bind,ro "$WPARS_ROOT/wpars"
fails "rmwpar -F of what is read-only fails" rmwpar -F flt
is "and says so" "$(rmwpar -F flt 2>&1 >/dev/null)" "rmwpar: '/wpars/flt' cannot be removed: Read-only file system"
is "it is still defined, and whole" "$(state flt)" D
umount "$WPARS_ROOT/wpars"
ok "it starts" startwpar flt
stopwpar flt >/dev/null

# a removal killed after the files are gone
WPAR_STOP_AT="files removed" rmwpar flt >/dev/null 2>&1
is "rmwpar killed: it is broken" "$(state flt)" B
ok "rmwpar again" rmwpar flt
is "and nothing is left of it" "$(find "$WPARS_ROOT" -name 'flt*')" ""

# and one killed after the specification is gone
mkwpar -n flt >/dev/null
WPAR_STOP_AT="specification removed" rmwpar flt >/dev/null 2>&1
like "rmwpar killed: there is none any more" "$(rmwpar flt 2>&1)" 0960-419
is "and nothing is left of it" "$(find "$WPARS_ROOT" -name 'flt*')" ""

# but not one whose specification somebody has taken away for a moment
mkwpar -n flt >/dev/null
startwpar flt >/dev/null
ok "it has a log" wait_for 20 test -e "$WPARS_ROOT/var/adm/wpars/flt.console"
mv "$WPARS_ROOT/etc/wpars/flt.cf" "$TMPDIR"
like "there is none while it is away" "$(stopwpar flt 2>&1)" 0960-419
mv "$TMPDIR/flt.cf" "$WPARS_ROOT/etc/wpars"
ok "its log is still there" test -e "$WPARS_ROOT/var/adm/wpars/flt.console"
ok "and it stops" stopwpar flt
rmwpar flt >/dev/null

# a creation that fails
mkdir -m 700 "$WPARS_ROOT/small"
mount -t tmpfs -o mode=700,size=64k tmpfs "$WPARS_ROOT/small"
like "mkwpar where there is no space" "$(mkwpar -n flt -d /small/a/flt 2>&1)" 'No space left'
is "leaves no folder" "$(find "$WPARS_ROOT" -name 'flt*' -o -path '*/small/*')" ""
umount "$WPARS_ROOT/small"
ok "mkwpar again" mkwpar -n flt

# a frozen control group
startwpar flt >/dev/null
echo 1 >"$(groups)/cgroup.freeze"
wait_for 3 sh -c '[ "$(lswpar -c -q -a state flt)" = F ]'
is "frozen" "$(state flt)" F
ok "a frozen one stops too" timeout 20 stopwpar -F flt

# two at the same moment: one wins
startwpar flt >"$TMPDIR/one" 2>&1 &
startwpar flt >"$TMPDIR/two" 2>&1
wait
is "two starts: one wins" "$(cat "$TMPDIR/one" "$TMPDIR/two" | grep -c '0513-059')" 1
is "two starts: it is active" "$(state flt)" A

# application WPARs
is "wparexec gives the status of its command" \
	"$(wparexec -n fltapp /bin/sh -c 'exit 5' >/dev/null 2>&1; echo $?)" 5
is "and waits for all of its processes" \
	"$(wparexec -n fltapp /bin/sh -c '(sleep 0.5; echo late) &' 2>/dev/null | grep late)" late
wparexec -n fltapp /bin/sleep 4217 >/dev/null 2>&1 &
pid=$!
wait_for 5 sh -c 'lswpar -c -q -a state fltapp | grep -q A'
kill -9 "$pid"
sleep 0.5
unlike "killed wparexec: its processes are gone" "$(ps -ef)" 'sleep 4217$'
ok "killed wparexec: the name is free" wparexec -n fltapp /bin/true

wparexec -n fltapp /bin/sleep 4218 >/dev/null 2>&1 &
pid=$!
wait_for 5 sh -c 'lswpar -c -q -a state fltapp | grep -q A'
kill -9 "$pid"
wait_for 5 sh -c '! ps -ef | grep -q "[s]leep 4218"'
ok "killed wparexec: what it has left can be stopped" stopwpar fltapp
is "and is gone then" "$(find "$WPARS_ROOT" -name 'fltapp*')" ""

ok "stopwpar" stopwpar flt
ok "rmwpar" rmwpar flt
is "no mount is left" "$(mounts)" "$mounts_before"
is "no control group is left" "$(groups)" ""
done_testing
