#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# nfs_server.sh - make an LPAR an NFS server: the kernel's nfsd, whose tables are filled by hand (the image
# has no exportfs); everything below / is exported, root stays root
#
#	nfs_server.sh CLIENT...		addresses that may mount
set -e
modprobe nfsd
mountpoint -q /proc/fs/nfsd || mount -t nfsd nfsd /proc/fs/nfsd
echo "-2 -3 +4 +4.1 +4.2" >/proc/fs/nfsd/versions
# The least that it takes: clients of before are waited for as long after a start.
echo 10 >/proc/fs/nfsd/nfsv4leasetime
echo 10 >/proc/fs/nfsd/nfsv4gracetime
for client; do
	echo "nfsd $client 2147483647 clients" >/proc/net/rpc/auth.unix.ip/channel
done
# insecure, no_subtree_check, fsid=0: flags of include/uapi/linux/nfsd/export.h; the time is "never"
flags=$((0x2 | 0x400 | 0x2000 | 0x10))
echo "clients / 2147483647 $flags 65534 65534 0" >/proc/net/rpc/nfsd.export/channel
printf '%s\n' 'clients 1 \x00000000 2147483647 /' >/proc/net/rpc/nfsd.fh/channel
echo 4 >/proc/fs/nfsd/threads
