#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# frame.sh - a private libvirt for tests: a managed system that touches nothing of the machine's own
#
#	frame.sh up DIR [NAME]		start a frame in DIR; its host name is NAME (default: frame)
#	frame.sh run DIR COMMAND...	run a command in it; there qemu:///system is the frame's
#	frame.sh down DIR		end it with all that runs in it, and remove DIR
#	frame.sh sweep DIR		end the frames in DIR/frame-...-PID whose PID is gone
#	frame.sh once KIND DIR COMMAND...
#					up, run, down; KIND is libvirt, or bare for a frame without
#
# A frame is a process with its own pid, mount, network, UTS, IPC and cgroup namespaces.  /run, the
# state folders of libvirt and lpard, and the cgroup tree are private; the rest of the file system
# is the machine's.  Ending that process ends every program in the frame, its mounts and its
# networks; only cgroups must be swept.  Any number of frames live beside each other and beside the
# machine's libvirt.  A frame whose starter dies (PAR_FRAME_OWNER, a pid) ends by itself.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=setup/libvirt.sh
. "$here/../../setup/libvirt.sh"

# Folders that a frame has for itself.  Each exists on a machine with libvirt installed, or is
# shadowed by a mount over its parent.
private="/run /etc/libvirt /var/lib /var/log /var/cache"

die()
{
	echo "frame: $*" >&2
	exit 1
}

# cgroup_roots - where cgroup hierarchies are mounted
cgroup_roots()
{
	awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/self/mounts
}

# sweep_cgroups NAME - remove the folders of a frame that is gone
sweep_cgroups()
{
	local root
	for root in $(cgroup_roots); do
		[ -d "$root/$1" ] || continue
		find "$root/$1" -depth -type d -exec rmdir {} + 2>/dev/null || :
	done
}

# cgroup_name DIR - the frame's cgroup, different for each DIR
cgroup_name()
{
	echo "par-frame-$(printf %s "$1" | cksum | cut -d' ' -f1)"
}

frame_up()
{
	local dir=$1 name=${2:-frame} pid child i group owner=
	if [ -n "${PAR_FRAME_OWNER:-}" ]; then
		owner=$(process_mark "$PAR_FRAME_OWNER")
	fi
	if [ -e "$dir/pid" ]; then
		frame_down "$dir"
	fi
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	group=$(cgroup_name "$dir")
	sweep_cgroups "$group"
	rm -rf "$dir/root"
	mkdir -p "$dir/root"
	(
		# Be in the frame's cgroups before the namespace is made: these become its top.
		for root in $(cgroup_roots); do
			mkdir -p "$root/$group"
			if [ -e "$root/$group/cpuset.cpus" ] && [ -e "$root/cpuset.cpus" ]; then
				cat "$root/cpuset.cpus" >"$root/$group/cpuset.cpus"
				cat "$root/cpuset.mems" >"$root/$group/cpuset.mems"
			fi
			echo "$BASHPID" >"$root/$group/cgroup.procs"
		done
		exec setsid unshare --mount --net --uts --ipc --cgroup --pid --fork --kill-child \
			--mount-proc bash "$here/frame.sh" init "$dir" "$name"
	) >"$dir/log" 2>&1 </dev/null &
	pid=$!
	for ((i = 0; i < 300; i++)); do
		[ -e "$dir/ready" ] && break
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	child=$(pgrep -P "$pid" | head -n 1) || :
	if [ -n "$child" ]; then
		process_mark "$child" >"$dir/pid"
	fi
	if ! [ -e "$dir/ready" ]; then
		tail -n 20 "$dir/log" >&2
		[ -z "$child" ] || kill -9 "$child"
		sweep_cgroups "$group"
		die "the frame in $dir did not start"
	fi
	disown "$pid"
	if [ -n "$owner" ]; then
		frame_guard "$owner" "$dir" </dev/null >/dev/null 2>&1 &
		disown
	fi
}

# frame_guard MARK DIR - end the frame when the process that MARK names is gone
frame_guard()
{
	while [ "$(process_mark "${1%% *}")" = "$1" ] && [ -e "/proc/${1%% *}" ]; do
		process_of "$2/pid" >/dev/null || return 0
		sleep 1
	done
	frame_down "$2"
}

# frame_init DIR NAME - process 1 of the frame
frame_init()
{
	local dir=$1 name=$2 path root
	rm -f "$dir/ready"
	mount --make-rprivate /
	while read -r root; do
		mount --bind "$root/$(cgroup_name "$dir")" "$root"
	done < <(cgroup_roots)
	for path in $private; do
		mkdir -p "$dir/root$path"
	done
	cp -a /etc/libvirt/. "$dir/root/etc/libvirt/"
	rm -f "$dir"/root/etc/libvirt/qemu/*.xml "$dir"/root/etc/libvirt/qemu/*/*.xml
	rm -rf "$dir"/root/etc/libvirt/qemu/autostart "$dir"/root/etc/libvirt/qemu/networks/autostart
	mkdir -p "$dir"/root/run/{lock,libvirt} "$dir"/root/var/log/libvirt/qemu
	# Of the machine's /var/lib only what programs need is let through, read-only.
	for path in dpkg polkit-1 ca-certificates; do
		if [ -d "/var/lib/$path" ]; then
			mkdir -p "$dir/root/var/lib/$path"
			mount --bind "/var/lib/$path" "$dir/root/var/lib/$path"
			mount -o remount,bind,ro "$dir/root/var/lib/$path"
		fi
	done
	for path in $private; do
		mount --rbind "$dir/root$path" "$path"
	done
	# qemu runs as root here, so that it reaches images in anybody's clone, and changes no owner.
	cat >/etc/libvirt/qemu.conf <<-EOF
		user = "root"
		group = "root"
		dynamic_ownership = 0
		remember_owner = 0
		namespaces = []
		security_driver = "none"
	EOF
	cat >/etc/libvirt/libvirtd.conf <<-EOF
		host_uuid = "$(cat /proc/sys/kernel/random/uuid)"
		auth_unix_rw = "none"
		auth_unix_ro = "none"
		log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
	EOF
	hostname "$name"
	ip link set lo up
	if [ -n "${PAR_FRAME_BARE:-}" ]; then
		touch "$dir/ready"
		frame_idle
	fi
	virtlogd -d
	libvirtd -d
	for ((i = 0; i < 200; i++)); do
		if virsh -q -c qemu:///system uri >/dev/null 2>&1; then
			touch "$dir/ready"
			break
		fi
		sleep 0.1
	done
	frame_idle
}

# frame_idle - reap what is left to process 1, until killed
frame_idle()
{
	while :; do
		sleep 1000 &
		wait $! || :
	done
}

# frame_sweep DIR - what a run that was killed has left
frame_sweep()
{
	local dir
	for dir in "$1"/frame-*; do
		[ -d "$dir" ] || continue
		kill -0 "${dir##*-}" 2>/dev/null || frame_down "$dir"
	done
}

# frame_once KIND DIR COMMAND...
frame_once()
{
	local kind=$1 dir=$2 status=0
	shift 2
	case $kind in
	bare) export PAR_FRAME_BARE=1 ;;
	libvirt) ;;
	*) die "no kind of frame '$kind'" ;;
	esac
	trap 'frame_down "$dir"' EXIT
	trap 'exit 143' TERM INT HUP
	frame_up "$dir"
	(unset PAR_FRAME_BARE && frame_run "$dir" "$@") &
	wait $! || status=$?
	trap - EXIT
	frame_down "$dir"
	exit "$status"
}

frame_run()
{
	local dir=$1 pid
	shift
	pid=$(process_of "$dir/pid") || die "no frame runs in $dir"
	exec nsenter -t "$pid" --mount --net --uts --ipc --cgroup --pid --wd="$PWD" -- "$@"
}

frame_down()
{
	local dir=$1 pid
	[ -d "$dir" ] || return 0
	dir=$(cd "$dir" && pwd)
	if pid=$(process_of "$dir/pid"); then
		kill -9 "$pid" 2>/dev/null || :
		while process_of "$dir/pid" >/dev/null; do
			sleep 0.05
		done
	fi
	sweep_cgroups "$(cgroup_name "$dir")"
	rm -rf "$dir"
}

case ${1:-} in
up | run | down | once | sweep | init)
	command=$1
	shift
	[ $# -ge 1 ] || die "which folder?"
	[ "$(id -u)" = 0 ] || die "only root can make a frame"
	"frame_$command" "$@"
	;;
*)
	sed -n '/^# frame.sh/,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
	exit 2
	;;
esac
