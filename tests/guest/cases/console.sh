#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# console.sh - mkvterm and rmvterm on the real console
# lpar: current
# timeout: 120
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkfifo "$work/in"
mkvterm -m "$SYS" -p "$LPAR" <"$work/in" >"$work/out" 2>&1 &
terminal=$!
exec 3>"$work/in"
has()
{
	grep -qaE "$1" "$work/out"
}
ok "it opens" wait_for 10 has 'Open Completed\.'
printf '\r' >&3
ok "the login prompt comes" wait_for 15 has 'login:|# $'
out=$(mkvterm -m "$SYS" -p "$LPAR" </dev/null 2>&1)
is "a second one ends with status 0" $? 0
like "and is told why" "$out" 'A terminal session is already open for this partition\.'
like "rmvterm" "$(rmvterm -m "$SYS" -p "$LPAR")" '^Close command sent'
ok "the holder is told" wait_for 10 has 'Connection has closed'
exec 3>&-
wait $terminal
is "and ends well" $? 0
done_testing
