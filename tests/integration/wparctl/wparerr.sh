#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wparerr.sh - the buffer of a WPAR's error messages: put in, outside and inside, printed once, full, gone with the
# WPAR
# timeout: 120
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
# Inside, by the WPAR's root, without -w

trap 'clear_away dev' EXIT
inside()
{
	clogin dev -- "$@" </dev/null 2>&1
}
ok "an active one" mkwpar -n dev --minimal -s
cp "$PAR_TEST_BUILD/wparctl/wparctl" "$WPARS_ROOT/wpars/dev/home/wparerr"
chmod 755 "$WPARS_ROOT/wpars/dev/home"{,/wparerr}
err=/home/wparerr
is "a message from inside" "$(inside $err -S 'the file system %s has %d MB left' /home 3)" ""
is "without its catalogue" "$(inside $err -c /nonexistent.cat -s 1 -n 2 -S '%2$s %1$s' b $'a\033[2J\nz')" ""
is "both, as from outside" "$(wparprnterr dev)" 'the file system /home has 3 MB left
a?[2J z b'
like "-w is not for inside" "$(inside $err -w dev -S a)" '^wparerr: -w is of the global environment: leave it out'
like "outside it is needed" "$(wparerr -S a 2>&1)" '^wparerr: option -w is needed$'
like "-n without a catalogue" "$(inside $err -n 1 -S a)" '^wparerr: -s and -n are of a catalogue'
like "a bad format" "$(inside $err -S '%n' 1)" "^wparerr: the format '%n' has more than"
like "not by another user" "$(inside setpriv --reuid 1000 --clear-groups $err -S a)" '^wparerr: Only the root user can run this command.$'
like "never longer than the buffer" "$(inside $err -S '%s' "$(printf '%01024d' 1)")" '^wparerr: The message is longer than the buffer'
is "nothing of all that is in it" "$(wparprnterr dev)" ""
is "as long as the buffer" "$(inside $err -S '%s' "$(printf '%01023d' 1)")" ""
like "full" "$(inside $err -S a)" '^wparerr: The buffer of workload partition dev has 1024 bytes and is full; wparprnterr empties it.$'
is "it stays as it was" "$(wparprnterr dev)" "$(printf '%01023d' 1)"
if [ -x /usr/bin/python3 ]; then
	talk='import os, socket, sys
if sys.argv[1] != "0":
	os.setuid(int(sys.argv[1]))
for data in eval(sys.argv[2]):
	try:
		s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		s.connect("/run/wpars/cor/request")
		s.send(data)
		print(s.recv(2000).decode())
	except OSError as e:
		print(e.strerror)'
	is "control characters by the socket" "$(inside python3 -c "$talk" 0 '[b"error a\033[2J\nb"]')" ok
	is "are none" "$(wparprnterr dev)" "a?[2J b"
	is "garbage is no message" "$(inside python3 -c "$talk" 0 '[b"error", b"error a\0b", b"error " + b"a" * 1024, b"\0" * 60000]' | cut -d' ' -f1 | sort -u)" 0506-325
	is "the socket is root's" "$(inside python3 -c "$talk" 1000 '[b"error a"]')" "Permission denied"
	is "nothing came of that" "$(wparprnterr dev)" ""
	is "a flood fills the buffer" "$(inside python3 -c "$talk" 0 '[b"error " + b"a" * 500] * 6' | cut -c 1-10 | sort | uniq -c | tr -s ' \n' ' ')" " 4 The buffer 2 ok "
	is "and nothing else" "$(wparprnterr dev | wc -c)" 1002
fi
like "an application WPAR has no cor" "$(wparexec -n app -- "$PAR_TEST_BUILD/wparctl/wparctl" wparerr -S a 2>&1)" 'wparerr: The subsystem cor of this workload partition does not answer.$'

# answers - a monitor serves, and its message is there
answers()
{
	inside $err -S back >/dev/null
	wparprnterr dev | grep -q back
}
cor=$(monitor dev)
clogin dev -- sh -c 'read -r x; '$err' -S a' 2>"$TMPDIR/said" < <(wait_for 20 test -e "$TMPDIR/killed" && echo) &
asks=$!
wait_for 20 sh -c "ps -eo args | grep -q '^sh -c read -r [x]'"
kill -9 "$cor"
touch "$TMPDIR/killed"
wait $asks
is "one sentence" "$(cat "$TMPDIR/said")" "wparerr: The subsystem cor of this workload partition does not answer."
wparprnterr dev >/dev/null
ok "the next command brings another, which serves" wait_for 20 answers
done_testing
