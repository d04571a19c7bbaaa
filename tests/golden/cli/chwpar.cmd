# Each flag of chwpar, with and without -K, over the pretended runtime: the new specification.
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
# changed ARGUMENT... - what the change does to the specification of dev01
changed() {
	cp "$WPARS_ROOT/etc/wpars/dev01.cf" "$TMPDIR/before"
	run chwpar "$@" dev01
	diff "$TMPDIR/before" "$WPARS_ROOT/etc/wpars/dev01.cf" | grep '^[<>]' | sed 's/uuid = .*/uuid = …/'
}
fake-wpar mkwpar -n dev01 >/dev/null
fake-wpar mkwpar -n other -h taken >/dev/null
changed -A
changed -K -A
changed -i
changed -K -i
changed -h host
changed -u /usr/bin/true
changed -K -u
changed -U 0b8dd2b5-8c9a-4c3e-9d9e-0b8dd2b5aaaa
changed -U
changed -R CPU=10%-50%,100% totalProcesses=64 memory=0%-50%,80%
changed -R totalProcesses=128
changed -K -R CPU
changed -K -R totalProcesses= memory
changed -R totalPTYs=7 totalVirtMem=1G
changed -K -R
changed -S privs-=PV_NET_PORT
changed -S privs+=PV_NET_PORT
changed -S privs=PV_DAC_O
changed -K -S
changed -D devname=/dev/null virtualname=/dev/zilch -D devname=/dev/full export=no
changed -D devname=/dev/null virtualname=/dev/zip
changed -K -D devname=/dev/null -D devname=/dev/full
changed -M directory=/data vfs=namefs dev=/usr
changed -M directory=/data mountopts=ro
changed -M directory=/home mountopts=nosuid
changed -K -M directory=/home -M directory=/data
changed -M -K directory=/data
changed -K -M directory=/home
# Where pairs stand: the order of -N -K address=x, one word, and more than one flag of that kind.
changed -M directory=/data vfs=namefs dev=/usr mountopts=ro
changed -M -K directory=/data mountopts=rw
changed -M -K directory=/data mountopts=ro
changed -N -D -K address=10.1.2.3
changed -N -K address=10.1.2.3
changed -I -K rtdest=default
changed -K -X kext=/usr/lib/x
# What -K cannot restore, what needs something, what is nothing.
for flags in '' -v -K '-K -h x' '-K -d /x' '-K -n x' '-K -U' '-K -H pwr7' '-K -u /x' '-K -S privs=PV_DAC_O' '-K -R CPUs' '-K -N' \
	'-K -N netmask=255.0.0.0' -N '-R' '-S' '-K -D' 'x' '-A x' '-R CPU' '-K -M directory=/nosuch' '-K -D devname=/dev/nosuch' \
	-P '-K -P' '-K --owner joe' '-b f' '-B bootset=0' '-K -B bootset=0' -x '-H pwr7' '-X kext=/usr/lib/x' '-M directory=/home size=-128M' \
	'-M directory=/home size=+x' '-M directory=/nosuch size=+1M' '-M size=+1M' '-M directory=/usr size=+1M' '-M directory=/usr size=1G' \
	'-R totalProcesses=many' '-R totalProcesses=1' '-R totalVirtMem=1M' '-R procVirtMem=1M' '-M directory=/data vfs=namefs' '-M directory=/dev/x vfs=namefs dev=/usr' '-D devname=/dev/nosuch' \
	'-M directory=/data vfs=namefs dev=/nosuch' '-h taken' '-n other' '-n a/b' '-d /wpars/other' '-u nosuch' '-S privs+=PV_BOGUS' -c; do
	run chwpar $flags dev01
done
run chwpar -A
run chwpar
run chwpar -A nosuch
spec dev01
# -a chooses.
run chwpar -a -h taken dev01
run lswpar -qa name,hostname
# Nothing is changed by --dry-run.
run chwpar --dry-run -R totalProcesses=50 dev01 | sed 's/uuid = .*/uuid = …/'
# Renamed: the base directory and the host name go with it where they follow from the name.
changed -h dev01
run chwpar -n dev02 dev01
spec dev02
run lswpar
mkdir "$WPARS_ROOT/srv"
run chwpar -d /srv/dev02 dev02
run chwpar -n dev03 dev02
run lswpar
# A running one: what needs it to be stopped, what changes later, a failure that leaves all as it was.
run startwpar dev03
run chwpar -n dev04 dev03
run chwpar -d /srv/dev04 dev03
run chwpar -v -R totalProcesses=9 dev03
run chwpar -S privs-=PV_NET_PORT dev03
mkdir "$WPARS_ROOT/fail"
touch "$WPARS_ROOT/fail/dev03"
run chwpar -R totalProcesses=10 dev03
grep totalProcesses "$WPARS_ROOT/etc/wpars/dev03.cf"
run chwpar --help
