#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# beside.sh - an LPAR on a network: its address; virsh at its console; a panic of its kernel
# lpar: current
# timeout: 300
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

LPAR=beside$$

listed()
{
	lssyscfg -r lpar -m "$SYS" --filter "lpar_names=$LPAR" -F "$1"
}

# has ATTRIBUTE VALUE
has()
{
	[ "$(listed "$1")" = "$2" ]
}

refcode()
{
	lsrefcode -r lpar -m "$SYS" --filter "lpar_names=$LPAR" -F refcode
}

# at_console - keys for a getty, until its prompt is in the file of what came
at_console()
{
	local i
	for ((i = 0; i < 30; i++)); do
		printf '\r'
		sleep 1
		! grep -q 'login:' "$TMPDIR/console" || break
	done
	: >"$TMPDIR/seen"
	# The other one has had its turn.
	wait_for 20 [ -e "$TMPDIR/refused" ]
	printf '\035'
}

virsh -q net-define /dev/stdin <<-END
	<network>
		<name>default</name>
		<bridge name='lpard-beside' stp='off'/>
		<ip address='192.0.2.1' netmask='255.255.255.0'>
			<dhcp><range start='192.0.2.20' end='192.0.2.60'/></dhcp>
		</ip>
	</network>
END
ok "an LPAR with a network" lpar_up "$LPAR" current virtual_eth_adapters=4/0/1//0/1
lease()
{
	virsh -q net-dhcp-leases default | grep -om1 '192\.0\.2\.[0-9]*'
}
ok "it gets an address" wait_for 60 lease
lease=$(lease)
ok "which is its rmc_ipaddr, though the agent was there before" wait_for 90 has rmc_ipaddr "$lease"
ok "another one" in_lpar sh -c 'ip address flush dev eth0 && ip address add 192.0.2.77/24 dev eth0'
ok "is seen, too" wait_for 90 has rmc_ipaddr 192.0.2.77

# lpard needs no console while the agent is there

rm -f "$TMPDIR/seen" "$TMPDIR/refused"
: >"$TMPDIR/console"
at_console | timeout 90 script -qfec "virsh -c qemu:///system console $LPAR" "$TMPDIR/console" >/dev/null &
virsh_console=$!
ok "virsh console gets the console" wait_for 40 [ -e "$TMPDIR/seen" ]
like "with the guest's prompt" "$(cat "$TMPDIR/console")" 'login:'
like "mkvterm is told that it is in use" "$(timeout 20 mkvterm -m "$SYS" -p "$LPAR" </dev/null)" \
	'A terminal session is already open for this partition'
: >"$TMPDIR/refused"
wait "$virsh_console"
opened()
{
	timeout 5 mkvterm -m "$SYS" -p "$LPAR" </dev/null | grep -q 'Open Completed'
}
ok "and gets it when virsh has gone" wait_for 20 opened

# A panic

in_lpar sh -c 'echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger' >/dev/null 2>&1
ok "a panic is Error" wait_for 30 has state Error
is "with a reference code" "$(refcode)" B700F104
is "and no agent" "$(listed rmc_state)" inactive
like "the button has nothing to press" "$(chsysstate -r lpar -m "$SYS" -o shutdown -n "$LPAR")" \
	'^HSCL1558 .*Error'
is "powering it off is silent" "$(chsysstate -r lpar -m "$SYS" -o shutdown --immed -n "$LPAR" 2>&1)" ""
is "and leaves Error" "$(listed state)" "Not Activated"
ok "it is activated again" chsysstate -r lpar -m "$SYS" -o on -n "$LPAR"
ok "and comes up" wparcmd -m "$SYS" -p "$LPAR" --wait 120 -- true
lpar_down
virsh -q net-destroy default
virsh -q net-undefine default
done_testing
