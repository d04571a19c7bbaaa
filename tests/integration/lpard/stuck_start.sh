#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# stuck_start.sh - libvirtd killed in the middle of a start: lpard tells the remedy, which helps
# needs: libvirt
# timeout: 300
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"
# shellcheck source=tests/integration/serve.sh
. "$PAR_TEST_SOURCE/integration/serve.sh"
. "$PAR_TEST_SOURCE/integration/small_image.sh"

configure "images = $TMPDIR/images"

power()
{
	timeout 100 chsysstate -r lpar -m SYS -n lp1 "$@" 2>&1
}

restart_libvirtd()
{
	kill -9 "$(cat /run/libvirtd.pid)"
	"$@"
	libvirtd_again
	wait_for 15 virsh -q list
}

# is_stuck - libvirt is in a start, and no emulator is there
is_stuck()
{
	[ "$(virsh -q domstate lp1 --reason)" = "paused (starting up)" ] && ! pgrep -f 'guest=lp1,' >/dev/null
}

# try_stuck MS - kill libvirtd in the middle of a start, so long after it has written the domain's state; where
# the place is depends on the machine
try_stuck()
{
	virsh -q start lp1 >/dev/null 2>&1 &
	while [ ! -e /run/libvirt/qemu/lp1.xml ] && kill -0 $! 2>/dev/null; do
		:
	done
	sleep "$(printf '0.%03d' "$1")"
	restart_libvirtd true
	wait $!
	is_stuck && return
	virsh -q destroy lp1 >/dev/null 2>&1
	return 1
}

image 3000000
start
make lp1
ok "activated" power -o on -f default
ok "off" power -o shutdown --immed
tries=0
until try_stuck $((tries % 4 * 5)) || [ $((tries += 1)) = 60 ]; do
	:
done
echo "# tries before that: $tries"
if ! is_stuck; then
	skip "a start that hangs" "libvirtd was not killed at the right moment in 60 tries"
	done_testing
	exit
fi
wait_for 15 lssyscfg -r lpar -m SYS
out=$(power -o shutdown --immed)
like "the remedy is told" "$out" 'stop libvirtd there, remove /run/libvirt/qemu/lp1.xml and lp1.pid'
restart_libvirtd rm -f /run/libvirt/qemu/lp1.xml /run/libvirt/qemu/lp1.pid
ok "it helps" wait_for 20 sh -c '[ "$(lssyscfg -r lpar -m SYS -F state)" = "Not Activated" ]'
ok "the LPAR is activated" power -o on
ok "and off" power -o shutdown --immed
ok "and removed" rmsyscfg -r lpar -m SYS -n lp1
done_testing
