# Commands of our own: -m may be left out when one system is meant.
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
