#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# daemon.sh - lpard over the fake hypervisor: its door, its jobs, its clients good and bad
# timeout: 240
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

export LPARD_SOCKET=$TMPDIR/lpard.sock
conf=$TMPDIR/lpard.conf
log=$TMPDIR/log
agent=$PAR_TEST_BUILD/wparctl/wparctl
v="timeout 60 python3 $PAR_TEST_SOURCE/integration/lpard/varlink.py $LPARD_SOCKET"
resources=profile_name=default,lpar_env=aixlinux,min_mem=512,desired_mem=1024,max_mem=4096
resources+=,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1
resources+=,max_procs=4,min_proc_units=0.1,desired_proc_units=0.5,max_proc_units=4.0
resources+=,boot_image=none
pid=

config()
{
	cat <<-END
		socket = $LPARD_SOCKET
		read_group = nogroup
		max_clients = 1100
		shutdown_wait_s = 2
		images = $TMPDIR/images
		log_level = debug
		$1
		[system SYS]
		uri = fake:///?agent=$agent
		[system MANY]
		uri = fake:///?lpars=1000
		[system DOWN]
		uri = fake:///?down=1
		$2
	END
}

start()
{
	lpard --config "$conf" >>"$log" 2>&1 &
	pid=$!
	wait_for 10 lssyscfg -r sys -m SYS
}

# call METHOD PARAMETERS - the reply, from a client that is not ours
call()
{
	$v call "org.lpard.$1" "$2"
}

# state LPAR
state()
{
	lssyscfg -r lpar -m SYS --filter "lpar_names=$1" -F state
}

is_state()
{
	[ "$(state "$1")" = "$2" ]
}

trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null' EXIT
mkdir -p "$TMPDIR/images"

# Configuration, the lock, the start

config "" "" >"$conf"
is "the configuration is right" "$(lpard --config "$conf" --check-config)" "systems: 3"
config "colour = red" "" >"$conf.bad"
is "a wrong one is refused with its line" \
	"$(lpard --config "$conf.bad" --check-config 2>&1)" \
	"lpard: $conf.bad:7: \"colour\" is no setting (settings of lpard stand before the systems)"
fails "a missing one is refused" lpard --config "$TMPDIR/none"
start
is "systems are listed" "$(lssyscfg -r sys -F name:state | sort | tr '\n' ' ')" \
	"DOWN:No Connection MANY:Operating SYS:Operating "
like "a second lpard does not serve the same socket" "$(lpard --config "$conf" 2>&1)" \
	"another lpard \(process $pid\) serves"
ok "and the first goes on" lssyscfg -r sys
ok "one serves in the background" lpard --config "$conf" --socket "$TMPDIR/second" --background
ok "at once" env LPARD_SOCKET="$TMPDIR/second" lssyscfg -r sys
ok "it can be ended" kill "$(cat "$TMPDIR/second.lock")"
ok "and takes its socket away" wait_for 5 test ! -e "$TMPDIR/second"

# Introspection, by a plain exchange

like "GetInfo" "$($v call org.varlink.service.GetInfo)" '"interfaces": \["org.varlink.service", "org.lpard"\]'
text=$($v text org.varlink.service.GetInterfaceDescription '{"interface":"org.lpard"}' description)
like "the interface is described" "$text" '^interface org.lpard$'
like "with its methods" "$text" '^method List\(resource: string, '
like "its types" "$text" '^type Attribute \(name: string, op: \(set, add, remove\), value: string\)$'
like "and its errors" "$text" '^error NotFound \(message: string\)$'
like "an unknown interface" "$($v call org.example.X)" 'org.varlink.service.InterfaceNotFound'
like "an unknown method" "$(call Nothing '{}')" 'org.varlink.service.MethodNotFound'
like "an unknown parameter" "$(call List '{"resource":"sys","x":1}')" \
	'"error": "org.varlink.service.InvalidParameter", "parameters": {"parameter": "x"}'
like "a wrong type" "$(call List '{"resource":7}')" 'org.lpard.InvalidArgument.*must be a string'
like "a terminal wants an upgrade" "$(call OpenTerminal '{"system":"MANY","id":1}')" org.lpard.Protocol

# Clients that mean no good

for bytes in 'b"garbage\0"' 'b"\0"' 'b"{}\0"' 'b"["*10000+b"\0"' 'b"{\"method\":1}\0"' 'b"\xff\xfe\0"' \
	'b"{\"method\":\"org.lpard.List\",\"parameters\":{\"resource\":\"\\\\u0000\"}}\0"'; do
	like "bad bytes: $bytes" "$($v raw "$bytes")" '"error": "org.lpard.(Protocol|InvalidArgument)"'
done
like "a call that is too long" "$($v huge)" '"error": "org.lpard.TooLarge"'
is "one that does not read stops only itself" "$($v slow)" served
is "a thousand clients" "$($v crowd 1000)" 1000
like "one too many is told so" "$($v crowd-over 1132)" '"error": "org.lpard.Busy"'
# Below the usual number of descriptors it waits and goes on.
ok "few descriptors" prlimit --pid "$pid" --nofile=64:
$v crowd 200 >"$TMPDIR/crowd" 2>&1 &
crowd=$!
sleep 1
ok "more descriptors again" prlimit --pid "$pid" --nofile=4096:
wait "$crowd"
is "clients waited, none was lost" "$(cat "$TMPDIR/crowd")" 200
like "lpard lives" "$(cat "/proc/$pid/cmdline" | tr '\0' ' ')" lpard

# Roles

as_viewer="setpriv --reuid=65534 --regid=65534 --clear-groups"
chmod 755 "$TMPDIR"
like "a viewer may look" "$($as_viewer $v call org.lpard.List '{"resource":"sys","fields":["name"]}')" SYS
for m in $(sed -n 's/^X(\([A-Za-z]*\), OPERATOR,.*/\1/p' "$PAR_TEST_SOURCE/../lpard/daemon/methods/methods.def"); do
	like "a viewer may not $m" "$($as_viewer $v call org.lpard.$m '{}')" org.lpard.NotPermitted
done
like "a stranger may not look" \
	"$(setpriv --reuid=65533 --regid=65533 --clear-groups $v call org.lpard.List '{"resource":"sys"}')" \
	org.lpard.NotPermitted
as_stranger="setpriv --reuid=65533 --regid=65533 --clear-groups"
chgrp adm "$LPARD_SOCKET"
chmod 660 "$LPARD_SOCKET"
is "who may not use the socket is told which group may" "$($as_stranger lssyscfg -r sys)" \
	"You may not use lpard (socket $LPARD_SOCKET): only root and members of the group adm may.\
  Become one (\"usermod -aG adm USER\" as root), log in again and retry the command."
chgrp root "$LPARD_SOCKET"
is "or that only root may" "$($as_stranger lssyscfg -r sys)" \
	"You may not use lpard (socket $LPARD_SOCKET): only root may."
chmod 666 "$LPARD_SOCKET"

# Many LPARs

is "1,000 LPARs are listed" "$(lssyscfg -r lpar -m MANY -F name | wc -l)" 1000
begin=$(date +%s%N)
lssyscfg -r lpar -m MANY >"$TMPDIR/many"
took=$((($(date +%s%N) - begin) / 1000000))
tap_note "in $took ms"
is "in less than a second" "$((took < 1000))" 1

# Changes

is "an LPAR is made silently" "$(mksyscfg -r lpar -m SYS -i "name=lp1,$resources" 2>&1)" ""
is "and is there" "$(lssyscfg -r lpar -m SYS -F name:lpar_id:state)" "lp1:1:Not Activated"
like "not twice" "$(mksyscfg -r lpar -m SYS -i "name=lp1,$resources")" '^HSCL05DE '
for i in 1 2 3 4 5 6 7 8; do
	mksyscfg -r lpar -m SYS -i "name=same,$resources" >"$TMPDIR/same$i" &
done
wait_for 20 sh -c '! pgrep -f "[m]ksyscfg -r lpar"'
is "of eight at once one wins" "$(cat "$TMPDIR"/same? | grep -c '^HSCL05DE ')" 7
ok "rename" chsyscfg -r lpar -m SYS -i "name=same,new_name=other"
is "the new name is listed" "$(lssyscfg -r lpar -m SYS -F name | tr '\n' ' ')" "lp1 other "
like "an unknown system" "$(lssyscfg -r lpar -m NONE)" '^HSCL8018 '
like "an unknown LPAR" "$(chsysstate -r lpar -m SYS -o on -n none -f default)" '^HSCL8012 '
like "an unknown profile" "$(chsysstate -r lpar -m SYS -o on -n lp1 -f none)" '^HSCL800F '
like "an unknown attribute" "$(chsyscfg -r lpar -m SYS -i name=lp1,colour=red)" 'invalid attribute is colour'
like "an unknown image" "$(chsyscfg -r lpar -m SYS -i name=lp1,boot_image=nothere; \
	chsysstate -r lpar -m SYS -o on -n lp1 -f default)" 'no boot image "nothere"|boot_image'
ok "back to no image" chsyscfg -r lpar -m SYS -i name=lp1,boot_image=none

# States

is "activation is silent" "$(chsysstate -r lpar -m SYS -o on -n lp1 -f default 2>&1)" ""
is "it runs" "$(state lp1)" Running
like "not twice" "$(chsysstate -r lpar -m SYS -o on -n lp1 -f default)" '^HSCL3681 '
like "a running one is not removed" "$(rmsyscfg -r lpar -m SYS -n lp1)" '^HSCL05EA '
ok "its agent is there" wait_for 20 sh -c \
	'[ "$(lssyscfg -r lpar -m SYS --filter lpar_names=lp1 -F rmc_state)" = active ]'
is "a command runs in it" "$(wparcmd -m SYS -p lp1 --wait 10 -- echo hello)" hello
like "its console told of the boot" "$(lsrefcode -r lpar -m SYS -n 20 --filter lpar_names=lp1 -F refcode)" Linux
ok "immediate restart" chsysstate -r lpar -m SYS -o shutdown --immed --restart -n lp1
ok "immediate shutdown" chsysstate -r lpar -m SYS -o shutdown --immed -n lp1
is "it is off" "$(state lp1)" "Not Activated"
like "not twice" "$(chsysstate -r lpar -m SYS -o shutdown --immed -n lp1)" '^HSCL1558 '
like "no osshutdown without an OS" "$(chsysstate -r lpar -m SYS -o osshutdown -n lp1)" '^HSCL(1558|0DB4) '
like "progress is told" "$($v progress lp1)" '"continues": true, "parameters": {"progress": {"lpar": "lp1"'
is "and it runs" "$(state lp1)" Running
$v leave org.lpard.ChangeState \
	'{"resource":"lpar","system":"SYS","lpars":["lp1"],"operation":"shutdown","immediate":true}'
ok "a job goes on without its caller" wait_for 5 is_state lp1 "Not Activated"

for word in deaf nomem nostart busy noagent; do
	mksyscfg -r lpar -m SYS -i "name=$word,$resources"
done
like "no memory" "$(chsysstate -r lpar -m SYS -o on -n nomem -f default)" '^HSCL3205 .*nomem'
is "is Error" "$(state nomem)" Error
like "with a reference code" "$(lsrefcode -r lpar -m SYS --filter lpar_names=nomem -F refcode:word2)" \
	'^[0-9A-F]{8} LP=0000[0-9]:$'
like "an emulator that does not start" "$(chsysstate -r lpar -m SYS -o on -n nostart -f default)" '^HSCL3205 '
ok "Error is left by an immediate shutdown" chsysstate -r lpar -m SYS -o shutdown --immed -n nostart
is "it is" "$(state nostart)" "Not Activated"

ok "a deaf one starts" chsysstate -r lpar -m SYS -o on -n deaf -f default
chsysstate -r lpar -m SYS -o shutdown -n deaf >"$TMPDIR/deaf" 2>&1 &
waiting=$!
sleep 0.5
is "it is shutting down" "$(state deaf)" "Shutting Down"
wait "$waiting"
is "the command gives up" "$?" 1
like "and says so" "$(cat "$TMPDIR/deaf")" 'did not shut down within 2 seconds'
chsysstate -r lpar -m SYS -o shutdown -n deaf >"$TMPDIR/deaf" 2>&1 &
waiting=$!
sleep 0.3
ok "somebody impatient pulls the plug" chsysstate -r lpar -m SYS -o shutdown --immed -n deaf
wait "$waiting"
is "and both are satisfied" "$?" 0

# Terminals

$v hold lp1 >"$TMPDIR/hold" &
holder=$!
ok "the terminal of one that is off" wait_for 5 grep -q parameters "$TMPDIR/hold"
like "only one" "$(timeout 20 mkvterm -m SYS -p lp1 </dev/null)" 'A terminal session is already open'
ok "it is activated" chsysstate -r lpar -m SYS -o on -n lp1
is "rmvterm" "$(rmvterm -m SYS -p lp1)" "Close command sent"
wait "$holder"
like "closes it" "$(cat "$TMPDIR/hold")" '^closed$'
$v hold lp1 >"$TMPDIR/hold" &
holder=$!
ok "the next one has it" wait_for 5 grep -q parameters "$TMPDIR/hold"
kill -9 "$(pgrep -P "$holder" python3 || echo "$holder")"
wait "$holder" 2>/dev/null
sleep 0.2
like "a killed one leaves it free" \
	"$( (sleep 1; printf 'echo\n'; sleep 1) | timeout 20 mkvterm -m SYS -p lp1)" 'Open Completed'
ok "busy starts" chsysstate -r lpar -m SYS -o on -n busy -f default
like "a console that another program has" "$(timeout 20 mkvterm -m SYS -p busy </dev/null)" \
	'A terminal session is already open'
is "its stages are unknown, the LPAR runs" "$(state busy)" Running
is "no error loop" "$(($(grep -c 'lpar=busy console not attached' "$log") <= 3))" 1

# A system that is not there

begin=$SECONDS
like "no connection is said" "$(lssyscfg -r lpar -m DOWN)" 'no connection to the managed system "DOWN"'
is "soon" "$((SECONDS - begin < 8))" 1
is "it has that state" "$(lssyscfg -r sys -m DOWN -F state)" "No Connection"

# The configuration read again, the end, a violent end

config "hmc_version = 10" "[system NEW]
uri = fake:///?lpars=1" >"$conf"
kill -HUP "$pid"
ok "a new system comes with SIGHUP" wait_for 5 lssyscfg -r sys -m NEW
is "the others stay as they are" "$(state lp1)" Running
config "colour = red" "" >"$conf"
kill -HUP "$pid"
sleep 0.3
ok "a wrong configuration changes nothing" lssyscfg -r sys -m NEW
like "but is told" "$(cat "$log")" 'configuration not read again: .*colour'
config "" "" >"$conf"
kill -9 "$pid"
wait "$pid" 2>/dev/null
start
ok "killed and started again it serves" wait_for 5 lssyscfg -r lpar -m MANY
kill "$pid"
wait "$pid"
is "it ends well" "$?" 0
pid=
is "without its socket" "$(ls "$LPARD_SOCKET" 2>/dev/null)" ""
like "each change left its line in the log" "$(cat "$log")" \
	'^20[0-9-]+T[0-9:.]+[+-][0-9]{4} notice job=[0-9]+ peer=0/[0-9]+ user=root Activate system=SYS lpar=lp1 ms=[0-9]+ result=ok$'
unlike "no sanitizer spoke" "$(cat "$log")" 'runtime error|Sanitizer'
done_testing
