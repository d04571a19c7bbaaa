#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# image.sh - versioned WPARs, on this machine: a WPAR of an image that is known against one whose image is unpacked;
# a system call in one against a native WPAR; lswpar with many of them against as many native ones
#
# BENCH_FILES and BENCH_MIB are the image's (20,000 files, 1,024 MiB), BENCH_VERSIONED the WPARs of lswpar (500).
# shellcheck disable=SC2317,SC2154 # lib.sh calls functions, and sets what it reports
set -euo pipefail
# shellcheck source=tests/bench/lib.sh
. "$PAR_TEST_SOURCE/bench/lib.sh"
files=${BENCH_FILES:-20000}
mib=${BENCH_MIB:-1024}
many=${BENCH_VERSIONED:-500}
work=$(mktemp -d /var/tmp/bench-image.XXXXXX)
export WPARS_ROOT=$work/root
mkdir -p "$WPARS_ROOT"
chmod 700 "$WPARS_ROOT"
trap 'for name in $(lswpar -qc -a name -s A); do stopwpar -F "$name"; done >/dev/null 2>&1; rm -rf --one-file-system "$work"' EXIT

# A system of this architecture; half of its bytes can be packed.
tree=$work/tree
mkdir -p "$tree"/{bin,etc,home,proc,sys,dev,tmp,usr/bin,usr/lib,usr/sbin,usr/share,var/log,run}
cp "$(command -v busybox)" "$tree/bin/busybox"
ln -s busybox "$tree/bin/sh"
cp "$PAR_TEST_BUILD/tests/helpers/calls" "$tree/bin/calls"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$tree/etc/passwd"
python3 - "$tree/usr/share" "$files" "$mib" <<'PY'
import os
import random
import sys
top, files, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) << 20
source = random.Random(1)
each = size // files
for i in range(files):
    folder = f"{top}/{i // 100}"
    if i % 100 == 0:
        os.mkdir(folder)
    with open(f"{folder}/{i}", "wb") as file:
        file.write(source.randbytes(each // 2) + bytes(each - each // 2))
PY
printf 'image_data:\n\tFORMAT = 1\n\tOSNAME = "Old Linux"\n\tOSID = old\n\tOSLEVEL = 1\n\tARCH = %s\n\tKERNEL_RELEASE = 2.6.18\n' \
	"$(uname -m)" >"$work/image.data"
tar -C "$work" -cf "$work/image.tar" ./image.data
tar -C "$tree" -rf "$work/image.tar" .
zstd -q --rm "$work/image.tar"
rm -rf "$tree"
image=$work/image.tar.zst
digest=$(sha256sum "$image" | cut -d' ' -f1)
# One that was changed a moment ago is none that can be known.
until [ $(($(date +%s) - $(stat -c %Z "$image"))) -gt 3 ]; do
	sleep 1
done

times=()
for ((i = 0; i < 3; i++)); do
	time_of mkwpar -n first -C -B "$image" --minimal
	times+=("$took")
	[ $i = 2 ] || rmwpar -F first >/dev/null
done
unpacking=$(median "${times[@]}")
echo "# unpacked: $files files, $mib MiB, archive $(($(stat -c %s "$image") >> 20)) MiB; ms: $(in_ms "${times[@]}")"

# known WHAT - a WPAR of it, again and again
known()
{
	local i times=()
	for ((i = 0; i <= bench_runs; i++)); do
		time_of mkwpar -n second -C -B "$image" --minimal
		[ $i = 0 ] || times+=("$took")
		rmwpar -F second >/dev/null
	done
	report "$1" "$(median "${times[@]}")" "$unpacking" "unpacking it" 0.02
}
known "mkwpar -C, known archive"
echo "$digest  image.tar.zst" >"$image.sha256"
known "the same, .sha256 beside it"
rm "$image.sha256"
times=()
for ((i = 0; i < 3; i++)); do
	touch "$image"
	time_of mkwpar -n second -C -B "$image" --minimal
	times+=("$took")
	rmwpar -F second >/dev/null
done
report "the same, archive to be digested" "$(median "${times[@]}")" "$unpacking" "unpacking it"

# A system call that is not uname
mkwpar --minimal -n native >/dev/null
cp "$PAR_TEST_BUILD/tests/helpers/calls" "$WPARS_ROOT/wpars/native/root/calls"
startwpar native >/dev/null
startwpar first >/dev/null
call_old()
{
	took=$(clogin first -- /bin/calls | awk '{ printf "%d", $1 * 1000 }')
}
call_native()
{
	took=$(clogin native -- /root/calls | awk '{ printf "%d", $1 * 1000 }')
}
in_turns call_old call_native
# The least of all rounds: whatever else runs makes a call slower, and nothing makes it faster.
report "a million getppid, versioned" "$least_a" "$least_b" "native WPAR" 1.05
stopwpar -F first >/dev/null
stopwpar -F native >/dev/null

# As many native ones, in a root of their own, so that both are listed in turns
natives=$work/natives
mkdir -p "$natives"
chmod 700 "$natives"
for ((i = 1; i < many; i++)); do
	mkwpar -n "v$i" -C -B "$image" --minimal >/dev/null
	WPARS_ROOT=$natives mkwpar --minimal -n "n$i" >/dev/null
done
rmwpar -F native >/dev/null
WPARS_ROOT=$natives mkwpar --minimal -n first >/dev/null
# Forty at a time: a single one takes some milliseconds, of which other load makes more.
list_versioned()
{
	time_of bash -c 'for ((i = 0; i < 40; i++)); do lswpar; done'
}
list_natives()
{
	WPARS_ROOT=$natives time_of bash -c 'for ((i = 0; i < 40; i++)); do lswpar; done'
}
in_turns list_versioned list_natives
report "40 × lswpar of $many versioned" "$cpu_a" "$cpu_b" "$many native ones, cpu" 1.05
report "  by the clock" "$least_a" "$least_b" "likewise, least"
exit "$bench_bad"
