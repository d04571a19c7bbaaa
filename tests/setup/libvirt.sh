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

# libvirt_start_alone - where there is no systemd
libvirt_start_alone()
{
	local dir
	mkdir -p "$par_state"
	# Folders that we make are ours to remove.
	for dir in /run/libvirt /var/log/libvirt /var/log/libvirt/qemu; do
		if [ ! -d "$dir" ]; then
			mkdir -p "$dir"
			echo "$dir" >>"$par_state/made"
		fi
	done
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

# libvirt_stop - end what libvirt_start_alone started; nothing else
libvirt_stop()
{
	local dir
	[ -e "$par_state/libvirtd.pid" ] || [ -e "$par_state/virtlogd.pid" ] || return 0
	process_end "$par_state/libvirtd.pid" 20
	process_end "$par_state/virtlogd.pid"
	rm -f /run/libvirtd.pid /run/virtlogd.pid
	if [ -e "$par_state/made" ]; then
		tac "$par_state/made" | while read -r dir; do
			case $dir in
			/run/libvirt | /var/log/libvirt*) rm -rf "$dir" ;;
			esac
		done
		rm -f "$par_state/made"
	fi
}
