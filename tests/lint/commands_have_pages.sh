#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# commands_have_pages.sh - every command descriptor that is not hidden has a page docs/man/NAME.N.scd
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
commands=$(find lpard/cli wparctl -name '*.c' | sort | xargs awk '
	/struct par_cmd [a-z_0-9]+ = \{/ { inside = 1; name = ""; hidden = 0 }
	inside && /\.name = "/ { split($0, part, "\""); name = part[2] }
	inside && /\.hidden = true/ { hidden = 1 }
	inside && /^};/ { if (name != "" && !hidden) print name; inside = 0 }' | sort -u)
if [ -z "$commands" ]; then
	echo "no command descriptor found: the pattern of this lint does not fit the code any more"
	exit 1
fi
for name in $commands; do
	set -- docs/man/"$name".[1-8].scd
	[ -e "$1" ] || echo "$name: no page docs/man/$name.1.scd"
done | grep . && exit 1
exit 0
