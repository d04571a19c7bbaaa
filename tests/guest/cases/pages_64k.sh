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
done_testing
