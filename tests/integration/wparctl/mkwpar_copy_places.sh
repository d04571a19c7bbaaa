#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mkwpar_copy_places.sh - mkwpar -t of a system that shows folders of one disk at several places, as ostree
# does: each file is in the copy once, where it is seen, and what is in no place that is copied is named
# timeout: 180
# tags: no-valgrind
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"
# shellcheck source=tests/integration/wparctl/copy_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/copy_lib.sh"
unset WPARS_ROOT

ldd "$(command -v busybox)" >/dev/null 2>&1 && skip_all "busybox needs libraries"

# ---- The root and /var are folders of a disk, which is mounted, too ----
system=$TMPDIR/system
mkdir -p "$system"/{deploy/{sysroot,media/usb},vars/home/ann,repo}
small_system "$system/deploy"
mv "$system/deploy/var"/* "$system/vars"
rmdir "$system/deploy/home"
ln -s var/home "$system/deploy/home"
mkdir -p "$system/vars/lib/precious"
echo precious >"$system/vars/lib/precious/f"
echo hers >"$system/vars/home/ann/f"
ln "$system/deploy/usr/bin/busybox" "$system/repo/object"
echo other >"$system/repo/other"
truncate -s 400M "$TMPDIR/disk.img"
truncate -s 16M "$TMPDIR/usb.img"
mkfs.ext4 -q -d "$system" "$TMPDIR/disk.img" || skip_all "no disk can be made"
mkfs.ext4 -q "$TMPDIR/usb.img"
rm -r "$system"
mkdir "$TMPDIR/disk" "$TMPDIR/root"
unshare --mount --propagation private bash -c '
	cd "$1" && mount -o loop disk.img disk && mount --bind disk/deploy root && mount --bind disk/vars root/var &&
	mount --bind disk root/sysroot && mkdir -p root/mnt && mount -t tmpfs -o mode=755 tmpfs root/mnt &&
	mkdir root/mnt/usb && mount -o loop usb.img root/mnt/usb && mkdir root/mnt/usb/music && echo song >root/mnt/usb/music/song &&
	cd root && pivot_root . old && mount -t proc proc proc && mount --rbind /old/sys sys && mount --rbind /old/dev dev &&
	umount -l /old && mount -t tmpfs tmpfs /run && touch /run/up && exec sleep 1000000' bash "$TMPDIR" 2>"$TMPDIR/space.err" &
space=$!
# shellcheck disable=SC2317 # the trap calls it
cleanup()
{
	kill "$space" 2>/dev/null
	wait "$space" 2>/dev/null
}
trap cleanup EXIT
# in_lpar COMMAND... - in that system
in_lpar()
{
	nsenter -t "$space" -m -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb "$@"
}
wait_for 10 test -e "/proc/$space/root/run/up" || bail_out "no system: $(cat "$TMPDIR/space.err")"

in_lpar mkwpar -n copy -t --minimal >"$TMPDIR/out" 2>"$TMPDIR/err"
is "mkwpar -t: status" "$?" 0
is "its words" "$(sort "$TMPDIR/err")" "mkwpar: /home is a symbolic link to /var/home; in the copy /home is the directory, and /var/home the link
mkwpar: what is in /mnt/usb: a disk that is mounted in /mnt, of which nothing is copied, is left out
mkwpar: what is in /mnt: tmpfs is left out
mkwpar: what is in /sysroot/deploy: the folder that is /, too, is left out
mkwpar: what is in /sysroot/vars: the folder that is /var, too, is left out"
copy=/proc/$space/root/wpars/copy
is "what is in /var is there" "$(cat "$copy/var/lib/precious/f" "$copy/home/ann/f" 2>&1 | tr '\n' ' ')" "precious hers "
is "by its own name alone" "$(find "$copy/" -name precious | sed "s,.*/wpars/copy,,")" "/var/lib/precious"
ok "the root is there" test -x "$copy/usr/bin/busybox"
is "of the disk is there what has no place of its own" "$(cd "$copy/sysroot" && find . -mindepth 1 ! -name lost+found | sort | tr '\n' ' ')" \
	"./deploy ./repo ./repo/object ./repo/other ./vars "
is "and no song" "$(find "$copy/" -name song)" ""
ok "it starts" in_lpar startwpar copy
is "and has it inside" "$(in_lpar clogin copy -- cat /var/lib/precious/f)" precious
ok "rmwpar" in_lpar rmwpar -F copy

# ---- What is seen elsewhere, too ----
in_lpar unshare --mount --propagation private /bin/sh -c 'mount --bind /mnt/usb/music /media/usb && "$@"' sh mkwpar -n copy -t --minimal >"$TMPDIR/out" 2>"$TMPDIR/err"
is "a folder of such a disk in another place: status" "$?" 0
is "is copied there" "$(cat "$copy/media/usb/song")" song
ok "rmwpar" in_lpar rmwpar -F copy
in_lpar unshare --mount --propagation private /bin/sh -c 'mount -t tmpfs tmpfs /var/lib && "$@"' sh mkwpar -n copy -t --minimal >"$TMPDIR/out" 2>"$TMPDIR/err"
is "what another mount covers: status" "$?" 0
is "is not there" "$(find "$copy/" -name precious)" ""
like "which is said" "$(cat "$TMPDIR/err")" "what is in /var/lib: tmpfs is left out"
ok "rmwpar" in_lpar rmwpar -F copy
done_testing
