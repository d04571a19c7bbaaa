run() {
	WPARS_ROOT=wpars fake-wpar lswpar "$@"
	echo "-> $?"
}
run nosuch
run -c dev01 nosuch dev02
run ../dev01
run -a nosuch
run -s Q
run -t Z
run -G -N
run -Lc
run -B x
run -b -G
run -d ''
run -Z
