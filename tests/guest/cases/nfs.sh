#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# nfs.sh - an LPAR whose WPARs lie on an NFS server, another LPAR: listing 3 of the article on mobility as
# it stands, file systems added and taken away while active, ids on the server, a server that is gone
# lpar: none
# timeout: 900
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
server=lpar32p682e_pub
client=nfsclient

# on LPAR COMMAND...
on()
{
	local lpar=$1
	shift
	LPAR=$lpar in_lpar "$@"
}

# address_of LPAR
address_of()
{
	on "$1" ip -4 -o address show dev eth0 | grep -o '172\.29\.128\.[0-9]*' | head -n 1 | grep .
}

inside()
{
	on $client clogin app20 -- "$@"
}

# seconds COMMAND... - runs it; its output, and whether it took at most the given time
within()
{
	local limit=$1 began=$SECONDS
	shift
	"$@"
	[ $((SECONDS - began)) -le "$(patience "$limit")" ]
}

virsh -q net-define /dev/stdin <<-END
	<network>
		<name>default</name>
		<bridge name='lpard-nfs' stp='off'/>
		<ip address='172.29.128.1' netmask='255.255.192.0'>
			<dhcp><range start='172.29.128.2' end='172.29.128.5'/></dhcp>
		</ip>
	</network>
END
ok "the server is up" lpar_up $server current virtual_eth_adapters=4/0/1//0/1
ok "it has an address" wait_for 60 address_of $server
LPAR=$server lpar_push "$PAR_TEST_SOURCE/guest/nfs_server.sh" /root/nfs_server.sh
ok "it serves" on $server sh -c 'mkdir -p /scratch && cd /scratch && mkdir app20root app20home app20tmp app20var data busy made &&
	echo old >busy/old && /root/nfs_server.sh 172.29.128.2 172.29.128.3 172.29.128.4 172.29.128.5'
server_ip=$(address_of $server)
ok "the client is up" lpar_up $client current virtual_eth_adapters=4/0/1//0/1
ok "it has an address" wait_for 60 address_of $client
ok "and knows the server's name" on $client sh -c "echo '$server_ip $server' >>/etc/hosts"

# Listing 3

listing3()
{
	on $client mkwpar -n app20 -h app20 -N interface=en0 netmask=255.255.192.0 \
		address=172.29.140.243 -r -c -M directory=/ vfs=nfs host=lpar32p682e_pub \
		dev=/scratch/app20root -M directory=/home vfs=nfs host=lpar32p682e_pub \
		dev=/scratch/app20home -M directory=/tmp vfs=nfs host=lpar32p682e_pub \
		dev=/scratch/app20tmp -M directory=/var \
		vfs=nfs host=lpar32p682e_pub dev=/scratch/app20var
}
like "listing 3" "$(listing3 2>&1)" "Workload partition app20 created successfully"
base=$(on $client sed -n 's/.*idbase = "*\([0-9]*\)"*$/\1/p' /etc/wpars/app20.cf)
is "on the server its files have ids of the WPAR's range" \
	"$(on $server stat -c '%u %g' /scratch/app20root/etc/passwd | tr '\n' ' ')" "$base $base "
is "its root too" "$(on $server stat -c %u:%a /scratch/app20root /scratch/app20tmp | tr '\n' ' ')" \
	"$base:755 $base:1777 "
is "no mark is left" "$(on $server find /scratch -name .wpar.making)" ""
is "nothing stays on the LPAR's disk" "$(on $client find /wpars/app20 -type f)" ""
like "the name resolution is the LPAR's (-r)" "$(on $server cat /scratch/app20root/etc/hosts)" $server
like "lswpar -M" "$(on $client lswpar -M app20)" \
	"/wpars/app20/home +/scratch/app20home +nfs +lpar32p682e_pub +rw"
is "lswpar: checkpointable" "$(on $client lswpar -qa checkpointable app20 | tr -d ' ')" yes
on $server mknod -m 666 /scratch/app20root/zero c 1 5
like "startwpar" "$(on $client startwpar app20 2>&1)" "Verifying workload partition startup"
is "inside root is root" "$(inside stat -c %u:%g / /etc/passwd /var | tr '\n' ' ')" "0:0 0:0 0:0 "
ok "it writes" inside sh -c 'echo in >/root/in && echo in >/var/in && echo in >/home/in'
is "which is on the server" "$(on $server stat -c %u /scratch/app20root/root/in /scratch/app20var/in | tr '\n' ' ')" \
	"$base $base "
like "df inside: Global" "$(inside df -k)" '^Global .* /var$'
unlike "and no server" "$(inside sh -c 'df -k; mount')" scratch
is "it is read outside" "$(on $client cat /wpars/app20/root/in /wpars/app20/var/in | tr '\n' ' ')" "in in "
like "and mounted there" "$(on $client mount)" "$server:/scratch/app20var on /wpars/app20/var type nfs4"
like "no device node of the server is one" "$(inside head -c 1 /zero 2>&1)" 'Permission denied|Input/output error'
ok "the server reaches its address" on $server ping -c 1 -W 5 172.29.140.243

# From inside: what the specification lists, and nothing else

ok "umount inside" inside umount /home
is "it is gone inside and outside" "$(inside ls /home)$(on $client ls /wpars/app20/home)" ""
like "once more" "$(inside umount /home 2>&1)" "umount: 0506-347 Cannot find anything to unmount."
ok "mount inside, from the server" inside mount /home
is "it is there" "$(inside cat /home/in) $(on $client cat /wpars/app20/home/in)" "in in"
like "what is mounted is busy" "$(inside mount /home 2>&1)" "mount: 0506-324 Cannot mount /scratch/app20home on /home: The requested resource is busy."
like "what is in use, too" "$(inside sh -c 'cd /home && umount /home' 2>&1)" "umount: 0506-349 Cannot unmount /home: The requested resource is busy."
like "another export" "$(inside mount $server:/scratch/data /mnt 2>&1)" "mount: 0506-324 Cannot mount /mnt"
like "a directory of no file system" "$(inside mount /mnt 2>&1)" "mount: 0506-325 /mnt is not a known file system."
like "not its root" "$(inside umount / 2>&1)" "umount: 0506-325 / is not a known file system."
ok "root unmounts outside" on $client umount /wpars/app20/home
ok "it goes inside" wait_for 20 sh -c "! wparcmd -m $SYS -p $client -- clogin app20 -- test -e /home/in"
ok "and comes again" inside mount /home

# While it is active

ok "the server gives a directory to the WPAR's root" on $server chown "$base:$base" /scratch/data
ok "chwpar adds one" on $client chwpar -M directory=/data vfs=nfs host=$server dev=/scratch/data mountopts=soft app20
ok "it is there, outside too" inside sh -c 'echo d >/data/d'
is "with the right id" "$(on $server cat /scratch/data/d)$(on $client cat /wpars/app20/data/d)" dd
ok "chwpar takes it away" on $client chwpar -K -M directory=/data app20
is "inside and outside" "$(inside sh -c 'ls /data')$(on $client ls /wpars/app20/data)" ""
on $client mkwpar -n plain --minimal -s >/dev/null
ok "one that had none gets one" on $client chwpar -M directory=/data vfs=nfs host=$server dev=/scratch/data mountopts=soft plain
is "and it is known that it waits for a server" "$(on $client sed -n 2p /run/wpars/plain/outside)" nfs
on $client rmwpar -F plain >/dev/null
like "one that is not there" "$(on $client chwpar -M directory=/data vfs=nfs host=$server dev=/scratch/none app20 2>&1)" \
	"The NFS server $server has no directory /scratch/none"
like "nobody's name" "$(on $client chwpar -M directory=/data vfs=nfs host=nobody dev=/x app20 2>&1)" \
	"The NFS server nobody is not known"
ok "stopped and started again" on $client sh -c 'stopwpar -h app20 && startwpar app20'
is "all is there" "$(inside cat /root/in /var/in /home/in | tr '\n' ' ')" "in in in "

# Who runs it is written on the server, where another LPAR would find it

uuid=$(on $client sed -n 's/.*uuid = "*\([0-9a-f-]*\)"*$/\1/p' /etc/wpars/app20.cf)
record=.wpar.owner.$uuid
# states - as the records on the server have it
states()
{
	on $server sh -c "cat /scratch/app20*/$record" | sed 's/.*"lpar":"\([^"]*\)".*"state":"\([a-z]*\)".*/\1 \2/' | sort -u
}
is "each of its file systems has a record" "$(on $server sh -c "stat -c %u:%a /scratch/app20*/$record" | tr '\n' ' ')" \
	"0:600 0:600 0:600 0:600 "
is "that it runs here" "$(states)" "$client running"
ok "what is put in its place inside" inside sh -c "rm -f /.wpar.owner.* && mkdir /.wpar.owner.$uuid && echo '{}' >/.wpar.owner.$uuid/x"
ok "stopwpar" on $client stopwpar -h app20
is "... is none, and that it does not is written" "$(states)" "$client stopped"
on $server sed -i 's/"lpar":"[^"]*","machine":"[^"]*"/"lpar":"elsewhere","machine":"x"/; s/"stopped"/"running"/' \
	"/scratch/app20var/$record"
like "one that runs elsewhere does not start" "$(on $client startwpar app20 2>&1)" \
	"workload partition 'app20' runs in LPAR 'elsewhere' since .*, says the record on /scratch/app20var of the NFS server $server; stop it there, or"
is "it stays Defined" "$(on $client lswpar -qa state app20 | tr -d ' ')" D
is "and the records stay as they are" "$(states)" "elsewhere running
$client stopped"
on $server sed -i 's/"running"/"stopped"/' "/scratch/app20var/$record"
ok "one that has stopped there starts here" on $client startwpar app20
ok "stopwpar" on $client stopwpar -h app20
on $server sed -i 's/"machine":"[^"]*"/"machine":"x"/; s/"stopped"/"running"/' "/scratch/app20root/$record"
unlike "one that is said to run elsewhere" "$(on $client startwpar app20 2>&1)" "0513-059"
ok "is taken over" on $client wparctl owner --take app20
ok "and starts" on $client startwpar app20
is "it runs here" "$(states)" "$client running"

like "wparexec" "$(on $client wparexec -n app21 -M directory=/mnt vfs=nfs host=$server dev=/scratch/busy -- /bin/cat /mnt/old 2>&1)" '^old$'

# What cannot be

like "a directory that is not empty" "$(on $client mkwpar -n full --minimal -M directory=/ vfs=nfs host=$server dev=/scratch/busy 2>&1)" \
	"/scratch/busy of the NFS server $server is not empty"
is "it stays as it was" "$(on $server ls -A /scratch/busy)" old
is "and nothing is made" "$(on $client lswpar -qa name full 2>&1 | grep -c 0960-419)" 1

# Only what a killed mkwpar of the same WPAR has put there goes

mark()
{
	on $server sh -c "cd /scratch/busy && echo 'full' >.wpar.making && chown $1 .wpar.making"
}
for owner in "$base" 0; do
	mark "$owner"
	like "a mark that is not its own, of $owner" "$(on $client mkwpar -n full --minimal -M directory=/ vfs=nfs host=$server dev=/scratch/busy 2>&1)" \
		"/scratch/busy of the NFS server $server is not empty"
	is "what is there stays" "$(on $server ls /scratch/busy)" old
done
made()
{
	on $client sh -c "WPAR_STOP_AT=$1 mkwpar -n made --minimal -M directory=/ vfs=nfs host=$server dev=/scratch/made mountopts=nosuid 2>&1"
}
made 'servers\ filled'
like "a killed mkwpar leaves its mark" "$(on $server ls -A /scratch/made)" wpar.making
like "the same again" "$(made "''")" "Workload partition made created successfully"
is "it has its files, and no mark" "$(on $server sh -c 'cd /scratch/made; ls -d etc .wpar.making 2>/dev/null')" etc
ok "rmwpar" on $client rmwpar made

# Without the server

ok "the server goes" on $server ip link set eth0 down
inside sh -c 'dd if=/dev/zero of=/var/big bs=64k count=64 2>/dev/null; sync' >/dev/null 2>&1 &
writer=$!
sleep 2
ok "stopwpar -F ends it all the same" within 60 on $client stopwpar -F app20
wait $writer
is "it is defined" "$(on $client lswpar -qa state app20 | tr -d ' ')" D
like "startwpar says what is missing" "$(within 60 on $client startwpar app20 2>&1 || echo LATE)" \
	"The NFS server $server \($server_ip\) does not answer"
is "and leaves nothing" "$(on $client sh -c 'lswpar -qa state app20 | tr -d " "; ls /run/wpars | grep -v lock; grep -c app20 /proc/self/mountinfo')" $'D\n0'
ok "the server comes back" on $server sh -c 'ip link set eth0 up'
ok "and so does the WPAR" on $client sh -c 'for i in 1 2 3 4 5 6; do startwpar app20 && exit; sleep 5; done; exit 1'
is "with its files" "$(inside cat /var/in)" in

# Another WPAR has the same export

ok "another WPAR" on $client sh -c "mkwpar -n other --minimal -M directory=/data vfs=nfs host=$server dev=/scratch/app20var mountopts=ro && startwpar other"
is "it reads" "$(on $client clogin other -- cat /data/in)" in
ok "the server goes" on $server ip link set eth0 down
on $client chwpar -K -M directory=/tmp app20 >/dev/null 2>&1 &
sleep 2
ok "stopwpar -F ends it, whoever has its lock" within 90 on $client stopwpar -F app20
wait
ok "the server comes back" on $server ip link set eth0 up
ok "the other one has it still" wait_for 90 on $client timeout 60 clogin other -- cat /data/in
ok "rmwpar" on $client rmwpar -F other

# Kept, and taken up again: where they are and which ids they have is kept with them

ok "rmwpar -p" on $client rmwpar -F -p app20
ok "another one has its ids" on $client mkwpar -n other --minimal
like "mkwpar -p is refused while it has" "$(on $client mkwpar -p app20 2>&1)" \
	"of the NFS server $server belongs to the id $base there, and this workload partition would have the ids from [0-9]+;"
is "nothing is made" "$(on $client lswpar -qa name | tr -d ' ')" other
ok "the other goes" on $client rmwpar other
ok "mkwpar -p" on $client mkwpar -p app20
like "its root is that of the server" "$(on $client lswpar -qcM app20)" "^app20:/wpars/app20:/scratch/app20root:nfs:$server:"
ok "startwpar" on $client startwpar app20
is "with its files, as root's" "$(inside cat /root/in; inside stat -c %u /root/in; inside sh -c 'echo more >/var/more && stat -c %u /var/more')" $'in\n0\n0'
ok "rmwpar" on $client rmwpar -F app20
is "nothing is kept any more" "$(on $client ls /var/lib/wpars/kept)" ""
is "leaves the server's files" "$(on $server cat /scratch/app20root/root/in)" in

# A versioned one: what its image has there goes to the server, with the ids of its range

in_old()
{
	on $client clogin old20 -- "$@"
}
on $server mkdir /scratch/oldhome /scratch/oldsrv
LPAR=$client lpar_push "$PAR_OLD_ROOTS/box-ppc64el.tar" /root/box.tar
like "a versioned one with file systems of the server" "$(on $client mkwpar -n old20 -C -B /root/box.tar -s \
	-M directory=/home vfs=nfs host=$server dev=/scratch/oldhome -M directory=/srv vfs=nfs host=$server dev=/scratch/oldsrv 2>&1)" \
	"Workload partition old20 created successfully"
base=$(on $client sed -n 's/.*idbase = "*\([0-9]*\)"*$/\1/p' /etc/wpars/old20.cf)
is "what the image has there is on the server" "$(on $server stat -c '%u %g' /scratch/oldhome/ann /scratch/oldsrv/www/index.html | tr '\n' ' ')" \
	"$((base + 1000)) $((base + 1000)) $base $base "
is "inside it has the image's ids" "$(in_old stat -c %u:%g /home /home/ann /srv/www | tr '\n' ' ')" "0:0 1000:1000 0:0 "
ok "its owner writes there" on $client clogin old20 -l ann -- sh -c 'echo new >/home/ann/new'
like "root does not, which is nobody special to a server" "$(in_old sh -c 'echo root >/home/ann/root' 2>&1)" "Permission denied"
is "which is on the server" "$(on $server cat /scratch/oldhome/ann/new)" new
like "its df says Global" "$(in_old df -k)" '^Global .* /home$'
like "its root is no server's" "$(on $client mkwpar -n old21 -C -B /root/box.tar -M directory=/ vfs=nfs host=$server dev=/scratch/none 2>&1)" \
	"^mkwpar: "
is "and nothing is made" "$(on $client lswpar -qa name | tr -d ' ')" old20
like "its backup leaves out the server's" "$(on $client savewpar -f /root/old20.save old20 2>&1)" "Backup Completed Successfully"
is "they are folders in it" "$(on $client tar --zstd -tf /root/old20.save | grep -E '^\./(home|srv)(/|$)' | tr '\n' ' ')" "./home/ ./srv/ "
ok "stopped and started again" on $client sh -c 'stopwpar -h old20 && startwpar old20'
is "all is there" "$(in_old cat /home/ann/new)" new
like "rmwpar -p is refused" "$(on $client rmwpar -F -p old20 2>&1)" "^rmwpar: -p: "
ok "rmwpar" on $client rmwpar -F old20
is "leaves the server's files" "$(on $server cat /scratch/oldhome/ann/new)" new
is "and no image" "$(on $client ls /var/lib/wpars/images)" ""
lpar_down $client
lpar_down $server
virsh -q net-destroy default
virsh -q net-undefine default
done_testing
