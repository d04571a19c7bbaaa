#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# readmes.sh - every folder of code says in a README.md what it is
#
# Folders that only hold data (corpus, man pages, cases of one kind) belong to their parent's.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
find lpard firmware wparctl images setup dist tests docs -type d \
	! -path '*/corpus*' ! -path '*/golden/*' ! -path '*/adr' ! -path '*/man' ! -path '*/dict' ! -path 'tests/unit/*' \
	! -path 'images/rootfs/*' ! -path 'dist/*' ! -path 'tests/guest/kvm_host/*' ! -path 'tests/guest/systemd/*' \
	! -path '*/cases' ! -path 'tests/integration/*' |
	sort | while read -r folder; do
	# Only what git would keep counts: empty folders are not in a clone.
	[ -n "$(find "$folder" -type f | head -n 1)" ] || continue
	[ -s "$folder/README.md" ] || echo "$folder: no README.md"
done | grep . && exit 1
exit 0
