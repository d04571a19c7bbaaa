#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wparcmd.sh - wparcmd and the agent as programs, with lpard's channel between them, no LPAR
# timeout: 120
# shellcheck disable=SC2016
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

TMPDIR=$(mktemp -d)
export LPARD_SOCKET=$TMPDIR/lpard.sock
log=$TMPDIR/server.log
"$PAR_TEST_BUILD/tests/helpers/agent_server" "$LPARD_SOCKET" \
	"$PAR_TEST_BUILD/wparctl/wparctl" agent --fd 0 2>"$log" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$TMPDIR"' EXIT
w="wparcmd -m sys -p lpar01"
run()
{
	$w "$@"
}
wait_for 10 run -n -- true

# status WANTED NAME COMMAND... - by exit status
status()
{
	local wanted=$1 name=$2 got=0
	shift 2
	"$@" >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null || got=$?
	is "$name" "$got" "$wanted"
}

agent_pid()
{
	pgrep -P "$server" -f 'wparctl agent'
}

status 0 "status 0" run -- true
status 42 "status 42" run -- sh -c 'exit 42'
status 137 "killed by signal 9" run -- sh -c 'kill -9 $$'
status 127 "a program that is not there" run -- no-such-program
is "it says so" "$(cat "$TMPDIR/err")" "wparcmd: no-such-program: command not found"
status 126 "a file that is no program" run -- /etc/passwd
status 255 "no LPAR given" wparcmd -m sys -- true
status 255 "two LPARs given" wparcmd -m sys -p a --id 3 -- true
status 255 "no command" run
status 255 "a bad environment" run -e '=x' -- true
LPARD_SOCKET=$TMPDIR/nothing status 255 "no lpard" run -- true
like "it says where" "$(cat "$TMPDIR/err")" "lpard is not running .*$TMPDIR/nothing"

is "stdout" "$(run -n -- sh -c 'echo out; echo err >&2' 2>/dev/null)" out
is "stderr apart" "$(run -n -- sh -c 'echo out; echo err >&2' 2>&1 >/dev/null)" err
is "stdin and its end" "$(printf 'a\nb\n' | run -- sh -c 'cat; echo end')" "$(printf 'a\nb\nend')"
is "no stdin with -n" "$(echo text | run -n -- cat)" ""
is "environment" "$(run -n -e A=1 -e B='x y' -- sh -c 'echo "$A$B"')" "1x y"
is "arguments stay apart" "$(run -n -- printf '[%s]' 'a b' '' '$x' '*')" '[a b][][$x][*]'
is "working directory" "$(run -n -- pwd)" /
is "its own session" "$(run -n -- sh -c 'ps -o sid= -p $$ | tr -d " " | grep -cx $$')" 1
is "nothing but 0 1 2 is open" "$(run -n -- sh -c 'ls /proc/self/fd' | tr '\n' ' ')" "0 1 2 3 "

head -c 100000000 /dev/urandom >"$TMPDIR/data"
begin=$(date +%s%N)
ok "100 MB in and out are the same" sh -c "$w -- cat <'$TMPDIR/data' | cmp - '$TMPDIR/data'"
end=$(date +%s%N)
echo "# $((200000 / ((end - begin) / 1000000))) MB/s, both ways together"

# Ten at once, and one that nobody reads.
# shellcheck disable=SC2216
run -n -- cat /dev/zero | sleep 1000 &
stalled=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
	head -c 3000000 "$TMPDIR/data" | run -- cksum >"$TMPDIR/sum$i" &
	jobs[i]=$!
done
wait "${jobs[@]}"
is "ten at once beside one that is not read" "$(sort -u "$TMPDIR"/sum* | wc -l)" 1
is "and they are right" "$(cat "$TMPDIR/sum1")" "$(head -c 3000000 "$TMPDIR/data" | cksum)"
kill "$stalled" 2>/dev/null

# A closed pipe: wparcmd dies as the command would, and the command is ended.
out=$(run -n -- sh -c 'echo $$; exec yes' | head -n 1; echo "${PIPESTATUS[0]}")
is "SIGPIPE" "$(echo "$out" | tail -n 1)" 141
ok "its command is killed" wait_for 5 sh -c "! kill -0 $(echo "$out" | head -n 1)"

# Signals to wparcmd reach the command.
for signal in INT TERM QUIT USR1; do
	rm -f "$TMPDIR/out"
	# The shell starts background commands with INT and QUIT ignored, and wparcmd keeps to that.
	env --default-signal=INT,QUIT wparcmd -m sys -p lpar01 -n -- sh -c \
		"trap 'echo got $signal; exit 3' $signal; echo on; while :; do sleep 0.05; done" \
		>"$TMPDIR/out" &
	pid=$!
	wait_for 5 grep -q on "$TMPDIR/out"
	kill -s "$signal" "$pid"
	wait "$pid" 2>/dev/null
	is "SIG$signal" "$?$(sed -n 2p "$TMPDIR/out")" "3got $signal"
done

# HUP ends wparcmd at once; its command is hung up.
rm -f "$TMPDIR/out"
wparcmd -m sys -p lpar01 -n -- sh -c \
	"trap 'echo got HUP >$TMPDIR/hung; exit' HUP; echo on; while :; do sleep 0.05; done" \
	>"$TMPDIR/out" &
pid=$!
wait_for 5 grep -q on "$TMPDIR/out"
kill -s HUP "$pid"
wait "$pid" 2>/dev/null
is "SIGHUP" "$?" 129
ok "its command is hung up" wait_for 5 grep -q 'got HUP' "$TMPDIR/hung"

# One that takes no notice of the hang-up is killed with its children after the grace time.
wparcmd -m sys -p lpar01 -n -- sh -c "trap '' HUP; sleep 79 & sleep 80 & echo on; wait" \
	>"$TMPDIR/out" &
pid=$!
wait_for 5 grep -q on "$TMPDIR/out"
kill -9 "$pid"
wait "$pid" 2>/dev/null
ok "then it is killed with its children" wait_for 6 sh -c "! pgrep -x -f 'sleep (79|80)'"

# A stopped command is hung up, too.
wparcmd -m sys -p lpar01 -n -- sh -c 'echo $$; kill -STOP $$' >"$TMPDIR/out" &
pid=$!
wait_for 5 test -s "$TMPDIR/out"
kill -9 "$pid"
ok "a stopped command ends" wait_for 6 sh -c "! kill -0 $(cat "$TMPDIR/out")"

# The caller is killed: so is the command; what has a session of its own stays.
rm -f "$TMPDIR/out"
wparcmd -m sys -p lpar01 -n -- sh -c 'setsid sleep 77 </dev/null >/dev/null 2>&1 &
	sleep 0.3; echo $$; exec sleep 78' >"$TMPDIR/out" &
pid=$!
wait_for 5 test -s "$TMPDIR/out"
kill -9 "$pid"
ok "killed wparcmd: the command ends" wait_for 5 sh -c "! pgrep -x -f 'sleep 78'"
ok "a daemon it made stays" pgrep -x -f 'sleep 77'
pkill -x -f 'sleep 77'

# The LPAR goes away; the agent is killed: a clear error, no hang, and the next one works.
wparcmd -m sys -p lpar01 -n -- sleep 1003 2>"$TMPDIR/err" &
pid=$!
sleep 0.3
kill -USR1 "$server"
wait "$pid"
is "the LPAR goes away" "$? $(cat "$TMPDIR/err")" "255 wparcmd: the LPAR 'lpar01' went away"
wait_for 10 run -n -- true
wparcmd -m sys -p lpar01 -n -- sleep 1003 2>"$TMPDIR/err" &
pid=$!
sleep 0.3
kill -9 "$(agent_pid)"
wait "$pid"
is "the agent is killed" "$? $(cat "$TMPDIR/err")" "255 wparcmd: the LPAR 'lpar01' went away"
ok "the next agent works" wait_for 10 run -n -- true

# The daemon is killed.
wparcmd -m sys -p lpar01 -n -- sleep 1003 2>"$TMPDIR/err" &
pid=$!
sleep 0.3
agent=$(agent_pid)
kill -9 "$server"
wait "$pid"
is "lpard is killed" "$? $(cat "$TMPDIR/err")" \
	"255 wparcmd: lpard closed the connection before the command ended"
ok "and the agent and its commands are gone" wait_for 5 \
	sh -c "! pgrep -r S,R -x -f 'sleep 1003' && ! grep '^State:.[SR]' /proc/$agent/status"

rm -f "$LPARD_SOCKET"
"$PAR_TEST_BUILD/tests/helpers/agent_server" "$LPARD_SOCKET" \
	"$PAR_TEST_BUILD/wparctl/wparctl" agent --fd 0 2>"$log" &
server=$!
wait_for 10 run -n -- true
while IFS= read -r line; do
	case $line in
	ok*) tap_result 0 "terminal: ${line#ok }" ;;
	*) tap_result 1 "terminal: $line" ;;
	esac
done < <(python3 "$PAR_TEST_SOURCE/integration/lpard/wparcmd_tty.py")

begin=$(date +%s%N)
for _ in 1 2 3 4 5 6 7 8 9 10; do
	run -n -- true
done
end=$(date +%s%N)
echo "# wparcmd -- true: $(((end - begin) / 10000)) us"
done_testing
