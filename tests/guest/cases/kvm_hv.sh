#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kvm_hv.sh - an LPAR on KVM-HV, on a managed system reached over the network
#
# The system is an emulated POWER9 machine (kvm_host/) whose kernel has KVM-HV by nesting, and which
# has a libvirt of its own.  So domains of type kvm run for real, and so does all that goes by a
# remote URI: uploads of images, the console and the agent's channel as streams.
# lpar: none
# timeout: 290
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"

port=16509
host=$TMPDIR/kvm-host
uri=qemu+tcp://127.0.0.1:$port/system
SYS=power9

far_virsh()
{
	timeout "$(patience 60)" virsh -q -c "$uri" "$@"
}

# The machine boots while the daemon, which is told of it now, tries to reach it.
"$PAR_TEST_SOURCE/guest/kvm_host/start.sh" "$PAR_IMAGES/kvm-host" "$host" "$port"
trap 'kill "$(cat "$host/pid")" 2>/dev/null; cp "$host"/*.log "$PAR_LOGS/" 2>/dev/null' EXIT
export LPARD_SOCKET=$TMPDIR/far.sock
{
	grep -v '^media' "$PAR_LPARD_CONF"
	echo "socket = $LPARD_SOCKET"
	echo "[system power9]"
	echo "uri = $uri"
} >"$TMPDIR/far.conf"
lpard --config "$TMPDIR/far.conf" >"$PAR_LOGS/far-lpard.log" 2>&1 </dev/null &
lpard=$!

ok "lpard serves while its only system is not there" \
	wait_for 20 lssyscfg -r sys -F name
ok "the system comes" wait_for 120 sh -c \
	'lssyscfg -r sys -m "$0" -F state | grep -qx Operating' $SYS
is "it is found to have KVM-HV" "$(lssyscfg -r sys -m $SYS -F accelerator)" KVM-HV
like "the log says so" "$(cat "$PAR_LOGS/far-lpard.log")" 'system=power9 connected: .*KVM-HV'

ok "mksyscfg" mksyscfg -r lpar -m $SYS -i "$(lpar_attributes far01 current)"
ok "activation: the image is uploaded, the machine's lacks are found out" \
	chsysstate -r lpar -m $SYS -o on -n far01 -f default
like "what KVM does not give is told" "$(cat "$PAR_LOGS/far-lpard.log")" \
	'system=power9 KVM there does not give LPARs the machine option cfpc'
LPAR=far01
ok "its agent comes" wparcmd -m $SYS -p far01 --wait "$(patience 90)" -- true
is "it runs" "$(lssyscfg -r lpar -m $SYS --filter lpar_names=far01 -F state,rmc_state)" \
	"Running,active"
like "libvirt has a domain of type kvm" "$(far_virsh dumpxml far01)" "<domain type='kvm'"
like "the accelerator of its emulator is KVM" \
	"$(far_virsh qemu-monitor-command far01 --hmp 'info kvm')" 'kvm support: enabled'
is "the LPAR's kernel is its image's" "$(in_lpar uname -r)" \
	"$(manifest current kernel_release)"
like "it has the processor of the machine" "$(in_lpar cat /proc/cpuinfo)" 'cpu.*: POWER9'
is "pages of 4 KiB on a machine with 64" "$(in_lpar getconf PAGESIZE)" 4096
like "about 1024 MiB" "$(in_lpar grep MemTotal /proc/meminfo)" \
	'MemTotal: +(9[0-9]{5}|10[0-4][0-9]{4}) kB'
ok "its root grows with its disk" wait_for 30 wparcmd -m $SYS -p far01 -- \
	sh -c '[ "$(df -m / | awk "END { print \$2 }")" -gt 7000 ]'
is "standard input goes there and back" \
	"$(head -c 300000 /dev/zero | in_lpar wc -c)" 300000
ok "it shuts down when asked" chsysstate -r lpar -m $SYS -o shutdown -n far01
is "it is off" "$(lpar_state far01)" "Not Activated"
like "a mode of a newer processor than the machine's is refused" \
	"$(chsyscfg -r prof -m $SYS -i name=default,lpar_name=far01,lpar_proc_compat_mode=POWER10)" \
	'^HSCL0617 .* one of default,POWER8,POWER9,POWER9_base\.'
ok "to Open Firmware, and nothing is uploaded again" timeout "$(patience 30)" sh -c \
	'chsyscfg -r prof -m "$0" -i name=default,lpar_name=far01,lpar_proc_compat_mode=POWER9 &&
	chsysstate -r lpar -m "$0" -o on -n far01 -f default -b of' $SYS
ok "its prompt comes" wait_for 60 sh -c \
	'lssyscfg -r lpar -m "$0" -F state | grep -qx "Open Firmware"' $SYS
ok "it is shut down at once" chsysstate -r lpar -m $SYS -o shutdown --immed -n far01
ok "it is removed" rmsyscfg -r lpar -m $SYS -n far01
is "nothing of it is left there" "$(far_virsh list --all --name)" ""
kill "$lpard"
wait "$lpard" 2>/dev/null
done_testing
