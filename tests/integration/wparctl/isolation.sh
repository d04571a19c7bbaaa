#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# isolation.sh - what a WPAR sees and cannot do: attacks from inside (docs/SECURITY.md)
# timeout: 200
# shellcheck disable=SC2016,SC2115 # root is set below; in single quotes the WPAR's shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

root=$WPARS_ROOT/wpars/iso
trap 'clear_away iso' EXIT

inside()
{
	clogin iso -- "$@" </dev/null 2>&1
}

ok "mkwpar" mkwpar -n iso
# The answer of clients to `state` is the letter.
ok "startwpar" startwpar iso
is "its state" "$(lswpar -c -q -a state iso)" A
cp "$PAR_TEST_BUILD/tests/helpers/attack" "$root/root/attack"

# What it sees
is "its host name" "$(inside hostname)" iso
is "its root is root" "$(inside id -u)" 0
is "PID 1 is init" "$(inside cat /proc/1/comm)" init
# init, the shell, and what inittab has running: srcmstr with its subsystems, where they are installed.
like "it sees only its own processes" \
	"$(inside sh -c 'set -- /proc/[0-9]*; echo "$# $(cat /proc/1/comm)"')" '^[2-9] init$'
is "every file system is Global" "$(inside df -k | awk 'NR > 1 { print $1, $6 }')" \
	"Global /
Global /home
Global /opt
Global /proc
Global /tmp
Global /usr
Global /var"
is "ids on disk are as inside" "$(inside touch /home/f; stat -c %u:%g "$root/home/f")" 0:0
ok "the global root writes into it" sh -c "echo hello >$root/home/g"
is "and it can read that" "$(inside cat /home/g)" hello
outside=$(awk '{ print $2 }' "/proc/$(pgrep -f '^/etc/init$' -n)/uid_map")
like "its root is somebody else outside" "$outside" '^1[0-9]{9}$'
is "exit status" "$(inside sh -c 'exit 7'; echo $?)" 7
is "a signal" "$(inside sh -c 'kill -TERM $$'; echo $?)" 143
is "nothing of the global environment is open" "$(inside /root/attack fds)" "done"
is "the working directory is its own" "$(cd "$TMPDIR" && inside sh -c 'pwd; ls ../../..|head -1')" "/root
bin"
is "secrets of the global environment are not copied" \
	"$(inside sh -c 'ls /etc/ssh/ssh_host* /etc/wpars /etc/lpard 2>/dev/null; cut -d: -f2 /etc/shadow | sort -u')" '*'
fails "its /usr is read-only" clogin iso -- touch /usr/x
fails "so is its /opt" clogin iso -- touch /opt/x

# What it cannot do (10, 9, 6)
for what in mount umount userns clone-userns setns mknod module kexec bpf perf userfaultfd uring \
	keyring rawsock packet vsock alg address clock handle; do
	like "refused: $what" "$(inside /root/attack $what)" '^refused: '
done
# Families and protocols of sockets for which the kernel would load a module, whoever asks.
for family in 0 3 4 5 6 7 8 9 11 12 13 14 15 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 \
	37 38 39 40 41 42 43 44 45 46 255; do
	is "no socket of family $family" "$(inside /root/attack socket $family 2 0)" \
		"refused: Address family not supported by protocol"
	is "nor a pair of family $family" "$(inside /root/attack socketpair $family)" \
		"refused: Address family not supported by protocol"
done
for what in 2:1:132 2:5:132 2:1:33 2:2:136 2:1:256 2:1:262 10:1:132 10:3:115 2:3:47 16:3:4 16:3:6 16:3:10 16:3:12 \
	16:3:16 16:3:20 16:3:21; do
	like "no socket of family, type and protocol $what" \
		"$(IFS=:; set -- $what; IFS=' '; inside /root/attack socket "$@")" '^refused: .* not supported'
done
for type in 0 4 5 6 10; do
	is "no type $type" "$(inside /root/attack socket 2 $type 0)" "refused: Socket type not supported"
done
for what in "1 1 0" "1 5 0" "2 1 0" "2 2 0" "2 1 6" "2 2 17" "2 2 1" "10 1 6" "10 2 58" "16 3 0" "16 3 9" "16 2 15"; do
	# shellcheck disable=SC2086 # words
	is "what programs need is there: $what" "$(inside /root/attack socket $what)" "done"
done
like "the old call for all of sockets is no way around that" "$(inside /root/attack socketcall 2)" '^refused: '
for request in 0x8940 0x8941 0x89a0 0x89a1 0x8982 0x8983; do
	is "no ioctl that loads the bridge or VLANs: $request" "$(inside /root/attack sockctl $request)" \
		"refused: Operation not permitted"
done
is "no line discipline" "$(inside /root/attack discipline 13)" "refused: Operation not permitted"
for path in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/sys/net/ipv4/ip_forward \
	/proc/kcore /usr/bin/sh /etc/init /usr/bin/df; do
	like "not to be written: $path" "$(inside /root/attack open $path)" '^refused: '
done
is "no /sys" "$(inside ls /sys)" ""
# Whoever opens a file waits for the holder of its lease: the LPAR's files, and those that clogin reads.
for what in "lease /usr/bin/whoami" "lease-read /usr/bin/whoami" "delegation /usr/bin" "lease /etc/passwd"; do
	# shellcheck disable=SC2086 # words
	is "nobody is held up: $what" "$(inside /root/attack $what)" "refused: Operation not permitted"
done

# 1: our program through /proc/PID/exe, while it enters
inside sh -c 'cat >/root/shell <<END
#!/proc/self/exe
END
chmod 755 /root/shell; sed -i "s,^root:.*,root:x:0:0:root:/root:/root/shell," /etc/passwd'
sum=$(sha256sum "$PAR_TEST_BUILD/wparctl/wparctl")
clogin iso </dev/null >/dev/null 2>&1
clogin iso true </dev/null >/dev/null 2>&1
sed -i 's,^root:.*,root:x:0:0:root:/root:/bin/sh,' "$root/etc/passwd"
like "the login shell /proc/self/exe gets nothing to write to" \
	"$(inside sh -c 'for p in /proc/[0-9]*/exe; do /root/attack open $p; done' | sort -u)" \
	'^refused: '
unlike "none of them was opened" \
	"$(inside sh -c 'for p in /proc/[0-9]*/exe; do /root/attack open $p; done')" '^done'
is "our program is as it was" "$(sha256sum "$PAR_TEST_BUILD/wparctl/wparctl")" "$sum"

# What mountinfo says of devices is the WPAR's, not the LPAR's devtmpfs with its size.
is "no device of the LPAR's in mountinfo" "$(inside cat /proc/self/mountinfo | grep -c devtmpfs)" 0
is "six nodes of its own" "$(inside cat /proc/self/mountinfo | grep -cE ' /dev/(null|zero|full|random|urandom|tty) .* - tmpfs Global ')" 6
fails "which its root cannot change" inside chmod 600 /dev/null
ok "and can use" inside sh -c 'echo x >/dev/null && [ "$(head -c 3 /dev/zero | wc -c)" = 3 ]'

# 2: what the caller has open does not come inside, nor does the caller's directory
beside()
{
	(cd "$TMPDIR" && exec 7</ 8>"$TMPDIR/beside" && "$@" </dev/null 2>/dev/null)
}
# shellcheck disable=SC2016 # expanded inside
fds='for f in /proc/$$/fd/*; do [ ! -e "$f" ] || printf "%s " "${f##*/}"; done; echo'
is "clogin: descriptors of its caller" "$(beside clogin iso -- sh -c "$fds")" "0 1 2 "
is "and the directory is the user's own" "$(beside clogin iso -- pwd)" /root
is "wparexec: descriptors" "$(beside wparexec -n isofd -- /bin/sh -c "$fds" | tail -n2 | head -n1)" "0 1 2 "
mkwpar -n isofd --minimal >/dev/null
beside startwpar isofd >/dev/null
is "the first process has none of a start's" \
	"$(clogin isofd -- sh -c 'readlink /proc/1/fd/* | grep -v -e "^pipe:" -e "^/dev/" -e "^anon_inode:" -e "^socket:"' </dev/null)" ""
is "and begins at its own root" "$(clogin isofd -- readlink /proc/1/cwd </dev/null)" /
rmwpar -F isofd >/dev/null

# 7: users
inside sh -c 'printf "neg:x:-1:0::/:/bin/sh\nbig:x:4294967296:0::/:/bin/sh\n" >>/etc/passwd'
fails "a user with the id -1" clogin iso -l neg -- id
fails "a user with the id 2^32" clogin iso -l big -- id
inside sh -c 'echo "ann:x:1:1::/:/bin/sh" >>/etc/passwd'
is "another user" "$(clogin iso -l ann -- id -u </dev/null)" 1
like "has no capabilities" "$(clogin iso -l ann -- grep CapEff /proc/self/status </dev/null)" \
	'0000000000000000$'
like "nor has root inheritable ones" "$(inside grep CapInh /proc/self/status)" '0000000000000000$'
# 8: its passwd is a fifo: nobody waits for it
inside sh -c 'mv /etc/passwd /etc/passwd.was; mkfifo /etc/passwd'
ok "a fifo for /etc/passwd does not hold us" timeout 10 clogin iso -- true
inside sh -c 'rm /etc/passwd; ln -s /proc/1/environ /etc/passwd'
ok "nor does a link" timeout 10 clogin iso -- true
# kernel_log - what a syslogd would find unread of the LPAR's kernel log
kernel_log()
{
	timeout 5 python3 -c 'import os
f = os.open("/proc/kmsg", os.O_RDONLY | os.O_NONBLOCK)
try:
    while True: os.write(1, os.read(f, 65536))
except BlockingIOError: pass'
}
inside sh -c 'rm /etc/passwd; ln -s /proc/kmsg /etc/passwd'
name="a link to the kernel's log has clogin eat nothing of it"
# said TEXT - does the log that this script reads get it?  A root with few devices has none to write to.
said()
{
	[ -c /dev/kmsg ] || return 1
	echo "<5>lpard test: $1" >/dev/kmsg
	sleep 0.5
	kernel_log | grep -q "lpard test: $1"
}
kernel_log >/dev/null
if said before; then
	echo "<5>lpard test: isolation" >/dev/kmsg
	clogin iso -- true </dev/null
	like "$name" "$(kernel_log)" 'lpard test: isolation'
else
	skip "$name" "another program of this machine reads that log, or there is no /dev/kmsg"
fi
inside mv /etc/passwd.was /etc/passwd

# 9: a process that does not answer; 3, 4: targets swapped for links
clogin iso -- sh -c 'trap "" TERM HUP; sleep 1000 & exec sleep 1000' </dev/null >/dev/null 2>&1 &
sleep 0.3
ok "a WPAR with a deaf process stops" timeout 60 stopwpar iso
is "it is defined" "$(lswpar -c -q -a state iso)" D
rm -rf "$root/home" && ln -s /etc "$root/home"
fails "a link in the place of /home" startwpar iso
is "leaves nothing behind" "$(lswpar -c -q -a state iso)" D
rm "$root/home" && mkdir "$root/home"
rm -f "$root/etc/init" && ln -s ../../../../etc/hostname "$root/etc/init"
fails "a link in the place of init" startwpar iso
rm "$root/etc/init"
# 5: what we write to sysctl and to the processes' own files goes to the kernel, or nowhere.
mkdir -p "$TMPDIR/elsewhere/sys/kernel" "$TMPDIR/elsewhere/self/attr"
for f in sys/kernel/msgmni sys/kernel/sem sys/kernel/shmmni self/attr/exec self/oom_score_adj self/uid_map; do
	echo mine >"$TMPDIR/elsewhere/$f"
done
chmod -R a+rwX "$TMPDIR/elsewhere"
written=$(find "$TMPDIR/elsewhere" -type f -exec md5sum {} + | sort)
chwpar -R pct_msgIDs=50% pct_shmIDs=50% iso >/dev/null
rm -rf "$root/proc" && ln -s "$TMPDIR/elsewhere" "$root/proc"
fails "a link in the place of /proc" startwpar iso
rm "$root/proc" && cp -r "$TMPDIR/elsewhere" "$root/proc"
ok "files in /proc that the image has are covered" startwpar iso
like "and the limits are the kernel's" "$(clogin iso -- cat /proc/sys/kernel/msgmni </dev/null)" '^[0-9]+$'
stopwpar -F iso >/dev/null
is "nothing was written to them" "$(cd "$root/proc" && cat sys/kernel/* self/attr/exec self/oom_score_adj self/uid_map | sort -u)" mine
is "nor where the link led" "$(find "$TMPDIR/elsewhere" -type f -exec md5sum {} + | sort)" "$written"
chwpar -K -R iso >/dev/null
# 7: a line end in a value makes no second one.
fails "a line end in a value of the specification" chwpar -h "$(printf 'a\nidbase = 0')" iso
is "has changed nothing" "$(grep -c 'idbase = "*0"*$' "$WPARS_ROOT/etc/wpars/iso.cf")" 0
is "one in a variable's value stays in it" "$(wparexec -n isoenv -- "$(printf 'A=1\nB=2')" /bin/sh -c 'echo "$A/${B:-none}"' </dev/null 2>/dev/null | tr '\n' ' ' |
	grep -o '1 B=2/none')" "1 B=2/none"
rm -rf "$root/dev" "$root/proc" && ln -s /home "$root/dev" && echo text >"$root/proc"
fails "links and files in the places of /dev and /proc" startwpar iso
rm "$root/dev" "$root/proc"
ok "missing mount points are made again" startwpar iso

is "a tree of 3,000 levels is made" "$(inside /root/attack deep /home)" "done"
ok "stopwpar -F" stopwpar -F iso
ok "rmwpar removes it with few descriptors" sh -c "ulimit -n 256; rmwpar iso"
is "nothing is left" "$(ls "$WPARS_ROOT/wpars" "$WPARS_ROOT/run/wpars")" "$WPARS_ROOT/run/wpars:

$WPARS_ROOT/wpars:"
done_testing
