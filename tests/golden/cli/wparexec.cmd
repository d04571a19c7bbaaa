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
fake-wpar wparexec -n temp1 --dry-run -N address=10.0.0.5 -- /bin/ls | sed 's/uuid = .*/uuid = …/'
