#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# subscribe.sh - the list of events as a client gets it, with a real agent behind the LPAR
# timeout: 120
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

export LPARD_SOCKET=$TMPDIR/lpard.sock
conf=$TMPDIR/lpard.conf
v="timeout 60 python3 $PAR_TEST_SOURCE/integration/lpard/varlink.py $LPARD_SOCKET"
pid=

config()
{
	cat <<-END
		socket = $LPARD_SOCKET
		read_group = nogroup
		images = $TMPDIR/images
		[system SYS]
		uri = fake:///?agent=$PAR_TEST_BUILD/wparctl/wparctl
		$1
	END
}

# has FILE WORD... - the words are in the file's lines, in this order
has()
{
	python3 - "$@" <<-'END'
		import sys
		text, at = open(sys.argv[1]).read(), 0
		for word in sys.argv[2:]:
		    found = text.find(word, at)
		    if found < 0:
		        sys.exit(f"{word!r} is not behind the others in:\n{text}")
		    at = found + len(word)
	END
}

trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null' EXIT
mkdir -p "$TMPDIR/images"
config "" >"$conf"
lpard --config "$conf" >"$TMPDIR/log" 2>&1 &
pid=$!
ok "lpard serves" wait_for 10 lssyscfg -r sys -m SYS

like "a call without \"more\" is refused" "$($v call org.lpard.Subscribe)" ExpectedMore
like "an unknown kind is refused" "$($v subscribe 1 '{"events":["x"]}')" 'There is no event \\"x\\"'
like "the interface describes events" \
	"$($v text org.varlink.service.GetInterfaceDescription '{"interface":"org.lpard"}' description)" \
	'^type Event \(number: int, time_ms: int, event: string, '

# The life of an LPAR, as an operator's commands and its guest make it

$v subscribe 60 '{"system":"SYS","lpar":"lp1"}' JobEnded:Remove >"$TMPDIR/one" 2>&1 &
one=$!
setpriv --reuid=65534 --regid=65534 --clear-groups \
	$v subscribe 60 '{"events":["AgentUp","AgentDown"]}' AgentDown >"$TMPDIR/viewer" 2>&1 &
viewer=$!
chmod 755 "$TMPDIR"
ok "both have subscribed" wait_for 10 sh -c "grep -q subscribed $TMPDIR/one && grep -q subscribed $TMPDIR/viewer"
resources=profile_name=default,lpar_env=aixlinux,min_mem=512,desired_mem=1024,max_mem=4096
resources+=,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1
resources+=,max_procs=4,min_proc_units=0.1,desired_proc_units=0.5,max_proc_units=4.0,boot_image=none
ok "make it" mksyscfg -r lpar -m SYS -i "name=lp1,$resources"
ok "activate it" chsysstate -r lpar -m SYS -o on -n lp1 -f default
ok "its agent is there" wait_for 20 grep -q AgentUp "$TMPDIR/one"
ok "shut it down" chsysstate -r lpar -m SYS -o shutdown --immed -n lp1
ok "change it" chsyscfg -r lpar -m SYS -i name=lp1,new_name=lp2
ok "and its name again" chsyscfg -r lpar -m SYS -i name=lp2,new_name=lp1
ok "remove it" rmsyscfg -r lpar -m SYS -n lp1
wait "$one"
wait "$viewer"
ok "state, reference codes, agent and jobs are told in order" has "$TMPDIR/one" \
	JobStarted:Create 'LparAdded:Not Activated' JobEnded:Create:ok \
	JobStarted:Activate State:Starting Boot Refcode State:Running AgentUp \
	JobStarted:ShutdownImmediate 'State:Not Activated' \
	JobEnded:ShutdownImmediate:ok JobStarted:Change JobEnded:Change:ok \
	JobStarted:Remove LparRemoved JobEnded:Remove:ok
ok "the agent goes with its guest" has "$TMPDIR/one" JobStarted:ShutdownImmediate AgentDown \
	JobStarted:Change
ok "the activation ends well" has "$TMPDIR/one" JobStarted:Activate JobEnded:Activate:ok
is "a viewer gets what it asked for" "$(cut -d: -f1 "$TMPDIR/viewer" | tr '\n' ' ')" \
	"subscribed AgentUp AgentDown "

# Systems come and go

$v subscribe 60 '{"events":["SystemAdded","SystemUp","SystemRemoved"]}' SystemRemoved >"$TMPDIR/systems" 2>&1 &
systems=$!
ok "subscribed" wait_for 10 grep -q subscribed "$TMPDIR/systems"
config "[system NEW]
uri = fake:///" >"$conf"
kill -HUP "$pid"
ok "a system is added" wait_for 10 grep -q SystemUp "$TMPDIR/systems"
config "" >"$conf"
kill -HUP "$pid"
wait "$systems"
is "and removed" "$(cut -d: -f1 "$TMPDIR/systems" | tr '\n' ' ')" \
	"subscribed SystemAdded SystemUp SystemRemoved "

# Clients that do not read, or go

$v subscribe-slow 300 >"$TMPDIR/slow" 2>&1
like "who reads late finds each event, or how many are missing where" "$(cat "$TMPDIR/slow")" \
	'^all [0-9]+ accounted for, [0-9]+ lost$'
for _ in 1 2 3; do
	$v subscribe 60 '{}' never >"$TMPDIR/killed" 2>&1 &
	killed=$!
	wait_for 10 grep -q subscribed "$TMPDIR/killed"
	kill -9 "$(pgrep -P "$killed" python3 || echo "$killed")"
	wait "$killed" 2>/dev/null
done
ok "lpard serves on" lssyscfg -r sys -m SYS
kill "$pid"
wait "$pid"
is "and ends well" "$?" 0
pid=
unlike "no sanitizer spoke" "$(cat "$TMPDIR/log")" 'runtime error|Sanitizer'
done_testing
