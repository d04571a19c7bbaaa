#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# savewpar_holes.sh - a hole costs nothing, however large: files of 1 TiB that are nearly empty are saved, verified
# and restored, of a WPAR that runs as well, and taken as images; what the list of checksums says of holes is held;
# what a backup says of itself and cannot be is refused.  What digests, reads or writes a hole does not end in time
# timeout: 300
# uses: old-roots
# tags: no-valgrind
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"
# shellcheck source=tests/integration/wparctl/backup_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/backup_lib.sh"

tools=$PAR_TEST_SOURCE/integration/wparctl
export PYTHONDONTWRITEBYTECODE=1
work=$WPARS_ROOT/work
home=$WPARS_ROOT/wpars/dev/home

# shellcheck disable=SC2317 # the trap calls it
end()
{
	clear_away dev q old
	umount "$WPARS_ROOT"
} 2>/dev/null
trap end EXIT

# Where a file may have 4 TiB, whatever the disk is.
mount -t tmpfs -o mode=755 none "$WPARS_ROOT" || skip_all "nothing can be mounted here"
mkdir -m 1777 "$WPARS_ROOT/tmp"
mkdir -m 700 "$work"

# make FOLDER - files of 256 GiB to 1 TiB: without data, with a little here and there, and with zeros that are data
make()
{
	python3 - "$1" <<'PY'
import os, sys
tib = 1 << 40
os.mkdir(sys.argv[1])
for name, size, parts in (("none", tib // 2, ()), ("some", tib, ((0, b"a" * 5000), (tib // 2 + 77, b"middle"), (tib - 3, b"end"))),
                          ("zeros", tib // 4, ((1 << 20, bytes(1 << 20)),)), ("begin", tib // 4, ((0, b"x" * 100),))):
    with open(f"{sys.argv[1]}/{name}", "wb") as f:
        for at, data in parts:
            f.seek(at)
            f.write(data)
        f.truncate(size)
PY
}

# map FOLDER - of each file its size, where its data is, and the digest of that
map()
{
	python3 - "$1" <<'PY'
import hashlib, os, sys
for name in sorted(os.listdir(sys.argv[1])):
    fd = os.open(f"{sys.argv[1]}/{name}", os.O_RDONLY)
    at, size, parts, digest = 0, os.fstat(fd).st_size, [], hashlib.sha256()
    while at < size:
        try:
            at = os.lseek(fd, at, os.SEEK_DATA)
        except OSError:
            break
        end = os.lseek(fd, at, os.SEEK_HOLE)
        digest.update(os.pread(fd, end - at, at))
        parts.append((at, end))
        at = end
    print(name, size, parts, digest.hexdigest())
PY
}

# ---- Saved and restored ----
ok "mkwpar" mkwpar -n dev
make "$home/holes"
before=$(map "$home/holes")
is "four files of 2 TiB together" "$(awk '{ sum += $2 } END { printf "%d", sum / 2 ^ 40 }' <<<"$before")" 2
ok "savewpar -V" savewpar -i -V -f "$work/dev.save" dev
like "it is whole for a program that is not ours" "$(check "$work/dev.save")" '^whole: '
is "each has a line of its own kind" "$(zstd -qdc "$work/dev.save" | tar -xO ./.savewpar_dir/checksums | grep -c '^sparse [0-9a-f]* [0-9]* \./home/holes/')" 4
like "lssavewpar -V" "$(lssavewpar -V -f "$work/dev.save")" 'is whole'
# same NAME FOLDER
same()
{
	is "$1: holes are holes, and data is data" "$(map "$2/home/holes")" "$before"
}
ok "restwpar" restwpar -a -n q -f "$work/dev.save"
same "restwpar" "$WPARS_ROOT/wpars/q"
rmwpar q >/dev/null
ok "mkwpar -B" mkwpar -n q -B "$work/dev.save"
same "mkwpar -B" "$WPARS_ROOT/wpars/q"
rmwpar q >/dev/null
mkdir -m 700 "$work/files"
ok "restwparfiles" restwparfiles -d "$work/files" -f "$work/dev.save" home/holes
same "restwparfiles" "$work/files"

# ---- It runs, and such a file changes all the time ----
ok "startwpar" startwpar dev
# shellcheck disable=SC2016 # another shell expands it
clogin dev sh -c 'i=0; while [ ! -e /home/stop ]; do i=$((i + 1)); echo $i | dd of=/home/holes/none bs=1 seek=$((i % 1000 * 1000000)) conv=notrunc status=none; done' \
	</dev/null >/dev/null 2>&1 &
# shellcheck disable=SC2317 # wait_for calls it
changed()
{
	[ "$(stat -c %b "$home/holes/none")" != 0 ]
}
ok "it is changed all the time" wait_for 20 changed
ok "savewpar -V" savewpar -i -V -f "$work/run.save" dev
touch "$home/stop"
wait $!
like "it is whole" "$(check "$work/run.save")" '^whole: [0-9]* members, frozen yes$'
ok "stopwpar" stopwpar -h dev
rm -rf "$home/holes" "${work:?}"/*

# ---- A hole behind very many pieces of data ----
python3 - "$home/pieces" <<'PY'
import os, sys
fd = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)
for i in range(66000):
    os.pwrite(fd, b"x", i * 8192)
os.ftruncate(fd, 1 << 40)
PY
ok "a file of 66,000 pieces" savewpar -i -V -f "$work/pieces.save" dev
ok "restwpar" restwpar -a -n q -f "$work/pieces.save"
is "it is no larger than it was" "$(stat -c '%s %b' "$WPARS_ROOT/wpars/q/home/pieces")" "$(stat -c '%s %b' "$home/pieces")"
rmwpar q >/dev/null
rm "$home/pieces" "$work/pieces.save"

# ---- What the list says is held ----
ok "backups of another program" python3 "$tools/make_backups.py" holes "$work"
for save in "$work"/good-*.save; do
	name=$(basename "$save" .save)
	ok "$name: restwpar" restwpar -f "$save"
	ok "$name: the file is there" test -s "$WPARS_ROOT/wpars/q/sparse"
	rmwpar q >/dev/null
done
for save in "$work"/bad-*.save; do
	name=$(basename "$save" .save)
	case $name in
	bad-format) why='its image.data has CHECKSUMS = 3, which is no number from 1 to 2' ;;
	bad-size) why='its files have more than 16 GiB of holes, which is the limit for one without CHECKSUMS = 2' ;;
	*) why='the file \./sparse is not what its list of checksums says' ;;
	esac
	like "$name: restwpar" "$(restwpar -f "$save" 2>&1 >/dev/null)" "$why\\.\$"
	like "$name: lssavewpar -V" "$(lssavewpar -V -f "$save" 2>&1)" "$why\\.\$"
	fails "$name: nothing is left" lswpar q
done
rm -f "$work"/*

# ---- Numbers that cannot be ----
python3 "$tools/make_backups.py" numbers "$work"
for save in "$work"/*.save; do
	name=$(basename "$save" .save)
	like "$name: restwpar" "$(restwpar -f "$save" 2>&1 >/dev/null)" "its image\\.data has ${name%,*} = ${name#*,}, which is no number from 1 to [0-9]+\\.\$"
	fails "$name: nothing is left" lswpar q
done
rm -f "$work"/*

# ---- Old systems ----
roots=$PAR_OLD_ROOTS
if [ "$(uname -m)" = x86_64 ] && [ -e "$roots/box-amd64.tar" ]; then
	mkdir "$work/root"
	tar -C "$work/root" -xf "$roots/box-amd64.tar" --exclude=./image.data
	make "$work/root/srv/holes"
	before=$(map "$work/root/srv/holes")
	tar -S -C "$work/root" --zstd -cf "$work/old.tar.zst" .
	# image_of NAME FOLDER
	image_of()
	{
		is "$1: holes are holes" "$(map "$2")" "$before"
	}
	unlike "lsmksysb -l of it" "$(lsmksysb -lc -f "$work/old.tar.zst")" '^no:'
	# shellcheck disable=SC2002 # a pipe it is to be
	is "and of a pipe" "$(cat "$work/old.tar.zst" | lsmksysb -lc -f -)" "$(lsmksysb -lc -f "$work/old.tar.zst")"
	# shellcheck disable=SC2002
	is "the names of a pipe" "$(cat "$work/old.tar.zst" | lsmksysb -f - | wc -l)" "$(lsmksysb -f "$work/old.tar.zst" | wc -l)"
	is "and of a file" "$(lsmksysb --json -f - <"$work/old.tar.zst")" "$(lsmksysb --json -f "$work/old.tar.zst")"
	like "a pipe without anything" "$(lsmksysb -l -f - </dev/null 2>&1)" '^lsmksysb: The image on standard input '
	ok "mkwpar -C" mkwpar -n old -C -B "$work/old.tar.zst"
	image_of "its image" "$(echo "$WPARS_ROOT"/var/lib/wpars/images/*/root/srv/holes)"
	ok "wpar image verify" wparctl image verify
	ok "savewpar of it" savewpar -i -V -f "$work/old.save" old
	rmwpar old >/dev/null
	ok "restwpar" restwpar -f "$work/old.save"
	image_of "the image of its backup" "$(echo "$WPARS_ROOT"/var/lib/wpars/images/*/root/srv/holes)"
	rmwpar old >/dev/null
	ok "mkwpar -C of the folder" mkwpar -n old -C -B "$work/root"
	image_of "its image" "$(echo "$WPARS_ROOT"/var/lib/wpars/images/*/root/srv/holes)"
	rmwpar old >/dev/null
fi
done_testing
