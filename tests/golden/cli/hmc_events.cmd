# lssvcevents: who changed what; attributes, filters, times, what is refused.
. ./hmc_frame.inc
events()
{
	show "$@" | sed -E -e "s/$(id -un)/USER/g" -e 's/([,:])[0-9]+\.[0-9]{3}$/\1SECONDS/' \
		-e 's/after [0-9]+\.[0-9]{3} s/after SECONDS s/' -e 's/,[0-9]{13},/,MILLISECONDS,/' \
		-e 's/,[0-9]+,(Create|Start)/,PID,\1/'
}
events lssvcevents -t console -F name,result
data=name=lpar01,profile_name=default,lpar_env=aixlinux,min_mem=1024,desired_mem=2048,max_mem=4096
data=$data,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1
data=$data,max_procs=4,min_proc_units=0.1,desired_proc_units=0.5,max_proc_units=4.0
mksyscfg -r lpar -m sys1 -i "$data"
mksyscfg -r lpar -m sys1 -i "$data" >/dev/null
chsysstate -r lpar -m sys1 -o on -n lpar01 -f default
events lssvcevents -t console
events lssvcevents -t console -F --header --filter name=Create,severities=info
events lssvcevents -t console -F userid:name:lpar_name:lpar_id:result:duration --filter categories=system
events lssvcevents -t console -d 0 -m sys1 -F name,reason --filter severities=error
events lssvcevents -t console -i 1 -F name --filter name=Remove
events lssvcevents -t hardware --filter status=open -F refcode:first_time:sys_name:text:fru_details --header
events lssvcevents -t hardware -d 0
events lssvcevents -t console -F name,colour
events lssvcevents -t hardware -F colour
events lssvcevents -t console --filter lpar_names=lpar01
events lssvcevents -t disk
events lssvcevents
events lssvcevents -t console -d 1 -i 1
events lssvcevents -t console -d -1
events lssvcevents -t console -m nosuch
