#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mkwpar.sh - names, two at once, a full disk, a kill in the middle: nothing half is left
# timeout: 180
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"


for name in a/b .. ../x -x 0x 'a b' abcdefghijklmnopqrstuvwxyz; do
	output=$(mkwpar -n "$name" 2>&1)
	is "'$name' is refused" "$?" 1
	is "'$name': one line" "$(printf '%s\n' "$output" | wc -l)" 1
done
is "nothing was made" "$(find "$WPARS_ROOT" -mindepth 1)" ""

ok "mkwpar" mkwpar -n dev01
fails "a name that exists" mkwpar -n dev01
is "its state" "$(lswpar -qc -a state dev01)" D

# -o writes into what is no plain file, and that stays what it is.  By names of our own: root could replace /dev/null.
mknod "$TMPDIR/null" c 1 3
ln -s /proc/self/fd/1 "$TMPDIR/out"
ok "mkwpar -o to a device" mkwpar -n dev02 -w -o "$TMPDIR/null"
is "which stays one" "$(stat -c %F "$TMPDIR/null")" "character special file"
is "to a pipe, by a link" "$(mkwpar -n dev02 -w -o "$TMPDIR/out" | grep -cx '	name = "dev02"')" 1
is "which stays a link" "$(readlink "$TMPDIR/out")" /proc/self/fd/1

# Two of the same name at the same moment: one wins.
for round in 1 2 3 4 5; do
	mkwpar -n "twin$round" >"$TMPDIR/a" 2>&1 &
	first=$!
	mkwpar -n "twin$round" >"$TMPDIR/b" 2>&1 &
	second=$!
	wait $first
	a=$?
	wait $second
	is "one of two wins ($round)" "$((a + $?))" 1
	is "and it is whole ($round)" "$(lswpar -qc -a state "twin$round")" D
	ok "and can be removed ($round)" rmwpar "twin$round"
done
# Ten different ones at the same moment have different ids and keys.
for i in 0 1 2 3 4 5 6 7 8 9; do
	mkwpar -n "many$i" >/dev/null 2>&1 &
done
wait
is "ten at once" "$(lswpar -qc -a state | sort | uniq -c | tr -s ' ')" " 11 D"
is "ten id ranges" "$(grep -h idbase "$WPARS_ROOT"/etc/wpars/many*.cf | sort -u | wc -l)" 10
is "ten keys" "$(grep -h 'key =' "$WPARS_ROOT"/etc/wpars/many*.cf | sort -u | wc -l)" 10
for i in 0 1 2 3 4 5 6 7 8 9; do
	rmwpar "many$i"
done

# Killed at any moment: lswpar tells, mkwpar again completes, rmwpar removes.
for delay in 0.002 0.004 0.006 0.01 0.02 0.05; do
	mkwpar -n kill >/dev/null 2>&1 &
	pid=$!
	sleep "$delay"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	state=$(lswpar -qc -a state kill 2>/dev/null)
	like "killed after $delay s: nothing, B or D" "-$state" '^-[BD]?$'
	if [ "$state" = D ]; then
		ok "killed after $delay s: it was whole" startwpar kill
		ok "killed after $delay s: rmwpar -F" rmwpar -F kill
	else
		ok "killed after $delay s: mkwpar again" mkwpar -n kill
		ok "killed after $delay s: rmwpar" rmwpar kill
	fi
done

# Setuid programs of a WPAR's root are the LPAR's root's on its disk: no other user may get at them.
mkdir -m 755 "$WPARS_ROOT/open" && chmod 755 "$WPARS_ROOT" "$TMPDIR"
output=$(mkwpar -n open -d /open/w1 2>&1)
is "a base directory that others can enter" "$?" 1
like "says what to do" "$output" "above '/open/w1' must be accessible by root only"
is "and leaves nothing" "$(ls -A "$WPARS_ROOT/open"; lswpar -qc open 2>/dev/null)" ""
chmod 755 "$WPARS_ROOT/wpars"
ok "an open /wpars" mkwpar -n usual
is "is closed" "$(stat -c %a "$WPARS_ROOT/wpars")" 700
ok "and its WPAR is removed" rmwpar usual
ok "below a closed one it is taken" mkwpar -n open -d /open/closed/w1
ok "and removed" rmwpar open

# -r: the resolver's files of the global environment, those that it has.
echo "nameserver 10.9.8.7" >"$WPARS_ROOT/etc/resolv.conf"
: >"$WPARS_ROOT/etc/networks"
ok "mkwpar -r" mkwpar -r -n resolve
is "resolv.conf is the global one" "$(cat "$WPARS_ROOT/wpars/resolve/etc/resolv.conf")" "nameserver 10.9.8.7"
ok "an empty one too" test -f "$WPARS_ROOT/wpars/resolve/etc/networks"
like "its own hosts stays where there is no global one" "$(cat "$WPARS_ROOT/wpars/resolve/etc/hosts")" resolve
# -p: what rmwpar -p has kept; -a: another directory where the usual one is taken.
echo kept >"$WPARS_ROOT/wpars/resolve/etc/mine"
ok "rmwpar -p" rmwpar -p resolve
fails "its directory is not taken for a new one" mkwpar -n resolve
ok "mkwpar -a takes another" mkwpar -a -n resolve
ok "which is the next" test -d "$WPARS_ROOT/wpars/resolve_1/etc"
ok "rmwpar" rmwpar resolve
ok "mkwpar -p" mkwpar -p -n resolve
is "has what was kept" "$(cat "$WPARS_ROOT/wpars/resolve/etc/mine")" kept
# What -p took over is not known as ours: rmwpar leaves it.
ok "rmwpar" rmwpar resolve
rm -rf "$WPARS_ROOT/wpars/resolve" "$WPARS_ROOT/etc/resolv.conf" "$WPARS_ROOT/etc/networks"
fails "mkwpar -p without anything kept" mkwpar -p -n resolve

# A full disk.
ok "rmwpar" rmwpar dev01
mkdir -p "$WPARS_ROOT/wpars"
mount -t tmpfs -o size=64k tmpfs "$WPARS_ROOT/wpars"
output=$(mkwpar -n full 2>&1)
is "a full disk fails" "$?" 1
is "one error line" "$(printf '%s\n' "$output" | grep -c '^mkwpar: [^C]')" 1
is "no folder is left" "$(ls -A "$WPARS_ROOT/wpars")" ""
is "no WPAR is left" "$(lswpar)" ""
umount "$WPARS_ROOT/wpars"

# The lines of the seed, and what wparexec writes where.
output=$(wparexec -n temp1 /bin/echo hello 2>"$TMPDIR/err")
is "wparexec's status" "$?" 0
is "stdout is the command's alone" "$output" hello
is "the lines about the WPAR" "$(cat "$TMPDIR/err")" "Starting workload partition temp1.
Mounting all workload partition file systems.
Loading workload partition.
Shutting down all workload partition processes."
wparexec -n temp1 /bin/sh -c 'exit 37' 2>/dev/null
is "the command's own status" "$?" 37
is "an application WPAR is gone afterwards" "$(lswpar)" ""
wparexec -n long /bin/sleep 60 2>/dev/null &
pid=$!
is_active()
{
	[ "$(lswpar -qc -a state,type "$1")" = A:A ]
}
ok "while it runs it is listed" wait_for 10 is_active long
fails "a second of that name" wparexec -n long /bin/true
ok "stopwpar ends it" stopwpar -F long
wait $pid
is "and it is gone" "$(lswpar)" ""
wparexec -n orphan /bin/sleep 60 2>/dev/null &
pid=$!
wait_for 10 is_active orphan
kill -9 $pid
wait $pid 2>/dev/null
gone()
{
	[ -z "$(lswpar)" ]
}
ok "after kill -9 of wparexec it is not listed" wait_for 10 gone
is "and leaves nothing" "$(find "$WPARS_ROOT/run/wpars" -mindepth 1 ! -path '*/.*')" ""
ok "after kill -9 of wparexec the name is free again" \
	wait_for 10 wparexec -n orphan /bin/true
# Killed at any moment, also before its first process hangs on it.
for delay in 0.005 0.01 0.012 0.014 0.016 0.018 0.02 0.022 0.025 0.03 0.04; do
	wparexec -n orphan /bin/sleep 4218 2>/dev/null &
	pid=$!
	sleep "$delay"
	kill -9 $pid
	wait $pid 2>/dev/null
	ok "wparexec killed after $delay s" wait_for 5 wparexec -n orphan /bin/true
done
unlike "no process of theirs is left" "$(ps -e -o args)" '^/bin/sleep 4218'
is "and nothing is left" "$(lswpar; find "$WPARS_ROOT/run/wpars" -mindepth 1 ! -path '*/.*')" ""

# /wpars, or a folder on the way, is a link: refused before anything is saved
mkdir -p "$WPARS_ROOT/data"
mkdir -m 700 "$WPARS_ROOT/data/wpars" "$WPARS_ROOT/data/y"
ln -s . "$WPARS_ROOT/data/lnk"
rm -rf "$WPARS_ROOT/wpars"
ln -s data/wpars "$WPARS_ROOT/wpars"
refused "/wpars is a link" "The base directory /wpars/l1 lies behind a symbolic link; name the place itself by -d" \
	sh -c 'mkwpar -n l1 --minimal 2>&1 >/dev/null'
refused "a link on the way" "The base directory /data/lnk/y/l1 lies behind a symbolic link" \
	sh -c 'mkwpar -n l1 --minimal -d /data/lnk/y/l1 2>&1 >/dev/null'
refused "also by --dry-run" "lies behind a symbolic link" mkwpar -n l1 --minimal --dry-run
is "nothing was made" "$(lswpar; find "$WPARS_ROOT/etc/wpars" "$WPARS_ROOT/data/wpars" "$WPARS_ROOT/data/y" "$WPARS_ROOT/var/lib/wpars/roots" -name '*l1*')" ""
ok "the place itself" mkwpar -n l1 --minimal -d /data/wpars/l1
refused "it does not move behind a link" "The base directory /wpars/l1 lies behind a symbolic link" chwpar -d /wpars/l1 l1
ok "rmwpar" rmwpar -F l1
# One that is behind a link now, or that was left over where a link is, can be removed
rm "$WPARS_ROOT/wpars"
ok "one in /wpars" mkwpar -n l1 --minimal -M directory=/data vfs=ext4 size=16M
ok "one that was not finished" sh -c 'WPAR_STOP_AT="image made" mkwpar -n l2 --minimal -M directory=/data vfs=ext4 size=16M; :'
rmdir "$WPARS_ROOT/data/wpars"
mv "$WPARS_ROOT/wpars" "$WPARS_ROOT/data/wpars"
ln -s data/wpars "$WPARS_ROOT/wpars"
is "they are listed" "$(lswpar -qc -a name,state | tr '\n' ' ')" "l1:D l2:B "
ok "rmwpar of it" rmwpar -F l1
ok "and of that" rmwpar -F l2
is "nothing is left" "$(lswpar; find "$WPARS_ROOT/data/wpars" "$WPARS_ROOT/etc/wpars" -mindepth 1 -name '*l[12]*')" ""
done_testing
