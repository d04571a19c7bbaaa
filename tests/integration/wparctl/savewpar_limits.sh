#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# savewpar_limits.sh - what a reader takes against what a writer makes: backups and images of very many small
# things and of a file that changes all the time are restored, what says less of itself than it has is not, and
# what no reader would take is refused by savewpar at once
# timeout: 400
# uses: old-roots
# tags: no-valgrind
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

tools=$PAR_TEST_SOURCE/integration/wparctl
roots=$PAR_OLD_ROOTS
work=$WPARS_ROOT/work # in memory: so many folders are not removed in a moment from a disk
home=$WPARS_ROOT/wpars/dev/home

# shellcheck disable=SC2317 # the trap calls it
end()
{
	clear_away dev q old small
	umount "$WPARS_ROOT/small"
	umount "$WPARS_ROOT"
} 2>/dev/null
trap end EXIT

# Four million names are made at once in memory only.
mount -t tmpfs -o mode=755,nr_inodes=0 none "$WPARS_ROOT" || skip_all "nothing can be mounted here"
mkdir -m 1777 "$WPARS_ROOT/tmp"
mkdir -m 700 "$WPARS_ROOT/small" "$work"

# many FOLDER FOLDERS LINKS FILES
many()
{
	python3 - "$@" <<'PY'
import os, sys
top, folders, links, files = sys.argv[1], *map(int, sys.argv[2:])
for name, count, make in (("folders", folders, os.mkdir), ("links", links, lambda n: os.symlink("/etc/passwd", n)),
                          ("files", files, lambda n: os.close(os.open(n, os.O_CREAT | os.O_WRONLY, 0o644)))):
    for i in range(count):
        where = f"{top}/{name}/{i // 5000}"
        if i % 5000 == 0:
            os.makedirs(where)
        make(f"{where}/{i}")
PY
}

# count FOLDER - of what many() has made there
count()
{
	find "$1/folders" "$1/links" "$1/files" 2>/dev/null | wc -l
}

# ---- Very many small things ----
ok "mkwpar" mkwpar -n dev
many "$home" 25000 80000 40000
all=$(count "$home")
ok "25,000 folders, 80,000 links and 40,000 empty files are saved, and verified" savewpar -i -V -f "$work/many.save" dev
like "lssavewpar -V" "$(lssavewpar -V -f "$work/many.save")" 'is whole'
restored()
{
	is "$1: all are there" "$(count "$WPARS_ROOT/wpars/q/home")" "$all"
	rmwpar q >/dev/null 2>&1
}
ok "restwpar" restwpar -a -n q -f "$work/many.save"
restored "restwpar"
# shellcheck disable=SC2016 # another shell expands it
ok "restwpar from a pipe" sh -c 'cat "$1" | restwpar -a -n q -f -' - "$work/many.save"
restored "restwpar from a pipe"
ok "mkwpar -B" mkwpar -n q -B "$work/many.save"
restored "mkwpar -B"
mkdir -m 700 "$work/files"
ok "restwparfiles" restwparfiles -d "$work/files" -f "$work/many.save" home/folders
is "restwparfiles: all are there" "$(find "$work/files/home/folders" | wc -l)" "$(find "$home/folders" | wc -l)"
rm -rf "$work/files" "$work/many.save" "$home/folders" "$home/links" "$home/files"

# ---- A file that changes all the time is in the backup three times ----
ok "startwpar" startwpar dev
head -c 104857600 /dev/urandom >"$home/db"
# shellcheck disable=SC2016 # another shell expands it
clogin dev sh -c 'i=0; while [ ! -e /home/stop ]; do i=$((i + 1)); echo $i | dd of=/home/db bs=1 seek=$((i % 1000000)) conv=notrunc status=none; done' \
	</dev/null >/dev/null 2>&1 &
# shellcheck disable=SC2317 # wait_for calls it
changed()
{
	cmp -s -n 100000 "$home/db" "$work/db"
	[ $? = 1 ]
}
head -c 100000 "$home/db" >"$work/db"
ok "it is changed all the time" wait_for 20 changed
ok "it is saved while it changes" savewpar -i -V -f "$work/db.save" dev
touch "$home/stop"
wait $!
is "it is in it three times" "$(zstd -qdc "$work/db.save" | tar -t | grep -c '^./home/db$')" 3
ok "and restored" restwpar -a -n q -f "$work/db.save"
is "once" "$(stat -c %s "$WPARS_ROOT/wpars/q/home/db")" 104857600
rmwpar q >/dev/null
# There is room for one of them, and not for two.
mount -t tmpfs -o size=180m,mode=700 none "$WPARS_ROOT/small"
ok "also where two of them have no room" restwpar -a -n small -d /small/w -f "$work/db.save"
is "once, there too" "$(stat -c %s "$WPARS_ROOT/small/w/home/db")" 104857600
rmwpar small >/dev/null
umount "$WPARS_ROOT/small"
ok "stopwpar" stopwpar -h dev
rm -f "$home/db" "$home/stop" "$work/db.save" "$work/db"

# ---- What says less of itself than it has ----
python3 - "$tools" "$work" <<'PY'
import sys
sys.path.insert(0, sys.argv[1])
import make_backups as m
more = [m.member(f"./more{i}", body=bytes(1 << 20)) for i in range(3)]
def say(name, size_kb=4, **what):
    m.write(f"{sys.argv[2]}/{name}.save", m.BASE + more, name="q",
            data=m.image_data(size_kb, OSLEVEL=m.level()) + m.wpar_data("q", **what))
say("honest", MEMBERS_MAX=12, BYTES_MAX=4 << 20)
say("members", MEMBERS_MAX=11, BYTES_MAX=4 << 20)
say("bytes", MEMBERS_MAX=12, BYTES_MAX=3 << 20)
big = [m.member(f"./more{i}", body=bytes(1 << 20)) for i in range(70)]
for name, data in (("size", m.image_data(4, OSLEVEL=m.level())), ("nothing", m.image_data(SIZE_KB=None, OSLEVEL=m.level()))):
    m.write(f"{sys.argv[2]}/{name}.save", m.BASE + big, name="q", data=data + m.wpar_data("q"))
PY
ok "what says how many members and bytes it has" restwpar -f "$work/honest.save"
rmwpar q >/dev/null
ok "what says nothing" restwpar -f "$work/nothing.save"
rmwpar q >/dev/null
# less NAME PATTERN
less()
{
	like "$1: lssavewpar -V" "$(lssavewpar -V -f "$work/$1.save" 2>&1)" "it is larger than it says of itself: $2\\.\$"
	like "$1: restwpar" "$(restwpar -f "$work/$1.save" 2>&1 >/dev/null)" "it is larger than it says of itself: $2\\.\$"
	fails "$1: nothing is left" lswpar q
}
less members 'more than 11 members'
less bytes 'its files have more than 3 MiB'
less size 'its files have more than 0 MiB'

# ---- What no reader would take ----
truncate -s 5T "$home/sparse"
refused "files of 5 TiB" '^savewpar: The backup cannot be written: its files have more than 4096 GiB, holes included, which is the most that a backup can have\.$' \
	savewpar -f - dev
rm "$home/sparse"
# 2 TiB and its second name are 2 TiB.
truncate -s 2500G "$home/sparse"
ln "$home/sparse" "$home/other"
ok "a second name of a file has no size of its own" mkwpardata dev
rm "$home/sparse" "$home/other"
python3 - "$home/names" <<'PY'
import os, sys
os.mkdir(sys.argv[1])
for f in range(68):
    os.mkdir(f"{sys.argv[1]}/{f}")
    fd = os.open(f"{sys.argv[1]}/{f}", os.O_RDONLY)
    os.close(os.open("0", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=fd))
    for i in range(1, 60000):
        os.link("0", str(i), src_dir_fd=fd, dst_dir_fd=fd)
PY
savewpar -f "$work/names.save" dev >"$work/out" 2>"$work/err"
is "four million names and more: status" "$?" 1
like "why" "$(cat "$work/err")" '^savewpar: The backup cannot be written: it has 408[0-9]+ files, and a backup can have 4000000 members at most\.$'
unlike "before anything is saved" "$(cat "$work/out")" 'Backing up'
is "nothing is left of it" "$(find "$work" -name 'names*')" ""
rm -rf "$home/names"

# ---- Old systems ----
if [ "$(uname -m)" = x86_64 ] && [ -e "$roots/box-amd64.tar" ]; then
	ok "mkwpar -C" mkwpar -n old -C -B "$roots/box-amd64.tar"
	many "$WPARS_ROOT/wpars/old/upper/srv" 25000 1 1
	all=$(count "$WPARS_ROOT/wpars/old/upper/srv")
	ok "a versioned one with 25,000 folders is saved" savewpar -V -f "$work/old.save" old
	rmwpar old >/dev/null
	ok "and restored" restwpar -f "$work/old.save"
	is "with all of them" "$(count "$WPARS_ROOT"/var/lib/wpars/images/*/root/srv)" "$all"
	rmwpar old >/dev/null

	# What is not whole is said before anything is made of it.
	unlike "lsmksysb -l of it" "$(lsmksysb -lc -f "$work/old.save")" '^no:Entries'
	zstd -qdf "$work/old.save" -o "$work/whole.tar"
	head -c 3000000 "$work/whole.tar" >"$work/cut.tar"
	like "lsmksysb -l of one that is cut" "$(lsmksysb -lc -f "$work/cut.tar" 2>&1)" 'it ends too early, so it is not whole'
	like "of one that is cut, compressed" "$(head -c 100000 "$work/old.save" >"$work/cut.zst"; lsmksysb -lc -f "$work/cut.zst" 2>&1)" 'it ends too early, so it is not whole'
	tar --delete -f "$work/whole.tar" ./.savewpar_dir/checksums
	like "of one without its list of checksums" "$(lsmksysb -lc -f "$work/whole.tar")" \
		'^no:Entries:refused::mkwpar refuses it, because it is not complete: the list of checksums at its end is missing'
	like "mkwpar -C says the same" "$(mkwpar -n old -C -B "$work/whole.tar" 2>&1)" 'it is not complete: the list of checksums at its end is missing'
	python3 - "$tools" "$work/flipped.save" <<'PY'
import sys
sys.path.insert(0, sys.argv[1])
import make_backups as m
m.write(sys.argv[2], m.BASE, name="old", kind="L", change=lambda lines: [x.replace("file ", "file 0")[:-1] if "passwd" in x else x for x in lines])
PY
	like "of one with another file" "$(lsmksysb -lc -f "$work/flipped.save")" '^no:Entries:refused::mkwpar refuses it, because the file .* is not what its list of checksums says'
	rm -f "$work"/*

	# A plain root, which says nothing of itself; one that says less than it has.
	mkdir "$work/root"
	tar -C "$work/root" -xf "$roots/box-amd64.tar" --exclude=./image.data
	many "$work/root/srv" 25000 1 1
	tar -C "$work/root" -cf "$work/root.tar" .
	ok "a plain root with 25,000 folders" mkwpar -n old -C -B "$work/root.tar"
	is "has all of them" "$(count "$WPARS_ROOT"/var/lib/wpars/images/*/root/srv)" "$all"
	rmwpar old >/dev/null
	head -c 80M /dev/zero >"$work/root/srv/zeros"
	tar -C "$work" -xf "$roots/box-amd64.tar" ./image.data
	sed -i 's/SIZE_KB = .*/SIZE_KB = 4/' "$work/image.data"
	tar -cf "$work/less.tar" -C "$work" ./image.data -C "$work/root" .
	like "lsmksysb -l of one that is larger than it says" "$(lsmksysb -lc -f "$work/less.tar")" '^no:Size:8[0-9] MiB::It is larger than it says of itself: its image\.data has SIZE_KB = 4;'
	like "mkwpar -C says the same" "$(mkwpar -n old -C -B "$work/less.tar" 2>&1)" '^mkwpar: The image .* cannot be used here: Size: 8[0-9] MiB\. It is larger than it says of itself'
fi
done_testing
