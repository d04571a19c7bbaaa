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
run mkwpar -n full -A -c -i -x -h host.example -g rootvg -u /etc/s.sh -N address=10.1.2.3 netmask=255.255.255.0 interface=en0 \
	-N address6=fe80::1 prefixlen=64 -I rtdest=default rtgateway=10.1.2.1 -M directory=/data vfs=namefs dev=/srv size=64M \
	-R CPU=10%-50%,100% totalProcesses=64 -S privs-=PV_NET_PORT privs+=PV_KER_RAS -D devname=/dev/fuse -X kext=/usr/lib/x -o "$TMPDIR/spec"
spec full
run mkwpar -e full -n copy --dry-run | sed 's/uuid = .*/uuid = …/'
run mkwpar -f "$TMPDIR/spec" -n again --dry-run | sed 's/uuid = .*/uuid = …/'
# Names.
for name in a/b .. ../x -n -bad 0x abcdefghijklmnopqrstuvwxyz 'a b' Global; do
	run mkwpar -n "$name"
done
run mkwpar -h x
# What is not there yet is said.
for flag in -F -t -P -k -O '-b f' '-B image' '-L shrink=yes' -C '-S secfile=x' '-r -C -B x'; do
	run mkwpar -n x $flag
done
# Bad values.
run mkwpar -n x -N address=1.2.3
run mkwpar -n x -N adress=1.2.3.4
run mkwpar -n x -R CPU=200%
run mkwpar -n x -M vfs=namefs
run mkwpar -n x -M directory=/x vfs=zfs
run mkwpar -n x -d relative
run mkwpar -n x -d /wpars/dev01/below
run mkwpar -n x -e nosuch
run mkwpar -n x -w
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
