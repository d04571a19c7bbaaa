# Configuration data and filters as unmodified clients of the HMC send them.
. ./hmc_frame.inc
# rbvppc and several guides: no quotes, a blank behind each comma
show mksyscfg -r lpar -m sys1 -i name=a, profile_name=p, lpar_env=aixlinux, min_mem=512, \
	desired_mem=1024, max_mem=4096, proc_mode=shared, sharing_mode=uncap, uncap_weight=128, \
	min_procs=1, desired_procs=1, max_procs=4, min_proc_units=0.1, desired_proc_units=0.5, \
	max_proc_units=4.0, virtual_eth_adapters=6/1/1/'""'/0/1
# a blank at the end, and the option not last
show chsyscfg -r prof -i 'name=p, lpar_name=a, desired_mem=2048 ' -m sys1
show chsyscfg -r prof -m sys1 -i name=p , lpar_name=a, 'virtual_eth_adapters+="7/0/1//0/1,8/0/1//0/1,"'
show chsyscfg -r lpar -i name=a, description=some words --force -m sys1
show lssyscfg -r lpar -m sys1 --filter 'lpar_names="a"' -F description
show lssyscfg -r lpar -m sys1 --filter ""lpar_ids=1,1"" -F name
show lssyscfg -r prof -m sys1 --filter ' lpar_names = a , profile_names=p' -F desired_mem,virtual_eth_adapters
