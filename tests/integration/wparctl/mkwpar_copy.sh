#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mkwpar_copy.sh - mkwpar -t: a copy of the running system, which is here a small root of busybox in a mount
# namespace of its own: what comes along, what stays, what is made anew; -T; -t -B of an image of it
# timeout: 300
# tags: no-valgrind
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"
# shellcheck source=tests/integration/wparctl/copy_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/copy_lib.sh"
unset WPARS_ROOT

ldd "$(command -v busybox)" >/dev/null 2>&1 && skip_all "busybox needs libraries"
tools=$PAR_TEST_SOURCE/integration/wparctl
lpar=$TMPDIR/lpar
copy=$lpar/wpars/copy

# ---- The system ----
small_system "$lpar"
printf '#!/bin/sh\necho ran >/var/log/cron.ran\nexec sleep 1000000\n' >"$lpar/usr/sbin/cron"
chmod 755 "$lpar/usr/sbin/cron"
cd "$lpar/etc" || exit 1
echo lpar01 >hostname
printf '127.0.0.1\tlocalhost\n127.0.1.1\tlpar01.example lpar01\n192.0.2.9\tdb1\n' >hosts
echo '/dev/vda1 / ext4 defaults 0 1' >fstab
echo 0123456789abcdef0123456789abcdef >machine-id
printf 'ID=debian\nVERSION_ID="12"\nNAME="Debian GNU/Linux"\n' >os-release
echo 12.5 >debian_version
echo 'key of the system' >ssh/ssh_host_ed25519_key
echo 'PermitRootLogin no' >ssh/sshd_config
echo '* * * * * root true' >cron.d/job
echo '1:2345:respawn:/sbin/getty tty1' >inittab
cd "$TMPDIR" || exit 1
cp "$lpar/etc/machine-id" "$lpar/var/lib/dbus/machine-id"
echo seed >"$lpar/var/lib/systemd/random-seed"
for name in boot/vmlinuz usr/lib/modules/6.1/loop.ko var/lib/lpard/lpar.xml var/lib/libvirt/disk tmp/scratch run/pid; do
	echo "of the system" >"$lpar/$name"
done
python3 "$tools/tree.py" make "$lpar/home/tree"
# Of an id that no WPAR has, and the LPAR's own program with rights
echo far >"$lpar/home/far"
chown 70000:70000 "$lpar/home/far"
truncate -s 160M "$TMPDIR/data.img"
mkfs.ext4 -q "$TMPDIR/data.img"

# One mount namespace, in which it all is, for as long as the test runs
unshare --mount --propagation private bash -c '
	cd "$1" && mount --bind . . && cd "$1" && pivot_root . old &&
	mount --rbind /old/proc proc && mount --rbind /old/sys sys && mount --rbind /old/dev dev &&
	mount -o loop /old/"$2" /data && mount -t tmpfs tmpfs /mnt/mem && mount --bind /home /mnt/again &&
	mount -t tmpfs -o size=1M,mode=700 tmpfs /small && mount -t tmpfs -o size=60M,mode=700 tmpfs /big &&
	umount -l /old && touch /run/up && exec sleep 1000000' bash "$lpar" "$TMPDIR/data.img" 2>"$TMPDIR/space.err" &
space=$!
# shellcheck disable=SC2317 # the trap calls it
cleanup()
{
	in_lpar /bin/sh -c 'for n in $(lswpar -qc -a name); do rmwpar -F $n; done' >/dev/null 2>&1
	kill "$space" 2>/dev/null
	wait "$space" 2>/dev/null
}
trap cleanup EXIT
# in_lpar COMMAND... - in that system
in_lpar()
{
	nsenter -t "$space" -m -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
		${stop_at:+WPAR_STOP_AT="$stop_at"} ${wait_at:+WPAR_WAIT_AT="$wait_at" WPAR_WAIT_FILE=/run/wait} "$@"
}
stop_at='' wait_at=''
wait_for 10 test -e "$lpar/run/up" || bail_out "no system: $(cat "$TMPDIR/space.err")"
in_lpar /bin/sh -c 'echo one >/data/file; ln /data/file /data/other; chown 7:8 /data/file; echo far >/mnt/mem/file'
ok "another WPAR" in_lpar mkwpar -n other --minimal
ok "one elsewhere" in_lpar /bin/sh -c 'mkdir -m 700 /srv/w && mkwpar -n elsewhere --minimal -d /srv/w/e && echo theirs >/srv/w/e/root/theirs'

# ---- What does not go together ----
refused "-T alone" "-T is about a copy of this system: -t" in_lpar mkwpar -n copy -T preserve_private=yes
refused "-t -C" "-t and -C cannot be used together" in_lpar mkwpar -n copy -t -C -B /x
refused "-t -p" "-t and -p cannot be used together" in_lpar mkwpar -n copy -t -p
refused "-T of a strange name" 'preserve_private, preserve_wpars' in_lpar mkwpar -n copy -t -T preserve_all=yes
refused "-T of a strange value" 'It must be no or yes' in_lpar mkwpar -n copy -t -T preserve_wpars=2
printf 'general:\n\tname = "copy"\n\ncopy_controls:\n\tpreserve_wpars = "yes"\n' >"$lpar/root/spec"
refused "copy_controls without -t" "copy_controls of the specification" in_lpar mkwpar -f /root/spec
is "nothing was made" "$(in_lpar lswpar -qc -a name | tr '\n' ' ')" "elsewhere other "

# ---- The copy ----
in_lpar mkwpar -n copy -t >"$TMPDIR/out" 2>"$TMPDIR/err"
is "mkwpar -t: status" "$?" 0
is "what is left out is said" "$(sort "$TMPDIR/err")" "mkwpar: what is in /big: tmpfs is left out
mkwpar: what is in /mnt/again: a second mount of what is copied from its own place is left out
mkwpar: what is in /mnt/mem: tmpfs is left out
mkwpar: what is in /small: tmpfs is left out"
like "its lines" "$(tr '\n' ' ' <"$TMPDIR/out")" '^mkwpar: Creating file systems... Mounting all .*x ./home .*Workload partition copy created successfully. '
is "its state and type" "$(in_lpar lswpar -qc -a state,type,privateusr copy)" D:S:yes
is "its file systems have no limit" "$(grep -c 'size = "unlimited"' "$lpar/etc/wpars/copy.cf")" 6
is "each attribute of each file is there" "$(python3 "$tools/tree.py" list "$copy/home/tree")" \
	"$(python3 "$tools/tree.py" list "$lpar/home/tree")"
is "/usr is its own" "$(readlink "$copy/bin") $(cmp "$copy/usr/bin/busybox" "$lpar/usr/bin/busybox" && echo same)" "usr/bin same"
is "and so is a file system of its own" "$(cat "$copy/data/file") $(stat -c '%u %g %h' "$copy/data/other")" "one 7 8 2"
is "users and their passwords" "$(cmp "$copy/etc/shadow" "$lpar/etc/shadow" && stat -c '%a' "$copy/etc/shadow")" 600
is "an id that no WPAR has is nobody's" "$(stat -c '%u %g' "$copy/home/far")" "65534 65534"
is "its configuration" "$(cat "$copy/etc/ssh/sshd_config" "$copy/etc/cron.d/job")" "PermitRootLogin no
* * * * * root true"
for folder in proc sys dev run tmp boot usr/lib/modules wpars etc/wpars srv/w/e var/lib/wpars var/lib/lpard var/lib/libvirt mnt/mem mnt/again; do
	[ -d "$copy/$folder" ] || echo "no $folder"
	find "$copy/$folder" -mindepth 1
done >"$TMPDIR/found"
is "what is not its own is there, and empty" "$(cat "$TMPDIR/found")" ""
is "modes of these" "$(stat -c %a "$copy/tmp" "$copy/wpars" | tr '\n' ' ')" "1777 700 "
fails "no host key" test -e "$copy/etc/ssh/ssh_host_ed25519_key"
fails "no seed" test -e "$copy/var/lib/systemd/random-seed"
like "a machine id of its own" "$(cat "$copy/etc/machine-id")" '^[0-9a-f]{32}$'
unlike "another than the system's" "$(cat "$copy/etc/machine-id")" 0123456789abcdef
is "which is D-Bus's, too" "$(readlink "$copy/var/lib/dbus/machine-id")" /etc/machine-id
is "its name" "$(cat "$copy/etc/hostname")" copy
is "the hosts that the system knows" "$(tr '\t\n' ' |' <"$copy/etc/hosts")" "127.0.0.1 localhost|127.0.1.1 copy|192.0.2.9 db1|"
is "no file system is mounted from within" "$(grep -vc '^#' "$copy/etc/fstab")" 0
is "it begins as a WPAR" "$(grep -c -e getty -e '^cron:2:once' "$copy/etc/inittab")" 1
like "what the LPAR gave is noted" "$(cat "$lpar/var/lib/wpars/lists/copy"*)" 'usr/lib/modules/6.1/loop.ko'
ok "nothing is mounted" in_lpar /bin/sh -c '! grep -q wpars/copy /proc/self/mountinfo'
is "of -T nothing is kept" "$(grep -c copy_controls "$lpar/etc/wpars/copy.cf")" 0

ok "it starts" in_lpar startwpar copy
ok "its services run" wait_for 20 test -e "$copy/var/log/cron.ran"
is "its root is not root" "$(in_lpar clogin copy -- cat /proc/self/uid_map | awk '{ print $1, ($2 >= 1073741824) }')" "0 1"
is "a user of the system" "$(in_lpar clogin copy -l ann -- id -u)" 1000
is "a set-user-ID program keeps its mode" "$(in_lpar clogin copy -- stat -c %a /home/tree/x.dat)" "$(stat -c %a "$lpar/home/tree/x.dat")"
ok "it stops" in_lpar stopwpar -h copy
ok "rmwpar" in_lpar rmwpar copy
fails "leaves nothing" test -e "$copy"

# ---- -T ----
ok "-T preserve_private=yes" in_lpar mkwpar -n copy -t -T preserve_private=yes
is "the kernel's files" "$(cat "$copy/boot/vmlinuz" "$copy/usr/lib/modules/6.1/loop.ko" | uniq -c | tr -s ' ')" " 2 of the system"
is "and no other WPAR" "$(find "$copy/wpars" "$copy/etc/wpars" "$copy/srv/w/e" -mindepth 1)" ""
ok "rmwpar" in_lpar rmwpar copy
ok "copy_controls of a file" in_lpar mkwpar -f /root/spec -t -T preserve_private=no
is "other WPARs' files" "$(cat "$copy/srv/w/e/root/theirs"; find "$copy/wpars" "$copy/etc/wpars" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | tr '\n' ' ')" \
	"theirs
copy elsewhere.cf other other.cf "
ok "all of them" test -s "$copy/wpars/other/etc/passwd"
is "but not its own" "$(find "$copy/wpars/copy" -mindepth 1)" ""
is "and not the kernel's" "$(find "$copy/boot" -mindepth 1)" ""
ok "rmwpar" in_lpar rmwpar copy

# ---- Like another one, in file systems of its own, without services ----
ok "-e, -M, --minimal" in_lpar mkwpar -n copy -t -e other --minimal -M directory=/data vfs=ext4 size=16M
is "/usr is its own, not the other's" "$(grep -c namefs "$lpar/etc/wpars/copy.cf")" 0
is "the place of a file system of its own is empty" "$(find "$copy/data" -mindepth 1)" ""
ok "which has the files" in_lpar /bin/sh -c 'mkdir /run/x && mount -o loop,ro /wpars/.volumes/copy/data.ext4 /run/x && cmp /run/x/file /data/file; r=$?; umount /run/x; rmdir /run/x; exit $r'
is "it starts nothing" "$(grep -c cron "$copy/etc/inittab")" 0
ok "rmwpar" in_lpar rmwpar copy

# ---- Places of its own that are links ----
# A disk that /home was moved to, with another one in it; /opt beside /usr; /tmp, of which nothing is copied
linked()
{
	in_lpar unshare --mount --propagation private /bin/sh -c 'mount -t tmpfs -o mode=755 tmpfs /mnt/mem && mkdir -m 1777 /mnt/mem/tmp && "$@"' sh "$@"
}
in_lpar /bin/sh -c 'mv /home /data/home && ln -s data/home /home && mv /opt /usr/own && ln -s ../usr/own /opt && rmdir /usr/own/x 2>/dev/null; echo tool >/opt/tool
	mv /tmp /srv/old.tmp && ln -s /mnt/mem/tmp /tmp; mkdir /data/keys && echo key >/data/keys/ssh_host_rsa_key && echo rules >/data/keys/sshd_config && mv /etc/ssh /etc/ssh.old && ln -s /data/keys /etc/ssh
	echo secret >/data/id && mv /var/lib/systemd/random-seed /srv/seed && ln -s /data/id /var/lib/systemd/random-seed'
tree=$(python3 "$tools/tree.py" list "/proc/$space/root/data/home/tree")
refused "a file system at what a link leads to" "-t: /home of the system is a symbolic link to /data/home; in the copy the files would be in /home, and so there can be no file system at /data/home: leave" \
	linked mkwpar -n copy -t --minimal -M directory=/data/home vfs=ext4 size=40M
is "nothing was made" "$(in_lpar lswpar -qc -a name | tr '\n' ' ')" "elsewhere other "
linked mkwpar -n copy -t --minimal >"$TMPDIR/out" 2>"$TMPDIR/err"
is "links in the places of file systems: status" "$?" 0
is "it says what becomes of them" "$(grep link "$TMPDIR/err" | sort)" "mkwpar: /home is a symbolic link to /data/home; in the copy /home is the directory, and /data/home the link
mkwpar: /opt is a symbolic link to /usr/own; in the copy /opt is the directory, and /usr/own the link
mkwpar: what is in /tmp: a link to /mnt/mem/tmp, of which nothing is copied, is left out"
is "the files are there, with each attribute" "$(python3 "$tools/tree.py" list "$copy/home/tree")" "$tree"
is "by both names" "$(readlink "$copy/data/home" "$copy/usr/own" | tr '\n' ' ')$(cat "$copy/opt/tool")" "/home /opt tool"
is "and /tmp is a directory" "$(stat -c '%F %a' "$copy/tmp") $(find "$copy/tmp" -mindepth 1)" "directory 1777 "
is "no host key behind a link, and no seed" "$(find "$copy/data/keys" "$copy/data" -maxdepth 1 -type f -printf '%f ')" "sshd_config file other "
ok "it starts" linked startwpar copy
is "both names hold inside" "$(linked clogin copy -- cat /data/home/far /usr/own/tool)" "far
tool"
ok "rmwpar" linked rmwpar -F copy
ok "with file systems of its own at both ends" linked mkwpar -n copy -t --minimal -M directory=/data vfs=ext4 size=20M -M directory=/home vfs=ext4 size=60M
ok "it starts" linked startwpar copy
is "both names hold inside" "$(linked clogin copy -- cat /data/home/far /data/file)" "far
one"
ok "rmwpar" linked rmwpar -F copy
in_lpar /bin/sh -c 'rm /home /opt /tmp /etc/ssh /var/lib/systemd/random-seed && mv /data/home /home && rm /usr/own/tool && mv /usr/own /opt && mv /srv/old.tmp /tmp && mv /etc/ssh.old /etc/ssh && mv /srv/seed /var/lib/systemd/random-seed
	rm -r /data/keys /data/id'

# ---- One folder by two names ----
# binds COMMAND... - in that system, with bind mounts of what is not copied, and of other WPARs
binds()
{
	in_lpar unshare --mount --propagation private /bin/sh -c 'mount --bind /tmp/shared /srv/bound && mount --bind /data/wpars /wpars && mount --bind /root/resolv /etc/resolv.conf && "$@"' sh "$@"
}
mkdir -p "$lpar/tmp/shared" "$lpar/srv/bound"
echo precious >"$lpar/tmp/shared/f"
echo below >"$lpar/etc/resolv.conf"
echo above >"$lpar/root/resolv"
in_lpar /bin/sh -c 'mkdir -m 700 /data/wpars && mkdir /data/wpars/other && echo theirs >/data/wpars/other/f'
binds timeout 100 mkwpar -n bound -t --minimal >"$TMPDIR/out" 2>"$TMPDIR/err"
is "with bind mounts: status" "$?" 0
[ ! -s "$TMPDIR/err" ] || sed "s/^/# /" "$TMPDIR/err"
bound=$TMPDIR/bound
mkdir "$bound"
mount -o loop,ro "$TMPDIR/data.img" "$bound" 2>/dev/null || nsenter -t "$space" -m tar -C /data -cf - wpars | tar -C "$bound" -xf -
is "what is copied nowhere else is copied there" "$(cat "$bound/wpars/bound/srv/bound/f")" precious
is "/wpars is no other WPAR's by another name" "$(find "$bound/wpars/bound/data/wpars" -mindepth 1)" ""
is "which is said" "$(grep -c -e 'what is in /data/wpars: the folder that is /wpars, too, is left out$' -e 'what is in /etc/resolv.conf: a file that is mounted over another' "$TMPDIR/err")" 2
is "a file below a file" "$(cat "$bound/wpars/bound/etc/resolv.conf")" below
mountpoint -q "$bound" && umount "$bound"
ok "rmwpar" binds rmwpar -F bound
in_lpar /bin/sh -c 'rm -r /data/wpars /tmp/shared /srv/bound /root/resolv /etc/resolv.conf'

# ---- What changes meanwhile ----
wait_at="copied once"
touch "$lpar/run/wait"
echo before >"$lpar/home/changes"
echo before >"$lpar/home/goes"
in_lpar mkwpar -n copy -t --minimal >"$TMPDIR/out" 2>&1 &
pid=$!
ok "all has been read once" wait_for 30 test -e "$lpar/run/wait.here"
echo "after it" >"$lpar/home/changes"
echo new >"$lpar/home/comes"
rm "$lpar/home/goes"
rm "$lpar/run/wait" "$lpar/run/wait.here"
wait $pid
is "mkwpar: status" "$?" 0
is "what has changed meanwhile is there" "$(cat "$copy/home/changes" "$copy/home/comes" | tr '\n' ' ')" "after it new "
fails "what has gone is not" test -e "$copy/home/goes"
wait_at=''
ok "rmwpar" in_lpar rmwpar copy

# ---- No room, a failure, and a kill ----
head -c 20M /dev/zero >"$lpar/home/large"
# room_refused WHAT MESSAGE OPTIONS... - no copy can be made, which the last line says
room_refused()
{
	local what=$1 message=$2
	shift 2
	fails "$what" in_lpar mkwpar -n copy -t --minimal "$@"
	like "is said" "$(in_lpar mkwpar -n copy -t --minimal "$@" 2>&1 | tail -n 1)" "$message"
	is "leaves nothing" "$(in_lpar lswpar -qc -a name | tr '\n' ' ')$(find "$lpar/etc/wpars" "$lpar/wpars" -name '*copy*'; in_lpar ls -A /small)" "elsewhere other "
}
room_refused "a disk that is too small" "There is no room for a copy of the system: its files take [0-9]+M, and the disk of '/small/copy' has [01]M left" -d /small/copy
room_refused "a file system that is too small" "There is no room in the file system /home: what the system has there takes [0-9]+M, and its size is 16M; -M directory=/home size=M gives it more" \
	-M directory=/home vfs=ext4 size=16M
rm "$lpar/home/large"
wait_at=room
touch "$lpar/run/wait"
in_lpar mkwpar -n copy -t --minimal -d /big/copy >"$TMPDIR/out" 2>&1 &
pid=$!
ok "there is room" wait_for 30 test -e "$lpar/run/wait.here"
head -c 100M /dev/zero >"/proc/$space/root/big/filler" 2>/dev/null
rm "$lpar/run/wait" "$lpar/run/wait.here"
wait $pid
is "a disk that gets full: status" "$?" 1
like "is said" "$(tail -n 1 "$TMPDIR/out")" "^mkwpar: the disk of '/big/copy': .*no space"
rm "/proc/$space/root/big/filler"
is "leaves nothing" "$(in_lpar lswpar -qc -a name | tr '\n' ' ')$(find "$lpar/etc/wpars" -name 'copy*'; in_lpar ls -A /big)" "elsewhere other "
wait_at=''
stop_at=copied
in_lpar mkwpar -n copy -t --minimal >/dev/null 2>&1
is "killed" "$?" 137
stop_at=''
is "its state" "$(in_lpar lswpar -qc -a state copy)" B
ok "the same command again" in_lpar mkwpar -n copy -t --minimal
is "makes it" "$(in_lpar lswpar -qc -a state copy)" D
is "whole" "$(python3 "$tools/tree.py" list "$copy/home/tree")" "$(python3 "$tools/tree.py" list "$lpar/home/tree")"
ok "rmwpar" in_lpar rmwpar copy
stop_at=copied
in_lpar mkwpar -n copy -t --minimal >/dev/null 2>&1
stop_at=''
ok "rmwpar after a kill" in_lpar rmwpar copy
is "leaves nothing, too" "$(find "$lpar/wpars" "$lpar/var/lib/wpars/roots" "$lpar/var/lib/wpars/lists" "$lpar/etc/wpars" -name '*copy*')" ""

# ---- A signal ----
# left - what there is of it, in the system and of its own
left()
{
	find "$lpar/wpars" "$lpar/wpars/.volumes" "$lpar/var/lib/wpars/roots" "$lpar/var/lib/wpars/lists" "$lpar/etc/wpars" -maxdepth 1 -name '*copy*' 2>/dev/null
	in_lpar grep wpars/copy /proc/self/mountinfo
}
# begin - mkwpar -t as from a terminal, in a process group of its own
begin()
{
	(exec setsid env -i --default-signal=INT,TERM,HUP,PIPE PATH="$PATH" nsenter -t "$space" -m -r -w env PATH=/usr/sbin:/usr/bin HOME=/root \
		${wait_at:+WPAR_WAIT_AT="$wait_at" WPAR_WAIT_FILE=/run/wait} mkwpar -n copy -t --minimal -M directory=/data vfs=ext4 size=16M) >"$TMPDIR/out" 2>&1 &
	pid=$!
}
for wait_at in room "copied once" "servers filled"; do
	for signal in INT TERM HUP; do
		touch "$lpar/run/wait"
		begin
		ok "$wait_at" wait_for 30 test -e "$lpar/run/wait.here"
		# Ctrl-C reaches all of its processes, kill(1) that one alone
		if [ $signal = INT ]; then kill -s $signal -- -$pid; else kill -s $signal $pid; fi
		rm -f "$lpar/run/wait" "$lpar/run/wait.here"
		status=0
		wait $pid || status=$?
		is "it dies of SIG$signal" "$status" $((128 + $(kill -l $signal)))
		like "and says why" "$(tail -n 1 "$TMPDIR/out")" "^mkwpar: interrupted \\(SIG$signal.*\\), and what was begun is undone"
		is "and leaves nothing" "$(left)" ""
	done
done
wait_at=''
bad=0 whole=0
for _ in 1 2 3 4 5 6 7 8; do
	begin
	sleep "0.$(printf %03d $((RANDOM % 900)))"
	kill -s INT -- -$pid 2>/dev/null
	wait $pid
	if [ "$(in_lpar lswpar -qc -a state copy 2>/dev/null)" = D ]; then
		whole=$((whole + 1))
		[ -e "$copy/etc/machine-id" ] || bad=$((bad + 1))
		in_lpar rmwpar copy >/dev/null
	fi
	[ -z "$(left)" ] || {
		bad=$((bad + 1))
		echo "# $(left | tr '\n' ' '), $(tail -n 1 "$TMPDIR/out")"
	}
done
is "at any moment it is whole ($whole of 8), or there is nothing" $bad 0

# ---- A password, and a program ----
# shellcheck disable=SC2317 # it is called
password()
{
	echo "$1" | in_lpar mkwpar -n copy -t --minimal -P
}
ok "-P" password secret
like "the password of its root user" "$(grep '^root:' "$copy/etc/shadow")" '^root:\$[^:]+:'
is "and no other's" "$(grep '^ann:' "$copy/etc/shadow") $(grep '^root:' "$lpar/etc/shadow")" "$(grep '^ann:' "$lpar/etc/shadow") root:*:20000::::::"
is "its mode" "$(stat -c '%a %u' "$copy/etc/shadow")" "600 0"
ok "rmwpar" in_lpar rmwpar copy
printf '#!/bin/sh\necho "$@" $(cat /wpars/copy/etc/hostname) >/wpars/copy/root/made\n' >"$lpar/root/made"
chmod 755 "$lpar/root/made"
ok "-k" in_lpar mkwpar -n copy -t --minimal -k /root/made
is "it runs when all is there" "$(cat "$copy/root/made")" "made copy copy"
ok "rmwpar" in_lpar rmwpar copy
printf '#!/bin/sh\nexit 3\n' >"$lpar/root/made"
fails "-k that fails" in_lpar mkwpar -n copy -t --minimal -k /root/made
like "is said" "$(in_lpar mkwpar -n copy -t --minimal -k /root/made 2>&1 | tail -n 1)" "/root/made"
is "leaves nothing" "$(left)" ""
rm "$lpar/root/made"

# ---- Of an image ----
# image FILE LEVEL ARCHITECTURE - of this system, as mksysb writes it
image()
{
	printf 'image_data:\n\tFORMAT = 1\n\tOSNAME = "Debian GNU/Linux"\n\tOSID = debian\n\tOSLEVEL = %s\n\tARCH = %s\n\tKERNEL_RELEASE = "6.1"\n\tKERNEL_VERSION = "#1"\n' \
		"$2" "$3" >"$lpar/image.data"
	tar -C "$lpar" --format=pax --xattrs --xattrs-include='*' --numeric-owner -S --one-file-system -cf "$1" ./image.data \
		./bin ./sbin ./lib ./usr ./etc ./home ./var/log ./root ./opt ./boot ./tmp 2>/dev/null
	rm "$lpar/image.data"
}
image "$lpar/srv/older.tar" 12.4 "$(uname -m)"
image "$lpar/srv/same.tar" 12.5 "$(uname -m)"
rm "$lpar/home/comes"
refused "-B of no backup, without -t" "same.tar" in_lpar mkwpar -n copy -B /srv/same.tar
refused "an image of another level" "The image /srv/older.tar is of debian 12.4 for .*, and this system is debian 12.5" in_lpar mkwpar -n copy -t -B /srv/older.tar
is "makes nothing" "$(in_lpar lswpar -qc -a name | tr '\n' ' ')$(in_lpar /usr/sbin/wparctl image ls | wc -l)" "elsewhere other 1"
ok "a versioned one" in_lpar mkwpar -n old -C -B /srv/older.tar -M directory=/home vfs=ext4 size=40M -M directory=/opt vfs=ext4 size=16M
ok "-t like a versioned one" in_lpar mkwpar -n copy -t -e old --minimal -M directory=/home vfs=directory
is "its file systems are those of its own system" "$(grep -c -e ext4 -e overlay "$lpar/etc/wpars/copy.cf") $(in_lpar lswpar -qc -a state,type copy) $(find "$lpar/wpars/.volumes/copy" 2>&1 | grep -c ext4)" "0 D:S 0"
ok "rmwpar" in_lpar rmwpar copy
ok "rmwpar of the other" in_lpar rmwpar old
ok "-t -B" in_lpar mkwpar -n copy -t -B /srv/same.tar -T preserve_wpars=yes
is "its state and type" "$(in_lpar lswpar -qc -a state,type,privateusr copy)" D:S:yes
is "it is that of the image" "$(cat "$copy/home/comes")" new
is "with each attribute" "$(python3 "$tools/tree.py" list "$copy/home/tree")" "$(python3 "$tools/tree.py" list "$lpar/home/tree")"
is "but its identity" "$(cat "$copy/etc/hostname") $(ls "$copy/etc/ssh")" "copy sshd_config"
is "and the kernel" "$(find "$copy/boot" "$copy/etc/wpars" -mindepth 1)" ""
is "the image is not kept" "$(in_lpar /usr/sbin/wparctl image ls | wc -l)" 1
ok "it starts" in_lpar startwpar copy
ok "its services run" wait_for 20 test -e "$copy/var/log/cron.ran"
ok "rmwpar -s" in_lpar rmwpar -F -s copy
stop_at=taken
in_lpar mkwpar -n copy -t -B /srv/same.tar >/dev/null 2>&1
stop_at=''
is "killed with the image in the store" "$(in_lpar lswpar -qc -a state copy) $(in_lpar /usr/sbin/wparctl image ls | wc -l)" "B 2"
ok "rmwpar" in_lpar rmwpar copy
is "takes the image along" "$(in_lpar /usr/sbin/wparctl image ls | wc -l)" 1
stop_at=copied
in_lpar mkwpar -n copy -t -B /srv/same.tar >/dev/null 2>&1
stop_at=''
ok "killed later, and again" in_lpar mkwpar -n copy -t -B /srv/same.tar
is "the image is not kept" "$(in_lpar /usr/sbin/wparctl image ls | wc -l)" 1
done_testing
