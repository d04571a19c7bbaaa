# The report of migrwpar -o v: of one target, of one that nothing fits, of several, as JSON.
cd moves || exit
report()
{
	echo "\$ move-report $*"
	move-report "$@"
}
report live table source.json good.json
report live table source.json bad.json
report static table source.json bad.json
report live table held.json good.json
report live list source.json bad.json small.json away.json good.json
report live details source.json small.json good.json
report live table source.json away.json
report static json source.json small.json
