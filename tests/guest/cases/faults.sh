#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# faults.sh - kill -9 of each of our processes: nothing is lost, and the same command again repairs it
# lpar: none
# timeout: 300
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

lpard_again()
{
	lpard_start_again
	wait_for 20 lssyscfg -r sys -F name
}
listed()
{
	[ "$(lssyscfg -r lpar -m "$SYS" --filter lpar_names=f1 -F name:state 2>/dev/null)" = "$1" ]
}

LPAR=f1
ok "an LPAR" lpar_up f1 current
ok "a WPAR in it" in_lpar sh -c 'mkwpar -n dev01 && startwpar dev01'
boot=$(in_lpar cat /proc/sys/kernel/random/boot_id)

kill -9 "$(pgrep -x lpard)"
ok "lpard starts again" lpard_again
ok "and finds the running LPAR" wait_for 10 listed f1:Running
ok "and its agent" wparcmd -m "$SYS" -p f1 --wait "$(patience 20)" -- true
is "which did not notice" "$(in_lpar cat /proc/sys/kernel/random/boot_id)" "$boot"

kill -9 "$(cat /run/libvirtd.pid)"
sleep 1
ok "the listing still answers" timeout "$(patience 20)" lssyscfg -r sys -F name
ok "libvirtd starts again" libvirtd_again
ok "lpard finds the LPAR again" wait_for 30 listed f1:Running
ok "and its agent again" wparcmd -m "$SYS" -p f1 --wait "$(patience 30)" -- true
is "which did not notice that either" "$(in_lpar cat /proc/sys/kernel/random/boot_id)" "$boot"

in_lpar sh -c 'kill -9 $(pgrep -f "wparctl agent|^agent" | head -n 1)' >/dev/null 2>&1
ok "a killed agent comes back" wparcmd -m "$SYS" -p f1 --wait "$(patience 20)" -- true
is "the WPAR went on" "$(in_lpar lswpar -c -q -a state dev01)" A

# A client goes away: what it had run is hung up, and ended where it does not end by itself.
gone()
{
	! in_lpar sh -c 'pgrep -x sleep -a | grep -q 4321 || pgrep -x clogin'
}
for what in 'sleep 4321' 'kill -STOP $$; sleep 4321' 'trap "" HUP; sleep 4321 & sleep 4321'; do
	wparcmd -m "$SYS" -p f1 -n -- clogin dev01 -- sh -c "echo on; $what" >"$TMPDIR/on" 2>/dev/null &
	job=$!
	wait_for 20 grep -q on "$TMPDIR/on"
	kill -9 "$job"
	wait "$job" 2>/dev/null
	ok "a client of clogin is killed: $what: ends" wait_for 30 gone
done
wparcmd -m "$SYS" -p f1 -n -- clogin dev01 -- sh -c 'echo on; sleep 4321' >"$TMPDIR/on" 2>/dev/null &
job=$!
wait_for 20 grep -q on "$TMPDIR/on"
in_lpar pkill -STOP -o -x clogin # not its guard
kill -9 "$job"
wait "$job" 2>/dev/null
ok "a stopped clogin whose client is killed ends, with its command" wait_for 30 gone

in_lpar sh -c 'kill -9 $(pgrep -f cor_dev01)'
sleep 1
like "after cor_dev01 was killed the state is one of AIX's" \
	"$(in_lpar lswpar -c -q -a state dev01)" '^[ADBT]$'
ok "the same commands repair it" in_lpar sh -c \
	'[ "$(lswpar -c -q -a state dev01)" = A ] || startwpar dev01 || { stopwpar -F dev01; startwpar dev01; }'
is "it is active and answers" "$(in_lpar clogin dev01 -- hostname)" dev01

in_lpar sh -c 'mkwpar -n dev02 && { startwpar dev02 & sleep 0.05; kill -9 $!; wait; }' >/dev/null 2>&1
ok "startwpar killed in the middle, and run again" in_lpar sh -c \
	'[ "$(lswpar -c -q -a state dev02)" = A ] || startwpar dev02 || { stopwpar -F dev02; startwpar dev02; }'
is "it answers" "$(in_lpar clogin dev02 -- hostname)" dev02
in_lpar sh -c 'mkwpar -n dev03 & sleep 0.1; kill -9 $!; wait' >/dev/null 2>&1
in_lpar sh -c 'mkwpar -n dev03 || { rmwpar -F dev03; mkwpar -n dev03; }' >/dev/null 2>&1
is "mkwpar killed in the middle, and run again" "$(in_lpar lswpar -c -q -a state dev03)" D
for name in dev01 dev02 dev03; do
	ok "rmwpar $name" in_lpar rmwpar -F $name
done
is "nothing is left of them" "$(in_lpar sh -c \
	'ls /wpars /etc/wpars/*.cf /run/wpars 2>/dev/null | grep dev0; grep /wpars/dev0 /proc/mounts; find /sys/fs/cgroup -name "*dev0*"')" ""
ok "the LPAR goes" lpar_down f1
done_testing
