# What the completion script offers: systems, LPARs, profiles, names of -F, keys and values of -i.
. ./hmc_frame.inc
mksyscfg -r lpar -m sys1 -i "name=lpar01,profile_name=usual,$data"
mksyscfg -r lpar -m sys1 -i "name=lpar02,profile_name=other,$data"
show lshwres -r virtualio --rsubtype scsi --level lpar -m sys1 --attributes
show lsrefcode -r lpar -m sys1 --attributes
show chsyscfg -r prof -m sys1 --attributes
show mksyscfg -r nothing -m sys1 --attributes
cat >"$TMPDIR/complete" <<'EOF'
eval "$(hmc --completion bash)"
# try WORD... - as readline gives the words, of which the last one is being completed
try()
{
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_hmc_complete "$1"
	printf '%s | ' "$@"
	echo
	printf '\t%s\n' "${COMPREPLY[@]}"
}
try lssyscfg -r lpar -m ''
try chsysstate -r lpar -m sys1 -o on -n lpar0
try chsysstate -r lpar -m sys1 -o on -f ''
try chsysstate -r lpar -m nosys -n ''
try lssyscfg -r lpar -m sys1 -F lpar_
try lssyscfg -r lpar -m sys1 -F name,lpar_k
try lssyscfg -r lpar -m sys1 -F name : lpar_k
try lssyscfg -r lpar -m sys1 -F name lpar_k
try lshwres -r mem --level sys -m sys1 -F curr_avail_sys
try lshwres -r virtualio --rsubtype eth --level lpar -m sys1 -F name,port
try mksyscfg -r lpar -m sys1 -i '"name=a,prof'
try mksyscfg -r lpar -m sys1 -i name = a,min_
try mksyscfg -r lpar -m sys1 -i name=a, desired_
try mksyscfg -r lpar -m sys1 -i '"name=a,sharing_mode=share_idle_procs_'
try mksyscfg -r lpar -m sys1 -i name = a,proc_mode = ''
try mksyscfg -r lpar -m sys1 -i '"name=a,lpar_proc_compat_mode=POWER9'
try chsyscfg -r lpar -m sys1 -i '"na'
try chsyscfg -r lpar -m sys1 -i '"name=lpar0'
try chsyscfg -r prof -m sys1 -i '"lpar_name=lpar01,new_'
try mksyscfg -r lpar -m sys1 -i '"name=a' --fo
try wparcmd -p lpar01 -- st
try wparcmd -p l
try hmc launch --image ''
try hmc launch --image ti
try hmc launch --im
EOF
bash "$TMPDIR/complete"
