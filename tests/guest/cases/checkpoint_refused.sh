#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint_refused.sh - what cannot be checkpointed is named and runs on; a checkpoint that was
# changed, or asks for more than it may, leaves nothing; killed commands are repaired
# lpar: current
# timeout: 600
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
wpar=cp2
state=/var/tmp/cp2.state
trap 'in_lpar pkill -x whole; in_lpar rmwpar -F $wpar >/dev/null 2>&1; in_lpar rm -rf $state $state.2 $state.3' EXIT

# state_is LETTER
state_is()
{
	[ "$(in_lpar lswpar -c -q -a state $wpar)" = "$1" ]
}

like "an application workload partition has none" "$(in_lpar wparexec -n cp3 -c -- /bin/true 2>&1)" 'with type "application" there can be no checkpoint'
like "nor has one with a device" "$(in_lpar mkwpar -n cp3 -c -D devname=/dev/vda 2>&1)" 'with device "/dev/vda" there can be no checkpoint'
ok "mkwpar" in_lpar mkwpar -n $wpar -S privs+=PV_NET_RAWSOCK
ok "startwpar" in_lpar startwpar $wpar
lpar_push "$PAR_GUEST_HELPERS/whole" /wpars/$wpar/tmp/whole

# What would not come along
in_lpar clogin $wpar -- sleep 600 >/dev/null 2>&1 &
session=$!
wait_for 60 in_lpar pgrep -f 'sleep 600'
like "a session is named" "$(in_lpar chkptwpar -k -d $state.2 $wpar 2>&1)" \
	'process [0-9]* \(sleep\) came in by clogin.*end that session'
ok "and it runs on" state_is A
in_lpar pkill -f 'sleep 600'
wait "$session"
ok "a message queue" in_lpar clogin $wpar -- sh -c 'exec setsid /tmp/whole queue </dev/null >/dev/null 2>&1 &'
wait_for 60 in_lpar pgrep -f 'whole queue'
like "is named, too" "$(in_lpar chkptwpar -k -d $state $wpar 2>&1)" \
	'process [0-9]* \(whole\) has the POSIX message queue'
ok "and it runs on" state_is A
in_lpar pkill -x whole
lpar_push "$PAR_GUEST_HELPERS/loose" /wpars/$wpar/tmp/loose
ok "it is removed" in_lpar clogin $wpar -- /tmp/loose unqueue /whole
ok "chkptwpar -k" in_lpar chkptwpar -k -d $state $wpar

# A checkpoint that was changed, or is of another definition
in_lpar sh -c "cp -a $state $state.2; touch \$(echo $state.2/images.*)/extra.img"
like "a file that was put there" "$(in_lpar restartwpar -d $state.2 $wpar 2>&1)" "extra.img' is no file of the checkpoint"
in_lpar sh -c "rm $state.2/images.*/extra.img; printf x | dd of=\$(ls $state.2/images.*/pages-1.img) bs=1 seek=100 conv=notrunc 2>/dev/null"
like "a byte that was changed" "$(in_lpar restartwpar -d $state.2 $wpar 2>&1)" "pages-1.img' is not as it was when the checkpoint was taken"
in_lpar sh -c "rm $state.2/manifest.json"
like "without its manifest" "$(in_lpar restartwpar -d $state.2 $wpar 2>&1)" 'holds no checkpoint'
in_lpar chmod 777 $state
like "a folder that is not root's alone" "$(in_lpar restartwpar -d $state $wpar 2>&1)" "is not root's alone"
in_lpar chmod 700 $state
ok "chwpar -h" in_lpar chwpar -h other $wpar
like "another definition" "$(in_lpar restartwpar -d $state $wpar 2>&1)" 'specification +failed'
ok "chwpar -h back" in_lpar chwpar -h $wpar $wpar

# Its privileges were taken away meanwhile, and its manifest was changed to say so.
ok "chwpar -K -S" in_lpar chwpar -K -S $wpar
like "of other privileges" "$(in_lpar restartwpar -d $state $wpar 2>&1)" 'specification +failed'
in_lpar sh -c "rm -rf $state.2; cp -a $state $state.2"
in_lpar sed -i -f /dev/stdin $state.2/manifest.json <<'END'
s/\\tprivs = \\"+PV_NET_RAWSOCK\\"\\n//
END
like "that it says it has not" "$(in_lpar restartwpar -d $state.2 $wpar 2>&1)" \
	'the checkpoint is refused, and nothing of it runs: process [0-9]* .*capabilities'
ok "nothing is left of those" state_is D
is "not even a group" "$(in_lpar ls -d /sys/fs/cgroup/wpars/$wpar 2>/dev/null)" ""
ok "chwpar -S" in_lpar chwpar -S privs+=PV_NET_RAWSOCK $wpar

# Killed commands
for step in restored "connected again"; do
	in_lpar env WPAR_STOP_AT="$step" restartwpar -d $state $wpar >/dev/null 2>&1
	ok "restartwpar killed when it is $step: Broken" state_is B
done
ok "restartwpar again" in_lpar restartwpar -d $state $wpar
ok "it is Active" state_is A
like "who takes a checkpoint is killed when it is dumped" \
	"$(in_lpar env WPAR_STOP_AT=dumped chkptwpar -p -d $state.3 $wpar 2>&1)" 'the process that takes the checkpoint ended'
ok "it runs on" state_is A
is "and nothing is left" "$(in_lpar sh -c "ls $state.3 | grep -c images")" 0
ok "killed when it is committed" in_lpar env WPAR_STOP_AT=committed chkptwpar -k -d $state $wpar
ok "it is ended" state_is D
ok "and goes on from there" in_lpar restartwpar -d $state $wpar
ok "it is Active" state_is A
ok "stopwpar" in_lpar stopwpar -F $wpar
ok "rmwpar" in_lpar rmwpar $wpar
done_testing
