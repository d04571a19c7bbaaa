#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# savewpar.sh - backups of WPARs: the output of AIX's savewpar, every attribute of a file, file systems that
# are not mounted, what is left out, names of any kind, one that runs and is consistent, one that was killed
# timeout: 300
# tags: no-valgrind
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"
# shellcheck source=tests/integration/wparctl/backup_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/backup_lib.sh"

mkdir -m 700 "$WPARS_ROOT/run" "$WPARS_ROOT/srv"
mkdir -m 1777 "$WPARS_ROOT/tmp"
mkdir -p "$WPARS_ROOT/etc"
tools=$PAR_TEST_SOURCE/integration/wparctl
base=$WPARS_ROOT/wpars/dev
save=$TMPDIR/dev.save
trap 'clear_away dev kept' EXIT

# mounts - what this machine has mounted of the test, and loop devices
mounts()
{
	grep -c "$WPARS_ROOT" /proc/self/mountinfo
	image_loops
}

# shellcheck disable=SC2317 # wait_for calls it
mounts_are()
{
	[ "$(mounts)" = "$1" ]
}

ok "mkwpar" mkwpar -n dev -M directory=/data vfs=ext4 size=16M -M directory=/srv vfs=namefs dev="$WPARS_ROOT/srv"
ok "a tree with one of each" python3 "$tools/tree.py" odd "$base/home/tree"
ok "start" startwpar dev
ok "a file on a file system of its own" clogin dev sh -c 'echo one >/data/file; ln /data/file /data/other; chown 7:8 /data/file; mkdir /srv/x; touch /srv/x/theirs' </dev/null
ok "stop" stopwpar -h dev
before=$(mounts)

cat >"$TMPDIR/listing" <<'LISTING'
Creating information file (/tmp/wpardata/dev/image.data) for dev.

Creating list of files to back up.

Backing up COUNT files

COUNT of COUNT files (100%)
0512-038 savewpar: Backup Completed Successfully.
LISTING
savewpar -f "$save" dev >"$TMPDIR/out" 2>"$TMPDIR/err"
is "savewpar: status" "$?" 0
is "savewpar: nothing on stderr" "$(cat "$TMPDIR/err")" ""
count=$(sed -n 's/^Backing up \([0-9]*\) files$/\1/p' "$TMPDIR/out")
is "its lines are those of AIX" "$(cat "$TMPDIR/out")" "$(sed "s/COUNT/$count/" "$TMPDIR/listing" | sed "s/COUNT/$count/")"
is "the file is root's alone" "$(stat -c %a "$save")" 600
ok "nothing else is there" test ! -e "$save.partial"
like "the backup is whole" "$(check "$save")" '^whole: [0-9]+ members, frozen 0$'
is "as many members as were counted, and two" "$(check "$save" | cut -d' ' -f2)" $((count + 2))
is "its members in their order" "$(python3 "$tools/backup.py" names "$save" | sed -n '1,3p;$p' | tr '\n' ' ')" \
	"./.savewpar_dir/image.data ./.savewpar_dir/wpar.spec . ./.savewpar_dir/checksums "
is "it is zstd" "$(head -c 4 "$save" | od -An -tx1)" " 28 b5 2f fd"
is "no mount and no loop device is left" "$(mounts)" "$before"

unpack "$save" "$TMPDIR/x"
is "each attribute of each file is there" "$(python3 "$tools/tree.py" list "$TMPDIR/x/home/tree")" \
	"$(python3 "$tools/tree.py" list "$base/home/tree")"
is "the file system that was not mounted, too" "$(cat "$TMPDIR/x/data/file") $(stat -c '%u %g %h' "$TMPDIR/x/data/other")" "one 7 8 2"
is "a namefs is a folder, and empty" "$(find "$TMPDIR/x/srv" "$TMPDIR/x/proc" "$TMPDIR/x/dev" "$TMPDIR/x/usr" -mindepth 1)" ""
is "the specification is in it" "$(grep -c 'directory = "/data"' "$TMPDIR/x/.savewpar_dir/wpar.spec")" 1
like "image.data" "$(tr '\n' ' ' <"$TMPDIR/x/.savewpar_dir/image.data")" 'FORMAT = 1.*FS_NAME = "/data".*FS_TYPE = ext4.*FS_SIZE = 32768.*wpar_data:.*NAME = "dev".*TYPE = S.*STATE = D.*CONSISTENCY = stopped'
like "lsmksysb reads it" "$(lsmksysb -f "$save")" '\./home/tree/'

# Ways to write it
for ending in gz xz tar zst; do
	savewpar -f "$TMPDIR/a.$ending" dev >/dev/null
	like "$ending is whole" "$(check "$TMPDIR/a.$ending")" "^whole: "
done
is "their first bytes" "$(for e in gz xz tar zst; do head -c 2 "$TMPDIR/a.$e" | od -An -tx1; done | tr -d '\n')" " 1f 8b fd 37 2e 2f 28 b5"
is "-f - has the data alone" "$(savewpar -p -f - dev 2>"$TMPDIR/err" >"$TMPDIR/std"; check "$TMPDIR/std" | cut -d: -f1)" whole
like "and its lines go to stderr" "$(tr '\n' ' ' <"$TMPDIR/err")" "Backing up $count files.*0512-038"
is "-p: it is a tar" "$(head -c 26 "$TMPDIR/std")" "./.savewpar_dir/image.data"
mkfifo "$TMPDIR/fifo"
cat "$TMPDIR/fifo" >"$TMPDIR/piped" &
savewpar -b 20 -f "$TMPDIR/fifo" dev >/dev/null
wait $!
like "into a pipe" "$(check "$TMPDIR/piped")" "^whole: "
ok "the pipe is still one" test -p "$TMPDIR/fifo"
savewpar -v -f "$TMPDIR/v" dev >/dev/null 2>"$TMPDIR/err"
is "-v names each file on stderr" "$(grep -c '^a \./' "$TMPDIR/err")" $((count - 1))
savewpar -a -f "$TMPDIR/a" dev >/dev/null
unpack "$TMPDIR/a" "$TMPDIR/y"
is "-a: without attributes" "$(python3 "$tools/tree.py" list "$TMPDIR/y/home/tree" | grep -c -e user.note -e security.capability -e posix_acl)" 0

ok "-V" savewpar -V -f "$TMPDIR/v" dev
refused "-V of a pipe" "-V reads the backup again" sh -c 'savewpar -V -f - dev >/dev/null'

# lssavewpar
like "lssavewpar lists names" "$(lssavewpar -f "$save")" '^ *[0-9]+ \./home/tree/sub/hard$'
like "lssavewpar -l" "$(lssavewpar -l -f "$save" | tr '\n' ' ')" 'VOLUME GROUP: +rootvg .*BACKUP DATE AND TIME: +20.*WPAR NAME: +dev .*CONSISTENCY: +stopped +SIGNED: +no +WHOLE: +yes .*ext4 +16 '
is "-c" "$(lssavewpar -l -c -f "$save" | grep -c -e '^#FileSystem:Type:SizeMB:UsedMB:MountPoint$' -e '^/wpars/dev/data:ext4:16:')" 2
is "-M names the writable namefs" "$(lssavewpar -Mc -f "$save" | tail -n +2)" "/srv:$WPARS_ROOT/srv:"
like "--json from a pipe" "$(lssavewpar --json -f - <"$save" | tr -d ' \n')" '"name":"dev".*"consistency":"stopped","frozen_ms":0,.*"whole":true'
is "-V: it is whole" "$(lssavewpar -V -f "$save")" "The backup $save is whole."
unlike "and says nothing of a restoration" "$(lssavewpar -D -V -f "$save" 2>&1)" Restoring
like "-D: how far it is" "$(lssavewpar -D -V -f "$save" 2>&1)" '^Verifying: [0-9]+ MiB read'
for pair in '-V -c' '--json -c' '--json -L' '--json -M' '--json -N' '--json -V' '-l -L'; do
	# shellcheck disable=SC2086 # two words
	refused "$pair" "cannot be used together" lssavewpar $pair -f "$save"
done
for flags in -D '-D -L' '-D -M' '-D -N'; do
	# shellcheck disable=SC2086 # one word, or two
	refused "$flags, which reads no more than is shown" "^lssavewpar: -D shows how far" lssavewpar $flags -f "$save"
done
refused "--allowed-signers without -V" "^lssavewpar: --allowed-signers is looked at with -V" lssavewpar -l --allowed-signers /etc/passwd -f "$save"
refused "names of what is no backup" "is no backup of savewpar" sh -c 'tar -cf "$1" -C /etc passwd; lssavewpar -f "$1"' - "$TMPDIR/any.tar"
refused "names of a folder" "^lssavewpar: The backup /etc is a folder" lssavewpar -f /etc
refused "no such backup" "^lssavewpar: The backup $TMPDIR/none cannot be opened: there is no such file" lssavewpar -f "$TMPDIR/none"
refused "names from a pipe" "names are listed of a file only" sh -c 'cat "$1" | lssavewpar -f -' - "$save"
is "from a file on the standard input" "$(lssavewpar -f - <"$save" | wc -l)" "$(lssavewpar -f "$save" | wc -l)"
head -c $(($(stat -c %s "$save") - 3000)) "$save" >"$TMPDIR/cut"
refused "-V: one that was cut" "cut" lssavewpar -V -f "$TMPDIR/cut"
like "-l shows it, and that it is not whole" "$(lssavewpar -l -f "$TMPDIR/cut" | tr '\n' ' ')" 'WPAR NAME: +dev .*WHOLE: +no '
# A byte of a file's contents, where nothing is compressed
python3 - "$TMPDIR/a.tar" "$TMPDIR/flipped" <<'PYTHON'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at = data.index(b"middle")
data[at] ^= 1
open(sys.argv[2], "wb").write(data)
PYTHON
refused "-V: one byte is another" "is not what its list of checksums says" lssavewpar -V -f "$TMPDIR/flipped"

# What is left out
printf '%s\n' '^./home/tree/sub/' 'prog.am$' '' >"$WPARS_ROOT/etc/exclude.dev"
savewpar -e -f "$TMPDIR/e" dev >/dev/null
is "-e leaves out what the patterns match" "$(python3 "$tools/backup.py" names "$TMPDIR/e" | grep -c -e tree/sub -e program)" 1
like "it is whole" "$(check "$TMPDIR/e")" "^whole: "
# A folder alone: what is in it comes, and so the folder does as it is.
mkdir -p "$base/home/kept/in/deep" "$base/home/gone/in"
touch "$base/home/kept/in/deep/file" "$base/home/gone/in/left.out"
chown 33:34 "$base/home/kept" && chmod 2710 "$base/home/kept"
chown 35:36 "$base/home/kept/in" && chmod 700 "$base/home/kept/in"
python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.note", b"1")' "$base/home/kept/in"
touch -d '2001-02-03 04:05:06.789' "$base/home/kept" "$base/home/kept/in"
printf '%s\n' '^./home/kept$' '^./home/kept/in$' '^./home/gone$' '^./home/gone/in$' 'left.out$' '^\.$' >"$WPARS_ROOT/etc/exclude.dev"
savewpar -e -f "$TMPDIR/e" dev >"$TMPDIR/out"
is "-e: a folder that a pattern meets alone comes with what is in it, and without that not" \
	"$(python3 "$tools/backup.py" names "$TMPDIR/e" | grep -e '^./home/kept' -e '^./home/gone' -e '^.$' | tr '\n' ' ')" \
	". ./home/kept ./home/kept/in ./home/kept/in/deep ./home/kept/in/deep/file "
like "it is whole, each behind its folder" "$(check "$TMPDIR/e")" "^whole: "
is "as many as were counted" "$(check "$TMPDIR/e" | cut -d' ' -f2)" $(($(sed -n 's/^Backing up \([0-9]*\) files$/\1/p' "$TMPDIR/out") + 2))
ok "restored, they are" restwpar --trust -n kept -f "$TMPDIR/e"
is "what they were" "$(python3 "$tools/tree.py" list "$WPARS_ROOT/wpars/kept/home/kept")" "$(python3 "$tools/tree.py" list "$base/home/kept")"
rmwpar kept
startwpar dev >/dev/null
savewpar -e -f "$TMPDIR/e" dev >/dev/null
like "of one that runs, too" "$(check "$TMPDIR/e")" "^whole: "
like "with the folders" "$(python3 "$tools/backup.py" names "$TMPDIR/e" | tr '\n' ' ')" ' \./home/kept \./home/kept/in \./home/kept/in/deep '
stopwpar -h dev >/dev/null
rm -r "$base/home/kept" "$base/home/gone"
printf '%s\n' '^./home/' 'a[b' >"$WPARS_ROOT/etc/exclude.dev"
refused "-e with one that is no pattern" "the pattern 'a\[b' of names is not one of grep" savewpar -e -f "$TMPDIR/none" dev
rm "$WPARS_ROOT/etc/exclude.dev"
refused "-e without a file" "^savewpar: -e: there is no file '$WPARS_ROOT/etc/exclude.dev'; write it" savewpar -e -f "$TMPDIR/e" dev

# image.data
is "mkwpardata" "$(mkwpardata dev)" "Creating information file (/tmp/wpardata/dev/image.data) for dev."
sed -i 's/HOST = "dev"/HOST = "edited"/' "$WPARS_ROOT/tmp/wpardata/dev/image.data"
savewpar -f "$TMPDIR/i" dev >"$TMPDIR/out"
unpack "$TMPDIR/i" "$TMPDIR/y"
is "the one that is there is used" "$(grep -c 'HOST = "edited"' "$TMPDIR/y/.savewpar_dir/image.data")" 1
is "and nothing said of making it" "$(grep -c information "$TMPDIR/out")" 0
is "it has one wpar_data" "$(grep -c wpar_data: "$TMPDIR/y/.savewpar_dir/image.data")" 1
savewpar -i -f "$TMPDIR/i" dev >"$TMPDIR/out"
is "-i makes it anew" "$(grep -c information "$TMPDIR/out") $(grep -c edited "$WPARS_ROOT/tmp/wpardata/dev/image.data")" "1 0"
rm -r "$WPARS_ROOT/tmp/wpardata"
ln -s /etc "$WPARS_ROOT/tmp/wpardata"
refused "a link in /tmp is not followed" "'/tmp/wpardata' is not a folder of root's alone" savewpar -f "$TMPDIR/i" dev
rm "$WPARS_ROOT/tmp/wpardata"
mkdir -m 777 "$WPARS_ROOT/tmp/wpardata"
refused "nor a folder of everybody's used" "'/tmp/wpardata' is not a folder of root's alone" savewpar -f "$TMPDIR/i" dev
rmdir "$WPARS_ROOT/tmp/wpardata"

# What cannot be
if [ ! -e /dev/rmt0 ]; then
	for command in 'savewpar dev' restwpar restwparfiles lssavewpar 'lssavewpar -l' 'lssavewpar -V'; do
		# shellcheck disable=SC2086 # a command and its words
		refused "no tape drive: $command" '^[a-z]*: There is no tape drive /dev/rmt0; name a file, or another device, with -f\.$' $command
	done
fi
refused "no such WPAR" 0960-419 savewpar -f "$TMPDIR/n" none
refused "no folder" "cannot be written" savewpar -f "$TMPDIR/no/folder" dev
refused "into itself" "lies in the workload partition that is saved" savewpar -f "$base/tmp/x" dev
refused "a directory" "is a directory" savewpar -f "$TMPDIR" dev
ln -s /etc/passwd "$TMPDIR/l.partial"
refused "a link in the place of the new file" "is a symbolic link" savewpar -f "$TMPDIR/l" dev
for flag in A m P T X Z; do
	refused "-$flag is refused" "^savewpar: -$flag: " savewpar "-$flag" -f "$TMPDIR/n" dev
done
is "none of them left a file" "$(find "$TMPDIR" -mindepth 1 -maxdepth 1 '(' -name 'n*' -o -name l ')')" ""

# Killed
cp "$save" "$TMPDIR/k"
WPAR_STOP_AT=savewpar_written savewpar -f "$TMPDIR/k" dev >/dev/null 2>&1
ok "killed before its end: the file of before is there" cmp -s "$TMPDIR/k" "$save"
ok "and a part that is called so" test -e "$TMPDIR/k.partial"
ok "no mount is left" wait_for 10 mounts_are "$before"
ok "it is run again" savewpar -f "$TMPDIR/k" dev
ok "the part is gone" test ! -e "$TMPDIR/k.partial"
like "and the backup whole" "$(check "$TMPDIR/k")" "^whole: "

# A signature
if command -v ssh-keygen >/dev/null; then
	ssh-keygen -q -t ed25519 -N '' -C admin -f "$TMPDIR/key"
	ok "--sign-key" savewpar --sign-key "$TMPDIR/key" -f "$TMPDIR/s" dev
	like "it is whole" "$(check "$TMPDIR/s")" "^whole: "
	unpack "$TMPDIR/s" "$TMPDIR/y"
	echo "admin $(cat "$TMPDIR/key.pub")" >"$TMPDIR/allowed"
	ok "ssh-keygen verifies it" ssh-keygen -q -Y verify -f "$TMPDIR/allowed" -I admin -n savewpar@lpard \
		-s "$TMPDIR/y/.savewpar_dir/signature" <"$TMPDIR/y/.savewpar_dir/checksums"
	is "lssavewpar -V verifies it" "$(lssavewpar -V -f "$TMPDIR/s" --allowed-signers "$TMPDIR/allowed" | head -1)" "The backup is signed by admin."
	refused "one that nobody has signed" "sign" lssavewpar -V -f "$save" --allowed-signers "$TMPDIR/allowed"
	refused "a key that is none" "^savewpar: --sign-key: '$TMPDIR/none' cannot be read: there is no such file" savewpar --sign-key "$TMPDIR/none" -f "$TMPDIR/t" dev
	ssh-keygen -q -t ed25519 -N 'a passphrase' -C admin -f "$TMPDIR/closed_key"
	refused "a key with a passphrase, before anything is written" "does not sign with .*give a private key that has no passphrase" \
		savewpar --sign-key "$TMPDIR/closed_key" -f "$TMPDIR/t" dev
	ok "then there is no backup" test ! -e "$TMPDIR/t"
	if command -v ssh-agent ssh-add >/dev/null; then
		eval "$(ssh-agent -s -a "$TMPDIR/agent")" >/dev/null
		ssh-add -q "$TMPDIR/key"
		mv "$TMPDIR/key" "$TMPDIR/away"
		ok "one that ssh-agent has" savewpar --sign-key "$TMPDIR/key.pub" -f "$TMPDIR/s2" dev
		kill "$SSH_AGENT_PID"
		is "it signs" "$(lssavewpar -V -f "$TMPDIR/s2" --allowed-signers "$TMPDIR/allowed" | head -1)" "The backup is signed by admin."
		mv "$TMPDIR/away" "$TMPDIR/key"
	fi
fi

# One that runs: its two files are in step, in the backup too
ok "start" startwpar dev
clogin dev sh -c 'mkdir /data/step; i=0; while [ ! -e /data/stop ]; do i=$((i + 1)); echo $i >/data/new; mv /data/new /data/step/one; echo $i >/home/new; mv /home/new /home/two;
	mkdir -p /home/d$((i % 7)); rm -rf /home/d$(((i + 3) % 7)); ln -f /data/step/one /data/step/name$((i % 5)); done' </dev/null >/dev/null 2>&1 &
writer=$!
ok "the writer runs" wait_for 10 test -s "$base/home/two"
for round in 1 2 3 4 5; do
	savewpar -v -f "$TMPDIR/live" dev >"$TMPDIR/out" 2>"$TMPDIR/err"
	is "live $round: status" "$?" 0
	like "live $round: it is whole" "$(check "$TMPDIR/live")" '^whole: [0-9]+ members, frozen'
	unpack "$TMPDIR/live" "$TMPDIR/y"
	# In the WPAR the one is at most one step ahead.
	one=$(cat "$TMPDIR/y/data/step/one") two=$(cat "$TMPDIR/y/home/two")
	like "live $round: in step ($one $two)" "$((${one:-0} - ${two:-0}))" '^[01]$'
	like "live $round: -v says for how long it stood still" "$(cat "$TMPDIR/err")" 'savewpar: dev stood still for [0-9]+ ms, for [0-9]+ files'
done
like "lssavewpar -l says for how long" "$(lssavewpar -l -f "$TMPDIR/live")" 'CONSISTENCY: +frozen \([0-9]+ ms\)'
like "image.data says it" "$(tr '\n' ' ' <"$TMPDIR/y/.savewpar_dir/image.data")" 'STATE = A.*CONSISTENCY = frozen'
is "the WPAR is Active again" "$(state dev)" A
is "it has its own mounts still" "$(clogin dev cat /data/file </dev/null)" one

# It stands still for nobody who is slow to hear names: here who hears them waits until it goes on.
cat >"$TMPDIR/hear.py" <<'PYTHON'
import os, re, sys, time
def frozen(group):
    with open(f"{group}/cgroup.events") as f:
        return "frozen 1" in f.read()
with open(sys.argv[1]) as f:
    group = re.search('"cgroup":"([^"]*)"', f.read()).group(1)
while True:
    began = time.monotonic()
    while frozen(group):
        if time.monotonic() - began > 30:
            sys.exit("it stands still for as long as nobody hears the names")
        time.sleep(0.001)
    if not os.read(0, 4096):
        break
print("heard")
PYTHON
clogin dev sh -c 'mkdir /home/many; cd /home/many; i=1000; while [ $i -lt 4000 ]; do : >a_name_that_is_rather_long_so_that_all_have_no_room_in_a_pipe.a_name_that_is_rather_long.$i; i=$((i + 1)); done; : >/home/made
	while [ ! -e /data/stop ]; do touch *; done' </dev/null >/dev/null 2>&1 &
toucher=$!
ok "many files change all the time" wait_for 60 test -e "$base/home/made"
{
	timeout 120 savewpar -v -f "$TMPDIR/live" dev 2>&1 >/dev/null
	echo $? >"$TMPDIR/status"
} | python3 "$TMPDIR/hear.py" "$WPARS_ROOT/run/wpars/dev/external.json" >"$TMPDIR/heard"
is "who hears names holds up nobody" "$(cat "$TMPDIR/heard") $(cat "$TMPDIR/status")" "heard 0"
like "it is whole" "$(check "$TMPDIR/live")" '^whole: '

# What was a file while it ran, and is a socket or a device when it stands still
mkdir "$base/home/was"
echo file | tee "$base/home/was/socket" >"$base/home/was/device"
touch "$TMPDIR/wait"
WPAR_WAIT_AT=savewpar_passed WPAR_WAIT_FILE=$TMPDIR/wait savewpar -f "$TMPDIR/live" dev >/dev/null 2>&1 &
saving=$!
ok "all was read once" wait_for 60 test -e "$TMPDIR/wait.here"
rm "$base/home/was"/*
mknod "$base/home/was/device" c 1 3
(cd "$base/home/was" && python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")')
rm "$TMPDIR/wait"
wait $saving
is "status" "$?" 0
like "it is whole" "$(check "$TMPDIR/live")" '^whole: '
is "the socket's name is gone, the device is last" \
	"$(zstd -dcq "$TMPDIR/live" | tar -xO ./.savewpar_dir/checksums | grep '^removed.*home/was') $(zstd -dcq "$TMPDIR/live" | tar -tv | grep home/was/device | tail -1 | cut -c1)" \
	"removed ./home/was/socket c"

# Killed while it stands still
WPAR_STOP_AT=savewpar_still savewpar -f "$TMPDIR/live" dev >/dev/null 2>&1
ok "killed while it stands still: it goes on" wait_for 10 is_state dev A
last=$(cat "$base/home/two")
# shellcheck disable=SC2317 # wait_for calls it
moves()
{
	[ "$(cat "$base/home/two")" != "$last" ]
}
ok "its processes run" wait_for 10 moves
touch "$base/data/stop" 2>/dev/null || clogin dev touch /data/stop </dev/null
wait $writer $toucher
ok "stop" stopwpar -h dev
ok "no mount is left, nor a loop device" wait_for 10 mounts_are "$before"
ok "rmwpar" rmwpar dev
done_testing
