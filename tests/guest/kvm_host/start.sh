#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# start.sh - boot the emulated POWER9 machine with KVM-HV in the background
#
#	start.sh IMAGE DIR PORT		its libvirt is then at qemu+tcp://127.0.0.1:PORT/system
#
# Files in DIR: disk.qcow2, console.log, qemu.log, pid.  To be run in a frame: whoever
# reaches the port rules the machine, and only the frame's own loopback has that port.
set -eu
image=$1 dir=$2 port=$3
mkdir -p "$dir"
cd "$dir"
qemu-img create -q -f qcow2 -F raw -b "$image/root.img" disk.qcow2 8G
# The options that emulation lacks, as in lpard's own words; with cap-nested-hv the machine can be a
# hypervisor.
machine=pseries,accel=tcg,x-vof=on,cap-nested-hv=on
machine+=,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off
words=$(jq -r .command_line "$image/image.json")
qemu-system-ppc64 -name kvm-host -nodefaults -display none -M "$machine" -cpu power9 -smp 1 \
	-m "${KVM_HOST_MIB:-3072}" -kernel "$image/vmlinux" -initrd "$image/initrd.img" \
	-append "$words ip=10.0.2.15::10.0.2.2:255.255.255.0:kvm-host:eth0:none lpard.name=kvm-host" \
	-drive file=disk.qcow2,if=virtio,cache=unsafe \
	-netdev "user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:$port-:16509" \
	-device virtio-net-pci,netdev=n,romfile= -device virtio-rng-pci \
	-chardev socket,id=c,path=console.sock,server=on,wait=off,logfile=console.log -device spapr-vty,chardev=c \
	>qemu.log 2>&1 </dev/null &
echo $! >pid
