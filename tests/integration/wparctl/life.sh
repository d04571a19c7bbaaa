#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# life.sh - reboot and halt inside a WPAR; the logs of its life and of its console
# timeout: 240
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away lif lif2' EXIT
log=$WPARS_ROOT/var/adm/wpars/event.log
console=$WPARS_ROOT/var/adm/wpars/lif.console

inside()
{
	clogin lif -- /bin/sh -c "$1" </dev/null
}

# was_started N - N starts that worked are in the log
was_started()
{
	[ "$(grep -c ' lif start root/[a-z_]* ok$' "$log")" = "$1" ]
}

ok "mkwpar" mkwpar -n lif
cat >"$WPARS_ROOT/wpars/lif/etc/inittab" <<-'END'
	a::once:echo "booted with id $(id -u)"; printf 'bad \033]0;x\a text\n'
END
ok "startwpar" startwpar lif

like "who started it is in the log" "$(cat "$log")" ' lif start root/startwpar ok$'
SUDO_USER=alice stopwpar -F lif >/dev/null
like "or who did by sudo" "$(cat "$log")" ' lif halt alice/stopwpar ok$'
is "the console's log is there from the start" "$(cd "$WPARS_ROOT/var/adm/wpars" && ls lif.console)" lif.console
LPARD_USER='o p' startwpar lif >/dev/null
like "a name has no blank in it" "$(cat "$log")" ' lif start o[?]p/startwpar ok$'

# What inittab's commands and rc.shutdown write
ok "the console has text" wait_for 5 grep -q '^booted with id 0$' "$console"
ok "in which nothing reaches the reader's terminal" wait_for 5 grep -q '^bad ?]0;x? text$' "$console"
is "that only root reads" "$(stat -c %a "$console")" 640

# Memory that no other process has: what a thousand WPARs have a thousand times.  A monitor that has seen mounts looks
# once more, and frees what it does not need.
# private_kib PID... - of all of them
private_kib()
{
	local files=("${@/#//proc/}")
	awk '/^Private/ { sum += $2 } END { print sum }' "${files[@]/%//smaps_rollup}"
}

# is_small NAME KIB - the monitor and PID 1 have no more
is_small()
{
	local cor children
	cor=$(monitor "$1")
	read -ra children <"/proc/$cor/task/$cor/children" || :
	[ ${#children[@]} = 1 ] && [ "$(private_kib "$cor" "${children[@]}")" -le "$2" ]
}

# One page more for each is as it may come; the sum of a thousand is in SPECIFICATION.md.
pages=$(($(getconf PAGESIZE) / 1024))
mkwpar --minimal -n lif2 >/dev/null
startwpar lif2 >/dev/null
ok "a minimal WPAR has little memory of ours: $((37 * pages)) KiB" wait_for 30 is_small lif2 $((37 * pages))
rmwpar -F lif2 >/dev/null

# No mount names a disk of the LPAR, those of our own programs neither
is "the LPAR's disks have no names inside" "$(inside 'cat /proc/self/mounts' | grep '^/dev/')" ""
unlike "nor does df list our programs" "$(inside df)" 'systemctl|init|bin/'

# /dev/console reaches it too, for every user, and nobody but root reads it
inside 'echo by root >/dev/console; setpriv --reuid=1 --clear-groups sh -c "echo by daemon >/dev/console"'
ok "what is written to /dev/console" wait_for 5 grep -q '^by root$' "$console"
ok "also by a user" wait_for 5 grep -q '^by daemon$' "$console"
is "is a FIFO of mode 622" "$(inside 'stat -c "%F %a" /dev/console')" "fifo 622"
inside 'rm /dev/console; ln -s /etc/passwd /dev/console'
inside 'exec 3>/proc/1/fd/1; echo still >&3'
ok "its root breaks nothing by removing it" wait_for 5 grep -q '^still$' "$console"

# reboot inside: our reboot sends SIGTERM to PID 1, Ctrl-Alt-Del comes as SIGINT
printf '#!/bin/sh\necho going down >&2\n' >"$WPARS_ROOT/wpars/lif/etc/rc.shutdown"
chmod 755 "$WPARS_ROOT/wpars/lif/etc/rc.shutdown"
sleep 5
inside 'echo old >/tmp/mark; kill -TERM 1'
ok "reboot inside: it starts again" wait_for 20 was_started 2
ok "and is active" wait_for 5 is_state lif A
is "and works" "$(inside 'echo hello')" hello
like "it was shut down before" "$(cat "$console")" '^going down$'
like "the log says so" "$(cat "$log")" '^20[0-9-]+T[0-9:]+Z lif reboot-inside root/cor_lif ok$'
kill -9 "$(monitor lif)"
inside true
wait_for 5 sh -c '[ -e "/proc/$(cut -d" " -f1 "$0")" ]' "$WPARS_ROOT/run/wpars/lif/monitor"
sleep 0.5
inside 'kill -INT 1'
ok "reboot inside with a monitor that was started again" wait_for 30 was_started 3
ok "it is active" wait_for 5 is_state lif A

# Where these are systemd's, which finds no systemd in a WPAR, the start puts ours in their place
if [ "$(readlink -f /usr/sbin/reboot)" = "$(readlink -f /usr/bin/systemctl)" ]; then
	sleep 5
	starts=$(grep -c ' lif start root/' "$log")
	# Its shell may end with the WPAR before it has an answer.
	inside reboot
	ok "reboot inside, where the LPAR's is systemd's: it starts again" wait_for 20 was_started $((starts + 1))
	wait_for 5 is_state lif A
	like "systemctl says that there is no systemd" "$(inside 'systemctl status' 2>&1)" 'There is no systemd'
	inside 'halt -p'
	ok "halt ends it" wait_for 20 is_state lif D
	startwpar lif >/dev/null
else
	echo "# reboot is not systemd's here"
fi

# halt and poweroff inside
inside 'kill -USR1 1'
ok "halt inside: it is Defined" wait_for 20 is_state lif D
sleep 1
is "and stays so" "$(state lif)" D
startwpar lif >/dev/null
inside 'kill -USR2 1'
ok "poweroff inside: it is Defined" wait_for 20 is_state lif D
# Its monitor says so when it has the lock, a moment after nothing runs any more.
ok "the log says how it ended" wait_for 10 sh -c "tail -n1 '$log' | grep -q ' lif end root/cor_lif ok\$'"
ok "nothing is left" wait_for 10 sh -c "[ \"\$(ls '$WPARS_ROOT/run/wpars')\" = lif.lock ]"

# A stop is not undone by a reboot that came before it
startwpar lif >/dev/null
starts=$(grep -c ' lif start root/[a-z_]* ok$' "$log")
inside 'kill -TERM 1'
stopwpar -F lif >/dev/null
sleep 6
is "stopwpar wins over reboot" "$(state lif)" D
ok "no start came after it" was_started "$starts"

# pausing - lif is in the pause before a restart; on a busy machine that is over before it is seen
pausing()
{
	local i
	for i in 1 2 3 4 5; do
		startwpar lif >/dev/null
		inside 'kill -TERM 1'
		wait_for 4 is_state lif T && return
		stopwpar -F lif >/dev/null
	done
	return 1
}

# A WPAR that restarts right after its start waits: it is neither Defined nor to be removed
ok "in the pause before a restart it is Transitional" pausing
fails "rmwpar is refused" rmwpar lif
fails "and so is clogin" inside true
ok "stopwpar ends the restart" stopwpar lif
is "at once" "$(state lif)" D
pausing
ok "startwpar does not wait" startwpar lif
ok "and stopwpar after it holds" stopwpar lif
sleep 6
is "no monitor of before comes back" "$(state lif)" D

# A monitor that has not noticed yet that PID 1 has ended, and is asked for a restart, when a start and a stop come before it
startwpar lif >/dev/null
late=$(monitor lif)
kill -STOP "$late"
inside 'kill -TERM 1'
wait_for 5 is_state lif D
ok "startwpar before a late monitor" startwpar lif
ok "and stopwpar" stopwpar lif
kill -CONT "$late"
ok "ends what it was to do" wait_for 10 sh -c '! kill -0 '"$late"' 2>/dev/null'
is "and it starts nothing" "$(state lif)" D
ok "mkwpar of one" mkwpar -n lif2 -s
clogin lif2 -- kill -TERM 1 </dev/null
wait_for 4 sh -c '[ "$(lswpar -cqa state lif2)" = T ]'
ok "rmwpar -s" rmwpar -s lif2
sleep 6
is "removes it for good" "$(ls "$WPARS_ROOT/etc/wpars")" lif.cf

# Descriptors that are used up are no reason to take a WPAR for stopped
startwpar lif >/dev/null
for n in 4 5 6 7; do
	said=$(ulimit -n "$n" && rmwpar lif 2>&1)
	unlike "rmwpar with $n descriptors does not call it Defined" "$said" 'Broken|Defined'
	said=$(ulimit -n "$n" && lswpar -cqa state lif 2>&1)
	like "lswpar with $n says A, or why not" "$said" '^A$|Too many open files'
done
is "it runs" "$(state lif)" A
ok "stopwpar" stopwpar -F lif

# An application WPAR: its begin and its end, with the status
wparexec -n lifa -- /bin/sh -c 'exit 5' 2>/dev/null
wparexec -n lifa -- /bin/true 2>/dev/null
like "the log has its command" "$(cat "$log")" ' lifa exec root/wparexec ok: /bin/sh$'
like "its status" "$(cat "$log")" ' lifa exec-end root/wparexec failed: the command ended with status 5$'
like "and that it worked" "$(tail -n1 "$log")" ' lifa exec-end root/wparexec ok$'

# Folders that mkwpar has made above a base directory go with it; what else is in them stays
ok "mkwpar -d" mkwpar -n lifd -d /some/where/lifd
ok "rmwpar" rmwpar lifd
fails "the folders above are gone" test -e "$WPARS_ROOT/some"
mkdir -m 700 "$WPARS_ROOT/some"
ok "mkwpar -d below one that was there" mkwpar -n lifd -d /some/other/deep/lifd
touch "$WPARS_ROOT/some/other/file"
ok "rmwpar" rmwpar lifd
is "only what is empty and was made is gone" "$(cd "$WPARS_ROOT/some" && find . | sort | tr '\n' ' ')" ". ./other ./other/file "

# A monitor that was killed: output goes on, and a flood is bounded
echo 'b::once:i=0; while [ $i -lt 30000 ]; do echo "line $i of many"; i=$((i + 1)); done; echo done >/tmp/done' \
	>"$WPARS_ROOT/wpars/lif/etc/inittab"
startwpar lif >/dev/null
ok "a flood of output ends" wait_for 30 inside 'test -e /tmp/done'
ok "its log is bounded" test "$(cat "$console" "$console.1" | wc -c)" -le 131072
stopwpar lif >/dev/null
head -c 524280 /dev/zero | tr '\0' '\n' >"$log"
startwpar lif >/dev/null
ok "the log of events is put aside when it is full" test -s "$log.1"
like "and goes on" "$(cat "$log")" ' lif start root/[a-z_]* ok$'
fails "a start that fails" startwpar lif
rm "$log"
ln -s /etc/passwd "$log"
stopwpar lif >/dev/null
unlike "a link in its place is not written through" "$(cat /etc/passwd)" 'lif'
rm "$log"
# -v: what stopwpar has unmounted, the last mount first
startwpar lif >/dev/null
is "stopwpar -v" "$(stopwpar -h -v lif)" "Stopping workload partition 'lif'.
Shutting down all workload partition processes.
$(printf 'Unmounting /wpars/lif%s\n' /var /usr /tmp /proc /opt /home '')
Return Status = SUCCESS."
# Steps are said when they are under way: a start that fails shows where
ok "mkwpar of another" mkwpar -n steps
rmdir "$WPARS_ROOT/wpars/steps/proc"
touch "$WPARS_ROOT/wpars/steps/proc"
said=$(startwpar steps 2>/dev/null)
like "mounts are said before they are made" "$said" '^Mounting all workload partition file systems\.$'
unlike "and what was not reached is not said" "$said" '^(Loading|Starting workload partition subsystem|Verifying)'
rm "$WPARS_ROOT/wpars/steps/proc"
mkdir "$WPARS_ROOT/wpars/steps/proc"

# A monitor that comes late makes nothing in a folder that a stop is removing: the stop would fail
touch "$TMPDIR/wait"
WPAR_WAIT_AT=watch WPAR_WAIT_FILE=$TMPDIR/wait startwpar steps >/dev/null
ok "a monitor that is late" wait_for 10 test -e "$TMPDIR/wait.here"
rm "$WPARS_ROOT/run/wpars/steps/meminfo" "$TMPDIR/wait"
watches()
{
	[ -n "$(find "/proc/$(monitor steps)/fd" -lname '*/mountinfo')" ]
}
ok "goes on" wait_for 10 watches
fails "and makes no file there" test -e "$WPARS_ROOT/run/wpars/steps/meminfo"
ok "stopwpar" stopwpar -F steps

# An upgrade replaces the program, while monitors of the old one go on
mkdir "$TMPDIR/bin"
cp "$(readlink -f "$(command -v wparctl)")" "$TMPDIR/bin/startwpar"
"$TMPDIR/bin/startwpar" steps >/dev/null 2>&1
cp "$TMPDIR/bin/startwpar" "$TMPDIR/bin/new"
mv "$TMPDIR/bin/new" "$TMPDIR/bin/startwpar"
is_started_again()
{
	grep -q ' steps reboot-inside .* ok$' "$log" && is_state steps A && clogin steps -- true
}
clogin steps -- kill -INT 1 </dev/null
ok "reboot inside after an upgrade: it starts again" wait_for 20 is_started_again
ok "rmwpar of it" rmwpar -F steps

ok "rmwpar" rmwpar lif
like "is in the log" "$(cat "$log")" ' lif remove root/rmwpar ok$'
is "and the console's is gone" "$(find "$WPARS_ROOT/var/adm/wpars" -name "lif*")" ""
done_testing
