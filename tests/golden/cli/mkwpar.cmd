# Creation, its errors and its remains, over the pretended runtime.
export WPARS_ROOT=$TMPDIR/r
mkdir "$WPARS_ROOT"
run() {
	echo "\$ $*"
	fake-wpar "$@" 2>&1
	echo "-> $?"
}
spec() {
	sed 's/uuid = .*/uuid = …/' "$WPARS_ROOT/etc/wpars/$1.cf"
}
run mkwpar -n dev01
spec dev01
run mkwpar -n dev01
run mkwpar -n dev02 -s -v
run lswpar
run mkwpar -n full -A -h host.example -g rootvg -M directory=/data vfs=namefs dev=/usr mountopts=ro \
	-M directory=/home mountopts=nosuid -R CPU=10%-50%,100% totalProcesses=64 -S privs-=PV_NET_PORT \
	-D devname=/dev/null virtualname=/dev/zilch -D devname=/dev/full export=no -o "$TMPDIR/spec"
spec full
run mkwpar -e full -n copy --dry-run | sed 's/uuid = .*/uuid = …/'
run mkwpar -f "$TMPDIR/spec" -n again --dry-run
# A specification of AIX's has /proc as a namefs.
printf 'general:\n\tname = "aix"\nmount:\n\tdirectory = "/proc"\n\tvfs = "namefs"\n\tdev = "/proc"\n\tmountopts = "rw"\n' >"$TMPDIR/aix"
run mkwpar -f "$TMPDIR/aix"
run lswpar -cqM aix
run mkwpar -n x -M directory=/proc vfs=namefs dev=/proc mountopts=ro
run mkwpar -n x -M directory=/data vfs=namefs dev=/proc --dry-run
run rmwpar aix
run mkwpar -f "$TMPDIR/spec" -n again -a --dry-run | sed 's/uuid = .*/uuid = …/'
# Names.
for name in a/b .. ../x -n -bad 0x abcdefghijklmnopqrstuvwxyz 'a b' Global ALL; do
	run mkwpar -n "$name"
done
run mkwpar -h x
# What is refused is said, with the reason.
for flag in -F '-t -C' '-t -p' '-t -T preserve_all=yes' '-T preserve_wpars=yes' -W -P '-k /nonexist' '-k relative' -O '-b f' '-B image' '-L shrink=yes' -C '-S secfile=x' '-r -C -B x'; do
	run mkwpar -n x $flag
done
for flags in -x '-H pwr7' '-X kext=/usr/lib/x' '-D devid=123' '-D devname=/dev/null rootvg=yes' \
	'-D devname=/dev/null devtype=adapter' '-R procVirtMem=1M' '-R totalLargePages=many' '-R shares_memory=5' '-R pct_msgIDs=101%' \
	'-M directory=/data size=+64M' '-M directory=/data vfs=namefs dev=/usr size=64M' \
	'-M directory=/data vg=rootvg' '-M directory=/data vfs=jfs2' '-M directory=/data vfs=ext4 dev=/x' \
	'-M directory=/data vfs=nfs dev=/x' '-M directory=/ vfs=nfs host=h dev=/x mountopts=vers=3' '-C -B x -M directory=/usr/bin vfs=jfs2 size=64M'; do
	run mkwpar -n x $flags
done
# A specification is only written, so that may be in it.
run mkwpar -n x -N address=10.1.2.3 -i -x -w -o "$TMPDIR/later"
run mkwpar -f "$TMPDIR/later"
# Addresses: what is not given follows from the interfaces (en0 has 10.1.2.2/24 and fd05::2/64, en1 is down).
network()
{
	run mkwpar -n x --dry-run "$@" | sed -n -e '/^network:/,/^$/p' -e '/^mkwpar:/p' -e '/^->/p'
}
network -N address=10.1.2.3
network -N interface=en0 address=10.1.2.3 netmask=255.255.255.0 -N address6=fd05::3
network -N interface=en0 address=192.0.2.1 -N interface=en1 address=10.9.0.7 netmask=255.255.0.0 broadcast=10.9.9.9
network -N address=10.9.0.7
network -N address=192.0.2.1
network -N interface=en7 address=10.1.2.3
network -N interface=lo address=10.1.2.3
network -N interface=en1 address6=fd06::1
network -N address=10.1.2.2
network -N address=10.1.2.255
network -N interface=en0 address6=fe80::1
network -N interface=en0 address=127.0.0.5
# Routes of its own.
routes()
{
	run mkwpar -n x --dry-run -N address=10.1.2.3 "$@" | sed -n -e '/routing/p' -e '/^route:/,/^$/p' -e '/^mkwpar:/p' -e '/^->/p'
}
routes -i
routes -I rtdest=default rtgateway=10.1.2.1
routes -I rtdest=far1 rtgateway=10.1.2.1 rttype=host -I rtdest=10.0.0.0 rtgateway=10.1.2.1 rtnetmask=255.255.0.0
routes -I rtdest=default rtgateway=10.3.2.1
routes -I rtdest=default rtgateway=nobody
routes -I rtdest=nobody rtgateway=10.1.2.1
routes -I rtdest=default rtgateway=fd05::1
routes -I rtdest=fd06::1 rtgateway=10.1.2.1
routes -I rtdest=10.0.0.0 rtgateway=10.1.2.1 rtprefixlen=8
routes -I rtdest=default rtgateway=10.1.2.1 rtinterface=en1
run mkwpar -n x --dry-run -I rtdest=default rtgateway=10.1.2.1
run mkwpar -n near1 --dry-run | sed -n -e '/^network:/,/^$/p' -e '/^->/p'
run mkwpar -n far1 --dry-run | sed -n -e '/^network:/,/^$/p' -e '/^->/p'
# Bad values and keys.
run mkwpar -n x -N address=1.2.3
run mkwpar -n x -N address=1.2.3.4 netmask=255.0.255.0
run mkwpar -n x -N address6=fd00::1 netmask=255.0.0.0
run mkwpar -n x -N address=10.0.0.1 prefixlen=8
run mkwpar -n x -N adress=1.2.3.4
run mkwpar -n x -R total_processes=5
run mkwpar -n x -R totalProcesses=many
run mkwpar -n x -R CPU=60%-50%,100%
run mkwpar -n x -R memory=
run mkwpar -n x -H bogus
run mkwpar -n x -h -dash
run mkwpar -n x -g datavg
run mkwpar -n x -U no
run mkwpar -n x -S privs=PV_BOGUS
run mkwpar -n x -S privs+=PV_NET_PROT
run mkwpar -n x -S privs-=PV_DEV_QUERY
run mkwpar -n x -S privileges=PV_DAC_O
run mkwpar -n x -D devname=/etc/passwd
run mkwpar -n x -D devname=/nonexist
run mkwpar -n x -D devname=null
run mkwpar -n x -D devname=/dev/null devtype=disk
run mkwpar -n x -D devname=/dev/null devtype=printer
run mkwpar -n x -D devname=/dev/null virtualname=/dev/full
run mkwpar -n x -D devname=/dev/null virtualname=/etc/zilch
run mkwpar -n x -D devname=/dev/null virtualname=/dev/a -D devname=/dev/zero virtualname=/dev/a
run mkwpar -n x -D export=no
run mkwpar -n x -u /nonexist
run mkwpar -n x -u /etc/passwd
run mkwpar -n x -u /usr
run mkwpar -n x -M directory=/x vfs=namefs
run mkwpar -n x -M directory=/x vfs=namefs dev=srv
run mkwpar -n x -M directory=/x vfs=namefs dev=/nonexist
run mkwpar -n x -M directory=/x vfs=namefs dev=/etc/passwd
run mkwpar -n x -M directory=/x dev=/srv
run mkwpar -n x -M directory=/x host=h
run mkwpar -n x -M directory=/vfs=nfs host=h dev=/x
run mkwpar -n x -M directory=/x mountopts=bogus,rw
run mkwpar -n x -M directory=/x mountopts=ro,rw
run mkwpar -n x -M directory=/usr vfs=directory
run mkwpar -n x -M directory=/usr vfs=namefs dev=/etc
run mkwpar -n x -M directory=/usr/nonexist/x vfs=namefs dev=/etc
for place in / /proc /proc/x /dev /dev/shm /run/x /etc /etc/init /bin /lib/x; do
	run mkwpar -n x -M directory=$place vfs=namefs dev=/usr
done
run mkwpar -n x -M directory=x
run mkwpar -n x -M directory=/x/../y
run mkwpar -n x -M directory=/x -M directory=/y/ vfs=directory
run mkwpar -n x -M directory=/x vfs=proc
run mkwpar -n x -R CPU=200%
run mkwpar -n x -M vfs=namefs
run mkwpar -n x -M directory=/x vfs=zfs
run mkwpar -n x -d relative
run mkwpar -n x -d /wpars/dev01/below
run mkwpar -n x -e nosuch
run mkwpar -n x -w
run mkwpar -n x -w -o "$TMPDIR/y" -s
run mkwpar -n x -p y
# What another WPAR has.
run mkwpar -n dev01 --dry-run
run mkwpar -n x -h dev01
run mkwpar -n x -h dev01 --dry-run
run mkwpar -n x -U "$(sed -n 's/.*uuid = "\(.*\)"/\1/p' "$WPARS_ROOT/etc/wpars/dev01.cf")" | sed 's/[0-9a-f]\{8\}-[-0-9a-f]*/…/'
run mkwpar -n x -d /wpars/dev01 -h dev01 -a --dry-run | grep -e hostname -e 'directory = "/wpars' -e '->'
run mkwpar -n x operand
# A full disk: nothing is left.
mkdir "$WPARS_ROOT/fail" && touch "$WPARS_ROOT/fail/nospace"
run mkwpar -n nospace
ls "$WPARS_ROOT/wpars" "$WPARS_ROOT/etc/wpars"
# A folder in use.
mkdir -p "$WPARS_ROOT/wpars/used" && touch "$WPARS_ROOT/wpars/used/file"
run mkwpar -n used
run mkwpar -n used -a
grep directory "$WPARS_ROOT/etc/wpars/used.cf" | head -1
# A mkwpar that was killed: B, and the next one does it again.
sed -i 's/auto = "no"/creating = "yes"/' "$WPARS_ROOT/etc/wpars/dev02.cf"
rm "$WPARS_ROOT/state/dev02"
run lswpar -c dev02
run startwpar dev02
run mkwpar -n dev02
run lswpar -c dev02
