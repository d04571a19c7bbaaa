# stdout is the command's alone; the lines about the WPAR go to stderr.
export WPARS_ROOT=$TMPDIR/r
mkdir -p "$WPARS_ROOT"
run() {
	echo "\$ $*"
	fake-wpar "$@" 2>"$TMPDIR/err"
	echo "-> $?"
	sed 's/^/err: /' "$TMPDIR/err"
}
run wparexec -n temp1 /usr/bin/ls /
run wparexec /usr/bin/ls -l /
run wparexec -n temp1 -R CPU=10%-50%,100% -- A=1 B=2 /bin/sh -c 'exit 3'
run wparexec -n temp1 ls
run wparexec -n temp1
run wparexec -n a/b /bin/ls
run wparexec -1 -n temp1 /bin/ls
run lswpar
find "$WPARS_ROOT" -type f | sort
run wparexec -n temp1 -N address=10.0.0.5 -- /bin/ls
run wparexec -n temp1 -c -- /bin/ls
run wparexec -n temp1 -M directory=/srv -- /bin/ls
run wparexec -n temp1 -M directory=/srv vfs=namefs dev=usr -- /bin/ls
run wparexec -n temp1 -M directory=/nonexist vfs=namefs dev=/usr -- /bin/ls
run wparexec -n temp1 -u /nonexist -- /bin/ls
run wparexec -n temp1 -D devname=/etc/passwd -- /bin/ls
run wparexec -n ALL -- /bin/ls
fake-wpar mkwpar -n temp1 >/dev/null
run wparexec -n temp1 --dry-run -- /bin/ls
run wparexec -n temp2 -h temp1 -- /bin/ls
fake-wpar wparexec -n temp2 -h temp1 -a --dry-run -- /bin/ls | grep hostname
fake-wpar rmwpar temp1
fake-wpar wparexec -n temp1 --dry-run -M directory=/srv vfs=namefs dev=/usr mountopts=ro -- /bin/ls | sed 's/uuid = .*/uuid = …/'
# The command of a specification, and another one.
fake-wpar wparexec -w -o "$TMPDIR/spec" -n temp1 -- /bin/ls
run wparexec -w -o "$TMPDIR/other" -n temp1 -- /bin/ls -l
run wparexec -w -o "$TMPDIR/other" -n temp1 -- A=1 /bin/ls
run wparexec -o "$TMPDIR/other" -n temp1 -- /bin/ls -l
[ -e "$TMPDIR/other" ] || echo "nothing is written"
run wparexec -f "$TMPDIR/spec" -n temp3
run wparexec -f "$TMPDIR/spec" -n temp3 -- A=1
run wparexec -f "$TMPDIR/spec" -n temp3 -- /bin/true x
fake-wpar mkwpar -w -o "$TMPDIR/spec" -n temp1
run wparexec -f "$TMPDIR/spec" -n temp3
run wparexec -F -n temp3 /bin/ls
