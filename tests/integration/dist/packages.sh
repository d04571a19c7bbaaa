#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# packages.sh - the Debian packages of this machine: built, looked at by lintian, installed, used and
# purged, in an overlay over the machine's own root, where nothing stays
# timeout: 600
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

top=${PAR_TEST_SOURCE%/tests}
here=$PAR_TEST_SOURCE/integration/dist
debs=$TMPDIR/debs
root=$TMPDIR/root
arch=$(dpkg --print-architecture)

ok "dist/build-debs" "$top/dist/build-debs" --output "$debs" "$arch"
is "two packages" "$(cd "$debs" && ls -- *.deb | cut -d_ -f1 | tr '\n' ' ')" "lpard wparctl "
# Of an error only: what warnings there are changes with lintian's release.
is "lintian finds no error" "$(lintian --allow-root --tag-display-limit 0 --display-level '>=error' \
	--fail-on none "$debs"/*.deb 2>&1)" ""
fails "fails for an architecture without packages" "$top/dist/build-debs" --output "$debs" sparc

# /run is the frame's, a tmpfs: an upper folder may be there.
mkdir "$TMPDIR/overlay" "$root"
mount -t tmpfs tmpfs "$TMPDIR/overlay"
mkdir "$TMPDIR/overlay/upper" "$TMPDIR/overlay/work"
ok "a root of its own" mount -t overlay overlay \
	-o "lowerdir=/,upperdir=$TMPDIR/overlay/upper,workdir=$TMPDIR/overlay/work" "$root"
# shellcheck source=tests/setup/root.sh
. "$PAR_TEST_SOURCE/setup/root.sh"
root_mounts "$root"
# What is changed: the machine under it may change at the same time.
mkdir "$root/tmp/upper" "$root/tmp/debs"
mount --bind "$TMPDIR/overlay/upper" "$root/tmp/upper"
cp "$debs"/*.deb "$root/tmp/debs/"
root_run "$root" bash /tmp/test/dist/installed.sh /tmp/debs /tmp/upper "$tap_number" "$tap_failures"
