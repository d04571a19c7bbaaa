# What mkwpar -o writes, mkwpar -f makes again identically; and the sample is a specification.
export WPARS_ROOT=$TMPDIR/r
mkdir "$WPARS_ROOT"
sample=$PAR_TEST_SOURCE/../wparctl/spec/sample.spec
again() {
	fake-wpar mkwpar -n one "$@" -o "$TMPDIR/first" >/dev/null || echo "mkwpar failed: $*"
	cp "$WPARS_ROOT/etc/wpars/one.cf" "$TMPDIR/one.cf"
	fake-wpar rmwpar one
	fake-wpar mkwpar -f "$TMPDIR/first" -o "$TMPDIR/second" >/dev/null || echo "mkwpar -f failed: $*"
	cmp "$TMPDIR/one.cf" "$WPARS_ROOT/etc/wpars/one.cf" && cmp "$TMPDIR/first" "$TMPDIR/second" && echo "the same: $*"
	fake-wpar rmwpar one
}
again
again -A -h host.example -d /wpars/elsewhere -l --minimal
again -N interface=en0 address=10.1.2.3 -N address6=fd05::3 prefixlen=64 -I rtdest=default rtgateway=10.1.2.1
again -M directory=/data vfs=namefs dev=/usr mountopts=ro -M directory=/home mountopts=nosuid
again -R CPU=10%-50%,100% shares_CPU=7 memory=1%-20%,50% totalLargePages=3 totalVirtMem=4G totalProcesses=64 totalThreads=65 totalPTYs=7
again -S privs-=PV_NET_PORT -D devname=/dev/null virtualname=/dev/zilch -D devname=/dev/full export=no
# The sample, as it stands and with all that it only explains.
fake-wpar mkwpar -f "$sample" -n dev01 --dry-run | sed -n -e '/^	totalProcesses/p' -e '/^	mountopts = "nosuid"/p'
sed 's/^\*\(	[A-Za-z0-9_]* = \|[a-z]*:$\)/\1/' "$sample" >"$TMPDIR/all"
fake-wpar mkwpar -f "$TMPDIR/all" -w -o "$TMPDIR/written" && fake-wpar mkwpar -f "$TMPDIR/written" -w -o "$TMPDIR/again" &&
	cmp "$TMPDIR/written" "$TMPDIR/again" && sed 's/uuid = .*/uuid = …/' "$TMPDIR/written"
