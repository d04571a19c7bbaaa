#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# versioned_mounts.sh - versioned WPARs with file systems of their own (-M): filled from the image with every
# attribute, sized by its image.data, saved and restored with it, changed by chwpar; what is refused; kills
# timeout: 240
# tags: no-valgrind
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

[ -x /bin/busybox ] || skip_all "needs busybox-static"
tools=$PAR_TEST_SOURCE/integration/wparctl
wpars=$WPARS_ROOT/wpars
store=$WPARS_ROOT/var/lib/wpars/images
disk=$(stat -c %Hd:%Ld "$WPARS_ROOT")
image=$TMPDIR/old.tar
mkdir -m 700 "$WPARS_ROOT/srv"
mkdir -p "$WPARS_ROOT/etc"
mkdir -m 1777 "$WPARS_ROOT/tmp"
echo global >"$WPARS_ROOT/srv/file"
trap 'clear_away old new own other; umount "$WPARS_ROOT/srv/bound" 2>/dev/null' EXIT

# A root of busybox; below /data one file of each kind.
tree=$TMPDIR/tree
mkdir -p "$tree/bin" "$tree/etc" "$tree/tmp" "$tree/home/user" "$tree/data/sub/deep" "$tree/usr/local/share"
cp /bin/busybox "$tree/bin/sh"
for name in cat ls sleep init mount umount echo rm mkdir stat id; do
	ln -s sh "$tree/bin/$name"
done
printf 'ID=debian\nNAME="Debian"\nVERSION_ID="11"\n' >"$tree/etc/os-release"
echo root:x:0:0:root:/root:/bin/sh >"$tree/etc/passwd"
ok "a tree with one of each" python3 "$tools/tree.py" make "$tree/data/tree"
chown 7:8 "$tree/data"
chmod 2751 "$tree/data"
echo below >"$tree/data/sub/deep/file"
echo image >"$tree/home/user/file"
ln -s data "$tree/link"
cat >"$tree/image.data" <<'DATA'
image_data:
	FORMAT = 1
	OSNAME = "Debian"
	OSID = debian
	OSLEVEL = 11
	ARCH = x86_64
	KERNEL_RELEASE = "5.10.0-1-amd64"
fs_data:
	FS_NAME = "/"
	FS_SIZE = 65536
fs_data:
	FS_NAME = "/data"
	FS_TYPE = jfs2
	FS_SIZE = 65537
fs_data:
	FS_NAME = "/home"
	FS_TYPE = ext4
	FS_SIZE = 2048
DATA
sed -i "s/x86_64/$(uname -m)/" "$tree/image.data"
tar -C "$tree" --xattrs --xattrs-include='*' --format=pax -cf "$image" ./image.data --exclude ./image.data .

inside()
{
	clogin "$1" -- sh -c "$2" </dev/null 2>&1
}

# left - images of file systems, loop devices of them, images of systems
left()
{
	find "$wpars/.volumes" -type f | wc -l
	# All tests have the same path; other tests have other names, or their own disk.
	losetup -nl -O BACK-MAJ:MIN,BACK-FILE 2>/dev/null | grep -c "^ *$disk .*/wpars/.volumes/\(old\|new\|own\|other\)/"
	find "$store" -mindepth 1 -maxdepth 1 -name '[0-9a-f]*' 2>/dev/null | wc -l
}

# shellcheck disable=SC2317 # wait_for calls it
nothing_left()
{
	[ "$(left | tr '\n' ' ')" = "0 0 0 " ]
}

# mounts NAME - of its specification: places, types, sizes
mounts()
{
	sed -n 's/^\t*\(directory\|vfs\|size\) *= "*\([^"]*\)"*$/\2/p' "$WPARS_ROOT/etc/wpars/$1.cf" | tr '\n' ' '
}

# content WHERE - of /data, in a form that can be compared
content()
{
	python3 "$tools/tree.py" list "$1/tree"
	stat -c '%u %g %a' "$1"
}

ok "mkwpar -C -M" mkwpar -n old -C -B "$image" -M directory=/data -M directory=/data/sub vfs=ext4 size=20M -M directory=/srv vfs=namefs dev="$WPARS_ROOT/srv" -M directory=/usr/local vfs=jfs2 size=16M
is "sizes: of the image, where none is given" "$(mounts old)" "/wpars/old / overlay /data jfs2 33M /data/sub ext4 20M /proc proc /srv namefs /usr/local jfs2 16M "
is "lswpar -M" "$(lswpar -Mc -q -a mountpoint,vfs old | tr '\n' ' ')" "/wpars/old:overlay /wpars/old/data:jfs2 /wpars/old/data/sub:ext4 /wpars/old/proc:namefs /wpars/old/srv:namefs /wpars/old/usr/local:jfs2 "
ok "start" startwpar old
is "what the image has there" "$(inside old 'cat /data/sub/deep/file /srv/file; ls /usr/local')" "$(printf 'below\nglobal\nlost+found\nshare')"
like "each is a file system of its own" "$(inside old 'cat /proc/mounts')" ' /data ext4 '
is "all three" "$(inside old 'cat /proc/mounts' | grep -c -e ' /data ext4 ' -e ' /data/sub ext4 ' -e ' /usr/local ext4 ')" 3
inside old 'rm -r /data/sub/deep; echo new >/data/sub/new; mkdir /data/empty; echo x >/etc/changed'
is "the image stays as it was" "$(find "$store" -path '*/root/data/sub/deep/file')" "$(echo "$store"/*/root/data/sub/deep/file)"
is "and nothing of it is in the layer of changes" "$(find "$wpars/old/upper/data" -mindepth 1 2>/dev/null | grep -v '/data/sub$')" ""
ok "stop" stopwpar -h old

# With every attribute
mkdir "$TMPDIR/m"
mount -o loop,ro "$wpars/.volumes/old/data.jfs2" "$TMPDIR/m"
is "every attribute is the image's" "$(content "$TMPDIR/m")" "$(content "$(echo "$store"/*/root/data)")"
is "what lies in another file system is there" "$(find "$TMPDIR/m/sub" -mindepth 1)" ""
umount "$TMPDIR/m"
ok "start again" startwpar old
is "what was written is there" "$(inside old 'cat /data/sub/new; ls /data/sub')" "$(printf 'new\nlost+found\nnew')"

# Saved while it runs, and restored beside it
ok "savewpar" savewpar -f "$TMPDIR/save" old
like "its file systems" "$(lssavewpar -l -c -f "$TMPDIR/save" | tr '\n' ' ')" '/wpars/old/data:jfs2:33:.*/wpars/old/data/sub:ext4:20:'
ok "restwpar" restwpar --trust -f "$TMPDIR/save" -n new -s
is "what was saved" "$(inside new 'cat /data/sub/new /etc/changed /srv/file; ls -d /data/empty; ls /usr/local')" "$(printf 'new\nx\nglobal\n/data/empty\nlost+found\nshare')"
is "file systems of its own" "$(inside new 'cat /proc/mounts' | grep -c -e ' /data ext4 ' -e ' /data/sub ext4 ' -e ' /usr/local ext4 ')" 3
is "of the same sizes" "$(mounts new)" "/wpars/new / overlay /data jfs2 33M /data/sub ext4 20M /proc proc /srv namefs /usr/local jfs2 16M "
ok "rmwpar" rmwpar -F new
is "with its file systems" "$(ls -A "$wpars/.volumes")" old

# chwpar
ok "a further one, while it runs" chwpar -M directory=/live vfs=jfs2 size=16M old
ok "it is there" inside old 'echo live >/live/file'
like "as a file system" "$(inside old 'cat /proc/mounts')" ' /live ext4 '
# ext4 grows only with CAP_SYS_RESOURCE, which not every test machine has.
if capsh --has-p=cap_sys_resource 2>/dev/null; then
	ok "larger, while it runs" chwpar -M directory=/data size=48M old
	is "it has grown" "$(stat -c %s "$wpars/.volumes/old/data.jfs2")" $((48 << 20))
else
	refused "ext4 without the right to" "cannot grow: Operation not permitted" chwpar -M directory=/data size=48M old
fi
refused "never smaller" "cannot be made smaller" chwpar -M directory=/data size=20M old
ok "stop" stopwpar -h old
ok "one, while it is stopped" chwpar -M directory=/more vfs=ext4 size=16M old
ok "and one is removed" rmfs /wpars/old/live
refused "by its own command" "it is a file system of its own, with files; rmfs removes it" chwpar -K -M directory=/more old
ok "start" startwpar old
is "they are so" "$(inside old 'cat /proc/mounts' | grep -c -e ' /more ext4 ' -e ' /live ext4 ')$(inside old 'ls /live')" 1
ok "crfs, while it runs" crfs -v jfs2 -m /wpars/old/x -a size=16M
ok "mounted" wparctl mountfs "$wpars/old/x"
like "inside" "$(inside old 'cat /proc/mounts')" ' /x ext4 '
is "and not outside" "$(grep -c "$wpars/old/x" /proc/self/mountinfo)$(ls -d "$wpars/old/x" 2>/dev/null)" 0
ok "rmfs unmounts it" rmfs /wpars/old/x
is "it has gone" "$(inside old 'cat /proc/mounts' | grep -c ' /x ')$(find "$wpars/.volumes/old" -name "*x.jfs2*")" 0
refused "a place that is none of its own" "-M directory=/usr: /usr of a versioned workload partition is its image's" chwpar -M directory=/usr vfs=jfs2 size=64M old
ok "rmwpar" rmwpar -F old
ok "nothing is left" wait_for 10 nothing_left

# Places of which the image has nothing: all folders on the way are made, by root inside
ok "far below what the image has" mkwpar -n old -C -B "$image" -M directory=/far/below vfs=ext4 size=16M -M directory=/far/below/it/all vfs=jfs2 size=16M -M directory=/away/srv vfs=namefs dev="$WPARS_ROOT/srv"
ok "start" startwpar old
is "they are there" "$(inside old 'cat /proc/mounts' | grep -c -e ' /far/below ext4 ' -e ' /far/below/it/all ext4 ')$(inside old 'cat /away/srv/file')" 2global
is "and the folders are root's" "$(inside old 'stat -c "%u %a" /far /away /far/below/it' | uniq)" "0 755"
ok "one more, while it runs" chwpar -M directory=/q/r/s vfs=ext4 size=16M old
like "it is there" "$(inside old 'cat /proc/mounts')" ' /q/r/s ext4 '

# Inside, its root unmounts and mounts them, as in any WPAR
ok "umount inside" inside old '/bin/umount /far/below/it/all'
is "it has gone" "$(inside old 'cat /proc/mounts' | grep -c ' /far/below/it/all ')" 0
ok "mount inside" inside old '/bin/mount /far/below/it/all'
is "it is back" "$(inside old 'cat /proc/mounts' | grep -c ' /far/below/it/all ')" 1
is "what is not its own" "$(inside old '/bin/mount /etc')" "mount: 0506-325 /etc is not a known file system."
ok "stop" stopwpar -h old
ok "start" startwpar old
inside old 'ln -s /etc /lk; touch /file; mkdir /made'
ok "stop" stopwpar -h old
for place in /lk /lk/x /file /file/x; do
	refused "$place, which its root has made" "$place cannot be a mount point: in the workload partition it is, or lies below, a file or a symbolic link" chwpar -M directory=$place vfs=ext4 size=16M old
	refused "$place by crfs" "it is, or lies below, a file or a symbolic link" crfs -v jfs2 -m /wpars/old$place -a size=16M
done
is "none was made" "$(find "$wpars/.volumes/old" -name 'lk*' -o -name 'file*')" ""
ok "a folder of its own" chwpar -M directory=/made vfs=ext4 size=16M old
ok "one more, while it is stopped" chwpar -M directory=/qq/r vfs=ext4 size=16M old
ok "and by crfs" crfs -v jfs2 -m /wpars/old/x/y/z -a size=16M
ok "start" startwpar old
is "they are there" "$(inside old 'cat /proc/mounts' | grep -c -e ' /qq/r ext4 ' -e ' /x/y/z ext4 ')" 2
# The layers of such a WPAR lie in its base directory: none is hidden by a mount point of that name.
ok "a place of that name" chwpar -M directory=/upper vfs=ext4 size=16M old
is "is inside alone" "$(inside old 'cat /proc/mounts' | grep -c ' /upper ext4 ')$(grep -c "$wpars/old/upper" /proc/self/mountinfo)" 10
ok "rmwpar" rmwpar -F old
ok "nothing is left" wait_for 10 nothing_left

# What is refused
no()
{
	local name=$1 pattern=$2
	shift 2
	refused "$name" "$pattern" mkwpar_said "$image" "$@"
}

# mkwpar_said IMAGE... - what it says of the error alone
mkwpar_said()
{
	local from=$1
	shift
	{ mkwpar -n old -C -B "$from" "$@" >/dev/null; } 2>&1
}
no "the root" "-M directory=/: the root directory is the image's" -M directory=/ vfs=ext4 size=64M
no "/usr" "-M directory=/usr: /usr of a versioned" -M directory=/usr vfs=ext4 size=64M
no "/bin" "-M directory=/bin: /bin of a versioned" -M directory=/bin vfs=ext4 size=64M
no "/usr shared" "/usr of a versioned workload partition is its image's" -M directory=/usr vfs=namefs dev=/usr
no "/opt shared" "/opt of a versioned workload partition is always private" -M directory=/opt vfs=namefs dev=/opt
no "/etc" "/etc is a part of the root directory" -M directory=/etc vfs=ext4 size=64M
no "/dev" "/dev is made by the start" -M directory=/dev/x vfs=ext4 size=64M
no "a directory" "a directory of a versioned workload partition is its image's" -M directory=/var vfs=directory size=64M
no "without a size that the image says" "-M directory=/other: vfs=jfs2 needs size=" -M directory=/other
no "a link of the image" "-M directory=/link: in the image that is, or lies below, a file or a symbolic link" -M directory=/link vfs=ext4 size=20M
no "in a file of the image" "-M directory=/home/user/file/x" -M directory=/home/user/file/x vfs=ext4 size=20M
dd if=/dev/urandom of="$tree/home/large" bs=1M count=20 2>/dev/null
rm "$tree/data/tree/socket"
tar -C "$tree" -cf "$TMPDIR/large.tar" ./image.data --exclude ./image.data .
refused "what does not fit" "-M directory=/home: what the image has there does not fit into 16M" mkwpar_said "$TMPDIR/large.tar" -M directory=/home
ok "nothing is left of all" wait_for 10 nothing_left

# Nothing that belongs to another one
share()
{
	{ "$@" >/dev/null; } 2>&1
}
ok "another one" mkwpar -n other -C -B "$image" -M directory=/data
no "its directory" "-M directory=/srv: $wpars/other belongs to the files of workload partition other, and a versioned one shares no file system with another" \
	-M directory=/srv vfs=namefs dev="$wpars/other"
no "a folder in it, read-only" "$wpars/other/upper belongs to" -M directory=/srv vfs=namefs dev="$wpars/other/upper" mountopts=ro
no "its images" "$wpars/.volumes/other belongs to" -M directory=/srv vfs=namefs dev="$wpars/.volumes/other"
no "what has it" "$wpars has in it the files of workload partition other" -M directory=/srv vfs=namefs dev="$wpars" mountopts=ro
mkdir "$WPARS_ROOT/srv/bound"
mount --bind "$wpars/other/upper" "$WPARS_ROOT/srv/bound"
no "by another name" "$WPARS_ROOT/srv/bound belongs to" -M directory=/srv vfs=namefs dev="$WPARS_ROOT/srv/bound"
umount "$WPARS_ROOT/srv/bound"
ok "what nobody else has" mkwpar -n old -C -B "$image" -M directory=/srv vfs=namefs dev="$WPARS_ROOT/srv"
refused "chwpar" "-M directory=/x: $wpars/other belongs to" share chwpar -M directory=/x vfs=namefs dev="$wpars/other" old
ok "a native one is given it" mkwpar -n own -M directory=/theirs vfs=namefs dev="$wpars/other"
ok "rmwpar" rmwpar own
ok "one that is made there later" mkwpar -n own -d /srv/bound/own
refused "the start of the first" "$WPARS_ROOT/srv has in it the files of workload partition own" share startwpar old
ok "rmwpar" rmwpar own
ok "then it starts" startwpar old
clear_away old own other
ok "nothing is left" wait_for 10 nothing_left

# Killed at each step: what is left goes with rmwpar, and mkwpar makes it anew
for at in taken reserved "image made"; do
	WPAR_STOP_AT=$at mkwpar -n old -C -B "$image" -M directory=/data -M directory=/home >/dev/null 2>&1
	ok "killed when $at: rmwpar" rmwpar -F old
	ok "killed when $at: nothing is left" wait_for 10 nothing_left
done
for round in $(seq 10); do
	mkwpar -n old -C -B "$image" -M directory=/data -M directory=/home >/dev/null 2>&1 &
	killed=$!
	sleep "0.0$((RANDOM % 90 + 10))"
	kill -9 "$killed" 2>/dev/null
	wait "$killed" 2>/dev/null
done
[ "$(state old 2>/dev/null)" = D ] || ok "after $round kills it is made" mkwpar -n old -C -B "$image" -M directory=/data -M directory=/home
ok "it starts" startwpar old
is "and has what the image has" "$(inside old 'cat /home/user/file; ls /data')" "$(printf 'image\nlost+found\nsub\ntree')"

# Settings of a native one: its own file systems are none of the image
ok "a native one" mkwpar -n own -M directory=/data vfs=ext4 size=18M
ok "-e of it, -C -B" mkwpar -n other -e own -C -B "$image" -M directory=/home size=17M
is "has what -M says" "$(mounts other)" "/wpars/other / overlay /home jfs2 17M /proc proc "
clear_away old own other
ok "nothing is left" wait_for 10 nothing_left
done_testing
