#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# promises_refused.sh - what cannot be done is refused by mkwpar and wparexec, not found out at the
# first start; what is refused leaves nothing behind
# timeout: 120
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

mkdir -m 700 "$WPARS_ROOT/run" "$WPARS_ROOT/src"
src=$WPARS_ROOT/src
trap 'umount "$WPARS_ROOT/merged" 2>/dev/null; clear_away holder' EXIT

# refused NAME PATTERN COMMAND... - one line on stderr that matches, status 1
refused()
{
	local name=$1 pattern=$2 said status=0
	shift 2
	said=$("$@" 2>&1 >/dev/null) || status=$?
	is "$name: status" "$status" 1
	is "$name: one line" "$(printf '%s\n' "$said" | wc -l)" 1
	like "$name" "$said" "$pattern"
}

# left - files of WPARs, of all that mkwpar makes
left()
{
	find "$WPARS_ROOT/wpars" "$WPARS_ROOT/etc/wpars" "$WPARS_ROOT/run/wpars" "$WPARS_ROOT/var/lib/wpars/roots" \
		-mindepth 1 ! -name .ids ! -path '*/.ids/lock' ! -name .registry 2>/dev/null | sort
}

ok "one that stays" mkwpar -n holder -h taken
before=$(left)

# Mount points that are files, or lie below one, in every new WPAR
for place in /etc/group /etc/hosts/x /etc/mtab/deep; do
	refused "a mount on $place" "-M directory=$place: .* file or a symbolic link" mkwpar -n new -M "directory=$place"
done
refused "a namefs on a file" "-M directory=/etc/shells: " mkwpar -n new -M directory=/etc/shells vfs=namefs dev="$src"

# A source over the programs that every WPAR needs; and nothing is made in it
mkdir -p "$src/usr/bin"
cp /bin/true "$src/usr/bin/sh"
refused "a /usr/bin without df" "-M directory=/usr/bin: $src/usr/bin has no df" \
	mkwpar -n new -M directory=/usr/bin vfs=namefs dev="$src/usr/bin"
cp /bin/true "$src/usr/bin/df"
refused "a /usr without mount" "-M directory=/usr: $src/usr has no bin/mount" \
	mkwpar -n new -M directory=/usr vfs=namefs dev="$src/usr"
is "nothing was made in the source" "$(ls "$src/usr/bin")" "df
sh"

# File systems on which ids cannot be mapped
refused "a namefs of /proc" "The file system of /proc/sys cannot be given to a workload partition" \
	mkwpar -n new -M directory=/srv vfs=namefs dev=/proc/sys mountopts=ro
refused "wparexec with one" "The file system of /proc/sys cannot be given" \
	wparexec -n new -M directory=/srv vfs=namefs dev=/proc/sys mountopts=ro -- /bin/true
mkdir "$WPARS_ROOT"/{lower,upper,work,merged}
mount -t overlay -o "lowerdir=$WPARS_ROOT/lower,upperdir=$WPARS_ROOT/upper,workdir=$WPARS_ROOT/work" \
	overlay "$WPARS_ROOT/merged"
refused "a base directory on an overlay" "The file system of .*/merged/below/new cannot be given" \
	mkwpar -n new -d /merged/below/new
is "no folder was made" "$(ls "$WPARS_ROOT/merged")" ""
umount "$WPARS_ROOT/merged"

# Two pairs that ran together
refused "no blank before dev=" 'a blank is missing before dev= in "/logsdev=/srv"' \
	mkwpar -n new -M directory=/logsdev=/srv vfs=namefs
refused "no blank before mountopts=" "a blank is missing before mountopts=" \
	mkwpar -n new -M directory=/logs vfs=namefs "dev=${src}mountopts=ro"
refused "a vfs that is too long" 'It must be directory, namefs, jfs2, ext4, xfs or nfs' \
	mkwpar -n new -M directory=/logs "vfs=namefsdev=$src"

# Devices
refused "a device below a device" "cannot both be devices" \
	mkwpar -n new -D devname=/dev/zero virtualname=/dev/q -D devname=/dev/full virtualname=/dev/q/r
refused "a device below a standard one" "every workload partition has that device" \
	mkwpar -n new -D devname=/dev/zero virtualname=/dev/random/x
refused "one device, exported and not" "two devices would be /dev/tty" \
	mkwpar -n new -D devname=/dev/tty -D devname=/dev/tty export=no
for minor in 1 2 4; do
	mknod "$src/memory" c 1 $minor
	refused "memory of the system (1, $minor)" "no workload partition can open it" \
		mkwpar -n new -D devname="$src/memory" virtualname=/dev/memory
	rm "$src/memory"
done

# Application WPARs
closed=/var/cache/closed-$$
mkdir -m 700 "$closed"
mkdir "$closed/point"
refused "a mount point in a closed folder" "cannot reach it, for $closed is closed to others \\(mode 0700\\)" \
	wparexec -n new -M directory="$closed/point" vfs=namefs dev="$src" -- /bin/true
chmod 711 "$closed"
ok "the same when it is open" wparexec -n new -M directory="$closed/point" vfs=namefs dev="$src" -- /usr/bin/test -d "$closed/point/usr"
rm -r "$closed"
refused "a mount point deep in /tmp" "must be right below it" \
	wparexec -n new -M directory=/tmp/some/where vfs=namefs dev="$src" -- /bin/true
ok "one right below /tmp" wparexec -n new -M directory=/tmp/some vfs=namefs dev="$src" -- /usr/bin/test -d /tmp/some
refused "a host name that is taken" "The host name taken is that of" wparexec -n new -h taken -- /bin/true

refused "a file that is not there" "there is no file '.*/none.spec'" mkwpar -f "$WPARS_ROOT/none.spec"
is "nothing is left of all that" "$(left)" "$before"

# A device of an application WPAR leaves nothing mounted behind
mknod -m 600 "$src/node" c 1 9
said=$(wparexec -n dev -D devname="$src/node" virtualname=/dev/rolls -- /bin/sh -c 'head -c 5 /dev/rolls | wc -c; exit 4' 2>"$TMPDIR/err")
is "its status" "$?" 4
is "the device is there" "$said" 5
unlike "nothing is in the way of its end" "$(cat "$TMPDIR/err")" "cannot be removed"
is "and nothing is left" "$(left)" "$before"

# Limits that the system cannot set are refused, by the controller's name
has=" $(cat /sys/fs/cgroup/cgroup.controllers /sys/fs/cgroup/unified/cgroup.controllers 2>/dev/null) "
for limit in "pids totalThreads=700" "memory memory=0%-50%,60%" "cpu CPU=0%-50%,50%" "cpuset rset=0"; do
	controller=${limit%% *} limit=${limit#* }
	case "$has" in
	*" $controller "*)
		ok "$controller: $limit" mkwpar -n lim -R "$limit"
		ok "removed" rmwpar -F lim
		continue
		;;
	esac
	refused "mkwpar: $limit" "-R: version 2 control groups of this system have no controller \"$controller\"" \
		mkwpar -n lim -R "$limit"
	refused "wparexec: $limit" "no controller \"$controller\"" wparexec -n lim -R "$limit" -- /bin/true
done
is "and nothing is left" "$(left)" "$before"
ok "not in force, they are taken" mkwpar -n lim -R active=no totalThreads=700 memory=0%-50%,60%
# A definition of another machine
sed -i '/active/d' "$WPARS_ROOT/etc/wpars/lim.cf"
said=$(startwpar lim 2>&1)
for controller in pids memory cpu; do
	pattern="of the kind \"$controller\" are not in force"
	case "$controller:$has" in
	cpu:*) unlike "no limit of cpu was asked for" "$said" "$pattern" ;;
	*" $controller "*) unlike "$controller is in force" "$said" "$pattern" ;;
	*) like "$controller is not in force, and that is told" "$said" "$pattern" ;;
	esac
done
is "what holds is listed" "$(lswpar -qcR -a totalProcesses,totalThreads,totalPTYs lim)" 700:700:1024
ok "removed" rmwpar -F lim
ok "mkwpar" mkwpar -n lim -s -R totalPTYs=unlimited
unlike "unlimited terminals are as many as the kernel has" "$(clogin lim cat /proc/self/mounts)" "devpts .*max="
is "defaults are listed, too" "$(lswpar -qcR -a totalProcesses,totalThreads,totalPTYs lim)" 4096:4096:unlimited
ok "removed" rmwpar -F lim
ok "rmwpar" rmwpar holder
done_testing
