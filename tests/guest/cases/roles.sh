#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# roles.sh - an ordinary user of an LPAR starts, enters and stops the WPARs of a domain, by the LPAR's own agent
# lpar: current
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

# as_ann COMMAND - as the LPAR's user, through a login shell's way
as_ann()
{
	in_lpar su ann -c "PATH=/usr/sbin:\$PATH; $1" </dev/null 2>&1
}

ok "the agent serves users" in_lpar test -S /run/wparctl/agent
ok "mkwpar" in_lpar mkwpar -n web01
ok "mkwpar of another" in_lpar mkwpar -n db01
ok "a role" in_lpar mkrole authorizations=aix.wpar.system.start,aix.wpar.system.stop,aix.wpar.system.login webadmin
ok "a domain" in_lpar mkdom web
ok "the WPAR comes into it" in_lpar setsecattr -o domains=web objtype=wpar web01
ok "the user has both" in_lpar mkuser roles=webadmin domains=web ann
is "and is listed" "$(in_lpar lsuser -a roles domains ann)" "ann roles=webadmin domains=web"
like "the user starts it" "$(as_ann 'startwpar web01')" '^Starting workload partition web01\.$'
is "it runs" "$(in_lpar lswpar -cqa state web01)" A
is "the user enters it" "$(as_ann 'clogin web01 -- id -un; echo $?')" "root
0"
is "not the other" "$(as_ann 'startwpar db01')" \
	'startwpar: You are not authorized for workload partition db01: it is in no domain, and you have domains.'
is "nor is it changed" "$(as_ann 'chwpar -A web01')" \
	'chwpar: You are not authorized for workload partition web01: none of your roles has aix.wpar.system.change.'
like "the use stands in the log" "$(in_lpar cat /var/adm/wpars/event.log)" ' web01 clogin ann/wparctl ok: authorized: aix\.wpar\.system\.login by role webadmin, domain web$'
like "and the refusal" "$(in_lpar cat /var/adm/wpars/event.log)" ' db01 startwpar ann/wparctl failed: You are not authorized'
like "the user stops it" "$(as_ann 'stopwpar -h web01')" "^Stopping workload partition 'web01'\.$"
is "it is stopped" "$(in_lpar lswpar -cqa state web01)" D
# A command of the user's own, in an application WPAR
like "a job needs an authorization, too" "$(as_ann 'wparexec -n job -- /usr/bin/id')" 'none of your roles has aix\.wpar\.owner'
ok "which a role gives" in_lpar mkrole authorizations=aix.wpar.owner jobs
ok "to the user" in_lpar chuser roles=webadmin,jobs ann
is "the job is the user's" "$(as_ann 'cd /usr/lib && wparexec -n job -- /bin/sh -c "id -un; pwd; stat -c %u /proc/1"' | grep -v '[Ww]orkload partition')" "ann
/usr/lib
0"
is "and writes what the user may" "$(as_ann 'wparexec -n job -- /bin/sh -c "echo mine >/tmp/of-ann; echo no >/etc/of-ann"' >/dev/null; in_lpar sh -c 'stat -c %U /tmp/of-ann; test -e /etc/of-ann || echo none')" "ann
none"
is "so is root's for the user" "$(in_lpar wparexec -n job -l ann -- /usr/bin/id -un 2>/dev/null)" ann
like "the use is in the log" "$(in_lpar cat /var/adm/wpars/event.log)" ' job wparexec ann/wparctl ok: authorized: aix\.wpar\.owner by role jobs$'
ok "the user goes" in_lpar rmuser ann
ok "now the role can go" in_lpar rmrole webadmin
ok "and the other" in_lpar rmrole jobs
ok "rmwpar" in_lpar rmwpar web01
ok "rmwpar of the other" in_lpar rmwpar db01
done_testing
