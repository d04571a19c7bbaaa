# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# lib.sh - measure and report; needs bash 5 only, so that it runs in an LPAR too

bench_runs=${BENCH_RUNS:-7}
bench_bad=0

# now_us - microseconds, without a process
now_us()
{
	local now=$EPOCHREALTIME
	echo "${now/[.,]/}"
}

# median NUMBER...
median()
{
	printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

# time_of COMMAND... - sets $took to the command's microseconds; a command that fails ends the benchmark
time_of()
{
	local begin=$EPOCHREALTIME end
	"$@" >/dev/null 2>"${TMPDIR:-/tmp}/bench-error" </dev/null || {
		echo "bench: '$*' ended with status $?:" >&2
		cat "${TMPDIR:-/tmp}/bench-error" >&2
		exit 1
	}
	end=$EPOCHREALTIME
	took=$((${end/[.,]/} - ${begin/[.,]/}))
}

# in_turns A B - two functions that set $took: each run of one is followed by a run of the other, so
# that other load on the machine hits both.  Sets $median_a and $median_b (microseconds).
in_turns()
{
	local i a=() b=()
	# The first of each warms caches and does not count.
	"$1"
	"$2"
	for ((i = 0; i < bench_runs; i++)); do
		"$1"
		a+=("$took")
		"$2"
		b+=("$took")
	done
	median_a=$(median "${a[@]}")
	median_b=$(median "${b[@]}")
	echo "# in turns, ms: $(in_ms "${a[@]}") against $(in_ms "${b[@]}")"
}

# in_ms MICROSECONDS...
in_ms()
{
	local us text=
	for us; do
		text+=" $((us / 1000))"
	done
	echo "${text# }"
}

# report WHAT OURS THEIRS NAME [LIMIT] - a line; a ratio over the limit makes the benchmark fail
report()
{
	awk -v what="$1" -v ours="$2" -v theirs="$3" -v name="$4" -v limit="${5:-}" 'BEGIN {
		ratio = ours / theirs
		verdict = limit == "" ? "(reported)" : ratio <= limit ? "ok" : "TOO SLOW"
		printf "%-34s %10.1f ms  %-22s %10.1f ms  ratio %.2f", what, ours / 1000, name,
			theirs / 1000, ratio
		if (limit != "")
			printf "  at most %s", limit
		print "  " verdict
		exit verdict == "TOO SLOW"
	}' || bench_bad=1
}
