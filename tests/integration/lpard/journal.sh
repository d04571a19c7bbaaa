#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# journal.sh - who changed what: audit lines in the log and in the journal, lssvcevents, where logs are
# timeout: 180
# shellcheck disable=SC2016
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

export LPARD_SOCKET=$TMPDIR/run/lpard.sock
conf=$TMPDIR/lpard.conf
mkdir "$TMPDIR/run" "$TMPDIR/images"
config()
{
	cat >"$conf" <<-END
		socket = $LPARD_SOCKET
		read_group = nogroup
		images = $TMPDIR/images
		$1
		[system SYS]
		uri = fake:///?agent=$PAR_TEST_BUILD/wparctl/wparctl
	END
}
data=profile_name=default,lpar_env=aixlinux,min_mem=512,desired_mem=1024,max_mem=4096
data+=,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1
data+=,max_procs=4,min_proc_units=0.1,desired_proc_units=0.5,max_proc_units=4.0,boot_image=none
log=$TMPDIR/run/lpard.log
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null' EXIT
started()
{
	wait_for 10 lssyscfg -r sys -m SYS
	pid=$(cat "$LPARD_SOCKET.lock")
}
events()
{
	lssvcevents -t console "$@"
}

# In the background without log=: a log at a known place, with times.
config ""
ok "it goes to the background" lpard --config "$conf" --background
started
like "its log is beside its socket, with times" "$(cat "$log")" \
	'^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}[+-][0-9]{4} notice lpard .* serves'
like "a second one says why it does not start, and where more is" \
	"$(lpard --config "$conf" --background 2>&1)" \
	"^lpard: another lpard .* serves .* already; the log \"$log\" has more$"
mv "$log" "$log.moved"
kill -HUP "$pid"
ok "after SIGHUP it goes on in a new log" wait_for 5 grep -q 'configuration read again' "$log"

# Each change: who, what, on what, result, duration.
mksyscfg -r lpar -m SYS -i "name=lp1,$data"
mksyscfg -r lpar -m SYS -i "name=lp1,$data" >/dev/null
chsysstate -r lpar -m SYS -o on -n lp1 -f default
like "a change" "$(events -F userid,pid,name,sys_name,lpar_name,lpar_id,result,duration --filter name=Activate)" \
	'^root,[0-9]+,Activate,SYS,lp1,1,ok,[0-9]+\.[0-9]{3}$'
like "one that failed, with its data" "$(events --filter severities=error)" \
	'Create of the partition lp1 on the managed system SYS failed after .* HSCL05DE .* Data: name=lp1,profile_name=default'
like "the same in the log" "$(cat "$log")" \
	' notice job=[0-9]+ peer=0/[0-9]+ user=root Activate system=SYS lpar=lp1 ms=[0-9]+ result=ok'
python3 - "$LPARD_SOCKET" >"$TMPDIR/told" <<-'END' &
	import json, socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.settimeout(20)
	s.connect(sys.argv[1])
	call = {"method": "org.lpard.Subscribe", "parameters": {"events": ["Audit"]}, "more": True}
	s.sendall(json.dumps(call).encode() + b"\0")
	data = b""
	while b'"Audit"' not in data:
	    data += s.recv(65536)
	    print(data.decode().replace("\0", "\n"), flush=True)
END
job=$!
wait_for 10 test -s "$TMPDIR/told"
chsyscfg -r lpar -m SYS -i 'name=lp1,description=secret'
wait "$job"
like "and for subscribers" "$(cat "$TMPDIR/told")" \
	'"event":"Audit","system":"SYS","lpar":"lp1".*"user":"root","operation":"Change","result":"ok"'
unlike "who do not get the data" "$(cat "$TMPDIR/told")" secret

# A command in an LPAR: its words, its status; also when its client is killed, or lpard is.
wparcmd -m SYS -p lp1 --wait 20 -n -- sh -c 'exit 3'
is "a command" "$(events -F name,result,command --filter name=RunCommand | tr '\n' ' ')" \
	"RunCommand,status 3,sh -c 'exit 3' RunCommand,started,sh -c 'exit 3' "
wparcmd -m SYS -p lp1 -n -- printf '\033[31m\xc2\x9b"%s' >/dev/null
unlike "its words cannot harm a terminal" "$(events)" $'\033|\xc2\x9b'
wparcmd -m SYS -p lp1 -n -- sleep 1000 &
job=$!
wait_for 10 pgrep -x -f 'sleep 1000'
kill -9 "$job"
wait "$job" 2>/dev/null
left()
{
	events -F reason --filter name=RunCommand,severities=error | grep -q 'the client went away first'
}
ok "a client that is killed" wait_for 5 left
wparcmd -m SYS -p lp1 -n -- sleep 1001 2>/dev/null &
job=$!
wait_for 10 pgrep -x -f 'sleep 1001'
kill -9 "$pid"
wait "$job" 2>/dev/null
ok "started again" lpard --config "$conf" --background
started
like "a killed lpard forgets nothing: the command that ran" "$(events)" \
	'RunCommand of the partition lp1 on the managed system SYS started\. Command: sleep 1001'

# A viewer may look, and what a viewer is refused is there.
viewer()
{
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}
chmod 755 "$TMPDIR" "$TMPDIR/run"
like "a viewer is refused" "$(viewer rmsyscfg -r lpar -m SYS -n lp1)" 'You do not have the authority'
like "which is there" "$(viewer lssvcevents -t console -F userid,name,result --filter severities=error)" \
	'^nobody,Remove,NotPermitted$'
for i in $(seq 100); do
	viewer rmsyscfg -r lpar -m SYS -n lp1 >/dev/null
done
is "but no more than some" \
	"$(($(events -F name,result | grep -c NotPermitted) <= 60))" 1

# The journal is a file like others: deleted it begins anew, unusable it is kept in memory.
kill "$pid"
wait_for 5 sh -c "! kill -0 $pid"
rm "$TMPDIR/run/events.log"
mkdir "$TMPDIR/run/events.log"
JOURNAL_STREAM=none lpard --config "$conf" 2>"$TMPDIR/err" &
started
chsyscfg -r lpar -m SYS -i 'name=nosuch,description=x' >/dev/null
like "a journal that cannot be used is said" "$(cat "$TMPDIR/err")" 'the journal .*/events.log.* is kept in memory'
mksyscfg -r lpar -m SYS -i "name=lp9,$data"
is "it is kept in memory" "$(events -F name,lpar_name --filter categories=system)" "Create,lp9"
is "with lpard's own life" "$(events -F name,result --filter categories=console)" "Start,ok"
kill "$pid"
wait
pid=

# To systemd's journal: the level in front and no time of our own.
rmdir "$TMPDIR/run/events.log"
touch "$TMPDIR/err"
JOURNAL_STREAM=$(stat -c '%d:%i' "$TMPDIR/err") lpard --config "$conf" 2>"$TMPDIR/err" &
started
like "lines for systemd" "$(cat "$TMPDIR/err")" '^<5>lpard .* serves'
kill "$pid"
wait
pid=
done_testing
