#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# chwpar.sh - a WPAR is changed while it runs: file systems, devices, terminals, the host name; what
# cannot be is refused and leaves all as it was; a name and a base directory change while it is
# stopped, and a chwpar that was killed is run again
# timeout: 180
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

mkdir -m 700 "$WPARS_ROOT/run" "$WPARS_ROOT/srv"
chmod 755 "$TMPDIR"
cf=$WPARS_ROOT/etc/wpars
srv=$WPARS_ROOT/srv
mkdir "$srv/data" "$srv/more" "$srv/a"
echo fine >"$srv/data/file"

# mounts_of NAME - what is mounted in it
mounts_of()
{
	clogin "$1" cat /proc/self/mountinfo </dev/null | cut -d' ' -f5,6 | sort
}

ok "mkwpar" mkwpar -n dev -s
before=$(mounts_of dev)

# File systems.
is "-M vfs=namefs while it runs" \
	"$(chwpar -v -M directory=/data vfs=namefs dev="$srv/data" mountopts=ro,noexec dev 2>&1)" \
	"Mounting /wpars/dev/data"
is "it is there" "$(clogin dev cat /data/file </dev/null)" fine
fails "ro" clogin dev touch /data/x
like "noexec, nodev" "$(mounts_of dev)" '^/data ro,.*nodev.*noexec'
like "lswpar -M has it" "$(lswpar -qcM dev)" "/data:$srv/data:namefs::ro,noexec"
like "df has it" "$(clogin dev df </dev/null)" '/data$'
like "the list of what is mounted from outside has it" "$(cat "$WPARS_ROOT/run/wpars/dev/external.json")" '"target":"/data"'
ok "a second, below the first" mkdir "$srv/data/sub"
ok "that can be written" chwpar -M directory=/data/sub vfs=namefs dev="$srv/more" dev
ok "is written by its root" clogin dev touch /data/sub/x
is "as root on disk" "$(stat -c %u "$srv/more/x")" 0
ok "one in a folder" chwpar -M directory=/srv/a vfs=namefs dev="$srv/more" dev
refused "one that would hide it" "it would hide /srv/a" chwpar -M directory=/srv vfs=namefs dev="$srv" dev
ok "taken away" chwpar -K -M directory=/srv/a dev
refused "one that another is mounted below" "/data/sub is mounted below it" chwpar -K -M directory=/data dev
refused "other options" "cannot become another file system" chwpar -M directory=/data mountopts=rw dev
refused "a directory of its own" "only a namefs or an nfs can be added" chwpar -M directory=/own dev
refused "a default one" "every workload partition has that file system" chwpar -K -M directory=/tmp dev
refused "a source that is a link" "behind a symbolic link" sh -c \
	"ln -s data '$srv/link' && chwpar -M directory=/link vfs=namefs dev='$srv/link' dev"
mkdir -m 755 "$TMPDIR/open" "$TMPDIR/open/x"
refused "one that other users reach, to be written" "could leave set-user-id programs" \
	chwpar -M directory=/open vfs=namefs dev="$TMPDIR/open/x" dev
clogin dev sh -c 'mkdir -p /etc/real; ln -s /etc/real /trap'
refused "a mount point that is a link inside" "symbolic link" \
	chwpar -M directory=/trap vfs=namefs dev="$srv/data" dev
fails "it is not in the specification" grep -q trap "$cf/dev.cf"
clogin dev sh -c 'rm /trap'

# One that is in use.
clogin dev sh -c 'cd /data/sub; echo ready; sleep 60' </dev/null >"$TMPDIR/user" &
user=$!
wait_for 10 grep -q ready "$TMPDIR/user"
refused "one that is in use" "/data/sub is in use .*-F" chwpar -K -M directory=/data/sub dev
ok "it is still there" clogin dev test -e /data/sub/x
ok "-F takes it away" chwpar -F -K -M directory=/data/sub dev
fails "it is gone" clogin dev test -e /data/sub/x
kill $user
wait $user 2>/dev/null
ok "and so is the first, by -M -K" chwpar -M -K directory=/data dev
is "all is as before" "$(mounts_of dev)" "$before"

# A killed command is run again.
for step in 'limits changed' changed; do
	WPAR_STOP_AT=$step chwpar -M directory=/data vfs=namefs dev="$srv/data" dev 2>/dev/null
	fails "killed ($step): not in the specification" grep -q /data "$cf/dev.cf"
	ok "run again" chwpar -M directory=/data vfs=namefs dev="$srv/data" dev
	is "mounted once" "$(mounts_of dev | grep -c '^/data ')" 1
	WPAR_STOP_AT=$step chwpar -K -M directory=/data dev 2>/dev/null
	ok "taken away" chwpar -K -M directory=/data dev
	is "all is as before" "$(mounts_of dev)" "$before"
done

# Devices.
node=$TMPDIR/secret
mknod -m 600 "$node" c 1 5
ok "a device while it runs" chwpar -D devname="$node" virtualname=/dev/below/secret -D devname=/dev/full export=no dev
is "it is opened inside" "$(clogin dev head -c 3 /dev/below/secret </dev/null | od -An -tx1 | tr -d ' ')" 000000
fails "export=no takes a standard one away" clogin dev test -e /dev/full
is "lswpar -D" "$(lswpar -qcD -a devname,devstatus dev | grep -e full -e secret | sort)" "/dev/full:NOT EXPORTED
$node:EXPORTED"
ok "both back" chwpar -K -D devname="$node" -D devname=/dev/full dev
fails "the device is gone" clogin dev test -e /dev/below/secret
ok "the standard one is there" clogin dev test -c /dev/full
is "all is as before" "$(mounts_of dev)" "$before"

# Terminals.
ok "totalPTYs" chwpar -R totalPTYs=3 dev
like "it is the maximum of devpts" "$(clogin dev cat /proc/self/mounts </dev/null)" 'devpts .*max=3'
is "and that of lswpar -R" "$(lswpar -qcR -a totalPTYs dev)" 3
ok "-K -R restores it" chwpar -K -R totalPTYs dev
like "in the kernel too" "$(clogin dev cat /proc/self/mounts </dev/null)" 'devpts .*max=1024'

# Limits: by the kernel's files, or refused by the controller's name.
group=$(dirname "$(find /sys/fs/cgroup -path "*wpars*-root/dev/cgroup.procs" 2>/dev/null | head -1)")
for row in 'pids pids.max totalProcesses=77 77 4096' 'memory memory.max totalVirtMem=200M 209715200 max' \
	'cpu cpu.weight shares_CPU=300 300 100'; do
	read -r controller file pair value default <<<"$row"
	if [ -e "$group/$file" ]; then
		ok "$pair" chwpar -R "$pair" dev
		is "$file" "$(cat "$group/$file")" "$value"
		ok "-K -R" chwpar -K -R "${pair%%=*}" dev
		is "$file" "$(cat "$group/$file")" "$default"
	else
		refused "$pair without the controller" "have no controller \"$controller\"" chwpar -R "$pair" dev
		fails "it is not in the specification" grep -q "${pair%%=*}" "$cf/dev.cf"
	fi
done

# Host name, privileges, script, the start with the system.
ok "-h" chwpar -h other dev
is "hostname inside" "$(clogin dev hostname </dev/null)" other
is "in its files" "$(clogin dev cat /etc/hostname </dev/null)" other
like "-S is told to come later" "$(chwpar -S privs-=PV_NET_PORT dev)" 'privileges \(-S\) .* started the next time'
ok "-K -S" chwpar -K -S dev
ok "-A" chwpar -A dev
is "lswpar" "$(lswpar -qcG -a auto dev)" yes
ok "-K -A" chwpar -K -A dev
refused "-n while it runs" "Active state; -n needs" chwpar -n dev2 dev
refused "-d while it runs" "Active state; -d needs" chwpar -d /wpars/elsewhere dev

# An application WPAR: its wparexec holds its specification, and ends it as ever.
wparexec -n app -- /bin/sh -c "until [ -e /tmp/in/end ]; do sleep 0.1; done; exit 7" >/dev/null 2>&1 &
app=$!
# shellcheck disable=SC2016 # in single quotes another shell expands
wait_for 10 sh -c '[ "$(lswpar -qc -a state app 2>/dev/null)" = A ]'
refused "-A of an application WPAR" "-A is not valid for app" chwpar -A app
ok "totalPTYs of an application WPAR" chwpar -R totalPTYs=5 app
is "lswpar -R" "$(lswpar -qcR -a totalPTYs app)" 5
ok "and back, to a shorter text" chwpar -K -R app
is "it still runs" "$(lswpar -qc -a state app)" A
ok "a file system of an application WPAR" chwpar -M directory=/tmp/in vfs=namefs dev="$srv/a" mountopts=ro app
touch "$srv/a/end"
wait $app
is "and ends with its own status" "$?" 7
fails "nothing is left of it" lswpar app

# Another name, another base directory.
clogin dev sh -c 'echo mine >/root/mine'
ok "stopped" stopwpar -F dev
ok "-n" chwpar -n dev2 dev
is "the name, the host name that was given, the directory" "$(lswpar -qc -a name,hostname,directory)" dev2:other:/wpars/dev2
fails "the old one is unknown" lswpar dev
ok "-d" chwpar -d /elsewhere/dev2 dev2
ok "starts there" startwpar dev2
is "with its files" "$(clogin dev2 cat /root/mine </dev/null)" mine
ok "stopped" stopwpar -F dev2
mkdir -m 700 "$WPARS_ROOT/full"
mkdir -p "$WPARS_ROOT/full/x/y"
refused "-d to a directory that is not empty" "is not empty" chwpar -d /full/x dev2
mkdir -m 755 "$TMPDIR/shared" && mount -t tmpfs tmpfs "$WPARS_ROOT/full" && chmod 700 "$WPARS_ROOT/full"
refused "-d to another file system" "on another file system" chwpar -d /full/dev2 dev2
umount "$WPARS_ROOT/full"
for step in moved renamed; do
	WPAR_STOP_AT=$step chwpar -n dev3 -d /wpars/dev3 dev2 2>/dev/null
	ok "killed ($step): run again" chwpar -n dev3 -d /wpars/dev3 dev2
	is "one WPAR" "$(lswpar -qc -a name,directory)" dev3:/wpars/dev3
	ok "back" chwpar -n dev2 -d /elsewhere/dev2 dev3
done
ok "starts" startwpar dev2
is "with its files" "$(clogin dev2 cat /root/mine </dev/null)" mine
ok "a line for each change" grep -q ' dev2 change root/chwpar ok' "$WPARS_ROOT/var/adm/wpars/event.log"
ok "and for each failure" grep -q ' dev2 change root/chwpar failed: .*not empty' "$WPARS_ROOT/var/adm/wpars/event.log"
ok "removed" rmwpar -F dev2
is "nothing is left" "$(ls "$WPARS_ROOT/wpars" "$WPARS_ROOT/elsewhere" "$WPARS_ROOT/var/lib/wpars/roots" "$cf")" "$WPARS_ROOT/elsewhere:

$WPARS_ROOT/etc/wpars:

$WPARS_ROOT/var/lib/wpars/roots:

$WPARS_ROOT/wpars:"
done_testing
