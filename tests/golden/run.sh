#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh BUILD FOLDER - run the golden tests of FOLDER and speak TAP
#
# Each NAME.cmd is a shell script, run in its own folder with the build's programs on PATH, $TMPDIR
# empty and its own, and nothing of the caller's locale.  What it prints on stdout and stderr, and
# its exit status, must equal NAME.expected.  PAR_TEST_REGENERATE=1 writes NAME.expected instead:
# review the change with git diff.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) || exit 1
cd "$here/$2" 2>/dev/null || {
	echo "1..0 # SKIP no golden test in $2 yet"
	exit 0
}
PATH=$build/bin:$build/tests:$PATH
PAR_TEST_BUILD=$build
PAR_TEST_SOURCE=${here%/golden}
LC_ALL=C.UTF-8 TZ=UTC
export PATH LC_ALL TZ PAR_TEST_BUILD PAR_TEST_SOURCE
unset LPARD_SOCKET

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
number=0
status=0
for cmd in *.cmd; do
	[ -e "$cmd" ] || break
	name=${cmd%.cmd}
	number=$((number + 1))
	mkdir "$work/tmp"
	TMPDIR=$work/tmp sh "./$cmd" >"$work/out" 2>&1 </dev/null
	echo "exit $?" >>"$work/out"
	# The only thing of a run that may differ is where its files lie.
	sed -i "s|$work/tmp|TMP|g" "$work/out"
	rm -rf "$work/tmp"
	if [ -n "${PAR_TEST_REGENERATE:-}" ]; then
		cp "$work/out" "$name.expected"
		echo "ok $number - $2/$name # regenerated"
	elif diff -u "$name.expected" "$work/out" >"$work/diff" 2>&1; then
		echo "ok $number - $2/$name"
	else
		echo "not ok $number - $2/$name"
		sed 's/^/# /' "$work/diff"
		status=1
	fi
done
if [ "$number" = 0 ]; then
	echo "1..0 # SKIP no golden test in $2 yet"
else
	echo "1..$number"
fi
exit $status
