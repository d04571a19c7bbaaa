#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# terminal.sh - clogin on a terminal is a real login session
# timeout: 60
set -u
# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

[ "$(id -u)" = 0 ] || skip_all "needs root"
PATH=$PAR_TEST_BUILD/bin:$PATH
export WPARS_ROOT=$TMPDIR/root
mkdir -p "$WPARS_ROOT"
trap 'stopwpar -F tty1 >/dev/null 2>&1; rmwpar -F tty1 >/dev/null 2>&1' EXIT

ok "mkwpar" mkwpar -n tty1
ok "startwpar" startwpar tty1
out=$(timeout 40 python3 "$PAR_TEST_SOURCE/integration/wparctl/terminal.py" tty1 | tr -d '\r')
like "it has the terminal's size" "$out" 'first 33 101$'
like "and follows it" "$out" 'second 40 120$'
like "Ctrl-C interrupts" "$out" 'interrupted 130$'
like "job control works" "$out" '^\[1\]'
like "its exit status comes back" "$out" '^status 9$'
ok "stopwpar" stopwpar tty1
ok "rmwpar" rmwpar tty1
done_testing
