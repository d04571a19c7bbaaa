#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# overlay.sh - what is replaced in a versioned WPAR: listed, changed, and in effect at the next start
# timeout: 180
# shellcheck disable=SC2016 # what is in single quotes is expanded in the WPAR
# uses: images
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

[ "$(uname -m)" = x86_64 ] || skip_all "the image is for amd64"
image=${PAR_MKSYSB:-}/old-amd64.tar.zst
[ -e "$image" ] || skip_all "no image $image"
trap 'clear_away old01 new01' EXIT
table=$WPARS_ROOT/etc/wpars/overlay

# row PATH - its line in old01
row()
{
	wparctl overlay -l old01 | awk -v p="$1" '$1 == p'
}
inside()
{
	clogin old01 -- sh -c "$1" 2>&1
}

# The article's own line, and the class of later levels
paths=$(ODMDIR=/usr/lib/objrepos odmget overlay | awk '$1=="path" {print $3}')
like "odmget overlay, as in the article" "$paths" '^"/usr/bin/df"$'
is "odmget file_overlay has the same" \
	"$(ODMDIR=/usr/lib/objrepos odmget file_overlay | awk '$1=="path"{print $3}')" "$paths"
is "a stanza, to the character" "$(odmget -q 'path=/usr/bin/df' overlay)" \
	$'\noverlay:\n\tpath = "/usr/bin/df"\n\tprogram = "/usr/bin/df"\n\tos = "*"\n\tlevel = "*"\n\treason = "file systems are this kernel\'s"'
is "LIKE" "$(odmget -q 'path LIKE /usr/bin/u*' overlay | grep -c '^overlay:')" 3
is "what fits nothing prints nothing" "$(odmget -q path=/x overlay | wc -c)" 0
refused "another class" 'no such object class' odmget CuDv
refused "another folder" 'no such object class in /etc/objrepos' env ODMDIR=/etc/objrepos odmget overlay
refused "bad criteria" 'must be comparisons' odmget -q 'path' overlay
refused "an attribute that is none" "no attribute 'owner'" odmget -q owner=x overlay

ok "mkwpar -C" mkwpar -n old01 -C -B "$image"
ok "mkwpar" mkwpar -n new01
refused "a native WPAR has none" 'is no versioned' wparctl overlay -l new01
refused "nor one that is not there" '0960-419' wparctl overlay -l none01
like "df is replaced" "$(row /usr/bin/df)" '/usr/bin/df +replaced .* wparctl +file systems'
like "our commands are added" "$(row /usr/sbin/lssrc)" 'wparctl +added '
like "and JSON" "$(wparctl overlay -l old01 --json | jq -r '.[] | select(.path == "/usr/bin/ps") | .state')" '^replaced$'
ok "startwpar" startwpar old01
before=$(inside 'ls --version | head -n1')
fails "ls is the image's" test "$before" = "$(ls --version | head -n1)"
is "ps is ours" "$(inside 'ps --version')" "$(ps --version)"
is "a link of the image's to a command that is replaced" "$(inside 'ln -s /usr/bin/pgrep /tmp/pkill; /tmp/pkill --version')" \
	"$(sh -c 'exec -a /tmp/pkill pgrep --version' 2>/dev/null || pkill --version)"

# Refused, and nothing is written
refused "a relative path" 'must be absolute' wparctl overlay -a usr/bin/ls
refused "a path that leads back" 'without . and ..' wparctl overlay -a /usr/../bin/ls
refused "the users of a system" "'/etc/passwd' is configuration of the old system: only commands are replaced" wparctl overlay -a /etc/passwd -p /usr/bin/df
refused "a library" "libc.so.6' is a library, which the old system's programs load" wparctl overlay -a /usr/lib/x86_64-linux-gnu/libc.so.6 -p /usr/bin/df
refused "the loader of programs" "'/lib64/ld-linux-x86-64.so.2' is a library" wparctl overlay -a /lib64/ld-linux-x86-64.so.2 -p /usr/bin/df
refused "a folder of each system" "'/lib' is a folder of each system: only commands are replaced" wparctl overlay -a /lib -p /usr/bin/df
refused "a program that is not there" 'is no program of this system' wparctl overlay -a /usr/bin/ls -p /usr/bin/none
printf '#!/bin/sh\n' >"$TMPDIR/script"
chmod +x "$TMPDIR/script"
refused "a script" 'is no program of this system' wparctl overlay -a /usr/bin/ls -p "$TMPDIR/script"
refused "what is always ours" "wparctl's in every" wparctl overlay -r /usr/bin/uname
refused "a command that wparctl is not" 'name of no command' wparctl overlay -a /usr/bin/ls -p wparctl
refused "two at once" 'one of -l, -a' wparctl overlay -a /usr/bin/ls -r /usr/bin/ls
refused "-p without -a" '-p, -o, -L and -t belong' wparctl overlay -p /usr/bin/ls
refused "a row that is none" 'has no row' wparctl overlay -d /usr/bin/ls
is "and the table is as it was" "$(cat "$table" 2>/dev/null)" ""

# A tool with libraries of its own: ls of this system in the place of the old one
id=$(sed -n 's/^[[:blank:]]*os_id[[:blank:]]*= "*\([a-z]*\)"*$/\1/p' "$WPARS_ROOT/etc/wpars/old01.cf")
level=$(inside oslevel)
ok "wparctl overlay -a" wparctl overlay -a /usr/bin/ls -o "$id" -L "${level%%.*}" -t "colours of today"
ok "for another level" wparctl overlay -a /usr/bin/tar -L 1
ok "-r" wparctl overlay -r /bin/ps
like "it is listed" "$(row /usr/bin/ls)$(row /bin/ls)" "/usr/bin/ls +replaced +$id .*administrator +colours"
is "that of the other level is not" "$(row /usr/bin/tar)$(row /bin/tar)" ""
is "nor what is removed" "$(row /usr/bin/ps)$(row /bin/ps)" ""
like "odmget has it" "$(odmget -q "path=/usr/bin/ls AND os=$id" overlay)" 'colours of today'
is "one that runs goes on as before" "$(inside 'ls --version | head -n1')" "$before"
libraries=$(inside 'ls -l /lib/x86_64-linux-gnu; /lib/x86_64-linux-gnu/libc.so.6' | md5sum)
# What the next start would make can be made before
like "syncwpar -c -p" "$(syncwpar -c -p old01)" 'to be made anew'
refused "syncwpar without -c" 'syncwpar -c renews' syncwpar old01
refused "-c of a native WPAR" 'is no versioned' syncwpar -c new01
refused "-c with -D" 'cannot be used together' syncwpar -c -D old01
like "-c -A takes the versioned ones" "$(syncwpar -c -A)" 'partition old01 \(1 of 1\)'
like "which is all" "$(syncwpar -c -p old01)" 'overlay is current'
is "one that runs still goes on as before" "$(inside 'ls --version | head -n1')" "$before"
layers=$(ls -d "$WPARS_ROOT"/var/lib/wpars/images/*/layer-* | wc -l)
rebootwpar -t 30 old01 >/dev/null
is "the start makes no other" "$(ls -d "$WPARS_ROOT"/var/lib/wpars/images/*/layer-* | wc -l)" "$layers"
is "after the next start it is this system's" "$(inside 'ls --version | head -n1')" "$(ls --version | head -n1)"
is "the removed one is the image's" "$(inside 'ps --version')" \
	"$(inside 'dpkg-query -W -f "\${Version}" procps' | sed 's/^[0-9]*:/ps from procps-ng /; s/-[^-]*$//')"
fails "which is not this machine's" test "$(inside 'ps --version')" = "$(ps --version)"
is "with its own libraries, and the old ones stay" \
	"$(inside 'ls -l /lib/x86_64-linux-gnu; /lib/x86_64-linux-gnu/libc.so.6' | md5sum)" "$libraries"
is "its libraries are not seen by others" "$(inside 'env | grep -c LD_')" 0
like "ps shows the command's name" "$(inside 'ls -R / >/dev/null 2>&1 & cat /proc/$!/comm')" '^(ls|sh)$'

# The file, by hand
printf '\n* by hand\nfile_overlay:\n\tpath = "/usr/../x"\n' >>"$table"
stopwpar -F old01 >/dev/null
refused "a mistake in the file" 'overlay.*line [0-9]+.*without . and' wparctl overlay -l old01
like "keeps a versioned WPAR from its start" "$(startwpar old01 2>&1)" 'overlay.*line'
ok "and no other" startwpar new01
sed -i '/by hand/,$d' "$table"
# What another than root could write is not obeyed
whose="overlay' must be a plain file of root's to which nobody else may write"
chmod 666 "$table"
like "a file that everybody may write" "$(startwpar old01 2>&1)" "$whose"
refused "nor is it shown" "$whose" wparctl overlay -l old01
refused "or changed" "$whose" wparctl overlay -a /usr/bin/tar
chmod 644 "$table"
chown 1000 "$table"
like "a file of another user's" "$(startwpar old01 2>&1)" "$whose"
chown 0 "$table"
mv "$table" "$table.real"
ln -s overlay.real "$table"
like "a link" "$(startwpar old01 2>&1)" "$whose"
like "and nothing was started" "$(lswpar -qc -a state old01)" D
mv "$table.real" "$table"
ok "without it it starts" startwpar old01
ok "-d" wparctl overlay -d /bin/ps
like "ours holds again" "$(row /usr/bin/ps)" 'replaced'
rebootwpar -t 30 old01 >/dev/null
is "and is there" "$(inside 'ps --version')" "$(ps --version)"

# A package of the old system's can bring df, mount and uname, which are ours until then
like "nothing is mounted over a command" "$(inside 'cut -d" " -f5 /proc/self/mountinfo | grep -cE "^/(usr/)?s?bin/"')" '^0$'
like "df is ours" "$(inside df)" '^Global '
is "uname knows -W" "$(inside 'uname -W')" "$(sed -n 's/^[[:blank:]]*key[[:blank:]]*= "*\([0-9]*\)"*$/\1/p' "$WPARS_ROOT/etc/wpars/old01.cf")"
mkdir -p "$TMPDIR/deb/DEBIAN" "$TMPDIR/deb/bin"
for command in df mount uname; do
	printf '#!/bin/sh\necho new %s\n' "$command" >"$TMPDIR/deb/bin/$command"
	chmod 755 "$TMPDIR/deb/bin/$command"
done
printf 'Package: newer\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n' >"$TMPDIR/deb/DEBIAN/control"
dpkg-deb -Zgzip --root-owner-group -b "$TMPDIR/deb" "$TMPDIR/newer.deb" >/dev/null
# shellcheck disable=SC2002 # clogin has a pipe as its standard input
ok "dpkg installs it" eval 'cat "$TMPDIR/newer.deb" | clogin old01 -- sh -c "cat >/tmp/newer.deb && dpkg -i --force-overwrite /tmp/newer.deb"'
is "and its commands run" "$(inside 'df; mount; uname')" "$(printf 'new df\nnew mount\nnew uname')"
is "which the list says" "$(wparctl overlay -l old01 | grep -c 'bin/\(df\|mount\|uname\) .* its own ')" 3
rebootwpar -t 30 old01 >/dev/null
is "they stay the WPAR's own" "$(inside 'df; mount; uname')" "$(printf 'new df\nnew mount\nnew uname')"

# A static program, and one of ours in the place of the image's
if command -v busybox >/dev/null && ! ldd "$(command -v busybox)" >/dev/null 2>&1; then
	ok "a static program" wparctl overlay -a /usr/bin/wc -p "$(command -v busybox)"
	rebootwpar -t 30 old01 >/dev/null
	is "runs" "$(inside 'printf "a\n" | wc -l')" 1
	like "and is it" "$(inside 'wc --help')" BusyBox
fi
ok "the program has gone since" sh -c "printf '\nfile_overlay:\n\tpath = /usr/bin/tac\n\tprogram = /usr/bin/none\n' >>'$table'"
like "which is listed" "$(row /usr/bin/tac)" 'missing here'
rebootwpar -t 30 old01 >/dev/null
is "and the image's serves" "$(inside 'printf "a\nb\n" | tac | head -n1')" b
done_testing
