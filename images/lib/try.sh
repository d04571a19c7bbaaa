# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# The first suite that is whole.

# try_suites FUNCTION SUITE... - calls FUNCTION for one suite after another, until it finds all that
# an image takes there; the builder is then set up for that suite.  When the archive is to blame
# ($status_archive) FUNCTION has said so, and the next suite is tried; any other failure ends the
# builder.
try_suites() {
	check=$1
	shift
	for wanted; do
		suites_check_name "$wanted"
		set +e
		(
			set -e
			trap - EXIT
			"$check" "$wanted"
			step_end
		)
		status=$?
		set -e
		case $status in
		0)
			# Called once more for the variables that it sets: by now everything is there.
			step_quiet=yes
			"$check" "$wanted"
			step_quiet=
			return 0
			;;
		"$status_archive") say "'$wanted' cannot be taken today" ;;
		*) exit "$status" ;;
		esac
	done
	die_archive "no suite for '$role' is whole in the archives of this machine (tried: ${*:-none is known})"
}
