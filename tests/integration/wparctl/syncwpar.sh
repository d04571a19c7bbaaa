#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# syncwpar.sh - the LPAR changes: new WPARs have what it has now, and syncwpar brings the others up to it, but for what
# they have changed; also while they run, against what their root plants, and after a kill
# timeout: 240
set -u
[ "$(id -u)" != 0 ] || [ -n "${SYNC_INSIDE-}" ] || exec env SYNC_INSIDE=1 unshare -m "$0"
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"
PATH=$PAR_TEST_BUILD/bin:$PATH
cp -a /etc "$TMPDIR/etc"
mount --bind "$TMPDIR/etc" /etc
mkdir -p /var/lib/dpkg
[ -e /var/lib/dpkg/status ] || : >/var/lib/dpkg/status
cp /var/lib/dpkg/status "$TMPDIR/status"
mount --bind "$TMPDIR/status" /var/lib/dpkg/status

wpars=$WPARS_ROOT/wpars
store=$WPARS_ROOT/var/lib/wpars

# lists - of which WPARs there are lists
lists()
{
	find "$store/lists" -type f -printf '%f\n' | sort | tr '\n' ' '
}

# generations - how many there are
generations()
{
	find "$store/templates" -mindepth 1 -maxdepth 1 -type d | wc -l
}

# The LPAR before.
mkdir /etc/t /etc/t/gone.d /etc/t/stay.d
for f in plain both gone mine touched gone.d/x stay.d/x; do
	echo "$f 1" >"/etc/t/$f"
done
ln -s plain /etc/t/link
ln -s plain /etc/t/becomes-folder
mkdir /etc/t/becomes-file

# Users and groups as they may stand in the files, of which only those of the system come in
echo 'open::997:997:no word in it:/:/bin/sh' >>/etc/passwd
echo 'hashed:$6$salt$secret:996:996::/:/bin/sh' >>/etc/passwd
echo 'short:x:995' >>/etc/passwd
echo 'person:x:1234:1234::/:/bin/sh' >>/etc/passwd
printf 'open::997:\nshort:x\npeople:x:1234:person\n' >>/etc/group

ok "mkwpar" mkwpar -n dev01
is "users without a word of their own" "$(grep -E '^(open|hashed|short|person):' "$wpars/dev01/etc/passwd")" "open:x:997:997:no word in it:/:/bin/sh
hashed:x:996:996::/:/bin/sh"
is "and groups" "$(grep -E '^(open|short|people):' "$wpars/dev01/etc/group")" "open:x:997:"
is "which are locked" "$(grep -cE '^(open|hashed):\*:' "$wpars/dev01/etc/shadow")" 2
is "cron has its folder, with nothing of the LPAR's" "$(ls -A "$wpars/dev01/etc/cron.d"; stat -c %a "$wpars/dev01/etc/cron.d")" 755
ok "a second one" mkwpar -n dev02
is "both of one generation" "$(generations)" 1
is "whose list they share" "$(stat -c %i "$store/lists/dev01")" "$(stat -c %i "$store/lists/dev02")"
is "nothing to do" "$(syncwpar dev01)" "Synchronizing workload partition dev01 (1 of 1).
syncroot: Processing root part installation status.
syncroot: Root part is currently synchronized.
syncroot: Returns Status = SUCCESS
Workload partition dev01 synchronized successfully."

# The WPAR's own changes, and then the LPAR's.
echo mine >"$wpars/dev01/etc/t/both"
rm "$wpars/dev01/etc/t/mine"
echo own >"$wpars/dev01/etc/t/stay.d/own"
touch "$wpars/dev01/etc/t/touched"
id=$(cat "$wpars/dev01/etc/machine-id")
for f in plain both mine touched; do
	echo "$f, another one" >"/etc/t/$f"
done
chmod 755 /etc/t/plain
rm -r /etc/t/gone /etc/t/gone.d /etc/t/stay.d /etc/t/link /etc/t/becomes-folder
rmdir /etc/t/becomes-file
ln -s both /etc/t/link
mkdir /etc/t/becomes-folder /etc/t/new.d
echo file >/etc/t/becomes-file
echo new >/etc/t/new.d/new
echo secret >/etc/t/new.d/secret
chmod 600 /etc/t/new.d/secret
echo 'newuser:x:999:999::/:/bin/sh' >>/etc/passwd

plan="Synchronizing workload partition dev01 (1 of 1).
syncroot: Processing root part installation status.
replace /etc/t/becomes-file
replace /etc/t/becomes-folder
keep /etc/t/both: changed in the workload partition
remove /etc/t/gone
remove /etc/t/gone.d
remove /etc/t/gone.d/x
replace /etc/t/link
keep /etc/t/mine: removed in the workload partition
add /etc/t/new.d
add /etc/t/new.d/new
replace /etc/t/plain
remove /etc/t/stay.d
remove /etc/t/stay.d/x
replace /etc/t/touched
syncroot: 2 to add, 5 to replace, 5 to remove, 2 to keep
syncroot: Returns Status = SUCCESS"
is "the preview" "$(syncwpar -p dev01)" "$plan"
is "changes nothing" "$(syncwpar -p dev01)" "$plan"
is "the old generation has gone" "$(generations)" 1
is "syncwpar" "$(syncwpar dev01)" "Synchronizing workload partition dev01 (1 of 1).
syncroot: Processing root part installation status.
keep /etc/t/both: changed in the workload partition
keep /etc/t/mine: removed in the workload partition
keep /etc/t/stay.d: files of the workload partition's own are in it
syncroot: 2 added, 5 replaced, 4 removed, 3 kept
syncroot: Returns Status = SUCCESS
Workload partition dev01 synchronized successfully."
is "what it has" "$(cd "$wpars/dev01/etc/t" && find . -type f -printf '%P %m ' -exec cat {} \; | sort)" "becomes-file 644 file
both 644 mine
new.d/new 644 new
plain 755 plain, another one
stay.d/own 644 own
touched 644 touched, another one"
is "a link" "$(readlink "$wpars/dev01/etc/t/link")" both
ok "a folder in the place of a link" test -d "$wpars/dev01/etc/t/becomes-folder"
list=$store/lists/dev01
is "its list is that of the generation" "$(stat -c %i "$list")" "$(stat -c %i "$store"/templates/*/list | sort -u)"
before=$(stat -c '%i %y %z' "$list" "$store/lists/dev02")
syncwpar dev01 >/dev/null
is "where nothing changes no list is written" "$(stat -c '%i %y %z' "$list" "$store/lists/dev02")" "$before"
is "its users are its own" "$(grep -c newuser "$wpars/dev01/etc/passwd")" 0
is "and so is its machine id" "$(cat "$wpars/dev01/etc/machine-id")" "$id"
like "the second time" "$(syncwpar dev01)" "Root part is currently synchronized"
is "nothing of ours is left" "$(find "$wpars" -name '.syncwpar*')" ""
ok "a new WPAR" mkwpar -n dev03
is "has what the LPAR has now" "$(cat "$wpars/dev03/etc/t/new.d/new")" new
is "its users too" "$(grep -c newuser "$wpars/dev03/etc/passwd")" 1

# mkwpar sees what it can see without looking at all files.
echo "Package: new" >>/var/lib/dpkg/status
ok "mkwpar after a package came" mkwpar -n dev04
like "has it" "$(tail -1 "$wpars/dev04/var/lib/dpkg/status")" "Package: new"
is "one generation again" "$(generations)" 1
ok "rmwpar" rmwpar dev04
is "its list goes" "$(lists)" "dev01 dev02 dev03 "
# Eight at once, just when the LPAR has changed; one of them makes the generation that
# the others copy from.
for i in 1 2 3 4 5 6 7 8; do
	echo "$i" >"/etc/t/eight$i"
	mkwpar -n "eight$i" >"$TMPDIR/eight$i" 2>&1 &
done
wait
is "eight at once are whole" "$(lswpar -qca state | sort | uniq -c | tr -s ' ')" " 11 D"
for i in 1 2 3 4 5 6 7 8; do
	is "number $i has its own" "$(cat "$wpars/eight$i/etc/t/eight$i")" "$i"
	rmwpar "eight$i"
done
ok "one more" mkwpar -n dev04
is "and one generation is left" "$(generations)" 1
ok "one more" mkwpar -n dev05
mkdir -p "$store/templates/new/root/etc"
echo >/etc/t/again
ok "what a killed maker left is in nobody's way" mkwpar -n dev06
ok "and is removed" test ! -e "$store/templates/new"
for i in 4 5 6; do rmwpar "dev0$i"; done

# While it runs.
ok "startwpar" startwpar dev02
ok "syncwpar of an active one" syncwpar dev02
is "it sees what is new" "$(clogin dev02 -- cat /etc/t/new.d/new </dev/null)" new
is "and what has changed" "$(clogin dev02 -- cat /etc/t/plain </dev/null)" "plain, another one"
is "and can write to it" "$(clogin dev02 -- sh -c 'echo x >>/etc/t/new.d/new && stat -c %U /etc/t/new.d/new' </dev/null)" root

# What its root plants: each is kept, nothing outside is touched, nothing waits.
mkdir "$TMPDIR/victim"
echo victim >"$TMPDIR/victim/file"
for f in symlink fifo huge hard folder/file plainfile; do
	mkdir -p "/etc/t/$(dirname $f)"
	echo "$f" >"/etc/t/$f"
done
ok "syncwpar" syncwpar dev02
cat >"$wpars/dev02/tmp/plant" <<END
cd /etc/t && rm -r symlink fifo huge folder hard
ln -s $TMPDIR/victim/file symlink
ln -s $TMPDIR/victim folder
mkfifo fifo
truncate -s 1T huge || truncate -s 100M huge
echo hard >hard.other && ln hard.other hard
END
ok "its root plants" clogin dev02 -- sh /tmp/plant
for f in symlink fifo huge hard folder/file plainfile; do
	echo "$f is another one" >"/etc/t/$f"
done
echo new >/etc/t/folder/new
is "what is planted is kept" "$(timeout 60 syncwpar dev02 | grep /etc)" "keep /etc/t/fifo: changed in the workload partition
keep /etc/t/folder/file: removed in the workload partition
keep /etc/t/folder/new: its folder is not there in the workload partition
keep /etc/t/huge: changed in the workload partition
keep /etc/t/symlink: changed in the workload partition"
is "the victim is as it was" "$(cat "$TMPDIR/victim/file"; ls "$TMPDIR/victim")" "victim
file"
is "a hard link's other name keeps what it has" "$(cat "$wpars/dev02/etc/t/hard" "$wpars/dev02/etc/t/hard.other")" "hard is another one
hard"
is "an honest one follows" "$(cat "$wpars/dev02/etc/t/plainfile")" "plainfile is another one"
# A race: folders change places with links that lead out, all the time.
mkdir /etc/t/race /etc/t/race/deep
echo 0 >/etc/t/race/deep/file
ok "syncwpar" syncwpar dev02
cat >"$wpars/dev02/tmp/race" <<END
cd /etc/t
while [ ! -e /tmp/enough ]; do
	mv race/deep race/kept && ln -s $TMPDIR/victim race/deep && rm race/deep && mv race/kept race/deep
	mv race raced && ln -s $TMPDIR/victim race && rm race && mv raced race
	rm -rf /.syncwpar; ln -s $TMPDIR/victim /.syncwpar; rm -rf /.syncwpar
done 2>/dev/null
END
clogin dev02 -- sh /tmp/race </dev/null >/dev/null 2>&1 &
for i in 1 2 3 4 5 6 7 8; do
	echo "$i" >/etc/t/race/deep/file
	echo "$i" >"/etc/t/race/deep/file$i"
	timeout 60 syncwpar dev02 >/dev/null 2>"$TMPDIR/race.$i" || tap_note "$(cat "$TMPDIR/race.$i")"
done
touch "$wpars/dev02/tmp/enough"
wait
is "after a race the victim is as it was" "$(cat "$TMPDIR/victim/file"; ls "$TMPDIR/victim")" "victim
file"
rm -rf "$wpars/dev02/.syncwpar"
ok "stopwpar" stopwpar -F dev02

# Killed at each file, and before the list is written: the same command does the rest.
for i in 1 2 3; do
	echo "killed $i" >"/etc/t/killed$i"
done
rm -r /etc/t/new.d
for i in 1 2 3 4; do
	WPAR_STOP_AT=synchronizing syncwpar dev01 >/dev/null 2>&1
done
WPAR_STOP_AT=synchronized syncwpar dev01 >/dev/null 2>&1
like "after it was killed" "$(syncwpar dev01)" "^syncroot: Returns Status = SUCCESS"
is "all is done" "$(cd "$wpars/dev01/etc/t" && cat killed1 killed2 killed3; ls -d new.d 2>/dev/null)" "killed 1
killed 2
killed 3"
is "and nothing is left" "$(find "$wpars" "$store/lists" -name '.*syncwpar*' -o -name '.dev01.*')" ""
like "nothing to do" "$(syncwpar dev01)" "currently synchronized"

# -a: nothing is removed, nothing becomes older; without it that is done afterwards.
rm /etc/t/killed1
touch -d 2001-01-01 /etc/t/killed2
echo older >/etc/t/killed2
touch -d 2001-01-01 /etc/t/killed2
echo more >/etc/t/more
is "-a" "$(syncwpar -av dev01 | grep /etc)" "leave /etc/t/killed1
leave /etc/t/killed2
add /etc/t/more"
is "leaves them" "$(cat "$wpars/dev01/etc/t/killed1")" "killed 1"
is "and then, without -a" "$(syncwpar -v dev01 | grep /etc)" "remove /etc/t/killed1
replace /etc/t/killed2"

# Several, and all.
printf 'dev01\n\n dev03\n' >"$TMPDIR/names"
is "-f" "$(syncwpar -f "$TMPDIR/names" | grep -c 'synchronized successfully')" 2
wparexec -n temp1 /bin/sleep 1000 >/dev/null 2>&1 &
wait_for 10 is_state temp1 A
is "-A" "$(syncwpar -A | grep successfully)" "Workload partition dev01 synchronized successfully.
Workload partition dev02 synchronized successfully.
Workload partition dev03 synchronized successfully."
refused "an application WPAR" "temp1 is an application workload partition" syncwpar temp1
stopwpar -F temp1 >/dev/null 2>&1
wait
echo dev99 >>"$TMPDIR/names"
output=$(syncwpar -f "$TMPDIR/names" 2>&1)
is "one that is not there" "$?" 1
like "is named" "$output" "^syncwpar: 0960-419 .*dev99"
is "and keeps no other from it" "$(printf '%s\n' "$output" | grep -c 'synchronized successfully')" 2
: >"$TMPDIR/names"
refused "-f of an empty file" "names no workload partition" syncwpar -f "$TMPDIR/names"
refused "no name" "give the name" syncwpar
refused "-A and a name" "give the name" syncwpar -A dev01
refused "an unknown one" "0960-419" syncwpar dev99
for flag in "-d /dev/rmt0" "-E fix" -F -i -r "-R label" -X; do
	# shellcheck disable=SC2086
	refused "$flag" "^syncwpar: ${flag%% *}: " syncwpar $flag dev01
done
refused "-D for a shared one" "leave -D out" syncwpar -D dev01

# Another name takes the list along; no list: what differs is kept.
ok "chwpar -n" chwpar -n dev09 dev01
is "the list too" "$(lists)" "dev02 dev03 dev09 "
rm "$store/lists/dev03" "$wpars/dev03/etc/t/more"
echo other >"$wpars/dev03/etc/t/touched"
is "without a list" "$(syncwpar -v dev03 | grep /etc)" "add /etc/t/more
keep /etc/t/touched: the workload partition has made its own"

# A versioned one, as far as its specification tells.
cp "$WPARS_ROOT/etc/wpars/dev03.cf" "$TMPDIR/cf"
printf '\nversioned:\n\timage_digest = "%064d"\n' 0 >>"$WPARS_ROOT/etc/wpars/dev03.cf"
refused "a versioned one" "dev03 is a versioned workload partition" syncwpar dev03
cp "$TMPDIR/cf" "$WPARS_ROOT/etc/wpars/dev03.cf"
ok "rmwpar" rmwpar dev03

# A /usr of its own: here the LPAR has a small one.
mkdir -p "$TMPDIR/usr/bin" "$TMPDIR/usr/share" "$TMPDIR/opt/app"
echo 1 >"$TMPDIR/usr/bin/tool"
chmod 4755 "$TMPDIR/usr/bin/tool"
echo 1 >"$TMPDIR/usr/share/text"
echo 1 >"$TMPDIR/opt/app/file"
# small COMMAND... - with it
small()
{
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind "$1/opt" /opt && mount --bind "$1/usr" /usr && shift && exec "$@"' sh "$TMPDIR" "$@"
}
wparctl=$(readlink -f "$(command -v wparctl)")
ok "mkwpar -l" small "$wparctl" mkwpar -l -n own01
is "it has them" "$(cat "$wpars/own01/usr/bin/tool" "$wpars/own01/opt/app/file")" "1
1"
echo own >"$wpars/own01/usr/share/text"
echo 22 >"$TMPDIR/usr/bin/tool"
echo 22 >"$TMPDIR/usr/share/text"
echo 22 >"$TMPDIR/usr/share/new"
rm -r "$TMPDIR/opt/app"
refused "without -D" "use -D" small "$wparctl" syncwpar own01
is "-D" "$(small "$wparctl" syncwpar -D -v own01 | grep -E '/(usr|opt)/')" "remove /opt/app
remove /opt/app/file
replace /usr/bin/tool
add /usr/share/new
keep /usr/share/text: changed in the workload partition"
is "it follows" "$(stat -c %a "$wpars/own01/usr/bin/tool"; cat "$wpars/own01/usr/bin/tool" "$wpars/own01/usr/share/text")" "4755
22
own"
like "nothing to do" "$(small "$wparctl" syncwpar -D -A)" "currently synchronized"
ok "rmwpar" rmwpar own01
is "both lists go" "$(lists)" "dev02 dev09 "
# A file that the WPAR's root has made immutable is kept, and the rest is done.
ok "mkwpar" mkwpar -n fix01
chattr +i "$wpars/fix01/etc/t/plain"
echo "plain, a third one" >/etc/t/plain
echo "both, a third one" >/etc/t/both
like "an immutable file is kept" "$(syncwpar -v fix01)" 'keep /etc/t/plain: it is immutable in the workload partition'
is "and the others follow" "$(cat "$wpars/fix01/etc/t/both")" "both, a third one"
chattr -i "$wpars/fix01/etc/t/plain"
ok "when it is so no more" syncwpar fix01
is "it follows, too" "$(cat "$wpars/fix01/etc/t/plain")" "plain, a third one"
ok "rmwpar" rmwpar fix01

# Users alone change, on a system without a package database.
mount -t tmpfs none /var/lib/dpkg
ok "mkwpar without a package database" mkwpar -n user01
echo 'onlyuser:x:998:998::/:/bin/sh' >>/etc/passwd
ok "mkwpar when there is a new user" mkwpar -n user02
is "it has him" "$(grep -c onlyuser "$wpars"/user0[12]/etc/passwd | sed 's/.*://' | tr '\n' ' ')" "0 1 "
ok "rmwpar" rmwpar user01
ok "rmwpar" rmwpar user02
umount /var/lib/dpkg
done_testing
