#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# layers_run.sh - an OCI image as a WPAR: what it says is to run does, as the user, in the directory, with the environment
# timeout: 180
# shellcheck disable=SC2016 # what is in single quotes is expanded in the WPAR
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

[ -n "$(command -v busybox)" ] || skip_all "no busybox"
work=$TMPDIR/work
mkdir -p "$work"

# layout NAME CONFIG [BARE] - an OCI layout of a root with busybox; BARE: without shell, /etc and users
layout()
{
	PYTHONPATH=$PAR_TEST_SOURCE/integration/wparctl python3 - "$work/$1" "$2" "${3:-}" "$(command -v busybox)" <<'PY'
import json, sys
sys.argv, (path, run, bare, busybox) = [sys.argv[0], "/nonexistent", "/nonexistent"], sys.argv[1:]
from make_archives import D, S, member
from make_layers import Layout
program = open(busybox, "rb").read()
if bare:
    layers = [[member("prog/", D), member("prog/busybox", body=program, mode=0o755)]]
else:
    layers = [[member("bin/", D), member("bin/busybox", body=program, mode=0o755), member("etc/", D),
               member("etc/passwd", body=b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:50::/home/app:/bin/sh\n"),
               member("etc/group", body=b"root:x:0:\napps:x:50:\nmore:x:60:other,app\nextra:x:70:\n"),
               member("etc/inittab", body=b"::respawn:/bin/false\n"), member("tmp/", D, mode=0o1777)] +
              [member("bin/" + n, S, linkname="busybox") for n in ("sh", "id", "env", "pwd", "sleep", "cat", "sync", "mv")],
              [member("etc/os-release", body=b"NAME=Layers\nID=layers\nVERSION_ID=2\n")]]
Layout(layers, json.loads(run)).finish().archive(path)
PY
}

# src NAME WPAR - the state of the subsystem image
src()
{
	lssrc -s image -@ "$1" 2>/dev/null | awk '$1 == "image" { print $NF }'
}

script='{ id; pwd; echo "$A"; echo "$HOME"; echo "$PATH"; for i; do echo "<$i>"; done; env | cut -d= -f1 | grep -cvE "^(A|PATH|HOME|PWD|OLDPWD|SHLVL|_|and .*)$"; } >/tmp/out; mv /tmp/out /tmp/done; exec sleep 77777'
layout app.tar "$(jq -n --arg s "$script" '{User: "app", WorkingDir: "/srv/new/dir", Env: ["A=two  words\nand \"a line\" %41 \\", "PATH=/bin"],
	Entrypoint: ["sh", "-c", $s, "sh"], Cmd: ["one two", "", "*", "ü\n"]}')"
report=$(lsmksysb -l -f "$work/app.tar")
like "lsmksysb says what will run" "$report" '^ok +Command +sh -c'
ok "mkwpar -C -B -s" mkwpar -n app -C -B "$work/app.tar" -s
ok "the command has run" wait_for 30 clogin app -- cat /tmp/done
is "as its user, in its directory, with its environment and arguments" "$(clogin app -- cat /tmp/done)" \
	"$(printf '%s\n' 'uid=1000(app) gid=50(apps) groups=60(more)' /srv/new/dir $'two  words\nand "a line" %41 \\' /home/app /bin \
		'<one two>' '<>' '<*>' $'<\xc3\xbc\n>' 0)"
is "it is a subsystem" "$(src app)" active
is "of which nobody else reads the environment" "$(clogin app -- sh -c 'busybox stat -c %a:%u /etc/image.command')" 600:0
is "no other service runs" "$(lssrc -a -@ app 2>/dev/null | tail -n +2 | wc -l)" 1
ok "it is stopped" stopsrc -s image -@ app
ok "and inoperative" wait_for 30 eval '[ "$(src app)" = inoperative ]'
ok "and started again" startsrc -s image -@ app
ok "and active" wait_for 30 eval '[ "$(src app)" = active ]'
ok "rebootwpar" rebootwpar app
ok "it runs again" wait_for 30 eval '[ "$(src app)" = active ]'
ok "stopwpar" stopwpar app
ok "rmwpar" rmwpar app

# Users by number, a group besides; one that is not there.
for user in 1000:70='uid=1000(app) gid=70(extra)' app:extra='uid=1000(app) gid=70(extra)' 4711='uid=4711 gid=0(root)' ''='uid=0(root) gid=0(root)'; do
	layout user.tar "$(jq -n --arg u "${user%%=*}" '{User: $u, Entrypoint: ["sh", "-c", "id >/tmp/out; mv /tmp/out /tmp/done"]}')"
	ok "User '${user%%=*}'" mkwpar -n user -C -B "$work/user.tar" -s
	ok "it has run" wait_for 30 clogin user -- cat /tmp/done
	like "as whom" "$(clogin user -- cat /tmp/done)" "^$(printf %s "${user#*=}" | sed 's/[()]/\\&/g')"
	ok "it is removed" rmwpar -F user
done
layout nobody.tar '{"User": "nobody-there", "Cmd": ["sh"]}'
like "a user that is not there is in the report" "$(lsmksysb -l -f "$work/nobody.tar" | grep -A1 Command | tr -s '\n ' ' ')" \
	"^note Command sh It will not run: the image has no user 'nobody-there'\. "
ok "a user that the image does not have" eval 'mkwpar -n none -C -B "$work/nobody.tar" -s 2>"$work/said"'
like "is said at once" "$(cat "$work/said")" "^mkwpar: Command: It will not run in 'none': the image has no user 'nobody-there'\.$"
ok "is said on the console" wait_for 30 grep -q 'nobody-there: there is no such user' "$WPARS_ROOT/var/adm/wpars/none.console"
ok "it is removed" rmwpar -F none

# said_of CONFIG - what mkwpar says of its command
said_of()
{
	layout lacks.tar "$1"
	ok "mkwpar of $1" eval 'mkwpar -n none -C -B "$work/lacks.tar" 2>"$work/said"'
	said=$(grep 'will not run' "$work/said")
	report=$(lsmksysb -l -f "$work/lacks.tar" | grep 'will not run')
	ok "it is removed" rmwpar -F none
}
said_of '{"Cmd": ["/bin/absent"]}'
like "a program that is not there" "$said" "the image has no program '/bin/absent'\.$"
like "also in the report" "$report" "the image has no program '/bin/absent'\.$"
is "and said once" "$(grep -c 'no program' "$work/said")" 1
said_of '{"Cmd": ["absent"], "Env": ["PATH=/bin"]}'
like "nor in PATH" "$said" "the image has no program 'absent'\.$"
said_of '{"Cmd": ["sh"], "User": "app:absent"}'
like "a group that is not there" "$said" "the image has no group 'absent'\.$"
like "also in the report" "$report" "the image has no group 'absent'\.$"
for user in 70000 0:70000 99999999999; do
	said_of '{"Cmd": ["sh"], "User": "'$user'"}'
	like "$user: no id of a WPAR" "$said" "the image names the (user|group) ${user#0:}, and a workload partition has 0 to 65535\.$"
	like "also in the report" "$report" "the image names the (user|group) ${user#0:}, "
done
for run in '{"Cmd": ["sh"], "User": "app:more"}' '{"Cmd": ["bin/sh"]}' '{"Cmd": ["./sh"], "WorkingDir": "/bin", "User": "77:88"}'; do
	said_of "$run"
	is "nothing lacks" "$said$report" ""
done

# Without a shell, users and even /etc.
layout bare.tar '{"Entrypoint": ["/prog/busybox"], "Cmd": ["sleep", "77777"]}' bare
printf 'image_data:\n\tFORMAT = 1\n\tOSNAME = Bare\n\tOSID = bare\n\tOSLEVEL = 1\n\tARCH = %s\n' "$(uname -m)" >"$work/data"
ok "an image without a shell" mkwpar -n bare -C -B "$work/bare.tar" -L image_data="$work/data" -s
ok "its command runs" wait_for 30 eval '[ "$(src bare)" = active ]'
ok "it is removed" rmwpar -F bare

# A command that is an init is named, and not run as a subsystem.
layout init.tar '{"Cmd": ["/sbin/init"]}'
like "an init is another thing" "$(lsmksysb -l -f "$work/init.tar")" '^note +Command +/sbin/init'
is "nothing is left" "$(ls -A "$WPARS_ROOT/var/lib/wpars/images")" ""
done_testing
