#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# migwpar_native.sh - a versioned WPAR becomes a native one: its files with all that belongs to them, users, passwords
# and services; killed at each step and on a full disk it is either what it was, or made whole by the same command
# timeout: 400
# uses: images
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
[ "$(id -u)" != 0 ] || [ -n "${MIGRATE_INSIDE-}" ] || exec env MIGRATE_INSIDE=1 unshare -m "$0"
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"
[ -n "$(command -v busybox)" ] || skip_all "no busybox"
PATH=$PAR_TEST_BUILD/bin:$PATH
trap 'clear_away old01 old02 real01' EXIT
mount -t tmpfs -o size=300m,mode=700 none "$WPARS_ROOT"

# names FOLDER... - of what is in them
names()
{
	find "$@" -mindepth 1 -maxdepth 1 -printf '%f\n'
}

# An LPAR with small /usr and /opt, which is busybox, and an /etc of ours
lpar=$TMPDIR/lpar
mkdir -p "$lpar"/usr/{bin,sbin,lib,share} "$lpar/opt/lparopt"
cp "$(command -v busybox)" "$lpar/usr/bin/busybox"
for applet in sh cat ls id stat sleep crond httpd wget ps grep printf touch mkdir echo readlink getent su; do
	ln -s busybox "$lpar/usr/bin/$applet"
done
ln -s ../bin/busybox "$lpar/usr/sbin/cron"
cp -a /etc "$TMPDIR/etc"
mount --bind "$TMPDIR/etc" /etc
printf 'root:x:0:0:root:/root:/bin/sh\nmessagebus:x:101:101::/:/bin/false\nmail:x:8:8::/var/mail:/bin/false\n' >/etc/passwd
printf 'root:x:0:\nmail:x:8:\nmessagebus:x:101:\nstaff:x:50:\n' >/etc/group
# small COMMAND... - in that LPAR; small_by="exec …": in the place of this shell, and by that program
small()
{
	${small_by-} unshare -m sh -c 'mount --bind "$1/opt" /opt && mount --bind "$1/usr" /usr && shift && exec "$@"' sh "$lpar" "$@"
}
wparctl=$(readlink -f "$(command -v wparctl)")
migwpar()
{
	small "$(dirname "$wparctl")/../bin/migwpar" "$@"
}
wpars=$WPARS_ROOT/wpars
store=$WPARS_ROOT/var/lib/wpars

# An old system: its mysql has the number that messagebus has here, its messagebus another one
tree=$TMPDIR/tree
mkdir -p "$tree"/{bin,etc/ssh,home/ann,proc,sys,dev,tmp,upper,work,data,srv,usr/{bin,lib,sbin,local/bin},var/{log,lib/{mysql,dpkg},cache/x,spool/cron/crontabs},run,root,opt/app}
chmod 1777 "$tree/tmp"
cp "$(command -v busybox)" "$tree/bin/busybox"
for applet in sh cat ls id stat ps grep sleep; do
	ln -s busybox "$tree/bin/$applet"
done
printf 'root:x:0:0:root:/root:/bin/sh\nmysql:x:101:101::/var/lib/mysql:/bin/false\nmessagebus:x:105:106::/:/bin/false\nann:x:1000:1000:Ann:/home/ann:/bin/sh\n' >"$tree/etc/passwd"
printf 'root:x:0:\nmysql:x:101:ann\nmessagebus:x:106:\nann:x:1000:\nstaff:x:50:ann\n' >"$tree/etc/group"
printf 'root:*:1::::::\nann:$6$salt$hash:19000:0:99999:7:::\n' >"$tree/etc/shadow"
echo "10.9.8.7 db" >"$tree/etc/hosts"
echo key >"$tree/etc/ssh/ssh_host_rsa_key"
echo "old setting" >"$tree/etc/old.conf"
echo status >"$tree/var/lib/dpkg/status"
echo x >"$tree/var/cache/x/y"
printf '#!/bin/sh\nexec sleep 10000\n' >"$tree/usr/local/bin/stock"
chmod 755 "$tree/usr/local/bin/stock"
echo table >"$tree/var/lib/mysql/t"
chown -R 101:101 "$tree/var/lib/mysql"
echo mine >"$tree/home/ann/file"
chown -R 1000:1000 "$tree/home/ann"
echo bus >"$tree/srv/bus"
chown 105:106 "$tree/srv/bus"
echo number >"$tree/upper/number"
printf 'image_data:\n\tFORMAT = 1\n\tOSNAME = "Old Linux"\n\tOSID = old\n\tOSLEVEL = 1.2\n\tARCH = %s\n' \
	"$(uname -m)" >"$TMPDIR/image.data"
tar -C "$TMPDIR" -cf "$TMPDIR/old.tar" ./image.data
tar -C "$tree" -rf "$TMPDIR/old.tar" .

# acl TAG:PERMISSIONS[:ID]... - as the kernel has it, in hexadecimal
acl()
{
	python3 - "$@" <<'PY'
import struct, sys
text = struct.pack("<I", 2)
for entry in sys.argv[1:]:
    part = [int(x) for x in entry.split(":")] + [0xFFFFFFFF]
    text += struct.pack("<HHI", *part[:3])
print(text.hex())
PY
}

# attribute set FILE NAME VALUE, attribute get FILE NAME - values of system.* are hexadecimal
attribute()
{
	python3 - "$@" <<'PY'
import os, sys
what, path, name = sys.argv[1:4]
hexadecimal = name.startswith("system.")
if what == "set":
    os.setxattr(path, name, bytes.fromhex(sys.argv[4]) if hexadecimal else sys.argv[4].encode())
else:
    value = os.getxattr(path, name)
    print(value.hex() if hexadecimal else value.decode())
PY
}

# old NAME - a versioned WPAR of it that has lived: in its layer it has files of every kind
old()
{
	local up=$wpars/$1/upper
	mkwpar -n "$1" -C -B "$TMPDIR/old.tar" -h "$1" >"$TMPDIR/out" 2>&1 || return
	mkdir -p "$up/data/deep" "$up/usr/bin" "$up/etc/objrepos"
	head -c 100000 /dev/urandom >"$up/data/random"
	cp "$up/data/random" "$TMPDIR/random"
	truncate -s 1M "$up/data/hole"
	printf end >>"$up/data/hole"
	ln "$up/data/random" "$up/data/deep/link"
	ln -s /data/random "$up/data/symbolic"
	mkfifo "$up/data/fifo"
	printf 'name with\nline end' >"$up/data/"$'odd \n name'
	touch -d '2011-11-11 11:11:11.123456789' "$up/data/random"
	chown 101:105 "$up/data/deep"
	chmod 2775 "$up/data/deep"
	cp "$tree/bin/busybox" "$up/data/setuid"
	chown 1000:1000 "$up/data/setuid"
	chmod 4711 "$up/data/setuid"
	attribute set "$up/data/random" user.note kept
	cp "$tree/bin/busybox" "$up/data/capable"
	setcap cap_net_bind_service+ep "$up/data/capable"
	attribute set "$up/data/hole" system.posix_acl_access "$(acl 1:6 2:6:101 2:4:1000 4:4 8:6:106 16:6 32:0)"
	attribute set "$up/data/deep" system.posix_acl_default "$(acl 1:7 2:7:101 4:5 16:7 32:0)"
	echo "#!/bin/sh" >"$up/usr/bin/added"
	mkdir -p "$up/srv" && mknod "$up/srv/gone" c 0 0
	printf 'stock:\n\tpath = "/usr/local/bin/stock"\n\tuid = "1000"\n\taction = "respawn"\n\nlost:\n\tpath = "/usr/sbin/lostd"\n' >>"$up/etc/objrepos/SRCsubsys"
	[ -s "$up/etc/inittab" ] || printf 'init:2:initdefault:\nsrcmstr:23456789:respawn:/usr/sbin/srcmstr\n' >"$up/etc/inittab"
	printf 'stock:2:once:/usr/bin/startsrc -s stock\nlost:2:once:/usr/bin/startsrc -s lost\nmine:2:wait:/usr/local/bin/once\nrcS::sysinit:/etc/init.d/rcS\n' >>"$up/etc/inittab"
	printf '#!/bin/sh\necho ran >/data/ran\n' >"$tree/once"
	mkdir -p "$up/usr/local/bin" && cp "$tree/once" "$up/usr/local/bin/once" && chmod 755 "$up/usr/local/bin/once"
}

# facts DIRECTORY - of all files below it, but for owners
facts()
{
	(cd "$1" && find . -printf '%P %y %m %s %T@ %l %n\n' | sort)
}

# type NAME - as lswpar has it
type_of()
{
	lswpar -qc -a type "$1"
}

ok "a versioned WPAR" old old01
used=$(stat -c %b "$wpars/old01/upper/data/hole")
refused "-C and -A" 'one workload partition' migwpar -C -A
refused "-d" 'come from the global environment' migwpar -d /dev/cd0 -C old01
refused "no name" 'one workload partition|give the name' migwpar -C
ok "one that runs" startwpar old01
fails "is refused" migwpar -C old01
like "which says so" "$(migwpar -C old01 2>&1)" 'it must be Defined: stop it first'
is "and goes on" "$(state old01) $(type_of old01)" "A L"
ok "stopwpar" stopwpar -F old01

# A failure on the way leaves all as it was
find "$wpars/old01" ! -path "$wpars/old01" -printf '%P %y %m %s %T@\n' | sort >"$TMPDIR/layers"
room=$(df --output=avail -B1 "$WPARS_ROOT" | tail -n1)
head -c $((room - 2000000)) /dev/zero >"$WPARS_ROOT/filled"
like "on a full disk" "$(migwpar -C old01 2>&1)" '^migwpar: .*([Nn]o space|no space|cannot be made|MiB may be taken)'
rm "$WPARS_ROOT/filled"
find "$wpars/old01" ! -path "$wpars/old01" -printf '%P %y %m %s %T@\n' | sort >"$TMPDIR/layers.after"
ok "its layers are what they were" cmp "$TMPDIR/layers" "$TMPDIR/layers.after"
is "so is its state" "$(state old01) $(type_of old01)" "D L"
is "and no list of a native one" "$(names "$store/lists" "$store/levels" 2>/dev/null | grep old01)" ""

ok "a second one of the image" mkwpar -n old02 -C -B "$TMPDIR/old.tar"
facts "$wpars/old01/upper/data" >"$TMPDIR/before"
output=$(migwpar -C old01 2>&1)
is "migwpar -C: status" "$?" 0
printf '%s\n' "$output" | sed 's/^/# /'
like "says that it is done" "$output" '^Workload partition old01 migrated successfully\.$'
like "that a number has changed" "$output" 'The user mysql has the number [0-9]* instead of 101'
like "that a service has gone" "$output" 'The subsystem lost is left out: its program /usr/sbin/lostd is not there'
is "it is a native one" "$(state old01) $(type_of old01)" "D S"
is "its root has nothing of layers" "$(cat "$wpars/old01/upper/number"; ls -A "$wpars/old01/work"; names "$wpars/old01" | grep migwpar)" number
is "its root's mode" "$(stat -c %a "$wpars/old01")" 755
is "the image stays for the other" "$(wparctl image ls | grep -c 'in use')" 1
base=$wpars/old01
facts "$base/data" >"$TMPDIR/after"
ok "its files are what they were" diff "$TMPDIR/before" "$TMPDIR/after"
ok "their contents, too" cmp "$TMPDIR/random" "$base/data/deep/link"
is "one with two names is one" "$(stat -c %i "$base/data/random")" "$(stat -c %i "$base/data/deep/link")"
is "holes are holes" "$(stat -c %b "$base/data/hole")" "$used"
number()
{
	sed -n "s/^$2:x:\([0-9]*\):.*/\1/p" "$base/etc/$1"
}
is "messagebus is this system's" "$(number passwd messagebus) $(number group messagebus)" "101 101"
is "the old one's files are its" "$(stat -c %u:%g "$base/srv/bus")" 101:101
is "mysql's files follow it" "$(stat -c %u:%g "$base/var/lib/mysql/t")" "$(number passwd mysql):$(number group mysql)"
fails "which is not messagebus" test "$(number passwd mysql)" = 101
is "ann's are hers" "$(stat -c '%u:%g %a' "$base/home/ann/file" "$base/data/setuid")" "1000:1000 644
1000:1000 4711"
is "she has her password" "$(grep ^ann: "$base/etc/shadow")" 'ann:$6$salt$hash:19000:0:99999:7:::'
like "and her groups" "$(cat "$base/etc/group")" '^staff:x:50:ann$'
is "attributes" "$(attribute get "$base/data/random" user.note)" kept
like "capabilities" "$(getcap "$base/data/capable")" cap_net_bind_service
mysql=$(number passwd mysql)
is "access lists have the new numbers" "$(attribute get "$base/data/hole" system.posix_acl_access)" \
	"$(acl 1:6 2:6:"$mysql" 2:4:1000 4:4 8:6:101 16:6 32:0)"
is "and default ones" "$(attribute get "$base/data/deep" system.posix_acl_default)" \
	"$(acl 1:7 2:7:"$mysql" 4:5 16:7 32:0)"
aside=$base/var/adm/migwpar
is "the old system's own is aside" "$(cat "$aside/etc/old.conf" "$aside/var/lib/dpkg/status"; ls "$aside/usr/bin")" "old setting
status
added"
is "for root only" "$(stat -c %a:%u "$aside")" 700:0
is "what is the WPAR's own is not" "$(cat "$base/etc/hosts" "$base/etc/ssh/ssh_host_rsa_key")" "10.9.8.7 db
key"
is "what nobody needs is nowhere" "$(find "$base" -path '*cache/x/y')" ""
is "what it has removed stays removed" "$(ls "$base/srv")" bus
is "the LPAR's programs are there" "$(readlink "$base/usr/bin/sh"; ls "$base/opt")" "busybox
app
lparopt"
like "its level is the LPAR's" "$(cat "$store/levels/old01")" '.'
is "again: it is native" "$(migwpar -C old01 2>&1 | tail -n1)" "migwpar: old01 is no versioned workload partition; leave -C out."
like "syncwpar -D takes it" "$(small "$wparctl" syncwpar -D old01)" 'Returns Status = SUCCESS'
is "its log" "$(grep -c 'Copying the files' "$base/var/adm/ras/devinst.log")" 1

ok "it starts" startwpar old01
ok "with the service of before" wait_for 20 sh -c 'lssrc -@ old01 -s stock | grep -q " active$"'
is "as its user" "$(clogin old01 -- ps -o user,args | grep '[s]leep 10000' | cut -d' ' -f1 | sort -u)" ann
ok "and what inittab has of its own" wait_for 20 test -e "$base/data/ran"
is "the user logs in" "$(clogin old01 -l ann -- id -un)" ann
is "to the LPAR's system" "$(clogin old01 -- uname -r 2>/dev/null || uname -r)" "$(uname -r)"
ok "stopwpar" stopwpar -F old01
ok "rmwpar" rmwpar old01
is "nothing of it is left" "$(names "$wpars" "$store/lists" "$store/levels" | grep old01)" ""
ok "rmwpar of the other" rmwpar -F old02

# Killed at each step: before the specification is saved it is the versioned one, after that the same command ends it.
for step in "stage made" "native filled" "old copied" joined staged marked saved "layers aside" taken moved "image released" "stage gone" "stage removed"; do
	ok "$step: a versioned WPAR" old old01
	WPAR_STOP_AT=$step migwpar -C old01 >/dev/null 2>&1
	is "$step: killed" "$?" 137
	data=$base/data
	case $step in
	saved | "layers aside" | taken | moved | "image released" | "stage gone" | "stage removed")
		is "$step: it is native, and not whole" "$(state old01) $(type_of old01)" "B S"
		like "$step: it does not start" "$(startwpar old01 2>&1)" 'run migwpar -C old01 again'
		like "$step: without -C it is refused" "$(migwpar old01 2>&1)" '^migwpar: '
		;;
	marked)
		data=$base/upper/data
		like "$step: it waits for the command" "$(startwpar old01 2>&1)" 'run migwpar -C old01 again'
		;;
	*)
		is "$step: it is what it was" "$(state old01) $(type_of old01)" "D L"
		ok "$step: and starts" startwpar old01
		ok "$step: stopwpar" stopwpar -F old01
		data=$base/upper/data
		;;
	esac
	[ -e "$data" ] || data=$base/.migwpar/new/data
	facts "$data" >"$TMPDIR/before"
	like "$step: again" "$(migwpar -C old01 2>&1)" '^Workload partition old01 migrated successfully\.$'
	is "$step: it is whole" "$(state old01) $(type_of old01) $(cat "$base/upper/number" "$base/home/ann/file")" "D S number
mine"
	facts "$base/data" >"$TMPDIR/after"
	ok "$step: its files are what they were" diff "$TMPDIR/before" "$TMPDIR/after"
	is "$step: nothing is left" "$(names "$base" | grep migwpar; ls "$store/images")" ""
	ok "$step: rmwpar" rmwpar -F old01
done
# Ctrl-C and the like: it is what it was.
for signal in INT TERM HUP; do
	ok "$signal: a versioned WPAR" old old01
	touch "$TMPDIR/wait"
	WPAR_WAIT_AT=staged WPAR_WAIT_FILE=$TMPDIR/wait \
		small_by="exec env --default-signal=INT,TERM,HUP" small "$(dirname "$wparctl")/../bin/migwpar" -C old01 >"$TMPDIR/out" 2>&1 &
	pid=$!
	ok "$signal: it is under way" wait_for 30 test -e "$TMPDIR/wait.here"
	kill -s $signal $pid
	rm "$TMPDIR/wait" "$TMPDIR/wait.here"
	wait $pid
	is "$signal: it dies of that" "$?" $((128 + $(kill -l $signal)))
	like "$signal: it says so" "$(cat "$TMPDIR/out")" "^migwpar: interrupted \\(SIG$signal"
	is "$signal: it is what it was" "$(state old01) $(type_of old01)" "D L"
	is "$signal: nothing is left of it" "$(names "$base" | grep migwpar)" ""
	ok "$signal: rmwpar" rmwpar old01
done
# Given up after the kill
for step in staged saved moved; do
	ok "$step: a versioned WPAR" old old01
	WPAR_STOP_AT=$step migwpar -C old01 >/dev/null 2>&1
	ok "$step: rmwpar of it" rmwpar -F old01
	is "$step: nothing is left" "$(names "$wpars" "$store/images" "$store/roots" | grep -v :)" ""
done

# A real old system; the LPAR's /usr is the small one, and cron of busybox
real=${PAR_MKSYSB:-}/old-amd64.tar.zst
if [ "$(uname -m)" != x86_64 ] || [ ! -e "$real" ]; then
	skip "a real old system" "no image for this machine"
	done_testing
	exit
fi
umount "$WPARS_ROOT"
ok "mkwpar -C of a real system" mkwpar -n real01 -C -B "$real" -s
suite=$(clogin real01 -- cat /etc/debian_version)
ok "a user" clogin real01 -- useradd -m -s /bin/sh eva
ok "with a password" clogin real01 -- sh -c 'echo eva:secret | chpasswd'
ok "and data" clogin real01 -l eva -- sh -c 'echo "data of eva" >note; chmod 600 note'
ok "a job of cron's" clogin real01 -- sh -c 'echo "* * * * * true" | crontab -u eva -'
ok "and a service" clogin real01 -- sh -c 'printf "#!/bin/sh\nexec sleep 20000\n" >/usr/local/bin/shop; chmod 755 /usr/local/bin/shop; echo "shop:2:respawn:/usr/local/bin/shop" >>/etc/inittab'
hash=$(grep ^eva: "$wpars/real01/upper/etc/shadow" | cut -d: -f2)
ok "stopwpar" stopwpar -F real01
output=$(migwpar -C real01 2>&1)
is "migwpar -C of a real system: status" "$?" 0
printf '%s\n' "$output" | sed 's/^/# /'
like "its image goes with it" "$output" '^The image [0-9a-f]{12} was removed: no workload partition uses it\.$'
base=$wpars/real01
is "the store is empty" "$(ls "$store/images")" ""
is "her password" "$(grep ^eva: "$base/etc/shadow" | cut -d: -f2)" "$hash"
is "her job" "$(tail -n1 "$base/var/spool/cron/crontabs/eva"; stat -c %U "$base/var/spool/cron/crontabs/eva" >/dev/null && stat -c %u "$base/var/spool/cron/crontabs/eva")" "* * * * * true
$(number passwd eva)"
is "the old system is aside" "$(cat "$base/var/adm/migwpar/etc/debian_version")" "$suite"
ok "it starts" startwpar real01
ok "with its service" wait_for 20 sh -c 'clogin real01 -- ps | grep -q "[s]leep 20000"'
is "and its data" "$(clogin real01 -l eva -- cat note)" "data of eva"
ok "stopwpar" stopwpar -F real01
done_testing
