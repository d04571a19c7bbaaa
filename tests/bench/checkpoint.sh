#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint.sh - how long a WPAR stands still for a checkpoint: one with its services, against plain criu with the
# same options; and one with much memory of which a part changes all the time, copied in rounds before, against copied
# at once.  Read from bash's stdin in an LPAR, after lib.sh; /root/memory is tests/helpers/memory.c.
#
# How long that is criu says itself in both cases (stats-dump), in microseconds.
# shellcheck disable=SC2317,SC2154 # lib.sh calls functions, and sets what it reports
set -euo pipefail
wpar=bench1
state=/var/tmp/bench1
tool=/usr/local/sbin/criu
trap 'rm -f "$tool"; rmwpar -F $wpar >/dev/null 2>&1; rm -rf $state $state.raw' EXIT

# frozen FOLDER - sets $took to what criu has noted there: field 2 of field 1 of a message behind 12 bytes
frozen()
{
	local -a b
	local i=1 v=0 shift=0 key
	mapfile -t b < <(od -An -v -tu1 -w1 -j12 "$1/stats-dump" | tr -d ' ')
	while ((b[i++] & 128)); do :; done
	while :; do
		key=$((b[i++]))
		v=0 shift=0
		while ((b[i] & 128)); do
			v=$((v | (b[i++] & 127) << shift)) shift=$((shift + 7))
		done
		v=$((v | b[i++] << shift))
		[ "$((key >> 3))" = 2 ] && break
	done
	took=$v
}

ours()
{
	chkptwpar -d $state "${how[@]}" $wpar
	frozen /run/wpars/$wpar
	took_cpu=0
}

# The words that chkptwpar has given criu, but for the folder.
raw()
{
	local -a words
	local i
	mapfile -t words <"$state.words"
	rm -rf $state.raw
	mkdir $state.raw
	for ((i = 0; i < ${#words[@]}; i++)); do
		case ${words[i]} in
		--images-dir | --work-dir) words[i + 1]=$state.raw ;;
		--log-file) words[i + 1]=$state.raw/log ;;
		esac
	done
	nsenter --net="/proc/$init/ns/net" sh -c 'echo "1 0" >/proc/sys/net/ipv4/ping_group_range'
	/usr/sbin/criu "${words[@]}" >/dev/null 2>&1
	frozen $state.raw
	took_cpu=0
}

at_once()
{
	how=(--at-once)
	ours
}

in_rounds()
{
	how=()
	ours
}

# start [FLAG...] - the WPAR, and its first process in $init
start()
{
	mkwpar -n $wpar "$@" >/dev/null
	startwpar $wpar >/dev/null
	init=$(head -n 1 /sys/fs/cgroup/wpars/$wpar/cgroup.procs)
}

start
# What is started has its pid at once; it is at rest a little later.
until [ "$(lssrc -@ $wpar -a | grep -c ' active$')" = "$(lssrc -@ $wpar -a | grep -c '^ ')" ]; do
	sleep 1
done
sleep 4
printf '#!/bin/sh\nprintf "%%s\\n" "$@" >%s\nexec /usr/sbin/criu "$@"\n' $state.words >$tool
chmod 755 $tool
how=(--at-once)
ours
rm $tool
in_turns ours raw
report "freeze of chkptwpar" "$median_a" "$median_b" "criu dump" 1.1
rmwpar -F $wpar >/dev/null

if [ -x /root/memory ] && wparctl checkpoint --check | grep -q '^soft-dirty *ok'; then
	start --minimal
	cp /root/memory /wpars/$wpar/tmp/memory
	clogin $wpar -- sh -c 'mkdir /tmp/m; exec setsid /tmp/memory 256 4 /tmp/m </dev/null >/dev/null 2>&1 &'
	until [ -s /wpars/$wpar/tmp/m/state ]; do
		sleep 1
	done
	in_turns in_rounds at_once
	report "freeze of 256 MiB, in rounds" "$median_a" "$median_b" "at once" 0.25
	[ "$(cut -d' ' -f2 /wpars/$wpar/tmp/m/state)" = 0 ] || bench_bad=1
else
	echo "# this kernel does not say what has changed: no rounds"
fi
exit "$bench_bad"
