#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# passwords.sh - the root user's password set from outside (mkwpar -P, chwpar -P), asked for by clogin -C; the script of
# mkwpar -k; a WPAR's root that lays links in the way
# timeout: 120
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away pwd two' EXIT
etc=$WPARS_ROOT/wpars/pwd/etc
invalid="3004-007 You entered an invalid login name or password."

inside()
{
	clogin pwd -- /bin/sh -c "$1" </dev/null
}

# login PASSWORD ARGUMENT... - clogin -C with that answer
login()
{
	local password=$1
	shift
	printf '%s\n' "$password" | clogin -C pwd "$@" 2>&1
}

field()
{
	grep '^root:' "$etc/shadow" | cut -d: -f2
}

# Made with a password
fails "mkwpar -P without one" mkwpar -n pwd -P </dev/null
fails "with an empty one" mkwpar -n pwd -P < <(echo)
fails "with one that is too long" mkwpar -n pwd -P < <(head -c 200 /dev/zero | tr '\0' x; echo)
is "nothing is left" "$(ls -A "$WPARS_ROOT/wpars" 2>/dev/null)" ""
ok "mkwpar -P" sh -c 'echo f1rst-0f-all | mkwpar -n pwd -P --minimal'
like "it is in shadow, encrypted" "$(field)" '^[$]'
unlike "and nowhere else" "$(grep -rl f1rst-0f-all "$WPARS_ROOT/etc" "$WPARS_ROOT/run" "$WPARS_ROOT/var" 2>/dev/null)" .
is "shadow is for root alone, as a new one is" "$(stat -c '%a %u %g' "$etc/shadow")" "600 0 0"
like "mkwpar -P of one that is there asks nothing" "$(echo x | mkwpar -n pwd -P 2>&1)" '^mkwpar: A workload partition called pwd already exists.$'
ok "startwpar" startwpar pwd

# clogin -C
is "clogin -C with the password" "$(login f1rst-0f-all -- id -u | tail -n 1)" 0
is "with another" "$(login second -- id -u | tail -n 1)" "clogin: $invalid"
is "with none" "$(clogin -C pwd -- id -u 2>&1 </dev/null | tail -n 1)" "clogin: no password was given"
is "without -C nobody asks" "$(inside 'id -u')" 0
inside 'chgrp shadow /etc/shadow; chmod 640 /etc/shadow; useradd -m joe && echo "joe:third" | chpasswd'
is "a user's own" "$(login third -l joe -- id -un | tail -n 1)" joe
is "what stands behind it is the command's" "$(printf 'f1rst-0f-all\nline2\nline3' | clogin -C pwd -- cat 2>/dev/null)" "line2
line3"
is "not root's" "$(login f1rst-0f-all -l joe -- id -un | tail -n 1)" "clogin: $invalid"
is "of a user that is not there" "$(login f1rst-0f-all -l none -- id -un | tail -n 1)" "clogin: $invalid"
inside 'passwd -l joe' >/dev/null
is "of one that is locked" "$(login third -l joe -- id -un | tail -n 1)" "clogin: $invalid"
inside 'passwd -u joe; chage -E 0 joe' >/dev/null
is "of one that has expired" "$(login third -l joe -- id -un | tail -n 1)" "clogin: $invalid"
inside 'chage -E -1 joe' >/dev/null
is "of one that no longer has" "$(login third -l joe -- id -un | tail -n 1)" joe

# Changed while it runs, and while it does not
ok "chwpar -P" sh -c 'echo fourth | chwpar -P pwd'
is "shadow's group and mode stay" "$(stat -c '%a %u %g' "$etc/shadow")" "640 0 $(stat -c %g /etc/shadow)"
before=$(field)
fails "one that cannot be given shadow's group" setpriv --bounding-set -chown sh -c 'echo other | chwpar -P pwd'
is "is not there for a moment" "$(stat -c '%a %u %g' "$etc/shadow") $(field)" "640 0 $(stat -c %g /etc/shadow) $before"
is "it is the new one" "$(login fourth -- id -u | tail -n 1)" 0
is "not the old one" "$(login f1rst-0f-all -- id -u | tail -n 1)" "clogin: $invalid"
ok "with another flag" sh -c 'echo fifth | chwpar -P -A pwd'
is "both are done" "$(lswpar -qc -a auto pwd)$(login fifth -- id -u | tail -n 1)" yes0
before=$(field)
fails "a flag that cannot be" sh -c 'echo sixth | chwpar -P -M directory=/nosuch/x vfs=namefs dev=/nosuch pwd'
is "leaves the password" "$(field)" "$before"
fails "-K -P" sh -c 'echo x | chwpar -K -P pwd'

# Links in the way
echo "root:outside:1::::::" >"$TMPDIR/victim"
inside "mv /etc/shadow /etc/saved; ln -s ../../../../../../../../..$TMPDIR/victim /etc/shadow"
fails "shadow is a link" sh -c 'echo seventh | chwpar -P pwd'
inside 'rm /etc/shadow; mkfifo /etc/shadow'
fails "shadow is a fifo" timeout 20 sh -c 'echo seventh | chwpar -P pwd'
inside 'rm /etc/shadow; mkdir /etc/shadow'
fails "shadow is a folder" sh -c 'echo seventh | chwpar -P pwd'
inside "rmdir /etc/shadow; mv /etc/saved /etc/shadow; mv /etc /real; ln -s ../../../../../../../../..$TMPDIR /etc"
fails "/etc is a link" sh -c 'echo seventh | chwpar -P pwd'
is "nothing outside has changed" "$(cat "$TMPDIR/victim")$(ls "$TMPDIR/shadow" 2>/dev/null)" "root:outside:1::::::"
inside 'rm /etc; mv /real /etc'
ok "stopped" stopwpar -F pwd
ok "chwpar -P while it is stopped" sh -c 'echo eighth | chwpar -P pwd'
ok "startwpar" startwpar pwd
is "it holds" "$(login eighth -- id -u | tail -n 1)" 0
# A password that costs much costs the WPAR.
inside 'printf "root:\$y\$jFT\$aaaa\$:1::::::\n" >/etc/shadow'
is "one that is nonsense" "$(login x -- id -u | tail -n 1)" "clogin: $invalid"

# The owner
ok "chwpar --owner" chwpar --owner nobody pwd
is "lswpar shows it" "$(lswpar -qc -a owner pwd)" nobody
fails "-K --owner" chwpar -K --owner root pwd
fails "a name that is none" chwpar --owner 'a:b' pwd
ok "back to root" chwpar --owner root pwd

# mkwpar -k
cat >"$TMPDIR/script" <<-'END'
	#!/bin/sh
	[ "$#" = 2 ] || exit 9
	echo "$1 $2" >"$WPARS/$2/etc/customized"
END
sed -i "s|\$WPARS|$WPARS_ROOT/wpars|" "$TMPDIR/script"
fails "a script that is no program" mkwpar -n two -k "$TMPDIR/script"
chmod 755 "$TMPDIR/script"
ok "mkwpar -k" mkwpar -n two --minimal -k "$TMPDIR/script"
is "the script was run with its words" "$(cat "$WPARS_ROOT/wpars/two/etc/customized")" "made two"
ok "started" startwpar two
is "what it made is root's" "$(clogin two -- stat -c %u /etc/customized </dev/null)" 0
rmwpar -F two >/dev/null
printf '#!/bin/sh\nexit 3\n' >"$TMPDIR/script"
like "one that fails" "$(mkwpar -n two --minimal -k "$TMPDIR/script" 2>&1)" 'script made two ended with status 3$'
fails "leaves nothing" ls "$WPARS_ROOT/wpars/two"
chmod 777 "$TMPDIR/script"
like "one that others can change" "$(mkwpar -n two -k "$TMPDIR/script" 2>&1)" '^mkwpar: -k .*others than root can change'
like "one that is not there" "$(mkwpar -n two -k /nosuch 2>&1)" '^mkwpar: -k /nosuch: there is no such file$'
ok "rmwpar" rmwpar -F pwd
done_testing
