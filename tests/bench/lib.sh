# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# lib.sh - measure and report; needs bash 5 only, so that it runs in an LPAR too

bench_runs=${BENCH_RUNS:-7}
bench_bad=0
took_cpu=0

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

# time_us "1m2.345s" - as microseconds
time_us()
{
	local rest=${1#*m}
	rest=${rest%s}
	echo $(((${1%m*} * 60 + ${rest%.*}) * 1000000 + 10#${rest#*.} * 1000))
}

# cpu_us - microseconds of processor time of what has ended, by a file that `times` has written
cpu_us()
{
	local line user system
	{
		read -r line
		read -r user system
	} <"$1"
	echo $(($(time_us "$user") + $(time_us "$system")))
}

# time_of COMMAND... - sets $took to the command's microseconds, $took_cpu to those of processor time (to the
# millisecond); a command that fails ends the benchmark
time_of()
{
	local begin end times=${TMPDIR:-/tmp}/bench-times
	times >"$times.begin"
	begin=$EPOCHREALTIME
	"$@" >/dev/null 2>"${TMPDIR:-/tmp}/bench-error" </dev/null || {
		echo "bench: '$*' ended with status $?:" >&2
		cat "${TMPDIR:-/tmp}/bench-error" >&2
		exit 1
	}
	end=$EPOCHREALTIME
	took=$((${end/[.,]/} - ${begin/[.,]/}))
	times >"$times.end"
	took_cpu=$(($(cpu_us "$times.end") - $(cpu_us "$times.begin")))
}

# in_turns A B - two functions that set $took: each run of one is followed by a run of the other, so
# that other load on the machine hits both.  Sets $median_a, $median_b, $least_a and $least_b (microseconds), and of processor time
# $cpu_a and $cpu_b, the medians.
in_turns()
{
	local i a=() b=() cpus_a=() cpus_b=()
	# The first of each warms caches and does not count.
	"$1"
	"$2"
	for ((i = 0; i < bench_runs; i++)); do
		"$1"
		a+=("$took") cpus_a+=("$took_cpu")
		"$2"
		b+=("$took") cpus_b+=("$took_cpu")
	done
	median_a=$(median "${a[@]}")
	median_b=$(median "${b[@]}")
	least_a=$(printf '%s\n' "${a[@]}" | sort -n | head -n 1)
	least_b=$(printf '%s\n' "${b[@]}" | sort -n | head -n 1)
	cpu_a=$(median "${cpus_a[@]}")
	cpu_b=$(median "${cpus_b[@]}")
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
