# What is refused, with the HMC's words; nothing is left behind.
. ./hmc_frame.inc
refuse()
{
	show mksyscfg -r lpar -m sys1 -i "name=x,profile_name=p,$data,$1"
}
show lssyscfg -r lpar -m nosys
show lssyscfg -r lpar -m sys1 -F name,UUID
show lssyscfg -r lpar -m sys1 --filter lpar_names=nope
show lssyscfg -r lpar -m sys1 --filter lpar_ids=7
show lssyscfg -r lpar -m sys1 --filter slots=7
show lshwres -r mem -m sys1 --level sys -F nothing
show mksyscfg -r lpar -m sys1 -i 'name=x,profile_name=p,lpar_env=aixlinux'
show mksyscfg -r lpar -m nosys -i "name=x,profile_name=p,$data"
refuse bogus=1
refuse desired_mem=8192
refuse min_mem=1000
refuse desired_procs=0
refuse desired_proc_units=2.0
refuse sharing_mode=keep_idle_procs
refuse lpar_proc_compat_mode=POWER5
refuse lpar_proc_compat_mode=POWER10
refuse lpar_env=vioserver
refuse lpar_env=os400
refuse msp=1
refuse all_resources=1
refuse boot_image=nothing
refuse virtual_eth_adapters=2/0
for name in a/b .. -a 12345678901234567890123456789012 'a$b' ''; do
	show mksyscfg -r lpar -m sys1 -i "name=$name,profile_name=p,$data"
done
show lssyscfg -r lpar -m sys1
show mksyscfg -r lpar -m sys1 -i "name=a,profile_name=p,$data"
show mksyscfg -r lpar -m sys1 -i "name=a,profile_name=p,$data"
show mksyscfg -r lpar -m sys1 -i "name=b,lpar_id=1,profile_name=p,$data"
show chsyscfg -r lpar -m sys1 -i 'name=nope,description=x'
show chsyscfg -r lpar -m sys1 -i 'name=a,lpar_proc_compat_mode=POWER9'
show chsyscfg -r prof -m sys1 -i 'name=nope,lpar_name=a,desired_mem=512'
show chsyscfg -r prof -m sys1 -i 'name=p,desired_mem=512'
show chsysstate -r lpar -m sys1 -o on -n nope -f p
show chsysstate -r lpar -m sys1 -o on -n a -f nope
show chsysstate -r lpar -m sys1 -o shutdown -n a
show mkvterm -m sys1 -p nope
show rmvterm -m sys1 -p nope
show rmsyscfg -r lpar -m sys1 -n nope
# More memory than there is: accepted, and Error at activation.
show mksyscfg -r lpar -m sys1 -i "name=huge,profile_name=p,$data,min_mem=8388608,desired_mem=8388608,max_mem=8388608"
show chsysstate -r lpar -m sys1 -o on -n huge -f p
show lssyscfg -r lpar -m sys1 -F name,state
show lsrefcode -r lpar -m sys1 --filter lpar_names=huge -F refcode
show chsyscfg -r prof -m sys1 -i 'name=p,lpar_name=huge,min_mem=512,desired_mem=512,max_mem=1024'
show chsysstate -r lpar -m sys1 -o on -n huge -f p
show lssyscfg -r lpar -m sys1 -F name,state
