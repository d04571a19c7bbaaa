#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libvirt.sh - setup/libvirt.sh starts a libvirt that works in a chroot, and leaves no trace
# needs: bare
# timeout: 180
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

par_work=$TMPDIR/work
par_state=$par_work/demo
mkdir -p "$par_work/log" "$par_state"
. "$PAR_TEST_SOURCE/../setup/libvirt.sh"

# The words in qemu.conf

conf=$TMPDIR/qemu.conf
libvirt_qemu_conf=$conf
printf '# a comment\n#namespaces = [ "mount" ]\nuser = "root"\n' >"$conf"
chmod 600 "$conf"
cp "$conf" "$conf.before"
ok "namespaces are turned off" libvirt_without_namespaces
like "in the file" "$(cat "$conf")" '^namespaces = \[\]$'
ok "once" libvirt_without_namespaces
is "only" "$(grep -c '^namespaces' "$conf")" 1
echo 'group = "root"' >>"$conf"
echo 'group = "root"' >>"$conf.before"
ok "undone" libvirt_undo_conf
ok "with what was written there meanwhile" cmp "$conf" "$conf.before"
is "and its mode" "$(stat -c %a "$conf")" 600
echo 'namespaces = [ "mount" ]' >>"$conf"
cp "$conf" "$conf.before"
libvirt_without_namespaces >/dev/null
ok "a user's own word holds" cmp "$conf" "$conf.before"
libvirt_undo_conf
ok "and stays" cmp "$conf" "$conf.before"
rm "$conf"
libvirt_without_namespaces >/dev/null
ok "without a file there is one" grep -qx 'namespaces = \[\]' "$conf"
libvirt_undo_conf
ok "and then none" test ! -e "$conf"
libvirt_qemu_conf=/etc/libvirt/qemu.conf

# What of libvirt's files is only a trace

mkdir -p /var/log/libvirt/qemu
echo lpar01 >"$par_state/lpars-made"
: >/var/log/libvirt/qemu/lpar01.log
echo '-device virtserialport,name=org.lpard.agent.0' >/var/log/libvirt/qemu/web.log
echo '-device virtserialport,name=org.qemu.guest_agent.0' >/var/log/libvirt/qemu/theirs.log
ok "the log of the demo's LPAR" libvirt_is_trace /var/log/libvirt/qemu/lpar01.log
ok "that of an LPAR that the user made with it" libvirt_is_trace /var/log/libvirt/qemu/web.log
fails "but not that of another domain" libvirt_is_trace /var/log/libvirt/qemu/theirs.log
fails "nor a disk" libvirt_is_trace /var/lib/libvirt/images/lpard/org.lpard.agent.0
rm /var/log/libvirt/qemu/lpar01.log /var/log/libvirt/qemu/web.log /var/log/libvirt/qemu/theirs.log

# make_dev DIR PTMXMODE - a /dev without ptmx
make_dev()
{
	mkdir -p "$1"
	mount -t tmpfs -o mode=755 tmpfs "$1"
	cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty "$1/"
	mkdir "$1/pts" "$1/shm"
	mount -t devpts -o "newinstance,mode=600,ptmxmode=$2" devpts "$1/pts"
	ln -s /proc/self/fd "$1/fd"
}

# A machine whose /dev is ours to lose, and a chroot with a /dev and terminals of its own.  libvirt
# with mount name spaces would put the chroot's link /dev/ptmx in the place of the machine's device,
# and no guest on the machine would get a terminal any more.
dev=$TMPDIR/dev
make_dev "$dev" 000
mknod -m 666 "$dev/ptmx" c 5 2
mount --rbind "$dev" /dev
mkdir "$TMPDIR/root"
mount --rbind / "$TMPDIR/root"
mount --make-rprivate /
make_dev "$TMPDIR/root/dev" 666
ln -s /dev/pts/ptmx "$TMPDIR/root/dev/ptmx"

ok "on the machine libvirt can use mount name spaces" libvirt_can_use_namespaces
cat >"$TMPDIR/inside" <<'END'
. "$PAR_TEST_SOURCE/../setup/libvirt.sh"
"$@"
END
in_chroot()
{
	par_work=$par_work par_state=$par_state chroot "$TMPDIR/root" bash "$TMPDIR/inside" "$@"
}
fails "in a chroot it cannot" in_chroot libvirt_can_use_namespaces

# Nothing of the frame's own.
printf 'user = "root"\ngroup = "root"\ndynamic_ownership = 0\nsecurity_driver = "none"\n' >/etc/libvirt/qemu.conf
cp /etc/libvirt/qemu.conf "$TMPDIR/conf.before"
rmdir /run/lock
cat >"$TMPDIR/guest.xml" <<'END'
<domain type='qemu'><name>guest</name><memory unit='MiB'>256</memory>
<os><type arch='ppc64' machine='pseries'>hvm</type></os>
<devices><console type='pty'/><controller type='usb' model='none'/><memballoon model='none'/></devices></domain>
END
devices()
{
	find "$dev" -mindepth 1 -path "$dev/pts/*" -prune -o -printf '%P %y %m %l ' -exec stat -c '%t:%T' {} +
}
devices | sort >"$TMPDIR/devices.before"
ok "libvirt starts in the chroot" in_chroot libvirt_start
is "with the folder of its locks" "$(stat -c %a /run/lock)" 1777
ok "a guest with a console starts" virsh -q -c qemu:///system create --paused "$TMPDIR/guest.xml"
ok "the console opens" sh -c '
	(sleep 2) | timeout 5 script -qec "virsh -c qemu:///system console guest" /dev/null | grep -q "Connected"'
ok "and ends" virsh -q -c qemu:///system destroy guest
devices | sort >"$TMPDIR/devices.after"
is "the machine has the devices that it had" "$(diff "$TMPDIR/devices.before" "$TMPDIR/devices.after")" ""
ok "libvirt is ended" in_chroot libvirt_stop
ok "its configuration is what it was" cmp /etc/libvirt/qemu.conf "$TMPDIR/conf.before"
ok "the folder of locks is gone" test ! -e /run/lock
fails "nothing serves" virsh -q -c qemu:///system uri
done_testing
