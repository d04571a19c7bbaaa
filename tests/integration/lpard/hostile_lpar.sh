#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hostile_lpar.sh - wparcmd and lpard against an LPAR whose agent hangs, lies or sends evil texts
# timeout: 180
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

export LPARD_SOCKET=$TMPDIR/lpard.sock
export HOSTILE_MODE=$TMPDIR/mode
echo silent >"$HOSTILE_MODE"
cat >"$TMPDIR/lpard.conf" <<-END
	socket = $LPARD_SOCKET
	images = $TMPDIR/images
	log_level = debug
	[system SYS]
	uri = fake:///?agent=$PAR_TEST_SOURCE/integration/lpard/hostile_agent.py
END
mkdir "$TMPDIR/images"
lpard --config "$TMPDIR/lpard.conf" >"$TMPDIR/log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null' EXIT
wait_for 10 lssyscfg -r sys -m SYS
data=name=evil,profile_name=default,lpar_env=aixlinux,min_mem=512,desired_mem=1024,max_mem=4096
data+=,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1,max_procs=4
data+=,min_proc_units=0.1,desired_proc_units=0.5,max_proc_units=4.0,boot_image=none
ok "an LPAR" mksyscfg -r lpar -m SYS -i "$data"
ok "starts" chsysstate -r lpar -m SYS -o on -n evil -f default
active()
{
	[ "$(lssyscfg -r lpar -m SYS -F rmc_state)" = active ]
}
ok "its agent says hello" wait_for 20 active

# What is not harmless in a text: C0 but line breaks, DEL, C1, marks of direction, separators.
evil()
{
	LC_ALL=C.UTF-8 grep -qP '[\x00-\x08\x0b-\x1f\x7f-\x9f\x{61c}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}]'
}
ok "the test itself knows evil text" evil <<<$'a\u202eb'
lssyscfg -r lpar -m SYS >"$TMPDIR/list"
like "what the agent says of its system is listed" "$(cat "$TMPDIR/list")" 'os_version=Linux/'
fails "without anything that a terminal obeys" evil <"$TMPDIR/list"
fails "nor is there in the log" evil <"$TMPDIR/log"

echo error >"$HOSTILE_MODE"
timeout 20 wparcmd -m SYS -p evil -n -- true >"$TMPDIR/out" 2>&1
is "an agent's error" "$?" 255
is "is bounded" "$(($(wc -c <"$TMPDIR/out") < 1100))" 1
like "is shown" "$(cat "$TMPDIR/out")" '^wparcmd: \?2J\?\?\?\?\?\?\[31mmmm'
fails "and harmless" evil <"$TMPDIR/out"

# seconds COMMAND... - how long it takes, and its status in $status
seconds()
{
	local begin
	begin=$(date +%s%N)
	"$@" >"$TMPDIR/out" 2>&1 </dev/null
	status=$?
	took=$((($(date +%s%N) - begin) / 1000000))
}

# What it says of its WPARs, in the table for people and in JSON.
for mode in wpars many deep half silent endless; do
	echo "$mode" >"$HOSTILE_MODE"
	for form in "" --json; do
		seconds timeout 60 hmc status -m SYS $form
		is "$mode: hmc status $form shows the rest" "$status $(grep -c '"\?evil"\?' "$TMPDIR/out")" "0 1"
		is "$mode: hmc status $form is bounded" "$(($(wc -c <"$TMPDIR/out") < 150000 && took < 20000))" 1
		fails "$mode: and harmless" evil <"$TMPDIR/out"
	done
	jq -e . <"$TMPDIR/out" >/dev/null || tap_note "$(cat "$TMPDIR/out")"
	is "$mode: the JSON is one" "$(jq -r '.[0].lpars[0].name' <"$TMPDIR/out")" evil
done
echo wpars >"$HOSTILE_MODE"
seconds hmc status -m SYS
like "wpars: they are shown" "$(cat "$TMPDIR/out")" '^ +n{200}'
is "wpars: a name has no more than its cell, and its line" "$(awk 'length > 700' "$TMPDIR/out")" ""
# Out of step after half a frame: it says hello again when lpard asks.
ok "its agent answers again" wait_for 30 active

# A call that is never answered.
echo silent >"$HOSTILE_MODE"
seconds timeout 60 wparcmd -m SYS -p evil --wait 2 -n -- true
is "--wait bounds an answer that never comes" "$status $(cat "$TMPDIR/out")" \
	"255 wparcmd: the agent of the LPAR 'evil' does not answer"
is "within its time" "$((took >= 1900 && took < 6000))" 1
seconds timeout 2 wparcmd -m SYS -p evil -n -- true
is "timeout ends a call that hangs" "$status" 124
is "at once" "$((took < 5000))" 1

# A command that never ends: the LPAR takes no notice of signals.
for mode in endless flood; do
	echo "$mode" >"$HOSTILE_MODE"
	seconds timeout 2 wparcmd -m SYS -p evil -n -- true
	is "$mode: timeout ends it" "$status" 124
	is "$mode: soon" "$((took < 11000))" 1
	for signals in "HUP" "INT INT" "TERM TERM" "INT TERM" "QUIT INT"; do
		# In an interactive shell INT and QUIT are not ignored.
		env --default-signal=INT,QUIT wparcmd -m SYS -p evil -n -- true >/dev/null 2>&1 &
		job=$!
		wait_for 10 grep -q '^SigCgt' "/proc/$job/status"
		sleep 1
		begin=$(date +%s%N)
		for signal in $signals; do
			begin=$(date +%s%N)
			kill -s "$signal" "$job"
			sleep 0.2
		done
		wait "$job" 2>/dev/null
		is "$mode: $signals ends it, by the last signal" "$?" \
			"$((128 + $(kill -l "$signal")))"
		is "$mode: $signals: within 3 s" \
			"$((($(date +%s%N) - begin) / 1000000 < 3000))" 1
	done
done
ok "lpard serves on" lssyscfg -r sys -m SYS
like "and holds no command of the clients that went" "$(ls "/proc/$pid/fd" | wc -l)" '^[0-9]{1,2}$'
unlike "no sanitizer spoke" "$(cat "$TMPDIR/log")" 'runtime error|Sanitizer'
done_testing
