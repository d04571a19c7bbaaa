#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# users.sh - users and groups of a WPAR, listed and changed inside and with -@; the machine's stay as they are
# timeout: 120
# shellcheck disable=SC2016 # in single quotes the WPAR's shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away usr' EXIT

# status COMMAND... - its exit status, its output in $TMPDIR/out
status()
{
	"$@" >"$TMPDIR/out" 2>&1 </dev/null
	echo $?
}

# inside USER COMMAND... - one of these commands in the WPAR, by the name that its /usr/sbin would have
inside()
{
	clogin usr -l "$1" -- bash -c 'name=$1; shift; exec -a "$name" /etc/init "$@"' bash "${@:2}" </dev/null
}

ok "a WPAR" mkwpar -n usr -s
before=$(cat /etc/passwd /etc/group | sha256sum)

# Outside, with -@
is "it has no such user" "$(status lsuser -@ usr ann; cat "$TMPDIR/out")" '2
3004-687 User "ann" does not exist.'
is "one is made" "$(status mkuser -@ usr id=2001 groups=mail gecos='Ann B.' ann; cat "$TMPDIR/out")" 0
is "and listed" "$(lsuser -@ usr -a id groups home gecos ann)" \
	"ann id=2001 groups=ann,mail home=/home/ann gecos=Ann B."
is "it can log in" "$(clogin usr -l ann -- id -u </dev/null)" 2001
is "its home is its own" "$(clogin usr -- stat -c %U /home/ann </dev/null)" ann
is "the group lists it" "$(lsgroup -@ usr -a users mail)" "mail users=mail,ann"
is "twice is once too much" "$(status mkuser -@ usr ann; cat "$TMPDIR/out")" \
	'1
mkuser: 3004-694 Error adding "ann" : Account exists.'
is "an id beyond the range" "$(status mkuser -@ usr id=70000 bob; cat "$TMPDIR/out")" \
	'1
mkuser: 3004-692 Error changing "id" to "70000" : the ids of this system end with 65535.'
is "it is changed" "$(status chuser -@ usr shell=/usr/bin/bash ann; lsuser -@ usr -c -a shell ann)" "0
#name:shell
ann:/usr/bin/bash"
is "it is locked" "$(status chuser -@ usr account_locked=true ann; lsuser -@ usr -a account_locked ann)" "0
ann account_locked=true"
is "and unlocked" "$(status chuser -@ usr account_locked=false ann; lsuser -@ usr -a account_locked ann)" "0
ann account_locked=false"

# Inside
is "it is the same inside" "$(inside root lsuser -a id ann)" "ann id=2001"
is "a user can list" "$(inside ann lsuser -a id ann)" "ann id=2001"
is "and change nothing" "$(status inside ann mkuser bob)" 1
is "root makes one inside" "$(status inside root mkuser bob; lsuser -@ usr -a home bob)" "0
bob home=/home/bob"
is "-@ is for the global environment" "$(status inside root lsuser -@ usr ALL; cat "$TMPDIR/out")" \
	"1
lsuser: -@ can be given in the global environment only"
is "a stanza" "$(lsuser -@ usr -f -a id home ann)" "ann:
	id=2001
	home=/home/ann"
is "JSON" "$(lsuser -@ usr --json -a id groups ann | tr -d ' \n')" \
	'[{"name":"ann","id":2001,"groups":["ann","mail"]}]'

# What the WPAR's root writes into its files reaches no terminal
clogin usr -- sh -c 'printf "evil:x:77:77:\033[31m\302\233:/:/bin/sh\n" >>/etc/passwd' </dev/null
is "control characters do not come out" "$(lsuser -@ usr -a gecos evil | tr -d '\n' | tr -c '[:print:]' '!')" \
	"evil gecos=?[31m?"

# It goes
is "it is removed" "$(status rmuser -@ usr -p bob; status lsuser -@ usr bob)" "0
2"
is "its home stays" "$(clogin usr -- ls -d /home/bob </dev/null)" /home/bob
is "an unknown one" "$(status rmuser -@ usr nobodyatall; cat "$TMPDIR/out")" \
	'1
rmuser: 3004-687 User "nobodyatall" does not exist.'

# The global environment
is "the machine's root" "$(lsuser -a id root)" "root id=0"
is "the machine knows nobody of these" "$(status lsuser ann; cat "$TMPDIR/out")" '2
3004-687 User "ann" does not exist.'
is "some of several" "$(status lsuser -a id root,nosuch,daemon; cat "$TMPDIR/out")" '2
root id=0
3004-687 User "nosuch" does not exist.
daemon id=1'
is "the machine's files are as they were" "$(cat /etc/passwd /etc/group | sha256sum)" "$before"
is "a WPAR that is not active" "$(stopwpar -F usr >/dev/null; status lsuser -@ usr ALL)" 1
done_testing
