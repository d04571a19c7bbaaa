#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# people.sh - hmc status, hmc launch and hmc images with a real LPAR and a WPAR in it
# lpar: current
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

# of_lpar FILTER - of what hmc status says of the shared LPAR
of_lpar()
{
	hmc status -m "$SYS" --json | jq -r --arg lpar "$LPAR" ".[].lpars[] | select(.name == \$lpar) | $1"
}

ok "mkwpar" in_lpar mkwpar -n seen
ok "startwpar" in_lpar startwpar seen
ok "mkwpar of one that stays off" in_lpar mkwpar -n unseen
is "the LPAR's state, processors and memory" "$(of_lpar '[.state, .processors > 0, .memory > 0] | @text')" \
	'["Running",true,true]'
is "what it uses is measured inside" \
	"$(of_lpar '[.memory_used > 0, .memory_used < .memory, .processors_used >= 0, .up_s > 0] | @text')" \
	'[true,true,true,true]'
is "its WPARs" "$(of_lpar '[.wpars[] | select(.name | test("seen")) | [.name, .type, .state]] | @text')" \
	'[["seen","system","Active"],["unseen","system","Defined"]]'
is "a WPAR's memory is counted" "$(of_lpar '.wpars[] | select(.name == "seen") | .memory_used > 0')" true
in_lpar clogin seen -- sh -c 'timeout 20 sh -c "while :; do :; done"' </dev/null >/dev/null 2>&1 &
busy=$!
sleep 2
is "a WPAR that computes" "$(of_lpar '.wpars[] | select(.name == "seen") | .processors_used > 0.2')" true
wait "$busy"
table=$(hmc status)
like "the table has the LPAR" "$table" "^  $LPAR +Running "
like "and below it its WPARs" "$table" '^    seen +Active '

# An LPAR whose agent hangs costs its time limit, and the rest of the table comes.
in_lpar sh -c 'mv /usr/sbin/wparctl /usr/sbin/wparctl.real &&
	printf "#!/bin/sh\nexec sleep 30\n" >/usr/sbin/wparctl && chmod 755 /usr/sbin/wparctl'
is "an LPAR that does not answer" "$(timeout "$(patience 60)" hmc status --json | jq -r --arg lpar "$LPAR" \
	'.[].lpars[] | select(.name == $lpar) | [.state, .up_s] | @text')" '["Running",null]'
in_lpar sh -c 'printf "#!/bin/sh\necho [1]\n" >/usr/sbin/wparctl'
is "one that says nonsense" "$(of_lpar '[.state, .up_s] | @text')" '["Running",null]'
# shellcheck disable=SC2016 # expanded in the LPAR
in_lpar sh -c 'printf "#!/bin/sh\nexec yes {\n" >/usr/sbin/wparctl'
is "one that does not end saying it" "$(of_lpar '[.state, .up_s] | @text')" '["Running",null]'
# shellcheck disable=SC2016
in_lpar sh -c 'printf "#!/bin/sh\nprintf %%s \047{\"up_s\": -5, \"memory_used\": \"a\", \"wpars\": [1, {\"name\": \"a\\\\u001bb\"}]}\047\n" \
	>/usr/sbin/wparctl'
is "numbers that are none" "$(of_lpar '[.up_s, .memory_used] | @text')" '[null,null]'
unlike "an escape in a name does not reach the terminal" "$(hmc status)" $'\e'
in_lpar mv -f /usr/sbin/wparctl.real /usr/sbin/wparctl
is "it is asked again" "$(of_lpar '.up_s > 0')" true
ok "rmwpar" in_lpar rmwpar -F seen
ok "rmwpar of the other" in_lpar rmwpar unseen

name=people$$
ok "hmc launch --wait" hmc launch -m "$SYS" --memory 768M --image current --wait "$name"
is "a command runs in it" "$(wparcmd -m "$SYS" -p "$name" -- cat /proc/sys/kernel/ostype </dev/null)" Linux
is "its memory" "$(lshwres -r mem -m "$SYS" --level lpar --filter "lpar_names=$name" -F curr_mem)" 768
is "hmc images says who runs it" "$(hmc images --json |
	jq -r --arg lpar "$name" '.[] | select(.name == "current") | .lpars[] | select(.lpar == $lpar) | .system')" "$SYS"
is "and of what system and kernel it is" \
	"$(hmc images --json | jq -r '.[] | select(.name == "current") | [.version, .kernel, .page_size] | @text')" \
	"[\"$(manifest current os_version)\",\"$(manifest current kernel_release)\",4096]"
lpar_down "$name"
done_testing
