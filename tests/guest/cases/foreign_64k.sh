#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# foreign_64k.sh - the same images in an LPAR with 64 KiB pages: what is laid out for 4 KiB pages is refused by
# name; on a kernel where a WPAR has no registrations of its own the LPAR's are used, if they have the flag F
# lpar: 64k
# timeout: 200
# shellcheck disable=SC2016,SC2317 # in single quotes another shell expands; lib.sh calls functions
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

roots=$PAR_OLD_ROOTS
[ -e "$roots/box-ppc64.tar" ] && [ -e "$roots/box-i386.tar" ] && [ -e "$roots/qemu-ppc64el" ] ||
	skip_all "the archive could not give it: $(tr '\n' ' ' <"$roots/absent")"
is "pages of 64 KiB" "$(in_lpar getconf PAGESIZE)" 65536
for machine in ppc64 i386; do
	lpar_push "$roots/box-$machine.tar" "/root/box-$machine.tar"
	lpar_push "$roots/qemu-ppc64el/qemu-$machine-static" "/usr/local/bin/qemu-$machine-static"
done
report=$(in_lpar lsmksysb -lc -f /root/box-i386.tar)
like "i386: lsmksysb says that its programs are laid out for 4 KiB" "$report" \
	'^no:Page size:up to 4096:65536:Its programs are laid out for pages of 4096 bytes and cannot be loaded on larger ones'
like "mkwpar refuses it for that" "$(in_lpar mkwpar -n wfor -C -B /root/box-i386.tar 2>&1)" \
	'(up to 4096, here 65536|do not run on this system)'
is "nothing is left of that" "$(in_lpar sh -c 'ls /etc/wpars | grep -c wfor')" 0

# says NAME PATTERN - what lsmksysb says of ppc64 here
says()
{
	like "$1" "$(in_lpar lsmksysb -lc -f /root/box-ppc64.tar)" "$2"
}
if [ "$(printf '6.7\n%s\n' "$(manifest 64k kernel_release)" | sort -V | head -n 1)" = 6.7 ]; then
	says "ppc64: its programs run by an interpreter of the WPAR's own" '^note:Architecture:ppc64:ppc64le:Its programs run by'
	done_testing
fi
misc=/proc/sys/fs/binfmt_misc
magic='\x7f\x45\x4c\x46\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x15'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff'
says "without binfmt_misc" '^no:Architecture:ppc64:ppc64le:.*binfmt_misc is off; mount it'
in_lpar sh -c "modprobe binfmt_misc && mount -t binfmt_misc binfmt_misc $misc"
says "without a registration" "^no:Architecture.*'/usr/local/bin/qemu-ppc64-static' is not registered in $misc"
# register FLAGS
register()
{
	in_lpar sh -c "printf '%s' '$1' >$misc/register"
}
register ":qemu-ppc64:M::$magic:$mask:/usr/local/bin/qemu-ppc64-static:P"
says "without the flag F" "^no:Architecture.*the registration 'qemu-ppc64' lacks the flag F"
fails "mkwpar refuses it" in_lpar mkwpar -n wfor -C -B /root/box-ppc64.tar
in_lpar sh -c "echo -1 >$misc/qemu-ppc64"
register ":qemu-ppc64:M::$magic:$mask:/usr/local/bin/qemu-ppc64-static:PF"
in_lpar sh -c "echo 0 >$misc/qemu-ppc64"
says "switched off" "^no:Architecture.*the registration 'qemu-ppc64' is switched off; write 1"
in_lpar sh -c "echo 1 >$misc/qemu-ppc64"
says "with it" '^note:Architecture.*Its programs run by /usr/local/bin/qemu-ppc64-static, which this system has registered'
ok "a big-endian system whose programs are laid out for 64 KiB" in_lpar mkwpar -n wfor -C -B /root/box-ppc64.tar -s
is "runs here, too" "$(in_lpar clogin wfor -- uname -mr)" "2.6.32-tiny ppc64"
like "its user" "$(in_lpar clogin wfor -l ann -- id)" '^uid=1000\(ann\)'
ok "stop" in_lpar stopwpar -t 30 wfor
in_lpar sh -c "echo -1 >$misc/qemu-ppc64"
like "without the registration it does not start" "$(in_lpar startwpar wfor 2>&1)" \
	"^startwpar: Programs for ppc64 do not run on this system \\(ppc64le\\): '/usr/local/bin/qemu-ppc64-static' is not registered"
ok "rmwpar -F" in_lpar rmwpar -F wfor
in_lpar sh -c "umount $misc; rm /root/box-*.tar /usr/local/bin/qemu-*-static"
done_testing
