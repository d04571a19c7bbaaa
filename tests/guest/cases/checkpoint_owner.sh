#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint_owner.sh - a checkpoint goes on as often as wanted, and not once the WPAR has begun anew: then it is said
# what would be lost, and done only by force; the record of that outlives killed commands
# lpar: current
# timeout: 600
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
wpar=cp7
state=/var/tmp/cp7.state
trap 'in_lpar rmwpar -F $wpar >/dev/null 2>&1; in_lpar rm -rf $state $state.2' EXIT

# owner - generation, state and what has made it, as the record has them
owner()
{
	in_lpar wparctl owner $wpar | sed 's/.*"generation":\([0-9]*\),"state":"\([a-z]*\)","last":"\([a-z]*\)".*/\1 \2 \3/'
}

ok "mkwpar" in_lpar mkwpar -n $wpar --minimal
is "one that has never run has no owner" "$(in_lpar wparctl owner $wpar)" "{}"
ok "startwpar" in_lpar startwpar $wpar
is "its first generation runs" "$(owner)" "1 running started"
like "here" "$(in_lpar wparctl owner $wpar)" "\"lpar\":\"$(in_lpar uname -n)\""
ok "chkptwpar" in_lpar chkptwpar -d $state $wpar
is "is the second" "$(owner)" "2 running checkpointed"
ok "chkptwpar -k" in_lpar chkptwpar -k -d $state $wpar
is "is the third, and nothing runs" "$(owner)" "3 stopped checkpointed"
for i in 1 2; do
	ok "restartwpar, time $i" in_lpar restartwpar -d $state $wpar
	is "is the third still" "$(owner)" "3 running restarted"
	ok "stopwpar" in_lpar stopwpar -F $wpar
	is "nothing runs" "$(owner)" "3 stopped restarted"
done
ok "startwpar" in_lpar startwpar $wpar
ok "stopwpar" in_lpar stopwpar -F $wpar
said=$(in_lpar restartwpar -d $state $wpar 2>&1)
like "then the checkpoint is stale" "$said" "generation 3, and workload partition '$wpar' was started anew at .*, generation 4"
like "... and what would be lost is said" "$said" "what its processes did in between would be lost, while its files stay as they are now; give -F"
is "nothing of it runs" "$(in_lpar lswpar -c -q -a state $wpar)" D
is "and nothing has changed" "$(owner)" "4 stopped started"
ok "restartwpar -F" in_lpar restartwpar -F -d $state $wpar
is "is a new generation" "$(owner)" "5 running restarted"
ok "chkptwpar into another folder" in_lpar chkptwpar -k -d $state.2 $wpar
like "the older one is stale" "$(in_lpar restartwpar -d $state $wpar 2>&1)" "had a later checkpoint at .*, generation 6"
ok "the later one is not" in_lpar restartwpar -d $state.2 $wpar
ok "stopwpar" in_lpar stopwpar -F $wpar

# Killed commands
in_lpar env WPAR_STOP_AT=owned startwpar $wpar >/dev/null 2>&1
is "a start that was killed has begun a generation" "$(owner)" "7 running started"
is "of which nothing runs" "$(in_lpar lswpar -c -q -a state $wpar)" D
ok "startwpar again" in_lpar startwpar $wpar
is "begins another" "$(owner)" "8 running started"
ok "chkptwpar -k killed when it is committed" in_lpar env WPAR_STOP_AT=committed chkptwpar -k -d $state $wpar
is "its generation is in the manifest" "$(in_lpar sed -n 's/^ *"generation":\([0-9]*\),$/\1/p' $state/manifest.json)" 9
ok "and it goes on" in_lpar restartwpar -d $state $wpar
is "as that" "$(owner)" "9 running restarted"
[ "$tap_failures" = 0 ] || tap_note "$(in_lpar sh -c "tail -n 5 $state/*.log; tail -n 20 /var/adm/wpars/event.log" 2>&1)"
ok "stopwpar" in_lpar stopwpar -F $wpar
ok "rmwpar" in_lpar rmwpar $wpar
is "no record is left" "$(in_lpar ls /var/lib/wpars/owners)" ""
done_testing
