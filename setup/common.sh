# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# common.sh - where things are; sourced first by demo, check and bench
#
#	par_top		the clone
#	par_work	everything that is made: build folders, images, logs, state
#	par_build	the build that is used (gcc, as a user would install it)
#	par_images	boot images
#	par_mksysb	tarballs of older systems, and the disk with them
#	par_state	what demo remembers of what it did

par_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
par_work=$par_top/build
par_build=$par_work/lpard
par_images=$par_work/images
par_mksysb=$par_work/mksysb
par_state=$par_work/demo
par_setup=$par_top/setup
par_test_setup=$par_top/tests/setup

# Tools of Debian, whatever else the caller has on his PATH.
PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C.UTF-8
unset LPARD_SOCKET LIBVIRT_DEFAULT_URI CDPATH
umask 022

# shellcheck source=setup/say.sh
. "$par_setup/say.sh"
# shellcheck source=setup/packages.sh
. "$par_setup/packages.sh"
# shellcheck source=setup/build.sh
. "$par_setup/build.sh"
# shellcheck source=setup/libvirt.sh
. "$par_setup/libvirt.sh"
# shellcheck source=setup/images.sh
. "$par_setup/images.sh"
# shellcheck source=setup/lpard.sh
. "$par_setup/lpard.sh"

# need_root WHAT [ARGUMENT] - end when not root; the argument is the one to call this again with
need_root()
{
	if [ "$(id -u)" != 0 ]; then
		echo "$1 needs root: sudo $0${2:+ $2}" >&2
		exit 1
	fi
}

# with_lock COMMAND... - one set-up at a time in one clone; demo and check may both be run
with_lock()
{
	(
		flock -w 1800 9 || {
			echo "another set-up in this clone has held $par_work/lock for half an hour"
			exit 1
		}
		"$@"
	) 9>"$par_work/lock"
}

# set_up_build - the build that demo uses, and its folder of commands
set_up_build()
{
	progress "configuring"
	build_setup lpard
	: >"$par_work/log/progress"
	build_run lpard
}
