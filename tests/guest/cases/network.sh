#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# network.sh - WPARs of two LPARs on the machine's network: who reaches whom, and what does not come out
#
# The host is this frame, with libvirt's bridge.
# lpar: none
# timeout: 500
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
net=$PAR_TEST_BUILD/tests/helpers/net
pids=
trap 'kill $pids 2>/dev/null' EXIT

# at host|n1|n2|w1|w2|w3 COMMAND... - on the machine, in an LPAR, in a WPAR (w1 and w3 are in n1)
at()
{
	local where=$1
	shift
	case $where in
	host) "$@" ;;
	n1 | n2) LPAR=$where in_lpar "$@" ;;
	w1 | w3) LPAR=n1 in_lpar clogin "$where" -- "$@" </dev/null ;;
	w2) LPAR=n2 in_lpar clogin w2 -- "$@" </dev/null ;;
	esac
}

# net_at WHERE ARG... - the helper there
net_at()
{
	local where=$1 program=/usr/local/bin/net
	shift
	[ "$where" != host ] || program=$net
	at "$where" "$program" "$@"
}

# The machine's network, as libvirt's package defines it; a frame has none.
bridge=virbr0
virsh -q -c qemu:///system net-define /dev/stdin <<-END
	<network>
	  <name>default</name>
	  <bridge name="$bridge" stp="off" delay="0"/>
	  <ip address="192.168.122.1" netmask="255.255.255.0">
	    <dhcp><range start="192.168.122.2" end="192.168.122.200"/></dhcp>
	  </ip>
	</network>
END
for lpar in n1 n2; do
	ok "an LPAR with an adapter" lpar_up $lpar current "virtual_eth_adapters=2/0/1//0/0"
	ok "its interface has an address" wait_for 30 sh -c \
		"wparcmd -m '$SYS' -p $lpar -- ip -4 -o addr show dev eth0 | grep -q inet"
	LPAR=$lpar lpar_push "$PAR_GUEST_HELPERS/net" /usr/local/bin/net
done
# IPv6, too, which libvirt switches off on a bridge that has no address of it.
echo 0 >/proc/sys/net/ipv6/conf/$bridge/disable_ipv6
echo 0 65535 >/proc/sys/net/ipv4/ping_group_range
ip -6 addr add fd07::1/64 dev $bridge nodad
host4=$(ip -4 -o addr show dev $bridge | awk '{ sub("/.*", "", $4); print $4 }')
for number in 1 2; do
	at n$number sh -c "ip -6 addr add fd07::1$number/64 dev eth0 nodad
		echo 0 65535 >/proc/sys/net/ipv4/ping_group_range"
	declare "lpar4_$number=$(at n$number ip -4 -o addr show dev eth0 | awk '{ sub("/.*", "", $4); print $4 }')"
done
network=${host4%.*}

ok "mkwpar -N" at n1 mkwpar -n w1 -N interface=en0 address="$network.221" netmask=255.255.255.0 \
	-N interface=en0 address6=fd07::21 prefixlen=64
ok "startwpar" at n1 startwpar w1
ok "an address alone" at n2 mkwpar -n w2 -N address="$network.222" -N address6=fd07::22 -s
ok "a second WPAR in the LPAR" at n1 mkwpar -n w3 -N address="$network.223" -N address6=fd07::23 -s
is "lswpar -N" "$(at n2 lswpar -c -q -N w2 | head -n1)" "w2:eth0:$network.222:255.255.255.0:$network.255"

# reaches FROM TO ADDRESS4 ADDRESS6 OWN4 OWN6 - ping and TCP, both families
reaches()
{
	ok "ping from $1 to $2" net_at "$1" ping "$3"
	ok "ping from $1 to $2, IPv6" net_at "$1" ping "$4"
	is "TCP from $1 to $2" "$(net_at "$1" ask "$3" 7007)" "$5"
	is "TCP from $1 to $2, IPv6" "$(net_at "$1" ask "$4" 7007)" "$6"
}
# address WHERE 4|6
address()
{
	case $1$2 in
	host4) echo "$host4" ;;
	host6) echo fd07::1 ;;
	n14) echo "$lpar4_1" ;;
	n16) echo fd07::11 ;;
	n24) echo "$lpar4_2" ;;
	n26) echo fd07::12 ;;
	w?4) echo "$network.22${1#w}" ;;
	w?6) echo "fd07::2${1#w}" ;;
	esac
}
for where in host n1 n2 w1 w2 w3; do
	for family in 4 6; do
		if [ $where = host ]; then
			"$net" serve "$(address host $family)" 7007 &
			pids="$pids $!"
		else
			at $where sh -c "setsid /usr/local/bin/net serve $(address $where $family) 7007 >/dev/null 2>&1 </dev/null &"
		fi
	done
done
for pair in "host w1" "n1 w1" "n2 w1" "w2 w1" "w3 w1" "w1 host" "w1 n1" "w1 n2" "w1 w2" "w1 w3"; do
	# shellcheck disable=SC2086 # two words
	set -- $pair
	reaches "$1" "$2" "$(address "$2" 4)" "$(address "$2" 6)" "$(address "$1" 4)" "$(address "$1" 6)"
done
ok "a user's ping" at w1 ping -c 1 -W 3 "$host4"

for command in "ip addr add $network.99/24 dev en0" "ip route del default" "ip link set en0 down" \
	"/usr/local/bin/net raw $network.223 $host4 7008" "/usr/local/bin/net frame en0 0x806 00"; do
	fails "inside: $command" at w1 sh -c "$command"
done
"$net" hear :: 7009 400 >"$TMPDIR/heard" &
pids="$pids $!"
wait_for 5 grep -q ready "$TMPDIR/heard"
for source in fd07::22 fd07::23 fd07::11 fd07::99 fd07::21; do
	net_at w1 free $source fd07::1 7009 >/dev/null
done
# The same from its network namespace, with all rights: the LPAR's end decides.
init=$(at n1 sh -c 'head -n1 /sys/fs/cgroup/wpars/w1/cgroup.procs')
for source in "$network.222" "$network.223" "$lpar4_2" "$network.221"; do
	at n1 nsenter -t "$init" -n /usr/local/bin/net raw "$source" "$host4" 7009
done
ok "its own addresses arrive" wait_for 10 grep -q "$network.221" "$TMPDIR/heard"
is "and nothing else of it" "$(sort -u "$TMPDIR/heard")" "$(printf '%s\n' "::ffff:$network.221" fd07::21 ready | sort)"

ok "rmwpar" at n1 sh -c 'rmwpar -F w1 && rmwpar -F w3'
ok "no link, route or proxy is left" wait_for 10 sh -c "! wparcmd -m '$SYS' -p n1 -- sh -c \
	'ip -o link; ip route; ip -6 route; ip neigh show proxy; ip -6 neigh show proxy' | grep -e wpar -e 'proto 87' -e proxy"
fails "the address does not answer" net_at host ping "$network.221"
is "wparexec with an address" "$(at n1 wparexec -n x1 -N address="$network.224" -- /usr/local/bin/net ask "$host4" 7007 2>/dev/null)" \
	"$network.224"
lpar_down n1
lpar_down n2
virsh -q -c qemu:///system net-destroy default
virsh -q -c qemu:///system net-undefine default
done_testing
