#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sizes.sh - no C file over 800 lines; one over 600 says why in a line `/* size: reason */`
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
list=$(find lpard firmware wparctl tests images -name '*.[ch]' | sort)
[ -n "$list" ] || exit 1
for file in $list; do
	lines=$(wc -l <"$file")
	if [ "$lines" -gt 800 ]; then
		echo "$file: $lines lines, 800 is the most"
	elif [ "$lines" -gt 600 ] && ! grep -q '^/\* size: .* \*/$' "$file"; then
		echo "$file: $lines lines; over 600 needs a line /* size: reason */"
	fi
done | grep . && exit 1
exit 0
