#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mkwpar_from.sh - mkwpar of what is there already: the files of a backup (-B), the settings of a WPAR (-e)
# timeout: 300
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

tools=$PAR_TEST_SOURCE/integration/wparctl
base=$WPARS_ROOT/wpars cf=$WPARS_ROOT/etc/wpars
export PYTHONDONTWRITEBYTECODE=1
trap 'clear_away dev01 new new2' EXIT

# nothing_left - no WPAR but dev01, no folder of one
nothing_left()
{
	[ "$(lswpar -qc -a name)" = dev01 ] && [ "$(find "$base" -mindepth 1 -maxdepth 1 ! -name .volumes -printf '%f\n')" = dev01 ]
}

list()
{
	python3 "$tools/tree.py" list "$1"
}

mkdir -p "$TMPDIR/srv" "$WPARS_ROOT/tmp"
chmod 700 "$TMPDIR/srv"
printf '#!/bin/sh\n' >"$TMPDIR/script"
chmod 755 "$TMPDIR/script"
# A network of its own, with an interface that an address can be of.
ok "a WPAR with settings of all kinds" unshare -n sh -c 'ip link add en0 type veth peer name en1 && ip addr add 10.9.0.1/24 dev en0 && ip link set en0 up && "$@"' - \
	mkwpar -n dev01 -A -i -u "$TMPDIR/script" -R active=yes totalPTYs=9 \
	-S privs-=PV_NET_PORT -D devname=/dev/fuse -M directory=/srv2 vfs=namefs dev="$TMPDIR/srv" mountopts=ro \
	-M directory=/data vfs=directory -N address=10.9.0.77
python3 "$tools/tree.py" make "$base/dev01/home/tree"
save=$TMPDIR/dev01.save
savewpar -f "$save" dev01 >/dev/null

# -B: its files are the backup's, what it is like is what the flags say.
ok "mkwpar -B" mkwpar -n new -B "$save" -R totalPTYs=5 -M directory=/more vfs=directory
is "each attribute of each file is what it was" "$(diff <(list "$base/dev01/home/tree") <(list "$base/new/home/tree"))" ""
is "its name is in its files" "$(cat "$base/new/etc/hostname")" new
ok "it has a machine id of its own" test "$(cat "$base/new/etc/machine-id")" != "$(cat "$base/dev01/etc/machine-id")"
unlike "the backup's settings are not taken" "$(cat "$cf/new.cf")" 'PV_NET_PORT|/srv2|totalPTYs = "?9|script'
like "those of the flags are" "$(cat "$cf/new.cf")" 'totalPTYs = "?5'
ok "it starts" startwpar new
is "and answers" "$(clogin new sh -c 'stat -c "%a %u" /home/tree/plain; test -d /more && hostname' </dev/null)" "640 1000
new"
rmwpar -F new
ok "from a pipe, and started" sh -c 'mkwpar -n new -s -B - <"$1"' - "$save"
is "it is active" "$(state new)" A
rmwpar -F new
refused "-l of a backup without a /usr" "^mkwpar: -l: the backup .* has no /usr and /opt of its own" mkwpar -n new -l -B "$save"
refused "no such backup" "^mkwpar: The backup $TMPDIR/none cannot be opened: there is no such file$" mkwpar -n new -B "$TMPDIR/none"
refused "--minimal" "^mkwpar: --minimal with -B: " mkwpar -n new --minimal -B "$save"
refused "-p" "^mkwpar: -B and -p cannot be used together$" mkwpar -n new -p -B "$save"
refused "-w" "^mkwpar: -B and -w cannot be used together: a specification does not name a backup$" \
	mkwpar -n new -B "$save" -w -o "$TMPDIR/written"
refused "a native one's backup as an image" "restwpar or mkwpar -B, without -C or -t, makes one of it" mkwpar -n new -C -B "$save"
refused "or as a copy of this system" "restwpar or mkwpar -B, without -C or -t, makes one of it" mkwpar -n new -t -B "$save"
head -c 100000 "$save" >"$TMPDIR/cut"
refused "one that was cut" "it ends too early, so it is not whole" sh -c 'mkwpar -n new -B "$1" 2>&1 >/dev/null' - "$TMPDIR/cut"
: >"$TMPDIR/empty"
refused "one that is empty" "it is empty" mkwpar -n new -B "$TMPDIR/empty"
refused "one behind which there is no end" "what comes behind its end does not end" sh -c '(zstd -qdc "$1"; cat /dev/zero) | mkwpar -n new -B - 2>&1 >/dev/null' - "$save"
ok "leaves nothing" nothing_left
if command -v ssh-keygen >/dev/null; then
	ssh-keygen -q -t ed25519 -N '' -f "$TMPDIR/key"
	echo "admin $(cat "$TMPDIR/key.pub")" >"$cf/allowed_signers"
	output=$(mkwpar -n new -B "$save" 2>&1 >/dev/null)
	like "where backups must be signed, that one is refused" "$output" '^mkwpar: .*is not signed'
	ok "and leaves nothing" nothing_left
	savewpar --sign-key "$TMPDIR/key" -f "$TMPDIR/signed" dev01 >/dev/null
	like "a signed one is taken" "$(mkwpar -n new -B "$TMPDIR/signed")" '^The backup is signed by admin\.$'
	rmwpar new
	rm "$cf/allowed_signers"
fi
mkdir -p "$TMPDIR/small"
mount -t tmpfs -o size=1m none "$TMPDIR/small"
chmod 700 "$TMPDIR/small"
output=$(WPARS_ROOT=$TMPDIR/small mkwpar -n new -B "$save" 2>&1)
is "on a full disk it fails" "$?" 1
like "and says why" "$output" 'space'
is "and leaves nothing" "$(find "$TMPDIR/small/wpars" "$TMPDIR/small/etc/wpars" -mindepth 1 2>/dev/null)" ""
umount "$TMPDIR/small"
for step in made "servers filled"; do
	WPAR_STOP_AT=$step mkwpar -n new -B "$save" >/dev/null 2>&1
	[ "$step" = made ] && rmwpar new
	ok "killed ($step), the same command makes it" mkwpar -n new -B "$save"
	rmwpar new
done
ok "and nothing is left" nothing_left

# -e: all settings of the other one, without what is its own.
ok "mkwpar -e" mkwpar -n new -e dev01
is "all settings come along but name, directory, host name, UUID, numbers and addresses" \
	"$(diff <(sed '/^network:/,/^$/d' "$cf/dev01.cf" | grep -v -e uuid -e idbase -e key -e 'project =' -e 'hostname =' -e 'directory = "\?/wpars' -e 'name = "\?dev01') \
		<(grep -v -e uuid -e idbase -e key -e 'project =' -e 'hostname =' -e 'directory = "\?/wpars' -e 'name = "\?new' "$cf/new.cf"))" ""
like "the host name is its own" "$(cat "$cf/new.cf")" 'hostname = "?new'
unlike "and it has not the other's address" "$(cat "$cf/new.cf")" '10\.9\.0\.77'
ok "flags have the last word" mkwpar -n new2 -e dev01 -R totalPTYs=7
like "over the other's" "$(cat "$cf/new2.cf")" 'totalPTYs = "?7'
done_testing
