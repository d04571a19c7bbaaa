#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# where.sh - uname -W and -L, lparstat and oslevel: in which WPAR and which LPAR a command runs
# timeout: 120
# shellcheck disable=SC2016 # in single quotes the WPAR's shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

# A place that an application WPAR would see; the mount is in the frame only.
mount -t tmpfs tmpfs /mnt
WPARS_ROOT=/mnt/root
mkdir "$WPARS_ROOT"
trap 'clear_away one two' EXIT
# key NAME - the number of a WPAR, as its definition has it
key()
{
	sed -n 's/^[[:blank:]]*key[[:blank:]]*= "\{0,1\}\([0-9]*\)"\{0,1\}$/\1/p' "$WPARS_ROOT/etc/wpars/$1.cf"
}

is "the global environment is number 0" "$(wparctl uname -W)" 0
is "and no LPAR here" "$(wparctl uname -L)" "-1 NULL"
fails "all else is uname's" wparctl uname
is "lparstat -W" "$(lparstat -W)" "WPAR Key                                   : 0
WPAR Configured ID                         : 0"
is "lparstat -iW: what clients cut out of it" \
	"$(lparstat -iW | sed -n 's/^\(Node Name\|Partition Name\|WPAR Key\) *: //p')" "$(uname -n)
-
0"
is "each line of -i has its colon in column 44" "$(lparstat -i | grep -vc '^.\{43\}: [^ ]')" 0
like "lparstat" "$(lparstat | tail -3)" '^%user  %sys  %wait  %idle
----- ----- ------ ------
( *[0-9]+\.[0-9]){4}$'
is "with an interval and a count" "$(lparstat 1 2 | grep -c '^ *[0-9]')" 2
is "as JSON" "$(lparstat -W --json | tr -d ' \n')" '{"wpar_key":"0","wpar_configured_id":"0"}'
fails "an interval of nothing is refused" lparstat 0
is "oslevel" "$(oslevel)" "$(cat /etc/debian_version)"
is "oslevel -s says the same" "$(oslevel -s)" "$(oslevel)"

ok "one WPAR" mkwpar -n one -s
ok "another" mkwpar -n two -s
cp "$PAR_TEST_BUILD/wparctl/wparctl" /mnt/wparctl
chmod 755 /mnt /mnt/wparctl
for name in one two; do
	cp /mnt/wparctl "$WPARS_ROOT/wpars/$name/home/lparstat"
	cp /mnt/wparctl "$WPARS_ROOT/wpars/$name/home/oslevel"
	cp /mnt/wparctl "$WPARS_ROOT/wpars/$name/home/wparctl"
	is "uname -W in $name" "$(clogin "$name" uname -W)" "$(key "$name")"
done
unlike "they are not the same" "$(clogin one uname -W)" "^$(clogin two uname -W)\$"
is "uname -LW" "$(clogin one uname -LW)" "-1 NULL $(key one)"
is "what its root has written over counts nothing" \
	"$(clogin one 'unshare -U true 2>/dev/null; echo 99 >/etc/key; uname -W')" "$(key one)"
clogin one 'echo ann:x:1:1::/:/bin/sh >>/etc/passwd'
is "any user may ask" "$(clogin one -l ann uname -W)" "$(key one)"
for words in '' -a -r '-s -n' --version; do
	# shellcheck disable=SC2086
	is "uname $words is the system's own" "$(clogin one uname $words | sed "s/ one / $(uname -n) /; s/^Linux one\$/Linux $(uname -n)/")" \
		"$(uname $words)"
done
fails "its errors too" clogin one uname -Wx
is "lparstat -W inside" "$(clogin one /home/lparstat -W)" "WPAR Key                                   : $(key one)
WPAR Configured ID                         : $(key one)"
is "lparstat -i knows the WPAR's name" "$(clogin one /home/lparstat -i | sed -n 's/^Node Name *: //p')" one
is "oslevel inside" "$(clogin one /home/oslevel)" "$(oslevel)"
is "wparctl uname inside" "$(clogin one /home/wparctl uname -W)" "$(key one)"
like "an application WPAR has a number, too" "$(wparexec -n app -- /mnt/wparctl uname -W 2>/dev/null)" '^8[0-9]{3}$'
ok "rmwpar" rmwpar -s one
done_testing
