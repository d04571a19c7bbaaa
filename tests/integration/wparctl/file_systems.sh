#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# file_systems.sh - crfs, chfs, lsfs and rmfs for file systems of WPARs: made outside, mounted by mount(8)
# outside and seen inside, changed while in use, removed; a killed one is run again
# timeout: 180
# shellcheck disable=SC2317 # ok, fails and wait_for call functions
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

mkdir -m 700 "$WPARS_ROOT/run" "$WPARS_ROOT/etc"
volumes=$WPARS_ROOT/wpars/.volumes
fstab=$WPARS_ROOT/etc/fstab
printf '# the LPAR'"'"'s\nLABEL=lpar-root\t/\text4\trw\t0\t1\n' >"$fstab"
cp "$fstab" "$TMPDIR/fstab"

# refused NAME MESSAGE COMMAND... - that line and nothing else, status 1
refused()
{
	local name=$1 message=$2 output status=0
	shift 2
	output=$("$@" 2>&1) || status=$?
	is "$name: status" "$status" 1
	is "$name" "$output" "$message"
}

inside()
{
	clogin dev "$@" </dev/null
}

# shows DIRECTORY - is it mounted inside?
shows()
{
	inside cat /proc/self/mountinfo | grep -q " $1 "
}

hides()
{
	! shows "$1"
}

no_loops()
{
	for image in "$volumes"/*/*; do
		[ ! -e "$image" ] || [ -z "$(losetup -n -j "$image")" ] || return 1
	done
}

# mount(8) looks for its helper in /sbin.
mkdir "$TMPDIR/sbin"
cp "$PAR_TEST_SOURCE/../wparctl/commands/mount.wpar" "$TMPDIR/sbin/"
ln -s "$(command -v wparctl)" "$TMPDIR/sbin/wparctl"
mount -t overlay -o lowerdir="$TMPDIR/sbin:/usr/sbin" overlay /usr/sbin || skip_all "no overlay over /usr/sbin"

ok "mkwpar" mkwpar -n dev -s
ok "a second WPAR" mkwpar -n dev2
is "crfs" "$(crfs -v jfs2 -m /wpars/dev/ora -u dev -g rootvg -a size=32M -A no -p rw -t no -a agblksize=4096 2>&1)" \
	"File system created successfully.
32768 kilobytes total disk space.
New File System size is 65536"
fails "it is not mounted yet" shows /ora
is "mount(8) knows it" "$(tail -1 "$fstab" | cut -f 2-)" "$WPARS_ROOT/wpars/dev/ora	wpar	noauto,rw,x-wpar=dev	0	0"
is "the other lines are as they were" "$(head -2 "$fstab")" "$(cat "$TMPDIR/fstab")"
ok "mount PATH" mount -T "$fstab" "$WPARS_ROOT/wpars/dev/ora"
ok "it is inside" shows /ora
like "with the WPAR's ids, on Global" "$(inside cat /proc/self/mountinfo)" ' / /ora rw,nodev,.*idmapped - ext4 Global '
like "and outside, nosuid and nodev" "$(grep "/wpars/dev/ora " /proc/self/mountinfo)" ' rw,nosuid,nodev'
ok "the WPAR's root writes" inside sh -c 'echo in >/ora/in; chmod 4755 /ora/in'
is "it is read outside" "$(cat "$WPARS_ROOT/wpars/dev/ora/in")" in
is "as root's" "$(stat -c %u "$WPARS_ROOT/wpars/dev/ora/in")" 0
ok "and written outside" sh -c "echo out >'$WPARS_ROOT/wpars/dev/ora/out'"
is "it is read inside" "$(inside cat /ora/out)" out
fails "mounted twice" mount -T "$fstab" "$WPARS_ROOT/wpars/dev/ora"
ok "umount takes it away outside" umount "$WPARS_ROOT/wpars/dev/ora"
ok "and inside, within a moment" wait_for 10 hides /ora
ok "and mount brings it back" mount -T "$fstab" "$WPARS_ROOT/wpars/dev/ora"
is "once inside" "$(inside cat /proc/self/mountinfo | grep -c ' /ora ')" 1

# Its monitor may not have looked yet when root unmounts it again: stopped, it does not.
ok "away" umount "$WPARS_ROOT/wpars/dev/ora"
ok "inside, too" wait_for 10 hides /ora
# Not while it has the lock, which the kernel lists by the file's number.
stopped()
{
	kill -STOP "$(monitor dev)"
	grep -q ":$(stat -c %i "$WPARS_ROOT/run/wpars/dev.lock") " /proc/locks || return 0
	kill -CONT "$(monitor dev)"
	return 1
}
ok "it does not look" wait_for 20 stopped
ok "there, and away, while its monitor does not look" \
	sh -c "mount -T '$fstab' '$WPARS_ROOT/wpars/dev/ora' && umount '$WPARS_ROOT/wpars/dev/ora'"
ok "it was inside" shows /ora
kill -CONT "$(monitor dev)"
ok "and goes as soon as the monitor looks" wait_for 10 hides /ora
ok "chwpar of something else" chwpar -h elsewhere dev
fails "does not mount it again outside" grep -q "/wpars/dev/ora " /proc/self/mountinfo
ok "back" mount -T "$fstab" "$WPARS_ROOT/wpars/dev/ora"
ok "chwpar once more" chwpar -h dev dev
ok "leaves it outside" grep -q "/wpars/dev/ora " /proc/self/mountinfo
ok "inside" shows /ora

# Listings.
is "lsfs" "$(lsfs /wpars/dev/ora)" "Name            Nodename   Mount Pt               VFS   Size    Options    Auto Accounting
/wpars/.volumes/dev/ora.jfs2 --         /wpars/dev/ora         jfs2  65536   rw         no   no"
is "lsfs -c" "$(lsfs -c -u dev /wpars/dev/ora)" "#MountPoint:Device:Vfs:Nodename:Type:Size:Options:AutoMount:Acct
/wpars/dev/ora:/wpars/.volumes/dev/ora.jfs2:jfs2::dev:65536:rw:no:no"
like "lsfs -q" "$(lsfs -q /wpars/dev/ora)" '^  \(lv size: 65536, fs size: 65536, block size: 4096, .*\)$'
is "lsfs -u: the mount group" "$(lsfs -c -u dev | cut -d: -f1 | tail -n +2)" "/wpars/dev
/wpars/dev/home
/wpars/dev/opt
/wpars/dev/ora
/wpars/dev/proc
/wpars/dev/tmp
/wpars/dev/usr
/wpars/dev/var"
is "lsfs -v" "$(lsfs -c -v jfs2 | cut -d: -f1 | tail -n +2)" /wpars/dev/ora
is "lsfs --json" "$(lsfs --json /wpars/dev/ora | jq -r '.[0].type')" dev
refused "lsfs of none" "lsfs: 0506-915 No record matching /nix was found in /etc/filesystems." lsfs /nix
like "lsfs -u of none" "$(lsfs -u nix 2>&1)" 0960-419
is "lswpar -M" "$(lswpar -qcM -a mountpoint,vfs dev | grep ora)" /wpars/dev/ora:jfs2

# Larger.
ok "an xfs" crfs -v xfs -m /wpars/dev/x -a size=614400
ok "mounted" mount -T "$fstab" "$WPARS_ROOT/wpars/dev/x"
before=$(inside df -k --output=size /x | tail -1)
is "chfs -a size=+100M while it is in use" "$(chfs -a size=+100M /wpars/dev/x 2>&1)" "Filesystem size changed to 819200"
is "it is larger" "$(($(inside df -k --output=size /x | tail -1) - before))" 102400
refused "not smaller" "chfs: -M directory=/x: a file system of 400M cannot be made smaller" chfs -a size=-100M /wpars/dev/x
ok "the mount group that it has" chfs -u dev /wpars/dev/x
for size in 0 -1 +0 +-1 1K 1.5G '' 99999999999999999999 +99999999999999G 0x10 '1 M'; do
	fails "size=$size" chfs -a "size=$size" /wpars/dev/x
done

# What cannot be.
refused "it exists" "crfs: 0506-909 /wpars/dev/ora file system already exists." crfs -v jfs2 -m /wpars/dev/ora -a size=32M
refused "a default one exists" "crfs: 0506-909 /wpars/dev/home file system already exists." crfs -v jfs2 -m /wpars/dev/home -a size=32M
refused "another's mount group" "crfs: -u dev2: /wpars/dev/y lies in the workload partition dev, which is its mount group" \
	crfs -v jfs2 -m /wpars/dev/y -u dev2 -a size=32M
refused "in no WPAR" "crfs: /srv/y lies in no workload partition; a file system of one lies below its base directory, such as /wpars/NAME" \
	crfs -v jfs2 -m /srv/y -a size=32M
refused "a name that begins as a WPAR's" "crfs: /wpars/devil/y lies in no workload partition; a file system of one lies below its base directory, such as /wpars/NAME" \
	crfs -v jfs2 -m /wpars/devil/y -a size=32M
refused "another volume group" "crfs: -g datavg: there is no such volume group; there is rootvg" crfs -v jfs2 -g datavg -m /wpars/dev/y -a size=32M
refused "chfs of none" "chfs: 0506-915 No record matching /wpars/dev/y was found in /etc/filesystems." chfs -a size=+1G /wpars/dev/y
refused "rmfs of a directory" "rmfs: 0506-915 No record matching /wpars/dev/home was found in /etc/filesystems." rmfs /wpars/dev/home
for flags in '-v jfs -a size=32M' '-v jfs2' '-v jfs2 -a size=32M -A yes' '-v jfs2 -a size=32M -t yes' '-v jfs2 -a size=32M -a compress=LZ' \
	'-v jfs2 -a size=900000G' '-v jfs2 -a size=32M -p wo' '-v jfs2 -a size=32M -d lv00'; do
	# shellcheck disable=SC2086 # words
	fails "crfs $flags" crfs -m /wpars/dev/y $flags
done
for path in /wpars/dev /wpars/dev/ /wpars/dev/../dev2/y wpars/dev/y /wpars/dev//y /wpars/dev/dev/y /wpars/dev/proc/y; do
	fails "crfs -m $path" crfs -v jfs2 -m "$path" -a size=32M
done
is "nothing of that is left" "$(find "$volumes" -type f | sed "s|$volumes/||" | sort | tr '\n' ' ')" "dev/ora.jfs2 dev/x.xfs "
# shellcheck disable=SC2016 # in single quotes another shell expands
is "inside it is one sentence" "$(inside sh -c 'PATH=$1:$PATH crfs -v jfs2 -m /y -a size=32M 2>&1' sh "$(dirname "$(command -v crfs)")" | wc -l)" 1

# A WPAR that puts a link in the way.
ok "defined" crfs -v jfs2 -m /wpars/dev/trap -a size=16M
inside sh -c 'rmdir /trap; mkdir -p /etc/real; ln -s /etc/real /trap'
fails "a mount point that is a link" mount -T "$fstab" "$WPARS_ROOT/wpars/dev/trap"
fails "nothing is mounted behind it" shows /etc/real
fails "nor outside" grep -q "$WPARS_ROOT/wpars/dev/etc/real" /proc/self/mountinfo
ok "removed" rmfs /wpars/dev/trap
inside ln -s /etc/real /way
fails "a link on the way" crfs -v jfs2 -m /wpars/dev/way/new -a size=16M
fails "no folder is made behind it" test -e "$WPARS_ROOT/wpars/dev/etc/real/new"

# Removed.
inside sh -c 'cd /ora; touch ready; sleep 20' &
wait_for 10 inside test -e /ora/ready
refused "in use inside" "rmfs: 0506-921 /wpars/dev/ora is currently mounted." rmfs /wpars/dev/ora
ok "it is there still" test -e "$WPARS_ROOT/wpars/dev/ora/ready"
kill $!
wait
clogin dev pkill sleep </dev/null
(cd "$WPARS_ROOT/wpars/dev/ora" && sleep 5) &
sleep 0.3
refused "in use outside" "rmfs: 0506-921 /wpars/dev/ora is currently mounted." rmfs /wpars/dev/ora
ok "it is there still, inside" inside test -e /ora/ready
wait
ok "stopped and started: the start mounts it" sh -c 'stopwpar -F dev && startwpar dev'
ok "it is there" inside test -e /ora/ready
ok "rmfs -r" rmfs -r /wpars/dev/ora
fails "it is gone" shows /ora
fails "its mount point too" test -e "$WPARS_ROOT/wpars/dev/ora"
ok "killed before its image went" sh -c 'WPAR_STOP_AT=forgotten rmfs /wpars/dev/x 2>/dev/null; true'
ok "made again" crfs -v jfs2 -m /wpars/dev/x -a size=16M
ok "stopped" stopwpar -F dev

# Asked before it is removed.
refused "rmfs -i, answered no" "rmfs: Warning, all files of the file system /wpars/dev/x will be destroyed.
rmfs: Remove it? y(es) n(o)? rmfs: /wpars/dev/x was not removed" sh -c 'echo no | rmfs -i /wpars/dev/x'
fails "rmfs -i, answered nothing" rmfs -i /wpars/dev/x </dev/null
ok "it is there still" lsfs /wpars/dev/x
like "rmfs -i of none asks nothing" "$(echo y | rmfs -i /wpars/dev/y 2>&1)" '^rmfs: 0506-915 No record matching /wpars/dev/y was found in /etc/filesystems\.$'
ok "rmfs -i, answered yes" sh -c 'echo YES | rmfs -i /wpars/dev/x'
fails "it is gone" lsfs /wpars/dev/x
ok "made again" crfs -v jfs2 -m /wpars/dev/x -a size=16M -p ro

# To another place, and options taken away.
is "it is read-only" "$(lswpar -qcM -a mountpoint,options dev | grep '^/wpars/dev/x')" /wpars/dev/x:ro
ok "chfs -d options" chfs -d options /wpars/dev/x
is "it is not any more" "$(lswpar -qcM -a mountpoint,options dev | grep '^/wpars/dev/x')" /wpars/dev/x:rw
fails "chfs -d of another attribute" chfs -d size /wpars/dev/x
fails "chfs -d of what is given" chfs -d options -p ro /wpars/dev/x
ok "with a file" sh -c "mount -T '$fstab' '$WPARS_ROOT/wpars/dev/x' && echo mine >'$WPARS_ROOT/wpars/dev/x/file'"
(cd "$WPARS_ROOT/wpars/dev/x" && exec sleep 600) &
user=$!
ok "somebody is in it" wait_for 20 sh -c 'readlink "/proc/$1/cwd" | grep -q "/wpars/dev/x$"' sh "$user"
refused "chfs -m while it is in use" "chfs: 0506-921 /wpars/dev/x is currently mounted." chfs -m /wpars/dev/y /wpars/dev/x
kill "$user"
wait "$user" 2>/dev/null
refused "chfs -m to a place that is taken" "chfs: 0506-909 /wpars/dev/home file system already exists." chfs -m /wpars/dev/home /wpars/dev/x
refused "chfs -m to another WPAR" "chfs: -m /wpars/dev2/y: it must lie below /wpars/dev, in the same workload partition" chfs -m /wpars/dev2/y /wpars/dev/x
for path in /wpars/dev /wpars/dev/../dev2/y /wpars/dev/proc/y /wpars/dev/etc; do
	fails "chfs -m $path" chfs -m "$path" /wpars/dev/x
done
fails "chfs -m with -a" chfs -m /wpars/dev/y -a size=+1M /wpars/dev/x
# The name that the specification has is that of the image at each moment.
ok "killed when its image had the new name, too" sh -c 'WPAR_STOP_AT=renamed chfs -m /wpars/dev/z /wpars/dev/x 2>/dev/null; true'
ok "another file system there" crfs -v jfs2 -m /wpars/dev/z -a size=16M
ok "started" startwpar dev
is "the file is where it was" "$(inside cat /x/file) $(inside ls /z | grep -c file)" "mine 0"
ok "stopped" stopwpar -F dev
ok "rmfs of the other" rmfs /wpars/dev/z
ok "killed when its image had the new name, too" sh -c 'WPAR_STOP_AT=renamed chfs -m /wpars/dev/deep/y /wpars/dev/x 2>/dev/null; true'
ok "chfs -m, the same again" chfs -m /wpars/dev/deep/y /wpars/dev/x
fails "it is not at its old place" lsfs /wpars/dev/x
is "mount(8) knows the new one" "$(cut -f 2 "$fstab" | tail -1)" "$WPARS_ROOT/wpars/dev/deep/y"
is "its image has the new name" "$(find "$volumes" -name "*.jfs2" | sed "s|$volumes/||")" dev/deep%2fy.jfs2
ok "started" startwpar dev
is "its file is there" "$(inside cat /deep/y/file)" mine
ok "stopped" stopwpar -F dev
ok "killed when the specification had the new place" sh -c 'WPAR_STOP_AT=moved chfs -m /wpars/dev/v /wpars/dev/deep/y 2>/dev/null; true'
is "the image has both names" "$(find "$volumes" -name "*.jfs2" | wc -l)" 2
ok "started" startwpar dev
is "by the one that the specification has" "$(find "$volumes" -name "*.jfs2" | sed "s|$volumes/||")" dev/v.jfs2
ok "stopped" stopwpar -F dev
ok "killed so once more" sh -c 'WPAR_STOP_AT=moved chfs -m /wpars/dev/w /wpars/dev/v 2>/dev/null; true'
ok "rmfs" rmfs /wpars/dev/w
is "no name is left" "$(find "$volumes" -name "*.jfs2" | wc -l)" 0
ok "made again" crfs -v jfs2 -m /wpars/dev/deep/y -a size=16M
ok "started" startwpar dev
like "chfs -m while it is active" "$(chfs -m /wpars/dev/x /wpars/dev/deep/y 2>&1)" 'Active state; it must be stopped'
ok "stopped again, and back" sh -c 'stopwpar -F dev && chfs -m /wpars/dev/x /wpars/dev/deep/y'
ok "renamed" chwpar -n dev3 dev
is "mount(8) knows it by its new place" "$(cut -f 2 "$fstab" | tail -1)" "$WPARS_ROOT/wpars/dev3/x"
ok "mounted while it is stopped" mount -T "$fstab" "$WPARS_ROOT/wpars/dev3/x"
ok "rmwpar, while one is mounted outside" rmwpar dev3
is "fstab is as it was" "$(cat "$fstab")" "$(cat "$TMPDIR/fstab")"
is "no image is left" "$(find "$volumes" -type f)" ""
fails "nothing is mounted" grep -q " $WPARS_ROOT/wpars/" /proc/self/mountinfo
ok "no loop device is left" wait_for 10 no_loops
umount /usr/sbin

done_testing
