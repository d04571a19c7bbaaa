# Command lines that are wrong before lpard is asked: to stdout, status 1, nothing on stderr.
export LPARD_SOCKET=$TMPDIR/no.sock
show()
{
	echo "\$ $*"
	"$@" 2>"$TMPDIR/stderr"
	echo "status $?, $(wc -c <"$TMPDIR/stderr") bytes on stderr"
}
show lssyscfg -r lpar
show lssyscfg -m SYS
show lssyscfg -r nothing -m SYS
show lssyscfg -r lpar -m
show lssyscfg -r lpar -m SYS --bogus
show lssyscfg -r lpar -m SYS -Z
show lssyscfg -r lpar -m SYS extra
show lssyscfg -r lpar -m SYS --filter lpar_names
show lssyscfg -r sys
show lshwres -r mem
show lshwres -r io -m SYS --level lpar
show lsrefcode -m SYS
show lsrefcode -r lpar -m SYS -n x
show mksyscfg
show mksyscfg -r lpar -m SYS -i 'name="a'
show mksyscfg -r lpar -m SYS -i name=a -f file
show mksyscfg -r lpar -m SYS -f "$TMPDIR/missing"
printf 'name=a\n\nname\n' >"$TMPDIR/records"
show mksyscfg -r lpar -m SYS -f "$TMPDIR/records"
: >"$TMPDIR/empty"
show mksyscfg -r lpar -m SYS -f "$TMPDIR/empty"
# Inputs that never end.
show mksyscfg -r lpar -m SYS -f /dev/zero
yes 'name=a' | show mksyscfg -r lpar -m SYS -f /dev/stdin
yes 'name=a,' | tr -d '\n' | show chsyscfg -r lpar -m SYS -f /dev/stdin
show mksyscfg -r prof -m SYS -o save -n p
show chsyscfg -r lpar -m SYS
show chsyscfg -r lpar -m SYS -o apply
show rmsyscfg -r lpar -m SYS
show rmsyscfg -r prof -m SYS -n p
show rmsyscfg -r lpar -m SYS --id x
show chsysstate -r lpar -m SYS -o on
show chsysstate -r lpar -m SYS -o dance -n a
show chsysstate -r lpar -m SYS -o on -n a --id 1
show chsysstate -r lpar -m SYS -o on -n a -b fast
show chsysstate -r lpar -m SYS -o shutdown -n a -f p
show chsysstate -r sys -m SYS -o on
show mkvterm -m SYS
show mkvterm -p a
show rmvterm -m SYS -p a --id 1
show lshmc
show lshmc -V -v
show lshmc -r
show lshmc -r -F ssh
lshmc -n -F --header | head -1
lshmc -n -F hostname:ipaddr | grep -cx '[^:]*:.*'
show lshmc -r -F ssh,nothing
show lssyscfg
show lssyscfg -r lpar -m SYS --header
show lshmc -V --header
show mksyscfg -r lpar -m SYS -f "$TMPDIR/records" more words
show chsyscfg -r lpar -m SYS -o apply -p a more
show mksyscfg -r lpar -m SYS more -f "$TMPDIR/records"
