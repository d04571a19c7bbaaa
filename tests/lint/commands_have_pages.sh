#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# commands_have_pages.sh - every row of a commands.def has a page docs/man/NAME.N.scd
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
pages=$(find lpard wparctl -name commands.def -exec \
	sed -n 's/^X(\(.*\))$/\1/p; s/^X_INTERNAL(\(.*\))$/wparctl-\1/p; s/^X_OWN(\(.*\))$/hmc-\1/p' {} +)
if [ -z "$pages" ]; then
	echo "no row in any commands.def: the pattern of this lint does not fit them any more"
	exit 1
fi
for name in $pages; do
	set -- docs/man/"$name".[1-8].scd
	[ -e "$1" ] || echo "$name: no page docs/man/$name.1.scd"
done | grep . && exit 1
exit 0
