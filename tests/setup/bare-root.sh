#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bare-root.sh - prove on a bare Debian 12 that the package lists are complete
#
#	sudo tests/setup/bare-root.sh [COMMAND...]
#
# Lays down a minimal Debian 12 in build/bare (kept packages in build/bare-cache), puts a clean copy
# of this clone in it, and runs there what a user would: by default the package set-up, the build,
# and the tests that need no guest.  `bare-root.sh ./demo` runs the demo there.  The root is in
# namespaces of its own, so that whatever is started in it ends with it.
set -euo pipefail
# shellcheck source=setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../setup/common.sh"
need_root "making a bare root"

bare=$par_work/bare
cache=$par_work/bare-cache

bare_make()
{
	local mirror
	# The machine's own archives, found as the image builder finds them: the one that has the suite.
	# shellcheck source=images/lib/sources.sh
	for mirror in $(. "$par_top/images/lib/sources.sh" && sources_entries | cut -f1 | uniq); do
		rm -rf "$bare"
		mkdir -p "$bare" "$cache/archives"
		mmdebstrap --variant=minbase bookworm "$bare" "deb $mirror bookworm main" && break
	done
	[ -e "$bare/etc/debian_version" ]
	# What an earlier run downloaded is not downloaded again.
	cp -al "$cache/archives/." "$bare/var/cache/apt/archives/"
	if [ -d /etc/apt/apt.conf.d ]; then
		grep -lE 'Proxy|Acquire' /etc/apt/apt.conf.d/* 2>/dev/null |
			xargs -r -I {} cp {} "$bare/etc/apt/apt.conf.d/"
	fi
	cp /etc/resolv.conf "$bare/etc/resolv.conf" 2>/dev/null || :
	cp /etc/hosts "$bare/etc/hosts"
	rm -f "$bare/etc/apt/apt.conf.d/docker-clean"
	mkdir -p "$bare/srv/lpard"
	# The clone as git has it, with what is not committed yet.
	(cd "$par_top" && git_files '*' | tar -c --no-recursion -T - -f -) |
		tar -x -C "$bare/srv/lpard" -f -
}

# bare_inside COMMAND... - process 1 of the root's namespaces
bare_inside()
{
	# shellcheck disable=SC2016
	unshare --mount --pid --uts --ipc --fork --kill-child --mount-proc bash -c '
		set -e
		bare=$1
		shift
		mount --make-rprivate /
		mount --bind "$bare" "$bare"
		mount -t proc proc "$bare/proc"
		mount --rbind /sys "$bare/sys"
		mount --rbind /dev "$bare/dev"
		mount -t tmpfs tmpfs "$bare/run"
		hostname bare
		exec chroot "$bare" env -i HOME=/root TERM=dumb LANG=C.UTF-8 \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			bash -c '\''cd /srv/lpard && exec "$@"'\'' bash "$@"' bash "$bare" "$@"
}

# git_files is in parts.sh
# shellcheck source=tests/setup/tap.sh
. "$par_test_setup/tap.sh"
# shellcheck source=tests/setup/parts.sh
. "$par_test_setup/parts.sh"

say_start 2
step bare-root "A bare Debian 12 in build/bare" bare_make
if [ $# = 0 ]; then
	set -- ./check lint build unit golden
fi
status=0
bare_inside "$@" </dev/null || status=$?
cp -al "$bare"/var/cache/apt/archives/*.deb "$cache/archives/" 2>/dev/null || :
echo "In the bare root: $* ended with status $status"
exit "$status"
