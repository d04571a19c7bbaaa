# Dedicated processors have no quota.
hv_plan --image images/trixie name=lpar02,profile_name=big,lpar_env=aixlinux,min_mem=1024,desired_mem=4096,max_mem=8192,proc_mode=ded,sharing_mode=keep_idle_procs,min_procs=1,desired_procs=2,max_procs=4
