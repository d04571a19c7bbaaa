# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# What every builder needs: messages with the time they took, cleaning up, the cache folder.
# Sourced by build-* with $here set to the folder images/.

repo=$(cd "$here/.." && pwd)
cache=${LPARD_CACHE:-$repo/.cache}
triplet=powerpc64le-linux-gnu
program=${0##*/}
LC_ALL=C
export LC_ALL
umask 022

# Milliseconds since the machine started.
now_ms() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

build_begin=$(now_ms)
step_name=
step_quiet=
# Exit status of a builder when the archive is to blame, and not the builder or the machine.
status_archive=3

step_end() {
	[ -z "$step_name" ] && return 0
	step_ms=$(($(now_ms) - step_begin))
	printf '%s%s: %s: %d.%01d s\n' "$line_start" "$program" "$step_name" $((step_ms / 1000)) \
		$((step_ms % 1000 / 100)) >&2
	step_name=
}

# step TEXT - a long step begins; the one before it is reported with the time it took.
step() {
	[ -z "$step_quiet" ] || return 0
	step_end
	step_name=$1
	step_begin=$(now_ms)
	if [ -n "${LPARD_PROGRESS:-}" ]; then
		printf '%s\n' "$step_name" >"$LPARD_PROGRESS"
	fi
	if [ -t 2 ]; then
		printf "%s%.${line_width}s" "$line_start" "$program: $step_name ..." >&2
	else
		printf '%s: %s ...\n' "$program" "$step_name" >&2
	fi
}

# The line on a terminal is written over, so it must not wrap; a log gets no such lines.
line_start=
line_width=79
if [ -t 2 ]; then
	line_start=$(printf '\r\033[K')
	columns=$(stty size <&2 2>/dev/null | cut -d' ' -f2)
	[ "${columns:-0}" -le 20 ] || line_width=$((columns - 1))
fi

# moving TEXT - how far the step is: on a terminal's last line, or in the file that the caller names
# in LPARD_PROGRESS for his own; nowhere else.
moving() {
	if [ -n "${LPARD_PROGRESS:-}" ]; then
		printf '%s: %s\n' "$step_name" "$*" >"$LPARD_PROGRESS"
	elif [ -t 2 ]; then
		printf "%s%.${line_width}s" "$line_start" "$program: $step_name: $*" >&2
	fi
}

say() {
	printf '%s%s: %s\n' "$line_start" "$program" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# die_archive TEXT - the archive lacks what is needed: another suite may do
die_archive() {
	say "$*"
	exit "$status_archive"
}

# need PROGRAM... - stop with a plain sentence when one of them is not installed.
need() {
	missing=
	for tool; do
		command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
	done
	[ -z "$missing" ] ||
		die "not installed:$missing (the Debian packages are in images/packages.txt)"
}

# on_exit FILE... - remove these when the builder ends, however it ends.
exit_files=
on_exit() {
	for file; do
		exit_files="$exit_files $file"
	done
}

clean_up() {
	status=$?
	trap - EXIT
	for file in $exit_files; do
		rm -rf "$file"
	done
	exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# lines FILE... - the words of list files without comments, one a line.
lines() {
	sed -e 's/#.*//' "$@" | tr -s ' \t' '\n' | sed '/^$/d'
}

# digest - SHA-256 of standard input, hexadecimal.
digest() {
	sha256sum | cut -d' ' -f1
}

# digest_file FILE - the same as sha256sum prints, four times as fast: Python is there with meson,
# and uses the processor's own instructions.
digest_file() {
	python3 - "$1" <<-'PYTHON'
		import hashlib, sys
		digest = hashlib.sha256()
		with open(sys.argv[1], "rb", buffering=0) as file:
		    while chunk := file.read(1 << 20):
		        digest.update(chunk)
		print(digest.hexdigest())
	PYTHON
}

# json_file KEY NAME FOLDER - a file as the manifests list it
json_file() {
	printf '"%s": { "file": "%s", "size": %s, "sha256": "%s" }' "$1" "$2" \
		"$(stat -c %s "$3/$2")" "$(digest_file "$3/$2")"
}

# only_one NAME - one builder at a time for one part of the cache.
only_one() {
	mkdir -p "$cache/images"
	exec 9>"$cache/images/$1.lock"
	flock 9
}
