#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# uname_criu.sh - what uname answers in a versioned WPAR outlives a dump and a restore by criu
#
# The processes have the filter and the server that those of a versioned WPAR have (uname_run.c),
# in the LPAR's own namespaces: which of them is dumped makes no difference to either.
# lpar: current
# timeout: 240
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
script=$(mktemp)
trap 'rm -f "$script"; in_lpar rm -rf /tmp/uc' EXIT
lpar_push "$PAR_GUEST_HELPERS/uname_run" /usr/local/bin/uname_run

# In the LPAR.  The time limit of the case ends what it waits for.
cat >"$script" <<'END'
#!/bin/sh
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
mkdir -p /tmp/uc/one /tmp/uc/two
cd /tmp/uc || exit
setsid uname_run 2.6.18-old sh -c 'echo $$ >pid; while :; do
	uname -r >now.new 2>&1 || echo failed >now.new; mv now.new now; sleep 0.2; done' </dev/null >/dev/null 2>&1 &
# answer - one that is given from now on; who asks may be gone, if a restore has failed
answer()
{
	rm -f now
	for _ in $(seq 150); do
		[ -e now ] && break
		sleep 0.2
	done
	tail -n 1 now
}
# end_all - of the tree's session: as long as one of it is there, its number cannot be given again
end_all()
{
	pkill -9 -s "$(cat pid)"
	while pgrep -s "$(cat pid)" >/dev/null; do
		sleep 0.1
	done
}
# dump FOLDER - the tree, which ends by it
dump()
{
	criu dump -D "$1" -o dump.log -t "$(cat pid)" >&2
	echo "dump of $1: $?"
}
echo "before: $(answer)"
dump one
cp -a one plain
criu restore -d -D plain -o restore.log >&2
echo "plain restore: $?"
echo "after it: $(answer)"
end_all
: >>now.new # which the dump may have open, and who went on meanwhile has moved away
uname_run --images one 2.6.18-old criu restore -d -D one -o restore.log >&2
echo "restore: $?"
echo "after: $(answer)"
kill -9 "$(pgrep -x uname_run | head -n 1)"
echo "who answers is killed: $(answer)"
dump two
uname_run --images two 2.6.18-old criu restore -d -D two -o restore.log >&2
echo "second restore: $?"
echo "after the second: $(answer)"
end_all
tail -n 3 ./*/*.log | grep Error >&2
END
lpar_push "$script" /tmp/uc.sh
out=$(in_lpar /tmp/uc.sh 2>"$TMPDIR/uc.err")
number()
{
	printf '%s\n' "$out" | sed -n "s/^$1: //p"
}
is "before" "$(number before)" 2.6.18-old
is "criu dumps it" "$(number 'dump of one')" 0
is "criu alone restores it" "$(number 'plain restore')" 0
is "and uname fails then" "$(number 'after it')" failed
is "restored as we do it" "$(number restore)" 0
is "uname answers" "$(number after)" 2.6.18-old
is "also when who answers is killed" "$(number 'who answers is killed')" 2.6.18-old
is "dumped once more" "$(number 'dump of two')" 0
is "and restored" "$(number 'second restore')" 0
is "uname answers again" "$(number 'after the second')" 2.6.18-old
[ "$tap_failures" = 0 ] || tap_note "$out"
[ "$tap_failures" = 0 ] || tap_note "$(cat "$TMPDIR/uc.err")"
done_testing
