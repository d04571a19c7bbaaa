# From start to removal: the lines, the states, the errors.
export WPARS_ROOT=$TMPDIR/r
mkdir "$WPARS_ROOT"
run() {
	echo "\$ $*"
	fake-wpar "$@" 2>&1
	echo "-> $?"
}
fake-wpar mkwpar -n dev01 >/dev/null
run startwpar nosuch
run startwpar dev01 extra
run startwpar -1 -m dev01
run startwpar -e A=1 dev01
run startwpar -2 dev01
run startwpar -I dev01
run startwpar -1 dev01
run startwpar dev01
run clogin dev01
run startwpar -2 -e "A=1 B=2" dev01
run stopwpar -h dev01
run startwpar --dry-run dev01
run startwpar dev01
run startwpar dev01
run lswpar -qa name,state
run clogin dev01
run clogin dev01 -- sh -c 'hostname; ps'
run clogin dev01 -l user ls -l
run clogin -l user dev01 ls -l
run clogin dev01 -luser
run clogin dev01 -Z
run clogin dev01 -C </dev/null
run clogin nosuch
run rmwpar dev01
run stopwpar -t 5 dev01
run stopwpar dev01
run clogin dev01 ls
run startwpar -v dev01
run stopwpar -h dev01
run startwpar dev01
run stopwpar -F -N -v dev01
run rebootwpar dev01
run startwpar dev01
run rebootwpar -v dev01
run rebootwpar -N -t 5 dev01
run stopwpar -r dev01
run rmwpar -s -v dev01
run lswpar
run rmwpar dev01
# -p keeps the files, mkwpar -p takes them again.
fake-wpar mkwpar -n kept >/dev/null
touch "$WPARS_ROOT/wpars/kept/file"
run rmwpar -p kept
run mkwpar -n kept
run mkwpar -n kept -p
ls "$WPARS_ROOT/wpars/kept"
run rmwpar -F kept
run mkwpar -p other
