#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# boot.sh - an LPAR boots to its agent, and is what its profile says
# lpar: current
# timeout: 120
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

is "it runs" "$(lpar_state)" Running
is "the agent is connected" \
	"$(lssyscfg -r lpar -m "$SYS" --filter "lpar_names=$LPAR" -F rmc_state)" active
is "its architecture" "$(in_lpar uname -m)" ppc64le
is "its page size" "$(in_lpar getconf PAGESIZE)" 4096
is "its host name is its own" "$(in_lpar uname -n)" "$LPAR"
id=$(lssyscfg -r lpar -m "$SYS" --filter "lpar_names=$LPAR" -F lpar_id)
is "it knows its name and number" "$(in_lpar wparctl uname -L)" "$id $LPAR"
is "lparstat -i says the same" \
	"$(in_lpar lparstat -iW | sed -n 's/^\(Partition N[a-z]*\|WPAR Configured ID\) *: //p')" "$LPAR
$id
0"
is "one processor, as desired" "$(in_lpar nproc)" 1
like "about 1024 MiB, as desired" "$(in_lpar grep MemTotal /proc/meminfo)" \
	'MemTotal: +(9[0-9]{5}|10[0-4][0-9]{4}) kB'
in_lpar sh -c 'exit 7'
is "a command's exit status comes back" $? 7
is "standard input goes in and out" "$(echo hello | in_lpar cat)" hello
is "standard error stays apart" "$(in_lpar sh -c 'echo out; echo err >&2' 2>/dev/null)" out
is "cgroup v2 with controllers" \
	"$(in_lpar sh -c 'tr " " "\n" </sys/fs/cgroup/cgroup.controllers' | grep -cxE 'cpu|memory|pids')" 3
done_testing
