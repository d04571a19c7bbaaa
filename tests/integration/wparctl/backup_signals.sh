#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# backup_signals.sh - restwpar, mkwpar and savewpar ended by Ctrl-C and the like: all is there, or nothing
#
# timeout: 300
# tags: no-valgrind
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

base=$WPARS_ROOT/wpars
RANDOM=${PAR_CHAOS_SEED:-1}
mkdir -m 1777 "$WPARS_ROOT/tmp"
trap 'clear_away dev k1' EXIT

# left - what there is of k1, and of a backup k.save
left()
{
	find "$base" "$base/.volumes" "$WPARS_ROOT/etc/wpars" "$WPARS_ROOT/var/lib/wpars/roots" "$TMPDIR" -mindepth 1 -maxdepth 1 \
		\( -name 'k1*' -o -name '.k1*' -o -name 'k.save*' \) 2>/dev/null
}
# begin COMMAND... - as from a terminal: what a shell starts in the background ignores SIGINT
begin()
{
	env --default-signal=INT,TERM,HUP,PIPE "$@" <&0 >"$TMPDIR/out" 2>&1 &
	pid=$!
}
# ends NAME SIGNAL - the command has been sent it: it says so, dies of it, and leaves nothing
ends()
{
	local status=0
	wait $pid || status=$?
	is "$1: it dies of SIG$2" "$status" $((128 + $(kill -l "$2")))
	like "and says why" "$(tail -n 1 "$TMPDIR/out")" "^[a-z]*: interrupted \\(SIG$2.*\\), and what was begun is undone; run it again\$"
	is "and leaves nothing" "$(left)" ""
}
# shellcheck disable=SC2317 # wait_for calls it
gone()
{
	! kill -0 "$1" 2>/dev/null
}

ok "a WPAR" mkwpar -n dev -M directory=/data vfs=ext4 size=16M
mkdir "$base/dev/home/many"
head -c 3000000 /dev/urandom | split -b 1000 -a 4 - "$base/dev/home/many/"
ok "a backup of it" savewpar -f "$TMPDIR/dev.save" dev
before=$(grep -c "$WPARS_ROOT" /proc/self/mountinfo) loops=$(image_loops)

# At a step of its own
for signal in INT TERM HUP; do
	for command in "restored restwpar -n k1 -f $TMPDIR/dev.save" "servers-filled mkwpar -n k1 -B $TMPDIR/dev.save" \
		"looked-at mkwpar -n k1" "savewpar_written savewpar -f $TMPDIR/k.save dev"; do
		read -ra words <<<"$command"
		touch "$TMPDIR/wait"
		WPAR_WAIT_AT=${words[0]/-/ } WPAR_WAIT_FILE=$TMPDIR/wait begin "${words[@]:1}"
		ok "${words[1]} is under way" wait_for 30 test -e "$TMPDIR/wait.here"
		kill -s $signal $pid
		rm "$TMPDIR/wait" "$TMPDIR/wait.here"
		ends "${words[*]:1:1}" $signal
	done
done

# While the helper reads what does not come: it does not wait for that.
mkfifo "$TMPDIR/fifo"
size=$(stat -c %s "$TMPDIR/dev.save")
for command in "restwpar -n k1 -f -" "mkwpar -n k1 -B -"; do
	read -ra words <<<"$command"
	exec 9<>"$TMPDIR/fifo"
	begin "${words[@]}" <"$TMPDIR/fifo" 9>&-
	head -c $((size / 2)) "$TMPDIR/dev.save" >&9
	ok "$command has begun with the files" wait_for 30 test -e "$base/k1/home/many"
	kill -s TERM $pid
	ok "it ends at once" wait_for 20 gone $pid
	exec 9>&-
	ends "$command" TERM
done

# While a pipe has no reader
mkfifo -m 600 "$TMPDIR/alone"
opens_pipe()
{
	[ "$(lswpar -qc -a state dev)" = T ]
}
for signal in INT TERM HUP; do
	begin savewpar -f "$TMPDIR/alone" dev
	ok "savewpar waits for a reader" wait_for 20 opens_pipe
	kill -s $signal $pid
	ok "it ends at once" wait_for 20 gone $pid
	ends "savewpar to a pipe" $signal
done
cat "$TMPDIR/alone" >"$TMPDIR/piped" &
ok "and with a reader it writes" savewpar -f "$TMPDIR/alone" dev
wait $!
ok "all of it" sh -c 'lssavewpar -V -f "$1" >/dev/null' sh "$TMPDIR/piped"

# A reader of its lines that has gone
exec 8<>"$TMPDIR/fifo" 9>"$TMPDIR/fifo" 8<&-
for command in "restwpar -v -n k1 -f $TMPDIR/dev.save" "mkwpar -n k1 -B $TMPDIR/dev.save" "mkwpar -v -n k1"; do
	status=0
	read -ra words <<<"$command"
	env --default-signal=PIPE "${words[@]}" >&9 2>"$TMPDIR/out" || status=$?
	is "$command: nobody reads: it dies of SIGPIPE" "$status" 141
	like "and says why" "$(cat "$TMPDIR/out")" '^(rest|mk)wpar: interrupted \(nobody reads its output\)'
	is "and leaves nothing" "$(left)" ""
done
exec 9>&-
# nohup(1): it goes on.
touch "$TMPDIR/wait"
(
	trap '' HUP
	WPAR_WAIT_AT=restored WPAR_WAIT_FILE=$TMPDIR/wait exec restwpar -n k1 -f "$TMPDIR/dev.save" >/dev/null
) &
pid=$!
ok "one that ignores SIGHUP" wait_for 30 test -e "$TMPDIR/wait.here"
kill -s HUP $pid
rm "$TMPDIR/wait" "$TMPDIR/wait.here"
wait $pid
is "goes on" "$?" 0
is "and makes it" "$(state k1)" D
rmwpar k1

# At any moment: it is whole, or there is nothing.
files=$(find "$base/dev/home" | wc -l)
bad=0 whole=0
signals=(INT TERM HUP)
for ((round = 0; round < 24; round++)); do
	case $((round % 3)) in
	0) command="restwpar -n k1 -f $TMPDIR/dev.save" ;;
	1) command="mkwpar -n k1 -B $TMPDIR/dev.save" ;;
	2) command="savewpar -f $TMPDIR/k.save dev" ;;
	esac
	read -ra words <<<"$command"
	begin "${words[@]}"
	sleep "0.$(printf %03d $((RANDOM % 600)))"
	kill -s ${signals[RANDOM % 3]} $pid 2>/dev/null
	wait $pid
	if [ $((round % 3)) = 2 ] && [ -e "$TMPDIR/k.save" ]; then
		whole=$((whole + 1))
		lssavewpar -V -f "$TMPDIR/k.save" >/dev/null || bad=$((bad + 1))
		rm "$TMPDIR/k.save"
	elif [ -n "$(state k1 2>/dev/null)" ]; then
		whole=$((whole + 1))
		[ "$(state k1)" = D ] && [ "$(find "$base/k1/home" | wc -l)" = "$files" ] || bad=$((bad + 1))
		rmwpar -F k1 >/dev/null
	fi
	[ -z "$(left)" ] || {
		bad=$((bad + 1))
		echo "# round $round, $command: $(left | tr '\n' ' '), $(tail -n 1 "$TMPDIR/out")"
	}
done
is "nothing half made by a signal at any moment ($whole of 24 were whole)" $bad 0
is "no mount is left" "$(grep -c "$WPARS_ROOT" /proc/self/mountinfo)" "$before"
is "no loop device is left" "$(image_loops)" "$loops"
ok "rmwpar" rmwpar dev
done_testing
