#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# copy.sh - the running LPAR as a WPAR of itself: its files, users and services, and an identity of its own
# lpar: current
# timeout: 300
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
in_lpar sh -c 'mkdir -p /srv/copied && echo "of the LPAR" >/srv/copied/file && ln /srv/copied/file /srv/copied/second && chown 1234:5678 /srv/copied/file &&
	mkdir -p /etc/ssh && ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key </dev/null'
# shellcheck disable=SC2317 # the trap calls it
cleanup()
{
	in_lpar sh -c 'rmwpar -F -s copy; rm -rf /srv/copied /etc/ssh/ssh_host_ed25519_key*' >/dev/null 2>&1
}
trap cleanup EXIT
start=$SECONDS
ok "mkwpar -t" in_lpar mkwpar -n copy -t
echo "# $((SECONDS - start)) s"
is "a file of the LPAR" "$(in_lpar sh -c 'cat /wpars/copy/srv/copied/second; stat -c "%u %g %h" /wpars/copy/srv/copied/file')" "of the LPAR
1234 5678 2"
is "no kernel" "$(in_lpar sh -c 'ls -A /wpars/copy/boot /wpars/copy/usr/lib/modules 2>/dev/null | grep -v : | grep .')" ""
fails "no host key of the LPAR's" in_lpar test -e /wpars/copy/etc/ssh/ssh_host_ed25519_key
ok "its packages are those of the LPAR" in_lpar cmp /var/lib/dpkg/status /wpars/copy/var/lib/dpkg/status
ok "startwpar" in_lpar startwpar copy
# is_active NAME
# shellcheck disable=SC2317 # wait_for calls it
is_active()
{
	in_lpar lssrc -@ copy -s "$1" | grep -q ' active$'
}
for name in cron sshd; do
	ok "$name runs in it" wait_for 60 is_active $name
done
is "by its own program" "$(in_lpar clogin copy -- sh -c 'readlink /proc/$(pgrep -x cron)/exe')" /usr/sbin/cron
is "its name" "$(in_lpar clogin copy -- uname -n)" copy
fails "its machine id is not the LPAR's" in_lpar sh -c 'cmp /etc/machine-id /wpars/copy/etc/machine-id'
ok "it has a host key" in_lpar test -s /wpars/copy/etc/ssh/ssh_host_ed25519_key.pub
fails "which is its own" in_lpar sh -c 'cmp /etc/ssh/ssh_host_ed25519_key.pub /wpars/copy/etc/ssh/ssh_host_ed25519_key.pub'
is "its package manager knows all" "$(in_lpar clogin copy -- sh -c 'dpkg-query -W | wc -l')" "$(in_lpar sh -c 'dpkg-query -W | wc -l')"
is "its root is not root" "$(in_lpar clogin copy -- cat /proc/self/uid_map | awk '{ print $1, ($2 >= 1073741824) }')" "0 1"
ok "rmwpar" in_lpar rmwpar -F -s copy
fails "leaves nothing" in_lpar test -e /wpars/copy
done_testing
