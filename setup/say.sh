# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# say.sh - steps that show what they do and how far they are
#
# A script calls say_start once and then `step NAME TEXT FUNCTION [ARG...]` for each thing it does.
# The function's output goes to a log of its own; a terminal shows the text, the seconds, and the
# last line of the log (or what the function last gave to `progress`); elsewhere a step is one line.
# A step that fails ends the script with the log's last lines.  Needs $par_top (the clone) and
# $par_work (its build folder).

say_number=0
say_total=0
say_step=
say_group=

# say_start TOTAL - how many steps there will be
say_start()
{
	say_total=$1
	mkdir -p "$par_work/log"
	trap 'say_interrupted 130' INT
	trap 'say_interrupted 143' TERM
	trap 'say_interrupted 129' HUP
	say_tty=
	if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
		say_tty=yes
	fi
}

# progress TEXT... - what the running step does now
progress()
{
	echo "$*" >"$par_work/log/progress"
	echo "-- $*"
}

# say_width - columns of the terminal
say_width()
{
	local width
	width=$(stty size 2>/dev/null </dev/tty | cut -d' ' -f2)
	echo "${width:-80}"
}

# say_last_line - the last line of stdin that is not empty.  The log of a running program may end in
# the middle of a character, or be no text at all.
say_last_line()
{
	LC_ALL=C tr '\r' '\n' | LC_ALL=C tr -cd '[:print:]\n' | grep . | tail -n 1 || :
}

# say_watch PID LOG TEXT - show how far the step of PID is until it ends: one line that moves, on a
# terminal only
say_watch()
{
	local pid=$1 log=$2 text=$3 since=$SECONDS line width
	[ -n "$say_tty" ] || return 0
	width=$(say_width)
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		if [ -s "$par_work/log/progress" ]; then
			line=$(say_last_line <"$par_work/log/progress")
		else
			line=$(tail -c 400 "$log" 2>/dev/null | say_last_line)
		fi
		line="$text  $((SECONDS - since)) s  $line"
		printf '\r\033[K%s' "${line:0:$((width - 1))}"
	done
}

# step NAME TEXT FUNCTION [ARG...] - run one step; ends the script when it fails
step()
{
	local name=$1 text=$2 log pid status since
	shift 2
	say_number=$((say_number + 1))
	text="[$say_number/$say_total] $text"
	log=$par_work/log/$name.log
	: >"$par_work/log/progress"
	since=$(date +%s%N)
	if [ -z "$say_tty" ]; then
		echo "$text"
	fi
	# A process group of its own: Ctrl-C ends the script, and say_interrupted all of the step.
	set -m
	(
		set +m
		set -euo pipefail
		"$@"
	) >"$log" 2>&1 </dev/null &
	set +m
	pid=$!
	say_step=$name
	say_group=$pid
	say_watch "$pid" "$log" "$text"
	status=0
	wait "$pid" || status=$?
	say_group=
	since=$((($(date +%s%N) - since) / 100000000))
	since=$((since / 10)).$((since % 10))
	if [ -n "$say_tty" ]; then
		printf '\r\033[K%s' "$text"
	else
		printf '   '
	fi
	if [ "$status" = 0 ]; then
		printf ' - done in %s s\n' "$since"
		return 0
	fi
	printf ' - FAILED after %s s (exit status %s)\n' "$since" "$status"
	say_failed "$name" "$log"
}

# say_interrupted STATUS - the script got a signal: end the step that runs, with all it started
say_interrupted()
{
	local i
	trap '' INT TERM HUP
	if [ -n "$say_group" ]; then
		kill -TERM -- "-$say_group" 2>/dev/null || :
		for ((i = 0; i < 100; i++)); do
			kill -0 -- "-$say_group" 2>/dev/null || break
			sleep 0.1
		done
		kill -KILL -- "-$say_group" 2>/dev/null || :
	fi
	echo >&2
	echo "Interrupted in or after step '$say_step'; run $0 again: it goes on from here." >&2
	exit "$1"
}

# say_failed NAME LOG - say why and where to look, and end
say_failed()
{
	{
		echo
		echo "Step '$1' failed.  The end of its log:"
		tail -n 15 "$2" | sed 's/^/    /'
		echo "The whole log: $2"
		echo "When the cause is gone, run $0 again: it goes on from here."
	} >&2
	if declare -F say_last_words >/dev/null; then
		say_last_words
	fi
	exit 1
}

# say_header TEXT
say_header()
{
	printf '\n== %s\n' "$1"
}
