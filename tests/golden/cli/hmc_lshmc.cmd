# The version that is shown: the default, and settings.
. ./hmc_frame.inc
show lshmc -V
show lshmc -v
show lshmc -V -F base_version
show lshmc -V -Fversion --header
