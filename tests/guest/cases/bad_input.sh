#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bad_input.sh - wrong names and values: one clear error, status not 0, nothing left behind
# lpar: current
# timeout: 240
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

# refused NAME REGEX COMMAND... - fails, says why in one line that matches
refused()
{
	local name=$1 regex=$2 output status=0
	shift 2
	output=$("$@" 2>&1) || status=$?
	if [ "$status" -gt 0 ] && [ "$status" -le 125 ] && printf '%s' "$output" | grep -qE -- "$regex" &&
		[ "$(printf '%s\n' "$output" | wc -l)" = 1 ]; then
		tap_result 0 "$name"
	else
		tap_result 1 "$name"
		tap_note "$* ended with status $status and said:"
		tap_note "$output"
	fi
}
make()
{
	mksyscfg -r lpar -m "$SYS" -i "$(lpar_attributes "$@")"
}
before=$(lssyscfg -r lpar -m "$SYS" -F name | sort; virsh -q -c qemu:///system list --all --name)

refused "unknown system" . lssyscfg -r lpar -m nosuch
refused "unknown LPAR" '^HSCL8012 ' lssyscfg -r lpar -m "$SYS" --filter lpar_names=nosuch
refused "an LPAR that runs" '^HSCL3681 ' chsysstate -r lpar -m "$SYS" -o on -n "$LPAR" -f default
refused "unknown attribute to show" '^An invalid attribute was entered\.  The invalid attribute is nosuch\.' \
	lssyscfg -r lpar -m "$SYS" -F nosuch
refused "unknown attribute to set" nosuch make b1 current nosuch=1
refused "min over desired" . make b1 current min_mem=2048,desired_mem=1024
refused "a name that exists" '^HSCL05DE ' make "$LPAR" current
refused "a name with a slash" . make a/b current
refused "two dots" . make .. current
refused "a leading dash" . make -x current
refused "32 characters" . make 12345678901234567890123456789012 current
refused "unknown image" . make b1 nosuch
refused "a WPAR name of 26 bytes" . in_lpar mkwpar -n abcdefghijklmnopqrstuvwxyz
refused "a WPAR name with a slash" . in_lpar mkwpar -n a/b
refused "a WPAR name with a leading dash" . in_lpar mkwpar -n -x
refused "an unknown WPAR to start" . in_lpar startwpar nosuch
refused "a log-in to an unknown WPAR" . in_lpar clogin nosuch -- true
is "nothing is left behind" \
	"$(lssyscfg -r lpar -m "$SYS" -F name | sort; virsh -q -c qemu:///system list --all --name)" "$before"
is "nor in the LPAR" "$(in_lpar sh -c 'ls -d /etc/wpars/*.cf /wpars/* 2>/dev/null')" ""

# More memory than the machine has is accepted, and then fails to activate.
ok "8 TiB can be defined" make big current min_mem=8388608,desired_mem=8388608,max_mem=8388608
refused "unknown profile" '^HSCL800F ' chsysstate -r lpar -m "$SYS" -o on -n big -f nosuch
refused "but not activated" . chsysstate -r lpar -m "$SYS" -o on -n big -f default
is "it is in Error" "$(lpar_state big)" Error
unlike "with a reference code" \
	"$(lsrefcode -r lpar -m "$SYS" --filter lpar_names=big -F refcode)" '^$'
ok "and can be removed" rmsyscfg -r lpar -m "$SYS" -n big

# A file system that is full while mkwpar runs.
in_lpar sh -c 'dd if=/dev/zero of=/var/fill bs=1M 2>/dev/null; true'
fails "mkwpar on a full disk" in_lpar mkwpar -n full
in_lpar rm -f /var/fill
is "leaves nothing" "$(in_lpar sh -c 'ls -d /etc/wpars/full.cf /wpars/full /run/wpars/full 2>/dev/null')" ""
done_testing
