#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# uploads.sh - images into a pool that is full or fills meanwhile, and libvirtd dies in the middle
# needs: libvirt
# timeout: 300
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"
. "$PAR_TEST_SOURCE/integration/small_image.sh"

export LPARD_SOCKET=$TMPDIR/lpard.sock
conf=$TMPDIR/lpard.conf
log=$TMPDIR/log
pool=$TMPDIR/pool
resources=profile_name=default,lpar_env=aixlinux,min_mem=256,desired_mem=256,max_mem=512
resources+=,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1
resources+=,max_procs=2,min_proc_units=0.1,desired_proc_units=0.1,max_proc_units=2.0
pid=
watcher=

cat >"$conf" <<-END
	socket = $LPARD_SOCKET
	images = $TMPDIR/images
	default_image = small
	log_level = debug
	[system SYS]
	uri = qemu:///system
	pool = filling
	pool_path = $pool
END

on()
{
	timeout 60 chsysstate -r lpar -m SYS -o on -n lp1 -f default 2>&1
}

state()
{
	lssyscfg -r lpar -m SYS --filter lpar_names=lp1 -F state
}

libvirtd_lives()
{
	kill -0 "$(cat /run/libvirtd.pid)" 2>/dev/null
}

# As systemd does: libvirtd 11 dies when a pool fills under it.
keep_libvirtd()
{
	while sleep 0.2; do
		libvirtd_lives || libvirtd_again
	done
}

# in_the_middle COMMAND... - run it while lpard stands still in the middle of an upload
# Sets $out to what the activation says.
in_the_middle()
{
	local root
	rm -f "$pool"/*-root.img*
	virsh -q pool-refresh filling
	on >"$TMPDIR/out" &
	root=$!
	until [ "$(stat -c %b "$pool"/*-root.img 2>/dev/null || echo 0)" != 0 ]; do
		kill -0 "$root" 2>/dev/null || break
	done
	kill -STOP "$pid"
	ok "an upload is under way" [ ! -e "$(compgen -G "$pool/*-root.img").complete" ]
	"$@"
	kill -CONT "$pid"
	wait "$root"
	out=$(cat "$TMPDIR/out")
}

fill()
{
	head -c 256M /dev/zero >"$pool/filler" 2>/dev/null
}

kill_libvirtd()
{
	kill -9 "$(cat /run/libvirtd.pid)"
}

trap '[ -z "$watcher" ] || kill "$watcher"; [ -z "$pid" ] || kill "$pid" 2>/dev/null; umount "$pool" 2>/dev/null' EXIT
mkdir "$pool"
mount -t tmpfs -o size=8m,mode=755 full "$pool"
image 200000000
lpard --config "$conf" >>"$log" 2>&1 &
pid=$!
ok "lpard starts" wait_for 10 lssyscfg -r sys
ok "an LPAR" mksyscfg -r lpar -m SYS -i "name=lp1,$resources"

# Full before: nothing is sent

libvirtd=$(cat /run/libvirtd.pid)
like "a full pool is called full" "$(on)" \
	'^HSCL3205 .*No space is left in the storage pool for ".*-root.img", which needs 9[56] MiB: 7 MiB are free'
is "the LPAR is in Error" "$(state)" Error
is "and nothing half-made is left there" "$(find "$pool" -name "*root*")" ""
ok "libvirtd lives on" libvirtd_lives
is "and is the same" "$(cat /run/libvirtd.pid)" "$libvirtd"

# Filled in the middle

mount -o remount,size=160m "$pool"
keep_libvirtd &
watcher=$!
in_the_middle fill
like "a pool that fills meanwhile" "$out" \
	'^HSCL3205 .*No space is left in the storage pool for ".*-root.img".*others have filled it meanwhile'
is "and nothing half-made is left there" "$(find "$pool" -name "*root*")" ""
rm "$pool/filler"

# libvirtd dies in the middle

ok "the system is there" wait_for 20 lssyscfg -r lpar -m SYS
ok "another LPAR" sh -c "rmsyscfg -r lpar -m SYS -n lp1 && mksyscfg -r lpar -m SYS -i 'name=lp1,$resources'"
in_the_middle kill_libvirtd
like "libvirtd dies in the middle" "$out" \
	'^could not upload "root.img": libvirt at "qemu:///system" closed the connection \(.+\)$'
ok "what was half-made goes" wait_for 20 sh -c "! ls '$pool'/*-root.img"
ok "the system is there again" wait_for 20 lssyscfg -r lpar -m SYS
is "that is no Error of the LPAR's" "$(state)" "Not Activated"
is "the next activation does it" "$(on)" ""
like "and it runs" "$(state)" '^(Starting|Running)$'

# A mark that finds no room

timeout 60 chsysstate -r lpar -m SYS -o shutdown --immed -n lp1
touch "$pool"/*-root.img
fill
is "an image that was touched, in a full pool: read, and found right" "$(on)" ""
ok "with its mark" compgen -G "$pool/*-root.img.complete"
timeout 60 chsysstate -r lpar -m SYS -o shutdown --immed -n lp1
rm "$pool/filler"
ok "libvirtd lives on" libvirtd_lives
ok "removed" rmsyscfg -r lpar -m SYS -n lp1
unlike "no sanitizer spoke" "$(cat "$log")" 'runtime error|Sanitizer'
done_testing
