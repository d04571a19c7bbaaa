# A partition's life, from creation to removal.
. ./hmc_frame.inc
show lssyscfg -r sys
show lssyscfg -r lpar -m sys1
show lssyscfg -r lpar -m sys1 -F name --header
show mksyscfg -r lpar -m sys1 -i "name=lpar01,profile_name=default,$data"
show lssyscfg -r lpar -m sys1
show lssyscfg -r prof -m sys1
show lshwres -r mem -m sys1 --level lpar
show lshwres -r proc -m sys1 --level lpar
show lsrefcode -r lpar -m sys1
show chsysstate -r lpar -m sys1 -o on -n lpar01
show chsysstate -r lpar -m sys1 -o on -n lpar01 -f default
show chsysstate -r lpar -m sys1 -o on -n lpar01 -f default
show lssyscfg -r lpar -m sys1 -F name:lpar_id:state:rmc_state --header
show lssyscfg -m '9009-42A*10ABCDE' -r lpar -F 'name state'
show lssyscfg -r lpar -m sys1 -F name state # unquoted, as op-test sends it
show lssyscfg -r lpar -m sys1 -F name extra
show lssyscfg -r lpar -m sys1 extra
show lssyscfg -r lpar -m sys1 --filter lpar_ids=1 -Fcurr_profile,resource_config,logical_serial_num
show lssyscfg -r prof -m sys1 --filter 'lpar_names=lpar01,profile_names=last*valid*configuration' -F name,desired_mem
show lshwres -r mem -m sys1 --level lpar
show lshwres -r proc -m sys1 --level lpar
show lshwres -r mem -m sys1 --level sys
show lshwres -r proc -m sys1 --level sys
show rmsyscfg -r lpar -m sys1 -n lpar01
show chsyscfg -r lpar -m sys1 -i 'name=lpar01,new_name=lpar02'
show chsysstate -r lpar -m sys1 -o osshutdown -n lpar01
show chsysstate -r lpar -m sys1 -o shutdown --immed --restart --id 1
show lssyscfg -r lpar -m sys1 -F state
show chsysstate -r lpar -m sys1 -o shutdown --immed -n lpar01
show chsysstate -r lpar -m sys1 -o shutdown --immed -n lpar01
show lssyscfg -r lpar -m sys1 -F state
show chsyscfg -r lpar -m sys1 -i 'name=lpar01,new_name=lpar02,description=a partition, "x"'
show chsyscfg -r lpar -m sys1 -i '"description=one, two",name=lpar01,new_name=lpar02'
show lssyscfg -r lpar -m sys1 -F name,description
show chsysstate -r lpar -m sys1 -o on -n lpar02
show lssyscfg -r lpar -m sys1 -F name,state --json
show chsysstate -r lpar -m sys1 -o shutdown --immed --all
show rmsyscfg -r lpar -m sys1 -n lpar02 --vioscfg --vdisks
show lssyscfg -r lpar -m sys1
