#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# savewpar_ends.sh - where a backup goes and how it ends: links, devices and pipes in folders of other users,
# what a killed one has left, a helper that dies, files that are left out, the list of packages
# timeout: 180
# tags: no-valgrind
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"
# shellcheck source=tests/integration/wparctl/backup_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/backup_lib.sh"

mkdir -m 1777 "$WPARS_ROOT/tmp"
base=$WPARS_ROOT/wpars/dev
theirs=$TMPDIR/theirs
trap 'clear_away dev many' EXIT

ok "mkwpar" mkwpar -n dev

# ---- A folder of another user ----
mkdir "$theirs" "$TMPDIR/own"
chmod 755 "$TMPDIR/own"
mkfifo -m 600 "$TMPDIR/own/fifo" "$theirs/fifo" "$theirs/roots"
echo precious >"$TMPDIR/own/file"
ln -s /dev/null "$theirs/device"
ln -s "$TMPDIR/own/file" "$theirs/file"
ln -s "$TMPDIR/own/fifo" "$theirs/link"
chown -h 12345:12345 "$theirs" "$theirs/fifo" "$theirs/device" "$theirs/file" "$theirs/link"
for name in device file link; do
	refused "a link of another user's ($name)" "'$theirs/$name' is a symbolic link where others can put another one" \
		timeout 20 savewpar -f "$theirs/$name" dev
done
is "nothing was written through it" "$(cat "$TMPDIR/own/file")" precious
refused "a pipe of another user's" "'$theirs/fifo' is a device or a pipe where others can put another one" \
	timeout 20 savewpar -f "$theirs/fifo" dev
if mknod -m 666 "$theirs/null" c 1 3 2>/dev/null; then
	refused "a device there" "'$theirs/null' is a device or a pipe" savewpar -f "$theirs/null" dev
fi
ok "a file is made there" savewpar -f "$theirs/dev.save" dev
like "it is whole" "$(check "$theirs/dev.save")" '^whole: '
is "and root's alone" "$(stat -c %u:%a "$theirs/dev.save")" 0:600
timeout 20 cat "$theirs/roots" >"$TMPDIR/piped" &
ok "a pipe of root's own" timeout 20 savewpar -f "$theirs/roots" dev
wait $!
like "has all of it" "$(check "$TMPDIR/piped")" '^whole: '

# ---- A folder of root's ----
ln -s fifo "$TMPDIR/own/link"
ln -s link "$TMPDIR/own/link2"
timeout 20 cat "$TMPDIR/own/fifo" >"$TMPDIR/piped" &
ok "links of root's own to a pipe" timeout 20 savewpar -f "$TMPDIR/own/link2" dev
wait $!
like "have all of it" "$(check "$TMPDIR/piped")" '^whole: '
ln -s file "$TMPDIR/own/to-file"
ok "a link of root's own to a file" savewpar -f "$TMPDIR/own/to-file" dev
is "is one still" "$(readlink "$TMPDIR/own/to-file")" file
like "and the file has the backup" "$(check "$TMPDIR/own/file")" '^whole: '
ln -s loop "$TMPDIR/own/loop"
refused "a link to itself" "'$TMPDIR/own/loop' cannot be written" savewpar -f "$TMPDIR/own/loop" dev
ok "a device" savewpar -f /dev/null dev
savewpar -f /dev/fd/9 dev 9>&1 >/dev/null | cat >"$TMPDIR/piped"
like "a pipe by its descriptor" "$(check "$TMPDIR/piped")" '^whole: '
refused "-T says why there is no snapshot" "savewpar: -T: there can be no snapshot of dev: its base directory does not lie on btrfs" savewpar -T -f "$TMPDIR/own/t" dev
refused "a folder that is not there" "'$TMPDIR/no/such' cannot be written: there is no such folder$" savewpar -f "$TMPDIR/no/such" dev
refused "no name" "^savewpar: the name of the backup is empty" savewpar -f '' dev
refused "standard output that is closed" "^savewpar: -f -: standard output is closed" sh -c 'savewpar -f - dev >&-'
refused "blocks of no bytes" "option -b cannot be '0'" savewpar -b 0 -f "$TMPDIR/own/none" dev
refused "a folder's name" "cannot be written" savewpar -f "$TMPDIR/own/" dev

# Who has opened what a killed one left reads nothing of the next.
echo old >"$theirs/left.partial"
exec 8<"$theirs/left.partial"
ok "beside what was left" savewpar -f "$theirs/left" dev
is "who had it open does not see the backup" "$(head -c 4 <&8)" old
exec 8<&-
like "and it is whole" "$(check "$theirs/left")" '^whole: '
ok "-V reads what was written" savewpar -V -f "$theirs/verified" dev

# ---- A helper that dies ----
mkdir -p "$TMPDIR/program/archive"
cp "$(readlink -f "$(command -v savewpar)")" "$TMPDIR/program/savewpar"
cat >"$TMPDIR/program/archive/wparctl-archive" <<'HELPER'
#!/bin/sh
exec 0</dev/null
echo confined
kill -9 $$
HELPER
chmod +x "$TMPDIR/program/archive/wparctl-archive"
refused "a helper that was killed" "savewpar: writing the backup ended with signal 9" "$TMPDIR/program/savewpar" -f "$TMPDIR/own/died" dev
ok "nothing is left" test ! -e "$TMPDIR/own/died.partial"
savewpar -f - dev 2>"$TMPDIR/err" | head -c 10 >"$TMPDIR/ten"
is "a reader that has gone: status" "${PIPESTATUS[0]}" 1
like "and why" "$(tail -1 "$TMPDIR/err")" '^savewpar: Nobody reads the backup any more\.$'

# ---- Packages ----
is "lssavewpar -L -c lists them" "$(lssavewpar -L -c -f "$theirs/dev.save" | grep '^bash:')" \
	"$(dpkg-query -W -f '${Package}:${Version}:${Architecture}' bash)"
is "-c: all that dpkg has" "$(lssavewpar -L -c -f "$theirs/dev.save" | tail -n +2 | wc -l)" \
	"$(dpkg-query -W -f '${db:Status-Status}\n' | grep -c '^installed$')"
mkdir -p "$base/var/lib/dpkg"
mkfifo "$TMPDIR/status"
mv -f "$TMPDIR/status" "$base/var/lib/dpkg/status"
ok "a list that is a pipe holds up nobody" timeout 60 savewpar -i -f "$TMPDIR/own/none" dev
refused "then there is none" "has no list of packages" lssavewpar -L -f "$TMPDIR/own/none"

# ---- A full one: it is that which is named, not the disk of the WPAR ----
head -c 3000000 /dev/urandom >"$base/home/much"
refused "a device" "^savewpar: the device '/dev/full': There is no space" \
	sh -c 'savewpar -f /dev/full "$@" 2>&1 >/dev/null' sh dev
refused "standard output" "^savewpar: what standard output goes to: There is no space" \
	sh -c 'savewpar -f - "$1" 2>"$2" >/dev/full; r=$?; tail -n 1 "$2"; exit $r' sh dev "$TMPDIR/err"
mkdir -m 700 "$TMPDIR/little"
mount -t tmpfs -o size=1m none "$TMPDIR/little"
refused "a file behind it" "^savewpar: what standard output goes to: There is no space" \
	sh -c 'savewpar -f - "$1" 2>"$3" >"$2"; r=$?; tail -n 1 "$3"; exit $r' sh dev "$TMPDIR/little/x" "$TMPDIR/err"
umount "$TMPDIR/little"
rm "$base/home/much"

# ---- More file systems than a backup describes ----
ok "mkwpar" mkwpar -n many
for n in {1..256}; do printf '\nmount:\n\tdirectory = "/m%s"\n\tvfs = "directory"\n' "$n"; done >>"$WPARS_ROOT/etc/wpars/many.cf"
for command in "savewpar -f $TMPDIR/own/many many" "mkwpardata many"; do
	# shellcheck disable=SC2086 # a command and its words
	refused "$command" "many has 260 file systems, and a backup has 256 at most: put what is in some" $command
done
ok "there is no backup" test ! -e "$TMPDIR/own/many"
ok "rmwpar" rmwpar many

# ---- What is left out ----
python3 - "$base/home" <<'PYTHON'
import os, sys
os.chdir(sys.argv[1])
for i in range(20):
    os.mkdir("n" * 250)
    os.chdir("n" * 250)
PYTHON
output=$(savewpar -f "$TMPDIR/own/long" dev 2>"$TMPDIR/err")
is "names that are too long: status" "$?" 1
is "it is no complete backup" "$(printf '%s\n' "$output" | grep -c Successfully)" 0
is "what is left out is named once" "$(grep -c 'is left out: the names in it are longer' "$TMPDIR/err")" 1
is "and the last line says it" "$(tail -1 "$TMPDIR/err")" \
	"savewpar: 0512-003 Not all files are in the backup: what is left out is named above, and all else is in it."
like "all else is in it" "$(check "$TMPDIR/own/long")" '^whole: '
ok "start" startwpar dev
savewpar -f "$TMPDIR/own/live" dev >/dev/null 2>"$TMPDIR/err"
is "of a running one: status" "$?" 1
is "named once, too" "$(grep -c 'is left out: the names in it are longer' "$TMPDIR/err")" 1
ok "stop" stopwpar -h dev
ok "rmwpar" rmwpar dev
done_testing
