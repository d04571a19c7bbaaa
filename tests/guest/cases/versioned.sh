#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# versioned.sh - an older Debian from its mksysb image, in a versioned WPAR
# lpar: current
# timeout: 420
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
image=$(in_lpar sh -c 'ls /images/old-*')
old=$(jq -r .codename "$PAR_MKSYSB/${image##*/}.json")
tar -xOf "$PAR_MKSYSB/${image##*/}" --occurrence=1 ./image.data >"$TMPDIR/image.data"
# data NAME - of image.data
data()
{
	sed -n "s/^\t$1 = \"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$TMPDIR/image.data"
}

ok "mkwpar -C -B" in_lpar mkwpar -n wold -C -B "$image"
ok "startwpar" in_lpar startwpar wold
like "its release is the old one" "$(in_lpar clogin wold -- cat /etc/os-release)" "^VERSION_CODENAME=$old\$"
like "the LPAR's is its image's" "$(in_lpar cat /etc/os-release)" "^VERSION_CODENAME=$(manifest "$LPAR" codename)\$"
is "uname answers with the old kernel" "$(in_lpar clogin wold -- uname -r)" "$(data KERNEL_RELEASE)"
is "the LPAR's kernel is another" "$(in_lpar uname -r)" "$(manifest "$LPAR" kernel_release)"
is "oslevel" "$(in_lpar clogin wold -- oslevel)" "$(data OSLEVEL)"
like "df is the LPAR's and shows Global" "$(in_lpar clogin wold -- df -k)" '^Global '
# Its services are those of its image, by the SRC
is_active()
{
	in_lpar lssrc -@ wold -s "$1" | grep -q ' active$'
}
ok "the image's cron runs, as a subsystem" wait_for 30 is_active cron
is "it is the image's program" "$(in_lpar clogin wold -- sh -c 'readlink /proc/$(pgrep -x cron)/exe')" /usr/sbin/cron
like "lssrc is there inside" "$(in_lpar clogin wold -- lssrc -a)" '^ cron  .* active$'
like "stopsrc too" "$(in_lpar clogin wold -- stopsrc -s cron)" '^0513-044 The cron Subsystem was requested to stop'
like "mkssys too" "$(in_lpar clogin wold -- mkssys -s nap -p /bin/sleep -a 1000 -u 0)" '^0513-071 '
like "users by AIX's commands" "$(in_lpar clogin wold -- lsuser -a id root)" '^root id=0$'
# A package of its era, by its own package manager
hello=$PAR_OLD_ROOTS/hello-$old-ppc64el.deb
# has_package WHEN
has_package()
{
	is "its package runs, $1" "$(in_lpar clogin wold -- hello)" "Hello, world!"
	is "and is listed by its dpkg, $1" "$(in_lpar clogin wold -- dpkg-query -W -f '${Status} ${Version}' hello)" \
		"install ok installed $(dpkg-deb -f "$hello" Version)"
}
if [ -e "$hello" ]; then
	ok "a package of its era" in_lpar clogin wold -- sh -c 'cat >/root/hello.deb && dpkg -i /root/hello.deb' <"$hello"
	has_package "after its installation"
else
	skip "a package of its era" "$(grep "^${hello##*/}" "$PAR_OLD_ROOTS/absent")"
fi
ok "reboot inside" in_lpar clogin wold -- reboot
ok "starts it again, and cron with it" wait_for 60 is_active cron
[ ! -e "$hello" ] || has_package "after a restart"
libraries=$(in_lpar clogin wold -- /lib64/ld64.so.2 --version)
like "it has a C library" "$libraries" 'version 2\.[0-9]+'
fails "which is its own" test "$libraries" = "$(in_lpar /lib64/ld64.so.2 --version)"
ok "a second one of the same image, without services" in_lpar mkwpar -n wold2 -C -B "$image" --minimal
is "the image is unpacked once" "$(in_lpar sh -c 'ls /var/lib/wpars/images | wc -l')" 1
ok "files of one" in_lpar clogin wold -- touch /only-in-wold
ok "start of the other" in_lpar startwpar wold2
is "it has no subsystem" "$(in_lpar lssrc -@ wold2 -a | wc -l)" 1
fails "are not in the other" in_lpar clogin wold2 -- test -e /only-in-wold
in_lpar sh -c "head -c 1000000 '$image' >/tmp/cut.tar.zst"
fails "a cut image is refused" in_lpar mkwpar -n wcut -C -B /tmp/cut.tar.zst
unlike "and leaves nothing" "$(in_lpar sh -c 'lswpar; ls /wpars /etc/wpars')" wcut
# Backed up while it runs, into a file of the managing machine, and made again from there
in_lpar sh -c 'mkfifo /tmp/copy && { sha256sum </tmp/copy >/tmp/sum & } && savewpar -p -f - wold | tee /tmp/copy; wait' \
	>"$TMPDIR/wold.save" 2>"$TMPDIR/said"
is "savewpar -f - through wparcmd: status" "$?" 0
like "its lines are on stderr" "$(tr '\n' ' ' <"$TMPDIR/said")" 'Backing up [0-9]+ files .*0512-038 savewpar: Backup Completed Successfully\.'
is "the file here is what it wrote, byte by byte" "$(sha256sum <"$TMPDIR/wold.save")" "$(in_lpar cat /tmp/sum)"
like "and a whole backup" "$(python3 "$PAR_TEST_SOURCE/integration/wparctl/backup.py" check "$TMPDIR/wold.save")" '^whole: [0-9]+ members, frozen'
ok "rmwpar -F wold" in_lpar rmwpar -F wold
like "restwpar -f - through wparcmd" "$(in_lpar restwpar -f - <"$TMPDIR/wold.save")" '^Workload partition wold created successfully\.$'
rm "$TMPDIR/wold.save"
ok "startwpar of what was restored" in_lpar startwpar wold
ok "its cron runs" wait_for 30 is_active cron
is "uname answers as before" "$(in_lpar clogin wold -- uname -r)" "$(data KERNEL_RELEASE)"
[ ! -e "$hello" ] || has_package "restored from its backup"
ok "what was written is there" in_lpar clogin wold -- test -e /only-in-wold
for name in wold wold2; do
	ok "rmwpar -s $name" in_lpar rmwpar -s $name
done
done_testing
