#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mksysb_places.sh - images/mksysb where folders of one disk are seen at several places, and on btrfs: what is
# seen is in the image once, where it is seen, and SIZE_KB, -e and the archive mean the same files
# timeout: 240
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

script=$PAR_TEST_SOURCE/../images/mksysb
work=$(mktemp -d)
trap 'clear_away tree box; umount -R "$work"/root "$work"/disk* 2>/dev/null; rm -rf "$work"' EXIT

# system ROOT - a system of busybox alone in that folder
system()
{
	local p
	mkdir -p "$1"/{bin,etc,dev,proc,tmp,var,srv,data,mnt/b} || return 1
	cp "$(type -P busybox)" "$1/bin/busybox"
	for p in $("$1/bin/busybox" --list); do
		ln -s busybox "$1/bin/$p" 2>/dev/null
	done
	printf 'NAME="Tiny Linux"\nID=tiny\nVERSION_ID="3.2"\n' >"$1/etc/os-release"
	echo 'root:x:0:0::/:/bin/sh' >"$1/etc/passwd"
	mknod -m 666 "$1/dev/null" c 1 3
	cp "$script" "$1/mksysb"
}

# disk NAME SIZE KIND - a new file system, mounted on $work/NAME
disk()
{
	mkdir -p "$work/$1"
	truncate -s "$2" "$work/$1.img"
	"mkfs.$3" -q "$work/$1.img" 2>/dev/null && mount -o loop "$work/$1.img" "$work/$1"
}

# with PROGRAM... - puts them and their libraries into $work/root
with()
{
	local name p lib
	for name; do
		p=$(type -P "$name") || return 1
		rm -f "$work/root/bin/$name"
		cp "$p" "$work/root/bin/$name"
		ldd "$p" | grep -o '/[^ ]*' | while read -r lib; do
			mkdir -p "$work/root${lib%/*}"
			cp -n "$lib" "$work/root$lib"
		done
	done
}

# image WORD... - makes $work/i.tar of $work/root, what is said in $work/said, its members in $work/names
image()
{
	PATH=/usr/bin:/bin:/usr/sbin:/sbin chroot "$work/root" /bin/sh /mksysb -i "$@" - >"$work/i.tar" 2>"$work/said" </dev/null || return 1
	tar -tf "$work/i.tar" 2>/dev/null | sort >"$work/names"
}

# has PATTERN - the members that it matches, in one line
has()
{
	grep -E "$1" "$work/names" | tr '\n' ' ' | sed 's/ $//'
}

# size_kb - what the image says of its size
size_kb()
{
	tar -xOf "$work/i.tar" ./image.data 2>/dev/null | sed -n 's/^\tSIZE_KB = //p'
}

# is_about KIB - does it say that, but for folders and the like?
is_about()
{
	local kb
	kb=$(size_kb)
	[ "$kb" -ge "$1" ] && [ "$kb" -lt $(($1 + 6000)) ] || { echo "# SIZE_KB = $kb, and not $1" && return 1; }
}

# ---- The root and /var are folders of a disk, which is mounted, too (ostree) ----
disk disk 64M ext4 || skip_all "no disk can be made"
system "$work/disk/deploy"
mkdir -p "$work/disk"/{vars/lib,repo,deploy/sysroot} "$work/root"
echo precious >"$work/disk/vars/lib/precious"
head -c 8000000 /dev/urandom >"$work/disk/vars/lib/much"
ln "$work/disk/deploy/bin/busybox" "$work/disk/repo/object"
echo other >"$work/disk/repo/other"
used=$(du -sk "$work/disk" | cut -f1)
mount --bind "$work/disk/deploy" "$work/root" && mount --bind "$work/disk/vars" "$work/root/var" &&
	mount --bind "$work/disk" "$work/root/sysroot" && mount -t proc proc "$work/root/proc"
ok "ostree: an image is made" image
is "ostree: what is in /var is there, once" "$(has 'precious|much')" "./var/lib/much ./var/lib/precious"
is "ostree: and the root" "$(has '/etc/passwd|/bin/busybox')" "./bin/busybox ./etc/passwd"
is "ostree: of the disk is there what has no place of its own" "$(has '^./sysroot')" \
	"./sysroot/ ./sysroot/deploy/ ./sysroot/lost+found/ ./sysroot/repo/ ./sysroot/repo/object ./sysroot/repo/other ./sysroot/vars/"
ok "ostree: nothing is counted twice" is_about "$used"
files=$(sed -n 's/^Backing up \([0-9]*\) files.*/\1/p' "$work/said")
# What it makes itself is among them.
ok "ostree: nor named twice" test "$files" -lt $(($(wc -l <"$work/names") + 60))
ok "ostree: mkwpar takes it" mkwpar -n tree -C -B "$work/i.tar"
is "ostree: and has it" "$(cat "$WPARS_ROOT/var/lib/wpars/images/$(sha256sum "$work/i.tar" | cut -d' ' -f1)/root/var/lib/precious")" precious
rmwpar -F tree

# ---- Folders of a disk that is itself not seen ----
disk disk2 16M ext4
mkdir "$work/disk2/user" "$work/disk2/wide"
echo mine >"$work/disk2/user/mine"
echo wide >"$work/disk2/wide/wide"
mount "$(findmnt -no SOURCE "$work/disk2" | sed 's/\[.*//')" "$work/root/data"
mount --bind "$work/root/data/user" "$work/root/mnt/b"
mount --bind "$work/root/data/wide" "$work/root/srv"
image
is "a folder of a disk is saved in its place there" "$(has '/mine|/wide$|srv/|mnt/b/')" "./data/user/mine ./data/wide/wide ./mnt/b/ ./srv/"
echo /data >"$work/root/tmp/without"
image -x /tmp/without
is "-x: a file system that stays out does so wherever it is seen" "$(has '/mine|/wide$|data/.')" ""
mount -t tmpfs tmpfs "$work/root/data"
image
is "it is saved elsewhere where that is covered" "$(has '/mine|/wide$')" "./mnt/b/mine ./srv/wide"
umount "$work/root/data" "$work/root/data"
image
is "or no more mounted" "$(has '/mine|/wide$')" "./mnt/b/mine ./srv/wide"
mount --bind "$work/root/mnt/b" "$work/root/data"
image
is "a folder that is seen twice is saved once" "$(has '/mine')" "./mnt/b/mine"
umount "$work/root/data" "$work/root/mnt/b"
mount -t tmpfs tmpfs "$work/root/mnt"
mkdir "$work/root/mnt/b"
mount --bind "$work/disk2/user" "$work/root/mnt/b"
image
is "a disk in what is left out is left out" "$(has '/mine')" ""
like "and that is said" "$(cat "$work/said")" '^Not saved: /mnt/b, which is mounted in /mnt, and nothing there is saved\.$'
mount --bind "$work/disk2/user" "$work/root/data"
image
is "but saved where it is seen besides" "$(has '/mine')" "./data/mine"
unlike "and then nothing is said" "$(cat "$work/said")" '^Not saved:'
touch "$work/disk2/a file"
echo mounted >"$work/disk2/a file"
touch "$work/root/etc/over"
mount --bind "$work/disk2/a file" "$work/root/etc/over"
image
is "a file that is mounted over another is there as it is seen" "$(tar -xOf "$work/i.tar" ./etc/over 2>/dev/null)" mounted
is "and is no file system" "$(tar -xOf "$work/i.tar" ./image.data 2>/dev/null | grep -c 'FS_NAME = "/etc/over"')" 0
umount "$work/root/proc"
fails "without /proc there is no image" image
is "and that is said" "$(cat "$work/said")" "mksysb: what is mounted cannot be told, for there is no /proc here; mount -t proc proc /proc"
umount -R "$work/root"
umount "$work/disk" "$work/disk2"

# ---- btrfs ----
if ! type -P mkfs.btrfs >/dev/null || ! disk disk3 512M btrfs; then
	skip "btrfs" "no such file system can be made here"
	done_testing
	exit
fi
btrfs -q subvolume create "$work/disk3/@"
system "$work/disk3/@"
mkdir -p "$work/disk3/@/var/lib" "$work/disk3/@/home"
btrfs -q subvolume create "$work/disk3/@home"
echo hers >"$work/disk3/@home/hers"
btrfs -q subvolume create "$work/disk3/@/var/lib/machines of old"
btrfs -q subvolume create "$work/disk3/@/var/lib/machines of old/inner"
head -c 90000000 /dev/urandom >"$work/disk3/@/var/lib/machines of old/vm.raw"
echo inner >"$work/disk3/@/var/lib/machines of old/inner/file"
mount -t btrfs -o subvol=@ "$(findmnt -no SOURCE "$work/disk3")" "$work/root" &&
	mount -t btrfs -o subvol=@home "$(findmnt -no SOURCE "$work/disk3")" "$work/root/home" &&
	mount -t proc proc "$work/root/proc"
btrfs -q subvolume snapshot -r "$work/root" "$work/root/before"
btrfs -q subvolume snapshot "$work/root/var/lib/machines of old/inner" "$work/root/srv/writable"
sync
image
is "btrfs: subvolumes that are not mounted are there, and those that are" "$(has '^./(var|srv|home)/.*(inner/file|vm.raw|hers|writable/file)')" \
	"./home/hers ./srv/writable/file ./var/lib/machines of old/inner/file ./var/lib/machines of old/vm.raw"
like "btrfs: without its program all are, and that is said" "$(cat "$work/said")" '^There is no program btrfs that tells snapshots'
with btrfs
image
is "btrfs: a read-only snapshot is not" "$(has '^./before/.')" ""
like "btrfs: which is said" "$(cat "$work/said")" '^Not saved: /before, a read-only snapshot\.$'
is "btrfs: a snapshot that can be written to is" "$(has 'writable/file')" ./srv/writable/file
ok "btrfs: all of it is counted" is_about $((90000000 / 1024 + $(du -skx "$work/root" | cut -f1)))
is "btrfs: lsmksysb finds nothing against it" "$(lsmksysb --json -f "$work/i.tar" | jq .usable)" true
ok "btrfs: mkwpar takes it" mkwpar -n box -C -B "$work/i.tar"
rmwpar -F box
echo '^./var/lib/machines of old/' >"$work/root/etc/exclude.rootvg"
image -e
is "btrfs: -e leaves out what is in them" "$(has 'machines|writable/file')" "./srv/writable/file ./var/lib/machines of old/"
done_testing
