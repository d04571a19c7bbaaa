#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# promises.sh - what mkwpar and wparexec accept is carried out: devices, file systems, limits, the
# script of -u, host names; and a specification that somebody wrote is looked at before a start
# timeout: 180
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

mkdir -m 700 "$WPARS_ROOT/run"
chmod 755 "$TMPDIR"
cf=$WPARS_ROOT/etc/wpars

# Devices.  One of mode 0600 belongs to the LPAR's root alone: the WPAR's root opens it all the same,
# by a node of its own, and the LPAR's stays as it was.
node=$TMPDIR/secret
mknod -m 600 "$node" c 1 5
ok "mkwpar with devices" mkwpar -n dev -D devname="$node" virtualname=/dev/secret \
	-D devname=/dev/zero virtualname=/dev/below/two/zilch -D devname=/dev/full export=no \
	-D devname=/dev/null
ok "starts" startwpar dev
is "a device of mode 0600 is opened inside" \
	"$(clogin dev head -c 3 /dev/secret | od -An -tx1 | tr -d ' ')" 000000
is "it is root's there" "$(clogin dev stat -c '%u:%g %a' /dev/secret)" "0:0 600"
is "the LPAR's own is as it was" "$(stat -c '%u:%g %a' "$node")" "0:0 600"
fails "another user of the WPAR cannot open it" clogin dev -l nobody head -c 1 /dev/secret
is "a device below folders" "$(clogin dev head -c 1 /dev/below/two/zilch | od -An -tx1 | tr -d ' ')" 00
fails "export=no keeps a standard device out" clogin dev test -e /dev/full
ok "the others are there" clogin dev sh -c ': >/dev/null'
is "one row for each device" "$(lswpar -qcD dev | grep -c /dev/null)" 1
is "its state" "$(lswpar -qcD -a devname,devstatus dev | grep -e full -e secret -e null | sort)" \
	"/dev/full:NOT EXPORTED
/dev/null:EXPORTED
$node:EXPORTED"
like "-L ends with exported rows" "$(lswpar -L dev | tail -2 | head -1)" 'EXPORTED$'
ok "stops" stopwpar -F dev
is "a row of -D is allocated when it is not active" \
	"$(lswpar -qcD -a devname,devstatus dev | grep secret)" "$node:ALLOCATED"
rm "$node"
like "a device that has gone is told" "$(startwpar dev 2>&1)" "Device $node is not exported: it is not there"
ok "and removed" rmwpar -F dev

# Limits that need no controller; the others are proved in an LPAR (guest resources).
ok "mkwpar with limits" mkwpar -n lim -s -R totalPTYs=3 pct_msgIDs=50%
like "totalPTYs" "$(clogin lim cat /proc/self/mounts)" 'devpts .*max=3'
ok "removed" rmwpar -F lim

# File systems.
mkdir -p "$WPARS_ROOT/srv/data" && chmod 700 "$WPARS_ROOT/srv/data"
printf '#!/bin/sh\necho ran\n' >"$WPARS_ROOT/srv/data/program"
chmod 755 "$WPARS_ROOT/srv/data/program"
ok "mkwpar with mount options" mkwpar -n opts -s \
	-M directory=/data vfs=namefs dev="$WPARS_ROOT/srv/data" mountopts=ro,noexec \
	-M directory=/home mountopts=nosuid
ok "the mount is there" clogin opts test -f /data/program
clogin opts /data/program 2>/dev/null
is "noexec" "$?" 126
fails "ro" clogin opts touch /data/x
like "a default file system keeps what it is" "$(clogin opts cat /proc/self/mounts)" ' /home .*nosuid'
ok "removed" rmwpar -F opts

# The script of -u.
script=$WPARS_ROOT/script
cat >"$script" <<END
#!/bin/sh
echo "\$1 \$2 \$(id -u)" >>$TMPDIR/said
[ ! -e "$TMPDIR/veto" ]
END
chmod 755 "$script"
said()
{
	cat "$TMPDIR/said" 2>/dev/null
	rm -f "$TMPDIR/said"
}
# Those above belong to whoever runs the tests.
case $(stat -c %a "$TMPDIR") in *[2367]? | *[2367]) chmod go-w "$TMPDIR" ;; esac
ok "mkwpar -u" mkwpar -n scr -u "$script"
is "it is not run yet" "$(said)" ""
ok "startwpar" startwpar scr
is "run at the start" "$(said)" "start scr 0"
ok "stopwpar" stopwpar -F scr
is "run at the stop" "$(said)" "stop scr 0"
ok "startwpar" startwpar scr
clogin scr kill -USR2 1 2>/dev/null # poweroff; TERM is a reboot
ended()
{
	grep -q stop "$TMPDIR/said"
}
ok "run when it ends by itself" wait_for 10 ended
wait_for 10 sh -c '[ "$(lswpar -qc -a state scr)" = D ]'
is "once" "$(said)" "start scr 0
stop scr 0"
touch "$TMPDIR/veto"
refused_output=$(startwpar scr 2>&1)
is "a script that fails ends the start" "$?" 1
like "and is named" "$refused_output" "$script start scr ended with status 1"
is "nothing is started" "$(lswpar -qc -a state scr)" D
rm -f "$TMPDIR/veto" "$TMPDIR/said"
ok "wparexec -u" wparexec -n scra -u "$script" -- /bin/true
is "run before and after" "$(said)" "start scra 0
stop scra 0"
chmod 777 "$script"
refused "a script that others can change (mkwpar)" "others than root can change" \
	mkwpar -n scr2 -u "$script"
output=$(startwpar scr 2>&1)
is "a script that others can change (startwpar)" "$?" 1
like "is told" "$output" "others than root can change"
ok "removed" rmwpar -F scr

# Two WPARs with one host name.
ok "mkwpar" mkwpar -n one -h shared
refused "a second of that host name" "The host name shared is that of workload partition one" \
	mkwpar -n two -h shared
ok "-a resolves it" mkwpar -n two -h shared -d /wpars/one -a
is "by other ones" "$(lswpar -qc -a hostname,directory two)" "two:/wpars/two_1"
refused "an application WPAR" "The host name shared is that" wparexec -n app -h shared -- /bin/true
is "wparexec -a" "$(wparexec -n app -h shared -a -- /bin/hostname 2>/dev/null)" app
sed -i 's/hostname = .*/hostname = "shared"/' "$cf/two.cf"
ok "startwpar -a of one that somebody gave it" startwpar -a two
is "starts with another" "$(clogin two hostname </dev/null)" two
is "which is written down" "$(lswpar -qc -a hostname,directory two)" "two:/wpars/two_1"
ok "stopwpar" stopwpar -F two
sed -i 's/directory = "\/wpars\/two_1"/directory = "\/wpars\/one"/' "$cf/two.cf"
refused "another one's base directory is no matter of -a" "base directory /wpars/one of workload partition two" \
	startwpar -a two
sed -i 's/directory = "\/wpars\/one"/directory = "\/wpars\/two_1"/' "$cf/two.cf"
ok "removed" rmwpar two

# A specification that somebody wrote.
sed -i 's/idbase = .*/idbase = "0"/' "$cf/one.cf"
output=$(startwpar one 2>&1)
is "idbase=0 does not start" "$?" 1
like "says what it must be" "$output" "the ids of workload partition one are not those of its key"
is "it is still Defined" "$(lswpar -qc -a state one)" D
ok "and can be removed" rmwpar -F one
ok "mkwpar" mkwpar -n one
ok "mkwpar" mkwpar -n two
for key in idbase key; do
	sed -i "s/$key = .*/$(grep "$key = " "$cf/one.cf" | tr -d '\t')/" "$cf/two.cf"
done
ok "the first starts" startwpar one
output=$(startwpar two 2>&1)
is "a second with the same ids does not" "$?" 1
like "and names the other" "$output" "workload partition two has the key and the ids of one"
ok "stopped it does not either" stopwpar -F one
fails "as long as the other has them" startwpar two
sed -i 's/^general:/general: x/' "$cf/one.cf"
refused "no ids are given out while a specification cannot be read" \
	"no ids can be given out before it is put right: .*one.cf: line 1" mkwpar -n three
is "nothing is left of it" "$(ls "$cf")" "one.cf
two.cf"
ok "an application WPAR has ids of its own" wparexec -n app -- /bin/true
sed -i 's/^general: x/general:/' "$cf/one.cf"
ok "put right" mkwpar -n three
sed -i '/vfs = "directory"/a\	dev = "/srv"' "$cf/three.cf"
output=$(startwpar three 2>&1)
is "rules hold at the start too" "$?" 1
like "as at mkwpar" "$output" "-M directory=/"
is "nothing is mounted" "$(grep -c "$WPARS_ROOT" /proc/self/mounts)" 0
done_testing
