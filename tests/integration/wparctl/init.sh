#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# init.sh - PID 1 of a system WPAR: the actions and run levels of inittab, respawn and its limit
# timeout: 120
# shellcheck disable=SC2016,SC2317 # in single quotes another shell expands; lib.sh calls functions
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away ini' EXIT
root=$WPARS_ROOT/wpars/ini
console=$WPARS_ROOT/var/adm/wpars/ini.console

inside()
{
	clogin ini -- /bin/sh -c "$1" </dev/null
}

# has_line FILE LINE
has_line()
{
	grep -qxF -- "$2" "$1"
}

# has_lines FILE N
has_lines()
{
	[ "$(wc -l <"$1")" = "$2" ]
}

ok "mkwpar" mkwpar -n ini
like "a new one has a run level" "$(cat "$root/etc/inittab")" '^init:2:initdefault:$'
cat >"$root/etc/inittab" <<-'END'
	: a comment of AIX
	init:3:initdefault:
	last:3:once:echo once >>/tmp/order
	w:23:wait:sleep 0.3; echo wait >>/tmp/order
	after:3:once:echo after >>/tmp/order
	sys::sysinit:sleep 0.3; echo sysinit >>/tmp/order
	boot::bootwait:echo bootwait >>/tmp/order
	two:2:once:echo two >>/tmp/order
	never:3:off:echo off >>/tmp/order
	wrong:3:sometimes:echo wrong >>/tmp/order
	stay:3:respawn:echo stay >>/tmp/stay; exec sleep 1000
	dies:3:respawn:echo dies >>/tmp/dies; exit 1
	END
ok "startwpar" startwpar ini
ok "entries run" wait_for 10 has_line "$root/tmp/order" after
is "in their order" "$(tr '\n' ' ' <"$root/tmp/order")" "sysinit bootwait once wait after "
ok "a bad line is told on the console" wait_for 5 has_line "$console" \
	"/etc/inittab: line 10 is not used: there is no action 'sometimes'"

# What dies again and again
ok "it is held back, and the console says so" wait_for 10 has_line "$console" \
	"init: dies ends again and again and is held back for 300 seconds: echo dies >>/tmp/dies; exit 1"
is "after five times" "$(wc -l <"$root/tmp/dies")" 5
inside 'kill $(pgrep -x sleep)'
ok "what died is started again at once" wait_for 5 has_lines "$root/tmp/stay" 2
inside 'kill -HUP 1'
ok "a new look ends the holding back" wait_for 5 has_lines "$root/tmp/dies" 10

# A new look at the file
sed -i -e 's/^stay:3:respawn/stay:3:off/' -e '$ a more:3:once:echo more >>/tmp/order' "$root/etc/inittab"
inside '/etc/telinit q'
ok "a new entry runs" wait_for 5 has_line "$root/tmp/order" more
ok "what is off ends" wait_for 5 inside '! pgrep -x sleep'
is "what ran once does not run again" "$(grep -c '^once$' "$root/tmp/order")" 1

# Another run level
fails "telinit of a word" inside '/etc/telinit x'
fails "telinit of an ordinary user" inside 'setpriv --reuid=65534 --clear-groups /etc/init 2'
ok "telinit 2" inside '/etc/init 2'
ok "runs what belongs to it" wait_for 5 has_line "$root/tmp/order" two
is "and what it waits for, again" "$(grep -c '^wait$' "$root/tmp/order")" 2

# Zombies: an orphan is reaped
inside '(sleep 0.1 & echo $! >/tmp/orphan) & wait'
ok "an orphan is reaped" wait_for 5 inside '! test -e "/proc/$(cat /tmp/orphan)"'

# A stop while an entry is waited for
echo 'w::wait:echo hangs; sleep 1000' >"$root/etc/inittab"
stopwpar ini >/dev/null
startwpar ini >/dev/null
ok "an entry that hangs" wait_for 5 has_line "$console" hangs
ok "does not hold up a stop" stopwpar -t 15 ini
ok "rmwpar" rmwpar ini
done_testing
