#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wpar.sh - the main job: a system WPAR from mkwpar to rmwpar, and an application WPAR
# lpar: current
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
name=wt1

like "mkwpar says what it did" "$(in_lpar mkwpar -n $name 2>&1)" \
	"^Workload partition $name created successfully\.$"
is "it is Defined" "$(in_lpar lswpar -c -q -a state $name)" D
fails "the same name again is refused" in_lpar mkwpar -n $name

out=$(in_lpar startwpar -v $name 2>&1)
is "startwpar ends well" $? 0
like "startwpar -v shows each mount" "$out" "^ *Mounting /wpars/$name/home"
like "it names its subsystem" "$out" "^0513-059 The cor_$name Subsystem has been started\. Subsystem PID is [0-9]+\.$"
like "and its status" "$out" '^Return Status = SUCCESS\.$'
is "it is Active" "$(in_lpar lswpar -c -q -a state $name)" A
like "the table has its line" "$(in_lpar lswpar)" "^$name +A +S +$name +/wpars/$name"
fails "a second start is refused" in_lpar startwpar $name

is "clogin gives its host name" "$(in_lpar clogin $name -- hostname)" $name
is "process 1 is its own" "$(in_lpar clogin $name -- sh -c 'echo $(ps -e -o pid= | head -n 1)')" 1
unlike "the agent is not seen inside" "$(in_lpar clogin $name -- ps -ef)" 'wparctl agent'
like "df shows Global on /" "$(in_lpar clogin $name -- df -k /)" '^Global .* /$'
like "df shows Global on /usr" "$(in_lpar clogin $name -- df -k /usr)" '^Global '
like "uname -W shows its number" "$(in_lpar clogin $name -- uname -W)" '^[1-9][0-9]*$'
is "uname -L its LPAR" "$(in_lpar clogin $name -- uname -L)" "$(in_lpar wparctl uname -L)"
is "lparstat -W, by AIX's path" "$(in_lpar clogin $name -- /usr/bin/lparstat -W | sed -n 's/^WPAR Key *: //p')" \
	"$(in_lpar clogin $name -- uname -W)"
is "root inside" "$(in_lpar clogin $name -- id -u)" 0
fails "/usr cannot be written" in_lpar clogin $name -- touch /usr/x
ok "/ can" in_lpar clogin $name -- touch /x
is "what is written inside is in the WPAR's folder" "$(in_lpar sh -c "ls /wpars/$name/x")" "/wpars/$name/x"
fails "no device node can be made" in_lpar clogin $name -- mknod /tmp/d b 254 0
fails "nothing can be mounted over the kernel" in_lpar clogin $name -- sh -c 'echo 1 >/proc/sys/kernel/panic'
in_lpar clogin $name -- sh -c 'exit 5'
is "a command's status comes out" $? 5
is "stdin goes in" "$(echo in | in_lpar clogin $name -- cat)" in

# A fork bomb of bounded size meets the limit, and the WPAR's own limit at that (-R totalProcesses).
ok "mkwpar with a limit of processes" in_lpar mkwpar -n $name-few -R totalProcesses=20 -s
like "the control group has it" "$(in_lpar sh -c "cat /sys/fs/cgroup/wpars/$name-few/pids.max")" '^[0-9]+$'
fails "more processes are refused" in_lpar clogin $name-few -- \
	sh -c 'for i in $(seq 60); do sleep 20 & done; [ "$(ps -e -o pid= | wc -l)" -ge 60 ]'
ok "the WPAR with them stops and goes" in_lpar rmwpar -F $name-few

fails "rmwpar refuses an active WPAR" in_lpar rmwpar $name
like "wparexec runs a command" "$(in_lpar wparexec -n wx1 /usr/bin/ls / 2>/dev/null)" '^usr$'
in_lpar wparexec -n wx2 -- /usr/bin/sh -c 'exit 9' >/dev/null 2>&1
is "wparexec ends with its status" $? 9
unlike "and is gone" "$(in_lpar lswpar)" '^wx[12] '

ok "stopwpar" in_lpar stopwpar $name
is "it is Defined again" "$(in_lpar lswpar -c -q -a state $name)" D
ok "the LPAR changes" in_lpar sh -c 'echo new >/etc/changed.conf'
like "syncwpar brings it up to that" "$(in_lpar syncwpar -v $name)" '^add /etc/changed\.conf$'
is "it has the file" "$(in_lpar cat /wpars/$name/etc/changed.conf)" new
ok "rmwpar" in_lpar rmwpar $name
fails "it is unknown" in_lpar lswpar $name
is "nothing is left of it" \
	"$(in_lpar sh -c "ls -d /wpars/$name /etc/wpars/$name.cf /run/wpars/$name 2>/dev/null; grep /wpars/$name /proc/mounts; find /sys/fs/cgroup -name '*$name*'; ps -ef | grep '[c]or_$name'")" ""
done_testing
