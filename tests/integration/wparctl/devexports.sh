#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# devexports.sh - the list of devices that WPARs may have: /etc/wpars/devexports and mkwpar -b
# timeout: 60
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away dex two' EXIT
mkdir -p "$WPARS_ROOT/etc/wpars"
list=$WPARS_ROOT/etc/wpars/devexports
device=$(find /dev -maxdepth 1 \( -name fuse -o -name loop-control \) -type c | sort | head -n 1)
[ -n "$device" ] || skip_all "no device to be exported"
# Another that no WPAR has by itself; of this machine's, which may be a root with few.
other=$(find /dev -maxdepth 1 -type c | grep -Ev '/(null|zero|full|random|urandom|tty|ptmx|console)$' | grep -vxF "$device" | sort | head -n 1)
[ -n "$other" ] || skip_all "no second device to be exported"

# devices NAME - as lswpar has them: name and status
devices()
{
	lswpar -qcD -a devname,devstatus "$1" | grep -E "^$device:|^/dev/full:" | sort | tr '\n' ' '
}

# Without a list -D names any device.
ok "mkwpar -D without a list" mkwpar -n dex --minimal -D devname="$device"
rmwpar dex >/dev/null

cat >"$list" <<-END
	name:
		value = "$device"
		auto = "no"
	name:
		value = "/dev/full"
		auto = "no"
	name:
		value = "/dev/not-there*"
END
cp "$list" "$TMPDIR/list"
ok "mkwpar with it" mkwpar -n dex --minimal
like "a device that every WPAR has is kept out" "$(grep -A4 'devname = "/dev/full"' "$WPARS_ROOT/etc/wpars/dex.cf")" 'export = "no"'
unlike "auto = no: not by itself" "$(cat "$WPARS_ROOT/etc/wpars/dex.cf")" "\"$device\""
ok "startwpar" startwpar dex
fails "it is not inside" clogin dex -- test -e "$device" </dev/null
fails "nor the other" clogin dex -- test -e /dev/full </dev/null
ok "chwpar -D" chwpar -D devname="$device" dex
ok "now it is" clogin dex -- test -c "$device" </dev/null
refused "chwpar -D of another" "^chwpar: -D devname=$other: $list does not list it, so no workload partition can have it$" \
	chwpar -D devname=$other dex
ok "chwpar -D of one that every WPAR has" chwpar -D devname=/dev/zero dex
printf 'name:\n\tvalue = %s\n' "$other" >"$list"
ok "chwpar -D of one, when the list no longer has another" chwpar -D devname=$other dex
refused "-D of that one, otherwise" "^chwpar: -D devname=$device: $list does not list it" chwpar -D devname="$device" virtualname=/dev/other dex
cp "$TMPDIR/list" "$list"
refused "mkwpar -D of another" "^mkwpar: -D devname=$other: $list does not list it" mkwpar -n two -D devname=$other
refused "wparexec -D of another" "^wparexec: -D devname=$other: $list does not list it" wparexec -D devname=$other -- /bin/true
refused "one of another WPAR's specification" "^mkwpar: -D devname=$device: $TMPDIR/none does not list it" \
	sh -c 'printf "name:\n\tvalue = /dev/x\n" >"$1"; mkwpar -n two -e dex -b "$1"' sh "$TMPDIR/none"
rmwpar -F dex >/dev/null

printf 'name:\n\tvalue = "%s*"\n' "${device%?}" >"$TMPDIR/pattern"
ok "mkwpar -b, with a pattern" mkwpar -n dex --minimal -s -b "$TMPDIR/pattern"
ok "it is inside" clogin dex -- test -c "$device" </dev/null
ok "and /dev/full, which the other list keeps out" clogin dex -- test -c /dev/full </dev/null
mkwpar -w -o "$TMPDIR/spec" -n two -e dex
ok "from what it became" mkwpar -f "$TMPDIR/spec" --minimal -b "$TMPDIR/pattern"
is "it has it once" "$(grep -c "devname = \"$device\"" "$WPARS_ROOT/etc/wpars/two.cf")" 1
rmwpar two >/dev/null
ok "-D export=no" mkwpar -n two --minimal -b "$TMPDIR/pattern" -D devname="$device" export=no
unlike "keeps it out" "$(grep -A4 "devname = \"$device\"" "$WPARS_ROOT/etc/wpars/two.cf")" 'export = "yes"'
rmwpar two >/dev/null
printf 'name:\n\tvalue = "/dev/*"\n\tauto = "no"\n' >"$TMPDIR/all"
ok "any, but none by itself" mkwpar -n two --minimal -s -b "$TMPDIR/all"
for d in full null ptmx random tty urandom zero; do
	ok "leaves /dev/$d, which every WPAR has" clogin two -- test -c "/dev/$d" </dev/null
done
fails "and exports no other" clogin two -- test -e "$device" </dev/null
rmwpar -F two >/dev/null
chmod 666 "$TMPDIR/all"
refused "a list that everybody may write" "must be a plain file of root's" mkwpar -n two -b "$TMPDIR/all"
refused "a list that is not there" '^mkwpar: -b /nosuch: there is no such file$' mkwpar -n two -b /nosuch
printf 'name:\n\tvalue = /etc/passwd\n' >"$TMPDIR/bad"
refused "one that leads elsewhere" 'line 2: "value" is a path below /dev' mkwpar -n two -b "$TMPDIR/bad"
printf 'name:\n' >"$list"
refused "one that is broken" 'the entry before has no "value"' mkwpar -n two
ok "a WPAR that is there is not harmed" sh -c 'stopwpar -F dex && startwpar dex'
ok "rmwpar" rmwpar -F dex
done_testing
