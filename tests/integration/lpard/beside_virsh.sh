#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# beside_virsh.sh - LPARs that are saved, paused, damaged or hung behind lpard's back, and crash
# needs: libvirt
# timeout: 300
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"
# shellcheck source=tests/integration/serve.sh
. "$PAR_TEST_SOURCE/integration/serve.sh"

resources+=,boot_image=none
namespace=https://lpard.org/xmlns/lpar/1

configure 'log_level = debug' 'shutdown_wait_s = 20'

# on NAME... - to Open Firmware's prompt, which needs no image
on()
{
	timeout 60 chsysstate -r lpar -m SYS -o on -f default -b of -n "$@"
}

available()
{
	lshwres -r mem -m SYS --level sys -F curr_avail_sys_mem
}

# emulator NAME - the pid of its qemu, in this frame
emulator()
{
	pgrep -f "guest=$1,"
}

# milliseconds COMMAND... - how long it takes; it must succeed
milliseconds()
{
	local begin
	begin=$(date +%s%N)
	"$@" >/dev/null || { echo 999999; return; }
	echo $((($(date +%s%N) - begin) / 1000000))
}

start
for name in lp1 lp2 lp3; do
	make "$name"
done

# A saved LPAR

on lp1
virsh -q managedsave lp1
ok "saved by virsh it is Suspended" wait_for 10 is_state lp1 Suspended
saved=$(virsh -q list --all --with-managed-save --name)
like "a profile would begin it anew: refused" "$(on lp1)" '^HSCL05DF .*lp1.*--force'
like "so does a boot mode" "$(chsysstate -r lpar -m SYS -o on -b of -n lp1)" '^HSCL05DF .*--force'
like "it is not removed" "$(rmsyscfg -r lpar -m SYS -n lp1)" '^HSCL05EA .*Suspended.*--force'
like "nor given another profile" "$(chsyscfg -r lpar -m SYS -o apply -p lp1)" '^HSCL05EA .*Suspended'
like "nor another name" "$(chsyscfg -r lpar -m SYS -i name=lp1,new_name=lp9)" '^HSCL05EA .*Suspended'
like "nor pressed the button of" "$(chsysstate -r lpar -m SYS -o shutdown -n lp1)" '^HSCL1558 .*Suspended'
is "its memory is still saved" "$(virsh -q list --all --with-managed-save --name)" "$saved"
ok "without -f it goes on" timeout 60 chsysstate -r lpar -m SYS -o on -n lp1
is "is Running" "$(state lp1 | sed 's/Open Firmware/Running/')" Running
is "from its saved memory" "$(virsh -q list --all --with-managed-save --name | sed '/^$/d')" ""
virsh -q managedsave lp1
wait_for 10 is_state lp1 Suspended
kill_lpard
start
is "it is Suspended for a new lpard, too" "$(state lp1)" Suspended
virsh -q managedsave-remove lp1
ok "the save removed by virsh: Not Activated" wait_for 10 is_state lp1 "Not Activated"
on lp1
virsh -q managedsave lp1
wait_for 10 is_state lp1 Suspended
ok "dropped on purpose" off lp1
is "is Not Activated" "$(state lp1)" "Not Activated"
is "and nothing is saved" "$(virsh -q list --all --with-managed-save --name | sed '/^$/d')" ""
on lp1
virsh -q managedsave lp1
wait_for 10 is_state lp1 Suspended
ok "begun anew by force" on lp1 --force
virsh -q managedsave lp1
wait_for 10 is_state lp1 Suspended
ok "removed by force" rmsyscfg -r lpar -m SYS -n lp1 --force
is "with what was saved" "$(find /var/lib/libvirt/qemu/save -type f 2>/dev/null | wc -l)" 0
make lp1

# A paused one

on lp1
virsh -q suspend lp1
ok "paused by virsh it is Suspended" wait_for 5 is_state lp1 Suspended
is "with its memory" "$(lshwres -r mem -m SYS --level lpar --filter lpar_names=lp1 -F run_mem)" 256
like "on says so" "$(on lp1)" '^HSCL3681 .*Suspended'
like "and rmsyscfg" "$(rmsyscfg -r lpar -m SYS -n lp1)" '^HSCL05EA .*Suspended'
like "the button is not pressed in vain" "$(chsysstate -r lpar -m SYS -o shutdown -n lp1)" \
	'^HSCL05DF .*Suspended.*--immed'
ok "the plug is pulled" off lp1
is "which ends it" "$(state lp1)" "Not Activated"

# One that crashed

on lp1
kill -9 "$(emulator lp1)"
ok "its emulator killed it is Error" wait_for 10 is_state lp1 Error
is "with a reference code that says so" "$(lsrefcode -r lpar -m SYS --filter lpar_names=lp1 -F refcode)" B700F104
like "the button is refused with a number" "$(chsysstate -r lpar -m SYS -o shutdown -n lp1)" '^HSCL1558 .*Error'
is "powering it off is silent" "$(off lp1 2>&1)" ""
is "and leaves Error" "$(state lp1)" "Not Activated"
like "the next time says that it is off" "$(off lp1)" '^HSCL1558 .*Not Activated'
kill_lpard
start
is "a new lpard knows that Error was left" "$(state lp1)" "Not Activated"
on lp1
kill -9 "$(emulator lp1)"
ok "the next crash is Error again" wait_for 10 is_state lp1 Error
ok "and is left by activating it" on lp1
off lp1
is "all that are off give one answer" "$(off lp1 | sed s/lp1/lp2/)" "$(off lp2)"

# Metadata that cannot be read

free=$(available)
on lp1
is "what runs is used" "$((free - $(available)))" 256
uuid=$(virsh -q domuuid lp1)
for damage in '<lpar/>' '<lpar version="99"/>' '<other/>' \
	'<lpar version="1"><partition><attribute name="lpar_id">1</attribute></partition></lpar>'; do
	virsh -q metadata lp1 "$namespace" --key lpard --set "$damage" --config --live
	ok "damaged by $damage: Not Available while it runs" wait_for 5 is_state lp1 "Not Available"
	is "it has its UUID" "$(lssyscfg -r lpar -m SYS --filter lpar_names=lp1 -F uuid)" "${uuid^^}"
	is "its memory is used" "$((free - $(available)))" 256
	kill_lpard
	start
	is "so it is for a new lpard" "$(state lp1),$((free - $(available)))" "Not Available,256"
done
like "it cannot be changed" "$(chsyscfg -r lpar -m SYS -i name=lp1,description=x)" '^HSCL05DF .*lp1.*damaged'
like "nor removed" "$(rmsyscfg -r lpar -m SYS -n lp1)" '^HSCL05EA .*Not Available'
is "nor is its id given away" "$(make lp4; lssyscfg -r lpar -m SYS --filter lpar_names=lp4 -F lpar_id)" 4
ok "it is shut down" off lp1
is "it is Error then" "$(state lp1)" Error
like "it is not activated" "$(on lp1)" '^HSCL05DF .*damaged'
ok "and removed" rmsyscfg -r lpar -m SYS -n lp1
is "gone" "$(virsh -q list --all --name | grep -cx lp1)" 0
long=$TMPDIR/long.xml
{
	virsh -q dumpxml lp4 | sed '/<lpard:profile>/,$d'
	for ((i = 0; i < 20000; i++)); do
		echo "<lpard:profile><lpard:attribute name='name'>p$i</lpard:attribute></lpard:profile>"
	done
	virsh -q dumpxml lp4 | sed -n '/<\/lpard:lpar>/,$p'
} >"$long"
virsh -q define "$long" >/dev/null
ok "metadata that is too long: Error" wait_for 5 is_state lp4 Error
ok "removed, too" rmsyscfg -r lpar -m SYS -n lp4
make lp1

# What runs beside LPARs

free=$(available)
virsh -q dumpxml lp1 | sed '/<metadata>/,/<\/metadata>/d; s/<name>.*</<name>foreign</; /<uuid>/d; /<mac /d' >"$TMPDIR/foreign.xml"
virsh -q define "$TMPDIR/foreign.xml" >/dev/null
is "a foreign domain that is off takes nothing" "$(available)" "$free"
virsh -q start foreign
taken()
{
	[ "$(available)" -lt "$free" ]
}
ok "one that runs takes its memory" wait_for 5 taken
kill_lpard
start
ok "for a new lpard, too" taken
virsh -q destroy foreign
returned()
{
	[ "$(available)" = "$free" ]
}
ok "and gives it back" wait_for 5 returned
virsh -q undefine foreign

# An emulator that hangs while its LPAR is activated

stop_emulator()
{
	local until=$((SECONDS + 20)) qemu
	while [ $SECONDS -lt $until ]; do
		qemu=$(emulator "$1") && kill -STOP "$qemu" && return
	done
}
# What others' changes take without that: the machine may be busy.
calm=0
for change in "chsyscfg -r lpar -m SYS -i name=lp2,description=0" "make new0" "on lp2" "off lp2" \
	"rmsyscfg -r lpar -m SYS -n new0"; do
	# shellcheck disable=SC2086 # words
	calm=$((calm + $(milliseconds $change)))
done
ok "each of them works (in $calm ms)" test "$calm" -lt 100000
stop_emulator lp1 &
on lp1 >"$TMPDIR/on.out" &
activation=$!
sleep 2
is "it hangs" "$(state lp1),$(kill -0 "$activation" && echo on)" "Starting,on"
for i in 1 2 3; do
	is "others are changed meanwhile ($i)" "$(($(milliseconds chsyscfg -r lpar -m SYS -i "name=lp2,description=$i") < 3000 + calm))" 1
	is "made" "$(($(milliseconds make "new$i") < 3000 + calm))" 1
	is "activated" "$(($(milliseconds on lp2) < 4500 + calm))" 1
	is "shut down" "$(($(milliseconds off lp2) < 3000 + calm))" 1
	is "removed" "$(($(milliseconds rmsyscfg -r lpar -m SYS -n "new$i") < 3000 + calm))" 1
done
like "a second activation is refused" "$(on lp1)" '^HSCL05DF Another operation .Activate. on the partition named lp1'
# libvirt asks a process to end for ten seconds before it kills it.
is "but the plug wins" "$(($(milliseconds off lp1) < 20000))" 1
wait "$activation"
is "the activation has failed" "$?" 1
like "and says why" "$(cat "$TMPDIR/on.out")" '^HSCL05DF The activation of the partition named lp1 was ended'
is "without Error" "$(state lp1)" "Not Activated"
is "no emulator is left" "$(emulator lp1)" ""
ok "and can be done again" on lp1

# The same with one that hangs later

kill -STOP "$(emulator lp1)"
is "others are changed while a running one hangs" "$(($(milliseconds chsyscfg -r lpar -m SYS -i name=lp2,description=x) < 3000))" 1
chsysstate -r lpar -m SYS -o shutdown --restart -n lp1 >/dev/null &
restart=$!
sleep 1
is "the plug wins over a restart" "$(($(milliseconds off lp1) < 20000))" 1
wait "$restart"
is "which fails" "$?" 1
is "it is off" "$(state lp1)" "Not Activated"

# Nobody has asked libvirt for this LPAR since its emulator hangs.
on lp1
kill -STOP "$(emulator lp1)"
is "the plug is the first that is pulled" "$(($(milliseconds timeout 30 chsysstate -r lpar -m SYS \
	-o shutdown --immed -n lp1) < 20000))" 1
is "it is off" "$(state lp1)" "Not Activated"
on lp1
kill -STOP "$(emulator lp1)"
kill_lpard
start
is "a new lpard lists a system with one that hangs" "$(timeout 20 lssyscfg -r lpar -m SYS \
	--filter lpar_names=lp1 -F state)" Running
ok "and pulls its plug" off lp1

# A network that libvirt does not have

mksyscfg -r lpar -m SYS -i "name=wired,$resources,virtual_eth_adapters=4/0/1//0/1"
like "an adapter without a network says what to do" "$(on wired)" \
	'^HSCL3205 .* The LPAR has virtual Ethernet adapters, and libvirt has no network "default" .*network='
off wired
rmsyscfg -r lpar -m SYS -n wired

# A profile that wishes for far more memory than the machine has

mksyscfg -r lpar -m SYS -i "name=huge,${resources/max_mem=512/max_mem=9437184}"
is "starts as quickly as others" "$(($(milliseconds on huge) < 15000))" 1
is "its maximum is as wished" "$(lshwres -r mem -m SYS --level lpar --filter lpar_names=huge -F curr_max_mem)" 9437184
off huge
rmsyscfg -r lpar -m SYS -n huge

stop_emulator lp1 &
on lp1 >/dev/null &
sleep 2
kill "$pid"
begin=$SECONDS
wait "$pid"
is "lpard ends while an activation hangs" "$((SECONDS - begin <= 6))" 1
kill -CONT "$(emulator lp1)"
start
ok "the LPAR is there for the next" wait_for 30 off lp1

# lpard is killed within an activation, which has no end then

stop_emulator lp1 &
on lp1 >/dev/null &
sleep 2
kill_lpard
kill -CONT "$(emulator lp1)"
start
like "what was under way is in the journal" "$(lssvcevents -t console -F result,text)" \
	'^interrupted,"?User name root: Activate of the partition lp1 on the managed system SYS was interrupted: '
ok "the LPAR is there for the next, too" wait_for 30 off lp1
unlike "no sanitizer spoke" "$(cat "$log")" 'runtime error|Sanitizer'
done_testing
