#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# network.sh - WPARs in two "LPARs" on one network: who reaches whom, and what a WPAR cannot send
#
# Each LPAR and the host is a network namespace of this test's own; a bridge in the host's joins them.
# timeout: 400
# shellcheck disable=SC2016,SC2119,SC2120 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

net=$PAR_TEST_BUILD/tests/helpers/net
mkdir -p "$WPARS_ROOT/etc"
pids=

# namespace NAME - a network namespace, kept by a process whose pid is in $NAME
namespace()
{
	unshare --net sleep 600 &
	eval "$1=$!"
	pids="$pids $!"
	wait_for 5 test "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$!/ns/net")"
	nsenter -t "$!" -n sh -c 'ip link set lo up; echo 0 65535 >/proc/sys/net/ipv4/ping_group_range'
}

# at host|lpar1|lpar2 COMMAND... - in that network
at()
{
	local pid=${!1}
	shift
	nsenter -t "$pid" -n "$@"
}

# beside host|lpar1|lpar2 COMMAND... - the same in the background, until the end of the test
beside()
{
	local pid=${!1}
	shift
	nsenter -t "$pid" -n "$@" &
	pids="$pids $!"
}

cleanup()
{
	for name in neta netb netc netd; do
		at lpar1 rmwpar -F $name
		at lpar2 rmwpar -F $name
	done >/dev/null 2>&1
	# shellcheck disable=SC2086 # several
	kill $pids 2>/dev/null
}
trap cleanup EXIT

namespace host
namespace lpar1
namespace lpar2
at host ip link add br0 type bridge
at host ip addr add 10.5.0.1/24 dev br0
at host ip -6 addr add fd05::1/64 dev br0 nodad
at host ip link set br0 up
for number in 1 2; do
	lpar=lpar$number
	at host ip link add "tap$number" type veth peer name eth0 netns "${!lpar}"
	at host ip link set "tap$number" master br0 up
	at $lpar ip addr add "10.5.0.1$number/24" dev eth0
	at $lpar ip -6 addr add "fd05::1$number/64" dev eth0 nodad
	at $lpar ip link set eth0 up
done
# The bridge's ports forward at once, without spanning tree.
wait_for 10 at lpar1 "$net" ping 10.5.0.12
wait_for 10 at lpar1 "$net" ping fd05::12

# inside LPAR WPAR COMMAND...
inside()
{
	local lpar=$1 name=$2
	shift 2
	at "$lpar" clogin "$name" -- "$@" </dev/null 2>&1
}

# left LPAR - what a WPAR could leave there
left()
{
	at "$1" sh -c 'ip -o link | grep -v -e " lo:" -e " eth0@"; ip route | grep "proto 87"
		ip -6 route | grep "proto 87"; ip neigh show proxy; ip -6 neigh show proxy; ip rule | grep wpar'
}

# gone LPAR - the kernel removes the links with their namespaces, a moment after the last process
gone()
{
	[ -z "$(left "$1")" ]
}

# --- What mkwpar makes of -N
ok "mkwpar -N with all that can be given" at lpar1 mkwpar -n neta -N interface=en0 address=10.5.0.21 netmask=255.255.255.0 \
	-N interface=en0 address6=fd05::21 prefixlen=64
ok "mkwpar -N with an address alone" at lpar2 mkwpar -n netb -N address=10.5.0.22 -N address6=fd05::22
is "interface, mask and broadcast follow from the LPAR's own" "$(at lpar2 lswpar -c -q -N netb)" \
	"netb:eth0:10.5.0.22:255.255.255.0:10.5.0.255
netb:eth0:fd05\\:\\:22:64:
netb:lo0:127.0.0.1:255.0.0.0:127.255.255.255"
fails "the LPAR's own address is refused" at lpar1 mkwpar -n netc -N address=10.5.0.11
fails "another WPAR's too" at lpar1 mkwpar -n netc -N address=10.5.0.21
is "with -a it is left out, and that is said" "$(at lpar1 mkwpar -a -n netc -N address=10.5.0.21 -N address=10.5.0.34 2>&1 >/dev/null)" \
	"mkwpar: 1 address of workload partition netc is left out, because others have it."
is "the other one is the WPAR's" "$(at lpar1 lswpar -c -q -N netc | head -n 1)" "netc:eth0:10.5.0.34:255.255.255.0:10.5.0.255"
fails "chwpar -a adds none that another has" at lpar1 chwpar -a -N address=10.5.0.21 netc
is "and has changed nothing" "$(at lpar1 lswpar -c -q -N netc | wc -l)" 2
at lpar1 rmwpar -F netc >/dev/null
fails "an interface that is not there" at lpar1 mkwpar -n netc -N interface=en5 address=10.5.0.33
for name in neta netb; do
	cp "$net" "$WPARS_ROOT/wpars/$name/root/net"
done
ok "startwpar" at lpar1 startwpar neta
ok "startwpar in the other LPAR" at lpar2 startwpar netb
like "--dry-run shows the steps" "$(at lpar1 startwpar --dry-run neta)" '^filter wpar[0-9]+ 10.5.0.21 fd05::21$'

# --- What it sees
like "the address is that of the interface by the name that was given" "$(inside lpar1 neta ip -o addr show dev en0)" \
	'inet 10.5.0.21/24 brd 10.5.0.255'
is "and it has no other" "$(inside lpar1 neta ip -o addr show | awk '$2 != "lo" { print $4 }' | sort)" "10.5.0.21/24
fd05::21/64"
is "it has a route to all" "$(inside lpar1 neta ip route show default | cut -d' ' -f1-3)" "default dev en0"

# --- Who reaches whom
# reaches WHAT TEXT COMMAND... - ping and TCP, both families
reaches()
{
	local what=$1 from4=$2 from6=$3 a4=$4 a6=$5
	shift 5
	ok "$what: ping" "$@" ping "$a4"
	ok "$what: ping of IPv6" "$@" ping "$a6"
	is "$what: TCP" "$("$@" ask "$a4" 7007)" "$from4"
	is "$what: TCP over IPv6" "$("$@" ask "$a6" 7007)" "$from6"
}
for where in "host 10.5.0.1 fd05::1" "lpar1 10.5.0.11 fd05::11" "lpar2 10.5.0.12 fd05::12"; do
	# shellcheck disable=SC2086 # three words
	set -- $where
	beside "$1" "$net" serve "$2" 7007
	beside "$1" "$net" serve "$3" 7007
done
inside lpar1 neta sh -c 'for a in 10.5.0.21 fd05::21; do setsid /root/net serve $a 7007 >/dev/null 2>&1 & done' >/dev/null
inside lpar2 netb sh -c 'for a in 10.5.0.22 fd05::22; do setsid /root/net serve $a 7007 >/dev/null 2>&1 & done' >/dev/null
wait_for 5 at lpar1 "$net" ask fd05::21 7007
wait_for 5 at lpar2 "$net" ask fd05::22 7007
reaches "host to WPAR" 10.5.0.1 fd05::1 10.5.0.21 fd05::21 at host "$net"
reaches "LPAR to its WPAR" 10.5.0.11 fd05::11 10.5.0.21 fd05::21 at lpar1 "$net"
reaches "LPAR to the other one's WPAR" 10.5.0.11 fd05::11 10.5.0.22 fd05::22 at lpar1 "$net"
reaches "WPAR to host" 10.5.0.21 fd05::21 10.5.0.1 fd05::1 inside lpar1 neta /root/net
reaches "WPAR to its LPAR" 10.5.0.21 fd05::21 10.5.0.11 fd05::11 inside lpar1 neta /root/net
reaches "WPAR to the other LPAR" 10.5.0.21 fd05::21 10.5.0.12 fd05::12 inside lpar1 neta /root/net
reaches "WPAR to the other LPAR's WPAR" 10.5.0.21 fd05::21 10.5.0.22 fd05::22 inside lpar1 neta /root/net
reaches "and back" 10.5.0.22 fd05::22 10.5.0.21 fd05::21 inside lpar2 netb /root/net
ok "a second WPAR in an LPAR" at lpar1 mkwpar -n netc -N address=10.5.0.23 -N address6=fd05::23 -s
cp "$net" "$WPARS_ROOT/wpars/netc/root/net"
reaches "WPAR to its neighbour" 10.5.0.23 fd05::23 10.5.0.21 fd05::21 inside lpar1 netc /root/net

# --- What its root cannot change
for command in "ip addr add 10.5.0.99/24 dev en0" "ip addr del 10.5.0.21/24 dev en0" "ip -6 addr add fd05::99/64 dev en0" \
	"ip route add 192.0.2.0/24 dev en0" "ip route del default" "ip link set en0 down" "ip link set en0 address 02:00:00:00:00:01" \
	"ip link add d0 type dummy" "ip neigh add 10.5.0.1 lladdr 02:00:00:00:00:01 dev en0" "ip rule add from all lookup 100" \
	"tc qdisc add dev en0 clsact" "sh -c 'echo 1 >/proc/sys/net/ipv4/ip_nonlocal_bind'" \
	"/root/net raw 10.5.0.23 10.5.0.1 7008" "/root/net frame en0 0x806 00"; do
	fails "inside: $command" inside lpar1 neta sh -c "$command"
done

# --- What it sends under another address does not arrive
heard=$TMPDIR/heard
beside host "$net" hear 0.0.0.0 7008 600 >"$heard.4"
beside host "$net" hear :: 7009 600 >"$heard.6"
beside lpar1 "$net" hear :: 7009 600 >"$heard.6l"
wait_for 5 grep -q ready "$heard.4"
wait_for 5 grep -q ready "$heard.6"
wait_for 5 grep -q ready "$heard.6l"
ok "its own address, bound freely, arrives" inside lpar1 neta /root/net free fd05::21 fd05::1 7009
inside lpar1 neta /root/net free 10.5.0.23 10.5.0.1 7008 >/dev/null
inside lpar1 neta /root/net free 10.5.0.11 10.5.0.1 7008 >/dev/null
for source in fd05::23 fd05::11 fd05::12 fd05::99 fd06::1 fe80::1; do
	inside lpar1 neta /root/net free $source fd05::1 7009 >/dev/null
	inside lpar1 neta /root/net free $source fd05::11 7009 >/dev/null
done
inside lpar1 neta /root/net free 10.5.0.21 10.5.0.1 7008 >/dev/null
inside lpar1 neta /root/net free fd05::21 fd05::11 7009 >/dev/null
ok "what is sent last has arrived" wait_for 5 sh -c "[ \$(wc -l <'$heard.4') -ge 2 ] && [ \$(wc -l <'$heard.6l') -ge 2 ]"
is "of IPv4 only its own address came" "$(sort -u "$heard.4")" "10.5.0.21
ready"
is "of IPv6 too" "$(sort -u "$heard.6")" "fd05::21
ready"
is "and to its own LPAR" "$(sort -u "$heard.6l")" "fd05::21
ready"

# --- A process with the rights that -S could give, in its network namespace: the outer end decides
pid=$(head -n1 "$(sed -n 's/.*"cgroup":"\([^"]*\)".*/\1/p' "$WPARS_ROOT/run/wpars/neta/external.json")/cgroup.procs")
within()
{
	nsenter -t "$pid" -n "$@"
}
before=$(at lpar1 tc -s filter show dev "$(at lpar1 ip -o link | sed -n 's/.* \(wpar[0-9]*\)@.*/\1/p' | head -n1)" ingress)
like "the filter is to be seen" "$before" "direct-action"
within "$net" raw 10.5.0.23 10.5.0.1 7008
within "$net" raw 10.5.0.12 10.5.0.1 7008
within "$net" raw 10.5.0.21 10.5.0.1 7008
wait_for 5 sh -c "[ \$(grep -c 10.5.0.21 '$heard.4') -ge 2 ]"
is "of raw packets, too, only those from its own address came" "$(sort -u "$heard.4")" "10.5.0.21
ready"
# Who-has of the LPAR's address, sent by the WPAR as if it were the host.
within "$net" frame en0 0x806 000108000604000202000000000210050001020000000003"$(printf 0a05000b)"
within ip addr add 10.5.0.77/24 dev en0
within ip link set en0 arp on
fails "an address that it took all the same does not answer" at host "$net" ping 10.5.0.77
is "nobody learnt anything of it" "$(at lpar1 ip neigh show | grep -c -e 02:00:00 -e 'wpar.*lladdr')" 0
within ip addr del 10.5.0.77/24 dev en0
within ip link set en0 arp off

# --- One with the privilege: its own packets come out, and no others
ok "mkwpar -S privs+=PV_NET_RAWSOCK" at lpar1 mkwpar -n netd -N address=10.5.0.24 -S privs+=PV_NET_RAWSOCK -s
cp "$net" "$WPARS_ROOT/wpars/netd/root/net"
like "lswpar -S has it" "$(at lpar1 lswpar -S netd)" PV_NET_RAWSOCK
inside lpar1 netd /root/net raw 10.5.0.23 10.5.0.1 7008
ok "a raw socket" inside lpar1 netd /root/net raw 10.5.0.24 10.5.0.1 7008
ok "what is from its own address arrives" wait_for 5 grep -q 10.5.0.24 "$heard.4"
is "and nothing else" "$(sort -u "$heard.4")" "10.5.0.21
10.5.0.24
ready"
fails "no packet socket" inside lpar1 netd /root/net frame en0 0x806 00
fails "no other address" inside lpar1 netd ip addr add 10.5.0.99/24 dev en0
ok "rmwpar" at lpar1 rmwpar -F netd

# --- Its end
ok "stopwpar" at lpar1 stopwpar -F neta
ok "its neighbour goes on" at host "$net" ping 10.5.0.23
fails "it does not answer" at host "$net" ping 10.5.0.21
ok "startwpar at once" at lpar1 startwpar neta
ok "it answers again" at host "$net" ping 10.5.0.21
ok "and by IPv6" at host "$net" ping fd05::21
ok "rmwpar of both" at lpar1 sh -c 'rmwpar -F neta && rmwpar -F netc'
ok "nothing of them is left" wait_for 5 gone lpar1
[ -z "$(left lpar1)" ] || tap_note "$(left lpar1)"

# --- Killed in between
for step in mapped connected mounted monitor; do
	ok "mkwpar" at lpar1 mkwpar -n netd -N address=10.5.0.24 -N address6=fd05::24
	WPAR_STOP_AT=$step at lpar1 startwpar netd >/dev/null 2>&1
	ok "killed at '$step': startwpar again" at lpar1 startwpar netd
	ok "it answers" wait_for 5 at host "$net" ping 10.5.0.24
	ok "rmwpar" at lpar1 rmwpar -F netd
	ok "nothing is left" wait_for 5 gone lpar1
	ok "mkwpar" at lpar1 mkwpar -n netd -N address=10.5.0.24 -N address6=fd05::24
	WPAR_STOP_AT=$step at lpar1 startwpar netd >/dev/null 2>&1
	ok "killed at '$step': rmwpar" at lpar1 rmwpar -F netd
	ok "nothing is left" wait_for 5 gone lpar1
	[ -z "$(left lpar1)" ] || tap_note "$(left lpar1)"
done

# --- Failures leave nothing
ok "mkwpar" at lpar1 mkwpar -n netd -N address=10.5.0.24
at lpar1 ip route add 10.5.0.24/32 via 10.5.0.1
out=$(at lpar1 startwpar netd 2>&1)
is "an address that is routed elsewhere" $? 1
like "is named" "$out" '10\.5\.0\.24 is routed elsewhere'
at lpar1 ip route del 10.5.0.24/32
at lpar1 ip addr add 10.5.0.24/24 dev eth0
like "one that has become the LPAR's own is named, too" "$(at lpar1 startwpar netd 2>&1)" \
	'10\.5\.0\.24 is one of the global environment'
at lpar1 ip addr del 10.5.0.24/24 dev eth0
ok "nothing is left" wait_for 5 gone lpar1
at lpar1 ip link set eth0 down
out=$(at lpar1 startwpar netd 2>&1)
is "an interface that is down" $? 1
like "is named, too" "$out" 'eth0 of the address 10\.5\.0\.24 is down'
at lpar1 ip link set eth0 up
at lpar1 ip -6 addr add fd05::11/64 dev eth0 nodad # the kernel forgets those of IPv6
ok "then it starts" at lpar1 startwpar netd
ok "reboot" at lpar1 rebootwpar -F netd
ok "it answers" wait_for 5 at host "$net" ping 10.5.0.24
ok "rmwpar" at lpar1 rmwpar -F netd

# --- Routes of its own (-i, -I): the host leads to 10.6.0.1, the LPAR by another way, which is none
at host ip addr add 10.6.0.1/32 dev lo
at host ip -6 addr add fd06::1/128 dev lo
at lpar1 ip route add default via 10.5.0.1
at lpar1 ip -6 route add default via fd05::1
ok "mkwpar: the LPAR's routes" at lpar1 mkwpar -n neta -N address=10.5.0.21 -N address6=fd05::21 -s
ok "-i" at lpar1 mkwpar -n netc -i -N address=10.5.0.23 -N address6=fd05::23 -s
ok "-I" at lpar1 mkwpar -n netd -N address=10.5.0.24 -N address6=fd05::24 \
	-I rtdest=10.6.0.0 rtgateway=10.5.0.1 rtnetmask=255.255.0.0 -I rtdest=fd06::1 rtgateway=fd05::1 rttype=host -s
for name in neta netc netd; do
	cp "$net" "$WPARS_ROOT/wpars/$name/root/net"
done
ok "the LPAR's routes lead there" inside lpar1 neta /root/net ping 10.6.0.1
ok "with IPv6" inside lpar1 neta /root/net ping fd06::1
fails "with -i alone nothing does" inside lpar1 netc /root/net ping 10.6.0.1
fails "nor IPv6" inside lpar1 netc /root/net ping fd06::1
ok "but to its network" inside lpar1 netc /root/net ping 10.5.0.12
ok "and IPv6" inside lpar1 netc /root/net ping fd05::12
ok "to its LPAR" inside lpar1 netc /root/net ping 10.5.0.11
ok "and to another WPAR" inside lpar1 netc /root/net ping 10.5.0.21
at lpar1 ip route del default
at lpar1 ip -6 route del default
fails "without the LPAR's" inside lpar1 neta /root/net ping 10.6.0.1
ok "-I leads there all the same" inside lpar1 netd /root/net ping 10.6.0.1
ok "by IPv6 too" inside lpar1 netd /root/net ping fd06::1
ok "and so to its network" inside lpar1 netd /root/net ping 10.5.0.12
like "the routes are to be seen inside" "$(inside lpar1 netd ip route)" '^10\.6\.0\.0/16 via 10\.5\.0\.1 dev eth0'
is "lswpar -I" "$(at lpar1 lswpar -c -q -I netd | head -n1)" "netd::10.6.0.0:10.5.0.1:eth0"
# Whatever it says inside: it leads nowhere else than what the LPAR's table has.
ok "rmwpar of all" at lpar1 sh -c 'rmwpar -F neta && rmwpar -F netc && rmwpar -F netd'
ok "no route, rule or table is left" wait_for 5 gone lpar1
is "not even in its table" "$(at lpar1 ip route show table all proto 87; at lpar1 ip -6 route show table all proto 87)" ""

# --- Changes while it runs
ok "mkwpar" at lpar1 mkwpar -n neta -N address=10.5.0.21 -s
cp "$net" "$WPARS_ROOT/wpars/neta/root/net"
is "addresses more" "$(at lpar1 chwpar -N address=10.5.0.31 -N address6=fd05::31 neta 2>&1)" ""
ok "it answers" at host "$net" ping 10.5.0.31
ok "by IPv6, too" at host "$net" ping fd05::31
ok "the first one as before" at host "$net" ping 10.5.0.21
ok "the first one taken away" at lpar1 chwpar -K -N address=10.5.0.21 neta
fails "it does not answer any more" at host "$net" ping 10.5.0.21
ok "the others do" at host "$net" ping 10.5.0.31
ok "and it reaches the network" inside lpar1 neta /root/net ping 10.5.0.1
ok "another one in its place" at lpar1 sh -c 'chwpar -N address=10.5.0.21 neta && chwpar -K -N address=10.5.0.31 -N address6=fd05::31 neta'
ok "it answers" at host "$net" ping 10.5.0.21
ok "and reaches what the LPAR reaches" inside lpar1 neta /root/net ping 10.5.0.1
fails "the old ones do not" at host "$net" ping 10.5.0.31
fails "the LPAR's own is refused" at lpar1 chwpar -N address=10.5.0.11 neta
ok "and nothing is changed" at host "$net" ping 10.5.0.21
ok "a route of its own" at lpar1 chwpar -I rtdest=10.6.0.0 rtgateway=10.5.0.1 rtnetmask=255.255.0.0 neta
ok "leads there" inside lpar1 neta /root/net ping 10.6.0.1
ok "and goes again" at lpar1 chwpar -K -I rtdest=10.6.0.0 rtgateway=10.5.0.1 neta
fails "it is not reached" inside lpar1 neta /root/net ping 10.6.0.1
at lpar1 ip route add default via 10.5.0.1
ok "-i" at lpar1 chwpar -i neta
fails "takes the LPAR's routes away" inside lpar1 neta /root/net ping 10.6.0.1
ok "-K -i" at lpar1 chwpar -K -i neta
ok "gives them back" inside lpar1 neta /root/net ping 10.6.0.1
at lpar1 ip route del default
# A change that fails after the network was changed: the source of the file system is a file system of its own
mkdir -p "$TMPDIR/source"
fails "what fails later" at lpar1 chwpar -N address=10.5.0.31 -M directory=/etc/inittab/x vfs=namefs dev="$TMPDIR/source" neta
fails "is undone" at host "$net" ping 10.5.0.31
ok "with what was there as before" at host "$net" ping 10.5.0.21
is "in the definition, too" "$(at lpar1 lswpar -c -q -N neta | cut -d: -f3)" "10.5.0.21
127.0.0.1"
WPAR_STOP_AT="network changed" at lpar1 chwpar -N address=10.5.0.31 neta >/dev/null 2>&1
ok "killed in between: the same again" at lpar1 chwpar -N address=10.5.0.31 neta
ok "and it is there" at host "$net" ping 10.5.0.31
ok "the first one as before" at host "$net" ping 10.5.0.21
WPAR_STOP_AT="network changed" at lpar1 chwpar -K -N address=10.5.0.31 neta >/dev/null 2>&1
fails "killed while it takes away" at host "$net" ping 10.5.0.31
ok "another change, and all that is defined is there" at lpar1 chwpar -h other neta
ok "also this" at host "$net" ping 10.5.0.31
ok "the first one as before" at host "$net" ping 10.5.0.21
WPAR_STOP_AT="changed" at lpar1 chwpar -K -N address=10.5.0.31 neta >/dev/null 2>&1
ok "killed a step later: the same again" at lpar1 chwpar -K -N address=10.5.0.31 neta
fails "and it is gone" at host "$net" ping 10.5.0.31
ok "no address" at lpar1 chwpar -K -N address=10.5.0.21 neta
ok "no link, then" wait_for 5 gone lpar1
ok "and one again" at lpar1 chwpar -N address6=fd05::31 neta
ok "it answers" at host "$net" ping fd05::31
ok "rmwpar" at lpar1 rmwpar -F neta
ok "nothing is left" wait_for 5 gone lpar1
[ -z "$(left lpar1)" ] || tap_note "$(left lpar1)"

# --- Application WPARs
is "wparexec with an address" "$(at lpar1 wparexec -n neta -N address=10.5.0.25 -- "$net" ask 10.5.0.1 7007 2>/dev/null)" 10.5.0.25
is "without one it has the loopback only" "$(at lpar1 wparexec -n neta -- /bin/ip -o link 2>/dev/null | cut -d: -f2)" " lo"
is "its command fails as ever" "$(at lpar1 wparexec -n neta -N address=10.5.0.25 -- /bin/sh -c 'exit 7' >/dev/null 2>&1; echo $?)" 7
ok "nothing is left" wait_for 5 gone lpar1
[ -z "$(left lpar1)" ] || tap_note "$(left lpar1)"

ok "rmwpar in the other LPAR" at lpar2 rmwpar -F netb
ok "nothing is left there" wait_for 5 gone lpar2
done_testing
