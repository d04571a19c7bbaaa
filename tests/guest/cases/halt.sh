#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# halt.sh - halt and its kin inside a WPAR end that WPAR; -R bounds a hog; /wpars is closed to users
# lpar: current
# timeout: 200
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
trap 'in_lpar rmwpar -F hlt >/dev/null 2>&1' EXIT

is_defined()
{
	[ "$(in_lpar lswpar -c -q -a state hlt)" = D ]
}

ok "mkwpar" in_lpar mkwpar -n hlt -R totalProcesses=50 totalVirtMem=100M
for command in "halt" "halt -q" "poweroff" "shutdown -F"; do
	ok "startwpar" in_lpar startwpar hlt
	# shellcheck disable=SC2086 # words
	in_lpar clogin hlt -- $command >/dev/null 2>&1
	ok "$command inside: it is Defined" wait_for 20 is_defined
done
ok "startwpar" in_lpar startwpar hlt
is "memory.max" "$(in_lpar cat /sys/fs/cgroup/wpars/hlt/memory.max)" 104857600
like "processes end at the limit" \
	"$(in_lpar clogin hlt -- sh -c 'for i in $(seq 80); do sleep 2 & done; wait' 2>&1)" 'fork'
in_lpar clogin hlt -- sh -c 'cp /usr/bin/id /home/id; chmod 4755 /home/id'
like "a user of the LPAR cannot run a setuid program of it" \
	"$(in_lpar setpriv --reuid 1000 --regid 1000 --clear-groups sh -c /wpars/hlt/home/id 2>&1)" \
	'Permission denied'
ok "stopwpar" in_lpar stopwpar -F hlt
ok "rmwpar" in_lpar rmwpar hlt
done_testing
