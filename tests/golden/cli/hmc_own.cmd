# Commands of our own: -m may be left out when one system is meant.  Hints for misspelt names: at a
# terminal only, behind the HMC's message, which stays as it is.
. ./hmc_frame.inc
show wparcmd -p nope -- true
show env LPARD_SYSTEM=sys2 wparcmd -p nope -- true
show env LPARD_SYSTEM=sys1 wparcmd -m sys2 -p nope -- true
printf '[system sys2]\nuri = fake:///?lpars=1\n' >>"$TMPDIR/conf"
kill -HUP $lpard_pid
tries=0
until lssyscfg -r sys -m sys2 -F state | grep -q Operating || [ $tries = 200 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
show wparcmd -p nope -- true
show env LPARD_SYSTEM=sys2 wparcmd -p nope -- true
mksyscfg -r lpar -m sys1 -i "name=database,profile_name=usual,$data"
at_terminal()
{
	echo "at a terminal: $*"
	script -qec "$*" /dev/null </dev/null | tr -d '\r'
}
show lssyscfg -r lpar -m sys1 --filter lpar_names=databse
at_terminal lssyscfg -r lpar -m sys1 --filter lpar_names=databse
at_terminal "lssyscfg -r lpar -m sys1 --filter lpar_names=databse 2>/dev/null"
at_terminal chsysstate -r lpar -m sys1 -o on -n datbase -f usual
at_terminal chsysstate -r lpar -m sys1 -o on -n database -f usaul
at_terminal chsysstate -r lpar -m sys1 -o on -n other -f usual
at_terminal lssyscfg -r lpar -m syss1
at_terminal wparcmd -m sys1 -p databas -- true
