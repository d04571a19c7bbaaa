# mkvterm and rmvterm: banners, the second opener, rmvterm, the escape, the end of input.
. ./hmc_frame.inc
mksyscfg -r lpar -m sys1 -i "name=a,profile_name=p,$data"
# Waits until file $1 holds $2.
await()
{
	tries=0
	until grep -q "$2" "$1" 2>/dev/null || [ $tries = 200 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
}
mkfifo "$TMPDIR/in"
mkvterm -m sys1 -p a <"$TMPDIR/in" >"$TMPDIR/first" &
first=$!
exec 4>"$TMPDIR/in"
await "$TMPDIR/first" 'Open Completed'
echo "-- a second opener"
mkvterm -m sys1 --id 1 </dev/null | od -c
chsysstate -r lpar -m sys1 -o on -n a -f p
await "$TMPDIR/first" login:
printf 'hello~.\r' >&4
await "$TMPDIR/first" hello
echo "-- rmvterm"
rmvterm -m sys1 -p a
wait $first
echo "holder's status $?"
exec 4>&-
grep -c 'login:' "$TMPDIR/first"
head -c 44 "$TMPDIR/first" | od -c
tail -c 97 "$TMPDIR/first" | od -c
echo "-- the escape"
printf '\r~.' | mkvterm -m sys1 -p a | tail -c 97 | od -c
echo "-- end of input"
sleep 1 # so that the echo of the carriage return does not go to the next session
mkvterm -m sys1 -p a </dev/null >"$TMPDIR/third"
echo "status $?"
tail -c 42 "$TMPDIR/third" | od -c
