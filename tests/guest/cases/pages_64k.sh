#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# pages_64k.sh - an LPAR with 64 KiB pages, and a WPAR there
# lpar: 64k
# timeout: 180
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

is "its page size" "$(in_lpar getconf PAGESIZE)" 65536
like "its release" "$(in_lpar cat /etc/os-release)" "^VERSION_CODENAME=$(manifest 64k codename)\$"
like "the agent tells the release" \
	"$(lssyscfg -r lpar -m "$SYS" --filter "lpar_names=$LPAR" -F os_version)" " $(manifest 64k kernel_release)\$"
ok "mkwpar" in_lpar mkwpar -n wb1
ok "startwpar" in_lpar startwpar wb1
like "df shows Global" "$(in_lpar clogin wb1 -- df -k /)" '^Global '
is "wparexec" "$(in_lpar wparexec -n wbx /usr/bin/echo hello 2>/dev/null | grep -x hello)" hello
ok "rmwpar -s" in_lpar rmwpar -s wb1

# private - KiB that no other process has, of each WPAR: of its monitor and of PID 1, which is that one's child
private()
{
	# shellcheck disable=SC2016 # the LPAR's shell expands
	in_lpar sh -c 'for p in $(pgrep "^cor_wm"); do
			for q in $p $(cat "/proc/$p/task/$p/children"); do grep "^Private" "/proc/$q/smaps_rollup"; done
		done | awk "{ s += \$2 } END { print int(s / 3) }"'
}

for i in 1 2 3; do
	in_lpar mkwpar --minimal -n "wm$i" -s >/dev/null
done
is "three minimal WPARs run" "$(in_lpar sh -c 'lswpar -q -c -a state | grep -c A; pgrep "^cor_wm" | wc -l')" "3
3"
# is_small KIB - each has no more
is_small()
{
	local each
	each=$(private)
	echo "# $each KiB each"
	[ "$each" -gt 0 ] && [ "$each" -le "$1" ]
}
ok "each has at most 640 KiB of ours" wait_for 60 is_small 640
echo "# private memory of ours: $(private) KiB each"
for i in 1 2 3; do
	in_lpar rmwpar -F "wm$i" >/dev/null
done
done_testing
