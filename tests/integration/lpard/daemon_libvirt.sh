#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# daemon_libvirt.sh - lpard over a real libvirt: killed, restarted under, changed behind its back
# needs: libvirt
# timeout: 240
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"
# shellcheck source=tests/integration/serve.sh
. "$PAR_TEST_SOURCE/integration/serve.sh"
. "$PAR_TEST_SOURCE/integration/small_image.sh"

configure "images = $TMPDIR/images" 'default_image = small' 'log_level = debug' 'shutdown_wait_s = 20'

image 400000000
start
ok "an LPAR is made" mksyscfg -r lpar -m SYS -i "name=lp1,$resources"
ok "another, without an image" mksyscfg -r lpar -m SYS -i "name=lp2,boot_image=none,$resources"
is "both are domains" "$(virsh -q list --all --name | sed '/^$/d' | sort | tr '\n' ' ')" "lp1 lp2 "

# Killed in the middle of an activation

on lp1 -f default >/dev/null 2>&1 &
sleep 0.2
kill_lpard
wait $! 2>/dev/null
start
ok "killed while it uploads: the LPAR is there" wait_for 5 is_state lp1 "Not Activated"
ok "and the same command repairs it" on lp1 -f default
is "it runs" "$(state lp1)" Running
is "nothing half-made is left" "$(virsh -q vol-list lpard | awk '{ print $1 }' | grep -v -e vmlinux -e root | wc -l)" 0
kill_lpard
start
ok "killed while it runs: found running" wait_for 5 is_state lp1 Running
is "with what it was given" "$(lshwres -r mem -m SYS --level lpar --filter lpar_names=lp1 -F curr_mem:run_mem)" 256:256

# The console

unread()
{
	ss -x | awk '/org\.lpard\.agent\.0/ && $3 + $4 > 0'
}
ok "open firmware" on lp2 -f default -b of
ok "is its state" wait_for 120 is_state lp2 "Open Firmware"
like "with its reference code" "$(lsrefcode -r lpar -m SYS --filter lpar_names=lp2 -F refcode)" AA00E158
like "the terminal is the real console" \
	"$( (sleep 2; printf '1 2 + .\r'; sleep 2) | timeout 30 mkvterm -m SYS -p lp2)" '3 *ok'
kill_lpard
(sleep 6) | timeout 6 script -qec "virsh console lp2" /dev/null >/dev/null 2>&1 &
virsh_console=$!
sleep 1
start
like "held by virsh it is in use" "$(timeout 20 mkvterm -m SYS -p lp2 </dev/null)" 'already open'
is "the LPAR is still served" "$(state lp2)" Running
wait "$virsh_console"
is "there is no error loop" "$(($(grep -c 'lpar=lp2 console not attached' "$log") <= 3))" 1

# libvirtd 11 would hang when such a guest ends.
is "nothing was sent to ports that nobody in a guest has opened" "$(unread)" ""

# Behind its back

ok "destroyed" timeout 20 virsh -q destroy lp2
ok "destroyed by virsh" wait_for 5 is_state lp2 "Not Activated"
virsh -q start lp2
ok "started by virsh" wait_for 5 is_state lp2 Running
off lp2
virsh -q domrename lp2 lp3
ok "renamed by virsh" wait_for 5 is_state lp3 "Not Activated"
virsh -q domrename lp3 'x,y'
ok "and to a name that mksyscfg would refuse" wait_for 5 sh -c \
	'[ "$(lssyscfg -r lpar -m SYS -F lpar_id:name | grep ,)" = 2:x,y ]'
ok "it can be changed" chsyscfg -r lpar -m SYS -i lpar_id=2,description=odd
ok "and read again" chsyscfg -r lpar -m SYS -i lpar_id=2,new_name=lp3
is "with a better name" "$(lssyscfg -r lpar -m SYS --filter lpar_ids=2 -F name:description)" lp3:odd
virsh -q dumpxml lp3 | sed 's/<name>.*</<name>copy</; /<uuid>/d; /<mac /d' >"$TMPDIR/copy.xml"
virsh -q define "$TMPDIR/copy.xml" >/dev/null
ok "a copy made by virsh is listed" wait_for 5 is_state copy "Not Activated"
like "an id that two have names neither" "$(rmsyscfg -r lpar -m SYS --id 2)" '^HSCL8011 .*more than one'
ok "a name does" rmsyscfg -r lpar -m SYS -n copy
ok "then the id is one's again" chsyscfg -r lpar -m SYS -i lpar_id=2,description=
virsh -q undefine --nvram lp3 2>/dev/null || virsh -q undefine lp3
ok "undefined by virsh" wait_for 5 sh -c '! lssyscfg -r lpar -m SYS -F name | grep -qx lp3'
virsh -q dumpxml lp1 | sed '/<metadata>/,/<\/metadata>/d; s/<name>.*</<name>foreign</; /<uuid>/d; /<mac /d' >"$TMPDIR/foreign.xml"
virsh -q define "$TMPDIR/foreign.xml" >/dev/null
sleep 0.5
is "a foreign domain is not shown" "$(lssyscfg -r lpar -m SYS -F name)" lp1
like "and its name is taken" "$(mksyscfg -r lpar -m SYS -i "name=foreign,$resources")" 'foreign'
is "nothing is left of that" "$(lssyscfg -r lpar -m SYS -F name)" lp1
virsh -q undefine foreign

# libvirtd goes and comes

kill -9 "$(cat /run/libvirtd.pid)"
ok "no connection" wait_for 5 sh -c '[ "$(lssyscfg -r sys -F state)" = "No Connection" ]'
sleep 5
begin=$SECONDS
like "commands say so" "$(off lp1)" 'no connection to the managed system "SYS"'
is "at once" "$((SECONDS - begin < 2))" 1
libvirtd_again
ok "it is back by itself" wait_for 15 is_state lp1 Running
kill -9 "$(cat /run/libvirtd.pid)"
libvirtd_again
is "a command typed while it restarts waits" "$(lssyscfg -r lpar -m SYS -F name:state)" lp1:Running
emulator=$(pgrep -f 'guest=lp1,')
kill -STOP "$emulator"
kill -9 "$(cat /run/libvirtd.pid)"
libvirtd_again
ok "an emulator that hangs does not hold up the listing" wait_for 8 lssyscfg -r lpar -m SYS
kill -CONT "$emulator"
ok "it goes on" wait_for 15 is_state lp1 Running
ok "and works" off lp1

# libvirt keeps its locks of consoles and channels there; without the folder it opens none.
# lpard says why, in libvirt's words.

mv /run/lock /run/lock.away
ok "an LPAR without its streams starts" on lp1 -f default
refused='"lp1": .*lock file.*No such file or directory'
like "a console that cannot be opened: libvirt's reason" \
	"$(timeout 20 mkvterm -m SYS -p lp1 2>&1 </dev/null)" "could not open the console .*$refused"
like "so with the agent's channel" "$(timeout 20 wparcmd -m SYS -p lp1 --wait 2 -- true 2>&1)" \
	"no agent answers in the LPAR 'lp1': could not open the agent's channel .*$refused"
is "it is logged once, however often it is tried" \
	"$(grep "lpar=lp1 could not open the agent's channel" "$log" | sort | uniq -d)" ""
mv /run/lock.away /run/lock
ok "when the cause is gone the channel is opened" wait_for 20 sh -c \
	'wparcmd -m SYS -p lp1 -- true 2>&1 | grep -q "LPAR .lp1.\$"'
ok "off with it" off lp1

# Failures

rmsyscfg -r lpar -m SYS -n lp1
mksyscfg -r lpar -m SYS -i "name=lp1,$resources"
printf x | dd of="$TMPDIR/images/small/root.img" conv=notrunc bs=1 seek=1000 2>/dev/null
for vol in $(virsh -q vol-list lpard | awk '{ print $1 }' | grep -v qcow2); do
	virsh -q vol-delete "$vol" lpard
done
like "a damaged image" "$(on lp1 -f default)" '^HSCL3205 .*(damaged|SHA-256)'
is "is Error" "$(state lp1)" Error
is "and leaves nothing" "$(virsh -q vol-list lpard | awk '{ print $1 }' | grep root.img | wc -l)" 0
kill_lpard
start
is "kept over a restart" "$(state lp1)" Error
like "with its reference code" "$(lsrefcode -r lpar -m SYS -F refcode)" '^[0-9A-F]{8}'
image 30000000
ok "a good one starts again" on lp1 -f default
is "it runs" "$(state lp1)" Running
kill "$pid"
wait "$pid"
is "lpard ends well" "$?" 0
is "the LPAR runs on" "$(virsh -q domstate lp1)" running
start
ok "and is ended by the next" off lp1
ok "removed" rmsyscfg -r lpar -m SYS -n lp1
is "with its disk" "$(virsh -q vol-list lpard | grep -c qcow2)" 0
is "nothing is defined" "$(virsh -q list --all --name | sed '/^$/d')" ""
unlike "no sanitizer spoke" "$(cat "$log")" 'runtime error|Sanitizer'
done_testing
