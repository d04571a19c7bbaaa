#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# power.sh - an LPAR's states from its definition to its removal, and its listings on the way
# lpar: none
# timeout: 240
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
LPAR=p1

state_is()
{
	[ "$(lpar_state)" = "$1" ]
}
refcode()
{
	lsrefcode -r lpar -m "$SYS" --filter "lpar_names=$LPAR" -F refcode
}

ok "mksyscfg" mksyscfg -r lpar -m "$SYS" -i "$(lpar_attributes p1 current)"
is "Not Activated" "$(lpar_state)" "Not Activated"
is "its memory is 0 until a profile is applied" \
	"$(lshwres -r mem -m "$SYS" --level lpar --filter lpar_names=p1 -F curr_mem)" 0
fails "it cannot go on without a profile yet" chsysstate -r lpar -m "$SYS" -o on -n p1
out=$(chsysstate -r lpar -m "$SYS" -o on -n p1 -f default)
is "on" "$?$out" 0
ok "it runs" wait_for 10 state_is Running
is "its memory is what the profile says" \
	"$(lshwres -r mem -m "$SYS" --level lpar --filter lpar_names=p1 -F curr_min_mem,curr_mem,curr_max_mem)" \
	512,1024,2048
unlike "a booting LPAR has a reference code" "$(refcode)" '^$'
fails "an active one is not removed" rmsyscfg -r lpar -m "$SYS" -n p1
ok "the agent answers" wparcmd -m "$SYS" -p p1 --wait "$(patience 60)" -- true
like "booted: Linux, or nothing" "$(refcode)" '^$|Linux'
boot=$(in_lpar cat /proc/sys/kernel/random/boot_id)

ok "osshutdown --restart" chsysstate -r lpar -m "$SYS" -o osshutdown --restart -n p1
sleep 2
ok "it comes back" wparcmd -m "$SYS" -p p1 --wait "$(patience 90)" -- true
unlike "as a new boot" "$(in_lpar cat /proc/sys/kernel/random/boot_id)" "^$boot\$"
ok "osshutdown" chsysstate -r lpar -m "$SYS" -o osshutdown -n p1
ok "it is off" wait_for 60 state_is "Not Activated"
ok "on again, by its current configuration" chsysstate -r lpar -m "$SYS" -o on -n p1
ok "shutdown --immed" chsysstate -r lpar -m "$SYS" -o shutdown --immed -n p1
ok "off again" wait_for 20 state_is "Not Activated"
out=$(wparcmd -m "$SYS" -p p1 -- true 2>&1)
is "a command in an LPAR that is off fails at once" $? 255
unlike "with a word" "$out" '^$'
ok "rmsyscfg" rmsyscfg -r lpar -m "$SYS" -n p1
is "no domain is left" "$(virsh -q -c qemu:///system list --all --name | grep -cx p1)" 0
is "and no disk" "$(virsh -q -c qemu:///system vol-list lpard | grep -c -- '-root.qcow2')" 0
done_testing
