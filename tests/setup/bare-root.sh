#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bare-root.sh - prove on a bare Debian that a clone and its two commands are all one needs
#
#	sudo tests/setup/bare-root.sh [--release 12|13|NAME]... [--keep-debs] [COMMAND...]
#
# Lays down a minimal Debian (12 and then 13, when none is named) in build/bare-NAME, puts a clean
# copy of this clone in it, and runs there what a user would: COMMAND, or `./demo`, `./demo --down`
# and `./check`.  All caches are empty; --keep-debs keeps downloaded packages from run to run.
#
# The root is no chroot: it is the root of a mount name space, with its own pid, UTS, IPC, network
# and cgroup name spaces, devices, /run and terminals.  What runs in the root ends with it, and the
# machine sees nothing of it; a check compares the machine's /dev before and after.  A user-mode network
# (slirp4netns) leads out, to the archives that the machine's own apt sources name.
set -euo pipefail
if [ "${1:-}" != inside ]; then
	# shellcheck source=setup/common.sh
	. "$(dirname "${BASH_SOURCE[0]}")/../../setup/common.sh"
	# git_files is in parts.sh
	# shellcheck source=tests/setup/parts.sh
	. "$par_test_setup/parts.sh"
fi

# bare_inside ROOT CGROUP COMMAND... - process 1 of the root's name spaces
bare_inside()
{
	local root=$1 group=$2 device hierarchy
	shift 2
	mount --make-rprivate /
	mount --bind "$root" "$root"
	mount -t proc proc "$root/proc"
	mount -t sysfs sysfs "$root/sys"
	awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/self/mounts | while read -r hierarchy; do
		[ "$hierarchy" = /sys/fs/cgroup ] || mountpoint -q "$root/sys/fs/cgroup" ||
			mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
		mkdir -p "$root$hierarchy"
		mount --bind "$hierarchy/$group" "$root$hierarchy"
	done
	mount -t tmpfs tmpfs "$root/run"
	mount -t tmpfs -o mode=755 tmpfs "$root/dev"
	mkdir -p "$root"/dev/{pts,shm,net}
	for device in null zero full random urandom tty fuse kvm vhost-net net/tun loop-control; do
		[ ! -e "/dev/$device" ] || cp -a "/dev/$device" "$root/dev/$device"
	done
	# mount -o loop takes the first that no other program of the machine has.
	for device in {0..63}; do
		mknod -m 660 "$root/dev/loop$device" b 7 "$device"
	done
	mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts "$root/dev/pts"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	for device in 0:stdin 1:stdout 2:stderr; do
		ln -s "/proc/self/fd/${device%:*}" "$root/dev/${device#*:}"
	done
	hostname bare
	ip link set lo up
	until [ -e "$root/srv/network" ]; do
		sleep 0.1
	done
	cd "$root"
	mkdir -p .old
	pivot_root . .old
	# From here on there is no way to the machine's own files.
	exec chroot . env -i HOME=/root TERM=dumb LANG=C.UTF-8 ${CI:+CI="$CI"} \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		bash -c 'umount -l /.old && rmdir /.old && cd /srv/lpard && exec "$@"' bash "$@"
}

# bare_sources SUITE - lines for apt: the suite's parts, as far as the archives of the machine's own
# apt sources have them, each from the first that has it
bare_sources()
{
	local part uri
	for part in "$1" "$1-updates" "$1-security"; do
		# As the image builder finds the archives.
		# shellcheck source=images/lib/sources.sh
		(. "$par_top/images/lib/sources.sh" && sources_entries) | cut -f1 | while read -r uri; do
			if /usr/lib/apt/apt-helper -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=10 \
				download-file "$uri/dists/$part/InRelease" "$bare_work/InRelease" \
				>/dev/null 2>&1; then
				echo "deb $uri $part main"
				break
			fi
		done
	done
	rm -f "$bare_work/InRelease"
}

# bare_make SUITE ROOT - lay the root down
bare_make()
{
	local suite=$1 root=$2 conf
	bare_sources "$suite" >"$bare_work/sources"
	cat "$bare_work/sources"
	if ! grep -q " $suite main\$" "$bare_work/sources"; then
		echo "no archive of this machine's apt sources has '$suite'"
		return 1
	fi
	rm -rf "$root"
	mkdir -p "$root"
	# An index may be past its date; its signature is checked all the same.  A root that a crash of
	# the machine leaves half written is no loss.
	mmdebstrap --variant=minbase --dpkgopt=force-unsafe-io \
		--aptopt='Acquire::Check-Valid-Until "false"' "$suite" "$root" - <"$bare_work/sources"
	rm -f "$root/etc/apt/apt.conf.d/docker-clean"
	# The machine's own way to its archives.  Its 127.0.0.1 is 10.0.2.2 in there.
	for conf in $(grep -lsE 'Proxy|Acquire' /etc/apt/apt.conf.d/*); do
		cp "$conf" "$root/etc/apt/apt.conf.d/"
	done
	sed -i -E 's#//(127\.0\.0\.1|localhost)\b#//10.0.2.2#g' "$root"/etc/apt/apt.conf.d/* \
		"$root"/etc/apt/sources.list
	echo "nameserver 10.0.2.3" >"$root/etc/resolv.conf"
	{
		echo "127.0.0.1 localhost bare"
		grep -vE '^(127\.|::1)' /etc/hosts || :
	} >"$root/etc/hosts"
	mkdir -p "$root/srv/lpard"
	# The clone as git has it, with what is not committed yet.
	(cd "$par_top" && git_files '*' | tar -c --no-recursion -T - -f -) |
		tar -x -C "$root/srv/lpard" -f -
	if [ -n "$keep_debs" ]; then
		mkdir -p "$keep_debs/$suite"
		cp -al "$keep_debs/$suite/." "$root/var/cache/apt/archives/"
	fi
}

# bare_devices - the machine's /dev, less what comes and goes on any machine
bare_devices()
{
	find /dev \( -path '/dev/pts/*' -o -path '/dev/shm/*' -o -path '/dev/mqueue/*' \) -prune -o \
		! -name 'loop*' ! -name 'dm-*' ! -name 'vcs*' -printf '%p %y %m %l ' \
		-exec stat -c '%t:%T' {} \; | sort
}

# bare_cgroups ACTION - make or remove the root's cgroups, in every hierarchy; and those of a run that
# was killed
bare_cgroups()
{
	local hierarchy dir
	awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/self/mounts | while read -r hierarchy; do
		dir=$hierarchy/$bare_group
		if [ "$1" = make ]; then
			mkdir -p "$dir"
			if [ -e "$dir/cpuset.cpus" ] && [ -e "$hierarchy/cpuset.cpus" ]; then
				cat "$hierarchy/cpuset.cpus" >"$dir/cpuset.cpus"
				cat "$hierarchy/cpuset.mems" >"$dir/cpuset.mems"
			fi
		else
			for dir in "$hierarchy"/par-bare-*; do
				[ "${dir##*-}" != $$ ] && kill -0 "${dir##*-}" 2>/dev/null && continue
				find "$dir" -depth -type d -exec rmdir {} + 2>/dev/null || :
			done
		fi
	done
}

# bare_run ROOT COMMAND... - run it in the root's name spaces
bare_run()
{
	local root=$1 pid child slirp status=0 hierarchy hierarchies
	shift
	rm -f "$root/srv/network"
	bare_cgroups make
	hierarchies=$(awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/self/mounts)
	# No program may be called in here: the first child to be seen below is that of unshare.
	(
		# Be in the root's cgroups before the name space is made: these become its top.
		for hierarchy in $hierarchies; do
			echo "$BASHPID" >"$hierarchy/$bare_group/cgroup.procs"
		done
		exec setpriv --pdeathsig KILL -- unshare --mount --pid --uts --ipc --net --cgroup --fork \
			--kill-child --mount-proc bash "$par_test_setup/bare-root.sh" inside "$root" \
			"$bare_group" "$@"
	) </dev/null &
	pid=$!
	until child=$(pgrep -P "$pid"); do
		kill -0 "$pid" || return 1
		sleep 0.1
	done
	setpriv --pdeathsig KILL -- slirp4netns --configure --mtu=65520 "$child" tap0 \
		>"$bare_work/network.log" 2>&1 </dev/null &
	slirp=$!
	touch "$root/srv/network"
	wait "$pid" || status=$?
	kill "$slirp" 2>/dev/null || :
	wait "$slirp" 2>/dev/null || :
	bare_cgroups remove
	return "$status"
}

# bare_prove SUITE COMMAND... - all of it for one release
bare_prove()
{
	local suite=$1 root=$par_work/bare-$1 status=0 since
	shift
	bare_devices >"$bare_work/devices"
	step "bare-$suite" "A bare Debian $suite in build/bare-$suite" bare_make "$suite" "$root"
	since=$SECONDS
	bare_run "$root" "$@" || status=$?
	if [ -n "$keep_debs" ]; then
		cp -al --update=none "$root"/var/cache/apt/archives/*.deb "$keep_debs/$suite/" 2>/dev/null ||
			cp -aln "$root"/var/cache/apt/archives/*.deb "$keep_debs/$suite/" 2>/dev/null || :
	fi
	bare_devices >"$bare_work/devices.after"
	if ! diff "$bare_work/devices" "$bare_work/devices.after"; then
		echo "The machine's /dev is not what it was before (lines above)."
		status=1
	fi
	echo "In the bare Debian $suite: $* ended with status $status after $((SECONDS - since)) s" |
		tee -a "$bare_work/summary"
	[ "$status" = 0 ] || bare_failed=yes
}

if [ "${1:-}" = inside ]; then
	shift
	bare_inside "$@"
fi

need_root "making a bare root"
releases=()
keep_debs=
bare_failed=
bare_work=$par_work/bare
bare_group=par-bare-$$
while [ $# != 0 ]; do
	case $1 in
	--release)
		case ${2:?--release needs 12, 13 or a name} in
		12) releases+=(bookworm) ;;
		13) releases+=(trixie) ;;
		*) releases+=("$2") ;;
		esac
		shift 2
		;;
	--keep-debs)
		keep_debs=$par_work/bare-debs
		shift
		;;
	-h | --help)
		sed -n '/^# bare-root.sh -/,/^set/{/^set/d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
		exit 0
		;;
	-*)
		echo "bare-root.sh: unknown option $1 (see --help)" >&2
		exit 2
		;;
	*) break ;;
	esac
done
[ "${#releases[@]}" != 0 ] || releases=(bookworm trixie)
[ $# != 0 ] || set -- bash -c './demo && ./demo --down && ./check'
mkdir -p "$bare_work"
: >"$bare_work/summary"
say_start $((${#releases[@]} + 1))
step bare-packages "Packages for bare roots" with_lock packages_install bare
for release in "${releases[@]}"; do
	bare_prove "$release" "$@"
done
echo
cat "$bare_work/summary"
[ -z "$bare_failed" ]
