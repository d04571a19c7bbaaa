#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# rbac.sh - roles, domains, and who of the users has them: the databases and their commands
# timeout: 120
set -u
# shellcheck source=tests/integration/wparctl/rbac_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/rbac_lib.sh"

rbac_user ann 42001
echo 'ann:x:42001:' >>/etc/group

DB=$WPARS_ROOT/etc/security

# Roles
is "there are none" "$(status lsrole ALL)" 0
is "one is made" "$(status mkrole authorizations=aix.wpar.system.start,aix.wpar.system.stop dfltmsg='Operators of web' ops)" 0
is "as AIX prints it" "$(lsrole ops)" "ops authorizations=aix.wpar.system.start,aix.wpar.system.stop dfltmsg=Operators of web id=1"
is "as AIX keeps it" "$(cat "$DB/roles")" "ops:
	authorizations = aix.wpar.system.start,aix.wpar.system.stop
	dfltmsg = Operators of web
	id = 1"
is "no second one" "$(status mkrole ops)" 'mkrole: Role "ops" exists.
1'
ok "one that includes it" mkrole rolelist=ops authorizations=aix.wpar.system.login webadmin
is "a stanza" "$(lsrole -f webadmin)" "webadmin:
	authorizations=aix.wpar.system.login
	rolelist=ops
	id=2"
is "with colons" "$(lsrole -C -a id rolelist ALL)" "#name:id:rolelist
ops:1:
webadmin:2:ops"
is "JSON" "$(lsrole --json webadmin | tr -d ' \n')" \
	'[{"name":"webadmin","authorizations":["aix.wpar.system.login"],"rolelist":["ops"],"id":2}]'
is "one of two" "$(status lsrole -a id nosuch,ops)" 'lsrole: Role "nosuch" does not exist.
ops id=1
2'
is "more of a list" "$(chrole authorizations=+aix.wpar.owner ops; lsrole -a authorizations ops)" \
	"ops authorizations=aix.wpar.system.start,aix.wpar.system.stop,aix.wpar.owner"
is "less of it" "$(chrole authorizations=-aix.wpar.owner ops; lsrole -a authorizations ops)" \
	"ops authorizations=aix.wpar.system.start,aix.wpar.system.stop"
like "no such authorization" "$(chrole authorizations=aix.fs.manage ops 2>&1)" '^chrole: 3004-692 Error changing "authorizations" to "aix.fs.manage" : there is no such authorization'
like "no such attribute" "$(chrole screens=1 ops 2>&1)" 'not supported; there are authorizations, rolelist, dfltmsg and id'
like "no such role" "$(chrole rolelist=nosuch ops 2>&1)" 'Role "nosuch" does not exist'
like "no circle" "$(chrole rolelist=webadmin ops 2>&1)" 'Role "webadmin" includes role "ops" already'
fails "not itself" chrole rolelist=ops ops
fails "no reserved name" mkrole ALL
fails "no name with a colon" mkrole a:b
fails "no two settings of which one is bad" chrole dfltmsg=new id=0 ops
is "nothing of them is done" "$(lsrole -a dfltmsg ops)" "ops dfltmsg=Operators of web"
is "in use" "$(status rmrole ops)" 'rmrole: Role "ops" is in use: the attribute rolelist of webadmin has it.
1'

# Authorizations
is "an authorization and its roles" "$(lsauth aix.wpar.system.start)" \
	"aix.wpar.system.start description=Start system workload partitions roles=ops"
is "all of them" "$(lsauth --json ALL | jq length)" "$(grep -c '^X(' "$PAR_TEST_SOURCE/../wparctl/rbac/auths.def")"

# Domains
ok "a domain" mkdom dfltmsg='Web servers' web
ok "another" mkdom id=24 hrdom
is "both" "$(lsdom ALL)" "web id=1 dfltmsg=Web servers
hrdom id=24"
fails "a number twice" mkdom id=24 other
fails "a number that is too large" mkdom id=1025 other
ok "a WPAR's name comes into one" setsecattr -o domains=web objtype=wpar web01
is "listed" "$(lssecattr -o ALL)" "web01 domains=web objtype=wpar"
ok "and into another" setsecattr -o domains=+hrdom secflags=FSF_DOM_ANY web01
is "listed again" "$(lssecattr -o -F -a domains secflags web01)" "web01:
	domains=web,hrdom
	secflags=FSF_DOM_ANY"
fails "no domain that there is not" setsecattr -o domains=nosuch objtype=wpar web02
like "the type is needed" "$(setsecattr -o domains=web web02 2>&1)" 'objtype=wpar is needed'
like "no files" "$(setsecattr -o domains=web objtype=file /etc/passwd 2>&1)" 'no name of a workload partition'
fails "-o is needed" setsecattr domains=web objtype=wpar web02
is "a domain in use" "$(status rmdom web)" 'rmdom: Domain "web" is in use: the attribute domains of web01 has it.
1'

# Users
is "a user gets a role and a domain" "$(status chuser roles=webadmin domains=web ann)" 0
is "listed" "$(lsuser -a roles domains ann)" "ann roles=webadmin domains=web"
like "with the others" "$(lsuser ann)" '^ann id=42001 .* roles=webadmin domains=web$'
is "an array" "$(lsuser --json -a roles ann | tr -d ' \n')" '[{"name":"ann","roles":["webadmin"]}]'
is "the user's own look" "$(setpriv --reuid 42001 --regid 42001 --clear-groups rolelist -a)" "webadmin        aix.wpar.system.login"
is "of another" "$(rolelist -u ann)" "webadmin        "
is "no such role" "$(status chuser roles=nosuch ann)" 'chuser: Role "nosuch" does not exist.
1'
like "no such user" "$(chuser roles=ops nosuchuser 2>&1)" '^chuser: 3004-687 User "nosuchuser" does not exist'
is "nor is anything kept of it" "$(grep -c nosuchuser "$DB/user.roles")" 0
is "a role in use" "$(status rmrole webadmin)" 'rmrole: Role "webadmin" is in use: the attribute roles of ann has it.
1'
is "a tool's attribute and a role at once" "$(status chuser gecos='Ann B.' roles=+ops ann; lsuser -a gecos roles ann)" "0
ann gecos=Ann B. roles=webadmin,ops"
# A WPAR's users have neither
like "not in a WPAR" "$(chuser -@ web01 roles=ops root 2>&1)" 'users of a workload partition have no roles'

# Who is not root changes nothing
for c in "mkrole a" "chrole dfltmsg=a ops" "rmrole ops" "mkdom a" "setsecattr -o objtype=wpar web01" "rmsecattr -o web01" "chuser roles=ops ann"; do
	# shellcheck disable=SC2086 # words
	like "only root: $c" "$(setpriv --reuid 42001 --regid 42001 --clear-groups $c 2>&1)" 'Only the root user can run this command'
done

# A user who goes takes roles and domains along
ok "it goes" rmuser ann
is "nothing is left" "$(grep -c ann "$DB/user.roles")" 0
ok "now the role can go" rmrole webadmin
ok "the name leaves its domains" rmsecattr -o web01
ok "now the domain can go" rmdom web
is "what is left" "$(lsdom -a ALL; lsrole -a ALL; lssecattr -o ALL)" "hrdom
ops"

# At once, and killed
for i in 1 2 3 4 5 6 7 8; do mkrole "many$i" & done
wait
is "eight at once" "$(lsrole -a ALL | grep -c many)" 8
is "with eight numbers" "$(lsrole -a id ALL | sort -u -k 2 | wc -l)" 9
printf 'x' >"$DB/roles"
like "a corrupt file" "$(lsrole ALL 2>&1)" '/etc/security/roles: line 1: neither a stanza nor an attribute'
fails "is not written over" mkrole again
done_testing
