#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hold.sh - startwpar in two halves: Loaded (-1), maintenance (-m), and the end of the start (-2), with variables,
# killed commands, and another first process than ours
# timeout: 180
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away hld' EXIT
log=$WPARS_ROOT/var/adm/wpars/event.log
console=$WPARS_ROOT/var/adm/wpars/hld.console

inside()
{
	clogin hld -- /bin/sh -c "$1" </dev/null
}

# gone PID - has the process ended, reaped or not?
gone()
{
	! grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null
}

# processes - how many run in it
processes()
{
	local procs=0 file
	while read -r file; do
		procs=$((procs + $(wc -l <"$file")))
	done < <(find /sys/fs/cgroup -path '*hld*/cgroup.procs' 2>/dev/null)
	echo "$procs"
}

ok "mkwpar" mkwpar -n hld --minimal
cat >"$WPARS_ROOT/wpars/hld/etc/inittab" <<-'END'
	a::once:echo "booted"; tr '\0' '\n' </proc/1/environ
END

# Loaded
is "startwpar -1" "$(startwpar -1 hld 2>&1)" "Starting workload partition hld.
Mounting all workload partition file systems.
Loading workload partition.
Exporting workload partition devices.
Exporting workload partition kernel extensions."
is "it is Loaded" "$(state hld)" L
is "in words, too" "$(lswpar -L hld | sed -n 2p)" "hld - Loaded"
is "lswpar -s L" "$(lswpar -cqs L -a name hld)" hld
ok "its file systems are mounted outside" grep -q " $WPARS_ROOT/wpars/hld/usr " /proc/self/mountinfo
like "the log has it" "$(tail -n 1 "$log")" ' hld load root/startwpar ok$'
fails "nothing of it ran" grep -q booted "$console"
like "startwpar again" "$(startwpar hld 2>&1)" 'Loaded state; startwpar -2 goes on with its start'
like "-1 again" "$(startwpar -1 hld 2>&1)" 'Loaded state; startwpar -2 goes on with its start'
like "clogin" "$(inside true 2>&1)" 'Loaded state; startwpar -2 goes on with its start'
like "chwpar" "$(chwpar -A hld 2>&1)" 'Loaded state; it must be Defined or Active'
like "rebootwpar" "$(rebootwpar hld 2>&1)" 'Loaded state'
like "rmwpar" "$(rmwpar hld 2>&1)" 'Loaded state; stop it first, or use -s'
like "a bad variable" "$(startwpar -2 -e =x hld 2>&1)" '^startwpar: -e needs NAME=VALUE, not "=x"$'
like "a quote that is open" "$(startwpar -2 -e "A='x" hld 2>&1)" '^startwpar: -e: '
like "variables that are too long" "$(startwpar -2 -e "A=$(head -c 5000 /dev/zero | tr '\0' x)" hld 2>&1)" 'more than 4096 bytes'
is "it is still Loaded" "$(state hld)" L
like "startwpar -2" "$(startwpar -v -2 -e "SITE=north TWO='two words' HOME=/tmp" hld 2>&1)" "^Starting workload partition subsystem cor_hld.
0513-059 The cor_hld Subsystem has been started. Subsystem PID is [0-9]*.
Verifying workload partition startup.
Return Status = SUCCESS.$"
is "it is Active" "$(state hld)" A
ok "it has run" wait_for 10 grep -q '^booted$' "$console"
ok "with the variables" wait_for 10 grep -q '^TERM=linux$' "$console"
ok "a word" grep -q '^SITE=north$' "$console"
ok "two words" grep -q '^TWO=two words$' "$console"
ok "one instead of ours" grep -q '^HOME=/tmp$' "$console"
fails "which is not there twice" grep -q '^HOME=/$' "$console"
like "startwpar -2 of one that runs" "$(startwpar -2 hld 2>&1)" 'Active state; -2 needs it to be Loaded'
ok "stopwpar, in order" stopwpar -t 20 hld
like "startwpar -2 of one that is stopped" "$(startwpar -2 hld 2>&1)" 'Defined state; -2 needs it to be Loaded'

# Stopped, removed and restarted from there
ok "Loaded" startwpar -1 hld
ok "stopwpar waits for nothing" timeout 20 stopwpar hld
is "it is Defined" "$(state hld)" D
is "nothing is left of it" "$(processes)" 0
ok "a start as ever" startwpar hld
is "is no held one" "$(state hld)" A
stopwpar -F hld >/dev/null

# Maintenance
: >"$console"
ok "startwpar -m" startwpar -m hld
is "it is Loaded, too" "$(state hld)" L
is "one process is there, ours" "$(processes)" 1
is "clogin goes in" "$(inside 'id -u; hostname')" "0
hld"
ok "and repairs" inside 'echo mended >/etc/mended'
inside 'sleep 0.2 & exec true'
ok "what it leaves is reaped" wait_for 10 inside '! ps -e -o stat | grep -q Z'
is "its root does not get at the process that waits" "$(inside 'for i in fd/0 fd/24 fd/25 cwd exe; do readlink /proc/1/$i; done 2>/dev/null; cat /proc/1/environ 2>/dev/null')" ""
inside 'kill -TERM 1; kill -HUP 1; kill -USR1 1; kill -KILL 1' 2>/dev/null
is "nor ends it" "$(state hld)" L
fails "nothing of it ran" grep -q booted "$console"
cor=$(monitor hld)
kill -KILL "$cor"
wait_for 10 gone "$cor"
is "its monitor was killed: it is held all the same" "$(state hld)" L
like "startwpar -2 starts another" "$(startwpar -2 hld)" '^0513-059 The cor_hld Subsystem has been started. Subsystem PID is [1-9][0-9]*.$'
ok "it has run" wait_for 10 grep -q '^booted$' "$console"
is "and is Active" "$(state hld)" A
is "with what was mended" "$(inside 'cat /etc/mended')" mended
stopwpar -F hld >/dev/null

# Killed commands
for step in namespaces mapped mounted monitor begun; do
	WPAR_STOP_AT=$step startwpar -1 hld >/dev/null 2>&1
	[ "$(state hld)" = L ] || startwpar -1 hld >/dev/null 2>&1
	is "killed at $step: the same again" "$(state hld)" L
	stopwpar -F hld >/dev/null
done
startwpar -1 hld >/dev/null
WPAR_STOP_AT=released startwpar -2 hld >/dev/null 2>&1
is_active()
{
	[ "$(state hld)" = A ]
}
ok "-2 killed when it had said so: it is Active" wait_for 20 is_active
ok "the same again" startwpar -2 hld
is "it is Active" "$(state hld)" A
fails "and not once more" startwpar -2 hld
stopwpar -F hld >/dev/null
startwpar -1 hld >/dev/null
WPAR_STOP_AT=released startwpar -2 hld >/dev/null 2>&1
wait_for 20 is_active
printf '#!/bin/sh\necho asked >/home/asked\n' >"$WPARS_ROOT/wpars/hld/etc/rc.shutdown"
chmod 755 "$WPARS_ROOT/wpars/hld/etc/rc.shutdown"
like "stopwpar of such a one" "$(stopwpar hld)" 'Waiting up to 600 seconds'
is "asks it to end" "$(cat "$WPARS_ROOT/wpars/hld/home/asked")" asked
rm "$WPARS_ROOT/wpars/hld/etc/rc.shutdown"
startwpar -1 hld >/dev/null
fails "stopwpar of a held one waits for nothing" sh -c 'stopwpar hld | grep Waiting'

# Another first process than ours
cat >"$WPARS_ROOT/wpars/hld/etc/own" <<-'END'
	#!/bin/sh
	echo "own init $SITE $container"
	exec sleep 1000
END
chmod 755 "$WPARS_ROOT/wpars/hld/etc/own"
sed -i '/^general:/a\	init = "/etc/own"' "$WPARS_ROOT/etc/wpars/hld.cf"
ok "-1" startwpar -1 hld
ok "-2" startwpar -2 -e SITE=south hld
ok "it got its variables" wait_for 10 grep -q '^own init south wpar$' "$console"
is "and its children's ends" "$(inside 'grep -E "^Sig(Blk|Ign)" /proc/1/status' | tr -d '\t\n')" "SigBlk:0000000000000000SigIgn:0000000000000000"
stopwpar -F hld >/dev/null
rm "$WPARS_ROOT/wpars/hld/etc/own"
ok "one that is not there: -1 does not look" startwpar -1 hld
fails "-2 says so" startwpar -2 hld
ok "it is Defined" wait_for 20 is_state hld D

# Flags that do not go together
for flags in '-1 -2' '-1 -m' '-m -2' '-a -2' '-e A=1' '-m -e A=1' '-I'; do
	# shellcheck disable=SC2086 # words
	fails "startwpar $flags" startwpar $flags hld
done
ok "rmwpar" rmwpar hld
is "nothing is left" "$(ls -A "$WPARS_ROOT/wpars" "$WPARS_ROOT/run/wpars")" "$WPARS_ROOT/run/wpars:
.ids
.registry
.space

$WPARS_ROOT/wpars:"
done_testing
