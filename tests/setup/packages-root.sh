#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# packages-root.sh - the Debian packages of this machine's architecture in a bare root
#
#	sudo tests/setup/packages-root.sh [RELEASE...]
#
# For each RELEASE (bookworm and trixie) builds the packages (dist/build-debs), lays down a minimal
# Debian in build/packages-root, and in that root, in namespaces of its own, lets apt install them with
# what they depend on, uses them and purges them (tests/integration/dist/installed.sh).
set -euo pipefail
# shellcheck source=setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../setup/common.sh"
need_root "making a bare root"
export PAR_TEST_SOURCE=$par_top/tests
# shellcheck source=tests/setup/root.sh
. "$par_test_setup/root.sh"

root=$par_work/packages-root
arch=$(dpkg --print-architecture)

# root_make RELEASE - from the first of the machine's own archives that has it
root_make()
{
	local mirror
	rm -rf --one-file-system "$root"
	for mirror in $(root_mirrors); do
		mmdebstrap --quiet --variant=minbase "$1" "$root" "deb $mirror $1 main" && break
		rm -rf --one-file-system "$root"
	done
	[ -e "$root/etc/debian_version" ]
	grep -lsE 'Proxy|Acquire' /etc/apt/apt.conf.d/* |
		xargs -r -I {} cp {} "$root/etc/apt/apt.conf.d/"
	rm -f "$root/etc/apt/apt.conf.d/docker-clean"
	cp /etc/hosts /etc/resolv.conf "$root/etc/"
}

root_mirrors()
{
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
		sed -n 's/^deb \(\[[^]]*\] \)\?\([^ ]*\/debian\/\?\) .*/\2/p'
	sed -n 's/^URIs: *\(.*\/debian\/\?\)$/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null
}

# root_test DEBS - the packages in the root
root_test()
{
	mount --bind "$root" "$root"
	root_mounts "$root"
	mount -t proc proc "$root/proc"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	mkdir "$root/tmp/debs"
	cp "$1"/*_"$arch".deb "$root/tmp/debs/"
	root_run "$root" sh -c 'apt-get -qq update && exec bash /tmp/test/dist/installed.sh /tmp/debs /'
}

if [ "${1:-}" = --inside ]; then
	root_test "$2"
	exit
fi
[ $# -gt 0 ] || set -- bookworm trixie
status=0
say_start $(($# * 2))
for release; do
	debs=$par_work/debs/$release
	step "debs-$release" "Packages for $release $arch" \
		"$par_top/dist/build-debs" --release "$release" "$arch"
	step "root-$release" "A bare root of $release" root_make "$release"
	unshare --mount --propagation private --pid --fork --kill-child --uts --ipc \
		"${BASH_SOURCE[0]}" --inside "$debs" </dev/null || status=$?
	rmdir /sys/fs/cgroup/wpars /sys/fs/cgroup/unified/wpars 2>/dev/null || :
	rm -rf --one-file-system "$root"
done
exit "$status"
