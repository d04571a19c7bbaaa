#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# image_kills.sh - mkwpar -C killed at random moments, and on full disks: nothing half made
#
# Run by hand with more rounds: PAR_IMAGE_KILLS=200 ./check integration image_kills
# timeout: 600
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

rounds=${PAR_IMAGE_KILLS:-24}
RANDOM=${PAR_CHAOS_SEED:-1}
[ -n "$(command -v busybox)" ] || skip_all "no busybox"
trap 'clear_away k1 k2; umount -l "$WPARS_ROOT/var" 2>/dev/null' EXIT
store=$WPARS_ROOT/var/lib/wpars/images

# A system of this architecture with many files, so that most moments are in its unpacking
tree=$TMPDIR/tree
mkdir -p "$tree"/{bin,etc,home,proc,sys,dev,tmp,usr/bin,usr/lib,usr/sbin,usr/share,var/log,run}
cp "$(command -v busybox)" "$tree/bin/busybox"
ln -s busybox "$tree/bin/sh"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$tree/etc/passwd"
python3 - "$tree/usr/share" <<'PY'
import os
import sys
for folder in range(30):
    os.mkdir(f"{sys.argv[1]}/{folder}")
    for file in range(50):
        with open(f"{sys.argv[1]}/{folder}/{file}", "wb") as f:
            f.write(os.urandom(6000))
PY
printf 'image_data:\n\tFORMAT = 1\n\tOSNAME = "Old Linux"\n\tOSID = old\n\tOSLEVEL = 1\n\tARCH = %s\n' \
	"$(uname -m)" >"$TMPDIR/image.data"
tar -C "$TMPDIR" -cf "$TMPDIR/k.tar" ./image.data
tar -C "$tree" -rf "$TMPDIR/k.tar" .
digest=$(sha256sum "$TMPDIR/k.tar" | cut -d' ' -f1)

make()
{
	mkwpar -n "$1" -C -B "$TMPDIR/k.tar"
}
no_helper()
{
	! pgrep -f "^[^ ]*wparctl-archive unpack" >/dev/null
}
# settled - what mkwpar had begun, and is not yet another program, has its lock for a moment more
settled()
{
	[ "$(state k1 2>/dev/null)" != T ]
}
# left - all that is there of WPARs and images
left()
{
	find "$WPARS_ROOT/wpars" "$WPARS_ROOT/etc/wpars" "$store" "$WPARS_ROOT/var/lib/wpars/roots" -mindepth 1 -maxdepth 1 2>/dev/null
}
# none_half - the store as its own commands see it
none_half()
{
	wparctl image ls --json | jq -r '.[] | select(.state != "in use") | .digest + " " + .state'
}

begin=${EPOCHREALTIME/[.,]/}
ok "mkwpar -C of it" make k1
took=$((${EPOCHREALTIME/[.,]/} - begin))
ok "rmwpar" rmwpar k1
is "nothing is left" "$(left)" ""

bad=0 whole=0 repaired=0
# complain WHAT - what a round leaves that must not be
complain()
{
	bad=$((bad + 1))
	echo "# round $round: $1" | head -n 5
}
for ((round = 0; round < rounds; round++)); do
	# Each third with the image known already, which is much quicker
	known=$((round % 3 == 2))
	if [ $known = 1 ]; then
		make k2 >/dev/null 2>&1 || complain "k2 is not made"
	fi
	after=$(((RANDOM * 32768 + RANDOM) % (known ? took / 8 + 1 : took + took / 10)))
	mkwpar -n k1 -C -B "$TMPDIR/k.tar" >/dev/null 2>&1 &
	pid=$!
	sleep "$(awk -v us=$after 'BEGIN { printf "%.6f", us / 1e6 }')"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	wait_for 20 no_helper || complain "the helper goes on without mkwpar"
	wait_for 20 settled || complain "somebody has its lock"
	case $(state k1 2>/dev/null) in
	D)
		whole=$((whole + 1))
		wparctl image verify >/dev/null || complain "a whole WPAR with a bad image"
		;;
	B | "") ;;
	*) complain "its state is $(state k1)" ;;
	esac
	if [ $((round % 2)) = 0 ]; then
		# The same command again completes it, or says that it is there.
		make k1 >"$TMPDIR/again" 2>&1 || grep -q 'already exists' "$TMPDIR/again" || complain "$(cat "$TMPDIR/again")"
		repaired=$((repaired + 1))
		[ -z "$(none_half)" ] || complain "made again, there is $(none_half)"
		wparctl image verify >"$TMPDIR/verify" || complain "$(cat "$TMPDIR/verify")"
	fi
	# One that was killed before it had written its specification is none; the same command takes what is left of that.
	if [ -z "$(state k1 2>/dev/null)" ] && [ -n "$(find "$WPARS_ROOT/etc/wpars" -name '.k1.*')" ]; then
		make k1 >"$TMPDIR/again" 2>&1 || complain "$(cat "$TMPDIR/again")"
	fi
	if [ -n "$(state k1 2>/dev/null)" ]; then
		rmwpar -F k1 >"$TMPDIR/rm" 2>&1 || complain "$(cat "$TMPDIR/rm")"
	fi
	[ $known = 0 ] || rmwpar -F k2 >/dev/null || complain "k2 is not removed"
	[ -z "$(none_half)" ] || complain "in the store: $(none_half)"
	[ -z "$(left)" ] || complain "left: $(left | tr '\n' ' ')"
done
is "nothing half made in $rounds kills ($whole were whole, $repaired made again)" $bad 0
ok "some were killed before they were whole" test $whole -lt "$rounds"

# Full disks: on each there is room for less and less
for size in 14m 18m 22m 25m 28m; do
	mkdir -p "$WPARS_ROOT/var"
	mount -t tmpfs -o size=$size none "$WPARS_ROOT/var"
	out=$(make k1 2>&1)
	status=$?
	if [ $status = 0 ]; then
		ok "mkwpar -C with $size has room" wparctl image verify
		rmwpar -F k1 >/dev/null
	else
		is "mkwpar -C with $size fails" $status 1
		like "and says why" "$out" '(MiB|No space left on device|space)'
	fi
	is "nothing is left" "$(left)$(none_half)" ""
	umount "$WPARS_ROOT/var"
done
ok "with room it is made" make k1
is "whole" "$(wparctl image ls --json | jq -r '.[].digest')" "$digest"
ok "rmwpar at the end" rmwpar k1
is "nothing is left at the end" "$(left)" ""
done_testing
