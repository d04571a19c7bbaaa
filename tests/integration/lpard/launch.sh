#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# launch.sh - hmc launch killed between the making of its LPAR and the activation goes on when it is
# run again, and leaves every other LPAR of that name alone
set -u
# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

export LPARD_SOCKET=$TMPDIR/lpard.sock
daemon='' proxy=''
trap 'kill $daemon $proxy 2>/dev/null' EXIT

mkdir -p "$TMPDIR/images"
cat >"$TMPDIR/lpard.conf" <<-END
	socket = $LPARD_SOCKET
	images = $TMPDIR/images
	[system SYS]
	uri = fake:///
END
lpard --config "$TMPDIR/lpard.conf" >"$TMPDIR/log" 2>&1 &
daemon=$!
wait_for 10 lssyscfg -r sys -m SYS
python3 "$PAR_TEST_SOURCE/integration/lpard/killing_proxy.py" "$TMPDIR/proxy.sock" "$LPARD_SOCKET" \
	org.lpard.ChangeState >>"$TMPDIR/log" 2>&1 &
proxy=$!
wait_for 10 test -S "$TMPDIR/proxy.sock"

launch()
{
	hmc launch -m SYS --image none "$@" 2>&1
}

# shellcheck disable=SC2317 # called by ok
# killed ARGUMENT... - hmc launch, killed when the LPAR is to be activated
killed()
{
	LPARD_SOCKET=$TMPDIR/proxy.sock hmc launch -m SYS --image none "$@" >/dev/null 2>&1
	[ $? = 137 ]
}

# of LPAR - its state and the profile that was applied last
of()
{
	lssyscfg -r lpar -m SYS --filter "lpar_names=$1" -F state:curr_profile
}

ok "killed before the activation" killed --memory 2G --procs 3 one
is "the LPAR is there" "$(of one)" "Not Activated:"
ok "the same command goes on" launch --memory 2G --procs 3 one
is "and finishes" "$(of one)" "Running:default"
is "there is one LPAR" "$(lssyscfg -r lpar -m SYS -F name)" one
like "an LPAR that runs is another's" "$(launch --memory 2G --procs 3 one)" '^hmc launch: HSCL05DE '
is "and goes on" "$(of one)" "Running:default"
ok "shut down" chsysstate -r lpar -m SYS -n one -o shutdown --immed
wait_for 10 sh -c 'lssyscfg -r lpar -m SYS -F state | grep -q "Not Activated"'
like "one that was activated is not taken for a killed one's" "$(launch --memory 2G --procs 3 one)" '^hmc launch: HSCL05DE '
is "and stays off" "$(of one)" "Not Activated:default"

ok "killed again" killed two
like "another command does not go on with it: memory" "$(launch --memory 2G two)" '^hmc launch: HSCL05DE '
like "processors" "$(launch --procs 2 two)" '^hmc launch: HSCL05DE '
like "image" "$(hmc launch -m SYS --image other two 2>&1)" '^hmc launch: HSC'
ok "one that was changed since" chsyscfg -r prof -m SYS -i "name=default,lpar_name=two,desired_mem=1536"
like "is not gone on with" "$(launch two)" '^hmc launch: HSCL05DE '
is "and nothing was done to it" "$(of two)" "Not Activated:"

ok "killed, and" killed three
ok "then killed once more" killed three
ok "it goes on" launch three
is "and finishes, too" "$(of three)" "Running:default"
done_testing
