#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wparerr.sh - the buffer of a WPAR's error messages: put in, printed once, full, gone with the WPAR
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"


ok "mkwpar" mkwpar -n dev01
is "nothing in it: nothing printed" "$(wparprnterr dev01)" ""
is "and an empty list" "$(wparprnterr --json dev01 | tr -d ' \n')" "[]"
ok "a message" wparerr -w dev01 -S 'the file system %s has %d MB left' /home 3
ok "another, without its catalogue" wparerr -w dev01 -c /nonexistent.cat -s 1 -n 2 -S '%2$s %1$s' b $'a\033[2J\nz'
is "both, in their order, without control characters" "$(wparprnterr dev01)" 'the file system /home has 3 MB left
a?[2J z b'
is "printed once" "$(wparprnterr dev01)" ""
fails "no format of printf's numbers in memory" wparerr -w dev01 -S '%n' 1
fails "an argument that is missing" wparerr -w dev01 -S '%s and %s' a
fails "-n without a catalogue" wparerr -w dev01 -n 1 -S a
like "no such WPAR" "$(wparerr -w nosuch -S a 2>&1)" '^wparerr: 0960-419 '
like "of neither" "$(wparprnterr nosuch 2>&1)" '^wparprnterr: 0960-419 '
for i in 1 2 3 4; do
	wparerr -w dev01 -S '%s' "$(printf '%0250d' "$i")" || fails "message $i" true
done
like "1 KiB is full" "$(wparerr -w dev01 -S '%s' 12345678901234567890 2>&1)" 'is full; wparprnterr empties it'
ok "a short one still fits" wparerr -w dev01 -S '1234567890123456789'
fails "and then nothing" wparerr -w dev01 -S ''
ok "eight at once" sh -c 'wparprnterr dev01 >/dev/null; for i in 1 2 3 4 5 6 7 8; do wparerr -w dev01 -S "message %d" $i & done; wait'
is "none is lost" "$(wparprnterr --json dev01 | jq length)" 8
wparerr -w dev01 -S kept
ok "a new name" chwpar -n dev02 dev01
is "takes them along" "$(wparprnterr dev02)" kept
wparerr -w dev02 -S old
ok "rmwpar" rmwpar dev02
ok "the same name again" mkwpar -n dev02
is "has none of the old one's" "$(wparprnterr dev02)" ""
done_testing
