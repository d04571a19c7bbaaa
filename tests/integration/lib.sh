# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib.sh - TAP for test scripts
#
#	. "$PAR_TEST_SOURCE/integration/lib.sh"
#	ok "it starts" startwpar dev01
#	fails "a second start is refused" startwpar dev01
#	is "its state" "$(lswpar -c -q -a state dev01)" A
#	like "its name is shown" "$(lswpar)" '^dev01 '
#	done_testing

# shellcheck source=setup/patience.sh
. "$PAR_TEST_SOURCE/../setup/patience.sh"

tap_number=0
tap_failures=0

# tap_result STATUS NAME
tap_result()
{
	tap_number=$((tap_number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_number - $2"
	else
		echo "not ok $tap_number - $2"
		tap_failures=$((tap_failures + 1))
	fi
	return 0
}

# tap_note TEXT - an explanation under the last line
tap_note()
{
	printf '%s\n' "$1" | sed 's/^/#   /'
}

# ok NAME COMMAND... - passes when the command ends with status 0
ok()
{
	local name=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	tap_result "$status" "$name"
	if [ "$status" != 0 ]; then
		tap_note "$* ended with status $status:"
		tap_note "$output"
	fi
}

# fails NAME COMMAND... - passes when the command ends with a status from 1 to 125 (no crash)
fails()
{
	local name=$1 output status=0 bad=0
	shift
	output=$("$@" 2>&1) || status=$?
	if [ "$status" = 0 ] || [ "$status" -gt 125 ]; then
		bad=1
	fi
	tap_result "$bad" "$name"
	if [ "$bad" != 0 ]; then
		tap_note "$* ended with status $status:"
		tap_note "$output"
	fi
}

# is NAME GOT WANTED
is()
{
	if [ "$2" = "$3" ]; then
		tap_result 0 "$1"
	else
		tap_result 1 "$1"
		tap_note "got:"
		tap_note "$2"
		tap_note "wanted:"
		tap_note "$3"
	fi
}

# like NAME GOT REGEX - some line of GOT matches the extended regular expression
like()
{
	if printf '%s\n' "$2" | grep -qE -- "$3"; then
		tap_result 0 "$1"
	else
		tap_result 1 "$1"
		tap_note "no line matches $3 in:"
		tap_note "$2"
	fi
}

# unlike NAME GOT REGEX - no line matches
unlike()
{
	if printf '%s\n' "$2" | grep -qE -- "$3"; then
		tap_result 1 "$1"
		tap_note "a line matches $3 in:"
		tap_note "$2"
	else
		tap_result 0 "$1"
	fi
}

# wait_for SECONDS COMMAND... - until the command succeeds; 1 when it never did
wait_for()
{
	local since=$SECONDS limit=$1
	shift
	until "$@" >/dev/null 2>&1; do
		[ $((SECONDS - since)) -lt "$(patience "$limit")" ] || return 1
		sleep 0.1
	done
}

# libvirtd_again - start it after it was killed; until the last of its threads has ended it holds its pid file
libvirtd_again()
{
	wait_for 20 libvirtd -d
}

# skip NAME REASON
skip()
{
	tap_number=$((tap_number + 1))
	echo "ok $tap_number - $1 # SKIP $2"
}

# skip_all REASON - nothing here can run
skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# done_testing - the plan line; ends the script
done_testing()
{
	echo "1..$tap_number"
	[ "$tap_failures" = 0 ]
	exit
}
