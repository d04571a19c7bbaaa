#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# outside.sh - the file systems of an active WPAR are seen from outside, what root mounts below its base
# directory comes inside, nothing comes out, and nothing stays: not after a stop, not after a kill
# timeout: 180
# shellcheck disable=SC2317 # ok calls comes and goes
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

mkdir -m 700 "$WPARS_ROOT/srv"
base=$WPARS_ROOT/wpars/dev
trap 'clear_away dev' EXIT

# seen - the mount points below the base directory, and how
seen()
{
	awk -v base="$base" 'index($5 "/", base "/") == 1 { print substr($5, length(base) + 1) "/", $6 }' /proc/self/mountinfo |
		sed 's,\(.\)/ ,\1 ,; s/,relatime//' | LC_ALL=C sort
}

# inside COMMAND...
inside()
{
	clogin dev -- "$@" </dev/null 2>&1
}

# count - how many mounts there are in all
count()
{
	grep -c "$TMPDIR" /proc/self/mountinfo
}

# comes PATTERN - whether df inside lists it, soon
comes()
{
	wait_for 20 sh -c "clogin dev -- df </dev/null | grep -q '$1\$'"
}

goes()
{
	wait_for 20 sh -c "! clogin dev -- df </dev/null | grep -q '$1\$'"
}

before=$(count)
mkwpar -n dev >/dev/null
is "nothing is mounted for a defined one" "$(seen)" ""
ok "startwpar" startwpar dev
is "each file system is mounted when it returns" "$(seen)" "/ rw,nosuid,nodev
/home rw,nosuid,nodev
/opt ro,nosuid,nodev
/proc rw,nosuid,nodev,noexec
/tmp rw,nosuid,nodev
/usr ro,nosuid,nodev
/var rw,nosuid,nodev"
ok "/usr is not empty" test -x "$base/usr/bin/sh"
ok "a file that is made outside" sh -c "echo out >'$base/tmp/out'"
is "is inside" "$(inside cat /tmp/out)" out
ok "and the other way round" inside sh -c 'cp /usr/bin/id /home/id && chmod 4755 /home/id'
is "a set-user-id program of its root is root's on the disk" "$(stat -c '%u %a' "$base/home/id")" "0 4755"
like "and gives nobody any right outside" \
	"$(setpriv --reuid 65534 --regid 65534 --clear-groups "$base/home/id" 2>&1)" '^uid=65534[^ ]* gid=65534[^ ]* groups=65534[^ ]*$|Permission denied'
ln -s "$PAR_TEST_BUILD/bin/wparctl" "$TMPDIR/df"
is "df as an LPAR has it lists them" "$("$TMPDIR/df" --output=target | sed -n "s,^$base,,p" | LC_ALL=C sort | tr '\n' ' ')" \
	" /home /opt /proc /tmp /usr /var "
is "and each device of the LPAR once" "$("$TMPDIR/df" -k / | wc -l) $("$TMPDIR/df" --output=target | grep -c '^/$')" "2 1"

mkwpar -n other --minimal -s >/dev/null
is "each WPAR's /proc by its own path" "$("$TMPDIR/df" --output=target | grep '/proc$' | LC_ALL=C sort)" "$base/proc
$WPARS_ROOT/wpars/other/proc"
rmwpar -F other >/dev/null

# held_by WHO NAME - the state that lswpar tells while one called WHO has the WPAR's lock
held_by()
{
	python3 -c 'import fcntl, os, struct, subprocess, sys
fd = os.open(os.environ["WPARS_ROOT"] + "/run/wpars/" + sys.argv[2] + ".lock", os.O_RDWR)
fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
os.ftruncate(fd, 0)
os.pwrite(fd, (sys.argv[1] + " 1\n").encode(), 0)
subprocess.run(["lswpar", "-q", "-c", "-a", "state", sys.argv[2]])' "$1" "$2"
}
is "a monitor that looks at mounts changes no state" "$(held_by cor_dev dev)" A
is "a command does" "$(held_by chwpar dev)" T
group=$(find /sys/fs/cgroup -maxdepth 3 -type d -path "*wpars${WPARS_ROOT//[\/.]/-}/dev")
echo 1 >"$group/cgroup.freeze"
wait_for 10 is_state dev F
is "nor does it change that of a frozen one" "$(held_by cor_dev dev)" F
echo 0 >"$group/cgroup.freeze"
wait_for 10 is_state dev A
mkwpar -n other --minimal >/dev/null
startwpar -1 other >/dev/null
is "of one that is Loaded" "$(held_by cor_other other)" L
stopwpar -F other >/dev/null
wait_for 20 is_state other D
is "one that has ended is cleared away" "$(held_by cor_other other)" T
rmwpar -F other >/dev/null

# What root mounts
mkdir "$base/data" "$base/vol"
echo fine >"$WPARS_ROOT/srv/file"
truncate -s 20M "$TMPDIR/image"
mkfs.ext4 -q -F "$TMPDIR/image"
ok "root mounts a directory" mount --bind "$WPARS_ROOT/srv" "$base/data"
ok "it comes inside" comes /data
is "with the ids of inside" "$(inside stat -c '%u' /data/file)" 0
ok "to be written" inside touch /data/new
ok "root mounts a file system" mount -o loop "$TMPDIR/image" "$base/vol"
ok "it comes, too" comes /vol
like "as Global" "$(inside df /vol)" '^Global '
ok "to be written" inside touch /vol/new
ok "where root finds it" test -e "$base/vol/new"
ok "root takes it away" umount "$base/vol"
ok "it goes" goes /vol
fails "nothing of it stays inside" inside test -e /vol/new
ok "the other is still there" inside test -e /data/new

# A monitor that is killed
kill -9 "$(cut -d' ' -f1 "$WPARS_ROOT/run/wpars/dev/monitor")"
ok "root mounts while there is no monitor" mount -o loop,ro "$TMPDIR/image" "$base/vol"
ok "the next command brings another" inside true
ok "which brings it inside" comes /vol
like "as Global, though all of it is read-only" "$(inside df /vol)" '^Global '
like "read-only, as it is outside" "$(inside touch /vol/x)" 'Read-only file system'
is "and mounts nothing twice" "$(seen | wc -l)" 9

ok "stopwpar" stopwpar -F dev
is "takes away all of it" "$(seen)" ""
ok "chwpar adds what is mounted from outside" chwpar -M directory=/data vfs=namefs dev="$WPARS_ROOT/srv" dev
ok "startwpar" startwpar dev
like "a namefs is seen, too" "$(seen)" '/data rw,nosuid,nodev'
ok "inside as well" comes /data
ok "root unmounts it outside" umount "$base/data"
ok "it goes inside" goes /data
is "what is the WPAR's own stays" "$(inside sh -c 'mountpoint -q /home && echo home')" home
ok "stopped and started" sh -c 'stopwpar -F dev && startwpar dev'
ok "it is there again" comes /data
kill -9 "$(cut -d' ' -f1 "$WPARS_ROOT/run/wpars/dev/monitor")"
ok "rmwpar after a kill" rmwpar -F dev
is "leaves no mount" "$(count)" "$before"
ok "and no directory" test ! -e "$base"

# A start that was killed
mkwpar -n dev >/dev/null
for place in namespaces mapped mounted monitor; do
	WPAR_STOP_AT=$place startwpar dev >/dev/null 2>&1
	startwpar dev >/dev/null 2>&1
	is "a start killed at '$place' and one after it: mounted once" "$(seen | wc -l)" 7
	stopwpar -F dev >/dev/null
	is "and not at all after the stop" "$(count)" "$before"
done

# A base directory that is a mount of somebody else's
mkdir -m 700 "$WPARS_ROOT/own" && mkdir "$WPARS_ROOT/own/base" "$WPARS_ROOT/elsewhere"
mount --bind "$WPARS_ROOT/elsewhere" "$WPARS_ROOT/own/base"
ok "mkwpar on it" mkwpar -n other -d /own/base -s
ok "stopwpar" stopwpar -F other
ok "leaves that mount" mountpoint -q "$WPARS_ROOT/own/base"
rmwpar -F other >/dev/null 2>&1

# Where the mounts of the global environment are shared, as systemd makes them, a WPAR's are not: nothing that is mounted
# outside comes inside by itself, and nothing goes the other way.
mount --make-rshared /
ok "startwpar where mounts are shared" startwpar dev
ok "chwpar -M" chwpar -M directory=/data vfs=namefs dev="$WPARS_ROOT/srv" dev
ok "a mount that came later" comes /data
shares_of_init()
{
	local init
	read -r init <"/proc/$(monitor dev)/task/$(monitor dev)/children"
	grep -E ' (shared|master|propagate_from):' "/proc/${init% }/mountinfo"
}
is "no mount inside is shared, or follows another" "$(shares_of_init)" ""
before=$(grep -c . /proc/self/mountinfo)
ok "stopwpar" stopwpar -F dev
ok "startwpar" startwpar dev
is "stopped and started, all are there once" "$(grep -c . /proc/self/mountinfo)" "$before"
rmwpar -F dev >/dev/null 2>&1
done_testing
