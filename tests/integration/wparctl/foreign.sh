#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# foreign.sh - old systems of another architecture in WPARs of this machine: big-endian ppc64 by qemu-user, i386
# by the kernel itself
# timeout: 240
# uses: old-roots
# shellcheck disable=SC2016,SC2317 # in single quotes another shell expands; lib.sh calls functions
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

[ "$(uname -m)" = x86_64 ] || skip_all "is for an amd64 machine"
roots=$PAR_OLD_ROOTS
[ -e "$roots/box-ppc64.tar" ] && [ -e "$roots/qemu-amd64" ] && [ -e "$roots/attack-ppc64" ] ||
	skip_all "the archive could not give it: $(tr '\n' ' ' <"$roots/absent")"
trap 'clear_away be be2 box i386 own' EXIT
place=/usr/local/bin

# What this machine may have itself is not there; the mounts are the frame's.
mount -t tmpfs none "$place" || skip_all "nothing can be mounted here"
for file in /usr/bin/qemu-{ppc64,i386}{,-static}; do
	[ ! -e "$file" ] || mount --bind /dev/null "$file"
done
mount -t tmpfs none /proc/sys/fs/binfmt_misc

# says NAME PATTERN - what lsmksysb says of the image's architecture, and mkwpar, which refuses it
says()
{
	like "$1: lsmksysb" "$(lsmksysb -lc -f "$roots/box-ppc64.tar")" "^no:Architecture:ppc64:x86_64:.*$2"
	like "$1: mkwpar" "$(mkwpar -n be -C -B "$roots/box-ppc64.tar" 2>&1)" "$2"
	is "$1: nothing is left" "$(find "$WPARS_ROOT"/etc/wpars/*.cf "$WPARS_ROOT"/var/lib/wpars/images -mindepth 0 -not -name images 2>/dev/null)" ""
}

says "without an interpreter" 'there is no interpreter for them; install qemu-ppc64-static of the package qemu-user-static'
cp "$(command -v jq)" "$place/qemu-ppc64-static"
says "with one that needs libraries" "'/usr/local/bin/qemu-ppc64-static' needs libraries, which are not in the WPAR"
printf '#!/bin/sh\nexec "$@"\n' >"$place/qemu-ppc64-static"
chmod 755 "$place/qemu-ppc64-static"
says "with a script in its place" 'there is no interpreter for them'
cp "$roots/qemu-amd64/qemu-ppc64-static" "$place/"
like "with qemu-user lsmksysb names it" "$(lsmksysb -lc -f "$roots/box-ppc64.tar")" \
	'^note:Architecture:ppc64:x86_64:Its programs run by /usr/local/bin/qemu-ppc64-static'
is "and says that the image is usable" "$(lsmksysb --json -f "$roots/box-ppc64.tar" | jq .usable)" true

be()
{
	clogin be -- sh -c "$1" 2>&1
}

# Big-endian: what only such a machine says
ok "mkwpar -C -B" mkwpar -n be -C -B "$roots/box-ppc64.tar"
ok "startwpar" startwpar be
is "its programs are for ppc64, big-endian" "$(be 'head -c 6 /bin/busybox | od -b | sed "s/ *$//;q"')" \
	'0000000  177 105 114 106 002 002'
is "and run as such" "$(be 'printf "\001\002" | od -x | sed "s/ *$//;q"')" '0000000     0102'
is "uname -m, and the release" "$(be 'uname -mr')" "2.6.32-tiny ppc64"
is "oslevel" "$(be oslevel)" 3.2
like "df is this system's, with Global" "$(be df)" '^Global .* /$'
unlike "and it lists no file that is mounted" "$(be df)" '/etc/init'
like "ps is this system's" "$(be 'ps -e')" ' ps$'
like "a user of its own" "$(clogin be -l ann -- id)" '^uid=1000\(ann\) gid=1000\(ann\)'
is "a script runs by its own shell" "$(be 'printf "#!/bin/sh\nuname -m\n" >/tmp/s; chmod 755 /tmp/s; /tmp/s')" ppc64
is "a process has its own name" "$(be 'sleep 30 & n=0; until grep -q sleep /proc/$!/comm || [ $n = 200 ]; do n=$((n + 1)); done; cat /proc/$!/comm; kill $!')" sleep
is "and sees its own arguments" "$(be 'sh -c "echo \$0 \$1" other "two words"')" "other two words"

# The registration is this WPAR's, nobody's else, and not its root's to change
like "it is shown inside" "$(be 'cat /proc/sys/fs/binfmt_misc/qemu-ppc64')" '^interpreter /usr/local/bin/qemu-ppc64-static$'
like "root inside registers nothing" "$(be 'echo ":x:E::x::/bin/sh:" >/proc/sys/fs/binfmt_misc/register')" 'Read-only'
like "and removes nothing" "$(be 'echo -1 >/proc/sys/fs/binfmt_misc/qemu-ppc64')" 'Read-only'
is "the interpreter is nowhere in the WPAR" "$(be 'find / -xdev -name "qemu*"')" ""
cp "$roots/attack-ppc64" "$TMPDIR/"
like "this machine itself does not run such programs" "$("$TMPDIR/attack-ppc64" mount 2>&1)" 'Exec format error'
ok "mkwpar of a native one" mkwpar -n own -s
cp "$roots/attack-ppc64" "$WPARS_ROOT/wpars/own/root/"
fails "nor does another WPAR" clogin own -- /root/attack-ppc64 mount

# The filter holds for what qemu-user asks of the kernel
cp "$roots/attack-ppc64" "$WPARS_ROOT/wpars/be/upper/attack" && chmod 755 "$WPARS_ROOT/wpars/be/upper/attack"
for what in mount umount userns mknod module bpf keyring rawsock address clock vsock alg packet \
	"socket 10 5 132" "socket 40 1 0" "open /proc/sysrq-trigger" "open /proc/1/exe"; do
	# shellcheck disable=SC2086 # words
	like "refused: $what" "$(clogin be -- /attack $what 2>&1)" '^refused: '
done
for what in "1 1 0" "2 1 6" "2 2 17" "10 1 6" "16 3 0"; do
	# shellcheck disable=SC2086 # words
	is "what programs need is there: socket $what" "$(clogin be -- /attack socket $what)" "done"
done
like "the interpreter's file cannot be written to" \
	"$(be 'for p in /proc/[0-9]*/exe; do /attack open $p; done' | sort -u)" '^refused: '
unlike "in no process" "$(be 'for p in /proc/[0-9]*/exe; do /attack open $p; done')" '^done'
be 'cp /bin/busybox /tmp/busybox; chmod 4755 /tmp/busybox' >/dev/null
is "a set-user-id program runs as who calls it" "$(clogin be -l ann -- /tmp/busybox id -u)" 1000

# Services, and a package of its own
ok "mkssys" clogin be -- mkssys -s web -p /sbin/httpd -a "-f -p 8080 -h /srv/www" -u 0
ok "startsrc" clogin be -- startsrc -s web
serves()
{
	[ "$(clogin "$1" -- wget -qO- http://127.0.0.1:8080/)" = "It runs." ]
}
ok "its own web server answers" wait_for 20 serves be
mkdir -p "$TMPDIR/old-tool/DEBIAN" "$TMPDIR/old-tool/bin"
printf 'Package: old-tool\nVersion: 1.0\nArchitecture: all\nMaintainer: none\nDescription: of its time\n' \
	>"$TMPDIR/old-tool/DEBIAN/control"
printf '#!/bin/sh\necho old tool on $(uname -m)\n' >"$TMPDIR/old-tool/bin/old-tool"
chmod 755 "$TMPDIR/old-tool/bin/old-tool"
dpkg-deb --root-owner-group -Zgzip --build "$TMPDIR/old-tool" "$WPARS_ROOT/wpars/be/upper/old-tool.deb" >/dev/null
ok "its package manager installs a package" clogin be -- dpkg -i /old-tool.deb
is "which runs" "$(be old-tool)" "old tool on ppc64"
ok "stopwpar" stopwpar -t 30 be
ok "startwpar again" startwpar be
is "the package is still there" "$(be old-tool)" "old tool on ppc64"
mkdir -m 1777 "$WPARS_ROOT/tmp"
ok "savewpar while it runs" savewpar -f "$TMPDIR/be.bff" be
stopwpar -F be >/dev/null
ok "restwpar under another name" restwpar -f "$TMPDIR/be.bff" -n be2
ok "startwpar of that" startwpar be2
is "it is for the same machine" "$(clogin be2 -- uname -mr 2>&1)" "2.6.32-tiny ppc64"
is "and has the package" "$(clogin be2 -- old-tool 2>&1)" "old tool on ppc64"
ok "rmwpar" rmwpar -F be2
rm "$place/qemu-ppc64-static"
like "without its interpreter none is made of the backup" "$(restwpar -f "$TMPDIR/be.bff" -n be2 2>&1)" \
	'^restwpar: .*Programs for ppc64 do not run on this system'
is "and nothing is left of that" "$(lswpar -q -c -a name)" "be
own"
like "without its interpreter it does not start" "$(startwpar be 2>&1)" \
	'^startwpar: Programs for ppc64 do not run on this system \(x86_64\): there is no interpreter'
is "and is as before" "$(state be)" D
cp "$roots/qemu-amd64/qemu-ppc64-static" "$place/"
ok "and with it again it does" startwpar be
ok "rmwpar" rmwpar -F be

# Its own init, which is for ppc64 too, starts its own services
mkdir -p "$WPARS_ROOT/etc/wpars"
printf 'general:\n\tname = "be2"\n\tinit = "/sbin/init"\n' >"$TMPDIR/be2.spec"
ok "a WPAR with the image's init" mkwpar -f "$TMPDIR/be2.spec" -C -B "$roots/box-ppc64.tar" --minimal
mkdir -p "$WPARS_ROOT/wpars/be2/upper/etc"
printf '::respawn:/sbin/crond -f -c /var/spool/cron/crontabs\n::respawn:/sbin/httpd -f -p 8080 -h /srv/www\n' \
	>"$WPARS_ROOT/wpars/be2/upper/etc/inittab"
ok "starts" startwpar be2
is "it is the image's" "$(clogin be2 -- cat /proc/1/comm)" init
ok "and so is the web server that it starts" wait_for 20 serves be2
like "cron runs there" "$(clogin be2 -- ps -e)" ' crond$'
ok "it stops" stopwpar -t 30 be2
rmwpar -F be2 >/dev/null

# i386: by this kernel, or by qemu-i386
if [ -e "$roots/box-i386.tar" ]; then
	like "i386 runs on this kernel, lsmksysb says" "$(lsmksysb -lc -f "$roots/box-i386.tar")" \
		'^note:Architecture:i686:x86_64:This kernel runs its programs, too; uname -m says i686\. Programs of a C library'
	ok "mkwpar -s" mkwpar -n i386 -C -B "$roots/box-i386.tar" --minimal -s
	is "its programs are of 32 bits" "$(clogin i386 -- od -An -t x1 -j 4 -N 1 /bin/busybox)" ' 01'
	is "uname of a program of 32 bits is answered for it" "$(clogin i386 -- uname -mr)" "2.6.32-tiny i686"
	fails "there is no interpreter" clogin i386 -- test -e /proc/sys/fs/binfmt_misc/qemu-i386
	ok "stop and start" sh -c 'stopwpar i386 && startwpar i386'
	ok "rmwpar i386" rmwpar -F i386
else
	skip "i386" "$(grep '^box-i386' "$roots/absent")"
fi
is "the store is empty" "$(ls -A "$WPARS_ROOT/var/lib/wpars/images")" ""
done_testing
