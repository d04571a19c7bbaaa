#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# versioned.sh - an older Debian in a WPAR of this machine, on its own libraries
# timeout: 180
# shellcheck disable=SC2016 # what is in single quotes is expanded in the WPAR
# uses: images
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

[ "$(uname -m)" = x86_64 ] || skip_all "the image is for amd64"
image=${PAR_MKSYSB:-}/old-amd64.tar.zst
[ -e "$image" ] || skip_all "no image $image"
store=$WPARS_ROOT/var/lib/wpars/images
# data NAME - of image.data
data()
{
	tar -xOf "$image" --occurrence=1 ./image.data |
		sed -n "s/^\t$1 = \"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p"
}

inside()
{
	clogin old01 -- sh -c "$1" 2>&1
}

ok "mkwpar -C -B" mkwpar -n old01 -C -B "$image"
is "its type" "$(lswpar -qc -a name,state,type old01)" old01:D:L
digest=$(sha256sum "$image" | cut -d' ' -f1)
ok "the image is in the store" test -d "$store/$digest/root"
# The layer of this system's commands, made by several at the same moment: one remains.
for _ in 1 2 3 4 5 6; do
	startwpar --dry-run old01 >/dev/null &
done
wait
is "one layer, and no remains" "$(cd "$store/$digest" && find . -maxdepth 1 -name '*layer-*' | cut -c1-8)" ./layer-
mkdir -p "$store/$digest/.layer-dead01/usr/bin"
startwpar --dry-run old01 >/dev/null
is "what a killed maker has left is gone with the next start" \
	"$(cd "$store/$digest" && find . -maxdepth 1 -name '*layer-*' | cut -c1-8)" ./layer-
before=$(find "$store/$digest/root" | sort | sha256sum)
ok "startwpar" startwpar old01
is "the system is the old one" "$(inside '. /etc/os-release; echo "$VERSION_CODENAME"')" \
	"$(sed -n 's/^ *"codename": "\(.*\)",/\1/p' "$image.json")"
libc=/lib/x86_64-linux-gnu/libc.so.6
is "its C library is its own" "$(inside "$libc" | sed -n 's/.*GLIBC \([^)]*\)).*/\1/p')" \
	"$(inside 'dpkg-query -W -f "\${Version}" libc6')"
fails "and not this machine's" test "$(inside "$libc")" = "$($libc)"
is "uname -r" "$(inside 'uname -r')" "$(data KERNEL_RELEASE)"
is "uname -v" "$(inside 'uname -v')" "$(data KERNEL_VERSION)"
is "uname -W" "$(inside 'uname -W')" "$(sed -n 's/^[[:blank:]]*key[[:blank:]]*= "*\([0-9]*\)"*$/\1/p' "$WPARS_ROOT/etc/wpars/old01.cf")"
is "all else is the image's uname" "$(inside 'uname --version | head -n1')" \
	"$(inside 'dpkg-query -W -f "uname (GNU coreutils) \${Version}" coreutils' | sed 's/-.*//')"
is "the kernel's files say the same" "$(inside 'cat /proc/sys/kernel/osrelease')" "$(inside 'uname -r')"
like "/proc/version" "$(inside 'cat /proc/version')" "^Linux version $(data KERNEL_RELEASE)"
is "oslevel" "$(inside oslevel)" "$(inside 'cat /etc/debian_version')"
is "the host name" "$(inside 'uname -n; hostname' | sort -u)" old01
like "df is this system's, with Global" "$(inside df)" '^Global .* /$'
like "ps is this system's" "$(inside 'ps -e')" ' ps$'
is "and not the image's" "$(inside 'ps --version')" "$(ps --version)"
is "a child of a child asks as well" "$(inside '(sh -c "uname -r")')" "$(inside 'uname -r')"
ok "root inside may write everywhere" inside 'echo x >/etc/new && rm /etc/hostname && mkdir /usr/local/d'
is "the image has not changed" "$(find "$store/$digest/root" | sort | sha256sum)" "$before"
is "ids on disk are those inside" "$(stat -c '%u:%g' "$WPARS_ROOT/wpars/old01/upper/etc/new")" 0:0

# A second WPAR of the image has its own upper layer.
ok "a second WPAR of it" mkwpar -n old02 -C -B "$image" -s
is "does not see the first one's files" "$(clogin old02 -- ls /etc/new 2>&1 | grep -c 'No such')" 1
ok "and is removed" rmwpar -F old02
ok "the image stays" test -d "$store/$digest/root"

# What answers uname outlives cor_NAME.
cor=$(cut -d' ' -f1 "$WPARS_ROOT/run/wpars/old01/monitor")
(clogin old01 -- sh -c 'sleep 2; uname -r' >"$TMPDIR/late" 2>&1) &
sleep 0.5
kill -9 "$cor"
wait
like "uname after kill -9 of cor_old01" "$(cat "$TMPDIR/late")" "^$(data KERNEL_RELEASE)\$"
is "it is still active" "$(lswpar -qc -a state old01)" A

# Who answers uname is killed, again and again: another one answers already.
answers()
{
	wc -l <"$TMPDIR/many"
}
more_answers()
{
	[ "$(answers)" -gt "$1" ]
}
ok "uname goes on" sh -c "clogin old01 -- sh -c 'while sleep 0.02; do uname -r; done' >'$TMPDIR/many' 2>&1 &"
for round in 1 2 3 4 5 6; do
	wait_for 20 more_answers "$(answers)"
	kill -9 "$(pgrep -x uname_old01 | sed -n "$((round % 2 + 1))p")"
	sleep 0.4
done
is "each answer was the old system's" "$(sort -u "$TMPDIR/many")" "$(inside 'uname -r')"
ok "and they come after the last" wait_for 20 more_answers "$(answers)"

ok "stopwpar" stopwpar -t 30 old01
ok "nobody answers any more" wait_for 5 sh -c '! pgrep -x uname_old01'
ok "what was written is still there" test -e "$WPARS_ROOT/wpars/old01/upper/etc/new"
ok "startwpar again" startwpar old01
is "inside, too" "$(inside 'cat /etc/new')" x
stopwpar -F old01 >/dev/null
WPAR_STOP_AT=detached rmwpar old01 >/dev/null 2>&1
like "rmwpar killed: the image has no name any more" "$(ls -A "$store")" '^\.new-gone-'
ok "rmwpar again" rmwpar old01
is "nothing is left in the store" "$(ls -A "$store")" ""
is "nor of the WPAR" "$(find "$WPARS_ROOT/wpars" "$WPARS_ROOT/etc/wpars" -mindepth 1)" ""

# A mkwpar killed in the middle of the unpacking.
mkwpar -n old01 -C -B "$image" >/dev/null 2>&1 &
pid=$!
wait_for 20 sh -c "ls -d '$store'/.new-*/root"
is "while it works: T" "$(lswpar -qc -a state old01)" T
kill -9 $pid
wait $pid 2>/dev/null
is "killed: B" "$(lswpar -qc -a state old01)" B
fails "it cannot be started" startwpar old01
ok "the same command again completes it" mkwpar -n old01 -C -B "$image"
is "and leaves one image" "$(ls -A "$store")" "$digest"
ok "rmwpar" rmwpar old01
done_testing
