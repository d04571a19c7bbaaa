#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checkpoint_rounds.sh - memory is copied in rounds before a checkpoint, as often as is worth while; what changed
# meanwhile is right afterwards, and each round's files are looked after as the others are
# lpar: current
# timeout: 900
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
wpar=cp6
state=/var/tmp/cp6.state
trap 'in_lpar rmwpar -F $wpar >/dev/null 2>&1; in_lpar rm -rf $state $state.2' EXIT

# manifest KEY - of the checkpoint, a number
manifest()
{
	in_lpar sed -n 's/^ *"'"$1"'":\([0-9]*\),$/\1/p' $state/manifest.json
}

# is_right - it goes on, and no word of its memory is another than it should be
is_right()
{
	local before now
	before=$(in_lpar cat /wpars/$wpar/tmp/m/state)
	wait_for 60 sh -c '[ "$(wparcmd -m "$SYS" -p "$1" -- cut -d" " -f1 "$2")" -gt "$3" ]' sh "$LPAR" \
		/wpars/$wpar/tmp/m/state $((${before%% *} + 10)) || return
	now=$(in_lpar cat /wpars/$wpar/tmp/m/state)
	echo "$before, $now"
	[ "$(echo "$now" | cut -d' ' -f2)" = 0 ]
}

ok "mkwpar" in_lpar mkwpar -n $wpar --minimal
ok "startwpar" in_lpar startwpar $wpar
ok "chkptwpar of a small one" in_lpar chkptwpar -d $state $wpar
is "copies nothing before" "$(manifest rounds)" 0
lpar_push "$PAR_GUEST_HELPERS/memory" /wpars/$wpar/tmp/memory
ok "a process with 96 MiB, of which 2 always change" in_lpar clogin $wpar -- \
	sh -c 'mkdir /tmp/m && exec setsid /tmp/memory 96 2 /tmp/m </dev/null >/tmp/m/said 2>&1 &'
ok "it is there" wait_for 120 in_lpar test -s /wpars/$wpar/tmp/m/state
ok "chkptwpar" in_lpar chkptwpar -d $state $wpar
rounds=$(manifest rounds)
ok "has copied in rounds" test "$rounds" -ge 2 -a "$rounds" -le 6
all=$(in_lpar sh -c "cat $state/images.*/pre.1/pages-*.img | wc -c")
last=$(in_lpar sh -c "cat $state/images.*/pages-*.img | wc -c")
ok "the first has all memory, what was left is little" test "$all" -gt $((96 << 20)) -a "$last" -lt $((16 << 20))
like "the log of events says how long it stood still" "$(in_lpar tail -n 1 /var/adm/wpars/event.log)" \
	"$wpar checkpoint root/chkptwpar ok: it stood still for [0-9]+ ms, after $rounds rounds"
ok "its memory is right" is_right
ok "chkptwpar --at-once" in_lpar chkptwpar --at-once -d $state $wpar
is "has not" "$(manifest rounds)" 0
ok "chkptwpar -k" in_lpar chkptwpar -k -d $state $wpar
ok "has copied in rounds" test "$(manifest rounds)" -ge 2
in_lpar sh -c "cp -a $state $state.2; printf x | dd of=\$(ls $state.2/images.*/pre.1/pages-1.img) bs=1 seek=100 conv=notrunc 2>/dev/null"
like "a byte of a round that was changed" "$(in_lpar restartwpar -d $state.2 $wpar 2>&1)" \
	"pre.1/pages-1.img' is not as it was when the checkpoint was taken"
in_lpar sh -c "rm -rf $state.2; cp -a $state $state.2; cd $state.2/images.* && mkdir /run/cp6.pre && cp pre.1/* /run/cp6.pre/ && ln -sfn /run/cp6.pre pre.2/parent"
like "a link that leads elsewhere" "$(in_lpar restartwpar -d $state.2 $wpar 2>&1)" "pre.2/parent' does not lead to '../pre.1'"
in_lpar rm -rf /run/cp6.pre
ok "restartwpar" in_lpar restartwpar -d $state $wpar
ok "its memory is right" is_right
[ "$tap_failures" = 0 ] || tap_note "$(in_lpar sh -c "tail -n 5 $state/*.log; tail -n 20 /var/adm/wpars/event.log" 2>&1)"
ok "stopwpar" in_lpar stopwpar -F $wpar
ok "rmwpar" in_lpar rmwpar $wpar
done_testing
