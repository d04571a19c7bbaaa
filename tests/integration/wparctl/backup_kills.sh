#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# backup_kills.sh - savewpar, restwpar and their helper killed at random moments, and on full disks: nothing half made
#
# Run by hand with more rounds: PAR_BACKUP_KILLS=500 ./check integration backup_kills
# timeout: 3000
# tags: no-valgrind
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

rounds=${PAR_BACKUP_KILLS:-12}
RANDOM=${PAR_CHAOS_SEED:-1}
tools=$PAR_TEST_SOURCE/integration/wparctl
export PYTHONDONTWRITEBYTECODE=1
base=$WPARS_ROOT/wpars store=$WPARS_ROOT/var/lib/wpars/images
mkdir -m 1777 "$WPARS_ROOT/tmp"
trap 'clear_away dev k1 old; umount -l "$TMPDIR/small" "$WPARS_ROOT/var" "$base" 2>/dev/null' EXIT

list()
{
	python3 "$tools/tree.py" list "$1" --without holes
}
# left - all that is there of WPARs and images, but dev
left()
{
	find "$base" "$base/.volumes" "$WPARS_ROOT/etc/wpars" "$store" "$WPARS_ROOT/var/lib/wpars/roots" -mindepth 1 -maxdepth 1 \
		! -name .volumes ! -name 'dev' ! -name 'dev.*' 2>/dev/null
}
# mounted - mounts and loop devices of this test's
mounted()
{
	grep -c "$WPARS_ROOT" /proc/self/mountinfo
	image_loops
}
# shellcheck disable=SC2317 # wait_for calls them
{
	mounted_are()
	{
		[ "$(mounted)" = "$1" ]
	}
	no_helper()
	{
		! pgrep -s 0 -f '^wparctl-archive' >/dev/null
	}
	# One that was killed has its lock until it has gone, and is none of the shell's own children.
	settled()
	{
		[ "$(state "$1" 2>/dev/null)" != T ]
	}
	moves()
	{
		[ "$(cat "$base/dev/home/step")" != "$last" ]
	}
}

# One that runs, with files and a file system of its own, and one of an old system
ok "a WPAR" mkwpar -n dev -M directory=/data vfs=ext4 size=16M
python3 - "$base/dev/home" <<'PY'
import os, sys
for folder in range(20):
    os.mkdir(f"{sys.argv[1]}/{folder}")
    for file in range(60):
        with open(f"{sys.argv[1]}/{folder}/{file}", "wb") as f:
            f.write(os.urandom(6000))
PY
savewpar -f "$TMPDIR/s.save" dev >/dev/null
expected=$(list "$base/dev/home")
ok "a backup of it is whole" lssavewpar -V -f "$TMPDIR/s.save"
python3 - "$tools" "$TMPDIR/l.save" <<'PY'
import os, sys
sys.path.insert(0, sys.argv[1])
import make_backups as m
b = m.Backup(sys.argv[2], "old", kind="L", data=m.image_data(SIZE_KB=None, OSLEVEL=m.level()) + m.wpar_data("old", "L"))
for one in m.BASE + [m.member(f"./f{i}", body=os.urandom(6000)) for i in range(1200)]:
    b.add(*one)
b.end()
PY
ok "it runs" startwpar dev
clogin dev sh -c 'i=0; while [ ! -e /home/stop ]; do i=$((i + 1)); echo $i >/home/new; mv /home/new /home/step; done' </dev/null >/dev/null 2>&1 &
writer=$!
ok "its writer, too" wait_for 10 test -s "$base/dev/home/step"
before=$(mounted)

bad=0 whole=0
# complain WHAT - what a round leaves that must not be
complain()
{
	bad=$((bad + 1))
	echo "# round $round ($kind): $1" | head -n 5
}
# what each takes without a kill, in microseconds
declare -A took
run()
{
	case $1 in
	save) savewpar -f "$TMPDIR/k.save" dev ;;
	small) restwpar -n k1 -f "$TMPDIR/s.save" ;;
	pipe) cat "$TMPDIR/s.save" | restwpar -n k1 -f - ;;
	old) restwpar -f "$TMPDIR/l.save" ;;
	esac
}
clean()
{
	case $1 in
	save) rm -f "$TMPDIR/k.save" "$TMPDIR/k.save.partial" ;;
	old) [ -z "$(state old 2>/dev/null)" ] || rmwpar -F old ;;
	*) [ -z "$(state k1 2>/dev/null)" ] || rmwpar -F k1 ;;
	esac
}
for kind in save small pipe old; do
	begin=${EPOCHREALTIME/[.,]/}
	ok "$kind" run $kind
	took[$kind]=$((${EPOCHREALTIME/[.,]/} - begin))
	clean $kind >/dev/null
done
is "nothing is left" "$(left)" ""

kinds=(save small old pipe save old small)
for ((round = 0; round < rounds; round++)); do
	kind=${kinds[round % ${#kinds[@]}]}
	[ $((round % 50)) != 0 ] || echo "# $round rounds, $bad bad"
	[ $kind != save ] || cp "$TMPDIR/s.save" "$TMPDIR/k.save"
	run $kind >"$TMPDIR/out" 2>&1 &
	pid=$!
	sleep "$(awk -v us=$(((RANDOM * 32768 + RANDOM) % (took[$kind] + took[$kind] / 10))) 'BEGIN { printf "%.6f", us / 1e6 }')"
	# Each third time it is the helper that dies: then the command says so, and undoes all.
	if [ $((round % 3)) = 2 ] && pkill -9 -s 0 -f '^wparctl-archive'; then
		# Its work may have been done already; what is there is looked at below.
		wait $pid || grep -q 'signal 9' "$TMPDIR/out" || complain "$(tail -1 "$TMPDIR/out")"
		[ ! -e "$TMPDIR/k.save.partial" ] || complain "there is a part of a backup"
		[ -n "$(state k1 2>/dev/null)$(state old 2>/dev/null)" ] || [ -z "$(left)" ] ||
			complain "left by a command whose helper was killed: $(left | tr '\n' ' ')"
	else
		# The command itself: of the shell's children, whatever they are called before their exec
		pkill -9 -P $pid
		kill -9 $pid 2>/dev/null
		wait $pid 2>/dev/null
	fi
	wait_for 20 no_helper || complain "the helper goes on without its command"
	name=k1
	[ $kind != old ] || name=old
	if [ $kind = save ]; then
		last=$(cat "$base/dev/home/step")
		wait_for 20 moves || complain "the WPAR stands still"
		wait_for 20 mounted_are "$before" || complain "mounts are left: $(mounted | tr '\n' ' ') for $(tr '\n' ' ' <<<"$before")"
		# It is the one of before, or the new one.
		if cmp -s "$TMPDIR/k.save" "$TMPDIR/s.save"; then :; else
			whole=$((whole + 1))
			lssavewpar -V -f "$TMPDIR/k.save" >"$TMPDIR/verify" 2>&1 || complain "$(cat "$TMPDIR/verify")"
		fi
		if [ $((round % 2)) = 0 ]; then
			savewpar -f "$TMPDIR/k.save" dev >"$TMPDIR/again" 2>&1 || complain "$(cat "$TMPDIR/again")"
			lssavewpar -V -f "$TMPDIR/k.save" >"$TMPDIR/verify" 2>&1 || complain "$(cat "$TMPDIR/verify")"
			[ ! -e "$TMPDIR/k.save.partial" ] || complain "a part of before is still there"
		fi
	else
		wait_for 20 settled $name || complain "it stays in transition"
		case $(state $name 2>/dev/null) in
		D) whole=$((whole + 1)) ;;
		B | "") ;;
		*) complain "its state is $(state $name)" ;;
		esac
		if [ $((round % 2)) = 0 ] && [ "$(state $name 2>/dev/null)" != D ]; then
			run $kind >"$TMPDIR/again" 2>&1 || complain "$(cat "$TMPDIR/again")"
		fi
		if [ "$(state $name 2>/dev/null)" = D ]; then
			if [ $kind = old ]; then
				wparctl image verify >"$TMPDIR/verify" || complain "$(cat "$TMPDIR/verify")"
				[ -z "$(wparctl image ls --json | jq -r '.[] | select(.state != "in use") | .digest')" ] || complain "an orphan in the store"
			else
				[ "$(list "$base/$name/home")" = "$expected" ] || complain "its files are not what they were"
			fi
		fi
	fi
	# Killed before its specification was written it is none; the same command again takes what is left of that.
	if [ $kind != save ] && [ -z "$(state $name 2>/dev/null)" ] && [ -n "$(left)" ]; then
		run $kind >"$TMPDIR/again" 2>&1 || complain "$(cat "$TMPDIR/again")"
	fi
	clean $kind >"$TMPDIR/rm" 2>&1 || complain "$(cat "$TMPDIR/rm")"
	# What a killed one has left of an image goes with the next command that looks at the store.
	wparctl image ls >/dev/null
	[ -z "$(left)" ] || complain "left: $(left | tr '\n' ' ')"
	wait_for 20 mounted_are "$before" || complain "mounts are left: $(mounted | tr '\n' ' ') for $(tr '\n' ' ' <<<"$before")"
done
is "nothing half made in $rounds kills ($whole were whole)" $bad 0
ok "some were killed before they were whole" test $whole -lt "$rounds"
touch "$base/dev/home/stop"
wait $writer
ok "stop" stopwpar -h dev

# Full disks: which one is named, and nothing is left on it
mkdir -m 700 "$TMPDIR/small"
for size in 200k 2m 5m; do
	mount -t tmpfs -o size=$size none "$TMPDIR/small"
	out=$(savewpar -f "$TMPDIR/small/k.save" dev 2>&1 >/dev/null)
	is "savewpar on a disk of $size: status" "$?" 1
	like "and which disk it is" "$out" "^savewpar: the disk of '$TMPDIR/small/k\.save': .*No space left on device"
	is "nothing is left on it" "$(ls -A "$TMPDIR/small")" ""
	umount "$TMPDIR/small"
done
for size in 1m 8m 16m 20m; do
	mkdir -p "$WPARS_ROOT/var"
	mount -t tmpfs -o size=$size none "$WPARS_ROOT/var"
	for way in 'restwpar -f "$1"' 'cat "$1" | restwpar -f -'; do
		out=$(sh -c "$way" - "$TMPDIR/l.save" 2>&1 >/dev/null)
		is "$way on a disk of $size for the store: status" "$?" 1
		like "and which disk it is" "$out" "the disk of (the image store, /var/lib/wpars/images|'$store')"
		is "nothing is left" "$(left)" ""
	done
	umount "$WPARS_ROOT/var"
done
mkdir -p "$TMPDIR/root"
for size in 3m 20m 28m 30m 32m; do
	mount -t tmpfs -o size=$size none "$TMPDIR/small"
	chmod 700 "$TMPDIR/small"
	out=$(WPARS_ROOT=$TMPDIR/small restwpar -n k1 -f "$TMPDIR/s.save" 2>&1 >/dev/null)
	is "restwpar on a disk of $size: status" "$?" 1
	like "and which disk it is" "$out" "^restwpar: (the disk of '/wpars/k1': .*space|.*does not fit on the disk of the base directory)"
	is "nothing is left on it" "$(find "$TMPDIR/small/wpars" "$TMPDIR/small/etc/wpars" -mindepth 1 ! -path '*/.volumes' 2>/dev/null)" ""
	umount "$TMPDIR/small"
done
ok "with room it is made" restwpar -n k1 -f "$TMPDIR/s.save"
ok "rmwpar" rmwpar k1
is "nothing is left at the end" "$(left)" ""
ok "rmwpar of the first" rmwpar dev
done_testing
