#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# inside.sh - inside WPARs the WPAR commands are refused, and nothing of other WPARs can be read
# timeout: 120
# shellcheck disable=SC2016 # in single quotes the WPAR's shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

# A place that an application WPAR would see; the mount is in the frame only.
mount -t tmpfs tmpfs /mnt
WPARS_ROOT=/mnt/root
mkdir -p "$WPARS_ROOT/var/adm/wpars"
trap 'clear_away one two' EXIT
refusal='This command cannot be run inside a workload partition; run it in the global environment.'
# Those of the System Resource Controller (src.sh) and of users (users.sh) are a WPAR's own, and
# lparstat and oslevel tell where they are called (where.sh); wparerr is of both (wparerr.sh).
commands=$(wparctl --list-commands | grep -vxE '(ls|start|stop)src|refresh|(mk|ch|rm)ssys|(ls|mk|ch|rm)user|lsgroup|lparstat|oslevel|wparerr')

ok "one WPAR" mkwpar -n one -s
ok "another" mkwpar -n two -h secrethost -s
echo secretlog >"$WPARS_ROOT/var/adm/wpars/event.log"
chmod 755 "$WPARS_ROOT"/var/{adm,lib}/wpars
expected=$(for c in $commands agent; do echo "$c: $refusal"; done)

# all DIR - calls each command by its name, as an operator inside would
all='for c in '$(echo $commands)' agent; do "$0/$c" two </dev/null 2>&1 && echo "$c: accepted"; done'
cp "$PAR_TEST_BUILD/wparctl/wparctl" "$WPARS_ROOT/wpars/one/home/wparctl"
for c in $commands agent; do
	ln -s wparctl "$WPARS_ROOT/wpars/one/home/$c"
done

is "in a system WPAR each is refused" "$(clogin one -- sh -c "$all" /home)" "$expected"
clogin one 'echo ann:x:1:1::/:/bin/sh >>/etc/passwd'
is "for its users too" "$(clogin one -l ann -- sh -c "$all" /home)" "$expected"
is "by the program's own name" "$(clogin one '/home/wparctl lswpar 2>&1')" "wparctl: $refusal"
is "whatever its root removes" "$(clogin one 'rm -rf /run/* 2>/dev/null; /home/lswpar 2>&1')" "lswpar: $refusal"
mkdir /mnt/bin
cp -P "$WPARS_ROOT"/wpars/one/home/* /mnt/bin
is "in an application WPAR too" "$(wparexec -n app -- /bin/sh -c "$all" /mnt/bin 2>/dev/null)" "$expected"
is "the other WPAR goes on" "$(lswpar -c -q -a state two)" A

# What can be read
seen='cd /; grep -rsl -e secrethost -e secretlog "$0/etc" "$0/run" "$0/var" /etc/wpars /run/wpars /var/adm/wpars /var/lib/wpars 2>/dev/null
	ls -A "$0/etc/wpars" "$0/run/wpars" "$0/var/adm/wpars" "$0/var/lib/wpars" /run/wpars 2>/dev/null | grep -v -e : -e "^\$" -e "^cor\$" -e "^df\$" -e "^mount\$" -e "^uname\$"'
like "the global side has all that" "$(sh -c "$seen" "$WPARS_ROOT")" '^two\.cf$'
is "an application WPAR reads nothing of others" "$(wparexec -n app -- /bin/sh -c "$seen" "$WPARS_ROOT" 2>/dev/null)" ""
is "a system WPAR neither" "$(clogin one -- sh -c "$seen" "$WPARS_ROOT")" ""
is "no port of the agent, no device of the LPAR" \
	"$(wparexec -n app /bin/sh -c 'ls /dev/vport* /dev/virtio-ports /dev/mem /dev/[shv]d? 2>/dev/null' 2>/dev/null)" ""
python3 -c 'import socket, time
a = socket.socket(socket.AF_UNIX); a.bind("\0lpard-inside"); a.listen()
b = socket.socket(socket.AF_UNIX); b.bind("/run/inside.sock"); b.listen()
time.sleep(60)' &
listener=$!
wait_for 5 test -S /run/inside.sock
try='import socket, sys
for name in ("\0lpard-inside", "/run/inside.sock"):
    try:
        socket.socket(socket.AF_UNIX).connect(name); print("connected")
    except OSError: print("refused")'
is "the sockets can be reached outside" "$(python3 -c "$try")" "connected
connected"
is "but not from inside" "$(wparexec -n app -- "$(command -v python3)" -c "$try" 2>/dev/null)" "refused
refused"
kill $listener
for file in ip_unprivileged_port_start ping_group_range; do
	set -- "$@" "$(wparexec -n app /bin/cat "/proc/sys/net/ipv4/$file" 2>/dev/null | tr '\t' ' ')"
done
is "low ports and ping are its users'" "$*" "0 0 65535"
is "no other process" "$(wparexec -n app /bin/sh -c 'set -- /proc/[0-9]*; echo $#' 2>/dev/null)" 2
done_testing
