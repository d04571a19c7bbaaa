# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# root.sh - a folder as the root of a test of packages, with the test in /tmp/test

# root_mounts ROOT - what every system has there
root_mounts()
{
	local folder
	for folder in proc sys dev; do
		mount --rbind "/$folder" "$1/$folder"
	done
	for folder in run tmp; do
		mount -t tmpfs tmpfs "$1/$folder"
	done
	mkdir "$1/tmp/test" "$1/tmp/old"
	cp -a "$PAR_TEST_SOURCE/integration/lib.sh" "$PAR_TEST_SOURCE/integration/dist" "$1/tmp/test/"
	# Where lib.sh looks for it.
	mkdir -p "$1/tmp/setup"
	cp -a "$PAR_TEST_SOURCE/../setup/patience.sh" "$1/tmp/setup/"
}

# root_run ROOT COMMAND... - in a mount namespace whose root ROOT is.  A chroot would not do: a process
# in a chroot may not make user namespaces.
root_run()
{
	# shellcheck disable=SC2016
	unshare --mount bash -c '
		cd "$1" && shift && pivot_root . tmp/old && umount -l /tmp/old &&
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb "$@"' bash "$@"
}
