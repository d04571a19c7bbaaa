# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# patience.sh - how long tests wait for what should come, on a machine that others use as well

# patience SECONDS - that many seconds of a machine that has nothing else to do, in seconds of this
# one now.  A limit only ends the wait for what never comes: it is no part of what a test shows.
patience()
{
	local load
	read -r load _ </proc/loadavg
	echo $(($1 * (1 + ${load%.*} / $(nproc))))
}
