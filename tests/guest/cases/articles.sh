#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# articles.sh - every listing of the two articles runs, and prints what the article does but for what
# docs/articles/*.in explains; PAR_TEST_REGENERATE=1 writes docs/articles/*.md
# lpar: none
# timeout: 600
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
articles=$PAR_TEST_SOURCE/../docs/articles
server=lpar32p682e_pub
lpar=l488pp008_pub
export SYS

# address_of LPAR
address_of()
{
	LPAR=$1 in_lpar ip -4 -o address show dev eth0 | grep -o '172\.29\.128\.[0-9]*' | head -n 1 | grep .
}

virsh -q net-define /dev/stdin <<-XML
	<network>
		<name>default</name>
		<bridge name='lpard-articles' stp='off'/>
		<ip address='172.29.128.1' netmask='255.255.192.0'>
			<dhcp><range start='172.29.128.2' end='172.29.128.5'/></dhcp>
		</ip>
	</network>
XML
for name in $server $lpar; do
	ok "the LPAR $name is up" lpar_up "$name" current virtual_eth_adapters=4/0/1//0/1
	ok "it has an address" wait_for 60 address_of "$name"
done
LPAR=$server lpar_push "$PAR_TEST_SOURCE/guest/nfs_server.sh" /root/nfs_server.sh
ok "it serves" env LPAR=$server wparcmd -p $server -- sh -c 'mkdir -p /scratch && cd /scratch &&
	mkdir app20root app20home app20tmp app20var && /root/nfs_server.sh 172.29.128.2 172.29.128.3 172.29.128.4 172.29.128.5'
ok "the LPAR knows its name" wparcmd -p $lpar -- sh -c "echo '$(address_of $server) $server' >>/etc/hosts"
for page in wpar-aix71 mobility-aix61; do
	ok "$page: each difference has its reason" "$articles/compare.py" "$articles/$page.in" "$TMPDIR/$page.md"
	[ -z "${PAR_TEST_REGENERATE:-}" ] || cp "$TMPDIR/$page.md" "$articles/"
	ok "$page.md shows what is printed today, numbers aside" "$articles/compare.py" --same "$articles/$page.md" "$TMPDIR/$page.md"
done
lpar_down $lpar
lpar_down $server
virsh -q net-destroy default
virsh -q net-undefine default
done_testing
