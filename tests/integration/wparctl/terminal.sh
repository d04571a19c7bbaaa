#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# terminal.sh - clogin on a terminal is a real login session
# timeout: 60
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away tty1' EXIT

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
