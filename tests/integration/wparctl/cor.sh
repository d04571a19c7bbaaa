#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cor.sh - mount and umount inside a WPAR, carried out by cor_NAME: what the specification lists, by the WPAR's
# root, and nothing else, whatever is sent to the socket and whoever is killed
# timeout: 180
# shellcheck disable=SC2317 # ok calls comes and goes
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

mkdir -m 700 "$WPARS_ROOT/srv"
echo fine >"$WPARS_ROOT/srv/file"
trap 'clear_away dev' EXIT

inside()
{
	clogin dev -- "$@" </dev/null 2>&1
}

mkwpar -n dev --minimal -M directory=/src vfs=namefs dev="$WPARS_ROOT/srv" mountopts=ro >/dev/null
before=$(grep -c "$TMPDIR" /proc/self/mountinfo)
ok "startwpar" startwpar dev
active=$(grep -c "$TMPDIR" /proc/self/mountinfo)
is "it is mounted" "$(inside cat /src/file)" fine
is "umount inside" "$(inside umount /src/)" ""
is "it is gone" "$(inside ls /src)" ""
is "outside too" "$(ls "$WPARS_ROOT/wpars/dev/src")" ""
like "nothing is left to unmount" "$(inside umount /src)" '^umount: 0506-347 Cannot find anything to unmount.$'
is "mount inside" "$(inside mount /src)" ""
inside umount /src >/dev/null
is "by its name, as the article's listing 9" "$(inside mount src /src)" ""
like "by another's name" "$(inside mount home /src)" '^mount: 0506-324 Cannot mount /src: A workload partition mounts what its specification lists'
is "it is there" "$(inside cat /src/file)" fine
is "outside too" "$(cat "$WPARS_ROOT/wpars/dev/src/file")" fine
like "with the options of the definition" "$(inside touch /src/x)" 'Read-only file system'
like "as Global" "$(inside mount)" '^Global on /src type '
like "mounted is busy" "$(inside mount /src)" '^mount: 0506-324 Cannot mount .* on /src: The requested resource is busy.$'
like "in use is busy" "$(inside sh -c 'cd /src && umount /src')" '^umount: 0506-349 Cannot unmount /src: The requested resource is busy.$'
is "and stays" "$(inside cat /src/file)" fine
is "as many mounts as before" "$(grep -c "$TMPDIR" /proc/self/mountinfo)" "$active"

# What is not listed, or not root's to say

like "a directory" "$(inside mount /mnt)" '^mount: 0506-325 /mnt is not a known file system.$'
like "the WPAR's own" "$(inside umount /home)" '^umount: 0506-349 Cannot unmount /home: Operation not permitted.$'
like "the LPAR's /usr" "$(inside umount /usr)" '^umount: 0506-349 Cannot unmount /usr: Operation not permitted.$'
like "the root" "$(inside umount /)" '^umount: 0506-325 / is not a known file system.$'
like "a way around" "$(inside mount /src/../src)" '^mount: 0506-325 '
like "another source" "$(inside mount --bind /etc /mnt)" '^mount: 0506-324 Cannot mount /mnt'
like "other options" "$(inside mount -o rw /src)" '^mount: 0506-324 Cannot mount /src'
like "all of them" "$(inside umount -a)" '^umount: 0506-349 '
inside umount /src >/dev/null
like "not by another user" "$(inside setpriv --reuid 1000 --clear-groups mount /src)" '^mount: 0506-324 Only root may'
ok "a link in its place" inside sh -c 'rmdir /src && ln -s /etc /src'
like "is not followed" "$(inside mount /src)" '^mount: 0506-324 Cannot mount .*symbolic link'
ok "the directory is back" inside sh -c 'rm /src && mkdir /src'

# Whatever is sent

talk()
{
	inside python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("/run/wpars/cor/request")
for data in eval(sys.argv[1]):
	try:
		s.send(data)
	except OSError as e:
		print(e)
print(s.recv(2000).decode())' "$1"
}
if [ -x /usr/bin/python3 ]; then
	like "no request" "$(talk '[b"\0" * 100]')" '^0506-325 '
	like "a long one" "$(talk '[b"mount /" + b"a" * 60000]')" '^0506-325 '
	like "one that hides another" "$(talk '[b"mount /src\0/../etc"]')" '^0506-325 '
	is "one that says nothing holds up nobody for long" "$(inside python3 -c 'import socket, time
s = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for i in range(5)]
for x in s:
	x.setblocking(False)
	try:
		x.connect("/run/wpars/cor/request")
	except OSError:
		pass
time.sleep(1)'; inside mount /src; inside cat /src/file)" fine
	inside umount /src >/dev/null
fi

# Requests are served one after the other, with a rest between: others get the lock, too

began=$(date +%s%N)
inside sh -c 'for i in 1 2 3 4 5 6 7 8 9; do umount /src; done 2>/dev/null' >/dev/null
ok "a lot of requests take their time" test $(($(date +%s%N) - began)) -gt 2000000000

# Whoever serves has nothing of the monitor's, and ends with it

# children TEXT - those of the monitor whose command line is TEXT
children()
{
	local one
	for one in $(ps -o pid= --ppid "$(monitor dev)"); do
		[ "$(tr -d '\0' <"/proc/$one/cmdline")" != "$1" ] || echo "$one"
	done | grep .
}
# stopped_server - $server: a process that serves a request that does not come
stopped_server()
{
	inside python3 -c 'import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("/run/wpars/cor/request")
s.settimeout(60)
try:
	s.recv(2000)
except OSError:
	pass' >/dev/null &
	wait_for 20 children cor_dev >/dev/null
	sleep 0.3
	server=$(children cor_dev | head -n 1)
	kill -STOP "${server:=none}"
}
if [ -x /usr/bin/python3 ]; then
	stopped_server
	is "it has its standard descriptors and the request" "$(find "/proc/$server/fd" -mindepth 1 | grep -c .)" 4
	kill -9 "$(monitor dev)"
	ok "it ends with the monitor" wait_for 10 test ! -e "/proc/$server/fd/0"
	kill -9 "$server" 2>/dev/null
	wait
	ok "the next command brings another" inside true
	ok "there is one" wait_for 20 sh -c "[ -e \"/proc/\$(cut -d' ' -f1 '$WPARS_ROOT/run/wpars/dev/monitor')\" ]"
	ok "it starts anew" sh -c 'stopwpar -F dev && startwpar dev'
	init=$(ps -o pid= --ppid "$(monitor dev)")
	stopped_server
	kill -9 "${init// /}"
	ok "a WPAR that ends by itself is cleared all the same" wait_for 20 sh -c "lswpar -qa state dev | grep -q D"
	ok "and nobody serves it" wait_for 10 test ! -e "/proc/$server/fd/0"
	kill -9 "$server" 2>/dev/null
	wait
	ok "startwpar" startwpar dev
	inside umount /src >/dev/null
fi

# A monitor that is killed

kill -9 "$(monitor dev)"
ok "the next command brings another" inside true
mounts()
{
	inside mount /src >/dev/null
	[ "$(inside cat /src/file)" = fine ]
}
ok "which mounts, too" wait_for 20 mounts
ok "chwpar takes it away" chwpar -K -M directory=/src dev
like "it is no known file system any more" "$(inside mount /src)" '^mount: 0506-325 /src is not a known file system.$'
ok "stopwpar" stopwpar -F dev
is "nothing stays" "$(grep -c "$TMPDIR" /proc/self/mountinfo)" "$before"
done_testing
