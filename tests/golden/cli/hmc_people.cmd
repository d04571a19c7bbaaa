# The commands that no HMC has: launch, images, status.
. ./hmc_frame.inc
mkdir -p "$TMPDIR/images/broken" && echo '{' >"$TMPDIR/images/broken/image.json"
show hmc images
show hmc launch
show hmc launch --memory 1X a
show hmc launch --procs 0x1 a
show hmc launch --image nothing a
show hmc launch -m nowhere a
show hmc launch 'a*'
show hmc launch a
show hmc launch a
show hmc launch -m sys1 --memory 2G --procs 2 --image tiny b
show lssyscfg -r prof -m sys1
show lssyscfg -r lpar -m sys1 -F name,state,boot_image
show hmc images
# json-c prints empty lists in different ways, jq 1.7 numbers otherwise than 1.6.
pretty='python3 -m json.tool --indent 2'
show sh -c "hmc images --json | $pretty"
show hmc status
show chsysstate -r lpar -m sys1 -o shutdown --immed -n b
show hmc status -m sys1
show sh -c "hmc status --json | $pretty"
show hmc status -m nowhere
show hmc status more
show status
# Two systems: one must be chosen, by -m or by LPARD_SYSTEM.
printf '[system sys2]\nuri = fake:///?mem=4096&procs=2\ntype_model = 9009-42A\nserial = 10ABCDF\n' >>"$TMPDIR/conf"
kill -HUP $lpard_pid
tries=0
until [ "$(lssyscfg -r sys -F state 2>/dev/null | grep -c Operating)" = 2 ] || [ $((tries += 1)) -gt 200 ]; do
	sleep 0.05
done
show hmc launch c
LPARD_SYSTEM=sys2
export LPARD_SYSTEM
show hmc launch c
show hmc launch --memory 8G d
show hmc launch --memory 300 e
show hmc launch --memory 4G f
show lshwres -r mem -m sys2 --level lpar --filter lpar_names=e -F curr_min_mem,curr_mem,curr_max_mem
show hmc status
show hmc images
# An image that cannot be read may be needed.
show hmc unused
rm -r "$TMPDIR/images/broken"
show hmc unused
show hmc unused --remove -m nowhere
