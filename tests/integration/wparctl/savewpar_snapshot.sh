#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# savewpar_snapshot.sh - backups from snapshots: base directories that are subvolumes of btrfs, clones of
# images of file systems, what stands in step in a WPAR that runs does so in its backup; refused with -T where
# there can be none; what a killed savewpar leaves; subvolumes that a WPAR makes itself; xfs has no snapshots
# timeout: 300
# tags: no-valgrind
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"
# shellcheck source=tests/integration/wparctl/backup_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/backup_lib.sh"

command -v mkfs.btrfs >/dev/null || skip_all "needs btrfs-progs"
grep -qw btrfs /proc/filesystems || skip_all "this kernel has no btrfs"
tools=$PAR_TEST_SOURCE/integration/wparctl
wpars=$WPARS_ROOT/wpars
base=$wpars/snap
volumes=$wpars/.volumes/snap
save=$TMPDIR/save
writer=

# shellcheck disable=SC2317 # the trap calls it
end()
{
	[ -z "$writer" ] || kill "$writer" 2>/dev/null
	clear_away snap old two plain
	umount "$WPARS_ROOT"
}
trap end EXIT

# disk TYPE - a file system of its own at WPARS_ROOT
disk()
{
	truncate -s 3G "$TMPDIR/disk.$1"
	"mkfs.$1" -q "$TMPDIR/disk.$1" >/dev/null &&
		mount -o loop "$TMPDIR/disk.$1" "$WPARS_ROOT" && chmod 700 "$WPARS_ROOT" &&
		mkdir -p "$WPARS_ROOT/etc" && mkdir -m 1777 "$WPARS_ROOT/tmp"
}

consistency()
{
	lssavewpar -l -f "$1" | sed -n 's/^CONSISTENCY: *//p'
}

# subvolumes - those of the disk, by their paths
subvolumes()
{
	btrfs subvolume list "$WPARS_ROOT" | cut -d' ' -f9 | sort | tr '\n' ' '
}

# in_step FILE WHAT - the two files of the writer, in the backup
in_step()
{
	local one two
	unpack "$1" "$TMPDIR/x"
	one=$(cat "$TMPDIR/x/data/step/one") two=$(cat "$TMPDIR/x/home/two")
	like "$2: in step ($one $two)" "$((${one:-0} - ${two:-0}))" '^[01]$'
	# Written in one piece, and never renamed: the last line has an end
	is "$2: nothing is half written" "$(tail -c 5 "$TMPDIR/x/data/log") $(tail -c 5 "$TMPDIR/x/home/log")" ".end .end"
}

# write_on - two file systems in step, until /data/stop is there
write_on()
{
	clogin snap sh -c 'mkdir -p /data/step; i=0; while [ ! -e /data/stop ]; do i=$((i + 1)); echo $i >/data/new; mv /data/new /data/step/one; echo $i >/home/new; mv /home/new /home/two;
		echo "$i .end" >>/data/log; echo "$i .end" >>/home/log; ln -f /data/step/one /data/step/name$((i % 5)); done' </dev/null >/dev/null 2>&1 &
	writer=$!
	ok "the writer runs" wait_for 10 test -s "$base/home/two"
}

write_off()
{
	clogin snap touch /data/stop </dev/null
	wait "$writer"
	writer=
	clogin snap rm /data/stop </dev/null
}

# ---- btrfs ----
ok "a disk of btrfs" disk btrfs
ok "mkwpar" mkwpar -n snap -M directory=/data vfs=ext4 size=64M
is "the base directory is a subvolume" "$(stat -c '%i %a' "$base") $(subvolumes)" "256 755 wpars/snap "
ok "a tree with one of each" python3 "$tools/tree.py" make "$base/home/tree"
ok "start" startwpar snap
write_on
for round in 1 2 3 4 5; do
	savewpar -v -f "$save" snap >"$TMPDIR/out" 2>"$TMPDIR/err"
	is "live $round: status" "$?" 0
	like "live $round: it is whole" "$(check "$save")" '^whole: [0-9]+ members, frozen'
	like "live $round: from a snapshot" "$(consistency "$save")" '^snapshot \([0-9]+ ms\)$'
	like "live $round: -v says it" "$(cat "$TMPDIR/err")" 'savewpar: snap stood still for [0-9]+ ms, while a snapshot of it was made'
	in_step "$save" "live $round"
done
is "each attribute of each file is there" "$(python3 "$tools/tree.py" list "$TMPDIR/x/home/tree")" "$(python3 "$tools/tree.py" list "$base/home/tree")"
like "image.data says it" "$(tr '\n' ' ' <"$TMPDIR/x/.savewpar_dir/image.data")" 'STATE = A.*CONSISTENCY = snapshot'
is "no snapshot is left" "$(subvolumes)$(ls -A "$volumes")" "wpars/snap data.ext4"
ok "-T" savewpar -T -f "$save" snap
is "the WPAR is Active" "$(state snap)" A

# Killed: with the WPAR standing still, with a snapshot, at any time
WPAR_STOP_AT=savewpar_still savewpar -f "$save" snap >/dev/null 2>&1
ok "killed while it stands still: it goes on" wait_for 10 is_state snap A
WPAR_STOP_AT=savewpar_taken savewpar -f "$save" snap >/dev/null 2>&1
is "killed with a snapshot: that is left" "$(subvolumes)" "wpars/.volumes/snap/.snapshot wpars/snap "
ok "it goes on" wait_for 10 is_state snap A
ok "savewpar again" savewpar -f "$save" snap
is "the snapshot has gone" "$(subvolumes)" "wpars/snap "
for round in $(seq 20); do
	savewpar -f "$save" snap >/dev/null 2>&1 &
	killed=$!
	sleep "0.$((RANDOM % 40 + 10))"
	kill -9 "$killed" 2>/dev/null
	wait "$killed" 2>/dev/null
done
ok "killed $round times: the WPAR goes on" wait_for 10 is_state snap A
write_off
WPAR_STOP_AT=savewpar_taken savewpar -f "$save" snap >/dev/null 2>&1
ok "stop" stopwpar -h snap
ok "start" startwpar snap
is "startwpar removes a snapshot, too" "$(subvolumes)" "wpars/snap "
one_loop()
{
	[ "$(losetup -nl -O BACK-FILE | grep -c "$volumes")" = 1 ]
}
ok "a loop device for the one image, and no more" wait_for 10 one_loop

# Without room for what the WPAR may write meanwhile it is read while it runs
free=$(df --output=avail -k "$WPARS_ROOT" | tail -1)
fallocate -l $(((free - 100000) * 1024)) "$WPARS_ROOT/filler"
refused "-T on a full disk" '-T: there can be no snapshot of snap: the disk has not as much free room' savewpar -T -f "$TMPDIR/n" snap
ok "without -T" savewpar -f "$save" snap
like "it is read while it runs" "$(consistency "$save")" '^frozen'
rm "$WPARS_ROOT/filler"
sync -f "$WPARS_ROOT"

# A subvolume that the WPAR makes itself is in no snapshot
make_subvolume='
import fcntl, os, sys
at = os.open(os.path.dirname(sys.argv[1]), os.O_RDONLY)
fcntl.ioctl(at, 0x5000940e, bytearray(bytes(8) + os.path.basename(sys.argv[1]).encode().ljust(4088, b"\0")))
open(sys.argv[1] + "/file", "w").write("mine\n")
if len(sys.argv) > 2:
    fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x4008941a, bytearray((2).to_bytes(8, sys.byteorder)))
'
ok "a subvolume inside" clogin snap python3 -c "$make_subvolume" /home/sub </dev/null
is "it is one" "$(stat -c %i "$base/home/sub")" 256
refused "-T: refused" 'it has subvolumes of its own' savewpar -T -f "$TMPDIR/n" snap
ok "without -T" savewpar -f "$save" snap
like "it is read while it runs" "$(consistency "$save")" '^frozen'
unpack "$save" "$TMPDIR/x"
is "with what is in the subvolume" "$(cat "$TMPDIR/x/home/sub/file")" mine
is "no file of those that were refused" "$(find "$TMPDIR" -maxdepth 1 -name 'n*')" ""
ok "one in it, which cannot be written to" clogin snap python3 -c "$make_subvolume" /home/sub/deep ro </dev/null
ok "stop" stopwpar -h snap
ok "rmwpar" rmwpar snap
is "all of them have gone" "$(subvolumes)$(ls -A "$wpars")" ".volumes"

# Restored: a subvolume again; stopped: a snapshot when it is asked for
ok "restwpar" restwpar -f "$save" -n two
is "its base directory is a subvolume" "$(stat -c %i "$wpars/two") $(cat "$wpars/two/home/sub/file")" "256 mine"
ok "savewpar of one that is stopped" savewpar -f "$save" two
is "it needs none" "$(consistency "$save")" stopped
ok "-T" savewpar -T -f "$save" two
is "it has one" "$(consistency "$save")" snapshot
WPAR_STOP_AT=savewpar_taken savewpar -T -f "$save" two >/dev/null 2>&1
is "one is left by a kill" "$(subvolumes)" "wpars/.volumes/two/.snapshot wpars/two "
ok "rmwpar" rmwpar two
is "it has gone, too" "$(subvolumes)$(ls -A "$wpars/.volumes")" ""
ok "mkwpar that fails" sh -c "! WPAR_STOP_AT=reserved mkwpar -n two -M directory=/data vfs=ext4 size=64M"
ok "is removed" rmwpar -F two
is "with its subvolume" "$(subvolumes)" ""

# A base directory that is there already, a plain folder: the snapshot is of the subvolume that it lies in
mkdir "$wpars/plain"
ok "mkwpar in a folder" mkwpar -n plain
echo one >"$wpars/plain/home/file"
ok "another, beside it" mkwpar -n two
ok "start" startwpar plain
ok "-T" savewpar -T -f "$save" plain
unpack "$save" "$TMPDIR/x"
is "its own files are there" "$(cat "$TMPDIR/x/home/file") $(find "$TMPDIR/x/wpars" -maxdepth 0 -name "*plain*" 2>/dev/null | wc -l)" "one 0"
is "no snapshot is left" "$(subvolumes)$(ls -A "$wpars/.volumes")" "wpars/two "
ok "stop, remove" rmwpar -F plain
ok "and the other" rmwpar two

# A versioned one: the layer of its changes, over the image
python3 - "$TMPDIR/root.tar" <<'PYTHON'
import io, tarfile, sys
t = tarfile.open(sys.argv[1], "w")
for name, mode in (("./bin", 0o755), ("./etc", 0o755), ("./data", 0o755), ("./tmp", 0o1777)):
    i = tarfile.TarInfo(name); i.type = tarfile.DIRTYPE; i.mode = mode; t.addfile(i)
def put(name, data, mode=0o644):
    i = tarfile.TarInfo(name); i.size = len(data); i.mode = mode; t.addfile(i, io.BytesIO(data))
put("./etc/os-release", b'ID=debian\nNAME="Debian"\nVERSION_ID="11"\n')
put("./etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
put("./etc/shadowed", b"image\n")
put("./bin/sh", open("/bin/busybox", "rb").read(), 0o755)
for a in ("cat", "sleep", "init", "mount", "ls"):
    i = tarfile.TarInfo("./bin/" + a); i.type = tarfile.SYMTYPE; i.linkname = "sh"; t.addfile(i)
t.close()
PYTHON
if [ -e /bin/busybox ]; then
	ok "mkwpar -C" mkwpar -n old -C -B "$TMPDIR/root.tar"
	is "its base directory is a subvolume" "$(stat -c '%i %a' "$wpars/old")" "256 700"
	ok "start" startwpar old
	echo changed >"$wpars/old/upper/etc/new"
	ok "-T" savewpar -T -f "$save" old
	unpack "$save" "$TMPDIR/x"
	is "its changes and its image" "$(cat "$TMPDIR/x/etc/new" "$TMPDIR/x/etc/shadowed" | tr '\n' ' ')" "changed image "
	ok "rmwpar" rmwpar -F old
fi
is "nothing is left of all" "$(subvolumes)$(ls -A "$wpars" "$wpars/.volumes" | tr -d '\n')" "$wpars:.volumes$wpars/.volumes:"
umount "$WPARS_ROOT"

# ---- xfs: images have clones, a base directory has no snapshot ----
ok "a disk of xfs" disk xfs
ok "mkwpar" mkwpar -n snap -M directory=/data vfs=ext4 size=64M -M directory=/data/deep vfs=xfs size=300M
ok "start" startwpar snap
refused "-T: refused" '-T: there can be no snapshot of snap: its base directory does not lie on btrfs' savewpar -T -f "$TMPDIR/n" snap
write_on
clogin snap sh -c 'ln /data/log /data/second; head -c 100000 /dev/urandom >/data/deep/file; mkdir /data/deep/folder; chmod 750 /data/deep' </dev/null
for round in 1 2 3 4 5; do
	savewpar -v -f "$save" snap >"$TMPDIR/out" 2>"$TMPDIR/err"
	is "xfs $round: status" "$?" 0
	like "xfs $round: it is whole" "$(check "$save")" '^whole: [0-9]+ members, frozen'
	like "xfs $round: its images are cloned" "$(cat "$TMPDIR/err")" 'savewpar: snap stood still for [0-9]+ ms, for [0-9]+ files and clones of its file systems'
	like "xfs $round: it is read while it runs" "$(consistency "$save")" '^frozen \([0-9]+ ms\)$'
	in_step "$save" "xfs $round"
done
is "nothing is left of the clones" "$(ls -A "$volumes" | tr '\n' ' ')" "data%2fdeep.xfs data.ext4 "
write_off
ok "stop" stopwpar -h snap
ok "an image that shares blocks with a clone is mounted again" startwpar snap
# What is not in step any more is all there, with each attribute, and comes once
clogin snap python3 -c "$(cat "$tools/tree.py")" make /data/tree </dev/null
clogin snap python3 -c "$(cat "$tools/tree.py")" make /data/deep/tree </dev/null
ok "savewpar" savewpar -f "$save" snap
ok "restwpar" restwpar -f "$save" -n two
ok "start" startwpar two
for folder in /data /data/deep; do
	is "$folder: each attribute of each file" "$(clogin two python3 -c "$(cat "$tools/tree.py")" list $folder </dev/null)" \
		"$(clogin snap python3 -c "$(cat "$tools/tree.py")" list $folder </dev/null)"
done
is "names in the images come once" "$(zstd -dcq "$save" | tar -t | grep -c -x -e ./data/log -e ./data/deep/file -e ./data/second)" 3
ok "rmwpar" rmwpar -F two
WPAR_STOP_AT=savewpar_written savewpar -f "$save" snap >/dev/null 2>&1
is "killed: nothing is left of the clones" "$(ls -A "$volumes" | tr '\n' ' ')" "data%2fdeep.xfs data.ext4 "
one_loop_each()
{
	[ "$(losetup -nl -O BACK-FILE | grep -c "$volumes")" = 2 ]
}
ok "a loop device for each image, and no more" wait_for 10 one_loop_each
# Without room for what the WPAR may write meanwhile
free=$(df --output=avail -k "$WPARS_ROOT" | tail -1)
fallocate -l $(((free - 100000) * 1024)) "$WPARS_ROOT/filler"
savewpar -v -f "$TMPDIR/full.save" snap >"$TMPDIR/out" 2>"$TMPDIR/err"
is "on a full disk: status" "$?" 0
unlike "there are no clones" "$(cat "$TMPDIR/err")" 'clones'
rm "$WPARS_ROOT/filler"
# A large file of the base directory is cloned, too, while it stands still: it takes no room then.
# shellcheck disable=SC2317 # wait_for calls it
large()
{
	[ "$(stat -c %s "$base/home/large" 2>/dev/null)" = 314572800 ] && [ -s "$base/home/changes" ]
}
clogin snap sh -c 'fallocate -l 300M /home/large; while [ ! -e /home/done ]; do echo x | dd of=/home/large conv=notrunc status=none; echo x >/home/changes; done' </dev/null &
writer=$!
ok "a large file changes" wait_for 20 large
used=$(df --output=used -k "$WPARS_ROOT" | tail -1)
touch "$TMPDIR/wait"
WPAR_WAIT_AT=savewpar_copied WPAR_WAIT_FILE=$TMPDIR/wait savewpar -v -f "$save" snap >"$TMPDIR/out" 2>"$TMPDIR/err" &
saving=$!
ok "it stands still no more" wait_for 60 test -e "$TMPDIR/wait.here"
more=$(($(df --output=used -k "$WPARS_ROOT" | tail -1) - used))
ok "what was cloned takes no room ($more KiB)" test "$more" -lt 150000
rm "$TMPDIR/wait"
wait $saving
is "status" "$?" 0
like "it is whole" "$(check "$save")" '^whole: [0-9]+ members, frozen'
unpack "$save" "$TMPDIR/x"
is "with the large file" "$(stat -c %s "$TMPDIR/x/home/large") $(head -c 2 "$TMPDIR/x/home/large")" "314572800 x"
ok "which comes again, behind the passes" test "$(zstd -dcq "$save" | tar -t | grep -c -x ./home/large)" -gt 2
touch "$base/home/done"
wait $writer
writer=
ok "rmwpar" rmwpar -F snap
done_testing
