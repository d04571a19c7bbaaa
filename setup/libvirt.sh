# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# libvirt.sh - the machine's own libvirt: used where it runs, started where nothing has
#
# What was started here is remembered in $par_state, so that libvirt_stop ends that and nothing else.

# process_mark PID - a line that names this process and no later one with the same number
process_mark()
{
	echo "$1 $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)"
}

# process_of FILE - the pid in a file written by process_mark, if that process still runs
process_of()
{
	local pid start
	read -r pid start 2>/dev/null <"$1" || return 1
	[ "$(process_mark "$pid")" = "$pid $start" ] || return 1
	echo "$pid"
}

# process_end FILE [SECONDS] - end the process that FILE names, and wait for it
process_end()
{
	local pid i
	if pid=$(process_of "$1"); then
		kill "$pid" 2>/dev/null || :
		for ((i = 0; i < ${2:-10} * 10; i++)); do
			process_of "$1" >/dev/null || break
			sleep 0.1
		done
		if process_of "$1" >/dev/null; then
			kill -9 "$pid" 2>/dev/null || :
			sleep 0.2
		fi
	fi
	rm -f "$1"
}

libvirt_serves()
{
	timeout 20 virsh -q -c qemu:///system uri >/dev/null 2>&1
}

# libvirt_start - have qemu:///system served
libvirt_start()
{
	local i
	if libvirt_serves; then
		echo "libvirtd is there"
		return 0
	fi
	if [ -d /run/systemd/system ]; then
		systemctl start libvirtd.socket libvirtd.service
	else
		libvirt_start_alone
	fi
	for ((i = 0; i < 300; i++)); do
		libvirt_serves && return 0
		sleep 0.1
	done
	echo "libvirtd was started and does not serve qemu:///system"
	tail -n 5 "$par_work/log/libvirtd.log" 2>/dev/null
	return 1
}

# Folders that libvirtd writes to.
libvirt_folders="/etc/libvirt /run/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt"

# libvirt_files - everything in those folders, and the control groups of guests
libvirt_files()
{
	local dir
	{
		for dir in $libvirt_folders; do
			[ ! -d "$dir" ] || find "$dir" -mindepth 0 -print
		done
		awk '$3 ~ /^cgroup2?$/ { print $2 "/machine" }' /proc/self/mounts | while read -r dir; do
			[ ! -d "$dir" ] || find "$dir" -type d
		done
	} | sort -u
}

# libvirt_where - which machine, since which start, in which mount name space
libvirt_where()
{
	cat /proc/sys/kernel/random/boot_id
	readlink /proc/self/ns/mnt
}

# libvirt_is_trace FILE - a file that libvirtd writes for itself: never a guest's disk, saved state
# or definition, whoever made it
libvirt_is_trace()
{
	local lpar
	# qemu's log of any LPAR that ran here: its command line has the agent's channel.  LPARs that
	# are still there keep libvirt, and their logs, from going.
	case $1 in
	/run/libvirt/* | /var/cache/libvirt/* | /var/lib/libvirt/dnsmasq/*) return 0 ;;
	/var/log/libvirt/virtlogd.log | /var/log/libvirt/libvirtd.log) return 0 ;;
	/var/log/libvirt/qemu/*.log)
		lpar=${1##*/}
		grep -qxF "${lpar%.log}" "$par_state/lpars-made" 2>/dev/null ||
			grep -qF org.lpard.agent.0 "$1" 2>/dev/null
		;;
	*) return 1 ;;
	esac
}

# libvirt_make_lock_folder - where libvirt locks consoles and channels; systemd makes it elsewhere
libvirt_make_lock_folder()
{
	[ -d /run/lock ] && return 0
	mkdir -m 1777 /run/lock
	touch "$par_state/lock-folder-made"
}

libvirt_qemu_conf=/etc/libvirt/qemu.conf
libvirt_conf_begin="# Until the next 'demo --down': no mount name spaces for guests here."

# libvirt_root_mount - the number of the mount that is /, from a mountinfo; nothing in most chroots
libvirt_root_mount()
{
	awk '$5 == "/" { number = $1 } END { print number }'
}

# libvirt_can_use_namespaces - libvirt gives each guest a mount name space with a /dev of its own.
# Not every place grants the two things that this needs.  A process that enters a mount name space
# gets that name space's root, so that in a chroot libvirtd would make the guest's devices in the
# machine's /dev, outside; and a container may forbid making devices.
libvirt_can_use_namespaces()
{
	local root
	root=$(libvirt_root_mount </proc/self/mountinfo)
	[ -n "$root" ] &&
		[ "$(nsenter --mount=/proc/self/ns/mnt cat /proc/self/mountinfo | libvirt_root_mount)" = "$root" ] &&
		unshare --mount sh -c 'mount -t tmpfs -o mode=755 tmpfs /run && mknod /run/null c 1 3 &&
			: >/run/null' 2>/dev/null
}

# libvirt_without_namespaces - libvirtd has no option for this and reads only one file, qemu.conf.
# What the user has set there stays.
libvirt_without_namespaces()
{
	if grep -q '^[[:space:]]*namespaces[[:space:]]*=' "$libvirt_qemu_conf" 2>/dev/null; then
		echo "$libvirt_qemu_conf says whether guests have mount name spaces; they fail here"
		return 0
	fi
	mkdir -p "${libvirt_qemu_conf%/*}"
	[ -e "$libvirt_qemu_conf" ] || touch "$par_state/qemu-conf-made"
	printf '%s\nnamespaces = []\n' "$libvirt_conf_begin" >>"$libvirt_qemu_conf"
	echo "mount name spaces fail here: $libvirt_qemu_conf turns them off for guests"
}

# libvirt_undo_conf - undo what libvirt_make_lock_folder and libvirt_without_namespaces did
libvirt_undo_conf()
{
	if grep -qxF "$libvirt_conf_begin" "$libvirt_qemu_conf" 2>/dev/null; then
		# In place: its owner and mode stay.
		awk -v begin="$libvirt_conf_begin" '
			$0 == begin { skip = 1; next }
			skip { skip = 0; if ($0 == "namespaces = []") next }
			{ print }' "$libvirt_qemu_conf" >"$par_state/qemu.conf"
		cat "$par_state/qemu.conf" >"$libvirt_qemu_conf"
		rm -f "$par_state/qemu.conf"
	fi
	if [ -e "$par_state/qemu-conf-made" ] && [ ! -s "$libvirt_qemu_conf" ]; then
		rm -f "$libvirt_qemu_conf"
	fi
	[ ! -e "$par_state/lock-folder-made" ] || rmdir /run/lock 2>/dev/null || :
	rm -f "$par_state/qemu-conf-made" "$par_state/lock-folder-made"
}

# libvirt_start_alone - start libvirtd where there is no systemd
libvirt_start_alone()
{
	mkdir -p "$par_state"
	# What is not in this list when libvirt_stop comes may be what we caused.  A list that was
	# made before a restart of the machine, or in another name space, says nothing any more.
	if ! [ -e "$par_state/libvirt-before" ] ||
		[ "$(cat "$par_state/libvirt-where" 2>/dev/null)" != "$(libvirt_where)" ]; then
		libvirt_where >"$par_state/libvirt-where"
		libvirt_files >"$par_state/libvirt-before"
	fi
	[ -e "$par_state/links-before" ] || ls /sys/class/net >"$par_state/links-before"
	mkdir -p /run/libvirt /var/log/libvirt/qemu
	libvirt_make_lock_folder
	libvirt_can_use_namespaces || libvirt_without_namespaces
	if ! [ -e /run/virtlogd.pid ] || ! kill -0 "$(cat /run/virtlogd.pid)" 2>/dev/null; then
		virtlogd -d
		libvirt_remember virtlogd
	fi
	LIBVIRT_LOG_OUTPUTS="2:file:$par_work/log/libvirtd.log" libvirtd -d
	libvirt_remember libvirtd
}

# libvirt_remember DAEMON - note the daemon just started
libvirt_remember()
{
	local i
	for ((i = 0; i < 100; i++)); do
		[ -s "/run/$1.pid" ] && break
		sleep 0.1
	done
	process_mark "$(cat "/run/$1.pid")" >"$par_state/$1.pid"
}

# libvirt_others - what others have defined in this libvirt
libvirt_others()
{
	virsh -q -c qemu:///system list --all --name
	virsh -q -c qemu:///system pool-list --all --name
}

# libvirt_stop_networks - end the networks that came up with our libvirtd: bridges outlive it
libvirt_stop_networks()
{
	local network bridge
	for network in $(virsh -q -c qemu:///system net-list --name); do
		bridge=$(virsh -q -c qemu:///system net-info "$network" | awk '/^Bridge:/ { print $2 }')
		grep -qxF "$bridge" "$par_state/links-before" ||
			virsh -q -c qemu:///system net-destroy "$network"
	done
	rm -f "$par_state/links-before"
}

# libvirt_stop - end what libvirt_start_alone started; nothing else
libvirt_stop()
{
	local others file
	[ -e "$par_state/libvirtd.pid" ] || [ -e "$par_state/virtlogd.pid" ] || return 0
	others=$(libvirt_others 2>/dev/null | grep . | tr '\n' ' ') || :
	if [ -n "$others" ]; then
		echo "libvirtd has things that are not the demo's, and goes on running: $others"
		return 0
	fi
	libvirt_stop_networks
	process_end "$par_state/libvirtd.pid" 20
	process_end "$par_state/virtlogd.pid"
	rm -f /run/libvirtd.pid /run/virtlogd.pid
	libvirt_undo_conf
	if [ -e "$par_state/libvirt-before" ]; then
		libvirt_files | comm -23 - "$par_state/libvirt-before" | tac |
			while IFS= read -r file; do
				if dpkg -S "$file" >/dev/null 2>&1; then
					continue # a package brought it meanwhile
				elif [ -d "$file" ] && [ ! -L "$file" ]; then
					rmdir "$file" 2>/dev/null || : # only when it is empty
				elif libvirt_is_trace "$file"; then
					rm -f "$file"
				fi
			done
		rm -f "$par_state/libvirt-before" "$par_state/libvirt-where" "$par_state/lpars-made"
	fi
}
