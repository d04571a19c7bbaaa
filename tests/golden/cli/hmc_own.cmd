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
at_terminal lssyscfg -r lpra -m sys1
at_terminal lssyscfg -r nonsense -m sys1
at_terminal lssyscfg -r lpar -m sys1 --fliter lpar_names=database
at_terminal lssyscfg -r lpar -m sys1 --filter lpar_name=database
at_terminal lssyscfg -r lpar -m sys1 --filter nonsense=database
at_terminal lssyscfg -r lpar -m sys1 -F nmae
at_terminal lshwres -r proc --level pool -m sys1 -F nonsense
at_terminal lshwres -r virtualio --rsubtype etth --level lpar -m sys1
at_terminal chsysstate -r lpar -m sys1 -o onn -n database
at_terminal chsysstate -r lpar -m sys1 -o on -b smss -n database
at_terminal lsrefcode -r lpar -m sys1 -n few
at_terminal chsyscfg -r lpar -m sys1 -i nmae=database
at_terminal chsyscfg -r lpar -m sys1 -i name=database,descrpition=x
at_terminal chsyscfg -r lpar -m sys1 -i name=database,lpar_env=vioserver
at_terminal "mksyscfg -r lpar -m sys1 -i name=new,boot_imag=tiny"
show chsyscfg -r lpar -m sys1 -i name=database,descrpition=x
