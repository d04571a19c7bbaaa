#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# migwpar.sh - the LPAR is upgraded: native WPARs come to its level, but for what they have changed, also after a kill at
# each step and on a full disk; versioned ones are looked at anew
# timeout: 240
# uses: images
set -u
[ "$(id -u)" != 0 ] || [ -n "${MIGRATE_INSIDE-}" ] || exec env MIGRATE_INSIDE=1 unshare -m "$0"
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"
PATH=$PAR_TEST_BUILD/bin:$PATH
trap 'clear_away dev01 dev02 dev03 dev09 own01 back01 old01 old02' EXIT
# A disk that can be full, and an LPAR whose /etc is ours
mount -t tmpfs -o size=400m,mode=700 none "$WPARS_ROOT"
cp -a /etc "$TMPDIR/etc"
mount --bind "$TMPDIR/etc" /etc

wpars=$WPARS_ROOT/wpars
store=$WPARS_ROOT/var/lib/wpars
log=$WPARS_ROOT/var/adm/ras/migwpar.log

# upgrade LEVEL - the LPAR has it from now on
upgrade()
{
	printf '%s\n' "$1" >/etc/debian_version
}

# level NAME - as it is noted
level()
{
	cat "$store/levels/$1" 2>/dev/null
}

upgrade 12.9
mkdir /etc/t
for f in plain both gone; do
	echo "$f 1" >"/etc/t/$f"
done
ok "mkwpar" mkwpar -n dev01
is "its level is the LPAR's" "$(level dev01)" 12.9
is "nothing to do" "$(migwpar dev01)" "Migrating workload partition dev01 (1 of 1).
Workload partition dev01 is at level 12.9, as the global environment.
Workload partition dev01 migrated successfully."

# Within a release syncwpar does it.
upgrade 12.11
like "syncwpar within a release" "$(syncwpar dev01)" 'Returns Status = SUCCESS'
is "notes the level" "$(level dev01)" 12.11
is "and has brought its file" "$(cat "$wpars/dev01/etc/debian_version")" 12.11

# A later release
upgrade 13.1
echo mine >"$wpars/dev01/etc/t/both"
for f in plain both; do
	echo "$f, another one" >"/etc/t/$f"
done
rm /etc/t/gone
echo new >/etc/t/new
output=$(syncwpar dev01 2>&1)
is "syncwpar of an older release: status" "$?" 1
is "syncwpar tells to run migwpar" "$output" "Synchronizing workload partition dev01 (1 of 1).
syncroot: Returns Status = FAILURE
syncwpar: dev01 has the level 12.11, and the global environment has 13.1; run migwpar dev01."
is "and has done nothing" "$(cat "$wpars/dev01/etc/t/plain")" "plain 1"
like "syncwpar -p shows what it would be" "$(syncwpar -p dev01)" 'replace /etc/t/plain'
ok "startwpar" startwpar dev01
like "migwpar of one that runs" "$(migwpar dev01 2>&1)" 'it must be Defined: stop it first'
is "has done nothing" "$(level dev01) $(cat "$wpars/dev01/etc/t/plain")" "12.11 plain 1"
ok "stopwpar" stopwpar -F dev01

# Killed at each step: the level is that of before until all is done.
for step in synchronizing synchronizing synchronized level; do
	WPAR_STOP_AT=$step migwpar dev01 >/dev/null 2>&1
	is "killed at $step: it did not end" "$?" 137
	is "the level is that of before" "$(level dev01)" 12.11
	refused "and syncwpar still says so" 'run migwpar' sh -c 'syncwpar dev01 2>&1 >/dev/null | cat; exit 1'
done
like "migwpar again" "$(migwpar dev01)" '^The level of workload partition dev01 is 12.11, and becomes 13.1.$'
is "notes the level" "$(level dev01)" 13.1
is "and its files are those of now, but for what it had changed" \
	"$(cd "$wpars/dev01/etc" && cat debian_version t/plain t/both t/new; ls t)" "13.1
plain, another one
mine
new
both
new
plain"
is "nothing is left" "$(find "$wpars" "$store/lists" "$store/levels" -name '.*syncwpar*' -o -name '.dev01.*')" ""
like "once more" "$(migwpar dev01)" 'is at level 13.1, as the global environment'

# Logs, outside and inside
like "the log has the failure" "$(cat "$log")" '^migwpar: .*it must be Defined: stop it first'
like "and the success" "$(tail -n 4 "$log")" '^Workload partition dev01 migrated successfully'
like "each begins with its time" "$(cat "$log")" '^---- 20[0-9-]*T[0-9:]*Z dev01$'
like "and inside" "$(cat "$wpars/dev01/var/adm/ras/devinst.log")" '^The level of workload partition dev01 is 12.11'
is "at a log that is bounded" "$(yes x | head -c 600000 >"$log"; migwpar dev01 >/dev/null; stat -c %s "$log.1"; [ "$(stat -c %s "$log")" -lt 1000 ] && echo small)" "600000
small"
# What its root has put in the place of its log is left alone
mkdir "$TMPDIR/victim"
echo victim >"$TMPDIR/victim/devinst.log"
ras=$wpars/dev01/var/adm/ras
rm "$ras/devinst.log"
ln -s "$TMPDIR/victim/devinst.log" "$ras/devinst.log"
ok "a link" migwpar dev01
rm "$ras/devinst.log"
mkfifo "$ras/devinst.log"
ok "a fifo" timeout 20 migwpar dev01
rm -r "$ras"
ln -s "$TMPDIR/victim" "$ras"
ok "a folder that is a link" migwpar dev01
is "the victim is as it was" "$(cat "$TMPDIR/victim"/*; ls "$TMPDIR/victim")" "victim
devinst.log"
rm "$ras"

# Newer than the LPAR, and not known
upgrade 12.11
like "a newer one" "$(migwpar dev01 2>&1)" 'dev01 has the level 13.1, which is newer than that of the global environment, 12.11'
is "stays what it is" "$(level dev01)" 13.1
rm "$store/levels/dev01"
like "one whose level is not known" "$(migwpar dev01)" 'dev01 is not known, and becomes 12.11'
is "has one then" "$(level dev01)" 12.11
upgrade trixie/sid
printf 'VERSION_ID="12"\n' >"$TMPDIR/os-release"
mount --bind "$TMPDIR/os-release" /usr/lib/os-release 2>/dev/null || mount --bind "$TMPDIR/os-release" /etc/os-release
like "os-release where debian_version has no number" "$(migwpar dev01 2>&1)" 'the global environment, 12: it cannot'
printf 'ID=none\n' >"$TMPDIR/os-release"
refused "an LPAR whose level is not known" 'level of the global environment is not known' migwpar dev01
umount /usr/lib/os-release 2>/dev/null || umount /etc/os-release

# A full disk
upgrade 13.1
head -c 3000000 /dev/urandom >/etc/t/big
syncwpar -p dev01 >/dev/null
room=$(df --output=avail -B1 "$WPARS_ROOT" | tail -n1)
head -c $((room - 1000000)) /dev/zero >"$WPARS_ROOT/filled"
like "on a full disk" "$(migwpar dev01 2>&1)" '^migwpar: .*(No space|space)'
is "the level is that of before" "$(level dev01)" 12.11
is "no part of the file" "$(ls "$wpars/dev01/etc/t/big" 2>/dev/null)" ""
rm "$WPARS_ROOT/filled"
ok "the same when there is room" migwpar dev01
ok "has all of it" cmp /etc/t/big "$wpars/dev01/etc/t/big"
is "and the level" "$(level dev01)" 13.1

# A backup of an older system
upgrade 12.11
ok "another" mkwpar -n dev02
mkdir -p "$WPARS_ROOT/tmp"
ok "savewpar" savewpar -f "$TMPDIR/save" dev02
upgrade 13.1
refused "restwpar of an older release" 'it has the level 12.11' restwpar -f "$TMPDIR/save" -n back01 -a
ok "restwpar -C" restwpar -C -a -f "$TMPDIR/save" -n back01
is "its level is the backup's" "$(level back01)" 12.11
like "syncwpar tells" "$(syncwpar back01 2>&1)" 'run migwpar back01'
ok "migwpar does it" migwpar back01
is "all of it" "$(level back01) $(cat "$wpars/back01/etc/debian_version")" "13.1 13.1"

# Several; another name; application WPARs
ok "chwpar -n" chwpar -n dev09 dev02
is "takes the level along" "$(level dev09) $(level dev02)" "12.11 "
printf '# all\n* of AIX\ndev01\n\n  # more\n*dev02\ndev09\nnone01\n' >"$TMPDIR/names"
output=$(migwpar -f "$TMPDIR/names" 2>&1)
is "-f, one is not there" "$?" 1
like "is told" "$output" '^migwpar: 0960-419'
unlike "a comment is no name" "$output" '[#*]'
is "and keeps no other from it" "$(printf '%s\n' "$output" | grep -c successfully) $(level dev09)" "2 13.1"
is "-A" "$(migwpar -A | grep -c successfully)" 3
wparexec -n temp1 /bin/sleep 1000 >/dev/null 2>&1 &
wait_for 10 is_state temp1 A
refused "an application WPAR" 'is an application workload partition' migwpar temp1
is "which -A passes over" "$(migwpar -A | grep -c temp1)" 0
stopwpar -F temp1 >/dev/null 2>&1
wait
refused "no name" 'give the name' migwpar
refused "a name and -A" 'give the name' migwpar -A dev01
refused "an unknown one" '0960-419' migwpar none01
refused "-V of a native one" 'is no versioned' migwpar -V dev01
ok "rmwpar" rmwpar dev09
is "the level goes, too" "$(level dev09)" ""

# A /usr of its own: here the LPAR has a small one.
mkdir -p "$TMPDIR/usr/bin" "$TMPDIR/opt"
echo 1 >"$TMPDIR/usr/bin/tool"
# small COMMAND... - with it
small()
{
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind "$1/opt" /opt && mount --bind "$1/usr" /usr && shift && exec "$@"' sh "$TMPDIR" "$@"
}
wparctl=$(readlink -f "$(command -v wparctl)")
upgrade 12.11
ok "mkwpar -l" small "$wparctl" mkwpar -l -n own01
upgrade 13.1
echo 22 >"$TMPDIR/usr/bin/tool"
ok "migwpar, which needs no word for it" small "$wparctl" migwpar own01
is "its own /usr is that of now" "$(level own01) $(cat "$wpars/own01/usr/bin/tool")" "13.1 22"

# Versioned ones
if [ -z "$(command -v busybox)" ]; then
	skip "versioned WPARs" "no busybox"
	done_testing
	exit
fi
tree=$TMPDIR/tree
mkdir -p "$tree"/{bin,etc,home,proc,sys,dev,tmp,usr/bin,usr/lib,usr/sbin,var/log,run}
cp "$(command -v busybox)" "$tree/bin/busybox"
ln -s busybox "$tree/bin/sh"
ln "$tree/bin/busybox" "$tree/bin/df"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$tree/etc/passwd"
printf 'image_data:\n\tFORMAT = 1\n\tOSNAME = "Old Linux"\n\tOSID = old\n\tOSLEVEL = 1.2\n\tARCH = %s\n' \
	"$(uname -m)" >"$TMPDIR/image.data"
tar -C "$TMPDIR" -cf "$TMPDIR/old.tar" ./image.data
tar -C "$tree" -rf "$TMPDIR/old.tar" .
ok "a versioned one" mkwpar -n old01 -C -B "$TMPDIR/old.tar"
ok "a second of the image" mkwpar -n old02 -C -B "$TMPDIR/old.tar"
refused "migwpar without -V" 'migwpar -V keeps it working' migwpar old01
is "-A without -V takes native ones" "$(migwpar -A | grep -c old0)" 0
image=$(ls -d "$store"/images/????????????????????????????????????????????????????????????????)
layers()
{
	find "$image" -maxdepth 1 -name 'layer-*' | wc -l
}
like "migwpar -V" "$(migwpar -V old01)" '^Workload partition old01 migrated successfully'
is "there is a layer" "$(layers)" 1
like "which is current" "$(migwpar -V old01)" 'The overlay is current'
# What it has of the LPAR's commands changes
ok "wparctl overlay -r" wparctl overlay -r /bin/ps
WPAR_STOP_AT=layers migwpar -V old01 >/dev/null 2>&1
is "killed when the new one is there" "$(layers)" 2
like "again" "$(migwpar -V old01)" 'Overlays of before that were removed: 1'
is "one is left" "$(layers)" 1
is "-V -A" "$(migwpar -V -A | grep -c successfully)" 2
# On a kernel that does not run its programs
python3 - "$image/root/bin/busybox" <<'PY'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(18)
    f.write(b"\x02\x00")
PY
like "one that does not work any more" "$(migwpar -V old01 2>&1)" '^migwpar: old01 does not work on this system any more: Architecture'
is "is not said to be migrated" "$(migwpar -V old01 2>/dev/null | grep -c successfully)" 0
like "the log says it" "$(tail -n 5 "$log")" 'no Architecture'
rm -r "$image/root"
like "an image that has gone" "$(migwpar -V old02 2>&1)" '^migwpar: .*cannot be opened'
clear_away old01 old02

# A real one, while it runs
real=${PAR_MKSYSB:-}/old-amd64.tar.zst
if [ "$(uname -m)" != x86_64 ] || [ ! -e "$real" ]; then
	skip "a real old system" "no image for this machine"
	done_testing
	exit
fi
layer()
{
	ls -d "$store"/images/*/layer-*
}
umount "$WPARS_ROOT"
ok "mkwpar -C of a real system" mkwpar -n old01 -C -B "$real" -s
before=$(layer)
inside=$(clogin old01 -- sh -c 'cat /etc/debian_version; ps --version')
ok "wparctl overlay -r" wparctl overlay -r /usr/bin/ps
ok "wparctl overlay -r" wparctl overlay -r /bin/ps
output=$(migwpar -V old01)
is "migwpar -V while it runs" "$?" 0
# The monitor of one that runs may have been first: it plans anew what is mounted outside.
like "the overlay is there for the next start" "$output" '^The overlay (was made anew; it has effect with the next start|is current)\.$'
is "and leaves the one that is in use" "$(layer | grep -c -x "$before") $(layer | wc -l)" "1 2"
is "what runs goes on as before" "$(clogin old01 -- sh -c 'cat /etc/debian_version; ps --version')" "$inside"
ok "rebootwpar" rebootwpar -t 60 old01
fails "then ps is the image's" test "$(clogin old01 -- ps --version)" = "$(ps --version)"
is "and its system is what it was" "$(clogin old01 -- cat /etc/debian_version)" "$(printf '%s\n' "$inside" | head -n1)"
ok "stopwpar" stopwpar -F old01
like "stopped, the overlay of before goes" "$(migwpar -V old01)" 'Overlays of before that were removed: 1'
is "one is left" "$(layer | wc -l)" 1
done_testing
