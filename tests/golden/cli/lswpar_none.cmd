# No WPARs: nothing and exit 0, whatever the format.
for flags in '' -c -L -G -cN -q; do
	WPARS_ROOT=$TMPDIR fake-wpar lswpar $flags || echo "failed: $flags"
done
