#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# criu.sh - a running system WPAR is dumped and restored by plain criu, and is the same WPAR again
#
# What a WPAR sees but does not own is external: its root and its binds (made again beforehand), its
# control group.  Its network namespace is its own, and dumped with it; the LPAR's end of its link is made again by
# criu, its address is announced by us.  Its limits are those of the control group.
# lpar: current
# timeout: 240
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
name=ck1
address=10.9.0.25
script=$(mktemp)
trap 'rm -f "$script"; in_lpar rmwpar -F $name >/dev/null 2>&1' EXIT

# In the LPAR.  $1: the WPAR, $2: its address
cat >"$script" <<'END'
#!/bin/sh
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
name=$1 group=/sys/fs/cgroup/wpars/$1 images=/tmp/ck-$1 stage=/run/ck-$1
clogin "$name" -- sh -c 'setsid sh -c "i=0; while :; do i=\$((i+1)); echo \$i >/tmp/count.new; mv /tmp/count.new /tmp/count; sleep 0.2; done" \
	</dev/null >/dev/null 2>&1 &' </dev/null
count()
{
	cat "/wpars/$name/tmp/count"
}
# The time limit of the case ends this.
until [ -e "/wpars/$name/tmp/count" ]; do
	sleep 0.2
done
init=$(head -n1 "$group/cgroup.procs")
base=$(awk '{ print $2 }' "/proc/$init/uid_map")
dump= restore=
mkdir -p "$images" "$stage/root" "$stage/cor"
mount --bind "$stage" "$stage"
mount --make-private "$stage"
mapped=bind,X-mount.idmap=0:$base:65536
mount -o "$mapped" "/wpars/$name" "$stage/root"
for dir in home opt tmp usr var; do
	mkdir -p "$stage/$dir"
	case $dir in
	opt | usr) mount -o "$mapped" "/$dir" "$stage/$dir" ;;
	*) mount -o "$mapped" "/wpars/$name/$dir" "$stage/$dir" ;;
	esac
	dump="$dump --external mnt[/$dir]:$dir"
	restore="$restore --external mnt[$dir]:$stage/$dir"
done
# What limits have in /proc comes from files of its folder in /run, which goes with the dump.
cp "/run/wpars/$name/meminfo" "/run/wpars/$name/cpuinfo" "$stage"
for pair in /etc/init:/usr/sbin/wparctl /run/wpars/df:/usr/bin/df /usr/bin/df:/usr/sbin/wparctl \
	/run/wpars/mount:/usr/bin/mount /usr/bin/mount:/usr/sbin/wparctl \
	/run/wpars/uname:/usr/bin/uname /usr/bin/uname:/usr/sbin/wparctl \
	/usr/bin/umount:/usr/sbin/wparctl "/run/wpars/cor:$stage/cor" \
	"/proc/meminfo:$stage/meminfo" "/proc/cpuinfo:$stage/cpuinfo" \
	/dev/null:/dev/null /dev/zero:/dev/zero /dev/full:/dev/full /dev/random:/dev/random \
	/dev/urandom:/dev/urandom /dev/tty:/dev/tty; do
	grep -q " ${pair%:*} " "/proc/$init/mountinfo" || continue
	key=$(echo "${pair%:*}" | tr / _)
	dump="$dump --external mnt[${pair%:*}]:$key"
	restore="$restore --external mnt[$key]:${pair#*:}"
done
# The link: its name and number inside, the LPAR's end of it
inner=$(nsenter --net="/proc/$init/ns/net" ip -o link | sed -n 's/^[0-9]*: \([^@:]*\)@.*/\1/p' | head -n 1)
outer=$(ip -o link | sed -n 's/^[0-9]*: \(wpar[0-9-]*\)@.*/\1/p' | head -n 1)
ours=$(cat "/sys/class/net/$outer/address")
theirs=$(nsenter --net="/proc/$init/ns/net" ip -o link show dev "$inner" | sed -n 's|.*link/ether \([0-9a-f:]*\).*|\1|p')
echo "link: $inner $outer"
echo "address before: $(nsenter --net="/proc/$init/ns/net" ip -o -4 address show dev "$inner" | tr -s ' ' | cut -d' ' -f4)"
limits="pids.max memory.max cpu.weight"
for limit in $limits; do
	cat "$group/$limit" >"/tmp/ck-$limit"
done
echo "limits before: $(cd "$group" && cat $limits | tr '\n' ' ')"
echo "before: $(count)"
# criu cannot restore a range of groups that may ping when it is not the kernel's own.
nsenter --net="/proc/$init/ns/net" sh -c 'echo "1 0" >/proc/sys/net/ipv4/ping_group_range'
criu dump -D "$images" -o dump.log -t "$init" $dump --manage-cgroups=ignore --file-locks
echo "dump: $?"
echo "dumped: $(count)"
sleep 1
echo "state after the dump: $(lswpar -c -q -a state "$name")"
echo "stopped: $(count)"
stopped=$(count)
mkdir -p "$group"
for limit in $limits; do
	cat "/tmp/ck-$limit" >"$group/$limit"
done
restore="$restore --external veth[$inner]:$outer"
sh -c "echo \$\$ >$group/cgroup.procs
	exec criu restore -D $images -o restore.log --root $stage/root $restore --manage-cgroups=ignore --file-locks -d"
echo "restore: $?"
# There is no ARP between the two ends: each knows the other's address.
ip link set "$outer" address "$ours" up
ip neigh replace "$2" lladdr "$theirs" nud permanent dev "$outer"
ip route add "$2/32" dev "$outer"
init=$(head -n1 "$group/cgroup.procs")
echo "address after: $(nsenter --net="/proc/$init/ns/net" ip -o -4 address show dev "$inner" | tr -s ' ' | cut -d' ' -f4)"
echo "limits after: $(cd "$group" && cat $limits | tr '\n' ' ')"
echo "ping: $(ping -c 1 -W 10 "$2" >/dev/null 2>&1; echo $?)"
for _ in $(seq 60); do
	[ "$(count)" -gt "$stopped" ] && break
	sleep 1
done
echo "after: $(count)"
# What the processes do that do not go on.
if [ "$(count)" -le "$stopped" ]; then
	while read -r pid; do
		echo "stuck: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline") state $(cut -d' ' -f3 "/proc/$pid/stat")" \
			"syscall $(cat "/proc/$pid/syscall") pending $(grep -E '^(Sig|Shd)(Pnd|Blk)' "/proc/$pid/status" | tr -s '\n\t' ' ')" \
			"stack $(tr -s '\n' ' ' <"/proc/$pid/stack") clocks $(tr -s '\n' ' ' <"/proc/$pid/timens_offsets")"
	done <"$group/cgroup.procs"
	echo "uptime: $(cat /proc/uptime)"
fi
umount -R -l "$stage"
tail -n 5 "$images/dump.log" "$images/restore.log" | grep Error
if [ -x /usr/local/sbin/criu ]; then
	setsid sleep 600 </dev/null >/dev/null 2>&1 &
	mkdir "$images/plain"
	/usr/sbin/criu dump -D "$images/plain" -o dump.log -t $! >/dev/null 2>&1
	echo "plain: $?"
	kill -9 $! 2>/dev/null
fi
rm -rf "$images" "$stage"
END

ok "an interface of the LPAR" in_lpar sh -c 'ip link add net0 type veth peer name net1 && ip address add 10.9.0.1/24 dev net0 &&
	ip link set net0 up && ip link set net1 up'
ok "mkwpar" in_lpar mkwpar -n $name -N interface=net0 address=$address netmask=255.255.255.0 \
	-R totalProcesses=300 totalVirtMem=512M shares_CPU=7
ok "startwpar" in_lpar startwpar $name
# Its subsystems are dumped with it (cron locks a file).
ok "its services run" wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- lssrc -@ "$2" -a | grep -c " active$")" = 4 ]' sh "$LPAR" "$name"
lpar_push "$script" /tmp/ck.sh
out=$(in_lpar /tmp/ck.sh $name $address 2>&1)
number()
{
	printf '%s\n' "$out" | sed -n "s/^$1: //p"
}
is "criu dumps it" "$(number dump)" 0
is "it is gone then" "$(number 'state after the dump')" D
is "criu restores it" "$(number restore)" 0
ok "its processes counted" test "$(number dumped)" -ge "$(number before)"
is "and stood still in between" "$(number stopped)" "$(number dumped)"
ok "and go on" test "$(number after)" -gt "$(number stopped)"
is "it is Active again" "$(in_lpar lswpar -c -q -a state $name)" A
is "it can be entered" "$(in_lpar clogin $name -- hostname)" $name
like "with its network" "$(in_lpar clogin $name -- cat /proc/net/if_inet6)" ' lo$'
is "its address" "$(number 'address after')" "$(number 'address before')"
is "which is the one it was given" "$(number 'address after')" $address/24
is "and answers" "$(number ping)" 0
is "with its limits" "$(number 'limits after')" "$(number 'limits before')"
like "and its subsystems" "$(in_lpar lssrc -@ $name -a | grep -c ' active$')" '^4$'
like "with its processes" "$(in_lpar clogin $name -- ps -ef)" 'echo \$i >/tmp/count'
ok "and has a monitor again" in_lpar pgrep -x cor_$name
ok "stopwpar" in_lpar stopwpar -F $name
ok "rmwpar" in_lpar rmwpar $name
[ "$(number plain)" != 0 ] || tap_note "criu dumps without the repair: images/criu/scan.c may go"
[ "$tap_failures" = 0 ] || tap_note "$out"
done_testing
