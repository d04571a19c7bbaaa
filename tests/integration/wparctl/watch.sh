#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# watch.sh - wparctl ps and wparctl top: whose each process is, what each WPAR uses
# timeout: 120
# shellcheck disable=SC2016 # in single quotes the WPAR's shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away one two' EXIT

is "no WPARs: a heading" "$(wparctl ps)" "WPAR UID PID PPID C STIME TTY TIME CMD"
is "and an empty list" "$(wparctl ps --json | tr -d ' \n')" '[]'
ok "one WPAR" mkwpar -n one -s
ok "another" mkwpar -n two --minimal -s
ok "and one that does not run" mkwpar -n three
clogin one 'echo ann:x:4711:4711::/:/bin/sh >>/etc/passwd; chmod 777 /tmp'
clogin one -l ann 'exec sleep 4711' </dev/null >/dev/null 2>&1 &
clogin two 'exec sleep 4712' </dev/null >/dev/null 2>&1 &
wait_for 10 sh -c 'wparctl ps | grep -q "[0-9] sleep 4711\$" && wparctl ps | grep -q "[0-9] sleep 4712\$"'

like "each with its WPAR, its user there" "$(wparctl ps)" '^one +ann +[0-9]+ +[0-9]+ +[0-9]+ [0-9:]+ .* sleep 4711$'
like "root is root" "$(wparctl ps)" '^two +root .* sleep 4712$'
is "one alone" "$(wparctl ps -@ one | sed 1d | cut -d' ' -f1 | sort -u)" one
is "Global: none of them" "$(wparctl ps -@ Global -o wpar | sort -u)" "Global
WPAR"
is "ALL: everybody" "$(wparctl ps -@ ALL -o wpar | sort -u | tr '\n' ' ')" "Global WPAR one two "
is "one that does not run has none" "$(wparctl ps -@ three | wc -l)" 1
pid=$(wparctl ps -@ one -o pid,args | sed -n 's/^ *\([0-9]*\) sleep 4711$/\1/p')
is "ps -o wpar -p PID" "$(wparctl ps -o wpar -p "$pid")" "WPAR
one"
is "of a process of nobody's" "$(wparctl ps -o wpar -p $$ | tail -n1)" Global
like "the global number is the kernel's" "$(tr '\0' ' ' <"/proc/$pid/cmdline")" '^sleep 4711 $'
is "PID 1 inside" "$(wparctl ps -@ two --json | jq -r '[.[] | select(.pidin == 1)] | length')" 1
is "JSON has numbers" "$(wparctl ps -@ one --json | jq -r '.[] | select(.args == "sleep 4711") | "\(.wpar) \(.user) \(.uid) \(.pid)"')" \
	"one ann 4711 $pid"
fails "a process that is none" wparctl ps -p 2147483647
like "an unknown field is named" "$(wparctl ps -o wpar,nosuch 2>&1)" '"nosuch" is no field of -o'
like "an unknown WPAR has AIX's number" "$(wparctl ps -@ nosuch 2>&1)" '0960-419'

# Names are the WPAR's: nothing in them reaches the terminal
clogin one 'cp /usr/bin/sleep "/tmp/$(printf "a) R 1\033[2J\nb")"
	"/tmp/$(printf "a) R 1\033[2J\nb")" 4713 >/dev/null 2>&1 &' </dev/null
wait_for 10 sh -c 'wparctl ps | grep -q "b 4713\$"'
is "a hostile name is one line without control characters" "$(wparctl ps -@ one | grep 4713 | grep -c '/tmp/a) R 1?\[2J b 4713$')" 1
is "in every form" "$({ wparctl ps -@ one; wparctl ps -@ one --json; wparctl top -@ one; wparctl top -@ one --json; } | LC_ALL=C grep -c '[[:cntrl:]]')" 0

# What they use
clogin two 'while :; do :; done' </dev/null >/dev/null 2>&1 &
wait_for 10 sh -c 'wparctl top --json | jq -e ".wpars[0] | .name == \"two\" and .processors_used > 0.1" >/dev/null'
is "the busiest is the first" "$(wparctl top --json | jq -r '.wpars[0].name')" two
like "in the table too" "$(wparctl top | sed -n 4p)" '^two +Active +[0-9]\.[0-9]{2} '
like "one that does not run has dashes" "$(wparctl top)" '^three +Defined +- +- +- +- +-$'
[ -e "/sys/fs/cgroup/wpars${WPARS_ROOT//\//-}/one/memory.current" ] && memory='[0-9]+' || memory=-
like "a controller that is not there: a dash" "$(wparctl top -@ one)" "^one +Active +[0-9]\.[0-9]{2} +$memory "
like "its processes below it" "$(wparctl top -@ two)" '^ *[0-9]+ +root +R +0\.[0-9]|^ *[0-9]+ +root +R +1\.'
is "two samples" "$(wparctl top -n 2 -d 0.1 | grep -c '^Name ')" 2
is "and as JSON" "$(wparctl top -n 2 -d 0.1 --json | jq -s length)" 2
ok "a terminal, until q is pressed" python3 -c '
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp("wparctl", ["wparctl", "top", "-d", "0.2"])
seen, end = b"", time.time() + 20
while time.time() < end and seen.count(b"\033[H") < 3:
    if select.select([fd], [], [], 1)[0]:
        seen += os.read(fd, 65536)
os.write(fd, b"q")
while time.time() < end:
    try:
        if not os.read(fd, 65536):
            break
    except OSError:
        break
sys.exit(0 if os.waitpid(pid, 0)[1] == 0 and b"two" in seen and seen.count(b"\033[H") >= 3 else 1)'
fails "a time of nothing is refused" wparctl top -d 0
fails "and no samples" wparctl top -n 0
done_testing
