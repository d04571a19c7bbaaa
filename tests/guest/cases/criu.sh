#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# criu.sh - a running system WPAR is dumped and restored by plain criu, and is the same WPAR again
#
# What a WPAR sees but does not own is external: its root and its binds (made again beforehand), its
# control group.  Its network namespace is its own, and dumped with it.
# lpar: current
# timeout: 240
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
name=ck1
script=$(mktemp)
trap 'rm -f "$script"; in_lpar rmwpar -F $name >/dev/null 2>&1' EXIT

# In the LPAR.  $1: the WPAR
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
for pair in /etc/init:/usr/sbin/wparctl /run/wpars/df:/usr/bin/df /usr/bin/df:/usr/sbin/wparctl \
	/run/wpars/mount:/usr/bin/mount /usr/bin/mount:/usr/sbin/wparctl \
	/run/wpars/uname:/usr/bin/uname /usr/bin/uname:/usr/sbin/wparctl \
	/usr/bin/umount:/usr/sbin/wparctl "/run/wpars/cor:$stage/cor" \
	/dev/null:/dev/null /dev/zero:/dev/zero /dev/full:/dev/full /dev/random:/dev/random \
	/dev/urandom:/dev/urandom /dev/tty:/dev/tty; do
	key=$(echo "${pair%:*}" | tr / _)
	dump="$dump --external mnt[${pair%:*}]:$key"
	restore="$restore --external mnt[$key]:${pair#*:}"
done
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
sh -c "echo \$\$ >$group/cgroup.procs
	exec criu restore -D $images -o restore.log --root $stage/root $restore --manage-cgroups=ignore --file-locks -d"
echo "restore: $?"
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

ok "mkwpar" in_lpar mkwpar -n $name
ok "startwpar" in_lpar startwpar $name
# Its subsystems are dumped with it (cron locks a file).
ok "its services run" wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- lssrc -@ "$2" -a | grep -c " active$")" = 4 ]' sh "$LPAR" "$name"
lpar_push "$script" /tmp/ck.sh
out=$(in_lpar /tmp/ck.sh $name 2>&1)
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
like "with its processes" "$(in_lpar clogin $name -- ps -ef)" 'echo \$i >/tmp/count'
ok "and has a monitor again" in_lpar pgrep -x cor_$name
ok "stopwpar" in_lpar stopwpar -F $name
ok "rmwpar" in_lpar rmwpar $name
[ "$(number plain)" != 0 ] || tap_note "criu dumps without the repair: images/criu may go"
[ "$tap_failures" = 0 ] || tap_note "$out"
done_testing
