#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# claims.sh - with many WPARs, mkwpar reads only the specifications that have changed, and its answer is that of all of them
# timeout: 180
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

etc=$WPARS_ROOT/etc/wpars
run=$WPARS_ROOT/run/wpars
index=$run/.claims

# define NAME NUMBER - a specification like that of base, as if mkwpar had made it with that key
define()
{
	local uuid
	uuid=$(cat /proc/sys/kernel/random/uuid)
	sed -e "s,\"base\",\"$1\"," -e "s,/wpars/base,/wpars/$1," -e "s/^\(\tuuid = \).*/\1\"$uuid\"/" \
		-e "s/^\(\tkey = \).*/\1\"$2\"/" -e "s/^\(\tidbase = \).*/\1\"$((1073741824 + ($2 - 1) * 65536))\"/" \
		"$etc/base.cf" >"$etc/$1.cf"
}

# edit_in_place NAME OLD NEW - as an editor that keeps the file, and its time
edit_in_place()
{
	local text
	text=$(cat "$etc/$1.cf")
	touch -r "$etc/$1.cf" "$TMPDIR/time"
	printf '%s\n' "${text//$2/$3}" >"$etc/$1.cf"
	touch -r "$TMPDIR/time" "$etc/$1.cf"
}

# hostname_taken HOSTNAME OWNER - mkwpar says so, and makes nothing
hostname_taken()
{
	local output
	output=$(mkwpar -n fresh -h "$1" 2>&1)
	is "the host name $1 is that of $2" "$?: $output" "1: mkwpar: The host name $1 is that of workload partition $2."
	fails "nothing is made" test -e "$etc/fresh.cf"
}

# hostname_free HOSTNAME
hostname_free()
{
	ok "the host name $1 is free" mkwpar -n fresh -h "$1"
	ok "… and free again" rmwpar fresh
}

mkwpar -n base >/dev/null
fails "few WPARs have no index" test -e "$index"
for i in $(seq 10 49); do
	define "many$i" "$i"
done
# Those that are as new as this are read again each time.
ok "mkwpar among many" mkwpar -n first
ok "they have an index" test -s "$index"
is "which is root's alone to write" "$(stat -c '%a %u' "$index")" "644 0"
sleep 0.2
rm "$index"
ok "another one" mkwpar -n second
ok "has an index again" test -s "$index"
is "their keys are their own" "$(grep -h '^	key' "$etc"/*.cf | sort | uniq -d)" ""
is "their ids are their own" "$(grep -h '^	idbase' "$etc"/*.cf | sort | uniq -d)" ""
hostname_taken many12 many12
hostname_taken MANY12 many12

# A specification is read again when it has changed, whoever has written it, and how.
cp -a "$index" "$TMPDIR/index"
edit_in_place many12 'hostname = "many12"' 'hostname = "other1"'
hostname_taken other1 many12
hostname_free many12
sed -i 's/hostname = "many13"/hostname = "other3"/' "$etc/many13.cf"
hostname_taken other3 many13
hostname_free many13
rm "$etc/many14.cf"
hostname_free many14
define late 60
hostname_taken late late
cp -p "$etc/many15.cf" "$TMPDIR/many15"
edit_in_place many15 'hostname = "many15"' 'hostname = "other5"'
hostname_taken other5 many15
cp -p "$TMPDIR/many15" "$etc/many15.cf"
hostname_taken many15 many15
hostname_free other5
is "chwpar is refused a name that is taken" "$(chwpar -h other3 second 2>&1)" \
	"chwpar: The host name other3 is that of workload partition many13."
ok "and given one that is free" chwpar -h other9 second
hostname_taken other9 second
mv "$etc/many18.cf" "$TMPDIR"
cp "$TMPDIR/many18.cf" "$etc/moved.cf"
output=$(mkwpar -n fresh 2>&1)
is "one that is not what its name says holds up new ones" "$?" 1
like "… and is named" "$output" "moved.cf: it is not the specification of moved: .*no ids can be given out|no ids can be given out.*moved"
mv "$TMPDIR/many18.cf" "$etc"
rm "$etc/moved.cf"

# The index is a hint: an old one, one of others and garbage change no answer.
cp -a "$TMPDIR/index" "$index"
hostname_taken other1 many12
hostname_free many12
hostname_taken many11 many11
for garbage in '' x wparidx2 "$(head -c 3000 /dev/urandom | base64)"; do
	printf '%s' "$garbage" >"$index"
	hostname_taken many11 many11
	is "an index of ${#garbage} bytes was replaced" "$(head -c 8 "$index")" wparidx2
done
size=$(stat -c %s "$index")
for at in 40 100 $((size / 2)) $((size - 1)); do
	printf '\377' | dd of="$index" bs=1 seek="$at" conv=notrunc status=none
	hostname_taken many11 many11
done
truncate -s $((size / 2)) "$index"
hostname_taken many11 many11
rm "$index"
ln -s "$etc/base.cf" "$index"
hostname_taken many11 many11
ok "a link in its place is not followed" grep -q '"base"' "$etc/base.cf"
rm -f "$index"
mkdir "$index"
hostname_taken many11 many11
ok "mkwpar without an index" mkwpar -n third
rmdir "$index"

# Two at once: one of them has it.
for round in 1 2 3 4 5; do
	rm -f "$index"
	mkwpar -n one -h same >/dev/null 2>&1 &
	first=$!
	mkwpar -n two -h same >/dev/null 2>&1 &
	second=$!
	wait $first
	a=$?
	wait $second
	is "one of two wins ($round)" "$((a + $?))" 1
	rmwpar one 2>/dev/null || rmwpar two
done

# Killed while it reads, or writes the index: the next one does it all.
for delay in 0.001 0.002 0.003 0.004 0.006 0.008; do
	rm -f "$index"
	mkwpar -n kill >/dev/null 2>&1 &
	pid=$!
	sleep "$delay"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	rm -f "$index"
	hostname_taken many11 many11
	rmwpar kill 2>/dev/null
done
is "no part of an index is left" "$(find "$run" -name '.*.new.*')" ""

rm -f "$index"
like "--dry-run has the same answer" "$(mkwpar --dry-run -n fresh -h many11 2>&1)" 'is that of workload partition many11'
fails "and writes no index" test -e "$index"

# lswpar reads no more of those that do not run: what it shows is what it shows of each alone.
for i in $(seq 100 170); do
	define "idle$i" "$i"
done
roots=$WPARS_ROOT/var/lib/wpars/roots
for i in 100 101; do
	sed "s,/wpars/base,/wpars/idle$i," "$roots/base" >"$roots/idle$i"
done
sed -i 's/creating = "[a-z]*"/creating = "yes"/; t; /^\tname/a\	creating = "yes"' "$etc/idle101.cf"

# alone - the lines of all, each asked for by itself
alone()
{
	local file name
	for file in "$etc"/*.cf "$run"/*.cf; do
		name=${file##*/}
		[ ! -e "$file" ] || lswpar -c -q -a name,state,type,hostname,directory,rootvgwpar "${name%.cf}"
	done | sort
}

startwpar first >/dev/null
startwpar second >/dev/null
is "one runs" "$(state first)" A
wparexec -n job -- /bin/sleep 1000 >/dev/null 2>&1 &
job=$!
ok "an application runs" wait_for 20 is_state job A
for round in 1 2; do
	is "all of them: as each alone ($round)" "$(lswpar -c -q -a name,state,type,hostname,directory,rootvgwpar | sort)" "$(alone)"
done
is "one with files is Defined" "$(lswpar -c -q -a name,state | grep '^idle100:')" idle100:D
is "one that is being made is Broken" "$(lswpar -c -q -a name,state | grep '^idle101:')" idle101:B
edit_in_place idle102 'hostname = "idle102"' 'hostname = "other02"'
is "an edit is shown" "$(lswpar -c -q -a name,hostname | grep '^idle102:')" idle102:other02
python3 -c 'import fcntl, sys, time
f = open(sys.argv[1], "w")
fcntl.lockf(f, fcntl.LOCK_EX)
open(sys.argv[2], "w").close()
time.sleep(1000)' "$run/idle100.lock" "$TMPDIR/held" &
holder=$!
ok "somebody has a lock" wait_for 20 test -e "$TMPDIR/held"
is "a command is at it" "$(lswpar -c -q -a name,state | grep '^idle100:')" idle100:T
kill $holder
wait $holder 2>/dev/null
rm "$run/idle100.lock" "$etc/idle100.cf" "$roots/idle100" "$roots/idle101"
stopwpar -F job >/dev/null 2>&1
wait $job 2>/dev/null
echo garbage >"$etc/idle103.cf"
like "one that cannot be read is said" "$(lswpar 2>&1 >/dev/null)" 'idle103.cf: line 1'
is "the others are listed" "$(lswpar -c -q -a name 2>/dev/null | grep -c '^idle')" 69
rm "$etc/idle103.cf"

for name in first second; do
	stopwpar -F "$name" >/dev/null 2>&1
done
for name in first second third base; do
	rmwpar "$name"
done
done_testing
