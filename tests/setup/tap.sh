# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# tap.sh - run tests, count them, show those that fail
#
# Counts are kept in $tap_counts, a line `PASSED FAILED SKIPPED` for each thing run, because tests
# run in subshells.  With PAR_TESTS_MUST_RUN=1 a skipped test is a failed one.

# shellcheck source=setup/patience.sh
. "$par_top/setup/patience.sh"

tap_counts=$par_work/check/counts
tap_logs=$par_work/log/check

tap_start()
{
	mkdir -p "$par_work/check" "$tap_logs"
	: >"$tap_counts"
}

# tap_add PASSED FAILED SKIPPED
tap_add()
{
	if [ -n "${PAR_TESTS_MUST_RUN:-}" ] && [ "$3" -gt 0 ]; then
		echo "$1 $(($2 + $3)) 0" >>"$tap_counts"
	else
		echo "$1 $2 $3" >>"$tap_counts"
	fi
}

# tap_sum [FROM-LINE] - `N passed, N failed[, N skipped]` of what was counted
tap_sum()
{
	tail -n "+${1:-1}" "$tap_counts" | awk '{ p += $1; f += $2; s += $3 }
		END {
			printf "%d passed, %d failed", p, f
			if (s) printf ", %d skipped", s
			printf "\n"
		}'
}

tap_failed()
{
	awk '{ f += $2 } END { exit !f }' "$tap_counts"
}

# tap_log NAME - the log file of a test
tap_log()
{
	printf '%s/%s.log\n' "$tap_logs" "$(printf %s "$1" | tr -c 'A-Za-z0-9._-' '-')"
}

# tap_one NAME COMMAND... - a test that is one command, and passes when the command ends with status 0;
# the status is left in $tap_one_status
tap_one()
{
	local name=$1 log status=0
	shift
	log=$(tap_log "$name")
	"$@" >"$log" 2>&1 </dev/null || status=$?
	# shellcheck disable=SC2034
	tap_one_status=$status
	if [ "$status" = 0 ]; then
		tap_add 1 0 0
	else
		tap_add 0 1 0
		echo "not ok - $name (exit status $status), $log:"
		tail -n 25 "$log" | sed 's/^/    /'
	fi
	return 0
}

# tap_skip NAME REASON
tap_skip()
{
	tap_add 0 0 1
	echo "skipped - $1: $2"
}

# tap_cannot NAME REASON - what this release of Debian has no tool for, and another has, or what runs programs
# that the caller has to bring: skipped, but no failure even where tests must run
tap_cannot()
{
	PAR_TESTS_MUST_RUN='' tap_skip "$@"
}

# tap_read NAME STATUS LOG - count the TAP in LOG; a program that broke off, ended badly without
# saying which test failed, or ran other than the planned number has one failure more
tap_read()
{
	local counts
	counts=$(awk -v status="$2" '
		/^not ok/ { if (/# *TODO/) s++; else f++; n++; next }
		/^ok/ { if (/# *[Ss][Kk][Ii][Pp]/) s++; else p++; n++; next }
		/^1\.\.[0-9]+/ {
			plan = substr($1, 4) + 0
			planned = 1
			if (plan == 0) { s++; n++; plan = 1 }
		}
		/^Bail out!/ { f++; n++; bailed = 1 }
		END {
			if (!bailed && (!planned || plan != n || (status != 0 && !f))) f++
			print p + 0, f + 0, s + 0
		}' "$3")
	local passed failed skipped
	read -r passed failed skipped <<<"$counts"
	tap_add "$passed" "$failed" "$skipped"
	[ "$failed$skipped" != 00 ] || return 0
	echo "$1: $passed passed, $failed failed, $skipped skipped"
	grep -n -iE '^not ok|^Bail out|^ok.*# *skip|^1\.\.0' "$3" | head -n 40 | sed 's/^/    /' || :
	if [ "$failed" != 0 ]; then
		echo "    exit status $2; the end of $3:"
		tail -n 15 "$3" | sed 's/^/    | /'
	fi
}

# tap_run NAME TIMEOUT COMMAND... - a program that speaks TAP
tap_run()
{
	local name=$1 limit=$2 log status=0
	shift 2
	limit=$(patience "$limit")
	log=$(tap_log "$name")
	timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null || status=$?
	if [ "$status" = 124 ] || [ "$status" = 137 ]; then
		echo "Bail out! no end within $limit s" >>"$log"
	fi
	tap_read "$name" "$status" "$log"
	return 0
}

# tap_meson BUILD SUITE - run meson's tests and count the TAP that is in meson's log of each
tap_meson()
{
	local build=$1 suite=$2 name result log
	meson test -C "$build" --no-rebuild --suite "$suite" >"$tap_logs/meson-$suite.log" 2>&1 || :
	if ! [ -s "$build/meson-logs/testlog.json" ]; then
		tap_one "$suite" cat "$tap_logs/meson-$suite.log" /nonexistent
		return 0
	fi
	while IFS= read -r name; do
		log=$(tap_log "$suite-$name")
		jq -j --arg name "$name" 'select(.name == $name) | .stdout, .stderr // ""' \
			"$build/meson-logs/testlog.json" >"$log"
		result=$(jq -r --arg name "$name" 'select(.name == $name) | .result' \
			"$build/meson-logs/testlog.json")
		case $result in
		OK | SKIP) tap_read "$name" 0 "$log" ;;
		*) tap_read "$name ($result)" 1 "$log" ;;
		esac
	done < <(jq -r .name "$build/meson-logs/testlog.json")
}
