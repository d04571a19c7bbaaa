#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# other_init.sh - a WPAR whose specification names another first process: busybox's init (systemd: systemd_init.sh)
# timeout: 90
# shellcheck disable=SC2016,SC2317 # in single quotes another shell expands; lib.sh calls functions
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

busybox=$(command -v busybox) || skip_all "needs busybox"
trap 'clear_away oin' EXIT
root=$WPARS_ROOT/wpars/oin
console=$WPARS_ROOT/var/adm/wpars/oin.console

# spec NAME INIT - a specification that names its first process
spec()
{
	printf 'general:\n\tname = "%s"\n\tinit = "%s"\n' "$1" "$2" >"$TMPDIR/$1.spec"
}

spec oin /sbin/ini
ok "mkwpar -f" mkwpar -f "$TMPDIR/oin.spec"
like "its specification says so" "$(cat "$WPARS_ROOT/etc/wpars/oin.cf")" '^	init = "/sbin/ini"$'
fails "a first process that is not there" startwpar oin
is "leaves the WPAR Defined" "$(state oin)" D
rmwpar oin >/dev/null

# One that ends a moment after its start: the start has to notice
cat >"$TMPDIR/ends" <<-'END'
	#!/bin/sh
	sleep 0.1
	echo "this cannot work"
	END
spec oin /etc/ends
mkwpar -f "$TMPDIR/oin.spec" >/dev/null
install -m 755 "$TMPDIR/ends" "$root/etc/ends"
like "a first process that ends at once fails the start, which names the log" "$(startwpar oin 2>&1)" \
	"^startwpar: workload partition 'oin' has ended right after its start; /var/adm/wpars/oin.console has what it said\$"
like "and that has the reason" "$(cat "$console")" '^this cannot work$'
ok "it becomes Defined" wait_for 10 is_state oin D
fails "rebootwpar of a stopped one is refused" rebootwpar oin

# A restart whose start fails so late can be run again, once the cause is gone
printf '#!/bin/sh\nexec sleep 1000\n' >"$root/etc/ends"
ok "a first process that lives" startwpar oin
cp "$TMPDIR/ends" "$root/etc/ends"
fails "after a change it does not" rebootwpar -F oin
ok "the WPAR becomes Defined" wait_for 10 is_state oin D
printf '#!/bin/sh\nexec sleep 1000\n' >"$root/etc/ends"
ok "the same rebootwpar goes on" rebootwpar oin
is "and it is active" "$(state oin)" A
rmwpar -F oin >/dev/null

spec oin /etc/other-init
mkwpar -f "$TMPDIR/oin.spec" >/dev/null
cat >"$TMPDIR/inittab" <<-'END'
	::sysinit:/bin/sh -c 'echo "booted, container is $container"'
	::respawn:/bin/sleep 1000
	::shutdown:/bin/sh -c 'echo "going down"'
	END
cp "$TMPDIR/inittab" "$root/etc/inittab"
# busybox is init when it is called so
mkdir -p "$root/etc/bb"
ln -s "$busybox" "$root/etc/bb/init"
sed -i 's,/etc/other-init,/etc/bb/init,' "$WPARS_ROOT/etc/wpars/oin.cf"
ok "startwpar" startwpar oin
ok "its inittab runs, with container= set" wait_for 10 grep -qx 'booted, container is wpar' "$console"
is "process 1 is busybox" "$(clogin oin -- readlink /proc/1/exe </dev/null)" "$busybox"
like "what it starts runs" "$(clogin oin -- ps -e -o args </dev/null)" '^/bin/sleep 1000$'
ok "no signal is blocked in it" sh -c '! clogin oin -- grep -h "^SigBlk:.*[1-9a-f]" "/proc/$(clogin oin -- pgrep -x sleep </dev/null)/status" </dev/null'
ok "stopwpar is understood" stopwpar -t 30 oin
like "and shuts down in order" "$(cat "$console")" '^going down$'
is "it is Defined" "$(state oin)" D
ok "rmwpar" rmwpar oin

done_testing
