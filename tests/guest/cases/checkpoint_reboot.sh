#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint_reboot.sh - a checkpoint goes on after its LPAR was rebooted and wparctl was replaced
# lpar: none
# timeout: 600
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
LPAR=cp4
wpar=cp4
state=/var/tmp/cp4.state
trap 'lpar_down $LPAR' EXIT

# goes_on - the next round of the process with one of everything has nothing to complain of
goes_on()
{
	local before now
	before=$(in_lpar cat /wpars/$wpar/tmp/w/round)
	wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- cat "$2")" != "$3" ]' sh "$LPAR" \
		/wpars/$wpar/tmp/w/round "$before" || return
	now=$(in_lpar cat /wpars/$wpar/tmp/w/round)
	echo "$before, $now"
	[ "${now#* }" = ok ]
}

ok "an LPAR" lpar_up $LPAR
ok "mkwpar" in_lpar mkwpar -c -n $wpar -R totalVirtMem=512M
ok "startwpar" in_lpar startwpar $wpar
lpar_push "$PAR_GUEST_HELPERS/whole" /wpars/$wpar/tmp/whole
ok "one of everything" in_lpar clogin $wpar -- sh -c 'mkdir /tmp/w && exec setsid /tmp/whole /tmp/w </dev/null >/tmp/w/said 2>&1 &'
ok "it is there" wait_for 60 in_lpar test -s /wpars/$wpar/tmp/w/round
processes=$(in_lpar clogin $wpar -- ps -eo pid,args | grep '[w]hole\|[s]rcmstr')

# Another build: it is no longer the file that the WPAR runs.
ok "wparctl is replaced" in_lpar sh -c 'cp /usr/sbin/wparctl /usr/sbin/wparctl.new && mv /usr/sbin/wparctl.new /usr/sbin/wparctl'
ok "chkptwpar -k" in_lpar chkptwpar -k -d $state $wpar
[ "$tap_failures" = 0 ] || tap_note "$(in_lpar grep -E 'Error|Warn' $state/chkptwpar.log)"
ok "osshutdown --restart" chsysstate -r lpar -m "$SYS" -o osshutdown --restart -n "$LPAR"
ok "the LPAR is up again" wait_for 240 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" --wait 200 -- cut -d. -f1 /proc/uptime)" -lt 60 ]' sh "$LPAR"
is "the workload partition is Defined" "$(in_lpar lswpar -c -q -a state $wpar)" D
ok "restartwpar" in_lpar restartwpar -d $state $wpar
is "it is Active" "$(in_lpar lswpar -c -q -a state $wpar)" A
ok "with all that it has" goes_on
is "and its processes" "$(in_lpar clogin $wpar -- ps -eo pid,args | grep '[w]hole\|[s]rcmstr')" "$processes"
ok "stopwpar" in_lpar stopwpar $wpar
done_testing
