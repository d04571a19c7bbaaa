#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# auto_start.sh - LPARs with auto_start come up once after each boot, not with each start of lpard
# needs: libvirt
# timeout: 180
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"
# shellcheck source=tests/integration/serve.sh
. "$PAR_TEST_SOURCE/integration/serve.sh"

mark=$TMPDIR/auto_start.SYS
resources+=,boot_image=none

configure 'shutdown_wait_s = 20'

# boot - what a boot of the machine changes
boot()
{
	echo "the boot before" >"$mark"
}

is_marked()
{
	[ "$(cat "$mark" 2>/dev/null)" = "$(cat /proc/sys/kernel/random/boot_id)" ]
}

states()
{
	lssyscfg -r lpar -m SYS -F name:state | sed 's/Open Firmware/Running/' | tr '\n' ' '
}

are()
{
	[ "$(states)" = "$1" ]
}

start
ok "a first start leaves its mark" wait_for 5 is_marked
mksyscfg -r lpar -m SYS -i "name=lp1,auto_start=1,$resources"
mksyscfg -r lpar -m SYS -i "name=lp2,auto_start=0,$resources"
mksyscfg -r lpar -m SYS -i "name=lp3,auto_start=1,$resources"
kill_lpard
start
sleep 1
is "nothing comes up with a new lpard" "$(states)" "lp1:Not Activated lp2:Not Activated lp3:Not Activated "
kill_lpard
boot
start
ok "after a boot those with auto_start do" wait_for 30 are "lp1:Running lp2:Not Activated lp3:Running "
ok "and that is noted" wait_for 10 is_marked
like "as activations like others" "$(cat "$TMPDIR/log")" 'AutoStart system=SYS lpar=lp1 .*result=ok'
chsysstate -r lpar -m SYS -o shutdown --immed -n lp1
kill_lpard
start
sleep 1
is "one that was shut down stays down" "$(states)" "lp1:Not Activated lp2:Not Activated lp3:Running "
chsyscfg -r lpar -m SYS -i name=lp3,auto_start=0
chsysstate -r lpar -m SYS -o shutdown --immed -n lp3
kill_lpard
boot
start
ok "auto_start=0 holds from the next boot on" wait_for 30 are "lp1:Running lp2:Not Activated lp3:Not Activated "
done_testing
