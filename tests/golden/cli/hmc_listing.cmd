# What ls commands make of an answer: attribute lines, -F with its delimiters, --header, --json.
show()
{
	echo "\$ $*"
	hmc-format "$@"
	echo "status $?"
}
show hmc_table.json
show hmc_table.json -F name
show hmc_table.json -F name,state --header
show hmc_table.json -F name:state:lpar_proc_compat_modes
show hmc_table.json -F 'name state'
show hmc_table.json -F lpar_proc_compat_modes
show hmc_table.json -Fname,virtual_eth_adapters,curr_profile
show hmc_table.json -F name,msp
show hmc_table.json -F
show hmc_table.json --header -F
show hmc_table.json --json -F name,state,msp
show hmc_empty.json
show hmc_empty.json -F name --header
show hmc_empty.json --json
