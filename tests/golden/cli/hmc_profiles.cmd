# Profiles: making, changing, applying, saving and removing them.
. ./hmc_frame.inc
show mksyscfg -r lpar -m sys1 -i "name=a,profile_name=p,$data,\"virtual_eth_adapters=2/0/1//0/0,\"\"3/1/1/4,5//0\"\"\""
show mksyscfg -r prof -m sys1 -i 'name=all,lpar_name=a,all_resources=1'
show mksyscfg -r prof -m sys1 -i 'name=ded,lpar_id=1,min_mem=256,desired_mem=256,max_mem=512,proc_mode=ded,min_procs=1,desired_procs=2,max_procs=2,sharing_mode=keep_idle_procs'
show mksyscfg -r prof -m sys1 -i 'name=all,lpar_name=a,all_resources=1'
show lssyscfg -r prof -m sys1
show lssyscfg -r prof -m sys1 --filter 'lpar_names=a,profile_names=p' -F virtual_eth_adapters
show lssyscfg -r prof -m sys1 --filter '"profile_names=p,ded",lpar_names=a' -F name:proc_mode:min_proc_units --header
show lssyscfg -r prof -m sys1 --filter profile_names=none
show lssyscfg -r prof -m sys1 --filter 'lpar_names=a,profile_names=last*valid*configuration'
show chsyscfg -r prof -m sys1 -i 'name=p,lpar_name=a,desired_mem=2048,virtual_eth_adapters-=3'
show chsyscfg -r prof -m sys1 -i 'name=p,lpar_name=a,virtual_eth_adapters+=4/0/2//0/1'
show lssyscfg -r prof -m sys1 --filter 'lpar_names=a,profile_names=p' -F desired_mem,virtual_eth_adapters
show chsyscfg -r lpar -m sys1 -o apply -p a -n ded
show lshwres -r proc -m sys1 --level lpar
show mksyscfg -r prof -m sys1 -o save -p a -n saved
show mksyscfg -r prof -m sys1 -o save --id 1 -n saved
show mksyscfg -r prof -m sys1 -o save --id 1 -n saved --force
show chsyscfg -r lpar -m sys1 -i 'name=a,default_profile=saved'
show rmsyscfg -r prof -m sys1 -n saved -p a
show rmsyscfg -r prof -m sys1 -n p -p a
show rmsyscfg -r prof -m sys1 -n p --id 1
show chsyscfg -r prof -m sys1 -i 'name=saved,lpar_name=a,new_name=kept'
show lssyscfg -r lpar -m sys1 -F default_profile,curr_profile
show lssyscfg -r prof -m sys1 --lastvalidcfg -F name:lpar_name:proc_mode
show lssyscfg -r prof -m sys1 --lastvalidcfg --filter lpar_names=a -F name
show lssyscfg -r lpar -m sys1 --lastvalidcfg
