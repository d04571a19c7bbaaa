#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# foreign.sh - old systems of other architectures in an LPAR with 4 KiB pages: big-endian ppc64, and i386
# lpar: current
# timeout: 300
# shellcheck disable=SC2016,SC2317 # in single quotes another shell expands; lib.sh calls functions
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

roots=$PAR_OLD_ROOTS
[ -e "$roots/box-ppc64.tar" ] && [ -e "$roots/box-i386.tar" ] && [ -e "$roots/qemu-ppc64el" ] &&
	[ -e "$roots/attack-ppc64" ] || skip_all "the archive could not give it: $(tr '\n' ' ' <"$roots/absent")"
is "pages of 4 KiB" "$(in_lpar getconf PAGESIZE)" 4096
for image in box-ppc64.tar box-i386.tar attack-ppc64; do
	lpar_push "$roots/$image" "/root/$image"
done

# Without qemu-user: what is missing is said, by name
for machine in ppc64 i386; do
	like "lsmksysb says what $machine lacks" "$(in_lpar lsmksysb -lc -f "/root/box-$machine.tar")" \
		"^no:Architecture:.*:ppc64le:.*install qemu-$machine-static of the package qemu-user-static"
	fails "mkwpar refuses it" in_lpar mkwpar -n wfor -C -B "/root/box-$machine.tar"
	lpar_push "$roots/qemu-ppc64el/qemu-$machine-static" "/usr/local/bin/qemu-$machine-static"
done
if [ -e "$roots/qemu-old-ppc64el" ]; then
	lpar_push "$roots/qemu-old-ppc64el/qemu-ppc64-static" /usr/local/bin/qemu-ppc64-static
	like "one that fails is found out" "$(in_lpar lsmksysb -lc -f /root/box-ppc64.tar)" \
		"^no:Architecture:ppc64:ppc64le:.*'/usr/local/bin/qemu-ppc64-static' is there, and fails at the smallest"
	lpar_push "$roots/qemu-ppc64el/qemu-ppc64-static" /usr/local/bin/qemu-ppc64-static
fi
is "nothing is left of that" "$(in_lpar sh -c 'ls /etc/wpars | grep -c wfor')" 0

# wfor MACHINE COMMAND - in its WPAR
inside()
{
	in_lpar clogin "w$1" -- sh -c "$2" 2>&1
}
serves()
{
	[ "$(inside "$1" 'wget -qO- http://127.0.0.1:8080/')" = "It runs." ]
}
for machine in ppc64 i386; do
	name=$machine
	[ "$machine" = ppc64 ] || name=i686
	like "$machine: lsmksysb says that it works" "$(in_lpar lsmksysb -lc -f "/root/box-$machine.tar")" \
		"^note:Architecture:$name:ppc64le:Its programs run by /usr/local/bin/qemu-$machine-static"
	ok "$machine: mkwpar -C -s" in_lpar mkwpar -n "w$machine" -C -B "/root/box-$machine.tar" -s
	is "$machine: uname" "$(inside "$machine" 'uname -mr')" "2.6.32-tiny $name"
	like "$machine: its user" "$(in_lpar clogin "w$machine" -l ann -- id)" '^uid=1000\(ann\)'
	like "$machine: ps is the LPAR's" "$(inside "$machine" "/bin/ps -e")" " ps\$"
	like "$machine: df too, with Global" "$(inside "$machine" df)" '^Global .* /$'
	is "$machine: oslevel" "$(inside "$machine" oslevel)" 3.2
	ok "$machine: mkssys" in_lpar clogin "w$machine" -- mkssys -s web -p /sbin/httpd -a "-f -p 8080 -h /srv/www" -u 0
	ok "$machine: startsrc" in_lpar clogin "w$machine" -- startsrc -s web
	ok "$machine: its web server answers" wait_for 30 serves "$machine"
done
is "ppc64: its numbers are big-endian" "$(inside ppc64 'printf "\001\002" | od -x | sed "s/ *$//;q"')" '0000000     0102'
is "i386: its are not" "$(inside i386 'printf "\001\002" | od -x | sed "s/ *$//;q"')" '0000000 0201'
like "the LPAR itself does not run such programs" "$(in_lpar /root/attack-ppc64 mount 2>&1)" '[Ee]xec'
fails "nor has one WPAR what the other has" inside i386 'test -e /proc/sys/fs/binfmt_misc/qemu-ppc64'
in_lpar cp /root/attack-ppc64 /wpars/wppc64/upper/attack
for what in mount userns bpf rawsock vsock; do
	like "refused: $what" "$(in_lpar clogin wppc64 -- /attack "$what" 2>&1)" '^refused: '
done

# A package of its own, and what stop and start leave
mkdir -p "$TMPDIR/old-tool/DEBIAN" "$TMPDIR/old-tool/bin"
printf 'Package: old-tool\nVersion: 1.0\nArchitecture: all\nMaintainer: none\nDescription: of its time\n' \
	>"$TMPDIR/old-tool/DEBIAN/control"
printf '#!/bin/sh\necho old tool on $(uname -m)\n' >"$TMPDIR/old-tool/bin/old-tool"
chmod 755 "$TMPDIR/old-tool/bin/old-tool"
dpkg-deb --root-owner-group -Zgzip --build "$TMPDIR/old-tool" "$TMPDIR/old-tool.deb" >/dev/null
lpar_push "$TMPDIR/old-tool.deb" /wpars/wppc64/upper/old-tool.deb
ok "its package manager installs a package" in_lpar clogin wppc64 -- dpkg -i /old-tool.deb
ok "stopwpar" in_lpar stopwpar -t 30 wppc64
ok "startwpar" in_lpar startwpar wppc64
is "the package is still there" "$(inside ppc64 old-tool)" "old tool on ppc64"
for machine in ppc64 i386; do
	ok "rmwpar -F w$machine" in_lpar rmwpar -F "w$machine"
	in_lpar rm "/root/box-$machine.tar" "/usr/local/bin/qemu-$machine-static"
done
done_testing
