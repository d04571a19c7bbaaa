#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# filesystems.sh - in an LPAR: a file system is made outside by crfs, mounted by mount(8), seen inside, full
# there and nowhere else, and grown while it is in use (listings 7 to 9 of the article, figures 1 to 3)
# lpar: current
# timeout: 300
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
wpar=fs1
trap 'in_lpar rmwpar -F $wpar >/dev/null 2>&1' EXIT

inside()
{
	in_lpar clogin $wpar -- "$@"
}

ok "mkwpar with a jfs2" in_lpar mkwpar -n $wpar --minimal -M directory=/data vfs=jfs2 size=32M -s
like "df inside: on Global" "$(inside df -k)" '^Global .* /data$'
is "crfs" "$(in_lpar crfs -v jfs2 -m /wpars/$wpar/ora -u $wpar -g rootvg -a size=64M 2>&1)" \
	"File system created successfully.
65536 kilobytes total disk space.
New File System size is 131072"
ok "mount /wpars/$wpar/ora, as the article has it" in_lpar mount /wpars/$wpar/ora
like "df outside has it" "$(in_lpar df -k)" "/wpars/$wpar/ora\$"
like "df inside too" "$(inside df -k)" '^Global .* /ora$'
ok "it is written inside" inside sh -c 'echo in >/ora/in'
is "and read outside" "$(in_lpar cat /wpars/$wpar/ora/in)" in
like "full: ENOSPC inside" "$(inside dd if=/dev/zero of=/ora/full bs=1M 2>&1)" "No space left on device"
ok "the LPAR is not full" in_lpar sh -c 'dd if=/dev/zero of=/root/x bs=1M count=8 && rm /root/x'
before=$(in_lpar df -k --output=size /wpars/$wpar/ora | tail -n 1)
is "chfs while it is full" "$(in_lpar chfs -a size=+64M /wpars/$wpar/ora 2>&1)" "Filesystem size changed to 262144"
after=$(in_lpar df -k --output=size /wpars/$wpar/ora | tail -n 1)
ok "it is larger by about 64M" test $((after - before)) -gt 60000
ok "there is room again" inside sh -c 'echo more >/ora/more'
ok "chwpar makes the other larger" in_lpar chwpar -M directory=/data size=64M $wpar
like "lsfs -u has both" "$(in_lpar lsfs -c -u $wpar)" "^/wpars/$wpar/ora:/wpars/.volumes/$wpar/ora.jfs2:jfs2::$wpar:262144:rw:no:no"
like "a tool that is not there is named" "$(in_lpar sh -c "command -v mkfs.xfs >/dev/null && echo xfsprogs || crfs -v xfs -m /wpars/$wpar/x -a size=300M 2>&1")" xfsprogs
ok "stopped and started" in_lpar sh -c "stopwpar -F $wpar && startwpar $wpar"
is "the start mounts them" "$(inside cat /ora/more)" more
ok "rmfs" in_lpar rmfs -r /wpars/$wpar/ora
ok "rmwpar" in_lpar rmwpar -F $wpar
is "no loop device is left" "$(in_lpar sh -c 'cat /sys/block/loop*/loop/backing_file 2>/dev/null | grep -c wpars')" 0
is "fstab is as it was" "$(in_lpar grep -c x-wpar /etc/fstab)" 0

done_testing
