# Adapters as they are listed, and what an HMC can list and this machine has not.
. ./hmc_frame.inc
show lshwres -r virtualio --rsubtype eth --level lpar -m sys1
show mksyscfg -r lpar -m sys1 -i "name=srv,profile_name=p,$data,virtual_scsi_adapters=3/server/2//2/0"
show mksyscfg -r lpar -m sys1 -i "name=web,profile_name=p,$data,\"virtual_eth_adapters=2/0/1//0/0,\"\"3/1/7/8,9/1/1/SW/0a1b2c3d4e5f\"\"\",\"virtual_scsi_adapters=4/client//srv/3/0,5/client/9/gone/3/0\""
show lssyscfg -r prof -m sys1 -F lpar_name virtual_scsi_adapters
show lssyscfg -r prof -m sys1 --filter lpar_names=web -F virtual_eth_adapters
# what was listed can be given back
show chsyscfg -r prof -m sys1 -i 'name=p,lpar_name=web,virtual_scsi_adapters-=5/client/9//3/0,virtual_eth_adapters-=2/0/1//0/0/ETHERNET0//all/none'
show chsyscfg -r prof -m sys1 -i 'name=p,lpar_name=web,virtual_eth_adapters+=2/0/1//0/0'
# never applied: nothing to show yet
show lshwres -r virtualio --rsubtype eth --level lpar -m sys1 --filter lpar_names=web
show lshwres -r procpool -m sys1
show chsyscfg -r lpar -m sys1 -o apply -p web
show lshwres -r virtualio --rsubtype eth --level lpar -m sys1 | sed 's/mac_addr=525400....../mac_addr=MADE/'
show lshwres -r virtualio --rsubtype eth --level lpar -m sys1 -F slot_num,mac_addr,trunk_priority --header | sed 's/,525400....../,MADE/'
show lshwres -r virtualio --rsubtype scsi --level lpar -m sys1
# a remote partition stays the remote one under its new name
show chsyscfg -r lpar -m sys1 -i name=srv,new_name=server
show lssyscfg -r prof -m sys1 --filter lpar_names=web -F virtual_scsi_adapters
show lshwres -r virtualio --rsubtype scsi --level lpar -m sys1 --filter lpar_names=web
show chsyscfg -r lpar -m sys1 -i name=server,new_name=srv
show lshwres -r virtualio --rsubtype serial --level lpar -m sys1
show lshwres -r virtualio --rsubtype slot --level lpar -m sys1 --filter lpar_names=web
show lshwres -r virtualio --rsubtype slot --level slot -m sys1
show lshwres -r procpool -m sys1
show lshwres -r procpool -m sys1 -F name:max_pool_proc_units:curr_reserved_pool_proc_units:pend_reserved_pool_proc_units:lpar_names
show lshwres -r proc --level pool -m sys1
show lshwres -r proc --level sys -m sys1 -F curr_sys_virtual_procs
show lshwres -r mem --level lpar -m sys1 --filter lpar_names=web --json -F lpar_name,lpar_id,curr_mem,curr_mem_expansion,curr_hpt_ratio
for subtype in fc vnic vnicbkdev; do
	show lshwres -r virtualio --rsubtype $subtype --level lpar -m sys1
done
for resource in mempool rspool 'io --rsubtype slot' 'io --rsubtype unit' 'sriov --rsubtype adapter' 'sriov --rsubtype logport'; do
	show lshwres -r $resource -m sys1 -F
done
# a type that the resource does not have
show lshwres -r procpool --rsubtype slot -m sys1
show lshwres -r mem --rsubtype eth --level sys -m sys1
# virtual switches, networks, and the filters of adapters
show lshwres -r virtualio --rsubtype vswitch -m sys1
show lshwres -r virtualio --rsubtype vnetwork -m sys1
mksyscfg -r lpar -m sys1 -i "name=net1,profile_name=p,$data,\"virtual_eth_adapters=4/0/12//0/1,\"\"5/1/12/40,99/0/1/BACK\"\"\""
mksyscfg -r lpar -m sys1 -i "name=net2,profile_name=p,$data,virtual_eth_adapters=4/0/40//0/1/BACK"
for name in net1 net2; do
	chsyscfg -r lpar -m sys1 -o apply -n p -p $name
done
show lshwres -r virtualio --rsubtype vswitch -m sys1
show lshwres -r virtualio --rsubtype vswitch -m sys1 -F vswitch,vlan_ids
show lshwres -r virtualio --rsubtype vnetwork -m sys1
show lshwres -r virtualio --rsubtype vnetwork -m sys1 --filter vswitches=BACK,vlans=40
show lshwres -r virtualio --rsubtype vnetwork -m sys1 --filter vnetworks=VLAN12-ETHERNET0 -F vlan_id
show lshwres -r virtualio --rsubtype eth --level lpar -m sys1 --filter vlans=40 -F lpar_name,slot_num
show lshwres -r virtualio --rsubtype eth --level lpar -m sys1 --filter lpar_names=net1,slots=5 -F lpar_name,slot_num
show lshwres -r virtualio --rsubtype eth --level lpar -m sys1 --filter 'vswitches=BACK,"vlans=12,99"' -F lpar_name,slot_num
show lshwres -r virtualio --rsubtype slot --level slot -m sys1 --filter slots=4 -F lpar_name,slot_num
show lshwres -r virtualio --rsubtype eth --level lpar -m sys1 --filter slots=77
show lshwres -r virtualio --rsubtype eth --level lpar -m sys1 --filter slots=four
show lshwres -r virtualio --rsubtype scsi --level lpar -m sys1 --filter vlans=40
show lshwres -r procpool -m sys1 --filter pools=0 -F name
show lshwres -r procpool -m sys1 --filter pool_names=DefaultPool -F name
show lshwres -r procpool -m sys1 --filter pool_ids=3
show lshwres -r io --rsubtype slot -m sys1 --filter units=U78
show lssyscfg -r sysprof -m sys1
show lssyscfg -r frame
show lssyscfg -r cage -e frame1
# what is wrong
show lshwres -r virtualio --rsubtype fc --level lpar -m sys1 --filter lpar_names=nope
show lshwres -r virtualio -m sys1 --level lpar
show lshwres -r virtualio --rsubtype eth -m sys1
show lshwres -r virtualio --rsubtype bogus --level lpar -m sys1
show lshwres -r mem -m sys1
show lshwres -r mem -m sys1 --level pool
show lshwres -r bogus -m sys1
show lshwres -r lpar -m sys1
show lshwres -r io --rsubtype slot -m nosys
# other releases
for release in 10 11; do
	sed -i "/^hmc_version/d" "$TMPDIR/conf"
	sed -i "1i hmc_version = $release" "$TMPDIR/conf"
	kill -HUP $lpard_pid
	tries=0
	until lshmc -V | grep -q "Version: $release"; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || break
		sleep 0.05
	done
	show lssyscfg -r frame
	show lshwres -r mempool -m sys1
done
