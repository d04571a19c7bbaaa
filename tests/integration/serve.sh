# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# serve.sh - lpard over the frame's libvirt, as the managed system SYS, and what scripts do with it
#
#	. "$PAR_TEST_SOURCE/integration/lib.sh"
#	. "$PAR_TEST_SOURCE/integration/serve.sh"
#	configure 'log_level = debug' 'shutdown_wait_s = 20'
#	start
#	make lp1 && on lp1 -f default
#	kill_lpard
#
# Sets $conf, $log, $pid (of lpard; empty: it does not run), $resources (for mksyscfg's data; a
# script may add to it).  lpard is ended with the script.

export LPARD_SOCKET=$TMPDIR/lpard.sock
conf=$TMPDIR/lpard.conf
log=$TMPDIR/log
pid=
resources=profile_name=default,lpar_env=aixlinux,min_mem=256,desired_mem=256,max_mem=512
resources+=,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1
resources+=,max_procs=2,min_proc_units=0.1,desired_proc_units=0.1,max_proc_units=2.0

# configure LINE... - a configuration with these settings; more systems may be added to $conf
configure()
{
	{
		echo "socket = $LPARD_SOCKET"
		printf '%s\n' "$@"
		printf '[system SYS]\nuri = qemu:///system\n'
	} >"$conf"
}

# start - lpard, until it serves
start()
{
	lpard --config "$conf" >>"$log" 2>&1 &
	pid=$!
	wait_for 10 lssyscfg -r sys
}

# kill_lpard - by kill -9, and gone
kill_lpard()
{
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
}

# make LPAR - defined with $resources
make()
{
	mksyscfg -r lpar -m SYS -i "name=$1,$resources"
}

# on LPAR [OPTION]... - activated
on()
{
	timeout 60 chsysstate -r lpar -m SYS -o on -n "$@"
}

# off LPAR - by its plug
off()
{
	timeout 60 chsysstate -r lpar -m SYS -o shutdown --immed -n "$@"
}

state()
{
	lssyscfg -r lpar -m SYS --filter "lpar_names=$1" -F state
}

is_state()
{
	[ "$(state "$1")" = "$2" ]
}

end_lpard()
{
	[ -z "$pid" ] || kill "$pid" 2>/dev/null
}
trap end_lpard EXIT
