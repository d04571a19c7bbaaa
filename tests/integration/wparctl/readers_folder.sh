#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# readers_folder.sh - a directory as an image, what is mounted below it too
#
# timeout: 120
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

PATH=$PAR_TEST_BUILD/tests:$PATH
export WPARS_ROOT=$TMPDIR/root
mkdir -p "$WPARS_ROOT"
store=$WPARS_ROOT/var/lib/wpars/images
from=$TMPDIR/from

# What is in a folder, attributes and all: a line each.
attributes()
{
	python3 - "$1" <<'PY'
import hashlib, os, stat, sys
top = os.fsencode(sys.argv[1])
names = {}
for folder, folders, files in sorted(os.walk(top)):
    for path in [folder] + [os.path.join(folder, f) for f in sorted(files)] + [
            os.path.join(folder, f) for f in sorted(folders) if os.path.islink(os.path.join(folder, f))]:
        st = os.lstat(path)
        kind = stat.S_IFMT(st.st_mode)
        if kind in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK):
            continue
        name = os.path.relpath(path, top)
        twin = names.setdefault(st.st_ino, name) if st.st_nlink > 1 and kind != stat.S_IFDIR else name
        what = b""
        if kind == stat.S_IFLNK:
            what = os.readlink(path)
        elif kind == stat.S_IFREG:
            what = hashlib.sha256(open(path, "rb").read()).hexdigest().encode()
        xattrs = [(n, os.getxattr(path, n, follow_symlinks=False)) for n in sorted(
            os.listxattr(path, follow_symlinks=False)) if not n.startswith("security.selinux")]
        print(name, oct(st.st_mode), st.st_uid, st.st_gid, st.st_mtime_ns, what, xattrs, kind == stat.S_IFREG and
              st.st_blocks * 512 < st.st_size, kind == stat.S_IFDIR or st.st_nlink)
PY
}

mkdir -p "$from"/{etc,bin,proc,mnt,usr,srv,dev,deep}
head -c 8192 "$(readlink -f /bin/true)" >"$from/bin/prog"
printf 'NAME="Example OS"\nID=example\nVERSION_ID=3.2\n' >"$from/etc/os-release"
python3 - "$from" <<'PY'
import os, socket, struct, sys
top = sys.argv[1]
os.chdir(top)
os.chown("bin/prog", 5, 60)
os.chmod("bin/prog", 0o4755)
os.link("bin/prog", "bin/twin")
os.link("bin/prog", "etc/twin")
os.symlink("x" * 3000, "bin/long")
os.symlink("/etc/passwd", "etc/passwd")
os.link("etc/passwd", "etc/passwd2", follow_symlinks=False)
os.mkfifo("srv/fifo", 0o640)
os.mknod("dev/null", 0o20666, os.makedev(1, 3))
socket.socket(socket.AF_UNIX).bind("srv/socket")
for name in (b"new\nline", b"\xff\xfe", b"quote\"'\\", "caf\u00e9".encode(), b"n" * 255, b"-rf", b" "):
    open(b"srv/" + name, "wb").write(name)
with open("srv/sparse", "wb") as f:
    f.seek(1 << 30)
    f.write(b"end")
    f.seek(5 << 20)
    f.write(b"m" * 70000)
    f.truncate(3 << 30)
open("srv/hole", "wb").truncate(100 << 20)
os.setxattr("etc/os-release", "user.kept", b"a\0=\nb")
os.setxattr("srv", "user.folder", b"")
os.setxattr("srv/sparse", b"user.a=b%3D\xff", b"odd")
os.setxattr("srv/fifo", "system.posix_acl_access", b"\2\0\0\0" + b"".join(
    struct.pack("<HHI", *e) for e in ((1, 6, 0xFFFFFFFF), (2, 4, 1999), (4, 4, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF))))
os.link("dev/null", "dev/second")
os.utime("srv/fifo", ns=(0, 1234567890_987654321))
os.utime("etc/os-release", ns=(0, -5_250000000))
os.chmod("deep", 0o1777)
path = "deep"
for _ in range(150):
    path += "/" + "d" * 20
    os.mkdir(path)
open(path + "/f", "w").write("deep")
os.utime("etc", ns=(0, 1111111111_000000001))
PY

ok "it is taken" fake-wpar mkwpar -n w1 -C -B "$from"
digest=$(ls -A "$store")
is "every attribute is what it was" "$(attributes "$from")" "$(attributes "$store/$digest/root")"
like "one with holes has them" "$(du -k "$store/$digest/root/srv/sparse")" '^[0-9]{1,4}[[:space:]]'
is "no device, no socket" "$(find "$store/$digest/root" -type b -o -type c -o -type s)" ""
ok "a second WPAR of it" fake-wpar mkwpar -n w2 -C -B "$from/"
is "which shares it" "$(ls -A "$store")" "$digest"
cp -a "$from" "$TMPDIR/copy"
ok "a copy is the same image" fake-wpar mkwpar -n w3 -C -B "$TMPDIR/copy"
is "by its digest" "$(ls -A "$store")" "$digest"
is "which lsmksysb has, too" "$(lsmksysb --json -f "$from" | jq -r .digest)" "$digest"
touch -d @1 "$from/etc/os-release"
ok "one in which something is different" fake-wpar mkwpar -n w4 -C -B "$from"
is "is another one" "$(ls -A "$store" | wc -l)" 2
for w in w1 w2 w3 w4; do fake-wpar rmwpar $w; done
is "the images go with their WPARs" "$(ls -A "$store")" ""

# A root as it is mounted: its own file systems come with it, those of the kernel do not.
truncate -s 20m "$TMPDIR/disk"
mkfs.ext4 -q "$TMPDIR/disk"
mount -o loop "$TMPDIR/disk" "$from/usr"
mkdir "$from/usr/lib"
echo usr >"$from/usr/lib/file"
mount -t proc proc "$from/proc"
mount -t tmpfs tmpfs "$from/mnt"
touch "$from/mnt/not"
ok "a root with what is mounted in it" fake-wpar mkwpar -n w1 -C -B "$from"
root=$(ls -d "$store"/*)/root
is "a file system of a disk is part of it" "$(cat "$root/usr/lib/file")" usr
is "those of the kernel are not" "$(ls -A "$root/proc" "$root/mnt")" "$(printf '%s:\n\n%s:' "$root/mnt" "$root/proc")"
fake-wpar rmwpar w1
umount "$from/proc" "$from/mnt"

# What is unpacked is what was looked at before
touch "$TMPDIR/wait"
WPAR_WAIT_AT="looked at" WPAR_WAIT_FILE=$TMPDIR/wait fake-wpar mkwpar -n w1 -C -B "$from" >"$TMPDIR/changed" 2>&1 &
maker=$!
ok "it was looked at" wait_for 60 test -e "$TMPDIR/wait.here"
echo other >"$from/usr/lib/file"
rm "$TMPDIR/wait"
wait "$maker"
is "a directory that changed since" "$?" 1
like "is said to have" "$(cat "$TMPDIR/changed")" "The image $from changed while it was read"
is "and nothing is left" "$(ls -A "$store")$(fake-wpar lswpar)" ""

# A file that grows less while it is read, and a name that is too long, leave nothing.
path=$from/usr
(cd "$path" && for i in $(seq 20); do mkdir "$(printf 'l%.0s' $(seq 250))" && cd "$(printf 'l%.0s' $(seq 250))" || exit; done)
output=$(fake-wpar mkwpar -n w1 -C -B "$from" 2>&1)
like "names that are too long together" "$output" 'The image .* cannot be used: .*has too long a name'
is "nothing is left" "$(ls -A "$store")$(fake-wpar lswpar)" ""
umount "$from/usr"
fails "an empty directory" fake-wpar mkwpar -n w1 -C -B "$from/usr"
output=$(fake-wpar mkwpar -n w1 -C -B /dev/null 2>&1)
like "a device" "$output" 'neither a regular file nor a directory'
is "nothing is left in the end" "$(ls -A "$store")$(fake-wpar lswpar)" ""
done_testing
