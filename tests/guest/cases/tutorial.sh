#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tutorial.sh - every command of docs/tutorial.in works, in its order
# lpar: none
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

ok "the tutorial can be made" "$PAR_TEST_SOURCE/../docs/tutorial.sh" "$TMPDIR/TUTORIAL.md"
like "a file has come back" "$(cat "$TMPDIR/TUTORIAL.md")" "The same bytes"
is "the LPAR is gone again" "$(lssyscfg -r lpar -m "$SYS" -F name | grep -c '^web$')" 0
done_testing
