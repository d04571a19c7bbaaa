# Nothing over the minimum: no DIMM, and none to come.
hv_plan --image images/trixie name=lpar01,profile_name=default,lpar_env=aixlinux,min_mem=1024,desired_mem=1024,max_mem=1024,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1,max_procs=4,min_proc_units=0.1,desired_proc_units=0.5,max_proc_units=4.0,boot_mode=norm | grep -E 'emory|dimm'
