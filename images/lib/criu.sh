# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# The repairs of criu (../criu/README.md).  Whether the kernel shows the fault of the scan is found in
# the guest, at each scan; the others are criu's own, and harmless where it has none.

# criu_repair TREE - the library, and the criu that is found first.
criu_repair() {
	[ -e "$1/usr/sbin/criu" ] || return 0
	step "repair of criu"
	"$cross/cc" -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Werror -fPIC -shared -s \
		-o "$1/usr/lib/lpard/criu-repair.so" "$here/criu/scan.c" "$here/criu/restore.c" \
		"$here/criu/preload.c" ||
		die "images/criu does not compile"
	install -m 755 "$here/criu/criu" "$1/usr/local/sbin/criu"
}
