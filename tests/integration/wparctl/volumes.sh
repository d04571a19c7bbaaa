#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# volumes.sh - file systems of a WPAR with a size of their own (-M vfs=jfs2, ext4, xfs): full they harm
# nobody, they grow while the WPAR runs, are kept by rmwpar -p, hold out against tampering and against
# killed commands, and no loop device is left
# timeout: 240
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

mkdir -m 700 "$WPARS_ROOT/run" "$WPARS_ROOT/srv"
volumes=$WPARS_ROOT/wpars/.volumes
cf=$WPARS_ROOT/etc/wpars

# refused NAME PATTERN COMMAND... - one line that matches, status 1
refused()
{
	local name=$1 pattern=$2 output status=0
	shift 2
	output=$("$@" 2>&1) || status=$?
	is "$name: status" "$status" 1
	is "$name: one line" "$(printf '%s\n' "$output" | grep -c ': ')" 1
	like "$name" "$output" "$pattern"
}

# shellcheck disable=SC2317 # wait_for calls it
no_loops()
{
	[ "$(image_loops)" = 0 ]
}

# blocks NAME DIRECTORY - the size of a file system inside, in kilobytes
blocks()
{
	clogin "$1" df -k --output=size "$2" </dev/null | tail -1 | tr -d ' '
}

ok "mkwpar with two" mkwpar -n dev -M directory=/data vfs=jfs2 size=32M -M directory=/var vfs=ext4 size=64M -s
is "lswpar -M" "$(lswpar -qcM -a mountpoint,vfs dev | grep -e data -e var)" "/wpars/dev/data:jfs2
/wpars/dev/var:ext4"
like "they are mounted, on no device of the LPAR's" "$(clogin dev cat /proc/self/mountinfo </dev/null)" \
	' / /data rw,nodev,.*idmapped.* - ext4 Global rw,errors=remount-ro'
ok "what a WPAR has in /var went into it" clogin dev test -d /var/log
like "they are seen from outside, too" "$(cat /proc/self/mountinfo)" "$WPARS_ROOT/wpars/dev/var rw,nosuid,nodev,.* - ext4 [^ ]*var.ext4 "
# What is mounted there does not hide it in another mount.
mkdir "$TMPDIR/bare"
mount --bind "$WPARS_ROOT/wpars" "$TMPDIR/bare"
is "and is nowhere else" "$(find "$TMPDIR/bare/dev/var" -mindepth 1)" ""
umount "$TMPDIR/bare"
is "all of their space is reserved" "$(($(stat -c %b "$volumes/dev/data.jfs2") / 2048))" 32
is "the images are root's alone" "$(stat -c %a "$volumes" "$volumes/dev" "$volumes/dev/data.jfs2" | tr '\n' ' ')" "700 700 600 "
is "loop devices" "$(image_loops)" 2

# Full.
like "full: ENOSPC" "$(clogin dev dd if=/dev/zero of=/data/x bs=1M 2>&1 </dev/null)" "No space left on device"
ok "the others are not" clogin dev dd if=/dev/zero of=/tmp/x bs=1M count=40
ok "and the disk has not become fuller" test "$(stat -c %s "$volumes/dev/data.jfs2")" = $((32 << 20))
ok "its root uses what it owns" clogin dev sh -c 'rm /data/x; mkdir /data/d; chown 1000:1000 /data/d; chmod 2775 /data/d'

# Larger; ext4 grows only with CAP_SYS_RESOURCE, which not every test machine has.
ok "an xfs while it runs" chwpar -M directory=/x vfs=xfs size=300M dev
is "it is there" "$(clogin dev stat -f -c %T /x </dev/null)" xfs
before=$(blocks dev /x)
ok "it grows while it runs" chwpar -M directory=/x size=400M dev
is "by 100M" "$(($(blocks dev /x) - before))" 102400
like "the specification has it" "$(cat "$cf/dev.cf")" 'size.*400M'
if grep CapEff /proc/self/status | awk '{ exit !(strtonum("0x" substr($2, 9)) >= 0) }' && capsh --has-p=cap_sys_resource 2>/dev/null; then
	ok "so does ext4" chwpar -M directory=/data size=64M dev
	ok "to about 64M" test "$(blocks dev /data)" -gt 50000
else
	refused "ext4 without the right to" "cannot grow: Operation not permitted" chwpar -M directory=/data size=64M dev
	is "it is as it was" "$(stat -c %s "$volumes/dev/data.jfs2")" $((32 << 20))
fi
refused "not smaller" "cannot be made smaller" chwpar -M directory=/x size=300M dev
refused "not of another kind" "vfs=xfs cannot become vfs=ext4" chwpar -M directory=/x vfs=ext4 dev
refused "a directory with files does not become one" "vfs=directory cannot become vfs=jfs2" chwpar -M directory=/home vfs=jfs2 size=16M dev
refused "chwpar -K removes no files" "rmfs removes it" chwpar -K -M directory=/x dev
refused "more than the disk has" "does not fit on the disk of the base directory, which has [0-9]*M left, of which 64M stay free" chwpar -M directory=/big vfs=jfs2 size=900T dev
refused "more than a file can have" "does not fit on the disk" chwpar -M directory=/big vfs=jfs2 size=1000000T dev
for size in -1 1x 99999999999999999999 18446744073709551615M 0 unlimited 15M; do
	fails "size=$size" chwpar -M directory=/big vfs=jfs2 size=$size dev
done
fails "nothing of that is in the specification" grep -q big "$cf/dev.cf"
is "nor on the disk" "$(find "$volumes" -name '*big*' -o -name '.new')" ""
clogin dev sh -c 'mkdir -p /etc/real; ln -s /etc/real /trap' </dev/null
refused "a mount point that is a link inside" "symbolic link" chwpar -M directory=/trap vfs=jfs2 size=16M dev
is "its image has gone" "$(find "$volumes" -name '*trap*')" ""
is "and its loop device" "$(image_loops)" 3
refused "none in an application WPAR" "no file systems are made for an application" wparexec -n app -M directory=/data vfs=jfs2 size=16M -- /bin/true

# Without mkfs.
mkdir "$TMPDIR/sbin"
refused "mkfs.xfs is not installed" "needs mkfs.xfs, of the package xfsprogs, which is not installed" \
	unshare -m sh -c "mount --bind '$TMPDIR/sbin' /usr/sbin && '$(command -v wparctl)' chwpar -M directory=/y vfs=xfs size=300M dev"

# A killed command is run again.
cp "$cf/dev.cf" "$TMPDIR/dev.cf"
for step in reserved 'image made' 'limits changed' changed; do
	WPAR_STOP_AT=$step chwpar -M directory=/k vfs=jfs2 size=16M dev 2>/dev/null
	fails "killed ($step): not in the specification" grep -q /k "$cf/dev.cf"
	ok "run again" chwpar -M directory=/k vfs=jfs2 size=16M dev
	is "mounted once" "$(clogin dev cat /proc/self/mountinfo </dev/null | grep -c ' /k ')" 1
	is "one image" "$(find "$volumes" -name 'k.*' -o -name .new | wc -l)" 1
	ok "stopped" stopwpar -F dev
	cp "$TMPDIR/dev.cf" "$cf/dev.cf"
	rm "$volumes/dev/k.jfs2"
	ok "started" startwpar dev
done
WPAR_STOP_AT=grown chwpar -M directory=/x size=420M dev 2>/dev/null
ok "one that grew, too" chwpar -M directory=/x size=420M dev
is "by 20M" "$(($(blocks dev /x) - before))" 122880

# Tampered images, while it is stopped.
ok "stopped" stopwpar -F dev
ok "no loop device is left" wait_for 10 no_loops
image=$volumes/dev/data.jfs2
cp --sparse=never "$image" "$TMPDIR/good"
chmod 666 "$image"
fails "an image that others may write to" startwpar dev
chmod 600 "$image"
mv "$image" "$TMPDIR/moved"
ln -s "$TMPDIR/moved" "$image"
fails "an image that is a link" startwpar dev
rm "$image"
fails "an image that is not there" startwpar dev
mv "$TMPDIR/moved" "$image"
dd if=/dev/urandom of="$image" bs=4k count=16 conv=notrunc status=none
fails "an image that is no file system" startwpar dev
ok "no loop device is left" wait_for 10 no_loops
cp --sparse=never "$TMPDIR/good" "$image"
# Behind the super block and the group descriptors: the table of inodes.
dd if=/dev/urandom of="$image" bs=4k seek=8 count=400 conv=notrunc status=none
startwpar dev >/dev/null 2>&1
clogin dev sh -c 'ls -lR /data; touch /data/x' >/dev/null 2>&1 </dev/null
stopwpar -F dev >/dev/null 2>&1
cp --sparse=never "$TMPDIR/good" "$image"
ok "good again: starts" startwpar dev
is "ids are the WPAR's" "$(clogin dev stat -c '%u %g %a' /data/d </dev/null)" "1000 1000 2775"

# Moved, kept, taken up again, removed.
ok "stopped" stopwpar -F dev
ok "another name" chwpar -n dev2 dev
ok "its images are in the new place" test -f "$volumes/dev2/data.jfs2"
ok "started" startwpar dev2
ok "with its files" clogin dev2 test -d /data/d
ok "rmwpar -p" rmwpar -F -p dev2
fails "a new one in that place" mkwpar -n dev2
# A mkwpar -p that is killed, and whatever clears up after it, takes nothing of what was kept.
WPAR_STOP_AT='servers filled' mkwpar -p dev2 >/dev/null 2>&1
is "a killed mkwpar -p: Broken" "$(state dev2)" B
fails "a new one is refused after it, too" mkwpar -n dev2
ok "and all is there" test -f "$volumes/dev2/data.jfs2" -a -d "$WPARS_ROOT/wpars/dev2/etc"
WPAR_STOP_AT='servers filled' mkwpar -p dev2 >/dev/null 2>&1
# A copy by links (cp -al) is no second name in the folder.
ln "$volumes/dev2/data.jfs2" "$TMPDIR/backup"
ok "mkwpar -p" mkwpar -n dev2 -p
refused "it is not used by two" "has a name elsewhere, too" startwpar dev2
rm "$TMPDIR/backup"
ok "started" startwpar dev2
is "all are there" "$(lswpar -qcM -a mountpoint,vfs dev2 | grep -v -e directory -e namefs -e proc)" "/wpars/dev2/data:jfs2
/wpars/dev2/var:ext4
/wpars/dev2/x:xfs"
ok "with their files" clogin dev2 test -d /data/d
ok "rmwpar" rmwpar -F dev2
is "nothing is left" "$(find "$WPARS_ROOT/wpars" -mindepth 1 -path "*dev*")" ""
ok "no loop device either" wait_for 10 no_loops

# A mkwpar that is killed.
for step in reserved 'image made'; do
	WPAR_STOP_AT=$step mkwpar -n dev -M directory=/data vfs=jfs2 size=16M >/dev/null 2>&1
	ok "killed ($step), run again" mkwpar -n dev -M directory=/data vfs=jfs2 size=16M
	ok "removed" rmwpar dev
	is "nothing is left" "$(find "$volumes" -mindepth 1)" ""
done

# ---- Beside another base directory ----
mkdir -m 700 "$WPARS_ROOT/elsewhere"
ok "two whose images lie elsewhere" sh -c 'mkwpar -n dev -d /elsewhere/dev -M directory=/data vfs=jfs2 size=16M && mkwpar -n dev2 -d /elsewhere/dev2 -M directory=/data vfs=jfs2 size=16M'
ok "rmwpar" rmwpar dev
is "the folder of the images is there for the other" "$(ls -A "$WPARS_ROOT/elsewhere" | tr '\n' ' ')" ".volumes dev2 "
ok "rmwpar" rmwpar dev2
is "and goes with the last" "$(ls -A "$WPARS_ROOT/elsewhere")" ""
done_testing
