# What programs in the field read out of the listings, with expressions of their kind: fence agents,
# Ansible's collection, Ruby and Perl clients, op-test, xCAT, monitoring.
. ./hmc_frame.inc
mksyscfg -r lpar -m sys1 -i name=a, profile_name=p, $(echo "$data" | sed 's/,/, /g'), \
	virtual_eth_adapters=2/0/1//0/0
mksyscfg -r lpar -m sys1 -i "name=b,profile_name=p,$data"
chsysstate -r lpar -m sys1 -o on -n a -f p
say()
{
	echo "-- $*"
}
say "fence agents: name and state by position, the first words of lshmc -v"
lssyscfg -r lpar -m sys1 -F name:state | sed -n 's/^\([^:]*\):\(Running\|Not Activated\)$/\1 is \2/p'
lshmc -v | sed -n 's/^\*RM \(V[0-9]*R[0-9]*\)\.\([0-9]*\).*/\1 \2/p'
lssyscfg -r lpar -m sys1 --filter lpar_names=a -F state
say "Ansible: records by commas and =, service pack as a number, numbers of mem and proc"
lssyscfg -r sys -m sys1 | awk -F, '{ n = 0; for (i = 1; i <= NF; i++) if ($i ~ /^"?[a-z0-9_]+=/) n++; print (n > 80) }'
lshmc -V | sed -n 's/^ *Service Pack: *\([0-9][0-9]*\)$/\1/p'
lshwres -r mem -m sys1 --level sys | tr , '\n' | sed -n 's/^curr_mem_mirroring_mode=//p; s/^mem_region_size=//p'
lssyscfg -r frame >"$TMPDIR/frames"; echo "frames: $? $(cat "$TMPDIR/frames")"
say "Ruby: a regular expression over the whole line of lshmc -r, and of a profile's adapters"
lshmc -r | grep -cE '^ssh=(enable|disable),sshprotocol=[0-9]?,remotewebui=(enable|disable),xntp=(enable|disable),xntpserver=[^,]*,syslogserver=[^,]*,syslogtcpserver=[^,]*,syslogtlsserver=[^,]*,altdiskboot=(enable|disable),ldap=(enable|disable),kerberos=(enable|disable),kerberos_default_realm=[^,]*,kerberos_realm_kdc=[^,]*,kerberos_clockskew=[^,]*,kerberos_ticket_lifetime=[^,]*,kpasswd_admin=[^,]*,trace=[^,]*,kerberos_keyfile_present=[^,]*,kerberos_allow_weak_crypto=[^,]*,legacyhmccomm=(enable|disable),security=legacy,sol=(enabled|disabled)$'
lssyscfg -r prof -m sys1 --filter lpar_names=a -F virtual_eth_adapters | grep -cE '^[0-9]+/[01]/[0-9]+/[^/]*/[0-9]+/[01]/[A-Z0-9]+/[^/]*/[^/]*/[^/]*$'
lssyscfg -r prof -m sys1 --filter lpar_names=a | grep -cE '(^|,)min_mem=[0-9]+,desired_mem=[0-9]+,max_mem=[0-9]+,.*proc_mode=shared,min_proc_units=[0-9.]+,desired_proc_units=[0-9.]+,'
say "Perl: names of values that are numbers, with a comma behind them"
lshwres -r mem -m sys1 --level sys | sed -nE 's/.*configurable_sys_mem=([0-9]+),.*curr_avail_sys_mem=([0-9]+),.*/\1 \2/p'
lshwres -r proc -m sys1 --level sys | sed -nE 's/.*configurable_sys_proc_units=([0-9.]+),.*curr_avail_sys_proc_units=([0-9.]+),.*/\1 \2/p'
say "op-test: two names with a blank, and the number of virtual processors"
lssyscfg -m sys1 -r lpar -F name state | awk '$1 == "b" { print $2, $3 }'
lshwres -m sys1 -r proc --level sys -F curr_sys_virtual_procs | grep -cx '[0-9]*'
lsrefcode -m sys1 -r lpar --filter lpar_names=b -F refcode
say "xCAT: hostname and addresses, the systems' types and serial numbers"
lshmc -n -F hostname:ipaddr | awk -F: '{ print NF }'
lssyscfg -r sys -F type_model*serial_num 2>/dev/null | grep -cx '9009-42A\*10ABCDE'
say "monitoring: pools with their null, adapters with their addresses"
lshwres -r procpool -m sys1 -F name:max_pool_proc_units:lpar_names | sed s/null/0/g
lshwres -r virtualio --rsubtype eth --level lpar -m sys1 -F lpar_name,slot_num,mac_addr | grep -cE '^a,2,[0-9A-F]{12}$'
lshwres -r virtualio --rsubtype vnic -m sys1 --level lpar | grep -cx 'No results were found\.'
