# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# wpar.sh - for scripts that make WPARs: a WPARS_ROOT of their own, and what they ask of a WPAR
#
#	mkwpar -n dev01 -s
#	ok "it ends" wait_for 5 is_state dev01 D

# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

[ "$(id -u)" = 0 ] || skip_all "needs root"
# Tests that run at the same time see each other's loop devices: the name is like no other.
WPARS_ROOT=$TMPDIR/root.$(stat -c %i "$TMPDIR")
export WPARS_ROOT
mkdir -p "$WPARS_ROOT"
chmod 700 "$WPARS_ROOT"

# state NAME - its letter, as lswpar has it
state()
{
	lswpar -c -q -a state "$1"
}

# is_state NAME LETTER
is_state()
{
	[ "$(state "$1")" = "$2" ]
}

# monitor NAME - the pid of cor_NAME
monitor()
{
	cut -d' ' -f1 "$WPARS_ROOT/run/wpars/$1/monitor"
}

# image_loops - how many loop devices show a file of this test's WPARs.  The kernel's name of it may
# begin otherwise: the test's folder may be a bind mount.
image_loops()
{
	losetup -nl -O BACK-FILE 2>/dev/null | grep -c "/${WPARS_ROOT##*/}/wpars/"
}

# clear_away NAME... - for the trap of a script: none of them is left
clear_away()
{
	local name
	for name in "$@"; do
		rmwpar -F "$name"
	done >/dev/null 2>&1
}

# refused NAME PATTERN COMMAND... - one line that matches, status 1
refused()
{
	local name=$1 pattern=$2 output status=0
	shift 2
	output=$("$@" 2>&1) || status=$?
	is "$name: status" "$status" 1
	is "$name: one line" "$(printf '%s\n' "$output" | wc -l)" 1
	like "$name" "$output" "$pattern"
}
