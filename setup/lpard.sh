# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lpard.sh - the daemon of the demo: its configuration, start and end

lpard_socket=/run/lpard/lpard.sock

# lpard_config [GROUP] - a configuration on stdout: the default one, with the images of this clone
lpard_config()
{
	echo "# Written by the set-up; see lpard.conf(5)."
	if [ -n "${1:-}" ]; then
		echo "group = $1"
	fi
	echo "images = $par_images"
	echo "default_image = current"
	echo "disk_mib = 8192"
	if [ -e "$par_mksysb/media.img" ]; then
		echo "media = $par_mksysb/media.img"
	fi
}

# lpard_group - who beside root may use the demo's lpard: the user behind sudo
lpard_group()
{
	local group=
	if [ "${SUDO_GID:-0}" != 0 ]; then
		group=$(getent group "$SUDO_GID" | cut -d: -f1)
	fi
	echo "${group:-root}"
}

lpard_serves()
{
	timeout 20 "$par_build/bin/lssyscfg" -r sys -F name >/dev/null 2>&1
}

# lpard_start - start lpard unless it runs; after a new build the new lpard takes over
lpard_start()
{
	local i wanted=$par_state/lpard.conf program
	program=$(readlink -f "$par_build/bin/lpard")
	mkdir -p "$par_state"
	lpard_config "$(lpard_group)" >"$wanted.new"
	if process_of "$par_state/lpard.pid" >/dev/null && lpard_serves &&
		cmp -s "$wanted" "$wanted.new" &&
		[ "$par_state/lpard.pid" -nt "$program" ]; then
		rm -f "$wanted.new"
		echo "lpard is running"
		return 0
	fi
	if ! process_of "$par_state/lpard.pid" >/dev/null && lpard_serves; then
		echo "An lpard that this demo did not start serves $lpard_socket; end it first"
		return 1
	fi
	process_end "$par_state/lpard.pid"
	mv "$wanted.new" "$wanted"
	for i in /run/lpard /var/lib/lpard /var/log/lpard; do
		if [ ! -d "$i" ]; then
			echo "$i" >>"$par_state/lpard-made"
		fi
	done
	setsid "$program" --config "$wanted" >>"$par_work/log/lpard.log" 2>&1 </dev/null 9>&- &
	process_mark $! >"$par_state/lpard.pid"
	for ((i = 0; i < 200; i++)); do
		lpard_serves && break
		process_of "$par_state/lpard.pid" >/dev/null || break
		sleep 0.1
	done
	# A libvirt that has just been installed takes some seconds to ask qemu what it can do.
	for ((i = 0; i < 300; i++)); do
		if lpard_serves && [ "$("$par_build/bin/lssyscfg" -r sys -m "$SYS" -F state)" = Operating ]; then
			return 0
		fi
		process_of "$par_state/lpard.pid" >/dev/null || break
		sleep 0.2
	done
	echo "lpard did not start, or libvirt does not serve it; the end of $par_work/log/lpard.log:"
	tail -n 10 "$par_work/log/lpard.log"
	return 1
}

# lpard_stop - end lpard, and remove the folders that it made
lpard_stop()
{
	local dir
	process_end "$par_state/lpard.pid"
	if [ -e "$par_state/lpard-made" ]; then
		while read -r dir; do
			case $dir in
			/run/lpard | /var/lib/lpard | /var/log/lpard) rm -rf "$dir" ;;
			esac
		done <"$par_state/lpard-made"
		rm -f "$par_state/lpard-made"
	fi
}
