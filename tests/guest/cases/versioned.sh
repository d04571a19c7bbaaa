#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# versioned.sh - an older Debian from its mksysb image, in a versioned WPAR
# lpar: trixie
# timeout: 420
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
image=$(in_lpar sh -c 'ls /images/*bookworm*ppc64el*')

ok "mkwpar -C -B" in_lpar mkwpar -n wold -C -B "$image"
ok "startwpar" in_lpar startwpar wold
like "its release is the old one" "$(in_lpar clogin wold -- cat /etc/os-release)" '^VERSION_CODENAME=bookworm$'
like "the LPAR's is not" "$(in_lpar cat /etc/os-release)" '^VERSION_CODENAME=trixie$'
like "uname answers with the old kernel" "$(in_lpar clogin wold -- uname -r)" '^6\.1\.'
unlike "the LPAR's kernel is another" "$(in_lpar uname -r)" '^6\.1\.'
like "oslevel" "$(in_lpar clogin wold -- oslevel)" '^12'
like "df is the LPAR's and shows Global" "$(in_lpar clogin wold -- df -k)" '^Global '
like "its libraries are its own" "$(in_lpar clogin wold -- /lib64/ld64.so.2 --version)" '2\.36'
ok "a second one of the same image" in_lpar mkwpar -n wold2 -C -B "$image"
is "the image is unpacked once" "$(in_lpar sh -c 'ls /var/lib/wpars/images | wc -l')" 1
ok "files of one" in_lpar clogin wold -- touch /only-in-wold
ok "start of the other" in_lpar startwpar wold2
fails "are not in the other" in_lpar clogin wold2 -- test -e /only-in-wold
in_lpar sh -c "head -c 1000000 '$image' >/tmp/cut.tar.zst"
fails "a cut image is refused" in_lpar mkwpar -n wcut -C -B /tmp/cut.tar.zst
unlike "and leaves nothing" "$(in_lpar sh -c 'lswpar; ls /wpars /etc/wpars')" wcut
for name in wold wold2; do
	ok "rmwpar -s $name" in_lpar rmwpar -s $name
done
done_testing
