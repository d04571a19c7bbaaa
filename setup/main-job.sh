# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# main-job.sh - what the demo is about: the product's own commands, each shown with its output
#
# A command whose result is already there is not run again; `exists` is shown instead.

SYS=$(uname -n)
SYS=${SYS%%.*}
OLD_IMAGE=$(images_old_name)

# hmc COMMAND... - one of the product's commands
hmc()
{
	local command=$1
	shift
	"$par_build/bin/$command" "$@"
}

in_lpar01()
{
	hmc wparcmd -m "$SYS" -p lpar01 -- "$@"
}

# show LINE - print a command line as typed, run it, show its output; ends the demo when it fails
show()
{
	local line=$1 status=0 log=$par_work/log/main-job.log
	line=${line//SYS/$SYS}
	line=${line//IMAGE/$OLD_IMAGE}
	printf '\n$ %s\n' "$line"
	printf '\n$ %s\n' "$line" >>"$log"
	(
		PATH=$par_build/bin:$PATH
		eval "$line"
	) </dev/null 2>&1 | tee -a "$log" || status=$?
	[ "$status" = 0 ] && return 0
	{
		echo
		echo "This command ended with status $status.  The end of lpard's log:"
		tail -n 10 "$par_work/log/lpard.log" | sed 's/^/    /'
		echo "The whole logs: $log, $par_work/log/lpard.log,"
		echo "    $par_work/log/libvirtd.log, /var/log/libvirt/qemu/lpar01.log"
		echo "The commands to look around with: . build/env"
		echo "When the cause is gone, run $0 again: it goes on from here."
	} >&2
	exit 1
}

# exists LINE WHAT - say that what a command line would make is there
exists()
{
	local line=$1
	line=${line//SYS/$SYS}
	line=${line//IMAGE/$OLD_IMAGE}
	printf '\n$ %s\nexists: %s\n' "$line" "$2"
}

lpar01_state()
{
	hmc lssyscfg -r lpar -m "$SYS" --filter lpar_names=lpar01 -F state 2>/dev/null
}

# wpar_state NAME - D, A, ... or nothing when there is none
wpar_state()
{
	in_lpar01 lswpar -c -q -a state "$1" 2>/dev/null
}

main_job()
{
	local line state
	: >"$par_work/log/main-job.log"
	line='mksyscfg -r lpar -m SYS -i "name=lpar01,profile_name=default,lpar_env=aixlinux,min_mem=512,desired_mem=1024,max_mem=4096,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1,max_procs=4,min_proc_units=0.1,desired_proc_units=0.5,max_proc_units=4.0,boot_mode=norm"'
	if lpar01_state >/dev/null; then
		exists "$line" "LPAR lpar01"
	else
		show "$line"
	fi
	echo lpar01 | tee "$par_state/lpars" >"$par_state/lpars-made"

	line='chsysstate -r lpar -m SYS -o on -n lpar01 -f default'
	state=$(lpar01_state)
	if [ "$state" = Running ]; then
		exists "$line" "lpar01 is $state"
	else
		show "$line"
	fi
	show 'lssyscfg -r lpar -m SYS -F name:lpar_id:state:rmc_state:os_version --header'

	line='wparcmd -m SYS -p lpar01 --wait 60 -- mkwpar -n dev01'
	# The first call waits for the agent, so that the look-up finds the agent there.
	hmc wparcmd -m "$SYS" -p lpar01 --wait 60 -- true || :
	if [ -n "$(wpar_state dev01)" ]; then
		exists "$line" "WPAR dev01"
	else
		show "$line"
	fi
	main_job_start dev01 'wparcmd -m SYS -p lpar01 -- startwpar -v dev01'
	show 'wparcmd -m SYS -p lpar01 -- lswpar'
	show "wparcmd -m SYS -p lpar01 -- clogin dev01 -- sh -c 'hostname; ps -ef; df -k'"
	show 'wparcmd -m SYS -p lpar01 -- wparexec -n temp1 /usr/bin/ls /'

	line='wparcmd -m SYS -p lpar01 -- mkwpar -n old01 -C -B /images/IMAGE'
	if [ -n "$(wpar_state old01)" ]; then
		exists "$line" "WPAR old01"
	else
		show "$line"
	fi
	main_job_start old01 'wparcmd -m SYS -p lpar01 -- startwpar old01'
	show "wparcmd -m SYS -p lpar01 -- clogin old01 -- sh -c 'cat /etc/os-release; uname -a'"
}

# main_job_start NAME LINE - start a WPAR that is not active
main_job_start()
{
	if [ "$(wpar_state "$1")" = A ]; then
		exists "$2" "WPAR $1 is active"
	else
		show "$2"
	fi
}

# down_lpars - remove what main_job made: through lpard, or by libvirt when lpard does not run
down_lpars()
{
	local name uuid
	[ -e "$par_state/lpars" ] || return 0
	libvirt_serves || libvirt_start
	while read -r name; do
		if lpard_serves; then
			progress "shutting $name down"
			hmc chsysstate -r lpar -m "$SYS" -o shutdown --immed -n "$name" || :
			progress "removing $name"
			hmc rmsyscfg -r lpar -m "$SYS" -n "$name" || :
		fi
		if virsh -q -c qemu:///system dominfo "$name" >/dev/null 2>&1; then
			uuid=$(virsh -q -c qemu:///system domuuid "$name")
			virsh -q -c qemu:///system destroy "$name" || :
			virsh -q -c qemu:///system undefine "$name" --nvram --managed-save
			virsh -q -c qemu:///system vol-delete --pool lpard "$uuid-root.qcow2" || :
		fi
		rm -f "/var/log/libvirt/qemu/$name.log"*
	done <"$par_state/lpars"
	rm -f "$par_state/lpars"
}

# down_storage - the pool with the base images, when no LPAR of anybody's is left in it
down_storage()
{
	local uri=qemu:///system target
	libvirt_serves || return 0
	if virsh -q -c "$uri" dumpxml lpard-system >/dev/null 2>&1; then
		if virsh -q -c "$uri" list --all --name | grep -vx lpard-system | grep -q .; then
			echo "other LPARs or guests are there: the system's own data stay"
			return 0
		fi
		virsh -q -c "$uri" undefine lpard-system
	fi
	virsh -q -c "$uri" pool-info lpard >/dev/null 2>&1 || return 0
	virsh -q -c "$uri" pool-start lpard 2>/dev/null || :
	virsh -q -c "$uri" pool-refresh lpard
	if virsh -q -c "$uri" vol-list lpard | grep -q -- '-root\.qcow2'; then
		echo "other LPARs have disks in the pool: it stays"
		return 0
	fi
	target=$(virsh -q -c "$uri" pool-dumpxml lpard | sed -n 's|.*<path>\(.*\)</path>.*|\1|p')
	virsh -q -c "$uri" vol-list lpard | awk '{ print $1 }' | while read -r name; do
		[ -z "$name" ] || virsh -q -c "$uri" vol-delete --pool lpard "$name"
	done
	virsh -q -c "$uri" pool-destroy lpard
	virsh -q -c "$uri" pool-undefine lpard
	[ -z "$target" ] || rmdir "$target" 2>/dev/null || :
}
